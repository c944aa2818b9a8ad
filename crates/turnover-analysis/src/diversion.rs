//! Where the trade went: third countries whose deliveries of the covered products rose when a
//! measure cut off others, what was lost, and how often the same search finds nothing.

use serde_json::{Map, json};
use turnover_data::{Flows, HsCode, nearest};
use turnover_gravity::{Cluster, Coefficient, Covariance, Effects, Family, Model, Settings, SmallSample, poisson};
use turnover_measures::{Catalogue, Direction, WatchList};

use crate::answer::{Answer, Bar, Chart, ChartKind, Finding, Interval, Line, Mark, Number, Table, Unit};
use crate::error::AnalysisError;
use crate::format::{in_sentence, percent, sentence, usd, usd_short};
use crate::mirror::Mirror;
use crate::panel::{Panel, Side};
use crate::watch::Watch;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Id of the measure.
    pub measure: String,
    /// The chapters that count as covered; those of which the measure names a third of the headings,
    /// if `None`.
    pub products: Option<Vec<HsCode>>,
    /// A watch list of the catalogue whose products count as covered.
    pub watch_list: Option<String>,
    /// The command that asks again.
    pub command: String,
}

/// Years before the measure that a flow is compared with.
const BEFORE: i32 = 4;
/// Sets of products that the measure does not cover, tried in its place.
const PLACEBO_SETS: usize = 20;
/// An excess is significant at this level.
const LEVEL: f64 = 0.05;
/// Fewer products with trade than this give no error that could be trusted.
const LEAST_PRODUCTS: usize = 8;

/// One third country's excess.
struct Excess {
    partner: usize,
    coefficient: Coefficient,
    /// A year's average of the covered products before and since, in US dollars.
    before: f64,
    since: f64,
    /// A year's excess over what its other products say, with its interval.
    excess: f64,
    interval: Interval,
}

/// The comparison of a partner's covered products with its others, before and after.
struct Comparison<'a> {
    panel: &'a Panel<'a>,
    /// Places of the years before and after.
    before: Vec<usize>,
    after: Vec<usize>,
}

