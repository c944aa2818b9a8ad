//! The figures of levers.

use turnover_data::Source;
use turnover_equilibrium::{MOST_TRIED, Plan, ReachError, plan};
use turnover_measures::Catalogue;

use super::Question;
use crate::answer::{Interval, Unit};
use crate::closure::{self, RuleFacts};
use crate::engine::{Model, Outcome, unsolved};
use crate::error::AnalysisError;
use crate::limits::check_times;
use crate::pull::{Pull, What};
use crate::simulate::{RegionFacts, measure_titles, regions, welfare_definition};
use crate::uncertain::{self, Drawn, Draws, DrawsRun};

/// One lever.
#[derive(Debug, Clone, PartialEq)]
pub struct LeverFacts {
    /// The lever, as the file has it.
    pub pull: Pull,
    /// The title and legal source of the measure that it lifts or brings.
    pub measure: Option<String>,
    /// The multiple that it gives alone.
    pub alone: f64,
    /// The range of that over draws.
    pub alone_interval: Option<Interval>,
    /// The multiple with those before it in the order and this one.
    pub together: f64,
}

/// What the rest of the way takes with all levers pulled.
#[derive(Debug, Clone, PartialEq)]
pub enum Rest {
    /// Nothing: the levers are enough.
    Nothing,
    /// A fall of costs by this share, negative for a rise.
    Cut(f64),
    /// More than there is.
    OutOfReach {
        /// The multiple that can be had.
        limit: f64,
        /// Why, in words.
        why: String,
    },
}

/// What draws say about the levers together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestDraws {
    /// The draws.
    pub run: DrawsRun,
    /// The share in which the levers alone are enough.
    pub enough: f64,
    /// The range of the cut of costs that is left, 0 where nothing is.
    pub cut: Option<Interval>,
    /// Draws in which the multiple is out of reach.
    pub out_of_reach: usize,
}

/// The figures of levers, without words.
#[derive(Debug, Clone, PartialEq)]
pub struct LeversFacts {
    /// The multiple that is sought.
    pub times: f64,
    /// The pair's codes.
    pub codes: [String; 2],
    /// The pair's names.
    pub names: [String; 2],
    /// The levers, each next one the one that adds most.
    pub levers: Vec<LeverFacts>,
    /// The multiple with all of them.
    pub all: f64,
    /// Its range over draws.
    pub all_interval: Option<Interval>,
    /// The fewest that are enough, by their place in `levers`, and the multiple that they give.
    pub fewest: Option<(Vec<usize>, f64)>,
    /// Whether every set of levers was tried.
    pub exhaustive: bool,
    /// What is left for lower costs.
    pub rest: Rest,
    /// What draws say, where there were any.
    pub draws: Option<RestDraws>,
    /// All regions' outcomes, from the largest gain to the largest loss.
    pub regions: Vec<RegionFacts>,
    /// All levers under other rules for imbalances.
    pub rules: RuleFacts,
    /// What the model is, in words.
    pub method: String,
    /// What welfare is.
    pub welfare_definition: &'static str,
    /// Residual of the equilibrium.
    pub residual: f64,
    /// Where the figures come from.
    pub source: Source,
    /// What a reader must know about them.
    pub caveats: Vec<String>,
}

impl LeversFacts {
    /// The outcome of one of the pair.
    pub fn region(&self, code: &str) -> Option<&RegionFacts> {
        self.regions.iter().find(|r| r.code == code)
    }

    /// The regions that are not of the pair.
    pub fn third(&self) -> impl Iterator<Item = &RegionFacts> {
        self.regions.iter().filter(|r| !self.codes.contains(&r.code))
    }
}

/// The pair in the model, and the levers.
struct Setting<'a> {
    model: &'a Model,
    question: &'a Question<'a>,
    pulls: &'a [Pull],
    pair: [(usize, usize); 2],
}

/// One draw's outcomes by name; the columns of a run stand in the order of [`Draw::values`].
struct Draw {
    /// The cut that is left: 0 where nothing is, NaN where the multiple is out of reach.
    cut: f64,
    /// Whether all levers are enough.
    enough: bool,
    /// The multiple with all levers.
    all: f64,
    /// The multiple of each alone.
    alone: Vec<f64>,
    /// Welfare by region.
    welfare: Vec<f64>,
}

impl Draw {
    fn values(self) -> Vec<f64> {
        let enough = if self.enough { 1.0 } else { f64::NAN };
        [self.cut, enough, self.all].into_iter().chain(self.alone).chain(self.welfare).collect()
    }
}

/// The columns of a run of [`Draw`]s.
struct Columns<'a> {
    drawn: &'a Drawn,
    levers: usize,
}

