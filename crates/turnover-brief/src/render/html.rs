//! The page: one HTML file with nothing from elsewhere.

use minijinja::value::Serde;
use minijinja::{Environment, Value};
use serde::Serialize;
use turnover_analysis::Unit;

use super::svg::{STYLE, svg};
use super::{cell, value};
use crate::document::{Document, Passage};

#[derive(Serialize)]
struct PageCell {
    text: String,
    number: bool,
}

#[derive(Serialize)]
struct PageTable {
    id: String,
    title: String,
    supposition: Option<String>,
    head: Vec<PageCell>,
    rows: Vec<Vec<PageCell>>,
}

#[derive(Serialize)]
struct PageFinding {
    title: String,
    value: String,
    statement: String,
    supposition: Option<String>,
    interval: Option<String>,
    definition: String,
    method: String,
    sources: Vec<String>,
    caveats: Vec<String>,
    reproduce: String,
}

#[derive(Serialize)]
struct PageChart {
    title: String,
    svg: String,
    source: String,
    supposition: Option<String>,
}

#[derive(Serialize)]
struct PageSection {
    heading: String,
    command: String,
    findings: Vec<PageFinding>,
    charts: Vec<PageChart>,
    tables: Vec<PageTable>,
}

#[derive(Serialize)]
struct PagePiece {
    text: String,
    /// The number of its note, from 1; 0 for text between statements.
    number: usize,
    class: &'static str,
    verdict: String,
    lines: Vec<String>,
}

#[derive(Serialize)]
struct Page {
    passage: Vec<PagePiece>,
    title: String,
    subtitle: String,
    lead: Vec<String>,
    reservations: Vec<String>,
    sections: Vec<PageSection>,
    unanswered: Vec<(String, String)>,
    sources: Vec<[String; 3]>,
    caveats: Vec<String>,
    command: String,
    version: &'static str,
    style: &'static str,
}

/// The document as a self-contained page.
pub fn html(document: &Document) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    environment.add_template("page", include_str!("../../templates/page.html")).map_err(|e| format!("{e:#}"))?;
    let template = environment.get_template("page").map_err(|e| format!("{e:#}"))?;
    let page = Page {
        passage: document.passage.as_ref().map_or_else(Vec::new, pieces),
        title: document.title.clone(),
        subtitle: document.subtitle.clone(),
        lead: document.lead.clone(),
        reservations: document.reservations.clone(),
        sections: document.sections.iter().map(section).collect(),
        unanswered: document.gaps(),
        sources: document.sources().iter().map(|s| [s.name.clone(), s.vintage.clone(), s.hash.clone()]).collect(),
        caveats: document.caveats().into_iter().map(str::to_owned).collect(),
        command: document.command.clone(),
        version: env!("CARGO_PKG_VERSION"),
        style: STYLE,
    };
    template.render(Value::from(Serde(page))).map_err(|e| format!("{e:#}"))
}

/// A text cut into statements and what stands between them.
fn pieces(passage: &Passage) -> Vec<PagePiece> {
    let plain = |text: &str| PagePiece {
        text: text.to_owned(),
        number: 0,
        class: "",
        verdict: String::new(),
        lines: Vec::new(),
    };
    let mut out = Vec::new();
    let mut at = 0;
    for (i, note) in passage.notes.iter().enumerate() {
        let (Some(between), Some(said)) = (passage.text.get(at..note.span.start), passage.text.get(note.span.clone()))
        else {
            continue;
        };
        out.push(plain(between));
        out.push(PagePiece {
            text: said.to_owned(),
            number: i + 1,
            class: note.class,
            verdict: note.verdict.clone(),
            lines: note.lines.clone(),
        });
        at = note.span.end;
    }
    out.push(plain(passage.text.get(at..).unwrap_or_default()));
    out
}

fn section(section: &crate::document::Section) -> PageSection {
    let answer = &section.answer;
    PageSection {
        heading: section.heading.clone(),
        command: answer.command.clone(),
        findings: answer
            .findings
            .iter()
            .map(|f| PageFinding {
                title: f.title.clone(),
                value: value(f),
                statement: f.statement.clone(),
                supposition: f.supposition.clone(),
                interval: f.interval.map(|i| super::range(i, f.unit)),
                definition: f.definition.clone(),
                method: f.method.clone(),
                sources: f.sources.iter().map(|s| format!("{}; {}", s.name, s.vintage)).collect(),
                caveats: f.caveats.clone(),
                reproduce: f.reproduce.clone(),
            })
            .collect(),
        charts: answer
            .charts
            .iter()
            .map(|c| PageChart {
                title: c.title.clone(),
                svg: svg(c),
                source: c.source.clone(),
                supposition: c.supposition.clone(),
            })
            .collect(),
        tables: answer
            .tables
            .iter()
            .filter(|t| !t.rows.is_empty())
            .map(|t| PageTable {
                id: t.id.clone(),
                title: t.title.clone(),
                supposition: t.supposition.clone(),
                head: t
                    .columns
                    .iter()
                    .map(|c| PageCell { text: c.title.clone(), number: c.unit != Unit::Text })
                    .collect(),
                rows: t
                    .rows
                    .iter()
                    .map(|row| {
                        row.iter()
                            .zip(&t.columns)
                            .map(|(x, c)| PageCell { text: cell(x, c.unit), number: c.unit != Unit::Text })
                            .collect()
                    })
                    .collect(),
            })
            .collect(),
    }
}
