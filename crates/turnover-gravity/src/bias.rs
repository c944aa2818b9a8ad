//! Bias corrections for gravity panels (Weidner and Zylkin 2021, Bias and consistency in three-way
//! gravity models, Journal of International Economics 132).
//!
//! With exporter-time, importer-time and pair effects and few periods, PPML is consistent but its
//! confidence intervals are centred beside the truth by as much as they are wide, and errors
//! clustered by pair come out too small. Both are of order 1/N in the number of countries N and
//! have closed forms. Write, for a pair with means `l_t`, shares `s_t = l_t / sum l`, scores
//! `S_t = y_t - l_t` and regressors net of all effects `x_t`:
//!
//! ```text
//! H  = diag(l) - l s'                          Hessian of the pair, its own effect profiled out
//! Gx = -(diag(l x) - s (l x)' - (l x) s')      its derivative along x
//! b_i = -tr(H_i^+ sum_j (H x) S') + 1/2 tr(Gx_i H_i^+ (sum_j S S') H_i^+)      H_i = sum_j H
//! bias = (X'WX)^-1 (N_i/(N_i - 1) sum_i b_i + N_j/(N_j - 1) sum_j b_j)
//! V    = (X'WX)^-1 (sum_ij x' (I - H (x V_x x' + d V_d d'))^-1 S S' x) (X'WX)^-1 P/(P - 1)
//! ```
//!
//! `d V_d d'` is what the effects of exporter-time and importer-time add to a pair's leverage, `P`
//! the number of pairs. Without pair effects `H = diag(l)`, coefficients have no such bias, and the
//! errors are corrected in the same way. The factors N/(N - 1) and P/(P - 1) are those of the
//! authors' own implementation.

use faer::linalg::matmul::matmul;
use faer::linalg::solvers::{DenseSolveCore, Llt, Solve};
use faer::{Accum, Mat, MatMut, MatRef, Par, Side};
use rayon::prelude::*;

use crate::basis::triangular_apply;
use crate::covariance::Coefficient;
use crate::error::FitError;
use crate::fit::Fit;
use crate::model::Model;
use crate::result::Kind;

/// Effects of the smaller side at most: the dense systems have that many rows.
const MOST_EFFECTS: usize = 9_000;
/// Numbers that the dense systems may have in all: 6 GB.
const MOST_CELLS: usize = 750_000_000;
/// Below this share of the largest, an eigenvalue or pivot is rounding.
const NOTHING: f64 = 1e-11;

/// Who trades with whom and when, by row.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Exporter of each row.
    pub exporter: Vec<u32>,
    /// Importer of each row.
    pub importer: Vec<u32>,
    /// Period of each row.
    pub time: Vec<u32>,
    /// Whether the model has pair effects beside exporter-time and importer-time.
    pub pair_effects: bool,
}

/// What is to be subtracted from the coefficients, and their corrected covariance.
#[derive(Debug, Clone, PartialEq)]
pub struct Debiased {
    /// Bias of each coefficient; zeros without pair effects.
    pub bias: Vec<f64>,
    /// Covariance of the coefficients, clustered by pair, corrected, row-major.
    pub covariance: Vec<f64>,
}

/// One pair's rows in the order of periods.
struct Pair {
    exporter: usize,
    importer: usize,
    /// Period, and row of the panel below.
    times: Vec<(usize, usize)>,
}

/// The rows that take part, by pair.
struct Rows<'a> {
    fit: &'a Fit,
    /// Weighted mean of each row of the caller.
    mean: Vec<f64>,
    pairs: Vec<Pair>,
    /// Numbers of exporters, importers, periods.
    sizes: [usize; 3],
    pair_effects: bool,
}

