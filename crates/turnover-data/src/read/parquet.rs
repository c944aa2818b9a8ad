//! Parquet, through the Arrow reader.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt64Type};
use arrow_schema::{DataType, Field};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::ChunkReader;

use super::select::{append, finish};
use super::{Cells, RawColumn};
use crate::error::DataError;
use crate::fault::Fault;
use crate::suggest::short;

/// Rows read at a time.
const BATCH: usize = 1 << 16;

/// Columns whose type is not read: name and type.
pub(super) type Unread = Vec<(String, String)>;

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<(Vec<RawColumn>, Unread), DataError> {
    let mut growing = Vec::new();
    let mut rows = 0;
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes.clone()).map_err(|e| damaged(name, &e))?;
    let unread = unread(builder.schema().fields().iter().map(AsRef::as_ref));
    check_names(name, &builder)?;
    each_batch(name, bytes, &|_| true, &mut |columns| {
        let all = columns.first().map_or(0, RawColumn::len);
        append(&mut growing, columns, rows, 0..all);
        rows += all;
        Ok(())
    })?;
    Ok((finish(growing), unread))
}

fn check_names<R: ChunkReader + 'static>(
    name: &str,
    builder: &ParquetRecordBatchReaderBuilder<R>,
) -> Result<(), DataError> {
    let mut names: Vec<&str> = builder.schema().fields().iter().map(|f| f.name().as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|w| w[0] == w[1]) {
        None => Ok(()),
        Some(twice) => Err(DataError::Format {
            path: name.to_owned(),
            what: format!("two columns are named `{}`", short(twice[0])),
            help: "rename or remove one of them".to_owned(),
        }),
    }
}

/// Names of a file's columns that can be read, and the others with their types.
pub(super) fn names<R: ChunkReader + 'static>(name: &str, file: R) -> Result<(Vec<String>, Unread), DataError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| damaged(name, &e))?;
    check_names(name, &builder)?;
    let plain = builder.schema().fields().iter().filter(|f| plain(f.data_type()).is_some());
    let names = plain.map(|f| f.name().clone()).collect();
    Ok((names, unread(builder.schema().fields().iter().map(AsRef::as_ref))))
}

/// The columns whose type is not read.
fn unread<'a>(fields: impl Iterator<Item = &'a Field>) -> Unread {
    let others = fields.filter(|f| plain(f.data_type()).is_none());
    others.map(|f| (f.name().clone(), kind(f.data_type()).to_owned())).collect()
}

/// A type's name, as people say it.
fn kind(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Duration(_) => "duration",
        DataType::Interval(_) => "interval",
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => "binary",
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => "list",
        DataType::Struct(_) => "struct",
        DataType::Map(..) => "map",
        DataType::Null => "null",
        _ => "other",
    }
}

/// Hands over some columns of a file batch by batch.
pub(super) fn each_batch<R: ChunkReader + 'static>(
    name: &str,
    source: R,
    wanted: &dyn Fn(&str) -> bool,
    take: &mut dyn FnMut(&[RawColumn]) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let length = source.len();
    let builder = ParquetRecordBatchReaderBuilder::try_new(source).map_err(|e| damaged(name, &e))?;
    check(name, builder.metadata(), length)?;
    // Columns of lists, structs or binary data take no part and are passed over.
    let fields: Vec<usize> = (builder.schema().fields().iter().enumerate())
        .filter(|(_, f)| plain(f.data_type()).is_some() && wanted(f.name()))
        .map(|(at, _)| at)
        .collect();
    let mask = ProjectionMask::roots(builder.parquet_schema(), fields);
    let mut reader = builder.with_projection(mask).with_batch_size(BATCH).build().map_err(|e| damaged(name, &e))?;
    // A decoder that gives up by a panic has met damaged data all the same.
    while let Some(batch) = Fault::catch(|| reader.next()).map_err(|_| damaged(name, &"a page cannot be decoded"))? {
        let batch = batch.map_err(|e| damaged(name, &e))?;
        let mut columns = Vec::with_capacity(batch.num_columns());
        for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
            let Some(target) = plain(field.data_type()) else { continue };
            // Whole numbers that a float would merge stay as they are written.
            let target = if beyond_floats(array) { DataType::Utf8 } else { target };
            let cast = arrow_cast::cast(array, &target).map_err(|e| damaged(name, &e))?;
            let cells = match target {
                DataType::Float64 => Cells::Number(cast.as_primitive::<Float64Type>().clone()),
                _ => Cells::Text(cast.as_string::<i32>().clone()),
            };
            columns.push(RawColumn { name: field.name().clone(), cells });
        }
        take(&columns)?;
    }
    Ok(())
}

/// Refuses places outside the file, which the reader would take on trust.
pub(crate) fn check(name: &str, metadata: &ParquetMetaData, length: u64) -> Result<(), DataError> {
    for column in metadata.row_groups().iter().flat_map(|g| g.columns()) {
        let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
        let end = start.checked_add(column.compressed_size());
        let inside = start >= 0 && column.compressed_size() >= 0 && end.is_some_and(|e| e as u64 <= length);
        if !inside || column.data_page_offset() < 0 || column.num_values() < 0 {
            return Err(damaged(name, &"a column lies outside the file"));
        }
    }
    Ok(())
}

fn damaged(name: &str, e: &dyn std::fmt::Display) -> DataError {
    let said = e.to_string();
    let lower = said.to_lowercase();
    let (what, help) = if ["brotli", "lz4", "lzo"].iter().any(|c| lower.contains(c)) {
        (
            "the Parquet data is compressed in a way that is not read",
            "write it with Snappy, gzip, Zstandard or no compression",
        )
    } else if lower.contains("encrypt") {
        ("the Parquet data is encrypted", "write the file without encryption")
    } else {
        ("the Parquet data is damaged or cut off", "write or download the file again")
    };
    DataError::Format { path: name.to_owned(), what: format!("{what} ({said})"), help: help.to_owned() }
}

/// Whether integers of 64 bits hold one beyond 2^53.
fn beyond_floats(array: &dyn Array) -> bool {
    const MOST: u64 = 1 << 53;
    match array.data_type() {
        DataType::Int64 => array.as_primitive::<Int64Type>().iter().flatten().any(|x| x.unsigned_abs() > MOST),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().iter().flatten().any(|x| x > MOST),
        _ => false,
    }
}

/// The plain type that a column is read as.
fn plain(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(DataType::Utf8),
        DataType::Dictionary(_, value) => plain(value),
        DataType::Boolean | DataType::Decimal128(..) => Some(DataType::Float64),
        numeric if numeric.is_numeric() => Some(DataType::Float64),
        // Days and times of day as ISO 8601 writes them.
        DataType::Date32 | DataType::Date64 | DataType::Time32(_) | DataType::Time64(_) => Some(DataType::Utf8),
        // With a time zone too: the moment in UTC, which is what the file stores.
        DataType::Timestamp(..) => Some(DataType::Utf8),
        _ => None,
    }
}
