//! A spinner and a bar on standard error, for work of more than a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows a message while it lives, from the second second on.
pub(crate) struct Spinner {
    bar: ProgressBar,
    done: Arc<AtomicBool>,
}

impl Spinner {
    pub(crate) fn start(message: String, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
            .with_style(ProgressStyle::default_spinner())
            .with_message(message);
        let done = Arc::new(AtomicBool::new(quiet));
        if !quiet {
            let (bar, done) = (bar.clone(), done.clone());
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_secs(1));
                if !done.load(Ordering::Relaxed) {
                    // Draws only on a terminal.
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(Duration::from_millis(100));
                }
            });
        }
        Spinner { bar, done }
    }

    /// A step begins: `done` of `all` are behind.
    pub(crate) fn step(&self, words: &str, what: &str, done: usize, all: usize) {
        self.bar.set_message(format!("{words}: {what} ({} of {all})", done + 1));
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        self.bar.finish_and_clear();
    }
}

/// Shows how far work has got, from the second second on.
pub(crate) struct Bar {
    bar: ProgressBar,
    start: Instant,
    quiet: bool,
}

impl Bar {
    pub(crate) fn start(message: String, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::hidden()).with_message(message);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {percent} % {eta}") {
            bar.set_style(style);
        }
        Bar { bar, start: Instant::now(), quiet }
    }

    /// So much is done of all.
    pub(crate) fn at(&self, done: u64, all: u64) {
        if !self.quiet && self.bar.is_hidden() && self.start.elapsed() > Duration::from_secs(1) {
            // Draws only on a terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_length(all);
        self.bar.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
