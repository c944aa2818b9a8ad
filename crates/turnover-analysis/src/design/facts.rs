//! The figures of a design.

use std::sync::Arc;

use rayon::prelude::*;
use turnover_data::Source;
use turnover_equilibrium::sectors::Change;
use turnover_equilibrium::{Aim, Design, Designed, Levers, design};
use turnover_measures::Catalogue;

use super::Question;
use super::goal::{Goal, Limits};
use crate::engine::{After, Model, Outcome, Shock, unsolved};
use crate::error::AnalysisError;
use crate::negotiate::{Scene, Setting, Stake, StakeKind};
use crate::pull::{Pull, PullFile, SizedCell, What};
use crate::simulate::welfare_definition;

/// Levers at most: every set is solved.
const MOST_LEVERS: usize = 12;

/// A lever with its size in the design.
#[derive(Debug, Clone, PartialEq)]
pub struct SizedLever {
    /// In words.
    pub title: String,
    /// Whether it is pulled whole or not at all.
    pub whole: bool,
    /// Its size, 0 to 1; 0 where the goal is not reached and no design stands.
    pub size: f64,
    /// What it touches, in words.
    pub touches: String,
    /// Cost of a hundredth of the goal by this lever at the design, as a share of income; `None` for whole levers.
    pub price: Option<f64>,
}

/// What sizes do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtSizes {
    /// The goal's own figure: the multiple, or the change of real income.
    pub goal: f64,
    /// Gains of the one who pulls and of the other.
    pub gains: [f64; 2],
    /// The largest loss of a third country.
    pub third: f64,
}

/// The figures of a design, without words.
#[derive(Debug, Clone, PartialEq)]
pub struct DesignFacts {
    /// The codes of the one who pulls and of the other.
    pub codes: [String; 2],
    /// Their names.
    pub names: [String; 2],
    /// The goal.
    pub goal: Goal,
    /// The limits.
    pub limits: Limits,
    /// The levers with their sizes.
    pub levers: Vec<SizedLever>,
    /// What the design does; `None` where no sizes reach the goal within the limits.
    pub best: Option<AtSizes>,
    /// What the levers that come nearest to the goal within the limits do, and which they are.
    pub nearest: (AtSizes, Vec<usize>),
    /// The cheapest whole sets that reach the goal: their levers, and what they do.
    pub sets: Vec<(Vec<usize>, AtSizes)>,
    /// What the same sizes do with other elasticities, by name; `None` where there is no equilibrium.
    pub by_theta: Vec<(String, Option<AtSizes>)>,
    /// Equilibria that were solved.
    pub solves: usize,
    /// Income of the one who pulls in US dollars.
    pub income_usd: Option<f64>,
    /// What the model is, in words.
    pub method: String,
    /// What welfare is.
    pub welfare_definition: &'static str,
    /// Where the figures come from.
    pub source: Source,
    /// What a reader must know about them.
    pub caveats: Vec<String>,
}

/// The levers in a model.
struct Table<'a> {
    setting: &'a Setting,
    goal: &'a Goal,
    limits: &'a Limits,
    whole: Vec<bool>,
    /// The region of a goal of real income.
    region: usize,
}

impl Table<'_> {
    fn outcome(&self, sizes: &[f64]) -> Result<(Shock, Outcome), AnalysisError> {
        self.setting.at_sizes(sizes)
    }

    fn gain(&self, outcome: &Outcome, region: usize) -> f64 {
        outcome.welfare[region] / self.setting.status_quo.welfare[region] - 1.0
    }

    fn figures(&self, outcome: &Outcome) -> AtSizes {
        let sides = self.setting.sides;
        let third = (0..outcome.welfare.len()).filter(|r| !sides.contains(r)).map(|r| self.gain(outcome, r));
        AtSizes {
            goal: match self.goal {
                Goal::Turnover(_) => self.setting.multiple(outcome),
                Goal::Welfare { .. } => self.gain(outcome, self.region),
            },
            gains: sides.map(|r| self.gain(outcome, r)),
            third: third.fold(0.0, f64::min),
        }
    }

    fn at(&self, sizes: &[f64]) -> Result<AtSizes, AnalysisError> {
        Ok(self.figures(&self.outcome(sizes)?.1))
    }
}

