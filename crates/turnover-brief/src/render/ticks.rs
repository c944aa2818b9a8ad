//! Round places along an axis, and what is written at each.
//!
//! A tick is a whole number of steps, and a step is 1, 2 or 5 times a power of ten. So a tick is a short
//! decimal, and its label is written from that decimal's digits: no rounding, no zero lost or kept by
//! accident, and no two ticks alike.

use turnover_analysis::Unit;

/// Longest label in plain digits; a longer one is written with an exponent.
const LONGEST: usize = 9;
/// Ticks of an axis at most.
const MOST: i64 = 24;

/// The ticks of one axis.
pub(super) struct Ticks {
    /// Where they are, ascending.
    pub(super) values: Vec<f64>,
    /// What is written there.
    pub(super) labels: Vec<String>,
}

/// 1, 2 or 5 times a power of ten.
#[derive(Clone, Copy)]
struct Step {
    factor: i64,
    power: i32,
}

impl Step {
    /// The smallest step at or above a size; a whole number where the unit has no fractions.
    fn at_least(size: f64, unit: Unit) -> Self {
        let whole = matches!(unit, Unit::Count | Unit::Year);
        if !(size.is_finite() && size >= 1e-290) {
            return Step { factor: 1, power: 0 };
        }
        let mut power = size.log10().floor() as i32;
        let mut factor = [1, 2, 5].into_iter().find(|f| Step { factor: *f, power }.size() >= size * 0.999);
        if factor.is_none() {
            power += 1;
            factor = Some(1);
        }
        let step = Step { factor: factor.unwrap_or(1), power };
        if whole && step.power < 0 { Step { factor: 1, power: 0 } } else { step }
    }

    fn size(self) -> f64 {
        self.value(1)
    }

    /// The last tick at or below a value, in steps from zero; the first at or above it. Rounding in the
    /// division must not take a tick for its neighbour.
    fn below(self, value: f64) -> i64 {
        let steps = value / self.size();
        (steps + 1e-12 * steps.abs().max(1.0)).floor() as i64
    }

    fn above(self, value: f64) -> i64 {
        let steps = value / self.size();
        (steps - 1e-12 * steps.abs().max(1.0)).ceil() as i64
    }

    /// The value of the tick that is so many steps from zero, as exact as a float can be.
    fn value(self, steps: i64) -> f64 {
        let digits = (steps * self.factor) as f64;
        if self.power < 0 { digits / 10f64.powi(-self.power) } else { digits * 10f64.powi(self.power) }
    }
}

impl Ticks {
    /// Ticks that enclose a range, about so many.
    pub(super) fn around(low: f64, high: f64, count: f64, unit: Unit) -> Self {
        let step = Step::at_least(distinct(low, high) / count, unit);
        let first = step.below(low);
        let last = step.above(high).max(first + 1);
        Self::of(step, first, last, unit)
    }

    /// Ticks inside a range, at most so many.
    pub(super) fn within(low: f64, high: f64, count: f64, unit: Unit) -> Self {
        let step = Step::at_least(distinct(low, high) / count, unit);
        let first = step.above(low);
        let last = step.below(high);
        Self::of(step, first, last, unit)
    }

    fn of(step: Step, first: i64, last: i64, unit: Unit) -> Self {
        let steps: Vec<i64> = (first..=last.min(first.saturating_add(MOST))).collect();
        Ticks { values: steps.iter().map(|s| step.value(*s)).collect(), labels: labels(&steps, step, unit) }
    }
}

/// A range that floats can divide into ticks.
fn distinct(low: f64, high: f64) -> f64 {
    (high - low).max(low.abs().max(high.abs()) * 1e-12)
}

/// The labels of ticks, in one unit and with as many decimals as the step has.
fn labels(steps: &[i64], step: Step, unit: Unit) -> Vec<String> {
    let digits: Vec<i64> = steps.iter().map(|s| s * step.factor).collect();
    let largest = digits.iter().map(|d| d.unsigned_abs()).max().unwrap_or(0).max(1);
    let magnitude = largest.ilog10() as i32 + step.power;
    let (shift, word) = match unit {
        Unit::Usd => match magnitude {
            12.. => (-12, " tn"),
            9.. => (-9, " bn"),
            6.. => (-6, " m"),
            3.. => (-3, " k"),
            _ => (0, ""),
        },
        Unit::Share | Unit::Change => (2, " %"),
        _ => (0, ""),
    };
    let power = step.power + shift;
    let plain: Vec<String> = digits.iter().map(|d| decimal(*d, power)).collect();
    let long = plain.iter().any(|text| text.trim_start_matches('-').len() > LONGEST);
    // An exponent says all of the size.
    let (texts, word): (Vec<String>, &str) = match (long, unit) {
        (false, _) => (plain, word),
        (true, Unit::Usd) => (digits.iter().map(|d| scientific(*d, step.power)).collect(), ""),
        (true, _) => (digits.iter().map(|d| scientific(*d, power)).collect(), word),
    };
    let zero = |d: i64| d == 0 && unit == Unit::Usd;
    texts.into_iter().zip(&digits).map(|(t, d)| if zero(*d) { "0".to_owned() } else { format!("{t}{word}") }).collect()
}

/// `digits` times ten to the `power`, in plain digits.
fn decimal(digits: i64, power: i32) -> String {
    if digits == 0 {
        return "0".to_owned();
    }
    let sign = if digits < 0 { "-" } else { "" };
    let text = digits.unsigned_abs().to_string();
    if power >= 0 {
        return format!("{sign}{text}{}", "0".repeat(power as usize));
    }
    let decimals = power.unsigned_abs() as usize;
    let text = format!("{text:0>width$}", width = decimals + 1);
    let (whole, part) = text.split_at(text.len() - decimals);
    format!("{sign}{whole}.{part}")
}

