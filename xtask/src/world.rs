//! Makes the built-in world under `figures/world/` from the sources' files: quoted to three or four
//! digits, packed, with the number of values for `figures/SOURCES.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use turnover_data::builtin::{Axis, Packer, Side, WORLD};
use turnover_data::{HsCode, Iso3, RawColumn, RawTable};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The Census Bureau's names of countries that differ from ours.
const CENSUS_NAMES: [(&str, &str); 31] = [
    ("British Indian Ocean Terr.", "IOT"),
    ("Burma", "MMR"),
    ("Congo (Brazzaville)", "COG"),
    ("Congo (Kinshasa)", "COD"),
    ("Cote d'Ivoire", "CIV"),
    ("Curacao", "CUW"),
    ("Czech Republic", "CZE"),
    ("East Timor", "TLS"),
    ("Falkland Islands(Islas Malvin", "FLK"),
    ("French Southern and Antarctic", "ATF"),
    ("Gaza Strip admin. by Israel", "PSE"),
    ("Heard and McDonald Islands", "HMD"),
    ("Korea, North", "PRK"),
    ("Korea, South", "KOR"),
    ("Macau", "MAC"),
    ("Macedonia", "MKD"),
    ("Pitcairn Islands", "PCN"),
    ("Republic of Yemen", "YEM"),
    ("Reunion", "REU"),
    ("St Helena", "SHN"),
    ("St Kitts and Nevis", "KNA"),
    ("St Lucia", "LCA"),
    ("St Pierre and Miquelon", "SPM"),
    ("St Vincent and the Grenadines", "VCT"),
    ("Svalbard, Jan Mayen Island", "SJM"),
    ("USSR", "SUN"),
    ("Vatican City", "VAT"),
    ("West Bank admin. by Israel", "PSE"),
    ("World, Not Seasonally Adjusted", WORLD),
    ("Yugoslavia (former)", "YUG"),
    ("Swaziland", "SWZ"),
];

/// A source's table with its columns by name.
struct Source {
    table: RawTable,
    /// Codes that are no country, and how many rows had them.
    left: BTreeMap<String, usize>,
}

impl Source {
    fn read(file: &Path, columns: &[&str]) -> Outcome<Self> {
        Ok(Source { table: RawTable::read_selected(file, columns, None)?, left: BTreeMap::new() })
    }

    fn column(&self, name: &str) -> Outcome<RawColumn> {
        Ok(self.table.column(name).ok_or_else(|| format!("{}: no column {name}", self.table.path))?.clone())
    }

    /// A country's code as the program knows it, or [`WORLD`].
    fn code(&mut self, text: &str) -> Option<String> {
        if text == WORLD {
            return Some(text.to_owned());
        }
        match Iso3::parse(text) {
            Ok(code) => Some(code.to_string()),
            Err(_) => {
                *self.left.entry(text.to_owned()).or_default() += 1;
                None
            }
        }
    }

    fn save(&self, name: &str, packer: &Packer) -> Outcome<()> {
        let bytes = packer.pack()?;
        let path = Path::new("figures/world").join(name).with_extension("tqf");
        std::fs::write(&path, &bytes)?;
        println!("{}: values = {}, {} bytes; left out: {:?}", path.display(), packer.len(), bytes.len(), self.left);
        Ok(())
    }
}

fn number(column: &RawColumn, row: usize) -> Option<f64> {
    column.float(row).or_else(|| column.str(row)?.trim().parse().ok()).filter(|v| v.is_finite() && *v >= 0.0)
}

fn text(column: &RawColumn, row: usize) -> String {
    column.show(row).unwrap_or_default().into_owned()
}

/// A chapter with two digits: a leading zero may be lost in a column of numbers.
fn chapter(column: &RawColumn, row: usize) -> Outcome<String> {
    Ok(HsCode::parse(&format!("{:0>2}", text(column, row)))?.to_string())
}

