//! Caliendo and Parro (2015), Table 2, from their original inputs; and what must hold of any economy
//! of many sectors.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "test code")]

use std::path::Path;

use turnover_equilibrium::sectors::{
    Change, Deficits, Economy, EconomyData, EconomyError, Note, SettleSettings, decompose,
};

const REGIONS: usize = 31;
const SECTORS: usize = 40;
const TRADABLE: usize = 20;
/// Canada, Mexico, United States, by place in the authors' list.
const NAFTA: [usize; 3] = [4, 19, 29];

fn table(file: &str) -> Vec<f64> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/caliendo-parro-2015").join(file);
    std::fs::read_to_string(&path).unwrap().split_whitespace().map(|x| x.parse().unwrap()).collect()
}

/// The economy of 1993 and the tariffs of 2005.
fn economy() -> (Economy, Vec<Note>, Vec<f64>) {
    let cells = SECTORS * REGIONS * REGIONS;
    let padded = |mut x: Vec<f64>, scale: f64, value: f64, to: usize| {
        x.iter_mut().for_each(|x| *x *= scale);
        x.resize(to, value);
        x
    };
    let data = EconomyData {
        regions: REGIONS,
        sectors: SECTORS,
        flows: padded(table("xbilat1993.txt"), 1000.0, 0.0, cells),
        tariffs: padded(table("tariffs1993.txt"), 0.01, 0.0, cells),
        output: table("GO.txt"),
        value_added: table("B.txt"),
        inputs: table("IO.txt"),
        theta: padded(table("T.txt"), 1.0, 8.22, SECTORS),
    };
    let later = padded(table("tariffs2005.txt"), 0.01, 0.0, cells);
    let (economy, notes) = Economy::new(&data).unwrap();
    (economy, notes, later)
}

fn nafta(economy: &Economy, later: &[f64]) -> Change {
    let mut change = Change::none(economy);
    for j in 0..TRADABLE {
        for to in NAFTA {
            for from in NAFTA {
                change.set_tariff(j, to, from, later[(j * REGIONS + to) * REGIONS + from]);
            }
        }
    }
    change
}

#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn table_2() {
    let (economy, notes, later) = economy();
    let settings = SettleSettings { deficits: Deficits::Zero, ..SettleSettings::default() };
    let before = economy.settle(&Change::none(&economy), &settings, None).unwrap();
    let start = std::time::Instant::now();
    let after = economy.settle(&nafta(&economy, &later), &settings, Some(&before)).unwrap();
    eprintln!("{} and {} passes, {:?}", before.iterations, after.iterations, start.elapsed());
    let parts = decompose(&before, &after);
    let percent = |x: f64| format!("{:.2}", 100.0 * x).replace("-0.00", "0.00");
    let line = |r: usize| {
        let wage = (after.log_real_wage(r) - before.log_real_wage(r)).exp_m1();
        [parts[r].welfare(), parts[r].terms(), parts[r].volume(), wage].map(percent)
    };
    let [canada, mexico, usa] = NAFTA;
    assert_eq!(line(mexico), ["1.31", "-0.41", "1.72", "1.72"]);
    assert_eq!(line(canada), ["-0.06", "-0.11", "0.04", "0.32"]);
    assert_eq!(line(usa), ["0.08", "0.04", "0.04", "0.11"]);
    for p in &parts {
        assert!((p.terms_by_partner.iter().sum::<f64>() - p.terms()).abs() < 1e-14);
        assert!((p.volume_by_partner.iter().sum::<f64>() - p.volume()).abs() < 1e-14);
    }
    // What the data needed: 26 cells export more than they make.
    let raised = notes.iter().filter(|n| matches!(n, Note::OutputRaised { .. })).count();
    assert_eq!(raised, 26);
    assert!(notes.iter().any(|n| matches!(n, Note::NegativeInputs { .. })));
    assert!(notes.iter().any(|n| matches!(n, Note::InputsScaled { .. })));
    assert!(notes.iter().any(|n| matches!(n, Note::FinalDemandCut { .. })));
}

