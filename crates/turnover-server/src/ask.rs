//! The questions as they come over the wire, and their answers.

use std::path::Path;

use axum::http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};
use turnover_analysis::format::multiple;
use turnover_analysis::{
    AnalysisError, Answer, Pair, PairFlows, PullFile, Table, Unit, Watch, coverage, diversion, effect, history,
    potential, reach, turnover,
};
use turnover_brief::{
    Ask as BriefAsk, Document, Evidence, Ground, Question as BriefQuestion, brief, main_measure, mark_measures,
    reach_supposing,
};
use turnover_data::{Flows, Select};
use turnover_equilibrium::Imbalance;

use crate::data::{Base, Held};
use crate::error::Refusal;
use crate::show;

/// The questions by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Question {
    Turnover,
    Coverage,
    Effect,
    Reach,
    Potential,
    History,
    Diversion,
    Check,
    Brief,
}

impl Question {
    pub(crate) const ALL: [(&'static str, Question, &'static str); 9] = [
        ("turnover", Question::Turnover, "How much a pair trades: level, trend, composition, both reporters"),
        ("coverage", Question::Coverage, "How much of it measures touch, under every definition"),
        ("effect", Question::Effect, "What a measure cost: its effect on trade, year by year, by product and partner"),
        (
            "reach",
            Question::Reach,
            "What it takes to multiply the trade, in general equilibrium, after levers are pulled",
        ),
        ("potential", Question::Potential, "Products with unrealised potential, under measures and free of them"),
        ("history", Question::History, "How often pairs of that size multiplied their trade"),
        ("diversion", Question::Diversion, "Third countries whose deliveries rose, and what was lost"),
        ("check", Question::Check, "Whether what was said is true: the dossier, checked"),
        ("brief", Question::Brief, "The whole answer"),
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, ..)| *n == name).map(|(_, q, _)| *q)
    }
}

/// What can be asked; each question uses what concerns it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Ask {
    /// First country: ISO code or name.
    a: String,
    b: String,
    /// The multiple.
    times: f64,
    theta: f64,
    imbalance: ImbalanceWord,
    year: Option<i32>,
    date: Option<Date>,
    base_year: Option<i32>,
    /// Per cent of trade that is claimed not to be affected.
    claim: f64,
    /// Measures taken as lifted or as in force.
    lift: Vec<String>,
    bring: Vec<String>,
    /// Changes of trade costs before the rest is sought.
    levers: Vec<Lever>,
    /// The measure of effect and diversion; of the pair's, the one that names most codes if `None`.
    measure: Option<String>,
    /// Within so many years.
    years: i32,
    /// A file that was sent before.
    data: Option<String>,
}

