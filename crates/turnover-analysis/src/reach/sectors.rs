//! The same question in a world of sectors with inputs and tariffs.

use rayon::prelude::*;
use serde_json::{Map, Value, json};
use turnover_data::Source;
use turnover_equilibrium::ReachError;

use super::Ways;
use crate::answer::{Answer, Cell, Finding, Interval, Number, Table, Unit};
use crate::closure::{self, RuleFacts};
use crate::engine::{Model, Rest, unsolved};
use crate::error::AnalysisError;
use crate::format::{in_sentence, multiple as times_word, percent, percent_range, percent_signed, sentence};
use crate::limits::check_times;
use crate::simulate::{RegionFacts, in_unit, money, regions, regions_table, welfare_chart, welfare_definition};

/// What is asked of a world of sectors.
#[derive(Debug, Clone)]
pub struct SectorQuestion {
    /// First country, by code or name.
    pub a: String,
    /// Second country.
    pub b: String,
    /// The multiple `k`.
    pub times: f64,
    /// Whose exports become cheaper.
    pub ways: Ways,
    /// The command that asks again, which findings name.
    pub command: String,
}

/// What the multiple takes with one set of elasticities.
#[derive(Debug, Clone, PartialEq)]
pub struct SetFacts {
    /// Whose elasticities.
    pub name: String,
    /// The fall of the cost and the pair's welfare; `None` where the multiple is out of reach.
    pub found: Option<[f64; 3]>,
}

/// A flow of the pair in one sector.
#[derive(Debug, Clone, PartialEq)]
pub struct PairFlow {
    /// The sector's code.
    pub sector: String,
    /// What it is, where that is known.
    pub title: String,
    /// Its trade elasticity.
    pub theta: f64,
    /// From the first to the second country: before in the data's unit, after over before, and the tariff.
    pub forward: [f64; 3],
    /// The other way.
    pub backward: [f64; 3],
}

/// The figures of a goal-seek in a world of sectors, without words.
#[derive(Debug, Clone, PartialEq)]
pub struct SectorReachFacts {
    /// The pair's codes.
    pub codes: [String; 2],
    /// The pair's names.
    pub names: [String; 2],
    /// The multiple.
    pub times: f64,
    /// Whose exports become cheaper.
    pub ways: Ways,
    /// Fall of the ad valorem cost in all sectors, tariffs as they are; negative for a rise.
    pub cost_cut: f64,
    /// The same with other published elasticities.
    pub sets: Vec<SetFacts>,
    /// All regions, from the largest gain to the largest loss.
    pub regions: Vec<RegionFacts>,
    /// Number of sectors.
    pub sectors: usize,
    /// The pair's flows by sector, those that are traded.
    pub flows: Vec<PairFlow>,
    /// The same under other rules for imbalances.
    pub rules: RuleFacts,
    /// What the model is, in words.
    pub method: String,
    /// What welfare is.
    pub welfare_definition: &'static str,
    /// Whether flows are US dollars.
    pub in_usd: bool,
    /// Residual of the equilibrium.
    pub residual: f64,
    /// Where the figures come from.
    pub source: Source,
    /// What a reader must know about them.
    pub caveats: Vec<String>,
}

impl SectorReachFacts {
    /// A region's outcome.
    pub fn region(&self, code: &str) -> Option<&RegionFacts> {
        self.regions.iter().find(|r| r.code == code)
    }

    /// The range of the cut over sets of elasticities, its own among them.
    pub fn cost_cut_range(&self) -> Interval {
        range(self.cost_cut, self.sets.iter().filter_map(|s| Some(s.found?[0])))
    }
}

/// Ranges are shown to three digits.
const ROUGH: f64 = 1e-9;

fn range(own: f64, others: impl Iterator<Item = f64>) -> Interval {
    others.fold(Interval { low: own, high: own }, |i, x| Interval { low: i.low.min(x), high: i.high.max(x) })
}

/// Finds the figures.
///
/// # Errors
/// Where the model has one sector, the pair does not trade, the multiple is out of reach, or there is no equilibrium.
pub fn compute(model: &Model, question: &SectorQuestion) -> Result<SectorReachFacts, AnalysisError> {
    find(model, question, true)
}

