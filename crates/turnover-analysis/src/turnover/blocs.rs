//! The trade of two sides of which one or both are several countries: the numbers, without words.

use std::collections::{BTreeMap, BTreeSet};

use turnover_data::builtin::Table;
use turnover_data::{Flows, Iso3, Source, Status, Valuation};

use super::books::Books;
use crate::error::AnalysisError;
use crate::pair::{Pair, PairFlows};
use crate::parties::Bloc;

/// Who reports a flow, seen from the pair of sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// A member of the first side.
    First,
    /// A member of the second side.
    Second,
    /// Neither, or not known: editors of a database, a file that does not say.
    Other,
}

/// What some pairs of members report of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sum {
    /// US dollars of the year: the sum of what is reported.
    pub value_usd: f64,
    /// How many pairs of members it holds a report of.
    pub reports: usize,
}

/// One year of both directions, by each side.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BlocYear {
    sums: BTreeMap<(bool, Side), Sum>,
}

impl BlocYear {
    /// What a side reports of a direction; `None` where it reports of no pair.
    pub fn get(&self, forward: bool, side: Side) -> Option<Sum> {
        self.sums.get(&(forward, side)).copied()
    }

    /// Both directions as a side reports them, where it reports both: the fewer reports of the two count.
    pub fn turnover(&self, side: Side) -> Option<Sum> {
        let (x, y) = (self.get(true, side)?, self.get(false, side)?);
        Some(Sum { value_usd: x.value_usd + y.value_usd, reports: x.reports.min(y.reports) })
    }
}

/// Two sides' trade by year, and by member in the year that is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct BlocBooks {
    /// The sides.
    pub sides: [Bloc; 2],
    /// The year that is looked at.
    pub year: i32,
    /// By year.
    pub years: BTreeMap<i32, BlocYear>,
    /// By pair of members in the year: one pair's own.
    pub pairs: BTreeMap<(Iso3, Iso3), BlocYear>,
    /// Where the figures are from, with what is to be known of them.
    pub sources: Vec<(Source, Vec<String>)>,
    /// What each side's values of the year include, forward and backward, where all include the same.
    pub valuations: BTreeMap<(bool, Side), Option<Valuation>>,
}

/// One report of one pair's direction.
struct Entry {
    pair: (Iso3, Iso3),
    year: i32,
    forward: bool,
    side: Side,
    value_usd: f64,
    valuation: Option<Valuation>,
    table: Option<Table>,
}

impl BlocBooks {
    /// From the built-in world: of each reporter and year the preferred series, reports only.
    pub fn read(sides: [Bloc; 2], year: Option<i32>) -> Result<Self, AnalysisError> {
        let mut entries = Vec::new();
        for pair in pairs_of(&sides)? {
            let books = match Books::read(pair, None) {
                Ok(books) => books,
                Err(AnalysisError::NoTrade { .. }) => continue,
                Err(e) => return Err(e),
            };
            for (side, reporter) in [(Side::First, Some(pair.a)), (Side::Second, Some(pair.b)), (Side::Other, None)] {
                for year in books.years() {
                    for forward in [true, false] {
                        let Some((book, e)) = books.direction(reporter, year, forward) else { continue };
                        if e.status != Status::Reported && side != Side::Other {
                            continue;
                        }
                        entries.push(Entry {
                            pair: (pair.a, pair.b),
                            year,
                            forward,
                            side,
                            value_usd: e.value_usd,
                            valuation: Some(e.valuation),
                            table: Some(book.table),
                        });
                    }
                }
            }
        }
        let (mut out, tables) = Self::of(sides, year, entries, "the built-in world")?;
        for table in tables {
            out.sources.push((table.source()?, table.facts()?.caveats.clone()));
        }
        Ok(out)
    }

    /// From a user's flows.
    pub fn of_flows(sides: [Bloc; 2], year: Option<i32>, flows: &Flows) -> Result<Self, AnalysisError> {
        let mut entries = Vec::new();
        for pair in pairs_of(&sides)? {
            let Ok(own) = PairFlows::new(flows, pair) else { continue };
            for reporter in own.reporters() {
                let side = match reporter {
                    Some(r) if r == pair.a => Side::First,
                    Some(r) if r == pair.b => Side::Second,
                    _ => Side::Other,
                };
                for year in own.years() {
                    for forward in [true, false] {
                        let Some(value_usd) = own.total_by(year, forward, reporter) else { continue };
                        let valuation = own.valuation(year, forward, reporter);
                        let pair = (pair.a, pair.b);
                        entries.push(Entry { pair, year, forward, side, value_usd, valuation, table: None });
                    }
                }
            }
        }
        let (mut out, _) = Self::of(sides, year, entries, &flows.source.name)?;
        out.sources.push((flows.source.clone(), flows.caveats.clone()));
        Ok(out)
    }

