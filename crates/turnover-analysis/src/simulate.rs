//! What any change in trade costs would do, in general equilibrium.

use serde_json::{Map, json};
use turnover_data::Iso3;
use turnover_equilibrium::{Imbalance, log_points_of_cost_change, multiple, solve};

use crate::answer::{Answer, Bar, Chart, ChartKind, Finding, Number, Table, Unit};
use crate::closure::{self, Compared};
use crate::engine::{Model, unsolved};
use crate::error::{AnalysisError, solve_error};
use crate::format::{in_sentence, multiple as times_word, percent_signed, usd};
use crate::limits::{LOG_POINTS, check_changes, check_theta, check_together, cost_is_within};
use crate::scenario::resistances;
use crate::world::NamedWorld;

/// The size of a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// Change of the ad valorem cost: -0.2 is a fall by 20 %.
    Cost(f64),
    /// Partial effect in log points.
    LogPoints(f64),
}

/// A change of the cost of flows; `None` stands for every country but the other one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Whose goods.
    pub exporter: Option<Iso3>,
    /// To whom.
    pub importer: Option<Iso3>,
    /// How much.
    pub size: Size,
}

impl Change {
    /// Reads `USA:RUS=-20%`, `*:RUS=+10%` or `USA:RUS=1.0986lp`.
    pub fn parse(text: &str) -> Result<Self, AnalysisError> {
        let wrong = |found: &str| AnalysisError::Range {
            what: "‹change›",
            found: found.to_owned(),
            expected: "EXPORTER:IMPORTER=CHANGE",
            help: "as in USA:RUS=-20% (costs fall by a fifth), *:RUS=+10% or USA:RUS=1.0986lp (log points)".to_owned(),
        };
        let (pair, size) = text.split_once('=').ok_or_else(|| wrong(text))?;
        let (exporter, importer) = pair.split_once(':').ok_or_else(|| wrong(text))?;
        let party = |t: &str| if t.trim() == "*" { Ok(None) } else { Iso3::resolve(t).map(Some) };
        let (exporter, importer) = (party(exporter)?, party(importer)?);
        if exporter == importer {
            return Err(exporter.map_or_else(|| wrong(text), AnalysisError::SamePair));
        }
        let number = |t: &str| t.trim().parse::<f64>().ok().filter(|x| x.is_finite());
        let size = match (size.trim().strip_suffix('%'), size.trim().strip_suffix("lp")) {
            (Some(pct), _) => number(pct).map(|x| Size::Cost(x / 100.0)),
            (_, Some(lp)) => number(lp).map(Size::LogPoints),
            _ => None,
        }
        .ok_or_else(|| wrong(text))?;
        match size {
            Size::Cost(c) if c <= -1.0 => Err(AnalysisError::Range {
                what: "‹change›",
                found: text.to_owned(),
                expected: "a fall of less than 100 %",
                help: "a trade cost cannot fall to nothing".to_owned(),
            }),
            Size::Cost(c) if !cost_is_within(c) => Err(AnalysisError::Range {
                what: "‹change›",
                found: text.to_owned(),
                expected: "a rise of at most 10000 %",
                help: "for a ban give log points, such as USA:RUS=-60lp".to_owned(),
            }),
            Size::LogPoints(b) if !LOG_POINTS.contains(&b) => Err(AnalysisError::Range {
                what: "‹change›",
                found: text.to_owned(),
                expected: "log points from -100 to 100",
                help: "-60 is a ban: it leaves 1e-26 of a flow".to_owned(),
            }),
            size => Ok(Change { exporter, importer, size }),
        }
    }

    fn log_points(&self, theta: f64) -> f64 {
        match self.size {
            Size::Cost(c) => log_points_of_cost_change(c, theta),
            Size::LogPoints(b) => b,
        }
    }

    /// Its flows, as (exporter, importer).
    fn flows(&self, named: &NamedWorld) -> Result<Vec<(usize, usize)>, AnalysisError> {
        let n = named.world.len();
        let indices = |c: Option<Iso3>| c.map_or(Ok((0..n).collect()), |c| named.index(c).map(|i| vec![i]));
        let (from, to): (Vec<usize>, Vec<usize>) = (indices(self.exporter)?, indices(self.importer)?);
        Ok(from.iter().flat_map(|i| to.iter().filter(move |j| *j != i).map(move |j| (*i, *j))).collect())
    }

