//! The figures of a goal-seek.

use rayon::prelude::*;
use turnover_data::{Iso3, Source};
use turnover_equilibrium::{
    Equilibrium, Lever, Reached, Settings, attainable, cost_cut, multiple, reach, solve, tariff_equivalent,
};

use super::{Customs, Question, Ways};
use crate::answer::{Interval, Unit};
use crate::closure::{self, RuleFacts};
use crate::engine::{Model, unsolved};
use crate::error::{AnalysisError, limit_reason, reach_error};
use crate::limits::{check_theta, check_times};
use crate::pair::Pair;
use crate::world::NamedWorld;

/// What a multiple takes at one elasticity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Taken {
    /// Trade elasticity.
    pub theta: f64,
    /// The partial effect `b`; `None` where the multiple is out of reach.
    pub log_points: Option<f64>,
}

impl Taken {
    /// Fall of the ad valorem cost, `1 - exp(-b / theta)`; negative for a rise.
    pub fn cost_cut(&self) -> Option<f64> {
        self.log_points.map(|b| cost_cut(b, self.theta))
    }

    /// The tariff whose removal has the same partial effect, `exp(b / theta) - 1`.
    pub fn tariff_equivalent(&self) -> Option<f64> {
        self.log_points.map(|b| tariff_equivalent(b, self.theta))
    }
}

/// A point of the curve of costs over multiples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// The multiple.
    pub times: f64,
    /// The partial effect that it takes.
    pub log_points: f64,
    /// The fall of the cost that it takes.
    pub cost_cut: f64,
    /// The same with incomes and prices fixed.
    pub partial_cost_cut: f64,
    /// The tariff whose removal has the same partial effect.
    pub tariff_equivalent: f64,
    /// Change of the first country's welfare.
    pub welfare_a: f64,
    /// Change of the second country's welfare.
    pub welfare_b: f64,
}

/// The most that falling costs can do.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// The multiple.
    pub multiple: f64,
    /// Why there is no more, in words.
    pub why: String,
}

/// The world that the answer is of.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldFacts {
    /// `the world of 2019 (goods, 190 economies)`.
    pub words: String,
    /// Its year.
    pub year: i32,
    /// What it has of the pair's trade: from the first country to the second, and back, US dollars.
    pub usd: [f64; 2],
    /// What customs report of it.
    pub customs: Option<Customs>,
}

impl WorldFacts {
    /// Whether customs data has the pair's balance on the other side than the world has it.
    pub fn balance_differs(&self) -> bool {
        match self.customs.map(|c| c.usd) {
            Some([Some(forward), Some(backward)]) => (self.usd[0] - self.usd[1]) * (forward - backward) < 0.0,
            _ => false,
        }
    }
}

/// What a cut of a size that people know would do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnownCut {
    /// The tariff that is abolished, as a share.
    pub tariff: f64,
    /// The multiple of the pair's trade in equilibrium.
    pub multiple: f64,
}

/// One country's outcome, as changes against today.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CountryFacts {
    /// The country.
    pub country: Iso3,
    /// Real expenditure.
    pub welfare: f64,
    /// Exports; `None` where there were none.
    pub exports: Option<f64>,
    /// Exports to the first of the pair.
    pub exports_to_a: Option<f64>,
    /// Exports to the second of the pair.
    pub exports_to_b: Option<f64>,
}

/// The figures of a goal-seek, without words.
#[derive(Debug, Clone, PartialEq)]
pub struct ReachFacts {
    /// The question.
    pub question: Question,
    /// Whose trade.
    pub pair: Pair,
    /// The multiple that was asked for.
    pub times: f64,
    /// Whose exports become cheaper.
    pub ways: Ways,
    /// Trade elasticity of the answer.
    pub theta: f64,
    /// The partial effect `b` at which the pair's flows are the multiple of today's.
    pub log_points: f64,
    /// The multiple in the equilibrium found.
    pub multiple: f64,
    /// What the multiple takes by elasticity, in ascending order, the answer's among them.
    pub by_theta: Vec<Taken>,
    /// What other multiples take, as far as they can be reached.
    pub curve: Vec<CurvePoint>,
    /// The most that falling costs can do.
    pub limit: Limit,
    /// All countries, from the largest gain to the largest loss.
    pub countries: Vec<CountryFacts>,
    /// The world.
    pub world: WorldFacts,
    /// What a duty of 5 % on everything the two trade does when it goes; `None` where there is no equilibrium.
    pub known: Option<KnownCut>,
    /// The same under other rules for imbalances.
    pub rules: RuleFacts,
    /// What the model is, in words.
    pub method: String,
    /// Residual of the equilibrium.
    pub residual: f64,
    /// Equilibria that were solved.
    pub solves: usize,
    /// Where the figures come from.
    pub source: Source,
    /// What a reader must know about them.
    pub caveats: Vec<String>,
}

