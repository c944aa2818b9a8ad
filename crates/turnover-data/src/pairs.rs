//! Turnover of many pairs over many years: what histories are counted from.

use std::collections::{BTreeMap, HashMap};

use crate::builtin::BothBooks;
use crate::country::Iso3;
use crate::error::DataError;
use crate::flows::{Flow, Flows, Source};

/// Turnover (both directions) of pairs by year.
#[derive(Debug, Clone)]
pub struct PairPanel {
    /// The years, ascending.
    pub years: Vec<i32>,
    /// Pairs in alphabetical order with their turnover in US dollars by year; 0 where none is
    /// reported.
    pub pairs: Vec<(Iso3, Iso3, Vec<f64>)>,
    /// Turnover of all pairs by year.
    pub totals: Vec<f64>,
    /// Where it comes from.
    pub source: Source,
    /// The source's caveats.
    pub caveats: Vec<String>,
}

impl PairPanel {
    /// From flows, summed over products; of two reporters the importer's report counts, as it usually does in
    /// trade statistics. A year in which nobody reports one direction has no turnover, as in
    /// [`PairPanel::from_books`]. A pair of which the flows never have one direction is counted by the other alone,
    /// year against year alike, and the caveats say so.
    pub fn from_flows(flows: &Flows) -> Self {
        let mut years: Vec<i32> = flows.iter().map(|f| f.year).collect();
        years.sort_unstable();
        years.dedup();
        let mut sums = PairSums::default();
        flows.iter().for_each(|f| sums.add(&f));
        sums.panel(years, flows.source.clone(), flows.caveats.clone())
    }

    /// The built-in world's: both books of every pair, 1960-2020.
    pub fn built_in() -> Result<Self, DataError> {
        Ok(Self::from_books(&BothBooks::direction_of_trade()?))
    }

    /// From both sides' reports: a direction counts by the importer's report where there is one, else by the
    /// exporter's. A year in which one direction is not reported at all has no turnover, since what is missing
    /// is not nought; it stands as 0, which no count starts from.
    pub fn from_books(books: &BothBooks) -> Self {
        let years: Vec<i32> = (books.first_year..=books.last_year).collect();
        let mut pairs: BTreeMap<(Iso3, Iso3), [Vec<Option<f64>>; 2]> = BTreeMap::new();
        let mut totals = vec![0.0; years.len()];
        for flow in books.flows.iter().filter(|f| f.exporter != f.importer) {
            let forward = flow.exporter < flow.importer;
            let pair = if forward { (flow.exporter, flow.importer) } else { (flow.importer, flow.exporter) };
            let sides = pairs.entry(pair).or_insert_with(|| [(); 2].map(|()| vec![None; years.len()]));
            let values = &mut sides[usize::from(!forward)];
            // The importer's book goes over the exporter's.
            for (year, value) in flow.by_exporter.iter().chain(&flow.by_importer) {
                if let Some(slot) = usize::try_from(year - books.first_year).ok().and_then(|at| values.get_mut(at)) {
                    *slot = Some(*value);
                }
            }
            for (total, value) in totals.iter_mut().zip(values) {
                *total += value.unwrap_or(0.0);
            }
        }
        PairPanel {
            pairs: pairs.into_iter().map(|((a, b), sides)| (a, b, both_ways(sides))).collect(),
            years,
            totals,
            source: books.source.clone(),
            caveats: books.caveats.clone(),
        }
    }

    /// A pair's turnover by year, in either order of the names.
    pub fn pair(&self, a: Iso3, b: Iso3) -> Option<&[f64]> {
        let (a, b) = if a < b { (a, b) } else { (b, a) };
        self.pairs.iter().find(|p| (p.0, p.1) == (a, b)).map(|p| &p.2[..])
    }
}

/// Turnover by year of a pair's two directions: 0 where one of them is missing, which no count starts from.
fn both_ways([x, y]: [Vec<Option<f64>>; 2]) -> Vec<f64> {
    x.into_iter().zip(y).map(|(x, y)| x.zip(y).map_or(0.0, |(x, y)| x + y)).collect()
}

/// Sums of reports by flow and year, each reporter and each kind of period by itself.
#[derive(Debug, Default)]
pub(crate) struct PairSums {
    places: HashMap<(Iso3, Iso3, i32), usize>,
    sums: Vec<[Option<f64>; 4]>,
    /// Flows of a pair follow each other in most files, so the last place is mostly the next.
    last: Option<((Iso3, Iso3, i32), usize)>,
}

impl PairSums {
    pub(crate) fn add(&mut self, f: &Flow) {
        if f.exporter == f.importer {
            return;
        }
        let key = (f.exporter, f.importer, f.year);
        let at = match self.last {
            Some((last, at)) if last == key => at,
            _ => *self.places.entry(key).or_insert_with(|| {
                self.sums.push([None; 4]);
                self.sums.len() - 1
            }),
        };
        self.last = Some((key, at));
        // The importer's book before others, a year's figure before its months.
        let by_importer = f.reporter.is_none_or(|r| r == f.importer);
        let kind = 2 * usize::from(!by_importer) + usize::from(f.month.is_some());
        let slot = &mut self.sums[at][kind];
        *slot = Some(slot.unwrap_or(0.0) + f.value_usd);
    }

    pub(crate) fn panel(self, mut years: Vec<i32>, source: Source, mut caveats: Vec<String>) -> PairPanel {
        years.sort_unstable();
        years.dedup();
        let mut pairs: BTreeMap<(Iso3, Iso3), [Vec<Option<f64>>; 2]> = BTreeMap::new();
        let mut totals = vec![0.0; years.len()];
        // In the order of the keys, so that sums do not depend on that of the table.
        let places: BTreeMap<_, usize> = self.places.into_iter().collect();
        for ((from, to, year), at) in places {
            let value = self.sums[at].iter().flatten().next().copied();
            let Ok(place) = years.binary_search(&year) else { continue };
            let pair = if from < to { (from, to) } else { (to, from) };
            let sides = pairs.entry(pair).or_insert_with(|| [(); 2].map(|()| vec![None; years.len()]));
            sides[usize::from(from > to)][place] = value;
            totals[place] += value.unwrap_or(0.0);
        }
        let mut one_way = 0;
        let pairs: Vec<_> = pairs
            .into_iter()
            .map(|((a, b), sides)| {
                let never = |side: &Vec<Option<f64>>| side.iter().all(Option::is_none);
                match sides {
                    [x, y] if never(&x) || never(&y) => {
                        one_way += 1;
                        let only = if never(&x) { y } else { x };
                        (a, b, only.into_iter().map(|v| v.unwrap_or(0.0)).collect())
                    }
                    sides => (a, b, both_ways(sides)),
                }
            })
            .collect();
        if one_way > 0 {
            caveats.push(format!(
                "Of {one_way} of {} pairs the figures have one direction alone in every year, and they are counted by it.",
                pairs.len()
            ));
        }
        PairPanel { years, pairs, totals, source, caveats }
    }
}
