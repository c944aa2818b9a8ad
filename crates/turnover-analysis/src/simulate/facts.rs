//! The figures of a simulation.

use turnover_data::{Source, nearest};
use turnover_equilibrium::sectors::{Decomposition, decompose};
use turnover_measures::Catalogue;

use super::Question;
use super::burden::{self, BurdenFacts};
use super::resistance::{self, ResistanceFacts};
use super::sectors::{self, DiversionFacts, FlowFacts, SectorOutcome};
use crate::answer::{Interval, Unit};
use crate::closure::{self, RuleFacts};
use crate::engine::{After, Model, Outcome, Shock};
use crate::error::AnalysisError;
use crate::pull::{Pull, PullFile, What};
use crate::uncertain::{self, DrawsRun};

/// A change, with the measure that it lifts or brings.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeFacts {
    /// The change.
    pub pull: Pull,
    /// The measure's title and legal source.
    pub measure: Option<String>,
}

/// A sum of flows before and after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Changed {
    /// Before, in US dollars.
    pub before_usd: f64,
    /// After over before.
    pub multiple: f64,
    /// The range of the multiple over draws.
    pub interval: Option<Interval>,
}

/// One region's outcome, as changes against today.
#[derive(Debug, Clone, PartialEq)]
pub struct RegionFacts {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Real expenditure (one sector) or real income (many).
    pub welfare: f64,
    /// Its range over draws.
    pub interval: Option<Interval>,
    /// Wage, of a world of one sector.
    pub wage: Option<f64>,
    /// Price index, of a world of one sector.
    pub price: Option<f64>,
    /// Exports; `None` where there were none.
    pub exports: Option<f64>,
    /// Imports; `None` where there were none.
    pub imports: Option<f64>,
}

/// Terms and volume of trade with one partner, or in one sector.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// The partner or the sector.
    pub of: String,
    /// Terms of trade.
    pub terms: f64,
    /// Volume of trade.
    pub volume: f64,
}

/// Where a region's welfare change comes from, to first order (Caliendo and Parro 2015).
#[derive(Debug, Clone, PartialEq)]
pub struct DecompositionFacts {
    /// The region's code.
    pub code: String,
    /// The sum.
    pub welfare: f64,
    /// Terms of trade.
    pub terms: f64,
    /// Volume of trade.
    pub volume: f64,
    /// Real wage.
    pub real_wage: f64,
    /// By partner.
    pub by_partner: Vec<Terms>,
    /// By sector.
    pub by_sector: Vec<Terms>,
}

/// The figures of a simulation, without words.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulateFacts {
    /// Title of the changes.
    pub title: String,
    /// The changes.
    pub changes: Vec<ChangeFacts>,
    /// The flows whose cost changes, together.
    pub changed: Changed,
    /// The sectors that changes are restricted to; `None` where they are on all goods.
    pub sectors: Option<Vec<String>>,
    /// All goods between the same countries, where sectors are named.
    pub all_goods: Option<Changed>,
    /// The regions that the changes name, in the model's order.
    pub named: Vec<RegionFacts>,
    /// All regions, from the largest gain to the largest loss.
    pub regions: Vec<RegionFacts>,
    /// Flows whose cost changes.
    pub flows: Vec<FlowFacts>,
    /// The same by sector, with many sectors.
    pub sector_flows: Option<Vec<FlowFacts>>,
    /// Outcomes by sector of the regions that the changes name, or of all with the matrix, with many sectors.
    pub by_sector: Option<Vec<SectorOutcome>>,
    /// Third countries' trade with those whose flows change, the largest change first.
    pub diversion: Vec<DiversionFacts>,
    /// Every flow by sector, where it is asked for.
    pub matrix: Option<Vec<FlowFacts>>,
    /// Transfers that equalise the burden of a coalition, where one is named.
    pub burden: Option<BurdenFacts>,
    /// Whether values are US dollars.
    pub in_usd: bool,
    /// Where welfare changes come from, with many sectors, from the largest gain to the largest loss.
    pub decomposition: Option<Vec<DecompositionFacts>>,
    /// Multilateral resistances, with one sector.
    pub resistances: Option<ResistanceFacts>,
    /// The same under other rules for imbalances.
    pub rules: RuleFacts,
    /// What the model is, in words.
    pub method: String,
    /// What welfare is.
    pub welfare_definition: &'static str,
    /// Residual of the equilibrium.
    pub residual: f64,
    /// Steps that it took, with one sector.
    pub iterations: Option<usize>,
    /// The draws, where there were any.
    pub draws: Option<DrawsRun>,
    /// Where the figures come from.
    pub source: Source,
    /// What a reader must know about them.
    pub caveats: Vec<String>,
}