impl ReachFacts {
    /// Whether these are the facts of a question about the pair, whatever command asked it.
    pub fn is_of(&self, question: &Question) -> bool {
        let key = |q: &Question| (q.pair, q.times, q.theta, q.ways, q.imbalance);
        key(&self.question) == key(question) && self.question.thetas == question.thetas
    }

    /// Fall of the ad valorem cost; negative for a rise.
    pub fn cost_cut(&self) -> f64 {
        cost_cut(self.log_points, self.theta)
    }

    /// The tariff whose removal has the same partial effect; negative for a rise of costs.
    pub fn tariff_equivalent(&self) -> f64 {
        tariff_equivalent(self.log_points, self.theta)
    }

    /// The fall of the cost with incomes and prices fixed, `1 - k^(-1 / theta)`.
    pub fn partial_cost_cut(&self) -> f64 {
        cost_cut(self.times.ln(), self.theta)
    }

    /// The range of the fall over elasticities.
    pub fn cost_cut_range(&self) -> Interval {
        let cut = self.cost_cut();
        self.by_theta
            .iter()
            .filter_map(Taken::cost_cut)
            .fold(Interval { low: cut, high: cut }, |i, x| Interval { low: i.low.min(x), high: i.high.max(x) })
    }

    /// A country's outcome.
    pub fn country(&self, country: Iso3) -> Option<&CountryFacts> {
        self.countries.iter().find(|c| c.country == country)
    }

    /// The countries that are not of the pair, from the largest gain to the largest loss.
    pub fn third(&self) -> impl DoubleEndedIterator<Item = &CountryFacts> {
        self.countries.iter().filter(|c| c.country != self.pair.a && c.country != self.pair.b)
    }
}

/// The pair's place in a world, and the lever that is pulled.
struct Setting<'a> {
    named: &'a NamedWorld,
    question: &'a Question,
    a: usize,
    b: usize,
    lever: Lever,
}

impl Setting<'_> {
    fn targets(&self) -> [(usize, usize); 2] {
        [(self.a, self.b), (self.b, self.a)]
    }

    fn settings(&self, theta: f64) -> Settings {
        Settings { theta, imbalance: self.question.imbalance, ..Settings::default() }
    }

    /// With balanced trade each elasticity has its own world to start from.
    fn reach(&self, k: f64, theta: f64) -> Result<Reached, AnalysisError> {
        let pair = self.question.pair;
        let named = if theta == self.question.theta {
            std::borrow::Cow::Borrowed(self.named)
        } else {
            std::borrow::Cow::Owned(self.named.today().under(self.question.imbalance, theta)?)
        };
        reach(&named.world, &self.lever, &self.targets(), k, &self.settings(theta))
            .map_err(|e| reach_error(e, pair.a, pair.b, theta, &self.named.countries))
    }

    fn limit(&self) -> Result<Limit, AnalysisError> {
        let (pair, theta) = (self.question.pair, self.question.theta);
        let found = attainable(&self.named.world, &self.lever, &self.targets(), &self.settings(theta))
            .map_err(|e| reach_error(e, pair.a, pair.b, theta, &self.named.countries))?;
        let why = limit_reason(found.reason, true, &self.named.countries);
        Ok(Limit { multiple: found.maximum, why })
    }

    /// What a duty that people know does when it goes.
    fn known(&self) -> Option<KnownCut> {
        let theta = self.question.theta;
        let settings = self.settings(theta);
        let world = &self.named.world;
        let after = solve(world, &self.lever.at(theta * KNOWN_TARIFF.ln_1p()), &settings, None).ok()?;
        Some(KnownCut { tariff: KNOWN_TARIFF, multiple: multiple(world, &after, &self.targets()) })
    }

    /// What the multiple takes by trade elasticity, the one asked for among them.
    fn by_theta(&self) -> Vec<Taken> {
        let q = self.question;
        let mut thetas = q.thetas.clone();
        thetas.push(q.theta);
        thetas.sort_unstable_by(f64::total_cmp);
        thetas.dedup();
        thetas
            .par_iter()
            .map(|&theta| Taken { theta, log_points: self.reach(q.times, theta).ok().map(|r| r.log_points) })
            .collect()
    }

    fn curve(&self) -> Vec<CurvePoint> {
        let theta = self.question.theta;
        let reached: Vec<Option<Reached>> = CURVE.par_iter().map(|k| self.reach(*k, theta).ok()).collect();
        // It ends where the first multiple is out of reach.
        CURVE
            .into_iter()
            .zip(reached)
            .map_while(|(times, at)| {
                let at = at?;
                Some(CurvePoint {
                    times,
                    log_points: at.log_points,
                    cost_cut: cost_cut(at.log_points, theta),
                    partial_cost_cut: cost_cut(times.ln(), theta),
                    tariff_equivalent: tariff_equivalent(at.log_points, theta),
                    welfare_a: at.equilibrium.welfare[self.a] - 1.0,
                    welfare_b: at.equilibrium.welfare[self.b] - 1.0,
                })
            })
            .collect()
    }

    /// All countries, from the largest gain to the largest loss.
    fn countries(&self, after: &Equilibrium) -> Vec<CountryFacts> {
        let world = &self.named.world;
        let n = world.len();
        let exports =
            |i: usize, flow: &dyn Fn(usize, usize) -> f64| (0..n).filter(|j| *j != i).map(|j| flow(i, j)).sum::<f64>();
        let one = |i: usize| {
            let before = exports(i, &|i, j| world.flow(i, j));
            let to = |j: usize| (j != i && world.flow(i, j) > 0.0).then(|| after.flow(i, j) / world.flow(i, j) - 1.0);
            CountryFacts {
                country: self.named.countries[i],
                welfare: after.welfare[i] - 1.0,
                exports: (before > 0.0).then(|| exports(i, &|i, j| after.flow(i, j)) / before - 1.0),
                exports_to_a: to(self.a),
                exports_to_b: to(self.b),
            }
        };
        let mut out: Vec<CountryFacts> = (0..n).map(one).collect();
        out.sort_by(|x, y| y.welfare.total_cmp(&x.welfare));
        out
    }

    /// The cut and the pair's welfare under other rules for imbalances.
    fn rules(&self, model: &Model, found: &Reached) -> RuleFacts {
        let pair = self.question.pair;
        let of = |reached: &Reached, theta: f64| {
            let welfare = &reached.equilibrium.welfare;
            [cost_cut(reached.log_points, theta), welfare[self.a] - 1.0, welfare[self.b] - 1.0]
        };
        let [cut, a, b] = of(found, self.question.theta);
        let values = [
            ("Fall of the cost".to_owned(), Unit::Share, cut),
            (format!("Welfare of {}", pair.a), Unit::Change, a),
            (format!("Welfare of {}", pair.b), Unit::Change, b),
        ];
        closure::compute(model, &values, &|model| {
            let Model::One { named, settings } = model else { return Err(unsolved("not a model of one sector")) };
            let found = reach(&named.world, &self.lever, &self.targets(), self.question.times, settings)
                .map_err(|e| reach_error(e, pair.a, pair.b, settings.theta, &named.countries))?;
            Ok(of(&found, settings.theta).to_vec())
        })
    }
}