impl Fit {
    /// The bias of the coefficients and the corrected covariance, for a model with effects of
    /// exporter-time and importer-time, and of the pair where the panel says so. Needs memory for
    /// three square matrices of (smaller of exporters and importers) times periods.
    pub fn debias(&self, model: &Model, panel: &Panel) -> Result<Debiased, FitError> {
        if self.kind != Kind::Poisson {
            return Err(FitError::Panel("it is for PPML, and this is least squares".to_owned()));
        }
        let rows = Rows::new(self, model, panel)?;
        let bias = if rows.pair_effects { rows.bias() } else { vec![0.0; self.coefficients.len()] };
        Ok(Debiased { bias, covariance: rows.covariance()? })
    }

    /// The results table with the bias taken out, corrected errors and the normal distribution.
    pub fn debiased_table(&self, debiased: &Debiased) -> Vec<Coefficient> {
        let estimates: Vec<f64> = self.coefficients.iter().zip(&debiased.bias).map(|(b, bias)| b - bias).collect();
        self.lines(&estimates, &self.out_of_units(debiased.covariance.clone()), None)
    }
}

impl<'a> Rows<'a> {
    fn new(fit: &'a Fit, model: &Model, panel: &Panel) -> Result<Self, FitError> {
        let n = fit.used.len();
        for (what, codes) in
            [("the exporter", &panel.exporter), ("the importer", &panel.importer), ("the period", &panel.time)]
        {
            if codes.len() != n {
                return Err(FitError::Length { what: what.to_owned(), found: codes.len(), expected: n });
            }
        }
        let weight = |r: usize| model.weights.as_ref().map_or(1.0, |w| w[r]);
        // In the units of the scores.
        let unit = fit.score_unit;
        let mean: Vec<f64> = (0..n).map(|r| if fit.used[r] { weight(r) * fit.fitted[r] / unit } else { 0.0 }).collect();
        let (exporter, exporters) = fit.dense(&panel.exporter);
        let (importer, importers) = fit.dense(&panel.importer);
        let (time, times) = fit.dense(&panel.time);
        let mut order: Vec<usize> = (0..n).filter(|r| fit.used[*r] && mean[*r] > 0.0).collect();
        order.sort_by_key(|r| (exporter[*r], importer[*r], time[*r]));
        let mut pairs: Vec<Pair> = Vec::new();
        for r in order {
            let (i, j, t) = (exporter[r] as usize, importer[r] as usize, time[r] as usize);
            match pairs.last_mut() {
                Some(p) if (p.exporter, p.importer) == (i, j) => {
                    if let Some((_, first)) = p.times.last().filter(|(last, _)| *last == t) {
                        return Err(FitError::SameFlow { first: *first, second: r });
                    }
                    p.times.push((t, r));
                }
                _ => pairs.push(Pair { exporter: i, importer: j, times: vec![(t, r)] }),
            }
        }
        let periods = times.max(1);
        let cells = (exporters + importers) * periods * periods
            + exporters.min(importers) * periods * (exporters + 2 * importers.max(exporters)) * periods;
        if cells > MOST_CELLS {
            return Err(FitError::Panel(format!(
                "{exporters} exporters, {importers} importers and {times} periods need {:.0} GB of memory",
                cells as f64 * 8e-9
            )));
        }
        if exporters < 2 || importers < 2 {
            return Err(FitError::Panel(format!(
                "it needs two exporters and importers; there are {exporters} and {importers}"
            )));
        }
        Ok(Rows { fit, mean, pairs, sizes: [exporters, importers, times], pair_effects: panel.pair_effects })
    }

    /// `H` of a pair over its own periods.
    fn hessian(&self, pair: &Pair) -> Mat<f64> {
        let mean: Vec<f64> = pair.times.iter().map(|(_, r)| self.mean[*r]).collect();
        let total: f64 = mean.iter().sum();
        Mat::from_fn(mean.len(), mean.len(), |s, t| {
            let own = if s == t { mean[s] } else { 0.0 };
            if self.pair_effects { own - mean[s] * mean[t] / total } else { own }
        })
    }

