//! Some columns of the rows that pass a filter, so that a table need not fit in memory to be used.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use arrow_array::builder::{Float64Builder, StringBuilder};
use sha2::{Digest, Sha256};

use super::{Cells, Places, RawColumn, RawTable, hex, parquet};
use crate::error::DataError;
use crate::filter::Filter;

/// A column that grows as batches come in.
pub(super) struct Growing {
    name: String,
    cells: Builder,
}

enum Builder {
    Text(StringBuilder),
    Number(Float64Builder),
}

/// Appends rows of a batch. `before` rows came earlier, all without the columns that are new here.
pub(super) fn append(
    growing: &mut Vec<Growing>,
    batch: &[RawColumn],
    before: usize,
    rows: impl Iterator<Item = usize> + Clone,
) {
    if growing.is_empty() && before == 0 {
        growing.extend(batch.iter().map(|c| Growing {
            name: c.name.clone(),
            cells: match c.cells {
                Cells::Text(_) => Builder::Text(StringBuilder::new()),
                Cells::Number(_) => Builder::Number(Float64Builder::new()),
            },
        }));
    }
    for (column, part) in growing.iter_mut().zip(batch) {
        // Whole numbers beyond 2^53 come as text, where earlier batches held none.
        if let (Builder::Number(b), Cells::Text(_)) = (&mut column.cells, &part.cells) {
            let mut text = StringBuilder::new();
            b.finish().iter().for_each(|x| text.append_option(x.map(|x| x.to_string())));
            column.cells = Builder::Text(text);
        }
        match &mut column.cells {
            Builder::Text(b) => rows.clone().for_each(|r| b.append_option(part.show(r))),
            Builder::Number(b) => rows.clone().for_each(|r| b.append_option(part.float(r))),
        }
    }
}

pub(super) fn finish(growing: Vec<Growing>) -> Vec<RawColumn> {
    let finished = |g: Growing| RawColumn {
        name: g.name,
        cells: match g.cells {
            Builder::Text(mut b) => Cells::Text(b.finish()),
            Builder::Number(mut b) => Cells::Number(b.finish()),
        },
    };
    growing.into_iter().map(finished).collect()
}

impl RawTable {
    /// Reads these columns of the rows that pass the filter. A Parquet file is read batch by batch
    /// and never held whole. Where a wanted column is missing, the table has all columns and no
    /// row, so that whoever uses it can say which there are.
    pub fn read_selected(path: &Path, wanted: &[&str], filter: Option<&Filter>) -> Result<Self, DataError> {
        let name = path.display().to_string();
        let io = |source| DataError::Io { path: name.clone(), source };
        let mut start = [0; 4];
        let is_parquet = path.is_file()
            && File::open(path).and_then(|mut f| f.read_exact(&mut start)).is_ok_and(|()| &start == b"PAR1");
        if !is_parquet {
            return RawTable::read(path)?.selected(wanted, filter);
        }
        let mut file = File::open(path).map_err(io)?;
        let sha256 = hash(&mut file).map_err(io)?;
        file.rewind().map_err(io)?;
        let (names, unread) = parquet::names(&name, file.try_clone().map_err(io)?)?;
        let used = |n: &str| wanted.contains(&n) || filter.is_some_and(|f| f.columns().contains(&n));
        let empty = |names: &[String]| RawTable {
            path: name.clone(),
            columns: names.iter().map(|n| RawColumn { name: n.clone(), cells: Cells::none() }).collect(),
            rows: 0,
            places: Places::Rows(Some(Vec::new())),
            sha256: sha256.clone(),
            preamble: Vec::new(),
            header_line: None,
            unread: unread.clone(),
            labels: Default::default(),
        };
        if let Some(filter) = filter {
            filter.rows(&empty(&names))?;
        }
        if wanted.iter().any(|w| !names.iter().any(|n| n == w)) {
            return Ok(empty(&names));
        }
        let mut growing = Vec::new();
        let mut places = Vec::new();
        let (mut read, mut kept) = (0, 0);
        parquet::each_batch(&name, file, &used, &mut |columns| {
            let rows = columns.first().map_or(0, RawColumn::len);
            let batch = RawTable::plain(&name, columns.to_vec(), "", Vec::new());
            let passed = filter.map_or_else(|| Ok((0..rows).collect()), |f| f.rows(&batch))?;
            let own: Vec<RawColumn> = columns.iter().filter(|c| wanted.contains(&c.name.as_str())).cloned().collect();
            append(&mut growing, &own, kept, passed.iter().copied());
            if filter.is_some() {
                places.extend(passed.iter().map(|r| (read + r) as u64 + 1));
            }
            read += rows;
            kept += passed.len();
            Ok(())
        })?;
        let places = Places::Rows(filter.is_some().then_some(places));
        let table = RawTable::plain(&name, finish(growing), &sha256, unread);
        Ok(RawTable { rows: kept, places, ..table })
    }

