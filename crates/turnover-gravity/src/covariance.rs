//! Covariances, chosen after the fit: iid, heteroskedastic, clustered one and many ways, with the
//! small-sample factors of fixest, of Stata, or none.

use faer::{Mat, Side};
use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor, Normal, StudentsT};

use crate::absorb::contained;
use crate::basis::congruence;
use crate::error::FitError;
use crate::fit::Fit;
use crate::result::Kind;
use crate::sums::solve_symmetric;
use crate::vcov::{Cluster, Covariance, SmallSample};

/// One line of a results table.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficient {
    /// Name.
    pub name: String,
    /// Estimate.
    pub estimate: f64,
    /// Standard error.
    pub std_error: f64,
    /// Estimate over standard error.
    pub statistic: f64,
    /// Two-sided.
    pub p_value: f64,
    /// Lower end of the 95 % confidence interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A Wald test that coefficients are all zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wald {
    /// Chi-squared statistic, or F where `denominator` is finite.
    pub statistic: f64,
    /// Number of coefficients.
    pub numerator: usize,
    /// Degrees of freedom of the denominator.
    pub denominator: Option<f64>,
    /// Probability of a larger statistic if all are zero.
    pub p_value: f64,
}

impl Fit {
    /// The covariance matrix of the coefficients, row-major.
    pub fn covariance(&self, which: &Covariance, ssc: SmallSample) -> Result<Vec<f64>, FitError> {
        Ok(self.in_units(self.covariance_and_degrees(which, ssc)?.0))
    }

    /// The results table with 95 % intervals.
    pub fn table(&self, which: &Covariance, ssc: SmallSample) -> Result<Vec<Coefficient>, FitError> {
        Ok(self.estimates(which, ssc)?.0)
    }

    /// The results table and the covariance that it rests on, row-major.
    pub fn estimates(&self, which: &Covariance, ssc: SmallSample) -> Result<(Vec<Coefficient>, Vec<f64>), FitError> {
        let (v, degrees) = self.covariance_and_degrees(which, ssc)?;
        Ok((self.lines(&self.coefficients, &v, degrees), self.in_units(v)))
    }

    /// A covariance of scaled coefficients in the units of the regressors and the outcome.
    pub(crate) fn in_units(&self, mut v: Vec<f64>) -> Vec<f64> {
        let k = self.coefficients.len();
        for i in 0..k {
            for j in 0..k {
                v[i * k + j] *= self.units[i];
                v[i * k + j] *= self.units[j];
            }
        }
        v
    }

    /// The way back of [`Fit::in_units`].
    pub(crate) fn out_of_units(&self, mut v: Vec<f64>) -> Vec<f64> {
        let k = self.coefficients.len();
        (0..k * k).for_each(|at| v[at] = v[at] / self.units[at / k] / self.units[at % k]);
        v
    }

    /// The lines of a results table from the covariance of scaled coefficients, whose squares stay in the
    /// range of numbers; normal distribution without degrees of freedom.
    pub(crate) fn lines(&self, estimates: &[f64], v: &[f64], degrees: Option<f64>) -> Vec<Coefficient> {
        let k = estimates.len();
        let student = degrees.and_then(|d| StudentsT::new(0.0, 1.0, d).ok());
        let quantile = student.map_or_else(|| Normal::standard().inverse_cdf(0.975), |t| t.inverse_cdf(0.975));
        (0..k)
            .map(|i| {
                let estimate = estimates[i];
                let std_error = v[i * k + i].sqrt() * self.units[i];
                let statistic = estimate / std_error;
                let tail = match (statistic.is_nan(), student) {
                    (true, _) => f64::NAN,
                    (_, Some(t)) => tail(&t, statistic.abs()),
                    (_, None) => tail(&Normal::standard(), statistic.abs()),
                };
                Coefficient {
                    name: self.names[i].clone(),
                    estimate,
                    std_error,
                    statistic,
                    p_value: 2.0 * tail,
                    low: estimate - quantile * std_error,
                    high: estimate + quantile * std_error,
                }
            })
            .collect()
    }

