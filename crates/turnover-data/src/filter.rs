//! `--filter`: which rows of a file take part.
//!
//! Grammar: `expr = and ("or" and)*`, `and = not ("and" not)*`,
//! `not = "not" not | "(" expr ")" | column op value | column ["not"] "in" "[" value, ... "]"`,
//! `op` one of `== != < <= > >=`, values numbers or quoted text; a column whose name is not a word stands
//! in backticks.

use crate::error::DataError;
use crate::read::{Cells, RawTable};
use crate::suggest::nearest;

/// A parsed filter. A comparison with a missing cell is neither true nor false, as in SQL, and only rows of
/// which the filter is true pass: `k != 3` and `not k == 3` both drop rows without a `k`.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    text: String,
    root: Node,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Or(Vec<Node>),
    And(Vec<Node>),
    Not(Box<Node>),
    Compare { column: String, op: Op, value: Value },
    In { column: String, values: Vec<Value> },
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    /// A column in backticks.
    Name(String),
    Value(Value),
    Op(Op),
    Mark(char),
}

/// Deepest nesting of parentheses and `not`; beyond it a filter is refused, not a stack overflow.
const MAX_DEPTH: usize = 64;

impl Filter {
    /// Parses a filter.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        let mut parser = Parser { text, tokens: tokenize(text)?, at: 0, depth: 0 };
        let root = parser.or()?;
        match parser.peek() {
            None => Ok(Filter { text: text.to_owned(), root }),
            Some(_) => Err(parser.expected("`and`, `or` or the end")),
        }
    }

    /// The columns that the filter reads.
    pub fn columns(&self) -> Vec<&str> {
        fn walk<'a>(node: &'a Node, out: &mut Vec<&'a str>) {
            match node {
                Node::Or(parts) | Node::And(parts) => parts.iter().for_each(|p| walk(p, out)),
                Node::Not(inner) => walk(inner, out),
                Node::Compare { column, .. } | Node::In { column, .. } => out.push(column),
            }
        }
        let mut out = Vec::new();
        walk(&self.root, &mut out);
        out.sort_unstable();
        out.dedup();
        out
    }

    /// The rows of a table that pass, in order.
    pub fn rows(&self, table: &RawTable) -> Result<Vec<usize>, DataError> {
        for column in self.columns() {
            if table.column(column).is_none() {
                let names = table.columns.iter().map(|c| c.name.as_str());
                if let Some((_, kind)) = table.unread.iter().find(|(own, _)| own == column) {
                    return Err(DataError::Format {
                        path: table.path.clone(),
                        what: format!("column `{}` is of the type {kind}, which is not read", shown(column)),
                        help: "write the column as text or numbers".to_owned(),
                    });
                }
                let near = nearest(column, names);
                return Err(DataError::MissingColumn {
                    path: table.path.clone(),
                    role: format!("filter's `{}`", shown(column)),
                    columns: crate::read::cell::names(table),
                    help: near.map_or("use one of the file's columns".to_owned(), |n| format!("did you mean `{n}`?")),
                });
            }
        }
        Ok((0..table.rows).filter(|&row| holds(&self.root, table, row) == Some(true)).collect())
    }

    /// The text that was parsed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A condition in SQL that every row which passes fulfils, for an engine that may drop the others
    /// early; `None` where SQL would drop rows that pass. `is_text` tells a column's kind.
    pub fn sql(&self, is_text: &dyn Fn(&str) -> Option<bool>) -> Option<String> {
        sql(&self.root, is_text, false)
    }
}

