//! "China takes 28 % of Australia's exports", "two thirds of the trade is settled in roubles".

use std::ops::Range;

use super::{Clause, Draft, Head, Rule};
use crate::check::{CheckType, Code, Flow};
use crate::lexicon::english;
use crate::marked::Place;
use crate::parties::{Part, part};
use crate::quantity::{Figure, Quantity};

/// A part of a flow: a partner's, a product's, a currency's, or what a measure touches.
pub(crate) struct Share;

/// The change of a partner's part, in points.
pub(crate) struct ShareChange;

impl Rule for Share {
    fn name(&self) -> &'static str {
        "share"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            "Germany takes 27 percent of Poland's exports.",
            "Oil makes up 60 percent of Norway's exports to Denmark.",
            "A third of the trade between India and Iran is settled in rupees.",
            "Nine tenths of trade between Spain and Cuba is not affected by the embargo.",
        ]
    }

    fn draft(&self, clause: &Clause<'_, '_>) -> Option<Draft> {
        let (q, percent) = part_of(clause)?;
        let mut draft = Draft::of(clause, CheckType::Share);
        draft.facts.percent = Some(percent);
        draft.facts.bound = q.bound;
        if currency(clause, &mut draft) || touched(clause, &mut draft) {
            if !matches!(draft.head, Some((Head::Exports | Head::Imports | Head::Turnover, _))) {
                let places: Vec<Code> = clause.m.places_in(&clause.range).iter().map(|p| p.code).collect();
                draft.flow = Some(Flow::Turnover);
                (draft.a, draft.b) =
                    (places.first().copied(), places.iter().find(|c| Some(*c) != places.first()).copied());
            }
            draft.seeks_product = draft.head.is_some();
            return Some(draft);
        }
        partner(clause, q, draft)
    }
}

impl Rule for ShareChange {
    fn name(&self) -> &'static str {
        "change of a share"
    }

    fn examples(&self) -> &'static [&'static str] {
        &["Turkey's share in Bulgaria's imports rose by 3 percentage points to 11 percent."]
    }

    fn draft(&self, clause: &Clause<'_, '_>) -> Option<Draft> {
        let points = clause.figures().into_iter().find_map(|q| match q.figure {
            Figure::Points(p) => clause.sign(q).map(|s| (q.bound, s * p)),
            _ => None,
        });
        let noun = clause.m.first(clause.range.clone(), "rank.share");
        let moved = !clause.marks("move.up").is_empty() || !clause.marks("move.down").is_empty();
        let percents: Vec<(&Quantity, f64)> = clause
            .figures()
            .into_iter()
            .filter_map(|q| match q.figure {
                Figure::Percent(p) => Some((q, p)),
                _ => None,
            })
            .collect();
        let to = percents.iter().find(|(q, _)| clause.lead(q) == "to").map(|(_, p)| *p);
        if points.is_none() && !(noun.is_some() && moved && to.is_some()) {
            return None;
        }
        let mut draft = Draft::of(clause, CheckType::Change);
        draft.facts.of = Some("share");
        draft.facts.points = points.map(|(_, p)| p);
        draft.facts.bound = points.and_then(|(b, _)| b);
        draft.facts.to_percent = to;
        draft.facts.from_percent = percents.iter().find(|(q, _)| clause.lead(q) == "from").map(|(_, p)| *p);
        sides(clause, &mut draft);
        Some(draft)
    }
}

