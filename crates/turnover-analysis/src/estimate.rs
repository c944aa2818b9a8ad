//! Estimates by PPML or least squares, as findings and tables.

mod memory;
mod predict;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use arrow_array::Array;
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use turnover_data::{Cells, Filter, RawColumn, RawTable, Source};
use turnover_gravity::formula::{Design, Formula, FormulaError, Specification, combinations, design, panel, parse};
use turnover_gravity::{
    Cluster, Coefficient, Column, Covariance, Fit, FitError, Frame, Kind, RSquared, Reason, SeparationCheck, Settings,
    SmallSample, Status, least_squares, poisson,
};

use crate::answer::{Answer, Cell, Finding, Interval, Number, Table, Unit};
use crate::error::AnalysisError;
use crate::format::{sentence, significant_digits};
use crate::watch::Watch;

pub use memory::Use;
pub use predict::{KnownColumn, LevelEffects, Predictor};

/// Which covariance is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vcov {
    /// Inverse Hessian.
    Iid,
    /// Robust to heteroskedasticity.
    Heteroskedastic,
    /// Clustered by combinations of columns.
    Clustered(Vec<Vec<String>>),
}

impl Vcov {
    /// Reads `iid`, `hetero`, `cluster:a^b` or `cluster:a+b^c`.
    pub fn parse(text: &str) -> Result<Self, AnalysisError> {
        match text {
            "iid" => return Ok(Vcov::Iid),
            "hetero" => return Ok(Vcov::Heteroskedastic),
            _ => {}
        }
        let wrong = || AnalysisError::Range {
            what: "‹vcov›",
            found: text.to_owned(),
            expected: "iid, hetero or cluster:VARIABLES",
            help: "as in cluster:exporter^importer, or cluster:exporter+importer for two-way clusters".to_owned(),
        };
        let variables = text.strip_prefix("cluster:").ok_or_else(wrong)?;
        // Names with marks in them stand in backticks, as in a formula.
        Ok(Vcov::Clustered(combinations(variables).ok_or_else(wrong)?))
    }

    fn words(&self) -> String {
        match self {
            Vcov::Iid => "iid".to_owned(),
            Vcov::Heteroskedastic => "robust to heteroskedasticity".to_owned(),
            Vcov::Clustered(v) => {
                let names: Vec<String> = v.iter().map(|c| c.join("^")).collect();
                format!("clustered by {}", names.join(" and "))
            }
        }
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Formulas; each may ask for several models.
    pub formulas: Vec<String>,
    /// Estimator.
    pub kind: Kind,
    /// Covariance.
    pub vcov: Vcov,
    /// Small-sample factors.
    pub small_sample: SmallSample,
    /// Column of weights.
    pub weights: Option<String>,
    /// Column of the offset.
    pub offset: Option<String>,
    /// How far to look for separation.
    pub separation: SeparationCheck,
    /// Whether levels with one observation are dropped.
    pub drop_singletons: bool,
    /// Whether coefficients and errors are corrected for the bias of gravity panels (Weidner and
    /// Zylkin 2021); errors are then clustered by pair, and `vcov` and `small_sample` do not matter.
    pub bias_correction: bool,
    /// Only the table of all models side by side, with its source below.
    pub etable: bool,
    /// The command that asks again.
    pub command: String,
}

/// The columns that a question's models use, as numbers and text.
pub struct Input {
    /// Without its cells: where rows are in the file.
    table: RawTable,
    frame: Frame,
    source: Source,
}

impl Input {
    /// Reads what the question needs of a file, for the rows that pass the filter.
    pub fn read(path: &Path, filter: Option<&Filter>, question: &Question) -> Result<Self, AnalysisError> {
        let columns = question.columns()?;
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Ok(Self::new(RawTable::read_selected(path, &columns, filter)?, Some(&question.columns_by_level()?)))
    }

    /// The same of a table in memory.
    pub fn of(table: RawTable, filter: Option<&Filter>, question: &Question) -> Result<Self, AnalysisError> {
        let columns = question.columns()?;
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Ok(Self::new(table.selected(&columns, filter)?, Some(&question.columns_by_level()?)))
    }

