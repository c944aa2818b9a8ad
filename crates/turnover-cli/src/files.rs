//! `data export` and `data describe`.

use std::path::Path;
use std::sync::Arc;

use turnover_analysis::{Answer, Cell, Pair, Table, Unit};
use turnover_brief::Document;
use turnover_data::Select;
use turnover_measures::Catalogue;
use turnover_query::options::{DataOptions, ReadOptions};
use turnover_query::{Knowledge, Workspace, shell};

use crate::errors::CliError;
use crate::measures;
use crate::output::Output;

pub(crate) fn describe(
    file: &Path,
    read: &ReadOptions,
    year: Option<&String>,
    output: &Output,
) -> Result<(), CliError> {
    let mut options = read.flow_options()?;
    options.columns.year = options.columns.year.or_else(|| year.cloned());
    measures::describe(&turnover_data::describe(file, &options)?, output)
}

/// Flows as a table, for other programs.
pub(crate) fn export(
    names: &[String],
    data: &DataOptions,
    read: &ReadOptions,
    output: &Output,
) -> Result<(), CliError> {
    let pair = match names {
        [a, b] => Some(Pair::resolve(a, b)?),
        _ => None,
    };
    if !output.writes() {
        return Err(CliError::Call(
            "flows are written to a file, and none was named".to_owned(),
            "add --out FILE.csv, .parquet or .dta".to_owned(),
        ));
    }
    let select = pair.map_or(Select::All, |p| Select::Pair(p.a, p.b));
    let workspace = Workspace::open(data, read, Arc::new(Knowledge::new(Catalogue::embedded()?)))?;
    let flows = output.watched("reading", |watch| workspace.flows(&select, watch))?;
    let mut table = Table::new(
        "flows",
        &flows.source.name,
        &[
            ("year", "Year", Unit::Year),
            ("reporter", "Reporter", Unit::Text),
            ("exporter", "Exporter", Unit::Text),
            ("importer", "Importer", Unit::Text),
            ("product", "Product (HS)", Unit::Text),
            ("value_usd", "Value, US dollars", Unit::Usd),
        ],
    );
    let of_pair =
        |f: &turnover_data::Flow| pair.is_none_or(|p| [(p.a, p.b), (p.b, p.a)].contains(&(f.exporter, f.importer)));
    table.rows = flows
        .iter()
        .filter(of_pair)
        .map(|f| {
            let reporter = f.reporter.map_or(Cell::Missing, |r| r.to_string().into());
            let [exporter, importer] = [f.exporter, f.importer].map(|c| Cell::from(c.to_string()));
            vec![
                f64::from(f.year).into(),
                reporter,
                exporter,
                importer,
                f.product.to_string().into(),
                f.value_usd.into(),
            ]
        })
        .collect();
    let words = pair.map_or_else(String::new, |p| format!(" {}", p.words()));
    let file = data.data.as_ref().map_or_else(String::new, |d| format!(" --data {}", shell::quoted(d)));
    let answer = Answer {
        command: format!("turnover data export{words}{file}"),
        title: format!("Flows of {}", flows.source.name),
        findings: Vec::new(),
        tables: vec![table],
        charts: Vec::new(),
        named: serde_json::Map::new(),
        headline: None,
    };
    output.answer(Document::from(answer), true)
}
