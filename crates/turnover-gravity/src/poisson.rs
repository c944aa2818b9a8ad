//! PPML by an inexact Newton method on the first-order conditions.
//!
//! At the mean `mu` with `g = w (y - mu)`, a Newton step solves weighted least squares of `g / W`
//! on regressors and effects with weights `W = w mu`. By Frisch, Waugh and Lovell: with `x~` what
//! the effects leave of `x`, the coefficients move by `(X~'W X~)^-1 X~'g`, the effects by what is
//! left. Both use effects of the regressors, `Gamma`, carried from the step before and refreshed
//! to a loose tolerance; near the solution the weights stand still and so does `Gamma`.

use std::sync::atomic::Ordering;

use rayon::prelude::*;

use crate::absorb::{Absorber, Rhs, exp_all};
use crate::basis::{self, inverse, orthonormal, triangular_apply, triangular_product};
use crate::compress::compress;
use crate::error::FitError;
use crate::fit::{Dropped, Fit, Kind, Reason, Separated, Status};
use crate::linear::{BLOCK, cross_products, products, sum_of_squares, sum_rows};
use crate::model::{Model, SeparationCheck, Settings};
use crate::regressors::{self, Chosen};
use crate::separation;

/// Tolerance for the effects of regressors in the first step, where collinearity is judged.
const FIRST: f64 = 1e-5;
/// The same in later steps, on top of what the step before left.
const LATER: f64 = 1e-3;
/// The same once the iteration has ended, for the covariance.
const LAST: f64 = 1e-8;
/// Tolerance for the step of the effects: each step reduces the error by at least this factor.
const STEP: f64 = 1e-2;
/// The same when the end is near.
const LAST_STEP: f64 = 1e-4;
/// Logs over which an offset may run without being suspected of not being in logs.
const WIDE_OFFSET: f64 = 50.0;
/// A coefficient of the basis that moves the index by so little counts as 0 beside it.
const LITTLE: f64 = 1e-2;
/// Tolerance for the effects of the last steps.
const POLISH: f64 = 1e-6;
/// Size of a step of the index at which the effects count as still; the next one is smaller by
/// [`LAST_STEP`].
const STILL: f64 = 1e-6;
/// Largest step of the index of a single observation at the end: light levels, which the average does
/// not see, have arrived too.
const AT_REST: f64 = 1e-8;
/// What the residuals of a level may add up to at the end, against outcomes and means.
const BALANCE: f64 = 1e-6;
/// The same beyond which an estimate whose deviance stands still is refused.
const UNSETTLED: f64 = 1e-3;
/// Change of the deviance that says nothing more.
const SILENT: f64 = 1e-13;
/// Steps without such a change after which coefficients that still move are not waited for.
const MOST_STILL: usize = 25;
/// A larger one is a level on its way.
const ON_THE_WAY: f64 = 0.05;
/// Size of the gradient of the effects at which it is rounding.
const ROUNDING: f64 = 1e-15;
/// Passes for one step at most: an inexact step is a step all the same.
const MOST_STEP_PRODUCTS: usize = 100;
/// Passes of the inner solver at most.
const MOST_PRODUCTS: usize = 10_000;

/// Everything that moves during the iteration, by sorted row.
pub(crate) struct State {
    pub(crate) absorber: Absorber,
    y: Vec<f64>,
    /// Weight of the observation, such that weighted outcomes add up to 1; 0 where it takes no part.
    weight: Vec<f64>,
    /// What weights were divided by.
    unit: f64,
    offset: Option<Vec<f64>>,
    /// Regressors as a basis that is about orthonormal.
    x: Vec<Vec<f64>>,
    /// `T`: coefficients of the basis to those of the scaled regressors.
    transform: Vec<f64>,
    /// What the regressors were multiplied by.
    scales: Vec<f64>,
    index: Vec<f64>,
    mu: Vec<f64>,
    /// `Gamma`: the effects of each regressor.
    gamma: Vec<Vec<f64>>,
    /// What they leave of it.
    residuals: Vec<Vec<f64>>,
    /// `w (y - mu)`.
    gradient: Vec<f64>,
    /// Coefficients of the basis.
    beta: Vec<f64>,
    /// By the divided weights, as everything below.
    deviance: f64,
    /// The part of half the deviance that does not depend on the mean: `sum w (y log y - y)`.
    saturated: f64,
    products: usize,
    /// Whether the last solve for effects reached its tolerance.
    solved: bool,
    /// The last step of the index.
    step: Vec<f64>,
}

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
        separated = separation::by_level(effects, &model.y, &mut used, settings.drop_singletons);
    }
    let mut attempt = State::estimate(model, &used, settings);
    // Once rows have left, others may stand alone.
    loop {
        if settings.separation != SeparationCheck::Full {
            break;
        }
        let suspected = match &mut attempt {
            Ok(done) => separation::suspected(&mut done.state)?,
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
            separated.extend(separation::by_level(effects, &model.y, &mut used, settings.drop_singletons));
        }
        attempt = State::estimate(model, &used, settings);
    }
    let done = attempt?;
    separated.sort_by_key(|s| s.row);
    done.state.finish(model, done.keep, done.dropped, separated, used, done.iterations, done.status)
}