/// The percentage that is a part of a flow rather than a change.
fn part_of<'c>(clause: &'c Clause<'_, '_>) -> Option<(&'c Quantity, f64)> {
    let m = clause.m;
    let share = clause.has("rank.share")
        || clause.has("rank.settled")
        || clause.has("rank.affected")
        || clause.has("rank.unaffected");
    clause.figures().into_iter().find_map(|q| {
        let Figure::Percent(p) = q.figure else { return None };
        let of = m.word(q.end) == "of" || m.word(q.end + 1) == "of" && !matches!(m.word(q.end), "more" | "less" | "in");
        let half = matches!(m.word(q.end), "the" | "its" | "their" | "all" | "our") || m.place_at(q.end).is_some();
        let compares = matches!(
            m.word(q.end),
            "more" | "less" | "higher" | "lower" | "fewer" | "bigger" | "smaller" | "below" | "above"
        );
        let verb = compares
            || clause
                .marks("move.up")
                .iter()
                .chain(&clause.marks("move.down"))
                .any(|v| v.end == q.start || m.word(q.start.wrapping_sub(1)) == "by");
        let dollars = matches!(m.word(q.end), "dollars" | "euros" | "tonnes" | "cars" | "barrels" | "litres")
            && m.word(q.end + 1) == "of";
        let going = ["flow.move", "rank.hold"].iter().any(|c| clause.has(c)) && !m.places_in(&clause.range).is_empty();
        let bare = clause.marks("move.up").is_empty()
            && clause.marks("move.down").is_empty()
            && !m.places_in(&clause.range).is_empty();
        (!verb && (of || dollars || share || half && going || bare && going) && p <= 100.0).then_some((q, p))
    })
}

fn currency(clause: &Clause<'_, '_>, draft: &mut Draft) -> bool {
    let (m, r) = (clause.m, &clause.range);
    let Some(settled) = m.first(r.clone(), "rank.settled") else { return false };
    let mut codes: Vec<&'static str> = Vec::new();
    for i in r.clone() {
        let consumed = m.quantities.iter().any(|q| q.start <= i && i < q.end);
        if let Some((_, code)) =
            english().currencies.longest(&m.tokens, i, true).filter(|_| !consumed && m.tokens[i].text != "won")
            && !codes.contains(&code)
        {
            codes.push(code);
        }
    }
    if codes.is_empty() && !m.has_word(r.clone(), &["currencies", "currency"]) {
        return false;
    }
    // Two currencies may share a name; the countries of the clause decide.
    let _ = settled;
    draft.facts.part = Some("currency");
    draft.facts.currency = codes;
    true
}

fn touched(clause: &Clause<'_, '_>, draft: &mut Draft) -> bool {
    let (m, r) = (clause.m, &clause.range);
    let measure =
        r.clone().find_map(|i| english().measures.longest(&m.tokens, i, true).map(|(n, class)| (i..i + n, class)));
    let un = m.first(r.clone(), "rank.unaffected");
    let hit = m.first(r.clone(), "rank.affected");
    let (part, class) = match (&un, &hit, &measure) {
        (Some(_), _, Some((_, class))) => ("not_affected", *class),
        (None, Some(_), Some((_, class))) => ("affected", *class),
        (Some(at), _, None) if matches!(m.word(at.start), "unaffected" | "untouched" | "not") => {
            ("not_affected", "sanctions")
        }
        _ => return false,
    };
    let negated = part == "affected"
        && hit.is_some_and(|h| (h.start.saturating_sub(3)..h.start).any(|i| matches!(m.word(i), "not" | "n't")));
    draft.facts.part = Some(if negated { "not_affected" } else { part });
    draft.facts.measure = Some(class);
    let at = measure.map(|(at, _)| at);
    let by =
        m.places_in(r).into_iter().find(|p| at.as_ref().is_some_and(|at| p.end <= at.start && at.start - p.end <= 3));
    draft.facts.measure_by = by.map(|p| p.code);
    if draft.a == draft.facts.measure_by && draft.b.is_some() {
        (draft.a, draft.b) = (draft.b, None);
    }
    if draft.b.is_some() && draft.b == draft.facts.measure_by
        || draft.b.is_none() && draft.a.is_some() && draft.facts.measure_by.is_some()
    {
        draft.b = Some("WLD");
    }
    true
}

/// A partner's or a product's part.
fn partner(clause: &Clause<'_, '_>, q: &Quantity, mut draft: Draft) -> Option<Draft> {
    let (m, r) = (clause.m, &clause.range);
    if whole_first(clause, &mut draft) {
        return Some(draft);
    }
    let noun = matches!(draft.head, Some((Head::Exports | Head::Imports | Head::Turnover, _)));
    if noun && product_part(clause, q, &mut draft) {
        return Some(draft);
    }
    draft.facts.part = Some("partner");
    if noun {
        sides(clause, &mut draft);
    } else {
        by_verb(clause, q, &mut draft)?;
    }
    let named = draft.a.is_some() || draft.b.is_some();
    let _ = (m, r);
    named.then_some(draft)
}

