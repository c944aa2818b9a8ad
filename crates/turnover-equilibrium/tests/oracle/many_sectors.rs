//! Many sectors, literally: Caliendo and Parro (2015), equations 10 to 15.
//!
//! For region `n`, sector `j`, hats as ratios of new to old, primes for new values:
//!
//! ```text
//! c_n^j  = w_n^(v_n^j) prod_k (P_n^k)^(g_n^kj)                                      (10)
//! P_n^j  = (sum_i pi_ni^j B_ni^j (c_i^j)^-theta_j)^(-1/theta_j)                     (11)
//! pi'_ni = pi_ni B_ni (c_i / P_n)^-theta_j                                          (12)
//! X'_n^k = sum_j g_n^kj Y'_n^j + a_n^k I'_n,  Y'_i^j = sum_n pi'_ni X'_n^j / (1 + tau'_ni)   (13)
//! I'_n   = w_n V_n + R'_n + D'_n,  R'_n = sum_j sum_i tau'_ni pi'_ni X'_n^j / (1 + tau'_ni)  (14)
//! exports_n = imports_n - D'_n                                                      (15)
//! ```
//!
//! `B_ni = exp(b_ni) ((1 + tau') / (1 + tau))^-theta_j`. Given wages, prices are iterated to their
//! fixed point, then spending to its own; wages follow the balance of trade (15). World value added
//! is 1 before and after.

/// Tables by sector, region and partner: sector, importer, exporter; sector, region; region, input, output.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    pub(crate) n: usize,
    pub(crate) s: usize,
    pub(crate) flows: Vec<f64>,
    pub(crate) tariffs: Vec<f64>,
    pub(crate) output: Vec<f64>,
    pub(crate) value_added: Vec<f64>,
    pub(crate) inputs: Vec<f64>,
    pub(crate) theta: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    Kept,
    Proportional,
    Zero,
}

/// The economy in shares; world value added is 1.
#[derive(Debug, Clone)]
pub(crate) struct Shares {
    n: usize,
    s: usize,
    pi: Vec<f64>,
    tariffs: Vec<f64>,
    theta: Vec<f64>,
    /// `v`, sector and region.
    v: Vec<f64>,
    /// `g`, region, input, output.
    g: Vec<f64>,
    /// `a`, sector and region.
    a: Vec<f64>,
    value_added: Vec<f64>,
    deficit: Vec<f64>,
    spending: Vec<f64>,
}

/// The economy after a change.
#[derive(Debug, Clone)]
pub(crate) struct Economy {
    pub(crate) wage: Vec<f64>,
    /// Sector and region.
    pub(crate) price: Vec<f64>,
    pub(crate) cost: Vec<f64>,
    pub(crate) spending: Vec<f64>,
    /// Before tariffs.
    pub(crate) flows: Vec<f64>,
    pub(crate) revenue: Vec<f64>,
    pub(crate) income: Vec<f64>,
    pub(crate) deficit: Vec<f64>,
    /// Consumer prices.
    pub(crate) index: Vec<f64>,
    excess: Vec<f64>,
    pub(crate) residual: f64,
}

