//! The parser.

use super::FormulaError;
use super::expr::{Expr, Function, Op};

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

impl Formula {
    /// The columns of the data that the formula names, in alphabetical order.
    pub fn columns(&self) -> Vec<&str> {
        let mut out: Vec<&str> = self.effects.iter().flatten().map(String::as_str).collect();
        self.outcomes.iter().for_each(|(_, e)| e.columns(&mut out));
        let steps = self.steps.iter().flat_map(|(_, choices)| choices.iter().flatten());
        for factor in self.terms.iter().chain(steps).flat_map(|t| &t.factors) {
            match factor {
                Factor::Value(_, e) => e.columns(&mut out),
                Factor::Dummies { column, times, .. } => {
                    out.push(column);
                    times.iter().for_each(|(_, e)| e.columns(&mut out));
                }
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }
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

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Factor {
    /// A number per row, with the words that name it.
    Value(String, Expr),
    /// A dummy for each value of a column, times a number per row, less reference values.
    Dummies { column: String, times: Option<(String, Expr)>, reference: Vec<String> },
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(f64),
    Text(String),
    Name(String),
    Mark(&'static str),
}

const MARKS: [&str; 20] =
    ["==", "!=", "<=", ">=", "~", "+", "-", "*", "/", "^", "(", ")", ",", ":", "|", "&", "!", "<", ">", "="];

/// Deepest nesting; beyond it a formula is refused, not a stack overflow.
const MAX_DEPTH: usize = 64;

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
        Some(_) => Err(p.expected("`+`, `|` or the end")),
    }
}

fn tokenize(text: &str) -> Result<Vec<(usize, Token)>, FormulaError> {
    let chars: Vec<char> = text.chars().collect();
    let fail = |at: usize, expected: &str, found: String| FormulaError::Syntax {
        text: text.to_owned(),
        at: at + 1,
        expected: expected.to_owned(),
        found,
    };
    let mut out = Vec::new();
    let mut i = 0;
    'next: while i < chars.len() {
        let c = chars[i];
        let start = i;
        if c.is_whitespace() {
            i += 1;
            continue;
        }
        if c == '"' || c == '\'' || c == '`' {
            let end = chars[i + 1..].iter().position(|d| *d == c);
            let Some(end) = end else { return Err(fail(start, &format!("a closing {c}"), "the end".to_owned())) };
            let word: String = chars[i + 1..i + 1 + end].iter().collect();
            i += end + 2;
            // Backticks quote a column whose name is no word.
            out.push((start, if c == '`' { Token::Name(word) } else { Token::Text(word) }));
            continue;
        }
        if c.is_ascii_digit() || (c == '.' && chars.get(i + 1).is_some_and(char::is_ascii_digit)) {
            while i < chars.len()
                && (chars[i].is_ascii_alphanumeric()
                    || chars[i] == '.'
                    || (matches!(chars[i], '+' | '-') && matches!(chars[i - 1], 'e' | 'E')))
            {
                i += 1;
            }
            let word: String = chars[start..i].iter().collect();
            let number = word.parse::<f64>().ok().filter(|x| x.is_finite());
            out.push((start, Token::Number(number.ok_or_else(|| fail(start, "a number", format!("`{word}`")))?)));
            continue;
        }
        if c.is_alphabetic() || c == '_' || c == '.' {
            while i < chars.len() && (chars[i].is_alphanumeric() || matches!(chars[i], '_' | '.')) {
                i += 1;
            }
            out.push((start, Token::Name(chars[start..i].iter().collect())));
            continue;
        }
        for mark in MARKS {
            if chars[i..].iter().take(mark.len()).copied().eq(mark.chars()) {
                i += mark.len();
                out.push((start, Token::Mark(mark)));
                continue 'next;
            }
        }
        return Err(fail(start, "a column, a number or an operator", format!("`{c}`")));
    }
    Ok(out)
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(usize, Token)>,
    at: usize,
    depth: usize,
}

type Parsed<T> = Result<T, FormulaError>;

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|t| &t.1)
    }

    fn mark(&mut self, mark: &str) -> bool {
        let hit = matches!(self.peek(), Some(Token::Mark(m)) if *m == mark);
        self.at += usize::from(hit);
        hit
    }

    fn need(&mut self, mark: &str) -> Parsed<()> {
        if self.mark(mark) { Ok(()) } else { Err(self.expected(&format!("`{mark}`"))) }
    }

    fn expected(&self, expected: &str) -> FormulaError {
        let (at, found) = match self.tokens.get(self.at) {
            None => (self.text.chars().count(), "the end".to_owned()),
            Some((at, Token::Number(x))) => (*at, format!("`{x}`")),
            Some((at, Token::Text(t))) => (*at, format!("\"{t}\"")),
            Some((at, Token::Name(n))) => (*at, format!("`{n}`")),
            Some((at, Token::Mark(m))) => (*at, format!("`{m}`")),
        };
        FormulaError::Syntax { text: self.text.to_owned(), at: at + 1, expected: expected.to_owned(), found }
    }

    /// The words of the formula from a token on, without spaces.
    fn words(&self, from: usize) -> String {
        let start = self.tokens.get(from).map_or(0, |t| t.0);
        let end = self.tokens.get(self.at).map_or(usize::MAX, |t| t.0);
        self.text.chars().skip(start).take(end.saturating_sub(start)).filter(|c| !c.is_whitespace()).collect()
    }

    fn name(&mut self) -> Parsed<String> {
        match self.peek().cloned() {
            Some(Token::Name(name)) => {
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.expected("a column")),
        }
    }

    fn call(&mut self, name: &str) -> bool {
        let hit = matches!(self.peek(), Some(Token::Name(n)) if n == name)
            && matches!(self.tokens.get(self.at + 1), Some((_, Token::Mark("("))));
        self.at += if hit { 2 } else { 0 };
        hit
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            Err(self.expected(&format!("at most {MAX_DEPTH} levels of nesting")))
        } else {
            Ok(())
        }
    }

    fn formula(&mut self) -> Parsed<Formula> {
        let mut outcomes = Vec::new();
        if self.call("c") {
            loop {
                outcomes.push(self.named_expr()?);
                if !self.mark(",") {
                    break;
                }
            }
            self.need(")")?;
        } else {
            outcomes.push(self.named_expr()?);
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
            return Err(self.expected("1 after `-`: only the constant can be taken away"));
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
        let terms = self.terms()?;
        f.terms.extend(terms);
        Ok(())
    }

    /// A product: `a:b` is one term, `a*b` three.
    fn terms(&mut self) -> Parsed<Vec<Term>> {
        let mut terms = vec![self.interaction()?];
        while self.mark("*") {
            let right = self.interaction()?;
            // Each further factor doubles the terms.
            if terms.len() >= MOST_TERMS {
                return Err(self.expected(&format!("at most {MOST_TERMS} terms from one product")));
            }
            let mut crossed: Vec<Term> = terms
                .iter()
                .map(|t| Term { factors: t.factors.iter().chain(&right.factors).cloned().collect() })
                .collect();
            terms.push(right);
            terms.append(&mut crossed);
        }
        Ok(terms)
    }

    fn interaction(&mut self) -> Parsed<Term> {
        let mut factors = vec![self.factor()?];
        while self.mark(":") {
            factors.push(self.factor()?);
        }
        Ok(Term { factors })
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
            let is_ref = matches!(self.peek(), Some(Token::Name(n)) if n == "ref")
                && matches!(self.tokens.get(self.at + 1), Some((_, Token::Mark("="))));
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

    fn literal(&mut self) -> Parsed<String> {
        let minus = self.mark("-");
        let out = match self.peek().cloned() {
            Some(Token::Number(x)) => if minus { -x } else { x }.to_string(),
            Some(Token::Text(t)) if !minus => t,
            _ => return Err(self.expected("a number or a text in quotes")),
        };
        self.at += 1;
        Ok(out)
    }

    fn named_expr(&mut self) -> Parsed<(String, Expr)> {
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

    fn primary(&mut self) -> Parsed<Expr> {
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
        assert!(matches!(&f.terms[2].factors[0], Factor::Dummies { reference, .. } if reference == &["2013"]));
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
        assert!(parse(&format!("y ~ x{}", "*x".repeat(40))).is_err());
        assert!(parse(&format!("y ~ I(x{})", "+x".repeat(100_000))).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[yx~+|^()i,:*=1 .\"a-z-]{0,60}") {
            let _ = parse(&text);
        }
    }
}