fn sql(node: &Node, is_text: &dyn Fn(&str) -> Option<bool>, negated: bool) -> Option<String> {
    let joined = |parts: &[Node], word: &str| {
        let parts: Option<Vec<String>> = parts.iter().map(|p| sql(p, is_text, negated)).collect();
        Some(format!("({})", parts?.join(word)))
    };
    // Numbers read from text, text read as numbers, and what is not a number under a `not`, compare by
    // other rules there.
    let said = |column: &str, value: &Value| {
        let quoted = |text: &str, mark: char| format!("{mark}{}{mark}", text.replace(mark, &format!("{mark}{mark}")));
        let value = match (value, is_text(column)?) {
            (Value::Text(text), true) => quoted(text, '\''),
            (Value::Number(x), false) if !negated => x.to_string(),
            _ => return None,
        };
        Some((quoted(column, '"'), value))
    };
    match node {
        Node::Or(parts) => joined(parts, " OR "),
        Node::And(parts) => joined(parts, " AND "),
        Node::Not(inner) => Some(format!("NOT coalesce({}, false)", sql(inner, is_text, true)?)),
        Node::Compare { column, op, value } => {
            let (column, value) = said(column, value)?;
            let op = match op {
                Op::Eq => "=",
                Op::Ne => "<>",
                Op::Lt => "<",
                Op::Le => "<=",
                Op::Gt => ">",
                Op::Ge => ">=",
            };
            Some(format!("{column} {op} {value}"))
        }
        Node::In { column, values } => {
            let said: Option<Vec<(String, String)>> = values.iter().map(|v| said(column, v)).collect();
            let (columns, values): (Vec<String>, Vec<String>) = said?.into_iter().unzip();
            Some(format!("{} IN ({})", columns.first()?, values.join(", ")))
        }
    }
}

/// Whether a row passes; `None` where a missing cell leaves it open.
fn holds(node: &Node, table: &RawTable, row: usize) -> Option<bool> {
    match node {
        Node::Or(parts) => any(parts.iter().map(|p| holds(p, table, row))),
        Node::And(parts) => any(parts.iter().map(|p| holds(p, table, row).map(|h| !h))).map(|h| !h),
        Node::Not(inner) => holds(inner, table, row).map(|h| !h),
        Node::Compare { column, op, value } => compare(table, column, row, *op, value),
        Node::In { column, values } => any(values.iter().map(|v| compare(table, column, row, Op::Eq, v))),
    }
}

/// True if one is true, open if one is open, false otherwise.
fn any(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut open = false;
    for part in parts {
        match part {
            Some(true) => return Some(true),
            Some(false) => {}
            None => open = true,
        }
    }
    (!open).then_some(false)
}

fn compare(table: &RawTable, column: &str, row: usize, op: Op, value: &Value) -> Option<bool> {
    use std::cmp::Ordering;
    let column = table.column(column)?;
    let order = match (value, &column.cells) {
        (Value::Number(wanted), Cells::Number(_)) => column.float(row).and_then(|x| x.partial_cmp(wanted)),
        (Value::Number(wanted), Cells::Text(_)) => {
            column.str(row).and_then(|s| s.trim().parse::<f64>().ok()).and_then(|x| x.partial_cmp(wanted))
        }
        (Value::Text(wanted), Cells::Text(_)) => column.str(row).map(|s| s.cmp(wanted.as_str())),
        (Value::Text(wanted), Cells::Number(_)) => {
            column.float(row).zip(wanted.parse::<f64>().ok()).and_then(|(x, w)| x.partial_cmp(&w))
        }
    };
    order.map(|o| match op {
        Op::Eq => o == Ordering::Equal,
        Op::Ne => o != Ordering::Equal,
        Op::Lt => o == Ordering::Less,
        Op::Le => o != Ordering::Greater,
        Op::Gt => o == Ordering::Greater,
        Op::Ge => o != Ordering::Less,
    })
}

/// A text as an error shows it: at most 200 characters, none that controls a terminal.
fn shown(text: &str) -> String {
    const MOST: usize = 200;
    let mut out: String = text.chars().take(MOST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        out.push_str("...");
    }
    out
}

