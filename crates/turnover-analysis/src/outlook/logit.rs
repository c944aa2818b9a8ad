//! A logit with a ridge, by Newton's method: small, dense, and the same on every run.

/// Coefficients of a logit, the first that of the constant.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Logit<const N: usize>(pub(super) [f64; N]);

/// Rounds after which a fit that has not settled is taken as it is.
const ROUNDS: usize = 50;

impl<const N: usize> Logit<N> {
    /// Fits outcomes (0 or 1) on rows whose first entry is 1. The ridge holds all but the constant, in units of
    /// observations; `None` where all outcomes are the same.
    pub(super) fn fit(rows: &[[f64; N]], outcomes: &[f64], ridge: f64) -> Option<Self> {
        let mean = outcomes.iter().sum::<f64>() / outcomes.len() as f64;
        if !(mean > 0.0 && mean < 1.0) {
            return None;
        }
        let mut beta = [0.0; N];
        beta[0] = (mean / (1.0 - mean)).ln();
        for _ in 0..ROUNDS {
            let (mut gradient, mut hessian) = ([0.0; N], [[0.0; N]; N]);
            for (x, y) in rows.iter().zip(outcomes) {
                let p = chance(&beta, x);
                let w = p * (1.0 - p);
                for i in 0..N {
                    gradient[i] += (y - p) * x[i];
                    for j in 0..=i {
                        hessian[i][j] += w * x[i] * x[j];
                    }
                }
            }
            for i in 1..N {
                gradient[i] -= ridge * beta[i];
                hessian[i][i] += ridge;
            }
            let step = solve(hessian, gradient)?;
            let largest = step.iter().fold(0.0f64, |m, s| m.max(s.abs()));
            // A step that is too long leaves the region in which Newton's method converges.
            let scale = if largest > 2.0 { 2.0 / largest } else { 1.0 };
            beta.iter_mut().zip(step).for_each(|(b, s)| *b += scale * s);
            if largest < 1e-9 {
                break;
            }
        }
        Some(Logit(beta))
    }

    /// The chance of a row.
    pub(super) fn chance(&self, x: &[f64; N]) -> f64 {
        chance(&self.0, x)
    }
}

fn chance<const N: usize>(beta: &[f64; N], x: &[f64; N]) -> f64 {
    let z: f64 = beta.iter().zip(x).map(|(b, x)| b * x).sum();
    1.0 / (1.0 + (-z).exp())
}

/// Solves a positive definite system given by its lower triangle, by Cholesky's factors.
fn solve<const N: usize>(mut a: [[f64; N]; N], mut b: [f64; N]) -> Option<[f64; N]> {
    for i in 0..N {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| a[i][k] * a[j][k]).sum();
            let rest = a[i][j] - dot;
            if i == j {
                a[i][i] = (rest > 0.0).then(|| rest.sqrt())?;
            } else {
                a[i][j] = rest / a[j][j];
            }
        }
        let dot: f64 = (0..i).map(|k| a[i][k] * b[k]).sum();
        b[i] = (b[i] - dot) / a[i][i];
    }
    for i in (0..N).rev() {
        let dot: f64 = (i + 1..N).map(|k| a[k][i] * b[k]).sum();
        b[i] = (b[i] - dot) / a[i][i];
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of rows with x = 0 a quarter have the outcome, of those with x = 1 three quarters: the log odds are
    /// -ln 3 and ln 3.
    #[test]
    fn odds_of_two_groups_are_found() {
        let rows: Vec<[f64; 2]> = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0].iter().map(|x| [1.0, *x]).collect();
        let outcomes = [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0];
        let fit = Logit::fit(&rows, &outcomes, 0.0).unwrap();
        assert!((fit.0[0] + 3f64.ln()).abs() < 1e-9 && (fit.0[1] - 2.0 * 3f64.ln()).abs() < 1e-9, "{fit:?}");
        assert!((fit.chance(&[1.0, 1.0]) - 0.75).abs() < 1e-9);
        assert_eq!(Logit::fit(&rows, &[0.0; 8], 0.0), None);
    }
}
