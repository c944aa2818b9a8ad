//! Weighted least squares on fixed effects, fast.
//!
//! For weights `w` and a variable `q`, find the effects whose sum over families is closest to `q`:
//! minimise `sum_r w_r (q_r - sum_f a_f[level_f(r)])^2`. Write `V` for the dummies of the family
//! with the most levels, `D` for those of all others. Given the effects `u` of `D`, those of `V`
//! are weighted means within its groups, so they are eliminated:
//!
//! ```text
//! S u = D'W (q - V m(q)),    S = D'W D - D'W V (V'W V)^-1 V'W D,    m = weighted group mean
//! ```
//!
//! `S` is small (the levels of the other families), symmetric and positive semi-definite, and is
//! never formed: one product is one streaming pass over `w`. Conjugate gradients with a diagonal
//! preconditioner solve it; in trade panels 5 to 15 products are enough, where alternating
//! projections on all families take hundreds. Where effects hang together by few rows (workers who
//! seldom change firms) the diagonal is replaced by approximate factors of the families' graphs
//! (`schwarz`). Families that lie within another one are left out (`nested`).

mod cg;
mod exp;
mod laplacian;
mod nested;
mod plan;
mod schwarz;

use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use plan::Plan;
use schwarz::{Pairs, Schwarz};

pub(crate) use cg::Rhs;
pub(crate) use exp::exp_all;
pub(crate) use nested::contained;

/// One family of fixed effects: which level each row belongs to.
#[derive(Debug, Clone)]
pub struct Family {
    /// Name, as `exporter^year`.
    pub name: String,
    /// Level of each row, from 0. Levels whose rows follow each other in time should have
    /// consecutive numbers (exporter by exporter, year by year): passes are then streams.
    pub codes: Vec<u32>,
    /// Number of levels.
    pub levels: usize,
}

/// The families of one model, at least one.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    families: Vec<Family>,
}

impl Effects {
    /// Takes the families, all with a code for each row. `None` without a family, for unequal
    /// lengths, or for a code outside its family's levels.
    pub fn new(families: Vec<Family>) -> Option<Self> {
        let rows = families.first()?.codes.len();
        let sound = |f: &Family| f.codes.len() == rows && f.codes.iter().all(|c| (*c as usize) < f.levels);
        (rows < u32::MAX as usize && families.iter().all(sound)).then_some(Effects { families })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.families.first().map_or(0, |f| f.codes.len())
    }

    /// The same for some rows.
    pub(crate) fn rows_of(&self, rows: &[usize]) -> Effects {
        let pick = |f: &Family| Family {
            name: f.name.clone(),
            codes: rows.iter().map(|r| f.codes[*r]).collect(),
            levels: f.levels,
        };
        Effects { families: self.families.iter().map(pick).collect() }
    }

    /// The families.
    pub fn families(&self) -> &[Family] {
        &self.families
    }
}

/// Vectors that are worked on together: as many as a vector register of 256 bits holds.
const LANES: usize = 4;
/// One number of each.
type Lane = [f64; LANES];

/// A row of a smaller weight than this, against the heaviest, is light.
const LIGHT: f64 = 1e-9;
/// What a basis of norm 1 and the effects may have in common.
const OVERLAP: f64 = 1e-6;

/// How a solve went.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Solved {
    /// Products with `S`.
    pub(crate) products: usize,
    /// Whether the tolerance was reached.
    pub(crate) converged: bool,
}

/// A design with its weights, ready to solve. Vectors over rows are in the design's sorted order:
/// see [`Absorber::sorted`].
pub(crate) struct Absorber {
    plan: Plan,
    /// The plan's families by their place in the caller's order.
    kept: Vec<usize>,
    /// Number of families of the caller.
    families: usize,
    /// Weights by sorted row.
    weight: Vec<f64>,
    /// `V'W V`: weight of each group.
    group_weight: Vec<f64>,
    /// Whether nothing is absorbed.
    idle: bool,
    /// `diag(S)`.
    diagonal: Vec<f64>,
    /// The weight of levels against what elimination leaves of them, on average: how far rounding of a
    /// right-hand side is magnified.
    magnified: f64,
    /// Whether the diagonal has proved too weak a preconditioner.
    hard: AtomicBool,
    pairs: OnceLock<Pairs>,
    schwarz: OnceLock<Schwarz>,
}

