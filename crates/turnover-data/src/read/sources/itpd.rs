//! The US International Trade Commission's ITPD-E: trade and domestic sales by industry, in million dollars.

use super::{FileFormat, Source};
use crate::error::DataError;
use crate::read::form::{Columns, Form, Parties, PartyRole, PeriodRole, ValueColumn};
use crate::read::options::FlowOptions;
use crate::read::unit::Unit;

pub(super) struct Itpd;

impl Source for Itpd {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "USITC ITPD-E and ITPD-S",
            files: "the database as CSV; industries are summed, services left out",
            known_by: "industry_id with exporter_iso3, importer_iso3 and trade",
            unit: "million US dollars",
        }
    }

    fn recognise(&self, c: &Columns<'_>) -> bool {
        c.has(&["exporteriso3", "importeriso3", "industryid", "trade"])
    }

    fn form(&self, c: &Columns<'_>, _: &FlowOptions) -> Result<Form, DataError> {
        let need = |name: &str| c.need(&[name], name, "download the file again");
        let parties = Parties::Sides {
            exporter: PartyRole::Columns(vec![need("exporteriso3")?]),
            importer: PartyRole::Columns(vec![need("importeriso3")?]),
            reporter: None,
        };
        let period = PeriodRole::Columns { year: need("year")?, month: None };
        let mut form =
            Form::new("USITC ITPD-E", parties, period, vec![ValueColumn::new(need("trade")?, Unit::MillionUsd)]);
        form.unit_from = "ITPD-E's unit";
        form.identity = vec![need("industryid")?];
        form.estimated = c.find(&["flagmirror"]).map(|at| (at, "1"));
        if let Some(sector) = c.find(&["broadsector"]) {
            form.drop.push((sector, &["Services", "Service"]));
        }
        form.notes.push("Industries of ITPD-E are not products of the Harmonized System: goods are summed.".to_owned());
        Ok(form)
    }
}
