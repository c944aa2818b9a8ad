//! Delimited text.

use arrow_array::StringArray;
use arrow_array::builder::StringBuilder;
use csv::{ByteRecord, ErrorKind, ReaderBuilder};

use super::{Cells, RawColumn};
use crate::error::{DataError, Place};

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<(Vec<RawColumn>, Vec<u64>), DataError> {
    let refuse = |what: String, help: &str| DataError::Format { path: name.to_owned(), what, help: help.to_owned() };
    if let Some(at) = bytes.iter().position(|&b| b == 0) {
        let line = 1 + bytes[..at].iter().filter(|&&b| b == b'\n').count();
        return Err(refuse(
            format!("line {line} holds a NUL byte, so this is not a text table"),
            "a file in UTF-16 must be saved as UTF-8; CSV, gzipped CSV, Parquet and Stata .dta are read",
        ));
    }
    let delimiter = delimiter(bytes);
    let mut reader = ReaderBuilder::new().delimiter(delimiter).has_headers(true).flexible(false).from_reader(bytes);
    let headers = reader.byte_headers().map_err(|e| csv_error(name, &e))?.clone();
    let mut names: Vec<String> = Vec::new();
    for field in &headers {
        let text = std::str::from_utf8(field)
            .map_err(|_| refuse("the header is not UTF-8 text".to_owned(), "save the file as UTF-8"))?;
        let text = text.trim().to_owned();
        if names.contains(&text) {
            return Err(refuse(format!("two columns are named `{text}`"), "rename or remove one of them"));
        }
        names.push(text);
    }
    if names.len() < 2 {
        return Err(refuse(
            format!("line 1 has a single column, `{}`", names.first().map_or("", |n| n)),
            "a table with a header line and columns parted by , ; tab or | was expected",
        ));
    }
    let mut builders: Vec<StringBuilder> = names.iter().map(|_| StringBuilder::new()).collect();
    let mut marked = vec![false; names.len()];
    let mut lines = Vec::new();
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|e| csv_error(name, &e))? {
        let line = record.position().map_or(0, |p| p.line());
        for (column, (field, builder)) in record.iter().zip(&mut builders).enumerate() {
            let text = std::str::from_utf8(field).map_err(|_| DataError::Cell {
                path: name.to_owned(),
                place: Place::Line(line),
                column: names[column].clone(),
                expected: "UTF-8 text".to_owned(),
                found: format!("the bytes {:02x?}", &field[..field.len().min(8)]),
                help: "save the file as UTF-8".to_owned(),
            })?;
            match text.trim() {
                "" => builder.append_null(),
                cell => {
                    marked[column] |= MISSING.contains(&cell);
                    builder.append_value(cell);
                }
            }
        }
        lines.push(line);
    }
    let columns = names
        .into_iter()
        .zip(builders)
        .zip(marked)
        .map(|((name, mut b), marked)| {
            let cells = b.finish();
            RawColumn { name, cells: Cells::Text(if marked { without_marks(cells) } else { cells }) }
        })
        .collect();
    Ok((columns, lines))
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

/// The delimiter that occurs most often in the header line.
fn delimiter(bytes: &[u8]) -> u8 {
    let header = bytes.split(|&b| b == b'\n').next().unwrap_or(b"");
    let count = |d: u8| header.iter().filter(|&&b| b == d).count();
    let mut best = b',';
    for candidate in [b';', b'\t', b'|'] {
        if count(candidate) > count(best) {
            best = candidate;
        }
    }
    best
}

fn csv_error(name: &str, error: &csv::Error) -> DataError {
    let (what, help) = match error.kind() {
        ErrorKind::UnequalLengths { pos, expected_len, len } => (
            format!("line {} has {len} fields, the header has {expected_len}", pos.as_ref().map_or(0, |p| p.line())),
            "quote fields that hold the delimiter, and check that the file is whole",
        ),
        _ => (format!("is not a delimited text table ({error})"), "check that the file is whole"),
    };
    DataError::Format { path: name.to_owned(), what, help: help.to_owned() }
}
