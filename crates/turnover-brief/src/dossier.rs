//! Dossiers: what was said, and whether it was true.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::Date;
use miette::Diagnostic;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use thiserror::Error;
use turnover_analysis::format::{multiple, percent, sentence, usd};
use turnover_analysis::{
    AnalysisError, Answer, Cell, Finding, NamedWorld, Number, Pair, PairFlows, Table, Unit, coverage, history, reach,
};
use turnover_data::{Flows, PairPanel};
use turnover_measures::Catalogue;

/// Why a dossier cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum DossierError {
    /// It cannot be read or is not of the schema.
    #[error("{path}: {what}")]
    #[diagnostic(help("{help}"))]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        what: String,
        /// What to do.
        help: String,
    },
    /// The pair is none.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Pair(#[from] AnalysisError),
}

/// What was said.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    schema: u32,
    id: String,
    title: String,
    pair: [String; 2],
    as_of: Date,
    #[serde(default)]
    statement: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Unique in the dossier.
    pub id: String,
    /// When it was said.
    pub date: Date,
    /// Who said it.
    pub speaker: String,
    /// As what.
    pub role: String,
    /// What kind.
    pub kind: Kind,
    /// What about.
    pub topic: String,
    /// What, paraphrased.
    pub said: String,
    /// Where it was reported.
    pub source: String,
    /// What became of it.
    pub status: Option<Status>,
    /// As of when.
    pub status_date: Option<Date>,
    /// Remark.
    pub status_note: Option<String>,
    /// How to check it.
    pub check: Option<Check>,
}

/// The kind of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Something is so.
    Claim,
    /// Something could be done.
    Offer,
    /// Something will be done.
    Promise,
    /// How something is judged.
    Assessment,
}

/// What became of an offer or promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nothing yet.
    Open,
    /// It was done.
    Kept,
    /// It was not done, and will not be.
    Broken,
    /// Its author took it back.
    Withdrawn,
}

/// How to check a statement.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "question", rename_all = "lowercase", deny_unknown_fields)]
pub enum Check {
    /// The share of trade that measures do not touch.
    Coverage {
        /// At least so much is not affected.
        not_affected_percent: f64,
        /// On which day.
        date: Date,
    },
    /// The level of trade of a year, or its change.
    Turnover {
        /// The year of the level.
        year: Option<i32>,
        /// The level.
        billion_usd: Option<f64>,
        /// How far off it may be.
        tolerance_percent: Option<f64>,
        /// First year of the change.
        from_year: Option<i32>,
        /// Last year.
        to_year: Option<i32>,
        /// The change.
        change_percent: Option<f64>,
        /// How far off it may be.
        tolerance_points: Option<f64>,
    },
    /// What a multiple would take.
    Reach {
        /// The multiple.
        times: f64,
        /// Within so many years, for the base rate.
        years: i32,
    },
}

/// A dossier.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whose trade.
    pub pair: Pair,
    /// The day as of which ages are counted.
    pub as_of: Date,
    /// The statements.
    pub statements: Vec<Statement>,
}

/// The verdict on a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is so.
    Holds,
    /// It is not.
    Fails,
    /// Under some definitions.
    Depends,
    /// It cannot be checked.
    Unchecked,
}

impl Verdict {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Holds => "holds",
            Verdict::Fails => "fails",
            Verdict::Depends => "depends on the definition",
            Verdict::Unchecked => "cannot be checked",
        }
    }

    /// ClaimReview's rating from 1 (false) to 5 (true).
    fn rating(self) -> Option<u32> {
        match self {
            Verdict::Holds => Some(5),
            Verdict::Depends => Some(3),
            Verdict::Fails => Some(1),
            Verdict::Unchecked => None,
        }
    }
}

/// What the statements are checked against.
pub struct Evidence<'a> {
    /// The pair's flows.
    pub flows: &'a Flows,
    /// The trade of one of the two with many partners by product.
    pub partners: &'a Flows,
    /// The world.
    pub world: Result<NamedWorld, AnalysisError>,
    /// The measures.
    pub catalogue: &'a Catalogue,
    /// The histories of pairs.
    pub panel: &'a PairPanel,
}

const HELP: &str = "docs/dossiers.md has the schema; turnover check --template prints a file to begin with";

