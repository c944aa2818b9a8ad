//! What estimates for every HS6 product over 28 years would take, worked out from what this machine does.
//!
//!     cargo bench --bench cost
//!
//! Measured, on two cores and one disk: seconds of a core for each row of an estimate, for each row that is
//! read, cut into parts and sent, for each row that is added up; seconds for each piece of work that is handed
//! out. Worked out: time and cost on 10, 100 and 1,000 cores. The network between machines is not in it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark tells its figures and ends where something is wrong"
)]

#[path = "../tests/made/mod.rs"]
mod made;

use std::time::Instant;

use made::{CLUSTERS, Cluster, FORMULA, flows, panel};
use serde_json::Value;

/// Positive flows a year at HS6, by pair: CEPII's BACI in HS 1992 has 269,894,500 rows for 1995 to 2024, as the
/// Observatory of Economic Complexity counts them.
const FLOWS_A_YEAR: f64 = 9e6;
const YEARS: f64 = 28.0;
const PRODUCTS: f64 = 5_000.0;
/// Countries in it.
const COUNTRIES: f64 = 200.0;
/// Rows to a positive flow once the pairs that ever trade a product have a row in every year.
const FILL: f64 = 2.5;
/// Of a core for an hour, in dollars: about what clouds ask for machines of many cores, on demand.
const PRICE: f64 = 0.05;

fn timed(cluster: &Cluster, words: &[&str]) -> (f64, Value) {
    let start = Instant::now();
    let output = cluster.run(words);
    (start.elapsed().as_secs_f64(), serde_json::from_slice(&output.stdout).unwrap())
}

fn main() {
    let (countries, years, products) = (100, 28, 40);
    let rows = f64::from(countries * (countries - 1) * years * products);
    let cluster = Cluster::start(2);
    let cores = cluster.executors.len() as f64;
    let table = cluster.path("panel.parquet");
    panel(&table, countries, years, products);
    let estimate = |pieces: &str, table: &str| {
        let words =
            ["each", "product", "--json", "--pieces", pieces, "--", "estimate", table, FORMULA, "--vcov", CLUSTERS];
        let (seconds, told) = timed(&cluster, &words);
        (seconds, told["findings"][1]["value"].as_f64().unwrap())
    };
    let (wall, work) = estimate("64", &table);
    let moved = (wall * cores - work) / rows;
    let each = work / rows;
    println!(
        "{products} products of {:.0} rows, {cores} executors of one core: {wall:.1} s",
        rows / f64::from(products)
    );
    println!("  estimates          {:7.0} ns of a core for each row", each * 1e9);
    println!("  reading, sending   {:7.0} ns", moved * 1e9);

    let (fine, _) = estimate("1064", &table);
    let piece = (fine - wall).max(0.0) / 1_000.0;
    println!("  a piece of work    {:7.2} ms", piece * 1e3);

    let table = cluster.path("flows.parquet");
    let all = 20_000_000;
    flows(&table, all, |_, _, _, _| {});
    let cells = cluster.path("cells.parquet");
    let words = ["compress", &table, "--json", "--by", "exporter,importer,year", "--sum", "trade", "--out", &cells];
    let (wall, _) = timed(&cluster, &words);
    let added = wall * cores / all as f64;
    println!("20 million rows added up to cells: {wall:.1} s, {:.0} ns of a core for each row", added * 1e9);

    let positive = FLOWS_A_YEAR * YEARS;
    let cases = [
        ("positive flows alone", positive),
        ("a row in every year for pairs that ever trade", positive * FILL),
        ("a row in every year for all pairs", COUNTRIES * (COUNTRIES - 1.0) * YEARS * PRODUCTS),
    ];
    println!("\n28 years, 5,000 products, one estimate each; {PRICE} dollars for an hour of a core");
    println!("{:46} {:>13} {:>8}  {:>21}", "rows", "", "dollars", "10 / 100 / 1,000 cores");
    for (what, rows) in cases {
        let seconds = rows * (each + moved);
        let times: Vec<String> = [10.0, 100.0, 1_000.0]
            .iter()
            // Pieces, four for each core, count as if they were handed out one after another, which is too
            // long; and no product can take less than its own rows, three times as many as the mean.
            .map(|&n: &f64| {
                let longest = 3.0 * rows / PRODUCTS * each;
                format!("{:.0} s", (seconds / n).max(longest) + (4.0 * n).min(PRODUCTS) * piece)
            })
            .collect();
        println!("{what:46} {:>11.0} M {:>8.2}  {:>21}", rows / 1e6, seconds / 3600.0 * PRICE, times.join(" / "));
    }
    println!("adding them up to cells first: {:.0} s of a core for the positive flows", positive * added);
}
