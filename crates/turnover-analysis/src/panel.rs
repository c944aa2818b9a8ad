//! One country's trade by partner, product and year around a measure: what effects and diversion are
//! estimated on.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use turnover_data::{Edition, Flows, HsCode, Iso3, headings, nearest};
use turnover_measures::{Catalogue, Direction, Mapping, Measure};

use crate::error::AnalysisError;

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

/// The imports (or exports) of one country, the home, by partner, product and year; what is not
/// reported is 0.
pub(crate) struct Panel<'a> {
    pub(crate) measure: &'a Measure,
    /// Whose trade it is.
    pub(crate) home: Iso3,
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
}

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
        let homes: BTreeSet<Iso3> = flows.iter().map(|f| sides(&f).0).filter(|c| is_home(*c)).collect();
        let home = match homes.iter().collect::<Vec<_>>()[..] {
            [one] => *one,
            [] => {
                return Err(wrong(
                    match toward {
                        true => format!(
                            "{} holds no imports of {}, at whom `{id}` is aimed",
                            flows.source.name,
                            measure.targets.iter().map(|t| t.party.name()).collect::<Vec<_>>().join(", ")
                        ),
                        false => {
                            format!(
                                "{} holds no trade of {}, who imposed `{id}`",
                                flows.source.name,
                                measure.sender.name()
                            )
                        }
                    },
                    "give its flows by partner and product with ‹data›".to_owned(),
                ));
            }
            _ => {
                return Err(wrong(
                    format!(
                        "`{id}` has {} {} in {}; one is looked at",
                        homes.len(),
                        if toward { "targets" } else { "senders" },
                        flows.source.name
                    ),
                    "keep one of them with ‹filter›".to_owned(),
                ));
            }
        };
        // Its own report counts, where it is there.
        let of_home: Vec<_> = flows.iter().filter(|f| sides(f).0 == home && f.product.level() > 0).collect();
        let reported = |f: &turnover_data::Flow| f.reporter.is_none_or(|r| r == home);
        let any = of_home.iter().any(reported);
        let own: Vec<_> = of_home.into_iter().filter(|f| reported(f) || !any).collect();
        let level = own.iter().map(|f| f.product.level()).min().unwrap_or(0);
        let own: Vec<_> = own.into_iter().filter(|f| f.product.level() == level).collect();
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
                (true, _) => format!("{} does not part {home}'s trade by product", flows.source.name),
                (_, false) => format!("{} has no year before or after {first_year}", flows.source.name),
                _ => format!(
                    "{} does not hold products that `{id}` covers and others that it does not",
                    flows.source.name
                ),
            };
            return Err(wrong(what, "give flows by partner, product and year around its date with ‹data›".to_owned()));
        }
        Ok(Panel { measure, home, exports, partners, products: codes, years, values, covered, start })
    }

    pub(crate) fn start_year(&self) -> i32 {
        i32::from(self.start.year())
    }

    pub(crate) fn value(&self, partner: usize, product: usize, year: usize) -> f64 {
        self.values[(partner * self.products.len() + product) * self.years.len() + year]
    }

    /// Whether the measure is about a partner on a day.
    fn concerns(&self, partner: Iso3, on: Date) -> bool {
        let (from, to) = if self.exports { (self.home, partner) } else { (partner, self.home) };
        self.measure.concerns(from, to, on)
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
