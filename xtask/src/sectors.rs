//! Makes the built-in world of sectors: `figures/world/sectors_2014.tqs` (flows, tariffs, value added, inputs)
//! and `figures/sectors_44_2014.csv` (names and elasticities of its sectors).

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use turnover_data::RawTable;
use turnover_data::builtin::SectorTable;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Code, name, ISIC Rev. 4 divisions, GTAP sectors, and the sector of the table of elasticity sets. Sectors without
/// the last two are services.
const SECTORS: [(&str, &str, &str, &str, &str); 50] = [
    ("C01", "Crops and animals", "A01", "pdr wht gro v_f osd c_b pfb ocr ctl oap wol", "A01"),
    ("C02", "Forestry", "A02", "frs", "A02"),
    ("C03", "Fishing", "A03", "fsh", "A03"),
    ("C04", "Mining, oil and gas", "B", "coa oil gas oxt", "B06"),
    ("C05", "Food, beverages and tobacco", "C10-C12", "cmt omt vol mil pcr sgr ofd b_t", "C10T12"),
    ("C06", "Textiles, clothing and leather", "C13-C15", "tex wap lea", "C13T15"),
    ("C07", "Wood", "C16", "lum", "C16"),
    ("C08", "Paper", "C17", "ppp", "C17_18"),
    ("C09", "Printing", "C18", "ppp", "C17_18"),
    ("C10", "Refined petroleum", "C19", "p_c", "C19"),
    ("C11", "Chemicals", "C20", "chm", "C20"),
    ("C12", "Pharmaceuticals", "C21", "bph", "C21"),
    ("C13", "Rubber and plastics", "C22", "rpp", "C22"),
    ("C14", "Glass, stone and cement", "C23", "nmm", "C23"),
    ("C15", "Basic metals", "C24", "i_s nfm", "C24A"),
    ("C16", "Metal products", "C25", "fmp", "C25"),
    ("C17", "Electronics and optics", "C26", "ele", "C26"),
    ("C18", "Electrical equipment", "C27", "eeq", "C27"),
    ("C19", "Machinery", "C28, C33", "ome", "C28"),
    ("C20", "Motor vehicles", "C29", "mvh", "C29"),
    ("C21", "Ships, aircraft and trains", "C30", "otn", "C301"),
    ("C22", "Furniture and other manufactures", "C31-C32", "omf", "C31T33"),
    ("C23", "Electricity and gas supply", "D35", "", ""),
    ("C24", "Water supply", "E36", "", ""),
    ("C25", "Waste", "E37-E39", "", ""),
    ("C26", "Construction", "F", "", ""),
    ("C27", "Trade of motor vehicles", "G45", "", ""),
    ("C28", "Wholesale", "G46", "", ""),
    ("C29", "Retail", "G47", "", ""),
    ("C30", "Land transport and pipelines", "H49", "", ""),
    ("C31", "Water transport", "H50", "", ""),
    ("C32", "Air transport", "H51", "", ""),
    ("C33", "Warehousing", "H52", "", ""),
    ("C34", "Post and couriers", "H53", "", ""),
    ("C35", "Hotels and restaurants", "I", "", ""),
    ("C36", "Publishing", "J58", "", ""),
    ("C37", "Film and broadcasting", "J59-J60", "", ""),
    ("C38", "Telecommunications", "J61", "", ""),
    ("C39", "Software and information", "J62-J63", "", ""),
    ("C40", "Banking", "K64", "", ""),
    ("C41", "Insurance", "K65-K66", "", ""),
    ("C42", "Real estate", "L68", "", ""),
    ("C43", "Law and accounting", "M69-M70", "", ""),
    ("C44", "Engineering and other business services", "M71, M73-M75", "", ""),
    ("C45", "Research", "M72", "", ""),
    ("C46", "Administrative services", "N", "", ""),
    ("C47", "Public administration", "O84", "", ""),
    ("C48", "Education", "P85", "", ""),
    ("C49", "Health", "Q", "", ""),
    ("C50", "Other services", "R-U", "", ""),
];

/// The elasticity of services: what six of the eight sets give them.
const SERVICES: f64 = 4.0;
/// Sectors of GTAP 9 that GTAP 10 calls otherwise.
const WEIGHTS: [(&str, &str); 1] = [("oxt", "omn")];

struct Columns {
    table: RawTable,
}

impl Columns {
    fn read(file: &Path, columns: &[&str]) -> Outcome<Self> {
        Ok(Columns { table: RawTable::read_selected(file, columns, None)? })
    }

    fn text(&self, name: &str) -> Outcome<Vec<String>> {
        let column = self.table.column(name).ok_or_else(|| format!("{}: no column {name}", self.table.path))?;
        Ok((0..self.table.rows).map(|row| column.show(row).unwrap_or_default().into_owned()).collect())
    }

    fn numbers(&self, name: &str) -> Outcome<Vec<f64>> {
        let column = self.table.column(name).ok_or_else(|| format!("{}: no column {name}", self.table.path))?;
        Ok((0..self.table.rows)
            .map(|row| column.float(row).or_else(|| column.show(row)?.trim().parse().ok()).unwrap_or(f64::NAN))
            .collect())
    }
}

/// Makes both files.
pub(crate) fn make(dir: &Path) -> Outcome<()> {
    world(&dir.join("wiod14-sectors-tariffs"))?;
    elasticities(dir)
}

