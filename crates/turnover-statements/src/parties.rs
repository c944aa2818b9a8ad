//! Whose trade with whom: the flow that a clause speaks of, and the part that each place has in it.

mod part;

use std::ops::Range;

use crate::check::{Code, Flow};
use crate::lexicon::PlaceForm;
use crate::marked::Marked;

pub(crate) use part::part;

/// The word that names the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    Exports,
    Imports,
    Turnover,
    Sell,
    Buy,
    Move,
}

/// What a place does in its clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    From,
    To,
    With,
    By,
    Of,
    In,
    Between,
    /// Owner of the flow: "Russian exports".
    Owner,
    /// "Swiss firms", or a name before the verb.
    Subject,
    /// A name after the verb.
    Object,
    /// "The Russian market".
    Market,
    /// "Polish furniture".
    Goods,
    /// "Argentina's import rules".
    Measure,
    Other,
}

/// The flow of a clause and its two sides, as far as the clause names them.
#[derive(Debug, Clone)]
pub(crate) struct Parties {
    pub(crate) a: Option<Code>,
    pub(crate) b: Option<Code>,
    pub(crate) flow: Flow,
    pub(crate) head: Range<usize>,
    pub(crate) kind: Head,
}

/// The head of a clause: the first noun of a flow, else a verb of trade.
pub(crate) fn head(m: &Marked<'_>, r: &Range<usize>) -> Option<(Head, Range<usize>)> {
    let nouns = [("flow.turnover", Head::Turnover), ("flow.exports", Head::Exports), ("flow.imports", Head::Imports)];
    let mut best: Option<(Head, Range<usize>)> = None;
    for (class, kind) in nouns {
        for at in m.every(r.clone(), class) {
            if is_noun(m, &at)
                && best.as_ref().is_none_or(|(_, b)| at.start < b.start || at.start == b.start && at.len() > b.len())
            {
                best = Some((kind, at));
            }
        }
    }
    if best.is_some() {
        return best;
    }
    let verb =
        |class: &str, head: Head| m.every(r.clone(), class).into_iter().find(|v| is_verb(m, v, r)).map(|v| (head, v));
    // Of two verbs the first is the clause's: "buys a third of everything Ukraine exports".
    let traded =
        [verb("flow.sell", Head::Sell), verb("flow.buy", Head::Buy)].into_iter().flatten().min_by_key(|(_, v)| v.start);
    traded.or_else(|| verb("flow.move", Head::Move))
}

/// Whether a word of a flow is a noun here, and a flow.
pub(crate) fn is_noun(m: &Marked<'_>, at: &Range<usize>) -> bool {
    // "Free trade", "trade deal": part of a measure.
    let measure = (at.start.saturating_sub(3)..=at.start).any(|i| {
        crate::lexicon::english().measures.longest(&m.tokens, i, true).is_some_and(|(n, _)| n > 1 && i + n >= at.end)
    });
    if measure {
        return false;
    }
    let word = m.word(at.start);
    let before = m.before(at.start);
    // Revenue is trade where goods stand before it: "oil revenue from India".
    if matches!(word, "revenue" | "revenues" | "earnings" | "receipts") {
        return at.start.checked_sub(1).is_some_and(|i| crate::lexicon::english().is_product(&m.tokens[i]));
    }
    if matches!(word, "demand" | "needs" | "requirements")
        && m.place_at(at.start.wrapping_sub(1)).is_none()
        && !matches!(m.before(at.start), "'s" | "its" | "their")
    {
        return false;
    }
    let blocked = ["topic.blocked"].iter().any(|c| m.is(at.start, c).is_some_and(|n| n > at.len()));
    let verb_before = m.place_at(at.start.wrapping_sub(1)).is_some_and(|p| {
        !p.possessive && matches!(p.form, PlaceForm::Name | PlaceForm::People) && m.before(p.start) != "of"
    });
    let plain = matches!(
        word,
        "exports" | "imports" | "trade" | "trades" | "exchanges" | "supplies" | "purchases" | "export" | "import"
    );
    let infinitive = matches!(before, "to" | "they" | "we" | "i" | "would" | "will" | "could" | "it" | "and")
        && matches!(word, "export" | "import" | "trade");
    let noun_follows = matches!(word, "exchange" | "exchanges" | "business" | "trade" | "export" | "import")
        && m.is(at.end, "syntax.compound").is_some()
        && !(m.word(at.end) == "of" && word == "exchange" && m.word(at.end + 1) == "goods");
    !(blocked
        || infinitive
        || noun_follows
        || plain
            && verb_before
            && m.is(at.end, "move.up").is_none()
            && m.is(at.end, "move.down").is_none()
            && is_figure_or_object(m, at.end))
}

