//! Tables that name their columns in one of the usual ways, or whose columns the user names: exporter and
//! importer, or reporter, partner and direction; values in one column, in one for exports and one for imports,
//! or in one for each year.

use super::{FileFormat, Source};
use crate::country::Iso3;
use crate::error::DataError;
use crate::flows::Valuation;
use crate::read::RawColumn;
use crate::read::cell::{missing, period};
use crate::read::form::{Columns, FlowRole, Form, Parties, PartyRole, PeriodRole, ValueColumn, plain};
use crate::read::options::{Direction, FlowOptions};
use crate::read::unit::{Named, Unit, named};
use crate::suggest::nearest;
use crate::suggest::short;

pub(in crate::read) struct PlainTable;

// Codes before names, where a file has both.
const EXPORTER: [&str; 14] = [
    "exporter",
    "exporteriso3",
    "exporteriso",
    "isoo",
    "iso3o",
    "isoexp",
    "origin",
    "exp",
    "originiso3",
    "exportercode",
    "expiso",
    "exportercountry",
    "origincountry",
    "sender",
];
const IMPORTER: [&str; 14] = [
    "importer",
    "importeriso3",
    "importeriso",
    "isod",
    "iso3d",
    "isoimp",
    "destination",
    "imp",
    "destinationiso3",
    "importercode",
    "impiso",
    "importercountry",
    "destinationcountry",
    "dest",
];
const REPORTER: [&str; 11] = [
    "reporteriso3",
    "reporteriso",
    "rt3iso",
    "reporter",
    "reportercode",
    "reportingcountry",
    "reportername",
    "reporterdesc",
    "declarant",
    "country",
    "location",
];
const PARTNER: [&str; 9] = [
    "partneriso3",
    "partneriso",
    "pt3iso",
    "partner",
    "partnercode",
    "partnercountry",
    "partnername",
    "partnerdesc",
    "counterpart",
];
const FLOW: [&str; 9] =
    ["flow", "flowcode", "tradeflow", "tradeflowname", "tradeflowcode", "rgdesc", "direction", "flowdesc", "tradetype"];
const PRODUCT: [&str; 20] = [
    "product",
    "hs",
    "hs2",
    "hs4",
    "hs6",
    "hs8",
    "hs10",
    "hscode",
    "cmdcode",
    "commoditycode",
    "productcode",
    "commodity",
    "cn8",
    "cn",
    "hts",
    "hts10",
    "hts8",
    "productnc",
    "tnved",
    "productid",
];
/// Columns of products of other classifications.
const OTHER: [(&str, &str); 14] = [
    ("sitc", "SITC"),
    ("sitccode", "SITC"),
    ("sitc1", "SITC"),
    ("sitc2", "SITC"),
    ("sitc3", "SITC"),
    ("sitc4", "SITC"),
    ("sitcrev3", "SITC Rev. 3"),
    ("bec", "BEC"),
    ("beccode", "BEC"),
    ("naics", "NAICS"),
    ("cpa", "CPA"),
    ("isic", "ISIC"),
    ("ebops", "EBOPS (services)"),
    ("nace", "NACE"),
];
const YEAR: [&str; 7] = ["year", "refyear", "period", "time", "timeperiod", "date", "yr"];
const MONTH: [&str; 3] = ["month", "refmonth", "mon"];
/// Names that hold values in US dollars where no unit is said.
const VALUE: [&str; 9] =
    ["valueusd", "value", "tradevalueusd", "primaryvalue", "tradevalue", "tradevalueus", "usd", "valueus", "amount"];
/// Names of values whose unit differs from file to file.
const OPEN: [&str; 8] = ["trade", "flow", "tradeflow", "exports", "export", "imports", "import", "bilateraltrade"];
/// Columns that only a data set for gravity estimates has; such data sets are in million dollars.
const GRAVITY: [&str; 22] = [
    "dist",
    "distw",
    "lndist",
    "logdist",
    "distcap",
    "contig",
    "contiguity",
    "cntg",
    "comlang",
    "comlangoff",
    "commonlanguage",
    "lang",
    "rta",
    "pta",
    "fta",
    "gdpo",
    "gdpd",
    "comcol",
    "colony",
    "clny",
    "distance",
    "smctry",
];

