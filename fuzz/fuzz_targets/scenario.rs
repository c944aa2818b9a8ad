//! Random worlds and files of levers and changes through `turnover simulate` and `turnover reach`, with
//! one sector and with many, to their text and JSON.

#![no_main]

use libfuzzer_sys::fuzz_target;
use turnover_cli::{Given, Told, ask};
use turnover_data::RawTable;
use turnover_fuzz::{Scenario, check, check_refusal};

fuzz_target!(|bytes: &[u8]| {
    let question = Scenario::draw(bytes);
    if std::env::var_os("FUZZ_SHOW").is_some() {
        eprintln!("turnover {:?}\n{}\n{}", question.words, question.file, question.table);
    }
    let Ok(table) = RawTable::from_bytes("world.csv", question.table.as_bytes()) else { return };
    match ask(&question.words, Given { table: Some(&table), ..Given::default() }) {
        Ok(Told::Answer(document)) => check(&document),
        Ok(Told::Plain(_)) => {}
        Err(refusal) => check_refusal(&refusal),
    }
});
