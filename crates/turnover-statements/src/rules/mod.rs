//! Rules: each reads one form of a statement from a clause. The first that applies makes the check.

mod balance;
mod change;
mod effect;
mod level;
mod rank;
mod share;

use std::ops::Range;

use crate::check::{CheckType, Code, Facts, Flow};
use crate::kind::Kind;
use crate::marked::Marked;
use crate::parties::{Head, Parties};
use crate::quantity::{Figure, Quantity};

/// A clause before the rules.
pub(crate) struct Clause<'m, 'a> {
    pub(crate) m: &'m Marked<'a>,
    pub(crate) range: Range<usize>,
    pub(crate) parties: Option<Parties>,
    pub(crate) kind: Kind,
    /// The day of the text.
    pub(crate) date: jiff::civil::Date,
}

/// What a rule makes of a clause: the check without its times, and the sides as far as the clause names them.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) kind: CheckType,
    pub(crate) a: Option<Code>,
    pub(crate) b: Option<Code>,
    /// None where the clause does not say which flow.
    pub(crate) flow: Option<Flow>,
    pub(crate) facts: Facts,
    pub(crate) head: Option<(Head, Range<usize>)>,
    /// Whether the product is looked for in the clause.
    pub(crate) seeks_product: bool,
}

/// One form of a statement.
pub(crate) trait Rule: Sync {
    /// The rule's name in explanations.
    fn name(&self) -> &'static str;
    /// The check, if the clause has this form.
    fn draft(&self, clause: &Clause<'_, '_>) -> Option<Draft>;
    /// Sentences that have the form, for the documentation and the tests.
    fn examples(&self) -> &'static [&'static str];
}

/// All rules, in the order in which they are tried.
pub(crate) fn all() -> [&'static dyn Rule; 7] {
    [
        &balance::Balance,
        &rank::Rank,
        &effect::Effect,
        &share::ShareChange,
        &share::Share,
        &change::Change,
        &level::Level,
    ]
}

impl Draft {
    pub(crate) fn of(clause: &Clause<'_, '_>, kind: CheckType) -> Draft {
        let p = clause.parties.as_ref();
        Draft {
            kind,
            a: p.and_then(|p| p.a),
            b: p.and_then(|p| p.b),
            flow: p.map(|p| p.flow),
            facts: Facts::default(),
            head: p.map(|p| (p.kind, p.head.clone())),
            seeks_product: true,
        }
    }
}

impl Clause<'_, '_> {
    pub(crate) fn has(&self, class: &str) -> bool {
        self.m.has(self.range.clone(), class)
    }

    /// Quantities that are more than a bare number.
    pub(crate) fn figures(&self) -> Vec<&Quantity> {
        self.m.quantities_in(&self.range).into_iter().filter(|q| q.scaled || q.is_relative()).collect()
    }

    /// Whether a token is part of a quantity with its bound.
    fn in_quantity(&self, i: usize) -> bool {
        self.m.quantities.iter().any(|q| q.start <= i && i < q.end)
    }

    /// Words of a class that are not words of a bound.
    pub(crate) fn marks(&self, class: &str) -> Vec<Range<usize>> {
        let mut found = self.m.every(self.range.clone(), class);
        // "Made up four fifths" holds a part, and moves nothing.
        let held =
            |r: &Range<usize>| r.start > self.range.start && self.m.is(r.start - 1, "rank.hold").is_some_and(|n| n > 1);
        found.retain(|r| !self.in_quantity(r.start) && !held(r));
        found
    }

    /// The sign of a change at a quantity: of the nearest verb or noun of movement, one before it first.
    pub(crate) fn sign(&self, q: &Quantity) -> Option<f64> {
        let next = self.m.word(q.end);
        if matches!(next, "more" | "higher" | "bigger" | "larger" | "greater" | "up" | "above") {
            return Some(1.0);
        }
        if matches!(next, "less" | "lower" | "fewer" | "smaller" | "down" | "below") {
            return Some(-1.0);
        }
        let distance =
            |r: &Range<usize>| if r.start >= q.end { (r.start - q.end) * 2 + 1 } else { q.start.saturating_sub(r.end) };
        let best = |class: &str| self.marks(class).iter().map(distance).min();
        match (best("move.up"), best("move.down")) {
            (Some(u), Some(d)) => Some(if u <= d { 1.0 } else { -1.0 }),
            (Some(_), None) => Some(1.0),
            (None, Some(_)) => Some(-1.0),
            // "To cut the deficit by a third": verbs with an object move it.
            (None, None) => self.marks("move.cut").first().map(|_| -1.0).or_else(|| {
                let raised = self.marks("move.raise").into_iter().any(|r| {
                    matches!(
                        self.m.word(r.start),
                        "raise"
                            | "raised"
                            | "raises"
                            | "boost"
                            | "boosted"
                            | "lift"
                            | "lifted"
                            | "expand"
                            | "raising"
                            | "boosting"
                    )
                });
                raised.then_some(1.0)
            }),
        }
    }

    /// The preposition or verb before a quantity.
    pub(crate) fn lead(&self, q: &Quantity) -> &str {
        let before = self.m.before(q.start);
        if matches!(before, "a" | "an" | "the") { self.m.before(q.start - 1) } else { before }
    }

    /// Whether the clause denies what it says.
    pub(crate) fn is_negated(&self) -> bool {
        self.m.every(self.range.clone(), "kind.negation").iter().any(|n| {
            !self.in_quantity(n.start)
                && !matches!(self.m.word(n.start), "without" | "no" | "nor")
                && self.m.word(n.end) != "only"
        })
    }

    /// The value and unit of an amount, with the scale and unit of the other figures of the clause where it has none.
    pub(crate) fn amount(&self, q: &Quantity) -> Option<(f64, Option<&'static str>)> {
        let (value, unit) = q.amount()?;
        let others = || self.m.quantities_in(&self.range).into_iter().filter(|o| o.core != q.core);
        let unit = unit.or_else(|| others().find_map(|o| o.amount().and_then(|(_, u)| u)).filter(|_| value != 0.0));
        if q.scale == 1.0 && !q.scaled {
            let larger =
                others().find(|o| o.core > q.core && o.scale > 1.0 && matches!(o.figure, Figure::Amount { .. }));
            return Some((value * larger.map_or(1.0, |o| o.scale), unit));
        }
        Some((value, unit))
    }
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::{Options, read};

    #[test]
    fn each_rule_reads_its_examples() {
        for rule in all() {
            assert!(!rule.examples().is_empty());
            for example in rule.examples() {
                let found = read(example, &Options::default());
                assert!(
                    found.iter().any(|s| s.rule == rule.name() && s.check.is_some()),
                    "{}: {example}: {found:#?}",
                    rule.name()
                );
            }
        }
    }
}
