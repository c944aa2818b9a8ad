//! Measures that are supposed away or in force.

use jiff::civil::Date;
use turnover_measures::Catalogue;

use super::Question;
use crate::error::AnalysisError;
use crate::panel;

impl Question {
    /// What is supposed that is not so: `Supposing that Food embargo (rus-2014-food) is lifted`.
    pub fn supposition(&self, catalogue: &Catalogue) -> Option<String> {
        let part = |ids: &[String], what: &str| {
            let names: Vec<String> = ids
                .iter()
                .map(|id| catalogue.measure(id).map_or_else(|| id.clone(), |m| format!("{} ({id})", m.title)))
                .collect();
            let verb = if names.len() == 1 { "is" } else { "are" };
            (!names.is_empty()).then(|| format!("{} {verb} {what}", listed(&names)))
        };
        let parts: Vec<String> =
            [part(&self.lift, "lifted"), part(&self.bring, "in force")].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| format!("Supposing that {}", parts.join(" and that ")))
    }
}

/// `a, b and c`.
pub(crate) fn listed(names: &[String]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}

/// The catalogue without some measures, and with others in force at any time.
pub(crate) fn suppose(catalogue: &Catalogue, lift: &[String], bring: &[String]) -> Result<Catalogue, AnalysisError> {
    let mut out = catalogue.clone();
    for id in lift.iter().chain(bring) {
        panel::named(catalogue, id)?;
    }
    out.measures.retain(|m| !lift.contains(&m.id));
    for measure in out.measures.iter_mut().filter(|m| bring.contains(&m.id)) {
        for target in &mut measure.targets {
            (target.from, target.until) = (Date::MIN, None);
        }
        for products in &mut measure.products {
            (products.from, products.until) = (None, None);
        }
    }
    Ok(out)
}
