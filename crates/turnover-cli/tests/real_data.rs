//! The same questions on the sources' own files, in a folder `shared/data` beside the project's: run with
//! `-- --ignored`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "test code")]
#![allow(dead_code, reason = "not every test file uses all of the support")]

mod support;

use std::path::PathBuf;

use serde_json::Value;
use support::Room;

fn data(file: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(file);
    path.display().to_string()
}

fn value(answer: &str, id: &str) -> f64 {
    let answer: Value = serde_json::from_str(answer).unwrap();
    answer["findings"].as_array().unwrap().iter().find(|f| f["id"] == id).unwrap()["value"].as_f64().unwrap()
}

#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn russias_file_has_the_totals_of_its_own_summary() {
    let file = data("russia-hs2/russia_trade_by_hs2.csv");
    let out = Room::new().answer(&format!("turnover USA RUS --data {file} --reporter RUS --year 2019 --json"));
    // russia_totals_by_partner.csv says 26618248128 for USA 2019, 84 dollars more than its chapters.
    let level = value(&out, "turnover.level");
    assert!((level - 26_618_248_128.0).abs() < 100.0, "{level}");
}

#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn the_built_in_figures_are_the_files_figures_rounded() {
    let file = data("russia-hs2/russia_trade_by_hs2.csv");
    let room = Room::new();
    for year in 2010..=2020 {
        let own = format!("turnover USA RUS --data {file} --reporter RUS --year {year} --json");
        let own = room.answer(&own);
        let quoted: Value =
            serde_json::from_str(&room.answer(&format!("turnover USA RUS --year {year} --json"))).unwrap();
        let tables = quoted["tables"].as_array().unwrap();
        let reports = tables.iter().find(|t| t["id"] == "turnover.reports").unwrap();
        let at = |name: &str| reports["columns"].as_array().unwrap().iter().position(|c| c["name"] == name).unwrap();
        let rows = reports["rows"].as_array().unwrap();
        let comtrade = rows.iter().find(|r| r[0].as_str().unwrap().starts_with("UN Comtrade")).unwrap();
        for id in ["forward", "backward"] {
            let exact = value(&own, &format!("turnover.{id}"));
            let quoted = comtrade[at(&format!("{id}_usd"))].as_f64().unwrap();
            // Chapters are quoted to four digits each.
            assert!((quoted / exact - 1.0).abs() <= 5e-4, "{year} {id}: {exact} {quoted}");
        }
    }
}

#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn the_world_file_gives_the_embedded_worlds_answer() {
    let file = data("wiod-44/trade_2000_2014.csv");
    let room = Room::new();
    let own = value(
        &room.answer(&format!("reach USA RUS --times 3 --data {file} --unit million-usd --json")),
        "reach.cost_cut",
    );
    let embedded = value(&room.answer("reach USA RUS --times 3 --json"), "reach.cost_cut");
    assert!((own - embedded).abs() < 1e-6, "{own} {embedded}");
}

/// fixest: RTA 0.55718533559, clustered by pair 0.103752738726 and without factors 0.102214082738;
/// ppmlhdfe's example 0.192445493472 (0.0432402292715).
#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn estimates_are_the_published_ones() {
    let room = Room::new();
    let first = |words: &str| -> (f64, f64, u64) {
        let answer: Value = serde_json::from_str(&room.answer(&format!("{words} --json"))).unwrap();
        let c = &answer["coefficients"][0];
        let number = |name: &str| c[name].as_f64().unwrap();
        (number("estimate"), number("std_error"), answer["nobs"].as_u64().unwrap())
    };
    let close = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-8, "{a} {b}");
    {
        let file = data("agtpa/agtpa_applications.parquet");
        let words = format!(
            "estimate {file} 'trade ~ rta | exporter^year + importer^year + pair_id' --vcov cluster:pair_id \
             --filter 'year in [1986, 1990, 1994, 1998, 2002, 2006]'"
        );
        let (b, se, n) = first(&words);
        close(b, 0.55718533559);
        close(se, 0.103752738726);
        assert_eq!(n, 28_482);
        close(first(&format!("{words} --ssc none")).1, 0.102214082738);
        // The same bytes whatever the number of threads.
        let bytes = |threads: u32| room.answer(&format!("{words} --threads {threads} --json"));
        assert_eq!(bytes(1), bytes(2));
        assert_eq!(bytes(1), bytes(4));
    }
    {
        let file = data("ppmlhdfe/EXAMPLE_TRADE_FTA_DATA.dta");
        let (b, se, n) = first(&format!(
            "estimate {file} 'trade ~ fta | isoimp^year + isoexp^year + isoexp^isoimp' --vcov cluster:isoexp^isoimp \
             --filter 'category == \"TOTAL\"'"
        ));
        close(b, 0.192445493472);
        close(se, 0.0432402292715);
        assert_eq!(n, 5_950);
        // turnover-gravity's tests/golden_bias.py.
        let words = format!(
            "estimate {file} 'trade ~ fta | isoimp^year + isoexp^year + isoexp^isoimp' --bias-correction \
             --filter 'category == \"TOTAL\"'"
        );
        let (b, se, _) = first(&words);
        close(b, 0.192445493472 - 0.006061954691);
        close(se, 0.052790409269);
        let bytes = |threads: u32| room.answer(&format!("{words} --threads {threads} --json"));
        assert_eq!(bytes(1), bytes(2));
    }
}

