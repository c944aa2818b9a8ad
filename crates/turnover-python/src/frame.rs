//! Data frames taken over by the Arrow PyCapsule interface, as a stream or as one batch, without a copy.

use std::ffi::CStr;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader, StructArray};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use arrow_select::concat::concat;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};
use rayon::prelude::*;
use turnover_analysis::estimate::Use;
use turnover_data::{RawColumn, RawTable};

use turnover_query::QueryError;

use crate::cells::{Unread, cells};
use crate::{pool, refusal};

/// Names of the capsules, by the interface's definition.
const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

/// The word that stands for a frame where a message names a file.
const NAME: &str = turnover_query::MEMORY;

/// A frame that was taken over: all its columns' names, and the columns that are used.
#[pyclass(frozen, module = "turnover._turnover")]
pub(crate) struct Table {
    names: Vec<String>,
    columns: Vec<(String, ArrayRef)>,
    rows: usize,
}

#[pymethods]
impl Table {
    /// Takes the columns that are wanted, all of them if `None`, of an object with `__arrow_c_stream__` or
    /// `__arrow_c_array__`. `names` are all columns of the frame that the object was chosen from.
    #[new]
    #[pyo3(signature = (data, columns=None, names=None))]
    fn new(data: &Bound<'_, PyAny>, columns: Option<Vec<String>>, names: Option<Vec<String>>) -> PyResult<Self> {
        let (schema, batches) = taken(data)?;
        let found: Vec<String> = schema.fields().iter().map(|f| f.name().clone()).collect();
        let wanted = |n: &String| columns.as_ref().is_none_or(|wanted| wanted.contains(n));
        for (at, name) in found.iter().enumerate() {
            if wanted(name) && found[..at].contains(name) {
                return Err(refusal(&QueryError::call(
                    format!("the data has two columns named `{name}`"),
                    "rename one of them",
                )));
            }
        }
        let column = |at: usize| -> Result<(String, ArrayRef), ArrowError> {
            let parts: Vec<&dyn Array> = batches.iter().map(|b| b.column(at).as_ref()).collect();
            let whole: ArrayRef = match parts[..] {
                [] => arrow_array::new_empty_array(schema.field(at).data_type()),
                [_] => Arc::clone(batches[0].column(at)),
                _ => concat(&parts)?,
            };
            Ok((found[at].clone(), whole))
        };
        let chosen: Vec<usize> = (0..found.len()).filter(|at| wanted(&found[*at])).collect();
        let columns: Result<Vec<_>, ArrowError> =
            pool::run(data.py(), || chosen.into_par_iter().map(column).collect())?;
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        Ok(Table { columns: columns.map_err(wrong)?, rows, names: names.unwrap_or(found) })
    }

    /// A frame with these columns, none of which was taken.
    #[staticmethod]
    #[pyo3(signature = (names, rows=0))]
    fn of_names(names: Vec<String>, rows: usize) -> Self {
        Table { names, columns: Vec::new(), rows }
    }

    /// Number of rows.
    fn rows(&self) -> usize {
        self.rows
    }

    /// The columns that a question about flows cannot use, with their types.
    fn unread(&self) -> Vec<(String, String)> {
        let unread = |(name, column): &(String, ArrayRef)| match cells(column, PLAIN) {
            Err(Unread::Type(kind)) => Some((name.clone(), kind)),
            _ => None,
        };
        self.columns.iter().filter_map(unread).collect()
    }
}

/// As a question about flows uses columns: numbers are numbers.
const PLAIN: Use = Use { number: true, level: false };

impl Table {
    /// All columns of the frame.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// All columns that were taken; those of types that are not read are left out.
    pub(crate) fn raw(&self) -> PyResult<RawTable> {
        let mut columns = Vec::new();
        for (name, column) in &self.columns {
            match cells(column, PLAIN) {
                Ok(cells) => columns.push(RawColumn { name: name.clone(), cells }),
                Err(Unread::Type(_)) => {}
                Err(e) => return Err(unread(name, &e)),
            }
        }
        Ok(self.with_rows(columns))
    }

    /// Some columns by their use. A column that is missing leaves all names and no row, so that whoever
    /// uses the table can say which there are.
    pub(crate) fn used(&self, uses: &[(String, Use)]) -> PyResult<RawTable> {
        let found = |name: &String| self.columns.iter().find(|c| &c.0 == name);
        if uses.iter().any(|(name, _)| found(name).is_none()) {
            let none = |name: &String| RawColumn { name: name.clone(), cells: no_cells() };
            return Ok(RawTable::from_columns(NAME, self.names.iter().map(none).collect(), None));
        }
        self.some_used(uses)
    }

