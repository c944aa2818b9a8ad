//! Conjugate gradients for `S u = rhs` (Hestenes and Stiefel 1952), four right-hand sides to a pass over
//! the weights.

use std::sync::atomic::Ordering;

use super::absorber::Absorber;
use super::lane::{LANES, Lane, dot};
use super::schwarz::Pairs;

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

/// How a solve went.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Solved {
    /// Products with `S`.
    pub(crate) products: usize,
    /// Whether the tolerance was reached.
    pub(crate) converged: bool,
}

/// What the residual goes through before it becomes a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Preconditioner {
    /// `diag(S)`.
    Diagonal,
    /// Approximate factors of the graph of each pair of families.
    Schwarz,
}

impl Absorber {
    /// The size of a right-hand side in the norm of the diagonal.
    pub(crate) fn size(&self, rhs: &[f64]) -> f64 {
        rhs.iter().zip(&self.diagonal).map(|(r, d)| if *d > 0.0 { r * r / d } else { 0.0 }).sum::<f64>().sqrt()
    }

    /// Solves for the effects of a variable over sorted rows, from the guess in `u` and to a tolerance:
    /// see [`Absorber::solve_many`].
    pub(crate) fn solve_variable(&self, q: &[f64], u: &mut [f64], tolerance: f64, most: usize) -> Solved {
        let (projected, size) = self.project_many(&[q]).remove(0);
        self.solve(Rhs { projected: &projected, size, tolerance }, u, most)
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
        let mut all = Solved { products: 0, converged: true };
        for (rhs, u) in rhs.chunks(LANES).zip(u.chunks_mut(LANES)) {
            let mut four = Solved { products: 0, converged: false };
            if !self.hard.load(Ordering::Relaxed) {
                four = self.solve_lanes(rhs, u, most, Preconditioner::Diagonal);
            }
            if !four.converged && self.hard.load(Ordering::Relaxed) && four.products < most {
                let rest = self.solve_lanes(rhs, u, most - four.products, Preconditioner::Schwarz);
                four = Solved { products: four.products + rest.products, converged: rest.converged };
            }
            all.products += four.products;
            all.converged &= four.converged;
        }
        all
    }

    /// The residual through the preconditioner.
    fn preconditioned(&self, residual: &[Lane], by: Preconditioner) -> Vec<Lane> {
        if by == Preconditioner::Schwarz {
            let pairs = self.pairs.get_or_init(|| Pairs::new(&self.plan));
            return self.schwarz.get_or_init(|| pairs.factor(&self.weight)).apply(pairs, residual);
        }
        // A level whose rows are alone in their groups has nothing left after elimination: its effect
        // is as good as any at zero.
        let scaled = |(r, d): (&Lane, &f64)| if *d > 0.0 { r.map(|r| r / d) } else { Lane::ZERO };
        residual.iter().zip(&self.diagonal).map(scaled).collect()
    }

    /// Rows of `S` with nothing left are rounding.
    fn is_lonely(&self, effect: usize) -> bool {
        self.diagonal[effect] <= 0.0
    }

    /// `residual -= step * product`, and 0 where nothing is left of a level.
    fn reduce(&self, residual: &mut [Lane], step: Lane, product: &[Lane]) {
        for (k, (r, p)) in residual.iter_mut().zip(product).enumerate() {
            *r = if self.is_lonely(k) { Lane::ZERO } else { *r - step * *p };
        }
    }

    fn solve_lanes(&self, rhs: &[Rhs], u: &mut [Vec<f64>], most: usize, by: Preconditioner) -> Solved {
        let weave = |value: &dyn Fn(usize, usize) -> f64| -> Vec<Lane> {
            let lane = |k| Lane(std::array::from_fn(|l| if l < rhs.len() { value(l, k) } else { 0.0 }));
            (0..self.plan.dimension()).map(lane).collect()
        };
        let mut residual = weave(&|l, k| if self.is_lonely(k) { 0.0 } else { rhs[l].projected[k] });
        let mut solved = Solved { products: 0, converged: true };
        let target = self.target(rhs, u, dot(&residual, &self.preconditioned(&residual, by)));
        let mut x = weave(&|l, k| u[l][k]);
        if x.iter().any(|x| *x != Lane::ZERO) {
            let product = self.product(&x);
            solved.products += 1;
            self.reduce(&mut residual, Lane::splat(1.0), &product);
        }
        let mut direction = self.preconditioned(&residual, by);
        let mut size = dot(&residual, &direction);
        let first = size;
        // A lane that has arrived stands still while the others go on.
        let mut open: [bool; LANES] = std::array::from_fn(|l| size.0[l] > target.0[l]);
        while open.contains(&true) {
            if solved.products >= most {
                solved.converged = false;
                break;
            }
            if by == Preconditioner::Diagonal && self.is_slow(&solved, open, first, size, target) {
                self.hard.store(true, Ordering::Relaxed);
                solved.converged = false;
                break;
            }
            let product = self.product(&direction);
            solved.products += 1;
            let curvature = dot(&direction, &product);
            // Without curvature the direction lies in the null space of S (effects that cancel):
            // nothing to gain.
            (0..LANES).for_each(|l| open[l] &= curvature.0[l] > 0.0);
            let step = (size / curvature).where_open(open);
            x.iter_mut().zip(&direction).for_each(|(x, d)| *x += step * *d);
            self.reduce(&mut residual, step, &product);
            let z = self.preconditioned(&residual, by);
            let next = dot(&residual, &z);
            let turn = (next / size).where_open(open);
            direction.iter_mut().zip(&z).for_each(|(d, z)| *d = *z + turn * *d);
            size = next;
            (0..LANES).for_each(|l| open[l] &= size.0[l] > target.0[l]);
        }
        for (l, u) in u.iter_mut().enumerate() {
            u.iter_mut().zip(&x).for_each(|(u, x)| *u = x.0[l]);
        }
        solved
    }

    /// Squared residuals at which to stop. The guess for a variable that the eliminated family explains
    /// whole becomes 0: it has no need of the others.
    fn target(&self, rhs: &[Rhs], u: &mut [Vec<f64>], start: Lane) -> Lane {
        let floor = ROUNDING * self.magnified.sqrt();
        let mut target = Lane::ZERO;
        for (l, rhs) in rhs.iter().enumerate() {
            target.0[l] = (start.0[l] * rhs.tolerance.powi(2)).max((floor * rhs.size).powi(2));
            if !(start.0[l] > target.0[l]) {
                u[l].fill(0.0);
            }
        }
        target
    }

    /// Whether too many passes are ahead at the pace so far; looked at every [`LOOK`] passes.
    fn is_slow(&self, solved: &Solved, open: [bool; LANES], first: Lane, size: Lane, target: Lane) -> bool {
        if solved.products == 0 || !solved.products.is_multiple_of(LOOK) {
            return false;
        }
        let ahead = |l: usize| {
            let pace = (first.0[l] / size.0[l]).ln() / solved.products as f64;
            !((size.0[l] / target.0[l]).ln() < PATIENCE * pace)
        };
        (0..LANES).any(|l| open[l] && ahead(l))
    }
}
