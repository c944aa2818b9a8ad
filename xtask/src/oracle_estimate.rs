//! The oracle for estimates over as many designs as one likes: `oracle-estimate N [SET]`, and one design
//! in full: `oracle-design SEED`.

#[path = "../../crates/turnover-gravity/tests/oracle/mod.rs"]
mod estimates;

use std::error::Error;

/// Checks the first `designs` of a set and prints counts and differences.
pub(crate) fn run(designs: usize, set: u64) -> Result<(), Box<dyn Error>> {
    let begin = std::time::Instant::now();
    let report = estimates::run(designs, set);
    println!("{}", report.text());
    println!("{designs} designs of set {set} in {:.0} s", begin.elapsed().as_secs_f64());
    match report.differing().len() {
        0 => Ok(()),
        count => Err(format!("{count} designs differ").into()),
    }
}

/// Checks the design of a seed, decimal or hexadecimal, and prints what differs.
pub(crate) fn one(seed: &str) -> Result<(), Box<dyn Error>> {
    let seed = match seed.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16)?,
        None => seed.parse()?,
    };
    println!("{}", estimates::explain(seed));
    Ok(())
}
