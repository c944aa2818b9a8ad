//! Time and memory of PPML on synthetic panels and, where the data and R's fixest are there, beside
//! fixest in the same run: `cargo run --release -p xtask -- bench-estimate [DATA]`. DATA is a folder
//! with russia-hs2/, for the panel of Russia's imports.
//!
//! Panels: every ordered pair of N countries over T years, log-normal noise, 15 % zeros; effects
//! exporter-year, importer-year and pair, three regressors, errors clustered by pair.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use turnover_data::RawTable;
use turnover_gravity::{Cluster, Covariance, Effects, Family, Model, Settings, SmallSample, poisson};

use crate::noise::Noise;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A model with its cluster variable.
struct Panel {
    model: Model,
    pair: Vec<u32>,
}

fn panel(model: Vec<f64>, x: Vec<(String, Vec<f64>)>, cells: [Vec<u32>; 3], levels: [usize; 3]) -> Outcome<Panel> {
    let pair = cells[2].clone();
    let families = cells
        .into_iter()
        .zip(levels)
        .zip(["exporter^year", "importer^year", "pair"])
        .map(|((codes, levels), name)| Family { name: name.to_owned(), codes, levels })
        .collect();
    let effects = Effects::new(families).ok_or("the effects do not fit the rows")?;
    Ok(Panel { model: Model::new(model, x).with_effects(effects), pair })
}

fn synthetic(n: usize, t: usize) -> Outcome<Panel> {
    let mut noise = Noise::new(12_345);
    let mut draws = |count: usize, size: f64| (0..count).map(|_| size * noise.normal()).collect::<Vec<f64>>();
    let (out, into, pair) = (draws(n * t, 0.5), draws(n * t, 0.5), draws(n * n, 1.2));
    let mut y = Vec::new();
    let mut x = vec![Vec::new(); 3];
    let mut cells = [Vec::new(), Vec::new(), Vec::new()];
    for i in 0..n {
        for j in (0..n).filter(|j| *j != i) {
            for k in 0..t {
                let own: [f64; 3] = std::array::from_fn(|_| noise.normal());
                let index =
                    0.5 * own[0] - 0.3 * own[1] + 0.1 * own[2] + out[i * t + k] + into[j * t + k] + pair[i * n + j];
                let value = (index + noise.normal()).exp();
                y.push(if noise.uniform() < 0.15 { 0.0 } else { value });
                for (x, v) in x.iter_mut().zip(own) {
                    x.push(v);
                }
                cells[0].push((i * t + k) as u32);
                cells[1].push((j * t + k) as u32);
                cells[2].push((i * (n - 1) + j - usize::from(j > i)) as u32);
            }
        }
    }
    let x = x.into_iter().enumerate().map(|(k, x)| (format!("x{}", k + 1), x)).collect();
    panel(y, x, cells, [n * t, n * t, n * (n - 1)])
}

/// Russia's imports by partner, chapter and year without 2014, missing flows as zeros; the embargo
/// on five chapters from 29 partners from 2015.
fn russia(data: &Path) -> Outcome<Panel> {
    let table = RawTable::read(&data.join("russia-hs2/russia_trade_by_hs2.csv"))?;
    let cell = |name: &str, row: usize| table.column(name).and_then(|c| c.str(row)).unwrap_or("").to_owned();
    let mut flows: BTreeMap<(String, String, String), f64> = BTreeMap::new();
    let (mut partners, mut chapters, mut years) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for row in 0..table.rows {
        let (p, h, y) = (cell("partner", row), cell("hs2", row), cell("year", row));
        if y == "2014" {
            continue;
        }
        partners.insert(p.clone(), 0);
        chapters.insert(h.clone(), 0);
        years.insert(y.clone(), 0);
        if cell("flow", row) == "import" {
            flows.insert((p, h, y), cell("value_usd", row).parse()?);
        }
    }
    let embargoed = [
        "AUS", "AUT", "BEL", "BGR", "CAN", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR", "GRC", "HUN",
        "IRL", "ITA", "LTU", "LVA", "MLT", "NLD", "NOR", "POL", "ROU", "SVK", "SVN", "SWE", "USA",
    ];
    let (mut y, mut x) = (Vec::new(), Vec::new());
    let mut cells = [Vec::new(), Vec::new(), Vec::new()];
    let (np, nh, ny) = (partners.len(), chapters.len(), years.len());
    for (pi, p) in partners.keys().enumerate() {
        for (hi, h) in chapters.keys().enumerate() {
            let food = ["02", "03", "04", "07", "08"].contains(&h.as_str()) && embargoed.contains(&p.as_str());
            for (yi, year) in years.keys().enumerate() {
                y.push(flows.get(&(p.clone(), h.clone(), year.clone())).copied().unwrap_or(0.0));
                x.push(if food && year.as_str() >= "2015" { 1.0 } else { 0.0 });
                cells[0].push((pi * ny + yi) as u32);
                cells[1].push((hi * ny + yi) as u32);
                cells[2].push((pi * nh + hi) as u32);
            }
        }
    }
    panel(y, vec![("embargo".to_owned(), x)], cells, [np * ny, nh * ny, np * nh])
}