    /// `by_level` names the columns whose levels matter; `None` for all.
    fn new(mut table: RawTable, by_level: Option<&HashSet<String>>) -> Self {
        // Column by column, so that few cells and numbers are held twice.
        let columns = std::mem::take(&mut table.columns).into_par_iter();
        let columns: Vec<_> = columns
            .map(|c| {
                let column = typed(&c, table.rows);
                let by_level = by_level.is_none_or(|names| names.contains(&c.name));
                let levels = if by_level { exact_levels(&c, &column, table.rows) } else { None };
                ((c.name, column), levels)
            })
            .collect();
        let (columns, levels): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        let levels = levels.into_iter().flatten().collect();
        let frame = Frame::new(columns).and_then(|f| f.with_levels(levels)).unwrap_or_default();
        let source = Source {
            name: Path::new(&table.path).file_name().map_or(table.path.clone(), |n| n.to_string_lossy().into_owned()),
            vintage: "as given".to_owned(),
            hash: table.sha256.clone(),
        };
        Input { table, frame, source }
    }

    /// A formula's error, with the first cell that is not a number where one is needed.
    fn cell_error(&self, e: FormulaError) -> AnalysisError {
        let FormulaError::NotANumber { name } = &e else { return formula_error(e) };
        let Some(Column::Text(codes, values)) = self.frame.column(name) else { return formula_error(e) };
        let is_number: Vec<bool> = values.iter().map(|v| v.parse::<f64>().is_ok()).collect();
        let bad = codes.iter().position(|c| is_number.get(*c as usize) == Some(&false));
        let Some((row, text)) = bad.and_then(|r| Some((r, values.get(codes[r] as usize)?))) else {
            return formula_error(e);
        };
        // Codes and names, not numbers with a fault.
        let words = text.contains(char::is_alphabetic) || !text.contains(|c: char| c.is_ascii_digit());
        if words && !is_number.contains(&true) {
            return formula_error(e);
        }
        AnalysisError::Formula {
            what: format!("`{name}` holds `{text}` on {} where a number is needed", self.table.place(row)),
            help: match text.contains(',') {
                true => "numbers are written with a decimal point and without separators, as in 1234.5".to_owned(),
                false => "correct the cell, or empty it where the value is missing".to_owned(),
            },
        }
    }

    /// Number of rows, those that take no part included.
    pub fn rows(&self) -> usize {
        self.table.rows
    }
}

impl Question {
    /// The columns that it uses by their levels.
    fn columns_by_level(&self) -> Result<HashSet<String>, AnalysisError> {
        let mut columns = HashSet::new();
        for formula in &self.formulas {
            columns.extend(parse(formula).map_err(formula_error)?.columns_by_level().into_iter().map(str::to_owned));
        }
        if let Vcov::Clustered(clusters) = &self.vcov {
            columns.extend(clusters.iter().flatten().cloned());
        }
        Ok(columns)
    }

