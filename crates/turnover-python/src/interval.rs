//! Confidence intervals of other levels than 95 %.

use pyo3::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use crate::pool;

/// The critical value for intervals of level `1 - alpha`, given that of 95 % intervals: of the normal
/// distribution, or of the t distribution whose degrees of freedom, a whole number, give it. `None` where no
/// distribution does.
#[pyfunction]
pub(crate) fn critical_value(at_95: f64, alpha: f64) -> PyResult<Option<f64>> {
    Ok(pool::guarded(|| critical(at_95, 1.0 - alpha / 2.0))?)
}

fn critical(at_95: f64, p: f64) -> Option<f64> {
    let normal = Normal::standard();
    let close = |x: f64| (x - at_95).abs() < 1e-7 * x;
    if close(normal.inverse_cdf(0.975)) {
        return Some(normal.inverse_cdf(p));
    }
    // The value falls in the degrees of freedom.
    let (mut low, mut high) = (1.0f64, 1e9f64);
    while high - low > 1.0 {
        let middle = ((low + high) / 2.0).floor();
        if quantile(middle, 0.975)? >= at_95 * (1.0 - 1e-9) {
            low = middle;
        } else {
            high = middle;
        }
    }
    [low, high].into_iter().find(|d| quantile(*d, 0.975).is_some_and(close)).and_then(|d| quantile(d, p))
}

/// Where the expansion in the degrees of freedom is exact to 11 digits, and the iteration of the exact one slow.
const MANY_DEGREES: f64 = 500.0;

/// A quantile of the t distribution; for many degrees of freedom by its expansion around the normal one (Abramowitz and
/// Stegun 1964, 26.7.5).
fn quantile(degrees: f64, p: f64) -> Option<f64> {
    if degrees <= MANY_DEGREES {
        return StudentsT::new(0.0, 1.0, degrees).ok().map(|t| t.inverse_cdf(p));
    }
    let z = Normal::standard().inverse_cdf(p);
    let square = z * z;
    let terms = [
        (square + 1.0) / 4.0,
        ((5.0 * square + 16.0) * square + 3.0) / 96.0,
        (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0,
        ((((79.0 * square + 776.0) * square + 1482.0) * square - 1920.0) * square - 945.0) / 92160.0,
    ];
    Some(z + terms.iter().rev().fold(0.0, |sum, term| (sum + z * term) / degrees))
}
