//! Makes the tables under `figures/` from the sources' files, rounded and cut to what is needed.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use turnover_data::{ColumnMap, Filter, Flow, FlowOptions, Flows, HsCode, Unit, read_flows};

/// Suppliers outside the 2014 embargo, of whom all chapters are kept: what else they sell tells what
/// their food would have done.
const OUTSIDE: [&str; 12] = ["ARG", "BLR", "BRA", "CHE", "CHN", "ECU", "EGY", "ISR", "KAZ", "SRB", "TUR", "UKR"];
/// The main suppliers under the 2014 embargo, and the main ones outside it.
const FOOD_PARTNERS: [&str; 30] = [
    "ARG", "AUS", "BEL", "BLR", "BRA", "CAN", "CHE", "CHN", "DEU", "DNK", "ECU", "EGY", "ESP", "EST", "FIN", "FRA",
    "GRC", "HUN", "ISR", "ITA", "KAZ", "LTU", "LVA", "NLD", "NOR", "POL", "SRB", "TUR", "UKR", "USA",
];

pub(crate) fn make(dir: &Path) -> Result<(), Box<dyn Error>> {
    let read = |file: &str, filter: &str, reporter: Option<&str>, unit: Unit| -> Result<Flows, Box<dyn Error>> {
        let options = FlowOptions {
            columns: ColumnMap { reporter: reporter.map(str::to_owned), ..ColumnMap::default() },
            unit: Some(unit),
            filter: Some(Filter::parse(filter)?),
            ..FlowOptions::default()
        };
        Ok(read_flows(&dir.join(file), &options)?)
    };
    let hs2 = "russia-hs2/russia_trade_by_hs2.csv";
    let years = "year >= 2010 and year <= 2020";

    let pair = read(hs2, &format!("{years} and partner == \"USA\""), Some("RUS"), Unit::Usd)?;
    write("us_russia_hs2_2010_2020", &pair, 1e3, "thousand", 0, |_| true)?;

    let partners = FOOD_PARTNERS.map(|p| format!("\"{p}\"")).join(", ");
    let filter = format!("{years} and flow == \"import\" and partner in [{partners}]");
    let food = read(hs2, &filter, Some("RUS"), Unit::Usd)?;
    let kept = |f: &Flow| f.product.as_str() <= "25" || OUTSIDE.contains(&f.exporter.as_str());
    write("russia_food_imports_2010_2020", &food, 1e3, "thousand", 0, kept)?;

    let world = read("wiod-44/trade_2000_2014.csv", "year == 2014", None, Unit::MillionUsd)?;
    write("world_44_2014", &world, 1e6, "million", 1, |_| true)?;
    crate::within::make(dir)
}

fn write(
    name: &str,
    flows: &Flows,
    unit: f64,
    unit_name: &str,
    decimals: usize,
    keep: impl Fn(&Flow) -> bool,
) -> Result<(), Box<dyn Error>> {
    let mut rows: Vec<Flow> = flows.iter().filter(|f| keep(f)).collect();
    rows.sort_by_key(|f| (f.year, f.exporter, f.importer, f.product));
    let with_reporter = rows.iter().any(|f| f.reporter.is_some());
    let with_product = rows.iter().any(|f| f.product != HsCode::TOTAL);
    let mut text = String::new();
    write!(text, "year,")?;
    if with_reporter {
        write!(text, "reporter,")?;
    }
    write!(text, "exporter,importer,")?;
    if with_product {
        write!(text, "product,")?;
    }
    writeln!(text, "value_{unit_name}_usd")?;
    let smallest = 0.5 * 10f64.powi(-(decimals as i32));
    let mut kept = 0;
    for f in rows.iter().filter(|f| f.value_usd / unit >= smallest) {
        write!(text, "{},", f.year)?;
        if let Some(reporter) = f.reporter {
            write!(text, "{reporter},")?;
        }
        write!(text, "{},{},", f.exporter, f.importer)?;
        if with_product {
            write!(text, "{},", f.product)?;
        }
        writeln!(text, "{:.decimals$}", f.value_usd / unit)?;
        kept += 1;
    }
    let path = Path::new("figures").join(name).with_extension("csv");
    std::fs::write(&path, text)?;
    println!("{}: {kept} rows", path.display());
    Ok(())
}
