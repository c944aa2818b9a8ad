//! Parquet, through the Arrow reader.

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, Float64Array, StringArray};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Cells, RawColumn};
use crate::error::DataError;

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Vec<RawColumn>, DataError> {
    let damaged = |e: &dyn std::fmt::Display| DataError::Format {
        path: name.to_owned(),
        what: format!("the Parquet data is damaged or cut off ({e})"),
        help: "write or download the file again".to_owned(),
    };
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::copy_from_slice(bytes)).map_err(|e| damaged(&e))?;
    let schema = builder.schema().clone();
    let reader = builder.with_batch_size(1 << 16).build().map_err(|e| damaged(&e))?;
    let mut parts: Vec<Vec<ArrayRef>> = vec![Vec::new(); schema.fields().len()];
    for batch in reader {
        let batch = batch.map_err(|e| damaged(&e))?;
        for (part, column) in parts.iter_mut().zip(batch.columns()) {
            part.push(column.clone());
        }
    }
    let mut columns = Vec::new();
    for (field, part) in schema.fields().iter().zip(parts) {
        // Columns of lists, structs or binary data take no part and are passed over.
        let Some(target) = plain(field.data_type()) else { continue };
        let cast: Result<Vec<ArrayRef>, _> = part.iter().map(|a| arrow_cast::cast(a, &target)).collect();
        let cast = cast.map_err(|e| damaged(&e))?;
        let cells = if target == DataType::Float64 {
            Cells::Number(cast.iter().flat_map(|a| a.as_primitive::<Float64Type>().iter()).collect::<Float64Array>())
        } else {
            Cells::Text(cast.iter().flat_map(|a| a.as_string::<i32>().iter()).collect::<StringArray>())
        };
        columns.push(RawColumn { name: field.name().clone(), cells });
    }
    Ok(columns)
}

/// The plain type that a column is read as.
fn plain(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(DataType::Utf8),
        DataType::Dictionary(_, value) => plain(value),
        DataType::Boolean | DataType::Decimal128(..) => Some(DataType::Float64),
        numeric if numeric.is_numeric() => Some(DataType::Float64),
        _ => None,
    }
}
