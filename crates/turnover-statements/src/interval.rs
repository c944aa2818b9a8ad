//! Intervals of days, and arithmetic with them.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Days from a first to a last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl Interval {
    /// A calendar year.
    pub fn year(year: i16) -> Option<Self> {
        Self::months(year, 1, year, 12)
    }

    /// From the first day of a month to the last day of a month; none where a month or year does not exist.
    pub fn months(year: i16, month: i8, last_year: i16, last_month: i8) -> Option<Self> {
        let from = Date::new(year, month, 1).ok()?;
        let to = Date::new(last_year, last_month, 1).ok()?.last_of_month();
        (from <= to).then_some(Interval { from, to })
    }

    /// The same days of another year; the end of February stays its end.
    pub fn shifted(self, years: i16) -> Option<Self> {
        let shift = |d: Date| {
            let year = d.year().checked_add(years)?;
            Date::new(year, d.month(), d.day()).or_else(|_| Date::new(year, d.month(), 28)).ok()
        };
        Some(Interval { from: shift(self.from)?, to: shift(self.to)? })
    }

    /// The year, where the interval is a calendar year.
    pub fn as_year(self) -> Option<i16> {
        (Some(self) == Interval::year(self.from.year())).then(|| self.from.year())
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.from, self.to)
    }
}

impl Serialize for Interval {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Interval {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let parts =
            text.split_once('/').and_then(|(a, b)| Some(Interval { from: a.parse().ok()?, to: b.parse().ok()? }));
        parts.ok_or_else(|| {
            serde::de::Error::custom(format!("`{text}` is not an interval of two days such as 2019-01-01/2019-12-31"))
        })
    }
}
