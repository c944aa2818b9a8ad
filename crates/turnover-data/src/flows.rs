//! Flows: who sent what to whom, in which year, for how much, by whose report.

use std::sync::Arc;

use arrow_array::builder::{Float64Builder, Int8Builder, Int32Builder, StringDictionaryBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int8Type, Int32Type, UInt16Type};
use arrow_array::{Array, ArrayRef, DictionaryArray, Int8Array, RecordBatch, StringArray, new_null_array};
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

/// What a value includes on its way from the exporter's factory to the importer's warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Valuation {
    /// Free on board: at the exporter's border. Exports of nearly all countries.
    Fob,
    /// Free alongside ship: at the port of exit, before loading. Exports of the USA; a little less than FOB.
    Fas,
    /// Cost, insurance and freight: at the importer's border. Imports of most countries.
    Cif,
    /// Customs value: what duty is assessed on; without international freight in the USA.
    Customs,
}

impl Valuation {
    const ALL: [Valuation; 4] = [Valuation::Fob, Valuation::Fas, Valuation::Cif, Valuation::Customs];

    /// The word in tables and files.
    pub fn word(self) -> &'static str {
        match self {
            Valuation::Fob => "fob",
            Valuation::Fas => "fas",
            Valuation::Cif => "cif",
            Valuation::Customs => "customs",
        }
    }

    /// As people write it: `FOB`, `CIF`, `customs value`.
    pub fn label(self) -> &'static str {
        match self {
            Valuation::Fob => "FOB",
            Valuation::Fas => "FAS",
            Valuation::Cif => "CIF",
            Valuation::Customs => "customs value",
        }
    }

    /// Reads [`Valuation::label`].
    pub(crate) fn from_label(label: &str) -> Option<Self> {
        Valuation::ALL.into_iter().find(|v| v.label() == label)
    }

    /// Reads [`Valuation::word`].
    fn parse(word: &str) -> Option<Self> {
        Valuation::ALL.into_iter().find(|v| v.word() == word)
    }
}

/// How a value came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As the reporter states it.
    #[default]
    Reported,
    /// Filled in by whoever compiled the file, for example from the partner's report.
    Estimated,
    /// Made from both sides' reports (BACI).
    Reconciled,
}

impl Status {
    /// The word in tables and files.
    pub fn word(self) -> &'static str {
        match self {
            Status::Reported => "reported",
            Status::Estimated => "estimated",
            Status::Reconciled => "reconciled",
        }
    }

    /// Reads [`Status::word`].
    fn parse(word: &str) -> Option<Self> {
        [Status::Reported, Status::Estimated, Status::Reconciled].into_iter().find(|v| v.word() == word)
    }
}

/// One report of a flow of goods.
///
/// The flows of a table never overlap within a report: a code above others of the same reporter, pair and
/// period holds what its parts leave of it. Adding up all rows of a report gives its total.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flow {
    /// Calendar year.
    pub year: i32,
    /// The month, 1 to 12; `None` for the whole year.
    pub month: Option<u8>,
    /// The country whose statistics say so; `None` where the file does not say.
    pub reporter: Option<Iso3>,
    /// Where the goods come from.
    pub exporter: Iso3,
    /// Where they go.
    pub importer: Iso3,
    /// Product, or all goods.
    pub product: HsCode,
    /// Value in US dollars of the period; never negative.
    pub value_usd: f64,
    /// What the value includes; `None` where the file does not say.
    pub valuation: Option<Valuation>,
    /// Reported or estimated.
    pub status: Status,
}

impl Flow {
    /// A flow of a whole year without a reporter, its valuation unknown.
    pub fn new(year: i32, exporter: Iso3, importer: Iso3, product: HsCode, value_usd: f64) -> Self {
        Flow {
            year,
            month: None,
            reporter: None,
            exporter,
            importer,
            product,
            value_usd,
            valuation: None,
            status: Status::Reported,
        }
    }
}