/// The summary alone, for a page of many answers: without the rules for imbalances and the other sets of elasticities,
/// which take nine tenths of the time: their range is that of `reach.cost_cut` in the whole answer.
///
/// # Errors
/// As [`compute`].
pub fn summarised(model: &Model, question: &SectorQuestion) -> Result<Option<Finding>, AnalysisError> {
    let facts = find(model, question, false)?;
    Ok(summary(&facts, &cost_finding(&facts, &template(&facts, &question.command))))
}

fn find(model: &Model, question: &SectorQuestion, in_full: bool) -> Result<SectorReachFacts, AnalysisError> {
    let k = question.times;
    check_times(k)?;
    let Model::Many { named, .. } = model else { return Err(unsolved("a world of one sector")) };
    let (a, b) = (model.find(&question.a)?, model.find(&question.b)?);
    let targets = [(a, b), (b, a)];
    let moved: &[(usize, usize)] = match question.ways {
        Ways::Both => &targets,
        Ways::Forward => &targets[..1],
        Ways::Backward => &targets[1..],
    };
    let solve = |model: &Model| -> Result<Rest, AnalysisError> {
        model
            .reach(&model.shock(&[], None)?, moved, &targets, k)
            .map_err(|e| reason(model, k, &question.a, &question.b, e))
    };
    let found = solve(model)?;
    let of = |rest: &Rest| [rest.cost_cut, rest.outcome.welfare[a] - 1.0, rest.outcome.welfare[b] - 1.0];
    let [cut, welfare_a, welfare_b] = of(&found);
    let values = [
        ("Fall of the cost".to_owned(), Unit::Share, cut),
        (format!("Welfare of {}", model.code(a)), Unit::Change, welfare_a),
        (format!("Welfare of {}", model.code(b)), Unit::Change, welfare_b),
    ];
    let (rules, sets) = rayon::join(
        || match in_full {
            true => closure::compute(model, &values, &|model| Ok(of(&solve(model)?).to_vec())),
            false => RuleFacts { compared: Vec::new(), by_rule: Vec::new() },
        },
        || -> Vec<SetFacts> {
            let sets: &[_] = if in_full { &named.tables.theta_sets } else { &[] };
            sets.par_iter()
                .map(|(name, theta)| {
                    let other = model.with_tolerance(ROUGH).with_thetas(theta.clone());
                    SetFacts { name: name.clone(), found: other.and_then(|m| Ok(of(&solve(&m)?))).ok() }
                })
                .collect()
        },
    );
    let flow = |sector: usize, from: usize, to: usize| {
        let before = model.cell_today((sector, from, to));
        let after = model.cell_after(&found.outcome, (sector, from, to));
        let multiple = if before > 0.0 { after / before } else { f64::NAN };
        [before * model.unit(), multiple, named.economy.tariff(sector, to, from)]
    };
    let flows = (0..named.economy.sectors())
        .map(|j| PairFlow {
            sector: model.sector_name(j),
            title: named.tables.titles.get(j).cloned().unwrap_or_default(),
            theta: named.economy.theta(j),
            forward: flow(j, a, b),
            backward: flow(j, b, a),
        })
        .filter(|f| f.forward[0] + f.backward[0] > 0.0)
        .collect();
    Ok(SectorReachFacts {
        codes: [model.code(a), model.code(b)],
        names: [model.name(a), model.name(b)],
        times: k,
        ways: question.ways,
        cost_cut: cut,
        sets,
        regions: regions(model, &found.outcome, &|_| None),
        sectors: named.economy.sectors(),
        flows,
        rules,
        method: model.method(),
        welfare_definition: welfare_definition(model),
        in_usd: named.tables.in_usd,
        residual: found.outcome.residual,
        source: model.source().clone(),
        caveats: model.caveats().to_vec(),
    })
}

/// Why the multiple cannot be had, regions by name.
fn reason(model: &Model, k: f64, a: &str, b: &str, error: ReachError) -> AnalysisError {
    match error {
        ReachError::NoTrade => AnalysisError::World {
            source_name: model.source().name.clone(),
            what: format!("{a} and {b} do not trade in it, and no multiple of zero is more than zero"),
            help: "choose another pair or another ‹data›".to_owned(),
        },
        ReachError::Solve(e) => model.error(&e),
        ReachError::Above { limit, .. } => unsolved(&format!(
            "times {} is out of reach: with lower costs the trade of {a} and {b} gets to times {}",
            times_word(k),
            times_word(limit)
        )),
        ReachError::Below { limit, .. } => unsolved(&format!(
            "times {} is out of reach: with higher costs the trade of {a} and {b} falls to times {}",
            times_word(k),
            times_word(limit)
        )),
        other => unsolved(&other.to_string()),
    }
}

