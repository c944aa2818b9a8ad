//! What changes of trade costs and tariffs would do, with one sector or many.

mod burden;
mod facts;
mod report;
mod resistance;
mod sectors;

use turnover_measures::Catalogue;

use crate::answer::Answer;
use crate::engine::Model;
use crate::error::AnalysisError;
use crate::pull::PullFile;
use crate::uncertain::Draws;

pub use burden::{BurdenFacts, Member};
pub use facts::{ChangeFacts, Changed, DecompositionFacts, RegionFacts, SimulateFacts, Terms, compute};
pub use report::report;
pub use resistance::{ResistanceFacts, ResistanceRow};
pub use sectors::{DiversionFacts, FlowFacts, Pairwise, SectorOutcome};

pub(crate) use facts::{measure_titles, regions};
pub(crate) use report::{draws_json, regions_table, size_words, welfare_chart, welfare_definition};
pub(crate) use sectors::{in_unit, money};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The changes; those on the same flow add up in log points.
    pub file: &'a PullFile,
    /// Whether and how to draw.
    pub draws: Option<Draws>,
    /// Whether every flow by sector is wanted.
    pub matrix: bool,
    /// A coalition whose burden is to be shared, such as `USA+EU`.
    pub coalition: Option<String>,
    /// The command that asks again, which findings name.
    pub command: String,
}

/// Answers the question.
///
/// # Errors
/// Where a change is not one of the model, no flow that changes is traded, or there is no equilibrium.
pub fn answer(model: &Model, catalogue: &Catalogue, question: &Question) -> Result<Answer, AnalysisError> {
    Ok(report(&compute(model, catalogue, question)?, &question.command))
}
