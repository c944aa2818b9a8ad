//! Mirror gaps: what one country reports to have received against what the other reports to have sent.

use std::collections::BTreeMap;

use turnover_data::{Flows, Iso3};

use crate::answer::{Finding, Number, Table, Unit};
use crate::format::{in_sentence, sentence, usd, usd_short};
use crate::panel::Panel;

/// Yearly averages of one partner's covered deliveries, by both reports.
struct Gap {
    partner: Iso3,
    /// Before and since the measure: by the home's report, by the partner's.
    home: [f64; 2],
    partners: [f64; 2],
}

impl Gap {
    fn of(&self, since: usize) -> f64 {
        self.home[since] - self.partners[since]
    }

    fn change(&self) -> f64 {
        self.of(1) - self.of(0)
    }
}

/// The gaps of third countries, the one that widened most first.
pub(crate) struct Mirror(Vec<Gap>);

impl Mirror {
    /// `None` where no third country reports beside the home.
    pub(crate) fn new(panel: &Panel, flows: &Flows, third: &[usize], before: &[i32], after: &[i32]) -> Option<Self> {
        let third: Vec<Iso3> = third.iter().map(|p| panel.partners[*p]).collect();
        // Partner and year: the home's report, the partner's.
        let mut values: BTreeMap<(Iso3, i32), [Option<f64>; 2]> = BTreeMap::new();
        for f in flows.iter().filter(|f| panel.home.includes(f.importer) && third.contains(&f.exporter)) {
            let Ok(at) = panel.products.binary_search(&f.product) else { continue };
            let by = match f.reporter {
                Some(r) if panel.home.includes(r) => 0,
                Some(r) if r == f.exporter => 1,
                _ => continue,
            };
            let slot = &mut values.entry((f.exporter, f.year)).or_default()[by];
            let covered = if panel.covered[at] { f.value_usd } else { 0.0 };
            *slot = Some(slot.unwrap_or(0.0) + covered);
        }
        let mean = |partner: Iso3, years: &[i32]| -> Option<[f64; 2]> {
            // A year counts where both report on the other at all.
            let both: Vec<[f64; 2]> = years
                .iter()
                .filter_map(|y| {
                    let [home, own] = values.get(&(partner, *y))?;
                    Some([(*home)?, (*own)?])
                })
                .collect();
            let n = both.len() as f64;
            (n > 0.0).then(|| [0, 1].map(|k| both.iter().map(|v| v[k]).sum::<f64>() / n))
        };
        let mut gaps: Vec<Gap> = third
            .iter()
            .filter_map(|p| {
                let (b, a) = (mean(*p, before)?, mean(*p, after)?);
                Some(Gap { partner: *p, home: [b[0], a[0]], partners: [b[1], a[1]] })
            })
            .collect();
        gaps.sort_by(|x, y| y.change().total_cmp(&x.change()));
        (!gaps.is_empty()).then_some(Mirror(gaps))
    }

    /// The gap that widened most.
    pub(crate) fn finding(&self, panel: &Panel, template: &Finding) -> Option<Finding> {
        let gap = self.0.first().filter(|g| g.change() > 0.0)?;
        let home = panel.home.name();
        Some(Finding {
            id: format!("diversion.mirror.{}", gap.partner),
            title: "Where the two reports part".to_owned(),
            statement: sentence(&format!(
                "{home} reports {} a year of the covered products from {}, which reports {} sent there; before the measure it \
                 was {} against {}",
                usd_short(gap.home[1]),
                in_sentence(gap.partner.name()),
                usd(gap.partners[1]),
                usd_short(gap.home[0]),
                usd_short(gap.partners[0])
            )),
            value: Number::Value(gap.change()),
            interval: None,
            unit: Unit::Usd,
            definition: format!(
                "mirror gap: imports by {home}'s report less exports by the partner's; yearly averages over years that \
                 both report, since the measure less before. Freight and insurance count in imports alone, and the \
                 country of origin is not always that of dispatch, so a gap is a question and no proof"
            ),
            method: "difference between the reports of both sides".to_owned(),
            ..template.clone()
        })
    }

    pub(crate) fn table(&self, panel: &Panel) -> Table {
        let mut table = Table::new(
            "diversion.mirror",
            "Covered deliveries by both reports, a year",
            &[
                ("country", "Country", Unit::Text),
                ("name", "Name", Unit::Text),
                ("home_before_usd", &format!("Before, {}'s report", panel.home.code()), Unit::Usd),
                ("own_before_usd", "Before, its own", Unit::Usd),
                ("home_since_usd", &format!("Since, {}'s report", panel.home.code()), Unit::Usd),
                ("own_since_usd", "Since, its own", Unit::Usd),
                ("gap_change_usd", "Gap's change", Unit::Usd),
            ],
        );
        for g in &self.0 {
            table.rows.push(vec![
                g.partner.to_string().into(),
                g.partner.name().into(),
                g.home[0].into(),
                g.partners[0].into(),
                g.home[1].into(),
                g.partners[1].into(),
                g.change().into(),
            ]);
        }
        table
    }
}
