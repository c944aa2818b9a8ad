//! Numbers as files write them: with a decimal point or comma, with thousands separators or without.
//!
//! `1,234` is 1234 in one file and 1.234 in another. A column decides by its other cells: `1000,5` can only
//! be a decimal comma, `1,234,567` only a separator of thousands. Where no cell decides, and neither the
//! format nor the user does, the cell is refused rather than guessed.

/// Which mark stands before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimal {
    /// `1234.5`, `1,234.5`.
    Point,
    /// `1234,5`, `1.234,5`.
    Comma,
}

/// A cell read as a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Reading {
    /// The same under either mark.
    Plain(f64),
    /// A number of that mark alone.
    Marked(f64, Decimal),
    /// One separator before three digits; the value with a decimal point, and with a decimal comma.
    Either {
        /// `1,234` is 1234, `1.234` is 1.234.
        point: f64,
        /// `1,234` is 1.234, `1.234` is 1234.
        comma: f64,
        /// Whether the separator is a comma.
        is_comma: bool,
    },
}

/// Reads a cell; `None` where it holds no number.
pub(super) fn read(text: &str) -> Option<Reading> {
    let text = text.trim().trim_start_matches('\'');
    if let Ok(x) = text.parse::<f64>()
        && !text.contains(['n', 'N', 'i', 'I'])
    {
        // `1.234` may be 1234 in a column of decimal commas.
        let either = text.split_once('.').filter(|(head, tail)| groups(head) && tail.len() == 3 && digits(tail));
        return Some(match either.map(|(head, tail)| format!("{head}{tail}").parse::<f64>()) {
            Some(Ok(comma)) => Reading::Either { point: x, comma, is_comma: false },
            _ => Reading::Plain(x),
        });
    }
    let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'')).collect();
    let body = bare.strip_prefix(['-', '+']).unwrap_or(&bare);
    if !body.starts_with(|c: char| c.is_ascii_digit() || matches!(c, ',' | '.')) {
        return None;
    }
    let (commas, points) = (body.matches(',').count(), body.matches('.').count());
    let with = |thousands: char, decimal: char| -> Option<f64> {
        let plain: String = bare.chars().filter(|c| *c != thousands).collect();
        plain.replace(decimal, ".").parse().ok()
    };
    let point = |x: f64| Some(Reading::Marked(x, Decimal::Point));
    let comma = |x: f64| Some(Reading::Marked(x, Decimal::Comma));
    match (commas, points) {
        (0, 0 | 1) => bare.parse().ok().map(Reading::Plain),
        (1, 0) => {
            let (head, tail) = body.split_once(',')?;
            if !digits(tail) || !(head.is_empty() || digits(head)) {
                return None;
            }
            let as_comma = with('.', ',')?;
            if tail.len() == 3 && groups(head) && !body.starts_with('0') {
                return Some(Reading::Either { point: with(',', '.')?, comma: as_comma, is_comma: true });
            }
            comma(as_comma)
        }
        (_, 0) if grouped(body, ',') => point(with(',', '.')?),
        (0, _) if grouped(body, '.') => comma(with('.', ',')?),
        (_, 1) if body.rfind(',') < body.rfind('.') && grouped(body.split_once('.')?.0, ',') => point(with(',', '.')?),
        (1, _) if body.rfind('.') < body.rfind(',') && grouped(body.split_once(',')?.0, '.') => comma(with('.', ',')?),
        _ => None,
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether digits can stand before a separator of thousands.
fn groups(head: &str) -> bool {
    let head = head.strip_prefix(['-', '+']).unwrap_or(head);
    digits(head) && head.len() <= 3 && !head.starts_with('0')
}

/// Whether a number is written in groups of three.
fn grouped(text: &str, separator: char) -> bool {
    let mut parts = text.split(separator);
    parts.next().is_some_and(groups) && parts.all(|p| p.len() == 3 && digits(p))
}

/// What marks a cell without a value: nothing was reported there, which is not zero.
pub(super) fn is_missing(text: &str) -> bool {
    let text = text.trim();
    matches!(text, "" | "." | ".." | "..." | "-" | "--" | ":" | ": c" | ":c" | "c" | "*")
        || ["na", "n/a", "n.a.", "null", "none", "nan", "#n/a"].iter().any(|m| text.eq_ignore_ascii_case(m))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_told_apart_where_a_cell_can() {
        for (text, wanted) in [
            ("1234", Reading::Plain(1234.0)),
            ("1.2E+09", Reading::Plain(1.2e9)),
            ("1 234 567", Reading::Plain(1_234_567.0)),
            ("1000,5", Reading::Marked(1000.5, Decimal::Comma)),
            ("0,125", Reading::Marked(0.125, Decimal::Comma)),
            ("814426,00", Reading::Marked(814_426.0, Decimal::Comma)),
            ("1.234.567,8", Reading::Marked(1_234_567.8, Decimal::Comma)),
            ("1.234.567", Reading::Marked(1_234_567.0, Decimal::Comma)),
            ("1,234,567", Reading::Marked(1_234_567.0, Decimal::Point)),
            ("1,234.5", Reading::Marked(1234.5, Decimal::Point)),
            ("1,234", Reading::Either { point: 1234.0, comma: 1.234, is_comma: true }),
            ("1.234", Reading::Either { point: 1.234, comma: 1234.0, is_comma: false }),
        ] {
            assert_eq!(read(text), Some(wanted), "{text}");
        }
        for text in ["", "x", "1,23,4", "nan", "inf", "1.2.3", "12,34.5", "--1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