/// Answers the question.
///
/// # Errors
/// As [`compute`].
pub fn answer(model: &Model, question: &SectorQuestion) -> Result<Answer, AnalysisError> {
    Ok(report(&compute(model, question)?, &question.command))
}

fn cost_words(cut: f64) -> String {
    if cut >= 0.0 { format!("fall by {}", percent(cut)) } else { format!("rise by {}", percent(-cut)) }
}

fn cost_range(cut: f64, range: Interval) -> String {
    if cut >= 0.0 { percent_range(range.low, range.high) } else { percent_range(-range.high, -range.low) }
}

fn template(facts: &SectorReachFacts, command: &str) -> Finding {
    Finding::template(
        Unit::Share,
        format!("{}; residual {:.0e}", facts.method, facts.residual.max(1e-16)),
        vec![facts.source.clone()],
        facts.caveats.clone(),
        command.to_owned(),
    )
}

/// Words the figures; `command` asks for them again.
pub fn report(facts: &SectorReachFacts, command: &str) -> Answer {
    let template = template(facts, command);
    let (by_rule, driven) = closure::report("reach", &facts.rules, &template);
    let cost = cost_finding(facts, &template);
    let summary = summary(facts, &cost);
    let mut findings = vec![cost];
    findings.extend((0..2).filter_map(|side| welfare_finding(facts, side, &template)));
    findings.extend(third_finding(facts, &template));
    findings.extend(summary);
    findings.extend(driven);
    let [a, b] = facts.names.each_ref().map(|n| in_sentence(n));
    let source = format!("{}; own calculation, change in welfare", facts.source.name);
    let mut tables = vec![flows_table(facts), regions_table("reach.countries", &facts.regions), by_rule];
    if !facts.sets.is_empty() {
        tables.insert(1, sets_table(facts));
    }
    Answer {
        command: command.to_owned(),
        title: sentence(&format!(
            "what it takes to multiply the trade of {a} and {b} by {}, sector by sector",
            times_word(facts.times)
        )),
        findings,
        tables,
        charts: vec![welfare_chart("reach.welfare", &facts.regions, source)],
        named: named(facts),
        headline: None,
    }
}

fn named(facts: &SectorReachFacts) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("cost_cut".into(), json!(facts.cost_cut));
    out.insert("multiple".into(), json!(facts.times));
    out.insert("residual".into(), json!(facts.residual));
    out
}

/// All of it in one sentence, which can stand beside that of one sector.
fn summary(facts: &SectorReachFacts, cost: &Finding) -> Option<Finding> {
    let welfare = |side: usize| {
        let region = facts.region(&facts.codes[side])?;
        Some(format!("{} {}", in_sentence(&region.name), percent_signed(region.welfare)))
    };
    let mut caveats = cost.caveats.clone();
    caveats.insert(0, format!("`{}` gives the range over other published sets of elasticities.", cost.reproduce));
    Some(Finding {
        id: "reach.sectors".into(),
        interval: None,
        caveats,
        title: "The same in a world of sectors".into(),
        statement: format!(
            "With {} sectors, inputs and tariffs, trade costs would {}; real income: {}, {}",
            facts.sectors,
            cost_words(facts.cost_cut),
            welfare(0)?,
            welfare(1)?
        ),
        ..cost.clone()
    })
}

fn cost_finding(facts: &SectorReachFacts, template: &Finding) -> Finding {
    let [a, b] = &facts.codes;
    let whose = match facts.ways {
        Ways::Both => "trade costs both ways".to_owned(),
        Ways::Forward => format!("the cost of goods and services from {a} to {b}"),
        Ways::Backward => format!("the cost of goods and services from {b} to {a}"),
    };
    let solved = facts.sets.iter().filter(|s| s.found.is_some()).count();
    let over = if facts.sets.is_empty() {
        String::new()
    } else {
        let beyond: Vec<&str> = facts.sets.iter().filter(|s| s.found.is_none()).map(|s| s.name.as_str()).collect();
        let out = if beyond.is_empty() { String::new() } else { format!("; out of reach with {}", beyond.join(", ")) };
        format!(
            " ({} over {solved} other published sets of elasticities{out})",
            cost_range(facts.cost_cut, facts.cost_cut_range())
        )
    };
    Finding {
        id: "reach.cost_cut".into(),
        title: format!("Cost change for times {}", times_word(facts.times)),
        statement: format!(
            "To multiply the trade by {}, {whose} must {} in every sector{over}",
            times_word(facts.times),
            cost_words(facts.cost_cut)
        ),
        value: Number::Value(facts.cost_cut),
        interval: (!facts.sets.is_empty()).then(|| facts.cost_cut_range()),
        definition: "fall of the ad valorem (iceberg) trade cost, the same in all sectors, tariffs as they are, such \
                     that the pair's flows together are k times today's in equilibrium"
            .into(),
        ..template.clone()
    }
}

