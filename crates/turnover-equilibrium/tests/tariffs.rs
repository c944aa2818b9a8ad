//! Optimal tariffs, autarky and bans against what theory says of them.

#![allow(clippy::unwrap_used, reason = "test code")]

use turnover_equilibrium::maximum;
use turnover_equilibrium::sectors::{Change, Deficits, Economy, EconomyData, SettleSettings, Settled};

/// Regions of given sizes that trade without tariffs, in one sector without inputs, each selling a part of its output
/// abroad in proportion to the others' sizes.
fn world(sizes: &[f64], abroad: f64, theta: f64) -> Economy {
    let n = sizes.len();
    let all: f64 = sizes.iter().sum();
    let mut flows = vec![0.0; n * n];
    for to in 0..n {
        for from in (0..n).filter(|i| *i != to) {
            flows[to * n + from] = abroad * sizes[from] * sizes[to] / all;
        }
    }
    let data = EconomyData {
        regions: n,
        sectors: 1,
        flows,
        tariffs: vec![0.0; n * n],
        output: sizes.to_vec(),
        value_added: vec![1.0; n],
        inputs: vec![0.0; n],
        theta: vec![theta],
    };
    Economy::new(&data).unwrap().0
}

fn real_income(before: &Settled, after: &Settled, r: usize) -> f64 {
    after.income(r) / before.income(r) * (before.log_price(r) - after.log_price(r)).exp()
}

/// Gros (1987): with goods that differ by origin a country so small that it moves nobody's prices but those of its own
/// goods is best off with a tariff of `1 / (sigma - 1)`, which is `1 / theta`.
#[test]
fn a_small_countrys_best_tariff_is_one_over_theta() {
    for theta in [2.0, 4.0, 8.0] {
        let economy = world(&[1e-4, 1.0, 1.0], 0.3, theta);
        let settings = SettleSettings { tolerance: 1e-14, ..SettleSettings::default() };
        let before = economy.settle(&Change::none(&economy), &settings, None).unwrap();
        let best = maximum(0.0, 2.0, 1e-5, &mut |t| {
            let mut change = Change::none(&economy);
            (1..3).for_each(|from| change.set_tariff(0, 0, from, t));
            economy.settle(&change, &settings, Some(&before)).map(|after| real_income(&before, &after, 0))
        })
        .unwrap();
        assert!((best.at * theta - 1.0).abs() < 5e-3, "theta {theta}: {}", best.at);
    }
}

/// Arkolakis, Costinot and Rodriguez-Clare (2012): with balanced trade real income changes by the domestic share to
/// the power of `-1 / theta`, and autarky costs what the domestic share says. Under each rule for imbalances autarky
/// ends them, so that it is the same from a balanced start.
#[test]
fn autarky_and_bans_cost_what_domestic_shares_say_under_every_rule() {
    let theta = 4.0;
    let economy = world(&[1.0, 2.0, 3.0], 0.3, theta);
    for deficits in [Deficits::Kept, Deficits::Proportional, Deficits::Zero] {
        let settings = SettleSettings { deficits, ..SettleSettings::default() };
        let before = economy.settle(&Change::none(&economy), &settings, None).unwrap();
        let share = |s: &Settled, r: usize| s.flow(0, r, r) / s.spending(0, r);
        for (ban, autarky) in [(-3.0, false), (-60.0, true)] {
            let mut change = Change::none(&economy);
            for i in 1..3 {
                change.add_effect(0, 0, i, ban);
                change.add_effect(0, i, 0, ban);
            }
            let after = economy.settle(&change, &settings, Some(&before)).unwrap();
            let by_share = (share(&after, 0) / share(&before, 0)).powf(-1.0 / theta);
            let found = real_income(&before, &after, 0);
            // The regions' deficits differ from nought, since small ones sell more than they buy; a ban moves them.
            let transfer = (after.income(0) - after.deficit(0))
                / after.income(0)
                / ((before.income(0) - before.deficit(0)) / before.income(0));
            assert!((found * transfer - by_share).abs() < 1e-9, "{deficits:?} {ban}: {found} {by_share}");
            if autarky && deficits == Deficits::Zero {
                assert!((found - share(&before, 0).powf(1.0 / theta)).abs() < 1e-9);
            }
        }
    }
}

/// The derivative of real income through the equilibrium is that of the differences.
#[test]
fn the_slope_of_real_income_is_exact() {
    let economy = world(&[1.0, 2.0, 0.5], 0.4, 5.0);
    for deficits in [Deficits::Kept, Deficits::Proportional, Deficits::Zero] {
        let settings = SettleSettings { deficits, tolerance: 1e-14, ..SettleSettings::default() };
        let at = |t: f64| {
            let mut change = Change::none(&economy);
            change.set_tariff(0, 0, 1, 0.1 + t);
            change.add_effect(0, 1, 2, 3.0 * t);
            let settled = economy.settle(&change, &settings, None).unwrap();
            (change, settled)
        };
        let (change, here) = at(0.0);
        let mut direction = Change::direction(&economy);
        direction.set_tariff(0, 0, 1, 1.0);
        direction.add_effect(0, 1, 2, 3.0);
        let tangent = economy.tangent(&here, &change, &direction, &settings).unwrap();
        let h = 1e-4;
        let (_, up) = at(h);
        let (_, down) = at(-h);
        for r in 0..3 {
            let log = |s: &Settled| s.income(r).ln() - s.log_price(r);
            let slope = (log(&up) - log(&down)) / (2.0 * h);
            assert!((tangent.log_real_income(r) - slope).abs() < 1e-7, "{deficits:?} {r}: {slope}");
        }
    }
}
