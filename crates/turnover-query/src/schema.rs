//! Reading a question's options from JSON, and the schema that describes them.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use turnover_data::nearest;

use crate::error::QueryError;
use crate::query::Query;

/// The JSON schema of a question's options, where there is such a question; `$defs` are within it.
pub fn of(name: &str) -> Option<Value> {
    let mut schema = Query::raw_schema(name)?.to_value();
    if let Some(object) = schema.as_object_mut() {
        object.remove("$schema");
        object.insert("additionalProperties".into(), json!(false));
        object.remove("unevaluatedProperties");
    }
    Some(schema)
}

/// The defaults of a question's options, those that are required left out.
pub fn defaults(name: &str, options: &Map<String, Value>) -> Map<String, Value> {
    let required = required(name);
    let bare: Map<String, Value> =
        options.iter().filter(|(k, _)| required.contains(k)).map(|(k, v)| (k.clone(), v.clone())).collect();
    let mut out = Query::from_json(name, Value::Object(bare)).map(|q| q.to_json()).unwrap_or_default();
    out.retain(|key, _| !required.contains(key));
    out
}

fn members(name: &str) -> Vec<String> {
    let schema = of(name).unwrap_or_default();
    schema["properties"].as_object().into_iter().flat_map(Map::keys).cloned().collect()
}

fn required(name: &str) -> Vec<String> {
    let schema = of(name).unwrap_or_default();
    schema["required"].as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// Reads a question's options; an error names the member.
pub(crate) fn read<T: DeserializeOwned>(name: &str, options: Value) -> Result<T, QueryError> {
    let help = || format!("{name} takes {}", members(name).join(", "));
    let Value::Object(map) = options else {
        return Err(QueryError::call(format!("the options of {name} are not an object"), help()));
    };
    serde_json::from_value(Value::Object(map.clone())).map_err(|e| {
        let known = members(name);
        if let Some(unknown) = map.keys().find(|k| !known.contains(k)) {
            let near = nearest(unknown, known.iter().map(String::as_str));
            let help = near.map_or_else(help, |n| format!("did you mean `{n}`?"));
            return QueryError::call(format!("{name} has no option `{unknown}`"), help);
        }
        if let Some(missing) = required(name).into_iter().find(|r| !map.contains_key(r)) {
            return QueryError::call(format!("{name} needs `{missing}`"), help());
        }
        // The member without which the rest can be read; failing that, one that is needed.
        let without = |key: &String| {
            let mut rest = map.clone();
            rest.remove(key);
            serde_json::from_value::<T>(Value::Object(rest)).map_err(|e| e.to_string())
        };
        let needed = required(name);
        let is_needed =
            |key: &String| needed.contains(key) && without(key).is_err_and(|e| e.starts_with("missing field"));
        let alone = map.keys().find(|key| without(key).is_ok());
        let wrong = alone.or_else(|| map.keys().find(|key| is_needed(key))).and_then(|key| map.get_key_value(key));
        match wrong {
            Some((key, value)) => QueryError::call(format!("`{key}` of {name} is {value}: {e}"), help()),
            None => QueryError::call(format!("the options of {name} cannot be read: {e}"), help()),
        }
    })
}

/// The options that say how a file of flows is read, each with its schema.
pub fn reading() -> Map<String, Value> {
    let schema = schemars::schema_for!(crate::options::ReadOptions).to_value();
    let definitions = schema["$defs"].clone();
    let mut out = schema["properties"].as_object().cloned().unwrap_or_default();
    for own in out.values_mut() {
        inline(own, &definitions);
    }
    out
}

/// Puts definitions in the place of references to them.
fn inline(schema: &mut Value, definitions: &Value) {
    match schema {
        Value::Object(map) => {
            let name = map.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix("#/$defs/"));
            if let Some(definition) = name.and_then(|n| definitions.get(n)).and_then(Value::as_object).cloned() {
                map.remove("$ref");
                for (key, value) in definition {
                    map.entry(key).or_insert(value);
                }
            }
            map.values_mut().for_each(|v| inline(v, definitions));
        }
        Value::Array(list) => list.iter_mut().for_each(|v| inline(v, definitions)),
        _ => {}
    }
}
