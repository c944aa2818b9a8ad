//! Least squares with absorbed effects.

use crate::absorb::Absorber;
use crate::basis::triangular_apply;
use crate::compress::compress;
use crate::error::FitError;
use crate::fit::Fit;
use crate::levels;
use crate::model::{Model, Settings};
use crate::regressors::{self, scale};
use crate::result::{Kind, Status};
use crate::sums::{products, sum_of_squares, sum_rows};

/// Tolerance of the inner solver.
const TOLERANCE: f64 = 1e-11;
/// What the effects leave of an outcome, against its size, below which it is rounding.
const PERFECT: f64 = 1e-14;
/// What the residuals of a level may add up to, against their sizes.
const BALANCE: f64 = 1e-6;
/// A residual below this share of the outcomes counts with that size.
const ROUNDING: f64 = 1e-4;

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
        separated = levels::singletons(effects, &mut used);
    }
    if !used.iter().any(|u| *u) {
        return Err(FitError::NoRows("every observation has weight 0 or a level of its own"));
    }
    let mut absorber = Absorber::of(model, &used);
    let given: Vec<f64> = match &model.weights {
        Some(w) => w.iter().zip(&used).map(|(w, u)| if *u { *w } else { 0.0 }).collect(),
        None => used.iter().map(|u| if *u { 1.0 } else { 0.0 }).collect(),
    };
    // Scaled, so that neither sums nor their squares leave the range of numbers.
    let by_weight = scale(&given, |_| true);
    let sorted_weight = absorber.sorted(given);
    absorber.set_weights(|w| w.iter_mut().zip(&sorted_weight).for_each(|(w, given)| *w = given * by_weight));
    let sorted_used = absorber.sorted(&used);

    let outcome = |r: usize| if used[r] { model.y[r] - model.offset.as_ref().map_or(0.0, |o| o[r]) } else { 0.0 };
    let response: Vec<f64> = (0..n).map(outcome).collect();
    let by_outcome = scale(&response, |_| true);
    let mut response = absorber.sorted(response);
    response.iter_mut().for_each(|y| *y *= by_outcome);
    let whole = sum_of_squares(&response, absorber.weight());
    if !absorber.is_idle() {
        let total = sum_rows(n, |r| absorber.weight()[r]);
        let mean = sum_rows(n, |r| absorber.weight()[r] * response[r]) / total;
        response.iter_mut().zip(&sorted_used).filter(|(_, u)| **u).for_each(|(y, _)| *y -= mean);
    }
    let chosen = regressors::choose(&mut absorber, model, &sorted_used, TOLERANCE, None)?;
    let mut passes = chosen.products;
    let mut error = regressors::free(&absorber, &[response.clone()], &mut passes)?.remove(0);
    // What is left of an outcome that the effects explain is rounding.
    if sum_of_squares(&error, absorber.weight()) <= PERFECT * PERFECT * whole {
        error.fill(0.0);
    }
    let weights = absorber.weight();
    let mut along = vec![0.0; chosen.columns.len()];
    // The second round takes what rounding left of the first.
    for _ in 0..2 {
        let weighted: Vec<f64> = error.iter().zip(weights).map(|(e, w)| e * w).collect();
        let step = products(&chosen.columns, &weighted);
        for ((z, s), a) in chosen.columns.iter().zip(&step).zip(&mut along) {
            error.iter_mut().zip(z).for_each(|(e, z)| *e -= s * z);
            *a += s;
        }
    }
    verify(&absorber, &chosen.columns, &error, &response)?;
    let units: Vec<f64> = chosen.scales.iter().map(|s| s / by_outcome).collect();
    let coefficients: Vec<f64> =
        triangular_apply(&chosen.transform, &along).iter().zip(&units).map(|(b, unit)| b * unit).collect();
    let masked = |sorted: Vec<f64>, empty: f64| -> Vec<f64> {
        let mut out = absorber.unsorted(sorted);
        out.iter_mut().zip(&used).filter(|(_, u)| !**u).for_each(|(x, _)| *x = empty);
        out
    };
    let weighted: Vec<f64> = error.iter().zip(absorber.weight()).map(|(e, w)| e * w).collect();
    error.iter_mut().for_each(|e| *e /= by_outcome);
    let errors = masked(error, f64::NAN);
    let fitted: Vec<f64> = model.y.iter().zip(&errors).map(|(y, e)| y - e).collect();
    let nobs = used.iter().filter(|u| **u).count();
    let mut fit = Fit {
        kind: Kind::LeastSquares,
        status: Status::Converged,
        names: chosen.keep.iter().map(|k| model.x[*k].0.clone()).collect(),
        coefficients,
        dropped: chosen.dropped,
        separated,
        nobs,
        iterations: 1,
        products: passes,
        bytes_per_product: absorber.bytes_per_product(),
        deviance: 0.0,
        perfect: false,
        index: fitted.clone(),
        fitted,
        basis: chosen.columns.into_iter().map(|z| masked(z, 0.0)).collect(),
        residual_y: masked(weighted, 0.0),
        transform: chosen.transform,
        score_unit: 1.0 / by_weight / by_outcome,
        by_outcome,
        squares: 0.0,
        units,
        effects: model.effects.clone(),
        used,
    };
    fit.settle(model);
    Ok(fit)
}

/// Whether the residuals meet the first-order conditions of each effect, by their own size.
fn verify(absorber: &Absorber, basis: &[Vec<f64>], error: &[f64], response: &[f64]) -> Result<(), FitError> {
    let weight = absorber.weight();
    let score: Vec<f64> = error.iter().zip(weight).map(|(e, w)| e * w).collect();
    let total = sum_rows(error.len(), |r| weight[r]);
    let usual = (sum_of_squares(response, weight) / total).sqrt();
    let room = |r: usize| weight[r] * (error[r].abs() + ROUNDING * (response[r].abs() + usual));
    let size: Vec<f64> = (0..error.len()).map(room).collect();
    let sound = absorber.imbalance(&score, &size) <= BALANCE
        && absorber.orthogonal(basis)
        && !absorber.rests_on_light_rows(basis, weight);
    if sound { Ok(()) } else { Err(FitError::Weights) }
}
