//! Every command that an answer names gives the answer again, whatever the options it was asked with.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code")]
#![allow(dead_code, reason = "not every test file uses all of the support")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use support::Room;
use turnover_query::{Command, shell};

/// Flows by partner and product around a measure of 2014, under column names of their own.
fn flows() -> String {
    let mut out = "year,origin,dest,hs,thousand\n".to_owned();
    for year in 2009..=2019 {
        for (p, partner) in ["USA", "NOR", "BLR", "BRA", "CHN", "CHL", "TUR"].iter().enumerate() {
            for (c, chapter) in ["02", "03", "04", "27", "30", "72", "84", "87"].iter().enumerate() {
                let banned = year > 2014 && p < 2 && c < 3;
                let value = 1000.0 * (1.0 + p as f64 + 2.0 * c as f64 + 0.1 * f64::from(year - 2009));
                let noise = 1.0 + 0.07 * (((year as usize * 7 + p * 11 + c * 13) % 17) as f64 - 8.0) / 8.0;
                let value = if banned { value * 0.05 * noise } else { value * noise };
                out += &format!("{year},{partner},RUS,{chapter},{value}\n");
                if *partner == "USA" {
                    out += &format!("{year},RUS,USA,{chapter},{}\n", value * 0.5 + 3.0);
                }
            }
        }
    }
    out
}

/// A world of four countries with domestic sales.
fn world() -> String {
    let countries = ["USA", "RUS", "CHN", "BLR"];
    let mut out = "year,exporter,importer,value_usd\n".to_owned();
    for year in [2013, 2014] {
        for (i, from) in countries.iter().enumerate() {
            for (j, to) in countries.iter().enumerate() {
                let value = if i == j { 9000 + 1000 * i } else { 100 + 17 * i + 29 * j + (year - 2013) * 10 };
                out += &format!("{year},{from},{to},{value}e6\n");
            }
        }
    }
    out
}

const CATALOGUE: &str = r#"
schema = 1

[[measure]]
id = "own-ban"
title = "Own ban"
sender = "RUS"
direction = "import"
instrument = "ban"
edition = "HS2012"
legal = "An order of 2014"
targets = [{ party = "USA", from = "2014-08-07" }, { party = "NOR", from = "2014-08-07" }]
products = [{ what = "meat, fish, dairy", mapping = "exact", codes = ["02", "03", "04"] }]
"#;

const LEVERS: &str = "title = \"Levers\"\n[[lever]]\ntitle = \"Cheaper\"\nexporter = \"USA\"\nimporter = \"RUS\"\nboth = true\nlog_points = 0.5\nstd_error = 0.1\n";

fn room() -> Room {
    let room = Room::new();
    std::fs::create_dir(room.path().join("own data")).unwrap();
    room.file("flows.csv", flows())
        .file("own data/flows.csv", flows().replace("origin,dest,hs,thousand", "exporter,importer,product,value_usd"))
        .file("own data/world.csv", world())
        .file("world.csv", world())
        .file("measures.toml", CATALOGUE)
        .file("it's levers.toml", LEVERS)
        .file("dossier.toml", include_str!("../../../dossiers/us-russia-2019-12.toml"))
        .file("t.csv", "i,j,t,y,x,w,o\na,b,1,2,1,1,.1\na,c,1,3,2,2,.1\nb,a,1,1,0,1,.2\nb,c,1,6,3,1,.1\nc,a,1,2,1,2,.3\nc,b,1,4,3,1,.1\na,b,2,3,2,1,.2\na,c,2,4,1,1,.1\nb,a,2,1,1,2,.1\nb,c,2,7,2,1,.2\nc,a,2,3,0,1,.1\nc,b,2,5,2,1,.2\n");
    room
}

/// Runs a line as a shell would split it.
fn json(room: &Room, line: &str) -> Value {
    let words = shell::words(line.strip_prefix("turnover ").unwrap()).unwrap();
    let words: Vec<String> = words.into_iter().chain(["--json".to_owned()]).collect();
    let out = room.command(&words);
    let errors = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{line}: {errors}");
    serde_json::from_slice(&out.stdout).unwrap()
}

fn findings(answer: &Value) -> BTreeMap<String, &Value> {
    answer["findings"].as_array().unwrap().iter().map(|f| (f["id"].as_str().unwrap().to_owned(), f)).collect()
}

