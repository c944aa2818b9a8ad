//! Newton's method in log wages, with a line search.

use crate::error::SolveError;
use crate::model::Model;
use crate::settings::{MOST_LOG_POINTS, NOTHING_LEFT, ROUNDING, Settings, check};
use crate::world::{Imbalance, World};

/// How the iteration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The residual is at or below the tolerance.
    Solved,
    /// The residual stopped falling within a factor of 1000 of the tolerance: rounding.
    SolvedToRounding,
}

/// The world after the change.
#[derive(Debug, Clone)]
pub struct Equilibrium {
    n: usize,
    /// How the iteration ended.
    pub status: Status,
    /// Largest excess of sales over output, relative to a country's trade.
    pub residual: f64,
    /// Newton steps taken.
    pub iterations: usize,
    /// `log w_i`.
    pub log_wage: Vec<f64>,
    /// `log P_j`.
    pub log_price: Vec<f64>,
    /// `X'_ij`, n x n, row = exporter, in the unit of the world's flows.
    pub flows: Vec<f64>,
    /// `E'_j`.
    pub expenditure: Vec<f64>,
    /// `(E'_j / E_j) / P_j`: 1.01 is a gain of 1 %.
    pub welfare: Vec<f64>,
}

impl Equilibrium {
    /// Flow from exporter `i` to importer `j` after the change.
    pub fn flow(&self, i: usize, j: usize) -> f64 {
        self.flows[i * self.n + j]
    }
}

/// Solves the world for a change in trade costs: `log_b` is n x n, the partial effects in log
/// points by exporter (rows) and importer. `start` is a guess of log wages, such as those of a
/// nearby equilibrium.
pub fn solve(
    world: &World,
    log_b: &[f64],
    settings: &Settings,
    start: Option<&[f64]>,
) -> Result<Equilibrium, SolveError> {
    let n = world.len();
    check(settings)?;
    let wrong = |b: &f64| b.is_nan() || b.abs() > MOST_LOG_POINTS;
    if log_b.len() != n * n || log_b.iter().any(wrong) {
        let value = log_b.iter().copied().find(wrong).unwrap_or(log_b.len() as f64);
        return Err(SolveError::Input {
            what: "a partial effect",
            value,
            expected: "n x n log points between -690 and 690",
        });
    }
    match newton(world, log_b, settings, start) {
        Ok(equilibrium) => Ok(equilibrium),
        Err(_) => continuation(world, log_b, settings).or_else(|error| {
            let still = vec![0.0; world.len()];
            let near = damped(world, log_b, settings, still.clone()).or_else(|| {
                (1..=DAMPED_STEPS).try_fold(still, |near, step| {
                    let share = f64::from(step) / f64::from(DAMPED_STEPS);
                    let part: Vec<f64> = log_b.iter().map(|b| share * b).collect();
                    damped(world, &part, settings, near)
                })
            });
            near.map_or(Err(error.clone()), |near| newton(world, log_b, settings, Some(&near)).map_err(|_| error))
        }),
    }
}

impl World {
    /// The world without trade imbalances: today's costs, every country's spending its income. What
    /// a change does under [`Imbalance::Balanced`] is measured from it.
    pub fn balanced(&self, settings: &Settings) -> Result<World, SolveError> {
        let settings = Settings { imbalance: Imbalance::Balanced, ..*settings };
        let n = self.len();
        let flows = solve(self, &vec![0.0; n * n], &settings, None)?.flows;
        // Flows that were positive and have underflowed would leave a country without trade.
        World::new(n, flows).map_err(|_| SolveError::PathEnds { share: 0.0 })
    }
}

/// Smallest part of the whole change that [`continuation`] advances by.
const SMALLEST_ADVANCE: f64 = 1e-3;

/// Reaches a large change in steps from no change, each starting from the last: slower than one
/// Newton run, but it stays on the branch that passes through the world as it is. Where the branch
/// ends, the error says why.
fn continuation(world: &World, log_b: &[f64], settings: &Settings) -> Result<Equilibrium, SolveError> {
    let mut done = 0.0;
    let mut advance: f64 = 0.25;
    let mut here: Option<Equilibrium> = None;
    loop {
        let next = (done + advance).min(1.0);
        let part: Vec<f64> = log_b.iter().map(|b| next * b).collect();
        match newton(world, &part, settings, here.as_ref().map(|e| &e.log_wage[..])) {
            Ok(equilibrium) if next >= 1.0 => return Ok(equilibrium),
            Ok(equilibrium) => {
                here = Some(equilibrium);
                done = next;
                advance *= 1.5;
            }
            Err(_) if advance > SMALLEST_ADVANCE => advance *= 0.5,
            Err(error) => return Err(why(world, settings, here.as_ref(), done, error)),
        }
    }
}

/// Steps in which the plain fixed point follows a change that it cannot reach at once.
const DAMPED_STEPS: u32 = 20;
/// Rounds of the plain fixed point at most.
const ROUNDS: usize = 4_000;

