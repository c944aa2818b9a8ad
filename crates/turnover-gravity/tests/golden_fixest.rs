//! Coefficients to 1e-8 and errors to 1e-6 of fixest 0.12.2: 29 models on `panel.csv`, which is made up and part of
//! the repository, and 42 models with some 220 covariances on the sources' own data. `golden_fixest.R` beside it
//! made the expected values.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "test code")]

#[allow(dead_code, reason = "each test file uses its part of the support")]
mod support;

use std::collections::BTreeMap;
use std::path::Path;

use support::{Data, data};
use turnover_gravity::formula::{Specification, design, parse};
use turnover_gravity::{Column, Covariance, Fit, Frame, Settings, SmallSample, least_squares, poisson};

fn agtpa() -> Option<Frame> {
    let d = Data::read(&data("agtpa/agtpa_applications.parquet"), |t, r| {
        let year = t.column("year").unwrap().float(r).unwrap();
        (1986.0..=2006.0).contains(&year) && (year - 1986.0) % 4.0 == 0.0
    });
    gravity(&d)
}

/// A gravity panel with the columns that the models use beside those of the file.
fn gravity(d: &Data) -> Option<Frame> {
    let mut columns = Vec::new();
    for name in ["exporter", "importer"] {
        let cells: Vec<Option<String>> = d.text(name).into_iter().map(Some).collect();
        columns.push((name.to_owned(), Column::text(&cells)));
    }
    for name in ["pair_id", "year", "trade", "dist", "cntg", "lang", "clny", "rta", "rta_lag4", "rta_lag8", "rta_lag12"]
    {
        columns.push((name.to_owned(), Column::Number(d.number(name))));
    }
    let ldist = d.number("dist").iter().map(|x| x.ln()).collect();
    let (pair, year) = (d.number("pair_id"), d.number("year"));
    let weight = pair.iter().zip(&year).map(|(p, y)| 1.0 + (p * 7.0 + y).rem_euclid(5.0) / 4.0).collect();
    let offset = pair.iter().map(|p| 0.1 * p.rem_euclid(11.0) / 11.0).collect();
    for (name, values) in [("ldist", ldist), ("wt", weight), ("off", offset)] {
        columns.push((name.to_owned(), Column::Number(values)));
    }
    Frame::new(columns)
}

/// Where this is not fixest's and means not to be: model, covariance, rule (empty for each), with the reason.
const OTHERWISE: &[(&str, &str, &str, &str)] = &[
    ("a05", "cluster:exporter+importer+year", "", "negative eigenvalues are set to zero where the diagonal is 1"),
    ("a12", "cluster:exporter+year", "", "negative eigenvalues are set to zero where the diagonal is 1"),
    ("a11", "cluster:pair_id", "fixest", "effects of exporters lie within those of pairs and count nothing"),
    ("a11", "cluster:exporter+importer", "fixest", "effects of pairs are nested in the clusters"),
    ("a17", "cluster:pair_id", "fixest", "effects of importers lie within those of pairs and count nothing"),
];

/// `panel.csv`, made by `panel.py`.
fn panel() -> Option<Frame> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/panel.csv");
    let d = Data::read(&path, |_, _| true);
    gravity(&d)
}

fn fta() -> Option<Frame> {
    let d = Data::read(&data("ppmlhdfe/EXAMPLE_TRADE_FTA_DATA.dta"), |t, r| {
        t.column("category").unwrap().str(r) == Some("TOTAL")
    });
    let mut columns = Vec::new();
    for name in ["isoexp", "isoimp"] {
        let cells: Vec<Option<String>> = d.text(name).into_iter().map(Some).collect();
        columns.push((name.to_owned(), Column::text(&cells)));
    }
    for name in ["year", "trade", "fta", "ln_distw", "contig", "colony", "comlang_off", "comleg"] {
        columns.push((name.to_owned(), Column::Number(d.number(name))));
    }
    let rows = d.number("year").len();
    let weight = (1..=rows).map(|k| 1.0 + (k % 7) as f64 / 3.0).collect();
    let offset = d.number("ln_distw").iter().map(|x| 0.05 * x).collect();
    for (name, values) in [("wt", weight), ("off", offset)] {
        columns.push((name.to_owned(), Column::Number(values)));
    }
    Frame::new(columns)
}

