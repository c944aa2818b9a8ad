//! Eurostat's Comext: the monthly and yearly bulk files (`full_v2_201952.dat`, old and new column
//! names) and extractions of its database as SDMX-CSV. Values are in euro.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Code, Part, Reading, Sums, amount, code, period, wrong};
use crate::country::{Iso3, countries};
use crate::error::DataError;
use crate::read::{RawColumn, RawTable};

/// US dollars for one euro by year.
static RATES: LazyLock<HashMap<i32, f64>> = LazyLock::new(|| {
    let row = |line: &str| {
        let (year, rate) = line.split_once(' ')?;
        Some((year.parse().ok()?, rate.parse().ok()?))
    };
    include_str!("../../../data/usd_per_eur.txt").lines().filter_map(row).collect()
});

/// Comext's codes for countries, where they differ from ISO 3166-1 alpha-2.
const OWN: [(&str, &str); 6] =
    [("EL", "GRC"), ("UK", "GBR"), ("XI", "GBR"), ("XU", "GBR"), ("XK", "XKX"), ("XS", "SRB")];

/// A party as Comext writes it.
enum Party {
    Country(Iso3),
    /// Ceuta and Melilla, ships' stores, countries kept secret.
    Nowhere,
    /// The EU, the world and other groups.
    Group,
}

static BY_ALPHA2: LazyLock<HashMap<&'static str, Iso3>> = LazyLock::new(|| {
    let own = OWN.iter().filter_map(|(code, iso)| Some((*code, Iso3::parse(iso).ok()?)));
    countries().iter().filter(|c| !c.alpha2.is_empty()).map(|c| (c.alpha2, c.code)).chain(own).collect()
});

fn party(text: &str) -> Option<Party> {
    if let Some(country) = BY_ALPHA2.get(text) {
        return Some(Party::Country(*country));
    }
    match text {
        "XC" | "XL" | "XZ" | "XO" | "XP" | "XM" => Some(Party::Nowhere),
        "EU" | "EA" | "XX" => Some(Party::Group),
        _ if text.len() == 2 && text.starts_with('Q') => Some(Party::Nowhere),
        _ if text.len() > 2
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') =>
        {
            Some(Party::Group)
        }
        _ => None,
    }
}

/// The columns of one of Comext's forms.
pub(super) struct Layout<'a> {
    reporter: &'a RawColumn,
    partner: &'a RawColumn,
    product: &'a RawColumn,
    flow: &'a RawColumn,
    period: &'a RawColumn,
    value: &'a RawColumn,
    /// Tells values from quantities, in the long form.
    indicator: Option<&'a RawColumn>,
}

impl<'a> Layout<'a> {
    pub(super) fn find(table: &'a RawTable) -> Option<Self> {
        let column = |names: &[&str]| names.iter().find_map(|n| table.column(n));
        let (product, flow, period, value, indicator) = if let Some(product) = column(&["PRODUCT_NC"]) {
            let value = column(&["VALUE_EUR", "VALUE_IN_EUROS"])?;
            (product, column(&["FLOW"])?, column(&["PERIOD"])?, value, None)
        } else {
            let indicator = column(&["indicators"])?;
            let value = column(&["OBS_VALUE"])?;
            (column(&["product"])?, column(&["flow"])?, column(&["TIME_PERIOD"])?, value, Some(indicator))
        };
        let reporter = column(&["DECLARANT_ISO", "REPORTER", "reporter", "DECLARANT"])?;
        let partner = column(&["PARTNER_ISO", "PARTNER", "partner"])?;
        Some(Layout { reporter, partner, product, flow, period, value, indicator })
    }

    pub(super) fn read(&self, table: &RawTable, rows: &[usize]) -> Result<Reading, DataError> {
        let mut sums = Sums::new(table, &["VALUE", "QUANTITY", "OBS_", "LAST UPDATE"]);
        let mut years = std::collections::BTreeSet::new();
        for &row in rows {
            // An extraction can show labels beside codes, as in `DE:Germany`.
            let cell = |column: &'a RawColumn| -> Cow<'a, str> {
                match column.show(row).unwrap_or_default() {
                    Cow::Borrowed(text) => Cow::Borrowed(text.split(':').next().unwrap_or(text)),
                    owned => owned,
                }
            };
            let refuse = |column: &RawColumn, expected: &str, help: &str| wrong(table, row, column, expected, help);
            if let Some(indicator) = self.indicator
                && !matches!(cell(indicator).as_ref(), "VALUE_IN_EUROS" | "VALUE_EUR")
            {
                continue;
            }
            // Extractions leave a cell empty where nothing was traded or nothing may be told.
            if self.indicator.is_some() && self.value.show(row).is_none() {
                continue;
            }
            let (year, month) = period(&cell(self.period)).ok_or_else(|| {
                refuse(
                    self.period,
                    "a year or a month, as 2019, 201903 or 201952",
                    "download the file again if it is cut off",
                )
            })?;
            years.insert(year);
            let rate = RATES.get(&year).ok_or_else(|| {
                refuse(
                    self.period,
                    &format!(
                        "a year whose rate of the euro is stored, 1999 to {}",
                        RATES.keys().max().unwrap_or(&1999)
                    ),
                    "convert the values to US dollars yourself, in a file with year, reporter, exporter, importer, \
                     product and value_usd",
                )
            })?;
            let value_usd = amount(self.value, row)
                .ok_or_else(|| refuse(self.value, "a value in euro, 0 or more", "leave such rows out with --filter"))?
                * rate;
            let party = |column: &'a RawColumn| {
                let help = "Comext's own numbers for countries are not read: take the file with ISO codes";
                party(&cell(column)).ok_or_else(|| refuse(column, "an ISO 3166-1 alpha-2 code", help))
            };
            let (reporter, partner) = match (party(self.reporter)?, party(self.partner)?) {
                (Party::Country(r), Party::Country(p)) => (r, p),
                (Party::Group, _) | (_, Party::Group) => {
                    sums.leave("groups of countries, which are totals", value_usd);
                    continue;
                }
                _ => {
                    sums.leave("partners that are no country, such as ships' stores and secret ones", value_usd);
                    continue;
                }
            };
            let import = match cell(self.flow).as_ref() {
                "1" | "I" | "IMPORT" => true,
                "2" | "E" | "EXPORT" => false,
                _ => {
                    return Err(refuse(
                        self.flow,
                        "1 for imports or 2 for exports",
                        "leave other flows out with --filter",
                    ));
                }
            };
            match code(&cell(self.product)) {
                Some(Code::Hs { code, national }) => {
                    sums.add(row, Part { year, month, reporter, partner, import, code, national, value_usd })?;
                }
                Some(Code::Letters) => sums.leave("product codes with letters: secret or adjusted trade", value_usd),
                None => {
                    let help = "the Combined Nomenclature has 2, 4, 6 or 8 digits";
                    return Err(refuse(self.product, "a product code", help));
                }
            }
        }
        let (flows, mut notes) = sums.finish()?;
        let rates: Vec<String> = years.iter().filter_map(|y| Some(format!("{y} {:.4}", RATES.get(y)?))).collect();
        notes.push(format!(
            "Values in euro were turned into US dollars at the European Central Bank's average of the year: {}.",
            rates.join(", ")
        ));
        Ok((flows, notes))
    }
}