    /// The columns that its models use, those of weights, offset and clusters included.
    pub fn columns(&self) -> Result<Vec<String>, AnalysisError> {
        let mut columns: Vec<String> = Vec::new();
        for formula in &self.formulas {
            columns.extend(parse(formula).map_err(formula_error)?.columns().into_iter().map(str::to_owned));
        }
        columns.extend(self.weights.clone());
        columns.extend(self.offset.clone());
        if let Vcov::Clustered(clusters) = &self.vcov {
            columns.extend(clusters.iter().flatten().cloned());
        }
        Ok(columns)
    }
}

/// A text column is numbers where all its cells are.
fn typed(column: &RawColumn, rows: usize) -> Column {
    if let Cells::Number(cells) = &column.cells {
        return Column::Number(match cells.null_count() {
            0 => cells.values().to_vec(),
            _ => cells.iter().map(|x| x.unwrap_or(f64::NAN)).collect(),
        });
    }
    let number = |r: usize| column.str(r).map_or(Some(f64::NAN), |text| text.parse().ok());
    match (0..rows).map(number).collect::<Option<Vec<f64>>>() {
        Some(numbers) => Column::Number(numbers),
        None => Column::text(&(0..rows).map(|r| column.str(r)).collect::<Vec<_>>()),
    }
}

/// The levels of a text column whose cells are all numbers, where the numbers do not keep them apart or write
/// them otherwise: `01` and `1`, `1e1`, whole numbers beyond 2^53, `inf`. `None` where the numbers do.
fn exact_levels(column: &RawColumn, numbers: &Column, rows: usize) -> Option<(String, Column)> {
    let Column::Number(numbers) = numbers else { return None };
    // `nan` among numbers alone is a missing value; among words such as `inf` it is a word.
    let words = numbers.iter().any(|x| x.is_infinite());
    let cell = |r: usize| column.str(r).filter(|_| words || !numbers[r].is_nan());
    let (mut texts, mut values) = (HashSet::new(), HashSet::new());
    let mut rewritten = false;
    for row in 0..rows {
        let Some(text) = cell(row) else { continue };
        if texts.insert(text) {
            let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
            rewritten |= numbers[row].to_string() != short;
            values.insert((numbers[row] + 0.0).to_bits());
        }
    }
    let differ = rewritten || texts.len() > values.len();
    differ.then(|| (column.name.clone(), Column::text(&(0..rows).map(cell).collect::<Vec<_>>())))
}

/// One estimated model with its table of coefficients.
pub struct Estimated {
    formula: Formula,
    /// Column of the offset.
    offset: Option<String>,
    design: Design,
    fit: Fit,
    coefficients: Vec<Coefficient>,
    /// Their covariance, row-major.
    covariance: Vec<f64>,
    /// Of the model, and of a constant alone.
    likelihoods: (f64, f64),
    corrected: Option<Corrected>,
}

/// What a bias correction did.
struct Corrected {
    /// Exporter, importer, period.
    names: [String; 3],
    pair_effects: bool,
    /// To be subtracted from each coefficient.
    bias: Vec<f64>,
    /// Errors clustered by pair before the correction, with the same factor P / (P - 1).
    plain: Vec<f64>,
}

impl Estimated {
    /// Name of the outcome.
    pub fn outcome(&self) -> &str {
        &self.design.outcome
    }

    /// The coefficients, without those that were dropped.
    pub fn coefficients(&self) -> &[Coefficient] {
        &self.coefficients
    }

    /// Their covariance, row-major.
    pub fn covariance(&self) -> &[f64] {
        &self.covariance
    }

    /// The expected outcome by row of the input, or its log for PPML (`link`); NaN for rows that take no
    /// part.
    pub fn fitted(&self, input: &Input, link: bool) -> Vec<f64> {
        let mut out = vec![f64::NAN; input.rows()];
        let values = if link { &self.fit.index } else { &self.fit.fitted };
        for (row, value) in self.design.sample.rows.iter().zip(values) {
            out[*row] = *value;
        }
        out
    }

    /// The shares of the outcome's variation that least squares explain; `None` for PPML.
    pub fn r_squared(&self) -> Option<RSquared> {
        self.fit.r_squared(&self.design.model)
    }

