//! A sentence with everything that the gazetteers find in it: word classes, places, periods, quantities.

use std::ops::Range;

use jiff::civil::Date;

use crate::lexicon::{Class, Lexicon, PlaceForm};
use crate::period::{Mention, mentions};
use crate::quantity::{Quantity, quantities};
use crate::token::{Sentence, Token, TokenKind};

/// A country or group that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) code: &'static str,
    pub(crate) form: PlaceForm,
    /// "Russia's".
    pub(crate) possessive: bool,
}

/// A sentence and what is in it; places and quantities by their token ranges.
#[derive(Debug)]
pub(crate) struct Marked<'a> {
    pub(crate) tokens: Vec<Token<'a>>,
    classes: Vec<Vec<(Class, usize)>>,
    pub(crate) places: Vec<Place>,
    pub(crate) periods: Vec<Mention>,
    pub(crate) quantities: Vec<Quantity>,
}

impl<'a> Marked<'a> {
    pub(crate) fn new(lexicon: &Lexicon, sentence: Sentence<'a>, date: Date) -> Self {
        let tokens = sentence.tokens;
        let classes = (0..tokens.len()).map(|i| lexicon.classes(&tokens, i)).collect();
        let places = places(lexicon, &tokens);
        let periods = mentions(lexicon, &tokens, date);
        let quantities = quantities(lexicon, &tokens, &periods);
        Marked { tokens, classes, places, periods, quantities }
    }

    pub(crate) fn word(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |t| &t.lower)
    }

    /// The word before, or nothing.
    pub(crate) fn before(&self, i: usize) -> &str {
        i.checked_sub(1).map_or("", |i| self.word(i))
    }

    /// The length of the phrase of a class that begins at a token.
    pub(crate) fn is(&self, i: usize, class: &str) -> Option<usize> {
        self.classes.get(i)?.iter().find(|(c, _)| *c == class).map(|(_, len)| *len)
    }

    /// The first phrase of a class in a range, as its own range.
    pub(crate) fn first(&self, range: Range<usize>, class: &str) -> Option<Range<usize>> {
        range.clone().find_map(|i| self.is(i, class).filter(|len| i + len <= range.end).map(|len| i..i + len))
    }

    /// All phrases of a class in a range.
    pub(crate) fn every(&self, range: Range<usize>, class: &str) -> Vec<Range<usize>> {
        let mut out: Vec<Range<usize>> = Vec::new();
        for i in range.clone() {
            if out.last().is_some_and(|r| i < r.end) {
                continue;
            }
            if let Some(len) = self.is(i, class).filter(|len| i + len <= range.end) {
                out.push(i..i + len);
            }
        }
        out
    }

    pub(crate) fn has(&self, range: Range<usize>, class: &str) -> bool {
        self.first(range, class).is_some()
    }

    /// Whether one of some words stands in a range.
    pub(crate) fn has_word(&self, range: Range<usize>, words: &[&str]) -> bool {
        range.into_iter().any(|i| words.contains(&self.word(i)))
    }

    pub(crate) fn places_in(&self, range: &Range<usize>) -> Vec<&Place> {
        self.places.iter().filter(|p| range.start <= p.start && p.end <= range.end).collect()
    }

    pub(crate) fn periods_in(&self, range: &Range<usize>) -> Vec<&Mention> {
        self.periods.iter().filter(|p| range.start <= p.start && p.end <= range.end).collect()
    }

    pub(crate) fn quantities_in(&self, range: &Range<usize>) -> Vec<&Quantity> {
        self.quantities.iter().filter(|q| range.start <= q.core && q.end <= range.end).collect()
    }

    /// The place that a token is part of.
    pub(crate) fn place_at(&self, i: usize) -> Option<&Place> {
        self.places.iter().find(|p| p.start <= i && i < p.end)
    }

    pub(crate) fn is_symbol(&self, i: usize) -> bool {
        self.tokens.get(i).is_none_or(|t| t.kind == TokenKind::Symbol)
    }
}

fn places(lexicon: &Lexicon, tokens: &[Token<'_>]) -> Vec<Place> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let Some((len, (code, form))) = place_at(lexicon, tokens, i) else {
            i += 1;
            continue;
        };
        let end = i + len;
        if code != "---" {
            let possessive = tokens.get(end).is_some_and(|t| t.kind == TokenKind::Possessive);
            out.push(Place { start: i, end, code, form, possessive });
        }
        i = end;
    }
    out
}

fn place_at(lexicon: &Lexicon, tokens: &[Token<'_>], i: usize) -> Option<(usize, (&'static str, PlaceForm))> {
    let found: Vec<_> = lexicon.places.at(tokens, i, false).collect();
    let longest = found.iter().map(|(len, _)| *len).max()?;
    let next = tokens.get(i + longest);
    let verb = next.is_some() && {
        let noun = matches!(
            next.map(|t| &*t.lower),
            Some(
                "exports" | "imports" | "export" | "import" | "supplies" | "purchases" | "orders" | "gains" | "losses"
            )
        );
        let classes = lexicon.classes(tokens, i + longest);
        !noun
            && classes.iter().any(|(c, _)| {
                matches!(*c, "flow.sell" | "flow.buy" | "flow.move" | "move.up" | "move.down" | "kind.will")
            })
    };
    let names_thing = next.is_some_and(|t| t.kind == TokenKind::Word && !t.is_capital()) && !verb;
    let mut forms = found.into_iter().filter(|(len, _)| *len == longest);
    let first = forms.next()?;
    // "US exports", "the Chinese buy": a word that is adjective and name is read by what follows it.
    let plural = next.is_some_and(|t| matches!(&*t.lower, "buy" | "sell" | "sold" | "bought" | "import" | "export"));
    let other = forms.find(|(_, (code, form))| {
        *code == first.1.0 && (*form == PlaceForm::Adjective && names_thing || *form == PlaceForm::People && plural)
    });
    Some(match other {
        Some(o)
            if !matches!(
                next.map(|t| &*t.lower),
                Some("and" | "in" | "to" | "from" | "is" | "was" | "has" | "will" | "with" | "by" | "or")
            ) =>
        {
            o
        }
        _ => first,
    })
}
