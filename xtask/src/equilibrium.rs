//! Time, passes, residuals, memory and bytes of the equilibrium solvers:
//! `cargo run --release -p xtask -- bench-equilibrium [DATA]`. DATA is a folder with
//! caliendo-parro-2015/; a synthetic economy of the same size stands in for it.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use turnover_equilibrium::draws::{Normals, draws, quantile};
use turnover_equilibrium::sectors::{Change, Deficits, Economy, EconomyData, Guess, SettleSettings};
use turnover_equilibrium::{Lever, Settings, World, cost_cut, reach, solve};

use crate::bench::world_and_pair;
use crate::estimate::bandwidth;
use crate::noise::Noise;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Gravity flows with log-normal noise in half of the sectors, tariffs up to 10 %, inputs of all from all.
fn synthetic(n: usize, s: usize) -> EconomyData {
    let mut noise = Noise::new(4_321);
    let traded = s - s / 2;
    let size: Vec<f64> = (0..n).map(|_| (0.8 * noise.normal()).exp()).collect();
    let mut flows = vec![0.0; s * n * n];
    let mut tariffs = vec![0.0; s * n * n];
    for j in 0..traded {
        for to in 0..n {
            for from in (0..n).filter(|i| *i != to) {
                let at = (j * n + to) * n + from;
                flows[at] = 0.3 * size[to] * size[from] / n as f64 * (0.8 * noise.normal()).exp() / s as f64;
                tariffs[at] = 0.1 * noise.uniform();
            }
        }
    }
    let mut output = vec![0.0; s * n];
    for j in 0..s {
        for r in 0..n {
            let exports: f64 = (0..n).map(|to| flows[(j * n + to) * n + r]).sum();
            output[j * n + r] = exports + size[r] / s as f64 * (1.0 + noise.uniform());
        }
    }
    let mut inputs = vec![0.0; n * s * s];
    for r in 0..n {
        for j in 0..s {
            let weights: Vec<f64> = (0..s).map(|_| noise.uniform().powi(3)).collect();
            let total: f64 = weights.iter().sum();
            (0..s).for_each(|k| inputs[(r * s + k) * s + j] = weights[k] / total);
        }
    }
    EconomyData {
        regions: n,
        sectors: s,
        flows,
        tariffs,
        output,
        value_added: (0..s * n).map(|_| 0.35 + 0.3 * noise.uniform()).collect(),
        inputs,
        theta: (0..s).map(|_| 2.0 + 8.0 * noise.uniform()).collect(),
    }
}

fn caliendo_parro(data: &Path) -> Outcome<EconomyData> {
    let (n, s) = (31, 40);
    let read = |file: &str, scale: f64, value: f64, to: usize| -> Outcome<Vec<f64>> {
        let text = std::fs::read_to_string(data.join("caliendo-parro-2015").join(file))?;
        let mut x =
            text.split_whitespace().map(|x| x.parse::<f64>().map(|x| x * scale)).collect::<Result<Vec<_>, _>>()?;
        x.resize(to, value);
        Ok(x)
    };
    Ok(EconomyData {
        regions: n,
        sectors: s,
        flows: read("xbilat1993.txt", 1000.0, 0.0, s * n * n)?,
        tariffs: read("tariffs1993.txt", 0.01, 0.0, s * n * n)?,
        output: read("GO.txt", 1.0, 0.0, s * n)?,
        value_added: read("B.txt", 1.0, 0.0, s * n)?,
        inputs: read("IO.txt", 1.0, 0.0, n * s * s)?,
        theta: read("T.txt", 1.0, 8.22, s)?,
    })
}

pub(crate) fn run(data: Option<&Path>) -> Outcome<()> {
    let (name, first) = match data {
        Some(data) => ("Caliendo and Parro (2015)", caliendo_parro(data)?),
        None => ("synthetic", synthetic(31, 40)),
    };
    sectors(name, &first)?;
    sectors("synthetic", &synthetic(150, 50))?;
    let built_in = built_in()?;
    sectors("the built-in world", &built_in)?;
    draws_of_sectors(&built_in, 1_000)?;
    frontier(&built_in, 8)?;
    one_sector(200)?;
    draws_of_reach(1_000)?;
    let peak = getrusage(UsageWho::RUSAGE_SELF)?.max_rss();
    println!("memory reads {:.1} GB/s on this machine", bandwidth() / 1e9);
    println!("peak memory of all of it: {:.0} MB", peak as f64 / 1024.0);
    Ok(())
}

