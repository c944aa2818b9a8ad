//! A preconditioner for effects that hang together badly: additive Schwarz over pairs of families.
//!
//! The normal equations of all families, restricted to two of them, are a Laplacian (see
//! `laplacian`). Each pair is solved with its approximate factor and the results are added. Of the
//! system that is left once the largest family is eliminated, the inverse is a block of the whole
//! inverse, so the same preconditioner serves it with zeros for the eliminated family. With two
//! families there is one pair, and a few passes are enough whatever the graph.

use rayon::prelude::*;

use super::lane::Lane;
use super::laplacian::Factor;
use super::plan::Plan;

/// The cells of two families: which rows share both levels.
#[derive(Debug)]
struct Cells {
    /// Levels of the two families, counted over the vertices of [`Schwarz`].
    ends: Vec<(u32, u32)>,
    /// Cell of each sorted row.
    cell: Vec<u32>,
    /// Where the vertices of the two families begin, and how many there are.
    spans: [(usize, usize); 2],
}

/// The pairs with their cells; weights come and go.
#[derive(Debug)]
pub(super) struct Pairs {
    cells: Vec<Cells>,
}

/// The preconditioner at some weights.
#[derive(Debug)]
pub(super) struct Schwarz {
    factors: Vec<Factor>,
}

impl Pairs {
    /// The pairs of a plan's families. Vertices are the effects of the families that are not
    /// eliminated, in their order, then the groups.
    pub(super) fn new(plan: &Plan) -> Self {
        let dimension = plan.dimension();
        let groups = plan.group_start.len() - 1;
        let width = plan.others.len();
        let rows = plan.order.len();
        // Vertex of each row in each family; the eliminated one comes last.
        let mut vertices: Vec<Vec<u32>> = vec![vec![0; rows]; width + 1];
        for g in 0..groups {
            for row in plan.group_start[g] as usize..plan.group_start[g + 1] as usize {
                vertices[width][row] = (dimension + g) as u32;
            }
            for at in plan.group_run[g] as usize..plan.group_run[g + 1] as usize {
                let run = plan.runs[at];
                for k in 0..width {
                    for step in 0..run.len {
                        vertices[k][(run.row + step) as usize] = plan.run_level[at * width + k] + step;
                    }
                }
            }
        }
        let span = |k: usize| match k == width {
            true => (dimension, groups),
            false => (plan.offset[k], plan.offset[k + 1] - plan.offset[k]),
        };
        let pairs: Vec<(usize, usize)> = (0..=width).flat_map(|b| (0..b).map(move |a| (a, b))).collect();
        let cells = pairs
            .into_par_iter()
            .map(|(a, b)| {
                let (first, second) = (&vertices[a], &vertices[b]);
                let mut order: Vec<u32> = (0..rows as u32).collect();
                order.sort_unstable_by_key(|r| (first[*r as usize], second[*r as usize]));
                let mut ends: Vec<(u32, u32)> = Vec::new();
                let mut cell = vec![0; rows];
                for r in order {
                    let here = (first[r as usize], second[r as usize]);
                    if ends.last() != Some(&here) {
                        ends.push(here);
                    }
                    cell[r as usize] = (ends.len() - 1) as u32;
                }
                Cells { ends, cell, spans: [span(a), span(b)] }
            })
            .collect();
        Pairs { cells }
    }

    /// Factors all pairs at the weights of the sorted rows.
    pub(super) fn factor(&self, weight: &[f64]) -> Schwarz {
        let factors = self.cells.par_iter().map(|cells| {
            let mut weights = vec![0.0; cells.ends.len()];
            for (c, w) in cells.cell.iter().zip(weight) {
                weights[*c as usize] += w;
            }
            let edges = cells.ends.iter().zip(&weights).filter(|(_, w)| **w > 0.0);
            let edges = edges.map(|((a, b), w)| (cells.local(0, *a), cells.local(1, *b), *w));
            Factor::new(cells.spans[0].1 + cells.spans[1].1, edges)
        });
        Schwarz { factors: factors.collect() }
    }
}

impl Cells {
    /// Vertex of a pair's graph; the second family's come behind the first's.
    fn local(&self, side: usize, vertex: u32) -> u32 {
        (vertex as usize - self.spans[side].0 + side * self.spans[0].1) as u32
    }
}

impl Schwarz {
    /// Applies the preconditioner to a residual of the system without the eliminated family.
    pub(super) fn apply(&self, pairs: &Pairs, residual: &[Lane]) -> Vec<Lane> {
        let dimension = residual.len();
        let parts: Vec<(Vec<Lane>, &Cells)> = self
            .factors
            .par_iter()
            .zip(&pairs.cells)
            .map(|(factor, cells)| {
                // A pair's normal equations are a Laplacian once the sign of one family is turned.
                let mut r = Vec::with_capacity(cells.spans[0].1 + cells.spans[1].1);
                for (side, sign) in [(0, 1.0), (1, -1.0)] {
                    let (first, count) = cells.spans[side];
                    match first < dimension {
                        true => r.extend(residual[first..first + count].iter().map(|x| sign * *x)),
                        false => r.extend(std::iter::repeat_n(Lane::ZERO, count)),
                    }
                }
                factor.solve(&mut r);
                (r, cells)
            })
            .collect();
        let mut out = vec![Lane::ZERO; dimension];
        for (z, cells) in parts {
            for (side, sign) in [(0, 1.0), (1, -1.0)] {
                let (first, count) = cells.spans[side];
                if first >= dimension {
                    continue;
                }
                let local = &z[side * cells.spans[0].1..][..count];
                out[first..first + count].iter_mut().zip(local).for_each(|(o, z)| *o += sign * *z);
            }
        }
        out
    }
}