/// An iteration that has ended.
struct Done {
    state: State,
    /// Regressors kept.
    keep: Vec<usize>,
    dropped: Vec<Dropped>,
    iterations: usize,
    status: Status,
}

/// The absorber of a model on the rows of `used`; without effects one that absorbs nothing.
pub(crate) fn absorber(model: &Model, used: &[bool]) -> Absorber {
    match &model.effects {
        Some(effects) => Absorber::new(effects, used),
        None => Absorber::idle(model.y.len()),
    }
}

impl State {
    fn estimate(model: &Model, used: &[bool], settings: &Settings) -> Result<Done, FitError> {
        if !used.iter().any(|u| *u) {
            return Err(FitError::NoRows("every observation is separated or has weight 0"));
        }
        let mut state = State::new(model, used);
        let (keep, dropped) = state.start(model, used)?;
        let (iterations, status) = state.iterate(settings)?;
        Ok(Done { state, keep, dropped, iterations, status })
    }

    fn new(model: &Model, used: &[bool]) -> Self {
        let absorber = absorber(model, used);
        let given: Vec<f64> = match &model.weights {
            Some(w) => w.iter().zip(used).map(|(w, u)| if *u { *w } else { 0.0 }).collect(),
            None => used.iter().map(|u| if *u { 1.0 } else { 0.0 }).collect(),
        };
        // Scaled, so that neither sums nor their squares leave the range of numbers.
        let by_weight = regressors::scale(&given, |_| true);
        let by_outcome = regressors::scale(&model.y, |r| used[r]);
        let scaled = |r: usize| given[r] * by_weight * (model.y[r] * by_outcome);
        let sum = sum_rows(given.len(), |r| if used[r] { scaled(r) } else { 0.0 });
        let divide = |w: &f64| w * by_weight / sum * by_outcome;
        let weight = absorber.sorted(given.iter().map(divide).collect::<Vec<f64>>());
        let y = absorber.sorted(&model.y);
        let n = y.len();
        // The mean begins halfway between the outcome and the mean of its group.
        let total = sum_rows(n, |r| given[r] * by_weight);
        let whole = sum / total / by_outcome;
        let mut index = vec![0.0; n];
        absorber.each_group(
            &mut index,
            || (),
            |(), group, part| {
                let rows = group.rows.clone();
                let own: f64 = weight[rows.clone()].iter().sum();
                let sum: f64 = weight[rows.clone()].iter().zip(&y[rows.clone()]).map(|(w, y)| w * y).sum();
                let mean = if sum > 0.0 { sum / own } else { whole };
                part.iter_mut().zip(&y[rows]).for_each(|(i, y)| *i = (0.5 * y + 0.5 * mean).ln());
            },
        );
        State {
            offset: model.offset.as_ref().map(|o| absorber.sorted(o)),
            x: Vec::new(),
            transform: Vec::new(),
            scales: Vec::new(),
            gamma: Vec::new(),
            beta: Vec::new(),
            mu: vec![0.0; n],
            step: vec![0.0; n],
            gradient: vec![0.0; n],
            residuals: Vec::new(),
            deviance: f64::INFINITY,
            saturated: sum_rows(n, |r| {
                if weight[r] > 0.0 && y[r] > 0.0 { weight[r] * y[r] * (y[r].ln() - 1.0) } else { 0.0 }
            }),
            unit: sum / by_weight / by_outcome,
            products: 0,
            solved: true,
            absorber,
            y,
            weight,
            index,
        }
    }

