//! Trade of one year by country and product, gathered from flows, and the indicators that rest on it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use turnover_data::{Flow, FlowSource, HsCode, Iso3, countries};
use turnover_measures::{Catalogue, Extent};

use super::Question;
use super::product::ProductFacts;
use crate::error::AnalysisError;
use crate::format::in_sentence;

/// A product of which nothing is reported is suspect from this part of the direction's trade on.
const SUSPECT: f64 = 0.01;
/// Partners from which on a country's trade counts as its trade with the world.
const WORLD: usize = 5;
/// Trade of one year by country and product. Countries by their place in the country table.
pub(super) struct World {
    pub(super) year: i32,
    pub(super) products: Vec<HsCode>,
    countries: usize,
    /// Product by exporter.
    exports: Vec<f64>,
    /// Product by importer.
    imports: Vec<f64>,
    /// By product: from the first of the pair to the second, and back.
    pair: Vec<[f64; 2]>,
    a: Iso3,
    /// What the data lack for each direction, first to second and back; `None` where it can be answered.
    pub(super) missing: [Option<String>; 2],
}

impl World {
    pub(super) fn new(flows: FlowSource, question: &Question) -> Result<Self, AnalysisError> {
        let (a, b) = (question.pair.a, question.pair.b);
        let countries = countries().len();
        let between = |f: &Flow| f.product.level() > 0 && f.exporter != f.importer;
        // Finer products count within those of the coarsest level that there is.
        let (year, level) = match flows.only_level() {
            Some(level) => (question.year, level),
            None => {
                let mut coarsest: Option<usize> = None;
                let year = flows.each_of_year(question.year, &mut |f| {
                    if between(&f) {
                        coarsest = Some(coarsest.map_or(f.product.level(), |c| c.min(f.product.level())));
                    }
                })?;
                (Some(year), coarsest.unwrap_or(0))
            }
        };
        let mut found = Collector::new(countries, level, a);
        let year = flows.each_of_year(year, &mut |f| {
            if between(&f) {
                found.add(&Flow { product: f.product.truncate(level), ..f }, a, b);
            }
        })?;
        found.settle(a, b);
        let ways = [(a, b), (b, a)].map(|(from, to)| found.lacking(from, to));
        let by_product_missing = found.products.len() < 2;
        if by_product_missing || ways.iter().all(Option::is_some) {
            let mut missing: Vec<String> = ways.into_iter().flatten().collect();
            if by_product_missing {
                missing = vec!["trade by product".to_owned()];
            }
            return Err(AnalysisError::Change {
                what: format!(
                    "the potential of {year} cannot be computed: {} lacks {}",
                    flows.source()?.name,
                    missing.join(", and ")
                ),
                help: "give flows of many exporters and importers by product, such as a BACI file, with ‹data›"
                    .to_owned(),
            });
        }
        let by_product = |lists: &[Vec<f64>]| -> Vec<f64> {
            let cell = |at: usize, c: usize| lists[c].get(at).copied().unwrap_or(0.0);
            (0..found.products.len()).flat_map(|at| (0..countries).map(move |c| cell(at, c))).collect()
        };
        let (exports, imports) = (by_product(&found.exports), by_product(&found.imports));
        Ok(World { year, products: found.products, countries, exports, imports, pair: found.pair, a, missing: ways })
    }

    fn export(&self, c: Iso3, product: usize) -> f64 {
        self.exports[product * self.countries + c.place()]
    }

    fn import(&self, c: Iso3, product: usize) -> f64 {
        self.imports[product * self.countries + c.place()]
    }

