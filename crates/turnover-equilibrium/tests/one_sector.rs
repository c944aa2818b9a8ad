//! The one-sector model on small and random worlds: known answers and properties.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "test code")]

use proptest::prelude::*;
use turnover_equilibrium::{
    Imbalance, Lever, LimitReason, ReachError, Settings, SolveError, World, WorldError, attainable, cost_cut,
    log_points_of_cost_change, multiple, reach, solve, tariff_equivalent,
};

fn three() -> World {
    World::new(3, vec![80., 5., 5., 6., 90., 4., 4., 5., 70.]).unwrap()
}

/// Two mirror countries: wages stay 1, so shares and welfare have a closed form.
#[test]
fn mirror_countries_have_the_closed_form() {
    let world = World::new(2, vec![90., 10., 10., 90.]).unwrap();
    let b = 0.7f64;
    let settings = Settings::default();
    let solution = solve(&world, &[0., b, b, 0.], &settings, None).unwrap();
    let denominator = 0.9 + 0.1 * b.exp();
    assert!((solution.flow(0, 1) - 100.0 * 0.1 * b.exp() / denominator).abs() < 1e-10);
    // Arkolakis, Costinot and Rodríguez-Clare (2012): welfare is (domestic share)^(-1/theta).
    let gains = (1.0 / denominator).powf(-1.0 / settings.theta);
    assert!((solution.welfare[0] - gains).abs() < 1e-12);
    assert!(solution.log_wage.iter().all(|u| u.abs() < 1e-12));
}

#[test]
fn costs_tariffs_and_log_points_are_the_same_thing() {
    let b = log_points_of_cost_change(-0.2, 4.0);
    assert!((b - 4.0 * 1.25f64.ln()).abs() < 1e-15);
    assert!((cost_cut(b, 4.0) - 0.2).abs() < 1e-15);
    assert!((tariff_equivalent(b, 4.0) - 0.25).abs() < 1e-15);
}

#[test]
fn bad_worlds_and_settings_are_named() {
    assert_eq!(World::new(1, vec![1.]).unwrap_err(), WorldError::Shape { n: 1, found: 1 });
    assert!(matches!(World::new(2, vec![1., -1., 1., 1.]), Err(WorldError::Flow { exporter: 0, importer: 1, .. })));
    assert!(matches!(World::new(2, vec![1., f64::NAN, 1., 1.]), Err(WorldError::Flow { .. })));
    assert!(matches!(World::new(2, vec![0., 0., 1., 1.]), Err(WorldError::Empty { country: 0, .. })));
    assert!(matches!(World::new(2, vec![0., 1., 0., 1.]), Err(WorldError::Empty { country: 0, .. })));
    let apart = World::new(3, vec![1., 1., 0., 1., 1., 0., 0., 0., 1.]);
    assert_eq!(apart.unwrap_err(), WorldError::Apart { country: 2 });
    for theta in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let settings = Settings { theta, ..Settings::default() };
        assert!(matches!(solve(&three(), &[0.0; 9], &settings, None), Err(SolveError::Input { .. })), "{theta}");
    }
    assert!(solve(&three(), &[0.0; 4], &Settings::default(), None).is_err());
    assert!(solve(&three(), &[1e9; 9], &Settings::default(), None).is_err());
}

#[test]
fn an_impossible_multiple_comes_with_its_limit() {
    let world = three();
    let both = [(0, 1), (1, 0)];
    let lever = Lever::between(3, &both);
    let settings = Settings::default();
    let limit = attainable(&world, &lever, &both, &settings).unwrap();
    match reach(&world, &lever, &both, limit.maximum * 1.01, &settings) {
        Err(ReachError::Above { limit: said, .. }) => assert!((said / limit.maximum - 1.0).abs() < 1e-6),
        other => panic!("{other:?}"),
    }
    let near = reach(&world, &lever, &both, limit.maximum * 0.99, &settings).unwrap();
    assert!((near.multiple / (limit.maximum * 0.99) - 1.0).abs() < 1e-10);

    // With one direction free, the other cannot be brought to nothing.
    let one_way = Lever::between(3, &[(0, 1)]);
    match reach(&world, &one_way, &both, 0.01, &settings) {
        Err(ReachError::Below { limit, reason, .. }) => {
            // Less than the other direction's 6 of 11 today: balanced trade shrinks both ways.
            assert!(limit > 0.2 && limit < 6.0 / 11.0, "{limit}");
            assert_eq!(reason, LimitReason::Saturated);
        }
        other => panic!("{other:?}"),
    }
    for k in [0.0, -3.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(reach(&world, &lever, &both, k, &settings), Err(ReachError::Multiple(_))));
    }
    let apart = World::new(3, vec![80., 0., 5., 0., 90., 4., 4., 5., 70.]).unwrap();
    assert_eq!(reach(&apart, &lever, &both, 2.0, &settings).unwrap_err(), ReachError::NoTrade);
}

#[test]
fn the_cut_grows_with_the_multiple() {
    let world = three();
    let both = [(0, 1), (1, 0)];
    let lever = Lever::between(3, &both);
    let mut last = f64::NEG_INFINITY;
    for tenths in 1..=60 {
        let found = reach(&world, &lever, &both, f64::from(tenths) / 10.0, &Settings::default()).unwrap();
        assert!(found.log_points > last, "k = {}", f64::from(tenths) / 10.0);
        last = found.log_points;
    }
}

