//! `data import`, `data repair`, `data migrate`: what fills stores and keeps them whole.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use turnover_analysis::format::usd;
use turnover_data::{FlowOptions, Year, import_baci, import_flows};
use turnover_query::options::ReadOptions;

use crate::args::SourceArg;
use crate::errors::CliError;
use crate::output::Output;
use crate::progress::Bar;

/// Imports files, all or none.
pub(crate) fn import(
    source: SourceArg,
    files: &[PathBuf],
    into: &Path,
    read: &ReadOptions,
    output: &Output,
) -> Result<(), CliError> {
    let options = read.flow_options()?;
    if source == SourceArg::Baci && options != FlowOptions::default() {
        return Err(CliError::Call(
            "BACI's columns and unit are known, and --filter and column names are for `data import flows`".to_owned(),
            "leave them out".to_owned(),
        ));
    }
    let what = match files {
        [one] => one.display().to_string(),
        several => format!("{} files", several.len()),
    };
    let bar = Bar::start(format!("importing {what}"), output.quiet());
    let years = match source {
        // Files of one import are of like size.
        SourceArg::Baci => {
            let count = files.len() as u64;
            import_baci(files, into, &|at, done, all| bar.at(at as u64 * all.max(done) + done, count * all.max(done)))?
        }
        SourceArg::Flows => import_flows(files, &options, into)?,
    };
    drop(bar);
    answer(&years, into, output)
}

/// Brings a store of an earlier schema up to date.
pub(crate) fn migrate(store: &Path, output: &Output) -> Result<(), CliError> {
    answer(&turnover_data::migrate(store)?, store, output)
}

/// Keeps what is whole of a damaged store.
pub(crate) fn repair(store: &Path, output: &Output) -> Result<(), CliError> {
    let done = turnover_data::repair(store)?;
    let json: Value = json!({
        "store": store.display().to_string(),
        "repaired": done,
        "status": "answered",
    });
    output.plain(&json, || {
        let mut out = String::new();
        let list = |name: &str, parts: &[String]| match parts {
            [] => String::new(),
            some => format!("{name}: {}\n", some.join(", ")),
        };
        out.push_str(&list("kept", &done.kept));
        out.push_str(&list("recovered from files that the manifest did not name", &done.recovered));
        for (part, why) in &done.lost {
            out.push_str(&format!("lost: {part}; import it again ({why})\n"));
        }
        out
    })
}

/// What has gone into a store.
fn answer(years: &[(i32, Year)], into: &Path, output: &Output) -> Result<(), CliError> {
    let json: Value = json!({
        "store": into.display().to_string(),
        "years": years.iter().map(|(y, e)| json!({"year": y, "rows": e.rows, "total_usd": e.total_usd,
            "file": e.file, "source": e.source, "vintage": e.vintage, "sha256": e.sha256})).collect::<Vec<_>>(),
        "status": "answered",
    });
    output.plain(&json, || {
        let mut text = String::new();
        for (year, e) in years {
            text.push_str(&format!(
                "{year}: {} flows worth {} from {} {}\n",
                e.rows,
                usd(e.total_usd),
                e.source,
                e.vintage
            ));
        }
        text.push_str(&format!("into {}\n", into.display()));
        text
    })
}