/// Log wages near the solution by a plain damped fixed point, slow but hard to lead astray: wages rise
/// where a country sells more than it may.
fn damped(world: &World, log_b: &[f64], settings: &Settings, mut log_wage: Vec<f64>) -> Option<Vec<f64>> {
    let mut model = Model::new(world, log_b, settings);
    let mut least = model.evaluate(&log_wage).ok()?;
    let (mut best, mut excess) = (log_wage.clone(), model.excess.clone());
    let mut pace = 0.7 / (1.0 + settings.theta);
    for _ in 0..ROUNDS {
        if least < 1e-12 || pace < 1e-7 {
            break;
        }
        log_wage.iter_mut().zip(&excess).for_each(|(u, z)| *u += pace * z.clamp(-1.0, 1.0));
        model.normalise(&mut log_wage);
        match model.evaluate(&log_wage) {
            Ok(residual) if residual <= 1.5 * least => {
                if residual < least {
                    least = residual;
                    best.clone_from(&log_wage);
                }
            }
            _ => {
                pace *= 0.5;
                log_wage.clone_from(&best);
                model.evaluate(&log_wage).ok()?;
            }
        }
        excess.clone_from(&model.excess);
    }
    (least < 1e-6).then_some(best)
}

/// Why the branch ends.
fn why(world: &World, settings: &Settings, last: Option<&Equilibrium>, done: f64, error: SolveError) -> SolveError {
    let Some(last) = last else { return error };
    if settings.imbalance != Imbalance::Additive {
        return SolveError::PathEnds { share: done };
    }
    let left = |j: usize| last.expenditure[j] / (last.log_wage[j].exp() * world.output[j]);
    let least = (0..world.len()).min_by(|a, b| left(*a).total_cmp(&left(*b))).unwrap_or_default();
    if left(least) < NOTHING_LEFT {
        SolveError::NoSpending { country: least }
    } else {
        SolveError::PathEnds { share: done }
    }
}

/// Newton's method alone, from `start` or from no change in wages.
pub(crate) fn newton(
    world: &World,
    log_b: &[f64],
    settings: &Settings,
    start: Option<&[f64]>,
) -> Result<Equilibrium, SolveError> {
    let n = world.len();
    let mut model = Model::new(world, log_b, settings);
    let mut log_wage = start.filter(|s| s.len() == n).map_or_else(|| vec![0.0; n], <[f64]>::to_vec);
    model.normalise(&mut log_wage);
    let mut residual = match model.evaluate(&log_wage) {
        Ok(residual) => residual,
        // A poor guess may leave a country without spending where the true solution does not.
        Err(_) => {
            log_wage.fill(0.0);
            model.evaluate(&log_wage)?
        }
    };
    let mut iterations = 0;
    let mut status = Status::Solved;
    while residual > settings.tolerance {
        if iterations == settings.max_iterations {
            return Err(SolveError::NotConverged { residual, iterations, tolerance: settings.tolerance });
        }
        iterations += 1;
        let step = model.newton_step(&model.factorise());
        match line_search(&mut model, &log_wage, &step, residual) {
            Ok((next, value)) => {
                log_wage = next;
                residual = value;
            }
            Err(_) if residual <= settings.tolerance * ROUNDING => {
                status = Status::SolvedToRounding;
                residual = model.evaluate(&log_wage)?;
                break;
            }
            Err(Some(no_spending)) => return Err(no_spending),
            Err(None) => {
                return Err(SolveError::NotConverged { residual, iterations, tolerance: settings.tolerance });
            }
        }
    }
    Ok(finish(world, &model, log_wage, settings, status, residual, iterations))
}

/// Longest Newton step in any log wage: beyond it the linear picture says nothing.
const LONGEST_STEP: f64 = 2.0;

/// The first point along the step, halved as needed, at which the residual falls. The error holds
/// the reason when every point tried left a country without spending.
#[allow(clippy::type_complexity, reason = "one use, and the pair reads well where it is taken apart")]
fn line_search(
    model: &mut Model,
    from: &[f64],
    step: &[f64],
    residual: f64,
) -> Result<(Vec<f64>, f64), Option<SolveError>> {
    let longest = step.iter().fold(0.0f64, |m, s| m.max(s.abs()));
    if !longest.is_finite() {
        return Err(None);
    }
    let mut scale = if longest > LONGEST_STEP { LONGEST_STEP / longest } else { 1.0 };
    let mut reason = None;
    for _ in 0..40 {
        let mut next: Vec<f64> = from.iter().zip(step).map(|(u, s)| u + scale * s).collect();
        model.normalise(&mut next);
        match model.evaluate(&next) {
            Ok(value) if value < residual => return Ok((next, value)),
            Ok(_) => reason = None,
            Err(e) => reason = Some(e),
        }
        scale *= 0.5;
    }
    Err(reason)
}

fn finish(
    world: &World,
    model: &Model,
    log_wage: Vec<f64>,
    settings: &Settings,
    status: Status,
    residual: f64,
    iterations: usize,
) -> Equilibrium {
    let log_price: Vec<f64> = model.price_power.iter().map(|p| -p.ln() / settings.theta).collect();
    let welfare = (0..world.len()).map(|j| model.spending[j] / world.expenditure[j] / log_price[j].exp()).collect();
    Equilibrium {
        n: world.len(),
        status,
        residual,
        iterations,
        log_wage,
        log_price,
        flows: model.flows.clone(),
        expenditure: model.spending.clone(),
        welfare,
    }
}
