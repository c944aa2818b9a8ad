//! The equilibria against plain damped fixed points on random worlds. The long run is
//! `cargo run --release -p xtask -- oracle-equilibrium WORLDS SEED`; here `ORACLE_WORLDS` and
//! `ORACLE_SEED` ask for more worlds or others.

#![allow(clippy::print_stdout, reason = "test code")]

#[path = "oracle/mod.rs"]
mod fixed_points;

#[test]
fn every_outcome_agrees_with_the_plain_fixed_points() {
    let asked = |name: &str, usual: u64| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual);
    let found = fixed_points::all(asked("ORACLE_WORLDS", 240), asked("ORACLE_SEED", 1));
    println!("{}", found.report());
    assert!(found.faults.is_empty(), "{}", found.report());
}