impl Comparison<'_> {
    fn excess(&self, partner: usize, covered: &[bool]) -> Option<Excess> {
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
            // A product never traded tells nothing.
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

fn is_excess(c: &Coefficient) -> bool {
    c.estimate > 0.0 && c.p_value < LEVEL
}

/// Answers the question.
pub fn answer(
    flows: &Flows,
    catalogue: &Catalogue,
    question: &Question,
    watch: Watch<'_>,
) -> Result<Answer, AnalysisError> {
    let list = question.watch_list.as_ref().map(|id| watch_list(catalogue, id)).transpose()?;
    let listed = list.map(|l| l.products.iter().flat_map(|p| p.codes.iter().copied()).collect::<Vec<_>>());
    let products = listed.as_deref().or(question.products.as_deref());
    let panel = Panel::new(flows, catalogue, &question.measure, products, Side::Importer).map_err(|e| match list {
        Some(list) => too_coarse(flows, list).unwrap_or(e),
        None => e,
    })?;
    let y0 = panel.start_year();
    let places = |keep: &dyn Fn(i32) -> bool| -> Vec<usize> {
        (0..panel.years.len()).filter(|t| keep(panel.years[*t])).collect()
    };
    let comparison =
        Comparison { panel: &panel, before: places(&|y| y < y0 && y >= y0 - BEFORE), after: places(&|y| y > y0) };
    let third: Vec<usize> =
        (0..panel.partners.len()).filter(|p| !(0..panel.years.len()).any(|t| panel.touched(*p, t))).collect();
    watch.step("third countries", 0, PLACEBO_SETS + 1)?;
    let mut found: Vec<Excess> = third.iter().filter_map(|p| comparison.excess(*p, &panel.covered)).collect();
    if found.is_empty() {
        return Err(AnalysisError::Change {
            what: format!("{} holds no third country with enough products to compare", flows.source.name),
            help: format!("at least {LEAST_PRODUCTS} products with trade are needed, some of them covered"),
        });
    }
    found.sort_by(|a, b| b.excess.total_cmp(&a.excess));
    let placebo = Placebo::new(&comparison, &third, watch)?;
    let lost = lost(&comparison);
    let template = Finding::template(
        Unit::Usd,
        format!(
            "for each third country PPML of its deliveries on product and year effects and covered products since {}, {} \
             years before; errors clustered by product",
            y0 + 1,
            comparison.before.len()
        ),
        vec![flows.source.clone()],
        caveats(flows, &panel, &placebo, list),
        question.command.clone(),
    );
    let mut findings = findings(&panel, &found, &lost, &placebo, &template);
    let years = |of: &[usize]| of.iter().map(|t| panel.years[*t]).collect::<Vec<_>>();
    let mirror = Mirror::new(&panel, flows, &third, &years(&comparison.before), &years(&comparison.after));
    findings.extend(mirror.as_ref().and_then(|m| m.finding(&panel, &template)));
    let mut tables = vec![excess_table(&panel, &found), lost_table(&panel, &lost), placebo.table()];
    tables.extend(mirror.map(|m| m.table(&panel)));
    let mut named = Map::new();
    let clear: Vec<String> =
        found.iter().filter(|e| is_excess(&e.coefficient)).map(|e| panel.partners[e.partner].to_string()).collect();
    named.insert("third_countries".into(), json!(clear));
    named.insert("false_positive_rate".into(), json!(placebo.rate()));
    Ok(Answer {
        title: format!("Where the trade went: {}", panel.measure.title),
        command: question.command.clone(),
        findings,
        tables,
        charts: vec![timeline(&comparison, &found, flows), excess_chart(&panel, &found, flows)],
        named,
    })
}

fn watch_list<'a>(catalogue: &'a Catalogue, id: &str) -> Result<&'a WatchList, AnalysisError> {
    let ids = || catalogue.watch_lists.iter().map(|l| l.id.as_str());
    catalogue.watch_lists.iter().find(|l| l.id == id).ok_or_else(|| AnalysisError::Change {
        what: format!("the catalogue has no watch list `{id}`"),
        help: nearest(id, ids()).map_or_else(
            || format!("it has {}", ids().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        ),
    })
}

/// Why a list of fine codes cannot be followed in coarse data.
fn too_coarse(flows: &Flows, list: &WatchList) -> Option<AnalysisError> {
    let finest = flows.iter().map(|f| f.product.level()).max()?;
    let needed = list.products.iter().flat_map(|p| &p.codes).map(HsCode::level).max()?;
    (finest < needed).then(|| AnalysisError::Change {
        what: format!(
            "`{}` names products by {needed} digits and {} holds {finest}: products on the list cannot be separated from the others",
            list.id, flows.source.name
        ),
        help: format!("give flows by {needed}-digit products with ‹data›, as BACI and UN Comtrade have them"),
    })
}

fn caveats(flows: &Flows, panel: &Panel, placebo: &Placebo, list: Option<&WatchList>) -> Vec<String> {
    let mut out = flows.caveats.clone();
    let hidden = panel.hidden_words();
    if !hidden.is_empty() {
        out.push(format!(
            "More than half of the trade of {} stands in chapter 99: these years are missing, not zero.",
            hidden.join(", ")
        ));
    }
    out.push(
        "An excess is measured against the country's own other products: it holds new customers' trade as well as goods \
         sent around the measure, and statistics alone cannot part them."
            .to_owned(),
    );
    if placebo.tests > 0 && placebo.rate() > 2.0 * LEVEL {
        out.push(format!(
            "The same search finds an excess in {} of comparisons where there is none: with few products errors come out \
             too small, so look for excesses far above 0.",
            percent(placebo.rate())
        ));
    }
    if let Some(list) = list {
        out.push(format!(
            "The covered products are those of the {} ({}), by {}; the list restricts nothing by itself.",
            list.title,
            list.legal,
            list.edition.name()
        ));
    }
    if panel.measure.direction == Direction::Export {
        out.push(format!(
            "The measure stops exports, so what {} imports from everyone is looked at.",
            panel.home.name()
        ));
    }
    out
}

