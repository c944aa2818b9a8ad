//! What a run drew and what it found.

use std::collections::BTreeMap;

use super::AGREED;

/// One world's findings, or many together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    index: u64,
    /// How often each feature was drawn and each verdict was reached.
    pub(crate) counts: BTreeMap<String, u64>,
    /// The largest difference of each outcome, and in which world.
    pub(crate) largest: BTreeMap<String, (f64, u64)>,
    /// What differs.
    pub(crate) faults: Vec<String>,
}

impl Tally {
    pub(crate) fn new(index: u64) -> Self {
        Tally { index, ..Tally::default() }
    }

    pub(crate) fn count(&mut self, what: impl Into<String>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }

    pub(crate) fn fault(&mut self, what: &str) {
        self.faults.push(format!("world {}: {what}", self.index));
    }

    /// Compares what the engine found with what is right, relative to a scale (the right value's
    /// own size where that is larger).
    pub(crate) fn compare(&mut self, outcome: &str, found: f64, right: f64, scale: f64) {
        let size = right.abs().max(scale.abs());
        let difference = if found == right { 0.0 } else { (found - right).abs() / size };
        let difference = if difference.is_nan() { f64::INFINITY } else { difference };
        let entry = self.largest.entry(outcome.to_owned()).or_insert((0.0, self.index));
        if difference > entry.0 {
            *entry = (difference, self.index);
            // One line for each outcome of a world: the worst so far.
            if difference > AGREED {
                let line = format!("world {}: {outcome} differs by", self.index);
                self.faults.retain(|f| !f.starts_with(&line));
                self.faults.push(format!("{line} {difference:.1e}: {found:e} for {right:e}"));
            }
        }
    }

    pub(crate) fn add(&mut self, other: Tally) {
        for (what, n) in other.counts {
            *self.counts.entry(what).or_default() += n;
        }
        for (what, (difference, index)) in other.largest {
            let entry = self.largest.entry(what).or_insert((difference, index));
            if difference > entry.0 {
                *entry = (difference, index);
            }
        }
        self.faults.extend(other.faults);
    }

    /// The table of a run.
    pub(crate) fn report(&self) -> String {
        let mut out = String::from("drawn and decided\n");
        for (what, n) in &self.counts {
            out.push_str(&format!("  {n:>8}  {what}\n"));
        }
        out.push_str("largest difference of each outcome, and its world\n");
        for (what, (difference, index)) in &self.largest {
            out.push_str(&format!("  {difference:>8.1e}  {what} ({index})\n"));
        }
        out.push_str(&format!("{} differences beyond {AGREED:.0e}\n", self.faults.len()));
        for fault in &self.faults {
            out.push_str(&format!("  {fault}\n"));
        }
        out
    }
}
