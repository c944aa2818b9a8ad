//! Labour fixed in its sectors: the equations themselves, and what theory says of them.

#![allow(clippy::unwrap_used, reason = "test code")]

use turnover_equilibrium::sectors::{Change, Deficits, Economy, EconomyData, Labour, SettleSettings, Settled};

const N: usize = 3;
const S: usize = 2;

fn data(value_added: f64) -> EconomyData {
    let cell = |j: usize, to: usize, from: usize| (j * N + to) * N + from;
    let mut flows = vec![0.0; S * N * N];
    let mut tariffs = vec![0.0; S * N * N];
    for j in 0..S {
        for to in 0..N {
            for from in (0..N).filter(|i| *i != to) {
                flows[cell(j, to, from)] = 3.0 + (j + 2 * to + 3 * from) as f64;
                tariffs[cell(j, to, from)] = 0.05 * (1 + to) as f64;
            }
        }
    }
    EconomyData {
        regions: N,
        sectors: S,
        flows,
        tariffs,
        output: vec![60.0, 80.0, 50.0, 90.0, 70.0, 100.0],
        value_added: vec![value_added; S * N],
        inputs: vec![0.5; N * S * S],
        theta: vec![3.0, 6.0],
    }
}

fn solve(economy: &Economy, change: &Change, labour: Labour, deficits: Deficits) -> Settled {
    let settings = SettleSettings { labour, deficits, ..SettleSettings::default() };
    economy.settle(change, &settings, None).unwrap()
}

fn shock(economy: &Economy) -> Change {
    let mut change = Change::none(economy);
    change.add_effect(0, 0, 1, -2.0);
    change.set_tariff(1, 2, 0, 0.6);
    change
}

/// Every sector's wage bill is its share of what it sells, and a region's income is all of them, tariffs and deficit.
#[test]
fn each_sectors_wage_clears_its_labour_market() {
    let economy = Economy::new(&data(0.6)).unwrap().0;
    for deficits in [Deficits::Kept, Deficits::Proportional, Deficits::Zero] {
        let none = Change::none(&economy);
        let before = solve(&economy, &none, Labour::Fixed, Deficits::Kept);
        assert!((0..N).all(|r| (0..S).all(|j| before.log_sector_wage(j, r).abs() < 1e-11)), "nothing changes");
        let after = solve(&economy, &shock(&economy), Labour::Fixed, deficits);
        let sold = |s: &Settled, j: usize, r: usize| (0..N).map(|to| s.flow(j, to, r)).sum::<f64>();
        for r in 0..N {
            let mut wages = 0.0;
            for j in 0..S {
                let bill = 0.6 * sold(&before, j, r) * after.log_sector_wage(j, r).exp();
                assert!((bill / (0.6 * sold(&after, j, r)) - 1.0).abs() < 1e-10, "{deficits:?} {r} {j}");
                wages += bill;
            }
            let income = wages + after.revenue(r) + after.deficit(r);
            assert!((income / after.income(r) - 1.0).abs() < 1e-10);
        }
        let differ = after.log_sector_wage(0, 1) - after.log_sector_wage(1, 1);
        assert!(differ < -0.01, "what region 1 can no longer sell pays less: {differ}");
    }
}

/// With one sector labour has nowhere to go, so that the short run is the long run.
#[test]
fn with_one_sector_the_two_runs_are_one() {
    let two = data(0.6);
    let one = EconomyData {
        sectors: 1,
        flows: two.flows[..N * N].to_vec(),
        tariffs: two.tariffs[..N * N].to_vec(),
        output: two.output[..N].to_vec(),
        value_added: vec![0.6; N],
        inputs: vec![1.0; N],
        theta: vec![3.0],
        ..two
    };
    let economy = Economy::new(&one).unwrap().0;
    let mut change = Change::none(&economy);
    change.add_effect(0, 0, 1, -2.0);
    change.set_tariff(0, 2, 0, 0.6);
    let long = solve(&economy, &change, Labour::Mobile, Deficits::Kept);
    let short = solve(&economy, &change, Labour::Fixed, Deficits::Kept);
    for r in 0..N {
        assert!((long.log_wage(r) - short.log_wage(r)).abs() < 1e-10);
        assert!((long.income(r) / short.income(r) - 1.0).abs() < 1e-10);
    }
}

/// A ban on what a region sells costs it more while labour cannot leave the sector.
#[test]
fn a_ban_costs_more_in_the_short_run() {
    let economy = Economy::new(&data(0.6)).unwrap().0;
    let mut change = Change::none(&economy);
    (0..N).filter(|to| *to != 1).for_each(|to| change.add_effect(0, to, 1, -30.0));
    let loss = |labour: Labour| {
        let before = solve(&economy, &Change::none(&economy), labour, Deficits::Zero);
        let after = solve(&economy, &change, labour, Deficits::Zero);
        1.0 - after.income(1) / before.income(1) * (before.log_price(1) - after.log_price(1)).exp()
    };
    assert!(loss(Labour::Fixed) > loss(Labour::Mobile) && loss(Labour::Mobile) > 0.0);
}
