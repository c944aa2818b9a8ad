//! All questions about a pair on one page. Each section is the answer to a question of its own, asked with the
//! brief's options, so that its command gives it again.

mod lead;
mod page;

use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::format::{in_sentence, multiple, sentence};
use turnover_analysis::{AnalysisError, Headline, Pair, Watch, defaults};
use turnover_brief::{Document, Section, Unanswered};
use turnover_data::Select;

use lead::lead;
use page::Page;

use super::{Check, Coverage, Diversion, Effect, History, Potential, Question, Reach, Turnover};
use crate::error::QueryError;
use crate::lever::Lever;
use crate::options::{
    CatalogueOptions, ClaimOptions, DataOptions, DrawOptions, LaterPartners, LedgerKind, ModelOptions, PairOptions,
    PeriodOptions, ReadOptions, SupposeOptions,
};
use crate::query::{Query, Reply, Uses};
use crate::resolve::Resolved;
use crate::workspace::Workspace;

/// The whole answer on one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct Brief {
    /// Whose trade.
    #[command(flatten)]
    #[serde(flatten)]
    pub pair: PairOptions,
    /// The multiple that is promised or wished for
    #[arg(long, default_value_t = defaults::TIMES, allow_negative_numbers = true)]
    #[serde(default = "times")]
    pub times: f64,
    /// Only these questions, for example coverage,reach; the trade level is always included
    #[arg(long, value_enum, value_delimiter = ',', value_name = "QUESTION")]
    #[serde(default)]
    pub only: Vec<Topic>,
    /// All but these questions
    #[arg(long, value_enum, value_delimiter = ',', value_name = "QUESTION")]
    #[serde(default)]
    pub without: Vec<Topic>,
    /// Levers to pull before the multiple is sought: a TOML file (docs/scenarios.md)
    #[arg(long, value_name = "FILE")]
    #[serde(default)]
    pub levers: Option<String>,
    /// A lever to pull before the multiple is sought, for example USA:RUS=-20% or an object with the keys of such
    /// a file; may be repeated
    #[arg(long, value_name = "CHANGE")]
    #[serde(default)]
    #[schemars(length(max = 12))]
    pub lever: Vec<Lever>,
    /// Day of the measures, year of the flows.
    #[command(flatten)]
    #[serde(flatten)]
    pub period: PeriodOptions,
    /// The claim to judge.
    #[command(flatten)]
    #[serde(flatten)]
    pub claim: ClaimOptions,
    /// Measures that are supposed lifted or in force.
    #[command(flatten)]
    #[serde(flatten)]
    pub suppose: SupposeOptions,
    /// The measures.
    #[command(flatten)]
    #[serde(flatten)]
    pub catalogue: CatalogueOptions,
    /// The equilibrium's settings.
    #[command(flatten)]
    #[serde(flatten)]
    pub model: ModelOptions,
    /// The figures.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataOptions,
    /// How they are read.
    #[command(flatten)]
    #[serde(flatten)]
    pub read: ReadOptions,
}

fn times() -> f64 {
    defaults::TIMES
}

/// A question of the brief, beside the trade level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// How much of it do measures touch?
    Coverage,
    /// What did they cost?
    Effect,
    /// What would the multiple take?
    Reach,
    /// Where is the room?
    Potential,
    /// How often has it happened?
    History,
    /// Where did the trade go?
    Diversion,
    /// Was what they said true?
    Check,
}

impl Brief {
    /// A pair, everything else as by default.
    pub fn new(pair: PairOptions) -> Self {
        Brief {
            pair,
            times: defaults::TIMES,
            only: Vec::new(),
            without: Vec::new(),
            levers: None,
            lever: Vec::new(),
            period: PeriodOptions::default(),
            claim: ClaimOptions::default(),
            suppose: SupposeOptions::default(),
            catalogue: CatalogueOptions::default(),
            model: ModelOptions::default(),
            data: DataOptions::default(),
            read: ReadOptions::default(),
        }
    }

    fn wants(&self, topic: Topic) -> bool {
        if self.only.is_empty() { !self.without.contains(&topic) } else { self.only.contains(&topic) }
    }

