//! A partner's covered products against its others, before a measure and since.

use turnover_gravity::{Cluster, Coefficient, Covariance, Effects, Family, Model, Settings, SmallSample, poisson};

use super::LEVEL;
use crate::answer::Interval;
use crate::panel::Panel;

/// Fewer products with trade than this give no error that could be trusted.
pub(super) const LEAST_PRODUCTS: usize = 8;

/// One third country's excess.
#[derive(Debug, Clone)]
pub struct Excess {
    /// Its place in the panel.
    pub(crate) partner: usize,
    /// The effect in log points.
    pub coefficient: Coefficient,
    /// A year's average of the covered products before, US dollars.
    pub before: f64,
    /// The same since.
    pub since: f64,
    /// A year's excess over what its other products say.
    pub excess: f64,
    /// Its 95 % interval.
    pub interval: Interval,
}

impl Excess {
    /// Whether it is above 0 and statistically significant.
    pub fn is_clear(&self) -> bool {
        self.coefficient.estimate > 0.0 && self.coefficient.p_value < LEVEL
    }
}

/// The comparison of a partner's covered products with its others, before and after.
pub(super) struct Comparison<'a> {
    pub(super) panel: &'a Panel<'a>,
    /// Places of the years before and after.
    pub(super) before: Vec<usize>,
    pub(super) after: Vec<usize>,
}

impl Comparison<'_> {
    /// One partner's excess of some products; `None` where too little is traded.
    pub(super) fn excess(&self, partner: usize, covered: &[bool]) -> Option<Excess> {
        let panel = self.panel;
        // What is hidden in chapter 99 is missing, not zero.
        let seen = |years: &[usize]| -> Vec<usize> {
            years.iter().copied().filter(|t| !panel.is_hidden(partner, *t)).collect()
        };
        let (before_years, after_years) = (seen(&self.before), seen(&self.after));
        if before_years.is_empty() || after_years.is_empty() {
            return None;
        }
        let years: Vec<usize> = before_years.iter().chain(&after_years).copied().collect();
        let (mut y, mut x, mut product, mut year) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut traded = 0;
        for c in 0..panel.products.len() {
            // A product never traded says nothing.
            if years.iter().all(|t| panel.value(partner, c, *t) == 0.0) {
                continue;
            }
            traded += 1;
            for (at, t) in years.iter().enumerate() {
                y.push(panel.value(partner, c, *t));
                x.push(f64::from(u8::from(covered[c] && at >= before_years.len())));
                product.push(c as u32);
                year.push(at as u32);
            }
        }
        if traded < LEAST_PRODUCTS {
            return None;
        }
        let family = |name: &str, codes: Vec<u32>, levels: usize| Family { name: name.into(), codes, levels };
        let effects = Effects::new(vec![
            family("product", product.clone(), panel.products.len()),
            family("year", year, years.len()),
        ])?;
        let covered_rows: Vec<bool> = product.iter().map(|c| covered[*c as usize]).collect();
        let model = Model::new(y, vec![("excess".into(), x)]).with_effects(effects);
        let fit = poisson(&model, &Settings::default()).ok()?;
        let by_product = Covariance::Clustered(vec![Cluster { name: "product".into(), codes: product }]);
        let coefficient = fit.table(&by_product, SmallSample::Fixest).ok()?.into_iter().next()?;
        let (na, nb) = (after_years.len() as f64, before_years.len() as f64);
        let (mut before, mut since, mut fitted) = (0.0, 0.0, 0.0);
        for row in (0..model.y.len()).filter(|r| covered_rows[*r]) {
            if row % years.len() >= before_years.len() {
                since += model.y[row] / na;
                fitted += if fit.fitted[row].is_finite() { fit.fitted[row] / na } else { 0.0 };
            } else {
                before += model.y[row] / nb;
            }
        }
        let over = |b: f64| fitted * -(-b).exp_m1();
        let interval = Interval { low: over(coefficient.low), high: over(coefficient.high) };
        Some(Excess { partner, excess: over(coefficient.estimate), interval, before, since, coefficient })
    }
}
