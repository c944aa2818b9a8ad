//! From a formula and data to models.

use std::collections::HashMap;

use rayon::prelude::*;

use super::error::FormulaError;
use super::expr::{evaluate, levels};
use super::term::{Factor, Formula, Literal, Term};
use super::token::quoted_name;
use crate::effects::{Effects, Family};
use crate::frame::{Column, Frame};
use crate::model::Model;
use crate::vcov::Cluster;

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
            let columns = columns?;
            // Without a constant and effects, one variable may keep a dummy for each of its values.
            let free = usize::from(!formula.constant && formula.effects.is_empty());
            let whole = terms.iter().zip(&columns).filter(|(term, _)| term.is_plain_dummies()).skip(free);
            let bases: Vec<Vec<String>> =
                whole.map(|(_, x)| x.iter().map(|(name, _)| name.clone()).collect()).collect();
            x.extend(columns.into_iter().flatten());
            // A term that appears twice is one term.
            let mut seen = std::collections::HashSet::new();
            x.retain(|(name, _)| seen.insert(name.clone()));
            out.push(one(formula, frame, spec, name, y.clone(), x, &bases)?);
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
    // `None` before the first factor: a factor of which no dummy is left makes the product empty.
    let mut product: Option<Vec<Named>> = None;
    for factor in &term.factors {
        let columns = match factor {
            Factor::Value(name, expr) => vec![(name.clone(), evaluate(expr, frame)?)],
            Factor::Dummies { column, times, reference } => dummies(frame, known, column, times.as_ref(), reference)?,
        };
        product = Some(match product {
            None => columns,
            Some(left) if left.len() * columns.len() > MOST_DUMMIES => {
                let values = left.len() * columns.len();
                return Err(FormulaError::TooManyValues { name: left[0].0.clone(), values, most: MOST_DUMMIES });
            }
            Some(left) => {
                let times = |a: &Named, b: &Named| {
                    (format!("{}:{}", a.0, b.0), a.1.iter().zip(&b.1).map(|(x, y)| x * y).collect())
                };
                left.iter().flat_map(|a| columns.iter().map(|b| times(a, b)).collect::<Vec<_>>()).collect()
            }
        });
    }
    Ok(product.unwrap_or_default())
}

