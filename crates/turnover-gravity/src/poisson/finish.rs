//! The estimate, once the iteration has ended.

use rayon::prelude::*;

use super::state::State;
use super::tolerances::{LAST, MOST_PRODUCTS};
use crate::basis::triangular_apply;
use crate::error::FitError;
use crate::fit::Fit;
use crate::model::Model;
use crate::result::{Dropped, Kind, Separated, Status};
use crate::sums::sum_of_squares;

/// What the residuals of a level may add up to, against outcomes and means, beyond which an estimate whose
/// deviance stands still is refused.
const UNSETTLED: f64 = 1e-3;

/// An iteration that has ended.
pub(super) struct Done {
    pub(super) state: State,
    /// Regressors kept.
    pub(super) keep: Vec<usize>,
    pub(super) dropped: Vec<Dropped>,
    pub(super) iterations: usize,
    pub(super) status: Status,
}

impl Done {
    /// The fit with what its covariances need; an estimate that its rows cannot carry is refused.
    pub(super) fn fit(self, model: &Model, separated: Vec<Separated>, used: Vec<bool>) -> Result<Fit, FitError> {
        let Done { mut state, keep, dropped, iterations, status } = self;
        state.set_weights();
        // Relative to what is left of each regressor, which may be a small part of it.
        let weight = state.absorber.weight();
        let left = |(x, r): (&Vec<f64>, &Vec<f64>)| (sum_of_squares(r, weight) / sum_of_squares(x, weight)).sqrt();
        let tolerance: Vec<f64> =
            state.x.iter().zip(&state.residuals).map(left).map(|left| (LAST * left).clamp(1e-12, LAST)).collect();
        state.solve_effects(None, &tolerance, MOST_PRODUCTS);
        if !state.solved {
            return Err(FitError::BadlyConnected { passes: state.products });
        }
        state.refresh_residuals();
        state.renew_basis()?;
        state.refresh_gradient();
        let nobs = used.iter().filter(|u| **u).count();
        let masked = |sorted: Vec<f64>, empty: f64| -> Vec<f64> {
            let mut out = state.absorber.unsorted(sorted);
            if nobs < out.len() {
                out.iter_mut().zip(&used).filter(|(_, u)| !**u).for_each(|(x, _)| *x = empty);
            }
            out
        };
        if state.imbalance() > UNSETTLED
            || !state.absorber.orthogonal(&state.residuals)
            || state.absorber.rests_on_light_rows(&state.residuals, &state.weight)
        {
            return Err(FitError::Weights);
        }
        let mut fit = Fit {
            kind: Kind::Poisson,
            status,
            names: keep.iter().map(|k| model.x[*k].0.clone()).collect(),
            coefficients: triangular_apply(&state.transform, &state.beta)
                .iter()
                .zip(&state.scales)
                .map(|(b, scale)| b * scale)
                .collect(),
            dropped,
            separated,
            nobs,
            iterations,
            products: state.products,
            bytes_per_product: state.absorber.bytes_per_product(),
            deviance: 0.0,
            perfect: false,
            fitted: masked(state.mu, f64::NAN),
            index: masked(state.index, f64::NAN),
            basis: state.residuals.into_par_iter().map(|z| masked(z, 0.0)).collect(),
            residual_y: masked(state.gradient, 0.0),
            transform: state.transform,
            score_unit: state.unit,
            by_outcome: 1.0,
            squares: 0.0,
            units: state.scales,
            effects: model.effects.clone(),
            used,
        };
        fit.settle(model);
        Ok(fit)
    }
}
