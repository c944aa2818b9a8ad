//! "Exports fell by a third", "trade has doubled since 2006", "imports rose from 20 to 27 billion".

use super::{Clause, Draft, Rule};
use crate::check::{CheckType, Facts};
use crate::kind::Kind;
use crate::quantity::{Figure, Quantity};

/// A change, or, where it is still to come, a forecast.
pub(crate) struct Change;

impl Rule for Change {
    fn name(&self) -> &'static str {
        "change"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            "Danish exports to Norway grew by 12 percent in 2017.",
            "Trade between Ghana and Togo has tripled since 2010.",
            "Italy's imports from Tunisia fell from 2.4 to 1.8 billion euros.",
            "Chinese purchases of Chilean copper were a fifth lower than in 2015.",
        ]
    }

    fn draft(&self, clause: &Clause<'_, '_>) -> Option<Draft> {
        let mut draft = Draft::of(clause, CheckType::Change);
        let mut found = false;
        for q in clause.figures() {
            found |= figure(clause, q, &mut draft.facts);
        }
        let coming = matches!(clause.kind, Kind::Promise | Kind::Offer | Kind::Assessment);
        for q in bare(clause, coming) {
            let value = clause.amount(q).map(|(v, _)| v);
            match clause.lead(q) {
                "from" if draft.facts.from_value.is_none() && draft.facts.to_value.is_some() => {
                    draft.facts.from_value = value
                }
                "to" if draft.facts.to_value.is_none() && coming => draft.facts.to_value = value,
                _ => {}
            }
        }
        if !found && let Some(base) = back_to(clause) {
            draft.facts.factor = Some(1.0);
            draft.facts.base = Some(base);
            return Some(draft);
        }
        if coming && !found {
            return target(clause, draft);
        }
        if !found {
            return direction(clause, draft);
        }
        if draft.facts.to_value.is_none() && draft.facts.from_value.is_none() && draft.facts.delta.is_none() {
            draft.facts.unit = None;
        }
        if draft.facts.unit.is_none() && (draft.facts.to_value.is_some() || draft.facts.delta.is_some()) {
            draft.facts.unit = clause.figures().iter().find_map(|q| q.amount().and_then(|a| a.1));
        }
        Some(draft)
    }
}

/// Numbers without scale or unit, which take them from the others.
fn bare<'c>(clause: &'c Clause<'_, '_>, coming: bool) -> Vec<&'c Quantity> {
    let all = clause.m.quantities_in(&clause.range);
    all.into_iter().filter(|q| !q.scaled && !q.is_relative() && (coming || clause.lead(q) == "from")).collect()
}

/// Takes a figure into the facts of a change; whether it shows one.
fn figure(clause: &Clause<'_, '_>, q: &Quantity, facts: &mut Facts) -> bool {
    let sign = clause.sign(q);
    match q.figure {
        Figure::Percent(p) => {
            let Some(sign) = sign.filter(|_| facts.percent.is_none() && clause.lead(q) != "from") else { return false };
            facts.percent = Some(sign * p);
            facts.bound = q.bound.or(facts.bound);
            true
        }
        Figure::Factor(f) => multiple(clause, q, f, sign, facts),
        Figure::Several => {
            let applies = sign.is_some() || clause.kind != Kind::Claim;
            facts.vague |= applies;
            applies
        }
        Figure::Points(_) => false,
        Figure::Amount { .. } => amount(clause, q, sign, facts),
    }
}

fn multiple(clause: &Clause<'_, '_>, q: &Quantity, f: f64, sign: Option<f64>, facts: &mut Facts) -> bool {
    // "Almost double, 17.8 billion" compares with another flow; the amount is the statement.
    let compares = ["than", "as", "what", "those", "that", "since", "compared"]
        .iter()
        .any(|w| clause.m.has_word(q.end..clause.range.end, &[w]));
    let amount = clause.figures().iter().any(|o| matches!(o.figure, Figure::Amount { .. }));
    let adjective = !q.verbal && clause.m.word(q.core) == "double" && sign.is_none();
    if facts.factor.is_some()
        || adjective && amount
        || sign.is_none()
            && !q.verbal
            && !compares
            && clause.kind == Kind::Claim
            && f > 1.0
            && !beside_change(clause, q)
    {
        return false;
    }
    facts.factor = Some(if sign == Some(-1.0) && f > 1.0 { 1.0 / f } else { f });
    facts.bound = q.bound.or(facts.bound);
    true
}

