//! "Kazakhstan remains Uzbekistan's second most important market."

use std::ops::Range;

use super::{Clause, Draft, Head, Rule};
use crate::check::{CheckType, Code, Flow};
use crate::lexicon::english;
use crate::marked::{Marked, Place};

/// A partner's place among all.
pub(crate) struct Rank;

impl Rule for Rank {
    fn name(&self) -> &'static str {
        "rank"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            "Sweden is Finland's third-largest supplier.",
            "China is the biggest buyer of Brazilian soybeans.",
            "The Netherlands ranks second among Belgium's trading partners.",
        ]
    }

    fn draft(&self, clause: &Clause<'_, '_>) -> Option<Draft> {
        let (m, r) = (clause.m, &clause.range);
        let nouns =
            [("flow.partner", Flow::Turnover), ("flow.market", Flow::Exports), ("flow.supplier", Flow::Imports)];
        if let Some(draft) = bare_rank(clause) {
            return Some(draft);
        }
        let (rank, best, noun, flow) = nouns.iter().find_map(|(class, flow)| {
            m.every(r.clone(), class).into_iter().find_map(|noun| {
                let (rank, at) = place_before(m, r, noun.start).or_else(|| ranked(m, r, noun.start))?;
                Some((rank, at, noun, *flow))
            })
        })?;
        let places = m.places_in(r);
        let owner = owner(clause, &places, best, &noun)?;
        let listed = |p: &Place| is_group(p) && matches!(m.before(p.start), "in" | "among" | "within");
        let subject = places
            .iter()
            .find(|p| p.code != owner.unwrap_or("") && !listed(p) && p.start < noun.start && !after_place(m, p))
            .or_else(|| places.iter().find(|p| Some(p.code) != owner && !is_group(p) && !after_place(m, p)))
            .map(|p| p.code);
        let mut draft = Draft { a: owner, b: subject, flow: Some(flow), ..Draft::of(clause, CheckType::Rank) };
        draft.facts.rank = Some(rank);
        draft.facts.among = places
            .iter()
            .find(|p| {
                is_group(p)
                    && Some(p.code) != owner
                    && Some(p.code) != subject
                    && matches!(m.before(p.start), "in" | "among" | "within" | "the" | "of")
            })
            .map(|p| p.code);
        draft.head = Some((Head::Exports, noun.clone()));
        draft.facts.product = goods(m, best, &noun, r);
        draft.seeks_product = false;
        Some(draft)
    }
}

/// "The United States ranks second": in the flow that the text speaks of.
fn bare_rank(clause: &Clause<'_, '_>) -> Option<Draft> {
    let (m, r) = (clause.m, &clause.range);
    let verb =
        r.clone().find(|i| matches!(m.word(*i), "ranks" | "ranked" | "comes" | "came" | "stands") && *i > r.start)?;
    let (len, rank) = english().ordinals.longest(&m.tokens, verb + 1, true)?;
    let ends =
        verb + 1 + len >= r.end || matches!(m.word(verb + 1 + len), "," | "with" | "at" | "." | "behind" | "after");
    let place = m.places_in(r).into_iter().find(|p| p.end <= verb)?;
    let mut draft = Draft {
        a: None,
        b: Some(place.code),
        flow: None,
        head: None,
        seeks_product: false,
        ..Draft::of(clause, CheckType::Rank)
    };
    draft.facts.rank = Some(rank as u32);
    ends.then_some(draft)
}

fn is_group(p: &Place) -> bool {
    matches!(p.code, "EU" | "ASEAN" | "EAEU")
}

/// "After China", "ahead of India": a country named for comparison only.
fn after_place(m: &Marked<'_>, p: &Place) -> bool {
    let two = if p.start >= 2 { m.word(p.start - 2) } else { "" };
    matches!(m.before(p.start), "after" | "behind" | "before")
        || two == "ahead"
        || m.before(p.start) == "and"
            && (p.start.saturating_sub(4)..p.start).any(|i| m.word(i) == "after" || m.word(i) == "behind")
}

