//! How a claim is checked: which question of this program bears on it, with the numbers that were said.

use serde::{Deserialize, Serialize};

use super::Moment;

/// Which flow of the pair a claim is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Flow {
    /// Both directions.
    #[default]
    Turnover,
    /// From the first of the pair to the second.
    Exports,
    /// To the first from the second.
    Imports,
    /// The first country's exports less its imports.
    Balance,
}

/// Whether a level is said to be exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bound {
    /// At least so much.
    Above,
    /// At most so much.
    Below,
}

/// How to check a claim.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "question", rename_all = "lowercase", deny_unknown_fields)]
pub enum Check {
    /// The share of trade that measures do not touch.
    Coverage {
        /// At least so much is not affected.
        not_affected_percent: f64,
        /// When: a day, or a month or year in which it is to be so from the first day to the last.
        date: Moment,
    },
    /// The level of trade of a year, or its change.
    Turnover {
        /// What of the statement this is, where it makes several claims.
        claim: Option<String>,
        /// Which flow; both directions by default.
        #[serde(default)]
        flow: Flow,
        /// Whether the level is a least or a most.
        bound: Option<Bound>,
        /// The year of the level.
        year: Option<i32>,
        /// The level.
        billion_usd: Option<f64>,
        /// How far off a level may be.
        tolerance_percent: Option<f64>,
        /// First year of the change.
        from_year: Option<i32>,
        /// Last year.
        to_year: Option<i32>,
        /// The change.
        change_percent: Option<f64>,
        /// How far off the change may be.
        tolerance_points: Option<f64>,
        /// The level of the first year.
        from_billion_usd: Option<f64>,
        /// The level of the last year.
        to_billion_usd: Option<f64>,
    },
    /// The partner's share in the first country's trade with all partners.
    Share {
        /// The year.
        year: i32,
        /// Exports, imports or both.
        #[serde(default)]
        flow: Flow,
        /// The share.
        percent: f64,
        /// How far off it may be.
        tolerance_points: Option<f64>,
        /// Whether the share is a least or a most.
        bound: Option<Bound>,
    },
    /// The partner's place among all partners of the first country.
    Rank {
        /// The year.
        year: i32,
        /// Exports, imports or both.
        #[serde(default)]
        flow: Flow,
        /// The place, from 1.
        rank: u32,
    },
    /// What a multiple would take.
    Reach {
        /// The multiple.
        times: f64,
        /// Within so many years, for the base rate.
        years: i32,
    },
}

/// What a turnover claim says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TurnoverClaim {
    /// A level, US dollars, within a share of it.
    Level { year: i32, usd: f64, tolerance: f64, bound: Option<Bound> },
    /// A change from one year to another, within points.
    Change { from: i32, to: i32, change: f64, tolerance: f64 },
    /// The levels of two years.
    Levels { from: i32, to: i32, usd: [f64; 2], tolerance: f64 },
}

/// How far off a level may be unless it is said, and a change.
const TOLERANCE: f64 = 0.05;

impl Check {
    /// The turnover claim; `None` for another question, or where its numbers do not make one.
    pub(super) fn turnover(&self) -> Option<TurnoverClaim> {
        let Check::Turnover {
            bound,
            year,
            billion_usd,
            tolerance_percent,
            from_year,
            to_year,
            change_percent,
            tolerance_points,
            from_billion_usd,
            to_billion_usd,
            ..
        } = self
        else {
            return None;
        };
        let share = |x: &Option<f64>| x.map_or(TOLERANCE, |x| x / 100.0);
        match (year, billion_usd, from_year, to_year, change_percent, from_billion_usd, to_billion_usd) {
            (Some(year), Some(level), None, None, None, None, None) => {
                let tolerance = share(tolerance_percent);
                Some(TurnoverClaim::Level { year: *year, usd: level * 1e9, tolerance, bound: *bound })
            }
            (None, None, Some(from), Some(to), Some(change), None, None) => Some(TurnoverClaim::Change {
                from: *from,
                to: *to,
                change: change / 100.0,
                tolerance: share(tolerance_points),
            }),
            (None, None, Some(from), Some(to), None, Some(first), Some(last)) => Some(TurnoverClaim::Levels {
                from: *from,
                to: *to,
                usd: [first * 1e9, last * 1e9],
                tolerance: share(tolerance_percent),
            }),
            _ => None,
        }
    }

    /// What is wrong with its numbers.
    pub(super) fn fault(&self) -> Option<String> {
        let share =
            |name: &str, x: f64| (!(0.0..=100.0).contains(&x)).then(|| format!("{name} is {x}; 0 to 100 was expected"));
        match self {
            Check::Share { percent, tolerance_points, .. } => {
                share("percent", *percent).or_else(|| share("tolerance_points", tolerance_points.unwrap_or(0.0)))
            }
            Check::Rank { rank, .. } => (*rank == 0).then(|| "rank is 0; 1 or more was expected".to_owned()),
            Check::Coverage { not_affected_percent, .. } => share("not_affected_percent", *not_affected_percent),
            Check::Reach { times, years } => match () {
                () if !(times.is_finite() && *times > 0.0) => {
                    Some(format!("times is {times}; a number above 0 was expected"))
                }
                () if *years < 1 => Some(format!("years is {years}; 1 or more was expected")),
                () => None,
            },
            Check::Turnover { tolerance_percent, tolerance_points, change_percent, flow, .. } => {
                let tolerances = [("tolerance_percent", tolerance_percent), ("tolerance_points", tolerance_points)];
                let wrong = tolerances.iter().find_map(|(name, x)| share(name, x.unwrap_or(0.0)));
                let change = change_percent.filter(|x| !x.is_finite()).map(|x| format!("change_percent is {x}"));
                wrong.or(change).or_else(|| match self.turnover() {
                    None => Some(
                        "needs year and billion_usd, or from_year, to_year and change_percent, or from_year, to_year, \
                         from_billion_usd and to_billion_usd"
                            .to_owned(),
                    ),
                    // A balance may have either sign.
                    Some(claim) if *flow != Flow::Balance => claim.fault(),
                    Some(_) => None,
                })
            }
        }
    }
}

impl TurnoverClaim {
    fn fault(self) -> Option<String> {
        let level = |usd: f64| {
            let billions = usd / 1e9;
            (!(billions.is_finite() && billions > 0.0))
                .then(|| format!("a level is {billions} billion; a number above 0 was expected"))
        };
        match self {
            TurnoverClaim::Level { usd, .. } => level(usd),
            TurnoverClaim::Levels { from, to, usd, .. } => level(usd[0]).or(level(usd[1])).or_else(|| order(from, to)),
            TurnoverClaim::Change { from, to, .. } => order(from, to),
        }
    }
}

fn order(from: i32, to: i32) -> Option<String> {
    (from >= to).then(|| format!("from_year is {from} and to_year {to}; an earlier and a later year were expected"))
}
