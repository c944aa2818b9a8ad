//! One pass over the weights: right-hand sides, and products with `S`.

use std::ops::Range;

use rayon::prelude::*;

use super::absorber::{Absorber, ratio};
use super::lane::{LANES, Lane};

impl Absorber {
    /// `D'W (q - V m(q))`, the right-hand side for variables over sorted rows, and `sqrt(q'W q)`. Four
    /// variables share a pass.
    pub(crate) fn project_many(&self, variables: &[&[f64]]) -> Vec<(Vec<f64>, f64)> {
        let dimension = self.plan.dimension();
        let mut out = Vec::with_capacity(variables.len());
        for four in variables.chunks(LANES) {
            let parts: Vec<(Vec<Lane>, Lane)> =
                self.plan.pieces.par_iter().map(|piece| self.piece_projection(piece.clone(), four)).collect();
            for l in 0..four.len() {
                let projected = (0..dimension).map(|k| parts.iter().map(|p| p.0[k].0[l]).sum()).collect();
                out.push((projected, parts.iter().map(|p| p.1.0[l]).sum::<f64>().sqrt()));
            }
        }
        out
    }

    /// The part of one piece in the projections of up to four variables, and in their sums of squares.
    fn piece_projection(&self, piece: Range<usize>, four: &[&[f64]]) -> (Vec<Lane>, Lane) {
        let plan = &self.plan;
        let mut out = vec![Lane::ZERO; plan.dimension()];
        let mut pulls = vec![Lane::ZERO; plan.largest_group];
        let mut squares = Lane::ZERO;
        for g in piece {
            let rows = plan.rows(g);
            let weight = &self.weight[rows.clone()];
            let pulls = &mut pulls[..rows.len()];
            let mut total = Lane::ZERO;
            for (l, q) in four.iter().enumerate() {
                for ((p, q), w) in pulls.iter_mut().zip(&q[rows.clone()]).zip(weight) {
                    p.0[l] = w * q;
                    total.0[l] += p.0[l];
                    squares.0[l] += p.0[l] * q;
                }
            }
            let mean = total.map(|total| ratio(total, self.group_weight[g]));
            pulls.iter_mut().zip(weight).for_each(|(p, w)| *p -= *w * mean);
            for (run, levels) in plan.runs_of(g) {
                let pulls = &pulls[run.start - rows.start..run.end - rows.start];
                for start in levels {
                    let out = &mut out[*start as usize..*start as usize + run.len()];
                    out.iter_mut().zip(pulls).for_each(|(o, p)| *o += *p);
                }
            }
        }
        (out, squares)
    }

    /// The same for `q = g / w`, given `g`: no division, and rows of weight 0 with `g` 0 do no harm.
    pub(crate) fn project_gradient(&self, gradient: &[f64]) -> Vec<f64> {
        let plan = &self.plan;
        let piece_part = |piece: &Range<usize>| {
            let mut out = vec![0.0; plan.dimension()];
            for g in piece.clone() {
                let mean = ratio(gradient[plan.rows(g)].iter().sum(), self.group_weight[g]);
                for (rows, levels) in plan.runs_of(g) {
                    for start in levels {
                        let out = &mut out[*start as usize..*start as usize + rows.len()];
                        let own = gradient[rows.clone()].iter().zip(&self.weight[rows.clone()]);
                        out.iter_mut().zip(own).for_each(|(o, (x, w))| *o += x - w * mean);
                    }
                }
            }
            out
        };
        let parts: Vec<Vec<f64>> = plan.pieces.par_iter().map(piece_part).collect();
        let mut out = vec![0.0; plan.dimension()];
        for part in &parts {
            out.iter_mut().zip(part).for_each(|(o, p)| *o += p);
        }
        out
    }

