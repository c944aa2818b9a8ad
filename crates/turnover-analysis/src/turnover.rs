//! How much a pair trades: level, trend, composition, both reporters. From flows that a user brings, or
//! from the built-in world ([`Books`], [`report`]).

mod beside;
mod blocs;
mod blocs_report;
mod books;
mod report;
mod series;

use std::collections::BTreeMap;

use serde_json::Map;
use turnover_data::{Flows, HsCode, Iso3, Valuation};

use crate::answer::{
    Answer, Cell, Chart, ChartKind, Figure, Finding, Headline, Interval, Line, Number, Reservation, Table, Unit,
};
use crate::error::AnalysisError;
use crate::format::{in_sentence, percent, percent_signed, sentence, usd};
use crate::pair::{Pair, PairFlows};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whose trade.
    pub pair: Pair,
    /// Which year; the latest if `None`.
    pub year: Option<i32>,
    /// The command that asks again, which findings name.
    pub command: String,
}

impl Question {
    /// The latest year on embedded figures.
    pub fn new(pair: Pair) -> Self {
        Question { pair, year: None, command: String::new() }
    }
}

pub use blocs::{BlocBooks, BlocYear, Side, Sum};
pub use blocs_report::report_blocs;
pub use books::{Book, Books, Chapters, Directions, Entry, MonthlyBook};
pub use report::report;

/// Answers the question.
pub fn answer(flows: &Flows, question: &Question) -> Result<Answer, AnalysisError> {
    let pair = question.pair;
    let p = PairFlows::new(flows, pair)?;
    let year = p.year_or_latest(question.year)?;
    let command = question.command.clone();
    let (a, b) = (in_sentence(pair.a.name()), in_sentence(pair.b.name()));
    let forward = p.total(year, true);
    let backward = p.total(year, false);
    let total = forward + backward;
    let reporter = |forward| p.reporter_for(forward).map_or("the data".to_owned(), |r| in_sentence(r.name()));
    let finding = |id: &str, title: &str, statement: String, value: f64, unit: Unit, definition: String| Finding {
        id: format!("turnover.{id}"),
        title: title.to_owned(),
        statement,
        value: Number::Value(value),
        unit,
        interval: None,
        method: "sum of reported flows".to_owned(),
        definition,
        sources: vec![p.source.clone()],
        caveats: p.caveats.clone(),
        reproduce: command.clone(),
        supposition: None,
    };
    let mut findings = vec![finding(
        "level",
        "Turnover",
        level_statement(&p, year, [&a, &b], total),
        total,
        Unit::Usd,
        format!("goods exports plus imports of the pair in {year}, current US dollars"),
    )];
    for (is_forward, id, from, to, name) in
        [(true, "forward", pair.a, pair.b, &a), (false, "backward", pair.b, pair.a, &b)]
    {
        let of = reporter(is_forward);
        let includes = p.valuation(year, is_forward, p.reporter_for(is_forward)).map_or("", included);
        let title = format!("{from} to {to}");
        findings.push(match p.reported(year, is_forward) {
            Some(value) => finding(
                id,
                &title,
                sentence(&format!("{name} sold {} of it, as {of} reports", usd(value))),
                value,
                Unit::Usd,
                format!("goods from {from} to {to}, reported by {of}{includes}"),
            ),
            None => Finding {
                value: Number::Unknown,
                ..finding(
                    id,
                    &title,
                    sentence(&format!("what {name} sold is not reported for {year}")),
                    f64::NAN,
                    Unit::Usd,
                    format!("goods from {from} to {to}; no report is in the data, which is not the same as no trade"),
                )
            },
        });
    }
    note_months(&p, year, &mut findings);
    let years = p.years();
    let trend: Vec<(i32, f64, f64)> = years.iter().map(|&y| (y, p.total(y, true), p.total(y, false))).collect();
    findings.extend(trend_findings(&trend, year, &finding));
    findings.extend(mirror_finding(&p, year, &finding));
    let mut tables = vec![by_year(&trend, &p), by_section(&p, year), by_chapter(&p, year)];
    tables.extend(both_reports(&p));
    let charts = vec![trend_chart(&trend, year, &p)];
    let headline = Some(headline(&p, year, &findings[0].statement, total));
    Ok(Answer {
        title: format!("Trade of {a} and {b}, {year}"),
        command,
        findings,
        tables,
        charts,
        named: Map::new(),
        headline,
    })
}

