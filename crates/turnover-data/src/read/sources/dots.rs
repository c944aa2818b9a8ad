//! The IMF's Direction of Trade Statistics: a row for each indicator and counterpart, years as columns.

use super::{FileFormat, Source};
use crate::error::DataError;
use crate::flows::Valuation;
use crate::read::cell::{missing, period};
use crate::read::form::{Columns, FlowRole, Form, Parties, PartyRole, PeriodRole, Series, ValueColumn};
use crate::read::options::{Direction, FlowOptions};
use crate::read::unit::Unit;

pub(super) struct Dots;

/// The indicators that are values of trade in US dollars.
fn kind(word: &str) -> Option<(Direction, Valuation, u8)> {
    match word {
        "TXG_FOB_USD" => Some((Direction::Export, Valuation::Fob, 0)),
        "TMG_CIF_USD" => Some((Direction::Import, Valuation::Cif, 0)),
        "TMG_FOB_USD" => Some((Direction::Import, Valuation::Fob, 1)),
        _ => None,
    }
}

impl Source for Dots {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "IMF Direction of Trade",
            files: "bulk downloads and queries with periods as columns",
            known_by: "Indicator Code with Counterpart Country Name",
            unit: "US dollars",
        }
    }

    fn recognise(&self, c: &Columns<'_>) -> bool {
        c.has(&["countryname", "indicatorcode", "counterpartcountryname"])
    }

    fn form(&self, c: &Columns<'_>, _: &FlowOptions) -> Result<Form, DataError> {
        let help = "download the file again with all columns";
        let parties = Parties::Reporter {
            // The IMF's numbers are its own, so names count.
            reporter: PartyRole::Columns(vec![c.need(&["countryname"], "reporter", help)?]),
            partner: PartyRole::Columns(vec![c.need(&["counterpartcountryname"], "partner", help)?]),
            flow: FlowRole::ByValue,
        };
        let indicator = c.need(&["indicatorcode"], "indicator", help)?;
        let wide = c.iter().filter_map(|(at, _, col)| {
            let (year, month) = period(&col.name)?;
            Some(ValueColumn { year: Some(year), month, ..ValueColumn::new(at, Unit::Usd) })
        });
        let (mut values, mut when): (Vec<ValueColumn>, PeriodRole) = (wide.collect(), PeriodRole::ByValue);
        if let (Some(year), Some(value)) = (c.find(&["timeperiod", "time"]), c.find(&["value"])) {
            values = vec![ValueColumn::new(value, Unit::Usd)];
            when = PeriodRole::Columns { year, month: None };
        }
        if values.is_empty() {
            return Err(missing(c.table, "values by year", help.to_owned()));
        }
        let mut form = Form::new("IMF Direction of Trade", parties, when, values);
        form.series = Some(Series { column: indicator, kind });
        if let Some(attribute) = c.find(&["attribute"]) {
            form.keep.push((attribute, &["Value"]));
        }
        Ok(form)
    }
}
