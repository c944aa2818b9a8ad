//! The engine that reads tables of any form: rows become drafts, drafts become flows.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{Hash, Hasher};

use super::cell::{self, FlowWord, Period, flow_word, in_filter, short, wrong};
use super::form::{FlowRole, Form, Parties, PartyRole, PeriodRole, ValueColumn};
use super::number::{self, Decimal, Reading as Number};
use super::options::{Direction, FlowOptions, Unknown};
use super::unit::{euro_years, usd_per_eur};
use super::{RawColumn, RawTable};
use crate::country::{Iso3, countries};
use crate::error::{DataError, Place};
use crate::flows::{Status, Valuation};
use crate::hs::HsCode;
use crate::party::{Party, party};

/// A value above this is more than the world's output of a decade: the unit must be wrong.
const MAX_VALUE_USD: f64 = 1e15;

/// One value of the file with what it is of. Compact, since large files have millions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Draft {
    pub(super) value_usd: f64,
    /// Place in [`Codes`].
    pub(super) code: u32,
    /// Line or row in the file.
    pub(super) place: u32,
    /// Hash of the cells that tell parts of one value apart.
    pub(super) identity: u32,
    pub(super) year: i16,
    /// Place in the country table plus one; 0 where no reporter is named.
    pub(super) reporter: u16,
    pub(super) exporter: u16,
    pub(super) importer: u16,
    /// 0 for the whole year.
    pub(super) month: u8,
    /// Which details are parts, one bit each.
    pub(super) parts: u8,
    /// Rank among kinds of values; the lowest of a report counts.
    pub(super) rank: u8,
    /// Valuation (low bits, 0 for unknown) and status.
    pub(super) marks: u8,
}

impl Draft {
    /// The report that the value belongs to: reporter, exporter, importer, year, month.
    pub(super) fn report(&self) -> (u16, u16, u16, i16, u8) {
        (self.reporter, self.exporter, self.importer, self.year, self.month)
    }

    /// The country of a place.
    pub(super) fn country(place: u16) -> Option<Iso3> {
        countries().get(usize::from(place)).map(|c| c.code)
    }

    /// The country's letters.
    pub(super) fn name(place: u16) -> String {
        Draft::country(place).map_or_else(|| "?".to_owned(), |c| c.to_string())
    }

    /// What the value includes.
    pub(super) fn valuation(&self) -> Option<Valuation> {
        match self.marks & 3 {
            1 => Some(Valuation::Fob),
            2 => Some(Valuation::Cif),
            3 => Some(Valuation::Customs),
            _ => None,
        }
    }

    /// How it came about.
    pub(super) fn status(&self) -> Status {
        match self.marks >> 2 {
            1 => Status::Estimated,
            2 => Status::Reconciled,
            _ => Status::Reported,
        }
    }

    fn marks(valuation: Option<Valuation>, status: Status) -> u8 {
        let low = match valuation {
            None => 0,
            Some(Valuation::Fob) => 1,
            Some(Valuation::Cif) => 2,
            Some(Valuation::Customs) => 3,
        };
        let high = match status {
            Status::Reported => 0,
            Status::Estimated => 1,
            Status::Reconciled => 2,
        };
        low | high << 2
    }
}

/// The codes of a file, each once.
#[derive(Debug, Default)]
pub(super) struct Codes {
    by_cell: HashMap<String, Result<u32, String>>,
    by_path: HashMap<String, u32>,
    /// Paths in the classification's tree, with the HS codes that they count as.
    pub(super) list: Vec<(String, HsCode)>,
}

impl Codes {
    fn read(&mut self, text: &str) -> Result<u32, String> {
        if let Some(known) = self.by_cell.get(text) {
            return known.clone();
        }
        let read = cell::product(text).map(|code| {
            *self.by_path.entry(code.path.clone()).or_insert_with(|| {
                self.list.push((code.path, code.hs));
                self.list.len() as u32 - 1
            })
        });
        self.by_cell.insert(text.to_owned(), read.clone());
        read
    }
}

/// What was left out for one reason.
#[derive(Debug, Default, Clone)]
pub(super) struct LeftOut {
    pub(super) rows: usize,
    pub(super) value_usd: f64,
    pub(super) labels: BTreeSet<String>,
}

