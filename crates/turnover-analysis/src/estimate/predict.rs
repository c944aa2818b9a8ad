//! Predictions for other data than a model was estimated on.

use std::collections::HashMap;

use rayon::prelude::*;
use turnover_data::RawTable;
use turnover_gravity::formula::regressors_again;
use turnover_gravity::{Column, Frame, Kind};

use super::{Estimated, Input, formula_error, label};
use crate::error::AnalysisError;

impl Estimated {
    /// The expected outcome of each row of a new table, or its log for PPML (`link`): the regressors times
    /// their coefficients, the fixed effects of the row's levels, the offset. NaN where a value is missing, and
    /// for levels that the estimate did not see: it knows nothing of them. The outcome is not needed.
    pub fn predict(&self, input: &Input, new: RawTable, link: bool) -> Result<Vec<f64>, AnalysisError> {
        let new = Input::new(new).frame;
        let columns = regressors_again(&self.formula, &self.fit.names, &input.frame, &new).map_err(formula_error)?;
        let mut index = vec![0.0; new.rows()];
        for (x, b) in columns.iter().zip(&self.fit.coefficients) {
            index.iter_mut().zip(x).for_each(|(i, x)| *i += b * x);
        }
        for (name, values) in self.fixed_effects(input) {
            let effects = of_rows(&name, &values, &new)?;
            index.iter_mut().zip(effects).for_each(|(i, e)| *i += e);
        }
        if let Some(name) = &self.offset {
            match new.column(name) {
                Some(Column::Number(offset)) => index.iter_mut().zip(offset).for_each(|(i, o)| *i += o),
                _ => return Err(missing(name, &new)),
            }
        }
        if self.fit.kind == Kind::Poisson && !link {
            index.iter_mut().for_each(|i| *i = i.exp());
        }
        Ok(index)
    }
}

/// The effect of each row's level of a family such as `exporter^year`.
fn of_rows(family: &str, values: &[(String, f64)], new: &Frame) -> Result<Vec<f64>, AnalysisError> {
    let values: HashMap<&str, f64> = values.iter().map(|(level, value)| (level.as_str(), *value)).collect();
    let columns = family.split('^').map(str::trim);
    let columns: Result<Vec<&Column>, _> = columns.map(|c| new.column(c).ok_or_else(|| missing(c, new))).collect();
    let columns = columns?;
    let level = |row: usize| columns.iter().map(|c| label(c, row)).collect::<Vec<_>>().join("^");
    Ok((0..new.rows()).into_par_iter().map(|r| values.get(level(r).as_str()).copied().unwrap_or(f64::NAN)).collect())
}

fn missing(name: &str, new: &Frame) -> AnalysisError {
    AnalysisError::Formula {
        what: format!("the new data has no column of numbers or levels `{name}`"),
        help: format!("it has {}", new.names().collect::<Vec<_>>().join(", ")),
    }
}
