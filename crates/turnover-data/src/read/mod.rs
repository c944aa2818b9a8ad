//! Readers: from a file's bytes to a table of raw columns, and from there to flows.

mod archive;
pub(crate) mod cell;
mod csv;
mod draft;
mod economy;
mod flows;
mod form;
mod grid;
mod gzip;
mod header;
mod html;
mod inter_country;
mod json;
mod levels;
mod number;
mod options;
pub(crate) mod parquet;
mod reading;
mod refusal;
mod resolve;
mod sdmx;
mod select;
mod sheets;
mod sources;
mod stata;
mod taken;
mod text;
mod unit;
mod unpacked;
mod values;

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use arrow_array::{Array, Float64Array, StringArray};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::error::{DataError, Place};

pub use economy::EconomyTables;
pub use flows::{flows_of, read_flows};
pub(crate) use flows::{read_flows_from, resolve_file, resolve_table};
pub use number::Decimal;
pub use options::{ColumnMap, Constants, Direction, Duplicates, FlowOptions, Unknown};
pub(crate) use resolve::{Repeated, Resolved};
pub use sources::{FileFormat, file_formats};
pub use unit::Unit;

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
    /// The text above the header, a line for each row.
    pub preamble: Vec<String>,
    /// The header's line, where it is not the first.
    pub header_line: Option<u64>,
    /// Columns whose type is not read, with the type's name.
    pub unread: Vec<(String, String)>,
    /// What whole numbers of some columns are called (Stata's value labels).
    labels: stata::Labels,
}

/// What the bytes of a file are.
enum Content<'a> {
    /// Delimited text.
    Text(Cow<'a, [u8]>),
    /// Anything else: its tables.
    Tables(Vec<RawTable>),
}

/// Reads the whole of a file.
fn bytes_of(path: &Path) -> Result<(String, Vec<u8>), DataError> {
    let name = path.display().to_string();
    if path.is_dir() {
        return Err(DataError::Format {
            path: name,
            what: "is a folder, a file was expected".to_owned(),
            help: "name one of the files in it".to_owned(),
        });
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|mut f| {
        bytes.reserve_exact(usize::try_from(f.metadata()?.len()).unwrap_or(0));
        f.read_to_end(&mut bytes)
    });
    read.map_err(|source| DataError::Io { path: name.clone(), source })?;
    Ok((name, bytes))
}

/// Recognises a file by its content.
fn content<'a>(name: &str, bytes: &'a [u8], most: u64, sha256: &str) -> Result<Content<'a>, DataError> {
    if bytes.len() as u64 > most {
        return Err(unpacked::refuse(name, most, most));
    }
    if most < u64::MAX && bytes.starts_with(b"PAR1") {
        unpacked::check_parquet(name, bytes, most)?;
    }
    let refuse = |what: &str, help: &str| {
        Err(DataError::Format { path: name.to_owned(), what: what.to_owned(), help: help.to_owned() })
    };
    let plain = |columns, unread| Content::Tables(vec![RawTable::plain(name, columns, sha256, unread)]);
    Ok(match bytes {
        [] => return refuse("is empty", "check that the download or export finished"),
        [b'P', b'A', b'R', b'1', ..] => {
            let (columns, unread) = parquet::read(name, bytes)?;
            plain(columns, unread)
        }
        // Before release 117 a Stata file begins with its release number and byte order.
        [b'<', b's', b't', b'a', b't', b'a', b'_', ..] | [102..=115, 1 | 2, 1, ..] => {
            let (columns, labels) = stata::read(name, bytes)?;
            Content::Tables(vec![RawTable { labels, ..RawTable::plain(name, columns, sha256, Vec::new()) }])
        }
        [b'P', b'K', 3, 4, ..] => match archive::open(name, bytes, most)? {
            archive::Content::Workbook => Content::Tables(workbook(name, bytes, most, sha256)?),
            archive::Content::File(inner, unpacked) => {
                let inner = format!("{name}: {inner}");
                return owned(content(&inner, &unpacked, most, sha256)?);
            }
        },
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Content::Tables(workbook(name, bytes, most, sha256)?),
        [0x1F, 0x8B, ..] => {
            let unpacked = gzip::unpack(name, bytes, most)?;
            return owned(text(name, &unpacked, sha256)?);
        }
        _ => text(name, bytes, sha256)?,
    })
}