/// The built-in world of sectors.
fn built_in() -> Outcome<EconomyData> {
    let tables = turnover_data::builtin::sectors_2014()?.0;
    Ok(EconomyData {
        regions: tables.regions.len(),
        sectors: tables.sectors.len(),
        flows: tables.flows,
        tariffs: tables.tariffs,
        output: tables.output,
        value_added: tables.value_added,
        inputs: tables.inputs,
        theta: tables.theta,
    })
}

/// A counterfactual for each draw of all elasticities.
fn draws_of_sectors(data: &EconomyData, count: usize) -> Outcome<()> {
    let economy = Economy::new(data)?.0;
    let settings = SettleSettings { tolerance: 1e-9, ..SettleSettings::default() };
    let factor = Normals::independent(vec![1.0], &[0.1]).ok_or("no covariance")?;
    let start = Instant::now();
    let solved = draws(count, 1, |g| {
        let factor = factor.draw(g)[0].max(0.5);
        let theta = data.theta.iter().map(|t| t * factor).collect();
        let economy = economy.with_theta(theta).ok()?;
        let mut change = Change::none(&economy);
        (0..data.sectors).for_each(|j| change.add_effect(j, 0, 1, 1.0));
        // Today is the same at every elasticity where imbalances are kept.
        economy.settle(&change, &settings, None).ok()
    });
    let time = start.elapsed().as_secs_f64();
    println!("{count} draws of a counterfactual there: {time:.2} s ({} solved)", solved.iter().flatten().count());
    Ok(())
}

/// The table of a negotiation with so many levers on each side: tariffs by sector abolished.
fn frontier(data: &EconomyData, each: usize) -> Outcome<()> {
    let economy = Economy::new(data)?.0;
    let settings = SettleSettings { tolerance: 1e-10, ..SettleSettings::default() };
    let before = economy.settle(&Change::none(&economy), &settings, None)?;
    let change = |mask: u32| {
        let mut change = Change::none(&economy);
        for lever in (0..2 * each).filter(|l| mask & (1 << l) != 0) {
            let (importer, exporter) = if lever < each { (43, 37) } else { (37, 43) };
            (0..22).filter(|j| j % each == lever % each).for_each(|j| change.set_tariff(j, importer, exporter, 0.0));
        }
        change
    };
    let start = Instant::now();
    let alone = (0..2 * each)
        .map(|l| economy.settle(&change(1 << l), &settings, Some(&before)))
        .collect::<Result<Vec<_>, _>>()?;
    let table = turnover_equilibrium::bargain(2 * each, &|mask| {
        let pulled: Vec<_> = (0..2 * each).filter(|l| mask & (1 << l) != 0).map(|l| &alone[l]).collect();
        let after = economy.settle_from(&change(mask), &settings, &Guess::sum(&before, &pulled))?;
        let gain =
            |r: usize| after.income(r) / before.income(r) * (before.log_price(r) - after.log_price(r)).exp() - 1.0;
        Ok::<_, turnover_equilibrium::SolveError>([gain(43), gain(37)])
    })?;
    println!(
        "frontier of 2 x {each} levers there: {:.2} s ({} of {} combinations solved, {} on the frontier)",
        start.elapsed().as_secs_f64(),
        table.solved,
        table.deals.len(),
        table.frontier.len()
    );
    Ok(())
}

