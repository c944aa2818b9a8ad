//! Numbers in words, the same in every sentence, table and chart.

use crate::answer::Unit;

/// A dollar value with three significant digits: `26.6 billion US dollars`.
pub fn usd(value: f64) -> String {
    let (scaled, word) = scale(value);
    format!("{}{word} US dollars", significant(scaled))
}

/// A dollar value for tables and axes: `26.6 bn`.
pub fn usd_short(value: f64) -> String {
    let (scaled, word) = scale(value);
    let word = match word {
        " trillion" => " tn",
        " billion" => " bn",
        " million" => " m",
        " thousand" => " k",
        _ => "",
    };
    format!("{}{word}", significant(scaled))
}

/// A range of dollar values with one unit where both have the same: `19.9 to 22.2 billion US dollars`.
pub fn usd_range(low: f64, high: f64) -> String {
    with_one_unit(&usd(low), usd(high))
}

/// The same for tables and axes: `19.9 to 22.2 bn`.
pub fn usd_short_range(low: f64, high: f64) -> String {
    with_one_unit(&usd_short(low), usd_short(high))
}

fn with_one_unit(low: &str, high: String) -> String {
    match (low.split_once(' '), high.split_once(' ')) {
        _ if low == high => high,
        (Some((number, x)), Some((_, y))) if x == y => format!("{number} to {high}"),
        _ => format!("{low} to {high}"),
    }
}

fn scale(value: f64) -> (f64, &'static str) {
    for (size, word) in [(1e12, " trillion"), (1e9, " billion"), (1e6, " million"), (1e3, " thousand")] {
        // Rounding first, so that 999 999 reads 1 million and not 1000 thousand.
        if value.abs() >= size * 0.9995 {
            return (value / size, word);
        }
    }
    (value, "")
}

fn significant(x: f64) -> String {
    match x.abs() {
        0.0 => "0".to_owned(),
        a if a < 0.0005 => significant_digits(x, 2),
        a if a >= 99.95 => format!("{x:.0}"),
        a if a >= 9.995 => format!("{x:.1}"),
        _ => format!("{x:.2}"),
    }
}

/// A share as per cent with at most three digits: `14.9 %`, `0.39 %`, `128 %`.
pub fn percent(share: f64) -> String {
    let x = share * 100.0;
    match x.abs() {
        // Four decimals are the most that is written.
        a if a < 5e-5 => "0 %".to_owned(),
        a if a < 0.1 => format!("{x:.4} %"),
        a if a < 0.995 => format!("{x:.2} %"),
        a if a < 99.95 => format!("{x:.1} %"),
        _ => format!("{x:.0} %"),
    }
}

/// A share as one would say it: `under 0.1 %`, `0.4 %`, `3.4 %`, `31 %`.
pub fn about(share: f64) -> String {
    let x = share * 100.0;
    match x.abs() {
        a if a < 1e-7 => "0 %".to_owned(),
        a if a < 0.1 => "under 0.1 %".to_owned(),
        a if a < 0.95 => format!("{x:.1} %"),
        a if a < 9.95 => format!("{} %", multiple((x * 10.0).round() / 10.0)),
        a if a > 99.5 && a < 99.95 => format!("{x:.1} %"),
        a if (99.95..100.0 - 1e-7).contains(&a) => "over 99.9 %".to_owned(),
        _ => format!("{x:.0} %"),
    }
}

/// The same with a sign.
pub fn percent_signed(share: f64) -> String {
    let text = percent(share);
    if share > 0.0 && text != "0 %" { format!("+{text}") } else { text }
}

/// A range of shares: `0.03 % to 14.9 %`, or one value where both ends read the same.
pub fn percent_range(low: f64, high: f64) -> String {
    let (l, h) = (percent(low), percent(high));
    if l == h { l } else { format!("{l} to {h}") }
}

/// Parts of a whole that people say, each with its name.
const PARTS: [(f64, &str); 15] = [
    (0.05, "a twentieth"),
    (0.1, "a tenth"),
    (0.125, "an eighth"),
    (1.0 / 6.0, "a sixth"),
    (0.2, "a fifth"),
    (0.25, "a quarter"),
    (0.3, "three tenths"),
    (1.0 / 3.0, "a third"),
    (0.4, "two fifths"),
    (0.5, "half"),
    (0.6, "three fifths"),
    (2.0 / 3.0, "two thirds"),
    (0.75, "three quarters"),
    (0.8, "four fifths"),
    (0.9, "nine tenths"),
];

