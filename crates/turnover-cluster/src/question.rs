//! A question about each part of a table, as an aggregate function: it gathers the rows of a part and
//! answers with what `turnover` would say about them.

use std::any::Any;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{Float64Array, StringArray};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray, RecordBatch};
use datafusion::arrow::compute::{SortColumn, cast, concat_batches, lexsort_to_indices, take_record_batch};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Float64Type, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility};
use datafusion::scalar::ScalarValue;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use turnover_analysis::Table;
use turnover_brief::{Document, part};
use turnover_data::{Cells, Filter, RawColumn, RawTable};
use turnover_query::{
    Command, Figures, Knowledge, MEMORY, Query, QueryError, Remedy, Reply, Watch, Workspace, answer, shell, word,
};

const NAME: &str = "turnover_ask";

/// What is asked of each part. Its input are the table's columns named here, in their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Question {
    /// The question, with [`MEMORY`] for the table and without a filter.
    pub(crate) query: Query,
    /// The user's filter.
    pub(crate) filter: Option<String>,
    /// The table's path as the user wrote it.
    pub(crate) table: String,
    /// Its hash.
    pub(crate) hash: String,
    /// Whether the table is one file, so that `turnover` itself can read it.
    pub(crate) one_file: bool,
    /// The columns.
    pub(crate) columns: Vec<String>,
    /// Those of them whose values make a part.
    pub(crate) parts: Vec<String>,
    /// How many first characters of that value count; all if `None`.
    pub(crate) digits: Option<u8>,
    /// Which table of the answer is wanted.
    pub(crate) part: Option<String>,
    /// Whether the whole answer is wanted too.
    pub(crate) whole: bool,
}

/// No option is NaN: JSON has none, and the command line's are refused before they get here.
impl Eq for Question {}

impl Hash for Question {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.query.command().to_string().hash(state);
        (&self.filter, &self.table, &self.parts, self.digits).hash(state);
    }
}

/// What comes back of a part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    /// Rows of the part.
    pub(crate) rows: usize,
    /// Seconds that the answer took.
    pub(crate) seconds: f64,
    /// The answer, or why there is none.
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

/// The answer, or why there is none.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The wanted table, and the whole answer where it was wanted.
    Answered { table: Table, whole: Option<Value> },
    /// Why there is none, and what to do.
    Refused { error: String, help: Option<String> },
}

impl Outcome {
    /// Whether there is no answer.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Outcome::Refused { .. })
    }
}

fn refused(error: impl ToString, help: Option<String>) -> Outcome {
    Outcome::Refused { error: error.to_string(), help }
}

fn internal(e: impl ToString) -> DataFusionError {
    DataFusionError::Execution(e.to_string())
}

impl Question {
    /// The function that asks.
    pub(crate) fn function(self) -> AggregateUDF {
        AggregateUDF::from(Ask { question: Arc::new(self), signature: Signature::variadic_any(Volatility::Immutable) })
    }

    /// Reads the function that [`Question::encode`] wrote. The question is looked at again here: whoever sends
    /// a plan may only ask about its table.
    pub(crate) fn decode(name: &str, buf: &[u8]) -> Result<Arc<AggregateUDF>> {
        if name != NAME {
            return Err(DataFusionError::Plan(format!("there is no aggregate function {name}")));
        }
        let question: Question = serde_json::from_slice(buf).map_err(internal)?;
        let used = question.query.table().map_err(|e| internal(e.message()))?;
        if used.path != MEMORY || used.filter.is_some() || question.query.reads_beside() {
            return Err(internal("the question is about another table"));
        }
        Ok(Arc::new(question.function()))
    }

    /// Writes the function, if it is ours.
    pub(crate) fn encode(node: &AggregateUDF, buf: &mut Vec<u8>) -> Result<()> {
        let inner: &dyn Any = node.inner().as_ref();
        match inner.downcast_ref::<Ask>() {
            Some(ask) => serde_json::to_writer(buf, ask.question.as_ref()).map_err(internal),
            None => Ok(()),
        }
    }

    /// The filter that gives a part's rows, as the user would write it.
    fn filter_of(&self, rows: &RecordBatch) -> Result<String, String> {
        let mut terms: Vec<String> = self.filter.iter().map(|f| format!("({f})")).collect();
        for name in &self.parts {
            let column = rows.column_by_name(name).ok_or_else(|| format!("there is no column {name}"))?;
            let Some(text) = column.as_string_opt::<i32>() else {
                let number = column.as_primitive::<Float64Type>().value(0);
                terms.push(format!("{name} == {number}"));
                continue;
            };
            terms.push(term(name, text.value(0), self.digits)?);
        }
        Ok(terms.join(" and "))
    }

