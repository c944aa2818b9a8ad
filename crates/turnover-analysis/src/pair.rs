//! A pair of countries, and its flows in the form that the questions use.

use std::collections::{BTreeMap, BTreeSet};

use turnover_data::{Flows, HsCode, Iso3, Source, Valuation};

use crate::error::AnalysisError;

/// Two different countries. The first is the one the user named first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// First country.
    pub a: Iso3,
    /// Second country.
    pub b: Iso3,
}

impl Pair {
    /// Reads two countries as people write them.
    pub fn resolve(a: &str, b: &str) -> Result<Self, AnalysisError> {
        let pair = Pair { a: Iso3::resolve(a)?, b: Iso3::resolve(b)? };
        if pair.a == pair.b { Err(AnalysisError::SamePair(pair.a)) } else { Ok(pair) }
    }

    /// `USA RUS`.
    pub fn words(&self) -> String {
        format!("{} {}", self.a, self.b)
    }
}

/// One value of a pair's trade.
#[derive(Debug, Clone, Copy)]
struct Row {
    year: i32,
    /// From `a` to `b`.
    forward: bool,
    month: Option<u8>,
    product: HsCode,
    value_usd: f64,
    valuation: Option<Valuation>,
}

/// A product of a direction, or what is left of it where the data has codes beneath it apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    /// The code.
    pub(crate) product: HsCode,
    /// Codes beneath it that are parts of their own.
    pub(crate) below: Vec<HsCode>,
    /// Value, without that of the codes beneath it.
    pub(crate) value_usd: f64,
}

/// What is left of a code beside those beneath it counts from this part of it on; less is rounding.
const LEAST_REST: f64 = 0.005;

/// The flows of one pair, by reporter.
#[derive(Debug, Clone)]
pub struct PairFlows {
    /// The pair.
    pub pair: Pair,
    /// Where they come from.
    pub source: Source,
    /// The source's caveats.
    pub caveats: Vec<String>,
    by_reporter: BTreeMap<Option<Iso3>, Vec<Row>>,
}

impl PairFlows {
    /// Picks the pair's flows.
    pub fn new(flows: &Flows, pair: Pair) -> Result<Self, AnalysisError> {
        let mut by_reporter: BTreeMap<Option<Iso3>, Vec<Row>> = BTreeMap::new();
        for f in flows.iter() {
            let forward = f.exporter == pair.a && f.importer == pair.b;
            if forward || (f.exporter == pair.b && f.importer == pair.a) {
                by_reporter.entry(f.reporter).or_default().push(Row {
                    year: f.year,
                    forward,
                    month: f.month,
                    product: f.product,
                    value_usd: f.value_usd,
                    valuation: f.valuation,
                });
            }
        }
        if by_reporter.is_empty() {
            let partners = |c: Iso3| {
                let mut out: BTreeSet<Iso3> = BTreeSet::new();
                for f in flows.iter() {
                    if f.exporter == c {
                        out.insert(f.importer);
                    } else if f.importer == c {
                        out.insert(f.exporter);
                    }
                }
                out.remove(&c);
                out
            };
            let list = |c: Iso3, set: &BTreeSet<Iso3>| {
                let some: Vec<String> = set.iter().take(12).map(ToString::to_string).collect();
                let more = if set.len() > 12 { ", ..." } else { "" };
                format!("{c} trades with {}{more} in it", some.join(", "))
            };
            let (of_a, of_b) = (partners(pair.a), partners(pair.b));
            let help = match (of_a.is_empty(), of_b.is_empty()) {
                (true, true) => "give your own flows with ‹data FILE›".to_owned(),
                (false, _) => format!("{}; give other flows with ‹data FILE›", list(pair.a, &of_a)),
                (true, false) => format!("{}; give other flows with ‹data FILE›", list(pair.b, &of_b)),
            };
            return Err(AnalysisError::NoTrade { a: pair.a, b: pair.b, source_name: flows.source.name.clone(), help });
        }
        Ok(PairFlows { pair, source: flows.source.clone(), caveats: flows.caveats.clone(), by_reporter })
    }

    /// The years with any flow.
    pub fn years(&self) -> Vec<i32> {
        let years: BTreeSet<i32> = self.by_reporter.values().flatten().map(|r| r.year).collect();
        years.into_iter().collect()
    }

    /// The reporters; `None` where the file does not say.
    pub fn reporters(&self) -> Vec<Option<Iso3>> {
        self.by_reporter.keys().copied().collect()
    }

