//! One Newton step.

use super::state::State;
use crate::basis::{self, triangular_apply};
use crate::error::FitError;
use crate::sums::{cross_products, products};

/// Size of the gradient of the effects at which it is rounding.
const ROUNDING: f64 = 1e-15;

impl State {
    /// `(X~'W X~)^-1 X~'g` for a gradient `g`.
    pub(super) fn coefficients_step(&mut self) -> Result<Vec<f64>, FitError> {
        let k = self.residuals.len();
        let cross = cross_products(&self.residuals, self.absorber.weight());
        let Some(t) = basis::triangle(&cross, k) else {
            // The weights have moved far from those that the basis was made for.
            self.renew_basis()?;
            return Ok(products(&self.residuals, &self.gradient));
        };
        let along = products(&self.residuals, &self.gradient);
        let turned: Vec<f64> = (0..k).map(|j| (0..=j).map(|i| t[i * k + j] * along[i]).sum()).collect();
        Ok(triangular_apply(&t, &turned))
    }

    /// The fit of a variable on effects `rho` and regressors with coefficients `delta`: the effects
    /// of the variable net of those of the regressors, group means, and the regressors.
    pub(super) fn fitted_step(
        &self,
        variable: impl Fn(usize) -> f64 + Sync,
        rho: &[f64],
        delta: &[f64],
        out: &mut [f64],
    ) {
        let mut effects = rho.to_vec();
        for (gamma, d) in self.gamma.iter().zip(delta) {
            for (e, g) in effects.iter_mut().zip(gamma) {
                *e -= d * g;
            }
        }
        let largest = self.absorber.largest_group();
        self.absorber.each_group(
            out,
            || vec![0.0; largest],
            |left, group, part| {
                // part = x'delta + D effects, to which the group's mean of what is left is added. It is
                // summed up from its parts, never as the variable less a residual: on a row with a tiny
                // mean the variable is huge, and the difference would be rounding, out of the span of
                // regressors and effects for ever.
                part.fill(0.0);
                for (x, d) in self.x.iter().zip(delta) {
                    for (p, x) in part.iter_mut().zip(&x[group.rows.clone()]) {
                        *p += d * x;
                    }
                }
                group.add_effects(&effects, part);
                let left = &mut left[..part.len()];
                for (k, (l, p)) in left.iter_mut().zip(part.iter()).enumerate() {
                    *l = variable(group.rows.start + k) - p;
                }
                let mean = group.mean(left);
                part.iter_mut().for_each(|p| *p += mean);
            },
        );
    }

    /// One Newton step from the present mean; returns the move of the coefficients.
    pub(super) fn newton(
        &mut self,
        gamma_tolerance: f64,
        step_tolerance: f64,
        most: usize,
    ) -> Result<Vec<f64>, FitError> {
        self.set_weights();
        self.refresh_gradient();
        let projected = self.absorber.project_gradient(&self.gradient);
        // Once the gradient has shrunk to the rounding of its own sums, whose weights add up to 1, there is
        // nothing to solve for.
        let size = self.absorber.size(&projected);
        let step_tolerance = step_tolerance.max(ROUNDING / size.max(f64::MIN_POSITIVE));
        let rho = self.solve_effects(Some((projected, step_tolerance)), &vec![gamma_tolerance; self.x.len()], most);
        self.refresh_residuals();
        let delta = self.coefficients_step()?;
        let mut step = std::mem::take(&mut self.step);
        let (gradient, weight) = (&self.gradient, self.absorber.weight());
        let working = |r: usize| if weight[r] > 0.0 { gradient[r] / weight[r] } else { 0.0 };
        self.fitted_step(working, &rho, &delta, &mut step);
        self.step = step;
        Ok(delta)
    }
}
