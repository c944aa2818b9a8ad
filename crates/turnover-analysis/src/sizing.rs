//! The size of measures of the catalogue in a world of sectors: what those that stand do to each flow by sector.
//!
//! A sector's flow is divided among subheadings by the pair's chapters of the year before the first measure and by what
//! the exporter sells within a chapter: weights `w_c`. A ban, or a policy of denial, stops the subheadings that its
//! codes name. Where two stand on the same goods, lifting one alone frees nothing. The world's own year has measures
//! for a part `f_c` of the year.
//!
//! ```text
//! partial effect with the measures M in force:  log( sum_(c not in M) w_c / sum_c w_c (1 - f_c) )
//! a duty of the rate r on the share s of a sector is a tariff of r s
//! ```

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use turnover_data::{Flows, HsCode, Iso3};
use turnover_measures::{Direction, Instrument, Mapping, Measure, Scope};

use crate::engine::Model;
use crate::error::AnalysisError;
use crate::goods::{SectorParts, chapters, years};
use crate::pair::Pair;
use crate::pull::SizedCell;

/// What is left of a sector's flow at least: of nothing, no multiple is something.
const LEAST_LEFT: f64 = 0.01;
/// Shares below this are rounding.
const LEAST_TOUCHED: f64 = 1e-6;

/// A share of one sector that a measure touches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Touched {
    pub(crate) sector: usize,
    /// The share of the sector's flow; codes that are meant in part count in none of it.
    pub(crate) share: f64,
}

/// A measure with a size.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SizedMeasure {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Whether the first of the pair is the sender, or the second.
    pub(crate) side: usize,
    pub(crate) touched: Vec<Touched>,
    /// What lifting a duty does; empty for others.
    duties: Vec<SizedCell>,
    /// What the world of the tables lacks of the duty.
    standing_duties: Vec<SizedCell>,
}

/// Goods of one flow and sector under the same measures.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Group {
    weight: f64,
    /// The part that the world's own year has of it.
    in_tables: f64,
}

/// Exporter, importer and sector.
type Place = (usize, usize, usize);

/// The measures between two countries that have a size, and those that have none.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Standing {
    pub(crate) measures: Vec<SizedMeasure>,
    /// Titles of the others, with the reason.
    pub(crate) without_size: Vec<(String, String)>,
    /// By flow and sector, the goods by the measures that stop them, bit by bit.
    groups: BTreeMap<Place, BTreeMap<u32, Group>>,
}

impl Standing {
    /// Sizes the measures in force on a day; the flows are the pair's, by chapter.
    ///
    /// # Errors
    /// Where the embedded tables are damaged or the world lacks one of the countries.
    pub(crate) fn new(
        model: &Model,
        measures: &[&Measure],
        pair: Pair,
        day: Date,
        flows: &Flows,
    ) -> Result<Self, AnalysisError> {
        let mut out = Standing::default();
        let mut kept: Vec<&Measure> = Vec::new();
        for measure in measures {
            match without_size(measure, model) {
                Some(why) => out.without_size.push((measure.title.clone(), why.to_owned())),
                None => kept.push(measure),
            }
        }
        kept.truncate(MOST_MEASURES);
        out.measures = kept
            .iter()
            .map(|m| SizedMeasure {
                id: m.id.clone(),
                title: m.title.clone(),
                side: usize::from(!m.sender.includes(pair.a, day)),
                touched: Vec::new(),
                duties: Vec::new(),
                standing_duties: Vec::new(),
            })
            .collect();
        for (exporter, importer) in [(pair.a, pair.b), (pair.b, pair.a)] {
            out.add_flow(model, &kept, (exporter, importer), day, flows)?;
        }
        // Bits stay those of `groups`, so a measure without goods keeps its place and is no lever.
        for measure in out.measures.iter().filter(|m| m.touched.is_empty()) {
            out.without_size.push((measure.title.clone(), "its codes hold none of the pair's goods".to_owned()));
        }
        Ok(out)
    }

    fn add_flow(
        &mut self,
        model: &Model,
        measures: &[&Measure],
        (exporter, importer): (Iso3, Iso3),
        day: Date,
        flows: &Flows,
    ) -> Result<(), AnalysisError> {
        let Model::Many { named, .. } = model else { return Ok(()) };
        let on: Vec<usize> = (0..measures.len()).filter(|m| measures[*m].concerns(exporter, importer, day)).collect();
        let first = on.iter().filter_map(|m| measures[*m].first_day()).min();
        let Some(base) = first.and_then(|d| base_year(flows, exporter, importer, i32::from(d.year()) - 1)) else {
            return Ok(());
        };
        let year = named.tables.year.unwrap_or(i32::from(day.year()));
        let stood: Vec<f64> = measures.iter().map(|m| part_of_year(m, exporter, importer, year)).collect();
        let (from, to) = (model.find(exporter.as_str())?, model.find(importer.as_str())?);
        let mut totals: BTreeMap<usize, f64> = BTreeMap::new();
        let mut touched: BTreeMap<(usize, usize), [f64; 2]> = BTreeMap::new();
        let parts = SectorParts::of(exporter, &named.tables.sectors)?;
        parts.each(&chapters(flows, exporter, importer, base), &mut |code, sector, weight| {
            *totals.entry(sector).or_default() += weight;
            let (mut stopped, mut in_tables) = (0u32, 1.0f64);
            for &m in &on {
                let Some(rate) = rate(measures[m], code, day) else { continue };
                let sum = touched.entry((m, sector)).or_default();
                sum[0] += weight;
                sum[1] += weight * rate;
                if measures[m].instrument != Instrument::Duty {
                    stopped |= 1 << m;
                    in_tables = in_tables.min(1.0 - stood[m]);
                }
            }
            let group = self.groups.entry((from, to, sector)).or_default().entry(stopped);
            let group = group.or_insert(Group { weight: 0.0, in_tables: 0.0 });
            group.weight += weight;
            group.in_tables += weight * in_tables;
        });
        for ((m, sector), [value, duty]) in touched {
            let all = totals.get(&sector).copied().unwrap_or(0.0);
            if value <= LEAST_TOUCHED * all {
                continue;
            }
            let own = &mut self.measures[m];
            own.touched.push(Touched { sector, share: value / all });
            if measures[m].instrument == Instrument::Duty {
                let cell = |tariff: f64| SizedCell { sector, exporter: from, importer: to, log_points: 0.0, tariff };
                own.duties.push(cell(-duty / all));
                own.standing_duties.push(cell((1.0 - stood[m]) * duty / all));
            }
        }
        Ok(())
    }

