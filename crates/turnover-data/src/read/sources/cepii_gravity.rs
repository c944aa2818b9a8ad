//! CEPII's Gravity database: one of its columns of trade counts, BACI's where it is there.

use super::{FileFormat, Source};
use crate::error::DataError;
use crate::flows::{Status, Valuation};
use crate::read::cell::missing;
use crate::read::form::{Columns, Form, Parties, PartyRole, PeriodRole, ValueColumn};
use crate::read::options::FlowOptions;
use crate::read::unit::Unit;

pub(super) struct CepiiGravity;

/// The columns of trade, the best first, with the unit of each.
const FLOWS: [(&str, Unit, &str); 5] = [
    ("tradeflowbaci", Unit::ThousandUsd, "tradeflow_baci"),
    ("tradeflowcomtraded", Unit::ThousandUsd, "tradeflow_comtrade_d"),
    ("tradeflowcomtradeo", Unit::ThousandUsd, "tradeflow_comtrade_o"),
    ("tradeflowimfd", Unit::ThousandUsd, "tradeflow_imf_d"),
    ("tradeflowimfo", Unit::ThousandUsd, "tradeflow_imf_o"),
];

impl Source for CepiiGravity {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "CEPII Gravity",
            files: "Gravity_V2022*.csv, .dta and .parquet",
            known_by: "iso3_o and iso3_d with tradeflow_baci or another tradeflow",
            unit: "thousand US dollars",
        }
    }

    fn recognise(&self, c: &Columns<'_>) -> bool {
        c.has(&["iso3o", "iso3d", "year"]) && FLOWS.iter().any(|f| c.has(&[f.0]))
    }

    fn form(&self, c: &Columns<'_>, _: &FlowOptions) -> Result<Form, DataError> {
        let need = |name: &str| c.need(&[name], name, "download the file again");
        let parties = Parties::Sides {
            exporter: PartyRole::Columns(vec![need("iso3o")?]),
            importer: PartyRole::Columns(vec![need("iso3d")?]),
            reporter: None,
        };
        let chosen = FLOWS.iter().find_map(|f| Some((f, c.find(&[f.0])?)));
        let Some(((plain, unit, name), at)) = chosen else {
            return Err(missing(c.table, "trade", "download the file again".to_owned()));
        };
        let by_baci = *plain == "tradeflowbaci";
        let valuation = if by_baci { Some(Valuation::Fob) } else { None };
        let period = PeriodRole::Columns { year: need("year")?, month: None };
        let value = ValueColumn { valuation, ..ValueColumn::new(at, *unit) };
        let mut form = Form::new("CEPII Gravity", parties, period, vec![value]);
        form.status = if by_baci { Status::Reconciled } else { Status::Reported };
        form.unit_from = "Gravity's unit";
        form.notes.push(format!("Of the columns of trade {name} counts; name another with --value."));
        Ok(form)
    }
}
