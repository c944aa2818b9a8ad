//! Years of the built-in tables that stand out: found by `xtask suspects`, quoted here.

use std::sync::LazyLock;

use crate::country::Iso3;
use crate::error::DataError;

use super::{Side, Table};

/// What a year's reports were compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The partners' reports.
    Mirror,
    /// The same country's reports to the International Monetary Fund.
    Own,
}

/// A reporter's year that leaves its neighbours and what it is compared with by more than the rest do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SuspectYear {
    /// The table.
    pub table: Table,
    /// What it was compared with.
    pub against: Against,
    /// Who reports.
    pub reporter: Iso3,
    /// Which book.
    pub side: Side,
    /// The year.
    pub year: i32,
    /// What the reports are multiplied by, as far as the comparison says.
    pub factor: f64,
    /// Partners compared.
    pub partners: usize,
    /// Reporters' years judged in this comparison.
    pub judged: usize,
}

static YEARS: LazyLock<Option<Vec<SuspectYear>>> =
    LazyLock::new(|| include_str!("../../../../figures/suspect_years.csv").lines().skip(1).map(parse).collect());

fn parse(line: &str) -> Option<SuspectYear> {
    let fields: Vec<&str> = line.split(',').collect();
    let [table, against, reporter, side, year, factor, _score, partners, judged] = fields[..] else { return None };
    Some(SuspectYear {
        table: Table::ALL.into_iter().find(|t| t.id() == table)?,
        against: if against == "own" { Against::Own } else { Against::Mirror },
        reporter: Iso3::parse(reporter).ok()?,
        side: if side == "exports" { Side::Exports } else { Side::Imports },
        year: year.parse().ok()?,
        factor: factor.parse().ok()?,
        partners: partners.parse().ok()?,
        judged: judged.parse().ok()?,
    })
}

/// All of them, by table, comparison, reporter and year.
pub fn suspect_years() -> Result<&'static [SuspectYear], DataError> {
    YEARS.as_deref().ok_or_else(|| DataError::Format {
        path: "figures/suspect_years.csv".to_owned(),
        what: "the built-in table is damaged".to_owned(),
        help: "the program was built with a damaged table; build it again".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// UN Comtrade's Russian totals of 2016 and 2017 stand 12 and 15 % above those of the customs service.
    #[test]
    fn the_embedded_russian_years_are_among_them() {
        let rus = Iso3::parse("RUS").unwrap();
        for year in [2016, 2017] {
            for side in [Side::Exports, Side::Imports] {
                let found = suspect_years().unwrap().iter().find(|s| {
                    s.table == Table::RussiaChapters && s.reporter == rus && s.year == year && s.side == side
                });
                let factor = found.unwrap_or_else(|| panic!("{year} {side:?}")).factor;
                assert!((1.03..1.25).contains(&factor), "{year} {side:?}: {factor}");
            }
        }
    }
}
