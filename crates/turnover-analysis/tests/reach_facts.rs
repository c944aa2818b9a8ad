//! The figures of a goal-seek, without words and without a binary.

#![allow(clippy::unwrap_used, reason = "test code")]

use turnover_analysis::reach::{Customs, Question, ReachFacts, Ways, compute, report};
use turnover_analysis::{NamedWorld, Pair};
use turnover_data::figures;
use turnover_equilibrium::Imbalance;

fn facts(change: impl FnOnce(&mut Question)) -> ReachFacts {
    let world = NamedWorld::new(&figures::world_2014().unwrap(), None).unwrap();
    let mut question = Question::new(Pair::resolve("USA", "RUS").unwrap(), 3.0);
    change(&mut question);
    compute(&world, &question).unwrap()
}

#[test]
fn the_multiple_is_reached_and_its_sizes_agree() {
    let f = facts(|_| ());
    assert!((f.multiple / 3.0 - 1.0).abs() < 1e-10 && f.residual < 1e-12);
    assert!((f.cost_cut() - (1.0 - (-f.log_points / f.theta).exp())).abs() < 1e-12);
    assert!((f.tariff_equivalent() - ((f.log_points / f.theta).exp() - 1.0)).abs() < 1e-12);
    assert!((f.partial_cost_cut() - (1.0 - 3f64.powf(-0.25))).abs() < 1e-12);
    // What multilateral resistance takes back.
    assert!(f.cost_cut() > f.partial_cost_cut());
}

#[test]
fn the_range_holds_the_answer_and_every_elasticity() {
    let f = facts(|q| q.theta = 4.5);
    assert_eq!(f.by_theta.iter().map(|t| t.theta).collect::<Vec<_>>(), [2.0, 3.0, 4.0, 4.5, 5.0, 6.0, 8.0]);
    let range = f.cost_cut_range();
    for taken in &f.by_theta {
        let cut = taken.cost_cut().unwrap();
        assert!((range.low..=range.high).contains(&cut), "{}", taken.theta);
    }
    // Less must fall where trade reacts more.
    let cuts: Vec<f64> = f.by_theta.iter().filter_map(|t| t.cost_cut()).collect();
    assert!(cuts.windows(2).all(|w| w[0] > w[1]));
}

#[test]
fn the_curve_passes_through_today_and_the_answer() {
    let f = facts(|_| ());
    assert!(f.curve[0].times == 1.0 && f.curve[0].log_points.abs() < 1e-9);
    let three = f.curve.iter().find(|p| p.times == 3.0).unwrap();
    assert!((three.cost_cut - f.cost_cut()).abs() < 1e-9);
    assert!(f.curve.windows(2).all(|w| w[0].cost_cut < w[1].cost_cut));
    assert!(f.limit.multiple > 10.0);
}

#[test]
fn one_direction_takes_more_and_a_fall_is_a_rise_of_costs() {
    let (both, one) = (facts(|_| ()), facts(|q| q.ways = Ways::Backward));
    assert!(one.cost_cut() > both.cost_cut());
    let half = facts(|q| q.times = 0.5);
    assert!(half.cost_cut() < 0.0 && half.tariff_equivalent() < 0.0);
}

#[test]
fn countries_stand_from_gain_to_loss_and_the_rule_matters_little_for_the_cut() {
    let f = facts(|q| q.imbalance = Imbalance::Balanced);
    assert!(f.countries.windows(2).all(|w| w[0].welfare >= w[1].welfare));
    assert_eq!(f.third().count(), f.countries.len() - 2);
    assert_eq!(f.rules.by_rule.len(), 3);
    let cut = &f.rules.compared[0];
    assert!(cut.over_rules.low <= f.cost_cut() && f.cost_cut() <= cut.over_rules.high);
    assert!(!cut.is_driven(), "the elasticity moves it far more");
}

/// A duty of 5 % gone is exp(4 log 1.05) = 1.2155 before the rest of the world answers.
#[test]
fn a_known_cut_stands_beside_the_answer() {
    let known = facts(|_| ()).known.unwrap();
    assert_eq!(known.tariff, 0.05);
    assert!((1.2..1.2155).contains(&known.multiple), "{}", known.multiple);
}

/// The World Input-Output Database of 2014 has the United States selling Russia goods and services worth 7.08 and
/// buying 14.8 billion US dollars.
#[test]
fn the_world_is_named_and_a_balance_on_the_other_side_is_a_caveat() {
    let f = facts(|_| ());
    assert!((f.world.usd[0] / 7.08e9 - 1.0).abs() < 1e-2 && (f.world.usd[1] / 14.75e9 - 1.0).abs() < 1e-2);
    assert_eq!(f.world.words, "the world of 2014 (44 economies)");
    let with = |forward: f64, backward: f64| {
        facts(|q| q.customs = Some(Customs { year: 2019, usd: [Some(forward), Some(backward)] }))
    };
    assert!(!with(1.3e10, 2.2e10).world.balance_differs());
    assert!(with(2.2e10, 1.3e10).world.balance_differs());
    let answer = report(&with(2.2e10, 1.3e10), "");
    assert!(answer.findings[0].caveats[0].contains("other sign"), "{:?}", answer.findings[0].caveats);
}

#[test]
fn the_answer_is_said_as_people_say_it() {
    let answer = report(&facts(|_| ()), "");
    let said = &answer.finding("reach.cost_cut").unwrap().statement;
    assert!(said.contains("fall by about a quarter (an eighth to two fifths)"), "{said}");
    // A limit of thousands and hundredths of a per cent of welfare elsewhere are the model's, not the world's.
    assert!(answer.finding("reach.maximum").is_none() && answer.finding("reach.third_countries").is_none());
}
