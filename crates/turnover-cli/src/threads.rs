//! The threads of everything that follows.

use std::error::Error;

use crate::errors::CliError;

/// Most threads that are started; far more take the system minutes, or are refused by it half-way.
const MOST: usize = 1024;

/// Starts as many as --threads says, else as RAYON_NUM_THREADS says, else one for each core. Left to themselves
/// they would start at first use, where a failure is a panic.
pub(crate) fn start(asked: Option<usize>) -> Result<(), CliError> {
    let of_system = || std::env::var("RAYON_NUM_THREADS").ok()?.parse::<usize>().ok().filter(|n| *n > 0);
    let (name, threads) = match asked {
        Some(threads) => ("--threads", threads),
        // 0 stands for one for each core.
        None => ("RAYON_NUM_THREADS", of_system().unwrap_or(0)),
    };
    if threads > MOST || asked == Some(0) {
        return Err(CliError::Call(format!("{name} is {threads}"), format!("{name} takes a number from 1 to {MOST}")));
    }
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build_global() {
        // Inside another program they may run already, which is as good unless another number is wanted.
        Err(e) if asked.is_some() || e.source().is_some() => Err(CliError::Failed(
            format!("the threads cannot be started: {e}"),
            format!("set {name} to a smaller number, or raise the system's limit on threads"),
        )),
        _ => Ok(()),
    }
}
