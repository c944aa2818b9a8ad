//! Why a question has no answer.

use miette::Diagnostic;
use thiserror::Error;
use turnover_data::{DataError, Iso3};
use turnover_equilibrium::{LimitReason, ReachError, SolveError};
use turnover_measures::CatalogueError;

use crate::format;

/// Why a question has no answer, and what to do.
#[derive(Debug, Error, Diagnostic)]
pub enum AnalysisError {
    /// The data cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Data(#[from] DataError),
    /// The catalogue cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A country cannot trade with itself.
    #[error("{0} is named twice: a pair needs two countries")]
    #[diagnostic(help("name two different countries, such as USA RUS"))]
    SamePair(Iso3),
    /// The flows do not hold the pair.
    #[error("{source_name} holds no trade between {a} and {b}")]
    NoTrade {
        /// First country.
        a: Iso3,
        /// Second country.
        b: Iso3,
        /// The table.
        source_name: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// No trade of groups of countries.
    #[error("{what}")]
    NoBlocTrade {
        /// What is missing or does not fit.
        what: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// The year is not in the data.
    #[error("there is no trade between {a} and {b} in {year} in {source_name}")]
    NoYear {
        /// First country.
        a: Iso3,
        /// Second country.
        b: Iso3,
        /// The year.
        year: i32,
        /// The table.
        source_name: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// A number is outside its range.
    #[error("{what} is {found}; expected {expected}")]
    Range {
        /// Which number.
        what: &'static str,
        /// What was given.
        found: String,
        /// What would have been right.
        expected: &'static str,
        /// What to do.
        #[help]
        help: String,
    },
    /// A table of flows cannot be used as a world.
    #[error("{source_name} cannot be used as a world trade matrix: {what}")]
    World {
        /// The table.
        source_name: String,
        /// Why not.
        what: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// The multiple is beyond what falling costs can do.
    #[error(
        "trade between {a} and {b} cannot be multiplied by {wanted}: at theta {theta} the limit is {limit}",
        wanted = format::multiple(*.wanted),
        limit = limit_words(*.limit)
    )]
    OutOfReach {
        /// First country.
        a: Iso3,
        /// Second country.
        b: Iso3,
        /// Asked for.
        wanted: f64,
        /// The limit.
        limit: f64,
        /// Trade elasticity.
        theta: f64,
        /// Why.
        #[help]
        reason: String,
    },
    /// The formula cannot be used.
    #[error("{what}")]
    Formula {
        /// Why not.
        what: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// The estimate could not be made.
    #[error("{what}")]
    Estimate {
        /// Why not.
        what: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// A file of levers or of a scenario cannot be used.
    #[error("{path}: {what}")]
    PullFile {
        /// The file.
        path: String,
        /// Why not.
        what: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// A change is not one of this model.
    #[error("{what}")]
    Change {
        /// Why not.
        what: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// Whoever asked does not wait any more.
    #[error("stopped before the answer was there")]
    #[diagnostic(help("ask again"))]
    Stopped,
    /// The world did not settle.
    #[error("the equilibrium was not found: {what}")]
    #[diagnostic(help(
        "try a smaller change, or another rule for trade imbalances: ‹imbalance balanced› or multiplicative; in a \
         file, deficits = \"zero\" or \"proportional\""
    ))]
    Unsolved {
        /// Why, with countries by name.
        what: String,
    },
}

pub(crate) fn limit_words(limit: f64) -> String {
    if limit >= 10.0 { format!("{limit:.0}") } else { format!("{limit:.4}") }
}

/// A solver's error with countries by name.
pub(crate) fn solve_error(error: &SolveError, countries: &[Iso3]) -> AnalysisError {
    let what = match error {
        SolveError::NoSpending { country } => format!(
            "with imbalances kept as they are, {} would have nothing left to spend",
            format::in_sentence(countries[*country].name())
        ),
        other => other.to_string(),
    };
    AnalysisError::Unsolved { what }
}

/// Why a lever gets no further, in words.
pub(crate) fn limit_reason(reason: LimitReason, rising: bool, countries: &[Iso3]) -> String {
    match reason {
        LimitReason::Saturated if !rising => {
            "however high the cost, the flows whose cost does not change remain".to_owned()
        }
        LimitReason::Saturated => {
            "however low the costs, trade with the pair is bounded by what the two can produce and spend".to_owned()
        }
        LimitReason::NoSpending { country } => format!(
            "beyond it {} could not pay for its trade surplus any more, which is kept fixed",
            format::in_sentence(countries[country].name())
        ),
        LimitReason::TurnsBack => "beyond it lower costs shrink the pair's trade".to_owned(),
        LimitReason::NotSolved => {
            "beyond it there is no equilibrium that keeps every country's trade imbalance as it is; the rules that let \
             imbalances move with income, or do without them, go farther"
                .to_owned()
        }
    }
}

/// A goal-seek's error with countries by name.
pub(crate) fn reach_error(error: ReachError, a: Iso3, b: Iso3, theta: f64, countries: &[Iso3]) -> AnalysisError {
    match error {
        ReachError::Above { wanted, limit, reason } | ReachError::Below { wanted, limit, reason } => {
            let reason = limit_reason(reason, wanted > 1.0, countries);
            AnalysisError::OutOfReach { a, b, wanted, limit, theta, reason }
        }
        ReachError::Multiple(k) => AnalysisError::Range {
            what: "‹times›",
            found: k.to_string(),
            expected: "a number above 0",
            help: "2 doubles the trade, 0.5 halves it".to_owned(),
        },
        ReachError::NoTrade => AnalysisError::World {
            source_name: "the world".to_owned(),
            what: format!("{a} and {b} do not trade in it, and no multiple of zero is more than zero"),
            help: "choose another pair or another ‹data›".to_owned(),
        },
        unresolved @ ReachError::Unresolved { .. } => AnalysisError::Unsolved { what: unresolved.to_string() },
        ReachError::NoLever => AnalysisError::Unsolved { what: "no trade cost is changed".to_owned() },
        ReachError::Solve(e) => solve_error(&e, countries),
    }
}
