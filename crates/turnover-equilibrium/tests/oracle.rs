//! The equilibria against plain damped fixed points on random worlds. The long run is
//! `cargo run --release -p xtask -- oracle-equilibrium WORLDS SEED`.

#[path = "oracle/mod.rs"]
mod fixed_points;

use fixed_points::Tally;

#[test]
fn every_outcome_agrees_with_the_plain_fixed_points() {
    let only: Option<u64> = std::env::var("ORACLE_ONE").ok().and_then(|n| n.parse().ok());
    let count = std::env::var("ORACLE_WORLDS").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let mut all = Tally::default();
    for index in only.map_or(0..count, |o| o..o + 1) {
        all.add(fixed_points::trial(1, index));
    }
    assert!(all.faults.is_empty(), "{}", all.report());
}
