//! CEPII's TRADHIST: flows since 1827 in pounds sterling, whose rates are not stored here.

use super::{FileFormat, Source};
use crate::error::DataError;
use crate::read::form::{Columns, Form, Parties, PartyRole, PeriodRole, ValueColumn};
use crate::read::options::FlowOptions;

pub(super) struct Tradhist;

impl Source for Tradhist {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "CEPII TRADHIST",
            files: "bilateral trade files, once their pounds sterling are converted (give --unit then)",
            known_by: "iso_o and iso_d with FLOW and FLOW_0",
            unit: "pounds sterling: asked for with --unit",
        }
    }

    fn recognise(&self, c: &Columns<'_>) -> bool {
        c.has(&["isoo", "isod", "year", "flow", "flow0"])
    }

    fn form(&self, c: &Columns<'_>, options: &FlowOptions) -> Result<Form, DataError> {
        let need = |name: &str| c.need(&[name], name, "download the file again");
        let Some(unit) = options.unit else {
            return Err(DataError::Format {
                path: c.table.path.clone(),
                what: "is CEPII's TRADHIST, whose column FLOW is in pounds sterling".to_owned(),
                help: "convert FLOW to US dollars with the rates of TRADHIST's own file of exchange rates, and give \
                       --unit usd"
                    .to_owned(),
            });
        };
        let parties = Parties::Sides {
            exporter: PartyRole::Columns(vec![need("isoo")?]),
            importer: PartyRole::Columns(vec![need("isod")?]),
            reporter: None,
        };
        let period = PeriodRole::Columns { year: need("year")?, month: None };
        Ok(Form::new("CEPII TRADHIST", parties, period, vec![ValueColumn::new(need("flow")?, unit)]))
    }
}
