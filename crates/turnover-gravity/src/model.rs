//! What is to be estimated, and how.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::effects::Effects;
use crate::error::FitError;

/// An outcome, regressors, and what stands beside them. All vectors have one entry per row.
#[derive(Debug, Clone)]
pub struct Model {
    /// Outcome.
    pub y: Vec<f64>,
    /// Regressors with their names. Without fixed effects a constant is one of them.
    pub x: Vec<(String, Vec<f64>)>,
    /// Fixed effects, if any.
    pub effects: Option<Effects>,
    /// Weights of the observations: 1 each if `None`.
    pub weights: Option<Vec<f64>>,
    /// Part of the linear index with coefficient 1.
    pub offset: Option<Vec<f64>>,
}

impl Model {
    /// A model without effects, weights and offset.
    pub fn new(y: Vec<f64>, x: Vec<(String, Vec<f64>)>) -> Self {
        Model { y, x, effects: None, weights: None, offset: None }
    }

    /// The same with fixed effects.
    pub fn with_effects(mut self, effects: Effects) -> Self {
        self.effects = Some(effects);
        self
    }

    /// Checks lengths and values; outcomes below 0 are refused where `poisson`.
    pub(crate) fn check(&self, poisson: bool) -> Result<(), FitError> {
        let expected = self.y.len();
        let length = |what: &str, found: usize| {
            if found == expected { Ok(()) } else { Err(FitError::Length { what: what.to_owned(), found, expected }) }
        };
        let finite = |what: &str, values: &[f64]| {
            values
                .iter()
                .position(|v| !v.is_finite())
                .map_or(Ok(()), |row| Err(FitError::NotFinite { what: what.to_owned(), row, value: values[row] }))
        };
        if expected == 0 {
            return Err(FitError::NoRows("the data has none"));
        }
        finite("the outcome", &self.y)?;
        for (name, values) in &self.x {
            length(&format!("`{name}`"), values.len())?;
            finite(&format!("`{name}`"), values)?;
        }
        if let Some(effects) = &self.effects {
            length("the fixed effects", effects.rows())?;
        }
        for (what, values) in [("the weight", &self.weights), ("the offset", &self.offset)] {
            if let Some(values) = values {
                length(what, values.len())?;
                finite(what, values)?;
            }
        }
        if let Some(row) = self.weights.as_ref().and_then(|w| w.iter().position(|w| *w < 0.0)) {
            let value = self.weights.as_ref().map_or(0.0, |w| w[row]);
            return Err(FitError::NegativeWeight { row, value });
        }
        if poisson {
            if let Some(row) = self.y.iter().position(|y| *y < 0.0) {
                return Err(FitError::NegativeOutcome { row, value: self.y[row] });
            }
            if self.y.iter().all(|y| *y == 0.0) {
                return Err(FitError::AllZero);
            }
        }
        Ok(())
    }
}

/// How far to look for observations that the estimate would push to minus infinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SeparationCheck {
    /// Levels of fixed effects whose outcomes are all zero, as fixest drops them.
    Effects,
    /// Also combinations of regressors and effects (Correia, Guimaraes and Zylkin 2021).
    #[default]
    Full,
}

/// How to estimate.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Relative change in a coefficient, measured against its size and standard error, at which
    /// the iteration ends. Default 1e-9.
    pub tolerance: f64,
    /// Newton steps at most. Default 200.
    pub max_iterations: usize,
    /// How far to look for separated observations. Default full.
    pub separation: SeparationCheck,
    /// Whether levels of fixed effects with a single observation are dropped, as ppmlhdfe does;
    /// they change no coefficient, but the number of observations. Default no.
    pub drop_singletons: bool,
    /// Once true, PPML breaks off at its next Newton step with [`crate::FitError::Stopped`]. Default none.
    pub stop: Option<Arc<AtomicBool>>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            tolerance: 1e-9,
            max_iterations: 200,
            separation: SeparationCheck::Full,
            drop_singletons: false,
            stop: None,
        }
    }
}
