//! Designs drawn by a seed, of the shapes that real data have.

use super::design::Design;
use super::regressors;

/// Rows from which the engine puts equal ones together.
const MANY: usize = 2_000;

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every machine.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Draw {
        Draw(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Below a number.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.uniform() * count as f64) as usize
    }

    pub(crate) fn range(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.uniform() < share
    }

    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// Mean 0, variance 1.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().max(1e-300).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    pub(crate) fn normals(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.normal()).collect()
    }

    fn codes(&mut self, n: usize, levels: usize) -> Vec<u32> {
        (0..n).map(|_| self.below(levels) as u32).collect()
    }

    /// Levels of a family put together in fewer.
    fn regrouped(&mut self, codes: &[u32]) -> Vec<u32> {
        let levels = codes.iter().max().map_or(0, |m| *m as usize) + 1;
        let groups = (levels / 2).clamp(1, 8).min(self.range(2, 5));
        let home = self.codes(levels, groups);
        codes.iter().map(|c| home[*c as usize]).collect()
    }

    /// The same levels by other numbers.
    fn relabelled(&mut self, codes: &[u32]) -> Vec<u32> {
        let levels = codes.iter().max().map_or(0, |m| *m as usize) + 1;
        let mut names: Vec<u32> = (0..levels as u32).collect();
        self.shuffle(&mut names);
        codes.iter().map(|c| names[*c as usize]).collect()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

/// Two families as one.
pub(crate) fn crossed(a: &[u32], b: &[u32]) -> Vec<u32> {
    let wide = b.iter().max().map_or(1, |m| m + 1);
    let joint: Vec<u32> = a.iter().zip(b).map(|(a, b)| a * wide + b).collect();
    let mut seen = joint.clone();
    seen.sort_unstable();
    seen.dedup();
    joint.iter().map(|c| seen.partition_point(|s| s < c) as u32).collect()
}

/// The design of a seed.
pub(crate) fn design(seed: u64) -> Design {
    let mut draw = Draw::new(seed);
    let poisson = draw.chance(0.6);
    let mut out = Design { seed, poisson, drop_singletons: draw.chance(0.15), ..Design::default() };
    let n = families(&mut draw, &mut out);
    weights(&mut draw, &mut out, n);
    if draw.chance(0.2) {
        out.offset = Some((0..n).map(|_| 3.0 + draw.normal()).collect());
        out.shape.push(("offset", "yes"));
    }
    regressors::draw(&mut draw, &mut out, n);
    let n = if draw.chance(0.004) { copies(&mut out, n) } else { n };
    outcome(&mut draw, &mut out, n);
    clusters(&mut draw, &mut out, n);
    out
}

/// Rows enough for equal ones to be put together: copies of those drawn; returns their number.
fn copies(out: &mut Design, n: usize) -> usize {
    let rows = MANY.div_ceil(n) * n;
    fn again<T: Copy>(values: &mut Vec<T>, rows: usize) {
        *values = values.iter().copied().cycle().take(rows).collect();
    }
    out.families.iter_mut().for_each(|codes| again(codes, rows));
    out.x.iter_mut().for_each(|(_, x)| again(x, rows));
    [&mut out.weights, &mut out.offset].into_iter().flatten().for_each(|values| again(values, rows));
    out.shape.push(("rows", "many copies"));
    rows
}

/// Draws the families and returns the number of rows.
fn families(draw: &mut Draw, out: &mut Design) -> usize {
    const KINDS: [&str; 15] = [
        "none",
        "one",
        "crossed",
        "panel",
        "nested",
        "one-to-one",
        "repeated",
        "disconnected",
        "chain",
        "gravity",
        "singletons",
        "deep",
        "cells and margins",
        "numbers with gaps",
        "three crossed",
    ];
    let kind = draw.pick(&KINDS);
    out.shape.push(("effects", kind));
    let mut n = draw.range(10, 48);
    let levels = draw.range(2, 7);
    let a = draw.codes(n, levels);
    let b_levels = draw.range(2, 6);
    let b = draw.codes(n, b_levels);
    let mut list = match kind {
        "none" => vec![],
        "one" => vec![a],
        "crossed" => vec![a, b],
        "panel" => {
            let years = draw.range(2, 6);
            let cells: Vec<usize> = (0..levels * years).filter(|_| draw.chance(0.9)).collect();
            let cells = if cells.len() < 4 { (0..levels * years).collect() } else { cells };
            n = cells.len();
            let unit = cells.iter().map(|c| (c / years) as u32).collect();
            vec![unit, cells.iter().map(|c| (c % years) as u32).collect()]
        }
        "nested" => {
            let fine = crossed(&a, &b);
            let coarse = draw.regrouped(&fine);
            if draw.chance(0.5) { vec![fine, coarse] } else { vec![fine, coarse, b] }
        }
        "one-to-one" => {
            let same = draw.relabelled(&a);
            if draw.chance(0.5) { vec![a, same] } else { vec![a, same, b] }
        }
        "repeated" => {
            if draw.chance(0.5) {
                vec![a.clone(), a]
            } else {
                vec![a.clone(), b, a]
            }
        }
        "disconnected" => {
            let blocks = draw.range(2, 3);
            let block = draw.codes(n, blocks);
            vec![crossed(&block, &a), crossed(&block, &b)]
        }
        "chain" => {
            let links = draw.range(6, 30);
            let each = draw.range(1, 3);
            n = links * each + draw.below(5);
            let link = |r: usize| (r % links) as u32;
            vec![(0..n).map(|r| link(r) / 2).collect(), (0..n).map(|r| link(r).div_ceil(2)).collect()]
        }
        "gravity" => {
            let (from, to, years) = (draw.range(2, 4), draw.range(2, 4), draw.range(2, 4));
            let cells: Vec<usize> = (0..from * to * years).filter(|_| draw.chance(0.95)).collect();
            n = cells.len();
            let exporter: Vec<u32> = cells.iter().map(|c| (c / years / to) as u32).collect();
            let importer: Vec<u32> = cells.iter().map(|c| (c / years % to) as u32).collect();
            let year: Vec<u32> = cells.iter().map(|c| (c % years) as u32).collect();
            vec![crossed(&exporter, &year), crossed(&importer, &year), crossed(&exporter, &importer)]
        }
        "singletons" => {
            let mut many = a;
            let first = levels as u32;
            for (at, row) in (0..n).filter(|_| draw.chance(0.3)).enumerate() {
                many[row] = first + at as u32;
            }
            vec![many, b]
        }
        "deep" => {
            let middle = draw.regrouped(&a);
            let coarse = draw.regrouped(&middle);
            vec![a, middle, coarse, b]
        }
        "cells and margins" => vec![crossed(&a, &b), a, b],
        "numbers with gaps" => vec![a.iter().map(|c| 3 * c + 2).collect(), b.iter().map(|c| 40 - 5 * c).collect()],
        _ => {
            let c_levels = draw.range(2, 5);
            let c = draw.codes(n, c_levels);
            vec![a, b, c]
        }
    };
    draw.shuffle(&mut list);
    out.families = list;
    n
}

fn weights(draw: &mut Draw, out: &mut Design, n: usize) {
    const KINDS: [&str; 9] =
        ["none", "none", "none", "counts", "equal", "wide", "wide by level", "two sizes", "ordinary"];
    let kind = draw.pick(&KINDS);
    out.shape.push(("weights", kind));
    if kind == "none" {
        return;
    }
    let same = draw.pick(&[1e-12, 3.0, 1e12]);
    let level_weights: Vec<f64> = (0..n).map(|_| 10f64.powf(draw.between(-12.0, 12.0))).collect();
    let zeros = if draw.chance(0.4) { 0.15 } else { 0.0 };
    let list = (0..n)
        .map(|row| {
            let weight = match kind {
                "counts" => draw.range(1, 9) as f64,
                "equal" => same,
                "wide" => 10f64.powf(draw.between(-12.0, 12.0)),
                "wide by level" => out.families.first().map_or(1.0, |f| level_weights[f[row] as usize % n]),
                "two sizes" => draw.pick(&[1e-12, 1e12]),
                _ => draw.between(0.2, 3.0),
            };
            if draw.chance(zeros) { 0.0 } else { weight }
        })
        .collect();
    if zeros > 0.0 {
        out.shape.push(("weights", "some zero"));
    }
    out.weights = Some(list);
}

fn outcome(draw: &mut Draw, out: &mut Design, n: usize) {
    let mut index = vec![0.0; n];
    for (_, x) in &out.x {
        // In units of its own spread, whatever its scale.
        let unit = x.iter().map(|v| v.abs()).fold(0.0, f64::max);
        if unit == 0.0 {
            continue;
        }
        let mean = x.iter().map(|v| v / unit).sum::<f64>() / n as f64;
        let spread = (x.iter().map(|v| (v / unit - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
        let b = if spread > 0.0 { draw.between(-0.7, 0.7) / spread } else { 0.0 };
        index.iter_mut().zip(x).for_each(|(i, x)| *i += b * (x / unit - mean));
    }
    let gap = if draw.chance(0.12) { 25.0 } else { 0.7 };
    for codes in &out.families {
        let levels = codes.iter().max().map_or(0, |m| *m as usize) + 1;
        let own: Vec<f64> = (0..levels).map(|_| gap * draw.between(-0.5, 0.5)).collect();
        index.iter_mut().zip(codes).for_each(|(i, c)| *i += own[*c as usize]);
    }
    if gap > 1.0 {
        out.shape.push(("outcome", "levels far apart"));
    }
    if out.poisson {
        flows(draw, out, &index)
    } else {
        measures(draw, out, &index)
    }
    // Regressors may be on a scale where the outcome would have to be on another for a coefficient to be
    // a number at all; that is seen to where they are drawn.
    let scale = draw.chance(0.2).then(|| draw.between(-200.0, 200.0));
    let reach = out.x.iter().flat_map(|(_, x)| x).map(|v| v.abs()).fold(0.0, f64::max);
    if let Some(power) = scale.filter(|p| out.poisson || (p - reach.max(1e-300).log10()).abs() < 140.0) {
        let has_constant = !out.families.is_empty();
        if has_constant || !out.poisson {
            out.shape.push(("outcome", "scaled"));
            out.y.iter_mut().for_each(|y| *y *= 10f64.powf(power));
            if let Some(offset) = out.offset.as_mut().filter(|_| !out.poisson) {
                offset.iter_mut().for_each(|o| *o *= 10f64.powf(power));
            }
        }
    }
}

/// Outcomes for PPML.
fn flows(draw: &mut Draw, out: &mut Design, index: &[f64]) {
    const KINDS: [&str; 6] = ["amounts", "amounts", "counts", "many zeros", "constant", "perfect fit"];
    let kind = if draw.chance(0.15) { draw.pick(&KINDS[4..]) } else { draw.pick(&KINDS[..4]) };
    out.shape.push(("outcome", kind));
    let zeros = match kind {
        "many zeros" => 0.6,
        "amounts" => draw.pick(&[0.0, 0.2]),
        _ => 0.0,
    };
    out.y = index
        .iter()
        .map(|i| {
            let mean = i.clamp(-60.0, 60.0).exp();
            let amount = match kind {
                "counts" => (2.0 * mean * (0.5 * draw.normal()).exp() + draw.between(-0.9, 0.5)).max(0.0).round(),
                "constant" => 5.0,
                "perfect fit" => mean,
                _ => mean * (0.5 * draw.normal()).exp(),
            };
            if draw.chance(zeros) { 0.0 } else { amount }
        })
        .collect();
    if draw.chance(0.15)
        && let Some(codes) = out.families.last()
    {
        out.shape.push(("zeros", "a level"));
        let level = codes[draw.below(codes.len())];
        out.y.iter_mut().zip(codes).filter(|(_, c)| **c == level).for_each(|(y, _)| *y = 0.0);
    }
    let dummies: Vec<usize> = (0..out.x.len()).filter(|j| out.x[*j].1.iter().all(|x| *x == 0.0 || *x == 1.0)).collect();
    if !dummies.is_empty() && draw.chance(0.4) {
        out.shape.push(("zeros", "where a dummy is 1"));
        let x = &out.x[draw.pick(&dummies)].1;
        out.y.iter_mut().zip(x).filter(|(_, x)| **x == 1.0).for_each(|(y, _)| *y = 0.0);
    }
    if !out.x.is_empty() && draw.chance(0.08) {
        out.shape.push(("zeros", "above a value"));
        let x = out.x[draw.below(out.x.len())].1.clone();
        let bar = x[draw.below(x.len())];
        out.y.iter_mut().zip(&x).filter(|(_, x)| **x > bar).for_each(|(y, _)| *y = 0.0);
    }
}

/// Outcomes for least squares.
fn measures(draw: &mut Draw, out: &mut Design, index: &[f64]) {
    const KINDS: [&str; 6] = ["noisy", "noisy", "large mean", "constant", "constant by level", "perfect fit"];
    let kind = if draw.chance(0.2) { draw.pick(&KINDS[3..]) } else { draw.pick(&KINDS[..3]) };
    out.shape.push(("outcome", kind));
    let mean = if kind == "large mean" { 1e6 } else { 0.0 };
    out.y = (0..index.len())
        .map(|row| match kind {
            "constant" => 5.0,
            "constant by level" => out.families.first().map_or(0.0, |f| f64::from(f[row]) * 0.3 + 1.0),
            "perfect fit" => index[row],
            _ => mean + index[row] + draw.normal(),
        })
        .collect();
}

fn clusters(draw: &mut Draw, out: &mut Design, n: usize) {
    const KINDS: [&str; 5] = ["a family", "above a family", "random", "rows", "few"];
    let count = draw.pick(&[1, 1, 1, 2, 2, 3, 4]);
    out.shape.push(("clusters", ["none", "one", "two", "three", "four"][count]));
    for at in 0..count {
        let kind = draw.pick(&KINDS);
        let family = (!out.families.is_empty()).then(|| draw.below(out.families.len()));
        let codes = match (kind, family) {
            ("a family", Some(f)) => out.families[f].clone(),
            ("above a family", Some(f)) => draw.regrouped(&out.families[f].clone()),
            ("rows", _) => (0..n as u32).collect(),
            ("few", _) => draw.codes(n, 3),
            _ if at > 0 && draw.chance(0.2) => out.clusters[at - 1].clone(),
            _ => draw.codes(n, 9),
        };
        out.shape.push(("cluster", kind));
        out.clusters.push(codes);
    }
}
