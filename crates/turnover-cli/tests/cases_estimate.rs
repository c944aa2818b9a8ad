//! Estimates that once came out wrong here or elsewhere, each with its right value.
//!
//! The files under `cases/estimate` were made for these tests after public reports of the same cause,
//! which are named. The right values were worked out independently, by dense calculations with the
//! effects as dummies.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::missing_panics_doc, reason = "test code")]

mod support;

use serde_json::Value;
use support::Room;

fn room() -> Room {
    let room = Room::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/estimate");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        room.file(&name, std::fs::read(&path).unwrap());
    }
    room
}

fn estimate(room: &Room, words: &str) -> Value {
    serde_json::from_str(&room.answer(&format!("estimate {words} --json"))).unwrap()
}

fn refusal(room: &Room, words: &str) -> String {
    let out = room.run(&format!("estimate {words}"));
    assert_eq!(out.status.code(), Some(1), "{words}: {out:?}");
    String::from_utf8(out.stderr).unwrap()
}

/// The estimate and error of a coefficient by name.
fn coefficient(answer: &Value, name: &str) -> (f64, Option<f64>) {
    let line = answer["coefficients"].as_array().unwrap().iter().find(|c| c["name"] == name);
    let line = line.unwrap_or_else(|| panic!("no {name} in {answer}"));
    (line["estimate"].as_f64().unwrap(), line["std_error"].as_f64())
}

#[track_caller]
fn close(found: f64, right: f64, digits: f64) {
    assert!((found - right).abs() <= digits * right.abs(), "{found} is not {right}");
}

#[test]
fn effects_that_lie_within_another_family_change_nothing() {
    let room = room();
    for effects in ["i^t + i + t", "t + i + i^t", "i^t", "i + i^t + i^t"] {
        let answer = estimate(&room, &format!("nested.csv 'y ~ x | {effects}'"));
        let (b, error) = coefficient(&answer, "x");
        close(b, 0.289504, 2e-6);
        close(error.unwrap(), 0.0140, 3e-3);
    }
    // A family one-to-one with another.
    close(coefficient(&estimate(&room, "nested10.csv 'y ~ x | a + b + c'"), "x").0, 0.116450, 5e-6);
}

#[test]
fn a_repeated_family_counts_once() {
    let room = room();
    for (twice, once) in [("g + g", "g"), ("g + g + g", "g")] {
        for vcov in ["iid", "hetero", "cluster:g"] {
            let of = |effects| estimate(&room, &format!("r2.csv 'y ~ x | {effects}' --method ols --vcov {vcov}"));
            let (a, b) = (coefficient(&of(twice), "x"), coefficient(&of(once), "x"));
            assert_eq!(a, b, "{vcov}");
        }
    }
}

/// A variance of many-way clustering may come out negative (fixest#118).
#[test]
fn an_undefined_error_leaves_the_rest() {
    let room = room();
    let words = "twoway_panic.csv 'y ~ rta + x' --method ols --vcov cluster:e+m";
    let answer = estimate(&room, words);
    close(coefficient(&answer, "rta").0, 0.0961, 1e-3);
    assert!(coefficient(&answer, "rta").1.is_some());
    let (x, error) = coefficient(&answer, "x");
    close(x, -0.1222, 1e-3);
    assert_eq!(error, None);
    let text = room.answer(&format!("estimate {words}"));
    assert!(text.contains("undefined") && !text.contains("NaN"), "{text}");
}

#[test]
fn an_outcome_that_does_not_vary_has_no_effects() {
    let room = room();
    for words in ["const.csv 'y ~ x | ex'", "const.csv 'y ~ x | ex' --method ols", "const.csv 'y ~ x' --method ols"] {
        let answer = estimate(&room, words);
        assert_eq!(coefficient(&answer, "x"), (0.0, None), "{words}");
    }
    room.file("zero.csv", "y,x\n0,1\n0,2\n0,4\n0,5\n");
    assert_eq!(coefficient(&estimate(&room, "zero.csv 'y ~ x' --method ols"), "x"), (0.0, None));
    // Perfect, but not flat: the coefficient stands, its error does not.
    room.file("line.csv", "y,x\n2.5,1\n4.5,2\n8.5,4\n10.5,5\n");
    let (b, error) = coefficient(&estimate(&room, "line.csv 'y ~ x' --method ols"), "x");
    close(b, 2.0, 1e-12);
    assert_eq!(error, None);
}