    /// Outcome less expected outcome by row of the input; NaN for rows that take no part.
    pub fn residuals(&self, input: &Input) -> Vec<f64> {
        let mut out = vec![f64::NAN; input.rows()];
        for (row, value) in self.design.sample.rows.iter().zip(self.fit.residuals(&self.design.model.y)) {
            out[*row] = value;
        }
        out
    }
}

/// Answers the question.
pub fn answer(input: &Input, question: &Question, watch: Watch<'_>) -> Result<Answer, AnalysisError> {
    Ok(tell(input, question, &models(input, question, watch)?))
}

/// The models that the question asks for, in the order of its formulas.
pub fn models(input: &Input, question: &Question, watch: Watch<'_>) -> Result<Vec<Estimated>, AnalysisError> {
    let mut models = Vec::new();
    for text in &question.formulas {
        let clusters = match &question.vcov {
            Vcov::Clustered(v) => v.clone(),
            _ => Vec::new(),
        };
        let spec = Specification { weights: question.weights.clone(), offset: question.offset.clone(), clusters };
        let formula = parse(text).map_err(formula_error)?;
        for design in design(&formula, &input.frame, &spec).map_err(|e| input.cell_error(e))? {
            models.push(estimate(input, question, &formula, design, watch)?);
        }
    }
    Ok(models)
}

/// Models as findings and tables.
pub fn tell(input: &Input, question: &Question, models: &[Estimated]) -> Answer {
    let mut findings = Vec::new();
    let mut tables = Vec::new();
    for (at, m) in models.iter().enumerate() {
        let suffix = if models.len() == 1 { String::new() } else { format!(".{}", at + 1) };
        findings.extend(m.coefficients.iter().map(|c| coefficient_finding(input, question, m, c, &suffix)));
        tables.push(coefficient_table(m, &suffix));
    }
    tables.extend(models.iter().enumerate().filter_map(|(at, m)| left_out(input, m, at, models.len())));
    tables.extend(models.iter().enumerate().filter_map(|(at, m)| bias_table(m, at, models.len())));
    let mut side_by_side = etable(question, models);
    if question.etable {
        side_by_side.title.push_str(&format!("; data {}, sha256 {}", input.source.name, input.source.hash));
        (findings, tables) = (Vec::new(), Vec::new());
    }
    tables.push(side_by_side);
    let named = match models {
        [one] => named_values(input, one),
        many => {
            let all: Vec<Value> = many.iter().map(|m| Value::Object(named_values(input, m))).collect();
            let mut map = Map::new();
            map.insert("models".into(), Value::Array(all));
            map
        }
    };
    Answer {
        command: question.command.clone(),
        title: match question.kind {
            Kind::Poisson => "Estimates by Poisson pseudo-maximum likelihood".to_owned(),
            Kind::LeastSquares => "Estimates by least squares".to_owned(),
        },
        findings,
        tables,
        charts: Vec::new(),
        named,
    }
}

/// An offset beyond this, in logs, is beyond e^100.
const LARGEST_LOG: f64 = 100.0;

fn estimate(
    input: &Input,
    question: &Question,
    formula: &Formula,
    mut design: Design,
    watch: Watch<'_>,
) -> Result<Estimated, AnalysisError> {
    let settings = Settings {
        separation: question.separation,
        drop_singletons: question.drop_singletons,
        stop: watch.stop(),
        ..Settings::default()
    };
    let place = |row: usize| input.table.place(design.sample.rows[row]).to_string();
    // Logs of anything that is counted stay far below this.
    let in_levels = question.kind == Kind::Poisson
        && design.model.offset.as_ref().is_some_and(|o| o.iter().any(|x| x.abs() > LARGEST_LOG));
    let wrong = |e: FitError| match fit_error(&e, &place) {
        AnalysisError::Estimate { what, .. } if in_levels => AnalysisError::Estimate {
            what,
            help: "is the offset in logs? PPML adds it to the log of the expected outcome".to_owned(),
        },
        other => other,
    };
    // Before the work, so that a wrong formula is told at once.
    let panel = question
        .bias_correction
        .then(|| panel(formula, &input.frame, &design.sample).map_err(formula_error))
        .transpose()?;
    let fit = match question.kind {
        Kind::Poisson => poisson(&design.model, &settings),
        Kind::LeastSquares => least_squares(&design.model, &settings),
    }
    .map_err(wrong)?;
    let likelihoods = fit.log_likelihoods(&design.model);
    let (formula, offset) = (formula.clone(), question.offset.clone());
    let late = |e: FitError| fit_error(&e, &|row| row.to_string());
    if let Some((panel, names)) = panel {
        let debiased = fit.debias(&design.model, &panel).map_err(wrong)?;
        let pair = pair_codes(&panel.exporter, &panel.importer);
        let pair = Cluster { name: format!("{}^{}", names[0], names[1]), codes: pair };
        let plain = fit.table(&Covariance::Clustered(vec![pair]), SmallSample::Stata).map_err(late)?;
        let corrected = Corrected {
            names,
            pair_effects: panel.pair_effects,
            plain: plain.iter().map(|c| c.std_error).collect(),
            bias: debiased.bias.clone(),
        };
        let coefficients = fit.debiased_table(&debiased);
        let covariance = debiased.covariance;
        return Ok(Estimated {
            formula,
            offset,
            design,
            fit,
            coefficients,
            covariance,
            likelihoods,
            corrected: Some(corrected),
        });
    }
    let covariance = match &question.vcov {
        Vcov::Iid => Covariance::Iid,
        Vcov::Heteroskedastic => Covariance::Heteroskedastic,
        Vcov::Clustered(_) => Covariance::Clustered(std::mem::take(&mut design.clusters)),
    };
    let (coefficients, covariance) = fit.estimates(&covariance, question.small_sample).map_err(late)?;
    Ok(Estimated { formula, offset, design, fit, coefficients, covariance, likelihoods, corrected: None })
}

/// A code for each pair, without gaps: a product of two codes need not fit in one.
fn pair_codes(exporter: &[u32], importer: &[u32]) -> Vec<u32> {
    let mut seen: HashMap<(u32, u32), u32> = HashMap::new();
    let pairs = exporter.iter().zip(importer);
    pairs
        .map(|(i, j)| {
            let next = seen.len() as u32;
            *seen.entry((*i, *j)).or_insert(next)
        })
        .collect()
}

fn formula_error(e: FormulaError) -> AnalysisError {
    let help = match &e {
        FormulaError::Syntax { .. } => {
            "as in trade ~ rta + log(dist) | exporter^year + importer^year + exporter^importer".to_owned()
        }
        FormulaError::UnknownColumn { nearest: Some(n), .. } => format!("did you mean `{n}`?"),
        FormulaError::UnknownColumn { .. } => "use the file's columns; quote odd names with `backticks`".to_owned(),
        FormulaError::NotANumber { name } => {
            format!(
                "make dummies of it with i({name}), compare it with a text as in I({name} == \"x\"), or absorb it after |"
            )
        }
        FormulaError::NoPanel { effects } => match &effects[..] {
            [] => "this formula has no effects: write them after |".to_owned(),
            effects => format!("the effects here are {}", effects.join(" + ")),
        },
        FormulaError::UnknownReference { .. } => "name a value that occurs, texts in quotes".to_owned(),
        FormulaError::TooManyValues { name, .. } => format!("absorb it as a fixed effect: put {name} after |"),
    };
    AnalysisError::Formula { what: e.to_string(), help }
}

fn fit_error(e: &FitError, place: &dyn Fn(usize) -> String) -> AnalysisError {
    if *e == FitError::Stopped {
        return AnalysisError::Stopped;
    }
    let (what, help) = match e {
        FitError::NegativeOutcome { row, value } => (
            format!("the outcome is {value} on {}; PPML needs values of 0 or more", place(*row)),
            "leave such rows out with ‹filter›",
        ),
        FitError::NegativeWeight { row, value } => (
            format!("the weight is {value} on {}; weights must be 0 or more", place(*row)),
            "leave such rows out with ‹filter›",
        ),
        FitError::NoVariation(_) => (e.to_string(), "use fewer fixed effects, or regressors that vary within them"),
        FitError::Clusters { .. } => (e.to_string(), "choose another ‹vcov›, such as hetero"),
        FitError::NotConverged { .. } => {
            (e.to_string(), "look for regressors on very different scales, or for a nearly perfect fit")
        }
        FitError::Offset { .. } => {
            (e.to_string(), "is the offset in logs? Give the log of what the outcome is relative to")
        }
        FitError::Weights => {
            (e.to_string(), "leave rows of tiny weights or outcomes out with ‹filter›, or use fewer fixed effects")
        }
        FitError::BadlyConnected { .. } => (e.to_string(), "use fewer fixed effects, or estimate on connected rows"),
        FitError::AllZero | FitError::NoRows(_) => (e.to_string(), "check the outcome and the ‹filter›"),
        FitError::SameFlow { first, second } => (
            format!(
                "no bias correction: {} and {} are of the same exporter, importer and period",
                place(*first),
                place(*second)
            ),
            "keep one of the categories with ‹filter›, or add them up first",
        ),
        FitError::Panel(_) => (e.to_string(), "leave ‹bias_correction› out"),
        FitError::NoDegrees { .. } => (e.to_string(), "use fewer fixed effects or ‹ssc none›"),
        _ => (e.to_string(), "check the columns that the formula names"),
    };
    AnalysisError::Estimate { what, help: help.to_owned() }
}

fn ssc_words(s: SmallSample) -> &'static str {
    match s {
        SmallSample::Fixest => "fixest's small-sample factors",
        SmallSample::Stata => "Stata's small-sample factors",
        SmallSample::None => "no small-sample factors",
    }
}

