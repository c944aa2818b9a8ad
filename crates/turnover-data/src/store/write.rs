//! Writing: parts get files of their own content's name first, then a manifest that names them is renamed into
//! place. Whatever stops an import before that, the store is as it was; what it names is never overwritten.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt16Type};
use arrow_array::{Array, DictionaryArray, RecordBatch};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use tempfile::NamedTempFile;

use crate::error::DataError;
use crate::flows::{Source, flow_schema};

use super::manifest::{self, Manifest, PartKey, Year, broken};
use super::pinned::Pinned;
use super::{Store, unwritable};

/// Rows of a row group.
const GROUP: usize = 1 << 20;
/// What files that are not finished begin with.
const UNFINISHED: &str = ".turnover-import-";
/// And how many letters follow.
const RANDOM: usize = 6;
/// Names of what a part's file says about itself.
pub(super) const ABOUT: [&str; 6] = ["part", "rows", "total_usd", "source", "vintage", "sha256"];

/// Makes the folder and holds it for one import: what another one is writing must not be tidied away,
/// and of two manifests the later would forget the earlier one's years.
pub(crate) fn lock(folder: &Path) -> Result<File, DataError> {
    fs::create_dir_all(folder).map_err(unwritable(folder))?;
    let directory = File::open(folder).map_err(unwritable(folder))?;
    directory.try_lock().map_err(|_| DataError::Format {
        path: folder.display().to_string(),
        what: "another import into it is running".to_owned(),
        help: "wait for it to end".to_owned(),
    })?;
    Ok(directory)
}

/// A file in the store's folder that has no name of ours yet; readable for whom the user's umask lets read.
fn unfinished(folder: &Path) -> Result<NamedTempFile, DataError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED).rand_bytes(RANDOM);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(unwritable(folder))
}

/// A part on its way into a store.
pub(crate) struct YearWriter {
    key: PartKey,
    file: NamedTempFile,
    writer: ArrowWriter<File>,
    rows: u64,
    total: f64,
}

impl YearWriter {
    pub(crate) fn new(folder: &Path, key: PartKey) -> Result<Self, DataError> {
        let file = unfinished(folder)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP))
            .build();
        let target = file.reopen().map_err(unwritable(folder))?;
        let writer = ArrowWriter::try_new(target, flow_schema(), Some(properties)).map_err(|e| failed(folder, &e))?;
        Ok(YearWriter { key, file, writer, rows: 0, total: 0.0 })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), DataError> {
        self.rows += batch.num_rows() as u64;
        self.total += batch.column(5).as_primitive::<Float64Type>().values().iter().sum::<f64>();
        self.writer.write(batch).map_err(|e| failed(self.file.path(), &e))
    }

    /// Puts what is held in memory on the disk.
    pub(crate) fn flush(&mut self) -> Result<(), DataError> {
        self.writer.flush().map_err(|e| failed(self.file.path(), &e))
    }

    /// Finishes the file, which says about itself what the manifest will say, and puts it into its place under
    /// the name of its content.
    fn finish(mut self, folder: &Path, source: &Source) -> Result<(PartKey, Year), DataError> {
        let path = self.file.path().to_owned();
        let about = [
            self.key.to_string(),
            self.rows.to_string(),
            format!("{:e}", self.total),
            source.name.clone(),
            source.vintage.clone(),
            source.hash.clone(),
        ];
        for (name, value) in ABOUT.iter().zip(about) {
            self.writer.append_key_value_metadata(KeyValue::new(format!("turnover.{name}"), value));
        }
        self.writer.close().map_err(|e| failed(&path, &e))?;
        self.file.as_file().sync_all().map_err(unwritable(&path))?;
        let pinned = Pinned::open(&path).map_err(unwritable(&path))?;
        let content = pinned.hash().map_err(unwritable(&path))?;
        let file = persist(self.file, folder, self.key, &content)?;
        let year = Year {
            file,
            bytes: pinned.length(),
            rows: self.rows,
            total_usd: self.total,
            source: source.name.clone(),
            vintage: source.vintage.clone(),
            sha256: source.hash.clone(),
            content,
        };
        Ok((self.key, year))
    }
}

