//! What a measure cost: its effect on trade by PPML difference-in-differences, year by year around
//! its date, by product and by partner; and the trade that it prevented.

use std::collections::BTreeMap;

use serde_json::{Map, json};
use turnover_data::{Flows, HsCode, Iso3};
use turnover_gravity::{
    Cluster, Coefficient, Covariance, Effects, Family, Fit, FitError, Model, Settings, SmallSample, poisson,
};
use turnover_measures::{Catalogue, Direction};

use crate::answer::{Answer, Bar, Chart, ChartKind, Finding, Interval, Line, Mark, Number, Table, Unit};
use crate::error::AnalysisError;
use crate::format::{in_sentence, percent, percent_signed, sentence, usd};
use crate::panel::{Panel, Side};
use crate::watch::Watch;

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
    /// A partner whose prevented trade is to be told.
    pub partner: Option<Iso3>,
    /// The chapters that count as covered; those of which the measure names a third of the headings,
    /// if `None`.
    pub products: Option<Vec<HsCode>>,
    /// Partners reached later.
    pub later: Later,
    /// The command that asks again.
    pub command: String,
}

/// What one estimate needs beside the panel.
struct Rows {
    /// (partner, product, year) by row.
    cells: Vec<(usize, usize, usize)>,
    model: Model,
    pair: Cluster,
}

