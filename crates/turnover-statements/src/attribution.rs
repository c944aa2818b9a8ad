//! Who says what: a sentence into what is said and by whom.

mod speaker;

use std::ops::Range;

use jiff::civil::Date;
use serde::Serialize;

use crate::check::Code;
use crate::marked::Marked;
use crate::period::Time;
use crate::token::TokenKind;

use speaker::{is_speaker, past_period, speaker};

/// Who made a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Speaker {
    /// The name, where the text has one.
    pub name: Option<String>,
    /// The role as the text has it, without article and country.
    pub role: Option<String>,
    /// The country that the phrase names.
    pub country: Option<Code>,
}

/// Who is named by an attribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Voice {
    Named(Speaker),
    /// He, she, they, the same source: whoever spoke last.
    Again,
}

/// What is said in a sentence, by whom.
#[derive(Debug, Clone)]
pub(crate) struct Utterance {
    pub(crate) content: Range<usize>,
    pub(crate) voice: Option<Voice>,
    /// The verb of the attribution, where it leads its content.
    pub(crate) verb: Option<usize>,
    pub(crate) said: Option<Said>,
    /// Places in the attribution, which may name the pair that is spoken of.
    pub(crate) aside: Vec<Code>,
}

/// When it was said: a day, or a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    Day(Date),
    Month(i16, i8),
}

/// A stretch between marks of punctuation, and what it is.
enum Stretch {
    /// An attribution; the content that begins in it, if any, and its verb.
    Attribution {
        voice: Voice,
        content: Option<Range<usize>>,
        verb: Option<usize>,
        said: Option<Said>,
        aside: Vec<Code>,
    },
    /// "As the ministry claims": somebody else's view, and not the content's.
    Aside,
    Content(Range<usize>),
}

/// The utterances of a sentence, in its order.
pub(crate) fn utterances(m: &Marked<'_>) -> Vec<Utterance> {
    let (label, from) = label(m);
    let mut out: Vec<Utterance> = Vec::new();
    let mut lead: Option<Utterance> =
        label.map(|voice| Utterance { content: 0..0, voice: Some(voice), verb: None, said: None, aside: Vec::new() });
    let labelled = lead.is_some();
    let mut open = false;
    let pieces = pieces(m, from);
    for (i, piece) in pieces.iter().enumerate() {
        if let Some(utterance) = apposition(m, &pieces[..i], piece) {
            // The name and the office before the verb are no content.
            if let Some(last) = out.last_mut().filter(|_| open) {
                last.content.end = last.content.end.min(pieces[i.saturating_sub(2)].start);
            }
            lead = Some(Utterance { verb: None, ..utterance.clone() });
            out.push(utterance);
            open = true;
            continue;
        }
        match stretch(m, piece.clone()) {
            Stretch::Content(range) => match out.last_mut().filter(|_| open) {
                Some(last) => last.content.end = range.end,
                None => {
                    let fresh =
                        Utterance { content: range.clone(), voice: None, verb: None, said: None, aside: Vec::new() };
                    out.push(lead.clone().map_or(fresh, |l| Utterance { content: range, ..l }));
                    open = true;
                }
            },
            Stretch::Aside => open = false,
            Stretch::Attribution { voice, content, verb, said, aside } => {
                open = false;
                match content {
                    Some(content) => {
                        let new = Utterance { content, voice: Some(voice), verb, said, aside };
                        lead = Some(Utterance { verb: None, ..new.clone() });
                        out.push(new);
                        open = true;
                    }
                    None => {
                        // "We want to double it," the minister said: who "we" are is named at the end.
                        let own = |u: &Utterance| match u.voice {
                            None => true,
                            Some(Voice::Again) => (1..=4).any(|k| {
                                u.content.start.checked_sub(k).is_some_and(|i| matches!(m.word(i), "we" | "i"))
                            }),
                            Some(Voice::Named(_)) => false,
                        };
                        for u in out.iter_mut().filter(|u| own(u)) {
                            u.voice = Some(voice.clone());
                            u.said = u.said.or(said);
                            // "..., promised the premier", "..., exporters fear": the verb says of what kind it is.
                            let kind =
                                |v: &usize| ["kind.promise", "kind.assess"].iter().any(|c| m.is(*v, c).is_some());
                            u.verb = u.verb.or(verb.filter(kind));
                            u.aside.clone_from(&aside);
                        }
                        if !labelled {
                            lead = Some(Utterance { content: 0..0, voice: Some(voice), verb, said, aside });
                        }
                    }
                }
            }
        }
    }
    out.into_iter().flat_map(|u| continued(m, u)).filter(|u| !u.content.is_empty()).collect()
}

