//! Sources of trade figures: one file for each, and one line in [`SOURCES`].
//!
//! A source recognises its files by their content and describes them by a [`Form`]. The list is tried from the
//! top; the last entry takes any table that names its columns in one of the usual ways.

mod atlas;
mod baci;
mod census;
mod census_countries;
mod cepii_gravity;
mod comext;
mod comtrade;
mod dataweb;
mod dots;
mod itpd;
mod listings;
mod plain_table;
mod trade_map;
mod tradhist;
mod wits;
mod wits_tradestats;

use serde::Serialize;

use super::RawTable;
use super::form::{Columns, Form};
use super::options::{ColumnMap, FlowOptions};
use crate::error::DataError;

/// What a source's files are, for help and documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FileFormat {
    /// The source's name.
    pub name: &'static str,
    /// Which of its files are read.
    pub files: &'static str,
    /// By which columns or words they are known.
    pub known_by: &'static str,
    /// The unit of their values.
    pub unit: &'static str,
}

/// A source of trade figures.
pub(super) trait Source: Sync {
    /// What its files are.
    fn about(&self) -> FileFormat;
    /// Whether a table is one of its files.
    fn recognise(&self, columns: &Columns<'_>) -> bool;
    /// How the table is read.
    fn form(&self, columns: &Columns<'_>, options: &FlowOptions) -> Result<Form, DataError>;
}

/// All sources, in the order in which they are tried.
static SOURCES: [&dyn Source; 16] = [
    &listings::Listings,
    &comtrade::Comtrade,
    &baci::Baci,
    &comext::Comext,
    &dataweb::DataWeb,
    &census::Census,
    &census_countries::CensusCountries,
    &wits::Wits,
    &wits_tradestats::TradeStats,
    &trade_map::TradeMap,
    &dots::Dots,
    &atlas::Atlas,
    &itpd::Itpd,
    &cepii_gravity::CepiiGravity,
    &tradhist::Tradhist,
    &plain_table::PlainTable,
];

/// The files that are read, by source.
pub fn file_formats() -> Vec<FileFormat> {
    SOURCES.iter().map(|s| s.about()).collect()
}

/// The form of a table: of the source that recognises it, or of a plain table where the user names columns.
pub(super) fn form(table: &RawTable, options: &FlowOptions) -> Result<Form, DataError> {
    let columns = Columns::new(table);
    // A reporter for the whole file may be named for any source.
    let named = ColumnMap { reporter: None, ..options.columns.clone() } != ColumnMap::default()
        || options.columns.reporter.as_ref().is_some_and(|r| table.column(r).is_some());
    if named {
        return plain_table::PlainTable.form(&columns, options);
    }
    match SOURCES.iter().find(|s| s.recognise(&columns)) {
        Some(source) => {
            let mut form = source.form(&columns, options)?;
            if let Some(unit) = options.unit {
                form.values.iter_mut().for_each(|v| v.unit = unit);
                form.unit_from = "as --unit says";
            }
            Ok(form)
        }
        None => plain_table::PlainTable.form(&columns, options),
    }
}

/// Whether a source other than the plain table knows the table.
pub(super) fn is_known(table: &RawTable) -> bool {
    let columns = Columns::new(table);
    SOURCES.iter().take(SOURCES.len() - 1).any(|s| s.recognise(&columns))
}
