//! Adding a table's rows up to cells.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use datafusion::arrow::array::{AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{DataType, Int64Type, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::functions_aggregate::expr_fn::{count, sum};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::prelude::{Expr, cast, ident, lit};
use serde_json::json;
use tempfile::NamedTempFile;
use turnover_brief::{beside, keep};

use crate::error::ClusterError;
use crate::question::Question;
use crate::{client, words};

/// Name of the column that counts a cell's rows.
const ROWS: &str = "rows";

/// Writes the cells and tells what was done.
pub(crate) async fn run(words: &words::Compress) -> Result<String, ClusterError> {
    let start = Instant::now();
    if words.out.extension().is_none_or(|e| e != "parquet") {
        let help = "name a file that ends in .parquet".to_owned();
        return Err(ClusterError::Call(format!("--out is {}", words.out.display()), help));
    }
    let columns: Vec<String> = words.by.iter().chain(&words.sum).cloned().collect();
    if let Some(twice) = columns.iter().enumerate().find(|(i, c)| columns[..*i].contains(c) || *c == ROWS) {
        let help = format!("name each column once in --by and --sum; {ROWS} is the count of a cell's rows");
        return Err(ClusterError::Call(format!("the cells would have two columns {}", twice.1), help));
    }
    drop(beside(&words.out)?);
    let source = client::Source::find(&words.table)?;
    let context = client::connect(&words.job, "turnover compress").await?;
    let frame = client::open(&context, &source).await?;
    client::check_columns(&frame, &columns)?;
    for name in &words.sum {
        let kind = frame.schema().field_with_unqualified_name(name)?.data_type().clone();
        if !kind.is_numeric() {
            let help = "--sum takes columns of numbers".to_owned();
            return Err(ClusterError::Failed(format!("column {name} is {kind}, not numbers"), help));
        }
    }
    let frame = match &words.filter {
        None => frame,
        Some(filter) => {
            let sql = Question::early(filter, frame.schema().as_arrow())?.ok_or_else(|| {
                let help = "compare text with text and numbers with numbers".to_owned();
                ClusterError::Call(format!("the filter {filter} cannot be passed to the cluster"), help)
            })?;
            let condition = frame.parse_sql_expr(&sql)?;
            frame.filter(condition)?
        }
    };
    let rows = client::count(&frame, &words.job).await?;
    // Cells compare as plain values, whatever dictionaries their columns have.
    let plain = |name: &String| match frame.schema().field_with_unqualified_name(name).map(|f| f.data_type().clone()) {
        Ok(DataType::Dictionary(_, values)) => cast(ident(name), *values).alias(name),
        _ => ident(name),
    };
    let keys: Vec<Expr> = words.by.iter().map(plain).collect();
    let mut totals: Vec<Expr> = words.sum.iter().map(|c| sum(ident(c)).alias(c)).collect();
    totals.push(count(lit(1_i64)).alias(ROWS));
    let order = words.by.iter().map(|b| ident(b).sort(true, false)).collect();
    let cells = frame.clone().aggregate(keys, totals)?.sort(order)?;
    let file = client::gather(
        &cells,
        &words.job,
        "adding up",
        || Cells::new(&words.out, Arc::clone(cells.schema().inner()), words.by.len()),
        |file, batch| file.add(&batch),
        |file| file.whole(rows),
    )
    .await?;
    let count = file.finish()?;
    let seconds = start.elapsed().as_secs_f64();
    let out = words.out.display();
    Ok(if words.json {
        format!(
            "{:#}\n",
            json!({ "status": "answered", "rows": rows, "cells": count, "out": out.to_string(), "seconds": seconds })
        )
    } else if words.job.quiet {
        String::new()
    } else {
        format!("{rows} rows in {count} cells, {seconds:.1} s\nwrote {out}\n")
    })
}

/// The file of cells: whole once it is finished, absent before.
struct Cells<'a> {
    target: &'a Path,
    writer: ArrowWriter<NamedTempFile>,
    /// Number of columns that make a cell, and their form in which cells compare.
    width: usize,
    keys: RowConverter,
    last: Option<(OwnedRow, i64)>,
    rows: i64,
    cells: usize,
}

