//! Some rows of a table.

use super::select::{append, finish};
use super::{RawColumn, RawTable};

impl RawTable {
    /// These rows, which keep their places in the file.
    pub fn taken(self, rows: &[usize]) -> Self {
        let column = |column: RawColumn| {
            let mut growing = Vec::new();
            append(&mut growing, &[column], 0, rows.iter().copied());
            finish(growing)
        };
        RawTable {
            columns: self.columns.into_iter().flat_map(column).collect(),
            places: self.places.of(rows),
            rows: rows.len(),
            path: self.path,
            sha256: self.sha256,
            preamble: self.preamble,
            header_line: self.header_line,
            unread: self.unread,
            labels: self.labels,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::RawTable;

    #[test]
    fn rows_keep_their_places() {
        let table = RawTable::from_bytes("t.csv", b"a,b\nx,1\ny,2\nz,3\n").unwrap().taken(&[0, 2]);
        assert_eq!((table.rows, table.columns[0].str(1)), (2, Some("z")));
        assert!(table.place(1).to_string().contains('4'));
    }
}
