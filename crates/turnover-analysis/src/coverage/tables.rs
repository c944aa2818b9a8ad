//! Tables and charts of coverage.

use std::collections::BTreeMap;

use turnover_data::HsCode;
use turnover_measures::{Instrument, Measure};

use super::definition::{Verdict, share};
use super::facts::{CoverageFacts, Item};
use super::touch::Touch;
use super::within::WithinShares;
use crate::answer::{Bar, Cell, Chart, ChartKind, Table, Unit};
use crate::format::{about, percent};

pub(super) fn by_definition(facts: &CoverageFacts) -> Table {
    let mut table = Table::new(
        "coverage.by_definition",
        "Share touched, by definition",
        &[
            ("definition", "Definition", Unit::Text),
            ("touched", "Touched", Unit::Share),
            ("touched_wide", "With part codes", Unit::Share),
            ("touched_low", "At least", Unit::Share),
            ("touched_high", "At most", Unit::Share),
            ("verdict", "The claim is", Unit::Text),
        ],
    );
    for d in &facts.definitions {
        let most = if d.is_unknown { Cell::Missing } else { d.share.most.into() };
        table.rows.push(vec![
            d.title.clone().into(),
            d.share.central.into(),
            d.share.wide.into(),
            d.share.certain.into(),
            most,
            d.verdict.word().into(),
        ]);
    }
    table
}

/// `whole`, `27 %`, `0 to 31 %`.
fn word(touch: Touch) -> String {
    match touch {
        t if !t.is_any() => String::new(),
        t if t.certain == 1.0 => "whole".to_owned(),
        t if about(t.central) == about(t.wide) => about(t.central),
        t => format!("{} to {}", about(t.central).trim_end_matches(" %"), about(t.wide)),
    }
}

/// The measures that touch an item, by id.
fn ids(facts: &CoverageFacts, item: &Item) -> String {
    let (exporter, importer) = facts.parties(item.forward);
    let mut ids: Vec<&str> = facts
        .catalogue
        .matches(exporter, importer, item.goods.product, facts.on)
        .map(|m| m.measure.id.as_str())
        .collect();
    ids.dedup();
    ids.join(", ")
}

pub(super) fn by_chapter(facts: &CoverageFacts) -> Table {
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
            ("sanctions", "Sanctions", Unit::Text),
            ("bans", "Bans", Unit::Text),
            ("any", "Any measure", Unit::Text),
            ("measures", "Measures", Unit::Text),
        ],
    );
    let mut touched: Vec<&Item> = facts.items.iter().filter(|i| i.known[2].is_any()).collect();
    touched.sort_by(|x, y| y.now.max(y.base).total_cmp(&x.now.max(x.base)));
    for item in touched {
        let (exporter, importer) = facts.parties(item.forward);
        let rest = if item.goods.below.is_empty() { "" } else { ", rest" };
        table.rows.push(vec![
            format!("{exporter} to {importer}").into(),
            format!("{}{rest}", item.goods.product).into(),
            item.goods.product.chapter_name().into(),
            item.now.into(),
            facts.base_year.map(|_| item.base).into(),
            word(item.known[0]).into(),
            word(item.known[1]).into(),
            word(item.known[2]).into(),
            ids(facts, item).into(),
        ]);
    }
    table
}

/// One row per set of measures with its shares of both years, as far as the catalogue has codes.
fn share_table(
    id: &str,
    title: &str,
    facts: &CoverageFacts,
    first: &[(&str, &str)],
    rows: Vec<(Vec<Cell>, Vec<&Measure>)>,
) -> Table {
    let now = facts.year.to_string();
    let now_high = format!("{} at most", facts.year);
    let base = facts.base_year.map_or("base year".to_owned(), |b| b.to_string());
    let base_high = format!("{base} at most");
    let mut columns: Vec<(&str, &str, Unit)> = first.iter().map(|(n, t)| (*n, *t, Unit::Text)).collect();
    columns.extend([
        ("now", now.as_str(), Unit::Share),
        ("now_high", now_high.as_str(), Unit::Share),
        ("base", base.as_str(), Unit::Share),
        ("base_high", base_high.as_str(), Unit::Share),
    ]);
    let mut table = Table::new(id, title, &columns);
    let mut shares = facts.shares.clone();
    for (mut cells, measures) in rows {
        let ids: Vec<&str> = measures.iter().map(|m| m.id.as_str()).collect();
        let touches: Vec<Touch> = facts
            .items
            .iter()
            .map(|i| {
                let within: &mut WithinShares = shares.of(i.forward);
                facts.touch(i, within, |m| ids.contains(&m.id.as_str()))
            })
            .collect();
        let of = |weight: &dyn Fn(&Item) -> f64| {
            let mut next = touches.iter().copied();
            share(facts.items.iter(), weight, |_| next.next().unwrap_or_default())
        };
        let (now, base) = (of(&|i| i.now), facts.base_year.and_then(|_| of(&|i| i.base)));
        for touch in [now, base] {
            cells.push(touch.map(|t| t.central).into());
            cells.push(touch.map(|t| t.most).into());
        }
        table.rows.push(cells);
    }
    table
}

