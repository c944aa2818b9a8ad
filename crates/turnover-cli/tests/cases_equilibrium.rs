//! Questions about equilibria whose answers were wrong, each with its right value.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code")]

mod support;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::Room;

/// The path of an input, for a command line.
fn case(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/equilibrium").join(name);
    path.display().to_string()
}

fn json(words: &str) -> Value {
    serde_json::from_str(&Room::new().answer(&format!("{words} --json"))).unwrap()
}

/// The finding of an id.
fn finding<'a>(answer: &'a Value, id: &str) -> &'a Value {
    answer["findings"].as_array().unwrap().iter().find(|f| f["id"] == id).unwrap_or_else(|| panic!("no {id}: {answer}"))
}

fn value(answer: &Value, id: &str) -> f64 {
    finding(answer, id)["value"].as_f64().unwrap()
}

fn close(found: f64, right: f64, tolerance: f64) {
    assert!((found - right).abs() <= tolerance, "{found} for {right}");
}

/// Runs and expects a refusal with exit status 1; returns standard error.
fn refused(words: &str) -> String {
    let start = Instant::now();
    let out = Room::new().run(words);
    let text = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(1), "{words}: {text}");
    assert!(out.stdout.is_empty(), "{words}");
    assert!(start.elapsed() < Duration::from_secs(20), "{words}");
    assert!(!text.contains("NaN times") && !text.contains("panicked"), "{text}");
    text
}

/// No cell and no sentence of an answer is NaN or infinite.
fn finite(words: &str) -> String {
    let text = Room::new().answer(words);
    for word in ["NaN", "inf ", "inf\n", "-inf"] {
        assert!(!text.contains(word), "{words}: {text}");
    }
    text
}

#[test]
fn a_zero_stays_zero() {
    let miss = case("miss.csv");
    for words in [
        format!("simulate --data '{miss}' --change USA:RUS=-20%"),
        format!(
            "simulate --data '{}' --scenario '{}'",
            case("change_on_zero_flow.csv"),
            case("change_on_zero_flow.toml")
        ),
        format!("reach USA RUS --data '{miss}' --times 2 --only USA:RUS"),
    ] {
        let text = refused(&words);
        assert!(text.contains("there is no trade to change") && text.contains("a zero stays zero"), "{text}");
    }
    // Beside a change of trade that there is, the zero is a caveat.
    let answer = json(&format!("simulate --data '{miss}' --change USA:RUS=-20% --change USA:CHN=-20%"));
    let caveats = finding(&answer, "simulate.multiple")["caveats"].to_string();
    assert!(caveats.contains("USA:RUS=-20%: there is no trade to change; a zero stays zero."), "{caveats}");
    assert!(value(&answer, "simulate.multiple") > 1.0);
    // One direction alone can be multiplied.
    let answer = json(&format!("reach USA RUS --data '{miss}' --times 2"));
    assert!(finding(&answer, "reach.cost_cut")["caveats"].to_string().contains("There is no trade from USA to RUS"));
    close(answer["multiple"].as_f64().unwrap(), 2.0, 1e-10);
}

/// The same world asked in three ways: a rise is a negative cut in each.
#[test]
fn a_rise_has_one_sign() {
    let plain = json("reach USA RUS --times 0.5");
    let levers = json(&format!("reach USA RUS --times 0.5 --levers '{}'", case("lv2.toml")));
    close(value(&plain, "reach.cost_cut"), -0.190, 5e-4);
    close(value(&levers, "levers.rest"), value(&plain, "reach.cost_cut"), 1e-8);
    close(levers["cost_cut"].as_f64().unwrap(), value(&levers, "levers.rest"), 1e-12);
    let many = json(&format!(
        "reach AAA BBB --times 0.5 --model caliendo-parro --data '{}' --levers '{}'",
        case("cp_reach"),
        case("lv1.toml")
    ));
    close(value(&many, "levers.rest"), -0.310, 5e-4);
    assert!(finding(&many, "levers.rest")["statement"].as_str().unwrap().contains("rise by 31.0 %"));
    // A fall has the other one.
    let fall = json(&format!("reach USA RUS --times 2 --levers '{}'", case("lv2.toml")));
    close(value(&fall, "levers.rest"), value(&json("reach USA RUS --times 2"), "reach.cost_cut"), 1e-8);
    assert!(value(&fall, "levers.rest") > 0.0);
}

