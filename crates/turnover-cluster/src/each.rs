//! Asking a question of every part of a table.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::Path;
use std::time::Instant;

use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::functions::expr_fn::left;
use datafusion::prelude::{Expr, ident, lit};
use serde_json::{Map, Value, json};
use turnover_analysis::{Answer, Cell, Column, Finding, Number, Table, Unit};
use turnover_brief::{Document, Style, can_save, save, terminal, write};
use turnover_data::Filter;
use turnover_query::shell::{self, quoted};
use turnover_query::{Command, MEMORY};

use crate::error::ClusterError;
use crate::question::{Outcome, Part, Question, kind};
use crate::{client, words};

/// The answers' column in the plan.
const ANSWER: &str = "turnover_answer";
/// Widest text.
const WIDTH: usize = 100;
/// Rows of the joined table that people are shown.
const SHOWN: usize = 20;

/// Asks, writes the files that are wanted, and returns what is to be printed.
pub(crate) async fn run(words: &words::Each) -> Result<String, ClusterError> {
    let start = Instant::now();
    let query = Command::from_words(words.question.clone()).query()?;
    let about = query.table()?;
    if query.reads_beside() {
        let help = "leave the catalogue, levers, scenario or dossier out".to_owned();
        return Err(ClusterError::Call(
            "executors read the table alone, and the question names another file".to_owned(),
            help,
        ));
    }
    if words.digits.is_some() && words.columns.len() > 1 {
        let help = "name one column, or leave --digits out".to_owned();
        return Err(ClusterError::Call("--digits shortens one column, and there are several".to_owned(), help));
    }
    if let Some(twice) = words.columns.iter().enumerate().find(|(i, c)| words.columns[..*i].contains(c)) {
        return Err(ClusterError::Call(format!("column {} is named twice", twice.1), "name it once".to_owned()));
    }
    if let Some(path) = &words.out {
        can_save(path)?;
    }
    let source = client::Source::find(Path::new(&about.path))?;
    let context = client::connect(&words.job, "turnover each").await?;
    let frame = client::open(&context, &source).await?;
    let mut wanted = words.columns.clone();
    if let Some(filter) = &about.filter {
        wanted.extend(Filter::parse(filter)?.columns().into_iter().map(str::to_owned));
    }
    wanted.extend(about.columns.iter().flatten().cloned());
    client::check_columns(&frame, &wanted)?;
    let schema = frame.schema().as_arrow().clone();
    // What is neither numbers nor text no reader would see either.
    let columns: Vec<String> = (schema.fields().iter())
        .filter(|f| about.columns.is_none() || wanted.contains(f.name()))
        .filter(|f| kind(f.data_type()).is_some())
        .map(|f| f.name().clone())
        .collect();
    for name in &words.columns {
        let text = schema.field_with_name(name).ok().and_then(|f| kind(f.data_type())) == Some(DataType::Utf8);
        if !columns.contains(name) || (words.digits.is_some() && !text) {
            let help = "--digits needs codes as text, such as \"0101\"".to_owned();
            return Err(ClusterError::Failed(format!("column {name} is no text"), help));
        }
    }
    let part = words.part.clone().or_else(|| about.columns.is_some().then(|| "estimate.coefficients".to_owned()));
    let question = Question {
        query: query.about(MEMORY, None),
        filter: about.filter.clone(),
        table: about.path.clone(),
        hash: source.hash,
        one_file: Path::new(&about.path).is_file(),
        columns: columns.clone(),
        parts: words.columns.clone(),
        digits: words.digits,
        part,
        whole: words.answers.is_some(),
    };
    let mut frame = frame;
    if let Some(sql) = about.filter.as_deref().map(|f| Question::early(f, &schema)).transpose()?.flatten() {
        let condition = frame.parse_sql_expr(&sql)?;
        frame = frame.filter(condition)?;
    }
    let mut keys: Vec<Expr> = Vec::new();
    for name in &words.columns {
        frame = frame.filter(ident(name).is_not_null())?;
        keys.push(match words.digits {
            Some(digits) => left(ident(name), lit(i64::from(digits))).alias(format!("first of {name}")),
            None => ident(name),
        });
    }
    let rows = client::count(&frame, &words.job).await?;
    let ask = question.clone().function().call(columns.iter().map(ident).collect()).alias(ANSWER);
    // The last step, which is not done again piece by piece where an executor is lost, is a small one.
    let answers = frame.aggregate(keys, vec![ask])?;
    let keys = answers.schema().columns().into_iter().take(words.columns.len());
    let order = keys.map(|key| Expr::Column(key).sort(true, false)).collect();
    let answers = answers.sort(order)?;
    let parts = client::gather(
        &answers,
        &words.job,
        "asking every part",
        || Ok(Parts::default()),
        |parts, batch| parts.add(&batch, words.columns.len()),
        |parts| parts.whole(rows),
    )
    .await?;
    parts.answered()?;
    if let Some(path) = &words.answers {
        write(path, parts.lines(&words.columns).as_bytes())?;
    }
    let document = parts.document(words, &question, start.elapsed().as_secs_f64());
    let mut text = String::new();
    if let Some(path) = &words.out {
        save(&document, path, Some("each"))?;
    }
    if words.json {
        return Ok(format!("{:#}\n", document.to_json()));
    }
    let on_terminal = std::io::stdout().is_terminal();
    if words.out.is_none() || !words.job.quiet {
        let style = Style { width: WIDTH, colour: on_terminal && no_color_unset(), tables: true };
        text.push_str(&terminal(&shown(document, words.columns.len(), words.out.is_some()), style));
    }
    if !words.job.quiet {
        for path in words.out.iter().chain(&words.answers) {
            text.push_str(&format!("wrote {}\n", path.display()));
        }
    }
    Ok(text)
}

