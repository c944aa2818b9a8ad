//! Estimates by PPML or least squares: a question, the columns that it needs, models as numbers, findings and tables.

mod facts;
mod fault;
mod input;
mod memory;
mod predict;
mod question;
mod report;

use crate::answer::Answer;
use crate::error::AnalysisError;
use crate::watch::Watch;

pub use facts::{Estimated, models};
pub use input::Input;
pub use memory::Use;
pub use predict::{KnownColumn, LevelEffects, Predictor};
pub use question::{Question, Vcov};
pub use report::report;

/// Answers the question.
pub fn answer(input: &Input, question: &Question, watch: Watch<'_>) -> Result<Answer, AnalysisError> {
    Ok(report(input, question, &models(input, question, watch)?))
}
