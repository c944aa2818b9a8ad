//! What a user may say about a file of flows.

use super::number::Decimal;
use super::unit::Unit;
use crate::filter::Filter;

/// Which column of a file holds what; `None` leaves it to the format or the usual names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMap {
    /// Country of origin: a column, or a country that holds for the whole file.
    pub exporter: Option<String>,
    /// Country of destination: a column, or a country that holds for the whole file.
    pub importer: Option<String>,
    /// Reporting country: a column, or a country that holds for the whole file.
    pub reporter: Option<String>,
    /// The other country, in files of the form reporter, partner, flow: a column, or a country.
    pub partner: Option<String>,
    /// The direction, in such files: import or export.
    pub flow: Option<String>,
    /// Product.
    pub product: Option<String>,
    /// Year.
    pub year: Option<String>,
    /// Value.
    pub value: Option<String>,
}

/// What holds for all rows of a file that has no column for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Constants {
    /// The year.
    pub year: Option<i32>,
    /// The direction, seen from the reporter.
    pub direction: Option<Direction>,
}

/// Which way goods go, seen from the reporter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the partner to the reporter.
    Import,
    /// From the reporter to the partner.
    Export,
}

/// What to do with two values for one flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Duplicates {
    /// Stop and say where they are.
    #[default]
    Refuse,
    /// Add them up.
    Sum,
}

/// What to do with rows whose country is in no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unknown {
    /// Stop and say where it is.
    #[default]
    Refuse,
    /// Drop them, and report which and how many.
    Drop,
}

/// How to read a file of flows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlowOptions {
    /// Which column is what.
    pub columns: ColumnMap,
    /// What holds for all rows.
    pub constants: Constants,
    /// Unit of the values; by default the format or the column's name says it.
    pub unit: Option<Unit>,
    /// The mark before decimals; by default the column's cells say it.
    pub decimal: Option<Decimal>,
    /// Rows that take part.
    pub filter: Option<Filter>,
    /// What to do with two values for one flow.
    pub duplicates: Duplicates,
    /// What to do with countries in no list.
    pub unknown: Unknown,
}