/// A slice of rows handed to one piece of work.
type Pieces<'a, T> = Vec<&'a mut [T]>;

impl Absorber {
    /// The design of some effects on the rows of `used`; other rows must get the weight 0.
    pub(crate) fn new(effects: &Effects, used: &[bool]) -> Self {
        let redundant = contained(effects.families(), |row| used[row]);
        let kept: Vec<usize> = (0..redundant.len()).filter(|f| !redundant[*f]).collect();
        let families: Vec<&Family> = kept.iter().map(|f| &effects.families()[*f]).collect();
        let plan = Plan::new(&families, effects.rows());
        let groups = plan.group_start.len() - 1;
        let dimension = plan.dimension();
        Absorber {
            weight: vec![0.0; effects.rows()],
            group_weight: vec![0.0; groups],
            diagonal: vec![0.0; dimension],
            magnified: 1.0,
            idle: false,
            families: effects.families().len(),
            kept,
            hard: AtomicBool::new(false),
            pairs: OnceLock::new(),
            schwarz: OnceLock::new(),
            plan,
        }
    }

    /// One that absorbs nothing: its one group has no mean.
    pub(crate) fn idle(rows: usize) -> Self {
        let all = Family { name: String::new(), codes: vec![0; rows], levels: 1 };
        Absorber { idle: true, ..Absorber::new(&Effects { families: vec![all] }, &vec![true; rows]) }
    }

    /// Whether nothing is absorbed.
    pub(crate) fn is_idle(&self) -> bool {
        self.idle
    }

    pub(crate) fn dimension(&self) -> usize {
        self.plan.dimension()
    }

    /// A vector over the original rows, in the sorted order.
    pub(crate) fn sorted<'a, T: Copy + Send + Sync + 'a>(&self, rows: impl Into<Cow<'a, [T]>>) -> Vec<T> {
        let rows = rows.into();
        if self.plan.in_order {
            return rows.into_owned();
        }
        self.plan.order.par_iter().map(|r| rows[*r as usize]).collect()
    }

    /// A vector over the sorted rows, in the original order.
    pub(crate) fn unsorted<T: Copy + Default>(&self, rows: Vec<T>) -> Vec<T> {
        if self.plan.in_order {
            return rows;
        }
        let mut out = vec![T::default(); rows.len()];
        for (r, x) in self.plan.order.iter().zip(rows) {
            out[*r as usize] = x;
        }
        out
    }

