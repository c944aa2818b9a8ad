//! Charts as SVG. On a page colours are CSS variables, so that one drawing serves light, dark and print;
//! a general plotting library fixes colours and fonts when it draws. In a file they are written out.

use std::fmt::Write;

use turnover_analysis::{Chart, ChartKind};

use super::text::{escape, wrap};
use super::{alone, bars, lines};

/// Drawing width in user units. A phone shows it almost one to one, so that text stays legible.
pub(super) const WIDTH: f64 = 460.0;
/// Room for lines of text.
const ROOM: f64 = WIDTH - 8.0;

/// Variables and classes that the drawings use; the page defines the same.
pub const STYLE: &str = "\
:root{--fg:#1d2530;--muted:#5c6773;--grid:#e3e7ec;--paper:#fff;--c1:#0b5cad;--c2:#c2571a;--c3:#1a7f5a;--base:#c9d3de}\
@media (prefers-color-scheme:dark){:root{--fg:#e7ebf0;--muted:#9aa6b4;--grid:#2c3541;--paper:#151a21;--c1:#6bb3f5;--c2:#f0a05c;--c3:#5cc9a0;--base:#3c4856}}\
.chart text{font:12px system-ui,'Segoe UI',sans-serif;fill:var(--fg)}.chart .m{fill:var(--muted)}\
.chart .g{stroke:var(--grid);stroke-width:1}.chart .z{stroke:var(--muted);stroke-width:1}\
.chart .l{fill:none;stroke-width:2;stroke-linejoin:round}.chart .k{stroke:var(--muted);stroke-dasharray:3 3}\
.chart .b{fill:var(--base)}.chart .p{fill:var(--c2)}.chart .q{fill:var(--c2);opacity:.5}.chart .u{fill:var(--c1)}.chart .d{fill:var(--c2)}\
.chart .s{font-size:11px}.chart .t{font-weight:600;font-size:14px}.chart .i{font-style:italic;fill:var(--muted)}\
.chart .o{font-weight:600}.chart .w{font-weight:600;fill:var(--paper);stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}.chart .h{fill:transparent}";

/// A chart as an SVG element for a page that defines [`STYLE`].
pub fn svg(chart: &Chart) -> String {
    let mut body = String::new();
    let height = draw(chart, true, &mut body);
    format!(
        "<svg class=\"chart\" role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\">{body}</svg>",
        escape(&chart.title)
    )
}

/// A chart as a file of its own: title above, source below, and every colour, font and size in it.
pub fn standalone(chart: &Chart) -> String {
    let title = wrap(&chart.title, ROOM, 14.0, true);
    let supposed = chart.supposition.as_deref().map_or_else(Vec::new, |s| wrap(&format!("{s}."), ROOM, 12.0, false));
    let source = wrap(&chart.source, ROOM, 11.0, false);
    let mut body = String::new();
    let height = draw(chart, false, &mut body);
    let top = 12.0 + 18.0 * title.len() as f64 + 16.0 * supposed.len() as f64;
    let total = top + height + 10.0 + 15.0 * source.len() as f64;
    let mut drawing = String::new();
    let mut text = |class: &str, y: f64, line: &str| {
        let _ = write!(drawing, "<text class=\"{class}\" x=\"4\" y=\"{y:.0}\">{}</text>", escape(line));
    };
    let mut y = 18.0;
    for line in &title {
        text("t", y, line);
        y += 18.0;
    }
    for line in &supposed {
        text("i", y, line);
        y += 16.0;
    }
    for (at, line) in source.iter().enumerate() {
        text("m s", top + height + 12.0 + 15.0 * at as f64, line);
    }
    let _ = write!(drawing, "<g transform=\"translate(0 {top:.0})\">{body}</g>");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{total:.0}\" viewBox=\"0 0 {WIDTH} {total:.0}\" {}><rect width=\"{WIDTH}\" height=\"{total:.0}\" fill=\"#ffffff\"/>{}</svg>\n",
        escape(&chart.title),
        alone::ROOT,
        alone::resolve(&drawing)
    )
}

/// Draws and returns the height.
fn draw(chart: &Chart, hover: bool, body: &mut String) -> f64 {
    match &chart.kind {
        ChartKind::Lines { lines, marks, picked, x_unit, x_title } => {
            let plot = lines::Plot { lines, marks, picked: *picked, unit: chart.unit, x_unit: *x_unit, x_title };
            lines::draw(&plot, hover, body)
        }
        ChartKind::Bars { bars, marked } => bars::draw(bars, marked.as_deref(), chart.unit, body),
    }
}

#[cfg(test)]
mod tests {
    use turnover_analysis::{Bar, Line, Mark, Unit};

    use super::super::ticks::tests::{numbers, parse};
    use super::*;

    fn chart(unit: Unit, kind: ChartKind) -> Chart {
        Chart {
            id: "x".to_owned(),
            title: "A finding that is long enough to need a second line in a drawing of this width".to_owned(),
            unit,
            kind,
            source: "A source; a vintage; own calculation".to_owned(),
            supposition: Some("Supposing that Food embargo (rus-2014-food) is lifted".to_owned()),
        }
    }

    fn lines(points: Vec<(f64, f64)>, x_unit: Unit) -> ChartKind {
        let lines = vec![Line { name: "Turnover".into(), points }];
        ChartKind::Lines { lines, marks: vec![], picked: None, x_unit, x_title: String::new() }
    }

