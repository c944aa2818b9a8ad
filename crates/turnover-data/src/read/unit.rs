//! Units and currencies of values, and the rates that turn euros into dollars.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The unit of the value column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// US dollars.
    Usd,
    /// Thousands of US dollars.
    ThousandUsd,
    /// Millions of US dollars.
    MillionUsd,
    /// Billions of US dollars.
    BillionUsd,
    /// Euros.
    Eur,
    /// Thousands of euros.
    ThousandEur,
    /// Millions of euros.
    MillionEur,
    /// Billions of euros.
    BillionEur,
}

impl Unit {
    /// All units, with the word that names each on the command line.
    pub const ALL: [(&'static str, Unit); 8] = [
        ("usd", Unit::Usd),
        ("thousand-usd", Unit::ThousandUsd),
        ("million-usd", Unit::MillionUsd),
        ("billion-usd", Unit::BillionUsd),
        ("eur", Unit::Eur),
        ("thousand-eur", Unit::ThousandEur),
        ("million-eur", Unit::MillionEur),
        ("billion-eur", Unit::BillionEur),
    ];

    /// Reads the word of the command line.
    pub fn parse(word: &str) -> Option<Self> {
        Unit::ALL.iter().find(|(own, _)| *own == word).map(|(_, unit)| *unit)
    }

    /// The unit's multiple of one dollar or euro.
    pub fn factor(self) -> f64 {
        match self {
            Unit::Usd | Unit::Eur => 1.0,
            Unit::ThousandUsd | Unit::ThousandEur => 1e3,
            Unit::MillionUsd | Unit::MillionEur => 1e6,
            Unit::BillionUsd | Unit::BillionEur => 1e9,
        }
    }

    /// Whether values are in euros, which are turned into dollars at the average rate of their period.
    pub fn is_euro(self) -> bool {
        matches!(self, Unit::Eur | Unit::ThousandEur | Unit::MillionEur | Unit::BillionEur)
    }

    /// In prose: `million US dollars`.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Usd => "US dollars",
            Unit::ThousandUsd => "thousand US dollars",
            Unit::MillionUsd => "million US dollars",
            Unit::BillionUsd => "billion US dollars",
            Unit::Eur => "euros",
            Unit::ThousandEur => "thousand euros",
            Unit::MillionEur => "million euros",
            Unit::BillionEur => "billion euros",
        }
    }
}

/// What a column's name says about its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// It names a unit that is read.
    Unit(Unit),
    /// It names a currency that is not.
    Foreign(&'static str),
    /// It names none.
    None,
}

/// Currencies whose rates are not stored.
const FOREIGN: [(&str, &str); 14] = [
    ("gbp", "pounds sterling"),
    ("sterling", "pounds sterling"),
    ("£", "pounds sterling"),
    ("cny", "yuan"),
    ("rmb", "yuan"),
    ("yuan", "yuan"),
    ("rub", "roubles"),
    ("jpy", "yen"),
    ("yen", "yen"),
    ("krw", "won"),
    ("inr", "rupees"),
    ("try", "liras"),
    ("chf", "Swiss francs"),
    ("lcu", "local currency"),
];

