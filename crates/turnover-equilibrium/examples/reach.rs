//! What it takes to double the trade of two countries, in a world of three.
//!
//!     cargo run --release -p turnover-equilibrium --example reach

#![allow(clippy::print_stdout, reason = "an example talks on the terminal")]

use turnover_equilibrium::{Lever, Settings, World, attainable, cost_cut, reach};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let names = ["A", "B", "C"];
    // Row: exporter; column: importer; domestic sales on the diagonal.
    let world = World::new(3, vec![800., 5., 50., 6., 90., 14., 44., 15., 700.])?;
    let pair = [(0, 1), (1, 0)];
    let lever = Lever::between(3, &pair);
    let settings = Settings::default();

    let found = reach(&world, &lever, &pair, 2.0, &settings)?;
    let cut = cost_cut(found.log_points, settings.theta);
    println!("To double the trade of A and B, their trade costs must fall by {:.1} %.", 100.0 * cut);
    println!("Without a change of wages and prices it would be {:.1} %.", 100.0 * cost_cut(2f64.ln(), settings.theta));
    for (name, welfare) in names.iter().zip(&found.equilibrium.welfare) {
        println!("  welfare of {name}: {:+.2} %", 100.0 * (welfare - 1.0));
    }
    println!("At most it can be multiplied by {:.0}.", attainable(&world, &lever, &pair, &settings)?.maximum);
    Ok(())
}
