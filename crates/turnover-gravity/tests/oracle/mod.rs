//! A dense reference for estimates, which shares no code with the engine.
//!
//! Effects are explicit dummies; the rank is that of their Householder triangle; PPML is Newton's method on
//! the whole design; the sandwich is summed from the influence of each row; separation follows the
//! definition. All of it is in numbers of 32 digits, so that a difference is the engine's.

mod compare;
pub(crate) mod dd;
mod degrees;
mod dense;
pub(crate) mod design;
mod draw;
mod likelihood;
pub(crate) mod reference;
mod regressors;
pub(crate) mod rows;
mod sandwich;
mod separation;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) use compare::{Finding, check};
pub(crate) use draw::design;

/// Designs shown in full.
const SHOWN: usize = 12;

/// What many designs came to.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) agreed: usize,
    /// Designs where nothing can be estimated, by reason.
    pub(crate) nothing: BTreeMap<&'static str, usize>,
    /// Designs that the engine refused for weights too far apart.
    pub(crate) refused: usize,
    /// Designs whose answer depends on rounding, by reason.
    pub(crate) unclear: BTreeMap<&'static str, usize>,
    /// Differences by what they are of: how many, and the seeds.
    pub(crate) wrong: BTreeMap<String, Vec<u64>>,
    /// Seeds of those whose weights are further apart than double precision holds beside each other.
    pub(crate) apart: BTreeSet<u64>,
    /// By property and value: designs, and differences.
    pub(crate) shapes: BTreeMap<(&'static str, &'static str), (usize, usize)>,
}

impl Report {
    fn take(&mut self, seed: u64) {
        let design = design(seed);
        let finding = check(&design);
        let failed = usize::from(matches!(finding, Finding::Wrong(..)));
        let estimator = ("estimator", if design.poisson { "ppml" } else { "least squares" });
        let mut seen = design.shape.clone();
        seen.push(estimator);
        seen.sort_unstable();
        seen.dedup();
        for property in seen {
            let count = self.shapes.entry(property).or_default();
            count.0 += 1;
            count.1 += failed;
        }
        match finding {
            Finding::Agreed => self.agreed += 1,
            Finding::Nothing(why) => *self.nothing.entry(why).or_default() += 1,
            Finding::Refused => self.refused += 1,
            Finding::Unclear(why) => *self.unclear.entry(why).or_default() += 1,
            Finding::Wrong(of, _) => {
                self.wrong.entry(of).or_default().push(seed);
                if compare::weights_apart(&design) {
                    self.apart.insert(seed);
                }
            }
        }
    }

    fn merge(&mut self, other: Report) {
        self.agreed += other.agreed;
        other.nothing.into_iter().for_each(|(why, count)| *self.nothing.entry(why).or_default() += count);
        self.refused += other.refused;
        other.unclear.into_iter().for_each(|(why, count)| *self.unclear.entry(why).or_default() += count);
        other.wrong.into_iter().for_each(|(of, seeds)| self.wrong.entry(of).or_default().extend(seeds));
        self.apart.extend(other.apart);
        for (property, (designs, failed)) in other.shapes {
            let count = self.shapes.entry(property).or_default();
            count.0 += designs;
            count.1 += failed;
        }
    }

    /// Seeds of the designs that differ.
    pub(crate) fn differing(&self) -> Vec<u64> {
        self.wrong.values().flatten().copied().collect()
    }

    /// Counts, then differences, each reduced to the smallest design that still shows it.
    pub(crate) fn text(&self) -> String {
        let mut lines = vec![
            format!("agreed: {}", self.agreed),
            format!("differ: {}, of which {} with weights too far apart", self.differing().len(), self.apart.len()),
            format!("nothing to estimate: {:?}", self.nothing),
            format!("refused for weights too far apart: {}", self.refused),
            format!("depends on rounding: {:?}", self.unclear),
        ];
        for ((kind, value), (designs, failed)) in &self.shapes {
            lines.push(format!("  {kind}: {value}: {designs} designs, {failed} differ"));
        }
        for (of, seeds) in &self.wrong {
            let first: Vec<String> = seeds.iter().take(20).map(|s| format!("{s:#x}")).collect();
            lines.push(format!("DIFFERENCE in {of}: {} designs, seeds {}", seeds.len(), first.join(" ")));
        }
        let mut shown = 0;
        for seeds in self.wrong.values() {
            for seed in seeds.iter().take(SHOWN.div_ceil(self.wrong.len())) {
                if shown < SHOWN {
                    lines.push(explain(*seed));
                    shown += 1;
                }
            }
        }
        lines.join("\n")
    }
}

/// What differs in the design of a seed, with the smallest part of it that still differs in the same.
pub(crate) fn explain(seed: u64) -> String {
    let whole = design(seed);
    let Finding::Wrong(kind, lines) = check(&whole) else {
        return format!("{}\n  agrees", whole.summary());
    };
    let least = whole.shrunk(|part| matches!(check(part), Finding::Wrong(of, _) if of == kind));
    let Finding::Wrong(_, small) = check(&least) else { return whole.summary() };
    let head = |lines: &[String]| lines.iter().take(6).map(|l| format!("  {l}\n")).collect::<String>();
    format!(
        "{}\n{}reduced to {} rows:\n{}{}",
        whole.summary(),
        head(&lines),
        least.y.len(),
        head(&small),
        least.reproducer()
    )
}

/// The seed of a design by its place in a set.
pub(crate) fn seed(set: u64, place: usize) -> u64 {
    set.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add(place as u64)
}

/// Checks the designs of a set, on all cores.
pub(crate) fn run(designs: usize, set: u64) -> Report {
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Report::default());
    let work = || {
        let mut own = Report::default();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            if place >= designs {
                break;
            }
            own.take(seed(set, place));
        }
        if let Ok(mut total) = total.lock() {
            total.merge(own);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    total.into_inner().unwrap_or_default()
}
