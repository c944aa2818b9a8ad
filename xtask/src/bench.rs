//! Time and memory of the main job, printed: `cargo run --release -p xtask -- bench`.

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use turnover_data::{Iso3, figures};
use turnover_equilibrium::{Lever, Settings, World, attainable, reach, solve};

/// Runs the benchmark in a process of its own, whose children are the runs that it measures and
/// not also the compilers that cargo started.
pub(crate) fn apart() -> Result<(), Box<dyn Error>> {
    let status = Command::new(std::env::current_exe()?).args(["bench", "apart"]).status()?;
    if status.success() { Ok(()) } else { Err("the benchmark failed".into()) }
}

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let binary = Path::new("target/release/turnover");
    if !binary.exists() {
        return Err("build first: cargo build --release".into());
    }
    println!("binary: {:.1} MB", std::fs::metadata(binary)?.len() as f64 / 1e6);
    for words in [
        vec!["brief", "USA", "RUS", "--times", "3"],
        vec!["brief", "USA", "RUS", "--times", "3", "--json"],
        vec!["coverage", "USA", "RUS", "--date", "2019-10-31"],
        vec!["reach", "USA", "RUS", "--times", "3"],
    ] {
        let mut times: Vec<f64> = (0..15)
            .map(|_| {
                let start = Instant::now();
                let status = Command::new(binary).args(&words).stdout(Stdio::null()).status();
                status.map(|_| start.elapsed().as_secs_f64())
            })
            .collect::<Result<_, _>>()?;
        times.sort_by(f64::total_cmp);
        println!("turnover {}: {:.0} ms (median of 15)", words.join(" "), times[7] * 1e3);
    }
    // The largest of all the runs above, in kilobytes.
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss();
    println!("peak memory of any of these: {:.1} MB", peak as f64 / 1024.0);
    solving()
}

/// Flows of two countries to each other: exporter and importer.
type Pair = [(usize, usize); 2];

/// The embedded world of 44 economies, and the flows between the United States and Russia in it.
pub(crate) fn world_and_pair() -> Result<(World, Pair), Box<dyn Error>> {
    let flows = figures::world_2014()?;
    let mut countries: Vec<Iso3> = flows.iter().map(|f| f.exporter).collect();
    countries.sort_unstable();
    countries.dedup();
    let n = countries.len();
    let index = |c: Iso3| countries.binary_search(&c).unwrap_or_default();
    let mut table = vec![0.0; n * n];
    for f in flows.iter() {
        table[index(f.exporter) * n + index(f.importer)] = f.value_usd;
    }
    let (a, b) = (index(Iso3::parse("USA")?), index(Iso3::parse("RUS")?));
    Ok((World::new(n, table)?, [(a, b), (b, a)]))
}

/// Solving alone, without reading: the world of 44 economies.
fn solving() -> Result<(), Box<dyn Error>> {
    let (world, pair) = world_and_pair()?;
    let n = world.len();
    let lever = Lever::between(n, &pair);
    let settings = Settings::default();
    let time = |work: &dyn Fn() -> Result<String, Box<dyn Error>>| -> Result<(f64, String), Box<dyn Error>> {
        let mut times = Vec::new();
        let mut note = String::new();
        for _ in 0..51 {
            let start = Instant::now();
            note = work()?;
            times.push(start.elapsed().as_secs_f64());
        }
        times.sort_by(f64::total_cmp);
        Ok((times[25] * 1e3, note))
    };
    let (ms, note) = time(&|| {
        let e = solve(&world, &lever.at(1.1), &settings, None)?;
        Ok(format!("{} Newton steps, residual {:.0e}", e.iterations, e.residual))
    })?;
    println!("solve, {n} economies: {ms:.3} ms ({note})");
    for k in [3.0, 10.0] {
        let (ms, note) = time(&|| {
            let r = reach(&world, &lever, &pair, k, &settings)?;
            Ok(format!("{} solves, multiple off by {:.0e}", r.solves, (r.multiple / k - 1.0).abs()))
        })?;
        println!("reach times {k}: {ms:.3} ms ({note})");
    }
    let (ms, note) = time(&|| Ok(format!("{:.1}", attainable(&world, &lever, &pair, &settings)?.maximum)))?;
    println!("attainable maximum: {ms:.3} ms ({note})");
    Ok(())
}
