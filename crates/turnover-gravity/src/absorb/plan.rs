//! The order in which rows are worked on.
//!
//! The family of effects with the most levels (in a gravity panel, the country pair) is eliminated
//! in closed form, so rows are sorted by it: a **group** is the run of rows of one of its levels.
//! Within a group the levels of the other families (exporter-year, importer-year) usually count up
//! together, one by one, since both follow the year. Such a **run** needs no index per row: the
//! effects of its rows are consecutive numbers in memory, and every pass is a streaming sum.

use std::ops::Range;

use crate::effects::Family;

/// A stretch of a group's rows over which the level of every other family grows by one per row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    /// First row, in the sorted order.
    pub(super) row: u32,
    /// Number of rows.
    pub(super) len: u32,
}

/// The layout of one design.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Whether the rows came in the sorted order.
    pub(super) in_order: bool,
    /// Sorted position -> original row.
    pub(super) order: Vec<u32>,
    /// Group -> its first row in the sorted order; one more at the end.
    pub(super) group_start: Vec<u32>,
    /// Group -> its first run; one more at the end.
    pub(super) group_run: Vec<u32>,
    /// All runs.
    pub(super) runs: Vec<Run>,
    /// Run-major, `others` numbers per run: where each other family's effects begin in the vector
    /// of all of them.
    pub(super) run_level: Vec<u32>,
    /// Families that are not eliminated, in the caller's order.
    pub(super) others: Vec<usize>,
    /// The eliminated family.
    pub(super) eliminated: usize,
    /// First index of each other family in the vector of effects; one more at the end.
    pub(super) offset: Vec<usize>,
    /// Rows of the largest group.
    pub(super) largest_group: usize,
    /// Whether some group has two rows of one level of another family.
    pub(super) repeats: bool,
    /// Groups, cut into pieces of about equal numbers of rows. The number of pieces does not
    /// depend on the number of threads, and neither do the results.
    pub(super) pieces: Vec<Range<usize>>,
}

/// Rows that make a piece of work worth its own buffer of effects.
const PIECE_ROWS: usize = 16_384;

impl Plan {
    /// The plan of families with a code for each of `n` rows; at least one family.
    pub(super) fn new(families: &[&Family], n: usize) -> Self {
        let eliminated = (0..families.len()).max_by_key(|&f| (families[f].levels, f)).unwrap_or(0);
        let others: Vec<usize> = (0..families.len()).filter(|f| *f != eliminated).collect();
        let mut offset = vec![0];
        for &f in &others {
            offset.push(offset[offset.len() - 1] + families[f].levels);
        }

        // Counting sort by the first other family, then (stable) by group: within a group rows
        // follow that family's levels.
        let mut order: Vec<u32> = (0..n as u32).collect();
        let Family { codes, levels, .. } = families[eliminated];
        // Rows that come in the order of groups are left as they are: their runs are the file's.
        let in_order = codes.is_sorted();
        let group_start = if in_order {
            (0..=*levels).map(|level| codes.partition_point(|c| (*c as usize) < level) as u32).collect()
        } else {
            if let Some(&first) = others.first() {
                order = counting_sort(&order, &families[first].codes, families[first].levels).0;
            }
            let group_start;
            (order, group_start) = counting_sort(&order, codes, *levels);
            group_start
        };

        let groups = group_start.len() - 1;
        let mut runs: Vec<Run> = Vec::new();
        let mut run_level: Vec<u32> = Vec::new();
        let mut group_run = Vec::with_capacity(groups + 1);
        group_run.push(0);
        let mut level = vec![0u32; others.len()];
        let mut previous = vec![0u32; others.len()];
        let mut largest_group = 0;
        let mut repeats = false;
        let mut last_group = vec![u32::MAX; offset[others.len()]];
        for g in 0..groups {
            let rows = group_start[g] as usize..group_start[g + 1] as usize;
            largest_group = largest_group.max(rows.len());
            for row in rows.clone() {
                for (k, &f) in others.iter().enumerate() {
                    level[k] = families[f].codes[order[row] as usize] + offset[k] as u32;
                    let last = &mut last_group[level[k] as usize];
                    repeats |= *last == g as u32;
                    *last = g as u32;
                }
                let goes_on = row > rows.start && level.iter().zip(&previous).all(|(l, p)| *l == p + 1);
                match runs.last_mut() {
                    Some(run) if goes_on => run.len += 1,
                    _ => {
                        runs.push(Run { row: row as u32, len: 1 });
                        run_level.extend_from_slice(&level);
                    }
                }
                previous.copy_from_slice(&level);
            }
            group_run.push(runs.len() as u32);
        }

        let count = (n / PIECE_ROWS).clamp(4, 8);
        let mut pieces = Vec::with_capacity(count);
        let mut from = 0;
        for piece in 1..=count {
            let upto = n * piece / count;
            let to =
                if piece == count { groups } else { group_start.partition_point(|s| (*s as usize) < upto).min(groups) };
            if to > from {
                pieces.push(from..to);
                from = to;
            }
        }
        Plan {
            in_order,
            order,
            group_start,
            group_run,
            runs,
            run_level,
            others,
            eliminated,
            offset,
            largest_group,
            repeats,
            pieces,
        }
    }

    /// Number of effects that are not eliminated.
    pub(super) fn dimension(&self) -> usize {
        self.offset[self.offset.len() - 1]
    }

    /// The rows of a group in the sorted order.
    #[inline(always)]
    pub(super) fn rows(&self, group: usize) -> Range<usize> {
        self.group_start[group] as usize..self.group_start[group + 1] as usize
    }

    /// The runs of a group.
    #[inline(always)]
    pub(super) fn runs_of(&self, group: usize) -> Runs<'_> {
        Runs { plan: self, next: self.group_run[group] as usize, end: self.group_run[group + 1] as usize }
    }

    /// The rows of a piece in the sorted order.
    pub(super) fn piece_rows(&self, piece: &Range<usize>) -> Range<usize> {
        self.group_start[piece.start] as usize..self.group_start[piece.end] as usize
    }
}

/// The runs of a group: their rows, and where each other family's effects begin.
pub(super) struct Runs<'a> {
    plan: &'a Plan,
    next: usize,
    end: usize,
}

impl<'a> Iterator for Runs<'a> {
    type Item = (Range<usize>, &'a [u32]);

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

/// Stable counting sort of `rows` by `codes`; also where each level begins.
fn counting_sort(rows: &[u32], codes: &[u32], levels: usize) -> (Vec<u32>, Vec<u32>) {
    let mut start = vec![0u32; levels + 1];
    for &row in rows {
        start[codes[row as usize] as usize + 1] += 1;
    }
    for level in 0..levels {
        start[level + 1] += start[level];
    }
    let mut next = start.clone();
    let mut sorted = vec![0u32; rows.len()];
    for &row in rows {
        let slot = &mut next[codes[row as usize] as usize];
        sorted[*slot as usize] = row;
        *slot += 1;
    }
    (sorted, start)
}
