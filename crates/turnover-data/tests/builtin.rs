//! The world built in: what it quotes against published figures, and what it does not claim.

#![allow(clippy::unwrap_used, reason = "test code")]

use std::collections::BTreeMap;

use turnover_data::builtin::{self, BothBooks, Gdp, OUTPUT_PER_GDP, Side, Table, goods_world};
use turnover_data::{Iso3, Status, Valuation, figures};

fn iso(code: &str) -> Iso3 {
    Iso3::parse(code).unwrap()
}

/// Direction of Trade as the Fund published it: USA to RUS 2019 5.787 billion, RUS from USA 13.422, RUS to USA
/// 13.227, USA from RUS 22.285; quoted to four digits.
#[test]
fn both_books_of_a_pair_stand_side_by_side() {
    let reports = builtin::pair_of(Table::DirectionOfTrade, iso("USA"), iso("RUS")).unwrap();
    let of = |reporter: &str, exporter: &str| {
        let one = |r: &&builtin::Report| {
            r.reporter == Some(iso(reporter)) && r.exporter == iso(exporter) && r.period.year == 2019
        };
        reports.iter().find(one).map(|r| (r.value_usd, r.valuation)).unwrap()
    };
    assert_eq!(of("USA", "USA"), (5.787e9, Valuation::Fas));
    assert_eq!(of("RUS", "USA"), (1.342e10, Valuation::Cif));
    assert_eq!(of("RUS", "RUS"), (1.323e10, Valuation::Fob));
    assert_eq!(of("USA", "RUS"), (2.228e10, Valuation::Customs));
}

/// US Census Bureau: exports to Russia 5.831 billion in 2016, imports 14.543; Russia's customs 19.910.
#[test]
fn months_add_up_to_the_published_years() {
    let reports = builtin::pair_by_month(iso("USA"), iso("RUS")).unwrap();
    let sum = |table: Table, side: Option<Side>| -> f64 {
        let of = |r: &&builtin::Report| r.table == table && r.period.year == 2016 && side.is_none_or(|s| r.side() == s);
        reports.iter().filter(of).map(|r| r.value_usd).sum()
    };
    assert!((sum(Table::UsMonthly, Some(Side::Exports)) / 5.831e9 - 1.0).abs() < 5e-4);
    assert!((sum(Table::UsMonthly, Some(Side::Imports)) / 1.4543e10 - 1.0).abs() < 5e-4);
    assert!((sum(Table::RussiaMonthly, None) / 1.9910e10 - 1.0).abs() < 5e-4);
    let months = reports.iter().filter(|r| r.table == Table::UsMonthly && r.period.year == 2016).count();
    assert_eq!(months, 24);
}

/// World exports 18.42 and imports 18.89 trillion in 2019, as the Fund's totals add up.
#[test]
fn world_trade_is_the_sum_of_reporters_totals() {
    let world = builtin::world_by_year().unwrap();
    assert_eq!((world.first().unwrap().year, world.last().unwrap().year), (1960, 2020));
    let of_2019 = world.iter().find(|w| w.year == 2019).unwrap();
    assert!((of_2019.exports_usd / 18.42e12 - 1.0).abs() < 1e-3);
    assert!((of_2019.imports_usd / 18.89e12 - 1.0).abs() < 1e-3);
    assert!(of_2019.exporters > 180);
}

#[test]
fn estimates_have_no_reporter() {
    let reports = builtin::pair_by_year(iso("RUS"), iso("CHN")).unwrap();
    let of = |year: i32| reports.iter().filter(move |r| r.period.year == year);
    assert!(of(2024).count() >= 2);
    assert!(of(2024).all(|r| r.reporter.is_none() && r.status == Status::Estimated));
    assert!(of(2023).any(|r| r.status == Status::Reconciled && r.table == Table::PairTotals2023));
    assert!(of(2019).all(|r| r.reporter.is_some() && r.status == Status::Reported));
}