impl Dossier {
    /// The founding case, which the program carries.
    pub fn embedded() -> Result<Self, DossierError> {
        Self::parse("dossiers/us-russia-2019-12.toml", include_str!("../../../dossiers/us-russia-2019-12.toml"))
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, DossierError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| DossierError::File {
            path: name.clone(),
            what: format!("cannot be read ({})", e.kind()),
            help: HELP.to_owned(),
        })?;
        Self::parse(&name, &text)
    }

    fn parse(path: &str, text: &str) -> Result<Self, DossierError> {
        let wrong = |what: String| DossierError::File { path: path.to_owned(), what, help: HELP.to_owned() };
        let text: Text = toml::from_str(text).map_err(|e| wrong(e.to_string().trim().to_owned()))?;
        if text.schema != 1 {
            return Err(wrong(format!("schema {} is not known; this program reads schema 1", text.schema)));
        }
        let mut ids = BTreeSet::new();
        for s in &text.statement {
            if !ids.insert(&s.id) {
                return Err(wrong(format!("two statements are called `{}`", s.id)));
            }
            if s.said.trim().is_empty() || s.speaker.trim().is_empty() || s.source.trim().is_empty() {
                return Err(wrong(format!("statement `{}` needs said, speaker and source", s.id)));
            }
            if s.date > text.as_of {
                return Err(wrong(format!("statement `{}` of {} is later than as_of, {}", s.id, s.date, text.as_of)));
            }
            if matches!(s.kind, Kind::Offer | Kind::Promise) && s.status.is_none() {
                return Err(wrong(format!("statement `{}` is an offer or promise and needs a status", s.id)));
            }
            if let Some(Check::Turnover { year, billion_usd, from_year, to_year, change_percent, .. }) = &s.check {
                let level = year.is_some() && billion_usd.is_some();
                let change = from_year.is_some() && to_year.is_some() && change_percent.is_some();
                if level == change {
                    return Err(wrong(format!(
                        "the check of `{}` needs year and billion_usd, or from_year, to_year and change_percent",
                        s.id
                    )));
                }
            }
        }
        if text.statement.is_empty() {
            return Err(wrong("has no [[statement]]".to_owned()));
        }
        Ok(Dossier {
            id: text.id,
            title: text.title,
            pair: Pair::resolve(&text.pair[0], &text.pair[1])?,
            as_of: text.as_of,
            statements: text.statement,
        })
    }

    /// A dossier to begin with.
    pub fn template() -> &'static str {
        "schema = 1\nid = \"my-dossier\"\ntitle = \"Who said what\"\npair = [\"USA\", \"RUS\"]\nas_of = \"2019-12-31\"\n\n\
         [[statement]]\nid = \"first\"\ndate = \"2019-12-10\"\nspeaker = \"Name\"\nrole = \"Office\"\nkind = \"claim\"\n\
         topic = \"trade\"\nsaid = \"What was said, paraphrased.\"\nsource = \"Where it was reported\"\n\
         check = { question = \"turnover\", year = 2019, billion_usd = 27, tolerance_percent = 3 }\n\n\
         [[statement]]\nid = \"second\"\ndate = \"2019-12-10\"\nspeaker = \"Name\"\nrole = \"Office\"\nkind = \"offer\"\n\
         topic = \"institutions\"\nsaid = \"What was offered, paraphrased.\"\nsource = \"Where it was reported\"\n\
         status = \"open\"\nstatus_date = \"2019-12-31\"\n"
    }

    /// Checks every statement.
    pub fn check(&self, evidence: &Evidence, command: &str) -> Checked {
        let results = self.statements.iter().map(|s| self.judge(s, evidence)).collect();
        Checked { dossier: self.clone(), results, command: command.to_owned() }
    }

    fn judge(&self, s: &Statement, evidence: &Evidence) -> Judged {
        let cannot = |why: String| Judged { verdict: Verdict::Unchecked, why, evidence: Vec::new() };
        let result = match &s.check {
            None => Ok(cannot(
                match s.kind {
                    Kind::Claim => "no figure of this program bears on it",
                    Kind::Offer | Kind::Promise => "it is about the future",
                    Kind::Assessment => "it is a judgement",
                }
                .to_owned(),
            )),
            Some(Check::Coverage { not_affected_percent, date }) => {
                self.coverage(*not_affected_percent / 100.0, *date, evidence)
            }
            Some(Check::Turnover { year: Some(year), billion_usd: Some(level), tolerance_percent, .. }) => {
                self.level(*year, level * 1e9, tolerance_percent.unwrap_or(5.0) / 100.0, evidence)
            }
            Some(Check::Turnover { from_year, to_year, change_percent, tolerance_points, .. }) => {
                let years = (from_year.unwrap_or(0), to_year.unwrap_or(0));
                self.change(
                    years,
                    change_percent.unwrap_or(0.0) / 100.0,
                    tolerance_points.unwrap_or(5.0) / 100.0,
                    evidence,
                )
            }
            Some(Check::Reach { times, years }) => self.promise(*times, *years, evidence),
        };
        result.unwrap_or_else(|e| cannot(e.to_string()))
    }

    fn coverage(&self, claim: f64, date: Date, evidence: &Evidence) -> Result<Judged, AnalysisError> {
        let question = coverage::Question {
            pair: self.pair,
            date: Some(date),
            year: None,
            base_year: None,
            claim,
            lift: Vec::new(),
            bring: Vec::new(),
            command: String::new(),
        };
        let answer = coverage::answer(evidence.flows, Some(evidence.partners), evidence.catalogue, &question)?;
        let count = |name: &str| answer.named.get("claim").and_then(|c| c.get(name)?.as_u64()).unwrap_or(0);
        let (n, holds, fails, open) =
            (count("definitions"), count("holds"), count("fails"), count("depends_on_reading"));
        let verdict = match (holds, fails) {
            (h, _) if h == n => Verdict::Holds,
            (_, f) if f == n => Verdict::Fails,
            _ => Verdict::Depends,
        };
        let why = format!(
            "it holds under {holds} of {n} definitions, fails under {fails}, and under {open} depends on how the data's \
             chapters are read"
        );
        let any = answer.finding("coverage.value.any.both").cloned();
        Ok(Judged { verdict, why, evidence: any.into_iter().chain(answer.findings.into_iter().take(1)).collect() })
    }

    /// Turnover of a year as the data has it, and the finding that says so.
    fn turnover(&self, year: i32, evidence: &Evidence) -> Result<(f64, Finding), AnalysisError> {
        let flows = PairFlows::new(evidence.flows, self.pair)?;
        let year = flows.year_or_latest(Some(year))?;
        let question =
            turnover_analysis::turnover::Question { pair: self.pair, year: Some(year), command: String::new() };
        let answer = turnover_analysis::turnover::answer(evidence.flows, &question)?;
        let finding = answer.findings.into_iter().next().ok_or(AnalysisError::SamePair(self.pair.a))?;
        Ok((flows.total(year, true) + flows.total(year, false), finding))
    }

    fn level(&self, year: i32, said: f64, tolerance: f64, evidence: &Evidence) -> Result<Judged, AnalysisError> {
        let (value, finding) = self.turnover(year, evidence)?;
        let off = value / said - 1.0;
        let verdict = if off.abs() <= tolerance { Verdict::Holds } else { Verdict::Fails };
        let why = format!(
            "by these figures it was {}, {} off what was said; up to {} counts as true",
            usd(value),
            percent(off.abs()),
            percent(tolerance)
        );
        Ok(Judged { verdict, why, evidence: vec![finding] })
    }

    fn change(
        &self,
        (from, to): (i32, i32),
        said: f64,
        tolerance: f64,
        evidence: &Evidence,
    ) -> Result<Judged, AnalysisError> {
        let ((before, first), (after, last)) = (self.turnover(from, evidence)?, self.turnover(to, evidence)?);
        let change = after / before - 1.0;
        let verdict = if (change - said).abs() <= tolerance { Verdict::Holds } else { Verdict::Fails };
        let why = format!(
            "by these figures it changed from {from} to {to} by {} ({} to {}); {} was said, and up to {} points off counts as true",
            percent(change),
            usd(before),
            usd(after),
            percent(said),
            multiple(100.0 * tolerance)
        );
        Ok(Judged { verdict, why, evidence: vec![first, last] })
    }

    fn promise(&self, times: f64, years: i32, evidence: &Evidence) -> Result<Judged, AnalysisError> {
        let mut found = Vec::new();
        let mut words = vec!["it is about the future".to_owned()];
        if let Ok(world) = &evidence.world {
            let answer = reach::answer(world, &reach::Question::new(self.pair, times))?;
            if let Some(f) = answer.finding("reach.cost_cut") {
                words.push(lower(&f.statement));
                found.push(f.clone());
            }
        }
        let question = history::Question { pair: self.pair, times, years, least_share: None, command: String::new() };
        let answer = history::answer(evidence.panel, &question)?;
        if let Some(f) = answer.finding("history.base_rate") {
            words.push(lower(&f.statement));
            found.push(f.clone());
        }
        Ok(Judged { verdict: Verdict::Unchecked, why: words.join("; "), evidence: found })
    }
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

