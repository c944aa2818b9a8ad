//! Regressors of the kinds that people put into a regression.

use super::design::Design;
use super::draw::Draw;

const KINDS: [&str; 20] = [
    "normal",
    "normal",
    "normal",
    "dummy",
    "dummy",
    "scaled",
    "large mean",
    "cubic in years",
    "square in years",
    "seconds",
    "year and month",
    "trend",
    "interaction",
    "constant",
    "code of an effect",
    "value by level",
    "sum of others",
    "multiple of another",
    "heavy tail",
    "product of levels",
];

/// Draws the regressors of a design.
pub(crate) fn draw(draw: &mut Draw, out: &mut Design, n: usize) {
    if draw.chance(0.05) {
        out.shape.push(("regressors", "none"));
        return;
    }
    if out.families.is_empty() && draw.chance(0.8) {
        out.x.push(("constant".to_owned(), vec![1.0; n]));
    }
    let count = draw.range(1, 3);
    for at in 0..count {
        let kind = if at == 0 && draw.chance(0.5) { "normal" } else { draw.pick(&KINDS) };
        out.shape.push(("regressors", kind));
        for column in columns(draw, out, n, kind) {
            let name = format!("x{}", out.x.len());
            out.x.push((name, column));
        }
    }
}

fn columns(draw: &mut Draw, out: &Design, n: usize, kind: &str) -> Vec<Vec<f64>> {
    // Time is an effect's level or of its own.
    let periods = draw.range(4, 30);
    let time: Vec<f64> = match out.families.last() {
        Some(codes) if draw.chance(0.3) => codes.iter().map(|c| f64::from(*c)).collect(),
        _ => (0..n).map(|_| draw.below(periods) as f64).collect(),
    };
    let codes = |draw: &mut Draw| -> Vec<u32> {
        if out.families.is_empty() { vec![0; n] } else { out.families[draw.below(out.families.len())].clone() }
    };
    let by_level = |draw: &mut Draw, codes: &[u32]| -> Vec<f64> {
        let levels = codes.iter().max().map_or(0, |m| *m as usize) + 1;
        let own = draw.normals(levels);
        codes.iter().map(|c| own[*c as usize]).collect()
    };
    let other = |draw: &mut Draw| -> Vec<f64> {
        if out.x.is_empty() { draw.normals(n) } else { out.x[draw.below(out.x.len())].1.clone() }
    };
    match kind {
        "dummy" => {
            let share = draw.between(0.1, 0.6);
            vec![(0..n).map(|_| f64::from(u8::from(draw.chance(share)))).collect()]
        }
        "scaled" => {
            let power = draw.between(-200.0, 200.0);
            vec![(0..n).map(|_| draw.normal() * 10f64.powf(power)).collect()]
        }
        "large mean" => vec![(0..n).map(|_| 1e6 + draw.normal()).collect()],
        "cubic in years" | "square in years" => {
            let years: Vec<f64> = time.iter().map(|t| 1985.0 + t).collect();
            let last = if kind == "square in years" { 2 } else { 3 };
            (1..=last).map(|power| years.iter().map(|y| y.powi(power)).collect()).collect()
        }
        "seconds" => vec![time.iter().map(|t| 1.6e9 + 86_400.0 * (30.0 * t).round()).collect()],
        "year and month" => vec![time.iter().map(|t| 202_001.0 + 100.0 * (t / 12.0).floor() + t % 12.0).collect()],
        "trend" => vec![(0..n).map(|r| r as f64).collect()],
        "interaction" => {
            let levels = draw.range(2, 4);
            let group: Vec<usize> = (0..n).map(|_| draw.below(levels)).collect();
            let slope = if draw.chance(0.5) { draw.normals(n) } else { vec![1.0; n] };
            // One level more than there is: an empty interaction.
            (0..=levels)
                .map(|level| group.iter().zip(&slope).map(|(g, s)| if *g == level { *s } else { 0.0 }).collect())
                .collect()
        }
        "constant" => vec![vec![draw.pick(&[1.0, -3.7, 1e9]); n]],
        "code of an effect" => vec![codes(draw).iter().map(|c| f64::from(*c)).collect()],
        "value by level" => {
            let codes = codes(draw);
            vec![by_level(draw, &codes)]
        }
        "sum of others" => {
            let (a, b) = (other(draw), other(draw));
            vec![a.iter().zip(&b).map(|(a, b)| 2.0 * a - b).collect()]
        }
        "multiple of another" => vec![other(draw).iter().map(|v| -3.0 * v).collect()],
        "heavy tail" => vec![(0..n).map(|_| (3.0 * draw.normal()).exp()).collect()],
        "product of levels" => {
            let (first, second) = (codes(draw), codes(draw));
            let (a, b) = (by_level(draw, &first), by_level(draw, &second));
            vec![a.iter().zip(&b).map(|(a, b)| a * b).collect()]
        }
        _ => vec![draw.normals(n)],
    }
}
