//! The designer: which levers, pulled how far, reach a goal at the least cost to the one who pulls them.

mod facts;
mod goal;
mod report;

use jiff::civil::Date;
use turnover_data::Flows;
use turnover_measures::Catalogue;

use crate::answer::Answer;
use crate::engine::Model;
use crate::error::AnalysisError;
use crate::pair::Pair;
use crate::pull::PullFile;

pub use facts::{AtSizes, DesignFacts, SizedLever, compute};
pub use goal::{Goal, Limits};
pub use report::report;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The one who pulls, and the other.
    pub pair: Pair,
    /// What is to be reached.
    pub goal: Goal,
    /// Within which limits.
    pub limits: Limits,
    /// The day whose measures stand.
    pub day: Date,
    /// The levers; those of a negotiation, or a tariff and dearer exports where the goal is a loss, if `None`.
    pub file: Option<&'a PullFile>,
    /// The pair's flows by chapter.
    pub flows: &'a Flows,
    /// The command that asks again, which findings name.
    pub command: String,
}

/// Answers the question.
///
/// # Errors
/// Where the goal or a lever cannot be read, or there is no equilibrium.
pub fn answer(model: &Model, catalogue: &Catalogue, question: &Question) -> Result<Answer, AnalysisError> {
    Ok(report(&compute(model, catalogue, question)?, &question.command))
}
