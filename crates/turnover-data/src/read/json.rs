//! JSON as interfaces of statistical offices give it out: rows as objects, in an array of their own
//! or in the member `data` or `dataset` of an envelope (UN Comtrade, new and old), or as arrays below a
//! row of names (US Census Bureau).

use std::collections::HashMap;

use arrow_array::{Float64Array, StringArray};
use serde_json::{Map, Value};

use super::{Cells, RawColumn};
use crate::error::{DataError, Place};

/// The members in which the rows can be.
const ROWS: [&str; 2] = ["data", "dataset"];

/// A table with no more cells than this may be as empty as it likes.
const FEW_CELLS: usize = 1 << 16;

/// Whether the bytes begin as JSON does; no table's header begins so.
pub(super) fn is(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Columns in the order in which the rows first name them. A member that is null in every row is
/// no column: UN Comtrade names countries both by number and by letters, and fills only what was
/// asked for.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Vec<RawColumn>, DataError> {
    let refuse = |what: String, help: &str| DataError::Format { path: name.to_owned(), what, help: help.to_owned() };
    let document: Value = serde_json::from_slice(bytes).map_err(|e| {
        refuse(format!("begins as JSON and cannot be read ({e})"), "check that the download or export finished")
    })?;
    let rows = match document {
        Value::Array(rows) => rows,
        Value::Object(mut envelope) => {
            let found = ROWS.iter().find_map(|member| match envelope.remove(*member) {
                Some(Value::Array(rows)) => Some(rows),
                _ => None,
            });
            found.ok_or_else(|| {
                let members: Vec<String> = envelope.keys().take(12).map(|k| format!("`{k}`")).collect();
                let there = if members.is_empty() {
                    "it has none".to_owned()
                } else {
                    format!("it has {}", members.join(", "))
                };
                refuse(
                    format!("has no array of rows in a member `data` or `dataset`; {there}"),
                    "save the whole answer of the interface, and see whether it is an error message",
                )
            })?
        }
        _ => Vec::new(),
    };
    if rows.is_empty() {
        return Err(refuse("holds no rows".to_owned(), "check what was asked of the interface"));
    }
    let rows = match rows.first() {
        Some(Value::Array(_)) => named(name, rows)?,
        _ => rows,
    };
    let count = rows.len();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut columns: Vec<(String, Vec<Value>)> = Vec::new();
    for (row, value) in rows.into_iter().enumerate() {
        let Value::Object(members) = value else {
            return Err(refuse(
                format!("row {} is {}, an object was expected", row + 1, kind(&value)),
                "each row must be an object that names its columns, as in {\"year\": 2019, \"value_usd\": 5}",
            ));
        };
        place(name, row, members, &mut places, &mut columns)?;
        // A table names a column in most of its rows, and so has fewer cells than bytes; without
        // this, rows that each name another column would take memory by the square of their number.
        if count.saturating_mul(columns.len()) > bytes.len() + FEW_CELLS {
            return Err(refuse(
                format!("the first {} rows name {} columns and leave most of them empty", row + 1, columns.len()),
                "each row must name the same columns",
            ));
        }
    }
    if columns.is_empty() {
        return Err(refuse("holds rows without a value".to_owned(), "check what was asked of the interface"));
    }
    let finished = |(name, mut cells): (String, Vec<Value>)| {
        cells.resize(count, Value::Null);
        let is_text = cells.iter().any(|c| matches!(c, Value::String(_) | Value::Bool(_)));
        let cells = if is_text {
            Cells::Text(cells.iter().map(text).collect::<StringArray>())
        } else {
            Cells::Number(cells.iter().map(Value::as_f64).collect::<Float64Array>())
        };
        RawColumn { name, cells }
    };
    Ok(columns.into_iter().map(finished).collect())
}

/// Rows that are arrays below a row of names (US Census Bureau), as objects. A name that comes twice
/// holds the same: what is asked for and what it is asked by are both given.
fn named(name: &str, rows: Vec<Value>) -> Result<Vec<Value>, DataError> {
    let refuse = |row: usize, what: &str| DataError::Format {
        path: name.to_owned(),
        what: format!("row {row} is {what}"),
        help: "rows that are arrays must be as long as the first, which holds the names of the columns".to_owned(),
    };
    let mut rows = rows.into_iter();
    let names: Vec<String> = match rows.next() {
        Some(Value::Array(cells)) => {
            let text = |c: Value| if let Value::String(s) = c { Some(s) } else { None };
            let names = cells.into_iter().map(text).collect::<Option<Vec<_>>>();
            names.ok_or_else(|| refuse(1, "not a row of names"))?
        }
        _ => return Err(refuse(1, "not an array")),
    };
    let objects: Vec<Value> = rows
        .enumerate()
        .map(|(at, row)| match row {
            Value::Array(cells) if cells.len() == names.len() => {
                Ok(Value::Object(names.iter().cloned().zip(cells).collect()))
            }
            Value::Array(cells) => Err(refuse(at + 2, &format!("{} cells long, not {}", cells.len(), names.len()))),
            other => Err(refuse(at + 2, kind(&other))),
        })
        .collect::<Result<_, _>>()?;
    if objects.is_empty() {
        return Err(refuse(1, "the only one"));
    }
    Ok(objects)
}

/// Puts the members of a row into their columns.
fn place(
    name: &str,
    row: usize,
    members: Map<String, Value>,
    places: &mut HashMap<String, usize>,
    columns: &mut Vec<(String, Vec<Value>)>,
) -> Result<(), DataError> {
    for (member, cell) in members {
        if matches!(cell, Value::Array(_) | Value::Object(_)) {
            return Err(DataError::Cell {
                path: name.to_owned(),
                place: Place::Row(row as u64 + 1),
                column: member,
                expected: "a number or a text".to_owned(),
                found: kind(&cell).to_owned(),
                help: "flatten the rows, so that each member holds one value".to_owned(),
            });
        }
        if cell.is_null() {
            continue;
        }
        let at = *places.entry(member).or_insert_with_key(|member| {
            columns.push((member.clone(), Vec::new()));
            columns.len() - 1
        });
        let cells = &mut columns[at].1;
        cells.resize(row, Value::Null);
        cells.push(cell);
    }
    Ok(())
}

/// The cell of a text column, missing where CSV would have it missing.
fn text(cell: &Value) -> Option<String> {
    let text = match cell {
        Value::String(s) => s.trim().to_owned(),
        Value::Null => return None,
        other => other.to_string(),
    };
    (!matches!(text.as_str(), "" | "NA" | "." | "NULL" | "null")).then_some(text)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_those_that_a_row_fills() {
        let bytes = br#"{"count": 2, "data": [{"a": null, "b": 1, "c": "x"}, {"a": null, "d": 2, "c": 3}]}"#;
        assert!(is(bytes));
        let columns = read("f", bytes).unwrap();
        let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["b", "c", "d"]);
        assert_eq!((columns[0].float(0), columns[0].float(1)), (Some(1.0), None));
        assert_eq!((columns[1].str(0), columns[1].str(1)), (Some("x"), Some("3")));
        assert_eq!((columns[2].float(0), columns[2].float(1)), (None, Some(2.0)));
        assert!(!is(b"year,value\n2019,1\n"));
    }

    #[test]
    fn a_column_for_every_row_is_refused() {
        let rows: Vec<String> = (0..100_000).map(|i| format!("{{\"c{i}\":1}}")).collect();
        let error = read("f", format!("[{}]", rows.join(",")).as_bytes()).unwrap_err().to_string();
        assert!(error.contains("leave most of them empty"), "{error}");
    }
}