fn world(dir: &Path) -> Outcome<()> {
    let flows = Columns::read(
        &dir.join("flows_tariffs_2014.parquet"),
        &["exporter", "importer", "sector", "value_musd", "tariff"],
    )?;
    let (exporter, importer, sector) = (flows.text("exporter")?, flows.text("importer")?, flows.text("sector")?);
    let mut regions = exporter.clone();
    regions.sort_unstable();
    regions.dedup();
    let (n, s) = (regions.len(), SECTORS.len());
    let region =
        |code: &str| regions.binary_search_by(|r| r.as_str().cmp(code)).map_err(|_| format!("no region {code}"));
    let place = |code: &str| SECTORS.iter().position(|x| x.0 == code).ok_or_else(|| format!("no sector {code}"));
    let mut table = SectorTable {
        regions: regions.clone(),
        sectors: SECTORS.iter().map(|x| x.0.to_owned()).collect(),
        flows: vec![0.0; s * n * n],
        tariffs: vec![0.0; s * n * n],
        value_added: vec![0.0; s * n],
        inputs: vec![0.0; n * s * s],
    };
    let (value, tariff) = (flows.numbers("value_musd")?, flows.numbers("tariff")?);
    for row in 0..value.len() {
        let at = (place(&sector[row])? * n + region(&importer[row])?) * n + region(&exporter[row])?;
        table.flows[at] = value[row] * 1e6;
        // A tariff falls on what crosses a border.
        table.tariffs[at] = if exporter[row] == importer[row] { 0.0 } else { tariff[row] };
    }
    let shares = Columns::read(&dir.join("sectors_2014.csv"), &["country", "sector", "value_added_share"])?;
    let (country, sector) = (shares.text("country")?, shares.text("sector")?);
    for (row, share) in shares.numbers("value_added_share")?.into_iter().enumerate() {
        table.value_added[place(&sector[row])? * n + region(&country[row])?] = share;
    }
    let columns = ["country", "input_sector", "using_sector", "share_of_intermediates"];
    let inputs = Columns::read(&dir.join("input_shares_2014.parquet"), &columns)?;
    let (country, input, using) = (inputs.text(columns[0])?, inputs.text(columns[1])?, inputs.text(columns[2])?);
    for (row, share) in inputs.numbers(columns[3])?.into_iter().enumerate() {
        table.inputs[(region(&country[row])? * s + place(&input[row])?) * s + place(&using[row])?] = share;
    }
    let bytes = table.pack()?;
    let values = [&table.flows, &table.tariffs, &table.value_added, &table.inputs]
        .map(|t| t.iter().filter(|x| **x != 0.0).count())
        .iter()
        .sum::<usize>();
    std::fs::write("figures/world/sectors_2014.tqs", &bytes)?;
    println!("figures/world/sectors_2014.tqs: values = {values}, {} bytes", bytes.len());
    Ok(())
}

/// Elasticities by sector: those of Fontagné, Guimbard and Orefice (2020) for GTAP's sectors, weighted by the trade of
/// 2013 within a sector, and eight sets for sectors of inter-country tables.
fn elasticities(dir: &Path) -> Outcome<()> {
    let file = dir.join("elasticities/final_tariff_GTAP_2020_10_08.dta");
    let gtap = Columns::read(&file, &["gtap_sector", "epsilon_GTAP"])?;
    let of: BTreeMap<String, f64> = gtap.text("gtap_sector")?.into_iter().zip(gtap.numbers("epsilon_GTAP")?).collect();
    let file = dir.join("embargo-2013-gtap-sectors/trade_tariffs_2013.parquet");
    let trade = Columns::read(&file, &["gtap_sector", "value_kusd"])?;
    let mut weights: BTreeMap<String, f64> = BTreeMap::new();
    for (sector, value) in trade.text("gtap_sector")?.into_iter().zip(trade.numbers("value_kusd")?) {
        *weights.entry(sector).or_default() += value;
    }
    let sets =
        Columns::read(&dir.join("icio-2022-sectors-tariffs/elasticities.csv"), &["set", "sector", "trade_elasticity"])?;
    let mut by_set: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for ((set, sector), theta) in
        sets.text("set")?.into_iter().zip(sets.text("sector")?).zip(sets.numbers("trade_elasticity")?)
    {
        by_set.entry(set).or_default().insert(sector, theta);
    }
    let mut text = format!("sector,name,isic,kind,theta,{}\n", by_set.keys().cloned().collect::<Vec<_>>().join(","));
    for (code, name, isic, gtap, icio) in SECTORS {
        let goods = !gtap.is_empty();
        let weight = |g: &str| {
            let own = WEIGHTS.iter().find(|w| w.0 == g).map_or(g, |w| w.1);
            weights.get(own).copied().unwrap_or(1.0)
        };
        let known: Vec<(f64, f64)> = gtap
            .split_whitespace()
            .filter_map(|g| of.get(g).filter(|e| e.is_finite()).map(|e| (weight(g), -e)))
            .collect();
        let total: f64 = known.iter().map(|k| k.0).sum();
        let theta = if goods { known.iter().map(|(w, e)| w * e).sum::<f64>() / total } else { SERVICES };
        let key = if goods { icio } else { "SERVICES" };
        let others: Vec<String> =
            by_set.values().map(|set| set.get(key).map_or_else(String::new, |x| three_digits(*x))).collect();
        let quoted = if isic.contains(',') { format!("\"{isic}\"") } else { isic.to_owned() };
        let name = if name.contains(',') { format!("\"{name}\"") } else { name.to_owned() };
        let kind = if goods { "goods" } else { "services" };
        writeln!(text, "{code},{name},{quoted},{kind},{},{}", three_digits(theta), others.join(","))?;
    }
    std::fs::write("figures/sectors_44_2014.csv", text)?;
    println!("figures/sectors_44_2014.csv: {} sectors, {} sets", SECTORS.len(), by_set.len() + 1);
    Ok(())
}

/// `12.3`, `0.123`.
fn three_digits(x: f64) -> String {
    let decimals = (2 - x.abs().log10().floor() as i32).max(0) as usize;
    let text = format!("{x:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
