//! One country's trade by partner, product and year around a measure: what effects and diversion are
//! estimated on.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use turnover_data::{Edition, Flows, HsCode, Iso3, headings, nearest};
use turnover_measures::{Catalogue, Direction, Mapping, Measure};

use crate::error::AnalysisError;
use crate::format::in_sentence;

/// A chapter counts as covered from this share of its headings named exactly.
const COVERED: f64 = 1.0 / 3.0;

/// From which side a measure's flows are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The sender's imports, or its exports if the measure is about them.
    Sender,
    /// What the importing side got from everyone: the sender's imports, or those of the target where
    /// the measure stops exports to it.
    Importer,
}

/// Whose trade is looked at: one country, or the members of a group that are in the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Home {
    name: String,
    members: BTreeSet<Iso3>,
}

impl Home {
    /// Its name in a sentence.
    pub(crate) fn name(&self) -> String {
        self.name.clone()
    }

    /// Its code, or the group's.
    pub(crate) fn code(&self) -> String {
        match self.members.first() {
            Some(one) if self.members.len() == 1 => one.to_string(),
            _ => self.name.clone(),
        }
    }

    /// Whether a country is it, or belongs to it.
    pub(crate) fn includes(&self, country: Iso3) -> bool {
        self.members.contains(&country)
    }
}

/// The imports (or exports) of one country or group, the home, by partner, product and year; what is not
/// reported is 0.
pub(crate) struct Panel<'a> {
    pub(crate) measure: &'a Measure,
    /// Whose trade it is.
    pub(crate) home: Home,
    /// Whether its exports are looked at, else its imports.
    pub(crate) exports: bool,
    pub(crate) partners: Vec<Iso3>,
    pub(crate) products: Vec<HsCode>,
    pub(crate) years: Vec<i32>,
    /// partner x product x year.
    pub(crate) values: Vec<f64>,
    /// Products that the measure covers.
    pub(crate) covered: Vec<bool>,
    /// First day.
    pub(crate) start: Date,
    /// partner x year: whether more than half stands in chapter 99, so that by product nothing is known.
    pub(crate) hidden: Vec<bool>,
}

/// A partner-year of which more than this part stands in chapter 99 is missing, not zero.
const HIDDEN: f64 = 0.5;

