//! An Advanced Guide to Trade Policy Analysis (Yotov, Piermartini, Monteiro and Larch 2016), chapter 2,
//! applications 1 and 2: from the data to conditional and full general equilibrium, against what the
//! authors' programs saved (tests/advanced_guide_*.csv: 1_TradeWithoutBorder_FULL.xls and
//! 2_RTAsEffects_FULL.xls of their replication files, rounded to 6 decimals).

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "test code")]

use std::path::Path;

use turnover_data::RawTable;
use turnover_equilibrium::{Equilibrium, Imbalance, Settings, World, conditional, solve};
use turnover_gravity::{Effects, Family, Model, poisson};

/// sigma 7.
const THETA: f64 = 6.0;

struct Row {
    exporter: usize,
    importer: usize,
    pair: u32,
    year: i32,
    trade: f64,
    log_distance: f64,
    contiguous: f64,
    language: f64,
    colony: f64,
    rta: f64,
}

/// The countries in alphabetical order, and the rows.
fn data() -> (Vec<String>, Vec<Row>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/agtpa/agtpa_applications.parquet");
    let table = RawTable::read(&path).unwrap();
    let text = |name: &str, r: usize| table.column(name).unwrap().str(r).unwrap().to_owned();
    let number = |name: &str, r: usize| table.column(name).unwrap().float(r).unwrap();
    let mut countries: Vec<String> = (0..table.rows).map(|r| text("exporter", r)).collect();
    countries.sort();
    countries.dedup();
    let index = |code: String| countries.binary_search(&code).unwrap();
    let rows = (0..table.rows)
        .map(|r| Row {
            exporter: index(text("exporter", r)),
            importer: index(text("importer", r)),
            pair: number("pair_id", r) as u32,
            year: number("year", r) as i32,
            trade: number("trade", r),
            log_distance: number("dist", r).ln(),
            contiguous: number("cntg", r),
            language: number("lang", r),
            colony: number("clny", r),
            rta: number("rta", r),
        })
        .collect();
    (countries, rows)
}

/// The authors' columns by country: conditional exports, full exports, factory-gate price, inward
/// resistance, real GDP; changes in per cent.
fn published(text: &str, countries: &[String]) -> Vec<[f64; 5]> {
    let mut out = vec![[f64::NAN; 5]; countries.len()];
    for line in text.lines().filter(|l| !l.starts_with('#')).skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let at = countries.binary_search(&cells[0].to_owned()).unwrap();
        out[at] = std::array::from_fn(|k| cells[k + 1].parse().unwrap());
    }
    assert!(out.iter().flatten().all(|x| x.is_finite()));
    out
}

fn family(name: &str, codes: Vec<u32>) -> Family {
    let levels = codes.iter().max().unwrap() + 1;
    Family { name: name.into(), codes, levels: levels as usize }
}

/// Factors of flows `rows_i x columns_j`-wise: `pull_ij pi_i chi_j` has these totals, chi of the
/// reference country 1.
struct Factors {
    pi: Vec<f64>,
    chi: Vec<f64>,
    flows: Vec<f64>,
}

fn balance(pull: &[f64], rows: &[f64], columns: &[f64], reference: usize) -> Factors {
    let n = rows.len();
    let world: f64 = rows.iter().sum();
    // The product of the totals has them; only the pull is to be fitted.
    let free: Vec<f64> = (0..n * n).map(|at| rows[at / n] * columns[at % n] / world).collect();
    let log_b: Vec<f64> = pull.iter().zip(&free).map(|(p, f)| (p / f).ln()).collect();
    let settings = Settings { theta: THETA, ..Settings::default() };
    let fitted = conditional(&World::new(n, free).unwrap(), &log_b, &settings, reference).unwrap();
    Factors {
        pi: fitted.log_outward.iter().map(|u| (THETA * u).exp()).collect(),
        chi: fitted.log_inward.iter().map(|u| (THETA * u).exp()).collect(),
        flows: (0..n * n).map(|at| fitted.flow(at / n, at % n)).collect(),
    }
}

/// Flows with those trade costs (to the power of -theta) and the totals of the data.
fn balanced(n: usize, rows: &[&Row], cost: &[f64]) -> World {
    let mut trade = vec![0.0; n * n];
    rows.iter().for_each(|r| trade[r.exporter * n + r.importer] = r.trade);
    let totals = World::new(n, trade).unwrap();
    World::new(n, balance(cost, totals.output(), totals.expenditure(), 0).flows).unwrap()
}

