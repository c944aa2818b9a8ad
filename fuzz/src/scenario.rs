//! Questions to `turnover simulate` and `turnover reach`.

use std::path::{Path, PathBuf};

use turnover_query::MEMORY;

use crate::draw::{Draw, NASTY};
use crate::files;

/// A world, a file of levers or changes where one is asked about, and the words that ask.
#[derive(Debug)]
pub struct Scenario {
    /// The world of one sector as CSV.
    pub table: String,
    /// The file of levers or changes.
    pub file: String,
    /// The command's arguments, without the program's name.
    pub words: Vec<String>,
}

const CODES: [&str; 5] = ["USA", "RUS", "DEU", "CHN", "FRA"];
const SECTORS: [&str; 3] = ["Food", "Steel", "Haircuts"];

impl Scenario {
    /// A question from a fuzzer's bytes; the files that it names are written.
    pub fn draw(bytes: &[u8]) -> Self {
        let draw = &mut Draw::new(bytes);
        let regions = 2 + draw.below(4);
        let reach = draw.once_in(2);
        let many = draw.once_in(2);
        let with_file = many || draw.once_in(2);
        let mut words = vec![if reach { "reach" } else { "simulate" }.to_owned()];
        if reach {
            let (a, b) = pair(draw, regions);
            words.extend([a, b, format!("--times={}", times(draw))]);
        }
        let mut file = String::new();
        if with_file {
            file = levers(draw, regions, many);
            let path = files::write("pulls.toml", &file);
            words.push(format!("--{}={}", if reach { "levers" } else { "scenario" }, path.display()));
            if draw.once_in(3) {
                words.push(format!("--draws={}", [40, 64, 1, 0, 41][draw.below(5)]));
                words.push(format!("--seed={}", draw.byte()));
            }
        } else if reach && draw.once_in(3) {
            let (a, b) = match draw.is_wild() {
                true => pair(draw, regions),
                false => (words[1].clone(), words[2].clone()),
            };
            words.push(format!("--only={a}:{b}"));
        } else if !reach {
            for _ in 0..1 + draw.below(4) {
                words.push(format!("--change={}", change(draw, regions)));
            }
        }
        if draw.once_in(4) && (!many || draw.is_wild()) {
            words.push(format!("--theta={}", theta(draw)));
        }
        if draw.once_in(4) {
            words.push("--imbalance=multiplicative".to_owned());
        }
        if many {
            let folder = economy(draw, regions);
            words.push("--model=caliendo-parro".to_owned());
            words.push(format!("--data={}", folder.display()));
        } else {
            words.push(format!("--data={MEMORY}"));
        }
        Scenario { table: world(draw, regions), file, words }
    }
}

/// Two countries, which are different in a tame question.
fn pair(draw: &mut Draw<'_>, regions: usize) -> (String, String) {
    if draw.is_wild() {
        return (party(draw, regions), party(draw, regions));
    }
    let from = draw.below(regions);
    let to = (from + 1 + draw.below(regions - 1)) % regions;
    (CODES[from].to_owned(), CODES[to].to_owned())
}

fn party(draw: &mut Draw<'_>, regions: usize) -> String {
    match draw.below(24) {
        22 if draw.is_wild() => "*".to_owned(),
        23 if draw.is_wild() => draw.one(&["Nowhere", "ITA", "", "Russia", "usa"]).to_owned(),
        n => CODES[n % regions].to_owned(),
    }
}

fn times(draw: &mut Draw<'_>) -> f64 {
    match draw.below(8) {
        0 if draw.is_wild() => draw.number(),
        1 => 1.0,
        2 => 1.0 + 1e-12,
        n => f64::from(draw.byte()) / 64.0 + [0.5, 1.0, 1.0, 0.01, 0.5, 1.0, 1.0, 3.0][n],
    }
}

fn theta(draw: &mut Draw<'_>) -> f64 {
    match draw.below(6) {
        0 if draw.is_wild() => draw.number(),
        1 if draw.is_wild() => 1e-3,
        2 => 50.0,
        _ => f64::from(draw.byte()) / 16.0 + 0.1,
    }
}

