//! Sums over rows that do not depend on the number of threads, and small dense systems.

use faer::linalg::solvers::Solve;
use faer::{Mat, Side};
use rayon::prelude::*;

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

fn scales(a: &[f64], k: usize) -> Vec<f64> {
    (0..k).map(|i| if a[i * k + i] > 0.0 { 1.0 / a[i * k + i].sqrt() } else { 1.0 }).collect()
}
