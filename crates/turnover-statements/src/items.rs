//! Labelled items, a JSON object a line: what is read of them, and predictions in the same form.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::read::{Options, Statement, read};

/// An item: a text with its day.
#[derive(Debug, Clone, Deserialize)]
pub struct Item {
    /// Its name.
    pub id: String,
    /// The day of the text.
    pub date: Date,
    /// The text.
    pub text: String,
}

/// A line that is not an item.
#[derive(Debug)]
pub struct ItemError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}: {}; each line is a JSON object with `id`, `date` (YYYY-MM-DD) and `text`",
            self.line, self.message
        )
    }
}

impl std::error::Error for ItemError {}

#[derive(Serialize)]
struct Prediction<'a> {
    id: &'a str,
    statements: Vec<Statement>,
}

/// Predictions for items, a JSON object a line each, in their order.
pub fn predict(items: &str) -> Result<String, ItemError> {
    let mut out = String::new();
    for (i, line) in items.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let fail = |e: serde_json::Error| ItemError { line: i + 1, message: e.to_string() };
        let item: Item = serde_json::from_str(line).map_err(fail)?;
        let statements = read(&item.text, &Options::on(item.date));
        out.push_str(&serde_json::to_string(&Prediction { id: &item.id, statements }).map_err(fail)?);
        out.push('\n');
    }
    Ok(out)
}