impl Levers<AnalysisError> for Table<'_> {
    fn whole(&self) -> &[bool] {
        &self.whole
    }

    fn aim(&self, sizes: &[f64]) -> Result<Aim, AnalysisError> {
        let found = self.at(sizes)?;
        let goal = match self.goal {
            Goal::Turnover(times) => (found.goal - 1.0) / (times - 1.0),
            Goal::Welfare { change, .. } => found.goal / change,
        };
        let room = |limit: Option<f64>, gain: f64| limit.map_or(f64::INFINITY, |most| most + gain);
        let slack = room(self.limits.third_countries, found.third).min(room(self.limits.own, found.gains[0]));
        Ok(Aim { goal, cost: -found.gains[0], slack })
    }

    /// Along each lever's own direction, through the equilibrium.
    fn slopes(&self, sizes: &[f64]) -> Result<Vec<[f64; 2]>, AnalysisError> {
        let (shock, outcome) = self.outcome(sizes)?;
        let (Model::Many { named, settings, .. }, Shock::Many(change), After::Many(here)) =
            (&self.setting.model, &shock, &outcome.world)
        else {
            return Err(unsolved("a world of one sector"));
        };
        let [a, b] = self.setting.sides;
        let real = |tangent: &turnover_equilibrium::sectors::Tangent, r: usize| {
            (1.0 + self.gain(&outcome, r)) * tangent.log_real_income(r)
        };
        let trade = self.setting.model.flow_after(&self.setting.status_quo, a, b)
            + self.setting.model.flow_after(&self.setting.status_quo, b, a);
        let slope = |stake: &Stake| -> Result<[f64; 2], AnalysisError> {
            let StakeKind::Pull(pull) = &stake.kind else { return Ok([0.0; 2]) };
            let What::Sized(cells) = &pull.what else { return Ok([0.0; 2]) };
            let mut direction = Change::direction(&named.economy);
            for c in cells.iter() {
                direction.add_effect(c.sector, c.importer, c.exporter, c.log_points);
                direction.set_tariff(c.sector, c.importer, c.exporter, c.tariff);
            }
            let tangent =
                named.economy.tangent(here, change, &direction, settings).map_err(|e| self.setting.model.error(&e))?;
            let goal = match self.goal {
                Goal::Turnover(times) => {
                    let flow = |j: usize| tangent.flow(here, j, b, a) + tangent.flow(here, j, a, b);
                    (0..named.economy.sectors()).map(flow).sum::<f64>() / trade / (times - 1.0)
                }
                Goal::Welfare { change, .. } => real(&tangent, self.region) / change,
            };
            Ok([goal, -real(&tangent, a)])
        };
        self.setting.stakes.levers.par_iter().map(slope).collect()
    }
}

/// Finds the figures.
///
/// # Errors
/// As [`super::answer`].
pub fn compute(model: &Model, catalogue: &Catalogue, question: &Question) -> Result<DesignFacts, AnalysisError> {
    if matches!(model, Model::One { .. }) {
        return Err(AnalysisError::Change {
            what: "levers are designed in a world of sectors, and this one has none".to_owned(),
            help: "leave ‹data› out, or name a folder of tables (docs/economy.md)".to_owned(),
        });
    }
    let own = own_file(question);
    let scene = Scene { pair: question.pair, day: question.day, file: own.as_ref(), flows: question.flows };
    let setting = prepared(model, catalogue, question, &scene)?.with_each_alone()?;
    let levers = &setting.stakes.levers;
    if levers.len() > MOST_LEVERS {
        return Err(AnalysisError::Change {
            what: format!("there are {} levers", levers.len()),
            help: format!("name at most {MOST_LEVERS} with ‹levers FILE›: every set is solved"),
        });
    }
    let table = table(&setting, question)?;
    let found: Designed = design(&table)?;
    let sizes = found.best.as_ref().map_or_else(|| vec![0.0; levers.len()], |d| d.sizes.clone());
    let prices = match &found.best {
        Some(best) => table.slopes(&best.sizes)?,
        None => vec![[0.0; 2]; levers.len()],
    };
    let lever = |(l, stake): (usize, &Stake)| SizedLever {
        title: stake.title.clone(),
        whole: table.whole[l],
        size: sizes[l],
        touches: stake.note.clone(),
        price: (prices[l][0] > 0.0).then(|| 0.01 * prices[l][1] / prices[l][0]),
    };
    let pulled = |d: &Design| (0..levers.len()).filter(|l| d.sizes[*l] > 0.0).collect::<Vec<_>>();
    let sets = found.whole.iter().take(10).map(|d| Ok((pulled(d), table.at(&d.sizes)?)));
    Ok(DesignFacts {
        codes: setting.sides.map(|r| model.code(r)),
        names: setting.sides.map(|r| model.name(r)),
        goal: question.goal.clone(),
        limits: question.limits.clone(),
        levers: levers.iter().enumerate().map(lever).collect(),
        best: found.best.as_ref().map(|d| table.at(&d.sizes)).transpose()?,
        nearest: (table.at(&found.nearest.sizes)?, pulled(&found.nearest)),
        sets: sets.collect::<Result<_, AnalysisError>>()?,
        by_theta: by_theta(
            model,
            catalogue,
            question,
            &scene,
            found.best.as_ref().map_or(&found.nearest.sizes, |d| &d.sizes),
        ),
        solves: found.solves,
        income_usd: setting.model.incomes_usd(&setting.status_quo).map(|all| all[setting.sides[0]]),
        method: model.method(),
        welfare_definition: welfare_definition(model),
        source: model.source().clone(),
        caveats: model.caveats().to_vec(),
    })
}

fn table<'a>(setting: &'a Setting, question: &'a Question) -> Result<Table<'a>, AnalysisError> {
    let region = match &question.goal {
        Goal::Turnover(_) => setting.sides[0],
        Goal::Welfare { country, .. } => setting.model.find(country)?,
    };
    let whole = setting.stakes.levers.iter().map(|s| match &s.kind {
        StakeKind::Measure(_) => true,
        StakeKind::Pull(pull) => pull.whole,
    });
    Ok(Table { whole: whole.collect(), setting, goal: &question.goal, limits: &question.limits, region })
}

