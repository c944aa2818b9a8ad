//! The economy after a change.

use rayon::prelude::*;

use super::change::Change;
use super::economy::Economy;
use super::settled::{Guess, Settled};
use crate::accelerate::Anderson;
use crate::error::SolveError;
use crate::settings::{MOST_LOG_POINTS, ROUNDING};

/// What happens to imbalances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deficits {
    /// They keep their size in units of world value added.
    #[default]
    Kept,
    /// They move with the region's value added; what that leaves over is spread by value added.
    Proportional,
    /// They vanish.
    Zero,
}

/// Whether labour moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Labour {
    /// Between the sectors of its region: the long run.
    #[default]
    Mobile,
    /// It stays in its sector: the short run.
    Fixed,
}

/// How to solve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SettleSettings {
    /// Whether labour moves. Default mobile.
    pub labour: Labour,
    /// What happens to imbalances.
    pub deficits: Deficits,
    /// Largest residual. Default 1e-13: what is shown as a small difference, the decomposition of
    /// welfare, needs some digits more than its own.
    pub tolerance: f64,
    /// Passes at most. Default 3000.
    pub max_iterations: usize,
}

impl Default for SettleSettings {
    fn default() -> Self {
        SettleSettings { labour: Labour::Mobile, deficits: Deficits::Kept, tolerance: 1e-13, max_iterations: 3000 }
    }
}

/// The map whose fixed point is the equilibrium, with its buffers.
pub(super) struct Map<'a> {
    pub(super) economy: &'a Economy,
    /// `pi B`, s x n x n.
    pub(super) pull: Vec<f64>,
    /// `pi B / (1 + tau')`; empty in sectors without tariffs.
    net_pull: Vec<Vec<f64>>,
    /// `tau'`, s x n x n.
    tariffs: &'a [f64],
    pub(super) deficits: Deficits,
    /// How far a wage follows what the balance of payments lacks, by region.
    pace: Vec<f64>,
    /// How far a wage follows the excess demand for labour, by region: the same where the map is
    /// linearised.
    pub(super) labour_pace: Vec<f64>,
}

/// What one pass over a sector gives, by region.
pub(super) struct SectorPass {
    pub(super) log_price: Vec<f64>,
    pub(super) output: Vec<f64>,
    exports: Vec<f64>,
    imports: Vec<f64>,
    /// Part of spending that goes to the treasury.
    pub(super) revenue: Vec<f64>,
}

/// All quantities at one point.
pub(super) struct At {
    pub(super) log_cost: Vec<f64>,
    pub(super) revenue: Vec<f64>,
    pub(super) income: Vec<f64>,
    pub(super) deficit: Vec<f64>,
    pub(super) labour: Vec<f64>,
}

impl<'a> Map<'a> {
    pub(super) fn new(economy: &'a Economy, change: &'a Change, deficits: Deficits) -> Self {
        let (n, s) = (economy.n, economy.s);
        let mut pull = economy.shares.clone();
        let mut net_pull = vec![Vec::new(); s];
        for j in 0..s {
            let theta = economy.theta[j];
            let cells = j * n * n..(j + 1) * n * n;
            for at in cells.clone() {
                let tariffs = if change.tariffs[at] == economy.tariffs[at] {
                    0.0
                } else {
                    -theta * ((1.0 + change.tariffs[at]) / (1.0 + economy.tariffs[at])).ln()
                };
                let effect = change.effect[at] + tariffs;
                if effect != 0.0 && pull[at] > 0.0 {
                    pull[at] *= effect.exp();
                }
            }
            if change.tariffs[cells.clone()].iter().any(|t| *t != 0.0) {
                net_pull[j] = cells.map(|at| pull[at] / (1.0 + change.tariffs[at])).collect();
            }
        }
        let mut trade = vec![0.0; n];
        let mut elastic = vec![0.0; n];
        let mut own = vec![0.0; n];
        for j in 0..s {
            for to in 0..n {
                for from in 0..n {
                    let at = (j * n + to) * n + from;
                    let flow = economy.shares[at] / (1.0 + economy.tariffs[at]) * economy.spending[to * s + j];
                    if from == to {
                        own[to] += flow;
                    } else {
                        for r in [to, from] {
                            trade[r] += flow;
                            elastic[r] += economy.theta[j] * flow;
                        }
                    }
                }
            }
        }
        // The excess demand for labour falls with the wage by about theta times the part of output
        // that competes abroad.
        let labour_pace = (0..n).map(|r| 1.0 / (1.0 + 3.0 * trade[r] / (trade[r] + 2.0 * own[r]))).collect();
        // Relative to trade the excess falls by about 1 + theta.
        let pace = (0..n).map(|r| 0.8 / (1.0 + elastic[r] / trade[r].max(f64::MIN_POSITIVE))).collect();
        Map { economy, pull, net_pull, tariffs: &change.tariffs, deficits, pace, labour_pace }
    }

