//! Whether an estimate looks as if observations were separated.

use super::state::State;
use super::tolerances::{LATER, MOST_STEP_PRODUCTS, STEP};
use crate::error::FitError;

/// A move of the index by less, once the deviance stands still, is the approach to a finite value.
const MOVING: f64 = 0.05;
/// Steps in which such an approach ends.
const PATIENCE: usize = 3;
/// A mean below this share of the average is as good as zero: it fell there step by step, and is so
/// light that later steps need not move it.
const FALLEN: f64 = 1e-9;

/// Whether, with coefficients and deviance at rest, some observation with outcome 0 still falls or
/// has fallen to nothing. Without that there is no separation, and the search for it is spared.
pub(super) fn suspected(state: &mut State) -> Result<bool, FitError> {
    for patience in 0..=PATIENCE {
        if patience > 0 {
            state.drift()?;
        }
        if !state.any_zero(|step, _| !(step > -MOVING)) {
            return Ok(state.any_zero(|_, share| share < FALLEN));
        }
    }
    Ok(true)
}

impl State {
    /// For the separation check: one more step, which is kept.
    fn drift(&mut self) -> Result<(), FitError> {
        let delta = self.newton(LATER, STEP, MOST_STEP_PRODUCTS)?;
        self.take_step();
        for (b, d) in self.beta.iter_mut().zip(&delta) {
            *b += d;
        }
        self.deviance = self.refresh();
        Ok(())
    }

    /// Whether any observation with outcome 0 has a last step of the index, and a share of the
    /// average mean, that satisfy the condition.
    fn any_zero(&self, condition: impl Fn(f64, f64) -> bool) -> bool {
        let total: f64 = self.mu.iter().sum();
        let mean = total / self.mu.len() as f64;
        (0..self.y.len())
            .any(|r| self.weight[r] > 0.0 && self.y[r] == 0.0 && condition(self.step[r], self.mu[r] / mean))
    }
}
