//! The bytes of a table: CSV or JSON, gzipped or not, Parquet or Stata; and its flows.

#![no_main]

use libfuzzer_sys::fuzz_target;
use turnover_data::{FlowOptions, RawTable, flows_of};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(table) = RawTable::from_bytes("file", bytes) {
        for column in &table.columns {
            for row in 0..table.rows {
                let _ = column.show(row);
            }
        }
        let _ = flows_of(&table, &FlowOptions::default());
    }
});
