//! Where the room is: products with unrealised export potential, split into those under measures
//! and those free of them.
//!
//! ITC's export potential indicator (Decreux and Spies 2016), in its static form:
//!
//! ```text
//! potential_k = (X_ik / X_k) * M_jk * ease,    ease = X_ij / sum_k (X_ik / X_k) * M_jk
//! ```
//!
//! supply share times demand times ease of trade, for exporter `i`, importer `j`, product `k`. What the
//! indicator adds where the data has it - expected growth, tariff margins, a correction for
//! re-exports - is not here. Beside it: revealed comparative advantage (Balassa 1965), complementarity
//! (Michaely 1996) and density in the product space (Hidalgo and others 2007).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::{Map, json};
use turnover_data::{Flow, FlowSource, HsCode, Iso3, Source, countries};
use turnover_measures::{Catalogue, Extent};

use crate::answer::{Answer, Bar, Cell, Chart, ChartKind, Finding, Interval, Number, Table, Unit};
use crate::coverage::{self, measures_in_force};
use crate::error::AnalysisError;
use crate::format::{in_sentence, percent, sentence, usd, usd_short};
use crate::pair::Pair;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whose trade.
    pub pair: Pair,
    /// Year of the flows; the latest if `None`.
    pub year: Option<i32>,
    /// Day of the measures; the end of the year if `None`.
    pub date: Option<Date>,
    /// Measures that are taken as lifted, by id.
    pub lift: Vec<String>,
    /// Measures that are taken as in force, by id, whatever their dates.
    pub bring: Vec<String>,
    /// The command that asks again, which findings name.
    pub command: String,
}

/// Partners from which on a country's trade counts as its trade with the world.
const WORLD: usize = 5;
/// Products of the chart.
const SHOWN: usize = 12;

/// Trade of one year by country and product. Countries by their place in the country table.
struct World {
    year: i32,
    products: Vec<HsCode>,
    countries: usize,
    /// Product by exporter.
    exports: Vec<f64>,
    /// Product by importer.
    imports: Vec<f64>,
    /// By product: from the first of the pair to the second, and back.
    pair: Vec<[f64; 2]>,
    a: Iso3,
}

/// One product of one direction.
struct Room {
    product: HsCode,
    actual: f64,
    potential: f64,
    supply_share: f64,
    demand: f64,
    advantage: f64,
    density: f64,
    extent: Extent,
}

impl Room {
    fn unrealised(&self) -> f64 {
        (self.potential - self.actual).max(0.0)
    }
}

/// Answers the question.
pub fn answer(flows: FlowSource, catalogue: &Catalogue, question: &Question) -> Result<Answer, AnalysisError> {
    let pair = question.pair;
    let known = catalogue.knows(pair.a, pair.b);
    let asked = coverage::Question {
        lift: question.lift.clone(),
        bring: question.bring.clone(),
        ..coverage::Question::new(pair)
    };
    let supposition = asked.supposition(catalogue);
    let supposed;
    let catalogue = match supposition {
        None => catalogue,
        Some(_) => {
            supposed = coverage::suppose(catalogue, &question.lift, &question.bring)?;
            &supposed
        }
    };
    let world = World::new(flows, question)?;
    let on = question.date.unwrap_or_else(|| Date::new(world.year as i16, 12, 31).unwrap_or(Date::MAX));
    let command = question.command.clone();
    let mut caveats = flows.caveats();
    caveats.push(
        "Components of the indicator that are here: supply share, demand, ease of trade. Not here: expected growth, tariff \
         margins, distance advantages, re-exports."
            .to_owned(),
    );
    if !known {
        caveats.push(
            "The catalogue has no measure between the two, which is a gap of the catalogue and not a sign that there is \
             none: how much of the room is free of measures is not known."
                .to_owned(),
        );
    }
    let standing = if supposition.is_some() { "supposed to be in force" } else { "in force" };
    let in_force = Source { vintage: format!("measures {standing} on {on}"), ..measures_in_force(catalogue, on) };
    let template = Finding::template(
        Unit::Usd,
        "static export potential indicator (Decreux and Spies 2016)".to_owned(),
        vec![flows.source(), in_force],
        caveats,
        command.clone(),
    );
    let mut findings = Vec::new();
    let mut tables = Vec::new();
    let mut charts = Vec::new();
    let mut named = Map::new();
    let [of_a, of_b] = world.densities([pair.a, pair.b]);
    for (from, to, density) in [(pair.a, pair.b, of_a), (pair.b, pair.a, of_b)] {
        let rooms = world.rooms(from, to, &density, catalogue, on);
        findings.extend(direction(&world, from, to, &rooms, on, &template));
        tables.push(table(from, to, &rooms));
        charts.push(chart(from, to, &rooms, flows));
        named.insert(format!("unrealised_{from}_{to}"), json!(rooms.iter().map(Room::unrealised).sum::<f64>()));
    }
    if !known {
        findings.retain(|f| !f.id.starts_with("potential.free_share"));
    }
    let answer = Answer {
        title: format!(
            "Where the trade of {} and {} has room, {}",
            in_sentence(pair.a.name()),
            in_sentence(pair.b.name()),
            world.year
        ),
        command,
        findings,
        tables,
        charts,
        named,
    };
    Ok(match supposition {
        Some(supposition) => answer.supposing(&supposition),
        None => answer,
    })
}

