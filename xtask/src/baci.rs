//! A file of the size and form of one year of BACI, made up, and the time to import it beside Polars and
//! DuckDB where Python has them: `cargo run --release -p xtask -- bench-import [ROWS]`.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use turnover_data::countries;

use crate::estimate::apart;
use crate::noise::Noise;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The rows of a year of BACI.
const ROWS: usize = 11_000_000;

/// Writes the file: sorted by exporter, importer and product as BACI is, values log-normal.
pub(crate) fn write(path: &Path, year: i32, rows: usize) -> Outcome<()> {
    let mut noise = Noise::new(77 + year.unsigned_abs() as u64);
    let mut codes: Vec<u16> = countries().iter().filter(|c| !c.alpha2.is_empty()).map(|c| c.comtrade).collect();
    codes.sort_unstable();
    codes.dedup();
    // Chapters with fifty products each; the pairs get as many products as fill the rows.
    let products: Vec<u32> =
        (1..=97).filter(|c| *c != 77).flat_map(|c| (0..52).map(move |k| c * 10_000 + 100 + k * 190)).collect();
    let pairs = codes.len() * (codes.len() - 1);
    let share = rows as f64 / (pairs * products.len()) as f64;
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    writeln!(out, "t,i,j,k,v,q")?;
    for i in &codes {
        for j in codes.iter().filter(|j| *j != i) {
            // Some pairs trade much, most little.
            let dense = (share * 2.0 * noise.uniform()).min(1.0);
            for k in &products {
                if noise.uniform() < dense {
                    let value = (2.0 * noise.normal() + 2.0).exp();
                    writeln!(out, "{year},{i},{j},{k},{value:.3},{:.3}", value * 1.7)?;
                }
            }
        }
    }
    out.flush()?;
    Ok(())
}

const POLARS: &str = "import sys,time\ntry:\n import polars as pl\nexcept ImportError: sys.exit(3)\nt=time.time()\n\
d=pl.scan_csv(sys.argv[1]);d.sink_parquet(sys.argv[2],compression='snappy')\nprint('time',time.time()-t)";
const DUCKDB: &str = "import sys,time\ntry:\n import duckdb\nexcept ImportError: sys.exit(3)\nt=time.time()\n\
duckdb.sql(f\"set threads=2; copy (select * from read_csv('{sys.argv[1]}')) to '{sys.argv[2]}' (format parquet, compression snappy)\")\nprint('time',time.time()-t)";

pub(crate) fn run(rows: Option<usize>) -> Outcome<()> {
    let rows = rows.unwrap_or(ROWS);
    let folder = std::env::temp_dir().join(format!("turnover-import-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let result = compare(&folder, rows);
    std::fs::remove_dir_all(&folder)?;
    result
}

fn compare(folder: &Path, rows: usize) -> Outcome<()> {
    let text = |p: &Path| p.display().to_string();
    let store = folder.join("store");
    let mut files = Vec::new();
    for year in 2015..2020 {
        let file = folder.join(format!("BACI_HS12_Y{year}_V202501.csv"));
        write(&file, year, rows)?;
        files.push(file);
    }
    let first = &files[0];
    let lines = std::fs::read(first)?.iter().filter(|b| **b == b'\n').count() - 1;
    println!("{lines} rows, {:.0} MB", std::fs::metadata(first)?.len() as f64 / 1e6);
    let program = std::env::current_exe()?.with_file_name("turnover");
    let start = Instant::now();
    let words = ["data", "import", "baci", &text(first), "--into", &text(&store), "--quiet"].map(str::to_owned);
    let (_, memory) = timed(&text(&program), &words)?;
    let ours = start.elapsed().as_secs_f64();
    println!("turnover: {ours:.2} s, {:.2} million rows a second, {memory:.0} MB", lines as f64 / ours / 1e6);
    for (name, script) in [("Polars", POLARS), ("DuckDB", DUCKDB)] {
        let out = folder.join("peer.parquet");
        let words = ["-c", script, &text(first), &text(&out)].map(str::to_owned);
        match apart("python3", &words) {
            Ok((time, memory)) => println!("{name}: {time:.2} s, {:.2} times ours, {memory:.0} MB", time / ours),
            Err(_) => println!("{name} is not installed here"),
        }
    }
    for file in &files[1..] {
        let words = ["data", "import", "baci", &text(file), "--into", &text(&store), "--quiet"].map(str::to_owned);
        timed(&text(&program), &words)?;
    }
    for words in [
        vec!["brief", "USA", "RUS", "--times", "3"],
        vec!["turnover", "USA", "RUS"],
        vec!["history", "USA", "RUS", "--times", "3", "--years", "4", "--least-share", "0.0001"],
        vec!["potential", "USA", "RUS"],
    ] {
        let mut all: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        all.extend(["--data".to_owned(), text(&store), "--quiet".to_owned()]);
        let start = Instant::now();
        match timed(&text(&program), &all) {
            Ok((_, memory)) => {
                println!(
                    "{} on five such years: {:.2} s, {memory:.0} MB",
                    words.join(" "),
                    start.elapsed().as_secs_f64()
                );
            }
            Err(e) => println!("{}: {e}", words.join(" ")),
        }
    }
    Ok(())
}

/// Runs a command that prints no time of its own; returns its peak memory.
fn timed(program: &str, words: &[String]) -> Outcome<(f64, f64)> {
    let output = Command::new(std::env::current_exe()?).arg("measure").arg(program).args(words).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let memory = text.lines().find_map(|l| l.strip_prefix("memory ")?.trim().parse::<f64>().ok());
    match memory.filter(|_| output.status.success()) {
        Some(memory) => Ok((0.0, memory)),
        None => Err(String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or("failed").to_owned().into()),
    }
}
