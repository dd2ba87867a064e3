//! What a thing looks like in an answer: its fields, by name and in order. JSON, tables and the facts of one thing are
//! all made of them, so they never differ.
//!
//! Names are those of the API: `quota_bytes` in bytes, `created_at` an instant of RFC 3339 in UTC, ids as in addresses.

use bailiwick_base::words::Storage;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The fields of one thing.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Shape(Vec<(&'static str, Value)>);

impl Shape {
    /// One more field.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// One more, written as people and programs read it: an id, a name, an instant.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "ids are given by value, as to `with`")]
    pub(crate) fn text(self, name: &'static str, value: impl ToString) -> Self {
        self.with(name, value.to_string())
    }

    /// The same for what may be missing.
    #[must_use]
    pub(crate) fn maybe(self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.with(name, value.map(|value| value.to_string()))
    }

    /// One more, as it stands in JSON: a status, a list.
    #[must_use]
    pub(crate) fn json(self, name: &'static str, value: &impl Serialize) -> Self {
        self.with(name, serde_json::to_value(value).unwrap_or_default())
    }

    /// Names and values for a person.
    pub(crate) fn facts(&self) -> Vec<(String, String)> {
        self.0.iter().map(|(name, value)| (label(name), words(name, value))).collect()
    }

    /// The cells of a row of a table; a field that is not there is an empty cell.
    pub(crate) fn row(&self, columns: &[&str]) -> Vec<String> {
        let cell = |column: &&str| {
            let found = self.0.iter().find(|(name, _)| name == column);
            found.map_or_else(String::new, |(name, value)| words(name, value))
        };
        columns.iter().map(cell).collect()
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A field's name for a person: `quota_bytes` is a quota, `created_at` says when it was created.
pub(crate) fn label(name: &str) -> String {
    let plain = name.strip_suffix("_bytes").or_else(|| name.strip_suffix("_at")).unwrap_or(name);
    plain.replace('_', " ")
}

/// A value for a person: amounts of storage with their unit, what is missing in a word.
fn words(name: &str, value: &Value) -> String {
    match value {
        Value::Null if name.ends_with("_at") || name == "last_sign_in" || name == "last_seen" => {
            "never".to_owned()
        }
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => match number.as_i64() {
            Some(bytes) if name.ends_with("_bytes") => Storage::bytes(bytes).to_string(),
            _ => number.to_string(),
        },
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(|value| words("", value)).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| format!("{}: {}", label(name), words(name, value));
            fields.iter().map(field).collect::<Vec<_>>().join("; ")
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_thing_is_the_same_as_json_as_a_row_and_as_facts() {
        let shape = Shape::default()
            .text("id", "mbx_1")
            .with("quota_bytes", 500_000_000)
            .maybe("last_sign_in", None::<String>)
            .with("targets", json!(["a@b.test", "c@d.test"]));
        let json = serde_json::to_string(&shape).expect("JSON");
        let expected =
            r#"{"id":"mbx_1","quota_bytes":500000000,"last_sign_in":null,"targets":["a@b.test","c@d.test"]}"#;
        assert_eq!(json, expected, "in the order in which the fields were given");
        assert_eq!(shape.row(&["quota_bytes", "last_sign_in", "other"]), ["500 MB", "never", ""]);
        let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            shape.facts(),
            [
                fact("id", "mbx_1"),
                fact("quota", "500 MB"),
                fact("last sign in", "never"),
                fact("targets", "a@b.test, c@d.test")
            ]
        );
    }
}