impl World {
    fn new(flows: FlowSource, question: &Question) -> Result<Self, AnalysisError> {
        let (a, b) = (question.pair.a, question.pair.b);
        let countries = countries().len();
        let between = |f: &Flow| f.product.level() > 0 && f.exporter != f.importer;
        let mut coarsest: Option<usize> = None;
        let year = flows.each_of_year(question.year, &mut |f| {
            if between(&f) {
                coarsest = Some(coarsest.map_or(f.product.level(), |c| c.min(f.product.level())));
            }
        })?;
        // Finer products count within those of the coarsest level that there is.
        let level = coarsest.unwrap_or(0);
        let mut found = Collector::new(countries, level);
        flows.each_of_year(Some(year), &mut |f| {
            if between(&f) {
                found.add(&Flow { product: f.product.truncate(level), ..f }, a, b);
            }
        })?;
        found.settle(a, b);
        let count = |map: &[BTreeSet<usize>], c: Iso3| map[c.place()].len();
        let mut missing = Vec::new();
        for c in [a, b] {
            let (markets, suppliers) = (count(&found.markets, c), count(&found.suppliers, c));
            if markets < WORLD {
                missing.push(format!("what {} sells to others ({markets} markets)", in_sentence(c.name())));
            }
            if suppliers < WORLD {
                missing.push(format!("what {} buys from others ({suppliers} suppliers)", in_sentence(c.name())));
            }
        }
        if found.products.len() < 2 {
            missing.push("trade by product".to_owned());
        }
        if !missing.is_empty() {
            return Err(AnalysisError::Change {
                what: format!(
                    "the potential of {year} cannot be told: {} lacks {}",
                    flows.source().name,
                    missing.join(", ")
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
        Ok(World { year, products: found.products, countries, exports, imports, pair: found.pair, a })
    }

    fn export(&self, c: Iso3, product: usize) -> f64 {
        self.exports[product * self.countries + c.place()]
    }

    fn import(&self, c: Iso3, product: usize) -> f64 {
        self.imports[product * self.countries + c.place()]
    }

    fn rooms(&self, from: Iso3, to: Iso3, density: &[f64], catalogue: &Catalogue, on: Date) -> Vec<Room> {
        // The few measures of the pair, to be asked for thousands of products.
        let measures = catalogue.measures.iter().filter(|m| m.concerns(from, to, on)).cloned().collect();
        let catalogue = Catalogue { measures, ..catalogue.clone() };
        let places = 0..self.products.len();
        let world: Vec<f64> = self.exports.chunks(self.countries).map(|c| c.iter().sum()).collect();
        let actual = |at: usize| self.pair[at][usize::from(from != self.a)];
        let share = |at: usize| if world[at] > 0.0 { self.export(from, at) / world[at] } else { 0.0 };
        let index = |at: usize| share(at) * self.import(to, at);
        let total: f64 = places.clone().map(index).sum();
        let ease = places.clone().map(actual).sum::<f64>() / total;
        let all: f64 = world.iter().sum();
        let own: f64 = places.clone().map(|at| self.export(from, at)).sum();
        let mut rooms: Vec<Room> = places
            .map(|at| Room {
                product: self.products[at],
                actual: actual(at),
                potential: if total > 0.0 { index(at) * ease } else { 0.0 },
                supply_share: share(at),
                demand: self.import(to, at),
                advantage: if world[at] > 0.0 { share(at) / (own / all) } else { 0.0 },
                density: density[at],
                extent: catalogue.extent(from, to, self.products[at], on, |_| true),
            })
            .collect();
        rooms.sort_by(|a, b| b.unrealised().total_cmp(&a.unrealised()).then(a.product.cmp(&b.product)));
        rooms
    }

    /// For each of two countries and each product, how near the product is to what the country already
    /// exports with an advantage.
    fn densities(&self, countries: [Iso3; 2]) -> [Vec<f64>; 2] {
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
    fn complementarity(&self, from: Iso3, to: Iso3) -> f64 {
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
    fn new(countries: usize, level: usize) -> Self {
        Collector {
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

fn direction(world: &World, from: Iso3, to: Iso3, rooms: &[Room], on: Date, template: &Finding) -> Vec<Finding> {
    let sum = |of: &dyn Fn(&Room) -> bool| rooms.iter().filter(|r| of(r)).map(Room::unrealised).sum::<f64>();
    let all = sum(&|_| true);
    let (whole, part) = (sum(&|r| r.extent == Extent::Whole), sum(&|r| r.extent != Extent::None));
    let actual: f64 = rooms.iter().map(|r| r.actual).sum();
    let (a, b) = (in_sentence(from.name()), in_sentence(to.name()));
    let mut out = vec![Finding {
        id: format!("potential.unrealised.{from}.{to}"),
        title: format!("Room from {from} to {to}"),
        statement: sentence(&format!(
            "{a} could sell goods worth {} more to {b} at the ease with which the two trade today, beside {} now",
            usd(all),
            usd(actual)
        )),
        value: Number::Value(all),
        definition: "sum over products of potential less actual exports where that is above 0".into(),
        ..template.clone()
    }];
    if all > 0.0 {
        out.push(Finding {
            id: format!("potential.free_share.{from}.{to}"),
            title: "Of it free of measures".into(),
            statement: format!(
                "Of that room {} lies in products that no measure touches on {on}",
                crate::format::percent_range(1.0 - part / all, 1.0 - whole / all)
            ),
            value: if whole == part { Number::Value(1.0 - part / all) } else { Number::Unknown },
            unit: Unit::Share,
            interval: (whole != part).then_some(Interval { low: 1.0 - part / all, high: 1.0 - whole / all }),
            definition:
                "unrealised potential in products without measures over all of it; products touched in part count \
                         either way"
                    .into(),
            ..template.clone()
        });
    }
    if let Some(first) = rooms.first().filter(|r| r.unrealised() > 0.0) {
        out.push(Finding {
            id: format!("potential.first.{from}.{to}"),
            title: "Most room".into(),
            statement: sentence(&format!(
                "most of it is in {} ({}): {}",
                first.product.chapter_name().to_lowercase(),
                first.product,
                reason(first, from, to)
            )),
            value: Number::Value(first.unrealised()),
            definition: "the product with the largest unrealised potential".into(),
            ..template.clone()
        });
    }
    out.push(Finding {
        id: format!("potential.complementarity.{from}.{to}"),
        title: "Complementarity".into(),
        statement: format!(
            "What {a} sells to the world matches what {b} buys from it to {}",
            percent(world.complementarity(from, to))
        ),
        value: Number::Value(world.complementarity(from, to)),
        unit: Unit::Share,
        definition:
            "1 less half the sum over products of the distance between export and import shares (Michaely 1996)".into(),
        ..template.clone()
    });
    out
}

fn reason(r: &Room, from: Iso3, to: Iso3) -> String {
    format!(
        "{to} buys {} of it and {from} supplies {} of the world's, so that {} would be expected where there are {}",
        usd_short(r.demand),
        percent(r.supply_share),
        usd_short(r.potential),
        usd_short(r.actual)
    )
}

fn table(from: Iso3, to: Iso3, rooms: &[Room]) -> Table {
    let mut table = Table::new(
        &format!("potential.{from}_{to}"),
        &format!("From {from} to {to}, the most room first"),
        &[
            ("product", "HS", Unit::Text),
            ("name", "Product", Unit::Text),
            ("actual_usd", "Actual", Unit::Usd),
            ("potential_usd", "Potential", Unit::Usd),
            ("unrealised_usd", "Unrealised", Unit::Usd),
            ("advantage", "Advantage", Unit::Plain),
            ("density", "Density", Unit::Share),
            ("measures", "Measures", Unit::Text),
            ("why", "Why", Unit::Text),
        ],
    );
    for r in rooms.iter().filter(|r| r.potential > 0.0 || r.actual > 0.0) {
        let measures = match r.extent {
            Extent::None => "none",
            Extent::Part => "in part",
            Extent::Whole => "whole",
        };
        let why = if r.unrealised() > 0.0 {
            Cell::from(format!("{to} buys {}, {from} has {} of supply", usd_short(r.demand), percent(r.supply_share)))
        } else {
            Cell::Missing
        };
        table.rows.push(vec![
            r.product.to_string().into(),
            r.product.chapter_name().into(),
            r.actual.into(),
            r.potential.into(),
            r.unrealised().into(),
            r.advantage.into(),
            r.density.into(),
            measures.into(),
            why,
        ]);
    }
    table
}

fn chart(from: Iso3, to: Iso3, rooms: &[Room], flows: FlowSource) -> Chart {
    let bars = rooms
        .iter()
        .filter(|r| r.unrealised() > 0.0)
        .take(SHOWN)
        .map(|r| Bar {
            label: format!("{} {}", r.product, r.product.chapter_name()),
            value: r.unrealised(),
            marked_low: if r.extent == Extent::Whole { r.unrealised() } else { 0.0 },
            marked_high: if r.extent == Extent::None { 0.0 } else { r.unrealised() },
        })
        .collect();
    let all: f64 = rooms.iter().map(Room::unrealised).sum();
    Chart {
        id: format!("potential.{from}_{to}"),
        title: sentence(&format!(
            "{} has room for {} more in {}",
            in_sentence(from.name()),
            usd(all),
            in_sentence(to.name())
        )),
        unit: Unit::Usd,
        kind: ChartKind::Bars { bars, marked: Some("touched by measures".to_owned()) },
        source: format!("{}; own calculation, unrealised export potential", flows.source().name),
        supposition: None,
    }
}
