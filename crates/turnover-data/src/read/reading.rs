//! The engine that reads tables of any form: rows become drafts, drafts become flows.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{Hash, Hasher};

use super::RawTable;
use super::cell::{self, FlowWord, Period, flow_word, in_filter, wrong};
use super::draft::{Codes, Draft, LeftOut, Reason};
use super::form::{FlowRole, Form, Parties, PartyRole, PeriodRole};
use super::options::{Direction, FlowOptions, Unknown};
use super::refusal::{classification, other_classification, unknown_party};
use super::values::Marks;
use crate::country::Iso3;
use crate::error::{DataError, Place};
use crate::flows::{Status, Valuation};
use crate::hs::HsCode;
use crate::party::{Party, party};
use crate::suggest::short;

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
    pub(super) marks: Vec<Marks>,
    /// Drafts whose number depends on the decimal mark, with the value under the other one.
    pub(super) open: Vec<(usize, f64)>,
    text: String,
}

/// The parties of a row, or why it is left out.
enum Sides {
    Known(Known),
    Left(Reason, String),
}

/// The parties of a row.
#[derive(Clone, Copy)]
enum Known {
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
}

impl Known {
    /// Reporter, exporter and importer of a value in that direction.
    fn of(self, direction: Option<Direction>) -> (Option<Iso3>, Iso3, Iso3) {
        match (self, direction) {
            (Known::Countries { reporter, exporter, importer }, _) => (reporter, exporter, importer),
            (Known::Open { reporter, partner }, Some(Direction::Import)) => (Some(reporter), partner, reporter),
            (Known::Open { reporter, partner }, _) => (Some(reporter), reporter, partner),
        }
    }
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

    /// Whether a row is passed over for what its cells say, beside its parties and product.
    fn skipped(&mut self, form: &Form, table: &RawTable, row: usize) -> bool {
        let holds = |column: usize, list: &[&str]| {
            let cell = table.columns[column].show(row).unwrap_or_default();
            list.iter().any(|w| cell.eq_ignore_ascii_case(w))
        };
        let unwanted = form.keep.iter().find(|(column, list)| !holds(*column, list));
        let unwanted = unwanted.or_else(|| form.drop.iter().find(|(column, list)| holds(*column, list)));
        if let Some((column, _)) = unwanted {
            self.leave(Reason::Other, &table.columns[*column].show(row).unwrap_or_default(), 0.0);
            return true;
        }
        if let Some((column, is_group)) = form.groups_by
            && let Some(code) = table.columns[column].show(row).filter(|code| is_group(code))
        {
            let value = self.rough(form, table, row);
            self.leave(Reason::Group, &code, value);
            return true;
        }
        if is_footer(form, table, row) {
            self.leave(Reason::Totals, "", 0.0);
            return true;
        }
        false
    }