    /// What the command says about a part.
    fn answer(&self, rows: &RecordBatch) -> Outcome {
        let filter = match self.filter_of(rows) {
            Ok(filter) => filter,
            Err(e) => return refused(e, None),
        };
        log::debug!("asking about {filter}");
        let query = self.query.about(MEMORY, Some(&filter));
        let table = raw(rows, self);
        // A fault in one part must not cost the others their answers.
        let reply = match catch_unwind(AssertUnwindSafe(|| reply(&query, table))) {
            Ok(Ok(reply)) => reply,
            Ok(Err(e)) => {
                let help = e.remedy().map(|r| r.for_shell());
                return refused(Remedy::parse(&e.message()).for_shell(), help);
            }
            Err(_) => {
                let help = "the executor's log says where; please report it".to_owned();
                return refused("the program failed on this part", Some(help));
            }
        };
        let Reply::Document(mut document) = reply else {
            return refused("the question has no answer about a table", None);
        };
        word(&mut document, Remedy::for_shell);
        self.name_table(&mut document);
        match part(&document, self.part.as_deref()) {
            Ok(table) => Outcome::Answered { table, whole: self.whole.then(|| document.to_json()) },
            Err(e) => refused(&e, miette::Diagnostic::help(&e).map(|h| h.to_string())),
        }
    }

    /// Puts the table's path where the answer's commands have [`MEMORY`], so that they can be run.
    fn name_table(&self, document: &mut Document) {
        let named = |command: &mut String| {
            let Ok(query) = command.parse::<Command>().and_then(|c| c.query()) else { return };
            let Ok(used) = query.table() else { return };
            let query = query.about(&self.table, used.filter.as_deref()).command();
            *command = if self.one_file {
                query.to_string()
            } else {
                let digits = self.digits.map_or_else(String::new, |d| format!(" --digits {d}"));
                let parts = shell::quoted(&self.parts.join(","));
                format!("turnover-cluster each {parts}{digits} -- {}", shell::line(query.words()))
            };
        };
        named(&mut document.command);
        for section in &mut document.sections {
            named(&mut section.answer.command);
            section.answer.findings.iter_mut().for_each(|f| named(&mut f.reproduce));
        }
    }
}

/// Answers a question from a table in memory.
fn reply(query: &Query, table: RawTable) -> Result<Reply, QueryError> {
    let mut own = query.clone();
    let uses = own.uses();
    let read = uses.read.map(std::mem::take).unwrap_or_default().flow_options()?;
    let workspace = Workspace::new(Figures::Table(table.into()), read, Knowledge::open(None)?.into());
    answer(&workspace, query, Watch::none())
}

/// The condition that a text column has a value, or begins with it.
fn term(name: &str, value: &str, digits: Option<u8>) -> Result<String, String> {
    let quoted = |text: &str| match (text.contains('"'), text.contains('\'')) {
        (false, _) => Ok(format!("\"{text}\"")),
        (true, false) => Ok(format!("'{text}'")),
        (true, true) => Err(format!("`{text}` in column {name} has both kinds of quotes in it")),
    };
    let Some(digits) = digits else { return Ok(format!("{name} == {}", quoted(value)?)) };
    let first: String = value.chars().take(usize::from(digits)).collect();
    let lower = format!("{name} >= {}", quoted(&first)?);
    // The next text of that length: 02 after 01, 0: after 09.
    let mut next: Vec<char> = first.chars().collect();
    match next.pop().and_then(|last| char::from_u32(u32::from(last) + 1)) {
        Some(last) => {
            next.push(last);
            Ok(format!("{lower} and {name} < {}", quoted(&next.iter().collect::<String>())?))
        }
        None => Ok(lower),
    }
}

/// The kind of column that a reader would make of it: numbers, or text; `None` for what is neither.
pub(crate) fn kind(kind: &DataType) -> Option<DataType> {
    let kind = match kind {
        DataType::Dictionary(_, values) => values.as_ref(),
        kind => kind,
    };
    match kind {
        kind if kind.is_numeric() || matches!(kind, DataType::Boolean | DataType::Null) => Some(DataType::Float64),
        kind if kind.is_string() || kind.is_temporal() => Some(DataType::Utf8),
        _ => None,
    }
}

/// The rows as the command reads them. The copy bridges two releases of Arrow, the engine's and ours.
fn raw(rows: &RecordBatch, question: &Question) -> RawTable {
    let schema = rows.schema();
    let columns = schema.fields().iter().zip(rows.columns()).map(|(field, column)| {
        let cells = match column.data_type() {
            DataType::Utf8 => Cells::Text(StringArray::from_iter(column.as_string::<i32>())),
            _ => Cells::Number(Float64Array::from_iter(column.as_primitive::<Float64Type>())),
        };
        RawColumn { name: field.name().clone(), cells }
    });
    RawTable::from_columns(&question.table, columns.collect(), Some(question.hash.clone()))
}