fn abroad(n: usize, i: usize, flow: &dyn Fn(usize, usize) -> f64) -> f64 {
    (0..n).filter(|j| *j != i).map(|j| flow(i, j)).sum()
}

/// A counterfactual beside its baseline, as ratios of the one to the other by country: conditional
/// exports, full exports, factory-gate price, inward resistance, real GDP; the price index of
/// Germany is 1.
type Ratios = Vec<[f64; 5]>;

fn equilibrium(world: &World, log_b: &[f64], germany: usize) -> Ratios {
    let n = world.len();
    let settings = Settings { theta: THETA, imbalance: Imbalance::Multiplicative, ..Settings::default() };
    let short = conditional(world, log_b, &settings, germany).unwrap();
    let full: Equilibrium = solve(world, log_b, &settings, None).unwrap();
    let price = full.log_price[germany];
    (0..n)
        .map(|i| {
            let before = abroad(n, i, &|i, j| world.flow(i, j));
            [
                abroad(n, i, &|i, j| short.flow(i, j)) / before,
                abroad(n, i, &|i, j| full.flow(i, j)) / before * (-price).exp(),
                (full.log_wage[i] - price).exp(),
                (full.log_price[i] - price).exp(),
                (full.log_wage[i] - full.log_price[i]).exp(),
            ]
        })
        .collect()
}

/// The authors' iteration: prices move flows, flows are fitted again, and it ends when the largest
/// change of a price differs from the one before by 0.01 or less.
fn authors(world: &World, log_b: &[f64], germany: usize) -> Ratios {
    let n = world.len();
    let pull: Vec<f64> = (0..n * n).map(|at| world.flow(at / n, at % n) * log_b[at].exp()).collect();
    let power = |x: f64| x.powf(-1.0 / THETA);
    let by = |f: &dyn Fn(usize) -> f64| -> Vec<f64> { (0..n).map(f).collect() };
    let (y0, e0) = (world.output().to_vec(), world.expenditure().to_vec());
    // The pull is the baseline's trade times the change of costs, so the baseline's factors are 1.
    let mut fit = balance(&pull, &y0, &e0, germany);
    let (mut y, mut e) = (y0.clone(), e0.clone());
    let mut price = by(&|i| power(fit.pi[i]));
    let (mut d_omr, mut d_imr) = (vec![1.0; n], vec![1.0; n]);
    let conditional = fit.flows.clone();
    let mut last = vec![0.0; n];
    loop {
        let largest = price.iter().zip(&last).map(|(a, b)| a - b).fold(f64::MIN, f64::max).abs();
        let moved: Vec<f64> = (0..n * n)
            .map(|at| {
                let (i, j) = (at / n, at % n);
                fit.flows[at] * price[i] * price[j] / (d_omr[i] * d_imr[j])
            })
            .collect();
        let rows = by(&|i| moved[i * n..(i + 1) * n].iter().sum());
        let columns = by(&|j| (0..n).map(|i| moved[i * n + j]).sum());
        let next = balance(&pull, &rows, &columns, germany);
        let next_e = by(&|i| e0[i] / y0[i] * rows[i]);
        let omr = |y: &[f64], e: &[f64], fit: &Factors, i: usize| y[i] * e[germany] / fit.pi[i];
        let imr = |e: &[f64], fit: &Factors, j: usize| e[j] / (fit.chi[j] * e[germany]);
        d_omr = by(&|i| omr(&rows, &next_e, &next, i) / omr(&y, &e, &fit, i));
        d_imr = by(&|j| imr(&next_e, &next, j) / imr(&e, &fit, j));
        last = price;
        price = by(&|i| power(next.pi[i] / fit.pi[i] / (next_e[germany] / e[germany])));
        (fit, y, e) = (next, rows, next_e);
        if largest <= 0.01 {
            break;
        }
    }
    let p = by(&|i| power(fit.pi[i] / (e[germany] / e0[germany])));
    let y_full = by(&|i| p[i] * y0[i]);
    let omr = by(&|i| y_full[i] * e[germany] / fit.pi[i]);
    let imr = by(&|j| e[j] / (fit.chi[j] * e[germany]));
    let flow = |i: usize, j: usize| y_full[i] * (e0[j] / y0[j] * y_full[j]) * pull[i * n + j] / (imr[j] * omr[i]);
    (0..n)
        .map(|i| {
            let before = abroad(n, i, &|i, j| world.flow(i, j));
            let index = power(imr[i] / (e0[i] / e0[germany]));
            let short = abroad(n, i, &|i, j| conditional[i * n + j]);
            [short / before, abroad(n, i, &flow) / before, p[i], index, p[i] / index]
        })
        .collect()
}

