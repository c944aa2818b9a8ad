//! The US Census Bureau's workbook of trade by country: exports and imports by month, in million dollars.

use super::{FileFormat, Source};
use crate::country::Iso3;
use crate::error::DataError;
use crate::flows::Valuation;
use crate::read::cell::{missing, month};
use crate::read::form::{Columns, FlowRole, Form, Parties, PartyRole, PeriodRole, ValueColumn};
use crate::read::options::{Direction, FlowOptions};
use crate::read::unit::Unit;

pub(super) struct CensusCountries;

/// A column such as `IJAN` or `EDEC`: imports or exports of a month.
fn of_month(name: &str) -> Option<(Direction, u8)> {
    let direction = match name.chars().next()? {
        'i' => Direction::Import,
        'e' => Direction::Export,
        _ => return None,
    };
    (name.len() == 4).then(|| Some((direction, month(&name[1..])?))).flatten()
}

impl Source for CensusCountries {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "US Census Bureau, trade by country",
            files: "country.xlsx",
            known_by: "CTYNAME with IJAN to IDEC and EJAN to EDEC",
            unit: "million US dollars",
        }
    }

    fn recognise(&self, c: &Columns<'_>) -> bool {
        c.find(&["ctyname", "country"]).is_some() && c.has(&["ijan", "ejan", "year"])
    }

    fn form(&self, c: &Columns<'_>, _: &FlowOptions) -> Result<Form, DataError> {
        let partner = c.need(&["ctyname", "country"], "partner", "download the workbook again")?;
        let year = c.need(&["year"], "year", "download the workbook again")?;
        let values: Vec<ValueColumn> = c
            .iter()
            .filter_map(|(at, name, _)| {
                let (direction, month) = of_month(name)?;
                let valuation = if direction == Direction::Import { Valuation::Customs } else { Valuation::Fas };
                Some(ValueColumn {
                    direction: Some(direction),
                    month: Some(month),
                    valuation: Some(valuation),
                    ..ValueColumn::new(at, Unit::MillionUsd)
                })
            })
            .collect();
        if values.is_empty() {
            return Err(missing(c.table, "values by month", "download the workbook again".to_owned()));
        }
        let parties = Parties::Reporter {
            reporter: PartyRole::Constant(Iso3::parse("USA")?),
            partner: PartyRole::Columns(vec![partner]),
            flow: FlowRole::ByValue,
        };
        let period = PeriodRole::Columns { year, month: None };
        let mut form = Form::new("US Census Bureau, trade by country", parties, period, values);
        form.unit_from = "the workbook's unit";
        form.thousands = true;
        if let Some(number) = c.find(&["ctycode"]) {
            form.groups_by = Some((number, |code| code.starts_with("00") || code.contains('X')));
        }
        Ok(form)
    }
}