    /// Mean and weights at the present index; returns the deviance.
    fn refresh(&mut self) -> f64 {
        let (y, weight, index) = (&self.y, &self.weight, &self.index);
        let parts = self.absorber.each_piece(&mut self.mu, |first, mu| {
            exp_all(&index[first..first + mu.len()], mu);
            let mut sum = 0.0;
            for (k, m) in mu.iter_mut().enumerate() {
                let row = first + k;
                if weight[row] == 0.0 {
                    *m = 0.0;
                    continue;
                }
                sum += weight[row] * (*m - y[row] * index[row]);
            }
            sum
        });
        2.0 * (self.saturated + parts.iter().sum::<f64>())
    }

    fn set_weights(&mut self) {
        let (weight, mu) = (&self.weight, &self.mu);
        self.absorber.set_weights(|out| {
            out.par_iter_mut().zip(weight).zip(mu).with_min_len(BLOCK).for_each(|((o, w), m)| *o = w * m);
        });
    }

    /// `g = w (y - mu)`.
    fn refresh_gradient(&mut self) {
        let (y, weight, mu) = (&self.y, &self.weight, &self.mu);
        self.absorber.each_piece(&mut self.gradient, |first, part| {
            for (k, g) in part.iter_mut().enumerate() {
                let row = first + k;
                *g = weight[row] * (y[row] - mu[row]);
            }
        });
    }

    /// What the effects leave of the regressors at the present `Gamma`.
    fn refresh_residuals(&mut self) {
        for ((x, gamma), out) in self.x.iter().zip(&self.gamma).zip(&mut self.residuals) {
            self.absorber.residual_into(x, gamma, out);
        }
    }

    /// Refreshes `Gamma` and solves for the effects of a variable given its right-hand side, all
    /// in the same passes.
    fn solve_effects(&mut self, variable: Option<(Vec<f64>, f64)>, gamma: &[f64], most: usize) -> Vec<f64> {
        let columns: Vec<&[f64]> = self.x.iter().map(Vec::as_slice).collect();
        let mut projected = self.absorber.project_many(&columns);
        let mut tolerance = gamma.to_vec();
        let mut effects = std::mem::take(&mut self.gamma);
        if let Some((own, wanted)) = variable {
            // Its rounding is that of the outcomes, whose weights add up to 1.
            projected.push((own, 1.0));
            tolerance.push(wanted);
            effects.push(vec![0.0; self.absorber.dimension()]);
        }
        let rhs: Vec<Rhs> = projected
            .iter()
            .zip(&tolerance)
            .map(|((projected, size), tolerance)| Rhs { projected, size: *size, tolerance: *tolerance })
            .collect();
        let solved = self.absorber.solve_many(&rhs, &mut effects, most);
        self.products += solved.products;
        self.solved = solved.converged;
        let rho = if effects.len() > self.x.len() { effects.pop() } else { None };
        self.gamma = effects;
        rho.unwrap_or_default()
    }

    /// The first step, from the working response; collinear regressors leave here.
    fn start(&mut self, model: &Model, used: &[bool]) -> Result<(Vec<usize>, Vec<Dropped>), FitError> {
        self.refresh();
        self.set_weights();
        // Working response less offset: index - offset + (y - mu) / mu.
        let response: Vec<f64> = (0..self.y.len())
            .into_par_iter()
            .with_min_len(BLOCK)
            .map(|r| {
                if self.weight[r] == 0.0 {
                    return 0.0;
                }
                let working = if self.mu[r] > 0.0 { (self.y[r] - self.mu[r]) / self.mu[r] } else { 0.0 };
                self.index[r] - self.offset.as_ref().map_or(0.0, |o| o[r]) + working
            })
            .collect();
        let used = self.absorber.sorted(used);
        let (projected, size) = self.absorber.project_many(&[&response]).remove(0);
        let rhs = Rhs { projected: &projected, size, tolerance: STEP };
        let Chosen { keep, dropped, columns, transform, scales, beside: rho, products } =
            regressors::choose(&mut self.absorber, model, &used, FIRST, Some(rhs))?;
        self.products += products;
        self.adopt(columns, transform);
        self.scales = scales;
        let rows = response.par_iter().zip(self.absorber.weight());
        self.gradient.par_iter_mut().zip(rows).with_min_len(BLOCK).for_each(|(g, (q, w))| *g = q * w);
        let delta = self.coefficients_step()?;
        let mut fitted = std::mem::take(&mut self.step);
        self.fitted_step(|r| response[r], &rho, &delta, &mut fitted);
        if let Some(offset) = &self.offset {
            fitted.iter_mut().zip(offset).for_each(|(f, o)| *f += o);
        }
        self.step = std::mem::replace(&mut self.index, fitted);
        self.beta = delta;
        self.deviance = self.refresh();
        self.shrink_first_step();
        Ok((keep, dropped))
    }

