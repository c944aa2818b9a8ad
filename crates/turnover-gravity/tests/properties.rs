//! What must not change an estimate does not, and what must be refused is.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "test code")]

use proptest::prelude::*;
use turnover_gravity::{
    Cluster, Covariance, Effects, Family, Fit, FitError, Model, Settings, SmallSample, least_squares, poisson,
};

/// A panel of exporters by importers by years with rows missing at random and about a fifth zeros.
#[derive(Debug, Clone)]
struct Panel {
    y: Vec<f64>,
    x: [Vec<f64>; 2],
    cells: [Vec<u32>; 3],
    levels: [usize; 3],
}

prop_compose! {
    fn panels()(countries in 3usize..8, years in 2usize..7, seed in any::<u64>()) -> Panel {
        let mut state = seed | 1;
        let mut uniform = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let mut panel = Panel {
            y: vec![],
            x: [vec![], vec![]],
            cells: [vec![], vec![], vec![]],
            levels: [countries * years, countries * years, countries * countries],
        };
        for i in 0..countries {
            for j in 0..countries {
                for t in 0..years {
                    if uniform() < 0.1 {
                        continue;
                    }
                    let (a, b) = (uniform() * 2.0 - 1.0, uniform() * 2.0 - 1.0);
                    let mean = (0.5 * a - 0.3 * b + (i % 3) as f64 + uniform()).exp();
                    panel.y.push(if uniform() < 0.2 { 0.0 } else { mean * (0.5 + uniform()) });
                    panel.x[0].push(a);
                    panel.x[1].push(b);
                    panel.cells[0].push((i * years + t) as u32);
                    panel.cells[1].push((j * years + t) as u32);
                    panel.cells[2].push((i * countries + j) as u32);
                }
            }
        }
        panel
    }
}

impl Panel {
    fn model(&self) -> Model {
        let family = |f: usize| Family { name: f.to_string(), codes: self.cells[f].clone(), levels: self.levels[f] };
        let x = self.x.iter().enumerate().map(|(k, x)| (format!("x{k}"), x.clone())).collect();
        Model::new(self.y.clone(), x).with_effects(Effects::new((0..3).map(family).collect()).unwrap())
    }

    fn permuted(&self, order: &[usize]) -> Panel {
        let pick = |v: &Vec<f64>| order.iter().map(|r| v[*r]).collect();
        let codes = |v: &Vec<u32>| order.iter().map(|r| v[*r]).collect();
        Panel {
            y: pick(&self.y),
            x: [pick(&self.x[0]), pick(&self.x[1])],
            cells: [codes(&self.cells[0]), codes(&self.cells[1]), codes(&self.cells[2])],
            levels: self.levels,
        }
    }

    fn errors(&self, fit: &Fit) -> Vec<f64> {
        let by_pair = Covariance::Clustered(vec![Cluster { name: "pair".into(), codes: self.cells[2].clone() }]);
        fit.table(&by_pair, SmallSample::None).unwrap().iter().map(|c| c.std_error).collect()
    }
}

/// Undefined numbers are the same as undefined ones.
fn same(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    let alike = |x: f64, y: f64| (x.is_nan() && y.is_nan()) || (x - y).abs() <= tolerance * (1.0 + x.abs());
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| alike(*x, *y))
}

