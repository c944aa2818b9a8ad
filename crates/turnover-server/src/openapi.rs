//! The interface's description (OpenAPI 3.1).

use serde_json::{Map, Value, json};

use crate::ask::Question;

/// The document that `/api/v1/openapi.json` serves.
pub fn openapi() -> Value {
    let refusal = |what: &str| json!({"description": what, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}});
    let json_of =
        |schema: &str| json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}});
    let asked = || json!({"required": true, "content": json_of("Ask")});
    let responses = |ok: Value, status: &str| {
        let mut all = Map::new();
        all.insert(status.to_owned(), ok);
        for (status, what) in [
            ("400", "The body or the words of the address cannot be read"),
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
            all.insert(status.to_owned(), refusal(what));
        }
        Value::Object(all)
    };
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
    let questions: Vec<&str> = Question::ALL.iter().map(|(name, ..)| *name).collect();
    let explained: Vec<String> = Question::ALL.iter().map(|(name, _, what)| format!("`{name}`: {what}.")).collect();
    paths.insert(
        "/api/v1/answers/{question}".into(),
        json!({"post": {
            "summary": "The answer to a question",
            "description": explained.join("\n"),
            "parameters": [{"name": "question", "in": "path", "required": true, "schema": {"type": "string", "enum": questions}}],
            "requestBody": asked(),
            "responses": responses(json!({"description": "Findings, tables, charts", "content": json_of("Answer")}), "200"),
        }}),
    );
    paths.insert(
        "/api/v1/jobs".into(),
        json!({"post": {
            "summary": "Ask for an answer that takes long",
            "requestBody": {"required": true, "content": {"application/json": {"schema": {
                "type": "object", "required": ["question"], "additionalProperties": false,
                "properties": {"question": {"type": "string", "enum": questions}, "ask": {"$ref": "#/components/schemas/Ask"}},
            }}}},
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
    let words = [
        "name",
        "exporter",
        "importer",
        "reporter",
        "partner",
        "flow",
        "product",
        "year",
        "value",
        "unit",
        "filter",
        "duplicates",
        "unknown",
    ];
    let parameters: Vec<Value> =
        words.iter().map(|w| json!({"name": w, "in": "query", "schema": {"type": "string"}})).collect();
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
            "requestBody": asked(),
            "responses": responses(json!({"description": "HTML with nothing from elsewhere", "content": {"text/html": {}}}), "200"),
        }}),
    );
    let text = |what: &str| json!({"type": "string", "description": what});
    let number = |what: &str, usual: f64| json!({"type": "number", "description": what, "default": usual});
    let year = |what: &str| json!({"type": ["integer", "null"], "description": what});
    let ids = |what: &str| json!({"type": "array", "items": {"type": "string"}, "maxItems": 100, "description": what});
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Turnover",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT", "identifier": "MIT"},
            "description": "The findings of the command line over HTTP. Each finding has its source, definition, vintage and the command that gives it again.",
        },
        "paths": paths,
        "components": {"schemas": {
            "Ask": {"type": "object", "additionalProperties": false, "properties": {
                "a": text("First country: ISO code or name"),
                "b": text("Second country"),
                "times": number("The multiple", 3.0),
                "theta": number("Trade elasticity", 4.0),
                "imbalance": {"type": "string", "enum": ["additive", "multiplicative"], "default": "additive"},
                "year": year("Year of the flows"),
                "date": {"type": ["string", "null"], "format": "date", "description": "Day on which measures are in force"},
                "base_year": year("Year that stands for trade without measures"),
                "claim": number("Per cent of trade that is claimed not to be affected", 90.0),
                "lift": ids("Measures taken as lifted"),
                "bring": ids("Measures taken as in force, whatever their dates"),
                "levers": {"type": "array", "maxItems": 12, "items": {"$ref": "#/components/schemas/Lever"}, "description": "Changes of trade costs before the rest is sought"},
                "measure": {"type": ["string", "null"], "description": "The measure of effect and diversion; of the pair's, the one that names most codes, if absent"},
                "years": {"type": "integer", "default": 8, "description": "Within so many years"},
                "data": {"type": ["string", "null"], "description": "Id of a file that was sent"},
            }, "example": {"a": "USA", "b": "RUS", "times": 3}},
            "Lever": {"type": "object", "additionalProperties": false, "required": ["title"], "description": "Has exactly one size", "properties": {
                "title": text("In words"), "measure": text("The measure that it lifts or brings"),
                "exporter": text("Whose goods; everyone's if absent"), "importer": text("To whom; to everyone if absent"),
                "both": {"type": "boolean", "default": false, "description": "The other way too"},
                "cost_percent": {"type": "number", "description": "The ad valorem cost changes by so much"},
                "log_points": {"type": "number", "description": "Partial effect on the flow"},
                "tariff_equivalent_percent": {"type": "number", "description": "Something as costly as such a tariff is lifted"},
            }},
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
                "columns": {"type": "array", "description": "The columns of a file that need a meaning", "items": {"type": "object"}},
            }},
        }},
    })
}
