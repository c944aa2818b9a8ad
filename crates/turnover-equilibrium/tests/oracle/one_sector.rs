//! One sector, literally.
//!
//! With flows `X_ij`, output `Y_i`, spending `E_j`, shares `pi_ij = X_ij / E_j`, `D_j = E_j - Y_j`,
//! hats as ratios of new to old and `B_ij = exp(b_ij)` (Dekle, Eaton and Kortum 2007, equations 11
//! to 14; Arkolakis, Costinot and Rodriguez-Clare 2012, section II):
//!
//! ```text
//! P_j     = (sum_i pi_ij w_i^-theta B_ij)^(-1/theta)
//! E'_j    = w_j Y_j + D_j  (additive)    w_j E_j  (multiplicative)    w_j Y_j  (balanced)
//! X'_ij   = pi_ij w_i^-theta B_ij P_j^theta E'_j
//! sum_j X'_ij = l w_i Y_i,  l = sum E' / sum w Y,  sum w Y = sum Y
//! ```
//!
//! The last line less `sum_i X'_ij = E'_j` is the balance of payments, exports less imports
//! `= l w_i Y_i - E'_i`; it keeps the digits of countries that hardly trade.

/// What happens to imbalances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closure {
    Additive,
    Multiplicative,
    Balanced,
}

/// A world before the change.
#[derive(Debug, Clone)]
pub(crate) struct Before {
    pub(crate) n: usize,
    /// By rows of exporters.
    pub(crate) flows: Vec<f64>,
}

/// A world after it.
#[derive(Debug, Clone)]
pub(crate) struct After {
    pub(crate) wage: Vec<f64>,
    pub(crate) price: Vec<f64>,
    pub(crate) flows: Vec<f64>,
    pub(crate) spending: Vec<f64>,
    pub(crate) welfare: Vec<f64>,
    /// Exports less imports less what the closure allows, over the country's trade.
    pub(crate) excess: Vec<f64>,
    /// The largest.
    pub(crate) residual: f64,
}

/// What stays as wages change.
struct Fixed {
    pull: Vec<f64>,
    output: Vec<f64>,
    spending: Vec<f64>,
    deficit: Vec<f64>,
}

impl Before {
    pub(crate) fn flow(&self, i: usize, j: usize) -> f64 {
        self.flows[i * self.n + j]
    }

    pub(crate) fn output(&self, i: usize) -> f64 {
        (0..self.n).map(|j| self.flow(i, j)).sum()
    }

    pub(crate) fn spending(&self, j: usize) -> f64 {
        (0..self.n).map(|i| self.flow(i, j)).sum()
    }

    pub(crate) fn deficit(&self, j: usize) -> f64 {
        (0..self.n).filter(|i| *i != j).map(|i| self.flow(i, j) - self.flow(j, i)).sum()
    }

    /// `pi_ij B_ij` and totals, which stay as wages change.
    fn fixed(&self, b: &[f64], closure: Closure) -> Fixed {
        let n = self.n;
        let spending: Vec<f64> = (0..n).map(|j| self.spending(j)).collect();
        Fixed {
            pull: (0..n * n)
                .map(|at| if self.flows[at] > 0.0 { self.flows[at] / spending[at % n] * b[at].exp() } else { 0.0 })
                .collect(),
            output: (0..n).map(|i| self.output(i)).collect(),
            deficit: (0..n).map(|j| if closure == Closure::Balanced { 0.0 } else { self.deficit(j) }).collect(),
            spending,
        }
    }

    /// All quantities at given wages, which are scaled to the numeraire. `None` where a country
    /// would spend nothing.
    pub(crate) fn at(&self, b: &[f64], theta: f64, closure: Closure, wage: &[f64]) -> Option<After> {
        self.at_fixed(&self.fixed(b, closure), theta, closure, wage)
    }

