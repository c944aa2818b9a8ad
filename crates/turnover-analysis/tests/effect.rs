//! Effects as facts: missing years, one estimate everywhere, what other choices make of it.

#![allow(clippy::unwrap_used, reason = "test code")]

use turnover_analysis::effect::{Later, Question, compute};
use turnover_analysis::{Answer, Pair, Watch, coverage, diversion, effect};
use turnover_data::{FlowOptions, Flows, Iso3, figures, read_flows};
use turnover_measures::Catalogue;

fn question(measure: &str, partner: &str) -> Question {
    Question {
        measure: measure.into(),
        partner: Some(Iso3::parse(partner).unwrap()),
        products: None,
        later: Later::Drop,
        command: "turnover effect".into(),
    }
}

fn interval(answer: &Answer, id: &str) -> (f64, f64, f64) {
    let f = answer.finding(id).unwrap();
    let value = if let turnover_analysis::Number::Value(x) = f.value { x } else { f64::NAN };
    let i = f.interval.unwrap();
    (value, i.low, i.high)
}

/// In 2010 and 2011 all of Belarus' and Kazakhstan's trade stands in chapter 99. From 2012 on, worked out
/// independently: an excess of 1.291 billion (792 million to 1.666 billion), 2.803 instead of 1.943.
#[test]
fn years_hidden_in_chapter_99_are_missing() {
    let catalogue = Catalogue::embedded().unwrap();
    let flows = figures::russia_food_imports().unwrap();
    let question = diversion::Question {
        measure: "rus-2014-food".into(),
        products: None,
        watch_list: None,
        route: diversion::Route::default(),
        command: "turnover diversion".into(),
    };
    let answer = diversion::answer(&flows, &catalogue, &question, Watch::none()).unwrap();
    let (excess, low, high) = interval(&answer, "diversion.excess.BLR");
    for (found, value) in [(excess, 1.291e9), (low, 0.792e9), (high, 1.666e9)] {
        assert!((found / value - 1.0).abs() < 1e-3, "{found} for {value}");
    }
    let f = answer.finding("diversion.excess.BLR").unwrap();
    assert!(f.statement.contains("2.80 bn instead of 1.94 bn"), "{}", f.statement);
    assert!(f.caveats.iter().any(|c| c.contains("BLR 2010, BLR 2011") && c.contains("missing, not zero")));
}

/// Coverage and effect give one figure; Russia never bought more than 1.26 billion of these goods from the
/// United States in a year, so it cannot have prevented more.
#[test]
fn what_was_prevented_is_one_figure_with_a_range() {
    let catalogue = Catalogue::embedded().unwrap();
    let (pair, food) = (figures::us_russia().unwrap(), figures::russia_food_imports().unwrap());
    let answer = effect::answer(&food, &catalogue, &question("rus-2014-food", "USA"), Watch::none()).unwrap();
    let value = |a: &Answer, id: &str| match a.finding(id).unwrap().value {
        turnover_analysis::Number::Value(x) => x,
        _ => f64::NAN,
    };
    let prevented = value(&answer, "effect.prevented.USA");
    let asked = coverage::Question::new(Pair::resolve("USA", "RUS").unwrap());
    let asked = coverage::Question { year: Some(2019), ..asked };
    let covered = coverage::answer(&pair, Some(&food), &catalogue, &asked).unwrap();
    assert_eq!(value(&covered, "coverage.gone"), prevented);
    let range = answer.finding("effect.range").unwrap().interval.unwrap();
    assert!(range.low < prevented && prevented < range.high, "{range:?}");
    let facts = compute(&food, &catalogue, &question("rus-2014-food", "USA"), Watch::none()).unwrap();
    for what in
        ["from 2012 on", "anticipation", "chapter 99", "took over trade", "rus-2013-ractopamine", "reached later"]
    {
        assert!(facts.specifications.iter().any(|s| s.what.contains(what)), "{what}");
    }
    assert!(facts.gainers.contains(&Iso3::parse("ARG").unwrap()));
    let share = answer.finding("effect.counterfactual_share.USA").unwrap();
    assert!(share.statement.contains("chapters 01 to 25, the only ones here"), "{}", share.statement);
    assert!(!facts.signs_differ());
}

fn flows(text: &str, name: &str) -> Flows {
    let path = std::env::temp_dir().join(format!("turnover-effect-{}-{name}.csv", std::process::id()));
    std::fs::write(&path, text).unwrap();
    read_flows(&path, &FlowOptions::default()).unwrap()
}

/// Exports of Germany and France: drilling machines to Russia fall by half from 2015, those to others by more.
fn made(others: f64) -> String {
    let mut text = "year,exporter,importer,product,value_usd\n".to_owned();
    for year in 2011..=2017 {
        for (e, exporter) in ["DEU", "FRA"].into_iter().enumerate() {
            for (i, importer) in ["RUS", "TUR", "BRA", "IND"].into_iter().enumerate() {
                for (p, product) in ["843049", "870520", "220421", "330300", "640399"].into_iter().enumerate() {
                    let base = 1e6 * (3.0 + (e + 2 * i + 3 * p) as f64 + 0.1 * f64::from((year * 7 + p as i32) % 5));
                    let since = year > 2014 && p < 2;
                    let times = if !since {
                        1.0
                    } else if importer == "RUS" {
                        0.5
                    } else {
                        others
                    };
                    text += &format!("{year},{exporter},{importer},{product},{}\n", base * times);
                }
            }
        }
    }
    text
}

#[test]
fn a_sender_may_be_a_group() {
    let catalogue = Catalogue::embedded().unwrap();
    let answer = effect::answer(
        &flows(&made(1.0), "group"),
        &catalogue,
        &question("eu-2014-oil-equipment", "RUS"),
        Watch::none(),
    )
    .unwrap();
    let f = answer.finding("effect.log_points").unwrap();
    assert!(f.statement.contains("cut the European Union's exports of the covered products to"), "{}", f.statement);
    let (value, ..) = interval(&answer, "effect.log_points");
    assert!((value - 0.5f64.ln()).abs() < 0.05, "{value}");
}

#[test]
fn an_estimate_against_the_raw_change_warns() {
    let catalogue = Catalogue::embedded().unwrap();
    let flows = flows(&made(0.2), "signs");
    let facts = compute(&flows, &catalogue, &question("eu-2014-oil-equipment", "RUS"), Watch::none()).unwrap();
    assert!(facts.signs_differ());
    let answer = effect::report(&facts);
    let f = answer.finding("effect.log_points").unwrap();
    assert!(f.statement.contains("raised") && f.statement.contains("the other way"), "{}", f.statement);
    assert!(f.caveats[0].contains("the other way than the estimate says"), "{}", f.caveats[0]);
}
