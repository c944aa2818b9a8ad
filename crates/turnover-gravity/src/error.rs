//! Why an estimate could not be made.

use thiserror::Error;

/// Why an estimate could not be made. Rows are those of the caller, from 0.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FitError {
    /// Vectors of different lengths.
    #[error("{what} has {found} rows, the outcome has {expected}")]
    Length {
        /// What differs.
        what: String,
        /// Its rows.
        found: usize,
        /// The outcome's rows.
        expected: usize,
    },
    /// A value that is not a finite number.
    #[error("{what} is {value} in row {row}; finite numbers are needed")]
    NotFinite {
        /// Which variable.
        what: String,
        /// Row, from 0.
        row: usize,
        /// The value.
        value: f64,
    },
    /// Poisson needs outcomes of 0 or more.
    #[error("the outcome is {value} in row {row}; PPML needs values of 0 or more")]
    NegativeOutcome {
        /// Row, from 0.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A weight below zero.
    #[error("the weight is {value} in row {row}; weights must be 0 or more")]
    NegativeWeight {
        /// Row, from 0.
        row: usize,
        /// The value.
        value: f64,
    },
    /// Nothing to explain.
    #[error("the outcome is 0 in every row: there is nothing to explain")]
    AllZero,
    /// Nothing left after dropping.
    #[error("no observation is left: {0}")]
    NoRows(&'static str),
    /// Every regressor was dropped.
    #[error("no regressor is left: {0}")]
    NoVariation(String),
    /// More parameters than observations.
    #[error("{parameters} parameters for {rows} observations: no degree of freedom is left")]
    NoDegrees {
        /// Coefficients and effects.
        parameters: usize,
        /// Observations.
        rows: usize,
    },
    /// A cluster variable with fewer than two values.
    #[error("the clusters of `{name}` number {found}; at least 2 are needed")]
    Clusters {
        /// The variable.
        name: String,
        /// How many clusters there are.
        found: usize,
    },
    /// The iteration did not settle.
    #[error("no convergence after {iterations} iterations: the deviance still changes by {change:.1e} of itself")]
    NotConverged {
        /// Newton steps taken.
        iterations: usize,
        /// Relative change of the deviance in the last one.
        change: f64,
    },
    /// An offset over more logs than a mean can span.
    #[error("the offset runs from {low:.6} to {high:.6}, so that expected outcomes differ by a factor of e^{:.0}", high - low)]
    Offset {
        /// Its smallest value.
        low: f64,
        /// Its largest.
        high: f64,
    },
    /// Weights, or means, so far apart that double precision cannot hold them beside each other.
    #[error("rows weigh too differently: beside the heaviest ones the others are rounding")]
    Weights,
    /// Effects that hang together by too few rows.
    #[error("the fixed effects are connected by too few rows: no solution after {passes} passes over the data")]
    BadlyConnected {
        /// Passes over the data.
        passes: usize,
    },
    /// Whoever asked does not wait any more.
    #[error("stopped")]
    Stopped,
    /// A restriction on a coefficient that there is not.
    #[error("there is no coefficient `{0}`")]
    NoCoefficient(String),
    /// Two rows of a gravity panel for one flow.
    #[error("no bias correction: rows {first} and {second} are of the same exporter, importer and period")]
    SameFlow {
        /// Row, from 0.
        first: usize,
        /// Another.
        second: usize,
    },
    /// A bias correction that cannot be made.
    #[error("no bias correction: {0}")]
    Panel(String),
}

impl FitError {
    /// Whether the numbers, not the model, are what failed.
    pub(crate) fn is_numerical(&self) -> bool {
        matches!(self, FitError::NotConverged { .. } | FitError::Weights | FitError::BadlyConnected { .. })
    }
}
