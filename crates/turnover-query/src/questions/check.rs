//! Whether what was said is true.

use std::path::Path;
use std::sync::Arc;

use clap::Args;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use turnover_analysis::{AnalysisError, Answer, NamedWorld, Pair, Watch};
use turnover_brief::{Checked, Computed, Dossier, Evidence};
use turnover_data::Select;

use super::Question;
use crate::error::QueryError;
use crate::options::{CatalogueOptions, DataOptions, ReadOptions};
use crate::query::{Query, Reply, Uses};
use crate::workspace::Workspace;

/// Whether what was said is true: a dossier of statements, checked; the founding case by default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The dossier (docs/dossiers.md); the founding case by default
    #[arg(value_name = "FILE")]
    #[serde(default)]
    pub dossier: Option<String>,
    /// Answer with the checked claims as ClaimReview JSON-LD
    #[arg(long)]
    #[serde(default)]
    pub claim_review: bool,
    /// Answer with a dossier to begin with
    #[arg(long)]
    #[serde(default)]
    pub template: bool,
    /// The measures.
    #[command(flatten)]
    #[serde(flatten)]
    pub catalogue: CatalogueOptions,
    /// The figures.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataOptions,
    /// How they are read.
    #[command(flatten)]
    #[serde(flatten)]
    pub read: ReadOptions,
}

impl Check {
    fn dossier(&self, workspace: &Workspace) -> Result<Arc<Dossier>, QueryError> {
        match &self.dossier {
            Some(path) => Ok(Arc::new(Dossier::read(Path::new(path))?)),
            None => workspace.knowledge().dossier(),
        }
    }

    fn checked(&self, workspace: &Workspace, computed: Computed<'_>, watch: Watch<'_>) -> Result<Checked, QueryError> {
        let dossier = self.dossier(workspace)?;
        let pair = dossier.pair;
        let flows = workspace.flows(&Select::Pair(pair.a, pair.b), watch)?;
        let partners = workspace.partners(&Select::Partners(vec![pair.a, pair.b]), watch)?;
        let panel = workspace.knowledge().panel()?;
        let evidence = Evidence {
            flows: &flows,
            partners: &partners,
            world: world(workspace, None, pair, watch)?,
            catalogue: workspace.catalogue(),
            panel: &panel,
            computed,
        };
        Ok(dossier.check(&evidence, &Query::Check(self.clone()).command().to_string()))
    }

    pub(crate) fn find(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Answer, QueryError> {
        self.found(workspace, Computed::default(), watch)
    }

    /// The answer, resting on what has been computed already.
    pub(crate) fn found(
        &self,
        workspace: &Workspace,
        computed: Computed<'_>,
        watch: Watch<'_>,
    ) -> Result<Answer, QueryError> {
        Ok(self.checked(workspace, computed, watch)?.answer())
    }
}

/// The world beside a pair's figures. One that cannot be read is an error; one that is not a world is the reason
/// why what rests on it is not answered.
fn world(
    workspace: &Workspace,
    year: Option<i32>,
    pair: Pair,
    watch: Watch<'_>,
) -> Result<Result<NamedWorld, AnalysisError>, QueryError> {
    match workspace.beside().0.world(year, &[pair.a, pair.b], watch) {
        Ok(world) => Ok(Ok((*world).clone())),
        Err(QueryError::Analysis(e @ AnalysisError::World { .. })) => Ok(Err(e)),
        Err(e) => Err(e),
    }
}

impl Question for Check {
    fn uses(&mut self) -> Uses<'_> {
        Uses {
            data: Some(&mut self.data.data),
            read: Some(&mut self.read),
            catalogue: Some(&mut self.catalogue.catalogue),
            file: Some(&mut self.dossier),
        }
    }

    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        if self.template {
            if self.dossier.is_some() || self.claim_review {
                return Err(QueryError::call("‹template› goes with nothing else", "leave the other options out"));
            }
            let text = Dossier::template().to_owned();
            return Ok(Reply::Plain { json: Value::String(text.clone()), text });
        }
        if self.claim_review {
            let json = self.checked(workspace, Computed::default(), watch)?.claim_review();
            return Ok(Reply::Plain { text: format!("{json:#}\n"), json });
        }
        self.find(workspace, watch).map(Reply::from)
    }
}
