//! JSON as interfaces of statistical offices give it out: rows as objects, in an array of their own
//! or in the member `data` or `dataset` of an envelope (UN Comtrade, new and old), or as arrays below a
//! row of names (US Census Bureau).

use std::collections::HashMap;
use std::fmt;

use arrow_array::{Float64Array, StringArray};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

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
/// asked for. Rows are taken one at a time, so that what is held is the table and not the document.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Vec<RawColumn>, DataError> {
    let refuse = |what: String, help: &str| DataError::Format { path: name.to_owned(), what, help: help.to_owned() };
    let broken = |e: serde_json::Error| {
        refuse(format!("begins as JSON and cannot be read ({e})"), "check that the download or export finished")
    };
    let envelope: Vec<(String, &RawValue)>;
    let rows = if bytes.trim_ascii_start().starts_with(b"[") {
        std::str::from_utf8(bytes)
            .map_err(|e| refuse(format!("begins as JSON and is not UTF-8 ({e})"), "save the file as UTF-8"))?
    } else {
        let members: Members<'_> = serde_json::from_slice(bytes).map_err(broken)?;
        envelope = members.0;
        let find =
            |member: &str| envelope.iter().find(|(n, v)| n == member && v.get().starts_with('[')).map(|(_, v)| v.get());
        ROWS.iter().find_map(|m| find(m)).ok_or_else(|| {
            let names: Vec<String> = envelope.iter().take(12).map(|(n, _)| format!("`{n}`")).collect();
            let there =
                if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
            // An answer that refuses says why.
            let said = ["message", "error", "errorMessage", "detail"].iter().find_map(|m| {
                let text = envelope.iter().find(|(n, _)| n == m)?.1;
                let text: String = serde_json::from_str(text.get()).ok()?;
                (!text.is_empty()).then(|| format!(" and says \"{}\"", text.chars().take(120).collect::<String>()))
            });
            refuse(
                format!("has no array of rows in a member `data` or `dataset`; {there}{}", said.unwrap_or_default()),
                "save the whole answer of the interface, and see whether it is an error message",
            )
        })?
    };
    let mut table = Table {
        name,
        bytes: bytes.len(),
        names: None,
        places: HashMap::new(),
        columns: Vec::new(),
        rows: 0,
        wrong: None,
    };
    let mut reader = serde_json::Deserializer::from_str(rows);
    let done = reader.deserialize_seq(&mut table).and_then(|()| reader.end());
    if let Some(wrong) = table.wrong {
        return Err(wrong);
    }
    done.map_err(broken)?;
    if table.rows == 0 {
        return Err(match table.names {
            Some(_) => row_error(name, 1, "the only one"),
            None => refuse("holds no rows".to_owned(), "check what was asked of the interface"),
        });
    }
    if table.columns.is_empty() {
        return Err(refuse("holds rows without a value".to_owned(), "check what was asked of the interface"));
    }
    let rows = table.rows;
    Ok(table.columns.into_iter().map(|(name, cells)| RawColumn { name, cells: cells.finish(rows) }).collect())
}

/// The members of an object, their values not read yet.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or an array of rows")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut out = Vec::new();
                while let Some(member) = map.next_entry()? {
                    out.push(member);
                }
                Ok(Members(out))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// The cells of a column, those up to now; rows that name it no more are missing.
enum Growing {
    /// NaN where missing, which JSON cannot say.
    Number(Vec<f64>),
    Text(Vec<Option<String>>),
}

impl Growing {
    fn put(&mut self, row: usize, cell: &Value) {
        if let (Growing::Number(numbers), true) = (&self, !matches!(cell, Value::Number(_)) || beyond_floats(cell)) {
            let text = |x: &f64| (!x.is_nan()).then(|| x.to_string());
            *self = Growing::Text(numbers.iter().map(text).collect());
        }
        match self {
            Growing::Number(numbers) => {
                numbers.resize(row, f64::NAN);
                numbers.push(cell.as_f64().unwrap_or(f64::NAN));
            }
            Growing::Text(texts) => {
                texts.resize(row, None);
                texts.push(text(cell));
            }
        }
    }

    fn finish(self, rows: usize) -> Cells {
        match self {
            Growing::Number(mut numbers) => {
                numbers.resize(rows, f64::NAN);
                Cells::Number(numbers.into_iter().map(|x| (!x.is_nan()).then_some(x)).collect::<Float64Array>())
            }
            Growing::Text(mut texts) => {
                texts.resize(rows, None);
                Cells::Text(texts.into_iter().collect::<StringArray>())
            }
        }
    }
}