/// A share as people say it: `a quarter`; under 3 % and above 95 % the per cent, which are clearer there.
pub fn part(share: f64) -> String {
    if !(0.03..=0.95).contains(&share) {
        return percent(share);
    }
    let nearest = PARTS.iter().min_by(|a, b| (a.0 / share).ln().abs().total_cmp(&(b.0 / share).ln().abs()));
    nearest.map_or_else(|| percent(share), |(_, name)| (*name).to_owned())
}

/// A multiple: `3`, `2.5`, `0.75`.
pub fn multiple(k: f64) -> String {
    if k.abs() >= 1000.0 {
        return format!("{k:.0}");
    }
    let text = format!("{k:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What is shown of a number that is none, as an error of a perfect fit.
const UNDEFINED: &str = "undefined";

/// A number of a unit, for a table's cell.
pub fn number(x: f64, unit: Unit) -> String {
    match unit {
        _ if x.is_nan() => UNDEFINED.to_owned(),
        Unit::Usd => usd_short(x),
        Unit::Share => percent(x),
        Unit::Change => percent_signed(x),
        Unit::Multiple | Unit::Elasticity => multiple(x),
        Unit::Plain => significant_digits(x, 6),
        Unit::Probability if x < 0.0001 => "< 0.0001".to_owned(),
        Unit::Probability => format!("{x:.4}"),
        Unit::LogPoints => format!("{x:.4}"),
        Unit::Count | Unit::Year => format!("{x:.0}"),
        Unit::Text => x.to_string(),
    }
}

/// A number with so many significant digits: `-3.33871`, `1.2e-09`.
pub fn significant_digits(x: f64, digits: usize) -> String {
    if x.is_nan() {
        return UNDEFINED.to_owned();
    }
    if x == 0.0 || x.is_infinite() {
        return x.to_string();
    }
    let magnitude = x.abs().log10().floor() as i32;
    if !(-5..15).contains(&magnitude) {
        return format!("{x:.*e}", digits - 1);
    }
    let decimals = (digits as i32 - 1 - magnitude).max(0) as usize;
    format!("{x:.decimals$}")
}

/// A country's name inside a sentence, with the article that English wants.
pub fn in_sentence(name: &str) -> String {
    let plural = [
        "United States",
        "United Kingdom",
        "United Arab Emirates",
        "Netherlands",
        "Philippines",
        "Rest of the world",
        "Bahamas",
        "Gambia",
        "Maldives",
        "European Union",
        "Soviet Union",
    ];
    if plural.contains(&name) { format!("the {}", name.replace("Rest", "rest")) } else { name.to_owned() }
}

/// The text with its first letter made a capital.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_said_to_be_undefined() {
        assert_eq!(significant_digits(f64::NAN, 4), "undefined");
        for unit in [Unit::Plain, Unit::Probability, Unit::Usd, Unit::Share, Unit::Change, Unit::Multiple, Unit::Count]
        {
            assert_eq!(number(f64::NAN, unit), "undefined");
        }
    }

    #[test]
    fn shares_have_as_many_digits_as_are_meant() {
        let shares = [0.0, 1e-6, 0.00094, 0.0039, 0.00951, 0.034, 0.0999, 0.14, 0.3089, 0.998, 0.99999, 1.0];
        let words = [
            "0 %",
            "under 0.1 %",
            "under 0.1 %",
            "0.4 %",
            "1 %",
            "3.4 %",
            "10 %",
            "14 %",
            "31 %",
            "99.8 %",
            "over 99.9 %",
            "100 %",
        ];
        assert_eq!(shares.map(about), words);
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(usd(26_618_248_128.0), "26.6 billion US dollars");
        assert_eq!(usd(999_999.0), "1.00 million US dollars");
        assert_eq!(usd_short(233_168_132.0), "233 m");
        assert_eq!(usd(0.0), "0 US dollars");
        assert_eq!(percent(0.1493), "14.9 %");
        assert_eq!(percent(0.0039), "0.39 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent_signed(0.000193), "+0.0193 %");
        assert_eq!((percent(2e-7), percent_signed(2e-7)), ("0 %".to_owned(), "0 %".to_owned()));
        assert_eq!((percent(6e-7), usd_short(2e-5)), ("0.0001 %".to_owned(), "0.000020".to_owned()));
        assert_eq!(percent_range(0.0, 0.149), "0 % to 14.9 %");
        assert_eq!(multiple(3.0), "3");
        assert_eq!(multiple(0.25), "0.25");
        assert_eq!(sentence(&in_sentence("United States")), "The United States");
    }
}
