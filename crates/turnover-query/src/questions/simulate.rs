//! What changed trade costs would do.

use clap::Args;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::{Watch, scenario, simulate};

use super::Question;
use super::reach::{changes, model, without_file};
use crate::error::QueryError;
use crate::lever::Lever;
use crate::options::{CatalogueOptions, DataOptions, DrawOptions, ModelOptions, ReadOptions};
use crate::query::{Query, Reply, Uses};
use crate::workspace::Workspace;

/// What changes of trade costs would do, in general equilibrium.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct Simulate {
    /// A change of trade costs, for example USA:RUS=-20%, *:RUS=+10% or USA:RUS=1.0986lp (log points);
    /// may be repeated
    #[arg(long, value_name = "FROM:TO=CHANGE")]
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub change: Vec<Lever>,
    /// Changes and tariffs in a TOML file (docs/scenarios.md)
    #[arg(long, value_name = "FILE")]
    #[serde(default)]
    pub scenario: Option<String>,
    /// The model, and draws through it.
    #[command(flatten)]
    #[serde(flatten)]
    pub draw: DrawOptions,
    /// The measures.
    #[command(flatten)]
    #[serde(flatten)]
    pub catalogue: CatalogueOptions,
    /// The equilibrium's settings.
    #[command(flatten)]
    #[serde(flatten)]
    pub model: ModelOptions,
    /// The figures.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataOptions,
    /// How they are read.
    #[command(flatten)]
    #[serde(flatten)]
    pub read: ReadOptions,
}

impl Question for Simulate {
    fn uses(&mut self) -> Uses<'_> {
        Uses {
            data: Some(&mut self.data.data),
            read: Some(&mut self.read),
            catalogue: Some(&mut self.catalogue.catalogue),
            file: Some(&mut self.scenario),
        }
    }

    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        let command = Query::Simulate(self.clone()).command().to_string();
        if self.scenario.is_none() {
            without_file(&self.draw, "scenario")?;
            let texts: Vec<String> = self.change.iter().map(ToString::to_string).collect();
            if texts.is_empty() {
                return Err(QueryError::call(
                    "no change of trade costs is given",
                    "add ‹change FROM:TO=CHANGE›, for example USA:RUS=-20%, or ‹scenario FILE›",
                ));
            }
            let changes = texts.iter().map(|t| simulate::Change::parse(t)).collect::<Result<Vec<_>, _>>()?;
            let world = workspace.world(self.model.world_year, watch)?;
            let question = simulate::Question {
                changes,
                theta: self.model.theta(),
                imbalance: self.model.imbalance.into(),
                command,
            };
            return Ok(simulate::answer(&world, &question)?.into());
        }
        let Some((file, _)) = changes(self.scenario.as_deref(), &self.change, "")? else {
            return Err(QueryError::call("no change of trade costs is given", "add ‹scenario FILE›"));
        };
        let model = model(workspace, &file, &self.draw, &self.model, watch)?;
        watch.step("solving", 0, 1)?;
        let question = scenario::Question { file: &file, draws: self.draw.draws(), command };
        Ok(scenario::answer(&model, workspace.catalogue(), &question)?.into())
    }
}
