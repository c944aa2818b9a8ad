//! Uncertainty: draws through a model, in parallel, the same at any number of threads.

use faer::{Mat, Side};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

/// The generator of one draw.
pub type Generator = ChaCha8Rng;

/// Applies `f` to `count` generators, each a stream of its own of the same seed. Draw `i` is the
/// same however many there are and wherever it runs.
pub fn draws<T: Send>(count: usize, seed: u64, f: impl Fn(&mut Generator) -> T + Sync) -> Vec<T> {
    (0..count)
        .into_par_iter()
        .map(|i| {
            let mut generator = ChaCha8Rng::seed_from_u64(seed);
            generator.set_stream(i as u64);
            f(&mut generator)
        })
        .collect()
}

/// Normal numbers with a covariance, as an estimate's coefficients.
#[derive(Debug, Clone)]
pub struct Normals {
    mean: Vec<f64>,
    /// Lower triangle `L` with `L L' = covariance`, row-major.
    factor: Vec<f64>,
}

impl Normals {
    /// Takes means and their covariance, row-major. `None` where the covariance is not symmetric
    /// and positive semi-definite, or of the wrong size.
    pub fn new(mean: Vec<f64>, covariance: &[f64]) -> Option<Self> {
        let k = mean.len();
        if covariance.len() != k * k || !mean.iter().chain(covariance).all(|x| x.is_finite()) {
            return None;
        }
        let matrix = Mat::from_fn(k, k, |i, j| covariance[i * k + j]);
        let largest = (0..k).map(|i| matrix[(i, i)]).fold(0.0, f64::max);
        if (0..k).any(|i| (0..k).any(|j| (matrix[(i, j)] - matrix[(j, i)]).abs() > 1e-9 * largest)) {
            return None;
        }
        // By eigenvalues rather than Cholesky: a variance of 0 is a number known for certain.
        let eigen = matrix.self_adjoint_eigen(Side::Lower).ok()?;
        let (values, vectors) = (eigen.S().column_vector(), eigen.U());
        if (0..k).any(|i| values[i] < -1e-9 * largest) {
            return None;
        }
        let factor = (0..k * k).map(|at| vectors[(at / k, at % k)] * values[at % k].max(0.0).sqrt()).collect();
        Some(Normals { mean, factor })
    }

    /// Independent ones.
    pub fn independent(mean: Vec<f64>, std_error: &[f64]) -> Option<Self> {
        let k = mean.len();
        if std_error.len() != k {
            return None;
        }
        let covariance: Vec<f64> =
            (0..k * k).map(|at| if at / k == at % k { std_error[at / k].powi(2) } else { 0.0 }).collect();
        Normals::new(mean, &covariance)
    }

    /// One draw.
    pub fn draw(&self, generator: &mut Generator) -> Vec<f64> {
        let k = self.mean.len();
        let z: Vec<f64> = (0..k).map(|_| StandardNormal.sample(generator)).collect();
        (0..k).map(|i| self.mean[i] + (0..k).map(|j| self.factor[i * k + j] * z[j]).sum::<f64>()).collect()
    }
}

/// The value below which a share `p` of the draws lies, interpolated (Hyndman and Fan 1996, type 7).
/// NaN without draws. Sorts them.
pub fn quantile(values: &mut [f64], p: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let Some(last) = values.len().checked_sub(1) else { return f64::NAN };
    let at = p.clamp(0.0, 1.0) * last as f64;
    let low = at.floor() as usize;
    let high = (low + 1).min(last);
    values[low] + (at - low as f64) * (values[high] - values[low])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_their_moments_at_any_number_of_threads() {
        let normals = Normals::new(vec![1.0, -2.0], &[4.0, 1.5, 1.5, 1.0]).unwrap();
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| draws(20_000, 7, |g| normals.draw(g)))
        };
        let all = run(1);
        assert_eq!(all, run(4));
        assert_ne!(all[0], draws(1, 8, |g| normals.draw(g))[0]);
        let mean = |f: &dyn Fn(&[f64]) -> f64| all.iter().map(|d| f(d)).sum::<f64>() / all.len() as f64;
        let (a, b) = (mean(&|d| d[0]), mean(&|d| d[1]));
        assert!((a - 1.0).abs() < 0.05 && (b + 2.0).abs() < 0.03, "{a} {b}");
        assert!((mean(&|d| (d[0] - a) * (d[1] - b)) - 1.5).abs() < 0.06);
        assert!((mean(&|d| (d[0] - a).powi(2)) - 4.0).abs() < 0.15);
    }

    #[test]
    fn a_covariance_must_be_one() {
        assert!(Normals::new(vec![0.0, 0.0], &[1.0, 2.0, 2.0, 1.0]).is_none());
        assert!(Normals::new(vec![0.0], &[1.0, 0.0]).is_none());
        // Known for certain.
        let fixed = Normals::independent(vec![3.0, 0.0], &[0.0, 1.0]).unwrap();
        assert!(draws(50, 1, |g| fixed.draw(g)).iter().all(|d| d[0] == 3.0));
    }

    #[test]
    fn quantiles_are_interpolated() {
        assert_eq!(quantile(&mut [4.0, 1.0, 3.0, 2.0], 0.5), 2.5);
        assert!(quantile(&mut [], 0.5).is_nan());
    }
}
