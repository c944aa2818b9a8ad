//! The store under attack: kills at many moments, damage of every kind, pipes, strangers' files.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "test code")]

mod support;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::Room;

/// Both years' turnover as a store has them.
fn levels(room: &Room) -> Result<Vec<String>, String> {
    [2018, 2019]
        .iter()
        .map(|year| {
            let out = room.run(&format!("turnover USA RUS --year {year} --data store --json"));
            if !out.status.success() {
                return Err(String::from_utf8(out.stderr).unwrap());
            }
            let answer: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
            let level = answer["findings"].as_array().unwrap().iter().find(|f| f["id"] == "turnover.level").unwrap();
            Ok(level["value"].to_string())
        })
        .collect()
}

/// Two years of flows among some countries; many rows, so that an import can be met in its middle.
fn flows(rows: usize) -> String {
    let mut out = String::from("year,reporter,exporter,importer,product,value_usd\n");
    for year in [2018, 2019] {
        for k in 0..rows {
            let code = (k % 70 + 1) * 100 + k / 70 % 100;
            for (from, to) in [("USA", "RUS"), ("RUS", "USA"), ("DEU", "FRA")] {
                out.push_str(&format!("{year},{to},{from},{to},{:06},{}\n", code * 100, 1000 + k));
            }
        }
    }
    out
}

fn import(room: &Room, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_turnover"));
    command
        .args(format!("data import {words} --into store --quiet").split_whitespace())
        .current_dir(room.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// The same file again with another unit and filter, killed at many moments: the store is what it was or what it
/// was to be, in all its years.
fn kill_at(moments: u32) {
    let room = Room::new();
    room.file("flows.csv", flows(4_000));
    let kinds =
        ["flows flows.csv", "flows flows.csv --unit thousand-usd", "flows flows.csv --filter product!=\"010000\""];
    let kinds: Vec<String> = kinds.iter().map(|k| (*k).to_owned()).collect();
    let mut states = Vec::new();
    let mut whole = Duration::ZERO;
    for kind in &kinds {
        let start = Instant::now();
        assert!(import(&room, kind).status().unwrap().success(), "{kind}");
        whole = whole.max(start.elapsed());
        states.push(levels(&room).unwrap());
    }
    let mut now = states.len() - 1;
    let (mut interrupted, mut changed) = (0, 0);
    for moment in 0..moments {
        let next = (now + 1) % kinds.len();
        let mut child = import(&room, &kinds[next]).spawn().unwrap();
        // Most moments lie in the last part, where files are put into their places.
        let share = 1.0 - (1.0 - f64::from(moment) / f64::from(moments)).powi(2) * 0.9;
        std::thread::sleep(whole.mul_f64(share));
        let _ = child.kill();
        interrupted += u32::from(!child.wait().unwrap().success());
        let found = levels(&room).unwrap_or_else(|e| panic!("moment {moment}: {e}"));
        let state = states.iter().position(|s| *s == found);
        let state = state.unwrap_or_else(|| panic!("moment {moment}: {found:?} is none of {states:?}"));
        assert!(state == now || state == next, "moment {moment}: neither as it was nor as it was to be");
        changed += u32::from(state == next);
        now = state;
    }
    eprintln!("{interrupted} of {moments} interrupted, {changed} had come through");
    assert!(interrupted > 0);
    assert!(import(&room, &kinds[0]).status().unwrap().success());
    assert_eq!(levels(&room).unwrap(), states[0]);
    assert_eq!(std::fs::read_dir(room.path().join("store")).unwrap().count(), 3, "leftovers are gone");
}

#[test]
fn a_killed_import_changes_nothing() {
    kill_at(12);
}

#[test]
#[ignore = "two hundred kills take minutes"]
fn two_hundred_kills_change_nothing() {
    kill_at(200);
}

/// The parquet files of a store, by name.
fn parts(room: &Room) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(room.path().join("store"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "parquet"))
        .collect();
    files.sort();
    files
}

fn stored() -> Room {
    let room = Room::new();
    room.file("flows.csv", flows(50));
    assert!(import(&room, "flows flows.csv").status().unwrap().success());
    room
}

/// Any bit that is turned anywhere in a part is an error when the part is read, and never another value.
#[test]
fn turned_bits_are_seen() {
    let room = stored();
    let good = levels(&room).unwrap();
    let path = &parts(&room)[0];
    let bytes = std::fs::read(path).unwrap();
    for k in 0..60 {
        let mut damaged = bytes.clone();
        let at = k * bytes.len() / 60;
        damaged[at] ^= 1 << (k % 8);
        std::fs::write(path, &damaged).unwrap();
        let error = levels(&room).unwrap_err();
        assert!(error.contains("data repair") && !error.contains("panicked"), "byte {at}: {error}");
    }
    std::fs::write(path, &bytes).unwrap();
    assert_eq!(levels(&room).unwrap(), good);
}

#[test]
fn a_manifest_that_says_otherwise_is_refused() {
    let room = stored();
    let manifest = room.path().join("store/manifest.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let files: Vec<String> =
        parts(&room).iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect();
    let swapped = text.replace(&files[0], "#").replace(&files[1], &files[0]).replace('#', &files[1]);
    let rows = text.replacen("rows = 150", "rows = 149", 1);
    let total = text.replacen("total_usd = 1", "total_usd = 2", 1);
    assert!(rows != text && total != text);
    for (what, other) in [
        ("two years swapped", swapped),
        ("one file for two years", text.replace(&files[1], &files[0])),
        ("rows", rows),
        ("total", total),
        ("+2018", text.replace("[years.2018]", "[years.\"+2018\"]")),
        ("-5", text.replace("[years.2018]", "[years.-5]")),
        ("another field", text.replace("schema = 2", "schema = 2\nkind = 7")),
        ("a file elsewhere", text.replace(&files[0], &format!("../{}", files[0]))),
        ("no manifest", "\u{0}\u{1}".to_owned()),
        ("a later schema", text.replace("schema = 2", "schema = 3")),
    ] {
        std::fs::write(&manifest, &other).unwrap();
        let error = levels(&room).unwrap_err();
        assert!(error.contains("help:") && !error.contains("panicked"), "{what}: {error}");
        assert!(error.len() < 1500, "{what}: {error}");
    }
    std::fs::write(&manifest, text).unwrap();
    levels(&room).unwrap();
}

/// A damaged year: imported again, or left behind by a repair which keeps the other one; a lost manifest is made
/// again from what the files say about themselves.
#[test]
fn damage_is_repaired() {
    let room = stored();
    let good = levels(&room).unwrap();
    let path = parts(&room)[0].clone();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    levels(&room).unwrap_err();
    assert!(import(&room, "flows flows.csv").status().unwrap().success(), "years that are replaced need not be whole");
    assert_eq!(levels(&room).unwrap(), good);
    let path = parts(&room)[0].clone();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let said = room.answer("data repair store");
    assert!(said.contains("2018") && said.contains("2019"), "{said}");
    let out = room.run("turnover USA RUS --year 2019 --data store --json");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(import(&room, "flows flows.csv").status().unwrap().success());
    assert_eq!(levels(&room).unwrap(), good);
    std::fs::write(room.path().join("store/manifest.toml"), "half a mani").unwrap();
    room.answer("data repair store");
    assert_eq!(levels(&room).unwrap(), good);
}

/// Who reads while others import gets one state or the other, and no error.
#[test]
fn readers_are_not_disturbed() {
    let room = stored();
    let first = levels(&room).unwrap();
    assert!(import(&room, "flows flows.csv --unit thousand-usd").status().unwrap().success());
    let second = levels(&room).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for k in 0..12 {
                let unit = if k % 2 == 0 { "usd" } else { "thousand-usd" };
                assert!(import(&room, &format!("flows flows.csv --unit {unit}")).status().unwrap().success());
            }
        });
        let mut reads = 0;
        while !writer.is_finished() {
            for year in [2018, 2019] {
                let out = room.run(&format!("turnover USA RUS --year {year} --data store --json"));
                assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
            }
            reads += 1;
        }
        assert!(reads > 3);
    });
    let now = levels(&room).unwrap();
    assert!(now == first || now == second);
}

