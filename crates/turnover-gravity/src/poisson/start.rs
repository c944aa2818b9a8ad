//! The first step.

use rayon::prelude::*;

use super::state::State;
use super::tolerances::{FIRST, STEP};
use crate::absorb::Rhs;
use crate::error::FitError;
use crate::model::Model;
use crate::regressors::{self, Chosen};
use crate::result::Dropped;
use crate::sums::{BLOCK, sum_rows};

impl State {
    /// The first step, from the working response; collinear regressors leave here.
    pub(super) fn start(&mut self, model: &Model, used: &[bool]) -> Result<(Vec<usize>, Vec<Dropped>), FitError> {
        self.refresh();
        self.set_weights();
        // Working response less offset: index - offset + (y - mu) / mu.
        let response: Vec<f64> = (0..self.y.len())
            .into_par_iter()
            .with_min_len(BLOCK)
            .map(|r| {
                if self.weight[r] == 0.0 {
                    return 0.0;
                }
                let working = if self.mu[r] > 0.0 { (self.y[r] - self.mu[r]) / self.mu[r] } else { 0.0 };
                self.index[r] - self.offset.as_ref().map_or(0.0, |o| o[r]) + working
            })
            .collect();
        let used = self.absorber.sorted(used);
        let (projected, size) = self.absorber.project_many(&[&response]).remove(0);
        let rhs = Rhs { projected: &projected, size, tolerance: STEP };
        let Chosen { keep, dropped, columns, transform, scales, beside: rho, products } =
            regressors::choose(&mut self.absorber, model, &used, FIRST, Some(rhs))?;
        self.products += products;
        self.adopt(columns, transform);
        self.scales = scales;
        let rows = response.par_iter().zip(self.absorber.weight());
        self.gradient.par_iter_mut().zip(rows).with_min_len(BLOCK).for_each(|(g, (q, w))| *g = q * w);
        let delta = self.coefficients_step()?;
        let mut fitted = std::mem::take(&mut self.step);
        self.fitted_step(|r| response[r], &rho, &delta, &mut fitted);
        if let Some(offset) = &self.offset {
            fitted.iter_mut().zip(offset).for_each(|(f, o)| *f += o);
        }
        self.step = std::mem::replace(&mut self.index, fitted);
        self.beta = delta;
        self.deviance = self.refresh();
        self.shrink_first_step();
        Ok((keep, dropped))
    }

    /// A first step whose means leave the range of numbers is drawn towards its own mean, which stays in
    /// the span of effects or constant, or towards 0 where there is none.
    pub(super) fn shrink_first_step(&mut self) {
        let weight = &self.weight;
        let centre = if self.absorber.is_idle() {
            0.0
        } else {
            let total = sum_rows(weight.len(), |r| weight[r]);
            sum_rows(weight.len(), |r| if weight[r] > 0.0 { weight[r] * self.y[r] } else { 0.0 }).ln() - total.ln()
        };
        let mut halvings = 0;
        while !self.deviance.is_finite() && halvings < 60 {
            let offset = |r: usize| self.offset.as_ref().map_or(0.0, |o| o[r]);
            let drawn = |(r, i): (usize, &f64)| 0.5 * (i + offset(r)) + 0.5 * centre;
            self.index = self.index.iter().enumerate().map(drawn).collect();
            self.beta.iter_mut().for_each(|b| *b *= 0.5);
            self.deviance = self.refresh();
            halvings += 1;
        }
    }
}