fn findings(
    panel: &Panel,
    found: &[Excess],
    lost: &[(usize, usize, f64, f64)],
    placebo: &Placebo,
    template: &Finding,
) -> Vec<Finding> {
    let mut out = Vec::new();
    for e in found.iter().filter(|e| is_excess(&e.coefficient)).take(5) {
        let code = panel.partners[e.partner];
        out.push(Finding {
            id: format!("diversion.excess.{code}"),
            title: code.name().to_owned(),
            statement: sentence(&format!(
                "{} delivered {} a year more of the covered products than its other products suggest (95 % interval {} to \
                 {}): {} instead of {} before",
                in_sentence(code.name()),
                usd(e.excess),
                usd_short(e.interval.low),
                usd_short(e.interval.high),
                usd_short(e.since),
                usd_short(e.before)
            )),
            value: Number::Value(e.excess),
            interval: Some(e.interval),
            definition: "deliveries of covered products since the measure, less what they would have been had they grown like \
                         the country's other products; yearly average"
                .into(),
            ..template.clone()
        });
    }
    let clear = found.iter().filter(|e| is_excess(&e.coefficient)).count();
    out.push(Finding {
        id: "diversion.count".into(),
        title: "Third countries with an excess".into(),
        statement: format!(
            "{clear} of {} third countries have a statistically significant excess; the same search where there is nothing to \
             find has one in {} of {} tries",
            found.len(),
            percent(placebo.rate()),
            placebo.tests
        ),
        value: Number::Value(clear as f64),
        unit: Unit::Count,
        definition:
            "third countries whose coefficient is above 0 with p below 0.05; tries are dates before the measure and \
                     sets of products that it does not cover"
                .into(),
        ..template.clone()
    });
    if let Some((p, c, before, since)) = lost.first() {
        out.push(Finding {
            id: "diversion.lost".into(),
            title: "What was lost".into(),
            statement: sentence(&format!(
                "{} lost most in one chapter: {} ({}) fell from {} to {} a year",
                in_sentence(panel.partners[*p].name()),
                panel.products[*c].chapter_name().to_lowercase(),
                panel.products[*c],
                usd_short(*before),
                usd_short(*since)
            )),
            value: Number::Value(before - since),
            definition: "yearly average of up to four years before the measure less that of the years since".into(),
            ..template.clone()
        });
    }
    out
}

/// Covered flows of the touched partners with their averages before and since, the largest loss first.
fn lost(comparison: &Comparison) -> Vec<(usize, usize, f64, f64)> {
    let panel = comparison.panel;
    let mean = |p: usize, c: usize, years: &[usize]| {
        let seen = || years.iter().filter(|t| !panel.is_hidden(p, **t));
        seen().map(|t| panel.value(p, c, *t)).sum::<f64>() / seen().count().max(1) as f64
    };
    let mut out = Vec::new();
    for p in (0..panel.partners.len()).filter(|p| panel.first(*p)) {
        for c in (0..panel.products.len()).filter(|c| panel.covered[*c]) {
            let (before, since) = (mean(p, c, &comparison.before), mean(p, c, &comparison.after));
            if before > since {
                out.push((p, c, before, since));
            }
        }
    }
    out.sort_by(|a, b| (b.2 - b.3).total_cmp(&(a.2 - a.3)));
    out
}

