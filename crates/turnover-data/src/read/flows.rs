//! From raw columns to flows: which column is what, what unit, and every check on a cell.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::{RawColumn, RawTable, offices};
use crate::country::Iso3;
use crate::error::{DataError, Place};
use crate::filter::Filter;
use crate::flows::{Flow, Flows, FlowsBuilder, Source};
use crate::hs::HsCode;
use crate::suggest::nearest;

/// Which column of a file holds what; `None` leaves it to the usual names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMap {
    /// Country of origin.
    pub exporter: Option<String>,
    /// Country of destination.
    pub importer: Option<String>,
    /// Reporting country: a column, or a country code that holds for the whole file.
    pub reporter: Option<String>,
    /// The other country, in files of the form reporter, partner, flow.
    pub partner: Option<String>,
    /// The direction, in such files: import or export.
    pub flow: Option<String>,
    /// Product.
    pub product: Option<String>,
    /// Year.
    pub year: Option<String>,
    /// Value.
    pub value: Option<String>,
}

/// The unit of the value column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// US dollars.
    Usd,
    /// Thousands of US dollars.
    ThousandUsd,
    /// Millions of US dollars.
    MillionUsd,
    /// Billions of US dollars.
    BillionUsd,
}

impl Unit {
    fn factor(self) -> f64 {
        match self {
            Unit::Usd => 1.0,
            Unit::ThousandUsd => 1e3,
            Unit::MillionUsd => 1e6,
            Unit::BillionUsd => 1e9,
        }
    }
}

/// What to do with two values for one flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Duplicates {
    /// Stop and say where they are.
    #[default]
    Refuse,
    /// Add them up.
    Sum,
}

/// What to do with rows whose country is in no list, such as groups of countries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unknown {
    /// Stop and say where it is.
    #[default]
    Refuse,
    /// Leave them out, and tell which and how much.
    Drop,
}

/// How to read a file of flows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlowOptions {
    /// Which column is what.
    pub columns: ColumnMap,
    /// Unit of the values; by default the column's name tells (`value_million_usd`), else dollars.
    pub unit: Option<Unit>,
    /// Rows that take part.
    pub filter: Option<Filter>,
    /// What to do with two values for one flow.
    pub duplicates: Duplicates,
    /// What to do with countries in no list.
    pub unknown: Unknown,
}

const EXPORTER: &[&str] = &["exporter", "exporter_iso3", "iso_o", "iso3_o", "isoexp", "origin", "exp"];
const IMPORTER: &[&str] = &["importer", "importer_iso3", "iso_d", "iso3_d", "isoimp", "destination", "imp"];
// Codes before names, where a file has both.
const REPORTER: &[&str] = &[
    "reporter_iso3",
    "reporter_iso",
    "reporterISO",
    "Reporter ISO",
    "ReporterISO3",
    "rt3ISO",
    "reporter",
    "reporterCode",
];
const PARTNER: &[&str] =
    &["partner_iso3", "partner_iso", "partnerISO", "Partner ISO", "PartnerISO3", "pt3ISO", "partner", "partnerCode"];
const FLOW: &[&str] =
    &["flow", "flowCode", "flow_code", "trade_flow", "Trade Flow", "TradeFlowName", "rgDesc", "direction"];
const PRODUCT: &[&str] =
    &["product", "hs", "hs2", "hs4", "hs6", "cmdCode", "commodity_code", "Commodity Code", "ProductCode", "commodity"];
const YEAR: &[&str] = &["year", "refYear", "period", "time"];
const VALUE: &[&str] = &[
    "value_usd",
    "value",
    "value_thousand_usd",
    "value_million_usd",
    "value_billion_usd",
    "trade_value_usd",
    "primaryValue",
    "trade_value",
    "Trade Value (US$)",
    "TradeValue in 1000 USD",
    "TradeValue",
    "tradeflow_baci",
    "tradeflow_comtrade_d",
    "trade",
    "export",
    "flow",
];

