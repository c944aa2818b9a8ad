//! What is read of a file and of a formula, by the built command. The values were worked out with numpy and
//! statsmodels.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code")]

mod support;

use support::Room;

/// Copies an input of `cases/estimate` into a folder of its own.
fn room(file: &str) -> Room {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/estimate").join(file);
    let room = Room::new();
    std::fs::copy(source, room.path().join(file)).unwrap();
    room
}

/// Checks that words which end an estimate's command give these coefficients.
fn check(file: &str, words: &str, expected: &[(&str, f64)]) {
    let room = room(file);
    let text = room.answer(&format!("estimate {file} {words} --json"));
    for (name, value) in expected {
        let found = estimate(&text, name).unwrap_or_else(|| panic!("{words}: no {name} in {text}"));
        let unit = if value.abs() < 0.1 { 5e-5 } else { 5e-6 };
        assert!((found - value).abs() <= unit * value.abs().max(0.1), "{file} {words}: {name} is {found}, not {value}");
    }
}

fn estimate(json: &str, name: &str) -> Option<f64> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    named(&value, name)
}

/// The estimate of the coefficient of a name, wherever it is in the document.
fn named(value: &serde_json::Value, name: &str) -> Option<f64> {
    match value {
        serde_json::Value::Object(map) => match (map.get("name"), map.get("estimate")) {
            (Some(n), Some(e)) if n == name => e.as_f64(),
            _ => map.values().find_map(|v| named(v, name)),
        },
        serde_json::Value::Array(items) => items.iter().find_map(|v| named(v, name)),
        _ => None,
    }
}

/// The error of an estimate that is refused.
fn refusal(file: &str, words: &str) -> String {
    let out = room(file).run(&format!("estimate {file} {words}"));
    assert!(!out.status.success(), "{words}");
    String::from_utf8(out.stderr).unwrap()
}

#[test]
fn levels_are_kept_as_written() {
    for file in ["codes.csv", "codes.parquet"] {
        check(file, "'y ~ x | code'", &[("x", 0.304055)]);
        check(file, "'y ~ x + i(code)'", &[("x", 0.304055)]);
    }
    check("big.csv", "'y ~ x | firm + t'", &[("x", 0.384475)]);
    let json = room("codes.csv").answer("estimate codes.csv 'y ~ x + i(code, ref = 01)' --json");
    assert!(estimate(&json, "code::1").is_some() && estimate(&json, "code::001").is_some());
    assert!(estimate(&json, "code::01").is_none());
}

#[test]
fn na_among_text_is_text() {
    check("nam.csv", "'y ~ x | c'", &[("x", 0.291836)]);
    check("namq.csv", "'y ~ x | c'", &[("x", 0.291836)]);
    for (file, column) in [("words.csv", "k"), ("nan.csv", "lv")] {
        let json = room(file).answer(&format!("estimate {file} 'y ~ x | {column}' --json"));
        assert!(json.contains("\"missing\": 0"), "{file}");
    }
}

#[test]
fn parentheses_group_terms() {
    check("tr.csv", "'y ~ (x + t) | ex'", &[("x", 0.209133), ("t", 0.043361)]);
    check("tr.csv", "'y ~ (x + t):im | ex'", &[("x:im", 0.062446), ("t:im", 0.012481)]);
}

#[test]
fn a_reference_that_does_not_occur_is_refused() {
    let error = refusal("ev.csv", "'y ~ i(yr, tr, ref = 2099) | g + yr'");
    assert!(error.contains("2099") && error.contains("2010, 2011"), "{error}");
}

#[test]
fn a_missing_cell_leaves_a_comparison_open() {
    for filter in ["k != 3", "not k == 3", "k not in [3]"] {
        let json = room("fl.csv").answer(&format!("estimate fl.csv 'y ~ x' --filter '{filter}' --json"));
        assert!(json.contains("\"nobs\": 25"), "{filter}");
    }
}

#[test]
fn the_first_cell_that_is_not_a_number_is_named() {
    for (file, cell, line) in
        [("na.csv", "n/a", 9), ("na2.csv", "1,234.5", 9), ("na3.csv", "..", 5), ("semi.csv", "0,5", 2)]
    {
        let error = refusal(file, "'y ~ x'");
        assert!(error.contains(&format!("`{cell}` on line {line}")), "{error}");
    }
}

#[test]
fn days_of_parquet_are_levels() {
    room("types.parquet").answer("estimate types.parquet 'y ~ x | date32'");
}

#[test]
fn an_offset_in_levels_is_asked_back() {
    let error = refusal("off.csv", "'y ~ x' --offset pop");
    assert!(error.contains("is the offset in logs?"), "{error}");
}

#[test]
fn odd_names_stand_in_backticks() {
    let room = Room::new();
    room.file("t.csv", "y,x,a b,h^s\n1,0,u,1\n2,1,u,2\n4,2,v,1\n3,1,v,2\n6,4,w,1\n5,3,w,2\n");
    room.answer("estimate t.csv 'y ~ x | `a b`' --vcov 'cluster:`h^s`' --filter '`a b` != \"z\"' --weights `y`");
}
