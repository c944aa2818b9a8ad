//! Counting: of all starts by pairs of a size, how many reached a multiple within a horizon; with errors that
//! allow for the shocks which the starts of a year, and of the years beside it, share.

use std::collections::BTreeMap;

use turnover_data::PairPanel;

use crate::answer::Interval;

/// How values of different years are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// In current US dollars.
    Dollars,
    /// As a share of all trade of the year.
    Share,
}

/// How many of the starts reached the multiple.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Starts: a pair in a year.
    pub starts: usize,
    /// Pairs among them.
    pub pairs: usize,
    /// Starts that reached it.
    pub reached: usize,
    /// Their share.
    pub share: f64,
    /// 95 % interval, clustered by pair and by year with the years of the horizon.
    pub interval: Interval,
    /// Lowest and highest share by year of the start.
    pub by_year: Interval,
}

/// The panel with the size from which pairs count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counter<'a> {
    pub(super) panel: &'a PairPanel,
    pub(super) least: f64,
}

/// The best that came of a start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Best {
    /// Place of its year.
    pub(super) year: usize,
    /// The multiple of the start.
    pub(super) multiple: f64,
}

impl Counter<'_> {
    fn value(&self, values: &[f64], year: usize, scale: Scale) -> f64 {
        match scale {
            Scale::Dollars => values[year],
            Scale::Share => values[year] / self.panel.totals[year],
        }
    }

    /// Whether a pair is reported and large enough at the start to count.
    pub(super) fn counts(&self, values: &[f64], year: usize) -> bool {
        values[year] > 0.0 && values[year] / self.panel.totals[year] >= self.least
    }

    /// The highest multiple within the horizon, and its year. A year that is not reported is passed over; a
    /// start of whose years ahead more than half are not reported has no answer.
    pub(super) fn within(&self, values: &[f64], start: usize, horizon: i32, scale: Scale) -> Option<Best> {
        let years = &self.panel.years;
        let before = self.value(values, start, scale);
        let ahead: Vec<usize> = (start + 1..years.len()).take_while(|s| years[*s] <= years[start] + horizon).collect();
        let reported = ahead.iter().filter(|s| values[**s] > 0.0).count();
        if 2 * reported < ahead.len() {
            return None;
        }
        ahead
            .into_iter()
            .filter(|s| values[*s] > 0.0)
            .map(|s| Best { year: s, multiple: self.value(values, s, scale) / before })
            .max_by(|a, b| a.multiple.total_cmp(&b.multiple).then(b.year.cmp(&a.year)))
    }

    /// Starts that can be followed over the whole horizon.
    pub(super) fn starts(&self, horizon: i32) -> impl Iterator<Item = usize> + '_ {
        let last = self.panel.years.last().copied().unwrap_or(i32::MIN);
        (0..self.panel.years.len()).filter(move |t| self.panel.years[*t] + horizon <= last)
    }

    /// The share of starts that reached a multiple; `None` with fewer than two pairs.
    pub(super) fn rate(&self, k: f64, horizon: i32, scale: Scale) -> Option<Rate> {
        // (pair, year, reached)
        let mut found: Vec<(usize, usize, f64)> = Vec::new();
        for (pair, (_, _, values)) in self.panel.pairs.iter().enumerate() {
            for t in self.starts(horizon).filter(|t| self.counts(values, *t)) {
                if let Some(best) = self.within(values, t, horizon, scale) {
                    found.push((pair, t, f64::from(u8::from(best.multiple >= k))));
                }
            }
        }
        let mut pairs: Vec<usize> = found.iter().map(|f| f.0).collect();
        pairs.dedup();
        if pairs.len() < 2 {
            return None;
        }
        let starts = found.len() as f64;
        let reached: f64 = found.iter().map(|f| f.2).sum();
        let share = reached / starts;
        let error = clustered_error(&found, share, self.lag(horizon));
        // Where none or all did, the bound that a share of 5 % would still give: the rule of three by pairs.
        let bound = (3.0 / pairs.len() as f64).min(1.0);
        let interval = match share {
            0.0 => Interval { low: 0.0, high: bound },
            1.0 => Interval { low: 1.0 - bound, high: 1.0 },
            _ => logit_interval(share, error),
        };
        Some(Rate {
            starts: found.len(),
            pairs: pairs.len(),
            reached: reached as usize,
            share,
            interval,
            by_year: range_by_year(&found),
        })
    }

    /// Years of the panel within a horizon: how far starts share their years ahead.
    fn lag(&self, horizon: i32) -> usize {
        let step = self.panel.years.windows(2).map(|w| w[1] - w[0]).min().unwrap_or(1).max(1);
        usize::try_from(horizon / step).unwrap_or(0)
    }
}

