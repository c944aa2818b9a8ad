//! Shares of subheadings within their chapters, of world exports and of four large exporters.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use turnover_data::RawTable;

/// Exporters with a column of their own.
const EXPORTERS: [&str; 4] = ["CHN", "DEU", "RUS", "USA"];
/// Shares below this, in per cent of the chapter, are left out.
const LEAST: f64 = 0.0005;

/// Writes `figures/within_chapters_2024.csv`: by subheading its per cent of the chapter, to three digits.
pub(crate) fn make(dir: &Path) -> Result<(), Box<dyn Error>> {
    let file = dir.join("baci-2024/exports_to_220_markets_hs6_2024.parquet");
    let table = RawTable::read_selected(&file, &["exporter", "hs6", "value_kusd"], None)?;
    let column = |name: &str| table.column(name).ok_or_else(|| format!("no column {name}"));
    let (exporter, code, value) = (column("exporter")?, column("hs6")?, column("value_kusd")?);
    // World first, then the exporters.
    let mut values: BTreeMap<String, [f64; 5]> = BTreeMap::new();
    let mut chapters: BTreeMap<String, [f64; 5]> = BTreeMap::new();
    for row in 0..table.rows {
        let (Some(from), Some(code), Some(value)) = (exporter.str(row), code.str(row), value.float(row)) else {
            continue;
        };
        if code.starts_with("98") || code.starts_with("99") {
            continue;
        }
        let own = EXPORTERS.iter().position(|e| *e == from).map(|at| at + 1);
        for at in [Some(0), own].into_iter().flatten() {
            values.entry(code.to_owned()).or_default()[at] += value;
            chapters.entry(code[..2].to_owned()).or_default()[at] += value;
        }
    }
    let mut text = format!("code,world,{}\n", EXPORTERS.join(","));
    for (code, of) in &values {
        let all = chapters[&code[..2]];
        let shares: Vec<String> = of
            .iter()
            .zip(all)
            .map(|(v, all)| 100.0 * v / all)
            .map(|x| if x >= LEAST { three_digits(x) } else { String::new() })
            .collect();
        if shares.iter().any(|s| !s.is_empty()) {
            writeln!(text, "{code},{}", shares.join(","))?;
        }
    }
    std::fs::write("figures/within_chapters_2024.csv", text)?;
    println!("figures/within_chapters_2024.csv: {} subheadings", values.len());
    Ok(())
}

/// `12.3`, `0.00123`.
fn three_digits(x: f64) -> String {
    let decimals = (2 - x.log10().floor() as i32).max(0) as usize;
    let text = format!("{x:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