/// A statement with its verdict.
#[derive(Debug, Clone)]
struct Judged {
    verdict: Verdict,
    why: String,
    evidence: Vec<Finding>,
}

/// A checked dossier.
#[derive(Debug, Clone)]
pub struct Checked {
    dossier: Dossier,
    results: Vec<Judged>,
    command: String,
}

impl Checked {
    /// As findings and tables.
    pub fn answer(&self) -> Answer {
        let d = &self.dossier;
        let mut findings = Vec::new();
        let mut table = Table::new(
            "check.statements",
            "What was said",
            &[
                ("date", "Date", Unit::Text),
                ("speaker", "Who", Unit::Text),
                ("kind", "Kind", Unit::Text),
                ("topic", "Topic", Unit::Text),
                ("said", "What (paraphrased)", Unit::Text),
                ("verdict", "Verdict", Unit::Text),
            ],
        );
        let mut open = Table::new(
            "check.open",
            &format!("Open offers and promises on {}, the oldest first", d.as_of),
            &[
                ("days", "Days", Unit::Count),
                ("speaker", "Who", Unit::Text),
                ("said", "What (paraphrased)", Unit::Text),
                ("note", "Note", Unit::Text),
            ],
        );
        let mut statements = Vec::new();
        for (s, r) in d.statements.iter().zip(&self.results) {
            let kind =
                serde_json::to_value(s.kind).ok().and_then(|k| k.as_str().map(str::to_owned)).unwrap_or_default();
            let verdict = match (s.kind, s.status) {
                (Kind::Offer | Kind::Promise, Some(status)) => {
                    serde_json::to_value(status).ok().and_then(|k| k.as_str().map(str::to_owned)).unwrap_or_default()
                }
                _ => r.verdict.words().to_owned(),
            };
            table.rows.push(
                [s.date.to_string(), s.speaker.clone(), kind.clone(), s.topic.clone(), s.said.clone(), verdict.clone()]
                    .map(Cell::from)
                    .to_vec(),
            );
            if s.status == Some(Status::Open) {
                let days = s.date.until(d.as_of).map_or(0, |span| span.get_days());
                open.rows.push(vec![
                    f64::from(days).into(),
                    s.speaker.clone().into(),
                    s.said.clone().into(),
                    s.status_note.clone().map_or(Cell::Missing, Cell::from),
                ]);
            }
            statements.push(json!({
                "id": s.id, "date": s.date.to_string(), "speaker": s.speaker, "role": s.role, "kind": kind, "topic": s.topic,
                "said": s.said, "source": s.source, "verdict": r.verdict.words(), "why": r.why, "status": s.status,
            }));
            if r.evidence.is_empty() {
                continue;
            }
            let word = r.verdict.words();
            findings.push(Finding {
                id: format!("check.{}", s.id),
                title: format!("{}, {}", s.speaker, s.date),
                statement: format!("{}: {} This {word}: {}", s.speaker, s.said, r.why),
                value: Number::Word(r.verdict.words().to_owned()),
                unit: Unit::Text,
                interval: None,
                method: r.evidence[0].method.clone(),
                definition: r.evidence[0].definition.clone(),
                sources: sources(&r.evidence),
                caveats: r
                    .evidence
                    .iter()
                    .flat_map(|f| f.caveats.clone())
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect(),
                reproduce: self.command.clone(),
                supposition: None,
            });
        }
        open.rows.sort_by(|a, b| match (&a[0], &b[0]) {
            (Cell::Number(x), Cell::Number(y)) => y.total_cmp(x),
            _ => std::cmp::Ordering::Equal,
        });
        let mut named = Map::new();
        named.insert("dossier".into(), d.id.clone().into());
        named.insert("statements".into(), Value::Array(statements));
        Answer {
            command: self.command.clone(),
            title: format!("Was it true? {}", sentence(&d.title)),
            findings,
            tables: vec![table, open],
            charts: Vec::new(),
            named,
        }
    }

