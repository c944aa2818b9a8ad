//! "France recorded a shortfall of 4.3 billion euros in its trade with Ireland."

use super::{Clause, Draft, Rule};
use crate::check::{CheckType, Code, Facts, Flow};
use crate::parties::{Part, part};
use crate::quantity::{Bound, Figure};

/// A deficit, a surplus, or neither.
pub(crate) struct Balance;

impl Rule for Balance {
    fn name(&self) -> &'static str {
        "balance"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            "Mexico had a surplus of 150 billion dollars in its trade with the United States in 2022.",
            "Greece's trade deficit with Germany widened to 4 billion euros.",
            "Trade between Estonia and Latvia is roughly balanced.",
            "Chile ran a trade deficit of 5 billion dollars with China in fiscal 2018-19.",
            "Croatia posted a surplus of 300 million euros in trade with Bosnia.",
        ]
    }

    fn draft(&self, clause: &Clause<'_, '_>) -> Option<Draft> {
        let (m, r) = (clause.m, &clause.range);
        let (mut sign, at) =
            [("balance.deficit", "deficit"), ("balance.surplus", "surplus"), ("balance.balanced", "balanced")]
                .into_iter()
                .find_map(|(class, sign)| {
                    m.first(r.clone(), class).filter(|at| !clause.in_quantity(at.start)).map(|at| (sign, at))
                })?;
        let loose = matches!(m.word(at.start), "gap" | "minus" | "plus" | "excess" | "imbalance");
        let trade = clause.has("flow.own")
            || clause.has("flow.turnover")
            || clause.has("flow.exports")
            || clause.has("flow.imports")
            || m.word(at.start) == "trade"
            || m.has_word(r.clone(), &["trade"]);
        let places = m.places_in(r);
        let amount = clause.figures().into_iter().find(|q| matches!(q.figure, Figure::Amount { .. }));
        if sign == "balanced" && (!trade || places.is_empty()) {
            return None;
        }
        let plain = matches!(m.word(at.start), "plus" | "minus" | "surplus" | "deficit");
        let nowhere = places.is_empty() && !trade && !plain;
        if nowhere || loose && sign != "balanced" && !trade && amount.is_none() {
            return None;
        }
        // "In fiscal 2018" is a year.
        let public = at.start > r.start && m.word(at.start - 1) == "fiscal";
        if public || m.has_word(r.clone(), &["budget", "current-account", "pension", "calorie"]) {
            return None;
        }
        let parts: Vec<(Part, Code)> = places.iter().map(|p| (part(m, r, &at, p), p.code)).collect();
        let favour = m
            .first(r.clone(), "balance.favour")
            .and_then(|f| places.iter().find(|p| p.start >= f.end && p.start <= f.end + 2))
            .map(|p| p.code);
        let with = |not: Option<Code>| {
            parts.iter().find(|(p, c)| matches!(p, Part::With | Part::To) && Some(*c) != not).map(|(_, c)| *c)
        };
        let other = |not: Option<Code>| parts.iter().find(|(_, c)| Some(*c) != not).map(|(_, c)| *c);
        let a = favour.or_else(|| {
            let w = with(None);
            parts.iter().find(|(p, c)| !matches!(p, Part::With) && Some(*c) != w).map(|(_, c)| *c)
        });
        let b = with(a).or_else(|| other(a));
        if favour.is_some() {
            sign = "surplus";
        }
        let mut draft = Draft {
            a,
            b,
            flow: Some(Flow::Balance),
            head: None,
            seeks_product: false,
            ..Draft::of(clause, CheckType::Balance)
        };
        draft.facts.sign = Some(sign);
        draft.head = Some((super::Head::Turnover, at.clone()));
        figures(clause, &mut draft.facts)?;
        if sign == "balanced"
            && (0..4).any(|k| at.start.checked_sub(k + 1).is_some_and(|i| m.is(i, "bound.approx").is_some()))
        {
            draft.facts.bound = Some(Bound::Approx);
        }
        Some(draft)
    }
}

/// The figures of a balance.
fn figures(clause: &Clause<'_, '_>, facts: &mut Facts) -> Option<()> {
    for q in clause.figures() {
        match q.figure {
            Figure::Amount { .. } => {
                let (value, unit) = clause.amount(q)?;
                facts.unit = unit;
                if clause.lead(q) == "by" {
                    facts.delta = clause.sign(q).map(|s| s * value);
                } else if clause.lead(q) == "from" {
                    facts.from_value = Some(value);
                } else if facts.value.is_none() {
                    facts.value = Some(value);
                    facts.bound = q.bound;
                }
            }
            Figure::Percent(p) => facts.percent = clause.sign(q).map(|s| s * p),
            Figure::Factor(f) => facts.factor = Some(f),
            _ => {}
        }
    }
    Some(())
}
