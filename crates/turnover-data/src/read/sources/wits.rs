//! WITS: rows of reporter, product, partner, year and flow, in thousand dollars; and its SDMX answers.

use super::{FileFormat, Source};
use crate::error::DataError;
use crate::flows::Valuation;
use crate::read::form::{Columns, FlowRole, Form, Parties, PartyRole, PeriodRole, Series, ValueColumn};
use crate::read::options::{Direction, FlowOptions};
use crate::read::unit::Unit;

pub(super) struct Wits;

/// The indicators of TradeStats that are values of trade.
fn kind(word: &str) -> Option<(Direction, Valuation, u8)> {
    match word.split(':').next().unwrap_or(word) {
        "MPRT-TRD-VL" => Some((Direction::Import, Valuation::Cif, 0)),
        "XPRT-TRD-VL" => Some((Direction::Export, Valuation::Fob, 0)),
        _ => None,
    }
}

impl Source for Wits {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "World Bank WITS",
            files: "trade data downloads (Nomenclature, ReporterISO3, ...); SDMX answers as JSON or CSV",
            known_by: "TradeValue in 1000 USD; INDICATOR with REPORTER, PARTNER and PRODUCTCODE",
            unit: "thousand US dollars",
        }
    }

    fn recognise(&self, c: &Columns<'_>) -> bool {
        c.has(&["tradevaluein1000usd"]) || c.has(&["indicator", "reporter", "partner", "productcode", "obsvalue"])
    }

    fn form(&self, c: &Columns<'_>, _: &FlowOptions) -> Result<Form, DataError> {
        let help = "download the file again with all columns";
        let series = c.find(&["indicator"]).map(|column| Series { column, kind });
        let flow = match &series {
            Some(_) => FlowRole::ByValue,
            None => FlowRole::Column(c.need(&["tradeflowname", "tradeflowcode"], "direction of the flow", help)?),
        };
        let parties = Parties::Reporter {
            reporter: PartyRole::Columns(c.all(&["reporteriso3", "reporter", "reportername"])),
            partner: PartyRole::Columns(c.all(&["partneriso3", "partner", "partnername"])),
            flow,
        };
        let value = c.need(&["tradevaluein1000usd", "obsvalue"], "value", help)?;
        let year = c.need(&["year", "timeperiod"], "year", help)?;
        let period = PeriodRole::Columns { year, month: None };
        let mut form = Form::new("World Bank WITS", parties, period, vec![ValueColumn::new(value, Unit::ThousandUsd)]);
        form.product = c.find(&["productcode"]);
        form.product_groups = series.is_some();
        form.series = series;
        form.classification = c.find(&["nomenclature"]);
        form.by_direction = true;
        form.unit_from = "WITS's unit";
        Ok(form)
    }
}
