//! Regressors on their way into an estimate: scaled, centred, freed of what the effects explain, those
//! without information dropped, and made an orthonormal basis.

use rayon::prelude::*;

use crate::absorb::{Absorber, Rhs, Solved};
use crate::basis::{Size, Split, independent, orthonormal, split};
use crate::effects::Family;
use crate::error::FitError;
use crate::model::Model;
use crate::result::Dropped;
use crate::sums::{BLOCK, sum_of_squares, sum_rows};

/// Share of a regressor's norm that effects and other regressors must leave for a loose solve to judge
/// it; less is looked at closely.
const CLEAR: f64 = 1e-2;
/// Norm about the mean against that about zero below which a regressor may be a constant with rounding.
const ROUNDING: f64 = 1e-10;
/// Largest weight against the smallest above which regressors are looked at closely.
const WIDE: f64 = 1e8;
/// Tolerance of a close look.
const CLOSE: f64 = 1e-12;
/// Share below which what is left is freed of the effects once more, since its rounding is that of the
/// whole regressor.
const SMALL: f64 = 1e-3;
/// Passes of a close look at most.
const MOST_PRODUCTS: usize = 20_000;

/// The regressors that stay, as a basis under the weights of the absorber.
pub(crate) struct Chosen {
    /// Places of the regressors that stay.
    pub(crate) keep: Vec<usize>,
    /// Those that leave, and why.
    pub(crate) dropped: Vec<Dropped>,
    /// Orthonormal columns by sorted row, nearly free of the effects.
    pub(crate) columns: Vec<Vec<f64>>,
    /// `T`, which carries coefficients of the columns to those of the scaled regressors.
    pub(crate) transform: Vec<f64>,
    /// What the regressors that stay were multiplied by.
    pub(crate) scales: Vec<f64>,
    /// Effects of the variable that was solved for beside the regressors.
    pub(crate) beside: Vec<f64>,
    /// Passes of the solver.
    pub(crate) products: usize,
}

/// The power of two that brings the largest number of rows that take part into [1/2, 1).
pub(crate) fn scale(values: &[f64], takes_part: impl Fn(usize) -> bool + Sync) -> f64 {
    let size = |(r, v): (usize, &f64)| if takes_part(r) { v.abs() } else { 0.0 };
    let largest = values.par_iter().enumerate().with_min_len(BLOCK).map(size).reduce(|| 0.0, f64::max);
    if largest == 0.0 {
        return 1.0;
    }
    let exponent = (largest.log2().floor() as i32 + 1).max(-1023);
    // In two factors, since 2^1024 is beyond the range.
    let half = exponent / 2;
    2f64.powi(-half) * 2f64.powi(half - exponent)
}

/// Regressors by sorted row: scaled, 0 on rows that take no part, and about their mean where effects
/// take up the constant.
pub(crate) struct Prepared {
    pub(crate) columns: Vec<Vec<f64>>,
    scales: Vec<f64>,
    /// Norms by unit weights.
    sizes: Vec<Size>,
}

/// Regressors of a model by sorted row; `used` is by sorted row too.
pub(crate) fn prepare(absorber: &Absorber, model: &Model, used: &[bool]) -> Prepared {
    let count = used.iter().filter(|u| **u).count() as f64;
    let centred = !absorber.is_idle();
    let parts: Vec<(Vec<f64>, f64, Size)> = model
        .x
        .par_iter()
        .map(|(_, x)| {
            let mut column = absorber.sorted(x);
            let scale = scale(&column, |r| used[r]);
            let each = |column: &mut [f64], change: &(dyn Fn(f64) -> f64 + Sync)| {
                column
                    .par_iter_mut()
                    .zip(used)
                    .with_min_len(BLOCK)
                    .for_each(|(c, u)| *c = if *u { change(*c) } else { 0.0 });
            };
            let norm = |column: &[f64]| sum_rows(column.len(), |r| column[r] * column[r]).sqrt();
            each(&mut column, &|c| c * scale);
            let about_zero = norm(&column);
            if centred {
                let mean = sum_rows(column.len(), |r| column[r]) / count;
                each(&mut column, &|c| c - mean);
            }
            let about_mean = norm(&column);
            (column, scale, Size { about_mean, about_zero })
        })
        .collect();
    let mut out = Prepared { columns: Vec::new(), scales: Vec::new(), sizes: Vec::new() };
    for (column, scale, size) in parts {
        out.columns.push(column);
        out.scales.push(scale);
        out.sizes.push(size);
    }
    out
}

