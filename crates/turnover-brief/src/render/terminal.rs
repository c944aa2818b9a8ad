//! Terminal text: short, aligned, in colour only where asked.

use std::fmt::Write;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement};
use turnover_analysis::{Table, Unit};

use super::cell;
use crate::document::Document;

/// How to write on this terminal.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Columns to wrap at.
    pub width: usize,
    /// Whether to use colour and weight.
    pub colour: bool,
    /// Whether to add the tables below the findings.
    pub tables: bool,
}

impl Style {
    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    fn faint(&self, text: &str) -> String {
        self.paint("2", text)
    }
}

/// Rows of a table shown in the terminal; files hold all of them.
const ROWS: usize = 24;
/// The same where an answer has more tables than fit a few screens.
const FEW_ROWS: usize = 10;
/// Caveats shown at the end of a page.
const CAVEATS: usize = 8;
/// Tables that do.
const MANY_TABLES: usize = 4;

/// The document as text.
pub fn terminal(document: &Document, style: Style) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = render(document, style, &mut out);
    out
}

fn render(document: &Document, style: Style, out: &mut String) -> std::fmt::Result {
    writeln!(out, "{}", style.bold(&document.title))?;
    if !document.subtitle.is_empty() {
        writeln!(out, "{}", style.faint(&wrap(&document.subtitle, style.width, "", "")))?;
    }
    if !document.lead.is_empty() {
        writeln!(out)?;
    }
    for sentence in &document.lead {
        writeln!(out, "{}", wrap(sentence, style.width, "  ", "  "))?;
    }
    if !document.reservations.is_empty() {
        writeln!(out, "\n{}", style.bold("Before you quote this"))?;
    }
    for against in &document.reservations {
        writeln!(out, "{}", wrap(against, style.width, "  ! ", "    "))?;
    }
    for section in &document.sections {
        writeln!(out)?;
        if !section.heading.is_empty() {
            writeln!(out, "{}", style.paint("1;34", &section.heading))?;
        }
        for f in &section.answer.findings {
            writeln!(out, "{}", wrap(&f.sentence(), style.width, "  - ", "    "))?;
            // A page of many findings keeps definitions to the file; a single answer has room.
            if style.tables {
                writeln!(out, "{}", style.faint(&wrap(&format!("({})", f.definition), style.width, "    ", "    ")))?;
            }
        }
        if style.tables {
            for table in section.answer.tables.iter().filter(|t| !t.rows.is_empty()) {
                writeln!(out, "\n{}", style.bold(&wrap(&table.heading(), style.width, "", "")))?;
                // An answer that is only a table is shown whole.
                let rows = match section.answer.tables.len() {
                    _ if section.answer.findings.is_empty() => table.rows.len(),
                    tables if tables > MANY_TABLES => FEW_ROWS,
                    _ => ROWS,
                };
                writeln!(out, "{}", grid(table, style, rows))?;
            }
        }
        writeln!(out, "{}", style.faint(&wrap(&section.answer.command, style.width, "  $ ", "      ")))?;
    }
    for (question, why) in document.gaps() {
        writeln!(out, "\n{}", style.paint("1;34", &question))?;
        writeln!(out, "{}", wrap(&format!("Not answered: {why}"), style.width, "  - ", "    "))?;
    }
    let sources = document.sources();
    if !sources.is_empty() {
        writeln!(out, "\n{}", style.bold("Sources"))?;
    }
    for s in sources {
        let line = format!("{}; {}; SHA-256 {}", s.name, s.vintage, &s.hash[..s.hash.len().min(12)]);
        writeln!(out, "{}", wrap(&line, style.width, "  - ", "    "))?;
    }
    let caveats = document.caveats();
    if !caveats.is_empty() {
        writeln!(out, "{}", style.bold("Caveats"))?;
        // A page says the two that matter at its head.
        let shown = if document.reservations.is_empty() { caveats.len() } else { CAVEATS };
        for caveat in caveats.iter().take(shown) {
            writeln!(out, "{}", wrap(caveat, style.width, "  - ", "    "))?;
        }
        if caveats.len() > shown {
            writeln!(out, "  ... {} more, each with its finding: --json", caveats.len() - shown)?;
        }
    }
    writeln!(out, "{}", style.faint("Definitions, intervals and hashes in full: --json; with charts: --out FILE.html"))
}

/// A table as aligned text, cut to a screenful.
pub fn table(table: &Table, style: Style) -> String {
    grid(table, style, ROWS)
}

fn grid(table: &Table, style: Style, rows: usize) -> String {
    let mut grid = comfy_table::Table::new();
    grid.load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(style.width.min(u16::MAX.into()) as u16);
    grid.set_header(table.columns.iter().map(|c| c.title.clone()));
    for row in table.rows.iter().take(rows) {
        grid.add_row(row.iter().zip(&table.columns).map(|(x, c)| cell(x, c.unit)));
    }
    for (at, column) in table.columns.iter().enumerate() {
        if column.unit != Unit::Text
            && let Some(c) = grid.column_mut(at)
        {
            c.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text: String = grid.lines().map(|l| format!(" {}\n", l.trim_end())).collect();
    if table.rows.len() > rows {
        text.push_str(&format!("  ... {} more rows: --out FILE.csv --part {}\n", table.rows.len() - rows, table.id));
    }
    text.pop();
    text
}

/// Breaks text at spaces to the width, with a first and a hanging indent.
fn wrap(text: &str, width: usize, first: &str, rest: &str) -> String {
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        let long = line.chars().count() + 1 + word.chars().count() > width;
        if long && !empty {
            lines.push(std::mem::replace(&mut line, rest.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn text_wraps_with_a_hanging_indent() {
        assert_eq!(wrap("one two three four", 12, "- ", "  "), "- one two\n  three four");
        assert_eq!(wrap("averyveryverylongword x", 8, "", ""), "averyveryverylongword\nx");
    }
}
