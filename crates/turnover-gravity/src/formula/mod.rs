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

mod arithmetic;
mod columns;
mod cursor;
mod design;
mod error;
mod expr;
mod panel;
mod parse;
mod term;
mod token;

pub use design::{Design, Sample, Specification, design, regressors_again};
pub use error::FormulaError;
pub use panel::panel;
pub use parse::parse;
pub use term::Formula;
pub use token::{column_name, combinations, quoted_name};
