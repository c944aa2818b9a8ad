//! Predictions for other data than a model was estimated on.

use std::collections::HashMap;

use rayon::prelude::*;
use turnover_data::RawTable;
use turnover_gravity::formula::regressors_again;
use turnover_gravity::{Column, Effects, Family, Frame, Model};

use super::{Estimated, Input, formula_error, label};
use crate::error::AnalysisError;

impl Estimated {
    /// The expected outcome of each row of a new table, or its log for PPML (`link`): the regressors times
    /// their coefficients, the fixed effects of the row's levels, the offset. NaN where a value is missing, and
    /// for levels that the estimate did not see: it knows nothing of them. The outcome is not needed.
    pub fn predict(&self, input: &Input, new: RawTable, link: bool) -> Result<Vec<f64>, AnalysisError> {
        let new = Input::new(new, None).frame;
        let names = &self.fit.names;
        let columns = regressors_again(&self.formula, names, &input.frame, &new).map_err(formula_error)?;
        let mut model = Model::new(vec![0.0; new.rows()], names.iter().cloned().zip(columns).collect());
        let mut effects = Vec::new();
        let mut families = Vec::new();
        for (name, levels) in self.fixed_effects(input) {
            families.push(family(&name, &levels, &new)?);
            effects.push(levels.into_iter().map(|(_, value)| value).collect());
        }
        model.effects = Effects::new(families);
        if let Some(name) = &self.offset {
            match new.column(name) {
                Some(Column::Number(offset)) => model.offset = Some(offset.clone()),
                _ => return Err(missing(name, &new)),
            }
        }
        let told = if link { self.fit.predict_index(&effects, &model) } else { self.fit.predict(&effects, &model) };
        Ok(told.unwrap_or_else(|| vec![f64::NAN; new.rows()]))
    }
}

/// The rows' levels of a family such as `exporter^year`, in the order of the estimated ones; one more for those
/// that the estimate did not see.
fn family(name: &str, levels: &[(String, f64)], new: &Frame) -> Result<Family, AnalysisError> {
    let places: HashMap<&str, u32> = levels.iter().zip(0..).map(|((level, _), at)| (level.as_str(), at)).collect();
    let columns = name.split('^').map(str::trim);
    let columns: Result<Vec<&Column>, _> = columns.map(|c| new.column(c).ok_or_else(|| missing(c, new))).collect();
    let columns = columns?;
    let level = |row: usize| columns.iter().map(|c| label(c, row)).collect::<Vec<_>>().join("^");
    let code = |row: usize| places.get(level(row).as_str()).copied().unwrap_or(levels.len() as u32);
    let codes = (0..new.rows()).into_par_iter().map(code).collect();
    Ok(Family { name: name.to_owned(), codes, levels: levels.len() + 1 })
}

fn missing(name: &str, new: &Frame) -> AnalysisError {
    AnalysisError::Formula {
        what: format!("the new data has no column of numbers or levels `{name}`"),
        help: format!("it has {}", new.names().collect::<Vec<_>>().join(", ")),
    }
}
