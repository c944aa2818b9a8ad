//! Where a table begins in a file that has titles above it.

/// Rows among which the header is looked for.
pub(super) const HEAD: usize = 100;

/// The header of a table: its place among the rows, and the names of the columns.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    /// Place of the last row of the header.
    pub(super) row: usize,
    /// Names by column; empty where a column has none.
    pub(super) names: Vec<String>,
    /// The text above the header, a line for each row.
    pub(super) preamble: Vec<String>,
}

fn filled(row: &[String]) -> usize {
    row.iter().filter(|c| !c.trim().is_empty()).count()
}

/// Finds the header among the first rows: the first that is nearly as wide as the widest.
pub(super) fn find(rows: &[Vec<String>]) -> Header {
    let widest = rows.iter().map(|r| filled(r)).max().unwrap_or(0);
    let wide = |row: &[String]| filled(row) >= 2 && filled(row) * 10 >= widest * 6;
    let mut at = rows.iter().position(|r| wide(r)).unwrap_or(0);
    // A row of groups may itself be wide: the names stand below it then, and no value among them.
    let is_name = |cell: &String| cell.trim().parse::<f64>().is_err();
    let below = rows.get(at + 1).filter(|r| filled(r) >= 2 && r.iter().all(|c| c.trim().is_empty() || is_name(c)));
    if below.is_some_and(|r| is_group_row(&rows[at], &r.iter().map(|c| tidy(c)).collect::<Vec<_>>())) {
        at += 1;
    }
    let mut names: Vec<String> = rows.get(at).map_or_else(Vec::new, |r| r.iter().map(|c| tidy(c)).collect());
    // A row of groups above the names, as in `Morocco's exports to Türkiye` above `Value in 2021`.
    let mut first = at;
    if let Some(above) = at.checked_sub(1).map(|a| &rows[a])
        && is_group_row(above, &names)
    {
        let left = names.iter().position(|n| !n.is_empty()).unwrap_or(0);
        let mut group = String::new();
        for (column, name) in names.iter_mut().enumerate() {
            let own = above.get(column).map_or_else(String::new, |c| tidy(c));
            if column < left {
                *name = own;
                continue;
            }
            // A group may begin above a column that separates it from the last one.
            if !own.is_empty() {
                group = own;
            }
            if !group.is_empty() && !name.is_empty() {
                *name = format!("{group} | {name}");
            }
        }
        first = at - 1;
    }
    let line = |row: &Vec<String>| row.iter().map(|c| c.trim()).filter(|c| !c.is_empty()).collect::<Vec<_>>().join(" ");
    let preamble = rows[..first.min(rows.len())].iter().map(line).filter(|l| !l.is_empty()).collect();
    Header { row: at, names, preamble }
}

/// Whether a row names groups of the columns below it, where those have no name of their own at the left.
fn is_group_row(above: &[String], names: &[String]) -> bool {
    let blank = |row: &[String], at: usize| row.get(at).is_none_or(|c| c.trim().is_empty());
    let left = names.iter().position(|n| !n.is_empty()).unwrap_or(0);
    left > 0 && (0..left).all(|c| !blank(above, c)) && !blank(above, left)
}

fn tidy(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|l| l.split(',').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn titles_above_a_table_are_no_header() {
        let plain = find(&rows("a,b,c\n1,2,3\n"));
        assert_eq!((plain.row, plain.names.len(), plain.preamble.len()), (0, 3, 0));
        let titled = find(&rows("Imports|Annual,,,\nRows,1,,\nType,HTS,Country,2023\nx,01,Mexico,1\nTotal:,,,1\n"));
        assert_eq!((titled.row, titled.names[1].as_str()), (2, "HTS"));
        assert_eq!(titled.preamble, ["Imports|Annual", "Rows 1"]);
    }

    #[test]
    fn groups_of_columns_stand_before_their_names() {
        let text = "Title,,,\nCode,Label,A to B,,B to world,,\n,,Value in 2021,Value in 2022,,Value in 2021,Value in 2022\n\
                    01,x,1,2,,3,4\n";
        let header = find(&rows(text));
        assert_eq!(header.row, 2);
        assert_eq!(header.names[..3], ["Code", "Label", "A to B | Value in 2021"]);
        assert_eq!(header.names[6], "B to world | Value in 2022");
    }
}