    /// Refuses what no question of it could use.
    fn check(&self) -> Result<(), QueryError> {
        if !self.only.is_empty() && !self.without.is_empty() {
            return Err(QueryError::call("‹only› cannot be used with ‹without›", "leave one of the two out"));
        }
        turnover_analysis::limits::check_times(self.times)?;
        turnover_analysis::check_theta(self.model.theta())?;
        self.suppose.check()
    }

    fn level(&self, period: PeriodOptions) -> Turnover {
        Turnover {
            pair: self.pair.clone(),
            period,
            ledger: LedgerKind::default(),
            catalogue: self.catalogue.clone(),
            data: self.data.clone(),
            read: self.read.clone(),
        }
    }

    fn coverage(&self, period: PeriodOptions) -> Coverage {
        Coverage {
            pair: self.pair.clone(),
            period,
            claim: self.claim,
            suppose: self.suppose.clone(),
            catalogue: self.catalogue.clone(),
            data: self.data.clone(),
            read: self.read.clone(),
            watch_list: None,
        }
    }

    fn effect(&self, pair: Pair, period: PeriodOptions) -> Effect {
        Effect {
            measure: None,
            between: Some(format!("{}:{}", pair.a, pair.b)),
            period,
            with: None,
            products: Vec::new(),
            later: LaterPartners::default(),
            catalogue: self.catalogue.clone(),
            data: self.data.clone(),
            read: self.read.clone(),
        }
    }

    fn diversion(&self, pair: Pair, period: PeriodOptions) -> Diversion {
        Diversion {
            measure: None,
            between: Some(format!("{}:{}", pair.a, pair.b)),
            period,
            products: Vec::new(),
            departures: false,
            watch_list: None,
            catalogue: self.catalogue.clone(),
            data: self.data.clone(),
            read: self.read.clone(),
        }
    }

    /// The world is not that of the flows, but one beside them.
    fn reach(&self, world: DataOptions) -> Reach {
        Reach {
            pair: self.pair.clone(),
            times: self.times,
            only: None,
            levers: self.levers.clone(),
            lever: self.lever.clone(),
            draw: DrawOptions::default(),
            suppose: self.suppose.clone(),
            catalogue: self.catalogue.clone(),
            model: self.model,
            data: world,
            read: ReadOptions::default(),
        }
    }

    fn potential(&self, period: PeriodOptions) -> Potential {
        Potential {
            pair: self.pair.clone(),
            period,
            suppose: self.suppose.clone(),
            catalogue: self.catalogue.clone(),
            data: self.data.clone(),
            read: self.read.clone(),
        }
    }

    /// Of the embedded panel, which holds more years than most files of flows.
    fn history(&self) -> History {
        History {
            pair: self.pair.clone(),
            times: self.times,
            years: defaults::HORIZON,
            least_share: None,
            data: DataOptions::default(),
            read: ReadOptions::default(),
        }
    }

    fn statements(&self) -> Check {
        Check {
            since: None,
            atom: false,
            dossier: None,
            claim_review: false,
            template: false,
            catalogue: self.catalogue.clone(),
            data: self.data.clone(),
            read: self.read.clone(),
        }
    }

