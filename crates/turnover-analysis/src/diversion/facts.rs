//! The figures of where trade went.

use turnover_data::{Flows, HsCode, Iso3, Source, nearest};
use turnover_measures::{Catalogue, Direction, WatchList};

use super::comparison::{Comparison, Excess, LEAST_PRODUCTS};
use super::placebo::{PLACEBO_SETS, Placebo};
use super::{BEFORE, Question, Route};
use crate::error::AnalysisError;
use crate::mirror::Mirror;
use crate::panel::{Panel, Side};
use crate::watch::Watch;

/// A covered flow of a country that the measure names, which fell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LostFlow {
    /// Place of the partner in the panel.
    pub(crate) partner: usize,
    /// Place of the product in the panel.
    pub(crate) product: usize,
    /// A year's average before, US dollars.
    pub before: f64,
    /// The same since.
    pub since: f64,
}

/// Everything that the report is worded from.
pub struct DiversionFacts<'a> {
    pub(crate) panel: Panel<'a>,
    /// The question.
    pub question: Question,
    /// Third countries, the largest excess first.
    pub found: Vec<Excess>,
    /// What the countries that the measure names lost, the largest first.
    pub lost: Vec<LostFlow>,
    /// The same search where there is nothing to find.
    pub placebo: Placebo,
    /// Years before the measure that are compared.
    pub years_before: usize,
    pub(crate) mirror: Option<Mirror>,
    pub(crate) list: Option<&'a WatchList>,
    /// The data.
    pub source: Source,
    /// Its caveats.
    pub caveats: Vec<String>,
}

impl DiversionFacts<'_> {
    /// The third countries with an excess that is statistically significant.
    pub fn clear(&self) -> impl Iterator<Item = (Iso3, &Excess)> {
        self.found.iter().filter(|e| e.is_clear()).map(|e| (self.panel.partners[e.partner], e))
    }
}

/// Compares every third country's covered products with its others.
///
/// # Errors
///
/// The measure or the watch list is unknown; the flows do not hold covered and other products, third countries
/// and years on both sides; whoever asked does not wait any more.
pub fn compute<'a>(
    flows: &Flows,
    catalogue: &'a Catalogue,
    question: &Question,
    watch: Watch<'_>,
) -> Result<DiversionFacts<'a>, AnalysisError> {
    let list = question.watch_list.as_ref().map(|id| watch_list(catalogue, id)).transpose()?;
    let listed = list.map(|l| l.products.iter().flat_map(|p| p.codes.iter().copied()).collect::<Vec<_>>());
    let products = listed.as_deref().or(question.products.as_deref());
    let side = if question.route == Route::Departures { Side::Sender } else { Side::Importer };
    let panel = Panel::new(flows, catalogue, &question.measure, products, side).map_err(|e| match list {
        Some(list) => too_coarse(flows, list).unwrap_or(e),
        None => e,
    })?;
    if question.route == Route::Departures && panel.measure.direction != Direction::Export {
        return Err(AnalysisError::Change {
            what: format!("`{}` does not stop exports, so none of them can have gone elsewhere", question.measure),
            help: "leave ‹departures› out, or name a measure on exports".to_owned(),
        });
    }
    let y0 = panel.start_year();
    let places = |keep: &dyn Fn(i32) -> bool| -> Vec<usize> {
        (0..panel.years.len()).filter(|t| keep(panel.years[*t])).collect()
    };
    let comparison =
        Comparison { panel: &panel, before: places(&|y| y < y0 && y >= y0 - BEFORE), after: places(&|y| y > y0) };
    let third: Vec<usize> =
        (0..panel.partners.len()).filter(|p| !(0..panel.years.len()).any(|t| panel.touched(*p, t))).collect();
    watch.step("third countries", 0, PLACEBO_SETS + 1)?;
    let mut found: Vec<Excess> = third.iter().filter_map(|p| comparison.excess(*p, &panel.covered)).collect();
    if found.is_empty() {
        return Err(AnalysisError::Change {
            what: format!("{} holds no third country with enough products to compare", flows.source.name),
            help: format!("at least {LEAST_PRODUCTS} products with trade are needed, some of them covered"),
        });
    }
    found.sort_by(|a, b| b.excess.total_cmp(&a.excess));
    let placebo = Placebo::new(&comparison, &third, watch)?;
    let lost = lost(&comparison);
    let years = |of: &[usize]| of.iter().map(|t| panel.years[*t]).collect::<Vec<_>>();
    // Two reports of one flow are compared where it arrives.
    let arrivals = question.route == Route::Arrivals;
    let mirror = arrivals
        .then(|| Mirror::new(&panel, flows, &third, &years(&comparison.before), &years(&comparison.after)))
        .flatten();
    let years_before = comparison.before.len();
    Ok(DiversionFacts {
        question: question.clone(),
        found,
        lost,
        placebo,
        years_before,
        mirror,
        list,
        source: flows.source.clone(),
        caveats: flows.caveats.clone(),
        panel,
    })
}

fn watch_list<'a>(catalogue: &'a Catalogue, id: &str) -> Result<&'a WatchList, AnalysisError> {
    let ids = || catalogue.watch_lists.iter().map(|l| l.id.as_str());
    catalogue.watch_lists.iter().find(|l| l.id == id).ok_or_else(|| AnalysisError::Change {
        what: format!("the catalogue has no watch list `{id}`"),
        help: nearest(id, ids()).map_or_else(
            || format!("it has {}", ids().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        ),
    })
}

/// Why a list of fine codes cannot be followed in coarse data.
fn too_coarse(flows: &Flows, list: &WatchList) -> Option<AnalysisError> {
    let finest = flows.iter().map(|f| f.product.level()).max()?;
    let needed = list.products.iter().flat_map(|p| &p.codes).map(HsCode::level).max()?;
    (finest < needed).then(|| AnalysisError::Change {
        what: format!(
            "`{}` names products by {needed} digits and {} holds {finest}: products on the list cannot be separated from the others",
            list.id, flows.source.name
        ),
        help: format!("give flows by {needed}-digit products with ‹data›, as BACI and UN Comtrade have them"),
    })
}

/// Covered flows of the touched partners with their averages before and since, the largest loss first.
fn lost(comparison: &Comparison) -> Vec<LostFlow> {
    let panel = comparison.panel;
    let mean = |p: usize, c: usize, years: &[usize]| {
        let seen = || years.iter().filter(|t| !panel.is_hidden(p, **t));
        seen().map(|t| panel.value(p, c, *t)).sum::<f64>() / seen().count().max(1) as f64
    };
    let mut out = Vec::new();
    for p in (0..panel.partners.len()).filter(|p| panel.first(*p)) {
        for c in (0..panel.products.len()).filter(|c| panel.covered[*c]) {
            let (before, since) = (mean(p, c, &comparison.before), mean(p, c, &comparison.after));
            if before > since {
                out.push(LostFlow { partner: p, product: c, before, since });
            }
        }
    }
    out.sort_by(|a, b| (b.before - b.since).total_cmp(&(a.before - a.since)));
    out
}
