//! Outcomes by sector, third countries' trade with those whose flows change, and the whole matrix.

use crate::answer::{Cell, Table, Unit};
use crate::engine::{After, Model, Outcome};
use crate::format::{significant_digits, usd};

/// A figure before and after, in the unit of the data.
pub type Pairwise = [f64; 2];

/// A flow before and after, in US dollars where the tables are.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowFacts {
    /// Whose goods.
    pub exporter: String,
    /// To whom.
    pub importer: String,
    /// In which sector; all goods if `None`.
    pub sector: Option<String>,
    /// Before.
    pub before_usd: f64,
    /// After.
    pub after_usd: f64,
}

/// What happens to one sector of a region.
#[derive(Debug, Clone, PartialEq)]
pub struct SectorOutcome {
    /// The region's code.
    pub region: String,
    /// The sector's code.
    pub sector: String,
    /// What it is, where that is known.
    pub title: String,
    /// What it sells, at home and abroad.
    pub output: Pairwise,
    /// Its value added.
    pub value_added: Pairwise,
    /// What it sells abroad.
    pub exports: Pairwise,
    /// What the region buys of such goods abroad.
    pub imports: Pairwise,
    /// Change of the price that buyers in the region pay.
    pub price: f64,
    /// Change of the wage; the region's own where labour moves between sectors.
    pub wage: f64,
}

/// A third country's trade with those whose flows change.
#[derive(Debug, Clone, PartialEq)]
pub struct DiversionFacts {
    /// The third country.
    pub region: String,
    /// Its sales to the importers of the changed flows.
    pub to_importers: Pairwise,
    /// Its purchases from their exporters.
    pub from_exporters: Pairwise,
}

/// Outcomes by sector of some regions; `None` in a world of one sector.
pub(crate) fn outcomes(model: &Model, outcome: &Outcome, regions: &[usize]) -> Option<Vec<SectorOutcome>> {
    let (Model::Many { named, before, .. }, After::Many(after)) = (model, &outcome.world) else { return None };
    let (n, unit) = (model.regions(), model.unit());
    let sum = |of: &dyn Fn(usize) -> f64, r: usize| (0..n).filter(|i| *i != r).map(of).sum::<f64>() * unit;
    let mut out = Vec::new();
    for &r in regions {
        for j in 0..named.economy.sectors() {
            let exports = [&**before, &**after].map(|s| sum(&|i| s.flow(j, i, r), r));
            let home = [&**before, &**after].map(|s| s.flow(j, r, r) * unit);
            let output = [exports[0] + home[0], exports[1] + home[1]];
            out.push(SectorOutcome {
                region: model.code(r),
                sector: model.sector_name(j),
                title: named.tables.titles.get(j).cloned().unwrap_or_default(),
                value_added: output.map(|y| y * named.economy.value_added_share(j, r)),
                output,
                exports,
                imports: [&**before, &**after].map(|s| sum(&|i| s.flow(j, r, i), r)),
                price: (after.log_sector_price(j, r) - before.log_sector_price(j, r)).exp_m1(),
                wage: (after.log_sector_wage(j, r) - before.log_sector_wage(j, r)).exp_m1(),
            });
        }
    }
    Some(out)
}

/// Third countries' trade with the importers and exporters of changed flows, the largest change first.
pub(crate) fn diversion(model: &Model, outcome: &Outcome, changed: &[(usize, usize)]) -> Vec<DiversionFacts> {
    let distinct = |mut list: Vec<usize>| {
        list.sort_unstable();
        list.dedup();
        list
    };
    let exporters = distinct(changed.iter().map(|c| c.0).collect());
    let importers = distinct(changed.iter().map(|c| c.1).collect());
    let unit = model.unit();
    let both = |flows: Vec<(usize, usize)>| {
        let after: f64 = flows.iter().map(|&(i, j)| model.flow_after(outcome, i, j)).sum();
        [model.today(&flows) * unit, after * unit]
    };
    let third = (0..model.regions()).filter(|r| !exporters.contains(r) && !importers.contains(r));
    let mut out: Vec<DiversionFacts> = third
        .map(|r| DiversionFacts {
            region: model.code(r),
            to_importers: both(importers.iter().map(|i| (r, *i)).collect()),
            from_exporters: both(exporters.iter().map(|e| (*e, r)).collect()),
        })
        .collect();
    let size = |d: &DiversionFacts| {
        (d.to_importers[1] - d.to_importers[0]).abs() + (d.from_exporters[1] - d.from_exporters[0]).abs()
    };
    out.sort_by(|x, y| size(y).total_cmp(&size(x)));
    out
}

