//! Paging by key: a page begins after (or ends before) a row, never at an offset, so that every page
//! costs the same.

use std::fmt;
use std::str::FromStr;

use super::{Query, Row, Sql, Value};
use crate::error::{Code, Error};

/// The key of the row a page begins after or ends before, opaque to whoever holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor(Vec<Value>);

impl Cursor {
    /// From the key's values, in the order of the list.
    pub fn new(key: Vec<Value>) -> Self {
        Self(key)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<serde_json::Value> = self
            .0
            .iter()
            .map(|value| match value {
                Value::Int(Some(number)) => (*number).into(),
                Value::Text(Some(text)) => text.as_str().into(),
                _ => serde_json::Value::Null,
            })
            .collect();
        let json = serde_json::Value::Array(parts).to_string();
        f.write_str(&data_encoding::BASE64URL_NOPAD.encode(json.as_bytes()))
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed = || Error::new(Code::MalformedRequest).on("after");
        if text.len() > 1000 {
            return Err(malformed());
        }
        let json = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| malformed())?;
        let parts: Vec<serde_json::Value> = serde_json::from_slice(&json).map_err(|_| malformed())?;
        let values = parts.into_iter().map(|part| match part {
            serde_json::Value::Number(number) => number.as_i64().map(|number| Value::Int(Some(number))),
            serde_json::Value::String(text) => Some(Value::Text(Some(text))),
            _ => None,
        });
        values.collect::<Option<Vec<_>>>().filter(|key| key.len() <= 4).map(Self).ok_or_else(malformed)
    }
}

/// Which page is wanted.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    /// The page begins after this row.
    pub after: Option<Cursor>,
    /// The page ends before this row; `after` is ignored then.
    pub before: Option<Cursor>,
}

/// Rows of a list, and where the neighbouring pages begin.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub rows: Vec<T>,
    /// The page before ends before this row; none on the first page.
    pub previous: Option<Cursor>,
    /// The page after begins after this row; none on the last page.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Turns rows into what the list shows.
    pub fn map<U>(self, shown: impl FnMut(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(shown).collect(), previous: self.previous, next: self.next }
    }
}

/// How a list is ordered: columns that together are unique, all in one direction.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// `(domain_id, local_part, id)`, as it stands in the index.
    pub columns: &'static str,
    /// As many `$` as there are columns.
    pub marks: &'static str,
    /// Newest first.
    pub descending: bool,
    /// The columns each with `DESC`, and each without: `"at DESC, id DESC"`, `"at, id"`.
    pub by: (&'static str, &'static str),
}

impl PageRequest {
    /// From a URL's `after` and `before`; empty means not given.
    pub fn parse(after: &str, before: &str) -> Result<Self, Error> {
        let cursor = |text: &str| if text.is_empty() { Ok(None) } else { text.parse().map(Some) };
        Ok(Self { after: cursor(after)?, before: cursor(before)? })
    }

    /// Completes `select` (which ends in a condition) with this page's bounds and order, and runs it.
    /// `key` gives a row's key in the order of `order.columns`.
    pub async fn fetch<R: Row>(
        &self,
        tx: &mut impl Query,
        select: Sql,
        order: Order,
        limit: i64,
        key: impl Fn(&R) -> Vec<Value>,
    ) -> Result<Page<R>, Error> {
        let backwards = self.before.is_some();
        let mut statement = select;
        if let Some(cursor) = self.before.as_ref().or(self.after.as_ref()) {
            if cursor.0.len() != order.marks.matches('$').count() {
                return Err(Error::new(Code::MalformedRequest).on("after"));
            }
            statement = statement.push(" AND ").push(order.columns);
            statement =
                statement.push(if backwards == order.descending { " > " } else { " < " }).push(order.marks);
            for value in &cursor.0 {
                statement = statement.bind(value);
            }
        }
        let descending = order.descending != backwards;
        statement = statement.push(" ORDER BY ").push(if descending { order.by.0 } else { order.by.1 });
        let mut rows: Vec<R> = tx.all(statement.push(" LIMIT $").bind(limit + 1)).await?;
        let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        if backwards {
            rows.reverse();
        }
        let first = rows.first().map(|row| Cursor(key(row)));
        let last = rows.last().map(|row| Cursor(key(row)));
        let (previous, next) = if backwards {
            (first.filter(|_| more), last)
        } else {
            (first.filter(|_| self.after.is_some()), last.filter(|_| more))
        };
        Ok(Page { rows, previous, next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_a_made_up_one_is_refused() {
        let cursor =
            Cursor(vec![Value::Int(Some(7)), Value::Text(Some("sales".into())), Value::Int(Some(9))]);
        assert_eq!(cursor.to_string().parse::<Cursor>().expect("reads back"), cursor);
        for text in ["", "x", "W10x", "bnVsbA", "W251bGxd"] {
            assert!(text.parse::<Cursor>().is_err() || text.is_empty(), "{text}");
        }
        assert!("[1,2,3,4,5]".parse::<Cursor>().is_err());
    }
}
