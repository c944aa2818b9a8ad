//! Hostile and broken inputs: each is refused with an error that names the place, what was
//! expected and what to do, and nothing panics.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "test code")]

mod support;

use std::io::Write;

use support::Room;

const GOOD: &str = "year,exporter,importer,product,value_usd\n2019,USA,RUS,02,100\n2019,RUS,USA,27,200\n";

/// Checks the status, and the message against its snapshot.
fn refuses(room: &Room, name: &str, words: &str, status: i32) {
    let out = room.run(words);
    let message = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(status), "{words}: {message}");
    assert!(out.stdout.is_empty(), "{words}");
    assert!(!message.contains("panicked"), "{message}");
    assert!(
        message.contains("help:") || message.contains("Usage:") || message.contains("--help"),
        "no help: {message}"
    );
    insta::assert_snapshot!(name, format!("$ turnover {words}\n{message}"));
}

/// A file of flows that must be refused.
fn refuses_file(name: &str, content: impl AsRef<[u8]>, words: &str) {
    let room = Room::new();
    room.file("flows.csv", content);
    refuses(&room, name, &format!("turnover USA RUS --data flows.csv{words}"), 1);
}

fn refuses_row(name: &str, row: &str) {
    refuses_file(name, format!("{GOOD}{row}\n"), "");
}

#[test]
fn wrong_cells() {
    refuses_row("negative_value", "2018,USA,RUS,02,-5");
    refuses_row("infinite_value", "2018,USA,RUS,02,inf");
    refuses_row("text_for_value", "2018,USA,RUS,02,lots");
    refuses_row("thousands_separators", "2018,USA,RUS,02,\"1,234\"");
    refuses_row("value_of_wrong_unit", "2018,USA,RUS,02,3e15");
    refuses_row("unknown_country", "2018,USX,RUS,02,5");
    refuses_row("missing_country", "2018,,RUS,02,5");
    refuses_row("year_20190", "20190,USA,RUS,02,5");
    refuses_row("year_in_words", "MMXIX,USA,RUS,02,5");
    refuses_row("unknown_chapter", "2018,USA,RUS,77,5");
    refuses_row("letters_in_code", "2018,USA,RUS,O2,5");
    refuses_row("duplicate_row", "2019,USA,RUS,02,7");
    refuses_row("ragged_row", "2018,USA,RUS,02,5,6");
}

/// Small letters, names, lines of ten digits and cells without a value are read; a missing value is kept apart from
/// zero.
#[test]
fn cells_that_differ_from_the_usual_are_read() {
    let room = Room::new();
    let rows = "2019,usa,Russia,0203291234,5\n2019,USA,RUS,9503,NaN\n2019,RUS,United States,02,\n";
    room.file("flows.csv", format!("year,exporter,importer,product,value_usd\n{rows}").as_bytes());
    let answer = room.answer("data describe flows.csv");
    assert!(answer.contains("2 rows left out: no value: not reported, which is not zero"), "{answer}");
    assert!(answer.contains("1 HS codes of 10 digits"), "{answer}");
    let answer = room.answer("turnover USA RUS --data flows.csv");
    assert!(answer.contains("is not reported for 2019"), "{answer}");
}

#[test]
fn wrong_columns() {
    refuses_file("header_alone", "year,exporter,importer,value_usd\n", "");
    refuses_file("single_column", "value_usd\n5\n", "");
    refuses_file("mistyped_column", "year,exporter,improter,value_usd\n2019,USA,RUS,5\n", "");
    refuses_file("no_value_column", "year,exporter,importer\n2019,USA,RUS\n", "");
    refuses_file("named_column_absent", GOOD, " --exporter exportr");
    refuses_file("two_columns_of_one_name", "year,exporter,importer,importer,value_usd\n2019,USA,RUS,RUS,5\n", "");
    refuses_file("no_reporter", "year,partner,flow,value_usd\n2019,USA,import,5\n", "");
    refuses_file("unknown_direction", "year,partner,flow,value_usd\n2019,USA,turnover,5\n", " --reporter RUS");
}

