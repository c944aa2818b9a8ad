//! Repair of a damaged store from what its files say about themselves, and migration of a store of the first
//! schema.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};

use crate::error::DataError;
use crate::fault::Fault;
use crate::flows::{Source, Status, Valuation, flow_schema, yearly_batch};

use super::manifest::{self, Manifest, PartKey, Year, broken};
use super::pinned::Pinned;
use super::write::{YearWriter, lock, replace, save};
use super::{Part, Select, io, open_part, scan};

/// What a repair has done.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Repaired {
    /// Parts that are whole, by year (`2019`, or `2019-months`).
    pub kept: Vec<String>,
    /// Parts that were taken back from files which the manifest did not name.
    pub recovered: Vec<String>,
    /// Parts that are lost, with the reason: import these again.
    pub lost: Vec<(String, String)>,
}

/// Makes a store of what is whole in a folder: the parts that the manifest names and whose files are as they were
/// written; for others the latest whole file of the part, since each says itself what it is. Files of damaged
/// parts stay where they are until the next import.
pub fn repair(folder: &Path) -> Result<Repaired, DataError> {
    let _held = lock(folder)?;
    let old = match Manifest::read(folder) {
        Ok((manifest, _)) => manifest,
        // A store of another schema is no damaged one.
        Err(e) => match fs::read_to_string(folder.join(manifest::NAME)).ok().as_deref().and_then(manifest::schema) {
            Some(schema) if schema != manifest::SCHEMA => return Err(e),
            _ => Manifest::empty(),
        },
    };
    let mut out = Repaired::default();
    let mut new = Manifest::empty();
    for (key, entry) in old.parts() {
        match open_part(folder, key, entry).and_then(|part| whole(&part)) {
            Ok(()) => {
                out.kept.push(key.to_string());
                new.years.insert(key.to_string(), entry.clone());
            }
            Err(e) => out.lost.push((key.to_string(), e.to_string())),
        }
    }
    for (key, entry) in candidates(folder)? {
        let key = key.to_string();
        if let std::collections::btree_map::Entry::Vacant(place) = new.years.entry(key.clone()) {
            place.insert(entry);
            out.lost.retain(|(lost, _)| *lost != key);
            out.recovered.push(key);
        }
    }
    if new.years.is_empty() {
        return Err(DataError::Empty {
            path: folder.display().to_string(),
            what: "holds no part of a store that is whole".to_owned(),
            help: "import the files again with turnover data import".to_owned(),
        });
    }
    save(folder, &new)?;
    Ok(out)
}

fn whole(part: &Part) -> Result<(), DataError> {
    scan::each(part, &Select::All, &mut |_| {})
}

/// The latest whole file of every part, whatever the manifest says.
fn candidates(folder: &Path) -> Result<BTreeMap<PartKey, Year>, DataError> {
    let mut found: BTreeMap<PartKey, (SystemTime, Year)> = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(io(folder))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some((key, _)) = PartKey::of_file(&name) else { continue };
        let Ok(about) = entry.metadata() else { continue };
        let written = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        if !about.is_file() || found.get(&key).is_some_and(|(last, _)| *last >= written) {
            continue;
        }
        if let Some(year) = described(&entry.path(), name, key)
            && open_part(folder, key, &year).and_then(|part| whole(&part)).is_ok()
        {
            found.insert(key, (written, year));
        }
    }
    Ok(found.into_iter().map(|(key, (_, year))| (key, year)).collect())
}

/// What a file says about itself, as the manifest would.
fn described(path: &Path, name: String, key: PartKey) -> Option<Year> {
    let pinned = Pinned::open(path).ok()?;
    let content = pinned.hash().ok()?;
    let bytes = pinned.length();
    let builder = Fault::catch(|| ParquetRecordBatchReaderBuilder::try_new(pinned)).ok()?.ok()?;
    let [part, rows, total, source, vintage, sha256] = scan::about(&builder)?;
    let (_, hash) = PartKey::of_file(&name)?;
    (part == key.to_string() && content.starts_with(hash)).then_some(())?;
    let (rows, total_usd) = (rows.parse().ok()?, total.parse().ok()?);
    Some(Year { file: name, bytes, rows, total_usd, source, vintage, sha256, content })
}

