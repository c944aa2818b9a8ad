//! What every answer must satisfy.

use serde_json::Value;
use turnover_analysis::{Finding, Number};
use turnover_brief::{Document, Style, terminal};
use turnover_data::RawTable;
use turnover_query::{Command, Figures, Knowledge, QueryError, Reply, Watch, Workspace, answer};

/// Renders an answer as the command does and checks it; a refusal must say something.
///
/// With `FUZZ_PANICS_ONLY` set, answers are rendered and not checked, so that a run goes on past wrong
/// numbers to panics.
pub fn check(document: &Document) {
    let text = terminal(document, Style { width: 100, colour: false, tables: true });
    let json = format!("{:#}", document.to_json());
    if std::env::var_os("FUZZ_PANICS_ONLY").is_some() {
        return;
    }
    let parsed: Value = serde_json::from_str(&json).unwrap_or_else(|e| panic!("the JSON does not parse: {e}\n{json}"));
    // As numbers by themselves: a level may be called so, as in `x::inf`.
    for word in text.split_whitespace().map(|w| w.trim_matches(|c: char| "(),;%+-".contains(c))) {
        assert!(word != "NaN" && word != "inf", "the text shows {word}:\n{text}");
    }
    document.findings().for_each(finding);
    match parsed.get("models").and_then(Value::as_array) {
        Some(models) => models.iter().for_each(model),
        None => model(&parsed),
    }
}

/// Asks a question in the words of the command, of a table in memory or of the files that it names.
///
/// # Errors
/// As the command refuses.
pub fn ask(words: &[String], table: RawTable) -> Result<Reply, QueryError> {
    let query = Command::from_words(words.to_vec()).query()?;
    let mut own = query.clone();
    let uses = own.uses();
    let in_memory = uses.data.as_ref().is_none_or(|d| d.as_deref() == Some(turnover_query::MEMORY));
    let workspace = if in_memory {
        let read = uses.read.map(std::mem::take).unwrap_or_default().flow_options()?;
        Workspace::new(Figures::Table(table.into()), read, Knowledge::open(None)?.into())
    } else {
        query.open()?
    };
    answer(&workspace, &query, Watch::none())
}

/// A refusal says what is wrong.
pub fn check_refusal(refusal: &QueryError) {
    let message = refusal.message();
    assert!(!message.trim().is_empty(), "a refusal without a reason");
    for word in message.split_whitespace() {
        assert!(word != "panicked", "{message}");
    }
}

/// A value is a finite number within its interval, or says that it is unknown.
fn finding(f: &Finding) {
    let Number::Value(value) = &f.value else { return };
    assert!(value.is_finite(), "{} is {value}: {}", f.id, f.statement);
    if let Some(i) = &f.interval {
        assert!(i.low <= *value && *value <= i.high, "{}: {value} outside {} to {}", f.id, i.low, i.high);
    }
}

/// An estimated model: what is reported as converged has numbers.
fn model(model: &Value) {
    let Some(coefficients) = model.get("coefficients").and_then(Value::as_array) else { return };
    let converged = model["converged"] == Value::Bool(true);
    let number = |c: &Value, key: &str| c[key].as_f64();
    for c in coefficients {
        let name = c["name"].as_str().unwrap_or_default();
        let estimate = number(c, "estimate");
        assert!(!converged || estimate.is_some(), "{name} converged without an estimate: {c}");
        assert!(number(c, "std_error").is_none_or(|s| s >= 0.0), "{name} has a negative error: {c}");
        assert!(number(c, "p_value").is_none_or(|p| (0.0..=1.0).contains(&p)), "{name} has a wrong p: {c}");
        if let (Some(low), Some(x), Some(high)) = (number(c, "low"), estimate, number(c, "high")) {
            assert!(low <= x && x <= high, "{name} is outside its interval: {c}");
        }
    }
    if converged {
        let deviance = model["deviance"].as_f64();
        assert!(deviance.is_some_and(|d| d >= 0.0), "the deviance is {deviance:?}");
    }
}
