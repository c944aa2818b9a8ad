//! Why a question has no answer.

use std::error::Error;

use miette::Diagnostic;
use thiserror::Error;
use turnover_analysis::AnalysisError;
use turnover_brief::DossierError;
use turnover_data::{DataError, Fault};
use turnover_measures::CatalogueError;

use crate::remedy::Remedy;

/// Why a question has no answer, and what to do.
#[derive(Debug, Error, Diagnostic)]
pub enum QueryError {
    /// The analysis refuses.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Analysis(#[from] AnalysisError),
    /// The figures cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Data(#[from] DataError),
    /// The catalogue cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The dossier cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Dossier(#[from] DossierError),
    /// The question is not one: an option that does not exist, of a wrong type, or that contradicts another.
    #[error("{what}")]
    Call {
        /// What is wrong.
        what: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// The question is right, and the figures do not answer it.
    #[error("{what}")]
    Failed {
        /// What is missing.
        what: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// A fault of the program.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Fault(#[from] Fault),
}

impl QueryError {
    /// A wrong call.
    pub fn call(what: impl Into<String>, help: impl Into<String>) -> Self {
        QueryError::Call { what: what.into(), help: help.into() }
    }

    /// An answer that cannot be had from these figures.
    pub fn failed(what: impl Into<String>, help: impl Into<String>) -> Self {
        QueryError::Failed { what: what.into(), help: help.into() }
    }

    /// Whether the call is wrong, rather than the answer not to be had.
    pub fn is_wrong_call(&self) -> bool {
        let wrong_name = |e: &DataError| {
            matches!(
                e,
                DataError::UnknownCountry { .. }
                    | DataError::AmbiguousCountry { .. }
                    | DataError::UnknownProduct { .. }
                    | DataError::Filter { .. }
            )
        };
        match self {
            QueryError::Call { .. }
            | QueryError::Analysis(
                AnalysisError::SamePair(_) | AnalysisError::Range { .. } | AnalysisError::Formula { .. },
            ) => true,
            QueryError::Analysis(AnalysisError::Data(e)) | QueryError::Data(e) => wrong_name(e),
            _ => false,
        }
    }

    /// The message with its causes, on one line; options as [`Remedy`] marks them.
    pub fn message(&self) -> String {
        let mut out = self.to_string();
        let mut cause = self.source();
        while let Some(e) = cause {
            out.push_str(&format!(": {e}"));
            cause = e.source();
        }
        out
    }

    /// What to do about it.
    pub fn remedy(&self) -> Option<Remedy> {
        self.help().map(|h| Remedy::parse(&h.to_string()))
    }
}
