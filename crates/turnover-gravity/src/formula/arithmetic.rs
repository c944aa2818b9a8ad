//! Arithmetic and comparisons, by precedence.

use super::cursor::{Parsed, Parser};
use super::expr::{Expr, Function, Op};
use super::token::Token;

impl Parser<'_> {
    pub(super) fn named_expr(&mut self) -> Parsed<(String, Expr)> {
        let from = self.at;
        let expr = self.or()?;
        Ok((self.words(from), expr))
    }

    fn or(&mut self) -> Parsed<Expr> {
        self.deeper()?;
        let mut left = self.and()?;
        while self.mark("|") {
            left = Expr::Binary(Op::Or, Box::new(left), Box::new(self.and()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expr> {
        let mut left = self.comparison()?;
        while self.mark("&") {
            left = Expr::Binary(Op::And, Box::new(left), Box::new(self.comparison()?));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let left = self.sum()?;
        for (mark, op) in [
            ("==", Op::Equal),
            ("!=", Op::NotEqual),
            ("<=", Op::LessEqual),
            (">=", Op::GreaterEqual),
            ("<", Op::Less),
            (">", Op::Greater),
        ] {
            if self.mark(mark) {
                return Ok(Expr::Binary(op, Box::new(left), Box::new(self.sum()?)));
            }
        }
        Ok(left)
    }

    fn sum(&mut self) -> Parsed<Expr> {
        let mut left = self.product()?;
        loop {
            let op = match () {
                () if self.mark("+") => Op::Add,
                () if self.mark("-") => Op::Subtract,
                () => return Ok(left),
            };
            left = Expr::Binary(op, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Parsed<Expr> {
        let mut left = self.power()?;
        loop {
            let op = match () {
                () if self.mark("*") => Op::Multiply,
                () if self.mark("/") => Op::Divide,
                () => return Ok(left),
            };
            left = Expr::Binary(op, Box::new(left), Box::new(self.power()?));
        }
    }

    fn power(&mut self) -> Parsed<Expr> {
        self.deeper()?;
        let left = match () {
            () if self.mark("-") => Expr::Negate(Box::new(self.power()?)),
            () if self.mark("!") => Expr::Not(Box::new(self.power()?)),
            () => {
                let base = self.primary()?;
                if self.mark("^") { Expr::Binary(Op::Power, Box::new(base), Box::new(self.power()?)) } else { base }
            }
        };
        self.depth -= 1;
        Ok(left)
    }

    pub(super) fn primary(&mut self) -> Parsed<Expr> {
        match self.peek().cloned() {
            Some(Token::Number(x)) => {
                self.at += 1;
                Ok(Expr::Number(x))
            }
            Some(Token::Text(t)) => {
                self.at += 1;
                Ok(Expr::Text(t))
            }
            Some(Token::Name(name)) => {
                self.at += 1;
                if !self.mark("(") {
                    return Ok(Expr::Column(name));
                }
                let function = Function::named(&name);
                if function.is_none() && name != "I" {
                    self.at -= 2;
                    return Err(self.expected("one of log, exp, sqrt, abs, I, i, sw, csw, sw0, csw0"));
                }
                let inner = self.or()?;
                self.need(")")?;
                Ok(match function {
                    Some(function) => Expr::Call(function, Box::new(inner)),
                    None => inner,
                })
            }
            Some(Token::Mark("(")) => {
                self.at += 1;
                let inner = self.or()?;
                self.need(")")?;
                Ok(inner)
            }
            _ => Err(self.expected("a column, a number or a function")),
        }
    }
}
