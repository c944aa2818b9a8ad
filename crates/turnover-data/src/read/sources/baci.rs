//! CEPII's BACI: `t,i,j,k,v,q`, both sides' reports made into one.

use super::{FileFormat, Source};
use crate::error::DataError;
use crate::flows::{Status, Valuation};
use crate::read::form::{Columns, Form, Parties, PartyRole, PeriodRole, ValueColumn};
use crate::read::options::FlowOptions;
use crate::read::unit::Unit;

pub(super) struct Baci;

impl Source for Baci {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "CEPII BACI",
            files: "BACI_HS*_Y*_V*.csv of all editions",
            known_by: "the columns t, i, j, k, v, q",
            unit: "thousand US dollars",
        }
    }

    // Letters that would mean nothing elsewhere, so all of them must be there.
    fn recognise(&self, c: &Columns<'_>) -> bool {
        c.has(&["t", "i", "j", "k", "v", "q"])
    }

    fn form(&self, c: &Columns<'_>, _: &FlowOptions) -> Result<Form, DataError> {
        let need = |name: &str| c.need(&[name], name, "download the file again");
        let parties = Parties::Sides {
            exporter: PartyRole::Columns(vec![need("i")?]),
            importer: PartyRole::Columns(vec![need("j")?]),
            reporter: None,
        };
        let value = ValueColumn { valuation: Some(Valuation::Fob), ..ValueColumn::new(need("v")?, Unit::ThousandUsd) };
        let period = PeriodRole::Columns { year: need("t")?, month: None };
        let mut form = Form::new("CEPII BACI", parties, period, vec![value]);
        form.product = Some(need("k")?);
        form.status = Status::Reconciled;
        form.unit_from = "BACI's unit";
        Ok(form)
    }
}
