//! The form of a table of flows: which column plays which role. A source describes its files by a form, and
//! one engine reads all forms.

use super::cell::missing;
use super::options::Direction;
use super::unit::Unit;
use super::{RawColumn, RawTable};
use crate::country::Iso3;
use crate::error::DataError;
use crate::flows::{Status, Valuation};

/// A party of the flow.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum PartyRole {
    /// Columns in order of preference: of a row, the first that holds a known party counts.
    Columns(Vec<usize>),
    /// One country for the whole file.
    Constant(Iso3),
}

/// Where the direction of a row is said.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FlowRole {
    /// In a column.
    Column(usize),
    /// It holds for the whole file.
    Constant(Direction),
    /// Each column of values has its own.
    ByValue,
}

/// The parties of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Parties {
    /// Exporter and importer, with a reporter where the file names one.
    Sides {
        /// Where goods come from.
        exporter: PartyRole,
        /// Where they go.
        importer: PartyRole,
        /// Whose statistics say so.
        reporter: Option<PartyRole>,
    },
    /// Reporter and partner.
    Reporter {
        /// Whose statistics say so.
        reporter: PartyRole,
        /// The other country.
        partner: PartyRole,
        /// Which way goods go.
        flow: FlowRole,
    },
}

/// Where the period of a row is said.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum PeriodRole {
    /// A column of years or periods, and one of months where there is one.
    Columns {
        /// Years, or periods such as 201903.
        year: usize,
        /// Months.
        month: Option<usize>,
    },
    /// One year for the whole file.
    Constant(i32),
    /// Each column of values has its own.
    ByValue,
}

/// A column of values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ValueColumn {
    /// Its place.
    pub(super) column: usize,
    /// Its unit.
    pub(super) unit: Unit,
    /// Its direction, where each column has its own.
    pub(super) direction: Option<Direction>,
    /// Its year and month, where each column has its own.
    pub(super) year: Option<i32>,
    /// See `year`; may stand beside a column of years.
    pub(super) month: Option<u8>,
    /// What it includes; by direction (FOB exports, CIF imports) where `Form::by_direction` says so.
    pub(super) valuation: Option<Valuation>,
}

impl ValueColumn {
    /// A column of that unit.
    pub(super) fn new(column: usize, unit: Unit) -> Self {
        ValueColumn { column, unit, direction: None, year: None, month: None, valuation: None }
    }
}

/// A column that distinguishes parts of a value from their total, such as means of transport.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Detail {
    /// Its place.
    pub(super) column: usize,
    /// What stands for the total; none where there is none, and parts add up.
    pub(super) total: &'static [&'static str],
}

/// Which of several kinds of values in one file counts.
#[derive(Debug, Clone)]
pub(super) struct Series {
    /// The column that names the kind.
    pub(super) column: usize,
    /// The kind's direction, valuation and rank (the lowest counts); `None` where it is no value of trade.
    pub(super) kind: fn(&str) -> Option<(Direction, Valuation, u8)>,
}

/// Whether a code stands for a group of countries.
pub(super) type IsGroup = fn(&str) -> bool;

/// How a table is read.
#[derive(Debug, Clone)]
pub(super) struct Form {
    /// The source's name, for notes.
    pub(super) source: &'static str,
    /// Exporter and importer.
    pub(super) parties: Parties,
    /// Product; all goods where there is none.
    pub(super) product: Option<usize>,
    /// Year and month.
    pub(super) period: PeriodRole,
    /// Values.
    pub(super) values: Vec<ValueColumn>,
    /// Kinds of values, of which one counts.
    pub(super) series: Option<Series>,
    /// Where the unit is known from, in prose.
    pub(super) unit_from: &'static str,
    /// Whether exports are FOB and imports CIF.
    pub(super) by_direction: bool,
    /// How values came about.
    pub(super) status: Status,
    /// A column that flags estimates, with the cell that does.
    pub(super) estimated: Option<(usize, &'static str)>,
    /// Columns that distinguish parts of a value from their total.
    pub(super) details: Vec<Detail>,
    /// Column of the classification, such as `H5` or `S3`.
    pub(super) classification: Option<usize>,
    /// The products are of another classification: its name.
    pub(super) other_classification: Option<&'static str>,
    /// Rows are kept only where these columns hold one of these cells.
    pub(super) keep: Vec<(usize, &'static [&'static str])>,
    /// Rows are left out where these columns hold one of these cells.
    pub(super) drop: Vec<(usize, &'static [&'static str])>,
    /// A column of codes by which groups of countries are known.
    pub(super) groups_by: Option<(usize, IsGroup)>,
    /// Products that are no code are groups above the codes, and are passed over.
    pub(super) product_groups: bool,
    /// Values of a month are of the year up to it.
    pub(super) to_date: bool,
    /// Thousands are separated by commas.
    pub(super) thousands: bool,
    /// Rows that differ in nothing but these columns are repetitions; others add up.
    pub(super) identity: Vec<usize>,
    /// What else a reader must know.
    pub(super) notes: Vec<String>,
}