impl Columns<'_> {
    fn rest(&self) -> RestDraws {
        RestDraws {
            run: self.drawn.run(),
            enough: self.drawn.share(1),
            cut: self.drawn.interval(0),
            out_of_reach: self.drawn.missing(0),
        }
    }

    fn all(&self) -> Option<Interval> {
        self.drawn.interval(2)
    }

    fn alone(&self, lever: usize) -> Option<Interval> {
        self.drawn.interval(3 + lever)
    }

    fn welfare(&self, region: usize) -> Option<Interval> {
        self.drawn.interval(3 + self.levers + region)
    }
}

/// Whether a multiple has got as far as `k`, seen from 1.
fn reached(multiple: f64, k: f64) -> bool {
    if k < 1.0 { multiple <= k * (1.0 + 1e-12) } else { multiple >= k * (1.0 - 1e-12) }
}

impl Setting<'_> {
    fn chosen(&self, set: &[usize]) -> Vec<(usize, &Pull)> {
        set.iter().map(|l| (*l, &self.pulls[*l])).collect()
    }

    fn every(&self) -> Vec<(usize, &Pull)> {
        self.pulls.iter().enumerate().collect()
    }

    /// The world after some levers.
    fn after(&self, set: &[usize]) -> Result<Outcome, AnalysisError> {
        self.model.outcome(&self.model.shock(&self.chosen(set), None)?)
    }

    fn multiple(&self, outcome: &Outcome) -> f64 {
        self.model.multiple(outcome, &self.pair)
    }

    /// What is left after all levers, and the world that the answer is about.
    fn rest(&self, plan: &Plan, all: f64, every: Outcome) -> Result<(Rest, Outcome), AnalysisError> {
        let k = self.question.times;
        if plan.smallest.is_some() || reached(all, k) {
            // The answer is then the fewest levers, and the world is the one after them.
            let outcome = plan.smallest.as_ref().map(|s| self.after(&s.0)).transpose()?.unwrap_or(every);
            return Ok((Rest::Nothing, outcome));
        }
        let shock = self.model.shock(&self.every(), None)?;
        let beyond = |limit: f64, why: &str| Rest::OutOfReach { limit, why: why.to_owned() };
        match self.model.reach(&shock, &self.pair, &self.pair, k) {
            Ok(rest) => match self.question.file.rest_at_most {
                Some(most) if rest.cost_cut > most => self.capped(most, rest.cost_cut),
                _ => Ok((Rest::Cut(rest.cost_cut), rest.outcome)),
            },
            Err(ReachError::Above { limit, .. }) => {
                Ok((beyond(limit, "lower costs between the two get no farther"), every))
            }
            Err(ReachError::Below { limit, .. }) => {
                Ok((beyond(limit, "higher costs between the two get no farther"), every))
            }
            Err(ReachError::Solve(e)) => Err(self.model.error(&e)),
            Err(other) => Err(unsolved(&other.to_string())),
        }
    }

    /// The world where costs fall as far as they may.
    fn capped(&self, most: f64, needed: f64) -> Result<(Rest, Outcome), AnalysisError> {
        let capped = Pull {
            both: true,
            exporter: Some(self.question.a.clone()),
            importer: Some(self.question.b.clone()),
            sector: None,
            what: What::Cost(-most),
            ..self.pulls[0].clone()
        };
        let mut set = self.every();
        set.push((self.pulls.len(), &capped));
        let outcome = self.model.outcome(&self.model.shock(&set, None)?)?;
        let why = format!(
            "costs may fall by at most {}, and {} would be needed",
            crate::format::percent(most),
            crate::format::percent(needed)
        );
        Ok((Rest::OutOfReach { limit: self.multiple(&outcome), why }, outcome))
    }

    fn draw(&self, few: Option<&[usize]>, draws: Draws) -> Result<Drawn, AnalysisError> {
        let width = 3 + self.pulls.len() + self.model.regions();
        let k = self.question.times;
        uncertain::run(self.model, self.question.file, self.pulls, draws, width, &|model, effects| {
            let every = self.every();
            let shock = model.shock(&every, Some(effects))?;
            let mut outcome = model.outcome(&shock)?;
            let all = model.multiple(&outcome, &self.pair);
            let enough = reached(all, k);
            let mut cut = 0.0;
            if !enough {
                match model.reach(&shock, &self.pair, &self.pair, k) {
                    Ok(rest) => (cut, outcome) = (rest.cost_cut, rest.outcome),
                    Err(_) => cut = f64::NAN,
                }
            }
            // The world that the answer is about is the one after the fewest levers, where they are enough.
            if let Some(few) = few {
                outcome = model.outcome(&model.shock(&self.chosen(few), Some(effects))?)?;
            }
            let mut alone = Vec::with_capacity(every.len());
            for lever in &every {
                let one = model.outcome(&model.shock(std::slice::from_ref(lever), Some(effects))?)?;
                alone.push(model.multiple(&one, &self.pair));
            }
            let welfare = outcome.welfare.iter().map(|w| w - 1.0).collect();
            Ok(Draw { cut, enough, all, alone, welfare }.values())
        })
    }

    /// All levers together under the other rules for imbalances.
    fn rules(&self) -> RuleFacts {
        let every = self.every();
        let outcomes = |model: &Model| -> Result<Vec<f64>, AnalysisError> {
            let outcome = model.outcome(&model.shock(&every, None)?)?;
            let welfare = self.pair.iter().map(|&(r, _)| outcome.welfare[r] - 1.0);
            Ok(std::iter::once(model.multiple(&outcome, &self.pair)).chain(welfare).collect())
        };
        let own = outcomes(self.model).unwrap_or_else(|_| vec![f64::NAN; 3]);
        let mut values = vec![("All levers together".to_owned(), Unit::Multiple, own[0])];
        for (&(r, _), welfare) in self.pair.iter().zip(&own[1..]) {
            values.push((format!("Welfare of {}, all levers", self.model.code(r)), Unit::Change, *welfare));
        }
        closure::compute(self.model, &values, &outcomes)
    }
}