#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn derivatives_are_those_of_finite_differences() {
    let (economy, _, later) = economy();
    for deficits in [Deficits::Zero, Deficits::Kept, Deficits::Proportional] {
        let settings = SettleSettings { deficits, tolerance: 1e-12, ..SettleSettings::default() };
        let change = nafta(&economy, &later);
        let here = economy.settle(&change, &settings, None).unwrap();
        // Dearer Mexican goods in the United States, a tariff on half of them.
        let mut direction = Change::direction(&economy);
        for j in 0..TRADABLE {
            direction.add_effect(j, 29, 19, -1.0);
            if j % 2 == 0 {
                direction.set_tariff(j, 29, 19, 0.3);
            }
        }
        let tangent = economy.tangent(&here, &change, &direction, &settings).unwrap();
        let step = 1e-4;
        let at = |size: f64| {
            let mut moved = change.clone();
            for j in 0..TRADABLE {
                moved.add_effect(j, 29, 19, -size);
                if j % 2 == 0 {
                    let tariff = later[(j * REGIONS + 29) * REGIONS + 19];
                    moved.set_tariff(j, 29, 19, tariff + 0.3 * size);
                }
            }
            economy.settle(&moved, &settings, Some(&here)).unwrap()
        };
        let (up, down) = (at(step), at(-step));
        let close = |exact: f64, rough: f64, scale: f64| {
            assert!((exact - rough).abs() < 1e-6 * scale, "{deficits:?}: {exact} {rough}");
        };
        for r in [4, 19, 29, 17] {
            close(tangent.log_wage(r), (up.log_wage(r) - down.log_wage(r)) / (2.0 * step), 0.01);
            close(tangent.log_real_wage(r), (up.log_real_wage(r) - down.log_real_wage(r)) / (2.0 * step), 0.01);
        }
        for j in [0, 3, 17] {
            let rough = (up.flow(j, 29, 19) - down.flow(j, 29, 19)) / (2.0 * step);
            close(tangent.flow(&here, j, 29, 19), rough, rough.abs());
        }
    }
}

/// A small economy of 4 regions and 3 sectors, the last one not traded, with tariffs and deficits.
fn small() -> EconomyData {
    let (n, s) = (4, 3);
    let wave = |k: usize| 0.5 + 0.4 * ((k * 37 % 19) as f64 / 19.0);
    let traded = |at: usize| at / (n * n) < 2 && at / n % n != at % n;
    let flows = (0..s * n * n).map(|at| if traded(at) { 3.0 * wave(at) } else { 0.0 }).collect();
    let tariffs = (0..s * n * n).map(|at| if traded(at) { 0.1 * wave(at + 5) } else { 0.0 }).collect();
    EconomyData {
        regions: n,
        sectors: s,
        flows,
        tariffs,
        output: (0..s * n).map(|k| 30.0 + 20.0 * wave(k)).collect(),
        value_added: (0..s * n).map(|k| wave(k + 3)).collect(),
        inputs: (0..n * s * s).map(|k| [0.5, 0.3, 0.2][(k / s) % s]).collect(),
        theta: vec![4.0, 6.0, 5.0],
    }
}

#[test]
fn no_change_gives_no_change() {
    let (economy, notes) = Economy::new(&small()).unwrap();
    assert!(notes.is_empty(), "{notes:?}");
    let settings = SettleSettings { tolerance: 1e-13, ..SettleSettings::default() };
    let same = economy.settle(&Change::none(&economy), &settings, None).unwrap();
    for r in 0..4 {
        assert!(same.log_wage(r).abs() < 1e-12 && same.log_price(r).abs() < 1e-12);
    }
    // A lone cost change moves them, and prices answer to the importer.
    let mut change = Change::none(&economy);
    change.add_effect(0, 1, 2, 0.5);
    let moved = economy.settle(&change, &settings, None).unwrap();
    assert!(moved.log_real_wage(1) > 1e-4);
}

#[test]
fn budgets_and_markets_close_and_world_value_added_is_the_numeraire() {
    let (economy, _) = Economy::new(&small()).unwrap();
    for deficits in [Deficits::Kept, Deficits::Proportional, Deficits::Zero] {
        let settings = SettleSettings { deficits, tolerance: 1e-13, ..SettleSettings::default() };
        let mut change = Change::none(&economy);
        for from in 1..4 {
            change.add_effect(0, 0, from, 0.4);
            change.set_tariff(1, 0, from, 0.0);
        }
        let after = economy.settle(&change, &settings, None).unwrap();
        let mut imbalances = 0.0;
        let mut world = 0.0;
        for r in 0..4 {
            let imports: f64 = (0..3).flat_map(|j| (0..4).map(move |i| (j, i))).map(|(j, i)| after.flow(j, r, i)).sum();
            let exports: f64 = (0..3).flat_map(|j| (0..4).map(move |i| (j, i))).map(|(j, i)| after.flow(j, i, r)).sum();
            assert!((imports - exports - after.deficit(r)).abs() < 1e-12, "{deficits:?} {r}");
            imbalances += after.deficit(r);
            world += after.income(r) - after.revenue(r) - after.deficit(r);
        }
        assert!(imbalances.abs() < 1e-12 && (world - 1.0).abs() < 1e-12);
    }
}

