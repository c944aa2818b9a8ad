//! Tables and charts of coverage.

use std::collections::BTreeMap;

use turnover_data::HsCode;
use turnover_measures::{Extent, Instrument, Measure};

use super::definition::{Definition, Instruments, Verdict, Ways, Weights, share};
use super::{Facts, Item};
use crate::answer::{Bar, Cell, Chart, ChartKind, Table, Unit};
use crate::format::{percent, percent_range};

pub(super) fn by_definition(definitions: &[Definition]) -> Table {
    let mut table = Table::new(
        "coverage.by_definition",
        "Share touched, by definition",
        &[
            ("definition", "Definition", Unit::Text),
            ("touched_low", "Touched at least", Unit::Share),
            ("touched_high", "Touched at most", Unit::Share),
            ("verdict", "The claim", Unit::Text),
            ("tipping", "Fails above", Unit::Share),
        ],
    );
    for d in definitions {
        table.rows.push(vec![
            d.title.clone().into(),
            d.low.into(),
            d.high.into(),
            d.verdict.word().into(),
            d.tipping.into(),
        ]);
    }
    table
}

fn word(extent: Extent) -> &'static str {
    match extent {
        Extent::None => "",
        Extent::Part => "part",
        Extent::Whole => "whole",
    }
}

/// The measures that touch an item, by id.
fn ids(facts: &Facts, item: &Item) -> String {
    let (exporter, importer) = facts.parties(item.forward);
    let mut ids: Vec<&str> =
        facts.catalogue.matches(exporter, importer, item.product, facts.on).map(|m| m.measure.id.as_str()).collect();
    ids.dedup();
    ids.join(", ")
}

pub(super) fn by_chapter(facts: &Facts) -> Table {
    let now = format!("Value {}", facts.year);
    let base = facts.base_year.map_or("Base value".to_owned(), |b| format!("Value {b}"));
    let mut table = Table::new(
        "coverage.by_product",
        "Products touched",
        &[
            ("direction", "Direction", Unit::Text),
            ("product", "HS", Unit::Text),
            ("name", "Chapter", Unit::Text),
            ("now_usd", &now, Unit::Usd),
            ("base_usd", &base, Unit::Usd),
            ("bans", "Bans", Unit::Text),
            ("any", "Any measure", Unit::Text),
            ("measures", "Measures", Unit::Text),
        ],
    );
    let mut touched: Vec<&Item> = facts.items.iter().filter(|i| i.any != Extent::None).collect();
    touched.sort_by(|x, y| y.now.max(y.base).total_cmp(&x.now.max(x.base)));
    for item in touched {
        let (exporter, importer) = facts.parties(item.forward);
        table.rows.push(vec![
            format!("{exporter} to {importer}").into(),
            item.product.to_string().into(),
            item.product.chapter_name().into(),
            item.now.into(),
            facts.base_year.map(|_| item.base).into(),
            word(item.bans).into(),
            word(item.any).into(),
            ids(facts, item).into(),
        ]);
    }
    table
}

/// One row per set of measures with its shares of both years.
fn share_table(
    id: &str,
    title: &str,
    facts: &Facts,
    first: &[(&str, &str)],
    rows: Vec<(Vec<Cell>, Vec<&Measure>)>,
) -> Table {
    let (now_low, now_high) = (format!("{} at least", facts.year), format!("{} at most", facts.year));
    let base = facts.base_year.map_or("base year".to_owned(), |b| b.to_string());
    let (base_low, base_high) = (format!("{base} at least"), format!("{base} at most"));
    let mut columns: Vec<(&str, &str, Unit)> = first.iter().map(|(n, t)| (*n, *t, Unit::Text)).collect();
    columns.extend([
        ("now_low", now_low.as_str(), Unit::Share),
        ("now_high", now_high.as_str(), Unit::Share),
        ("base_low", base_low.as_str(), Unit::Share),
        ("base_high", base_high.as_str(), Unit::Share),
    ]);
    let mut table = Table::new(id, title, &columns);
    for (mut cells, measures) in rows {
        let extent = |i: &Item| facts.extent(i, |m| measures.iter().any(|x| x.id == m.id));
        let now = share(facts.items.iter(), |i| i.now, extent);
        let base = facts.base_year.and_then(|_| share(facts.items.iter(), |i| i.base, extent));
        for pair in [now, base] {
            cells.push(pair.map(|p| p.0).into());
            cells.push(pair.map(|p| p.1).into());
        }
        table.rows.push(cells);
    }
    table
}

