//! Clauses: what is said is cut where a new figure with a verb, object or partner of its own begins.

use std::ops::Range;

use crate::marked::Marked;
use crate::period::Role;
use crate::quantity::Figure;

/// The clauses of what is said, in order.
pub(crate) fn clauses(m: &Marked<'_>, content: Range<usize>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = content.start;
    for at in content.clone() {
        if at < start || at == content.start {
            continue;
        }
        if let Some(next) = boundary(m, start, at, content.end) {
            out.push(start..at);
            start = next;
        }
    }
    if start < content.end {
        out.push(start..content.end);
    }
    out.into_iter().map(|r| trimmed(m, r)).filter(|r| !r.is_empty()).collect()
}

/// Where the next clause begins, if the one from `start` ends before token `at`.
fn boundary(m: &Marked<'_>, start: usize, at: usize, end: usize) -> Option<usize> {
    let word = m.word(at);
    if word == ";" || word == ":" && m.quantities_in(&(start..at)).is_empty() && m.places_in(&(start..at)).is_empty() {
        return Some(at + 1);
    }
    let inside = m.periods.iter().any(|p| p.start < at && at < p.end)
        || m.quantities.iter().any(|q| q.start < at && at < q.end)
        || m.place_at(at).is_some_and(|p| p.start < at);
    let pair = m.places.iter().any(|p| p.end == at)
        && m.places.iter().any(|p| p.start == at + 1)
        && matches!(word, "and" | "–");
    if inside || pair {
        return None;
    }
    let comma = word == "," || word == "–" || word == "—" || word == "(";
    let mut next = at + usize::from(comma);
    let mut joined = "";
    if matches!(
        m.word(next),
        "and"
            | "but"
            | "while"
            | "whereas"
            | "though"
            | "although"
            | "yet"
            | "which"
            | "with"
            | "whilst"
            | "or"
            | "then"
            | "so"
    ) {
        joined = m.word(next);
        next += 1;
    }
    if !comma && !matches!(joined, "and" | "but" | "while" | "whereas" | "though" | "although" | "yet" | "whilst")
        || next >= end
    {
        return None;
    }
    let right = next..stop(m, next, end);
    let left = start..at;
    splits(m, &left, &right, comma, joined).then_some(next)
}

/// The end of the stretch that decides: the next comma or conjunction after some words, or the end.
fn stop(m: &Marked<'_>, from: usize, end: usize) -> usize {
    (from + 2..end).find(|i| matches!(m.word(*i), "," | ";" | "while" | "whereas")).unwrap_or(end)
}

fn splits(m: &Marked<'_>, left: &Range<usize>, right: &Range<usize>, comma: bool, joined: &str) -> bool {
    let figures = |r: &Range<usize>| m.quantities_in(r).into_iter().filter(|q| q.scaled || q.is_relative()).count();
    let contrast = matches!(joined, "but" | "while" | "whereas" | "though" | "although" | "yet" | "whilst");
    let target = |r: &Range<usize>| m.periods_in(r).iter().any(|p| p.role == Role::Target);
    if target(left) && target(right) && !m.quantities_in(right).is_empty() && !m.quantities_in(left).is_empty() {
        return true;
    }
    let first = m.word(right.start);
    if matches!(
        first,
        "from"
            | "to"
            | "by"
            | "or"
            | "against"
            | "compared"
            | "up"
            | "down"
            | "worth"
            | "than"
            | "after"
            | "about"
            | "roughly"
            | "of"
    ) && !contrast
    {
        return false;
    }
    let flow = flows(m, right);
    let moves = m.has(right.clone(), "move.up") || m.has(right.clone(), "move.down");
    let verb = finite(m, right);
    let status = m.has(right.clone(), "kind.status")
        || m.has(right.clone(), "topic.relations")
        || m.has(right.clone(), "topic.sanctions");
    if contrast && figures(right) == 0 {
        return verb && (figures(left) > 0 || status || moves || flow);
    }
    if figures(right) == 0 {
        return joined == "and"
            && (verb || status)
            && (status || moves && flow)
            && (figures(left) > 0 || finite(m, left))
            && !m.places_in(right).is_empty();
    }
    // "Peru's biggest market is China, which buys 28 percent of its exports".
    if joined == "which" && comma && m.has(left.clone(), "rank.best") {
        return true;
    }
    if figures(left) == 0 {
        return contrast && verb
            || comma && joined == "and" && verb && finite(m, left)
            || joined == "and" && verb && finite(m, left) && flow;
    }
    let compared = joined == "and"
        && comma
        && m.quantities_in(right)
            .iter()
            .any(|q| q.is_relative() && matches!(m.word(q.end), "more" | "less" | "higher" | "lower" | "fewer"));
    if compared {
        return true;
    }
    let place = !m.places_in(right).is_empty();
    let those =
        m.has_word(right.start..right.end.min(right.start + 2), &["those", "that", "imports", "exports", "sales"]);
    let reaches = joined == "and" && m.is(right.start, "move.reach").is_some() && !matches!(first, "of" | "at");
    let own_object = joined == "and" && moves && figures(right) > 0;
    flow && (verb || moves || joined == "and" || comma)
        || those
        || place && (comma || contrast || joined == "and" && verb)
        || reaches
        || own_object
        || contrast && verb
}

fn flows(m: &Marked<'_>, r: &Range<usize>) -> bool {
    ["flow.exports", "flow.imports", "flow.turnover", "flow.sell"].iter().any(|c| m.has(r.clone(), c))
}

/// Whether a clause has a verb of its own.
fn finite(m: &Marked<'_>, r: &Range<usize>) -> bool {
    m.has(r.clone(), "move.up")
        || m.has(r.clone(), "move.down")
        || m.has(r.clone(), "move.reach")
        || m.has(r.clone(), "flow.sell")
        || m.has(r.clone(), "flow.move")
        || m.has(r.clone(), "flow.buy")
        || m.has(r.clone(), "rank.hold")
        || m.has(r.clone(), "kind.will")
        || m.quantities_in(r).iter().any(|q| q.verbal && matches!(q.figure, Figure::Factor(_)))
}

/// A clause without the conjunctions, quotation marks and stops around it.
pub(crate) fn trimmed(m: &Marked<'_>, range: Range<usize>) -> Range<usize> {
    let (mut start, mut end) = (range.start, range.end);
    let edge = |i: usize| m.is_symbol(i) && !matches!(m.tokens[i].text, "$" | "€" | "£" | "%" | "¥" | "₽" | "₹");
    while start < end
        && (edge(start)
            || m.word(start) == "that"
                && !matches!(
                    m.word(start + 1),
                    "was" | "is" | "were" | "had" | "has" | "would" | "will" | "makes" | "made"
                )
            || m.word(start) != "that"
                && matches!(
                    m.word(start),
                    "and"
                        | "but"
                        | "that"
                        | "while"
                        | "whereas"
                        | "though"
                        | "although"
                        | "yet"
                        | "however"
                        | "whilst"
                        | "which"
                        | "whether"
                        | "so"
                ))
    {
        start += 1;
    }
    while start < end && edge(end - 1) {
        end -= 1;
    }
    start..end
}
