//! Noun phrases that can speak, and whom they name.

use std::ops::Range;

use super::Speaker;
use crate::lexicon::PlaceForm;
use crate::marked::Marked;
use crate::token::TokenKind;

/// Past a period that begins at a token.
pub(super) fn past_period(m: &Marked<'_>, start: usize, end: usize) -> usize {
    m.periods.iter().find(|p| p.start == start && p.end < end).map_or(start, |p| p.end)
}

/// Whether a range can be the name of a speaker: a role, a source, a place or a pronoun, and no figure or verb of trade.
pub(super) fn is_speaker(m: &Marked<'_>, range: Range<usize>) -> bool {
    if range.is_empty()
        || range.len() > 16
        || m.quantities.iter().any(|q| range.contains(&q.core) && (q.scaled || q.is_relative()))
    {
        return false;
    }
    if m.has_word(range.clone(), &["that", "is", "was", "were", "are", "which", "has", "have", "rose", "fell", "will"])
    {
        return false;
    }
    let pronoun = m.is(range.start, "say.pronoun").is_some() && range.len() <= 2;
    let role = head_role(m, &range).is_some();
    let place = m
        .place_at(range.start)
        .is_some_and(|p| p.end == range.end && matches!(p.form, PlaceForm::Town | PlaceForm::Name | PlaceForm::People));
    let article = m.word(range.start) == "the" && m.place_at(range.start + 1).is_some_and(|p| p.end == range.end);
    let places = range.clone().all(|i| {
        m.place_at(i).is_some_and(|p| p.form == PlaceForm::Town || p.form == PlaceForm::Name) || m.word(i) == "and"
    });
    let denies = m.has_word(range.clone(), &["rejects", "rejected", "denies", "denied"]);
    let named = range.clone().filter(|i| m.tokens[*i].is_capital() && m.place_at(*i).is_none()).count() >= 2
        && range
            .clone()
            .all(|i| m.tokens[i].is_capital() || matches!(m.word(i), "mr" | "mrs" | "de" | "von" | "van" | "al" | "-"));
    !denies && (pronoun || role || place || places || article || named)
}

/// The last word of the role in a range: it is a role, or all that follows it says where.
fn head_role(m: &Marked<'_>, range: &Range<usize>) -> Option<usize> {
    let first = (range.start..range.end).find(|i| m.is(*i, "say.role").is_some_and(|n| i + n <= range.end))?;
    // What stands before the role is its article, adjectives and country, not a clause.
    let clause = (range.start..first).any(|i| {
        m.is(i, "flow.sell").is_some() && !matches!(m.word(i), "export" | "exports")
            || m.is(i, "flow.turnover").is_some() && m.word(i) != "trade" && m.word(i) != "commerce"
            || m.is(i, "flow.exports").is_some() && !matches!(m.word(i), "export" | "sales")
            || m.is(i, "flow.imports").is_some() && m.word(i) != "import"
    });
    (!clause).then_some(first)
}

/// The speaker that a noun phrase names.
pub(super) fn speaker(m: &Marked<'_>, np: Range<usize>) -> Speaker {
    let places = m.places_in(&np);
    let mut country = places.first().map(|p| p.code);
    let alone = places.first().filter(|p| {
        matches!(p.form, PlaceForm::Town | PlaceForm::Name)
            && np.clone().all(|i| {
                p.start <= i && i < p.end
                    || m.word(i) == "the"
                    || m.is(i, "say.source").is_some()
                    || matches!(m.word(i), "from" | "in")
            })
    });
    if let Some(p) = alone {
        return Speaker { name: None, role: Some(text_of(m, p.start..p.end)), country };
    }
    let (mut words, mut name): (Vec<String>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut i = np.start;
    while i < np.end {
        let relative = matches!(m.word(i), "who" | "for" | "on" | "at" | "from") && !words.is_empty();
        if relative {
            break;
        }
        if let Some(p) = m.place_at(i).filter(|p| p.start == i) {
            i = p.end;
            continue;
        }
        let word = m.word(i);
        let before_place = matches!(word, "in" | "of")
            && (i + 1..i + 3)
                .any(|k| m.place_at(k).is_some_and(|p| p.start == k) && (k == i + 1 || m.word(i + 1) == "the"))
            && !(m.word(i + 1) == "the" && m.place_at(i + 2).is_some_and(|p| p.end < np.end));
        let dropped = matches!(
            word,
            "the"
                | "a"
                | "an"
                | "its"
                | "his"
                | "her"
                | "my"
                | "our"
                | "their"
                | "-"
                | "that"
                | "one"
                | "also"
                | "'s"
                | "\""
                | "“"
                | "then"
                | "two"
                | "both"
        ) || before_place
            || m.tokens[i].kind == TokenKind::Possessive;
        let titled = !words.is_empty() && words.iter().any(|w| w.len() > 2) && m.tokens[i].is_capital();
        if titled
            && m.is(i, "say.role").is_none()
            && !dropped
            && (i + 1 == np.end || !name.is_empty() || m.tokens[i + 1].is_capital())
        {
            name.push(m.tokens[i].text);
        } else if !dropped {
            words.push(m.tokens[i].text.to_lowercase());
        }
        i += 1;
    }
    if country.is_none() && np.clone().any(|i| m.tokens[i].text == "Commission" || m.tokens[i].text == "European") {
        country = Some("EU");
    }
    let role = words.join(" ");
    let role = match (&*role, np.clone().any(|i| m.word(i) == "sides")) {
        ("sides", true) => "both sides".to_owned(),
        _ => role,
    };
    let name = (!name.is_empty()).then(|| name.join(" "));
    Speaker { name, role: (!role.is_empty()).then_some(role), country }
}

fn text_of(m: &Marked<'_>, range: Range<usize>) -> String {
    m.tokens[range].iter().map(|t| t.text).collect::<Vec<_>>().join(" ")
}
