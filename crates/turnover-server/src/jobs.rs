//! Answers that take long: asked for, followed over server-sent events, and stopped.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::error::Refusal;

/// Where a job is.
#[derive(Debug, Clone)]
pub(crate) enum State {
    /// Waiting for its turn, or at a step.
    Working {
        what: String,
        done: usize,
        all: usize,
    },
    Answered(Arc<Value>),
    Refused(Refusal),
    Stopped,
}

impl State {
    /// Name and data of the event.
    pub(crate) fn event(&self) -> (&'static str, Value) {
        match self {
            State::Working { what, done, all } => ("progress", json!({"what": what, "done": done, "all": all})),
            State::Answered(answer) => ("answer", (**answer).clone()),
            State::Refused(refusal) => ("refused", refusal.json()),
            State::Stopped => ("stopped", json!({})),
        }
    }

    pub(crate) fn is_final(&self) -> bool {
        !matches!(self, State::Working { .. })
    }
}

/// One job.
pub(crate) struct Job {
    id: String,
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) state: watch::Sender<State>,
}

impl Job {
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Puts the job into a state, unless it is at its end.
    pub(crate) fn set(&self, state: State) {
        self.state.send_if_modified(|now| {
            let changes = !now.is_final();
            if changes {
                *now = state;
            }
            changes
        });
    }
}

/// Jobs that are kept, the ended ones for who asks late.
const MOST: usize = 64;

#[derive(Default)]
pub(crate) struct Jobs {
    next: AtomicU64,
    list: Mutex<VecDeque<Arc<Job>>>,
}

impl Jobs {
    /// A new job. The oldest that has ended makes room; with none ended there is none.
    pub(crate) fn begin(&self) -> Result<Arc<Job>, Refusal> {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        if list.len() >= MOST {
            let ended = list.iter().position(|j| j.state.borrow().is_final());
            let Some(at) = ended else {
                let help = "wait for one to end, or stop one";
                return Err(Refusal::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "too many answers are being worked out",
                    help,
                ));
            };
            list.remove(at);
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let waiting = State::Working { what: "waiting".to_owned(), done: 0, all: 1 };
        let job = Arc::new(Job {
            id: number.to_string(),
            stop: Arc::new(AtomicBool::new(false)),
            state: watch::Sender::new(waiting),
        });
        list.push_back(Arc::clone(&job));
        Ok(job)
    }

    pub(crate) fn find(&self, id: &str) -> Result<Arc<Job>, Refusal> {
        let list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter()
            .find(|j| j.id == id)
            .cloned()
            .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "there is no such job", "ask for the answer again"))
    }

    /// Stops a job: its answer breaks off at the next step, and whoever follows it hears at once.
    pub(crate) fn stop(&self, id: &str) -> Result<(), Refusal> {
        let job = self.find(id)?;
        job.stop.store(true, Ordering::Relaxed);
        job.set(State::Stopped);
        Ok(())
    }
}

#[cfg(test)]
impl Jobs {
    /// Holds the lock of the list, for a test that panics meanwhile.
    pub(crate) fn hold(&self) -> std::sync::MutexGuard<'_, VecDeque<Arc<Job>>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
