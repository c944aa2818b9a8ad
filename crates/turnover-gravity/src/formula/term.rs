//! A formula as a value.

use super::expr::Expr;

/// A parsed formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    pub(super) text: String,
    /// Outcomes with their names.
    pub(super) outcomes: Vec<(String, Expr)>,
    pub(super) constant: bool,
    /// Terms that every model has.
    pub(super) terms: Vec<Term>,
    /// Terms that differ between models, and how.
    pub(super) steps: Option<(Steps, Vec<Vec<Term>>)>,
    /// Combinations of columns.
    pub(super) effects: Vec<Vec<String>>,
}

/// How stepwise terms enter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Steps {
    pub(super) cumulative: bool,
    pub(super) from_none: bool,
}

/// One regressor or one family of them: a product of factors.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    pub(super) factors: Vec<Factor>,
}

impl Term {
    /// Whether two terms are the same product, in any order.
    pub(super) fn is(&self, other: &Term) -> bool {
        self.factors.len() == other.factors.len() && self.factors.iter().all(|f| other.factors.contains(f))
    }
}

/// Adds a term that is not there yet.
pub(super) fn add(terms: &mut Vec<Term>, term: Term) {
    if !terms.iter().any(|t| t.is(&term)) {
        terms.push(term);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Factor {
    /// A number per row, with the words that name it.
    Value(String, Expr),
    /// A dummy for each value of a column, times a number per row, less reference values.
    Dummies { column: String, times: Option<(String, Expr)>, reference: Vec<Literal> },
}

/// A value of a column, as a formula names it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    /// A number, and how it was written: `01` is a code, and whole numbers may be longer than a float holds.
    Number(f64, String),
    Text(String),
    Truth(bool),
}