fn method(question: &Question, m: &Estimated) -> String {
    let estimator = match question.kind {
        Kind::Poisson => "PPML (Santos Silva and Tenreyro 2006)",
        Kind::LeastSquares => "least squares",
    };
    let effects = match &m.design.effects[..] {
        [] => "no fixed effects".to_owned(),
        effects => format!("fixed effects {}", effects.join(" + ")),
    };
    format!("{estimator}, {effects}, {}", errors_words(question, m))
}

/// Which errors, and what was corrected.
fn errors_words(question: &Question, m: &Estimated) -> String {
    match &m.corrected {
        Some(c) => format!(
            "{} corrected for the bias of {} effects (Weidner and Zylkin 2021; periods by {}), clustered by {}^{}",
            if c.pair_effects { "coefficients and errors" } else { "errors" },
            if c.pair_effects { "three-way" } else { "two-way" },
            c.names[2],
            c.names[0],
            c.names[1]
        ),
        None => format!("errors {} with {}", question.vcov.words(), ssc_words(question.small_sample)),
    }
}

/// The error and interval of a coefficient in words, or why there is none.
fn uncertainty(m: &Estimated, c: &Coefficient) -> String {
    if c.std_error.is_finite() {
        return format!(
            "standard error {}; 95 % interval {} to {}",
            significant_digits(c.std_error, 4),
            significant_digits(c.low, 4),
            significant_digits(c.high, 4)
        );
    }
    match m.fit.perfect {
        true => "standard error undefined: the model fits every outcome exactly".to_owned(),
        false => "standard error undefined: its variance is not positive".to_owned(),
    }
}

