//! Goal-seek: the change in trade costs that multiplies chosen flows by `k` in equilibrium.

use crate::error::{LimitReason, ReachError, SolveError};
use crate::model::Model;
use crate::newton::{Equilibrium, newton, solve};
use crate::settings::{Settings, check};
use crate::world::World;

/// A pattern of trade costs that move together: `b_ij = b L_ij` for one number `b`.
#[derive(Debug, Clone, PartialEq)]
pub struct Lever {
    weights: Vec<f64>,
}

impl Lever {
    /// The lever that moves the costs of the given (exporter, importer) pairs alike.
    pub fn between(n: usize, pairs: &[(usize, usize)]) -> Self {
        let mut weights = vec![0.0; n * n];
        for &(i, j) in pairs {
            if i < n && j < n {
                weights[i * n + j] = 1.0;
            }
        }
        Lever { weights }
    }

    /// The partial effects, n x n, at size `b` in log points.
    pub fn at(&self, b: f64) -> Vec<f64> {
        self.weights.iter().map(|l| b * l).collect()
    }
}

/// The answer of [`reach`].
#[derive(Debug, Clone)]
pub struct Reached {
    /// `b`: the partial effect on each moved flow, in log points.
    pub log_points: f64,
    /// The multiple at that point; within 1e-12 of the one asked for, relative.
    pub multiple: f64,
    /// Points at which the world was solved.
    pub solves: usize,
    /// The world there.
    pub equilibrium: Equilibrium,
}

/// How far a lever gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attainable {
    /// The supremum of the multiple.
    pub maximum: f64,
    /// The size of the lever at which the search for it ended, in log points.
    pub log_points: f64,
    /// What stops it there.
    pub reason: LimitReason,
}

/// Largest lever that is tried: at theta 4 a cost cut by all but 3e-18.
const MAX_LOG_POINTS: f64 = 160.0;
/// Newton steps that a point near a solved one may take: it needs two or three, and one that needs
/// more lies where there is no solution.
const WARM_ITERATIONS: usize = 20;
/// Relative precision of the multiple.
const PRECISION: f64 = 1e-12;

/// One point on the curve of multiples.
pub(crate) struct Point<S> {
    pub(crate) b: f64,
    pub(crate) log_multiple: f64,
    pub(crate) slope: f64,
    pub(crate) state: S,
}

/// Worlds along one number, the size of a lever.
pub(crate) trait Curve {
    /// A solved world.
    type State;

    /// How closely the log of the multiple can be met, as closely as worlds are solved.
    fn precision(&self) -> f64 {
        PRECISION
    }

    /// The world at `b`, found from one nearby.
    fn point(&mut self, b: f64, near: Option<&Self::State>) -> Result<Point<Self::State>, SolveError>;
}

/// A world of one sector, with partial effects that are there at every size of the lever.
struct OneSector<'a> {
    world: &'a World,
    fixed: Option<&'a [f64]>,
    lever: &'a Lever,
    targets: &'a [(usize, usize)],
    settings: &'a Settings,
    before: f64,
}

impl Curve for OneSector<'_> {
    type State = Equilibrium;

    fn point(&mut self, b: f64, near: Option<&Equilibrium>) -> Result<Point<Equilibrium>, SolveError> {
        let mut log_b = self.lever.at(b);
        if let Some(fixed) = self.fixed {
            log_b.iter_mut().zip(fixed).for_each(|(b, f)| *b += f);
        }
        // Every point starts from a nearby one, so Newton's method alone is enough.
        let settings = Settings { max_iterations: WARM_ITERATIONS.min(self.settings.max_iterations), ..*self.settings };
        let state = match near {
            None => solve(self.world, &log_b, self.settings, None)?,
            near => newton(self.world, &log_b, &settings, near.map(|e| &e.log_wage[..]))?,
        };
        let after: f64 = self.targets.iter().map(|&(i, j)| state.flow(i, j)).sum();
        let mut model = Model::new(self.world, &log_b, self.settings);
        model.evaluate(&state.log_wage)?;
        let slope = model.d_log_flows(&self.lever.weights, self.targets);
        Ok(Point { b, log_multiple: (after / self.before).ln(), slope, state })
    }
}

/// The sum of the target flows in `after`, over their sum today.
pub fn multiple(world: &World, after: &Equilibrium, targets: &[(usize, usize)]) -> f64 {
    let sum = |flow: &dyn Fn(usize, usize) -> f64| targets.iter().map(|&(i, j)| flow(i, j)).sum::<f64>();
    sum(&|i, j| after.flow(i, j)) / sum(&|i, j| world.flow(i, j))
}

