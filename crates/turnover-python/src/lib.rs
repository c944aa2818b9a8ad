//! The native half of the Python package `turnover`: frames come in as Arrow streams, answers go out
//! as JSON, HTML and lists. The words that people use are in `python/turnover/__init__.py`.

mod frame;
mod models;
mod wait;

use std::ffi::OsString;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use turnover_brief::{Document, Style, terminal};
use turnover_cli::{Given, Told, ask as run_inside};

use crate::frame::Table;

pyo3::create_exception!(_turnover, CallError, pyo3::exceptions::PyValueError, "The call is wrong.");
pyo3::create_exception!(_turnover, NoAnswer, PyRuntimeError, "The question has no answer; why, and what to do.");

/// The error with what to do in its message.
fn refusal(error: &str, help: Option<&str>, wrong_call: bool) -> PyErr {
    let text = help.map_or_else(|| error.to_owned(), |help| format!("{error}\n  help: {help}"));
    if wrong_call { CallError::new_err(text) } else { NoAnswer::new_err(text) }
}

/// An answer: findings, tables and charts.
#[pyclass(frozen, module = "turnover")]
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
    fn html(&self) -> PyResult<Option<String>> {
        let page = self.document.as_ref().map(turnover_brief::html).transpose();
        page.map_err(PyRuntimeError::new_err)
    }

    /// What a terminal would show.
    fn text(&self, width: usize) -> String {
        let style = Style { width, colour: false, tables: true };
        self.document.as_ref().map_or_else(|| self.json.clone(), |d| terminal(d, style))
    }

    /// The charts as (id, title, source, SVG with its styles).
    fn charts(&self) -> Vec<(String, String, String, String)> {
        let charts = self.document.iter().flat_map(Document::charts);
        charts
            .map(|c| {
                let drawing = turnover_brief::svg(c);
                let style = format!("><style>{}</style><g", turnover_brief::CHART_STYLE);
                (c.id.clone(), c.title.clone(), c.source.clone(), drawing.replacen("><g", &style, 1))
            })
            .collect()
    }
}

/// Runs the command's words; `<table>` among them stands for the table.
#[pyfunction]
#[pyo3(signature = (words, table=None, progress=None))]
fn ask(py: Python<'_>, words: Vec<String>, table: Option<&Table>, progress: Option<Py<PyAny>>) -> PyResult<Answer> {
    let table = table.map(Table::raw);
    let told =
        wait::for_it(py, progress.as_ref(), move |watch| run_inside(&words, Given { table: table.as_deref(), watch }))?;
    match told {
        Err(e) => Err(refusal(&e.error, e.help.as_deref(), e.wrong_call)),
        Ok(Told::Plain(json)) => Ok(Answer { json: json.to_string(), document: None }),
        Ok(Told::Answer(document)) => Ok(Answer { json: document.to_json().to_string(), document: Some(*document) }),
    }
}

/// The command line; returns the exit status.
#[pyfunction]
fn main(py: Python<'_>, words: Vec<OsString>) -> u8 {
    py.detach(|| turnover_cli::main(words))
}

/// The version of the program.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[pymodule]
fn _turnover(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(ask, m)?)?;
    m.add_function(wrap_pyfunction!(main, m)?)?;
    m.add_function(wrap_pyfunction!(version, m)?)?;
    m.add_function(wrap_pyfunction!(models::columns, m)?)?;
    m.add_function(wrap_pyfunction!(models::estimate, m)?)?;
    m.add_class::<Answer>()?;
    m.add_class::<Table>()?;
    m.add_class::<models::Models>()?;
    m.add("CallError", m.py().get_type::<CallError>())?;
    m.add("NoAnswer", m.py().get_type::<NoAnswer>())?;
    m.add("MEMORY", turnover_cli::MEMORY)
}
