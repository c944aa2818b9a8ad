//! What is known of a pair at the start of a span: size, growth, volatility, its distance from its own peak
//! and mean, and whether a trade sanction stood.

use turnover_data::PairPanel;
use turnover_measures::Regimes;

/// Number of regressors, the constant included.
pub(super) const N: usize = 9;
/// What the regressors are, in order.
pub(super) const NAMES: [&str; N] = [
    "constant",
    "size: log share of world trade",
    "growth of the share over 5 years",
    "growth of the share over 1 year",
    "volatility: mean change of the share a year, in logs",
    "below its own peak, in logs",
    "the same, first half log point",
    "ten years' mean against now, in logs",
    "a trade sanction on record",
];
/// Years of a share that must be there before a start.
const BEFORE: usize = 10;
/// Yearly changes within them that must be there.
const LEAST_CHANGES: usize = 6;
/// Log share at which the size is nought.
const CENTRE: f64 = -9.0;

/// Log shares of world trade of one pair by year of the panel; `NaN` where a direction is not reported.
pub(super) fn log_shares(panel: &PairPanel, values: &[f64]) -> Vec<f64> {
    values
        .iter()
        .zip(&panel.totals)
        .map(|(v, total)| if *v > 0.0 && *total > 0.0 { (v / total).ln() } else { f64::NAN })
        .collect()
}

/// The regressors of a start; `None` where too little is reported before it. All are bounded, so that no
/// single pair pulls the fit.
pub(super) fn row(logs: &[f64], start: usize, sanctioned: bool) -> Option<[f64; N]> {
    let now = *logs.get(start)?;
    if start < BEFORE || !now.is_finite() {
        return None;
    }
    let back = |years: usize| Some(now - logs[start - years]).filter(|g| g.is_finite());
    let window = &logs[start - BEFORE..=start];
    let changes: Vec<f64> = window.windows(2).map(|w| (w[1] - w[0]).abs()).filter(|c| c.is_finite()).collect();
    if changes.len() < LEAST_CHANGES {
        return None;
    }
    let mean = |list: &mut dyn Iterator<Item = f64>| {
        let (sum, n) = list.fold((0.0, 0.0), |(s, n), x| (s + x, n + 1.0));
        sum / n
    };
    let volatility = mean(&mut changes.iter().copied());
    let level = mean(&mut window.iter().copied().filter(|x| x.is_finite()));
    let peak = logs[..=start].iter().copied().filter(|x| x.is_finite()).fold(f64::MIN, f64::max);
    let gap = (peak - now).clamp(0.0, 2.0);
    Some([
        1.0,
        (now - CENTRE).clamp(-1.0, 4.0),
        back(5)?.clamp(-1.0, 1.0),
        back(1)?.clamp(-0.5, 0.5),
        volatility.clamp(0.03, 0.5).ln(),
        gap,
        gap.min(0.5),
        (level - now).clamp(-1.0, 1.0),
        if sanctioned { 1.0 } else { 0.0 },
    ])
}

/// Whether a trade sanction between the two stood, by year of the panel.
pub(super) fn sanctioned(
    regimes: &Regimes,
    panel: &PairPanel,
    a: turnover_data::Iso3,
    b: turnover_data::Iso3,
) -> Vec<bool> {
    let years = panel.years.iter().map(|y| i16::try_from(*y).unwrap_or(i16::MAX));
    years.map(|y| !regimes.between(a, b, y).is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_needs_ten_years_behind_it() {
        let logs: Vec<f64> = (0..12).map(|y| -8.0 + 0.1 * f64::from(y)).collect();
        assert_eq!(row(&logs, 9, false), None);
        let x = row(&logs, 11, true).unwrap();
        assert!((x[2] - 0.5).abs() < 1e-12 && (x[3] - 0.1).abs() < 1e-12 && x[5] == 0.0 && x[8] == 1.0, "{x:?}");
        let mut gone = logs.clone();
        gone[6] = f64::NAN;
        assert_eq!(row(&gone, 11, false), None, "the year of the growth is missing");
    }
}