    /// What stands between the tables and the world in which the measures of `lifted`, bit by bit, are lifted and all
    /// others stand.
    pub(crate) fn cells(&self, lifted: u32) -> Vec<SizedCell> {
        let mut out = Vec::new();
        for (&(exporter, importer, sector), groups) in &self.groups {
            let stopped = |mask: &u32| mask & !lifted != 0;
            let all: f64 = groups.values().map(|g| g.weight).sum();
            let left: f64 = groups.iter().filter(|(mask, _)| !stopped(mask)).map(|(_, g)| g.weight).sum();
            let in_tables: f64 = groups.values().map(|g| g.in_tables).sum();
            let log_points = (left.max(LEAST_LEFT * all) / in_tables.max(LEAST_LEFT * all)).ln();
            if log_points != 0.0 {
                out.push(SizedCell { sector, exporter, importer, log_points, tariff: 0.0 });
            }
        }
        for (m, measure) in self.measures.iter().enumerate() {
            out.extend(&measure.standing_duties);
            if lifted & (1 << m) != 0 {
                out.extend(&measure.duties);
            }
        }
        out
    }
}

/// Measures whose overlaps are kept apart, at most.
const MOST_MEASURES: usize = 32;

/// Why an instrument has no size of its own.
fn without_size(measure: &Measure, model: &Model) -> Option<&'static str> {
    if matches!(model, Model::One { .. }) {
        return Some("a world of one sector cannot hold measures by product");
    }
    if measure.scope != Scope::Goods || measure.products.is_empty() {
        return Some("no product codes say what it touches");
    }
    if measure.products.iter().all(|p| p.mapping == Mapping::Part) {
        return Some("only a part of each of its codes is meant, and how large a part is not known");
    }
    match measure.instrument {
        Instrument::Ban | Instrument::Denial => None,
        Instrument::Duty => {
            let rates = measure.ad_valorem.is_some() || measure.products.iter().all(|p| p.ad_valorem.is_some());
            (!rates).then_some("its rate is not in the catalogue")
        }
        Instrument::Licence => Some("how many licences are refused is not known"),
        Instrument::Quota => Some("whether the quota binds is not known"),
        Instrument::Tariff => Some("its rates differ by line and are not in the catalogue"),
        Instrument::PriceCap => Some("whether the cap binds is not known"),
        Instrument::Designation => Some("what the person or firm traded is not known"),
    }
}

/// The rate on a subheading on a day, 0 for a ban; `None` where it is not touched.
fn rate(measure: &Measure, code: HsCode, day: Date) -> Option<f64> {
    let groups = measure.products.iter().filter(|g| g.in_force(day) && g.mapping != Mapping::Part && g.names(code));
    groups.map(|g| g.ad_valorem.or(measure.ad_valorem).unwrap_or(0.0)).reduce(f64::max)
}

/// The year of the pair's chapters: the one before the measures, else the next after it, else the latest.
fn base_year(flows: &Flows, exporter: Iso3, importer: Iso3, wanted: i32) -> Option<i32> {
    let years = years(flows, exporter, importer);
    years.range(wanted..).next().or(years.last()).copied()
}

/// The part of a year in which the measure stood toward a flow.
fn part_of_year(measure: &Measure, exporter: Iso3, importer: Iso3, year: i32) -> f64 {
    let target = |party: Iso3| measure.targets.iter().filter(|t| t.party.includes(party, t.from)).map(|t| t.from).min();
    let from = match measure.direction {
        Direction::Import => target(exporter),
        Direction::Export => target(importer),
        Direction::Both => target(exporter).into_iter().chain(target(importer)).min(),
    };
    let (Some(from), Ok(year)) = (from, i16::try_from(year)) else { return 0.0 };
    let (start, end) = (date(year, 1, 1), date(year, 12, 31));
    let days = |a: Date, b: Date| f64::from(a.until(b).map_or(0, |s| s.get_days()));
    if from > end { 0.0 } else { (1.0 + days(from.max(start), end)) / (1.0 + days(start, end)) }
}
