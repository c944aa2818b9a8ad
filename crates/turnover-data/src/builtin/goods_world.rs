//! The built-in world in goods: who sells to whom, and what each country sells at home, in any year for which
//! trade by pair and gross domestic product are built in.
//!
//! Domestic sales are not in any trade statistics. They follow from one rule: a country's gross output is
//! [`OUTPUT_PER_GDP`] times its gross domestic product, and what it does not export it sells at home. A country
//! for which that leaves nothing is not in the world: an entrepôt that sells more than it makes has no place in a
//! model of makers.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::country::Iso3;
use crate::error::DataError;
use crate::figures;
use crate::flows::{Flow, Flows, FlowsBuilder, Source, Status};
use crate::hs::HsCode;

use super::packed::{Axis, Packed};
use super::{Side, Table, WORLD, each_series};

/// Gross output over gross domestic product: the median of the 43 economies of the World Input-Output Database in
/// 2014 (from 1.56 in Mexico to 3.1 in Luxembourg).
pub const OUTPUT_PER_GDP: f64 = 1.87;

/// Years of which a world in goods can be made.
pub const GOODS_WORLD_YEARS: [RangeInclusive<i32>; 2] = [1980..=2020, 2023..=2023];

static PACKED: &[u8] = include_bytes!("../../../../figures/world/gdp.tqf");

/// Gross domestic product by country and year, current US dollars to four digits.
#[derive(Debug, Clone, Default)]
pub struct Gdp {
    usd: HashMap<(Iso3, i32), f64>,
}

impl Gdp {
    /// The built-in figures, 1980-2024.
    ///
    /// # Errors
    /// Where the table is damaged.
    pub fn built_in() -> Result<&'static Self, DataError> {
        static READ: OnceLock<Gdp> = OnceLock::new();
        if let Some(read) = READ.get() {
            return Ok(read);
        }
        let packed = Packed::open("gdp", PACKED)?;
        let first = match packed.axis() {
            Axis::Years { first } => *first,
            Axis::Months { first_year, .. } => *first_year,
            Axis::Products { year, .. } => *year,
        };
        let mut usd = HashMap::new();
        for series in packed.series(WORLD, &|_| true)? {
            let country = Iso3::parse(&series.partner)?;
            usd.extend(series.values.iter().map(|(position, value)| ((country, first + *position as i32), *value)));
        }
        Ok(READ.get_or_init(|| Gdp { usd }))
    }

    /// A country's gross domestic product in a year; `None` where neither source has it.
    pub fn usd(&self, country: Iso3, year: i32) -> Option<f64> {
        self.usd.get(&(country, year)).copied()
    }
}

