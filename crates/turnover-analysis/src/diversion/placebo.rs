//! The same search where there is nothing to find: how often it finds something all the same.

use super::BEFORE;
use super::comparison::{Comparison, Excess};
use crate::error::AnalysisError;
use crate::panel::Panel;
use crate::watch::Watch;

/// Sets of products that the measure does not cover, tried in its place.
pub(super) const PLACEBO_SETS: usize = 20;

/// The same search where there is nothing to find.
#[derive(Debug, Clone, PartialEq)]
pub struct Placebo {
    /// What was tried, how often, and how often an excess came out.
    pub rows: Vec<(String, usize, usize)>,
    /// Comparisons in all.
    pub tests: usize,
    /// Those with an excess.
    pub hits: usize,
}

impl Placebo {
    pub(super) fn new(comparison: &Comparison, third: &[usize], watch: Watch<'_>) -> Result<Self, AnalysisError> {
        let panel = comparison.panel;
        let mut rows = Vec::new();
        // Dates before the measure, with two years on either side.
        let before = |year: i32| -> Vec<usize> {
            (0..panel.years.len()).filter(|t| panel.years[*t] < year && panel.years[*t] >= year - BEFORE).collect()
        };
        for year in panel.years.iter().filter(|y| **y < panel.start_year()) {
            let after: Vec<usize> = (0..panel.years.len())
                .filter(|t| panel.years[*t] >= *year && panel.years[*t] < panel.start_year())
                .collect();
            let earlier = Comparison { panel, before: before(*year), after };
            if earlier.before.len() < 2 || earlier.after.len() < 2 {
                continue;
            }
            let found: Vec<Excess> = third.iter().filter_map(|p| earlier.excess(*p, &panel.covered)).collect();
            let hits = found.iter().filter(|e| e.is_clear()).count();
            rows.push((format!("the covered products from {year} on"), found.len(), hits));
        }
        // Sets of as many products that it does not cover, without those that it does.
        let free: Vec<usize> = (0..panel.products.len()).filter(|c| !panel.covered[*c]).collect();
        let size = panel.products.len() - free.len();
        let mut state = 0x2545_F491_4F6C_DD1Du64;
        let (mut tests, mut hits) = (0, 0);
        for set in 0..if free.len() >= 2 * size { PLACEBO_SETS } else { 0 } {
            watch.step("the same search where there is nothing to find", set + 1, PLACEBO_SETS + 1)?;
            let mut pick = free.clone();
            let mut covered = vec![false; panel.products.len()];
            for _ in 0..size {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let at = (state % pick.len() as u64) as usize;
                covered[pick.swap_remove(at)] = true;
            }
            let without = Panel {
                values: (0..panel.values.len())
                    .map(|v| {
                        if panel.covered[v / panel.years.len() % panel.products.len()] { 0.0 } else { panel.values[v] }
                    })
                    .collect(),
                partners: panel.partners.clone(),
                products: panel.products.clone(),
                years: panel.years.clone(),
                covered: covered.clone(),
                home: panel.home.clone(),
                hidden: panel.hidden.clone(),
                ..*panel
            };
            let other =
                Comparison { panel: &without, before: comparison.before.clone(), after: comparison.after.clone() };
            for p in third {
                if let Some(e) = other.excess(*p, &covered) {
                    tests += 1;
                    hits += usize::from(e.is_clear());
                }
            }
        }
        if tests > 0 {
            rows.push((format!("{PLACEBO_SETS} sets of {size} products that it does not cover"), tests, hits));
        }
        let (tests, hits) = (rows.iter().map(|r| r.1).sum(), rows.iter().map(|r| r.2).sum());
        Ok(Placebo { rows, tests, hits })
    }

    /// The share of comparisons with an excess where there is none.
    pub fn rate(&self) -> f64 {
        if self.tests == 0 { f64::NAN } else { self.hits as f64 / self.tests as f64 }
    }
}
