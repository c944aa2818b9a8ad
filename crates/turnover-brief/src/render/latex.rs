//! LaTeX: one table, with booktabs rules.

use std::fmt::Write;

use turnover_analysis::{Table, Unit};

use super::cell;

pub(crate) fn latex(table: &Table) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = render(table, &mut out);
    out
}

fn render(table: &Table, out: &mut String) -> std::fmt::Result {
    let spec: String = table.columns.iter().map(|c| if c.unit == Unit::Text { 'l' } else { 'r' }).collect();
    writeln!(out, "% needs \\usepackage{{booktabs}}")?;
    writeln!(
        out,
        "\\begin{{table}}\n\\caption{{{}}}\n\\begin{{tabular}}{{{spec}}}\n\\toprule",
        escape(&table.heading())
    )?;
    let row = |cells: Vec<String>| format!("{} \\\\", cells.join(" & "));
    writeln!(out, "{}", row(table.columns.iter().map(|c| escape(&c.title)).collect()))?;
    writeln!(out, "\\midrule")?;
    for cells in &table.rows {
        let words = cells.iter().zip(&table.columns).map(|(x, c)| escape(&cell(x, c.unit))).collect();
        writeln!(out, "{}", row(words))?;
    }
    writeln!(out, "\\bottomrule\n\\end{{tabular}}\n\\end{{table}}")
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            _ => out.push(c),
        }
    }
    out
}
