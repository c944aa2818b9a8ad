//! The interface's description (OpenAPI 3.1). The questions' schemas are those of their types.

use serde_json::{Map, Value, json};
use turnover_query::schema;

use crate::ask::served;

/// Options that name files of the machine, which a client cannot use.
const NOT_HERE: [&str; 4] = ["catalogue", "levers", "scenario", "dossier"];

/// The document that `/api/v1/openapi.json` serves.
pub fn openapi() -> Value {
    let mut schemas = common();
    let mut paths = fixed_paths();
    for (name, about) in served() {
        let title = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let mut definitions = Map::new();
        let own = question(name, &mut definitions);
        schemas.insert(title.clone(), own);
        schemas.extend(definitions);
        let answer = if *name == "brief" { "Brief of sections" } else { "Findings, tables, charts" };
        paths.insert(
            format!("/api/v1/answers/{name}"),
            json!({"post": {
                "summary": about,
                "requestBody": {"required": true, "content": json_of(&title)},
                "responses": responses(json!({"description": answer, "content": json_of("Answer")}), "200"),
            }}),
        );
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Turnover",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT", "identifier": "MIT"},
            "description": "The findings of the command line over HTTP. Each finding has its source, definition, vintage and the command that gives it again.",
        },
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

/// The schema of a question without what a client cannot say; its definitions go to `definitions`.
fn question(name: &str, definitions: &mut Map<String, Value>) -> Value {
    let mut own = schema::of(name).unwrap_or_default();
    let reading = schema::reading();
    if let Some(members) = own["properties"].as_object_mut() {
        members.retain(|key, _| !NOT_HERE.contains(&key.as_str()) && !reading.contains_key(key));
        if let Some(data) = members.get_mut("data") {
            data["description"] = "Id of a file that was sent".into();
        }
    }
    if let Some(Value::Object(defs)) = own.as_object_mut().and_then(|o| o.remove("$defs")) {
        definitions.extend(defs.into_iter().map(|(key, value)| (key, placed(value))));
    }
    placed(own)
}

/// References to where the interface has its definitions.
fn placed(schema: Value) -> Value {
    match schema {
        Value::String(text) => text.replace("#/$defs/", "#/components/schemas/").into(),
        Value::Array(list) => list.into_iter().map(placed).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, placed(value))).collect::<Map<_, _>>().into(),
        other => other,
    }
}

fn json_of(schema: &str) -> Value {
    json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}})
}

fn responses(ok: Value, status: &str) -> Value {
    let mut all = Map::new();
    all.insert(status.to_owned(), ok);
    for (status, what) in [
        ("400", "The body or the parameters of the address cannot be read"),
        ("401", "The token is missing or wrong"),
        ("403", "Another page asked"),
        ("404", "There is no such question, job or file"),
        ("408", "The body took too long to come"),
        ("413", "The body is too large"),
        ("415", "The body is not JSON"),
        ("421", "The server is not called by this name"),
        ("422", "The question has no answer; why, and what to do"),
        ("500", "A fault of the program: the place, and where to report it"),
        ("503", "Too much is waiting; Retry-After says when to ask again"),
        ("504", "The answer took too long"),
    ] {
        all.insert(status.to_owned(), json!({"description": what, "content": json_of("Refusal")}));
    }
    Value::Object(all)
}

