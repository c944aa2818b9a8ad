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

/// A page: the brief, or a single answer.
#[derive(Debug, Clone)]
pub struct Document {
    /// Title.
    pub title: String,
    /// What the page rests on, one line.
    pub subtitle: String,
    /// The answer in a few sentences.
    pub lead: Vec<String>,
    /// The sections.
    pub sections: Vec<Section>,
    /// Questions that could not be answered, and why.
    pub unanswered: Vec<(String, String)>,
    /// The command that makes the page again.
    pub command: String,
}

impl From<Answer> for Document {
    fn from(answer: Answer) -> Self {
        Document {
            title: answer.title.clone(),
            subtitle: String::new(),
            lead: Vec::new(),
            command: answer.command.clone(),
            unanswered: Vec::new(),
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
        };
        for section in &self.sections {
            joined.named.extend(section.answer.named.clone());
        }
        if !self.lead.is_empty() {
            joined.named.insert("lead".into(), self.lead.clone().into());
        }
        if !self.unanswered.is_empty() {
            let reasons: Map<String, Value> =
                self.unanswered.iter().map(|(q, why)| (q.clone(), why.clone().into())).collect();
            joined.named.insert("unanswered".into(), Value::Object(reasons));
        }
        joined.to_json()
    }
}
