//! A folder of reports by year, as Parquet with a manifest: imported once, read in parts.
//!
//! The manifest is the store: a part counts from the moment at which a manifest that names its file is
//! renamed into place. Files are named by their own content and never overwritten, so that whatever stops an
//! import, the store is as it was. A reader opens all files at once and keeps them open: an import that
//! replaces them meanwhile does not disturb it.

mod manifest;
mod pinned;
mod scan;
mod upkeep;
mod write;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::builtin::{self, Table};
use crate::country::Iso3;
use crate::error::DataError;
use crate::flows::{Flow, Flows, FlowsBuilder, Source};
use crate::pairs::{PairPanel, PairSums};

use manifest::{Manifest, PartKey as Key, broken};
use pinned::Pinned;

pub(crate) use manifest::PartKey;
pub use manifest::Year;
pub use upkeep::{Repaired, migrate, repair};
pub(crate) use write::{YearWriter, commit, dictionary, lock};

/// Times that a manifest is read again where a file that it names has been replaced meanwhile.
const ATTEMPTS: usize = 50;

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

/// A part of an open store.
#[derive(Debug)]
struct Part {
    key: Key,
    entry: Year,
    path: PathBuf,
    file: Pinned,
    /// Whether its content has been found to be what the manifest says.
    checked: std::sync::OnceLock<()>,
}

/// A store of flows, as it was when it was opened.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
    parts: Arc<Vec<Part>>,
    sha256: String,
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> DataError + '_ {
    |source| DataError::Io { path: path.display().to_string(), source }
}

fn unwritable(path: &Path) -> impl Fn(std::io::Error) -> DataError + '_ {
    |source| DataError::Unwritable { path: path.display().to_string(), source }
}

impl Store {
    /// Whether a folder is a store.
    pub fn is_one(folder: &Path) -> bool {
        fs::symlink_metadata(folder.join(manifest::NAME)).is_ok()
    }

    /// Opens a store; every file that the manifest names must be there, regular and of its length. Contents are
    /// checked when they are read.
    pub fn open(folder: &Path) -> Result<Self, DataError> {
        for attempt in 1.. {
            let (manifest, text) = Manifest::read(folder)?;
            match open_parts(folder, &manifest) {
                Ok(parts) => {
                    let sha256 = crate::read::hex(&Sha256::digest(text.as_bytes()));
                    return Ok(Store { folder: folder.to_owned(), parts: Arc::new(parts), sha256 });
                }
                Err(error) => {
                    // An import may have put other files in their place since the manifest was read.
                    let now = fs::read_to_string(folder.join(manifest::NAME)).unwrap_or_default();
                    if now == text || attempt >= ATTEMPTS {
                        return Err(error);
                    }
                }
            }
        }
        Err(broken(folder, "changes faster than it can be read".to_owned()))
    }

    /// The years with what they hold: whole-year figures, or months where there are no others.
    pub fn years(&self) -> impl Iterator<Item = (i32, &Year)> {
        self.parts.iter().map(|p| (p.key.year, &p.entry))
    }

    /// Where the flows come from, in words.
    pub fn source(&self) -> Source {
        let sources = |y: &Year| format!("{} {}", y.source, y.vintage).trim().to_owned();
        let mut sources: Vec<String> = self.parts.iter().map(|p| sources(&p.entry)).collect();
        sources.sort();
        sources.dedup();
        let label = self.folder.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let year = |p: Option<&Part>| p.map_or_else(String::new, |p| p.key.year.to_string());
        Source {
            name: format!("{label}: {}", sources.join(", ")),
            vintage: format!("{}-{}", year(self.parts.first()), year(self.parts.last())),
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

    /// Turnover of all pairs by year; of two reporters the importer's counts.
    pub fn pairs(&self) -> Result<PairPanel, DataError> {
        let mut sums = PairSums::default();
        self.each(&Select::All, &mut |f| sums.add(&f))?;
        Ok(sums.panel(self.years().map(|y| y.0).collect(), self.source(), Vec::new()))
    }

    /// Hands over the wanted flows one by one, without holding them; a file's other rows are skipped undecoded.
    pub fn each(&self, select: &Select, take: &mut dyn FnMut(Flow)) -> Result<(), DataError> {
        let latest = self.parts.last().map(|p| p.key.year);
        for part in self.parts.iter() {
            if let Select::Year(wanted) = select
                && wanted.or(latest) != Some(part.key.year)
            {
                continue;
            }
            scan::each(part, select, take)?;
        }
        Ok(())
    }
}

/// Opens the files of a manifest's parts that questions are answered from.
fn open_parts(folder: &Path, manifest: &Manifest) -> Result<Vec<Part>, DataError> {
    manifest.used().into_iter().map(|(key, entry)| open_part(folder, key, entry)).collect()
}

fn open_part(folder: &Path, key: Key, entry: &Year) -> Result<Part, DataError> {
    let path = manifest::place(folder, entry);
    manifest::regular(&path)?;
    let file = Pinned::open(&path).map_err(io(&path))?;
    if file.length() != entry.bytes {
        return Err(broken(&path, format!("has {} bytes; the manifest says {}", file.length(), entry.bytes)));
    }
    Ok(Part { key, entry: entry.clone(), path, file, checked: std::sync::OnceLock::new() })
}

/// Flows to go through: a table, or a store that need not fit in memory.
#[derive(Debug, Clone, Copy)]
pub enum FlowSource<'a> {
    /// A table.
    Table(&'a Flows),
    /// A store.
    Store(&'a Store),
    /// A built-in table of one year by chapter.
    BuiltIn(Table),
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
            FlowSource::BuiltIn(table) => {
                let year = year.unwrap_or(table.facts()?.years.1);
                builtin::each_report(*table, &mut |r| {
                    if r.period.year == year {
                        let flow = Flow::new(year, r.exporter, r.importer, r.product, r.value_usd);
                        take(Flow { reporter: r.reporter, valuation: Some(r.valuation), status: r.status, ..flow });
                    }
                })?;
                Ok(year)
            }
        }
    }

    /// The digits of all product codes, where the source has one level only and says so.
    pub fn only_level(&self) -> Option<usize> {
        matches!(self, FlowSource::BuiltIn(table) if table.has_products()).then_some(2)
    }

    /// Where they come from.
    ///
    /// # Errors
    /// Where a built-in table is damaged.
    pub fn source(&self) -> Result<Source, DataError> {
        Ok(match self {
            FlowSource::Table(flows) => flows.source.clone(),
            FlowSource::Store(store) => store.source(),
            FlowSource::BuiltIn(table) => table.source()?,
        })
    }

    /// What is known against them.
    ///
    /// # Errors
    /// Where a built-in table is damaged.
    pub fn caveats(&self) -> Result<Vec<String>, DataError> {
        Ok(match self {
            FlowSource::Table(flows) => flows.caveats.clone(),
            FlowSource::Store(_) => Vec::new(),
            FlowSource::BuiltIn(table) => table.facts()?.caveats.clone(),
        })
    }
}