/// Finds `b` such that the sum of the `targets` (exporter, importer) is `k` times today's.
pub fn reach(
    world: &World,
    lever: &Lever,
    targets: &[(usize, usize)],
    k: f64,
    settings: &Settings,
) -> Result<Reached, ReachError> {
    reach_beside(world, None, lever, targets, k, settings)
}

/// The same with other partial effects (n x n, log points) in place already; the multiple is still
/// that of the flows before them.
pub fn reach_beside(
    world: &World,
    fixed: Option<&[f64]>,
    lever: &Lever,
    targets: &[(usize, usize)],
    k: f64,
    settings: &Settings,
) -> Result<Reached, ReachError> {
    check(settings)?;
    if lever.weights.iter().all(|l| *l == 0.0) {
        return Err(ReachError::NoLever);
    }
    let before: f64 = targets.iter().map(|&(i, j)| world.flow(i, j)).sum();
    if before <= 0.0 {
        return Err(ReachError::NoTrade);
    }
    let mut curve = OneSector { world, fixed, lever, targets, settings, before };
    let (point, solves) = seek(&mut curve, k)?;
    Ok(Reached { log_points: point.b, multiple: point.log_multiple.exp(), solves, equilibrium: point.state })
}

/// Newton's method on the log of the multiple, its derivative taken through the equilibrium, kept
/// inside a bracket. Returns the point and how many were solved.
pub(crate) fn seek<C: Curve>(curve: &mut C, k: f64) -> Result<(Point<C::State>, usize), ReachError> {
    if !(k.is_finite() && k > 0.0) {
        return Err(ReachError::Multiple(k));
    }
    let mut solves = 1;
    let mut here = curve.point(0.0, None)?;
    // Which way the goal lies.
    let sign = (k.ln() - here.log_multiple).signum();
    // The bracket: the last point known to lie short of the goal, and the first beyond it.
    let mut short = 0.0;
    let mut beyond: Option<f64> = None;
    for _ in 0..200 {
        let miss = k.ln() - here.log_multiple;
        if miss.abs() <= curve.precision() {
            return Ok((here, solves));
        }
        if miss * sign > 0.0 {
            short = here.b;
        } else {
            beyond = Some(here.b);
        }
        let newton = here.b + miss / here.slope;
        let toward_goal = |b: f64| (b - short) * sign > 0.0;
        let mut next = match beyond {
            Some(end) if newton.is_finite() && toward_goal(newton) && (end - newton) * sign > 0.0 => newton,
            Some(end) => 0.5 * (short + end),
            // No end yet: trust Newton, but at most double the distance.
            None => {
                let longest = 2.0 * (short.abs() + 1.0);
                if newton.is_finite() && toward_goal(newton) && (newton - short).abs() < longest {
                    newton
                } else {
                    short + longest * sign
                }
            }
        };
        if beyond.is_some_and(|end| (end - short).abs() <= f64::EPSILON * short.abs().max(1.0)) || next == here.b {
            break;
        }
        if next.abs() > MAX_LOG_POINTS && short.abs() < MAX_LOG_POINTS {
            next = sign * MAX_LOG_POINTS;
        }
        here = loop {
            if next.abs() > MAX_LOG_POINTS {
                return scan(curve, k, sign, solves);
            }
            solves += 1;
            match curve.point(next, Some(&here.state)) {
                Ok(point) => break point,
                // No world there: the goal, if it exists, lies nearer.
                Err(_) if (next - short).abs() > 1e-6 => next = 0.5 * (short + next),
                Err(_) => return scan(curve, k, sign, solves),
            }
        };
    }
    // The bracket has shrunk to nothing: what is left is rounding, or the curve jumps.
    if (k.ln() - here.log_multiple).abs() <= 100.0 * curve.precision() {
        return Ok((here, solves));
    }
    scan(curve, k, sign, solves)
}

/// Sizes at which the curve is looked at where following it has failed: it may turn, and turn again.
const SCANNED: [f64; 20] =
    [0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0, 160.0];

