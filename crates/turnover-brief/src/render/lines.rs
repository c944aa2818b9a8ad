//! Line charts: scales, ticks, lines, marks and a point picked out.

use std::fmt::Write;

use turnover_analysis::format::number;
use turnover_analysis::{Line, Mark, Unit};

use super::svg::WIDTH;
use super::text::{escape, fit, width};
use super::ticks::Ticks;

/// Height of the plot.
const PLOT: f64 = 210.0;
/// Room to the right of the plot.
const RIGHT: f64 = 20.0;
/// Least room to its left, for the labels of the ticks.
const LEFT: f64 = 58.0;
/// Width of a column of the legend, and of the stroke shown in it.
const COLUMN: f64 = 228.0;
const STROKE: f64 = 28.0;
/// Points of a line up to which each can be hovered over.
const HOVERED: usize = 60;

/// Colour and dash of each line: they differ without colour too.
const STROKES: [(&str, &str); 4] =
    [("var(--c1)", ""), ("var(--c2)", "7 3"), ("var(--c3)", "2 3"), ("var(--muted)", "9 3 2 3")];

/// The lines of a chart with what is on them.
pub(super) struct Plot<'a> {
    pub(super) lines: &'a [Line],
    pub(super) marks: &'a [Mark],
    pub(super) picked: Option<(f64, f64)>,
    pub(super) unit: Unit,
    pub(super) x_unit: Unit,
    pub(super) x_title: &'a str,
}

/// Scales and ticks.
struct Axes {
    left: f64,
    top: f64,
    x: (f64, f64),
    y: (f64, f64),
    y_ticks: Ticks,
    x_ticks: Ticks,
}

fn finite(point: &&(f64, f64)) -> bool {
    point.0.is_finite() && point.1.is_finite()
}

impl Axes {
    fn new(plot: &Plot, legend: usize) -> Self {
        let points = || plot.lines.iter().flat_map(|l| &l.points).chain(plot.picked.as_ref()).filter(finite);
        let xs = points().map(|p| p.0);
        let mut x = (xs.clone().fold(f64::INFINITY, f64::min), xs.fold(f64::NEG_INFINITY, f64::max));
        if x.0 > x.1 {
            x = (0.0, 1.0);
        }
        // One place, or places that floats hardly keep apart, get room around them.
        let least = 1e-9 * x.0.abs().max(x.1.abs());
        if x.1 - x.0 <= least {
            x = (x.0 - least.max(0.5), x.1 + least.max(0.5));
        }
        let highest = points().map(|p| p.1).fold(0.0, f64::max);
        let lowest = points().map(|p| p.1).fold(0.0, f64::min);
        let y_ticks = Ticks::around(lowest, highest, 4.0, plot.unit);
        let y = match (y_ticks.values.first(), y_ticks.values.last()) {
            (Some(low), Some(high)) if low < high => (*low, *high),
            _ => (0.0, 1.0),
        };
        let widest = y_ticks.labels.iter().map(|l| width(l, 12.0, false)).fold(0.0, f64::max);
        let left = LEFT.max(widest + 12.0);
        // As many ticks as their labels leave room for.
        let room = |ticks: &Ticks, count: f64| {
            let widest = ticks.labels.iter().map(|l| width(l, 12.0, false)).fold(0.0, f64::max);
            (widest + 10.0) * count <= WIDTH - RIGHT - left
        };
        let x_ticks = (1..=7)
            .rev()
            .map(f64::from)
            .map(|count| (Ticks::within(x.0, x.1, count, plot.x_unit), count))
            .find(|(ticks, count)| room(ticks, *count) || *count == 1.0)
            .map_or_else(|| Ticks::within(x.0, x.1, 1.0, plot.x_unit), |(ticks, _)| ticks);
        let top = 8.0 + 18.0 * legend as f64 + if plot.marks.is_empty() { 0.0 } else { 4.0 };
        Axes { left, top, x, y, y_ticks, x_ticks }
    }

    fn px(&self, x: f64) -> f64 {
        self.left + (x - self.x.0) / (self.x.1 - self.x.0) * (WIDTH - RIGHT - self.left)
    }

    fn py(&self, y: f64) -> f64 {
        self.top + (self.y.1 - y) / (self.y.1 - self.y.0) * PLOT
    }
}

