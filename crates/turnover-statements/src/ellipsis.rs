//! Clauses that leave out what the clause before them said.

use crate::check::{Check, CheckType, Facts, Flow};
use crate::parties::Head;
use crate::quantity::Figure;
use crate::rules::Clause;

/// A clause that leaves out all but a new partner or figure: "the EU a quarter", "Brazil is".
pub(crate) fn ellipsis(clause: &Clause<'_, '_>, previous: Option<&Check>) -> Option<Check> {
    let (m, r) = (clause.m, &clause.range);
    let last = previous?;
    let places = m.places_in(r);
    let mut check = last.clone();
    if last.kind == CheckType::Rank && r.len() <= 4 && places.len() == 1 && m.has_word(r.clone(), &["is", "was", "are"])
    {
        check.pair[1] = Some(places[0].code);
        check.facts.negated = m.has_word(r.clone(), &["not"]);
        return Some(check);
    }
    if let Some(found) = part_of_trade(clause, last).or_else(|| same_move(clause, last)) {
        return Some(found);
    }
    let plain =
        clause.parties.as_ref().is_none_or(|p| !matches!(p.kind, Head::Exports | Head::Imports | Head::Turnover));
    let those = m.has_word(r.clone(), &["those", "that"]);
    let percent = clause.figures().into_iter().find_map(|q| match q.figure {
        Figure::Percent(p) => Some((q, p)),
        _ => None,
    })?;
    let still = clause.marks("move.up").is_empty() && clause.marks("move.down").is_empty();
    if !plain && !those || !still {
        return None;
    }
    match last.kind {
        CheckType::Share if !places.is_empty() && r.len() <= 16 => check.pair[1] = Some(places[0].code),
        CheckType::Change if last.facts.percent.is_some() && clause.lead(percent.0) == "by" || those => {}
        _ => return None,
    }
    let sign = if last.kind == CheckType::Change && last.facts.percent.is_some_and(|p| p < 0.0) { -1.0 } else { 1.0 };
    check.facts.percent = Some(sign * percent.1);
    check.facts.bound = percent.0.bound;
    check.facts.negated = false;
    (check.facts.to_value, check.facts.from_value, check.facts.unit) = (None, None, None);
    if let Some(product) = crate::product::product(m, r, None).or_else(|| those_of(clause)) {
        check.facts.product = Some(product);
    } else if last.kind == CheckType::Change && !places.is_empty() {
        let origin = last.flow == Flow::Exports && m.has_word(r.clone(), &["to"]);
        check.pair[usize::from(origin || last.flow == Flow::Imports)] = Some(places[0].code);
    }
    Some(check)
}

/// "13 percent of sales", "38 percent of everything the country sold abroad": the partner's part of the whole.
fn part_of_trade(clause: &Clause<'_, '_>, last: &Check) -> Option<Check> {
    let (m, r) = (clause.m, &clause.range);
    let [Some(a), Some(b)] = last.pair else { return None };
    let share =
        clause.figures().into_iter().find(|q| matches!(q.figure, Figure::Percent(_)) && m.word(q.end) == "of")?;
    let Figure::Percent(percent) = share.figure else { return None };
    let nouns = (m.has(r.clone(), "flow.exports"), m.has(r.clone(), "flow.imports"));
    let sold = nouns.0 || !nouns.1 && m.has_word(r.clone(), &["sold", "sells", "exported", "exports"]);
    let bought = nouns.1 || !nouns.0 && m.has_word(r.clone(), &["bought", "buys", "imported", "imports"]);
    if share.start > r.start + 2 || !m.places_in(r).is_empty() || sold == bought || last.flow == Flow::Turnover {
        return None;
    }
    let (from, to) = if last.flow == Flow::Imports { (b, a) } else { (a, b) };
    let mut check = last.clone();
    (check.kind, check.pair, check.flow) = (
        CheckType::Share,
        if sold { [Some(from), Some(to)] } else { [Some(to), Some(from)] },
        if sold { Flow::Exports } else { Flow::Imports },
    );
    let period = last.facts.period.filter(|_| last.kind != CheckType::Rank);
    check.facts =
        Facts { percent: Some(percent), bound: share.bound, part: Some("partner"), period, ..Facts::default() };
    Some(check)
}

/// "... and its imports from there by 4 percent": the other flow moved the same way.
fn same_move(clause: &Clause<'_, '_>, last: &Check) -> Option<Check> {
    let (m, r) = (clause.m, &clause.range);
    let parties = clause.parties.as_ref().filter(|p| matches!(p.kind, Head::Exports | Head::Imports))?;
    let sign = last.facts.percent.filter(|_| last.kind == CheckType::Change)?.signum();
    let still = clause.marks("move.up").is_empty() && clause.marks("move.down").is_empty();
    let (q, percent) = clause.figures().into_iter().find_map(|q| match q.figure {
        Figure::Percent(p) if clause.lead(q) == "by" => Some((q, p)),
        _ => None,
    })?;
    if !still || parties.a.is_some() || parties.b.is_some() || last.flow == Flow::Turnover {
        return None;
    }
    let period = m.periods_in(r).into_iter().find_map(|p| match p.time {
        crate::period::Time::Span(s) => Some(s),
        _ => None,
    });
    let mut check = last.clone();
    check.flow = parties.flow;
    check.facts = Facts {
        percent: Some(sign * percent),
        bound: q.bound,
        period: period.or(last.facts.period),
        ..Facts::default()
    };
    Some(check)
}

fn those_of(clause: &Clause<'_, '_>) -> Option<String> {
    let m = clause.m;
    let of = clause.range.clone().find(|i| m.word(*i) == "of" && matches!(m.before(*i), "those" | "that"))?;
    let product = m.tokens.get(of + 1).filter(|_| m.place_at(of + 1).is_none())?;
    Some(crate::product::singular(&product.lower))
}
