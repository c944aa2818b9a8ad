//! Trade of the United States by its own offices: the Census Bureau's interface (International Trade,
//! HS) and downloads of the International Trade Commission's DataWeb. The reporter is the USA.

use super::{Code, Part, Reading, Sums, amount, code, period, wrong};
use crate::country::Iso3;
use crate::error::DataError;
use crate::read::flows::missing;
use crate::read::{RawColumn, RawTable};

/// The offices' names for countries, where they are not ours.
const NAMES: [(&str, &str); 38] = [
    ("BAHAMAS, THE", "BHS"),
    ("BOLIVIA, PLURINATIONAL STATE OF", "BOL"),
    ("BURMA", "MMR"),
    ("BURMA (MYANMAR)", "MMR"),
    ("CAPE VERDE", "CPV"),
    ("CHRISTMAS ISLAND (IN THE INDIAN OCEAN)", "CXR"),
    ("COCOS (KEELING) ISLANDS", "CCK"),
    ("CONGO (BRAZZAVILLE)", "COG"),
    ("CONGO (KINSHASA)", "COD"),
    ("CONGO, DEMOCRATIC REPUBLIC OF THE CONGO (FORMERLY ZAIRE)", "COD"),
    ("CONGO, REPUBLIC OF THE CONGO", "COG"),
    ("COTE D'IVOIRE", "CIV"),
    ("CURACAO", "CUW"),
    ("CZECH REPUBLIC", "CZE"),
    ("FALKLAND ISLANDS (ISLAS MALVINAS)", "FLK"),
    ("FEDERATED STATES OF MICRONESIA", "FSM"),
    ("FRENCH SOUTHERN AND ANTARCTIC LANDS", "ATF"),
    ("GAMBIA, THE", "GMB"),
    ("GAZA STRIP ADMINISTERED BY ISRAEL", "PSE"),
    ("HEARD AND MCDONALD ISLANDS", "HMD"),
    ("KOREA, NORTH", "PRK"),
    ("KOREA, SOUTH", "KOR"),
    ("MACAU", "MAC"),
    ("MACEDONIA", "MKD"),
    ("MACEDONIA (SKOPJE)", "MKD"),
    ("REUNION", "REU"),
    ("SAMOA (WESTERN SAMOA)", "WSM"),
    ("ST HELENA", "SHN"),
    ("ST KITTS AND NEVIS", "KNA"),
    ("ST LUCIA", "LCA"),
    ("ST PIERRE AND MIQUELON", "SPM"),
    ("ST VINCENT AND THE GRENADINES", "VCT"),
    ("SVALBARD, JAN MAYEN ISLAND", "SJM"),
    ("SWAZILAND", "SWZ"),
    ("TURKIYE", "TUR"),
    ("VATICAN CITY", "VAT"),
    ("WEST BANK ADMINISTERED BY ISRAEL", "PSE"),
    ("YEMEN (SANA)", "YEM"),
];

fn country(text: &str) -> Option<Iso3> {
    let upper = text.trim().to_uppercase().replace("ST.", "ST");
    let own = NAMES.iter().find(|(name, _)| *name == upper).and_then(|(_, code)| Iso3::parse(code).ok());
    own.or_else(|| Iso3::resolve(&upper).ok())
}

fn home() -> Result<Iso3, DataError> {
    Iso3::parse("USA")
}

pub(super) fn read(table: &RawTable, rows: &[usize]) -> Option<Result<Reading, DataError>> {
    let has = |name: &str| table.column(name).is_some();
    if has("E_COMMODITY") || has("I_COMMODITY") {
        return Some(census(table, rows));
    }
    let is_dataweb = has("Country") && DATAWEB_PRODUCT.iter().any(|n| has(n)) && (has("Data Type") || has("Year"));
    is_dataweb.then(|| dataweb(table, rows))
}