/// The multiples that the curve is drawn through: it bends most between 1 and 2.
const CURVE: [f64; 11] = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];

/// The duty whose end is shown for comparison: about what the members of the World Trade Organization levy on
/// manufactures on average.
const KNOWN_TARIFF: f64 = 0.05;

/// Finds the figures.
///
/// # Errors
/// As [`super::answer`].
pub fn compute(named: &NamedWorld, question: &Question) -> Result<ReachFacts, AnalysisError> {
    check_theta(question.theta)?;
    check_times(question.times)?;
    question.thetas.iter().try_for_each(|t| check_theta(*t))?;
    let model = Model::one(named.clone(), question.theta, question.imbalance)?;
    let Model::One { named, .. } = &model else { return Err(unsolved("not a model of one sector")) };
    let (a, b) = named.pair(question.pair)?;
    let moved: &[(usize, usize)] = match question.ways {
        Ways::Both => &[(a, b), (b, a)],
        Ways::Forward => &[(a, b)],
        Ways::Backward => &[(b, a)],
    };
    let silent: Vec<String> = moved
        .iter()
        .filter(|&&(i, j)| named.world.flow(i, j) <= 0.0)
        .map(|&(i, j)| format!("from {} to {}", named.countries[i], named.countries[j]))
        .collect();
    if silent.len() == moved.len() && named.world.flow(a, b) + named.world.flow(b, a) > 0.0 {
        return Err(AnalysisError::Change {
            what: format!("there is no trade to change {}, and a zero stays zero", silent.join(" and ")),
            help: "leave ‹only› out, or choose another pair or another ‹data›".to_owned(),
        });
    }
    let s = Setting { named, question, a, b, lever: Lever::between(named.world.len(), moved) };
    // Each is a search of its own, and a page waits for all of them at every move of a slider.
    let (found, (limit, (by_theta, curve))) = rayon::join(
        || s.reach(question.times, question.theta),
        || rayon::join(|| s.limit(), || rayon::join(|| s.by_theta(), || s.curve())),
    );
    let found = found?;
    let mut caveats = named.caveats.clone();
    caveats.extend(silent.iter().map(|p| format!("There is no trade {p}; a zero stays zero.")));
    Ok(ReachFacts {
        question: question.clone(),
        pair: question.pair,
        times: question.times,
        ways: question.ways,
        theta: question.theta,
        log_points: found.log_points,
        multiple: multiple(&named.world, &found.equilibrium, &s.targets()),
        by_theta,
        curve,
        limit: limit?,
        countries: s.countries(&found.equilibrium),
        world: WorldFacts {
            words: named.words(),
            year: named.year,
            usd: [named.world.flow(a, b), named.world.flow(b, a)],
            customs: question.customs,
        },
        known: s.known(),
        rules: s.rules(&model, &found),
        method: model.method(),
        residual: found.equilibrium.residual,
        solves: found.solves,
        source: named.source.clone(),
        caveats,
    })
}
