//! Weights, and what elimination of the largest family leaves of each level.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::absorber::Absorber;
use super::plan::Plan;

impl Absorber {
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
                    let rows = plan.rows(g);
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
                    for (rows, levels) in plan.runs_of(g) {
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
}

/// Weights of the cells of one group, by level of the other families.
struct Cells {
    sum: Vec<f64>,
    seen: Vec<u32>,
}

impl Cells {
    fn add_group(&mut self, plan: &Plan, group: usize, weight: &[f64]) {
        for (rows, levels) in plan.runs_of(group) {
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

fn add(a: &mut [f64], b: &[f64]) {
    a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
}