    /// The words that [`Change::parse`] reads.
    pub fn words(&self) -> String {
        let party = |c: Option<Iso3>| c.map_or("*".to_owned(), |c| c.to_string());
        let size = match self.size {
            Size::Cost(c) => format!("{:+}%", c * 100.0),
            Size::LogPoints(b) => format!("{b}lp"),
        };
        format!("{}:{}={size}", party(self.exporter), party(self.importer))
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The changes; those on the same flow add up in log points.
    pub changes: Vec<Change>,
    /// Trade elasticity.
    pub theta: f64,
    /// What happens to imbalances.
    pub imbalance: Imbalance,
    /// The command that asks again, which findings name.
    pub command: String,
}

/// Answers the question.
pub fn answer(named: &NamedWorld, question: &Question) -> Result<Answer, AnalysisError> {
    check_theta(question.theta)?;
    check_changes(question.changes.len())?;
    let model = Model::one(named.clone(), question.theta, question.imbalance)?;
    let Model::One { named, settings } = &model else { return Err(unsolved("not a model of one sector")) };
    let n = named.world.len();
    let mut log_b = vec![0.0; n * n];
    let mut changed = Vec::new();
    for change in &question.changes {
        for (i, j) in change.flows(named)? {
            log_b[i * n + j] += change.log_points(question.theta);
            changed.push((i, j));
        }
    }
    changed.sort_unstable();
    changed.dedup();
    for (at, b) in log_b.iter().enumerate() {
        check_together(*b, named.countries[at / n].name(), named.countries[at % n].name())?;
    }
    let before: f64 = changed.iter().map(|&(i, j)| named.world.flow(i, j)).sum();
    if before <= 0.0 {
        let pairs: Vec<String> =
            changed.iter().take(3).map(|&(i, j)| format!("{} to {}", named.countries[i], named.countries[j])).collect();
        return Err(AnalysisError::Change {
            what: format!("there is no trade to change from {}, and a zero stays zero", pairs.join(", ")),
            help: "the model multiplies flows; name flows that are above zero in the data".to_owned(),
        });
    }
    let after = solve(&named.world, &log_b, settings, None).map_err(|e| solve_error(&e, &named.countries))?;
    let command = question.command.clone();
    let now: f64 = changed.iter().map(|&(i, j)| after.flow(i, j)).sum();
    let mut caveats = named.caveats.clone();
    caveats.extend(zeros(named, &question.changes)?);
    let template = Finding::template(
        Unit::Change,
        format!(
            "{}; residual {:.0e} after {} Newton steps",
            model.method(),
            after.residual.max(1e-16),
            after.iterations
        ),
        vec![named.source.clone()],
        caveats,
        command.clone(),
    );
    let mut findings = vec![Finding {
        id: "simulate.multiple".into(),
        title: "Flows whose cost changes".into(),
        statement: format!(
            "The flows whose cost changes would be {} times today's: {} instead of {}",
            ratio_word(now / before),
            usd(now),
            usd(before)
        ),
        value: Number::Value(now / before),
        unit: Unit::Multiple,
        definition: "sum of the flows named by the changes, after over before; world output the numeraire".into(),
        ..template.clone()
    }];
    let mut parties: Vec<Iso3> = question.changes.iter().flat_map(|c| [c.exporter, c.importer]).flatten().collect();
    parties.sort_unstable();
    parties.dedup();
    for &country in &parties {
        let change = after.welfare[named.index(country)?] - 1.0;
        findings.push(Finding {
            id: format!("simulate.welfare.{country}"),
            title: format!("Welfare of {}", in_sentence(country.name())),
            statement: format!("Welfare of {} would change by {}", in_sentence(country.name()), percent_signed(change)),
            value: Number::Value(change),
            definition: "(E'/E) / P - 1: real expenditure, world output the numeraire".into(),
            ..template.clone()
        });
    }
    let mut compared = vec![Compared { label: "Flows whose cost changes".to_owned(), unit: Unit::Multiple }];
    let mut values = vec![now / before];
    for country in &parties {
        compared.push(Compared { label: format!("Welfare of {country}"), unit: Unit::Change });
        values.push(after.welfare[named.index(*country)?] - 1.0);
    }
    let outcomes = |model: &Model| -> Result<Vec<f64>, AnalysisError> {
        let Model::One { named, settings } = model else { return Err(unsolved("not a model of one sector")) };
        // Costs that are given in per cent depend on the elasticity.
        let mut log_b = vec![0.0; n * n];
        for change in &question.changes {
            for (i, j) in change.flows(named)? {
                log_b[i * n + j] += change.log_points(settings.theta);
            }
        }
        let after = solve(&named.world, &log_b, settings, None).map_err(|e| solve_error(&e, &named.countries))?;
        let mut out = vec![multiple(&named.world, &after, &changed)];
        for country in &parties {
            out.push(after.welfare[named.index(*country)?] - 1.0);
        }
        Ok(out)
    };
    let (by_rule, driven) = closure::compare("simulate", &model, &values, &compared, &outcomes, &template);
    findings.extend(driven);
    let mut named_values = Map::new();
    named_values.insert("multiple".into(), json!(now / before));
    named_values.insert("residual".into(), json!(after.residual));
    named_values.insert("iterations".into(), json!(after.iterations));
    let (table, chart) = countries(named, &after);
    let values = changed.iter().map(|&(i, j)| {
        let (exporter, importer) = (named.countries[i].to_string(), named.countries[j].to_string());
        (exporter, importer, named.world.flow(i, j), after.flow(i, j))
    });
    Ok(Answer {
        title: "What changed trade costs would do".to_owned(),
        command,
        findings,
        tables: [Some(table), Some(flows(values)), Some(by_rule), resistances(named, settings, &log_b, &after)]
            .into_iter()
            .flatten()
            .collect(),
        charts: vec![chart],
        named: named_values,
    })
}

/// A caveat for each change whose flows are all zero.
fn zeros(named: &NamedWorld, changes: &[Change]) -> Result<Vec<String>, AnalysisError> {
    let mut out = Vec::new();
    for change in changes {
        if change.flows(named)?.into_iter().all(|(i, j)| named.world.flow(i, j) <= 0.0) {
            out.push(format!("{}: there is no trade to change; a zero stays zero.", change.words()));
        }
    }
    Ok(out)
}

/// A multiple that may be next to nothing.
pub(crate) fn ratio_word(ratio: f64) -> String {
    if ratio > 0.0 && ratio < 1e-4 { "under 0.0001".to_owned() } else { times_word(ratio) }
}

/// `after / before - 1`, where there was something before.
pub(crate) fn relative(after: f64, before: f64) -> Option<f64> {
    (before > 0.0).then(|| after / before - 1.0)
}

fn countries(named: &NamedWorld, after: &turnover_equilibrium::Equilibrium) -> (Table, Chart) {
    let n = named.world.len();
    let mut table = Table::new(
        "simulate.countries",
        "Outcomes by country",
        &[
            ("country", "Country", Unit::Text),
            ("name", "Name", Unit::Text),
            ("welfare", "Welfare", Unit::Change),
            ("wage", "Wage", Unit::Change),
            ("price", "Price index", Unit::Change),
            ("exports", "Exports", Unit::Change),
            ("imports", "Imports", Unit::Change),
        ],
    );
    let mut rows: Vec<usize> = (0..n).collect();
    rows.sort_by(|x, y| after.welfare[*y].total_cmp(&after.welfare[*x]));
    for &i in &rows {
        let sum = |flow: &dyn Fn(usize) -> f64| (0..n).filter(|j| *j != i).map(flow).sum::<f64>();
        let exports = relative(sum(&|j| after.flow(i, j)), sum(&|j| named.world.flow(i, j)));
        let imports = relative(sum(&|j| after.flow(j, i)), sum(&|j| named.world.flow(j, i)));
        table.rows.push(vec![
            named.countries[i].to_string().into(),
            named.countries[i].name().into(),
            (after.welfare[i] - 1.0).into(),
            after.log_wage[i].exp_m1().into(),
            after.log_price[i].exp_m1().into(),
            exports.into(),
            imports.into(),
        ]);
    }
    let ends: Vec<usize> =
        if n > 12 { rows[..6].iter().chain(&rows[n - 6..]).copied().collect() } else { rows.clone() };
    let bars = ends
        .iter()
        .map(|&i| Bar {
            label: named.countries[i].name().to_owned(),
            value: after.welfare[i] - 1.0,
            marked_low: 0.0,
            marked_high: 0.0,
        })
        .collect();
    let gainers = after.welfare.iter().filter(|w| **w > 1.0).count();
    let chart = Chart {
        id: "simulate.welfare".to_owned(),
        title: format!("{gainers} of {n} economies gain"),
        unit: Unit::Change,
        kind: ChartKind::Bars { bars, marked: None },
        source: format!("{}; own calculation, change in welfare", named.source.name),
        supposition: None,
    };
    (table, chart)
}

/// Values of flows, in dollars, before and after their costs change.
pub(crate) fn flows(changed: impl IntoIterator<Item = (String, String, f64, f64)>) -> Table {
    let mut table = Table::new(
        "simulate.flows",
        "Flows whose cost changes",
        &[
            ("exporter", "Exporter", Unit::Text),
            ("importer", "Importer", Unit::Text),
            ("before_usd", "Before", Unit::Usd),
            ("after_usd", "After", Unit::Usd),
            ("change", "Change", Unit::Change),
        ],
    );
    for (exporter, importer, before, after) in changed {
        let change = if before > 0.0 { Some(after / before - 1.0) } else { None };
        table.rows.push(vec![exporter.into(), importer.into(), before.into(), after.into(), change.into()]);
    }
    table
}
