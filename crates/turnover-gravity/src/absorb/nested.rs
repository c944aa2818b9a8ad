//! Families that add nothing to another one.
//!
//! `exporter` beside `exporter^year` spans nothing new: each of its levels is a sum of levels of the
//! other family. Solving for both would leave a system whose right-hand side is rounding, so that
//! whatever the solver makes of it is noise. Such a family is left out of the solve, and counts no
//! degree of freedom. The same holds for a family that is repeated under another name.

use crate::effects::Family;

/// For each family, whether another one that is kept contains it on the rows of `used`: each level of
/// the other lies within one of its own. Of families that contain each other the first is kept.
pub(crate) fn contained(families: &[Family], used: impl Fn(usize) -> bool) -> Vec<bool> {
    let count = families.len();
    let mut out = vec![false; count];
    for f in 0..count {
        out[f] = (0..count).any(|g| {
            g != f && !out[g] && within(&families[f], &families[g], &used) && {
                // Equal families: the later one goes.
                g < f || !within(&families[g], &families[f], &used)
            }
        });
    }
    out
}

/// Whether each level of `large` lies within one level of `small`.
fn within(small: &Family, large: &Family, used: impl Fn(usize) -> bool) -> bool {
    let mut home = vec![u32::MAX; large.levels];
    small.codes.iter().zip(&large.codes).enumerate().all(|(row, (s, l))| {
        if !used(row) {
            return true;
        }
        let slot = &mut home[*l as usize];
        if *slot == u32::MAX {
            *slot = *s;
        }
        *slot == *s
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(codes: &[u32]) -> Family {
        Family { name: String::new(), codes: codes.to_vec(), levels: 8 }
    }

    #[test]
    fn coarser_and_repeated_families_add_nothing() {
        let fine = family(&[0, 1, 2, 3, 0, 1, 2, 3]);
        let coarse = family(&[0, 0, 1, 1, 0, 0, 1, 1]);
        let renamed = family(&[5, 4, 3, 2, 5, 4, 3, 2]);
        let other = family(&[0, 0, 0, 0, 1, 1, 1, 1]);
        let all = |_: usize| true;
        assert_eq!(contained(&[coarse.clone(), fine.clone(), other.clone()], all), [true, false, false]);
        assert_eq!(contained(&[fine.clone(), renamed.clone(), coarse.clone()], all), [false, true, true]);
        assert_eq!(contained(&[renamed, fine.clone()], all), [false, true]);
        // On the first four rows, everything lies within `fine`, and `other` is a constant.
        assert_eq!(contained(&[fine, coarse, other], |r| r < 4), [false, true, true]);
    }
}