/// Models of effects alone (pyfixest#655, fixest#27).
#[test]
fn models_without_regressors_are_estimated() {
    let room = room();
    close(estimate(&room, "tr.csv 'y ~ 1 | ex'")["deviance"].as_f64().unwrap(), 368.7317, 1e-6);
    for words in ["tr.csv 'y ~ 0 | ex + t'", "tr.csv 'y ~ 0'", "tr.csv 'y ~ 1'", "tr.csv 'y ~ 1 | ex' --method ols"] {
        let answer = estimate(&room, words);
        assert!(answer["deviance"].as_f64().unwrap() > 0.0, "{words}");
        room.answer(&format!("estimate {words}"));
    }
    for steps in ["sw0(x)", "csw0(x, t)"] {
        room.answer(&format!("estimate tr.csv 'y ~ {steps} | ex'"));
    }
}

/// What is far from 0 and varies little is no constant (FixedEffectModels#240).
#[test]
fn collinearity_is_judged_about_the_mean() {
    let room = room();
    let answer = estimate(&room, "ym.csv 'y ~ ym + x | g'");
    close(coefficient(&answer, "ym").0, 0.043090, 2e-5);
    close(coefficient(&answer, "x").0, 0.169393, 5e-6);
    close(coefficient(&estimate(&room, "lat.csv 'y ~ lat' --method ols"), "lat").0, 613.59, 1e-5);
    // Seconds since 1970 within an hour; what is right is the slope of the same line in minutes.
    let mut rows = String::from("y,s,m\n");
    for r in 0..40 {
        let noise = f64::from((r * 37) % 11) / 11.0;
        rows += &format!("{},{},{}\n", (0.02 * f64::from(r) + noise).exp(), 1_600_000_000 + 60 * r, r);
    }
    room.file("seconds.csv", rows);
    let seconds = coefficient(&estimate(&room, "seconds.csv 'y ~ s'"), "s");
    let minutes = coefficient(&estimate(&room, "seconds.csv 'y ~ m'"), "m");
    close(seconds.0 * 60.0, minutes.0, 1e-9);
    close(seconds.1.unwrap() * 60.0, minutes.1.unwrap(), 1e-9);
}

#[test]
fn weights_may_differ_by_many_orders_of_magnitude() {
    let room = room();
    close(coefficient(&estimate(&room, "w2.csv 'y ~ x | g' --weights w"), "x").0, 0.477, 1e-3);
    close(coefficient(&estimate(&room, "w2.csv 'y ~ x | g' --weights w --method ols"), "x").0, 0.791, 1e-3);
}

/// fixest#48.
#[test]
fn a_cubic_in_years_is_estimated() {
    let answer = estimate(&room(), "yr.csv 'y ~ yr + I(yr^2) + I(yr^3) | g'");
    close(coefficient(&answer, "I(yr^3)").0, 0.00023776, 1e-5);
    close(answer["deviance"].as_f64().unwrap(), 295.48, 2e-5);
    assert_eq!(answer["dropped"].as_array().unwrap().len(), 0);
}

/// Levels that differ by e^25 and e^18 (fixest#92).
#[test]
fn errors_survive_levels_far_apart() {
    let room = room();
    for (file, last, right) in [("sp_9_25.csv", 29, 0.3113), ("sp_8_18.csv", 29, 0.4021)] {
        let answer = estimate(&room, &format!("{file} 'y ~ x + i(g, ref = {last})' --ssc none"));
        close(coefficient(&answer, "(Intercept)").1.unwrap(), right, 3e-4);
        if file == "sp_9_25.csv" {
            close(coefficient(&answer, "g::0").1.unwrap(), 0.4321, 3e-4);
        }
        assert!(answer["coefficients"].as_array().unwrap().iter().all(|c| c["std_error"].as_f64().unwrap() < 1.0));
    }
}

