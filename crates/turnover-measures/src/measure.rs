//! What a measure is, and which flows it touches.

use jiff::civil::Date;
use serde::Serialize;
use turnover_data::{Edition, HsCode, Iso3, headings};

use crate::words::{Direction, Instrument, Mapping, Purpose, Scope};

/// Who imposes a measure or is its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// One country.
    Country(Iso3),
    /// The European Union: its members on the day.
    EuropeanUnion,
}

impl Party {
    /// Whether a country is, or belongs to, the party on a day.
    pub fn includes(&self, country: Iso3, on: Date) -> bool {
        match self {
            Party::Country(c) => *c == country,
            Party::EuropeanUnion => country.is_eu_member(on),
        }
    }

    /// Code: ISO 3166-1 alpha-3, or `EU`.
    pub fn code(&self) -> String {
        match self {
            Party::Country(c) => c.to_string(),
            Party::EuropeanUnion => "EU".to_owned(),
        }
    }

    /// Name in English.
    pub fn name(&self) -> &'static str {
        match self {
            Party::Country(c) => c.name(),
            Party::EuropeanUnion => "European Union",
        }
    }
}

impl Serialize for Party {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.code())
    }
}

/// A target with the days on which it is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// Who.
    pub party: Party,
    /// First day in force.
    pub from: Date,
    /// First day no longer in force; `None` while in force.
    pub until: Option<Date>,
}

/// Products that share a mapping and days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Products {
    /// In words.
    pub what: String,
    /// How well the codes express the legal text.
    pub mapping: Mapping,
    /// HS codes in ascending order; a code stands for all beneath it.
    pub codes: Vec<HsCode>,
    /// Rate of a duty on this group, where it differs from the measure's: 0.25 is 25 %.
    pub ad_valorem: Option<f64>,
    /// First day, where later than the target's.
    pub from: Option<Date>,
    /// First day no longer in force, where earlier than the target's.
    pub until: Option<Date>,
    /// Remark.
    pub note: Option<String>,
}

/// One measure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measure {
    /// Short unique name.
    pub id: String,
    /// In words.
    pub title: String,
    /// Who imposes it.
    pub sender: Party,
    /// Toward whom and when.
    pub targets: Vec<Target>,
    /// Which of the sender's flows.
    pub direction: Direction,
    /// How it works.
    pub instrument: Instrument,
    /// What it is for.
    pub purpose: Purpose,
    /// What it is defined over.
    pub scope: Scope,
    /// Edition of the HS codes.
    pub edition: Edition,
    /// Rate of a duty: 2.0 is 200 %.
    pub ad_valorem: Option<f64>,
    /// The products; empty unless the scope is goods.
    pub products: Vec<Products>,
    /// What is exempt, in words.
    pub exceptions: Vec<String>,
    /// Legal source.
    pub legal: String,
    /// Remark.
    pub note: Option<String>,
    /// The catalogue file.
    pub file: String,
}

/// A list of products to watch, which restricts nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WatchList {
    /// Short unique name.
    pub id: String,
    /// In words.
    pub title: String,
    /// Who publishes it.
    pub makers: Vec<Party>,
    /// Whose imports it is about.
    pub target: Party,
    /// Edition of the HS codes.
    pub edition: Edition,
    /// Version or source.
    pub legal: String,
    /// The products by tier; the mapping is exact.
    pub products: Vec<Products>,
    /// The catalogue file.
    pub file: String,
}

/// How much of a product a set of measures touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Nothing.
    None,
    /// Some of it, or perhaps all: the data is coarser than the measure, or the mapping is not
    /// exact.
    Part,
    /// All of it.
    Whole,
}

/// A measure that touches a product, with the group of products through which it does.
#[derive(Debug, Clone, Copy)]
pub struct Match<'a> {
    /// The measure.
    pub measure: &'a Measure,
    /// The group.
    pub products: &'a Products,
    /// How much of the product this group alone touches.
    pub extent: Extent,
}

/// A claim of the catalogue's author: every measure of the sender toward the target in the period is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Completeness {
    /// Whose measures.
    pub sender: Party,
    /// Toward whom.
    pub target: Party,
    /// First day of the period.
    pub from: Date,
    /// First day after the period; `None` where it is still going on.
    pub until: Option<Date>,
    /// What the claim rests on and leaves out.
    pub basis: String,
    /// The catalogue file.
    pub file: String,
}

impl Completeness {
    fn covers(&self, sender: Iso3, target: Iso3, on: Date) -> bool {
        self.sender.includes(sender, on)
            && self.target.includes(target, on)
            && in_force(Some(self.from), self.until, on)
    }
}