    /// Tests that the named coefficients are all zero.
    pub fn wald(&self, names: &[&str], which: &Covariance, ssc: SmallSample) -> Result<Wald, FitError> {
        let (v, degrees) = self.covariance_and_degrees(which, ssc)?;
        let k = self.coefficients.len();
        let mut at = Vec::with_capacity(names.len());
        for name in names {
            let found = self.names.iter().position(|n| n == name);
            at.push(found.ok_or_else(|| FitError::NoCoefficient((*name).to_owned()))?);
        }
        let q = at.len();
        let sub: Vec<f64> = at.iter().flat_map(|i| at.iter().map(|j| v[i * k + j]).collect::<Vec<_>>()).collect();
        let b: Vec<f64> = at.iter().map(|i| self.coefficients[*i] / self.units[*i]).collect();
        let x = solve_symmetric(&sub, &b, q);
        let chi: f64 = b.iter().zip(&x).map(|(b, x)| b * x).sum();
        let (statistic, p_value) = match degrees {
            Some(d) => {
                let f = chi / q as f64;
                (f, FisherSnedecor::new(q as f64, d).map_or(f64::NAN, |dist| tail(&dist, f)))
            }
            None => (chi, ChiSquared::new(q as f64).map_or(f64::NAN, |dist| tail(&dist, chi))),
        };
        Ok(Wald { statistic, numerator: q, denominator: degrees, p_value })
    }

    /// The covariance of scaled coefficients, and the degrees of freedom of t; `None` for the normal
    /// distribution.
    fn covariance_and_degrees(
        &self,
        which: &Covariance,
        ssc: SmallSample,
    ) -> Result<(Vec<f64>, Option<f64>), FitError> {
        let n = self.nobs as f64;
        let k = self.coefficients.len();
        // Residuals that are rounding say nothing about errors.
        let undefined = self.perfect && !(self.kind == Kind::Poisson && matches!(which, Covariance::Iid));
        let identity: Vec<f64> = (0..k * k).map(|at| if at / k == at % k { 1.0 } else { 0.0 }).collect();
        let (v, degrees) = match which {
            Covariance::Iid => {
                let k = self.parameters(&[], ssc);
                let factor = match (self.kind, ssc) {
                    (Kind::LeastSquares, SmallSample::None) => self.squares / (n - 1.0),
                    (Kind::LeastSquares, _) => self.squares / self.degrees(k)?,
                    (Kind::Poisson, SmallSample::Fixest) => (n - 1.0) / self.degrees(k)? / self.score_unit,
                    (Kind::Poisson, _) => 1.0 / self.score_unit,
                };
                let v = self.carried(&identity).into_iter().map(|b| b * factor).collect();
                (v, self.t_degrees(ssc, k))
            }
            Covariance::Heteroskedastic => {
                let k = self.parameters(&[], ssc);
                let factor = match (ssc, self.kind) {
                    (SmallSample::Fixest, _) => n / self.degrees(k)?,
                    (SmallSample::Stata, Kind::LeastSquares) => n / self.degrees(k)?,
                    (SmallSample::Stata, Kind::Poisson) => n / (n - 1.0),
                    (SmallSample::None, _) => 1.0,
                };
                let mut v = self.carried(&self.meat(None));
                v.iter_mut().for_each(|x| *x *= factor);
                (v, self.t_degrees(ssc, k))
            }
            Covariance::Clustered(clusters) => self.clustered(clusters, ssc)?,
        };
        Ok((if undefined { vec![f64::NAN; k * k] } else { v }, degrees))
    }

    fn degrees(&self, parameters: usize) -> Result<f64, FitError> {
        if self.nobs > parameters {
            Ok((self.nobs - parameters) as f64)
        } else {
            Err(FitError::NoDegrees { parameters, rows: self.nobs })
        }
    }

    fn t_degrees(&self, ssc: SmallSample, parameters: usize) -> Option<f64> {
        let exact = self.kind == Kind::LeastSquares && ssc != SmallSample::None;
        exact.then(|| self.nobs.saturating_sub(parameters).max(1) as f64)
    }

