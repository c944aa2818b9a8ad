//! Proof by rolling origin: at each year the model is fitted on what was over by then, and its chances are
//! held against what came, beside the base rate known at the time.

use super::features::N;
use super::logit::Logit;

/// A start whose end is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    /// Place of the year in the panel.
    pub(super) year: usize,
    pub(super) x: [f64; N],
    /// 1 where the multiple was reached, else 0.
    pub(super) outcome: f64,
}

/// What the model was worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// Forecasts made.
    pub forecasts: usize,
    /// Years from which they were made.
    pub origins: usize,
    /// In how many of these the model beat the base rate.
    pub better: usize,
    /// Share that reached the multiple.
    pub reached: f64,
    /// Mean of the chances.
    pub mean: f64,
    /// Brier score of the model and of the base rate.
    pub brier: [f64; 2],
    /// Tenths of the forecasts in order: mean chance, share that reached it, number.
    pub tenths: Vec<(f64, f64, usize)>,
}

impl Proof {
    /// The part of the base rate's error that the model takes away; negative where it adds to it.
    pub fn skill(&self) -> f64 {
        1.0 - self.brier[0] / self.brier[1]
    }

    /// Whether the model is of use: it beats the base rate in all, and in more than half of the years.
    pub fn has_skill(&self) -> bool {
        self.skill() > 0.0 && 2 * self.better > self.origins
    }
}

/// Years of starts that a fit needs.
const LEAST_YEARS: usize = 10;
/// The ridge of every fit.
pub(super) const RIDGE: f64 = 5.0;

/// Forecasts from every year on starts that were over by then; `None` where there are too few.
pub(super) fn rolling_origin(starts: &[Start], horizon: usize) -> Option<Proof> {
    let last = starts.iter().map(|s| s.year).max()?;
    let first = starts.iter().map(|s| s.year).min()?;
    let mut found: Vec<(f64, f64)> = Vec::new();
    let (mut brier, mut origins, mut better) = ([0.0; 2], 0, 0);
    for origin in first + horizon + LEAST_YEARS - 1..=last {
        let known: Vec<&Start> = starts.iter().filter(|s| s.year + horizon <= origin).collect();
        let now: Vec<&Start> = starts.iter().filter(|s| s.year == origin).collect();
        let rows: Vec<[f64; N]> = known.iter().map(|s| s.x).collect();
        let outcomes: Vec<f64> = known.iter().map(|s| s.outcome).collect();
        let (Some(fit), false) = (Logit::fit(&rows, &outcomes, RIDGE), now.is_empty()) else { continue };
        let base = outcomes.iter().sum::<f64>() / outcomes.len() as f64;
        let mut here = [0.0; 2];
        for s in now {
            let p = fit.chance(&s.x);
            here[0] += (p - s.outcome).powi(2);
            here[1] += (base - s.outcome).powi(2);
            found.push((p, s.outcome));
        }
        origins += 1;
        better += usize::from(here[0] < here[1]);
        brier[0] += here[0];
        brier[1] += here[1];
    }
    let n = found.len();
    if n < 100 || brier[1] <= 0.0 {
        return None;
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mean =
        |list: &[(f64, f64)], pick: fn(&(f64, f64)) -> f64| list.iter().map(pick).sum::<f64>() / list.len() as f64;
    let tenths = (0..10)
        .map(|k| &found[k * n / 10..(k + 1) * n / 10])
        .map(|part| (mean(part, |f| f.0), mean(part, |f| f.1), part.len()))
        .collect();
    Some(Proof {
        forecasts: n,
        origins,
        better,
        reached: mean(&found, |f| f.1),
        mean: mean(&found, |f| f.0),
        brier: brier.map(|b| b / n as f64),
        tenths,
    })
}
