//! Predictions for other data than a model was estimated on, by what the estimate knows: coefficients, fixed
//! effects by level, and which levels it saw.

use std::collections::HashMap;

use rayon::prelude::*;
use turnover_data::RawTable;
use turnover_gravity::formula::{parse, regressors_again};
use turnover_gravity::{Column, Frame, Kind};

use super::facts::Estimated;
use super::fault::formula_error;
use super::input::Input;
use super::memory::{Use, typed_frame};
use crate::error::AnalysisError;

/// A family of fixed effects as estimated. They are identified up to constants that move between families.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelEffects {
    /// The columns that make a level, as exporter and year.
    pub columns: Vec<String>,
    /// The levels with a used observation, a value for each column.
    pub levels: Vec<Vec<String>>,
    /// Their effects.
    pub values: Vec<f64>,
}

/// The distinct values of a column that the estimate was made on.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownColumn {
    /// Its name.
    pub name: String,
    /// Whether it holds text.
    pub text: bool,
    /// Its values as text; only those of columns in `i()`.
    pub values: Vec<String>,
    /// Which of them have a used observation.
    pub used: Vec<bool>,
}

/// What predictions need of an estimate; it holds none of the data's rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictor {
    /// The formula.
    pub formula: String,
    /// Names of the coefficients.
    pub names: Vec<String>,
    /// The coefficients.
    pub coefficients: Vec<f64>,
    /// Whether it is least squares rather than PPML.
    pub linear: bool,
    /// Column of the offset.
    pub offset: Option<String>,
    /// The columns that regressors are made of.
    pub known: Vec<KnownColumn>,
    /// Regressors that were left out and had this one value in every used row: what another value would do
    /// is not known.
    pub constant: Vec<(String, f64)>,
    /// The fixed effects.
    pub effects: Vec<LevelEffects>,
}

impl Estimated {
    /// What predictions need. Fixed effects are solved for here.
    pub fn predictor(&self, input: &Input) -> Predictor {
        let used: Vec<usize> = (0..self.design.sample.rows.len()).filter(|r| self.fit.index[*r].is_finite()).collect();
        let dummies = self.formula.dummy_columns();
        let mut columns = self.formula.regressor_columns();
        columns.extend(&dummies);
        columns.sort_unstable();
        columns.dedup();
        let known = columns.iter().filter_map(|name| {
            let column = input.frame.column(name)?;
            let (codes, values) = if dummies.contains(name) { coded(column) } else { Default::default() };
            let mut seen = vec![false; values.len()];
            for code in used.iter().filter_map(|r| codes.get(self.design.sample.rows[*r])) {
                seen.iter_mut().skip(*code as usize).take(1).for_each(|s| *s = true);
            }
            let text = matches!(column, Column::Text(..));
            Some(KnownColumn { name: (*name).to_owned(), text, values, used: seen })
        });
        let left_out = self.design.model.x.iter().filter(|(name, _)| !self.fit.names.contains(name));
        let constant = left_out.filter_map(|(name, x)| {
            let value = x[*used.first()?];
            used.iter().all(|r| x[*r] == value).then(|| (name.clone(), value))
        });
        Predictor {
            formula: self.formula.text().to_owned(),
            names: self.fit.names.clone(),
            coefficients: self.fit.coefficients.clone(),
            linear: self.fit.kind == Kind::LeastSquares,
            offset: self.offset.clone(),
            known: known.collect(),
            constant: constant.collect(),
            effects: self.level_effects(input),
        }
    }

    fn level_effects(&self, input: &Input) -> Vec<LevelEffects> {
        let values = self.fit.fixed_effects(&self.design.model);
        let Some(effects) = &self.design.model.effects else { return Vec::new() };
        let families = effects.families().par_iter().zip(self.formula.effects()).zip(values);
        families
            .map(|((family, names), values)| {
                let columns: Vec<&Column> = names.iter().filter_map(|c| input.frame.column(c)).collect();
                let mut first: Vec<Option<usize>> = vec![None; values.len()];
                for (code, row) in family.codes.iter().zip(&self.design.sample.rows) {
                    first[*code as usize].get_or_insert(*row);
                }
                let level = |row: usize| columns.iter().map(|c| label(c, row)).collect();
                let estimated = first.into_iter().zip(values).filter(|(_, value)| value.is_finite());
                let (levels, values) = estimated.filter_map(|(row, v)| Some((level(row?), v))).unzip();
                LevelEffects { columns: names.clone(), levels, values }
            })
            .collect()
    }
}

impl Predictor {
    /// The columns that predictions need, each once, and how they are used.
    pub fn uses(&self) -> Result<Vec<(String, Use)>, AnalysisError> {
        let formula = parse(&self.formula).map_err(formula_error)?;
        let numbers = formula.regressor_columns();
        let levels = formula.level_columns();
        let mut names = [&numbers[..], &levels[..], &self.offset.as_deref().map_or(vec![], |o| vec![o])[..]].concat();
        names.sort_unstable();
        names.dedup();
        let number = |n: &str| numbers.contains(&n) || self.offset.as_deref() == Some(n);
        Ok(names.iter().map(|n| ((*n).to_owned(), Use { number: number(n), level: levels.contains(n) })).collect())
    }