pub(super) fn by_instrument_and_sender(facts: &CoverageFacts) -> Table {
    let in_force: Vec<&Measure> = facts.catalogue.between(facts.pair.a, facts.pair.b, facts.on).collect();
    let mut rows: Vec<(Vec<Cell>, Vec<&Measure>)> = Vec::new();
    for (purpose, name) in turnover_measures::Purpose::ALL {
        let of = in_force.iter().filter(|m| m.purpose == *purpose).copied().collect();
        rows.push((vec!["purpose".into(), (*name).into()], of));
    }
    for (instrument, name) in Instrument::ALL {
        let of = in_force.iter().filter(|m| m.instrument == *instrument).copied().collect();
        rows.push((vec!["instrument".into(), (*name).into()], of));
    }
    let mut senders: BTreeMap<&str, Vec<&Measure>> = BTreeMap::new();
    for m in &in_force {
        senders.entry(m.sender.name()).or_default().push(m);
    }
    rows.extend(senders.into_iter().map(|(name, of)| (vec!["sender".into(), name.into()], of)));
    rows.retain(|(_, of)| !of.is_empty());
    share_table(
        "coverage.by_group",
        "Share of both directions touched, by purpose, instrument and sender",
        facts,
        &[("by", "By"), ("group", "Group")],
        rows,
    )
}

pub(super) fn by_measure(facts: &CoverageFacts) -> Table {
    let rows = facts
        .catalogue
        .between(facts.pair.a, facts.pair.b, facts.on)
        .map(|m| {
            let cells = vec![
                m.id.clone().into(),
                m.title.clone().into(),
                m.sender.code().into(),
                m.instrument.word().into(),
                m.purpose.word().into(),
                m.first_day().map_or(Cell::Missing, |d| d.to_string().into()),
                m.legal.clone().into(),
            ];
            (cells, vec![m])
        })
        .collect();
    share_table(
        "coverage.by_measure",
        if facts.supposition.is_some() {
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
            ("purpose", "Purpose"),
            ("from", "From"),
            ("legal", "Legal source"),
        ],
        rows,
    )
}

/// How many chapters the composition chart shows.
const CHAPTERS: usize = 14;

/// The largest chapters with the part of each that measures touch.
pub(super) fn composition_chart(facts: &CoverageFacts, source: &str) -> Chart {
    let mut chapters: BTreeMap<HsCode, Bar> = BTreeMap::new();
    for item in &facts.items {
        let chapter = item.goods.product.truncate(2);
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
        bar.marked_low += item.now * item.known[2].central;
        bar.marked_high += item.now * item.known[2].wide;
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
    let title = facts.definition("value.any.both").map_or("Trade by chapter".to_owned(), |d| {
        format!("Measures of any kind touch about {} of the trade of {}", about(d.share.central), facts.year)
    });
    Chart {
        id: "coverage.composition".to_owned(),
        title,
        unit: Unit::Usd,
        kind: ChartKind::Bars {
            bars,
            marked: Some("touched by the best estimate, and with codes meant in part".to_owned()),
        },
        source: source.to_owned(),
        supposition: None,
    }
}

pub(super) fn definition_chart(facts: &CoverageFacts, source: &str) -> Chart {
    let bars = facts
        .definitions
        .iter()
        .map(|d| Bar {
            // The bars leave little room for words.
            label: d.title.replace("any measure", "any").replace(" + prevented", " + gone").replace("value ", ""),
            value: 1.0,
            marked_low: d.share.central,
            marked_high: d.share.wide,
        })
        .collect();
    let claim = percent(facts.claim).replace(".0 ", " ");
    let verdict = facts.judged().map_or(Verdict::Unknown, |c| c.verdict);
    let word = match verdict {
        Verdict::Unknown => verdict.word().to_owned(),
        verdict => format!("is {}", verdict.word()),
    };
    Chart {
        id: "coverage.definitions".to_owned(),
        title: format!("\u{201c}{claim} is not affected\u{201d} {word}"),
        unit: Unit::Share,
        kind: ChartKind::Bars {
            bars,
            marked: Some("touched by the best estimate, and with codes meant in part".to_owned()),
        },
        source: source.to_owned(),
        supposition: None,
    }
}
