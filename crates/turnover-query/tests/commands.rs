//! A question survives the way through its command, whatever its options.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code")]

use jiff::civil::{Date, date};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};
use turnover_query::{Command, Query, schema};

/// Text with everything that shells and parsers care about.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 '\"\\\\$<>|&;*?~`!#=%:.-]{1,12}",
        select(vec!["-1", "--filter", "it's", "é", "a\nb"]).prop_map(str::to_owned)
    ]
}

/// An element of a list that commas separate.
fn id() -> impl Strategy<Value = String> {
    "[a-z0-9 '\"-]{1,10}"
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![-1e6..1e6, select(vec![0.1, 3.0, 1e-300, 1.0 / 3.0, -0.0])]
}

fn day() -> impl Strategy<Value = Date> {
    (1900i16..2100, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| date(y, m, d))
}

/// A member's value by its schema.
fn member(schema: &Value, name: &str, whole: &Value) -> BoxedStrategy<Value> {
    let resolved = match schema["$ref"].as_str() {
        Some(path) => whole.pointer(path.trim_start_matches('#')).unwrap().clone(),
        None => schema.clone(),
    };
    let choices = |list: &Value, key: &str| -> Vec<Value> {
        list.as_array().into_iter().flatten().map(|v| if key.is_empty() { v.clone() } else { v[key].clone() }).collect()
    };
    if resolved["enum"].is_array() {
        return select(choices(&resolved["enum"], "")).boxed();
    }
    if let Some(list) = resolved["oneOf"].as_array().or(resolved["anyOf"].as_array()) {
        let some: Vec<Value> = list.iter().filter(|s| s["type"] != "null").cloned().collect();
        if some.iter().all(|s| s["const"].is_string()) {
            return select(choices(&Value::Array(some), "const")).boxed();
        }
        return member(&some[0], name, whole);
    }
    let kind = match &resolved["type"] {
        Value::Array(kinds) => kinds.iter().find(|k| *k != "null").cloned().unwrap_or_default(),
        one => one.clone(),
    };
    match kind.as_str().unwrap_or_else(|| panic!("{name} has no type: {resolved}")) {
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "integer" if resolved["minimum"] == 0 => (0u32..1000).prop_map(Value::from).boxed(),
        "integer" => (-3000i32..3000).prop_map(Value::from).boxed(),
        "number" => number().prop_map(Value::from).boxed(),
        "string" if resolved["format"] == "date" => day().prop_map(|d| d.to_string().into()).boxed(),
        "string" => text().prop_map(Value::from).boxed(),
        "array" => {
            let (items, name) = (resolved["items"].clone(), name.to_owned());
            // Separated by commas, all but what is repeated.
            let one = match name.as_str() {
                "lever" | "change" => lever().boxed(),
                "formulas" => text().prop_map(Value::from).boxed(),
                _ if items["$ref"].is_string() => member(&items, "item", whole),
                _ => id().prop_map(Value::from).boxed(),
            };
            let bound = |key: &str| resolved[key].as_u64().map(|n| n as usize);
            let least = bound("minItems").unwrap_or(usize::from(name == "formulas"));
            vec(one, least..=bound("maxItems").unwrap_or(3).clamp(least, 3)).prop_map(Value::from).boxed()
        }
        other => panic!("{name} is {other}"),
    }
}

fn lever() -> impl Strategy<Value = Value> {
    let fields = (of(text()), of(id()), of(text()), of(text()), any::<bool>(), number(), 0..3usize);
    fields.prop_map(|(title, measure, exporter, importer, both, size, kind)| {
        let size_name = ["cost_percent", "log_points", "tariff_equivalent_percent"][kind];
        let mut out =
            json!({"title": title, "measure": measure, "exporter": exporter, "importer": importer, "both": both});
        out[size_name] = size.into();
        out
    })
}

