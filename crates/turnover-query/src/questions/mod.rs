//! The questions, one file each: options, and how they are answered from a workspace.

mod brief;
mod check;
mod coverage;
mod design;
mod diversion;
mod effect;
mod estimate;
mod history;
mod negotiate;
mod outlook;
mod potential;
mod reach;
mod read;
mod simulate;
mod turnover;

use turnover_analysis::{AnalysisError, Answer, Bloc, Pair, Watch};

use crate::error::QueryError;
use crate::options::PairOptions;
use crate::query::{Reply, Uses};
use crate::workspace::Workspace;

pub use brief::{Brief, Topic};
pub use check::Check;
pub use coverage::Coverage;
pub use design::Design;
pub use diversion::Diversion;
pub use effect::Effect;
pub use estimate::{Estimate, Estimator, SeparationDepth, SmallSampleFactors};
pub use history::History;
pub use negotiate::Negotiate;
pub use outlook::Outlook;
pub use potential::Potential;
pub use reach::Reach;
pub use read::Read;
pub use simulate::Simulate;
pub use turnover::Turnover;

/// What every question can do.
pub(crate) trait Question {
    /// The options that name files.
    fn uses(&mut self) -> Uses<'_>;

    /// Answers it.
    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError>;
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Reply::Document(Box::new(answer.into()))
    }
}

impl PairOptions {
    /// The two countries.
    ///
    /// # Errors
    /// Where one is not known, or both are the same.
    pub fn pair(&self) -> Result<Pair, QueryError> {
        if let Some(group) = [&self.a, &self.b].into_iter().find(|side| Bloc::is_named(side)) {
            return Err(AnalysisError::NoBlocTrade {
                what: format!("`{group}` is a group of countries, and this question takes two countries"),
                help: format!(
                    "name one of its members; how much a group trades is answered by: turnover turnover {} {}",
                    self.a, self.b
                ),
            }
            .into());
        }
        Ok(Pair::resolve(&self.a, &self.b)?)
    }
}

impl From<Pair> for PairOptions {
    fn from(pair: Pair) -> Self {
        PairOptions { a: pair.a.to_string(), b: pair.b.to_string() }
    }
}