impl Tables {
    /// Shares as the documentation of the tables has them: output at least exports, inputs positive
    /// and adding up to what value added leaves, final demand what inputs leave, at least 0; a sector
    /// that nobody sells in a region supplies itself. `None` where nothing is left to spend.
    pub(crate) fn shares(&self) -> Option<Shares> {
        let (n, s) = (self.n, self.s);
        let cell = |j: usize, to: usize, from: usize| (j * n + to) * n + from;
        // Nothing ties the wages of regions that no chain of trade links.
        let mut linked = vec![false; n];
        linked[0] = true;
        for _ in 0..n {
            for at in (0..s * n * n).filter(|at| self.flows[*at] > 0.0) {
                let both = linked[at / n % n] || linked[at % n];
                linked[at / n % n] = both;
                linked[at % n] = both;
            }
        }
        if linked.contains(&false) {
            return None;
        }
        let mut flows = self.flows.clone();
        let mut output = self.output.clone();
        for j in 0..s {
            for i in 0..n {
                let exports: f64 = (0..n).filter(|to| *to != i).map(|to| flows[cell(j, to, i)]).sum();
                output[j * n + i] = output[j * n + i].max(exports);
                flows[cell(j, i, i)] = output[j * n + i] - exports;
            }
        }
        let (mut v, mut g) = (self.value_added.clone(), self.inputs.iter().map(|x| x.max(0.0)).collect::<Vec<f64>>());
        for r in 0..n {
            for j in 0..s {
                let total: f64 = (0..s).map(|k| g[(r * s + k) * s + j]).sum();
                if total == 0.0 {
                    v[j * n + r] = 1.0;
                }
                for k in 0..s {
                    let x = &mut g[(r * s + k) * s + j];
                    *x = if total > 0.0 { *x / total * (1.0 - v[j * n + r]) } else { 0.0 };
                }
            }
        }
        let mut pi = vec![0.0; s * n * n];
        let mut spending = vec![0.0; s * n];
        let (mut revenue, mut deficit, mut value_added) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        for j in 0..s {
            for to in 0..n {
                let gross = |from: usize| flows[cell(j, to, from)] * (1.0 + self.tariffs[cell(j, to, from)]);
                let total: f64 = (0..n).map(gross).sum();
                spending[j * n + to] = total;
                for from in 0..n {
                    let x = flows[cell(j, to, from)];
                    revenue[to] += x * self.tariffs[cell(j, to, from)];
                    if from != to {
                        deficit[to] += x;
                        deficit[from] -= x;
                    }
                    pi[cell(j, to, from)] =
                        if total > 0.0 { gross(from) / total } else { f64::from(u8::from(from == to)) };
                }
                value_added[to] += v[j * n + to] * output[j * n + to];
            }
        }
        let mut a = vec![0.0; s * n];
        for r in 0..n {
            let income = value_added[r] + revenue[r] + deficit[r];
            for k in 0..s {
                let used: f64 = (0..s).map(|j| g[(r * s + k) * s + j] * output[j * n + r]).sum();
                a[k * n + r] = ((spending[k * n + r] - used) / income).max(0.0);
            }
            let total: f64 = (0..s).map(|k| a[k * n + r]).sum();
            if !(total > 0.0 && income > 0.0 && value_added[r] > 0.0) {
                return None;
            }
            (0..s).for_each(|k| a[k * n + r] /= total);
        }
        let unit: f64 = value_added.iter().sum();
        let relative = |x: Vec<f64>| -> Vec<f64> { x.into_iter().map(|x| x / unit).collect() };
        Some(Shares {
            n,
            s,
            pi,
            tariffs: self.tariffs.clone(),
            theta: self.theta.clone(),
            v,
            g,
            a,
            value_added: relative(value_added),
            deficit: relative(deficit),
            spending: relative(spending),
        })
    }
}

/// New partial effects and tariffs, by the layout of flows.
#[derive(Debug, Clone)]
pub(crate) struct Shock {
    pub(crate) b: Vec<f64>,
    pub(crate) tariffs: Vec<f64>,
}

/// What a given vector of wages is iterated from: prices and spending.
type Near = (Vec<f64>, Vec<f64>);

impl Shares {
    pub(crate) fn none(&self) -> Shock {
        Shock { b: vec![0.0; self.pi.len()], tariffs: self.tariffs.clone() }
    }

    fn near(&self) -> Near {
        (vec![1.0; self.s * self.n], self.spending.clone())
    }

    /// `pi B` with the tariffs' part.
    fn pulls(&self, shock: &Shock) -> Vec<f64> {
        let cells = self.n * self.n;
        (0..self.pi.len())
            .map(|at| {
                let theta = self.theta[at / cells];
                let tariffs = ((1.0 + shock.tariffs[at]) / (1.0 + self.tariffs[at])).powf(-theta);
                if self.pi[at] > 0.0 { self.pi[at] * shock.b[at].exp() * tariffs } else { 0.0 }
            })
            .collect()
    }

