//! Shares of headings and subheadings within a chapter: what an estimate rests on where the data is coarser
//! than a measure. The best at hand count: the pair's own finer figures, then the importer's imports and the
//! exporter's exports in the same data, then quoted ones of 2024.

use std::collections::{BTreeMap, BTreeSet};

use turnover_data::{DataError, Flows, HsCode, Iso3, figures};

use super::touch::Goods;

/// Values of products at one level, by code.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ShareTable {
    name: String,
    level: usize,
    values: BTreeMap<HsCode, f64>,
}

impl ShareTable {
    pub(crate) fn new(name: String, level: usize, values: impl IntoIterator<Item = (HsCode, f64)>) -> Self {
        let mut table = ShareTable { name, level, values: BTreeMap::new() };
        for (code, value) in values.into_iter().filter(|(c, v)| c.level() == level && *v > 0.0) {
            *table.values.entry(code).or_default() += value;
        }
        table
    }

    /// The share of codes in a product's value; `None` where the table is too coarse for them or lacks the
    /// product.
    fn share(&self, goods: &Goods, codes: &BTreeSet<HsCode>) -> Option<f64> {
        if self.level <= goods.product.level() || codes.iter().any(|c| c.level() > self.level) {
            return None;
        }
        let (mut all, mut covered) = (0.0, 0.0);
        for (code, value) in self.values.range(goods.product..).take_while(|(c, _)| goods.product.contains(c)) {
            if goods.below.iter().any(|b| b.contains(code)) {
                continue;
            }
            all += value;
            let above = [2, 4, 6].iter().filter(|l| **l <= self.level).map(|l| code.truncate(*l));
            if above.into_iter().any(|c| codes.contains(&c)) {
                covered += value;
            }
        }
        (all > 0.0).then(|| covered / all)
    }
}

/// The tables of one direction of trade, the best first, and which of them were used.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct WithinShares {
    tables: Vec<ShareTable>,
    used: BTreeSet<usize>,
}

impl WithinShares {
    #[cfg(test)]
    pub(crate) fn of(tables: Vec<ShareTable>) -> Self {
        WithinShares { tables, used: BTreeSet::new() }
    }

    /// For goods from `exporter` to `importer`, from the data at hand and the quoted tables.
    pub(crate) fn new(data: &[&Flows], exporter: Iso3, importer: Iso3) -> Result<Self, DataError> {
        let mut tables = Vec::new();
        let pair = |e: Iso3, i: Iso3| e == exporter && i == importer;
        tables.extend(finest(data, &pair, "the pair's own figures by"));
        tables.extend(finest(data, &|_, i| i == importer, &format!("{importer}'s imports from all partners by")));
        tables.extend(finest(data, &|e, _| e == exporter, &format!("{exporter}'s exports to all partners by")));
        tables.extend(quoted(exporter)?);
        Ok(WithinShares { tables, used: BTreeSet::new() })
    }

    /// The share of codes in a product, by the first table that holds them.
    pub(crate) fn share(&mut self, goods: &Goods, codes: &BTreeSet<HsCode>) -> Option<f64> {
        let (at, share) = self.tables.iter().enumerate().find_map(|(at, t)| Some((at, t.share(goods, codes)?)))?;
        self.used.insert(at);
        Some(share)
    }

    /// The names of the tables that were used.
    pub(crate) fn used(&self) -> impl Iterator<Item = &str> {
        self.used.iter().filter_map(|at| self.tables.get(*at)).map(|t| t.name.as_str())
    }
}

/// The values of some flows at the finest level that any of them has, headings at least.
fn finest(data: &[&Flows], wanted: &dyn Fn(Iso3, Iso3) -> bool, name: &str) -> Option<ShareTable> {
    let of = |f: &turnover_data::Flow| wanted(f.exporter, f.importer) && f.exporter != f.importer;
    let rows = || data.iter().flat_map(|d| d.iter()).filter(of);
    let level = rows().map(|f| f.product.level()).max().filter(|l| *l >= 4)?;
    let of_level = || rows().filter(|f| f.product.level() == level);
    let (first, last) = (of_level().map(|f| f.year).min()?, of_level().map(|f| f.year).max()?);
    let years = if first == last { first.to_string() } else { format!("{first} to {last}") };
    let digits = if level == 4 { "heading" } else { "subheading" };
    Some(ShareTable::new(format!("{name} {digits}, {years}"), level, of_level().map(|f| (f.product, f.value_usd))))
}

const KEY: &str = "within_chapters_2024";

/// The quoted exports of a country where there are some, and those of the world.
fn quoted(exporter: Iso3) -> Result<Vec<ShareTable>, DataError> {
    let csv = include_str!("../../../../figures/within_chapters_2024.csv");
    let (table, source, _) = figures::quoted(KEY, csv)?;
    let Some(codes) = table.column("code") else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for (column, name) in [(exporter.as_str(), format!("{exporter}'s exports")), ("world", "world exports".to_owned())]
    {
        let Some(values) = table.column(column) else { continue };
        let rows = (0..table.rows).filter_map(|row| {
            let code = codes.show(row).and_then(|c| HsCode::parse(&c).ok())?;
            Some((code, values.show(row)?.parse::<f64>().ok()?))
        });
        out.push(ShareTable::new(format!("{name} by subheading, 2024 ({})", source.name), 6, rows));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(list: &[&str]) -> BTreeSet<HsCode> {
        list.iter().map(|c| HsCode::parse(c).unwrap()).collect()
    }

    /// World exports of 2024, CEPII BACI: crude oil is 39 to 46 % of chapter 27 in every recent year.
    #[test]
    fn the_quoted_shares_are_those_of_the_chapter() {
        let rus = Iso3::parse("RUS").unwrap();
        let mut shares = WithinShares::new(&[], rus, Iso3::parse("USA").unwrap()).unwrap();
        let chapter = Goods::whole(HsCode::parse("27").unwrap());
        let crude = shares.share(&chapter, &codes(&["2709"])).unwrap();
        assert!((0.3..0.75).contains(&crude), "{crude}");
        assert_eq!(shares.share(&chapter, &codes(&["27"])), Some(1.0));
        assert!(shares.used().next().unwrap().starts_with("RUS's exports by subheading, 2024"));
        let mut other = WithinShares::new(&[], Iso3::parse("TUV").unwrap(), rus).unwrap();
        assert!(other.share(&chapter, &codes(&["2709"])).is_some());
        assert!(other.used().next().unwrap().starts_with("world exports"));
    }

    #[test]
    fn a_table_that_is_too_coarse_is_passed_over() {
        let headings = ShareTable::new("headings".into(), 4, [(HsCode::parse("0203").unwrap(), 1.0)]);
        let goods = Goods::whole(HsCode::parse("02").unwrap());
        assert_eq!(headings.share(&goods, &codes(&["020329"])), None);
        assert_eq!(headings.share(&goods, &codes(&["0203"])), Some(1.0));
    }
}
