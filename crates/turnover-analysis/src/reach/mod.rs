//! What it would take to multiply a pair's trade by `k`, in general equilibrium.

mod facts;
mod report;
pub mod sectors;

use turnover_equilibrium::Imbalance;

use crate::answer::Answer;
use crate::defaults;
use crate::error::AnalysisError;
use crate::pair::Pair;
use crate::world::NamedWorld;

pub use facts::{CountryFacts, CurvePoint, KnownCut, Limit, ReachFacts, Taken, WorldFacts, compute};
pub use report::report;

/// Whose exports become cheaper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ways {
    /// Both directions alike.
    #[default]
    Both,
    /// Only goods from the first country to the second.
    Forward,
    /// Only goods from the second country to the first.
    Backward,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Whose trade.
    pub pair: Pair,
    /// The multiple `k`.
    pub times: f64,
    /// Trade elasticity of the main answer.
    pub theta: f64,
    /// Elasticities of the range.
    pub thetas: Vec<f64>,
    /// What happens to imbalances.
    pub imbalance: Imbalance,
    /// Whose exports become cheaper.
    pub ways: Ways,
    /// What customs report of the pair's trade, beside what the world has of it.
    pub customs: Option<Customs>,
    /// The command that asks again, which findings name.
    pub command: String,
}

/// The pair's trade of a year by customs data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Customs {
    /// The year.
    pub year: i32,
    /// From the first country to the second and back, US dollars; `None` where nobody reports it.
    pub usd: [Option<f64>; 2],
}

impl Question {
    /// The usual elasticity and range, both directions, additive imbalances.
    pub fn new(pair: Pair, times: f64) -> Self {
        Question {
            pair,
            times,
            theta: defaults::THETA,
            thetas: defaults::THETAS.to_vec(),
            imbalance: Imbalance::Additive,
            ways: Ways::Both,
            customs: None,
            command: String::new(),
        }
    }
}

/// Answers the question.
///
/// # Errors
/// Where the pair does not trade, the multiple is out of reach, or there is no equilibrium.
pub fn answer(named: &NamedWorld, question: &Question) -> Result<Answer, AnalysisError> {
    Ok(report(&compute(named, question)?, &question.command))
}
