//! Observations that the likelihood would push to minus infinity.
//!
//! A row with outcome 0 is separated when some combination of regressors and effects is 0 wherever
//! the outcome is positive, 0 or less on all other rows, and negative on it: moving along the
//! combination raises the likelihood for ever (Correia, Guimaraes and Zylkin 2021, proposition 1).
//! Such rows say nothing about the other coefficients.

use crate::absorb::{Absorber, Effects};
use crate::error::FitError;
use crate::fit::{Reason, Separated};
use crate::model::Model;
use crate::poisson::{State, absorber};
use crate::regressors;

/// Finds levels whose outcomes are all zero, and where asked levels with a single observation,
/// until none is left. Marks their rows in `used`.
pub(crate) fn by_level(effects: &Effects, y: &[f64], used: &mut [bool], singletons: bool) -> Vec<Separated> {
    let mut out = Vec::new();
    loop {
        let before = out.len();
        for (family, f) in effects.families().iter().enumerate() {
            let mut positive = vec![false; f.levels];
            let mut count = vec![0u32; f.levels];
            for ((code, y), used) in f.codes.iter().zip(y).zip(used.iter()) {
                if *used {
                    positive[*code as usize] |= *y > 0.0;
                    count[*code as usize] += 1;
                }
            }
            for (row, code) in f.codes.iter().enumerate() {
                let code = *code as usize;
                if !used[row] {
                    continue;
                }
                let reason = if !positive[code] {
                    Reason::ZeroLevel { family }
                } else if singletons && count[code] == 1 {
                    Reason::Singleton { family }
                } else {
                    continue;
                };
                used[row] = false;
                out.push(Separated { row, reason });
            }
        }
        if out.len() == before {
            return out;
        }
    }
}

/// Levels with a single observation, until none is left.
pub(crate) fn singletons(effects: &Effects, used: &mut [bool]) -> Vec<Separated> {
    // With a positive outcome everywhere no level is all zero.
    by_level(effects, &vec![1.0; used.len()], used, true)
}

/// A move of the index by less, once the deviance stands still, is the approach to a finite value.
const MOVING: f64 = 0.05;
/// Steps in which such an approach ends.
const PATIENCE: usize = 3;
/// A mean below this share of the average is as good as zero: it fell there step by step, and is so
/// light that later steps need not move it.
const FALLEN: f64 = 1e-9;

/// Whether, with coefficients and deviance at rest, some observation with outcome 0 still falls or
/// has fallen to nothing. Without that there is no separation, and the search for it is spared.
pub(crate) fn suspected(state: &mut State) -> Result<bool, FitError> {
    for patience in 0..=PATIENCE {
        if patience > 0 {
            state.drift()?;
        }
        if !state.any_zero(|step, _| !(step > -MOVING)) {
            return Ok(state.any_zero(|_, share| share < FALLEN));
        }
    }
    Ok(true)
}

/// Weight of the observations with positive outcomes against those with 0: the combination is 0 on
/// them, and multipliers take away what this weight lets through.
const HEAVY: f64 = 1e7;
/// Rounds of multipliers at most.
const MULTIPLIERS: usize = 8;
/// What counts as zero.
const ZERO: f64 = 1e-7;
/// Tolerance of the solver.
const TOLERANCE: f64 = 1e-9;
/// What rows with positive outcomes leave of a direction that they do not determine.
const UNDETERMINED: f64 = 1e-9;
/// Below this share of their first size the values have died away.
const VANISHED: f64 = 1e-3;
/// Share of its last value that a value of the combination keeps in a round.
const LASTING: f64 = 0.5;
/// Rounds at most.
const ROUNDS: usize = 5_000;

/// Rounds after which values that have not settled are looked at, and again.
const LOOK: usize = 100;

