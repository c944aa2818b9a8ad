//! The command `turnover` as a library: words in, an answer, files or an exit status out. This crate
//! holds words and no analysis; the binary and the Python package are two callers of it.

mod args;
mod commands;
mod errors;
mod inside;
mod load;
mod measures;
mod output;
mod progress;

use std::ffi::OsString;

use clap::Parser;

pub use inside::{AboutTable, Given, MEMORY, Refusal, Told, ask};
pub use load::quoted;

/// Runs the command as a shell would call it, the program's name first, and returns the exit status.
pub fn main(words: impl IntoIterator<Item = OsString>) -> u8 {
    let args = match args::Args::try_parse_from(words) {
        Ok(args) => args,
        Err(help) => {
            // Help and version are no errors; there is nobody left to tell if the stream is closed.
            let _ = help.print();
            return u8::try_from(help.exit_code()).unwrap_or(2);
        }
    };
    let output = output::Output::new(&args.output);
    let done = commands::run(&args, &output);
    match done {
        Ok(()) => 0,
        Err(error) => {
            output.error(&error);
            errors::exit_status(&error)
        }
    }
}