/// "Of the goods that Ghana sends to Switzerland, gold accounts for 90 percent."
fn whole_first(clause: &Clause<'_, '_>, draft: &mut Draft) -> bool {
    let (m, r) = (clause.m, &clause.range);
    let Some(comma) = r.clone().find(|i| m.word(*i) == ",").filter(|_| m.word(r.start) == "of") else { return false };
    let goods = if m.places_in(&(comma..r.end)).is_empty() { goods_in(clause, comma + 1..r.end) } else { None };
    if draft.a.is_none() || draft.b.is_none() || goods.is_none() {
        return false;
    }
    draft.facts.part = Some("product");
    draft.facts.product = goods;
    draft.seeks_product = false;
    true
}

/// The owner of the flow is whose whole it is; the other place is the partner.
fn sides(clause: &Clause<'_, '_>, draft: &mut Draft) {
    let (m, r) = (clause.m, &clause.range);
    let Some((kind, head)) = draft.head.clone() else { return };
    let places: Vec<&Place> = m.places_in(r);
    let share = m.first(r.clone(), "rank.share");
    let whose = |p: &&&Place| {
        let part = part(m, r, &head, p);
        let attached = p.end <= head.start
            && head.start - p.end <= 5
            && (p.end..head.start).all(|i| {
                !matches!(
                    m.word(i),
                    "of" | "in" | "is" | "was" | "share" | "takes" | "took" | "buys" | "to" | "%" | "percent"
                )
            });
        // "Russia's share in Ukraine's exports": the share's owner is the partner.
        let of_share = share
            .as_ref()
            .is_some_and(|s| p.possessive && p.end < s.start + 1 && s.start < head.start && s.start - p.end <= 2);
        let phrase = p.start >= head.end
            && p.start - head.end <= 3
            && matches!(m.word(head.end), "of" | "from" | "to")
            && match kind {
                Head::Exports => matches!(m.word(head.end), "of" | "from"),
                Head::Imports => matches!(m.word(head.end), "of" | "to"),
                _ => m.word(head.end) == "of",
            };
        !of_share
            && (attached
                && matches!(part, Part::Owner | Part::Goods | Part::Subject | Part::Of | Part::In | Part::Other)
                || phrase)
    };
    let a = places.iter().find(whose).map(|p| p.code);
    let own = (r.start..head.start).any(|i| matches!(m.word(i), "its" | "their" | "his") && head.start - i <= 5);
    let b_of = |a: Option<Code>| {
        // "Second only to the United States": a country named for comparison is not the partner.
        let compared = |p: &&&Place| {
            (p.start.saturating_sub(5).max(r.start)..p.start).any(|i| {
                matches!(m.word(i), "after" | "behind" | "ahead") || m.word(i) == "only" && m.word(i + 1) == "to"
            })
        };
        let open = |p: &&&Place| Some(p.code) != a && part(m, r, &head, p) != Part::Measure;
        places.iter().rev().find(|p| open(p) && !compared(p)).map(|p| p.code)
    };
    if a.is_none() && own && places.len() > 1 {
        // "Kenya sends a fifth of its exports to Uganda".
        draft.a = places.first().map(|p| p.code);
        draft.b = b_of(draft.a);
        return;
    }
    draft.a = a;
    draft.b = b_of(a);
}

/// "Oil makes up 60 percent of Norway's exports to Denmark".
fn product_part(clause: &Clause<'_, '_>, q: &Quantity, draft: &mut Draft) -> bool {
    let (m, r) = (clause.m, &clause.range);
    let Some((_, head)) = draft.head.clone() else { return false };
    let places = m.places_in(r);
    let bound = |p: &&&Place| {
        p.start > head.end
            && p.start - head.end <= 3
            && matches!(m.word(head.end), "to" | "from" | "with" | "into" | "between")
    };
    let after = places.iter().filter(bound).count();
    let before = places.iter().filter(|p| p.end <= head.start && head.start - p.end <= 5).count();
    let between = m.word(head.end) == "between";
    // "Copper made up four fifths of those shipments": the flow that was spoken of before.
    let those = places.is_empty() && matches!(m.before(head.start), "those" | "these" | "such");
    if !(those || after > 0 && (before > 0 || between)) {
        return false;
    }
    // The goods stand outside the phrase of the flow: before the figure or at the end.
    let goods = goods_in(clause, r.start..q.start).or_else(|| goods_in(clause, head.end..r.end));
    let Some(goods) = goods else { return false };
    draft.facts.part = Some("product");
    draft.facts.product = Some(goods);
    draft.seeks_product = false;
    true
}

