//! A war of tariffs: each side sets the tariff on the other's goods that is best for it, given the other's, until
//! neither moves (Johnson 1953; a Nash equilibrium of the tariffs).

use turnover_equilibrium::maximum;

use crate::engine::Model;
use crate::error::AnalysisError;
use crate::pull::{Pull, What};

/// Highest tariff that is tried.
const MOST: f64 = 3.0;
/// Within what a tariff is found.
const NEAR: f64 = 1e-3;
/// Answers to each other at most.
const ROUNDS: usize = 20;

/// How a war of tariffs ends.
#[derive(Debug, Clone, PartialEq)]
pub struct WarFacts {
    /// The tariff of each side on all the other's goods.
    pub tariffs: [f64; 2],
    /// Gains of the two sides against the status quo.
    pub gains: [f64; 2],
    /// The pair's trade over that of the status quo.
    pub multiple: f64,
    /// Times that both sides answered.
    pub rounds: usize,
    /// Whether neither moves any more.
    pub settled: bool,
}

/// Gains of both sides and the multiple, with pulls beside the status quo.
type Outcomes<'a> = &'a dyn Fn(&[Pull]) -> Result<([f64; 2], f64), AnalysisError>;

/// One side's tariff on the other's goods.
fn tariff(importer: &str, exporter: &str, sector: Option<String>, rate: f64) -> Pull {
    Pull {
        exporter: Some(exporter.to_owned()),
        importer: Some(importer.to_owned()),
        sector,
        ..Pull::new(format!("Tariff of {importer} on {exporter}"), What::Tariff(rate))
    }
}

/// Plays the war between two regions from a status quo; `outcome` gives gains and the multiple with pulls added.
///
/// # Errors
/// That of `outcome`.
pub fn tariff_war(model: &Model, sides: [&str; 2], outcome: Outcomes) -> Result<WarFacts, AnalysisError> {
    let goods = matches!(model, Model::Many { named, .. } if !named.tables.goods.is_empty());
    let sector = goods.then(|| "goods".to_owned());
    let pulls = |t: [f64; 2]| {
        [tariff(sides[0], sides[1], sector.clone(), t[0]), tariff(sides[1], sides[0], sector.clone(), t[1])]
    };
    let mut tariffs = [0.0; 2];
    let (mut rounds, mut settled) = (0, false);
    while rounds < ROUNDS && !settled {
        rounds += 1;
        let before = tariffs;
        for side in 0..2 {
            // Near the last answer first: the peak moves little from round to round.
            let (low, high) = if rounds == 1 {
                (0.0, MOST)
            } else {
                (f64::max(0.0, tariffs[side] - 0.1), f64::min(MOST, tariffs[side] + 0.1))
            };
            let best = maximum(low, high, NEAR, &mut |t| -> Result<f64, AnalysisError> {
                let mut own = tariffs;
                own[side] = t;
                Ok(outcome(&pulls(own))?.0[side])
            })?;
            tariffs[side] = best.at;
        }
        settled = (0..2).all(|side| (tariffs[side] - before[side]).abs() < 2.0 * NEAR);
    }
    let (gains, multiple) = outcome(&pulls(tariffs))?;
    Ok(WarFacts { tariffs, gains, multiple, rounds, settled })
}
