//! Published and peers' results on the sources' own data, in a folder `shared/data` beside the project's: run with
//! `-- --ignored`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "test code")]

mod support;

use std::collections::BTreeMap;

use support::{Data, data};
use turnover_gravity::{Cluster, Covariance, Effects, Family, Model, Settings, SmallSample, poisson};

fn close(found: f64, expected: f64, relative: f64) {
    assert!((found / expected - 1.0).abs() < relative, "{found} is not {expected}: {:e}", found / expected - 1.0);
}

/// An Advanced Guide to Trade Policy Analysis, chapter 2 application 2: the effect of regional trade
/// agreements; fixest's coefficient and errors.
#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn regional_trade_agreements() {
    let path = data("agtpa/agtpa_applications.parquet");
    let d = Data::read(&path, |t, r| {
        let year = t.column("year").unwrap().float(r).unwrap();
        (1986.0..=2006.0).contains(&year) && (year - 1986.0) % 4.0 == 0.0
    });
    let effects = d.effects(&["exporter^year", "importer^year", "pair_id"]);
    let model = Model::new(d.number("trade"), vec![("rta".into(), d.number("rta"))]).with_effects(effects);
    let fit = poisson(&model, &Settings::default()).unwrap();
    eprintln!("{} iterations, {} products, {} separated", fit.iterations, fit.products, fit.separated.len());
    assert_eq!(fit.nobs, 28_482);
    close(fit.coefficients[0], 0.55718533559, 1e-8);
    let by_pair = Covariance::Clustered(vec![d.cluster("pair_id")]);
    close(fit.table(&by_pair, SmallSample::Fixest).unwrap()[0].std_error, 0.103752738726, 1e-7);
    close(fit.table(&by_pair, SmallSample::None).unwrap()[0].std_error, 0.102214082738, 1e-7);
}

/// ppmlhdfe's example: category TOTAL; fixest's error.
#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn free_trade_agreements() {
    let path = data("ppmlhdfe/EXAMPLE_TRADE_FTA_DATA.dta");
    let d = Data::read(&path, |t, r| t.column("category").unwrap().str(r) == Some("TOTAL"));
    let effects = d.effects(&["isoimp^year", "isoexp^year", "isoexp^isoimp"]);
    let model = Model::new(d.number("trade"), vec![("fta".into(), d.number("fta"))]).with_effects(effects);
    let fit = poisson(&model, &Settings::default()).unwrap();
    eprintln!("{} iterations, {} products, {} separated", fit.iterations, fit.products, fit.separated.len());
    assert_eq!(fit.nobs, 5_950);
    close(fit.coefficients[0], 0.192445493472, 1e-8);
    let by_pair = Covariance::Clustered(vec![d.cluster("isoexp^isoimp")]);
    close(fit.table(&by_pair, SmallSample::Fixest).unwrap()[0].std_error, 0.0432402292715, 1e-7);
}