/// Chooses among the regressors of a model, at the absorber's weights, which are 0 on rows that `used`
/// (by sorted row) leaves out. `beside` is another right-hand side to be solved in the same passes, and
/// `loose` the tolerance for the regressors.
pub(crate) fn choose(
    absorber: &mut Absorber,
    model: &Model,
    used: &[bool],
    loose: f64,
    beside: Option<Rhs>,
) -> Result<Chosen, FitError> {
    let effects = !absorber.is_idle();
    let Prepared { columns, scales, sizes } = prepare(absorber, model, used);
    let mut products = 0;

    // All in the same passes.
    let borrowed: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let projected = absorber.project_many(&borrowed);
    let mut rhs: Vec<Rhs> =
        projected.iter().map(|(p, size)| Rhs { projected: p, size: *size, tolerance: loose }).collect();
    rhs.extend(beside);
    let mut u = vec![vec![0.0; absorber.dimension()]; rhs.len()];
    products += absorber.solve_many(&rhs, &mut u, MOST_PRODUCTS).products;
    let beside = if u.len() > columns.len() { u.pop().unwrap_or_default() } else { Vec::new() };
    let left: Vec<Vec<f64>> = columns.iter().zip(&u).map(|(x, u)| absorber.residual(x, u)).collect();

    // Where weights differ by many orders of magnitude, light rows do not show in a sum.
    let clear = !wide(model.weights.as_deref(), used.len())
        && columns.iter().zip(&left).zip(&sizes).all(|((x, left), size)| {
            let weight = absorber.weight();
            size.about_mean > ROUNDING * size.about_zero
                && sum_of_squares(left, weight) > CLEAR * CLEAR * spread(x, weight, effects)
        });
    let mut keep: Vec<usize> = (0..model.x.len()).collect();
    let independent = if clear { independent(left, absorber.weight()) } else { None };
    let (dropped, basis) = match independent {
        Some(basis) => (Vec::new(), basis),
        None => {
            let weight = absorber.weight().to_vec();
            let (judged, _) = look_closely(absorber, &columns, &sizes, model, used, &mut products)?;
            absorber.set_weights(|w| w.copy_from_slice(&weight));
            keep = judged.keep;
            let left = free(absorber, &kept(columns, &keep), &mut products)?;
            let basis = orthonormal(left, absorber.weight()).ok_or(FitError::Weights)?;
            (judged.dropped, basis)
        }
    };
    if keep.is_empty() && !model.x.is_empty() {
        let mut why = dropped.iter().map(|d| format!("`{}` is {}", d.name, d.reason)).collect::<Vec<_>>().join(", ");
        if let Some(family) = saturated(model, &absorber.unsorted(used.to_vec())) {
            why.push_str(&format!("; each level of `{family}` has one row"));
        }
        return Err(FitError::NoVariation(why));
    }
    let scales = keep.iter().map(|k| scales[*k]).collect();
    Ok(Chosen { keep, dropped, columns: basis.columns, transform: basis.transform, scales, beside, products })
}

/// Whether weights differ by so much that sums show the heavy ones alone.
pub(crate) fn wide(weights: Option<&[f64]>, rows: usize) -> bool {
    let Some(weights) = weights else { return false };
    let own = |r: usize| if weights[r] > 0.0 { weights[r] } else { f64::NAN };
    let low = (0..rows).map(own).fold(f64::INFINITY, f64::min);
    let high = (0..rows).map(own).fold(0.0, f64::max);
    high > WIDE * low
}

/// The first family of effects with a level for each row that takes part.
fn saturated<'a>(model: &'a Model, used: &[bool]) -> Option<&'a str> {
    let families = model.effects.as_ref().map_or(&[][..], |e| e.families());
    let alone = |f: &&Family| {
        let mut seen = vec![false; f.levels];
        let own = f.codes.iter().zip(used).filter(|(_, u)| **u);
        own.into_iter().all(|(code, _)| !std::mem::replace(&mut seen[*code as usize], true))
    };
    families.iter().find(alone).map(|f| f.name.as_str())
}