fn welfare_finding(facts: &SectorReachFacts, side: usize, template: &Finding) -> Option<Finding> {
    let region = facts.region(&facts.codes[side])?;
    let over = range(region.welfare, facts.sets.iter().filter_map(|s| Some(s.found?[1 + side])));
    let words = if facts.sets.is_empty() {
        String::new()
    } else {
        format!(" ({} to {} over sets of elasticities)", percent_signed(over.low), percent_signed(over.high))
    };
    Some(Finding {
        id: format!("reach.welfare.{}", region.code),
        title: format!("Welfare of {}", in_sentence(&region.name)),
        statement: format!(
            "Real income of {} would change by {}{words}",
            in_sentence(&region.name),
            percent_signed(region.welfare)
        ),
        value: Number::Value(region.welfare),
        unit: Unit::Change,
        interval: (!facts.sets.is_empty()).then_some(over),
        definition: facts.welfare_definition.into(),
        ..template.clone()
    })
}

fn third_finding(facts: &SectorReachFacts, template: &Finding) -> Option<Finding> {
    let third: Vec<&RegionFacts> = facts.regions.iter().filter(|r| !facts.codes.contains(&r.code)).collect();
    let (most, least) = (third.first()?, third.last()?);
    let words = |r: &RegionFacts| format!("{} ({})", in_sentence(&r.name), percent_signed(r.welfare));
    Some(Finding {
        id: "reach.third_countries".into(),
        title: "Third countries".into(),
        statement: sentence(&format!("of third countries {} would do best and {} worst", words(most), words(least))),
        value: Number::Unknown,
        unit: Unit::Change,
        interval: Some(Interval { low: least.welfare, high: most.welfare }),
        definition: format!("range over all but the pair of {}", facts.welfare_definition),
        ..template.clone()
    })
}

fn flows_table(facts: &SectorReachFacts) -> Table {
    let [a, b] = &facts.codes;
    let unit = money(facts.in_usd);
    let mut table = Table::new(
        "reach.sectors",
        &format!("The pair's trade by sector{}", in_unit(facts.in_usd)),
        &[
            ("sector", "Sector", Unit::Text),
            ("name", "Name", Unit::Text),
            ("theta", "Theta", Unit::Elasticity),
            ("forward_before", &format!("{a} to {b}"), unit),
            ("forward_multiple", "Times", Unit::Multiple),
            ("forward_tariff", &format!("Tariff of {b}"), Unit::Share),
            ("backward_before", &format!("{b} to {a}"), unit),
            ("backward_multiple", "Times, back", Unit::Multiple),
            ("backward_tariff", &format!("Tariff of {a}"), Unit::Share),
        ],
    );
    for f in &facts.flows {
        let mut row: Vec<Cell> = vec![f.sector.clone().into(), f.title.clone().into(), f.theta.into()];
        for [before, multiple, tariff] in [f.forward, f.backward] {
            row.extend([before.into(), Cell::from(multiple.is_finite().then_some(multiple)), tariff.into()]);
        }
        table.rows.push(row);
    }
    table
}

fn sets_table(facts: &SectorReachFacts) -> Table {
    let [a, b] = &facts.codes;
    let mut table = Table::new(
        "reach.elasticities",
        "What it takes with other published elasticities",
        &[
            ("set", "Elasticities", Unit::Text),
            ("cost_cut", "Cost cut", Unit::Share),
            ("welfare_a", &format!("Welfare {a}"), Unit::Change),
            ("welfare_b", &format!("Welfare {b}"), Unit::Change),
        ],
    );
    for set in &facts.sets {
        let cell = |at: usize| Cell::from(set.found.map(|f| f[at]));
        table.rows.push(vec![set.name.clone().into(), cell(0), cell(1), cell(2)]);
    }
    table
}