    /// All quantities at given wages, which are scaled to the numeraire; `precise` is how far prices
    /// and spending may still move. `None` where a region would spend nothing.
    fn at(
        &self,
        pulls: &[f64],
        shock: &Shock,
        rule: Rule,
        wage: &[f64],
        near: &mut Near,
        precise: f64,
    ) -> Option<Economy> {
        let (n, s) = (self.n, self.s);
        let level: f64 = (0..n).map(|r| wage[r] * self.value_added[r]).sum();
        let wage: Vec<f64> = wage.iter().map(|w| w / level).collect();
        let mut price = near.0.clone();
        let mut cost = vec![1.0; s * n];
        let mut phi = vec![1.0; s * n];
        for _ in 0..20_000 {
            let log_price: Vec<f64> = price.iter().map(|p| p.ln()).collect();
            for j in 0..s {
                for r in 0..n {
                    let inputs: f64 = (0..s).map(|k| self.g[(r * s + k) * s + j] * log_price[k * n + r]).sum();
                    cost[j * n + r] = (self.v[j * n + r] * wage[r].ln() + inputs).exp();
                }
            }
            let mut moved = 0.0f64;
            for j in 0..s {
                let power: Vec<f64> = (0..n).map(|i| cost[j * n + i].powf(-self.theta[j])).collect();
                for r in 0..n {
                    let row = &pulls[(j * n + r) * n..(j * n + r + 1) * n];
                    phi[j * n + r] = row.iter().zip(&power).map(|(a, p)| a * p).sum();
                    let new = phi[j * n + r].powf(-1.0 / self.theta[j]);
                    moved = moved.max((new / price[j * n + r] - 1.0).abs());
                    price[j * n + r] = new;
                }
            }
            if !moved.is_finite() {
                return None;
            }
            if moved <= precise {
                break;
            }
        }
        let power: Vec<f64> = (0..s * n).map(|at| cost[at].powf(-self.theta[at / n])).collect();
        let shares: Vec<f64> = (0..s * n * n)
            .map(|at| {
                let (j, r, i) = (at / (n * n), at / n % n, at % n);
                pulls[at] * power[j * n + i] / phi[j * n + r]
            })
            .collect();
        let deficit: Vec<f64> = match rule {
            Rule::Zero => vec![0.0; n],
            Rule::Kept => self.deficit.clone(),
            Rule::Proportional => {
                let over: f64 = (0..n).map(|r| wage[r] * self.deficit[r]).sum();
                let world: f64 = (0..n).map(|r| wage[r] * self.value_added[r]).sum();
                (0..n).map(|r| wage[r] * (self.deficit[r] - over / world * self.value_added[r])).collect()
            }
        };
        let mut spending = near.1.clone();
        let mut flows = vec![0.0; s * n * n];
        let (mut revenue, mut income) = (vec![0.0; n], vec![0.0; n]);
        let size: f64 = spending.iter().sum::<f64>() / n as f64;
        for _ in 0..20_000 {
            let mut output = vec![0.0; s * n];
            revenue.fill(0.0);
            for at in 0..s * n * n {
                let (j, r, i) = (at / (n * n), at / n % n, at % n);
                flows[at] = shares[at] * spending[j * n + r] / (1.0 + shock.tariffs[at]);
                output[j * n + i] += flows[at];
                revenue[r] += flows[at] * shock.tariffs[at];
            }
            let mut moved = 0.0f64;
            for r in 0..n {
                income[r] = wage[r] * self.value_added[r] + revenue[r] + deficit[r];
                let whole: f64 = (0..s).map(|k| spending[k * n + r]).sum();
                for k in 0..s {
                    let used: f64 = (0..s).map(|j| self.g[(r * s + k) * s + j] * output[j * n + r]).sum();
                    let new = used + self.a[k * n + r] * income[r];
                    moved = moved.max((new - spending[k * n + r]).abs() / whole.abs().max(1e-60 * size));
                    spending[k * n + r] = new;
                }
            }
            if !moved.is_finite() {
                return None;
            }
            if moved <= precise {
                break;
            }
        }
        if income.iter().any(|i| *i <= 0.0) || spending.iter().any(|x| *x < 0.0) {
            return None;
        }
        let index = (0..n).map(|r| (0..s).map(|k| price[k * n + r].powf(self.a[k * n + r])).product()).collect();
        let mut economy = Economy {
            wage,
            price,
            cost,
            spending,
            flows,
            revenue,
            income,
            deficit,
            index,
            excess: vec![0.0; n],
            residual: 0.0,
        };
        for r in 0..n {
            let (mut exports, mut imports) = (0.0, 0.0);
            for j in 0..s {
                for i in (0..n).filter(|i| *i != r) {
                    exports += economy.flows[(j * n + i) * n + r];
                    imports += economy.flows[(j * n + r) * n + i];
                }
            }
            let excess = (exports - imports + economy.deficit[r]) / (exports + imports);
            economy.excess[r] = excess;
            economy.residual = economy.residual.max(if excess.is_nan() { f64::INFINITY } else { excess.abs() });
        }
        *near = (economy.price.clone(), economy.spending.clone());
        Some(economy)
    }

