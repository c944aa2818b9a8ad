//! The command inside another program: a table in memory instead of a file, and the answer as a
//! document instead of text.

use std::sync::{Mutex, PoisonError};

use clap::Parser;
use miette::Diagnostic;
use serde_json::Value;
use turnover_analysis::Watch;
use turnover_brief::Document;
use turnover_data::RawTable;

use crate::output::Output;
use crate::{args, commands, errors};

/// The word that stands for the table in memory, as in `--data <table>`.
pub const MEMORY: &str = "<table>";

/// What the command is given.
#[derive(Default)]
pub struct Given<'a> {
    /// Stands for `--data <table>`.
    pub table: Option<&'a RawTable>,
    /// Told of long steps.
    pub watch: Watch<'a>,
}

/// What it told.
pub enum Told {
    /// An answer.
    Answer(Box<Document>),
    /// What has no findings, as a list of measures.
    Plain(Value),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong, with its causes.
    pub error: String,
    /// What to do.
    pub help: Option<String>,
    /// Whether the call is wrong, rather than the answer not to be had.
    pub wrong_call: bool,
}

/// Where a command that runs inside puts its answer.
pub(crate) struct Inside<'a> {
    pub(crate) given: Given<'a>,
    told: Mutex<Option<Told>>,
}

impl Inside<'_> {
    pub(crate) fn tell(&self, told: Told) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
    }
}

/// Runs the command's words, without the program's name, and returns what it would have printed.
pub fn ask(words: &[String], given: Given<'_>) -> Result<Told, Refusal> {
    let all = std::iter::once("turnover").chain(words.iter().map(String::as_str));
    let args = args::Args::try_parse_from(all).map_err(|e| {
        let text = e.render().to_string();
        Refusal { error: text.trim_start_matches("error: ").trim().to_owned(), help: None, wrong_call: true }
    })?;
    let inside = Inside { given, told: Mutex::new(None) };
    let output = Output::inside(&args.output, &inside);
    commands::run(&args, &output).map_err(|e| {
        let mut error = e.to_string();
        let mut cause = std::error::Error::source(&e);
        while let Some(c) = cause {
            error.push_str(&format!(": {c}"));
            cause = c.source();
        }
        Refusal { error, help: e.help().map(|h| h.to_string()), wrong_call: errors::exit_status(&e) == 2 }
    })?;
    let told = inside.told.lock().unwrap_or_else(PoisonError::into_inner).take();
    told.ok_or_else(|| Refusal {
        error: "the command told nothing".to_owned(),
        help: Some("it writes files only: call it from a shell".to_owned()),
        wrong_call: true,
    })
}
