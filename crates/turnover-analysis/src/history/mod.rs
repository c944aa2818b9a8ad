//! How often it has happened: of all pairs of that size, how many multiplied their trade by `k` within `h`
//! years.
//!
//! The headline is the share of world trade: common shocks (inflation, the dollar, oil) rule current dollars so
//! much that starts of one year are nearly one observation. Dollars follow from the share along a stated path
//! of world trade.

mod count;
mod report;

use turnover_data::{Iso3, PairPanel, Source};

use crate::answer::Answer;
use crate::error::AnalysisError;
use crate::pair::Pair;

use count::{Best, Counter, Outcomes, Scale};

pub use count::Rate;
pub use report::report;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whose trade.
    pub pair: Pair,
    /// The multiple `k`.
    pub times: f64,
    /// Within so many years, `h`.
    pub years: i32,
    /// Pairs count from this share of all trade on; half of the pair's own, if `None`.
    pub least_share: Option<f64>,
    /// The command that asks again, which findings name.
    pub command: String,
}

/// Multiples of the table beside the one asked for.
const MULTIPLES: [f64; 6] = [1.5, 2.0, 3.0, 4.0, 5.0, 10.0];
/// The longest horizon of the curve, in years.
const LONGEST: i32 = 24;
/// Size where the panel does not hold the pair: 0.05 % of all trade.
const USUAL_SHARE: f64 = 5e-4;
/// Years over which world trade's growth is taken.
const PATH: i32 = 20;

/// A rate for a multiple and a horizon, by share of world trade and in dollars.
#[derive(Debug, Clone, PartialEq)]
pub struct RateRow {
    /// The multiple.
    pub times: f64,
    /// Within so many years.
    pub years: i32,
    /// Of the share of world trade.
    pub relative: Rate,
    /// In current dollars.
    pub dollars: Option<Rate>,
}

/// What dollars follow from.
#[derive(Debug, Clone, PartialEq)]
pub struct DollarPath {
    /// World trade's growth a year in current dollars.
    pub growth: f64,
    /// Over these years.
    pub years: (i32, i32),
    /// The multiple of the share that is left of the multiple in dollars.
    pub times: f64,
    /// How often that happened.
    pub rate: Rate,
}

/// A pair that did it.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// The pair.
    pub pair: (Iso3, Iso3),
    /// From and to which year.
    pub years: (i32, i32),
    /// Turnover then, US dollars.
    pub usd: (f64, f64),
    /// The multiple of its share of world trade.
    pub times: f64,
}

/// How many of the starts of one year reached the multiple.
#[derive(Debug, Clone, PartialEq)]
pub struct StartYear {
    /// The year.
    pub year: i32,
    /// Pairs that count.
    pub pairs: usize,
    /// Share that reached it, of world trade and in dollars.
    pub shares: [f64; 2],
}

/// Everything that the report is worded from.
#[derive(Debug, Clone)]
pub struct HistoryFacts {
    /// The question.
    pub question: Question,
    /// First and last year of the panel.
    pub span: (i32, i32),
    /// The size from which pairs count.
    pub least: f64,
    /// Whether the panel holds the pair.
    pub has_pair: bool,
    /// Of the share of world trade.
    pub relative: Rate,
    /// In current dollars.
    pub dollars: Rate,
    /// What the multiple in dollars takes of the share.
    pub path: Option<DollarPath>,
    /// The highest multiple of the pair's share within the horizon: from, to, multiple.
    pub own: Option<(i32, i32, f64)>,
    /// By multiple and horizon.
    pub rates: Vec<RateRow>,
    /// By horizon: share that has not got there, of world trade and in dollars.
    pub curve: Vec<(i32, [f64; 2])>,
    /// By year of the start.
    pub by_start: Vec<StartYear>,
    /// Who did it, the latest time of each pair.
    pub episodes: Vec<Episode>,
    /// The panel.
    pub source: Source,
    /// Its caveats.
    pub caveats: Vec<String>,
}

