//! Draws of effects and elasticities through a model.

use turnover_equilibrium::draws::{Normals, draws, quantile};

use crate::answer::Interval;
use crate::engine::{Model, unsolved};
use crate::error::AnalysisError;
use crate::pull::{Pull, PullFile, What};

/// How many draws, and of which seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draws {
    /// How many.
    pub count: usize,
    /// Which.
    pub seed: u64,
}

/// Draws at least: the 95 % range of fewer is the range of all of them, and need not hold the estimate.
pub(crate) const LEAST: usize = 40;

/// Draws that were run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrawsRun {
    /// Those that were asked for.
    pub asked: Draws,
    /// How many of them have no solution.
    pub failed: usize,
}

/// Draws at most: beyond it the ends of an interval move no more.
pub(crate) const MOST: usize = 100_000;
/// Elasticities below this share of their estimate are drawn again: at 0 there is no model.
const LEAST_THETA: f64 = 0.2;

/// Outcomes by draw.
pub(crate) struct Drawn {
    /// One list for each outcome, without what could not be had.
    columns: Vec<Vec<f64>>,
    /// Draws for which the model has no solution.
    pub(crate) failed: usize,
    pub(crate) draws: Draws,
}

impl Drawn {
    /// The range that holds 95 % of an outcome's draws.
    pub(crate) fn interval(&self, outcome: usize) -> Option<Interval> {
        let mut values = self.columns[outcome].clone();
        let (low, high) = (quantile(&mut values, 0.025), quantile(&mut values, 0.975));
        (low.is_finite() && high.is_finite()).then_some(Interval { low, high })
    }

    /// What was run.
    pub(crate) fn run(&self) -> DrawsRun {
        DrawsRun { asked: self.draws, failed: self.failed }
    }

    /// The share of draws in which an outcome could be had.
    pub(crate) fn share(&self, outcome: usize) -> f64 {
        self.columns[outcome].len() as f64 / self.draws.count as f64
    }

    /// Draws that were solved and in which an outcome could not be had.
    pub(crate) fn missing(&self, outcome: usize) -> usize {
        self.draws.count - self.failed - self.columns[outcome].len()
    }

    pub(crate) fn caveat(&self, file: &PullFile) -> String {
        let mut out = format!(
            "Intervals hold 95 % of {} draws (seed {}) of the effects{}.",
            self.draws.count,
            self.draws.seed,
            if file.theta_std_error > 0.0 { " and of the elasticity" } else { "" }
        );
        if self.failed > 0 {
            out.push_str(&format!(" In {} draws the model has no solution.", self.failed));
        }
        out
    }
}

/// Outcomes of one draw: of a model with the drawn elasticity, and log points by pull.
type Outcomes<'a> = &'a (dyn Fn(&Model, &[f64]) -> Result<Vec<f64>, AnalysisError> + Sync);

/// Runs `outcomes` for each draw: it gets a model with the drawn elasticity and the drawn log points
/// by pull, and returns as many numbers as `width`, NaN for what cannot be had.
pub(crate) fn run(
    model: &Model,
    file: &PullFile,
    pulls: &[Pull],
    asked: Draws,
    width: usize,
    outcomes: Outcomes,
) -> Result<Drawn, AnalysisError> {
    if !(LEAST..=MOST).contains(&asked.count) {
        return Err(AnalysisError::Range {
            what: "‹draws›",
            found: asked.count.to_string(),
            expected: "a number from 40 to 100000",
            help: "1000 draws are enough for two digits of an interval".to_owned(),
        });
    }
    if !file.is_uncertain() {
        return Err(AnalysisError::PullFile {
            path: file.path.display().to_string(),
            what: "nothing in it is uncertain, so there is nothing to draw".to_owned(),
            help: "add std_error to an entry with log_points, an estimate, or theta_std_error_percent to [model]"
                .to_owned(),
        });
    }
    let mean = pulls.iter().map(|p| if let What::LogPoints(b) = p.what { b } else { 0.0 }).collect();
    let effects =
        Normals::new(mean, &file.covariance).ok_or_else(|| unsolved("the covariance of the effects is not one"))?;
    let factor = Normals::independent(vec![1.0], &[file.theta_std_error])
        .ok_or_else(|| unsolved("the error of the elasticity is not a number"))?;
    let results = draws(asked.count, asked.seed, |g| {
        let effects = effects.draw(g);
        let theta = loop {
            let theta = factor.draw(g)[0];
            if theta >= LEAST_THETA {
                break theta;
            }
        };
        model.with_theta(theta).and_then(|model| outcomes(&model, &effects))
    });
    let mut columns = vec![Vec::with_capacity(asked.count); width];
    let mut failed = 0;
    for result in results {
        match result {
            Ok(values) => {
                for (column, value) in columns.iter_mut().zip(values) {
                    if value.is_finite() {
                        column.push(value);
                    }
                }
            }
            Err(_) => failed += 1,
        }
    }
    Ok(Drawn { columns, failed, draws: asked })
}
