//! Where the trade went: third countries whose deliveries of the covered products rose when a
//! measure cut off others, what was lost, and how often the same search finds nothing.

mod comparison;
mod facts;
mod placebo;
mod report;

use turnover_data::{Flows, HsCode};
use turnover_measures::Catalogue;

use crate::answer::Answer;
use crate::error::AnalysisError;
use crate::watch::Watch;

pub use comparison::Excess;
pub use facts::{DiversionFacts, LostFlow, compute};
pub use placebo::Placebo;
pub use report::report;

/// Whose trade with third countries is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Route {
    /// What reaches the one that a measure cuts off, or that imposes it on imports: who took the place of others.
    #[default]
    Arrivals,
    /// What those who stop their exports deliver to third countries instead: where goods may pass through.
    Departures,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Id of the measure.
    pub measure: String,
    /// The chapters that count as covered; those of which the measure names a third of the headings,
    /// if `None`.
    pub products: Option<Vec<HsCode>>,
    /// A watch list of the catalogue whose products count as covered.
    pub watch_list: Option<String>,
    /// Whose trade with third countries is looked at.
    pub route: Route,
    /// The command that asks again.
    pub command: String,
}

/// Years before the measure that a flow is compared with.
pub(crate) const BEFORE: i32 = 4;
/// An excess is significant at this level.
pub(crate) const LEVEL: f64 = 0.05;

/// Answers the question.
///
/// # Errors
///
/// Those of [`compute`].
pub fn answer(
    flows: &Flows,
    catalogue: &Catalogue,
    question: &Question,
    watch: Watch<'_>,
) -> Result<Answer, AnalysisError> {
    Ok(report(&compute(flows, catalogue, question, watch)?))
}
