//! The conditional general equilibrium of An Advanced Guide to Trade Policy Analysis (Yotov,
//! Piermartini, Monteiro and Larch 2016, chapter 2): costs and multilateral resistances change,
//! outputs and expenditures stand still.
//!
//! ```text
//! X'_ij = X_ij B_ij r_i c_j,    sum_j X'_ij = Y_i,    sum_i X'_ij = E_j
//! ```
//!
//! `r_i = Pi_i^theta` and `c_j = P_j^theta` are the changes of outward and inward multilateral
//! resistance, known up to one number that moves between them: `P_reference = 1` fixes it.

use crate::error::SolveError;
use crate::newton::Equilibrium;
use crate::settings::{ROUNDING, Settings, check};
use crate::world::World;

/// A world whose trade has answered to new costs at given outputs and expenditures.
#[derive(Debug, Clone)]
pub struct Conditional {
    n: usize,
    /// n x n, row = exporter.
    flows: Vec<f64>,
    /// Logs of the changes of outward multilateral resistance `Pi_i`.
    pub log_outward: Vec<f64>,
    /// Logs of the changes of inward multilateral resistance `P_j`.
    pub log_inward: Vec<f64>,
    /// Largest distance of a total from its margin, relative to the country's trade.
    pub residual: f64,
    /// Newton steps.
    pub iterations: usize,
}

impl Conditional {
    /// The flow from exporter `i` to importer `j`.
    pub fn flow(&self, i: usize, j: usize) -> f64 {
        self.flows[i * self.n + j]
    }
}

/// Balances the flows under partial effects `log_b` (n x n, row = exporter, log points).
pub fn conditional(
    world: &World,
    log_b: &[f64],
    settings: &Settings,
    reference: usize,
) -> Result<Conditional, SolveError> {
    check(settings)?;
    let n = world.len();
    let bad = |what, value, expected| Err(SolveError::Input { what, value, expected });
    if log_b.len() != n * n {
        return bad("the number of partial effects", log_b.len() as f64, "one for each pair");
    }
    if reference >= n {
        return bad("the country of reference", reference as f64, "the index of a country");
    }
    let pull: Vec<f64> = world.flows.iter().zip(log_b).map(|(x, b)| if *x > 0.0 { x * b.exp() } else { 0.0 }).collect();
    if let Some(value) = pull.iter().find(|x| !x.is_finite()) {
        return bad("a flow times its partial effect", *value, "a finite number");
    }
    let balance = Balance { n, world, deficit: world.deficit() };
    // At once; where that fails, from near the solution, or in steps from no change.
    let whole = balance.newton(&pull, vec![0.0; n], reference, settings);
    let whole = whole.or_else(|_| balance.newton(&pull, balance.damped(&pull), reference, settings));
    let (log_c, residual, iterations) = whole.or_else(|error| {
        let part = |share: f64| -> Vec<f64> {
            world.flows.iter().zip(log_b).map(|(x, b)| if *x > 0.0 { x * (share * b).exp() } else { 0.0 }).collect()
        };
        let mut log_c = vec![0.0; n];
        for step in 1..STEPS {
            let share = f64::from(step) / f64::from(STEPS);
            log_c = balance.newton(&part(share), log_c, reference, settings).map_err(|_| error.clone())?.0;
        }
        balance.newton(&pull, log_c, reference, settings)
    })?;
    let here = balance.at(&pull, &log_c);
    let theta = settings.theta;
    Ok(Conditional {
        n,
        log_outward: here.r.iter().map(|r| (r.ln() + log_c[reference]) / theta).collect(),
        log_inward: log_c.iter().map(|u| (u - log_c[reference]) / theta).collect(),
        flows: here.flows,
        residual,
        iterations,
    })
}

/// Residual at which the plain fixed point is done.
const TINY: f64 = 1e-14;
/// Rounds of the plain fixed point at most.
const ROUNDS: usize = 20_000;
/// Steps from no change to the whole one.
const STEPS: u32 = 64;
/// Longest step in any log of `c`.
const LONGEST_STEP: f64 = 4.0;

/// The flows at given `c`, with rows that add up to outputs exactly.
struct Balanced {
    r: Vec<f64>,
    flows: Vec<f64>,
    /// Imports less exports less the deficit, over the country's trade: what the column misses,
    /// without the domestic sales in both, which would swallow the digits of a closed country.
    excess: Vec<f64>,
    trade: Vec<f64>,
    residual: f64,
}

struct Balance<'a> {
    n: usize,
    world: &'a World,
    deficit: Vec<f64>,
}

