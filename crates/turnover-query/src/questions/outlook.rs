//! How likely the multiple is for this pair.

use clap::Args;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::{Answer, Watch, defaults, outlook};

use super::Question;
use crate::error::QueryError;
use crate::options::{DataOptions, PairOptions, ReadOptions};
use crate::query::{Query, Reply, Uses};
use crate::workspace::Workspace;

/// How likely the multiple is for this pair, from its size, growth, volatility, distance from its own peak and
/// sanctions on record; proven by rolling origin, and the base rate where that shows no skill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct Outlook {
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
    /// Growth of world trade in current dollars, per cent a year; that of the last twenty years by default
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    #[serde(default)]
    pub world_growth: Option<f64>,
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

impl Question for Outlook {
    fn uses(&mut self) -> Uses<'_> {
        Uses { data: Some(&mut self.data.data), read: Some(&mut self.read), catalogue: None, files: Vec::new() }
    }

    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        let pair = self.pair.pair()?;
        let panel = workspace.panel(watch)?;
        let asked = Outlook { pair: pair.into(), ..self.clone() };
        let question = outlook::Question {
            pair,
            times: self.times,
            years: self.years,
            world_growth: self.world_growth.map(|g| g / 100.0),
            command: Query::Outlook(asked).command().to_string(),
        };
        let answer: Answer = outlook::answer(&panel, &question)?;
        Ok(Reply::from(answer))
    }
}
