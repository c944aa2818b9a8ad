//! Whether what was said is true.

use std::path::Path;
use std::sync::Arc;

use clap::Args;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use turnover_analysis::{AnalysisError, Answer, NamedWorld, Pair, Table, Unit, Watch};
use turnover_brief::{Checked, Computed, Dossier, Evidence, changes, feed, turns};
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
    /// What changed since an earlier check, which --json=FILE wrote; the status is 3 where a verdict changed
    #[arg(long, value_name = "FILE.json")]
    #[serde(default)]
    pub since: Option<String>,
    /// Answer with the changes as an Atom feed
    #[arg(long)]
    #[serde(default)]
    pub atom: bool,
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
        let command = Query::Check(self.clone()).command().to_string();
        checked(&*self.dossier(workspace)?, workspace, computed, &command, watch)
    }

    /// What changed since an earlier check.
    fn changed(&self, path: &str, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        let wrong = |what: String| {
            QueryError::call(format!("{path}: {what}"), "name a file that turnover check --json=FILE wrote")
        };
        let text = std::fs::read_to_string(path).map_err(|e| wrong(format!("cannot be read ({})", e.kind())))?;
        let before: Value = serde_json::from_str(&text).map_err(|e| wrong(format!("is not JSON ({e})")))?;
        let checked = self.checked(workspace, Computed::default(), watch)?;
        let mut answer = checked.answer();
        let found = changes(&before, &Value::Object(answer.named.clone())).map_err(wrong)?;
        let list: Vec<Value> =
            found.iter().map(|c| json!({"statement": c.id, "kind": c.kind, "what": c.what})).collect();
        if self.atom {
            let day = checked.as_of().to_string();
            let json = json!({"changes": list, "verdict_changed": turns(&found)});
            return Ok(Reply::Plain { json, text: feed(checked.id(), &answer.title, &day, &found) });
        }
        let columns =
            [("statement", "Statement", Unit::Text), ("kind", "Kind", Unit::Text), ("what", "What", Unit::Text)];
        let mut table = Table::new("check.changes", "What changed since the earlier check", &columns);
        table.rows = found.iter().map(|c| vec![c.id.clone().into(), c.kind.into(), c.what.clone().into()]).collect();
        if found.is_empty() {
            table.rows.push(vec!["none".into(), "nothing".into(), "nothing changed".into()]);
        }
        answer.tables.insert(0, table);
        answer.named.insert("changes".into(), Value::Array(list));
        answer.named.insert("verdict_changed".into(), Value::Bool(turns(&found)));
        Ok(answer.into())
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

/// A dossier checked against what a workspace has of its pair.
pub(super) fn checked(
    dossier: &Dossier,
    workspace: &Workspace,
    computed: Computed<'_>,
    command: &str,
    watch: Watch<'_>,
) -> Result<Checked, QueryError> {
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
    Ok(dossier.check(&evidence, command))
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
            // A face that refuses files must see whichever is named.
            files: vec![&mut self.dossier, &mut self.since],
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
        match &self.since {
            Some(path) => self.changed(path, workspace, watch),
            None if self.atom => Err(QueryError::call(
                "‹atom› is of changes, and there is nothing to compare with",
                "name an earlier check: ‹since›",
            )),
            None => self.find(workspace, watch).map(Reply::from),
        }
    }
}
