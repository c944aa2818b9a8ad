//! Which goods a clause speaks of.

use std::ops::Range;

use crate::lexicon::english;
use crate::marked::Marked;
use crate::parties::Head;
use crate::token::TokenKind;

/// The product of a clause in the singular; none for all goods.
pub(crate) fn product(m: &Marked<'_>, r: &Range<usize>, head: Option<(Head, &Range<usize>)>) -> Option<String> {
    if let Some((kind, at)) = head {
        let noun = matches!(kind, Head::Exports | Head::Imports | Head::Turnover);
        let found = if noun { before_noun(m, r, at).or_else(|| after_of(m, r, at.end)) } else { object(m, r, at) };
        if found.is_some() {
            return found;
        }
    }
    of_weight(m, r).or_else(|| known(m, r.clone()))
}

fn is_modifier(m: &Marked<'_>, i: usize) -> bool {
    let token = &m.tokens[i];
    let in_figure =
        m.quantities.iter().any(|q| q.start <= i && i < q.end) || m.periods.iter().any(|p| p.start <= i && i < p.end);
    token.kind == TokenKind::Word && !in_figure && m.place_at(i).is_none() && m.is(i, "flow.general").is_none()
}

/// "Polish apple exports": the words between the owner or article and the noun.
fn before_noun(m: &Marked<'_>, r: &Range<usize>, at: &Range<usize>) -> Option<String> {
    let mut start = at.start;
    while start > r.start
        && (is_modifier(m, start - 1) || m.word(start - 1) == "-" && start > r.start + 1 && is_modifier(m, start - 2))
        && at.start - start < 4
    {
        start -= 1;
    }
    let lead = start.checked_sub(1).filter(|i| *i >= r.start);
    let owned = lead.is_some_and(|i| {
        m.place_at(i).is_some()
            || m.tokens[i].kind == TokenKind::Possessive
            || m.is(i, "flow.own").is_some()
            || matches!(m.word(i), "total" | "of" | "the" | "its" | "their" | "direct" | "annual" | "all" | "and")
    });
    let words: Vec<usize> = (start..at.start).filter(|i| m.tokens[*i].kind == TokenKind::Word).collect();
    let goods = words.iter().any(|i| english().is_product(&m.tokens[*i]));
    let verbs = words.iter().any(|i| {
        m.is(*i, "move.up").is_some()
            || m.is(*i, "move.down").is_some()
            || m.is(*i, "move.raise").is_some()
            || m.is(*i, "move.cut").is_some()
            || m.is(*i, "say.say").is_some()
    });
    if words.is_empty() || !(goods || owned && !verbs) {
        return None;
    }
    let kept: Vec<&str> =
        words.into_iter().filter(|i| !verbs || english().is_product(&m.tokens[*i])).map(|i| m.word(i)).collect();
    Some(singular(&kept.join(" ")))
}

/// "Exports of wheat", "arrivals of Ecuadorian bananas".
fn after_of(m: &Marked<'_>, r: &Range<usize>, from: usize) -> Option<String> {
    if m.word(from) != "of" {
        return None;
    }
    noun_run(m, from + 1..r.end)
}

/// The goods that a noun phrase names: past country and adjectives, up to a verb or preposition.
fn noun_run(m: &Marked<'_>, r: Range<usize>) -> Option<String> {
    let mut words: Vec<&str> = Vec::new();
    for i in r {
        let word = m.word(i);
        if m.place_at(i).is_some() || m.tokens[i].kind == TokenKind::Possessive || word == "-" {
            continue;
        }
        if is_modifier(m, i) && !is_closed(m, i) {
            words.push(word);
        } else if words.is_empty() && m.is(i, "flow.general").is_some() && !matches!(word, "in" | "of" | "and") {
            continue;
        } else if word == "and" && words.len() == 1 && m.tokens.get(i + 1).is_some_and(|t| english().is_product(t)) {
            words.push(word);
        } else {
            break;
        }
        if words.len() > 4 {
            break;
        }
    }
    (!words.is_empty() && !matches!(words[0], "goods" | "products" | "merchandise")).then(|| singular(&words.join(" ")))
}

