//! The command inside another program: a table in memory instead of a file, and the answer as a
//! document instead of text.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use clap::Parser;
use miette::Diagnostic;
use serde_json::Value;
use turnover_analysis::Watch;
use turnover_brief::Document;
use turnover_data::RawTable;

use crate::args::Command;
use crate::errors::CliError;
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

fn parse(words: &[String]) -> Result<args::Args, Refusal> {
    let all = std::iter::once("turnover").chain(words.iter().map(String::as_str));
    args::Args::try_parse_from(all).map_err(|e| {
        let text = e.render().to_string();
        Refusal { error: text.trim_start_matches("error: ").trim().to_owned(), help: None, wrong_call: true }
    })
}

impl From<CliError> for Refusal {
    fn from(e: CliError) -> Self {
        let mut error = e.to_string();
        let mut cause = std::error::Error::source(&e);
        while let Some(c) = cause {
            error.push_str(&format!(": {c}"));
            cause = c.source();
        }
        Refusal { error, help: e.help().map(|h| h.to_string()), wrong_call: errors::exit_status(&e) == 2 }
    }
}

/// Runs the command's words, without the program's name, and returns what it would have printed.
pub fn ask(words: &[String], given: Given<'_>) -> Result<Told, Refusal> {
    let args = parse(words)?;
    let inside = Inside { given, told: Mutex::new(None) };
    let output = Output::inside(&args.output, &inside);
    let run = || commands::run(&args, &output);
    match args.command.threads().filter(|n| (1..=1024).contains(n)) {
        // Of this command alone: the program around it has threads of its own.
        Some(threads) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.map_err(|e| CliError::Failed(e.to_string(), "ask for fewer --threads".to_owned()))?;
            pool.install(run)?;
        }
        None => run()?,
    }
    let told = inside.told.lock().unwrap_or_else(PoisonError::into_inner).take();
    told.ok_or_else(|| Refusal {
        error: "the command told nothing".to_owned(),
        help: Some("it writes files only: call it from a shell".to_owned()),
        wrong_call: true,
    })
}

/// A question about a table, taken apart so that it can be asked of parts of that table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AboutTable {
    /// The table.
    pub path: PathBuf,
    /// The columns that the question reads; `None` where they are those of flows, by whatever names.
    pub columns: Option<Vec<String>>,
    /// The rows that take part.
    pub filter: Option<String>,
    /// The question's words with [`MEMORY`] for the table, and without the filter.
    pub words: Vec<String>,
}

impl AboutTable {
    /// Takes a question's words apart. Refuses what is no question about a user's table, and words that
    /// write files or set threads: both are the caller's to decide.
    pub fn parse(words: &[String]) -> Result<Self, Refusal> {
        let refuse = |error: &str, help: &str| {
            Err(Refusal { error: error.to_owned(), help: Some(help.to_owned()), wrong_call: true })
        };
        let args = parse(words)?;
        if args.output.out.is_some() || args.output.json.is_some() {
            return refuse("--out and --json stand among the question's words", "put them before the --");
        }
        let (data, threads) = match &args.command {
            Command::Brief(w) => (&w.data, None),
            Command::Turnover(w) => (&w.data, None),
            Command::Coverage(w) => (&w.data, None),
            Command::Reach(w) => (&w.data, w.file_model.threads),
            Command::Simulate(w) => (&w.data, w.file_model.threads),
            Command::Effect(w) => (&w.data, None),
            Command::Diversion(w) => (&w.data, None),
            Command::Check(w) => (&w.data, None),
            Command::Potential(w) => (&w.data, None),
            Command::History(w) => (&w.data, None),
            Command::Outlook(w) => (&w.data, None),
            Command::Estimate(w) => {
                if w.threads.is_some() {
                    return refuse("--threads stands among the question's words", "leave it out");
                }
                let columns = commands::estimate_question(w)?.columns().map_err(CliError::from)?;
                return Self::new(w.file.clone(), Some(columns), w.filter.clone(), words);
            }
            Command::Serve(_) | Command::Measures(_) | Command::Data(_) => {
                return refuse("that command answers no question about a table", "estimate and coverage do");
            }
        };
        if threads.is_some() {
            return refuse("--threads stands among the question's words", "leave it out");
        }
        match &data.data {
            Some(path) => Self::new(path.clone(), None, data.read.filter.clone(), words),
            None => refuse("the question is about no table", "add --data FILE"),
        }
    }

