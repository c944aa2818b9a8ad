//! The world built in: reports of trade by pair from public statistics, quoted to three or four digits, so
//! that any pair has an answer before any file is read.
//!
//! Both sides of a flow stand beside each other and are never added up; what is not reported is not there.
//! A table is unpacked when it is first asked for, and of it only the reporters that are wanted.
//!
//! ```
//! use turnover_data::{Iso3, builtin};
//!
//! let (usa, rus) = (Iso3::parse("USA")?, Iso3::parse("RUS")?);
//! let reports = builtin::pair_by_year(usa, rus)?;
//! let sold = |reporter| {
//!     let of = |r: &&builtin::Report| r.reporter == Some(reporter) && r.exporter == usa && r.period.year == 2019;
//!     reports.iter().find(of).map(|r| r.value_usd)
//! };
//! assert_eq!(sold(usa), Some(5.787e9)); // FAS, as the United States reports
//! assert_eq!(sold(rus), Some(13.42e9)); // CIF, as Russia reports
//! # Ok::<(), turnover_data::DataError>(())
//! ```

mod distances;
mod flows;
mod goods_world;
mod packed;
mod panel;
mod report;
mod sectors;
mod suspects;
mod tables;

use crate::country::Iso3;
use crate::error::DataError;
use crate::flows::Status;
use crate::hs::HsCode;

pub use distances::Distances;
pub use flows::pair_flows;
pub use goods_world::{GOODS_WORLD_YEARS, Gdp, OUTPUT_PER_GDP, goods_world};
use packed::Series;
pub use packed::{Axis, Packer, Side};
pub use panel::{BookedFlow, BothBooks};
pub use report::{Period, Report, TotalReport, WorldTrade};
pub use sectors::{SectorFacts, SectorTable, chapter_sectors, sectors_2014};
pub use suspects::{Against, SuspectYear, suspect_years};
pub use tables::{Table, TableFacts};

/// The partner that stands for all partners.
pub const WORLD: &str = "WLD";

/// All reports of a pair's trade in all goods by year, of every table that has them by year; in the order
/// of tables, reporters and years.
pub fn pair_by_year(a: Iso3, b: Iso3) -> Result<Vec<Report>, DataError> {
    pair_in(Table::ALL.into_iter().filter(|t| t.is_yearly() && !t.has_products()), a, b)
}

/// The same by month: the months of the United States' and of Russia's customs.
pub fn pair_by_month(a: Iso3, b: Iso3) -> Result<Vec<Report>, DataError> {
    pair_in(Table::ALL.into_iter().filter(|t| !t.is_yearly() && !t.has_products()), a, b)
}

/// A pair's trade by HS chapter, of every table that has chapters, by year or month.
pub fn pair_by_product(a: Iso3, b: Iso3) -> Result<Vec<Report>, DataError> {
    pair_in(Table::ALL.into_iter().filter(|t| t.has_products()), a, b)
}

/// All reports of one table between two countries.
pub fn pair_of(table: Table, a: Iso3, b: Iso3) -> Result<Vec<Report>, DataError> {
    pair_in([table].into_iter(), a, b)
}

fn pair_in(tables: impl Iterator<Item = Table>, a: Iso3, b: Iso3) -> Result<Vec<Report>, DataError> {
    let mut out = Vec::new();
    for table in tables {
        let packed = table.packed()?;
        let codes = products(packed.axis())?;
        for (reporter, partner) in [(a, b), (b, a)] {
            for series in packed.series(reporter.as_str(), &|p| p == partner.as_str())? {
                reports(table, packed.axis(), &codes, reporter, &series, &mut |r| out.push(r))?;
            }
        }
    }
    Ok(out)
}

/// Hands over every report of a table, reporter by reporter; the totals of all partners are left out.
pub fn each_report(table: Table, take: &mut dyn FnMut(Report)) -> Result<(), DataError> {
    let packed = table.packed()?;
    let codes = products(packed.axis())?;
    let blocks: Vec<String> = packed.blocks().filter(|b| *b != WORLD).map(str::to_owned).collect();
    for block in blocks {
        let reporter = Iso3::parse(&block)?;
        for series in packed.series(&block, &|_| true)? {
            reports(table, packed.axis(), &codes, reporter, &series, take)?;
        }
    }
    Ok(())
}

/// All of one country's reports about one partner in one book.
pub(crate) struct ReportedSeries {
    pub(crate) side: Side,
    pub(crate) exporter: Iso3,
    pub(crate) importer: Iso3,
    /// Years and US dollars, ascending.
    pub(crate) values: Vec<(i32, f64)>,
}

