//! Observations that the likelihood would push to minus infinity.
//!
//! A row with outcome 0 is separated when some combination of regressors and effects is 0 wherever
//! the outcome is positive, 0 or less on all other rows, and negative on it: moving along the
//! combination raises the likelihood for ever (Correia, Guimaraes and Zylkin 2021, proposition 1).
//! Such rows say nothing about the other coefficients.

use crate::absorb::Absorber;
use crate::basis::gram_schmidt;
use crate::error::FitError;
use crate::model::Model;
use crate::regressors;

/// Weight of the observations with positive outcomes against those with 0: the combination is 0 on
/// them, and multipliers take away what this weight lets through.
const HEAVY: f64 = 1e7;
/// Rounds of multipliers at most.
const MULTIPLIERS: usize = 8;
/// What counts as zero, against the largest value of the combination.
const ZERO: f64 = 1e-7;
/// A value of the combination above this share of the largest proves separation.
const POSITIVE: f64 = 1e-5;
/// Tolerance of the solver.
const TOLERANCE: f64 = 1e-9;
/// What rows with positive outcomes leave of a direction that they do not determine.
const UNDETERMINED: f64 = 1e-9;
/// Values of a column of norm 1 that are its rounding.
const ROUNDING: f64 = 1e-13;
/// A pull on a row beyond this share of a target of 1 has a sign.
const PULL: f64 = 1e-6;
/// What is left of the ones, or pulls on a held row, by at least this much proves that no combination is
/// positive on the row.
const CERTAIN: f64 = 1e-2;
/// Exchanges of rows at most.
const EXCHANGES: usize = 500;
/// Exchanges without progress after which one row changes at a time.
const TRIES: usize = 5;

/// Finds rows that are separated by a combination of regressors and effects; rows of the caller.
///
/// Combinations that are 0 on rows with positive outcomes and 0 or more on all others form a cone. The
/// point of it nearest to a vector of ones is not 0 if there is any separation, and the rows on which
/// it is positive are separated (with the sign of Correia, Guimaraes and Zylkin 2021 turned). Their
/// iterative rectifier projects on the two sides of that cone in turn, which takes millions of rounds
/// where the sides meet at a flat angle; here rows are exchanged between those held at 0 and those left
/// free, all that are on the wrong side at once (block principal pivoting, Judice and Pires 1994), until
/// none is.
///
/// What the rows with positive outcomes determine of the regressors is taken away beforehand, since a
/// large value of a regressor on some other row would magnify what little of it gets past a weight.
pub(crate) fn combination(model: &Model, used: &[bool]) -> Result<Vec<usize>, FitError> {
    let mut absorber = Absorber::of(model, used);
    let y = absorber.sorted(&model.y);
    let used = absorber.sorted(used);
    let columns = regressors::informative(&mut absorber, model, &used)?;
    let columns = undetermined(&mut absorber, columns, |r| used[r] && y[r] > 0.0)?;
    let n = y.len();
    let zero: Vec<usize> = (0..n).filter(|r| used[*r] && y[*r] == 0.0).collect();
    let mut free = vec![false; n];
    zero.iter().for_each(|r| free[*r] = true);
    let (mut fewest, mut tries) = (usize::MAX, TRIES);
    for _ in 0..EXCHANGES {
        let weight: Vec<f64> = (0..n).map(|r| heavy(used[r], free[r])).collect();
        let basis = hold(&mut absorber, &columns, &weight);
        let target: Vec<f64> = free.iter().map(|f| if *f { 1.0 } else { 0.0 }).collect();
        let (fitted, multiplier) = nearest(&absorber, &basis, &target, |r| used[r] && !free[r]);
        // What is left of the ones, with the pulls, is orthogonal to every combination that is 0 on rows with
        // positive outcomes. Where it is positive on all others, such a combination cannot be 0 or more on all
        // of them without being 0 (Stiemke's lemma): usually the first look is the last.
        let left = |r: &usize| if free[*r] { 1.0 - fitted[*r] } else { multiplier[*r] * HEAVY };
        if zero.iter().all(|r| left(r) > CERTAIN) {
            return Ok(Vec::new());
        }
        let highest = zero.iter().map(|r| fitted[*r]).fold(0.0, f64::max);
        let wrong = |r: &usize| match free[*r] {
            // The target is 1, and so is the largest value of any point of the cone nearest to it.
            true => fitted[*r] < -ZERO * highest.max(1.0),
            // Held down, though the ones would have it above 0.
            false => multiplier[*r] * HEAVY < -PULL,
        };
        let mut exchanged: Vec<usize> = zero.iter().copied().filter(wrong).collect();
        if exchanged.is_empty() {
            if highest < 0.5 {
                return Ok(Vec::new());
            }
            let found: Vec<bool> = (0..n).map(|r| free[r] && fitted[r] > POSITIVE * highest).collect();
            let found = absorber.unsorted(found);
            return Ok((0..n).filter(|r| found[*r]).collect());
        }
        if exchanged.len() < fewest {
            (fewest, tries) = (exchanged.len(), TRIES);
        } else if tries > 0 {
            tries -= 1;
        } else {
            // One at a time, always the last: this cannot go round in circles.
            exchanged.drain(..exchanged.len() - 1);
        }
        exchanged.iter().for_each(|r| free[*r] = !free[*r]);
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
    let left = columns.iter().map(|column| {
        let mut gamma = vec![0.0; absorber.dimension()];
        absorber.solve_variable(column, &mut gamma, 1e-13, 10_000);
        absorber.residual(column, &gamma)
    });
    gram_schmidt(left.collect(), weight, |_, own, remains| remains > 1e-9 * own && remains > 0.0).columns
}

/// The directions of regressors and effects that are 0 on the rows of `determined`, one for each direction
/// of the regressors that these rows say nothing about.
fn undetermined(
    absorber: &mut Absorber,
    columns: Vec<Vec<f64>>,
    determined: impl Fn(usize) -> bool,
) -> Result<Vec<Vec<f64>>, FitError> {
    let weight: Vec<f64> = (0..absorber.weight().len()).map(|r| if determined(r) { 1.0 } else { 0.0 }).collect();
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
        // The columns are of norm 1 over all rows.
        if length > UNDETERMINED * size && length > ROUNDING {
            column.iter_mut().for_each(|c| *c /= length);
            known.push(column);
        } else {
            column.iter_mut().enumerate().filter(|(r, _)| determined(*r)).for_each(|(_, c)| *c = 0.0);
            out.push(column);
        }
    }
    Ok(out)
}

