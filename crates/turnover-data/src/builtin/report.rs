//! A report: one country's word on one flow.

use std::fmt;

use serde::Serialize;

use crate::country::Iso3;
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

/// What a value includes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Valuation {
    /// Free on board: at the exporter's border, freight and insurance left out; free alongside ship, as the
    /// United States count exports, is close to it.
    Fob,
    /// Cost, insurance and freight: at the importer's border.
    Cif,
    /// Customs value of imports: the price paid, freight and insurance left out (imports of the United
    /// States).
    Customs,
}

impl Valuation {
    /// As in `figures/SOURCES.toml`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "FOB" => Valuation::Fob,
            "CIF" => Valuation::Cif,
            "customs value" => Valuation::Customs,
            _ => return None,
        })
    }

    /// Whether freight and insurance are in it.
    pub fn includes_freight(self) -> bool {
        self == Valuation::Cif
    }
}

impl fmt::Display for Valuation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Valuation::Fob => "FOB",
            Valuation::Cif => "CIF",
            Valuation::Customs => "customs value",
        })
    }
}

/// How a value came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The reporter's own figure.
    Reported,
    /// Filled in by the source's editor, for example from the partners' reports.
    Estimated,
    /// One figure made of both sides' reports by the source's editor.
    Reconciled,
}

impl Status {
    /// The word in tables.
    pub fn word(self) -> &'static str {
        match self {
            Status::Reported => "reported",
            Status::Estimated => "estimated",
            Status::Reconciled => "reconciled",
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
