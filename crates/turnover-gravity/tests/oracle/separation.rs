//! Separated rows, by the definition (Correia, Guimaraes and Zylkin 2021, proposition 1): the largest set
//! of rows with outcome 0 on which some combination of the columns is positive, with 0 on every row with
//! a positive outcome and nothing negative.
//!
//! With `N` a basis of the combinations that are 0 where the outcome is positive and `A` the other rows
//! times `N`, it asks for the `c` with `A c >= 0` and as many positive entries as can be. The least norm of
//! `A'(1 + l)` over `l >= 0` answers: where it is 0, a positive combination of the rows is zero and none of
//! them is separated (Stiemke); where it is not, the vector itself is such a `c`.

use super::dd::{Dd, add_multiple, dot, norm};
use super::dense::{Qr, null_space};

/// Shares below the first are the rounding of data; those up to the second leave it open.
const GREY: [f64; 2] = [1e-12, 1e-7];

/// The separated rows among those given by rows of an orthonormal basis of their columns; `None` where it
/// depends on the rounding of the data.
pub(crate) fn separated(rows: &[Vec<Dd>], positive: &[bool]) -> Option<Vec<bool>> {
    let mut out = vec![false; rows.len()];
    let Some(dimension) = rows.first().map(Vec::len) else { return Some(out) };
    let held: Vec<Vec<Dd>> = rows.iter().zip(positive).filter(|(_, p)| **p).map(|(r, _)| r.clone()).collect();
    let (basis, [least, most]) = null_space(&held, dimension, GREY[0]);
    if least < GREY[1] || most > 1e-2 * GREY[0] {
        return None;
    }
    let mut open: Vec<(usize, Vec<Dd>)> = Vec::new();
    for (at, row) in rows.iter().enumerate().filter(|(at, _)| !positive[*at]) {
        let image: Vec<Dd> = basis.iter().map(|b| dot(b, row)).collect();
        let (size, length) = (norm(&image), norm(row));
        let share = size.value() / length.value().max(f64::MIN_POSITIVE);
        if share > GREY[1] {
            open.push((at, image.into_iter().map(|v| v / size).collect()));
        } else if share > GREY[0] {
            return None;
        }
    }
    while !open.is_empty() {
        let combination = least_norm(&open, basis.len())?;
        let size = norm(&combination);
        if size.value() < GREY[0] {
            return Some(out);
        }
        if size.value() < GREY[1] {
            return None;
        }
        let mut still = Vec::with_capacity(open.len());
        for (at, row) in open {
            let value = (dot(&row, &combination) / size).value();
            if value > GREY[1] {
                out[at] = true;
            } else if value.abs() < GREY[0] {
                still.push((at, row));
            } else {
                return None;
            }
        }
        open = still;
    }
    Some(out)
}

/// `A'(1 + l)` of the least norm over `l >= 0`, by the active sets of Lawson and Hanson. `None` if the
/// search does not end.
fn least_norm(rows: &[(usize, Vec<Dd>)], dimension: usize) -> Option<Vec<Dd>> {
    let mut start = vec![Dd::ZERO; dimension];
    rows.iter().for_each(|(_, row)| add_multiple(&mut start, Dd::ONE, row));
    let mut l = vec![Dd::ZERO; rows.len()];
    let mut passive: Vec<usize> = Vec::new();
    for _ in 0..20 * rows.len() {
        let mut out = start.clone();
        for j in &passive {
            add_multiple(&mut out, l[*j], &rows[*j].1);
        }
        // A row on which the combination is negative is pulled in.
        let size = norm(&out).value();
        let worst = (0..rows.len())
            .filter(|j| !passive.contains(j))
            .map(|j| (j, dot(&rows[j].1, &out).value()))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((next, value)) = worst else { return Some(out) };
        if size < GREY[0] || value > -1e-20 * size {
            return Some(out);
        }
        l[next] = Dd::ZERO;
        passive.push(next);
        loop {
            let mut qr = Qr::new(dimension);
            passive.retain(|j| qr.offer(&rows[*j].1));
            let aim: Vec<Dd> = start.iter().map(|s| -*s).collect();
            let solution = qr.solve(&qr.turned(&aim));
            if solution.iter().all(|s| s.hi > 0.0) {
                for (j, s) in passive.iter().zip(&solution) {
                    l[*j] = *s;
                }
                break;
            }
            // As far towards the solution as all stay positive; what reaches 0 leaves.
            let reach = passive
                .iter()
                .zip(&solution)
                .filter(|(_, s)| s.hi <= 0.0)
                .map(|(j, s)| l[*j] / (l[*j] - *s))
                .fold(Dd::ONE, |a, b| if b < a { b } else { a });
            for (j, s) in passive.iter().zip(&solution) {
                l[*j] = l[*j] + reach * (*s - l[*j]);
            }
            let tiny = 1e-28;
            passive.retain(|j| l[*j].hi > tiny);
            if passive.is_empty() {
                break;
            }
        }
    }
    None
}
