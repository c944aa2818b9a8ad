//! The short run: labour stays in its sector, so that each sector of a region has a wage of its own.
//!
//! The equations are those of the long run but for costs, incomes and labour markets:
//!
//! ```text
//! c_n^j     = (w_n^j)^(v_n^j) prod_k (P_n^k)^(g_n^kj)
//! w_n^j V_n^j = v_n^j Y'_n^j                              labour of the sector
//! I'_n      = sum_j w_n^j V_n^j + revenue + D'_n
//! ```
//!
//! with `V_n^j` the sector's value added today (a model of specific factors, Jones 1971). World value added is the
//! numeraire.

use rayon::prelude::*;

use super::change::Change;
use super::economy::Economy;
use super::settle::{Map, SettleSettings, dot};
use super::settled::Settled;
use crate::accelerate::Anderson;
use crate::error::SolveError;
use crate::settings::ROUNDING;

/// Passes without progress after which a residual near the tolerance is rounding.
const NO_PROGRESS: usize = 60;
/// A wage's change in one pass at most, in logs.
const MOST_STEP: f64 = 0.5;

impl Economy {
    /// Value added today by region and sector.
    fn factors(&self) -> Vec<f64> {
        let (n, s) = (self.n, self.s);
        let mut out = vec![0.0; n * s];
        for j in 0..s {
            for to in 0..n {
                for from in 0..n {
                    let at = (j * n + to) * n + from;
                    out[from * s + j] += self.shares[at] / (1.0 + self.tariffs[at]) * self.spending[to * s + j];
                }
            }
        }
        out.iter_mut().zip(&self.labour).for_each(|(y, v)| *y *= v);
        out
    }

    /// Solves for the economy after a change with labour fixed in its sectors.
    ///
    /// # Errors
    /// Where a region would have nothing to spend, or the passes end above the tolerance.
    pub(super) fn settle_short_run(&self, change: &Change, settings: &SettleSettings) -> Result<Settled, SolveError> {
        let map = Map::new(self, change, settings.deficits);
        let factors = self.factors();
        rayon::scope(|_| ShortRun { map, factors }.settle(change, settings))
    }
}

struct ShortRun<'a> {
    map: Map<'a>,
    /// `V_n^j`, n x s.
    factors: Vec<f64>,
}

/// A pass: the image, costs, incomes, revenue, deficits and the residual.
struct Pass {
    image: Vec<f64>,
    log_cost: Vec<f64>,
    income: Vec<f64>,
    revenue: Vec<f64>,
    deficit: Vec<f64>,
    residual: f64,
}