/// The user's levers, with the one who pulls as the side of those that name none; for a goal that is a loss without a
/// file a tariff on all goods of the other and dearer sales of goods to it.
fn own_file(question: &Question) -> Option<PullFile> {
    let by = question.pair.a.to_string();
    if let Some(file) = question.file {
        let mut own = file.clone();
        own.pulls.iter_mut().filter(|p| p.by.is_none() && p.measure.is_none()).for_each(|p| p.by = Some(by.clone()));
        return Some(own);
    }
    let loss = matches!(question.goal, Goal::Welfare { change, .. } if change < 0.0);
    let (a, b) = (question.pair.a.to_string(), question.pair.b.to_string());
    let pull = |title: String, exporter: &str, importer: &str, what: What| Pull {
        exporter: Some(exporter.to_owned()),
        importer: Some(importer.to_owned()),
        sector: Some("goods".to_owned()),
        by: Some(by.clone()),
        ..Pull::new(title, what)
    };
    loss.then(|| PullFile {
        pulls: vec![
            pull(format!("Tariff of {a} on {b}'s goods, up to 200 %"), &b, &a, What::Tariff(2.0)),
            pull(format!("Dearer sales of goods from {a} to {b}, cost up to 200 %"), &a, &b, What::Cost(2.0)),
        ],
        ..PullFile::none()
    })
}

/// The setting with every lever as what it does to each flow, within the limits on sectors and tariffs.
fn prepared(
    model: &Model,
    catalogue: &Catalogue,
    question: &Question,
    scene: &Scene,
) -> Result<Setting, AnalysisError> {
    let mut setting = Setting::new(model, catalogue, scene)?;
    let mut alone = Vec::new();
    for name in &question.limits.leave_alone {
        alone.extend(model.sectors(Some(name))?);
    }
    for stake in &mut setting.stakes.levers {
        let StakeKind::Pull(pull) = &mut stake.kind else { continue };
        let mut cells = sized(model, pull)?;
        if question.limits.mfn {
            cells = for_all_exporters(&cells, model.regions());
        }
        cells.retain(|c| !alone.contains(&c.sector));
        pull.what = What::Sized(Arc::new(cells));
    }
    Ok(setting)
}

/// A pull as what it does to each flow; a tariff as its distance from that of the tables.
fn sized(model: &Model, pull: &Pull) -> Result<Vec<SizedCell>, AnalysisError> {
    let Model::Many { named, .. } = model else { return Err(unsolved("a world of one sector")) };
    let cells = match &pull.what {
        What::Sized(cells) => return Ok(cells.to_vec()),
        _ => model.cells(pull)?,
    };
    let cell = |(sector, exporter, importer): (usize, usize, usize)| {
        let (log_points, tariff) = match pull.what {
            What::Cost(c) => (-named.economy.theta(sector) * c.ln_1p(), 0.0),
            What::LogPoints(b) => (b, 0.0),
            What::Tariff(t) => (0.0, t - named.economy.tariff(sector, importer, exporter)),
            _ => {
                return Err(AnalysisError::Change {
                    what: format!("\"{}\" has no size that can be part of a design", pull.title),
                    help: "give cost_percent, log_points or tariff_percent".to_owned(),
                });
            }
        };
        Ok(SizedCell { sector, exporter, importer, log_points, tariff })
    };
    cells.into_iter().map(cell).collect()
}

/// Tariffs of an importer in a sector on all exporters alike: the largest change among those named.
fn for_all_exporters(cells: &[SizedCell], regions: usize) -> Vec<SizedCell> {
    let mut out: Vec<SizedCell> = Vec::new();
    for cell in cells {
        if cell.tariff == 0.0 {
            out.push(*cell);
            continue;
        }
        if out.iter().any(|c| c.sector == cell.sector && c.importer == cell.importer && c.tariff != 0.0) {
            continue;
        }
        for exporter in (0..regions).filter(|r| *r != cell.importer) {
            out.push(SizedCell { exporter, log_points: 0.0, ..*cell });
        }
    }
    out
}

/// What the same sizes do with other elasticities.
fn by_theta(
    model: &Model,
    catalogue: &Catalogue,
    question: &Question,
    scene: &Scene,
    sizes: &[f64],
) -> Vec<(String, Option<AtSizes>)> {
    let Model::Many { named, .. } = model else { return Vec::new() };
    let mut others: Vec<(String, Result<Model, AnalysisError>)> =
        vec![("Half of each".to_owned(), model.with_theta(0.5)), ("Twice each".to_owned(), model.with_theta(2.0))];
    for (name, theta) in &named.tables.theta_sets {
        others.push((name.clone(), model.with_thetas(theta.clone())));
    }
    others
        .into_par_iter()
        .map(|(name, other)| {
            let found = other.and_then(|m| {
                let setting = prepared(&m, catalogue, question, scene)?;
                table(&setting, question)?.at(sizes)
            });
            (name, found.ok())
        })
        .collect()
}