/// Every flow by sector, exporter and importer, sales at home too, those that are traded; `None` in a world of one
/// sector.
pub(crate) fn matrix(model: &Model, outcome: &Outcome) -> Option<Vec<FlowFacts>> {
    let Model::Many { named, .. } = model else { return None };
    let (n, unit) = (model.regions(), model.unit());
    let mut out = Vec::new();
    for j in 0..named.economy.sectors() {
        for i in 0..n {
            for to in 0..n {
                let before = model.cell_today((j, i, to));
                if before > 0.0 {
                    out.push(FlowFacts {
                        exporter: model.code(i),
                        importer: model.code(to),
                        sector: Some(model.sector_name(j)),
                        before_usd: before * unit,
                        after_usd: model.cell_after(outcome, (j, i, to)) * unit,
                    });
                }
            }
        }
    }
    Some(out)
}

pub(crate) fn money(in_usd: bool) -> Unit {
    if in_usd { Unit::Usd } else { Unit::Plain }
}

/// A value in a sentence.
pub(crate) fn amount(in_usd: bool, value: f64) -> String {
    if in_usd { usd(value) } else { format!("{} in the data's unit", significant_digits(value, 3)) }
}

/// `, in the data's unit` where nobody said what it is.
pub(crate) fn in_unit(in_usd: bool) -> &'static str {
    if in_usd { "" } else { ", in the data's unit" }
}

/// Change of a figure; missing where there was none.
fn change([before, after]: Pairwise) -> Cell {
    Cell::from((before > 0.0).then(|| after / before - 1.0))
}

pub(crate) fn outcomes_table(outcomes: &[SectorOutcome], in_usd: bool) -> Table {
    let unit = money(in_usd);
    let mut table = Table::new(
        "simulate.outcomes",
        &format!("Outcomes by sector{}", in_unit(in_usd)),
        &[
            ("region", "Country", Unit::Text),
            ("sector", "Sector", Unit::Text),
            ("name", "Name", Unit::Text),
            ("output_before", "Output", unit),
            ("output", "Change", Unit::Change),
            ("value_added_before", "Value added", unit),
            ("value_added_after", "After", unit),
            ("exports_before", "Exports", unit),
            ("exports", "Change of exports", Unit::Change),
            ("imports_before", "Imports", unit),
            ("imports", "Change of imports", Unit::Change),
            ("price", "Price", Unit::Change),
            ("wage", "Wage", Unit::Change),
        ],
    );
    for o in outcomes {
        table.rows.push(vec![
            o.region.clone().into(),
            o.sector.clone().into(),
            o.title.clone().into(),
            o.output[0].into(),
            change(o.output),
            o.value_added[0].into(),
            o.value_added[1].into(),
            o.exports[0].into(),
            change(o.exports),
            o.imports[0].into(),
            change(o.imports),
            o.price.into(),
            o.wage.into(),
        ]);
    }
    table
}

pub(crate) fn diversion_table(diversion: &[DiversionFacts], in_usd: bool) -> Table {
    let unit = money(in_usd);
    let mut table = Table::new(
        "simulate.diversion",
        &format!("Third countries' trade with those whose flows change{}", in_unit(in_usd)),
        &[
            ("country", "Country", Unit::Text),
            ("to_importers_before", "Sales to the importers", unit),
            ("to_importers_after", "After", unit),
            ("from_exporters_before", "Purchases from the exporters", unit),
            ("from_exporters_after", "After, purchases", unit),
        ],
    );
    for d in diversion {
        table.rows.push(vec![
            d.region.clone().into(),
            d.to_importers[0].into(),
            d.to_importers[1].into(),
            d.from_exporters[0].into(),
            d.from_exporters[1].into(),
        ]);
    }
    table
}

pub(crate) fn matrix_table(matrix: &[FlowFacts], in_usd: bool) -> Table {
    let unit = money(in_usd);
    let mut table = Table::new(
        "simulate.matrix",
        &format!("Every flow by sector, before and after{}", in_unit(in_usd)),
        &[
            ("sector", "Sector", Unit::Text),
            ("exporter", "Exporter", Unit::Text),
            ("importer", "Importer", Unit::Text),
            ("before", "Before", unit),
            ("after", "After", unit),
        ],
    );
    for f in matrix {
        table.rows.push(vec![
            f.sector.clone().map_or(Cell::Missing, Cell::from),
            f.exporter.clone().into(),
            f.importer.clone().into(),
            f.before_usd.into(),
            f.after_usd.into(),
        ]);
    }
    table
}