/// Months since the first one of `2006-01`.
fn months_since(first_year: i32, text: &str) -> Option<u32> {
    let (year, month) = text.split_once('-')?;
    let (year, month): (i32, u32) = (year.parse().ok()?, month.get(..2)?.parse().ok()?);
    u32::try_from((year - first_year) * 12).ok().map(|months| months + month - 1)
}

fn side(text: &str) -> Outcome<Side> {
    match text {
        "export" | "exports_fob" => Ok(Side::Exports),
        "import" | "imports_cif" => Ok(Side::Imports),
        other => Err(format!("`{other}` is neither export nor import").into()),
    }
}

/// Makes one table again, or all.
pub(crate) fn make(dir: &Path, only: Option<&str>) -> Outcome<()> {
    std::fs::create_dir_all("figures/world")?;
    match only {
        Some("distances") => return distances(&dir.join("geodist/dist_cepii.dta")),
        Some("gdp") => return gdp(dir),
        _ => {}
    }
    direction_of_trade(&dir.join("imf-dots-pairs-1960-2020/dots_pairs.parquet"))?;
    russia_partners(&dir.join("imf-imts-russia/russia_by_partner_2016_2024.csv"))?;
    pair_totals(&dir.join("baci-totals-2023/pairs_2023.parquet"))?;
    us_monthly(&dir.join("us-census/monthly_by_partner.parquet"))?;
    russia_monthly(&dir.join("fts-russia/monthly_by_partner.csv"))?;
    russia_chapters(&dir.join("russia-hs2/russia_trade_by_hs2.csv"))?;
    us_chapters(&dir.join("us-imports-hs2-monthly/us_imports_for_consumption_hs2_month_2013_2021.parquet"))?;
    pair_chapters(&dir.join("baci-2024/hs2_matrix_2024.parquet"))?;
    distances(&dir.join("geodist/dist_cepii.dta"))?;
    gdp(dir)
}

/// Gross domestic product in current dollars stands where dollars of trade do elsewhere. The Fund's figure goes
/// before the World Bank's, which has economies that are not of the Fund.
fn gdp(dir: &Path) -> Outcome<()> {
    const FIRST: u32 = 1980;
    const LAST: u32 = 2024;
    let mut source = Source::read(
        &dir.join("imf-weo-2025-10/weo_selected.parquet"),
        &["ref_area", "concept", "year", "value", "scale"],
    )?;
    let (area, concept, year) = (source.column("ref_area")?, source.column("concept")?, source.column("year")?);
    let (value, scale) = (source.column("value")?, source.column("scale")?);
    let mut values: BTreeMap<(String, u32), f64> = BTreeMap::new();
    for row in (0..source.table.rows).filter(|r| text(&concept, *r) == "NGDPD") {
        // The Fund's code of Kosovo.
        let area = text(&area, row);
        let Some(code) = source.code(if area == "KOS" { "XKX" } else { &area }) else { continue };
        let year = number(&year, row).ok_or("no year")? as u32;
        let scale = number(&scale, row).ok_or("no scale")?;
        if let Some(value) = number(&value, row).filter(|v| *v > 0.0) {
            values.insert((code, year), value * 10f64.powf(scale));
        }
    }
    let mut bank =
        Source::read(&dir.join("world-bank-gdp/gdp.csv"), &["Country Name", "Country Code", "Year", "Value"])?;
    let (area, year, value) = (bank.column("Country Code")?, bank.column("Year")?, bank.column("Value")?);
    for row in 0..bank.table.rows {
        let Some(code) = bank.code(&text(&area, row)).filter(|c| c != WORLD) else { continue };
        let year = number(&year, row).ok_or("no year")? as u32;
        if let Some(value) = number(&value, row).filter(|v| *v > 0.0) {
            values.entry((code, year)).or_insert(value);
        }
    }
    let mut packer = Packer::new(Axis::Years { first: FIRST as i32 }, 4);
    for ((code, year), value) in values.iter().filter(|((_, year), _)| (FIRST..=LAST).contains(year)) {
        packer.add(code, WORLD, Side::Exports, "TOTAL", year - FIRST, *value);
    }
    source.save("gdp", &packer)
}

