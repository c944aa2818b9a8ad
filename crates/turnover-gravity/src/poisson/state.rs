//! Everything that moves during the iteration.

use rayon::prelude::*;

use crate::absorb::{Absorber, Rhs, exp_all};
use crate::basis::{inverse, orthonormal, triangular_apply, triangular_product};
use crate::error::FitError;
use crate::model::Model;
use crate::regressors;
use crate::sums::{BLOCK, sum_rows};

/// Everything that moves during the iteration, by sorted row.
pub(super) struct State {
    pub(super) absorber: Absorber,
    pub(super) y: Vec<f64>,
    /// Weight of the observation, such that weighted outcomes add up to 1; 0 where it takes no part.
    pub(super) weight: Vec<f64>,
    /// What weights were divided by.
    pub(super) unit: f64,
    pub(super) offset: Option<Vec<f64>>,
    /// Regressors as a basis that is about orthonormal.
    pub(super) x: Vec<Vec<f64>>,
    /// `T`: coefficients of the basis to those of the scaled regressors.
    pub(super) transform: Vec<f64>,
    /// What the regressors were multiplied by.
    pub(super) scales: Vec<f64>,
    pub(super) index: Vec<f64>,
    pub(super) mu: Vec<f64>,
    /// `Gamma`: the effects of each regressor.
    pub(super) gamma: Vec<Vec<f64>>,
    /// What they leave of it.
    pub(super) residuals: Vec<Vec<f64>>,
    /// `w (y - mu)`.
    pub(super) gradient: Vec<f64>,
    /// Coefficients of the basis.
    pub(super) beta: Vec<f64>,
    /// By the divided weights, as everything below.
    pub(super) deviance: f64,
    /// The part of half the deviance that does not depend on the mean: `sum w (y log y - y)`.
    pub(super) saturated: f64,
    pub(super) products: usize,
    /// Whether the last solve for effects reached its tolerance.
    pub(super) solved: bool,
    /// The last step of the index.
    pub(super) step: Vec<f64>,
}

impl State {
    pub(super) fn new(model: &Model, used: &[bool]) -> Self {
        let absorber = Absorber::of(model, used);
        let given: Vec<f64> = match &model.weights {
            Some(w) => w.iter().zip(used).map(|(w, u)| if *u { *w } else { 0.0 }).collect(),
            None => used.iter().map(|u| if *u { 1.0 } else { 0.0 }).collect(),
        };
        // Scaled, so that neither sums nor their squares leave the range of numbers.
        let by_weight = regressors::scale(&given, |_| true);
        let by_outcome = regressors::scale(&model.y, |r| used[r]);
        let scaled = |r: usize| given[r] * by_weight * (model.y[r] * by_outcome);
        let sum = sum_rows(given.len(), |r| if used[r] { scaled(r) } else { 0.0 });
        let divide = |w: &f64| w * by_weight / sum * by_outcome;
        let weight = absorber.sorted(given.iter().map(divide).collect::<Vec<f64>>());
        let y = absorber.sorted(&model.y);
        let n = y.len();
        // The mean begins halfway between the outcome and the mean of its group.
        let total = sum_rows(n, |r| given[r] * by_weight);
        let whole = sum / total / by_outcome;
        let mut index = vec![0.0; n];
        absorber.each_group(
            &mut index,
            || (),
            |(), group, part| {
                let rows = group.rows.clone();
                let own: f64 = weight[rows.clone()].iter().sum();
                let sum: f64 = weight[rows.clone()].iter().zip(&y[rows.clone()]).map(|(w, y)| w * y).sum();
                let mean = if sum > 0.0 { sum / own } else { whole };
                part.iter_mut().zip(&y[rows]).for_each(|(i, y)| *i = (0.5 * y + 0.5 * mean).ln());
            },
        );
        State {
            offset: model.offset.as_ref().map(|o| absorber.sorted(o)),
            x: Vec::new(),
            transform: Vec::new(),
            scales: Vec::new(),
            gamma: Vec::new(),
            beta: Vec::new(),
            mu: vec![0.0; n],
            step: vec![0.0; n],
            gradient: vec![0.0; n],
            residuals: Vec::new(),
            deviance: f64::INFINITY,
            saturated: sum_rows(n, |r| {
                if weight[r] > 0.0 && y[r] > 0.0 { weight[r] * y[r] * (y[r].ln() - 1.0) } else { 0.0 }
            }),
            unit: sum / by_weight / by_outcome,
            products: 0,
            solved: true,
            absorber,
            y,
            weight,
            index,
        }
    }