/// The model with its regressors: effects of partner-year, product-year and partner-product.
fn rows(panel: &Panel, keep: &dyn Fn(usize, usize) -> bool, x: &[(String, Regressor)]) -> Option<Rows> {
    let (np, ny) = (panel.products.len(), panel.years.len());
    let mut cells = Vec::new();
    for p in 0..panel.partners.len() {
        for c in 0..np {
            // What was never traded takes no part: its pair's effect is minus infinity.
            let years = || (0..ny).filter(|y| keep(p, *y));
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

type Regressor<'a> = Box<dyn Fn(usize, usize, usize) -> f64 + 'a>;

struct Estimated {
    rows: Rows,
    fit: Fit,
    table: Vec<Coefficient>,
}

impl Estimated {
    /// The coefficient of the one regressor, which may have been dropped.
    fn only(&self) -> Result<&Coefficient, AnalysisError> {
        self.table.first().ok_or_else(|| AnalysisError::Estimate {
            what:
                "the effect cannot be estimated: the effects of partner-year, product-year and partner-product leave \
                   it no variation"
                    .to_owned(),
            help: "more partners, products or years are needed".to_owned(),
        })
    }
}

fn estimate(
    panel: &Panel,
    keep: &dyn Fn(usize, usize) -> bool,
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

/// What a measure prevented in one year between its sender and one partner, in US dollars.
pub(crate) struct Prevented {
    /// The estimate, with its interval.
    pub(crate) usd: f64,
    pub(crate) interval: Interval,
    /// The products that the estimate takes as covered.
    pub(crate) products: Vec<HsCode>,
    /// Whose imports or exports they are.
    pub(crate) home: Iso3,
}

/// The main estimate alone, for a partner and year after the measure.
pub(crate) fn prevented(
    flows: &Flows,
    catalogue: &Catalogue,
    measure: &str,
    partner: Iso3,
    year: i32,
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
    let wrong = |what: String| AnalysisError::Change { what, help: "name another year with ‹year›".to_owned() };
    let at = panel.partners.binary_search(&partner).ok().filter(|p| design.first[*p]);
    let (Some(at), Ok(t)) = (at, panel.years.binary_search(&year)) else {
        return Err(wrong(format!(
            "{} has no flows of {partner} in {year} that `{measure}` touches",
            flows.source.name
        )));
    };
    if year <= panel.start_year() {
        return Err(wrong(format!("{year} is not after `{measure}` began")));
    }
    let main = design.main(Watch::none())?;
    let effect = main.only()?;
    let fitted: f64 = main
        .rows
        .cells
        .iter()
        .zip(&main.fit.fitted)
        .filter(|((p, c, y), fitted)| *p == at && *y == t && panel.covered[*c] && fitted.is_finite())
        .map(|(_, fitted)| fitted)
        .sum();
    let over = |b: f64| fitted * (-b).exp_m1();
    let products = panel.products.iter().zip(&panel.covered).filter(|(_, c)| **c).map(|(p, _)| *p).collect();
    Ok(Prevented {
        usd: over(effect.estimate),
        interval: Interval { low: over(effect.high), high: over(effect.low) },
        products,
        home: panel.home,
    })
}

/// Who is touched when, and which rows take part.
struct Design<'a> {
    panel: &'a Panel<'a>,
    later: Later,
    /// By partner: whether the measure was about it from the first day on.
    first: Vec<bool>,
}

impl<'a> Design<'a> {
    fn new(panel: &'a Panel, flows: &Flows, question: &Question) -> Result<Self, AnalysisError> {
        let first: Vec<bool> = (0..panel.partners.len()).map(|p| panel.first(p)).collect();
        if !first.contains(&true) || !first.contains(&false) {
            return Err(AnalysisError::Change {
                what: format!(
                    "{} does not hold partners that `{}` touches and others",
                    flows.source.name, panel.measure.id
                ),
                help: "the untouched ones tell what would have happened without it".to_owned(),
            });
        }
        Ok(Design { panel, later: question.later, first })
    }

    fn touched_later(&self, p: usize, y: usize) -> bool {
        !self.first[p] && self.panel.touched(p, y)
    }

    fn stays(&self, p: usize, y: usize) -> bool {
        self.later != Later::Drop || !self.touched_later(p, y)
    }

    fn treated(&self, p: usize, c: usize, y: usize) -> f64 {
        let is = self.first[p] || (self.later == Later::Treat && self.touched_later(p, y));
        f64::from(u8::from(self.panel.covered[c] && is && self.panel.years[y] > self.panel.start_year()))
    }

    /// The year in which it began is neither before nor after.
    fn keep(&self, p: usize, y: usize) -> bool {
        self.panel.years[y] != self.panel.start_year() && self.stays(p, y)
    }

    fn main(&self, watch: Watch<'_>) -> Result<Estimated, AnalysisError> {
        let treated: Regressor = Box::new(|p, c, y| self.treated(p, c, y));
        estimate(self.panel, &|p, y| self.keep(p, y), &[("effect".to_owned(), treated)], watch)
    }
}

/// Answers the question.
pub fn answer(
    flows: &Flows,
    catalogue: &Catalogue,
    question: &Question,
    watch: Watch<'_>,
) -> Result<Answer, AnalysisError> {
    let panel = Panel::new(flows, catalogue, &question.measure, question.products.as_deref(), Side::Sender)?;
    let y0 = panel.start_year();
    let design = Design::new(&panel, flows, question)?;
    let step = |what: &str, done: usize| watch.step(what, done, 4);
    step("the effect", 0)?;
    let main = design.main(watch)?;
    let effect = main.only()?.clone();
    let first = &design.first;
    let keep = |p: usize, y: usize| design.keep(p, y);
    let treated = |p: usize, c: usize, y: usize| design.treated(p, c, y);

    // Year by year against the last one before.
    let reference = panel.years.iter().copied().filter(|y| *y < y0).max().unwrap_or(y0);
    let ever = |p: usize, c: usize| panel.covered[c] && first[p];
    let events: Vec<(String, Regressor)> = panel
        .years
        .iter()
        .enumerate()
        .filter(|(_, year)| **year != reference)
        .map(|(at, year)| {
            let f: Regressor = Box::new(move |p, c, y| f64::from(u8::from(y == at && ever(p, c))));
            (year.to_string(), f)
        })
        .collect();
    step("year by year", 1)?;
    let study = estimate(&panel, &|p, y| design.stays(p, y), &events, watch)?;
    let before: Vec<&str> =
        study.table.iter().map(|c| c.name.as_str()).filter(|n| n.parse::<i32>().is_ok_and(|y| y < y0)).collect();
    let trend = (!before.is_empty())
        .then(|| {
            let covariance = Covariance::Clustered(vec![study.rows.pair.clone()]);
            study.fit.wald(&before, &covariance, SmallSample::Fixest).ok()
        })
        .flatten();

    let by_product: Vec<(String, Regressor)> = (0..panel.products.len())
        .filter(|c| panel.covered[*c])
        .map(|at| {
            let f: Regressor = Box::new(move |p, c, y| if c == at { treated(p, c, y) } else { 0.0 });
            (panel.products[at].to_string(), f)
        })
        .collect();
    step("by product", 2)?;
    let products = estimate(&panel, &keep, &by_product, watch).ok();
    let by_partner: Vec<(String, Regressor)> = (0..panel.partners.len())
        .filter(|p| first[*p])
        .map(|at| {
            let f: Regressor = Box::new(move |p, c, y| if p == at { treated(p, c, y) } else { 0.0 });
            (panel.partners[at].to_string(), f)
        })
        .collect();
    step("by partner", 3)?;
    let partners = estimate(&panel, &keep, &by_partner, watch).ok();

    let template = Finding::template(
        Unit::LogPoints,
        format!(
            "PPML difference-in-differences with effects of partner-year, product-year and partner-product, {} observations, \
             errors clustered by partner-product; {} left out",
            main.fit.nobs, y0
        ),
        vec![flows.source.clone()],
        caveats(flows, &panel, question),
        question.command.clone(),
    );
    let lost = Lost::new(&panel, &main, effect.estimate, first);
    let mut findings = vec![
        Finding {
            id: "effect.log_points".into(),
            title: "The effect".into(),
            statement: format!(
                "{} changed {}'s {} of the covered products from the countries that it names by {} (95 % interval {} to {})",
                sentence(&panel.measure.title),
                in_sentence(panel.home.name()),
                if panel.measure.direction == Direction::Export { "exports" } else { "imports" },
                percent_signed(effect.estimate.exp_m1()),
                percent_signed(effect.low.exp_m1()),
                percent_signed(effect.high.exp_m1())
            ),
            value: Number::Value(effect.estimate),
            interval: Some(Interval { low: effect.low, high: effect.high }),
            definition: format!(
                "log points against the same partners' other products, other partners' covered products ({}) and the years \
                 before {y0}",
                panel.covered_words()
            ),
            ..template.clone()
        },
        lost.finding(&panel, None, &template),
    ];
    if let Some(partner) = question.partner
        && let Ok(at) = panel.partners.binary_search(&partner)
        && first[at]
    {
        findings.push(lost.finding(&panel, Some(at), &template));
        findings.push(lost.share_finding(&panel, at, &template));
    }
    if let Some(w) = &trend {
        findings.push(Finding {
            id: "effect.pre_trend".into(),
            title: "Before the measure".into(),
            statement: format!(
                "Before it the covered flows {} the others: {}",
                if w.p_value < 0.05 { "did not move with" } else { "moved with" },
                if w.p_value < 0.05 {
                    format!(
                        "the years before {reference} differ (p {}), so part of the effect may be older than the measure",
                        probability(w.p_value)
                    )
                } else {
                    format!("that the years before {reference} are alike is not rejected (p {})", probability(w.p_value))
                }
            ),
            value: Number::Value(w.p_value),
            unit: Unit::Probability,
            definition: format!("Wald test that all coefficients of years before {reference} are 0"),
            ..template.clone()
        });
    }
    let coefficients = |id: &str, title: &str, label: &str, list: &[Coefficient], name: &dyn Fn(&str) -> String| {
        let mut table = Table::new(
            id,
            title,
            &[
                ("code", label, Unit::Text),
                ("name", "Name", Unit::Text),
                ("change", "Change", Unit::Change),
                ("log_points", "Log points", Unit::Plain),
                ("std_error", "Std. error", Unit::Plain),
                ("low", "2.5 %", Unit::Change),
                ("high", "97.5 %", Unit::Change),
            ],
        );
        for c in list {
            table.rows.push(vec![
                c.name.clone().into(),
                name(&c.name).into(),
                c.estimate.exp_m1().into(),
                c.estimate.into(),
                c.std_error.into(),
                c.low.exp_m1().into(),
                c.high.exp_m1().into(),
            ]);
        }
        table
    };
    let country = |code: &str| Iso3::parse(code).map_or_else(|_| code.to_owned(), |c| c.name().to_owned());
    let product = |code: &str| HsCode::parse(code).map_or_else(|_| code.to_owned(), |c| c.chapter_name().to_owned());
    let mut tables = vec![coefficients("effect.by_year", "Year by year", "Year", &study.table, &|_| String::new())];
    tables[0].columns.remove(1);
    tables[0].rows.iter_mut().for_each(|r| {
        r.remove(1);
    });
    if let Some(e) = &products {
        tables.push(coefficients("effect.by_product", "By product", "HS", &e.table, &product));
    }
    if let Some(e) = &partners {
        tables.push(coefficients("effect.by_partner", "By partner", "Partner", &e.table, &country));
    }
    tables.push(lost.table(&panel));
    let mut named = Map::new();
    named.insert(
        "coefficients".into(),
        json!([{
            "name": "effect", "estimate": effect.estimate, "std_error": effect.std_error, "statistic": effect.statistic,
            "p_value": effect.p_value, "low": effect.low, "high": effect.high,
        }]),
    );
    named.insert("covariance".into(), json!([[effect.std_error.powi(2)]]));
    named.insert("nobs".into(), json!(main.fit.nobs));
    named.insert("prevented_usd_per_year".into(), json!(lost.total(None)));
    let chart = study_chart(&panel, &study.table, reference, &effect, flows);
    Ok(Answer {
        title: format!("What it cost: {}", panel.measure.title),
        command: question.command.clone(),
        findings,
        tables,
        charts: vec![chart, lost.chart(&panel, flows)],
        named,
    })
}

fn probability(p: f64) -> String {
    if p < 0.001 { "below 0.001".to_owned() } else { format!("{p:.3}") }
}

fn caveats(flows: &Flows, panel: &Panel, question: &Question) -> Vec<String> {
    let mut out = flows.caveats.clone();
    let part: Vec<&str> = panel
        .products
        .iter()
        .zip(&panel.covered)
        .filter(|(p, c)| **c && p.level() == 2)
        .map(|(p, _)| p.as_str())
        .collect();
    if !part.is_empty() && question.products.is_none() {
        out.push(format!(
            "The data is by chapter: {} count as covered whole, since the measure names a third or more of their headings; \
             chapters of which it names fewer count as not covered.",
            part.join(", ")
        ));
    }
    let names: Vec<&str> = (0..panel.partners.len())
        .filter(|p| !panel.first(*p) && (0..panel.years.len()).any(|y| panel.touched(*p, y)))
        .map(|p| panel.partners[p].as_str())
        .collect();
    if !names.is_empty() {
        out.push(format!(
            "{} {} reached only later and {}.",
            names.join(", "),
            if names.len() == 1 { "was" } else { "were" },
            match question.later {
                Later::Drop => "left out from then on",
                Later::Control => "kept among the untouched",
                Later::Treat => "counted as touched from then on",
            }
        ));
    }
    out
}

/// The covered trade that there would have been: what is fitted, with the effect taken back.
struct Lost {
    /// By partner: a year's average before, after, and prevented, in US dollars.
    partners: Vec<(usize, f64, f64, f64)>,
    /// By partner: all its trade a year after the measure.
    after_all: Vec<f64>,
}

impl Panel<'_> {
    /// Over which years averages since the measure are taken: ` on average over 2015 to 2020`.
    fn years_since(&self) -> String {
        let mut after = self.years.iter().filter(|y| **y > self.start_year());
        match (after.next(), after.next_back()) {
            (Some(first), Some(last)) => format!(" on average over {first} to {last}"),
            (Some(only), None) => format!(", by {only} alone"),
            _ => String::new(),
        }
    }
}

impl Lost {
    fn new(panel: &Panel, main: &Estimated, effect: f64, first: &[bool]) -> Self {
        let y0 = panel.start_year();
        let count = |after: bool| panel.years.iter().filter(|y| **y != y0 && (**y > y0) == after).count() as f64;
        let (years_before, years_after) = (count(false).min(3.0), count(true));
        let recent: Vec<i32> = panel.years.iter().rev().copied().filter(|y| *y < y0).take(3).collect();
        let mut by: BTreeMap<usize, (f64, f64, f64)> = BTreeMap::new();
        let mut after_all = vec![0.0; panel.partners.len()];
        for (row, (p, c, y)) in main.rows.cells.iter().enumerate() {
            let (year, value) = (panel.years[*y], main.rows.model.y[row]);
            if year > y0 {
                after_all[*p] += value / years_after;
            }
            if !(first[*p] && panel.covered[*c]) {
                continue;
            }
            let slot = by.entry(*p).or_default();
            if year > y0 {
                slot.1 += value / years_after;
                let fitted = main.fit.fitted[row];
                // A cell without any trade, before or after, takes no part and has lost nothing.
                if fitted.is_finite() {
                    slot.2 += fitted * (-effect).exp_m1() / years_after;
                }
            } else if recent.contains(&year) {
                slot.0 += value / years_before;
            }
        }
        let mut partners: Vec<_> = by.into_iter().map(|(p, (b, a, l))| (p, b, a, l)).collect();
        partners.sort_by(|x, y| y.3.total_cmp(&x.3));
        Lost { partners, after_all }
    }

    fn total(&self, partner: Option<usize>) -> f64 {
        self.partners.iter().filter(|p| partner.is_none_or(|own| own == p.0)).map(|p| p.3).sum()
    }

    fn finding(&self, panel: &Panel, partner: Option<usize>, template: &Finding) -> Finding {
        let lost = self.total(partner);
        let whom = partner.map_or_else(String::new, |p| format!(" with {}", in_sentence(panel.partners[p].name())));
        let (id, title) = match partner {
            None => ("effect.prevented".to_owned(), "Trade prevented".to_owned()),
            Some(p) => (format!("effect.prevented.{}", panel.partners[p]), format!("Prevented{whom}")),
        };
        Finding {
            id,
            title,
            statement: format!(
                "It {} trade{whom} worth {} a year{}",
                if lost < 0.0 { "added" } else { "prevented" },
                usd(lost.abs()),
                panel.years_since()
            ),
            value: Number::Value(lost),
            unit: Unit::Usd,
            definition:
                "covered trade that the estimate expects without the measure, less what it expects with it; yearly \
                         average since"
                    .into(),
            ..template.clone()
        }
    }

    /// The counterfactual coverage share of a partner.
    fn share_finding(&self, panel: &Panel, partner: usize, template: &Finding) -> Finding {
        let (after, lost) = self.partners.iter().find(|p| p.0 == partner).map_or((0.0, 0.0), |p| (p.2, p.3.max(0.0)));
        let share = (after + lost) / (self.after_all[partner] + lost);
        let name = in_sentence(panel.partners[partner].name());
        Finding {
            id: format!("effect.counterfactual_share.{}", panel.partners[partner]),
            title: "Share of what trade would be".into(),
            statement: format!(
                "Without it {} of the trade with {name} in this table would be in the covered products; of what is left \
                 they are {}",
                percent(share),
                percent(after / self.after_all[partner])
            ),
            value: Number::Value(share),
            unit: Unit::Share,
            definition:
                "covered trade with what was prevented added, over all trade with what was prevented added; yearly \
                         averages since the measure"
                    .into(),
            ..template.clone()
        }
    }

    fn table(&self, panel: &Panel) -> Table {
        let mut table = Table::new(
            "effect.prevented",
            "Trade in the covered products a year, by partner",
            &[
                ("partner", "Partner", Unit::Text),
                ("name", "Name", Unit::Text),
                ("before_usd", "Before", Unit::Usd),
                ("after_usd", "Since", Unit::Usd),
                ("prevented_usd", "Prevented", Unit::Usd),
            ],
        );
        for (p, before, after, lost) in &self.partners {
            table.rows.push(vec![
                panel.partners[*p].to_string().into(),
                panel.partners[*p].name().into(),
                (*before).into(),
                (*after).into(),
                (*lost).into(),
            ]);
        }
        table
    }

    fn chart(&self, panel: &Panel, flows: &Flows) -> Chart {
        let bars = self
            .partners
            .iter()
            .take(12)
            .map(|(p, _, _, lost)| Bar {
                label: panel.partners[*p].name().to_owned(),
                value: *lost,
                marked_low: 0.0,
                marked_high: 0.0,
            })
            .collect();
        let worst = self.partners.first().map_or_else(String::new, |p| panel.partners[p.0].name().to_owned());
        Chart {
            id: "effect.prevented".to_owned(),
            title: sentence(&format!(
                "{} lost most, of {} a year in all{}",
                in_sentence(&worst),
                usd(self.total(None)),
                panel.years_since()
            )),
            unit: Unit::Usd,
            kind: ChartKind::Bars { bars, marked: None },
            source: format!("{}; own estimate, trade prevented a year{}", flows.source.name, panel.years_since()),
            supposition: None,
        }
    }
}

fn study_chart(panel: &Panel, study: &[Coefficient], reference: i32, effect: &Coefficient, flows: &Flows) -> Chart {
    let mut points: Vec<(f64, [f64; 3])> = study
        .iter()
        .filter_map(|c| Some((c.name.parse::<f64>().ok()?, [c.estimate, c.low, c.high])))
        .chain([(f64::from(reference), [0.0; 3])])
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let line = |name: &str, k: usize| Line {
        name: name.to_owned(),
        points: points.iter().map(|(x, y)| (*x, y[k].exp_m1())).collect(),
    };
    Chart {
        id: "effect.by_year".to_owned(),
        title: format!("Covered trade changed by {} after {}", percent_signed(effect.estimate.exp_m1()), panel.start),
        unit: Unit::Change,
        kind: ChartKind::Lines {
            lines: vec![line(&format!("Against {reference}"), 0), line("2.5 %", 1), line("97.5 %", 2)],
            marks: vec![Mark { x: f64::from(panel.start_year()), label: panel.measure.title.clone() }],
            picked: None,
            x_unit: Unit::Year,
            x_title: "Year".to_owned(),
        },
        source: format!("{}; own estimate, event study", flows.source.name),
        supposition: None,
    }
}