/// Sum of squares about the weighted mean, or about zero.
fn spread(x: &[f64], weight: &[f64], about_mean: bool) -> f64 {
    if !about_mean {
        return sum_of_squares(x, weight);
    }
    let total = sum_rows(x.len(), |r| weight[r]);
    let mean = sum_rows(x.len(), |r| weight[r] * x[r]) / total;
    sum_rows(x.len(), |r| weight[r] * (x[r] - mean) * (x[r] - mean))
}

/// Judges with unit weights, which stay: whether regressors are independent does not depend on the weights,
/// but whether that shows in a sum does. Also returns what the effects leave of each.
fn look_closely(
    absorber: &mut Absorber,
    columns: &[Vec<f64>],
    sizes: &[Size],
    model: &Model,
    used: &[bool],
    products: &mut usize,
) -> Result<(Split, Vec<Vec<f64>>), FitError> {
    absorber.set_weights(|w| w.iter_mut().zip(used).for_each(|(w, u)| *w = if *u { 1.0 } else { 0.0 }));
    let names: Vec<String> = model.x.iter().map(|(name, _)| name.clone()).collect();
    let left = free(absorber, columns, products)?;
    let split = split(&names, sizes, left.clone(), absorber.weight(), !absorber.is_idle());
    Ok((split, left))
}

/// The regressors that carry something of their own, as orthonormal columns by unit weights, which stay.
pub(crate) fn informative(absorber: &mut Absorber, model: &Model, used: &[bool]) -> Result<Vec<Vec<f64>>, FitError> {
    let Prepared { columns, sizes, .. } = prepare(absorber, model, used);
    let (split, left) = look_closely(absorber, &columns, &sizes, model, used, &mut 0)?;
    Ok(orthonormal(kept(left, &split.keep), absorber.weight()).map_or_else(Vec::new, |b| b.columns))
}

/// The columns at some places.
fn kept(mut columns: Vec<Vec<f64>>, keep: &[usize]) -> Vec<Vec<f64>> {
    keep.iter().map(|k| std::mem::take(&mut columns[*k])).collect()
}

/// What the effects leave of columns, closely.
pub(crate) fn free(absorber: &Absorber, columns: &[Vec<f64>], products: &mut usize) -> Result<Vec<Vec<f64>>, FitError> {
    let mut out: Vec<Vec<f64>> = Vec::with_capacity(columns.len());
    let mut solved = Solved { products: 0, converged: true };
    for four in columns.chunks(4) {
        let mut left: Vec<Vec<f64>> = four.to_vec();
        for round in 0..2 {
            let weight = absorber.weight();
            let before: Vec<f64> = four.iter().map(|x| sum_of_squares(x, weight)).collect();
            let open: Vec<usize> = (0..left.len())
                .filter(|j| round == 0 || sum_of_squares(&left[*j], weight) < SMALL * SMALL * before[*j])
                .collect();
            if open.is_empty() {
                break;
            }
            let borrowed: Vec<&[f64]> = open.iter().map(|j| left[*j].as_slice()).collect();
            let projected = absorber.project_many(&borrowed);
            let rhs: Vec<Rhs> =
                projected.iter().map(|(p, size)| Rhs { projected: p, size: *size, tolerance: CLOSE }).collect();
            let mut u = vec![vec![0.0; absorber.dimension()]; rhs.len()];
            let one = absorber.solve_many(&rhs, &mut u, MOST_PRODUCTS);
            solved.products += one.products;
            // The second round has only rounding to work on.
            solved.converged &= one.converged || round > 0;
            for (j, u) in open.iter().zip(&u) {
                left[*j] = absorber.residual(&left[*j], u);
            }
        }
        out.extend(left);
    }
    *products += solved.products;
    if solved.converged { Ok(out) } else { Err(FitError::BadlyConnected { passes: solved.products }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_powers_of_two_over_the_whole_range() {
        for value in [1e-307, 1e-200, 1e-12, 0.5, 1.0, 3.0, 1e12, 1e160, 1e200, 1.7e308] {
            let s = scale(&[0.0, -value], |_| true);
            assert!((0.25..=1.0).contains(&(value * s)), "{value}: {s}");
            assert_eq!(s.log2().fract(), 0.0);
        }
        assert_eq!(scale(&[5.0, 1e9], |r| r == 0), 0.125);
        assert_eq!(scale(&[0.0], |_| true), 1.0);
    }
}