fn no_color_unset() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// What came back: the parts' names and answers.
#[derive(Default)]
struct Parts {
    found: BTreeMap<Vec<Key>, Part>,
}

/// A part's value, ordered as people expect.
#[derive(Debug, Clone, PartialEq)]
enum Key {
    Number(f64),
    Text(String),
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Key::Number(a), Key::Number(b)) => a.total_cmp(b),
            (Key::Text(a), Key::Text(b)) => a.cmp(b),
            (Key::Number(_), Key::Text(_)) => std::cmp::Ordering::Less,
            (Key::Text(_), Key::Number(_)) => std::cmp::Ordering::Greater,
        }
    }
}

impl Key {
    fn cell(&self) -> Cell {
        match self {
            Key::Number(x) => Cell::Text(x.to_string()),
            Key::Text(t) => Cell::Text(t.clone()),
        }
    }
}

impl Parts {
    fn add(&mut self, batch: &RecordBatch, width: usize) -> Result<(), ClusterError> {
        let wrong = |e: String| {
            let help = "are the client, the scheduler and the executors the same release?".to_owned();
            ClusterError::Failed(format!("the cluster's answer cannot be read: {e}"), help)
        };
        let typed = |column: &ArrayRef| -> Result<ArrayRef, ClusterError> {
            let kind = kind(column.data_type()).ok_or_else(|| wrong(column.data_type().to_string()))?;
            cast(column, &kind).map_err(|e| wrong(e.to_string()))
        };
        let columns = batch.columns().iter().map(typed).collect::<Result<Vec<ArrayRef>, _>>()?;
        let (keys, answers) = columns.split_at(width);
        for row in 0..batch.num_rows() {
            let keys = keys.iter().map(|c| match c.as_string_opt::<i32>() {
                Some(text) => Key::Text(text.value(row).to_owned()),
                None => Key::Number(c.as_primitive::<datafusion::arrow::datatypes::Float64Type>().value(row)),
            });
            let text = answers.first().and_then(|a| a.as_string_opt::<i32>()).map(|a| a.value(row));
            let part: Part = serde_json::from_str(text.unwrap_or_default()).map_err(|e| wrong(e.to_string()))?;
            // A part that was answered twice, since an executor was lost, was answered alike.
            self.found.entry(keys.collect()).or_insert(part);
        }
        Ok(())
    }

    /// Checks that every row was in one part.
    fn whole(&self, rows: usize) -> Result<(), ClusterError> {
        let found: usize = self.found.values().map(|p| p.rows).sum();
        if found == rows {
            return Ok(());
        }
        Err(ClusterError::Lost(format!("the parts have {found} rows, the table has {rows}")))
    }

    /// Refuses where no part has an answer.
    fn answered(&self) -> Result<(), ClusterError> {
        match self.found.values().next().map(|part| &part.outcome) {
            None => Err(ClusterError::Failed(
                "there is no part to ask about".to_owned(),
                "does the filter leave any rows, and has the column values?".to_owned(),
            )),
            Some(Outcome::Refused { error, help }) if self.found.values().all(|p| p.outcome.is_refusal()) => {
                let help = help.clone().unwrap_or_else(|| "ask turnover about one part".to_owned());
                Err(ClusterError::Failed(format!("none of {} parts has an answer: {error}", self.found.len()), help))
            }
            Some(_) => Ok(()),
        }
    }

    /// One line of JSON for each part.
    fn lines(&self, names: &[String]) -> String {
        let mut out = String::new();
        for (keys, part) in &self.found {
            let mut line = Map::new();
            for (name, key) in names.iter().zip(keys) {
                line.insert(
                    name.clone(),
                    match key {
                        Key::Number(x) => json!(x),
                        Key::Text(t) => json!(t),
                    },
                );
            }
            line.insert("rows".to_owned(), part.rows.into());
            line.insert("seconds".to_owned(), part.seconds.into());
            match &part.outcome {
                Outcome::Answered { whole, .. } => {
                    line.insert("answer".to_owned(), whole.clone().unwrap_or(Value::Null));
                }
                Outcome::Refused { error, help } => {
                    line.insert("error".to_owned(), error.clone().into());
                    line.insert("help".to_owned(), help.clone().into());
                }
            }
            out.push_str(&Value::Object(line).to_string());
            out.push('\n');
        }
        out
    }

