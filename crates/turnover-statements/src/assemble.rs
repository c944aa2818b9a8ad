//! A draft into a check: times, missing sides, units and goods that the text gave before.

use std::ops::Range;

use crate::check::{Check, CheckType, Code, Flow};
use crate::context::Context;
use crate::interval::Interval;
use crate::kind::Kind;
use crate::marked::Marked;
use crate::parties::Head;
use crate::period::{Mention, Role, Time};
use crate::product::product;
use crate::quantity::Figure;
use crate::rules::{Clause, Draft};

/// How much of a check the clause itself says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Own {
    /// Whether both sides stand in the clause.
    pub(crate) pair: bool,
    /// Whether the flow does.
    pub(crate) flow: bool,
}

/// The check of a draft, with what it takes from the context; none where no side is known.
pub(crate) fn assemble(
    clause: &Clause<'_, '_>,
    mut draft: Draft,
    context: &Context,
    scene: &[Code],
    speaker: Option<Code>,
    previous: Option<&Check>,
) -> Option<(Check, Own)> {
    let (m, r) = (clause.m, &clause.range);
    let own = Own { pair: draft.a.is_some() && draft.b.is_some(), flow: draft.flow.is_some() };
    complete(m, r, &mut draft, context, scene, speaker);
    if draft.a.is_none() && draft.b.is_none() {
        return None;
    }
    let reversed = m.has(r.clone(), "flow.reverse");
    let mut flow = draft.flow.or(context.flow)?;
    if reversed && !own.pair && matches!(context.flow, Some(Flow::Exports | Flow::Imports)) {
        flow = match clause.parties.as_ref().map(|p| p.kind) {
            Some(Head::Exports | Head::Imports) => flow,
            _ => context.flow.map_or(flow, Flow::reversed),
        };
    }
    let facts = &mut draft.facts;
    if draft.seeks_product {
        facts.product = product(m, r, draft.head.as_ref().map(|(k, at)| (*k, at)));
        let elliptic = !own.pair && facts.product.is_none() && !own_whole(m, r);
        if elliptic
            && !matches!(draft.kind, CheckType::Balance | CheckType::Forecast)
            && !reversed
            && flow != Flow::Turnover
        {
            facts.product.clone_from(&context.product);
        }
    }
    if facts.unit.is_none()
        && (facts.value.is_some_and(|v| v != 0.0)
            || facts.to_value.is_some()
            || facts.from_value.is_some()
            || facts.delta.is_some())
    {
        facts.unit = context.unit.filter(|_| context.age <= 3);
    }
    if draft.kind == CheckType::Change && matches!(clause.kind, Kind::Promise | Kind::Offer | Kind::Assessment) {
        draft.kind = CheckType::Forecast;
        if lifting(m, r) {
            facts.condition = Some("lifting");
        }
    }
    if draft.kind == CheckType::Level && matches!(clause.kind, Kind::Promise | Kind::Offer | Kind::Assessment) {
        draft.kind = CheckType::Forecast;
        facts.to_value = facts.value.take();
        facts.record = None;
    }
    // "Two billion by 2015 and five by 2020": the scale is that of the figure before.
    if clause.parties.is_none()
        && let (Some(v), Some(before)) = (facts.to_value, previous.and_then(|c| c.facts.to_value))
    {
        let scale = [1e12, 1e9, 1e6, 1e3].into_iter().find(|s| before >= *s).unwrap_or(1.0);
        facts.to_value = Some(if v < 1000.0 { v * scale } else { v });
    }
    facts.negated =
        clause.is_negated() && !matches!(draft.kind, CheckType::Effect) && facts.part != Some("not_affected");
    times(clause, &mut draft, context, own, previous);
    // Of both directions the order says nothing; it is that of the text.
    if flow == Flow::Turnover
        && context.pair.is_some()
        && context.pair == draft.b.zip(draft.a)
        && !matches!(draft.kind, CheckType::Share | CheckType::Rank)
    {
        std::mem::swap(&mut draft.a, &mut draft.b);
    }
    let pair = [draft.a, draft.b];
    Some((Check { kind: draft.kind, pair, flow, facts: draft.facts }, own))
}