impl Default for Ask {
    fn default() -> Self {
        Ask {
            a: "USA".to_owned(),
            b: "RUS".to_owned(),
            times: 3.0,
            theta: 4.0,
            imbalance: ImbalanceWord::Additive,
            year: None,
            date: None,
            base_year: None,
            claim: 90.0,
            lift: Vec::new(),
            bring: Vec::new(),
            levers: Vec::new(),
            measure: None,
            years: 8,
            data: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ImbalanceWord {
    Additive,
    Multiplicative,
}

/// One change of trade costs, with exactly one size.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
struct Lever {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    measure: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exporter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    importer: Option<String>,
    #[serde(default)]
    both: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_percent: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_points: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tariff_equivalent_percent: Option<f64>,
}

/// Levers and measures at most: their subsets are searched.
const MOST_LEVERS: usize = 12;
const MOST_IDS: usize = 100;

impl Ask {
    /// The file that it is about.
    pub(crate) fn data(&self) -> Option<&str> {
        self.data.as_deref()
    }

    fn pair(&self) -> Result<Pair, Refusal> {
        Ok(Pair::resolve(&self.a, &self.b)?)
    }

    fn imbalance(&self) -> Imbalance {
        match self.imbalance {
            ImbalanceWord::Additive => Imbalance::Additive,
            ImbalanceWord::Multiplicative => Imbalance::Multiplicative,
        }
    }

    /// What no question could use.
    fn check(&self) -> Result<(), Refusal> {
        let refuse = |what: &str, help: &str| Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, what, help));
        if self.levers.len() > MOST_LEVERS {
            return refuse("there are more than 12 levers", "name the ones that matter most");
        }
        if self.lift.len() > MOST_IDS || self.bring.len() > MOST_IDS {
            return refuse("more than 100 measures are lifted or brought", "name fewer");
        }
        if !(self.times.is_finite() && self.times > 0.0) {
            return refuse("times is no number above 0", "2 doubles the trade, 0.5 halves it");
        }
        Ok(())
    }

    /// The year of the flows and the day of the measures, for every answer of one page: the year that is
    /// named; else that of the day, where there are flows of it; else the one that the figures are about, or
    /// the latest. The day is the one named, else the end of the year.
    fn resolve(&self, held: &Held, flows: &Flows) -> Result<Resolved, Refusal> {
        let pair = PairFlows::new(flows, self.pair()?)?;
        let years = pair.years();
        let of_day = self.date.map(|d| i32::from(d.year()));
        // Of a day without flows the latest before it.
        let near = of_day.map(|y| years.iter().rev().find(|own| **own <= y).or(years.first()).copied());
        let usual = held.usual_year.filter(|y| years.contains(y));
        let year = pair.year_or_latest(self.year.or(near.unwrap_or(usual)))?;
        Ok(self.resolved(year))
    }

    /// A year with the day of the measures: the one named, else the end of the year.
    fn resolved(&self, year: i32) -> Resolved {
        let end = i16::try_from(year).ok().and_then(|y| Date::new(y, 12, 31).ok()).unwrap_or(Date::MAX);
        Resolved { year, date: self.date.unwrap_or(end) }
    }

    /// The day of the measures where there are no flows of the pair to say the year.
    fn day(&self, held: &Held) -> Date {
        let year = self.year.or(held.usual_year).and_then(|y| i16::try_from(y).ok());
        self.date.or_else(|| Date::new(year?, 12, 31).ok()).unwrap_or(Date::MAX)
    }

    fn coverage(&self, held: &Held, resolved: Resolved) -> Result<coverage::Question, Refusal> {
        Ok(coverage::Question {
            pair: self.pair()?,
            date: Some(resolved.date),
            year: Some(resolved.year),
            base_year: self.base_year,
            claim: self.claim / 100.0,
            lift: self.lift.clone(),
            bring: self.bring.clone(),
            watch_list: None,
            data_words: held.words.clone(),
        })
    }

    fn reach(&self) -> Result<reach::Question, Refusal> {
        let mut question = reach::Question::new(self.pair()?, self.times);
        question.theta = self.theta;
        question.imbalance = self.imbalance();
        Ok(question)
    }

    fn history(&self) -> Result<history::Question, Refusal> {
        let pair = self.pair()?;
        Ok(history::Question {
            pair,
            times: self.times,
            years: self.years,
            least_share: None,
            data_words: String::new(),
        })
    }
}

/// The year and the day that all answers of a page are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Resolved {
    year: i32,
    date: Date,
}

/// Answers, as the JSON that the page shows.
pub(crate) fn answer(
    base: &Base,
    held: &Held,
    question: Question,
    ask: &Ask,
    watch: Watch<'_>,
) -> Result<Value, Refusal> {
    ask.check()?;
    if question == Question::Brief {
        return Ok(show::document(&whole(base, held, ask, watch)?));
    }
    one(base, held, question, ask, watch).map(|answer| show::answer(&answer))
}

