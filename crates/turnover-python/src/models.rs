//! Estimates on frames.

use std::sync::Arc;

use miette::Diagnostic;
use pyo3::prelude::*;
use turnover_analysis::estimate::{Estimated, Input, Question, Vcov, models, tell};
use turnover_analysis::{AnalysisError, Answer};
use turnover_brief::{Document, Style, terminal};
use turnover_data::{DataError, Filter};
use turnover_gravity::{Kind, SeparationCheck, SmallSample};

use crate::frame::Table;
use crate::{refusal, wait};

/// What is estimated, in the command line's words.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Spec {
    formulas: Vec<String>,
    method: String,
    vcov: String,
    ssc: String,
    weights: Option<String>,
    offset: Option<String>,
    separation: String,
    drop_singletons: bool,
    bias_correction: bool,
    filter: Option<String>,
    command: String,
}

fn raised(e: &AnalysisError) -> PyErr {
    let help = e.help().map(|h| h.to_string());
    let wrong_call = matches!(
        e,
        AnalysisError::Range { .. } | AnalysisError::Formula { .. } | AnalysisError::Data(DataError::Filter { .. })
    );
    refusal(&e.to_string(), help.as_deref(), wrong_call)
}

impl Spec {
    fn question(&self) -> Result<Question, AnalysisError> {
        let wrong = |what: &'static str, found: &str, expected: &'static str| AnalysisError::Range {
            what,
            found: found.to_owned(),
            expected,
            help: "help(turnover.ppml) lists them".to_owned(),
        };
        Ok(Question {
            formulas: self.formulas.clone(),
            kind: match self.method.as_str() {
                "ppml" => Kind::Poisson,
                "ols" => Kind::LeastSquares,
                other => return Err(wrong("method", other, "ppml or ols")),
            },
            vcov: Vcov::parse(&self.vcov)?,
            small_sample: match self.ssc.as_str() {
                "fixest" => SmallSample::Fixest,
                "stata" => SmallSample::Stata,
                "none" => SmallSample::None,
                other => return Err(wrong("ssc", other, "fixest, stata or none")),
            },
            weights: self.weights.clone(),
            offset: self.offset.clone(),
            separation: match self.separation.as_str() {
                "full" => SeparationCheck::Full,
                "effects" => SeparationCheck::Effects,
                other => return Err(wrong("separation", other, "full or effects")),
            },
            drop_singletons: self.drop_singletons,
            bias_correction: self.bias_correction,
            etable: false,
            command: self.command.clone(),
        })
    }

    fn filter(&self) -> Result<Option<Filter>, AnalysisError> {
        Ok(self.filter.as_deref().map(Filter::parse).transpose()?)
    }
}

/// The columns that the models and the filter use.
#[pyfunction]
pub(crate) fn columns(spec: Spec) -> PyResult<Vec<String>> {
    let of = || -> Result<Vec<String>, AnalysisError> {
        let mut columns = spec.question()?.columns()?;
        if let Some(filter) = spec.filter()? {
            columns.extend(filter.columns().into_iter().map(str::to_owned));
        }
        Ok(columns)
    };
    of().map_err(|e| raised(&e))
}

/// Estimated models with the data that they rest on.
#[pyclass(frozen, module = "turnover")]
pub(crate) struct Models {
    input: Input,
    models: Vec<Estimated>,
    answer: Answer,
}

/// Estimates.
#[pyfunction]
pub(crate) fn estimate(py: Python<'_>, table: &Table, spec: Spec) -> PyResult<Models> {
    let table = table.raw();
    let done = wait::for_it(py, None, move |watch| {
        let question = spec.question()?;
        // The columns are shared with the frame until numbers are made of them.
        let table = Arc::unwrap_or_clone(table);
        let input = Input::of(table, spec.filter()?.as_ref(), &question)?;
        let models = models(&input, &question, watch)?;
        let answer = tell(&input, &question, &models);
        Ok::<_, AnalysisError>(Models { input, models, answer })
    })?;
    done.map_err(|e| raised(&e))
}

impl Models {
    fn model(&self, at: usize) -> PyResult<&Estimated> {
        let out = || pyo3::exceptions::PyIndexError::new_err(format!("there are {} models", self.models.len()));
        self.models.get(at).ok_or_else(out)
    }
}

/// Levels of one family of fixed effects with their values.
type Levels = Vec<(String, f64)>;

#[pymethods]
impl Models {
    fn __len__(&self) -> usize {
        self.models.len()
    }

    /// The JSON document of the command line.
    fn json(&self) -> String {
        self.answer.to_json().to_string()
    }

    /// What a terminal would show.
    fn text(&self, width: usize) -> String {
        terminal(&Document::from(self.answer.clone()), Style { width, colour: false, tables: true })
    }

    /// A page.
    fn html(&self) -> PyResult<String> {
        turnover_brief::html(&Document::from(self.answer.clone())).map_err(pyo3::exceptions::PyRuntimeError::new_err)
    }

    /// The covariance of a model's coefficients, row-major.
    fn covariance(&self, at: usize) -> PyResult<Vec<f64>> {
        Ok(self.model(at)?.covariance().to_vec())
    }

    /// The expected outcome by row; NaN for rows that take no part.
    fn fitted(&self, at: usize, link: bool) -> PyResult<Vec<f64>> {
        Ok(self.model(at)?.fitted(&self.input, link))
    }

    /// The expected outcome of each row of other data; NaN where the estimate knows nothing of it.
    fn predict(&self, py: Python<'_>, at: usize, new: &Table, link: bool) -> PyResult<Vec<f64>> {
        let model = self.model(at)?;
        let new = Arc::unwrap_or_clone(new.raw());
        py.detach(|| model.predict(&self.input, new, link)).map_err(|e| raised(&e))
    }

    /// The fixed effects by family and level.
    fn fixed_effects(&self, py: Python<'_>, at: usize) -> PyResult<Vec<(String, Levels)>> {
        let model = self.model(at)?;
        Ok(py.detach(|| model.fixed_effects(&self.input)))
    }
}