/// Why a row was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// The reporter or partner is a group of countries.
    Group,
    /// It is no country.
    Nowhere,
    /// It is in no list, and --unknown drop was given.
    Unknown,
    /// Re-exports and the like, which exports include.
    PartOfFlow,
    /// A row of totals or a note below the table.
    Totals,
    /// No value: nothing was reported.
    Missing,
    /// Groups of products above the codes.
    ProductGroup,
    /// Another kind of value, or a quantity.
    Series,
    /// Rows that the form passes over.
    Other,
}

/// How the numbers of a column are written, as far as its cells say.
#[derive(Debug, Default, Clone)]
struct Marks {
    point: Option<(Place, String)>,
    comma: Option<(Place, String)>,
    either: Option<(Place, String)>,
}

/// A reading under way.
pub(super) struct Reading<'o> {
    pub(super) form: Form,
    pub(super) options: &'o FlowOptions,
    pub(super) path: String,
    pub(super) drafts: Vec<Draft>,
    pub(super) codes: Codes,
    pub(super) left: BTreeMap<Reason, LeftOut>,
    /// Rows read, whether or not they became drafts.
    pub(super) rows: usize,
    /// Whether places are lines.
    pub(super) lines: bool,
    /// Kinds of values seen, by rank, with the words for them.
    pub(super) kinds: BTreeMap<(bool, u8), BTreeSet<String>>,
    /// Average rates used, by year.
    pub(super) euro: BTreeSet<i16>,
    total_code: Option<u32>,
    parties: HashMap<String, Option<Party>>,
    marks: Vec<Marks>,
    /// Drafts whose number depends on the decimal mark, with the value under the other one.
    open: Vec<(usize, f64)>,
    text: String,
}

/// The parties of a row: reporter, exporter, importer; or why it is left out.
enum Sides {
    Countries {
        reporter: Option<Iso3>,
        exporter: Iso3,
        importer: Iso3,
    },
    /// Reporter and partner, whose direction each column of values has.
    Open {
        reporter: Iso3,
        partner: Iso3,
    },
    Left(Reason, String),
}

impl<'o> Reading<'o> {
    pub(super) fn new(form: Form, options: &'o FlowOptions, path: &str) -> Self {
        let marks = vec![Marks::default(); form.values.len()];
        Reading {
            form,
            options,
            path: path.to_owned(),
            drafts: Vec::new(),
            codes: Codes::default(),
            left: BTreeMap::new(),
            rows: 0,
            lines: false,
            kinds: BTreeMap::new(),
            euro: BTreeSet::new(),
            total_code: None,
            parties: HashMap::new(),
            marks,
            open: Vec::new(),
            text: String::new(),
        }
    }

    /// Reads some rows.
    pub(super) fn table(&mut self, table: &RawTable) -> Result<(), DataError> {
        let rows = match &self.options.filter {
            Some(filter) => filter.rows(table)?,
            None => (0..table.rows).collect(),
        };
        let form = self.form.clone();
        self.drafts.reserve(rows.len() * form.values.len());
        for row in rows {
            self.rows += 1;
            self.row(&form, table, row)?;
        }
        Ok(())
    }

    fn leave(&mut self, reason: Reason, label: &str, value_usd: f64) {
        let slot = self.left.entry(reason).or_default();
        slot.rows += 1;
        slot.value_usd += value_usd;
        if slot.labels.len() < 13 && !label.is_empty() {
            slot.labels.insert(short(label));
        }
    }

