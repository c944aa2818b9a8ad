//! How much of a pair's trade measures touch.

use clap::Args;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::effect::Prevented;
use turnover_analysis::{Answer, Watch, coverage};
use turnover_data::Select;

use super::Question;
use crate::error::QueryError;
use crate::options::{
    CatalogueOptions, ClaimOptions, DataOptions, PairOptions, PeriodOptions, ReadOptions, SupposeOptions,
};
use crate::query::{Query, Reply, Uses};
use crate::resolve::{self, Resolved};
use crate::workspace::Workspace;

/// How much of a pair's trade measures touch, under every definition. Coverage ratio and frequency index are
/// UNCTAD's; base-year weights as in Crozet and Hinz (2020).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Whose trade.
    #[command(flatten)]
    #[serde(flatten)]
    pub pair: PairOptions,
    /// Day of the measures, year of the flows.
    #[command(flatten)]
    #[serde(flatten)]
    pub period: PeriodOptions,
    /// The claim to judge.
    #[command(flatten)]
    #[serde(flatten)]
    pub claim: ClaimOptions,
    /// Measures that are supposed lifted or in force.
    #[command(flatten)]
    #[serde(flatten)]
    pub suppose: SupposeOptions,
    /// A watch list whose share of the trade is shown beside, as common-high-priority
    #[arg(long, value_name = "ID")]
    #[serde(default)]
    pub watch_list: Option<String>,
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

impl Coverage {
    pub(crate) fn find(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Answer, QueryError> {
        Ok(self.found(workspace, Vec::new(), watch)?.0)
    }

    /// The answer, resting on what is estimated already, with all that is then.
    pub(crate) fn found(
        &self,
        workspace: &Workspace,
        estimated: Vec<Prevented>,
        watch: Watch<'_>,
    ) -> Result<(Answer, Vec<Prevented>), QueryError> {
        self.suppose.check()?;
        let pair = self.pair.pair()?;
        coverage::known(workspace.catalogue(), pair, resolve::day(workspace, self.period))?;
        let flows = workspace.flows(&Select::Pair(pair.a, pair.b), watch)?;
        let resolved = Resolved::of(workspace, &flows, pair, self.period)?;
        let partners = workspace.partners(&Select::Partners(vec![pair.a, pair.b]), watch)?;
        let asked = Coverage { pair: pair.into(), period: resolved.period(), ..self.clone() };
        let question = coverage::Question {
            pair,
            date: Some(resolved.date),
            year: Some(resolved.year),
            base_year: self.claim.base_year,
            claim: self.claim.claim / 100.0,
            lift: self.suppose.lift.clone(),
            bring: self.suppose.bring.clone(),
            estimated,
            watch_list: self.watch_list.clone(),
            command: Query::Coverage(asked).command().to_string(),
        };
        let facts = coverage::compute(&flows, Some(&partners), workspace.catalogue(), &question)?;
        Ok((resolved.mark(coverage::report(&facts)), facts.estimated))
    }
}

impl Question for Coverage {
    fn uses(&mut self) -> Uses<'_> {
        Uses {
            data: Some(&mut self.data.data),
            read: Some(&mut self.read),
            catalogue: Some(&mut self.catalogue.catalogue),
            files: Vec::new(),
        }
    }

    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        self.find(workspace, watch).map(Reply::from)
    }
}
