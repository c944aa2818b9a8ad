//! What a measure cost: its effect on trade by PPML difference-in-differences, year by year around its date, by
//! product and by partner; the trade that it prevented; and what other choices make of it.

mod design;
mod lost;
mod report;
mod robust;

use turnover_data::{Flows, HsCode, Iso3, Source};
use turnover_gravity::Coefficient;
use turnover_measures::Catalogue;

use crate::answer::{Answer, Interval};
use crate::error::AnalysisError;
use crate::panel::{Home, Panel, Side};
use crate::watch::Watch;

use design::{Design, Estimated, Regressor, estimate};
use lost::Losses;

pub use report::report;
pub use robust::Specification;

/// What becomes of partners that the measure reached only later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Later {
    /// They are left out from the year in which it reached them.
    #[default]
    Drop,
    /// They stay among those untouched.
    Control,
    /// They count as touched from then on.
    Treat,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Id of the measure.
    pub measure: String,
    /// A partner whose prevented trade is shown.
    pub partner: Option<Iso3>,
    /// The chapters that count as covered; those of which the measure names a third of the headings,
    /// if `None`.
    pub products: Option<Vec<HsCode>>,
    /// Partners reached later.
    pub later: Later,
    /// The command that asks again.
    pub command: String,
}

/// What a measure prevented a year between its sender and one partner, in US dollars.
#[derive(Debug, Clone)]
pub struct Prevented {
    /// The measure.
    pub measure: String,
    /// The partner.
    pub partner: Iso3,
    /// The estimate: a year on average since the measure began.
    pub usd: f64,
    /// 95 % interval.
    pub interval: Interval,
    /// The products that the estimate takes as covered.
    pub(crate) products: Vec<HsCode>,
    /// Whose imports or exports they are.
    pub(crate) home: Home,
}

/// The main estimate alone, for one partner: the figure that [`answer`] gives for it.
pub(crate) fn prevented(
    flows: &Flows,
    catalogue: &Catalogue,
    measure: &str,
    partner: Iso3,
) -> Result<Prevented, AnalysisError> {
    let panel = Panel::new(flows, catalogue, measure, None, Side::Sender)?;
    let question = Question {
        measure: measure.to_owned(),
        partner: None,
        products: None,
        later: Later::Drop,
        command: String::new(),
    };
    let design = Design::new(&panel, flows, &question)?;
    let at = panel.partners.binary_search(&partner).ok().filter(|p| design.first[*p]);
    let Some(at) = at else {
        return Err(AnalysisError::Change {
            what: format!("{} has no flows of {partner} that `{measure}` touches", flows.source.name),
            help: "give flows that do with ‹data›".to_owned(),
        });
    };
    let main = design.main(&|_, _, _| true, Watch::none())?;
    lost_with(&design, &main, measure, at)
}

/// What the main estimate has a measure prevent with the partner at a place of the panel.
fn lost_with(design: &Design, main: &Estimated, measure: &str, at: usize) -> Result<Prevented, AnalysisError> {
    let (panel, effect) = (design.panel, main.only()?);
    let over = |b: f64| Losses::new(panel, main, b, &design.first).total(Some(at));
    Ok(Prevented {
        measure: measure.to_owned(),
        partner: panel.partners[at],
        usd: over(effect.estimate),
        interval: Interval { low: over(effect.high), high: over(effect.low) },
        products: panel.products.iter().zip(&panel.covered).filter(|(_, c)| **c).map(|(p, _)| *p).collect(),
        home: panel.home.clone(),
    })
}

/// Everything that the report is worded from.
pub struct EffectFacts<'a> {
    pub(crate) panel: Panel<'a>,
    pub(crate) question: Question,
    /// The effect in log points.
    pub effect: Coefficient,
    /// Observations of the main estimate.
    pub nobs: usize,
    /// Year by year against the last before.
    pub by_year: Vec<Coefficient>,
    /// The last year before.
    pub reference: i32,
    /// The p-value of the years before being alike.
    pub pre_trend: Option<f64>,
    /// By product and by partner, where they can be estimated.
    pub by_product: Option<Vec<Coefficient>>,
    /// By partner.
    pub by_partner: Option<Vec<Coefficient>>,
    pub(crate) losses: Losses,
    /// What the main estimate says of the partner asked for, where the measure touched it and nothing but the usual
    /// choices was asked for.
    pub prevented: Option<Prevented>,
    /// Place of the partner asked for, where the measure touched it.
    pub(crate) partner: Option<usize>,
    /// The covered trade of those touched: a year before and since, US dollars.
    pub raw: [f64; 2],
    /// The same by other choices.
    pub specifications: Vec<Specification>,
    /// Third countries that took over trade.
    pub gainers: Vec<Iso3>,
    /// By partner: whether the measure was about it from the first day on.
    pub(crate) first: Vec<bool>,
    /// The data.
    pub source: Source,
    /// Its caveats.
    pub caveats: Vec<String>,
}

impl EffectFacts<'_> {
    /// Whether the estimate and the raw change have different signs: the others moved more than those touched.
    pub fn signs_differ(&self) -> bool {
        self.raw[0] > 0.0 && (self.raw[1] / self.raw[0] - 1.0) * self.effect.estimate < 0.0
    }

    /// Lowest and highest trade prevented over all specifications.
    pub fn prevented_range(&self) -> Option<Interval> {
        let all = self.specifications.iter().map(|s| s.prevented);
        (self.specifications.len() > 1)
            .then(|| Interval { low: all.clone().fold(f64::MAX, f64::min), high: all.fold(f64::MIN, f64::max) })
    }
}