    /// The expected outcome of each row of a table with typed columns, or its log for PPML (`link`): the
    /// regressors times their coefficients, the fixed effects of the row's levels, the offset. NaN where a value
    /// is missing, for levels without a used observation, and where a regressor that was left out has
    /// another value than it had throughout: the estimate knows nothing of them. The outcome is not needed.
    /// `names` are all columns of the table, for messages.
    pub fn predict(&self, mut new: RawTable, names: &[String], link: bool) -> Result<Vec<f64>, AnalysisError> {
        let rows = new.rows;
        let new = typed_frame(&mut new);
        let missing = |name: &str| AnalysisError::Formula {
            what: format!("the new data has no column of numbers or levels `{name}`"),
            help: format!("it has {}", names.join(", ")),
        };
        let formula = parse(&self.formula).map_err(formula_error)?;
        let wanted: Vec<String> = self.names.iter().chain(self.constant.iter().map(|c| &c.0)).cloned().collect();
        let regressors = regressors_again(&formula, &wanted, &self.known_frame(), &new).map_err(formula_error)?;
        let mut index = match &self.offset {
            None => vec![0.0; rows],
            Some(name) => match new.column(name) {
                Some(Column::Number(offset)) => offset.clone(),
                _ => return Err(missing(name)),
            },
        };
        for (x, b) in regressors.iter().zip(&self.coefficients) {
            index.iter_mut().zip(x).for_each(|(i, x)| *i += b * x);
        }
        for (x, (_, value)) in regressors[self.names.len()..].iter().zip(&self.constant) {
            index.iter_mut().zip(x).filter(|(_, x)| *x != value).for_each(|(i, _)| *i = f64::NAN);
        }
        for column in self.known.iter().filter(|k| !k.values.is_empty()) {
            // Another step of the formula may use it, and this one not.
            let Some(cells) = new.column(&column.name) else { continue };
            let (codes, values) = coded(cells);
            let used: HashMap<&str, bool> =
                column.values.iter().map(String::as_str).zip(column.used.iter().copied()).collect();
            let seen: Vec<bool> = values.iter().map(|v| used.get(v.as_str()).copied().unwrap_or(false)).collect();
            let unseen = |code: &u32| !seen.get(*code as usize).copied().unwrap_or(false);
            index.iter_mut().zip(&codes).filter(|(_, code)| unseen(code)).for_each(|(i, _)| *i = f64::NAN);
        }
        for family in &self.effects {
            let columns = family.columns.iter().map(|c| new.column(c).ok_or_else(|| missing(c)));
            let own = family.of_rows(&columns.collect::<Result<Vec<_>, _>>()?, rows);
            index.iter_mut().zip(own).for_each(|(i, effect)| *i += effect);
        }
        if !link && !self.linear {
            index.iter_mut().for_each(|i| *i = i.exp());
        }
        Ok(index)
    }

    /// A frame without rows that matter: the kinds of the columns, and the values of those in `i()`.
    fn known_frame(&self) -> Frame {
        let rows = self.known.iter().map(|k| k.values.len()).max().unwrap_or(0);
        let column = |k: &KnownColumn| {
            let column = if k.text {
                let cells: Vec<Option<&String>> = (0..rows).map(|r| k.values.get(r)).collect();
                Column::text(&cells)
            } else {
                let cell = |r: usize| k.values.get(r).and_then(|v| v.parse().ok()).unwrap_or(f64::NAN);
                Column::Number((0..rows).map(cell).collect())
            };
            (k.name.clone(), column)
        };
        Frame::new(self.known.iter().map(column).collect()).unwrap_or_default()
    }
}

impl LevelEffects {
    /// The effect of each row's level; NaN for levels that the estimate did not see.
    fn of_rows(&self, columns: &[&Column], rows: usize) -> Vec<f64> {
        // Each column's values by number, so that a level is a few numbers rather than texts.
        let mut numbers: Vec<HashMap<&str, u32>> = vec![HashMap::new(); columns.len()];
        let mut places: HashMap<Vec<u32>, f64> = HashMap::with_capacity(self.levels.len());
        for (level, value) in self.levels.iter().zip(&self.values) {
            let key = level.iter().zip(&mut numbers).map(|(text, known)| {
                let next = known.len() as u32;
                *known.entry(text).or_insert(next)
            });
            places.insert(key.collect(), *value);
        }
        let translated = columns.iter().zip(&numbers).map(|(column, known)| {
            let (codes, values) = coded(column);
            let number: Vec<u32> = values.iter().map(|v| known.get(v.as_str()).copied().unwrap_or(u32::MAX)).collect();
            let of = |code: &u32| number.get(*code as usize).copied().unwrap_or(u32::MAX);
            codes.iter().map(of).collect::<Vec<u32>>()
        });
        let translated: Vec<Vec<u32>> = translated.collect();
        let effect = |row: usize| {
            let key: Vec<u32> = translated.iter().map(|c| c[row]).collect();
            places.get(&key).copied().unwrap_or(f64::NAN)
        };
        (0..rows).into_par_iter().map(effect).collect()
    }
}

/// A column's cells by code into its distinct values as text; `u32::MAX` where missing.
fn coded(column: &Column) -> (Vec<u32>, Vec<String>) {
    match column {
        Column::Text(codes, values) => (codes.clone(), values.clone()),
        Column::Number(x) => {
            let mut places: HashMap<u64, u32> = HashMap::new();
            let mut values = Vec::new();
            let code = |x: &f64| {
                if x.is_nan() {
                    return u32::MAX;
                }
                // -0 and 0 are one value.
                *places.entry((x + 0.0).to_bits()).or_insert_with(|| {
                    values.push((x + 0.0).to_string());
                    values.len() as u32 - 1
                })
            };
            let codes = x.iter().map(code).collect();
            (codes, values)
        }
    }
}

/// A cell as a level's name.
fn label(column: &Column, row: usize) -> String {
    match column {
        Column::Number(x) => (x[row] + 0.0).to_string(),
        Column::Text(codes, values) => values.get(codes[row] as usize).cloned().unwrap_or_default(),
    }
}
