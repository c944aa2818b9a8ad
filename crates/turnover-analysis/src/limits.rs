//! How large a question may be: one set of limits for every way in.

use std::ops::RangeInclusive;

use crate::error::AnalysisError;

/// Multiples that are sought.
pub const TIMES: RangeInclusive<f64> = 1e-4..=1e6;
/// Trade elasticities.
pub const THETA: RangeInclusive<f64> = 0.1..=100.0;
/// Log points of one change.
pub const LOG_POINTS: RangeInclusive<f64> = -100.0..=100.0;
/// Log points of all changes of a flow together: the exponential of more overflows.
pub const LOG_POINTS_TOGETHER: f64 = 690.0;
/// Largest rise of an ad valorem cost by one change, as a share; a fall is one of less than all.
pub const MOST_COST: f64 = 100.0;
/// Changes, or levers, of one question.
pub const CHANGES: usize = 100;
/// Countries or regions.
pub const REGIONS: usize = 1_000;
/// Sectors.
pub const SECTORS: usize = 1_000;
/// Flows by sector, importer and exporter.
pub const CELLS: usize = 20_000_000;

fn refuse(what: &'static str, found: f64, expected: &'static str, help: &str) -> AnalysisError {
    let found = if found.abs() > 1e9 || (found != 0.0 && found.abs() < 1e-6) {
        format!("{found:e}")
    } else {
        found.to_string()
    };
    AnalysisError::Range { what, found, expected, help: help.to_owned() }
}

/// The multiple of a goal-seek.
pub fn check_times(times: f64) -> Result<(), AnalysisError> {
    if TIMES.contains(&times) {
        return Ok(());
    }
    Err(refuse("‹times›", times, "a number from 0.0001 to 1000000", "2 doubles the trade, 0.5 halves it"))
}

/// A trade elasticity.
pub fn check_theta(theta: f64) -> Result<(), AnalysisError> {
    if THETA.contains(&theta) {
        return Ok(());
    }
    Err(refuse(
        "‹theta›",
        theta,
        "a number from 0.1 to 100",
        "estimates of the trade elasticity lie between 2 and 10; the default is 4",
    ))
}

/// A change of an ad valorem cost, as a share.
pub fn cost_is_within(share: f64) -> bool {
    share > -1.0 && share <= MOST_COST
}

/// The number of changes.
pub(crate) fn check_changes(count: usize) -> Result<(), AnalysisError> {
    if (1..=CHANGES).contains(&count) {
        return Ok(());
    }
    Err(refuse("the number of changes", count as f64, "1 to 100", "join changes of the same flows"))
}

/// The size of a world.
pub(crate) fn check_size(source: &str, regions: usize, sectors: usize) -> Result<(), AnalysisError> {
    let cells = sectors.saturating_mul(regions.saturating_mul(regions));
    if regions <= REGIONS && sectors <= SECTORS && cells <= CELLS {
        return Ok(());
    }
    Err(AnalysisError::World {
        source_name: source.to_owned(),
        what: format!("it has {regions} regions and {sectors} sectors"),
        help: "at most 1000 regions, 1000 sectors and 20 million flows are solved; join small ones".to_owned(),
    })
}

/// What the changes of one flow add up to, in log points.
pub(crate) fn check_together(log_points: f64, exporter: &str, importer: &str) -> Result<(), AnalysisError> {
    if log_points.abs() <= LOG_POINTS_TOGETHER {
        return Ok(());
    }
    Err(AnalysisError::Change {
        what: format!(
            "the changes of the flow from {exporter} to {importer} add up to a partial effect of {log_points:.0} log points"
        ),
        help: "at most 690 either way are solved: choose smaller changes or a smaller elasticity".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_kept_at_both_ends() {
        for k in [1e-4, 0.5, 1e6] {
            assert!(check_times(k).is_ok());
        }
        for k in [0.0, -1.0, 1e-5, 1e7, 1e300, f64::NAN, f64::INFINITY] {
            assert!(check_times(k).is_err(), "{k}");
        }
        for theta in [1e-9, 0.0, -4.0, 101.0, f64::NAN, f64::INFINITY] {
            assert!(check_theta(theta).is_err(), "{theta}");
        }
        assert!(!cost_is_within(-1.0) && !cost_is_within(1e300) && !cost_is_within(f64::NAN));
        assert!(check_size("the file", 1_001, 1).is_err() && check_size("the file", 1_000, 21).is_err());
        assert!(check_changes(0).is_err() && check_changes(101).is_err());
        assert!(check_together(-691.0, "USA", "RUS").is_err());
    }
}
