//! Importers of published lists: from a table of codes, of dated rates or of interventions to measures that a
//! catalogue file holds.

mod gta;
mod lists;

use jiff::civil::Date;
use miette::Diagnostic;
use thiserror::Error;
use turnover_data::{Edition, HsCode, RawColumn, RawTable};

use crate::measure::{Measure, Party};
use crate::words::{Direction, Instrument, Purpose};

pub use gta::global_trade_alert;
pub use lists::{code_list, dated_rates};

/// Why a list cannot be imported.
#[derive(Debug, Error, Diagnostic)]
pub enum ImportError {
    /// A column that is needed is missing.
    #[error("{path}: there is no column {wanted}; the columns are {found}")]
    #[diagnostic(help("docs/catalogue.md lists the columns of each kind of list"))]
    Column {
        /// The file.
        path: String,
        /// Which names would do.
        wanted: String,
        /// The columns that are there.
        found: String,
    },
    /// A cell cannot be read.
    #[error("{path}, {place}, column {column}: expected {expected}, found `{found}`")]
    #[diagnostic(help("mend the cell, or drop its row"))]
    Cell {
        /// The file.
        path: String,
        /// The line.
        place: String,
        /// The column.
        column: String,
        /// What would have been right.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// Something that the list does not hold must be given.
    #[error("{path}: {what}")]
    #[diagnostic(help("{help}"))]
    Missing {
        /// The file.
        path: String,
        /// What is missing.
        what: String,
        /// How to give it.
        help: String,
    },
}

/// What a list of codes does not say by itself.
#[derive(Debug, Clone)]
pub struct Heading {
    /// Id of the measure; groups of a list become groups of its products.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Who imposes it.
    pub sender: Party,
    /// On whom.
    pub target: Party,
    /// Which flows.
    pub direction: Direction,
    /// How it works.
    pub instrument: Instrument,
    /// What it is for.
    pub purpose: Purpose,
    /// Edition of the codes.
    pub edition: Edition,
    /// Legal source.
    pub legal: String,
    /// First day, where the list has no dates.
    pub from: Option<Date>,
    /// First day no longer in force.
    pub until: Option<Date>,
}

/// What an import gives.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// The measures.
    pub measures: Vec<Measure>,
    /// Rows that were dropped, with the reason.
    pub dropped: Vec<String>,
}

/// A column by any of its names, in any case.
fn column<'a>(table: &'a RawTable, names: &[&str]) -> Option<&'a RawColumn> {
    names.iter().find_map(|n| table.columns.iter().find(|c| c.name.trim().eq_ignore_ascii_case(n)))
}

fn needed<'a>(table: &'a RawTable, names: &[&str]) -> Result<&'a RawColumn, ImportError> {
    column(table, names).ok_or_else(|| ImportError::Column {
        path: table.path.clone(),
        wanted: names.join(" or "),
        found: table.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// A cell as text, empty where there is none.
fn text(column: &RawColumn, row: usize) -> String {
    column.show(row).map(|s| s.trim().to_owned()).unwrap_or_default()
}

fn wrong(table: &RawTable, row: usize, column: &RawColumn, expected: &'static str) -> ImportError {
    ImportError::Cell {
        path: table.path.clone(),
        place: table.place(row).to_string(),
        column: column.name.clone(),
        expected,
        found: text(column, row),
    }
}

/// A day of a list, `None` where the cell is empty.
fn day(table: &RawTable, row: usize, column: &RawColumn) -> Result<Option<Date>, ImportError> {
    let cell = text(column, row);
    let cell = cell.split(['T', ' ']).next().unwrap_or("");
    if cell.is_empty() || cell.eq_ignore_ascii_case("na") {
        return Ok(None);
    }
    cell.parse().map(Some).map_err(|_| wrong(table, row, column, "a day such as 2018-07-06"))
}

/// A national or HS code's digits; a leading zero that a spreadsheet dropped is put back.
fn digits(code: &str) -> Option<String> {
    let plain: String = code.chars().filter(|c| !matches!(c, '.' | ' ' | '-')).collect();
    let padded = if plain.len() % 2 == 1 { format!("0{plain}") } else { plain };
    (padded.len() >= 2 && padded.bytes().all(|b| b.is_ascii_digit())).then_some(padded)
}

/// The code of at most six digits that holds a national line.
fn subheading(digits: &str) -> Option<HsCode> {
    HsCode::parse(digits.get(..digits.len().min(6))?).ok()
}
