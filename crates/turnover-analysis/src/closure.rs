//! What the rule for trade imbalances does to an answer.
//!
//! A model of one year needs a rule for imbalances, and none is known to be right. The answer is
//! solved under each; where two rules differ by more than the elasticity's range does, the rule drives
//! the answer, and the answer says so.

use rayon::prelude::*;
use turnover_equilibrium::Imbalance;
use turnover_equilibrium::sectors::Deficits;

use crate::answer::{Cell, Finding, Number, Table, Unit};
use crate::engine::Model;
use crate::error::AnalysisError;

/// An outcome to be compared: what it is called and its unit.
pub(crate) struct Compared {
    pub(crate) label: String,
    pub(crate) unit: Unit,
}

type Outcomes<'a> = &'a (dyn Fn(&Model) -> Result<Vec<f64>, AnalysisError> + Sync);

/// The rules as they are named in a table.
fn rules(model: &Model) -> Vec<(&'static str, Result<Model, AnalysisError>, bool)> {
    match model {
        Model::One { named, settings } => [
            ("Kept", Imbalance::Additive),
            ("In proportion to income", Imbalance::Multiplicative),
            ("Balanced trade", Imbalance::Balanced),
        ]
        .into_iter()
        .map(|(words, rule)| {
            let own = rule == settings.imbalance;
            let other = if own { Ok(model.clone()) } else { Model::one(named.today(), settings.theta, rule) };
            (words, other, own)
        })
        .collect(),
        Model::Many { named, settings, .. } => [
            ("Kept", Deficits::Kept),
            ("In proportion to income", Deficits::Proportional),
            ("Balanced trade", Deficits::Zero),
        ]
        .into_iter()
        .map(|(words, rule)| {
            let own = rule == settings.deficits;
            let other = if own { Ok(model.clone()) } else { Model::settled((**named).clone(), rule) };
            (words, other, own)
        })
        .collect(),
    }
}

/// The outcomes under each rule, and a finding where they differ by more than they do between half
/// and twice the elasticity.
pub(crate) fn compare(
    id: &str,
    model: &Model,
    values: &[f64],
    compared: &[Compared],
    outcomes: Outcomes,
    template: &Finding,
) -> (Table, Option<Finding>) {
    let mut columns = vec![("rule", "Trade imbalances", Unit::Text)];
    let names: Vec<String> = (0..compared.len()).map(|k| format!("outcome_{}", k + 1)).collect();
    columns.extend(names.iter().zip(compared).map(|(n, c)| (n.as_str(), c.label.as_str(), c.unit)));
    let mut table =
        Table::new(&format!("{id}.imbalances"), "The same under other rules for trade imbalances", &columns);
    let mut low = values.to_vec();
    let mut high = values.to_vec();
    let mut unsolved = Vec::new();
    let (by_rule, by_theta) = rayon::join(
        || -> Vec<_> {
            rules(model)
                .into_par_iter()
                .map(|(words, other, own)| {
                    (words, if own { Ok(values.to_vec()) } else { other.and_then(|m| outcomes(&m)) })
                })
                .collect()
        },
        || -> Vec<_> {
            [0.5, 2.0].into_par_iter().filter_map(|f| model.with_theta(f).and_then(|m| outcomes(&m)).ok()).collect()
        },
    );
    for (words, found) in by_rule {
        let mut row = vec![Cell::from(words)];
        match found {
            Ok(found) => {
                for (k, x) in found.iter().enumerate().filter(|(_, x)| x.is_finite()) {
                    low[k] = low[k].min(*x);
                    high[k] = high[k].max(*x);
                }
                row.extend(found.into_iter().map(Cell::from));
            }
            Err(_) => {
                unsolved.push(words.to_lowercase());
                row.extend(compared.iter().map(|_| Cell::Missing));
            }
        }
        table.rows.push(row);
    }
    let mut least = values.to_vec();
    let mut most = values.to_vec();
    for found in by_theta {
        for (k, x) in found.into_iter().enumerate().filter(|(_, x)| x.is_finite()) {
            least[k] = least[k].min(x);
            most[k] = most[k].max(x);
        }
    }
    // A thousandth is beyond what any of these models can tell apart.
    let drives = |k: usize| high[k] - low[k] > (most[k] - least[k]).max(1e-3);
    let driven: Vec<usize> = (0..values.len()).filter(|k| drives(*k)).collect();
    let none = if unsolved.is_empty() { String::new() } else { format!("; {}: no equilibrium", unsolved.join(", ")) };
    let finding = driven.first().map(|first| {
        let lines: Vec<String> = driven
            .iter()
            .map(|&k| {
                let show = |x: f64| crate::format::number(x, compared[k].unit);
                format!(
                    "{} from {} to {} ({} to {})",
                    compared[k].label,
                    show(low[k]),
                    show(high[k]),
                    show(least[k]),
                    show(most[k])
                )
            })
            .collect();
        Finding {
            id: format!("{id}.imbalances"),
            title: "The rule for trade imbalances drives the answer".into(),
            statement: format!(
                "The rule for trade imbalances drives the answer, more than half or twice the elasticity would (in \
                 brackets): {}{none}",
                lines.join("; ")
            ),
            value: Number::Unknown,
            unit: compared[*first].unit,
            interval: Some(crate::answer::Interval { low: low[*first], high: high[*first] }),
            definition: "range of the outcome with imbalances kept, in proportion to income, and without them".into(),
            ..template.clone()
        }
    });
    (table, finding)
}
