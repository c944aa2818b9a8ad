//! Why a row is refused, and what would be read.

use super::cell::{in_filter, wrong};
use super::{RawColumn, RawTable};
use crate::country::Iso3;
use crate::error::DataError;
use crate::suggest::short;

pub(super) fn unknown_party(table: &RawTable, row: usize, column: &RawColumn, text: &str) -> DataError {
    let help = if text.is_empty() {
        format!("give every row a country, or drop such rows with --filter '{} != \"\"'", in_filter(&column.name))
    } else {
        // A long cell is no slip of a name.
        let near = match Iso3::resolve(&text.chars().take(60).collect::<String>()) {
            Err(DataError::UnknownCountry { help, .. }) => help,
            _ => "write the ISO 3166-1 alpha-3 code, such as USA or RUS".to_owned(),
        };
        format!(
            "{near}{} --unknown drop drops rows of places that are no country",
            if near.ends_with('?') { "" } else { ";" }
        )
    };
    wrong(table, row, column, "a country's ISO 3166-1 code or name", &help)
}

/// The name of a classification by its code, where it is not the Harmonized System.
pub(super) fn classification(code: &str) -> Option<String> {
    let upper = code.trim().to_uppercase();
    let revision = || upper.chars().filter(char::is_ascii_digit).collect::<String>();
    match upper.as_str() {
        "" => None,
        u if u.starts_with('H') || u.starts_with("CN") || u.starts_with("HTS") => None,
        u if u.starts_with("EB") => Some("EBOPS (services)".to_owned()),
        u if u.starts_with('S') => Some(format!("SITC Rev. {}", revision())),
        u if u.starts_with('B') => Some(format!("BEC Rev. {}", revision())),
        u => Some(short(u)),
    }
}

pub(super) fn other_classification(table: &RawTable, column: &RawColumn, name: &str) -> DataError {
    if name.starts_with("EBOPS") {
        return DataError::Format {
            path: table.path.clone(),
            what: "holds trade in services (EBOPS); trade in goods by the Harmonized System is read".to_owned(),
            help: "download trade in goods (at UN Comtrade the type `Goods`) by HS codes".to_owned(),
        };
    }
    let what = format!("holds products of {name} in column `{}`, not of the Harmonized System", short(&column.name));
    DataError::Format {
        path: table.path.clone(),
        what,
        help: format!(
            "download the same trade by HS codes; for totals alone keep the rows of all goods, for example with \
             --filter '{} == \"TOTAL\"'",
            in_filter(&column.name)
        ),
    }
}
