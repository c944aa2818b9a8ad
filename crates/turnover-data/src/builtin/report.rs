//! A report: one country's word on one flow.

use std::fmt;

use serde::Serialize;

use crate::country::Iso3;
use crate::flows::{Status, Valuation};
use crate::hs::HsCode;

use super::Table;
use super::packed::Side;

/// A calendar year or a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Period {
    /// The year.
    pub year: i32,
    /// The month, 1 to 12; `None` for a whole year.
    pub month: Option<u8>,
}

impl Period {
    /// A whole year.
    pub fn year(year: i32) -> Self {
        Period { year, month: None }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.month {
            None => write!(f, "{}", self.year),
            Some(month) => write!(f, "{}-{month:02}", self.year),
        }
    }
}

/// One report of one flow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// The table that it stands in.
    pub table: Table,
    /// Who reports; `None` where the source has estimated the figure, or reconciled both sides.
    pub reporter: Option<Iso3>,
    /// Where the goods come from.
    pub exporter: Iso3,
    /// Where they go.
    pub importer: Iso3,
    /// Product, or all goods.
    pub product: HsCode,
    /// Year or month.
    pub period: Period,
    /// What the value includes.
    pub valuation: Valuation,
    /// Reported or estimated.
    pub status: Status,
    /// Value in current US dollars, quoted to three or four digits.
    pub value_usd: f64,
}

impl Report {
    /// Whose book it is from: the exporter's or the importer's.
    pub fn side(&self) -> Side {
        if self.reporter == Some(self.importer) { Side::Imports } else { Side::Exports }
    }
}

/// A reporter's trade with all partners in a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TotalReport {
    /// The table that it stands in.
    pub table: Table,
    /// Who reports.
    pub reporter: Iso3,
    /// Sold or bought.
    pub side: Side,
    /// Year or month.
    pub period: Period,
    /// What the value includes.
    pub valuation: Valuation,
    /// Value in current US dollars.
    pub value_usd: f64,
}

/// All countries' trade in a year, as they report it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WorldTrade {
    /// The year.
    pub year: i32,
    /// Exports of all reporters, FOB, US dollars.
    pub exports_usd: f64,
    /// Imports of all reporters, CIF, US dollars.
    pub imports_usd: f64,
    /// How many report exports.
    pub exporters: usize,
    /// How many report imports.
    pub importers: usize,
}
