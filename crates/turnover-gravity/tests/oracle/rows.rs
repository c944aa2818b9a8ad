//! Which rows take part, and which columns they tell apart.

use super::dd::{Dd, norm};
use super::dense::Qr;
use super::design::Design;
use super::separation;

/// What the effects leave of a regressor against its norm about its mean: below the first it is rounding,
/// above the second it stays; the documented threshold, 3e-5, lies between.
const ABSORBED: [f64; 2] = [1e-11, 1e-4];
/// The same for what earlier regressors leave against what the effects left; the threshold is 1e-9.
const EXPLAINED: [f64; 2] = [1e-12, 1e-7];
/// The same against the norm about zero; the threshold is 1e-13.
const ROUNDING: [f64; 2] = [1e-15, 1e-11];

/// Why a row takes no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    Weight,
    ZeroLevel,
    Singleton,
    Combination,
    /// Left by a level that lost its other rows to a combination.
    After,
}

/// The columns of a design on the rows that take part.
pub(crate) struct Columns {
    /// Rows that take part.
    pub(crate) rows: Vec<usize>,
    /// Independent dummies of the effects.
    pub(crate) effects: Vec<Vec<Dd>>,
    /// Regressors that stay: their places, and their values scaled and about their mean.
    pub(crate) keep: Vec<usize>,
    pub(crate) regressors: Vec<Vec<Dd>>,
    /// Powers of two that the regressors were multiplied by.
    pub(crate) scales: Vec<f64>,
    /// Regressors that leave, and why.
    pub(crate) dropped: Vec<(usize, &'static str)>,
}

/// The power of two that brings the largest value to between 1/2 and 2.
pub(crate) fn scale(values: impl Iterator<Item = f64>) -> f64 {
    let largest = values.map(f64::abs).fold(0.0, f64::max);
    if largest == 0.0 { 1.0 } else { 2f64.powi(-(largest.log2().floor() as i32)) }
}

/// Levels whose outcomes are all zero and, where asked, levels with one row, until none is left.
fn by_level(design: &Design, poisson: bool, why: &mut [Option<Why>], after: bool) {
    loop {
        let mut changed = false;
        for codes in &design.families {
            let levels = codes.iter().max().map_or(0, |m| *m as usize + 1);
            let mut count = vec![0; levels];
            let mut positive = vec![false; levels];
            for row in (0..codes.len()).filter(|r| why[*r].is_none()) {
                count[codes[row] as usize] += 1;
                positive[codes[row] as usize] |= !poisson || design.y[row] > 0.0;
            }
            for row in 0..codes.len() {
                let level = codes[row] as usize;
                if why[row].is_some() {
                    continue;
                }
                let reason = if !positive[level] {
                    Why::ZeroLevel
                } else if design.drop_singletons && count[level] == 1 {
                    Why::Singleton
                } else {
                    continue;
                };
                why[row] = Some(if after { Why::After } else { reason });
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

/// Rows that take no part, and why; the error says why it depends on rounding.
pub(crate) fn taking_part(design: &Design, poisson: bool) -> Result<Vec<Option<Why>>, &'static str> {
    let n = design.y.len();
    let zero_weight = |r: usize| design.weights.as_ref().is_some_and(|w| w[r] == 0.0);
    let mut why: Vec<Option<Why>> = (0..n).map(|r| zero_weight(r).then_some(Why::Weight)).collect();
    by_level(design, poisson, &mut why, false);
    let left = |why: &[Option<Why>]| (0..n).filter(|r| why[*r].is_none()).collect::<Vec<usize>>();
    let rows = left(&why);
    if !poisson || rows.iter().all(|r| design.y[*r] > 0.0) {
        return Ok(why);
    }
    let columns = Columns::of(design, rows)?;
    let mut qr = Qr::new(columns.rows.len());
    for column in columns.effects.iter().chain(&columns.regressors) {
        if !qr.offer(column) {
            return Err("columns that are hardly independent");
        }
    }
    let basis: Vec<Vec<Dd>> = (0..qr.rank()).map(|j| qr.column(j)).collect();
    let by_row: Vec<Vec<Dd>> = (0..columns.rows.len()).map(|i| basis.iter().map(|b| b[i]).collect()).collect();
    let positive: Vec<bool> = columns.rows.iter().map(|r| design.y[*r] > 0.0).collect();
    let found = separation::separated(&by_row, &positive).ok_or("separation that depends on rounding")?;
    for (row, _) in columns.rows.iter().zip(found).filter(|(_, f)| *f) {
        why[*row] = Some(Why::Combination);
    }
    by_level(design, poisson, &mut why, true);
    Ok(why)
}

impl Columns {
    /// The columns on the rows given, judged with unit weights.
    pub(crate) fn of(design: &Design, rows: Vec<usize>) -> Result<Columns, &'static str> {
        let mut qr = Qr::new(rows.len());
        let mut effects = Vec::new();
        for codes in &design.families {
            let levels = codes.iter().max().map_or(0, |m| *m + 1);
            for level in 0..levels {
                let dummy: Vec<Dd> = rows.iter().map(|r| Dd::from(f64::from(u8::from(codes[*r] == level)))).collect();
                if rows.iter().any(|r| codes[*r] == level) && qr.offer(&dummy) {
                    effects.push(dummy);
                }
            }
        }
        let mut out = Columns { rows, effects, keep: vec![], regressors: vec![], scales: vec![], dropped: vec![] };
        for (place, (_, x)) in design.x.iter().enumerate() {
            out.judge(place, x, &mut qr)?;
        }
        Ok(out)
    }

    /// Takes a regressor, or drops it and says why.
    fn judge(&mut self, place: usize, x: &[f64], qr: &mut Qr) -> Result<(), &'static str> {
        let with_effects = !self.effects.is_empty();
        let scale = scale(self.rows.iter().map(|r| x[*r]));
        let mut column: Vec<Dd> = self.rows.iter().map(|r| Dd::from(x[*r] * scale)).collect();
        let about_zero = norm(&column).value();
        if with_effects {
            let mean = column.iter().copied().sum::<Dd>() / Dd::from(column.len() as f64);
            column.iter_mut().for_each(|c| *c -= mean);
        }
        let about_mean = norm(&column).value();
        let turned = qr.turned(&column);
        let count = self.effects.len();
        let own = norm(&turned[count.min(turned.len())..]).value();
        let remains = qr.left(&turned);
        let nothing = if with_effects { "collinear with the fixed effects" } else { "constant or zero" };
        let mean = if with_effects { about_mean } else { own };
        // Both the numerator and what it is held against may be rounding.
        let first = below(own, mean, ABSORBED, "a regressor nearly explained by the effects")
            .and_then(|a| Ok(a | below(own, about_zero, ROUNDING, "a regressor nearly constant")?));
        let gone_by_rounding = own <= ROUNDING[0] * about_zero;
        if gone_by_rounding || first? {
            self.dropped.push((place, nothing));
            return Ok(());
        }
        let second = below(remains, own, EXPLAINED, "a regressor nearly explained by others")?
            | below(remains, about_zero, ROUNDING, "a regressor nearly explained by others")?;
        if second {
            self.dropped.push((place, "collinear with regressors before it"));
            return Ok(());
        }
        qr.take(turned);
        self.keep.push(place);
        self.regressors.push(column);
        self.scales.push(scale);
        Ok(())
    }
}

/// Whether a norm is nothing against another; the error where it lies in the grey.
fn below(norm: f64, against: f64, [nothing, something]: [f64; 2], grey: &'static str) -> Result<bool, &'static str> {
    if norm <= nothing * against {
        Ok(true)
    } else if norm >= something * against {
        Ok(false)
    } else {
        Err(grey)
    }
}
