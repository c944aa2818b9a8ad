//! Formulas as users of fixest and pyfixest write them:
//! `y ~ x1 + log(x2) + i(year, x, ref = 2013) | exporter^year + importer^year + exporter^importer`.
//!
//! - left of `~`: the outcome, or several as `c(y1, y2)`; a sum is `I(y1 + y2)`;
//! - regressors: columns, `log`, `exp`, `sqrt`, `abs`, arithmetic and comparisons in `I()`,
//!   interactions `a:b` and `a*b` (both and their product), `i(factor)`, `i(factor, x, ref = v)`;
//!   outside `I()`, parentheses group terms: `(a + b):c` is `a:c + b:c`, and `-` takes a term away;
//! - `i(factor)` without `ref` leaves out the first value that occurs, where the model has a constant or
//!   fixed effects, as fixest and pyfixest do; `i(factor, x)` and products with `:` keep all values;
//! - a column whose name is not a word stands in backticks: `` `Trade Flow` ``, a backtick in it twice;
//! - `sw(a, b)` estimates once with each, `csw(a, b)` adds them one by one, `sw0` and `csw0` begin
//!   with none; `0` or `-1` leaves the constant out;
//! - right of `|`: fixed effects, `a^b` for combinations.

mod columns;
mod design;
mod expr;
mod panel;
mod parse;
mod token;

use thiserror::Error;

pub use design::{Design, Sample, Specification, design, regressors_again};
pub use panel::panel;
pub use parse::{Formula, parse};
pub use token::{column_name, combinations, quoted_name};

/// Why a formula cannot be used.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FormulaError {
    /// It cannot be read.
    #[error("formula `{text}`, character {at}: expected {expected}, found {found}")]
    Syntax {
        /// The formula.
        text: String,
        /// Position, from 1.
        at: usize,
        /// What would have been right.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A column that the data does not have.
    #[error("there is no column `{name}`; the columns are {columns}")]
    UnknownColumn {
        /// The name.
        name: String,
        /// The columns.
        columns: String,
        /// The nearest one.
        nearest: Option<String>,
    },
    /// A text column where a number is needed.
    #[error("`{name}` holds text where a number is needed")]
    NotANumber {
        /// The column or term.
        name: String,
    },
    /// A reference that the column does not have.
    #[error("`{value}` is not among the values of `{name}`, which are {values}")]
    UnknownReference {
        /// The column.
        name: String,
        /// The reference.
        value: String,
        /// The values, the first and the last where there are many.
        values: String,
    },
    /// Too many values for dummies.
    #[error("`{name}` would make {values} regressors, one for each value or combination; {most} is the most")]
    TooManyValues {
        /// The column.
        name: String,
        /// Distinct values.
        values: usize,
        /// The limit.
        most: usize,
    },
    /// Effects that are not those of a gravity panel.
    #[error("a bias correction is for effects exporter^time + importer^time + exporter^importer, or the first two")]
    NoPanel {
        /// The effects that there are.
        effects: Vec<String>,
    },
}
