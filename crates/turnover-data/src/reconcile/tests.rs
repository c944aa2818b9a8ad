//! The fit against a slow, literal calculation, and its intervals against worlds whose truth is known.

use std::collections::BTreeMap;

use super::*;
use crate::country::countries;
use crate::hs::HsCode;

/// A linear congruential generator with normal draws: small, and the same everywhere.
pub(super) struct Noise(u64);

impl Noise {
    pub(super) fn new(seed: u64) -> Self {
        Noise(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    pub(super) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 >> 33) ^ (self.0 >> 12);
        ((mixed & 0xFFFF_FFFF) as f64 + 0.5) / 4_294_967_296.0
    }

    pub(super) fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (2.0 * std::f64::consts::PI * self.uniform()).cos()
    }

    /// Student's t with four degrees of freedom.
    fn heavy(&mut self) -> f64 {
        let squares: f64 = (0..4).map(|_| self.normal().powi(2)).sum();
        self.normal() / (squares / 4.0).sqrt()
    }
}

struct MadeUp {
    ledger: Ledger,
    distances: Distances,
    truth: BTreeMap<(i32, Iso3, Iso3), f64>,
}

/// A world of some countries and years; of the reports a share is missing.
fn world(seed: u64, n: usize, years: i32, missing: f64) -> MadeUp {
    let mut noise = Noise::new(seed);
    let all = countries();
    let habits: Vec<[f64; 4]> = (0..n)
        .map(|_| {
            [0.1 * noise.normal(), 0.1 * noise.normal(), 0.05 + 0.3 * noise.uniform(), 0.05 + 0.3 * noise.uniform()]
        })
        .collect();
    let mut distances = Distances::default();
    let (mut reports, mut truth) = (Vec::new(), BTreeMap::new());
    for i in 0..n {
        for j in (0..n).filter(|j| *j != i) {
            let (a, b) = (all[i].code, all[j].code);
            let km = distances.km(a, b).unwrap_or(500.0 * (3.0 * noise.uniform()).exp());
            distances = distances.with(a, b, km);
            let level = 17.0 + 2.0 * noise.normal();
            for year in 2000..2000 + years {
                let flow = level + 0.2 * noise.normal();
                truth.insert((year, a, b), flow.exp());
                let margin = 0.05 + 0.03 * (km / 5_000.0).ln();
                let sent = flow + habits[i][0] + habits[i][2] * noise.heavy();
                let received = flow + margin + habits[j][1] + habits[j][3] * noise.heavy();
                for (side, log) in [(Side::Exports, sent), (Side::Imports, received)] {
                    if noise.uniform() >= missing {
                        reports.push(((year, 0), a, b, HsCode::TOTAL, side, log.exp()));
                    }
                }
            }
        }
    }
    MadeUp { ledger: Ledger::new(reports), distances, truth }
}

/// Solves a dense symmetric system with a column of the identity each, by Gauss-Jordan with pivoting.
fn inverse(mut a: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let n = a.len();
    for (k, row) in a.iter_mut().enumerate() {
        row.extend((0..n).map(|c| f64::from(u8::from(c == k))));
    }
    for k in 0..n {
        let pivot = (k..n).max_by(|x, y| a[*x][k].abs().total_cmp(&a[*y][k].abs())).unwrap();
        a.swap(k, pivot);
        let d = a[k][k];
        a[k].iter_mut().for_each(|x| *x /= d);
        for r in (0..n).filter(|r| *r != k) {
            let factor = a[r][k];
            let row = a[k].clone();
            a[r].iter_mut().zip(row).for_each(|(x, y)| *x -= factor * y);
        }
    }
    a.into_iter().map(|row| row[n..].to_vec()).collect()
}