/// Estimates.
///
/// # Errors
///
/// The measure is unknown; the data does not hold touched and untouched partners, covered and other products,
/// and years on both sides; an estimate fails; whoever asked does not wait any more.
pub fn compute<'a>(
    flows: &Flows,
    catalogue: &'a Catalogue,
    question: &Question,
    watch: Watch<'_>,
) -> Result<EffectFacts<'a>, AnalysisError> {
    let panel = Panel::new(flows, catalogue, &question.measure, question.products.as_deref(), Side::Sender)?;
    let y0 = panel.start_year();
    let design = Design::new(&panel, flows, question)?;
    let step = |what: &str, done: usize| watch.step(what, done, 5);
    step("the effect", 0)?;
    let main = design.main(&|_, _, _| true, watch)?;
    let effect = main.only()?.clone();
    step("year by year, by product, by partner and by other choices", 1)?;
    let reference = panel.years.iter().copied().filter(|y| *y < y0).max().unwrap_or(y0);
    let partner = question.partner.and_then(|p| panel.partners.binary_search(&p).ok()).filter(|p| design.first[*p]);
    let covered = (0..panel.products.len()).filter(|c| panel.covered[*c]);
    let products = covered.map(|c| (panel.products[c].to_string(), Some(c), None)).collect();
    let touched = (0..panel.partners.len()).filter(|p| design.first[*p]);
    let partners = touched.map(|p| (panel.partners[p].to_string(), None, Some(p))).collect();
    // None rests on another, and each leaves threads idle now and then.
    let ((study, specifications), (by_product, by_partner)) = rayon::join(
        || {
            rayon::join(
                || study(&design, reference, watch),
                || robust::specifications(&design, &main, catalogue, partner, watch),
            )
        },
        || rayon::join(|| split(&design, products, watch), || split(&design, partners, watch)),
    );
    let (study, specifications) = (study?, specifications?);
    step("by other choices", 4)?;
    let before: Vec<&str> =
        study.table.iter().map(|c| c.name.as_str()).filter(|n| n.parse::<i32>().is_ok_and(|y| y < y0)).collect();
    let pre_trend = study.p_value(&before);
    let losses = Losses::new(&panel, &main, effect.estimate, &design.first);
    let usual = question.products.is_none() && question.later == Later::Drop;
    let lost_with = |at: usize| lost_with(&design, &main, &question.measure, at);
    let prevented = partner.filter(|_| usual).map(lost_with).transpose()?;
    let sum = |pick: fn(&lost::PartnerLoss) -> f64| losses.partners.iter().map(pick).sum::<f64>();
    let raw = [sum(|p| p.before), sum(|p| p.after)];
    let gainers = robust::gainers(&design).into_iter().map(|p| panel.partners[p]).collect();
    let (first, nobs) = (design.first.clone(), main.fit.nobs);
    Ok(EffectFacts {
        question: question.clone(),
        effect,
        nobs,
        by_year: study.table,
        reference,
        pre_trend,
        by_product: by_product.map(|e| e.table),
        by_partner: by_partner.map(|e| e.table),
        losses,
        prevented,
        partner,
        raw,
        specifications,
        gainers,
        first,
        source: flows.source.clone(),
        caveats: flows.caveats.clone(),
        panel,
    })
}

/// The effect of each year against the last one before.
fn study(design: &Design, reference: i32, watch: Watch<'_>) -> Result<Estimated, AnalysisError> {
    let panel = design.panel;
    let events: Vec<(String, Regressor)> = panel
        .years
        .iter()
        .enumerate()
        .filter(|(_, year)| **year != reference)
        .map(|(at, year)| {
            let f: Regressor =
                Box::new(move |p, c, y| f64::from(u8::from(y == at && panel.covered[c] && design.first[p])));
            (year.to_string(), f)
        })
        .collect();
    estimate(panel, &|p, _, y| design.stays(p, y), &events, watch)
}

/// The effect taken apart by product or by partner; `None` where that cannot be estimated.
fn split(design: &Design, groups: Vec<(String, Option<usize>, Option<usize>)>, watch: Watch<'_>) -> Option<Estimated> {
    let regressors: Vec<(String, Regressor)> = groups
        .into_iter()
        .map(|(name, product, partner)| {
            let f: Regressor = Box::new(move |p, c, y| {
                let is = product.is_none_or(|at| at == c) && partner.is_none_or(|at| at == p);
                if is { design.treated(p, c, y) } else { 0.0 }
            });
            (name, f)
        })
        .collect();
    estimate(design.panel, &|p, _, y| design.keep(p, y), &regressors, watch).ok()
}

/// Estimates and words the answer.
///
/// # Errors
///
/// Those of [`compute`].
pub fn answer(
    flows: &Flows,
    catalogue: &Catalogue,
    question: &Question,
    watch: Watch<'_>,
) -> Result<Answer, AnalysisError> {
    Ok(report(&compute(flows, catalogue, question, watch)?))
}
