//! A question to `turnover estimate`.

use turnover_query::MEMORY;

use crate::draw::Draw;
use crate::formula::{column, formula};
use crate::frame;

/// A table and the words that ask about it.
#[derive(Debug)]
pub struct Estimate {
    /// The table as CSV.
    pub table: String,
    /// The command's arguments, without the program's name.
    pub words: Vec<String>,
}

impl Estimate {
    /// A question from a fuzzer's bytes.
    pub fn draw(bytes: &[u8]) -> Self {
        let draw = &mut Draw::new(bytes);
        let mut words = vec!["estimate".to_owned()];
        let panel = options(draw, &mut words);
        // A formula may begin with a minus.
        words.extend(["--".to_owned(), MEMORY.to_owned()]);
        let count = if draw.once_in(8) { 2 } else { 1 };
        for _ in 0..count {
            words.push(if panel && !draw.is_wild() { of_panel(draw) } else { formula(draw) });
        }
        Estimate { table: frame::csv(draw), words }
    }
}

/// A formula for a bias correction.
fn of_panel(draw: &mut Draw<'_>) -> String {
    let regressors = draw.one(&["x", "x + z", "x + i(t, z)", "`odd name`*x", "1"]);
    let effects = draw.one(&["i^t + j^t + i^j", "i^t + j^t", "j^i + t^i + t^j", "i^k + j^k + i^j", "i^s + j^s"]);
    format!("y ~ {regressors} | {effects}")
}

/// Adds options; whether a bias correction is among them.
fn options(draw: &mut Draw<'_>, words: &mut Vec<String>) -> bool {
    let panel = draw.once_in(6);
    let mut add = |flag: &str, value: String| words.push(format!("--{flag}={value}"));
    if panel {
        words.push("--bias-correction".to_owned());
    } else {
        if draw.once_in(3) {
            add("method", draw.one(&["ols", "ppml"]).to_owned());
        }
        match draw.below(6) {
            0 => {}
            1 => add("vcov", "iid".to_owned()),
            2 if draw.is_wild() => add("vcov", draw.one(&["hetero", "cluster:", "cluster:+", "", "newey"]).to_owned()),
            _ => {
                let clusters: Vec<String> = (0..1 + draw.below(5)).map(|_| cluster(draw)).collect();
                add("vcov", format!("cluster:{}", clusters.join("+")));
            }
        }
        if draw.once_in(3) {
            add("ssc", draw.one(&["fixest", "stata", "none"]).to_owned());
        }
    }
    for flag in ["weights", "offset"] {
        if draw.once_in(6) {
            let name = match draw.is_wild() {
                true => draw.one(&["w", "o", "x", "s", "odd name", "`odd name`", "y", "nothing"]),
                false => draw.one(&["w", "k", "y2"]),
            };
            words.push(format!("--{flag}={name}"));
        }
    }
    if draw.once_in(6) {
        words.push(format!("--separation={}", draw.one(&["effects", "full"])));
    }
    if draw.once_in(6) {
        words.push("--drop-singletons".to_owned());
    }
    if draw.once_in(8) {
        words.push("--etable".to_owned());
    }
    if draw.once_in(6) {
        words.push(format!("--filter={}", filter(draw)));
    }
    panel
}

fn cluster(draw: &mut Draw<'_>) -> String {
    let names = ["i", "j", "t", "k", "s", "x", "odd name", "`odd name`", "`a^b`"];
    let mut out = draw.one(if draw.is_wild() { &names } else { &names[..6] }).to_owned();
    if draw.once_in(4) {
        out.push('^');
        out.push_str(if draw.is_wild() { column(draw) } else { draw.one(&names[..5]) });
    }
    out
}

fn filter(draw: &mut Draw<'_>) -> String {
    let comparison = |draw: &mut Draw<'_>| {
        let name = draw.one(if draw.is_wild() { &["x", "t", "`odd name`", "`a^b`"] } else { &["x", "t", "i", "y"] });
        match draw.below(4) {
            0 => format!("{name} in [1, 2, \"A\"]"),
            1 => format!("not {name} == {}", draw.number()),
            2 => format!("{name} == \"{}\"", draw.one(&["A", "NA", "01", ""])),
            _ => format!("{name} {} {}", draw.one(&["<=", "!=", ">", "=="]), draw.number()),
        }
    };
    let mut out = comparison(draw);
    if draw.once_in(3) {
        out = format!("{out} {} ({})", draw.one(&["and", "or"]), comparison(draw));
    }
    out
}