fn named(name: &str, data: Option<&Path>) -> Outcome<Panel> {
    match (name.split_once('x'), data) {
        (Some((n, t)), _) => synthetic(n.parse()?, t.parse()?),
        (None, Some(data)) => russia(data),
        (None, None) => Err("which panel?".into()),
    }
}

/// One panel in a process of its own, so that its memory is its own.
pub(crate) fn one(name: &str, data: Option<&Path>) -> Outcome<()> {
    let p = named(name, data)?;
    let rows = p.model.y.len();
    let by_pair = Covariance::Clustered(vec![Cluster { name: "pair".to_owned(), codes: p.pair.clone() }]);
    let mut best = f64::INFINITY;
    let mut last = None;
    for _ in 0..3 {
        let start = Instant::now();
        let fit = poisson(&p.model, &Settings::default())?;
        let table = fit.table(&by_pair, SmallSample::Fixest)?;
        best = best.min(start.elapsed().as_secs_f64());
        last = Some((fit, table));
    }
    let (fit, table) = last.ok_or("no run")?;
    println!(
        "ours {name}: {rows} rows, {best:.3} s, {:.0} ns a row, {} Newton steps, {} inner passes of {:.2} MB",
        best * 1e9 / rows as f64,
        fit.iterations,
        fit.products,
        fit.bytes_per_product as f64 / 1e6,
    );
    println!("moved {}", fit.products * fit.bytes_per_product);
    println!("   {} {:.12} ({:.12}), {} observations", table[0].name, table[0].estimate, table[0].std_error, fit.nobs);
    println!("time {best}");
    Ok(())
}

/// Bytes a second that one pass over memory larger than the caches reads, on all threads.
pub(crate) fn bandwidth() -> f64 {
    use std::sync::OnceLock;
    static MEASURED: OnceLock<f64> = OnceLock::new();
    *MEASURED.get_or_init(|| {
        let memory = vec![1.0f64; 1 << 25];
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            let start = Instant::now();
            let total: f64 = std::thread::scope(|scope| {
                let parts: Vec<_> = memory
                    .chunks(memory.len() / threads)
                    .map(|part| {
                        scope.spawn(move || {
                            let mut lanes = [0.0; 16];
                            for chunk in part.chunks_exact(16) {
                                lanes.iter_mut().zip(chunk).for_each(|(l, x)| *l += x);
                            }
                            lanes.iter().sum::<f64>()
                        })
                    })
                    .collect();
                parts.into_iter().map(|p| p.join().unwrap_or(0.0)).sum()
            });
            if total > 0.0 {
                best = best.min(start.elapsed().as_secs_f64());
            }
        }
        (memory.len() * 8) as f64 / best
    })
}

/// fixest on the same rows, at tolerances that give the same digits.
const FIXEST: &str = "suppressMessages(library(fixest)); setFixest_nthreads(2); setFixest_notes(FALSE)
a <- commandArgs(TRUE); d <- if (requireNamespace('data.table', quietly = TRUE)) data.table::fread(a[1], data.table = FALSE, integer64 = 'numeric') else read.csv(a[1])
f <- as.formula(a[2]); best <- Inf
for (k in 1:as.integer(a[3])) { t <- system.time(m <- fepois(f, d, vcov = ~c3, fixef.tol = 1e-9, glm.tol = 1e-11))[3]; best <- min(best, t) }
cat(sprintf('   %.12f (%.12f), %d observations\\ntime %g\\n', coef(m)[1], se(m)[1], nobs(m), best))";

