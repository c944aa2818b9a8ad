//! Work on a thread of its own while Python stays responsive: Ctrl-C is heard, progress is told.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use turnover_analysis::Watch;

use crate::pool::{Fault, pooled};

/// How often Python is asked whether Ctrl-C was pressed.
const TICK: Duration = Duration::from_millis(50);

enum News<T> {
    Step(String, usize, usize),
    Done(Result<T, Fault>),
}

/// Runs `work` without the interpreter's lock. At Ctrl-C it is told to break off, and the exception is
/// raised at once. `progress(what, done, all)` is called at long steps.
pub(crate) fn for_it<T: Send + 'static>(
    py: Python<'_>,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce(Watch<'_>) -> T + Send + 'static,
) -> PyResult<T> {
    let stop = Arc::new(AtomicBool::new(false));
    let (send, receive) = channel::<News<T>>();
    let own = Arc::clone(&stop);
    std::thread::spawn(move || {
        let steps = send.clone();
        // Nobody may listen any more.
        let tell = move |what: &str, done: usize, all: usize| {
            let _ = steps.send(News::Step(what.to_owned(), done, all));
        };
        let result = pooled(|| work(Watch::new(&tell, &own)));
        let _ = send.send(News::Done(result));
    });
    // Only this thread listens; the lock tells the compiler so.
    let receive = Mutex::new(receive);
    loop {
        let news = py.detach(|| receive.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(TICK));
        match news {
            Ok(News::Done(result)) => return Ok(result?),
            Ok(News::Step(what, done, all)) => {
                if let Some(progress) = progress {
                    progress.call1(py, (what, done, all))?;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err(
                    "the answer broke off: this is a bug in turnover, please report what was asked",
                ));
            }
        }
        if let Err(interrupt) = py.check_signals() {
            stop.store(true, Ordering::Relaxed);
            return Err(interrupt);
        }
    }
}