/// The model, with every cluster variable that its covariances name.
fn estimate(
    frame: &Frame,
    method: &str,
    formula: &str,
    clusters: &[Vec<String>],
) -> (Fit, Vec<turnover_gravity::Cluster>) {
    let mut parts = method.split(':');
    let kind = parts.next().unwrap();
    let options: Vec<&str> = parts.collect();
    let option = |name: &str| options.contains(&name).then(|| name.to_owned());
    let spec = Specification { weights: option("wt"), offset: option("off"), clusters: clusters.to_vec() };
    let d = design(&parse(formula).unwrap(), frame, &spec).unwrap().remove(0);
    let fit = match kind {
        "poisson" => poisson(&d.model, &Settings::default()),
        // `ols+`: rows with positive trade, which log(trade) leaves.
        _ => least_squares(&d.model, &Settings::default()),
    };
    (fit.unwrap_or_else(|e| panic!("{formula}: {e}")), d.clusters)
}

#[test]
fn on_the_repositorys_panel_they_are_fixests() {
    let panel = panel().unwrap();
    compare(include_str!("golden_fixest_panel.csv"), &BTreeMap::from([("panel", panel)]));
}

#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn on_the_sources_data_they_are_fixests() {
    let frames = BTreeMap::from([("agtpa", agtpa().unwrap()), ("fta", fta().unwrap())]);
    compare(include_str!("golden_fixest.csv"), &frames);
}

fn compare(golden: &str, frames: &BTreeMap<&str, Frame>) {
    let mut models: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
    for line in golden.lines().skip(1) {
        let cells: Vec<&str> = line.split(';').collect();
        models.entry(cells[0]).or_default().push(cells);
    }
    let (mut worst_b, mut worst_se, mut wrong) = (0.0f64, 0.0f64, Vec::new());
    let mut covariances = 0;
    for (id, rows) in &models {
        let frame = &frames[rows[0][1]];
        let split = |c: &str| -> Vec<String> { c.split('^').map(str::to_owned).collect() };
        let mut clusters: Vec<Vec<String>> = Vec::new();
        for row in rows {
            for c in row[4].strip_prefix("cluster:").unwrap_or("").split('+').filter(|c| !c.is_empty()) {
                if !clusters.contains(&split(c)) {
                    clusters.push(split(c));
                }
            }
        }
        let (fit, built) = estimate(frame, rows[0][2], rows[0][3], &clusters);
        let mut last = ("", "");
        for row in rows {
            if last != (row[4], row[5]) {
                covariances += 1;
                last = (row[4], row[5]);
            }
            let which = match row[4] {
                "iid" => Covariance::Iid,
                "hetero" => Covariance::Heteroskedastic,
                named => Covariance::Clustered(
                    named["cluster:".len()..]
                        .split('+')
                        .map(|c| built[clusters.iter().position(|x| *x == split(c)).unwrap()].clone())
                        .collect(),
                ),
            };
            let ssc = match row[5] {
                "fixest" => SmallSample::Fixest,
                "stata" => SmallSample::Stata,
                _ => SmallSample::None,
            };
            let otherwise = |(model, covariance, rule, _): &&(&str, &str, &str, &str)| {
                row[1] == "panel" && *model == row[0] && *covariance == row[4] && (rule.is_empty() || *rule == row[5])
            };
            if OTHERWISE.iter().any(|o| otherwise(&o)) {
                continue;
            }
            let table = fit.table(&which, ssc).unwrap();
            let name = row[6].replace(' ', "");
            let Some(c) = table.iter().find(|c| c.name == name) else {
                wrong.push(format!("{id}: no coefficient {name} among {:?}", fit.names));
                continue;
            };
            if row[8] == "1e-05" {
                assert!(c.std_error.is_nan(), "{id}: a negative variance");
                continue;
            }
            let (b, se): (f64, f64) = (row[7].parse().unwrap(), row[8].parse().unwrap());
            let (db, dse) = ((c.estimate / b - 1.0).abs(), (c.std_error / se - 1.0).abs());
            if fit.nobs.to_string() != row[9] || db > 1e-8 || dse > 1e-6 {
                wrong.push(format!(
                    "{id} {} {} {name}: n {} {}, b {b} {db:.1e}, se {se} {dse:.1e}",
                    row[4], row[5], fit.nobs, row[9]
                ));
            } else {
                (worst_b, worst_se) = (worst_b.max(db), worst_se.max(dse));
            }
        }
    }
    eprintln!(
        "{} models, {covariances} covariances; worst: coefficient {worst_b:.1e}, error {worst_se:.1e}",
        models.len()
    );
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
