//! The long run of the equilibrium's oracle:
//! `cargo run --release -p xtask -- oracle-equilibrium WORLDS SEED`. It prints the worlds by shape, the
//! largest difference of each outcome, and every difference beyond 1e-9, and fails where there is one.

use std::error::Error;

#[path = "../../crates/turnover-equilibrium/tests/oracle/mod.rs"]
mod fixed_points;

pub(crate) fn run(worlds: u64, seed: u64) -> Result<(), Box<dyn Error>> {
    let found = fixed_points::all(worlds, seed);
    println!("{worlds} worlds of seed {seed}");
    print!("{}", found.report());
    if found.faults.is_empty() { Ok(()) } else { Err("the equilibria differ from the plain fixed points".into()) }
}