/// The columns of CEPII's BACI: year, exporter, importer, product, value in thousand dollars,
/// quantity. Letters that would mean nothing elsewhere, so all of them must be there.
const BACI: [&str; 6] = ["t", "i", "j", "k", "v", "q"];

/// The columns that a file has by its maker's names, where they are not ours.
fn by_maker(table: &RawTable, map: &ColumnMap) -> ColumnMap {
    let baci = BACI.iter().all(|n| table.column(n).is_some());
    if !baci || *map != ColumnMap::default() {
        return map.clone();
    }
    let name = |at: usize| Some(BACI[at].to_owned());
    ColumnMap { year: name(0), exporter: name(1), importer: name(2), product: name(3), value: name(4), ..map.clone() }
}

/// A value above this is more than the world's output of a decade: the unit must be wrong.
const MAX_VALUE_USD: f64 = 1e15;
/// Earliest and latest year that a trade file can be about.
const YEARS: std::ops::RangeInclusive<i32> = 1800..=2100;

/// The columns that a file's flows are in.
pub(crate) struct Layout<'a> {
    parties: Parties<'a>,
    product: Option<&'a RawColumn>,
    year: &'a RawColumn,
    value: &'a RawColumn,
    factor: f64,
}

enum Reporter<'a> {
    Column(&'a RawColumn),
    Constant(Iso3),
    None,
}

enum Parties<'a> {
    ExporterImporter { exporter: &'a RawColumn, importer: &'a RawColumn, reporter: Reporter<'a> },
    ReporterPartner { reporter: Reporter<'a>, partner: &'a RawColumn, flow: &'a RawColumn },
}

impl<'a> Layout<'a> {
    /// Finds the columns by the user's names, else by the usual ones.
    pub(crate) fn find(table: &'a RawTable, options: &FlowOptions) -> Result<Self, DataError> {
        let map = &by_maker(table, &options.columns);
        let maybe = |named: &Option<String>, usual: &[&str], role: &str| match named {
            Some(name) => named_column(table, name, role).map(Some),
            None => Ok(usual.iter().find_map(|u| table.columns.iter().find(|c| c.name.eq_ignore_ascii_case(u)))),
        };
        let need = |named: &Option<String>, usual: &[&str], role: &str, flag: &str| {
            maybe(named, usual, role)?.ok_or_else(|| unnamed(table, usual[0], role, flag))
        };
        let reporter = match &map.reporter {
            Some(name) if table.column(name).is_none() && Iso3::parse(name).is_ok() => {
                Reporter::Constant(Iso3::parse(name)?)
            }
            named => maybe(named, REPORTER, "reporter")?.map_or(Reporter::None, Reporter::Column),
        };
        let exporter = maybe(&map.exporter, EXPORTER, "exporter")?;
        let importer = maybe(&map.importer, IMPORTER, "importer")?;
        let parties = match (exporter, importer) {
            (Some(exporter), Some(importer)) => Parties::ExporterImporter { exporter, importer, reporter },
            (None, None) => {
                let partner = maybe(&map.partner, PARTNER, "partner")?.ok_or_else(|| {
                    missing(table, "exporter", "name it with --exporter, and the importer with --importer".to_owned())
                })?;
                let flow = need(&map.flow, FLOW, "direction of the flow", "flow")?;
                if matches!(reporter, Reporter::None) {
                    return Err(missing(
                        table,
                        "reporter",
                        "the file has partner and flow but not whose trade it is: name a column or a country with --reporter".to_owned(),
                    ));
                }
                Parties::ReporterPartner { reporter, partner, flow }
            }
            (None, Some(_)) => return Err(unnamed(table, "exporter", "exporter", "exporter")),
            (Some(_), None) => return Err(unnamed(table, "importer", "importer", "importer")),
        };
        let product = maybe(&map.product, PRODUCT, "product")?;
        let year = need(&map.year, YEAR, "year", "year-column")?;
        // In files of the form reporter, partner, flow the column `flow` is the direction.
        let usual: Vec<&str> = match parties {
            Parties::ReporterPartner { flow, .. } => VALUE.iter().copied().filter(|v| *v != flow.name).collect(),
            Parties::ExporterImporter { .. } => VALUE.to_vec(),
        };
        let value = need(&map.value, &usual, "value", "value")?;
        let unit = options.unit.unwrap_or_else(|| {
            let name = value.name.to_lowercase();
            let by_maker = map != &options.columns || name.starts_with("tradeflow_") || name.contains("1000 usd");
            match () {
                () if by_maker || name.contains("thousand") => Unit::ThousandUsd,
                () if name.contains("million") => Unit::MillionUsd,
                () if name.contains("billion") => Unit::BillionUsd,
                () => Unit::Usd,
            }
        });
        Ok(Layout { parties, product, year, value, factor: unit.factor() })
    }
}

fn named_column<'a>(table: &'a RawTable, name: &str, role: &str) -> Result<&'a RawColumn, DataError> {
    table.column(name).ok_or_else(|| {
        let near = nearest(name, table.columns.iter().map(|c| c.name.as_str()));
        missing(
            table,
            &format!("{role} named `{name}`"),
            near.map_or("use one of the file's columns".to_owned(), |n| format!("did you mean `{n}`?")),
        )
    })
}