/// The addresses that are no questions.
fn fixed_paths() -> Map<String, Value> {
    let mut paths = Map::new();
    let get = |summary: &str, ok: Value| json!({"get": {"summary": summary, "responses": responses(ok, "200")}});
    paths.insert(
        "/api/v1/openapi.json".into(),
        get("This description", json!({"description": "OpenAPI 3.1", "content": {"application/json": {}}})),
    );
    paths.insert(
        "/api/v1/meta".into(),
        get(
            "Countries, measures, and what the server answers from",
            json!({"description": "Lists for choosing", "content": {"application/json": {}}}),
        ),
    );
    let begin: Vec<Value> = served()
        .map(|(name, _)| {
            let title = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
            json!({
                "type": "object", "required": ["question", "ask"], "additionalProperties": false,
                "properties": {"question": {"const": name}, "ask": {"$ref": format!("#/components/schemas/{title}")}},
            })
        })
        .collect();
    paths.insert(
        "/api/v1/jobs".into(),
        json!({"post": {
            "summary": "Ask for an answer that takes long",
            "requestBody": {"required": true, "content": {"application/json": {"schema": {"oneOf": begin}}}},
            "responses": responses(json!({"description": "Begun: its id, and where its events are", "content": {"application/json": {"schema": {
                "type": "object", "properties": {"id": {"type": "string"}, "events": {"type": "string"}},
            }}}}), "202"),
        }}),
    );
    let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
    paths.insert(
        "/api/v1/jobs/{id}".into(),
        json!({"delete": {"summary": "Stop a job", "parameters": id, "responses": responses(json!({"description": "Stopped"}), "204")}}),
    );
    paths.insert(
        "/api/v1/jobs/{id}/events".into(),
        json!({"get": {
            "summary": "Follow a job",
            "description": "Server-sent events: `progress` ({what, done, all}), then one of `answer`, `refused`, `stopped`",
            "parameters": id,
            "responses": responses(json!({"description": "Events", "content": {"text/event-stream": {}}}), "200"),
        }}),
    );
    let mut parameters =
        vec![json!({"name": "name", "in": "query", "description": "Name of the file", "schema": {"type": "string"}})];
    parameters.extend(schema::reading().iter().map(|(name, schema)| {
        json!({"name": name, "in": "query", "description": schema["description"], "schema": placed(schema.clone())})
    }));
    paths.insert(
        "/api/v1/files".into(),
        json!({"post": {
            "summary": "Send a file of flows: CSV or JSON, gzipped or not, Parquet or Stata .dta",
            "description": "Kept in memory, the last few of them. Name the columns where they have unusual names. A refusal lists the columns.",
            "parameters": parameters,
            "requestBody": {"required": true, "content": {"application/octet-stream": {}}},
            "responses": responses(json!({"description": "Its id for `data`, and what is in it", "content": {"application/json": {}}}), "201"),
        }}),
    );
    paths.insert(
        "/api/v1/brief.html".into(),
        json!({"post": {
            "summary": "The brief as a page of its own",
            "requestBody": {"required": true, "content": json_of("Brief")},
            "responses": responses(json!({"description": "HTML with nothing from elsewhere", "content": {"text/html": {}}}), "200"),
        }}),
    );
    paths
}

/// What comes back.
fn common() -> Map<String, Value> {
    let text = |what: &str| json!({"type": "string", "description": what});
    let all = json!({
        "Answer": {"type": "object", "properties": {
            "command": text("The command that asks again"),
            "title": text("What was asked"),
            "findings": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}},
            "tables": {"type": "array", "items": {"type": "object", "description": "id, title, columns, rows; `shown` has the cells in words"}},
            "charts": {"type": "array", "items": {"type": "object", "description": "id, title, source, the drawing as data; `svg` has it drawn for a page, `file` as a file of its own"}},
            "resolved": {"type": "object", "description": "The year of the flows and the day of the measures that it is about", "properties": {"year": {"type": "integer"}, "date": {"type": "string", "format": "date"}}},
            "status": {"type": "string", "const": "answered"},
        }},
        "Finding": {"type": "object", "properties": {
            "id": text("Stable name"), "title": text("A few words"), "statement": text("One sentence"),
            "value": {"description": "A number, a word, or null where only the interval is known"},
            "shown": text("The value in words"), "unit": text("Its unit"),
            "interval": {"type": ["object", "null"], "properties": {"low": {"type": "number"}, "high": {"type": "number"}}},
            "method": text("How it was worked out"), "definition": text("What exactly the value is"),
            "sources": {"type": "array", "items": {"type": "object", "properties": {"name": text("What"), "vintage": text("When"), "hash": text("SHA-256")}}},
            "caveats": {"type": "array", "items": {"type": "string"}},
            "reproduce": text("The command that gives it again"),
            "supposition": text("What it supposes that is not so; absent where nothing is"),
        }},
        "Refusal": {"type": "object", "properties": {
            "status": {"type": "string", "const": "not_answered"}, "error": text("What is wrong"),
            "help": {"type": ["string", "null"], "description": "What to do"},
            "options": {"type": "array", "items": {"type": "string"}, "description": "The options that the advice is about"},
            "columns": {"type": "array", "description": "The columns of a file that need a meaning", "items": {"type": "object"}},
        }},
    });
    if let Value::Object(map) = all { map } else { Map::new() }
}
