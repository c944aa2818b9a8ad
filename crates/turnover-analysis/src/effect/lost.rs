//! The covered trade that there would have been: what is fitted, with the effect taken back, and never more
//! than was ever traded.

use std::collections::BTreeMap;

use super::design::Estimated;
use crate::panel::Panel;

/// One partner's covered trade a year.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PartnerLoss {
    /// Place of the partner in the panel.
    pub(crate) partner: usize,
    /// Average of up to three years before, US dollars.
    pub(crate) before: f64,
    /// Average since.
    pub(crate) after: f64,
    /// Prevented a year since: expected without the measure, less expected with it.
    pub(crate) lost: f64,
    /// The highest year ever in the data.
    pub(crate) highest: f64,
    /// Whether what is expected without the measure exceeded the highest year, and was cut to it.
    pub(crate) is_capped: bool,
}

/// The losses of all partners, the largest first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Losses {
    pub(crate) partners: Vec<PartnerLoss>,
    /// By partner: all its trade a year after the measure.
    pub(crate) after_all: Vec<f64>,
}

#[derive(Default)]
struct Sums {
    before: f64,
    years_before: Vec<usize>,
    after: f64,
    fitted: f64,
    years_after: Vec<usize>,
}

impl Losses {
    /// With the effect in log points that is taken back.
    pub(super) fn new(panel: &Panel, main: &Estimated, effect: f64, first: &[bool]) -> Self {
        let y0 = panel.start_year();
        let recent: Vec<i32> = panel.years.iter().rev().copied().filter(|y| *y < y0).take(3).collect();
        let mut by: BTreeMap<usize, Sums> = BTreeMap::new();
        let mut after_all = vec![0.0; panel.partners.len()];
        let mut years_all = vec![Vec::new(); panel.partners.len()];
        let once = |list: &mut Vec<usize>, y: usize| {
            if !list.contains(&y) {
                list.push(y);
            }
        };
        for (row, (p, c, y)) in main.rows.cells.iter().enumerate() {
            let (year, value) = (panel.years[*y], main.rows.model.y[row]);
            if year > y0 {
                after_all[*p] += value;
                once(&mut years_all[*p], *y);
            }
            if !(first[*p] && panel.covered[*c]) {
                continue;
            }
            let sums = by.entry(*p).or_default();
            if year > y0 {
                sums.after += value;
                once(&mut sums.years_after, *y);
                let fitted = main.fit.fitted[row];
                // A cell without any trade, before or after, takes no part and has lost nothing.
                sums.fitted += if fitted.is_finite() { fitted } else { 0.0 };
            } else if recent.contains(&year) {
                sums.before += value;
                once(&mut sums.years_before, *y);
            }
        }
        for (all, years) in after_all.iter_mut().zip(&years_all) {
            *all /= years.len().max(1) as f64;
        }
        let mut partners: Vec<PartnerLoss> = by.into_iter().map(|(p, sums)| loss(panel, p, &sums, effect)).collect();
        partners.sort_by(|x, y| y.lost.total_cmp(&x.lost));
        Losses { partners, after_all }
    }

    /// Prevented a year, of all partners or of one.
    pub(crate) fn total(&self, partner: Option<usize>) -> f64 {
        self.partners.iter().filter(|p| partner.is_none_or(|own| own == p.partner)).map(|p| p.lost).sum()
    }

    /// One partner's.
    pub(crate) fn of(&self, partner: usize) -> Option<&PartnerLoss> {
        self.partners.iter().find(|p| p.partner == partner)
    }
}

fn loss(panel: &Panel, partner: usize, sums: &Sums, effect: f64) -> PartnerLoss {
    let covered = |y: usize| -> f64 {
        (0..panel.products.len()).filter(|c| panel.covered[*c]).map(|c| panel.value(partner, c, y)).sum()
    };
    let highest = (0..panel.years.len()).map(covered).fold(0.0, f64::max);
    let years = sums.years_after.len().max(1) as f64;
    let fitted = sums.fitted / years;
    let without = fitted * (-effect).exp();
    // A measure cannot have prevented more than the market ever took.
    let is_capped = without > highest;
    PartnerLoss {
        partner,
        before: sums.before / sums.years_before.len().max(1) as f64,
        after: sums.after / years,
        lost: without.min(highest) - fitted,
        highest,
        is_capped,
    }
}