prop_compose! {
    /// Random worlds of 2 to 7 countries with domestic sales, zeros and imbalances, each country
    /// selling at least to the next.
    fn worlds()(n in 2usize..8)(
        n in Just(n),
        logs in prop::collection::vec(-4.0f64..3.0, n * n),
        zero in prop::collection::vec(prop::bool::weighted(0.1), n * n),
    ) -> World {
        let flows = (0..n * n)
            .map(|at| {
                let (i, j) = (at / n, at % n);
                if i == j { 200.0 + logs[at].exp() } else if zero[at] && j != (i + 1) % n { 0.0 } else { logs[at].exp() }
            })
            .collect();
        World::new(n, flows).unwrap()
    }
}

fn imbalances() -> impl Strategy<Value = Imbalance> {
    prop_oneof![Just(Imbalance::Additive), Just(Imbalance::Multiplicative)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_change_in_costs_changes_nothing(world in worlds(), imbalance in imbalances()) {
        let n = world.len();
        let settings = Settings { imbalance, ..Settings::default() };
        let solution = solve(&world, &vec![0.0; n * n], &settings, None).unwrap();
        for i in 0..n {
            prop_assert!((solution.welfare[i] - 1.0).abs() < 1e-9);
            for j in 0..n {
                prop_assert!((solution.flow(i, j) - world.flow(i, j)).abs() <= 1e-9 * world.output()[i]);
            }
        }
    }

    #[test]
    fn markets_clear_and_world_output_is_the_numeraire(
        world in worlds(),
        imbalance in imbalances(),
        theta in 1.0f64..9.0,
        shock in prop::collection::vec(-1.0f64..1.0, 64),
    ) {
        let n = world.len();
        let settings = Settings { theta, imbalance, ..Settings::default() };
        let log_b: Vec<f64> = (0..n * n).map(|at| if at % (n + 1) == 0 { 0.0 } else { shock[at] }).collect();
        let solution = solve(&world, &log_b, &settings, None).unwrap();
        prop_assert!(solution.residual < 1e-10);
        let income: Vec<f64> = (0..n).map(|i| solution.log_wage[i].exp() * world.output()[i]).collect();
        let old: f64 = world.output().iter().sum();
        let new: f64 = income.iter().sum();
        prop_assert!((new / old - 1.0).abs() < 1e-12);
        let spent: f64 = solution.expenditure.iter().sum();
        let sold: f64 = solution.flows.iter().sum();
        prop_assert!((spent / sold - 1.0).abs() < 1e-12, "Walras");
        if imbalance == Imbalance::Additive {
            for i in 0..n {
                let sales: f64 = (0..n).map(|j| solution.flow(i, j)).sum();
                prop_assert!((sales / income[i] - 1.0).abs() < 1e-10);
            }
        }
    }

    #[test]
    fn a_cost_on_everything_a_country_buys_cancels_in_its_shares(
        world in worlds(),
        b in -1.0f64..1.0,
    ) {
        // P rises or falls by exp(-b/theta) in country 0 and nothing else moves.
        let n = world.len();
        let log_b: Vec<f64> = (0..n * n).map(|at| if at % n == 0 { b } else { 0.0 }).collect();
        let solution = solve(&world, &log_b, &Settings::default(), None).unwrap();
        for i in 0..n {
            let expected = if i == 0 { (b / 4.0).exp() } else { 1.0 };
            prop_assert!((solution.welfare[i] / expected - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn the_answer_put_back_gives_the_multiple(
        world in worlds(),
        imbalance in imbalances(),
        k in 0.3f64..1.5,
    ) {
        let n = world.len();
        let both = [(0, 1), (1, 0)];
        prop_assume!(world.flow(0, 1) > 0.0 && world.flow(1, 0) > 0.0);
        let settings = Settings { imbalance, ..Settings::default() };
        let lever = Lever::between(n, &both);
        let found = match reach(&world, &lever, &both, k, &settings) {
            Ok(found) => found,
            // A fixed imbalance between few countries bounds their trade from below and above.
            Err(ReachError::Below { limit, .. }) => {
                prop_assert!(limit > k && imbalance == Imbalance::Additive);
                return Ok(());
            }
            Err(ReachError::Above { limit, .. }) => {
                prop_assert!(limit < k);
                return Ok(());
            }
            Err(other) => return Err(TestCaseError::fail(format!("{other:?}"))),
        };
        let again = solve(&world, &lever.at(found.log_points), &settings, None).unwrap();
        prop_assert!((multiple(&world, &again, &both) / k - 1.0).abs() < 1e-10);
    }

    #[test]
    fn relabelling_countries_relabels_the_answer(world in worlds(), k in 1.05f64..1.5) {
        let n = world.len();
        prop_assume!(world.flow(0, 1) > 0.0 && world.flow(1, 0) > 0.0);
        let turned: Vec<f64> = (0..n * n).map(|at| world.flow(n - 1 - at / n, n - 1 - at % n)).collect();
        let turned = World::new(n, turned).unwrap();
        let pairs = [(0, 1), (1, 0)];
        let mirror = [(n - 1, n - 2), (n - 2, n - 1)];
        let settings = Settings::default();
        let a = reach(&world, &Lever::between(n, &pairs), &pairs, k, &settings);
        let b = reach(&turned, &Lever::between(n, &mirror), &mirror, k, &settings);
        match (a, b) {
            (Ok(a), Ok(b)) => prop_assert!((a.log_points - b.log_points).abs() < 1e-8),
            (Err(ReachError::Above { limit: a, .. }), Err(ReachError::Above { limit: b, .. })) => {
                prop_assert!((a / b - 1.0).abs() < 1e-3);
            }
            (a, b) => return Err(TestCaseError::fail(format!("{a:?} {b:?}"))),
        }
    }
}
