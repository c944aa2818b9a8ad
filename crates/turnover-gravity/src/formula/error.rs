//! Why a formula cannot be used.

use thiserror::Error;

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
