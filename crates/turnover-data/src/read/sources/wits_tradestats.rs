//! WITS TradeStats: a row for each partner with exports and imports in columns, or with years in columns.

use super::{FileFormat, Source};
use crate::error::DataError;
use crate::flows::Valuation;
use crate::read::cell::{missing, period};
use crate::read::form::{Columns, FlowRole, Form, Parties, PartyRole, PeriodRole, Series, ValueColumn};
use crate::read::options::{Direction, FlowOptions};
use crate::read::sources::plain_table::role;
use crate::read::unit::Unit;

pub(super) struct TradeStats;

const REPORTER: [&str; 2] = ["reportername", "reporter"];
const PARTNER: [&str; 2] = ["partnername", "partner"];

/// The indicators that are values of trade.
fn kind(word: &str) -> Option<(Direction, Valuation, u8)> {
    let lower = word.to_lowercase();
    match lower.split('(').next().unwrap_or("").trim() {
        "export" | "exports" | "trade value export" => Some((Direction::Export, Valuation::Fob, 0)),
        "import" | "imports" | "trade value import" => Some((Direction::Import, Valuation::Cif, 0)),
        _ => None,
    }
}

/// Exports and imports as columns of their own.
fn sides(c: &Columns<'_>) -> Vec<ValueColumn> {
    let side = |direction, names: &[&str]| {
        let at = c.find(names)?;
        Some(ValueColumn { direction: Some(direction), ..ValueColumn::new(at, Unit::ThousandUsd) })
    };
    let export = side(Direction::Export, &["exportusthousand", "export", "exports"]);
    let import = side(Direction::Import, &["importusthousand", "import", "imports"]);
    export.into_iter().chain(import).collect()
}

impl Source for TradeStats {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "World Bank WITS TradeStats",
            files: "partner and product summaries as CSV and workbooks, years as rows or columns",
            known_by: "Partner Name with Export (US$ Thousand) or Import (US$ Thousand); Partner with Indicator and years",
            unit: "thousand US dollars",
        }
    }

    fn recognise(&self, c: &Columns<'_>) -> bool {
        let summary = c.find(&["exportusthousand", "importusthousand"]).is_some()
            || c.has(&["partnername", "reportername", "tradeflow"]) && !sides(c).is_empty();
        let wide = c.has(&["reporter", "partner", "indicator"]) && c.iter().any(|(_, n, _)| period(n).is_some());
        summary && c.has(&["partnername", "year"]) || wide
    }

    fn form(&self, c: &Columns<'_>, options: &FlowOptions) -> Result<Form, DataError> {
        let help = "give the reporter of the whole file with --reporter COUNTRY";
        let reporter = match role(c, &options.columns.reporter, "reporter")? {
            Some(role) => role,
            None => PartyRole::Columns(vec![c.need(&REPORTER, "reporter", help)?]),
        };
        let partner = c.need(&PARTNER, "partner", "download the file again with partners")?;
        let parties =
            Parties::Reporter { reporter, partner: PartyRole::Columns(vec![partner]), flow: FlowRole::ByValue };
        let indicator = c.find(&["indicator"]);
        let (values, period) = match (indicator, c.find(&["year"])) {
            (Some(_), None) => {
                let of_year = |(at, name, _): (usize, &str, _)| {
                    Some(ValueColumn { year: Some(period(name)?.0), ..ValueColumn::new(at, Unit::ThousandUsd) })
                };
                (c.iter().filter_map(of_year).collect(), PeriodRole::ByValue)
            }
            (_, year) => {
                let year = year.ok_or_else(|| missing(c.table, "year", "download the file again".to_owned()))?;
                (sides(c), PeriodRole::Columns { year, month: None })
            }
        };
        let mut form = Form::new("World Bank WITS TradeStats", parties, period, values);
        form.series = indicator.map(|column| Series { column, kind });
        form.product = c.find(&["productcategories", "productgroup", "productcode", "product"]);
        form.product_groups = true;
        form.by_direction = true;
        form.thousands = true;
        form.unit_from = "WITS's unit";
        Ok(form)
    }
}
