//! Goal-seek with many sectors.

use super::change::Change;
use super::economy::Economy;
use super::settle::{Labour, SettleSettings};
use super::settled::Settled;
use crate::error::{ReachError, SolveError};
use crate::reach::{Curve, Point, seek};

/// The answer of [`Economy::reach`].
#[derive(Debug, Clone)]
pub struct SectorsReached {
    /// `-log(1 - cut)`: the log of the fall in the ad valorem cost of each moved flow.
    pub log_cost_cut: f64,
    /// The multiple at that point.
    pub multiple: f64,
    /// Points at which the economy was solved.
    pub solves: usize,
    /// The change that it took, `fixed` included.
    pub change: Change,
    /// The economy there.
    pub settled: Settled,
}

impl SectorsReached {
    /// The fall in ad valorem cost as a share.
    pub fn cost_cut(&self) -> f64 {
        -(-self.log_cost_cut).exp_m1()
    }
}

struct Sectors<'a> {
    economy: &'a Economy,
    fixed: &'a Change,
    moved: &'a [(usize, usize)],
    targets: &'a [(usize, usize)],
    settings: &'a SettleSettings,
    direction: Change,
    before: f64,
}

impl Sectors<'_> {
    fn change(&self, x: f64) -> Change {
        let mut change = self.fixed.clone();
        for &(from, to) in self.moved {
            (0..self.economy.s).for_each(|j| change.add_effect(j, to, from, x * self.economy.theta[j]));
        }
        change
    }
}

/// Step of a slope by differences.
const STEP: f64 = 1e-4;

impl Sectors<'_> {
    /// With the slope by differences, where the equilibrium has no tangent.
    fn by_difference(&self, b: f64, state: Settled) -> Result<Point<Settled>, SolveError> {
        let trade = |s: &Settled| self.targets.iter().map(|&(from, to)| s.trade(to, from)).sum::<f64>().ln();
        let near = self.economy.settle(&self.change(b + STEP), self.settings, None)?;
        let slope = (trade(&near) - trade(&state)) / STEP;
        Ok(Point { b, log_multiple: trade(&state) - self.before.ln(), slope, state })
    }
}

impl Curve for Sectors<'_> {
    type State = Settled;

    fn precision(&self) -> f64 {
        (10.0 * self.settings.tolerance).max(1e-12)
    }

    fn point(&mut self, b: f64, near: Option<&Settled>) -> Result<Point<Settled>, SolveError> {
        let change = self.change(b);
        let state = match near {
            None => self.economy.settle(&change, self.settings, None)?,
            near => self.economy.settle_near(&change, self.settings, near)?,
        };
        if self.settings.labour == Labour::Fixed {
            return self.by_difference(b, state);
        }
        let tangent = self.economy.tangent(&state, &change, &self.direction, self.settings)?;
        let (mut after, mut slope) = (0.0, 0.0);
        for &(from, to) in self.targets {
            for j in 0..self.economy.s {
                after += state.flow(j, to, from);
                slope += tangent.flow(&state, j, to, from);
            }
        }
        Ok(Point { b, log_multiple: (after / self.before).ln(), slope: slope / after, state })
    }
}

impl Economy {
    /// Finds the fall in the ad valorem cost of the `moved` flows (exporter, importer), the same in
    /// all sectors and on top of `fixed`, at which the `targets` together are `k` times what they are
    /// in `today`, tariffs left out.
    pub fn reach(
        &self,
        today: &Settled,
        fixed: &Change,
        moved: &[(usize, usize)],
        targets: &[(usize, usize)],
        k: f64,
        settings: &SettleSettings,
    ) -> Result<SectorsReached, ReachError> {
        let before: f64 = targets.iter().map(|&(from, to)| today.trade(to, from)).sum();
        if before <= 0.0 {
            return Err(ReachError::NoTrade);
        }
        if moved.is_empty() {
            return Err(ReachError::NoLever);
        }
        let mut direction = Change::direction(self);
        for &(from, to) in moved {
            (0..self.s).for_each(|j| direction.add_effect(j, to, from, self.theta[j]));
        }
        let mut curve = Sectors { economy: self, fixed, moved, targets, settings, direction, before };
        let (point, solves) = seek(&mut curve, k)?;
        let change = curve.change(point.b);
        Ok(SectorsReached {
            log_cost_cut: point.b,
            multiple: point.log_multiple.exp(),
            solves,
            change,
            settled: point.state,
        })
    }
}