/// All measures and watch lists.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// The measures, by file and position.
    pub measures: Vec<Measure>,
    /// The watch lists.
    pub watch_lists: Vec<WatchList>,
    /// For which senders, targets and periods it claims to be complete.
    pub complete: Vec<Completeness>,
    /// SHA-256 over the files, in hexadecimal.
    pub sha256: String,
    /// Where it comes from, in words.
    pub origin: String,
}

fn in_force(from: Option<Date>, until: Option<Date>, on: Date) -> bool {
    from.is_none_or(|f| f <= on) && until.is_none_or(|u| on < u)
}

impl Measure {
    /// Whether the measure is about flows from `exporter` to `importer` on a day. A measure whose groups of
    /// products have all ended, or not begun, is not in force.
    pub fn concerns(&self, exporter: Iso3, importer: Iso3, on: Date) -> bool {
        if !self.products.is_empty() && !self.products.iter().any(|p| p.in_force(on)) {
            return false;
        }
        let toward = |sender: Iso3, target: Iso3| {
            self.sender.includes(sender, on)
                && self.targets.iter().any(|t| t.party.includes(target, on) && in_force(Some(t.from), t.until, on))
        };
        match self.direction {
            Direction::Import => toward(importer, exporter),
            Direction::Export => toward(exporter, importer),
            Direction::Both => toward(importer, exporter) || toward(exporter, importer),
        }
    }

    /// First day toward any target.
    pub fn first_day(&self) -> Option<Date> {
        self.targets.iter().map(|t| t.from).min()
    }
}

impl Products {
    /// Whether the group is in force on a day, its measure being so.
    pub fn in_force(&self, on: Date) -> bool {
        in_force(self.from, self.until, on)
    }

    /// Whether one of the codes is the product or stands above it.
    pub fn names(&self, product: HsCode) -> bool {
        [0, 2, 4, 6]
            .iter()
            .filter(|level| **level <= product.level())
            .any(|level| self.codes.binary_search(&product.truncate(*level)).is_ok())
    }

    /// The codes that lie within a product, in ascending order.
    pub fn within(&self, product: HsCode) -> &[HsCode] {
        let below = |c: &HsCode| *c < product && !product.contains(c);
        let from = self.codes.partition_point(below);
        let count = self.codes[from..].iter().take_while(|c| product.contains(c)).count();
        &self.codes[from..from + count]
    }

    /// How much of a product this group touches.
    fn extent(&self, product: HsCode) -> Extent {
        let within = self.names(product);
        match self.mapping {
            Mapping::Exact if within => Extent::Whole,
            _ if within || !self.within(product).is_empty() => Extent::Part,
            _ => Extent::None,
        }
    }
}

impl Catalogue {
    /// A measure by its id.
    pub fn measure(&self, id: &str) -> Option<&Measure> {
        self.measures.iter().find(|m| m.id == id)
    }

    /// Who imposed a measure, if it is one country.
    pub fn sender(&self, id: &str) -> Option<Iso3> {
        match self.measure(id)?.sender {
            Party::Country(c) => Some(c),
            Party::EuropeanUnion => None,
        }
    }

    /// The measures that concern a pair in either direction on a day.
    pub fn between(&self, a: Iso3, b: Iso3, on: Date) -> impl Iterator<Item = &Measure> {
        self.measures.iter().filter(move |m| m.concerns(a, b, on) || m.concerns(b, a, on))
    }

    /// Whether any measure concerns a pair in either direction on any day, or it claims to be complete about
    /// one of them.
    pub fn knows(&self, a: Iso3, b: Iso3) -> bool {
        self.measures.iter().any(|m| {
            let targets =
                m.targets.iter().flat_map(|t| [Some(t.from), t.until.and_then(|d| d.yesterday().ok())]).flatten();
            let mut days = targets.chain(m.products.iter().filter_map(|p| p.from));
            days.any(|day| m.concerns(a, b, day) || m.concerns(b, a, day))
        }) || self.complete.iter().any(|c| c.covers(a, b, c.from) || c.covers(b, a, c.from))
    }

    /// Whether it claims to hold every measure of a sender toward a target that was in force on a day.
    pub fn is_complete(&self, sender: Iso3, target: Iso3, on: Date) -> bool {
        self.complete.iter().any(|c| c.covers(sender, target, on))
    }

    /// Which of the two, as sender toward the other, the catalogue does not claim to know fully on a day.
    pub fn incomplete(&self, a: Iso3, b: Iso3, on: Date) -> Vec<(Iso3, Iso3)> {
        [(a, b), (b, a)].into_iter().filter(|(s, t)| !self.is_complete(*s, *t, on)).collect()
    }