/// Whether a whole number is beyond 2^53, where a float would merge it with another.
fn beyond_floats(cell: &Value) -> bool {
    const MOST: u64 = 1 << 53;
    cell.as_i64().map_or_else(|| cell.as_u64(), |x| Some(x.unsigned_abs())).is_some_and(|x| x > MOST)
}

/// The table as it grows.
struct Table<'a> {
    name: &'a str,
    /// Size of the file.
    bytes: usize,
    /// Names of the columns, where rows are arrays below a row of names (US Census Bureau).
    names: Option<Vec<String>>,
    places: HashMap<String, usize>,
    columns: Vec<(String, Growing)>,
    rows: usize,
    /// What is wrong with a row, which the parser cannot say in our words.
    wrong: Option<DataError>,
}

impl<'de> Visitor<'de> for &mut Table<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element::<Value>()? {
            if let Err(wrong) = self.row(row) {
                self.wrong = Some(wrong);
                return Err(serde::de::Error::custom("a row is wrong"));
            }
        }
        Ok(())
    }
}

fn row_error(name: &str, row: usize, what: &str) -> DataError {
    DataError::Format {
        path: name.to_owned(),
        what: format!("row {row} is {what}"),
        help: "rows that are arrays must be as long as the first, which holds the names of the columns".to_owned(),
    }
}

impl Table<'_> {
    fn row(&mut self, value: Value) -> Result<(), DataError> {
        match (value, &self.names) {
            (Value::Object(members), None) => {
                let members: Vec<(String, Value)> = members.into_iter().collect();
                self.place(members)
            }
            // Names above rows that are arrays. A name that comes twice holds the same: what is asked for
            // and what it is asked by are both given.
            (Value::Array(cells), None) if self.rows == 0 => {
                let text = |c: Value| if let Value::String(s) = c { Some(s) } else { None };
                let names = cells.into_iter().map(text).collect::<Option<Vec<_>>>();
                self.names = Some(names.ok_or_else(|| row_error(self.name, 1, "not a row of names"))?);
                Ok(())
            }
            (Value::Array(cells), Some(names)) if cells.len() == names.len() => {
                let mut members: Vec<(String, Value)> = Vec::with_capacity(cells.len());
                for (name, cell) in names.iter().zip(cells) {
                    if !members.iter().any(|(n, _)| n == name) {
                        members.push((name.clone(), cell));
                    }
                }
                self.place(members)
            }
            (Value::Array(cells), Some(names)) => {
                let what = format!("{} cells long, not {}", cells.len(), names.len());
                Err(row_error(self.name, self.rows + 2, &what))
            }
            (other, Some(_)) => Err(row_error(self.name, self.rows + 2, kind(&other))),
            (other, None) => Err(DataError::Format {
                path: self.name.to_owned(),
                what: format!("row {} is {}, an object was expected", self.rows + 1, kind(&other)),
                help: "each row must be an object that names its columns, as in {\"year\": 2019, \"value_usd\": 5}"
                    .to_owned(),
            }),
        }
    }

    /// Puts the members of a row into their columns.
    fn place(&mut self, members: Vec<(String, Value)>) -> Result<(), DataError> {
        for (member, cell) in members {
            if matches!(cell, Value::Array(_) | Value::Object(_)) {
                return Err(DataError::Cell {
                    path: self.name.to_owned(),
                    place: Place::Row(self.rows as u64 + 1),
                    column: member,
                    expected: "a number or a text".to_owned(),
                    found: kind(&cell).to_owned(),
                    help: "flatten the rows, so that each member holds one value".to_owned(),
                });
            }
            if cell.is_null() {
                continue;
            }
            let columns = &mut self.columns;
            let at = *self.places.entry(member).or_insert_with_key(|member| {
                columns.push((member.clone(), Growing::Number(Vec::new())));
                columns.len() - 1
            });
            columns[at].1.put(self.rows, &cell);
        }
        self.rows += 1;
        // A table names a column in most of its rows, and so has fewer cells than bytes; without
        // this, rows that each name another column would take memory by the square of their number.
        if self.rows.saturating_mul(self.columns.len()) > self.bytes + FEW_CELLS {
            return Err(DataError::Format {
                path: self.name.to_owned(),
                what: format!(
                    "the first {} rows name {} columns and leave most of them empty",
                    self.rows,
                    self.columns.len()
                ),
                help: "each row must name the same columns".to_owned(),
            });
        }
        Ok(())
    }
}

/// The cell of a text column; an empty text is a missing value, and `NA` is Namibia.
fn text(cell: &Value) -> Option<String> {
    let text = match cell {
        Value::String(s) => s.trim().to_owned(),
        Value::Null => return None,
        other => other.to_string(),
    };
    (!text.is_empty()).then_some(text)
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
