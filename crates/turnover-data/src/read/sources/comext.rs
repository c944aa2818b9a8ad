//! Eurostat's Comext: monthly and yearly bulk files (`full_v2_201952.dat`, old and new column names) and
//! extractions of its database as SDMX-CSV, with codes, labels or both. Values are in euros.

use super::{FileFormat, Source};
use crate::error::DataError;
use crate::read::form::{Columns, FlowRole, Form, Parties, PartyRole, PeriodRole, ValueColumn};
use crate::read::options::FlowOptions;
use crate::read::unit::Unit;

pub(super) struct Comext;

const VALUE: [&str; 5] = ["valueeur", "valueineuros", "obsvalue", "value", "observationvalue"];

impl Source for Comext {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "Eurostat Comext",
            files: "bulk files, SDMX-CSV extractions with codes or labels, Easy Comext downloads",
            known_by: "PRODUCT_NC with FLOW and PERIOD; indicators with reporter, partner, product and flow",
            unit: "euros",
        }
    }

    fn recognise(&self, c: &Columns<'_>) -> bool {
        let extraction = c.has(&["indicators", "reporter", "partner", "product", "flow"]);
        c.has(&["productnc", "flow", "period"]) || extraction && c.find(&VALUE).is_some()
    }

    fn form(&self, c: &Columns<'_>, _: &FlowOptions) -> Result<Form, DataError> {
        let help = "extract the data again with codes";
        let parties = Parties::Reporter {
            reporter: PartyRole::Columns(c.all(&["declarantiso", "reporter", "reportingcountry", "declarant"])),
            partner: PartyRole::Columns(c.all(&["partneriso", "partner"])),
            flow: FlowRole::Column(c.need(&["flow"], "direction of the flow", help)?),
        };
        let year = c.need(&["timeperiod", "period", "time"], "period", help)?;
        let value = c.need(&VALUE, "value in euros", help)?;
        let period = PeriodRole::Columns { year, month: None };
        let mut form = Form::new("Eurostat Comext", parties, period, vec![ValueColumn::new(value, Unit::Eur)]);
        form.product = c.find(&["productnc", "product"]);
        form.by_direction = true;
        if let Some(indicators) = c.find(&["indicators"]) {
            form.keep.push((indicators, &["VALUE_IN_EUROS", "VALUE_EUR", "VALUE_IN_EUROS:Value in euros", "VALUE"]));
        }
        // Bulk files list trade by procedure and kind of trade; the parts add up.
        form.identity = c.all(&["tradetype", "statprocedure", "suppunit", "siteunit", "cpa2002", "sitc", "statregime"]);
        Ok(form)
    }
}