/// Says of findings that a year is not whole.
fn note_months(p: &PairFlows, year: i32, findings: &mut [Finding]) {
    if let Some(months) = [true, false].into_iter().filter_map(|forward| p.partial(year, forward)).min() {
        let note = format!("The data hold {months} of the 12 months of {year}.");
        findings.iter_mut().for_each(|f| f.caveats.insert(0, note.clone()));
    }
}

/// The level for the lead of a page; where one direction is missing, that weighs most.
fn headline(p: &PairFlows, year: i32, level: &str, total: f64) -> Headline {
    let is_whole = p.reported(year, true).is_some() && p.reported(year, false).is_some();
    Headline {
        sentence: level.to_owned(),
        figure: Figure::Turnover(Interval { low: total, high: total }),
        reservation: (!is_whole).then(|| Reservation {
            sentence: "One direction is not reported: what is missing is not zero.".to_owned(),
            weight: 1.0,
        }),
    }
}

/// How much two countries trade: at least as much as one direction where the other is not reported.
fn level_statement(p: &PairFlows, year: i32, [a, b]: [&str; 2], total: f64) -> String {
    let missing = match (p.reported(year, true), p.reported(year, false)) {
        (None, _) => (a, b),
        (_, None) => (b, a),
        _ => return sentence(&format!("{a} and {b} traded goods worth {} in {year}", usd(total))),
    };
    let (from, to) = missing;
    sentence(&format!(
        "{a} and {b} traded goods worth at least {} in {year}: nothing is reported on goods from {from} to {to}",
        usd(total)
    ))
}

type Trend = [(i32, f64, f64)];

/// The change on the year before, and the distance from the highest year.
fn trend_findings(
    trend: &Trend,
    year: i32,
    finding: &impl Fn(&str, &str, String, f64, Unit, String) -> Finding,
) -> Vec<Finding> {
    let mut out = Vec::new();
    let total = |y: i32| trend.iter().find(|t| t.0 == y).map(|t| t.1 + t.2);
    let Some(now) = total(year) else { return out };
    if let Some(before) = total(year - 1).filter(|v| *v > 0.0) {
        let change = now / before - 1.0;
        out.push(finding(
            "change",
            "On the year before",
            format!("That is {} on {}", percent_signed(change), year - 1),
            change,
            Unit::Change,
            format!("turnover of {year} over that of {}, less one", year - 1),
        ));
    }
    let peak = trend.iter().map(|t| (t.0, t.1 + t.2)).max_by(|x, y| x.1.total_cmp(&y.1));
    if let Some((peak_year, peak)) = peak.filter(|p| p.0 != year && p.1 > 0.0) {
        let change = now / peak - 1.0;
        out.push(finding(
            "peak",
            "Against the highest year",
            format!(
                "The highest year on record here is {peak_year}, with {}; {year} lies {} below it",
                usd(peak),
                percent(-change)
            ),
            change,
            Unit::Change,
            format!("turnover of {year} over that of {peak_year}, less one"),
        ));
    }
    out
}

/// Both reporters' figures for the same flows, where there are two.
fn mirror_finding(
    p: &PairFlows,
    year: i32,
    finding: &impl Fn(&str, &str, String, f64, Unit, String) -> Finding,
) -> Option<Finding> {
    let by = |reporter| Some(p.total_by(year, true, reporter)? + p.total_by(year, false, reporter)?);
    let (a, b) = (by(Some(p.pair.a))?, by(Some(p.pair.b))?);
    let mut f = finding(
        "mirror",
        "Both reporters",
        format!("{} reports {}, {} reports {} for the same trade", p.pair.a, usd(a), p.pair.b, usd(b)),
        a / b - 1.0,
        Unit::Change,
        format!("turnover reported by {} over that reported by {}, less one", p.pair.a, p.pair.b),
    );
    f.interval = Some(Interval { low: a.min(b) / b - 1.0, high: a.max(b) / b - 1.0 });
    f.caveats.insert(
        0,
        "Two reports of one flow differ by freight and insurance (CIF imports, FOB exports), by origin against last \
         known destination, and by timing."
            .to_owned(),
    );
    Some(f)
}