fn excess_table(panel: &Panel, found: &[Excess]) -> Table {
    let mut table = Table::new(
        "diversion.third_countries",
        "Third countries by excess a year",
        &[
            ("country", "Country", Unit::Text),
            ("name", "Name", Unit::Text),
            ("before_usd", "Before", Unit::Usd),
            ("since_usd", "Since", Unit::Usd),
            ("excess_usd", "Excess", Unit::Usd),
            ("low_usd", "2.5 %", Unit::Usd),
            ("high_usd", "97.5 %", Unit::Usd),
            ("change", "Against others", Unit::Change),
            ("p_value", "p", Unit::Probability),
        ],
    );
    for e in found {
        table.rows.push(vec![
            panel.partners[e.partner].to_string().into(),
            panel.partners[e.partner].name().into(),
            e.before.into(),
            e.since.into(),
            e.excess.into(),
            e.interval.low.into(),
            e.interval.high.into(),
            e.coefficient.estimate.exp_m1().into(),
            e.coefficient.p_value.into(),
        ]);
    }
    table
}

fn lost_table(panel: &Panel, lost: &[(usize, usize, f64, f64)]) -> Table {
    let mut table = Table::new(
        "diversion.lost",
        "What the countries that it names lost a year, the largest first",
        &[
            ("country", "Country", Unit::Text),
            ("product", "HS", Unit::Text),
            ("name", "Product", Unit::Text),
            ("before_usd", "Before", Unit::Usd),
            ("since_usd", "Since", Unit::Usd),
            ("change", "Change", Unit::Change),
        ],
    );
    for (p, c, before, since) in lost {
        table.rows.push(vec![
            panel.partners[*p].name().into(),
            panel.products[*c].to_string().into(),
            panel.products[*c].chapter_name().into(),
            (*before).into(),
            (*since).into(),
            (since / before - 1.0).into(),
        ]);
    }
    table
}

/// The same search where there is nothing to find.
struct Placebo {
    /// What was tried, how often, and how often an excess came out.
    rows: Vec<(String, usize, usize)>,
    tests: usize,
    hits: usize,
}

impl Placebo {
    fn new(comparison: &Comparison, third: &[usize], watch: Watch<'_>) -> Result<Self, AnalysisError> {
        let panel = comparison.panel;
        let mut rows = Vec::new();
        // Dates before the measure, with two years on either side.
        let before = |year: i32| -> Vec<usize> {
            (0..panel.years.len()).filter(|t| panel.years[*t] < year && panel.years[*t] >= year - BEFORE).collect()
        };
        for year in panel.years.iter().filter(|y| **y < panel.start_year()) {
            let after: Vec<usize> = (0..panel.years.len())
                .filter(|t| panel.years[*t] >= *year && panel.years[*t] < panel.start_year())
                .collect();
            let earlier = Comparison { panel, before: before(*year), after };
            if earlier.before.len() < 2 || earlier.after.len() < 2 {
                continue;
            }
            let found: Vec<Excess> = third.iter().filter_map(|p| earlier.excess(*p, &panel.covered)).collect();
            let hits = found.iter().filter(|e| is_excess(&e.coefficient)).count();
            rows.push((format!("the covered products from {year} on"), found.len(), hits));
        }
        // Sets of as many products that it does not cover, without those that it does.
        let free: Vec<usize> = (0..panel.products.len()).filter(|c| !panel.covered[*c]).collect();
        let size = panel.products.len() - free.len();
        let mut state = 0x2545_F491_4F6C_DD1Du64;
        let (mut tests, mut hits) = (0, 0);
        for set in 0..if free.len() >= 2 * size { PLACEBO_SETS } else { 0 } {
            watch.step("the same search where there is nothing to find", set + 1, PLACEBO_SETS + 1)?;
            let mut pick = free.clone();
            let mut covered = vec![false; panel.products.len()];
            for _ in 0..size {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let at = (state % pick.len() as u64) as usize;
                covered[pick.swap_remove(at)] = true;
            }
            let without = Panel {
                values: (0..panel.values.len())
                    .map(|v| {
                        if panel.covered[v / panel.years.len() % panel.products.len()] { 0.0 } else { panel.values[v] }
                    })
                    .collect(),
                partners: panel.partners.clone(),
                products: panel.products.clone(),
                years: panel.years.clone(),
                covered: covered.clone(),
                home: panel.home.clone(),
                hidden: panel.hidden.clone(),
                ..*panel
            };
            let other =
                Comparison { panel: &without, before: comparison.before.clone(), after: comparison.after.clone() };
            for p in third {
                if let Some(e) = other.excess(*p, &covered) {
                    tests += 1;
                    hits += usize::from(is_excess(&e.coefficient));
                }
            }
        }
        if tests > 0 {
            rows.push((format!("{PLACEBO_SETS} sets of {size} products that it does not cover"), tests, hits));
        }
        let (tests, hits) = (rows.iter().map(|r| r.1).sum(), rows.iter().map(|r| r.2).sum());
        Ok(Placebo { rows, tests, hits })
    }

