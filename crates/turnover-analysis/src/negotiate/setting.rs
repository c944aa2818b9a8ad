//! The model with what is on the table in it.

use rayon::prelude::*;
use turnover_measures::Catalogue;

use super::Scene;
use super::stakes::{Stakes, stakes};
use crate::engine::{Model, Outcome, Shock};
use crate::error::AnalysisError;
use crate::pull::Pull;

/// Gains are shown to a ten-thousandth of a per cent.
const TOLERANCE: f64 = 1e-10;
/// A lever that moves trade by less than this is set aside, where it moves nobody's income either.
const LEAST_TRADE: f64 = 5e-4;
/// Part of income below which a gain counts as none.
const LEAST_GAIN: f64 = 1e-6;

/// The model, the status quo, and what each lever does alone.
pub(crate) struct Setting {
    pub(crate) model: Model,
    pub(crate) stakes: Stakes,
    pub(crate) sides: [usize; 2],
    pub(crate) status_quo: Outcome,
    /// The world with each lever alone, from which combinations start; empty where few of them are solved.
    alone: Vec<Outcome>,
}

impl Setting {
    /// For a few combinations: the status quo alone is solved.
    pub(crate) fn new(model: &Model, catalogue: &Catalogue, scene: &Scene) -> Result<Self, AnalysisError> {
        let sides = [model.find(scene.pair.a.as_str())?, model.find(scene.pair.b.as_str())?];
        let stakes = stakes(model, catalogue, scene)?;
        let model = model.with_tolerance(TOLERANCE);
        let pulls = stakes.pulls(0);
        let shock = model.shock(&pulls.iter().enumerate().collect::<Vec<_>>(), None)?;
        let status_quo = model.outcome(&shock)?;
        Ok(Setting { model, stakes, sides, status_quo, alone: Vec::new() })
    }

    /// For many combinations: with the world under each lever alone.
    pub(crate) fn with_each_alone(mut self) -> Result<Self, AnalysisError> {
        self.alone = (0..self.stakes.levers.len())
            .into_par_iter()
            .map(|l| self.model.outcome_of(&self.shock(&self.stakes.pulls(1 << l), &[])?, &self.status_quo, &[]))
            .collect::<Result<Vec<_>, AnalysisError>>()?;
        Ok(self)
    }

    /// Sets aside the levers that move next to nothing, alone and with all others pulled, and names them.
    ///
    /// # Errors
    /// Where all levers together have no equilibrium.
    pub(crate) fn set_small_aside(&mut self) -> Result<Vec<String>, AnalysisError> {
        let n = self.alone.len();
        let every = (1u32 << n) - 1;
        let all = self.outcome(every)?;
        let near = |x: &Outcome, y: &Outcome| {
            let (own, other) = (self.gains(x), self.gains(y));
            (self.multiple(x) / self.multiple(y) - 1.0).abs() < LEAST_TRADE
                && (0..2).all(|side| (own[side] - other[side]).abs() < LEAST_GAIN)
        };
        let small = (0..n)
            .into_par_iter()
            .map(|l| Ok(near(&self.alone[l], &self.status_quo) && near(&all, &self.outcome(every & !(1 << l))?)))
            .collect::<Result<Vec<bool>, AnalysisError>>()?;
        if small.iter().all(|s| *s) {
            return Ok(Vec::new());
        }
        let mut keep = small.iter().map(|s| !s);
        self.alone.retain(|_| keep.next().unwrap_or(true));
        let mut names = Vec::new();
        let mut at = 0;
        self.stakes.levers.retain(|lever| {
            at += 1;
            if small[at - 1] {
                names.push(lever.title.clone());
            }
            !small[at - 1]
        });
        Ok(names)
    }

    /// The shock of pulls and more beside them.
    pub(crate) fn shock(&self, pulls: &[Pull], more: &[Pull]) -> Result<Shock, AnalysisError> {
        self.model.shock(&pulls.iter().chain(more).enumerate().collect::<Vec<_>>(), None)
    }

    /// The status quo with pulls beside it.
    pub(crate) fn with(&self, pulls: &[Pull]) -> Result<Outcome, AnalysisError> {
        self.model.outcome_of(&self.shock(&self.stakes.pulls(0), pulls)?, &self.status_quo, &[])
    }

    /// The world with some levers pulled, bit by bit.
    pub(crate) fn outcome(&self, mask: u32) -> Result<Outcome, AnalysisError> {
        if mask == 0 {
            return Ok(self.status_quo.clone());
        }
        let alone: Vec<&Outcome> =
            self.alone.iter().enumerate().filter(|(l, _)| mask & (1 << l) != 0).map(|(_, o)| o).collect();
        self.model.outcome_of(&self.shock(&self.stakes.pulls(mask), &[])?, &self.status_quo, &alone)
    }

    /// The world with each lever at a part of its size, and the shock that led to it.
    pub(crate) fn at_sizes(&self, sizes: &[f64]) -> Result<(Shock, Outcome), AnalysisError> {
        let shock = self.shock(&self.stakes.sized(sizes), &[])?;
        let alone: Vec<&Outcome> =
            self.alone.iter().zip(sizes).filter(|(_, size)| **size >= 0.5).map(|(o, _)| o).collect();
        let outcome = self.model.outcome_of(&shock, &self.status_quo, &alone)?;
        Ok((shock, outcome))
    }

    /// Gains of the two sides against the status quo.
    pub(crate) fn gains(&self, outcome: &Outcome) -> [f64; 2] {
        self.sides.map(|r| outcome.welfare[r] / self.status_quo.welfare[r] - 1.0)
    }

    /// The pair's trade over that of the status quo.
    pub(crate) fn multiple(&self, outcome: &Outcome) -> f64 {
        let [a, b] = self.sides;
        let trade = |o: &Outcome| self.model.flow_after(o, a, b) + self.model.flow_after(o, b, a);
        trade(outcome) / trade(&self.status_quo)
    }
}