#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn stata_and_parquet_files_are_read() {
    let room = Room::new();
    {
        let file = data("wiod-44/GE_gravity_example_data.dta");
        let stata = value(
            &room.answer(&format!("reach USA RUS --times 3 --data {file} --unit million-usd --json")),
            "reach.cost_cut",
        );
        let embedded = value(&room.answer("reach USA RUS --times 3 --json"), "reach.cost_cut");
        assert!((stata - embedded).abs() < 1e-6, "{stata} {embedded}");
    }
    {
        let file = data("agtpa/agtpa_applications.parquet");
        let out = room.answer(&format!("data describe {file} --json"));
        let answer: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(answer["description"]["rows"], 99_981);
        assert_eq!(answer["description"]["exporters"].as_array().unwrap().len(), 69);
    }
    {
        let file = data("ppmlhdfe/EXAMPLE_TRADE_FTA_DATA.dta");
        let out = room.answer(&format!("data describe {file} --filter 'category == \"TOTAL\"' --json"));
        let answer: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(answer["description"]["rows"], 5_950);
    }
}

/// Caliendo and Parro (2015), Table 2, from their files by the scenario of docs/scenarios.md.
#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn nafta_is_the_published_one() {
    let folder = data("caliendo-parro-2015");
    let docs = include_str!("../../../docs/scenarios.md");
    let scenario = docs.rsplit("```toml").next().unwrap().split("```").next().unwrap();
    let room = Room::new();
    room.file("nafta.toml", scenario);
    let words = format!("simulate --scenario nafta.toml --model caliendo-parro --data {folder} --json");
    let answer: Value = serde_json::from_str(&room.answer(&words)).unwrap();
    let tables = answer["tables"].as_array().unwrap();
    let table = tables.iter().find(|t| t["id"] == "simulate.decomposition").unwrap();
    for (country, printed) in [
        ("MEX", ["1.31", "-0.41", "1.72", "1.72"]),
        ("CAN", ["-0.06", "-0.11", "0.04", "0.32"]),
        ("USA", ["0.08", "0.04", "0.04", "0.11"]),
    ] {
        let row = table["rows"].as_array().unwrap().iter().find(|r| r[0] == country).unwrap();
        let found: Vec<String> = (1..5).map(|k| format!("{:.2}", 100.0 * row[k].as_f64().unwrap())).collect();
        assert_eq!(found, printed, "{country}");
    }
}

/// The food embargo on Russia's whole import panel without the partner-years hidden in chapter 99:
/// pyfixest's -3.129601350979 (0.324078213939) over 107,350 observations, from the same file. With them the
/// engine's is fixest's, in turnover-gravity's golden tests.
#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn the_embargos_effect_is_pyfixests() {
    let file = data("russia-hs2/russia_trade_by_hs2.csv");
    let room = Room::new();
    let words = format!("effect rus-2014-food --later control --data {file} --reporter RUS --json");
    let answer: Value = serde_json::from_str(&room.answer(&words)).unwrap();
    let c = &answer["coefficients"][0];
    let close = |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 1e-7, "{found} {expected}");
    close(c["estimate"].as_f64().unwrap(), -3.129601350979);
    close(c["std_error"].as_f64().unwrap(), 0.324078213939);
    assert_eq!(answer["nobs"], 107_350);
}

/// Belarus and Serbia delivered more food after August 2014; Norway's fish and Poland's fruit are
/// among what was lost.
#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn food_went_through_belarus_and_serbia() {
    let file = data("russia-hs2/russia_trade_by_hs2.csv");
    let room = Room::new();
    let words = format!("diversion rus-2014-food --data {file} --reporter RUS --json");
    let answer: Value = serde_json::from_str(&room.answer(&words)).unwrap();
    let found: Vec<&str> = answer["third_countries"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(found[0], "BLR");
    assert!(found.contains(&"SRB"), "{found:?}");
    let tables = answer["tables"].as_array().unwrap();
    let lost = tables.iter().find(|t| t["id"] == "diversion.lost").unwrap()["rows"].as_array().unwrap();
    let place = |country: &str, product: &str| lost.iter().position(|r| r[0] == country && r[1] == product).unwrap();
    assert_eq!(place("Norway", "03"), 0);
    assert!(place("Poland", "08") < 10);
    assert!(answer["false_positive_rate"].as_f64().unwrap() < 0.35);
}
