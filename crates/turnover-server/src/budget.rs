//! How much memory files may take that are being received and read, all together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;

use crate::error::Refusal;

/// What is left for all.
#[derive(Clone)]
pub(crate) struct Budget(Arc<AtomicUsize>);

/// A part of it, given back when it is dropped.
pub(crate) struct Part {
    of: Budget,
    bytes: usize,
}

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        Budget(Arc::new(AtomicUsize::new(bytes)))
    }

    /// Takes a part, or asks to come again.
    pub(crate) fn take(&self, bytes: usize) -> Result<Part, Refusal> {
        let less = |left: usize| left.checked_sub(bytes);
        match self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less) {
            Ok(_) => Ok(Part { of: self.clone(), bytes }),
            Err(_) => Err(Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "other files are being read, and there is no memory for this one now",
                "send it again in a moment",
            )),
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.of.0.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back() {
        let budget = Budget::new(100);
        let first = budget.take(60).ok();
        assert!(first.is_some() && budget.take(60).is_err());
        drop(first);
        assert!(budget.take(100).is_ok());
    }
}