impl<'a> Panel<'a> {
    pub(crate) fn new(
        flows: &Flows,
        catalogue: &'a Catalogue,
        id: &str,
        products: Option<&[HsCode]>,
        side: Side,
    ) -> Result<Self, AnalysisError> {
        let wrong = |what: String, help: String| AnalysisError::Change { what, help };
        let measure = named(catalogue, id)?;
        let start =
            measure.first_day().ok_or_else(|| wrong(format!("`{id}` has no date"), "name another".to_owned()))?;
        let exports = measure.direction == Direction::Export && side == Side::Sender;
        let sides = |f: &turnover_data::Flow| if exports { (f.exporter, f.importer) } else { (f.importer, f.exporter) };
        let toward = measure.direction == Direction::Export && side == Side::Importer;
        let is_home = |c: Iso3| match toward {
            true => measure.targets.iter().any(|t| t.party.includes(c, start)),
            false => measure.sender.includes(c, start),
        };
        let members: BTreeSet<Iso3> = flows.iter().map(|f| sides(&f).0).filter(|c| is_home(*c)).collect();
        let home = match (members.first(), members.len()) {
            (Some(one), 1) => Home { name: in_sentence(one.name()), members: members.clone() },
            // The sender is one party, so its members are one importer or exporter.
            (Some(_), _) if !toward => Home { name: in_sentence(measure.sender.name()), members: members.clone() },
            (Some(_), n) => {
                return Err(wrong(
                    format!("`{id}` has {n} targets in {}; one is looked at", flows.source.name),
                    "keep one of them with ‹filter›".to_owned(),
                ));
            }
            (None, _) => {
                let (what, whom) = match toward {
                    true => {
                        let names: Vec<&str> = measure.targets.iter().map(|t| t.party.name()).collect();
                        (format!("imports of {}", names.join(", ")), "at whom it is aimed")
                    }
                    false => (format!("trade of {}", measure.sender.name()), "which imposed it"),
                };
                return Err(wrong(
                    format!("{} holds no {what}, {whom} (`{id}`)", flows.source.name),
                    "give its flows by partner and product with ‹data›".to_owned(),
                ));
            }
        };
        // Its own report counts, where it is there.
        let of_home: Vec<_> = flows
            .iter()
            .filter(|f| home.includes(sides(f).0) && !home.includes(sides(f).1) && f.product.level() > 0)
            .collect();
        let reported = |f: &turnover_data::Flow| f.reporter.is_none_or(|r| home.includes(r));
        let any = of_home.iter().any(reported);
        let own: Vec<_> = of_home.into_iter().filter(|f| reported(f) || !any).collect();
        let level = own.iter().map(|f| f.product.level()).min().unwrap_or(0);
        // Finer products count within those of the coarsest level that there is.
        let own: Vec<_> =
            (own.into_iter()).map(|f| turnover_data::Flow { product: f.product.truncate(level), ..f }).collect();
        let unique = |of: &dyn Fn(&turnover_data::Flow) -> Iso3| -> Vec<Iso3> {
            own.iter().map(of).collect::<BTreeSet<_>>().into_iter().collect()
        };
        let partners = unique(&|f| sides(f).1);
        let codes: Vec<HsCode> = own.iter().map(|f| f.product).collect::<BTreeSet<_>>().into_iter().collect();
        let years: Vec<i32> = own.iter().map(|f| f.year).collect::<BTreeSet<_>>().into_iter().collect();
        let (np, ny) = (codes.len(), years.len());
        let mut values = vec![0.0; partners.len() * np * ny];
        for f in &own {
            let find = |at: Result<usize, usize>| at.unwrap_or(0);
            let (p, c) = (find(partners.binary_search(&sides(f).1)), find(codes.binary_search(&f.product)));
            values[(p * np + c) * ny + find(years.binary_search(&f.year))] += f.value_usd;
        }
        let covered: Vec<bool> = codes
            .iter()
            .map(|c| match products {
                Some(list) => list.iter().any(|l| l.contains(c)),
                None => covers(measure, *c, start),
            })
            .collect();
        let first_year = i32::from(start.year());
        let around = years.iter().any(|y| *y < first_year) && years.iter().any(|y| *y > first_year);
        if level == 0 || !covered.contains(&true) || !covered.contains(&false) || !around {
            let what = match (level == 0 || np < 2, around) {
                (true, _) => format!("{} does not separate the trade of {} by product", flows.source.name, home.name),
                (_, false) => format!("{} has no year before or after {first_year}", flows.source.name),
                _ => format!(
                    "{} does not hold products that `{id}` covers and others that it does not",
                    flows.source.name
                ),
            };
            return Err(wrong(what, "give flows by partner, product and year around its date with ‹data›".to_owned()));
        }
        let hidden = hidden(&values, &codes, partners.len(), ny);
        Ok(Panel { measure, home, exports, partners, products: codes, years, values, covered, start, hidden })
    }

    /// Whether a partner's trade of a year is hidden in chapter 99.
    pub(crate) fn is_hidden(&self, partner: usize, year: usize) -> bool {
        self.hidden[partner * self.years.len() + year]
    }

    /// The partner-years that are hidden, as `BLR 2010`.
    pub(crate) fn hidden_words(&self) -> Vec<String> {
        let all = (0..self.partners.len()).flat_map(|p| (0..self.years.len()).map(move |y| (p, y)));
        all.filter(|(p, y)| self.is_hidden(*p, *y))
            .map(|(p, y)| format!("{} {}", self.partners[p], self.years[y]))
            .collect()
    }

