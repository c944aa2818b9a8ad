//! Estimated models as numbers, before any is worded.

use std::collections::HashMap;

use turnover_gravity::formula::{Design, Formula, Specification, design, panel, parse};
use turnover_gravity::{
    Cluster, Coefficient, Covariance, Fit, FitError, Kind, RSquared, Settings, SmallSample, least_squares, poisson,
};

use super::fault::{fit_error, formula_error};
use super::input::Input;
use super::question::{Question, Vcov};
use crate::error::AnalysisError;
use crate::watch::Watch;

/// One estimated model with its table of coefficients.
pub struct Estimated {
    pub(super) formula: Formula,
    /// Column of the offset.
    pub(super) offset: Option<String>,
    pub(super) design: Design,
    pub(super) fit: Fit,
    pub(super) coefficients: Vec<Coefficient>,
    /// Their covariance, row-major.
    pub(super) covariance: Vec<f64>,
    /// Of the model, and of a constant alone.
    pub(super) likelihoods: (f64, f64),
    pub(super) corrected: Option<Corrected>,
}

/// What a bias correction did.
pub(super) struct Corrected {
    /// Exporter, importer, period.
    pub(super) names: [String; 3],
    pub(super) pair_effects: bool,
    /// To be subtracted from each coefficient.
    pub(super) bias: Vec<f64>,
    /// Errors clustered by pair before the correction, with the same factor P / (P - 1).
    pub(super) plain: Vec<f64>,
}

impl Estimated {
    /// Name of the outcome.
    pub fn outcome(&self) -> &str {
        &self.design.outcome
    }

    /// The coefficients, without those that were dropped.
    pub fn coefficients(&self) -> &[Coefficient] {
        &self.coefficients
    }

    /// Their covariance, row-major.
    pub fn covariance(&self) -> &[f64] {
        &self.covariance
    }

    /// The expected outcome by row of the input, or its log for PPML (`link`); NaN for rows that take no
    /// part.
    pub fn fitted(&self, input: &Input, link: bool) -> Vec<f64> {
        let mut out = vec![f64::NAN; input.rows()];
        let values = if link { &self.fit.index } else { &self.fit.fitted };
        for (row, value) in self.design.sample.rows.iter().zip(values) {
            out[*row] = *value;
        }
        out
    }

    /// The shares of the outcome's variation that least squares explain; `None` for PPML.
    pub fn r_squared(&self) -> Option<RSquared> {
        self.fit.r_squared(&self.design.model)
    }

    /// Outcome less expected outcome by row of the input; NaN for rows that take no part.
    pub fn residuals(&self, input: &Input) -> Vec<f64> {
        let mut out = vec![f64::NAN; input.rows()];
        for (row, value) in self.design.sample.rows.iter().zip(self.fit.residuals(&self.design.model.y)) {
            out[*row] = value;
        }
        out
    }
}

/// The models that the question asks for, in the order of its formulas.
pub fn models(input: &Input, question: &Question, watch: Watch<'_>) -> Result<Vec<Estimated>, AnalysisError> {
    let mut models = Vec::new();
    for text in &question.formulas {
        let clusters = match &question.vcov {
            Vcov::Clustered(v) => v.clone(),
            _ => Vec::new(),
        };
        let spec = Specification { weights: question.weights.clone(), offset: question.offset.clone(), clusters };
        let formula = parse(text).map_err(formula_error)?;
        for design in design(&formula, &input.frame, &spec).map_err(|e| input.cell_error(e))? {
            models.push(estimate(input, question, &formula, design, watch)?);
        }
    }
    Ok(models)
}

/// An offset beyond this, in logs, is beyond e^100.
pub(super) const LARGEST_LOG: f64 = 100.0;

pub(super) fn estimate(
    input: &Input,
    question: &Question,
    formula: &Formula,
    mut design: Design,
    watch: Watch<'_>,
) -> Result<Estimated, AnalysisError> {
    let settings = Settings {
        separation: question.separation,
        drop_singletons: question.drop_singletons,
        stop: watch.stop(),
        ..Settings::default()
    };
    let place = |row: usize| input.table.place(design.sample.rows[row]).to_string();
    // Logs of anything that is counted stay far below this.
    let in_levels = question.kind == Kind::Poisson
        && design.model.offset.as_ref().is_some_and(|o| o.iter().any(|x| x.abs() > LARGEST_LOG));
    let wrong = |e: FitError| match fit_error(&e, &place) {
        AnalysisError::Estimate { what, .. } if in_levels => AnalysisError::Estimate {
            what,
            help: "is the offset in logs? PPML adds it to the log of the expected outcome".to_owned(),
        },
        other => other,
    };
    // Before the work, so that a wrong formula is reported at once.
    let panel = question
        .bias_correction
        .then(|| panel(formula, &input.frame, &design.sample).map_err(formula_error))
        .transpose()?;
    let fit = match question.kind {
        Kind::Poisson => poisson(&design.model, &settings),
        Kind::LeastSquares => least_squares(&design.model, &settings),
    }
    .map_err(wrong)?;
    let likelihoods = fit.log_likelihoods(&design.model);
    let (formula, offset) = (formula.clone(), question.offset.clone());
    let late = |e: FitError| fit_error(&e, &|row| row.to_string());
    if let Some((panel, names)) = panel {
        let debiased = fit.debias(&design.model, &panel).map_err(wrong)?;
        let pair = pair_codes(&panel.exporter, &panel.importer);
        let pair = Cluster { name: format!("{}^{}", names[0], names[1]), codes: pair };
        let plain = fit.table(&Covariance::Clustered(vec![pair]), SmallSample::Stata).map_err(late)?;
        let corrected = Corrected {
            names,
            pair_effects: panel.pair_effects,
            plain: plain.iter().map(|c| c.std_error).collect(),
            bias: debiased.bias.clone(),
        };
        let coefficients = fit.debiased_table(&debiased);
        let covariance = debiased.covariance;
        return Ok(Estimated {
            formula,
            offset,
            design,
            fit,
            coefficients,
            covariance,
            likelihoods,
            corrected: Some(corrected),
        });
    }
    let covariance = match &question.vcov {
        Vcov::Iid => Covariance::Iid,
        Vcov::Heteroskedastic => Covariance::Heteroskedastic,
        Vcov::Clustered(_) => Covariance::Clustered(std::mem::take(&mut design.clusters)),
    };
    let (coefficients, covariance) = fit.estimates(&covariance, question.small_sample).map_err(late)?;
    Ok(Estimated { formula, offset, design, fit, coefficients, covariance, likelihoods, corrected: None })
}

/// A code for each pair, without gaps: a product of two codes need not fit in one.
pub(super) fn pair_codes(exporter: &[u32], importer: &[u32]) -> Vec<u32> {
    let mut seen: HashMap<(u32, u32), u32> = HashMap::new();
    let pairs = exporter.iter().zip(importer);
    pairs
        .map(|(i, j)| {
            let next = seen.len() as u32;
            *seen.entry((*i, *j)).or_insert(next)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_large_codes_stay_apart() {
        let (exporter, importer) = (vec![70_000, 70_000, 4_464, 70_000], vec![70_000, 1, 70_000, 70_000]);
        assert_eq!(pair_codes(&exporter, &importer), [0, 1, 2, 0]);
    }
}
