//! The result of an estimation.

use crate::absorb::Absorber;
use crate::effects::Effects;
use crate::model::Model;
use crate::regressors::scale;
use crate::result::{Dropped, Kind, RSquared, Separated, Status};
use crate::sums::sum_rows;
use crate::vcov::SmallSample;

/// An estimate with what its covariances need.
#[derive(Debug, Clone)]
pub struct Fit {
    /// Which estimator.
    pub kind: Kind,
    /// How the iteration ended.
    pub status: Status,
    /// Names of the coefficients.
    pub names: Vec<String>,
    /// Coefficients.
    pub coefficients: Vec<f64>,
    /// Regressors left out.
    pub dropped: Vec<Dropped>,
    /// Observations that take no part, by row.
    pub separated: Vec<Separated>,
    /// Observations used.
    pub nobs: usize,
    /// Newton steps.
    pub iterations: usize,
    /// Passes over the weights in the inner solver.
    pub products: usize,
    /// Bytes that one such pass moves.
    pub bytes_per_product: usize,
    /// Deviance (Poisson) or sum of squared residuals.
    pub deviance: f64,
    /// Fitted mean by row; NaN for rows that take no part.
    pub fitted: Vec<f64>,
    /// Linear index by row, offset included; NaN for rows that take no part.
    pub index: Vec<f64>,
    /// Rows that take part.
    pub(crate) used: Vec<bool>,
    /// Whether every outcome is fitted to rounding: errors that rest on residuals are then undefined.
    pub perfect: bool,
    /// What the effects leave of the scaled regressors, as an orthonormal basis under the scaled weights
    /// (for PPML times the means), by row; 0 for rows that take no part.
    pub(crate) basis: Vec<Vec<f64>>,
    /// Weight times outcome less fitted mean, by row, over `score_unit`.
    pub(crate) residual_y: Vec<f64>,
    /// What scores were divided by, so that they are of size 1.
    pub(crate) score_unit: f64,
    /// What the outcome was multiplied by, for least squares.
    pub(crate) by_outcome: f64,
    /// Sum of squared residuals in the units of scores and basis, for least squares.
    pub(crate) squares: f64,
    /// What scaled coefficients are multiplied by.
    pub(crate) units: Vec<f64>,
    /// `T` with `basis = X~ T`, upper triangular: `T T'` is the inverse of the Hessian `X~'W X~`.
    pub(crate) transform: Vec<f64>,
    /// The effects of the model.
    pub(crate) effects: Option<Effects>,
}

/// Residuals below this share of the outcomes are the rounding of a perfect fit.
const PERFECT: f64 = 1e-13;
/// The same for the index of PPML, whose iteration ends a little sooner.
const PERFECT_INDEX: f64 = 1e-11;

/// `y log(y / mu) - (y - mu)`, without cancellation where the two are close.
fn half_deviance(y: f64, mu: f64) -> f64 {
    if y <= 0.0 {
        return mu;
    }
    let apart = (y - mu) / mu;
    if apart.abs() < 1e-3 {
        // Series of (1 + d) log(1 + d) - d.
        return mu * apart * apart * (0.5 - apart * (1.0 / 6.0 - apart * (1.0 / 12.0 - apart * (0.05 - apart / 30.0))));
    }
    y * (y / mu).ln() - (y - mu)
}

impl Fit {
    /// The fixed effects by family and level, for the model that was estimated. They are identified
    /// up to constants that move between families; levels without a used observation are NaN.
    pub fn fixed_effects(&self, model: &Model) -> Vec<Vec<f64>> {
        let Some(effects) = &model.effects else { return Vec::new() };
        let coefficient = |name: &str| self.names.iter().position(|n| n == name).map(|k| self.coefficients[k]);
        let own: Vec<(&[f64], f64)> =
            model.x.iter().filter_map(|(name, x)| Some((x.as_slice(), coefficient(name)?))).collect();
        let left: Vec<f64> = (0..self.used.len())
            .map(|r| {
                if !self.used[r] {
                    return 0.0;
                }
                let explained: f64 = own.iter().map(|(x, b)| b * x[r]).sum();
                self.index[r] - explained - model.offset.as_ref().map_or(0.0, |o| o[r])
            })
            .collect();
        let mut absorber = Absorber::new(effects, &self.used);
        let weight: Vec<f64> = self.used.iter().map(|u| if *u { 1.0 } else { 0.0 }).collect();
        let weight = absorber.sorted(weight);
        absorber.set_weights(|w| w.copy_from_slice(&weight));
        // Scaled, so that squares stay in the range of numbers.
        let by = scale(&left, |_| true);
        let mut left = absorber.sorted(left);
        left.iter_mut().for_each(|x| *x *= by);
        let mut u = vec![0.0; absorber.dimension()];
        absorber.solve_variable(&left, &mut u, 1e-13, 20_000);
        let mut out = absorber.effects(&left, &u);
        for (values, family) in out.iter_mut().zip(effects.families()) {
            values.resize(family.levels, 0.0);
            values.iter_mut().for_each(|v| *v /= by);
            let mut seen = vec![false; family.levels];
            for (code, used) in family.codes.iter().zip(&self.used) {
                seen[*code as usize] |= used;
            }
            values.iter_mut().zip(seen).filter(|(_, seen)| !seen).for_each(|(v, _)| *v = f64::NAN);
        }
        out
    }

