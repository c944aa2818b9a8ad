//! "Finland bought Russian goods worth 5.9 billion euros."

use super::{Clause, Draft, Rule};
use crate::check::CheckType;
use crate::quantity::Figure;

/// How much is traded.
pub(crate) struct Level;

impl Rule for Level {
    fn name(&self) -> &'static str {
        "level"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            "Kenya sold tea worth 90 million dollars to Egypt in 2018.",
            "Trade between Chile and Peru stood at $3.1 billion last year.",
            "Latvia imported 40,000 tonnes of Ukrainian maize in 2019.",
        ]
    }

    fn draft(&self, clause: &Clause<'_, '_>) -> Option<Draft> {
        let amounts: Vec<_> =
            clause.figures().into_iter().filter(|q| matches!(q.figure, Figure::Amount { .. })).collect();
        let q = amounts.iter().find(|q| clause.lead(q) != "from").or(amounts.first())?;
        let (value, unit) = clause.amount(q)?;
        let mut draft = Draft::of(clause, CheckType::Level);
        draft.facts.value = Some(value);
        draft.facts.unit = unit;
        draft.facts.bound = q.bound;
        if clause.marks("move.record_low").iter().any(|r| clause.m.word(r.start) != "recorded") {
            draft.facts.record = Some("low");
        } else if clause.marks("move.record_high").iter().any(|r| clause.m.word(r.start + 1) != "low") {
            draft.facts.record = Some("high");
        }
        Some(draft)
    }
}
