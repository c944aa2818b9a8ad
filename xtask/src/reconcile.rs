//! The reconciled value on a table of the size of a year of world trade, and the suspect years of the built-in
//! tables.

use std::error::Error;
use std::fmt::Write;
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use turnover_data::builtin::{BothBooks, Distances, Side, Table};
use turnover_data::reconcile::{
    Comparison, Ledger, SuspectScan, find_suspects, mirror_comparisons, own_comparisons, reconcile,
};
use turnover_data::{HsCode, Iso3, countries};

use crate::noise::Noise;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Reports of a year of world trade by six digits.
const REPORTS: usize = 11_000_000;

/// Time and memory of matching, fitting and reconciling made-up reports.
pub(crate) fn bench(reports: Option<usize>) -> Outcome<()> {
    let reports = reports.unwrap_or(REPORTS);
    let list: Vec<Iso3> = countries().iter().filter(|c| !c.alpha2.is_empty()).map(|c| c.code).collect();
    let pairs = list.len() * (list.len() - 1);
    let codes: Vec<HsCode> = (1..=97)
        .filter(|c| *c != 77)
        .flat_map(|c| (1..=60).map(move |k| format!("{:06}", c * 10_000 + k * 100)))
        .map(|code| HsCode::parse(&code))
        .collect::<Result<_, _>>()?;
    let per_pair = (reports / 2).div_ceil(pairs).min(codes.len());
    let mut noise = Noise::new(5);
    let made = Instant::now();
    let mut rows = Vec::with_capacity(reports);
    for a in &list {
        for b in list.iter().filter(|b| *b != a) {
            for k in 0..per_pair {
                let flow = (11.0 + 2.5 * noise.normal()).exp();
                for side in [Side::Exports, Side::Imports] {
                    let value = flow * (0.3 * noise.normal()).exp();
                    rows.push(((2024, 0), *a, *b, codes[(k * 17) % codes.len()], side, value));
                }
            }
        }
    }
    println!("{} reports made up in {:.1} s", rows.len(), made.elapsed().as_secs_f64());
    let start = Instant::now();
    let ledger = Ledger::new(rows.iter().copied());
    let matched = start.elapsed().as_secs_f64();
    let reconciled = reconcile(&ledger, Distances::built_in()?).ok_or("too few flows")?;
    let fitted = start.elapsed().as_secs_f64();
    let values = reconciled.values();
    let all = start.elapsed().as_secs_f64();
    let peak = getrusage(UsageWho::RUSAGE_SELF)?.max_rss() as f64 / 1024.0;
    println!(
        "{} flows: matched in {matched:.2} s, fitted in {:.2} s, reconciled in {:.2} s; together {all:.2} s, {peak:.0} MB",
        values.len(),
        fitted - matched,
        all - fitted
    );
    Ok(())
}

/// Finds the suspect years of the built-in tables and writes `figures/suspect_years.csv`.
pub(crate) fn suspects() -> Outcome<()> {
    let books = BothBooks::direction_of_trade()?;
    let mut text = String::from("table,against,reporter,side,year,factor,score,partners,judged\n");
    let mut add = |table: Table, against: &str, comparisons: Vec<Comparison>| -> Outcome<()> {
        let SuspectScan { judged, found, mut scores } = find_suspects(&comparisons);
        scores.sort_by(|a, b| b.score.abs().total_cmp(&a.score.abs()));
        for s in scores.iter().take(12) {
            println!("  {} {:?} {}: times {:.3}, score {:.1}", s.reporter, s.side, s.year, s.factor, s.score);
        }
        println!("{} against {against}: {} of {judged} years stand out", table.id(), found.len());
        for s in found {
            let side = if s.side == Side::Exports { "exports" } else { "imports" };
            writeln!(
                text,
                "{},{against},{},{side},{},{:.3},{:.1},{},{judged}",
                table.id(),
                s.reporter,
                s.year,
                s.factor,
                s.score,
                s.partners
            )?;
        }
        Ok(())
    };
    add(Table::DirectionOfTrade, "mirror", mirror_comparisons(Table::DirectionOfTrade, &books)?)?;
    add(Table::RussiaChapters, "mirror", mirror_comparisons(Table::RussiaChapters, &books)?)?;
    add(Table::RussiaChapters, "own", own_comparisons(Table::RussiaChapters, &books)?)?;
    add(Table::UsMonthly, "own", own_comparisons(Table::UsMonthly, &books)?)?;
    add(Table::RussiaMonthly, "own", own_comparisons(Table::RussiaMonthly, &books)?)?;
    std::fs::write("figures/suspect_years.csv", text)?;
    Ok(())
}
