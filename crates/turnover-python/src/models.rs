//! Estimates on frames.

use pyo3::prelude::*;
use turnover_analysis::estimate::{Estimated, Input, Predictor as Known, Question, Use, models, report};
use turnover_analysis::{AnalysisError, Answer};
use turnover_brief::{Document, Style, terminal};
use turnover_data::{DataError, Filter};
use turnover_query::{Query, QueryError, Remedy};

use crate::frame::Table;
use crate::predictor::Predictor;
use crate::{pool, refusal, wait};

/// What is estimated: the options of `estimate` as JSON, and the call that asks again.
struct Spec {
    question: Question,
    filter: Option<Filter>,
}

impl Spec {
    fn read(options: &str, call: &str) -> PyResult<Self> {
        let parse = || -> Result<Self, QueryError> {
            let options = serde_json::from_str(options)
                .map_err(|e| QueryError::call(e.to_string(), "help(turnover.ppml) lists the options"))?;
            let Query::Estimate(query) = Query::from_json("estimate", options)? else {
                return Err(QueryError::call("this is not an estimate", "help(turnover.ppml) lists the options"));
            };
            let question = Question { command: call.to_owned(), ..query.question()? };
            let filter = query.rows()?;
            Ok(Spec { question, filter })
        };
        pool::guarded(parse)?.map_err(raised)
    }
}

/// An error of an estimate. A column that is not there is a wrong call here: the data is part of it.
pub(crate) fn raised(e: QueryError) -> PyErr {
    match e {
        QueryError::Data(DataError::MissingColumn { .. })
        | QueryError::Analysis(AnalysisError::Data(DataError::MissingColumn { .. })) => {
            let error = Remedy::parse(&e.message()).for_python();
            let help = e.remedy().map_or_else(String::new, |h| format!("\n  help: {}", h.for_python()));
            crate::CallError::new_err(format!("{error}{help}"))
        }
        e => refusal(&e),
    }
}

/// The columns that the models and the filter use.
#[pyfunction]
pub(crate) fn columns(options: &str) -> PyResult<Vec<String>> {
    let spec = Spec::read(options, "")?;
    let of = || -> Result<Vec<String>, AnalysisError> {
        let mut columns: Vec<String> = spec.question.uses()?.into_iter().map(|(name, _)| name).collect();
        if let Some(filter) = &spec.filter {
            columns.extend(filter.columns().into_iter().map(str::to_owned));
        }
        Ok(columns)
    };
    pool::guarded(of)?.map_err(|e| raised(e.into()))
}

/// Estimated models with the data that they rest on.
#[pyclass(frozen, module = "turnover._turnover")]
pub(crate) struct Models {
    input: Input,
    models: Vec<Estimated>,
    answer: Answer,
}

/// Estimates.
#[pyfunction]
pub(crate) fn estimate(py: Python<'_>, table: &Table, options: &str, call: &str) -> PyResult<Models> {
    let Spec { question, filter } = Spec::read(options, call)?;
    let uses = question.uses().map_err(|e| raised(e.into()))?;
    let raw = pool::run(py, || table.used(&uses))??;
    // Text and numbers as the filter compares them, which are not always those of levels.
    let filtered = filter.as_ref().map(|filter| {
        let uses: Vec<(String, Use)> = filter.columns().iter().map(|c| ((*c).to_owned(), Use::default())).collect();
        pool::run(py, || table.used(&uses))?
    });
    let filtered = filtered.transpose()?;
    let done = wait::for_it(py, None, move |watch| {
        let rows = filter.as_ref().zip(filtered.as_ref()).map(|(filter, table)| filter.rows(table)).transpose()?;
        let raw = match rows {
            Some(rows) if raw.rows > 0 => raw.taken(&rows),
            _ => raw,
        };
        let input = Input::of_typed(raw);
        let models = models(&input, &question, watch)?;
        let answer = report(&input, &question, &models);
        Ok::<_, AnalysisError>(Models { input, models, answer })
    })?;
    done.map_err(|e| raised(e.into()))
}

impl Models {
    fn model(&self, at: usize) -> PyResult<&Estimated> {
        let out = || pyo3::exceptions::PyIndexError::new_err(format!("there are {} models", self.models.len()));
        self.models.get(at).ok_or_else(out)
    }
}

#[pymethods]
impl Models {
    fn __len__(&self) -> usize {
        self.models.len()
    }

    /// The JSON document of the command line.
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        pool::run(py, || self.answer.to_json().to_string())
    }

    /// What a terminal would show.
    fn text(&self, py: Python<'_>, width: usize) -> PyResult<String> {
        let style = Style { width, colour: false, tables: true };
        pool::run(py, || terminal(&Document::from(self.answer.clone()), style))
    }

    /// The covariance of a model's coefficients, row-major.
    fn covariance(&self, at: usize) -> PyResult<Vec<f64>> {
        Ok(self.model(at)?.covariance().to_vec())
    }

    /// The expected outcome by row; NaN for rows that take no part.
    fn fitted(&self, at: usize, link: bool) -> PyResult<Vec<f64>> {
        Ok(self.model(at)?.fitted(&self.input, link))
    }

    /// Outcome less expected outcome by row; NaN for rows that take no part.
    fn residuals(&self, at: usize) -> PyResult<Vec<f64>> {
        Ok(self.model(at)?.residuals(&self.input))
    }

    /// R squared of least squares; `None` for PPML.
    fn r2(&self, at: usize) -> PyResult<Option<f64>> {
        Ok(self.model(at)?.r_squared().map(|r| r.overall).filter(|r| r.is_finite()))
    }

    /// What predictions need of a model, fixed effects included.
    fn predictor(&self, py: Python<'_>, at: usize) -> PyResult<Predictor> {
        let model = self.model(at)?;
        let known: Known = pool::run(py, || model.predictor(&self.input))?;
        Ok(Predictor(known))
    }
}