    fn clustered(&self, clusters: &[Cluster], ssc: SmallSample) -> Result<(Vec<f64>, Option<f64>), FitError> {
        let rows = self.used.len();
        let mut sizes = Vec::with_capacity(clusters.len());
        let mut codes: Vec<Vec<u32>> = Vec::with_capacity(clusters.len());
        for c in clusters {
            if c.codes.len() != rows {
                return Err(FitError::Length {
                    what: format!("the cluster variable `{}`", c.name),
                    found: c.codes.len(),
                    expected: rows,
                });
            }
            let (dense, count) = self.dense(&c.codes);
            if count < 2 {
                return Err(FitError::Clusters { name: c.name.clone(), found: count });
            }
            sizes.push(count);
            codes.push(dense);
        }
        if clusters.is_empty() {
            return Err(FitError::Clusters { name: "none".to_owned(), found: 0 });
        }
        let smallest = sizes.iter().copied().min().unwrap_or(2) as f64;
        let k = self.coefficients.len();
        let mut meat = vec![0.0; k * k];
        // Inclusion and exclusion over all intersections of the cluster variables.
        for subset in 1u32..(1 << clusters.len()) {
            let members: Vec<usize> = (0..clusters.len()).filter(|c| subset & (1 << c) != 0).collect();
            let joint = members[1..].iter().fold(codes[members[0]].clone(), |a, c| self.intersect(&a, &codes[*c]));
            let sign = if members.len() % 2 == 1 { 1.0 } else { -1.0 };
            let part = self.meat(Some(&joint));
            meat.iter_mut().zip(part).for_each(|(m, p)| *m += sign * p);
        }
        let mut v = self.carried(&meat);
        let n = self.nobs as f64;
        let factor = match ssc {
            SmallSample::None => 1.0,
            SmallSample::Stata if self.kind == Kind::Poisson => smallest / (smallest - 1.0),
            SmallSample::Stata | SmallSample::Fixest => {
                let parameters = self.parameters(&codes, ssc);
                (n - 1.0) / self.degrees(parameters)? * smallest / (smallest - 1.0)
            }
        };
        v.iter_mut().for_each(|x| *x *= factor);
        if clusters.len() > 1 && k > 0 {
            positive(&mut v, k);
        }
        let degrees = (self.kind == Kind::LeastSquares && ssc != SmallSample::None).then_some(smallest - 1.0);
        Ok((v, degrees))
    }

    /// Codes of the used rows from 0 without gaps, and how many there are.
    pub(crate) fn dense(&self, codes: &[u32]) -> (Vec<u32>, usize) {
        let largest = codes.iter().copied().max().unwrap_or(0) as usize;
        let mut map = vec![u32::MAX; largest + 1];
        let mut count = 0;
        let mut out = vec![0; codes.len()];
        for (row, code) in codes.iter().enumerate() {
            if !self.used[row] {
                continue;
            }
            let slot = &mut map[*code as usize];
            if *slot == u32::MAX {
                *slot = count;
                count += 1;
            }
            out[row] = *slot;
        }
        (out, count as usize)
    }

    fn intersect(&self, a: &[u32], b: &[u32]) -> Vec<u32> {
        let mut map = std::collections::HashMap::new();
        let mut out = vec![0; a.len()];
        for row in 0..a.len() {
            if self.used[row] {
                let next = map.len() as u32;
                out[row] = *map.entry((a[row], b[row])).or_insert(next);
            }
        }
        out
    }

    /// Sum over clusters of the outer product of summed scores of the basis; rows are clusters of their
    /// own without codes.
    fn meat(&self, codes: Option<&[u32]>) -> Vec<f64> {
        let k = self.coefficients.len();
        if k == 0 {
            return Vec::new();
        }
        let rows = self.used.len();
        let groups = codes.map_or(rows, |c| c.iter().copied().max().unwrap_or(0) as usize + 1);
        let mut sums = vec![0.0; groups * k];
        for row in 0..rows {
            let g = codes.map_or(row, |c| c[row] as usize);
            for i in 0..k {
                sums[g * k + i] += self.basis[i][row] * self.residual_y[row];
            }
        }
        let mut out = vec![0.0; k * k];
        for s in sums.chunks_exact(k) {
            for i in 0..k {
                for j in 0..k {
                    out[i * k + j] += s[i] * s[j];
                }
            }
        }
        out
    }

    /// A covariance of the basis, carried to the coefficients: `T V T'`. In the basis the inverse of the
    /// Hessian is the identity, so that no explicit inverse stands on either side of a sandwich.
    pub(crate) fn carried(&self, v: &[f64]) -> Vec<f64> {
        congruence(&self.transform, v, self.coefficients.len())
    }

