//! The way to a large change in steps.

use super::change::Change;
use super::economy::Economy;
use super::settle::SettleSettings;
use super::settled::Settled;
use crate::error::SolveError;
use crate::settings::NOTHING_LEFT;

/// Smallest share of the whole change that steps advance by.
const SMALLEST_ADVANCE: f64 = 1.0 / 256.0;
impl Economy {
    /// Reaches a large change in steps from no change, each starting from the last. Where the steps
    /// end, so does the equilibrium, or the iteration's power to find it: which of the two is said.
    pub(super) fn settle_in_steps(
        &self,
        change: &Change,
        settings: &SettleSettings,
        error: SolveError,
    ) -> Result<Settled, SolveError> {
        let mut here = self.settle_near(&Change::none(self), settings, None).map_err(|_| error.clone())?;
        let (mut done, mut advance) = (0.0, 0.25);
        loop {
            let next = f64::min(done + advance, 1.0);
            let part = |old: f64, new: f64| if next < 1.0 { old + next * (new - old) } else { new };
            let step = Change {
                n: self.n,
                effect: change.effect.iter().map(|b| part(0.0, *b)).collect(),
                tariffs: self.tariffs.iter().zip(&change.tariffs).map(|(old, new)| part(*old, *new)).collect(),
            };
            match self.settle_near(&step, settings, Some(&here)) {
                Ok(settled) if next >= 1.0 => return Ok(settled),
                Ok(settled) => {
                    here = settled;
                    done = next;
                    advance *= 1.5;
                }
                Err(_) if advance > SMALLEST_ADVANCE => advance *= 0.5,
                Err(_) => {
                    let left = |r: usize| here.income[r] / (here.point[r].exp() * self.value_added[r]);
                    let least = (0..self.n).min_by(|a, b| left(*a).total_cmp(&left(*b))).unwrap_or_default();
                    return Err(if left(least) < NOTHING_LEFT {
                        SolveError::NoSpending { country: least }
                    } else {
                        SolveError::PathEnds { share: done }
                    });
                }
            }
        }
    }
}