/// The `reproduce` of each finding gives the finding again, and the command of the document all of it.
fn gives_itself_again(line: &str) {
    let room = room();
    let answer = json(&room, line);
    let own = findings(&answer);
    // One name for one thing: `--part` picks by it.
    for list in ["findings", "tables", "charts"] {
        let parts = answer[list].as_array().unwrap();
        let ids: BTreeSet<&str> = parts.iter().map(|p| p["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), parts.len(), "{line}: {list} of one name");
    }
    let mut asked: BTreeMap<String, Value> = BTreeMap::new();
    for (id, finding) in &own {
        let command = finding["reproduce"].as_str().unwrap();
        let again = asked.entry(command.to_owned()).or_insert_with(|| json(&room, command));
        let again = findings(again);
        let same = again.get(id).unwrap_or_else(|| panic!("{line}: no {id} in {command}"));
        for field in ["value", "interval", "unit", "statement", "definition", "supposition", "sources"] {
            assert_eq!(same[field], finding[field], "{line}: {field} of {id} by {command}");
        }
    }
    let command = answer["command"].as_str().unwrap();
    let again = asked.entry(command.to_owned()).or_insert_with(|| json(&room, command));
    assert_eq!(again["findings"], answer["findings"], "{line}: {command}");
    assert_eq!(again["tables"], answer["tables"], "{line}: {command}");
    assert_eq!(again["lead"], answer["lead"], "{line}: {command}");
    assert_eq!(again["command"].as_str(), Some(command), "the command of the command is itself");
    assert!(command.parse::<Command>().unwrap().query().is_ok());
}

fn all(base: &str, variants: &[&str]) {
    for variant in variants {
        gives_itself_again(&format!("turnover {base} {variant}"));
    }
}

const READ: &str =
    "--data flows.csv --exporter origin --importer dest --product hs --value thousand --unit thousand-usd";

#[test]
fn briefs() {
    all(
        "brief USA RUS --without potential",
        &[
            "",
            "--times 2 --theta 6 --claim 80.25 --imbalance multiplicative",
            "--base-year 2012 --year 2018 --world-year 2014",
            "--date 2015-06-30 --lift rus-2014-food --bring usa-2022-energy",
            "--lever 'USA:RUS=-7.25%' --lever '{\"title\": \"It'\\''s mine\", \"measure\": \"rus-2014-food\", \"exporter\": \"USA\", \"importer\": \"RUS\", \"log_points\": 0.02}'",
            "--levers \"it's levers.toml\" --times 5",
            &format!("{READ} --filter 'year <= 2018' --catalogue measures.toml"),
            "--data 'own data' --world-year 2013",
        ],
    );
    all(
        "brief 'United States' Russia",
        &["--only coverage --catalogue measures.toml --times 2", "--only history,reach"],
    );
}

#[test]
fn levels_and_coverage() {
    all("turnover USA RUS", &["", "--year 2016", "--date 2015-03-01", &format!("{READ} --filter 'hs != \"27\"'")]);
    all(
        "coverage USA RUS",
        &[
            "",
            "--date 2019-10-31",
            "--year 2016 --claim 75",
            "--base-year 2012",
            "--lift rus-2014-food,usa-2014-arms",
            "--bring usa-2022-energy",
            "--catalogue measures.toml",
            &format!("{READ} --duplicates sum --unknown drop --catalogue measures.toml"),
        ],
    );
}

#[test]
fn equilibria() {
    all(
        "reach USA RUS --times 2",
        &[
            "",
            "--theta 5.123456",
            "--only USA:RUS",
            "--imbalance balanced",
            "--lift rus-2014-food",
            "--lever 'RUS:USA=0.1lp'",
            "--levers \"it's levers.toml\" --draws 40 --seed 7",
            "--data world.csv --world-year 2013",
            "--data 'own data' --filter 'year < 2014'",
        ],
    );
    all(
        "simulate",
        &[
            "--change 'USA:RUS=-20%'",
            "--change '*:RUS=+10.5%' --change USA:RUS=1.0986lp --theta 6 --imbalance multiplicative",
            "--scenario \"it's levers.toml\"",
            "--change USA:RUS=-10% --world sectors",
            "--scenario \"it's levers.toml\" --draws 40 --catalogue measures.toml --data world.csv",
        ],
    );
}

#[test]
fn effects_and_diversion() {
    let own = format!("{READ} --catalogue measures.toml");
    all(
        "effect",
        &[
            "rus-2014-food --with USA",
            "rus-2014-food --later treat --products 02,04",
            "--between USA:RUS --date 2016-01-01",
            &format!("own-ban {own}"),
        ],
    );
    all(
        "diversion",
        &["rus-2014-food", "--between RUS:USA", "rus-2014-food --products 02,03", &format!("own-ban {own}")],
    );
}

#[test]
fn the_others() {
    all("history USA RUS --times 2", &["", "--years 5", "--least-share 0.5", READ]);
    all("check", &["", "dossier.toml", "--catalogue measures.toml"]);
    all(
        "estimate t.csv 'y ~ x | i + j'",
        &[
            "",
            "--vcov cluster:i^j --ssc stata",
            "--method ols --weights w --filter 't >= 1'",
            "--offset o --separation effects --drop-singletons",
            "'y ~ x' --vcov iid --ssc none",
        ],
    );
}
