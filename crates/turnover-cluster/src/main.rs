//! `turnover-cluster`: Turnover's questions on a Ballista cluster, for tables and numbers of estimates
//! that outgrow one machine. The answers are those of the command `turnover`, part by part.

mod client;
mod codec;
mod compress;
mod each;
mod error;
mod node;
mod question;
mod words;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::error::ClusterError;
use crate::words::{Args, Command};

/// Plans are nested deeply, and the engine walks them by recursion.
const STACK: usize = 16 << 20;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(text) => {
            // A reader that has gone away, as `head` does, is no error.
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            let mut text = format!("error: {error}\n");
            if let Some(help) = error.help() {
                text.push_str(&format!("  help: {help}\n"));
            }
            // There is nobody left to tell if standard error is closed.
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
            ExitCode::from(error.exit_status())
        }
    }
}

fn run(args: &Args) -> Result<String, ClusterError> {
    node::log();
    let threads = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build();
    let threads = threads.map_err(|e| {
        ClusterError::Failed(format!("no threads: {e}"), "does the system allow more of them?".to_owned())
    })?;
    threads.block_on(async {
        match &args.command {
            Command::Scheduler(words) => node::scheduler(words).await.map(|()| String::new()),
            Command::Executor(words) => node::executor(words).await.map(|()| String::new()),
            Command::Each(words) => each::run(words).await,
            Command::Compress(words) => compress::run(words).await,
        }
    })
}
