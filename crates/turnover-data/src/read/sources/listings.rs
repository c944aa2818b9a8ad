//! Lists that come with trade figures and hold none: refused by name, with where the figures are.

use super::{FileFormat, Source};
use crate::error::DataError;
use crate::read::form::{Columns, Form};
use crate::read::options::FlowOptions;

pub(super) struct Listings;

/// What a list is and what to do, by its columns.
fn what(c: &Columns<'_>) -> Option<(&'static str, &'static str)> {
    if c.has(&["fileurl", "rowkey"]) {
        let help = "open the address in fileUrl, and read the file behind it";
        return Some(("is a list of files that UN Comtrade has, not the figures", help));
    }
    if c.find(&["iso3digitalpha", "countryiso3"]).is_some()
        && c.has(&["countrycode"])
        && c.find(&["v", "value"]).is_none()
    {
        return Some(("is a list of countries, not of trade", "read the file of flows beside it, BACI_HS*_Y*_V*.csv"));
    }
    if c.iter().any(|(_, _, col)| col.name.contains("\\TIME_PERIOD")) {
        return Some(("is an extraction of Eurostat as TSV", "download it as SDMX-CSV, with codes"));
    }
    None
}

impl Source for Listings {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "Lists without figures",
            files: "BACI's country codes, UN Comtrade's lists of files, Eurostat's TSV: refused, with what to read",
            known_by: "fileUrl; iso_3digit_alpha; indicators\\TIME_PERIOD",
            unit: "none",
        }
    }

    fn recognise(&self, c: &Columns<'_>) -> bool {
        what(c).is_some()
    }

    fn form(&self, c: &Columns<'_>, _: &FlowOptions) -> Result<Form, DataError> {
        let (what, help) = what(c).unwrap_or(("holds no figures", "read another file"));
        Err(DataError::Format { path: c.table.path.clone(), what: what.to_owned(), help: help.to_owned() })
    }
}
