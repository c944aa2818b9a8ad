//! UN Comtrade: downloads of the new site and the old, answers of both interfaces, bulk files of codes alone.

use super::{FileFormat, Source};
use crate::error::DataError;
use crate::read::form::{Columns, Detail, FlowRole, Form, Parties, PartyRole, PeriodRole, ValueColumn};
use crate::read::options::FlowOptions;
use crate::read::unit::Unit;

pub(super) struct Comtrade;

// Letters before numbers before names: of a row the first that is known counts.
const REPORTER: [&str; 7] = ["reporteriso", "rt3iso", "reportercode", "rtcode", "reporterdesc", "reporter", "rttitle"];
const PARTNER: [&str; 7] = ["partneriso", "pt3iso", "partnercode", "ptcode", "partnerdesc", "partner", "pttitle"];
const FLOW: [&str; 7] = ["flowcode", "tradeflowcode", "rgcode", "flowdesc", "tradeflow", "rgdesc", "flow"];
const PRODUCT: [&str; 2] = ["cmdcode", "commoditycode"];
const VALUE: [&str; 4] = ["primaryvalue", "tradevalueus", "tradevalue", "value"];

impl Source for Comtrade {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "UN Comtrade",
            files: "downloads as CSV and spreadsheets, new and old; answers of the interface as JSON; bulk files",
            known_by: "primaryValue with cmdCode, Trade Value (US$) with Commodity Code, TradeValue with cmdCode",
            unit: "US dollars",
        }
    }

    fn recognise(&self, c: &Columns<'_>) -> bool {
        let value = c.find(&VALUE[..3]).is_some()
            || c.has(&["value", "estimationcode"])
            || c.has(&["value", "classification", "tradeflowcode"]);
        let roles: [&[&str]; 4] = [&REPORTER, &PARTNER, &FLOW, &PRODUCT];
        value && roles.iter().all(|names| c.find(names).is_some())
    }

    fn form(&self, c: &Columns<'_>, _: &FlowOptions) -> Result<Form, DataError> {
        let help = "download the file again with all columns";
        let parties = Parties::Reporter {
            reporter: PartyRole::Columns(c.all(&REPORTER)),
            partner: PartyRole::Columns(c.all(&PARTNER)),
            flow: FlowRole::Column(c.need(&FLOW, "direction of the flow", help)?),
        };
        // The period holds the month where there is one.
        let (year, month) = match c.find(&["period"]) {
            Some(period) => (period, None),
            None => (c.need(&["refyear", "year", "yr"], "year", help)?, c.find(&["refmonth"])),
        };
        let value = c.need(&VALUE, "value", help)?;
        let period = PeriodRole::Columns { year, month };
        let mut form = Form::new("UN Comtrade", parties, period, vec![ValueColumn::new(value, Unit::Usd)]);
        form.product = c.find(&PRODUCT);
        form.by_direction = true;
        form.classification = c.find(&["classificationcode", "classification", "pfcode"]);
        let details: [(&[&str], &'static [&'static str]); 4] = [
            (&["partner2code", "2ndpartnercode", "partner2iso"], &["0", "W00"]),
            (&["customscode", "customsproccode"], &["C00", "0"]),
            (&["motcode", "modeoftransportcode"], &["0"]),
            (&["moscode"], &["0"]),
        ];
        form.details =
            details.iter().filter_map(|(names, total)| Some(Detail { column: c.find(names)?, total })).collect();
        Ok(form)
    }
}