fn coefficient_finding(input: &Input, question: &Question, m: &Estimated, c: &Coefficient, suffix: &str) -> Finding {
    Finding {
        id: format!("estimate{suffix}.{}", c.name),
        title: c.name.clone(),
        statement: format!(
            "The coefficient of {} on {} is {} ({})",
            c.name,
            m.design.outcome,
            significant_digits(c.estimate, 6),
            uncertainty(m, c)
        ),
        value: Number::Value(c.estimate),
        unit: Unit::LogPoints,
        // Without an error there is none.
        interval: c.std_error.is_finite().then_some(Interval { low: c.low, high: c.high }),
        method: method(question, m),
        definition: match question.kind {
            Kind::Poisson => "change of the log of the expected outcome per unit of the regressor".to_owned(),
            Kind::LeastSquares => "change of the expected outcome per unit of the regressor".to_owned(),
        },
        sources: vec![input.source.clone()],
        caveats: Vec::new(),
        reproduce: question.command.clone(),
        supposition: None,
    }
}

fn coefficient_table(m: &Estimated, suffix: &str) -> Table {
    let mut table = Table::new(
        &format!("estimate{suffix}.coefficients"),
        &format!("{}: {} observations, {} Newton steps", m.design.outcome, m.fit.nobs, m.fit.iterations),
        &[
            ("name", "", Unit::Text),
            ("estimate", "Estimate", Unit::Plain),
            ("std_error", "Std. error", Unit::Plain),
            ("statistic", "Statistic", Unit::Plain),
            ("p_value", "p", Unit::Probability),
            ("low", "2.5 %", Unit::Plain),
            ("high", "97.5 %", Unit::Plain),
        ],
    );
    for c in &m.coefficients {
        let numbers = [c.estimate, c.std_error, c.statistic, c.p_value, c.low, c.high];
        let mut row = vec![Cell::from(c.name.clone())];
        row.extend(numbers.map(Cell::from));
        table.rows.push(row);
    }
    table
}

