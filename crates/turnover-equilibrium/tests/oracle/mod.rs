//! An oracle for the equilibria: the equations in their most literal form, solved by plain damped
//! fixed points, on worlds drawn at random. It shares no code with the engine.
//!
//! One sector (Dekle, Eaton and Kortum 2007; Arkolakis, Costinot and Rodriguez-Clare 2012, section
//! II): [`one_sector`]. Many sectors (Caliendo and Parro 2015, equations 10 to 15): [`many_sectors`].
//! Wages rise where a region sells more than it may and fall where it sells less; every other
//! quantity follows from wages by the equation that defines it. What is compared is every outcome
//! that an answer shows, so that a wrong price beside a right wage is found too.
//!
//! Three verdicts need no solution of the oracle's own: the engine's wages put into the literal
//! equations must clear all markets, a goal-seek's change put back must give the multiple, and a
//! limit must not lie below what some change reaches.

// Each crate that includes these files uses a part of them.
#![allow(dead_code, reason = "the quick test and the long run share the module")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

pub(crate) mod dice;
pub(crate) mod many_sectors;
pub(crate) mod many_trial;
pub(crate) mod many_worlds;
pub(crate) mod one_sector;
pub(crate) mod one_trial;
pub(crate) mod tally;

pub(crate) use tally::Tally;

/// Difference at which an outcome counts as different.
pub(crate) const AGREED: f64 = 1e-9;

/// Worlds 0 to `count - 1` of a seed, on all cores.
pub(crate) fn all(count: u64, seed: u64) -> Tally {
    let next = AtomicU64::new(0);
    let sum = Mutex::new(Tally::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    let found = trial(seed, index);
                    sum.lock().unwrap_or_else(PoisonError::into_inner).add(found);
                }
            });
        }
    });
    sum.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// World number `index` of a run: two in three have one sector.
pub(crate) fn trial(seed: u64, index: u64) -> Tally {
    let mut dice = dice::Dice::new(seed, index);
    let mut tally = Tally::new(index);
    if index % 3 == 2 {
        many_trial::run(&mut dice, &mut tally);
    } else {
        one_trial::run(&mut dice, &mut tally);
    }
    tally
}