/// The standard error of a share of starts: sums of residuals by pair, and by year with Bartlett weights over
/// the years that share their horizon (Driscoll and Kraay 1998), less what both count (Cameron, Gelbach and
/// Miller 2011).
fn clustered_error(found: &[(usize, usize, f64)], share: f64, lag: usize) -> f64 {
    let (mut by_pair, mut by_year) = (BTreeMap::<usize, f64>::new(), BTreeMap::<usize, f64>::new());
    let mut own = 0.0;
    for (pair, year, reached) in found {
        let r = reached - share;
        *by_pair.entry(*pair).or_default() += r;
        *by_year.entry(*year).or_default() += r;
        own += r * r;
    }
    let pairs: f64 = by_pair.values().map(|s| s * s).sum();
    let mut years = 0.0;
    for (t, s) in &by_year {
        years += s * s;
        for l in 1..=lag {
            let weight = 1.0 - l as f64 / (lag as f64 + 1.0);
            years += 2.0 * weight * s * by_year.get(&(t + l)).copied().unwrap_or(0.0);
        }
    }
    // Each way alone bounds the variance from below.
    let variance = (pairs + years - own).max(pairs).max(years);
    variance.sqrt() / found.len() as f64
}

/// An interval on the scale of log odds, which stays within 0 and 1.
fn logit_interval(share: f64, error: f64) -> Interval {
    let centre = (share / (1.0 - share)).ln();
    let half = 1.96 * error / (share * (1.0 - share));
    let back = |z: f64| 1.0 / (1.0 + (-z).exp());
    Interval { low: back(centre - half), high: back(centre + half) }
}

fn range_by_year(found: &[(usize, usize, f64)]) -> Interval {
    let mut years: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for (_, year, reached) in found {
        let slot = years.entry(*year).or_default();
        slot.0 += reached;
        slot.1 += 1.0;
    }
    let shares = years.values().map(|(r, n)| r / n);
    Interval { low: shares.clone().fold(1.0, f64::min), high: shares.fold(0.0, f64::max) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use turnover_data::{Iso3, Source};

    /// Two pairs over six years: the first triples in the fourth, the second is not reported in one year.
    fn panel() -> PairPanel {
        let c = |t: &str| Iso3::parse(t).unwrap();
        PairPanel {
            years: (2000..2006).collect(),
            pairs: vec![
                (c("DEU"), c("FRA"), vec![1.0, 1.0, 1.0, 3.0, 1.0, 1.0]),
                (c("RUS"), c("USA"), vec![1.0, 0.0, 1.0, 1.0, 1.0, 1.0]),
            ],
            totals: vec![10.0; 6],
            least_share: 0.0,
            source: Source { name: "test".into(), vintage: String::new(), hash: String::new() },
            caveats: Vec::new(),
        }
    }

    #[test]
    fn what_is_not_reported_is_neither_a_start_nor_a_fall() {
        let panel = panel();
        let counter = Counter { panel: &panel, least: 0.05 };
        let rate = counter.rate(3.0, 2, Scale::Dollars).unwrap();
        // DEU-FRA starts in 2000-2003, RUS-USA in 2000, 2002 and 2003; DEU-FRA reaches it from 2001 and 2002.
        assert_eq!((rate.starts, rate.reached), (7, 2));
        assert_eq!(counter.within(&panel.pairs[1].2, 0, 1, Scale::Dollars), None, "the only year ahead is missing");
        assert!(rate.interval.low > 0.0 && rate.interval.high < 1.0);
        assert_eq!(rate.by_year, Interval { low: 0.0, high: 1.0 });
    }

    /// Ten pairs that all reach it in one of five years: the year's shock is one observation, not ten.
    #[test]
    fn starts_of_a_year_share_its_shock() {
        let found: Vec<(usize, usize, f64)> =
            (0..10).flat_map(|p| (0..5).map(move |t| (p, t, if t == 2 { 1.0 } else { 0.0 }))).collect();
        let independent = (0.2 * 0.8 / 50f64).sqrt();
        assert!(clustered_error(&found, 0.2, 0) > 2.0 * independent);
    }
}
