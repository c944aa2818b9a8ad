//! A day, a month or a year: as precise as it is known when something was said.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

/// A day, a month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A year.
    Year(i16),
    /// A month of a year.
    Month(i16, i8),
    /// A day.
    Day(Date),
}

impl Moment {
    /// Reads `2019`, `2019-10` or `2019-10-31`.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('-').collect();
        let digits =
            |at: usize, n: usize| parts.get(at).filter(|p| p.len() == n && p.bytes().all(|b| b.is_ascii_digit()));
        let year: i16 = digits(0, 4)?.parse().ok().filter(|y| *y > 0)?;
        match parts.len() {
            1 => Some(Moment::Year(year)),
            2 => {
                let month: i8 = digits(1, 2)?.parse().ok()?;
                Date::new(year, month, 1).ok().map(|_| Moment::Month(year, month))
            }
            3 => {
                let (month, day) = (digits(1, 2)?.parse().ok()?, digits(2, 2)?.parse().ok()?);
                Date::new(year, month, day).ok().map(Moment::Day)
            }
            _ => None,
        }
    }

    /// The first day.
    pub fn first(self) -> Date {
        match self {
            Moment::Year(y) => Date::new(y, 1, 1).unwrap_or(Date::MIN),
            Moment::Month(y, m) => Date::new(y, m, 1).unwrap_or(Date::MIN),
            Moment::Day(d) => d,
        }
    }

    /// The last day.
    pub fn last(self) -> Date {
        match self {
            Moment::Year(y) => Date::new(y, 12, 31).unwrap_or(Date::MAX),
            Moment::Month(..) => self.first().last_of_month(),
            Moment::Day(d) => d,
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::Year(y) => write!(f, "{y:04}"),
            Moment::Month(y, m) => write!(f, "{y:04}-{m:02}"),
            Moment::Day(d) => write!(f, "{d}"),
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Moment::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "expected a day, a month or a year such as 2019-10-31, 2019-10 or 2019, found `{text}`"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_lasts_from_its_first_day_to_its_last() {
        let month = Moment::parse("2020-02").unwrap();
        assert_eq!((month.first().to_string(), month.last().to_string()), ("2020-02-01".into(), "2020-02-29".into()));
        assert_eq!(Moment::parse("2019").unwrap().last().to_string(), "2019-12-31");
        assert_eq!(Moment::parse("2019-10-31").unwrap().to_string(), "2019-10-31");
        for text in ["", "19", "2019-13", "2019-1", "2019-02-30", "2019-10-31-1", "October 2019", "0000"] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
