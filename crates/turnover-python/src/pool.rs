//! Threads that survive a fork, and panics that become exceptions.
//!
//! A forked child has none of its parent's threads, and rayon's global pool cannot be made again: work that
//! is handed to it waits for ever. So every process has a pool of its own, made at its first call, and all
//! work runs inside it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

pyo3::create_exception!(turnover, InternalError, PyRuntimeError, "A fault of the package; report it.");

struct Pool {
    process: u32,
    threads: ThreadPool,
}

/// The pool of this process, or of the one that it was forked from. No lock: one that another thread
/// holds while the process forks would never be opened in the child.
static POOL: AtomicPtr<Pool> = AtomicPtr::new(null_mut());

/// Where the last panic was, and its message.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Why work did not come to its end.
pub(crate) enum Fault {
    /// It panicked, there.
    Panic(String),
    /// The system gives no threads.
    NoThreads(String),
}

impl From<Fault> for PyErr {
    fn from(fault: Fault) -> PyErr {
        match fault {
            Fault::Panic(place) => InternalError::new_err(format!(
                "an internal fault at {place}\n  help: this is a bug in turnover: please report it with the call and, if possible, the data"
            )),
            Fault::NoThreads(why) => PyRuntimeError::new_err(format!("no threads could be started: {why}")),
        }
    }
}

fn pool() -> Result<&'static ThreadPool, Fault> {
    let process = std::process::id();
    let held = POOL.load(Ordering::Acquire);
    // SAFETY: the pointer is null or that of a box that was leaked below and is never freed.
    if let Some(pool) = unsafe { held.as_ref() }.filter(|pool| pool.process == process) {
        return Ok(&pool.threads);
    }
    let threads = ThreadPoolBuilder::new().build().map_err(|e| Fault::NoThreads(e.to_string()))?;
    // A pool of the parent is left alone: its threads are not there to be ended.
    let made: &'static Pool = Box::leak(Box::new(Pool { process, threads }));
    // Another thread of this process may have been quicker; then there are two pools, and both work.
    let _ = POOL.compare_exchange(held, std::ptr::from_ref(made).cast_mut(), Ordering::AcqRel, Ordering::Acquire);
    Ok(&made.threads)
}

/// Remembers where a panic was, for [`guarded`]; nothing is printed.
pub(crate) fn remember_panics() {
    std::panic::set_hook(Box::new(|info| {
        let payload = info.payload();
        let message =
            payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(|s| &**s));
        let place = info.location().map_or_else(String::new, |l| {
            // Of a dependency, the crate and the file, not the folder of the machine that built it.
            let file = l
                .file()
                .rsplit_once("/registry/src/")
                .map_or(l.file(), |(_, path)| path.split_once('/').map_or(path, |(_, path)| path));
            format!("{file}:{}", l.line())
        });
        if let Ok(mut last) = LAST.try_lock() {
            *last = Some(format!("{place} ({})", message.unwrap_or("without a message")));
        }
    }));
}

/// Runs work; a panic becomes a fault that names its place.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let last = LAST.try_lock().ok().and_then(|mut last| last.take());
        Fault::Panic(last.unwrap_or_else(|| "an unknown place".to_owned()))
    })
}

/// Runs work on this process's threads.
pub(crate) fn pooled<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Fault> {
    let pool = pool()?;
    guarded(|| pool.install(work))
}

/// The same without the interpreter's lock.
pub(crate) fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    Ok(py.detach(|| pooled(work))?)
}

/// Reads beyond the end of a list on one of the pool's threads: what comes of such a fault is tested with this.
#[pyfunction]
#[pyo3(name = "_fault")]
pub(crate) fn fault(py: Python<'_>) -> PyResult<f64> {
    let nothing: Vec<f64> = Vec::new();
    run(py, move || nothing[1])
}