impl Balance<'_> {
    fn at(&self, pull: &[f64], log_c: &[f64]) -> Balanced {
        let n = self.n;
        let c: Vec<f64> = log_c.iter().map(|u| u.exp()).collect();
        let mut r = vec![0.0; n];
        let mut flows = vec![0.0; n * n];
        let (mut excess, mut trade) = (vec![0.0; n], vec![0.0; n]);
        for i in 0..n {
            let row = i * n..(i + 1) * n;
            r[i] = self.world.output[i] / pull[row.clone()].iter().zip(&c).map(|(a, c)| a * c).sum::<f64>();
            for (j, at) in row.enumerate() {
                flows[at] = pull[at] * r[i] * c[j];
                if i != j {
                    excess[j] += flows[at];
                    excess[i] -= flows[at];
                    trade[i] += flows[at];
                    trade[j] += flows[at];
                }
            }
        }
        let mut residual = 0.0f64;
        for j in 0..n {
            excess[j] = (excess[j] - self.deficit[j]) / trade[j].max(f64::MIN_POSITIVE);
            residual = if excess[j].is_nan() { f64::INFINITY } else { residual.max(excess[j].abs()) };
        }
        Balanced { r, flows, excess, trade, residual }
    }

    /// A plain damped fixed point: slow, but it gets to the solution from far away.
    fn damped(&self, pull: &[f64]) -> Vec<f64> {
        let mut log_c = vec![0.0; self.n];
        let (mut best, mut least) = (log_c.clone(), f64::INFINITY);
        let mut pace = 0.9;
        for _ in 0..ROUNDS {
            let here = self.at(pull, &log_c);
            if here.residual < least {
                (best, least) = (log_c.clone(), here.residual);
            } else if here.residual > 2.0 * least {
                pace *= 0.5;
                log_c.clone_from(&best);
                continue;
            }
            if least < TINY {
                break;
            }
            log_c.iter_mut().zip(&here.excess).for_each(|(c, z)| *c -= pace * z);
        }
        best
    }

    /// Newton's method in `log c`; returns it with the residual and the steps taken.
    fn newton(
        &self,
        pull: &[f64],
        mut log_c: Vec<f64>,
        reference: usize,
        settings: &Settings,
    ) -> Result<(Vec<f64>, f64, usize), SolveError> {
        let mut here = self.at(pull, &log_c);
        for iteration in 0..settings.max_iterations.max(200) {
            if here.residual <= settings.tolerance {
                return Ok((log_c, here.residual, iteration));
            }
            let step = self.step(&here, reference);
            let longest = step.iter().fold(0.0f64, |m, s| if s.is_nan() { f64::INFINITY } else { m.max(s.abs()) });
            let mut scale = if longest > LONGEST_STEP { LONGEST_STEP / longest } else { 1.0 };
            let better = longest.is_finite().then(|| {
                (0..40).find_map(|_| {
                    let next: Vec<f64> = log_c.iter().zip(&step).map(|(u, s)| u + scale * s).collect();
                    scale *= 0.5;
                    let there = self.at(pull, &next);
                    (there.residual < here.residual).then_some((next, there))
                })
            });
            match better.flatten() {
                Some((next, there)) => (log_c, here) = (next, there),
                // Rounding ends the fall of the residual.
                None if here.residual <= settings.tolerance * ROUNDING => {
                    return Ok((log_c, here.residual, iteration));
                }
                None => break,
            }
        }
        Err(SolveError::NotConverged {
            residual: here.residual,
            iterations: settings.max_iterations.max(200),
            tolerance: settings.tolerance,
        })
    }

    /// `d col_j / d log c_k = col_j [j=k] - sum_i X_ij X_ik / Y_i`: a Laplacian, whose diagonal is
    /// what its row lacks to 0. Eliminated with the diagonals as such sums (Grassmann, Taksar and
    /// Heyman 1985), no digits are lost where countries hardly trade.
    fn step(&self, here: &Balanced, reference: usize) -> Vec<f64> {
        let n = self.n;
        let mut weight = vec![0.0; n * n];
        for i in 0..n {
            let row = &here.flows[i * n..(i + 1) * n];
            for (j, x) in row.iter().enumerate().filter(|(_, x)| **x > 0.0) {
                let share = x / self.world.output[i];
                for (w, y) in weight[j * n..(j + 1) * n].iter_mut().zip(row) {
                    *w += share * y;
                }
            }
        }
        let order: Vec<usize> = (0..n).filter(|j| *j != reference).chain([reference]).collect();
        let mut right: Vec<f64> = (0..n).map(|j| -here.excess[j] * here.trade[j]).collect();
        let mut diagonal = vec![0.0; n];
        for (at, &k) in order[..n - 1].iter().enumerate() {
            diagonal[k] = order[at + 1..].iter().map(|j| weight[k * n + j]).sum();
            for &i in &order[at + 1..] {
                let share = weight[i * n + k] / diagonal[k];
                if share > 0.0 {
                    right[i] += share * right[k];
                    for &j in order[at + 1..].iter().filter(|j| **j != i) {
                        weight[i * n + j] += share * weight[k * n + j];
                    }
                }
            }
        }
        let mut step = vec![0.0; n];
        for (at, &k) in order[..n - 1].iter().enumerate().rev() {
            let others: f64 = order[at + 1..].iter().map(|j| weight[k * n + j] * step[*j]).sum();
            step[k] = (right[k] + others) / diagonal[k];
        }
        step
    }
}

impl Equilibrium {
    /// Log of the change of outward multilateral resistance: `Pi_i = w_i^(-(1 + theta) / theta)`,
    /// since `w_i Y_i = w_i^-theta Pi_i^-theta Y_i` with world output the numeraire.
    pub fn log_outward(&self, i: usize, theta: f64) -> f64 {
        -self.log_wage[i] * (1.0 + theta) / theta
    }

    /// The gains from trade in closed form (Arkolakis, Costinot and Rodriguez-Clare 2012): the
    /// change of real income is that of the domestic share to the power of `-1 / theta`, exact
    /// where trade is balanced.
    pub fn gains_from_domestic_share(&self, world: &World, j: usize, theta: f64) -> f64 {
        let before = world.flow(j, j) / world.expenditure()[j];
        let after = self.flow(j, j) / self.expenditure[j];
        (after / before).powf(-1.0 / theta)
    }
}

impl World {
    /// The loss of real income if a country traded with nobody: `1 - share_jj^(1 / theta)`.
    pub fn loss_in_autarky(&self, j: usize, theta: f64) -> f64 {
        1.0 - (self.flow(j, j) / self.expenditure[j]).powf(1.0 / theta)
    }
}