    /// Coefficients plus effects. Families that lie within another one count nothing. fixest takes one
    /// level of each further family as redundant, and leaves out families nested in a cluster variable;
    /// Stata's reghdfe takes as many as the graph of two families has components, and of several pairs
    /// the most.
    pub(crate) fn parameters(&self, clusters: &[Vec<u32>], ssc: SmallSample) -> usize {
        let k = self.coefficients.len();
        let Some(effects) = &self.effects else { return k };
        let lies_within = contained(effects.families(), |row| self.used[row]);
        let own: Vec<(Vec<u32>, usize)> = effects
            .families()
            .iter()
            .zip(lies_within)
            .filter(|(_, within)| !within)
            .map(|(f, _)| self.dense(&f.codes))
            .collect();
        let nested: Vec<bool> =
            own.iter().map(|(codes, count)| clusters.iter().any(|c| self.is_nested(codes, *count, c))).collect();
        let counted: Vec<usize> = (0..own.len()).filter(|f| !nested[*f]).collect();
        if counted.is_empty() {
            return k + 1;
        }
        let redundant = |at: usize| match (at, ssc) {
            (0, _) => 0,
            (_, SmallSample::Stata) => {
                counted[..at].iter().map(|g| self.components(&own[counted[at]], &own[*g])).max().unwrap_or(0)
            }
            _ => 1,
        };
        k + (0..counted.len()).map(|at| own[counted[at]].1.saturating_sub(redundant(at))).sum::<usize>()
    }

    /// Whether the count of parameters with Stata's rule is the rank of the model: with at most two
    /// families that do not lie within each other.
    pub(crate) fn counts_exactly(&self) -> bool {
        let within = self.effects.as_ref().map(|e| contained(e.families(), |row| self.used[row]));
        within.is_none_or(|w| w.iter().filter(|w| !**w).count() <= 2)
    }

    /// Components of the graph of two families, which used rows connect.
    fn components(&self, a: &(Vec<u32>, usize), b: &(Vec<u32>, usize)) -> usize {
        let mut parent: Vec<usize> = (0..a.1 + b.1).collect();
        let mut count = parent.len();
        for row in (0..self.used.len()).filter(|r| self.used[*r]) {
            let (mut x, mut y) = (a.0[row] as usize, a.1 + b.0[row] as usize);
            for end in [&mut x, &mut y] {
                while parent[*end] != *end {
                    parent[*end] = parent[parent[*end]];
                    *end = parent[*end];
                }
            }
            if x != y {
                parent[x] = y;
                count -= 1;
            }
        }
        count
    }

    fn is_nested(&self, levels: &[u32], count: usize, cluster: &[u32]) -> bool {
        let mut home = vec![u32::MAX; count];
        (0..levels.len()).filter(|r| self.used[*r]).all(|r| {
            let slot = &mut home[levels[r] as usize];
            if *slot == u32::MAX {
                *slot = cluster[r];
            }
            *slot == cluster[r]
        })
    }
}

/// The probability of a larger value; NaN for a value that is none, at which the distributions panic.
fn tail(distribution: &impl ContinuousCDF<f64, f64>, value: f64) -> f64 {
    match value {
        v if v.is_nan() => f64::NAN,
        v if v == f64::INFINITY => 0.0,
        v => distribution.sf(v),
    }
}

/// An eigenvalue of a matrix with unit diagonal that is further below 0 is not rounding.
const NEGATIVE: f64 = -1e-10;

/// Sets negative eigenvalues of a symmetric matrix to zero, as Cameron, Gelbach and Miller (2011)
/// advise for several cluster variables, in units in which the diagonal is 1: the unit of a regressor
/// does not matter. A variance that is not positive is no variance: NaN.
fn positive(v: &mut [f64], k: usize) {
    let size: Vec<f64> = (0..k).map(|i| v[i * k + i].abs().sqrt()).collect();
    let scale = |i: usize| if size[i] > 0.0 { 1.0 / size[i] } else { 0.0 };
    let unknown: Vec<usize> = (0..k).filter(|i| !(v[i * k + i] > 0.0)).collect();
    let matrix = Mat::from_fn(k, k, |i, j| 0.5 * (v[i * k + j] + v[j * k + i]) * scale(i) * scale(j));
    if let Ok(eigen) = matrix.self_adjoint_eigen(Side::Lower) {
        let values = eigen.S().column_vector();
        if (0..k).any(|i| values[i] < NEGATIVE) {
            let vectors = eigen.U();
            for i in 0..k {
                for j in 0..k {
                    let sum: f64 = (0..k).map(|m| vectors[(i, m)] * values[m].max(0.0) * vectors[(j, m)]).sum();
                    v[i * k + j] = sum * size[i] * size[j];
                }
            }
        }
    }
    for i in unknown {
        v[i * k + i] = f64::NAN;
    }
}
