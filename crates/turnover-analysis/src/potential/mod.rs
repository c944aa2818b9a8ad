//! Where the room is: products with unrealised export potential, split into those under measures
//! and those free of them.
//!
//! ITC's export potential indicator (Decreux and Spies 2016), in its static form:
//!
//! ```text
//! potential_k = (X_ik / X_k) * M_jk * ease,    ease = X_ij / sum_k (X_ik / X_k) * M_jk
//! ```
//!
//! supply share times demand times ease of trade, for exporter `i`, importer `j`, product `k`. What the
//! indicator adds where the data has it - expected growth, tariff margins, a correction for
//! re-exports - is not here. Beside it: revealed comparative advantage (Balassa 1965), complementarity
//! (Michaely 1996) and density in the product space (Hidalgo and others 2007).

mod facts;
mod product;
mod report;
mod world;

use jiff::civil::Date;
use turnover_data::FlowSource;
use turnover_measures::Catalogue;

use crate::answer::Answer;
use crate::error::AnalysisError;
use crate::pair::Pair;

pub use facts::{DirectionFacts, PotentialFacts, compute};
pub use product::ProductFacts;
pub use report::report;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whose trade.
    pub pair: Pair,
    /// Year of the flows; the latest if `None`.
    pub year: Option<i32>,
    /// Day of the measures; the end of the year if `None`.
    pub date: Option<Date>,
    /// Measures that are taken as lifted, by id.
    pub lift: Vec<String>,
    /// Measures that are taken as in force, by id, whatever their dates.
    pub bring: Vec<String>,
    /// The command that asks again, which findings name.
    pub command: String,
}

/// Answers the question.
///
/// # Errors
/// Where the flows lack the trade of either country with the others by product.
pub fn answer(flows: FlowSource, catalogue: &Catalogue, question: &Question) -> Result<Answer, AnalysisError> {
    Ok(report(&compute(flows, catalogue, question)?, &question.command))
}
