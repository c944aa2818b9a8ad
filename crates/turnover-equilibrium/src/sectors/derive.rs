//! Exact derivatives through the equilibrium: the map, linearised at a solution.

use rayon::prelude::*;

use super::change::Change;
use super::economy::Economy;
use super::settle::{Deficits, Labour, Map, SettleSettings, dot};
use super::settled::Settled;
use crate::accelerate::Anderson;
use crate::error::SolveError;

/// Passes at most.
const MOST_PASSES: usize = 2000;

/// How everything moves along a direction of costs.
#[derive(Debug, Clone)]
pub struct Tangent {
    n: usize,
    s: usize,
    /// Of log wages, log prices, spending.
    point: Vec<f64>,
    /// Of the logs of the shares, s x n x n.
    log_shares: Vec<f64>,
    /// Of tariffs.
    tariffs: Vec<f64>,
    /// Of log consumer prices.
    log_price: Vec<f64>,
    /// Of log incomes.
    log_income: Vec<f64>,
}

impl Tangent {
    /// Of the log wage.
    pub fn log_wage(&self, region: usize) -> f64 {
        self.point[region]
    }

    /// Of the log real wage.
    pub fn log_real_wage(&self, region: usize) -> f64 {
        self.point[region] - self.log_price[region]
    }

    /// Of log real income: wages, tariff revenue and deficit over consumer prices.
    pub fn log_real_income(&self, region: usize) -> f64 {
        self.log_income[region] - self.log_price[region]
    }

    /// Of a flow before tariffs, at the solution from which the tangent was taken.
    pub fn flow(&self, at: &Settled, sector: usize, importer: usize, exporter: usize) -> f64 {
        let cell = (sector * self.n + importer) * self.n + exporter;
        let spending = at.spending(sector, importer);
        let flow = at.flow(sector, importer, exporter);
        let d_spending = self.point[self.n + self.n * self.s + importer * self.s + sector];
        let own = self.log_shares[cell] - self.tariffs[cell] / (1.0 + at.tariffs[cell]);
        if spending > 0.0 { flow * (own + d_spending / spending) } else { 0.0 }
    }
}

/// Derivatives by region and sector of one pass.
struct SectorPass {
    log_price: Vec<f64>,
    output: Vec<f64>,
    sold: Vec<f64>,
}

struct Linear<'a> {
    map: Map<'a>,
    at: &'a Settled,
    /// Partial effects along the direction, tariffs' included.
    effect: Vec<f64>,
    tariffs: &'a [f64],
    labour: Vec<f64>,
}

impl Economy {
    /// The derivative of the equilibrium `at`, which `change` led to, along a direction of partial
    /// effects and tariffs (both read as amounts per unit).
    pub fn tangent(
        &self,
        at: &Settled,
        change: &Change,
        direction: &Change,
        settings: &SettleSettings,
    ) -> Result<Tangent, SolveError> {
        if settings.labour == Labour::Fixed {
            return Err(SolveError::Input {
                what: "labour",
                value: 0.0,
                expected: "labour that moves between sectors: derivatives are those of the long run",
            });
        }
        let map = Map::new(self, change, settings.deficits);
        let cells = self.n * self.n;
        let effect = (0..at.shares.len())
            .map(|c| direction.effect[c] - self.theta[c / cells] * direction.tariffs[c] / (1.0 + at.tariffs[c]))
            .collect();
        let (_, here, _) = map.image(&at.point);
        let linear = Linear { map, at, effect, tariffs: &direction.tariffs, labour: here.labour };
        rayon::scope(|_| linear.solve(settings.tolerance))
    }
}

