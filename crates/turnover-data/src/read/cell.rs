//! Cells of a table of flows, read with checks, and the errors that name them.

use super::options::Direction;
use super::{RawColumn, RawTable};
use crate::error::DataError;
use crate::hs::HsCode;
use crate::suggest::short;

/// Earliest and latest year that a trade file can be about.
pub(super) const YEARS: std::ops::RangeInclusive<i32> = 1800..=2100;

/// The error that names a cell.
pub(super) fn wrong(table: &RawTable, row: usize, column: &RawColumn, expected: &str, help: &str) -> DataError {
    let found = column.show(row).map_or("nothing".to_owned(), |t| format!("`{}`", short(&t)));
    DataError::Cell {
        path: table.path.clone(),
        place: table.place(row),
        column: short(&column.name),
        expected: expected.to_owned(),
        found,
        help: help.to_owned(),
    }
}

/// A column's name as a filter takes it: in backticks where it is not a word.
pub(crate) fn in_filter(name: &str) -> String {
    let word = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
        && name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && !["and", "or", "not", "in"].iter().any(|w| name.eq_ignore_ascii_case(w));
    if word { name.to_owned() } else { format!("`{name}`") }
}

/// The error of a role that no column has. At most a dozen of the file's columns are listed.
pub(super) fn missing(table: &RawTable, role: &str, help: String) -> DataError {
    DataError::MissingColumn { path: table.path.clone(), role: role.to_owned(), columns: names(table), help }
}

/// The names of a table's columns, the first dozen of them.
pub(crate) fn names(table: &RawTable) -> String {
    const MOST: usize = 12;
    let list: Vec<String> = table.columns.iter().take(MOST).map(|c| short(&c.name)).collect();
    let more = table.columns.len().saturating_sub(MOST);
    let unread = if table.unread.is_empty() {
        String::new()
    } else {
        let list: Vec<String> = table.unread.iter().take(6).map(|(n, t)| format!("{} ({t})", short(n))).collect();
        format!("; not read for their type: {}", list.join(", "))
    };
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}{unread}", list.join(", "))
}

/// A direction, or what is part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FlowWord {
    /// Imports or exports.
    Of(Direction),
    /// Re-exports, re-imports, goods for processing: a part of the direction, which includes it.
    Part,
}

/// Reads the word for a direction.
pub(super) fn flow_word(text: &str) -> Option<FlowWord> {
    let lower = text.trim().to_lowercase();
    let head = lower.split([':', ',', '(']).next().unwrap_or("").trim().trim_end_matches('.');
    Some(match head {
        "import" | "imports" | "m" | "i" | "1" | "gross imp" | "imp" | "gross imports" | "general imports"
        | "total imports" | "import/arrival" | "arrivals" => FlowWord::Of(Direction::Import),
        "export" | "exports" | "x" | "e" | "2" | "gross exp" | "exp" | "gross exports" | "total exports"
        | "export/dispatch" | "dispatches" => FlowWord::Of(Direction::Export),
        "re-export" | "re-exports" | "rx" | "3" | "re-import" | "re-imports" | "rm" | "4" | "reexport" | "reimport"
        | "dx" | "domestic export" | "domestic exports" | "fm" | "foreign imports" | "mip" | "mop" | "xip" | "xop" => {
            FlowWord::Part
        }
        _ => return None,
    })
}

/// A year with a month, or a whole year.
pub(super) type Period = (i32, Option<u8>);

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A month by its English name or number.
pub(super) fn month(text: &str) -> Option<u8> {
    let text = text.trim();
    if let Ok(n) = text.parse::<f64>() {
        return (n.fract() == 0.0 && (1.0..=12.0).contains(&n)).then_some(n as u8);
    }
    let lower = text.to_lowercase();
    let plain = lower.trim_end_matches('.');
    let at = MONTHS.iter().position(|m| plain.starts_with(m))?;
    let full = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    (plain.len() == 3 || full[at] == plain || (at == 8 && plain == "sept")).then_some(at as u8 + 1)
}

/// Reads `2019`, `201903`, `2019-03`, `2019M03`, `2019-03-31`, `201952` (the whole of 2019), `January 2014`,
/// `Jan.-Dec. 2019`.
pub(super) fn period(text: &str) -> Option<Period> {
    let text = text.trim();
    let year = |y: &str| y.parse().ok().filter(|y| YEARS.contains(y));
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return match text.len() {
            4 => Some((year(text)?, None)),
            6 => match text[4..].parse().ok()? {
                52 => Some((year(&text[..4])?, None)),
                m @ 1..=12 => Some((year(&text[..4])?, Some(m))),
                _ => None,
            },
            8 => {
                let (month, day): (u8, u8) = (text[4..6].parse().ok()?, text[6..].parse().ok()?);
                let valid = (1..=12).contains(&month) && (1..=31).contains(&day);
                valid.then(|| Some((year(&text[..4])?, Some(month)))).flatten()
            }
            _ => None,
        };
    }
    if let Ok(number) = text.parse::<f64>() {
        return (number.fract() == 0.0).then(|| period(&format!("{number}"))).flatten();
    }
    let lower = text.to_lowercase();
    if let Some(rest) = lower.strip_prefix("jan.-dec.").or(lower.strip_prefix("jan-dec")) {
        return Some((year(rest.trim())?, None));
    }
    if let (Some(head), Some(rest)) = (lower.get(..4), lower.get(4..))
        && let Some(year) = year(head)
    {
        let rest = rest.trim_start_matches(['-', 'm', '/', ' ', '.']);
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let tail = &rest[digits.len()..];
        let date = tail.is_empty() || tail.starts_with(['-', '/', 't', ' ', '.']);
        if !digits.is_empty() && digits.len() <= 2 && date && !lower[4..].starts_with('q') {
            return month(&digits).map(|m| (year, Some(m)));
        }
        return month(rest).map(|m| (year, Some(m)));
    }
    let (head, tail) = lower.rsplit_once([' ', '-', '/'])?;
    Some((year(tail.trim())?, Some(month(head.trim().trim_end_matches(','))?)))
}

