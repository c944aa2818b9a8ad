//! What the interface says when it cannot answer: what is wrong and what to do.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use miette::Diagnostic;
use serde_json::{Value, json};
use turnover_analysis::AnalysisError;
use turnover_data::{DataError, Fault};
use turnover_query::{QueryError, Remedy};

/// A refusal.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) error: String,
    pub(crate) help: Option<String>,
    /// The options that the advice is about.
    pub(crate) options: Vec<String>,
    /// Further members, such as the columns of a file that need a meaning.
    pub(crate) more: Option<Value>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, error: impl Into<String>, help: impl Into<String>) -> Self {
        Refusal { status, error: error.into(), help: Some(help.into()), options: Vec::new(), more: None }
    }

    /// A question that cannot be answered.
    pub(crate) fn of(error: &impl Diagnostic) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(e) = cause {
            text.push_str(&format!(": {e}"));
            cause = e.source();
        }
        let remedy = error.help().map(|h| Remedy::parse(&h.to_string()));
        Refusal {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            error: Remedy::parse(&text).for_page(),
            help: remedy.as_ref().map(Remedy::for_page),
            options: remedy.iter().flat_map(Remedy::options).map(str::to_owned).collect(),
            more: None,
        }
    }

    /// A file that cannot be read; one that is too large has a status of its own.
    pub(crate) fn of_file(error: &DataError) -> Self {
        let mut refusal = Refusal::of(error);
        if let DataError::TooLarge { .. } = error {
            refusal.status = StatusCode::PAYLOAD_TOO_LARGE;
        }
        refusal
    }

    pub(crate) fn json(&self) -> Value {
        let mut out = json!({"status": "not_answered", "error": self.error, "help": self.help});
        if !self.options.is_empty() {
            out["options"] = json!(self.options);
        }
        if let (Some(Value::Object(more)), Value::Object(all)) = (&self.more, &mut out) {
            all.extend(more.clone());
        }
        out
    }
}

impl From<QueryError> for Refusal {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Data(e) | QueryError::Analysis(AnalysisError::Data(e)) => Refusal::of_file(&e),
            QueryError::Fault(fault) => fault.into(),
            error => Refusal::of(&error),
        }
    }
}

impl From<AnalysisError> for Refusal {
    fn from(error: AnalysisError) -> Self {
        Refusal::of(&error)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Refusal { status: StatusCode::INTERNAL_SERVER_ERROR, ..Refusal::of(&fault) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.json())).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