    /// The sums, and the tables that those of the year rest on.
    fn of(
        sides: [Bloc; 2],
        asked: Option<i32>,
        entries: Vec<Entry>,
        name: &str,
    ) -> Result<(Self, BTreeSet<Table>), AnalysisError> {
        let mut years: BTreeMap<i32, BlocYear> = BTreeMap::new();
        for e in &entries {
            add(years.entry(e.year).or_default(), e);
        }
        let missing = |what: String, help: String| AnalysisError::NoBlocTrade { what, help };
        let between = format!("{name} holds no trade between {} and {}", sides[0].name, sides[1].name);
        let Some((first, last)) = years.keys().next().zip(years.keys().last()) else {
            return Err(missing(between, "give your own flows with ‹data FILE›".to_owned()));
        };
        let year = match asked {
            Some(year) if years.contains_key(&year) => year,
            Some(year) => {
                let help = format!("choose a year from {first} to {last}, or give newer figures with ‹data FILE›");
                return Err(missing(format!("{between} in {year}"), help));
            }
            // The latest year that is about as complete as any: the newest years trickle in.
            None => {
                let reports = |y: &BlocYear| y.sums.values().map(|s| s.reports).sum::<usize>();
                let most = years.values().map(reports).max().unwrap_or(0);
                years.iter().rev().find(|(_, y)| 10 * reports(y) >= 9 * most).map_or(*last, |(y, _)| *y)
            }
        };
        let mut pairs: BTreeMap<(Iso3, Iso3), BlocYear> = BTreeMap::new();
        let mut valuations = BTreeMap::new();
        for e in entries.iter().filter(|e| e.year == year) {
            add(pairs.entry(e.pair).or_default(), e);
            let same = valuations.entry((e.forward, e.side)).or_insert(e.valuation);
            if *same != e.valuation {
                *same = None;
            }
        }
        let tables = entries.iter().filter(|e| e.year == year).filter_map(|e| e.table).collect();
        Ok((BlocBooks { sides, year, years, pairs, sources: Vec::new(), valuations }, tables))
    }

    /// How many pairs of members there are.
    pub fn pairs_in_all(&self) -> usize {
        self.sides[0].members.len() * self.sides[1].members.len()
    }

    /// Turnover by member of the larger side, the largest first: as the sides report it.
    pub fn by_member(&self) -> Vec<(Iso3, BlocYear)> {
        let first = self.sides[0].members.len() >= self.sides[1].members.len();
        let mut out: BTreeMap<Iso3, BlocYear> = BTreeMap::new();
        for ((a, b), year) in &self.pairs {
            let sums = &mut out.entry(if first { *a } else { *b }).or_default().sums;
            for (key, sum) in &year.sums {
                let own = sums.entry(*key).or_default();
                own.value_usd += sum.value_usd;
                own.reports += sum.reports;
            }
        }
        let size = |y: &BlocYear| {
            let all = [Side::First, Side::Second, Side::Other];
            all.iter().filter_map(|s| y.turnover(*s)).map(|s| s.value_usd).fold(0.0, f64::max)
        };
        let mut out: Vec<_> = out.into_iter().collect();
        out.sort_by(|x, y| size(&y.1).total_cmp(&size(&x.1)));
        out
    }
}

fn add(year: &mut BlocYear, e: &Entry) {
    let sum = year.sums.entry((e.forward, e.side)).or_default();
    sum.value_usd += e.value_usd;
    sum.reports += 1;
}

/// Every pair of a member of each side. Sides that share a member are refused: its trade with itself is none.
fn pairs_of(sides: &[Bloc; 2]) -> Result<Vec<Pair>, AnalysisError> {
    let shared: Vec<String> =
        sides[0].members.iter().filter(|c| sides[1].members.contains(c)).map(ToString::to_string).collect();
    if !shared.is_empty() {
        return Err(AnalysisError::NoBlocTrade {
            what: format!("{} is on both sides", shared.join(", ")),
            help: "name two sides without a common member".to_owned(),
        });
    }
    let [first, second] = sides;
    Ok(first.members.iter().flat_map(|a| second.members.iter().map(|b| Pair { a: *a, b: *b })).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn books(a: &str, b: &str, year: i32) -> BlocBooks {
        let day = jiff::civil::date(year as i16, 12, 31);
        let side = |text| Bloc::resolve(text, day).unwrap();
        BlocBooks::read([side(a), side(b)], Some(year)).unwrap()
    }

    /// A bloc's figure is the sum of its members', counted pair by pair.
    #[test]
    fn a_bloc_is_the_sum_of_its_members() {
        let eaeu = books("DEU", "EAEU", 2019);
        let mut sum = 0.0;
        for member in ["ARM", "BLR", "KAZ", "KGZ", "RUS"] {
            let pair = Pair::resolve("DEU", member).unwrap();
            let own = Books::read(pair, Some(2019)).unwrap();
            sum += own.direction(Some(pair.a), 2019, true).unwrap().1.value_usd;
        }
        let found = eaeu.years[&2019].get(true, Side::First).unwrap();
        assert_eq!(found.reports, 5);
        assert!((found.value_usd / sum - 1.0).abs() < 1e-12);
    }

    /// All 28 members of 2019 report their trade with Russia, and Russia its trade with each of them.
    #[test]
    fn every_member_of_the_union_is_counted_once() {
        let eu = books("EU", "RUS", 2019);
        assert_eq!((eu.pairs.len(), eu.pairs_in_all()), (28, 28));
        for side in [Side::First, Side::Second] {
            assert_eq!(eu.years[&2019].turnover(side).unwrap().reports, 28);
            let members: f64 = eu.by_member().iter().map(|(_, y)| y.turnover(side).unwrap().value_usd).sum();
            assert!((members / eu.years[&2019].turnover(side).unwrap().value_usd - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn sides_that_share_a_member_are_refused() {
        let day = jiff::civil::date(2019, 12, 31);
        let sides = ["EU", "G7"].map(|s| Bloc::resolve(s, day).unwrap());
        let Err(AnalysisError::NoBlocTrade { what, .. }) = BlocBooks::read(sides, None) else { panic!("an answer") };
        assert!(what.contains("DEU, FRA, GBR, ITA"), "{what}");
    }
}