/// "Total exports", "goods": all goods, whatever was spoken of before.
fn own_whole(m: &Marked<'_>, r: &Range<usize>) -> bool {
    m.has_word(r.clone(), &["total", "all", "goods", "overall", "whole"])
}

/// "If the sanctions go", "once the embargo is lifted".
fn lifting(m: &Marked<'_>, r: &Range<usize>) -> bool {
    m.has_word(
        r.clone(),
        &[
            "lifted", "lifting", "go", "removed", "dropped", "fell", "scrapped", "gone", "ended", "repealed", "eased",
            "end",
        ],
    ) && m.has_word(r.clone(), &["sanctions", "restrictions", "embargo", "measures", "ban"])
        && m.has_word(r.clone(), &["if", "once", "were", "when", "after", "should", "without"])
}

/// Fills in the sides that the clause leaves out.
fn complete(
    m: &Marked<'_>,
    r: &Range<usize>,
    draft: &mut Draft,
    context: &Context,
    scene: &[Code],
    speaker: Option<Code>,
) {
    let ours = m.has(r.clone(), "flow.own");
    let both = m.has(r.clone(), "flow.both");
    if ours && let Some(home) = speaker.or_else(|| context.speaker.as_ref().and_then(|s| s.country)) {
        let other = if draft.a == Some(home) { draft.b } else { draft.a.or(draft.b) };
        let other = if draft.a.is_some() && draft.b.is_some() && draft.a != Some(home) && draft.b != Some(home) {
            draft.b
        } else {
            other
        };
        let imports = draft.flow == Some(Flow::Imports);
        let _ = imports;
        if draft.a != Some(home) && draft.b != Some(home) {
            (draft.a, draft.b) = (Some(home), other);
        }
    }
    let inside = m.has_word(r.clone(), &["within", "inside", "intra"])
        && m.has_word(r.clone(), &["union", "bloc", "association", "community", "group"]);
    let groups = ["EAEU", "ASEAN", "EU"];
    let group = scene.iter().chain(&context.named).find(|c| groups.contains(c)).copied();
    if draft.a.is_none() && draft.b.is_none() && inside && group.is_some() {
        (draft.a, draft.b) = (group, group);
    }
    if draft.a.is_none()
        && draft.b.is_none()
        && (both || scene.len() >= 2)
        && let [a, b, ..] = scene[..]
    {
        (draft.a, draft.b) = (Some(a), Some(b));
    }
    match (draft.a, draft.b) {
        (Some(_), Some(_)) => {}
        (None, None) => {
            if let Some((a, b)) = context.sides() {
                (draft.a, draft.b) = (Some(a), Some(b));
                draft.flow = draft.flow.or(context.flow);
            }
        }
        (Some(a), None) if whole_world(m, r) => {
            let _ = a;
            draft.b = Some("WLD");
        }
        (Some(a), None) => draft.b = missing(a, context, scene, speaker),
        (None, Some(b)) => draft.a = missing(b, context, scene, speaker),
    }
    if draft.a == draft.b && !matches!(draft.a, Some("EU" | "EAEU" | "ASEAN")) {
        draft.b = None;
    }
}

fn whole_world(m: &Marked<'_>, r: &Range<usize>) -> bool {
    m.has(r.clone(), "flow.all")
}

fn missing(known: Code, context: &Context, scene: &[Code], speaker: Option<Code>) -> Option<Code> {
    let within = context.pair.filter(|(a, b)| *a == known || *b == known).map(|(a, b)| if a == known { b } else { a });
    let partner = context.pair.filter(|_| context.age <= 2).map(|(a, _)| a).filter(|a| *a != known);
    within
        .or_else(|| speaker.filter(|s| *s != known))
        .or_else(|| scene.iter().find(|c| **c != known).copied())
        .or(partner)
        .or_else(|| context.other(known))
}

