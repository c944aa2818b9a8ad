//! How to solve, and between which limits.

use crate::error::SolveError;
use crate::world::Imbalance;

/// Smallest trade elasticity: prices are powers of `-1 / theta`.
pub(crate) const LEAST_THETA: f64 = 0.01;
/// Largest trade elasticity.
pub(crate) const MOST_THETA: f64 = 100.0;
/// Largest partial effect in log points: the exponential of more overflows.
pub(crate) const MOST_LOG_POINTS: f64 = 690.0;

/// How to solve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Trade elasticity, above 0. Default 4 (Simonovska and Waugh 2014).
    pub theta: f64,
    /// What happens to imbalances. Default additive.
    pub imbalance: Imbalance,
    /// Largest excess of sales over output, relative to a country's trade (exports plus imports),
    /// at which the markets count as cleared. Default 1e-13.
    pub tolerance: f64,
    /// Newton steps at most. Default 100.
    pub max_iterations: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { theta: 4.0, imbalance: Imbalance::Additive, tolerance: 1e-13, max_iterations: 100 }
    }
}

/// Rounding keeps the residual of a large world above the tolerance; within this factor of it a
/// residual that falls no more is accepted.
pub(crate) const ROUNDING: f64 = 1e3;

/// Spending below this part of income at the end of the path: the surplus has eaten it up.
pub(crate) const NOTHING_LEFT: f64 = 0.2;

/// Refuses settings outside of the limits.
pub(crate) fn check(settings: &Settings) -> Result<(), SolveError> {
    if !(LEAST_THETA..=MOST_THETA).contains(&settings.theta) {
        return Err(SolveError::Input { what: "theta", value: settings.theta, expected: "a number from 0.01 to 100" });
    }
    if !(settings.tolerance > 0.0) {
        return Err(SolveError::Input {
            what: "the tolerance",
            value: settings.tolerance,
            expected: "a number above 0",
        });
    }
    Ok(())
}
