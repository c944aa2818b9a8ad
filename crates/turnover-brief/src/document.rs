//! What the renderers render.

use serde_json::{Map, Value};
use turnover_analysis::{Answer, Chart, Finding, Table};
use turnover_data::Source;

/// One question and its answer.
#[derive(Debug, Clone)]
pub struct Section {
    /// The question, as a heading.
    pub heading: String,
    /// The answer.
    pub answer: Answer,
}

/// A question that could not be answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Unanswered {
    /// The question, as a heading.
    pub question: String,
    /// Why.
    pub why: String,
    /// What would answer it.
    pub help: Option<String>,
}

/// A text and the statements in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// The whole text.
    pub text: String,
    /// The statements, in the order of the text, not overlapping.
    pub notes: Vec<Note>,
}

/// A statement in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Where it stands, in bytes.
    pub span: std::ops::Range<usize>,
    /// The verdict or status, in a word or two.
    pub verdict: String,
    /// `holds`, `fails`, `depends`, `open` or `unknown`: how it is marked.
    pub class: &'static str,
    /// Who, what and why.
    pub lines: Vec<String>,
}

/// A page: the brief, or a single answer.
#[derive(Debug, Clone)]
pub struct Document {
    /// Title.
    pub title: String,
    /// What the page rests on, one line.
    pub subtitle: String,
    /// The answer in a few sentences.
    pub lead: Vec<String>,
    /// What a reader must hold against it, the weightiest first.
    pub reservations: Vec<String>,
    /// The sections.
    pub sections: Vec<Section>,
    /// Questions that could not be answered, and why.
    pub unanswered: Vec<Unanswered>,
    /// The command that makes the page again.
    pub command: String,
    /// A text that is read, with what was found in it.
    pub passage: Option<Passage>,
    /// The document as a dossier, for `.toml`.
    pub dossier: Option<String>,
}

impl Unanswered {
    /// Why, and what would answer it, on one line.
    pub fn words(&self) -> String {
        self.help.as_ref().map_or_else(|| self.why.clone(), |help| format!("{}; {help}", self.why))
    }
}

impl From<Answer> for Document {
    fn from(answer: Answer) -> Self {
        Document {
            title: answer.title.clone(),
            subtitle: String::new(),
            lead: Vec::new(),
            reservations: Vec::new(),
            command: answer.command.clone(),
            unanswered: Vec::new(),
            passage: None,
            dossier: None,
            sections: vec![Section { heading: String::new(), answer }],
        }
    }
}

impl Document {
    /// All findings, in the page's order.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.sections.iter().flat_map(|s| &s.answer.findings)
    }

    /// All tables.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.sections.iter().flat_map(|s| &s.answer.tables)
    }

    /// All charts.
    pub fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.sections.iter().flat_map(|s| &s.answer.charts)
    }

    /// Questions that could not be answered, those with the same reason together, and why.
    pub fn gaps(&self) -> Vec<(String, String)> {
        let mut out: Vec<(String, String)> = Vec::new();
        for gap in &self.unanswered {
            let why = gap.words();
            match out.iter_mut().find(|(_, known)| *known == why) {
                Some((questions, _)) => questions.push_str(&format!(" {}", gap.question)),
                None => out.push((gap.question.clone(), why)),
            }
        }
        out
    }

    /// The sources of all findings, each once.
    pub fn sources(&self) -> Vec<&Source> {
        let mut out: Vec<&Source> = Vec::new();
        for source in self.findings().flat_map(|f| &f.sources) {
            if !out.contains(&source) {
                out.push(source);
            }
        }
        out
    }

    /// The caveats of all findings, each once.
    pub fn caveats(&self) -> Vec<&str> {
        let mut out: Vec<&str> = Vec::new();
        for caveat in self.findings().flat_map(|f| &f.caveats) {
            if !out.contains(&caveat.as_str()) {
                out.push(caveat);
            }
        }
        out
    }

    /// The JSON document of the command line's contract.
    pub fn to_json(&self) -> Value {
        let mut joined = Answer {
            command: self.command.clone(),
            title: self.title.clone(),
            findings: self.findings().cloned().collect(),
            tables: self.tables().cloned().collect(),
            charts: self.charts().cloned().collect(),
            named: Map::new(),
            headline: None,
        };
        for section in &self.sections {
            joined.named.extend(section.answer.named.clone());
        }
        if !self.lead.is_empty() {
            joined.named.insert("lead".into(), self.lead.clone().into());
        }
        if !self.reservations.is_empty() {
            joined.named.insert("reservations".into(), self.reservations.clone().into());
        }
        if !self.unanswered.is_empty() {
            let reasons: Map<String, Value> =
                self.unanswered.iter().map(|u| (u.question.clone(), u.words().into())).collect();
            joined.named.insert("unanswered".into(), Value::Object(reasons));
        }
        joined.to_json()
    }
}
