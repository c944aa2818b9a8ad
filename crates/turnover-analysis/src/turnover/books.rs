//! What both sides report of a pair's trade, series beside series: the numbers, without words.

use std::collections::{BTreeMap, BTreeSet};

use turnover_data::builtin::{self, BothBooks, Distances, Report, SuspectYear, Table};
use turnover_data::reconcile::{Estimate, Ledger, reconcile};
use turnover_data::{HsCode, Iso3, Status, Valuation};

use crate::answer::Interval;
use crate::error::AnalysisError;
use crate::pair::Pair;

/// One figure of a book.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// US dollars of the year or month.
    pub value_usd: f64,
    /// What the value includes.
    pub valuation: Valuation,
    /// Reported, estimated or reconciled.
    pub status: Status,
}

/// Both directions in one period; `None` where the book has no figure.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Directions {
    /// From the first country to the second.
    pub forward: Option<Entry>,
    /// From the second to the first.
    pub backward: Option<Entry>,
}

impl Directions {
    /// Both directions together, where both are there.
    pub fn turnover(&self) -> Option<f64> {
        Some(self.forward?.value_usd + self.backward?.value_usd)
    }

    fn slot(&mut self, forward: bool) -> &mut Option<Entry> {
        if forward { &mut self.forward } else { &mut self.backward }
    }

    /// One direction.
    pub fn get(&self, forward: bool) -> Option<Entry> {
        if forward { self.forward } else { self.backward }
    }

    fn add(&mut self, forward: bool, report: &Report) {
        let slot = self.slot(forward);
        let sum = slot.map_or(0.0, |e| e.value_usd) + report.value_usd;
        *slot = Some(Entry { value_usd: sum, valuation: report.valuation, status: report.status });
    }
}

/// One source's series of a pair's trade by one reporter.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    /// The table.
    pub table: Table,
    /// Who reports; `None` where the source has estimated the figures or reconciled both sides.
    pub reporter: Option<Iso3>,
    /// By year.
    pub years: BTreeMap<i32, Directions>,
}

impl Book {
    /// Both directions in a year, where the book has both and they are reports, not estimates.
    fn reported(&self, year: i32) -> Option<f64> {
        let entry = self.years.get(&year)?;
        let own = |e: Entry| e.status == Status::Reported;
        (own(entry.forward?) && own(entry.backward?)).then(|| entry.turnover())?
    }
}

/// A series by (year, month).
pub type MonthlyBook = BTreeMap<(i32, u8), Directions>;

/// All series of a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Books {
    /// The pair.
    pub pair: Pair,
    /// The year that is looked at.
    pub year: i32,
    /// The series: those of the first country, of the second, then reconciled ones; of one reporter the
    /// national office's own before those passed on by others.
    pub books: Vec<Book>,
    /// The months of the offices that report by month: table, reporter, (year, month).
    pub months: BTreeMap<(Table, Option<Iso3>), MonthlyBook>,
    /// Years of these series that stand out.
    pub suspects: Vec<SuspectYear>,
    /// The reconciled value by year, forward and backward, where it was asked for.
    pub reconciled: Option<BTreeMap<i32, [Option<Estimate>; 2]>>,
    /// Trade by HS chapter, where a table has it for the year, or else the latest year that has it.
    pub chapters: Option<Chapters>,
}

/// A pair's trade by HS chapter in one year.
#[derive(Debug, Clone, PartialEq)]
pub struct Chapters {
    /// The table.
    pub table: Table,
    /// The year.
    pub year: i32,
    /// Values by chapter, forward and backward, US dollars; nought where a direction has no such goods.
    pub values: BTreeMap<HsCode, [f64; 2]>,
}

/// National offices first: others pass on what they published.
const ORDER: [Table; 6] = [
    Table::UsMonthly,
    Table::RussiaMonthly,
    Table::DirectionOfTrade,
    Table::RussiaPartners,
    Table::RussiaChapters,
    Table::PairTotals2023,
];