/// Kilometres between countries stand where dollars do elsewhere; each pair once.
fn distances(file: &Path) -> Outcome<()> {
    let mut source = Source::read(file, &["iso_o", "iso_d", "distw"])?;
    let (from, to, km) = (source.column("iso_o")?, source.column("iso_d")?, source.column("distw")?);
    let mut packer = Packer::new(Axis::Years { first: 2011 }, 3);
    for row in 0..source.table.rows {
        let parties = (source.code(&text(&from, row)), source.code(&text(&to, row)));
        if let ((Some(a), Some(b)), Some(km)) = (parties, number(&km, row).filter(|km| *km > 0.0))
            && a < b
        {
            packer.add(&a, &b, Side::Exports, "TOTAL", 0, km);
        }
    }
    source.save("distances", &packer)
}

fn direction_of_trade(file: &Path) -> Outcome<()> {
    let mut source = Source::read(file, &["reporter", "partner", "year", "exports_fob_musd", "imports_cif_musd"])?;
    let (reporter, partner, year) = (source.column("reporter")?, source.column("partner")?, source.column("year")?);
    let sides =
        [(Side::Exports, source.column("exports_fob_musd")?), (Side::Imports, source.column("imports_cif_musd")?)];
    let mut packer = Packer::new(Axis::Years { first: 1960 }, 4);
    for row in 0..source.table.rows {
        let codes = (source.code(&text(&reporter, row)), source.code(&text(&partner, row)));
        let (Some(r), Some(p)) = codes else { continue };
        let position = number(&year, row).ok_or("no year")? as u32 - 1960;
        for (side, values) in &sides {
            if let Some(value) = number(values, row) {
                packer.add(&r, &p, *side, "TOTAL", position, value * 1e6);
            }
        }
    }
    source.save("direction_of_trade", &packer)
}

fn russia_partners(file: &Path) -> Outcome<()> {
    let mut source = Source::read(file, &["partner", "flow", "year", "musd", "group"])?;
    let (partner, flow, year) = (source.column("partner")?, source.column("flow")?, source.column("year")?);
    let value = source.column("musd")?;
    let mut packer = Packer::new(Axis::Years { first: 2016 }, 4);
    for row in 0..source.table.rows {
        // The Fund's code of the world among its groups.
        let name = text(&partner, row);
        let Some(p) = source.code(if name == "G001" { WORLD } else { &name }) else { continue };
        let position = number(&year, row).ok_or("no year")? as u32 - 2016;
        if let Some(value) = number(&value, row) {
            packer.add("RUS", &p, side(&text(&flow, row))?, "TOTAL", position, value * 1e6);
        }
    }
    source.save("russia_partners", &packer)
}

fn pair_totals(file: &Path) -> Outcome<()> {
    let mut source = Source::read(file, &["exporter", "importer", "value_kusd"])?;
    let (from, to, value) = (source.column("exporter")?, source.column("importer")?, source.column("value_kusd")?);
    let mut packer = Packer::new(Axis::Years { first: 2023 }, 4);
    for row in 0..source.table.rows {
        let codes = (source.code(&text(&from, row)), source.code(&text(&to, row)));
        if let ((Some(a), Some(b)), Some(value)) = (codes, number(&value, row)) {
            packer.add(&a, &b, Side::Exports, "TOTAL", 0, value * 1e3);
        }
    }
    source.save("pair_totals_2023", &packer)
}

fn us_monthly(file: &Path) -> Outcome<()> {
    let mut source = Source::read(file, &["partner_name", "flow", "month", "value_usd"])?;
    let (partner, flow, month) = (source.column("partner_name")?, source.column("flow")?, source.column("month")?);
    let value = source.column("value_usd")?;
    let mut packer = Packer::new(Axis::Months { first_year: 1985, first_month: 1 }, 4);
    for row in 0..source.table.rows {
        let name = text(&partner, row);
        let known = CENSUS_NAMES.iter().find(|(census, _)| *census == name).map(|(_, code)| (*code).to_owned());
        let Some(p) = known.or_else(|| Iso3::resolve(&name).ok().map(|c| c.to_string())) else {
            *source.left.entry(name).or_default() += 1;
            continue;
        };
        let position = months_since(1985, &text(&month, row)).ok_or("no month")?;
        // A month without trade is written as 0 in the workbook for partners that did not exist as well.
        if let Some(value) = number(&value, row).filter(|v| *v > 0.0) {
            packer.add("USA", &p, side(&text(&flow, row))?, "TOTAL", position, value);
        }
    }
    source.save("us_monthly", &packer)
}