/// The combination of regressors and effects nearest to a target that is 0 on held rows, and what these
/// are pulled by: the heavy weight lets a little through, which is added to their pull until nothing is
/// left.
fn nearest(
    absorber: &Absorber,
    basis: &[Vec<f64>],
    target: &[f64],
    held: impl Fn(usize) -> bool,
) -> (Vec<f64>, Vec<f64>) {
    let mut multiplier = vec![0.0; target.len()];
    let mut rho = vec![0.0; absorber.dimension()];
    let mut fitted = Vec::new();
    for _ in 0..MULTIPLIERS {
        let pulled = |(r, (t, m)): (usize, (&f64, &f64))| if held(r) { *m } else { *t };
        let aim: Vec<f64> = target.iter().zip(&multiplier).enumerate().map(pulled).collect();
        absorber.solve_variable(&aim, &mut rho, TOLERANCE, 10_000);
        let mut left = absorber.residual(&aim, &rho);
        for b in basis {
            let along = dot(&left, b, absorber.weight());
            left.iter_mut().zip(b).for_each(|(l, b)| *l -= along * b);
        }
        fitted = aim.iter().zip(&left).map(|(t, l)| t - l).collect::<Vec<f64>>();
        let highest = fitted.iter().copied().fold(0.0, f64::max);
        let mut through = 0.0f64;
        for r in (0..fitted.len()).filter(|r| held(*r)) {
            multiplier[r] -= fitted[r];
            through = through.max(fitted[r].abs());
        }
        if through <= 0.01 * ZERO * highest.max(1.0) {
            break;
        }
    }
    (fitted, multiplier)
}

fn dot(a: &[f64], b: &[f64], weight: &[f64]) -> f64 {
    a.iter().zip(b).zip(weight).map(|((a, b), w)| a * b * w).sum()
}
