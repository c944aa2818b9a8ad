//! Regressors as an orthonormal basis.
//!
//! A cubic in calendar years is nearly a line: what `year^3` adds to `year` and `year^2` is two
//! millionths of it. Cross-products square that and nothing is left of it in double precision. The
//! estimate is therefore made in a basis that is orthonormal under the weights, and coefficients and
//! covariances are carried back at the end by the triangular matrix `T`, with basis `Z = X T`.

use rayon::prelude::*;

use crate::result::Dropped;
use crate::sums::{BLOCK, cross_products, sum_rows};

/// What the effects leave of a regressor, against its norm about its mean, below which it counts as one
/// of them.
const ABSORBED: f64 = 3e-5;
/// What regressors before it leave of a regressor, against what the effects left.
const EXPLAINED: f64 = 1e-9;
/// What is left against the norm about zero below which it is the rounding of the data.
const ROUNDING: f64 = 1e-13;
/// Squares of what is left above which cross-products are exact enough.
const SOUND: f64 = 1e-4;

/// An orthonormal basis of regressors.
#[derive(Debug, Clone)]
pub(crate) struct Basis {
    /// Its columns.
    pub(crate) columns: Vec<Vec<f64>>,
    /// `T`, upper triangular, k x k row-major.
    pub(crate) transform: Vec<f64>,
}

/// Size of a regressor before effects and other regressors took their part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Norm about the mean, or about zero in a model without effects.
    pub(crate) about_mean: f64,
    /// Norm about zero.
    pub(crate) about_zero: f64,
}

/// Which regressors stay, and which leave and why.
pub(crate) struct Split {
    pub(crate) keep: Vec<usize>,
    pub(crate) dropped: Vec<Dropped>,
}

/// Takes what the effects leave of each regressor and drops those that carry nothing of their own.
/// Earlier regressors have precedence, as in `fixest`.
pub(crate) fn split(names: &[String], sizes: &[Size], left: Vec<Vec<f64>>, weight: &[f64], effects: bool) -> Split {
    let mut keep = Vec::new();
    let mut dropped = Vec::new();
    gram_schmidt(left, weight, |j, own, remains| {
        let Size { about_mean, about_zero } = sizes[j];
        let nothing = ABSORBED * if effects { about_mean } else { 0.0 };
        let reason = if !(own > nothing) || !(own > ROUNDING * about_zero) {
            if effects { "collinear with the fixed effects" } else { "constant or zero" }
        } else if !(remains > EXPLAINED * own) || !(remains > ROUNDING * about_zero) {
            "collinear with regressors before it"
        } else {
            keep.push(j);
            return true;
        };
        dropped.push(Dropped { name: names[j].clone(), reason });
        false
    });
    Split { keep, dropped }
}

/// The basis of independent regressors; `None` where one of them is nothing beside the others.
pub(crate) fn orthonormal(columns: Vec<Vec<f64>>, weight: &[f64]) -> Option<Basis> {
    let count = columns.len();
    if let Some(transform) = triangle(&cross_products(&columns, weight), count) {
        return Some(applied(columns, transform));
    }
    let basis = gram_schmidt(columns, weight, |_, own, remains| remains > 0.0 && remains > f64::EPSILON * own);
    (basis.columns.len() == count).then_some(basis)
}

/// The basis of regressors whose independence shows in their cross-products.
pub(crate) fn independent(columns: Vec<Vec<f64>>, weight: &[f64]) -> Option<Basis> {
    let transform = triangle(&cross_products(&columns, weight), columns.len())?;
    Some(applied(columns, transform))
}