pub(super) fn by_instrument_and_sender(facts: &Facts) -> Table {
    let in_force: Vec<&Measure> = facts.catalogue.between(facts.pair.a, facts.pair.b, facts.on).collect();
    let mut rows = Vec::new();
    for (instrument, name) in Instrument::ALL {
        let group: Vec<&Measure> = in_force.iter().filter(|m| m.instrument == *instrument).copied().collect();
        if !group.is_empty() {
            rows.push((vec!["instrument".into(), (*name).into()], group));
        }
    }
    let mut senders: BTreeMap<String, Vec<&Measure>> = BTreeMap::new();
    for m in &in_force {
        senders.entry(m.sender.name().to_owned()).or_default().push(m);
    }
    for (name, group) in senders {
        rows.push((vec!["sender".into(), name.into()], group));
    }
    share_table(
        "coverage.by_group",
        "Share of both directions touched, by instrument and by sender",
        facts,
        &[("by", "By"), ("group", "Group")],
        rows,
    )
}

pub(super) fn by_measure(facts: &Facts) -> Table {
    let rows = facts
        .catalogue
        .between(facts.pair.a, facts.pair.b, facts.on)
        .map(|m| {
            let cells = vec![
                m.id.clone().into(),
                m.title.clone().into(),
                m.sender.code().into(),
                m.instrument.word().into(),
                m.first_day().map_or(Cell::Missing, |d| d.to_string().into()),
                m.legal.clone().into(),
            ];
            (cells, vec![m])
        })
        .collect();
    share_table(
        "coverage.by_measure",
        if facts.supposed {
            "Measures supposed to be in force, and the share of both directions that each touches"
        } else {
            "Measures in force, and the share of both directions that each touches"
        },
        facts,
        &[
            ("id", "Measure"),
            ("title", "Title"),
            ("sender", "Sender"),
            ("instrument", "Instrument"),
            ("from", "From"),
            ("legal", "Legal source"),
        ],
        rows,
    )
}

/// How many chapters the composition chart shows.
const CHAPTERS: usize = 14;

/// The largest chapters with the part of each that measures touch.
pub(super) fn composition_chart(facts: &Facts, definitions: &[Definition], source: &str) -> Chart {
    let mut chapters: BTreeMap<HsCode, Bar> = BTreeMap::new();
    for item in &facts.items {
        let chapter = item.product.truncate(2);
        let bar = chapters.entry(chapter).or_insert_with(|| Bar {
            label: if chapter == HsCode::TOTAL {
                "All goods".to_owned()
            } else {
                format!("{chapter} {}", chapter.chapter_name())
            },
            value: 0.0,
            marked_low: 0.0,
            marked_high: 0.0,
        });
        bar.value += item.now;
        bar.marked_low += if item.any == Extent::Whole { item.now } else { 0.0 };
        bar.marked_high += if item.any == Extent::None { 0.0 } else { item.now };
    }
    let mut bars: Vec<Bar> = chapters.into_values().filter(|b| b.value > 0.0).collect();
    bars.sort_by(|x, y| y.value.total_cmp(&x.value));
    if bars.len() > CHAPTERS {
        let rest = bars.split_off(CHAPTERS);
        let sum = |pick: &dyn Fn(&Bar) -> f64| rest.iter().map(pick).sum();
        bars.push(Bar {
            label: format!("{} other chapters", rest.len()),
            value: sum(&|b| b.value),
            marked_low: sum(&|b| b.marked_low),
            marked_high: sum(&|b| b.marked_high),
        });
    }
    let main = definitions
        .iter()
        .find(|d| (d.weights, d.instruments, d.ways) == (Weights::Value, Instruments::Any, Ways::Both));
    let title = main.map_or("Trade by chapter".to_owned(), |d| {
        format!("Measures touch {} of the trade of {}", percent_range(d.low, d.high), facts.year)
    });
    Chart {
        id: "coverage.composition".to_owned(),
        title,
        unit: Unit::Usd,
        kind: ChartKind::Bars { bars, marked: Some("touched for certain, and at most".to_owned()) },
        source: source.to_owned(),
        supposition: None,
    }
}

pub(super) fn definition_chart(definitions: &[Definition], claim: f64, source: &str) -> Chart {
    let bars = definitions
        .iter()
        .map(|d| Bar {
            // The bars leave little room for words.
            label: d.title.replace("any measure", "any").replace(" + prevented", " + gone").replace("value ", ""),
            value: 1.0,
            marked_low: d.low,
            marked_high: d.high,
        })
        .collect();
    let count = |v| definitions.iter().filter(|d| d.verdict == v).count();
    Chart {
        id: "coverage.definitions".to_owned(),
        title: format!(
            "\u{201c}{} is not affected\u{201d} holds under {} of {} definitions, fails under {}, depends on the reading under {}",
            percent(claim).replace(".0 ", " "),
            count(Verdict::Holds),
            definitions.len(),
            count(Verdict::Fails),
            count(Verdict::Open)
        ),
        unit: Unit::Share,
        kind: ChartKind::Bars { bars, marked: Some("touched for certain, and at most".to_owned()) },
        source: source.to_owned(),
        supposition: None,
    }
}