/// Words that end a noun phrase: prepositions, verbs and auxiliaries.
fn is_closed(m: &Marked<'_>, i: usize) -> bool {
    m.is(i, "syntax.closed").is_some()
        || ["move.up", "move.down", "move.reach", "flow.move"].iter().any(|c| m.is(i, c).is_some())
}

/// The object of a verb of trade.
fn object(m: &Marked<'_>, r: &Range<usize>, verb: &Range<usize>) -> Option<String> {
    if let Some(found) = of_weight(m, &(verb.end..r.end)) {
        return Some(found);
    }
    let direct = noun_run(m, verb.end..r.end).filter(|w| w.split(' ').any(english_product));
    direct.or_else(|| known(m, verb.end..r.end)).or_else(|| known(m, r.start..verb.start))
}

fn english_product(word: &str) -> bool {
    crate::token::tokens(word).first().is_some_and(|t| english().is_product(t))
}

/// "7.2 million tonnes of crude", "worth of coal", "a single tonne of salmon".
fn of_weight(m: &Marked<'_>, r: &Range<usize>) -> Option<String> {
    m.quantities_in(r).into_iter().find_map(|q| {
        let (_, unit) = q.amount()?;
        let weight = unit.is_none_or(|u| matches!(u, "t" | "L" | "bbl" | "m3" | "bottles"));
        let worth = m.word(q.end) == "worth" || m.word(q.end + 1) == "worth";
        let of = q.end
            + match (m.word(q.end), m.word(q.end + 1)) {
                ("worth", "of") => 1,
                (_, "worth") if m.word(q.end + 2) == "of" => 2,
                _ => 0,
            };
        let flow = ["flow.exports", "flow.imports", "flow.turnover"].iter().any(|c| m.is(of + 1, c).is_some());
        (m.word(of) == "of" && !flow && (weight || worth)).then(|| noun_run(m, of + 1..r.end)).flatten()
    })
}

/// The first goods that a stretch names by a known word.
fn known(m: &Marked<'_>, r: Range<usize>) -> Option<String> {
    let mut words: Vec<&str> = Vec::new();
    for i in r {
        let measure = english().measures.longest(&m.tokens, i, true).is_some_and(|(n, _)| n > 1);
        let consumed = m.quantities.iter().any(|q| q.start <= i && i < q.end) || m.place_at(i).is_some() || measure;
        if !consumed && english().is_product(&m.tokens[i]) {
            words.push(m.word(i));
        } else if !words.is_empty() {
            break;
        }
    }
    (!words.is_empty()).then(|| singular(&words.join(" ")))
}

/// The singular of the last word.
pub(crate) fn singular(words: &str) -> String {
    let (head, last) = words.rsplit_once(' ').map_or(("", words), |(h, l)| (h, l));
    let last = match last {
        "machines" | "shoes" | "clothes" | "garments" => last.trim_end_matches('s').to_owned(),
        w if w.ends_with("ies") && w.len() > 4 => format!("{}y", &w[..w.len() - 3]),
        w if w.ends_with("oes") => w[..w.len() - 2].to_owned(),
        w if w.ends_with("ches") || w.ends_with("shes") || w.ends_with("sses") || w.ends_with("xes") => {
            w[..w.len() - 2].to_owned()
        }
        w if w.ends_with('s') && !w.ends_with("ss") && !w.ends_with("us") && w.len() > 3 => w[..w.len() - 1].to_owned(),
        w => w.to_owned(),
    };
    if head.is_empty() { last } else { format!("{head} {last}") }
}

#[cfg(test)]
mod tests {
    use super::singular;

    #[test]
    fn goods_are_named_in_the_singular() {
        assert_eq!(singular("bananas"), "banana");
        assert_eq!(singular("cut flowers"), "cut flower");
        assert_eq!(singular("potatoes"), "potato");
        assert_eq!(singular("gas"), "gas");
        assert_eq!(singular("batteries"), "battery");
        assert_eq!(singular("glass"), "glass");
    }
}