/// The Census Bureau's interface: a row per country, product and month.
fn census(table: &RawTable, rows: &[usize]) -> Result<Reading, DataError> {
    let missing = |role: &str, help: &str| missing(table, role, help.to_owned());
    let first = |names: &[&str]| names.iter().find_map(|n| table.column(n));
    let (product, import) = match (first(&["I_COMMODITY"]), first(&["E_COMMODITY"])) {
        (Some(p), _) => (p, true),
        (_, Some(p)) => (p, false),
        _ => return Err(missing("product", "ask the interface for E_COMMODITY or I_COMMODITY")),
    };
    let monthly: &[&str] = if import { &["GEN_VAL_MO", "CON_VAL_MO"] } else { &["ALL_VAL_MO"] };
    let to_date: &[&str] = if import { &["GEN_VAL_YR", "CON_VAL_YR"] } else { &["ALL_VAL_YR"] };
    let (value, cumulative) = match (first(monthly), first(to_date)) {
        (Some(v), _) => (v, false),
        (_, Some(v)) => (v, true),
        _ => {
            let help = format!("ask the interface for {} or {}", monthly[0], to_date[0]);
            return Err(missing("value", &help));
        }
    };
    let name = first(&["CTY_NAME"]).ok_or_else(|| missing("partner's name", "ask the interface for CTY_NAME too"))?;
    let number = first(&["CTY_CODE"]);
    let (year, month, time) = (first(&["YEAR"]), first(&["MONTH"]), first(&["time"]));
    if year.is_none() && time.is_none() {
        return Err(missing("year", "ask the interface for YEAR and MONTH"));
    }
    let when = |row: usize| {
        let column = time.or(year).unwrap_or(name);
        let text = match (time, year, month) {
            (Some(t), _, _) => t.show(row).map(|t| t.into_owned()),
            (_, Some(y), Some(m)) => y.show(row).zip(m.show(row)).map(|(y, m)| format!("{y}{m:0>2}")),
            (_, Some(y), None) => y.show(row).map(|y| y.into_owned()),
            _ => None,
        };
        text.and_then(|t| period(&t))
            .ok_or_else(|| wrong(table, row, column, "a year or a month, as 2019 or 2019-03", "ask for YEAR and MONTH"))
    };
    // Values of the year to date: the last month holds the ones before.
    let mut last = std::collections::BTreeMap::new();
    if cumulative {
        for &row in rows {
            let (year, month) = when(row)?;
            let slot = last.entry(year).or_insert(month);
            *slot = month.max(*slot);
        }
    }
    let mut sums = Sums::new(table, &["_VAL_", "_QY", "_WGT_", "QTY"]);
    for &row in rows {
        let (year, month) = when(row)?;
        if cumulative && last.get(&year).is_some_and(|l| *l != month) {
            continue;
        }
        let value_usd = amount(value, row)
            .ok_or_else(|| wrong(table, row, value, "a value in US dollars, 0 or more", "download the answer again"))?;
        let group =
            number.and_then(|c| c.show(row)).is_some_and(|c| c == "-" || c.starts_with("00") || c.contains('X'));
        let text = name.show(row).unwrap_or_default();
        if group || text.to_uppercase().starts_with("TOTAL") {
            sums.leave("groups of countries, which are totals", value_usd);
            continue;
        }
        let partner = country(&text).ok_or_else(|| {
            let help =
                "ask for CTY_CODE too, by which groups of countries are known, or leave the row out with --filter";
            wrong(table, row, name, "a country's English name", help)
        })?;
        let whole = cumulative && month == 12;
        let month = if whole { 0 } else { month };
        add(&mut sums, table, row, product, (year, month, partner, import, value_usd))?;
    }
    let (flows, mut notes) = sums.finish()?;
    if cumulative {
        notes.extend(
            last.iter()
                .filter(|(_, m)| (1..12).contains(*m))
                .map(|(y, m)| format!("Values of {y} are of the year to month {m}.")),
        );
        notes.retain(|n| !n.ends_with("of 12 months."));
    }
    Ok((flows, notes))
}

/// A row with its product into the sums.
fn add(
    sums: &mut Sums<'_>,
    table: &RawTable,
    row: usize,
    product: &RawColumn,
    (year, month, partner, import, value_usd): (i32, u8, Iso3, bool, f64),
) -> Result<(), DataError> {
    match product.show(row).as_deref().and_then(code) {
        Some(Code::Hs { code, national }) => {
            let part = Part { year, month, reporter: home()?, partner, import, code, national, value_usd };
            sums.add(row, part)
        }
        Some(Code::Letters) => {
            sums.leave("product codes with letters", value_usd);
            Ok(())
        }
        None => Err(wrong(
            table,
            row,
            product,
            "an HS or HTS code of 2 to 10 digits",
            "ask for HS codes, not NAICS or SITC",
        )),
    }
}

