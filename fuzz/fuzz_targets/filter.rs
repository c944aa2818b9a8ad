//! A filter on a small table.

#![no_main]

use libfuzzer_sys::fuzz_target;
use turnover_data::{Filter, RawTable};

fuzz_target!(|text: &str| {
    let Ok(filter) = Filter::parse(text) else { return };
    let table = RawTable::from_bytes("t.csv", b"year,to,value\n2000,A,1\n2001,,2.5\n2002,C,x\n");
    if let Ok(table) = table {
        let _ = filter.rows(&table);
    }
});
