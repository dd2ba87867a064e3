//! Errors as the rows of an import keep them: the code, the column, and the values its text names. The text is put
//! together when it is read.

use bailiwick_base::texts::Arg;
use bailiwick_base::{Code, Error};
use serde_json::Value as Json;

/// The values that texts of such errors name. One that is not here would be lost, and its text incomplete.
const NAMES: &[&str] = &[
    "address", "cells", "column", "columns", "expected", "figures", "kind", "left", "licensed", "max", "min",
    "most", "name", "needs", "quota", "row", "to", "until", "used", "words",
];

/// The form fields that such errors are about, by the column in which the value stands.
const COLUMNS: &[(&str, &str)] = &[
    ("username", "address"),
    ("alias", "address"),
    ("domain", "address"),
    ("quota", "quota_gb"),
    ("recovery", "recovery_address"),
    ("new", "password"),
    ("address", "address"),
    ("name", "name"),
    ("quota_gb", "quota_gb"),
    ("type", "type"),
    ("recovery_address", "recovery_address"),
    ("password", "password"),
    ("one_time", "one_time"),
    ("status", "status"),
    ("targets", "targets"),
    ("file", "file"),
];

/// An error as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct KeptError {
    pub(super) code: String,
    pub(super) field: String,
    pub(super) args: String,
}

impl KeptError {
    pub(super) fn of(error: &Error) -> Self {
        let field = error.field().and_then(|field| COLUMNS.iter().find(|(name, _)| *name == field));
        let args: serde_json::Map<String, Json> =
            error.args().iter().map(|(name, value)| ((*name).to_owned(), value.to_json())).collect();
        Self {
            code: error.code().key().to_owned(),
            field: field.map_or("", |(_, column)| column).to_owned(),
            args: Json::Object(args).to_string(),
        }
    }

    /// The error again; none where nothing was wrong.
    pub(super) fn error(&self) -> Option<Error> {
        let code = Code::ALL.iter().find(|code| code.key() == self.code)?;
        let mut error = Error::new(*code);
        if let Some((_, column)) = COLUMNS.iter().find(|(_, column)| *column == self.field) {
            error = error.on(column);
        }
        let args: serde_json::Map<String, Json> = serde_json::from_str(&self.args).unwrap_or_default();
        for name in NAMES {
            error = match args.get(*name) {
                Some(Json::Number(number)) => error.with(name, number.as_i64().unwrap_or_default()),
                Some(Json::String(text)) => error.with(name, Arg::Text(text.clone())),
                _ => error,
            };
        }
        Some(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_back_with_its_column_and_its_text() {
        let error = Error::new(Code::UserAlreadyExists)
            .with("address", "a@x.test")
            .with("kind", "alias")
            .on("username");
        let kept = KeptError::of(&error);
        assert_eq!(kept.field, "address");
        assert_eq!(kept.error().map(|error| error.to_string()), Some(error.to_string()));
        assert!(KeptError::default().error().is_none());
        let counted = Error::new(Code::ImportRowCells).with("cells", 3_i64).with("expected", 2_i64);
        assert_eq!(KeptError::of(&counted).error().map(|error| error.to_string()), Some(counted.to_string()));
    }
}
