//! Covariances from the influence of each row, in the scaled units of the reference.

use std::collections::HashMap;

use turnover_gravity::SmallSample;

use super::degrees::parameters;
use super::design::Design;
use super::reference::Reference;

/// A covariance that is to come out, row-major, or that none can.
pub(crate) enum Expected {
    Matrix {
        values: Vec<f64>,
        /// Degrees of freedom of t or F.
        degrees: Option<f64>,
        /// Whether variances are undefined: negative, or of a perfect fit.
        undefined: Vec<bool>,
    },
    Refusal,
    /// The answer depends on rounding.
    Unclear,
}

/// What the clusters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    Iid,
    Heteroskedastic,
    Clustered,
}

/// A norm of what a perfect fit leaves, and one that is no longer perfect.
const PERFECT: [f64; 2] = [1e-14, 1e-10];

/// An eigenvalue below is negative and no rounding.
const NEGATIVE: f64 = -1e-10;

/// Sum over groups of the outer product of summed influences.
fn meat(influences: &[Vec<f64>], groups: &[usize]) -> Vec<f64> {
    let count = groups.iter().max().map_or(0, |g| g + 1);
    let sums: Vec<Vec<f64>> = influences
        .iter()
        .map(|row| {
            let mut sums = vec![0.0; count];
            row.iter().zip(groups).for_each(|(v, g)| sums[*g] += v);
            sums
        })
        .collect();
    let cross = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    sums.iter().flat_map(|a| sums.iter().map(|b| cross(a, b)).collect::<Vec<_>>()).collect()
}

/// Numbers from 0 for the different tuples.
fn groups(codes: &[&Vec<u32>], rows: usize) -> Vec<usize> {
    let mut seen = HashMap::new();
    (0..rows)
        .map(|r| {
            let tuple: Vec<u32> = codes.iter().map(|c| c[r]).collect();
            let next = seen.len();
            *seen.entry(tuple).or_insert(next)
        })
        .collect()
}

/// Whether the outcome does not vary once the effects are taken out; `None` where rounding decides.
pub(crate) fn flat(reference: &Reference, poisson: bool) -> Option<bool> {
    if poisson { Some(false) } else { small(reference.left[1]) }
}

/// Whether the fit is perfect; `None` where rounding decides.
pub(crate) fn perfect(reference: &Reference) -> Option<bool> {
    small(reference.left[0])
}

fn small(share: f64) -> Option<bool> {
    (share <= PERFECT[0] || share >= PERFECT[1]).then_some(share <= PERFECT[0])
}

/// The variance of each coefficient without dependence between rows, and with equal variances.
pub(crate) fn scales(reference: &Reference) -> (Vec<f64>, Vec<f64>) {
    let k = reference.coefficients.len();
    let n = reference.errors.len();
    let rows: Vec<usize> = (0..n).collect();
    let robust = meat(&reference.influences, &rows);
    let mean_square = reference.score_square / n as f64;
    let robust = (0..k).map(|i| robust[i * k + i]).collect();
    (robust, (0..k).map(|i| reference.bread[i * k + i] * mean_square).collect())
}