impl Books {
    /// Reads a pair's series; the year is the latest in which both directions are reported, if none is named.
    pub fn read(pair: Pair, year: Option<i32>) -> Result<Self, AnalysisError> {
        let by_month = builtin::pair_by_month(pair.a, pair.b)?;
        let by_product = builtin::pair_by_product(pair.a, pair.b)?;
        let mut months: BTreeMap<_, BTreeMap<_, Directions>> = BTreeMap::new();
        for r in &by_month {
            let month = (r.period.year, r.period.month.unwrap_or(0));
            let entry = months.entry((r.table, r.reporter)).or_default().entry(month).or_default();
            entry.add(r.exporter == pair.a, r);
        }
        let mut books: BTreeMap<(usize, usize), Book> = BTreeMap::new();
        // Months of a year that a table has in part are no year.
        let in_whole_years = |r: &&Report| r.table.facts().is_ok_and(|facts| facts.has_whole(r.period.year));
        let chapters_as_total = by_product.iter().filter(|r| r.table == Table::RussiaChapters);
        for r in builtin::pair_by_year(pair.a, pair.b)?
            .iter()
            .chain(by_month.iter().filter(in_whole_years))
            .chain(chapters_as_total)
        {
            let party = r.reporter.map_or(2, |c| usize::from(c != pair.a));
            let order = ORDER.iter().position(|t| *t == r.table).unwrap_or(ORDER.len());
            let book = books.entry((party, order)).or_insert_with(|| Book {
                table: r.table,
                reporter: r.reporter,
                years: BTreeMap::new(),
            });
            book.years.entry(r.period.year).or_default().add(r.exporter == pair.a, r);
        }
        let books: Vec<Book> = books.into_values().collect();
        if books.is_empty() {
            return Err(no_reports(pair));
        }
        let year = pick_year(&books, pair, year)?;
        let ours = |s: &&SuspectYear| books.iter().any(|b| b.table == s.table && b.reporter == Some(s.reporter));
        let suspects = builtin::suspect_years()?.iter().filter(ours).copied().collect();
        let chapters = chapters(&by_product, pair, year);
        Ok(Books { pair, year, chapters, books, months, suspects, reconciled: None })
    }

    /// With the reconciled value beside the reports: what Direction of Trade as a whole says about who reports
    /// how.
    pub fn with_reconciled(mut self) -> Result<Self, AnalysisError> {
        let ledger = Ledger::of_books(&BothBooks::direction_of_trade()?);
        let Some(fitted) = reconcile(&ledger, Distances::built_in()?) else { return Ok(self) };
        let mut years: BTreeMap<i32, [Option<Estimate>; 2]> = BTreeMap::new();
        for at in 0..ledger.len() {
            let ((year, _), from, to, _) = ledger.key(at);
            let forward = (from, to) == (self.pair.a, self.pair.b);
            if forward || (to, from) == (self.pair.a, self.pair.b) {
                years.entry(year).or_default()[usize::from(!forward)] = Some(fitted.value(at));
            }
        }
        self.reconciled = Some(years);
        Ok(self)
    }

    /// The series of one side, the preferred one first.
    pub fn of(&self, reporter: Option<Iso3>) -> impl Iterator<Item = &Book> {
        self.books.iter().filter(move |b| b.reporter == reporter)
    }

    /// A side's turnover in a year by its preferred series that has both directions, and the range of all of
    /// its series.
    pub fn turnover_of(&self, reporter: Iso3, year: i32) -> Option<(&Book, f64, Interval)> {
        let found: Vec<(&Book, f64)> = self.of(Some(reporter)).filter_map(|b| Some((b, b.reported(year)?))).collect();
        let (book, value) = *found.first()?;
        Some((book, value, range(found.iter().map(|f| f.1))?))
    }

    /// A direction in a year by one side's preferred series, or by the editors' where no side is named.
    pub fn direction(&self, reporter: Option<Iso3>, year: i32, forward: bool) -> Option<(&Book, Entry)> {
        self.of(reporter).find_map(|b| Some((b, b.years.get(&year)?.get(forward)?)))
    }

    /// Whether a side's reports of a year would stand here, had it made any: only then is what is missing
    /// "not reported".
    pub fn covers(&self, reporter: Iso3, year: i32) -> bool {
        Table::ALL
            .iter()
            .filter(|t| !t.has_products())
            .any(|t| t.facts().is_ok_and(|f| f.covers(reporter, year) && (f.reporter.is_none() || self.has(*t))))
    }

    fn has(&self, table: Table) -> bool {
        self.books.iter().any(|b| b.table == table)
    }

    /// The years of any series.
    pub fn years(&self) -> BTreeSet<i32> {
        self.books.iter().flat_map(|b| b.years.keys().copied()).collect()
    }
}

/// Lowest and highest of some values.
pub(super) fn range(values: impl Iterator<Item = f64>) -> Option<Interval> {
    values.fold(None, |range: Option<Interval>, v| {
        Some(range.map_or(Interval { low: v, high: v }, |r| Interval { low: r.low.min(v), high: r.high.max(v) }))
    })
}

fn pick_year(books: &[Book], pair: Pair, asked: Option<i32>) -> Result<i32, AnalysisError> {
    let years: BTreeSet<i32> = books.iter().flat_map(|b| b.years.keys().copied()).collect();
    let both = |year: &i32| books.iter().any(|b| b.reported(*year).is_some());
    let latest = years.iter().rev().find(|y| both(y)).or(years.last()).copied();
    match asked {
        None => latest.ok_or_else(|| no_reports(pair)),
        Some(year) if years.contains(&year) => Ok(year),
        Some(year) => Err(AnalysisError::NoYear {
            a: pair.a,
            b: pair.b,
            year,
            source_name: "the built-in world".to_owned(),
            help: match (years.first(), years.last()) {
                (Some(first), Some(last)) => format!(
                    "choose a year from {first} to {last}, or give newer figures with ‹data FILE› ({})",
                    download()
                ),
                _ => "give figures with ‹data FILE›".to_owned(),
            },
        }),
    }
}

