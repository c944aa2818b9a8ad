//! The equations of the crate's documentation at given log wages, and their derivative.

use faer::linalg::solvers::{PartialPivLu, Solve};
use faer::{Mat, MatRef};

use crate::error::SolveError;
use crate::settings::Settings;
use crate::world::{Imbalance, World};

/// All quantities at one vector of log wages. Buffers are kept between evaluations.
pub(crate) struct Model<'a> {
    world: &'a World,
    theta: f64,
    imbalance: Imbalance,
    /// `pi_ij B_ij`, n x n.
    attraction: Vec<f64>,
    /// `D_j`.
    deficit: Vec<f64>,
    /// Share of exporter i in importer j's spending after the change, n x n.
    pub(crate) shares: Vec<f64>,
    /// `X'_ij`, n x n.
    pub(crate) flows: Vec<f64>,
    /// `w_i Y_i`.
    pub(crate) income: Vec<f64>,
    /// `E'_j`.
    pub(crate) spending: Vec<f64>,
    /// `P_j^-theta`.
    pub(crate) price_power: Vec<f64>,
    exports: Vec<f64>,
    /// Exports plus imports of i, the scale of its excess.
    trade: Vec<f64>,
    /// `(sales_i - lambda income_i) / trade_i`.
    pub(crate) excess: Vec<f64>,
    lambda: f64,
}

impl<'a> Model<'a> {
    pub(crate) fn new(world: &'a World, log_b: &[f64], settings: &Settings) -> Self {
        let n = world.len();
        let attraction =
            world.shares.iter().zip(log_b).map(|(s, b)| if *s > 0.0 { s * b.exp() } else { 0.0 }).collect();
        let deficit = match settings.imbalance {
            Imbalance::Balanced => vec![0.0; n],
            _ => world.deficit(),
        };
        Model {
            world,
            theta: settings.theta,
            imbalance: settings.imbalance,
            attraction,
            deficit,
            shares: vec![0.0; n * n],
            flows: vec![0.0; n * n],
            income: vec![0.0; n],
            spending: vec![0.0; n],
            price_power: vec![0.0; n],
            exports: vec![0.0; n],
            trade: vec![0.0; n],
            excess: vec![0.0; n],
            lambda: 1.0,
        }
    }

    /// Shifts log wages so that world output is what it was.
    pub(crate) fn normalise(&self, log_wage: &mut [f64]) {
        let old: f64 = self.world.output.iter().sum();
        let new: f64 = self.world.output.iter().zip(log_wage.iter()).map(|(y, u)| y * u.exp()).sum();
        let shift = (new / old).ln();
        log_wage.iter_mut().for_each(|u| *u -= shift);
    }

    /// Evaluates all equations; returns the largest excess of sales over income, relative to the
    /// country's trade.
    pub(crate) fn evaluate(&mut self, log_wage: &[f64]) -> Result<f64, SolveError> {
        let n = self.world.len();
        self.price_power.fill(0.0);
        for i in 0..n {
            let power = (-self.theta * log_wage[i]).exp();
            let row = i * n..(i + 1) * n;
            for ((s, a), p) in self.shares[row.clone()].iter_mut().zip(&self.attraction[row]).zip(&mut self.price_power)
            {
                *s = a * power;
                *p += *s;
            }
        }
        for j in 0..n {
            let wage = log_wage[j].exp();
            self.income[j] = wage * self.world.output[j];
            self.spending[j] = match self.imbalance {
                Imbalance::Additive | Imbalance::Balanced => self.income[j] + self.deficit[j],
                Imbalance::Multiplicative => self.income[j] + wage * self.deficit[j],
            };
            if self.spending[j] <= 0.0 {
                return Err(SolveError::NoSpending { country: j });
            }
        }
        let exports = &mut self.exports;
        exports.fill(0.0);
        let mut imports = vec![0.0; n];
        for i in 0..n {
            for j in 0..n {
                let at = i * n + j;
                self.shares[at] /= self.price_power[j];
                let flow = self.shares[at] * self.spending[j];
                self.flows[at] = flow;
                if i != j {
                    exports[i] += flow;
                    imports[j] += flow;
                }
            }
        }
        let world_income: f64 = self.income.iter().sum();
        // `lambda - 1`, from the deficits: near 0, where 1 would swallow its digits.
        let drift = match self.imbalance {
            Imbalance::Additive | Imbalance::Balanced => 0.0,
            Imbalance::Multiplicative => {
                let world_deficit: f64 = log_wage.iter().zip(&self.deficit).map(|(u, d)| u.exp() * d).sum();
                world_deficit / world_income
            }
        };
        self.lambda = 1.0 + drift;
        let mut largest: f64 = 0.0;
        for i in 0..n {
            // Sales less income without the domestic sales in both: exports - imports + deficit.
            let allowed = match self.imbalance {
                Imbalance::Additive | Imbalance::Balanced => self.deficit[i],
                // `w_i D_i - drift w_i Y_i` as a sum in which what cancels is left out: a country whose
                // wage outweighs all others would lose its digits.
                Imbalance::Multiplicative => {
                    let part = |k: usize| self.deficit[k] / self.world.output[k];
                    let sum: f64 = (0..n).map(|k| self.income[k] * (part(i) - part(k))).sum();
                    self.income[i] * sum / world_income
                }
            };
            self.trade[i] = (exports[i] + imports[i]).max(f64::MIN_POSITIVE);
            self.excess[i] = (exports[i] - imports[i] + allowed) / self.trade[i];
            // `max` would pass over a NaN; an overflow must not look like a solution.
            largest = if self.excess[i].is_nan() { f64::INFINITY } else { largest.max(self.excess[i].abs()) };
        }
        Ok(largest)
    }