    pub(crate) fn start_year(&self) -> i32 {
        i32::from(self.start.year())
    }

    pub(crate) fn value(&self, partner: usize, product: usize, year: usize) -> f64 {
        self.values[(partner * self.products.len() + product) * self.years.len() + year]
    }

    /// Whether the measure is about a partner on a day.
    fn concerns(&self, partner: Iso3, on: Date) -> bool {
        self.home.members.iter().any(|home| {
            let (from, to) = if self.exports { (*home, partner) } else { (partner, *home) };
            self.measure.concerns(from, to, on)
        })
    }

    /// Whether another measure is about a partner on a day.
    pub(crate) fn is_target(&self, other: &Measure, partner: usize, on: Date) -> bool {
        let partner = self.partners[partner];
        self.home.members.iter().any(|home| {
            let (from, to) = if self.exports { (*home, partner) } else { (partner, *home) };
            other.concerns(from, to, on)
        })
    }

    /// Whether it was from the first day on.
    pub(crate) fn first(&self, partner: usize) -> bool {
        self.concerns(self.partners[partner], self.start)
    }

    /// Whether it was about a partner at any time of a year.
    pub(crate) fn touched(&self, partner: usize, year: usize) -> bool {
        let y = self.years[year] as i16;
        [date(y, 1, 1), date(y, 7, 1), date(y, 12, 31)].iter().any(|d| self.concerns(self.partners[partner], *d))
    }

    /// Whether the products are named in `measures` words.
    pub(crate) fn covered_words(&self) -> String {
        let list: Vec<&str> =
            self.products.iter().zip(&self.covered).filter(|(_, c)| **c).map(|(p, _)| p.as_str()).collect();
        if list.len() > 12 { format!("{} products", list.len()) } else { format!("HS {}", list.join(", ")) }
    }
}

/// By partner and year: whether more than half of what is reported stands in chapter 99.
fn hidden(values: &[f64], codes: &[HsCode], partners: usize, years: usize) -> Vec<bool> {
    let mut out = vec![false; partners * years];
    for p in 0..partners {
        for y in 0..years {
            let of = |wanted: bool| -> f64 {
                let is_99 = |c: &HsCode| c.as_str().starts_with("99");
                let cells = codes.iter().enumerate().filter(|(_, c)| is_99(c) == wanted);
                cells.map(|(at, _)| values[(p * codes.len() + at) * years + y]).sum()
            };
            let (unknown, known) = (of(true), of(false));
            out[p * years + y] = unknown > HIDDEN * (unknown + known) && unknown > 0.0;
        }
    }
    out
}

/// A measure by its id.
pub(crate) fn named<'a>(catalogue: &'a Catalogue, id: &str) -> Result<&'a Measure, AnalysisError> {
    catalogue.measure(id).ok_or_else(|| {
        let near = nearest(id, catalogue.measures.iter().map(|m| m.id.as_str()));
        AnalysisError::Change {
            what: format!("the catalogue has no measure `{id}`"),
            help: near
                .map_or_else(|| "turnover measures list shows them".to_owned(), |n| format!("did you mean `{n}`?")),
        }
    })
}

/// Whether a measure covers a product: by an exact code, or a third of a chapter's headings.
fn covers(measure: &Measure, product: HsCode, on: Date) -> bool {
    let exact: Vec<HsCode> = measure
        .products
        .iter()
        .filter(|p| p.mapping == Mapping::Exact && p.in_force(on))
        .flat_map(|p| p.codes.iter().copied())
        .collect();
    if exact.iter().any(|c| c.contains(&product)) {
        return true;
    }
    let all = headings(product.truncate(2), Edition::in_force(on));
    let inside: Vec<&HsCode> = all.iter().filter(|h| product.contains(h)).collect();
    let named = inside.iter().filter(|h| exact.iter().any(|c| c.contains(h))).count();
    product.level() == 2 && !inside.is_empty() && named as f64 >= COVERED * inside.len() as f64
}