/// The column or constant that a user names for a party.
pub(super) fn role(c: &Columns<'_>, named: &Option<String>, role: &str) -> Result<Option<PartyRole>, DataError> {
    let Some(name) = named else { return Ok(None) };
    if let Some(at) = c.table.columns.iter().position(|col| col.name == *name) {
        return Ok(Some(PartyRole::Columns(vec![at])));
    }
    match Iso3::parse(name).or_else(|_| Iso3::resolve(name)) {
        Ok(code) => Ok(Some(PartyRole::Constant(code))),
        Err(_) => named_column(c, name, role).map(|at| Some(PartyRole::Columns(vec![at]))),
    }
}

fn named_column(c: &Columns<'_>, name: &str, role: &str) -> Result<usize, DataError> {
    c.table.columns.iter().position(|col| col.name == name).ok_or_else(|| {
        if let Some((_, kind)) = c.table.unread.iter().find(|(own, _)| own == name) {
            return DataError::Format {
                path: c.table.path.clone(),
                what: format!("column `{}` is of the type {kind}, which is not read", short(name)),
                help: "write the column as text or numbers".to_owned(),
            };
        }
        let near = nearest(name, c.table.columns.iter().map(|col| col.name.as_str()));
        let help = near.map_or("use one of the file's columns".to_owned(), |n| format!("did you mean `{n}`?"));
        missing(c.table, &format!("{role} named `{}`", short(name)), help)
    })
}

/// No column has any of the usual names; one may nearly have.
fn unnamed(c: &Columns<'_>, usual: &str, role: &str, flag: &str) -> DataError {
    let near = nearest(usual, c.table.columns.iter().map(|col| col.name.as_str()));
    let help = near
        .map_or_else(|| format!("name it with --{flag} COLUMN"), |n| format!("if `{n}` is meant, give --{flag} {n}"));
    missing(c.table, role, help)
}

impl Source for PlainTable {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "Plain tables",
            files: "CSV, JSON, Parquet, Stata and spreadsheets with one row for each flow",
            known_by: "exporter and importer, or reporter, partner and flow; year; value; a product if there is one",
            unit: "as the value's column names it (value_usd, value_kusd, value_eur, ...), or --unit",
        }
    }

    fn recognise(&self, _: &Columns<'_>) -> bool {
        true
    }

    fn form(&self, c: &Columns<'_>, options: &FlowOptions) -> Result<Form, DataError> {
        let map = &options.columns;
        let sides = value_sides(c, options);
        let parties = parties(c, options, sides.is_some())?;
        let flow_column = match &parties {
            Parties::Reporter { flow: FlowRole::Column(at), .. } => Some(*at),
            _ => None,
        };
        let year = match (&map.year, options.constants.year) {
            (Some(name), _) => Some(named_column(c, name, "year")?),
            (None, Some(_)) => None,
            (None, None) => c.find(&YEAR),
        };
        let wide = if year.is_none() && options.constants.year.is_none() && map.value.is_none() {
            years(c)
        } else {
            Vec::new()
        };
        let period = match (year, options.constants.year) {
            (Some(year), _) => PeriodRole::Columns { year, month: c.find(&MONTH).filter(|m| *m != year) },
            (None, Some(year)) => PeriodRole::Constant(year),
            (None, None) if !wide.is_empty() => PeriodRole::ByValue,
            (None, None) => {
                let error = unnamed(c, "year", "year", "year-column");
                return Err(match error {
                    DataError::MissingColumn { path, role, columns, help } => DataError::MissingColumn {
                        path,
                        role,
                        columns,
                        help: format!("{help}, or give --year-is YEAR"),
                    },
                    other => other,
                });
            }
        };
        let by_value = matches!(&parties, Parties::Reporter { flow: FlowRole::ByValue, .. });
        let (columns, by_user) = match (&map.value, sides) {
            (Some(name), _) => (vec![ValueColumn::new(named_column(c, name, "value")?, Unit::Usd)], true),
            (None, Some(sides)) if by_value => (sides, false),
            (None, _) if !wide.is_empty() => (wide, false),
            (None, _) => (vec![ValueColumn::new(value(c, flow_column)?, Unit::Usd)], false),
        };
        let mut form = Form::new("plain table", parties, period, columns);
        set_unit(c, options, &mut form, by_user)?;
        form.product = match &map.product {
            Some(name) => Some(named_column(c, name, "product")?),
            None => c.find(&PRODUCT),
        };
        form.classification = c.find(&["classification", "classificationcode", "nomenclature"]);
        if form.product.is_none()
            && let Some((name, class)) = OTHER.iter().find(|(name, _)| c.has(&[name]))
        {
            form.product = c.find(&[name]);
            form.other_classification = Some(class);
        }
        Ok(form)
    }
}