/// Every country and column to 4 digits: within half a unit of the fourth, or 2e-5 of a per cent.
fn agree(countries: &[String], found: &[[f64; 5]], published: &[[f64; 5]], columns: &[usize]) {
    for (i, (f, e)) in found.iter().zip(published).enumerate() {
        for k in columns {
            let allowed = (5e-5 * e[*k].abs()).max(2e-5);
            assert!((f[*k] - e[*k]).abs() <= allowed, "{} column {k}: {} is not {}", countries[i], f[*k], e[*k]);
        }
    }
}

#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn nafta() {
    let (countries, all) = data();
    let n = countries.len();
    let expected = published(include_str!("advanced_guide_nafta.csv"), &countries);
    let rows: Vec<&Row> = all.iter().filter(|r| (r.year - 1986) % 4 == 0).collect();
    let by_year = |unit: &dyn Fn(&Row) -> usize| -> Vec<u32> {
        rows.iter().map(|r| (unit(r) * 6 + (r.year as usize - 1986) / 4) as u32).collect()
    };
    let effects = vec![
        family("exporter^year", by_year(&|r| r.exporter)),
        family("importer^year", by_year(&|r| r.importer)),
        family("pair", rows.iter().map(|r| r.pair).collect()),
    ];
    let model =
        Model::new(rows.iter().map(|r| r.trade).collect(), vec![("rta".into(), rows.iter().map(|r| r.rta).collect())])
            .with_effects(Effects::new(effects).unwrap());
    let fit = poisson(&model, &turnover_gravity::Settings::default()).unwrap();
    let rta = fit.coefficients[0];
    // Pair effects net of those of the two countries' own trade.
    let pair_effects = &fit.fixed_effects(&model)[2];
    let year: Vec<&Row> = rows.iter().copied().filter(|r| r.year == 1994).collect();
    let mut own = vec![0.0; n];
    year.iter().filter(|r| r.exporter == r.importer).for_each(|r| own[r.exporter] = pair_effects[r.pair as usize]);
    let gamma = |r: &Row| pair_effects[r.pair as usize] - 0.5 * (own[r.exporter] + own[r.importer]);
    // Pairs without trade get the costs that gravity predicts.
    let foreign: Vec<&Row> = year.iter().copied().filter(|r| r.exporter != r.importer).collect();
    let known: Vec<&Row> = foreign.iter().copied().filter(|r| !gamma(r).is_nan()).collect();
    assert_eq!(foreign.len() - known.len(), 14);
    let gravity = |rows: &[&Row], y: &dyn Fn(&Row) -> f64| {
        let column = |f: &dyn Fn(&Row) -> f64| rows.iter().map(|r| f(r)).collect::<Vec<f64>>();
        let x = vec![
            ("log_distance".to_owned(), column(&|r| r.log_distance)),
            ("contiguous".to_owned(), column(&|r| r.contiguous)),
            ("language".to_owned(), column(&|r| r.language)),
            ("colony".to_owned(), column(&|r| r.colony)),
        ];
        let effects = vec![
            family("exporter", rows.iter().map(|r| r.exporter as u32).collect()),
            family("importer", rows.iter().map(|r| r.importer as u32).collect()),
        ];
        Model::new(column(y), x).with_effects(Effects::new(effects).unwrap())
    };
    let second = gravity(&known, &|r| gamma(r).exp());
    let second_fit = poisson(&second, &turnover_gravity::Settings::default()).unwrap();
    for (found, printed) in second_fit.coefficients.iter().zip([-0.8475027, 0.2940831, 0.3632659, 0.2394163]) {
        assert!((found - printed).abs() < 1e-6, "{found} {printed}");
    }
    let predicted = second_fit.predict(&second_fit.fixed_effects(&second), &gravity(&foreign, &|_| 0.0)).unwrap();
    let mut cost = vec![1.0; n * n];
    let mut log_b = vec![0.0; n * n];
    for (r, predicted) in foreign.iter().zip(predicted) {
        let bare = if gamma(r).is_nan() { predicted } else { gamma(r).exp() };
        cost[r.exporter * n + r.importer] = bare * (rta * r.rta).exp();
        let inside = |c: usize| ["CAN", "MEX", "USA"].contains(&countries[c].as_str());
        if inside(r.exporter) && inside(r.importer) {
            log_b[r.exporter * n + r.importer] = -rta * r.rta;
        }
    }
    let world = balanced(n, &year, &cost);
    let germany = countries.iter().position(|c| c == "DEU").unwrap();
    // The baseline holds the agreement, so the published changes run from the counterfactual back
    // to it; the price alone is the fall toward the counterfactual.
    let published_form = |ratios: Ratios| -> Vec<[f64; 5]> {
        let back = |x: f64| 100.0 * (1.0 / x - 1.0);
        let line = |r: [f64; 5]| [back(r[0]), back(r[1]), 100.0 * (1.0 - r[2]), back(r[3]), back(r[4])];
        ratios.into_iter().map(line).collect()
    };
    let theirs = published_form(authors(&world, &log_b, germany));
    agree(&countries, &theirs, &expected, &[0, 1, 2, 3, 4]);
    let canada = countries.iter().position(|c| c == "CAN").unwrap();
    assert_eq!(format!("{:+.3} {:+.3}", theirs[canada][4], theirs[canada][1]), "+3.403 +37.455");
    // Conditional equilibrium is theirs; the full one is where their iteration, stopped after three
    // rounds between +37.9, +35.7 and +37.5, was going around.
    let ours = published_form(equilibrium(&world, &log_b, germany));
    agree(&countries, &ours, &expected, &[0]);
    assert_eq!(format!("{:+.3} {:+.3}", ours[canada][4], ours[canada][1]), "+3.440 +36.711");
}

