//! Countries: ISO 3166-1 codes, names and EU membership by date.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::error::DataError;
use crate::suggest::nearest;

/// A country's ISO 3166-1 alpha-3 code, known to be in [`countries`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Iso3([u8; 3]);

/// One row of the country table.
#[derive(Debug, Clone)]
pub struct Country {
    /// ISO 3166-1 alpha-3 code.
    pub code: Iso3,
    /// ISO 3166-1 alpha-2 code; empty for aggregates and states that ended.
    pub alpha2: &'static str,
    /// ISO 3166-1 numeric code.
    pub numeric: u16,
    /// The code that UN Comtrade uses, which differs for a few countries (842 for the USA).
    pub comtrade: u16,
    /// Short English name.
    pub name: &'static str,
    /// First day of EU membership (of the European Communities before 1993).
    pub eu_from: Option<Date>,
    /// First day after EU membership.
    pub eu_until: Option<Date>,
    /// Remark, as for states that ended; empty for most.
    pub note: &'static str,
}

static TABLE: LazyLock<Vec<Country>> =
    LazyLock::new(|| include_str!("../data/countries.txt").lines().skip(1).filter_map(parse_row).collect());

static BY_CODE: LazyLock<HashMap<[u8; 3], usize>> =
    LazyLock::new(|| TABLE.iter().enumerate().map(|(i, c)| (c.code.0, i)).collect());

fn parse_row(line: &'static str) -> Option<Country> {
    let fields: Vec<&str> = line.split(';').collect();
    let [alpha3, alpha2, numeric, comtrade, name, eu_from, eu_until, note] = fields[..] else {
        return None;
    };
    Some(Country {
        code: Iso3(alpha3.as_bytes().try_into().ok()?),
        alpha2,
        numeric: numeric.parse().ok()?,
        comtrade: comtrade.parse().ok()?,
        name,
        eu_from: eu_from.parse().ok(),
        eu_until: eu_until.parse().ok(),
        note,
    })
}

/// Codes that older files use for countries whose code has changed.
const FORMER: [(&str, &str); 6] =
    [("KSV", "XKX"), ("ROM", "ROU"), ("TMP", "TLS"), ("WBG", "PSE"), ("ZAR", "COD"), ("BUR", "MMR")];

/// All countries known, by alpha-3 code in ascending order: ISO 3166-1, a few states that ended
/// and occur in long panels, and `ROW` for the rest of the world in input-output tables.
pub fn countries() -> &'static [Country] {
    &TABLE
}

impl Iso3 {
    /// The code as it stands in a data file: exactly three capital letters (former codes such as
    /// ROM included), or the ISO or UN Comtrade number. Names and small letters are not taken, since in a file they are more
    /// likely a wrong column than a country.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        let bytes: Option<[u8; 3]> = text.as_bytes().try_into().ok();
        if let Some(code) = bytes.filter(|b| BY_CODE.contains_key(b)) {
            return Ok(Iso3(code));
        }
        if let Some((_, current)) = FORMER.iter().find(|(former, _)| *former == text) {
            return Iso3::parse(current);
        }
        if let Ok(number) = text.parse::<u16>() {
            let found = TABLE.iter().find(|c| c.numeric == number || c.comtrade == number);
            if let Some(country) = found {
                return Ok(country.code);
            }
        }
        Err(unknown(text))
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// The country's place in [`countries`].
    pub fn place(&self) -> usize {
        BY_CODE.get(&self.0).copied().unwrap_or(0)
    }

    /// The country's row in the table.
    pub fn country(&self) -> &'static Country {
        // Every `Iso3` was made from the table, so the look-up cannot miss.
        &TABLE[self.place()]
    }

    /// The short English name.
    pub fn name(&self) -> &'static str {
        self.country().name
    }

    /// Whether the country was a member of the European Union (before 1993, of the European
    /// Communities) on that day.
    pub fn is_eu_member(&self, on: Date) -> bool {
        let c = self.country();
        c.eu_from.is_some_and(|from| from <= on) && c.eu_until.is_none_or(|until| on < until)
    }
}

/// The refusal of a text that names no country, with the nearest one.
pub(crate) fn unknown(text: &str) -> DataError {
    // A long text is no slip of a name, and is not repeated whole.
    let text = &crate::suggest::short(text);
    let upper = text.to_uppercase();
    let by_code = nearest(&upper, TABLE.iter().map(|c| c.code.as_str()));
    let by_name = nearest(text, TABLE.iter().map(|c| c.name));
    let help = match by_name.or(if text.chars().count() <= 4 { by_code } else { None }) {
        Some(near) => {
            let country = TABLE.iter().find(|c| c.name == near || c.code.as_str() == near);
            match country {
                Some(c) => format!("did you mean {} ({})?", c.code, c.name),
                None => format!("did you mean {near}?"),
            }
        }
        None => "write the ISO 3166-1 alpha-3 code, such as USA or RUS".to_owned(),
    };
    DataError::UnknownCountry { text: text.clone(), help }
}

impl fmt::Display for Iso3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Iso3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Iso3 {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read_and_sorted() {
        let rows = include_str!("../data/countries.txt").lines().count() - 1;
        assert_eq!(countries().len(), rows);
        assert!(countries().windows(2).all(|w| w[0].code < w[1].code));
    }

    #[test]
    fn codes_numbers_and_names_lead_to_the_same_country() {
        let usa = Iso3::parse("USA").unwrap();
        assert_eq!(Iso3::parse("840").unwrap(), usa);
        assert_eq!(Iso3::parse("842").unwrap(), usa, "Comtrade's number");
        assert_eq!(Iso3::parse("ROM").unwrap().as_str(), "ROU", "a former code");
        assert_eq!(Iso3::resolve("united states").unwrap(), usa);
        assert_eq!(Iso3::resolve("us").unwrap(), usa);
        // A former state is meant where its own name is written.
        assert_eq!(Iso3::resolve("Soviet Union").unwrap().as_str(), "SUN");
        assert_eq!(Iso3::resolve("Yugoslavia").unwrap().as_str(), "YUG");
        assert!(Iso3::parse("usa").is_err(), "a file must have capitals");
    }

    #[test]
    fn membership_follows_the_treaties() {
        let on = |y, m, d| jiff::civil::date(y, m, d);
        let hrv = Iso3::parse("HRV").unwrap();
        let gbr = Iso3::parse("GBR").unwrap();
        assert!(!hrv.is_eu_member(on(2013, 6, 30)) && hrv.is_eu_member(on(2013, 7, 1)));
        assert!(gbr.is_eu_member(on(2020, 1, 31)) && !gbr.is_eu_member(on(2020, 2, 1)));
        let members = countries().iter().filter(|c| c.code.is_eu_member(on(2019, 10, 31))).count();
        assert_eq!(members, 28);
        let members = countries().iter().filter(|c| c.code.is_eu_member(on(2024, 1, 1))).count();
        assert_eq!(members, 27);
    }

    #[test]
    fn a_slip_is_answered_with_the_nearest_country() {
        let said = |text| match Iso3::resolve(text) {
            Err(DataError::UnknownCountry { help, .. }) => help,
            other => panic!("{other:?}"),
        };
        assert_eq!(said("Rusia"), "did you mean RUS (Russia)?");
        assert_eq!(said("Untied States"), "did you mean USA (United States)?");
    }
}
