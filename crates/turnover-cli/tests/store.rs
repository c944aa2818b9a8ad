//! The store: what goes in comes out, and an import that is stopped leaves it as it was.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "test code")]

mod support;

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use support::Room;

fn json(room: &Room, words: &str) -> Value {
    serde_json::from_str(&room.answer(&format!("{words} --json"))).unwrap()
}

fn level(room: &Room, data: &str, year: i32) -> f64 {
    let answer = json(room, &format!("turnover USA RUS --year {year} --data {data}"));
    let findings = answer["findings"].as_array().unwrap();
    findings.iter().find(|f| f["id"] == "turnover.level").unwrap()["value"].as_f64().unwrap()
}

/// A year of BACI: six countries by number, some products, sorted as BACI is.
fn baci(year: i32, products: u32, scale: f64) -> String {
    let mut out = String::from("t,i,j,k,v,q\n");
    for i in [156, 251, 276, 392, 643, 842] {
        for j in [156, 251, 276, 392, 643, 842] {
            for k in (0..products).filter(|_| i != j) {
                let value = scale * f64::from((i * 7 + j * 3 + k as i32) % 97 + 1) / 8.0;
                let code = (k / 90 + 1) * 10_000 + 100 + k % 90;
                out.push_str(&format!("{year},{i},{j},{code},{value:9.3},{:.3}\n", 2.0 * value));
            }
        }
    }
    out
}

#[test]
fn what_goes_in_comes_out() {
    let room = Room::new();
    room.file("BACI_HS17_Y2018_V202501.csv", baci(2018, 200, 1.0));
    room.file("BACI_HS17_Y2019_V202501.csv", baci(2019, 200, 2.0));
    room.answer("data import baci BACI_HS17_Y2018_V202501.csv BACI_HS17_Y2019_V202501.csv --into store");
    for year in [2018, 2019] {
        let direct = level(&room, &format!("BACI_HS17_Y{year}_V202501.csv"), year);
        assert_eq!(level(&room, "store", year), direct);
    }
    // The same by the common reader, into another store.
    room.answer("data import flows BACI_HS17_Y2019_V202501.csv --into other");
    assert_eq!(level(&room, "other", 2019), level(&room, "store", 2019));
    let potential = |data: &str| {
        let answer = json(&room, &format!("potential USA RUS --year 2019 --data {data}"));
        answer["unrealised_USA_RUS"].as_f64().unwrap()
    };
    assert!((potential("store") / potential("BACI_HS17_Y2019_V202501.csv") - 1.0).abs() < 1e-12);
    // A year that is there is replaced, and its old file goes.
    room.file("BACI_HS17_Y2019_V202501.csv", baci(2019, 200, 4.0));
    let before = level(&room, "store", 2019);
    room.answer("data import baci BACI_HS17_Y2019_V202501.csv --into store");
    assert!((level(&room, "store", 2019) / before - 2.0).abs() < 1e-3);
    let files = std::fs::read_dir(room.path().join("store")).unwrap().count();
    assert_eq!(files, 3, "two years and the manifest");
    let history = json(&room, "history USA RUS --times 2 --years 1 --least-share 1 --data store");
    // All trade doubled, so each pair did in dollars, and none in its share.
    assert_eq!((history["base_rate_dollars"].as_f64(), history["base_rate"].as_f64()), (Some(1.0), Some(0.0)));
}