/// Small panels can be estimated by anything or nothing; only those that can are compared.
fn fit(model: &Model) -> Option<Fit> {
    match poisson(model, &Settings::default()) {
        Ok(fit) if fit.coefficients.len() == 2 && fit.nobs > 20 => Some(fit),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_order_of_rows_does_not_matter(panel in panels(), turn in 1usize..50) {
        let Some(a) = fit(&panel.model()) else { return Ok(()) };
        let n = panel.y.len();
        // Multiplication by a number prime to n visits every row once.
        let step = (turn..).find(|s| gcd(*s, n) == 1).unwrap();
        let order: Vec<usize> = (0..n).map(|r| r * step % n).collect();
        let turned = panel.permuted(&order);
        let b = fit(&turned.model()).unwrap();
        prop_assert!(same(&a.coefficients, &b.coefficients, 1e-7), "{:?} {:?}", a.coefficients, b.coefficients);
        prop_assert!(same(&panel.errors(&a), &turned.errors(&b), 1e-5));
        prop_assert_eq!(a.nobs, b.nobs);
    }

    #[test]
    fn names_of_levels_do_not_matter(panel in panels()) {
        let Some(a) = fit(&panel.model()) else { return Ok(()) };
        let mut renamed = panel.clone();
        for f in 0..3 {
            let levels = panel.levels[f] as u32;
            renamed.cells[f].iter_mut().for_each(|c| *c = levels - 1 - *c);
        }
        let b = fit(&renamed.model()).unwrap();
        prop_assert!(same(&a.coefficients, &b.coefficients, 1e-7), "{:?} {:?} {:?} {:?}", a.coefficients, b.coefficients, a.status, b.status);
        prop_assert!(same(&panel.errors(&a), &panel.errors(&b), 1e-5));
    }

    #[test]
    fn the_unit_of_the_outcome_and_of_weights_does_not_matter(panel in panels(), unit in 1e-3f64..1e6) {
        let Some(a) = fit(&panel.model()) else { return Ok(()) };
        let mut scaled = panel.model();
        scaled.y.iter_mut().for_each(|y| *y *= unit);
        let b = fit(&scaled).unwrap();
        prop_assert!(same(&a.coefficients, &b.coefficients, 1e-7), "{:?} {:?} {:?} {:?}", a.coefficients, b.coefficients, a.status, b.status);
        prop_assert!(same(&panel.errors(&a), &panel.errors(&b), 1e-5));
        let mut weighted = panel.model();
        weighted.weights = Some(vec![unit; panel.y.len()]);
        let c = fit(&weighted).unwrap();
        prop_assert!(same(&a.coefficients, &c.coefficients, 1e-7));
        prop_assert!(same(&panel.errors(&a), &panel.errors(&c), 1e-5));
    }

    #[test]
    fn the_first_order_conditions_hold(panel in panels()) {
        let Some(fit) = fit(&panel.model()) else { return Ok(()) };
        let used = |r: &usize| !fit.fitted[*r].is_nan();
        let total: f64 = (0..panel.y.len()).filter(used).map(|r| panel.y[r]).sum();
        for x in &panel.x {
            let score: f64 = (0..panel.y.len()).filter(used).map(|r| x[r] * (panel.y[r] - fit.fitted[r])).sum();
            prop_assert!(score.abs() < 1e-5 * total, "{score} of {total}");
        }
        for f in 0..3 {
            let mut sums = vec![0.0; panel.levels[f]];
            for r in (0..panel.y.len()).filter(used) {
                sums[panel.cells[f][r] as usize] += panel.y[r] - fit.fitted[r];
            }
            prop_assert!(sums.iter().all(|s| s.abs() < 1e-4 * total), "{sums:?}");
        }
    }

    #[test]
    fn effects_and_coefficients_add_up_to_the_index(panel in panels()) {
        let model = panel.model();
        let Some(fit) = fit(&model) else { return Ok(()) };
        let effects = fit.fixed_effects(&model);
        for r in (0..panel.y.len()).filter(|r| !fit.index[*r].is_nan()) {
            let own: f64 = (0..2).map(|k| fit.coefficients[k] * panel.x[k][r]).sum();
            let all: f64 = (0..3).map(|f| effects[f][panel.cells[f][r] as usize]).sum();
            let again = fit.predict(&effects, &model).unwrap()[r];
            prop_assert!((again - fit.fitted[r]).abs() < 1e-5 * (1.0 + fit.fitted[r]));
            prop_assert!((own + all - fit.index[r]).abs() < 1e-6 * (1.0 + fit.index[r].abs()), "{} {}", own + all, fit.index[r]);
        }
    }

    #[test]
    fn weights_of_whole_numbers_are_repeated_rows(panel in panels()) {
        let mut weighted = panel.model();
        weighted.weights = Some((0..panel.y.len()).map(|r| 1.0 + (r % 3) as f64).collect());
        let repeated: Vec<usize> = (0..panel.y.len()).flat_map(|r| vec![r; 1 + r % 3]).collect();
        let Some(a) = fit(&weighted) else { return Ok(()) };
        let b = fit(&panel.permuted(&repeated).model()).unwrap();
        prop_assert!(same(&a.coefficients, &b.coefficients, 1e-7), "{:?} {:?} {:?} {:?}", a.coefficients, b.coefficients, a.status, b.status);
        let c = least_squares(&weighted, &Settings::default()).unwrap();
        let d = least_squares(&panel.permuted(&repeated).model(), &Settings::default()).unwrap();
        prop_assert!(same(&c.coefficients, &d.coefficients, 1e-8));
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The same bits out at 1, 2 and 4 threads.
#[test]
fn threads_do_not_matter() {
    let countries = 30;
    let mut panel = Panel { y: vec![], x: [vec![], vec![]], cells: [vec![], vec![], vec![]], levels: [300, 300, 900] };
    for i in 0..countries {
        for j in 0..countries {
            for t in 0..10 {
                let wave = |k: f64| ((i * 31 + j * 17 + t * 7) as f64 * k).sin();
                panel.y.push((wave(0.7) + 0.5 * wave(0.3)).exp());
                panel.x[0].push(wave(0.3));
                panel.x[1].push(wave(1.9));
                panel.cells[0].push((i * 10 + t) as u32);
                panel.cells[1].push((j * 10 + t) as u32);
                panel.cells[2].push((i * countries + j) as u32);
            }
        }
    }
    let results: Vec<(Vec<u64>, Vec<u64>)> = [1, 2, 4]
        .into_iter()
        .map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let fit = poisson(&panel.model(), &Settings::default()).unwrap();
                let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect();
                (bits(&fit.coefficients), bits(&panel.errors(&fit)))
            })
        })
        .collect();
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0], results[2]);
}

