//! Dense least squares by Householder reflections, column by column.

use super::dd::{Dd, add_multiple, dot, norm};

/// A share of a column's norm below which it is a combination of the columns before it: far above the
/// rounding of 32 digits, far below the rounding of data in 16.
pub(crate) const NOTHING: f64 = 1e-22;

/// Columns that were reflected one after the other into a triangle.
pub(crate) struct Qr {
    rows: usize,
    /// Unit vectors of the reflections.
    mirrors: Vec<Vec<Dd>>,
    /// Columns of the triangle, each as long as its place plus one.
    triangle: Vec<Vec<Dd>>,
}

impl Qr {
    pub(crate) fn new(rows: usize) -> Qr {
        Qr { rows, mirrors: Vec::new(), triangle: Vec::new() }
    }

    /// Columns taken so far.
    pub(crate) fn rank(&self) -> usize {
        self.mirrors.len()
    }

    /// `Q'v`.
    pub(crate) fn turned(&self, v: &[Dd]) -> Vec<Dd> {
        let mut v = v.to_vec();
        for (j, mirror) in self.mirrors.iter().enumerate() {
            reflect(mirror, &mut v[j..]);
        }
        v
    }

    /// The norm of what the columns taken so far leave of a turned vector.
    pub(crate) fn left(&self, turned: &[Dd]) -> f64 {
        norm(&turned[self.rank().min(self.rows)..]).value()
    }

    /// Takes a turned vector as the next column.
    pub(crate) fn take(&mut self, mut turned: Vec<Dd>) {
        let j = self.rank();
        let below = &turned[j..];
        let length = norm(below);
        let sign = if below[0].hi < 0.0 { -Dd::ONE } else { Dd::ONE };
        let mut mirror = below.to_vec();
        mirror[0] += sign * length;
        let size = norm(&mirror);
        mirror.iter_mut().for_each(|m| *m = *m / size);
        turned.truncate(j);
        turned.push(-(sign * length));
        self.mirrors.push(mirror);
        self.triangle.push(turned);
    }

    /// Takes a column unless those before it explain it; says whether it did.
    pub(crate) fn offer(&mut self, column: &[Dd]) -> bool {
        let turned = self.turned(column);
        let new = self.rank() < self.rows && self.left(&turned) > NOTHING * norm(column).value();
        if new {
            self.take(turned);
        }
        new
    }

    /// `Qv` for a vector that is given by its first entries.
    pub(crate) fn turned_back(&self, first: &[Dd]) -> Vec<Dd> {
        let mut v = vec![Dd::ZERO; self.rows];
        v[..first.len()].copy_from_slice(first);
        for (j, mirror) in self.mirrors.iter().enumerate().rev() {
            reflect(mirror, &mut v[j..]);
        }
        v
    }

    /// Column `j` of `Q`.
    pub(crate) fn column(&self, j: usize) -> Vec<Dd> {
        let mut unit = vec![Dd::ZERO; j + 1];
        unit[j] = Dd::ONE;
        self.turned_back(&unit)
    }

    /// Solves `R b = c` for the first entries of a turned vector.
    pub(crate) fn solve(&self, turned: &[Dd]) -> Vec<Dd> {
        let p = self.rank();
        let mut b = turned[..p].to_vec();
        for j in (0..p).rev() {
            let column = &self.triangle[j];
            b[j] = b[j] / column[j];
            let value = b[j];
            for i in 0..j {
                b[i] -= column[i] * value;
            }
        }
        b
    }

    /// The last columns of `Q R^-T` transposed to coefficients: how each row's weighted residual moves
    /// the last `k` coefficients, one vector per coefficient.
    pub(crate) fn influences(&self, k: usize) -> Vec<Vec<Dd>> {
        let p = self.rank();
        // Rows of R^-1 that belong to the last coefficients have entries in the last columns only.
        let mut inverse = vec![vec![Dd::ZERO; k]; k];
        for j in 0..k {
            let mut unit = vec![Dd::ZERO; p];
            unit[p - k + j] = Dd::ONE;
            let column = self.solve(&unit);
            for i in 0..k {
                inverse[i][j] = column[p - k + i];
            }
        }
        let last: Vec<Vec<Dd>> = (0..k).map(|j| self.column(p - k + j)).collect();
        inverse
            .iter()
            .map(|row| {
                let mut out = vec![Dd::ZERO; self.rows];
                for (c, q) in row.iter().zip(&last) {
                    add_multiple(&mut out, *c, q);
                }
                out
            })
            .collect()
    }
}

fn reflect(mirror: &[Dd], v: &mut [Dd]) {
    let along = dot(mirror, v).scaled(-2.0);
    add_multiple(v, along, mirror);
}

/// An orthonormal basis of the vectors that all rows given take to zero, and the smallest share of a row
/// that the others did not explain though it counted, with the largest that did not count.
pub(crate) fn null_space(rows: &[Vec<Dd>], dimension: usize, nothing: f64) -> (Vec<Vec<Dd>>, [f64; 2]) {
    let mut qr = Qr::new(dimension);
    let mut open: Vec<Vec<Dd>> = rows.to_vec();
    let mut pivots = [f64::INFINITY, 0.0];
    while qr.rank() < dimension {
        let left = |row: &Vec<Dd>| norm(&row[qr.rank()..]).value();
        // The longest remainder first, so that the rank is seen.
        let best = (0..open.len()).max_by(|a, b| left(&open[*a]).total_cmp(&left(&open[*b])));
        let Some(best) = best else { break };
        let most = left(&open[best]);
        if most <= nothing {
            pivots[1] = most;
            break;
        }
        pivots[0] = most;
        let row = open.swap_remove(best);
        let j = qr.rank();
        qr.take(row);
        for row in &mut open {
            reflect(&qr.mirrors[j], &mut row[j..]);
        }
    }
    let basis = (qr.rank()..dimension).map(|j| qr.column(j)).collect();
    (basis, pivots)
}