fn is_figure_or_object(m: &Marked<'_>, i: usize) -> bool {
    m.is(i, "syntax.predicate").is_none()
}

fn is_verb(m: &Marked<'_>, v: &Range<usize>, r: &Range<usize>) -> bool {
    let word = m.word(v.start);
    let before = if v.start > r.start { m.before(v.start) } else { "" };
    if matches!(before, "the" | "a" | "an" | "of" | "its" | "their" | "total" | "imported" | "these")
        && !matches!(word, "sold" | "bought")
    {
        return false;
    }
    // "took effect", "took place", "get better": common verbs need goods or a figure behind them.
    let weak = m.is(v.start, "syntax.weak").is_some();
    if !weak {
        return true;
    }
    let figure = m.quantities_in(r).iter().any(|q| q.scaled || q.is_relative());
    let idiom = matches!(m.word(v.end), "effect" | "place" | "part" | "note" | "over" | "off" | "into" | "ready");
    figure && !idiom
}

/// The parties of a clause, as far as its own words name them.
pub(crate) fn parties(m: &Marked<'_>, r: &Range<usize>) -> Option<Parties> {
    let (kind, head) = head(m, r)?;
    let parts: Vec<(Part, Code)> = m
        .places_in(r)
        .into_iter()
        .map(|p| (part(m, r, &head, p), p.code))
        .filter(|(part, _)| *part != Part::Measure)
        .collect();
    let pick = |wanted: &[Part], not: Option<Code>| {
        wanted.iter().find_map(|w| parts.iter().find(|(p, c)| p == w && Some(*c) != not).map(|(_, c)| *c))
    };
    use Part::{Between, By, From, Goods, In, Market, Object, Of, Other, Owner, Subject, To, With};
    let (a, b, flow) = match kind {
        Head::Turnover => {
            let with = pick(&[With, To], None);
            let a = pick(&[Between, Owner, Subject, Of, From, Goods, Other, In, Object, By], with);
            let b = with
                .filter(|w| Some(*w) != a)
                .or_else(|| pick(&[Between, Owner, Subject, From, Of, Market, Goods, In, Object, Other, By], a));
            (a, b, Flow::Turnover)
        }
        Head::Exports => {
            let to = pick(&[To, Market, With], None);
            let from = pick(&[Owner, From, Of, By, Goods, Subject, Other], to);
            (from, to.or_else(|| pick(&[In, Subject, Object, Owner, Goods, Other], from)), Flow::Exports)
        }
        Head::Imports => {
            let from = pick(&[From, With], None);
            let to = pick(&[Owner, By, Subject, To, In, Market], from);
            let from = from.or_else(|| pick(&[Goods, Of, Other, Owner, Object], to));
            (to.or_else(|| pick(&[Goods, Object, Other], from)), from, Flow::Imports)
        }
        Head::Sell => {
            let passive = m.has_word(r.start..head.start, &["was", "were", "been", "is", "are", "being"])
                && !m.has_word(r.start..head.start, &["have", "has", "had"])
                && pick(&[By], None).is_some();
            let from =
                if passive { pick(&[By, From, Goods], None) } else { pick(&[Subject, From, By, Owner, Goods], None) };
            let to = pick(&[To, Object, Market, In, With, Subject], from);
            let from = from.or_else(|| pick(&[Goods, Other, Of], to));
            (from, to.or_else(|| pick(&[Goods, Owner, Other], from)), Flow::Exports)
        }
        Head::Buy => {
            let from = pick(&[From], None);
            let to = pick(&[Subject, Market, By, To, Owner, In], from);
            let from = from.or_else(|| pick(&[Goods, Of, Object, Owner, Other, To], to));
            (to, from, Flow::Imports)
        }
        Head::Move => {
            let to = pick(&[To, In, Market, Object], None);
            let from = pick(&[From, Owner, Goods, Of, Subject, Other], to);
            (from, to, Flow::Exports)
        }
    };
    let flow_of = |a: Option<Code>| (a, b, flow);
    let (a, b, flow) = flow_of(a);
    Some(Parties { a, b, flow, head, kind })
}