fn one(base: &Base, held: &Held, question: Question, ask: &Ask, watch: Watch<'_>) -> Result<Answer, Refusal> {
    let pair = ask.pair()?;
    let of_pair = || held.flows(&Select::Pair(pair.a, pair.b));
    let of_both = || held.partners(&Select::Partners(vec![pair.a, pair.b]));
    let catalogue = &base.catalogue;
    // The one that is named, else the one that the brief would take.
    let measure = || match &ask.measure {
        Some(id) => Ok::<_, Refusal>(id.clone()),
        None => {
            // The figures with many partners may hold what those of the pair do not.
            let day = ask.resolve(held, &*of_pair()?).map_or_else(|_| ask.day(held), |r| r.date);
            Ok(main_measure(&*of_both()?, catalogue, pair, day)?)
        }
    };
    let of = |mut answer: Answer, resolved: Resolved| {
        answer.named.insert("resolved".into(), json!(resolved));
        answer
    };
    Ok(match question {
        Question::Turnover if held.embedded => {
            // Any pair has an answer from the built-in world; the embedded flows by product are one pair's.
            let of_flows = of_pair().map_err(Refusal::from).and_then(|flows| ask.resolve(held, &flows));
            let books = turnover::Books::read(pair, of_flows.ok().map(|r| r.year).or(ask.year))?;
            let resolved = ask.resolved(books.year);
            let command = format!("turnover turnover {} --year {}", pair.words(), books.year);
            let mut answer = turnover::report(&books, &command)?;
            mark_measures(&mut answer, catalogue, pair, Some(resolved.date));
            of(answer, resolved)
        }
        Question::Turnover => {
            let flows = of_pair()?;
            let resolved = ask.resolve(held, &flows)?;
            let question = turnover::Question { pair, year: Some(resolved.year), data_words: held.words.clone() };
            let mut answer = turnover::answer(&flows, &question)?;
            mark_measures(&mut answer, catalogue, pair, Some(resolved.date));
            of(answer, resolved)
        }
        Question::Coverage => {
            let flows = of_pair()?;
            let resolved = ask.resolve(held, &flows)?;
            let question = ask.coverage(held, resolved)?;
            of(coverage::answer(&flows, Some(&*of_both()?), catalogue, &question)?, resolved)
        }
        Question::Effect => {
            let id = measure()?;
            let partner = if catalogue.sender(&id) == Some(pair.a) { pair.b } else { pair.a };
            let command = format!("turnover effect {id} --with {partner}{}", held.words);
            let question = effect::Question {
                measure: id,
                partner: Some(partner),
                products: None,
                later: effect::Later::Drop,
                command,
            };
            effect::answer(&*of_both()?, catalogue, &question, watch)?
        }
        Question::Reach => pulled(base, ask, pair)?,
        Question::Potential => {
            let resolved = ask.resolve(held, &*of_pair()?)?;
            let question = potential::Question {
                pair,
                year: Some(resolved.year),
                date: Some(resolved.date),
                lift: ask.lift.clone(),
                bring: ask.bring.clone(),
                data_words: held.words.clone(),
            };
            of(held.with_all(pair, |flows| potential::answer(flows, catalogue, &question))??, resolved)
        }
        Question::History => history::answer(&base.panel, &ask.history()?)?,
        Question::Diversion => {
            let id = measure()?;
            let command = format!("turnover diversion {id}{}", held.words);
            let question = diversion::Question { measure: id, products: None, watch_list: None, command };
            diversion::answer(&*of_both()?, catalogue, &question, watch)?
        }
        Question::Check => {
            let of_dossier = base.dossier.pair;
            if (pair.a, pair.b) != (of_dossier.a, of_dossier.b) && (pair.b, pair.a) != (of_dossier.a, of_dossier.b) {
                return Err(Refusal::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "no dossier is about these two",
                    "write one (turnover check --template) and check it with turnover check FILE",
                ));
            }
            let evidence = Evidence {
                flows: &*of_pair()?,
                partners: &*of_both()?,
                world: Ok(base.world.clone()),
                catalogue,
                panel: &base.panel,
                data_words: held.words.clone(),
            };
            base.dossier.check(&evidence, &format!("turnover check{}", held.words)).answer()
        }
        Question::Brief => return Err(Refusal::new(StatusCode::NOT_FOUND, "the brief is no single answer", "")),
    })
}

