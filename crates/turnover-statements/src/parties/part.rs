//! The part that a place has in its clause.

use std::ops::Range;

use super::Part;
use crate::lexicon::PlaceForm;
use crate::marked::{Marked, Place};

/// The part of a place in a clause.
pub(crate) fn part(m: &Marked<'_>, r: &Range<usize>, head: &Range<usize>, p: &Place) -> Part {
    if let Some(part) = noun_after(m, r, p) {
        if matches!(part, Part::Owner | Part::Market | Part::Measure) {
            return part;
        }
        if part == Part::Goods {
            return match preposition(m, r, p.start) {
                "to" | "for" | "into" => Part::To,
                _ => Part::Goods,
            };
        }
        if part == Part::Subject && preposition(m, r, p.start).is_empty() {
            return if p.start < head.start { Part::Subject } else { Part::Object };
        }
    }
    match preposition(m, r, p.start) {
        "from" | "out" => Part::From,
        "to" | "into" | "toward" | "towards" | "for" => Part::To,
        "with" => Part::With,
        "by" => Part::By,
        "of" => Part::Of,
        "in" | "at" | "on" | "over" => Part::In,
        "between" => Part::Between,
        "and" => coordinated(m, r, head, p),
        _ if p.possessive || p.form == PlaceForm::Adjective => Part::Other,
        _ if p.start < head.start => Part::Subject,
        _ => Part::Object,
    }
}

/// "X and Y": the second place has the part of the first.
fn coordinated(m: &Marked<'_>, r: &Range<usize>, head: &Range<usize>, p: &Place) -> Part {
    let before = m.places_in(r).into_iter().rfind(|q| q.end < p.start && p.start - q.end <= 5).cloned();
    match before {
        Some(q) if q.start < p.start => match part(m, r, head, &q) {
            Part::Subject | Part::Between | Part::With | Part::To | Part::From | Part::Owner => part(m, r, head, &q),
            _ => Part::Other,
        },
        _ => Part::Subject,
    }
}

/// The preposition before a place, past its article and adjectives; "and" where it is coordinated.
fn preposition<'m>(m: &'m Marked<'_>, r: &Range<usize>, at: usize) -> &'m str {
    let mut k = at;
    while k > r.start && m.is(k - 1, "syntax.article").is_some() {
        k -= 1;
    }
    if k > r.start { m.word(k - 1) } else { "" }
}

/// What the noun after an adjective or possessive makes of it.
fn noun_after(m: &Marked<'_>, r: &Range<usize>, p: &Place) -> Option<Part> {
    let bare = p.form == PlaceForm::Name && !p.possessive;
    let hyphen = matches!(m.word(p.end), "-" | "–" | "/");
    if bare && !hyphen && !matches!(m.word(p.end), "trade" | "turnover" | "market" | "exports" | "imports" | "gas") {
        return None;
    }
    if matches!(p.form, PlaceForm::Town | PlaceForm::People) && !p.possessive {
        return if p.form == PlaceForm::People { Some(Part::Subject) } else { None };
    }
    let mut k = p.end + usize::from(p.possessive);
    let end = r.end.min(k + 7);
    let mut goods = false;
    while k < end {
        if ["flow.exports", "flow.imports", "flow.turnover"].iter().any(|c| m.is(k, c).is_some())
            || m.word(k) == "balance"
        {
            return Some(Part::Owner);
        }
        if m.word(k) == "market" && !p.possessive {
            return Some(Part::Market);
        }
        if m.is(k, "flow.market").is_some() || m.is(k, "flow.supplier").is_some() || m.is(k, "flow.partner").is_some() {
            return Some(if p.possessive { Part::Owner } else { Part::Subject });
        }
        if crate::lexicon::english().measures.longest(&m.tokens, k, true).is_some() {
            return Some(Part::Measure);
        }
        let word = m.word(k);
        if m.is(k, "syntax.people").is_some() {
            return Some(Part::Subject);
        }
        let stops = m.is_symbol(k) && !matches!(word, "-" | "–")
            || matches!(
                word,
                "to" | "from"
                    | "with"
                    | "in"
                    | "of"
                    | "by"
                    | "for"
                    | "is"
                    | "was"
                    | "were"
                    | "are"
                    | "has"
                    | "have"
                    | "rose"
                    | "fell"
            );
        if stops {
            break;
        }
        goods |= crate::lexicon::english().is_product(&m.tokens[k])
            || matches!(
                word,
                "goods" | "products" | "merchandise" | "wares" | "produce" | "origin" | "made" | "commodities"
            );
        k += 1;
    }
    if p.form == PlaceForm::Adjective && m.place_at(p.end).is_none() || goods || p.possessive {
        Some(if goods || !p.possessive { Part::Goods } else { Part::Owner })
    } else {
        None
    }
}
