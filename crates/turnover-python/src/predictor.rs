//! Predictions and fixed effects of an estimate, apart from its data.

use pyo3::prelude::*;
use pyo3::types::PyType;
use turnover_analysis::estimate::{KnownColumn, LevelEffects, Predictor as Known};

use crate::frame::Table;
use crate::models::raised;
use crate::pool;

/// What an estimate knows of levels and regressors.
#[pyclass(frozen, module = "turnover._turnover")]
pub(crate) struct Predictor(pub(crate) Known);

/// A column of regressors: name, whether text, values, whether each was used.
type Column = (String, bool, Vec<String>, Vec<bool>);
/// A family of effects: columns, levels, values.
type Family = (Vec<String>, Vec<Vec<String>>, Vec<f64>);
/// All parts, for pickling.
type Parts = (String, Vec<String>, Vec<f64>, bool, Option<String>, Vec<Column>, Vec<(String, f64)>, Vec<Family>);

#[pymethods]
impl Predictor {
    /// The columns that new data needs.
    fn columns(&self) -> PyResult<Vec<String>> {
        let uses = pool::guarded(|| self.0.uses())?.map_err(|e| raised(e.into()))?;
        Ok(uses.into_iter().map(|(name, _)| name).collect())
    }

    /// The expected outcome of each row of other data; NaN where the estimate knows nothing of it.
    fn predict(&self, py: Python<'_>, new: &Table, link: bool) -> PyResult<Vec<f64>> {
        let uses = self.0.uses().map_err(|e| raised(e.into()))?;
        let raw = pool::run(py, || new.some_used(&uses))??;
        pool::run(py, || self.0.predict(raw, new.names(), link))?.map_err(|e| raised(e.into()))
    }

    /// The fixed effects: columns, levels, values of each family.
    fn effects(&self) -> Vec<Family> {
        self.0.effects.iter().map(|e| (e.columns.clone(), e.levels.clone(), e.values.clone())).collect()
    }

    /// From the parts that `__reduce__` gives.
    #[staticmethod]
    #[pyo3(name = "_of")]
    fn of(parts: Parts) -> Self {
        let (formula, names, coefficients, linear, offset, known, constant, effects) = parts;
        let column = |(name, text, values, used)| KnownColumn { name, text, values, used };
        let family = |(columns, levels, values)| LevelEffects { columns, levels, values };
        Predictor(Known {
            formula,
            names,
            coefficients,
            linear,
            offset,
            known: known.into_iter().map(column).collect(),
            constant,
            effects: effects.into_iter().map(family).collect(),
        })
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Parts,))> {
        let known = &self.0;
        let column = |k: &KnownColumn| (k.name.clone(), k.text, k.values.clone(), k.used.clone());
        let parts = (
            known.formula.clone(),
            known.names.clone(),
            known.coefficients.clone(),
            known.linear,
            known.offset.clone(),
            known.known.iter().map(column).collect(),
            known.constant.clone(),
            self.effects(),
        );
        Ok((PyType::new::<Predictor>(py).getattr("_of")?, (parts,)))
    }
}
