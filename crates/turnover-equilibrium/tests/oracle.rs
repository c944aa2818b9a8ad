//! The equilibria against plain damped fixed points on random worlds. The long run is
//! `cargo run --release -p xtask -- oracle-equilibrium WORLDS SEED`; here `ORACLE_WORLDS` and
//! `ORACLE_SEED` ask for more worlds or others, `ORACLE_ONLY=396,1223` for some of them.

#![allow(clippy::print_stdout, reason = "test code")]

#[path = "oracle/mod.rs"]
mod fixed_points;

use fixed_points::Tally;

#[test]
fn every_outcome_agrees_with_the_plain_fixed_points() {
    let asked = |name: &str, usual: u64| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual);
    let seed = asked("ORACLE_SEED", 1);
    let found = match std::env::var("ORACLE_ONLY") {
        Ok(list) => {
            let mut all = Tally::default();
            list.split(',').filter_map(|n| n.parse().ok()).for_each(|index| all.add(fixed_points::trial(seed, index)));
            all
        }
        Err(_) => fixed_points::all(asked("ORACLE_WORLDS", 240), seed),
    };
    println!("{}", found.report());
    assert!(found.faults.is_empty(), "{}", found.report());
}