impl Linear<'_> {
    fn solve(&self, tolerance: f64) -> Result<Tangent, SolveError> {
        let e = self.map.economy;
        let mut point = vec![0.0; self.at.point.len()];
        let mut anderson = Anderson::default();
        for iteration in 1..=MOST_PASSES {
            let (image, d_income) = self.image(&point);
            let (mut miss, mut size) = (0.0f64, 0.0f64);
            // Spending is compared within its region.
            for (k, (a, b)) in image.iter().zip(&point).enumerate() {
                let region = k.checked_sub(e.n + e.n * e.s).map(|at| at / e.s);
                let scale = region.map_or(1.0, |r| self.at.income[r]);
                miss = miss.max((a - b).abs() / scale);
                size = size.max(a.abs() / scale);
            }
            if !miss.is_finite() {
                return Err(SolveError::NotConverged { residual: miss, iterations: iteration, tolerance });
            }
            if miss <= tolerance * size {
                let log_price =
                    (0..e.n).map(|r| dot(&e.demand[r * e.s..(r + 1) * e.s], &image[e.n + r * e.s..][..e.s])).collect();
                let log_shares = self.log_shares(&image);
                return Ok(Tangent {
                    n: e.n,
                    s: e.s,
                    point: image,
                    log_shares,
                    tariffs: self.tariffs.to_vec(),
                    log_price,
                    log_income: d_income.iter().zip(&self.at.income).map(|(d, i)| d / i).collect(),
                });
            }
            point = anderson.next(&point, image);
        }
        Err(SolveError::NotConverged { residual: f64::NAN, iterations: MOST_PASSES, tolerance })
    }

    /// The image of a point, and the derivatives of incomes on the way.
    fn image(&self, point: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let e = self.map.economy;
        let Economy { n, s, .. } = *e;
        let (d_wage, rest) = point.split_at(n);
        let (d_price, d_spending) = rest.split_at(n * s);
        let d_cost = self.map.log_cost(d_wage, d_price);
        let passes: Vec<SectorPass> = (0..s).into_par_iter().map(|j| self.sector(j, &d_cost, d_spending)).collect();
        let mut d_output = vec![0.0; n * s];
        let mut new_price = vec![0.0; n * s];
        let mut d_revenue = vec![0.0; n];
        for (j, pass) in passes.iter().enumerate() {
            for r in 0..n {
                d_output[r * s + j] = pass.output[r];
                new_price[r * s + j] = pass.log_price[r];
                d_revenue[r] += d_spending[r * s + j] - pass.sold[r];
            }
        }
        let supply: Vec<f64> = (0..n).map(|r| self.at.point[r].exp() * e.value_added[r]).collect();
        let d_deficit = self.deficit(d_wage, &supply);
        let d_income: Vec<f64> = (0..n).map(|r| supply[r] * d_wage[r] + d_revenue[r] + d_deficit[r]).collect();
        let new_spending = self.map.spending(&d_output, &d_income);
        let mut new_wage: Vec<f64> = (0..n)
            .map(|r| {
                let of = r * s..(r + 1) * s;
                let d_labour = dot(&e.labour[of.clone()], &d_output[of]);
                d_wage[r] + self.map.labour_pace[r] * (d_labour / self.labour[r] - d_wage[r])
            })
            .collect();
        let world: f64 = supply.iter().sum();
        let shift: f64 = new_wage.iter().zip(&supply).map(|(u, v)| u * v).sum::<f64>() / world;
        new_wage.iter_mut().for_each(|u| *u -= shift);
        new_wage.extend(new_price);
        new_wage.extend(new_spending);
        (new_wage, d_income)
    }

    fn deficit(&self, d_wage: &[f64], supply: &[f64]) -> Vec<f64> {
        let e = self.map.economy;
        if self.map.deficits != Deficits::Proportional {
            return vec![0.0; e.n];
        }
        // D' = w (D - m V), m = sum w D / sum w V; the world's value added stands still.
        let world: f64 = supply.iter().sum();
        let wage: Vec<f64> = self.at.point[..e.n].iter().map(|u| u.exp()).collect();
        let m: f64 = wage.iter().zip(&e.deficit).map(|(w, d)| w * d).sum::<f64>() / world;
        let d_world: f64 = d_wage.iter().zip(supply).map(|(u, v)| u * v).sum();
        let d_sum: f64 = (0..e.n).map(|r| d_wage[r] * wage[r] * e.deficit[r]).sum();
        let d_m = (d_sum - m * d_world) / world;
        (0..e.n)
            .map(|r| wage[r] * (d_wage[r] * (e.deficit[r] - m * e.value_added[r]) - d_m * e.value_added[r]))
            .collect()
    }

    /// `d log pi_ni = b_ni - theta dc_i + theta dP_n` along one importer's row; returns `-theta dP_n`.
    fn row(&self, j: usize, to: usize, d_cost: &[f64], out: &mut [f64]) -> f64 {
        let Economy { n, s, .. } = *self.map.economy;
        let theta = self.map.economy.theta[j];
        let row = (j * n + to) * n..(j * n + to + 1) * n;
        let mut d_phi = 0.0;
        let cells = out.iter_mut().zip(&self.effect[row.clone()]).zip(&self.at.shares[row]);
        for (i, ((o, b), pi)) in cells.enumerate() {
            *o = b - theta * d_cost[i * s + j];
            d_phi += pi * *o;
        }
        out.iter_mut().for_each(|o| *o -= d_phi);
        d_phi
    }

    fn sector(&self, j: usize, d_cost: &[f64], d_spending: &[f64]) -> SectorPass {
        let Economy { n, s, .. } = *self.map.economy;
        let theta = self.map.economy.theta[j];
        let (mut log_price, mut output, mut sold) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        let mut d_log = vec![0.0; n];
        for r in 0..n {
            log_price[r] = -self.row(j, r, d_cost, &mut d_log) / theta;
            let spending = self.at.spending(j, r);
            let cells = (j * n + r) * n;
            for i in 0..n {
                let tariff = 1.0 + self.at.tariffs[cells + i];
                let net = self.at.shares[cells + i] / tariff;
                let flow = net * (d_spending[r * s + j] + spending * (d_log[i] - self.tariffs[cells + i] / tariff));
                output[i] += flow;
                sold[r] += flow;
            }
        }
        SectorPass { log_price, output, sold }
    }

    fn log_shares(&self, point: &[f64]) -> Vec<f64> {
        let Economy { n, s, .. } = *self.map.economy;
        let d_cost = self.map.log_cost(&point[..n], &point[n..n + n * s]);
        let mut out = vec![0.0; s * n * n];
        for (k, row) in out.chunks_exact_mut(n).enumerate() {
            self.row(k / n, k % n, &d_cost, row);
        }
        out
    }
}
