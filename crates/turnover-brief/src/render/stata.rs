//! Tables as Stata .dta (release 118: Stata 14 and newer, UTF-8).

use std::io::Cursor;

use dta::stata::dta::byte_order::ByteOrder;
use dta::stata::dta::dta_error::Result as DtaResult;
use dta::stata::dta::dta_writer::DtaWriter;
use dta::stata::dta::header::Header;
use dta::stata::dta::release::Release;
use dta::stata::dta::schema::Schema;
use dta::stata::dta::value::Value;
use dta::stata::dta::variable::Variable;
use dta::stata::dta::variable_type::VariableType;
use dta::stata::missing_value::MissingValue;
use dta::stata::stata_double::StataDouble;
use turnover_analysis::{Cell, Table, Unit};

use super::tables::plain;

/// Longest text that a fixed column can hold, in bytes.
const TEXT: usize = 2045;
/// Longest name of a variable, and label of one, in characters.
const NAME: usize = 32;
const LABEL: usize = 80;

/// Text columns as strings, all others as doubles; a column's title is its variable's label.
pub(crate) fn stata(table: &Table) -> Result<Vec<u8>, String> {
    let mut widths = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        let longest = table.rows.iter().map(|row| plain(&row[at]).len()).max().unwrap_or(0).max(1);
        if column.unit == Unit::Text && longest > TEXT {
            return Err(format!(
                "column {} has a text of {longest} bytes, and Stata's columns hold {TEXT}: write .csv or .parquet",
                column.name
            ));
        }
        widths.push(longest as u16);
    }
    write(table, &widths).map_err(|e| e.to_string())
}

fn write(table: &Table, widths: &[u16]) -> DtaResult<Vec<u8>> {
    // Without a time, so that the same answer is the same bytes.
    let header =
        Header::builder(Release::V118, ByteOrder::LittleEndian).dataset_label(cut(&table.title, LABEL)).build();
    let mut schema = Schema::builder();
    for (column, width) in table.columns.iter().zip(widths) {
        let (kind, format) = match column.unit {
            Unit::Text => (VariableType::FixedString(*width), format!("%-{}s", (*width).min(40))),
            _ => (VariableType::Double, "%12.0g".to_owned()),
        };
        let variable = Variable::builder(kind, name(&column.name)).format(format).label(cut(&column.title, LABEL));
        schema = schema.add_variable(variable);
    }
    let mut records = DtaWriter::new()
        .from_writer(Cursor::new(Vec::new()))
        .write_header(header)?
        .write_schema(schema.build()?)?
        .into_record_writer()?;
    for row in &table.rows {
        let texts: Vec<String> = row.iter().map(plain).collect();
        let values: Vec<Value<'_>> = row
            .iter()
            .zip(&texts)
            .zip(&table.columns)
            .map(|((cell, text), column)| match (column.unit, cell) {
                (Unit::Text, _) => Value::string(text),
                (_, Cell::Number(x)) => Value::Double(StataDouble::Present(*x)),
                _ => Value::Double(StataDouble::Missing(MissingValue::System)),
            })
            .collect();
        records.write_record(&values)?;
    }
    Ok(records.into_long_string_writer()?.into_value_label_writer()?.finish()?.into_inner())
}

/// A name that Stata takes: letters, digits and underscores, not a digit first.
fn name(column: &str) -> String {
    let plain: String = column.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let first = if plain.starts_with(|c: char| c.is_ascii_digit()) || plain.is_empty() { "v" } else { "" };
    cut(&format!("{first}{plain}"), NAME)
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
