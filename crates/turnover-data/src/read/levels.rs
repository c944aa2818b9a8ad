//! Levels of a classification in one report: totals, chapters, headings and lines nest or complement each
//! other, and are never added across.
//!
//! A report is what one reporter says of one pair, direction and period. Its codes form a tree by their
//! digits: `TOTAL`, `84`, `8411`, `841112`. A node's own value counts only as far as its parts below leave
//! something of it, so that the nodes' remainders add up to the total, at any mix of levels.

/// What nodes leave after their parts.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Remainders {
    /// By place in the input; `None` where a node's parts make it up.
    pub(super) left: Vec<Option<f64>>,
    /// Nodes whose parts add up to more than the node itself: place, own value, sum of the parts.
    pub(super) exceeded: Vec<(usize, f64, f64)>,
}

/// Share of a node's value that rounding of its parts may make up.
const ROUNDING: f64 = 1e-9;
/// Rounding of single values, in dollars.
const ROUNDED: f64 = 2.0;
/// Share of a node's value by which its parts may exceed it before that is a contradiction.
const TOLERANCE: f64 = 5e-3;

/// The remainders of a report's nodes, which come in order of their codes (a code before those that begin
/// with it), each code once.
pub(super) fn remainders(nodes: &[(&str, f64)]) -> Remainders {
    let mut parts = vec![0.0; nodes.len()];
    let mut has_parts = vec![false; nodes.len()];
    let mut above: Vec<usize> = Vec::new();
    let mut parents = vec![None; nodes.len()];
    for (at, (code, _)) in nodes.iter().enumerate() {
        while above.last().is_some_and(|a: &usize| !code.starts_with(nodes[*a].0)) {
            above.pop();
        }
        parents[at] = above.last().copied();
        above.push(at);
    }
    let mut out = Remainders { left: vec![None; nodes.len()], exceeded: Vec::new() };
    // From the finest up: what counts of a node is the larger of its own value and of its parts.
    for at in (0..nodes.len()).rev() {
        let own = nodes[at].1;
        let rest = own - parts[at];
        if !has_parts[at] {
            out.left[at] = Some(own);
        } else if rest > ROUNDING * own {
            out.left[at] = Some(rest);
        } else if -rest > TOLERANCE * own + ROUNDED {
            out.exceeded.push((at, own, parts[at]));
        }
        if let Some(parent) = parents[at] {
            parts[parent] += own.max(parts[at]);
            has_parts[parent] = true;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(nodes: &[(&str, f64)]) -> Vec<Option<f64>> {
        remainders(nodes).left
    }

    #[test]
    fn levels_nest_or_complement_each_other() {
        // One flow on four levels.
        let nested = [("", 1000.0), ("84", 1000.0), ("8411", 1000.0), ("841112", 1000.0)];
        assert_eq!(left(&nested), [None, None, None, Some(1000.0)]);
        // Three levels side by side.
        assert_eq!(
            left(&[("01", 400.0), ("271019", 1000.0), ("8542", 600.0)]),
            [Some(400.0), Some(1000.0), Some(600.0)]
        );
        // A chapter of which one heading is there.
        assert_eq!(left(&[("02", 1000.0), ("0203", 600.0), ("95", 9000.0)]), [Some(400.0), Some(600.0), Some(9000.0)]);
        // A total above some chapters; letters stand for secret trade of a chapter.
        assert_eq!(left(&[("", 100.0), ("27", 70.0), ("27SSS", 30.0)]), [Some(30.0), Some(40.0), Some(30.0)]);
    }

    #[test]
    fn parts_that_exceed_their_total_are_named() {
        let out = remainders(&[("", 100.0), ("01", 80.0), ("02", 80.0)]);
        assert_eq!((out.left, out.exceeded), (vec![None, Some(80.0), Some(80.0)], vec![(0, 100.0, 160.0)]));
        assert!(remainders(&[("", 1000.0), ("01", 500.4), ("02", 500.4)]).exceeded.is_empty());
    }

    proptest::proptest! {
        /// Adding a node above others that says what they add up to changes nothing.
        #[test]
        fn a_level_more_changes_no_total(values in proptest::collection::vec(0.0..1e6f64, 1..30)) {
            let codes: Vec<String> = (0..values.len()).map(|i| format!("{:02}{:02}", 10 + i / 7, 1 + i % 7)).collect();
            let plain: Vec<(&str, f64)> = codes.iter().map(String::as_str).zip(values.iter().copied()).collect();
            let mut levelled: Vec<(String, f64)> = plain.iter().map(|(c, v)| ((*c).to_owned(), *v)).collect();
            levelled.push((String::new(), values.iter().sum()));
            for chapter in 10..10 + values.len().div_ceil(7) {
                let prefix = chapter.to_string();
                levelled.push((prefix.clone(), plain.iter().filter(|p| p.0.starts_with(&prefix)).map(|p| p.1).sum()));
            }
            levelled.sort_by(|a, b| a.0.cmp(&b.0));
            let nodes: Vec<(&str, f64)> = levelled.iter().map(|(c, v)| (c.as_str(), *v)).collect();
            let sum: f64 = remainders(&nodes).left.iter().flatten().sum();
            let wanted: f64 = values.iter().sum();
            proptest::prop_assert!((sum - wanted).abs() <= 1e-6 * wanted.max(1.0), "{} {}", sum, wanted);
        }
    }
}
