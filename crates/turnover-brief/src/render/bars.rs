//! Bar charts: horizontal bars to either side of zero, each with a marked part.

use std::fmt::Write;

use turnover_analysis::format::{number, percent_range};
use turnover_analysis::{Bar, Unit};

use super::svg::WIDTH;
use super::text::{escape, fit, width};

/// Height of a bar with its gap.
const BAR: f64 = 21.0;
/// Where the labels end and the bars begin: as far left as the labels allow, within these bounds.
const LABEL: (f64, f64) = (120.0, 236.0);
/// Least length of the longest bar.
const LEAST: f64 = 90.0;

fn finite(x: f64) -> f64 {
    if x.is_finite() { x } else { 0.0 }
}

/// What is written behind a bar.
fn words(b: &Bar, marked: bool, unit: Unit) -> String {
    match (marked, unit) {
        _ if !b.value.is_finite() => String::new(),
        (true, Unit::Share) => percent_range(b.marked_low, b.marked_high).replace(" % to ", "\u{2013}"),
        _ => number(b.value, unit),
    }
}

/// Draws bars and returns the height.
pub(super) fn draw(bars: &[Bar], marked: Option<&str>, unit: Unit, out: &mut String) -> f64 {
    let highest = bars.iter().map(|b| finite(b.value)).fold(0.0, f64::max);
    let lowest = bars.iter().map(|b| finite(b.value)).fold(0.0, f64::min);
    let span = if highest > lowest { highest - lowest } else { 1.0 };
    let words: Vec<String> = bars.iter().map(|b| words(b, marked.is_some(), unit)).collect();
    // Room for the values behind the bars.
    let value = words.iter().map(|w| width(w, 12.0, false)).fold(60.0, f64::max) + 9.0;
    let widest = bars.iter().map(|b| width(&b.label, 12.0, false)).fold(0.0, f64::max);
    let label = (widest + 12.0).clamp(LABEL.0, LABEL.1.min((WIDTH - value - LEAST).max(LABEL.0)));
    let room = (WIDTH - label - value).max(LEAST);
    let scale = room / span;
    let zero = label - lowest * scale;
    let mut y = 4.0;
    // Writing to a string cannot fail.
    if let Some(words) = marked {
        let mut parts = words.splitn(2, ", and ");
        let parts = [parts.next().unwrap_or(words), parts.next().unwrap_or("at most")];
        let half = WIDTH / 2.0;
        for (at, (class, words)) in ["p", "q"].into_iter().zip(parts).enumerate() {
            let x = 4.0 + half * at as f64;
            let _ = write!(
                out,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"12\" height=\"12\"/><text x=\"{}\" y=\"{}\">{}</text>",
                x + 17.0,
                y + 10.0,
                escape(&fit(words, half - 26.0, 12.0))
            );
        }
        y += 22.0;
    }
    for (b, words) in bars.iter().zip(words) {
        let middle = y + BAR / 2.0;
        let name = fit(&b.label, label - 10.0, 12.0);
        let whole = if name == b.label { String::new() } else { format!("<title>{}</title>", escape(&b.label)) };
        let _ = write!(out, "<text x=\"4\" y=\"{:.1}\">{}{whole}</text>", middle + 4.0, escape(&name));
        let mut rect = |class: &str, from: f64, to: f64| {
            let (from, to) = (finite(from), finite(to));
            let (x0, x1) = (zero + from.min(to) * scale, zero + from.max(to) * scale);
            let _ = write!(
                out,
                "<rect class=\"{class}\" x=\"{x0:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{}\"/>",
                y + 3.0,
                (x1 - x0).max(0.0),
                BAR - 6.0
            );
        };
        if marked.is_some() {
            // Side by side and not on top of each other: a pale colour keeps the look that the legend gives it.
            rect("b", b.marked_high, b.value);
            rect("q", b.marked_low, b.marked_high);
            rect("p", 0.0, b.marked_low);
        } else {
            rect(if b.value < 0.0 { "d" } else { "u" }, 0.0, b.value);
        }
        let end = zero + finite(b.value).max(0.0) * scale;
        let _ =
            write!(out, "<text class=\"m\" x=\"{:.1}\" y=\"{:.1}\">{}</text>", end + 5.0, middle + 4.0, escape(&words));
        y += BAR;
    }
    if lowest < 0.0 {
        let _ = write!(out, "<line class=\"z\" x1=\"{zero:.1}\" x2=\"{zero:.1}\" y1=\"4\" y2=\"{y:.1}\"/>");
    }
    y + 6.0
}
