//! What is asked: formulas, estimator, covariance, and which columns they use.

use std::collections::HashSet;

use turnover_gravity::formula::{combinations, parse};
use turnover_gravity::{Kind, SeparationCheck, SmallSample};

use super::fault::formula_error;
use crate::error::AnalysisError;

/// Which covariance is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vcov {
    /// Inverse Hessian.
    Iid,
    /// Robust to heteroskedasticity.
    Heteroskedastic,
    /// Clustered by combinations of columns.
    Clustered(Vec<Vec<String>>),
}

impl Vcov {
    /// Reads `iid`, `hetero`, `cluster:a^b` or `cluster:a+b^c`.
    pub fn parse(text: &str) -> Result<Self, AnalysisError> {
        match text {
            "iid" => return Ok(Vcov::Iid),
            "hetero" => return Ok(Vcov::Heteroskedastic),
            _ => {}
        }
        let wrong = || AnalysisError::Range {
            what: "‹vcov›",
            found: text.to_owned(),
            expected: "iid, hetero or cluster:VARIABLES",
            help: "as in cluster:exporter^importer, or cluster:exporter+importer for two-way clusters".to_owned(),
        };
        let variables = text.strip_prefix("cluster:").ok_or_else(wrong)?;
        // Names with marks in them stand in backticks, as in a formula.
        Ok(Vcov::Clustered(combinations(variables).ok_or_else(wrong)?))
    }

    pub(super) fn words(&self) -> String {
        match self {
            Vcov::Iid => "iid".to_owned(),
            Vcov::Heteroskedastic => "robust to heteroskedasticity".to_owned(),
            Vcov::Clustered(v) => {
                let names: Vec<String> = v.iter().map(|c| c.join("^")).collect();
                format!("clustered by {}", names.join(" and "))
            }
        }
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Formulas; each may ask for several models.
    pub formulas: Vec<String>,
    /// Estimator.
    pub kind: Kind,
    /// Covariance.
    pub vcov: Vcov,
    /// Small-sample factors.
    pub small_sample: SmallSample,
    /// Column of weights.
    pub weights: Option<String>,
    /// Column of the offset.
    pub offset: Option<String>,
    /// How far to look for separation.
    pub separation: SeparationCheck,
    /// Whether levels with one observation are dropped.
    pub drop_singletons: bool,
    /// Whether coefficients and errors are corrected for the bias of gravity panels (Weidner and
    /// Zylkin 2021); errors are then clustered by pair, and `vcov` and `small_sample` do not matter.
    pub bias_correction: bool,
    /// Only the table of all models side by side, with its source below.
    pub etable: bool,
    /// The command that asks again.
    pub command: String,
}

impl Question {
    /// The columns that it uses by their levels.
    pub(super) fn columns_by_level(&self) -> Result<HashSet<String>, AnalysisError> {
        let mut columns = HashSet::new();
        for formula in &self.formulas {
            columns.extend(parse(formula).map_err(formula_error)?.columns_by_level().into_iter().map(str::to_owned));
        }
        if let Vcov::Clustered(clusters) = &self.vcov {
            columns.extend(clusters.iter().flatten().cloned());
        }
        Ok(columns)
    }

    /// The columns that its models use, those of weights, offset and clusters included.
    pub fn columns(&self) -> Result<Vec<String>, AnalysisError> {
        let mut columns: Vec<String> = Vec::new();
        for formula in &self.formulas {
            columns.extend(parse(formula).map_err(formula_error)?.columns().into_iter().map(str::to_owned));
        }
        columns.extend(self.weights.clone());
        columns.extend(self.offset.clone());
        if let Vcov::Clustered(clusters) = &self.vcov {
            columns.extend(clusters.iter().flatten().cloned());
        }
        Ok(columns)
    }
}