#[test]
fn ranges_are_in_order_on_both_sides_of_one() {
    for times in ["0.01", "0.5", "0.9", "1.1", "3", "100"] {
        for theta in ["0.5", "4", "50"] {
            let answer = json(&format!("reach USA RUS --times {times} --theta {theta}"));
            let cut = finding(&answer, "reach.cost_cut");
            let (low, high) = (cut["interval"]["low"].as_f64().unwrap(), cut["interval"]["high"].as_f64().unwrap());
            let value = cut["value"].as_f64().unwrap();
            assert!(low <= value && value <= high, "{times} {theta}: {low} {value} {high}");
        }
    }
    let half = json("reach USA RUS --times 0.5");
    let text = finding(&half, "reach.cost_cut")["statement"].as_str().unwrap();
    assert!(
        text.contains("rise by about a fifth") && text.contains("19.0 %, and 9.1 % to 41.6 % over theta from 2 to 8"),
        "{text}"
    );
    close(value(&half, "reach.tariff_equivalent"), 0.190, 5e-4);
    let chart = half["charts"].to_string();
    assert!(!chart.contains("-19.0 % lower"), "{chart}");
    let steep = json("reach USA RUS --times 3 --theta 50");
    let text = finding(&steep, "reach.cost_cut")["statement"].as_str().unwrap();
    assert!(text.contains("over theta from 2 to 50"), "{text}");
}

/// A ban on one sector: its flow goes to zero, the pair's total is another figure.
#[test]
fn flows_of_a_sector_are_named_as_such() {
    let answer =
        json(&format!("simulate --model caliendo-parro --data '{0}' --scenario '{0}/s.toml'", case("cp_ban_sector")));
    close(value(&answer, "simulate.multiple"), 0.0, 1e-12);
    close(value(&answer, "simulate.all_sectors"), 0.589, 5e-4);
    assert!(finding(&answer, "simulate.multiple")["statement"].as_str().unwrap().contains("(of S1)"));
    let tables = answer["tables"].as_array().unwrap();
    let table = tables.iter().find(|t| t["id"] == "simulate.sector_flows").unwrap();
    assert_eq!(table["rows"].as_array().unwrap().len(), 1);
    assert_eq!(table["rows"][0][2], "S1");
}

#[test]
fn data_that_had_to_be_mended_are_solved_and_say_so() {
    let dead = finite(&format!(
        "simulate --model caliendo-parro --data '{0}' --scenario '{0}/s.toml'",
        case("cp_dead_sector")
    ));
    assert!(dead.contains("are sold by nobody and supply themselves"), "{dead}");
    let raised = finite(&format!(
        "simulate --model caliendo-parro --data '{0}' --scenario '{0}/s.toml'",
        case("cp_exports_above_output")
    ));
    assert!(raised.contains("output was raised to exports"), "{raised}");
}

/// Tariffs on own sales change nothing, and the answer says that they are not applied.
#[test]
fn a_tariff_on_own_sales_is_not_applied() {
    let room = Room::new();
    let folder = case("cp_ban_sector");
    for file in std::fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        room.file(path.file_name().unwrap().to_str().unwrap(), std::fs::read(&path).unwrap());
    }
    let ask = "simulate --model caliendo-parro --data . --scenario s.toml --json";
    let before: Value = serde_json::from_str(&room.answer(ask)).unwrap();
    let tariffs = std::fs::read_to_string(room.path().join("tariffs.txt")).unwrap();
    room.file("tariffs.txt", tariffs.replacen("0 ", "25 ", 1));
    let after: Value = serde_json::from_str(&room.answer(ask)).unwrap();
    for id in ["simulate.multiple", "simulate.welfare.R0", "simulate.welfare.R1"] {
        close(value(&after, id), value(&before, id), 1e-12);
    }
    let caveats = finding(&after, "simulate.multiple")["caveats"].to_string();
    assert!(caveats.contains("Tariffs on what a region sells to itself are not applied"), "{caveats}");
    assert!(!finding(&before, "simulate.multiple")["caveats"].to_string().contains("sells to itself"));
}

/// All of Russia's trade barred. With its surplus kept there is nothing left to spend; balanced trade
/// has the closed form of Arkolakis and others (2012): -3.27 %.
#[test]
fn autarky_is_refused_or_answered_by_the_rule_for_imbalances() {
    for file in ["aut_20.toml", "aut_60.toml"] {
        let text = refused(&format!("simulate --scenario '{}'", case(file)));
        assert!(text.contains("with imbalances kept as they are, Russia would have nothing left to spend"), "{text}");
        assert!(text.contains("--imbalance balanced"), "{text}");
        let answer = json(&format!("simulate --scenario '{}' --imbalance balanced", case(file)));
        close(value(&answer, "simulate.welfare.RUS"), -0.0327, 5e-5);
    }
    let all = "simulate --change '*:RUS=-60lp' --change 'RUS:*=-60lp'";
    assert!(refused(all).contains("nothing left to spend"));
    close(value(&json(&format!("{all} --imbalance balanced")), "simulate.welfare.RUS"), -0.0327, 5e-5);
    // Short of autarky the kept surplus drives the answer, and the answer says so.
    let answer = json("simulate --change '*:RUS=-5lp' --change 'RUS:*=-5lp'");
    let text = finding(&answer, "simulate.imbalances")["statement"].as_str().unwrap();
    assert!(text.contains("The rule for trade imbalances drives the answer"), "{text}");
    // A small change is not driven by it.
    let small = json("simulate --change USA:RUS=-5%");
    assert!(small["findings"].as_array().unwrap().iter().all(|f| f["id"] != "simulate.imbalances"));
}

