//! The parser.

use super::cursor::{Parsed, Parser};
use super::error::FormulaError;
use super::expr::Expr;
use super::term::{Factor, Formula, Literal, Steps, Term, add};
use super::token::{Token, tokenize};

/// Words and marks at most: a sum is as deep as it is long.
const MOST_TOKENS: usize = 4_000;

/// Terms at most that a product `a*b*c` may stand for.
const MOST_TERMS: usize = 500;

/// Parses a formula.
pub fn parse(text: &str) -> Result<Formula, FormulaError> {
    let mut p = Parser { text, tokens: tokenize(text)?, at: 0, depth: 0 };
    if p.tokens.len() > MOST_TOKENS {
        p.at = MOST_TOKENS;
        return Err(p.expected(&format!("the end: a formula has at most {MOST_TOKENS} words and marks")));
    }
    let formula = p.formula()?;
    match p.peek() {
        None => Ok(formula),
        Some(Token::Mark("/" | "^" | "==" | "!=" | "<=" | ">=" | "<" | ">" | "&" | "!")) => {
            Err(p.expected("`+`, `:`, `*`, `|` or the end; arithmetic and comparisons are written in I()"))
        }
        Some(_) => Err(p.expected("`+`, `|` or the end")),
    }
}

impl Parser<'_> {
    fn formula(&mut self) -> Parsed<Formula> {
        let mut outcomes = Vec::new();
        if self.call("c") {
            loop {
                outcomes.push(self.outcome()?);
                if !self.mark(",") {
                    break;
                }
            }
            self.need(")")?;
        } else {
            outcomes.push(self.outcome()?);
        }
        self.need("~")?;
        let mut f = Formula {
            text: self.text.to_owned(),
            outcomes,
            constant: true,
            terms: Vec::new(),
            steps: None,
            effects: Vec::new(),
        };
        let mut minus = self.mark("-");
        loop {
            self.summand(&mut f, minus)?;
            if self.mark("+") {
                minus = false;
            } else if self.mark("-") {
                minus = true;
            } else {
                break;
            }
        }
        if self.mark("|") {
            loop {
                let mut columns = vec![self.name()?];
                while self.mark("^") {
                    columns.push(self.name()?);
                }
                f.effects.push(columns);
                if !self.mark("+") {
                    break;
                }
            }
        }
        Ok(f)
    }

    /// An outcome. Packages differ on whether `y + z ~ x` asks for the sum or for two estimates.
    fn outcome(&mut self) -> Parsed<(String, Expr)> {
        let from = self.at;
        let out = self.named_expr()?;
        let mut calls = Vec::new();
        for at in from..self.at {
            match &self.tokens[at].token {
                Token::Mark("(") => calls.push(at > from && matches!(self.tokens[at - 1].token, Token::Name(_))),
                Token::Mark(")") => drop(calls.pop()),
                Token::Mark("+") if !calls.contains(&true) => {
                    self.at = at;
                    return Err(self.expected("`~`: two outcomes are written c(y, z), the outcome y + z is I(y + z)"));
                }
                _ => {}
            }
        }
        Ok(out)
    }

    /// One summand of the right-hand side.
    fn summand(&mut self, f: &mut Formula, minus: bool) -> Parsed<()> {
        if let Some(Token::Number(x)) = self.peek().cloned() {
            let constant = match (x, minus) {
                (1.0, false) | (0.0, true) => true,
                (0.0, false) | (1.0, true) => false,
                _ => return Err(self.expected("a column, or 0 or 1 for the constant")),
            };
            self.at += 1;
            f.constant = constant;
            return Ok(());
        }
        if minus {
            return self.take_away(&mut f.terms);
        }
        for (word, cumulative, from_none) in
            [("sw", false, false), ("sw0", false, true), ("csw", true, false), ("csw0", true, true)]
        {
            if self.call(word) {
                if f.steps.is_some() {
                    self.at -= 2;
                    return Err(self.expected("one stepwise function in a formula"));
                }
                let mut choices = Vec::new();
                loop {
                    let mut terms = self.terms()?;
                    while self.mark("+") {
                        terms.extend(self.terms()?);
                    }
                    choices.push(terms);
                    if !self.mark(",") {
                        break;
                    }
                }
                self.need(")")?;
                f.steps = Some((Steps { cumulative, from_none }, choices));
                return Ok(());
            }
        }
        for term in self.terms()? {
            add(&mut f.terms, term);
        }
        Ok(())
    }

    /// What stands after `-` is taken away from the terms before it.
    fn take_away(&mut self, terms: &mut Vec<Term>) -> Parsed<()> {
        let from = self.at;
        for term in self.terms()? {
            let Some(at) = terms.iter().position(|t| t.is(&term)) else {
                self.at = from;
                return Err(self.expected("1 or a term that stands before the `-`"));
            };
            terms.remove(at);
        }
        Ok(())
    }

    /// Terms in parentheses: `(a + b)`, of which `:` and `*` make products term by term.
    fn group(&mut self) -> Parsed<Vec<Term>> {
        self.deeper()?;
        let mut terms = self.terms()?;
        loop {
            if self.mark("+") {
                for term in self.terms()? {
                    add(&mut terms, term);
                }
            } else if self.mark("-") {
                self.take_away(&mut terms)?;
            } else {
                break;
            }
        }
        self.need(")")?;
        self.depth -= 1;
        Ok(terms)
    }

    /// A product: `a:b` is one term, `a*b` three.
    fn terms(&mut self) -> Parsed<Vec<Term>> {
        let mut terms = self.interaction()?;
        while self.mark("*") {
            let right = self.interaction()?;
            let crossed = self.crossed(&terms, &right)?;
            right.into_iter().chain(crossed).for_each(|term| add(&mut terms, term));
        }
        Ok(terms)
    }

    fn interaction(&mut self) -> Parsed<Vec<Term>> {
        let mut terms = self.operand()?;
        while self.mark(":") {
            let right = self.operand()?;
            terms = self.crossed(&terms, &right)?;
        }
        Ok(terms)
    }

    /// The products of each term with each; a factor counts once, as in R: `x:x` is `x`.
    fn crossed(&self, left: &[Term], right: &[Term]) -> Parsed<Vec<Term>> {
        // Each further factor of `*` doubles the terms.
        if left.len() * right.len() > MOST_TERMS {
            return Err(self.expected(&format!("at most {MOST_TERMS} terms from one product")));
        }
        let mut out = Vec::new();
        for a in left {
            for b in right {
                let mut factors = a.factors.clone();
                for factor in &b.factors {
                    if !factors.contains(factor) {
                        factors.push(factor.clone());
                    }
                }
                add(&mut out, Term { factors });
            }
        }
        Ok(out)
    }

    fn operand(&mut self) -> Parsed<Vec<Term>> {
        match self.peek() {
            Some(Token::Mark("(")) => {
                self.at += 1;
                self.group()
            }
            Some(Token::Number(_)) => {
                Err(self.expected("a column: arithmetic is written in I(), the constant outside of parentheses"))
            }
            _ => Ok(vec![Term { factors: vec![self.factor()?] }]),
        }
    }

    fn factor(&mut self) -> Parsed<Factor> {
        if !self.call("i") {
            let from = self.at;
            let expr = self.primary()?;
            return Ok(Factor::Value(self.words(from), expr));
        }
        let column = self.name()?;
        let (mut times, mut reference) = (None, Vec::new());
        while self.mark(",") {
            let is_ref = matches!(self.peek(), Some(Token::Name(n)) if n == "ref") && self.next_is("=");
            if is_ref {
                self.at += 2;
                if self.call("c") {
                    loop {
                        reference.push(self.literal()?);
                        if !self.mark(",") {
                            break;
                        }
                    }
                    self.need(")")?;
                } else {
                    reference.push(self.literal()?);
                }
            } else if times.is_none() {
                times = Some(self.named_expr()?);
            } else {
                return Err(self.expected("`ref = value`"));
            }
        }
        self.need(")")?;
        Ok(Factor::Dummies { column, times, reference })
    }

    fn literal(&mut self) -> Parsed<Literal> {
        let minus = self.mark("-");
        let raw = self.tokens.get(self.at).map_or("", |t| t.raw.as_str());
        let out = match self.peek() {
            Some(Token::Number(x)) if minus => Literal::Number(-x, format!("-{raw}")),
            Some(Token::Number(x)) => Literal::Number(*x, raw.to_owned()),
            Some(Token::Text(t)) if !minus => Literal::Text(t.clone()),
            Some(Token::Name(n)) if !minus && matches!(n.as_str(), "TRUE" | "True" | "true") => Literal::Truth(true),
            Some(Token::Name(n)) if !minus && matches!(n.as_str(), "FALSE" | "False" | "false") => {
                Literal::Truth(false)
            }
            _ => return Err(self.expected("a number, a text in quotes, TRUE or FALSE")),
        };
        self.at += 1;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_parses() {
        let f = parse("y ~ x1 + log(x2) + i(year, x, ref = 2013) | exporter^year + importer^year + exporter^importer")
            .unwrap();
        assert_eq!(f.outcomes[0].0, "y");
        assert_eq!(f.terms.len(), 3);
        assert_eq!(f.effects[2], ["exporter", "importer"]);
        assert!(
            matches!(&f.terms[2].factors[0], Factor::Dummies { reference, .. } if reference == &[Literal::Number(2013.0, "2013".to_owned())])
        );
    }

    #[test]
    fn stars_cross_and_steps_branch() {
        assert_eq!(parse("y ~ a*b").unwrap().terms.len(), 3);
        assert_eq!(parse("y ~ a*b*c").unwrap().terms.len(), 7);
        let f = parse("c(y, log(z)) ~ a + csw0(b, c + d) - 1").unwrap();
        assert_eq!(f.outcomes.len(), 2);
        assert!(!f.constant);
        assert_eq!(f.steps.unwrap().1.len(), 2);
    }

    /// The terms of a right-hand side by their names.
    fn terms(text: &str) -> Vec<String> {
        let name = |f: &Factor| match f {
            Factor::Value(name, _) => name.clone(),
            Factor::Dummies { column, .. } => format!("i({column})"),
        };
        let f = parse(&format!("y ~ {text}")).unwrap();
        f.terms.iter().map(|t| t.factors.iter().map(name).collect::<Vec<_>>().join(":")).collect()
    }

    #[test]
    fn parentheses_group_terms() {
        assert_eq!(terms("(x + t)"), ["x", "t"]);
        assert_eq!(terms("(x + t):im"), ["x:im", "t:im"]);
        assert_eq!(terms("im:(x + (t))"), ["im:x", "im:t"]);
        assert_eq!(terms("(a + b)*c"), ["a", "b", "c", "a:c", "b:c"]);
        assert_eq!(terms("((a + b) - b):(c + i(d))"), ["a:c", "a:i(d)"]);
        assert_eq!(terms("(a + b):(a + b)"), ["a", "a:b", "b"]);
        assert_eq!(terms("a*b - a:b"), ["a", "b"]);
        assert_eq!(terms("a*b - (a + b)"), ["a:b"]);
        assert_eq!(terms("I((a + b) * 2) + a:b + b:a"), ["I((a+b)*2)", "a:b"]);
        assert_eq!(parse("y ~ sw((a + b):c, d)").unwrap().steps.unwrap().1[0].len(), 2);
        for wrong in ["y ~ (x + 1)", "y ~ (x > 2)", "y ~ (a + b)^2", "y ~ a - b", "y ~ (-a)", "y ~ 2:x", "y ~ ()"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert!(parse(&format!("y ~ {}a{}", "(".repeat(60), ")".repeat(60))).is_ok());
    }

    #[test]
    fn a_sum_of_outcomes_is_asked_back() {
        for wrong in ["y + z ~ x", "(y + z) ~ x", "c(a, y + z) ~ x", "y - (z + 1) ~ x"] {
            assert!(parse(wrong).unwrap_err().to_string().contains("c(y, z)"), "{wrong}");
        }
        for right in ["I(y + z) ~ x", "log(y + 1) ~ x", "c(y, z) ~ x", "y / z ~ x"] {
            assert!(parse(right).is_ok(), "{right}");
        }
    }

    #[test]
    fn names_keep_what_stands_in_quotes() {
        assert_eq!(terms("I(z == \"New York\") + I(z == \"NewYork\")").len(), 2);
        assert_eq!(terms("I( z  == \"New York\" )"), ["I(z==\"New York\")"]);
        assert_eq!(terms("`a b` + `ab` + ab + log(`a b`)"), ["`a b`", "ab", "log(`a b`)"]);
        assert_eq!(terms("`a:b` + a:b"), ["`a:b`", "a:b"]);
    }

    #[test]
    fn mistakes_are_placed() {
        for (text, at) in [
            ("", 1),
            ("y", 2),
            ("y ~", 4),
            ("y ~ x |", 8),
            ("y ~ x +", 8),
            ("y ~ lag(x)", 5),
            ("y ~ x | a^", 11),
            ("y ~ (x", 7),
            ("y ~ x x", 7),
            ("y ~ 2", 5),
            ("y ~ sw(a) + sw(b)", 13),
            ("y ~ i(x, ref = )", 16),
            ("y ~ \"x", 5),
            ("y ~ x $ z", 7),
        ] {
            match parse(text) {
                Err(FormulaError::Syntax { at: found, .. }) => assert_eq!(found, at, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        assert!(parse(&format!("y ~ {}", "(".repeat(100_000))).is_err());
        assert!(parse(&format!("y ~ I({}x)", "-".repeat(100_000))).is_err());
        // Found by fuzzing: forty crossed factors are a trillion terms; and a sum is a deep tree.
        let crossed: String = (0..40).map(|k| format!("*x{k}")).collect();
        assert!(parse(&format!("y ~ x{crossed}")).is_err());
        // A factor counts once.
        assert_eq!(parse(&format!("y ~ x{}", "*x".repeat(40))).unwrap().terms.len(), 1);
        assert!(parse(&format!("y ~ I(x{})", "+x".repeat(100_000))).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[yx~+|^()i,:*=1 .\"a-z-]{0,60}") {
            let _ = parse(&text);
        }
    }
}
