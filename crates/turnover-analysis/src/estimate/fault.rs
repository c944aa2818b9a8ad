//! Errors of formulas and fits, with the place in the file and what to do.

use turnover_gravity::FitError;
use turnover_gravity::formula::FormulaError;

use crate::error::AnalysisError;

pub(super) fn formula_error(e: FormulaError) -> AnalysisError {
    let help = match &e {
        FormulaError::Syntax { .. } => {
            "as in trade ~ rta + log(dist) | exporter^year + importer^year + exporter^importer".to_owned()
        }
        FormulaError::UnknownColumn { nearest: Some(n), .. } => format!("did you mean `{n}`?"),
        FormulaError::UnknownColumn { .. } => "use the file's columns; quote odd names with `backticks`".to_owned(),
        FormulaError::NotANumber { name } => {
            format!(
                "make dummies of it with i({name}), compare it with a text as in I({name} == \"x\"), or absorb it after |"
            )
        }
        FormulaError::NoPanel { effects } => match &effects[..] {
            [] => "this formula has no effects: write them after |".to_owned(),
            effects => format!("the effects here are {}", effects.join(" + ")),
        },
        FormulaError::UnknownReference { .. } => "name a value that occurs, texts in quotes".to_owned(),
        FormulaError::TooManyValues { name, .. } => format!("absorb it as a fixed effect: put {name} after |"),
    };
    AnalysisError::Formula { what: e.to_string(), help }
}

pub(super) fn fit_error(e: &FitError, place: &dyn Fn(usize) -> String) -> AnalysisError {
    if *e == FitError::Stopped {
        return AnalysisError::Stopped;
    }
    let (what, help) = match e {
        FitError::NegativeOutcome { row, value } => (
            format!("the outcome is {value} on {}; PPML needs values of 0 or more", place(*row)),
            "leave such rows out with ‹filter›",
        ),
        FitError::NegativeWeight { row, value } => (
            format!("the weight is {value} on {}; weights must be 0 or more", place(*row)),
            "leave such rows out with ‹filter›",
        ),
        FitError::NoVariation(_) => (e.to_string(), "use fewer fixed effects, or regressors that vary within them"),
        FitError::Clusters { .. } => (e.to_string(), "choose another ‹vcov›, such as hetero"),
        FitError::NotConverged { .. } => {
            (e.to_string(), "look for regressors on very different scales, or for a nearly perfect fit")
        }
        FitError::Offset { .. } => {
            (e.to_string(), "is the offset in logs? Give the log of what the outcome is relative to")
        }
        FitError::Weights => {
            (e.to_string(), "leave rows of tiny weights or outcomes out with ‹filter›, or use fewer fixed effects")
        }
        FitError::BadlyConnected { .. } => (e.to_string(), "use fewer fixed effects, or estimate on connected rows"),
        FitError::AllZero | FitError::NoRows(_) => (e.to_string(), "check the outcome and the ‹filter›"),
        FitError::SameFlow { first, second } => (
            format!(
                "no bias correction: {} and {} are of the same exporter, importer and period",
                place(*first),
                place(*second)
            ),
            "keep one of the categories with ‹filter›, or add them up first",
        ),
        FitError::Panel(_) => (e.to_string(), "leave ‹bias_correction› out"),
        FitError::NoDegrees { .. } => (e.to_string(), "use fewer fixed effects or ‹ssc none›"),
        _ => (e.to_string(), "check the columns that the formula names"),
    };
    AnalysisError::Estimate { what, help: help.to_owned() }
}
