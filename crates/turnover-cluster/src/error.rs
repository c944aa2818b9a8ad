//! Why there is no answer, and what to do.

use datafusion::error::DataFusionError;
use thiserror::Error;
use turnover_brief::WriteError;
use turnover_data::DataError;
use turnover_query::{QueryError, Remedy};

/// Everything that ends a command without an answer. The second text is what to do.
#[derive(Debug, Error)]
pub(crate) enum ClusterError {
    /// The call is wrong.
    #[error("{0}")]
    Call(String, String),
    /// There is no answer to be had.
    #[error("{0}")]
    Failed(String, String),
    /// Part of the answer was lost with an executor.
    #[error("the cluster's answer is not whole: {0}")]
    Lost(String),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file could not be read.
    #[error(transparent)]
    Data(#[from] DataError),
}

impl ClusterError {
    /// What to do.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            ClusterError::Call(_, help) | ClusterError::Failed(_, help) => Some(help.clone()),
            ClusterError::Lost(_) => Some("are the executors still there? their logs say more".to_owned()),
            ClusterError::Write(e) => miette::Diagnostic::help(e).map(|h| h.to_string()),
            ClusterError::Data(e) => miette::Diagnostic::help(e).map(|h| Remedy::parse(&h.to_string()).for_shell()),
        }
    }

    /// 2 for a wrong call, 1 for an answer that could not be given.
    pub(crate) fn exit_status(&self) -> u8 {
        if matches!(self, ClusterError::Call(..)) { 2 } else { 1 }
    }
}

impl From<QueryError> for ClusterError {
    fn from(e: QueryError) -> Self {
        let error = Remedy::parse(&e.message()).for_shell();
        let usual = || "turnover help QUESTION lists the options of every question".to_owned();
        let help = e.remedy().map_or_else(usual, |r| r.for_shell());
        if e.is_wrong_call() { ClusterError::Call(error, help) } else { ClusterError::Failed(error, help) }
    }
}

/// What the engine says, in one line, with where to look.
impl From<DataFusionError> for ClusterError {
    fn from(e: DataFusionError) -> Self {
        let text = e.strip_backtrace().replace('\n', " ");
        if ["onnect", "transport", "etch"].iter().any(|word| text.contains(word)) {
            return ClusterError::Lost(text);
        }
        let help = "the log of the scheduler and of the executors says more; every machine must be able to read the \
                    table under the same path";
        ClusterError::Failed(format!("the cluster did not answer: {text}"), help.to_owned())
    }
}