/// The joint posterior of everything at once, given the variances: theta of every flow, all habits, the margin.
/// Every report is a row of a design matrix; nothing is eliminated.
fn dense(ledger: &Ledger, model: &Model) -> Vec<(f64, f64)> {
    let (n, periods, flows) = (countries().len(), model.periods, ledger.flows());
    let mut places: BTreeMap<(u8, usize), usize> = BTreeMap::new();
    let mut prior: Vec<f64> = vec![0.0; flows.len() + 2];
    let mut place = |kind: u8, at: usize, variance: f64| {
        let next = prior.len();
        *places.entry((kind, at)).or_insert_with(|| {
            prior.push(1.0 / variance);
            next
        })
    };
    /// Columns with their entries, what is reported, and its variance or weight.
    type Row = (Vec<(usize, f64)>, f64, f64);
    let mut rows: Vec<Row> = Vec::new();
    for (at, f) in flows.iter().enumerate() {
        for (side, log) in [(0u8, f.sent), (1, f.received)] {
            if log.is_nan() {
                continue;
            }
            let (books, c) = if side == 0 { (&model.sent, f.exporter) } else { (&model.received, f.importer) };
            let c = usize::from(c);
            let mut row = vec![
                (at, 1.0),
                (place(2 * side, c, books.between), 1.0),
                (place(2 * side + 1, c * periods + usize::from(f.period), books.between_periods), 1.0),
            ];
            if side == 1 {
                row.extend([(flows.len(), 1.0), (flows.len() + 1, model.z(f))]);
            }
            rows.push((
                row,
                f64::from(log),
                1.0 / model.report_variance(f, if side == 0 { Side::Exports } else { Side::Imports }),
            ));
        }
    }
    assert!(n > 0);
    let size = prior.len();
    let mut a = vec![vec![0.0; size]; size];
    let mut b = vec![0.0; size];
    for (k, p) in prior.iter().enumerate() {
        // A trace of a prior, so that a margin without comparisons has an inverse all the same.
        a[k][k] += p + 1e-12;
    }
    for (row, y, w) in &rows {
        for (r, x) in row {
            b[*r] += w * x * y;
            for (c, z) in row {
                a[*r][*c] += w * x * z;
            }
        }
    }
    let inverse = inverse(a);
    (0..flows.len()).map(|k| (inverse[k].iter().zip(&b).map(|(x, y)| x * y).sum(), inverse[k][k])).collect()
}

/// With outliers' weights put aside the fit must give the means of the joint posterior, and its variances but
/// for what it leaves out, the errors that habits share.
#[test]
fn the_fit_is_the_joint_posterior() {
    for seed in 0..6 {
        let made = world(seed, 7, 3, 0.15);
        let model = Model::fit_normal(&made.ledger, &made.distances, 400).unwrap();
        for (at, (mean, variance)) in dense(&made.ledger, &model).into_iter().enumerate() {
            let (own, spread) = model.moments(&made.ledger.flows()[at]);
            assert!((own - mean).abs() < 1e-5, "seed {seed}, flow {at}: {own} for {mean}");
            assert!(
                spread / variance > 0.7 && spread / variance < 1.4,
                "seed {seed}, flow {at}: {spread} for {variance}"
            );
        }
    }
}

/// Of 90 % intervals nine in ten hold the truth where the truth is known.
#[test]
fn intervals_hold_the_truth() {
    let (mut held, mut all) = ([0, 0], [0, 0]);
    for seed in 100..106 {
        let made = world(seed, 30, 4, 0.25);
        let reconciled = reconcile(&made.ledger, &made.distances).unwrap();
        for at in 0..made.ledger.len() {
            let ((year, _), a, b, _) = made.ledger.key(at);
            let e = reconciled.value(at);
            let truth = made.truth[&(year, a, b)];
            let both = usize::from(made.ledger.flows()[at].both());
            held[both] += usize::from((e.low_usd..=e.high_usd).contains(&truth));
            all[both] += 1;
        }
    }
    for both in [0, 1] {
        let share = held[both] as f64 / all[both] as f64;
        assert!((0.87..=0.94).contains(&share), "{share} with {} reports", both + 1);
    }
}

/// What is planted comes back: habits, scatter, margin.
#[test]
fn habits_and_margins_are_recovered() {
    let made = world(7, 40, 6, 0.1);
    let reconciled = reconcile(&made.ledger, &made.distances).unwrap();
    assert!((reconciled.margin(5_000.0) - 0.05f64.exp_m1()).abs() < 0.04, "{}", reconciled.margin(5_000.0));
    let slope = reconciled.margin(10_000.0) - reconciled.margin(2_500.0);
    assert!((slope - 0.03 * 4f64.ln()).abs() < 0.02, "{slope}");
    let quality = reconciled.quality();
    assert_eq!(quality.len(), 80);
    assert!(quality.iter().all(|q| q.scatter > 0.02 && q.scatter < 0.6));
}