    /// The point from which to start without a better one: nothing has changed.
    pub(super) fn start(&self) -> Vec<f64> {
        let (n, s) = (self.economy.n, self.economy.s);
        let mut point = vec![0.0; n + n * s];
        point.extend_from_slice(&self.economy.spending);
        point
    }

    /// The image of a point, the quantities on the way, and the residual.
    pub(super) fn image(&self, point: &[f64]) -> (Vec<f64>, At, f64) {
        let Economy { n, s, .. } = *self.economy;
        let (log_wage, rest) = point.split_at(n);
        let (log_price, spending) = rest.split_at(n * s);
        let log_cost = self.log_cost(log_wage, log_price);
        let passes: Vec<SectorPass> = (0..s).into_par_iter().map(|j| self.sector(j, &log_cost, spending)).collect();
        let mut output = vec![0.0; n * s];
        let mut new_price = vec![0.0; n * s];
        let mut revenue = vec![0.0; n];
        let (mut exports, mut imports) = (vec![0.0; n], vec![0.0; n]);
        for (j, pass) in passes.iter().enumerate() {
            for r in 0..n {
                exports[r] += pass.exports[r];
                imports[r] += pass.imports[r];
                output[r * s + j] = pass.output[r];
                new_price[r * s + j] = pass.log_price[r];
                revenue[r] += pass.revenue[r];
            }
        }
        let wage: Vec<f64> = log_wage.iter().map(|u| u.exp()).collect();
        let deficit = self.deficit(&wage);
        let income: Vec<f64> =
            (0..n).map(|r| wage[r] * self.economy.value_added[r] + revenue[r] + deficit[r]).collect();
        let new_spending = self.spending(&output, &income);
        let mut labour = vec![0.0; n];
        let mut new_wage = vec![0.0; n];
        let mut residual = 0.0f64;
        for r in 0..n {
            let of = r * s..(r + 1) * s;
            labour[r] = dot(&self.economy.labour[of.clone()], &output[of]);
            // Labour demand less supply, once prices and spending stand still, without what is sold at
            // home: a region that hardly trades any more would lose its digits in it. Its trade today
            // is no measure of it either.
            let trade = (exports[r] + imports[r]).max(f64::MIN_POSITIVE);
            let excess = (exports[r] - imports[r] + deficit[r]) / trade;
            new_wage[r] = log_wage[r] + self.pace[r] * excess.clamp(-1.0, 1.0);
            residual = largest(residual, excess);
        }
        let world: f64 = new_wage.iter().zip(&self.economy.value_added).map(|(u, v)| u.exp() * v).sum();
        let total: f64 = self.economy.value_added.iter().sum();
        new_wage.iter_mut().for_each(|u| *u -= (world / total).ln());
        // Against what the region spends now: a change may leave it little.
        let size: Vec<f64> = spending.chunks_exact(s).map(|of| of.iter().map(|x| x.abs()).sum()).collect();
        for (at, (a, b)) in new_price.iter().zip(log_price).enumerate() {
            residual = largest(residual, a - b);
            residual = largest(residual, (new_spending[at] - spending[at]) / size[at / s].max(f64::MIN_POSITIVE));
        }
        let mut image = new_wage;
        image.extend(new_price);
        image.extend(new_spending);
        (image, At { log_cost, revenue, income, deficit, labour }, residual)
    }

    pub(super) fn log_cost(&self, log_wage: &[f64], log_price: &[f64]) -> Vec<f64> {
        let Economy { s, .. } = *self.economy;
        let mut out = vec![0.0; log_price.len()];
        out.par_chunks_mut(s).enumerate().for_each(|(r, out)| {
            for (o, v) in out.iter_mut().zip(&self.economy.labour[r * s..(r + 1) * s]) {
                *o = v * log_wage[r];
            }
            let inputs = self.economy.inputs[r * s * s..(r + 1) * s * s].chunks_exact(s);
            for (row, p) in inputs.zip(&log_price[r * s..(r + 1) * s]) {
                if *p != 0.0 {
                    out.iter_mut().zip(row).for_each(|(o, g)| *o += g * p);
                }
            }
        });
        out
    }