    fn at_fixed(&self, fixed: &Fixed, theta: f64, closure: Closure, wage: &[f64]) -> Option<After> {
        let n = self.n;
        let Fixed { pull, output, deficit, .. } = fixed;
        let world: f64 = output.iter().sum();
        let level = (0..n).map(|i| wage[i] * output[i]).sum::<f64>() / world;
        let wage: Vec<f64> = wage.iter().map(|w| w / level).collect();
        let mut after = After {
            price: vec![0.0; n],
            flows: vec![0.0; n * n],
            spending: vec![0.0; n],
            welfare: vec![0.0; n],
            excess: vec![0.0; n],
            residual: 0.0,
            wage,
        };
        let w = &after.wage;
        let power: Vec<f64> = w.iter().map(|w| w.powf(-theta)).collect();
        for j in 0..n {
            let pulls: Vec<f64> = (0..n).map(|i| pull[i * n + j] * power[i]).collect();
            let sum: f64 = pulls.iter().sum();
            after.price[j] = sum.powf(-1.0 / theta);
            after.spending[j] = match closure {
                Closure::Additive => w[j] * output[j] + deficit[j],
                Closure::Multiplicative => w[j] * (output[j] + deficit[j]),
                Closure::Balanced => w[j] * output[j],
            };
            if after.spending[j] <= 0.0 {
                return None;
            }
            for i in 0..n {
                after.flows[i * n + j] = pulls[i] / sum * after.spending[j];
            }
            // Balanced trade compares with a world that is balanced already, where E = Y.
            after.welfare[j] = after.spending[j] / fixed.spending[j] / after.price[j];
        }
        for i in 0..n {
            let exports: f64 = (0..n).filter(|j| *j != i).map(|j| after.flows[i * n + j]).sum();
            let imports: f64 = (0..n).filter(|j| *j != i).map(|j| after.flows[j * n + i]).sum();
            let allowed = match closure {
                Closure::Additive => -deficit[i],
                // `drift w_i Y_i - w_i D_i`, without the terms that cancel in it.
                Closure::Multiplicative => {
                    let apart = |k: usize| w[k] * output[k] * (deficit[k] / output[k] - deficit[i] / output[i]);
                    (0..n).map(apart).sum::<f64>() / world * w[i] * output[i]
                }
                Closure::Balanced => 0.0,
            };
            after.excess[i] = (exports - imports - allowed) / (exports + imports);
            let size = if after.excess[i].is_nan() { f64::INFINITY } else { after.excess[i].abs() };
            after.residual = after.residual.max(size);
        }
        Some(after)
    }

    /// The damped fixed point, from given wages.
    fn iterate(&self, b: &[f64], theta: f64, closure: Closure, start: &[f64], rounds: usize) -> Option<After> {
        let mut pace = 0.7 / (1.0 + theta);
        let fixed = self.fixed(b, closure);
        let mut best = self.at_fixed(&fixed, theta, closure, start)?;
        let mut here = best.clone();
        let mut since = 0;
        for _ in 0..rounds {
            let next: Vec<f64> =
                here.wage.iter().zip(&here.excess).map(|(w, z)| w * (pace * z.clamp(-1.0, 1.0)).exp()).collect();
            match self.at_fixed(&fixed, theta, closure, &next) {
                Some(after) if after.residual <= 1.5 * best.residual => here = after,
                // Too far: back, and slower.
                _ => {
                    pace *= 0.5;
                    here = best.clone();
                    if pace < 1e-7 {
                        break;
                    }
                    continue;
                }
            }
            since += 1;
            if here.residual < best.residual {
                if here.residual < 0.99 * best.residual {
                    since = 0;
                }
                best = here.clone();
            }
            if best.residual < 1e-15 || (since > 300 && best.residual < 1e-12) {
                break;
            }
        }
        // A tenth of a billionth of trade: in a world of almost closed countries, wages that miss by more
        // differ in the ninth digit from those that clear the markets.
        (best.residual < 1e-13).then_some(best)
    }

