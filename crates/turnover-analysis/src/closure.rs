//! What the rule for trade imbalances does to an answer.
//!
//! A model of one year needs a rule for imbalances, and none is known to be right. The answer is
//! solved under each; where two rules differ by more than the elasticity's range does, the rule drives
//! the answer, and the answer says so.

use rayon::prelude::*;
use turnover_equilibrium::Imbalance;
use turnover_equilibrium::sectors::Deficits;

use crate::answer::{Cell, Finding, Interval, Number, Table, Unit};
use crate::engine::Model;
use crate::error::AnalysisError;

/// A rule for trade imbalances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Kept as a share of world output.
    Kept,
    /// In proportion to income.
    Proportional,
    /// None, before and after the change.
    Balanced,
}

impl Rule {
    const ALL: [Rule; 3] = [Rule::Kept, Rule::Proportional, Rule::Balanced];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Rule::Kept => "Kept",
            Rule::Proportional => "In proportion to income",
            Rule::Balanced => "Balanced trade",
        }
    }

    /// The model under the rule, and whether that is the model's own.
    fn of(self, model: &Model) -> (Result<Model, AnalysisError>, bool) {
        match model {
            Model::One { named, settings } => {
                let rule = match self {
                    Rule::Kept => Imbalance::Additive,
                    Rule::Proportional => Imbalance::Multiplicative,
                    Rule::Balanced => Imbalance::Balanced,
                };
                let own = rule == settings.imbalance;
                (if own { Ok(model.clone()) } else { Model::one(named.today(), settings.theta, rule) }, own)
            }
            Model::Many { named, settings, .. } => {
                let rule = match self {
                    Rule::Kept => Deficits::Kept,
                    Rule::Proportional => Deficits::Proportional,
                    Rule::Balanced => Deficits::Zero,
                };
                let own = rule == settings.deficits;
                (if own { Ok(model.clone()) } else { Model::settled((**named).clone(), rule, settings.labour) }, own)
            }
        }
    }
}

/// One outcome under the rules and over the elasticity.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// What it is called.
    pub label: String,
    /// Its unit.
    pub unit: Unit,
    /// Its range over the rules.
    pub over_rules: Interval,
    /// Its range between half and twice the elasticity.
    pub over_theta: Interval,
}

impl Compared {
    /// Whether the rule moves it by more than the elasticity does. A thousandth is beyond what any of these
    /// models can show.
    pub fn is_driven(&self) -> bool {
        let width = |i: Interval| i.high - i.low;
        width(self.over_rules) > width(self.over_theta).max(1e-3)
    }
}

/// Outcomes under each rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleFacts {
    /// The outcomes.
    pub compared: Vec<Compared>,
    /// By rule, the outcomes in the same order; `None` where there is no equilibrium.
    pub by_rule: Vec<(Rule, Option<Vec<f64>>)>,
}

type Outcomes<'a> = &'a (dyn Fn(&Model) -> Result<Vec<f64>, AnalysisError> + Sync);

/// Solves for the outcomes under each rule, and with half and twice the elasticity. `values` are those of the
/// model itself, with their labels and units.
pub(crate) fn compute(model: &Model, values: &[(String, Unit, f64)], outcomes: Outcomes) -> RuleFacts {
    let own: Vec<f64> = values.iter().map(|v| v.2).collect();
    let (by_rule, by_theta) = rayon::join(
        || -> Vec<_> {
            Rule::ALL
                .into_par_iter()
                .map(|rule| {
                    let (other, is_own) = rule.of(model);
                    (rule, if is_own { Some(own.clone()) } else { other.and_then(|m| outcomes(&m)).ok() })
                })
                .collect()
        },
        || -> Vec<_> {
            [0.5, 2.0].into_par_iter().filter_map(|f| model.with_theta(f).and_then(|m| outcomes(&m)).ok()).collect()
        },
    );
    let range = |k: usize, found: &mut dyn Iterator<Item = &Vec<f64>>| {
        let start = Interval { low: own[k], high: own[k] };
        found
            .map(|v| v[k])
            .filter(|x| x.is_finite())
            .fold(start, |i, x| Interval { low: i.low.min(x), high: i.high.max(x) })
    };
    let compared = values
        .iter()
        .enumerate()
        .map(|(k, (label, unit, _))| Compared {
            label: label.clone(),
            unit: *unit,
            over_rules: range(k, &mut by_rule.iter().filter_map(|r| r.1.as_ref())),
            over_theta: range(k, &mut by_theta.iter()),
        })
        .collect();
    RuleFacts { compared, by_rule }
}

/// The outcomes by rule as a table, and a finding where the rule drives one of them.
pub(crate) fn report(id: &str, facts: &RuleFacts, template: &Finding) -> (Table, Option<Finding>) {
    let mut columns = vec![("rule", "Trade imbalances", Unit::Text)];
    let names: Vec<String> = (0..facts.compared.len()).map(|k| format!("outcome_{}", k + 1)).collect();
    columns.extend(names.iter().zip(&facts.compared).map(|(n, c)| (n.as_str(), c.label.as_str(), c.unit)));
    let mut table =
        Table::new(&format!("{id}.imbalances"), "The same under other rules for trade imbalances", &columns);
    for (rule, found) in &facts.by_rule {
        let cell = |k: usize| found.as_ref().map(|v| v[k]);
        let cells = (0..facts.compared.len()).map(|k| Cell::from(cell(k)));
        table.rows.push(std::iter::once(Cell::from(rule.words())).chain(cells).collect());
    }
    (table, driven(id, facts, template))
}

fn driven(id: &str, facts: &RuleFacts, template: &Finding) -> Option<Finding> {
    let driven: Vec<&Compared> = facts.compared.iter().filter(|c| c.is_driven()).collect();
    let first = driven.first()?;
    let unsolved: Vec<String> =
        facts.by_rule.iter().filter(|r| r.1.is_none()).map(|r| r.0.words().to_lowercase()).collect();
    let none = if unsolved.is_empty() { String::new() } else { format!("; {}: no equilibrium", unsolved.join(", ")) };
    let line = |c: &&Compared| {
        let show = |x: f64| crate::format::number(x, c.unit);
        format!(
            "{} from {} to {} ({} to {})",
            c.label,
            show(c.over_rules.low),
            show(c.over_rules.high),
            show(c.over_theta.low),
            show(c.over_theta.high)
        )
    };
    Some(Finding {
        id: format!("{id}.imbalances"),
        title: "The rule for trade imbalances drives the answer".into(),
        statement: format!(
            "The rule for trade imbalances drives the answer, more than half or twice the elasticity would (in \
             brackets): {}{none}",
            driven.iter().map(line).collect::<Vec<_>>().join("; ")
        ),
        value: Number::Unknown,
        unit: first.unit,
        interval: Some(first.over_rules),
        definition: "range of the outcome with imbalances kept, in proportion to income, and without them".into(),
        ..template.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(rules: (f64, f64), theta: (f64, f64)) -> Compared {
        let over = |(low, high)| Interval { low, high };
        Compared { label: "x".into(), unit: Unit::Share, over_rules: over(rules), over_theta: over(theta) }
    }

    #[test]
    fn a_rule_drives_what_it_moves_more_than_the_elasticity() {
        assert!(compared((0.1, 0.4), (0.2, 0.3)).is_driven());
        assert!(!compared((0.2, 0.25), (0.1, 0.3)).is_driven());
        assert!(!compared((0.2, 0.2005), (0.2, 0.2)).is_driven(), "below what a model can show");
    }
}
