//! Grids of cells, as spreadsheets and web pages hold them, and the tables in them.

use arrow_array::StringArray;

use super::header::{self, HEAD};
use super::{Cells, Places, RawColumn, RawTable};
use crate::error::DataError;
use crate::suggest::short;

/// The cells of a sheet with the number of its first row.
pub(super) struct Grid {
    /// The sheet's name.
    pub(super) name: String,
    /// Cells by row.
    pub(super) rows: Vec<Vec<String>>,
    /// The first row's number in the sheet.
    pub(super) first: u64,
}

impl Grid {
    /// The table in a grid, with the titles above it; `None` where there is none.
    pub(super) fn table(&self, path: &str, sha256: &str) -> Result<Option<RawTable>, DataError> {
        let head = &self.rows[..self.rows.len().min(HEAD)];
        let found = header::find(head);
        let named: Vec<usize> = (0..found.names.len()).filter(|at| !found.names[*at].is_empty()).collect();
        if named.len() < 2 || found.row + 1 >= self.rows.len() {
            return Ok(None);
        }
        let mut sorted: Vec<&str> = named.iter().map(|at| found.names[*at].as_str()).collect();
        sorted.sort_unstable();
        if let Some(twice) = sorted.windows(2).find(|w| w[0] == w[1]) {
            return Err(DataError::Format {
                path: path.to_owned(),
                what: format!("two columns of sheet `{}` are named `{}`", short(&self.name), short(twice[0])),
                help: "rename or remove one of them".to_owned(),
            });
        }
        let body = self.rows.iter().enumerate().skip(found.row + 1);
        let body: Vec<(usize, &Vec<String>)> = body.filter(|(_, r)| r.iter().any(|c| !c.trim().is_empty())).collect();
        let column = |at: usize| {
            let cells = body.iter().map(|(_, row)| row.get(at).map(|c| c.trim()).filter(|c| !c.is_empty()));
            RawColumn { name: found.names[at].clone(), cells: Cells::Text(cells.collect::<StringArray>()) }
        };
        let rows = body.iter().map(|(at, _)| self.first + *at as u64).collect();
        Ok(Some(RawTable {
            path: path.to_owned(),
            columns: named.iter().map(|at| column(*at)).collect(),
            rows: body.len(),
            places: Places::Rows(Some(rows)),
            sha256: sha256.to_owned(),
            preamble: found.preamble,
            header_line: (found.row > 0 || self.first > 1).then_some(self.first + found.row as u64),
            unread: Vec::new(),
            labels: Default::default(),
        }))
    }
}
