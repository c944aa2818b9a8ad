//! Exact compression: rows with equal regressors, effects and offset have one mean, so the
//! first-order conditions see only their weights and their weighted outcomes. One row stands for
//! all of them while the estimate is made; errors, deviance and residuals are those of the rows.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::fit::Fit;
use crate::model::{Model, Settings};
use crate::result::Separated;

/// Cells per row above which compression is not worth its pass.
const WORTH: f64 = 0.8;
/// One cell in so many is looked at to tell.
const SAMPLE: u64 = 64;
/// Fewer rows are estimated as they are.
const FEWEST: usize = 2_000;

/// A model whose rows are cells.
pub(crate) struct Compressed {
    pub(crate) model: Model,
    /// Cell of each row of the caller.
    cell: Vec<u32>,
}

/// The model by cells; `None` where that would not be much shorter, or where single rows matter.
pub(crate) fn compress(model: &Model, settings: &Settings) -> Option<Compressed> {
    let n = model.y.len();
    if n < FEWEST || settings.drop_singletons {
        return None;
    }
    let keys: Vec<u64> = (0..n).into_par_iter().map(|r| key(model, r)).collect();
    // All rows of a cell have one key, so a sample of keys holds whole cells.
    let mut sample: Vec<u64> = keys.par_iter().copied().filter(|k| k % SAMPLE == 0).collect();
    let rows = sample.len();
    sample.par_sort_unstable();
    sample.dedup();
    // A panel of few cells may have none in the sample.
    if rows > 0 && sample.len() as f64 > WORTH * rows as f64 {
        return None;
    }
    let mut found: HashMap<u64, u32> = HashMap::new();
    let mut first: Vec<usize> = Vec::new();
    let mut cell = Vec::with_capacity(n);
    for (r, key) in keys.iter().enumerate() {
        let mut key = *key;
        // Different rows with one key move on to the next.
        let at = loop {
            match found.get(&key) {
                None => {
                    found.insert(key, first.len() as u32);
                    first.push(r);
                    break first.len() - 1;
                }
                Some(c) if alike(model, first[*c as usize], r) => break *c as usize,
                Some(_) => key = key.wrapping_add(1),
            }
        };
        cell.push(at as u32);
        if first.len() as f64 > WORTH * n as f64 {
            return None;
        }
    }
    let mut weight = vec![0.0; first.len()];
    let mut y = vec![0.0; first.len()];
    for (r, c) in cell.iter().enumerate() {
        let w = model.weights.as_ref().map_or(1.0, |w| w[r]);
        weight[*c as usize] += w;
        y[*c as usize] += w * model.y[r];
    }
    y.iter_mut().zip(&weight).filter(|(_, w)| **w > 0.0).for_each(|(y, w)| *y /= w);
    let pick = |values: &[f64]| -> Vec<f64> { first.iter().map(|r| values[*r]).collect() };
    let compressed = Model {
        y,
        x: model.x.iter().map(|(name, x)| (name.clone(), pick(x))).collect(),
        effects: model.effects.as_ref().map(|e| e.rows_of(&first)),
        weights: Some(weight),
        offset: model.offset.as_deref().map(pick),
    };
    Some(Compressed { model: compressed, cell })
}

/// A number that rows share where regressors, effects and offset are equal.
fn key(model: &Model, row: usize) -> u64 {
    let mut key = 0x9E37_79B9_7F4A_7C15;
    let mut mix = |bits: u64| {
        key = (key ^ bits).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        key ^= key >> 32;
    };
    for family in model.effects.iter().flat_map(|e| e.families()) {
        mix(u64::from(family.codes[row]));
    }
    for (_, x) in &model.x {
        mix(x[row].to_bits());
    }
    if let Some(offset) = &model.offset {
        mix(offset[row].to_bits());
    }
    key
}

fn alike(model: &Model, a: usize, b: usize) -> bool {
    model.effects.iter().flat_map(|e| e.families()).all(|f| f.codes[a] == f.codes[b])
        && model.x.iter().all(|(_, x)| x[a].to_bits() == x[b].to_bits())
        && model.offset.as_ref().is_none_or(|o| o[a].to_bits() == o[b].to_bits())
}

impl Compressed {
    /// The fit of the cells as one of the rows of `model`.
    pub(crate) fn expand(self, fit: Fit, model: &Model) -> Fit {
        let weight = |r: usize| model.weights.as_ref().map_or(1.0, |w| w[r]);
        let rows = 0..model.y.len();
        let cell = |r: usize| self.cell[r] as usize;
        let used: Vec<bool> = rows.clone().map(|r| fit.used[cell(r)] && weight(r) > 0.0).collect();
        let pick = |values: &[f64], empty: f64| -> Vec<f64> {
            rows.clone().map(|r| if used[r] { values[cell(r)] } else { empty }).collect()
        };
        let fitted = pick(&fit.fitted, f64::NAN);
        let residual_y: Vec<f64> = rows
            .clone()
            .map(|r| if used[r] { weight(r) / fit.score_unit * (model.y[r] - fitted[r]) } else { 0.0 })
            .collect();
        let mut reasons = vec![None; fit.used.len()];
        fit.separated.iter().for_each(|s| reasons[s.row] = Some(s.reason));
        let separated: Vec<Separated> = rows
            .clone()
            .filter(|row| weight(*row) > 0.0)
            .filter_map(|row| reasons[cell(row)].map(|reason| Separated { row, reason }))
            .collect();
        let mut out = Fit {
            index: pick(&fit.index, f64::NAN),
            basis: fit.basis.iter().map(|x| pick(x, 0.0)).collect(),
            nobs: used.iter().filter(|u| **u).count(),
            effects: model.effects.clone(),
            fitted,
            residual_y,
            separated,
            used,
            ..fit
        };
        out.settle(model);
        out
    }
}