    /// Cuts a vector over sorted rows at the pieces of work.
    fn cut<'a, T>(&self, mut rows: &'a mut [T]) -> Pieces<'a, T> {
        let mut out = Vec::with_capacity(self.plan.pieces.len());
        for piece in &self.plan.pieces {
            let (head, tail) = rows.split_at_mut(self.plan.piece_rows(piece).len());
            out.push(head);
            rows = tail;
        }
        out
    }

    /// Applies `work` to each piece in parallel: it gets the first sorted row and the piece's rows
    /// of `rows`. The results come back in order.
    pub(crate) fn each_piece<T: Send, R: Send>(
        &self,
        rows: &mut [T],
        work: impl Fn(usize, &mut [T]) -> R + Sync,
    ) -> Vec<R> {
        let pieces = self.cut(rows);
        pieces
            .into_par_iter()
            .zip(self.plan.pieces.par_iter())
            .map(|(part, piece)| work(self.plan.piece_rows(piece).start, part))
            .collect()
    }

    /// Takes new weights, by sorted row. A row of weight 0 takes no part.
    pub(crate) fn set_weights(&mut self, fill: impl FnOnce(&mut [f64])) {
        fill(&mut self.weight);
        let plan = &self.plan;
        let dimension = plan.dimension();
        let weight = &self.weight;
        let parts: Vec<(Vec<f64>, Vec<f64>, Vec<f64>)> = plan
            .pieces
            .par_iter()
            .map(|piece| {
                let mut sums = Vec::with_capacity(piece.len());
                let (mut diagonal, mut whole) = (vec![0.0; dimension], vec![0.0; dimension]);
                let mut cells = Cells { sum: vec![0.0; if plan.repeats { dimension } else { 0 }], seen: Vec::new() };
                for g in piece.clone() {
                    let rows = plan.group_start[g] as usize..plan.group_start[g + 1] as usize;
                    let total: f64 = weight[rows].iter().sum();
                    sums.push(total);
                    let inverse = if total > 0.0 { 1.0 / total } else { 0.0 };
                    if plan.repeats {
                        cells.add_group(plan, g, weight);
                        for k in cells.seen.drain(..) {
                            let cell = std::mem::take(&mut cells.sum[k as usize]);
                            whole[k as usize] += cell;
                            diagonal[k as usize] += remainder(cell, total, inverse);
                        }
                        continue;
                    }
                    for (rows, levels) in runs(plan, g) {
                        for start in levels {
                            let span = *start as usize..*start as usize + rows.len();
                            let out = diagonal[span.clone()].iter_mut().zip(&mut whole[span]);
                            for ((d, t), w) in out.zip(&weight[rows.clone()]) {
                                *t += w;
                                *d += remainder(*w, total, inverse);
                            }
                        }
                    }
                }
                (sums, diagonal, whole)
            })
            .collect();
        self.group_weight.clear();
        self.diagonal = vec![0.0; dimension];
        let mut whole = vec![0.0; dimension];
        for (sums, diagonal, part) in parts {
            self.group_weight.extend(sums);
            add(&mut self.diagonal, &diagonal);
            add(&mut whole, &part);
        }
        let left = self.diagonal.iter().zip(&whole).filter(|(d, _)| **d > 0.0);
        let total: f64 = self.group_weight.iter().sum();
        self.magnified = left.map(|(d, w)| w / d * (w / total)).sum::<f64>().max(1.0);
        self.schwarz = OnceLock::new();
        if self.idle {
            self.group_weight.fill(0.0);
        }
    }

    pub(crate) fn weight(&self) -> &[f64] {
        &self.weight
    }

    /// Solves for the effects of a variable over sorted rows, from the guess in `u` and to a tolerance:
    /// see [`Absorber::solve_many`].
    pub(crate) fn solve_variable(&self, q: &[f64], u: &mut [f64], tolerance: f64, most: usize) -> Solved {
        let (projected, size) = self.project_many(&[q]).remove(0);
        self.solve(Rhs { projected: &projected, size, tolerance }, u, most)
    }

    /// `D'W (q - V m(q))`, the right-hand side for variables over sorted rows, and `sqrt(q'W q)`. Four
    /// variables share a pass.
    pub(crate) fn project_many(&self, variables: &[&[f64]]) -> Vec<(Vec<f64>, f64)> {
        let plan = &self.plan;
        let dimension = plan.dimension();
        let mut out = Vec::with_capacity(variables.len());
        for four in variables.chunks(LANES) {
            let parts: Vec<(Vec<Lane>, Lane)> = plan
                .pieces
                .par_iter()
                .map(|piece| {
                    let mut out = vec![[0.0; LANES]; dimension];
                    let mut pulls = vec![[0.0; LANES]; plan.largest_group];
                    let mut squares = [0.0; LANES];
                    for g in piece.clone() {
                        let rows = plan.group_start[g] as usize..plan.group_start[g + 1] as usize;
                        let pulls = &mut pulls[..rows.len()];
                        let mut mean = [0.0; LANES];
                        for (l, q) in four.iter().enumerate() {
                            for ((p, q), w) in pulls.iter_mut().zip(&q[rows.clone()]).zip(&self.weight[rows.clone()]) {
                                p[l] = w * q;
                                mean[l] += p[l];
                                squares[l] += p[l] * q;
                            }
                        }
                        mean = mean.map(|total| ratio(total, self.group_weight[g]));
                        for (p, w) in pulls.iter_mut().zip(&self.weight[rows.clone()]) {
                            for l in 0..LANES {
                                p[l] -= w * mean[l];
                            }
                        }
                        for (run, levels) in runs(plan, g) {
                            let pulls = &pulls[run.start - rows.start..run.end - rows.start];
                            for start in levels {
                                let out = &mut out[*start as usize..*start as usize + run.len()];
                                for (o, p) in out.iter_mut().zip(pulls) {
                                    for l in 0..LANES {
                                        o[l] += p[l];
                                    }
                                }
                            }
                        }
                    }
                    (out, squares)
                })
                .collect();
            for l in 0..four.len() {
                let projected = (0..dimension).map(|k| parts.iter().map(|p| p.0[k][l]).sum()).collect();
                out.push((projected, parts.iter().map(|p| p.1[l]).sum::<f64>().sqrt()));
            }
        }
        out
    }

    /// The same for `q = g / w`, given `g`: no division, and rows of weight 0 with `g` 0 do no harm.
    pub(crate) fn project_gradient(&self, gradient: &[f64]) -> Vec<f64> {
        let plan = &self.plan;
        let parts: Vec<Vec<f64>> = plan
            .pieces
            .par_iter()
            .map(|piece| {
                let mut out = vec![0.0; plan.dimension()];
                for g in piece.clone() {
                    let rows = plan.group_start[g] as usize..plan.group_start[g + 1] as usize;
                    let mean = ratio(gradient[rows].iter().sum(), self.group_weight[g]);
                    for (rows, levels) in runs(plan, g) {
                        for start in levels {
                            let start = *start as usize;
                            let out = &mut out[start..start + rows.len()];
                            for ((o, x), w) in
                                out.iter_mut().zip(&gradient[rows.clone()]).zip(&self.weight[rows.clone()])
                            {
                                *o += x - w * mean;
                            }
                        }
                    }
                }
                out
            })
            .collect();
        sum_parts(parts, plan.dimension())
    }

    /// `S u` for four vectors at once.
    fn product(&self, u: &[Lane]) -> Vec<Lane> {
        let plan = &self.plan;
        let dimension = plan.dimension();
        let parts: Vec<Vec<Lane>> = plan
            .pieces
            .par_iter()
            .map(|piece| {
                let mut out = vec![[0.0; LANES]; dimension];
                let mut pulls = vec![[0.0; LANES]; plan.largest_group];
                let work = Product { absorber: self, piece: piece.clone(), u, out: &mut out, pulls: &mut pulls };
                pulp::Arch::new().dispatch(work);
                out
            })
            .collect();
        let mut parts = parts.into_iter();
        let mut out = parts.next().unwrap_or_else(|| vec![[0.0; LANES]; dimension]);
        for part in parts {
            for (o, p) in out.iter_mut().zip(&part) {
                for l in 0..LANES {
                    o[l] += p[l];
                }
            }
        }
        out
    }

    #[inline(always)]
    fn piece_product(&self, piece: std::ops::Range<usize>, u: &[Lane], out: &mut [Lane], pulls: &mut [Lane]) {
        let plan = &self.plan;
        for g in piece {
            let first = plan.group_start[g] as usize;
            // pulls = w (D u) by row of the group.
            for (rows, levels) in runs(plan, g) {
                let pulls = &mut pulls[rows.start - first..rows.end - first];
                let weight = &self.weight[rows.clone()];
                match levels {
                    [a, b] => {
                        let a = &u[*a as usize..*a as usize + rows.len()];
                        let b = &u[*b as usize..*b as usize + rows.len()];
                        for (((p, w), a), b) in pulls.iter_mut().zip(weight).zip(a).zip(b) {
                            for l in 0..LANES {
                                p[l] = w * (a[l] + b[l]);
                            }
                        }
                    }
                    _ => {
                        pulls.fill([0.0; LANES]);
                        for start in levels {
                            let effects = &u[*start as usize..*start as usize + rows.len()];
                            for (p, a) in pulls.iter_mut().zip(effects) {
                                for l in 0..LANES {
                                    p[l] += a[l];
                                }
                            }
                        }
                        for (p, w) in pulls.iter_mut().zip(weight) {
                            for l in 0..LANES {
                                p[l] *= w;
                            }
                        }
                    }
                }
            }
            // Four running sums, since one would wait for each addition before the next.
            let rows = plan.group_start[g + 1] as usize - first;
            let mut sums = [[0.0; LANES]; 4];
            let mut quads = pulls[..rows].chunks_exact(4);
            for quad in &mut quads {
                for (sum, p) in sums.iter_mut().zip(quad) {
                    for l in 0..LANES {
                        sum[l] += p[l];
                    }
                }
            }
            for p in quads.remainder() {
                for l in 0..LANES {
                    sums[0][l] += p[l];
                }
            }
            let mut mean = [0.0; LANES];
            for l in 0..LANES {
                let total = (sums[0][l] + sums[1][l]) + (sums[2][l] + sums[3][l]);
                mean[l] = ratio(total, self.group_weight[g]);
            }
            for (rows, levels) in runs(plan, g) {
                let pulls = &mut pulls[rows.start - first..rows.end - first];
                let weight = &self.weight[rows.clone()];
                if let [a, b] = levels {
                    // The families lie behind each other, so their parts of `out` do not overlap.
                    let (first_family, second_family) = out.split_at_mut(plan.offset[1]);
                    let a = &mut first_family[*a as usize..*a as usize + rows.len()];
                    let b = *b as usize - plan.offset[1];
                    let b = &mut second_family[b..b + rows.len()];
                    for (((p, w), a), b) in pulls.iter().zip(weight).zip(a).zip(b) {
                        for l in 0..LANES {
                            let left = p[l] - w * mean[l];
                            a[l] += left;
                            b[l] += left;
                        }
                    }
                    continue;
                }
                for (p, w) in pulls.iter_mut().zip(weight) {
                    for l in 0..LANES {
                        p[l] -= w * mean[l];
                    }
                }
                for start in levels {
                    let out = &mut out[*start as usize..*start as usize + rows.len()];
                    for (o, p) in out.iter_mut().zip(pulls.iter()) {
                        for l in 0..LANES {
                            o[l] += p[l];
                        }
                    }
                }
            }
        }
    }

    /// Calls `work` for each group with its rows, and a function that adds `D u` of an effect
    /// vector to a buffer over these rows. Returns what the pieces return, in order.
    pub(crate) fn each_group<T: Send, S: Send>(
        &self,
        rows: &mut [T],
        new: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, Group<'_>, &mut [T]) + Sync,
    ) -> Vec<S> {
        let pieces = self.cut(rows);
        pieces
            .into_par_iter()
            .zip(self.plan.pieces.par_iter())
            .map(|(mut part, piece)| {
                let mut state = new();
                for g in piece.clone() {
                    let rows = self.plan.group_start[g] as usize..self.plan.group_start[g + 1] as usize;
                    let (head, tail) = part.split_at_mut(rows.len());
                    part = tail;
                    work(&mut state, Group { absorber: self, index: g, rows }, head);
                }
                state
            })
            .collect()
    }

    /// Rows of the largest group: the length of a buffer that holds any group.
    pub(crate) fn largest_group(&self) -> usize {
        self.plan.largest_group
    }

    /// `q - D u - V m(q - D u)` over sorted rows: what the effects leave of a variable.
    pub(crate) fn residual(&self, q: &[f64], u: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; q.len()];
        self.residual_into(q, u, &mut out);
        out
    }

    /// The same into a buffer.
    pub(crate) fn residual_into(&self, q: &[f64], u: &[f64], out: &mut [f64]) {
        self.each_group(
            out,
            || (),
            |(), group, part| {
                part.copy_from_slice(&q[group.rows.clone()]);
                group.subtract_effects(u, part);
                let mean = group.mean(part);
                part.iter_mut().for_each(|x| *x -= mean);
            },
        );
    }

    /// What scores add up to over a level, against the sum of the sizes that they are made of: the
    /// largest of all levels of all families. Heavy levels cannot hide light ones.
    pub(crate) fn imbalance(&self, score: &[f64], size: &[f64]) -> f64 {
        let own = |(score, size): &(f64, f64)| if *size > 0.0 { score.abs() / size } else { 0.0 };
        self.by_level(score, size).iter().map(own).fold(0.0, f64::max)
    }

    /// Whether columns of norm 1 are orthogonal to the effects under the weights.
    pub(crate) fn orthogonal(&self, columns: &[Vec<f64>]) -> bool {
        columns.iter().all(|z| {
            let product: Vec<f64> = z.iter().zip(&self.weight).map(|(z, w)| z * w).collect();
            let sums = self.by_level(&product, &self.weight);
            let overlap: f64 = sums.iter().filter(|s| s.1 > 0.0).map(|(sum, weight)| sum / weight * sum).sum();
            !(overlap.sqrt() > OVERLAP)
        })
    }

    /// Whether columns of norm 1 rest on rows whose given weight is lost beside the heaviest. With one family
    /// each group is freed of its mean by itself; several are solved for together, to the precision of
    /// the heavy rows.
    pub(crate) fn rests_on_light_rows(&self, columns: &[Vec<f64>], given: &[f64]) -> bool {
        if self.plan.others.is_empty() {
            return false;
        }
        let heaviest = given.iter().copied().fold(0.0, f64::max);
        let share = |z: &Vec<f64>| -> f64 {
            let light = (0..z.len()).filter(|r| given[*r] < LIGHT * heaviest);
            light.map(|r| self.weight[r] * z[r] * z[r]).sum()
        };
        columns.iter().any(|z| share(z) > OVERLAP)
    }

    /// Sums of two variables over each level of each family, of the groups first.
    fn by_level(&self, a: &[f64], b: &[f64]) -> Vec<(f64, f64)> {
        type Sums = Vec<(f64, f64)>;
        let plan = &self.plan;
        let groups = plan.group_start.len() - 1;
        let parts: Vec<(usize, Sums, Sums)> = plan
            .pieces
            .par_iter()
            .map(|piece| {
                let mut own = Vec::with_capacity(piece.len());
                let mut others = vec![(0.0, 0.0); plan.dimension()];
                for g in piece.clone() {
                    let rows = plan.group_start[g] as usize..plan.group_start[g + 1] as usize;
                    own.push((a[rows.clone()].iter().sum(), b[rows].iter().sum()));
                    for (rows, levels) in runs(plan, g) {
                        for start in levels {
                            let others = &mut others[*start as usize..*start as usize + rows.len()];
                            for ((o, a), b) in others.iter_mut().zip(&a[rows.clone()]).zip(&b[rows.clone()]) {
                                o.0 += a;
                                o.1 += b;
                            }
                        }
                    }
                }
                (piece.start, own, others)
            })
            .collect();
        let mut out = vec![(0.0, 0.0); groups + plan.dimension()];
        for (first, own, others) in parts {
            out[first..first + own.len()].copy_from_slice(&own);
            for (o, (a, b)) in out[groups..].iter_mut().zip(others) {
                o.0 += a;
                o.1 += b;
            }
        }
        if self.idle { Vec::new() } else { out }
    }

    /// The effects of each family for a variable that lies in their span, given `u`, in the
    /// caller's order of families; empty for those that lie within another.
    pub(crate) fn effects(&self, q: &[f64], u: &[f64]) -> Vec<Vec<f64>> {
        let mut left = q.to_vec();
        let means: Vec<Vec<f64>> = self.each_group(&mut left, Vec::new, |means: &mut Vec<f64>, group, part| {
            group.subtract_effects(u, part);
            means.push(group.mean(part));
        });
        // A family that lies within another one is left at 0.
        let mut out = vec![Vec::new(); self.families];
        for (k, &f) in self.plan.others.iter().enumerate() {
            out[self.kept[f]] = u[self.plan.offset[k]..self.plan.offset[k + 1]].to_vec();
        }
        out[self.kept[self.plan.eliminated]] = means.into_iter().flatten().collect();
        out
    }

    /// The columns of work: bytes that one product reads and writes, counting weights once and
    /// effect vectors as cached.
    pub(crate) fn bytes_per_product(&self) -> usize {
        self.weight.len() * 8 + self.plan.runs.len() * (8 + 4 * self.plan.others.len()) + self.group_weight.len() * 16
    }
}