    pub(super) fn rooms(
        &self,
        from: Iso3,
        to: Iso3,
        density: &[f64],
        catalogue: &Catalogue,
        on: Date,
    ) -> Vec<ProductFacts> {
        // The few measures of the pair, to be asked for thousands of products.
        let measures = catalogue.measures.iter().filter(|m| m.concerns(from, to, on)).cloned().collect();
        let catalogue = Catalogue { measures, ..catalogue.clone() };
        let places = 0..self.products.len();
        let world: Vec<f64> = self.exports.chunks(self.countries).map(|c| c.iter().sum()).collect();
        let actual = |at: usize| self.pair[at][usize::from(from != self.a)];
        let share = |at: usize| if world[at] > 0.0 { self.export(from, at) / world[at] } else { 0.0 };
        let index = |at: usize| share(at) * self.import(to, at);
        let total: f64 = places.clone().map(index).sum();
        let sold: f64 = places.clone().map(actual).sum();
        let ease = sold / total;
        let all: f64 = world.iter().sum();
        let own: f64 = places.clone().map(|at| self.export(from, at)).sum();
        let mut rooms: Vec<ProductFacts> = places
            .map(|at| ProductFacts {
                product: self.products[at],
                actual_usd: actual(at),
                // No market buys more from one than it buys from all.
                potential_usd: if total > 0.0 { (index(at) * ease).min(self.import(to, at)) } else { 0.0 },
                supply_share: share(at),
                demand_usd: self.import(to, at),
                advantage: if world[at] > 0.0 { share(at) / (own / all) } else { 0.0 },
                density: density[at],
                extent: catalogue.extent(from, to, self.products[at], on, |_| true),
                is_suspect_zero: false,
            })
            .collect();
        for room in &mut rooms {
            room.is_suspect_zero =
                room.actual_usd == 0.0 && room.extent != Extent::Whole && room.potential_usd > SUSPECT * sold;
        }
        rooms.sort_by(|a, b| b.unrealised_usd().total_cmp(&a.unrealised_usd()).then(a.product.cmp(&b.product)));
        rooms
    }

    /// For each of two countries and each product, how near the product is to what the country already
    /// exports with an advantage.
    pub(super) fn densities(&self, countries: [Iso3; 2]) -> [Vec<f64>; 2] {
        let n = self.products.len();
        let world: Vec<f64> = self.exports.chunks(self.countries).map(|c| c.iter().sum()).collect();
        let all: f64 = world.iter().sum();
        let words = self.countries.div_ceil(64);
        let mut own = vec![0.0; self.countries];
        for product in self.exports.chunks(self.countries) {
            own.iter_mut().zip(product).for_each(|(o, x)| *o += x);
        }
        // For each product the set of exporters with an advantage, as bits.
        let mut sets = vec![0u64; n * words];
        for (at, product) in self.exports.chunks(self.countries).enumerate() {
            for (c, x) in product.iter().enumerate().filter(|(_, x)| **x > 0.0) {
                if x / own[c] >= world[at] / all {
                    sets[at * words + c / 64] |= 1 << (c % 64);
                }
            }
        }
        let set = |at: usize| &sets[at * words..(at + 1) * words];
        let sizes: Vec<u32> = (0..n).map(|at| set(at).iter().map(|w| w.count_ones()).sum()).collect();
        let has = countries.map(|c| {
            let place = c.place();
            (0..n).map(|at| f64::from((set(at)[place / 64] >> (place % 64) & 1) as u8)).collect::<Vec<f64>>()
        });
        // Proximity is the same both ways, and serves both countries.
        let mut total = vec![0.0; n];
        let mut near = [vec![0.0; n], vec![0.0; n]];
        for k in 0..n {
            for l in k + 1..n {
                let both: u32 = set(k).iter().zip(set(l)).map(|(a, b)| (a & b).count_ones()).sum();
                let proximity = f64::from(both) / f64::from(sizes[k].max(sizes[l]).max(1));
                total[k] += proximity;
                total[l] += proximity;
                for (near, has) in near.iter_mut().zip(&has) {
                    near[k] += proximity * has[l];
                    near[l] += proximity * has[k];
                }
            }
        }
        near.map(|near| near.iter().zip(&total).map(|(n, t)| if *t > 0.0 { n / t } else { 0.0 }).collect())
    }

    /// 1 where the exporter sells just what the importer buys, 0 where nothing of it.
    pub(super) fn complementarity(&self, from: Iso3, to: Iso3) -> f64 {
        let places = 0..self.products.len();
        let x: f64 = places.clone().map(|at| self.export(from, at)).sum();
        let m: f64 = places.clone().map(|at| self.import(to, at)).sum();
        1.0 - 0.5 * places.map(|at| (self.export(from, at) / x - self.import(to, at) / m).abs()).sum::<f64>()
    }
}

