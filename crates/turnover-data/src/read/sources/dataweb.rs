//! DataWeb of the US International Trade Commission: workbooks and CSV, years or months as columns or rows.

use super::{FileFormat, Source};
use crate::country::Iso3;
use crate::error::DataError;
use crate::flows::Valuation;
use crate::read::cell::{missing, month, period};
use crate::read::form::{Columns, FlowRole, Form, Parties, PartyRole, PeriodRole, Series, ValueColumn, plain};
use crate::read::options::{Direction, FlowOptions};
use crate::read::unit::Unit;

pub(super) struct DataWeb;

const PRODUCT: [&str; 6] = ["htsnumber", "schedulebnumber", "hts", "scheduleb", "hsnumber", "commodity"];
const OTHER: [(&str, &str); 4] =
    [("sitcnumber", "SITC"), ("naicnumber", "NAICS"), ("naicsnumber", "NAICS"), ("sicnumber", "SIC")];

/// Kinds of values. Imports by customs value, general before those for consumption; exports of all goods.
fn kind(words: &str) -> Option<(Direction, Valuation, u8)> {
    let lower = words.to_lowercase();
    let has = |w: &str| lower.contains(w);
    let none = ["quantity", "duties", "charges", "dutiable", "duty", "rate", "unit", "re-export", "foreign"];
    if none.iter().any(|w| has(w)) {
        return None;
    }
    if has("export") || has("fas") {
        return Some((Direction::Export, Valuation::Fas, u8::from(has("domestic"))));
    }
    let consumption = u8::from(has("consumption"));
    if has("cif") || has("c.i.f") {
        return Some((Direction::Import, Valuation::Cif, 4 + consumption));
    }
    (has("import") || has("customs value")).then_some((Direction::Import, Valuation::Customs, consumption))
}

/// The columns that hold values.
fn values(c: &Columns<'_>, by_series: bool) -> Vec<ValueColumn> {
    let value = |at| ValueColumn::new(at, Unit::Usd);
    let by_period: Vec<ValueColumn> = if c.has(&["year"]) {
        let months =
            c.iter().filter_map(|(at, _, col)| Some(ValueColumn { month: Some(month(&col.name)?), ..value(at) }));
        months.collect()
    } else {
        let years = c.iter().filter_map(|(at, name, _)| {
            let (year, month) = period(&plain(name.strip_prefix("year").unwrap_or(name)))?;
            month.is_none().then(|| ValueColumn { year: Some(year), ..value(at) })
        });
        years.collect()
    };
    if !by_period.is_empty() {
        return by_period;
    }
    let named = c.iter().filter(|(_, name, _)| !["datatype", "country", "year", "month"].contains(name));
    let best = named.filter_map(|(at, _, column)| Some((at, kind(&column.name)?))).min_by_key(|(_, kind)| kind.2);
    let column = |(at, (direction, valuation, _)): (usize, (Direction, Valuation, u8))| ValueColumn {
        direction: (!by_series).then_some(direction),
        valuation: (!by_series).then_some(valuation),
        ..value(at)
    };
    best.map(column).into_iter().collect()
}

impl Source for DataWeb {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "USITC DataWeb",
            files: "downloads as workbooks and CSV, by year or month, with titles above and totals below",
            known_by: "Data Type with Country; HTS Number or Schedule B Number with Country and Year",
            unit: "US dollars",
        }
    }

    fn recognise(&self, c: &Columns<'_>) -> bool {
        c.has(&["country"]) && (c.has(&["datatype"]) || c.find(&PRODUCT[..5]).is_some() && c.has(&["year"]))
    }

    fn form(&self, c: &Columns<'_>, options: &FlowOptions) -> Result<Form, DataError> {
        let country = c.need(&["country"], "partner", "add the column Country to the query")?;
        let series = c.find(&["datatype"]);
        let values = values(c, series.is_some());
        if values.is_empty() {
            let help = "download customs values or FAS values with the years as columns, or with a column Year";
            return Err(missing(c.table, "value", help.to_owned()));
        }
        let title = c.table.preamble.iter().find_map(|line| kind(line));
        let flow = match (series, options.constants.direction, title) {
            (Some(_), ..) => FlowRole::ByValue,
            (None, Some(direction), _) => FlowRole::Constant(direction),
            _ if values.iter().all(|v| v.direction.is_some()) => FlowRole::ByValue,
            (None, None, Some((direction, ..))) => FlowRole::Constant(direction),
            _ => {
                let help = "add the column Data Type to the download, or give --flow-is import or export";
                return Err(missing(c.table, "data type", help.to_owned()));
            }
        };
        let parties = Parties::Reporter {
            reporter: PartyRole::Constant(Iso3::parse("USA")?),
            partner: PartyRole::Columns(vec![country]),
            flow,
        };
        let period = match c.find(&["year"]) {
            Some(year) => PeriodRole::Columns { year, month: c.find(&["month"]) },
            None => PeriodRole::ByValue,
        };
        let mut form = Form::new("USITC DataWeb", parties, period, values);
        form.product = c.find(&PRODUCT);
        if let Some((name, class)) = OTHER.iter().find(|(name, _)| c.has(&[name])).filter(|_| form.product.is_none()) {
            form.product = c.find(&[name]);
            form.other_classification = Some(class);
        }
        form.series = series.map(|column| Series { column, kind });
        form.thousands = true;
        // National lines are listed by rate provisions and districts; the parts add up.
        form.identity =
            c.all(&["rateprovisioncode", "district", "importprogram", "specialimportprogram", "countrysubcode"]);
        Ok(form)
    }
}
