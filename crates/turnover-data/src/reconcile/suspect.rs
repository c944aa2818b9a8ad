//! Years whose totals leave their neighbours and their mirror by more than the rest do.
//!
//! For every partner, the logarithm of a report over its mirror is compared with the median of the three years
//! before and with that of the three years after, and the median over partners is taken of each, weighted by how
//! steady each partner's ratio is. What counts is the smaller of the two where they agree in sign, so that a
//! lasting change is no fault of one year. The score is that over what years of the reporter, and of all
//! reporters, usually differ by, or over the error that the partners' unsteadiness gives it, if that is larger.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::builtin::{BothBooks, Side, Table, each_report};
use crate::country::Iso3;
use crate::error::DataError;

/// Years to either side that a year is compared with.
const REACH: i32 = 3;
/// Fewest of these years that must be there.
const FEWEST_YEARS: usize = 2;
/// Partners without which a reporter's year is not judged.
const FEWEST_PARTNERS: usize = 8;
/// Score from which on a year is named; in worlds without a fault fewer than [`SuspectScan::FALSE_ALARMS`] of
/// the years judged come so far.
const THRESHOLD: f64 = 3.3;
/// No series is taken to be more exact than this, in logarithms.
const SMALLEST_SCALE: f64 = 0.01;
/// And no year's deviation than this.
const SMALLEST_ERROR: f64 = 0.005;
/// Smaller deviations are not worth a word, however certain.
const SMALLEST: f64 = 0.03;

/// One report over its mirror.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Whose report is judged.
    pub reporter: Iso3,
    /// Which of its books.
    pub side: Side,
    /// On trade with whom.
    pub partner: Iso3,
    /// The year.
    pub year: i32,
    /// Logarithm of the report over what it is compared with.
    pub log_ratio: f64,
}

/// A year that stands out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Suspect {
    /// Whose report.
    pub reporter: Iso3,
    /// Which book.
    pub side: Side,
    /// The year.
    pub year: i32,
    /// What the reports are multiplied by, as far as neighbours and mirror say: 1.14 is 14 % too much.
    pub factor: f64,
    /// The deviation over its error.
    pub score: f64,
    /// Partners compared.
    pub partners: usize,
}

/// What a search has found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SuspectScan {
    /// Reporters' years that could be judged.
    pub judged: usize,
    /// Those that stand out, by reporter, side and year.
    pub found: Vec<Suspect>,
    /// All that were judged.
    pub scores: Vec<Suspect>,
}

impl SuspectScan {
    /// Share of faultless years that are named all the same, at most.
    pub const FALSE_ALARMS: f64 = 0.002;
}

/// Both sides' reports of a table against the partners' reports to the International Monetary Fund.
pub fn mirror_comparisons(table: Table, mirror: &BothBooks) -> Result<Vec<Comparison>, DataError> {
    comparisons(table, |reporter, partner, side, year| match side {
        Side::Exports => mirror.flow(reporter, partner)?.report(Side::Imports, year),
        Side::Imports => mirror.flow(partner, reporter)?.report(Side::Exports, year),
    })
}

/// A table's reports against the same country's own to the International Monetary Fund.
pub fn own_comparisons(table: Table, books: &BothBooks) -> Result<Vec<Comparison>, DataError> {
    comparisons(table, |reporter, partner, side, year| match side {
        Side::Exports => books.flow(reporter, partner)?.report(side, year),
        Side::Imports => books.flow(partner, reporter)?.report(side, year),
    })
}