fn tokenize(text: &str) -> Result<Vec<(usize, Token)>, DataError> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut i = 0;
    let fail = |at: usize, expected: &str, found: String| DataError::Filter {
        text: shown(text),
        at: at + 1,
        expected: expected.to_owned(),
        found,
    };
    while i < chars.len() {
        let start = i;
        let c = chars[i];
        let token = match c {
            _ if c.is_whitespace() => {
                i += 1;
                continue;
            }
            '(' | ')' | '[' | ']' | ',' => {
                i += 1;
                Token::Mark(c)
            }
            '"' | '\'' => {
                let end = chars[i + 1..].iter().position(|&d| d == c);
                let Some(end) = end else {
                    return Err(fail(start, &format!("a closing {c}"), "the end".to_owned()));
                };
                let word = chars[i + 1..i + 1 + end].iter().collect();
                i += end + 2;
                Token::Value(Value::Text(word))
            }
            '`' => {
                let end = chars[i + 1..].iter().position(|&d| d == c);
                let Some(end) = end else {
                    return Err(fail(start, "a closing `", "the end".to_owned()));
                };
                let name = chars[i + 1..i + 1 + end].iter().collect();
                i += end + 2;
                Token::Name(name)
            }
            '=' | '!' | '<' | '>' => {
                let double = chars.get(i + 1) == Some(&'=');
                i += if double { 2 } else { 1 };
                Token::Op(match (c, double) {
                    ('=', true) => Op::Eq,
                    ('!', true) => Op::Ne,
                    ('<', true) => Op::Le,
                    ('>', true) => Op::Ge,
                    ('<', false) => Op::Lt,
                    ('>', false) => Op::Gt,
                    _ => return Err(fail(start, "`==` or `!=`", format!("`{c}`"))),
                })
            }
            _ if c.is_ascii_digit() || c == '-' || c == '+' || c == '.' => {
                while i < chars.len()
                    && (chars[i].is_alphanumeric()
                        || chars[i] == '.'
                        || (matches!(chars[i], '-' | '+') && (i == start || matches!(chars[i - 1], 'e' | 'E'))))
                {
                    i += 1;
                }
                let word: String = chars[start..i].iter().collect();
                match word.parse::<f64>() {
                    Ok(x) if x.is_finite() => Token::Value(Value::Number(x)),
                    _ => return Err(fail(start, "a number", format!("`{}`", shown(&word)))),
                }
            }
            _ if c.is_alphabetic() || c == '_' => {
                while i < chars.len() && (chars[i].is_alphanumeric() || matches!(chars[i], '_' | '.')) {
                    i += 1;
                }
                Token::Word(chars[start..i].iter().collect())
            }
            _ => return Err(fail(start, "a column, an operator or a value", format!("`{c}`"))),
        };
        tokens.push((start, token));
    }
    Ok(tokens)
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(usize, Token)>,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, t)| t)
    }

    fn word(&mut self, word: &str) -> bool {
        let hit = matches!(self.peek(), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word));
        self.at += usize::from(hit);
        hit
    }

    fn mark(&mut self, mark: char) -> bool {
        let hit = self.peek() == Some(&Token::Mark(mark));
        self.at += usize::from(hit);
        hit
    }

    fn expected(&self, expected: &str) -> DataError {
        let (at, found) = match self.tokens.get(self.at) {
            None => (self.text.chars().count(), "the end".to_owned()),
            Some((at, token)) => (
                *at,
                match token {
                    Token::Word(w) | Token::Name(w) => format!("`{w}`"),
                    Token::Value(Value::Number(x)) => format!("`{x}`"),
                    Token::Value(Value::Text(t)) => format!("\"{t}\""),
                    Token::Op(_) => "an operator".to_owned(),
                    Token::Mark(c) => format!("`{c}`"),
                },
            ),
        };
        DataError::Filter { text: shown(self.text), at: at + 1, expected: expected.to_owned(), found: shown(&found) }
    }

    fn or(&mut self) -> Result<Node, DataError> {
        let mut parts = vec![self.and()?];
        while self.word("or") {
            parts.push(self.and()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Node::Or(parts) })
    }

    fn and(&mut self) -> Result<Node, DataError> {
        let mut parts = vec![self.not()?];
        while self.word("and") {
            parts.push(self.not()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Node::And(parts) })
    }

    fn not(&mut self) -> Result<Node, DataError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.expected(&format!("at most {MAX_DEPTH} levels of parentheses")));
        }
        let node = if self.word("not") {
            Node::Not(Box::new(self.not()?))
        } else if self.mark('(') {
            let inner = self.or()?;
            if !self.mark(')') {
                return Err(self.expected("`)`"));
            }
            inner
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn comparison(&mut self) -> Result<Node, DataError> {
        let Some(Token::Word(column) | Token::Name(column)) = self.peek().cloned() else {
            return Err(self.expected("a column"));
        };
        self.at += 1;
        if self.word("in") {
            return Ok(Node::In { column, values: self.list()? });
        }
        if self.word("not") {
            if !self.word("in") {
                return Err(self.expected("`in`"));
            }
            return Ok(Node::Not(Box::new(Node::In { column, values: self.list()? })));
        }
        let Some(Token::Op(op)) = self.peek().cloned() else {
            return Err(self.expected("one of == != < <= > >= in"));
        };
        self.at += 1;
        Ok(Node::Compare { column, op, value: self.value()? })
    }

    fn value(&mut self) -> Result<Value, DataError> {
        let Some(Token::Value(value)) = self.peek().cloned() else {
            return Err(self.expected("a number or a text in quotes"));
        };
        self.at += 1;
        Ok(value)
    }

    fn list(&mut self) -> Result<Vec<Value>, DataError> {
        if !self.mark('[') {
            return Err(self.expected("`[`"));
        }
        let mut values = vec![self.value()?];
        while self.mark(',') {
            values.push(self.value()?);
        }
        if !self.mark(']') {
            return Err(self.expected("`,` or `]`"));
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> RawTable {
        let csv = b"year,exporter,value\n1999,USA,1\n2000,RUS,2\n2001,USA,\n2002,FRA,4\n";
        RawTable::from_bytes("t.csv", csv).unwrap()
    }

    fn rows(filter: &str) -> Vec<usize> {
        Filter::parse(filter).unwrap().rows(&table()).unwrap()
    }

    #[test]
    fn comparisons_lists_and_logic() {
        assert_eq!(rows("year >= 2000"), [1, 2, 3]);
        assert_eq!(rows("exporter == \"USA\" and year > 1999"), [2]);
        assert_eq!(rows("exporter in [\"USA\", 'FRA'] or year == 2000"), [0, 1, 2, 3]);
        assert_eq!(rows("not (exporter == 'USA') and value <= 2"), [1]);
        assert_eq!(rows("exporter not in ['USA']"), [1, 3]);
        assert_eq!(rows("value > -1e9"), [0, 1, 3], "a missing value never compares");
    }

    #[test]
    fn a_missing_cell_leaves_a_comparison_open() {
        assert_eq!(rows("value != 3"), [0, 1, 3]);
        assert_eq!(rows("not value == 3"), [0, 1, 3]);
        assert_eq!(rows("value not in [3]"), [0, 1, 3]);
        assert_eq!(rows("not (value == 1 and year > 0)"), [1, 3]);
        assert_eq!(rows("not (value == 1 and year > 2001)"), [0, 1, 2, 3]);
        assert_eq!(rows("value == 1 or year == 2001"), [0, 2]);
    }

    #[test]
    fn columns_in_backticks() {
        let csv = "Trade Flow,and\nExport,1\nImport,2\n";
        let table = RawTable::from_bytes("t.csv", csv.as_bytes()).unwrap();
        assert_eq!(Filter::parse("`Trade Flow` == 'Import'").unwrap().rows(&table).unwrap(), [1]);
        assert_eq!(Filter::parse("`and` < 2 and not `Trade Flow` == 'x'").unwrap().rows(&table).unwrap(), [0]);
        assert!(Filter::parse("`Trade").is_err());
    }

    #[test]
    fn what_sql_can_say_as_well() {
        let is_text = |column: &str| match column {
            "exporter" | "it\"s" => Some(true),
            "year" | "value" => Some(false),
            _ => None,
        };
        let sql = |filter: &str| Filter::parse(filter).unwrap().sql(&is_text);
        assert_eq!(
            sql("year >= 2000 and (exporter == 'O\"K' or exporter in [\"it's\", 'b'])").unwrap(),
            r#"("year" >= 2000 AND ("exporter" = 'O"K' OR "exporter" IN ('it''s', 'b')))"#
        );
        assert_eq!(sql("not exporter == 'A'").unwrap(), r#"NOT coalesce("exporter" = 'A', false)"#);
        assert_eq!(sql("value != 0.5").unwrap(), r#""value" <> 0.5"#);
        for other in ["not year == 1", "year == '2000'", "exporter > 3", "unknown == 1", "year > 1 or exporter > 3"] {
            assert_eq!(sql(other), None, "{other}");
        }
    }

    #[test]
    fn mistakes_are_placed() {
        for (text, at) in [
            ("", 1),
            ("year", 5),
            ("year = 3", 6),
            ("year == ", 9),
            ("year in [1, ", 13),
            ("(year == 1", 11),
            ("year == 1 2", 11),
            ("year == 'x", 9),
            ("a # 1", 3),
        ] {
            match Filter::parse(text) {
                Err(DataError::Filter { at: found, .. }) => assert_eq!(found, at, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        assert!(Filter::parse(&"(".repeat(100_000)).is_err());
        assert!(Filter::parse(&"not ".repeat(100_000)).is_err());
        assert!(Filter::parse("yeer == 1").unwrap().rows(&table()).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,80}") {
            let _ = Filter::parse(&text);
        }
    }
}
