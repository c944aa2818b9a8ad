//! How much of a pair's trade measures touch, under every definition in use.
//!
//! For flows `v` over products `p` and measures in force on a day, the **coverage ratio** is
//! `sum(v M) / sum(v)` with `M(p)` = 1 where a measure touches `p`; the **frequency index** counts
//! traded products instead of their value (both as UNCTAD TRAINS defines them for non-tariff
//! measures). With **base-year weights** `v` is of a year before the measures, so that trade which
//! a ban has emptied still counts (as in Crozet and Hinz 2020). Where the data is coarser than the
//! measure, or the mapping to HS codes is not exact, `M` is only known to lie between 0 and 1 and
//! the ratio is an interval.

mod definition;
mod tables;

use jiff::civil::{Date, date};
use serde_json::Map;
use turnover_data::{Edition, Flows, HsCode, Source, editions};
use turnover_measures::{Catalogue, Direction, Extent, Instrument, Measure, Scope};

use crate::answer::{Answer, Finding, Interval, Number, Unit};
use crate::error::AnalysisError;
use crate::format::{in_sentence, percent, percent_range, sentence, usd};
use crate::pair::{Pair, PairFlows};
use crate::panel;

pub use definition::{Definition, Instruments, Verdict, Ways, Weights};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whose trade.
    pub pair: Pair,
    /// The day on which measures are in force; the end of the year if `None`.
    pub date: Option<Date>,
    /// The year of the flows; that of the day, or the latest in the data, if `None`.
    pub year: Option<i32>,
    /// The year whose trade stands for trade without measures; the year before the first measure
    /// on goods if `None`.
    pub base_year: Option<i32>,
    /// A claim to judge: at least this share of trade is not affected.
    pub claim: f64,
    /// Measures that are taken as lifted, by id.
    pub lift: Vec<String>,
    /// Measures that are taken as in force, by id, whatever their dates.
    pub bring: Vec<String>,
    /// The command that asks again, which findings name.
    pub command: String,
}

impl Question {
    /// The claim that 90 % is not affected, at the end of the latest year.
    pub fn new(pair: Pair) -> Self {
        Question {
            pair,
            date: None,
            year: None,
            base_year: None,
            claim: crate::defaults::CLAIM_PERCENT / 100.0,
            lift: Vec::new(),
            bring: Vec::new(),
            command: String::new(),
        }
    }
}

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
fn listed(names: &[String]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}

/// One product of one direction, with its values and how far each set of measures touches it.
pub(crate) struct Item {
    pub(crate) forward: bool,
    pub(crate) product: HsCode,
    pub(crate) now: f64,
    pub(crate) base: f64,
    pub(crate) bans: Extent,
    pub(crate) any: Extent,
}

/// Everything that the definitions and tables are worked out from.
pub(crate) struct Facts<'a> {
    pub(crate) pair: Pair,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) on: Date,
    /// Whether the measures are those of a supposition.
    pub(crate) supposed: bool,
    pub(crate) year: i32,
    pub(crate) base_year: Option<i32>,
    pub(crate) items: Vec<Item>,
    /// What bans prevented in the year, or why that is not known where there are any.
    pub(crate) prevented: Result<Vec<Gone>, Option<String>>,
}

/// Trade that a ban prevented in the year.
pub(crate) struct Gone {
    pub(crate) measure: String,
    pub(crate) forward: bool,
    pub(crate) usd: f64,
    pub(crate) interval: Interval,
}

impl Facts<'_> {
    /// `in force on 2019-12-31`, which must not be said of measures that are supposed.
    pub(crate) fn standing(&self) -> String {
        format!("{}in force on {}", if self.supposed { "supposed to be " } else { "" }, self.on)
    }

    pub(crate) fn parties(&self, forward: bool) -> (turnover_data::Iso3, turnover_data::Iso3) {
        if forward { (self.pair.a, self.pair.b) } else { (self.pair.b, self.pair.a) }
    }

    pub(crate) fn extent(&self, item: &Item, select: impl Fn(&Measure) -> bool) -> Extent {
        let (exporter, importer) = self.parties(item.forward);
        self.catalogue.extent(exporter, importer, item.product, self.on, select)
    }
}

impl Gone {
    /// With the partial effect that lifting the ban has on all trade of its direction: what is gone, as
    /// log points of what is there.
    fn json(&self, facts: &Facts) -> serde_json::Value {
        let (exporter, importer) = facts.parties(self.forward);
        let there: f64 = facts.items.iter().filter(|i| i.forward == self.forward).map(|i| i.now).sum();
        serde_json::json!({
            "measure": self.measure, "exporter": exporter, "importer": importer, "usd": self.usd,
            "low": self.interval.low, "high": self.interval.high,
            "log_points": (there > 0.0).then(|| (self.usd / there).ln_1p()),
        })
    }
}