    #[test]
    fn hostile_text_cannot_leave_its_place() {
        let bar = Bar { label: "<b>&\u{0}".to_owned(), value: 0.0, marked_low: 0.0, marked_high: 0.0 };
        let mut chart = chart(Unit::Count, ChartKind::Bars { bars: vec![bar], marked: None });
        chart.title = "</svg><script>alert(1)</script>\" onload=\"x class=\"m\" fill=\"var(--c1)\"".to_owned();
        for drawn in [standalone(&chart), svg(&chart)] {
            assert!(!drawn.contains("<script>") && !drawn.contains("<b>") && !drawn.contains('\u{0}'));
            assert!(!drawn.contains("\" onload"));
        }
        assert!(standalone(&chart).contains("fill=&quot;var(--c1)"), "text is left as it is");
    }

    #[test]
    fn charts_without_numbers_are_drawn() {
        let nothing = ChartKind::Lines {
            lines: vec![],
            marks: vec![],
            picked: Some((f64::NAN, 1.0)),
            x_unit: Unit::Year,
            x_title: String::new(),
        };
        let broken = vec![(f64::NAN, 1.0), (1.0, f64::INFINITY), (2.0, 3.0)];
        let bar = Bar { label: "x".into(), value: f64::NAN, marked_low: f64::NAN, marked_high: f64::INFINITY };
        let bars = ChartKind::Bars { bars: vec![bar], marked: Some("a, and b".into()) };
        for kind in [nothing, lines(broken, Unit::Multiple), lines(vec![(1e17, 0.0)], Unit::Plain), bars] {
            let drawn = standalone(&chart(Unit::Usd, kind));
            assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        }
    }

    #[test]
    fn a_file_needs_nothing_from_elsewhere() {
        let marks = vec![Mark { x: 2014.0, label: "Food embargo".into() }];
        let mut kind = lines(vec![(2010.0, 1e9), (2014.0, 2e9), (2019.0, 1.5e9)], Unit::Year);
        if let ChartKind::Lines { marks: own, picked, x_title, .. } = &mut kind {
            (*own, *picked, *x_title) = (marks, Some((2019.0, 1.5e9)), "Year".to_owned());
        }
        let bar = |value: f64| Bar { label: "Mineral fuels".into(), value, marked_low: 0.1, marked_high: 0.4 };
        let bars = ChartKind::Bars { bars: vec![bar(1.0), bar(-0.5)], marked: Some("for certain, and at most".into()) };
        let plain = ChartKind::Bars { bars: vec![bar(1.0), bar(-0.5)], marked: None };
        for kind in [kind, bars, plain] {
            let drawn = standalone(&chart(Unit::Usd, kind));
            for absent in ["var(", "class=", "<style", "system-ui", "href", "url("] {
                assert!(!drawn.contains(absent), "{absent} in {drawn}");
            }
            assert!(drawn.contains("Supposing that Food embargo"), "{drawn}");
            // What has no colour of its own would come out black.
            for element in
                drawn.split('<').filter(|e| ["rect", "line ", "polyl", "circl"].iter().any(|n| e.starts_with(n)))
            {
                assert!(element.contains(" fill=\"") || element.contains(" stroke=\""), "{element}");
            }
        }
    }

    /// The labels of both axes as they are drawn, each with its place: (place, number).
    fn drawn_ticks(drawing: &str, anchor: &str, place: &str) -> Vec<(f64, f64)> {
        let attribute = |e: &str, name: &str| -> f64 {
            e.split_once(&format!(" {name}=\"")).unwrap().1.split_once('"').unwrap().0.parse().unwrap()
        };
        let ticks = drawing.split("<text ").filter(|e| e.contains(&format!("text-anchor=\"{anchor}\"")));
        ticks
            .map(|e| {
                let label = e.split_once('>').unwrap().1.split_once('<').unwrap().0;
                (attribute(e, place), parse(label))
            })
            .collect()
    }

    #[test]
    fn drawn_axes_say_where_they_are() {
        let mut next = numbers(7);
        for at in 0..3_000 {
            let unit = [Unit::Usd, Unit::Share, Unit::Change, Unit::Multiple, Unit::Plain][at % 5];
            let x_unit = [Unit::Multiple, Unit::Plain, Unit::Share][at % 3];
            let (sx, sy) = (10f64.powf(next() * 24.0 - 10.0), 10f64.powf(next() * 30.0 - 12.0));
            let points: Vec<(f64, f64)> = (0..5).map(|_| (sx * next(), sy * (next() - 0.3))).collect();
            let drawing = svg(&chart(unit, lines(points.clone(), x_unit)));
            for (ticks, value) in
                [(drawn_ticks(&drawing, "end", "y"), 1usize), (drawn_ticks(&drawing, "middle", "x"), 0)]
            {
                // Places on paper and numbers said lie on one line, through the points of the curve.
                let curve: Vec<(f64, f64)> = drawing
                    .split_once("points=\"")
                    .unwrap()
                    .1
                    .split_once('"')
                    .unwrap()
                    .0
                    .split(' ')
                    .map(|p| p.split_once(',').unwrap())
                    .map(|(x, y)| (x.parse().unwrap(), y.parse::<f64>().unwrap() + 4.0))
                    .collect();
                let place = |i: usize| if value == 0 { curve[i].0 } else { curve[i].1 };
                let number = |i: usize| if value == 0 { points[i].0 } else { points[i].1 };
                let order = |x: &usize, y: &usize| number(*x).total_cmp(&number(*y));
                let (low, high) = ((0..5).min_by(order).unwrap(), (0..5).max_by(order).unwrap());
                let slope = (place(high) - place(low)) / (number(high) - number(low));
                assert!(!ticks.is_empty() || value == 0);
                for (at, said) in ticks {
                    let expected = place(low) + slope * (said - number(low));
                    // A label at the edge is moved in.
                    let moved = value == 0 && !(60.0..=400.0).contains(&expected);
                    assert!(moved || (at - expected).abs() < 1.0, "{said} stands at {at}, not {expected}: {unit:?}");
                }
            }
        }
    }
}