/// `T` from the Cholesky factor of cross-products, where these are exact enough.
pub(crate) fn triangle(cross: &[f64], k: usize) -> Option<Vec<f64>> {
    let mut factor = vec![0.0; k * k];
    for j in 0..k {
        for i in 0..=j {
            let sum: f64 = (0..i).map(|m| factor[m * k + i] * factor[m * k + j]).sum();
            let left = cross[j * k + i] - sum;
            if i < j {
                factor[i * k + j] = left / factor[i * k + i];
            } else if left > SOUND * cross[j * k + j] && left.is_finite() {
                factor[j * k + j] = left.sqrt();
            } else {
                return None;
            }
        }
    }
    Some(inverse(&factor, k))
}

/// Gram and Schmidt's method, twice for each column, so that rounding leaves no overlap. `accept` gets
/// the column's place, its norm and the norm of what the columns before leave of it.
pub(crate) fn gram_schmidt(
    columns: Vec<Vec<f64>>,
    weight: &[f64],
    mut accept: impl FnMut(usize, f64, f64) -> bool,
) -> Basis {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    // Column by column of R, `X = Z R`.
    let mut factor: Vec<Vec<f64>> = Vec::new();
    for (j, mut column) in columns.into_iter().enumerate() {
        let own = norm(&column, weight);
        let mut along = vec![0.0; basis.len()];
        for _ in 0..2 {
            for (z, a) in basis.iter().zip(&mut along) {
                let part = sum_rows(column.len(), |r| weight[r] * z[r] * column[r]);
                *a += part;
                column.par_iter_mut().zip(z).with_min_len(BLOCK).for_each(|(c, z)| *c -= part * z);
            }
        }
        let left = norm(&column, weight);
        if accept(j, own, left) {
            column.par_iter_mut().with_min_len(BLOCK).for_each(|c| *c /= left);
            basis.push(column);
            along.push(left);
            factor.push(along);
        }
    }
    let k = basis.len();
    let whole: Vec<f64> = (0..k * k).map(|at| factor[at % k].get(at / k).copied().unwrap_or(0.0)).collect();
    Basis { columns: basis, transform: inverse(&whole, k) }
}

fn norm(column: &[f64], weight: &[f64]) -> f64 {
    sum_rows(column.len(), |r| weight[r] * column[r] * column[r]).sqrt()
}

/// The basis `X T`.
fn applied(mut columns: Vec<Vec<f64>>, transform: Vec<f64>) -> Basis {
    let k = columns.len();
    let mut blocks: Vec<Vec<&mut [f64]>> = Vec::new();
    for column in columns.iter_mut() {
        for (at, block) in column.chunks_mut(BLOCK).enumerate() {
            if blocks.len() <= at {
                blocks.push(Vec::with_capacity(k));
            }
            blocks[at].push(block);
        }
    }
    blocks.par_iter_mut().for_each(|block| {
        // From the last column, since each needs those before it as they were.
        for j in (0..k).rev() {
            let (before, rest) = block.split_at_mut(j);
            let own = transform[j * k + j];
            rest[0].iter_mut().for_each(|x| *x *= own);
            for (i, other) in before.iter().enumerate() {
                let share = transform[i * k + j];
                rest[0].iter_mut().zip(other.iter()).for_each(|(x, o)| *x += share * o);
            }
        }
    });
    drop(blocks);
    Basis { columns, transform }
}

/// The inverse of an upper triangular matrix, row-major.
pub(crate) fn inverse(upper: &[f64], k: usize) -> Vec<f64> {
    let mut out = vec![0.0; k * k];
    for j in 0..k {
        out[j * k + j] = 1.0 / upper[j * k + j];
        for i in (0..j).rev() {
            let sum: f64 = (i + 1..=j).map(|m| upper[i * k + m] * out[m * k + j]).sum();
            out[i * k + j] = -sum / upper[i * k + i];
        }
    }
    out
}

/// `A B` of two upper triangular matrices.
pub(crate) fn triangular_product(a: &[f64], b: &[f64], k: usize) -> Vec<f64> {
    let mut out = vec![0.0; k * k];
    for i in 0..k {
        for j in i..k {
            out[i * k + j] = (i..=j).map(|m| a[i * k + m] * b[m * k + j]).sum();
        }
    }
    out
}