    fn row(&mut self, form: &Form, table: &RawTable, row: usize) -> Result<(), DataError> {
        for (column, wanted) in &form.keep {
            let cell = table.columns[*column].show(row).unwrap_or_default();
            if !wanted.iter().any(|w| cell.eq_ignore_ascii_case(w)) {
                self.leave(Reason::Other, &cell, 0.0);
                return Ok(());
            }
        }
        for (column, unwanted) in &form.drop {
            let cell = table.columns[*column].show(row).unwrap_or_default();
            if unwanted.iter().any(|w| cell.eq_ignore_ascii_case(w)) {
                self.leave(Reason::Other, &cell, 0.0);
                return Ok(());
            }
        }
        if let Some((column, is_group)) = form.groups_by
            && table.columns[column].show(row).is_some_and(|code| is_group(&code))
        {
            let value = self.rough(form, table, row);
            self.leave(Reason::Group, &table.columns[column].show(row).unwrap_or_default(), value);
            return Ok(());
        }
        if is_footer(form, table, row) {
            self.leave(Reason::Totals, "", 0.0);
            return Ok(());
        }
        let series = match &form.series {
            None => None,
            Some(series) => {
                let word = table.columns[series.column].show(row).unwrap_or_default().into_owned();
                let Some((direction, valuation, rank)) = (series.kind)(&word) else {
                    self.leave(Reason::Series, &word, 0.0);
                    return Ok(());
                };
                self.kinds.entry((direction == Direction::Import, rank)).or_default().insert(short(&word));
                Some((direction, valuation, rank))
            }
        };
        let sides = self.sides(form, table, row, series.map(|s| s.0))?;
        let sides = match sides {
            Sides::Left(reason, label) => {
                let value = self.rough(form, table, row);
                self.leave(reason, &label, value);
                return Ok(());
            }
            sides => sides,
        };
        let Some(code) = self.product(form, table, row)? else { return Ok(()) };
        let when = self.when(form, table, row)?;
        let (parts, identity) = self.details(form, table, row);
        let estimated = form.estimated.is_some_and(|(column, word)| {
            table.columns[column].show(row).is_some_and(|cell| cell.eq_ignore_ascii_case(word))
        });
        let status = if estimated { Status::Estimated } else { form.status };
        let mut any = false;
        for (at, value) in form.values.iter().enumerate() {
            let column = &table.columns[value.column];
            let Some((number, other)) = self.number(at, value, table, row)? else { continue };
            any = true;
            let direction = value.direction.or(series.map(|s| s.0));
            let (reporter, exporter, importer) = match (&sides, direction) {
                (Sides::Countries { reporter, exporter, importer }, _) => (*reporter, *exporter, *importer),
                (Sides::Open { reporter, partner }, Some(Direction::Import)) => (Some(*reporter), *partner, *reporter),
                (Sides::Open { reporter, partner }, _) => (Some(*reporter), *reporter, *partner),
                (Sides::Left(..), _) => continue,
            };
            let (year, month) = (value.year.unwrap_or(when.0), value.month.or(when.1));
            let factor = value.unit.factor() * self.rate(value, table, row, (year, month))?;
            let value_usd = self.checked(number * factor, column, table, row)?;
            let by_importer = reporter == Some(importer);
            let valuation = value.valuation.or(series.map(|s| s.1)).or(match (form.by_direction, reporter) {
                (true, Some(_)) => Some(if by_importer { Valuation::Cif } else { Valuation::Fob }),
                _ => None,
            });
            if let Some(other) = other {
                self.open.push((self.drafts.len(), other * factor));
            }
            let (place, lines) = match table.place(row) {
                Place::Line(n) => (n, true),
                Place::Row(n) => (n, false),
            };
            self.lines = lines;
            self.drafts.push(Draft {
                value_usd,
                code,
                place: u32::try_from(place).unwrap_or(u32::MAX),
                identity,
                year: year as i16,
                reporter: reporter.map_or(0, |r| r.place() as u16 + 1),
                exporter: exporter.place() as u16,
                importer: importer.place() as u16,
                month: month.unwrap_or(0),
                parts,
                rank: series.map_or(0, |s| s.2),
                marks: Draft::marks(valuation, status),
            });
        }
        if !any {
            self.leave(Reason::Missing, "", 0.0);
        }
        Ok(())
    }

