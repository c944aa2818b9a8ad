//! Newton steps until coefficients, effects and deviance stand still.

use std::sync::atomic::Ordering;

use rayon::prelude::*;

use super::state::State;
use super::tolerances::{LAST, LAST_STEP, LATER, MOST_PRODUCTS, MOST_STEP_PRODUCTS, POLISH, STEP};
use crate::error::FitError;
use crate::model::Settings;
use crate::result::Status;
use crate::sums::{BLOCK, sum_of_squares, sum_rows};

/// A coefficient of the basis that moves the index by so little counts as 0 beside it.
const LITTLE: f64 = 1e-2;
/// Size of a step of the index at which the effects count as still; the next one is smaller by
/// [`LAST_STEP`].
const STILL: f64 = 1e-6;
/// Largest step of the index of a single observation at the end: light levels, which the average does
/// not see, have arrived too.
const AT_REST: f64 = 1e-8;
/// What the residuals of a level may add up to at the end, against outcomes and means.
const BALANCE: f64 = 1e-6;
/// Change of the deviance that says nothing more.
const SILENT: f64 = 1e-13;
/// Steps without such a change after which coefficients that still move are not waited for.
const MOST_STILL: usize = 25;
/// A larger one is a level on its way.
const ON_THE_WAY: f64 = 0.05;

impl State {
    /// Iterates until coefficients and deviance stand still.
    pub(super) fn iterate(&mut self, settings: &Settings) -> Result<(usize, Status), FitError> {
        let mut change = f64::INFINITY;
        let mut still = 0;
        let mut polishing = false;
        for iteration in 1..=settings.max_iterations {
            if settings.stop.as_ref().is_some_and(|s| s.load(Ordering::Relaxed)) {
                return Err(FitError::Stopped);
            }
            let near = change < 1e-6;
            let mut delta = match (polishing, near) {
                (true, _) => self.newton(LAST, POLISH, MOST_PRODUCTS)?,
                (false, true) => self.newton(LATER, LAST_STEP, MOST_STEP_PRODUCTS)?,
                (false, false) => self.newton(LATER, STEP, MOST_STEP_PRODUCTS)?,
            };
            let before = self.deviance;
            self.take_step();
            self.deviance = self.refresh();
            // A step that overshoots is halved; the first-order conditions stay the same. The deviance is
            // a difference of sums of the size of `saturated`, and no better than their rounding.
            let slack = 1e-8 * before.abs() + 1e-13 * (1.0 + self.saturated.abs());
            let mut halvings = 0;
            while (!self.deviance.is_finite() || self.deviance > before + slack) && halvings < 30 {
                self.halve_step(&mut delta);
                self.deviance = self.refresh();
                halvings += 1;
            }
            if !self.deviance.is_finite() {
                return Err(FitError::NotConverged { iterations: iteration, change: f64::INFINITY });
            }
            for (b, d) in self.beta.iter_mut().zip(&delta) {
                *b += d;
            }
            change = (before - self.deviance).abs() / (0.1 + self.deviance.abs());
            let moved = self.largest_move(&delta);
            let at_rest = change < 1e-8 && moved <= settings.tolerance && self.step_size() <= STILL;
            // Averages are at rest before light rows are, on which a coefficient may hang: the last steps
            // are made closely.
            polishing |= at_rest || change < SILENT;
            if at_rest && self.largest_step() <= AT_REST && self.imbalance() <= BALANCE {
                return Ok((iteration, Status::Converged));
            }
            // Light levels may still be on their way, by one log a step.
            still = if change < SILENT && self.largest_step() < ON_THE_WAY { still + 1 } else { 0 };
            if still >= MOST_STILL {
                return Ok((iteration, Status::ConvergedInDeviance));
            }
        }
        Err(FitError::NotConverged { iterations: settings.max_iterations, change })
    }

    /// How far the means of a level are from its outcomes, against their size: the largest of all levels.
    pub(super) fn imbalance(&self) -> f64 {
        let size: Vec<f64> = (0..self.y.len()).map(|r| self.weight[r] * (self.y[r] + self.mu[r])).collect();
        let score: Vec<f64> = (0..self.y.len()).map(|r| self.weight[r] * (self.y[r] - self.mu[r])).collect();
        self.absorber.imbalance(&score, &size)
    }

    /// The largest last step of the index of an observation with a positive outcome. Those with 0 may be
    /// on their way to minus infinity, which is another question.
    pub(super) fn largest_step(&self) -> f64 {
        let own = |r: usize| if self.weight[r] > 0.0 && self.y[r] > 0.0 { self.step[r].abs() } else { 0.0 };
        (0..self.y.len()).into_par_iter().with_min_len(BLOCK).map(own).reduce(|| 0.0, f64::max)
    }

    /// The last step of the index, root mean square with the means as weights. Coefficients can
    /// stand still before the effects do, and errors need both.
    pub(super) fn step_size(&self) -> f64 {
        let weight = self.absorber.weight();
        let total = sum_rows(weight.len(), |r| weight[r]);
        (sum_of_squares(&self.step, weight) / total).sqrt()
    }

    /// The largest move of a coefficient of the basis, whose columns are of size 1.
    pub(super) fn largest_move(&self, delta: &[f64]) -> f64 {
        self.beta.iter().zip(delta).map(|(b, d)| d.abs() / (b.abs() + LITTLE)).fold(0.0, f64::max)
    }
}
