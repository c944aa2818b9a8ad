//! `turnover`: how much two countries trade, how much of it measures touch, and what it would
//! take to multiply it.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(turnover_cli::main(std::env::args_os()))
}
