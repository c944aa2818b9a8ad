//! Delimited text, read in pieces so that a table need not be held whole to be used.

use arrow_array::StringArray;
use arrow_array::builder::StringBuilder;
use csv::{ByteRecord, ErrorKind, ReaderBuilder, Trim};

use super::header::{self, HEAD};
use super::text::in_utf8;
use super::{Cells, RawColumn};
use crate::error::DataError;
use crate::suggest::short;

/// A piece of a table: its columns and the lines that its rows stand on.
pub(super) struct Piece {
    pub(super) columns: Vec<RawColumn>,
    pub(super) lines: Vec<u64>,
}

/// What is known of a table before its rows are read.
pub(super) struct Shape {
    names: Vec<String>,
    /// Places of the columns that have a name.
    named: Vec<usize>,
    delimiter: u8,
    /// Where the first record begins, and on which line.
    start: usize,
    line: u64,
    /// Records up to the header's, that one included.
    skip: usize,
    /// The text above the header.
    pub(super) preamble: Vec<String>,
    /// The header's line, where it is not the first.
    pub(super) header_line: Option<u64>,
}

fn refuse(name: &str, what: String, help: &str) -> DataError {
    DataError::Format { path: name.to_owned(), what, help: help.to_owned() }
}

impl Shape {
    /// Finds delimiter and header.
    pub(super) fn find(name: &str, bytes: &[u8]) -> Result<Self, DataError> {
        if let Some(at) = bytes.iter().position(|&b| b == 0) {
            let line = 1 + count_lines(&bytes[..at]);
            return Err(refuse(
                name,
                format!("line {line} holds a NUL byte, so this is not a text table"),
                "CSV, JSON, Parquet, Stata .dta and spreadsheets are read; see turnover data formats",
            ));
        }
        // Spreadsheets name the delimiter in a line of its own.
        let (start, line, said) = match bytes.get(..5) {
            Some(head) if head.eq_ignore_ascii_case(b"sep=,") || head[..4].eq_ignore_ascii_case(b"sep=") => {
                let end = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| at + 1);
                (end, 2, Some(head[4]))
            }
            _ => (0, 1, None),
        };
        let delimiter = said.unwrap_or_else(|| delimiter(&bytes[start..]));
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut lines = Vec::new();
        let mut records = Records::new(&bytes[start..], delimiter, line);
        let mut record = ByteRecord::new();
        while rows.len() < HEAD && records.next(name, &mut record)? {
            rows.push(record.iter().map(|f| in_utf8(f).trim().to_owned()).collect());
            lines.push(records.line);
        }
        let found = header::find(&rows);
        let names = found.names;
        let header_line = lines.get(found.row).copied().unwrap_or(line);
        if names.iter().filter(|n| !n.is_empty()).count() < 2 {
            let text = names.first().map_or_else(String::new, |n| short(n));
            if text.to_lowercase().contains("query complexity") || text.to_lowercase().contains("too complex") {
                let help = "the database answered with an error message: ask it for less at once, and download again";
                return Err(refuse(name, format!("line {header_line} says `{text}` and holds no table"), help));
            }
            return Err(refuse(
                name,
                format!("line {header_line} has a single column, `{text}`"),
                "a table with a header line and columns separated by , ; tab or | was expected",
            ));
        }
        let named: Vec<usize> = (0..names.len()).filter(|at| !names[*at].is_empty()).collect();
        let mut sorted: Vec<&str> = named.iter().map(|at| names[*at].as_str()).collect();
        sorted.sort_unstable();
        if let Some(twice) = sorted.windows(2).find(|w| w[0] == w[1]) {
            return Err(refuse(
                name,
                format!("two columns are named `{}`", short(twice[0])),
                "rename or remove one of them",
            ));
        }
        Ok(Shape {
            names,
            named,
            delimiter,
            start,
            line,
            skip: found.row + 1,
            preamble: found.preamble,
            header_line: (found.row > 0 || line > 1).then_some(header_line),
        })
    }

    /// Hands over the rows in pieces of at most `most`.
    pub(super) fn each(
        &self,
        name: &str,
        bytes: &[u8],
        most: usize,
        take: &mut dyn FnMut(Piece) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let mut records = Records::new(&bytes[self.start..], self.delimiter, self.line);
        let mut record = ByteRecord::new();
        for _ in 0..self.skip {
            records.next(name, &mut record)?;
        }
        let mut growing = Growing::new(self);
        let mut any = false;
        while records.next(name, &mut record)? {
            if record.iter().all(|f| f.trim_ascii().is_empty()) {
                continue;
            }
            self.check(name, &record, records.line)?;
            growing.push(self, &record, records.line);
            if growing.lines.len() == most {
                any = true;
                take(growing.finish(self))?;
                growing = Growing::new(self);
            }
        }
        if !growing.lines.is_empty() || !any { take(growing.finish(self)) } else { Ok(()) }
    }

    /// Refuses rows of another width, but for blanks at the end and for notes below the table.
    fn check(&self, name: &str, record: &ByteRecord, line: u64) -> Result<(), DataError> {
        let extra = record.iter().skip(self.names.len()).any(|f| !f.trim_ascii().is_empty());
        let filled = record.iter().filter(|f| !f.trim_ascii().is_empty()).count();
        let first = record.get(0).map(in_utf8).unwrap_or_default().trim().to_lowercase();
        let note = filled <= 1 || ["total", "source", "note"].iter().any(|w| first.starts_with(w));
        if extra || (record.len() < self.names.len() && !note) {
            return Err(refuse(
                name,
                format!("line {line} has {} fields, the header has {}", record.len(), self.names.len()),
                "quote fields that hold the delimiter, and check that the file is whole",
            ));
        }
        Ok(())
    }
}