/// A product with `S` over one piece, compiled for each generation of vector instructions. A
/// closure would not do: only what is inlined into the dispatch is compiled so.
struct Product<'a> {
    absorber: &'a Absorber,
    piece: std::ops::Range<usize>,
    u: &'a [Lane],
    out: &'a mut [Lane],
    pulls: &'a mut [Lane],
}

impl pulp::WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        self.absorber.piece_product(self.piece, self.u, self.out, self.pulls);
    }
}

/// One group of rows.
pub(crate) struct Group<'a> {
    absorber: &'a Absorber,
    index: usize,
    /// Its rows in the sorted order.
    pub(crate) rows: std::ops::Range<usize>,
}

impl Group<'_> {
    /// Subtracts `D u` from a buffer over the group's rows.
    pub(crate) fn subtract_effects(&self, u: &[f64], buffer: &mut [f64]) {
        self.each_effect(u, buffer, |x, a| *x -= a);
    }

    /// Adds `D u` to a buffer over the group's rows.
    pub(crate) fn add_effects(&self, u: &[f64], buffer: &mut [f64]) {
        self.each_effect(u, buffer, |x, a| *x += a);
    }

    #[inline(always)]
    fn each_effect(&self, u: &[f64], buffer: &mut [f64], work: impl Fn(&mut f64, f64)) {
        let first = self.rows.start;
        for (rows, levels) in runs(&self.absorber.plan, self.index) {
            let buffer = &mut buffer[rows.start - first..rows.end - first];
            for start in levels {
                let effects = &u[*start as usize..*start as usize + rows.len()];
                for (x, a) in buffer.iter_mut().zip(effects) {
                    work(x, *a);
                }
            }
        }
    }

    /// The weighted mean of a buffer over the group's rows; 0 where the group has no weight.
    pub(crate) fn mean(&self, buffer: &[f64]) -> f64 {
        let weight = &self.absorber.weight[self.rows.clone()];
        let total = weight.iter().zip(buffer).map(|(w, x)| w * x).sum();
        ratio(total, self.absorber.group_weight[self.index])
    }
}

