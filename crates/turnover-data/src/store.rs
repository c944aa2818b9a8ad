//! A folder of flows by year, as Parquet with a manifest: imported once, read in parts.
//!
//! The manifest is the store: a year counts from the moment at which a manifest that names its file is
//! renamed into place. Until then its file is one that nothing names; whatever stops an import, the
//! store is as it was.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, UInt16Type};
use arrow_array::{Array, BooleanArray, DictionaryArray, RecordBatch};
use parquet::arrow::arrow_reader::{ArrowPredicateFn, ParquetRecordBatchReaderBuilder, RowFilter};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::country::Iso3;
use crate::error::DataError;
use crate::fault::Fault;
use crate::flows::{Details, Flow, Flows, FlowsBuilder, Source, flow_schema};
use crate::hs::HsCode;
use crate::pairs::PairPanel;

/// The manifest's name.
const MANIFEST: &str = "manifest.toml";
/// Rows of a row group.
const GROUP: usize = 1 << 20;

/// What the store holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Manifest {
    schema: u32,
    #[serde(default)]
    years: BTreeMap<String, Year>,
}

/// A year of the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Year {
    /// Its file in the store.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// Flows.
    pub rows: u64,
    /// Their sum.
    pub total_usd: f64,
    /// Where they come from.
    pub source: String,
    /// Which release.
    pub vintage: String,
    /// SHA-256 of the file that was imported.
    pub sha256: String,
}

/// Which flows are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Select {
    /// Those between two countries, all years.
    Pair(Iso3, Iso3),
    /// Those to or from some countries, all years.
    Partners(Vec<Iso3>),
    /// Those of one year, or of the latest.
    Year(Option<i32>),
    /// All.
    All,
}

/// A store of flows.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
    manifest: Manifest,
    sha256: String,
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> DataError + '_ {
    |source| DataError::Io { path: path.display().to_string(), source }
}

fn broken(path: &Path, what: String) -> DataError {
    DataError::Format {
        path: path.display().to_string(),
        what,
        help: "import the year again with turnover data import".to_owned(),
    }
}

impl Store {
    /// Whether a folder is a store.
    pub fn is_one(folder: &Path) -> bool {
        folder.join(MANIFEST).is_file()
    }

    /// Opens a store; every file that the manifest names must be there and whole.
    pub fn open(folder: &Path) -> Result<Self, DataError> {
        let path = folder.join(MANIFEST);
        let text = fs::read_to_string(&path).map_err(io(&path))?;
        let manifest: Manifest = toml::from_str(&text).map_err(|e| broken(&path, e.to_string().trim().to_owned()))?;
        if manifest.schema != 1 {
            return Err(broken(&path, format!("is of schema {}; this program reads schema 1", manifest.schema)));
        }
        for (year, entry) in &manifest.years {
            let file = folder.join(&entry.file);
            // The manifest names files beside it, not anywhere.
            if Path::new(&entry.file).components().count() != 1 || year.parse::<i32>().is_err() {
                return Err(broken(&path, format!("names `{}` for the year {year}", entry.file)));
            }
            let length = fs::metadata(&file).map_err(io(&file))?.len();
            if length != entry.bytes {
                return Err(broken(&file, format!("has {length} bytes; the manifest says {}", entry.bytes)));
            }
        }
        let sha256 = crate::read::hex(&Sha256::digest(text.as_bytes()));
        Ok(Store { folder: folder.to_owned(), manifest, sha256 })
    }

    /// The years with what they hold.
    pub fn years(&self) -> impl Iterator<Item = (i32, &Year)> {
        self.manifest.years.iter().filter_map(|(y, entry)| Some((y.parse().ok()?, entry)))
    }

    /// Where the flows come from, in words.
    pub fn source(&self) -> Source {
        let mut sources: Vec<String> =
            self.manifest.years.values().map(|y| format!("{} {}", y.source, y.vintage).trim().to_owned()).collect();
        sources.sort();
        sources.dedup();
        let label = self.folder.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let first = self.manifest.years.keys().next().cloned().unwrap_or_default();
        let last = self.manifest.years.keys().next_back().cloned().unwrap_or_default();
        Source {
            name: format!("{label}: {}", sources.join(", ")),
            vintage: format!("{first}-{last}"),
            hash: self.sha256.clone(),
        }
    }

