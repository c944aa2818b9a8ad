//! What is to be reached, and within which limits.

use std::path::Path;
use std::str::FromStr;

use serde::Deserialize;

use crate::error::AnalysisError;
use crate::limits::check_times;

/// What is to be reached.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// The pair's trade times this.
    Turnover(f64),
    /// A change of a country's real income, as a share.
    Welfare {
        /// The country, by code or name.
        country: String,
        /// The change: -0.01 is a loss of 1 %.
        change: f64,
    },
}

impl FromStr for Goal {
    type Err = AnalysisError;

    fn from_str(text: &str) -> Result<Self, AnalysisError> {
        let wrong = || AnalysisError::Change {
            what: format!("‹goal› is `{text}`"),
            help: "write 'turnover x 3' or 'welfare:RUS -1 %'".to_owned(),
        };
        let number = |t: &str| t.trim().parse::<f64>().ok().filter(|x| x.is_finite());
        if let Some(rest) = text.trim().strip_prefix("turnover") {
            let rest = rest.trim().trim_start_matches(['x', 'X', '×', '*']);
            let times = number(rest).ok_or_else(wrong)?;
            check_times(times)?;
            return if times == 1.0 { Err(wrong()) } else { Ok(Goal::Turnover(times)) };
        }
        let rest = text.trim().strip_prefix("welfare:").ok_or_else(wrong)?;
        let (country, change) = rest.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
        let change = number(change.trim().trim_end_matches('%')).filter(|c| *c != 0.0 && c.abs() < 100.0);
        Ok(Goal::Welfare { country: country.to_owned(), change: change.ok_or_else(wrong)? / 100.0 })
    }
}

/// Limits of a design.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// A third country may lose at most this share of its real income.
    pub third_countries: Option<f64>,
    /// The one who pulls may lose at most this share.
    pub own: Option<f64>,
    /// Sectors that levers leave alone, by code or name.
    pub leave_alone: Vec<String>,
    /// Tariffs fall on all exporters alike (most favoured nation).
    pub mfn: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsText {
    third_countries_lose_at_most_percent: Option<f64>,
    own_loss_at_most_percent: Option<f64>,
    #[serde(default)]
    leave_alone: Vec<String>,
    #[serde(default)]
    mfn: bool,
}

impl Limits {
    /// Reads a file of limits.
    ///
    /// # Errors
    /// Where it cannot be read or has other keys.
    pub fn read(path: &Path) -> Result<Self, AnalysisError> {
        let wrong = |what: String| AnalysisError::PullFile {
            path: path.display().to_string(),
            what,
            help: "docs/design.md lists the keys of a file of limits".to_owned(),
        };
        let text = std::fs::read_to_string(path).map_err(|e| wrong(format!("cannot be read ({})", e.kind())))?;
        let found: LimitsText = toml::from_str(&text).map_err(|e| wrong(e.to_string().trim().to_owned()))?;
        let share = |x: Option<f64>, what: &str| match x {
            Some(x) if !(0.0..=100.0).contains(&x) => Err(wrong(format!("{what} is {x}; 0 to 100 was expected"))),
            x => Ok(x.map(|x| x / 100.0)),
        };
        Ok(Limits {
            third_countries: share(found.third_countries_lose_at_most_percent, "third_countries_lose_at_most_percent")?,
            own: share(found.own_loss_at_most_percent, "own_loss_at_most_percent")?,
            leave_alone: found.leave_alone,
            mfn: found.mfn,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_read_as_people_write_them() {
        assert_eq!("turnover x 3".parse::<Goal>().unwrap(), Goal::Turnover(3.0));
        assert_eq!("turnover × 1.5".parse::<Goal>().unwrap(), Goal::Turnover(1.5));
        let loss = Goal::Welfare { country: "RUS".to_owned(), change: -0.01 };
        assert_eq!("welfare:RUS -1 %".parse::<Goal>().unwrap(), loss);
        assert_eq!("welfare:RUS -1%".parse::<Goal>().unwrap(), loss);
        for text in ["", "turnover", "turnover x 1", "turnover x -2", "welfare:RUS", "welfare:RUS 0 %", "welfare:RUS x"]
        {
            assert!(text.parse::<Goal>().is_err(), "{text}");
        }
    }
}
