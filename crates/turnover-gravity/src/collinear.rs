//! Which regressors carry information of their own.

use crate::fit::Dropped;

/// Share of a regressor's variation below which it counts as none: what effects or other
/// regressors leave of it is rounding and the inner tolerance.
const NOTHING: f64 = 1e-9;

/// Splits regressors into those to keep (indices) and those to drop with the reason. `before` is
/// the weighted sum of squares of each about its mean, `cross` the weighted cross-products of what
/// the effects leave of them, row-major. Earlier regressors have precedence, as in `fixest`.
pub(crate) fn split(names: &[String], before: &[f64], cross: &[f64], with_effects: bool) -> (Vec<usize>, Vec<Dropped>) {
    let k = names.len();
    let mut keep: Vec<usize> = Vec::new();
    let mut dropped = Vec::new();
    // Cholesky factor of the kept block, one row per kept regressor.
    let mut factor: Vec<Vec<f64>> = Vec::new();
    for j in 0..k {
        let own = cross[j * k + j];
        if own <= NOTHING * before[j] || own <= 0.0 {
            let reason = if with_effects { "collinear with the fixed effects" } else { "constant or zero" };
            dropped.push(Dropped { name: names[j].clone(), reason });
            continue;
        }
        let mut row: Vec<f64> = Vec::with_capacity(keep.len() + 1);
        for (a, &i) in keep.iter().enumerate() {
            let sum: f64 = (0..a).map(|b| row[b] * factor[a][b]).sum();
            row.push((cross[j * k + i] - sum) / factor[a][a]);
        }
        let left = own - row.iter().map(|x| x * x).sum::<f64>();
        if left <= NOTHING * own {
            dropped.push(Dropped { name: names[j].clone(), reason: "collinear with regressors before it" });
            continue;
        }
        row.push(left.sqrt());
        factor.push(row);
        keep.push(j);
    }
    (keep, dropped)
}