/// Answers the question. `partners` is the trade of one of the two with many partners by product and
/// year: what bans prevented is estimated on it, for the counterfactual share.
pub fn answer(
    flows: &Flows,
    partners: Option<&Flows>,
    catalogue: &Catalogue,
    question: &Question,
) -> Result<Answer, AnalysisError> {
    if !(0.0..=1.0).contains(&question.claim) {
        return Err(AnalysisError::Range {
            what: "‹claim›",
            found: format!("{}", question.claim * 100.0),
            expected: "a percentage from 0 to 100",
            help: "‹claim 90› judges the statement that 90 % of trade is not affected".to_owned(),
        });
    }
    let pair = question.pair;
    known(catalogue, pair)?;
    let supposition = question.supposition(catalogue);
    let supposed;
    let catalogue = match question.lift.is_empty() && question.bring.is_empty() {
        true => catalogue,
        false => {
            supposed = suppose(catalogue, &question.lift, &question.bring)?;
            &supposed
        }
    };
    let p = PairFlows::new(flows, pair)?;
    let wanted = question.year.or_else(|| {
        let of_day = question.date.map(|d| i32::from(d.year()))?;
        p.years().contains(&of_day).then_some(of_day)
    });
    let year = p.year_or_latest(wanted)?;
    let on = match question.date {
        Some(day) => day,
        None => Date::new(year as i16, 12, 31).unwrap_or(date(2019, 12, 31)),
    };
    let base_year = match question.base_year {
        Some(base) => Some(p.year_or_latest(Some(base))?),
        None => usual_base_year(catalogue, pair, on).filter(|y| p.years().contains(y)),
    };
    let prevented = gone(partners, catalogue, pair, on, year);
    let mut facts =
        Facts { pair, catalogue, on, supposed: supposition.is_some(), year, base_year, items: Vec::new(), prevented };
    facts.items = items(&p, &facts);
    let definitions = definition::all(&facts, question.claim);
    let command = question.command.clone();
    let mut caveats = caveats(&facts);
    if !question.lift.is_empty() {
        caveats.insert(0, format!("Taken as lifted: {}.", question.lift.join(", ")));
    }
    if !question.bring.is_empty() {
        caveats.insert(0, format!("Taken as in force, whatever their dates: {}.", question.bring.join(", ")));
    }
    caveats.extend(p.caveats.iter().cloned());
    let template = Finding::template(
        Unit::Share,
        "products matched to measures by HS prefix, direction, party and day".to_owned(),
        vec![
            p.source.clone(),
            Source { vintage: format!("measures {}", facts.standing()), ..measures_in_force(catalogue, on) },
        ],
        caveats,
        command.clone(),
    );
    let mut findings = vec![claim_finding(&definitions, question.claim, &template)];
    findings.extend(share_findings(&facts, &definitions, &template));
    findings.extend(gone_finding(&facts, partners, &template));
    findings.extend(prevented_finding(&facts, &template));
    findings.extend(beyond_finding(&facts, &template));
    let tables = vec![
        tables::by_definition(&definitions),
        tables::by_chapter(&facts),
        tables::by_instrument_and_sender(&facts),
        tables::by_measure(&facts),
    ];
    let source_line = format!("{}; {}, measures {}", p.source.name, catalogue.origin, facts.standing());
    let mut named = Map::new();
    let count = |v: Verdict| definitions.iter().filter(|d| d.verdict == v).count();
    named.insert(
        "claim".into(),
        serde_json::json!({
            "untouched_share": question.claim,
            "definitions": definitions.len(),
            "holds": count(Verdict::Holds),
            "fails": count(Verdict::Fails),
            "depends_on_reading": count(Verdict::Open),
        }),
    );
    if let Ok(gone) = &facts.prevented {
        named.insert("gone".into(), gone.iter().map(|g| g.json(&facts)).collect());
    }
    let charts = vec![
        tables::composition_chart(&facts, &definitions, &source_line),
        tables::definition_chart(&definitions, question.claim, &source_line),
    ];
    let answer = Answer {
        title: format!(
            "How much of the trade of {} and {} measures touch, {on}{}",
            in_sentence(pair.a.name()),
            in_sentence(pair.b.name()),
            if facts.supposed { ", supposed" } else { "" }
        ),
        command,
        findings,
        tables,
        charts,
        named,
    };
    Ok(match supposition {
        Some(supposition) => answer.supposing(&supposition),
        None => answer,
    })
}