    fn new(
        path: PathBuf,
        columns: Option<Vec<String>>,
        filter: Option<String>,
        words: &[String],
    ) -> Result<Self, Refusal> {
        if let Some(filter) = &filter {
            turnover_data::Filter::parse(filter).map_err(CliError::from)?;
        }
        let mut kept = Vec::new();
        let mut all = words.iter();
        let mut named = false;
        while let Some(word) = all.next() {
            match word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value))) {
                ("--filter", Some(_)) => {}
                ("--filter", None) => drop(all.next()),
                ("--data", Some(_)) => kept.push(format!("--data={MEMORY}")),
                ("--data", None) => {
                    all.next();
                    kept.extend(["--data".to_owned(), MEMORY.to_owned()]);
                }
                _ if columns.is_some() && !named && Path::new(word) == path => {
                    named = true;
                    kept.push(MEMORY.to_owned());
                }
                _ => kept.push(word.clone()),
            }
        }
        Ok(AboutTable { path, columns, filter, words: kept })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_those_of_one_command() {
        let csv = "x,y\n1,2\n2,3\n3,5\n4,9\n";
        let table = RawTable::from_bytes("t.csv", csv.as_bytes()).unwrap();
        for threads in ["1", "2"] {
            let words = ["estimate", MEMORY, "y ~ x", "--threads", threads].map(str::to_owned);
            let told = ask(&words, Given { table: Some(&table), ..Given::default() });
            assert!(matches!(told, Ok(Told::Answer(_))), "{:?}", told.err());
        }
        let words = ["estimate", MEMORY, "y ~ x", "--threads", "0"].map(str::to_owned);
        assert!(ask(&words, Given { table: Some(&table), ..Given::default() }).is_err_and(|e| e.wrong_call));
    }

    fn about(text: &str) -> Result<AboutTable, Refusal> {
        AboutTable::parse(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn questions_are_taken_apart() {
        let estimate = about("estimate --vcov cluster:i flows.parquet y~x|i+j --filter year>2000 --ssc stata").unwrap();
        assert_eq!(estimate.path, Path::new("flows.parquet"));
        assert_eq!(estimate.columns.unwrap(), ["i", "j", "x", "y", "i"].map(String::from).to_vec());
        assert_eq!(estimate.filter.as_deref(), Some("year>2000"));
        assert_eq!(estimate.words.join(" "), "estimate --vcov cluster:i <table> y~x|i+j --ssc stata");
        let coverage = about("coverage USA RUS --data=a/b --filter=year>2000").unwrap();
        assert_eq!((coverage.path.as_path(), coverage.columns), (Path::new("a/b"), None));
        assert_eq!(coverage.words.join(" "), "coverage USA RUS --data=<table>");
    }

    #[test]
    fn what_is_no_question_about_a_table_is_refused() {
        for (words, why) in [
            ("serve", "no question"),
            ("coverage USA RUS", "no table"),
            ("estimate f.csv y~x --out a.csv", "--out"),
            ("estimate f.csv y~x --threads 2", "--threads"),
            ("estimate f.csv y~x --filter year=2", "filter"),
            ("estimate f.csv y~~x", "formula"),
            ("no-such", "no-such"),
        ] {
            let refusal = about(words).unwrap_err();
            assert!(refusal.wrong_call && refusal.error.contains(why), "{words}: {}", refusal.error);
        }
    }
}