    /// The party of a role; `Err` names the cell's text where it is in no list.
    fn party(&mut self, role: &PartyRole, table: &RawTable, row: usize) -> Result<Party, (usize, String)> {
        let columns = match role {
            PartyRole::Constant(code) => return Ok(Party::Country(*code)),
            PartyRole::Columns(columns) => columns,
        };
        let mut unknown = None;
        for &column in columns {
            self.text.clear();
            match table.columns[column].str(row).or_else(|| table.label(column, row)) {
                Some(text) => self.text.push_str(text),
                None => match table.columns[column].show(row) {
                    Some(text) => self.text.push_str(&text),
                    None => continue,
                },
            }
            let found = match self.parties.get(self.text.as_str()) {
                Some(known) => *known,
                None => {
                    // An extraction can show labels beside codes, as in `DE:Germany`.
                    let found =
                        party(&self.text).or_else(|| self.text.split_once(':').and_then(|(code, _)| party(code)));
                    self.parties.insert(self.text.clone(), found);
                    found
                }
            };
            match found {
                Some(party) => return Ok(party),
                None => {
                    unknown.get_or_insert_with(|| (column, self.text.clone()));
                }
            }
        }
        Err(unknown.unwrap_or((columns.first().copied().unwrap_or(0), String::new())))
    }

    fn sides(
        &mut self,
        form: &Form,
        table: &RawTable,
        row: usize,
        by_series: Option<Direction>,
    ) -> Result<Sides, DataError> {
        let (first, second, reporter) = match &form.parties {
            Parties::Sides { exporter, importer, reporter } => (exporter, importer, reporter.as_ref()),
            Parties::Reporter { reporter, partner, .. } => (reporter, partner, None),
        };
        let mut read = |role: &PartyRole| -> Result<Result<Iso3, (Reason, String)>, DataError> {
            let label = |me: &Self| match role {
                PartyRole::Constant(code) => code.to_string(),
                PartyRole::Columns(_) => me.text.clone(),
            };
            match self.party(role, table, row) {
                Ok(Party::Country(code)) => Ok(Ok(code)),
                Ok(Party::Group) => Ok(Err((Reason::Group, label(self)))),
                Ok(Party::Nowhere) => Ok(Err((Reason::Nowhere, label(self)))),
                Err((_, text)) if self.options.unknown == Unknown::Drop => {
                    let text = if text.is_empty() { "(empty)".to_owned() } else { text };
                    Ok(Err((Reason::Unknown, text)))
                }
                Err((column, text)) => Err(unknown_party(table, row, &table.columns[column], &text)),
            }
        };
        let first = read(first)?;
        let second = read(second)?;
        let reporter = reporter.map(&mut read).transpose()?;
        let (first, second) = match (first, second) {
            (Ok(first), Ok(second)) => (first, second),
            (Err((reason, label)), _) | (_, Err((reason, label))) => return Ok(Sides::Left(reason, label)),
        };
        let reporter = match reporter {
            Some(Err((reason, label))) => return Ok(Sides::Left(reason, label)),
            Some(Ok(code)) => Some(code),
            None => None,
        };
        let flow = match &form.parties {
            Parties::Sides { .. } => return Ok(Sides::Countries { reporter, exporter: first, importer: second }),
            Parties::Reporter { flow, .. } => flow,
        };
        let direction = match (flow, by_series) {
            (_, Some(direction)) => direction,
            (FlowRole::Constant(direction), _) => *direction,
            (FlowRole::ByValue, _) => return Ok(Sides::Open { reporter: first, partner: second }),
            (FlowRole::Column(column), _) => {
                let column = &table.columns[*column];
                let text = column.show(row).unwrap_or_default();
                match flow_word(&text) {
                    Some(FlowWord::Of(direction)) => direction,
                    Some(FlowWord::Part) => return Ok(Sides::Left(Reason::PartOfFlow, text.into_owned())),
                    None => {
                        let help = format!(
                            "drop other kinds of flow with --filter '{} in [\"import\", \"export\"]'",
                            in_filter(&column.name)
                        );
                        return Err(wrong(table, row, column, "import or export (or M, X, 1, 2)", &help));
                    }
                }
            }
        };
        let (exporter, importer) = match direction {
            Direction::Import => (second, first),
            Direction::Export => (first, second),
        };
        Ok(Sides::Countries { reporter: Some(first), exporter, importer })
    }

