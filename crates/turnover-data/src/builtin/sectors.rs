//! The built-in world with sectors: 44 economies and 50 sectors of 2014, with inputs and bilateral tariffs.
//!
//! Values are quoted to three digits and packed as [`super::packed`] does: leading digits, powers of ten, each
//! kind among its own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::packed::{quote, value_of};
use crate::error::DataError;
use crate::figures;
use crate::hs::HsCode;
use crate::read::{EconomyTables, RawTable};

const MAGIC: &[u8; 4] = b"TQS1";
const LEVEL: i32 = 19;
/// Larger blocks are damaged.
const MOST: usize = 1 << 26;
const DIGITS: u32 = 3;
/// Shares and tariffs are quoted in parts of a billion.
const SHARE: f64 = 1e9;
const KEY: &str = "sectors_44_2014";

static PACKED: &[u8] = include_bytes!("../../../../figures/world/sectors_2014.tqs");

/// A world with sectors before it is packed, or unpacked: `n` regions, `s` sectors.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SectorTable {
    /// Codes of the regions, in ascending order.
    pub regions: Vec<String>,
    /// Codes of the sectors.
    pub sectors: Vec<String>,
    /// Flows before tariffs in US dollars, domestic sales included: sector, importer, exporter.
    pub flows: Vec<f64>,
    /// Tariffs as shares, by the same layout.
    pub tariffs: Vec<f64>,
    /// Value added per unit of output: sector, region.
    pub value_added: Vec<f64>,
    /// Shares of inputs in all inputs: region, input, output.
    pub inputs: Vec<f64>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    regions: Vec<String>,
    sectors: Vec<String>,
}

impl SectorTable {
    fn tables(&self) -> [(&[f64], f64); 4] {
        [(&self.flows, 1.0), (&self.tariffs, SHARE), (&self.value_added, SHARE), (&self.inputs, SHARE)]
    }

    /// The packed table.
    ///
    /// # Errors
    /// Where the header cannot be written.
    pub fn pack(&self) -> std::io::Result<Vec<u8>> {
        let header = Header { regions: self.regions.clone(), sectors: self.sectors.clone() };
        let header = serde_json::to_vec(&header)?;
        let mut raw = (header.len() as u32).to_le_bytes().to_vec();
        raw.extend(header);
        for (table, unit) in self.tables() {
            let quoted: Vec<(u16, u8)> = table.iter().map(|x| quote(x * unit, DIGITS)).collect();
            raw.extend(quoted.iter().map(|q| q.1));
            raw.extend(quoted.iter().map(|q| (q.0 >> 8) as u8));
            raw.extend(quoted.iter().map(|q| (q.0 & 0xFF) as u8));
        }
        let mut out = MAGIC.to_vec();
        out.extend((raw.len() as u32).to_le_bytes());
        out.extend(zstd::bulk::compress(&raw, LEVEL)?);
        Ok(out)
    }

    fn unpack(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (length, rest) = rest.split_at_checked(4)?;
        let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
        let raw = zstd::bulk::decompress(rest, length.min(MOST)).ok()?;
        let (length, rest) = raw.split_at_checked(4)?;
        let (header, rest) = rest.split_at_checked(u32::from_le_bytes(length.try_into().ok()?) as usize)?;
        let Header { regions, sectors } = serde_json::from_slice(header).ok()?;
        let (n, s) = (regions.len(), sectors.len());
        let mut rest = rest;
        let mut take = |cells: usize, unit: f64| -> Option<Vec<f64>> {
            let (planes, after) = rest.split_at_checked(3 * cells)?;
            rest = after;
            let at = |k: usize| u16::from(planes[cells + k]) << 8 | u16::from(planes[2 * cells + k]);
            Some((0..cells).map(|k| value_of(at(k), planes[k]) / unit).collect())
        };
        let table = SectorTable {
            flows: take(s * n * n, 1.0)?,
            tariffs: take(s * n * n, SHARE)?,
            value_added: take(s * n, SHARE)?,
            inputs: take(n * s * s, SHARE)?,
            regions,
            sectors,
        };
        rest.is_empty().then_some(table)
    }
}

