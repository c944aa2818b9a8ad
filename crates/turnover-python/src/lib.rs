//! The native half of the Python package `turnover`: frames come in as Arrow streams, answers go out
//! as JSON, HTML and lists. The words that people use are in `python/turnover/__init__.py`.

mod cells;
mod frame;
mod interval;
mod models;
mod pool;
mod predictor;
mod wait;
mod words;

use std::ffi::OsString;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use turnover_brief::{Document, Style, terminal};
use turnover_cli::{Given, Told, ask as run_inside};

use crate::frame::Table;

pyo3::create_exception!(turnover, CallError, pyo3::exceptions::PyValueError, "The call is wrong.");
pyo3::create_exception!(turnover, NoAnswer, PyRuntimeError, "The question has no answer; why, and what to do.");

/// The error with what to do in its message, in the package's words.
fn refusal(error: &str, help: Option<&str>, wrong_call: bool) -> PyErr {
    // Of a usage message the first paragraph: the rest is about a shell.
    let error = words::in_python(error.split("\n\nUsage:").next().unwrap_or(error).trim_end());
    let text = help.map_or_else(|| error.clone(), |help| format!("{error}\n  help: {}", words::in_python(help)));
    if wrong_call { CallError::new_err(text) } else { NoAnswer::new_err(text) }
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

/// Runs the command's words; `<table>` among them stands for the table.
#[pyfunction]
#[pyo3(signature = (words, table=None, progress=None))]
fn ask(py: Python<'_>, words: Vec<String>, table: Option<&Table>, progress: Option<Py<PyAny>>) -> PyResult<Answer> {
    let table = table.map(|table| pool::run(py, || table.raw())?).transpose()?;
    let told =
        wait::for_it(py, progress.as_ref(), move |watch| run_inside(&words, Given { table: table.as_ref(), watch }))?;
    match told {
        Err(e) => Err(refusal(&e.error, e.help.as_deref(), e.wrong_call)),
        Ok(Told::Plain(json)) => Ok(Answer { json: json.to_string(), document: None }),
        Ok(Told::Answer(document)) => Ok(Answer { json: document.to_json().to_string(), document: Some(*document) }),
    }
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
    m.add("MEMORY", turnover_cli::MEMORY)
}
