//! The embedded figures: small tables quoted from named sources, so that the first command of a
//! new user has an answer. `figures/SOURCES.toml` says for each what it is and what it is not.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::DataError;
use crate::flows::{Flows, Source};
use crate::read::{FlowOptions, RawTable, read_flows_from};

#[derive(Deserialize)]
struct Entry {
    name: String,
    vintage: String,
    caveats: Vec<String>,
}

pub(crate) const SOURCES: &str = include_str!("../../../figures/SOURCES.toml");

/// Trade of Russia with the United States by HS chapter, both directions, 2010-2020, as reported
/// by Russia.
pub fn us_russia() -> Result<Flows, DataError> {
    embedded("us_russia_hs2_2010_2020", include_str!("../../../figures/us_russia_hs2_2010_2020.csv"))
}

/// Russia's imports from 30 partners, 2010-2020, as reported by Russia: chapters 01-25, of 12 suppliers
/// outside the food embargo all chapters.
pub fn russia_food_imports() -> Result<Flows, DataError> {
    embedded("russia_food_imports_2010_2020", include_str!("../../../figures/russia_food_imports_2010_2020.csv"))
}

/// Flows of goods and services among 44 economies in 2014, domestic sales included.
pub fn world_2014() -> Result<Flows, DataError> {
    embedded("world_44_2014", include_str!("../../../figures/world_44_2014.csv"))
}

fn embedded(key: &str, csv: &str) -> Result<Flows, DataError> {
    let (table, source, caveats) = entry(key, csv)?;
    read_flows_from(&table, &FlowOptions::default(), source, caveats)
}

/// A table quoted under `figures/`, for crates that embed one of their own: its text, with the source and
/// caveats that `figures/SOURCES.toml` has under the key.
pub fn quoted(key: &str, csv: &str) -> Result<(RawTable, Source, Vec<String>), DataError> {
    entry(key, csv)
}

/// Where a table comes from that is no text, as `figures/SOURCES.toml` says; without a hash.
pub(crate) fn described(key: &str) -> Result<(Source, Vec<String>), DataError> {
    let entry = listed(key)?;
    Ok((Source { name: entry.name, vintage: entry.vintage, hash: String::new() }, entry.caveats))
}

/// The entry of a table in `figures/SOURCES.toml`.
fn listed(key: &str) -> Result<Entry, DataError> {
    let broken = |what: String| DataError::Format {
        path: "figures/SOURCES.toml".to_owned(),
        what,
        help: "the program was built with a damaged table; build it again".to_owned(),
    };
    let mut sources: BTreeMap<String, Entry> = toml::from_str(SOURCES).map_err(|e| broken(e.to_string()))?;
    sources.remove(key).ok_or_else(|| broken(format!("has no entry `{key}`")))
}

/// An embedded table with what `figures/SOURCES.toml` says of it.
fn entry(key: &str, csv: &str) -> Result<(RawTable, Source, Vec<String>), DataError> {
    let path = format!("figures/{key}.csv");
    let entry = listed(key)?;
    let table = RawTable::from_bytes(&path, csv.as_bytes())?;
    let source = Source { name: entry.name, vintage: entry.vintage, hash: table.sha256.clone() };
    Ok((table, source, entry.caveats))
}
