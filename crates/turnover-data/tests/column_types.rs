//! Columns of types that are no text or number: those that nobody asks for are passed over, a column that plays
//! a role is refused by its type.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryArray, Float64Array, Int32Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use turnover_data::{ColumnMap, Filter, FlowOptions, read_flows};

fn written(columns: Vec<(&str, ArrayRef)>) -> tempfile::NamedTempFile {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file
}

fn columns() -> Vec<(&'static str, ArrayRef)> {
    vec![
        ("year", Arc::new(Int32Array::from(vec![2019, 2019]))),
        ("exporter", Arc::new(StringArray::from(vec!["DEU", "FRA"]))),
        ("importer", Arc::new(StringArray::from(vec!["FRA", "DEU"]))),
        ("value_usd", Arc::new(Float64Array::from(vec![1.0, 2.0]))),
        ("blob", Arc::new(BinaryArray::from(vec![&b"x"[..], &b"y"[..]]))),
    ]
}

#[test]
fn columns_that_play_no_role_are_passed_over() {
    let file = written(columns());
    assert_eq!(read_flows(file.path(), &FlowOptions::default()).unwrap().len(), 2);
}

#[test]
fn a_column_that_is_asked_for_is_refused_by_its_type() {
    let file = written(columns());
    let map = ColumnMap { value: Some("blob".to_owned()), ..ColumnMap::default() };
    let error = read_flows(file.path(), &FlowOptions { columns: map, ..FlowOptions::default() }).unwrap_err();
    assert!(error.to_string().contains("is of the type binary, which is not read"), "{error}");
    let filter = Some(Filter::parse("blob == 'x'").unwrap());
    let error = read_flows(file.path(), &FlowOptions { filter, ..FlowOptions::default() }).unwrap_err();
    assert!(error.to_string().contains("is of the type binary, which is not read"), "{error}");
    let mut renamed = columns();
    renamed[3].0 = "amounts";
    renamed[4].0 = "value_usd_raw";
    let error = read_flows(written(renamed).path(), &FlowOptions::default()).unwrap_err().to_string();
    assert!(error.contains("not read for their type: value_usd_raw (binary)"), "{error}");
}

#[test]
fn two_columns_of_one_name_are_refused() {
    let schema = arrow_schema::Schema::new(
        ["year", "exporter", "exporter"]
            .map(|n| arrow_schema::Field::new(n, arrow_schema::DataType::Utf8, true))
            .to_vec(),
    );
    let text = || Arc::new(StringArray::from(vec!["a"])) as ArrayRef;
    let batch = RecordBatch::try_new(Arc::new(schema), vec![text(), text(), text()]).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let error = read_flows(file.path(), &FlowOptions::default()).unwrap_err().to_string();
    assert!(error.contains("two columns are named `exporter`"), "{error}");
}