    /// The same, without those that are missing.
    pub(crate) fn some_used(&self, uses: &[(String, Use)]) -> PyResult<RawTable> {
        let used: Vec<(&String, &ArrayRef, Use)> = uses
            .iter()
            .filter_map(|(name, by)| self.columns.iter().find(|c| &c.0 == name).map(|c| (&c.0, &c.1, *by)))
            .collect();
        let columns: Vec<_> =
            used.into_par_iter().map(|(name, column, by)| (name.clone(), cells(column, by))).collect();
        let column = |(name, cells): (String, _)| match cells {
            Ok(cells) => Ok(RawColumn { name, cells }),
            Err(e) => Err(unread(&name, &e)),
        };
        Ok(self.with_rows(columns.into_iter().map(column).collect::<PyResult<_>>()?))
    }

    fn with_rows(&self, columns: Vec<RawColumn>) -> RawTable {
        let mut table = RawTable::from_columns(NAME, columns, None);
        table.rows = self.rows;
        table
    }
}

fn no_cells() -> turnover_data::Cells {
    turnover_data::Cells::Number(Vec::<f64>::new().into())
}

fn unread(name: &str, why: &Unread) -> PyErr {
    let (what, help) = match why {
        Unread::Type(kind) => (
            format!("the column `{name}` is of type {kind}, which is not read"),
            "make numbers or text of it first, for example with .astype(str) in pandas or .cast() in Polars and PyArrow",
        ),
        Unread::LargeNumbers => (
            format!(
                "the column `{name}` is used both as numbers and by its levels, and its numbers are too long to be exact"
            ),
            "make a text column of it for the effects, clusters and i()",
        ),
        Unread::Arrow(e) => (format!("the column `{name}` cannot be read: {e}"), "make numbers or text of it first"),
    };
    refusal(&QueryError::call(what, help))
}

fn wrong(e: ArrowError) -> PyErr {
    PyValueError::new_err(format!("the data frame cannot be read as Arrow: {e}"))
}

/// Schema and batches of an object with one of the two methods.
fn taken(data: &Bound<'_, PyAny>) -> PyResult<(SchemaRef, Vec<RecordBatch>)> {
    if data.hasattr("__arrow_c_stream__")? {
        let capsule = data.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>()?;
        let pointer = capsule.pointer_checked(Some(STREAM))?;
        // SAFETY: a capsule of this name holds a stream by the Arrow C stream interface. `from_raw` moves
        // the stream out and marks the one in the capsule as released, so that its owner frees nothing.
        let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr().cast()) };
        let reader = RecordBatchStreamReader::try_new(stream).map_err(|e| not_a_frame(data, &e))?;
        let schema = reader.schema();
        // The producer may want the interpreter, or take its time.
        let batches = data.py().detach(|| pool::guarded(|| reader.collect::<Result<Vec<_>, ArrowError>>()))?;
        return Ok((schema, batches.map_err(wrong)?));
    }
    if data.hasattr("__arrow_c_array__")? {
        let pair = data.call_method0("__arrow_c_array__")?.cast_into::<PyTuple>()?;
        let schema = pair.get_item(0)?.cast_into::<PyCapsule>()?;
        let array = pair.get_item(1)?.cast_into::<PyCapsule>()?;
        let (schema, array) = (schema.pointer_checked(Some(SCHEMA))?, array.pointer_checked(Some(ARRAY))?);
        // SAFETY: capsules of these names hold a schema and an array by the Arrow C data interface; both are
        // moved out, and the array is of that schema.
        let array = unsafe {
            let schema = FFI_ArrowSchema::from_raw(schema.as_ptr().cast());
            from_ffi(FFI_ArrowArray::from_raw(array.as_ptr().cast()), &schema).map_err(wrong)?
        };
        if !matches!(array.data_type(), DataType::Struct(_)) || array.null_count() > 0 {
            return Err(not_a_frame(data, &ArrowError::SchemaError("it is not a batch of columns".to_owned())));
        }
        let batch = RecordBatch::from(StructArray::from(array));
        return Ok((batch.schema(), vec![batch]));
    }
    Err(PyTypeError::new_err(format!(
        "{} is not a data frame\n  help: pandas (with pyarrow), Polars, PyArrow, a dict of columns, or anything with __arrow_c_stream__ or __arrow_c_array__",
        data.get_type().name()?
    )))
}

fn not_a_frame(data: &Bound<'_, PyAny>, why: &ArrowError) -> PyErr {
    let kind = data.get_type().name().map_or_else(|_| "this".to_owned(), |n| n.to_string());
    PyTypeError::new_err(format!("{kind} is not a data frame: {why}\n  help: several columns with names are needed"))
}
