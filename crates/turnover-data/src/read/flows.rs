//! From files and tables to flows.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::options::FlowOptions;
use super::reading::Reading;
use super::resolve::{Repeated, Resolved};
use super::{Cells, Content, Places, RawColumn, RawTable, bytes_of, content, csv, hex, parquet, sources};
use crate::error::DataError;
use crate::flows::{Flows, Source};

/// Rows of a text that are held at a time.
const PIECE: usize = 1 << 16;

/// Reads a file of flows.
pub fn read_flows(path: &Path, options: &FlowOptions) -> Result<Flows, DataError> {
    let (resolved, sha256) = resolve_file(path, options, Repeated::AsAsked)?;
    let source = source(&resolved.path, sha256);
    resolved.flows(source, Vec::new())
}

/// The same from a table whose columns have no meaning yet.
pub fn flows_of(table: &RawTable, options: &FlowOptions) -> Result<Flows, DataError> {
    let source = source(&table.path, table.sha256.clone());
    read_flows_from(table, options, source, Vec::new())
}

fn source(path: &str, hash: String) -> Source {
    Source {
        name: Path::new(path).file_name().map_or(path.to_owned(), |n| n.to_string_lossy().into_owned()),
        vintage: "as given".to_owned(),
        hash,
    }
}

/// The flows of a table that is already read.
pub(crate) fn read_flows_from(
    table: &RawTable,
    options: &FlowOptions,
    source: Source,
    caveats: Vec<String>,
) -> Result<Flows, DataError> {
    resolve_table(table, options, Repeated::AsAsked)?.flows(source, caveats)
}

/// What a table comes to.
pub(crate) fn resolve_table(
    table: &RawTable,
    options: &FlowOptions,
    repeated: Repeated,
) -> Result<Resolved, DataError> {
    let mut reading = start(table, options)?;
    reading.table(table)?;
    Resolved::new(reading, repeated)
}

fn start<'o>(table: &RawTable, options: &'o FlowOptions) -> Result<Reading<'o>, DataError> {
    let mut form = sources::form(table, options)?;
    if let Some(line) = table.header_line {
        form.notes.insert(0, format!("The header is on line {line}."));
    }
    Ok(Reading::new(form, options, &table.path))
}

/// What a file comes to, and its hash. Text is read piece by piece, so that a large file is never held as a
/// table.
pub(crate) fn resolve_file(
    path: &Path,
    options: &FlowOptions,
    repeated: Repeated,
) -> Result<(Resolved, String), DataError> {
    let (name, bytes) = bytes_of(path)?;
    let sha256 = hex(&Sha256::digest(&bytes));
    if bytes.starts_with(b"PAR1") {
        return Ok((resolve_parquet(&name, bytes.into(), options, repeated, &sha256)?, sha256));
    }
    let text = match content(&name, &bytes, u64::MAX, &sha256)? {
        Content::Text(text) => text,
        Content::Tables(tables) => return Ok((resolve_sheets(&tables, options, repeated)?, sha256)),
    };
    let shape = csv::Shape::find(&name, &text)?;
    let mut reading: Option<Reading<'_>> = None;
    shape.each(&name, &text, PIECE, &mut |piece| {
        let table = RawTable::piece(&name, &shape, piece, &sha256);
        let reading = match &mut reading {
            Some(reading) => reading,
            None => reading.insert(start(&table, options)?),
        };
        reading.table(&table)
    })?;
    let reading = reading.ok_or_else(|| DataError::Empty {
        path: name.clone(),
        what: "has no rows".to_owned(),
        help: "check that the download or export finished".to_owned(),
    })?;
    Ok((Resolved::new(reading, repeated)?, sha256))
}

/// Reads a Parquet file batch by batch; columns that play no role are not decoded.
fn resolve_parquet(
    name: &str,
    bytes: bytes::Bytes,
    options: &FlowOptions,
    repeated: Repeated,
    sha256: &str,
) -> Result<Resolved, DataError> {
    let (names, unread) = parquet::names(name, bytes.clone())?;
    let empty = |name: &String| RawColumn { name: name.clone(), cells: Cells::none() };
    let mut table = RawTable::plain(name, names.iter().map(empty).collect(), sha256, unread);
    let mut reading = start(&table, options)?;
    let roles = reading.form.columns();
    let of_filter = options.filter.as_ref().map(|f| f.columns()).unwrap_or_default();
    let wanted =
        |own: &str| of_filter.contains(&own) || roles.iter().any(|at| names.get(*at).is_some_and(|name| name == own));
    let mut before = 0u64;
    parquet::each_batch(name, bytes, &wanted, &mut |columns| {
        let rows = columns.first().map_or(0, RawColumn::len);
        for column in columns {
            if let Some(slot) = table.columns.iter_mut().find(|c| c.name == column.name) {
                slot.cells = column.cells.clone();
            }
        }
        table.rows = rows;
        table.places = Places::Rows(Some((before + 1..=before + rows as u64).collect()));
        before += rows as u64;
        reading.table(&table)
    })?;
    Resolved::new(reading, repeated)
}

/// Of the sheets of a workbook the first that can be read as flows; the error is that of the sheet that a
/// source knows, or of the first.
fn resolve_sheets(tables: &[RawTable], options: &FlowOptions, repeated: Repeated) -> Result<Resolved, DataError> {
    let mut known: Vec<&RawTable> = tables.iter().filter(|t| sources::is_known(t)).collect();
    if known.is_empty() {
        known = tables.iter().collect();
    }
    let mut first_error = None;
    for table in known {
        match resolve_table(table, options, repeated) {
            Ok(resolved) => return Ok(resolved),
            Err(e) => {
                first_error.get_or_insert(e);
            }
        }
    }
    Err(first_error.unwrap_or_else(|| DataError::Empty {
        path: tables.first().map_or_else(String::new, |t| t.path.clone()),
        what: "has no rows".to_owned(),
        help: "check that the download or export finished".to_owned(),
    }))
}
