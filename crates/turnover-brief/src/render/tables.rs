//! Tables as CSV and Parquet, and findings as a table.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use turnover_analysis::{Cell, Column, Number, Table, Unit};

use crate::document::Document;

/// All findings of a document as one table. The value's unit is in a column of its own.
pub(crate) fn findings(document: &Document) -> Table {
    let text = [
        "id",
        "title",
        "value",
        "unit",
        "low",
        "high",
        "statement",
        "definition",
        "method",
        "source",
        "vintage",
        "hash",
        "reproduce",
    ];
    let columns: Vec<(&str, &str, Unit)> = text.iter().map(|t| (*t, *t, Unit::Text)).collect();
    let mut table = Table::new("findings", "Findings", &columns);
    for f in document.findings() {
        let joined =
            |pick: &dyn Fn(&turnover_data::Source) -> &str| f.sources.iter().map(pick).collect::<Vec<_>>().join("; ");
        let plain = |x: f64| Cell::Text(x.to_string());
        let value = match &f.value {
            Number::Value(x) => plain(*x),
            Number::Word(w) => Cell::Text(w.clone()),
            Number::Unknown => Cell::Missing,
        };
        let unit = serde_json::to_value(f.unit).ok().and_then(|v| v.as_str().map(str::to_owned));
        table.rows.push(vec![
            f.id.clone().into(),
            f.title.clone().into(),
            value,
            unit.map_or(Cell::Missing, Cell::Text),
            f.interval.map_or(Cell::Missing, |i| plain(i.low)),
            f.interval.map_or(Cell::Missing, |i| plain(i.high)),
            f.statement.clone().into(),
            f.definition.clone().into(),
            f.method.clone().into(),
            joined(&|s| &s.name).into(),
            joined(&|s| &s.vintage).into(),
            joined(&|s| &s.hash).into(),
            f.reproduce.clone().into(),
        ]);
    }
    // A column of its own where any finding supposes something.
    if document.findings().any(|f| f.supposition.is_some()) {
        table.columns.push(Column {
            name: "supposition".to_owned(),
            title: "supposition".to_owned(),
            unit: Unit::Text,
        });
        for (row, f) in table.rows.iter_mut().zip(document.findings()) {
            row.push(f.supposition.clone().map_or(Cell::Missing, Cell::Text));
        }
    }
    table
}

/// The table with what it supposes in a column of its own, where it supposes anything.
pub(crate) fn marked(mut table: Table) -> Table {
    let Some(supposition) = table.supposition.clone() else { return table };
    table.columns.push(Column { name: "supposition".to_owned(), title: "Supposition".to_owned(), unit: Unit::Text });
    table.rows.iter_mut().for_each(|row| row.push(Cell::Text(supposition.clone())));
    table
}

/// A cell for another program: numbers in full precision.
pub(super) fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(x) => x.to_string(),
        Cell::Missing => String::new(),
    }
}

/// Comma-separated values, numbers in full precision, shares as fractions of one.
pub(crate) fn csv(table: &Table) -> Result<Vec<u8>, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(table.columns.iter().map(|c| &c.name)).map_err(|e| e.to_string())?;
    for row in &table.rows {
        writer.write_record(row.iter().map(plain)).map_err(|e| e.to_string())?;
    }
    writer.into_inner().map_err(|e| e.to_string())
}

/// Parquet: text columns as strings, all others as doubles.
pub(crate) fn parquet(table: &Table) -> Result<Vec<u8>, String> {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        let cells = table.rows.iter().map(|row| &row[at]);
        if column.unit == Unit::Text {
            fields.push(Field::new(&column.name, DataType::Utf8, true));
            let texts = cells.map(|c| match c {
                Cell::Text(text) => Some(text.clone()),
                Cell::Number(x) => Some(x.to_string()),
                Cell::Missing => None,
            });
            arrays.push(Arc::new(texts.collect::<StringArray>()));
        } else {
            fields.push(Field::new(&column.name, DataType::Float64, true));
            let numbers = cells.map(|c| if let Cell::Number(x) = c { Some(*x) } else { None });
            arrays.push(Arc::new(numbers.collect::<Float64Array>()));
        }
    }
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|e| e.to_string())?;
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).map_err(|e| e.to_string())?;
    writer.write(&batch).map_err(|e| e.to_string())?;
    writer.close().map_err(|e| e.to_string())?;
    Ok(bytes)
}
