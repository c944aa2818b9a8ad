//! Development tasks: `cargo run --release -p xtask -- figures DIR` makes the embedded tables
//! again from the sources that `figures/SOURCES.toml` names; `... -- bench` prints time and memory of
//! the main job; `... -- oracle-equilibrium` compares equilibria with plain fixed points; `... -- python` makes the
//! Python functions of the questions.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a development tool talks on the terminal")]

mod baci;
mod bench;
mod equilibrium;
mod estimate;
mod figures;
mod noise;
mod oracle_equilibrium;
mod oracle_estimate;
mod python;
mod reconcile;
mod sectors;
mod server;
mod within;
mod world;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let result = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bench"] => bench::apart(),
        ["bench", "apart"] => bench::run(),
        ["bench-estimate"] => estimate::run(None),
        ["bench-estimate", data] => estimate::run(Some(data.as_ref())),
        ["bench-estimate-one", name] => estimate::one(name, None),
        ["bench-estimate-one", name, data] => estimate::one(name, Some(data.as_ref())),
        ["bench-equilibrium"] => equilibrium::run(None),
        ["bench-equilibrium", data] => equilibrium::run(Some(data.as_ref())),
        ["oracle-equilibrium", worlds, seed] => match (worlds.parse(), seed.parse()) {
            (Ok(worlds), Ok(seed)) => oracle_equilibrium::run(worlds, seed),
            _ => Err("oracle-equilibrium takes two whole numbers, worlds and a seed".into()),
        },
        ["bench-import"] => baci::run(None),
        ["bench-import", rows] => rows.parse().map_err(Into::into).and_then(|n| baci::run(Some(n))),
        ["bench-scaling"] => estimate::scaling(),
        ["bench-server"] => server::run(),
        ["measure", program, ref words @ ..] => estimate::measure(program, words),
        ["oracle-estimate", designs] => designs.parse().map_err(Into::into).and_then(|n| oracle_estimate::run(n, 2)),
        ["oracle-estimate", designs, set] => designs
            .parse()
            .map_err(Into::into)
            .and_then(|n| set.parse().map_err(Into::into).and_then(|set| oracle_estimate::run(n, set))),
        ["oracle-design", seed] => oracle_estimate::one(seed),
        ["figures", dir] => figures::make(dir.as_ref()),
        ["bench-reconcile"] => reconcile::bench(None),
        ["bench-reconcile", reports] => reports.parse().map_err(Into::into).and_then(|n| reconcile::bench(Some(n))),
        ["suspects"] => reconcile::suspects(),
        ["world-sectors", dir] => sectors::make(dir.as_ref()),
        ["world", dir] => world::make(dir.as_ref(), None),
        ["world", dir, table] => world::make(dir.as_ref(), Some(table)),
        ["python"] => python::write(),
        _ => {
            eprintln!(
                "usage: xtask figures DIR   (DIR holds russia-hs2/ and wiod-44/)\n       xtask world DIR   (DIR holds imf-dots-pairs-1960-2020/ and the other sources of figures/SOURCES.toml)\n       xtask world-sectors DIR\n       xtask suspects\n       xtask bench-reconcile [REPORTS]\n       xtask bench\n       xtask bench-estimate [DIR]\n       xtask bench-equilibrium [DIR]\n       xtask bench-import [ROWS]\n       xtask bench-scaling\n       xtask bench-server\n       xtask oracle-equilibrium WORLDS SEED\n       xtask oracle-estimate DESIGNS [SET]\n       xtask oracle-design SEED\n       xtask python"
            );
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}