/// What nobody reports has no value, and a world too small to learn from none at all.
#[test]
fn missing_is_not_nought() {
    let made = world(3, 3, 1, 0.5);
    assert!(reconcile(&made.ledger, &made.distances).is_none());
    let made = world(3, 12, 3, 0.4);
    assert!(made.ledger.len() < made.truth.len(), "flows without any report do not stand in the ledger");
    let all = countries();
    let alone = made.ledger.without(&[all[0].code]);
    for at in 0..alone.len() {
        let (_, a, _, _) = alone.key(at);
        assert!(a != all[0].code || alone.report(at, Side::Exports).is_none());
    }
}

/// Every reporter of Direction of Trade hidden in turn, a tenth of them at a time, on years of the built-in
/// table: intervals for the hidden reports hold nine in ten of them.
#[test]
fn hidden_reporters_are_covered_on_the_built_in_table() {
    let coverage = hidden_coverage(&|year| year >= 2010 && year % 3 == 0);
    for (group, (held, all)) in &coverage {
        let share = *held as f64 / *all as f64;
        let most = if *group == "all" { 0.02 } else { 0.05 };
        assert!((share - 0.9).abs() <= most, "{group}: {held} of {all}");
    }
}

/// The same on all years, and by distance and size: 88 to 92 %.
#[test]
#[ignore = "every year since 1960, hidden by tenths: takes a minute"]
fn hidden_reporters_are_covered_in_every_group() {
    let coverage = hidden_coverage(&|_| true);
    let mut wide = Vec::new();
    for (group, (held, all)) in &coverage {
        let share = *held as f64 / *all as f64;
        std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{group}: {:.1} % of {all}\n", 100.0 * share))
            .unwrap();
        if (share - 0.9).abs() > 0.02 {
            wide.push(*group);
        }
    }
    assert!(wide.is_empty(), "{wide:?}");
}

type Coverage = BTreeMap<&'static str, (usize, usize)>;

fn hidden_coverage(years: &dyn Fn(i32) -> bool) -> Coverage {
    let mut books = crate::builtin::BothBooks::direction_of_trade().unwrap();
    for f in &mut books.flows {
        f.by_exporter.retain(|r| years(r.0));
        f.by_importer.retain(|r| years(r.0));
    }
    let distances = Distances::built_in().unwrap();
    let whole = Ledger::of_books(&books);
    let mut out = Coverage::new();
    for fold in 0..10 {
        let hidden: Vec<Iso3> = countries().iter().map(|c| c.code).filter(|c| c.place() % 10 == fold).collect();
        let rest = whole.without(&hidden);
        let reconciled = reconcile(&rest, distances).unwrap();
        let mut at = 0;
        for k in 0..rest.len() {
            while whole.key(at) != rest.key(k) {
                at += 1;
            }
            let (_, a, b, _) = rest.key(k);
            for side in [Side::Exports, Side::Imports] {
                let (Some(actual), None) = (whole.report(at, side), rest.report(k, side)) else { continue };
                let Some(e) = reconciled.expected(k, side) else { continue };
                let held = usize::from((e.low_usd..=e.high_usd).contains(&actual));
                let visible =
                    rest.report(k, if side == Side::Exports { Side::Imports } else { Side::Exports }).unwrap();
                let km = distances.km(a, b);
                let size = match visible {
                    v if v < 1e5 => "under 0.1 m",
                    v if v < 1e7 => "0.1 to 10 m",
                    v if v < 1e9 => "10 m to 1 bn",
                    _ => "over 1 bn",
                };
                let far = match km {
                    None => "distance unknown",
                    Some(d) if d < 2_500.0 => "under 2,500 km",
                    Some(d) if d < 8_000.0 => "2,500 to 8,000 km",
                    Some(_) => "over 8,000 km",
                };
                for group in ["all", size, far, if side == Side::Exports { "exports hidden" } else { "imports hidden" }]
                {
                    let cell = out.entry(group).or_default();
                    *cell = (cell.0 + held, cell.1 + 1);
                }
            }
        }
    }
    out
}
