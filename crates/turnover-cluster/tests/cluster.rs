//! A scheduler and two executors on loopback: the answers are those of one machine, also where an
//! executor is killed midway.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "test code")]

mod made;

use std::fs::{self, File};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Array, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use turnover_query::{Command, Remedy, Reply, Watch, answer, word};

use made::{CLUSTERS, COUNTRIES, Cluster, FORMULA, YEARS, done, flows, panel, port, product, wait_for, write};

/// One cluster at a time: they share two cores.
static TURN: Mutex<()> = Mutex::new(());

/// What the command says on one machine.
fn on_one_machine(words: &[&str]) -> Value {
    let query = Command::from_words(words.iter().map(|w| (*w).to_owned()).collect()).query().unwrap();
    match answer(&query.open().unwrap(), &query, Watch::none()) {
        Ok(Reply::Document(mut document)) => {
            word(&mut document, Remedy::for_shell);
            document.to_json()
        }
        Ok(Reply::Plain { .. }) => panic!("no document"),
        Err(e) => panic!("{}", e.message()),
    }
}

#[test]
fn two_hundred_estimates_with_an_executor_killed_midway() {
    const PRODUCTS: usize = 200;
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut cluster = Cluster::start(2);
    let (table, killed, whole) = (cluster.path("panel.parquet"), cluster.path("a.csv"), cluster.path("b.csv"));
    let answers = cluster.path("answers.jsonl");
    panel(&table, 40, 10, PRODUCTS as i32);
    let words = |out: &str| {
        let words = ["each", "product", "--out", out, "--answers", &answers, "--", "estimate", &table, FORMULA];
        cluster.command(&[&words[..], &["--vcov", CLUSTERS]].concat())
    };
    let (mut first, mut second) = (words(&killed), words(&whole));
    let mut client = first.spawn().unwrap();
    wait_for("both executors have answered parts", || cluster.executors.iter().all(|e| e.answered() >= 40));
    cluster.executors[0].kill();
    assert!(client.try_wait().unwrap().is_none(), "the executor was to be killed midway");
    let before = cluster.executors[0].answered();
    let start = Instant::now();
    done(client);
    eprintln!(
        "{before} of {PRODUCTS} parts answered before the loss; done {:.1} s after it",
        start.elapsed().as_secs_f64()
    );
    assert!(before < PRODUCTS && cluster.executors[1].answered() >= PRODUCTS - before);

    done(second.spawn().unwrap());
    let (killed, whole) = (fs::read_to_string(&killed).unwrap(), fs::read_to_string(&whole).unwrap());
    assert_eq!(whole.lines().count(), 1 + PRODUCTS);
    assert_eq!(killed, whole, "the same digits with a lost executor and without");

    // The same as the command says of one product on one machine, in every word and digit.
    let lines: Vec<Value> =
        fs::read_to_string(&answers).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), PRODUCTS);
    for p in [0, 63, 199] {
        let filter = format!("product == \"{}\"", product(p));
        let one = on_one_machine(&["estimate", &table, FORMULA, "--vcov", CLUSTERS, "--filter", &filter]);
        let line = lines.iter().find(|l| l["product"] == product(p)).unwrap();
        let mut found = line["answer"].clone();
        // Rows are numbered within the part there and within the file here.
        assert_eq!(found["separated"]["count"], one["separated"]["count"]);
        found["separated"]["rows"] = one["separated"]["rows"].clone();
        assert_eq!(found.to_string(), one.to_string());
        assert!((0.2..0.4).contains(&one["coefficients"][0]["estimate"].as_f64().unwrap()), "made with 0.3");
    }
}

#[test]
fn twenty_million_rows_in_cells_with_an_executor_killed_midway() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut cluster = Cluster::start(2);
    let (table, cells) = (cluster.path("flows.parquet"), cluster.path("cells.parquet"));
    // Summed up here as they are drawn, row by row.
    let mut expected = vec![(0.0, 0_i64); (COUNTRIES * COUNTRIES * YEARS) as usize];
    flows(&table, 20_000_000, |i, j, t, value| {
        let cell = &mut expected[((i * COUNTRIES + j) * YEARS + t) as usize];
        *cell = (cell.0 + value, cell.1 + 1);
    });

    let words = ["compress", &table, "--by", "exporter,importer,year", "--sum", "trade", "--out", &cells];
    let mut client = cluster.command(&words).spawn().unwrap();
    wait_for("both executors have written rows for others", || cluster.executors.iter().all(|e| e.files() >= 8));
    cluster.executors[0].kill();
    assert!(client.try_wait().unwrap().is_none(), "the executor was to be killed midway");
    let start = Instant::now();
    let output = done(client);
    eprintln!("after the loss: {:.1} s; {}", start.elapsed().as_secs_f64(), String::from_utf8_lossy(&output.stdout));

    let mut at = 0;
    for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(&cells).unwrap()).unwrap().build().unwrap() {
        let batch = batch.unwrap();
        let column = |name: &str| cast(batch.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
        let (from, to, year) = (column("exporter"), column("importer"), column("year"));
        let trade = batch.column_by_name("trade").unwrap().as_primitive::<Float64Type>();
        let rows = batch.column_by_name("rows").unwrap().as_primitive::<Int64Type>();
        for r in 0..batch.num_rows() {
            let (i, j, t) = (at / (COUNTRIES * YEARS), at / YEARS % COUNTRIES, at % YEARS);
            let key = [&from, &to, &year].map(|c| c.as_string::<i32>().value(r).to_owned());
            assert_eq!(key, [format!("C{i:02}"), format!("C{j:02}"), (1995 + t).to_string()]);
            assert_eq!((trade.value(r), rows.value(r)), expected[at as usize], "{key:?}");
            at += 1;
        }
    }
    assert_eq!(at, COUNTRIES * COUNTRIES * YEARS);
}

