//! Multilateral resistances of a world of one sector.

use turnover_equilibrium::{Equilibrium, Settings, conditional};

use crate::answer::{Table, Unit};
use crate::world::NamedWorld;

/// Multilateral resistances, conditional on outputs and expenditures and in full, and the gains from trade in
/// closed form. Source: Yotov and others (2016); Arkolakis, Costinot and Rodriguez-Clare (2012).
#[derive(Debug, Clone, PartialEq)]
pub struct ResistanceFacts {
    /// The country whose inward resistance is 1: the one with the largest output.
    pub reference: String,
    /// By country.
    pub rows: Vec<ResistanceRow>,
}

/// One country's resistances, as changes.
#[derive(Debug, Clone, PartialEq)]
pub struct ResistanceRow {
    /// Its code.
    pub country: String,
    /// Exports with outputs and expenditures fixed.
    pub exports_conditional: f64,
    /// Outward resistance, conditional.
    pub outward_conditional: f64,
    /// Inward resistance, conditional.
    pub inward_conditional: f64,
    /// Outward resistance in full.
    pub outward: f64,
    /// Inward resistance in full.
    pub inward: f64,
    /// Real income by the change of the domestic share.
    pub domestic_share: f64,
    /// Share of real income that autarky would cost.
    pub autarky_loss: f64,
}

/// Finds them; `None` where the conditional equilibrium cannot be had.
pub(crate) fn compute(
    named: &NamedWorld,
    settings: &Settings,
    log_b: &[f64],
    after: &Equilibrium,
) -> Option<ResistanceFacts> {
    let n = named.world.len();
    let largest = (0..n).max_by(|a, b| named.world.output()[*a].total_cmp(&named.world.output()[*b]))?;
    let short = conditional(&named.world, log_b, settings, largest).ok()?;
    let abroad =
        |i: usize, flow: &dyn Fn(usize, usize) -> f64| (0..n).filter(|j| *j != i).map(|j| flow(i, j)).sum::<f64>();
    let row = |i: usize| ResistanceRow {
        country: named.countries[i].to_string(),
        exports_conditional: abroad(i, &|i, j| short.flow(i, j)) / abroad(i, &|i, j| named.world.flow(i, j)) - 1.0,
        outward_conditional: short.log_outward[i].exp_m1(),
        inward_conditional: short.log_inward[i].exp_m1(),
        outward: (after.log_outward(i, settings.theta) + after.log_price[largest]).exp_m1(),
        inward: (after.log_price[i] - after.log_price[largest]).exp_m1(),
        domestic_share: after.gains_from_domestic_share(&named.world, i, settings.theta) - 1.0,
        autarky_loss: named.world.loss_in_autarky(i, settings.theta),
    };
    Some(ResistanceFacts { reference: named.countries[largest].to_string(), rows: (0..n).map(row).collect() })
}

/// As a table.
pub(crate) fn table(facts: &ResistanceFacts) -> Table {
    let mut table = Table::new(
        "simulate.resistances",
        &format!(
            "Multilateral resistances, inward {} 1 (Yotov and others 2016), and real income by domestic shares \
             (Arkolakis and others 2012)",
            facts.reference
        ),
        &[
            ("country", "Country", Unit::Text),
            ("exports_conditional", "Exports, outputs fixed", Unit::Change),
            ("outward_conditional", "Outward", Unit::Change),
            ("inward_conditional", "Inward", Unit::Change),
            ("outward", "Outward, in full", Unit::Change),
            ("inward", "Inward, in full", Unit::Change),
            ("domestic_share", "Real income by domestic share", Unit::Change),
            ("autarky", "Loss in autarky", Unit::Share),
        ],
    );
    for r in &facts.rows {
        table.rows.push(vec![
            r.country.clone().into(),
            r.exports_conditional.into(),
            r.outward_conditional.into(),
            r.inward_conditional.into(),
            r.outward.into(),
            r.inward.into(),
            r.domestic_share.into(),
            r.autarky_loss.into(),
        ]);
    }
    table
}
