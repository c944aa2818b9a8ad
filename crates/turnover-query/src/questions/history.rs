//! How often pairs multiplied their trade.

use clap::Args;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::history::HistoryFacts;
use turnover_analysis::{Answer, Watch, defaults, history};

use super::Question;
use crate::error::QueryError;
use crate::options::{DataOptions, PairOptions, ReadOptions};
use crate::query::{Query, Reply, Uses};
use crate::workspace::Workspace;

/// How often pairs of that size multiplied their trade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// Whose trade.
    #[command(flatten)]
    #[serde(flatten)]
    pub pair: PairOptions,
    /// The multiple
    #[arg(long, allow_negative_numbers = true)]
    pub times: f64,
    /// Years within which the multiple is to be reached
    #[arg(long, default_value_t = defaults::HORIZON, allow_negative_numbers = true)]
    #[serde(default = "horizon")]
    pub years: i32,
    /// Smallest share of all trade for a pair to count; half of the pair's own share by default
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    #[serde(default)]
    pub least_share: Option<f64>,
    /// The figures.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataOptions,
    /// How they are read.
    #[command(flatten)]
    #[serde(flatten)]
    pub read: ReadOptions,
}

fn horizon() -> i32 {
    defaults::HORIZON
}

impl History {
    pub(crate) fn find(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Answer, QueryError> {
        Ok(history::report(&self.facts(workspace, watch)?))
    }

    /// The figures without words.
    pub(crate) fn facts(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<HistoryFacts, QueryError> {
        let pair = self.pair.pair()?;
        let panel = workspace.panel(watch)?;
        let asked = History { pair: pair.into(), ..self.clone() };
        let question = history::Question {
            pair,
            times: self.times,
            years: self.years,
            least_share: self.least_share.map(|p| p / 100.0),
            command: Query::History(asked).command().to_string(),
        };
        Ok(history::compute(&panel, &question)?)
    }
}

impl Question for History {
    fn uses(&mut self) -> Uses<'_> {
        Uses { data: Some(&mut self.data.data), read: Some(&mut self.read), catalogue: None, files: Vec::new() }
    }

    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        self.find(workspace, watch).map(Reply::from)
    }
}