/// Refuses measures that the catalogue does not have; returns their titles by pull.
pub(crate) fn measure_titles(file: &PullFile, catalogue: &Catalogue) -> Result<Vec<Option<String>>, AnalysisError> {
    let title = |pull: &Pull| -> Result<Option<String>, AnalysisError> {
        let Some(id) = &pull.measure else { return Ok(None) };
        let found = catalogue.measures.iter().find(|m| &m.id == id);
        let near = || nearest(id, catalogue.measures.iter().map(|m| m.id.as_str()));
        match found {
            Some(m) => Ok(Some(format!("{} ({})", m.title, m.legal))),
            None => Err(AnalysisError::PullFile {
                path: file.path.display().to_string(),
                what: format!("the catalogue has no measure `{id}`"),
                help: near().map_or_else(
                    || "turnover measures list shows them".to_owned(),
                    |n| format!("did you mean `{n}`? turnover measures list shows all"),
                ),
            }),
        }
    };
    file.pulls.iter().map(title).collect()
}

/// Regions whose welfare is a finding, at most.
const MOST_NAMED: usize = 8;

/// Finds the figures.
///
/// # Errors
/// As [`super::answer`].
pub fn compute(model: &Model, catalogue: &Catalogue, question: &Question) -> Result<SimulateFacts, AnalysisError> {
    let measures = measure_titles(question.file, catalogue)?;
    let pulls = model.with_schedules(&question.file.pulls)?;
    let numbered: Vec<(usize, &Pull)> = pulls.iter().enumerate().collect();
    let (changed, cells) = (of_all(&pulls, |p| model.flows(p))?, of_all(&pulls, |p| model.cells(p))?);
    let no_trade = model.without_trade(&pulls)?;
    let shock = model.shock(&numbered, None)?;
    let outcome = model.outcome(&shock)?;
    let run = |draws| {
        uncertain::run(model, question.file, &pulls, draws, 1 + model.regions(), &|model, effects| {
            let outcome = model.outcome(&model.shock(&numbered, Some(effects))?)?;
            let welfare = outcome.welfare.iter().map(|w| w - 1.0);
            Ok(std::iter::once(model.cells_multiple(&outcome, &cells)).chain(welfare).collect())
        })
    };
    let drawn = question.draws.map(run).transpose()?;
    // The draws hold the multiple, then welfare by region.
    let of_multiple = drawn.as_ref().and_then(|d| d.interval(0));
    let of_welfare = |r: usize| drawn.as_ref().and_then(|d| d.interval(1 + r));
    let regions = regions(model, &outcome, &of_welfare);
    let named: Vec<usize> =
        (0..model.regions()).filter(|r| pulls.iter().any(|p| names(model, p, *r))).take(MOST_NAMED).collect();
    let unit = model.unit();
    let before: f64 = cells.iter().map(|c| model.cell_today(*c)).sum();
    let multiple = model.cells_multiple(&outcome, &cells);
    let sectors = sector_names(model, &pulls)?;
    let all_goods = sectors.as_ref().map(|_| Changed {
        before_usd: model.today(&changed) * unit,
        multiple: model.multiple(&outcome, &changed),
        interval: None,
    });
    let mut values = vec![("Flows whose cost changes".to_owned(), Unit::Multiple, multiple)];
    for &r in &named {
        values.push((format!("Welfare of {}", model.code(r)), Unit::Change, outcome.welfare[r] - 1.0));
    }
    let rules = closure::compute(model, &values, &|model| {
        let outcome = model.outcome(&model.shock(&numbered, None)?)?;
        let welfare = named.iter().map(|r| outcome.welfare[*r] - 1.0);
        Ok(std::iter::once(model.cells_multiple(&outcome, &cells)).chain(welfare).collect())
    });
    let every: Vec<usize> = (0..model.regions()).collect();
    let flow = |&(i, j): &(usize, usize)| FlowFacts {
        exporter: model.code(i),
        importer: model.code(j),
        sector: None,
        before_usd: model.today(&[(i, j)]) * unit,
        after_usd: model.flow_after(&outcome, i, j) * unit,
    };
    let of_draws = drawn.as_ref().map(|d| d.caveat(question.file));
    let caveats = model.caveats().iter().cloned().chain(no_trade).chain(of_draws).collect();
    Ok(SimulateFacts {
        title: question.file.title.clone(),
        changes: change_facts(question.file, measures),
        changed: Changed { before_usd: before * unit, multiple, interval: of_multiple },
        sectors,
        all_goods,
        named: named.iter().map(|r| region(model, &outcome, *r, of_welfare(*r))).collect(),
        regions,
        flows: changed.iter().map(flow).collect(),
        sector_flows: sector_flows(model, &outcome, &cells),
        by_sector: sectors::outcomes(model, &outcome, &if question.matrix { every } else { named.clone() }),
        diversion: sectors::diversion(model, &outcome, &changed),
        matrix: question.matrix.then(|| sectors::matrix(model, &outcome)).flatten(),
        burden: question.coalition.as_ref().map(|c| burden::compute(model, &shock, c)).transpose()?,
        in_usd: model.in_usd(),
        decomposition: decomposition(model, &outcome),
        resistances: resistances(model, &shock, &outcome),
        rules,
        method: model.method(),
        welfare_definition: super::welfare_definition(model),
        residual: outcome.residual,
        iterations: outcome.iterations(),
        draws: drawn.map(|d| d.run()),
        source: model.source().clone(),
        caveats,
    })
}