/// Russia's imports by partner, chapter and year, without 2014, missing flows as zeros; fixest's
/// coefficient and error of the food embargo.
#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn the_food_embargo() {
    let path = data("russia-hs2/russia_trade_by_hs2.csv");
    let all = Data::read(&path, |_, _| true);
    let (partners, chapters) = (all.text("partner"), all.text("hs2"));
    let mut value: BTreeMap<(String, String, i32), f64> = BTreeMap::new();
    for (((p, h), y), (f, v)) in partners
        .iter()
        .zip(&chapters)
        .zip(all.number("year"))
        .zip(all.text("flow").into_iter().zip(all.number("value_usd")))
    {
        if f == "import" && y != 2014.0 {
            value.insert((p.clone(), h.clone(), y as i32), v);
        }
    }
    let unique = |x: &[String]| x.iter().cloned().collect::<std::collections::BTreeSet<_>>();
    let embargoed = [
        "AUS", "AUT", "BEL", "BGR", "CAN", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR", "GRC", "HUN",
        "IRL", "ITA", "LTU", "LVA", "MLT", "NLD", "NOR", "POL", "ROU", "SVK", "SVN", "SWE", "USA",
    ];
    let (mut y, mut embargo, mut cell) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new(), Vec::new()]);
    for (pi, p) in unique(&partners).iter().enumerate() {
        for (hi, h) in unique(&chapters).iter().enumerate() {
            for (ti, t) in (2000..=2020).filter(|t| *t != 2014).enumerate() {
                y.push(value.get(&(p.clone(), h.clone(), t)).copied().unwrap_or(0.0));
                let food = ["02", "03", "04", "07", "08"].contains(&h.as_str());
                embargo.push(if embargoed.contains(&p.as_str()) && food && t >= 2015 { 1.0 } else { 0.0 });
                cell[0].push((pi * 20 + ti) as u32);
                cell[1].push((hi * 20 + ti) as u32);
                cell[2].push((pi * 97 + hi) as u32);
            }
        }
    }
    let pair = Cluster { name: "partner^hs2".into(), codes: cell[2].clone() };
    let [a, b, c] = cell;
    let effects = Effects::new(vec![
        Family { name: "partner^year".into(), codes: a, levels: 61 * 20 },
        Family { name: "hs2^year".into(), codes: b, levels: 97 * 20 },
        Family { name: "partner^hs2".into(), codes: c, levels: 61 * 97 },
    ])
    .unwrap();
    let model = Model::new(y, vec![("embargo".into(), embargo)]).with_effects(effects);
    let start = std::time::Instant::now();
    let fit = poisson(&model, &Settings::default()).unwrap();
    eprintln!(
        "{} iterations, {} products, {} separated, {:?}",
        fit.iterations,
        fit.products,
        fit.separated.iter().filter(|s| s.reason == turnover_gravity::Reason::Combination).count(),
        start.elapsed()
    );
    let by_pair = Covariance::Clustered(vec![pair]);
    eprintln!(
        "{:.12} {:.12} {}",
        fit.coefficients[0],
        fit.table(&by_pair, SmallSample::Fixest).unwrap()[0].std_error,
        fit.nobs
    );
    assert_eq!(fit.nobs, 108_876);
    close(fit.coefficients[0], -3.33870618987, 1e-7);
    close(fit.table(&by_pair, SmallSample::Fixest).unwrap()[0].std_error, 0.363368256366, 1e-7);
}

/// The separation data sets of ppmlhdfe, each with its true flags.
#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn separated_observations() {
    for set in ["01", "02", "03", "04", "05", "06", "07", "08", "09", "11"] {
        let path = data(&format!("ppmlhdfe/separation/{set}.csv"));
        let d = Data::read(&path, |_, _| true);
        let header = std::fs::read_to_string(&path).unwrap().lines().next().unwrap().to_owned();
        let names: Vec<&str> = header.split(',').map(str::trim).collect();
        let ids: Vec<&str> = names.iter().copied().filter(|n| n.starts_with("id")).collect();
        let mut x: Vec<(String, Vec<f64>)> =
            names.iter().filter(|n| n.starts_with('x')).map(|n| ((*n).to_owned(), d.number(n))).collect();
        let y = d.number("y");
        if ids.is_empty() {
            x.push(("constant".into(), vec![1.0; y.len()]));
        }
        let mut model = Model::new(y.clone(), x);
        if !ids.is_empty() {
            model = model.with_effects(d.effects(&ids));
        }
        let truth: Vec<usize> =
            d.number("separated").iter().enumerate().filter(|(_, s)| **s == 1.0).map(|(r, _)| r).collect();
        let fit = poisson(&model, &Settings::default()).unwrap();
        let found: Vec<usize> = fit.separated.iter().map(|s| s.row).collect();
        assert_eq!(found, truth, "data set {set}");
    }
}