/// A change in per cent or log points.
fn size(draw: &mut Draw<'_>) -> f64 {
    match draw.below(8) {
        0 if draw.is_wild() => draw.number(),
        1 => -99.999_999,
        2 => 10_000.0,
        3 => 0.0,
        _ => f64::from(draw.byte()) - if draw.is_wild() { 128.0 } else { 90.0 },
    }
}

fn change(draw: &mut Draw<'_>, regions: usize) -> String {
    let (mut from, mut to) = pair(draw, regions);
    match draw.below(10) {
        8 => from = "*".to_owned(),
        9 => to = "*".to_owned(),
        _ => {}
    }
    match draw.below(4) {
        0 => format!("{from}:{to}={}lp", size(draw) / 32.0),
        _ => format!("{from}:{to}={}%", size(draw)),
    }
}

fn levers(draw: &mut Draw<'_>, regions: usize, many: bool) -> String {
    let mut out = String::new();
    let entry = draw.one(&["[[lever]]\n", "[[change]]\n"]);
    if draw.once_in(3) {
        out.push_str("[model]\n");
        if draw.once_in(3) && (!many || draw.is_wild()) {
            out.push_str(&format!("theta = {}\n", toml(theta(draw))));
        }
        if draw.once_in(2) {
            out.push_str(&format!(
                "theta_std_error_percent = {}\n",
                toml(size(draw).abs() / 4.0 % if draw.is_wild() { f64::INFINITY } else { 50.0 })
            ));
        }
        if draw.once_in(2) {
            out.push_str(&format!(
                "deficits = \"{}\"\n",
                match draw.is_wild() {
                    true => draw.one(&["kept", "proportional", "zero", "none"]),
                    false => draw.one(if many { &["kept", "proportional", "zero"] } else { &["kept", "proportional"] }),
                }
            ));
        }
    }
    if draw.once_in(4) {
        out.push_str(&format!("[rest]\nat_most_percent = {}\n", toml(size(draw).abs() % 100.0)));
    }
    for _ in 0..1 + draw.below(4) {
        out.push_str(if draw.slips(8) { "[[lever]]\n" } else { entry });
        let (from, to) = pair(draw, regions);
        let sides = draw.below(10);
        if sides != 8 {
            out.push_str(&format!("exporter = \"{from}\"\n"));
        }
        if sides != 9 {
            out.push_str(&format!("importer = \"{to}\"\n"));
        }
        if draw.once_in(4) {
            out.push_str("both = true\n");
        }
        if draw.once_in(4) && many {
            out.push_str(&format!(
                "sector = \"{}\"\n",
                draw.one(if draw.is_wild() { &["Food", "Steel", "Haircuts", "Ships"] } else { &["Food"] })
            ));
        }
        if draw.once_in(8) {
            out.push_str(&format!("measure = \"{}\"\n", if draw.is_wild() { "no-such" } else { "rus-2014-food" }));
        }
        out.push_str(&amount(draw, many));
    }
    out
}

fn amount(draw: &mut Draw<'_>, many: bool) -> String {
    match draw.below(if many { 8 } else { 6 }) {
        0 | 1 => format!("cost_percent = {}\n", toml(size(draw))),
        2 => format!("log_points = {}\n", toml(size(draw) / 32.0)),
        3 => format!("log_points = {}\nstd_error = {}\n", toml(size(draw) / 32.0), toml(size(draw).abs() / 64.0)),
        4 => format!("tariff_equivalent_percent = {}\n", toml(size(draw))),
        5 => {
            let numbers: Vec<String> = (0..5)
                .map(|k| match draw.is_wild() {
                    true => json(draw.number() / 16.0),
                    // A covariance that is one.
                    false => json(f64::from(draw.byte()) / [128.0, 128.0, 256.0, 1e9, 256.0][k]),
                })
                .collect();
            let [a, b, v, c, w] = &numbers[..] else { return String::new() };
            files::write(
                "estimate.json",
                &format!(
                    "{{\"coefficients\": [{{\"name\": \"rta\", \"estimate\": {a}}}, {{\"name\": \"x\", \"estimate\": {b}}}], \
                     \"covariance\": [[{v}, {c}], [{c}, {w}]]}}"
                ),
            );
            let times = if draw.slips(3) { format!("times = {}\n", toml(draw.number())) } else { String::new() };
            format!(
                "estimate = \"estimate.json\"\ncoefficient = \"{}\"\n{times}",
                if draw.slips(4) { "none" } else { draw.one(&["rta", "x"]) }
            )
        }
        6 => format!("tariff_percent = {}\n", toml(size(draw).abs())),
        _ => "schedule = \"tariffs2.txt\"\n".to_owned(),
    }
}