/// Killed at twenty moments of an import, the store still has what it had; then the import is done.
#[test]
fn an_import_that_is_killed_loses_nothing() {
    let room = Room::new();
    room.file("BACI_HS17_Y2018_V202501.csv", baci(2018, 300, 1.0));
    room.answer("data import baci BACI_HS17_Y2018_V202501.csv --into store");
    let had = level(&room, "store", 2018);
    room.file("BACI_HS17_Y2018_V202601.csv", baci(2018, 6_000, 3.0));
    let import = || {
        Command::new(env!("CARGO_BIN_EXE_turnover"))
            .args(["data", "import", "baci", "BACI_HS17_Y2018_V202601.csv", "--into", "store", "--quiet"])
            .current_dir(room.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let start = std::time::Instant::now();
    let mut probe = import();
    probe.wait().unwrap();
    let whole = start.elapsed();
    let now = level(&room, "store", 2018);
    assert!(now > had);
    // Back to the first state.
    room.answer("data import baci BACI_HS17_Y2018_V202501.csv --into store");
    // Two at once: the second one is told to wait.
    let mut first = import();
    std::thread::sleep(whole.mul_f64(0.3));
    let second = room.run("data import baci BACI_HS17_Y2018_V202501.csv --into store");
    let message = String::from_utf8(second.stderr).unwrap();
    assert!(first.wait().unwrap().success());
    assert!(second.status.success() || message.contains("another import into it is running"), "{message}");
    room.answer("data import baci BACI_HS17_Y2018_V202501.csv --into store");
    let mut interrupted = 0;
    for moment in 0..20u32 {
        let mut child = import();
        std::thread::sleep(whole.mul_f64(f64::from(moment) / 20.0).max(Duration::from_micros(200)));
        child.kill().unwrap();
        interrupted += usize::from(!child.wait().unwrap().success());
        let found = level(&room, "store", 2018);
        assert!(found == had || found == now, "{found} is neither {had} nor {now}");
        if found == now {
            room.answer("data import baci BACI_HS17_Y2018_V202501.csv --into store");
        }
    }
    eprintln!("{interrupted} of 20 were interrupted");
    assert!(interrupted >= 5);
    room.answer("data import baci BACI_HS17_Y2018_V202601.csv --into store");
    assert_eq!(level(&room, "store", 2018), now);
    assert_eq!(std::fs::read_dir(room.path().join("store")).unwrap().count(), 2, "leftovers are gone");
}

#[test]
fn wrong_files_and_damaged_stores_are_refused() {
    let room = Room::new();
    let refuse = |name: &str, words: &str| {
        let out = room.run(words);
        let message = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(1), "{message}");
        assert!(message.contains("help:") && !message.contains("panicked"), "{message}");
        insta::assert_snapshot!(name, format!("$ turnover {words}\n{message}"));
    };
    let good = "t,i,j,k,v,q\n2019,643,842,271012,2.5,7\n2019,842,643,20329,1.5,NA\n";
    let file = |name: &str, text: &str| {
        room.file("b.csv", text);
        refuse(name, "data import baci b.csv --into s");
    };
    file("baci_header", "year,exporter,importer,value\n2019,USA,RUS,1\n");
    file("baci_negative", &format!("{good}2019,842,643,20330,-1,1\n"));
    file("baci_country", &format!("{good}2019,842,999,20330,1,1\n"));
    file("baci_product", &format!("{good}2019,842,643,2033000,1,1\n"));
    file("baci_cut", &format!("{good}2019,842,64"));
    file("baci_twice", &format!("{good}2019,842,643,20329,1,1\n"));
    file("baci_twice_unsorted", &format!("{good}2019,156,643,20329,1,1\n2019,643,842,271012,1,1\n"));
    file("baci_empty", "t,i,j,k,v,q\n");
    assert!(!room.path().join("s/manifest.toml").exists(), "nothing came of them");
    room.file("b.csv", good);
    room.answer("data import baci b.csv --into s");
    let manifest = room.path().join("s/manifest.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let stored = text.lines().find_map(|l| l.strip_prefix("file = \"")?.strip_suffix('"')).unwrap();
    let parquet = room.path().join("s").join(stored);
    let bytes = std::fs::read(&parquet).unwrap();
    std::fs::write(&parquet, &bytes[..bytes.len() - 9]).unwrap();
    let out = room.run("turnover USA RUS --data s");
    let message = String::from_utf8(out.stderr).unwrap();
    assert!(out.status.code() == Some(1) && message.contains("the manifest says"), "{message}");
    let mut damaged = bytes.clone();
    damaged.iter_mut().skip(20).step_by(3).for_each(|b| *b ^= 0x5a);
    std::fs::write(&parquet, &damaged).unwrap();
    let out = room.run("turnover USA RUS --data s");
    assert_eq!(out.status.code(), Some(1), "{}", String::from_utf8_lossy(&out.stderr));
    std::fs::write(&parquet, &bytes).unwrap();
    std::fs::write(&manifest, text.replace(stored, "../b.csv")).unwrap();
    let out = room.run("turnover USA RUS --data s");
    let message = String::from_utf8(out.stderr).unwrap();
    assert!(out.status.code() == Some(1) && message.contains("names `../b.csv`"), "{message}");
}