impl HistoryFacts {
    /// Whether these are the facts of a question, whatever command asked it.
    pub fn is_of(&self, question: &Question) -> bool {
        let key = |q: &Question| (q.pair, q.times, q.years, q.least_share);
        key(&self.question) == key(question)
    }
}

/// Counts.
///
/// # Errors
///
/// The multiple, the horizon or the size is out of range of the panel.
pub fn compute(panel: &PairPanel, question: &Question) -> Result<HistoryFacts, AnalysisError> {
    let (k, horizon) = (question.times, question.years);
    let (first, last, step) = check(panel, question)?;
    let own = panel.pair(question.pair.a, question.pair.b);
    let own_share = own.and_then(|v| (0..v.len()).rev().find(|t| v[*t] > 0.0).map(|t| v[t] / panel.totals[t]));
    let least = question.least_share.unwrap_or_else(|| own_share.map_or(USUAL_SHARE, |share| 0.5 * share));
    let refuse = |expected| {
        let help = "a smaller share lets more pairs count".to_owned();
        Err(AnalysisError::Range { what: "‹least_share›", found: (100.0 * least).to_string(), expected, help })
    };
    if !(0.0..1.0).contains(&least) {
        return refuse("a share of all trade, from 0 to less than 100 per cent");
    }
    let counter = Counter { panel, least };
    let asked = both_scales(&counter, horizon);
    let [share, dollars] = asked.each_ref().map(|outcomes| outcomes.rate(k));
    let (Some(relative), Some(dollars)) = (share, dollars) else {
        return refuse("a share that at least two pairs have");
    };
    let (rates, curve) = tables(&counter, &asked, k, step, horizon, last - first);
    Ok(HistoryFacts {
        question: question.clone(),
        span: (first, last),
        least,
        has_pair: own_share.is_some(),
        relative,
        dollars,
        path: path(panel, &asked[0], k, horizon),
        own: own.and_then(|v| best(&counter, v, horizon)),
        rates,
        curve,
        by_start: by_start(&counter, &asked, k),
        episodes: episodes(&counter, &asked[0], k),
        source: panel.source.clone(),
        caveats: panel.caveats.clone(),
    })
}

/// First and last year and the step of a panel that can answer the question.
fn check(panel: &PairPanel, question: &Question) -> Result<(i32, i32, i32), AnalysisError> {
    let range = |what, found: String, expected, help: &str| {
        Err(AnalysisError::Range { what, found, expected, help: help.to_owned() })
    };
    let (k, horizon) = (question.times, question.years);
    if !(k.is_finite() && k > 1.0) {
        return range("‹times›", k.to_string(), "a number above 1", "3 asks how often trade tripled");
    }
    let (Some(first), Some(last)) = (panel.years.first(), panel.years.last()) else {
        return range("‹years›", horizon.to_string(), "a panel of years", "give a file of flows over many years");
    };
    let step = panel.years.windows(2).map(|w| w[1] - w[0]).min().unwrap_or(1);
    if horizon < step || horizon > last - first {
        let help = format!("the data runs from {first} to {last} in steps of {step}");
        return range("‹years›", horizon.to_string(), "a number of years that the data can show", &help);
    }
    Ok((*first, *last, step))
}

/// World trade's growth over the last twenty years, and what it leaves of the multiple.
fn path(panel: &PairPanel, share: &Outcomes, k: f64, horizon: i32) -> Option<DollarPath> {
    let last = panel.years.len().checked_sub(1)?;
    let from = (0..last).rfind(|t| panel.years[last] - panel.years[*t] >= PATH).unwrap_or(0);
    let years = (panel.years[from], panel.years[last]);
    let growth = (panel.totals[last] / panel.totals[from]).powf(1.0 / f64::from(years.1 - years.0)) - 1.0;
    let times = k / (1.0 + growth).powi(horizon);
    if !(growth.is_finite() && times > 1.0) {
        return None;
    }
    Some(DollarPath { growth, years, times, rate: share.rate(times)? })
}