/// The aggregate function.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Ask {
    question: Arc<Question>,
    signature: Signature,
}

impl AggregateUDFImpl for Ask {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let fields: Option<Vec<Field>> = (self.question.columns.iter().zip(args.expr_fields))
            .map(|(name, field)| Some(Field::new(name, kind(field.data_type())?, true)))
            .collect();
        let fields = fields.ok_or_else(|| internal("a column is neither numbers nor text"))?;
        Ok(Box::new(Rows {
            question: Arc::clone(&self.question),
            schema: Arc::new(Schema::new(fields)),
            batches: Vec::new(),
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[rows]", args.name), DataType::Binary, true))])
    }
}

/// The rows of one part, as they come.
#[derive(Debug)]
struct Rows {
    question: Arc<Question>,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Rows {
    /// Rows come in many small pieces; each is joined to its elders once they are no longer, so that
    /// every row is copied a few times and memory is held by a few pieces.
    fn push(&mut self, batch: RecordBatch) -> Result<()> {
        self.batches.push(batch);
        while let [.., elder, younger] = &self.batches[..] {
            if elder.num_rows() > younger.num_rows() {
                break;
            }
            let joined = concat_batches(&self.schema, [elder, younger])?;
            self.batches.truncate(self.batches.len() - 2);
            self.batches.push(joined);
        }
        Ok(())
    }

    /// All rows in an order of their own, which does not depend on how they came here: by the columns
    /// from left to right.
    fn ordered(&self) -> Result<RecordBatch> {
        let all = concat_batches(&self.schema, &self.batches)?;
        let columns: Vec<SortColumn> =
            all.columns().iter().map(|c| SortColumn { values: Arc::clone(c), options: None }).collect();
        let order = lexsort_to_indices(&columns, None)?;
        Ok(take_record_batch(&all, &order)?)
    }
}

impl Accumulator for Rows {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let columns: Result<Vec<ArrayRef>, ArrowError> =
            values.iter().zip(self.schema.fields()).map(|(v, f)| cast(v, f.data_type())).collect();
        self.push(RecordBatch::try_new(Arc::clone(&self.schema), columns?)?)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let start = Instant::now();
        let rows = self.ordered()?;
        self.batches.clear();
        let outcome = self.question.answer(&rows);
        let part = Part { rows: rows.num_rows(), seconds: start.elapsed().as_secs_f64(), outcome };
        let first: Vec<String> = self.question.parts.iter().map(|p| label(&rows, p, self.question.digits)).collect();
        log::info!("{} of {} rows in {:.3} s", first.join(", "), part.rows, part.seconds);
        Ok(ScalarValue::Utf8(Some(serde_json::to_string(&part).map_err(internal)?)))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.batches.iter().map(RecordBatch::get_array_memory_size).sum::<usize>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let mut bytes = Vec::new();
        let mut writer = StreamWriter::try_new(&mut bytes, &self.schema)?;
        for batch in std::mem::take(&mut self.batches) {
            writer.write(&batch)?;
        }
        writer.finish()?;
        drop(writer);
        Ok(vec![ScalarValue::Binary(Some(bytes))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let states: &BinaryArray = states.first().ok_or_else(|| internal("no state"))?.as_binary();
        for state in states.iter().flatten() {
            for batch in StreamReader::try_new(state, None)? {
                self.push(batch?)?;
            }
        }
        Ok(())
    }
}

/// The value of a part's column, as people write it.
fn label(rows: &RecordBatch, name: &str, digits: Option<u8>) -> String {
    let Some(column) = rows.column_by_name(name).filter(|c| !c.is_empty()) else { return String::new() };
    match column.as_string_opt::<i32>() {
        Some(text) => text.value(0).chars().take(digits.map_or(usize::MAX, usize::from)).collect(),
        None => column.as_primitive::<Float64Type>().value(0).to_string(),
    }
}

impl Question {
    /// Whether the filter may be used before rows go to their parts, in SQL.
    pub(crate) fn early(filter: &str, schema: &Schema) -> Result<Option<String>, turnover_data::DataError> {
        let is_text = |name: &str| {
            let field = schema.field_with_name(name).ok()?;
            // Text of dates is the reader's own; only plain text and numbers compare alike.
            match field.data_type() {
                t if t.is_string() => Some(true),
                t if t.is_numeric() => Some(false),
                _ => None,
            }
        };
        Ok(Filter::parse(filter)?.sql(&is_text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::{Float64Array, StringArray};

    fn question(words: &str) -> Question {
        let words = words.split_whitespace().map(str::to_owned).collect();
        Question {
            query: Command::from_words(words).query().unwrap(),
            filter: Some("year > 2000".to_owned()),
            table: "flows of 2019.parquet".to_owned(),
            hash: "00".to_owned(),
            one_file: true,
            columns: vec!["product".to_owned(), "y".to_owned(), "x".to_owned()],
            parts: vec!["product".to_owned()],
            digits: None,
            part: None,
            whole: true,
        }
    }

    fn rows(products: &[&str]) -> RecordBatch {
        let n = products.len();
        let x: Vec<f64> = (0..n).map(|r| (r * r % 5) as f64).collect();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("product", Arc::new(StringArray::from(products.to_vec()))),
            ("y", Arc::new(Float64Array::from((0..n).map(|r| 1.0 + r as f64).collect::<Vec<_>>()))),
            ("x", Arc::new(Float64Array::from(x))),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    #[test]
    fn a_part_has_a_filter_of_its_own() {
        for (value, digits, told) in [
            ("0101", None, "product == \"0101\""),
            ("say \"a\"", None, "product == 'say \"a\"'"),
            ("0101", Some(2), "product >= \"01\" and product < \"02\""),
            ("0901", Some(2), "product >= \"09\" and product < \"0:\""),
            ("7", Some(2), "product >= \"7\" and product < \"8\""),
        ] {
            assert_eq!(term("product", value, digits).unwrap(), told);
            assert!(Filter::parse(told).is_ok());
        }
        assert!(term("product", "it's \"a\"", None).is_err());
        let told = question("estimate <table> y~x").filter_of(&rows(&["01"])).unwrap();
        assert_eq!(told, "(year > 2000) and product == \"01\"");
    }

    #[test]
    fn a_question_travels_and_what_is_none_does_not() {
        let sent = question("estimate <table> y~x --vcov iid");
        let mut bytes = Vec::new();
        Question::encode(&sent.clone().function(), &mut bytes).unwrap();
        let got = Question::decode(NAME, &bytes).unwrap();
        let inner: &dyn Any = got.inner().as_ref();
        assert_eq!(inner.downcast_ref::<Ask>().unwrap().question.as_ref(), &sent);
        assert!(Question::decode("other", &bytes).is_err());
        assert!(Question::decode(NAME, &bytes[1..]).is_err());
        for words in [
            "estimate /etc/passwd y~x",
            "coverage USA RUS --data other.csv",
            "coverage USA RUS --data <table> --filter year>2000",
            "coverage USA RUS --data <table> --catalogue /etc",
            "reach USA RUS --times 2 --data <table> --levers /etc/passwd",
        ] {
            let mut bytes = Vec::new();
            Question::encode(&question(words).function(), &mut bytes).unwrap();
            assert!(Question::decode(NAME, &bytes).is_err(), "{words}");
        }
    }

    #[test]
    fn the_order_of_arrival_does_not_matter_and_states_can_be_sent_on() {
        let mut question = question("estimate <table> y~x");
        question.filter = None;
        let all = rows(&["01"; 40]);
        let fresh = || Rows { question: Arc::new(question.clone()), schema: all.schema(), batches: Vec::new() };
        let answer = |pieces: &[(usize, usize)]| {
            let (mut first, mut second) = (fresh(), fresh());
            for (k, (from, len)) in pieces.iter().enumerate() {
                let half = if k % 2 == 0 { &mut first } else { &mut second };
                half.update_batch(all.slice(*from, *len).columns()).unwrap();
            }
            let state = second.state().unwrap();
            let state: Vec<ArrayRef> = state.iter().map(|s| s.to_array().unwrap()).collect();
            first.merge_batch(&state).unwrap();
            let ScalarValue::Utf8(Some(text)) = first.evaluate().unwrap() else { panic!("no text") };
            let part: Part = serde_json::from_str(&text).unwrap();
            assert_eq!(part.rows, 40);
            serde_json::to_value(part.outcome).unwrap()
        };
        let told = answer(&[(0, 40)]);
        assert_eq!(told, answer(&[(30, 10), (0, 1), (1, 28), (29, 1)]));
        let command = told["answered"]["whole"]["command"].as_str().unwrap();
        assert!(command.starts_with("turnover estimate 'flows of 2019.parquet' "), "{command}");
    }

    #[test]
    fn a_refusal_is_an_answer() {
        let mut question = question("estimate <table> y~x|x");
        question.filter = None;
        let Outcome::Refused { error, help } = question.answer(&rows(&["01"; 9])) else { panic!("answered") };
        assert!(error.contains('x') && help.is_some(), "{error}");
    }
}