    /// Spending by sector from output and income.
    pub(super) fn spending(&self, output: &[f64], income: &[f64]) -> Vec<f64> {
        let Economy { s, .. } = *self.economy;
        let mut out = vec![0.0; output.len()];
        out.par_chunks_mut(s).enumerate().for_each(|(r, out)| {
            let inputs = self.economy.inputs[r * s * s..(r + 1) * s * s].chunks_exact(s);
            for ((o, row), a) in out.iter_mut().zip(inputs).zip(&self.economy.demand[r * s..(r + 1) * s]) {
                *o = dot(row, &output[r * s..(r + 1) * s]) + a * income[r];
            }
        });
        out
    }

    pub(super) fn sector(&self, j: usize, log_cost: &[f64], spending: &[f64]) -> SectorPass {
        let Economy { n, s, .. } = *self.economy;
        let theta = self.economy.theta[j];
        let power: Vec<f64> = (0..n).map(|i| (-theta * log_cost[i * s + j]).exp()).collect();
        let pull = &self.pull[j * n * n..(j + 1) * n * n];
        let net = if self.net_pull[j].is_empty() { pull } else { &self.net_pull[j][..] };
        let mut log_price = vec![0.0; n];
        let (mut exports, mut imports, mut revenue) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        let mut own = vec![0.0; n];
        let taxed = !self.net_pull[j].is_empty();
        let (mut flow, ones) = (vec![0.0; n], vec![1.0; n]);
        for r in 0..n {
            let row = r * n..(r + 1) * n;
            let phi = dot(&pull[row.clone()], &power);
            log_price[r] = -phi.ln() / theta;
            let scale = spending[r * s + j] / phi;
            // Pass by pass over the row, without branches, so that each is vectorised.
            for ((f, a), p) in flow.iter_mut().zip(&net[row]).zip(&power) {
                *f = a * p * scale;
            }
            // Not spending less what sellers get, which would leave rounding where no tariff is.
            if taxed {
                let at = j * n * n + r * n;
                revenue[r] = dot(&self.tariffs[at..at + n], &flow);
            }
            own[r] = std::mem::replace(&mut flow[r], 0.0);
            exports.iter_mut().zip(&flow).for_each(|(x, f)| *x += f);
            imports[r] = dot(&flow, &ones);
        }
        let output = exports.iter().zip(&own).map(|(x, y)| x + y).collect();
        SectorPass { log_price, output, exports, imports, revenue }
    }

    pub(super) fn deficit(&self, wage: &[f64]) -> Vec<f64> {
        let e = self.economy;
        match self.deficits {
            Deficits::Zero => vec![0.0; e.n],
            Deficits::Kept => e.deficit.clone(),
            Deficits::Proportional => {
                let drift: f64 = wage.iter().zip(&e.deficit).map(|(w, d)| w * d).sum();
                let world: f64 = wage.iter().zip(&e.value_added).map(|(w, v)| w * v).sum();
                (0..e.n).map(|r| wage[r] * (e.deficit[r] - drift / world * e.value_added[r])).collect()
            }
        }
    }

    /// `pi'` at the given costs.
    pub(super) fn shares(&self, log_cost: &[f64]) -> Vec<f64> {
        let Economy { n, s, .. } = *self.economy;
        let mut shares = self.pull.clone();
        shares.par_chunks_mut(n * n).enumerate().for_each(|(j, of)| {
            let theta = self.economy.theta[j];
            let power: Vec<f64> = (0..n).map(|i| (-theta * log_cost[i * s + j]).exp()).collect();
            for row in of.chunks_exact_mut(n) {
                row.iter_mut().zip(&power).for_each(|(a, p)| *a *= p);
                let phi: f64 = row.iter().sum();
                row.iter_mut().for_each(|a| *a /= phi);
            }
        });
        shares
    }
}

