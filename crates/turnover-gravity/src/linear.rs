//! Least squares with absorbed effects, and small dense algebra.

use faer::linalg::solvers::Solve;
use faer::{Mat, Side};
use rayon::prelude::*;

use crate::collinear;
use crate::compress::compress;
use crate::error::FitError;
use crate::fit::{Fit, Kind, Status};
use crate::model::{Model, Settings};
use crate::poisson::absorber;
use crate::separation;

/// Tolerance of the inner solver.
const TOLERANCE: f64 = 1e-11;
/// Its passes at most.
const MOST_PRODUCTS: usize = 100_000;

/// Estimates the model by (weighted) least squares: log-linear gravity.
pub fn least_squares(model: &Model, settings: &Settings) -> Result<Fit, FitError> {
    rayon::scope(|_| {
        model.check(false)?;
        match compress(model, settings) {
            Some(cells) => least_squares_rows(&cells.model, settings).map(|fit| cells.expand(fit, model)),
            None => least_squares_rows(model, settings),
        }
    })
}

/// The same for a model that has been checked, row by row.
pub(crate) fn least_squares_rows(model: &Model, settings: &Settings) -> Result<Fit, FitError> {
    let n = model.y.len();
    let mut used: Vec<bool> = match &model.weights {
        Some(w) => w.iter().map(|w| *w > 0.0).collect(),
        None => vec![true; n],
    };
    let mut separated = Vec::new();
    if let (Some(effects), true) = (&model.effects, settings.drop_singletons) {
        separated = separation::singletons(effects, &mut used);
    }
    if !used.iter().any(|u| *u) {
        return Err(FitError::NoRows("every observation has weight 0 or a level of its own"));
    }
    let mut absorber = absorber(model);
    let weight: Vec<f64> = match &model.weights {
        Some(w) => w.iter().zip(&used).map(|(w, u)| if *u { *w } else { 0.0 }).collect(),
        None => used.iter().map(|u| if *u { 1.0 } else { 0.0 }).collect(),
    };
    let sorted_weight = absorber.sorted(weight);
    absorber.set_weights(|w| w.copy_from_slice(&sorted_weight));
    let response: Vec<f64> = match &model.offset {
        Some(offset) => model.y.iter().zip(offset).map(|(y, o)| y - o).collect(),
        None => model.y.clone(),
    };
    let mut products = 0;
    let mut residual = |variable: &[f64]| {
        let sorted = absorber.sorted(variable);
        let mut u = vec![0.0; absorber.dimension()];
        let rhs = absorber.project(&sorted);
        products += absorber.solve(&rhs, &mut u, TOLERANCE, MOST_PRODUCTS).products;
        (absorber.residual(&sorted, &u), u)
    };
    let (left_y, _) = residual(&response);
    let mut left_x = Vec::with_capacity(model.x.len());
    for (_, x) in &model.x {
        left_x.push(residual(x).0);
    }
    let names: Vec<String> = model.x.iter().map(|(name, _)| name.clone()).collect();
    let weights = absorber.weight();
    let before: Vec<f64> =
        model.x.iter().map(|(_, x)| absorber.sorted(x).iter().zip(weights).map(|(x, w)| w * x * x).sum()).collect();
    let cross = cross_products(&left_x, weights);
    let (keep, dropped) = collinear::split(&names, &before, &cross, model.effects.is_some());
    if keep.is_empty() && !model.x.is_empty() {
        let why = dropped.iter().map(|d| format!("`{}` is {}", d.name, d.reason)).collect::<Vec<_>>().join(", ");
        return Err(FitError::NoVariation(why));
    }
    let left_x: Vec<Vec<f64>> = keep.iter().map(|k| std::mem::take(&mut left_x[*k])).collect();
    let k = keep.len();
    let cross = cross_products(&left_x, weights);
    let rhs: Vec<f64> =
        left_x.iter().map(|x| x.iter().zip(&left_y).zip(weights).map(|((x, y), w)| w * x * y).sum()).collect();
    let coefficients = solve_symmetric(&cross, &rhs, k);
    let mut error = left_y.clone();
    for (x, b) in left_x.iter().zip(&coefficients) {
        error.iter_mut().zip(x).for_each(|(e, x)| *e -= b * x);
    }
    let sse: f64 = error.iter().zip(weights).map(|(e, w)| w * e * e).sum();
    let masked = |sorted: &[f64], empty: f64| -> Vec<f64> {
        let mut out = absorber.unsorted(sorted.to_vec());
        out.iter_mut().zip(&used).for_each(|(x, u)| {
            if !u {
                *x = empty;
            }
        });
        out
    };
    let errors = masked(&error, f64::NAN);
    let fitted: Vec<f64> = model.y.iter().zip(&errors).map(|(y, e)| y - e).collect();
    let weighted: Vec<f64> = error.iter().zip(weights).map(|(e, w)| e * w).collect();
    let nobs = used.iter().filter(|u| **u).count();
    Ok(Fit {
        kind: Kind::LeastSquares,
        status: Status::Converged,
        names: keep.iter().map(|k| names[*k].clone()).collect(),
        coefficients,
        dropped,
        separated,
        nobs,
        iterations: 1,
        products,
        bytes_per_product: absorber.bytes_per_product(),
        deviance: sse,
        index: fitted.clone(),
        fitted,
        residual_x: left_x.iter().map(|x| masked(x, 0.0)).collect(),
        residual_y: masked(&weighted, 0.0),
        bread: invert(&cross, k),
        effects: model.effects.clone(),
        used,
    })
}

