//! Markdown: findings as a list, tables as tables.

use std::fmt::Write;

use turnover_analysis::Unit;

use super::cell;
use crate::document::Document;

pub(crate) fn markdown(document: &Document) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = render(document, &mut out);
    out
}

fn render(document: &Document, out: &mut String) -> std::fmt::Result {
    writeln!(out, "# {}\n", document.title)?;
    if !document.subtitle.is_empty() {
        writeln!(out, "{}\n", document.subtitle)?;
    }
    for sentence in &document.lead {
        writeln!(out, "{sentence}\n")?;
    }
    for against in &document.reservations {
        writeln!(out, "> {against}\n")?;
    }
    for section in &document.sections {
        if !section.heading.is_empty() {
            writeln!(out, "## {}\n", section.heading)?;
        }
        for f in &section.answer.findings {
            writeln!(out, "- {}. *{}.*", f.sentence(), f.definition)?;
        }
        writeln!(out, "\n`{}`\n", section.answer.command)?;
        for table in &section.answer.tables {
            writeln!(out, "### {}\n", table.heading())?;
            let row = |cells: Vec<String>| {
                format!("| {} |", cells.iter().map(|c| c.replace('|', "\\|")).collect::<Vec<_>>().join(" | "))
            };
            writeln!(out, "{}", row(table.columns.iter().map(|c| c.title.clone()).collect()))?;
            let rule = |c: &turnover_analysis::Column| if c.unit == Unit::Text { "---" } else { "---:" }.to_owned();
            writeln!(out, "{}", row(table.columns.iter().map(rule).collect()))?;
            for cells in &table.rows {
                let words = cells.iter().zip(&table.columns).map(|(x, c)| cell(x, c.unit)).collect();
                writeln!(out, "{}", row(words))?;
            }
            writeln!(out)?;
        }
    }
    for (question, why) in document.gaps() {
        writeln!(out, "## {question}\n\nNot answered: {why}\n")?;
    }
    writeln!(out, "## Sources\n")?;
    for s in document.sources() {
        writeln!(out, "- {}; {}; SHA-256 {}", s.name, s.vintage, s.hash)?;
    }
    if !document.caveats().is_empty() {
        writeln!(out, "\n## Caveats\n")?;
        for c in document.caveats() {
            writeln!(out, "- {c}")?;
        }
    }
    writeln!(out, "\nMade by `{}`, version {}.", document.command, env!("CARGO_PKG_VERSION"))
}
