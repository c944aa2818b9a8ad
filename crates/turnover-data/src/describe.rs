//! What is in a file of flows: years, countries, products, totals, gaps, duplicates.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde::Serialize;

use crate::country::Iso3;
use crate::error::DataError;
use crate::flows::Flow;
use crate::hs_table::{Editions, editions};
use crate::read::{FlowOptions, RawTable, Repeated, Resolved, resolve_file, resolve_table};

/// One year of a file.
#[derive(Debug, Clone, Default, Serialize)]
pub struct YearSummary {
    /// Number of flows.
    pub rows: usize,
    /// Sum of values, US dollars, each flow counted once: of two reports the importer's.
    pub total_usd: f64,
    /// Sum of what importers report; `None` where none does.
    pub by_importers_usd: Option<f64>,
    /// Sum of what exporters report; `None` where none does.
    pub by_exporters_usd: Option<f64>,
    /// Months that the year's flows are of; none where they are of the whole year.
    pub months: BTreeSet<u8>,
    /// Flows with the value 0.
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
    /// The source that knows such files, or `plain table`.
    pub format: String,
    /// The unit of the values in the file.
    pub unit: String,
    /// Flows, after the filter; rows that are totals of others or no flow are not among them.
    pub rows: usize,
    /// Rows read, after the filter.
    pub rows_read: usize,
    /// By year.
    pub years: BTreeMap<i32, YearSummary>,
    /// Years missing between the first and the last.
    pub missing_years: Vec<i32>,
    /// Exporters.
    pub exporters: BTreeSet<Iso3>,
    /// Importers.
    pub importers: BTreeSet<Iso3>,
    /// Reporters; empty where the file does not say.
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
    let (resolved, sha256) = resolve_file(path, options, Repeated::Count)?;
    Ok(of(resolved, sha256))
}

/// The same of a table that is already read.
pub fn describe_table(table: &RawTable, options: &FlowOptions) -> Result<Description, DataError> {
    Ok(of(resolve_table(table, options, Repeated::Count)?, table.sha256.clone()))
}

fn of(resolved: Resolved, sha256: String) -> Description {
    let mut d = Description {
        path: resolved.path.clone(),
        sha256,
        format: resolved.source.to_owned(),
        unit: resolved.unit.map_or_else(String::new, |u| u.name().to_owned()),
        rows_read: resolved.rows,
        products: resolved.levels.clone(),
        edition: editions(&resolved.codes),
        duplicates: resolved.duplicates,
        first_duplicate: resolved.first_duplicate.clone(),
        notes: resolved.notes.clone(),
        ..Description::default()
    };
    if resolved.totals > 0 {
        let values = if resolved.totals == 1 { "1 value is the total" } else { "values are totals" };
        let count = if resolved.totals == 1 { String::new() } else { format!("{} ", resolved.totals) };
        d.notes.push(format!("{count}{values} of others in the file; each value counts once."));
    }
    let mut present: BTreeMap<i32, BTreeSet<Iso3>> = BTreeMap::new();
    // By year and pair: the importer's report, the exporter's, and what nobody's name is on.
    let mut pairs: HashMap<(i32, Iso3, Iso3), [Option<f64>; 3]> = HashMap::new();
    // Flows come report by report, so what is counted by report is counted when it changes.
    let mut last: Option<Flow> = None;
    let mut sum = 0.0;
    let mut add = |d: &mut Description, flow: &Flow, sum: f64| {
        d.exporters.insert(flow.exporter);
        d.importers.insert(flow.importer);
        d.reporters.extend(flow.reporter);
        d.years.entry(flow.year).or_default().months.extend(flow.month);
        let by = match flow.reporter {
            Some(r) if r == flow.importer => 0,
            Some(_) => 1,
            None => 2,
        };
        let slot = &mut pairs.entry((flow.year, flow.exporter, flow.importer)).or_default()[by];
        *slot = Some(slot.unwrap_or(0.0) + sum);
    };
    for (_, flow) in resolved.iter() {
        d.rows += 1;
        d.own_trade += usize::from(flow.exporter == flow.importer);
        let same = |l: &Flow| {
            (l.year, l.month, l.reporter, l.exporter, l.importer)
                == (flow.year, flow.month, flow.reporter, flow.exporter, flow.importer)
        };
        if let Some(before) = last.filter(|l| !same(l)) {
            add(&mut d, &before, sum);
            sum = 0.0;
        }
        let year = d.years.entry(flow.year).or_default();
        year.rows += 1;
        year.zeros += usize::from(flow.value_usd == 0.0);
        sum += flow.value_usd;
        last = Some(flow);
    }
    if let Some(before) = last {
        add(&mut d, &before, sum);
    }
    for ((year, from, to), [importers, exporters, nobodys]) in pairs {
        let summary = d.years.entry(year).or_default();
        present.entry(year).or_default().extend([from, to]);
        summary.total_usd += importers.or(exporters).or(nobodys).unwrap_or(0.0);
        for (slot, value) in [(&mut summary.by_importers_usd, importers), (&mut summary.by_exporters_usd, exporters)] {
            if let Some(value) = value {
                *slot = Some(slot.unwrap_or(0.0) + value);
            }
        }
    }
    let all: BTreeSet<Iso3> = d.exporters.union(&d.importers).copied().collect();
    for (year, summary) in &mut d.years {
        summary.absent = all.difference(&present[year]).copied().collect();
    }
    if let (Some(first), Some(last)) = (d.years.keys().next(), d.years.keys().next_back()) {
        d.missing_years = (*first..*last).filter(|y| !d.years.contains_key(y)).collect();
    }
    d
}