/// A world without borders, 2006: costs of distance and contiguity stay.
#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn borders() {
    let (countries, all) = data();
    let n = countries.len();
    let expected = published(include_str!("advanced_guide_borders.csv"), &countries);
    let rows: Vec<&Row> = all.iter().filter(|r| r.year == 2006).collect();
    let column = |f: &dyn Fn(&Row) -> f64| rows.iter().map(|r| f(r)).collect::<Vec<f64>>();
    let border = |r: &Row| f64::from(u8::from(r.exporter != r.importer));
    let x = vec![
        ("log_distance".to_owned(), column(&|r| r.log_distance)),
        ("contiguous".to_owned(), column(&|r| r.contiguous)),
        ("border".to_owned(), column(&border)),
    ];
    let effects = vec![
        family("exporter", rows.iter().map(|r| r.exporter as u32).collect()),
        family("importer", rows.iter().map(|r| r.importer as u32).collect()),
    ];
    let model = Model::new(column(&|r| r.trade), x).with_effects(Effects::new(effects).unwrap());
    let fit = poisson(&model, &turnover_gravity::Settings::default()).unwrap();
    for (found, printed) in fit.coefficients.iter().zip([-0.7912879, 0.6736456, -2.47445]) {
        assert!((found - printed).abs() < 1e-6, "{found} {printed}");
    }
    let mut cost = vec![1.0; n * n];
    let mut log_b = vec![0.0; n * n];
    for r in &rows {
        let b = &fit.coefficients;
        let at = r.exporter * n + r.importer;
        cost[at] = (b[0] * r.log_distance + b[1] * r.contiguous + b[2] * border(r)).exp();
        log_b[at] = -b[2] * border(r);
    }
    let world = balanced(n, &rows, &cost);
    let germany = countries.iter().position(|c| c == "DEU").unwrap();
    let percent = |ratios: Ratios| -> Vec<[f64; 5]> { ratios.iter().map(|r| r.map(|x| 100.0 * (x - 1.0))).collect() };
    let theirs = percent(authors(&world, &log_b, germany));
    let ours = percent(equilibrium(&world, &log_b, germany));
    agree(&countries, &ours, &expected, &[0]);
    agree(&countries, &theirs, &expected, &[0, 1, 2, 3, 4]);
}
