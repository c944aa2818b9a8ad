//! What two sides could give each other.

use std::path::Path;
use std::sync::Arc;

use clap::Args;
use jiff::civil::{Date, date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::{Answer, Model, Pair, PullFile, Watch, defaults, negotiate};
use turnover_data::{Flows, Select};

use super::Question;
use crate::error::QueryError;
use crate::options::{CatalogueOptions, DataOptions, ImbalanceRule, PairOptions, ReadOptions};
use crate::query::{Query, Reply, Uses};
use crate::workspace::{EMBEDDED_YEAR, Workspace};

/// What each side could give so that both gain, in a world of sectors with inputs and tariffs: the real incomes of
/// both under every combination of levers, the combinations that neither can better, the solutions of Nash (1950) and
/// of Kalai and Smorodinsky (1975), and how a war of tariffs would end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct Negotiate {
    /// The two sides.
    #[command(flatten)]
    #[serde(flatten)]
    pub pair: PairOptions,
    /// The multiple of the pair's trade that is wished for
    #[arg(long, default_value_t = defaults::TIMES, allow_negative_numbers = true)]
    #[serde(default = "times")]
    pub times: f64,
    /// The levers of both sides: a TOML file (docs/negotiate.md); by default the measures of the catalogue that have a
    /// size, and each side's tariffs on the other's goods
    #[arg(long, value_name = "FILE")]
    #[serde(default)]
    pub levers: Option<String>,
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

fn times() -> f64 {
    defaults::TIMES
}

/// The last day of the founding case's year.
pub(crate) const DAY: Date = date(EMBEDDED_YEAR as i16, 12, 31);

/// The model of a negotiation: the built-in world of sectors, or the user's tables.
pub(crate) fn model(workspace: &Workspace, rule: ImbalanceRule, watch: Watch<'_>) -> Result<Model, QueryError> {
    let economy =
        if workspace.is_embedded() { workspace.sectors(None, None, watch)? } else { workspace.economy(watch)? };
    Ok(Model::many(economy, rule.into())?)
}

/// The pair's flows by chapter, which size measures.
pub(crate) fn chapters(workspace: &Workspace, pair: Pair, watch: Watch<'_>) -> Result<Arc<Flows>, QueryError> {
    Workspace::embedded_with(Arc::clone(workspace.knowledge())).flows(&Select::Pair(pair.a, pair.b), watch)
}

impl Negotiate {
    pub(crate) fn find(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Answer, QueryError> {
        let pair = self.pair.pair()?;
        let file = self.levers.as_deref().map(|path| PullFile::read(Path::new(path))).transpose()?;
        let model = model(workspace, self.imbalance, watch)?;
        let flows = chapters(workspace, pair, watch)?;
        watch.step("solving combinations", 0, 1)?;
        let asked = Negotiate { pair: pair.into(), ..self.clone() };
        let question = negotiate::Question {
            pair,
            times: self.times,
            day: self.date.unwrap_or(DAY),
            file: file.as_ref(),
            flows: &flows,
            command: Query::Negotiate(asked).command().to_string(),
        };
        Ok(negotiate::answer(&model, workspace.catalogue(), &question)?)
    }
}

impl Question for Negotiate {
    fn uses(&mut self) -> Uses<'_> {
        Uses {
            data: Some(&mut self.data.data),
            read: Some(&mut self.read),
            catalogue: Some(&mut self.catalogue.catalogue),
            files: vec![&mut self.levers],
        }
    }

    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        self.find(workspace, watch).map(Reply::from)
    }
}
