//! How much of a pair's trade measures touch, under every definition in use.
//!
//! For flows `v` over products `p` and measures in force on a day, the **coverage ratio** is
//! `sum(v M) / sum(v)` with `M(p)` the part of `p` that a measure touches; the **frequency index** counts
//! traded products instead of their value (both as UNCTAD TRAINS defines them for non-tariff measures). With
//! **base-year weights** `v` is of a year before the measures, so that trade which a ban has emptied still
//! counts (as in Crozet and Hinz 2020).
//!
//! Where the data is coarser than the measure, or a code is meant only in part, `M` is only known to lie
//! between 0 and 1. The central value takes the share of the codes within the product from the best figures
//! at hand ([`within`]); the bounds stand behind it. What is not known is not nought: where the catalogue does
//! not claim to be complete about one of the two, or a measure has no codes, the upper bound is all trade.

mod claim;
mod definition;
mod facts;
mod known;
mod report;
mod supposed;
mod tables;
mod touch;
mod watch;
mod within;

use jiff::civil::Date;
use turnover_data::{Flows, Source};
use turnover_measures::Catalogue;

use crate::answer::Answer;
use crate::effect::Prevented;
use crate::error::AnalysisError;
use crate::pair::Pair;

pub use claim::{ClaimFacts, grounds};
pub use definition::{Definition, Instruments, Verdict, Ways, Weights};
pub use facts::{CoverageFacts, WatchFacts, compute};
pub use known::known;
pub(crate) use known::on_record;
pub use report::report;
pub(crate) use supposed::{listed, suppose};
pub use touch::Touch;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whose trade.
    pub pair: Pair,
    /// The day on which measures are in force; the end of the year if `None`.
    pub date: Option<Date>,
    /// The year of the flows; that of the day, or the latest in the data, if `None`.
    pub year: Option<i32>,
    /// The year whose trade stands for trade without measures; the year before the first sanction or
    /// counter-measure on goods if `None`.
    pub base_year: Option<i32>,
    /// A claim to judge: at least this share of trade is not affected.
    pub claim: f64,
    /// Measures that are taken as lifted, by id.
    pub lift: Vec<String>,
    /// Measures that are taken as in force, by id, whatever their dates.
    pub bring: Vec<String>,
    /// What bans prevented, as far as it is estimated already; the rest is estimated here.
    pub estimated: Vec<Prevented>,
    /// A watch list whose share of the trade is shown beside, by id.
    pub watch_list: Option<String>,
    /// The command that asks again, which findings name.
    pub command: String,
}

impl Question {
    /// The claim that 90 % is not affected, at the end of the latest year.
    pub fn new(pair: Pair) -> Self {
        Question {
            pair,
            date: None,
            year: None,
            base_year: None,
            claim: crate::defaults::CLAIM_PERCENT / 100.0,
            lift: Vec::new(),
            bring: Vec::new(),
            estimated: Vec::new(),
            watch_list: None,
            command: String::new(),
        }
    }
}

/// Works the question out and words it.
///
/// # Errors
///
/// Those of [`compute`].
pub fn answer(
    flows: &Flows,
    partners: Option<&Flows>,
    catalogue: &Catalogue,
    question: &Question,
) -> Result<Answer, AnalysisError> {
    Ok(report(&compute(flows, partners, catalogue, question)?))
}

/// The catalogue as a source of what was in force on a day.
pub(crate) fn measures_in_force(catalogue: &Catalogue, on: Date) -> Source {
    Source {
        name: catalogue.origin.clone(),
        vintage: format!("measures in force on {on}"),
        hash: catalogue.sha256.clone(),
    }
}