/// "A threefold increase", "twice the value of 2010".
fn beside_change(clause: &Clause<'_, '_>, q: &Quantity) -> bool {
    matches!(clause.m.word(q.end), "increase" | "rise" | "the" | "their" | "its" | "growth" | "jump" | "in")
        && clause.m.word(q.end + 1) != "average"
}

fn amount(clause: &Clause<'_, '_>, q: &Quantity, sign: Option<f64>, facts: &mut Facts) -> bool {
    let Some((value, unit)) = clause.amount(q) else { return false };
    let lead = clause.lead(q);
    let reaches = q.start.checked_sub(1).is_some_and(|i| {
        matches!(
            clause.m.word(i),
            "reach" | "reaching" | "reached" | "hit" | "hitting" | "total" | "totalling" | "exceed" | "at" | "standing"
        )
    });
    let relative = clause.figures().iter().any(|o| o.is_relative() && !matches!(o.figure, Figure::Points(_)));
    let coming = matches!(clause.kind, Kind::Promise | Kind::Offer | Kind::Assessment);
    // "Had gone from 71 billion to 54": two values are a change whatever the verb.
    let both = clause.figures().iter().any(|o| clause.lead(o) == "from")
        && clause.figures().iter().any(|o| matches!(clause.lead(o), "to"));
    let moved = sign.is_some() || coming || both;
    match lead {
        "from" if moved => facts.from_value = Some(value),
        "to" | "towards" | "toward" if moved || relative => facts.to_value = Some(value),
        "by" if sign.is_some() => facts.delta = Some(sign.unwrap_or(1.0) * value),
        _ if matches!(clause.m.word(q.end), "more" | "less" | "fewer")
            || clause.m.word(q.end) == "higher"
            || clause.m.word(q.end) == "lower" =>
        {
            facts.delta = Some(if matches!(clause.m.word(q.end), "more" | "higher") { value } else { -value });
        }
        _ if reaches && (relative || coming || facts.delta.is_some()) => facts.to_value = Some(value),
        _ if sign.is_some()
            && (clause.marks("move.up").iter().chain(&clause.marks("move.down")).any(|r| r.end == q.start)) =>
        {
            facts.delta = Some(sign.unwrap_or(1.0) * value);
        }
        _ if relative && sign.is_some() => facts.to_value = facts.to_value.or(Some(value)),
        _ if coming => facts.to_value = facts.to_value.or(Some(value)),
        _ => return false,
    }
    facts.unit = facts.unit.or(unit);
    if facts.bound.is_none() && facts.percent.is_none() && facts.factor.is_none() {
        facts.bound = q.bound;
    }
    true
}

/// "Back to the level of 2012".
fn back_to(clause: &Clause<'_, '_>) -> Option<crate::interval::Interval> {
    let m = clause.m;
    let level = clause.range.clone().find(|i| {
        m.word(*i) == "level"
            && (i.saturating_sub(4)..*i).any(|k| matches!(m.word(k), "back" | "to" | "regain" | "return"))
    })?;
    m.periods_in(&clause.range).into_iter().find_map(|p| match p.time {
        crate::period::Time::Span(s) if p.end > level => Some(s),
        _ => None,
    })
}

/// "Five by 2020": a target in a bare number.
fn target(clause: &Clause<'_, '_>, mut draft: Draft) -> Option<Draft> {
    let q = clause.m.quantities_in(&clause.range).into_iter().find(|q| q.amount().is_some())?;
    let (value, unit) = clause.amount(q)?;
    draft.facts.to_value = Some(value);
    draft.facts.unit = unit;
    draft.facts.bound = q.bound;
    Some(draft)
}

/// "Trade keeps shrinking": a direction without a figure, of a pair that the clause names.
fn direction(clause: &Clause<'_, '_>, mut draft: Draft) -> Option<Draft> {
    if !clause.figures().is_empty() || draft.a.is_none() || draft.b.is_none() {
        return None;
    }
    let head = draft
        .head
        .as_ref()
        .filter(|(h, _)| matches!(h, super::Head::Exports | super::Head::Imports | super::Head::Turnover))?;
    let near = |class: &str| {
        clause
            .marks(class)
            .iter()
            .any(|r| r.start >= head.1.end || r.end == head.1.start || clause.m.word(r.end) == "in")
    };
    let sign = match (near("move.up"), near("move.down")) {
        (true, false) => "up",
        (false, true) => "down",
        _ => return None,
    };
    draft.facts.direction = Some(sign);
    Some(draft)
}
