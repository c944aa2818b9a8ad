//! What each series at hand says of a pair's turnover: by reporter, by valuation, by calendar year and by the
//! twelve months that were known when something was said.

use std::collections::BTreeMap;

use jiff::civil::Date;
use turnover_analysis::turnover::{Book, Books, Directions};
use turnover_analysis::{Pair, PairFlows};
use turnover_data::{Flows, Iso3, Source};

use super::Flow;

/// A pair's turnover by one series.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TurnoverSeries {
    /// The reporter and the table.
    pub(super) name: String,
    /// Whose figures: `Russia's`, `both importers'`.
    pub(super) whose: String,
    /// US dollars by calendar year.
    pub(super) years: BTreeMap<i32, f64>,
    /// US dollars by month, where it has months.
    months: BTreeMap<(i32, u8), f64>,
    /// Where it comes from.
    pub(super) source: Source,
}

impl TurnoverSeries {
    /// The twelve months that were published when something was said: to the month before last.
    pub(super) fn twelve_months(&self, said: Date) -> Option<((i32, u8), f64)> {
        let last = said.first_of_month().checked_sub(jiff::Span::new().months(2)).ok()?;
        let mut sum = 0.0;
        for back in 0..12 {
            let month = last.checked_sub(jiff::Span::new().months(back)).ok()?;
            sum += self.months.get(&(i32::from(month.year()), u8::try_from(month.month()).ok()?))?;
        }
        Some(((i32::from(last.year()), u8::try_from(last.month()).ok()?), sum))
    }
}

/// `Russia's`, `the United States'`.
fn possessive(country: Iso3) -> String {
    let name = turnover_analysis::format::in_sentence(country.name());
    if name.ends_with('s') { format!("{name}'") } else { format!("{name}'s") }
}

/// The value of a flow, where the directions that it needs are there.
fn value(d: &Directions, flow: Flow) -> Option<f64> {
    match flow {
        Flow::Turnover => d.turnover(),
        Flow::Exports => Some(d.forward?.value_usd),
        Flow::Imports => Some(d.backward?.value_usd),
        Flow::Balance => Some(d.forward?.value_usd - d.backward?.value_usd),
    }
}

fn combined(forward: f64, backward: f64, flow: Flow) -> f64 {
    match flow {
        Flow::Turnover => forward + backward,
        Flow::Exports => forward,
        Flow::Imports => backward,
        Flow::Balance => forward - backward,
    }
}

/// Every series: the built-in ones, the two valuations of both reporters, and the user's figures.
pub(super) fn all(pair: Pair, flows: &Flows, flow: Flow) -> Vec<TurnoverSeries> {
    let mut out = Vec::new();
    if let Ok(books) = Books::read(pair, None) {
        out.extend(books.books.iter().filter_map(|b| of_book(b, &books, flow)));
        out.extend(mixed(&books, true, flow));
        out.extend(mixed(&books, false, flow));
    }
    out.extend(of_flows(pair, flows, &out, flow));
    out.retain(|s| !s.years.is_empty());
    out
}

fn of_book(book: &Book, books: &Books, flow: Flow) -> Option<TurnoverSeries> {
    let facts = book.table.facts().ok()?;
    let mut years: BTreeMap<i32, f64> = book.years.iter().filter_map(|(y, d)| Some((*y, value(d, flow)?))).collect();
    let mut months = BTreeMap::new();
    if let Some(by_month) = books.months.get(&(book.table, book.reporter)) {
        months = by_month.iter().filter_map(|(m, d)| Some((*m, value(d, flow)?))).collect();
        // A year of which months are missing is no year.
        years.retain(|y, _| (1..=12).all(|m| months.contains_key(&(*y, m))));
    }
    let (name, whose) = match book.reporter {
        Some(c) => (format!("{} ({})", facts.short_name, c), possessive(c)),
        None => (facts.short_name.clone(), "reconciled".to_owned()),
    };
    Some(TurnoverSeries { name, whose, years, months, source: book.table.source().ok()? })
}

/// Both directions by their importers (CIF), or by their exporters (FOB).
fn mixed(books: &Books, importers: bool, flow: Flow) -> Option<TurnoverSeries> {
    let (a, b) = (books.pair.a, books.pair.b);
    let (forward, backward) = if importers { (b, a) } else { (a, b) };
    let mut source = None;
    let mut years = BTreeMap::new();
    for year in books.years() {
        let there = books.direction(Some(forward), year, true);
        let back = books.direction(Some(backward), year, false);
        if let (Some((book, x)), Some((_, y))) = (there, back) {
            source = source.or_else(|| book.table.source().ok());
            years.insert(year, combined(x.value_usd, y.value_usd, flow));
        }
    }
    let (name, whose) = if importers {
        ("both importers' reports, CIF where they are", "both importers'")
    } else {
        ("both exporters' reports, FOB", "both exporters'")
    };
    Some(TurnoverSeries {
        name: name.to_owned(),
        whose: whose.to_owned(),
        years,
        months: BTreeMap::new(),
        source: source?,
    })
}

/// The figures that were given, by reporter, unless a built-in series says the same.
fn of_flows(pair: Pair, flows: &Flows, known: &[TurnoverSeries], flow: Flow) -> Vec<TurnoverSeries> {
    let Ok(p) = PairFlows::new(flows, pair) else { return Vec::new() };
    let mut out = Vec::new();
    for reporter in p.reporters() {
        let turnover = |y: i32| Some(combined(p.total_by(y, true, reporter)?, p.total_by(y, false, reporter)?, flow));
        let years: BTreeMap<i32, f64> = p.years().into_iter().filter_map(|y| Some((y, turnover(y)?))).collect();
        let same =
            |s: &TurnoverSeries| years.iter().all(|(y, v)| s.years.get(y).is_some_and(|x| (x / v - 1.0).abs() < 1e-3));
        if known.iter().any(same) {
            continue;
        }
        let (name, whose) = match reporter {
            Some(c) => (format!("{} ({c})", p.source.name), possessive(c)),
            None => (p.source.name.clone(), "the given".to_owned()),
        };
        out.push(TurnoverSeries { name, whose, years, months: BTreeMap::new(), source: p.source.clone() });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use turnover_data::figures;

    /// Russia's customs service: 19.91 and 26.32 billion; US Census: 20.37 and 28.07 billion.
    #[test]
    fn the_founding_pair_has_both_reporters_and_both_valuations() {
        let pair = Pair::resolve("USA", "RUS").unwrap();
        let series = all(pair, &figures::us_russia().unwrap(), Flow::Turnover);
        let billions = |year: i32| -> Vec<f64> {
            series.iter().filter_map(|s| s.years.get(&year)).map(|v| (v / 1e7).round() / 100.0).collect()
        };
        for (year, value) in [(2016, 19.91), (2019, 26.32), (2016, 20.37), (2019, 28.07)] {
            assert!(
                billions(year).iter().any(|v| (v - value).abs() < 0.015),
                "{year}: {value} in {:?}",
                billions(year)
            );
        }
        assert!(
            series.iter().any(|s| s.whose == "both importers'") && series.iter().any(|s| s.whose == "both exporters'")
        );
        let months = series.iter().find_map(|s| s.twelve_months("2019-12-10".parse().unwrap())).unwrap();
        assert_eq!(months.0, (2019, 10));
    }
}