fn query() -> impl Strategy<Value = Query> {
    let names: Vec<&str> = Query::ALL.iter().map(|(name, _)| *name).collect();
    select(names).prop_flat_map(|name| {
        let schema = schema::of(name).unwrap();
        let required: Vec<String> =
            schema["required"].as_array().into_iter().flatten().map(|v| v.as_str().unwrap().to_owned()).collect();
        let members: Vec<_> = schema["properties"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, own)| {
                let value = member(own, key, &schema);
                let value = if required.contains(key) { value.prop_map(Some).boxed() } else { of(value).boxed() };
                (Just(key.clone()), value)
            })
            .collect();
        members.prop_map(move |members| {
            let map: Map<String, Value> = members.into_iter().filter_map(|(k, v)| Some((k, v?))).collect();
            Query::from_json(name, Value::Object(map.clone())).unwrap_or_else(|e| panic!("{name} {map:?}: {e:?}"))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_command_asks_the_same_question(query in query()) {
        let line = query.command().to_string();
        let again = line.parse::<Command>().and_then(|c| c.query());
        let again = again.unwrap_or_else(|e| panic!("{line}: {e:?}"));
        prop_assert_eq!(again, query, "{}", line);
    }

    #[test]
    fn a_question_travels_as_json(query in query()) {
        let again: Query = serde_json::from_str(&serde_json::to_string(&query).unwrap()).unwrap();
        prop_assert_eq!(again.command().to_string(), query.command().to_string());
    }
}

#[test]
fn every_member_is_an_option_of_the_command() {
    for (name, _) in Query::ALL {
        let schema = schema::of(name).unwrap();
        for key in schema["properties"].as_object().unwrap().keys() {
            assert!(Command::options(name).contains(key), "{name} has no option {key}");
        }
        assert_eq!(Command::options(name).len(), schema["properties"].as_object().unwrap().len(), "{name}");
    }
}

#[test]
fn a_command_leaves_out_what_is_usual() {
    let command = |name: &str, options: Value| Query::from_json(name, options).unwrap().command().to_string();
    assert_eq!(command("reach", json!({"a": "USA", "b": "RUS", "times": 3})), "turnover reach USA RUS --times 3");
    assert_eq!(
        command("brief", json!({"a": "USA", "b": "RUS", "claim": 80.5, "lift": ["a", "b"], "filter": "x > 1"})),
        "turnover brief USA RUS --claim 80.5 --lift a,b --filter 'x > 1'"
    );
    assert_eq!(
        command("simulate", json!({"change": [{"exporter": "USA", "importer": "RUS", "cost_percent": -20}]})),
        "turnover simulate --change 'USA:RUS=-20%'"
    );
    assert_eq!(command("check", json!({"dossier": "-d.toml"})), "turnover check -- -d.toml");
}

/// What is unknown, missing or of a wrong type is refused, and the refusal names the member.
#[test]
fn wrong_options_are_named() {
    for (name, options, error, help) in [
        ("reach", json!({"a": "USA", "b": "RUS", "times": 3, "tims": 2}), "no option `tims`", "did you mean `times`?"),
        ("reach", json!({"a": "USA", "times": 3}), "needs `b`", "reach takes a, b, times"),
        ("reach", json!({"a": "USA", "b": "RUS", "times": "3"}), "`times` of reach is \"3\"", "reach takes"),
        ("coverage", json!({"a": "USA", "b": "RUS", "lift": "x"}), "`lift` of coverage is \"x\"", ""),
        ("coverage", json!({"a": "USA", "b": "RUS", "date": "soon"}), "`date` of coverage is \"soon\"", ""),
        ("brief", json!({"a": "USA", "b": "RUS", "only": ["all"]}), "`only` of brief", ""),
        (
            "brief",
            json!({"a": "USA", "b": "RUS", "lever": [{"title": "x", "tariff_equivalent_percent": "9"}]}),
            "`lever` of brief",
            "",
        ),
        ("coverage", json!([1]), "not an object", ""),
        ("coverge", json!({}), "no question `coverge`", "ask one of brief"),
    ] {
        let e = Query::from_json(name, options.clone()).unwrap_err();
        assert!(e.is_wrong_call());
        let advice = e.remedy().unwrap().for_page();
        assert!(e.message().contains(error) && advice.contains(help), "{options}: {} | {advice}", e.message());
    }
}
