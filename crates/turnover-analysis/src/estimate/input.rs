//! A file or table as the columns that models use.

use std::collections::HashSet;
use std::path::Path;

use arrow_array::Array;
use rayon::prelude::*;
use turnover_data::{Cells, Filter, RawColumn, RawTable, Source};
use turnover_gravity::formula::FormulaError;
use turnover_gravity::{Column, Frame};

use super::fault::formula_error;
use super::question::Question;
use crate::error::AnalysisError;

/// The columns that a question's models use, as numbers and text.
pub struct Input {
    /// Without its cells: where rows are in the file.
    pub(super) table: RawTable,
    pub(super) frame: Frame,
    pub(super) source: Source,
}

impl Input {
    /// Reads what the question needs of a file, for the rows that pass the filter.
    pub fn read(path: &Path, filter: Option<&Filter>, question: &Question) -> Result<Self, AnalysisError> {
        let columns = question.columns()?;
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Ok(Self::new(RawTable::read_selected(path, &columns, filter)?, Some(&question.columns_by_level()?)))
    }

    /// The same of a table in memory.
    pub fn of(table: RawTable, filter: Option<&Filter>, question: &Question) -> Result<Self, AnalysisError> {
        let columns = question.columns()?;
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Ok(Self::new(table.selected(&columns, filter)?, Some(&question.columns_by_level()?)))
    }

    /// `by_level` names the columns whose levels matter; `None` for all.
    pub(super) fn new(mut table: RawTable, by_level: Option<&HashSet<String>>) -> Self {
        // Column by column, so that few cells and numbers are held twice.
        let columns = std::mem::take(&mut table.columns).into_par_iter();
        let columns: Vec<_> = columns
            .map(|c| {
                let column = typed(&c, table.rows);
                let by_level = by_level.is_none_or(|names| names.contains(&c.name));
                let levels = if by_level { exact_levels(&c, &column, table.rows) } else { None };
                ((c.name, column), levels)
            })
            .collect();
        let (columns, levels): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        let levels = levels.into_iter().flatten().collect();
        let frame = Frame::new(columns).and_then(|f| f.with_levels(levels)).unwrap_or_default();
        let source = Source {
            name: Path::new(&table.path).file_name().map_or(table.path.clone(), |n| n.to_string_lossy().into_owned()),
            vintage: "as given".to_owned(),
            hash: table.sha256.clone(),
        };
        Input { table, frame, source }
    }

    /// A formula's error, with the first cell that is not a number where one is needed.
    pub(super) fn cell_error(&self, e: FormulaError) -> AnalysisError {
        let FormulaError::NotANumber { name } = &e else { return formula_error(e) };
        let Some(Column::Text(codes, values)) = self.frame.column(name) else { return formula_error(e) };
        let is_number: Vec<bool> = values.iter().map(|v| v.parse::<f64>().is_ok()).collect();
        let bad = codes.iter().position(|c| is_number.get(*c as usize) == Some(&false));
        let Some((row, text)) = bad.and_then(|r| Some((r, values.get(codes[r] as usize)?))) else {
            return formula_error(e);
        };
        // Codes and names, not numbers with a fault.
        let words = text.contains(char::is_alphabetic) || !text.contains(|c: char| c.is_ascii_digit());
        if words && !is_number.contains(&true) {
            return formula_error(e);
        }
        AnalysisError::Formula {
            what: format!("`{name}` holds `{text}` on {} where a number is needed", self.table.place(row)),
            help: match text.contains(',') {
                true => "numbers are written with a decimal point and without separators, as in 1234.5".to_owned(),
                false => "correct the cell, or empty it where the value is missing".to_owned(),
            },
        }
    }

    /// Number of rows, those that take no part included.
    pub fn rows(&self) -> usize {
        self.table.rows
    }
}

/// A text column is numbers where all its cells are.
pub(super) fn typed(column: &RawColumn, rows: usize) -> Column {
    if let Cells::Number(cells) = &column.cells {
        return Column::Number(match cells.null_count() {
            0 => cells.values().to_vec(),
            _ => cells.iter().map(|x| x.unwrap_or(f64::NAN)).collect(),
        });
    }
    let number = |r: usize| column.str(r).map_or(Some(f64::NAN), |text| text.parse().ok());
    match (0..rows).map(number).collect::<Option<Vec<f64>>>() {
        Some(numbers) => Column::Number(numbers),
        None => Column::text(&(0..rows).map(|r| column.str(r)).collect::<Vec<_>>()),
    }
}

/// The levels of a text column whose cells are all numbers, where the numbers do not keep them apart or write
/// them otherwise: `01` and `1`, `1e1`, whole numbers beyond 2^53, `inf`. `None` where the numbers do.
pub(super) fn exact_levels(column: &RawColumn, numbers: &Column, rows: usize) -> Option<(String, Column)> {
    let Column::Number(numbers) = numbers else { return None };
    // `nan` among numbers alone is a missing value; among words such as `inf` it is a word.
    let words = numbers.iter().any(|x| x.is_infinite());
    let cell = |r: usize| column.str(r).filter(|_| words || !numbers[r].is_nan());
    let (mut texts, mut values) = (HashSet::new(), HashSet::new());
    let mut rewritten = false;
    for row in 0..rows {
        let Some(text) = cell(row) else { continue };
        if texts.insert(text) {
            let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
            rewritten |= numbers[row].to_string() != short;
            values.insert((numbers[row] + 0.0).to_bits());
        }
    }
    let differ = rewritten || texts.len() > values.len();
    differ.then(|| (column.name.clone(), Column::text(&(0..rows).map(cell).collect::<Vec<_>>())))
}
