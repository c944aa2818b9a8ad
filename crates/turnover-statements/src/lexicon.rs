//! The grammar's data: word lists, numbers, places, currencies, measures and products of one language.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::token::{Token, TokenKind, tokens};

/// A class of words, as `section.name` of `words.toml`.
pub(crate) type Class = &'static str;

/// A phrase: its words after the first, and what it stands for.
#[derive(Debug)]
struct Phrase<T> {
    rest: Vec<String>,
    value: T,
}

/// Phrases by their first word.
#[derive(Debug)]
pub(crate) struct Phrases<T> {
    by_first: HashMap<String, Vec<Phrase<T>>>,
}

impl<T: Copy> Phrases<T> {
    fn new() -> Self {
        Phrases { by_first: HashMap::new() }
    }

    fn insert(&mut self, text: &str, value: T, fold: bool) {
        let mut words = tokens(text).into_iter().map(|t| if fold { t.lower.into_owned() } else { t.text.to_owned() });
        if let Some(first) = words.next() {
            self.by_first.entry(first).or_default().push(Phrase { rest: words.collect(), value });
        }
    }

    /// All phrases that begin at a token, with their lengths in tokens.
    pub(crate) fn at<'p>(
        &'p self,
        tokens: &'p [Token<'_>],
        i: usize,
        fold: bool,
    ) -> impl Iterator<Item = (usize, T)> + 'p {
        let word = move |t: &'p Token<'_>| if fold { &*t.lower } else { t.text };
        let found = tokens.get(i).and_then(|t| self.by_first.get(word(t)));
        found.into_iter().flatten().filter_map(move |p| {
            let rest = tokens.get(i + 1..i + 1 + p.rest.len())?;
            rest.iter().zip(&p.rest).all(|(t, w)| word(t) == w).then_some((1 + p.rest.len(), p.value))
        })
    }

    /// The longest phrase that begins at a token.
    pub(crate) fn longest(&self, tokens: &[Token<'_>], i: usize, fold: bool) -> Option<(usize, T)> {
        self.at(tokens, i, fold).max_by_key(|(len, _)| *len)
    }
}

/// How a country is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceForm {
    Name,
    Adjective,
    People,
    Town,
}

#[derive(Deserialize, Default)]
struct NumberFile {
    cardinals: String,
    scales: String,
    ordinals: String,
    parts: String,
    multiples: String,
    vague: String,
    months: String,
    weekdays: String,
    tonnes: String,
    litres: String,
    others: String,
}

/// The whole grammar of a language.
#[derive(Debug)]
pub(crate) struct Lexicon {
    words: Phrases<Class>,
    pub(crate) places: Phrases<(&'static str, PlaceForm)>,
    pub(crate) currencies: Phrases<&'static str>,
    pub(crate) signs: Phrases<&'static str>,
    pub(crate) measures: Phrases<&'static str>,
    products: HashSet<&'static str>,
    pub(crate) cardinals: Phrases<f64>,
    pub(crate) scales: Phrases<f64>,
    pub(crate) ordinals: Phrases<f64>,
    pub(crate) parts: Phrases<f64>,
    pub(crate) multiples: Phrases<f64>,
    pub(crate) vague: Phrases<()>,
    pub(crate) months: Phrases<f64>,
    pub(crate) weekdays: Phrases<f64>,
    pub(crate) tonnes: Phrases<f64>,
    pub(crate) litres: Phrases<f64>,
    pub(crate) other_units: Phrases<&'static str>,
}

const WORDS: &str = include_str!("../grammar/en/words.toml");
const NUMBERS: &str = include_str!("../grammar/en/numbers.toml");
const PLACES: &str = include_str!("../grammar/en/places.txt");
const CURRENCIES: &str = include_str!("../grammar/en/currencies.txt");
const MEASURES: &str = include_str!("../grammar/en/measures.txt");
const PRODUCTS: &str = include_str!("../grammar/en/products.txt");

/// English.
pub(crate) fn english() -> &'static Lexicon {
    static ENGLISH: LazyLock<Lexicon> = LazyLock::new(load);
    &ENGLISH
}

fn rows(file: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    file.lines().filter(|l| !l.starts_with('#') && !l.is_empty()).map(|l| l.split('|').collect())
}

fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|e| !e.is_empty())
}

fn numbers(list: &str) -> Phrases<f64> {
    let mut out = Phrases::new();
    for entry in entries(list) {
        if let Some((name, value)) = entry.split_once('=')
            && let Ok(value) = value.trim().parse()
        {
            out.insert(name, value, true);
        }
    }
    out
}

