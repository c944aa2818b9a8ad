//! What changed trade costs would do.

use clap::Args;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::{Watch, simulate};

use super::Question;
use super::reach::{changes, model};
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
    /// Add every flow by sector, exporter and importer as a table, for --out FILE.parquet --part simulate.matrix;
    /// many sectors only
    #[arg(long)]
    #[serde(default)]
    pub matrix: bool,
    /// A coalition, such as USA+EU: the transfers among its members that equalise what the changes cost them; many
    /// sectors only
    #[arg(long, value_name = "A+B")]
    #[serde(default)]
    pub burden: Option<String>,
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
            files: vec![&mut self.scenario],
        }
    }

    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        let command = Query::Simulate(self.clone()).command().to_string();
        let Some((file, _)) = changes(self.scenario.as_deref(), &self.change, "")? else {
            return Err(QueryError::call(
                "no change of trade costs is given",
                "add ‹change FROM:TO=CHANGE›, for example USA:RUS=-20%, or ‹scenario FILE›",
            ));
        };
        let model = model(workspace, None, &file, &self.draw, &self.model, watch)?;
        watch.step("solving", 0, 1)?;
        let question = simulate::Question {
            file: &file,
            draws: self.draw.draws(),
            matrix: self.matrix,
            coalition: self.burden.clone(),
            command,
        };
        Ok(simulate::answer(&model, workspace.catalogue(), &question)?.into())
    }
}