    /// Mean and weights at the present index; returns the deviance.
    pub(super) fn refresh(&mut self) -> f64 {
        let (y, weight, index) = (&self.y, &self.weight, &self.index);
        let parts = self.absorber.each_piece(&mut self.mu, |first, mu| {
            exp_all(&index[first..first + mu.len()], mu);
            let mut sum = 0.0;
            for (k, m) in mu.iter_mut().enumerate() {
                let row = first + k;
                if weight[row] == 0.0 {
                    *m = 0.0;
                    continue;
                }
                sum += weight[row] * (*m - y[row] * index[row]);
            }
            sum
        });
        2.0 * (self.saturated + parts.iter().sum::<f64>())
    }

    pub(super) fn set_weights(&mut self) {
        let (weight, mu) = (&self.weight, &self.mu);
        self.absorber.set_weights(|out| {
            out.par_iter_mut().zip(weight).zip(mu).with_min_len(BLOCK).for_each(|((o, w), m)| *o = w * m);
        });
    }

    /// `g = w (y - mu)`.
    pub(super) fn refresh_gradient(&mut self) {
        let (y, weight, mu) = (&self.y, &self.weight, &self.mu);
        self.absorber.each_piece(&mut self.gradient, |first, part| {
            for (k, g) in part.iter_mut().enumerate() {
                let row = first + k;
                *g = weight[row] * (y[row] - mu[row]);
            }
        });
    }

    /// What the effects leave of the regressors at the present `Gamma`.
    pub(super) fn refresh_residuals(&mut self) {
        for ((x, gamma), out) in self.x.iter().zip(&self.gamma).zip(&mut self.residuals) {
            self.absorber.residual_into(x, gamma, out);
        }
    }

    /// Refreshes `Gamma` and solves for the effects of a variable given its right-hand side, all
    /// in the same passes.
    pub(super) fn solve_effects(&mut self, variable: Option<(Vec<f64>, f64)>, gamma: &[f64], most: usize) -> Vec<f64> {
        let columns: Vec<&[f64]> = self.x.iter().map(Vec::as_slice).collect();
        let mut projected = self.absorber.project_many(&columns);
        let mut tolerance = gamma.to_vec();
        let mut effects = std::mem::take(&mut self.gamma);
        if let Some((own, wanted)) = variable {
            // Its rounding is that of the outcomes, whose weights add up to 1.
            projected.push((own, 1.0));
            tolerance.push(wanted);
            effects.push(vec![0.0; self.absorber.dimension()]);
        }
        let rhs: Vec<Rhs> = projected
            .iter()
            .zip(&tolerance)
            .map(|((projected, size), tolerance)| Rhs { projected, size: *size, tolerance: *tolerance })
            .collect();
        let solved = self.absorber.solve_many(&rhs, &mut effects, most);
        self.products += solved.products;
        self.solved = solved.converged;
        let rho = if effects.len() > self.x.len() { effects.pop() } else { None };
        self.gamma = effects;
        rho.unwrap_or_default()
    }

    /// Takes a basis whose columns are free of the effects at the present weights.
    pub(super) fn adopt(&mut self, columns: Vec<Vec<f64>>, transform: Vec<f64>) {
        self.gamma = vec![vec![0.0; self.absorber.dimension()]; columns.len()];
        self.residuals = columns.clone();
        self.x = columns;
        self.transform = transform;
    }

    /// Makes the basis orthonormal at the present weights, from what the effects leave of it. The
    /// coefficients follow.
    pub(super) fn renew_basis(&mut self) -> Result<(), FitError> {
        let k = self.x.len();
        let basis =
            orthonormal(std::mem::take(&mut self.residuals), self.absorber.weight()).ok_or(FitError::Weights)?;
        self.beta = triangular_apply(&inverse(&basis.transform, k), &self.beta);
        let transform = triangular_product(&self.transform, &basis.transform, k);
        self.adopt(basis.columns, transform);
        Ok(())
    }

    pub(super) fn take_step(&mut self) {
        self.index.par_iter_mut().zip(&self.step).with_min_len(BLOCK).for_each(|(i, s)| *i += s);
    }

    pub(super) fn halve_step(&mut self, delta: &mut [f64]) {
        for s in &mut self.step {
            *s *= 0.5;
        }
        for (i, s) in self.index.iter_mut().zip(&self.step) {
            *i -= s;
        }
        delta.iter_mut().for_each(|d| *d *= 0.5);
    }
}
