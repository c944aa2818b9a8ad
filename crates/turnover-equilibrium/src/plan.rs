//! Which of several levers reach a multiple: each alone, in which order, the fewest that do.

/// Levers up to which every set is tried; beyond it the order decides.
pub const MOST_TRIED: usize = 12;

/// What levers do for a multiple.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The multiple with each lever alone.
    pub alone: Vec<f64>,
    /// The levers in the order in which each next one adds most, with the multiple after it.
    pub order: Vec<(usize, f64)>,
    /// The fewest levers that reach the goal, and the multiple with them: of sets of that size the
    /// one that gets farthest. `None` where all together do not.
    pub smallest: Option<(Vec<usize>, f64)>,
    /// Whether every set was tried for it, or only those of the order.
    pub exhaustive: bool,
}

/// Plans with `levers` levers: `multiple` solves the world with those of a set pulled. A goal below 1
/// is reached from above.
pub fn plan<E>(levers: usize, goal: f64, multiple: &mut dyn FnMut(&[usize]) -> Result<f64, E>) -> Result<Plan, E> {
    let sign = if goal < 1.0 { -1.0 } else { 1.0 };
    let reaches = |m: f64| (m - goal) * sign >= -1e-12 * goal;
    let alone = (0..levers).map(|l| multiple(&[l])).collect::<Result<Vec<f64>, E>>()?;
    let mut order: Vec<(usize, f64)> = Vec::with_capacity(levers);
    while order.len() < levers {
        let pulled: Vec<usize> = order.iter().map(|o| o.0).collect();
        let mut best: Option<(usize, f64)> = None;
        for next in (0..levers).filter(|l| !pulled.contains(l)) {
            let set: Vec<usize> = pulled.iter().copied().chain([next]).collect();
            let m = if pulled.is_empty() { alone[next] } else { multiple(&set)? };
            if best.is_none_or(|(_, b)| (m - b) * sign > 0.0) {
                best = Some((next, m));
            }
        }
        order.extend(best);
    }
    let exhaustive = levers <= MOST_TRIED;
    let prefix = (1..=levers).find(|n| reaches(order[n - 1].1));
    let mut smallest = prefix.map(|n| (order[..n].iter().map(|o| o.0).collect::<Vec<usize>>(), order[n - 1].1));
    if let (true, Some((set, _))) = (exhaustive, &smallest) {
        // A smaller set than the order's, or one of its size that gets farther.
        'sizes: for size in 1..=set.len() {
            let mut best: Option<(Vec<usize>, f64)> = None;
            for mask in (0u32..1 << levers).filter(|m| m.count_ones() as usize == size) {
                let set: Vec<usize> = (0..levers).filter(|l| mask & (1 << l) != 0).collect();
                let m = if size == 1 { alone[set[0]] } else { multiple(&set)? };
                if reaches(m) && best.as_ref().is_none_or(|(_, b)| (m - b) * sign > 0.0) {
                    best = Some((set, m));
                }
            }
            if best.is_some() {
                smallest = best;
                break 'sizes;
            }
        }
    }
    Ok(Plan { alone, order, smallest, exhaustive })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::SolveError;

    /// Multiples that multiply: the fewest are the largest.
    #[test]
    fn the_fewest_levers_are_found() {
        let size = [1.1, 1.5, 1.2, 1.4];
        let mut product =
            |set: &[usize]| -> Result<f64, SolveError> { Ok(set.iter().map(|l| size[*l]).product::<f64>()) };
        let found = plan(4, 2.0, &mut product).unwrap();
        assert_eq!(found.order.iter().map(|o| o.0).collect::<Vec<_>>(), [1, 3, 2, 0]);
        assert_eq!(found.smallest.unwrap().0, [1, 3]);
        assert_eq!(plan(4, 3.0, &mut product).unwrap().smallest, None);
        // Two that only work together beat an order that begins with the best alone.
        let mut together = |set: &[usize]| -> Result<f64, SolveError> {
            let has = |l: usize| set.contains(&l);
            Ok(1.0 + if has(0) { 0.5 } else { 0.0 } + if has(1) && has(2) { 1.5 } else { 0.0 })
        };
        assert_eq!(plan(3, 2.4, &mut together).unwrap().smallest.unwrap().0, [1, 2]);
    }
}
