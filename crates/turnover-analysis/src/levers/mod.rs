//! What it would take to multiply a pair's trade by `k`, over the levers that a government has: what
//! each gives alone, in which order, the fewest that are enough, and what is left for lower costs.

mod facts;
mod report;

use turnover_measures::Catalogue;

use crate::answer::Answer;
use crate::engine::Model;
use crate::error::AnalysisError;
use crate::pull::PullFile;
use crate::uncertain::Draws;

pub use facts::{LeverFacts, LeversFacts, Rest, RestDraws, compute};
pub use report::report;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// First country, by code or name.
    pub a: String,
    /// Second country.
    pub b: String,
    /// The multiple `k`.
    pub times: f64,
    /// The levers.
    pub file: &'a PullFile,
    /// Whether and how to draw.
    pub draws: Option<Draws>,
    /// The command that asks again, which findings name.
    pub command: String,
}

/// Answers the question.
///
/// # Errors
/// Where the pair does not trade, a lever is not one of the model, or there is no equilibrium.
pub fn answer(model: &Model, catalogue: &Catalogue, question: &Question) -> Result<Answer, AnalysisError> {
    Ok(report(&compute(model, catalogue, question)?, &question.command))
}
