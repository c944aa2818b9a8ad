//! Estimates on frames.

use miette::Diagnostic;
use pyo3::prelude::*;
use turnover_analysis::estimate::{Estimated, Input, Predictor as Known, Question, Use, Vcov, models, tell};
use turnover_analysis::{AnalysisError, Answer};
use turnover_brief::{Document, Style, terminal};
use turnover_data::{DataError, Filter};
use turnover_gravity::{Kind, SeparationCheck, SmallSample};

use crate::frame::Table;
use crate::predictor::Predictor;
use crate::{pool, refusal, wait};

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

pub(crate) fn raised(e: &AnalysisError) -> PyErr {
    let help = e.help().map(|h| h.to_string());
    let wrong_call = matches!(
        e,
        AnalysisError::Range { .. }
            | AnalysisError::Formula { .. }
            | AnalysisError::Data(DataError::Filter { .. } | DataError::MissingColumn { .. })
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
        let mut columns: Vec<String> = spec.question()?.uses()?.into_iter().map(|(name, _)| name).collect();
        if let Some(filter) = spec.filter()? {
            columns.extend(filter.columns().into_iter().map(str::to_owned));
        }
        Ok(columns)
    };
    pool::guarded(of)?.map_err(|e| raised(&e))
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
pub(crate) fn estimate(py: Python<'_>, table: &Table, spec: Spec) -> PyResult<Models> {
    let question = pool::guarded(|| spec.question())?.map_err(|e| raised(&e))?;
    let uses = question.uses().map_err(|e| raised(&e))?;
    let filter = spec.filter().map_err(|e| raised(&e))?;
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
