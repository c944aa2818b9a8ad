//! The words and marks of a formula.

use super::error::FormulaError;

/// A word or a mark.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Name(String),
    Mark(&'static str),
}

const MARKS: [&str; 20] =
    ["==", "!=", "<=", ">=", "~", "+", "-", "*", "/", "^", "(", ")", ",", ":", "|", "&", "!", "<", ">", "="];

/// A word or mark where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lexeme {
    /// Place of its first character, from 0.
    pub(super) start: usize,
    /// As it was written, blanks inside quotes included; backticks only where a name needs them.
    pub(super) raw: String,
    pub(super) token: Token,
}

fn raw(chars: &[char], token: &Token) -> String {
    match token {
        Token::Name(name) => quoted_name(name),
        _ => chars.iter().collect(),
    }
}

/// What stands between the quote at a place and the next such quote, and the place after that. A backtick
/// inside backticks is written twice.
fn quoted(chars: &[char], at: usize) -> Option<(String, usize)> {
    let quote = chars[at];
    let mut word = String::new();
    let mut i = at + 1;
    loop {
        match chars.get(i)? {
            c if *c != quote => word.push(*c),
            _ if quote == '`' && chars.get(i + 1) == Some(&quote) => {
                word.push(quote);
                i += 1;
            }
            _ => return Some((word, i + 1)),
        }
        i += 1;
    }
}

/// A column's name as a formula needs it: in backticks where it is not a word.
pub fn quoted_name(name: &str) -> String {
    let mut chars = name.chars();
    let begins = chars.next().is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '.'));
    if begins && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) {
        name.to_owned()
    } else {
        format!("`{}`", name.replace('`', "``"))
    }
}

/// Combinations of columns such as `a^b + c`, where a name with marks in it stands in backticks; `None` where
/// a name is missing or a backtick is not closed.
pub fn combinations(text: &str) -> Option<Vec<Vec<String>>> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = vec![vec![None::<String>]];
    let mut i = 0;
    while i < chars.len() {
        let last = out.last_mut()?;
        match chars[i] {
            '+' => out.push(vec![None]),
            '^' => last.push(None),
            '`' => {
                let (word, end) = quoted(&chars, i)?;
                let name = last.last_mut()?;
                if name.as_ref().is_some_and(|n| !n.trim().is_empty()) {
                    return None;
                }
                // A name in backticks is taken as it is: nothing but blanks may follow it.
                let rest = chars[end..].iter().position(|c| matches!(c, '+' | '^')).unwrap_or(chars.len() - end);
                if chars[end..end + rest].iter().any(|c| !c.is_whitespace()) {
                    return None;
                }
                *name = Some(word);
                i = end + rest;
                continue;
            }
            c => last.last_mut()?.get_or_insert_default().push(c),
        }
        i += 1;
    }
    let bare = |name: Option<String>| name.filter(|n| !n.trim().is_empty());
    let trimmed = |name: String| if name.trim().is_empty() { name } else { name.trim().to_owned() };
    out.into_iter().map(|names| names.into_iter().map(|n| bare(n).map(trimmed)).collect()).collect()
}

/// A single column's name, in backticks or not; `None` where a backtick is not closed.
pub fn column_name(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.starts_with('`') {
        return Some(text.to_owned());
    }
    let chars: Vec<char> = text.chars().collect();
    quoted(&chars, 0).filter(|(_, end)| *end == chars.len()).map(|(word, _)| word)
}

/// A formula's words and marks, each with the text that it was written as and its place, from 0.
pub(super) fn tokenize(text: &str) -> Result<Vec<Lexeme>, FormulaError> {
    let chars: Vec<char> = text.chars().collect();
    let fail = |at: usize, expected: &str, found: String| FormulaError::Syntax {
        text: text.to_owned(),
        at: at + 1,
        expected: expected.to_owned(),
        found,
    };
    let mut out = Vec::new();
    let lexeme = |start: usize, end: usize, token: Token| Lexeme { start, raw: raw(&chars[start..end], &token), token };
    let mut i = 0;
    'next: while i < chars.len() {
        let c = chars[i];
        let start = i;
        if c.is_whitespace() {
            i += 1;
            continue;
        }
        if c == '"' || c == '\'' || c == '`' {
            let closing = || fail(start, &format!("a closing {c}"), "the end".to_owned());
            let (word, end) = quoted(&chars, i).ok_or_else(closing)?;
            i = end;
            // Backticks quote a column whose name is not a word.
            out.push(lexeme(start, i, if c == '`' { Token::Name(word) } else { Token::Text(word) }));
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
            let number = number.ok_or_else(|| fail(start, "a number", format!("`{word}`")))?;
            out.push(lexeme(start, i, Token::Number(number)));
            continue;
        }
        if c.is_alphabetic() || c == '_' || c == '.' {
            while i < chars.len() && (chars[i].is_alphanumeric() || matches!(chars[i], '_' | '.')) {
                i += 1;
            }
            out.push(lexeme(start, i, Token::Name(chars[start..i].iter().collect())));
            continue;
        }
        for mark in MARKS {
            if chars[i..].iter().take(mark.len()).copied().eq(mark.chars()) {
                i += mark.len();
                out.push(lexeme(start, i, Token::Mark(mark)));
                continue 'next;
            }
        }
        return Err(fail(start, "a column, a number or an operator", format!("`{c}`")));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_backticks() {
        let split = |text: &str| combinations(text).map(|c| c.into_iter().map(|n| n.join("|")).collect::<Vec<_>>());
        assert_eq!(split("a^b + c").unwrap(), ["a|b", "c"]);
        assert_eq!(split("`h^s`^t+`a + b`").unwrap(), ["h^s|t", "a + b"]);
        assert_eq!(split("Trade Flow").unwrap(), ["Trade Flow"]);
        assert_eq!(split("`a``b`").unwrap(), ["a`b"]);
        for wrong in ["", "a^", "+a", "`a", "`a`b", "a`b`"] {
            assert_eq!(split(wrong), None, "{wrong}");
        }
        assert_eq!(column_name("`a b`").unwrap(), "a b");
        assert_eq!(column_name("a b").unwrap(), "a b");
        assert_eq!(column_name("`a"), None);
        assert_eq!(quoted_name("a.b"), "a.b");
        assert_eq!(quoted_name("a^`b"), "`a^``b`");
    }
}
