//! Tables in memory whose columns have types already: text stays text, whatever it looks like.

use std::path::Path;

use rayon::prelude::*;
use turnover_data::{Cells, RawColumn, RawTable, Source};
use turnover_gravity::formula::parse;
use turnover_gravity::{Column, Frame};

use super::fault::formula_error;
use super::input::{Input, typed};
use super::question::{Question, Vcov};
use crate::error::AnalysisError;

/// How a question uses a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Use {
    /// Computed with: outcomes, regressors, weights, the offset.
    pub number: bool,
    /// By its levels: fixed effects, `i()`, clusters.
    pub level: bool,
}

impl Question {
    /// The columns that its models use, each once, and how.
    pub fn uses(&self) -> Result<Vec<(String, Use)>, AnalysisError> {
        let mut uses: Vec<(String, Use)> = Vec::new();
        let mut add = |name: &str, number: bool| {
            let at = uses.iter().position(|u| u.0 == name).unwrap_or_else(|| {
                uses.push((name.to_owned(), Use::default()));
                uses.len() - 1
            });
            uses[at].1.number |= number;
            uses[at].1.level |= !number;
        };
        for text in &self.formulas {
            let formula = parse(text).map_err(formula_error)?;
            formula.outcome_columns().iter().for_each(|c| add(c, true));
            formula.regressor_columns().iter().for_each(|c| add(c, true));
            formula.level_columns().iter().for_each(|c| add(c, false));
        }
        self.weights.iter().chain(&self.offset).for_each(|c| add(c, true));
        if let Vcov::Clustered(clusters) = &self.vcov {
            clusters.iter().flatten().for_each(|c| add(c, false));
        }
        Ok(uses)
    }
}

impl Input {
    /// A table whose columns have types: text is not read as numbers.
    pub fn of_typed(mut table: RawTable) -> Self {
        let frame = typed_frame(&mut table);
        let name = Path::new(&table.path).file_name().map_or(table.path.clone(), |n| n.to_string_lossy().into_owned());
        let source = Source { name, vintage: "as given".to_owned(), hash: table.sha256.clone() };
        Input { table, frame, source }
    }
}

/// Takes a table's columns as they are typed.
pub(super) fn typed_frame(table: &mut RawTable) -> Frame {
    let rows = table.rows;
    let columns = std::mem::take(&mut table.columns).into_par_iter();
    Frame::new(columns.map(|c| (c.name.clone(), exact(c, rows))).collect()).unwrap_or_default()
}

fn exact(column: RawColumn, rows: usize) -> Column {
    match &column.cells {
        Cells::Text(_) => Column::text(&(0..rows).map(|r| column.str(r)).collect::<Vec<_>>()),
        _ => typed(&column, rows),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::models;
    use crate::watch::Watch;
    use turnover_gravity::{Kind, SeparationCheck, SmallSample};

    fn question(formula: &str) -> Question {
        Question {
            formulas: vec![formula.to_owned()],
            kind: Kind::Poisson,
            vcov: Vcov::parse("cluster:c^d").unwrap(),
            small_sample: SmallSample::Fixest,
            weights: Some("w".to_owned()),
            offset: None,
            separation: SeparationCheck::Full,
            drop_singletons: false,
            bias_correction: false,
            etable: false,
            command: String::new(),
        }
    }

    #[test]
    fn uses_of_columns() {
        let uses = question("log(y) ~ x + i(t, x) | a^t").uses().unwrap();
        let of = |name: &str| uses.iter().find(|u| u.0 == name).map(|u| (u.1.number, u.1.level));
        assert_eq!(of("y"), Some((true, false)));
        assert_eq!(of("x"), Some((true, false)));
        assert_eq!(of("t"), Some((false, true)));
        assert_eq!(of("c"), Some((false, true)));
        assert_eq!(of("w"), Some((true, false)));
        assert_eq!(of("nothing"), None);
    }

    #[test]
    fn text_that_looks_like_numbers_stays_apart() {
        let text = |name: &str, cells: &[&str]| RawColumn {
            name: name.to_owned(),
            cells: Cells::Text(cells.iter().map(|c| Some(*c)).collect()),
        };
        let number = |name: &str, cells: &[f64]| RawColumn {
            name: name.to_owned(),
            cells: Cells::Number(cells.to_vec().into()),
        };
        let codes = ["01", "01", "1", "1", "1e0", "1e0", "nan", "nan"];
        let table = RawTable::from_columns(
            "<table>",
            vec![
                text("code", &codes),
                number("x", &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0]),
                number("y", &[1.0, 2.0, 30.0, 60.0, 500.0, 1000.0, 7.0, 14.0]),
            ],
            None,
        );
        let mut asked = question("y ~ x | code");
        (asked.vcov, asked.weights) = (Vcov::Iid, None);
        let input = Input::of_typed(table);
        let fits = models(&input, &asked, Watch::none()).unwrap();
        // Each code's outcome doubles with x.
        assert!((fits[0].coefficients()[0].estimate - 2f64.ln()).abs() < 1e-10);
        assert_eq!(fits[0].predictor(&input).effects[0].values.len(), 4);
    }
}
