//! Random worlds and files of levers and changes through `turnover simulate` and `turnover reach`, with
//! one sector and with many, to their text and JSON.

#![no_main]

use libfuzzer_sys::fuzz_target;
use turnover_data::RawTable;
use turnover_fuzz::{Scenario, ask, check, check_refusal};
use turnover_query::Reply;

fuzz_target!(|bytes: &[u8]| {
    let question = Scenario::draw(bytes);
    if std::env::var_os("FUZZ_SHOW").is_some() {
        eprintln!("turnover {:?}\n{}\n{}", question.words, question.file, question.table);
    }
    let Ok(table) = RawTable::from_bytes("world.csv", question.table.as_bytes()) else { return };
    match ask(&question.words, table) {
        Ok(Reply::Document(document)) => check(&document),
        Ok(Reply::Plain { .. }) => {}
        Err(refusal) => check_refusal(&refusal),
    }
});
