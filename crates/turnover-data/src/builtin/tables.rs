//! The built-in tables: what each is, and what it is not (`figures/SOURCES.toml`).

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::country::Iso3;
use crate::error::DataError;
use crate::flows::{Source, Status, Valuation};

use super::packed::{Axis, Packed, Side};
use super::report::Period;

/// A built-in table of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// Both books of every pair by year, 1960-2020.
    DirectionOfTrade,
    /// Russia with its partners by year, 2016-2024.
    RussiaPartners,
    /// Every pair in 2023, reconciled by the source.
    PairTotals2023,
    /// The United States with every partner by month, 1985-2023.
    UsMonthly,
    /// Russia with 29 partners by month, 2006-2021.
    RussiaMonthly,
    /// Russia with 61 partners by chapter and year, 2000-2020.
    RussiaChapters,
    /// US imports from Russia by chapter and month, 2013-2021.
    UsChaptersOfRussia,
    /// Every pair by chapter in 2024, reconciled by the source; six importers are missing.
    PairChapters2024,
}

/// What a table is, from `figures/SOURCES.toml`.
#[derive(Debug, Clone)]
pub struct TableFacts {
    /// Its key in `figures/SOURCES.toml`.
    pub id: &'static str,
    /// A few words for tables and charts.
    pub short_name: String,
    /// What it is and who made it.
    pub name: String,
    /// The period that it covers and how it came here.
    pub vintage: String,
    /// Who reports.
    pub reporters: String,
    /// What is quoted, and how.
    pub content: String,
    /// Where newer or finer figures are to be had.
    pub download: String,
    /// What a reader must know before quoting from it.
    pub caveats: Vec<String>,
    /// Whether the source has made one figure of both reports.
    pub reconciled: bool,
    /// Values of that year and later are the source's estimates.
    pub estimated_from: Option<i32>,
    /// What values of exports include.
    pub exports: Valuation,
    /// What values of imports include.
    pub imports: Valuation,
    /// Reporters that value exports and imports otherwise.
    pub valued: Vec<(Iso3, [Valuation; 2])>,
    /// First and last whole year.
    pub years: (i32, i32),
    /// The one country that reports, where it is one.
    pub reporter: Option<Iso3>,
    /// Number of values.
    pub values: usize,
    /// Bytes in the program.
    pub bytes: usize,
}

impl TableFacts {
    /// What values of one side include.
    pub fn valuation(&self, side: Side) -> Valuation {
        if side == Side::Exports { self.exports } else { self.imports }
    }

    /// What the values that one country reports include: a few value otherwise than the table's heading says.
    pub fn valuation_of(&self, reporter: Iso3, side: Side) -> Valuation {
        match self.valued.iter().find(|(own, _)| *own == reporter) {
            Some((_, [exports, imports])) => {
                if side == Side::Exports {
                    *exports
                } else {
                    *imports
                }
            }
            None => self.valuation(side),
        }
    }

    /// Whether a country's own reports of a year would stand in it, if it had made any.
    pub fn covers(&self, reporter: Iso3, year: i32) -> bool {
        (self.years.0..=self.years.1).contains(&year)
            && self.status(year) == Status::Reported
            && self.reporter.is_none_or(|r| r == reporter)
    }

    /// Whether it has all of a year: a table of months may end in the middle of one.
    pub fn has_whole(&self, year: i32) -> bool {
        (self.years.0..=self.years.1).contains(&year)
    }

    /// Whether values of a year are reported, estimated or reconciled.
    pub fn status(&self, year: i32) -> Status {
        match self.estimated_from {
            _ if self.reconciled => Status::Reconciled,
            Some(from) if year >= from => Status::Estimated,
            _ => Status::Reported,
        }
    }
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    vintage: String,
    caveats: Vec<String>,
    short_name: Option<String>,
    reporters: Option<String>,
    content: Option<String>,
    download: Option<String>,
    #[serde(default)]
    reconciled: bool,
    estimated_from: Option<i32>,
    exports: Option<String>,
    imports: Option<String>,
    #[serde(default)]
    valued: BTreeMap<String, [String; 2]>,
    values: Option<usize>,
    years: Option<(i32, i32)>,
    reporter: Option<String>,
}

/// Names and bytes in the order of [`Table::ALL`]. A constant would be put into the program once for each use.
static PACKED: [(&str, &[u8]); 8] = [
    ("direction_of_trade", include_bytes!("../../../../figures/world/direction_of_trade.tqf")),
    ("russia_partners", include_bytes!("../../../../figures/world/russia_partners.tqf")),
    ("pair_totals_2023", include_bytes!("../../../../figures/world/pair_totals_2023.tqf")),
    ("us_monthly", include_bytes!("../../../../figures/world/us_monthly.tqf")),
    ("russia_monthly", include_bytes!("../../../../figures/world/russia_monthly.tqf")),
    ("russia_chapters", include_bytes!("../../../../figures/world/russia_chapters.tqf")),
    ("us_chapters_of_russia", include_bytes!("../../../../figures/world/us_chapters_of_russia.tqf")),
    ("pair_chapters_2024", include_bytes!("../../../../figures/world/pair_chapters_2024.tqf")),
];