fn comparisons(
    table: Table,
    other: impl Fn(Iso3, Iso3, Side, i32) -> Option<f64>,
) -> Result<Vec<Comparison>, DataError> {
    let mut sums: BTreeMap<(Iso3, Side, Iso3, i32), f64> = BTreeMap::new();
    each_report(table, &mut |r| {
        let Some(reporter) = r.reporter else { return };
        let partner = if r.side() == Side::Exports { r.importer } else { r.exporter };
        *sums.entry((reporter, r.side(), partner, r.period.year)).or_default() += r.value_usd;
    })?;
    let compare = |((reporter, side, partner, year), value): ((Iso3, Side, Iso3, i32), f64)| {
        let against = other(reporter, partner, side, year).filter(|v| *v > 0.0 && value > 0.0)?;
        Some(Comparison { reporter, side, partner, year, log_ratio: (value / against).ln() })
    };
    Ok(sums.into_iter().filter_map(compare).collect())
}

/// One partner's deviations in one year from past and future, and the partner's usual scale.
struct Deviation {
    past: f64,
    future: f64,
    scale: f64,
}

/// Finds the years that stand out.
pub fn find_suspects(comparisons: &[Comparison]) -> SuspectScan {
    let mut series: BTreeMap<(Iso3, Side, Iso3), BTreeMap<i32, f64>> = BTreeMap::new();
    for c in comparisons {
        series.entry((c.reporter, c.side, c.partner)).or_default().insert(c.year, c.log_ratio);
    }
    let mut by_year: BTreeMap<(Iso3, Side, i32), Vec<Deviation>> = BTreeMap::new();
    for ((reporter, side, _), years) in &series {
        let scale = partner_scale(years);
        for year in years.keys() {
            if let Some((past, future)) = deviations(years, *year) {
                let list = by_year.entry((*reporter, *side, *year)).or_default();
                list.push(Deviation { past, future, scale });
            }
        }
    }
    // The score is at first the error of the year's deviation.
    let mut judged: Vec<Suspect> = by_year
        .into_iter()
        .filter(|(_, list)| list.len() >= FEWEST_PARTNERS)
        .map(|((reporter, side, year), list)| {
            // The error of a median weighted by precision is 1.25 times that of the mean.
            let error = 1.2533 / list.iter().map(|d| d.scale.powi(-2)).sum::<f64>().sqrt();
            let of =
                |pick: fn(&Deviation) -> f64| weighted_median(list.iter().map(|d| (pick(d), 1.0 / d.scale)).collect());
            let (past, future) = (of(|d| d.past), of(|d| d.future));
            let both = if past * future <= 0.0 { 0.0 } else { past.signum() * past.abs().min(future.abs()) };
            Suspect { reporter, side, year, factor: both.exp(), score: error, partners: list.len() }
        })
        .collect();
    // What years usually differ by, for one reporter's book and for all.
    let usual = scale(judged.iter().map(|d| d.factor.ln()).collect());
    let mut own: BTreeMap<(Iso3, Side), Vec<f64>> = BTreeMap::new();
    judged.iter().for_each(|d| own.entry((d.reporter, d.side)).or_default().push(d.factor.ln()));
    let own: BTreeMap<_, f64> = own.into_iter().map(|(k, list)| (k, scale(list))).collect();
    for d in &mut judged {
        let years = own.get(&(d.reporter, d.side)).copied().unwrap_or(usual).max(usual);
        d.score = d.factor.ln() / years.max(d.score).max(SMALLEST_ERROR);
    }
    let found = judged.iter().filter(|d| d.score.abs() >= THRESHOLD && d.factor.ln().abs() >= SMALLEST).copied();
    SuspectScan { judged: judged.len(), found: found.collect(), scores: judged }
}

/// How far a year lies from its past and from its future.
fn deviations(years: &BTreeMap<i32, f64>, year: i32) -> Option<(f64, f64)> {
    let own = years.get(&year)?;
    let side = |range: std::ops::RangeInclusive<i32>| {
        let list: Vec<f64> = years.range(range).map(|(_, v)| *v).collect();
        (list.len() >= FEWEST_YEARS).then(|| own - median(list))
    };
    Some((side(year - REACH..=year - 1)?, side(year + 1..=year + REACH)?))
}