/// Finds the figures.
///
/// # Errors
/// As [`super::answer`].
pub fn compute(model: &Model, catalogue: &Catalogue, question: &Question) -> Result<LeversFacts, AnalysisError> {
    let k = question.times;
    check_times(k)?;
    let measures = measure_titles(question.file, catalogue)?;
    let pulls = model.with_schedules(&question.file.pulls)?;
    let (a, b) = (model.find(&question.a)?, model.find(&question.b)?);
    let pair = [(a, b), (b, a)];
    if a == b || model.today(&pair) <= 0.0 {
        return Err(AnalysisError::World {
            source_name: model.source().name.clone(),
            what: format!(
                "{} and {} do not trade in it, and no multiple of zero is more than zero",
                question.a, question.b
            ),
            help: "choose another pair or another ‹data›".to_owned(),
        });
    }
    let setting = Setting { model, question, pulls: &pulls, pair };
    let no_trade = model.without_trade(&pulls)?;
    let mut multiple = |set: &[usize]| -> Result<f64, AnalysisError> { Ok(setting.multiple(&setting.after(set)?)) };
    let plan = plan(pulls.len(), k, &mut multiple)?;
    let every = setting.after(&(0..pulls.len()).collect::<Vec<_>>())?;
    let all = setting.multiple(&every);
    let (rest, outcome) = setting.rest(&plan, all, every)?;
    let few = plan.smallest.as_ref().map(|s| &s.0[..]);
    let drawn = question.draws.map(|draws| setting.draw(few, draws)).transpose()?;
    let columns = drawn.as_ref().map(|drawn| Columns { drawn, levers: pulls.len() });
    let mut caveats = model.caveats().to_vec();
    caveats.extend(no_trade);
    caveats.extend(drawn.as_ref().map(|d| d.caveat(question.file)));
    if !plan.exhaustive {
        caveats.push(format!(
            "With more than {MOST_TRIED} levers the fewest are sought in the order in which each next one adds most."
        ));
    }
    let lever = |&(l, together): &(usize, f64)| LeverFacts {
        // The file's own words for a schedule, which has been read since.
        pull: question.file.pulls[l].clone(),
        measure: measures[l].clone(),
        alone: plan.alone[l],
        alone_interval: columns.as_ref().and_then(|c| c.alone(l)),
        together,
    };
    let place = |l: &usize| plan.order.iter().position(|(own, _)| own == l).unwrap_or_default();
    Ok(LeversFacts {
        times: k,
        codes: [model.code(a), model.code(b)],
        names: [model.name(a), model.name(b)],
        levers: plan.order.iter().map(lever).collect(),
        all,
        all_interval: columns.as_ref().and_then(Columns::all),
        fewest: plan.smallest.as_ref().map(|(set, m)| (set.iter().map(place).collect(), *m)),
        exhaustive: plan.exhaustive,
        rest,
        draws: columns.as_ref().map(Columns::rest),
        regions: regions(model, &outcome, &|r| columns.as_ref().and_then(|c| c.welfare(r))),
        rules: setting.rules(),
        method: model.method(),
        welfare_definition: welfare_definition(model),
        residual: outcome.residual,
        source: model.source().clone(),
        caveats,
    })
}
