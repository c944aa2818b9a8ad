//! Where trade that a measure stops went.

use clap::Args;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::{Answer, Watch, diversion};
use turnover_data::Select;
use turnover_measures::{Catalogue, Direction, Party};

use super::Question;
use super::effect::{named, of_sender, product_codes};
use crate::error::QueryError;
use crate::options::{CatalogueOptions, DataOptions, PeriodOptions, ReadOptions};
use crate::query::{Query, Reply, Uses};
use crate::workspace::Workspace;

/// Where the trade went: third countries by excess, what was lost, how often the search errs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct Diversion {
    /// Id of the measure, for example rus-2014-food
    #[serde(default)]
    pub measure: Option<String>,
    /// Instead of a measure: the one on imports between two countries that names most codes and whose effect
    /// these figures can show
    #[arg(long, value_name = "A:B")]
    #[serde(default)]
    pub between: Option<String>,
    /// Day of the measures, year of the flows.
    #[command(flatten)]
    #[serde(flatten)]
    pub period: PeriodOptions,
    /// Products that count as covered, for example 02,03,04; those of which the measure names a third of the
    /// headings by default
    #[arg(long, value_name = "HS,HS", value_delimiter = ',')]
    #[serde(default)]
    pub products: Vec<String>,
    /// A watch list whose products count as covered, for example common-high-priority
    #[arg(long, value_name = "ID")]
    #[serde(default)]
    pub watch_list: Option<String>,
    /// Of a measure on exports: what those who stop them deliver to third countries instead, by which goods may
    /// pass through
    #[arg(long)]
    #[serde(default)]
    pub departures: bool,
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

impl Diversion {
    pub(crate) fn find(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Answer, QueryError> {
        if self.watch_list.is_some() && !self.products.is_empty() {
            return Err(QueryError::call("‹products› and ‹watch_list› both say what is covered", "leave one out"));
        }
        let (measure, _) = named(workspace, self.measure.as_deref(), self.between.as_deref(), self.period, watch)?;
        let catalogue = workspace.catalogue();
        let whose = if self.departures { of_sender(catalogue, &measure) } else { importers(catalogue, &measure) };
        let flows = workspace.partners(&whose, watch)?;
        let asked = Diversion {
            measure: Some(measure.clone()),
            between: None,
            period: PeriodOptions::default(),
            ..self.clone()
        };
        let question = diversion::Question {
            measure,
            products: product_codes(&self.products)?,
            watch_list: self.watch_list.clone(),
            route: if self.departures { diversion::Route::Departures } else { diversion::Route::Arrivals },
            command: Query::Diversion(asked).command().to_string(),
        };
        Ok(diversion::answer(&flows, catalogue, &question, watch)?)
    }
}

impl Question for Diversion {
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

/// The flows in which trade that a measure stops can have gone around it: those of who imports.
fn importers(catalogue: &Catalogue, measure: &str) -> Select {
    let Some(m) = catalogue.measure(measure) else { return Select::All };
    if m.direction != Direction::Export {
        return of_sender(catalogue, measure);
    }
    let country = |p: Party| if let Party::Country(c) = p { Some(c) } else { None };
    m.targets.iter().map(|t| country(t.party)).collect::<Option<Vec<_>>>().map_or(Select::All, Select::Partners)
}
