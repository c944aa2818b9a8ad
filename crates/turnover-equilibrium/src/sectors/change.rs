//! A change of trade costs and tariffs.

use super::economy::Economy;

/// A change of trade costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub(super) n: usize,
    /// `b`: partial effects in log points, sector, importer, exporter.
    pub(super) effect: Vec<f64>,
    /// New tariffs by the same layout.
    pub(super) tariffs: Vec<f64>,
}

impl Change {
    /// No change.
    pub fn none(economy: &Economy) -> Self {
        Change { n: economy.n, effect: vec![0.0; economy.shares.len()], tariffs: economy.tariffs.clone() }
    }

    /// Nothing, tariffs included: a direction to be filled, for [`Economy::tangent`].
    pub fn direction(economy: &Economy) -> Self {
        let cells = economy.shares.len();
        Change { n: economy.n, effect: vec![0.0; cells], tariffs: vec![0.0; cells] }
    }

    /// The partial effects in log points: sector, importer, exporter.
    pub fn effects(&self) -> &[f64] {
        &self.effect
    }

    /// Adds a partial effect in log points (`b = -theta log(1 + change of cost)`).
    pub fn add_effect(&mut self, sector: usize, importer: usize, exporter: usize, log_points: f64) {
        self.effect[(sector * self.n + importer) * self.n + exporter] += log_points;
    }

    /// The new tariff, as a share.
    pub fn tariff(&self, sector: usize, importer: usize, exporter: usize) -> f64 {
        self.tariffs[(sector * self.n + importer) * self.n + exporter]
    }

    /// Sets a tariff, as a share.
    pub fn set_tariff(&mut self, sector: usize, importer: usize, exporter: usize, rate: f64) {
        self.tariffs[(sector * self.n + importer) * self.n + exporter] = rate;
    }
}
