//! Conjugate gradients for `S u = rhs`, four right-hand sides to a pass over the weights.

use std::sync::atomic::Ordering;

use super::{Absorber, LANES, Lane, Pairs, Solved};

/// Passes with the diagonal preconditioner after which its pace is looked at.
const LOOK: usize = 20;
/// Passes that may still be ahead at that pace; with more the effects count as badly connected.
const PATIENCE: f64 = 40.0;
/// Relative rounding of a sum, with room.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// A right-hand side with what it was made from.
pub(crate) struct Rhs<'a> {
    /// `D'W (q - V m(q))`.
    pub(crate) projected: &'a [f64],
    /// `sqrt(q'W q)`: elimination cannot leave less than its rounding.
    pub(crate) size: f64,
    /// Residual at which to stop, against that of `u = 0`, in the norm of the preconditioner.
    pub(crate) tolerance: f64,
}

impl Absorber {
    /// The size of a right-hand side in the norm of the diagonal.
    pub(crate) fn size(&self, rhs: &[f64]) -> f64 {
        rhs.iter().zip(&self.diagonal).map(|(r, d)| if *d > 0.0 { r * r / d } else { 0.0 }).sum::<f64>().sqrt()
    }

    /// Solves `S u = rhs` for one vector: see [`Absorber::solve_many`].
    pub(crate) fn solve(&self, rhs: Rhs, u: &mut [f64], most: usize) -> Solved {
        let mut whole = [u.to_vec()];
        let solved = self.solve_many(&[rhs], &mut whole, most);
        u.copy_from_slice(&whole[0]);
        solved
    }

    /// Solves `S u = rhs` for several right-hand sides from the guesses in `u`. Four at a time share
    /// their passes over the weights.
    pub(crate) fn solve_many(&self, rhs: &[Rhs], u: &mut [Vec<f64>], most: usize) -> Solved {
        let mut solved = Solved { products: 0, converged: true };
        for (rhs, u) in rhs.chunks(LANES).zip(u.chunks_mut(LANES)) {
            let mut one = Solved { products: 0, converged: false };
            if !self.hard.load(Ordering::Relaxed) {
                one = self.solve_lanes(rhs, u, most, false);
            }
            if !one.converged && self.hard.load(Ordering::Relaxed) && one.products < most {
                let rest = self.solve_lanes(rhs, u, most - one.products, true);
                one = Solved { products: one.products + rest.products, converged: rest.converged };
            }
            solved.products += one.products;
            solved.converged &= one.converged;
        }
        solved
    }

    /// The residual through the preconditioner.
    fn preconditioned(&self, residual: &[Lane], strong: bool) -> Vec<Lane> {
        if strong {
            let pairs = self.pairs.get_or_init(|| Pairs::new(&self.plan));
            return self.schwarz.get_or_init(|| pairs.factor(&self.weight)).apply(pairs, residual);
        }
        // A level whose rows are alone in their groups has nothing left after elimination: its effect
        // is as good as any at zero.
        let scaled = |(r, d): (&Lane, &f64)| if *d > 0.0 { r.map(|r| r / d) } else { [0.0; LANES] };
        residual.iter().zip(&self.diagonal).map(scaled).collect()
    }

    fn solve_lanes(&self, rhs: &[Rhs], u: &mut [Vec<f64>], most: usize, strong: bool) -> Solved {
        let dimension = self.plan.dimension();
        let count = rhs.len();
        let weave = |value: &dyn Fn(usize, usize) -> f64| -> Vec<Lane> {
            (0..dimension).map(|k| std::array::from_fn(|l| if l < count { value(l, k) } else { 0.0 })).collect()
        };
        // Rows of levels with nothing left are rounding.
        let lonely = |k: usize| self.diagonal[k] <= 0.0;
        let mut residual = weave(&|l, k| if lonely(k) { 0.0 } else { rhs[l].projected[k] });
        let mut solved = Solved { products: 0, converged: true };
        let start = dot(&residual, &self.preconditioned(&residual, strong));
        let floor = ROUNDING * self.magnified.sqrt();
        let mut target = [0.0; LANES];
        for l in 0..count {
            target[l] = (start[l] * rhs[l].tolerance.powi(2)).max((floor * rhs[l].size).powi(2));
            // A variable that the eliminated family explains whole has no need of the others.
            if !(start[l] > target[l]) {
                u[l].fill(0.0);
            }
        }
        let mut x = weave(&|l, k| u[l][k]);
        if x.iter().any(|x| *x != [0.0; LANES]) {
            let product = self.product(&x);
            solved.products += 1;
            for (_, (r, p)) in residual.iter_mut().zip(&product).enumerate().filter(|(k, _)| !lonely(*k)) {
                for l in 0..LANES {
                    r[l] -= p[l];
                }
            }
        }
        let mut z = self.preconditioned(&residual, strong);
        let mut size = dot(&residual, &z);
        let mut direction = z;
        let first = size;
        // A lane that has arrived stands still while the others go on.
        let mut open: [bool; LANES] = std::array::from_fn(|l| size[l] > target[l]);
        while open.contains(&true) {
            if solved.products >= most {
                solved.converged = false;
                break;
            }
            if solved.products.is_multiple_of(LOOK) && solved.products > 0 && !strong {
                let ahead = |l: usize| {
                    let pace = (first[l] / size[l]).ln() / solved.products as f64;
                    !((size[l] / target[l]).ln() < PATIENCE * pace)
                };
                if (0..LANES).any(|l| open[l] && ahead(l)) {
                    self.hard.store(true, Ordering::Relaxed);
                    solved.converged = false;
                    break;
                }
            }
            let product = self.product(&direction);
            solved.products += 1;
            let curvature = dot(&direction, &product);
            let mut step = [0.0; LANES];
            for l in 0..LANES {
                // Without curvature the direction lies in the null space of S (effects that
                // cancel): nothing to gain.
                open[l] &= curvature[l] > 0.0;
                step[l] = if open[l] { size[l] / curvature[l] } else { 0.0 };
            }
            for (k, (((x, r), d), p)) in x.iter_mut().zip(&mut residual).zip(&direction).zip(&product).enumerate() {
                let lonely = lonely(k);
                for l in 0..LANES {
                    x[l] += step[l] * d[l];
                    r[l] = if lonely { 0.0 } else { r[l] - step[l] * p[l] };
                }
            }
            z = self.preconditioned(&residual, strong);
            let next = dot(&residual, &z);
            let mut turn = [0.0; LANES];
            for l in 0..LANES {
                turn[l] = if open[l] { next[l] / size[l] } else { 0.0 };
                size[l] = next[l];
                open[l] &= size[l] > target[l];
            }
            for (d, z) in direction.iter_mut().zip(&z) {
                for l in 0..LANES {
                    d[l] = z[l] + turn[l] * d[l];
                }
            }
        }
        for (l, u) in u.iter_mut().enumerate() {
            u.iter_mut().zip(&x).for_each(|(u, x)| *u = x[l]);
        }
        solved
    }
}

/// `a'b` by lane.
fn dot(a: &[Lane], b: &[Lane]) -> Lane {
    let mut out = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for l in 0..LANES {
            out[l] += a[l] * b[l];
        }
    }
    out
}
