//! Reading word by word.

use super::error::FormulaError;
use super::token::{Lexeme, Token};

/// Deepest nesting; beyond it a formula is refused, not a stack overflow.
const MAX_DEPTH: usize = 64;

/// The tokens of a formula, and where the parser stands.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Lexeme>,
    pub(super) at: usize,
    pub(super) depth: usize,
}

/// What a rule of the grammar reads.
pub(super) type Parsed<T> = Result<T, FormulaError>;

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|t| &t.token)
    }

    pub(super) fn mark(&mut self, mark: &str) -> bool {
        let hit = matches!(self.peek(), Some(Token::Mark(m)) if *m == mark);
        self.at += usize::from(hit);
        hit
    }

    pub(super) fn need(&mut self, mark: &str) -> Parsed<()> {
        if self.mark(mark) { Ok(()) } else { Err(self.expected(&format!("`{mark}`"))) }
    }

    pub(super) fn expected(&self, expected: &str) -> FormulaError {
        let (at, found) = match self.tokens.get(self.at) {
            None => (self.text.chars().count(), "the end".to_owned()),
            Some(Lexeme { start, token: Token::Text(t), .. }) => (*start, format!("\"{t}\"")),
            Some(Lexeme { start, token: Token::Number(x), .. }) => (*start, format!("`{x}`")),
            Some(Lexeme { start, token: Token::Name(n), .. }) => (*start, format!("`{n}`")),
            Some(Lexeme { start, token: Token::Mark(m), .. }) => (*start, format!("`{m}`")),
        };
        FormulaError::Syntax { text: self.text.to_owned(), at: at + 1, expected: expected.to_owned(), found }
    }

    /// The text of the formula from a token on, without the spaces between tokens.
    pub(super) fn words(&self, from: usize) -> String {
        self.tokens[from..self.at.max(from)].iter().map(|t| t.raw.as_str()).collect()
    }

    pub(super) fn next_is(&self, mark: &str) -> bool {
        matches!(self.tokens.get(self.at + 1), Some(Lexeme { token: Token::Mark(m), .. }) if *m == mark)
    }

    pub(super) fn name(&mut self) -> Parsed<String> {
        match self.peek().cloned() {
            Some(Token::Name(name)) => {
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.expected("a column")),
        }
    }

    pub(super) fn call(&mut self, name: &str) -> bool {
        let hit = matches!(self.peek(), Some(Token::Name(n)) if n == name) && self.next_is("(");
        self.at += if hit { 2 } else { 0 };
        hit
    }

    pub(super) fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            Err(self.expected(&format!("at most {MAX_DEPTH} levels of nesting")))
        } else {
            Ok(())
        }
    }
}