    /// A first step whose means leave the range of numbers is drawn towards its own mean, which stays in
    /// the span of effects or constant, or towards 0 where there is none.
    fn shrink_first_step(&mut self) {
        let weight = &self.weight;
        let centre = if self.absorber.is_idle() {
            0.0
        } else {
            let total = sum_rows(weight.len(), |r| weight[r]);
            sum_rows(weight.len(), |r| if weight[r] > 0.0 { weight[r] * self.y[r] } else { 0.0 }).ln() - total.ln()
        };
        let mut halvings = 0;
        while !self.deviance.is_finite() && halvings < 60 {
            let offset = |r: usize| self.offset.as_ref().map_or(0.0, |o| o[r]);
            let drawn = |(r, i): (usize, &f64)| 0.5 * (i + offset(r)) + 0.5 * centre;
            self.index = self.index.iter().enumerate().map(drawn).collect();
            self.beta.iter_mut().for_each(|b| *b *= 0.5);
            self.deviance = self.refresh();
            halvings += 1;
        }
    }

    /// Takes a basis whose columns are free of the effects at the present weights.
    fn adopt(&mut self, columns: Vec<Vec<f64>>, transform: Vec<f64>) {
        self.gamma = vec![vec![0.0; self.absorber.dimension()]; columns.len()];
        self.residuals = columns.clone();
        self.x = columns;
        self.transform = transform;
    }

    /// Makes the basis orthonormal at the present weights, from what the effects leave of it. The
    /// coefficients follow.
    fn renew_basis(&mut self) -> Result<(), FitError> {
        let k = self.x.len();
        let basis =
            orthonormal(std::mem::take(&mut self.residuals), self.absorber.weight()).ok_or(FitError::Weights)?;
        self.beta = triangular_apply(&inverse(&basis.transform, k), &self.beta);
        let transform = triangular_product(&self.transform, &basis.transform, k);
        self.adopt(basis.columns, transform);
        Ok(())
    }

    /// `(X~'W X~)^-1 X~'g` for a gradient `g`.
    fn coefficients_step(&mut self) -> Result<Vec<f64>, FitError> {
        let k = self.residuals.len();
        let cross = cross_products(&self.residuals, self.absorber.weight());
        let Some(t) = basis::triangle(&cross, k) else {
            // The weights have moved far from those that the basis was made for.
            self.renew_basis()?;
            return Ok(products(&self.residuals, &self.gradient));
        };
        let along = products(&self.residuals, &self.gradient);
        let turned: Vec<f64> = (0..k).map(|j| (0..=j).map(|i| t[i * k + j] * along[i]).sum()).collect();
        Ok(triangular_apply(&t, &turned))
    }

    /// The fit of a variable on effects `rho` and regressors with coefficients `delta`: the effects
    /// of the variable net of those of the regressors, group means, and the regressors.
    fn fitted_step(&self, variable: impl Fn(usize) -> f64 + Sync, rho: &[f64], delta: &[f64], out: &mut [f64]) {
        let mut effects = rho.to_vec();
        for (gamma, d) in self.gamma.iter().zip(delta) {
            for (e, g) in effects.iter_mut().zip(gamma) {
                *e -= d * g;
            }
        }
        let largest = self.absorber.largest_group();
        self.absorber.each_group(
            out,
            || vec![0.0; largest],
            |left, group, part| {
                // part = x'delta + D effects, to which the group's mean of what is left is added. It is
                // summed up from its parts, never as the variable less a residual: on a row with a tiny
                // mean the variable is huge, and the difference would be rounding, out of the span of
                // regressors and effects for ever.
                part.fill(0.0);
                for (x, d) in self.x.iter().zip(delta) {
                    for (p, x) in part.iter_mut().zip(&x[group.rows.clone()]) {
                        *p += d * x;
                    }
                }
                group.add_effects(&effects, part);
                let left = &mut left[..part.len()];
                for (k, (l, p)) in left.iter_mut().zip(part.iter()).enumerate() {
                    *l = variable(group.rows.start + k) - p;
                }
                let mean = group.mean(left);
                part.iter_mut().for_each(|p| *p += mean);
            },
        );
    }

