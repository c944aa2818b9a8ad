//! Arithmetic on columns.

use super::error::FormulaError;
use crate::frame::{Column, Frame};

/// An expression in one value per row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Number(f64),
    Text(String),
    Column(String),
    Negate(Box<Expr>),
    Not(Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    Call(Function, Box<Expr>),
}

impl Expr {
    /// Adds the columns that it names.
    pub(super) fn columns<'a>(&'a self, out: &mut Vec<&'a str>) {
        match self {
            Expr::Number(_) | Expr::Text(_) => {}
            Expr::Column(name) => out.push(name),
            Expr::Negate(inner) | Expr::Not(inner) | Expr::Call(_, inner) => inner.columns(out),
            Expr::Binary(_, a, b) => {
                a.columns(out);
                b.columns(out);
            }
        }
    }
}

impl Expr {
    /// Adds the columns that it compares with a text.
    pub(super) fn compared_with_text<'a>(&'a self, out: &mut Vec<&'a str>) {
        match self {
            Expr::Number(_) | Expr::Text(_) | Expr::Column(_) => {}
            Expr::Negate(inner) | Expr::Not(inner) | Expr::Call(_, inner) => inner.compared_with_text(out),
            Expr::Binary(_, a, b) => match (&**a, &**b) {
                (Expr::Column(name), Expr::Text(_)) | (Expr::Text(_), Expr::Column(name)) => out.push(name),
                (a, b) => {
                    a.compared_with_text(out);
                    b.compared_with_text(out);
                }
            },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Op {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Function {
    Log,
    Exp,
    Sqrt,
    Abs,
}

impl Function {
    pub(super) fn named(name: &str) -> Option<Function> {
        Some(match name {
            "log" | "ln" => Function::Log,
            "exp" => Function::Exp,
            "sqrt" => Function::Sqrt,
            "abs" => Function::Abs,
            _ => return None,
        })
    }
}

/// A column, or the error that names the nearest one.
pub(super) fn column<'a>(frame: &'a Frame, name: &str) -> Result<&'a Column, FormulaError> {
    found(frame.column(name), frame, name)
}

/// A column as levels, or the error that names the nearest one.
pub(super) fn levels<'a>(frame: &'a Frame, name: &str) -> Result<&'a Column, FormulaError> {
    found(frame.levels(name), frame, name)
}

fn found<'a>(column: Option<&'a Column>, frame: &Frame, name: &str) -> Result<&'a Column, FormulaError> {
    column.ok_or_else(|| {
        let nearest = frame
            .names()
            .map(|n| (strsim::osa_distance(&n.to_lowercase(), &name.to_lowercase()), n))
            .min()
            .filter(|(d, n)| d * 3 <= n.len().max(name.len()))
            .map(|(_, n)| n.to_owned());
        let columns = frame.names().collect::<Vec<_>>().join(", ");
        FormulaError::UnknownColumn { name: name.to_owned(), columns, nearest }
    })
}

/// The value in each row; NaN where a cell is missing.
pub(super) fn evaluate(expr: &Expr, frame: &Frame) -> Result<Vec<f64>, FormulaError> {
    Ok(match expr {
        Expr::Number(x) => vec![*x; frame.rows()],
        Expr::Text(text) => return Err(FormulaError::NotANumber { name: format!("\"{text}\"") }),
        Expr::Column(name) => match column(frame, name)? {
            Column::Number(x) => x.clone(),
            Column::Text(..) => return Err(FormulaError::NotANumber { name: name.clone() }),
        },
        Expr::Negate(inner) => map(evaluate(inner, frame)?, |x| -x),
        Expr::Not(inner) => map(evaluate(inner, frame)?, |x| truth(x == 0.0, x, x)),
        Expr::Call(function, inner) => {
            let x = evaluate(inner, frame)?;
            match function {
                Function::Log => map(x, f64::ln),
                Function::Exp => map(x, f64::exp),
                Function::Sqrt => map(x, f64::sqrt),
                Function::Abs => map(x, f64::abs),
            }
        }
        Expr::Binary(op, a, b) => {
            if let Some(found) = compare_text(*op, a, b, frame)? {
                return Ok(found);
            }
            let (mut x, y) = (evaluate(a, frame)?, evaluate(b, frame)?);
            for (x, y) in x.iter_mut().zip(y) {
                *x = apply(*op, *x, y);
            }
            x
        }
    })
}

fn map(mut x: Vec<f64>, f: impl Fn(f64) -> f64) -> Vec<f64> {
    x.iter_mut().for_each(|x| *x = f(*x));
    x
}

/// 1 or 0; NaN where an operand is missing.
fn truth(holds: bool, x: f64, y: f64) -> f64 {
    match () {
        () if x.is_nan() || y.is_nan() => f64::NAN,
        () if holds => 1.0,
        () => 0.0,
    }
}

fn apply(op: Op, x: f64, y: f64) -> f64 {
    match op {
        Op::Add => x + y,
        Op::Subtract => x - y,
        Op::Multiply => x * y,
        Op::Divide => x / y,
        Op::Power => x.powf(y),
        Op::Equal => truth(x == y, x, y),
        Op::NotEqual => truth(x != y, x, y),
        Op::Less => truth(x < y, x, y),
        Op::LessEqual => truth(x <= y, x, y),
        Op::Greater => truth(x > y, x, y),
        Op::GreaterEqual => truth(x >= y, x, y),
        Op::And => truth(x != 0.0 && y != 0.0, x, y),
        Op::Or => truth(x != 0.0 || y != 0.0, x, y),
    }
}

/// `column == "text"` and `column != "text"`.
fn compare_text(op: Op, a: &Expr, b: &Expr, frame: &Frame) -> Result<Option<Vec<f64>>, FormulaError> {
    let ((Expr::Column(name), Expr::Text(text)) | (Expr::Text(text), Expr::Column(name))) = (a, b) else {
        return Ok(None);
    };
    if !matches!(op, Op::Equal | Op::NotEqual) {
        return Ok(None);
    }
    let equal = |same: bool| if same == (op == Op::Equal) { 1.0 } else { 0.0 };
    Ok(Some(match levels(frame, name)? {
        Column::Text(codes, values) => {
            let wanted = values.binary_search(text).map_or(u32::MAX - 1, |k| k as u32);
            codes.iter().map(|c| if *c == u32::MAX { f64::NAN } else { equal(*c == wanted) }).collect()
        }
        Column::Number(x) => {
            let wanted = text.parse::<f64>().unwrap_or(f64::NAN);
            x.iter().map(|x| if x.is_nan() { f64::NAN } else { equal(*x == wanted) }).collect()
        }
    }))
}