/// "John Huntsman, then ambassador to Russia, claimed that ...": the office stands between the name and the verb.
fn apposition(m: &Marked<'_>, before: &[Range<usize>], piece: &Range<usize>) -> Option<Utterance> {
    let len = m.is(piece.start, "say.say")?;
    let office = before.last().filter(|o| is_speaker(m, (*o).clone()) && m.word(o.end) == ",")?;
    let content = content_after(m, &(piece.start..piece.start + len), piece.end)?;
    let named = before.len() > 1 && before[before.len() - 2].clone().all(|i| m.tokens[i].is_capital());
    let name = before.len().checked_sub(2).map(|i| before[i].clone()).filter(|_| named);
    let mut who = speaker(m, office.clone());
    who.name = name.map(|n| m.tokens[n].iter().map(|t| t.text).collect::<Vec<_>>().join(" "));
    let said = m.periods.iter().filter(|p| p.end <= office.start).find_map(|p| match p.time {
        Time::Span(s) if p.month_only && s.from.month() == s.to.month() => {
            Some(Said::Month(s.from.year(), s.from.month()))
        }
        Time::Day(d) => Some(Said::Day(d)),
        _ => None,
    });
    Some(Utterance { content, voice: Some(Voice::Named(who)), verb: Some(piece.start), said, aside: Vec::new() })
}

/// An utterance in which the speaker goes on with a second verb ("..., and added that ...") is two.
fn continued(m: &Marked<'_>, u: Utterance) -> Vec<Utterance> {
    let verb = (u.content.start..u.content.end.saturating_sub(2)).find(|i| {
        let next = m.word(i + 2);
        let content = matches!(next, "that" | "it" | "he" | "she" | "they" | "relations" | "trade" | "there" | "no")
            || m.place_at(i + 2).is_some();
        u.voice.is_some() && matches!(m.word(*i), "and" | "but") && m.is(i + 1, "say.say") == Some(1) && content
    });
    let Some(at) = verb else { return vec![u] };
    let from = at + 2 + usize::from(m.word(at + 2) == "that");
    let second = Utterance { content: from..u.content.end, verb: Some(at + 1), ..u.clone() };
    let first = Utterance { content: u.content.start..at, ..u };
    vec![first, second]
}

/// "MINISTER:" before what is said in an interview.
fn label(m: &Marked<'_>) -> (Option<Voice>, usize) {
    let Some(colon) = (1..m.tokens.len().min(12)).find(|i| m.word(*i) == ":") else { return (None, 0) };
    let words: Vec<usize> = (0..colon).filter(|i| m.tokens[*i].kind == TokenKind::Word).collect();
    let shouted = !words.is_empty() && words.iter().all(|i| m.tokens[*i].is_shouted());
    let short = colon <= 5
        && words.iter().all(|i| m.tokens[*i].is_capital())
        && words.iter().any(|i| m.is(*i, "say.role").is_some());
    if !shouted && !short {
        return (None, 0);
    }
    (Some(Voice::Named(speaker(m, 0..colon))), colon + 1)
}

/// Ranges between commas, semicolons, colons, dashes and quotation marks.
fn pieces(m: &Marked<'_>, from: usize) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = from;
    for i in from..m.tokens.len() {
        let token = &m.tokens[i];
        let within = m.periods.iter().any(|p| p.start < i && i + 1 < p.end)
            || m.quantities.iter().any(|q| q.core < i && i + 1 < q.end);
        let dash = matches!(token.text, "—" | "–") && !token.glued || token.text == "—";
        let splits = token.kind == TokenKind::Symbol
            && !within
            && (dash
                || matches!(
                    token.text,
                    "," | ";"
                        | ":"
                        | "“"
                        | "”"
                        | "\""
                        | "."
                        | "!"
                        | "?"
                        | "…"
                        | "("
                        | ")"
                        | "‘"
                        | "’"
                        | "'"
                        | "«"
                        | "»"
                        | "„"
                ));
        if splits {
            if i > start {
                out.push(start..i);
            }
            start = i + 1;
        }
    }
    if start < m.tokens.len() {
        out.push(start..m.tokens.len());
    }
    out
}