/// Levers first, then what is left; what is lifted or brought in and has no lever is named.
fn pulled(base: &Base, ask: &Ask, pair: Pair) -> Result<Answer, Refusal> {
    #[derive(serde::Serialize)]
    struct File<'a> {
        title: &'a str,
        lever: &'a [Lever],
    }
    let supposed =
        coverage::Question { lift: ask.lift.clone(), bring: ask.bring.clone(), ..coverage::Question::new(pair) };
    let reach = ask.reach()?;
    if ask.levers.is_empty() {
        return Ok(reach_supposing(&base.world, &base.catalogue, &supposed, &reach, None, "")?);
    }
    // The same file that the command line would read, so that what is shown can be done again.
    let text = toml::to_string(&File { title: "Levers of the page", lever: &ask.levers })
        .map_err(|e| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, e.to_string(), "see docs/scenarios.md"))?;
    let file = PullFile::parse(&text, Path::new("levers.toml"))?;
    let imbalance = if ask.imbalance() == Imbalance::Multiplicative { " --imbalance multiplicative" } else { "" };
    let command = format!(
        "turnover reach {} --times {} --levers levers.toml --theta {}{imbalance}",
        pair.words(),
        multiple(ask.times),
        multiple(ask.theta)
    );
    let mut answer = reach_supposing(&base.world, &base.catalogue, &supposed, &reach, Some(&file), &command)?;
    let mut lines = Table::new("levers.file", "levers.toml, which the command reads", &[("line", "Line", Unit::Text)]);
    lines.rows = text.lines().map(|line| vec![line.into()]).collect();
    answer.tables.push(lines);
    answer.named.insert("levers_toml".into(), text.into());
    Ok(answer)
}

/// The brief.
pub(crate) fn whole(base: &Base, held: &Held, ask: &Ask, watch: Watch<'_>) -> Result<Document, Refusal> {
    ask.check()?;
    let pair = ask.pair()?;
    let flows = held.flows(&Select::Pair(pair.a, pair.b))?;
    let partners = held.partners(&Select::Partners(vec![pair.a, pair.b]))?;
    let resolved = ask.resolve(held, &flows)?;
    let words = &held.words;
    let mut brief_ask = BriefAsk {
        pair,
        times: ask.times,
        year: Some(resolved.year),
        date: Some(resolved.date),
        coverage: ask.coverage(held, resolved)?,
        reach: ask.reach()?,
        figures: format!("{}, trade of {}, measures on {}", held.figures, resolved.year, resolved.date),
        command: String::new(),
        data_words: words.clone(),
        questions: BriefQuestion::ALL.to_vec(),
        partner_words: words.clone(),
    };
    let levers = if ask.levers.is_empty() { "" } else { " --levers levers.toml" };
    brief_ask.command = format!("turnover brief {}{levers}{words}", brief_ask.words());
    // A refusal that is the question's own fault is the brief's; one of the model stands in its place.
    let pulled = match pulled(base, ask, pair) {
        Ok(answer) => Ok(answer),
        Err(refusal) if ask.levers.is_empty() => {
            Err(AnalysisError::Change { what: refusal.error, help: refusal.help.unwrap_or_default() })
        }
        Err(refusal) => return Err(refusal),
    };
    let about = base.dossier.pair == pair || (base.dossier.pair.a, base.dossier.pair.b) == (pair.b, pair.a);
    let dossier = (about && held.embedded).then(|| base.dossier.clone());
    let level = if held.embedded { Some(turnover::of_books(pair, Some(resolved.year))?) } else { None };
    held.with_all(pair, |all| {
        let ground = Ground {
            level,
            world: Ok(base.world.clone()),
            catalogue: &base.catalogue,
            panel: &base.panel,
            partners: &partners,
            all,
            dossier,
            pulled: Some(pulled),
        };
        brief(&flows, ground, &brief_ask, watch)
    })?
    .map_err(Refusal::from)
}