/// The iterative rectifier of Correia, Guimaraes and Zylkin (2021, section 3.2): the combination
/// that proves separation is what regressions of a non-negative variable on regressors and effects
/// converge to, when after each the negative fitted values are cut off, and observations with
/// positive outcomes are held at 0. Returns rows of the caller.
///
/// What the rows with positive outcomes determine of the regressors is taken away beforehand, since a
/// large value of a regressor on some other row would magnify what little of it gets past a weight.
///
/// Where effects hang together by few rows, small values of both signs stay for thousands of rounds
/// beside those that prove it; rows that stand out are then proved by themselves.
pub(crate) fn rectifier(model: &Model, used: &[bool]) -> Result<Vec<usize>, FitError> {
    let mut absorber = absorber(model, used);
    let y = absorber.sorted(&model.y);
    let used = absorber.sorted(used);
    let columns = regressors::informative(&mut absorber, model, &used)?;
    let columns = undetermined(&mut absorber, columns, |r| used[r] && y[r] > 0.0)?;
    let n = y.len();
    let free = |r: usize| used[r] && y[r] == 0.0;
    let weight: Vec<f64> = (0..n).map(|r| heavy(used[r], free(r))).collect();
    let basis = hold(&mut absorber, &columns, &weight);
    let mut target: Vec<f64> = (0..n).map(|r| if free(r) { 1.0 } else { 0.0 }).collect();
    let mut search = Search { rho: vec![0.0; absorber.dimension()], multiplier: vec![0.0; n] };
    for round in 1..=ROUNDS {
        let fitted = search.fit(&absorber, &basis, &target, |r| used[r] && !free(r));
        let lowest = (0..n).filter(|r| free(*r)).map(|r| fitted[r]).fold(0.0, f64::min);
        let highest = (0..n).filter(|r| free(*r)).map(|r| fitted[r]).fold(0.0, f64::max);
        // Without separation the values die away on both sides of 0.
        if highest < VANISHED {
            return Ok(Vec::new());
        }
        let settled = lowest > -ZERO * highest;
        if settled || round % LOOK == 0 {
            let least = 10.0 * (ZERO * highest).max(-lowest);
            let found: Vec<bool> = (0..n).map(|r| free(r) && fitted[r] > least).collect();
            // The combination is a fixed point: a value that the heavy rows hold, though a large regressor
            // magnifies what they let through, falls from round to round.
            let mut proved = settled && (0..n).all(|r| !found[r] || fitted[r] > LASTING * target[r]);
            if !settled && least < highest {
                let alone = |r: usize| if found[r] { fitted[r] } else { 0.0 };
                let held: Vec<f64> = (0..n).map(|r| heavy(used[r], found[r])).collect();
                let own = hold(&mut absorber, &columns, &held);
                let mut search = Search { rho: vec![0.0; absorber.dimension()], multiplier: vec![0.0; n] };
                let alone: Vec<f64> = (0..n).map(alone).collect();
                let proof = search.fit(&absorber, &own, &alone, |r| used[r] && !found[r]);
                let proves = |r: usize| match found[r] {
                    true => proof[r] > 0.5 * fitted[r],
                    false => !used[r] || proof[r].abs() < ZERO * highest,
                };
                proved = (0..n).all(proves);
                absorber.set_weights(|w| w.copy_from_slice(&weight));
            }
            if proved {
                let found = absorber.unsorted(found);
                return Ok((0..n).filter(|r| found[*r]).collect());
            }
        }
        for r in 0..n {
            target[r] = if free(r) { fitted[r].max(0.0) } else { 0.0 };
        }
    }
    Ok(Vec::new())
}

/// The weight of a row in a search: none, light where it may move, heavy where it is held at 0.
fn heavy(used: bool, free: bool) -> f64 {
    match (used, free) {
        (false, _) => 0.0,
        (true, true) => 1.0,
        (true, false) => HEAVY,
    }
}