    /// The year asked for, or the latest; an error where there is no trade in it.
    pub fn year_or_latest(&self, year: Option<i32>) -> Result<i32, AnalysisError> {
        let years = self.years();
        match year {
            None => Ok(years.last().copied().unwrap_or_default()),
            Some(y) if years.contains(&y) => Ok(y),
            Some(y) => Err(AnalysisError::NoYear {
                a: self.pair.a,
                b: self.pair.b,
                year: y,
                source_name: self.source.name.clone(),
                help: match (years.first(), years.last()) {
                    (Some(f), Some(l)) => format!("choose a year from {f} to {l}"),
                    _ => "choose another ‹data›".to_owned(),
                },
            }),
        }
    }

    /// The reporter whose figures stand for a direction: the importer where it reports (customs
    /// watch what comes in), else whoever does.
    pub fn reporter_for(&self, forward: bool) -> Option<Iso3> {
        let importer = if forward { self.pair.b } else { self.pair.a };
        let exporter = if forward { self.pair.a } else { self.pair.b };
        let has =
            |r: &Option<Iso3>| self.by_reporter.get(r).is_some_and(|rows| rows.iter().any(|x| x.forward == forward));
        [Some(importer), Some(exporter), None]
            .into_iter()
            .find(has)
            .or_else(|| self.by_reporter.keys().copied().find(has))
            .flatten()
    }

    /// A direction's values by product in a year, by the reporter that stands for it. Flows never overlap within
    /// a report, so products of several levels may stand side by side: of a chapter above its headings it is
    /// what they leave of it.
    pub fn products(&self, year: i32, forward: bool) -> BTreeMap<HsCode, f64> {
        let mut out = BTreeMap::new();
        for r in self.rows(year, forward, self.reporter_for(forward)) {
            *out.entry(r.product).or_insert(0.0) += r.value_usd;
        }
        out
    }

    /// A direction's values in a year without overlap, whatever levels the reporter gives. Readers have taken
    /// codes beneath a code out of it; here each code gets the list of them.
    pub(crate) fn composition(&self, year: i32, forward: bool) -> Vec<Part> {
        let mut values: BTreeMap<HsCode, f64> = BTreeMap::new();
        for r in self.rows(year, forward, self.reporter_for(forward)) {
            *values.entry(r.product).or_insert(0.0) += r.value_usd;
        }
        let above = |code: &HsCode| {
            [4, 2, 0].iter().filter(|l| **l < code.level()).map(|l| code.truncate(*l)).find(|c| values.contains_key(c))
        };
        let mut below: BTreeMap<HsCode, Vec<HsCode>> = BTreeMap::new();
        for code in values.keys() {
            if let Some(parent) = above(code) {
                below.entry(parent).or_default().push(*code);
            }
        }
        let mut part = |(product, value): (&HsCode, &f64)| {
            let below = below.remove(product).unwrap_or_default();
            let whole = value + below.iter().map(|c| values[c]).sum::<f64>();
            let counts = below.is_empty() || *value > LEAST_REST * whole;
            counts.then_some(Part { product: *product, below, value_usd: *value })
        };
        values.iter().filter_map(&mut part).collect()
    }

    /// A direction's total in a year by the reporter that stands for it; 0 where nothing is reported, which
    /// [`PairFlows::reported`] distinguishes.
    pub fn total(&self, year: i32, forward: bool) -> f64 {
        self.reported(year, forward).unwrap_or(0.0)
    }

    /// The same; `None` where nothing is reported.
    pub fn reported(&self, year: i32, forward: bool) -> Option<f64> {
        self.total_by(year, forward, self.reporter_for(forward))
    }

    /// A direction's total by one reporter. `None` where it reports nothing.
    pub fn total_by(&self, year: i32, forward: bool, reporter: Option<Iso3>) -> Option<f64> {
        let rows = self.rows(year, forward, reporter);
        (!rows.is_empty()).then(|| rows.iter().map(|r| r.value_usd).sum())
    }

    /// What a reporter's values of a direction include, where all of them include the same.
    pub fn valuation(&self, year: i32, forward: bool, reporter: Option<Iso3>) -> Option<Valuation> {
        let rows = self.rows(year, forward, reporter);
        let first = rows.first()?.valuation?;
        rows.iter().all(|r| r.valuation == Some(first)).then_some(first)
    }

    /// The months of a year that a direction's report covers, where it is by month and not of all twelve.
    pub fn partial(&self, year: i32, forward: bool) -> Option<usize> {
        let months: BTreeSet<Option<u8>> =
            self.rows(year, forward, self.reporter_for(forward)).iter().map(|r| r.month).collect();
        (!months.is_empty() && !months.contains(&None) && months.len() < 12).then_some(months.len())
    }

    fn rows(&self, year: i32, forward: bool, reporter: Option<Iso3>) -> Vec<Row> {
        let all = self.by_reporter.get(&reporter).map_or(&[][..], Vec::as_slice);
        all.iter().filter(|r| r.year == year && r.forward == forward).copied().collect()
    }
}
