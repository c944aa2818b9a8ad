//! Stata .dta of every release, through the `dta` crate.

use std::collections::HashMap;
use std::io::Cursor;

use arrow_array::StringArray;
use arrow_array::builder::{Float64Builder, StringBuilder};
use dta::stata::dta::dta_reader::DtaReader;
use dta::stata::dta::long_string_ref::LongStringRef;
use dta::stata::dta::long_string_table::LongStringTable;
use dta::stata::dta::value::Value;
use dta::stata::dta::value_label_table::ValueLabelTable;
use dta::stata::dta::variable::Variable;
use dta::stata::dta::variable_type::VariableType;

use super::{Cells, RawColumn};
use crate::error::DataError;

/// Labels of whole numbers, by column.
pub(super) type Labels = HashMap<usize, HashMap<i64, String>>;

enum Builder {
    Text(StringBuilder),
    Number(Float64Builder),
    /// References to long strings, which stand behind the rows.
    Long(Vec<Option<LongStringRef>>),
}

/// The columns, and what the values of some of them are called.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<(Vec<RawColumn>, Labels), DataError> {
    let damaged = |e: &dyn std::fmt::Display| DataError::Format {
        path: name.to_owned(),
        what: format!("the Stata data is damaged or cut off ({e})"),
        help: "save or download the file again".to_owned(),
    };
    if claims_too_much(bytes) {
        return Err(damaged(&"a note in it claims to be longer than the file"));
    }
    let header = DtaReader::new().from_reader(Cursor::new(bytes)).read_header().map_err(|e| damaged(&e))?;
    let mut characteristics = header.read_schema().map_err(|e| damaged(&e))?;
    characteristics.skip_to_end().map_err(|e| damaged(&e))?;
    let mut records = characteristics.into_record_reader().map_err(|e| damaged(&e))?;
    let variables = records.schema().variables().to_vec();
    // Rows of no columns take no bytes, and a file may claim any number of them.
    if variables.is_empty() {
        return Err(damaged(&"it has no columns"));
    }
    let mut builders: Vec<Builder> = variables
        .iter()
        .map(|v| match v.variable_type() {
            VariableType::FixedString(_) => Builder::Text(StringBuilder::new()),
            VariableType::LongString => Builder::Long(Vec::new()),
            _ => Builder::Number(Float64Builder::new()),
        })
        .collect();
    while let Some(record) = records.read_record().map_err(|e| damaged(&e))? {
        for (value, builder) in record.values().iter().zip(&mut builders) {
            match builder {
                Builder::Text(b) => match value {
                    Value::String(text) if !text.trim().is_empty() => b.append_value(text.trim()),
                    _ => b.append_null(),
                },
                Builder::Long(list) => list.push(match value {
                    Value::LongStringRef(reference) => Some(*reference),
                    _ => None,
                }),
                Builder::Number(b) => b.append_option(match value {
                    Value::Byte(x) => x.present().map(f64::from),
                    Value::Int(x) => x.present().map(f64::from),
                    Value::Long(x) => x.present().map(f64::from),
                    Value::Float(x) => x.present().map(f64::from),
                    Value::Double(x) => x.present(),
                    _ => None,
                }),
            }
        }
    }
    let mut strings = records.into_long_string_reader().map_err(|e| damaged(&e))?;
    let mut long = LongStringTable::for_reading();
    strings.read_remaining_into(&mut long).map_err(|e| damaged(&e))?;
    let encoding = strings.encoding();
    let mut labels = ValueLabelTable::new();
    let mut sets = strings.into_value_label_reader().map_err(|e| damaged(&e))?;
    sets.read_remaining_into(&mut labels).map_err(|e| damaged(&e))?;
    let text = |reference: Option<LongStringRef>| -> Option<String> {
        let string = long.get(&reference?)?;
        let text = string.data_str(encoding)?;
        let trimmed = text.trim_matches(['\0', ' ', '\n', '\r', '\t']);
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    };
    let columns = variables.iter().zip(builders).map(|(v, b)| RawColumn {
        name: v.name().to_owned(),
        cells: match b {
            Builder::Text(mut b) => Cells::Text(b.finish()),
            Builder::Number(mut b) => Cells::Number(b.finish()),
            Builder::Long(list) => Cells::Text(list.into_iter().map(text).collect::<StringArray>()),
        },
    });
    let columns = columns.collect();
    let of = |(at, v): (usize, &Variable)| {
        let set = labels.get(v.value_label_name())?;
        let entries = set.entries().iter().map(|e| (i64::from(e.value()), e.label().trim().to_owned()));
        Some((at, entries.collect()))
    };
    Ok((columns, variables.iter().enumerate().filter_map(of).collect()))
}

/// Whether a note (characteristic) claims more bytes than the file has: the `dta` crate would make
/// room for as many as are claimed.
fn claims_too_much(bytes: &[u8]) -> bool {
    let number = |at: usize, little: bool| -> Option<usize> {
        let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) } as usize)
    };
    if bytes.first() == Some(&b'<') {
        // `<ch>`, a length, the note; all of them stand before the data.
        let find = |tag: &[u8]| bytes.windows(tag.len()).position(|w| w == tag);
        let little = find(b"LSF").is_some_and(|at| at < 100);
        let before = &bytes[..find(b"<data>").unwrap_or(bytes.len())];
        return (0..before.len().saturating_sub(4))
            .filter(|at| &before[*at..at + 4] == b"<ch>")
            .any(|at| number(at + 4, little).is_none_or(|length| length > bytes.len()));
    }
    let (Some(&release), Some(&order), Some(&[a, b])) =
        (bytes.first(), bytes.get(1), bytes.get(4..6).and_then(|v| v.first_chunk()))
    else {
        return false;
    };
    let little = order == 2;
    let variables = usize::from(if little { u16::from_le_bytes([a, b]) } else { u16::from_be_bytes([a, b]) });
    // Bytes per variable: type, name, sort order, format, value label, variable label.
    let each = match release {
        114 | 115 => 1 + 33 + 2 + 49 + 33 + 81,
        110..=113 => 1 + 33 + 2 + 12 + 33 + 81,
        // Older ones have no notes, or lengths of two bytes.
        _ => return false,
    };
    // A type, a length and the note; type and length 0 end the list.
    let mut at = 109 + each * variables + 2;
    while let (Some(&kind), Some(length)) = (bytes.get(at), number(at + 1, little)) {
        if length > bytes.len() {
            return true;
        }
        if kind == 0 && length == 0 {
            return false;
        }
        at += 5 + length;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A release 114 file of no variables whose one note claims four gigabytes.
    #[test]
    fn a_note_longer_than_the_file_is_refused() {
        let mut bytes = vec![114, 2, 1, 0, 0, 0];
        bytes.resize(111, 0);
        bytes.extend([1, 0xff, 0xff, 0xff, 0xff]);
        assert!(read("note.dta", &bytes).unwrap_err().to_string().contains("longer than the file"));
    }
}
