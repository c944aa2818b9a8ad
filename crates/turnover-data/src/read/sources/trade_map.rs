//! ITC Trade Map: tables of a pair by product and of a country's markets, saved as CSV or as its `.xls`, which
//! is HTML. Titles above the table say whose trade it is and in which unit.

use super::{FileFormat, Source};
use crate::country::Iso3;
use crate::error::DataError;
use crate::party::{Party, party};
use crate::read::cell::{missing, period};
use crate::read::form::{Columns, FlowRole, Form, Parties, PartyRole, PeriodRole, ValueColumn};
use crate::read::options::{Direction, FlowOptions};
use crate::read::unit::{Named, Unit, named};

pub(super) struct TradeMap;

/// What the titles say.
enum Title {
    /// `Bilateral trade between Morocco and Türkiye`.
    Pair(Iso3, Iso3),
    /// `List of importing markets for a product exported by Morocco`: reporter and direction.
    Markets(Iso3, Direction),
}

fn country(text: &str) -> Option<Iso3> {
    match party(text.trim().trim_end_matches(['.', ','])) {
        Some(Party::Country(code)) => Some(code),
        _ => None,
    }
}

fn title(c: &Columns<'_>) -> Option<Title> {
    c.table.preamble.iter().find_map(|line| {
        if let Some(rest) = line.split("Bilateral trade between ").nth(1) {
            // The first `and` may belong to a name, as in Bosnia and Herzegovina.
            return rest
                .match_indices(" and ")
                .find_map(|(at, and)| Some(Title::Pair(country(&rest[..at])?, country(&rest[at + and.len()..])?)));
        }
        let side = |words: &str, direction| {
            let rest = line.split(words).nth(1)?;
            let name = rest.split(" in ").next().unwrap_or(rest);
            Some(Title::Markets(country(name)?, direction))
        };
        side("exported by ", Direction::Export).or_else(|| side("imported by ", Direction::Import))
    })
}

/// The unit that the titles name.
fn unit(c: &Columns<'_>) -> Option<Unit> {
    c.table.preamble.iter().filter(|l| l.to_lowercase().starts_with("unit")).find_map(|l| match named(l) {
        Named::Unit(unit) => Some(unit),
        _ => None,
    })
}

/// The year of a heading such as `Value in 2021` or `Exported value in 2021`.
fn of_year(name: &str) -> Option<i32> {
    let lower = name.to_lowercase();
    let year = lower.split("value in ").nth(1)?;
    period(year.split(',').next().unwrap_or(year)).map(|p| p.0)
}

impl Source for TradeMap {
    fn about(&self) -> FileFormat {
        FileFormat {
            name: "ITC Trade Map",
            files: "bilateral trade by product and lists of markets, as CSV or .xls",
            known_by: "a title such as `Bilateral trade between A and B` above columns `Value in 2023`",
            unit: "as the title says, mostly thousand US dollars",
        }
    }

    fn recognise(&self, c: &Columns<'_>) -> bool {
        title(c).is_some() && c.iter().any(|(_, _, col)| of_year(&col.name).is_some())
    }

    fn form(&self, c: &Columns<'_>, options: &FlowOptions) -> Result<Form, DataError> {
        let help = "download the table again with its titles";
        let title = title(c).ok_or_else(|| missing(c.table, "reporter in the titles", help.to_owned()))?;
        let unit = match options.unit.or_else(|| unit(c)) {
            Some(unit) => unit,
            None => {
                return Err(missing(c.table, "unit in the titles", "give --unit, for example thousand-usd".to_owned()));
            }
        };
        let value = |at, name: &str| Some(ValueColumn { year: Some(of_year(name)?), ..ValueColumn::new(at, unit) });
        let (parties, values): (Parties, Vec<ValueColumn>) = match title {
            Title::Pair(reporter, partner) => {
                // Groups of columns: the pair's trade, the partner's and the reporter's with the world.
                let of_pair = |(at, _, col): (usize, &str, &crate::read::RawColumn)| {
                    let (group, name) = col.name.split_once(" | ")?;
                    let group = group.to_lowercase();
                    let direction = match () {
                        () if group.contains("world") => return None,
                        () if group.contains("export") => Direction::Export,
                        () if group.contains("import") => Direction::Import,
                        () => return None,
                    };
                    Some(ValueColumn { direction: Some(direction), ..value(at, name)? })
                };
                let parties = Parties::Reporter {
                    reporter: PartyRole::Constant(reporter),
                    partner: PartyRole::Constant(partner),
                    flow: FlowRole::ByValue,
                };
                (parties, c.iter().filter_map(of_pair).collect())
            }
            Title::Markets(reporter, direction) => {
                let partner = c.need(&["importers", "exporters", "partners"], "partner", help)?;
                let parties = Parties::Reporter {
                    reporter: PartyRole::Constant(reporter),
                    partner: PartyRole::Columns(vec![partner]),
                    flow: FlowRole::Constant(direction),
                };
                (parties, c.iter().filter_map(|(at, _, col)| value(at, &col.name)).collect())
            }
        };
        if values.is_empty() {
            return Err(missing(c.table, "values by year", help.to_owned()));
        }
        let mut form = Form::new("ITC Trade Map", parties, PeriodRole::ByValue, values);
        form.product = c.find(&["productcode", "code"]);
        form.by_direction = true;
        form.thousands = true;
        form.unit_from = "as the titles say";
        if c.table.preamble.iter().any(|l| l.contains("partner reported data (Mirror data)")) {
            form.notes.push(
                "Trade Map shows in orange, which a file does not keep, figures that are the partner's report (mirror \
                 data)."
                    .to_owned(),
            );
        }
        Ok(form)
    }
}