/// A piece that fills up.
struct Growing {
    builders: Vec<StringBuilder>,
    marked: Vec<bool>,
    lines: Vec<u64>,
}

impl Growing {
    fn new(shape: &Shape) -> Self {
        Growing {
            builders: shape.named.iter().map(|_| StringBuilder::new()).collect(),
            marked: vec![false; shape.named.len()],
            lines: Vec::new(),
        }
    }

    fn push(&mut self, shape: &Shape, record: &ByteRecord, line: u64) {
        for ((at, builder), marked) in shape.named.iter().zip(&mut self.builders).zip(&mut self.marked) {
            let text = in_utf8(record.get(*at).unwrap_or(b""));
            match text.trim() {
                "" => builder.append_null(),
                cell => {
                    *marked |= MISSING.contains(&cell);
                    builder.append_value(cell);
                }
            }
        }
        self.lines.push(line);
    }

    fn finish(self, shape: &Shape) -> Piece {
        let columns = shape.named.iter().zip(self.builders).zip(self.marked);
        let column = |((at, mut builder), marked): ((&usize, StringBuilder), bool)| {
            let cells = builder.finish();
            let cells = Cells::Text(if marked { without_marks(cells) } else { cells });
            RawColumn { name: shape.names[*at].clone(), cells }
        };
        Piece { columns: columns.map(column).collect(), lines: self.lines }
    }
}

/// The records of a text with the lines that they begin on.
struct Records<'a> {
    bytes: &'a [u8],
    reader: csv::Reader<&'a [u8]>,
    /// The line of the last record.
    line: u64,
    /// How far lines are counted, and how many.
    counted: (usize, u64),
}

impl<'a> Records<'a> {
    fn new(bytes: &'a [u8], delimiter: u8, line: u64) -> Self {
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .trim(Trim::None)
            .buffer_capacity(1 << 16)
            .from_reader(bytes);
        Records { bytes, reader, line, counted: (0, line) }
    }

    fn next(&mut self, name: &str, record: &mut ByteRecord) -> Result<bool, DataError> {
        let more = self.reader.read_byte_record(record).map_err(|e| match e.kind() {
            ErrorKind::UnequalLengths { .. } => {
                refuse(name, "has rows of unequal width".to_owned(), "check that the file is whole")
            }
            _ => refuse(name, format!("is not a delimited text table ({e})"), "check that the file is whole"),
        })?;
        if let (true, Some(position)) = (more, record.position()) {
            // The parser may stop between the two marks of a line's end.
            let mut at = (position.byte() as usize).min(self.bytes.len());
            while self.bytes.get(at).is_some_and(|b| matches!(b, b'\n' | b'\r')) {
                at += 1;
            }
            self.counted = (at, self.counted.1 + count_lines(&self.bytes[self.counted.0.min(at)..at]));
            self.line = self.counted.1;
        }
        Ok(more)
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|b| u64::from(*b == b'\n')).sum()
}

/// How numeric columns mark a missing value, beside an empty cell. Among text they are text: `NA` is Namibia.
const MISSING: [&str; 4] = ["NA", ".", "NULL", "null"];

/// The same cells, marks of missing values empty where all other cells are numbers.
fn without_marks(cells: StringArray) -> StringArray {
    let mut others = cells.iter().flatten().filter(|c| !MISSING.contains(c)).peekable();
    let numeric = others.peek().is_some() && others.all(|c| c.parse::<f64>().is_ok());
    if !numeric {
        return cells;
    }
    cells.iter().map(|c| c.filter(|c| !MISSING.contains(c))).collect()
}

/// The delimiter that the first lines hold most often, by the line in the middle.
fn delimiter(bytes: &[u8]) -> u8 {
    let lines: Vec<&[u8]> = bytes.split(|&b| b == b'\n').filter(|l| l.len() > 1).take(30).collect();
    let count = |line: &[u8], d: u8| {
        let mut quoted = false;
        line.iter()
            .filter(|&&b| {
                quoted ^= b == b'"';
                !quoted && b == d
            })
            .count()
    };
    let middle = |d: u8| {
        let mut counts: Vec<usize> = lines.iter().map(|l| count(l, d)).collect();
        counts.sort_unstable();
        counts.get(counts.len() / 2).copied().unwrap_or(0)
    };
    let in_header = |d: u8| lines.first().map_or(0, |l| count(l, d));
    // A header without commas above rows with decimal commas is separated by something else.
    let score = |d: u8| (middle(d).min(in_header(d).max(usize::from(lines.len() > 2))), in_header(d));
    let mut best = b',';
    for candidate in [b';', b'\t', b'|'] {
        if score(candidate) > score(best) {
            best = candidate;
        }
    }
    best
}

/// The whole table at once.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<(Shape, Piece), DataError> {
    let shape = Shape::find(name, bytes)?;
    let mut whole = None;
    shape.each(name, bytes, usize::MAX, &mut |piece| {
        whole = Some(piece);
        Ok(())
    })?;
    let piece =
        whole.ok_or_else(|| refuse(name, "is empty".to_owned(), "check that the download or export finished"))?;
    Ok((shape, piece))
}