    /// One Newton step from the present mean; returns the move of the coefficients.
    fn newton(&mut self, gamma_tolerance: f64, step_tolerance: f64, most: usize) -> Result<Vec<f64>, FitError> {
        self.set_weights();
        self.refresh_gradient();
        let projected = self.absorber.project_gradient(&self.gradient);
        // Once the gradient has shrunk to the rounding of its own sums, whose weights add up to 1, there is
        // nothing to solve for.
        let size = self.absorber.size(&projected);
        let step_tolerance = step_tolerance.max(ROUNDING / size.max(f64::MIN_POSITIVE));
        let rho = self.solve_effects(Some((projected, step_tolerance)), &vec![gamma_tolerance; self.x.len()], most);
        self.refresh_residuals();
        let delta = self.coefficients_step()?;
        let mut step = std::mem::take(&mut self.step);
        let (gradient, weight) = (&self.gradient, self.absorber.weight());
        let working = |r: usize| if weight[r] > 0.0 { gradient[r] / weight[r] } else { 0.0 };
        self.fitted_step(working, &rho, &delta, &mut step);
        self.step = step;
        Ok(delta)
    }

    /// Iterates until coefficients and deviance stand still.
    fn iterate(&mut self, settings: &Settings) -> Result<(usize, Status), FitError> {
        let mut change = f64::INFINITY;
        let mut still = 0;
        let mut polishing = false;
        for iteration in 1..=settings.max_iterations {
            if settings.stop.as_ref().is_some_and(|s| s.load(Ordering::Relaxed)) {
                return Err(FitError::Stopped);
            }
            let near = change < 1e-6;
            let mut delta = match (polishing, near) {
                (true, _) => self.newton(LAST, POLISH, MOST_PRODUCTS)?,
                (false, true) => self.newton(LATER, LAST_STEP, MOST_STEP_PRODUCTS)?,
                (false, false) => self.newton(LATER, STEP, MOST_STEP_PRODUCTS)?,
            };
            let before = self.deviance;
            self.take_step();
            self.deviance = self.refresh();
            // A step that overshoots is halved; the first-order conditions stay the same. The deviance is
            // a difference of sums of the size of `saturated`, and no better than their rounding.
            let slack = 1e-8 * before.abs() + 1e-13 * (1.0 + self.saturated.abs());
            let mut halvings = 0;
            while (!self.deviance.is_finite() || self.deviance > before + slack) && halvings < 30 {
                self.halve_step(&mut delta);
                self.deviance = self.refresh();
                halvings += 1;
            }
            if !self.deviance.is_finite() {
                return Err(FitError::NotConverged { iterations: iteration, change: f64::INFINITY });
            }
            for (b, d) in self.beta.iter_mut().zip(&delta) {
                *b += d;
            }
            change = (before - self.deviance).abs() / (0.1 + self.deviance.abs());
            let moved = self.largest_move(&delta);
            let at_rest = change < 1e-8 && moved <= settings.tolerance && self.step_size() <= STILL;
            // Averages are at rest before light rows are, on which a coefficient may hang: the last steps
            // are made closely.
            polishing |= at_rest || change < SILENT;
            if at_rest && self.largest_step() <= AT_REST && self.imbalance() <= BALANCE {
                return Ok((iteration, Status::Converged));
            }
            // Light levels may still be on their way, by one log a step.
            still = if change < SILENT && self.largest_step() < ON_THE_WAY { still + 1 } else { 0 };
            if still >= MOST_STILL {
                return Ok((iteration, Status::ConvergedInDeviance));
            }
        }
        Err(FitError::NotConverged { iterations: settings.max_iterations, change })
    }

    /// How far the means of a level are from its outcomes, against their size: the largest of all levels.
    fn imbalance(&self) -> f64 {
        let size: Vec<f64> = (0..self.y.len()).map(|r| self.weight[r] * (self.y[r] + self.mu[r])).collect();
        let score: Vec<f64> = (0..self.y.len()).map(|r| self.weight[r] * (self.y[r] - self.mu[r])).collect();
        self.absorber.imbalance(&score, &size)
    }

    /// The largest last step of the index of an observation with a positive outcome. Those with 0 may be
    /// on their way to minus infinity, which is another question.
    fn largest_step(&self) -> f64 {
        let own = |r: usize| if self.weight[r] > 0.0 && self.y[r] > 0.0 { self.step[r].abs() } else { 0.0 };
        (0..self.y.len()).into_par_iter().with_min_len(BLOCK).map(own).reduce(|| 0.0, f64::max)
    }

