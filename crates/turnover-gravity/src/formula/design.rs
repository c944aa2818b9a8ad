//! From a formula and data to models.

use std::collections::HashMap;

use rayon::prelude::*;

use super::FormulaError;
use super::expr::{column, evaluate};
use super::parse::{Factor, Formula, Term};
use crate::absorb::{Effects, Family};
use crate::covariance::Cluster;
use crate::frame::{Column, Frame};
use crate::model::Model;

/// What stands beside the formula.
#[derive(Debug, Clone, Default)]
pub struct Specification {
    /// Column of weights.
    pub weights: Option<String>,
    /// Column of the offset.
    pub offset: Option<String>,
    /// Cluster variables, each a combination of columns.
    pub clusters: Vec<Vec<String>>,
}

/// Which rows of the data a model uses.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Rows used, from 0, in order.
    pub rows: Vec<usize>,
    /// Rows left out because a variable is missing or not finite there.
    pub missing: usize,
}

/// One model that a formula asks for.
#[derive(Debug, Clone)]
pub struct Design {
    /// Name of the outcome.
    pub outcome: String,
    /// Names of the fixed effects.
    pub effects: Vec<String>,
    /// The model.
    pub model: Model,
    /// Its rows.
    pub sample: Sample,
    /// The cluster variables on these rows.
    pub clusters: Vec<Cluster>,
}

/// Values of one column that may become regressors each.
const MOST_DUMMIES: usize = 1000;

/// The models that a formula asks for: one for each outcome and step.
pub fn design(formula: &Formula, frame: &Frame, spec: &Specification) -> Result<Vec<Design>, FormulaError> {
    let mut out = Vec::new();
    for (name, expr) in &formula.outcomes {
        let y = evaluate(expr, frame)?;
        for steps in step_sets(formula) {
            let mut x = Vec::new();
            if formula.constant && formula.effects.is_empty() {
                x.push(("(Intercept)".to_owned(), vec![1.0; frame.rows()]));
            }
            let terms: Vec<&Term> = formula.terms.iter().chain(steps).collect();
            let columns: Result<Vec<_>, _> = terms.par_iter().map(|term| regressors(term, frame, frame)).collect();
            x.extend(columns?.into_iter().flatten());
            // A term that appears twice is one term.
            let mut seen = std::collections::HashSet::new();
            x.retain(|(name, _)| seen.insert(name.clone()));
            out.push(one(formula, frame, spec, name, y.clone(), x)?);
        }
    }
    Ok(out)
}

/// The stepwise terms of each model.
fn step_sets(formula: &Formula) -> Vec<Vec<&Term>> {
    let Some((steps, choices)) = &formula.steps else { return vec![Vec::new()] };
    let mut out = if steps.from_none { vec![Vec::new()] } else { Vec::new() };
    for (at, choice) in choices.iter().enumerate() {
        out.push(if steps.cumulative { choices[..=at].iter().flatten().collect() } else { choice.iter().collect() });
    }
    out
}

type Named = (String, Vec<f64>);

/// The regressors of a model, by their names, on other data than it was estimated on. NaN where a dummy's
/// variable has a value that the estimate did not see, and where a column is missing.
pub fn regressors_again(
    formula: &Formula,
    names: &[String],
    estimated_on: &Frame,
    new: &Frame,
) -> Result<Vec<Vec<f64>>, FormulaError> {
    let choices = formula.steps.iter().flat_map(|(_, choices)| choices.iter().flatten());
    let mut all = vec![("(Intercept)".to_owned(), vec![1.0; new.rows()])];
    for term in formula.terms.iter().chain(choices) {
        // Another step's regressors may need columns that this one does not.
        let columns = regressors(term, new, estimated_on);
        match columns {
            Ok(columns) => all.extend(columns),
            Err(e) if term_matters(term, names, estimated_on) => return Err(e),
            Err(_) => {}
        }
    }
    let column = |name: &String| all.iter().find(|(n, _)| n == name).map(|(_, x)| x.clone());
    Ok(names.iter().map(|name| column(name).unwrap_or_else(|| vec![f64::NAN; new.rows()])).collect())
}

/// Whether any of these regressors is the term's.
fn term_matters(term: &Term, names: &[String], frame: &Frame) -> bool {
    regressors(term, frame, frame).is_ok_and(|own| own.iter().any(|(name, _)| names.contains(name)))
}