/// The user's own files in the folder stay, whatever they are called.
#[test]
fn strangers_files_are_left_alone() {
    let room = stored();
    let own = ["flows-of-my-thesis.parquet", "flows-2019.parquet", "notes.txt", ".turnover-import-notes-of-mine"];
    for name in own {
        room.file(&format!("store/{name}"), "mine");
    }
    assert!(import(&room, "flows flows.csv --unit thousand-usd").status().unwrap().success());
    for name in own {
        assert_eq!(std::fs::read_to_string(room.path().join("store").join(name)).unwrap(), "mine", "{name}");
    }
}

/// Several files go in or none, and a flow that two of them hold is refused.
#[test]
fn several_files_go_in_or_none() {
    let room = Room::new();
    let header = "year,reporter,exporter,importer,value_usd\n";
    room.file("usa.csv", format!("{header}2019,USA,RUS,USA,5\n2019,USA,USA,RUS,7\n"));
    room.file("rus.csv", format!("{header}2019,RUS,RUS,USA,4\n2019,RUS,USA,RUS,8\n"));
    room.file("bad.csv", format!("{header}2019,RUS,RUS,USA,many\n"));
    assert!(!import(&room, "flows usa.csv bad.csv").status().unwrap().success());
    assert!(!room.path().join("store/manifest.toml").exists());
    room.answer("data import flows usa.csv rus.csv --into store");
    // Imports count by the importer's book: 5 and 8.
    let direct = "turnover USA RUS --year 2019 --data store --json";
    let answer: serde_json::Value = serde_json::from_str(&room.answer(direct)).unwrap();
    assert_eq!(answer["findings"][0]["value"].as_f64(), Some(13.0));
    let out = room.run("data import flows usa.csv usa.csv --into other");
    let message = String::from_utf8(out.stderr).unwrap();
    assert!(out.status.code() == Some(1) && message.contains("and so does usa.csv"), "{message}");
    assert!(!room.path().join("other/manifest.toml").exists());
    room.file("BACI_HS17_Y2019_V202501.csv", "t,i,j,k,v,q\n2019,643,842,271012,2.5,7\n");
    let out = room.run("data import baci BACI_HS17_Y2019_V202501.csv BACI_HS17_Y2019_V202501.csv --into other");
    assert!(String::from_utf8(out.stderr).unwrap().contains("holds the year 2019, and so does"));
}

