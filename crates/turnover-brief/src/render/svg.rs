//! Charts as SVG. Colours are CSS variables, so that one drawing serves light, dark and print;
//! a general plotting library fixes colours and fonts when it draws.

use std::fmt::Write;

use turnover_analysis::format::{number, percent_range};
use turnover_analysis::{Bar, Chart, ChartKind, Line, Mark, Unit};

/// Drawing width in user units. A phone shows it almost one to one, so that text stays legible.
const WIDTH: f64 = 460.0;
/// Height of the plot of a line chart.
const PLOT: f64 = 210.0;
/// Height of a bar with its gap.
const BAR: f64 = 21.0;

/// Variables and classes that the drawings use; the page defines the same.
pub const STYLE: &str = "\
:root{--fg:#1d2530;--muted:#5c6773;--grid:#e3e7ec;--paper:#fff;--c1:#0b5cad;--c2:#c2571a;--c3:#1a7f5a;--base:#c9d3de}\
@media (prefers-color-scheme:dark){:root{--fg:#e7ebf0;--muted:#9aa6b4;--grid:#2c3541;--paper:#151a21;--c1:#6bb3f5;--c2:#f0a05c;--c3:#5cc9a0;--base:#3c4856}}\
.chart text{font:12px system-ui,'Segoe UI',sans-serif;fill:var(--fg)}.chart .m{fill:var(--muted)}\
.chart .g{stroke:var(--grid);stroke-width:1}.chart .z{stroke:var(--muted);stroke-width:1}\
.chart .l{fill:none;stroke-width:2;stroke-linejoin:round}.chart .k{stroke:var(--muted);stroke-dasharray:3 3}\
.chart .b{fill:var(--base)}.chart .p{fill:var(--c2)}.chart .q{fill:var(--c2);opacity:.5}.chart .u{fill:var(--c1)}.chart .d{fill:var(--c2)}\
.chart .s{font-size:11px}.chart .t{font-weight:600;font-size:14px}\
.chart .o{font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:4px}.chart .h{fill:transparent}";

/// Colour and dash of each line: told apart without colour too.
const STROKES: [(&str, &str); 4] =
    [("var(--c1)", ""), ("var(--c2)", "7 3"), ("var(--c3)", "2 3"), ("var(--muted)", "9 3 2 3")];

/// A chart as an SVG element for a page that defines [`STYLE`].
pub fn svg(chart: &Chart) -> String {
    element(chart, "")
}

/// A chart as a file of its own, with title, source and styles.
pub(crate) fn standalone(chart: &Chart) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", element(chart, STYLE))
}

/// The drawing; with a style it also carries title and source in the picture.
fn element(chart: &Chart, style: &str) -> String {
    let mut out = String::new();
    let alone = !style.is_empty();
    let title = if alone { wrap(&chart.title, 62) } else { Vec::new() };
    let source = if alone { wrap(&chart.source, 76) } else { Vec::new() };
    let top = if alone { 12.0 + 18.0 * title.len() as f64 } else { 0.0 };
    let mut body = String::new();
    // Writing to a string cannot fail.
    let height = match &chart.kind {
        ChartKind::Lines { lines, marks, picked, x_unit, x_title } => {
            let axes = Axes::new(lines, marks, *picked, chart.unit, *x_unit);
            axes.draw(lines, marks, *picked, x_title, &mut body)
        }
        ChartKind::Bars { bars, marked } => draw_bars(bars, marked.as_deref(), chart.unit, &mut body),
    };
    let total = top + height + if alone { 10.0 + 15.0 * source.len() as f64 } else { 0.0 };
    let _ = write!(
        out,
        "<svg class=\"chart\" role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {total:.0}\">",
        escape(&chart.title)
    );
    if alone {
        let _ =
            write!(out, "<style>{style}</style><rect width=\"{WIDTH}\" height=\"{total:.0}\" fill=\"var(--paper)\"/>");
        for (at, line) in title.iter().enumerate() {
            let y = 18.0 + 18.0 * at as f64;
            let _ = write!(out, "<text x=\"4\" y=\"{y:.0}\" class=\"t\">{}</text>", escape(line));
        }
    }
    let _ = write!(out, "<g transform=\"translate(0 {top:.0})\">{body}</g>");
    for (at, line) in source.iter().enumerate() {
        let y = top + height + 12.0 + 15.0 * at as f64;
        let _ = write!(out, "<text class=\"m s\" x=\"4\" y=\"{y:.0}\">{}</text>", escape(line));
    }
    out.push_str("</svg>");
    out
}