    fn rate(&self) -> f64 {
        if self.tests == 0 { f64::NAN } else { self.hits as f64 / self.tests as f64 }
    }

    fn table(&self) -> Table {
        let mut table = Table::new(
            "diversion.placebo",
            "The same search where there is nothing to find",
            &[
                ("what", "Tried", Unit::Text),
                ("tests", "Comparisons", Unit::Count),
                ("hits", "With an excess", Unit::Count),
                ("rate", "Share", Unit::Share),
            ],
        );
        for (what, tests, hits) in &self.rows {
            let (tests, hits) = (*tests as f64, *hits as f64);
            table.rows.push(vec![what.clone().into(), tests.into(), hits.into(), (hits / tests).into()]);
        }
        table
    }
}

/// Covered deliveries by year: of the touched, and of the three with the largest excess.
fn timeline(comparison: &Comparison, found: &[Excess], flows: &Flows) -> Chart {
    let panel = comparison.panel;
    let from = panel.start_year() - BEFORE;
    let covered = |p: usize, t: usize| -> f64 {
        (0..panel.products.len()).filter(|c| panel.covered[*c]).map(|c| panel.value(p, c, t)).sum()
    };
    let line = |name: String, of: &[usize]| Line {
        name,
        points: (0..panel.years.len())
            .filter(|t| panel.years[*t] >= from)
            .map(|t| (f64::from(panel.years[t]), of.iter().map(|p| covered(*p, t)).sum()))
            .collect(),
    };
    let touched: Vec<usize> = (0..panel.partners.len()).filter(|p| panel.first(*p)).collect();
    let mut lines = vec![line("Countries that it names".to_owned(), &touched)];
    for e in found.iter().take(3) {
        lines.push(line(panel.partners[e.partner].name().to_owned(), &[e.partner]));
    }
    let title = found.first().map_or_else(String::new, |e| {
        let name = sentence(&in_sentence(panel.partners[e.partner].name()));
        format!("{name} delivers {} a year instead of {}", usd_short(e.since), usd_short(e.before))
    });
    Chart {
        id: "diversion.timeline".to_owned(),
        title,
        unit: Unit::Usd,
        kind: ChartKind::Lines {
            lines,
            marks: vec![Mark { x: f64::from(panel.start_year()), label: panel.measure.title.clone() }],
            picked: None,
            x_unit: Unit::Year,
            x_title: "Year".to_owned(),
        },
        source: format!("{}; deliveries of the covered products", flows.source.name),
        supposition: None,
    }
}

fn excess_chart(panel: &Panel, found: &[Excess], flows: &Flows) -> Chart {
    let bars = found
        .iter()
        .take(12)
        .map(|e| Bar {
            label: panel.partners[e.partner].name().to_owned(),
            value: e.excess,
            marked_low: 0.0,
            marked_high: 0.0,
        })
        .collect();
    let title = found.first().map_or_else(String::new, |e| {
        sentence(&format!(
            "{} has the largest excess, {} a year",
            in_sentence(panel.partners[e.partner].name()),
            usd(e.excess)
        ))
    });
    Chart {
        id: "diversion.excess".to_owned(),
        title,
        unit: Unit::Usd,
        kind: ChartKind::Bars { bars, marked: None },
        source: format!("{}; own estimate, excess a year", flows.source.name),
        supposition: None,
    }
}