    fn product(&mut self, form: &Form, table: &RawTable, row: usize) -> Result<Option<u32>, DataError> {
        let Some(at) = form.product else {
            if self.total_code.is_none() {
                self.total_code = self.codes.read("TOTAL").ok();
            }
            return Ok(self.total_code);
        };
        let column = &table.columns[at];
        let label = table.label(at, row).filter(|l| cell::product(l).is_ok());
        let text = label.map_or_else(|| column.show(row).unwrap_or_default(), Into::into);
        let code = match self.codes.read(&text) {
            Ok(code) => code,
            Err(_) if form.product_groups => {
                self.leave(Reason::ProductGroup, &text, 0.0);
                return Ok(None);
            }
            Err(_) if text.is_empty() => {
                let help = format!(
                    "give every row a code, or drop such rows with --filter '{} != \"\"'",
                    in_filter(&column.name)
                );
                return Err(wrong(table, row, column, "an HS code", &help));
            }
            Err(why) => {
                if let Some(name) = self.other(form, table, row) {
                    return Err(other_classification(table, column, &name));
                }
                let help = "write 2 to 10 digits, for example 02, 0203 or 020329; codes of other classifications \
                            than the Harmonized System are not read";
                return Err(wrong(table, row, column, &format!("an HS code of 2 to 10 digits ({why})"), help));
            }
        };
        if self.codes.list[code as usize].1 != HsCode::TOTAL
            && let Some(name) = self.other(form, table, row)
        {
            return Err(other_classification(table, column, &name));
        }
        Ok(Some(code))
    }

    /// The name of the row's classification where it is not the Harmonized System.
    fn other(&self, form: &Form, table: &RawTable, row: usize) -> Option<String> {
        if let Some(name) = form.other_classification {
            return Some(name.to_owned());
        }
        let cell = table.columns[form.classification?].show(row)?;
        classification(&cell)
    }

    fn when(&self, form: &Form, table: &RawTable, row: usize) -> Result<Period, DataError> {
        let (year, month) = match form.period {
            PeriodRole::Constant(year) => return Ok((year, None)),
            PeriodRole::ByValue => return Ok((0, None)),
            PeriodRole::Columns { year, month } => (&table.columns[year], month.map(|m| &table.columns[m])),
        };
        let text = year.show(row).unwrap_or_default();
        let (read, mut part) = cell::period(&text).ok_or_else(|| {
            let expected = format!(
                "a year from {} to {} or a month, such as 2019 or 201903",
                cell::YEARS.start(),
                cell::YEARS.end()
            );
            wrong(
                table,
                row,
                year,
                &expected,
                "write the calendar year with four digits; name another column with --year-column",
            )
        })?;
        if let Some(column) = month {
            let text = column.show(row).unwrap_or_default();
            part = match text.as_ref() {
                "52" | "0" | "13" => None,
                other => Some(cell::month(other).ok_or_else(|| {
                    wrong(table, row, column, "a month, 1 to 12 or by name", "drop rows of other periods with --filter")
                })?),
            };
        }
        Ok((read, part))
    }

    /// Which details are parts, and a hash of the cells that tell parts apart.
    fn details(&self, form: &Form, table: &RawTable, row: usize) -> (u8, u32) {
        if form.details.is_empty() && form.identity.is_empty() {
            return (0, 0);
        }
        let mut parts = 0;
        let mut hash = DefaultHasher::new();
        for (bit, detail) in form.details.iter().enumerate() {
            let cell = table.columns[detail.column].show(row).unwrap_or_default();
            if !cell.is_empty() && !detail.total.iter().any(|t| cell.eq_ignore_ascii_case(t)) {
                parts |= 1 << bit;
                cell.hash(&mut hash);
            }
        }
        for column in &form.identity {
            table.columns[*column].show(row).hash(&mut hash);
        }
        (parts, hash.finish() as u32)
    }