impl ShortRun<'_> {
    /// A region's wages together against today's.
    fn level(&self, log_wage: &[f64], r: usize) -> f64 {
        let s = self.map.economy.s;
        let of = r * s..(r + 1) * s;
        let now: f64 = log_wage[of.clone()].iter().zip(&self.factors[of.clone()]).map(|(w, v)| w.exp() * v).sum();
        now / self.factors[of].iter().sum::<f64>()
    }

    fn pass(&self, point: &[f64]) -> Pass {
        let e = self.map.economy;
        let (n, s) = (e.n, e.s);
        let (log_wage, rest) = point.split_at(n * s);
        let (log_price, spending) = rest.split_at(n * s);
        // Inputs alone, then each sector's own wage.
        let mut log_cost = self.map.log_cost(&vec![0.0; n], log_price);
        log_cost.iter_mut().zip(&e.labour).zip(log_wage).for_each(|((c, v), w)| *c += v * w);
        let passes: Vec<_> = (0..s).into_par_iter().map(|j| self.map.sector(j, &log_cost, spending)).collect();
        let mut output = vec![0.0; n * s];
        let mut new_price = vec![0.0; n * s];
        let mut revenue = vec![0.0; n];
        for (j, pass) in passes.iter().enumerate() {
            for r in 0..n {
                output[r * s + j] = pass.output[r];
                new_price[r * s + j] = pass.log_price[r];
                revenue[r] += pass.revenue[r];
            }
        }
        let wage: Vec<f64> = (0..n).map(|r| self.level(log_wage, r)).collect();
        let deficit = self.map.deficit(&wage);
        let income: Vec<f64> = (0..n).map(|r| wage[r] * e.value_added[r] + revenue[r] + deficit[r]).collect();
        let new_spending = self.map.spending(&output, &income);
        let mut residual = 0.0f64;
        let mut new_wage = log_wage.to_vec();
        for r in 0..n {
            for j in 0..s {
                let at = r * s + j;
                // A sector without value added has no wage; one that sells nothing any more keeps its own.
                if self.factors[at] > 0.0 && output[at] > 0.0 {
                    let miss = (e.labour[at] * output[at] / self.factors[at]).ln() - log_wage[at];
                    let pace = 1.0 / (1.0 + e.theta[j] * e.labour[at]);
                    new_wage[at] += (pace * miss).clamp(-MOST_STEP, MOST_STEP);
                    // What hardly counts in the region's income need not be closer than it.
                    residual = larger(residual, miss * (self.factors[at] / e.value_added[r]).min(1.0));
                }
            }
        }
        let world: f64 = (0..n).map(|r| self.level(&new_wage, r) * e.value_added[r]).sum();
        let shift = (world / e.value_added.iter().sum::<f64>()).ln();
        new_wage.iter_mut().for_each(|w| *w -= shift);
        let size: Vec<f64> = spending.chunks_exact(s).map(|of| of.iter().map(|x| x.abs()).sum()).collect();
        for at in 0..n * s {
            residual = larger(residual, new_price[at] - log_price[at]);
            residual = larger(residual, (new_spending[at] - spending[at]) / size[at / s].max(f64::MIN_POSITIVE));
        }
        let mut image = new_wage;
        image.extend(new_price);
        image.extend(new_spending);
        Pass { image, log_cost, income, revenue, deficit, residual }
    }

    fn settle(&self, change: &Change, settings: &SettleSettings) -> Result<Settled, SolveError> {
        let e = self.map.economy;
        let (n, s) = (e.n, e.s);
        let mut point = vec![0.0; 2 * n * s];
        point.extend_from_slice(&e.spending);
        let mut anderson = Anderson::default();
        let (mut best, mut since) = (f64::INFINITY, 0);
        for iteration in 1..=settings.max_iterations {
            let pass = self.pass(&point);
            if let Some(country) = pass.income.iter().position(|i| !(*i > 0.0)) {
                return Err(SolveError::NoSpending { country });
            }
            since = if pass.residual < 0.9 * best { 0 } else { since + 1 };
            let rounding =
                since > NO_PROGRESS && pass.residual <= best && pass.residual <= ROUNDING * settings.tolerance;
            if pass.residual <= settings.tolerance || rounding {
                return Ok(self.settled(change, &point, pass, iteration));
            }
            if pass.residual > 100.0 * best {
                anderson.restart();
            }
            best = best.min(pass.residual);
            let next = anderson.next(&point, pass.image.clone());
            point = if next.iter().all(|x| x.is_finite()) && next[2 * n * s..].iter().all(|x| *x > -1e-6) {
                next
            } else {
                anderson.restart();
                pass.image
            };
            if !point.iter().all(|x| x.is_finite()) {
                break;
            }
        }
        Err(SolveError::NotConverged {
            residual: best,
            iterations: settings.max_iterations,
            tolerance: settings.tolerance,
        })
    }

    fn settled(&self, change: &Change, point: &[f64], pass: Pass, iterations: usize) -> Settled {
        let e = self.map.economy;
        let (n, s) = (e.n, e.s);
        let log_wage = &point[..n * s];
        let mut own: Vec<f64> = (0..n).map(|r| self.level(log_wage, r).ln()).collect();
        own.extend_from_slice(&point[n * s..]);
        let log_price = (0..n).map(|r| dot(&e.demand[r * s..(r + 1) * s], &own[n + r * s..][..s])).collect();
        Settled {
            n,
            s,
            shares: self.map.shares(&pass.log_cost),
            tariffs: change.tariffs.clone(),
            log_cost: pass.log_cost,
            income: pass.income,
            revenue: pass.revenue,
            deficit: pass.deficit,
            log_price,
            point: own,
            sector_wages: log_wage.to_vec(),
            residual: pass.residual,
            iterations,
        }
    }
}

/// The larger of two sizes; what is not a number is larger than any.
fn larger(a: f64, b: f64) -> f64 {
    if b.is_nan() { f64::INFINITY } else { a.max(b.abs()) }
}