    fn row(&mut self, form: &Form, table: &RawTable, row: usize) -> Result<(), DataError> {
        if self.skipped(form, table, row) {
            return Ok(());
        }
        let mut kind = None;
        if let Some(series) = &form.series {
            let word = table.columns[series.column].show(row).unwrap_or_default().into_owned();
            let Some(found) = (series.kind)(&word) else {
                self.leave(Reason::Series, &word, 0.0);
                return Ok(());
            };
            self.kinds.entry((found.0 == Direction::Import, found.2)).or_default().insert(short(&word));
            kind = Some(found);
        }
        let sides = match self.sides(form, table, row, kind.map(|k| k.0))? {
            Sides::Left(reason, label) => {
                let value = self.rough(form, table, row);
                self.leave(reason, &label, value);
                return Ok(());
            }
            Sides::Known(known) => known,
        };
        let Some(code) = self.product(form, table, row)? else { return Ok(()) };
        let when = self.when(form, table, row)?;
        let (parts, identity) = self.details(form, table, row);
        let estimated = form.estimated.is_some_and(|(column, word)| {
            table.columns[column].show(row).is_some_and(|cell| cell.eq_ignore_ascii_case(word))
        });
        let status = if estimated { Status::Estimated } else { form.status };
        let (place, lines) = match table.place(row) {
            Place::Line(n) => (n, true),
            Place::Row(n) => (n, false),
        };
        self.lines = lines;
        let before = self.drafts.len();
        for (at, value) in form.values.iter().enumerate() {
            let Some((number, other)) = self.number(at, value, table, row)? else { continue };
            let (reporter, exporter, importer) = sides.of(value.direction.or(kind.map(|k| k.0)));
            let (year, month) = (value.year.unwrap_or(when.0), value.month.or(when.1));
            let factor = value.unit.factor() * self.rate(value, table, row, (year, month))?;
            let value_usd = self.checked(number * factor, &table.columns[value.column], table, row)?;
            let usual = if reporter == Some(importer) { Valuation::Cif } else { Valuation::Fob };
            let usual = (form.by_direction && reporter.is_some()).then_some(usual);
            if let Some(other) = other {
                self.open.push((self.drafts.len(), other * factor));
            }
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
                rank: kind.map_or(0, |k| k.2),
                marks: Draft::marks(value.valuation.or(kind.map(|k| k.1)).or(usual), status),
            });
        }
        if self.drafts.len() == before {
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
            Parties::Sides { .. } => {
                return Ok(Sides::Known(Known::Countries { reporter, exporter: first, importer: second }));
            }
            Parties::Reporter { flow, .. } => flow,
        };
        let direction = match (flow, by_series) {
            (_, Some(direction)) => direction,
            (FlowRole::Constant(direction), _) => *direction,
            (FlowRole::ByValue, _) => return Ok(Sides::Known(Known::Open { reporter: first, partner: second })),
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
        Ok(Sides::Known(Known::Countries { reporter: Some(first), exporter, importer }))
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

    pub(super) fn when(&self, form: &Form, table: &RawTable, row: usize) -> Result<Period, DataError> {
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

    /// Which details are parts, and a hash of the cells that distinguish the parts.
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
}

/// Whether a row stands below the table: a total, a note, a source.
fn is_footer(form: &Form, table: &RawTable, row: usize) -> bool {
    let Some(first) = table.columns.first().and_then(|c| c.str(row)) else { return false };
    // Nearly all rows begin otherwise, and large files have millions.
    if !first.starts_with(['t', 'T', 'g', 'G', 's', 'S', 'n', 'N', 'f', 'F']) {
        return false;
    }
    let lower = first.to_lowercase();
    let word = lower.split(':').next().unwrap_or("").trim_end_matches([' ', '.']);
    let is_word =
        ["total", "grand total", "subtotal", "source", "sources", "note", "notes", "footnote"].contains(&word);
    if !is_word {
        return false;
    }
    // `Total` may be a party or a product of a row that has the rest.
    let roles: Vec<usize> = match &form.parties {
        Parties::Sides { exporter, importer, .. } => [exporter, importer].into_iter().flat_map(columns).collect(),
        Parties::Reporter { reporter, partner, .. } => [reporter, partner].into_iter().flat_map(columns).collect(),
    };
    roles.iter().chain(&form.product).filter(|c| **c != 0).all(|c| table.columns[*c].show(row).is_none())
}

fn columns(role: &PartyRole) -> Vec<usize> {
    match role {
        PartyRole::Columns(list) => list.clone(),
        PartyRole::Constant(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::resolve::{Repeated, Resolved};
    use crate::read::{Cells, RawColumn, sources};
    use arrow_array::Float64Array;

    fn numbers(name: &str, cells: Vec<f64>) -> RawColumn {
        RawColumn { name: name.to_owned(), cells: Cells::Number(Float64Array::from(cells)) }
    }

    /// Stata keeps countries as numbers with labels: 4 may be called USA, where ISO 3166-1 means Afghanistan.
    #[test]
    fn labels_of_numbers_name_countries() {
        let columns = vec![
            numbers("exporter", vec![4.0, 8.0]),
            numbers("importer", vec![643.0, 643.0]),
            numbers("year", vec![2019.0, 2019.0]),
            numbers("value_usd", vec![5.0, 7.0]),
        ];
        let mut table = RawTable::from_columns("t.dta", columns, None);
        table.labels.insert(0, [(4, "USA".to_owned())].into());
        let options = FlowOptions::default();
        let mut reading = Reading::new(sources::form(&table, &options).unwrap(), &options, "t.dta");
        reading.table(&table).unwrap();
        let resolved = Resolved::new(reading, Repeated::AsAsked).unwrap();
        let mut exporters: Vec<String> = resolved.iter().map(|(_, f)| f.exporter.to_string()).collect();
        exporters.sort();
        assert_eq!(exporters, ["ALB", "USA"], "8 has no label and is Albania");
    }
}
