//! Counting: of all starts by pairs of a size, how many reached a multiple within a horizon; with errors that
//! allow for the shocks which the starts of a year, and of the years beside it, share.

use rayon::prelude::*;
use turnover_data::{Iso3, PairPanel};

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
        let ahead = start + 1..years.partition_point(|year| *year <= years[start] + horizon);
        let reported = ahead.clone().filter(|s| values[*s] > 0.0).count();
        if 2 * reported < ahead.len() {
            return None;
        }
        ahead
            .filter(|s| values[*s] > 0.0)
            .map(|s| Best { year: s, multiple: self.value(values, s, scale) / before })
            .max_by(|a, b| a.multiple.total_cmp(&b.multiple).then(b.year.cmp(&a.year)))
    }

    /// Starts that can be followed over the whole horizon.
    pub(super) fn starts(&self, horizon: i32) -> impl Iterator<Item = usize> + '_ {
        let last = self.panel.years.last().copied().unwrap_or(i32::MIN);
        (0..self.panel.years.len()).filter(move |t| self.panel.years[*t] + horizon <= last)
    }

    /// The best that came of every start that counts, within a horizon; pairs in the order of the panel.
    pub(super) fn outcomes(&self, horizon: i32, scale: Scale) -> Outcomes {
        let starts: Vec<usize> = self.starts(horizon).collect();
        let most = self.panel.totals.iter().copied().fold(f64::INFINITY, f64::min) * self.least;
        let of_pair = |(pair, (_, _, values)): (usize, &(Iso3, Iso3, Vec<f64>))| -> Vec<Outcome> {
            // Most pairs are far too small in every year.
            if !values.iter().any(|v| *v > 0.0 && *v >= most) {
                return Vec::new();
            }
            let counting = starts.iter().filter(|t| self.counts(values, **t));
            counting
                .filter_map(|t| self.within(values, *t, horizon, scale).map(|best| Outcome { pair, start: *t, best }))
                .collect()
        };
        let found = self.panel.pairs.par_iter().enumerate().map(of_pair).flatten_iter().collect();
        Outcomes { found, years: self.panel.years.len(), lag: self.lag(horizon) }
    }

    /// Years of the panel within a horizon: how far starts share their years ahead.
    fn lag(&self, horizon: i32) -> usize {
        let step = self.panel.years.windows(2).map(|w| w[1] - w[0]).min().unwrap_or(1).max(1);
        usize::try_from(horizon / step).unwrap_or(0)
    }
}

/// What came of a start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Outcome {
    /// Place of the pair.
    pub(super) pair: usize,
    /// Place of the year.
    pub(super) start: usize,
    /// The best within the horizon.
    pub(super) best: Best,
}

/// What came of all starts within a horizon: counted once, and asked for every multiple.
#[derive(Debug, Clone)]
pub(super) struct Outcomes {
    /// By pair and start.
    pub(super) found: Vec<Outcome>,
    /// Years of the panel.
    years: usize,
    lag: usize,
}

impl Outcomes {
    /// The share of starts that reached a multiple; `None` with fewer than two pairs.
    pub(super) fn rate(&self, k: f64) -> Option<Rate> {
        let found = &self.found;
        let pairs = found.chunk_by(|a, b| a.pair == b.pair).count();
        if pairs < 2 {
            return None;
        }
        let reached = found.iter().filter(|o| o.best.multiple >= k).count();
        let share = reached as f64 / found.len() as f64;
        let error = self.clustered_error(k, share);
        // Where none or all did, the bound that a share of 5 % would still give: the rule of three by pairs.
        let bound = (3.0 / pairs as f64).min(1.0);
        let interval = match share {
            0.0 => Interval { low: 0.0, high: bound },
            1.0 => Interval { low: 1.0 - bound, high: 1.0 },
            _ => logit_interval(share, error),
        };
        Some(Rate { starts: found.len(), pairs, reached, share, interval, by_year: self.range_by_year(k) })
    }