/// Takes new weights and returns what the effects leave of the regressors, orthonormal; those that add
/// nothing leave.
fn hold(absorber: &mut Absorber, columns: &[Vec<f64>], weight: &[f64]) -> Vec<Vec<f64>> {
    absorber.set_weights(|w| w.copy_from_slice(weight));
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for column in columns {
        let mut gamma = vec![0.0; absorber.dimension()];
        absorber.solve_variable(column, &mut gamma, 1e-13, 10_000);
        let mut left = absorber.residual(column, &gamma);
        let before = dot(&left, &left, weight).sqrt();
        for _ in 0..2 {
            for b in &basis {
                let along = dot(&left, b, weight);
                left.iter_mut().zip(b).for_each(|(c, b)| *c -= along * b);
            }
        }
        let length = dot(&left, &left, weight).sqrt();
        if length > 1e-9 * before && length > 0.0 {
            left.iter_mut().for_each(|c| *c /= length);
            basis.push(left);
        }
    }
    basis
}

/// The directions of regressors and effects that are 0 on the rows of `determined`, one for each direction
/// of the regressors that these rows say nothing about.
fn undetermined(
    absorber: &mut Absorber,
    columns: Vec<Vec<f64>>,
    determined: impl Fn(usize) -> bool,
) -> Result<Vec<Vec<f64>>, FitError> {
    let weight: Vec<f64> =
        (0..absorber.weight().len()).map(|r| if determined(r) { 1.0 } else { 0.0 }).collect();
    absorber.set_weights(|w| w.copy_from_slice(&weight));
    let sizes: Vec<f64> = columns.iter().map(|c| dot(c, c, &weight).sqrt()).collect();
    // Effects that are taken away on these rows are taken away on all.
    let left = regressors::free(absorber, &columns, &mut 0)?;
    let mut known: Vec<Vec<f64>> = Vec::new();
    let mut out = Vec::new();
    for (mut column, size) in left.into_iter().zip(sizes) {
        for _ in 0..2 {
            for k in &known {
                let along = dot(&column, k, &weight);
                column.iter_mut().zip(k).for_each(|(c, k)| *c -= along * k);
            }
        }
        let length = dot(&column, &column, &weight).sqrt();
        if length > UNDETERMINED * size {
            column.iter_mut().for_each(|c| *c /= length);
            known.push(column);
        } else {
            column.iter_mut().enumerate().filter(|(r, _)| determined(*r)).for_each(|(_, c)| *c = 0.0);
            out.push(column);
        }
    }
    Ok(out)
}

/// Where the solver begins and ends, and what held rows are pulled by.
struct Search {
    rho: Vec<f64>,
    multiplier: Vec<f64>,
}

impl Search {
    /// The fit of a variable on regressors and effects that is 0 on held rows: the heavy weight lets a
    /// little through, which is added to what these rows are pulled by until nothing is left.
    fn fit(
        &mut self,
        absorber: &Absorber,
        basis: &[Vec<f64>],
        target: &[f64],
        held: impl Fn(usize) -> bool,
    ) -> Vec<f64> {
        let mut fitted = Vec::new();
        for _ in 0..MULTIPLIERS {
            let aim: Vec<f64> =
                target.iter().zip(&self.multiplier).enumerate().map(|(r, (t, m))| if held(r) { *m } else { *t }).collect();
            absorber.solve_variable(&aim, &mut self.rho, TOLERANCE, 10_000);
            let mut left = absorber.residual(&aim, &self.rho);
            for b in basis {
                let along = dot(&left, b, absorber.weight());
                left.iter_mut().zip(b).for_each(|(l, b)| *l -= along * b);
            }
            fitted = aim.iter().zip(&left).map(|(t, l)| t - l).collect::<Vec<f64>>();
            let highest = fitted.iter().copied().fold(0.0, f64::max);
            let mut through = 0.0f64;
            for r in (0..fitted.len()).filter(|r| held(*r)) {
                self.multiplier[r] -= fitted[r];
                through = through.max(fitted[r].abs());
            }
            if through <= 0.01 * ZERO * highest {
                break;
            }
        }
        fitted
    }
}

fn dot(a: &[f64], b: &[f64], weight: &[f64]) -> f64 {
    a.iter().zip(b).zip(weight).map(|((a, b), w)| a * b * w).sum()
}
