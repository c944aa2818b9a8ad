//! The year of the flows and the day of the measures that an answer is about.

use jiff::civil::Date;
use serde_json::json;
use turnover_analysis::{Answer, Pair, PairFlows};
use turnover_data::Flows;

use crate::error::QueryError;
use crate::options::PeriodOptions;
use crate::workspace::Workspace;

/// The year and the day that all answers of a page are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resolved {
    pub(crate) year: i32,
    pub(crate) date: Date,
}

impl Resolved {
    /// The year that is named; else that of the day, or the latest with flows before it; else the one that the
    /// figures are about, or the latest. The day is the one named, else the end of the year.
    pub(crate) fn of(
        workspace: &Workspace,
        flows: &Flows,
        pair: Pair,
        period: PeriodOptions,
    ) -> Result<Self, QueryError> {
        let pair = PairFlows::new(flows, pair)?;
        let years = pair.years();
        let of_day = period.date.map(|d| i32::from(d.year()));
        let near = of_day.map(|y| years.iter().rev().find(|own| **own <= y).or(years.first()).copied());
        let usual = workspace.usual_year().filter(|y| years.contains(y));
        let year = pair.year_or_latest(period.year.or(near.unwrap_or(usual)))?;
        Ok(Resolved { year, date: period.date.unwrap_or(end_of(year)) })
    }

    /// The same as options.
    pub(crate) fn period(self) -> PeriodOptions {
        PeriodOptions { date: Some(self.date), year: Some(self.year) }
    }

    /// The answer with what it is about beside its findings.
    pub(crate) fn mark(self, mut answer: Answer) -> Answer {
        let resolved = json!({"year": self.year, "date": self.date.to_string()});
        answer.named.insert("resolved".into(), resolved);
        answer
    }
}

/// The last day of a year.
pub(crate) fn end_of(year: i32) -> Date {
    i16::try_from(year).ok().and_then(|y| Date::new(y, 12, 31).ok()).unwrap_or(Date::MAX)
}

/// The day of the measures where no flows of the pair say the year.
pub(crate) fn day(workspace: &Workspace, period: PeriodOptions) -> Date {
    let year = period.year.or(workspace.usual_year());
    period.date.or(year.map(end_of)).unwrap_or(Date::MAX)
}