/// Draws and returns the height. `hover` adds what only a reader's pointer finds.
pub(super) fn draw(plot: &Plot, hover: bool, out: &mut String) -> f64 {
    // Long names get a row each.
    let columns =
        if plot.lines.iter().any(|l| width(&l.name, 12.0, false) > COLUMN - STROKE - 8.0) { 1 } else { 2usize };
    let axes = Axes::new(plot, plot.lines.len().div_ceil(columns));
    let bottom = axes.top + PLOT;
    legend(plot.lines, columns, out);
    grid(&axes, bottom, out);
    // Writing to a string cannot fail.
    for m in plot.marks.iter().filter(|m| m.x >= axes.x.0 && m.x <= axes.x.1) {
        let x = axes.px(m.x);
        let _ = write!(
            out,
            "<line class=\"k\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{bottom:.1}\"/><text class=\"m s\" transform=\"translate({:.1} {:.1}) rotate(-90)\">{}</text>",
            axes.top,
            x - 4.0,
            bottom - 6.0,
            escape(&fit(&m.label, PLOT - 12.0, 11.0))
        );
    }
    for (at, line) in plot.lines.iter().enumerate() {
        curve(&axes, plot, at, line, hover, out);
    }
    if let Some(point) = plot.picked.filter(|p| finite(&p)) {
        picked(&axes, point, &number(point.1, plot.unit), out);
    }
    if plot.x_title.is_empty() {
        return bottom + 26.0;
    }
    let _ = write!(
        out,
        "<text class=\"m\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
        WIDTH - RIGHT,
        bottom + 36.0,
        escape(&fit(plot.x_title, WIDTH - RIGHT - 4.0, 12.0))
    );
    bottom + 42.0
}

fn legend(lines: &[Line], columns: usize, out: &mut String) {
    let room = WIDTH / columns as f64 - STROKE - 8.0;
    for (at, line) in lines.iter().enumerate() {
        let (x, y) = (4.0 + (at % columns) as f64 * COLUMN, 12.0 + (at / columns) as f64 * 18.0);
        let _ = write!(
            out,
            "<line class=\"l\" x1=\"{x}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"{}/><text x=\"{}\" y=\"{y}\">{}</text>",
            x + 22.0,
            y - 4.0,
            y - 4.0,
            stroke(at),
            x + STROKE,
            escape(&fit(&line.name, room, 12.0))
        );
    }
}

fn stroke(at: usize) -> String {
    let (colour, dash) = STROKES[at % STROKES.len()];
    let dash = if dash.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dash}\"") };
    format!(" stroke=\"{colour}\"{dash}")
}

fn grid(axes: &Axes, bottom: f64, out: &mut String) {
    for (value, label) in axes.y_ticks.values.iter().zip(&axes.y_ticks.labels) {
        let y = axes.py(*value);
        let class = if *value == 0.0 { "z" } else { "g" };
        let _ = write!(
            out,
            "<line class=\"{class}\" x1=\"{:.1}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text class=\"m\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            axes.left,
            WIDTH - RIGHT,
            axes.left - 6.0,
            y + 4.0,
            escape(label)
        );
    }
    for (value, label) in axes.x_ticks.values.iter().zip(&axes.x_ticks.labels) {
        let half = width(label, 12.0, false) / 2.0;
        // A label at the edge stays inside.
        let x = axes.px(*value).clamp(half + 2.0, (WIDTH - half - 2.0).max(half + 2.0));
        let _ = write!(
            out,
            "<text class=\"m\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            bottom + 18.0,
            escape(label)
        );
    }
}

fn curve(axes: &Axes, plot: &Plot, at: usize, line: &Line, hover: bool, out: &mut String) {
    let points: Vec<String> =
        line.points.iter().filter(finite).map(|(x, y)| format!("{:.1},{:.1}", axes.px(*x), axes.py(*y))).collect();
    let name = escape(&line.name);
    let _ = write!(
        out,
        "<polyline class=\"l\" points=\"{}\"{}><title>{name}</title></polyline>",
        points.join(" "),
        stroke(at)
    );
    // Points to hover over, where they are far enough apart.
    if !hover || line.points.len() > HOVERED {
        return;
    }
    for (x, y) in line.points.iter().filter(finite) {
        let _ = write!(
            out,
            "<circle class=\"h\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"7\"><title>{name}, {}: {}</title></circle>",
            axes.px(*x),
            axes.py(*y),
            escape(&number(*x, plot.x_unit)),
            escape(&number(*y, plot.unit))
        );
    }
}

fn picked(axes: &Axes, (x, y): (f64, f64), words: &str, out: &mut String) {
    let (cx, cy) = (axes.px(x), axes.py(y));
    // A rising curve passes to the upper right of an early point.
    let (anchor, dx, dy) = if cx > WIDTH * 0.6 { ("end", -9.0, -9.0) } else { ("start", 9.0, 17.0) };
    let _ = write!(
        out,
        "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"5\" fill=\"var(--c1)\" stroke=\"var(--paper)\" stroke-width=\"2\"/>"
    );
    // A pale copy below keeps the words apart from lines that they cross.
    for class in ["w", "o"] {
        let _ = write!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" class=\"{class}\"{}>{}</text>",
            cx + dx,
            cy + dy,
            if class == "w" { " aria-hidden=\"true\"" } else { "" },
            escape(words)
        );
    }
}