/// The flows of goods of a year among all countries with trade and gross domestic product, with what each sells at
/// home. A flow is its importer's report, else its exporter's; of 2023 the figure reconciled from both.
///
/// # Errors
/// Where there is no such world of the year; the error names the years.
///
/// ```
/// use turnover_data::{Iso3, builtin};
///
/// let world = builtin::goods_world(2019)?;
/// let cub = Iso3::parse("CUB")?;
/// assert!(world.iter().any(|f| f.exporter == cub && f.importer == cub));
/// # Ok::<(), turnover_data::DataError>(())
/// ```
pub fn goods_world(year: i32) -> Result<Flows, DataError> {
    if !GOODS_WORLD_YEARS.iter().any(|years| years.contains(&year)) {
        return Err(DataError::Format {
            path: "the built-in world in goods".to_owned(),
            what: format!("has no trade of all pairs in {year}"),
            help: "choose ‹world_year› from 1980 to 2020, or 2023".to_owned(),
        });
    }
    let gdp = Gdp::built_in()?;
    let (table, trade) = trade_of(year)?;
    let mut sold: BTreeMap<Iso3, f64> = BTreeMap::new();
    let mut bought: BTreeMap<Iso3, f64> = BTreeMap::new();
    for ((exporter, importer), value) in &trade {
        *sold.entry(*exporter).or_default() += value;
        *bought.entry(*importer).or_default() += value;
    }
    // Who trades with the world in both directions.
    let trading = sold.iter().filter(|(c, x)| **x > 0.0 && bought.get(c).is_some_and(|m| *m > 0.0));
    let (mut home, mut unknown, mut more_than_made) = (BTreeMap::new(), Vec::new(), Vec::new());
    for (country, exports) in trading {
        match gdp.usd(*country, year).map(|gdp| OUTPUT_PER_GDP * gdp - exports) {
            Some(rest) if rest > 0.0 => drop(home.insert(*country, rest)),
            Some(_) => more_than_made.push(*country),
            None => unknown.push(*country),
        }
    }
    let mut builder = FlowsBuilder::default();
    let status = Status::Estimated;
    for ((exporter, importer), value) in &trade {
        if home.contains_key(exporter) && home.contains_key(importer) {
            builder.push(&Flow::new(year, *exporter, *importer, HsCode::TOTAL, *value));
        }
    }
    for (country, value) in &home {
        builder.push(&Flow { status, ..Flow::new(year, *country, *country, HsCode::TOTAL, *value) });
    }
    let caveats = caveats(year, home.len(), &unknown, &more_than_made)?;
    builder.finish(source(table, year)?, caveats).map_err(|e| DataError::Format {
        path: "the built-in world in goods".to_owned(),
        what: e.to_string(),
        help: "the program was built with a damaged table; build it again".to_owned(),
    })
}

type Trade = BTreeMap<(Iso3, Iso3), f64>;

/// The trade of a year between different countries, one figure for each flow.
fn trade_of(year: i32) -> Result<(Table, Trade), DataError> {
    let table = if year == 2023 { Table::PairTotals2023 } else { Table::DirectionOfTrade };
    let mut reports: BTreeMap<(Iso3, Iso3), [Option<f64>; 2]> = BTreeMap::new();
    each_series(table, &mut |s| {
        let value = s.values.iter().find(|(of, _)| *of == year);
        if let Some((_, usd)) = value.filter(|_| s.exporter != s.importer) {
            reports.entry((s.exporter, s.importer)).or_default()[usize::from(s.side == Side::Exports)] = Some(*usd);
        }
    })?;
    let one = |[by_importer, by_exporter]: [Option<f64>; 2]| by_importer.or(by_exporter);
    Ok((table, reports.into_iter().filter_map(|(flow, books)| Some((flow, one(books)?))).collect()))
}

fn source(table: Table, year: i32) -> Result<Source, DataError> {
    let trade = table.source()?;
    let (gdp, _) = figures::described("gdp")?;
    let mut digest = Sha256::new();
    digest.update(trade.hash.as_bytes());
    digest.update(PACKED);
    Ok(Source {
        name: format!("Trade in goods of {year}: {}; domestic sales from {}", trade.name, gdp.name),
        vintage: format!("{year}; trade {}; gross domestic product {}", trade.vintage, gdp.vintage),
        hash: crate::read::hex(&digest.finalize()),
    })
}

fn caveats(year: i32, kept: usize, unknown: &[Iso3], more_than_made: &[Iso3]) -> Result<Vec<String>, DataError> {
    let mut out = vec![format!(
        "The world of {year}: goods only, {kept} economies. Domestic sales are estimated: gross output is taken as \
         {OUTPUT_PER_GDP} times gross domestic product (the median of 43 economies in 2014), less exports; trade in \
         services counts as sold at home."
    )];
    let list = |countries: &[Iso3]| countries.iter().map(|c| c.as_str()).collect::<Vec<_>>().join(" ");
    if !unknown.is_empty() {
        out.push(format!("Not in this world, since their gross domestic product is not at hand: {}.", list(unknown)));
    }
    if !more_than_made.is_empty() {
        out.push(format!(
            "Not in this world, since they export more than the rule says that they make: {}.",
            list(more_than_made)
        ));
    }
    let (_, of_gdp) = figures::described("gdp")?;
    out.extend(of_gdp);
    Ok(out)
}