fn failed(path: &Path, e: impl ToString) -> ClusterError {
    let help = "is there room, and may you write there?".to_owned();
    ClusterError::Failed(format!("{} cannot be written: {}", path.display(), e.to_string()), help)
}

impl<'a> Cells<'a> {
    fn new(target: &'a Path, schema: SchemaRef, width: usize) -> Result<Self, ClusterError> {
        let fields = schema.fields()[..width].iter().map(|f| SortField::new(f.data_type().clone())).collect();
        let keys = RowConverter::new(fields).map_err(|e| failed(target, e))?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = ArrowWriter::try_new(beside(target)?, schema, Some(properties)).map_err(|e| failed(target, e))?;
        Ok(Cells { target, writer, width, keys, last: None, rows: 0, cells: 0 })
    }

    /// Cells come in order, so that one that comes twice, since an executor was lost, comes after itself.
    fn add(&mut self, batch: &RecordBatch) -> Result<(), ClusterError> {
        let wrong = |e: ArrowError| failed(self.target, e);
        let keys = self.keys.convert_columns(&batch.columns()[..self.width]).map_err(wrong)?;
        let counts = batch.column_by_name(ROWS).and_then(|c| c.as_primitive_opt::<Int64Type>());
        let counts =
            counts.ok_or_else(|| ClusterError::Lost("cells came without the count of their rows".to_owned()))?;
        let mut fresh = Vec::with_capacity(batch.num_rows());
        for (key, &count) in keys.iter().zip(counts.values()) {
            let twice = self.last.as_ref().is_some_and(|(last, _)| last.row() == key);
            if twice && self.last.as_ref().is_some_and(|(_, rows)| *rows != count) {
                return Err(ClusterError::Lost("a cell came twice with different numbers of rows".to_owned()));
            }
            if !twice {
                self.rows += count;
                self.cells += 1;
                self.last = Some((key.owned(), count));
            }
            fresh.push(!twice);
        }
        let batch = filter_record_batch(batch, &BooleanArray::from(fresh)).map_err(wrong)?;
        self.writer.write(&batch).map_err(|e| failed(self.target, e))
    }

    /// Checks that every row is in one cell.
    fn whole(&self, rows: usize) -> Result<(), ClusterError> {
        if usize::try_from(self.rows) == Ok(rows) {
            return Ok(());
        }
        Err(ClusterError::Lost(format!("the cells have {} rows, the table has {rows}", self.rows)))
    }

    /// Puts the file in its place and returns the number of cells.
    fn finish(self) -> Result<usize, ClusterError> {
        let file = self.writer.into_inner().map_err(|e| failed(self.target, e))?;
        keep(file, self.target)?;
        Ok(self.cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};
    use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    fn batch(cells: &[(&str, f64, i64)]) -> RecordBatch {
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("exporter", Arc::new(StringArray::from_iter_values(cells.iter().map(|c| c.0)))),
            ("trade", Arc::new(Float64Array::from_iter_values(cells.iter().map(|c| c.1)))),
            (ROWS, Arc::new(Int64Array::from_iter_values(cells.iter().map(|c| c.2)))),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    #[test]
    fn a_cell_that_comes_twice_is_one_and_a_row_that_is_missing_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("cells.parquet");
        let batches = [batch(&[("A", 1.0, 2), ("B", 2.0, 3), ("B", 2.0, 3)]), batch(&[("B", 2.0, 3), ("C", 4.0, 1)])];
        let mut cells = Cells::new(&target, batches[0].schema(), 1).unwrap();
        batches.iter().for_each(|b| cells.add(b).unwrap());
        assert!(matches!(cells.whole(7), Err(ClusterError::Lost(_))) && cells.whole(6).is_ok());
        assert!(!target.exists());
        assert_eq!(cells.finish().unwrap(), 3);
        let file = std::fs::File::open(&target).unwrap();
        let read = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        let read: Vec<RecordBatch> = read.map(Result::unwrap).collect();
        assert_eq!(read, [batch(&[("A", 1.0, 2), ("B", 2.0, 3), ("C", 4.0, 1)])]);

        let mut cells = Cells::new(&target, batches[0].schema(), 1).unwrap();
        let other = batch(&[("A", 1.0, 2), ("A", 1.5, 3)]);
        assert!(matches!(cells.add(&other), Err(ClusterError::Lost(_))));
    }
}
