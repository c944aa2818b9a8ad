//! What is in a file of flows: years, countries, products, totals, gaps, duplicates.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde::Serialize;

use crate::country::Iso3;
use crate::error::DataError;
use crate::hs::HsCode;
use crate::hs_table::{Editions, editions};
use crate::read::{FlowOptions, RawTable, each_flow};

/// One year of a file.
#[derive(Debug, Clone, Default, Serialize)]
pub struct YearSummary {
    /// Number of rows.
    pub rows: usize,
    /// Sum of values, US dollars.
    pub total_usd: f64,
    /// Rows with the value 0.
    pub zeros: usize,
    /// Countries that occur in other years of the file but not in this one.
    pub absent: Vec<Iso3>,
}

/// A file's content at a glance.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Description {
    /// The file.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Rows read, after the filter.
    pub rows: usize,
    /// By year.
    pub years: BTreeMap<i32, YearSummary>,
    /// Years missing between the first and the last.
    pub missing_years: Vec<i32>,
    /// Exporters.
    pub exporters: BTreeSet<Iso3>,
    /// Importers.
    pub importers: BTreeSet<Iso3>,
    /// Reporters; empty where the file does not tell.
    pub reporters: BTreeSet<Iso3>,
    /// Number of distinct products by number of digits (0 for all goods).
    pub products: BTreeMap<usize, usize>,
    /// Rows that repeat an earlier flow, with the place of the first such row.
    pub duplicates: usize,
    /// Where the first repeated flow is and what it is.
    pub first_duplicate: Option<String>,
    /// Rows whose exporter is the importer: domestic sales or re-imports.
    pub own_trade: usize,
    /// The editions of the Harmonized System that hold every heading and subheading of the file, among
    /// those stored, and the codes that none holds.
    pub edition: Editions,
    /// What was left out or converted on reading.
    pub notes: Vec<String>,
}

/// Reads a file and describes it. Duplicates are counted, every other fault is an error.
pub fn describe(path: &Path, options: &FlowOptions) -> Result<Description, DataError> {
    describe_table(&RawTable::read(path)?, options)
}

/// The same of a table that is already read.
pub fn describe_table(table: &RawTable, options: &FlowOptions) -> Result<Description, DataError> {
    let mut d = Description { path: table.path.clone(), sha256: table.sha256.clone(), ..Default::default() };
    let mut products: BTreeSet<HsCode> = BTreeSet::new();
    let mut present: BTreeMap<i32, BTreeSet<Iso3>> = BTreeMap::new();
    let mut seen = HashMap::with_capacity(table.rows);
    let notes = each_flow(table, options, |place, flow| {
        d.rows += 1;
        let year = d.years.entry(flow.year).or_default();
        year.rows += 1;
        year.total_usd += flow.value_usd;
        year.zeros += usize::from(flow.value_usd == 0.0);
        d.exporters.insert(flow.exporter);
        d.importers.insert(flow.importer);
        d.reporters.extend(flow.reporter);
        d.own_trade += usize::from(flow.exporter == flow.importer);
        products.insert(flow.product);
        present.entry(flow.year).or_default().extend([flow.exporter, flow.importer]);
        let key = (flow.year, flow.reporter, flow.exporter, flow.importer, flow.product);
        if let Some(first) = seen.insert(key, place) {
            d.duplicates += 1;
            d.first_duplicate.get_or_insert_with(|| {
                format!(
                    "{} to {}, {}, product {} on {first} and {place}",
                    flow.exporter, flow.importer, flow.year, flow.product
                )
            });
        }
        Ok(())
    })?;
    d.notes = notes;
    d.edition = editions(&products);
    for product in &products {
        *d.products.entry(product.level()).or_default() += 1;
    }
    let all: BTreeSet<Iso3> = d.exporters.union(&d.importers).copied().collect();
    for (year, summary) in &mut d.years {
        summary.absent = all.difference(&present[year]).copied().collect();
    }
    if let (Some(first), Some(last)) = (d.years.keys().next(), d.years.keys().next_back()) {
        d.missing_years = (*first..*last).filter(|y| !d.years.contains_key(y)).collect();
    }
    Ok(d)
}
