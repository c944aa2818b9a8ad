//! The figures of a pair's potential, without words and without a binary.

#![allow(clippy::unwrap_used, reason = "test code")]

use std::fmt::Write;

use turnover_analysis::potential::{PotentialFacts, Question, compute};
use turnover_analysis::{AnalysisError, Pair};
use turnover_data::{FlowOptions, FlowSource, RawTable, flows_of};
use turnover_measures::{Catalogue, Extent};

const COUNTRIES: [&str; 8] = ["USA", "RUS", "IRN", "DEU", "FRA", "CHN", "JPN", "BRA"];

fn facts(products: &[&str], change: impl FnOnce(&mut Question)) -> Result<PotentialFacts, AnalysisError> {
    facts_of(products, change, |_, _, _, value| Some(value))
}

/// The same of flows (exporter, importer, product) as `of` leaves them.
fn facts_of(
    products: &[&str],
    change: impl FnOnce(&mut Question),
    of: impl Fn(&str, &str, &str, usize) -> Option<usize>,
) -> Result<PotentialFacts, AnalysisError> {
    let mut text = "year,exporter,importer,product,value_usd\n".to_owned();
    for (i, from) in COUNTRIES.iter().enumerate() {
        for (j, to) in COUNTRIES.iter().enumerate().filter(|(j, _)| *j != i) {
            for (k, product) in products.iter().enumerate() {
                let value = of(from, to, product, 1_000_000 * (1 + (3 * i + 5 * j + 7 * k) % 11));
                if let Some(value) = value {
                    writeln!(text, "2019,{from},{to},{product},{value}").unwrap();
                }
            }
        }
    }
    let table = RawTable::from_bytes("flows.csv", text.as_bytes()).unwrap();
    let flows = flows_of(&table, &FlowOptions::default()).unwrap();
    let mut question = Question {
        pair: Pair::resolve("USA", "RUS").unwrap(),
        year: None,
        date: None,
        lift: Vec::new(),
        bring: Vec::new(),
        command: String::new(),
    };
    change(&mut question);
    compute(FlowSource::Table(&flows), &Catalogue::embedded().unwrap(), &question)
}

#[test]
fn potential_adds_up_to_what_is_traded() {
    // The ease of trade scales the indicator to the pair's trade.
    let f = facts(&["02", "27", "87"], |_| ()).unwrap();
    for way in &f.directions {
        let potential: f64 = way.products.iter().map(|p| p.potential_usd).sum();
        assert!((potential / way.actual_usd() - 1.0).abs() < 1e-12);
        assert!(way.products.windows(2).all(|w| w[0].unrealised_usd() >= w[1].unrealised_usd()));
        assert!((0.0..=1.0).contains(&way.complementarity));
        assert!(way.products.iter().all(|p| (0.0..=1.0).contains(&p.density) && p.supply_share > 0.0));
    }
    assert_eq!((f.year, f.on.to_string().as_str(), f.known), (2019, "2019-12-31", true));
}

#[test]
fn lifting_a_measure_frees_its_products() {
    let share = |lift: &[&str]| {
        let lift = lift.iter().map(|id| (*id).to_owned()).collect();
        facts(&["02", "27", "87"], |q| q.lift = lift).unwrap()
    };
    // Meat is barred for ractopamine and as offal too.
    let (plain, lifted) = (share(&[]), share(&["rus-2014-food", "rus-2013-ractopamine", "rus-2017-pigs-fats"]));
    let meat =
        |f: &PotentialFacts| f.directions[0].products.iter().find(|p| p.product.to_string() == "02").unwrap().extent;
    assert!(meat(&plain) != Extent::None && meat(&lifted) == Extent::None);
    assert!(plain.supposition.is_none() && lifted.supposition.is_some());
    let free = |f: &PotentialFacts| f.directions[0].free_share().unwrap();
    assert!(free(&plain).0 <= free(&lifted).0);
}

#[test]
fn what_the_catalogue_does_not_know_is_not_free() {
    let f = facts(&["02", "27"], |q| q.pair = Pair::resolve("JPN", "BRA").unwrap()).unwrap();
    assert!(!f.known);
}

#[test]
fn one_product_has_no_potential() {
    assert!(facts(&["87"], |_| ()).unwrap_err().to_string().contains("trade by product"));
}

#[test]
fn no_potential_exceeds_what_the_market_buys() {
    // Russia buys all its fuel from the United States, of whose exports it is a small part of the world's: the ease of
    // trade is far above 1, and the indicator alone would have Russia buy more machines than it buys at all.
    let fuel = |from: &str, to: &str, value: usize| match (from, to) {
        ("USA", "RUS") => 5_000_000_000,
        (_, "RUS") => value,
        _ => 100_000_000_000,
    };
    let f = facts_of(
        &["02", "27", "84", "87"],
        |_| (),
        |from, to, product, value| Some(if product == "27" { fuel(from, to, value) } else { value }),
    )
    .unwrap();
    let way = &f.directions[0];
    assert!(way.products.iter().all(|p| p.potential_usd <= p.demand_usd), "{way:?}");
    assert!(way.products.iter().any(|p| p.potential_usd == p.demand_usd), "the bound is met");
}

#[test]
fn one_way_is_answered_where_the_other_cannot_be() {
    let f = facts_of(&["02", "27"], |_| (), |_, to, _, value| (to != "USA").then_some(value)).unwrap();
    let ways: Vec<&str> = f.directions.iter().map(|d| d.from.as_str()).collect();
    assert_eq!(ways, ["USA"], "nobody reports what the United States buys");
    let (from, to, why) = &f.missing[0];
    assert_eq!((from.as_str(), to.as_str()), ("RUS", "USA"));
    assert!(why.contains("what the United States buys from others (0 suppliers)"), "{why}");
}

#[test]
fn a_zero_where_much_would_be_expected_is_no_room() {
    let f = facts_of(
        &["27", "84", "87"],
        |_| (),
        |from, to, product, value| ((from, to, product) != ("USA", "RUS", "84")).then_some(value),
    )
    .unwrap();
    let way = &f.directions[0];
    let zeros: Vec<String> = way.suspect_zeros().iter().map(|p| p.product.to_string()).collect();
    assert_eq!(zeros, ["84"]);
    let machines = way.products.iter().find(|p| p.product.to_string() == "84").unwrap();
    assert!(machines.potential_usd > 0.0 && machines.unrealised_usd() == 0.0);
}
