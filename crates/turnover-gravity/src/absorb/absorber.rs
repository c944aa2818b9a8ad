//! A design with its weights.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::nested::contained;
use super::plan::Plan;
use super::schwarz::{Pairs, Schwarz};
use crate::effects::{Effects, Family};
use crate::model::Model;

/// A design with its weights, ready to solve. Vectors over rows are in the design's sorted order:
/// see [`Absorber::sorted`].
pub(crate) struct Absorber {
    pub(super) plan: Plan,
    /// The plan's families by their place in the caller's order.
    pub(super) kept: Vec<usize>,
    /// Number of families of the caller.
    pub(super) families: usize,
    /// Weights by sorted row.
    pub(super) weight: Vec<f64>,
    /// `V'W V`: weight of each group.
    pub(super) group_weight: Vec<f64>,
    /// Whether nothing is absorbed.
    pub(super) idle: bool,
    /// `diag(S)`.
    pub(super) diagonal: Vec<f64>,
    /// The weight of levels against what elimination leaves of them, on average: how far rounding of a
    /// right-hand side is magnified.
    pub(super) magnified: f64,
    /// Whether the diagonal has proved too weak a preconditioner.
    pub(super) hard: AtomicBool,
    pub(super) pairs: OnceLock<Pairs>,
    pub(super) schwarz: OnceLock<Schwarz>,
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

    /// That of a model on the rows of `used`; without effects one that absorbs nothing.
    pub(crate) fn of(model: &Model, used: &[bool]) -> Self {
        match &model.effects {
            Some(effects) => Absorber::new(effects, used),
            None => Absorber::idle(model.y.len()),
        }
    }

    /// One that absorbs nothing: its one group has no mean.
    pub(crate) fn idle(rows: usize) -> Self {
        let all = Family { name: String::new(), codes: vec![0; rows], levels: 1 };
        Absorber { idle: true, ..Absorber::new(&Effects::of(all), &vec![true; rows]) }
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

    pub(crate) fn weight(&self) -> &[f64] {
        &self.weight
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
                    let rows = self.plan.rows(g);
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

    /// The columns of work: bytes that one product reads and writes, counting weights once and
    /// effect vectors as cached.
    pub(crate) fn bytes_per_product(&self) -> usize {
        self.weight.len() * 8 + self.plan.runs.len() * (8 + 4 * self.plan.others.len()) + self.group_weight.len() * 16
    }
}

/// One group of rows.
pub(crate) struct Group<'a> {
    absorber: &'a Absorber,
    index: usize,
    /// Its rows in the sorted order.
    pub(crate) rows: Range<usize>,
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
        for (rows, levels) in self.absorber.plan.runs_of(self.index) {
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

/// A quotient that is 0 where nothing weighs.
pub(super) fn ratio(total: f64, weight: f64) -> f64 {
    if weight > 0.0 { total / weight } else { 0.0 }
}
