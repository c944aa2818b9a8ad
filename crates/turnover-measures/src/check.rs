//! What can be wrong with a catalogue although each file can be read.

use std::collections::HashSet;
use std::fmt;

use jiff::civil::{Date, date};
use serde::Serialize;
use turnover_data::{Edition, HsCode, Known, known};

use crate::measure::{Catalogue, Completeness, Measure, Products};
use crate::words::{Direction, Instrument, Scope};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The catalogue must not be used.
    Error,
    /// It can be used; somebody should look.
    Warning,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// The file.
    pub file: String,
    /// The measure or watch list.
    pub id: String,
    /// In words.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}` {}", self.file, self.id, self.message)
    }
}

/// All problems: ids used twice, days in the wrong order, missing legal sources, goods without
/// codes, codes that do not exist, and measures that say the same thing twice.
pub fn check(catalogue: &Catalogue) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut ids = HashSet::new();
    for m in &catalogue.measures {
        let mut say = |severity, message: String| {
            problems.push(Problem { severity, file: m.file.clone(), id: m.id.clone(), message });
        };
        if !ids.insert(m.id.as_str()) {
            say(Severity::Error, "has the id of an earlier measure".to_owned());
        }
        check_measure(m, &mut say);
    }
    for list in &catalogue.watch_lists {
        let mut say = |severity, message: String| {
            problems.push(Problem { severity, file: list.file.clone(), id: list.id.clone(), message });
        };
        if !ids.insert(list.id.as_str()) {
            say(Severity::Error, "has the id of an earlier measure or list".to_owned());
        }
        if list.legal.trim().is_empty() {
            say(Severity::Error, "names no source: fill in `legal`".to_owned());
        }
        list.products.iter().for_each(|p| check_codes(p, list.edition, &mut say));
    }
    for claim in &catalogue.complete {
        let id = format!("complete: {} on {}", claim.sender.code(), claim.target.code());
        let mut say = |severity, message: String| {
            problems.push(Problem { severity, file: claim.file.clone(), id: id.clone(), message });
        };
        check_claim(claim, &catalogue.measures, &mut say);
    }
    check_overlaps(&catalogue.measures, &mut problems);
    problems
}

/// A claim of completeness needs a basis and days in order, and cannot stand beside a measure whose codes
/// are not listed.
fn check_claim(claim: &Completeness, measures: &[Measure], say: &mut impl FnMut(Severity, String)) {
    if claim.basis.trim().is_empty() {
        say(Severity::Error, "rests on nothing: fill in `basis`".to_owned());
    }
    if let Some(until) = claim.until.filter(|u| *u <= claim.from) {
        say(Severity::Error, format!("ends on {until}, which is not after its first day, {}", claim.from));
    }
    let period = (Some(claim.from), claim.until);
    let unlisted = measures.iter().filter(|m| m.scope == Scope::Unlisted && m.sender == claim.sender).find(|m| {
        m.targets.iter().any(|t| t.party == claim.target && overlap((Some(t.from), t.until), period).is_some())
    });
    if let Some(m) = unlisted {
        say(
            Severity::Error,
            format!("cannot hold while `{}` has no codes: list them, or end the period before it begins", m.id),
        );
    }
}

fn check_measure(m: &Measure, say: &mut impl FnMut(Severity, String)) {
    if m.legal.trim().is_empty() {
        say(Severity::Error, "names no legal source: fill in `legal`".to_owned());
    }
    if m.targets.is_empty() {
        say(Severity::Error, "has no targets".to_owned());
    }
    match (m.scope, m.products.is_empty()) {
        (Scope::Goods, true) => say(
            Severity::Error,
            "has scope goods but no products: list codes, or say scope region, parties or unlisted".to_owned(),
        ),
        (Scope::Region | Scope::Parties | Scope::Unlisted, false) => {
            say(Severity::Error, format!("has products although its scope is {}", m.scope.word()));
        }
        _ => {}
    }
    let mut rates = m.ad_valorem.iter().chain(m.products.iter().filter_map(|p| p.ad_valorem.as_ref()));
    if rates.any(|r| !r.is_finite() || *r <= 0.0) {
        say(Severity::Error, "has an ad_valorem rate that is not above 0".to_owned());
    }
    if m.instrument == Instrument::Duty && m.ad_valorem.is_none() && m.products.iter().any(|p| p.ad_valorem.is_none()) {
        say(Severity::Error, "is a duty without a rate: fill in ad_valorem, or call it a tariff".to_owned());
    }
    if m.instrument == Instrument::Designation && m.scope != Scope::Parties {
        say(Severity::Error, "designates a firm, so its scope must be parties".to_owned());
    }
    let mut order = |what: String, from: Date, until: Option<Date>| {
        if let Some(until) = until.filter(|u| *u <= from) {
            say(Severity::Error, format!("{what} ends on {until}, which is not after its first day, {from}"));
        }
    };
    for t in &m.targets {
        order(format!("toward {}", t.party.code()), t.from, t.until);
    }
    let first = m.first_day().unwrap_or(date(1900, 1, 1));
    for p in &m.products {
        order(format!("for {}", p.what), p.from.unwrap_or(first), p.until);
    }
    for p in &m.products {
        check_codes(p, m.edition, say);
    }
}