    /// The standard error of a share of starts: sums of residuals by pair, and by year with Bartlett weights
    /// over the years that share their horizon (Driscoll and Kraay 1998), less what both count (Cameron,
    /// Gelbach and Miller 2011).
    fn clustered_error(&self, k: f64, share: f64) -> f64 {
        let residual = |o: &Outcome| f64::from(u8::from(o.best.multiple >= k)) - share;
        let mut by_year = vec![0.0; self.years];
        let (mut pairs, mut own) = (0.0, 0.0);
        for pair in self.found.chunk_by(|a, b| a.pair == b.pair) {
            let mut sum = 0.0;
            for outcome in pair {
                let r = residual(outcome);
                by_year[outcome.start] += r;
                sum += r;
                own += r * r;
            }
            pairs += sum * sum;
        }
        let mut years = 0.0;
        for (t, s) in by_year.iter().enumerate() {
            years += s * s;
            for (l, later) in by_year[t + 1..].iter().take(self.lag).enumerate() {
                years += 2.0 * (1.0 - (l + 1) as f64 / (self.lag as f64 + 1.0)) * s * later;
            }
        }
        // Each way alone bounds the variance from below.
        let variance = (pairs + years - own).max(pairs).max(years);
        variance.sqrt() / self.found.len() as f64
    }

    /// How many of each year's starts reached a multiple, and how many there were.
    pub(super) fn by_year(&self, k: f64) -> Vec<(usize, usize)> {
        let mut years = vec![(0, 0); self.years];
        for outcome in &self.found {
            let slot = &mut years[outcome.start];
            slot.0 += usize::from(outcome.best.multiple >= k);
            slot.1 += 1;
        }
        years
    }

    fn range_by_year(&self, k: f64) -> Interval {
        let years = self.by_year(k).into_iter().filter(|(_, starts)| *starts > 0);
        let shares: Vec<f64> = years.map(|(reached, starts)| reached as f64 / starts as f64).collect();
        Interval { low: shares.iter().copied().fold(1.0, f64::min), high: shares.iter().copied().fold(0.0, f64::max) }
    }
}

/// An interval on the scale of log odds, which stays within 0 and 1.
fn logit_interval(share: f64, error: f64) -> Interval {
    let centre = (share / (1.0 - share)).ln();
    let half = 1.96 * error / (share * (1.0 - share));
    let back = |z: f64| 1.0 / (1.0 + (-z).exp());
    Interval { low: back(centre - half), high: back(centre + half) }
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
            source: Source { name: "test".into(), vintage: String::new(), hash: String::new() },
            caveats: Vec::new(),
        }
    }

    #[test]
    fn what_is_not_reported_is_neither_a_start_nor_a_fall() {
        let panel = panel();
        let counter = Counter { panel: &panel, least: 0.05 };
        let rate = counter.outcomes(2, Scale::Dollars).rate(3.0).unwrap();
        // DEU-FRA starts in 2000-2003, RUS-USA in 2000, 2002 and 2003; DEU-FRA reaches it from 2001 and 2002.
        assert_eq!((rate.starts, rate.reached), (7, 2));
        assert_eq!(counter.within(&panel.pairs[1].2, 0, 1, Scale::Dollars), None, "the only year ahead is missing");
        assert!(rate.interval.low > 0.0 && rate.interval.high < 1.0);
        assert_eq!(rate.by_year, Interval { low: 0.0, high: 1.0 });
    }

    /// Ten pairs that all reach it in one of five years: the year's shock is one observation, not ten.
    #[test]
    fn starts_of_a_year_share_its_shock() {
        let outcome = |pair, start| Outcome {
            pair,
            start,
            best: Best { year: start + 1, multiple: if start == 2 { 3.0 } else { 1.0 } },
        };
        let found = (0..10).flat_map(|p| (0..5).map(move |t| outcome(p, t))).collect();
        let outcomes = Outcomes { found, years: 6, lag: 0 };
        let independent = (0.2 * 0.8 / 50f64).sqrt();
        assert!(outcomes.clustered_error(2.0, 0.2) > 2.0 * independent);
    }
}