/// A product's code: what places it in the tree of its classification, and the HS code that it counts as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Code {
    /// All digits (and letters) of the file's code; empty for all goods.
    pub(super) path: String,
    /// At most six digits.
    pub(super) hs: HsCode,
}

/// Reads a product's code: `TOTAL`, two to ten digits, a code with a label behind it, or digits with letters,
/// which stand for trade that is kept secret or not specified within those digits. The error says why not.
pub(super) fn product(text: &str) -> Result<Code, String> {
    let text = text.trim().trim_start_matches('\'').trim();
    let total = ["total", "all", "all products", "all commodities", "_t", "-", "0", "total all products", "all goods"];
    let lower = text.to_lowercase();
    if total.contains(&lower.as_str()) || lower.starts_with("total ") || lower.starts_with("total:") {
        return Ok(Code { path: String::new(), hs: HsCode::TOTAL });
    }
    let head = text.split([':', '_']).next().unwrap_or(text);
    // `8542 Electronic circuits`, `8542 - Electronic circuits`.
    let digits = |t: &str| t.chars().filter(char::is_ascii_digit).count();
    let head = match head.split_once(' ') {
        Some((code, rest)) if digits(code) >= 2 && rest.chars().any(char::is_alphabetic) => code,
        _ => head,
    };
    let mut path: String =
        head.chars().filter(|c| !matches!(c, '.' | ' ' | '\u{a0}')).collect::<String>().to_uppercase();
    let leading = path.bytes().take_while(u8::is_ascii_digit).count();
    if leading == 0 || path.len() > 14 || !path.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err("it has something other than digits".to_owned());
    }
    if leading == path.len() {
        // A leading zero lost to a spreadsheet: true codes have an even number of digits.
        if leading % 2 == 1 {
            path.insert(0, '0');
        }
        if path.len() > 10 {
            return Err("it has more than 10 digits".to_owned());
        }
        let hs = hs(&path[..path.len().min(6)])?;
        return Ok(Code { path, hs });
    }
    let hs = hs(&path[..(leading - leading % 2).min(6)])?;
    Ok(Code { path, hs })
}

fn hs(digits: &str) -> Result<HsCode, String> {
    if digits.is_empty() {
        return Err("it has something other than digits".to_owned());
    }
    HsCode::parse(digits).map_err(|e| match e {
        DataError::UnknownProduct { why, .. } => why,
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_as_offices_write_them() {
        for (text, wanted) in [
            ("2019", Some((2019, None))),
            ("201903", Some((2019, Some(3)))),
            ("201952", Some((2019, None))),
            ("2019-03", Some((2019, Some(3)))),
            ("2019M03", Some((2019, Some(3)))),
            ("2019-03-31", Some((2019, Some(3)))),
            ("20190331", Some((2019, Some(3)))),
            ("January 2014", Some((2014, Some(1)))),
            ("Mar-2014", Some((2014, Some(3)))),
            ("Jan.-Dec. 2019", Some((2019, None))),
            ("2019.0", Some((2019, None))),
            ("201913", None),
            ("2019Q1", None),
            ("19", None),
            ("", None),
        ] {
            assert_eq!(period(text), wanted, "{text}");
        }
    }

    #[test]
    fn codes_keep_their_place_in_the_tree() {
        for (text, path, hs) in [
            ("TOTAL", "", "TOTAL"),
            ("'01", "01", "01"),
            ("1", "01", "01"),
            ("10121", "010121", "010121"),
            ("8471.30.00", "84713000", "847130"),
            ("207149000", "0207149000", "020714"),
            ("27SSS999", "27SSS999", "27"),
            ("9999AA", "9999AA", "9999"),
            ("8542 - Electronic circuits", "8542", "8542"),
            ("27:Mineral fuels", "27", "27"),
        ] {
            let code = product(text).unwrap();
            assert_eq!((code.path.as_str(), code.hs.as_str()), (path, hs), "{text}");
        }
        for text in ["", "Lead", "77", "00", "84-85_MachElec", "12345678901"] {
            assert!(product(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_in_filters_are_quoted_where_they_must() {
        assert_eq!(in_filter("flow"), "flow");
        assert_eq!(in_filter("Trade Flow"), "`Trade Flow`");
        assert_eq!(in_filter("in"), "`in`");
    }
}
