//! `data list`: what is built in, and what is not.

use serde_json::{Value, json};
use turnover_data::DataError;
use turnover_data::builtin::{Table, TableFacts};

use crate::errors::CliError;
use crate::output::Output;

/// Lists the built-in tables with their sources.
pub(crate) fn list(output: &Output) -> Result<(), CliError> {
    let facts = Table::ALL.iter().map(|t| t.facts()).collect::<Result<Vec<_>, DataError>>()?;
    let json: Value = json!({
        "command": "turnover data list",
        "version": env!("CARGO_PKG_VERSION"),
        "tables": facts.iter().map(|f| entry(f)).collect::<Vec<_>>(),
        "status": "answered",
    });
    output.plain(&json, || {
        let mut out = String::new();
        for f in &facts {
            let mut line = |name: &str, value: &str| out.push_str(&format!("  {name:<10} {value}\n"));
            line("table", f.id);
            line("source", &f.name);
            line("vintage", &f.vintage);
            line("reports", &f.reporters);
            line("content", &f.content);
            line("valuation", &format!("exports {}, imports {}", f.exports.label(), f.imports.label()));
            line("size", &format!("{} values, {} kB packed", f.values, f.bytes.div_ceil(1000)));
            for caveat in &f.caveats {
                line("caveat", caveat);
            }
            line("newer", &f.download);
            out.push('\n');
        }
        out.push_str("Anything else is read from a file or a store of yours with --data.\n");
        out
    })
}

fn entry(f: &TableFacts) -> Value {
    json!({
        "id": f.id, "name": f.name, "vintage": f.vintage, "reporters": f.reporters, "content": f.content,
        "valuation": {"exports": f.exports, "imports": f.imports}, "reconciled": f.reconciled,
        "estimated_from": f.estimated_from, "values": f.values, "bytes": f.bytes, "caveats": f.caveats,
        "download": f.download,
    })
}
