//! The native half of the Python package `turnover`: frames come in as Arrow streams, answers go out
//! as JSON, HTML and lists. What people call is in `python/turnover/__init__.py`.

mod cells;
mod frame;
mod interval;
mod models;
mod pool;
mod predictor;
mod wait;

use std::ffi::OsString;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use serde_json::{Value, json};
use turnover_brief::{Document, Style, terminal};
use turnover_query::{Figures, Knowledge, MeasureList, Query, QueryError, Remedy, Reply, Workspace, answer, word};

use crate::frame::Table;

pyo3::create_exception!(turnover, CallError, pyo3::exceptions::PyValueError, "The call is wrong.");
pyo3::create_exception!(turnover, NoAnswer, PyRuntimeError, "The question has no answer; why, and what to do.");

/// The error with what to do in its message; options as keyword arguments.
pub(crate) fn refusal(e: &QueryError) -> PyErr {
    let error = Remedy::parse(&e.message()).for_python();
    let text = e.remedy().map_or_else(|| error.clone(), |help| format!("{error}\n  help: {}", help.for_python()));
    match e {
        QueryError::Fault(_) => pool::InternalError::new_err(text),
        e if e.is_wrong_call() => CallError::new_err(text),
        _ => NoAnswer::new_err(text),
    }
}

/// An answer: findings, tables and charts.
#[pyclass(frozen, module = "turnover._turnover")]
struct Answer {
    json: String,
    document: Option<Document>,
}

#[pymethods]
impl Answer {
    /// The JSON document of the command line.
    fn json(&self) -> &str {
        &self.json
    }

    /// A page with charts; `None` where there is nothing but a list.
    fn html(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let page = pool::run(py, || self.document.as_ref().map(turnover_brief::html).transpose())?;
        page.map_err(PyRuntimeError::new_err)
    }

    /// What a terminal would show.
    fn text(&self, py: Python<'_>, width: usize) -> PyResult<String> {
        let style = Style { width, colour: false, tables: true };
        pool::run(py, || self.document.as_ref().map_or_else(|| self.json.clone(), |d| terminal(d, style)))
    }

    /// The charts as (id, title, source, SVG that needs nothing from elsewhere).
    fn charts(&self, py: Python<'_>) -> PyResult<Vec<(String, String, String, String)>> {
        pool::run(py, || {
            let charts = self.document.iter().flat_map(Document::charts);
            charts.map(|c| (c.id.clone(), c.title.clone(), c.source.clone(), turnover_brief::svg_file(c))).collect()
        })
    }
}

/// Most threads of one call.
const MOST_THREADS: usize = 1024;

/// Answers a question; its options are a JSON object, and `<table>` in its `data` stands for the table.
#[pyfunction]
#[pyo3(signature = (question, options, table=None, progress=None, threads=None))]
fn ask(
    py: Python<'_>,
    question: &str,
    options: &str,
    table: Option<&Table>,
    progress: Option<Py<PyAny>>,
    threads: Option<usize>,
) -> PyResult<Answer> {
    if threads.is_some_and(|n| !(1..=MOST_THREADS).contains(&n)) {
        let n = threads.unwrap_or_default();
        return Err(CallError::new_err(format!(
            "threads is {n}\n  help: threads takes a number from 1 to {MOST_THREADS}"
        )));
    }
    let options: Value = serde_json::from_str(options).map_err(|e| PyRuntimeError::new_err(e.to_string()))?;
    let query = Query::from_json(question, options).map_err(|e| refusal(&e))?;
    let table = table.map(|table| pool::run(py, || table.raw())?).transpose()?;
    let reply = wait::for_it(py, progress.as_ref(), move |watch| {
        let workspace = match table {
            None => query.open()?,
            Some(table) => {
                let mut own = query.clone();
                let uses = own.uses();
                let knowledge = Knowledge::open(uses.catalogue.and_then(Option::take).as_deref())?;
                let read = uses.read.map(std::mem::take).unwrap_or_default().flow_options()?;
                Workspace::new(Figures::Table(table.into()), read, knowledge.into())
            }
        };
        match threads {
            // Of this call alone: the program around it has threads of its own.
            Some(n) => {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build();
                let pool = pool.map_err(|e| QueryError::failed(e.to_string(), "ask for fewer threads"))?;
                pool.install(|| answer(&workspace, &query, watch))
            }
            None => answer(&workspace, &query, watch),
        }
    })?;
    match reply.map_err(|e| refusal(&e))? {
        Reply::Plain { json, .. } => Ok(Answer { json: json.to_string(), document: None }),
        Reply::Document(mut document) => {
            word(&mut document, Remedy::for_python);
            Ok(Answer { json: document.to_json().to_string(), document: Some(*document) })
        }
    }
}

/// The measures of a catalogue, as the JSON document of `turnover measures list`.
#[pyfunction]
fn measures(py: Python<'_>, options: &str) -> PyResult<String> {
    let wanted: MeasureList = serde_json::from_str(options).map_err(|e| CallError::new_err(e.to_string()))?;
    let list = pool::run(py, move || -> Result<Value, QueryError> {
        let knowledge = Knowledge::open(wanted.catalogue.catalogue.as_deref())?;
        let all = knowledge.catalogue();
        Ok(json!({"measures": wanted.of(all)?, "watch_lists": all.watch_lists}))
    })?;
    Ok(list.map_err(|e| refusal(&e))?.to_string())
}

/// The command line; returns the exit status.
#[pyfunction]
fn main(py: Python<'_>, words: Vec<OsString>) -> PyResult<u8> {
    Ok(py.detach(|| pool::guarded(|| turnover_cli::main(words)))?)
}

/// The version of the program.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[pymodule]
fn _turnover(m: &Bound<'_, PyModule>) -> PyResult<()> {
    pool::remember_panics();
    m.add_function(wrap_pyfunction!(ask, m)?)?;
    m.add_function(wrap_pyfunction!(measures, m)?)?;
    m.add_function(wrap_pyfunction!(main, m)?)?;
    m.add_function(wrap_pyfunction!(version, m)?)?;
    m.add_function(wrap_pyfunction!(models::columns, m)?)?;
    m.add_function(wrap_pyfunction!(models::estimate, m)?)?;
    m.add_class::<Answer>()?;
    m.add_class::<Table>()?;
    m.add_class::<models::Models>()?;
    m.add_class::<predictor::Predictor>()?;
    m.add_function(wrap_pyfunction!(pool::fault, m)?)?;
    m.add_function(wrap_pyfunction!(interval::critical_value, m)?)?;
    m.add("InternalError", m.py().get_type::<pool::InternalError>())?;
    m.add("CallError", m.py().get_type::<CallError>())?;
    m.add("NoAnswer", m.py().get_type::<NoAnswer>())?;
    m.add("MEMORY", turnover_query::MEMORY)
}
