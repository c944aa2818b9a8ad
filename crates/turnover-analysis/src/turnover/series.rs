//! What both sides report, in tables and a chart.

use turnover_data::{DataError, Iso3};

use crate::answer::{Cell, Chart, ChartKind, Line, Table, Unit};
use crate::format::usd_short;

use super::books::{Book, Books, Entry};

fn columns(books: &Books) -> (String, String) {
    let pair = books.pair;
    (format!("{} to {}", pair.a, pair.b), format!("{} to {}", pair.b, pair.a))
}

/// Every series in the year.
pub(super) fn reports(books: &Books) -> Result<Table, DataError> {
    let (forward, backward) = columns(books);
    let mut table = Table::new(
        "turnover.reports",
        &format!("What each side reports, {}", books.year),
        &[
            ("source", "Source", Unit::Text),
            ("reporter", "Reporter", Unit::Text),
            ("forward_usd", &forward, Unit::Usd),
            ("forward_valuation", "Valuation", Unit::Text),
            ("backward_usd", &backward, Unit::Usd),
            ("backward_valuation", "Valuation", Unit::Text),
            ("turnover_usd", "Turnover", Unit::Usd),
            ("status", "Status", Unit::Text),
        ],
    );
    for book in &books.books {
        let Some(entry) = book.years.get(&books.year) else { continue };
        let valuation = |e: Option<Entry>| e.map_or("not reported".to_owned(), |e| e.valuation.label().to_owned());
        let status = entry.forward.or(entry.backward).map_or("", |e| e.status.word());
        table.rows.push(vec![
            book.table.facts()?.short_name.clone().into(),
            reporter_cell(book),
            entry.forward.map(|e| e.value_usd).into(),
            valuation(entry.forward).into(),
            entry.backward.map(|e| e.value_usd).into(),
            valuation(entry.backward).into(),
            entry.turnover().into(),
            status.into(),
        ]);
    }
    Ok(table)
}

fn reporter_cell(book: &Book) -> Cell {
    book.reporter.map_or("none: estimated".into(), |r| r.to_string().into())
}

/// Both sides year by year, each by its preferred series.
pub(super) fn by_year(books: &Books) -> Table {
    let (a, b) = (books.pair.a, books.pair.b);
    let heading = |from: Iso3, to: Iso3, by: Iso3| format!("{from} to {to}, as {by} reports");
    let titles = [heading(a, b, a), heading(a, b, b), heading(b, a, b), heading(b, a, a)];
    let mut table = Table::new(
        "turnover.by_year",
        "Trade by year, by both reports",
        &[
            ("year", "Year", Unit::Year),
            ("forward_by_exporter_usd", &titles[0], Unit::Usd),
            ("forward_by_importer_usd", &titles[1], Unit::Usd),
            ("backward_by_exporter_usd", &titles[2], Unit::Usd),
            ("backward_by_importer_usd", &titles[3], Unit::Usd),
            ("forward_estimated_usd", &format!("{a} to {b}, estimated"), Unit::Usd),
            ("backward_estimated_usd", &format!("{b} to {a}, estimated"), Unit::Usd),
        ],
    );
    for year in books.years().into_iter().rev() {
        let cell = |by, forward| Cell::from(books.direction(by, year, forward).map(|(_, e)| e.value_usd));
        let own = [(Some(a), true), (Some(b), true), (Some(b), false), (Some(a), false), (None, true), (None, false)];
        let cells = own.into_iter().map(|(by, forward)| cell(by, forward));
        table.rows.push(std::iter::once(f64::from(year).into()).chain(cells).collect());
    }
    table
}

/// Every series in every year.
pub(super) fn series(books: &Books) -> Result<Table, DataError> {
    let (forward, backward) = columns(books);
    let mut table = Table::new(
        "turnover.series",
        "Every series",
        &[
            ("year", "Year", Unit::Year),
            ("source", "Source", Unit::Text),
            ("reporter", "Reporter", Unit::Text),
            ("forward_usd", &forward, Unit::Usd),
            ("backward_usd", &backward, Unit::Usd),
            ("turnover_usd", "Turnover", Unit::Usd),
        ],
    );
    for book in &books.books {
        let name = book.table.facts()?.short_name.clone();
        for (year, entry) in book.years.iter().rev() {
            table.rows.push(vec![
                f64::from(*year).into(),
                name.clone().into(),
                reporter_cell(book),
                entry.forward.map(|e| e.value_usd).into(),
                entry.backward.map(|e| e.value_usd).into(),
                entry.turnover().into(),
            ]);
        }
    }
    Ok(table)
}

pub(super) fn by_month(books: &Books) -> Result<Table, DataError> {
    let (forward, backward) = columns(books);
    let mut table = Table::new(
        "turnover.by_month",
        "Trade by month",
        &[
            ("month", "Month", Unit::Text),
            ("source", "Source", Unit::Text),
            ("reporter", "Reporter", Unit::Text),
            ("forward_usd", &forward, Unit::Usd),
            ("backward_usd", &backward, Unit::Usd),
        ],
    );
    for ((stock, reporter), months) in &books.months {
        let name = stock.facts()?.short_name.clone();
        for ((year, month), entry) in months.iter().rev() {
            table.rows.push(vec![
                format!("{year}-{month:02}").into(),
                name.clone().into(),
                reporter.map_or(Cell::Missing, |r| r.to_string().into()),
                entry.forward.map(|e| e.value_usd).into(),
                entry.backward.map(|e| e.value_usd).into(),
            ]);
        }
    }
    Ok(table)
}

/// Turnover by every series that has both directions.
pub(super) fn chart(books: &Books) -> Result<Chart, DataError> {
    let mut lines = Vec::new();
    for book in &books.books {
        let points: Vec<(f64, f64)> =
            book.years.iter().filter_map(|(y, d)| Some((f64::from(*y), d.turnover()?))).collect();
        if points.len() < 2 {
            continue;
        }
        let by = book.reporter.map_or_else(|| "reconciled".to_owned(), |r| r.to_string());
        lines.push(Line { name: format!("{by}: {}", book.table.facts()?.short_name), points });
    }
    let now = [books.pair.a, books.pair.b].map(|c| books.turnover_of(c, books.year).map(|t| (c, t.1)));
    let title = match now {
        [Some((a, x)), Some((b, y))] => {
            format!("Turnover in {}: {} as {a} reports, {} as {b} reports", books.year, usd_short(x), usd_short(y))
        }
        [Some((c, x)), None] | [None, Some((c, x))] => {
            format!("Turnover in {}: {} as {c} reports", books.year, usd_short(x))
        }
        [None, None] => "Turnover by year, as reported".to_owned(),
    };
    let names: Vec<String> =
        books.books.iter().map(|b| b.table.facts().map(|f| f.short_name.clone())).collect::<Result<_, _>>()?;
    let mut source: Vec<String> = Vec::new();
    names.into_iter().for_each(|n| {
        if !source.contains(&n) {
            source.push(n)
        }
    });
    Ok(Chart {
        id: "turnover.trend".to_owned(),
        title,
        unit: Unit::Usd,
        kind: ChartKind::Lines {
            lines,
            marks: Vec::new(),
            picked: now[0].or(now[1]).map(|(_, v)| (f64::from(books.year), v)),
            x_unit: Unit::Year,
            x_title: String::new(),
        },
        source: source.join("; "),
        supposition: None,
    })
}