/// Gives a finished file its name. A file of that name has the same content, unless it is damaged; then the new
/// one gets a name beside it.
fn persist(mut file: NamedTempFile, folder: &Path, key: PartKey, content: &str) -> Result<String, DataError> {
    for copy in 0.. {
        let name = key.file_name(content, copy);
        let target = folder.join(&name);
        match file.persist_noclobber(&target) {
            Ok(_) => return Ok(name),
            Err(e) if e.error.kind() == std::io::ErrorKind::AlreadyExists => {
                let is_regular = manifest::regular(&target).is_ok();
                if is_regular && Pinned::open(&target).and_then(|p| p.hash()).is_ok_and(|h| h == content) {
                    return Ok(name);
                }
                file = e.file;
            }
            Err(e) => return Err(unwritable(&target)(e.error)),
        }
    }
    Err(failed(folder, &"no name is free"))
}

fn failed(path: &Path, e: &dyn std::fmt::Display) -> DataError {
    DataError::Format {
        path: path.display().to_string(),
        what: format!("cannot be written ({e})"),
        help: "check that there is room on the disk".to_owned(),
    }
}

/// Puts finished parts into a store, all at once; parts that are there are replaced, and need not be whole. The
/// whole-year figures of a year and its months replace only their like.
pub(crate) fn commit(folder: &Path, parts: Vec<(YearWriter, Source)>) -> Result<Vec<(i32, Year)>, DataError> {
    let manifest = if Store::is_one(folder) { Manifest::read(folder)?.0 } else { Manifest::empty() };
    put(folder, manifest, parts)
}

/// Makes finished parts all that a store holds.
pub(super) fn replace(folder: &Path, parts: Vec<(YearWriter, Source)>) -> Result<Vec<(i32, Year)>, DataError> {
    put(folder, Manifest::empty(), parts)
}

fn put(folder: &Path, mut manifest: Manifest, parts: Vec<(YearWriter, Source)>) -> Result<Vec<(i32, Year)>, DataError> {
    let mut done = Vec::new();
    for (writer, source) in parts {
        let (key, entry) = writer.finish(folder, &source)?;
        manifest.years.insert(key.to_string(), entry.clone());
        done.push((key.year, entry));
    }
    save(folder, &manifest)?;
    tidy(folder, &manifest);
    Ok(done)
}

/// Renames a manifest into place, once the files that it names are safe on the disk.
pub(super) fn save(folder: &Path, manifest: &Manifest) -> Result<(), DataError> {
    let target = folder.join(manifest::NAME);
    let text = toml::to_string(manifest).map_err(|e| broken(&target, e.to_string()))?;
    let mut file = unfinished(folder)?;
    file.write_all(text.as_bytes()).map_err(unwritable(&target))?;
    file.as_file().sync_all().map_err(unwritable(&target))?;
    let directory = File::open(folder).map_err(unwritable(folder))?;
    directory.sync_all().map_err(unwritable(folder))?;
    file.persist(&target).map_err(|e| unwritable(&target)(e.error))?;
    directory.sync_all().map_err(unwritable(folder))
}

/// Removes files of ours that the manifest does not name any more: parts that were replaced, and what an
/// interrupted import left. Nothing else in the folder is touched. Who is reading a part holds its file open. A
/// file that cannot be removed does no harm.
fn tidy(folder: &Path, manifest: &Manifest) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = entry.file_type().is_ok_and(|t| t.is_file());
        let replaced = PartKey::of_file(&name).is_some() && !manifest.years.values().any(|y| y.file == name);
        // The folder is locked, so that nobody else is at work on such a file.
        let left = name.strip_prefix(UNFINISHED).is_some_and(|end| end.len() == RANDOM);
        if is_file && (replaced || left) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A dictionary column from keys and all values.
pub(crate) fn dictionary(keys: Vec<u16>, values: &Arc<dyn Array>) -> Result<Arc<dyn Array>, arrow_schema::ArrowError> {
    Ok(Arc::new(DictionaryArray::<UInt16Type>::try_new(keys.into(), Arc::clone(values))?))
}
