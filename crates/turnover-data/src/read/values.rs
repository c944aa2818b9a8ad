//! Values of a row: numbers, units, rates, and the mark before decimals, which a whole column decides.

use super::cell::{Period, in_filter, wrong};
use super::form::{Form, PeriodRole, ValueColumn};
use super::number::{self, Decimal, Reading as Number};
use super::reading::Reading;
use super::unit::{euro_years, usd_per_eur};
use super::{RawColumn, RawTable};
use crate::error::{DataError, Place};
use crate::suggest::short;

/// A value above this is more than the world's output of a decade: the unit must be wrong.
const MAX_VALUE_USD: f64 = 1e15;

/// How the numbers of a column are written, as far as its cells say.
#[derive(Debug, Default, Clone)]
pub(super) struct Marks {
    pub(super) point: Option<(Place, String)>,
    pub(super) comma: Option<(Place, String)>,
    pub(super) either: Option<(Place, String)>,
}

impl Reading<'_> {
    /// The number of a cell, and the other one that it may be; `None` where it is missing.
    pub(super) fn number(
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
    pub(super) fn rate(
        &mut self,
        value: &ValueColumn,
        table: &RawTable,
        row: usize,
        when: Period,
    ) -> Result<f64, DataError> {
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

    pub(super) fn checked(
        &self,
        value: f64,
        column: &RawColumn,
        table: &RawTable,
        row: usize,
    ) -> Result<f64, DataError> {
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
    pub(super) fn rough(&self, form: &Form, table: &RawTable, row: usize) -> f64 {
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
