//! Faults of the program: a panic becomes an error that names its place and asks for a report.

use std::any::Any;
use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, Location, PanicHookInfo, catch_unwind, resume_unwind, set_hook, take_hook};
use std::sync::{Mutex, Once, PoisonError};
use std::thread::ThreadId;

use miette::Diagnostic;
use thiserror::Error;

/// A panic that was caught.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[error("a fault of this program at {place}: {message}")]
#[diagnostic(help("{}", self.remedy()))]
pub struct Fault {
    /// File and line, as `crates/turnover-gravity/src/fit.rs:120`.
    pub place: String,
    /// What the panic said.
    pub message: String,
    /// The command that was being answered, if it is known.
    pub command: Option<String>,
}

impl Fault {
    /// Runs work and turns a panic into a fault, also one on a thread of rayon that works for it. Nothing is
    /// printed, unless `RUST_BACKTRACE` asks for it.
    ///
    /// ```
    /// use turnover_data::Fault;
    ///
    /// let fault = Fault::catch(|| [1, 2][std::hint::black_box(2)]).unwrap_err();
    /// assert!(fault.message.starts_with("index out of bounds"));
    /// ```
    pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = take_hook();
            set_hook(Box::new(move |info| {
                remember(info);
                // What nobody catches is printed as ever.
                if !is_watched() || std::env::var_os("RUST_BACKTRACE").is_some_and(|v| v != "0") {
                    before(info);
                }
            }));
        });
        let _watch = Watched::begin();
        // What the work had changed is not looked at again: it is dropped, or behind a lock that says so.
        catch_unwind(AssertUnwindSafe(work)).map_err(|payload| match payload.downcast::<Fault>() {
            Ok(fault) => *fault,
            Err(payload) => {
                let message = words(&*payload);
                let place = place(&message).unwrap_or_else(|| NO_PLACE.to_owned());
                Fault { place, message, command: None }
            }
        })
    }

    /// Goes on as the panic that it was: from a thread that caught it to the one that waits for it.
    pub fn pass_on(self) -> ! {
        resume_unwind(Box::new(self))
    }

    /// The same with the command that was being answered.
    pub fn during(self, command: impl Into<String>) -> Self {
        Fault { command: Some(command.into()), ..self }
    }

    fn remedy(&self) -> String {
        let ask = format!("this is not your mistake: please report it at {}/issues", env!("CARGO_PKG_REPOSITORY"));
        match &self.command {
            Some(command) => {
                format!("{ask} with this message, the data if you can share them, and the command {command}")
            }
            None => format!("{ask} with this message, what was asked, and the data if you can share them"),
        }
    }
}

const NO_PLACE: &str = "an unknown place";

thread_local! {
    /// How many calls of `catch` this thread is in.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

struct Watched;

impl Watched {
    fn begin() -> Self {
        DEPTH.set(DEPTH.get() + 1);
        Watched
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// Whether a panic on this thread is caught here: the thread is within `catch`, or works for one that may
/// be.
fn is_watched() -> bool {
    DEPTH.get() > 0 || rayon::current_thread_index().is_some()
}

/// A panic as the hook saw it.
struct Seen {
    thread: ThreadId,
    message: String,
    place: String,
}

/// The latest panics. A payload does not hold its place, and it may come from another thread.
static SEEN: Mutex<VecDeque<Seen>> = Mutex::new(VecDeque::new());

/// Panics that are remembered: more than can be caught at the same time.
const MOST: usize = 64;

fn remember(info: &PanicHookInfo<'_>) {
    let seen = Seen {
        thread: std::thread::current().id(),
        message: words(info.payload()),
        place: info.location().map_or_else(|| NO_PLACE.to_owned(), shown),
    };
    let mut all = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() == MOST {
        all.pop_front();
    }
    all.push_back(seen);
}

/// Where the panic with that message was: the latest on this thread, else the latest on another.
fn place(message: &str) -> Option<String> {
    let own = std::thread::current().id();
    let all = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let same = || all.iter().rev().filter(|s| s.message == message);
    same().find(|s| s.thread == own).or_else(|| same().next()).map(|s| s.place.clone())
}

fn shown(location: &Location<'_>) -> String {
    format!("{}:{}", without_folders(location.file()), location.line())
}

/// A file of this program, of a crate or of the standard library without the folders of the machine that
/// built the program.
fn without_folders(file: &str) -> String {
    let file = file.replace('\\', "/");
    if let Some((_, rest)) = file.split_once("/registry/src/") {
        // The next folder is that of the registry.
        return rest.split_once('/').map_or(rest, |(_, file)| file).to_owned();
    }
    let from = ["/library/", "/crates/turnover-"].iter().find_map(|part| file.find(part));
    from.map_or(&*file, |at| &file[at + 1..]).to_owned()
}

fn words(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    use miette::Diagnostic;
    use rayon::prelude::*;

    use super::*;

    const HERE: &str = "crates/turnover-data/src/fault.rs:";

    #[test]
    fn work_without_a_panic_gives_its_result() {
        assert_eq!(Fault::catch(|| 7), Ok(7));
    }

    #[test]
    fn a_fault_names_its_place_and_asks_for_a_report() {
        let line = line!() + 1;
        let fault = Fault::catch(|| panic!("a number of {}", 7)).map(|(): ()| ()).unwrap_err();
        assert_eq!(fault.to_string(), format!("a fault of this program at {HERE}{line}: a number of 7"));
        let help = fault.help().unwrap().to_string();
        assert!(help.contains("not your mistake") && help.contains("/issues"), "{help}");
        let help = fault.during("turnover estimate 't 1.csv' 'y ~ x'").help().unwrap().to_string();
        assert!(help.ends_with("turnover estimate 't 1.csv' 'y ~ x'"), "{help}");
    }

    #[test]
    fn a_fault_of_another_thread_names_that_threads_place() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let line = line!() + 3;
        let work = |n: usize| -> usize {
            let few = [1, 2, 3];
            few[std::hint::black_box(n)]
        };
        let fault = Fault::catch(|| pool.install(|| (0..64).into_par_iter().map(work).sum::<usize>())).unwrap_err();
        assert_eq!(fault.place, format!("{HERE}{line}"));
        assert!(fault.message.starts_with("index out of bounds: the len is 3"), "{}", fault.message);
    }

    #[test]
    fn a_fault_passed_on_keeps_its_place() {
        let line = line!() + 2;
        let fault = Fault::catch(|| {
            let thread = std::thread::spawn(|| Fault::catch(|| panic!("far away")));
            let _: () = thread.join().unwrap().unwrap_or_else(|fault| fault.pass_on());
        })
        .unwrap_err();
        assert_eq!((fault.place, fault.message.as_str()), (format!("{HERE}{line}"), "far away"));
    }

    #[test]
    fn a_place_is_shown_without_folders_of_the_building_machine() {
        for (file, short) in [
            (
                "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/statrs-0.19.0/src/beta.rs",
                "statrs-0.19.0/src/beta.rs",
            ),
            (
                "/rustc/29483883eed69d5fb4db01964cdf2af4d86e9cb2/library/core/src/num/mod.rs",
                "library/core/src/num/mod.rs",
            ),
            ("/build/crates/turnover-gravity/src/fit.rs", "crates/turnover-gravity/src/fit.rs"),
            ("crates\\turnover-gravity\\src\\fit.rs", "crates/turnover-gravity/src/fit.rs"),
            ("src/main.rs", "src/main.rs"),
        ] {
            assert_eq!(without_folders(file), short);
        }
    }
}