/// The rank before a noun: "second most important", "third-largest", "biggest", "number two".
fn place_before(m: &Marked<'_>, r: &Range<usize>, noun: usize) -> Option<(u32, usize)> {
    let from = noun.saturating_sub(7).max(r.start);
    let mut found = None;
    for i in (from..noun).rev() {
        if m.is_symbol(i) && m.word(i) != "-" && !(m.word(i) == "." && m.before(i) == "no")
            || matches!(m.word(i), "to" | "from" | "with" | "is" | "was" | "remains" | "of")
        {
            break;
        }
        if let Some((_, n)) = english().ordinals.longest(&m.tokens, i, true) {
            return Some((n as u32, i));
        }
        if matches!(m.word(i), "no" | "number" | "nr" | "no.") {
            let digits = (i + 1..i + 3)
                .find_map(|k| m.tokens.get(k).and_then(|t| t.text.parse::<u32>().ok()))
                .or_else(|| english().cardinals.longest(&m.tokens, i + 1, true).map(|(_, v)| v as u32));
            return digits.filter(|n| *n > 0 && *n < 200).map(|n| (n, i));
        }
        if m.is(i, "rank.best").is_some_and(|n| i + n <= noun) {
            found = Some((1, i));
        }
    }
    found
}

/// "Ranks fourth among Belgium's partners", "the fourth of Belgium's partners".
fn ranked(m: &Marked<'_>, r: &Range<usize>, noun: usize) -> Option<(u32, usize)> {
    let listed = (r.start..noun).find_map(|i| {
        let (len, n) = english().ordinals.longest(&m.tokens, i, true)?;
        matches!(m.word(i + len), "among" | "of" | "in" | "place" | "on" | "as").then_some((n as u32, i))
    });
    // "Among Finland's suppliers, Sweden ranks third".
    listed.or_else(|| {
        (noun..r.end).find_map(|i| {
            let (_, n) = english().ordinals.longest(&m.tokens, i, true)?;
            matches!(m.before(i), "ranks" | "ranked" | "is" | "comes" | "came" | "was").then_some((n as u32, noun))
        })
    })
}

/// Whose list it is: the possessive before the rank, or the phrase after the noun. None where nobody is named.
fn owner(clause: &Clause<'_, '_>, places: &[&Place], best: usize, noun: &Range<usize>) -> Option<Option<Code>> {
    let (m, r) = (clause.m, &clause.range);
    let before = places
        .iter()
        .rfind(|p| (p.possessive || m.word(p.end) == "-") && p.end <= noun.start && noun.start - p.end < 10);
    if let Some(p) = before {
        return Some(Some(p.code));
    }
    let after = places.iter().find(|p| {
        p.start >= noun.end
            && !after_place(m, p)
            && p.start - noun.end < 8
            && (noun.end..p.start).any(|i| matches!(m.word(i), "of" | "for" | "to" | "in" | "from"))
    });
    if let Some(p) = after.filter(|p| !is_group(p) || places.len() < 3) {
        return Some(Some(p.code));
    }
    let adjective =
        places.iter().find(|p| p.start > r.start && p.end <= noun.start && p.start + 3 >= best && p.start != r.start);
    if let Some(p) = adjective {
        return Some(Some(p.code));
    }
    let pronoun = (r.start..noun.start).any(|i| matches!(m.word(i), "its" | "our" | "their" | "his" | "whose"));
    if pronoun && !m.has_word(noun.end..r.end, &["world"]) {
        return Some(None);
    }
    let world = m.has_word(r.clone(), &["world", "planet", "region", "continent"]);
    (!world && places.len() == 1 && m.word(best.wrapping_sub(1)) == "the").then_some(None)
}

/// "Biggest coffee supplier", "buyer of wheat", "customer for tables".
fn goods(m: &Marked<'_>, best: usize, noun: &Range<usize>, r: &Range<usize>) -> Option<String> {
    let between: Vec<&str> = (best + 1..noun.start)
        .filter(|i| {
            m.place_at(*i).is_none()
                && m.is(*i, "flow.general").is_none()
                && m.is(*i, "rank.best").is_none()
                && !m.is_symbol(*i)
                && english().ordinals.longest(&m.tokens, *i, true).is_none()
                && !matches!(
                    m.word(*i),
                    "important"
                        | "place"
                        | "among"
                        | "position"
                        | "rank"
                        | "most"
                        | "big"
                        | "large"
                        | "one"
                        | "'s"
                        | "single"
                )
        })
        .map(|i| m.word(i))
        .collect();
    if !between.is_empty() && !m.has_word(best..noun.start, &["among", "place"]) && between.iter().all(|w| w.len() > 1)
    {
        return Some(crate::product::singular(&between.join(" ")));
    }
    let after = noun.end..r.end;
    if !matches!(m.word(noun.end), "of" | "for") {
        return None;
    }
    crate::product::product(m, &after, None)
}