    /// `H` summed over the pairs of each exporter (`side` 0) or importer (`side` 1).
    fn hessians(&self, side: usize) -> Vec<Mat<f64>> {
        let periods = self.sizes[2];
        let mut out = vec![Mat::zeros(periods, periods); self.sizes[side]];
        for pair in &self.pairs {
            let h = self.hessian(pair);
            let sum = &mut out[[pair.exporter, pair.importer][side]];
            for (a, (s, _)) in pair.times.iter().enumerate() {
                for (b, (t, _)) in pair.times.iter().enumerate() {
                    sum[(*s, *t)] += h[(a, b)];
                }
            }
        }
        out
    }

    fn bias(&self) -> Vec<f64> {
        // Of the basis, whose Hessian is the identity, and then of the coefficients.
        let mut total = vec![0.0; self.fit.coefficients.len()];
        for side in 0..2 {
            let units = self.sizes[side] as f64;
            let inverses: Vec<Mat<f64>> = self.hessians(side).par_iter().map(pseudo_inverse).collect();
            let mut members: Vec<Vec<&Pair>> = vec![Vec::new(); self.sizes[side]];
            for pair in &self.pairs {
                members[[pair.exporter, pair.importer][side]].push(pair);
            }
            let parts: Vec<Vec<f64>> =
                members.par_iter().zip(&inverses).map(|(pairs, inverse)| self.bias_of(pairs, inverse)).collect();
            for part in parts {
                total.iter_mut().zip(part).for_each(|(t, p)| *t += units / (units - 1.0) * p);
            }
        }
        let scaled = triangular_apply(&self.fit.transform, &total);
        scaled.iter().zip(&self.fit.units).map(|(b, unit)| b * unit).collect()
    }

    /// `b_i` of one exporter or importer, by regressor.
    fn bias_of(&self, pairs: &[&Pair], inverse: &Mat<f64>) -> Vec<f64> {
        let periods = self.sizes[2];
        let mut scores = Mat::<f64>::zeros(periods, periods);
        for pair in pairs {
            for (s, r) in &pair.times {
                for (t, q) in &pair.times {
                    scores[(*s, *t)] += self.fit.residual_y[*r] * self.fit.residual_y[*q];
                }
            }
        }
        let middle = inverse * &scores * inverse;
        (0..self.fit.coefficients.len())
            .map(|k| {
                let x = &self.fit.basis[k];
                let (mut first, mut second) = (0.0, 0.0);
                for pair in pairs {
                    let total: f64 = pair.times.iter().map(|(_, r)| self.mean[*r]).sum();
                    for (s, r) in &pair.times {
                        // H x, which is l x since the pair's weighted mean of x is 0.
                        let hx = self.mean[*r] * x[*r];
                        second -= hx * middle[(*s, *s)];
                        for (t, q) in &pair.times {
                            first += self.fit.residual_y[*q] * inverse[(*t, *s)] * hx;
                            let share = self.mean[*q] / total;
                            second += share * hx * (middle[(*s, *t)] + middle[(*t, *s)]);
                        }
                    }
                }
                0.5 * second - first
            })
            .collect()
    }

    /// The corrected covariance.
    fn covariance(&self) -> Result<Vec<f64>, FitError> {
        let k = self.fit.coefficients.len();
        let leverage = Leverage::new(self)?;
        let parts: Vec<Vec<f64>> = self.pairs.par_iter().map(|pair| self.meat_of(pair, &leverage)).collect();
        let mut meat = vec![0.0; k * k];
        for part in parts {
            meat.iter_mut().zip(part).for_each(|(m, p)| *m += p);
        }
        let pairs = self.pairs.len() as f64;
        let v = self.fit.carried(&meat);
        let symmetric = |i: usize, j: usize| 0.5 * (v[i * k + j] + v[j * k + i]) * pairs / (pairs - 1.0);
        Ok(self.fit.in_units((0..k * k).map(|at| symmetric(at / k, at % k)).collect()))
    }