    /// `S u` for four vectors at once.
    pub(super) fn product(&self, u: &[Lane]) -> Vec<Lane> {
        let dimension = self.plan.dimension();
        let piece_part = |piece: &Range<usize>| {
            let mut out = vec![Lane::ZERO; dimension];
            let mut pulls = vec![Lane::ZERO; self.plan.largest_group];
            let work = Product { absorber: self, piece: piece.clone(), u, out: &mut out, pulls: &mut pulls };
            pulp::Arch::new().dispatch(work);
            out
        };
        let parts: Vec<Vec<Lane>> = self.plan.pieces.par_iter().map(piece_part).collect();
        let mut parts = parts.into_iter();
        let mut out = parts.next().unwrap_or_else(|| vec![Lane::ZERO; dimension]);
        for part in parts {
            out.iter_mut().zip(&part).for_each(|(o, p)| *o += *p);
        }
        out
    }
}

/// A product with `S` over one piece, compiled for each generation of vector instructions. A
/// closure would not do: only what is inlined into the dispatch is compiled so.
struct Product<'a> {
    absorber: &'a Absorber,
    piece: Range<usize>,
    u: &'a [Lane],
    out: &'a mut [Lane],
    pulls: &'a mut [Lane],
}

impl pulp::WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(mut self, _simd: S) {
        for g in self.piece.clone() {
            let rows = self.absorber.plan.rows(g);
            self.pull(g, rows.start);
            let total = sum(&self.pulls[..rows.len()]);
            let mean = total.map(|total| ratio(total, self.absorber.group_weight[g]));
            self.push(g, rows.start, mean);
        }
    }
}

impl Product<'_> {
    /// `w (D u)` by row of a group.
    #[inline(always)]
    fn pull(&mut self, group: usize, first: usize) {
        let (u, absorber) = (self.u, self.absorber);
        for (rows, levels) in absorber.plan.runs_of(group) {
            let pulls = &mut self.pulls[rows.start - first..rows.end - first];
            let weight = &absorber.weight[rows.clone()];
            if let [a, b] = levels {
                let a = &u[*a as usize..*a as usize + rows.len()];
                let b = &u[*b as usize..*b as usize + rows.len()];
                for (((p, w), a), b) in pulls.iter_mut().zip(weight).zip(a).zip(b) {
                    *p = *w * (*a + *b);
                }
                continue;
            }
            pulls.fill(Lane::ZERO);
            for start in levels {
                let effects = &u[*start as usize..*start as usize + rows.len()];
                pulls.iter_mut().zip(effects).for_each(|(p, a)| *p += *a);
            }
            pulls.iter_mut().zip(weight).for_each(|(p, w)| *p = *w * *p);
        }
    }

    /// `D'` of what the group's mean leaves of the pulls, added to the result.
    #[inline(always)]
    fn push(&mut self, group: usize, first: usize, mean: Lane) {
        let plan = &self.absorber.plan;
        for (rows, levels) in plan.runs_of(group) {
            let pulls = &mut self.pulls[rows.start - first..rows.end - first];
            let weight = &self.absorber.weight[rows.clone()];
            if let [a, b] = levels {
                // The families lie behind each other, so their parts of the result do not overlap.
                let (first_family, second_family) = self.out.split_at_mut(plan.offset[1]);
                let a = &mut first_family[*a as usize..*a as usize + rows.len()];
                let b = *b as usize - plan.offset[1];
                let b = &mut second_family[b..b + rows.len()];
                for (((p, w), a), b) in pulls.iter().zip(weight).zip(a).zip(b) {
                    let left = *p - *w * mean;
                    *a += left;
                    *b += left;
                }
                continue;
            }
            pulls.iter_mut().zip(weight).for_each(|(p, w)| *p -= *w * mean);
            for start in levels {
                let out = &mut self.out[*start as usize..*start as usize + rows.len()];
                out.iter_mut().zip(pulls.iter()).for_each(|(o, p)| *o += *p);
            }
        }
    }
}

/// The sum of a group's pulls: four running sums, since one would wait for each addition before the
/// next.
#[inline(always)]
fn sum(pulls: &[Lane]) -> Lane {
    let mut sums = [Lane::ZERO; 4];
    let mut quads = pulls.chunks_exact(4);
    for quad in &mut quads {
        sums.iter_mut().zip(quad).for_each(|(sum, p)| *sum += *p);
    }
    quads.remainder().iter().for_each(|p| sums[0] += *p);
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}