#[test]
fn coverage_by_chapter_and_by_its_first_digit() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let cluster = Cluster::start(1);
    let (table, answers, out) = (cluster.path("us.parquet"), cluster.path("a.jsonl"), cluster.path("c.parquet"));
    let words = ["turnover", "data", "export", "--quiet", "--out", &table].map(Into::into);
    assert_eq!(turnover_cli::main(words), 0);
    let question = ["coverage", "USA", "RUS", "--data", &table, "--year", "2019"];
    for (digits, filter) in [(None, "product == \"02\""), (Some("1"), "product >= \"0\" and product < \"1\"")] {
        let mut words = vec!["each", "product", "--answers", &answers, "--out", &out];
        words.extend(digits.iter().flat_map(|d| ["--digits", d]));
        words.push("--");
        words.extend(question);
        cluster.run(&words);
        let one = on_one_machine(&[&question[..], &["--filter", filter]].concat());
        let lines = fs::read_to_string(&answers).unwrap();
        let lines: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        let wanted = if digits.is_some() { "0" } else { "02" };
        let found = lines.iter().find(|l| l["product"] == wanted).unwrap();
        assert_eq!(found["answer"].to_string(), one.to_string());
    }
}

#[test]
fn wrong_words_and_files_are_told() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let cluster = Cluster::start(1);
    let table = cluster.path("t.parquet");
    let mut writer = None;
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("product", Arc::new(StringArray::from(vec![Some("01"), Some("02"), None, Some("it's \"x\"")]))),
        ("y", Arc::new(Float64Array::from(vec![1.0, 2.0, 3.0, 4.0]))),
        ("x", Arc::new(Float64Array::from(vec![1.0, 5.0, 2.0, 2.0]))),
    ];
    write(&table, columns, &mut writer);
    writer.unwrap().close().unwrap();
    let junk = cluster.path("junk.parquet");
    fs::write(&junk, "PAR1 and nothing else").unwrap();
    let out = cluster.path("out.parquet");
    let refused = |words: &[&str], status: i32, why: &str| {
        let output = cluster.command(words).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{words:?}: {text}");
        assert!(text.contains(why) && text.contains("help: "), "{words:?}: {text}");
        assert!(!Path::new(&out).exists());
    };
    let each = |column: &str, question: &[&str], status: i32, why: &str| {
        refused(&[&["each", column, "--out", &out, "--"], question].concat(), status, why);
    };
    each("nope", &["estimate", &table, "y ~ x"], 1, "no column nope");
    each("product", &["estimate", &table, "y ~ z"], 1, "no column z");
    each("product", &["estimate", &table, "y ~~ x"], 2, "formula");
    each("product", &["estimate", &table, "y ~ x | x"], 1, "none of 3 parts has an answer");
    each("product", &["estimate", &table, "y ~ x", "--filter", "y > 9"], 1, "no part");
    each("product", &["estimate", &junk, "y ~ x"], 1, "cannot be read");
    each("product", &["data", "describe", &table], 2, "unrecognized subcommand");
    each("product", &["coverage", "USA", "RUS"], 2, "not about a table");
    each("product", &["check", "d.toml", "--data", &table], 2, "another file");
    each("product,product", &["estimate", &table, "y ~ x"], 2, "twice");
    refused(&["each", "x", "--digits", "2", "--", "estimate", &table, "y ~ x"], 1, "no text");
    refused(&["compress", &table, "--by", "product", "--sum", "z", "--out", &out], 1, "no column z");
    refused(&["compress", &table, "--by", "x", "--sum", "product", "--out", &out], 1, "not numbers");
    refused(&["compress", &table, "--by", "x", "--sum", "x", "--out", &out], 2, "two columns x");
    refused(&["compress", &table, "--by", "x", "--sum", "y", "--out", "out.csv"], 2, ".parquet");
    refused(&["compress", &table, "--by", "x", "--sum", "y", "--out", &out, "--scheduler", "nowhere"], 2, "HOST:PORT");
    let nobody = format!("127.0.0.1:{}", port());
    refused(&["compress", &table, "--by", "x", "--sum", "y", "--out", &out, "--scheduler", &nobody], 1, "no scheduler");
}