/// What should come out.
pub(crate) fn covariance(design: &Design, reference: &Reference, which: Which, ssc: SmallSample) -> Expected {
    let rows = &reference.columns.rows;
    let n = rows.len() as f64;
    let k = reference.coefficients.len();
    let on_rows = |list: &[Vec<u32>]| -> Vec<Vec<u32>> {
        list.iter().map(|codes| rows.iter().map(|r| codes[*r]).collect()).collect()
    };
    let families = on_rows(&design.families);
    let clusters = if which == Which::Clustered { on_rows(&design.clusters) } else { Vec::new() };
    let sizes: Vec<usize> =
        clusters.iter().map(|c| groups(&[c], rows.len()).iter().max().map_or(0, |m| m + 1)).collect();
    let smallest = sizes.iter().copied().min().unwrap_or(0) as f64;
    if which == Which::Clustered && smallest < 2.0 {
        return Expected::Refusal;
    }
    let count = parameters(k, &families, &clusters, ssc) as f64;
    let stata_poisson = design.poisson && ssc == SmallSample::Stata;
    let needs = match which {
        Which::Iid => ssc == SmallSample::Fixest || (!design.poisson && ssc == SmallSample::Stata),
        _ => ssc != SmallSample::None && !stata_poisson,
    };
    if needs && n <= count {
        return Expected::Refusal;
    }
    let Some(perfect) = perfect(reference) else { return Expected::Unclear };
    let t = !design.poisson && ssc != SmallSample::None;
    let left = (n - count).max(1.0);
    let (mut values, factor, degrees) = match which {
        Which::Iid => {
            let factor = match (design.poisson, ssc) {
                // Information is in units of the outcome.
                (true, SmallSample::Fixest) => (n - 1.0) / left * reference.outcome_scale,
                (true, _) => reference.outcome_scale,
                (false, SmallSample::None) => reference.deviance / (n - 1.0),
                (false, _) => reference.deviance / left,
            };
            (reference.bread.clone(), factor, left)
        }
        Which::Heteroskedastic => {
            let factor = match ssc {
                SmallSample::None => 1.0,
                SmallSample::Stata if design.poisson => n / (n - 1.0),
                _ => n / left,
            };
            (meat(&reference.influences, &(0..rows.len()).collect::<Vec<_>>()), factor, left)
        }
        Which::Clustered => {
            let few = smallest / (smallest - 1.0);
            let factor = match ssc {
                SmallSample::None => 1.0,
                SmallSample::Stata if design.poisson => few,
                _ => (n - 1.0) / left * few,
            };
            (inclusion_and_exclusion(&reference.influences, &clusters, rows.len()), factor, smallest - 1.0)
        }
    };
    values.iter_mut().for_each(|v| *v *= factor);
    let degrees = t.then_some(degrees);
    let mut undefined = vec![perfect && !(design.poisson && which == Which::Iid); k];
    if clusters.len() > 1 && !perfect {
        let (robust, equal) = scales(reference);
        for i in 0..k {
            // The rows that a coefficient rests on are fitted perfectly: whether what is left is positive
            // is rounding.
            if robust[i] < 1e-20 * equal[i] {
                return Expected::Unclear;
            }
            let share = values[i * k + i] / (robust[i] * factor);
            if !(share.abs() > 1e-5) {
                return Expected::Unclear;
            }
            undefined[i] = share < 0.0;
        }
        values = clipped(values, k);
    }
    Expected::Matrix { values, degrees, undefined }
}

/// Cameron, Gelbach and Miller (2011): sums over all intersections, with changing signs.
fn inclusion_and_exclusion(influences: &[Vec<f64>], clusters: &[Vec<u32>], rows: usize) -> Vec<f64> {
    let mut out = vec![0.0; influences.len().pow(2)];
    for subset in 1usize..(1 << clusters.len()) {
        let members: Vec<&Vec<u32>> =
            clusters.iter().enumerate().filter(|(c, _)| subset & (1 << c) != 0).map(|(_, c)| c).collect();
        let sign = if members.len() % 2 == 1 { 1.0 } else { -1.0 };
        let part = meat(influences, &groups(&members, rows));
        out.iter_mut().zip(part).for_each(|(o, p)| *o += sign * p);
    }
    out
}

/// A matrix whose negative eigenvalues, in units in which its diagonal is 1, are set to zero.
fn clipped(values: Vec<f64>, k: usize) -> Vec<f64> {
    let units: Vec<f64> = (0..k).map(|i| values[i * k + i].abs().sqrt()).collect();
    let scaled = (0..k * k).map(|at| values[at] / units[at / k] / units[at % k]).collect();
    let (eigenvalues, vectors) = eigen(scaled, k);
    if eigenvalues.iter().all(|e| *e >= NEGATIVE) {
        return values;
    }
    let entry = |i: usize, j: usize| -> f64 {
        (0..k).map(|m| vectors[i * k + m] * eigenvalues[m].max(0.0) * vectors[j * k + m]).sum()
    };
    (0..k * k).map(|at| entry(at / k, at % k) * units[at / k] * units[at % k]).collect()
}

/// Eigenvalues and eigenvectors (in columns) of a symmetric matrix, by Jacobi's rotations.
fn eigen(mut a: Vec<f64>, k: usize) -> (Vec<f64>, Vec<f64>) {
    let mut vectors: Vec<f64> = (0..k * k).map(|at| f64::from(u8::from(at / k == at % k))).collect();
    for _ in 0..60 {
        for p in 0..k {
            for q in p + 1..k {
                if a[p * k + q].abs() < 1e-300 {
                    continue;
                }
                let theta = 0.5 * (2.0 * a[p * k + q]).atan2(a[q * k + q] - a[p * k + p]);
                let (sin, cos) = theta.sin_cos();
                let turn = |m: &mut [f64], x: usize, y: usize| {
                    let (u, v) = (m[x], m[y]);
                    m[x] = cos * u - sin * v;
                    m[y] = sin * u + cos * v;
                };
                for i in 0..k {
                    turn(&mut a, i * k + p, i * k + q);
                    turn(&mut vectors, i * k + p, i * k + q);
                }
                for i in 0..k {
                    turn(&mut a, p * k + i, q * k + i);
                }
            }
        }
    }
    ((0..k).map(|i| a[i * k + i]).collect(), vectors)
}