/// The baseline without deficits, then a fall of tariffs among three regions.
fn sectors(name: &str, data: &EconomyData) -> Outcome<()> {
    let (n, s) = (data.regions, data.sectors);
    let (economy, notes) = Economy::new(data)?;
    let settings = SettleSettings { deficits: Deficits::Zero, ..SettleSettings::default() };
    let mut change = Change::none(&economy);
    let few = [4, 19, 29];
    for j in 0..s {
        for to in few {
            few.iter().for_each(|from| change.set_tariff(j, to, *from, 0.0));
        }
    }
    let mut best = f64::INFINITY;
    let mut note = String::new();
    for _ in 0..3 {
        let start = Instant::now();
        let before = economy.settle(&Change::none(&economy), &settings, None)?;
        let after = economy.settle(&change, &settings, Some(&before))?;
        let time = start.elapsed().as_secs_f64();
        if time < best {
            best = time;
            let passes = before.iterations + after.iterations;
            // One pass reads the shares, net of tariffs too where there are any, and the inputs twice.
            let taxed = (0..s).filter(|j| data.tariffs[j * n * n..(j + 1) * n * n].iter().any(|t| *t > 0.0)).count();
            let bytes = 8 * passes * ((s + taxed) * n * n + 2 * n * s * s);
            let flops = 2 * passes * (3 * s * n * n + 2 * n * s * s);
            note = format!(
                "{} and {} passes, residuals {:.0e} and {:.0e}; {:.1} GB/s, {:.1} Gflop/s",
                before.iterations,
                after.iterations,
                before.residual,
                after.residual,
                bytes as f64 / time / 1e9,
                flops as f64 / time / 1e9
            );
        }
    }
    println!(
        "{n} regions x {s} sectors, {name}, baseline and counterfactual: {:.1} ms ({note}); {} notes",
        best * 1e3,
        notes.len()
    );
    Ok(())
}

fn one_sector(n: usize) -> Outcome<()> {
    let mut noise = Noise::new(99);
    let size: Vec<f64> = (0..n).map(|_| noise.normal().exp()).collect();
    let flow = |at: usize, noise: &mut Noise| {
        let (i, j) = (at / n, at % n);
        if i == j { 2.0 * size[i] } else { size[i] * size[j] / n as f64 * noise.normal().exp() }
    };
    let world = World::new(n, (0..n * n).map(|at| flow(at, &mut noise)).collect())?;
    let lever = Lever::between(n, &[(0, 1), (1, 0)]);
    let mut best = f64::INFINITY;
    let mut note = String::new();
    for _ in 0..11 {
        let start = Instant::now();
        let after = solve(&world, &lever.at(1.0), &Settings::default(), None)?;
        let time = start.elapsed().as_secs_f64();
        if time < best {
            best = time;
            // Per step: flows times shares, and the factors of the derivative.
            let flops = after.iterations as f64 * (2.0 + 2.0 / 3.0) * (n as f64).powi(3);
            note = format!(
                "{} Newton steps, residual {:.0e}; {:.1} Gflop/s",
                after.iterations,
                after.residual,
                flops / time / 1e9
            );
        }
    }
    println!("one sector, {n} regions: {:.2} ms ({note})", best * 1e3);
    Ok(())
}

/// What tripling the trade of the United States and Russia takes, theta drawn.
fn draws_of_reach(count: usize) -> Outcome<()> {
    let (world, pair) = world_and_pair()?;
    let n = world.len();
    let lever = Lever::between(n, &pair);
    let theta = Normals::independent(vec![4.0], &[0.5]).ok_or("no covariance")?;
    let start = Instant::now();
    let cuts = draws(count, 1, |g| {
        let theta = theta.draw(g)[0].max(0.5);
        let settings = Settings { theta, ..Settings::default() };
        reach(&world, &lever, &pair, 3.0, &settings).map(|r| (cost_cut(r.log_points, theta), r.solves))
    });
    let time = start.elapsed().as_secs_f64();
    let solved: Vec<(f64, usize)> = cuts.into_iter().filter_map(Result::ok).collect();
    let mut values: Vec<f64> = solved.iter().map(|s| s.0).collect();
    println!(
        "{count} draws of reach, {n} economies: {:.2} s ({} solved, {} worlds; cost cut {:.3} to {:.3})",
        time,
        solved.len(),
        solved.iter().map(|s| s.1).sum::<usize>(),
        quantile(&mut values, 0.025),
        quantile(&mut values, 0.975)
    );
    Ok(())
}
