//! The US Census Bureau's interface (International Trade, HS): a row for each country, product and month.

use super::{FileFormat, Source};
use crate::country::Iso3;
use crate::error::DataError;
use crate::flows::Valuation;
use crate::read::form::{Columns, FlowRole, Form, Parties, PartyRole, PeriodRole, ValueColumn};
use crate::read::options::{Direction, FlowOptions};
use crate::read::unit::Unit;

pub(super) struct Census;

impl Source for Census {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "US Census Bureau, interface",
            files: "answers of the interface on exports and imports by HS, as JSON",
            known_by: "E_COMMODITY or I_COMMODITY",
            unit: "US dollars",
        }
    }

    fn recognise(&self, c: &Columns<'_>) -> bool {
        c.find(&["ecommodity", "icommodity"]).is_some()
    }

    fn form(&self, c: &Columns<'_>, _: &FlowOptions) -> Result<Form, DataError> {
        let import = c.has(&["icommodity"]);
        // Values of a month, or of the year to a month.
        let (monthly, to_date): (&[&str], &[&str]) = if import {
            (&["genvalmo", "convalmo"], &["genvalyr", "convalyr"])
        } else {
            (&["allvalmo"], &["allvalyr"])
        };
        let (value, cumulative) = match c.find(monthly) {
            Some(value) => (value, false),
            None => {
                let help = if import { "ask the interface for GEN_VAL_MO" } else { "ask the interface for ALL_VAL_MO" };
                (c.need(to_date, "value", help)?, true)
            }
        };
        let partner = c.need(&["ctyname"], "partner's name", "ask the interface for CTY_NAME too")?;
        let period = match c.find(&["time"]) {
            Some(time) => PeriodRole::Columns { year: time, month: None },
            None => PeriodRole::Columns {
                year: c.need(&["year"], "year", "ask the interface for YEAR and MONTH")?,
                month: c.find(&["month"]),
            },
        };
        let parties = Parties::Reporter {
            reporter: PartyRole::Constant(Iso3::parse("USA")?),
            partner: PartyRole::Columns(vec![partner]),
            flow: FlowRole::Constant(if import { Direction::Import } else { Direction::Export }),
        };
        let valuation = Some(if import { Valuation::Customs } else { Valuation::Fas });
        let value = ValueColumn { valuation, ..ValueColumn::new(value, Unit::Usd) };
        let mut form = Form::new("US Census Bureau", parties, period, vec![value]);
        form.product = c.find(&["icommodity", "ecommodity"]);
        form.to_date = cumulative;
        form.thousands = true;
        form.identity = c.all(&["district", "port", "state", "usda", "df", "rp", "summarylvl2"]);
        if let Some(number) = c.find(&["ctycode"]) {
            form.groups_by = Some((number, is_group));
        }
        Ok(form)
    }
}

/// Whether a number of the Census Bureau stands for a group of countries.
fn is_group(code: &str) -> bool {
    code == "-" || code.starts_with("00") || code.contains('X')
}