/// Multilateral resistances, with one sector.
fn resistances(model: &Model, shock: &Shock, outcome: &Outcome) -> Option<ResistanceFacts> {
    match (model, shock, &outcome.world) {
        (Model::One { named, settings }, Shock::One(log_b), After::One(after)) => {
            resistance::compute(named, settings, log_b, after)
        }
        _ => None,
    }
}

/// The changes with their measures.
fn change_facts(file: &PullFile, measures: Vec<Option<String>>) -> Vec<ChangeFacts> {
    file.pulls.iter().zip(measures).map(|(pull, measure)| ChangeFacts { pull: pull.clone(), measure }).collect()
}

/// What all pulls name, in order, each once.
fn of_all<T: Ord>(
    pulls: &[Pull],
    of: impl Fn(&Pull) -> Result<Vec<T>, AnalysisError>,
) -> Result<Vec<T>, AnalysisError> {
    let mut out = Vec::new();
    for pull in pulls {
        out.extend(of(pull)?);
    }
    out.sort_unstable();
    out.dedup();
    Ok(out)
}

/// The outcomes of all regions, from the largest gain to the largest loss.
pub(crate) fn regions(
    model: &Model,
    outcome: &Outcome,
    interval: &dyn Fn(usize) -> Option<Interval>,
) -> Vec<RegionFacts> {
    let mut order: Vec<usize> = (0..model.regions()).collect();
    order.sort_by(|a, b| outcome.welfare[*b].total_cmp(&outcome.welfare[*a]));
    order.into_iter().map(|r| region(model, outcome, r, interval(r))).collect()
}