/// The highest multiple of a pair's share within the horizon.
fn best(counter: &Counter, values: &[f64], horizon: i32) -> Option<(i32, i32, f64)> {
    let years = &counter.panel.years;
    (0..values.len())
        .filter(|t| values[*t] > 0.0)
        .filter_map(|t| counter.within(values, t, horizon, Scale::Share).map(|b| (t, b)))
        .max_by(|x, y| x.1.multiple.total_cmp(&y.1.multiple))
        .map(|(t, Best { year, multiple })| (years[t], years[year], multiple))
}

/// What came of all starts within a horizon, by share of world trade and in dollars.
fn both_scales(counter: &Counter, horizon: i32) -> [Outcomes; 2] {
    [Scale::Share, Scale::Dollars].map(|scale| counter.outcomes(horizon, scale))
}

type Tables = (Vec<RateRow>, Vec<(i32, [f64; 2])>);

/// Rates by multiple and horizon, and the curve of those that have not got there.
fn tables(counter: &Counter, asked: &[Outcomes; 2], k: f64, step: i32, horizon: i32, span: i32) -> Tables {
    // A yearly panel is shown at four points of the table.
    let stride = if step >= 4 { step } else { 4 };
    let mut horizons: Vec<i32> =
        (1..).map(|n| n * stride).take_while(|h| *h <= LONGEST.max(horizon) && *h < span).collect();
    if !horizons.contains(&horizon) {
        horizons.push(horizon);
        horizons.sort_unstable();
    }
    let mut multiples = MULTIPLES.to_vec();
    if !multiples.contains(&k) {
        multiples.push(k);
        multiples.sort_by(f64::total_cmp);
    }
    let (mut rows, mut curve) = (Vec::new(), Vec::new());
    for years in horizons {
        let own;
        let outcomes = if years == horizon {
            asked
        } else {
            own = both_scales(counter, years);
            &own
        };
        if let [Some(share), Some(dollars)] = outcomes.each_ref().map(|o| o.rate(k)) {
            curve.push((years, [1.0 - share.share, 1.0 - dollars.share]));
        }
        if years <= 3 * stride || years == horizon {
            let row = |times: f64| {
                let [relative, dollars] = outcomes.each_ref().map(|o| o.rate(times));
                Some(RateRow { times, years, relative: relative?, dollars })
            };
            rows.extend(multiples.iter().filter_map(|times| row(*times)));
        }
    }
    rows.sort_by(|a, b| a.times.total_cmp(&b.times).then(a.years.cmp(&b.years)));
    (rows, curve)
}

fn by_start(counter: &Counter, asked: &[Outcomes; 2], k: f64) -> Vec<StartYear> {
    let [share, dollars] = asked.each_ref().map(|outcomes| outcomes.by_year(k));
    let years = counter.panel.years.iter().zip(share.into_iter().zip(dollars));
    years
        .filter(|(_, ((_, pairs), _))| *pairs > 0)
        .map(|(year, ((by_share, pairs), (by_dollars, _)))| StartYear {
            year: *year,
            pairs,
            shares: [by_share, by_dollars].map(|reached| reached as f64 / pairs as f64),
        })
        .collect()
}

/// The pairs whose share of world trade did it: the latest time of each, the latest first.
fn episodes(counter: &Counter, outcomes: &Outcomes, k: f64) -> Vec<Episode> {
    let years = &counter.panel.years;
    let mut out = Vec::new();
    for pair in outcomes.found.chunk_by(|a, b| a.pair == b.pair) {
        let Some(latest) = pair.iter().rfind(|o| o.best.multiple >= k) else { continue };
        let (a, b, values) = &counter.panel.pairs[latest.pair];
        let Best { year, multiple } = latest.best;
        out.push(Episode {
            pair: (*a, *b),
            years: (years[latest.start], years[year]),
            usd: (values[latest.start], values[year]),
            times: multiple,
        });
    }
    out.sort_by(|x, y| y.years.0.cmp(&x.years.0).then(y.times.total_cmp(&x.times)));
    out
}

/// Counts and words the answer.
///
/// # Errors
///
/// Those of [`compute`].
pub fn answer(panel: &PairPanel, question: &Question) -> Result<Answer, AnalysisError> {
    Ok(report(&compute(panel, question)?))
}