/// How far one partner's years usually lie from the median of those around them.
fn partner_scale(years: &BTreeMap<i32, f64>) -> f64 {
    let off = |(year, own): (&i32, &f64)| {
        let around = years.range(year - REACH..=year + REACH).filter(|(y, _)| *y != year).map(|(_, v)| *v).collect();
        (own - median(around)).abs()
    };
    (1.4826 * median(years.iter().map(off).collect())).max(SMALLEST_SCALE)
}

/// A robust scale around nought of those that are not nought: most are small, a few are what is looked for.
fn scale(list: Vec<f64>) -> f64 {
    1.4826 * median(list.into_iter().map(f64::abs).filter(|d| *d > 0.0).collect())
}

/// The value at which half of the weight lies to either side.
fn weighted_median(mut list: Vec<(f64, f64)>) -> f64 {
    list.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let half = 0.5 * list.iter().map(|x| x.1).sum::<f64>();
    let mut sum = 0.0;
    list.iter()
        .find(|x| {
            sum += x.1;
            sum >= half
        })
        .map_or(0.0, |x| x.0)
}

fn median(mut list: Vec<f64>) -> f64 {
    if list.is_empty() {
        return 0.0;
    }
    list.sort_unstable_by(f64::total_cmp);
    let n = list.len();
    0.5 * (list[(n - 1) / 2] + list[n / 2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::country::countries;

    /// Comparisons of a made-up world: reporters with habits, partners that scatter, years that differ.
    fn world(seed: u64, reporters: usize) -> Vec<Comparison> {
        let mut noise = super::super::tests::Noise::new(seed);
        let all = countries();
        let mut out = Vec::new();
        for r in 0..reporters {
            for side in [Side::Exports, Side::Imports] {
                let shocks: Vec<f64> = (0..30).map(|_| 0.01 * noise.normal()).collect();
                for p in (0..40).filter(|p| *p != r) {
                    let (level, scatter) = (0.3 * noise.normal(), 0.03 + 0.15 * noise.uniform());
                    for (t, shock) in shocks.iter().enumerate() {
                        out.push(Comparison {
                            reporter: all[r].code,
                            side,
                            partner: all[p].code,
                            year: 1990 + t as i32,
                            log_ratio: level + shock + scatter * noise.normal(),
                        });
                    }
                }
            }
        }
        out
    }

    #[test]
    fn a_world_without_faults_gives_few_alarms() {
        let (mut judged, mut alarms) = (0, 0);
        for seed in 0..6 {
            let scan = find_suspects(&world(seed, 40));
            judged += scan.judged;
            alarms += scan.found.len();
        }
        assert!(judged > 10_000);
        let rate = alarms as f64 / judged as f64;
        assert!(rate <= SuspectScan::FALSE_ALARMS, "{alarms} of {judged}");
    }

    #[test]
    fn planted_years_are_found_and_their_size_is_estimated() {
        for (factor, seed) in [(1.14f64, 11), (0.8, 12), (1.14, 13), (0.8, 14)] {
            let mut world = world(seed, 40);
            let victim = countries()[7].code;
            let planted =
                |c: &&mut Comparison| c.reporter == victim && c.side == Side::Imports && [2005, 2006].contains(&c.year);
            world.iter_mut().filter(planted).for_each(|c| c.log_ratio += factor.ln());
            let found = find_suspects(&world).found;
            for year in [2005, 2006] {
                let hit = found.iter().find(|s| s.reporter == victim && s.side == Side::Imports && s.year == year);
                let hit = hit.unwrap_or_else(|| panic!("{factor} in {year}: {found:?}"));
                assert!((hit.factor / factor - 1.0).abs() < 0.08, "{hit:?}");
            }
        }
    }

    /// A new level that stays is no fault of a year.
    #[test]
    fn a_lasting_change_is_not_named() {
        let mut world = world(21, 40);
        let victim = countries()[3].code;
        world.iter_mut().filter(|c| c.reporter == victim && c.year >= 2004).for_each(|c| c.log_ratio += 0.3);
        assert!(!find_suspects(&world).found.iter().any(|s| s.reporter == victim));
    }
}