    /// All quantities at given wages, precisely.
    pub(crate) fn at_wages(&self, shock: &Shock, rule: Rule, wage: &[f64]) -> Option<Economy> {
        self.at(&self.pulls(shock), shock, rule, wage, &mut self.near(), 3e-16)
    }

    fn iterate(
        &self,
        shock: &Shock,
        rule: Rule,
        start: &[f64],
        mut near: Near,
        rounds: usize,
    ) -> Option<(Economy, Near)> {
        let pulls = self.pulls(shock);
        let theta = self.theta.iter().copied().fold(0.0, f64::max);
        let mut pace = 0.7 / (1.0 + theta);
        let mut precise = 1e-4;
        let mut best = self.at(&pulls, shock, rule, start, &mut near, precise)?;
        let mut here = best.clone();
        let mut since = 0;
        for _ in 0..rounds {
            let next: Vec<f64> =
                here.wage.iter().zip(&here.excess).map(|(w, z)| w * (pace * z.clamp(-1.0, 1.0)).exp()).collect();
            let kept = near.clone();
            match self.at(&pulls, shock, rule, &next, &mut near, precise) {
                Some(after) if after.residual <= 1.5 * best.residual.max(precise) => here = after,
                _ => {
                    near = kept;
                    pace *= 0.5;
                    here = best.clone();
                    if pace < 1e-6 {
                        break;
                    }
                    continue;
                }
            }
            since += 1;
            // What is found at a lower precision does not count.
            let target = (1e-3 * here.residual).clamp(4e-16, 1e-4);
            if target < 0.5 * precise {
                precise = target;
                best = self.at(&pulls, shock, rule, &here.wage, &mut near, precise)?;
                here = best.clone();
                since = 0;
            } else if here.residual < best.residual {
                if here.residual < 0.99 * best.residual {
                    since = 0;
                }
                best = here.clone();
            }
            // Trade may balance by luck where prices and spending still move.
            if precise <= 1e-15 && (best.residual < 3e-15 || (since > 200 && best.residual < 1e-12)) {
                break;
            }
        }
        (best.residual < 1e-11).then_some((best, near))
    }

    /// The economy after a change: at once, or where that fails in steps from no change.
    pub(crate) fn solve(&self, shock: &Shock, rule: Rule) -> Option<Economy> {
        let still = vec![1.0; self.n];
        if let Some((economy, _)) = self.iterate(shock, rule, &still, self.near(), 1_500) {
            return Some(economy);
        }
        let (mut wage, mut near) = (still, self.near());
        let mut last = None;
        let steps = 12;
        for step in 1..=steps {
            let share = f64::from(step) / f64::from(steps);
            let part = Shock {
                b: shock.b.iter().map(|b| share * b).collect(),
                tariffs: self.tariffs.iter().zip(&shock.tariffs).map(|(old, new)| old + share * (new - old)).collect(),
            };
            let (economy, at) = self.iterate(&part, rule, &wage, near, 800)?;
            wage.clone_from(&economy.wage);
            near = at;
            last = Some(economy);
        }
        last
    }

    /// Real income against another state's.
    pub(crate) fn welfare(before: &Economy, after: &Economy, r: usize) -> f64 {
        after.income[r] / before.income[r] * before.index[r] / after.index[r]
    }

    /// Terms and volume of trade of region `n` with region `i` in sector `j` (Caliendo and Parro
    /// 2015, section 2.3): what its exports to `i` gain, what its imports from `i` cost, and tariffs on
    /// more imports.
    pub(crate) fn part(&self, before: &Economy, after: &Economy, n: usize, i: usize, j: usize) -> (f64, f64) {
        let cell = |to: usize, from: usize| (j * self.n + to) * self.n + from;
        let c = |r: usize| after.cost[j * self.n + r] / before.cost[j * self.n + r];
        let sold = before.flows[cell(i, n)] * (c(n) - 1.0);
        let bought = before.flows[cell(n, i)] * (c(i) - 1.0);
        let more = after.flows[cell(n, i)] - before.flows[cell(n, i)] * c(i);
        ((sold - bought) / before.income[n], self.tariffs[cell(n, i)] * more / before.income[n])
    }
}