/// Scales and ticks of a line chart.
struct Axes {
    left: f64,
    top: f64,
    x: (f64, f64),
    y: (f64, f64),
    y_ticks: Vec<f64>,
    x_ticks: Vec<f64>,
    unit: Unit,
    x_unit: Unit,
}

const RIGHT: f64 = 20.0;

impl Axes {
    fn new(lines: &[Line], marks: &[Mark], picked: Option<(f64, f64)>, unit: Unit, x_unit: Unit) -> Self {
        let points = || lines.iter().flat_map(|l| &l.points).chain(picked.as_ref());
        let xs = points().map(|p| p.0);
        let mut x = (xs.clone().fold(f64::INFINITY, f64::min), xs.fold(f64::NEG_INFINITY, f64::max));
        if x.0.is_nan() || x.0 >= x.1 {
            x = (x.0.min(x.1) - 0.5, x.0.min(x.1) + 0.5);
        }
        if !x.0.is_finite() || !x.1.is_finite() {
            x = (0.0, 1.0);
        }
        let highest = points().map(|p| p.1).fold(0.0, f64::max);
        let lowest = points().map(|p| p.1).fold(0.0, f64::min);
        let step = nice_step((highest - lowest) / 4.0);
        let y = ((lowest / step).floor() * step, (highest / step).ceil() * step);
        let y = if y.1 > y.0 { y } else { (0.0, 1.0) };
        let count = ((y.1 - y.0) / step).round() as usize;
        let y_ticks = (0..=count.min(12)).map(|i| y.0 + step * i as f64).collect();
        let x_step = nice_step((x.1 - x.0) / 7.0).max(1.0);
        let x_ticks = (0..=20)
            .map(|i| (x.0 / x_step).ceil() * x_step + x_step * f64::from(i))
            .filter(|t| *t <= x.1 + 1e-9)
            .collect();
        let legend_rows = (lines.len() as f64 / 2.0).ceil();
        let top = 8.0 + 18.0 * legend_rows + if marks.is_empty() { 0.0 } else { 4.0 };
        Axes { left: 58.0, top, x, y, y_ticks, x_ticks, unit, x_unit }
    }

    fn px(&self, x: f64) -> f64 {
        self.left + (x - self.x.0) / (self.x.1 - self.x.0) * (WIDTH - RIGHT - self.left)
    }

    fn py(&self, y: f64) -> f64 {
        self.top + (self.y.1 - y) / (self.y.1 - self.y.0) * PLOT
    }

