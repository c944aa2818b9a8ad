//! Coefficients by PPML or least squares.

use std::path::Path;

use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::{Watch, estimate};
use turnover_data::Filter;
use turnover_gravity::{Kind, SeparationCheck, SmallSample};

use super::Question;
use crate::error::QueryError;
use crate::query::{Query, Reply, Uses};
use crate::workspace::Workspace;

/// Coefficients by PPML or least squares with many fixed effects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// The file: CSV or JSON, gzipped or not, Parquet or Stata .dta
    pub file: String,
    /// One or more formulas, for example 'trade ~ rta | exporter^year + importer^year + exporter^importer'
    #[arg(required = true, value_name = "FORMULA")]
    pub formulas: Vec<String>,
    /// Covariance: iid, hetero, cluster:exporter^importer, cluster:exporter+importer
    #[arg(long, default_value = HETERO, value_name = "KIND")]
    #[serde(default = "hetero")]
    pub vcov: String,
    /// Small-sample factors
    #[arg(long, value_enum, default_value_t)]
    #[serde(default)]
    pub ssc: SmallSampleFactors,
    /// Estimator
    #[arg(long, value_enum, default_value_t)]
    #[serde(default)]
    pub method: Estimator,
    /// Column of weights
    #[arg(long, value_name = "COLUMN")]
    #[serde(default)]
    pub weights: Option<String>,
    /// Column of the offset
    #[arg(long, value_name = "COLUMN")]
    #[serde(default)]
    pub offset: Option<String>,
    /// How far to look for separated observations
    #[arg(long, value_enum, default_value_t)]
    #[serde(default)]
    pub separation: SeparationDepth,
    /// Drop levels of fixed effects with a single observation, as ppmlhdfe does
    #[arg(long)]
    #[serde(default)]
    pub drop_singletons: bool,
    /// Correct coefficients and errors of gravity panels for their bias (Weidner and Zylkin 2021);
    /// errors are then clustered by pair
    #[arg(long)]
    #[serde(default)]
    pub bias_correction: bool,
    /// Only the table of all models side by side, for the terminal or a .tex or .md file
    #[arg(long)]
    #[serde(default)]
    pub etable: bool,
    /// Rows that take part, for example 'year >= 2000'
    #[arg(long, value_name = "EXPR")]
    #[serde(default)]
    pub filter: Option<String>,
}

const HETERO: &str = "hetero";

fn hetero() -> String {
    HETERO.to_owned()
}

/// Small-sample factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum SmallSampleFactors {
    /// (n-1)/(n-k), nested effects left out of k, times G/(G-1)
    #[default]
    Fixest,
    /// G/(G-1) alone
    Stata,
    /// None
    None,
}

/// Estimator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Estimator {
    /// Poisson pseudo-maximum likelihood
    #[default]
    Ppml,
    /// Least squares
    Ols,
}

/// How far to look for separated observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum SeparationDepth {
    /// Combinations of regressors and effects too
    #[default]
    Full,
    /// Levels whose outcomes are all zero
    Effects,
}

/// A column's name, in backticks or not.
fn column(text: &str) -> String {
    turnover_gravity::formula::column_name(text).unwrap_or_else(|| text.to_owned())
}

impl Estimate {
    /// Formulas about a file, everything else as by default.
    pub fn new(file: impl Into<String>, formulas: Vec<String>) -> Self {
        Estimate {
            file: file.into(),
            formulas,
            vcov: hetero(),
            ssc: SmallSampleFactors::default(),
            method: Estimator::default(),
            weights: None,
            offset: None,
            separation: SeparationDepth::default(),
            drop_singletons: false,
            bias_correction: false,
            etable: false,
            filter: None,
        }
    }

    /// What the analysis is asked. A wrong option is refused before any file is read.
    ///
    /// # Errors
    /// Where the covariance is not one, or options contradict each other.
    pub fn question(&self) -> Result<estimate::Question, QueryError> {
        let fixed = [
            ("vcov", self.vcov != HETERO),
            ("ssc", self.ssc != SmallSampleFactors::default()),
            ("method", self.method != Estimator::default()),
        ];
        if let Some((name, _)) = fixed.iter().find(|(_, given)| self.bias_correction && *given) {
            return Err(QueryError::call(
                format!("‹{name}› cannot be used with ‹bias_correction›, whose errors are clustered by pair"),
                "leave one of the two out",
            ));
        }
        Ok(estimate::Question {
            formulas: self.formulas.clone(),
            kind: match self.method {
                Estimator::Ppml => Kind::Poisson,
                Estimator::Ols => Kind::LeastSquares,
            },
            vcov: estimate::Vcov::parse(&self.vcov)?,
            small_sample: match self.ssc {
                SmallSampleFactors::Fixest => SmallSample::Fixest,
                SmallSampleFactors::Stata => SmallSample::Stata,
                SmallSampleFactors::None => SmallSample::None,
            },
            weights: self.weights.as_deref().map(column),
            offset: self.offset.as_deref().map(column),
            separation: match self.separation {
                SeparationDepth::Full => SeparationCheck::Full,
                SeparationDepth::Effects => SeparationCheck::Effects,
            },
            drop_singletons: self.drop_singletons,
            bias_correction: self.bias_correction,
            etable: self.etable,
            command: Query::Estimate(self.clone()).command().to_string(),
        })
    }

    /// The rows that take part.
    ///
    /// # Errors
    /// Where the filter cannot be parsed.
    pub fn rows(&self) -> Result<Option<Filter>, QueryError> {
        Ok(self.filter.as_deref().map(Filter::parse).transpose()?)
    }
}

impl Question for Estimate {
    fn uses(&mut self) -> Uses<'_> {
        Uses { data: None, read: None, catalogue: None, files: Vec::new() }
    }

    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        let question = self.question()?;
        let filter = self.rows()?;
        let input = match workspace.table() {
            Some(table) => estimate::Input::of((**table).clone(), filter.as_ref(), &question)?,
            None => {
                watch.step(&format!("reading {}", self.file), 0, 1)?;
                estimate::Input::read(Path::new(&self.file), filter.as_ref(), &question)?
            }
        };
        Ok(estimate::answer(&input, &question, watch)?.into())
    }
}
