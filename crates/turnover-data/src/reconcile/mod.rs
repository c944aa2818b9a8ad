//! One value from two reports: the posterior of what really crossed the border.
//!
//! With x the logarithm of the exporter's report of a flow from i to j, m that of the importer's, and theta
//! that of the flow itself (FOB):
//!
//! ```text
//! x = theta + a_i + a_it + e          e ~ t(4), scale^2 = g s_i
//! m = theta + c_ij + b_j + b_jt + h   h ~ t(4), scale^2 = g r_j
//! c_ij = c + k ln(distance_ij / 5000 km)
//! ```
//!
//! a and b are what a reporter habitually adds, by side and for single years; s and r are how far its
//! reports scatter; g is how much more small flows scatter than large ones; c_ij is the margin of CIF
//! over FOB. Flows that both sides report identify all of them; a flat prior on theta then gives the
//! posterior mean of its logarithm as a mean of the corrected reports weighted by their precision. What
//! neither side reports has no value here: missing is not nought.
//!
//! Gaulier and Zignago (2010) weight reports by estimated quality for BACI; Feenstra and others (2005)
//! prefer the importer; this does what they do with intervals.

mod fit;
mod flows;
mod ledger;
mod suspect;
#[cfg(test)]
mod tests;

use rayon::prelude::*;
use serde::Serialize;

use crate::builtin::{Distances, Side};
use crate::country::Iso3;

use fit::Model;
pub use flows::reconciled_flows;
pub use ledger::{Ledger, LedgerFlow};
pub use suspect::{Comparison, Suspect, SuspectScan, find_suspects, mirror_comparisons, own_comparisons};

/// Flows of a table smaller than this are not enough to learn reporters' quality from.
pub const FEWEST: usize = 50;

/// A value with its 90 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The exponential of the posterior mean of the logarithm, US dollars.
    pub value_usd: f64,
    /// Lower end of the 90 % interval.
    pub low_usd: f64,
    /// Upper end.
    pub high_usd: f64,
}

/// How one country's books compare with its partners'.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReporterQuality {
    /// Who reports.
    pub reporter: Iso3,
    /// Which book.
    #[serde(skip)]
    pub side: Side,
    /// What it habitually reports beyond the reconciled value (beyond the CIF margin for imports), in
    /// logarithms: 0.05 is 5 % more.
    pub bias: f64,
    /// Scale of a report's scatter around that, in logarithms, for a flow of usual size.
    pub scatter: f64,
    /// Flows by both reports that this was learnt from.
    pub compared: usize,
}

/// Reports with the model of their quality.
pub struct Reconciled<'a> {
    ledger: &'a Ledger,
    model: Model,
}

/// Fits the model. `None` where fewer than [`FEWEST`] flows are reported by both sides: their quality
/// cannot be known then.
pub fn reconcile<'a>(ledger: &'a Ledger, distances: &Distances) -> Option<Reconciled<'a>> {
    let model = Model::fit(ledger, distances)?;
    Some(Reconciled { ledger, model })
}

impl Reconciled<'_> {
    /// The flow's value from the reports that there are.
    pub fn value(&self, at: usize) -> Estimate {
        self.model.posterior(&self.ledger.flows()[at])
    }

    /// The values of all flows in the ledger's order.
    pub fn values(&self) -> Vec<Estimate> {
        self.ledger.flows().par_iter().map(|f| self.model.posterior(f)).collect()
    }

    /// What a side would be expected to report, from the other side's report alone and nothing known of how it
    /// reports; `None` where the other side reports nothing either. Of nine in ten reports that are hidden the
    /// interval holds the truth.
    pub fn expected(&self, at: usize, hidden: Side) -> Option<Estimate> {
        self.model.expected(&self.ledger.flows()[at], hidden)
    }

    /// The margin of imports' CIF values over exports' FOB values at a distance, as a share.
    pub fn margin(&self, distance_km: f64) -> f64 {
        self.model.margin(distance_km)
    }

    /// The quality of every book with flows to compare, by reporter.
    pub fn quality(&self) -> Vec<ReporterQuality> {
        self.model.quality(self.ledger)
    }
}
