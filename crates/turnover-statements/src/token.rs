//! Text into sentences and sentences into tokens, in one pass each and with byte offsets.

use std::borrow::Cow;
use std::ops::Range;

/// A sentence longer than this is cut, so that work per sentence stays bounded whatever the text.
const LONGEST_SENTENCE: usize = 300;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Word,
    Number,
    /// The "'s" or "'" of a possessive.
    Possessive,
    Symbol,
}

/// A token with its place in the text.
#[derive(Debug, Clone)]
pub(crate) struct Token<'a> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) text: &'a str,
    /// The token in small letters.
    pub(crate) lower: Cow<'a, str>,
    pub(crate) kind: TokenKind,
    /// Whether it follows the token before it without a space.
    pub(crate) glued: bool,
}

impl Token<'_> {
    pub(crate) fn is_capital(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    pub(crate) fn is_shouted(&self) -> bool {
        self.kind == TokenKind::Word
            && self.text.chars().any(char::is_uppercase)
            && !self.text.chars().any(char::is_lowercase)
    }
}

/// A sentence: its tokens.
#[derive(Debug, Clone)]
pub(crate) struct Sentence<'a> {
    pub(crate) tokens: Vec<Token<'a>>,
}

/// Words before a full stop that does not end a sentence.
const ABBREVIATIONS: [&str; 33] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "gen", "col", "sen", "rep", "gov", "hon", "jan", "feb", "aug", "sept",
    "sep", "oct", "nov", "dec", "vs", "ca", "approx", "bn", "mn", "inc", "ltd", "co", "corp", "rs", "art", "fig", "p",
];

/// The tokens of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out: Vec<Token<'_>> = Vec::with_capacity(text.len() / 5);
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}')
        {
            at += c.len_utf8();
            continue;
        }
        let (end, kind) = if c.is_ascii_digit() {
            (number_end(text, at), TokenKind::Number)
        } else if c.is_alphabetic() {
            (word_end(text, at), TokenKind::Word)
        } else if matches!(c, '\'' | '’') {
            possessive(text, at, out.last())
        } else {
            (at + c.len_utf8(), TokenKind::Symbol)
        };
        let part = &text[at..end];
        let lower =
            if part.chars().any(char::is_uppercase) { Cow::Owned(part.to_lowercase()) } else { Cow::Borrowed(part) };
        let glued = out.last().is_some_and(|t| t.end == at);
        out.push(Token { start: at, end, text: part, lower, kind, glued });
        at = end;
    }
    out
}

/// The end of a number: digits, with commas and points between digits, and with thin spaces between groups.
fn number_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut i = start;
    loop {
        while digit(i) {
            i += 1;
        }
        let comma = matches!(bytes.get(i), Some(b',')) && digit(i + 1) && digit(i + 2) && digit(i + 3) && !digit(i + 4);
        let point = matches!(bytes.get(i), Some(b'.')) && digit(i + 1);
        if comma || point {
            i += 1;
            continue;
        }
        let space = ["\u{a0}", "\u{202f}", "\u{2009}"].iter().find(|s| text[i..].starts_with(**s)).map(|s| s.len());
        match space {
            Some(n) if digit(i + n) && digit(i + n + 1) && digit(i + n + 2) && !digit(i + n + 3) => i += n,
            _ => return i,
        }
    }
}

/// The end of a word: letters, full stops between single letters ("U.S."), and apostrophes inside ("isn't").
fn word_end(text: &str, start: usize) -> usize {
    let mut end = start;
    let mut letters = 0;
    let mut dotted = false;
    let mut rest = text[start..].char_indices().peekable();
    while let Some((i, c)) = rest.next() {
        let next = rest.peek().map(|(_, c)| *c);
        if c.is_alphabetic() || matches!(c, '\u{300}'..='\u{36f}') {
            letters += 1;
        } else if c == '.'
            && letters == 1
            && (dotted || next.is_some_and(char::is_uppercase))
            && text[start..].starts_with(char::is_uppercase)
        {
            letters = 0;
            dotted = true;
        } else if matches!(c, '\'' | '’') && next.is_some_and(char::is_alphabetic) {
            let after = &text[start + i + c.len_utf8()..];
            let tail: String = after.chars().take_while(|c| c.is_alphabetic()).take(3).collect();
            // "Angola's" is a name and a possessive; "isn't" and "Sana'a" are one word.
            if tail == "s" || tail == "S" {
                return start + i;
            }
        } else {
            return start + i;
        }
        end = start + i + c.len_utf8();
    }
    end
}

