//! Where a pair's trade has room.

use clap::Args;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::{AnalysisError, Answer, Pair, Watch, potential};
use turnover_data::{Select, builtin};

use super::Question;
use crate::error::QueryError;
use crate::options::{CatalogueOptions, DataOptions, PairOptions, PeriodOptions, ReadOptions, SupposeOptions};
use crate::query::{Query, Reply, Uses};
use crate::resolve::{Resolved, end_of};
use crate::workspace::Workspace;

/// Products with unrealised potential (Decreux and Spies 2016), under measures and free of them. Needs the
/// trade of many countries by product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct Potential {
    /// Whose trade.
    #[command(flatten)]
    #[serde(flatten)]
    pub pair: PairOptions,
    /// Day of the measures, year of the flows.
    #[command(flatten)]
    #[serde(flatten)]
    pub period: PeriodOptions,
    /// Measures that are supposed lifted or in force.
    #[command(flatten)]
    #[serde(flatten)]
    pub suppose: SupposeOptions,
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

impl Potential {
    pub(crate) fn find(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Answer, QueryError> {
        self.suppose.check()?;
        let pair = self.pair.pair()?;
        if workspace.is_embedded() {
            return self.built_in(workspace, pair, watch);
        }
        let own = workspace.flows(&Select::Pair(pair.a, pair.b), watch)?;
        // Two that do not trade have potential all the same.
        let resolved = match Resolved::of(workspace, &own, pair, self.period) {
            Err(QueryError::Analysis(AnalysisError::NoTrade { .. })) => None,
            other => Some(other?),
        };
        let period = resolved.map_or(self.period, Resolved::period);
        // The end of the year is usual.
        let date = period.date.filter(|d| resolved.is_none_or(|r| *d != end_of(r.year)));
        let asked = Potential { pair: pair.into(), period: PeriodOptions { date, ..period }, ..self.clone() };
        let question = potential::Question {
            pair,
            year: period.year,
            date: period.date,
            lift: self.suppose.lift.clone(),
            bring: self.suppose.bring.clone(),
            command: Query::Potential(asked).command().to_string(),
        };
        let answer =
            workspace.with_all(watch, |flows| potential::answer(flows, workspace.catalogue(), &question))??;
        Ok(match resolved {
            Some(resolved) => resolved.mark(answer),
            None => answer,
        })
    }
}

impl Potential {
    /// From the built-in chapters of all pairs, which are of one year.
    fn built_in(&self, workspace: &Workspace, pair: Pair, watch: Watch<'_>) -> Result<Answer, QueryError> {
        let year = builtin::Table::PairChapters2024.facts()?.years.1;
        if let Some(asked) = self.period.year.filter(|y| *y != year) {
            return Err(QueryError::failed(
                format!("the built-in trade of all countries by chapter is of {year}, not of {asked}"),
                format!("leave the year out or ask for {year}, or give flows of {asked} with ‹data FILE›"),
            ));
        }
        let period = PeriodOptions { year: Some(year), ..self.period };
        let asked = Potential { pair: pair.into(), period, ..self.clone() };
        let question = potential::Question {
            pair,
            year: Some(year),
            date: self.period.date,
            lift: self.suppose.lift.clone(),
            bring: self.suppose.bring.clone(),
            command: Query::Potential(asked).command().to_string(),
        };
        let answer =
            workspace.with_all(watch, |flows| potential::answer(flows, workspace.catalogue(), &question))??;
        let resolved = Resolved { year, date: self.period.date.unwrap_or(end_of(year)) };
        Ok(resolved.mark(answer))
    }
}

impl Question for Potential {
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