    /// `x' (I - H L)^-1 S S' x` of one pair.
    fn meat_of(&self, pair: &Pair, leverage: &Leverage) -> Vec<f64> {
        let k = self.fit.coefficients.len();
        let m = pair.times.len();
        let x = Mat::from_fn(m, k, |t, k| self.fit.basis[k][pair.times[t].1]);
        let own = &x * x.transpose() + leverage.of(pair);
        let matrix = Mat::<f64>::identity(m, m) - self.hessian(pair) * own;
        let score = Mat::from_fn(m, 1, |t, _| self.fit.residual_y[pair.times[t].1]);
        let corrected = matrix.partial_piv_lu().solve(&score);
        let (u, v) = (x.transpose() * corrected, x.transpose() * score);
        (0..k * k).map(|at| u[(at / k, 0)] * v[(at % k, 0)]).collect()
    }
}

/// `d V_d d'` for any pair: a generalised inverse of the Hessian of exporter-time and
/// importer-time effects, by blocks. The side with more units (`far`) is eliminated block by block;
/// the other (`near`) is dense.
struct Leverage {
    periods: usize,
    /// 0 where exporters are the far side.
    far: usize,
    /// `H_a^+` of the far side.
    far_inverse: Vec<Mat<f64>>,
    /// `H_a^+ H_ab`, far times periods by near times periods.
    link: Mat<f64>,
    /// The dense inverse of the near side.
    near: Mat<f64>,
    /// `link * near`.
    cross: Mat<f64>,
}

impl Leverage {
    fn new(rows: &Rows) -> Result<Self, FitError> {
        let periods = rows.sizes[2];
        let far = usize::from(rows.sizes[1] > rows.sizes[0]);
        let (many, few) = (rows.sizes[far], rows.sizes[1 - far]);
        if few * periods > MOST_EFFECTS {
            return Err(FitError::Panel(format!(
                "the corrected errors need a dense system of {} effects; the most is {MOST_EFFECTS}",
                few * periods
            )));
        }
        let far_inverse: Vec<Mat<f64>> = rows.hessians(far).par_iter().map(pseudo_inverse).collect();
        let mut direct = Mat::<f64>::zeros(many * periods, few * periods);
        let mut link = Mat::<f64>::zeros(many * periods, few * periods);
        for pair in &rows.pairs {
            let (a, b) = ends(pair, far);
            let h = rows.hessian(pair);
            let block = &far_inverse[a];
            for (q, (t, _)) in pair.times.iter().enumerate() {
                for (p, (s, _)) in pair.times.iter().enumerate() {
                    direct[(a * periods + s, b * periods + t)] = h[(p, q)];
                }
                for s in 0..periods {
                    link[(a * periods + s, b * periods + t)] =
                        pair.times.iter().enumerate().map(|(p, (u, _))| block[(s, *u)] * h[(p, q)]).sum();
                }
            }
        }
        let mut schur = Mat::<f64>::zeros(few * periods, few * periods);
        for (b, h) in rows.hessians(1 - far).iter().enumerate() {
            for s in 0..periods {
                for t in 0..periods {
                    schur[(b * periods + s, b * periods + t)] = h[(s, t)];
                }
            }
        }
        add_product(schur.as_mut(), direct.transpose(), link.as_ref(), -1.0);
        let near = generalised_inverse(schur, few, periods, rows.pair_effects);
        let mut cross = direct;
        cross.fill(0.0);
        add_product(cross.as_mut(), link.as_ref(), near.as_ref(), 1.0);
        Ok(Leverage { periods, far, far_inverse, link, near, cross })
    }

    /// The block of a pair, over its own periods.
    fn of(&self, pair: &Pair) -> Mat<f64> {
        let (a, b) = ends(pair, self.far);
        let (a, b) = (a, b * self.periods);
        let from = a * self.periods;
        // V_aa = H_a^+ + (H_a^+ C) S^- (H_a^+ C)'.
        let through = self.cross.subrows(from, self.periods) * self.link.subrows(from, self.periods).transpose();
        let m = pair.times.len();
        Mat::from_fn(m, m, |p, q| {
            let (s, t) = (pair.times[p].0, pair.times[q].0);
            self.far_inverse[a][(s, t)] + through[(s, t)] + self.near[(b + s, b + t)]
                - self.cross[(from + s, b + t)]
                - self.cross[(from + t, b + s)]
        })
    }
}

