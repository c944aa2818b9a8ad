//! Errors of the command line: what went wrong, why, and what to do.

use miette::Diagnostic;
use thiserror::Error;
use turnover_analysis::AnalysisError;
use turnover_brief::{DossierError, WriteError};
use turnover_data::{DataError, Fault};
use turnover_measures::{CatalogueError, ImportError};
use turnover_server::ServerError;

/// Everything that ends a command without an answer.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum CliError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Analysis(#[from] AnalysisError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Dossier(#[from] DossierError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Server(#[from] ServerError),
    #[error("{0}")]
    Call(String, #[help] String),
    #[error("{0}")]
    Failed(String, #[help] String),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Fault(#[from] Fault),
    #[error("the answer could not be printed")]
    Print(#[source] std::io::Error),
}

/// 2 for a wrong call, 1 for an answer that could not be given and for a fault of the program.
pub(crate) fn exit_status(error: &CliError) -> u8 {
    let wrong_word = |e: &DataError| {
        matches!(e, DataError::UnknownCountry { .. } | DataError::UnknownProduct { .. } | DataError::Filter { .. })
    };
    match error {
        CliError::Call(..)
        | CliError::Server(ServerError::Open(_))
        | CliError::Write(WriteError::Ending { .. } | WriteError::NoSuch { .. }) => 2,
        CliError::Analysis(
            AnalysisError::SamePair(_) | AnalysisError::Range { .. } | AnalysisError::Formula { .. },
        ) => 2,
        CliError::Analysis(AnalysisError::Data(e)) | CliError::Data(e) if wrong_word(e) => 2,
        _ => 1,
    }
}
