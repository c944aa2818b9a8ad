//! Goods by sector: which sector makes what a chapter holds, and what customs figures say of a pair's sectors.

use std::collections::{BTreeMap, BTreeSet};

use turnover_data::{EconomyTables, Flows, HsCode, Iso3, builtin, figures};

use crate::error::AnalysisError;
use crate::pair::Pair;

/// A subheading: its sector, and its share of the chapter in the exporter's sales.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    code: HsCode,
    sector: usize,
    share: f64,
}

/// What an exporter's chapters are made of, by subheading and sector.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SectorParts {
    chapters: BTreeMap<HsCode, Vec<Part>>,
    sectors: usize,
}

impl SectorParts {
    /// Of an exporter, by its exports of 2024 where they are quoted, else by those of the world.
    pub(crate) fn of(exporter: Iso3, sectors: &[String]) -> Result<Self, AnalysisError> {
        let csv = include_str!("../../../figures/within_chapters_2024.csv");
        let (table, ..) = figures::quoted("within_chapters_2024", csv)?;
        let sector_of = builtin::chapter_sectors()?;
        let own = table.column(exporter.as_str());
        let (codes, world) = (table.column("code"), table.column("world"));
        let mut chapters: BTreeMap<HsCode, Vec<Part>> = BTreeMap::new();
        for row in 0..table.rows {
            let number = |column: Option<&turnover_data::RawColumn>| column?.show(row)?.trim().parse::<f64>().ok();
            let Some(code) = codes.and_then(|c| HsCode::parse(&c.show(row)?).ok()) else { continue };
            let share = if own.is_some() { number(own) } else { number(world) };
            let sector = [4, 2].iter().find_map(|level| sector_of.get(&code.truncate(*level)));
            let sector = sector.and_then(|s| sectors.iter().position(|own| own == s));
            if let (Some(share), Some(sector)) = (share, sector) {
                chapters.entry(code.truncate(2)).or_default().push(Part { code, sector, share });
            }
        }
        Ok(SectorParts { chapters, sectors: sectors.len() })
    }

    /// Calls with each subheading, its sector and its value, of a table of values by chapter.
    pub(crate) fn each(&self, chapters: &BTreeMap<HsCode, f64>, call: &mut dyn FnMut(HsCode, usize, f64)) {
        for (chapter, value) in chapters {
            let Some(parts) = self.chapters.get(chapter) else { continue };
            let all: f64 = parts.iter().map(|p| p.share).sum();
            parts.iter().for_each(|p| call(p.code, p.sector, value * p.share / all));
        }
    }

    /// Value by sector, of a table of values by chapter.
    pub(crate) fn by_sector(&self, chapters: &BTreeMap<HsCode, f64>) -> Vec<f64> {
        let mut out = vec![0.0; self.sectors];
        self.each(chapters, &mut |_, sector, value| out[sector] += value);
        out
    }
}

/// A pair's flow by chapter in one year, as one side reports it: the importer where it does. Empty without one.
pub(crate) fn chapters(flows: &Flows, exporter: Iso3, importer: Iso3, year: i32) -> BTreeMap<HsCode, f64> {
    let rows = || flows.iter().filter(|f| f.exporter == exporter && f.importer == importer && f.year == year);
    let mut reporters: Vec<Option<Iso3>> = rows().map(|f| f.reporter).collect();
    reporters.sort_unstable_by_key(|r| (*r != Some(importer), *r));
    let Some(reporter) = reporters.first().copied() else { return BTreeMap::new() };
    let mut out = BTreeMap::new();
    for f in rows().filter(|f| f.reporter == reporter && f.product.level() >= 2) {
        *out.entry(f.product.truncate(2)).or_insert(0.0) += f.value_usd;
    }
    out
}

/// The years in which the pair's flows have chapters.
pub(crate) fn years(flows: &Flows, exporter: Iso3, importer: Iso3) -> BTreeSet<i32> {
    flows
        .iter()
        .filter(|f| f.exporter == exporter && f.importer == importer && f.product.level() >= 2)
        .map(|f| f.year)
        .collect()
}

/// The tables with the pair's goods as customs figures of a year have them: each flow of a sector is multiplied by
/// the ratio of the customs figures of that year to those of the tables' year, by the same reporter, chapters divided
/// among sectors by what the exporter sells. Output moves with it, so that sales at home stay as they are. A sector
/// without customs figures in one of the two years stays as it is.
///
/// # Errors
/// Where the flows have no chapters of both years.
pub fn at_customs(
    tables: &EconomyTables,
    flows: &Flows,
    pair: Pair,
    year: i32,
) -> Result<EconomyTables, AnalysisError> {
    let base = tables.year.unwrap_or(year);
    let mut out = tables.clone();
    let n = tables.regions.len();
    let place = |c: Iso3| tables.regions.iter().position(|r| *r == c.to_string());
    let (Some(a), Some(b)) = (place(pair.a), place(pair.b)) else { return Ok(out) };
    let mut scaled = 0;
    for ((exporter, from), (importer, to)) in [((pair.a, a), (pair.b, b)), ((pair.b, b), (pair.a, a))] {
        let parts = SectorParts::of(exporter, &tables.sectors)?;
        let of = |year: i32| parts.by_sector(&chapters(flows, exporter, importer, year));
        for (j, (then, now)) in of(base).into_iter().zip(of(year)).enumerate() {
            let cell = &mut out.flows[(j * n + to) * n + from];
            if then > 0.0 && now > 0.0 {
                let change = *cell * (now / then - 1.0);
                *cell += change;
                out.output[j * n + from] += change;
                scaled += 1;
            }
        }
    }
    if scaled == 0 {
        let list: Vec<String> = years(flows, pair.a, pair.b).iter().map(ToString::to_string).collect();
        return Err(AnalysisError::World {
            source_name: flows.source.name.clone(),
            what: format!("it has no chapters of the pair's trade in both {base} and {year}"),
            help: if list.is_empty() {
                "leave ‹world_year› out: the world is that of 2014".to_owned()
            } else {
                format!("choose ‹world_year› from {}, or leave it out", list.join(", "))
            },
        });
    }
    out.year = Some(year);
    out.caveats.push(format!(
        "The pair's goods are those of {year}: flows of {base} by sector times the ratio of customs figures ({}); all \
         other flows, tariffs and services are those of {base}.",
        flows.source.name
    ));
    Ok(out)
}