/// The same, not borrowed.
fn owned(content: Content<'_>) -> Result<Content<'static>, DataError> {
    Ok(match content {
        Content::Text(bytes) => Content::Text(Cow::Owned(bytes.into_owned())),
        Content::Tables(tables) => Content::Tables(tables),
    })
}

/// The tables of a workbook.
fn workbook(name: &str, bytes: &[u8], most: u64, sha256: &str) -> Result<Vec<RawTable>, DataError> {
    let grids = sheets::read(name, bytes, most)?;
    let mut tables = Vec::new();
    let mut first_error = None;
    for grid in &grids {
        match grid.table(name, sha256) {
            Ok(table) => tables.extend(table),
            Err(e) => {
                first_error.get_or_insert(e);
            }
        }
    }
    match (tables.is_empty(), first_error) {
        (false, _) => Ok(tables),
        (true, Some(e)) => Err(e),
        (true, None) => Err(DataError::Format {
            path: name.to_owned(),
            what: "is a spreadsheet without a table: no sheet has a header with two columns and rows below it"
                .to_owned(),
            help: "check that the download finished, or save the sheet as CSV".to_owned(),
        }),
    }
}

/// A file of text.
fn text<'a>(name: &str, bytes: &'a [u8], sha256: &str) -> Result<Content<'a>, DataError> {
    let bytes = text::plain_bytes(bytes);
    if json::is(&bytes) {
        let columns = match sdmx::read(name, &bytes)? {
            Some(columns) => columns,
            None => json::read(name, &bytes)?,
        };
        return Ok(Content::Tables(vec![RawTable::plain(name, columns, sha256, Vec::new())]));
    }
    if html::is(&bytes) {
        let grid = html::read(&text::in_utf8(&bytes));
        return match grid.table(name, sha256)? {
            Some(table) => Ok(Content::Tables(vec![table])),
            None => Err(DataError::Format {
                path: name.to_owned(),
                what: "is a web page without a table of figures".to_owned(),
                help: "download the data itself: a page that asks to log in is often saved in its place".to_owned(),
            }),
        };
    }
    Ok(Content::Text(bytes))
}

impl RawTable {
    /// A table whose rows are numbered from 1.
    fn plain(path: &str, columns: Vec<RawColumn>, sha256: &str, unread: Vec<(String, String)>) -> Self {
        let rows = columns.first().map_or(0, RawColumn::len);
        RawTable {
            path: path.to_owned(),
            columns,
            rows,
            places: Places::Rows(None),
            sha256: sha256.to_owned(),
            preamble: Vec::new(),
            header_line: None,
            unread,
            labels: stata::Labels::new(),
        }
    }

    /// A piece of delimited text.
    fn piece(path: &str, shape: &csv::Shape, piece: csv::Piece, sha256: &str) -> Self {
        RawTable {
            path: path.to_owned(),
            rows: piece.lines.len(),
            columns: piece.columns,
            places: Places::Lines(piece.lines),
            sha256: sha256.to_owned(),
            preamble: shape.preamble.clone(),
            header_line: shape.header_line,
            unread: Vec::new(),
            labels: stata::Labels::new(),
        }
    }

    /// Reads a CSV (any delimiter), JSON, Parquet, Stata or spreadsheet file, gzipped or in a zip archive or
    /// neither; the content decides which.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let (name, bytes) = bytes_of(path)?;
        Self::from_bytes(&name, &bytes)
    }

    /// The same from bytes in memory; `name` stands for the path in messages.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, DataError> {
        Self::from_bytes_within(name, bytes, u64::MAX)
    }

    /// The same of a file that may hold at most so many bytes once it is unpacked. Of a workbook the first
    /// sheet counts that a source of trade figures knows, else the first.
    pub fn from_bytes_within(name: &str, bytes: &[u8], most: u64) -> Result<Self, DataError> {
        let sha256 = hex(&Sha256::digest(bytes));
        match content(name, bytes, most, &sha256)? {
            Content::Text(bytes) => {
                let (shape, piece) = csv::read(name, &bytes)?;
                Ok(RawTable::piece(name, &shape, piece, &sha256))
            }
            Content::Tables(mut tables) => {
                let known = tables.iter().position(sources::is_known).unwrap_or(0);
                Ok(tables.swap_remove(known))
            }
        }
    }

    /// A table that is in memory already, all its columns of one length; `name` stands for the path in
    /// messages. The hash is that of the file it came from, or of the columns' names and cells.
    pub fn from_columns(name: &str, columns: Vec<RawColumn>, sha256: Option<String>) -> Self {
        let sha256 = sha256.unwrap_or_else(|| Self::hash(&columns));
        RawTable::plain(name, columns, &sha256, Vec::new())
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

    /// What a cell's number is called, where the file says so.
    fn label(&self, column: usize, row: usize) -> Option<&str> {
        let labels = self.labels.get(&column)?;
        let number = self.columns.get(column)?.float(row).filter(|x| x.fract() == 0.0)?;
        labels.get(&(number as i64)).map(String::as_str)
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

pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|b| format!("{b:02x}")).collect()
}
