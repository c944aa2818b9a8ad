//! GEGravity's own solution of the EU enlargement of 2004 on the world of 2000, theta 4
//! (`wiod-44/ge_gravity_expected.csv`: flows `X_eu`, `X_mult`; welfare `w_eu`, `w_mult`).

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "test code")]

use std::path::Path;

use turnover_data::RawTable;
use turnover_equilibrium::{Imbalance, Settings, World, solve};

#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn eu_enlargement_matches_gegravity() {
    let path = Path::new("../../../shared/data/wiod-44/ge_gravity_expected.csv");
    let table = RawTable::read(path).unwrap();
    let text = |name: &str, row| table.column(name).unwrap().str(row).unwrap();
    let number = |name: &str, row| text(name, row).parse::<f64>().unwrap();
    let rows: Vec<usize> = (0..table.rows).filter(|&r| text("year", r) == "2000").collect();
    let n = rows.iter().map(|&r| number("expcode", r) as usize).max().unwrap();
    assert_eq!(rows.len(), n * n);
    let matrix = |name: &str| {
        let mut m = vec![0.0; n * n];
        for &r in &rows {
            let (i, j) = (number("expcode", r) as usize - 1, number("impcode", r) as usize - 1);
            m[i * n + j] = number(name, r);
        }
        m
    };
    let world = World::new(n, matrix("trade")).unwrap();
    let log_b = matrix("eu_effect");
    for (imbalance, flows, welfare) in
        [(Imbalance::Additive, "X_eu", "w_eu"), (Imbalance::Multiplicative, "X_mult", "w_mult")]
    {
        let settings = Settings { imbalance, ..Settings::default() };
        let solution = solve(&world, &log_b, &settings, None).unwrap();
        assert!(solution.residual < 1e-12, "{}", solution.residual);
        let expected = matrix(flows);
        let worst = solution.flows.iter().zip(&expected).map(|(a, e)| (a / e - 1.0).abs()).fold(0.0, f64::max);
        assert!(worst < 2e-7, "{flows}: {worst:e}");
        // GEGravity repeats a country's welfare in each row of its exports.
        let expected = matrix(welfare);
        let worst = (0..n).map(|i| (solution.welfare[i] / expected[i * n] - 1.0).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-6, "{welfare}: {worst:e}");
        eprintln!("{flows}: {} Newton steps, residual {:.1e}", solution.iterations, solution.residual);
    }
}