/// The pair's unit on the far side and on the near one.
fn ends(pair: &Pair, far: usize) -> (usize, usize) {
    let both = [pair.exporter, pair.importer];
    (both[far], both[1 - far])
}

/// `out += alpha a b`, columns in parallel; a column's sum does not depend on the threads.
fn add_product(out: MatMut<f64>, a: MatRef<f64>, b: MatRef<f64>, alpha: f64) {
    const COLUMNS: usize = 128;
    let columns = out.ncols();
    if columns <= COLUMNS {
        matmul(out, Accum::Add, a, b, alpha, Par::Seq);
        return;
    }
    let half = columns.div_ceil(2 * COLUMNS) * COLUMNS;
    let (left, right) = out.split_at_col_mut(half);
    rayon::join(
        || add_product(left, a, b.subcols(0, half), alpha),
        || add_product(right, a, b.subcols(half, columns - half), alpha),
    );
}

/// The Moore-Penrose inverse of a symmetric positive semi-definite matrix.
fn pseudo_inverse(matrix: &Mat<f64>) -> Mat<f64> {
    let n = matrix.nrows();
    let Ok(eigen) = matrix.self_adjoint_eigen(Side::Lower) else { return Mat::full(n, n, f64::NAN) };
    let values = eigen.S().column_vector();
    let largest = (0..n).map(|i| values[i]).fold(0.0, f64::max);
    let vectors = eigen.U();
    let scaled =
        Mat::from_fn(n, n, |i, m| if values[m] > NOTHING * largest { vectors[(i, m)] / values[m] } else { 0.0 });
    scaled * vectors.transpose()
}

/// A generalised inverse of the near side's Schur complement. Its null vectors are known where the
/// panel is connected: a shift of all units in one period, and with pair effects a shift of one
/// unit in all periods. They are filled in; where others remain, eigenvalues tell.
fn generalised_inverse(mut s: Mat<f64>, units: usize, periods: usize, pair_effects: bool) -> Mat<f64> {
    let n = s.nrows();
    let scale: Vec<f64> = (0..n).map(|i| if s[(i, i)] > 0.0 { 1.0 / s[(i, i)].sqrt() } else { 0.0 }).collect();
    for j in 0..n {
        for i in 0..n {
            s[(i, j)] *= scale[i] * scale[j];
        }
    }
    let mut filled = s.clone();
    let mut fill = |members: &[usize]| {
        // Null vectors of the scaled matrix have entries 1 / scale.
        let length: f64 = members.iter().filter(|i| scale[**i] > 0.0).map(|i| scale[*i].powi(-2)).sum();
        for i in members.iter().filter(|i| scale[**i] > 0.0) {
            for j in members.iter().filter(|j| scale[**j] > 0.0) {
                filled[(*i, *j)] += 1.0 / (scale[*i] * scale[*j] * length);
            }
        }
    };
    for t in 0..periods {
        fill(&(0..units).map(|b| b * periods + t).collect::<Vec<_>>());
    }
    if pair_effects {
        for b in 0..units {
            fill(&(b * periods..(b + 1) * periods).collect::<Vec<_>>());
        }
    }
    for i in 0..n {
        if scale[i] == 0.0 {
            filled[(i, i)] = 1.0;
        }
    }
    let sound = |l: &Llt<f64>| (0..n).all(|i| l.L()[(i, i)].powi(2) > NOTHING);
    let mut out = match filled.llt(Side::Lower) {
        Ok(l) if sound(&l) => l.inverse(),
        _ => pseudo_inverse(&s),
    };
    for j in 0..n {
        for i in 0..n {
            out[(i, j)] *= scale[i] * scale[j];
        }
    }
    out
}
