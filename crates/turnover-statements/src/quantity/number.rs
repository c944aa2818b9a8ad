//! Numbers in digits and in words, with their scale.

use super::lower;
use crate::lexicon::Lexicon;
use crate::token::{Token, TokenKind};

/// A number with its scale: length in tokens, value, and the scale that was said.
pub(super) struct Number {
    pub(super) len: usize,
    pub(super) value: f64,
    pub(super) scale: f64,
}

pub(super) fn number(lexicon: &Lexicon, tokens: &[Token<'_>], i: usize) -> Option<Number> {
    let token = tokens.get(i)?;
    if token.kind == TokenKind::Number {
        // Longer than any figure of trade: not a number that anybody would state.
        if token.text.len() > 24 {
            return None;
        }
        let digits: String = token.text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
        let value: f64 = digits.parse().ok()?;
        return Some(with_scale(lexicon, tokens, i, 1, value));
    }
    let (len, value) = in_words(lexicon, tokens, i)?;
    Some(with_scale(lexicon, tokens, i, len, value))
}

/// The scale after a number: "million", "lakh crore", "bn"; a lone "m" or "k" only where glued to the digits.
fn with_scale(lexicon: &Lexicon, tokens: &[Token<'_>], i: usize, len: usize, value: f64) -> Number {
    let at = i + len;
    let gap = usize::from(lower(tokens, at) == "-" && lexicon.scales.longest(tokens, at + 1, true).is_some());
    match lexicon.scales.longest(tokens, at + gap, true) {
        Some((n, scale)) if !matches!(lower(tokens, at), "m" | "k") || tokens.get(at).is_some_and(|t| t.glued) => {
            Number { len: len + gap + n, value: value * scale, scale }
        }
        _ => Number { len, value, scale: 1.0 },
    }
}

/// Cardinals in words: "twenty-five", "a hundred and ten", "half a", "one and a half".
fn in_words(lexicon: &Lexicon, tokens: &[Token<'_>], i: usize) -> Option<(usize, f64)> {
    let scale_at =
        |k: usize| lexicon.scales.longest(tokens, k, true).filter(|_| !matches!(lower(tokens, k), "m" | "k" | "b"));
    match (lower(tokens, i), lower(tokens, i + 1)) {
        ("half", "a") if scale_at(i + 2).is_some() => return Some((2, 0.5)),
        ("a", "hundred") => {}
        ("a" | "an", _) if scale_at(i + 1).is_some() => return Some((1, 1.0)),
        ("a", "dozen") => return Some((2, 12.0)),
        ("a", "quarter")
            if lower(tokens, i + 2) == "of" && lower(tokens, i + 3) == "a" && scale_at(i + 4).is_some() =>
        {
            return Some((4, 0.25));
        }
        _ => {}
    }
    let (mut k, mut total, mut last) = (i, 0.0, f64::INFINITY);
    if lower(tokens, i) == "a" && lower(tokens, i + 1) == "hundred" {
        (k, total, last) = (i + 2, 100.0, 100.0);
        k += usize::from(lower(tokens, k) == "and" && lexicon.cardinals.longest(tokens, k + 1, true).is_some());
    }
    while let Some((len, value)) = lexicon.cardinals.longest(tokens, k, true) {
        // "twenty-five" adds up, "twenty thirty" does not.
        if value >= last || last < 20.0 && k > i {
            break;
        }
        total += value;
        last = value;
        k += len;
        if lower(tokens, k) == "hundred" {
            total *= 100.0;
            k += 1;
            last = 100.0;
            k += usize::from(lower(tokens, k) == "and" && lexicon.cardinals.longest(tokens, k + 1, true).is_some());
        } else if lower(tokens, k) == "-"
            && lexicon.cardinals.longest(tokens, k + 1, true).is_some_and(|(_, v)| v < 10.0 && last >= 20.0)
        {
            k += 1;
        }
        if k - i > 8 {
            break;
        }
    }
    if k == i {
        return None;
    }
    if lower(tokens, k) == "and" && lower(tokens, k + 1) == "a" && lower(tokens, k + 2) == "half" {
        return Some((k + 3 - i, total + 0.5));
    }
    Some((k - i, total))
}
