//! How a long answer tells where it is, and hears that nobody waits for it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::AnalysisError;

/// Gets what is being done, how many steps are done, and how many there are.
pub type Tell<'a> = &'a (dyn Fn(&str, usize, usize) + Sync);

/// Passed down into answers that take long.
#[derive(Clone, Copy, Default)]
pub struct Watch<'a> {
    tell: Option<Tell<'a>>,
    stop: Option<&'a Arc<AtomicBool>>,
}

impl<'a> Watch<'a> {
    /// Nobody watches.
    pub fn none() -> Self {
        Watch::default()
    }

    /// Steps are told to `tell`; the answer breaks off at the next step once `stop` is true.
    pub fn new(tell: Tell<'a>, stop: &'a Arc<AtomicBool>) -> Self {
        Watch { tell: Some(tell), stop: Some(stop) }
    }

    /// What an estimate looks at to hear that it is no longer wanted.
    pub(crate) fn stop(&self) -> Option<Arc<AtomicBool>> {
        self.stop.cloned()
    }

    /// A step begins: `done` of `all` are behind.
    ///
    /// # Errors
    /// Where the answer is no longer wanted.
    pub fn step(&self, what: &str, done: usize, all: usize) -> Result<(), AnalysisError> {
        if self.stop.is_some_and(|s| s.load(Ordering::Relaxed)) {
            return Err(AnalysisError::Stopped);
        }
        if let Some(tell) = self.tell {
            tell(what, done, all);
        }
        Ok(())
    }
}
