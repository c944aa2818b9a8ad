//! The table of a negotiation: what each of two sides could give, what every combination is worth to both, which
//! combinations neither can better, and how a war of tariffs would end.

mod facts;
mod report;
mod setting;
mod stakes;
mod war;

use jiff::civil::Date;
use turnover_data::Flows;
use turnover_measures::Catalogue;

use crate::answer::Answer;
use crate::engine::Model;
use crate::error::AnalysisError;
use crate::pair::Pair;
use crate::pull::PullFile;

pub(crate) use setting::Setting;
pub(crate) use stakes::{Stake, StakeKind};

pub use facts::{DealFacts, LeverFacts, NegotiateFacts, RestFacts, compute};
pub use report::report;
pub use war::{WarFacts, tariff_war};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The two sides.
    pub pair: Pair,
    /// The multiple of the pair's trade that is wished for.
    pub times: f64,
    /// The day whose measures stand.
    pub day: Date,
    /// The levers; those of the catalogue and the sides' tariffs if `None`.
    pub file: Option<&'a PullFile>,
    /// The pair's flows by chapter.
    pub flows: &'a Flows,
    /// The command that asks again, which findings name.
    pub command: String,
}

/// What levers are of: a pair, the measures that stand between them on a day, and the levers of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) pair: Pair,
    pub(crate) day: Date,
    pub(crate) file: Option<&'a PullFile>,
    pub(crate) flows: &'a Flows,
}

/// Answers the question.
///
/// # Errors
/// Where a lever is not one of the model, no side has one, or there is no equilibrium.
pub fn answer(model: &Model, catalogue: &Catalogue, question: &Question) -> Result<Answer, AnalysisError> {
    Ok(report(&compute(model, catalogue, question)?, &question.command))
}
