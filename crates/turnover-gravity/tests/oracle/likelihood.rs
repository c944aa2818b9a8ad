//! Log-likelihoods from their formulas.

use turnover_gravity::Fit;

use super::design::Design;
use super::reference::Reference;

/// log of the gamma function by Stirling's series, far enough out for 14 digits.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 15.0 {
        shift -= x.ln();
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let series = (1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r / 1680.0))) / x;
    shift + (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series
}

/// Holds the log-likelihoods against the formulas, of the model and of a constant alone.
pub(crate) fn compare(design: &Design, reference: &Reference, fit: &Fit, hold: &mut dyn FnMut(&str, f64, f64, f64)) {
    let (own, null) = fit.log_likelihoods(&design.model());
    let rows = &reference.columns.rows;
    let weight = |r: usize| design.weights.as_ref().map_or(1.0, |w| w[r]);
    if !design.poisson {
        // A perfect fit has no finite likelihood.
        if reference.left[0] > 1e-10 {
            let n = rows.len() as f64;
            let weights: f64 = rows.iter().map(|r| weight(*r).ln()).sum();
            let squares = reference.deviance.ln() - 2.0 * reference.outcome_scale.ln();
            let tau = std::f64::consts::TAU.ln();
            let right = 0.5 * (weights - n * (tau + 1.0 - n.ln() + squares));
            hold("of the model", own, right, 1e-7 * (weights.abs() + n * (1.0 + squares.abs())));
        }
        return;
    }
    let total: f64 = rows.iter().map(|r| weight(*r)).sum();
    let mean = rows.iter().map(|r| weight(*r) / total * design.y[*r]).sum::<f64>();
    let sum = |index: &dyn Fn(usize) -> f64| -> (f64, f64) {
        let mut out = (0.0, 0.0);
        for (at, &row) in rows.iter().enumerate() {
            let (y, index) = (design.y[row], index(at));
            let first = if y > 0.0 { y * index } else { 0.0 };
            let last = if y > 0.0 { ln_gamma(y + 1.0) } else { 0.0 };
            out.0 += weight(row) * (first - index.exp() - last);
            out.1 += weight(row) * (first.abs() + index.exp() + last.abs());
        }
        out
    };
    for (name, found, (right, size)) in
        [("of the model", own, sum(&|at| reference.index[at])), ("of a constant", null, sum(&|_| mean.ln()))]
    {
        // log y! of a small y is the rounding of 1 + y.
        if size.is_finite() {
            hold(name, found, right, 1e-7 * right.abs() + 1e-9 * size + 1e-12 * total);
        }
    }
}