    /// The expected outcome of new rows, given the effects of [`Fit::fixed_effects`]: `new` has the
    /// regressors by the same names (others are ignored) and effects whose codes mean the same
    /// levels. NaN for levels that the estimate did not see. `None` where a regressor or a family
    /// is missing.
    pub fn predict(&self, effects: &[Vec<f64>], new: &Model) -> Option<Vec<f64>> {
        let mut index = self.predict_index(effects, new)?;
        if self.kind == Kind::Poisson {
            index.iter_mut().for_each(|i| *i = i.exp());
        }
        Some(index)
    }

    /// The linear index of new rows, as [`Fit::predict`] takes them: for PPML the log of the expected outcome.
    pub fn predict_index(&self, effects: &[Vec<f64>], new: &Model) -> Option<Vec<f64>> {
        let mut index: Vec<f64> = new.offset.clone().unwrap_or_else(|| vec![0.0; new.y.len()]);
        for (name, b) in self.names.iter().zip(&self.coefficients) {
            let (_, x) = new.x.iter().find(|(n, _)| n == name)?;
            index.iter_mut().zip(x).for_each(|(i, x)| *i += b * x);
        }
        let families = new.effects.as_ref().map_or(&[][..], Effects::families);
        if families.len() != effects.len() {
            return None;
        }
        for (family, values) in families.iter().zip(effects) {
            for (i, code) in index.iter_mut().zip(&family.codes) {
                *i += values.get(*code as usize).copied().unwrap_or(f64::NAN);
            }
        }
        Some(index)
    }

    /// The log-likelihood of the model that was estimated (Poisson with the factorial term, normal
    /// for least squares), and that of a constant alone.
    pub fn log_likelihoods(&self, model: &Model) -> (f64, f64) {
        let weight = |r: usize| model.weights.as_ref().map_or(1.0, |w| w[r]);
        let sums = |value: &(dyn Fn(usize) -> f64 + Sync)| -> f64 {
            sum_rows(self.used.len(), |r| if self.used[r] { value(r) } else { 0.0 })
        };
        let mean = sums(&|r| weight(r) * model.y[r]) / sums(&weight);
        if self.kind == Kind::LeastSquares {
            let n = self.nobs as f64;
            // Of a row of weight w the variance is s^2 / w, which is log w more.
            let weights = sums(&|r| weight(r).ln());
            let normal = |log_squares: f64| {
                0.5 * weights - 0.5 * n * ((2.0 * std::f64::consts::PI / n).ln() + log_squares + 1.0)
            };
            let by = self.by_outcome;
            let total = sums(&|r| weight(r) * ((model.y[r] - mean) * by).powi(2));
            return (normal(self.squares.ln() + self.score_unit.ln() - by.ln()), normal(total.ln() - 2.0 * by.ln()));
        }
        let factorials = sums(&|r| {
            // log 0! = 0, and zeros are many.
            if model.y[r] > 0.0 { weight(r) * statrs::function::gamma::ln_gamma(model.y[r] + 1.0) } else { 0.0 }
        });
        let own =
            sums(&|r| weight(r) * (if model.y[r] > 0.0 { model.y[r] * self.index[r] } else { 0.0 } - self.fitted[r]));
        let log = mean.ln();
        let null = sums(&|r| weight(r) * (model.y[r] * log - mean));
        (own - factorials, null - factorials)
    }

    /// Shares of the outcome's variation that least squares explain; `None` for PPML. NaN where the
    /// outcome does not vary.
    pub fn r_squared(&self, model: &Model) -> Option<RSquared> {
        if self.kind != Kind::LeastSquares {
            return None;
        }
        let weight = |r: usize| model.weights.as_ref().map_or(1.0, |w| w[r]);
        let sums = |value: &(dyn Fn(usize) -> f64 + Sync)| -> f64 {
            sum_rows(self.used.len(), |r| if self.used[r] { value(r) } else { 0.0 })
        };
        let own = |r: usize| (model.y[r] - model.offset.as_ref().map_or(0.0, |o| o[r])) * self.by_outcome;
        let mean = sums(&|r| weight(r) * own(r)) / sums(&weight);
        let by_weight = 1.0 / (self.score_unit * self.by_outcome);
        let total = sums(&|r| weight(r) * by_weight * (own(r) - mean).powi(2));
        // What the regressors explain of what the effects leave: the basis is orthonormal and orthogonal
        // to the effects.
        let along = |z: &Vec<f64>| sums(&|r| weight(r) * by_weight * z[r] * own(r)).powi(2);
        let explained: f64 = self.basis.iter().map(along).sum();
        let n = self.nobs as f64;
        let overall = 1.0 - self.squares / total;
        let degrees = n - self.parameters(&[], SmallSample::Fixest) as f64;
        let share = |x: f64| if total > 0.0 { x } else { f64::NAN };
        Some(RSquared {
            overall: share(overall),
            adjusted: if degrees > 0.0 { share(1.0 - (1.0 - overall) * (n - 1.0) / degrees) } else { f64::NAN },
            within: self.effects.as_ref().map(|_| share(explained / (explained + self.squares))),
        })
    }