/// The runs of a group: their rows, and where each other family's effects begin.
struct Runs<'a> {
    plan: &'a Plan,
    next: usize,
    end: usize,
}

impl<'a> Iterator for Runs<'a> {
    type Item = (std::ops::Range<usize>, &'a [u32]);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.end {
            return None;
        }
        let (at, width) = (self.next, self.plan.others.len());
        self.next += 1;
        let run = self.plan.runs[at];
        Some((run.row as usize..(run.row + run.len) as usize, &self.plan.run_level[at * width..(at + 1) * width]))
    }
}

#[inline(always)]
fn runs(plan: &Plan, group: usize) -> Runs<'_> {
    Runs { plan, next: plan.group_run[group] as usize, end: plan.group_run[group + 1] as usize }
}

/// Weights of the cells of one group, by level of the other families.
struct Cells {
    sum: Vec<f64>,
    seen: Vec<u32>,
}

impl Cells {
    fn add_group(&mut self, plan: &Plan, group: usize, weight: &[f64]) {
        for (rows, levels) in runs(plan, group) {
            for start in levels {
                for (step, w) in weight[rows.clone()].iter().enumerate() {
                    let k = *start as usize + step;
                    if self.sum[k] == 0.0 && *w > 0.0 {
                        self.seen.push(k as u32);
                    }
                    self.sum[k] += w;
                }
            }
        }
    }
}

/// What is left of a group's weight beside one cell, against the group's, below which the cell counts
/// as all of it: the rounding of the sums.
const ALONE: f64 = 1e-14;

/// What elimination of a group leaves of the weight of one of its cells: nothing where the cell is
/// all of the group. `inverse` is that of the group's weight.
#[inline(always)]
fn remainder(cell: f64, total: f64, inverse: f64) -> f64 {
    let rest = total - cell;
    if rest > ALONE * total { cell * (rest * inverse) } else { 0.0 }
}

fn ratio(total: f64, weight: f64) -> f64 {
    if weight > 0.0 { total / weight } else { 0.0 }
}

fn add(a: &mut [f64], b: &[f64]) {
    a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
}

fn sum_parts(parts: Vec<Vec<f64>>, dimension: usize) -> Vec<f64> {
    let mut out = vec![0.0; dimension];
    for part in &parts {
        add(&mut out, part);
    }
    out
}