/// What a bias correction changed; `None` where none was asked for.
fn bias_table(m: &Estimated, at: usize, models: usize) -> Option<Table> {
    let corrected = m.corrected.as_ref()?;
    let suffix = if models == 1 { String::new() } else { format!(".{}", at + 1) };
    let mut table = Table::new(
        &format!("estimate{suffix}.bias"),
        "Bias correction (Weidner and Zylkin 2021)",
        &[
            ("name", "", Unit::Text),
            ("uncorrected", "Uncorrected", Unit::Plain),
            ("bias", "Bias", Unit::Plain),
            ("corrected", "Corrected", Unit::Plain),
            ("std_error", "Std. error, uncorrected", Unit::Plain),
            ("corrected_std_error", "Std. error, corrected", Unit::Plain),
        ],
    );
    for (k, c) in m.coefficients.iter().enumerate() {
        let numbers =
            [m.fit.coefficients[k], corrected.bias[k], c.estimate, corrected.plain[k], c.std_error].map(Cell::from);
        table.rows.push(std::iter::once(Cell::from(c.name.clone())).chain(numbers).collect());
    }
    Some(table)
}

/// What takes no part and why; `None` where everything does.
fn left_out(input: &Input, m: &Estimated, at: usize, models: usize) -> Option<Table> {
    let suffix = if models == 1 { String::new() } else { format!(".{}", at + 1) };
    let mut table = Table::new(
        &format!("estimate{suffix}.left_out"),
        "Left out",
        &[
            ("what", "What", Unit::Text),
            ("count", "Rows", Unit::Count),
            ("why", "Why", Unit::Text),
            ("where", "First on", Unit::Text),
        ],
    );
    for d in &m.fit.dropped {
        table.rows.push(vec![d.name.clone().into(), Cell::Missing, d.reason.into(), Cell::Missing]);
    }
    let mut add = |what: &str, why: String, rows: &[usize]| {
        if let Some(first) = rows.first() {
            table.rows.push(vec![
                what.into(),
                (rows.len() as f64).into(),
                why.into(),
                input.table.place(m.design.sample.rows[*first]).to_string().into(),
            ]);
        }
    };
    for (family, name) in m.design.effects.iter().enumerate() {
        let of = |reason: Reason| -> Vec<usize> {
            m.fit.separated.iter().filter(|s| s.reason == reason).map(|s| s.row).collect()
        };
        add("observations", format!("outcome 0 throughout a level of {name}"), &of(Reason::ZeroLevel { family }));
        add("observations", format!("alone in their level of {name}"), &of(Reason::Singleton { family }));
    }
    let combination: Vec<usize> =
        m.fit.separated.iter().filter(|s| s.reason == Reason::Combination).map(|s| s.row).collect();
    add("observations", "separated by a combination of regressors and effects".to_owned(), &combination);
    if m.design.sample.missing > 0 {
        table.rows.push(vec![
            "observations".into(),
            (m.design.sample.missing as f64).into(),
            "a variable is missing or not finite".into(),
            Cell::Missing,
        ]);
    }
    (!table.rows.is_empty()).then_some(table)
}

fn etable_title(question: &Question, models: &[Estimated]) -> String {
    let mut words: Vec<String> = models
        .iter()
        .map(|m| match m.corrected {
            Some(_) => errors_words(question, m),
            None => format!("errors {}", question.vcov.words()),
        })
        .collect();
    words.dedup();
    sentence(&words.join("; "))
}

