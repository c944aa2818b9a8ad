//! Quantities: numbers in digits and words with their scale, currency or unit, percentages, fractions, multiples,
//! and the words that bound them.

mod number;

use number::number;

use crate::lexicon::{Lexicon, english};
use crate::period::Mention;
use crate::token::{Token, TokenKind};

/// What a quantity measures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Figure {
    /// Per cent; a fraction is one.
    Percent(f64),
    /// Percentage points.
    Points(f64),
    /// A multiple.
    Factor(f64),
    /// "Several times".
    Several,
    /// An amount of money or goods; without unit where none is said.
    Amount { value: f64, unit: Option<&'static str> },
}

/// How exact a figure is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// About.
    Approx,
    /// More than, at least.
    Above,
    /// Under, up to.
    Below,
}

/// A quantity in a sentence, by tokens.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quantity {
    /// The first token, words of its bound included.
    pub(crate) start: usize,
    /// The first token of the number.
    pub(crate) core: usize,
    pub(crate) end: usize,
    pub(crate) figure: Figure,
    pub(crate) bound: Option<Bound>,
    /// Whether a scale or a unit was said, so that it is more than a bare number.
    pub(crate) scaled: bool,
    /// The scale that was said, 1 where none.
    pub(crate) scale: f64,
    /// Whether it is a verb or adjective by itself: "doubled".
    pub(crate) verbal: bool,
}

impl Quantity {
    pub(crate) fn amount(&self) -> Option<(f64, Option<&'static str>)> {
        match self.figure {
            Figure::Amount { value, unit } => Some((value, unit)),
            _ => None,
        }
    }

    pub(crate) fn is_relative(&self) -> bool {
        !matches!(self.figure, Figure::Amount { .. })
    }
}

/// The quantities of a sentence; what a period claims is not one.
pub(crate) fn quantities(lexicon: &Lexicon, tokens: &[Token<'_>], periods: &[Mention]) -> Vec<Quantity> {
    let mut out: Vec<Quantity> = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        if let Some(period) = periods.iter().find(|p| p.start <= i && i < p.end) {
            i = period.end;
            continue;
        }
        match quantity(lexicon, tokens, i) {
            Some(mut found) => {
                bound_of(lexicon, tokens, &mut found, out.last().map_or(0, |q| q.end));
                i = found.end.max(i + 1);
                out.push(found);
            }
            None => i += 1,
        }
    }
    out
}