#[test]
fn who_waits_no_more_is_not_kept_waiting() {
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let model = Model::new(vec![1.0, 2.0, 0.0, 4.0], vec![("x".into(), vec![0.0, 1.0, 2.0, 4.0])]);
    let settings = Settings { stop: Some(stop), ..Settings::default() };
    assert_eq!(poisson(&model, &settings).unwrap_err(), FitError::Stopped);
    assert!(poisson(&model, &Settings::default()).is_ok());
}

#[test]
fn what_cannot_be_estimated_is_refused() {
    let y = vec![1.0, 2.0, 3.0, 4.0];
    let model = |y: Vec<f64>, x: Vec<f64>| Model::new(y, vec![("x".into(), x), ("one".into(), vec![1.0; 4])]);
    let settings = Settings::default();
    let x = vec![1.0, 0.0, 2.0, 5.0];
    let refuse = |m: &Model| poisson(m, &settings).unwrap_err();
    assert_eq!(refuse(&model(vec![0.0; 4], x.clone())), FitError::AllZero);
    assert!(matches!(refuse(&model(vec![1., -2., 3., 4.], x.clone())), FitError::NegativeOutcome { row: 1, .. }));
    assert!(matches!(refuse(&model(y.clone(), vec![1., f64::NAN, 0., 0.])), FitError::NotFinite { row: 1, .. }));
    assert!(matches!(refuse(&model(y.clone(), vec![1.0; 3])), FitError::Length { .. }));
    let mut weighted = model(y.clone(), x.clone());
    weighted.weights = Some(vec![1.0, 1.0, -1.0, 1.0]);
    assert!(matches!(refuse(&weighted), FitError::NegativeWeight { row: 2, .. }));
    weighted.weights = Some(vec![0.0; 4]);
    assert!(matches!(refuse(&weighted), FitError::NoRows(_)));
    // A regressor that the effects explain.
    let family = Family { name: "f".into(), codes: vec![0, 0, 1, 1], levels: 2 };
    let absorbed = Model::new(y.clone(), vec![("x".into(), vec![1.0, 1.0, 3.0, 3.0])])
        .with_effects(Effects::new(vec![family]).unwrap());
    assert!(matches!(refuse(&absorbed), FitError::NoVariation(_)));
    assert!(matches!(least_squares(&absorbed, &settings), Err(FitError::NoVariation(_))));
    // A single cluster.
    let fit = poisson(&model(y.clone(), x.clone()), &settings).unwrap();
    let single = Covariance::Clustered(vec![Cluster { name: "c".into(), codes: vec![7; 4] }]);
    assert!(matches!(fit.table(&single, SmallSample::Fixest), Err(FitError::Clusters { found: 1, .. })));
    assert!(matches!(fit.wald(&["z"], &Covariance::Iid, SmallSample::None), Err(FitError::NoCoefficient(_))));
    // Codes outside the levels, families of different lengths.
    let bad = |codes: Vec<u32>| Effects::new(vec![Family { name: "f".into(), codes, levels: 2 }]);
    assert!(bad(vec![0, 1, 2]).is_none());
    assert!(Effects::new(vec![]).is_none());
}