fn toml(x: f64) -> String {
    match x {
        x if x.is_nan() => "nan".to_owned(),
        x if x.is_infinite() => if x > 0.0 { "inf" } else { "-inf" }.to_owned(),
        x => format!("{x:?}"),
    }
}

fn json(x: f64) -> String {
    if x.is_finite() { format!("{x:?}") } else { "null".to_owned() }
}

/// A size of trade: mostly plain, at times zero or at the edges of numbers.
fn value(draw: &mut Draw<'_>) -> f64 {
    match draw.below(16) {
        0 | 1 => 0.0,
        2 if draw.is_wild() => NASTY[draw.below(NASTY.len())],
        3 => f64::from(draw.byte()) * [1e-12, 1e-6, 1e6, 1e9][draw.below(4)],
        _ => f64::from(draw.byte()) + 1.0,
    }
}

fn world(draw: &mut Draw<'_>, regions: usize) -> String {
    let mut out = "year,exporter,importer,value_usd\n".to_owned();
    for i in 0..regions {
        for j in 0..regions {
            // Pairs without a row, and countries without domestic sales.
            if draw.once_in(if i == j { 64 } else { 10 }) && (i != j || draw.is_wild()) {
                continue;
            }
            let value = value(draw);
            let value = if i == j && !draw.is_wild() { 10.0 * value.max(1.0) } else { value };
            out.push_str(&format!("2014,{},{},{value}\n", CODES[i], CODES[j]));
        }
    }
    out
}

fn economy(draw: &mut Draw<'_>, n: usize) -> PathBuf {
    let s = 1 + draw.below(3);
    let traded = 1 + draw.below(s);
    let mut path = PathBuf::new();
    let mut put = |name: &str, rows: Vec<Vec<f64>>| {
        let lines: Vec<String> =
            rows.iter().map(|r| r.iter().map(f64::to_string).collect::<Vec<_>>().join(" ")).collect();
        path = files::write(&format!("economy/{name}"), &format!("{}\n", lines.join("\n")));
    };
    let table = |draw: &mut Draw<'_>, rows: usize, columns: usize, f: &dyn Fn(&mut Draw<'_>) -> f64| {
        (0..rows).map(|_| (0..columns).map(|_| f(draw)).collect::<Vec<f64>>()).collect::<Vec<_>>()
    };
    put("flows.txt", table(draw, traded * n, n, &value));
    let rate = |draw: &mut Draw<'_>| if draw.once_in(4) { size(draw).abs() } else { 0.0 };
    put("tariffs.txt", table(draw, traded * n, n, &rate));
    put("tariffs2.txt", table(draw, traded * n, n, &rate));
    put("output.txt", table(draw, s, n, &|draw| value(draw).max(if draw.is_wild() { 0.0 } else { 1.0 }) * 20.0));
    let share = |draw: &mut Draw<'_>| match draw.below(16) {
        0 if draw.is_wild() => draw.number(),
        1 => 1.0,
        2 => 0.0,
        _ => (f64::from(draw.byte()) + 0.5) / 256.0,
    };
    put("value_added.txt", table(draw, s, n, &share));
    put("inputs.txt", table(draw, n * s, s, &share));
    put("theta.txt", table(draw, traded, 1, &|draw| if draw.once_in(16) { theta(draw) } else { 4.0 }));
    let parent = path.parent().map(Path::to_owned).unwrap_or_default();
    files::write("economy/regions.txt", &format!("{}\n", CODES[..n].join("\n")));
    files::write("economy/sectors.txt", &format!("{}\n", SECTORS[..s].join("\n")));
    parent
}
