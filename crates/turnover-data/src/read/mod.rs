//! Readers: from a file's bytes to a table of raw columns, and from there to flows.

mod csv;
mod economy;
mod flows;
mod gzip;
mod json;
mod offices;
pub(crate) mod parquet;
mod select;
mod stata;
mod taken;
mod unpacked;

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use arrow_array::{Array, Float64Array, StringArray};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::error::{DataError, Place};

pub use economy::EconomyTables;
pub use flows::{ColumnMap, Duplicates, FlowOptions, Unit, Unknown, flows_of, read_flows};
pub(crate) use flows::{each_flow, read_flows_from};

/// A column as the file holds it.
#[derive(Debug, Clone)]
pub enum Cells {
    /// Text; every column of a CSV file is text.
    Text(StringArray),
    /// Numbers of a binary format, integers included.
    Number(Float64Array),
}

impl Cells {
    /// No cells.
    fn none() -> Self {
        Cells::Number(Float64Array::from(Vec::<f64>::new()))
    }
}

/// Where rows are in a file.
#[derive(Debug, Clone)]
enum Places {
    /// Lines of a text file.
    Lines(Vec<u64>),
    /// Rows from 1; all of them in order where there is no list.
    Rows(Option<Vec<u64>>),
}

impl Places {
    /// Those of some rows.
    fn of(&self, rows: &[usize]) -> Self {
        match self {
            Places::Lines(lines) => Places::Lines(rows.iter().map(|r| lines[*r]).collect()),
            Places::Rows(Some(list)) => Places::Rows(Some(rows.iter().map(|r| list[*r]).collect())),
            Places::Rows(None) => Places::Rows(Some(rows.iter().map(|r| *r as u64 + 1).collect())),
        }
    }
}

/// A named column.
#[derive(Debug, Clone)]
pub struct RawColumn {
    /// The name in the file.
    pub name: String,
    /// The cells.
    pub cells: Cells,
}

impl RawColumn {
    /// Number of cells.
    fn len(&self) -> usize {
        match &self.cells {
            Cells::Text(a) => a.len(),
            Cells::Number(a) => a.len(),
        }
    }

    /// The number in a cell of a numeric column; `None` where missing.
    pub fn float(&self, row: usize) -> Option<f64> {
        match &self.cells {
            Cells::Number(a) if a.is_valid(row) => Some(a.value(row)),
            _ => None,
        }
    }

    /// The text in a cell of a text column; `None` where missing.
    pub fn str(&self, row: usize) -> Option<&str> {
        match &self.cells {
            Cells::Text(a) if a.is_valid(row) => Some(a.value(row)),
            _ => None,
        }
    }

    /// The cell as a person would write it; `None` where missing.
    pub fn show(&self, row: usize) -> Option<Cow<'_, str>> {
        match &self.cells {
            Cells::Text(_) => self.str(row).map(Cow::Borrowed),
            Cells::Number(_) => self.float(row).map(|x| Cow::Owned(format!("{x}"))),
        }
    }
}

/// A file's content before its columns have a meaning.
#[derive(Debug, Clone)]
pub struct RawTable {
    /// The file, as the user named it.
    pub path: String,
    /// The columns in the file's order.
    pub columns: Vec<RawColumn>,
    /// Number of rows.
    pub rows: usize,
    /// Where the rows are in the file.
    places: Places,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

impl RawTable {
    /// Reads a CSV (any delimiter), JSON (either gzipped or not), Parquet or Stata file; the content
    /// decides which.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let name = path.display().to_string();
        let io = |source| DataError::Io { path: name.clone(), source };
        if path.is_dir() {
            return Err(DataError::Format {
                path: name,
                what: "is a folder, a file was expected".to_owned(),
                help: "name one of the files in it".to_owned(),
            });
        }
        let mut bytes = Vec::new();
        File::open(path).and_then(|mut f| f.read_to_end(&mut bytes)).map_err(io)?;
        Self::from_bytes(&name, &bytes)
    }