static FACTS: LazyLock<Result<Vec<TableFacts>, String>> = LazyLock::new(|| {
    let mut sources: BTreeMap<String, Entry> =
        toml::from_str(crate::figures::SOURCES).map_err(|e| e.to_string().trim().to_owned())?;
    PACKED
        .iter()
        .map(|(id, bytes)| {
            let lacks = |what: &str| format!("has no {what} for `{id}`");
            let entry = sources.remove(*id).ok_or_else(|| lacks("entry"))?;
            let valuation = |text: &Option<String>, what: &str| {
                text.as_deref().and_then(Valuation::from_label).ok_or_else(|| lacks(what))
            };
            Ok(TableFacts {
                id,
                exports: valuation(&entry.exports, "valuation of exports")?,
                imports: valuation(&entry.imports, "valuation of imports")?,
                valued: valued(&entry.valued).ok_or_else(|| lacks("valuation by reporter"))?,
                short_name: entry.short_name.ok_or_else(|| lacks("short name"))?,
                reporters: entry.reporters.ok_or_else(|| lacks("reporters"))?,
                content: entry.content.ok_or_else(|| lacks("content"))?,
                download: entry.download.ok_or_else(|| lacks("download"))?,
                years: entry.years.ok_or_else(|| lacks("years"))?,
                reporter: entry.reporter.as_deref().and_then(|r| Iso3::parse(r).ok()),
                values: entry.values.ok_or_else(|| lacks("number of values"))?,
                name: entry.name,
                vintage: entry.vintage,
                caveats: entry.caveats,
                reconciled: entry.reconciled,
                estimated_from: entry.estimated_from,
                bytes: bytes.len(),
            })
        })
        .collect()
});

/// Valuations by reporter, as `figures/SOURCES.toml` writes them.
fn valued(entries: &BTreeMap<String, [String; 2]>) -> Option<Vec<(Iso3, [Valuation; 2])>> {
    let one = |(code, [exports, imports]): (&String, &[String; 2])| {
        let labels = [Valuation::from_label(exports)?, Valuation::from_label(imports)?];
        Some((Iso3::parse(code).ok()?, labels))
    };
    entries.iter().map(one).collect()
}

impl Table {
    /// All built-in tables.
    pub const ALL: [Table; 8] = [
        Table::DirectionOfTrade,
        Table::RussiaPartners,
        Table::PairTotals2023,
        Table::UsMonthly,
        Table::RussiaMonthly,
        Table::RussiaChapters,
        Table::UsChaptersOfRussia,
        Table::PairChapters2024,
    ];

    fn place(self) -> usize {
        Table::ALL.iter().position(|t| *t == self).unwrap_or_default()
    }

    /// Its key in `figures/SOURCES.toml`.
    pub fn id(self) -> &'static str {
        PACKED[self.place()].0
    }

    /// Whether its values are those of whole years.
    pub fn is_yearly(self) -> bool {
        !matches!(self, Table::UsMonthly | Table::RussiaMonthly | Table::UsChaptersOfRussia)
    }

    /// Whether it has products rather than all goods together.
    pub fn has_products(self) -> bool {
        matches!(self, Table::RussiaChapters | Table::UsChaptersOfRussia | Table::PairChapters2024)
    }

    /// What it is.
    pub fn facts(self) -> Result<&'static TableFacts, DataError> {
        let facts = FACTS.as_ref().map_err(|what| DataError::Format {
            path: "figures/SOURCES.toml".to_owned(),
            what: what.clone(),
            help: "the program was built with a damaged table; build it again".to_owned(),
        })?;
        Ok(&facts[self.place()])
    }

    /// It as a source of findings.
    pub fn source(self) -> Result<Source, DataError> {
        static HASHES: [OnceLock<String>; 8] = [const { OnceLock::new() }; 8];
        let place = self.place();
        let hash = HASHES[place].get_or_init(|| crate::read::hex(&Sha256::digest(PACKED[place].1)));
        let facts = self.facts()?;
        Ok(Source { name: facts.name.clone(), vintage: facts.vintage.clone(), hash: hash.clone() })
    }

    pub(super) fn packed(self) -> Result<Packed, DataError> {
        let (name, bytes) = PACKED[self.place()];
        Packed::open(name, bytes)
    }
}

/// The period of a position.
pub(super) fn period(axis: &Axis, position: u32) -> Period {
    match axis {
        Axis::Years { first } => Period::year(first + position as i32),
        Axis::Months { first_year, first_month } => {
            let months = u32::from(*first_month) - 1 + position;
            Period { year: first_year + (months / 12) as i32, month: Some((months % 12) as u8 + 1) }
        }
        Axis::Products { year, .. } => Period::year(*year),
    }
}
