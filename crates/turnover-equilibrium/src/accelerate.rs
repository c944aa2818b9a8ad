//! Anderson's acceleration of a fixed point `u = g(u)` (Walker and Ni 2011).
//!
//! The next guess is the combination of the last images whose combined step is smallest. On a
//! linear map it is GMRES, so that the same code solves for derivatives.

use std::collections::VecDeque;

/// Steps remembered. In trade models 5 are as good as 20, at a third of the time.
const DEPTH: usize = 6;
/// A direction that the ones before it explain but for this share is left out.
const EXPLAINED: f64 = 1e-10;

#[derive(Default)]
pub(crate) struct Anderson {
    /// Images and steps, the latest last.
    past: VecDeque<(Vec<f64>, Vec<f64>)>,
}

impl Anderson {
    /// Forgets the past, as after a step that led away.
    pub(crate) fn restart(&mut self) {
        self.past.clear();
    }

    /// The next guess, from a guess and its image.
    pub(crate) fn next(&mut self, guess: &[f64], image: Vec<f64>) -> Vec<f64> {
        let step: Vec<f64> = image.iter().zip(guess).map(|(g, u)| g - u).collect();
        // Differences to the latest, made orthonormal one by one; what remains of the step is
        // carried along.
        let mut basis: Vec<(Vec<f64>, Vec<f64>)> = Vec::with_capacity(self.past.len());
        let mut next = image.clone();
        let mut left = step.clone();
        for (old_image, old_step) in self.past.iter().rev() {
            let mut direction: Vec<f64> = step.iter().zip(old_step).map(|(a, b)| a - b).collect();
            let mut change: Vec<f64> = image.iter().zip(old_image).map(|(a, b)| a - b).collect();
            let before = dot(&direction, &direction).sqrt();
            for (q, c) in &basis {
                let along = dot(q, &direction);
                axpy(-along, q, &mut direction);
                axpy(-along, c, &mut change);
            }
            let length = dot(&direction, &direction).sqrt();
            if !(length > EXPLAINED * before) {
                continue;
            }
            direction.iter_mut().for_each(|x| *x /= length);
            change.iter_mut().for_each(|x| *x /= length);
            let along = dot(&direction, &left);
            axpy(-along, &direction, &mut left);
            axpy(-along, &change, &mut next);
            basis.push((direction, change));
        }
        if self.past.len() == DEPTH {
            self.past.pop_front();
        }
        self.past.push_back((image, step));
        next
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += a * x);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_map_of_three_dimensions_takes_four_images() {
        let image = |u: &[f64]| vec![0.9 * u[0] + 0.3 * u[1] + 1.0, 0.5 * u[1] - 0.2 * u[2] + 2.0, 0.7 * u[2] - 1.0];
        let mut anderson = Anderson::default();
        let mut u = vec![0.0; 3];
        for _ in 0..4 {
            let g = image(&u);
            u = anderson.next(&u, g);
        }
        let g = image(&u);
        assert!(u.iter().zip(&g).all(|(u, g)| (u - g).abs() < 1e-11), "{u:?} {g:?}");
    }
}