/// Collinear regressors leave and are named, the first of a set stays.
#[test]
fn collinear_regressors_are_named() {
    let x: Vec<f64> = (0..40).map(|r| f64::from(r % 7)).collect();
    let z: Vec<f64> = (0..40).map(|r| f64::from(r * r % 11)).collect();
    let sum: Vec<f64> = x.iter().zip(&z).map(|(x, z)| 2.0 * x - z).collect();
    let y: Vec<f64> = x.iter().zip(&z).map(|(x, z)| (0.1 * x - 0.05 * z).exp()).collect();
    let mut model = Model::new(
        y,
        vec![
            ("one".into(), vec![1.0; 40]),
            ("x".into(), x),
            ("z".into(), z),
            ("sum".into(), sum),
            ("two".into(), vec![2.0; 40]),
        ],
    );
    let fit = poisson(&model, &Settings::default()).unwrap();
    assert_eq!(fit.names, ["one", "x", "z"]);
    let dropped: Vec<&str> = fit.dropped.iter().map(|d| d.name.as_str()).collect();
    assert_eq!(dropped, ["sum", "two"]);
    assert!((fit.coefficients[1] - 0.1).abs() < 1e-9 && (fit.coefficients[2] + 0.05).abs() < 1e-9);
    // A perfect fit has no residuals that errors could rest on.
    assert!(fit.perfect && fit.deviance < 1e-20);
    let undefined = fit.wald(&["x", "z"], &Covariance::Heteroskedastic, SmallSample::None).unwrap();
    assert!(undefined.statistic.is_nan() && undefined.p_value.is_nan());
    model.y.iter_mut().enumerate().for_each(|(r, y)| *y *= 1.0 + 0.01 * (r % 3) as f64);
    let fit = poisson(&model, &Settings::default()).unwrap();
    let wald = fit.wald(&["x", "z"], &Covariance::Heteroskedastic, SmallSample::None).unwrap();
    assert!(wald.numerator == 2 && wald.p_value < 1e-10);
}

/// Nearly every product is traded in the last two years only, one in the first two only, so that the years
/// hang together by little; the regressor is 1 where its products are traded, so that it has no finite
/// coefficient, which their zeros show.
#[test]
fn separation_is_found_where_effects_hardly_hang_together() {
    let patterns = [
        ("0010", 0.0, 1),
        ("0011", 1.0, 3),
        ("0011", 0.0, 2),
        ("0011", 1.0, 2),
        ("0011", 0.0, 37),
        ("0010", 0.0, 1),
        ("0011", 0.0, 2),
        ("0010", 0.0, 1),
        ("0011", 0.0, 1),
        ("0010", 0.0, 1),
        ("0011", 0.0, 2),
        ("0010", 0.0, 1),
        ("0011", 0.0, 1),
        ("0010", 0.0, 1),
        ("0011", 0.0, 6),
        ("0001", 0.0, 1),
        ("0011", 0.0, 25),
        ("1100", 0.0, 1),
    ];
    let (mut y, mut x, mut product, mut year) = (vec![], vec![], vec![], vec![]);
    let mut p = 0;
    for (pattern, treated, count) in patterns {
        for _ in 0..count {
            for (t, traded) in pattern.bytes().enumerate() {
                let t = t as u32;
                y.push(if traded == b'1' { 1000.0 * f64::from(1 + p * (t + 3) % 17) } else { 0.0 });
                x.push(if t >= 2 { treated } else { 0.0 });
                product.push(p);
                year.push(t);
            }
            p += 1;
        }
    }
    let family = |name: &str, codes, levels| Family { name: name.into(), codes, levels };
    let effects = Effects::new(vec![family("product", product, p as usize), family("year", year, 4)]).unwrap();
    let model = Model::new(y, vec![("x".into(), x)]).with_effects(effects);
    let told = poisson(&model, &Settings::default());
    assert!(matches!(&told, Err(FitError::NoVariation(why)) if why.contains("`x`")), "{told:?}");
}