/// Reads the unit from a column's name, for example `value_kusd`, `Value (USD million)` or `Export (US$ Thousand)`.
pub(super) fn named(column: &str) -> Named {
    let lower = column.to_lowercase().replace("us$", "usd").replace("us dollar", "usd").replace("u.s. dollar", "usd");
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric() && c != '£' && c != '€').collect();
    let has = |list: &[&str]| words.iter().any(|w| list.contains(w));
    // Letters glued together, as in `kusd`, `musd`, `1000usd`.
    let glued = |currency: &str| {
        words.iter().find_map(|w| w.strip_suffix(currency)).map(|head| match head {
            "k" | "th" | "thd" | "ths" | "1000" | "thousand" => 1,
            "m" | "mn" | "mio" | "mil" | "mln" | "million" => 2,
            "b" | "bn" | "bln" | "billion" => 3,
            _ => 0,
        })
    };
    let scale = if has(&["thousand", "thousands", "1000", "ths", "thd", "tsd"]) || lower.contains("1,000") {
        1
    } else if has(&["million", "millions", "mio", "mln", "mn"]) {
        2
    } else if has(&["billion", "billions", "bn", "bln"]) {
        3
    } else {
        0
    };
    let dollars = [Unit::Usd, Unit::ThousandUsd, Unit::MillionUsd, Unit::BillionUsd];
    let euros = [Unit::Eur, Unit::ThousandEur, Unit::MillionEur, Unit::BillionEur];
    let is_euro = has(&["eur", "euro", "euros", "€", "ecu"]);
    match (glued("usd").or(glued("dollars")).or(glued("dollar")), glued("eur").or(glued("euro"))) {
        (Some(own), _) => Named::Unit(dollars[if own > 0 { own } else { scale }]),
        (_, Some(own)) => Named::Unit(euros[if own > 0 { own } else { scale }]),
        _ if is_euro => Named::Unit(euros[scale]),
        _ if lower.contains('$') => Named::Unit(dollars[scale]),
        _ => match FOREIGN.iter().find(|(word, _)| has(&[word])) {
            Some((_, name)) => Named::Foreign(name),
            None if scale > 0 => Named::Unit(dollars[scale]),
            None => Named::None,
        },
    }
}

/// US dollars for one euro: by year, and by year and month.
static RATES: LazyLock<HashMap<(i32, u8), f64>> = LazyLock::new(|| {
    let row = |line: &str| {
        let (period, rate) = line.split_once(' ')?;
        let (year, month) = period.split_once('-').unwrap_or((period, "0"));
        Some(((year.parse().ok()?, month.parse().ok()?), rate.parse().ok()?))
    };
    let years = include_str!("../../data/usd_per_eur.txt").lines().filter_map(row);
    let months = include_str!("../../data/usd_per_eur_month.txt").lines().filter_map(row);
    years.chain(months).collect()
});

/// US dollars for one euro, the average of a year or a month.
pub(super) fn usd_per_eur(year: i32, month: Option<u8>) -> Option<f64> {
    RATES.get(&(year, month.unwrap_or(0))).copied()
}

/// First and last year whose average is stored.
pub(super) fn euro_years() -> (i32, i32) {
    let years = RATES.keys().filter(|k| k.1 == 0).map(|k| k.0);
    (years.clone().min().unwrap_or(0), years.max().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_name_units() {
        for (name, unit) in [
            ("value_usd", Unit::Usd),
            ("value_kusd", Unit::ThousandUsd),
            ("value_musd", Unit::MillionUsd),
            ("value_thousand_usd", Unit::ThousandUsd),
            ("Value (USD million)", Unit::MillionUsd),
            ("Export (US$ Thousand)", Unit::ThousandUsd),
            ("TradeValue in 1000 USD", Unit::ThousandUsd),
            ("Trade Value (US$)", Unit::Usd),
            ("value_eur", Unit::Eur),
            ("VALUE_IN_EUROS", Unit::Eur),
            ("exports, EUR million", Unit::MillionEur),
            ("value_bn_usd", Unit::BillionUsd),
            ("value_million", Unit::MillionUsd),
        ] {
            assert_eq!(named(name), Named::Unit(unit), "{name}");
        }
        assert_eq!(named("value"), Named::None);
        assert_eq!(named("value_rub"), Named::Foreign("roubles"));
    }

    #[test]
    fn rates_are_those_of_the_central_bank() {
        assert_eq!(usd_per_eur(2019, None), Some(1.1195));
        let months: Vec<f64> = (1..=12).filter_map(|m| usd_per_eur(2019, Some(m))).collect();
        assert_eq!(months.len(), 12);
        assert!((months.iter().sum::<f64>() / 12.0 - 1.1195).abs() < 2e-3);
        assert_eq!(euro_years().0, 1999);
    }
}
