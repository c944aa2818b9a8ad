//! The world built in: what it quotes against published figures, and what it does not claim.

#![allow(clippy::unwrap_used, reason = "test code")]

use turnover_data::builtin::{self, BothBooks, Side, Table};
use turnover_data::{Iso3, Status, Valuation};

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
    assert_eq!(of("USA", "USA"), (5.787e9, Valuation::Fob));
    assert_eq!(of("RUS", "USA"), (1.342e10, Valuation::Cif));
    assert_eq!(of("RUS", "RUS"), (1.323e10, Valuation::Fob));
    assert_eq!(of("USA", "RUS"), (2.228e10, Valuation::Cif));
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