/// Where figures of any pair are to be had.
fn download() -> String {
    let from = Table::DirectionOfTrade.facts().map(|f| f.download.clone()).unwrap_or_default();
    format!("for example from {from}")
}

fn no_reports(pair: Pair) -> AnalysisError {
    AnalysisError::NoTrade {
        a: pair.a,
        b: pair.b,
        source_name: "the built-in world".to_owned(),
        help: format!(
            "neither side reports any, which is not the same as none; if you have figures, give them with ‹data FILE› ({})",
            download()
        ),
    }
}

/// The composition of the year, else of the latest year that a table has.
fn chapters(reports: &[Report], pair: Pair, year: i32) -> Option<Chapters> {
    let of = |table: Table, year: i32| {
        let mut values: BTreeMap<HsCode, [f64; 2]> = BTreeMap::new();
        for r in reports.iter().filter(|r| r.table == table && r.period.year == year) {
            values.entry(r.product).or_default()[usize::from(r.exporter != pair.a)] += r.value_usd;
        }
        (!values.is_empty()).then_some(Chapters { table, year, values })
    };
    of(Table::RussiaChapters, year).or_else(|| {
        // Six importers are not in the other table: a direction that is missing must not look like nought.
        let chapters = of(Table::PairChapters2024, 2024)?;
        let whole = [0, 1].iter().all(|d| chapters.values.values().any(|v| v[*d] > 0.0));
        whole.then_some(chapters)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn books(a: &str, b: &str, year: Option<i32>) -> Books {
        Books::read(Pair::resolve(a, b).unwrap(), year).unwrap()
    }

    /// The Bureau's workbook ends with January 2023: 45 and 509 million dollars, which are no year's trade.
    #[test]
    fn months_of_part_of_a_year_are_no_year() {
        let b = books("USA", "RUS", None);
        let census = b.books.iter().find(|x| x.table == Table::UsMonthly).unwrap();
        assert_eq!(census.years.keys().last(), Some(&2022));
        assert!(b.months.values().any(|months| months.contains_key(&(2023, 1))), "the month itself stays");
    }

    /// Published totals: US Census Bureau 20.37 (2016) and 28.07 billion (2019); customs service of Russia
    /// 19.910 and 22.744 billion (2016, 2017); the Comtrade series 22.23 and 26.07.
    #[test]
    fn every_series_of_the_founding_pair_stands_by_itself() {
        let b = books("USA", "RUS", Some(2016));
        let is = |table: Table, year: i32, published: f64| {
            let book = b.books.iter().find(|x| x.table == table).unwrap();
            let value = book.years[&year].turnover().unwrap();
            // Months and chapters are quoted to four digits each.
            assert!((value / published - 1.0).abs() < 5e-4, "{value} for {published}");
        };
        is(Table::UsMonthly, 2016, 20.37e9);
        is(Table::UsMonthly, 2019, 28.07e9);
        is(Table::RussiaMonthly, 2016, 19.910e9);
        is(Table::RussiaMonthly, 2017, 22.744e9);
        is(Table::RussiaChapters, 2016, 22.23e9);
        is(Table::RussiaChapters, 2017, 26.07e9);
        let rus = Iso3::parse("RUS").unwrap();
        let (book, _, range) = b.turnover_of(rus, 2016).unwrap();
        assert_eq!(book.table, Table::RussiaMonthly, "the office itself before others");
        assert!(range.low < 19.92e9 && range.high > 22.2e9);
    }

    #[test]
    fn the_order_of_the_pair_only_turns_the_directions() {
        let (x, y) = (books("DEU", "CHN", Some(2018)), books("CHN", "DEU", Some(2018)));
        let of = |b: &Books, forward| b.direction(Some(b.pair.a), 2018, forward).unwrap().1;
        assert_eq!(of(&x, true), y.direction(Some(x.pair.a), 2018, false).unwrap().1);
        assert_eq!(of(&x, false), y.direction(Some(x.pair.a), 2018, true).unwrap().1);
    }

    #[test]
    fn a_direction_that_nobody_reports_is_missing() {
        // North Korea does not report; South Korea's book alone stands.
        let b = books("KOR", "PRK", None);
        let prk = Iso3::parse("PRK").unwrap();
        assert!(b.turnover_of(prk, b.year).is_none());
        assert!(b.of(Some(prk)).next().is_none());
    }

    #[test]
    fn a_pair_without_any_report_is_refused_with_what_would_answer() {
        let pair = Pair::resolve("BVT", "HMD").unwrap();
        let Err(AnalysisError::NoTrade { help, .. }) = Books::read(pair, None) else { panic!("an answer") };
        assert!(help.contains("‹data FILE›") && help.contains("data.imf.org"), "{help}");
    }
}