fn parties(c: &Columns<'_>, options: &FlowOptions, has_sides: bool) -> Result<Parties, DataError> {
    let map = &options.columns;
    let usual = |names: &[&str]| c.find(names).map(|at| PartyRole::Columns(vec![at]));
    let reporter = match role(c, &map.reporter, "reporter")? {
        Some(role) => Some(role),
        None => usual(&REPORTER),
    };
    let exporter = role(c, &map.exporter, "exporter")?.or_else(|| usual(&EXPORTER));
    let importer = role(c, &map.importer, "importer")?.or_else(|| usual(&IMPORTER));
    match (exporter, importer) {
        (Some(exporter), Some(importer)) => {
            // A column `country` beside exporter and importer is not a reporter unless it is named.
            let own = ["reporter", "reporteriso3", "reporteriso", "reportercode", "reportername"];
            let reporter = if map.reporter.is_some() { reporter } else { usual(&own) };
            Ok(Parties::Sides { exporter, importer, reporter })
        }
        (None, None) => {
            let partner = role(c, &map.partner, "partner")?.or_else(|| usual(&PARTNER)).ok_or_else(|| {
                missing(c.table, "exporter", "name it with --exporter, and the importer with --importer".to_owned())
            })?;
            let flow = match (&map.flow, options.constants.direction) {
                (Some(name), _) => FlowRole::Column(named_column(c, name, "direction of the flow")?),
                (None, Some(direction)) => FlowRole::Constant(direction),
                (None, None) => match c.find(&FLOW) {
                    Some(at) => FlowRole::Column(at),
                    None if has_sides => FlowRole::ByValue,
                    None => {
                        let help = "name its column with --flow COLUMN, or give --flow-is import or export";
                        return Err(missing(c.table, "direction of the flow", help.to_owned()));
                    }
                },
            };
            let reporter = reporter.ok_or_else(|| {
                let help =
                    "the file has a partner but not whose trade it is: name a column or a country with --reporter";
                missing(c.table, "reporter", help.to_owned())
            })?;
            Ok(Parties::Reporter { reporter, partner, flow })
        }
        (None, Some(_)) => Err(unnamed(c, "exporter", "exporter", "exporter")),
        (Some(_), None) => Err(unnamed(c, "importer", "importer", "importer")),
    }
}

/// A column's name without the words for units and values: `Exports (US$ million)` is `exports`.
fn bare(name: &str) -> String {
    let lower = name.to_lowercase().replace("us$", " ").replace("us dollars", " ");
    let none = |w: &&str| {
        let unit =
            matches!(named(w), Named::Unit(_)) || ["million", "thousand", "billion", "bn", "mn", "us"].contains(w);
        !unit && !["value", "values", "trade", "of", "in", "goods", "total", "fob", "cif", "1000"].contains(w)
    };
    lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).filter(none).collect::<Vec<_>>().join(" ")
}

