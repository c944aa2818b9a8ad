//! Random formulas, options and small tables through `turnover estimate` to its text and JSON.

#![no_main]

use libfuzzer_sys::fuzz_target;
use turnover_data::RawTable;
use turnover_fuzz::{Estimate, ask, check, check_refusal};
use turnover_query::Reply;

fuzz_target!(|bytes: &[u8]| {
    let question = Estimate::draw(bytes);
    if std::env::var_os("FUZZ_SHOW").is_some() {
        eprintln!("turnover {:?}\n{}", question.words, question.table);
    }
    let Ok(table) = RawTable::from_bytes("t.csv", question.table.as_bytes()) else { return };
    match ask(&question.words, table) {
        Ok(Reply::Document(document)) => check(&document),
        Ok(Reply::Plain { .. }) => {}
        Err(refusal) => check_refusal(&refusal),
    }
});
