//! Tables of web pages, which some sites save under the ending `.xls`.

use super::grid::Grid;

/// Whether the bytes are a web page with a table.
pub(super) fn is(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    let head = String::from_utf8_lossy(head).to_lowercase();
    head.trim_start().starts_with('<') && (head.contains("<html") || head.contains("<table"))
}

/// All rows of all tables as one grid: titles stand in tables of their own above the figures.
pub(super) fn read(text: &str) -> Grid {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row: Vec<String> = Vec::new();
    // Cells of rows above that reach down, by column: how many rows still.
    let mut down: Vec<usize> = Vec::new();
    let mut cell: Option<(String, usize, usize)> = None;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        if let Some((content, ..)) = &mut cell {
            content.push_str(&rest[..at]);
        }
        let Some(end) = rest[at..].find('>') else { break };
        let tag = &rest[at + 1..at + end];
        rest = &rest[at + end + 1..];
        let name: String =
            tag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect::<String>().to_lowercase();
        match name.as_str() {
            "tr" => row.clear(),
            "td" | "th" => {
                fill(&mut row, &mut down);
                cell = Some((String::new(), span(tag, "colspan"), span(tag, "rowspan")));
            }
            "/td" | "/th" => {
                if let Some((content, wide, deep)) = cell.take() {
                    for at in 0..wide {
                        row.push(if at == 0 { decoded(&content) } else { String::new() });
                        if deep > 1 {
                            down.resize(down.len().max(row.len()), 0);
                            down[row.len() - 1] = deep;
                        }
                    }
                }
            }
            "/tr" => {
                fill(&mut row, &mut down);
                down.iter_mut().for_each(|d| *d = d.saturating_sub(1));
                if row.iter().any(|c| !c.trim().is_empty()) {
                    rows.push(std::mem::take(&mut row));
                }
            }
            "/table" => down.clear(),
            "br" => {
                if let Some((content, ..)) = &mut cell {
                    content.push(' ');
                }
            }
            _ => {}
        }
    }
    Grid { name: String::new(), rows, first: 1 }
}

/// Leaves the cells blank that one of a row above covers.
fn fill(row: &mut Vec<String>, down: &mut [usize]) {
    while down.get(row.len()).is_some_and(|d| *d > 0) {
        row.push(String::new());
    }
}

fn span(tag: &str, name: &str) -> usize {
    let lower = tag.to_lowercase();
    let Some(at) = lower.find(name) else { return 1 };
    let digits: String =
        lower[at + name.len()..].chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().map_or(1, |n: usize| n.clamp(1, 1000))
}

fn decoded(text: &str) -> String {
    let plain = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    plain.iter().fold(text.to_owned(), |t, (from, to)| t.replace(from, to)).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_page_are_a_grid() {
        let page = "<html><table><tr><td colspan=\"2\">Trade of A &amp; B</td></tr></table><table>\
            <tr><th rowspan=\"2\">Code</th><td colspan=\"2\">A's exports</td></tr>\
            <tr><th>Value in 2021</th><th>Value in 2022</th></tr><tr><td>'01</td><td>1&nbsp;</td><td>2</td></tr></table>";
        assert!(is(page.as_bytes()));
        let grid = read(page);
        assert_eq!(grid.rows[0], ["Trade of A & B", ""]);
        assert_eq!(grid.rows[1], ["Code", "A's exports", ""]);
        assert_eq!(grid.rows[2], ["", "Value in 2021", "Value in 2022"]);
        assert_eq!(grid.rows[3], ["'01", "1", "2"]);
    }
}
