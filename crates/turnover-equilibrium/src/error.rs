//! Why a world is not one, a model does not settle, or a multiple is out of reach.

use thiserror::Error;

/// Why a table of flows is no world. Countries are named by their index.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum WorldError {
    /// Not n x n numbers, or fewer than two countries.
    #[error("a world of {n} countries needs {n} x {n} flows and at least two countries; {found} flows were given")]
    Shape {
        /// Countries.
        n: usize,
        /// Flows given.
        found: usize,
    },
    /// A flow is negative or not finite.
    #[error("the flow from country {exporter} to country {importer} is {value}; it must be finite and 0 or more")]
    Flow {
        /// Exporter's index.
        exporter: usize,
        /// Importer's index.
        importer: usize,
        /// The value.
        value: f64,
    },
    /// A country sells or buys nothing, so that its wage or price has no meaning.
    #[error("country {country} {what}")]
    Empty {
        /// The country's index.
        country: usize,
        /// What is missing.
        what: &'static str,
    },
    /// A country trades with none of the others, however indirectly, so that nothing ties its wage
    /// to theirs.
    #[error("no chain of trade links country {country} with the others")]
    Apart {
        /// The country's index.
        country: usize,
    },
}

/// Why an equilibrium was not found.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SolveError {
    /// A setting or shock is outside its range.
    #[error("{what} is {value}; {expected} was expected")]
    Input {
        /// The setting.
        what: &'static str,
        /// Its value.
        value: f64,
        /// The range.
        expected: &'static str,
    },
    /// Under additive imbalances a country's surplus has outgrown its income.
    #[error(
        "country {country} cannot pay for its trade surplus any more: with additive imbalances its spending \
         would fall to 0 or below"
    )]
    NoSpending {
        /// The country's index.
        country: usize,
    },
    /// Followed from today, the equilibrium ends before the whole change is there.
    #[error(
        "followed from today, the equilibrium ends at {:.0} % of the change: beyond it none was found",
        100.0 * share
    )]
    PathEnds {
        /// Part of the change that can be had.
        share: f64,
    },
    /// The iteration ended above the tolerance.
    #[error("the residual stands at {residual:.1e} after {iterations} iterations, above the tolerance {tolerance:.1e}")]
    NotConverged {
        /// Largest relative excess of sales over output.
        residual: f64,
        /// Newton steps taken.
        iterations: usize,
        /// What was asked.
        tolerance: f64,
    },
}

/// What stops a multiple from growing (or falling) further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitReason {
    /// However low the cost, the flows approach a ceiling (or, for a fall, a floor).
    Saturated,
    /// Beyond it a country with a fixed trade surplus could not spend anything.
    NoSpending {
        /// The country's index.
        country: usize,
    },
    /// Beyond it lower costs shrink the flows.
    TurnsBack,
    /// Beyond it the model could not be solved.
    NotSolved,
}

/// Why a multiple was not reached.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ReachError {
    /// The multiple is not a positive finite number.
    #[error("a multiple must be above 0 and finite; {0} was given")]
    Multiple(f64),
    /// The flows are zero today, and any multiple of nothing is nothing.
    #[error("the flows to be multiplied are zero today, and no multiple of zero is more than zero")]
    NoTrade,
    /// The lever moves none of the trade costs.
    #[error("the lever changes no trade cost")]
    NoLever,
    /// The multiple lies beyond what the lever can do.
    #[error("a multiple of {wanted} is out of reach: this lever gets at most to {limit:.6}")]
    Above {
        /// Asked for.
        wanted: f64,
        /// The supremum of what can be had.
        limit: f64,
        /// What stops it.
        reason: LimitReason,
    },
    /// The multiple lies below what the lever can do.
    #[error("a multiple of {wanted} is out of reach: this lever gets no lower than {limit:.6}")]
    Below {
        /// Asked for.
        wanted: f64,
        /// The infimum of what can be had.
        limit: f64,
        /// What stops it.
        reason: LimitReason,
    },
    /// The multiple lies within the limit, where costs change so much that rounding hides the answer.
    #[error("a multiple of {wanted} takes a change of costs so large that rounding hides its size")]
    Unresolved {
        /// Asked for.
        wanted: f64,
    },
    /// The equilibrium itself failed.
    #[error(transparent)]
    Solve(#[from] SolveError),
}