    /// What can only be said with the rows of the caller's model: the deviance, whether the fit is
    /// perfect, and coefficients that are rounding in a perfect one.
    pub(crate) fn settle(&mut self, model: &Model) {
        let weight = |r: usize| model.weights.as_ref().map_or(1.0, |w| w[r]);
        let over_used = |value: &(dyn Fn(usize) -> f64 + Sync)| -> f64 {
            sum_rows(self.used.len(), |r| if self.used[r] { value(r) } else { 0.0 })
        };
        let (y, fitted, unit) = (&model.y, &self.fitted, self.score_unit);
        // With as many parameters as rows the residuals are rounding, however large that is. Few models have
        // so many levels, and the exact count takes passes over the rows.
        let levels: usize = self.effects.iter().flat_map(|e| e.families()).map(|f| f.levels).sum();
        let saturated = self.nobs <= self.coefficients.len() + levels
            && self.counts_exactly()
            && self.nobs <= self.parameters(&[], SmallSample::Stata);
        // The largest size of a coefficient times its regressor, on any row, that is rounding.
        let rounding = match self.kind {
            Kind::Poisson => {
                self.deviance = over_used(&|r| 2.0 * weight(r) * half_deviance(y[r], fitted[r]));
                let relative = |r: usize| if fitted[r] > 0.0 { (y[r] - fitted[r]) / fitted[r] } else { 0.0 };
                let misfit = over_used(&|r| relative(r).powi(2) * (weight(r) * fitted[r] / unit)).sqrt();
                let rounding = PERFECT_INDEX + self.rounding_of_regressors(1.0);
                self.perfect = saturated || misfit <= rounding;
                PERFECT_INDEX
            }
            Kind::LeastSquares => {
                let by_outcome = self.by_outcome;
                let by_weight = 1.0 / (unit * by_outcome);
                // Not outcome less fitted, which has lost the digits that the two share.
                let error = |r: usize| self.residual_y[r] / (weight(r) * by_weight);
                self.squares = over_used(&|r| self.residual_y[r] * error(r));
                self.deviance = self.squares / by_outcome / by_outcome / by_weight;
                let own = |r: usize| (y[r] - model.offset.as_ref().map_or(0.0, |o| o[r])) * by_outcome;
                let whole = over_used(&|r| weight(r) * by_weight * own(r).powi(2)).sqrt();
                let rows = over_used(&|r| weight(r) * by_weight).sqrt();
                let rounding = PERFECT * whole + self.rounding_of_regressors(rows);
                self.perfect = saturated || self.squares.sqrt() <= rounding;
                let size = |r: usize| if self.used[r] { own(r).abs() } else { 0.0 };
                PERFECT * (0..self.used.len()).map(size).fold(0.0, f64::max)
            }
        };
        if self.perfect {
            let largest = self.largest_left();
            for (j, largest) in largest.iter().enumerate() {
                if (self.coefficients[j] / self.units[j]).abs() * largest <= rounding {
                    self.coefficients[j] = 0.0;
                }
            }
        }
    }

    /// The largest value, over rows, of what the effects leave of each scaled regressor. Not its norm: a
    /// coefficient may rest on rows that hardly weigh.
    fn largest_left(&self) -> Vec<f64> {
        let k = self.coefficients.len();
        let root = crate::basis::inverse(&self.transform, k);
        let left = |j: usize, r: usize| -> f64 { (0..=j).map(|i| self.basis[i][r] * root[i * k + j]).sum() };
        (0..k).map(|j| (0..self.used.len()).map(|r| left(j, r).abs()).fold(0.0, f64::max)).collect()
    }

    /// What the rounding of the regressors, of size 1 on rows of this weight, makes of the fit: large
    /// coefficients that cancel, as those of a cubic in calendar years, magnify it.
    fn rounding_of_regressors(&self, rows: f64) -> f64 {
        let sizes = self.coefficients.iter().zip(&self.units).map(|(b, unit)| (b / unit).abs());
        16.0 * f64::EPSILON * rows * sizes.sum::<f64>()
    }

    /// Outcome less fitted mean, by row; NaN for rows that take no part.
    pub fn residuals(&self, y: &[f64]) -> Vec<f64> {
        y.iter().zip(&self.fitted).map(|(y, m)| y - m).collect()
    }
}