    /// The flows that are wanted.
    pub fn flows(&self, select: &Select) -> Result<Flows, DataError> {
        let mut out = FlowsBuilder::default();
        self.each(select, &mut |flow| out.push(&flow))?;
        out.finish(self.source(), Vec::new())
            .map_err(|e| broken(&self.folder, format!("the flows do not fit in memory as a table ({e})")))
    }

    /// Turnover of all pairs by year.
    pub fn pairs(&self) -> Result<PairPanel, DataError> {
        let years: Vec<i32> = self.years().map(|y| y.0).collect();
        let mut place: BTreeMap<(Iso3, Iso3), usize> = BTreeMap::new();
        let mut values: Vec<Vec<f64>> = Vec::new();
        let mut totals = vec![0.0; years.len()];
        // Flows of a pair follow each other in most files, so the last place is mostly the next.
        let mut last = None;
        self.each(&Select::All, &mut |f| {
            if f.exporter != f.importer {
                let year = years.binary_search(&f.year).unwrap_or(0);
                let pair = if f.exporter < f.importer { (f.exporter, f.importer) } else { (f.importer, f.exporter) };
                let at = match last {
                    Some((known, at)) if known == pair => at,
                    _ => *place.entry(pair).or_insert_with(|| {
                        values.push(vec![0.0; years.len()]);
                        values.len() - 1
                    }),
                };
                last = Some((pair, at));
                values[at][year] += f.value_usd;
                totals[year] += f.value_usd;
            }
        })?;
        Ok(PairPanel {
            years,
            pairs: place.into_iter().map(|((a, b), at)| (a, b, std::mem::take(&mut values[at]))).collect(),
            totals,
            least_share: 0.0,
            source: self.source(),
            caveats: Vec::new(),
        })
    }

    /// Hands over the wanted flows one by one, without holding them; a file's other rows are skipped undecoded.
    pub fn each(&self, select: &Select, take: &mut dyn FnMut(Flow)) -> Result<(), DataError> {
        let latest = self.years().map(|y| y.0).max();
        for (year, entry) in self.years() {
            if let Select::Year(wanted) = select
                && wanted.or(latest) != Some(year)
            {
                continue;
            }
            let path = self.folder.join(&entry.file);
            let damaged = |e: &dyn std::fmt::Display| broken(&path, format!("is damaged ({e})"));
            let file = File::open(&path).map_err(io(&path))?;
            let mut builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| damaged(&e))?;
            crate::read::parquet::check(&path.display().to_string(), builder.metadata(), entry.bytes)?;
            if builder.schema().fields() != flow_schema().fields() {
                return Err(damaged(&"its columns are not those of flows"));
            }
            let members: Option<(Vec<Iso3>, bool)> = match select {
                Select::Pair(a, b) => Some((vec![*a, *b], true)),
                Select::Partners(list) => Some((list.clone(), false)),
                Select::Year(_) | Select::All => None,
            };
            if let Some((members, both)) = members {
                let mask = ProjectionMask::columns(builder.parquet_schema(), ["exporter", "importer"]);
                let predicate = ArrowPredicateFn::new(mask, move |batch: RecordBatch| {
                    let (from, to) = (is_member(&batch, 0, &members), is_member(&batch, 1, &members));
                    let keep = |(a, b): (bool, bool)| if both { a && b } else { a || b };
                    Ok(BooleanArray::from(from.into_iter().zip(to).map(keep).collect::<Vec<bool>>()))
                });
                builder = builder.with_row_filter(RowFilter::new(vec![Box::new(predicate)]));
            }
            let mut batches = builder.with_batch_size(1 << 16).build().map_err(|e| damaged(&e))?;
            // A decoder that gives up by a panic has met damaged data all the same.
            let mut next = || Fault::catch(|| batches.next());
            while let Some(batch) = next().map_err(|_| damaged(&"a page cannot be decoded"))? {
                let batch = batch.map_err(|e| damaged(&e))?;
                let country = |column: usize| values(&batch, column, |t| Iso3::parse(t).ok());
                let (from, to, products) = (country(2), country(3), values(&batch, 4, |t| HsCode::parse(t).ok()));
                let years = batch.column(0).as_primitive::<Int32Type>();
                let amounts = batch.column(5).as_primitive::<Float64Type>();
                let details = Details::new(&batch);
                let keys = |column: usize| batch.column(column).as_dictionary::<UInt16Type>().keys();
                let (kf, kt, kp) = (keys(2), keys(3), keys(4));
                for row in 0..batch.num_rows() {
                    let at = |values: &[Option<Iso3>], key: u16| values.get(usize::from(key)).copied().flatten();
                    let (Some(exporter), Some(importer), Some(Some(product))) =
                        (at(&from, kf.value(row)), at(&to, kt.value(row)), products.get(usize::from(kp.value(row))))
                    else {
                        return Err(damaged(&"it holds a code that is none"));
                    };
                    let flow = Flow::new(years.value(row), exporter, importer, *product, amounts.value(row));
                    take(details.of(row, flow));
                }
            }
        }
        Ok(())
    }
}