/// Without inputs, if everything that a region buys becomes cheaper alike, from home and abroad, its
/// prices fall by as much and nothing else moves.
#[test]
fn scaling_all_costs_of_one_region_moves_its_prices_alone() {
    let data = EconomyData { value_added: vec![1.0; 12], ..small() };
    let (economy, _) = Economy::new(&data).unwrap();
    let settings = SettleSettings { tolerance: 1e-13, ..SettleSettings::default() };
    let before = economy.settle(&Change::none(&economy), &settings, None).unwrap();
    let mut change = Change::none(&economy);
    for j in 0..3 {
        (0..4).for_each(|from| change.add_effect(j, 1, from, 0.1 * economy.theta(j)));
    }
    let after = economy.settle(&change, &settings, None).unwrap();
    for r in 0..4 {
        let fall = if r == 1 { 0.1 } else { 0.0 };
        assert!((after.log_price(r) - before.log_price(r) + fall).abs() < 1e-11);
        assert!((after.log_wage(r) - before.log_wage(r)).abs() < 1e-11);
        for (j, from) in (0..3).flat_map(|j| (0..4).map(move |from| (j, from))) {
            assert!((after.flow(j, r, from) - before.flow(j, r, from)).abs() < 1e-11);
        }
    }
}

/// The answer put back gives the multiple, with a tariff lifted besides; more takes more.
#[test]
fn goal_seek_is_confirmed_by_putting_the_answer_back() {
    let (economy, _) = Economy::new(&small()).unwrap();
    let settings = SettleSettings { tolerance: 1e-13, ..SettleSettings::default() };
    let pair = [(1, 2), (2, 1)];
    let mut fixed = Change::none(&economy);
    fixed.set_tariff(0, 1, 2, 0.0);
    let today = economy.settle(&Change::none(&economy), &settings, None).unwrap();
    let before = today.trade(2, 1) + today.trade(1, 2);
    let mut last = 0.0;
    for k in [1.5, 2.0, 4.0] {
        let found = economy.reach(&today, &fixed, &pair, &pair, k, &settings).unwrap();
        let mut change = fixed.clone();
        for j in 0..3 {
            for (from, to) in pair {
                change.add_effect(j, to, from, -economy.theta(j) * (-found.cost_cut()).ln_1p());
            }
        }
        let back = economy.settle(&change, &settings, None).unwrap();
        let after = back.trade(2, 1) + back.trade(1, 2);
        assert!((after / before / k - 1.0).abs() < 1e-9, "{k}: {}", after / before);
        assert!(found.cost_cut() > last);
        last = found.cost_cut();
    }
}

#[test]
fn the_answer_does_not_depend_on_the_threads() {
    let (economy, _) = Economy::new(&small()).unwrap();
    let mut change = Change::none(&economy);
    change.add_effect(0, 1, 2, 0.7);
    let solve = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let after = pool.install(|| economy.settle(&change, &SettleSettings::default(), None)).unwrap();
        (0..4).map(|r| after.log_wage(r).to_bits()).collect::<Vec<_>>()
    };
    assert_eq!(solve(1), solve(2));
    assert_eq!(solve(1), solve(4));
}

#[test]
fn data_that_is_no_economy_is_refused() {
    let broken = |f: &dyn Fn(&mut EconomyData)| {
        let mut data = small();
        f(&mut data);
        Economy::new(&data).unwrap_err()
    };
    assert!(matches!(broken(&|d| d.flows[3] = -1.0), EconomyError::Value { what: "flows", at: 4, .. }));
    assert!(matches!(
        broken(&|d| {
            d.inputs.pop();
        }),
        EconomyError::Shape { what: "inputs", .. }
    ));
    assert!(matches!(broken(&|d| d.theta[1] = 0.0), EconomyError::Value { what: "theta", at: 2, .. }));
    assert!(matches!(broken(&|d| d.value_added[0] = 1.5), EconomyError::Value { what: "value added", .. }));
    assert!(matches!(
        broken(&|d| d.value_added.iter_mut().step_by(4).for_each(|v| *v = 0.0)),
        EconomyError::Empty { region: 0, .. }
    ));
}
