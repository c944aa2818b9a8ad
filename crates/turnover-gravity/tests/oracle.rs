//! Estimates against a dense reference of 32 digits, on designs of the shapes that real data have.
//! `cargo run --release -p xtask -- oracle-estimate N [SET]` checks as many as one likes.

#![allow(clippy::panic, reason = "test code")]

#[path = "oracle/mod.rs"]
mod dense_reference;

use dense_reference::dd::Dd;
use dense_reference::design::Design;
use dense_reference::reference::{Reference, Verdict, answer};
use dense_reference::rows::Why;

/// Designs of the quick set.
const QUICK: usize = 2_000;
/// Designs of it that differ for a known cause that is not mended yet, by place. One that is mended
/// leaves the list.
const OPEN: &[(&str, &[usize])] = &[
    ("the reference's own sum of squares of outcomes of 1e-162, which underflows", &[67]),
    ("means a factor 1e12 and more below the largest, with digits missing", &[407, 1335, 1898]),
    ("refused for rows that weigh a factor 1e10 and more apart", &[30, 484, 532, 701, 932, 1050]),
];
/// Designs of it that may differ where weights are a factor 1e12 apart or more: there double precision
/// resolves the light rows in part only, and not every such estimate is refused.
const APART: usize = 20;

#[test]
fn estimates_agree_with_a_dense_reference() {
    let report = dense_reference::run(QUICK, 1);
    let open: Vec<u64> =
        OPEN.iter().flat_map(|(_, places)| *places).map(|place| dense_reference::seed(1, *place)).collect();
    let mut new = report.differing();
    new.retain(|seed| !report.apart.contains(seed) && !open.contains(seed));
    assert!(new.is_empty(), "{new:#x?}\n{}", report.text());
    assert!(report.apart.len() <= APART, "{}", report.text());
    // Most designs have an answer. Of a third of them weights are drawn far apart, and some are refused for it.
    assert!(report.unclear.values().sum::<usize>() * 20 < QUICK, "{}", report.text());
    assert!(report.refused * 10 < QUICK, "{}", report.text());
}

/// The second float of constants whose first is the nearest one, from their decimal expansions.
#[test]
fn numbers_have_32_digits() {
    let close = |found: Dd, hi: f64, lo: f64| {
        assert_eq!(found.hi, hi);
        assert!((found.lo - lo).abs() < 1e-30, "{found:?}");
    };
    close(Dd::ONE.exp(), std::f64::consts::E, 1.445_646_891_729_250_2e-16);
    close(Dd::from(10.0).ln(), std::f64::consts::LN_10, -2.170_756_223_382_249_4e-16);
    close(Dd::from(2.0).sqrt(), std::f64::consts::SQRT_2, -9.667_293_313_452_913e-17);
    close(Dd::ONE / Dd::from(3.0) * Dd::from(3.0), 1.0, 0.0);
    close(Dd::from(1e-20).exp_m1(), 1e-20, 5e-41);
}

fn estimate(design: &Design) -> Box<Reference> {
    match answer(design, design.poisson) {
        Verdict::Estimate(reference) => reference,
        Verdict::Nothing(why) | Verdict::Unclear(why) => panic!("{why}"),
    }
}

/// A line through three points, by hand: slope 3/2, residuals 1/6, -1/3, 1/6, and a hundredfold weight.
#[test]
fn a_line_is_found_by_the_reference() {
    let mut line = Design {
        y: vec![1.0, 2.0, 4.0],
        x: vec![("constant".to_owned(), vec![1.0; 3]), ("x".to_owned(), vec![0.0, 1.0, 2.0])],
        ..Design::default()
    };
    let found = estimate(&line);
    // y is scaled by 1/4, the regressor by 1/2.
    let slope = |found: &Reference| found.coefficients[1] / found.outcome_scale * found.columns.scales[1];
    assert!((slope(&found) - 1.5).abs() < 1e-15);
    assert!((found.deviance / found.outcome_scale.powi(2) - 1.0 / 6.0).abs() < 1e-15);
    line.weights = Some(vec![1.0, 1.0, 0.0]);
    assert!((slope(&estimate(&line)) - 1.0).abs() < 1e-15);
}

/// Means of cells by hand: with one effect and no regressor, PPML fits the mean of each level.
#[test]
fn level_means_are_found_by_the_reference() {
    let cells = Design {
        poisson: true,
        y: vec![1.0, 3.0, 1e-12, 5e12, 0.0],
        families: vec![vec![0, 0, 1, 2, 3]],
        weights: Some(vec![1.0, 3.0, 1e12, 1e-12, 1.0]),
        ..Design::default()
    };
    let found = estimate(&cells);
    let right = [2.5f64, 2.5, 1e-12, 5e12].map(f64::ln);
    for (found, right) in found.index.iter().zip(right) {
        assert!((found - right).abs() < 1e-14, "{found} {right}");
    }
    assert_eq!(found.why[4], Some(Why::ZeroLevel));
}

/// Separation by hand. Rows 0 and 2 have positive outcomes, the same effects and different x, so a
/// combination leaves x alone; row 1 shares both effects with row 4, which is positive, and stays; row 5
/// is the only one between its two levels, whose other rows are positive, and leaves.
#[test]
fn separation_is_found_by_the_reference() {
    let design = Design {
        poisson: true,
        y: vec![0.6, 0.0, 2.3, 2.2, 1.1, 0.0],
        x: vec![("x".to_owned(), vec![0.25, 85.3, 1.9, 0.5, 0.6, 40.9])],
        families: vec![vec![0, 2, 0, 1, 2, 1], vec![0, 2, 0, 1, 2, 2]],
        ..Design::default()
    };
    let found = estimate(&design);
    let combination: Vec<bool> = found.why.iter().map(|w| *w == Some(Why::Combination)).collect();
    assert_eq!(combination, [false, false, false, false, false, true]);
}
