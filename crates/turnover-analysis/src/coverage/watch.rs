//! What a watch list holds of a pair's trade: it restricts nothing, so it is a share beside the others.

use turnover_data::{Edition, HsCode, Known, known, nearest};
use turnover_measures::Products;

use super::definition::share;
use super::facts::{CoverageFacts, Directions, WatchFacts};
use super::touch::Touch;
use crate::error::AnalysisError;

/// The list's share of the trade in the year, toward its target where that is one of the two.
pub(super) fn compute(facts: &CoverageFacts, id: &str, shares: &mut Directions) -> Result<WatchFacts, AnalysisError> {
    let lists = &facts.catalogue.watch_lists;
    let list = lists.iter().find(|l| l.id == id).ok_or_else(|| AnalysisError::Change {
        what: format!("the catalogue has no watch list `{id}`"),
        help: nearest(id, lists.iter().map(|l| l.id.as_str()))
            .map_or_else(|| "turnover measures list names them".to_owned(), |n| format!("did you mean `{n}`?")),
    })?;
    let target = [facts.pair.a, facts.pair.b].into_iter().find(|c| list.target.includes(*c, facts.on));
    let toward = |forward: bool| target.is_none_or(|t| facts.parties(forward).1 == t);
    let groups: Vec<&Products> = list.products.iter().collect();
    let mut touches: Vec<Touch> = Vec::new();
    let items: Vec<_> = facts.items.iter().filter(|i| toward(i.forward)).collect();
    for item in &items {
        touches.push(item.goods.touch(&groups, facts.on, shares.of(item.forward)));
    }
    let mut next = touches.into_iter();
    let share = share(items.into_iter(), |i| i.now, |_| next.next().unwrap_or_default());
    Ok(WatchFacts { list: list.clone(), share, unmatched: unmatched(facts, &groups, list.edition) })
}

/// Codes of the list that the edition of the data does not have, where the data is as fine as they are.
fn unmatched(facts: &CoverageFacts, groups: &[&Products], edition: Edition) -> Vec<HsCode> {
    let level = facts.items.iter().map(|i| i.goods.product.level()).max().unwrap_or(0);
    let year = Edition::in_force(facts.on);
    let data = turnover_data::editions(facts.items.iter().map(|i| &i.goods.product));
    // The data's own edition where its codes show it, else that of the day.
    let of_data = match &data.fit[..] {
        [one] => *one,
        _ => year,
    };
    if of_data == edition {
        return Vec::new();
    }
    let codes = groups.iter().flat_map(|g| g.codes.iter().copied());
    codes.filter(|c| c.level() <= level && known(*c, of_data) != Known::Yes).collect()
}
