//! PPML by an inexact Newton method on the first-order conditions.
//!
//! At the mean `mu` with `g = w (y - mu)`, a Newton step solves weighted least squares of `g / W`
//! on regressors and effects with weights `W = w mu`. By Frisch, Waugh and Lovell: with `x~` what
//! the effects leave of `x`, the coefficients move by `(X~'W X~)^-1 X~'g`, the effects by what is
//! left. Both use effects of the regressors, `Gamma`, carried from the step before and refreshed
//! to a loose tolerance; near the solution the weights stand still and so does `Gamma`.

mod finish;
mod iterate;
mod start;
mod state;
mod step;
mod suspicion;
mod tolerances;

use finish::Done;
use state::State;
use suspicion::suspected;

use crate::compress::compress;
use crate::error::FitError;
use crate::fit::Fit;
use crate::levels;
use crate::model::{Model, SeparationCheck, Settings};
use crate::regressors;
use crate::result::{Reason, Separated};
use crate::separation;

/// Logs over which an offset may run without being suspected of not being in logs.
const WIDE_OFFSET: f64 = 50.0;

/// Estimates the model by PPML.
pub fn poisson(model: &Model, settings: &Settings) -> Result<Fit, FitError> {
    // Inside the pool from the start: entering it for each of a thousand short passes would cost
    // more than the passes.
    rayon::scope(|_| {
        model.check(true)?;
        let fit = match compress(model, settings) {
            Some(cells) => poisson_rows(&cells.model, settings).map(|fit| cells.expand(fit, model)),
            None => poisson_rows(model, settings),
        };
        fit.map_err(|e| if e.is_numerical() { cause(model, e) } else { e })
    })
}

/// What numbers have to do with an estimate that failed: offsets in levels instead of logs, and weights
/// too far apart, are the usual causes.
fn cause(model: &Model, e: FitError) -> FitError {
    if let Some(offset) = &model.offset {
        let low = offset.iter().copied().fold(f64::INFINITY, f64::min);
        let high = offset.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if high - low > WIDE_OFFSET {
            return FitError::Offset { low, high };
        }
    }
    if regressors::wide(model.weights.as_deref(), model.y.len()) { FitError::Weights } else { e }
}

/// The same for a model that has been checked, row by row.
pub(crate) fn poisson_rows(model: &Model, settings: &Settings) -> Result<Fit, FitError> {
    let n = model.y.len();
    let mut used: Vec<bool> = match &model.weights {
        Some(w) => w.iter().map(|w| *w > 0.0).collect(),
        None => vec![true; n],
    };
    let mut separated: Vec<Separated> = Vec::new();
    if let Some(effects) = &model.effects {
        separated = levels::by_level(effects, &model.y, &mut used, settings.drop_singletons);
    }
    let mut attempt = estimate(model, &used, settings);
    // Once rows have left, others may stand alone.
    loop {
        if settings.separation != SeparationCheck::Full {
            break;
        }
        let suspected = match &mut attempt {
            Ok(done) => suspected(&mut done.state)?,
            // Separation is the usual reason for an iteration that does not settle.
            Err(e) => e.is_numerical(),
        };
        let found = if suspected { separation::combination(model, &used)? } else { Vec::new() };
        if found.is_empty() {
            break;
        }
        for row in found {
            used[row] = false;
            separated.push(Separated { row, reason: Reason::Combination });
        }
        if let Some(effects) = &model.effects {
            separated.extend(levels::by_level(effects, &model.y, &mut used, settings.drop_singletons));
        }
        attempt = estimate(model, &used, settings);
    }
    let done = attempt?;
    separated.sort_by_key(|s| s.row);
    done.fit(model, separated, used)
}

/// An estimate on the rows of `used`.
fn estimate(model: &Model, used: &[bool], settings: &Settings) -> Result<Done, FitError> {
    if !used.iter().any(|u| *u) {
        return Err(FitError::NoRows("every observation is separated or has weight 0"));
    }
    let mut state = State::new(model, used);
    let (keep, dropped) = state.start(model, used)?;
    let (iterations, status) = state.iterate(settings)?;
    Ok(Done { state, keep, dropped, iterations, status })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::{Effects, Family};
    use crate::vcov::{Cluster, Covariance, SmallSample};

    /// Three thousand rows in two hundred cells, weighted, some of weight 0, one level all zero.
    fn model() -> Model {
        let n = 3_000usize;
        let at = |r: usize| (r * 7919) % 200;
        let noise = |r: usize| f64::from((r * 2_654_435_761 % 1009) as u32) / 1009.0;
        let y = |r: usize| {
            if at(r) % 20 == 7 || r.is_multiple_of(11) { 0.0 } else { (1.0 + noise(r)) * (1 + at(r) % 5) as f64 }
        };
        let family = |name: &str, f: &dyn Fn(usize) -> usize, levels: usize| Family {
            name: name.into(),
            codes: (0..n).map(|r| f(at(r)) as u32).collect(),
            levels,
        };
        Model {
            y: (0..n).map(y).collect(),
            x: vec![("x".into(), (0..n).map(|r| ((at(r) * 31) % 17) as f64).collect())],
            effects: Effects::new(vec![family("a", &|c| c % 20, 20), family("b", &|c| c / 20, 10)]),
            weights: Some((0..n).map(|r| if r.is_multiple_of(13) { 0.0 } else { 1.0 + noise(r + 5) }).collect()),
            offset: Some((0..n).map(|r| 0.1 * (at(r) % 3) as f64).collect()),
        }
    }

    #[test]
    fn cells_give_what_rows_give() {
        let model = model();
        let settings = Settings::default();
        for rows in [poisson_rows, crate::linear::least_squares_rows] {
            let cells = compress(&model, &settings).unwrap();
            assert_eq!(cells.model.y.len(), 200);
            let short = rows(&cells.model, &settings).unwrap();
            let a = cells.expand(short, &model);
            let b = rows(&model, &settings).unwrap();
            let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * b.abs(), "{a} {b}");
            close(a.coefficients[0], b.coefficients[0]);
            close(a.deviance, b.deviance);
            assert_eq!(a.nobs, b.nobs);
            assert!(a.separated == b.separated && a.used == b.used);
            let cluster = Cluster { name: "c".into(), codes: (0..model.y.len() as u32).map(|r| r % 37).collect() };
            for v in [Covariance::Iid, Covariance::Heteroskedastic, Covariance::Clustered(vec![cluster])] {
                for ssc in [SmallSample::Fixest, SmallSample::Stata, SmallSample::None] {
                    close(a.covariance(&v, ssc).unwrap()[0], b.covariance(&v, ssc).unwrap()[0]);
                }
            }
            close(a.log_likelihoods(&model).0, b.log_likelihoods(&model).0);
        }
    }

    #[test]
    fn a_panel_of_single_rows_stays_as_it_is() {
        let mut model = model();
        model.x[0].1.iter_mut().enumerate().for_each(|(r, x)| *x = r as f64);
        assert!(compress(&model, &Settings::default()).is_none());
    }
}