/// No place yet.
const NOWHERE: u32 = u32::MAX;

/// Gathers flows of one level of products.
struct Collector {
    /// The first of the pair.
    first: Iso3,
    /// Place of a product by its number.
    place: Vec<u32>,
    products: Vec<HsCode>,
    /// By country and product: large files are sorted by country, so that additions follow each other
    /// in memory.
    exports: Vec<Vec<f64>>,
    imports: Vec<Vec<f64>>,
    pair: Vec<[f64; 2]>,
    markets: Vec<BTreeSet<usize>>,
    suppliers: Vec<BTreeSet<usize>>,
    /// Flows with a reporter, of which there may be two: the importer's report counts.
    reported: BTreeMap<(HsCode, Iso3, Iso3), [Option<f64>; 2]>,
}

impl Collector {
    fn new(countries: usize, level: usize, first: Iso3) -> Self {
        Collector {
            first,
            place: vec![NOWHERE; 10usize.pow(level as u32)],
            products: Vec::new(),
            exports: vec![Vec::new(); countries],
            imports: vec![Vec::new(); countries],
            pair: Vec::new(),
            markets: vec![BTreeSet::new(); countries],
            suppliers: vec![BTreeSet::new(); countries],
            reported: BTreeMap::new(),
        }
    }

    fn add(&mut self, f: &Flow, a: Iso3, b: Iso3) {
        match f.reporter {
            None => self.count(f.product, f.exporter, f.importer, f.value_usd, a, b),
            Some(reporter) => {
                let slot = &mut self.reported.entry((f.product, f.exporter, f.importer)).or_default()
                    [usize::from(reporter != f.importer)];
                *slot = Some(slot.unwrap_or(0.0) + f.value_usd);
            }
        }
    }

    /// What is missing to answer one direction: the exporter's other markets, the importer's other suppliers.
    fn lacking(&self, from: Iso3, to: Iso3) -> Option<String> {
        let (markets, suppliers) = (self.markets[from.place()].len(), self.suppliers[to.place()].len());
        let noun = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        let mut missing = Vec::new();
        if markets < WORLD {
            missing.push(format!("what {} sells to others ({})", in_sentence(from.name()), noun(markets, "market")));
        }
        if suppliers < WORLD {
            missing.push(format!("what {} buys from others ({})", in_sentence(to.name()), noun(suppliers, "supplier")));
        }
        if missing.is_empty() && self.pair.iter().all(|p| p[usize::from(from != self.first)] <= 0.0) {
            missing.push(format!(
                "any trade from {} to {}, by which the ease of trade is measured",
                in_sentence(from.name()),
                in_sentence(to.name())
            ));
        }
        (!missing.is_empty()).then(|| missing.join(", "))
    }

    fn settle(&mut self, a: Iso3, b: Iso3) {
        for ((product, from, to), [importers, others]) in std::mem::take(&mut self.reported) {
            self.count(product, from, to, importers.or(others).unwrap_or(0.0), a, b);
        }
    }

    fn count(&mut self, product: HsCode, from: Iso3, to: Iso3, value: f64, a: Iso3, b: Iso3) {
        let slot = &mut self.place[product.number()];
        if *slot == NOWHERE {
            *slot = self.products.len() as u32;
            self.products.push(product);
            self.pair.push([0.0; 2]);
        }
        let at = *slot as usize;
        let (i, j) = (from.place(), to.place());
        for list in [&mut self.exports[i], &mut self.imports[j]] {
            if list.len() <= at {
                list.resize(at + 1, 0.0);
            }
            list[at] += value;
        }
        // Only of the pair it must be known with how many others they trade.
        if from == a || from == b {
            self.markets[i].insert(j);
        }
        if to == a || to == b {
            self.suppliers[j].insert(i);
        }
        if (from, to) == (a, b) {
            self.pair[at][0] += value;
        } else if (from, to) == (b, a) {
            self.pair[at][1] += value;
        }
    }
}