    /// Draws and returns the height.
    fn draw(&self, lines: &[Line], marks: &[Mark], picked: Option<(f64, f64)>, x_title: &str, out: &mut String) -> f64 {
        for (at, line) in lines.iter().enumerate() {
            let (x, y) = (4.0 + (at % 2) as f64 * 228.0, 12.0 + (at / 2) as f64 * 18.0);
            let (colour, dash) = STROKES[at % STROKES.len()];
            let _ = write!(
                out,
                "<line class=\"l\" x1=\"{x}\" x2=\"{}\" y1=\"{}\" y2=\"{}\" stroke=\"{colour}\" stroke-dasharray=\"{dash}\"/><text x=\"{}\" y=\"{y}\">{}</text>",
                x + 22.0,
                y - 4.0,
                y - 4.0,
                x + 28.0,
                escape(&line.name)
            );
        }
        for t in &self.y_ticks {
            let y = self.py(*t);
            let class = if *t == 0.0 { "z" } else { "g" };
            let _ = write!(
                out,
                "<line class=\"{class}\" x1=\"{}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text class=\"m\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                self.left,
                WIDTH - RIGHT,
                self.left - 6.0,
                y + 4.0,
                tick(*t, self.unit)
            );
        }
        let bottom = self.top + PLOT;
        for t in &self.x_ticks {
            let _ = write!(
                out,
                "<text class=\"m\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                self.px(*t),
                bottom + 18.0,
                tick(*t, self.x_unit)
            );
        }
        for m in marks.iter().filter(|m| m.x >= self.x.0 && m.x <= self.x.1) {
            let x = self.px(m.x);
            let _ = write!(
                out,
                "<line class=\"k\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{bottom:.1}\"/><text class=\"m s\" transform=\"translate({:.1} {:.1}) rotate(-90)\">{}</text>",
                self.top,
                x - 4.0,
                bottom - 6.0,
                escape(&short(&m.label, 34))
            );
        }
        for (at, line) in lines.iter().enumerate() {
            let (colour, dash) = STROKES[at % STROKES.len()];
            let points: Vec<String> =
                line.points.iter().map(|(x, y)| format!("{:.1},{:.1}", self.px(*x), self.py(*y))).collect();
            let _ = write!(
                out,
                "<polyline class=\"l\" points=\"{}\" stroke=\"{colour}\" stroke-dasharray=\"{dash}\"><title>{}</title></polyline>",
                points.join(" "),
                escape(&line.name)
            );
            // Points to hover over, where they are far enough apart to be told apart.
            for (x, y) in line.points.iter().filter(|_| line.points.len() <= 60) {
                let _ = write!(
                    out,
                    "<circle class=\"h\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"7\"><title>{}, {}: {}</title></circle>",
                    self.px(*x),
                    self.py(*y),
                    escape(&line.name),
                    escape(&number(*x, self.x_unit)),
                    escape(&number(*y, self.unit))
                );
            }
        }
        if let Some((x, y)) = picked {
            let (cx, cy) = (self.px(x), self.py(y));
            let anchor = if cx > WIDTH * 0.6 { "end" } else { "start" };
            let dx = if cx > WIDTH * 0.6 { -9.0 } else { 9.0 };
            // A rising curve passes to the upper right of an early point.
            let dy = if cx > WIDTH * 0.6 { -9.0 } else { 17.0 };
            let _ = write!(
                out,
                "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"5\" fill=\"var(--c1)\" stroke=\"var(--paper)\" stroke-width=\"2\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" class=\"o\">{}</text>",
                cx + dx,
                cy + dy,
                escape(&number(y, self.unit))
            );
        }
        let mut height = bottom + 26.0;
        if !x_title.is_empty() {
            let _ = write!(
                out,
                "<text class=\"m\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                WIDTH - RIGHT,
                bottom + 36.0,
                escape(x_title)
            );
            height += 16.0;
        }
        height
    }
}

/// 1, 2 or 5 times a power of ten, at or above the raw step.
fn nice_step(raw: f64) -> f64 {
    if raw.is_nan() || raw <= 0.0 || raw.is_infinite() {
        return 1.0;
    }
    let power = 10f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|f| f * power >= raw * 0.999).unwrap_or(10.0);
    factor * power
}