/// The one schema of flow tables: `year` int32; `reporter` (nullable), `exporter`, `importer`,
/// `product` as dictionaries of text; `value_usd` float64; `month` int8 (nullable), `valuation` (nullable) and
/// `status` as dictionaries of text.
pub fn flow_schema() -> SchemaRef {
    let text = || DataType::Dictionary(Box::new(DataType::UInt16), Box::new(DataType::Utf8));
    Arc::new(Schema::new(vec![
        Field::new("year", DataType::Int32, false),
        Field::new("reporter", text(), true),
        Field::new("exporter", text(), false),
        Field::new("importer", text(), false),
        Field::new("product", text(), false),
        Field::new("value_usd", DataType::Float64, false),
        Field::new("month", DataType::Int8, true),
        Field::new("valuation", text(), true),
        Field::new("status", text(), false),
    ]))
}

/// A table of the first six columns of [`flow_schema`], whose periods are whole years, with one valuation and
/// status for all.
pub(crate) fn yearly_batch(
    mut columns: Vec<ArrayRef>,
    valuation: Option<Valuation>,
    status: Status,
) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let rows = columns.first().map_or(0, |c| c.len());
    let constant = |word: Option<&str>| -> Result<ArrayRef, arrow_schema::ArrowError> {
        let Some(word) = word else { return Ok(new_null_array(flow_schema().field(7).data_type(), rows)) };
        let words = Arc::new(StringArray::from(vec![word]));
        Ok(Arc::new(DictionaryArray::<UInt16Type>::try_new(vec![0u16; rows].into(), words)?))
    };
    columns.push(Arc::new(Int8Array::new_null(rows)));
    columns.push(constant(valuation.map(Valuation::word))?);
    columns.push(constant(Some(status.word()))?);
    RecordBatch::try_new(flow_schema(), columns)
}

/// The last three columns of a row of a batch with the schema of [`flow_schema`].
pub(crate) struct Details<'a> {
    months: &'a Int8Array,
    valuations: Coded<'a, Valuation>,
    statuses: Coded<'a, Status>,
}

impl<'a> Details<'a> {
    /// Of a whole batch.
    pub(crate) fn new(batch: &'a RecordBatch) -> Self {
        Details {
            months: batch.column(6).as_primitive::<Int8Type>(),
            valuations: Coded::new(batch, 7, Valuation::parse),
            statuses: Coded::new(batch, 8, Status::parse),
        }
    }

    /// The flow with its month, valuation and status.
    pub(crate) fn of(&self, row: usize, flow: Flow) -> Flow {
        Flow {
            month: self.months.is_valid(row).then(|| self.months.value(row).unsigned_abs()),
            valuation: self.valuations.get(row),
            status: self.statuses.get(row).unwrap_or_default(),
            ..flow
        }
    }
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
        let details = Details::new(&self.batch);
        (0..self.len()).filter_map(move |row| {
            let flow = Flow::new(
                years.value(row),
                exporters.get(row)?,
                importers.get(row)?,
                products.get(row)?,
                values.value(row),
            );
            Some(details.of(row, Flow { reporter: reporters.get(row), ..flow }))
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
    month: Int8Builder,
    valuation: StringDictionaryBuilder<UInt16Type>,
    status: StringDictionaryBuilder<UInt16Type>,
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
            month: Int8Builder::new(),
            valuation: StringDictionaryBuilder::new(),
            status: StringDictionaryBuilder::new(),
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
        self.month.append_option(flow.month.and_then(|m| i8::try_from(m).ok()));
        self.valuation.append_option(flow.valuation.map(Valuation::word));
        self.status.append_value(flow.status.word());
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
                Arc::new(self.month.finish()),
                Arc::new(self.valuation.finish()),
                Arc::new(self.status.finish()),
            ],
        )?;
        Ok(Flows { batch, source, caveats })
    }
}