/// The times of a check.
fn times(clause: &Clause<'_, '_>, draft: &mut Draft, context: &Context, own: Own, previous: Option<&Check>) {
    let (m, r) = (clause.m, &clause.range);
    let mentions = m.periods_in(r);
    let future =
        draft.kind == CheckType::Forecast || matches!(clause.kind, Kind::Promise | Kind::Offer | Kind::Assessment);
    let (mut period, mut base) = (None, None);
    let mut before = false;
    for (i, p) in mentions.iter().enumerate() {
        match (p.time, role_of(clause, p)) {
            (Time::Span(s), Role::Base | Role::Since) => base = base.or(Some(s)),
            (Time::Span(s), Role::Target) if future => period = Some(s),
            // "Had shrunk to 4.9 billion by 2016": of what was, the time by which is the period.
            (Time::Span(s), Role::Target) if s.to <= clause.date => period = period.or(Some(s)),
            (Time::Span(_), Role::Target) => {}
            (Time::Span(s), Role::In) => period = period.or(Some(s)),
            (Time::Day(d), Role::Since) => base = Some(Interval { from: d, to: d }),
            (Time::Same { year: None, .. }, _)
                if mentions.iter().any(|p| p.time == Time::YearBefore && p.role == Role::In) => {}
            (Time::Same { year, months }, _) => same(&mut period, &mut base, year, months, context),
            (Time::YearBefore, Role::Base) => {
                let now = period.or(next_period(&mentions[i..])).or(context.period);
                base = now.and_then(|s| s.shifted(-1));
                period = if own.pair { period } else { period.or(now) };
            }
            (Time::YearBefore, _) => before = true,
            _ => {}
        }
    }
    if before {
        // "A year before, the market had taken 11,400 tonnes": the period of the text, a year back.
        match period {
            Some(p) if draft.kind == CheckType::Change => base = base.or(p.shifted(-1)),
            Some(_) => {}
            None => period = context.period.and_then(|s| s.shifted(-1)),
        }
    }
    if period.is_none() && base.is_some() && clause.parties.is_none() && draft.kind == CheckType::Change {
        period = previous.and_then(|c| c.facts.period);
    }
    let inherits =
        matches!(draft.kind, CheckType::Level | CheckType::Change | CheckType::Balance) && !own.pair && !future;
    let unmeasured = base.is_none() || draft.kind == CheckType::Balance;
    if inherits && period.is_none() && m.has_word(r.clone(), &["then"]) && context.base.is_some() {
        period = context.base;
    } else if inherits && period.is_none() && unmeasured && context.age <= 7 {
        period = context.period;
        if draft.kind == CheckType::Change {
            base = context.base;
        }
    }
    // "More than in that of 2011": the same months of that year.
    if let (Some(p), Some(b)) = (period, base)
        && b.as_year().is_some()
        && p.as_year().is_none()
        && (r.start..r.end).any(|i| matches!(m.word(i), "that" | "those") && m.word(i + 1) == "of")
    {
        base = p.shifted(b.from.year() - p.from.year());
    }
    let dated =
        matches!(draft.kind, CheckType::Change | CheckType::Forecast | CheckType::Effect) || draft.facts.of.is_some();
    draft.facts.period = period;
    draft.facts.base = draft.facts.base.or(base.filter(|_| dated));
    if draft.facts.base == draft.facts.period {
        draft.facts.period = None;
    }
    if draft.kind == CheckType::Level && period.is_none() {
        draft.facts.period = base.filter(|_| mentions.iter().all(|p| p.role != Role::Since));
    }
}

fn next_period(mentions: &[&Mention]) -> Option<Interval> {
    mentions.iter().find_map(|p| match p.time {
        Time::Span(s) if p.role == Role::In => Some(s),
        _ => None,
    })
}

/// A period directly behind "from 20 billion" is what the change is measured from.
fn role_of(clause: &Clause<'_, '_>, p: &Mention) -> Role {
    let from = clause.m.quantities_in(&clause.range).into_iter().any(|q| {
        q.end == p.start && matches!(q.figure, Figure::Amount { .. } | Figure::Percent(_)) && clause.lead(q) == "from"
    });
    if from { Role::Base } else { p.role }
}

fn same(
    period: &mut Option<Interval>,
    base: &mut Option<Interval>,
    year: Option<i16>,
    months: Option<i8>,
    context: &Context,
) {
    match (year, months) {
        (Some(y), Some(n)) => {
            *base = Interval::months(y, 1, y, n);
            *period = period.or_else(|| base.and_then(|b| b.shifted(1)));
        }
        (Some(y), None) => {
            let now = period.or(context.period);
            *base = now.and_then(|p| p.shifted(y - p.from.year()));
        }
        (None, _) => *period = period.or(context.period),
    }
}