fn stretch(m: &Marked<'_>, piece: Range<usize>) -> Stretch {
    if let Some(by) =
        m.first(piece.clone(), "say.according").filter(|by| by.start < piece.start + 3 && m.word(by.start) != "per")
    {
        let np = noun_phrase_end(m, by.end, piece.end);
        if is_speaker(m, by.end..np) {
            let rest = (np < piece.end).then_some(np..piece.end).filter(|r| r.len() > 4);
            return attribution(m, by.end..np, rest, None, &piece);
        }
    } else if let Some(by) = m.first(piece.clone(), "say.according").filter(|by| m.word(by.start) == "according") {
        // "exports rose by 5 % according to the ministry": the content stands before.
        if is_speaker(m, by.end..piece.end) {
            return attribution(m, by.end..piece.end, Some(piece.start..by.start), None, &piece);
        }
    }
    if m.word(piece.end) == ":"
        && piece.len() <= 12
        && let Some(np) = introduced(m, &piece)
    {
        return attribution(m, np, None, None, &piece);
    }
    let as_view = m.word(piece.start) == "as" && piece.len() > 2;
    for verb in m.every(piece.clone(), "say.say").into_iter().chain(acts(m, &piece)) {
        let lead = leading_np(m, &piece, verb.start).or_else(|| subject_np(m, &piece, verb.start));
        if lead.as_ref().is_some_and(|np| keeps_books(m, np, &verb)) {
            continue;
        }
        if let Some(np) = lead {
            if as_view && np.start == piece.start + 1 {
                return Stretch::Aside;
            }
            let rest = content_after(m, &verb, piece.end);
            return attribution(m, np, rest, Some(verb.start), &piece);
        }
        if verb.start == piece.start
            && is_speaker(m, verb.end..noun_phrase_end(m, verb.end, piece.end))
            && piece.len() <= 14
        {
            return attribution(m, verb.end..noun_phrase_end(m, verb.end, piece.end), None, Some(verb.start), &piece);
        }
    }
    Stretch::Content(piece)
}

/// "Serbia recorded a surplus": a country has it, and says nothing.
fn keeps_books(m: &Marked<'_>, np: &Range<usize>, verb: &Range<usize>) -> bool {
    let keeps = matches!(
        m.word(verb.start),
        "record"
            | "recorded"
            | "records"
            | "register"
            | "registered"
            | "registers"
            | "posted"
            | "posts"
            | "saw"
            | "sees"
    );
    let country = m.places.iter().any(|p| p.end == np.end && p.start <= np.start + 1);
    keeps && country && matches!(m.word(verb.end), "a" | "an" | "its" | "no")
}

/// "The Kremlin spoke of a meeting but said relations ...": the subject of the first verb speaks.
fn subject_np(m: &Marked<'_>, piece: &Range<usize>, verb: usize) -> Option<Range<usize>> {
    if !matches!(m.before(verb), "and" | "but") {
        return None;
    }
    let start = past_period(m, piece.start, verb);
    let mut end = (start + 1..verb.min(start + 8)).find(|k| is_speaker(m, start..*k))?;
    if matches!(m.word(end), "in" | "of")
        && let Some(p) = m.places.iter().find(|p| p.start == end + 1)
    {
        end = p.end;
    }
    (end < verb - 1).then_some(start..end)
}

/// "The ambassador was cautious:": whoever is described before a colon speaks after it.
fn introduced(m: &Marked<'_>, piece: &Range<usize>) -> Option<Range<usize>> {
    let be = piece.clone().find(|i| {
        matches!(m.word(*i), "was" | "is" | "were" | "had" | "sounded" | "seemed" | "remained" | "went" | "put")
    })?;
    (be > piece.start && is_speaker(m, piece.start..be)).then_some(piece.start..be)
}

/// Verbs that are offers and promises by themselves, beside those of saying.
fn acts(m: &Marked<'_>, piece: &Range<usize>) -> Vec<Range<usize>> {
    let mut out = m.every(piece.clone(), "kind.offer");
    out.extend(m.every(piece.clone(), "kind.promise"));
    out.extend(
        (piece.start..piece.end)
            .filter(|i| {
                matches!(
                    m.word(*i),
                    "called"
                        | "calls"
                        | "accused"
                        | "accuses"
                        | "wished"
                        | "wishes"
                        | "rejects"
                        | "rejected"
                        | "denies"
                        | "denied"
                )
            })
            .map(|i| i..i + 1),
    );
    out.retain(|r| {
        !matches!(
            m.word(r.start),
            "is" | "are" | "was" | "were" | "should" | "target" | "goal" | "aim" | "plan" | "due" | "seek" | "would"
        )
    });
    out.sort_by_key(|r| r.start);
    out
}