/// A tick label: shorter than a value, since ticks are round.
fn tick(x: f64, unit: Unit) -> String {
    match unit {
        Unit::Usd if x == 0.0 => "0".to_owned(),
        Unit::Usd => {
            let text = number(x, unit);
            match text.split_once(' ') {
                Some((digits, word)) => {
                    let digits = digits.trim_end_matches('0').trim_end_matches('.');
                    format!("{} {word}", if digits.is_empty() { "0" } else { digits })
                }
                None => text,
            }
        }
        Unit::Share | Unit::Change => {
            let text = format!("{:.2}", x * 100.0);
            format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => number(x, unit),
    }
}

/// Where the labels of a bar chart end and the bars begin.
const LABEL: f64 = 204.0;
/// Room for the value behind the longest bar.
const VALUE: f64 = 100.0;

/// Draws bars and returns the height.
fn draw_bars(bars: &[Bar], marked: Option<&str>, unit: Unit, out: &mut String) -> f64 {
    let highest = bars.iter().map(|b| b.value).fold(0.0, f64::max);
    let lowest = bars.iter().map(|b| b.value).fold(0.0, f64::min);
    let span = if highest > lowest { highest - lowest } else { 1.0 };
    let room = WIDTH - LABEL - VALUE;
    let zero = LABEL + room * (-lowest / span);
    let scale = room / span;
    let mut y = 4.0;
    if let Some(words) = marked {
        let mut parts = words.splitn(2, ", and ");
        let (certain, most) = (parts.next().unwrap_or(words), parts.next().unwrap_or("at most"));
        let _ = write!(
            out,
            "<rect class=\"p\" x=\"4\" y=\"{y}\" width=\"12\" height=\"12\"/><text x=\"21\" y=\"{0}\">{1}</text><rect class=\"q\" x=\"{2}\" y=\"{y}\" width=\"12\" height=\"12\"/><text x=\"{3}\" y=\"{0}\">{4}</text>",
            y + 10.0,
            escape(certain),
            LABEL,
            LABEL + 17.0,
            escape(most)
        );
        y += 22.0;
    }
    for b in bars {
        let middle = y + BAR / 2.0;
        let _ = write!(out, "<text x=\"4\" y=\"{:.1}\">{}</text>", middle + 4.0, escape(&short(&b.label, 33)));
        let rect = |class: &str, from: f64, to: f64| {
            let (x0, x1) = (zero + from.min(to) * scale, zero + from.max(to) * scale);
            format!(
                "<rect class=\"{class}\" x=\"{x0:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{}\"/>",
                y + 3.0,
                (x1 - x0).max(0.0),
                BAR - 6.0
            )
        };
        let end = match marked {
            Some(_) => {
                out.push_str(&rect("b", 0.0, b.value));
                out.push_str(&rect("q", b.marked_low, b.marked_high));
                out.push_str(&rect("p", 0.0, b.marked_low));
                zero + b.value.max(0.0) * scale
            }
            None => {
                out.push_str(&rect(if b.value < 0.0 { "d" } else { "u" }, 0.0, b.value));
                zero + b.value.max(0.0) * scale
            }
        };
        let words = match (marked, unit) {
            (Some(_), Unit::Share) => percent_range(b.marked_low, b.marked_high).replace(" % to ", "\u{2013}"),
            _ => number(b.value, unit),
        };
        let _ =
            write!(out, "<text class=\"m\" x=\"{:.1}\" y=\"{:.1}\">{}</text>", end + 5.0, middle + 4.0, escape(&words));
        y += BAR;
    }
    if lowest < 0.0 {
        let _ = write!(out, "<line class=\"z\" x1=\"{zero:.1}\" x2=\"{zero:.1}\" y1=\"4\" y2=\"{y:.1}\"/>");
    }
    y + 6.0
}

fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most - 1).collect();
    format!("{}\u{2026}", cut.trim_end())
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let full = lines.last().is_some_and(|l| !l.is_empty() && l.chars().count() + 1 + word.chars().count() > width);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// Text for an XML text node or attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Control characters are not allowed in XML at all.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(nice_step(0.9), 1.0);
        assert_eq!(nice_step(1.1), 2.0);
        assert_eq!(nice_step(7.2e9), 1e10);
        assert_eq!(nice_step(f64::NAN), 1.0);
        assert_eq!(tick(1e10, Unit::Usd), "10 bn");
        assert_eq!(tick(2.5e9, Unit::Usd), "2.5 bn");
        assert_eq!(tick(0.25, Unit::Share), "25 %");
    }

    #[test]
    fn hostile_text_cannot_leave_its_place() {
        let chart = Chart {
            id: "x".to_owned(),
            title: "</svg><script>alert(1)</script>\" onload=\"x".to_owned(),
            unit: Unit::Count,
            kind: ChartKind::Bars {
                bars: vec![Bar { label: "<b>&\u{0}".to_owned(), value: 0.0, marked_low: 0.0, marked_high: 0.0 }],
                marked: None,
            },
            source: String::new(),
        };
        let drawn = standalone(&chart);
        assert!(!drawn.contains("<script>") && !drawn.contains("<b>") && !drawn.contains('\u{0}'));
        assert!(!drawn.contains("\" onload"));
    }

    #[test]
    fn an_empty_line_chart_is_drawn() {
        let kind =
            ChartKind::Lines { lines: vec![], marks: vec![], picked: None, x_unit: Unit::Year, x_title: String::new() };
        let chart = Chart { id: String::new(), title: "t".into(), unit: Unit::Usd, kind, source: String::new() };
        assert!(!svg(&chart).contains("NaN"));
    }
}