/// No column has any of the usual names; one may nearly have.
fn unnamed(table: &RawTable, usual: &str, role: &str, flag: &str) -> DataError {
    let near = nearest(usual, table.columns.iter().map(|c| c.name.as_str()));
    let help = near
        .map_or_else(|| format!("name it with --{flag} COLUMN"), |n| format!("if `{n}` is meant, say --{flag} {n}"));
    missing(table, role, help)
}

pub(super) fn missing(table: &RawTable, role: &str, help: String) -> DataError {
    let columns = table.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ");
    DataError::MissingColumn { path: table.path.clone(), role: role.to_owned(), columns, help }
}

/// Calls `visit` with each flow that passes the filter, or stops at the first cell that is wrong.
/// Returns what a reader must know of what was left out or converted.
pub(crate) fn each_flow(
    table: &RawTable,
    options: &FlowOptions,
    mut visit: impl FnMut(Place, Flow) -> Result<(), DataError>,
) -> Result<Vec<String>, DataError> {
    let rows = match &options.filter {
        Some(filter) => filter.rows(table)?,
        None => (0..table.rows).collect(),
    };
    if rows.is_empty() {
        let (what, help) = match &options.filter {
            Some(f) => (format!("no row passes the filter `{}`", f.as_str()), "loosen the filter"),
            None => ("has a header but no rows".to_owned(), "check that the download or export finished"),
        };
        return Err(DataError::Empty { path: table.path.clone(), what, help: help.to_owned() });
    }
    if options.columns == ColumnMap::default()
        && options.unit.is_none()
        && let Some(reading) = offices::read(table, &rows)
    {
        let (flows, notes) = reading?;
        for (place, flow) in flows {
            visit(place, flow)?;
        }
        return Ok(notes);
    }
    let layout = Layout::find(table, options)?;
    let mut left: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        let unknown = if options.unknown == Unknown::Drop { layout.unknown(table, row) } else { None };
        match unknown {
            Some(code) => *left.entry(code).or_default() += 1,
            None => visit(table.place(row), layout.flow(table, row)?)?,
        }
    }
    if left.is_empty() {
        return Ok(Vec::new());
    }
    let count: usize = left.values().sum();
    let more = if left.len() > 12 { format!(" and {} more", left.len() - 12) } else { String::new() };
    let codes: Vec<&str> = left.keys().take(12).map(String::as_str).collect();
    Ok(vec![format!("{count} rows of codes that are no country were left out: {}{more}.", codes.join(", "))])
}