pub(crate) fn run(data: Option<&Path>) -> Outcome<()> {
    let mut names = vec!["60x20", "150x25", "200x30"];
    if data.is_some() {
        names.push("russia");
    }
    let with_r = Command::new("Rscript").args(["-e", "library(fixest)"]).output().is_ok_and(|o| o.status.success());
    if !with_r {
        println!("R's fixest is not installed here: our times alone");
    }
    for name in names {
        let mut words = vec!["bench-estimate-one".to_owned(), name.to_owned()];
        words.extend(data.map(|d| d.display().to_string()));
        let (ours, our_memory) = apart(&std::env::current_exe()?.display().to_string(), &words)?;
        if !with_r {
            println!("   memory {our_memory:.0} MB");
            continue;
        }
        let p = named(name, data)?;
        let file = std::env::temp_dir().join(format!("turnover-bench-{}.csv", std::process::id()));
        std::fs::write(&file, csv(&p)?)?;
        let regressors: Vec<&str> = p.model.x.iter().map(|x| x.0.as_str()).collect();
        let formula = format!("y ~ {} | c1 + c2 + c3", regressors.join(" + "));
        let runs = if name == "russia" { "1" } else { "3" };
        println!("fixest {name}:");
        let words = ["-e", FIXEST, &file.display().to_string(), &formula, runs].map(str::to_owned);
        let result = apart("Rscript", &words);
        std::fs::remove_file(&file)?;
        let (theirs, their_memory) = result?;
        println!(
            "{name}: ours {ours:.3} s, fixest {theirs:.3} s, {:.1} times as fast; memory {our_memory:.0} MB, fixest {their_memory:.0} MB, \
             {:.2} of it\n",
            theirs / ours,
            our_memory / their_memory
        );
    }
    Ok(())
}

/// Scaling: time per row from a hundred thousand rows to `most`.
pub(crate) fn scaling() -> Outcome<()> {
    for name in ["70x20", "150x45", "320x49", "650x47"] {
        apart(&std::env::current_exe()?.display().to_string(), &["bench-estimate-one".to_owned(), name.to_owned()])?;
    }
    Ok(())
}

/// Runs a command; returns the time that it prints and its peak memory in MB.
pub(crate) fn apart(program: &str, words: &[String]) -> Outcome<(f64, f64)> {
    // A process in between, whose only child is the one that is measured.
    let output = Command::new(std::env::current_exe()?).arg("measure").arg(program).args(words).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let value = |key: &str| text.lines().find_map(|l| l.strip_prefix(key)?.trim().parse::<f64>().ok());
    for line in text.lines().filter(|l| !["time ", "memory ", "moved "].iter().any(|k| l.starts_with(k))) {
        println!("{line}");
    }
    if let (Some(moved), Some(time)) = (value("moved "), value("time ")) {
        let floor = moved / bandwidth();
        println!(
            "   floor of the inner passes {floor:.4} s at {:.1} GB/s; all of it takes {:.1} times that",
            bandwidth() / 1e9,
            time / floor
        );
    }
    match (value("time "), value("memory ")) {
        (Some(time), Some(memory)) => Ok((time, memory)),
        _ => Err(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

/// Runs a command and prints the peak memory of it.
pub(crate) fn measure(program: &str, words: &[&str]) -> Outcome<()> {
    let status = Command::new(program).args(words).status()?;
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss();
    println!("memory {}", peak as f64 / 1024.0);
    if status.success() { Ok(()) } else { Err(format!("{program} failed").into()) }
}

fn csv(p: &Panel) -> Outcome<String> {
    let mut out = String::from("y");
    for (name, _) in &p.model.x {
        write!(out, ",{name}")?;
    }
    out.push_str(",c1,c2,c3\n");
    let families = p.model.effects.as_ref().ok_or("no effects")?.families();
    for r in 0..p.model.y.len() {
        write!(out, "{}", p.model.y[r])?;
        for (_, x) in &p.model.x {
            write!(out, ",{}", x[r])?;
        }
        for f in families {
            write!(out, ",{}", f.codes[r])?;
        }
        out.push('\n');
    }
    Ok(out)
}
