//! The figures of a pair's potential.

use jiff::civil::Date;
use turnover_data::{FlowSource, Iso3, Source};
use turnover_measures::{Catalogue, Extent};

use super::Question;
use super::product::ProductFacts;
use super::world::World;
use crate::coverage::{self, measures_in_force};
use crate::error::AnalysisError;
use crate::pair::Pair;

/// One direction of the pair's trade.
#[derive(Debug, Clone, PartialEq)]
pub struct DirectionFacts {
    /// Whose goods.
    pub from: Iso3,
    /// To whom.
    pub to: Iso3,
    /// The products, those with the most room first.
    pub products: Vec<ProductFacts>,
    /// 1 where the exporter sells just what the importer buys, 0 where nothing of it (Michaely 1996).
    pub complementarity: f64,
}

impl DirectionFacts {
    /// The room of the products that are selected, in US dollars.
    pub fn unrealised_usd(&self, select: impl Fn(&ProductFacts) -> bool) -> f64 {
        self.products.iter().filter(|p| select(p)).map(ProductFacts::unrealised_usd).sum()
    }

    /// Products with a suspect zero, those from which most would be expected first.
    pub fn suspect_zeros(&self) -> Vec<&ProductFacts> {
        let mut out: Vec<&ProductFacts> = self.products.iter().filter(|p| p.is_suspect_zero).collect();
        out.sort_by(|x, y| y.potential_usd.total_cmp(&x.potential_usd));
        out
    }

    /// Exports now, in US dollars.
    pub fn actual_usd(&self) -> f64 {
        self.products.iter().map(|p| p.actual_usd).sum()
    }

    /// The share of the room in products that no measure touches: at least, and at most, since products touched
    /// in part count either way. `None` where there is no room.
    pub fn free_share(&self) -> Option<(f64, f64)> {
        let all = self.unrealised_usd(|_| true);
        let touched = |extent: fn(Extent) -> bool| self.unrealised_usd(|p| extent(p.extent));
        let (whole, part) = (touched(|e| e == Extent::Whole), touched(|e| e != Extent::None));
        (all > 0.0).then(|| (1.0 - part / all, 1.0 - whole / all))
    }
}

/// The figures of a pair's potential, without words.
#[derive(Debug, Clone, PartialEq)]
pub struct PotentialFacts {
    /// Whose trade.
    pub pair: Pair,
    /// The year of the flows.
    pub year: i32,
    /// The day of the measures.
    pub on: Date,
    /// Whether the catalogue has measures between the two; where not, none of the room is known to be free.
    pub known: bool,
    /// What is supposed about measures.
    pub supposition: Option<String>,
    /// From the first country to the second, and back, as far as the flows can answer.
    pub directions: Vec<DirectionFacts>,
    /// Directions that they cannot answer, and what they lack.
    pub missing: Vec<(Iso3, Iso3, String)>,
    /// Where the flows come from.
    pub source: Source,
    /// The measures, as a source.
    pub measures: Source,
    /// What a reader must know about the flows.
    pub caveats: Vec<String>,
}

/// Finds the figures.
///
/// # Errors
/// As [`super::answer`].
pub fn compute(flows: FlowSource, catalogue: &Catalogue, question: &Question) -> Result<PotentialFacts, AnalysisError> {
    let pair = question.pair;
    let known = catalogue.knows(pair.a, pair.b);
    let asked = coverage::Question {
        lift: question.lift.clone(),
        bring: question.bring.clone(),
        ..coverage::Question::new(pair)
    };
    let supposition = asked.supposition(catalogue);
    let supposed;
    let catalogue = match supposition {
        None => catalogue,
        Some(_) => {
            supposed = coverage::suppose(catalogue, &question.lift, &question.bring)?;
            &supposed
        }
    };
    let world = World::new(flows, question)?;
    let on = question.date.unwrap_or_else(|| Date::new(world.year as i16, 12, 31).unwrap_or(Date::MAX));
    let standing = if supposition.is_some() { "supposed to be in force" } else { "in force" };
    let measures = Source { vintage: format!("measures {standing} on {on}"), ..measures_in_force(catalogue, on) };
    let [of_a, of_b] = world.densities([pair.a, pair.b]);
    let ways = [(pair.a, pair.b, &of_a), (pair.b, pair.a, &of_b)];
    let (mut directions, mut missing) = (Vec::new(), Vec::new());
    let direction = |from: Iso3, to: Iso3, density: &[f64]| DirectionFacts {
        from,
        to,
        products: world.rooms(from, to, density, catalogue, on),
        complementarity: world.complementarity(from, to),
    };
    for ((from, to, density), lack) in ways.into_iter().zip(&world.missing) {
        match lack {
            None => directions.push(direction(from, to, density)),
            Some(why) => missing.push((from, to, why.clone())),
        }
    }
    Ok(PotentialFacts {
        pair,
        year: world.year,
        on,
        known,
        supposition,
        directions,
        missing,
        source: flows.source()?,
        measures,
        caveats: flows.caveats()?,
    })
}
