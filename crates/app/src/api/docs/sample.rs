//! Examples made from schemas, so that they never lag behind.

use serde_json::{Map, Value, json};

/// How deep a schema is followed.
const DEPTH: usize = 6;

/// The schema itself, where `schema` refers to one; of what may be null, what it is otherwise.
pub(super) fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let choices = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    if let Some(choice) = choices.and_then(|all| all.iter().find(|one| one["type"] != json!("null"))) {
        return resolved(document, choice);
    }
    let name = schema["$ref"].as_str().and_then(|to| to.strip_prefix("#/components/schemas/"));
    name.map_or(schema, |name| &document["components"]["schemas"][name])
}

/// The members of an object: name, schema, and whether it must be there.
pub(super) fn members<'d>(document: &'d Value, schema: &'d Value) -> Vec<(&'d str, &'d Value, bool)> {
    let schema = resolved(document, schema);
    let mut all: Vec<(&str, &Value, bool)> = Vec::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        all.extend(members(document, part));
    }
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let own = schema["properties"].as_object().into_iter().flatten();
    all.extend(own.map(|(name, schema)| (name.as_str(), schema, required.contains(&name.as_str()))));
    all
}

/// Which members stand in an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Members {
    /// All: of an answer.
    All,
    /// Those that must be given, and those whose description gives an example: of a request.
    Asked,
}

/// An example of what the schema describes.
pub(super) fn sample(document: &Value, schema: &Value, of: Members) -> Value {
    made(document, schema, of, 0)
}

fn made(document: &Value, schema: &Value, of: Members, depth: usize) -> Value {
    let schema = resolved(document, schema);
    let given = [&schema["example"], &schema["examples"][0], &schema["default"]];
    if let Some(given) = given.into_iter().find(|given| !given.is_null()) {
        return given.clone();
    }
    if depth > DEPTH {
        return Value::Null;
    }
    if let Some(first) = schema["enum"][0].as_str() {
        return json!(first);
    }
    match kind(schema) {
        "array" => json!([made(document, &schema["items"], of, depth + 1)]),
        "integer" | "number" => json!(schema["minimum"].as_i64().unwrap_or(0).max(1)),
        "boolean" => json!(false),
        "string" if schema["format"] == json!("date-time") => json!("2026-11-22T09:00:00.000Z"),
        "string" => json!("…"),
        _ => {
            let given = |schema: &Value| !schema["example"].is_null() || !schema["examples"].is_null();
            let members = members(document, schema).into_iter();
            let members =
                members.filter(|(_, schema, needed)| *needed || of == Members::All || given(schema));
            let filled =
                members.map(|(name, schema, _)| (name.to_owned(), made(document, schema, of, depth + 1)));
            Value::Object(filled.collect::<Map<_, _>>())
        }
    }
}

/// The type of a value; of one that may be null, what it is otherwise.
pub(super) fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(kind) => kind,
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("object")
        }
        _ => "object",
    }
}