fn check_codes(p: &Products, edition: Edition, say: &mut impl FnMut(Severity, String)) {
    if p.codes.is_empty() {
        say(Severity::Error, format!("lists no codes for {}", p.what));
    }
    for (at, code) in p.codes.iter().enumerate() {
        // The codes are in order, so a code that stands above this one came before it.
        let above = [0, 2, 4].iter().filter(|l| **l < code.level()).map(|l| code.truncate(*l));
        if at > 0 && (p.codes[at - 1] == *code || above.into_iter().any(|c| p.codes[..at].binary_search(&c).is_ok())) {
            say(Severity::Warning, format!("names {code} twice for {}", p.what));
        }
        match known(*code, edition) {
            Known::Yes => {}
            Known::OtherEdition => {
                say(Severity::Warning, format!("names {code}, which is a code of another edition than {edition:?}"))
            }
            Known::No if known(code.truncate(4), edition) == Known::No => {
                say(Severity::Error, format!("names {code}, but there is no heading {}", code.truncate(4)));
            }
            Known::No if edition < Edition::HS2017 => say(
                Severity::Warning,
                format!("names {code}, which HS2017 and HS2022 do not have; {edition:?} itself is not stored"),
            ),
            Known::No => say(Severity::Error, format!("names {code}, which {edition:?} does not have")),
        }
    }
}

/// Two measures that forbid the same thing at the same time in the same way: one of them is
/// redundant, and counting by measure would count twice.
fn check_overlaps(measures: &[Measure], problems: &mut Vec<Problem>) {
    for (at, a) in measures.iter().enumerate() {
        for b in &measures[at + 1..] {
            // Duties add up, and laws of different purpose stand beside each other.
            let adds = matches!(a.instrument, Instrument::Duty | Instrument::Tariff);
            let same_way = !adds
                && a.instrument == b.instrument
                && a.purpose == b.purpose
                && a.sender == b.sender
                && (a.direction == b.direction || a.direction == Direction::Both || b.direction == Direction::Both);
            if !same_way {
                continue;
            }
            let shared_days = a
                .targets
                .iter()
                .flat_map(|s| b.targets.iter().map(move |t| (s, t)))
                .filter(|(s, t)| s.party == t.party)
                .find_map(|(s, t)| overlap((Some(s.from), s.until), (Some(t.from), t.until)));
            let Some(days) = shared_days else { continue };
            if let Some(code) = shared_code(a, b, days) {
                problems.push(Problem {
                    severity: Severity::Warning,
                    file: b.file.clone(),
                    id: b.id.clone(),
                    message: format!(
                        "overlaps `{}` on {code}: same sender, target, direction, instrument and days",
                        a.id
                    ),
                });
            }
        }
    }
}

type Days = (Option<Date>, Option<Date>);

/// The days that two spans share, if any.
fn overlap(a: Days, b: Days) -> Option<Days> {
    let from = a.0.max(b.0);
    let until = match (a.1, b.1) {
        (Some(x), Some(y)) => Some(x.min(y)),
        (x, y) => x.or(y),
    };
    match (from, until) {
        (Some(f), Some(u)) if f >= u => None,
        _ => Some((from, until)),
    }
}

fn shared_code(a: &Measure, b: &Measure, days: Days) -> Option<HsCode> {
    for p in &a.products {
        for q in &b.products {
            let together = overlap((p.from, p.until), (q.from, q.until)).and_then(|span| overlap(span, days));
            if together.is_none() {
                continue;
            }
            for c in &p.codes {
                if let Some(d) = q.codes.iter().find(|d| c.contains(d) || d.contains(c)) {
                    return Some(if c.level() > d.level() { *c } else { *d });
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_catalogue_has_no_errors() {
        let problems = check(&Catalogue::embedded().unwrap());
        let errors: Vec<_> = problems.iter().filter(|p| p.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}