    /// These columns of the rows that pass the filter.
    pub fn selected(mut self, wanted: &[&str], filter: Option<&Filter>) -> Result<Self, DataError> {
        let missing = wanted.iter().any(|w| self.column(w).is_none());
        let rows: Vec<usize> = match filter {
            Some(filter) => filter.rows(&self)?,
            None => (0..self.rows).collect(),
        };
        let rows = if missing { Vec::new() } else { rows };
        if !missing {
            self.columns.retain(|c| wanted.contains(&c.name.as_str()));
        }
        if rows.len() < self.rows {
            self.columns = std::mem::take(&mut self.columns)
                .into_iter()
                .flat_map(|column| {
                    let mut growing = Vec::new();
                    append(&mut growing, &[column], 0, rows.iter().copied());
                    finish(growing)
                })
                .collect();
            self.places = self.places.of(&rows);
            self.rows = rows.len();
        }
        Ok(self)
    }
}

/// SHA-256 of a file, in hexadecimal, without holding it.
fn hash(file: &mut File) -> std::io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&digest.finalize())),
            n => digest.update(&buffer[..n]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &Path) {
        let filter = Filter::parse("year >= 2001").unwrap();
        let table = RawTable::read_selected(path, &["value", "to"], Some(&filter)).unwrap();
        let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!((table.rows, names), (2, vec!["to", "value"]));
        assert_eq!(table.column("to").unwrap().str(1), Some("C"));
        assert_eq!(table.sha256, RawTable::read(path).unwrap().sha256);
        assert!(table.place(1).to_string().contains(if path.extension().unwrap() == "csv" { "4" } else { "3" }));
        let missing = RawTable::read_selected(path, &["vale"], Some(&filter)).unwrap();
        assert_eq!((missing.rows, missing.columns.len()), (0, 3));
        let unknown = Filter::parse("yeer > 1").unwrap();
        let error = RawTable::read_selected(path, &["value"], Some(&unknown)).unwrap_err().to_string();
        assert!(error.contains("yeer"), "{error}");
    }

    #[test]
    fn columns_and_rows_are_chosen_while_reading() {
        let folder = tempfile::tempdir().unwrap();
        let csv = folder.path().join("flows.csv");
        std::fs::write(&csv, "year,to,value\n2000,A,1\n2001,B,2\n2002,C,3\n").unwrap();
        check(&csv);
        let parquet = folder.path().join("flows.parquet");
        let columns: Vec<(&str, arrow_array::ArrayRef)> = vec![
            ("year", std::sync::Arc::new(arrow_array::Int32Array::from(vec![2000, 2001, 2002]))),
            ("to", std::sync::Arc::new(arrow_array::StringArray::from(vec!["A", "B", "C"]))),
            ("value", std::sync::Arc::new(arrow_array::Float64Array::from(vec![1.0, 2.0, 3.0]))),
        ];
        let batch = arrow_array::RecordBatch::try_from_iter(columns).unwrap();
        let file = File::create(&parquet).unwrap();
        let mut writer = ::parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        check(&parquet);
    }
}
