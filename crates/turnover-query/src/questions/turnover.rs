//! How much a pair trades.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::turnover::{self, BlocBooks, Books};
use turnover_analysis::{AnalysisError, Answer, Bloc, ChartKind, Mark, Pair, Watch};
use turnover_data::Select;
use turnover_data::reconcile::reconciled_flows;
use turnover_measures::{Catalogue, Measure};

use super::Question;
use crate::error::QueryError;
use crate::options::{CatalogueOptions, DataOptions, LedgerKind, PairOptions, PeriodOptions, ReadOptions};
use crate::query::{Query, Reply, Uses};
use crate::resolve::{Resolved, end_of};
use crate::workspace::Workspace;

/// How much a pair trades: level, trend, composition, both reporters. The trend marks measures that were in
/// force by the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct Turnover {
    /// Whose trade.
    #[command(flatten)]
    #[serde(flatten)]
    pub pair: PairOptions,
    /// Day of the measures, year of the flows.
    #[command(flatten)]
    #[serde(flatten)]
    pub period: PeriodOptions,
    /// Reports as they are, or one value reconciled from both sides' reports
    #[arg(long, value_enum, default_value_t)]
    #[serde(default)]
    pub ledger: LedgerKind,
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

impl Turnover {
    /// From the user's flows; else from the built-in world, which has an answer for any pair.
    pub(crate) fn find(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<(Resolved, Answer), QueryError> {
        let pair = self.pair.pair()?;
        let reconciled = self.ledger == LedgerKind::Reconciled;
        let flows = match reconciled && !workspace.is_embedded() {
            // Who reports how is learnt from all that there is.
            true => Arc::new(reconciled_flows(&*workspace.flows(&Select::All, watch)?)?),
            false => workspace.flows(&Select::Pair(pair.a, pair.b), watch)?,
        };
        let of_flows = Resolved::of(workspace, &flows, pair, self.period);
        let (resolved, mut answer) = if workspace.is_embedded() {
            let asked = self.period.year;
            let books = match Books::read(pair, of_flows.ok().map(|r| r.year).or(asked)) {
                // Chapters may be of a year of which the totals are not there.
                Err(_) if asked.is_none() => Books::read(pair, None)?,
                books => books?,
            };
            let books = if reconciled { books.with_reconciled()? } else { books };
            let resolved = Resolved { year: books.year, date: self.period.date.unwrap_or(end_of(books.year)) };
            (resolved, turnover::report(&books, &self.command(pair, resolved))?)
        } else {
            let resolved = of_flows?;
            let command = self.command(pair, resolved);
            let question = turnover::Question { pair, year: Some(resolved.year), command };
            (resolved, turnover::answer(&flows, &question)?)
        };
        mark_measures(&mut answer, workspace.catalogue(), pair, resolved.date);
        Ok((resolved, resolved.mark(answer)))
    }

    /// The same of groups of countries: sums over pairs of their members.
    fn find_blocs(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Answer, QueryError> {
        if self.ledger == LedgerKind::Reconciled {
            return Err(AnalysisError::NoBlocTrade {
                what: "the reconciled value is of two countries, and a group is named".to_owned(),
                help: "name two countries, or leave ‹ledger› out: both sides' reports then stand side by side"
                    .to_owned(),
            }
            .into());
        }
        let sides = |year: Option<i32>| -> Result<[Bloc; 2], QueryError> {
            // Without a year: those of the day on which the latest figures end.
            let day = self.period.date.unwrap_or(year.map_or(Date::MAX, end_of));
            Ok([Bloc::resolve(&self.pair.a, day)?, Bloc::resolve(&self.pair.b, day)?])
        };
        let asked = self.period.year.or(self.period.date.map(|d| i32::from(d.year())));
        let flows = match workspace.is_embedded() {
            true => None,
            false => Some(workspace.flows(&Select::All, watch)?),
        };
        let read = |sides: [Bloc; 2], year| match &flows {
            Some(flows) => BlocBooks::of_flows(sides, year, flows),
            None => BlocBooks::read(sides, year),
        };
        let first = read(sides(asked)?, asked)?;
        // The year decides who is a member.
        let of_year = sides(Some(first.year))?;
        let books = if of_year == first.sides { first } else { read(of_year, Some(first.year))? };
        let [a, b] = [books.sides[0].code.clone(), books.sides[1].code.clone()];
        let period = PeriodOptions { year: Some(books.year), date: self.period.date };
        let command = Query::Turnover(Turnover { pair: PairOptions { a, b }, period, ..self.clone() }).command();
        let resolved = Resolved { year: books.year, date: self.period.date.unwrap_or(end_of(books.year)) };
        Ok(resolved.mark(turnover::report_blocs(&books, &command.to_string())))
    }

    fn command(&self, pair: Pair, resolved: Resolved) -> String {
        // The end of the year is usual.
        let date = self.period.date.filter(|d| *d != end_of(resolved.year));
        let period = PeriodOptions { year: Some(resolved.year), date };
        Query::Turnover(Turnover { pair: pair.into(), period, ..self.clone() }).command().to_string()
    }
}

impl Question for Turnover {
    fn uses(&mut self) -> Uses<'_> {
        Uses {
            data: Some(&mut self.data.data),
            read: Some(&mut self.read),
            catalogue: Some(&mut self.catalogue.catalogue),
            files: Vec::new(),
        }
    }

    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        if Bloc::is_named(&self.pair.a) || Bloc::is_named(&self.pair.b) {
            return self.find_blocs(workspace, watch).map(Into::into);
        }
        self.find(workspace, watch).map(|(_, answer)| answer.into())
    }
}

/// Marks on the trend when measures between the pair began, by year.
fn mark_measures(level: &mut Answer, catalogue: &Catalogue, pair: Pair, until: Date) {
    let mut years: BTreeMap<i16, Vec<&Measure>> = BTreeMap::new();
    for m in &catalogue.measures {
        let first = m
            .targets
            .iter()
            .map(|t| t.from)
            .filter(|from| *from <= until && (m.concerns(pair.a, pair.b, *from) || m.concerns(pair.b, pair.a, *from)))
            .min();
        if let Some(day) = first {
            years.entry(day.year()).or_default().push(m);
        }
    }
    for chart in level.charts.iter_mut().filter(|c| c.id == "turnover.trend") {
        if let ChartKind::Lines { marks, .. } = &mut chart.kind {
            marks.extend(years.iter().map(|(year, measures)| Mark {
                x: f64::from(*year),
                label: match measures[..] {
                    [one] => one.title.clone(),
                    _ => format!("{} measures", measures.len()),
                },
            }));
        }
    }
}
