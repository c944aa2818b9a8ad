//! The command that asks a question: words for a shell, and back.

use std::fmt;
use std::str::FromStr;

use clap::{CommandFactory, Parser};
use serde_json::Value;

use crate::error::QueryError;
use crate::query::Query;
use crate::{schema, shell};

/// A command of `turnover` that asks a question, as in `turnover coverage USA RUS --date 2019-10-31`.
///
/// [`Command::of`] writes every option that differs from its default, and [`Command::query`] reads the same
/// question back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The words after `turnover`.
    words: Vec<String>,
}

/// What a line is parsed with.
#[derive(Parser)]
#[command(name = "turnover", disable_help_flag = true, disable_help_subcommand = true)]
struct Line {
    #[command(subcommand)]
    query: Query,
}

impl Command {
    /// The command that asks a question.
    pub fn of(query: &Query) -> Self {
        let name = query.name();
        let options = query.to_json();
        let usual = schema::defaults(name, &options);
        let mut words = vec![name.to_owned()];
        let mut places = Vec::new();
        let line = Line::command();
        let arguments = line.find_subcommand(name).into_iter().flat_map(clap::Command::get_arguments);
        for argument in arguments {
            let id = argument.get_id().as_str();
            let Some(value) = options.get(id) else { continue };
            if argument.is_positional() {
                places.extend(texts(value));
                continue;
            }
            if usual.get(id) == Some(value) {
                continue;
            }
            let flag = format!("--{}", argument.get_long().unwrap_or(id));
            match (value, argument.get_value_delimiter()) {
                (Value::Bool(true), _) => words.push(flag),
                // Values that belong together follow one flag.
                (Value::Array(_), None) if argument.get_num_args().is_some_and(|n| n.min_values() > 1) => {
                    let values = texts(value);
                    if !values.is_empty() {
                        words.push(flag);
                        words.extend(values);
                    }
                }
                (Value::Array(_), Some(mark)) => put(&mut words, &flag, texts(value).join(&mark.to_string())),
                _ => texts(value).into_iter().for_each(|text| put(&mut words, &flag, text)),
            }
        }
        // What comes after the places is one flag, so those that look like flags stand behind a mark.
        if places.iter().any(|p| p.starts_with('-')) {
            words.push("--".to_owned());
            words.extend(places);
        } else {
            words.splice(1..1, places);
        }
        Command { words }
    }

    /// Words as a shell has split them, without the program's name.
    pub fn from_words(words: Vec<String>) -> Self {
        Command { words }
    }

    /// The names of a question's options.
    pub fn options(name: &str) -> Vec<String> {
        let line = Line::command();
        let found = line.find_subcommand(name).into_iter().flat_map(clap::Command::get_arguments);
        found.map(|a| a.get_id().as_str().to_owned()).collect()
    }

    /// The words after `turnover`.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The question that it asks.
    ///
    /// # Errors
    /// Where it asks none, or an option is unknown, missing or of a wrong type.
    pub fn query(&self) -> Result<Query, QueryError> {
        let all = std::iter::once("turnover").chain(self.words.iter().map(String::as_str));
        match Line::try_parse_from(all) {
            Ok(line) => Ok(line.query),
            Err(e) => {
                let text = e.render().to_string();
                let text = text.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default();
                Err(QueryError::call(text, "turnover help QUESTION lists the options"))
            }
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "turnover {}", shell::line(&self.words))
    }
}

impl FromStr for Command {
    type Err = QueryError;

    fn from_str(line: &str) -> Result<Self, QueryError> {
        let wrong = |what: &str| QueryError::call(what, "a command begins with turnover and a question");
        let words = shell::words(line).ok_or_else(|| wrong("a quote is not closed"))?;
        match words.split_first() {
            Some((first, rest)) if first == "turnover" => Ok(Command { words: rest.to_vec() }),
            _ => Err(wrong("this is not a command of turnover")),
        }
    }
}

/// A flag and its value; one word where the value looks like a flag.
fn put(words: &mut Vec<String>, flag: &str, value: String) {
    if value.starts_with('-') {
        words.push(format!("{flag}={value}"));
    } else {
        words.extend([flag.to_owned(), value]);
    }
}

/// A member's values as words.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Number(n) if n.is_f64() => n.as_f64().map(|x| x.to_string()).into_iter().collect(),
        other => vec![other.to_string()],
    }
}