/// The manifest of the first schema.
#[derive(Deserialize)]
struct OldManifest {
    #[serde(default)]
    years: BTreeMap<String, OldYear>,
}

#[derive(Deserialize)]
struct OldYear {
    file: String,
    bytes: u64,
    rows: u64,
    source: String,
    vintage: String,
    sha256: String,
}

/// Makes a store of today's schema of one of the first, in its place: who reports was in its files, and is read
/// now. The old files go once the new manifest stands.
pub fn migrate(folder: &Path) -> Result<Vec<(i32, Year)>, DataError> {
    let _held = lock(folder)?;
    let path = folder.join(manifest::NAME);
    manifest::regular(&path)?;
    let text = fs::read_to_string(&path).map_err(io(&path))?;
    match manifest::schema(&text) {
        Some(1) => {}
        Some(manifest::SCHEMA) => {
            return Err(DataError::Format {
                path: path.display().to_string(),
                what: "is of today's schema already".to_owned(),
                help: "use the store as it is".to_owned(),
            });
        }
        _ => return Manifest::read(folder).map(|_| Vec::new()),
    }
    let old: OldManifest =
        toml::from_str(&text).map_err(|e| broken(&path, e.message().lines().next().unwrap_or("").to_owned()))?;
    let mut parts = Vec::new();
    let mut files = Vec::new();
    for (year, entry) in &old.years {
        let key = PartKey::parse(year).filter(|k| !k.months);
        let key = key.ok_or_else(|| broken(&path, format!("has a part `{year}`, which is not a year")))?;
        if !PartKey::is_old_file(&entry.file) {
            return Err(broken(&path, format!("names `{}` for the year {year}", entry.file)));
        }
        let file = folder.join(&entry.file);
        parts.push((old_part(folder, &file, key, entry)?, source(entry)));
        files.push(file);
    }
    // The new manifest takes the old one's place in one step.
    let done = replace(folder, parts)?;
    for file in files {
        let _ = fs::remove_file(file);
    }
    Ok(done)
}

fn source(entry: &OldYear) -> Source {
    Source { name: entry.source.clone(), vintage: entry.vintage.clone(), hash: entry.sha256.clone() }
}

/// An old part's rows, written anew with the columns that it did not have.
fn old_part(folder: &Path, file: &Path, key: PartKey, entry: &OldYear) -> Result<YearWriter, DataError> {
    let damaged = |e: &dyn std::fmt::Display| broken(file, format!("is damaged ({e})"));
    if manifest::regular(file)? != entry.bytes {
        return Err(damaged(&"its length is not what the manifest says"));
    }
    let pinned = Pinned::open(file).map_err(io(file))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(pinned).map_err(|e| damaged(&e))?;
    crate::read::parquet::check(&file.display().to_string(), builder.metadata(), entry.bytes)?;
    if builder.schema().fields()[..] != flow_schema().fields()[..6] {
        return Err(damaged(&"its columns are not those of a store of the first schema"));
    }
    // What an importer of BACI wrote is BACI's one FOB figure of both reports.
    let (valuation, status) = if entry.source.starts_with("BACI") {
        (Some(Valuation::Fob), Status::Reconciled)
    } else {
        (None, Status::Reported)
    };
    let mut writer = YearWriter::new(folder, key)?;
    let mut batches = builder.with_batch_size(1 << 16).build().map_err(|e| damaged(&e))?;
    let mut next = || Fault::catch(|| batches.next());
    let mut rows = 0;
    while let Some(batch) = next().map_err(|_| damaged(&"a page cannot be decoded"))? {
        let batch = batch.map_err(|e| damaged(&e))?;
        rows += batch.num_rows() as u64;
        if batch.column(0).as_primitive::<Int32Type>().values().iter().any(|y| *y != key.year) {
            return Err(damaged(&"a row is of another year"));
        }
        let batch = yearly_batch(batch.columns().to_vec(), valuation, status).map_err(|e| damaged(&e))?;
        writer.write(&batch)?;
    }
    if rows != entry.rows {
        return Err(damaged(&format!("it has {rows} rows; the manifest says {}", entry.rows)));
    }
    Ok(writer)
}
