//! How many parameters a design has, by the rules of fixest and of Stata.

use std::collections::{HashMap, HashSet};

use turnover_gravity::SmallSample;

/// Whether every level of `inner` lies in one level of `outer`.
pub(crate) fn lies_in(inner: &[u32], outer: &[u32]) -> bool {
    let mut home = HashMap::new();
    inner.iter().zip(outer).all(|(i, o)| home.entry(*i).or_insert(*o) == o)
}

fn levels(codes: &[u32]) -> usize {
    codes.iter().collect::<HashSet<_>>().len()
}

/// Components of the graph whose nodes are the levels of two families and whose edges are rows.
fn components(a: &[u32], b: &[u32]) -> usize {
    let mut label: Vec<usize> = (0..a.len()).collect();
    loop {
        let mut changed = false;
        for codes in [a, b] {
            let mut least: HashMap<u32, usize> = HashMap::new();
            for (code, l) in codes.iter().zip(&label) {
                let slot = least.entry(*code).or_insert(*l);
                *slot = (*slot).min(*l);
            }
            for (code, l) in codes.iter().zip(&mut label) {
                changed |= least[code] != *l;
                *l = least[code];
            }
        }
        if !changed {
            return label.iter().collect::<HashSet<_>>().len();
        }
    }
}

/// Coefficients and effects that count, for families and clusters on the rows that take part.
pub(crate) fn parameters(k: usize, families: &[Vec<u32>], clusters: &[Vec<u32>], ssc: SmallSample) -> usize {
    if families.is_empty() {
        return k;
    }
    // A family that lies in another counts nothing; the first of equal ones counts.
    let contained = |f: usize| {
        (0..families.len())
            .any(|g| g != f && lies_in(&families[g], &families[f]) && (g < f || !lies_in(&families[f], &families[g])))
    };
    let remaining: Vec<&Vec<u32>> = (0..families.len())
        .filter(|f| !contained(*f))
        .map(|f| &families[f])
        .filter(|f| !clusters.iter().any(|c| lies_in(f, c)))
        .collect();
    if remaining.is_empty() {
        return k + 1;
    }
    let all: usize = remaining.iter().map(|f| levels(f)).sum();
    let shared: usize = match ssc {
        SmallSample::Stata => (1..remaining.len())
            .map(|f| (0..f).map(|g| components(remaining[f], remaining[g])).max().unwrap_or(0))
            .sum(),
        SmallSample::Fixest | SmallSample::None => remaining.len() - 1,
    };
    k + all - shared
}