fn goods_in(clause: &Clause<'_, '_>, r: Range<usize>) -> Option<String> {
    if r.is_empty() { None } else { crate::product::product(clause.m, &r, None) }
}

/// "A quarter of all coffee that Germany imported": whose whole it is, and which way it goes.
fn relative(clause: &Clause<'_, '_>, q: &Quantity) -> Option<(Code, Flow)> {
    let (m, r) = (clause.m, &clause.range);
    m.places_in(r).into_iter().filter(|p| p.start > q.end).find_map(|p| {
        let verb = (p.end..r.end.min(p.end + 3)).find(|i| {
            m.is(*i, "flow.buy").is_some()
                || m.is(*i, "flow.sell").is_some()
                || matches!(m.word(*i), "burns" | "burned" | "uses" | "used" | "needs" | "eats" | "drinks")
        })?;
        let sells = m.is(verb, "flow.sell").is_some() && !matches!(m.word(verb), "imports" | "imported");
        let open = matches!(m.before(p.start), "that" | "which" | "everything" | "what" | "the" | "all" | "goods")
            || m.is_symbol(p.start.wrapping_sub(1))
            || english().is_product(&m.tokens[p.start - 1]);
        (open && !m.has_word(q.end..p.start, &["to", "from", "by"]))
            .then_some((p.code, if sells { Flow::Exports } else { Flow::Imports }))
    })
}

/// "Poland gets 40 percent of its gas from Norway", "China buys a third of Chile's copper".
fn by_verb(clause: &Clause<'_, '_>, q: &Quantity, draft: &mut Draft) -> Option<()> {
    let (m, r) = (clause.m, &clause.range);
    let (kind, head) = draft.head.clone().or_else(|| m.first(r.clone(), "rank.hold").map(|h| (Head::Buy, h)))?;
    let places = m.places_in(r);
    if let Some((owner, flow)) = relative(clause, q) {
        let partner = places.iter().find(|p| p.code != owner).map(|p| p.code);
        (draft.a, draft.b, draft.flow) = (Some(owner), partner, Some(flow));
        return Some(());
    }
    let from = places.iter().find(|p| part(m, r, &head, p) == Part::From).map(|p| p.code);
    let to = places.iter().find(|p| part(m, r, &head, p) == Part::To).map(|p| p.code);
    let owner =
        places.iter().find(|p| p.start > q.end && m.word(q.end) == "of" && p.start - q.end <= 3).map(|p| p.code);
    let owner = owner.or_else(|| {
        places
            .iter()
            .find(|p| {
                (p.possessive || p.form == crate::lexicon::PlaceForm::Adjective)
                    && Some(p.code) != from
                    && Some(p.code) != to
            })
            .map(|p| p.code)
    });
    let subject = places
        .iter()
        .find(|p| p.start < q.start && Some(p.code) != from && Some(p.code) != to && Some(p.code) != owner)
        .map(|p| p.code);
    let (a, b, flow) = match (kind, from, to) {
        (_, Some(f), None) => (owner.or(subject), Some(f), Flow::Imports),
        (_, None, Some(t)) => (owner.or(subject), Some(t), Flow::Exports),
        (Head::Sell, None, None) => (owner, subject, Flow::Imports),
        (_, None, None) if owner.is_some() && subject.is_some() => (owner, subject, Flow::Exports),
        (Head::Move, None, None) => {
            let last = places.last().map(|p| p.code);
            (places.first().map(|p| p.code).filter(|c| Some(*c) != last), last, Flow::Exports)
        }
        _ => return None,
    };
    (draft.a, draft.b, draft.flow) = (a, b, Some(flow));
    Some(())
}