    /// The measures that touch a product sent from `exporter` to `importer` on a day.
    pub fn matches(
        &self,
        exporter: Iso3,
        importer: Iso3,
        product: HsCode,
        on: Date,
    ) -> impl Iterator<Item = Match<'_>> {
        self.measures.iter().filter(move |m| m.concerns(exporter, importer, on)).flat_map(move |measure| {
            measure.products.iter().filter(move |p| p.in_force(on)).filter_map(move |products| {
                let extent = products.extent(product);
                (extent != Extent::None).then_some(Match { measure, products, extent })
            })
        })
    }

    /// How much of a product the measures chosen by `select` touch together. A chapter or a
    /// heading is touched whole when exact codes cover each of its headings, as embargoes on
    /// "all headings of 07" do without naming the chapter.
    pub fn extent(
        &self,
        exporter: Iso3,
        importer: Iso3,
        product: HsCode,
        on: Date,
        select: impl Fn(&Measure) -> bool,
    ) -> Extent {
        let matches: Vec<Match> = self.matches(exporter, importer, product, on).filter(|m| select(m.measure)).collect();
        let single = matches.iter().map(|m| m.extent).max().unwrap_or(Extent::None);
        if single != Extent::Part || product.level() != 2 {
            return single;
        }
        let exact: Vec<HsCode> = matches
            .iter()
            .filter(|m| m.products.mapping == Mapping::Exact)
            .flat_map(|m| m.products.codes.iter().copied())
            .collect();
        let all = headings(product, Edition::in_force(on));
        if !all.is_empty() && all.iter().all(|h| exact.iter().any(|c| c.contains(h))) {
            Extent::Whole
        } else {
            Extent::Part
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(from: &str, to: &str, code: &str, day: &str) -> Extent {
        let catalogue = Catalogue::embedded().unwrap();
        let country = |c| Iso3::parse(c).unwrap();
        catalogue.extent(country(from), country(to), HsCode::parse(code).unwrap(), day.parse().unwrap(), |_| true)
    }

    #[test]
    fn the_embargo_begins_and_ends_to_the_day() {
        assert_eq!(extent("NOR", "RUS", "0302", "2014-08-06"), Extent::None);
        assert_eq!(extent("NOR", "RUS", "0302", "2014-08-07"), Extent::Whole);
        assert_eq!(extent("RUS", "NOR", "0302", "2014-08-07"), Extent::None, "only Russia's imports");
        assert_eq!(extent("UKR", "RUS", "0406", "2015-12-31"), Extent::None);
        assert_eq!(extent("UKR", "RUS", "0406", "2016-01-01"), Extent::Whole);
        assert_eq!(extent("TUR", "RUS", "080510", "2016-10-08"), Extent::Whole);
        assert_eq!(extent("TUR", "RUS", "080510", "2016-10-09"), Extent::None);
        assert_eq!(extent("USA", "RUS", "2501", "2016-10-31"), Extent::None);
        assert_eq!(extent("USA", "RUS", "2501", "2016-11-01"), Extent::Whole);
    }

    #[test]
    fn membership_on_the_day_decides() {
        assert_eq!(extent("HRV", "RUS", "0406", "2014-08-07"), Extent::Whole);
        assert_eq!(extent("GBR", "RUS", "0406", "2020-01-31"), Extent::Whole, "as a member");
        assert_eq!(extent("GBR", "RUS", "0406", "2020-02-01"), Extent::Whole, "by name");
        assert_eq!(extent("RUS", "GBR", "2709", "2023-01-01"), Extent::None, "the EU's ban is not Britain's");
        assert_eq!(extent("RUS", "DEU", "2710", "2023-02-05"), Extent::Whole);
    }

    #[test]
    fn coarse_data_and_inexact_mappings_give_a_part() {
        assert_eq!(extent("USA", "RUS", "02", "2019-10-31"), Extent::Part);
        assert_eq!(extent("USA", "RUS", "07", "2019-10-31"), Extent::Whole, "all headings named");
        assert_eq!(extent("USA", "RUS", "TOTAL", "2019-10-31"), Extent::Part);
        assert_eq!(extent("USA", "RUS", "0210", "2019-10-31"), Extent::Part);
        assert_eq!(extent("USA", "RUS", "84", "2019-10-31"), Extent::Part);
        assert_eq!(extent("USA", "RUS", "93", "2019-10-31"), Extent::Part, "our mapping of arms");
        assert_eq!(extent("RUS", "USA", "27", "2022-03-07"), Extent::None);
        assert_eq!(extent("RUS", "USA", "2709", "2022-03-08"), Extent::Whole);
    }
}
