//! Dossiers: what was said, and whether it was true.

mod check;
mod draft;
mod judge;
mod moment;
mod read;
mod report;
mod review;
mod series;
mod since;
mod standing;
mod verdict;

use miette::Diagnostic;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use turnover_analysis::effect::Prevented;
use turnover_analysis::history::HistoryFacts;
use turnover_analysis::reach::ReachFacts;
use turnover_analysis::{AnalysisError, NamedWorld, Pair};
use turnover_data::{Flows, PairPanel};
use turnover_measures::Catalogue;

pub use check::{Bound, Check, Flow};
pub use draft::Article;
pub use judge::Checked;
pub use moment::Moment;
pub use since::{Change, changes, feed, turns};
pub use turnover_statements::Kind;
pub use verdict::Verdict;

/// Why a dossier cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum DossierError {
    /// It cannot be read or is not of the schema.
    #[error("{path}: {what}")]
    #[diagnostic(help("{help}"))]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        what: String,
        /// What to do.
        help: String,
    },
    /// The pair is none.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Pair(#[from] AnalysisError),
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Unique in the dossier.
    pub id: String,
    /// When it was said.
    pub date: Moment,
    /// Who said it.
    pub speaker: String,
    /// As what.
    pub role: String,
    /// What kind.
    pub kind: Kind,
    /// What about.
    pub topic: String,
    /// What, paraphrased.
    pub said: String,
    /// Where it was reported.
    pub source: String,
    /// The report's address.
    pub url: Option<String>,
    /// What became of it.
    pub status: Option<Status>,
    /// As of when.
    pub status_date: Option<Moment>,
    /// Remark.
    pub status_note: Option<String>,
    /// What keeps it from being checked, and what would decide it.
    pub undecided: Option<String>,
    /// Whose trade, where it is not that of the dossier.
    pub pair: Option<[String; 2]>,
    /// How to check it, where it makes one claim.
    pub check: Option<Check>,
    /// How to check it, where it makes several.
    #[serde(default)]
    pub checks: Vec<Check>,
}

impl Statement {
    /// The claims that it makes.
    pub fn claims(&self) -> impl Iterator<Item = &Check> {
        self.check.iter().chain(&self.checks)
    }
}

/// What became of an offer or promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nothing yet.
    Open,
    /// It was done.
    Kept,
    /// It was not done, and will not be.
    Broken,
    /// Its author took it back.
    Withdrawn,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Kept => "kept",
            Status::Broken => "broken",
            Status::Withdrawn => "withdrawn",
        }
    }
}

/// A dossier.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whose trade.
    pub pair: Pair,
    /// The day as of which ages are counted.
    pub as_of: jiff::civil::Date,
    /// The statements.
    pub statements: Vec<Statement>,
}

/// What the statements are checked against, beside the built-in series of the pair.
pub struct Evidence<'a> {
    /// The pair's flows.
    pub flows: &'a Flows,
    /// The trade of one of the two with many partners by product.
    pub partners: &'a Flows,
    /// The world.
    pub world: Result<NamedWorld, AnalysisError>,
    /// The measures.
    pub catalogue: &'a Catalogue,
    /// The histories of pairs.
    pub panel: &'a PairPanel,
    /// What has been computed already for the same pair and figures.
    pub computed: Computed<'a>,
}

/// Answers of a page that a check can rest on instead of computing them again.
#[derive(Debug, Clone, Default)]
pub struct Computed<'a> {
    /// What a multiple takes, with the usual settings.
    pub reach: Option<&'a ReachFacts>,
    /// How often it happened.
    pub history: Option<&'a HistoryFacts>,
    /// What bans prevented.
    pub prevented: Vec<Prevented>,
}