    /// The last step of the index, root mean square with the means as weights. Coefficients can
    /// stand still before the effects do, and errors need both.
    fn step_size(&self) -> f64 {
        let weight = self.absorber.weight();
        let total = sum_rows(weight.len(), |r| weight[r]);
        (sum_of_squares(&self.step, weight) / total).sqrt()
    }

    /// The largest move of a coefficient of the basis, whose columns are of size 1.
    fn largest_move(&self, delta: &[f64]) -> f64 {
        self.beta.iter().zip(delta).map(|(b, d)| d.abs() / (b.abs() + LITTLE)).fold(0.0, f64::max)
    }

    fn take_step(&mut self) {
        self.index.par_iter_mut().zip(&self.step).with_min_len(BLOCK).for_each(|(i, s)| *i += s);
    }

    fn halve_step(&mut self, delta: &mut [f64]) {
        for s in &mut self.step {
            *s *= 0.5;
        }
        for (i, s) in self.index.iter_mut().zip(&self.step) {
            *i -= s;
        }
        delta.iter_mut().for_each(|d| *d *= 0.5);
    }

    /// For the separation check: one more step, which is kept.
    pub(crate) fn drift(&mut self) -> Result<(), FitError> {
        let delta = self.newton(LATER, STEP, MOST_STEP_PRODUCTS)?;
        self.take_step();
        for (b, d) in self.beta.iter_mut().zip(&delta) {
            *b += d;
        }
        self.deviance = self.refresh();
        Ok(())
    }

    /// Whether any observation with outcome 0 has a last step of the index, and a share of the
    /// average mean, that satisfy the condition.
    pub(crate) fn any_zero(&self, condition: impl Fn(f64, f64) -> bool) -> bool {
        let total: f64 = self.mu.iter().sum();
        let mean = total / self.mu.len() as f64;
        (0..self.y.len())
            .any(|r| self.weight[r] > 0.0 && self.y[r] == 0.0 && condition(self.step[r], self.mu[r] / mean))
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one result, made in one place")]
    fn finish(
        mut self,
        model: &Model,
        keep: Vec<usize>,
        dropped: Vec<Dropped>,
        separated: Vec<Separated>,
        used: Vec<bool>,
        iterations: usize,
        status: Status,
    ) -> Result<Fit, FitError> {
        self.set_weights();
        // Relative to what is left of each regressor, which may be a small part of it.
        let weight = self.absorber.weight();
        let left = |(x, r): (&Vec<f64>, &Vec<f64>)| (sum_of_squares(r, weight) / sum_of_squares(x, weight)).sqrt();
        let tolerance: Vec<f64> =
            self.x.iter().zip(&self.residuals).map(left).map(|left| (LAST * left).clamp(1e-12, LAST)).collect();
        self.solve_effects(None, &tolerance, MOST_PRODUCTS);
        if !self.solved {
            return Err(FitError::BadlyConnected { passes: self.products });
        }
        self.refresh_residuals();
        self.renew_basis()?;
        self.refresh_gradient();
        let nobs = used.iter().filter(|u| **u).count();
        let masked = |sorted: Vec<f64>, empty: f64| -> Vec<f64> {
            let mut out = self.absorber.unsorted(sorted);
            if nobs < out.len() {
                out.iter_mut().zip(&used).filter(|(_, u)| !**u).for_each(|(x, _)| *x = empty);
            }
            out
        };
        if self.imbalance() > UNSETTLED
            || !self.absorber.orthogonal(&self.residuals)
            || self.absorber.rests_on_light_rows(&self.residuals, &self.weight)
        {
            return Err(FitError::Weights);
        }
        let mut fit = Fit {
            kind: Kind::Poisson,
            status,
            names: keep.iter().map(|k| model.x[*k].0.clone()).collect(),
            coefficients: triangular_apply(&self.transform, &self.beta)
                .iter()
                .zip(&self.scales)
                .map(|(b, scale)| b * scale)
                .collect(),
            dropped,
            separated,
            nobs,
            iterations,
            products: self.products,
            bytes_per_product: self.absorber.bytes_per_product(),
            deviance: 0.0,
            perfect: false,
            fitted: masked(self.mu, f64::NAN),
            index: masked(self.index, f64::NAN),
            basis: self.residuals.into_par_iter().map(|z| masked(z, 0.0)).collect(),
            residual_y: masked(self.gradient, 0.0),
            transform: self.transform,
            score_unit: self.unit,
            by_outcome: 1.0,
            squares: 0.0,
            units: self.scales,
            effects: model.effects.clone(),
            used,
        };
        fit.settle(model);
        Ok(fit)
    }
}