fn load() -> Lexicon {
    // The files are part of the program; a test reads each of them whole.
    let file: NumberFile = toml::from_str(NUMBERS).unwrap_or_default();
    let mut vague = Phrases::new();
    entries(&file.vague).for_each(|e| vague.insert(e, (), true));
    let mut other_units = Phrases::new();
    for entry in entries(file.others.clone().leak()) {
        if let Some((name, unit)) = entry.split_once('=') {
            other_units.insert(name, unit, true);
        }
    }
    let (currencies, signs) = money();
    Lexicon {
        words: words(),
        places: places(),
        currencies,
        signs,
        measures: measures(),
        products: PRODUCTS.lines().filter(|l| !l.starts_with('#')).flat_map(str::split_whitespace).collect(),
        cardinals: numbers(&file.cardinals),
        scales: numbers(&file.scales),
        ordinals: numbers(&file.ordinals),
        parts: numbers(&file.parts),
        multiples: numbers(&file.multiples),
        vague,
        months: numbers(&file.months),
        weekdays: numbers(&file.weekdays),
        tonnes: numbers(&file.tonnes),
        litres: numbers(&file.litres),
        other_units,
    }
}

fn words() -> Phrases<Class> {
    let sections: HashMap<String, HashMap<String, String>> = toml::from_str(WORDS).unwrap_or_default();
    let mut out = Phrases::new();
    for (section, classes) in &sections {
        for (name, list) in classes {
            // The names live as long as the program, which loads them once.
            let class: Class = format!("{section}.{name}").leak();
            entries(list).for_each(|entry| out.insert(entry, class, true));
        }
    }
    out
}

fn places() -> Phrases<(&'static str, PlaceForm)> {
    let mut out = Phrases::new();
    for row in rows(PLACES) {
        let forms = [PlaceForm::Name, PlaceForm::Adjective, PlaceForm::People, PlaceForm::Town];
        for (list, form) in row.iter().skip(1).zip(forms) {
            entries(list).for_each(|name| out.insert(name, (row[0], form), false));
        }
    }
    out
}

fn money() -> (Phrases<&'static str>, Phrases<&'static str>) {
    let (mut names, mut signs) = (Phrases::new(), Phrases::new());
    for row in rows(CURRENCIES) {
        entries(row.get(1).unwrap_or(&"")).for_each(|n| names.insert(n, row[0], true));
        entries(row.get(2).unwrap_or(&"")).for_each(|s| signs.insert(s, row[0], false));
    }
    (names, signs)
}

fn measures() -> Phrases<&'static str> {
    let mut out = Phrases::new();
    for row in rows(MEASURES) {
        entries(row.get(1).unwrap_or(&"")).for_each(|w| out.insert(w, row[0], true));
    }
    out
}

impl Lexicon {
    /// The classes of the words at a token, with the length of the phrase that has each.
    pub(crate) fn classes(&self, tokens: &[Token<'_>], i: usize) -> Vec<(Class, usize)> {
        let mut out: Vec<(Class, usize)> = Vec::new();
        for (len, class) in self.words.at(tokens, i, true) {
            match out.iter_mut().find(|(c, _)| *c == class) {
                Some(known) => known.1 = known.1.max(len),
                None => out.push((class, len)),
            }
        }
        out
    }

    /// Whether a token names goods.
    pub(crate) fn is_product(&self, token: &Token<'_>) -> bool {
        token.kind == TokenKind::Word && self.products.contains(&*token.lower)
    }
}

/// The codes of the countries and groups that the grammar names, for a test against the country table.
pub fn place_codes() -> Vec<&'static str> {
    rows(PLACES).map(|row| row[0]).filter(|code| *code != "---").collect()
}

/// The code of a country or group by its code or a name that the grammar knows.
pub fn place_code(text: &str) -> Option<&'static str> {
    let known = rows(PLACES).find(|row| row[0].eq_ignore_ascii_case(text.trim()) && row[0] != "---");
    known.map(|row| row[0]).or_else(|| {
        let words = tokens(text.trim());
        let (len, (code, _)) = english().places.longest(&words, 0, false)?;
        (len == words.len() && code != "---").then_some(code)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read_whole() {
        toml::from_str::<NumberFile>(NUMBERS).unwrap();
        toml::from_str::<HashMap<String, HashMap<String, String>>>(WORDS).unwrap();
        assert!(rows(PLACES).all(|row| row.len() == 5 && (2..=5).contains(&row[0].len())));
        assert!(rows(CURRENCIES).all(|row| row.len() == 3 && row[0].len() == 3));
        assert!(rows(MEASURES).all(|row| row.len() == 2));
    }
}
