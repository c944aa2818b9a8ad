//! What must not change an answer: the order of rows, packing and encoding of a file, a level or a reporter more.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeMap;
use std::io::Write;

use proptest::prelude::*;
use turnover_data::{FlowOptions, Flows, RawTable, describe_table, flows_of};

const COUNTRIES: [&str; 4] = ["DEU", "FRA", "RUS", "USA"];
const CODES: [&str; 6] = ["010121", "010129", "0203", "271019", "854231", "9503"];

/// Reporter, partner, direction, year, product, value.
type Row = (usize, usize, bool, i32, usize, u32);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0..4usize, 0..4usize, any::<bool>(), 2018..2021i32, 0..CODES.len(), 1..1_000_000u32);
    prop::collection::vec(row, 1..60).prop_map(|rows| {
        let mut seen = BTreeMap::new();
        for row in rows.into_iter().filter(|r| r.0 != r.1) {
            seen.insert((row.0, row.1, row.2, row.3, row.4), row);
        }
        seen.into_values().collect()
    })
}

fn line(row: &Row, code: &str) -> String {
    let (r, p, import, year, _, value) = *row;
    format!("{},{},{},{year},{code},{value}", COUNTRIES[r], COUNTRIES[p], if import { "M" } else { "X" })
}

fn file(lines: &[String]) -> String {
    format!("reporter,partner,flow,year,product,value_usd\n{}\n", lines.join("\n"))
}

fn lines(rows: &[Row]) -> Vec<String> {
    rows.iter().map(|r| line(r, CODES[r.4])).collect()
}

fn read(bytes: &[u8]) -> Flows {
    let table = RawTable::from_bytes("f.csv", bytes).unwrap_or_else(|e| panic!("{e}"));
    flows_of(&table, &FlowOptions::default()).unwrap_or_else(|e| panic!("{e}"))
}

/// Totals by year, reporter and pair, to the cent.
fn totals(flows: &Flows) -> BTreeMap<String, i64> {
    let mut out: BTreeMap<String, f64> = BTreeMap::new();
    for f in flows.iter() {
        *out.entry(format!("{} {:?} {} {}", f.year, f.reporter, f.exporter, f.importer)).or_default() += f.value_usd;
    }
    out.into_iter().map(|(key, value)| (key, (value * 100.0).round() as i64)).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// All trade by year, each flow counted once.
fn once(bytes: &[u8]) -> Vec<i64> {
    let table = RawTable::from_bytes("f.csv", bytes).unwrap();
    let d = describe_table(&table, &FlowOptions::default()).unwrap();
    d.years.values().map(|y| (y.total_usd * 100.0).round() as i64).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn order_packing_and_encoding_change_nothing(rows in rows(), seed in any::<u64>()) {
        prop_assume!(!rows.is_empty());
        let lines = lines(&rows);
        let plain = file(&lines);
        let wanted = totals(&read(plain.as_bytes()));
        let mut shuffled = lines.clone();
        let mut state = seed | 1;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(at, (state >> 33) as usize % (at + 1));
        }
        prop_assert_eq!(&totals(&read(file(&shuffled).as_bytes())), &wanted);
        prop_assert_eq!(&totals(&read(&gzip(plain.as_bytes()))), &wanted);
        let half = gzip(&plain.as_bytes()[..plain.len() / 2]);
        prop_assert_eq!(&totals(&read(&[half, gzip(&plain.as_bytes()[plain.len() / 2..])].concat())), &wanted);
        let utf16: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
        prop_assert_eq!(&totals(&read(&[&[0xFF, 0xFE], &utf16[..]].concat())), &wanted);
        prop_assert_eq!(&totals(&read(format!("\u{feff}{plain}").as_bytes())), &wanted);
        prop_assert_eq!(&totals(&read(plain.replace('\n', "\r\n").as_bytes())), &wanted);
        prop_assert_eq!(&totals(&read(plain.replace(',', ";").as_bytes())), &wanted);
        prop_assert_eq!(&totals(&read(format!("sep=,\n{plain}").as_bytes())), &wanted);
        prop_assert_eq!(&totals(&read(format!("Trade by product\n\n{plain}").as_bytes())), &wanted);
    }

    #[test]
    fn a_level_more_changes_no_total(rows in rows()) {
        prop_assume!(!rows.is_empty());
        let mut lines = lines(&rows);
        let wanted = totals(&read(file(&lines).as_bytes()));
        let mut above: BTreeMap<(usize, usize, bool, i32, &str), u64> = BTreeMap::new();
        for (r, p, import, year, code, value) in &rows {
            for prefix in ["TOTAL", &CODES[*code][..2]] {
                *above.entry((*r, *p, *import, *year, prefix)).or_default() += u64::from(*value);
            }
        }
        for ((r, p, import, year, code), value) in above {
            let flow = if import { "M" } else { "X" };
            lines.push(format!("{},{},{flow},{year},{code},{value}", COUNTRIES[r], COUNTRIES[p]));
        }
        prop_assert_eq!(&totals(&read(file(&lines).as_bytes())), &wanted);
    }

    #[test]
    fn a_reporter_more_changes_no_total(rows in rows()) {
        let imports: Vec<Row> = rows.into_iter().filter(|r| r.2).collect();
        prop_assume!(!imports.is_empty());
        let lines = lines(&imports);
        let wanted = once(file(&lines).as_bytes());
        // The exporters report the same flows at another value.
        let mirrored = imports.iter().map(|r| line(&(r.1, r.0, false, r.3, r.4, r.5 / 2 + 1), CODES[r.4]));
        let both: Vec<String> = lines.iter().cloned().chain(mirrored).collect();
        prop_assert_eq!(once(file(&both).as_bytes()), wanted);
    }
}
