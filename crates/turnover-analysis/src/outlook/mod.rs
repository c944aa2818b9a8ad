//! How likely a multiple is for one pair: the chance that its share of world trade is multiplied by `k` within
//! `h` years, from its size, growth, volatility, distance from its own peak, and sanctions on record.
//!
//! A logit is fitted on all starts whose end is known. It is proven by rolling origin ([`Proof`]); where it does
//! not beat the base rate, the base rate is the answer. Shares of world trade are forecast, since common shocks
//! rule current dollars; a multiple in dollars follows from a path of world trade.

mod features;
mod logit;
mod proof;
mod report;

use turnover_data::PairPanel;
use turnover_measures::Regimes;

use crate::answer::{Answer, Interval};
use crate::error::AnalysisError;
use crate::pair::Pair;

use features::N;
use logit::Logit;
use proof::{RIDGE, Start, rolling_origin};

pub use proof::Proof;
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
    /// Growth of world trade a year in current dollars, for the multiple in dollars; that of the last twenty
    /// years if `None`.
    pub world_growth: Option<f64>,
    /// The command that asks again.
    pub command: String,
}

/// Pairs below this share of world trade are left out of the fit: about a billion dollars today.
const LEAST_SHARE: f64 = 5e-5;
/// Years over which world trade's growth is taken.
const PATH: usize = 20;

/// A chance with the multiple of the share that it is for.
#[derive(Debug, Clone, PartialEq)]
pub struct Chance {
    /// The multiple of the share of world trade.
    pub times: f64,
    /// By the model.
    pub model: f64,
    /// Its 95 % interval, by leaving five years of starts out at a time.
    pub interval: Interval,
    /// By all starts together.
    pub base: f64,
    /// What the model was worth; `None` where there are too few forecasts to say.
    pub proof: Option<Proof>,
}

impl Chance {
    /// The answer: the model's where it has skill, else the base rate.
    pub fn value(&self) -> f64 {
        if self.has_skill() { self.model } else { self.base }
    }

    /// Whether the model is of use.
    pub fn has_skill(&self) -> bool {
        self.proof.as_ref().is_some_and(Proof::has_skill)
    }
}