impl<'a> Layout<'a> {
    /// What stands for a party of the row and is no country.
    fn unknown(&self, table: &RawTable, row: usize) -> Option<String> {
        let column = |r: &Reporter<'a>| match r {
            Reporter::Column(c) => Some(*c),
            _ => None,
        };
        let parties = match &self.parties {
            Parties::ExporterImporter { exporter, importer, reporter } => {
                [Some(*exporter), Some(*importer), column(reporter)]
            }
            Parties::ReporterPartner { reporter, partner, .. } => [column(reporter), Some(*partner), None],
        };
        let cell = Cell { table, row };
        let of = |c: &RawColumn| c.show(row).unwrap_or_default().into_owned();
        parties.into_iter().flatten().find(|c| cell.country(c).is_err()).map(of)
    }

    fn flow(&self, table: &RawTable, row: usize) -> Result<Flow, DataError> {
        let cell = Cell { table, row };
        let reporter = |r: &Reporter| match r {
            Reporter::Column(column) => cell.country(column).map(Some),
            Reporter::Constant(code) => Ok(Some(*code)),
            Reporter::None => Ok(None),
        };
        let (reporter, exporter, importer) = match &self.parties {
            Parties::ExporterImporter { exporter, importer, reporter: r } => {
                (reporter(r)?, cell.country(exporter)?, cell.country(importer)?)
            }
            Parties::ReporterPartner { reporter: r, partner, flow } => {
                let own = reporter(r)?;
                let partner = cell.country(partner)?;
                let home = own.unwrap_or(partner);
                if cell.is_import(flow)? { (own, partner, home) } else { (own, home, partner) }
            }
        };
        let product = self.product.map_or(Ok(HsCode::TOTAL), |column| cell.product(column))?;
        let value_usd = cell.value(self.value, self.factor)?;
        Ok(Flow { reporter, ..Flow::new(cell.year(self.year)?, exporter, importer, product, value_usd) })
    }
}

/// The error that names a cell.
pub(super) fn wrong(table: &RawTable, row: usize, column: &RawColumn, expected: &str, help: &str) -> DataError {
    let found = column.show(row).map_or("nothing".to_owned(), |t| {
        let short: String = t.chars().take(40).collect();
        format!("`{short}`")
    });
    DataError::Cell {
        path: table.path.clone(),
        place: table.place(row),
        column: column.name.clone(),
        expected: expected.to_owned(),
        found,
        help: help.to_owned(),
    }
}

/// One row, for reading its cells with checks.
struct Cell<'a> {
    table: &'a RawTable,
    row: usize,
}

impl Cell<'_> {
    fn wrong(&self, column: &RawColumn, expected: &str, help: &str) -> DataError {
        wrong(self.table, self.row, column, expected, help)
    }

    fn number(&self, column: &RawColumn) -> Option<f64> {
        column.float(self.row).or_else(|| column.str(self.row).and_then(|t| t.parse().ok()))
    }

    fn country(&self, column: &RawColumn) -> Result<Iso3, DataError> {
        let found = column.show(self.row).and_then(|text| Iso3::parse(&text).ok());
        found.ok_or_else(|| {
            let help = column.show(self.row).and_then(|text| match Iso3::resolve(&text) {
                Ok(code) => Some(format!("write {code} for it; names and small letters are not read in files")),
                Err(DataError::UnknownCountry { help, .. }) => Some(help),
                Err(_) => None,
            });
            let help = help.map(|h| format!("{h}; rows of groups of countries are left out with --unknown drop"));
            let help = help.unwrap_or_else(|| {
                format!("give every row a country, or leave such rows out with --filter '{} != \"\"'", column.name)
            });
            self.wrong(column, "an ISO 3166-1 alpha-3 or numeric country code", &help)
        })
    }

    fn is_import(&self, column: &RawColumn) -> Result<bool, DataError> {
        match column.show(self.row).as_deref().map(str::to_lowercase).as_deref() {
            Some("import" | "imports" | "m" | "1") => Ok(true),
            Some("export" | "exports" | "x" | "2") => Ok(false),
            _ => Err(self.wrong(
                column,
                "import or export (or M, X, 1, 2)",
                &format!("leave other kinds of flow out with --filter '{} in [\"import\", \"export\"]'", column.name),
            )),
        }
    }

    fn product(&self, column: &RawColumn) -> Result<HsCode, DataError> {
        let text = column.show(self.row);
        HsCode::parse(text.as_deref().unwrap_or("")).map_err(|e| match e {
            DataError::UnknownProduct { why, help, .. } => {
                self.wrong(column, &format!("an HS code of 2, 4 or 6 digits ({why})"), &help)
            }
            other => other,
        })
    }

    fn year(&self, column: &RawColumn) -> Result<i32, DataError> {
        self.number(column).filter(|y| y.fract() == 0.0 && YEARS.contains(&(*y as i32))).map(|y| y as i32).ok_or_else(
            || {
                self.wrong(
                    column,
                    &format!("a year from {} to {}", YEARS.start(), YEARS.end()),
                    "write the calendar year with four digits; name another column with --year-column",
                )
            },
        )
    }

    fn value(&self, column: &RawColumn, factor: f64) -> Result<f64, DataError> {
        let expected = "a number that is 0 or more";
        let Some(value) = self.number(column) else {
            let help = match column.show(self.row) {
                None => format!("leave rows without a value out with --filter '{} >= 0'", column.name),
                Some(t) if t.contains(',') => {
                    "write numbers with a decimal point and without thousands separators".to_owned()
                }
                Some(_) => "name the column of values with --value".to_owned(),
            };
            return Err(self.wrong(column, expected, &help));
        };
        if !value.is_finite() {
            return Err(self.wrong(column, expected, "write a finite number, or leave such rows out with --filter"));
        }
        if value < 0.0 {
            let help = format!(
                "a trade flow cannot be below zero; leave such rows out with --filter '{} >= 0' if they are corrections",
                column.name
            );
            return Err(self.wrong(column, expected, &help));
        }
        if value * factor > MAX_VALUE_USD {
            return Err(self.wrong(
                column,
                "a flow below 10^15 US dollars",
                "the unit looks wrong: say --unit usd, thousand-usd, million-usd or billion-usd",
            ));
        }
        Ok(value * factor)
    }
}