/// What a valuation includes, as the end of a definition.
fn included(valuation: Valuation) -> &'static str {
    match valuation {
        Valuation::Fob => ", FOB: without international freight and insurance",
        Valuation::Fas => ", FAS: to the port of exit, before loading",
        Valuation::Cif => ", CIF: with freight and insurance to the importer's border",
        Valuation::Customs => ", customs value: what duty is assessed on",
    }
}

/// Both sides' reports of each direction by year; `None` where only one side reports.
fn both_reports(p: &PairFlows) -> Option<Table> {
    let (a, b) = (p.pair.a, p.pair.b);
    let reporters = p.reporters();
    if !reporters.contains(&Some(a)) || !reporters.contains(&Some(b)) {
        return None;
    }
    let years = p.years();
    // (direction is forward, reporter)
    let columns = [(true, a), (true, b), (false, b), (false, a)];
    let title = |(forward, reporter): (bool, Iso3)| {
        let (from, to) = if forward { (a, b) } else { (b, a) };
        let valuation = years.iter().rev().find_map(|y| p.valuation(*y, forward, Some(reporter)));
        let valuation = valuation.map_or(String::new(), |v| format!(", {}", v.word().to_uppercase()));
        // Importers record where goods were made, exporters where they are known to go.
        let by = if reporter == to { "origin" } else { "destination" };
        format!("{from} to {to}, {reporter} reports{valuation}, by {by}")
    };
    let titles = columns.map(title);
    let mut table = Table::new(
        "turnover.both_reports",
        "Both sides' reports",
        &[
            ("year", "Year", Unit::Year),
            ("forward_by_exporter_usd", titles[0].as_str(), Unit::Usd),
            ("forward_by_importer_usd", titles[1].as_str(), Unit::Usd),
            ("backward_by_exporter_usd", titles[2].as_str(), Unit::Usd),
            ("backward_by_importer_usd", titles[3].as_str(), Unit::Usd),
        ],
    );
    for year in &years {
        let mut row = vec![f64::from(*year).into()];
        row.extend(columns.map(|(forward, reporter)| Cell::from(p.total_by(*year, forward, Some(reporter)))));
        table.rows.push(row);
    }
    Some(table)
}

fn by_year(trend: &Trend, p: &PairFlows) -> Table {
    let pair = p.pair;
    let forward = format!("{} to {}", pair.a, pair.b);
    let backward = format!("{} to {}", pair.b, pair.a);
    let mut table = Table::new(
        "turnover.by_year",
        "Trade by year",
        &[
            ("year", "Year", Unit::Year),
            ("forward_usd", &forward, Unit::Usd),
            ("backward_usd", &backward, Unit::Usd),
            ("turnover_usd", "Turnover", Unit::Usd),
            ("change", "Change", Unit::Change),
        ],
    );
    for (at, &(year, x, y)) in trend.iter().enumerate() {
        let before = at.checked_sub(1).map(|b| trend[b]).filter(|b| b.0 == year - 1).map(|b| b.1 + b.2);
        let change = before.filter(|v| *v > 0.0).map(|v| (x + y) / v - 1.0);
        let side = |forward| Cell::from(p.reported(year, forward));
        table.rows.push(vec![f64::from(year).into(), side(true), side(false), (x + y).into(), change.into()]);
    }
    table
}

fn by_section(p: &PairFlows, year: i32) -> Table {
    let mut sections: BTreeMap<(&str, &str), [f64; 2]> = BTreeMap::new();
    for (at, forward) in [true, false].into_iter().enumerate() {
        for (product, value) in p.products(year, forward) {
            let key = product.chapter_row().map_or(("", "All goods"), |c| (c.section, c.section_name));
            sections.entry(key).or_default()[at] += value;
        }
    }
    let rows = sections.into_iter().map(|((code, name), v)| (code.to_owned(), name.to_owned(), v)).collect();
    composition("turnover.by_section", "Trade by section", "section", "Section", p.pair, rows)
}

