//! Base rates and outlooks on the built-in panel of both books, 1960-2020.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "test code")]

use turnover_analysis::{Pair, history, outlook};
use turnover_data::{Iso3, PairPanel};

fn asked(times: f64, years: i32) -> history::Question {
    history::Question {
        pair: Pair::resolve("USA", "RUS").unwrap(),
        times,
        years,
        least_share: None,
        command: String::new(),
    }
}

/// Of shares of world trade about 1 in 100 tripled within 8 years. In dollars it depends on the year of the
/// start: from 1 to 87 %, so that the interval is far from the one that takes starts as independent.
#[test]
fn tripling_is_rare_and_dollars_are_common_shocks() {
    let panel = PairPanel::built_in().unwrap();
    let facts = history::compute(&panel, &asked(3.0, 8)).unwrap();
    assert!((0.008..0.025).contains(&facts.relative.share), "{:?}", facts.relative);
    assert!(facts.relative.interval.low < 0.01 && facts.relative.interval.high > 0.015);
    let dollars = facts.dollars;
    assert!(dollars.interval.high - dollars.interval.low > 0.2, "{dollars:?}");
    assert!(dollars.by_year.low < 0.03 && dollars.by_year.high > 0.6, "{dollars:?}");
    let path = facts.path.as_ref().unwrap();
    assert!((0.04..0.06).contains(&path.growth) && (1.8..2.2).contains(&path.times), "{path:?}");
    let answer = history::report(&facts);
    assert_eq!(answer.findings[0].id, "history.relative", "the share of world trade is the headline");
}

/// Code 490 is Other Asia, and what is not reported is not nought: Russia's exports to Belarus of 2008 are
/// missing in one book, and the pair did not multiply by 3.58.
#[test]
fn false_cases_are_gone() {
    let panel = PairPanel::built_in().unwrap();
    let facts = history::compute(&panel, &history::Question { least_share: Some(5e-4), ..asked(3.0, 8) }).unwrap();
    let pair = |a, b| (Iso3::parse(a).unwrap(), Iso3::parse(b).unwrap());
    for (a, b) in [("BLR", "RUS"), ("ARE", "JPN"), ("SAU", "TWN")] {
        let found = facts.episodes.iter().find(|e| e.pair == pair(a, b) && e.years.0 >= 2000);
        assert!(found.is_none(), "{found:?}");
    }
    assert!(facts.episodes.iter().all(|e| e.usd.1 < 2e12));
}

/// Proven by rolling origin for each multiple and horizon: better than the base rate, and as often right as it
/// expects to be.
#[test]
fn the_outlook_is_proven() {
    let panel = PairPanel::built_in().unwrap();
    for times in [1.5, 2.0, 3.0] {
        for years in [5, 8] {
            let question = outlook::Question {
                pair: Pair::resolve("USA", "RUS").unwrap(),
                times,
                years,
                world_growth: None,
                command: "turnover outlook".into(),
            };
            let facts = outlook::compute(&panel, &question).unwrap();
            let proof = facts.relative.proof.as_ref().unwrap();
            eprintln!(
                "times {times} within {years}: skill {:.4}, better in {} of {}, expected {:.4}, came {:.4}, n {}, chance {:.4} ({:.4} to {:.4}), base {:.4}, tenths {:.3?}",
                proof.skill(),
                proof.better,
                proof.origins,
                proof.mean,
                proof.reached,
                proof.forecasts,
                facts.relative.model,
                facts.relative.interval.low,
                facts.relative.interval.high,
                facts.relative.base,
                proof.tenths
            );
            assert!(proof.has_skill() && proof.skill() > 0.005, "{times} {years}: {}", proof.skill());
            assert!(
                (proof.mean / proof.reached - 1.0).abs() < 0.5,
                "{times} {years}: {} {}",
                proof.mean,
                proof.reached
            );
            assert!(proof.tenths[9].1 > proof.tenths[0].1, "the highest tenth came true more often than the lowest");
        }
    }
}

/// A panel in which nothing can be known has no skill, and the base rate answers.
#[test]
fn without_skill_the_base_rate_answers() {
    let mut state = 7u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(u32::MAX) * 2.0
    };
    let codes: Vec<Iso3> = turnover_data::countries().iter().map(|c| c.code).take(60).collect();
    let mut pairs = Vec::new();
    for (i, a) in codes.iter().enumerate() {
        for b in &codes[i + 1..] {
            // Walks with equal steps: what was says nothing of what comes.
            let mut log: f64 = 0.0;
            let values = (0..61)
                .map(|_| {
                    log += 0.4 * (draw() - 0.5);
                    1e6 * log.exp()
                })
                .collect();
            pairs.push((*a, *b, values));
        }
    }
    let pair = Pair { a: pairs[0].0, b: pairs[0].1 };
    let panel = PairPanel {
        years: (1960..=2020).collect(),
        totals: vec![2e9; 61],
        pairs,
        source: turnover_data::Source { name: "made".into(), vintage: String::new(), hash: String::new() },
        caveats: Vec::new(),
    };
    let question = outlook::Question { pair, times: 1.5, years: 5, world_growth: Some(0.0), command: String::new() };
    let facts = outlook::compute(&panel, &question).unwrap();
    let proof = facts.relative.proof.clone().unwrap();
    assert!(proof.skill() < 0.02, "{}", proof.skill());
    let mut none = facts.clone();
    none.relative.proof = Some(outlook::Proof { better: 0, ..proof });
    assert_eq!(none.relative.value(), none.relative.base);
    let words = &outlook::report(&none).findings[0].statement;
    assert!(words.contains("the base rate of all starts, since the model has no skill"), "{words}");
}
