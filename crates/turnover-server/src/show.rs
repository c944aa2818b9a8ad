//! Answers as the page shows them: the command line's JSON, with charts drawn and cells in words.

use serde_json::{Value, json};
use turnover_analysis::Answer;
use turnover_brief::{Document, shown_cell, shown_value, svg, svg_file};

pub(crate) fn answer(answer: &Answer) -> Value {
    let mut out = answer.to_json();
    for (chart, value) in answer.charts.iter().zip(list(&mut out, "charts")) {
        value["svg"] = svg(chart).into();
        value["file"] = svg_file(chart).into();
    }
    for (table, value) in answer.tables.iter().zip(list(&mut out, "tables")) {
        let row = |row: &Vec<turnover_analysis::Cell>| -> Vec<String> {
            row.iter().zip(&table.columns).map(|(cell, column)| shown_cell(cell, column.unit)).collect()
        };
        value["shown"] = json!(table.rows.iter().map(row).collect::<Vec<_>>());
    }
    for (finding, value) in answer.findings.iter().zip(list(&mut out, "findings")) {
        value["shown"] = shown_value(finding).into();
    }
    out
}

fn list<'a>(value: &'a mut Value, name: &str) -> impl Iterator<Item = &'a mut Value> {
    value.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten()
}

/// A document by sections.
pub(crate) fn document(document: &Document) -> Value {
    let sections: Vec<Value> =
        document.sections.iter().map(|s| json!({"heading": s.heading, "answer": answer(&s.answer)})).collect();
    let unanswered: Vec<Value> =
        document.unanswered.iter().map(|u| json!({"question": u.question, "why": u.words()})).collect();
    json!({
        "command": document.command,
        "version": env!("CARGO_PKG_VERSION"),
        "title": document.title,
        "subtitle": document.subtitle,
        "lead": document.lead,
        "reservations": document.reservations,
        "sections": sections,
        "unanswered": unanswered,
        "status": "answered",
    })
}
