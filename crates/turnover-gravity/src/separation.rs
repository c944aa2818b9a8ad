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

/// Weight of the observations with positive outcomes against those with 0: they must be fitted by
/// the combination, whose value on them is at most about one over this.
const HEAVY: f64 = 1e7;
/// What counts as zero.
const ZERO: f64 = 1e-5;
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
/// positive outcomes are held at 0 by a heavy weight. Returns rows of the caller.
///
/// Where effects hang together by few rows, small values of both signs stay for thousands of rounds
/// beside those that prove it; rows that stand out are then proved by themselves.
pub(crate) fn rectifier(model: &Model, used: &[bool]) -> Result<Vec<usize>, FitError> {
    let mut absorber = absorber(model, used);
    let y = absorber.sorted(&model.y);
    let used = absorber.sorted(used);
    let columns = regressors::informative(&mut absorber, model, &used)?;
    let n = y.len();
    let free = |r: usize| used[r] && y[r] == 0.0;
    let weight: Vec<f64> = (0..n).map(|r| heavy(used[r], free(r))).collect();
    let basis = hold(&mut absorber, &columns, &weight);
    let mut target: Vec<f64> = (0..n).map(|r| if free(r) { 1.0 } else { 0.0 }).collect();
    let mut rho = vec![0.0; absorber.dimension()];
    for round in 1..=ROUNDS {
        let fitted = fit(&absorber, &basis, &target, &mut rho);
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
                let mut rho = vec![0.0; absorber.dimension()];
                let proof = fit(&absorber, &own, &(0..n).map(alone).collect::<Vec<_>>(), &mut rho);
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

/// The fit of a variable on regressors and effects; `rho` is where the solver begins and ends.
fn fit(absorber: &Absorber, basis: &[Vec<f64>], target: &[f64], rho: &mut [f64]) -> Vec<f64> {
    absorber.solve_variable(target, rho, 1e-6, 10_000);
    let mut left = absorber.residual(target, rho);
    for b in basis {
        let along = dot(&left, b, absorber.weight());
        left.iter_mut().zip(b).for_each(|(l, b)| *l -= along * b);
    }
    target.iter().zip(&left).map(|(t, l)| t - l).collect()
}

fn dot(a: &[f64], b: &[f64], weight: &[f64]) -> f64 {
    a.iter().zip(b).zip(weight).map(|((a, b), w)| a * b * w).sum()
}