/// Reads a file of flows.
pub fn read_flows(path: &Path, options: &FlowOptions) -> Result<Flows, DataError> {
    flows_of(&RawTable::read(path)?, options)
}

/// The same from a table whose columns have no meaning yet.
pub fn flows_of(table: &RawTable, options: &FlowOptions) -> Result<Flows, DataError> {
    let source = Source {
        name: Path::new(&table.path).file_name().map_or(table.path.clone(), |n| n.to_string_lossy().into_owned()),
        vintage: "as given".to_owned(),
        hash: table.sha256.clone(),
    };
    read_flows_from(table, options, source, Vec::new())
}

type Key = (i32, Option<Iso3>, Iso3, Iso3, HsCode);

/// The flows of a table that is already read.
pub(crate) fn read_flows_from(
    table: &RawTable,
    options: &FlowOptions,
    source: Source,
    mut caveats: Vec<String>,
) -> Result<Flows, DataError> {
    let mut seen: HashMap<Key, usize> = HashMap::with_capacity(table.rows);
    let mut flows: Vec<(Place, Flow)> = Vec::with_capacity(table.rows);
    let notes = each_flow(table, options, |place, flow| {
        let key = (flow.year, flow.reporter, flow.exporter, flow.importer, flow.product);
        match seen.get(&key) {
            None => {
                seen.insert(key, flows.len());
                flows.push((place, flow));
            }
            Some(&at) if options.duplicates == Duplicates::Sum => flows[at].1.value_usd += flow.value_usd,
            Some(&at) => {
                return Err(DataError::Duplicate {
                    path: table.path.clone(),
                    place,
                    first: flows[at].0,
                    flow: format!("{} to {}, {}, product {}", flow.exporter, flow.importer, flow.year, flow.product),
                });
            }
        }
        Ok(())
    })?;
    caveats.extend(notes);
    let mut builder = FlowsBuilder::default();
    for (_, flow) in &flows {
        builder.push(flow);
    }
    builder.finish(source, caveats).map_err(|e| DataError::Format {
        path: table.path.clone(),
        what: format!("the flows do not fit in memory as a table ({e})"),
        help: "read fewer rows with --filter".to_owned(),
    })
}
