//! Where answers and errors go.

use std::error::Error;
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use turnover_analysis::Watch;
use turnover_brief::{Document, Style, can_save, save, terminal, write};
use turnover_query::Remedy;

use crate::args::{Color, OutputArgs};
use crate::errors::{CliError, worded};
use crate::progress::Spinner;

/// Widest text, and the width where the terminal's is not known.
const WIDTH: usize = 100;

pub(crate) struct Output<'a> {
    args: &'a OutputArgs,
}

impl<'a> Output<'a> {
    pub(crate) fn new(args: &'a OutputArgs) -> Self {
        Output { args }
    }

    /// Whether the files that are wanted can be written, before the work: their endings are known and their
    /// folders take files.
    pub(crate) fn check(&self) -> Result<(), CliError> {
        if let Some(path) = &self.args.out {
            can_save(path)?;
        }
        Ok(())
    }

    /// Runs long work with a spinner that shows its steps.
    pub(crate) fn watched<T>(&self, words: &str, run: impl FnOnce(Watch<'_>) -> T) -> T {
        let spinner = Spinner::start(words.to_owned(), self.quiet());
        let tell = |what: &str, done: usize, all: usize| spinner.step(words, what, done, all);
        // Ctrl-C ends the whole program.
        run(Watch::new(&tell, &Arc::default()))
    }

    /// Whether the answer goes anywhere but to a reader's eyes.
    pub(crate) fn writes(&self) -> bool {
        self.args.out.is_some() || self.args.json.is_some()
    }

    pub(crate) fn quiet(&self) -> bool {
        self.args.quiet
    }

    fn colour(&self, on_terminal: bool) -> bool {
        match self.args.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => on_terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
        }
    }

    pub(crate) fn style(&self, tables: bool) -> Style {
        let on_terminal = std::io::stdout().is_terminal();
        let width = if on_terminal {
            terminal_size::terminal_size().map_or(WIDTH, |(w, _)| usize::from(w.0).clamp(40, WIDTH))
        } else {
            WIDTH
        };
        Style { width, colour: self.colour(on_terminal), tables }
    }

    /// Prints a document, or writes it where --json and --out say.
    pub(crate) fn answer(&self, mut document: Document, tables: bool) -> Result<(), CliError> {
        turnover_query::word(&mut document, Remedy::for_shell);
        if let Some(path) = &self.args.out {
            save(&document, path, self.args.part.as_deref())?;
            self.wrote(path)?;
        }
        self.print(|| document.to_json(), || terminal(&document, self.style(tables)))
    }

    /// Prints text, or the JSON that stands for it.
    pub(crate) fn plain(&self, json: &Value, text: impl FnOnce() -> String) -> Result<(), CliError> {
        if let Some(path) = &self.args.out {
            return Err(CliError::Call(
                format!("this command writes no file such as {}", path.display()),
                "use --json=FILE, or send the output to a file".to_owned(),
            ));
        }
        self.print(|| json, text)
    }

    /// Makes and prints the one form that was asked for.
    fn print<J: Display>(&self, json: impl FnOnce() -> J, text: impl FnOnce() -> String) -> Result<(), CliError> {
        match &self.args.json {
            Some(None) => put(&format!("{:#}\n", json())),
            Some(Some(path)) => {
                write(path, format!("{:#}\n", json()).as_bytes())?;
                self.wrote(path)
            }
            None if self.args.out.is_some() => Ok(()),
            None => put(&text()),
        }
    }

    fn wrote(&self, path: &Path) -> Result<(), CliError> {
        if self.args.quiet || matches!(self.args.json, Some(None)) {
            return Ok(());
        }
        put(&format!("wrote {}\n", path.display()))
    }

    /// Prints an error to standard error: the message, its causes, what to do; as JSON too where
    /// the answer would have been JSON.
    pub(crate) fn error(&self, error: &CliError) {
        let stderr = std::io::stderr();
        let colour = self.colour(stderr.is_terminal());
        let paint = |code: &str, word: &str| {
            if colour { format!("\x1b[{code}m{word}\x1b[0m") } else { word.to_owned() }
        };
        let mut text = format!("{}: {error}\n", paint("1;31", "error"));
        let mut cause = error.source();
        while let Some(e) = cause {
            text.push_str(&format!("  {}: {e}\n", paint("1", "cause")));
            cause = e.source();
        }
        let mut text = worded(&text);
        if let Some(help) = error.advice() {
            text.push_str(&format!("  {}: {help}\n", paint("1;36", "help")));
        }
        // There is nobody left to tell if standard error is closed.
        let _ = stderr.lock().write_all(text.as_bytes());
        if let Some(None) = self.args.json {
            let json = serde_json::json!({
                "version": env!("CARGO_PKG_VERSION"),
                "status": "not_answered",
                "error": worded(&error.to_string()),
                "help": error.advice(),
            });
            let _ = put(&format!("{json:#}\n"));
        }
    }
}

/// Writes to standard output. A reader that has gone away, as `head` does, is no error.
fn put(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(CliError::Print(e)),
        _ => Ok(()),
    }
}