    /// The number of a cell, and the other one that it may be; `None` where it is missing.
    fn number(
        &mut self,
        at: usize,
        value: &ValueColumn,
        table: &RawTable,
        row: usize,
    ) -> Result<Option<(f64, Option<f64>)>, DataError> {
        let column = &table.columns[value.column];
        if let Some(x) = column.float(row) {
            return if x.is_nan() { Ok(None) } else { Ok(Some((x, None))) };
        }
        let Some(text) = column.str(row) else { return Ok(None) };
        let marks = &mut self.marks[at];
        let seen = |slot: &mut Option<(Place, String)>| {
            slot.get_or_insert_with(|| (table.place(row), short(text)));
        };
        Ok(match number::read(text) {
            Some(Number::Plain(x)) => Some((x, None)),
            Some(Number::Marked(x, Decimal::Point)) => {
                seen(&mut marks.point);
                Some((x, None))
            }
            Some(Number::Marked(x, Decimal::Comma)) => {
                seen(&mut marks.comma);
                Some((x, None))
            }
            Some(Number::Either { point, comma, is_comma }) => {
                if is_comma {
                    seen(&mut marks.either);
                }
                Some((point, Some(comma)))
            }
            None if number::is_missing(text) => None,
            None => {
                let help = "name the column of values with --value, or drop such rows with --filter";
                return Err(wrong(table, row, column, "a number that is 0 or more", help));
            }
        })
    }

    /// Dollars for one unit of the value's currency.
    fn rate(&mut self, value: &ValueColumn, table: &RawTable, row: usize, when: Period) -> Result<f64, DataError> {
        if !value.unit.is_euro() {
            return Ok(1.0);
        }
        self.euro.insert(when.0 as i16);
        usd_per_eur(when.0, when.1).ok_or_else(|| {
            let (first, last) = euro_years();
            let column = match self.form.period {
                PeriodRole::Columns { year, .. } => &table.columns[year],
                _ => &table.columns[value.column],
            };
            let expected = format!("a year whose rate of the euro is stored, {first} to {last}");
            let help = "convert the values to US dollars yourself, in a file with year, reporter, exporter, importer, \
                        product and value_usd";
            wrong(table, row, column, &expected, help)
        })
    }

    fn checked(&self, value: f64, column: &RawColumn, table: &RawTable, row: usize) -> Result<f64, DataError> {
        let expected = "a number that is 0 or more";
        if !value.is_finite() {
            return Err(wrong(table, row, column, expected, "write a finite number, or drop such rows with --filter"));
        }
        if value < 0.0 {
            let help = format!(
                "a trade flow cannot be below zero; drop such rows with --filter '{} >= 0' if they are corrections",
                in_filter(&column.name)
            );
            return Err(wrong(table, row, column, expected, &help));
        }
        if value > MAX_VALUE_USD {
            let help = "the unit looks wrong: give --unit usd, thousand-usd, million-usd or billion-usd";
            return Err(wrong(table, row, column, "a flow below 10^15 US dollars", help));
        }
        Ok(value)
    }

    /// The value of a row that is left out, as far as it can be read.
    fn rough(&self, form: &Form, table: &RawTable, row: usize) -> f64 {
        let [value] = &form.values[..] else { return 0.0 };
        let column = &table.columns[value.column];
        let read = column.float(row).or_else(|| match number::read(column.str(row)?)? {
            Number::Plain(x) | Number::Marked(x, _) | Number::Either { point: x, .. } => Some(x),
        });
        let rate = match (value.unit.is_euro(), self.when(form, table, row)) {
            (true, Ok((year, month))) => usd_per_eur(year, month).unwrap_or(0.0),
            (true, Err(_)) => 0.0,
            _ => 1.0,
        };
        read.filter(|x| x.is_finite() && *x > 0.0).unwrap_or(0.0) * value.unit.factor() * rate
    }

    /// Decides how each column writes its numbers, once all cells are seen.
    pub(super) fn settle_numbers(&mut self) -> Result<(), DataError> {
        let mut comma = self.options.decimal == Some(Decimal::Comma);
        for (marks, value) in self.marks.iter().zip(&self.form.values) {
            let cell = |(place, found): &(Place, String), expected: &str| DataError::Cell {
                path: self.path.clone(),
                place: *place,
                column: format!("of values, number {}", value.column + 1),
                expected: expected.to_owned(),
                found: format!("`{found}`"),
                help: "give --decimal point or --decimal comma, the mark before decimals in this file; one column \
                       must not mix both"
                    .to_owned(),
            };
            match (&marks.point, &marks.comma, self.options.decimal) {
                (Some(point), Some(_), None) => {
                    return Err(cell(point, "a number with a decimal comma, as in other rows"));
                }
                (Some(point), _, Some(Decimal::Comma)) => return Err(cell(point, "a number with a decimal comma")),
                (_, Some(found), Some(Decimal::Point)) => return Err(cell(found, "a number with a decimal point")),
                (None, Some(_), None) => comma = true,
                _ => {}
            }
            if let (Some(either), None, None, None, false) =
                (&marks.either, &marks.point, &marks.comma, self.options.decimal, self.form.thousands)
            {
                return Err(cell(either, "a number whose comma is clear: it may stand before decimals or thousands"));
            }
        }
        if comma {
            for (at, other) in std::mem::take(&mut self.open) {
                if let Some(draft) = self.drafts.get_mut(at) {
                    draft.value_usd = other;
                }
            }
        }
        Ok(())
    }
}

