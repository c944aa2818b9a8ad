//! Both books of every pair by year, in one piece: what base rates, shares and reconciled values are
//! counted from.

use std::collections::BTreeMap;

use crate::country::Iso3;
use crate::error::DataError;
use crate::flows::Source;

use super::packed::Side;
use super::{Table, each_series};

/// Exports of one country to another by year, by both reports.
#[derive(Debug, Clone, PartialEq)]
pub struct BookedFlow {
    /// Where the goods come from.
    pub exporter: Iso3,
    /// Where they go.
    pub importer: Iso3,
    /// The exporter's reports, FOB, as (year, US dollars), years ascending.
    pub by_exporter: Vec<(i32, f64)>,
    /// The importer's reports, CIF, likewise.
    pub by_importer: Vec<(i32, f64)>,
}

impl BookedFlow {
    /// The report of one side for a year; `None` where it does not report.
    pub fn report(&self, side: Side, year: i32) -> Option<f64> {
        let book = if side == Side::Exports { &self.by_exporter } else { &self.by_importer };
        book.binary_search_by_key(&year, |r| r.0).ok().map(|at| book[at].1)
    }
}

/// Both books of every pair by year.
#[derive(Debug, Clone)]
pub struct BothBooks {
    /// First year.
    pub first_year: i32,
    /// Last year.
    pub last_year: i32,
    /// The flows in the order of exporter and importer.
    pub flows: Vec<BookedFlow>,
    /// Where they come from.
    pub source: Source,
    /// The source's caveats.
    pub caveats: Vec<String>,
}

impl BothBooks {
    /// Direction of Trade, 1960-2020.
    pub fn direction_of_trade() -> Result<Self, DataError> {
        let mut flows: BTreeMap<(Iso3, Iso3), BookedFlow> = BTreeMap::new();
        let (mut first_year, mut last_year) = (i32::MAX, i32::MIN);
        each_series(Table::DirectionOfTrade, &mut |s| {
            let flow = flows.entry((s.exporter, s.importer)).or_insert_with(|| BookedFlow {
                exporter: s.exporter,
                importer: s.importer,
                by_exporter: Vec::new(),
                by_importer: Vec::new(),
            });
            if let (Some(first), Some(last)) = (s.values.first(), s.values.last()) {
                first_year = first_year.min(first.0);
                last_year = last_year.max(last.0);
            }
            let book = if s.side == Side::Exports { &mut flow.by_exporter } else { &mut flow.by_importer };
            *book = s.values;
        })?;
        let table = Table::DirectionOfTrade;
        Ok(BothBooks {
            first_year,
            last_year,
            flows: flows.into_values().collect(),
            source: table.source()?,
            caveats: table.facts()?.caveats.clone(),
        })
    }

    /// A flow, where either side reports it in any year.
    pub fn flow(&self, exporter: Iso3, importer: Iso3) -> Option<&BookedFlow> {
        let at = self.flows.binary_search_by_key(&(exporter, importer), |f| (f.exporter, f.importer)).ok()?;
        Some(&self.flows[at])
    }
}
