//! Errors of the command line: what went wrong, why, and what to do.

use miette::Diagnostic;
use thiserror::Error;
use turnover_analysis::AnalysisError;
use turnover_brief::WriteError;
use turnover_data::{DataError, Fault};
use turnover_measures::{CatalogueError, ImportError};
use turnover_query::{QueryError, Remedy};
use turnover_server::ServerError;

/// Everything that ends a command without an answer.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum CliError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Import(#[from] ImportError),
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
    /// Not an error of the command: the answer is there, and a verdict is another than before.
    #[error("a verdict changed")]
    Turned,
    #[error("the answer could not be printed")]
    Print(#[source] std::io::Error),
}

impl From<DataError> for CliError {
    fn from(e: DataError) -> Self {
        CliError::Query(e.into())
    }
}

impl From<AnalysisError> for CliError {
    fn from(e: AnalysisError) -> Self {
        CliError::Query(e.into())
    }
}

impl From<CatalogueError> for CliError {
    fn from(e: CatalogueError) -> Self {
        CliError::Query(e.into())
    }
}

impl CliError {
    /// What to do, with options as a shell takes them.
    pub(crate) fn advice(&self) -> Option<String> {
        self.help().map(|h| worded(&h.to_string()))
    }
}

/// Text with the options that it names as flags.
pub(crate) fn worded(text: &str) -> String {
    Remedy::parse(text).for_shell()
}

/// 2 for a wrong call, 1 for an answer that could not be given and for a fault of the program.
pub(crate) fn exit_status(error: &CliError) -> u8 {
    match error {
        CliError::Query(e) if e.is_wrong_call() => 2,
        CliError::Call(..)
        | CliError::Server(ServerError::Open(_))
        | CliError::Write(WriteError::Ending { .. } | WriteError::NoSuch { .. }) => 2,
        _ => 1,
    }
}