/// Exports and imports as two columns.
fn value_sides(c: &Columns<'_>, options: &FlowOptions) -> Option<Vec<ValueColumn>> {
    if options.columns.value.is_some() || options.columns.flow.is_some() || options.constants.direction.is_some() {
        return None;
    }
    let find = |words: [&str; 4]| c.iter().find(|(_, _, col)| words.contains(&bare(&col.name).as_str())).map(|f| f.0);
    let export = find(["export", "exports", "x", "export fob"])?;
    let import = find(["import", "imports", "m", "import cif"])?;
    let side = |at, direction| ValueColumn { direction: Some(direction), ..ValueColumn::new(at, Unit::Usd) };
    Some(vec![side(export, Direction::Export), side(import, Direction::Import)])
}

/// A column of values for each year.
fn years(c: &Columns<'_>) -> Vec<ValueColumn> {
    let of_year = |(at, _, col): (usize, &str, &RawColumn)| {
        let text = plain(&col.name);
        let digits = ["value", "year", "y", "yr", "x"].iter().find_map(|p| text.strip_prefix(p)).unwrap_or(&text);
        let (year, month) = period(digits).or_else(|| period(&col.name))?;
        Some(ValueColumn { year: Some(year), month, ..ValueColumn::new(at, Unit::Usd) })
    };
    c.iter().filter_map(of_year).collect()
}

/// The column of values.
fn value(c: &Columns<'_>, flow: Option<usize>) -> Result<usize, DataError> {
    if let Some(at) = c.find(&VALUE) {
        return Ok(at);
    }
    // `value_kusd`, `Value (USD million)`, `exports_eur` name their unit.
    let is_value = |name: &str| {
        let bare = bare(name);
        matches!(named(name), Named::Unit(_) | Named::Foreign(_))
            && (bare.is_empty() || ["export", "exports", "import", "imports", "flow"].contains(&bare.as_str()))
    };
    let with_unit = c.iter().find(|(at, _, col)| Some(*at) != flow && is_value(&col.name)).map(|f| f.0);
    let open = || OPEN.iter().find_map(|n| c.find(&[n]).filter(|at| Some(*at) != flow));
    with_unit.or_else(open).ok_or_else(|| unnamed(c, "value", "value", "value"))
}

/// The unit of each column of values: the user's, the name's, or that of a gravity data set.
fn set_unit(c: &Columns<'_>, options: &FlowOptions, form: &mut Form, by_user: bool) -> Result<(), DataError> {
    if let Some(unit) = options.unit {
        form.values.iter_mut().for_each(|v| v.unit = unit);
        form.unit_from = "as --unit says";
        return Ok(());
    }
    let is_gravity = GRAVITY.iter().any(|n| c.has(&[n]));
    for value in &mut form.values {
        let column = &c.table.columns[value.column].name;
        let name = plain(column);
        let ask = |what: String| DataError::Format {
            path: c.table.path.clone(),
            what,
            help: "give --unit, for example usd, thousand-usd, million-usd or eur".to_owned(),
        };
        match named(column) {
            Named::Unit(unit) => {
                value.unit = unit;
                // `value_million_usd` says it plainly; other names are worth a note.
                let plainly = column.starts_with("value_") && column.ends_with("_usd");
                form.unit_from = if unit == Unit::Usd || plainly { "" } else { "as the column's name says" };
            }
            Named::Foreign(currency) => {
                let what = format!("column `{column}` is in {currency}, whose rates are not stored");
                return Err(DataError::Format {
                    path: c.table.path.clone(),
                    what,
                    help: "convert the values to US dollars and name the column value_usd, or give --unit".to_owned(),
                });
            }
            Named::None if OPEN.contains(&name.as_str()) && is_gravity => {
                value.unit = Unit::MillionUsd;
                form.unit_from = "the unit of gravity data sets; give --unit if it is another";
            }
            Named::None if (OPEN.contains(&name.as_str()) || value.year.is_some()) && !by_user => {
                return Err(ask(format!("column `{}` does not say its unit", short(column))));
            }
            Named::None => form.unit_from = "since the column names no unit; give --unit if it is another",
        }
        if column.to_lowercase().contains("fob") {
            value.valuation = Some(Valuation::Fob);
        } else if column.to_lowercase().contains("cif") {
            value.valuation = Some(Valuation::Cif);
        }
    }
    Ok(())
}
