//! "Because of the embargo, Polish apple exports to Russia dropped by 90 percent."

use std::ops::Range;

use super::{Clause, Draft, Head, Rule};
use crate::check::{CheckType, Code, Flow};
use crate::lexicon::english;
use crate::quantity::Figure;

/// What a measure did to trade.
pub(crate) struct Effect;

/// A measure in a clause.
struct Measure {
    at: Range<usize>,
    class: &'static str,
    by: Option<Code>,
}

impl Rule for Effect {
    fn name(&self) -> &'static str {
        "effect"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            "The tariffs cut Chinese exports to the United States by 20 percent in 2019.",
            "Thanks to the free trade agreement, Peru's exports to Korea rose by a quarter.",
            "Sanctions explain half of the fall in Austria's exports to Russia.",
        ]
    }

    fn draft(&self, clause: &Clause<'_, '_>) -> Option<Draft> {
        let (measure, sign, counterfactual) = cause(clause)?;
        let mut draft = Draft::of(clause, CheckType::Effect);
        draft.facts.measure = Some(measure.class);
        draft.facts.measure_by = measure.by;
        let figure = clause.figures().into_iter().find(|q| !matches!(q.figure, Figure::Points(_)))?;
        let sign = sign.or_else(|| clause.sign(figure))?;
        let sign = if counterfactual { -sign } else { sign };
        match figure.figure {
            Figure::Percent(p) if of_change(clause, figure.end) => draft.facts.share_of_change = Some(p),
            Figure::Percent(p) => draft.facts.percent = Some(sign * p),
            Figure::Factor(f) => draft.facts.factor = Some(if sign < 0.0 && f > 1.0 { 1.0 / f } else { f }),
            Figure::Amount { .. } => {
                let (value, unit) = clause.amount(figure)?;
                draft.facts.delta = Some(sign * value);
                draft.facts.unit = unit;
            }
            _ => return None,
        }
        draft.facts.bound = figure.bound;
        loss(clause, &mut draft, &measure);
        Some(draft)
    }
}

/// "Ukraine would lose 35 billion of sales to the union": who loses is the exporter; a missing partner is the measure's.
fn loss(clause: &Clause<'_, '_>, draft: &mut Draft, measure: &Measure) {
    if draft.b.is_none() && draft.a.is_some() && measure.by != draft.a {
        draft.b = measure.by;
    }
    if draft.a.is_none() && draft.head.is_none() {
        let places = clause.m.places_in(&clause.range);
        draft.a = places.iter().map(|p| p.code).find(|c| Some(*c) != measure.by);
        draft.flow = Some(Flow::Exports);
        draft.head = draft.a.map(|_| (Head::Exports, measure.at.clone()));
    }
}

fn of_change(clause: &Clause<'_, '_>, end: usize) -> bool {
    clause.m.word(end) == "of" && matches!(clause.m.word(end + 1), "it" | "this" | "that")
        || clause.m.word(end) == "of"
            && (end + 1..end + 5).any(|i| {
                clause.m.is(i, "move.down").is_some()
                    || clause.m.is(i, "move.up").is_some()
                    || matches!(clause.m.word(i), "fall" | "change" | "growth" | "decline")
            })
}

/// The measure, the sign of what it does where its verb says so, and whether the clause imagines it away.
fn cause(clause: &Clause<'_, '_>) -> Option<(Measure, Option<f64>, bool)> {
    let (m, r) = (clause.m, &clause.range);
    let measures: Vec<Measure> = r
        .clone()
        .filter_map(|i| {
            let (len, class) = english().measures.longest(&m.tokens, i, true)?;
            let inner = i > r.start && english().measures.longest(&m.tokens, i - 1, true).is_some_and(|(n, _)| n > 1);
            let by = m
                .places_in(r)
                .into_iter()
                .find(|p| {
                    p.end <= i
                        && i - p.end <= 3
                        && (p.end..i).all(|k| !matches!(m.word(k), "to" | "from" | "with" | "of" | ","))
                })
                .map(|p| p.code);
            (!inner).then(|| Measure { at: i..i + len, class, by })
        })
        .collect();
    for measure in measures {
        let before = measure.at.start.saturating_sub(6).max(r.start)..measure.at.start;
        let reason = m.every(before, "cause.because").into_iter().find(|b| {
            !matches!(m.word(b.start), "under" | "after" | "following" | "with" | "since" | "through" | "behind")
                && (b.end..measure.at.start).all(|i| !matches!(m.word(i), "to" | "," | "by" | "in"))
        });
        if let Some(reason) = reason {
            let away = m.is(reason.start, "cause.counterfactual").is_some();
            return Some((measure, None, away));
        }
        let verb = |class: &str| {
            m.every(measure.at.end..r.end, class)
                .into_iter()
                .find(|v| v.start - measure.at.end <= 7 && !clause.in_quantity(v.start))
        };
        let subject = !m.has(r.start..measure.at.start, "move.up")
            && !m.has(r.start..measure.at.start, "move.down")
            && !matches!(m.before(measure.at.start), "of" | "on");
        if let Some(explains) = verb("cause.explains").filter(|_| subject) {
            let _ = explains;
            return Some((measure, Some(1.0), false));
        }
        let (cut, raise) = (verb("move.cut"), verb("move.raise"));
        if subject && (cut.is_some() || raise.is_some()) {
            let first = match (&cut, &raise) {
                (Some(c), Some(r)) => c.start <= r.start,
                (c, _) => c.is_some(),
            };
            let took_off = m.has_word(measure.at.end..r.end, &["off"])
                && m.has_word(measure.at.end..r.end, &["took", "take", "takes", "shave", "shaved", "knock", "knocked"]);
            return Some((measure, Some(if first || took_off { -1.0 } else { 1.0 }), false));
        }
        let halved =
            clause.figures().iter().any(|q| q.verbal && q.core >= measure.at.end && q.core - measure.at.end <= 3);
        let took_off = m.has_word(measure.at.end..r.end, &["off"])
            && m.has_word(measure.at.end..r.end, &["took", "take", "takes", "taken"]);
        if subject && (halved || took_off) {
            return Some((measure, Some(if took_off { -1.0 } else { 1.0 }), false));
        }
    }
    signing(clause)
}

/// "If it signed with Brussels": an agreement that is not named.
fn signing(clause: &Clause<'_, '_>) -> Option<(Measure, Option<f64>, bool)> {
    let (m, r) = (clause.m, &clause.range);
    let condition = r.clone().find(|i| matches!(m.word(*i), "if" | "should" | "were"))?;
    let signs =
        (condition..r.end).find(|i| matches!(m.word(*i), "signed" | "signs" | "sign" | "joined" | "joins" | "join"))?;
    let lost = m.has_word(r.clone(), &["lose", "lost", "loses", "forfeit"]);
    Some((Measure { at: signs..signs + 1, class: "agreement", by: None }, lost.then_some(-1.0), false))
}