/// One region's outcome.
fn region(model: &Model, outcome: &Outcome, r: usize, interval: Option<Interval>) -> RegionFacts {
    let out: Vec<(usize, usize)> = (0..model.regions()).filter(|j| *j != r).map(|j| (r, j)).collect();
    let into: Vec<(usize, usize)> = out.iter().map(|(r, j)| (*j, *r)).collect();
    let change = |flows: &[(usize, usize)]| (model.today(flows) > 0.0).then(|| model.multiple(outcome, flows) - 1.0);
    let one = if let After::One(after) = &outcome.world { Some(after) } else { None };
    RegionFacts {
        code: model.code(r),
        name: model.name(r),
        welfare: outcome.welfare[r] - 1.0,
        interval,
        wage: one.map(|a| a.log_wage[r].exp_m1()),
        price: one.map(|a| a.log_price[r].exp_m1()),
        exports: change(&out),
        imports: change(&into),
    }
}

/// The sectors that changes are restricted to; `None` where they are on all goods.
fn sector_names(model: &Model, pulls: &[Pull]) -> Result<Option<Vec<String>>, AnalysisError> {
    if matches!(model, Model::One { .. }) || pulls.iter().any(|p| p.sector.is_none()) {
        return Ok(None);
    }
    let mut sectors = Vec::new();
    for pull in pulls {
        for sector in model.sectors(pull.sector.as_deref())? {
            let name = model.sector_name(sector);
            if !sectors.contains(&name) {
                sectors.push(name);
            }
        }
    }
    Ok(Some(sectors))
}

/// Flows by sector whose cost changes, those that are traded, with many sectors.
fn sector_flows(model: &Model, outcome: &Outcome, cells: &[(usize, usize, usize)]) -> Option<Vec<FlowFacts>> {
    if matches!(model, Model::One { .. }) {
        return None;
    }
    let unit = model.unit();
    let traded = cells.iter().filter(|c| model.cell_today(**c) > 0.0);
    Some(
        traded
            .map(|&(s, i, j)| FlowFacts {
                exporter: model.code(i),
                importer: model.code(j),
                sector: Some(model.sector_name(s)),
                before_usd: model.cell_today((s, i, j)) * unit,
                after_usd: model.cell_after(outcome, (s, i, j)) * unit,
            })
            .collect(),
    )
}

/// Whether a pull names the region rather than all of them.
fn names(model: &Model, pull: &Pull, region: usize) -> bool {
    let is = |name: &String| model.party(Some(name)).is_ok_and(|of| of.contains(&region));
    let among = if let What::Rates { among, .. } = &pull.what { &among[..] } else { &[] };
    pull.exporter.iter().chain(&pull.importer).chain(among).any(is)
}

/// Where welfare changes come from, with many sectors.
fn decomposition(model: &Model, outcome: &Outcome) -> Option<Vec<DecompositionFacts>> {
    let (Model::Many { named, before, .. }, After::Many(after)) = (model, &outcome.world) else { return None };
    let parts: Vec<Decomposition> = decompose(before, after);
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| parts[*b].welfare().total_cmp(&parts[*a].welfare()));
    let of = |r: usize| {
        let p = &parts[r];
        let partners = (0..parts.len()).filter(|i| *i != r);
        DecompositionFacts {
            code: model.code(r),
            welfare: p.welfare(),
            terms: p.terms(),
            volume: p.volume(),
            real_wage: (after.log_real_wage(r) - before.log_real_wage(r)).exp_m1(),
            by_partner: partners
                .map(|i| Terms { of: model.code(i), terms: p.terms_by_partner[i], volume: p.volume_by_partner[i] })
                .collect(),
            by_sector: (named.tables.sectors.iter().enumerate())
                .map(|(j, s)| Terms { of: s.clone(), terms: p.terms_by_sector[j], volume: p.volume_by_sector[j] })
                .collect(),
        }
    };
    Some(order.into_iter().map(of).collect())
}