/// The same with an exponent: `2.5e-12`.
fn scientific(digits: i64, power: i32) -> String {
    if digits == 0 {
        return "0".to_owned();
    }
    let sign = if digits < 0 { "-" } else { "" };
    let text = digits.unsigned_abs().to_string();
    let exponent = power + text.len() as i32 - 1;
    let (first, rest) = text.split_at(1);
    let rest = rest.trim_end_matches('0');
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}e{exponent}")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const UNITS: [Unit; 9] = [
        Unit::Usd,
        Unit::Share,
        Unit::Change,
        Unit::Multiple,
        Unit::LogPoints,
        Unit::Count,
        Unit::Year,
        Unit::Plain,
        Unit::Elasticity,
    ];

    /// What a label says, as a number.
    pub(in crate::render) fn parse(label: &str) -> f64 {
        let (digits, word) = label.split_once(' ').unwrap_or((label, ""));
        // One conversion of the whole decimal, so that nothing is rounded twice.
        let exponent = match word {
            "" => 0,
            "k" => 3,
            "m" => 6,
            "bn" => 9,
            "tn" => 12,
            "%" => -2,
            other => panic!("{other} in {label}"),
        };
        let (mantissa, own) = digits.split_once('e').unwrap_or((digits, "0"));
        format!("{mantissa}e{}", own.parse::<i32>().unwrap() + exponent).parse().unwrap()
    }

    /// Numbers from a seed, the same in every run.
    pub(in crate::render) fn numbers(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 53) as f64
        }
    }

    fn check(ticks: &Ticks, about: &str) {
        assert_eq!(ticks.values.len(), ticks.labels.len());
        for (value, label) in ticks.values.iter().zip(&ticks.labels) {
            let said = parse(label);
            assert!((said - value).abs() <= 1e-14 * value.abs(), "{about}: {label} stands at {value}");
            assert!(!label.starts_with("-0") || said < 0.0, "{about}: {label}");
        }
        for (at, label) in ticks.labels.iter().enumerate() {
            assert!(!ticks.labels[..at].contains(label), "{about}: {label} twice in {:?}", ticks.labels);
        }
    }

    #[test]
    fn ten_thousand_scales_say_what_they_stand_at() {
        let mut next = numbers(0x9E37_79B9_7F4A_7C15);
        for at in 0..10_000 {
            let unit = UNITS[at % UNITS.len()];
            let size = 10f64.powf(next() * 34.0 - 17.0);
            let (x, y) = (size * (next() - 0.3), size * (next() - 0.3));
            // Half of the ranges hold zero, as an axis of values does.
            let (low, high) = if at % 2 == 0 { (x.min(0.0), y.max(0.0)) } else { (x.min(y), x.max(y)) };
            let about = format!("{unit:?} from {low:e} to {high:e}");
            let around = Ticks::around(low, high, 4.0, unit);
            check(&around, &about);
            let (first, last) = (around.values[0], around.values[around.values.len() - 1]);
            let slack = (around.values[1] - first) * 1e-11;
            assert!(first <= low + slack && last >= high - slack, "{about}: {:?}", around.values);
            assert!((2..=8).contains(&around.values.len()), "{about}: {:?}", around.labels);
            check(&Ticks::within(low, high, 7.0, unit), &about);
        }
    }

    #[test]
    fn labels_are_short_and_whole() {
        let labels = |low, high, unit| Ticks::around(low, high, 4.0, unit).labels.join(", ");
        assert_eq!(labels(0.0, 4e8, Unit::Usd), "0, 100 m, 200 m, 300 m, 400 m");
        assert_eq!(labels(0.0, 28.5e9, Unit::Usd), "0, 10 bn, 20 bn, 30 bn");
        assert_eq!(labels(0.0, 2e9, Unit::Usd), "0, 0.5 bn, 1.0 bn, 1.5 bn, 2.0 bn");
        assert_eq!(labels(-150.0, 150.0, Unit::Usd), "-200, -100, 0, 100, 200");
        assert_eq!(labels(0.0, 1.0, Unit::Share), "0 %, 50 %, 100 %");
        assert_eq!(labels(0.0, 0.0004, Unit::Share), "0 %, 0.01 %, 0.02 %, 0.03 %, 0.04 %");
        assert_eq!(labels(-1.0, 1.2, Unit::Change), "-100 %, 0 %, 100 %, 200 %");
        assert_eq!(labels(0.0, 40.0, Unit::Count), "0, 10, 20, 30, 40");
        assert_eq!(labels(0.0, 2.0, Unit::Count), "0, 1, 2");
        assert_eq!(labels(0.0, 8e-12, Unit::Plain), "0, 2e-12, 4e-12, 6e-12, 8e-12");
        let years = Ticks::within(1996.0, 2020.0, 7.0, Unit::Year).labels.join(", ");
        assert_eq!(years, "2000, 2005, 2010, 2015, 2020");
    }

    #[test]
    fn ranges_without_a_size_have_ticks_too() {
        for (low, high) in [(0.0, 0.0), (0.0, 1e-310), (-1e-300, 0.0), (1e300, 1e300), (0.0, 1e305), (5.0, 5.0)] {
            for unit in UNITS {
                for ticks in [Ticks::around(low, high, 4.0, unit), Ticks::within(low, high, 7.0, unit)] {
                    assert!(ticks.values.iter().all(|v| v.is_finite()), "{low} to {high}");
                    assert!(ticks.values.len() <= MOST as usize + 1);
                }
            }
        }
    }
}
