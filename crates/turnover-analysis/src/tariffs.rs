//! Whether a table of tariffs stands in the wrong direction.
//!
//! Most tariffs are those of most favoured nations: an importer has one rate for nearly all exporters, and exporters meet
//! as many rates as there are importers. So within a sector rates differ less along an importer's row than down an
//! exporter's column. In five tables that stand right the first variance is 0.24 to 0.60 of the second; in two published
//! ones that stand in the wrong direction it is 1.7 and 2.7 times the second.

/// The ratio from which a table looks transposed.
const LIKELY: f64 = 1.3;

/// How many times the variance across exporters is that across importers, where tariffs look transposed: sector, importer,
/// exporter.
pub(crate) fn transposed(tariffs: &[f64], n: usize, s: usize) -> Option<f64> {
    if n < 3 || tariffs.len() != s * n * n {
        return None;
    }
    let variance = |values: &dyn Fn(usize) -> f64, own: usize| {
        let others = || (0..n).filter(|i| *i != own).map(values);
        let mean = others().sum::<f64>() / (n - 1) as f64;
        others().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1) as f64
    };
    let (mut across_exporters, mut across_importers) = (0.0, 0.0);
    for j in 0..s {
        let cell = |to: usize, from: usize| tariffs[(j * n + to) * n + from];
        for r in 0..n {
            across_exporters += variance(&|from| cell(r, from), r);
            across_importers += variance(&|to| cell(to, r), r);
        }
    }
    let ratio = across_exporters / across_importers;
    (ratio > LIKELY).then_some(ratio)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each importer has its own rate, and one exporter pays half of it.
    #[test]
    fn rates_by_exporter_look_transposed() {
        let n = 6;
        let right: Vec<f64> =
            (0..n * n).map(|at| if at % n == 2 { 0.01 } else { 0.02 } * (1 + at / n) as f64).collect();
        let turned: Vec<f64> = (0..n * n).map(|at| right[at % n * n + at / n]).collect();
        assert_eq!(transposed(&right, n, 1), None);
        assert!(transposed(&turned, n, 1).is_some_and(|r| r > 1.5));
        assert_eq!(transposed(&vec![0.0; n * n], n, 1), None, "nothing to tell");
    }
}