const DATAWEB_PRODUCT: [&str; 5] = ["HTS Number", "Schedule B Number", "HTS", "Schedule B", "Commodity"];
/// Columns of a download that hold no value.
const DATAWEB_WORDS: [&str; 8] = [
    "Data Type",
    "Description",
    "Country",
    "Year",
    "Month",
    "Quantity Description",
    "Unit of Quantity",
    "Rate Provision Code",
];

/// DataWeb's downloads: a row per country, product and year, or a column per year.
fn dataweb(table: &RawTable, rows: &[usize]) -> Result<Reading, DataError> {
    let missing = |role: &str, help: &str| missing(table, role, help.to_owned());
    let product = DATAWEB_PRODUCT.iter().find_map(|n| table.column(n)).ok_or_else(|| missing("product", "add it"))?;
    let name = table.column("Country").ok_or_else(|| missing("partner", "add the column Country to the query"))?;
    let year = table.column("Year");
    // (year, column) for a column per year; else the column of values.
    let of_year = |c: &RawColumn| period(c.name.trim_start_matches("Year ").trim()).filter(|(_, m)| *m == 0);
    let wide: Vec<(i32, &RawColumn)> = table.columns.iter().filter_map(|c| Some((of_year(c)?.0, c))).collect();
    let is_value = |c: &&RawColumn| {
        let plain = |n: &str| c.name == n;
        !DATAWEB_WORDS.iter().any(|n| plain(n)) && !DATAWEB_PRODUCT.iter().any(|n| plain(n)) && c.name.contains("Value")
    };
    let long = table.columns.iter().find(is_value);
    let kind = table.column("Data Type");
    let mut sums = Sums::new(table, &["VALUE", "QUANTITY", "19", "20"]);
    for &row in rows {
        let text = name.show(row).unwrap_or_default();
        let total = text.to_uppercase().starts_with("TOTAL") || text.to_uppercase().starts_with("SUBTOTAL");
        let cells: Vec<(i32, &RawColumn)> = match (year, long) {
            (Some(year), Some(value)) => {
                let when = year.show(row).and_then(|t| period(&t)).filter(|(_, m)| *m == 0);
                let when = when.ok_or_else(|| wrong(table, row, year, "a year", "download yearly values"))?;
                vec![(when.0, value)]
            }
            _ if !wide.is_empty() => wide.clone(),
            _ => return Err(missing("value", "download with the years as columns, or with a column Year")),
        };
        if table.column("Month").is_some() {
            return Err(missing("whole year", "download yearly values"));
        }
        for (year, column) in cells {
            let Some(value_usd) = amount(column, row) else {
                if column.show(row).is_none() {
                    continue;
                }
                return Err(wrong(table, row, column, "a value in US dollars, 0 or more", "download plain numbers"));
            };
            if total {
                sums.leave("totals", value_usd);
                continue;
            }
            let words = match (kind.and_then(|k| k.show(row)), long) {
                (Some(words), _) => words.to_lowercase(),
                (None, Some(column)) => column.name.to_lowercase(),
                _ => return Err(missing("data type", "add the column Data Type to the download")),
            };
            let import = match () {
                () if words.contains("export") || words.contains("fas") => false,
                () if words.contains("import") || words.contains("customs value") || words.contains("cif") => true,
                () => {
                    let column = kind.or(long).unwrap_or(name);
                    return Err(wrong(
                        table,
                        row,
                        column,
                        "a kind of exports or imports",
                        "download customs values or FAS values",
                    ));
                }
            };
            let partner = country(&text).ok_or_else(|| {
                wrong(table, row, name, "a country's English name", "leave the row out with --filter")
            })?;
            add(&mut sums, table, row, product, (year, 0, partner, import, value_usd))?;
        }
    }
    sums.finish()
}