/// The unit of an outcome is no matter (FixedEffectModels#78).
#[test]
fn least_squares_has_r2_in_any_unit() {
    let room = room();
    let mut scaled = String::from("y,x,g\n");
    let file = String::from_utf8(std::fs::read(room.path().join("r2.csv")).unwrap()).unwrap();
    for line in file.lines().skip(1) {
        let (y, rest) = line.split_once(',').unwrap();
        scaled += &format!("{},{rest}\n", y.parse::<f64>().unwrap() * 1e-6);
    }
    room.file("millions.csv", scaled);
    for file in ["r2.csv", "millions.csv"] {
        let answer = estimate(&room, &format!("{file} 'y ~ x | g' --method ols"));
        close(answer["r2"].as_f64().unwrap(), 0.3332, 2e-4);
        close(answer["within_r2"].as_f64().unwrap(), 0.1251, 5e-4);
        assert_eq!(answer.get("pseudo_r2"), None);
    }
}

#[test]
fn units_of_1e200_are_as_good_as_any() {
    let room = room();
    let file = String::from_utf8(std::fs::read(room.path().join("tr.csv")).unwrap()).unwrap();
    let right = coefficient(&estimate(&room, "tr.csv 'y ~ x | ex'"), "x");
    for (y_unit, x_unit) in [(1e200, 1.0), (1e-200, 1.0), (1.0, 1e160), (1.0, 1e-160), (1e200, 1e-160)] {
        let mut scaled = String::from("y,x,ex\n");
        for line in file.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let number = |at: usize| cells[at].parse::<f64>().unwrap();
            scaled += &format!("{:e},{:e},{}\n", number(0) * y_unit, number(1) * x_unit, cells[2]);
        }
        room.file("scaled.csv", scaled);
        // A slope of 1e360 is beyond the range of numbers.
        let methods = if y_unit / x_unit > 1e300 { &["ppml"][..] } else { &["ppml", "ols"] };
        for method in methods {
            let answer = estimate(&room, &format!("scaled.csv 'y ~ x | ex' --method {method}"));
            let (b, error) = coefficient(&answer, "x");
            if *method == "ppml" {
                close(b * x_unit, right.0, 1e-9);
                close(error.unwrap() * x_unit, right.1.unwrap(), 1e-8);
            } else {
                assert!(b.is_finite() && error.unwrap() > 0.0);
            }
            assert_eq!(answer["converged"], true);
        }
    }
}

/// Two effects linked in a line (reghdfe#206).
#[test]
fn chains_of_effects_converge() {
    let room = room();
    assert!(coefficient(&estimate(&room, "chain300.csv 'y ~ x | a + b'"), "x").1.is_some());
    // The longer chain is made here; within and without the largest family first, both ways agree.
    let mut rows = String::from("y,x,a,b\n");
    let mut state = 88_172_645_463_325_252_u64;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    for k in 0..2_000 {
        for b in [k, k + 1] {
            let x = draw() - 0.5;
            rows += &format!("{},{x},{k},{b}\n", (0.4 * x + draw() + f64::from(k % 7) * 0.2).exp());
        }
        let x = draw() - 0.5;
        rows += &format!("{},{x},{k},{k}\n", (0.4 * x + draw() + f64::from(k % 7) * 0.2).exp());
    }
    room.file("chain2000.csv", rows);
    let a = coefficient(&estimate(&room, "chain2000.csv 'y ~ x | a + b'"), "x");
    let b = coefficient(&estimate(&room, "chain2000.csv 'y ~ x | b + a'"), "x");
    close(a.0, b.0, 1e-8);
    close(a.1.unwrap(), b.1.unwrap(), 1e-8);
    assert!((a.0 - 0.4).abs() < 4.0 * a.1.unwrap(), "{a:?}");
}

#[test]
fn what_cannot_be_estimated_is_refused_with_its_reason() {
    let room = room();
    let text = refusal(&room, "uniq.csv 'y ~ x | fe'");
    assert!(text.contains("each level of `fe` has one row"), "{text}");
    let text = refusal(&room, "off.csv 'y ~ x' --offset pop");
    assert!(text.contains("is the offset in logs?"), "{text}");
    assert!(coefficient(&estimate(&room, "off.csv 'y ~ x' --offset lp"), "x").1.is_some());
}