    /// The parts' tables under one another, and how many parts there are.
    fn document(&self, words: &words::Each, question: &Question, seconds: f64) -> Document {
        let names: Vec<(&str, &str, Unit)> =
            words.columns.iter().map(|c| (c.as_str(), c.as_str(), Unit::Text)).collect();
        let title = format!("By {}", words.columns.join(" and "));
        let mut each = Table::new("each", &title, &names);
        let mut refusals = Table::new("refused", "Parts without an answer", &names);
        for name in ["error", "help"] {
            refusals.columns.push(Column { name: name.into(), title: name.into(), unit: Unit::Text });
        }
        let mut work = 0.0;
        let mut rows = 0;
        for (keys, part) in &self.found {
            work += part.seconds;
            rows += part.rows;
            let cells: Vec<Cell> = keys.iter().map(Key::cell).collect();
            match &part.outcome {
                Outcome::Answered { table, .. } => append(&mut each, words.columns.len(), &cells, table),
                Outcome::Refused { error, help } => {
                    let mut row = cells;
                    row.push(Cell::Text(error.clone()));
                    row.push(help.clone().map_or(Cell::Missing, Cell::Text));
                    refusals.rows.push(row);
                }
            }
        }
        let command = command(words);
        let (all, refused) = (self.found.len(), refusals.rows.len());
        let count = |id: &str, title: &str, statement: String, value: f64, unit: Unit, definition: &str| Finding {
            id: id.to_owned(),
            title: title.to_owned(),
            statement,
            value: Number::Value(value),
            unit,
            interval: None,
            method: format!(
                "every part is asked: {}",
                question.query.about(&question.table, question.filter.as_deref()).command()
            ),
            definition: definition.to_owned(),
            sources: Vec::new(),
            caveats: vec![format!("rows without a {} are in no part", words.columns.join(" or "))],
            reproduce: command.clone(),
            supposition: None,
        };
        let mut tables = vec![each];
        if refused > 0 {
            tables.push(refusals);
        }
        let answer = Answer {
            command: command.clone(),
            title: format!("Each {} of {}", words.columns.join(" and "), question.table),
            findings: vec![
                count(
                    "each.answered",
                    "Parts answered",
                    format!("{} of {all} parts answered, {refused} refused; {rows} rows.", all - refused),
                    (all - refused) as f64,
                    Unit::Count,
                    "parts whose question has an answer",
                ),
                count(
                    "each.seconds",
                    "Seconds of work",
                    format!("{work:.1} s of work in {seconds:.1} s."),
                    work,
                    Unit::Plain,
                    "the sum of what each part's answer took, without reading and sending rows",
                ),
            ],
            tables,
            charts: Vec::new(),
            named: Map::new(),
            headline: None,
        };
        Document::from(answer)
    }
}

/// Puts a part's table under the others; a column that only some have is empty for the rest.
fn append(each: &mut Table, keys: usize, cells: &[Cell], table: &Table) {
    let places: Vec<usize> = (table.columns.iter())
        .map(|column| {
            each.columns[keys..].iter().position(|c| c.name == column.name).map_or_else(
                || {
                    each.columns.push(column.clone());
                    each.rows.iter_mut().for_each(|r| r.push(Cell::Missing));
                    each.columns.len() - 1
                },
                |at| at + keys,
            )
        })
        .collect();
    for row in &table.rows {
        let mut out = cells.to_vec();
        out.resize(each.columns.len(), Cell::Missing);
        for (place, cell) in places.iter().zip(row) {
            out[*place] = cell.clone();
        }
        each.rows.push(out);
    }
}

/// The command that asks again.
fn command(words: &words::Each) -> String {
    let digits = words.digits.map_or_else(String::new, |d| format!(" --digits {d}"));
    let part = words.part.as_ref().map_or_else(String::new, |p| format!(" --part {}", quoted(p)));
    let columns = quoted(&words.columns.join(","));
    format!("turnover-cluster each {columns}{digits}{part} -- {}", shell::line(&words.question))
}

/// The document with no more than people read: of findings what they say in figures, of many rows the
/// first, of a table that went to a file a few.
fn shown(mut document: Document, keys: usize, written: bool) -> Document {
    for section in &mut document.sections {
        for table in &mut section.answer.tables {
            if table.columns.iter().any(|c| c.name == "reproduce") {
                let kept = |c: &Column| ["title", "value", "unit", "low", "high"].contains(&c.name.as_str());
                let places: Vec<usize> =
                    (0..table.columns.len()).filter(|&at| at < keys || kept(&table.columns[at])).collect();
                table.columns = places.iter().map(|&at| table.columns[at].clone()).collect();
                for row in &mut table.rows {
                    *row = places.iter().map(|&at| row[at].clone()).collect();
                }
            }
            let all = table.rows.len();
            let most = if written { 5 } else { SHOWN };
            if all > most {
                table.rows.truncate(most);
                let rest = if written { "the file has all" } else { "--out FILE.csv has all" };
                table.title = format!("{}: {most} of {all} rows, {rest}", table.title);
            }
        }
    }
    document
}