/// Both books, kept apart: the store says what the file says.
#[test]
fn a_store_keeps_who_reports() {
    let room = Room::new();
    let mut csv = String::from("year,reporter,exporter,importer,product,value_usd\n");
    for (reporter, value) in [("USA", 1_000_000), ("RUS", 1_100_000)] {
        csv.push_str(&format!("2019,{reporter},USA,RUS,27,{value}\n"));
    }
    room.file("mirror.csv", csv);
    room.answer("data import flows mirror.csv --into store");
    let level = |data: &str| {
        let answer: serde_json::Value =
            serde_json::from_str(&room.answer(&format!("turnover USA RUS --data {data} --json"))).unwrap();
        answer["findings"][0]["value"].as_f64().unwrap()
    };
    assert_eq!(level("store"), 1_100_000.0);
    assert_eq!(level("store"), level("mirror.csv"));
}

/// What comes through a pipe is read once and whole, sorted or not.
#[cfg(unix)]
#[test]
fn pipes_are_read_whole() {
    let room = Room::new();
    let mut text = String::from("t,i,j,k,v,q\n");
    for (i, j) in [(842, 643), (643, 842), (156, 643), (842, 156), (276, 643)] {
        text.push_str(&format!("2019,{i},{j},271012,2.5,7\n2019,{i},{j},20329,1.5,NA\n"));
    }
    room.file("b.csv", &text);
    let shell = format!("cat b.csv | {} data import baci /dev/stdin --into store", env!("CARGO_BIN_EXE_turnover"));
    let out = Command::new("sh").args(["-c", &shell]).current_dir(room.path()).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(
        String::from_utf8_lossy(&out.stdout).contains("2019: 10 flows"),
        "{}",
        String::from_utf8_lossy(&out.stdout)
    );
    // A repetition after the order has been left is seen there as well.
    room.file("b.csv", text + "2019,842,643,271012,2.5,7\n");
    let out = Command::new("sh").args(["-c", &shell]).current_dir(room.path()).output().unwrap();
    assert_eq!(out.status.code(), Some(1));
    // A pipe in the place of a part would wait for ever.
    let room = stored();
    let path = parts(&room)[0].clone();
    std::fs::remove_file(&path).unwrap();
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    assert!(levels(&room).unwrap_err().contains("is not a regular file"));
}

/// Files are as readable as the user's umask says.
#[cfg(unix)]
#[test]
fn the_umask_is_honoured() {
    use std::os::unix::fs::PermissionsExt;
    let room = Room::new();
    room.file("flows.csv", flows(5));
    for (umask, mode) in [("022", 0o644), ("077", 0o600), ("002", 0o664)] {
        let program = env!("CARGO_BIN_EXE_turnover");
        let shell = format!(
            "umask {umask}; rm -rf store out.csv out.json; {program} data import flows flows.csv --into store --quiet \
             && {program} turnover USA RUS --data store --out out.csv --quiet \
             && {program} turnover USA RUS --data store --json=out.json --quiet"
        );
        let out = Command::new("sh").args(["-c", &shell]).current_dir(room.path()).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let mut files = parts(&room);
        files.extend(["store/manifest.toml", "out.csv", "out.json"].map(|n| room.path().join(n)));
        for file in files {
            let found = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
            assert_eq!(found, mode, "{} at umask {umask}", file.display());
        }
    }
    // What is private stays private.
    std::fs::write(room.path().join("out.csv"), "mine").unwrap();
    std::fs::set_permissions(room.path().join("out.csv"), std::fs::Permissions::from_mode(0o600)).unwrap();
    room.answer("turnover USA RUS --data store --out out.csv --quiet");
    let found = std::fs::metadata(room.path().join("out.csv")).unwrap().permissions().mode() & 0o777;
    assert_eq!(found, 0o600);
}

/// A store of the first schema is refused with the command that brings it up to date; who reports is kept.
#[test]
fn an_old_store_is_migrated_and_never_misread() {
    let room = Room::new();
    std::fs::create_dir(room.path().join("store")).unwrap();
    for entry in std::fs::read_dir(format!("{}/tests/old_store", env!("CARGO_MANIFEST_DIR"))).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), room.path().join("store").join(entry.file_name())).unwrap();
    }
    let error = levels(&room).unwrap_err();
    assert!(error.contains("first schema") && error.contains("turnover data migrate"), "{error}");
    assert!(!import(&room, "flows flows.csv").status().unwrap().success(), "nor written to");
    room.answer("data migrate store");
    // Two reports of one flow, 1.0 and 1.1 million: the importer's counts.
    assert_eq!(levels(&room).unwrap(), ["1100000.0", "1100000.0"]);
    assert_eq!(parts(&room).len(), 2);
}