fn possessive(text: &str, at: usize, before: Option<&Token<'_>>) -> (usize, TokenKind) {
    let mark = text[at..].chars().next().map_or(1, char::len_utf8);
    let follows = before.is_some_and(|t| t.end == at && t.kind == TokenKind::Word);
    let mut after = text[at + mark..].chars();
    let s = after.next().is_some_and(|c| matches!(c, 's' | 'S')) && !after.next().is_some_and(char::is_alphabetic);
    if follows && s {
        return (at + mark + 1, TokenKind::Possessive);
    }
    let plural = follows && before.is_some_and(|t| t.lower.ends_with('s')) && text[at + mark..].starts_with(' ');
    (at + mark, if plural { TokenKind::Possessive } else { TokenKind::Symbol })
}

/// Sentences of the tokens of a text.
pub(crate) fn sentences<'a>(text: &str, tokens: Vec<Token<'a>>) -> Vec<Sentence<'a>> {
    let mut out: Vec<Sentence<'a>> = Vec::new();
    let mut current: Vec<Token<'a>> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let Some(next) = tokens.peek() else {
            current.push(token);
            break;
        };
        let gap = &text[token.end..next.start];
        let ends =
            is_blank_line(gap) || current.len() >= LONGEST_SENTENCE || ends_sentence(&token, current.last(), next, gap);
        current.push(token);
        if ends {
            // Closing quotation marks belong to the sentence that they close.
            while tokens.peek().is_some_and(|t| t.glued && matches!(t.text, "”" | "\"" | "’" | ")" | "»" | "'")) {
                current.extend(tokens.next());
            }
            out.push(Sentence { tokens: std::mem::take(&mut current) });
        }
    }
    if !current.is_empty() {
        out.push(Sentence { tokens: current });
    }
    out
}

fn is_blank_line(gap: &str) -> bool {
    gap.bytes().filter(|b| *b == b'\n').count() > 1
}

fn ends_sentence(token: &Token<'_>, before: Option<&Token<'_>>, next: &Token<'_>, gap: &str) -> bool {
    let stop = matches!(token.text, "." | "!" | "?" | "…");
    let dotted = token.kind == TokenKind::Word && token.text.ends_with('.');
    if !stop && !dotted {
        return false;
    }
    let closing = next.glued && matches!(next.text, "”" | "\"" | "’" | ")" | "»");
    if closing {
        // «Is it so?» he asked: the sentence goes on after the quotation.
        return stop && token.text != ",";
    }
    if gap.is_empty() || !(next.is_capital() || next.kind != TokenKind::Word) {
        return false;
    }
    if dotted {
        // "the U.S. President": only a word that can begin a sentence ends it here.
        return matches!(
            &*next.lower,
            "the" | "it" | "he" | "she" | "they" | "in" | "but" | "a" | "this" | "that" | "both"
        );
    }
    let abbreviation =
        token.text == "." && before.is_some_and(|b| ABBREVIATIONS.contains(&&*b.lower) && b.end == token.start);
    let ordinal = before.is_some_and(|b| matches!(&*b.lower, "no") || b.text == "Nr") && next.kind == TokenKind::Number;
    !(ordinal || abbreviation && (next.kind == TokenKind::Number || next.is_capital()))
}

/// The bytes from the first to the last token of a range.
pub(crate) fn bytes_of(tokens: &[Token<'_>], range: Range<usize>) -> Range<usize> {
    match (tokens.get(range.start), range.end.checked_sub(1).and_then(|i| tokens.get(i))) {
        (Some(a), Some(b)) if a.start <= b.end => a.start..b.end,
        _ => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<&str> {
        tokens(text).into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn numbers_possessives_and_dotted_names_are_one_token_each() {
        assert_eq!(
            parts("Angola's 11,400.5 tonnes, U.S. trade isn't US$2.1bn."),
            ["Angola", "'s", "11,400.5", "tonnes", ",", "U.S.", "trade", "isn't", "US", "$", "2.1", "bn", "."]
        );
        assert_eq!(parts("1\u{202f}500\u{202f}000 t"), ["1\u{202f}500\u{202f}000", "t"]);
        assert_eq!(parts("in 2014, 300"), ["in", "2014", ",", "300"]);
    }

    #[test]
    fn sentences_end_at_stops_but_not_after_abbreviations() {
        let count = |text: &str| sentences(text, tokens(text)).len();
        assert_eq!(count("Trade rose. It fell."), 2);
        assert_eq!(count("The U.S. President met Mr. Lavrov at No. 10."), 1);
        assert_eq!(count("“It fell.” Then it rose."), 2);
        assert_eq!(count("A headline\n\nA sentence"), 2);
    }
}