/// Looks for a size beyond the goal and halves the way to it from the last one short of it.
fn scan<C: Curve>(curve: &mut C, k: f64, sign: f64, mut solves: usize) -> Result<(Point<C::State>, usize), ReachError> {
    let goal = k.ln();
    let mut short = curve.point(0.0, None)?;
    let mut end = None;
    for b in SCANNED {
        solves += 1;
        let Ok(point) = curve.point(sign * b, Some(&short.state)).or_else(|_| curve.point(sign * b, None)) else {
            continue;
        };
        if (point.log_multiple - goal) * sign >= 0.0 {
            end = Some(point);
            break;
        }
        short = point;
    }
    let Some(mut end) = end else { return Err(out_of_reach(curve, k, sign)) };
    for _ in 0..200 {
        if (end.log_multiple - goal).abs() <= curve.precision() {
            return Ok((end, solves));
        }
        let slope = (end.log_multiple - short.log_multiple) / (end.b - short.b);
        let between = |b: f64| (b - short.b) * (end.b - b) > 0.0;
        // Newton's method from the far end, as long as it stays inside.
        let newton = end.b + (goal - end.log_multiple) / end.slope;
        let chord = short.b + (goal - short.log_multiple) / slope;
        let half = 0.5 * (short.b + end.b);
        let b = [newton, chord, half].into_iter().find(|b| b.is_finite() && between(*b)).unwrap_or(half);
        if !between(b) {
            break;
        }
        solves += 1;
        let Ok(point) = curve.point(b, Some(&end.state)).or_else(|_| curve.point(b, None)) else { break };
        if (point.log_multiple - goal).abs() <= curve.precision() {
            return Ok((point, solves));
        }
        if (point.log_multiple - goal) * sign >= 0.0 { end = point } else { short = point }
    }
    if (end.log_multiple - goal).abs() <= 100.0 * curve.precision() {
        Ok((end, solves))
    } else {
        Err(out_of_reach(curve, k, sign))
    }
}

fn out_of_reach<C: Curve>(curve: &mut C, wanted: f64, sign: f64) -> ReachError {
    match extreme(curve, sign) {
        Err(e) => ReachError::Solve(e),
        Ok(Attainable { maximum: limit, .. }) if (limit - wanted) * sign > 0.0 => ReachError::Unresolved { wanted },
        Ok(Attainable { maximum: limit, reason, .. }) if sign > 0.0 => ReachError::Above { wanted, limit, reason },
        Ok(Attainable { maximum: limit, reason, .. }) => ReachError::Below { wanted, limit, reason },
    }
}

/// How large a multiple the lever can give: the lever is pushed until the multiple stops growing.
pub fn attainable(
    world: &World,
    lever: &Lever,
    targets: &[(usize, usize)],
    settings: &Settings,
) -> Result<Attainable, ReachError> {
    check(settings)?;
    let before: f64 = targets.iter().map(|&(i, j)| world.flow(i, j)).sum();
    if before <= 0.0 {
        return Err(ReachError::NoTrade);
    }
    let mut curve = OneSector { world, fixed: None, lever, targets, settings, before };
    extreme(&mut curve, 1.0).map_err(ReachError::Solve)
}

/// Follows the curve upward (`sign` 1) or downward (-1) to where it ends, flattens or turns.
pub(crate) fn extreme<C: Curve>(curve: &mut C, sign: f64) -> Result<Attainable, SolveError> {
    let mut here = curve.point(0.0, None)?;
    let mut step = 1.0;
    let mut reason = LimitReason::Saturated;
    while here.b.abs() < MAX_LOG_POINTS {
        // What the rest of the way can still add is bounded by the slope where it only falls.
        if here.slope * (MAX_LOG_POINTS - here.b.abs()) < 1e-9 && here.slope >= 0.0 {
            break;
        }
        let b = sign * (here.b.abs() + step).min(MAX_LOG_POINTS);
        match curve.point(b, Some(&here.state)) {
            Ok(next) if (next.log_multiple - here.log_multiple) * sign < 0.0 => {
                reason = LimitReason::TurnsBack;
                if step < 1e-4 {
                    break;
                }
                step *= 0.25;
            }
            Ok(next) => {
                here = next;
                if reason == LimitReason::Saturated {
                    step *= 1.5;
                }
            }
            Err(e) => {
                reason = match e {
                    SolveError::NoSpending { country } => LimitReason::NoSpending { country },
                    _ => LimitReason::NotSolved,
                };
                if step < 1e-4 {
                    break;
                }
                step *= 0.25;
            }
        }
    }
    // A curve that turns may turn again.
    if reason == LimitReason::TurnsBack {
        let mut near: Option<C::State> = None;
        for b in SCANNED.into_iter().map(|b| sign * b) {
            let found = match &near {
                Some(state) => curve.point(b, Some(state)).or_else(|_| curve.point(b, None)),
                None => curve.point(b, None),
            };
            let Ok(point) = found else { break };
            if (point.log_multiple - here.log_multiple) * sign > 1e-12 {
                here = point;
                near = None;
            } else {
                near = Some(point.state);
            }
        }
        if here.b.abs() >= SCANNED[SCANNED.len() - 1] {
            reason = LimitReason::Saturated;
        }
    }
    Ok(Attainable { maximum: here.log_multiple.exp(), log_points: here.b, reason })
}