/// Flows to go through: a table, or a store that need not fit in memory.
#[derive(Debug, Clone, Copy)]
pub enum FlowSource<'a> {
    /// A table.
    Table(&'a Flows),
    /// A store.
    Store(&'a Store),
}

impl FlowSource<'_> {
    /// Hands over the flows of a year, or of the latest; returns that year.
    pub fn each_of_year(&self, year: Option<i32>, take: &mut dyn FnMut(Flow)) -> Result<i32, DataError> {
        match self {
            FlowSource::Table(flows) => {
                let year = year.or_else(|| flows.iter().map(|f| f.year).max()).unwrap_or(0);
                flows.iter().filter(|f| f.year == year).for_each(take);
                Ok(year)
            }
            FlowSource::Store(store) => {
                store.each(&Select::Year(year), take)?;
                Ok(year.or_else(|| store.years().map(|y| y.0).max()).unwrap_or(0))
            }
        }
    }

    /// Where they come from.
    pub fn source(&self) -> Source {
        match self {
            FlowSource::Table(flows) => flows.source.clone(),
            FlowSource::Store(store) => store.source(),
        }
    }

    /// What is known against them.
    pub fn caveats(&self) -> Vec<String> {
        match self {
            FlowSource::Table(flows) => flows.caveats.clone(),
            FlowSource::Store(_) => Vec::new(),
        }
    }
}

/// A dictionary column's values, parsed once.
fn values<T>(batch: &RecordBatch, column: usize, parse: impl Fn(&str) -> Option<T>) -> Vec<Option<T>> {
    batch
        .column(column)
        .as_dictionary::<UInt16Type>()
        .values()
        .as_string::<i32>()
        .iter()
        .map(|v| v.and_then(&parse))
        .collect()
}

/// Whether the country of each row is one of some.
fn is_member(batch: &RecordBatch, column: usize, members: &[Iso3]) -> Vec<bool> {
    let column: &DictionaryArray<UInt16Type> = batch.column(column).as_dictionary();
    let wanted: Vec<bool> = column
        .values()
        .as_string::<i32>()
        .iter()
        .map(|v| v.is_some_and(|v| members.iter().any(|m| m.as_str() == v)))
        .collect();
    column.keys().values().iter().map(|k| wanted.get(usize::from(*k)).copied().unwrap_or(false)).collect()
}

/// Makes the folder and holds it for one import: what another one is writing must not be tidied away,
/// and of two manifests the later would forget the earlier one's years.
pub(crate) fn lock(folder: &Path) -> Result<File, DataError> {
    fs::create_dir_all(folder).map_err(io(folder))?;
    let directory = File::open(folder).map_err(io(folder))?;
    directory.try_lock().map_err(|_| DataError::Format {
        path: folder.display().to_string(),
        what: "another import into it is running".to_owned(),
        help: "wait for it to end".to_owned(),
    })?;
    Ok(directory)
}

