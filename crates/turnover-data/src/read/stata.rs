//! Stata .dta of every release, through the `dta` crate.

use std::io::Cursor;

use arrow_array::builder::{Float64Builder, StringBuilder};
use dta::stata::dta::dta_reader::DtaReader;
use dta::stata::dta::value::Value;
use dta::stata::dta::variable_type::VariableType;

use super::{Cells, RawColumn};
use crate::error::DataError;

enum Builder {
    Text(StringBuilder),
    Number(Float64Builder),
}

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Vec<RawColumn>, DataError> {
    let damaged = |e: &dyn std::fmt::Display| DataError::Format {
        path: name.to_owned(),
        what: format!("the Stata data is damaged or cut off ({e})"),
        help: "save or download the file again".to_owned(),
    };
    let header = DtaReader::new().from_reader(Cursor::new(bytes)).read_header().map_err(|e| damaged(&e))?;
    let mut characteristics = header.read_schema().map_err(|e| damaged(&e))?;
    characteristics.skip_to_end().map_err(|e| damaged(&e))?;
    let mut records = characteristics.into_record_reader().map_err(|e| damaged(&e))?;
    let variables = records.schema().variables().to_vec();
    let mut builders: Vec<Builder> = variables
        .iter()
        .map(|v| match v.variable_type() {
            VariableType::FixedString(_) | VariableType::LongString => Builder::Text(StringBuilder::new()),
            _ => Builder::Number(Float64Builder::new()),
        })
        .collect();
    while let Some(record) = records.read_record().map_err(|e| damaged(&e))? {
        for (value, builder) in record.values().iter().zip(&mut builders) {
            match builder {
                Builder::Text(b) => match value {
                    Value::String(text) if !text.trim().is_empty() => b.append_value(text.trim()),
                    // Long strings hold notes, never codes or values, and stay out.
                    _ => b.append_null(),
                },
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
    Ok(variables
        .iter()
        .zip(builders)
        .map(|(v, b)| RawColumn {
            name: v.name().to_owned(),
            cells: match b {
                Builder::Text(mut b) => Cells::Text(b.finish()),
                Builder::Number(mut b) => Cells::Number(b.finish()),
            },
        })
        .collect())
}