fn dummies(
    frame: &Frame,
    known: &Frame,
    name: &str,
    times: Option<&(String, super::expr::Expr)>,
    reference: &[Literal],
) -> Result<Vec<Named>, FormulaError> {
    let (mut codes, mut labels) = factor_codes(levels(frame, name)?);
    if !std::ptr::eq(frame, known) {
        let (_, values) = factor_codes(levels(known, name)?);
        let place: HashMap<&str, u32> = values.iter().map(String::as_str).zip(0..).collect();
        let places: Vec<u32> = labels.iter().map(|l| place.get(l.as_str()).copied().unwrap_or(u32::MAX)).collect();
        codes.iter_mut().filter(|c| **c != u32::MAX).for_each(|c| *c = places[*c as usize]);
        labels = values;
    }
    let scale = times.map(|(_, expr)| evaluate(expr, frame)).transpose()?;
    let bases = reference.iter().map(|r| base(name, &labels, r)).collect::<Result<Vec<usize>, _>>()?;
    let kept: Vec<usize> = (0..labels.len()).filter(|k| !bases.contains(k)).collect();
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

impl Term {
    /// Whether it is `i(column)` alone.
    fn is_plain_dummies(&self) -> bool {
        matches!(&self.factors[..], [Factor::Dummies { times: None, reference, .. }] if reference.is_empty())
    }
}

/// The value that a reference names. Codes are compared as they are written, numbers as numbers, and a truth
/// with 1 and 0 as well.
fn base(name: &str, values: &[String], reference: &Literal) -> Result<usize, FormulaError> {
    let at = |text: &str| values.iter().position(|v| v == text);
    let (found, shown) = match reference {
        Literal::Text(text) => (at(text), text.clone()),
        Literal::Number(x, raw) => {
            let equal = |v: &String| v.parse() == Ok(*x) && x.abs() <= LARGEST_WHOLE;
            let mut equals = (0..values.len()).filter(|k| equal(&values[*k]));
            let only = equals.next().filter(|_| equals.next().is_none());
            (at(raw).or(only), raw.clone())
        }
        Literal::Truth(truth) => {
            let (word, number) = if *truth { ("true", "1") } else { ("false", "0") };
            let as_word = values.iter().position(|v| v.eq_ignore_ascii_case(word));
            (as_word.or_else(|| at(number)), word.to_owned())
        }
    };
    found.ok_or_else(|| FormulaError::UnknownReference { name: name.to_owned(), value: shown, values: listed(values) })
}

/// The whole numbers up to here are floats of their own.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_991.0;

/// Values in words: all of a few, else the first and the last.
fn listed(values: &[String]) -> String {
    match values {
        [] => "none".to_owned(),
        [first @ .., last] if values.len() > 12 => {
            format!("{}, ..., {last} ({} values)", first[..8].join(", "), values.len())
        }
        few => few.join(", "),
    }
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
                    values.push(*v + 0.0);
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
    let span = columns.iter().fold(1, |span: u128, c| span.saturating_mul(c.1.max(1) as u128));
    // More cells than 64 bits can number: the columns before the last make codes of their own first, and
    // those are no more than there are rows.
    if let (true, Some((last, before))) = (span > u128::from(u64::MAX), columns.split_last()) {
        let first = combined(before, rows);
        let second = (rows.iter().map(|r| last.0[*r]).collect(), last.1);
        let all: Vec<usize> = (0..rows.len()).collect();
        return combined(&[&first, &second], &all);
    }
    let key = |r: usize| columns.iter().fold(0u64, |k, (codes, n)| k * (*n as u64) + u64::from(codes[r]));
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

/// A combination of columns by its name: `a^b`, names with a `^` of their own in backticks.
fn joined(names: &[String]) -> String {
    let name = |n: &String| if n.contains(['^', '`']) { quoted_name(n) } else { n.clone() };
    names.iter().map(name).collect::<Vec<_>>().join("^")
}

/// The model of one outcome and one set of regressors. `bases` are names of dummies of which one is to be
/// left out.
fn one<'a>(
    formula: &'a Formula,
    frame: &Frame,
    spec: &'a Specification,
    outcome: &str,
    y: Vec<f64>,
    mut x: Vec<Named>,
    bases: &[Vec<String>],
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
        let (codes, labels) = factor_codes(levels(frame, name)?);
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
    // Of dummies for all values, the first that occurs in these rows is the base.
    for names in bases {
        let occurs = |name: &&String| x.iter().any(|(n, x)| n == *name && rows.iter().any(|r| x[*r] != 0.0));
        if let Some(base) = names.iter().find(occurs).cloned() {
            x.retain(|(name, _)| *name != base);
        }
    }
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
            Family { name: joined(names), codes, levels }
        })
        .collect();
    let clusters = spec
        .clusters
        .par_iter()
        .map(|names| Cluster { name: joined(names), codes: combine(&names.iter().collect::<Vec<_>>()).0 })
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

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    fn frame() -> Frame {
        let cells: Vec<Option<&str>> = ["01", "1", "01", "1", "001", "001"].into_iter().map(Some).collect();
        let number = |x: [f64; 6]| Column::Number(x.to_vec());
        Frame::new(vec![
            ("y".to_owned(), number([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
            ("code".to_owned(), number([1.0; 6])),
            ("t".to_owned(), number([2010.0, 2011.0, 2012.0, 2010.0, 2011.0, 2012.0])),
            ("x".to_owned(), number([f64::NAN, 1.0, 2.0, f64::NAN, 4.0, 5.0])),
        ])
        .unwrap()
        .with_levels(vec![("code".to_owned(), Column::text(&cells))])
        .unwrap()
    }

    fn names(text: &str) -> Result<Vec<String>, FormulaError> {
        let models = design(&parse(text)?, &frame(), &Specification::default())?;
        Ok(models[0].model.x.iter().map(|x| x.0.clone()).collect())
    }

    #[test]
    fn levels_are_exact() {
        let d = design(&parse("y ~ 1 | code").unwrap(), &frame(), &Specification::default()).unwrap();
        assert_eq!(d[0].model.effects.as_ref().unwrap().families()[0].levels, 3);
        assert_eq!(names("y ~ i(code, ref = 01) | t").unwrap(), ["code::001", "code::1"]);
        assert_eq!(names("y ~ code + I(code == \"01\")").unwrap().len(), 3);
    }

    #[test]
    fn the_first_value_that_occurs_is_the_base() {
        assert_eq!(names("y ~ i(t)").unwrap(), ["(Intercept)", "t::2011", "t::2012"]);
        assert_eq!(names("y ~ i(t) | code").unwrap(), ["t::2011", "t::2012"]);
        assert_eq!(names("y ~ 0 + i(t)").unwrap(), ["t::2010", "t::2011", "t::2012"]);
        // 2010 occurs only where x is missing, and is zero throughout the rows used.
        assert_eq!(names("y ~ x + i(t)").unwrap(), ["(Intercept)", "x", "t::2010", "t::2012"]);
        assert_eq!(names("y ~ i(t, x) | code").unwrap().len(), 3);
    }

    #[test]
    fn a_reference_must_occur() {
        assert_eq!(names("y ~ i(t, ref = 2011) | code").unwrap(), ["t::2010", "t::2012"]);
        assert_eq!(names("y ~ i(t, ref = c(2011, \"2012\")) | code").unwrap(), ["t::2010"]);
        assert_eq!(base("b", &["FALSE".to_owned(), "TRUE".to_owned()], &Literal::Truth(true)), Ok(1));
        assert_eq!(base("b", &["0".to_owned(), "1".to_owned()], &Literal::Truth(true)), Ok(1));
        for text in ["y ~ i(t, ref = 2099)", "y ~ i(t, ref = \"x\")", "y ~ i(t, ref = TRUE)", "y ~ i(code, ref = 1e0)"]
        {
            assert!(matches!(names(text), Err(FormulaError::UnknownReference { .. })), "{text}");
        }
        assert!(names("y ~ i(t, ref = 2099)").unwrap_err().to_string().contains("2010, 2011, 2012"));
    }

    #[test]
    fn an_interaction_with_no_dummy_left_is_empty() {
        // `t` is 2010, 2011 and 2012: all of them are references, and `x` must not stand alone.
        let all = "ref = c(2010, 2011, 2012)";
        assert_eq!(names(&format!("y ~ x + i(t, {all}):x | code")).unwrap(), ["x"]);
        assert_eq!(names(&format!("y ~ 0 + x:i(t, {all}) | code")).unwrap(), Vec::<String>::new());
    }

    /// Five columns of 65,536 levels have 2^80 cells; every row is a cell of its own.
    #[test]
    fn combinations_beyond_64_bits_are_exact() {
        let rows = 131_072u32;
        // The halves of the rows differ in the first column alone.
        let level = |shift: u32| -> Vec<u32> { (0..rows).map(|r| (r % 65_536 + shift) % 65_536).collect() };
        let first = (0..rows).map(|r| (r % 65_536 + r / 65_536) % 65_536).collect();
        let columns: Vec<(Vec<u32>, usize)> =
            std::iter::once(first).chain((1..5).map(level)).map(|c| (c, 65_536)).collect();
        let all: Vec<usize> = (0..rows as usize).collect();
        let forth = combined(&columns.iter().collect::<Vec<_>>(), &all);
        let back = combined(&columns.iter().rev().collect::<Vec<_>>(), &all);
        assert_eq!((forth.1, back.1), (131_072, 131_072));
    }
}