/// Rows in one block of a sum, so that sums do not depend on the number of threads.
pub(crate) const BLOCK: usize = 1 << 15;

/// `sum a b`, in eight sums side by side, so that none waits for the one before.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const SUMS: usize = 8;
    let (a, b) = (a.chunks_exact(SUMS), b.chunks_exact(SUMS));
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0; SUMS];
    for (a, b) in a.zip(b) {
        for l in 0..SUMS {
            sums[l] += a[l] * b[l];
        }
    }
    rest + sums.iter().sum::<f64>()
}

/// `sum of value(r)` over so many rows, block by block.
pub(crate) fn sum_rows(rows: usize, value: impl Fn(usize) -> f64 + Sync) -> f64 {
    let blocks: Vec<usize> = (0..rows).step_by(BLOCK).collect();
    let parts: Vec<f64> =
        blocks.par_iter().map(|&from| (from..(from + BLOCK).min(rows)).map(&value).sum::<f64>()).collect();
    parts.iter().sum()
}

/// `x'Wx`.
pub(crate) fn sum_of_squares(x: &[f64], weight: &[f64]) -> f64 {
    sum_rows(x.len(), |r| weight[r] * x[r] * x[r])
}

/// `X'WX`, k x k row-major.
pub(crate) fn cross_products(x: &[Vec<f64>], weight: &[f64]) -> Vec<f64> {
    let k = x.len();
    let blocks: Vec<usize> = (0..weight.len()).step_by(BLOCK).collect();
    let parts: Vec<Vec<f64>> = blocks
        .par_iter()
        .map(|&from| {
            let rows = from..(from + BLOCK).min(weight.len());
            let mut out = vec![0.0; k * k];
            let mut weighted = vec![0.0; rows.len()];
            for i in 0..k {
                for ((o, x), w) in weighted.iter_mut().zip(&x[i][rows.clone()]).zip(&weight[rows.clone()]) {
                    *o = x * w;
                }
                for j in 0..=i {
                    out[i * k + j] = dot(&weighted, &x[j][rows.clone()]);
                }
            }
            out
        })
        .collect();
    let mut out = vec![0.0; k * k];
    for part in parts {
        out.iter_mut().zip(part).for_each(|(o, p)| *o += p);
    }
    for i in 0..k {
        for j in 0..i {
            out[j * k + i] = out[i * k + j];
        }
    }
    out
}

/// `X'g`.
pub(crate) fn products(x: &[Vec<f64>], g: &[f64]) -> Vec<f64> {
    let blocks: Vec<usize> = (0..g.len()).step_by(BLOCK).collect();
    let parts: Vec<Vec<f64>> = blocks
        .par_iter()
        .map(|&from| {
            let rows = from..(from + BLOCK).min(g.len());
            x.iter().map(|x| dot(&x[rows.clone()], &g[rows.clone()])).collect()
        })
        .collect();
    let mut out = vec![0.0; x.len()];
    for part in parts {
        out.iter_mut().zip(part).for_each(|(o, p)| *o += p);
    }
    out
}

/// Solves a symmetric positive definite system, scaled to a unit diagonal first.
pub(crate) fn solve_symmetric(a: &[f64], b: &[f64], k: usize) -> Vec<f64> {
    if k == 0 {
        return Vec::new();
    }
    let scale = scales(a, k);
    let matrix = Mat::from_fn(k, k, |i, j| a[i * k + j] * scale[i] * scale[j]);
    let rhs = Mat::from_fn(k, 1, |i, _| b[i] * scale[i]);
    let x = match matrix.llt(Side::Lower) {
        Ok(factor) => factor.solve(&rhs),
        Err(_) => matrix.partial_piv_lu().solve(&rhs),
    };
    (0..k).map(|i| x[(i, 0)] * scale[i]).collect()
}

/// The inverse of a symmetric positive definite matrix, row-major.
pub(crate) fn invert(a: &[f64], k: usize) -> Vec<f64> {
    let mut out = vec![0.0; k * k];
    for j in 0..k {
        let mut unit = vec![0.0; k];
        unit[j] = 1.0;
        for (i, x) in solve_symmetric(a, &unit, k).into_iter().enumerate() {
            out[i * k + j] = x;
        }
    }
    out
}

fn scales(a: &[f64], k: usize) -> Vec<f64> {
    (0..k).map(|i| if a[i * k + i] > 0.0 { 1.0 / a[i * k + i].sqrt() } else { 1.0 }).collect()
}
