//! Which levers reach a goal at the least cost.

use std::path::Path;

use clap::Args;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::{Answer, PullFile, Watch, design};

use super::Question;
use super::negotiate::{DAY, chapters, model};
use crate::error::QueryError;
use crate::options::{CatalogueOptions, DataOptions, ImbalanceRule, PairOptions, ReadOptions};
use crate::query::{Query, Reply, Uses};
use crate::workspace::Workspace;

/// Which levers, pulled how far, reach a goal at the least cost to the first country, in a world of sectors with inputs
/// and tariffs. Every set of at most 12 levers is solved; levers that have a size are cut back until the goal is just
/// met and traded off against each other with exact slopes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// The one who pulls, and the other.
    #[command(flatten)]
    #[serde(flatten)]
    pub pair: PairOptions,
    /// The goal: 'turnover x 3', or a change of a country's real income such as 'welfare:RUS -1 %'
    #[arg(long, value_name = "GOAL")]
    pub goal: String,
    /// The levers: a TOML file (docs/design.md); by default those of a negotiation, or a tariff and dearer exports where
    /// the goal is a loss
    #[arg(long, value_name = "FILE")]
    #[serde(default)]
    pub levers: Option<String>,
    /// Limits: a TOML file (docs/design.md)
    #[arg(long, value_name = "FILE")]
    #[serde(default)]
    pub limits: Option<String>,
    /// Day whose measures stand; 2019-12-31 by default
    #[arg(long, value_name = "YYYY-MM-DD")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    #[serde(default)]
    pub date: Option<Date>,
    /// What happens to trade imbalances
    #[arg(long, value_enum, default_value_t)]
    #[serde(default)]
    pub imbalance: ImbalanceRule,
    /// The measures.
    #[command(flatten)]
    #[serde(flatten)]
    pub catalogue: CatalogueOptions,
    /// A folder of tables of sectors; the built-in world of 44 economies and 50 sectors by default.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataOptions,
    /// How they are read.
    #[command(flatten)]
    #[serde(flatten)]
    pub read: ReadOptions,
}

impl Design {
    pub(crate) fn find(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Answer, QueryError> {
        let pair = self.pair.pair()?;
        let goal: design::Goal = self.goal.parse()?;
        let file = self.levers.as_deref().map(|path| PullFile::read(Path::new(path))).transpose()?;
        let limits = self.limits.as_deref().map(|path| design::Limits::read(Path::new(path))).transpose()?;
        let model = model(workspace, self.imbalance, watch)?;
        let flows = chapters(workspace, pair, watch)?;
        watch.step("solving sets of levers", 0, 1)?;
        let asked = Design { pair: pair.into(), ..self.clone() };
        let question = design::Question {
            pair,
            goal,
            limits: limits.unwrap_or_default(),
            day: self.date.unwrap_or(DAY),
            file: file.as_ref(),
            flows: &flows,
            command: Query::Design(asked).command().to_string(),
        };
        Ok(design::answer(&model, workspace.catalogue(), &question)?)
    }
}

impl Question for Design {
    fn uses(&mut self) -> Uses<'_> {
        Uses {
            data: Some(&mut self.data.data),
            read: Some(&mut self.read),
            catalogue: Some(&mut self.catalogue.catalogue),
            files: vec![&mut self.levers, &mut self.limits],
        }
    }

    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        self.find(workspace, watch).map(Reply::from)
    }
}