/// `T x` for an upper triangular matrix.
pub(crate) fn triangular_apply(transform: &[f64], x: &[f64]) -> Vec<f64> {
    let k = x.len();
    (0..k).map(|i| (i..k).map(|j| transform[i * k + j] * x[j]).sum()).collect()
}

/// `T V T'` for an upper triangular matrix.
pub(crate) fn congruence(transform: &[f64], v: &[f64], k: usize) -> Vec<f64> {
    let mut half = vec![0.0; k * k];
    for i in 0..k {
        for j in 0..k {
            half[i * k + j] = (i..k).map(|m| transform[i * k + m] * v[m * k + j]).sum();
        }
    }
    let mut out = vec![0.0; k * k];
    for i in 0..k {
        for j in 0..k {
            out[i * k + j] = (j..k).map(|m| half[i * k + m] * transform[j * k + m]).sum();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cubic_in_calendar_years_is_no_parabola() {
        let years: Vec<f64> = (1985..2015).map(f64::from).collect();
        let columns: Vec<Vec<f64>> = (0..=3).map(|p| years.iter().map(|y| y.powi(p)).collect()).collect();
        let weight = vec![1.0; years.len()];
        let names: Vec<String> = (0..=3).map(|p| format!("y{p}")).collect();
        let sizes: Vec<Size> =
            columns.iter().map(|c| Size { about_mean: norm(c, &weight), about_zero: norm(c, &weight) }).collect();
        let split = split(&names, &sizes, columns.clone(), &weight, false);
        assert_eq!(split.keep, [0, 1, 2, 3]);
        let basis = orthonormal(columns.clone(), &weight).unwrap();
        let (z, t) = (&basis.columns, &basis.transform);
        for i in 0..4 {
            for j in 0..4 {
                let product: f64 = z[i].iter().zip(&z[j]).map(|(a, b)| a * b).sum();
                assert!((product - if i == j { 1.0 } else { 0.0 }).abs() < 1e-12, "{i} {j} {product}");
            }
        }
        // X T is the basis, up to the rounding of the powers.
        for r in 0..30 {
            let made: f64 = (0..4).map(|i| columns[i][r] * t[i * 4 + 3]).sum();
            assert!((made - z[3][r]).abs() < 1e-4, "{made} {}", z[3][r]);
        }
    }

    #[test]
    fn collinear_columns_leave_in_their_order() {
        let n = 40;
        let a: Vec<f64> = (0..n).map(|r| f64::from((r * 7) % 11)).collect();
        let b: Vec<f64> = (0..n).map(|r| f64::from((r * 5) % 13)).collect();
        let sum: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - 3.0 * b).collect();
        let weight = vec![1.0; n as usize];
        let names: Vec<String> = ["a", "b", "sum"].map(String::from).into();
        let sizes = vec![Size { about_mean: 1.0, about_zero: 1.0 }; 3];
        let split = split(&names, &sizes, vec![a, b, sum], &weight, true);
        assert_eq!(split.keep, [0, 1]);
        assert_eq!(split.dropped[0].reason, "collinear with regressors before it");
    }

    #[test]
    fn both_ways_give_one_basis() {
        let column = |k: i32| -> Vec<f64> { (0..50).map(|r| f64::from((r * k) % 17)).collect() };
        let weight: Vec<f64> = (0..50).map(|r| 1.0 + f64::from(r % 5)).collect();
        let columns = vec![column(3), column(5), column(7)];
        let fast = orthonormal(columns.clone(), &weight).unwrap();
        let careful = gram_schmidt(columns, &weight, |_, _, _| true);
        for (a, b) in fast.transform.iter().zip(&careful.transform) {
            assert!((a - b).abs() < 1e-12);
        }
        for (a, b) in fast.columns.iter().flatten().zip(careful.columns.iter().flatten()) {
            assert!((a - b).abs() < 1e-12);
        }
    }
}
