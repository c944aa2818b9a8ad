//! The regression: effects of partner-year, product-year and partner-product, and who is touched when.

use turnover_data::Flows;
use turnover_gravity::{
    Cluster, Coefficient, Covariance, Effects, Family, Fit, FitError, Model, Settings, SmallSample, poisson,
};

use super::{Later, Question};
use crate::error::AnalysisError;
use crate::panel::Panel;
use crate::watch::Watch;

/// What one estimate needs beside the panel.
pub(super) struct Rows {
    /// (partner, product, year) by row.
    pub(super) cells: Vec<(usize, usize, usize)>,
    pub(super) model: Model,
    pair: Cluster,
}

/// A column of the regression by partner, product and year.
pub(super) type Regressor<'a> = Box<dyn Fn(usize, usize, usize) -> f64 + 'a>;

/// Which cells take part.
pub(super) type Keep<'a> = dyn Fn(usize, usize, usize) -> bool + Sync + 'a;

/// The model with its regressors: effects of partner-year, product-year and partner-product. A partner-year
/// that is hidden in chapter 99 takes no part.
fn rows(panel: &Panel, keep: &Keep, x: &[(String, Regressor)]) -> Option<Rows> {
    let (np, ny) = (panel.products.len(), panel.years.len());
    let mut cells = Vec::new();
    for p in 0..panel.partners.len() {
        for c in 0..np {
            // What was never traded takes no part: its pair's effect is minus infinity.
            let years = || (0..ny).filter(|y| !panel.is_hidden(p, *y) && keep(p, c, *y));
            if years().any(|y| panel.value(p, c, y) > 0.0) {
                cells.extend(years().map(|y| (p, c, y)));
            }
        }
    }
    let codes = |f: &dyn Fn(&(usize, usize, usize)) -> usize| cells.iter().map(|c| f(c) as u32).collect::<Vec<u32>>();
    let pair = codes(&|c| c.0 * np + c.1);
    let family = |name: &str, codes: Vec<u32>, levels: usize| Family { name: name.into(), codes, levels };
    let effects = Effects::new(vec![
        family("partner^year", codes(&|c| c.0 * ny + c.2), panel.partners.len() * ny),
        family("product^year", codes(&|c| c.1 * ny + c.2), np * ny),
        family("partner^product", pair.clone(), panel.partners.len() * np),
    ])?;
    let y = cells.iter().map(|c| panel.value(c.0, c.1, c.2)).collect();
    let x = x.iter().map(|(name, f)| (name.clone(), cells.iter().map(|c| f(c.0, c.1, c.2)).collect())).collect();
    let model = Model::new(y, x).with_effects(effects);
    Some(Rows { cells, model, pair: Cluster { name: "partner^product".into(), codes: pair } })
}

/// A fit with its table of coefficients.
pub(super) struct Estimated {
    pub(super) rows: Rows,
    pub(super) fit: Fit,
    pub(super) table: Vec<Coefficient>,
}

impl Estimated {
    /// The coefficient of the one regressor, which may have been dropped.
    pub(super) fn only(&self) -> Result<&Coefficient, AnalysisError> {
        self.table.first().ok_or_else(|| AnalysisError::Estimate {
            what:
                "the effect cannot be estimated: the effects of partner-year, product-year and partner-product leave \
                   it no variation"
                    .to_owned(),
            help: "more partners, products or years are needed".to_owned(),
        })
    }

    /// The test that some coefficients are 0 together; `None` where it cannot be made.
    pub(super) fn p_value(&self, names: &[&str]) -> Option<f64> {
        let covariance = Covariance::Clustered(vec![self.rows.pair.clone()]);
        let names = (!names.is_empty()).then_some(names)?;
        self.fit.wald(names, &covariance, SmallSample::Fixest).ok().map(|w| w.p_value)
    }
}

pub(super) fn estimate(
    panel: &Panel,
    keep: &Keep,
    x: &[(String, Regressor)],
    watch: Watch<'_>,
) -> Result<Estimated, AnalysisError> {
    let wrong = |what: String| AnalysisError::Estimate {
        what: format!("the effect of `{}` cannot be estimated: {what}", panel.measure.id),
        help: "more partners, products or years are needed".to_owned(),
    };
    let rows = rows(panel, keep, x).ok_or_else(|| wrong("there are too many cells".to_owned()))?;
    let settings = Settings { stop: watch.stop(), ..Settings::default() };
    let fit = poisson(&rows.model, &settings).map_err(|e| match e {
        FitError::Stopped => AnalysisError::Stopped,
        e => wrong(e.to_string()),
    })?;
    let covariance = Covariance::Clustered(vec![rows.pair.clone()]);
    let table = fit.table(&covariance, SmallSample::Fixest).map_err(|e| wrong(e.to_string()))?;
    Ok(Estimated { rows, fit, table })
}

/// Who is touched when, and which rows take part.
pub(super) struct Design<'a> {
    pub(super) panel: &'a Panel<'a>,
    pub(super) later: Later,
    /// By partner: whether the measure was about it from the first day on.
    pub(super) first: Vec<bool>,
    /// By partner and year: whether the measure was about it at any time. Asked for every cell of every estimate,
    /// so it is worked out once.
    touched: Vec<bool>,
}

impl<'a> Design<'a> {
    pub(super) fn new(panel: &'a Panel, flows: &Flows, question: &Question) -> Result<Self, AnalysisError> {
        let first: Vec<bool> = (0..panel.partners.len()).map(|p| panel.first(p)).collect();
        if !first.contains(&true) || !first.contains(&false) {
            return Err(AnalysisError::Change {
                what: format!(
                    "{} does not hold partners that `{}` touches and others",
                    flows.source.name, panel.measure.id
                ),
                help: "the untouched ones show what would have happened without it".to_owned(),
            });
        }
        let years = panel.years.len();
        let touched = (0..first.len() * years).map(|at| panel.touched(at / years, at % years)).collect();
        Ok(Design { panel, later: question.later, first, touched })
    }

    /// The same with another rule for partners reached later.
    pub(super) fn with(&self, later: Later) -> Design<'a> {
        Design { panel: self.panel, later, first: self.first.clone(), touched: self.touched.clone() }
    }

    fn touched_later(&self, p: usize, y: usize) -> bool {
        !self.first[p] && self.touched[p * self.panel.years.len() + y]
    }

    /// Whether a partner-year takes part by the rule for partners reached later.
    pub(super) fn stays(&self, p: usize, y: usize) -> bool {
        self.later != Later::Drop || !self.touched_later(p, y)
    }

    /// Whether a cell is touched after the measure began.
    pub(super) fn treated(&self, p: usize, c: usize, y: usize) -> f64 {
        let is = self.first[p] || (self.later == Later::Treat && self.touched_later(p, y));
        f64::from(u8::from(self.panel.covered[c] && is && self.panel.years[y] > self.panel.start_year()))
    }

    /// The year in which it began is neither before nor after.
    pub(super) fn keep(&self, p: usize, y: usize) -> bool {
        self.panel.years[y] != self.panel.start_year() && self.stays(p, y)
    }

    /// The effect over all years, on the cells of which `also` holds.
    pub(super) fn main(&self, also: &Keep, watch: Watch<'_>) -> Result<Estimated, AnalysisError> {
        let treated: Regressor = Box::new(|p, c, y| self.treated(p, c, y));
        estimate(self.panel, &|p, c, y| self.keep(p, y) && also(p, c, y), &[("effect".to_owned(), treated)], watch)
    }
}
