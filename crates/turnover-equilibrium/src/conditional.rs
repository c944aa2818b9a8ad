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

use crate::accelerate::Anderson;
use crate::error::SolveError;
use crate::newton::{Equilibrium, Settings, check};
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
    /// Largest distance of a total from its margin, relative.
    pub residual: f64,
    /// Rounds of balancing.
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
    // The log of c alone: r follows from it.
    let mut log_c = vec![0.0; n];
    let mut anderson = Anderson::default();
    for iteration in 1..=settings.max_iterations.max(1000) {
        let c: Vec<f64> = log_c.iter().map(|u: &f64| u.exp()).collect();
        let r: Vec<f64> = (0..n)
            .map(|i| world.output[i] / pull[i * n..(i + 1) * n].iter().zip(&c).map(|(a, c)| a * c).sum::<f64>())
            .collect();
        let mut totals = vec![0.0; n];
        for i in 0..n {
            totals.iter_mut().zip(&pull[i * n..(i + 1) * n]).for_each(|(t, a)| *t += a * r[i]);
        }
        let image: Vec<f64> = (0..n).map(|j| (world.expenditure[j] / totals[j]).ln()).collect();
        let shift = image[reference];
        let residual = (0..n).map(|j| (image[j] - log_c[j]).abs()).fold(0.0, f64::max);
        if !residual.is_finite() {
            return Err(SolveError::NotConverged { residual, iterations: iteration, tolerance: settings.tolerance });
        }
        if residual <= settings.tolerance {
            let flows = (0..n * n).map(|at| pull[at] * r[at / n] * c[at % n]).collect();
            let theta = settings.theta;
            return Ok(Conditional {
                n,
                flows,
                log_outward: r.iter().map(|r| (r.ln() + log_c[reference]) / theta).collect(),
                log_inward: log_c.iter().map(|u| (u - log_c[reference]) / theta).collect(),
                residual,
                iterations: iteration,
            });
        }
        log_c = anderson.next(&log_c, image.iter().map(|u| u - shift).collect());
    }
    Err(SolveError::NotConverged {
        residual: f64::NAN,
        iterations: settings.max_iterations.max(1000),
        tolerance: settings.tolerance,
    })
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
