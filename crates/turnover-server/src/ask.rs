//! The questions as they come over the wire, and their answers.

use axum::http::StatusCode;
use serde_json::Value;
use turnover_brief::Document;
use turnover_query::{Query, QueryError, Remedy, Reply, Watch, answer, word};

use crate::data::Base;
use crate::error::Refusal;
use crate::show;

/// What is not served: its table is a file of the machine.
const NOT_SERVED: &str = "estimate";

/// The questions that are served: name, and what each answers.
pub(crate) fn served() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    Query::ALL.iter().filter(|(name, _)| *name != NOT_SERVED)
}

/// Reads a question. What its options are is for [`Query`] to say.
pub(crate) fn read(name: &str, options: Value) -> Result<Query, Refusal> {
    if served().all(|(n, _)| *n != name) {
        let names: Vec<&str> = served().map(|(n, _)| *n).collect();
        let help = format!("ask one of {}", names.join(", "));
        return Err(Refusal::new(StatusCode::NOT_FOUND, "there is no such question", help));
    }
    let wrong = |e: QueryError| Refusal { status: StatusCode::BAD_REQUEST, ..Refusal::from(e) };
    Query::from_json(name, options).map_err(wrong)
}

/// Answers, as the JSON that the page shows.
pub(crate) fn find(base: &Base, query: Query, watch: Watch<'_>) -> Result<Value, Refusal> {
    let whole = matches!(query, Query::Brief(_));
    let (query, workspace) = base.place(query)?;
    match answer(&workspace, &query, watch)? {
        Reply::Plain { json, .. } => Ok(json),
        Reply::Document(mut document) => {
            word(&mut document, Remedy::for_page);
            match document.sections.first() {
                Some(only) if !whole => Ok(show::answer(&only.answer)),
                _ => Ok(show::document(&document)),
            }
        }
    }
}

/// The brief.
pub(crate) fn brief(base: &Base, query: Query) -> Result<Document, Refusal> {
    let (query, workspace) = base.place(query)?;
    match answer(&workspace, &query, Watch::none())? {
        Reply::Document(mut document) => {
            word(&mut document, Remedy::for_page);
            Ok(*document)
        }
        Reply::Plain { .. } => Err(QueryError::call("the brief has no page", "report what was asked").into()),
    }
}