    /// Factorises the derivative of `excess` with respect to log wages at the last evaluation.
    ///
    /// `d sales_i / d u_k = -theta sales_i [i=k] + theta sum_j X'_ij s_kj + X'_ik e_k`, with `e_k`
    /// the elasticity of k's spending to its wage. The equations sum to zero when weighted by
    /// trade, so one is redundant; adding the gradient of the numeraire to every row fixes the
    /// level and leaves the solution of the others as it is. On the diagonal what is sold at home
    /// cancels, and is left out: a country that hardly trades would lose its digits in it.
    pub(crate) fn factorise(&self) -> PartialPivLu<f64> {
        let n = self.world.len();
        let flows = MatRef::from_row_major_slice(&self.flows, n, n);
        let shares = MatRef::from_row_major_slice(&self.shares, n, n);
        let mut jacobian: Mat<f64> = flows * shares.transpose();
        let world_income: f64 = self.income.iter().sum();
        for k in 0..n {
            let (elasticity, d_lambda) = match self.imbalance {
                Imbalance::Additive | Imbalance::Balanced => (self.income[k] / self.spending[k], 0.0),
                Imbalance::Multiplicative => (1.0, (self.spending[k] - self.lambda * self.income[k]) / world_income),
            };
            let numeraire = self.income[k] / world_income;
            for i in 0..n {
                let d_sales = if i == k {
                    let own = match self.imbalance {
                        Imbalance::Additive | Imbalance::Balanced => self.income[i] * self.others(i, i),
                        Imbalance::Multiplicative => self.exports[i] - self.excess[i] * self.trade[i],
                    };
                    let away: f64 = (0..n).map(|j| self.flows[i * n + j] * self.others(i, j)).sum();
                    -self.theta * away - own
                } else {
                    self.theta * jacobian[(i, k)] + self.flows[i * n + k] * elasticity
                };
                jacobian[(i, k)] = (d_sales - self.income[i] * d_lambda) / self.trade[i] + numeraire;
            }
        }
        jacobian.partial_piv_lu()
    }

    /// `1 - s_ij`: the share of the others in importer j's spending.
    fn others(&self, i: usize, j: usize) -> f64 {
        let n = self.world.len();
        let share = self.shares[i * n + j];
        if share < 0.5 { 1.0 - share } else { (0..n).filter(|k| *k != i).map(|k| self.shares[k * n + j]).sum() }
    }

    /// `-J^-1 excess`: the Newton step in log wages.
    pub(crate) fn newton_step(&self, lu: &PartialPivLu<f64>) -> Vec<f64> {
        solve_for(lu, |i| -self.excess[i], self.world.len())
    }

    /// The derivative of the log of `sum X'` over `targets` with respect to the size `b` of a
    /// lever `log_b_ij = b L_ij`, wages adjusting (implicit function theorem).
    pub(crate) fn d_log_flows(&self, lever: &[f64], targets: &[(usize, usize)]) -> f64 {
        let n = self.world.len();
        // Lbar_j = sum_i s_ij L_ij: how far the lever moves importer j's price index.
        let mut lever_mean = vec![0.0; n];
        for i in 0..n {
            for j in 0..n {
                lever_mean[j] += self.shares[i * n + j] * lever[i * n + j];
            }
        }
        let direct = |i: usize| {
            let row = i * n..(i + 1) * n;
            let pull: f64 =
                self.flows[row.clone()].iter().zip(&lever[row]).zip(&lever_mean).map(|((x, l), m)| x * (l - m)).sum();
            -pull / self.trade[i]
        };
        let d_wage = solve_for(&self.factorise(), direct, n);
        let mut total = 0.0;
        let mut d_total = 0.0;
        for &(i, j) in targets {
            let elasticity = match self.imbalance {
                Imbalance::Additive | Imbalance::Balanced => self.income[j] / self.spending[j],
                Imbalance::Multiplicative => 1.0,
            };
            let price: f64 = (0..n).map(|k| self.shares[k * n + j] * d_wage[k]).sum();
            let d_log =
                lever[i * n + j] - lever_mean[j] - self.theta * d_wage[i] + self.theta * price + elasticity * d_wage[j];
            total += self.flows[i * n + j];
            d_total += self.flows[i * n + j] * d_log;
        }
        d_total / total
    }
}

fn solve_for(lu: &PartialPivLu<f64>, rhs: impl Fn(usize) -> f64, n: usize) -> Vec<f64> {
    let rhs = Mat::from_fn(n, 1, |i, _| rhs(i));
    let x = lu.solve(rhs.as_ref());
    (0..n).map(|i| x[(i, 0)]).collect()
}
