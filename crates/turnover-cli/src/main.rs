//! `turnover`: how much two countries trade, how much of it measures touch, and what it would
//! take to multiply it. This crate holds words and no analysis.

mod args;
mod commands;
mod errors;
mod load;
mod measures;
mod output;
mod progress;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let output = output::Output::new(&args.output);
    let done = commands::run(&args, &output);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.error(&error);
            ExitCode::from(errors::exit_status(&error))
        }
    }
}