fn attribution(
    m: &Marked<'_>,
    np: Range<usize>,
    content: Option<Range<usize>>,
    verb: Option<usize>,
    piece: &Range<usize>,
) -> Stretch {
    let outside = |i: usize| !content.as_ref().is_some_and(|c| c.contains(&i));
    let said = m.periods_in(piece).into_iter().filter(|p| outside(p.start)).find_map(|p| match p.time {
        Time::Day(d) => Some(Said::Day(d)),
        Time::Span(s) if p.month_only && s.from.month() == s.to.month() => {
            Some(Said::Month(s.from.year(), s.from.month()))
        }
        _ => None,
    });
    let aside =
        m.places_in(piece).into_iter().filter(|p| p.start >= np.end && outside(p.start)).map(|p| p.code).collect();
    let again = np.len() <= 3
        && np.clone().all(|i| {
            m.is(i, "say.pronoun").is_some() || matches!(m.word(i), "also" | "then" | "the" | "same" | "has" | "had")
        });
    let same = m.word(np.start) == "the" && m.word(np.start + 1) == "same";
    let voice = if again || same { Voice::Again } else { Voice::Named(speaker(m, np)) };
    Stretch::Attribution { voice, content, verb, said, aside }
}

/// The noun phrase that speaks, before a verb at `verb`: from the start of the piece or after a conjunction.
fn leading_np(m: &Marked<'_>, piece: &Range<usize>, verb: usize) -> Option<Range<usize>> {
    let mut end = verb;
    // Adverbs and auxiliaries, and a day, stand between speaker and verb.
    loop {
        let day = m.periods.iter().find(|p| p.end == end && p.start > piece.start && p.end > p.start);
        if let Some(p) = day {
            end = p.start;
        } else if end > piece.start && m.is(end - 1, "syntax.adverb").is_some() {
            end -= 1;
        } else {
            break;
        }
    }
    let mut start = piece.start;
    // "In October the former ambassador had put": a period may open the sentence.
    start = past_period(m, start, end);
    if matches!(
        m.word(start),
        "and"
            | "but"
            | "while"
            | "as"
            | "yet"
            | "because"
            | "so"
            | "however"
            | "though"
            | "although"
            | "where"
            | "when"
    ) {
        start += 1;
    }
    start = past_period(m, start, end);
    (start < end && is_speaker(m, start..end)).then_some(start..end)
}

fn noun_phrase_end(m: &Marked<'_>, from: usize, end: usize) -> usize {
    let stop = (from..end).find(|i| {
        m.periods.iter().any(|p| p.start == *i)
            || matches!(
                m.word(*i),
                "that" | "when" | "after" | "who" | "which" | "as" | "while" | "because" | "during" | "about" | "if"
            )
    });
    stop.unwrap_or(end)
}

/// What is said after a leading verb: past "that", past an object of telling; nothing where only an adjunct is left.
fn content_after(m: &Marked<'_>, verb: &Range<usize>, end: usize) -> Option<Range<usize>> {
    let mut from = verb.end;
    // "Told his guest that", "said on Tuesday that": an object of telling or a day stands between.
    let has_listener = matches!(
        m.word(verb.start),
        "told"
            | "tells"
            | "reminded"
            | "reminds"
            | "informed"
            | "informs"
            | "warned"
            | "warns"
            | "assured"
            | "assures"
            | "promised"
            | "agreed"
    );
    let reach = if has_listener { 10 } else { 5 };
    let that = (from..end.min(from + reach)).find(|i| {
        let between = from..*i;
        let day = m.periods.iter().any(|p| p.start >= from && p.end == *i);
        m.word(*i) == "that"
            && (has_listener || day || between.clone().all(|k| !matches!(m.word(k), "the" | "a" | "an" | "of")))
            && !m.quantities.iter().any(|q| between.contains(&q.core))
    });
    if let Some(that) = that {
        return (that + 1 < end).then_some(that + 1..end);
    }
    if matches!(m.word(from), "reporters" | "journalists" | "parliament" | "lawmakers" | "deputies") {
        from += 1;
    }
    if let Some(p) = m.periods.iter().find(|p| p.start == from && matches!(p.time, Time::Day(_))) {
        from = p.end;
    }
    if m.word(from) == "to" && m.word(verb.start) != "put" {
        from += 1;
    }
    let adjunct = from >= end
        || matches!(
            m.word(from),
            "in" | "at"
                | "on"
                | "this"
                | "so"
                | "reporters"
                | "of"
                | "as"
                | "aloud"
                | "about"
                | "during"
                | "after"
                | "here"
                | "with"
                | "when"
                | "him"
                | "them"
                | "back"
                | "later"
                | "before"
        ) && end - from <= 12
            && m.quantities.iter().all(|q| q.core < from || q.core >= end);
    let it = m.word(from) == "it" && end - from <= 3;
    (!adjunct && !it).then_some(from..end)
}
