//! Data frames as tables: taken over as an Arrow stream (the Arrow PyCapsule interface), without a copy
//! where a column is one piece of float64.

use std::ffi::CStr;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, FieldRef};
use arrow_select::concat::concat;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use rayon::prelude::*;
use turnover_data::{Cells, RawColumn, RawTable};

/// Name of the capsule, by the interface's definition.
const STREAM: &CStr = c"arrow_array_stream";

/// A frame that was taken over.
#[pyclass(frozen, module = "turnover")]
pub(crate) struct Table(Arc<RawTable>);

impl Table {
    pub(crate) fn raw(&self) -> Arc<RawTable> {
        Arc::clone(&self.0)
    }
}

#[pymethods]
impl Table {
    /// Takes the columns that are wanted, all of them if `None`, of an object with
    /// `__arrow_c_stream__`.
    #[new]
    #[pyo3(signature = (data, name, columns=None))]
    fn new(data: &Bound<'_, PyAny>, name: &str, columns: Option<Vec<String>>) -> PyResult<Self> {
        let method = data.getattr("__arrow_c_stream__").map_err(|_| {
            PyTypeError::new_err(
                "a data frame was expected: pandas (with pyarrow), Polars, PyArrow, or anything with __arrow_c_stream__",
            )
        })?;
        let capsule = method.call0()?.cast_into::<PyCapsule>()?;
        let pointer = capsule.pointer_checked(Some(STREAM))?;
        // SAFETY: a capsule of this name holds a stream by the Arrow C stream interface. `from_raw` moves
        // the stream out and marks the one in the capsule as released, so that its owner frees nothing.
        let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr().cast()) };
        let reader = RecordBatchStreamReader::try_new(stream).map_err(wrong)?;
        read(reader, name, columns.as_deref()).map(|t| Table(Arc::new(t))).map_err(wrong)
    }

    /// Number of rows.
    fn rows(&self) -> usize {
        self.0.rows
    }
}

fn wrong(e: ArrowError) -> PyErr {
    PyValueError::new_err(format!("the data frame cannot be read as Arrow: {e}"))
}

fn read(reader: RecordBatchStreamReader, name: &str, wanted: Option<&[String]>) -> Result<RawTable, ArrowError> {
    let schema = reader.schema();
    let batches = reader.collect::<Result<Vec<RecordBatch>, ArrowError>>()?;
    let is_wanted = |n: &str| wanted.is_none_or(|w| w.iter().any(|c| c == n));
    let column = |(at, field): (usize, &FieldRef)| {
        let parts: Vec<&dyn Array> = batches.iter().map(|b| b.column(at).as_ref()).collect();
        let whole: ArrayRef = match parts[..] {
            [] => arrow_array::new_empty_array(field.data_type()),
            [_] => Arc::clone(batches[0].column(at)),
            _ => concat(&parts)?,
        };
        Ok(cells(&whole)?.map(|cells| RawColumn { name: field.name().clone(), cells }))
    };
    let fields: Vec<(usize, &FieldRef)> =
        schema.fields().iter().enumerate().filter(|(_, f)| is_wanted(f.name())).collect();
    let columns: Result<Vec<Option<RawColumn>>, ArrowError> = fields.into_par_iter().map(column).collect();
    Ok(RawTable::from_columns(name, columns?.into_iter().flatten().collect(), None))
}

/// Numbers stay numbers, text and what only has a text stays text; what is neither is left out.
fn cells(column: &ArrayRef) -> Result<Option<Cells>, ArrowError> {
    let kind = match column.data_type() {
        DataType::Dictionary(_, values) => values.as_ref(),
        kind => kind,
    };
    let target = match kind {
        kind if kind.is_numeric() || matches!(kind, DataType::Boolean | DataType::Null) => DataType::Float64,
        kind if kind.is_string() || kind.is_temporal() => DataType::Utf8,
        _ => return Ok(None),
    };
    let same = column.data_type() == &target;
    let column = if same { Arc::clone(column) } else { cast(column, &target)? };
    Ok(Some(match target {
        DataType::Utf8 => Cells::Text(column.as_string::<i32>().clone()),
        _ => Cells::Number(column.as_primitive::<Float64Type>().clone()),
    }))
}