/// The larger of two sizes; what is not a number is larger than any.
fn largest(a: f64, b: f64) -> f64 {
    if b.is_nan() { f64::INFINITY } else { a.max(b.abs()) }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Four running sums, since one would wait for each addition before the next.
    let mut sums = [0.0; 4];
    let (fours_a, fours_b) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = fours_a.remainder().iter().zip(fours_b.remainder()).map(|(a, b)| a * b).sum();
    for (x, y) in fours_a.zip(fours_b) {
        for l in 0..4 {
            sums[l] += x[l] * y[l];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

impl Economy {
    /// Solves for the economy after a change, from the economy as it is or from a solution nearby.
    pub fn settle(
        &self,
        change: &Change,
        settings: &SettleSettings,
        start: Option<&Settled>,
    ) -> Result<Settled, SolveError> {
        let bad = |what, value, expected| Err(SolveError::Input { what, value, expected });
        if let Some(value) = change.effect.iter().find(|b| !(b.abs() <= MOST_LOG_POINTS)) {
            return bad("a partial effect", *value, "log points between -690 and 690");
        }
        if let Some(value) = change.tariffs.iter().find(|t| !(t.is_finite() && **t > -1.0)) {
            return bad("a tariff", *value, "a share above -1");
        }
        self.settle_near(change, settings, start).or_else(|error| match error {
            SolveError::Input { .. } => Err(error),
            _ => self.settle_in_steps(change, settings, error),
        })
    }

    /// The same without a way round where the iteration fails: for points near a solution.
    pub(super) fn settle_near(
        &self,
        change: &Change,
        settings: &SettleSettings,
        start: Option<&Settled>,
    ) -> Result<Settled, SolveError> {
        if settings.labour == Labour::Fixed {
            return self.settle_short_run(change, settings);
        }
        let map = Map::new(self, change, settings.deficits);
        // One entry into the pool: passes are too short for one each.
        rayon::scope(|_| map.settle(change, settings, start.map(|s| &s.point[..])))
    }

    /// The same as [`Economy::settle`] from a guess, which saves passes where it is near.
    pub fn settle_from(
        &self,
        change: &Change,
        settings: &SettleSettings,
        guess: &Guess,
    ) -> Result<Settled, SolveError> {
        if settings.labour == Labour::Fixed {
            return self.settle(change, settings, None);
        }
        let map = Map::new(self, change, settings.deficits);
        rayon::scope(|_| map.settle(change, settings, Some(&guess.point)))
            .or_else(|_| self.settle(change, settings, None))
    }
}

/// Passes without progress after which a residual near the tolerance is rounding.
const NO_PROGRESS: usize = 40;

impl Map<'_> {
    fn settle(&self, change: &Change, settings: &SettleSettings, start: Option<&[f64]>) -> Result<Settled, SolveError> {
        let e = self.economy;
        let mut point = start.map_or_else(|| self.start(), <[f64]>::to_vec);
        let mut anderson = Anderson::default();
        let mut best = f64::INFINITY;
        let mut since = 0;
        let mut nothing_left = None;
        for iteration in 1..=settings.max_iterations {
            let (image, at, residual) = self.image(&point);
            // On the way a region may seem to have nothing left to spend; a few times over it has not.
            let broke = at.income.iter().position(|i| *i <= 0.0);
            if let Some(country) = broke {
                let count = nothing_left.map_or(1, |(_, n)| n + 1);
                nothing_left = Some((country, count));
                if count > 20 || !image.iter().all(|x| x.is_finite()) {
                    return Err(SolveError::NoSpending { country });
                }
                anderson.restart();
            }
            since = if residual < 0.9 * best { 0 } else { since + 1 };
            let rounding = residual <= best && since > NO_PROGRESS && residual <= ROUNDING * settings.tolerance;
            if broke.is_none() && (residual <= settings.tolerance || rounding) {
                let log_price =
                    (0..e.n).map(|r| dot(&e.demand[r * e.s..(r + 1) * e.s], &point[e.n + r * e.s..][..e.s])).collect();
                return Ok(Settled {
                    n: e.n,
                    s: e.s,
                    shares: self.shares(&at.log_cost),
                    tariffs: change.tariffs.clone(),
                    log_cost: at.log_cost,
                    income: at.income,
                    revenue: at.revenue,
                    deficit: at.deficit,
                    log_price,
                    sector_wages: Vec::new(),
                    point,
                    residual,
                    iterations: iteration,
                });
            }
            // A step that leads far away is taken back to the plain one.
            if residual > 100.0 * best {
                anderson.restart();
            }
            best = best.min(residual);
            let next = anderson.next(&point, image.clone());
            point = if next.iter().all(|x| x.is_finite()) && next[e.n + e.n * e.s..].iter().all(|x| *x > -1e-6) {
                next
            } else {
                anderson.restart();
                image
            };
            if !point.iter().all(|x| x.is_finite()) {
                return Err(SolveError::NotConverged {
                    residual,
                    iterations: iteration,
                    tolerance: settings.tolerance,
                });
            }
        }
        Err(SolveError::NotConverged {
            residual: best,
            iterations: settings.max_iterations,
            tolerance: settings.tolerance,
        })
    }
}
