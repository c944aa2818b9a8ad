//! One module per way to show a document.

mod alone;
mod bars;
pub(crate) mod html;
pub(crate) mod latex;
mod lines;
pub(crate) mod markdown;
pub(crate) mod stata;
pub(crate) mod svg;
pub(crate) mod tables;
pub(crate) mod terminal;
mod text;
mod ticks;

use turnover_analysis::format::{number, percent_range};
use turnover_analysis::{Cell, Finding, Interval, Number, Unit};

/// A table's cell in words.
pub fn cell(cell: &Cell, unit: Unit) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(x) => number(*x, unit),
        Cell::Missing => String::new(),
    }
}

/// A finding's value in words, the interval where there is no point.
pub fn value(finding: &Finding) -> String {
    match (&finding.value, finding.interval) {
        (Number::Value(x), _) => number(*x, finding.unit),
        (Number::Word(word), _) => word.clone(),
        (Number::Unknown, Some(interval)) => range(interval, finding.unit),
        (Number::Unknown, None) => String::new(),
    }
}

/// A range in words.
pub(crate) fn range(interval: Interval, unit: Unit) -> String {
    match unit {
        Unit::Share => percent_range(interval.low, interval.high),
        _ => format!("{} to {}", number(interval.low, unit), number(interval.high, unit)),
    }
}