/// The regressors of a term: one, or one per combination of dummy values, which are those of the frame
/// `known`.
fn regressors(term: &Term, frame: &Frame, known: &Frame) -> Result<Vec<Named>, FormulaError> {
    let mut out: Vec<Named> = Vec::new();
    for factor in &term.factors {
        let columns = match factor {
            Factor::Value(name, expr) => vec![(name.clone(), evaluate(expr, frame)?)],
            Factor::Dummies { column, times, reference } => dummies(frame, known, column, times.as_ref(), reference)?,
        };
        let count = out.len() * columns.len();
        out = if out.is_empty() {
            columns
        } else if count > MOST_DUMMIES {
            return Err(FormulaError::TooManyValues { name: out[0].0.clone(), values: count, most: MOST_DUMMIES });
        } else {
            let product =
                |a: &Named, b: &Named| (format!("{}:{}", a.0, b.0), a.1.iter().zip(&b.1).map(|(x, y)| x * y).collect());
            out.iter().flat_map(|a| columns.iter().map(|b| product(a, b)).collect::<Vec<_>>()).collect()
        };
    }
    Ok(out)
}

fn dummies(
    frame: &Frame,
    known: &Frame,
    name: &str,
    times: Option<&(String, super::expr::Expr)>,
    reference: &[String],
) -> Result<Vec<Named>, FormulaError> {
    let (mut codes, mut labels) = factor_codes(column(frame, name)?);
    if !std::ptr::eq(frame, known) {
        let (_, values) = factor_codes(column(known, name)?);
        let place = |label: &String| values.iter().position(|v| v == label).map_or(u32::MAX, |at| at as u32);
        let places: Vec<u32> = labels.iter().map(place).collect();
        codes.iter_mut().filter(|c| **c != u32::MAX).for_each(|c| *c = places[*c as usize]);
        labels = values;
    }
    let scale = times.map(|(_, expr)| evaluate(expr, frame)).transpose()?;
    let kept: Vec<usize> = (0..labels.len()).filter(|k| !reference.contains(&labels[*k])).collect();
    if kept.len() > MOST_DUMMIES {
        return Err(FormulaError::TooManyValues { name: name.to_owned(), values: kept.len(), most: MOST_DUMMIES });
    }
    Ok(kept
        .into_iter()
        .map(|k| {
            let value = |r: usize| match codes[r] {
                u32::MAX => f64::NAN,
                c if c as usize == k => scale.as_ref().map_or(1.0, |s| s[r]),
                _ => scale.as_ref().map_or(0.0, |s| 0.0 * s[r]),
            };
            let label = match times {
                Some((by, _)) => format!("{name}::{}:{by}", labels[k]),
                None => format!("{name}::{}", labels[k]),
            };
            (label, (0..frame.rows()).map(value).collect())
        })
        .collect())
}

/// Codes in ascending order of values, `u32::MAX` where missing, and the values as text.
pub(super) fn factor_codes(column: &Column) -> (Vec<u32>, Vec<String>) {
    match column {
        Column::Text(codes, values) => (codes.clone(), values.clone()),
        Column::Number(x) => {
            if let Some(coded) = whole_numbers(x) {
                return coded;
            }
            let mut map: HashMap<u64, u32> = HashMap::new();
            let mut values: Vec<f64> = Vec::new();
            // -0 and 0 are one value.
            let key = |x: f64| (x + 0.0).to_bits();
            for v in x.iter().filter(|v| !v.is_nan()) {
                map.entry(key(*v)).or_insert_with(|| {
                    values.push(*v);
                    0
                });
            }
            values.sort_by(f64::total_cmp);
            for (k, v) in values.iter().enumerate() {
                map.insert(key(*v), k as u32);
            }
            let codes = x.iter().map(|v| map.get(&key(*v)).copied().unwrap_or(u32::MAX)).collect();
            (codes, values.iter().map(f64::to_string).collect())
        }
    }
}

/// The same for whole numbers that lie close together, as years and numbered countries do, by direct
/// addressing; `None` for others.
fn whole_numbers(x: &[f64]) -> Option<(Vec<u32>, Vec<String>)> {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for v in x.iter().filter(|v| !v.is_nan()) {
        // Also where it is infinite or beyond the whole numbers of 64 bits.
        if (*v as i64) as f64 != *v {
            return None;
        }
        (low, high) = (low.min(*v), high.max(*v));
    }
    let most = (4 * x.len()).max(1 << 16) as f64;
    // An empty column has no ends.
    if !(high - low < most && low.abs() < 9e15) {
        return None;
    }
    let mut table = vec![u32::MAX; (high - low) as usize + 1];
    for v in x.iter().filter(|v| !v.is_nan()) {
        table[(v - low) as usize] = 0;
    }
    let mut values = Vec::new();
    for (at, slot) in table.iter_mut().enumerate().filter(|(_, s)| **s == 0) {
        *slot = values.len() as u32;
        // Adding 0 turns -0 into 0, which is what the other way writes.
        values.push((low + at as f64 + 0.0).to_string());
    }
    let codes = x.iter().map(|v| if v.is_nan() { u32::MAX } else { table[(v - low) as usize] }).collect();
    Some((codes, values))
}