/// The same limits at every way in, and none of them slow.
#[test]
fn sizes_beyond_the_limits_are_refused_alike() {
    let room = Room::new();
    let with =
        |model: &str, lever: &str| format!("{model}\n[[lever]]\nexporter = \"USA\"\nimporter = \"RUS\"\n{lever}\n");
    for theta in ["1e-9", "0", "-4", "101"] {
        room.file(
            "theta.toml",
            with(&format!("[model]\ntheta = {theta}.0").replace("1e-9.0", "1e-9"), "log_points = 0.1"),
        );
        for words in [
            format!("reach USA RUS --times 2 --theta {theta}"),
            format!("simulate --change USA:RUS=-5% --theta {theta}"),
            "reach USA RUS --times 2 --levers theta.toml".to_owned(),
            "simulate --scenario theta.toml".to_owned(),
        ] {
            let out = room.run(&words);
            let text = String::from_utf8(out.stderr).unwrap();
            assert!(!out.status.success() && text.contains("expected a number from 0.1 to 100"), "{words}: {text}");
        }
    }
    room.file("one.toml", with("", "log_points = 0.1"));
    for times in ["1e300", "0", "-2", "NaN", "inf", "1e-5"] {
        for extra in ["", " --levers one.toml"] {
            let start = Instant::now();
            let out = room.run(&format!("reach USA RUS --times {times}{extra}"));
            let text = String::from_utf8(out.stderr).unwrap();
            assert!(
                !out.status.success() && text.contains("expected a number from 0.0001 to 1000000"),
                "{times}{extra}: {text}"
            );
            assert!(text.len() < 300 && start.elapsed() < Duration::from_secs(5));
        }
    }
    for (size, lever) in
        [("+1e300%", "cost_percent = 1e300"), ("-100%", "cost_percent = -100"), ("-101lp", "log_points = -101")]
    {
        room.file("size.toml", with("", lever));
        for words in [format!("simulate --change USA:RUS={size}"), "simulate --scenario size.toml".to_owned()] {
            let out = room.run(&words);
            assert!(!out.status.success(), "{words}");
            assert!(out.stdout.is_empty(), "{words}");
        }
    }
    // Changes of one flow add up.
    let many = " --change USA:RUS=-100lp".repeat(8);
    assert!(refused(&format!("simulate{many}")).contains("add up to a partial effect of -800 log points"));
    room.file("eight.toml", (0..8).map(|_| with("", "log_points = -100")).collect::<String>());
    let text = String::from_utf8(room.run("simulate --scenario eight.toml").stderr).unwrap();
    assert!(text.contains("add up to a partial effect of -800 log points"), "{text}");
    room.file("many.toml", (0..101).map(|_| with("", "log_points = 0.1")).collect::<String>());
    let text = String::from_utf8(room.run("simulate --scenario many.toml").stderr).unwrap();
    assert!(text.contains("expected 1 to 100"), "{text}");
}

/// Small worlds at the edges of what a world is.
#[test]
fn odd_worlds_are_refused_or_answered_without_nonsense() {
    let world = |rows: &str| format!("exporter,importer,year,value\n{rows}");
    let ask = |rows: &str, words: &str| {
        let room = Room::new();
        room.file("w.csv", world(rows));
        let out = room.run(&format!("{words} --data w.csv"));
        let text = String::from_utf8(out.stdout).unwrap();
        let errors = String::from_utf8(out.stderr).unwrap();
        assert!(!errors.contains("panicked") && !text.contains("NaN"), "{words}: {text}{errors}");
        (out.status.code(), text, errors)
    };
    let two = "USA,USA,2000,90\nUSA,RUS,2000,10\nRUS,USA,2000,8\nRUS,RUS,2000,70\n";
    assert_eq!(ask(two, "reach USA RUS --times 1.2").0, Some(0));
    // The third country only buys.
    let buyer = format!("{two}USA,CHN,2000,5\nCHN,CHN,2000,50\n");
    for words in ["reach USA RUS --times 1.2", "simulate --change USA:CHN=-10% --imbalance multiplicative"] {
        assert_eq!(ask(&buyer, words).0, Some(0), "{words}");
    }
    let apart = format!("{two}CHN,CHN,2000,50\n");
    let (code, _, errors) = ask(&apart, "reach USA RUS --times 1.2");
    assert!(code == Some(1) && errors.contains("CHN trades with none of the others"), "{errors}");
    // A buyer that sells nothing has no income under balanced trade to buy with.
    let (code, text, errors) = ask(&buyer, "simulate --change USA:CHN=-10% --imbalance balanced");
    assert!(code == Some(1) && text.is_empty(), "{text}{errors}");
}