fn russia_monthly(file: &Path) -> Outcome<()> {
    let mut source = Source::read(file, &["partner", "flow", "month", "value_usd"])?;
    let (partner, flow, month) = (source.column("partner")?, source.column("flow")?, source.column("month")?);
    let value = source.column("value_usd")?;
    let mut packer = Packer::new(Axis::Months { first_year: 2006, first_month: 1 }, 4);
    for row in 0..source.table.rows {
        let Some(p) = source.code(&text(&partner, row)) else { continue };
        let position = months_since(2006, &text(&month, row)).ok_or("no month")?;
        if let Some(value) = number(&value, row) {
            packer.add("RUS", &p, side(&text(&flow, row))?, "TOTAL", position, value);
        }
    }
    source.save("russia_monthly", &packer)
}

fn russia_chapters(file: &Path) -> Outcome<()> {
    let mut source = Source::read(file, &["year", "partner", "flow", "hs2", "value_usd"])?;
    let (year, partner, flow) = (source.column("year")?, source.column("partner")?, source.column("flow")?);
    let (hs2, value) = (source.column("hs2")?, source.column("value_usd")?);
    let mut packer = Packer::new(Axis::Years { first: 2000 }, 4);
    for row in 0..source.table.rows {
        let Some(p) = source.code(&text(&partner, row)) else { continue };
        let position = number(&year, row).ok_or("no year")? as u32 - 2000;
        if let Some(value) = number(&value, row) {
            packer.add("RUS", &p, side(&text(&flow, row))?, &chapter(&hs2, row)?, position, value);
        }
    }
    source.save("russia_chapters", &packer)
}

fn us_chapters(file: &Path) -> Outcome<()> {
    let source = Source::read(file, &["partner", "hs2", "month", "imports_usd"])?;
    let (partner, hs2, month) = (source.column("partner")?, source.column("hs2")?, source.column("month")?);
    let value = source.column("imports_usd")?;
    let mut packer = Packer::new(Axis::Months { first_year: 2013, first_month: 1 }, 4);
    for row in (0..source.table.rows).filter(|r| text(&partner, *r) == "RUS") {
        let position = months_since(2013, &text(&month, row)).ok_or("no month")?;
        if let Some(value) = number(&value, row).filter(|v| *v > 0.0) {
            packer.add("USA", "RUS", Side::Imports, &chapter(&hs2, row)?, position, value);
        }
    }
    source.save("us_chapters_of_russia", &packer)
}

fn pair_chapters(file: &Path) -> Outcome<()> {
    let mut source = Source::read(file, &["exporter", "importer", "hs2", "value_usd"])?;
    let (from, to) = (source.column("exporter")?, source.column("importer")?);
    let (hs2, value) = (source.column("hs2")?, source.column("value_usd")?);
    let chapters: BTreeSet<String> = (0..source.table.rows).map(|r| chapter(&hs2, r)).collect::<Outcome<_>>()?;
    let codes: Vec<String> = chapters.into_iter().collect();
    let mut packer = Packer::new(Axis::Products { year: 2024, codes: codes.clone() }, 3);
    for row in 0..source.table.rows {
        let parties = (source.code(&text(&from, row)), source.code(&text(&to, row)));
        if let ((Some(a), Some(b)), Some(value)) = (parties, number(&value, row)) {
            let position = codes.binary_search(&chapter(&hs2, row)?).unwrap_or_default() as u32;
            packer.add(&a, &b, Side::Exports, "TOTAL", position, value);
        }
    }
    source.save("pair_chapters_2024", &packer)
}
