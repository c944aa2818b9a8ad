//! Flows: who sent what to whom, in which year, for how much, by whose report.

use std::sync::Arc;

use arrow_array::builder::{Float64Builder, Int32Builder, StringDictionaryBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, UInt16Type};
use arrow_array::{DictionaryArray, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use serde::Serialize;

use crate::country::Iso3;
use crate::hs::HsCode;

/// Where figures come from, as shown beside every finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// What it is and who made it.
    pub name: String,
    /// When it was made or the period that it covers.
    pub vintage: String,
    /// SHA-256 of the file or of the embedded table, in hexadecimal.
    pub hash: String,
}

/// One flow of goods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flow {
    /// Calendar year.
    pub year: i32,
    /// The country whose statistics say so; `None` where the file does not tell.
    pub reporter: Option<Iso3>,
    /// Where the goods come from.
    pub exporter: Iso3,
    /// Where they go.
    pub importer: Iso3,
    /// Product, or all goods.
    pub product: HsCode,
    /// Value in US dollars of the year; never negative.
    pub value_usd: f64,
}

/// The one schema of flow tables: `year` int32; `reporter` (nullable), `exporter`, `importer`,
/// `product` as dictionaries of text; `value_usd` float64.
pub fn flow_schema() -> SchemaRef {
    let text = || DataType::Dictionary(Box::new(DataType::UInt16), Box::new(DataType::Utf8));
    Arc::new(Schema::new(vec![
        Field::new("year", DataType::Int32, false),
        Field::new("reporter", text(), true),
        Field::new("exporter", text(), false),
        Field::new("importer", text(), false),
        Field::new("product", text(), false),
        Field::new("value_usd", DataType::Float64, false),
    ]))
}

/// A table of flows in Arrow memory, with its source.
#[derive(Debug, Clone)]
pub struct Flows {
    batch: RecordBatch,
    /// Where the flows come from.
    pub source: Source,
    /// What a reader must know before using them; empty for a user's own file.
    pub caveats: Vec<String>,
}

/// A dictionary column with its values parsed once.
struct Coded<'a, T> {
    keys: &'a DictionaryArray<UInt16Type>,
    values: Vec<T>,
}

impl<'a, T: Copy> Coded<'a, T> {
    fn new(batch: &'a RecordBatch, column: usize, parse: impl Fn(&str) -> Option<T>) -> Self {
        let keys = batch.column(column).as_dictionary::<UInt16Type>();
        let values = keys.values().as_string::<i32>().iter().filter_map(|v| v.and_then(&parse)).collect();
        Coded { keys, values }
    }

    fn get(&self, row: usize) -> Option<T> {
        self.keys.key(row).and_then(|k| self.values.get(k)).copied()
    }
}

impl Flows {
    /// Number of flows.
    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The Arrow table, with the schema of [`flow_schema`].
    pub fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    /// The flows in the table's order.
    pub fn iter(&self) -> impl Iterator<Item = Flow> + '_ {
        let country = |text: &str| Iso3::parse(text).ok();
        let years = self.batch.column(0).as_primitive::<Int32Type>();
        let reporters = Coded::new(&self.batch, 1, country);
        let exporters = Coded::new(&self.batch, 2, country);
        let importers = Coded::new(&self.batch, 3, country);
        let products = Coded::new(&self.batch, 4, |text| HsCode::parse(text).ok());
        let values = self.batch.column(5).as_primitive::<Float64Type>();
        (0..self.len()).filter_map(move |row| {
            Some(Flow {
                year: years.value(row),
                reporter: reporters.get(row),
                exporter: exporters.get(row)?,
                importer: importers.get(row)?,
                product: products.get(row)?,
                value_usd: values.value(row),
            })
        })
    }
}

/// Builds a [`Flows`] row by row.
pub struct FlowsBuilder {
    year: Int32Builder,
    reporter: StringDictionaryBuilder<UInt16Type>,
    exporter: StringDictionaryBuilder<UInt16Type>,
    importer: StringDictionaryBuilder<UInt16Type>,
    product: StringDictionaryBuilder<UInt16Type>,
    value_usd: Float64Builder,
}

impl Default for FlowsBuilder {
    fn default() -> Self {
        FlowsBuilder {
            year: Int32Builder::new(),
            reporter: StringDictionaryBuilder::new(),
            exporter: StringDictionaryBuilder::new(),
            importer: StringDictionaryBuilder::new(),
            product: StringDictionaryBuilder::new(),
            value_usd: Float64Builder::new(),
        }
    }
}

impl FlowsBuilder {
    /// Adds a flow.
    pub fn push(&mut self, flow: &Flow) {
        self.year.append_value(flow.year);
        match flow.reporter {
            Some(reporter) => self.reporter.append_value(reporter.as_str()),
            None => self.reporter.append_null(),
        }
        self.exporter.append_value(flow.exporter.as_str());
        self.importer.append_value(flow.importer.as_str());
        self.product.append_value(flow.product.as_str());
        self.value_usd.append_value(flow.value_usd);
    }

    /// The table. Fails only if Arrow refuses the columns, which the schema rules out.
    pub fn finish(mut self, source: Source, caveats: Vec<String>) -> Result<Flows, arrow_schema::ArrowError> {
        let batch = RecordBatch::try_new(
            flow_schema(),
            vec![
                Arc::new(self.year.finish()),
                Arc::new(self.reporter.finish()),
                Arc::new(self.exporter.finish()),
                Arc::new(self.importer.finish()),
                Arc::new(self.product.finish()),
                Arc::new(self.value_usd.finish()),
            ],
        )?;
        Ok(Flows { batch, source, caveats })
    }
}