fn by_chapter(p: &PairFlows, year: i32) -> Table {
    let mut chapters: BTreeMap<HsCode, [f64; 2]> = BTreeMap::new();
    for (at, forward) in [true, false].into_iter().enumerate() {
        for (product, value) in p.products(year, forward) {
            chapters.entry(product.truncate(2)).or_default()[at] += value;
        }
    }
    let rows = chapters.into_iter().map(|(c, v)| (c.to_string(), c.chapter_name().to_owned(), v)).collect();
    composition("turnover.by_chapter", "Trade by HS chapter", "chapter", "HS", p.pair, rows)
}

/// Trade by section and by chapter, from values by chapter.
fn composition_of(values: &BTreeMap<HsCode, [f64; 2]>, pair: Pair, year: i32, source: &str) -> Vec<Table> {
    let mut sections: BTreeMap<(&str, &str), [f64; 2]> = BTreeMap::new();
    for (product, v) in values {
        let key = product.chapter_row().map_or(("", "All goods"), |c| (c.section, c.section_name));
        let sum = sections.entry(key).or_default();
        *sum = [sum[0] + v[0], sum[1] + v[1]];
    }
    let sections = sections.into_iter().map(|((code, name), v)| (code.to_owned(), name.to_owned(), v)).collect();
    let chapters = values.iter().map(|(c, v)| (c.to_string(), c.chapter_name().to_owned(), *v)).collect();
    let title = |of: &str| format!("Trade by {of}, {year} ({source})");
    vec![
        composition("turnover.by_section", &title("section"), "section", "Section", pair, sections),
        composition("turnover.by_chapter", &title("HS chapter"), "chapter", "HS", pair, chapters),
    ]
}

/// Rows (code, name, values of both directions) as a table, largest first.
fn composition(
    id: &str,
    title: &str,
    code_name: &str,
    code_title: &str,
    pair: Pair,
    mut rows: Vec<(String, String, [f64; 2])>,
) -> Table {
    let forward = format!("{} to {}", pair.a, pair.b);
    let backward = format!("{} to {}", pair.b, pair.a);
    let mut table = Table::new(
        id,
        title,
        &[
            (code_name, code_title, Unit::Text),
            ("name", "Name", Unit::Text),
            ("forward_usd", &forward, Unit::Usd),
            ("backward_usd", &backward, Unit::Usd),
            ("turnover_usd", "Turnover", Unit::Usd),
            ("share", "Share", Unit::Share),
        ],
    );
    let total: f64 = rows.iter().map(|r| r.2[0] + r.2[1]).sum();
    rows.sort_by(|x, y| (y.2[0] + y.2[1]).total_cmp(&(x.2[0] + x.2[1])));
    for (code, name, [f, b]) in rows {
        let share = if total > 0.0 { Cell::from((f + b) / total) } else { Cell::Missing };
        table.rows.push(vec![code.into(), name.into(), f.into(), b.into(), (f + b).into(), share]);
    }
    table
}

fn trend_chart(trend: &Trend, year: i32, p: &PairFlows) -> Chart {
    let pair = p.pair;
    let line = |name: String, pick: &dyn Fn(&(i32, f64, f64)) -> f64| Line {
        name,
        points: trend.iter().map(|t| (f64::from(t.0), pick(t))).collect(),
    };
    let now = trend.iter().find(|t| t.0 == year).map(|t| t.1 + t.2);
    let peak = trend.iter().map(|t| (t.0, t.1 + t.2)).max_by(|x, y| x.1.total_cmp(&y.1));
    let title = match (now, peak) {
        (Some(now), Some((y, top))) if y != year && top > 0.0 => {
            format!("Turnover stood at {} in {year}, {} below {y}", usd(now), percent(1.0 - now / top))
        }
        (Some(now), _) => format!("Turnover stood at {} in {year}, the highest on record here", usd(now)),
        (None, _) => "Turnover by year".to_owned(),
    };
    Chart {
        id: "turnover.trend".to_owned(),
        title,
        unit: Unit::Usd,
        kind: ChartKind::Lines {
            lines: vec![
                line("Turnover".to_owned(), &|t| t.1 + t.2),
                line(format!("{} to {}", pair.a, pair.b), &|t| t.1),
                line(format!("{} to {}", pair.b, pair.a), &|t| t.2),
            ],
            marks: Vec::new(),
            picked: now.map(|v| (f64::from(year), v)),
            x_unit: Unit::Year,
            x_title: String::new(),
        },
        source: format!("{}; {}", p.source.name, p.source.vintage),
        supposition: None,
    }
}
