//! The bias correction of Weidner and Zylkin (2021) against dense algebra (golden_bias.py, which
//! also gives what Stata's ppml_fe_bias prints on its own example), and on that example where
//! PPML_FE_BIAS_EXAMPLE names its file PPMLFEBIAS_EXAMPLE_DATA.dta.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "test code")]

mod support;

use std::path::{Path, PathBuf};

use support::{Data, data};
use turnover_gravity::{Covariance, Debiased, Fit, FitError, Model, Panel, Settings, SmallSample, poisson};

fn estimate(path: &Path, category: &str, regressors: &[&str], pair_effects: bool) -> (Data, Fit, Debiased) {
    let d = Data::read(path, |t, r| t.column("category").unwrap().str(r) == Some(category));
    let families: &[&str] = &["isoexp^year", "isoimp^year", "isoexp^isoimp"];
    let x = regressors.iter().map(|n| ((*n).to_owned(), d.number(n))).collect();
    let effects = d.effects(&families[..if pair_effects { 3 } else { 2 }]);
    let model = Model::new(d.number("trade"), x).with_effects(effects);
    let fit = poisson(&model, &Settings::default()).unwrap();
    let codes = |name: &str| d.codes(name).0;
    let panel = Panel { exporter: codes("isoexp"), importer: codes("isoimp"), time: codes("year"), pair_effects };
    let debiased = fit.debias(&model, &panel).unwrap();
    (d, fit, debiased)
}

fn close(found: f64, expected: f64, relative: f64) {
    assert!((found / expected - 1.0).abs() < relative, "{found} is not {expected}: {:e}", found / expected - 1.0);
}

fn golden(category: &str, coefficient: f64, bias: f64, plain: f64, corrected: f64) {
    let path = data("ppmlhdfe/EXAMPLE_TRADE_FTA_DATA.dta");
    let (d, fit, debiased) = estimate(&path, category, &["fta"], true);
    close(fit.coefficients[0], coefficient, 1e-10);
    close(debiased.bias[0], bias, 1e-8);
    let clustered = Covariance::Clustered(vec![d.cluster("isoexp^isoimp")]);
    close(fit.table(&clustered, SmallSample::Stata).unwrap()[0].std_error, plain, 1e-9);
    let line = &fit.debiased_table(&debiased)[0];
    close(line.std_error, corrected, 1e-9);
    close(line.estimate, coefficient - bias, 1e-9);
}

#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn three_way_total() {
    golden("TOTAL", 0.192445493472, 0.006061954691, 0.041952709799, 0.052790409269);
}

#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn three_way_manufactures() {
    golden("MANUF", 0.129585009771, 0.008945280421, 0.038772050720, 0.045145750262);
}

/// What ppml_fe_bias's own page prints.
#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn stata_example() {
    let Some(path) = std::env::var_os("PPML_FE_BIAS_EXAMPLE").map(PathBuf::from) else {
        eprintln!("skipped: PPML_FE_BIAS_EXAMPLE names no file");
        return;
    };
    let (_, fit, debiased) = estimate(&path, "MANUF", &["fta"], true);
    close(fit.coefficients[0], 0.1780290, 1e-6);
    close(debiased.bias[0], 0.0076567524, 1e-7);
    close(fit.debiased_table(&debiased)[0].std_error, 0.0419558558, 1e-8);
    let names = ["ln_distw", "contig", "colony", "comlang_off", "comleg", "fta"];
    let (_, fit, debiased) = estimate(&path, "MANUF", &names, false);
    let printed = [0.0463104, 0.0734243, 0.1115109, 0.0765570, 0.0490544, 0.0908957];
    for (line, expected) in fit.debiased_table(&debiased).iter().zip(printed) {
        close(line.std_error, expected, 1e-6);
    }
}

/// Exchanging exporters and importers changes nothing, whichever side is eliminated; a panel with
/// gaps, a lone period and unequal sides is corrected too.
#[test]
fn exporters_and_importers_are_alike() {
    let (mut y, mut x) = (Vec::new(), Vec::new());
    let (mut exporter, mut importer, mut time) = (Vec::new(), Vec::new(), Vec::new());
    let mut state = 7u64;
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    for i in 0..9u32 {
        for j in 0..6u32 {
            for t in 0..4u32 {
                let gap = (i + 2 * j + t) % 7 == 0 || (i == 3 && j == 2 && t > 0);
                let member = f64::from(u8::from((i * j) % 3 == 1 && t >= 2));
                let value = (0.5 * member + uniform()).exp() * f64::from(i + 1) * f64::from(j + 2);
                if !gap {
                    y.push(value);
                    x.push(member + 0.3 * uniform());
                    exporter.push(i);
                    importer.push(j);
                    time.push(t);
                }
            }
        }
    }
    let combine = |a: &[u32], b: &[u32], n: u32| -> Vec<u32> { a.iter().zip(b).map(|(a, b)| a * n + b).collect() };
    let family = |codes: Vec<u32>, levels: usize| turnover_gravity::Family { name: "f".into(), codes, levels };
    let families = vec![
        family(combine(&exporter, &time, 4), 36),
        family(combine(&importer, &time, 4), 24),
        family(combine(&exporter, &importer, 6), 54),
    ];
    let effects = turnover_gravity::Effects::new(families).unwrap();
    let model = Model::new(y, vec![("x".into(), x)]).with_effects(effects);
    let fit = poisson(&model, &Settings::default()).unwrap();
    let panel = Panel { exporter, importer, time, pair_effects: true };
    let there = fit.debias(&model, &panel).unwrap();
    let swapped = Panel { exporter: panel.importer.clone(), importer: panel.exporter.clone(), ..panel.clone() };
    let back = fit.debias(&model, &swapped).unwrap();
    close(there.bias[0], back.bias[0], 1e-9);
    close(there.covariance[0], back.covariance[0], 1e-9);
    assert!(
        there.bias[0] != 0.0
            && there.covariance[0] > fit.covariance(&Covariance::Iid, SmallSample::None).unwrap()[0] * 1e-3
    );
    let doubled = Panel { time: vec![0; panel.time.len()], ..panel };
    assert!(matches!(fit.debias(&model, &doubled), Err(FitError::SameFlow { .. })));
}
