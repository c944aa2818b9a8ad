//! What an estimation says beside numbers: how it ended, and what took no part.

/// Which estimator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Poisson pseudo-maximum likelihood.
    Poisson,
    /// Least squares.
    LeastSquares,
}

/// How the iteration ended. A fit that has not converged is an error, not a fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Coefficients and deviance have settled.
    Converged,
    /// The deviance no longer differs from its last value, though coefficients still move by
    /// more than the tolerance: the data hardly determine them.
    ConvergedInDeviance,
}

/// A regressor that was left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Dropped {
    /// Its name.
    pub name: String,
    /// Why: collinear with the effects, or with regressors before it.
    pub reason: &'static str,
}

/// Why an observation takes no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The outcomes of one of its levels are all zero.
    ZeroLevel {
        /// Index of the family.
        family: usize,
    },
    /// A combination of regressors and effects is zero wherever the outcome is positive, and
    /// positive here.
    Combination,
    /// One of its levels has no other observation.
    Singleton {
        /// Index of the family.
        family: usize,
    },
}

/// An observation that takes no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Separated {
    /// Row of the caller, from 0.
    pub row: usize,
    /// Why.
    pub reason: Reason,
}

/// Shares of the outcome's variation that least squares explain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RSquared {
    /// Of the variation about the mean.
    pub overall: f64,
    /// The same by degrees of freedom; NaN without any.
    pub adjusted: f64,
    /// Of what the effects leave; `None` without effects.
    pub within: Option<f64>,
}