/// Codes of a combination of columns over some rows, without gaps, in the order of the columns.
fn combined(columns: &[&(Vec<u32>, usize)], rows: &[usize]) -> (Vec<u32>, usize) {
    let key = |r: usize| columns.iter().fold(0u64, |k, (codes, n)| k * (*n as u64) + u64::from(codes[r]));
    let span: u128 = columns.iter().map(|c| c.1.max(1) as u128).product();
    // Direct addressing where the table is of the order of the data, sorting otherwise.
    if span <= (4 * rows.len() + 1_000_000) as u128 {
        let mut table = vec![u32::MAX; span as usize];
        for r in rows {
            table[key(*r) as usize] = 0;
        }
        let mut next = 0;
        for slot in table.iter_mut().filter(|s| **s == 0) {
            *slot = next;
            next += 1;
        }
        return (rows.iter().map(|r| table[key(*r) as usize]).collect(), next as usize);
    }
    let keys: Vec<u64> = rows.iter().map(|r| key(*r)).collect();
    let mut values = keys.clone();
    values.sort_unstable();
    values.dedup();
    let code = |k: &u64| values.binary_search(k).unwrap_or_default() as u32;
    (keys.iter().map(code).collect(), values.len())
}

fn one<'a>(
    formula: &'a Formula,
    frame: &Frame,
    spec: &'a Specification,
    outcome: &str,
    y: Vec<f64>,
    x: Vec<Named>,
) -> Result<Design, FormulaError> {
    let number = |name: &Option<String>| {
        name.as_ref().map(|n| evaluate(&super::expr::Expr::Column(n.clone()), frame)).transpose()
    };
    let weights = number(&spec.weights)?;
    let offset = number(&spec.offset)?;
    let mut names: Vec<&str> = formula.effects.iter().chain(&spec.clusters).flatten().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let code = |name: &&'a str| {
        let (codes, labels) = factor_codes(column(frame, name)?);
        Ok((*name, (codes, labels.len())))
    };
    let coded: HashMap<&str, (Vec<u32>, usize)> = names.par_iter().map(code).collect::<Result<_, FormulaError>>()?;
    let numbers: Vec<&[f64]> =
        x.iter().map(|(_, x)| x).chain([&y]).chain(&weights).chain(&offset).map(Vec::as_slice).collect();
    let codes: Vec<&[u32]> = coded.values().map(|(codes, _)| codes.as_slice()).collect();
    // Column by column: most data has nothing missing.
    let whole = numbers.par_iter().all(|x| x.iter().all(|x| x.is_finite()))
        && codes.par_iter().all(|c| c.iter().all(|c| *c != u32::MAX));
    let present =
        |r: &usize| whole || numbers.iter().all(|x| x[*r].is_finite()) && codes.iter().all(|c| c[*r] != u32::MAX);
    let rows: Vec<usize> = (0..frame.rows()).into_par_iter().filter(present).collect();
    let missing = frame.rows() - rows.len();
    let pick = |values: Vec<f64>| match missing {
        0 => values,
        _ => rows.iter().map(|r| values[*r]).collect(),
    };
    let combine = |names: &[&String]| {
        let columns: Vec<&(Vec<u32>, usize)> = names.iter().filter_map(|n| coded.get(n.as_str())).collect();
        combined(&columns, &rows)
    };

    // Levels of a family count up over what the largest family does not hold fixed: within a pair
    // the levels of exporter-year follow the years, whichever way round the user wrote it.
    let plain: Vec<(Vec<u32>, usize)> =
        formula.effects.par_iter().map(|names| combine(&names.iter().collect::<Vec<_>>())).collect();
    let largest = (0..plain.len()).max_by_key(|f| plain[*f].1);
    let families: Vec<Family> = formula
        .effects
        .par_iter()
        .zip(plain)
        .enumerate()
        .map(|(f, (names, codes))| {
            let fixed = |n: &&String| largest.is_some_and(|l| formula.effects[l].contains(n));
            let mut order: Vec<&String> = names.iter().filter(fixed).collect();
            order.extend(names.iter().filter(|n| !fixed(n)));
            let (codes, levels) =
                if Some(f) == largest || order.iter().copied().eq(names.iter()) { codes } else { combine(&order) };
            Family { name: names.join("^"), codes, levels }
        })
        .collect();
    let clusters = spec
        .clusters
        .par_iter()
        .map(|names| Cluster { name: names.join("^"), codes: combine(&names.iter().collect::<Vec<_>>()).0 })
        .collect();
    Ok(Design {
        outcome: outcome.to_owned(),
        effects: families.iter().map(|f| f.name.clone()).collect(),
        model: Model {
            y: pick(y),
            x: x.into_par_iter().map(|(name, x)| (name, pick(x))).collect(),
            effects: if families.is_empty() { None } else { Effects::new(families) },
            weights: weights.map(pick),
            offset: offset.map(pick),
        },
        sample: Sample { rows, missing },
        clusters,
    })
}