/// Whether a row stands below the table: a total, a note, a source.
fn is_footer(form: &Form, table: &RawTable, row: usize) -> bool {
    let Some(first) = table.columns.first().and_then(|c| c.str(row)) else { return false };
    let is_word =
        ["total", "grand total", "subtotal", "source", "sources", "note", "notes", "footnote"].iter().any(|w| {
            first.trim_end_matches([':', ' ', '.']).eq_ignore_ascii_case(w)
                || first.to_lowercase().starts_with(&format!("{w}:"))
        });
    // `Total` may be a party or a product of a row that has the rest.
    let roles: Vec<usize> = match &form.parties {
        Parties::Sides { exporter, importer, .. } => [exporter, importer].into_iter().flat_map(columns).collect(),
        Parties::Reporter { reporter, partner, .. } => [reporter, partner].into_iter().flat_map(columns).collect(),
    };
    is_word && roles.iter().chain(&form.product).filter(|c| **c != 0).all(|c| table.columns[*c].show(row).is_none())
}

fn columns(role: &PartyRole) -> Vec<usize> {
    match role {
        PartyRole::Columns(list) => list.clone(),
        PartyRole::Constant(_) => Vec::new(),
    }
}

fn unknown_party(table: &RawTable, row: usize, column: &RawColumn, text: &str) -> DataError {
    let help = if text.is_empty() {
        format!("give every row a country, or drop such rows with --filter '{} != \"\"'", in_filter(&column.name))
    } else {
        // A long cell is no slip of a name.
        let near = match Iso3::resolve(&text.chars().take(60).collect::<String>()) {
            Err(DataError::UnknownCountry { help, .. }) => help,
            _ => "write the ISO 3166-1 alpha-3 code, such as USA or RUS".to_owned(),
        };
        format!(
            "{near}{} --unknown drop drops rows of places that are no country",
            if near.ends_with('?') { "" } else { ";" }
        )
    };
    wrong(table, row, column, "a country's ISO 3166-1 code or name", &help)
}

/// The name of a classification by its code, where it is not the Harmonized System.
pub(super) fn classification(code: &str) -> Option<String> {
    let upper = code.trim().to_uppercase();
    let revision = || upper.chars().filter(char::is_ascii_digit).collect::<String>();
    match upper.as_str() {
        "" => None,
        u if u.starts_with('H') || u.starts_with("CN") || u.starts_with("HTS") => None,
        u if u.starts_with("EB") => Some("EBOPS (services)".to_owned()),
        u if u.starts_with('S') => Some(format!("SITC Rev. {}", revision())),
        u if u.starts_with('B') => Some(format!("BEC Rev. {}", revision())),
        u => Some(short(u)),
    }
}

fn other_classification(table: &RawTable, column: &RawColumn, name: &str) -> DataError {
    if name.starts_with("EBOPS") {
        return DataError::Format {
            path: table.path.clone(),
            what: "holds trade in services (EBOPS); trade in goods by the Harmonized System is read".to_owned(),
            help: "download trade in goods (at UN Comtrade the type `Goods`) by HS codes".to_owned(),
        };
    }
    let what = format!("holds products of {name} in column `{}`, not of the Harmonized System", short(&column.name));
    DataError::Format {
        path: table.path.clone(),
        what,
        help: format!(
            "download the same trade by HS codes; for totals alone keep the rows of all goods, for example with \
             --filter '{} == \"TOTAL\"'",
            in_filter(&column.name)
        ),
    }
}