/// Hands over the series of a yearly table of all goods, reporter by reporter: a key for each series rather than
/// for each of more than a million values.
pub(crate) fn each_series(table: Table, take: &mut dyn FnMut(ReportedSeries)) -> Result<(), DataError> {
    let packed = table.packed()?;
    let blocks: Vec<String> = packed.blocks().filter(|b| *b != WORLD).map(str::to_owned).collect();
    for block in blocks {
        let reporter = Iso3::parse(&block)?;
        for series in packed.series(&block, &|_| true)? {
            let partner = Iso3::parse(&series.partner)?;
            let side = series.side;
            let (exporter, importer) = if side == Side::Exports { (reporter, partner) } else { (partner, reporter) };
            let year = |position: u32| tables::period(packed.axis(), position).year;
            let values = series.values.iter().map(|(position, usd)| (year(*position), *usd)).collect();
            take(ReportedSeries { side, exporter, importer, values });
        }
    }
    Ok(())
}

/// Hands over every reporter's totals in a table.
pub fn each_total(table: Table, take: &mut dyn FnMut(TotalReport)) -> Result<(), DataError> {
    totals_of(table, &|_| true, take)
}

/// What a country reports to have sold to and bought from all partners together, by year or month; of every
/// table that has it.
pub fn totals(reporter: Iso3) -> Result<Vec<TotalReport>, DataError> {
    let mut out = Vec::new();
    for table in Table::ALL {
        totals_of(table, &|r| r == reporter.as_str(), &mut |t| out.push(t))?;
    }
    Ok(out)
}

/// World trade by year: what all countries report to the International Monetary Fund.
pub fn world_by_year() -> Result<Vec<WorldTrade>, DataError> {
    let mut years = std::collections::BTreeMap::new();
    totals_of(Table::DirectionOfTrade, &|_| true, &mut |t| {
        let year = years.entry(t.period.year).or_insert(WorldTrade {
            year: t.period.year,
            exports_usd: 0.0,
            imports_usd: 0.0,
            exporters: 0,
            importers: 0,
        });
        let (value, count) = match t.side {
            Side::Exports => (&mut year.exports_usd, &mut year.exporters),
            Side::Imports => (&mut year.imports_usd, &mut year.importers),
        };
        *value += t.value_usd;
        *count += 1;
    })?;
    Ok(years.into_values().collect())
}

/// The countries with which a country has a report of trade by year.
pub fn partners(country: Iso3) -> Result<Vec<Iso3>, DataError> {
    let mut out = std::collections::BTreeSet::new();
    for table in Table::ALL.into_iter().filter(|t| !t.has_products()) {
        let packed = table.packed()?;
        for series in packed.series(country.as_str(), &|_| true)? {
            out.insert(Iso3::parse(&series.partner)?);
        }
    }
    Ok(out.into_iter().collect())
}

fn totals_of(table: Table, wanted: &dyn Fn(&str) -> bool, take: &mut dyn FnMut(TotalReport)) -> Result<(), DataError> {
    let packed = table.packed()?;
    let facts = table.facts()?;
    for series in packed.series(WORLD, wanted)? {
        let reporter = Iso3::parse(&series.partner)?;
        for (position, value_usd) in &series.values {
            take(TotalReport {
                table,
                reporter,
                side: series.side,
                period: tables::period(packed.axis(), *position),
                valuation: facts.valuation_of(reporter, series.side),
                value_usd: *value_usd,
            });
        }
    }
    Ok(())
}

/// The products that the positions of a table stand for; none where they stand for years or months.
fn products(axis: &Axis) -> Result<Vec<HsCode>, DataError> {
    match axis {
        Axis::Products { codes, .. } => codes.iter().map(|c| HsCode::parse(c)).collect(),
        Axis::Years { .. } | Axis::Months { .. } => Ok(Vec::new()),
    }
}

/// The reports of a series.
fn reports(
    table: Table,
    axis: &Axis,
    codes: &[HsCode],
    reporter: Iso3,
    series: &Series,
    take: &mut dyn FnMut(Report),
) -> Result<(), DataError> {
    let facts = table.facts()?;
    let partner = Iso3::parse(&series.partner)?;
    let (exporter, importer) = if series.side == Side::Exports { (reporter, partner) } else { (partner, reporter) };
    let product = HsCode::parse(&series.product)?;
    let code = |at: u32| codes.get(at as usize).copied().unwrap_or(product);
    for (position, value_usd) in &series.values {
        let period = tables::period(axis, *position);
        let product = code(*position);
        take(Report {
            table,
            reporter: (facts.status(period.year) == Status::Reported).then_some(reporter),
            exporter,
            importer,
            product,
            period,
            valuation: facts.valuation_of(reporter, series.side),
            status: facts.status(period.year),
            value_usd: *value_usd,
        });
    }
    Ok(())
}
