//! Which columns a formula uses, and how: as numbers, or by their levels.

use super::expr::Expr;
use super::term::{Factor, Formula};

impl Formula {
    /// The formula as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The columns of the data that the formula names, in alphabetical order.
    pub fn columns(&self) -> Vec<&str> {
        self.all_columns(Expr::columns)
    }

    /// The columns that are used by their levels, in alphabetical order: those of effects and of `i()`, and
    /// those compared with a text.
    pub fn columns_by_level(&self) -> Vec<&str> {
        self.all_columns(Expr::compared_with_text)
    }

    /// Columns of effects and of `i()`, and those of arithmetic that `within` finds there.
    fn all_columns<'a>(&'a self, within: impl Fn(&'a Expr, &mut Vec<&'a str>)) -> Vec<&'a str> {
        let mut out = self.level_columns();
        self.outcomes.iter().for_each(|(_, e)| within(e, &mut out));
        for factor in self.factors() {
            match factor {
                Factor::Value(_, e) => within(e, &mut out),
                Factor::Dummies { times, .. } => times.iter().for_each(|(_, e)| within(e, &mut out)),
            }
        }
        sorted(out)
    }

    /// The columns of each family of fixed effects.
    pub fn effects(&self) -> &[Vec<String>] {
        &self.effects
    }

    /// The columns whose levels matter, those of effects and of `i()`, in alphabetical order.
    pub fn level_columns(&self) -> Vec<&str> {
        sorted(self.effects.iter().flatten().map(String::as_str).chain(self.dummy_columns()).collect())
    }

    /// The columns of `i()`, in alphabetical order.
    pub fn dummy_columns(&self) -> Vec<&str> {
        sorted(self.factors().filter_map(dummy_column).collect())
    }

    /// The columns that regressors are computed from, in alphabetical order.
    pub fn regressor_columns(&self) -> Vec<&str> {
        let mut out = Vec::new();
        for factor in self.factors() {
            match factor {
                Factor::Value(_, expr) => expr.columns(&mut out),
                Factor::Dummies { times, .. } => times.iter().for_each(|(_, expr)| expr.columns(&mut out)),
            }
        }
        sorted(out)
    }

    /// The columns that outcomes are computed from, in alphabetical order.
    pub fn outcome_columns(&self) -> Vec<&str> {
        let mut out = Vec::new();
        self.outcomes.iter().for_each(|(_, expr)| expr.columns(&mut out));
        sorted(out)
    }

    fn factors(&self) -> impl Iterator<Item = &Factor> {
        let steps = self.steps.iter().flat_map(|(_, choices)| choices.iter().flatten());
        self.terms.iter().chain(steps).flat_map(|term| &term.factors)
    }
}

fn dummy_column(factor: &Factor) -> Option<&str> {
    match factor {
        Factor::Dummies { column, .. } => Some(column),
        Factor::Value(..) => None,
    }
}

fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;

    #[test]
    fn columns_by_use() {
        let f = parse("log(y) ~ x + i(year, z, ref = 2000) + sw(I(t == \"a\"), w) | a^year + b").unwrap();
        assert_eq!(f.level_columns(), ["a", "b", "year"]);
        assert_eq!(f.dummy_columns(), ["year"]);
        assert_eq!(f.regressor_columns(), ["t", "w", "x", "z"]);
        assert_eq!(f.outcome_columns(), ["y"]);
        assert_eq!(f.effects().len(), 2);
    }
}