/// What a sector is.
#[derive(Debug, Clone, PartialEq)]
pub struct SectorFacts {
    /// Its code, `C01` to `C50`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Divisions of ISIC Rev. 4.
    pub isic: String,
    /// Whether it makes goods: `C01` to `C22`.
    pub goods: bool,
    /// Its trade elasticity.
    pub theta: f64,
}

fn damaged(what: &str) -> DataError {
    DataError::Format {
        path: format!("figures/{KEY}.csv"),
        what: what.to_owned(),
        help: "the program was built with a damaged table; build it again".to_owned(),
    }
}

/// The text of a cell, and a number from it.
fn cell(table: &RawTable, column: &str, row: usize) -> Option<String> {
    table.column(column)?.show(row).map(|t| t.trim().to_owned())
}

/// Sets of elasticities by name, each by sector.
type ThetaSets = Vec<(String, Vec<f64>)>;

fn facts() -> Result<(Vec<SectorFacts>, ThetaSets, crate::flows::Source, Vec<String>), DataError> {
    let (table, source, caveats) = figures::quoted(KEY, include_str!("../../../../figures/sectors_44_2014.csv"))?;
    let number = |column: &str, row: usize| -> Result<f64, DataError> {
        cell(&table, column, row).and_then(|t| t.parse().ok()).ok_or_else(|| damaged(&format!("has no {column}")))
    };
    let mut facts = Vec::new();
    for row in 0..table.rows {
        let text = |column: &str| cell(&table, column, row).ok_or_else(|| damaged(&format!("has no {column}")));
        facts.push(SectorFacts {
            code: text("sector")?,
            name: text("name")?,
            isic: text("isic")?,
            goods: text("kind")? == "goods",
            theta: number("theta", row)?,
        });
    }
    let sets = SETS
        .iter()
        .map(|(column, name)| {
            let values = (0..table.rows).map(|row| number(column, row)).collect::<Result<Vec<_>, _>>()?;
            Ok(((*name).to_owned(), values))
        })
        .collect::<Result<_, DataError>>()?;
    Ok((facts, sets, source, caveats))
}

/// Columns of the sets of elasticities, and who estimated them.
const SETS: [(&str, &str); 8] = [
    ("FGO", "Fontagné, Guimbard and Orefice 2022"),
    ("CP", "Caliendo and Parro 2015"),
    ("BSY", "Bagwell, Staiger and Yurukoglu 2021"),
    ("GYY", "Giri, Yi and Yilmazkuday 2021"),
    ("LL", "Lashkaripour and Lugovskyy 2023"),
    ("Shap", "Shapiro 2016"),
    ("IS", "Estimated in sample"),
    ("U4", "4 everywhere"),
];

/// The built-in world: 44 economies and 50 sectors of 2014, flows in US dollars.
///
/// # Errors
/// Where an embedded table is damaged.
pub fn sectors_2014() -> Result<(EconomyTables, Vec<SectorFacts>), DataError> {
    let table = SectorTable::unpack(PACKED).ok_or_else(|| damaged("the packed tables beside it are damaged"))?;
    let (facts, theta_sets, mut source, caveats) = facts()?;
    let (n, s) = (table.regions.len(), table.sectors.len());
    if facts.len() != s || facts.iter().zip(&table.sectors).any(|(f, code)| f.code != *code) {
        return Err(damaged("has other sectors than the packed tables"));
    }
    let mut digest = Sha256::new();
    digest.update(PACKED);
    digest.update(&source.hash);
    source.hash = crate::read::hex(&digest.finalize());
    // Output is what is sold, at home and abroad.
    let mut output = vec![0.0; s * n];
    for (at, flow) in table.flows.iter().enumerate() {
        output[at / (n * n) * n + at % n] += flow;
    }
    let mut inputs = table.inputs;
    // Shares quoted to three digits add up to 1 but for rounding.
    for r in 0..n {
        for j in 0..s {
            let at = |k: usize| (r * s + k) * s + j;
            let total: f64 = (0..s).map(|k| inputs[at(k)]).sum();
            if total > 0.0 {
                (0..s).for_each(|k| inputs[at(k)] /= total);
            }
        }
    }
    let tables = EconomyTables {
        regions: table.regions,
        sectors: table.sectors,
        flows: table.flows,
        tariffs: table.tariffs,
        output,
        value_added: table.value_added,
        inputs,
        theta: facts.iter().map(|f| f.theta).collect(),
        source,
        caveats,
        titles: facts.iter().map(|f| f.name.clone()).collect(),
        year: Some(2014),
        goods: facts.iter().map(|f| f.goods).collect(),
        theta_sets,
        in_usd: true,
        folder: PathBuf::new(),
    };
    Ok((tables, facts))
}