    /// Answers all questions. A pair without flows has no brief; a later question that cannot be answered is
    /// named with its reason, and the others stand.
    fn find(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Document, QueryError> {
        self.check()?;
        let pair = self.pair.pair()?;
        let own = Brief { pair: pair.into(), ..self.clone() };
        let (resolved, level) = own.level(self.period).find(workspace, watch)?;
        let period = resolved.period();
        // Built-in chapters may be of another year than the totals.
        let flows = workspace.flows(&Select::Pair(pair.a, pair.b), watch)?;
        let goods = Resolved::of(workspace, &flows, pair, self.period).map_or(period, Resolved::period);
        let (beside, world) = workspace.beside();
        // A wrong file of levers is the brief's own fault; a model that refuses stands in its place.
        super::reach::changes(self.levers.as_deref(), &self.lever, "")?;
        let mut topics: Vec<Topic> = ORDER.into_iter().map(|(topic, _)| topic).filter(|t| own.wants(*t)).collect();
        if workspace.dossier_of(pair)?.is_none() {
            topics.retain(|t| *t != Topic::Check);
        }
        let page = Page { brief: &own, pair, workspace, beside: &beside, world, period, goods };
        let mut found = page.answers(&topics, watch);
        if found.values().any(|f| matches!(f, Err(QueryError::Analysis(AnalysisError::Stopped)))) {
            return Err(AnalysisError::Stopped.into());
        }
        let headlines: Vec<&Headline> =
            LEAD.iter().filter_map(|topic| found.get(topic)?.as_ref().ok()?.headline.as_ref()).collect();
        let (mut lead, reservations) = lead(level.headline.as_ref(), &headlines, self.times);
        // What sanctions touch is asked first, and that nobody can say is an answer too.
        if let Some(Err(e)) = found.get(&Topic::Coverage) {
            lead.insert(1, refusal(e));
        }
        let supposed: Vec<String> = topics
            .iter()
            .filter_map(|topic| found.get(topic)?.as_ref().ok()?.findings.first()?.supposition.clone())
            .take(2)
            .collect();
        let (a, b) = (in_sentence(pair.a.name()), in_sentence(pair.b.name()));
        let figures = format!("{}, trade of {}, measures on {}", workspace.name(), resolved.year, resolved.date);
        let mut document = Document {
            passage: None,
            dossier: None,
            title: sentence(&format!("{a} and {b}: what times {} takes", multiple(self.times))),
            subtitle: std::iter::once(figures).chain(supposed).collect::<Vec<_>>().join(". "),
            lead,
            reservations,
            sections: vec![Section { heading: "How much is it now?".to_owned(), answer: level }],
            unanswered: Vec::new(),
            command: own.again(resolved).to_string(),
        };
        for (topic, heading) in ORDER {
            let heading = heading.replace("{times}", &multiple(self.times));
            match found.remove(&topic) {
                Some(Ok(answer)) => document.sections.push(Section { heading, answer }),
                Some(Err(e)) => {
                    let why = e.message();
                    document.unanswered.push(Unanswered {
                        question: heading,
                        // The page says so already.
                        why: why.strip_prefix("not answered: ").unwrap_or(&why).to_owned(),
                        help: miette::Diagnostic::help(&e).map(|h| h.to_string()),
                    });
                }
                None => {}
            }
        }
        Ok(document)
    }

    /// The command of the same brief: with the year of its flows, whatever is the latest then.
    fn again(&self, resolved: Resolved) -> crate::Command {
        let period = PeriodOptions { year: Some(resolved.year), ..self.period };
        Query::Brief(Brief { period, ..self.clone() }).command()
    }
}

/// A question of the lead that is not answered, with the reason.
fn refusal(error: &QueryError) -> String {
    let why = error.message();
    format!("How much of it measures touch is not known: {}.", why.strip_prefix("not answered: ").unwrap_or(&why))
}

/// What the lead says, in its order.
const LEAD: [Topic; 4] = [Topic::Coverage, Topic::Reach, Topic::History, Topic::Potential];

/// The page's order, with the headings.
const ORDER: [(Topic, &str); 7] = [
    (Topic::Coverage, "How much of it do measures touch?"),
    (Topic::Effect, "What did a measure cost?"),
    (Topic::Reach, "What would it take to multiply it by {times}?"),
    (Topic::Potential, "Where is the room?"),
    (Topic::History, "How often has that happened?"),
    (Topic::Diversion, "Where did the trade go?"),
    (Topic::Check, "Was what they said true?"),
];

impl Question for Brief {
    fn uses(&mut self) -> Uses<'_> {
        Uses {
            data: Some(&mut self.data.data),
            read: Some(&mut self.read),
            catalogue: Some(&mut self.catalogue.catalogue),
            files: vec![&mut self.levers],
        }
    }

    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        self.find(workspace, watch).map(|document| Reply::Document(Box::new(document)))
    }
}