fn quantity(lexicon: &Lexicon, tokens: &[Token<'_>], i: usize) -> Option<Quantity> {
    whole(tokens, i)
        .or_else(|| none_at_all(lexicon, tokens, i))
        .or_else(|| vague(lexicon, tokens, i))
        .or_else(|| fraction(lexicon, tokens, i))
        .or_else(|| multiple(lexicon, tokens, i))
        .or_else(|| amount(lexicon, tokens, i))
}

fn plain(start: usize, len: usize, figure: Figure) -> Quantity {
    Quantity { start, core: start, end: start + len, figure, bound: None, scaled: true, scale: 1.0, verbal: false }
}

fn lower<'t>(tokens: &'t [Token<'_>], i: usize) -> &'t str {
    tokens.get(i).map_or("", |t| &t.lower)
}

/// "The whole of", "all of".
fn whole(tokens: &[Token<'_>], i: usize) -> Option<Quantity> {
    let len = match (lower(tokens, i), lower(tokens, i + 1), lower(tokens, i + 2)) {
        ("the", "whole" | "entirety", "of") => 2,
        ("all", "of", "the" | "its" | "their") => 1,
        _ => return None,
    };
    Some(plain(i, len, Figure::Percent(100.0)))
}

/// "Not a single tonne".
fn none_at_all(lexicon: &Lexicon, tokens: &[Token<'_>], i: usize) -> Option<Quantity> {
    let skip = match (lower(tokens, i), lower(tokens, i + 1), lower(tokens, i + 2)) {
        ("not", "a", "single") => 3,
        ("not", "one" | "a", _) => 2,
        ("no" | "zero", _, _) => 1,
        _ => return None,
    };
    let unit = lexicon.tonnes.longest(tokens, i + skip, true).map(|(n, _)| n);
    let money = lexicon.currencies.longest(tokens, i + skip, true).map(|(n, _)| n);
    let other = lexicon.other_units.longest(tokens, i + skip, true).map(|(n, _)| n);
    let len = unit.or(money).or(other)?;
    Some(plain(i, skip + len, Figure::Amount { value: 0.0, unit: None }))
}

fn vague(lexicon: &Lexicon, tokens: &[Token<'_>], i: usize) -> Option<Quantity> {
    let (len, ()) = lexicon.vague.longest(tokens, i, true)?;
    Some(plain(i, len, Figure::Several))
}

/// "A third", "two-thirds", "nine tenths", "one in four", "3/4", "half".
fn fraction(lexicon: &Lexicon, tokens: &[Token<'_>], i: usize) -> Option<Quantity> {
    let (len, share) = ratio(lexicon, tokens, i).or_else(|| parts(lexicon, tokens, i))?;
    let mut end = i + len;
    let tail: Vec<&str> = (end..end + 6).map(|k| lower(tokens, k)).collect();
    let as_much = |w: &str| matches!(w, "much" | "many" | "big" | "large" | "high" | "great");
    let figure = match tail[..] {
        ["as", m, "again", ..] if as_much(m) => {
            end += 3;
            Figure::Percent(share * 100.0)
        }
        ["again", "as", m, ..] if as_much(m) => {
            end += 3;
            Figure::Percent(share * 100.0)
        }
        ["as", m, ..] if as_much(m) => {
            end += 2;
            Figure::Factor(share)
        }
        ["what", ..] | ["of", "what", "it" | "they" | "was" | "were", ..] => Figure::Factor(share),
        ["of", "its" | "their" | "the", "level" | "former" | "previous" | "size" | "value" | "volume", ..] => {
            Figure::Factor(share)
        }
        ["of", "the", _, "level" | "figure" | "volume" | "value", ..] => Figure::Factor(share),
        ["the", year, "level" | "figure" | "volume" | "value", ..] if year.len() == 4 => {
            end += 3;
            Figure::Factor(share)
        }
        ["the", "level" | "size" | "volume" | "figure" | "value", ..]
        | ["its" | "their", "former" | "previous" | "level", ..] => Figure::Factor(share),
        ["a", "year" | "day" | "century" | "hour" | "decade" | "dozen" | "mile" | "century's", ..] | ["year", ..] => {
            return None;
        }
        _ => Figure::Percent(share * 100.0),
    };
    Some(plain(i, end - i, figure))
}

/// "One in four", "three out of five", "3/4".
fn ratio(lexicon: &Lexicon, tokens: &[Token<'_>], i: usize) -> Option<(usize, f64)> {
    // "Every third bottle".
    if lower(tokens, i) == "every"
        && let Some((len, n)) = lexicon.ordinals.longest(tokens, i + 1, true)
    {
        return (n >= 2.0).then_some((1 + len, 1.0 / n));
    }
    let small = |k: usize| number(lexicon, tokens, k).filter(|n| n.scale == 1.0 && n.value < 1000.0);
    let top = small(i)?;
    let after = i + top.len;
    let (skip, strict) = match (lower(tokens, after), lower(tokens, after + 1)) {
        ("out", "of") => (2, true),
        ("in" | "of", "every") => (2, true),
        ("in", _) => (1, true),
        ("/", _) if tokens.get(after).is_some_and(|t| t.glued) => (1, false),
        _ => return None,
    };
    let bottom = small(after + skip)?;
    let whole = |v: f64| v.fract() == 0.0;
    let unit_follows = lower(tokens, after + skip + bottom.len);
    let plausible = top.value < bottom.value && bottom.value <= 100.0 && whole(top.value) && whole(bottom.value);
    (plausible && !(strict && matches!(unit_follows, "years" | "months" | "days")))
        .then(|| (top.len + skip + bottom.len, top.value / bottom.value))
}

fn parts(lexicon: &Lexicon, tokens: &[Token<'_>], i: usize) -> Option<(usize, f64)> {
    let part = |k: usize| lexicon.parts.longest(tokens, k, true);
    let hyphen = |k: usize| usize::from(lower(tokens, k) == "-");
    if let Some((len, whole)) = part(i) {
        // A bare "third" is an ordinal; a bare "half" is a half, save in "half a million" and "half-year".
        let scale = lexicon.scales.longest(tokens, i + len + 1, true).is_some() && lower(tokens, i + len) == "a";
        let half = lower(tokens, i) == "half" && !scale && lower(tokens, i + len) != "-";
        let ordinal = i > 0
            && matches!(lower(tokens, i - 1), "first" | "second" | "last" | "other" | "latter" | "this" | "better");
        return (half && !ordinal).then_some((len, 1.0 / whole));
    }
    let (len, top) = match lower(tokens, i) {
        "a" | "an" => (1, 1.0),
        "every" => return None,
        _ => number(lexicon, tokens, i)
            .filter(|n| n.scale == 1.0 && n.value >= 1.0 && n.value < 100.0)
            .map(|n| (n.len, n.value))?,
    };
    let gap = hyphen(i + len);
    let (tail, whole) = part(i + len + gap)?;
    let word = lower(tokens, i + len + gap);
    // "a third country", "a second half", "a fifth round": an article with an ordinal before a noun.
    let noun = tokens.get(i + len + gap + tail).is_some_and(|t| t.kind == TokenKind::Word)
        && !english().classes(tokens, i + len + gap + tail).iter().any(|(c, _)| *c == "syntax.after_part");
    if noun && !word.starts_with("half") && top == 1.0 && word != "quarter" {
        return None;
    }
    (top < whole || whole == 2.0).then(|| (len + gap + tail, top / whole))
}

/// "Twice", "doubled", "five times", "tenfold", "12-fold", "3x".
fn multiple(lexicon: &Lexicon, tokens: &[Token<'_>], i: usize) -> Option<Quantity> {
    // "Elevenfold": any cardinal makes one.
    if let Some(stem) = tokens.get(i).and_then(|t| t.lower.strip_suffix("fold")).filter(|s| !s.is_empty())
        && let Some((_, factor)) = lexicon.cardinals.longest(&crate::token::tokens(stem), 0, true)
    {
        return Some(plain(i, 1, Figure::Factor(factor)));
    }
    if let Some((len, factor)) = lexicon.multiples.longest(tokens, i, true) {
        let verbal = tokens
            .get(i)
            .is_some_and(|t| t.lower.ends_with('d') || t.lower.ends_with("es") || t.lower.ends_with("ing"));
        return Some(Quantity { verbal, ..plain(i, len, Figure::Factor(factor)) });
    }
    let n = number(lexicon, tokens, i).filter(|n| n.scale == 1.0)?;
    let after = i + n.len;
    let gap = usize::from(lower(tokens, after) == "-");
    let len = match lower(tokens, after + gap) {
        "fold" => n.len + gap + 1,
        "x" if tokens.get(after).is_some_and(|t| t.glued) => n.len + 1,
        "times" => {
            let next = lower(tokens, after + gap + 1);
            let grows = (i.saturating_sub(4)..i)
                .any(|k| english().classes(tokens, k).iter().any(|(c, _)| c.starts_with("move.")));
            let compares = matches!(
                next,
                "as" | "what"
                    | "more"
                    | "higher"
                    | "larger"
                    | "bigger"
                    | "greater"
                    | "the"
                    | "those"
                    | "that"
                    | "its"
                    | "their"
                    | "over"
                    | "less"
                    | "smaller"
                    | "lower"
                    | "compared"
            );
            if !(grows || compares) {
                return None;
            }
            n.len + gap + 1
        }
        _ => return None,
    };
    Some(plain(i, len, Figure::Factor(n.value)))
}

/// A number with its unit: money, tonnes, per cent, points; or a bare number.
fn amount(lexicon: &Lexicon, tokens: &[Token<'_>], i: usize) -> Option<Quantity> {
    let sign = lexicon.signs.longest(tokens, i, false);
    let sign_len = sign.map_or(0, |(len, _)| len);
    let mut n = number(lexicon, tokens, i + sign_len)?;
    let mut at = i + sign_len + n.len;
    if sign.is_some() && n.scale == 1.0 && matches!(lower(tokens, at), "m" | "b") {
        n.scale = if lower(tokens, at) == "m" { 1e6 } else { 1e9 };
        n.value *= n.scale;
        at += 1;
    }
    let mut found = Quantity {
        scale: n.scale,
        scaled: n.scale > 1.0,
        ..plain(i, at - i, Figure::Amount { value: n.value, unit: None })
    };
    if let Some((_, code)) = sign {
        found.figure = Figure::Amount { value: n.value, unit: Some(code) };
        found.scaled = true;
        return Some(found);
    }
    if let Some((len, figure)) = unit(lexicon, tokens, at, n.value) {
        found.figure = figure;
        found.end = at + len;
        found.scaled = true;
    }
    Some(found)
}

fn unit(lexicon: &Lexicon, tokens: &[Token<'_>], at: usize, value: f64) -> Option<(usize, Figure)> {
    let gap = usize::from(
        lower(tokens, at) == "-"
            || lower(tokens, at) == "of" && lexicon.currencies.longest(tokens, at + 1, true).is_some(),
    );
    let at = at + gap;
    let percent = match (lower(tokens, at), lower(tokens, at + 1)) {
        ("percentage", "point" | "points") | ("percent" | "%", "points") => {
            return Some((gap + 2, Figure::Points(value)));
        }
        ("per", "cent") if lower(tokens, at + 2) == "points" => return Some((gap + 3, Figure::Points(value))),
        ("pp" | "points", _) => return Some((gap + 1, Figure::Points(value))),
        ("per", "cent") => 2,
        ("%" | "percent" | "pct" | "pc", _) => 1,
        _ => 0,
    };
    if percent > 0 {
        return Some((gap + percent, Figure::Percent(value)));
    }
    // A possible country before the currency ("Canadian dollars") is part of its name.
    if let Some((len, code)) = lexicon.currencies.longest(tokens, at, true).or_else(|| {
        let (len, code) = lexicon.signs.longest(tokens, at, false)?;
        Some((len, code))
    }) {
        return Some((gap + len, Figure::Amount { value, unit: Some(code) }));
    }
    if let Some((len, factor)) = lexicon.tonnes.longest(tokens, at, true) {
        return Some((gap + len, Figure::Amount { value: value * factor, unit: Some("t") }));
    }
    if let Some((len, factor)) = lexicon.litres.longest(tokens, at, true) {
        return Some((gap + len, Figure::Amount { value: value * factor, unit: Some("L") }));
    }
    let (len, unit) = lexicon.other_units.longest(tokens, at, true)?;
    // Counted things ("300 cars") keep their noun as the product, so only measures are consumed.
    let counted = matches!(unit, "units" | "head" | "containers" | "pieces");
    Some((if counted { 0 } else { gap + len }, Figure::Amount { value, unit: (!counted).then_some(unit) }))
}

/// Words of a bound before or after the quantity.
fn bound_of(lexicon: &Lexicon, tokens: &[Token<'_>], q: &mut Quantity, floor: usize) {
    let kinds = [("bound.approx", Bound::Approx), ("bound.above", Bound::Above), ("bound.below", Bound::Below)];
    let kind_of = |i: usize, len: usize| {
        let classes = lexicon.classes(tokens, i);
        kinds.iter().find(|(name, _)| classes.iter().any(|(c, n)| c == name && *n == len)).map(|(_, b)| *b)
    };
    // Up to two words of a bound, one before the other: "to more than about 5 billion".
    for _ in 0..2 {
        let mut start = q.start;
        if matches!(lower(tokens, start.wrapping_sub(1)), "a" | "an" | "the")
            && matches!(q.figure, Figure::Amount { .. })
        {
            start -= 1;
        }
        let found =
            (1..=5usize).rev().filter(|n| start >= floor + n).find_map(|n| kind_of(start - n, n).map(|b| (n, b)));
        let Some((n, bound)) = found else { break };
        q.start = start - n;
        q.bound = q.bound.or(Some(bound));
    }
    if q.bound.is_none() && lower(tokens, q.end) == "or" {
        q.bound = kind_of(q.end, 2);
    }
    let tail = format!("{} {}", lower(tokens, q.end), lower(tokens, q.end + 1));
    if q.bound.is_none() && matches!(&*tail, "at most" | "at best") {
        q.bound = Some(Bound::Below);
    } else if q.bound.is_none() && tail == "at least" {
        q.bound = Some(Bound::Above);
    }
}