impl Form {
    /// A form of these roles, with the usual rules.
    pub(super) fn new(source: &'static str, parties: Parties, period: PeriodRole, values: Vec<ValueColumn>) -> Self {
        Form {
            source,
            parties,
            product: None,
            period,
            values,
            series: None,
            unit_from: "",
            by_direction: false,
            status: Status::Reported,
            estimated: None,
            details: Vec::new(),
            classification: None,
            other_classification: None,
            keep: Vec::new(),
            drop: Vec::new(),
            groups_by: None,
            product_groups: false,
            to_date: false,
            thousands: false,
            identity: Vec::new(),
            notes: Vec::new(),
        }
    }
}

impl Form {
    /// The columns that are read.
    pub(super) fn columns(&self) -> Vec<usize> {
        let of_role = |role: &PartyRole| match role {
            PartyRole::Columns(list) => list.clone(),
            PartyRole::Constant(_) => Vec::new(),
        };
        let mut out: Vec<usize> = match &self.parties {
            Parties::Sides { exporter, importer, reporter } => {
                [Some(exporter), Some(importer), reporter.as_ref()].into_iter().flatten().flat_map(of_role).collect()
            }
            Parties::Reporter { reporter, partner, flow } => {
                let flow = if let FlowRole::Column(at) = flow { Some(*at) } else { None };
                [reporter, partner].into_iter().flat_map(of_role).chain(flow).collect()
            }
        };
        if let PeriodRole::Columns { year, month } = self.period {
            out.extend([Some(year), month].into_iter().flatten());
        }
        out.extend(self.values.iter().map(|v| v.column));
        out.extend(self.details.iter().map(|d| d.column));
        out.extend(self.keep.iter().chain(&self.drop).map(|k| k.0));
        out.extend(&self.identity);
        let single = [self.product, self.classification, self.estimated.map(|e| e.0), self.groups_by.map(|g| g.0)];
        out.extend(single.into_iter().flatten().chain(self.series.as_ref().map(|s| s.column)));
        out
    }
}

/// A column's name without case, blanks and marks: `Trade Value (US$)` is `tradevalueus`.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Finds columns by their plain names.
pub(super) struct Columns<'a> {
    /// The table.
    pub(super) table: &'a RawTable,
    names: Vec<String>,
}

impl<'a> Columns<'a> {
    /// Of a table.
    pub(super) fn new(table: &'a RawTable) -> Self {
        Columns { table, names: table.columns.iter().map(|c| plain(&c.name)).collect() }
    }

    /// The first column that has the first of these plain names that any has.
    pub(super) fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|n| self.names.iter().position(|own| own == n))
    }

    /// All columns of these names, in the order of the list.
    pub(super) fn all(&self, names: &[&str]) -> Vec<usize> {
        names.iter().filter_map(|n| self.names.iter().position(|own| own == n)).collect()
    }

    /// Whether a column of each of these names is there.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|n| self.names.iter().any(|own| own == n))
    }

    /// A column that must be there.
    pub(super) fn need(&self, names: &[&str], role: &str, help: &str) -> Result<usize, DataError> {
        self.find(names).ok_or_else(|| missing(self.table, role, help.to_owned()))
    }

    /// The plain names with their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &str, &'a RawColumn)> {
        self.names.iter().zip(&self.table.columns).enumerate().map(|(at, (name, column))| (at, name.as_str(), column))
    }
}
