//! The Growth Lab's Atlas of Economic Complexity: exports and imports of a location with a partner.

use super::{FileFormat, Source};
use crate::error::DataError;
use crate::flows::Status;
use crate::read::form::{Columns, FlowRole, Form, Parties, PartyRole, PeriodRole, ValueColumn};
use crate::read::options::{Direction, FlowOptions};
use crate::read::unit::Unit;

pub(super) struct Atlas;

impl Source for Atlas {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "Atlas of Economic Complexity",
            files: "country-partner-product files",
            known_by: "location_code and partner_code with export_value",
            unit: "US dollars",
        }
    }

    fn recognise(&self, c: &Columns<'_>) -> bool {
        let location = c.find(&["locationcode", "countryiso3code"]).is_some();
        location && c.find(&["partnercode", "partneriso3code"]).is_some() && c.has(&["exportvalue"])
    }

    fn form(&self, c: &Columns<'_>, _: &FlowOptions) -> Result<Form, DataError> {
        let help = "download the file again with all columns";
        let parties = Parties::Reporter {
            reporter: PartyRole::Columns(vec![c.need(&["locationcode", "countryiso3code"], "location", help)?]),
            partner: PartyRole::Columns(vec![c.need(&["partnercode", "partneriso3code"], "partner", help)?]),
            flow: FlowRole::ByValue,
        };
        let side = |direction, name: &str| {
            c.find(&[name]).map(|at| ValueColumn { direction: Some(direction), ..ValueColumn::new(at, Unit::Usd) })
        };
        let values = [side(Direction::Export, "exportvalue"), side(Direction::Import, "importvalue")];
        let period = PeriodRole::Columns { year: c.need(&["year"], "year", help)?, month: None };
        let mut form =
            Form::new("Atlas of Economic Complexity", parties, period, values.into_iter().flatten().collect());
        form.product = c.find(&["hsproductcode", "producths92code", "producths12code", "producthscode", "hscode"]);
        if form.product.is_none() {
            form.product = c.find(&["sitcproductcode", "productsitccode"]);
            form.other_classification = form.product.map(|_| "SITC Rev. 2");
        }
        form.status = Status::Reconciled;
        Ok(form)
    }
}
