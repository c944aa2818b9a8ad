//! Makes the Python functions of the questions from their types: signatures, types and documentation.

use std::fmt::Write;

use serde_json::Value;
use turnover_query::{Query, label, schema};

/// Where the functions go.
pub(crate) const PATH: &str = "crates/turnover-python/python/turnover/_queries.py";

/// What has a function of its own, written by hand: estimates on frames keep their model.
const BY_HAND: &str = "estimate";

const HEAD: &str = r#""""The questions, with their options as keyword arguments.

Made from the types of `turnover-query` by `cargo run -p xtask -- python`; do not edit.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from os import PathLike
from typing import Literal

from ._answers import Answer
from ._frames import Data
from ._questions import Changes, answer, changes

"#;

/// The module's text.
pub(crate) fn module() -> String {
    let mut out = HEAD.to_owned();
    let names: Vec<&str> = Query::ALL.iter().map(|(n, _)| *n).filter(|n| *n != BY_HAND).collect();
    let all: Vec<String> = names.iter().map(|n| format!("\"{n}\"")).collect();
    let _ = writeln!(out, "__all__ = [{}]", all.join(", "));
    for name in names {
        out.push_str(&function(name));
    }
    out
}

/// A question's options in the order in which people give them: those without a default first.
fn function(name: &str) -> String {
    let schema = schema::of(name).unwrap_or_default();
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let members: Vec<(&String, &Value)> = schema["properties"].as_object().into_iter().flatten().collect();
    let by_place = |key: &str| required.contains(&key) || ["measure", "dossier", "times", "change"].contains(&key);
    let mut places = Vec::new();
    let mut keywords = Vec::new();
    let mut lines = Vec::new();
    let mut given = Vec::new();
    let ordered = members.iter().filter(|(k, _)| by_place(k)).chain(members.iter().filter(|(k, _)| !by_place(k)));
    for (key, member) in ordered {
        let own = argument(key);
        let usual = default(member);
        let kind = kind(key, member, &schema, required.contains(&key.as_str()));
        let text = if required.contains(&key.as_str()) {
            format!("{own}: {kind}")
        } else {
            format!("{own}: {kind} = {usual}")
        };
        if by_place(key) {
            places.push(text)
        } else {
            keywords.push(text)
        }
        lines.push(format!("    {own}\n        {}.", words(key, member)));
        if *key != "data" {
            let value =
                if ["change", "lever"].contains(&key.as_str()) { format!("changes({own})") } else { own.clone() };
            given.push(format!("\"{key}\": {value}"));
        }
    }
    keywords.push("progress: bool = True".to_owned());
    keywords.push("threads: int | None = None".to_owned());
    let about = schema["description"].as_str().unwrap_or_default().replace('\n', " ");
    let data = if members.iter().any(|(k, _)| *k == "data") { "data" } else { "None" };
    let (first, rest) = about.split_once(". ").map_or((about.trim_end_matches('.'), ""), |(a, b)| (a, b));
    let rest = if rest.is_empty() { String::new() } else { format!("    {rest}\n\n") };
    format!(
        "\n\ndef {name}(\n    {},\n    *,\n    {},\n) -> Answer:\n    \"\"\"{first}.\n\n{rest}    Parameters\n    ----------\n{}\n    progress\n        Whether steps of a long answer are shown.\n    threads\n        Threads; all cores by default, the results are the same.\n\n    Raises CallError where the call is wrong and NoAnswer where the question has no answer.\n    \"\"\"\n    return answer(\"{name}\", {{{}}}, {data}, progress, threads)\n",
        places.join(",\n    "),
        keywords.join(",\n    "),
        lines.join("\n"),
        given.join(", "),
    )
    .replace("(\n    ,\n    *,", "(\n    *,")
}

/// Python's own words get a stroke behind them.
fn argument(key: &str) -> String {
    if ["with", "from", "in", "is"].contains(&key) { format!("{key}_") } else { key.to_owned() }
}

fn words(key: &str, member: &Value) -> String {
    let text = member["description"].as_str().map_or_else(|| label(key), |t| t.replace('\n', " "));
    if key == "data" { format!("{text}; or a data frame of flows") } else { text }
}

fn default(member: &Value) -> String {
    match &member["default"] {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(_) => "()".to_owned(),
        Value::Number(n) if n.is_f64() => n.as_f64().map(|x| x.to_string()).unwrap_or_default(),
        other => other.to_string(),
    }
}

/// The type of an option.
fn kind(key: &str, member: &Value, whole: &Value, required: bool) -> String {
    let base = match key {
        "data" => return "Data | str | PathLike[str] | None".to_owned(),
        "change" | "lever" => return "Changes".to_owned(),
        "date" => return "str | datetime.date | None".to_owned(),
        _ => python_type(member, whole),
    };
    let optional = !required && member["default"].is_null();
    if optional && !base.contains("None") { format!("{base} | None") } else { base }
}

fn python_type(member: &Value, whole: &Value) -> String {
    if let Some(path) = member["$ref"].as_str() {
        return python_type(whole.pointer(path.trim_start_matches('#')).unwrap_or(&Value::Null), whole);
    }
    let strings = |list: &Value, key: Option<&str>| -> Vec<String> {
        list.as_array()
            .into_iter()
            .flatten()
            .filter_map(|v| key.map_or(v, |k| &v[k]).as_str())
            .map(|s| format!("\"{s}\""))
            .collect()
    };
    let consts = strings(&member["oneOf"], Some("const"));
    let values = if consts.is_empty() { strings(&member["enum"], None) } else { consts };
    if !values.is_empty() {
        return format!("Literal[{}]", values.join(", "));
    }
    if let Some(list) = member["anyOf"].as_array() {
        let some: Vec<String> = list.iter().filter(|s| s["type"] != "null").map(|s| python_type(s, whole)).collect();
        return format!("{} | None", some.join(" | "));
    }
    let one = match &member["type"] {
        Value::Array(kinds) => kinds.iter().find_map(|k| k.as_str().filter(|k| *k != "null")).unwrap_or("string"),
        kind => kind.as_str().unwrap_or("string"),
    };
    match one {
        "boolean" => "bool".to_owned(),
        "integer" => "int".to_owned(),
        "number" => "float".to_owned(),
        "array" => format!("Sequence[{}]", python_type(&member["items"], whole)),
        _ => "str".to_owned(),
    }
}

/// Writes the module.
pub(crate) fn write() -> Result<(), Box<dyn std::error::Error>> {
    std::fs::write(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(PATH), module())?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "test code")]
mod tests {
    use super::*;

    /// As with snapshots, INSTA_UPDATE=always writes it.
    #[test]
    fn the_functions_are_those_of_the_questions() {
        if std::env::var("INSTA_UPDATE").is_ok_and(|v| v == "always") {
            write().unwrap();
        }
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(PATH);
        let held = std::fs::read_to_string(path).unwrap();
        assert!(held == module(), "cargo run -p xtask -- python makes {PATH} again");
    }
}