    /// The world after a change: at once, or where that fails in steps from no change, each from
    /// the last.
    pub(crate) fn solve(&self, b: &[f64], theta: f64, closure: Closure) -> Option<After> {
        let still = vec![1.0; self.n];
        let rounds = 6_000;
        self.iterate(b, theta, closure, &still, rounds).or_else(|| {
            let mut wage = still;
            let steps = 20;
            let mut last = None;
            for step in 1..=steps {
                let part: Vec<f64> = b.iter().map(|b| b * f64::from(step) / f64::from(steps)).collect();
                let after = self.iterate(&part, theta, closure, &wage, rounds)?;
                wage = after.wage.clone();
                last = Some(after);
            }
            last
        })
    }

    /// Sum of flows after over before.
    pub(crate) fn multiple(&self, after: &After, targets: &[(usize, usize)]) -> f64 {
        let sum = |flows: &[f64]| targets.iter().map(|&(i, j)| flows[i * self.n + j]).sum::<f64>();
        sum(&after.flows) / sum(&self.flows)
    }

    /// Biproportional balancing at fixed outputs and spending (Yotov and others 2016, chapter 2):
    /// flows, logs of outward and of inward resistance with that of `reference` 0.
    ///
    /// `X_ij B_ij r_i c_j` with rows that add up to outputs exactly; what columns miss is, as above,
    /// what the balance of payments misses, and `c` falls where a country imports too much.
    pub(crate) fn conditional(
        &self,
        b: &[f64],
        theta: f64,
        reference: usize,
    ) -> Option<(Vec<f64>, Vec<f64>, Vec<f64>)> {
        let n = self.n;
        let pull: Vec<f64> = self.flows.iter().zip(b).map(|(x, b)| if *x > 0.0 { x * b.exp() } else { 0.0 }).collect();
        let fixed = self.fixed(b, Closure::Additive);
        let at = |log_c: &[f64]| {
            let c: Vec<f64> = log_c.iter().map(|u| u.exp()).collect();
            let r: Vec<f64> =
                (0..n).map(|i| fixed.output[i] / (0..n).map(|j| pull[i * n + j] * c[j]).sum::<f64>()).collect();
            let flows: Vec<f64> = (0..n * n).map(|at| pull[at] * r[at / n] * c[at % n]).collect();
            let excess: Vec<f64> = (0..n)
                .map(|j| {
                    let imports: f64 = (0..n).filter(|i| *i != j).map(|i| flows[i * n + j]).sum();
                    let exports: f64 = (0..n).filter(|i| *i != j).map(|i| flows[j * n + i]).sum();
                    (imports - exports - fixed.deficit[j]) / (imports + exports)
                })
                .collect();
            let residual = excess.iter().fold(0.0f64, |m, z| if z.is_nan() { f64::INFINITY } else { m.max(z.abs()) });
            (r, flows, excess, residual)
        };
        let mut log_c = vec![0.0; n];
        let mut best = (log_c.clone(), f64::INFINITY);
        let (mut pace, mut since) = (0.9, 0);
        for _ in 0..10_000 {
            let (_, _, excess, residual) = at(&log_c);
            if residual < best.1 {
                since = if residual < 0.99 * best.1 { 0 } else { since + 1 };
                best = (log_c.clone(), residual);
            } else if residual > 2.0 * best.1 {
                pace *= 0.5;
                log_c.clone_from(&best.0);
                if pace < 1e-6 {
                    break;
                }
                continue;
            } else {
                since += 1;
            }
            if best.1 < 1e-15 || (since > 300 && best.1 < 1e-13) {
                break;
            }
            log_c.iter_mut().zip(&excess).for_each(|(c, z)| *c -= pace * z);
        }
        let (r, flows, _, residual) = at(&best.0);
        let level = best.0[reference];
        let outward = r.iter().map(|r| (r.ln() + level) / theta).collect();
        let inward = best.0.iter().map(|c| (c - level) / theta).collect();
        (residual < 1e-13).then_some((flows, outward, inward))
    }
}
