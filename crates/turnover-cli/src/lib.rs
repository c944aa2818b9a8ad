//! The command `turnover` as a library: arguments in, an answer, files or an exit status out. This crate
//! holds what only a shell has; questions are those of `turnover-query`.

mod args;
mod builtin;
mod commands;
mod errors;
mod files;
mod measures;
mod output;
mod progress;
mod regimes;
mod stores;
mod threads;

use std::ffi::OsString;

use clap::Parser;
use turnover_data::Fault;
use turnover_query::shell;

use errors::CliError;

/// Runs the command as a shell would call it, the program's name first, and returns the exit status. A
/// panic becomes an error that names its place, with status 1.
pub fn main(words: impl IntoIterator<Item = OsString>) -> u8 {
    let words: Vec<OsString> = words.into_iter().collect();
    // The outer net is for what prints answers and errors.
    Fault::catch(|| answered(&words, commands::run)).unwrap_or_else(|fault| {
        let args = args::OutputArgs::default();
        output::Output::new(&args).error(&fault.during(command(&words)).into());
        1
    })
}

/// Parses the words, runs the command and prints its error, if it has one.
fn answered(words: &[OsString], run: impl FnOnce(&args::Args, &output::Output) -> Result<(), CliError>) -> u8 {
    let args = match args::Args::try_parse_from(words) {
        Ok(args) => args,
        Err(help) => {
            // Help and version are no errors; there is nobody left to tell if the stream is closed.
            let _ = help.print();
            return u8::try_from(help.exit_code()).unwrap_or(2);
        }
    };
    let output = output::Output::new(&args.output);
    let done = Fault::catch(|| run(&args, &output)).unwrap_or_else(|fault| Err(fault.during(command(words)).into()));
    match done {
        Ok(()) => 0,
        // For cron: the answer is printed, and the status says that it is another.
        Err(CliError::Turned) => 3,
        Err(error) => {
            output.error(&error);
            errors::exit_status(&error)
        }
    }
}

/// The words as a shell would need them, for a report.
fn command(words: &[OsString]) -> String {
    let words: Vec<String> = words.iter().skip(1).map(|w| w.to_string_lossy().into_owned()).collect();
    format!("turnover {}", shell::line(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_a_command_with_status_1() {
        let words = ["turnover", "measures", "list", "--quiet"].map(OsString::from);
        assert_eq!(answered(&words, |_, _| panic!("no such number")), 1);
    }

    #[test]
    fn a_report_names_the_command() {
        let words = ["turnover", "estimate", "t.csv", "y ~ x"].map(OsString::from);
        assert_eq!(command(&words), "turnover estimate t.csv 'y ~ x'");
    }
}