#[test]
fn damaged_files() {
    refuses_file("empty_file", "", "");
    refuses_file("nul_byte", "year,exporter,importer,value_usd\n2019,USA,\0US,5\n", "");
    refuses_file("utf_16", b"\xFF\xFEy\0e\0a\0r\0,\0", "");
    refuses_file("not_utf_8", b"year,exporter,importer,value_usd\n2019,US\xE9,RUS,5\n", "");
    refuses_file("zip_archive", b"PK\x03\x04rest", "");
    refuses_file("old_spreadsheet", b"\xD0\xCF\x11\xE0rest", "");
    refuses_file("parquet_of_garbage", b"PAR1garbagegarbagePAR1", "");
    refuses_file("stata_of_garbage", b"<stata_dta><header><release>118</release>", "");
    refuses_file("gzip_of_garbage", b"\x1F\x8Bgarbage", "");
    refuses_file("unclosed_quote", "year,exporter,importer,value_usd\n2019,\"USA,RUS,5\n", "");

    refuses_file("json_cut_off", r#"{"data": [{"year": 2019, "#, "");
    refuses_file("json_without_rows", r#"{"error": "quota exceeded", "statusCode": 403}"#, "");
    refuses_file("json_of_no_rows", r#"{"count": 0, "data": []}"#, "");
    refuses_file("json_of_numbers", "[1, 2, 3]", "");
    refuses_file("json_nested", r#"[{"year": 2019, "value_usd": {"amount": 5}}]"#, "");
    refuses_file(
        "json_negative_value",
        r#"[{"year": 2019, "exporter": "USA", "importer": "RUS", "value_usd": -5}]"#,
        "",
    );
    refuses_file("json_deep", "[".repeat(100_000), "");

    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(GOOD.as_bytes()).unwrap();
    let whole = packer.finish().unwrap();
    refuses_file("gzip_cut_off", &whole[..whole.len() - 12], "");
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        bomb.write_all(&vec![b'0'; 1 << 20]).unwrap();
    }
    refuses_file("gzip_bomb", bomb.finish().unwrap(), "");
}

#[test]
fn a_parquet_file_cut_anywhere_is_refused() {
    let room = Room::new();
    room.answer("turnover USA RUS --out whole.parquet --part turnover.by_year");
    let whole = std::fs::read(room.path().join("whole.parquet")).unwrap();
    for length in (4..whole.len()).step_by(97) {
        room.file("cut.parquet", &whole[..length]);
        let out = room.run("data describe cut.parquet");
        assert_eq!(out.status.code(), Some(1), "cut to {length}: {}", String::from_utf8_lossy(&out.stderr));
    }
    room.file("flows.parquet", &whole[..whole.len() / 2]);
    refuses(&room, "parquet_cut_off", "turnover USA RUS --data flows.parquet", 1);
}

#[test]
fn wrong_paths() {
    let room = Room::new();
    refuses(&room, "file_absent", "turnover USA RUS --data nowhere.csv", 1);
    refuses(&room, "folder_without_flows", "turnover USA RUS --data .", 1);
    refuses(&room, "describe_a_folder", "data describe .", 1);
    refuses(&room, "unknown_ending", "turnover USA RUS --out brief.docx", 2);
    refuses(&room, "folder_of_output_absent", "turnover USA RUS --out nowhere/brief.html", 1);
    refuses(&room, "unknown_table", "turnover USA RUS --out t.csv --part turnover.by_moon", 2);
    refuses(&room, "unknown_chart", "turnover USA RUS --out t.svg --part turnover.moon", 2);
    assert_eq!(std::fs::read_dir(room.path()).unwrap().count(), 0, "nothing was left behind");
}

#[test]
fn wrong_words() {
    let room = Room::new();
    room.file("flows.csv", GOOD);
    refuses(&room, "pair_with_itself", "brief USA USA", 2);
    refuses(&room, "pair_with_itself_by_name", "reach USA 'united states' --times 2", 2);
    refuses(&room, "mistyped_country", "turnover USA Rusia", 2);
    refuses(&room, "times_zero", "reach USA RUS --times 0", 2);
    refuses(&room, "times_negative", "brief USA RUS --times -2", 2);
    refuses(&room, "times_not_a_number", "reach USA RUS --times NaN", 2);
    refuses(&room, "times_out_of_reach", "reach USA RUS --times 1000000", 1);
    refuses(&room, "times_below_the_floor", "reach USA RUS --times 0.01 --only USA:RUS", 1);
    refuses(&room, "theta_zero", "reach USA RUS --times 2 --theta 0", 2);
    refuses(&room, "only_another_pair", "reach USA RUS --times 2 --only USA:CHN", 2);
    refuses(&room, "change_without_size", "simulate --change USA:RUS", 2);
    refuses(&room, "change_of_everything", "simulate --change USA:RUS=-100%", 2);
    refuses(&room, "change_with_itself", "simulate --change USA:USA=-10%", 2);
    refuses(&room, "change_of_a_stranger", "simulate --change USA:PRK=-10%", 1);
    refuses(&room, "claim_of_200", "coverage USA RUS --claim 200", 2);
    refuses(&room, "date_of_nonsense", "coverage USA RUS --date 2019-13-01", 2);
    refuses(&room, "year_absent", "turnover USA RUS --year 1950", 1);
    refuses(&room, "base_year_absent", "coverage USA RUS --base-year 1950", 1);
    refuses(&room, "pair_absent", "turnover BVT HMD", 1);
    refuses(&room, "group_for_a_country", "coverage EU RUS", 1);
    refuses(&room, "group_with_the_other_side", "turnover EU DEU", 1);
    refuses(&room, "group_reconciled", "turnover EU RUS --ledger reconciled", 1);
    refuses(&room, "columns_without_data", "turnover USA RUS --exporter origin", 2);
    refuses(&room, "filter_cut_short", "turnover USA RUS --data flows.csv --filter 'year >= '", 2);
    refuses(&room, "filter_on_no_column", "turnover USA RUS --data flows.csv --filter 'yaer >= 2000'", 1);
    refuses(&room, "filter_leaves_nothing", "turnover USA RUS --data flows.csv --filter 'year > 2050'", 1);
    refuses(&room, "world_without_domestic_sales", "reach USA RUS --times 2 --data flows.csv", 1);
    refuses(&room, "measure_mistyped", "measures show rus-2014-fod", 2);
    refuses(&room, "product_mistyped", "measures list --product 7755", 2);
}

#[test]
fn wrong_estimates() {
    let room = Room::new();
    room.file(
        "panel.csv",
        "trade,rta,dist,exporter,year\n1,0,5,A,1\n2,1,6,A,2\n0,0,7,B,1\n4,1,8,B,2\n-1,0,9,C,3\n0,1,4,C,3\n",
    );
    let keep = " --filter 'trade >= 0'";
    let refuse = |name: &str, formula: &str, words: &str, status: i32| {
        refuses(&room, name, &format!("estimate panel.csv '{formula}'{words}"), status);
    };
    refuse("estimate_negative_outcome", "trade ~ rta", "", 1);
    refuse("estimate_unknown_column", "trade ~ rat", keep, 2);
    refuse("estimate_unknown_effect", "trade ~ rta | exprter", keep, 2);
    refuse("estimate_text_as_number", "trade ~ exporter", keep, 2);
    refuse("estimate_cut_short", "trade ~ rta |", keep, 2);
    refuse("estimate_unknown_function", "trade ~ lag(rta)", keep, 2);
    refuse("estimate_all_zero", "I(trade * 0) ~ rta", keep, 1);
    refuse("estimate_no_variation", "trade ~ rta | year^exporter", keep, 1);
    refuse("estimate_one_cluster", "trade ~ rta", " --filter 'exporter == \"A\"' --vcov cluster:exporter", 1);
    refuse("estimate_unknown_covariance", "trade ~ rta", &format!("{keep} --vcov robust"), 2);
    refuse("estimate_no_panel", "trade ~ rta | year^exporter", &format!("{keep} --bias-correction"), 2);
    refuse("estimate_two_errors", "trade ~ rta", &format!("{keep} --bias-correction --vcov iid"), 2);
    refuse("estimate_no_threads", "trade ~ rta", &format!("{keep} --threads 0"), 2);
    refuse("estimate_nothing_left", "trade ~ rta", " --filter 'trade > 100'", 1);
}

#[test]
fn threads_of_the_environment_have_a_limit() {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_turnover"))
        .args(["reach", "USA", "RUS", "--times", "3"])
        .env("RAYON_NUM_THREADS", "100000")
        .output()
        .unwrap();
    let message = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(2), "{message}");
    let expected = "error: RAYON_NUM_THREADS is 100000\n  help: RAYON_NUM_THREADS takes a number from 1 to 1024\n";
    assert_eq!(message, expected);
}

const MEASURE: &str = r#"schema = 1
[[measure]]
id = "x-1"
title = "A ban"
sender = "RUS"
direction = "import"
instrument = "ban"
edition = "HS2017"
legal = "a law"
targets = [{ party = "USA", from = "2014-08-07" }]
products = [{ what = "meat", codes = ["0201"] }]
"#;

#[test]
fn wrong_catalogues() {
    let room = Room::new();
    let refuse = |name: &str, from: &str, to: &str| {
        assert!(MEASURE.contains(from), "{from}");
        room.file("own.toml", MEASURE.replace(from, to));
        refuses(&room, name, "coverage USA RUS --catalogue own.toml", 1);
    };
    refuse("catalogue_until_before_from", "from = \"2014-08-07\" }", "from = \"2014-08-07\", until = \"2013-01-01\" }");
    refuse("catalogue_not_toml", "id = \"x-1\"", "id = x-1");
    refuse("catalogue_unknown_field", "title =", "titel = \"A\"\ntitle =");
    refuse("catalogue_unknown_chapter", "\"0201\"", "\"7701\"");
    refuse("catalogue_unknown_heading", "\"0201\"", "\"0299\"");
    refuse("catalogue_unknown_instrument", "\"ban\"", "\"bann\"");
    refuse("catalogue_no_legal_source", "legal = \"a law\"\n", "");
    refuse("catalogue_unknown_party", "party = \"USA\"", "party = \"USX\"");
    refuse("catalogue_bad_day", "\"2014-08-07\"", "\"7 August 2014\"");
    refuse("catalogue_other_schema", "schema = 1", "schema = 2");
    refuse("catalogue_no_products", "products = [{ what = \"meat\", codes = [\"0201\"] }]\n", "");
    room.file("own.toml", format!("{MEASURE}{}", MEASURE.trim_start_matches("schema = 1\n")));
    refuses(&room, "catalogue_same_id_twice", "coverage USA RUS --catalogue own.toml", 1);
}

#[test]
fn wrong_levers_and_scenarios() {
    let room = Room::new();
    let entry = "[[lever]]\ntitle = \"A\"\nexporter = \"USA\"\nimporter = \"RUS\"\n";
    let refuse = |name: &str, text: &str, words: &str, status: i32| {
        room.file("l.toml", text);
        refuses(&room, name, &format!("reach USA RUS --times 2 --levers l.toml{words}"), status);
    };
    refuse("levers_no_toml", "[[lever]\n", "", 1);
    refuse("levers_unknown_key", &format!("{entry}cost = 3\n"), "", 1);
    refuse("levers_empty", "title = \"nothing\"\n", "", 1);
    refuse("levers_no_size", entry, "", 1);
    refuse("levers_two_sizes", &format!("{entry}cost_percent = -5\nlog_points = 1\n"), "", 1);
    refuse("levers_cost_gone", &format!("{entry}cost_percent = -100\n"), "", 1);
    refuse("levers_error_without_points", &format!("{entry}cost_percent = -5\nstd_error = 1\n"), "", 1);
    refuse("levers_no_flow", "[[lever]]\nlog_points = 1\n", "", 1);
    refuse("levers_unknown_region", &format!("{}log_points = 1\n", entry.replace("RUS", "ATLANTIS")), "", 1);
    refuse("levers_unknown_measure", &format!("{entry}log_points = 1\nmeasure = \"rus-2014-fod\"\n"), "", 1);
    refuse("levers_no_estimate", &format!("{entry}estimate = \"e.json\"\ncoefficient = \"x\"\n"), "", 1);
    room.file("e.json", r#"{"coefficients": [{"name": "rta", "estimate": 0.5}], "covariance": [[0.01]]}"#);
    refuse("levers_unknown_coefficient", &format!("{entry}estimate = \"e.json\"\ncoefficient = \"x\"\n"), "", 1);
    refuse("levers_nothing_to_draw", &format!("{entry}log_points = 1\n"), " --draws 100", 1);
    refuse("levers_no_draws", &format!("{entry}log_points = 1\nstd_error = 0.1\n"), " --draws 0", 2);
    refuse("levers_sector_of_one", &format!("{entry}log_points = 1\nsector = \"Food\"\n"), "", 1);
    refuse("levers_tariff_of_one", &format!("{entry}tariff_percent = 0\n"), "", 1);
    refuse("levers_model_without_tables", &format!("{entry}log_points = 1\n"), " --model caliendo-parro", 2);
    refuses(&room, "draws_without_levers", "reach USA RUS --times 2 --draws 100", 2);
    refuses(&room, "scenario_absent", "simulate --scenario none.toml", 1);
}

#[test]
fn wrong_tables_of_sectors() {
    let room = Room::new();
    std::fs::create_dir(room.path().join("t")).unwrap();
    let lever = "[[lever]]\nexporter = \"R1\"\nimporter = \"R2\"\n";
    room.file("l.toml", format!("{lever}tariff_percent = 0\n"));
    let good = [
        ("flows.txt", "0 4\n3 0\n"),
        ("tariffs.txt", "0 3\n10 0\n"),
        ("output.txt", "60 30\n140 40\n"),
        ("value_added.txt", "0.5 0.6\n0.7 0.8\n"),
        ("inputs.txt", "0.6 0.3\n0.4 0.7\n0.6 0.3\n0.4 0.7\n"),
        ("theta.txt", "4 5\n"),
    ];
    let refuse = |name: &str, file: &str, text: &str| {
        good.iter().for_each(|(f, t)| {
            room.file(&format!("t/{f}"), t);
        });
        room.file(&format!("t/{file}"), text);
        refuses(&room, name, "simulate --scenario l.toml --model caliendo-parro --data t", 1);
        let _ = std::fs::remove_file(room.path().join("t").join(file));
    };
    refuse("sectors_text", "flows.txt", "0 4\nthree 0\n");
    refuse("sectors_ragged", "tariffs.txt", "0 3\n10\n");
    refuse("sectors_too_few_lines", "inputs.txt", "0.6 0.3\n");
    refuse("sectors_negative_flow", "flows.txt", "0 -4\n3 0\n");
    refuse("sectors_value_added_above_one", "value_added.txt", "50 60\n70 80\n");
    refuse("sectors_no_theta", "theta.txt", "4 5 6\n");
    refuse("sectors_theta_of_nought", "theta.txt", "0 5\n");
    refuse("sectors_empty", "output.txt", "\n");
    refuse("sectors_two_of_one_name", "regions.txt", "USA\nUSA\n");
    room.file("l.toml", format!("{lever}tariff_percent = 0\nsector = \"Foot\"\n"));
    refuse("sectors_unknown_sector", "sectors.txt", "Food\nServices\n");
    room.file("l.toml", "[[change]]\nschedule = \"../flows.txt\"\n");
    refuse("sectors_schedule_elsewhere", "theta.txt", "4 5\n");
}

#[test]
fn wrong_measures_histories_and_dossiers() {
    let room = Room::new();
    refuses(&room, "effect_unknown_measure", "effect rus-2014-fod", 1);
    refuses(&room, "effect_of_anothers_measure", "effect usa-2014-arms", 1);
    refuses(&room, "effect_without_date_in_data", "effect rus-2014-food --filter 'year > 2015' --data flows.csv", 1);
    room.file("flows.csv", GOOD);
    refuses(&room, "effect_of_one_year", "effect rus-2014-food --data flows.csv", 1);
    refuses(&room, "diversion_of_one_year", "diversion rus-2014-food --data flows.csv", 1);
    refuses(&room, "history_of_a_fall", "history USA RUS --times 0.5", 2);
    refuses(&room, "history_too_long", "history USA RUS --times 3 --years 90", 2);
    refuses(&room, "history_of_small_pairs", "history USA RUS --times 3 --least-share 100", 2);
    refuses(&room, "potential_of_one_reporter", "potential USA RUS --year 2019", 1);
    refuses(&room, "brief_only_and_without", "brief USA RUS --only reach --without reach", 2);
    refuses(&room, "dossier_absent", "check none.toml", 1);
    let head = "schema = 1\nid = \"d\"\ntitle = \"D\"\npair = [\"USA\", \"RUS\"]\nas_of = \"2019-12-31\"\n";
    let statement = "[[statement]]\nid = \"s\"\ndate = \"2019-12-10\"\nspeaker = \"N\"\nrole = \"O\"\nkind = \"claim\"\n\
                     topic = \"trade\"\nsaid = \"It is so.\"\nsource = \"press\"\n";
    let refuse = |name: &str, text: String| {
        room.file("d.toml", text);
        refuses(&room, name, "check d.toml", 1);
    };
    refuse("dossier_empty", head.to_owned());
    refuse("dossier_of_the_future", format!("{}{statement}", head.replace("schema = 1", "schema = 2")));
    refuse("dossier_unknown_kind", format!("{head}{}", statement.replace("claim", "rumour")));
    refuse("dossier_twice", format!("{head}{statement}{statement}"));
    refuse("dossier_later_than_itself", format!("{head}{}", statement.replace("2019-12-10", "2020-01-10")));
    refuse("dossier_offer_without_status", format!("{head}{}", statement.replace("claim", "offer")));
    refuse("dossier_half_a_check", format!("{head}{statement}check = {{ question = \"turnover\", year = 2019 }}\n"));
    refuse("dossier_unknown_check", format!("{head}{statement}check = {{ question = \"weather\" }}\n"));
    refuse("dossier_of_one_country", format!("{}{statement}", head.replace("\"RUS\"", "\"USA\"")));
}