    /// The checked claims as schema.org ClaimReview, JSON-LD.
    pub fn claim_review(&self) -> Value {
        let reviews: Vec<Value> = self
            .dossier
            .statements
            .iter()
            .zip(&self.results)
            .filter_map(|(s, r)| {
                let rating = r.verdict.rating()?;
                Some(json!({
                    "@type": "ClaimReview",
                    "claimReviewed": s.said,
                    "itemReviewed": {
                        "@type": "Claim",
                        "datePublished": s.date.to_string(),
                        "author": { "@type": "Person", "name": s.speaker, "jobTitle": s.role },
                        "appearance": { "@type": "CreativeWork", "description": s.source },
                    },
                    "reviewRating": {
                        "@type": "Rating", "ratingValue": rating, "worstRating": 1, "bestRating": 5,
                        "alternateName": sentence(r.verdict.words()),
                        "ratingExplanation": r.why,
                    },
                    "author": { "@type": "Organization", "name": "Turnover" },
                    "datePublished": self.dossier.as_of.to_string(),
                }))
            })
            .collect();
        json!({ "@context": "https://schema.org", "@graph": reviews })
    }
}

/// The sources of findings, each once.
fn sources(findings: &[Finding]) -> Vec<turnover_data::Source> {
    let mut out = Vec::new();
    for source in findings.iter().flat_map(|f| &f.sources) {
        if !out.contains(source) {
            out.push(source.clone());
        }
    }
    out
}
