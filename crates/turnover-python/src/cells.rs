//! Arrow's types as numbers and text: levels stay exact, and what has no meaning here is refused by its type.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float64Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt64Type,
};
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_cast::{can_cast_types, cast};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use turnover_analysis::estimate::Use;
use turnover_data::Cells;

/// Why a column is not read.
pub(crate) enum Unread {
    /// Its type has no meaning here.
    Type(String),
    /// Its numbers do not fit into floats, and both numbers and levels are wanted of it.
    LargeNumbers,
    /// It cannot be converted.
    Arrow(ArrowError),
}

impl From<ArrowError> for Unread {
    fn from(e: ArrowError) -> Self {
        Unread::Arrow(e)
    }
}

/// The largest whole number up to which floats hold each one.
const EXACT: u64 = 1 << 53;
/// The most digits that a float holds whatever they are.
const DIGITS: u8 = 15;

/// A column as it is used: numbers stay numbers and text stays text. Of what is used by its levels alone
/// numbers that floats do not hold become text, and booleans `False` and `True`.
pub(crate) fn cells(column: &ArrayRef, by: Use) -> Result<Cells, Unread> {
    let column = match column.data_type() {
        DataType::Dictionary(_, values) => cast(column, values)?,
        DataType::RunEndEncoded(_, values) => cast(column, values.data_type())?,
        _ => Arc::clone(column),
    };
    // A filter does neither: it compares.
    let exact = by.level || !by.number;
    match column.data_type() {
        DataType::Boolean if by.level && !by.number => {
            let word = |b: bool| if b { "True" } else { "False" };
            let words: StringArray = column.as_boolean().iter().map(|b| b.map(word)).collect();
            Ok(Cells::Text(words))
        }
        DataType::Int64 | DataType::UInt64 if exact && beyond_floats(&column) => levels(&column, by),
        DataType::Decimal32(digits, _)
        | DataType::Decimal64(digits, _)
        | DataType::Decimal128(digits, _)
        | DataType::Decimal256(digits, _)
            if exact && *digits > DIGITS && !decimals_fit(&column)? =>
        {
            levels(&column, by)
        }
        kind if kind.is_numeric() || matches!(kind, DataType::Boolean | DataType::Null) => numbers(&column),
        DataType::Timestamp(unit, Some(_)) => text(&in_utc(&column, *unit)),
        kind if kind.is_string() || kind.is_temporal() && can_cast_types(kind, &DataType::Utf8) => text(&column),
        kind => Err(Unread::Type(kind.to_string())),
    }
}

/// The cells as text, where their levels alone are wanted.
fn levels(column: &ArrayRef, by: Use) -> Result<Cells, Unread> {
    if by.number { Err(Unread::LargeNumbers) } else { text(column) }
}

fn numbers(column: &ArrayRef) -> Result<Cells, Unread> {
    let column =
        if column.data_type() == &DataType::Float64 { Arc::clone(column) } else { cast(column, &DataType::Float64)? };
    Ok(Cells::Number(column.as_primitive::<Float64Type>().clone()))
}

fn text(column: &ArrayRef) -> Result<Cells, Unread> {
    let column =
        if column.data_type() == &DataType::Utf8 { Arc::clone(column) } else { cast(column, &DataType::Utf8)? };
    Ok(Cells::Text(column.as_string::<i32>().clone()))
}

fn beyond_floats(column: &ArrayRef) -> bool {
    match column.data_type() {
        DataType::Int64 => column.as_primitive::<Int64Type>().iter().flatten().any(|x| x.unsigned_abs() > EXACT),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().iter().flatten().any(|x| x > EXACT),
        _ => false,
    }
}

/// Whether each cell has few enough digits, whatever the type could hold.
fn decimals_fit(column: &ArrayRef) -> Result<bool, Unread> {
    let written = cast(column, &DataType::Utf8)?;
    let digits = |text: &str| {
        let digits = text.trim_matches(|c: char| !c.is_ascii_digit()).trim_start_matches(['0', '.']);
        digits.chars().filter(char::is_ascii_digit).count()
    };
    Ok(written.as_string::<i32>().iter().flatten().all(|text| digits(text) <= usize::from(DIGITS)))
}

/// Moments of a time zone as moments of UTC: the same levels, and no table of zones is needed.
fn in_utc(column: &ArrayRef, unit: TimeUnit) -> ArrayRef {
    const UTC: &str = "+00:00";
    match unit {
        TimeUnit::Second => Arc::new(column.as_primitive::<TimestampSecondType>().clone().with_timezone(UTC)),
        TimeUnit::Millisecond => Arc::new(column.as_primitive::<TimestampMillisecondType>().clone().with_timezone(UTC)),
        TimeUnit::Microsecond => Arc::new(column.as_primitive::<TimestampMicrosecondType>().clone().with_timezone(UTC)),
        TimeUnit::Nanosecond => Arc::new(column.as_primitive::<TimestampNanosecondType>().clone().with_timezone(UTC)),
    }
}
