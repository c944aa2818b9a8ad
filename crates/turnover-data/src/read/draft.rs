//! Drafts: values of a file with what they are of, before levels and details are resolved.

use std::collections::{BTreeSet, HashMap};

use super::cell;
use crate::country::{Iso3, countries};
use crate::flows::{Status, Valuation};
use crate::hs::HsCode;

/// One value of the file with what it is of. Compact, since large files have millions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Draft {
    pub(super) value_usd: f64,
    /// Place in [`Codes`].
    pub(super) code: u32,
    /// Line or row in the file.
    pub(super) place: u32,
    /// Hash of the cells that distinguish parts of one value.
    pub(super) identity: u32,
    pub(super) year: i16,
    /// Place in the country table plus one; 0 where no reporter is named.
    pub(super) reporter: u16,
    pub(super) exporter: u16,
    pub(super) importer: u16,
    /// 0 for the whole year.
    pub(super) month: u8,
    /// Which details are parts, one bit each.
    pub(super) parts: u8,
    /// Rank among kinds of values; the lowest of a report counts.
    pub(super) rank: u8,
    /// Valuation (low bits, 0 for unknown) and status.
    pub(super) marks: u8,
}

impl Draft {
    /// The report that the value belongs to: reporter, exporter, importer, year, month.
    pub(super) fn report(&self) -> (u16, u16, u16, i16, u8) {
        (self.reporter, self.exporter, self.importer, self.year, self.month)
    }

    /// The country of a place.
    pub(super) fn country(place: u16) -> Option<Iso3> {
        countries().get(usize::from(place)).map(|c| c.code)
    }

    /// The country's letters.
    pub(super) fn name(place: u16) -> String {
        Draft::country(place).map_or_else(|| "?".to_owned(), |c| c.to_string())
    }

    /// What the value includes.
    pub(super) fn valuation(&self) -> Option<Valuation> {
        match self.marks & 7 {
            4 => Some(Valuation::Fas),
            1 => Some(Valuation::Fob),
            2 => Some(Valuation::Cif),
            3 => Some(Valuation::Customs),
            _ => None,
        }
    }

    /// How it came about.
    pub(super) fn status(&self) -> Status {
        match self.marks >> 3 {
            1 => Status::Estimated,
            2 => Status::Reconciled,
            _ => Status::Reported,
        }
    }

    pub(super) fn marks(valuation: Option<Valuation>, status: Status) -> u8 {
        let low = match valuation {
            None => 0,
            Some(Valuation::Fob) => 1,
            Some(Valuation::Cif) => 2,
            Some(Valuation::Customs) => 3,
            Some(Valuation::Fas) => 4,
        };
        let high = match status {
            Status::Reported => 0,
            Status::Estimated => 1,
            Status::Reconciled => 2,
        };
        low | high << 2
    }
}

/// The codes of a file, each once.
#[derive(Debug, Default)]
pub(super) struct Codes {
    by_cell: HashMap<String, Result<u32, String>>,
    by_path: HashMap<String, u32>,
    /// Paths in the classification's tree, with the HS codes that they count as.
    pub(super) list: Vec<(String, HsCode)>,
}

impl Codes {
    pub(super) fn read(&mut self, text: &str) -> Result<u32, String> {
        if let Some(known) = self.by_cell.get(text) {
            return known.clone();
        }
        let read = cell::product(text).map(|code| {
            *self.by_path.entry(code.path.clone()).or_insert_with(|| {
                self.list.push((code.path, code.hs));
                self.list.len() as u32 - 1
            })
        });
        self.by_cell.insert(text.to_owned(), read.clone());
        read
    }
}

/// What was left out for one reason.
#[derive(Debug, Default, Clone)]
pub(super) struct LeftOut {
    pub(super) rows: usize,
    pub(super) value_usd: f64,
    pub(super) labels: BTreeSet<String>,
}

/// Why a row was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// The reporter or partner is a group of countries.
    Group,
    /// It is no country.
    Nowhere,
    /// It is in no list, and --unknown drop was given.
    Unknown,
    /// Re-exports and the like, which exports include.
    PartOfFlow,
    /// A row of totals or a note below the table.
    Totals,
    /// No value: nothing was reported.
    Missing,
    /// Groups of products above the codes.
    ProductGroup,
    /// Another kind of value, or a quantity.
    Series,
    /// Rows that the form passes over.
    Other,
}