    /// The same from bytes in memory; `name` stands for the path in messages.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, DataError> {
        Self::from_bytes_within(name, bytes, u64::MAX)
    }

    /// The same of a file that may hold at most so many bytes once it is unpacked.
    pub fn from_bytes_within(name: &str, bytes: &[u8], most: u64) -> Result<Self, DataError> {
        if bytes.len() as u64 > most {
            return Err(unpacked::refuse(name, most, most));
        }
        if most < u64::MAX && bytes.starts_with(b"PAR1") {
            unpacked::check_parquet(name, bytes, most)?;
        }
        let refuse = |what: &str, help: &str| {
            Err(DataError::Format { path: name.to_owned(), what: what.to_owned(), help: help.to_owned() })
        };
        let (columns, places) = match bytes {
            [] => return refuse("is empty", "check that the download or export finished"),
            [b'P', b'A', b'R', b'1', ..] => (parquet::read(name, bytes)?, Places::Rows(None)),
            [b'<', b's', b't', b'a', b't', b'a', b'_', ..] => (stata::read(name, bytes)?, Places::Rows(None)),
            // Before release 117 a Stata file begins with its release number and byte order.
            [102..=115, 1 | 2, 1, ..] => (stata::read(name, bytes)?, Places::Rows(None)),
            [b'P', b'K', 3, 4, ..] => {
                return refuse("is a zip archive or a spreadsheet", "unpack it, or save the sheet as CSV");
            }
            [0xD0, 0xCF, 0x11, 0xE0, ..] => return refuse("is a spreadsheet", "save the sheet as CSV"),
            [0x1F, 0x8B, ..] => text(name, &gzip::unpack(name, bytes, most)?)?,
            _ => text(name, bytes)?,
        };
        let rows = columns.first().map_or(0, RawColumn::len);
        let sha256 = hex(&Sha256::digest(bytes));
        Ok(RawTable { path: name.to_owned(), columns, rows, places, sha256 })
    }

    /// A table that is in memory already, all its columns of one length; `name` stands for the path in
    /// messages. The hash is that of the file it came from, or of the columns' names and cells.
    pub fn from_columns(name: &str, columns: Vec<RawColumn>, sha256: Option<String>) -> Self {
        let rows = columns.first().map_or(0, RawColumn::len);
        let sha256 = sha256.unwrap_or_else(|| Self::hash(&columns));
        RawTable { path: name.to_owned(), columns, rows, places: Places::Rows(None), sha256 }
    }

    /// The hash of the columns' hashes, which are taken side by side.
    fn hash(columns: &[RawColumn]) -> String {
        let one = |column: &RawColumn| {
            let mut digest = Sha256::new_with_prefix(column.name.as_bytes());
            match &column.cells {
                Cells::Number(a) => digest.update(a.to_data().buffers()[0].as_slice()),
                Cells::Text(a) => a.to_data().buffers().iter().for_each(|b| digest.update(b.as_slice())),
            }
            digest.finalize()
        };
        let mut all = Sha256::new();
        columns.par_iter().map(one).collect::<Vec<_>>().iter().for_each(|hash| all.update(hash));
        hex(&all.finalize())
    }

    /// A column by its exact name.
    pub fn column(&self, name: &str) -> Option<&RawColumn> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// Where a row is in the file.
    pub fn place(&self, row: usize) -> Place {
        match &self.places {
            Places::Lines(lines) => Place::Line(lines[row]),
            Places::Rows(Some(rows)) => Place::Row(rows[row]),
            Places::Rows(None) => Place::Row(row as u64 + 1),
        }
    }
}

/// The columns of a file of text.
fn text(name: &str, bytes: &[u8]) -> Result<(Vec<RawColumn>, Places), DataError> {
    // The mark that spreadsheets put before UTF-8.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if json::is(bytes) {
        return Ok((json::read(name, bytes)?, Places::Rows(None)));
    }
    let (columns, lines) = csv::read(name, bytes)?;
    Ok((columns, Places::Lines(lines)))
}

pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|b| format!("{b:02x}")).collect()
}
