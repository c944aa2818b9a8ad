//! How large a packed file may grow in memory. What a file says of itself is not taken on trust: what
//! comes out is counted.

use arrow_array::Array;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::parquet::each_batch;
use super::{Cells, RawColumn};
use crate::error::DataError;

/// Packed tables of real trade are 5 to 50 times as large unpacked. What grows by more than this was made
/// to fill memory.
const EXPANSION: u64 = 100;
/// What any file may unpack to, however small it is packed.
const LEAST: u64 = 16 << 20;

/// The bytes that a packed file may unpack to where the reader allows `most`.
pub(super) fn limit(packed: u64, most: u64) -> u64 {
    packed.saturating_mul(EXPANSION).saturating_add(LEAST).min(most)
}

/// Says that a file unpacks to more than its limit.
pub(super) fn refuse(name: &str, packed: u64, most: u64) -> DataError {
    let limit = limit(packed, most);
    let (what, help) = if limit == most {
        (
            format!("holds more than {} MiB once it is unpacked, the most that is taken", most >> 20),
            "read it on the command line with --data, which takes larger files, or keep the columns and rows that matter",
        )
    } else {
        (
            format!("unpacks to more than {EXPANSION} times its size"),
            "unpack it yourself if you trust it, and read the plain file",
        )
    };
    DataError::TooLarge { path: name.to_owned(), what, help: help.to_owned() }
}

/// Refuses a Parquet file whose readable columns are larger than that. A few bytes can stand for any number
/// of rows, so a file is decoded batch by batch and only counted; first by what it says itself.
pub(super) fn check_parquet(name: &str, bytes: &[u8], most: u64) -> Result<(), DataError> {
    let too_large = || DataError::TooLarge {
        path: name.to_owned(),
        what: format!("holds more than {} MiB once it is unpacked, the most that is taken", most >> 20),
        help: "read it on the command line with --data, which takes larger files, or keep the columns and rows that \
               matter"
            .to_owned(),
    };
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    // A file that cannot be opened is refused in the reader's words.
    let Ok(builder) = ParquetRecordBatchReaderBuilder::try_new(bytes.clone()) else { return Ok(()) };
    let groups = builder.metadata().row_groups();
    let said = |f: &dyn Fn(&parquet::file::metadata::RowGroupMetaData) -> i64| {
        groups.iter().map(|g| u64::try_from(f(g)).unwrap_or(u64::MAX)).fold(0u64, u64::saturating_add)
    };
    let cells = said(&|g| g.num_rows()).saturating_mul(builder.schema().fields().len() as u64);
    if said(&|g| g.total_byte_size()) > most || cells.saturating_mul(4) > most {
        return Err(too_large());
    }
    drop(builder);
    let mut counted = 0u64;
    each_batch(name, bytes, &|_| true, &mut |columns| {
        counted += columns.iter().map(size).sum::<u64>();
        if counted > most { Err(too_large()) } else { Ok(()) }
    })
}

/// Bytes of a column's cells.
fn size(column: &RawColumn) -> u64 {
    match &column.cells {
        Cells::Number(a) => 8 * a.len() as u64,
        Cells::Text(a) => 4 * a.len() as u64 + a.value_data().len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::basic::Compression;
    use parquet::file::properties::WriterProperties;

    use super::*;
    use crate::RawTable;

    fn zeros(bytes: usize) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let block = vec![b'0'; 1 << 20];
        for _ in 0..bytes >> 20 {
            packer.write_all(&block).unwrap();
        }
        packer.finish().unwrap()
    }

    fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
        for _ in 0..8 {
            writer.write(&batch).unwrap();
        }
        writer.close().unwrap();
        bytes
    }

    fn refused(bytes: &[u8], most: u64) -> String {
        match RawTable::from_bytes_within("f", bytes, most) {
            Err(e @ DataError::TooLarge { .. }) => e.to_string(),
            Err(e) => panic!("{e}"),
            Ok(t) => panic!("{} rows", t.rows),
        }
    }

    #[test]
    fn what_comes_out_is_counted() {
        let bomb = zeros(256 << 20);
        assert!(bomb.len() < 2 << 20);
        assert!(refused(&bomb, 32 << 20).contains("more than 32 MiB"));
        assert!(refused(&bomb, u64::MAX).contains("more than 100 times its size"));
        // A bomb behind an honest beginning: gzip files may follow each other.
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(b"year,exporter,importer,value_usd\n2019,USA,RUS,1\n").unwrap();
        let honest = packer.finish().unwrap();
        assert!(RawTable::from_bytes_within("f", &honest, 1 << 10).is_ok());
        assert!(refused(&[&honest[..], &bomb].concat(), 32 << 20).contains("more than 32 MiB"));
        assert!(refused(b"year,exporter\n2019,USA\n", 10).contains("more than 0 MiB"));
    }

    #[test]
    fn rows_that_stand_for_many_are_counted() {
        let same = || Arc::new(Float64Array::from(vec![1.0; 1 << 20])) as ArrayRef;
        let many = parquet(vec![("a", same()), ("b", same()), ("c", same())]);
        assert!(many.len() < 1 << 20, "{}", many.len());
        assert!(refused(&many, 32 << 20).contains("more than 32 MiB"));
        // One long text, of which each row is a number in a dictionary.
        let text = "x".repeat(10_000);
        let texts = parquet(vec![("t", Arc::new(StringArray::from(vec![text.as_str(); 2_000])) as ArrayRef)]);
        assert!(texts.len() < 1 << 20, "{}", texts.len());
        assert!(refused(&texts, 32 << 20).contains("more than 32 MiB"));
        let few = parquet(vec![("a", Arc::new(Float64Array::from(vec![1.0; 1 << 10])) as ArrayRef)]);
        assert_eq!(RawTable::from_bytes_within("f", &few, 32 << 20).unwrap().rows, 8 << 10);
    }
}
