//! How closely the inner solver works, step by step.

/// Tolerance for the effects of regressors in the first step, where collinearity is judged.
pub(super) const FIRST: f64 = 1e-5;
/// The same in later steps, on top of what the step before left.
pub(super) const LATER: f64 = 1e-3;
/// The same once the iteration has ended, for the covariance.
pub(super) const LAST: f64 = 1e-8;
/// Tolerance for the step of the effects: each step reduces the error by at least this factor.
pub(super) const STEP: f64 = 1e-2;
/// The same when the end is near.
pub(super) const LAST_STEP: f64 = 1e-4;
/// The same for the last steps.
pub(super) const POLISH: f64 = 1e-6;
/// Passes for one step at most: an inexact step is a step all the same.
pub(super) const MOST_STEP_PRODUCTS: usize = 100;
/// Passes of the inner solver at most.
pub(super) const MOST_PRODUCTS: usize = 10_000;
