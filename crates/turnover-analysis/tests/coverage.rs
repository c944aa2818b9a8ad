//! Coverage as facts: shares, verdicts and what is not known, without the words.

#![allow(clippy::unwrap_used, reason = "test code")]

use std::io::Write;

use turnover_analysis::coverage::{CoverageFacts, Question, Verdict, compute};
use turnover_analysis::{AnalysisError, Pair};
use turnover_data::{FlowOptions, Flows, figures, read_flows};
use turnover_measures::Catalogue;

fn flows(text: &str) -> Flows {
    let dir = std::env::temp_dir().join(format!("turnover-coverage-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join(format!("{:x}.csv", text.bytes().fold(7u64, |h, b| h.wrapping_mul(31).wrapping_add(b.into()))));
    std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
    read_flows(&path, &FlowOptions::default()).unwrap()
}

fn asked<'a>(
    flows: &Flows,
    catalogue: &'a Catalogue,
    pair: &str,
    day: &str,
) -> Result<CoverageFacts<'a>, AnalysisError> {
    let (a, b) = pair.split_once(' ').unwrap();
    let question = Question { date: Some(day.parse().unwrap()), ..Question::new(Pair::resolve(a, b).unwrap()) };
    compute(flows, None, catalogue, &question)
}

/// Chapter 02 is 10 % of the trade, all of it pork, which the embargo bans; chapter 95 is free.
#[test]
fn chapters_and_headings_are_never_added() {
    let rows = "year,reporter,exporter,importer,product,value_usd\n2019,RUS,USA,RUS,02,1000\n2019,RUS,USA,RUS,0203,1000\n\
                2019,RUS,USA,RUS,95,9000\n";
    let catalogue = Catalogue::embedded().unwrap();
    let facts = asked(&flows(rows), &catalogue, "USA RUS", "2019-12-31").unwrap();
    let share = facts.definition("value.bans.both").unwrap().share;
    assert!((share.certain - 0.1).abs() < 1e-12 && (share.most - 0.1).abs() < 1e-12, "{share:?}");
}

/// Russia's report of 2019: steel and aluminium are at most 13.1 % of its sales to the United States.
#[test]
fn russias_sales_are_touched_by_section_232() {
    let catalogue = Catalogue::embedded().unwrap();
    let facts = asked(&figures::us_russia().unwrap(), &catalogue, "USA RUS", "2019-10-31").unwrap();
    let share = facts.definition("value.any.backward").unwrap().share;
    assert!(share.central > 0.05 && share.central < 0.13, "{share:?}");
    assert!(share.most < 0.15, "{share:?}");
    assert!(facts.within.iter().any(|w| w.starts_with("RUS's exports by subheading, 2024")), "{:?}", facts.within);
    assert!(facts.definition("value.bans.backward").is_none(), "no ban bears on Russia's sales");
}

/// Sanctions leave the target's counter-measures out.
#[test]
fn counter_measures_are_no_sanctions() {
    let rows = "year,reporter,exporter,importer,product,value_usd\n2019,RUS,NOR,RUS,0302,1000\n2019,RUS,DEU,RUS,0406,1000\n\
                2019,RUS,DEU,RUS,95,1000\n";
    let catalogue = Catalogue::embedded().unwrap();
    let facts = asked(&flows(rows), &catalogue, "DEU RUS", "2019-12-31").unwrap();
    assert_eq!(facts.definition("value.any.both").unwrap().share.certain, 0.5);
    assert_eq!(facts.definition("value.sanctions.both").unwrap().share.most, 0.0);
    assert_eq!(facts.judged().unwrap().verdict, Verdict::Holds);
}

/// Without a claim of completeness, or with a measure without codes, there is no upper bound and no verdict.
#[test]
fn what_is_not_known_is_not_nought() {
    let rows =
        "year,reporter,exporter,importer,product,value_usd\n2019,RUS,NOR,RUS,95,1000\n2023,RUS,DEU,RUS,95,1000\n";
    let catalogue = Catalogue::embedded().unwrap();
    for (pair, day) in [("NOR RUS", "2019-12-31"), ("DEU RUS", "2023-12-31")] {
        let facts = asked(&flows(rows), &catalogue, pair, day).unwrap();
        let any = facts.definition("value.any.both").unwrap();
        assert_eq!((any.share.most, any.is_unknown), (1.0, true), "{pair}");
        assert_eq!(facts.judged().unwrap().verdict, Verdict::Unknown, "{pair}");
    }
    let cuba = asked(
        &flows("year,exporter,importer,product,value_usd\n2019,USA,CUB,02,1\n"),
        &catalogue,
        "USA CUB",
        "2019-12-31",
    );
    let error = cuba.unwrap_err().to_string();
    assert!(error.starts_with("not answered") && error.contains("case 72"), "{error}");
}

/// HS 2017 has neither 852589, 854149, 854151, 854159 nor 880730, and 8548 has no 00.
#[test]
fn codes_of_a_watch_list_that_match_nothing_are_named() {
    let rows = "year,exporter,importer,product,value_usd\n2019,USA,RUS,854231,300\n2019,USA,RUS,854290,100\n\
                2019,USA,RUS,880330,600\n";
    let catalogue = Catalogue::embedded().unwrap();
    let question = Question {
        date: Some("2019-12-31".parse().unwrap()),
        watch_list: Some("common-high-priority".into()),
        ..Question::new(Pair::resolve("USA", "RUS").unwrap())
    };
    let facts = compute(&flows(rows), None, &catalogue, &question).unwrap();
    let watch = facts.watch.unwrap();
    assert_eq!(watch.share.unwrap().certain, 0.3);
    let mut codes: Vec<&str> = watch.unmatched.iter().map(|c| c.as_str()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["852589", "854149", "854151", "854159", "854800", "880730"]);
}

/// A direction that the figures do not hold is missing, not zero: it is said first.
#[test]
fn a_direction_that_is_missing_is_named() {
    let rows = "year,reporter,exporter,importer,product,value_usd\n2019,RUS,USA,RUS,95,1000\n";
    let catalogue = Catalogue::embedded().unwrap();
    let facts = asked(&flows(rows), &catalogue, "USA RUS", "2019-12-31").unwrap();
    let pair = Pair::resolve("USA", "RUS").unwrap();
    assert_eq!(facts.missing, [(pair.b, pair.a)]);
    let answer = turnover_analysis::coverage::report(&facts);
    assert!(answer.findings[0].caveats[0].contains("missing, not zero"), "{:?}", answer.findings[0].caveats);
    assert!(answer.findings[0].statement.contains("What RUS sold to USA is not in these figures"));
}