#[test]
fn every_value_is_counted_in_the_sources() {
    let mut bytes = 0;
    for table in Table::ALL {
        let facts = table.facts().unwrap();
        let mut values = 0;
        builtin::each_report(table, &mut |r| {
            assert!(r.value_usd >= 0.0 && r.value_usd.is_finite());
            // A table of months may end in the middle of a year.
            let last = facts.years.1 + i32::from(r.period.month.is_some());
            assert!((facts.years.0..=last).contains(&r.period.year));
            values += 1;
        })
        .unwrap();
        builtin::each_total(table, &mut |_| values += 1).unwrap();
        assert_eq!(values, facts.values, "{}", facts.id);
        bytes += facts.bytes;
    }
    assert!(bytes < 8_000_000, "{bytes} bytes");
}

#[test]
fn a_flow_that_one_side_reports_is_missing_on_the_other() {
    let books = BothBooks::direction_of_trade().unwrap();
    // North Korea reports nothing.
    let flow = books.flow(iso("KOR"), iso("PRK")).unwrap();
    assert!(!flow.by_exporter.is_empty() && flow.by_importer.is_empty());
    assert_eq!(flow.report(Side::Imports, 1997), None);
    assert!(books.flows.len() > 30_000);
}

/// The World Economic Outlook of October 2025: Russia 1,695.7 billion US dollars in 2019; the World Bank:
/// Cuba 103.4 billion at the official rate.
#[test]
fn products_are_those_published() {
    let gdp = Gdp::built_in().unwrap();
    let near = |code: &str, year, wanted: f64| {
        let found = gdp.usd(iso(code), year).unwrap();
        assert!((found / wanted - 1.0).abs() < 1e-3, "{code} {year}: {found}");
    };
    near("RUS", 2019, 1.6957e12);
    near("RUS", 2024, 2.1732e12);
    near("CUB", 2019, 1.034e11);
    assert_eq!(gdp.usd(iso("PRK"), 2019), None, "neither source has it");
}

/// The ratio is that of the embedded world and gross domestic product of 2014.
#[test]
fn output_over_product_is_the_median_of_the_input_output_tables() {
    let world = figures::world_2014().unwrap();
    let mut output: BTreeMap<Iso3, f64> = BTreeMap::new();
    world.iter().for_each(|f| *output.entry(f.exporter).or_default() += f.value_usd);
    let gdp = Gdp::built_in().unwrap();
    let mut ratios: Vec<(f64, Iso3)> =
        output.into_iter().filter_map(|(c, y)| Some((y / gdp.usd(c, 2014)?, c))).collect();
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(ratios.len(), 43);
    let median = ratios[21].0;
    assert!((median - OUTPUT_PER_GDP).abs() < 0.005, "{median}; {:?} {:?}", ratios[0], ratios[42]);
}

#[test]
fn a_world_has_the_countries_that_the_input_output_tables_lack() {
    for year in [1995, 2019, 2023] {
        let world = goods_world(year).unwrap();
        let home: Vec<Iso3> = world.iter().filter(|f| f.exporter == f.importer).map(|f| f.exporter).collect();
        assert!(home.len() > 150, "{year}: {}", home.len());
        for code in ["USA", "RUS", "KAZ", "KGZ", "ARM", "UZB", "IRN"] {
            assert!(home.contains(&iso(code)), "{code} {year}");
        }
    }
    let world = goods_world(2019).unwrap();
    let of = |a: &str, b: &str| world.iter().find(|f| f.exporter == iso(a) && f.importer == iso(b));
    // The importer's report: 22.28 billion by the United States, 13.42 by Russia.
    assert_eq!(of("RUS", "USA").unwrap().value_usd, 2.228e10);
    assert_eq!(of("USA", "RUS").unwrap().value_usd, 1.342e10);
    assert!(of("CUB", "CUB").is_some());
    let said = goods_world(2022).unwrap_err().to_string();
    assert!(said.contains("2022"), "{said}");
}
