//! A small table with everything that columns of numbers and text can hold.

use crate::draw::{Draw, NASTY, Stream};

/// The columns of every table; the last two need quoting in a formula.
pub const COLUMNS: [&str; 13] = ["y", "y2", "x", "z", "t", "i", "j", "k", "s", "w", "o", "odd name", "a^b"];

/// Text that looks like a number, a missing cell, a formula or a quoted name.
const LEVELS: [&str; 16] = [
    "A",
    "B",
    "New York",
    "NewYork",
    "01",
    "1",
    "001",
    "1e1",
    "nan",
    "INF",
    "NA",
    "",
    "a^b",
    "x + y",
    "\u{e9}t\u{e9}",
    "`q`",
];

/// A table of 1 to 48 rows as CSV.
pub fn csv(draw: &mut Draw<'_>) -> String {
    let rows = 1 + draw.below(48);
    let mut columns: Vec<Vec<String>> = Vec::new();
    for name in COLUMNS {
        let column = column(draw, name, rows, &columns);
        columns.push(column);
    }
    // A cell here and there that the kinds of columns do not make.
    for _ in 0..draw.below(4) {
        let (column, row) = (draw.below(columns.len()), draw.below(rows));
        let number = draw.number();
        columns[column][row] = if is_positive(COLUMNS[column]) { number.abs() } else { number }.to_string();
    }
    let mut out = COLUMNS.join(",");
    for row in 0..rows {
        out.push('\n');
        let cells: Vec<String> = columns.iter().map(|c| quoted(&c[row])).collect();
        out.push_str(&cells.join(","));
    }
    out.push('\n');
    out
}

/// Whether values below 0 would be refused.
fn is_positive(name: &str) -> bool {
    matches!(name, "y" | "y2" | "w")
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

fn column(draw: &mut Draw<'_>, name: &str, rows: usize, earlier: &[Vec<String>]) -> Vec<String> {
    // Most columns are of the kind that their name suggests, or hardly a formula would be estimated.
    let usual = match name {
        "y" | "y2" => 0,
        "i" | "j" | "k" => 1,
        "t" => 2,
        "s" => 3,
        "w" => 4,
        _ => 5,
    };
    let kind = match draw.once_in(3) {
        true if is_positive(name) && !draw.is_wild() => [0, 1, 4, 8, 9, 10, 13, 2][draw.below(8)],
        true => draw.below(16),
        false => usual,
    };
    let mut random = draw.stream();
    let size = 1 + draw.below(6);
    let number = |f: &mut dyn FnMut(usize) -> f64| (0..rows).map(|r| f(r).to_string()).collect();
    match kind {
        // Counts with zeros.
        0 => number(&mut |_| random.below(size * size).saturating_sub(1) as f64),
        // Groups.
        1 => number(&mut |_| random.below(size + 1) as f64),
        2 => number(&mut |r| (1990 + r / size) as f64),
        3 => (0..rows).map(|_| LEVELS[random.below(size * 3).min(15)].to_owned()).collect(),
        4 => number(&mut |_| random.share() * size as f64 + 0.1),
        5 => number(&mut |_| random.share() * 4.0 - 2.0),
        6 => number(&mut |_| NASTY[random.below(NASTY.len())]),
        // Constant, near-constant, and with one exception.
        7 => number(&mut |_| size as f64 - 2.0),
        8 => number(&mut |r| f64::from(r == size)),
        9 => number(&mut |_| 1e9 + 1e-6 * random.share()),
        // As another column, exactly or nearly, or its sum with a third.
        10 => earlier.last().cloned().unwrap_or_else(|| vec!["1".to_owned(); rows]),
        11 => number(&mut |r| sum(earlier, size, r) * 3.0),
        12 => number(&mut |r| sum(earlier, size, r) + 1e-11 * random.share()),
        // On a scale of its own.
        13 => {
            let scale = [1e-300, 1e-160, 1e-12, 1e12, 1e160, 1e300][size - 1];
            number(&mut |_| scale * random.share())
        }
        // Ids that a 64-bit float does not hold, and mostly missing cells.
        14 => (0..rows).map(|r| (9_007_199_254_740_992 + (r / size) as u64).to_string()).collect(),
        _ => (0..rows).map(|r| missing(&mut random, r)).collect(),
    }
}

fn missing(random: &mut Stream, row: usize) -> String {
    match random.below(5) {
        0 => row.to_string(),
        1 => ".".to_owned(),
        2 => "NA".to_owned(),
        _ => String::new(),
    }
}

fn sum(columns: &[Vec<String>], from: usize, row: usize) -> f64 {
    let number = |c: &Vec<String>| c[row].parse::<f64>().unwrap_or(1.0);
    columns.iter().rev().skip(from % columns.len().max(1)).take(2).map(number).sum()
}
