//! Estimated models as findings and tables.

use serde_json::{Map, Value, json};
use turnover_gravity::{Coefficient, Kind, RSquared, Reason, SmallSample, Status};

use super::facts::Estimated;
use super::input::Input;
use super::question::Question;
use crate::answer::{Answer, Cell, Finding, Interval, Number, Table, Unit};
use crate::format::{sentence, significant_digits};

/// Models as findings and tables.
pub fn report(input: &Input, question: &Question, models: &[Estimated]) -> Answer {
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
        headline: None,
    }
}

pub(super) fn ssc_words(s: SmallSample) -> &'static str {
    match s {
        SmallSample::Fixest => "fixest's small-sample factors",
        SmallSample::Stata => "Stata's small-sample factors",
        SmallSample::None => "no small-sample factors",
    }
}

pub(super) fn method(question: &Question, m: &Estimated) -> String {
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
pub(super) fn errors_words(question: &Question, m: &Estimated) -> String {
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
pub(super) fn uncertainty(m: &Estimated, c: &Coefficient) -> String {
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

pub(super) fn coefficient_finding(
    input: &Input,
    question: &Question,
    m: &Estimated,
    c: &Coefficient,
    suffix: &str,
) -> Finding {
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

pub(super) fn coefficient_table(m: &Estimated, suffix: &str) -> Table {
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
pub(super) fn bias_table(m: &Estimated, at: usize, models: usize) -> Option<Table> {
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
pub(super) fn left_out(input: &Input, m: &Estimated, at: usize, models: usize) -> Option<Table> {
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

pub(super) fn etable_title(question: &Question, models: &[Estimated]) -> String {
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
pub(super) fn etable(question: &Question, models: &[Estimated]) -> Table {
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
pub(super) fn named_values(input: &Input, m: &Estimated) -> Map<String, Value> {
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
