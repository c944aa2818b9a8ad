//! The labelled examples, and texts that mean harm.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code")]

use std::time::Instant;

use proptest::prelude::*;
use serde_json::Value;
use turnover_statements::{Confidence, Options, Statement, date_of, is_html, predict, read, text_of_html};

/// 52 texts written for this test, with invented figures, in the form that docs/statements.md describes.
const LABELLED: &str = include_str!("labelled.jsonl");

fn items() -> Vec<Value> {
    LABELLED.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// How much two spans have in common: overlap over union, in code points.
fn overlap(a: (u64, u64), b: (u64, u64)) -> f64 {
    let both = a.1.min(b.1).saturating_sub(a.0.max(b.0)) as f64;
    both / ((a.1.max(b.1) - a.0.min(b.0)) as f64)
}

fn span(s: &Value) -> (u64, u64) {
    (s["start"].as_u64().unwrap(), s["end"].as_u64().unwrap())
}

fn same(gold: &Value, found: &Value) -> bool {
    match (gold.as_f64(), found.as_f64()) {
        (Some(g), Some(f)) => (g - f).abs() <= 0.005 * g.abs().max(f.abs()),
        _ => gold == found,
    }
}

/// Whether a check agrees in every field; a base that the text leaves unsaid may be given or not.
fn agrees(gold: &Value, found: &Value) -> bool {
    let (Some(g), Some(f)) = (gold.as_object(), found.as_object()) else { return gold.is_null() && found.is_null() };
    let known = |m: &serde_json::Map<String, Value>, k: &str| m.get(k).cloned().unwrap_or(Value::Null);
    g.keys().chain(f.keys()).filter(|k| *k != "base").all(|k| same(&known(g, k), &known(f, k)))
}

struct Score {
    found: usize,
    proposed: usize,
    labelled: usize,
    checks_right: usize,
    checks_labelled: usize,
    kinds_right: usize,
}

fn score() -> Score {
    let predictions = predict(LABELLED).unwrap();
    let mut out = Score { found: 0, proposed: 0, labelled: 0, checks_right: 0, checks_labelled: 0, kinds_right: 0 };
    for (item, line) in items().iter().zip(predictions.lines()) {
        let predicted: Value = serde_json::from_str(line).unwrap();
        assert_eq!(item["id"], predicted["id"]);
        let mut free: Vec<&Value> = predicted["statements"].as_array().unwrap().iter().collect();
        let optional = |s: &&Value| s["optional"] == true;
        for gold in item["statements"].as_array().unwrap() {
            let at = free.iter().position(|p| overlap(span(gold), span(p)) >= 0.5);
            let match_of = at.map(|i| free.remove(i));
            if optional(&gold) {
                continue;
            }
            out.labelled += 1;
            out.checks_labelled += usize::from(!gold["check"].is_null());
            let Some(found) = match_of else { continue };
            (out.found, out.proposed) = (out.found + 1, out.proposed + 1);
            let alternatives = |field: &str| {
                let more = gold["alt"][field].as_array().cloned().unwrap_or_default();
                std::iter::once(gold[field].clone()).chain(more)
            };
            out.kinds_right += usize::from(alternatives("kind").any(|k| k == found["kind"]));
            let right = alternatives("check").any(|c| agrees(&c, &found["check"]));
            out.checks_right += usize::from(right && !gold["check"].is_null());
        }
        out.proposed += free.len();
    }
    out
}

#[test]
fn the_labelled_examples_are_read() {
    let s = score();
    let (precision, recall) = (s.found as f64 / s.proposed as f64, s.found as f64 / s.labelled as f64);
    let f1 = 2.0 * precision * recall / (precision + recall);
    let checks = s.checks_right as f64 / s.checks_labelled as f64;
    let kinds = s.kinds_right as f64 / s.found as f64;
    println!("statements: precision {precision:.3}, recall {recall:.3}; checks {checks:.3}; kinds {kinds:.3}");
    assert!(precision >= 0.97 && f1 >= 0.95, "precision {precision}, F1 {f1}");
    assert!(checks >= 0.9, "complete checks {checks}");
    assert!(kinds >= 0.95, "kinds {kinds}");
}

#[test]
fn spans_are_the_words_of_the_text() {
    for item in items() {
        let text = item["text"].as_str().unwrap();
        let found = read(text, &Options::on(item["date"].as_str().unwrap().parse().unwrap()));
        for s in &found {
            assert_eq!(s.span, text[s.bytes.clone()]);
            assert_eq!(s.span, text.chars().skip(s.start).take(s.end - s.start).collect::<String>());
        }
        assert!(found.windows(2).all(|w| w[0].bytes.end <= w[1].bytes.start), "{text}");
    }
}

fn only(text: &str) -> Statement {
    let found = read(text, &Options::on("2019-06-15".parse().unwrap()));
    assert_eq!(found.len(), 1, "{text}: {found:#?}");
    found.into_iter().next().unwrap()
}

#[test]
fn numbers_are_read_in_all_their_forms() {
    let percent = |text: &str| {
        let facts = only(&format!("Norway's exports to Chile rose by {text} in 2018.")).check.unwrap().facts;
        facts.percent.or(facts.factor.map(|f| 100.0 * (f - 1.0))).unwrap()
    };
    for (text, value) in [
        ("5 percent", 5.0),
        ("5.5 per cent", 5.5),
        ("five %", 5.0),
        ("twenty-five percent", 25.0),
        ("a hundred and ten percent", 110.0),
        ("a third", 100.0 / 3.0),
        ("two-thirds", 200.0 / 3.0),
        ("nine tenths", 90.0),
        ("half", 50.0),
    ] {
        assert!((percent(text) - value).abs() < 1e-9, "{text}: {}", percent(text));
    }
    let value = |text: &str| only(&format!("Norway sold Chile goods worth {text} in 2018.")).check.unwrap().facts;
    for (text, amount, unit) in [
        ("$2.1bn", 2.1e9, "USD"),
        ("US$2.1 billion", 2.1e9, "USD"),
        ("A$300m", 3e8, "AUD"),
        ("half a million euros", 5e5, "EUR"),
        ("three and a half billion kroner", 3.5e9, "NOK"),
        ("Rs 1.1 lakh crore", 1.1e12, "INR"),
        ("1\u{202f}500\u{202f}000 francs", 1.5e6, "CHF"),
        ("0.95 milliard euros", 9.5e8, "EUR"),
        ("two hundred million pounds", 2e8, "GBP"),
    ] {
        let facts = value(text);
        assert!((facts.value.unwrap() / amount - 1.0).abs() < 1e-12, "{text}: {:?}", facts.value);
        assert_eq!(facts.unit, Some(unit), "{text}");
    }
}

#[test]
fn times_count_from_the_day_of_the_text() {
    let period = |text: &str| {
        only(&format!("Norway sold Chile goods worth 5 million dollars {text}."))
            .check
            .unwrap()
            .facts
            .period
            .unwrap()
            .to_string()
    };
    for (text, interval) in [
        ("in 2014", "2014-01-01/2014-12-31"),
        ("last year", "2018-01-01/2018-12-31"),
        ("so far this year", "2019-01-01/2019-06-15"),
        ("in April", "2019-04-01/2019-04-30"),
        ("in October", "2018-10-01/2018-10-31"),
        ("in March 2017", "2017-03-01/2017-03-31"),
        ("in the first nine months of 2018", "2018-01-01/2018-09-30"),
        ("in the first five months", "2019-01-01/2019-05-31"),
        ("in the third quarter of 2016", "2016-07-01/2016-09-30"),
        ("in Q1 2018", "2018-01-01/2018-03-31"),
        ("in the first half of last year", "2018-01-01/2018-06-30"),
        ("between January and March", "2019-01-01/2019-03-31"),
        ("in the year to October 2018", "2017-11-01/2018-10-31"),
        ("in 2017-18", "2017-04-01/2018-03-31"),
    ] {
        assert_eq!(period(text), interval, "{text}");
    }
}

#[test]
fn a_proposal_says_how_sure_it_is() {
    assert_eq!(only("Norway's exports to Chile rose by 5 percent in 2018.").confidence, Confidence::Certain);
    assert_eq!(only("Norway's exports to Chile may rise by 5 percent.").confidence, Confidence::Possible);
}

#[test]
fn the_day_of_a_text_is_its_first_full_date() {
    assert_eq!(date_of("Vienna, 3 March 2019. Trade rose."), Some("2019-03-03".parse().unwrap()));
    assert_eq!(date_of("Trade rose in March."), None);
}

/// Texts that are long, deep or broken.
#[test]
fn hostile_texts_are_harmless_and_take_linear_time() {
    let quotes = "“‘\"".repeat(200_000);
    let digits = format!("Norway's exports to Chile rose by {} percent.", "9".repeat(1_000_000));
    let words = "exports ".repeat(200_000);
    let commas = "Norway sold Chile, and said, ".repeat(50_000);
    let control: String = (0..200_000u32).map(|i| char::from_u32(i % 32).unwrap()).collect();
    let tags = "<p<script>".repeat(50_000);
    let places = "Norway and Chile and ".repeat(50_000);
    for text in [quotes, digits, words, commas, control, tags, places] {
        let before = Instant::now();
        let _ = read(&text, &Options::default());
        let _ = (text_of_html(&text), is_html(&text), date_of(&text));
        assert!(
            before.elapsed().as_secs_f64() < 5.0,
            "{}: {:?}",
            &text.chars().take(20).collect::<String>(),
            before.elapsed()
        );
    }
}

#[test]
fn wrong_items_are_named_by_line() {
    let error =
        predict("{\"id\": \"a\", \"date\": \"2019-01-01\", \"text\": \"x\"}\n{\"id\": 3}").unwrap_err().to_string();
    assert!(error.starts_with("line 2: "), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}", date in (1900i16..2100, 1i8..=12, 1i8..=28)) {
        let options = Options::on(jiff::civil::date(date.0, date.1, date.2));
        for s in read(&text, &options) {
            prop_assert_eq!(&s.span, &text[s.bytes.clone()]);
        }
        let _ = text_of_html(&text);
    }

    #[test]
    fn no_order_of_its_own_words_makes_it_panic(words in proptest::collection::vec(proptest::sample::select(vec![
        "Norway", "Chile's", "exports", "to", "from", "rose", "by", "5", "percent", "a", "third", "of", ",", ".", "said", "the",
        "minister", "2014", "first", "half", "months", "since", "billion", "$", "and", "“", "”", "embargo", "because", "deficit",
        "second", "largest", "market", "ten", "times", "29", "February", "-", "20", "within", "nine", "U.S.", "EU", "not", "is", ":",
    ]), 0..40)) {
        let text = words.join(" ");
        for s in read(&text, &Options::on("2020-02-29".parse().unwrap())) {
            prop_assert_eq!(&s.span, &text[s.bytes.clone()]);
        }
    }
}
