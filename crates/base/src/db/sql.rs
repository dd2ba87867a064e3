//! A statement and its values. One text serves both engines: `$1`, `$2` or, where pieces are put
//! together, a bare `$` for "the next value".

use crate::words::{
    ClientAddress, DomainName, EmailAddress, Line, LocalPart, PasswordHash, Storage, TimeZoneName, Timestamp,
    TokenHash,
};

/// A value bound to a statement. Nulls keep their type, which PostgreSQL wants to know.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number, an id, an instant.
    Int(Option<i64>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
    /// A truth value.
    Bool(bool),
}

/// A statement with its values, put together from fixed texts only: what a person typed is always bound.
#[derive(Debug, Clone)]
pub struct Sql {
    text: String,
    values: Vec<Value>,
    numbered: usize,
}

/// Begins a statement.
pub fn sql(text: &'static str) -> Sql {
    Sql { text: String::new(), values: Vec::new(), numbered: 0 }.push(text)
}

impl Sql {
    /// Appends text. A bare `$` becomes the next number; `$1` stays as it is.
    #[must_use]
    pub fn push(mut self, text: &'static str) -> Self {
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let (before, after) = rest.split_at(at + 1);
            self.text.push_str(before);
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                self.numbered += 1;
                self.text.push_str(&self.numbered.to_string());
            } else {
                self.numbered = self.numbered.max(after[..digits].parse().unwrap_or(0));
            }
            rest = after;
        }
        self.text.push_str(rest);
        self
    }

    /// Binds the next value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Appends `IN (…)` with the values; an empty list matches nothing.
    #[must_use]
    pub fn is_in(mut self, column: &'static str, values: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            return self.push("FALSE");
        }
        self = self.push(column).push(" IN (");
        for (index, value) in values.into_iter().enumerate() {
            self = self.push(if index == 0 { "$" } else { ", $" }).bind(value);
        }
        self.push(")")
    }

    pub(super) fn into_parts(self) -> (String, Vec<Value>) {
        debug_assert_eq!(self.numbered, self.values.len(), "a value is missing or left over: {}", self.text);
        (self.text, self.values)
    }
}

/// Values stored as numbers.
macro_rules! ints {
    ($($type:ty => |$value:ident| $int:expr;)*) => {$(
        impl From<$type> for Value { fn from($value: $type) -> Self { Self::Int(Some($int)) } }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self { Self::Int(value.map(|$value| $int)) }
        }
    )*};
}

/// Values stored as texts.
macro_rules! texts {
    ($($type:ty => |$value:ident| $text:expr;)*) => {$(
        impl From<$type> for Value { fn from($value: $type) -> Self { Self::Text(Some($text)) } }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self { Self::Text(value.map(|$value| $text)) }
        }
    )*};
}

ints! {
    i64 => |value| value;
    Timestamp => |value| value.0;
    Storage => |value| value.as_bytes();
    crate::words::TenantId => |value| value.0;
    crate::words::LoginId => |value| value.0;
    crate::words::SessionId => |value| value.0;
    crate::words::GrantId => |value| value.0;
    crate::words::DomainId => |value| value.0;
    crate::words::AddressId => |value| value.0;
    crate::words::MailboxId => |value| value.0;
    crate::words::MailboxTypeId => |value| value.0;
    crate::words::AliasId => |value| value.0;
    crate::words::AuditEventId => |value| value.0;
    crate::words::JobId => |value| value.0;
    crate::words::ImpersonationId => |value| value.0;
    crate::words::TaskId => |value| value.0;
    crate::words::ApiKeyId => |value| value.0;
    crate::words::ImportId => |value| value.0;
}

texts! {
    &str => |value| value.to_owned();
    String => |value| value;
    &String => |value| value.clone();
    &DomainName => |value| value.as_str().to_owned();
    &LocalPart => |value| value.as_str().to_owned();
    &EmailAddress => |value| value.to_string();
    &PasswordHash => |value| value.as_str().to_owned();
    &TimeZoneName => |value| value.as_str().to_owned();
    ClientAddress => |value| value.to_string();
}

impl<const MAX: usize> From<&Line<MAX>> for Value {
    fn from(line: &Line<MAX>) -> Self {
        Self::Text(Some(line.as_str().to_owned()))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}

impl From<TokenHash> for Value {
    fn from(value: TokenHash) -> Self {
        Self::Bytes(Some(value.to_vec()))
    }
}

impl From<&Value> for Value {
    fn from(value: &Value) -> Self {
        value.clone()
    }
}

/// Escapes what a person typed for use in `LIKE … ESCAPE '\'`.
pub fn like_literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_numbered_in_order() {
        let statement = sql("SELECT 1 WHERE a = $1 AND b = $2")
            .bind(1)
            .bind("x")
            .push(" AND (c, d) > ($, $)")
            .bind(2)
            .bind(3);
        let (text, values) = statement.with_list();
        assert_eq!(text, "SELECT 1 WHERE a = $1 AND b = $2 AND (c, d) > ($3, $4) AND id IN ($5, $6)");
        assert_eq!(values.len(), 6);
    }

    impl Sql {
        fn with_list(self) -> (String, Vec<Value>) {
            self.push(" AND ").is_in("id", [7_i64, 8]).into_parts()
        }
    }

    #[test]
    fn an_empty_list_matches_nothing() {
        assert_eq!(
            sql("SELECT 1 WHERE ").is_in("id", Vec::<i64>::new()).into_parts().0,
            "SELECT 1 WHERE FALSE"
        );
    }

    #[test]
    fn wildcards_a_person_typed_are_taken_literally() {
        assert_eq!(like_literal(r"50%_\"), r"50\%\_\\");
    }
}