/// Everything that the report is worded from.
#[derive(Debug, Clone)]
pub struct OutlookFacts {
    /// The question.
    pub question: Question,
    /// The year from which is looked ahead: the pair's last in the panel.
    pub year: i32,
    /// The pair's share of world trade in it.
    pub share: f64,
    /// Starts on which the model is fitted, and their pairs.
    pub starts: usize,
    /// Pairs among them.
    pub pairs: usize,
    /// First and last year of the starts.
    pub span: (i32, i32),
    /// For the multiple as one of the share.
    pub relative: Chance,
    /// World trade's growth a year, and the chance of the multiple in current dollars along it.
    pub dollars: (f64, Chance),
    /// Regressor, its value for the pair, and what it adds to the log odds against the average start.
    pub parts: Vec<(&'static str, f64, f64)>,
    /// The panel.
    pub source: turnover_data::Source,
    /// The record of sanctions.
    pub regimes: turnover_data::Source,
    /// The panel's caveats.
    pub caveats: Vec<String>,
}

/// A pair's logs and sanctions by year.
struct Series {
    logs: Vec<f64>,
    sanctioned: Vec<bool>,
}

/// Works the question out.
///
/// # Errors
///
/// The multiple or the horizon is out of range, the panel is not yearly, or lacks the pair's last ten years.
pub fn compute(panel: &PairPanel, question: &Question) -> Result<OutlookFacts, AnalysisError> {
    check(panel, question)?;
    let regimes = Regimes::embedded()?;
    let horizon = question.years as usize;
    let series: Vec<Series> = panel
        .pairs
        .iter()
        .map(|(a, b, values)| (a, b, features::log_shares(panel, values)))
        .filter(|(.., logs)| logs.iter().any(|l| *l >= LEAST_SHARE.ln()))
        .map(|(a, b, logs)| Series { logs, sanctioned: features::sanctioned(regimes, panel, *a, *b) })
        .collect();
    let missing = |what: String| AnalysisError::Change {
        what,
        help: "give a longer panel with ‹data›, or ask turnover history for the base rate".to_owned(),
    };
    let own = panel.pair(question.pair.a, question.pair.b).map(|v| features::log_shares(panel, v));
    let own = own.ok_or_else(|| missing(format!("{} does not hold the pair", panel.source.name)))?;
    let at = (0..own.len()).rev().find(|t| own[*t].is_finite());
    let stands = features::sanctioned(regimes, panel, question.pair.a, question.pair.b);
    let x = at.and_then(|t| features::row(&own, t, stands[t]));
    let (Some(at), Some(x)) = (at, x) else {
        return Err(missing(format!("{} lacks ten years of the pair's trade in both directions", panel.source.name)));
    };
    let growth = question.world_growth.unwrap_or_else(|| path(panel));
    let in_dollars = question.times / (1.0 + growth).powi(question.years);
    let (relative, starts, fit) = chance(&series, question.times, horizon, &x).ok_or_else(|| {
        missing(format!("no start, or every start, reached times {} within {} years", question.times, question.years))
    })?;
    let dollars = chance(&series, in_dollars.max(1.001), horizon, &x).map_or_else(|| relative.clone(), |c| c.0);
    let count = starts.len() as f64;
    let mean = |k: usize| starts.iter().map(|s| s.x[k]).sum::<f64>() / count;
    let parts = (1..N).map(|k| (features::NAMES[k], x[k], fit.0[k] * (x[k] - mean(k)))).collect();
    let years = starts.iter().map(|s| panel.years[s.year]);
    Ok(OutlookFacts {
        question: question.clone(),
        year: panel.years[at],
        share: own[at].exp(),
        span: (years.clone().min().unwrap_or(0), years.max().unwrap_or(0)),
        starts: starts.len(),
        pairs: series.len(),
        relative,
        dollars: (growth, dollars),
        parts,
        source: panel.source.clone(),
        regimes: regimes.source.clone(),
        caveats: panel.caveats.clone(),
    })
}

fn check(panel: &PairPanel, question: &Question) -> Result<(), AnalysisError> {
    let range = |what, found: String, expected, help: &str| {
        Err(AnalysisError::Range { what, found, expected, help: help.to_owned() })
    };
    if !(question.times.is_finite() && question.times > 1.0) {
        return range(
            "‹times›",
            question.times.to_string(),
            "a number above 1",
            "3 asks how likely it is that trade triples",
        );
    }
    let (first, last) = (panel.years.first().copied().unwrap_or(0), panel.years.last().copied().unwrap_or(0));
    if panel.years.windows(2).any(|w| w[1] - w[0] != 1) {
        return Err(AnalysisError::Change {
            what: format!("{} does not hold every year, which a forecast needs", panel.source.name),
            help: "turnover history counts over panels with gaps".to_owned(),
        });
    }
    if question.years < 1 || question.years > (last - first) / 3 {
        let help = format!("the data runs from {first} to {last}: a third of it can be looked ahead");
        return range("‹years›", question.years.to_string(), "a number of years that the data can prove", &help);
    }
    if question.world_growth.is_some_and(|g| !(-0.5..=0.5).contains(&g)) {
        return range(
            "‹world_growth›",
            format!("{}", 100.0 * question.world_growth.unwrap_or(0.0)),
            "-50 to 50 per cent a year",
            "4 is about its average",
        );
    }
    Ok(())
}

/// World trade's growth a year over the last twenty years.
fn path(panel: &PairPanel) -> f64 {
    let n = panel.totals.len();
    let back = PATH.min(n - 1);
    let (last, before) = (panel.totals[n - 1], panel.totals[n - 1 - back]);
    if before > 0.0 && last > 0.0 { (last / before).powf(1.0 / back as f64) - 1.0 } else { 0.0 }
}

/// The starts whose end is known: large enough, and with at least half of the years ahead reported.
fn starts(series: &[Series], times: f64, horizon: usize) -> Vec<Start> {
    let mut out = Vec::new();
    for s in series {
        for t in 0..s.logs.len().saturating_sub(horizon) {
            if s.logs[t].is_nan() || s.logs[t] < LEAST_SHARE.ln() {
                continue;
            }
            let ahead = &s.logs[t + 1..=t + horizon];
            let reported = ahead.iter().filter(|l| l.is_finite()).count();
            let Some(x) = features::row(&s.logs, t, s.sanctioned[t]).filter(|_| 2 * reported >= horizon) else {
                continue;
            };
            let best = ahead.iter().copied().filter(|l| l.is_finite()).fold(f64::MIN, f64::max);
            out.push(Start { year: t, x, outcome: f64::from(u8::from(best - s.logs[t] >= times.ln())) });
        }
    }
    out
}

type Fitted = (Chance, Vec<Start>, Logit<N>);

/// The chance of a multiple of the share, with what it is worth.
fn chance(series: &[Series], times: f64, horizon: usize, x: &[f64; N]) -> Option<Fitted> {
    let starts = starts(series, times, horizon);
    let fit = |keep: &dyn Fn(&Start) -> bool| {
        let kept: Vec<&Start> = starts.iter().filter(|s| keep(s)).collect();
        let rows: Vec<[f64; N]> = kept.iter().map(|s| s.x).collect();
        let outcomes: Vec<f64> = kept.iter().map(|s| s.outcome).collect();
        Logit::fit(&rows, &outcomes, RIDGE)
    };
    let all = fit(&|_| true)?;
    let model = all.chance(x);
    // Starts of neighbouring years share their shocks, so blocks of years are left out together.
    let logit = |p: f64| (p / (1.0 - p)).ln();
    let (first, last) = (starts.iter().map(|s| s.year).min()?, starts.iter().map(|s| s.year).max()?);
    let blocks: Vec<usize> = (first..=last).step_by(BLOCK).collect();
    let without: Vec<f64> = blocks
        .iter()
        .filter_map(|b| fit(&|s| !(*b..b + BLOCK).contains(&s.year)))
        .map(|f| logit(f.chance(x)))
        .collect();
    let (count, centre) = (without.len() as f64, logit(model));
    let error = ((count - 1.0) / count * without.iter().map(|z| (z - centre).powi(2)).sum::<f64>()).sqrt();
    let back = |z: f64| 1.0 / (1.0 + (-z).exp());
    let base = starts.iter().map(|s| s.outcome).sum::<f64>() / starts.len() as f64;
    let chance = Chance {
        times,
        model,
        interval: Interval { low: back(centre - 1.96 * error), high: back(centre + 1.96 * error) },
        base,
        proof: rolling_origin(&starts, horizon),
    };
    Some((chance, starts, all))
}

/// Years of starts that are left out together.
const BLOCK: usize = 5;

/// Works the question out and words it.
///
/// # Errors
///
/// Those of [`compute`].
pub fn answer(panel: &PairPanel, question: &Question) -> Result<Answer, AnalysisError> {
    Ok(report(&compute(panel, question)?))
}