/// A year on its way into a store.
pub(crate) struct YearWriter {
    file: NamedTempFile,
    writer: ArrowWriter<File>,
    rows: u64,
    total: f64,
}

impl YearWriter {
    pub(crate) fn new(folder: &Path) -> Result<Self, DataError> {
        let file = tempfile::Builder::new().prefix(".turnover-import-").tempfile_in(folder).map_err(io(folder))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP))
            .build();
        let target = file.reopen().map_err(io(folder))?;
        let writer = ArrowWriter::try_new(target, flow_schema(), Some(properties))
            .map_err(|e| broken(folder, format!("cannot be written ({e})")))?;
        Ok(YearWriter { file, writer, rows: 0, total: 0.0 })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), DataError> {
        self.rows += batch.num_rows() as u64;
        self.total += batch.column(5).as_primitive::<Float64Type>().values().iter().sum::<f64>();
        self.writer.write(batch).map_err(|e| broken(self.file.path(), format!("cannot be written ({e})")))
    }
}

/// Puts finished years into a store, all at once; a year that is there is replaced.
pub(crate) fn commit(
    folder: &Path,
    years: Vec<(i32, YearWriter)>,
    source: &Source,
) -> Result<Vec<(i32, Year)>, DataError> {
    let mut manifest = if Store::is_one(folder) {
        Store::open(folder)?.manifest
    } else {
        Manifest { schema: 1, years: BTreeMap::new() }
    };
    let mut done = Vec::new();
    for (year, writer) in years {
        let path = writer.file.path().to_owned();
        writer.writer.close().map_err(|e| broken(&path, format!("cannot be written ({e})")))?;
        writer.file.as_file().sync_all().map_err(io(&path))?;
        let bytes = fs::metadata(&path).map_err(io(&path))?.len();
        let file = format!("flows-{year}-{}.parquet", &source.hash[..12]);
        writer.file.persist(folder.join(&file)).map_err(|e| io(&path)(e.error))?;
        let entry = Year {
            file,
            bytes,
            rows: writer.rows,
            total_usd: writer.total,
            source: source.name.clone(),
            vintage: source.vintage.clone(),
            sha256: source.hash.clone(),
        };
        manifest.years.insert(year.to_string(), entry.clone());
        done.push((year, entry));
    }
    let target = folder.join(MANIFEST);
    let text = toml::to_string(&manifest).map_err(|e| broken(&target, e.to_string()))?;
    let mut file = tempfile::Builder::new().prefix(".turnover-import-").tempfile_in(folder).map_err(io(folder))?;
    file.write_all(text.as_bytes()).map_err(io(&target))?;
    file.as_file().sync_all().map_err(io(&target))?;
    // The files' names must be on the disk before a manifest that counts on them.
    let directory = File::open(folder).map_err(io(folder))?;
    directory.sync_all().map_err(io(folder))?;
    file.persist(&target).map_err(|e| io(&target)(e.error))?;
    directory.sync_all().map_err(io(folder))?;
    tidy(folder, &manifest);
    Ok(done)
}

/// Removes what an earlier, interrupted import left, and files of years that were replaced. A file
/// that cannot be removed does no harm.
fn tidy(folder: &Path, manifest: &Manifest) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours = name.starts_with(".turnover-import-") || (name.starts_with("flows-") && name.ends_with(".parquet"));
        if ours && !manifest.years.values().any(|y| y.file == name) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A dictionary column from keys and all values.
pub(crate) fn dictionary(keys: Vec<u16>, values: &Arc<dyn Array>) -> Result<Arc<dyn Array>, arrow_schema::ArrowError> {
    Ok(Arc::new(DictionaryArray::<UInt16Type>::try_new(keys.into(), Arc::clone(values))?))
}