/// All models side by side, as a paper prints them.
fn etable(question: &Question, models: &[Estimated]) -> Table {
    let titles: Vec<String> =
        models.iter().enumerate().map(|(k, m)| format!("({}) {}", k + 1, m.design.outcome)).collect();
    let names: Vec<String> = (1..=models.len()).map(|k| format!("model_{k}")).collect();
    let mut columns = vec![("name", "", Unit::Text)];
    columns.extend(names.iter().zip(&titles).map(|(n, t)| (n.as_str(), t.as_str(), Unit::Text)));
    let mut table = Table::new("estimate.etable", &etable_title(question, models), &columns);
    let mut rows: Vec<&str> = Vec::new();
    for c in models.iter().flat_map(|m| &m.coefficients) {
        if !rows.contains(&c.name.as_str()) {
            rows.push(&c.name);
        }
    }
    let stars = |p: f64| match p {
        p if p < 0.01 => "***",
        p if p < 0.05 => "**",
        p if p < 0.1 => "*",
        _ => "",
    };
    for name in rows {
        let find = |m: &Estimated| m.coefficients.iter().find(|c| c.name == name).cloned();
        let mut line = |label: &str, text: &dyn Fn(&Coefficient) -> String| {
            let mut row: Vec<Cell> = vec![label.into()];
            row.extend(models.iter().map(|m| find(m).map_or(Cell::Missing, |c| text(&c).into())));
            table.rows.push(row);
        };
        line(name, &|c| format!("{}{}", significant_digits(c.estimate, 4), stars(c.p_value)));
        line("", &|c| format!("({})", significant_digits(c.std_error, 4)));
    }
    let mut effects: Vec<&String> = Vec::new();
    for e in models.iter().flat_map(|m| &m.design.effects) {
        if !effects.contains(&e) {
            effects.push(e);
        }
    }
    let mut line = |label: String, text: &dyn Fn(&Estimated) -> String| {
        let mut row: Vec<Cell> = vec![label.into()];
        row.extend(models.iter().map(|m| Cell::from(text(m))));
        table.rows.push(row);
    };
    for e in effects {
        line(format!("{e} effects"), &|m| if m.design.effects.contains(e) { "yes" } else { "no" }.to_owned());
    }
    line("Observations".to_owned(), &|m| m.fit.nobs.to_string());
    match question.kind {
        Kind::Poisson => {
            line("Pseudo R2".to_owned(), &|m| significant_digits(1.0 - m.likelihoods.0 / m.likelihoods.1, 4));
        }
        Kind::LeastSquares => {
            let share = |m: &Estimated, of: &dyn Fn(RSquared) -> Option<f64>| {
                m.r_squared().and_then(of).map_or_else(String::new, |x| significant_digits(x, 4))
            };
            line("R2".to_owned(), &|m| share(m, &|r| Some(r.overall)));
            line("Within R2".to_owned(), &|m| share(m, &|r| r.within));
        }
    }
    line("Log-likelihood".to_owned(), &|m| significant_digits(m.likelihoods.0, 8));
    table
}

/// The values that the JSON contract promises by name.
fn named_values(input: &Input, m: &Estimated) -> Map<String, Value> {
    let mut out = Map::new();
    let coefficients: Vec<Value> = m
        .coefficients
        .iter()
        .map(|c| {
            json!({
                "name": c.name, "estimate": c.estimate, "std_error": c.std_error, "statistic": c.statistic,
                "p_value": c.p_value, "low": c.low, "high": c.high,
            })
        })
        .collect();
    let rows: Vec<String> =
        m.fit.separated.iter().map(|s| input.table.place(m.design.sample.rows[s.row]).to_string()).collect();
    let dropped: Vec<Value> = m.fit.dropped.iter().map(|d| json!({"name": d.name, "reason": d.reason})).collect();
    out.insert("outcome".into(), json!(m.design.outcome));
    out.insert("effects".into(), json!(m.design.effects));
    out.insert("coefficients".into(), Value::Array(coefficients));
    let width = m.coefficients.len().max(1);
    let covariance: Vec<&[f64]> = m.covariance.chunks(width).collect();
    out.insert("covariance".into(), json!(covariance));
    out.insert("nobs".into(), json!(m.fit.nobs));
    out.insert("missing".into(), json!(m.design.sample.missing));
    out.insert("dropped".into(), Value::Array(dropped));
    out.insert("separated".into(), json!({"count": rows.len(), "rows": rows}));
    out.insert("iterations".into(), json!(m.fit.iterations));
    out.insert("converged".into(), json!(m.fit.status == Status::Converged));
    out.insert("deviance".into(), json!(m.fit.deviance));
    out.insert("log_likelihood".into(), json!(m.likelihoods.0));
    match m.r_squared() {
        None => {
            out.insert("pseudo_r2".into(), json!(1.0 - m.likelihoods.0 / m.likelihoods.1));
        }
        Some(shares) => {
            out.insert("r2".into(), json!(shares.overall));
            out.insert("adjusted_r2".into(), json!(shares.adjusted));
            out.insert("within_r2".into(), json!(shares.within));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_large_codes_stay_apart() {
        let (exporter, importer) = (vec![70_000, 70_000, 4_464, 70_000], vec![70_000, 1, 70_000, 70_000]);
        assert_eq!(pair_codes(&exporter, &importer), [0, 1, 2, 0]);
    }
}