/// Refuses a pair of which the catalogue knows nothing: what it does not hold is a gap, and no share is 0
/// because of it.
fn known(catalogue: &Catalogue, pair: Pair) -> Result<(), AnalysisError> {
    if catalogue.knows(pair.a, pair.b) {
        return Ok(());
    }
    Err(AnalysisError::Change {
        what: format!(
            "the catalogue has no measure between {} and {}, so what measures touch cannot be answered: that is a gap of \
             the catalogue, not a sign that there is none",
            in_sentence(pair.a.name()),
            in_sentence(pair.b.name())
        ),
        help: "give a catalogue that has them with ‹catalogue›".to_owned(),
    })
}

/// The year before the first measure on goods between the pair that is in force on the day.
fn usual_base_year(catalogue: &Catalogue, pair: Pair, on: Date) -> Option<i32> {
    let first = catalogue
        .between(pair.a, pair.b, on)
        .filter(|m| m.scope == Scope::Goods)
        .filter_map(Measure::first_day)
        // One that is taken as in force has no date.
        .filter(|d| *d > Date::MIN)
        .min()?;
    Some(i32::from(first.year()) - 1)
}

fn items(p: &PairFlows, facts: &Facts) -> Vec<Item> {
    let mut out = Vec::new();
    for forward in [true, false] {
        let now = p.products(facts.year, forward);
        let base = facts.base_year.map(|b| p.products(b, forward)).unwrap_or_default();
        let products: std::collections::BTreeSet<HsCode> = now.keys().chain(base.keys()).copied().collect();
        for product in products {
            let mut item = Item {
                forward,
                product,
                now: now.get(&product).copied().unwrap_or(0.0),
                base: base.get(&product).copied().unwrap_or(0.0),
                bans: Extent::None,
                any: Extent::None,
            };
            item.bans = facts.extent(&item, |m| m.instrument == Instrument::Ban);
            item.any = facts.extent(&item, |_| true);
            out.push(item);
        }
    }
    out
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

/// What the bans of one of the two prevented in a year, by the estimated effect of each that can be
/// estimated. Of measures on the same products the first counts.
fn gone(
    partners: Option<&Flows>,
    catalogue: &Catalogue,
    pair: Pair,
    on: Date,
    year: i32,
) -> Result<Vec<Gone>, Option<String>> {
    let bans: Vec<&Measure> = catalogue
        .between(pair.a, pair.b, on)
        .filter(|m| m.instrument == Instrument::Ban && m.scope == Scope::Goods && m.direction == Direction::Import)
        .filter(|m| m.first_day().is_some_and(|d| d > Date::MIN && i32::from(d.year()) < year))
        .collect();
    let Some(flows) = partners.filter(|_| !bans.is_empty()) else {
        return Err(None);
    };
    let mut out: Vec<Gone> = Vec::new();
    let mut counted: Vec<HsCode> = Vec::new();
    let mut why = None;
    for ban in bans {
        let forward = ban.concerns(pair.a, pair.b, on);
        let partner = if forward { pair.a } else { pair.b };
        match crate::effect::prevented(flows, catalogue, &ban.id, partner, year) {
            Ok(p) if p.home != if forward { pair.b } else { pair.a } => {}
            Ok(p) if p.products.iter().any(|c| counted.contains(c)) => {}
            Ok(p) => {
                counted.extend(&p.products);
                out.push(Gone { measure: ban.id.clone(), forward, usd: p.usd, interval: p.interval });
            }
            Err(e) => why = why.or(Some(e.to_string())),
        }
    }
    if out.is_empty() { Err(why) } else { Ok(out) }
}

/// The trade that bans prevented, as estimated.
fn gone_finding(facts: &Facts, partners: Option<&Flows>, template: &Finding) -> Option<Finding> {
    let gone = facts.prevented.as_ref().ok()?;
    let sum = |f: &dyn Fn(&Gone) -> f64| gone.iter().map(f).sum::<f64>();
    let (usd_gone, low, high) = (sum(&|g| g.usd), sum(&|g| g.interval.low), sum(&|g| g.interval.high));
    let ids: Vec<&str> = gone.iter().map(|g| g.measure.as_str()).collect();
    let mut sources = template.sources.clone();
    sources.extend(partners.map(|p| p.source.clone()).filter(|s| !template.sources.contains(s)));
    Some(Finding {
        id: "coverage.gone".to_owned(),
        title: "Trade that is gone".to_owned(),
        statement: format!(
            "In {} alone bans ({}) prevented trade worth {} (95 % interval {} to {}), which no share of what is left shows",
            facts.year,
            ids.join(", "),
            usd(usd_gone),
            crate::format::usd_short(low),
            crate::format::usd_short(high)
        ),
        value: Number::Value(usd_gone),
        interval: Some(Interval { low, high }),
        unit: Unit::Usd,
        definition: format!(
            "covered trade that the estimate expects without the ban, less what it expects with it, in {} alone; turnover \
             effect gives the average over all years since",
            facts.year
        ),
        method: "PPML difference-in-differences with effects of partner-year, product-year and partner-product, as \
                 turnover effect gives it"
            .to_owned(),
        sources,
        ..template.clone()
    })
}

/// The catalogue as a source of what was in force on a day.
pub(crate) fn measures_in_force(catalogue: &Catalogue, on: Date) -> Source {
    Source {
        name: catalogue.origin.clone(),
        vintage: format!("measures in force on {on}"),
        hash: catalogue.sha256.clone(),
    }
}

fn caveats(facts: &Facts) -> Vec<String> {
    let mut out = Vec::new();
    let touched = |m: &&Measure| {
        facts.items.iter().any(|i| {
            i.any != Extent::None && {
                let (exporter, importer) = facts.parties(i.forward);
                m.concerns(exporter, importer, facts.on)
            }
        })
    };
    let inexact: Vec<&str> = facts
        .catalogue
        .between(facts.pair.a, facts.pair.b, facts.on)
        .filter(touched)
        .filter(|m| m.products.iter().any(|p| p.in_force(facts.on) && p.mapping != turnover_measures::Mapping::Exact))
        .map(|m| m.id.as_str())
        .collect();
    if !inexact.is_empty() {
        out.push(format!(
            "The mapping from the law to HS codes is approximate or partial in {}; what rests on it counts only at the upper end.",
            inexact.join(", ")
        ));
    }
    let told = editions(facts.items.iter().map(|i| &i.product));
    let in_force = Edition::in_force(facts.on);
    let stored = if in_force < Edition::HS2022 { Edition::HS2017 } else { Edition::HS2022 };
    let strange = if stored == Edition::HS2022 { &told.only_2017 } else { &told.only_2022 };
    if !strange.is_empty() || !told.neither.is_empty() {
        let some: Vec<&str> = strange.iter().chain(&told.neither).take(4).map(HsCode::as_str).collect();
        out.push(format!(
            "{} of the data's codes are not in {}, in which measures of that day are written (such as {}): they are matched \
             by their digits alone, and a code that changed its meaning is matched wrongly.",
            strange.len() + told.neither.len(),
            stored.name(),
            some.join(", ")
        ));
    }
    if facts.catalogue.between(facts.pair.a, facts.pair.b, facts.on).next().is_none() {
        out.push(format!(
            "The catalogue has no measure between the two {}; what it does not hold counts as not there.",
            facts.standing()
        ));
    }
    if let Err(Some(why)) = &facts.prevented {
        out.push(format!("What bans prevented is not estimated, so there is no counterfactual share: {why}."));
    }
    let exceptions: Vec<String> = facts
        .catalogue
        .between(facts.pair.a, facts.pair.b, facts.on)
        .filter(|m| !m.exceptions.is_empty())
        .map(|m| format!("{} ({})", m.id, m.exceptions.join("; ")))
        .collect();
    if !exceptions.is_empty() {
        out.push(format!("Exceptions are not taken out: {}.", exceptions.join("; ")));
    }
    out
}

fn claim_finding(definitions: &[Definition], claim: f64, template: &Finding) -> Finding {
    let count = |v: Verdict| definitions.iter().filter(|d| d.verdict == v).count();
    let (holds, fails, open) = (count(Verdict::Holds), count(Verdict::Fails), count(Verdict::Open));
    let n = definitions.len();
    let word = match (holds, fails, open) {
        (h, 0, 0) if h == n => "holds under every definition",
        (0, f, 0) if f == n => "fails under every definition",
        _ => "depends on the definition",
    };
    let least = definitions.iter().map(|d| 1.0 - d.high).fold(1.0, f64::min);
    let tail = if open == 0 {
        String::new()
    } else {
        format!(
            ", and under {open} depends on the reading: counting what is certainly touched it holds, counting every \
             touched product group whole it fails, with as little as {} not affected",
            percent(least)
        )
    };
    let claim_words = percent(claim).replace(".0 ", " ");
    Finding {
        id: "coverage.claim".to_owned(),
        title: format!("The claim that {claim_words} is not affected"),
        statement: format!(
            "Of {n} definitions of affected trade, the claim that {claim_words} is not affected holds under {holds}, fails \
             under {fails}{tail}"
        ),
        value: Number::Word(word.to_owned()),
        unit: Unit::Text,
        definition: format!(
            "holds where the share not touched is certainly {claim_words} or more, fails where it is certainly less, \
             depends on the reading where the interval contains it"
        ),
        ..template.clone()
    }
}

fn share_findings(facts: &Facts, definitions: &[Definition], template: &Finding) -> Vec<Finding> {
    let wanted = [
        (Weights::Value, Instruments::Any, Ways::Both),
        (Weights::Value, Instruments::Bans, Ways::Both),
        (Weights::Counterfactual, Instruments::Bans, Ways::Both),
        (Weights::BaseValue, Instruments::Bans, Ways::Both),
        (Weights::BaseValue, Instruments::Any, Ways::Both),
        (Weights::Frequency, Instruments::Any, Ways::Both),
    ];
    wanted
        .into_iter()
        .filter_map(|key| definitions.iter().find(|d| (d.weights, d.instruments, d.ways) == key))
        .map(|d| {
            let what = match d.weights {
                Weights::Value => format!("of the trade of {}", facts.year),
                Weights::Counterfactual => format!("of what the trade of {} would be without them", facts.year),
                Weights::BaseValue => format!("of the trade of {}, before the measures", facts.base_year.unwrap_or(0)),
                Weights::Frequency => format!("of the products traded in {}", facts.year),
                Weights::BaseFrequency => format!("of the products traded in {}", facts.base_year.unwrap_or(0)),
            };
            let by = match d.instruments {
                Instruments::Bans => "Bans",
                Instruments::Any => "Measures of any kind",
            };
            Finding {
                id: format!("coverage.{}", d.id),
                title: sentence(&d.title),
                statement: format!("{by} touch {} {what}", percent_range(d.low, d.high)),
                value: if d.low == d.high { Number::Value(d.low) } else { Number::Unknown },
                interval: (d.low != d.high).then_some(Interval { low: d.low, high: d.high }),
                definition: d.text.clone(),
                ..template.clone()
            }
        })
        .collect()
}

/// What became of the trade in products that are now banned.
fn prevented_finding(facts: &Facts, template: &Finding) -> Option<Finding> {
    let base_year = facts.base_year?;
    let banned: Vec<&Item> = facts.items.iter().filter(|i| i.bans != Extent::None).collect();
    let before: f64 = banned.iter().map(|i| i.base).sum();
    let now: f64 = banned.iter().map(|i| i.now).sum();
    if before <= 0.0 {
        return None;
    }
    let change = now / before - 1.0;
    let moved = if change < 0.0 { format!("{} less", percent(-change)) } else { format!("{} more", percent(change)) };
    Some(Finding {
        id: "coverage.prevented".to_owned(),
        title: "Trade in products under bans".to_owned(),
        statement: format!(
            "Products that bans touch were traded for {} in {base_year} and for {} in {}: {moved}",
            usd(before),
            usd(now),
            facts.year
        ),
        value: Number::Value(now - before),
        unit: Unit::Usd,
        definition: format!(
            "trade in {} less trade in {base_year}, over products (as fine as the data has them) that a ban touches \
             wholly or in part, bans {}",
            facts.year,
            facts.standing()
        ),
        method: "difference between years; other causes than the bans are not taken out".to_owned(),
        ..template.clone()
    })
}

/// Measures in force that product data cannot show.
fn beyond_finding(facts: &Facts, template: &Finding) -> Option<Finding> {
    let beyond: Vec<String> = facts
        .catalogue
        .between(facts.pair.a, facts.pair.b, facts.on)
        .filter(|m| m.scope != Scope::Goods)
        .map(|m| format!("{} ({})", m.title, m.id))
        .collect();
    if beyond.is_empty() {
        return None;
    }
    Some(Finding {
        id: "coverage.beyond".to_owned(),
        title: "Measures that product data cannot show".to_owned(),
        statement: format!(
            "{} measure{}{} in force can be seen in no product code and count{} in no share here: {}",
            beyond.len(),
            if beyond.len() == 1 { "" } else { "s" },
            if facts.supposed { " supposed to be" } else { "" },
            if beyond.len() == 1 { "s" } else { "" },
            beyond.join(", ")
        ),
        value: Number::Value(beyond.len() as f64),
        unit: Unit::Count,
        definition:
            "measures of the catalogue on regions, persons or users, or on products whose codes are not encoded"
                .to_owned(),
        ..template.clone()
    })
}
