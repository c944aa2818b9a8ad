//! Reading a part: its rows one by one, and every check of what it holds against what the manifest says.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, UInt16Type};
use arrow_array::{BooleanArray, DictionaryArray, RecordBatch};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, ParquetRecordBatchReaderBuilder, RowFilter};

use crate::country::Iso3;
use crate::error::DataError;
use crate::fault::Fault;
use crate::flows::{Details, Flow, flow_schema};
use crate::hs::HsCode;

use super::manifest::broken;
use super::pinned::Pinned;
use super::write::ABOUT;
use super::{Part, Select, io};

/// Rows decoded at a time.
const BATCH: usize = 1 << 16;

type Builder = ParquetRecordBatchReaderBuilder<Pinned>;

/// Hands over a part's wanted flows.
pub(super) fn each(part: &Part, select: &Select, take: &mut dyn FnMut(Flow)) -> Result<(), DataError> {
    let damaged = |e: &dyn std::fmt::Display| broken(&part.path, format!("is damaged ({e})"));
    let mut builder = open(part)?;
    let members: Option<(Vec<Iso3>, bool)> = match select {
        Select::Pair(a, b) => Some((vec![*a, *b], true)),
        Select::Partners(list) => Some((list.clone(), false)),
        Select::Year(_) | Select::All => None,
    };
    let whole = members.is_none();
    if let Some((members, both)) = members {
        let mask = ProjectionMask::columns(builder.parquet_schema(), ["exporter", "importer"]);
        let predicate = ArrowPredicateFn::new(mask, move |batch: RecordBatch| {
            let (from, to) = (is_member(&batch, 0, &members), is_member(&batch, 1, &members));
            let keep = |(a, b): (bool, bool)| if both { a && b } else { a || b };
            Ok(BooleanArray::from(from.into_iter().zip(to).map(keep).collect::<Vec<bool>>()))
        });
        builder = builder.with_row_filter(RowFilter::new(vec![Box::new(predicate)]));
    }
    let mut batches = builder.with_batch_size(BATCH).build().map_err(|e| damaged(&e))?;
    // A decoder that gives up by a panic has met damaged data all the same.
    let mut next = || Fault::catch(|| batches.next());
    let (mut rows, mut total) = (0u64, 0.0);
    while let Some(batch) = next().map_err(|_| damaged(&"a page cannot be decoded"))? {
        let batch = batch.map_err(|e| damaged(&e))?;
        rows += batch.num_rows() as u64;
        total += of_batch(part, &batch, take)?;
    }
    let off = (total - part.entry.total_usd).abs() > 1e-9 * part.entry.total_usd.abs() + 1e-3;
    if whole && (rows != part.entry.rows || off) {
        return Err(damaged(&format!(
            "{rows} rows worth {total:.0} where the manifest says {} and {:.0}",
            part.entry.rows, part.entry.total_usd
        )));
    }
    Ok(())
}

/// A part ready to be decoded: its content is what was written, its columns are those of flows, and it is the
/// part that the manifest takes it for.
fn open(part: &Part) -> Result<Builder, DataError> {
    let damaged = |e: &dyn std::fmt::Display| broken(&part.path, format!("is damaged ({e})"));
    if part.checked.get().is_none() {
        if part.file.hash().map_err(io(&part.path))? != part.entry.content {
            return Err(damaged(&"its content is not what was written"));
        }
        let _ = part.checked.set(());
    }
    let builder = Builder::try_new(part.file.clone()).map_err(|e| damaged(&e))?;
    crate::read::parquet::check(&part.path.display().to_string(), builder.metadata(), part.entry.bytes)?;
    if builder.schema().fields() != flow_schema().fields() {
        return Err(damaged(&"its columns are not those of flows"));
    }
    let [key, rows, total, ..] = about(&builder).ok_or_else(|| damaged(&"it does not say what it is"))?;
    let same_total = total.parse::<f64>().is_ok_and(|t| t == part.entry.total_usd);
    if key != part.key.to_string() || rows != part.entry.rows.to_string() || !same_total {
        let says = format!("it holds {key}, {rows} rows worth {total}; the manifest says otherwise");
        return Err(damaged(&says));
    }
    Ok(builder)
}

/// What a part's file says about itself, in the order of [`ABOUT`].
pub(super) fn about(builder: &Builder) -> Option<[String; 6]> {
    let metadata = builder.metadata().file_metadata().key_value_metadata()?;
    let one = |name: &str| {
        let own = format!("turnover.{name}");
        metadata.iter().find(|kv| kv.key == own).and_then(|kv| kv.value.clone())
    };
    let all: Vec<String> = ABOUT.iter().map_while(|name| one(name)).collect();
    all.try_into().ok()
}

/// Hands over a batch's flows; returns their sum.
fn of_batch(part: &Part, batch: &RecordBatch, take: &mut dyn FnMut(Flow)) -> Result<f64, DataError> {
    let damaged = |what: &str| broken(&part.path, format!("is damaged ({what})"));
    let country = |column: usize| values(batch, column, |t| Iso3::parse(t).ok());
    let (by, from, to) = (country(1), country(2), country(3));
    let products = values(batch, 4, |t| HsCode::parse(t).ok());
    let years = batch.column(0).as_primitive::<Int32Type>();
    let amounts = batch.column(5).as_primitive::<Float64Type>();
    let details = Details::new(batch);
    let keys = |column: usize| batch.column(column).as_dictionary::<UInt16Type>();
    let (kb, kf, kt, kp) = (keys(1), keys(2), keys(3), keys(4));
    let at = |values: &[Option<Iso3>], key: Option<usize>| values.get(key?).copied().flatten();
    let mut total = 0.0;
    for row in 0..batch.num_rows() {
        let product = kp.key(row).and_then(|k| products.get(k).copied().flatten());
        let reporter = kb.key(row).map(|k| at(&by, Some(k)));
        let (Some(exporter), Some(importer), Some(product), false) =
            (at(&from, kf.key(row)), at(&to, kt.key(row)), product, reporter == Some(None))
        else {
            return Err(damaged("it holds a code that is not valid"));
        };
        let flow = Flow::new(years.value(row), exporter, importer, product, amounts.value(row));
        let flow = details.of(row, Flow { reporter: reporter.flatten(), ..flow });
        if flow.year != part.key.year || flow.month.is_some() != part.key.months {
            return Err(damaged(&format!("a row of {} stands in the part {}", flow.year, part.key)));
        }
        total += flow.value_usd;
        take(flow);
    }
    Ok(total)
}

/// A dictionary column's values, parsed once.
fn values<T>(batch: &RecordBatch, column: usize, parse: impl Fn(&str) -> Option<T>) -> Vec<Option<T>> {
    batch
        .column(column)
        .as_dictionary::<UInt16Type>()
        .values()
        .as_string::<i32>()
        .iter()
        .map(|v| v.and_then(&parse))
        .collect()
}

/// Whether the country of each row is one of some.
fn is_member(batch: &RecordBatch, column: usize, members: &[Iso3]) -> Vec<bool> {
    let column: &DictionaryArray<UInt16Type> = batch.column(column).as_dictionary();
    let wanted: Vec<bool> = column
        .values()
        .as_string::<i32>()
        .iter()
        .map(|v| v.is_some_and(|v| members.iter().any(|m| m.as_str() == v)))
        .collect();
    column.keys().values().iter().map(|k| wanted.get(usize::from(*k)).copied().unwrap_or(false)).collect()
}