/// The sectors of HS codes: a code with the code of its sector, longer codes before what is above them.
///
/// # Errors
/// Where the embedded table is damaged.
pub fn chapter_sectors() -> Result<BTreeMap<HsCode, String>, DataError> {
    let (table, ..) = figures::quoted("hs_sectors", include_str!("../../../../figures/hs_sectors.csv"))?;
    (0..table.rows)
        .map(|row| {
            let text =
                |column: &str| cell(&table, column, row).ok_or_else(|| damaged("the codes beside it are damaged"));
            Ok((HsCode::parse(&text("hs")?)?, text("sector")?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// World Input-Output Database 2016 as read: United States to Russia 7.04, the other way 14.7, China to the
    /// United States 345 billion US dollars; Russia's tariff on US food 14.7 %.
    #[test]
    fn the_world_is_that_of_its_source() {
        let (tables, facts) = sectors_2014().unwrap();
        let (n, s) = (tables.regions.len(), tables.sectors.len());
        assert_eq!((n, s, facts.iter().filter(|f| f.goods).count()), (44, 50, 22));
        let at = |code: &str| tables.regions.iter().position(|r| r == code).unwrap();
        let flow = |from: &str, to: &str| -> f64 {
            (0..s).map(|j| tables.flows[(j * n + at(to)) * n + at(from)]).sum::<f64>() / 1e9
        };
        for (from, to, value) in [("USA", "RUS", 7.039), ("RUS", "USA", 14.743), ("CHN", "USA", 344.93)] {
            assert!((flow(from, to) / value - 1.0).abs() < 2e-3, "{from} {to}: {}", flow(from, to));
        }
        let tariff = |sector: usize, to: &str, from: &str| tables.tariffs[(sector * n + at(to)) * n + at(from)];
        assert!((tariff(4, "RUS", "USA") - 0.147).abs() < 1e-3 && tariff(4, "USA", "RUS") < 0.003);
        assert!(tables.theta_sets.iter().all(|(_, t)| t.len() == s));
        assert!(PACKED.len() < 1_500_000);
    }

    #[test]
    fn a_damaged_table_is_none() {
        for length in (0..PACKED.len()).step_by(10_007) {
            assert!(SectorTable::unpack(&PACKED[..length]).is_none(), "{length}");
        }
    }

    #[test]
    fn every_sector_of_goods_has_codes_and_every_code_a_sector() {
        let (_, facts) = sectors_2014().unwrap();
        let codes = chapter_sectors().unwrap();
        for sector in codes.values() {
            assert!(facts.iter().any(|f| f.code == *sector), "{sector}");
        }
        for fact in facts.iter().filter(|f| f.goods) {
            assert!(codes.values().any(|s| *s == fact.code), "{}", fact.code);
        }
        for chapter in crate::hs::chapters().iter().filter(|c| !["77", "98", "99"].contains(&c.code)) {
            assert!(codes.contains_key(&HsCode::parse(chapter.code).unwrap()), "{}", chapter.code);
        }
    }
}
