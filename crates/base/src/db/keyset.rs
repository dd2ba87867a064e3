//! Paging by key: a page begins after (or ends before) a row, never at an offset, so that every page
//! costs the same.

use std::fmt;
use std::str::FromStr;

use super::{Query, Row, Sql, Value};
use crate::error::{Code, Error};
use crate::words::limits;

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
    /// As many rows as are asked for; none for as many as the list has on a page. Never more than
    /// [`limits::PAGE_MOST`].
    pub rows: Option<i64>,
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
        Ok(Self { after: cursor(after)?, before: cursor(before)?, rows: None })
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
        let limit = self.limit(limit);
        let rows = tx.all(self.bounded(select, order, self.key(), limit + 1)?).await?;
        Ok(self.page(rows, limit, key))
    }

    /// The same for a list that consists of several, one after the other: what is in two of them must be kept out of
    /// the later one by its condition. The next is asked only when those before don't fill the page.
    pub async fn fetch_in_turn<R: Row>(
        &self,
        tx: &mut impl Query,
        turns: Vec<(Sql, Order)>,
        limit: i64,
        key: impl Fn(usize, &R) -> Vec<Value>,
    ) -> Result<Page<R>, Error> {
        let limit = self.limit(limit);
        let backwards = self.before.is_some();
        let from = match self.bound() {
            Some(cursor) => Some(cursor.in_turn(turns.len())?),
            None => None,
        };
        let mut turns: Vec<_> = turns.into_iter().enumerate().collect();
        if backwards {
            turns.reverse();
        }
        let mut rows: Vec<(usize, R)> = Vec::new();
        for (turn, (select, order)) in turns {
            let missing = limit + 1 - i64::try_from(rows.len()).unwrap_or(i64::MAX);
            let bound = match from {
                Some((at, _)) if (turn > at && backwards) || (turn < at && !backwards) => continue,
                Some((at, bound)) if turn == at => Some(bound),
                _ => None,
            };
            if missing > 0 {
                let found = tx.all(self.bounded(select, order, bound, missing)?).await?;
                rows.extend(found.into_iter().map(|row| (turn, row)));
            }
        }
        let key = |(turn, row): &(usize, R)| {
            let mut values = vec![Value::Int(i64::try_from(*turn).ok())];
            values.extend(key(*turn, row));
            values
        };
        Ok(self.page(rows, limit, key).map(|(_, row)| row))
    }

    fn limit(&self, limit: i64) -> i64 {
        self.rows.map_or(limit, |rows| rows.clamp(1, limits::PAGE_MOST))
    }

    /// The key of the row it begins after or ends before, in the order of the list. Whoever asks for a range of an index
    /// can begin it there: an engine uses one lower bound, and it may be the other.
    pub fn key(&self) -> Option<&[Value]> {
        self.bound().map(|cursor| cursor.0.as_slice())
    }

    /// The same for one of several lists in turn; none where the page is bounded in another.
    pub fn key_in_turn(&self, turn: usize) -> Option<&[Value]> {
        let (first, rest) = self.key()?.split_first()?;
        (*first == Value::Int(i64::try_from(turn).ok())).then_some(rest)
    }

    fn bound(&self) -> Option<&Cursor> {
        self.before.as_ref().or(self.after.as_ref())
    }

    /// A select with bound, order and limit.
    fn bounded(&self, select: Sql, order: Order, bound: Option<&[Value]>, limit: i64) -> Result<Sql, Error> {
        let backwards = self.before.is_some();
        let mut statement = select;
        if let Some(bound) = bound {
            if bound.len() != order.marks.matches('$').count() {
                return Err(Error::new(Code::MalformedRequest).on("after"));
            }
            statement = statement.push(" AND ").push(order.columns);
            statement =
                statement.push(if backwards == order.descending { " > " } else { " < " }).push(order.marks);
            for value in bound {
                statement = statement.bind(value);
            }
        }
        let descending = order.descending != backwards;
        statement = statement.push(" ORDER BY ").push(if descending { order.by.0 } else { order.by.1 });
        Ok(statement.push(" LIMIT $").bind(limit))
    }

    /// The page of the rows as they were read: one more than there is room for, if there are more.
    fn page<R>(&self, mut rows: Vec<R>, limit: i64, key: impl Fn(&R) -> Vec<Value>) -> Page<R> {
        let backwards = self.before.is_some();
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
        Page { rows, previous, next }
    }
}

impl Cursor {
    /// Of a list in turns: in which of them, and where.
    fn in_turn(&self, turns: usize) -> Result<(usize, &[Value]), Error> {
        let malformed = || Error::new(Code::MalformedRequest).on("after");
        let (first, rest) = self.0.split_first().ok_or_else(malformed)?;
        match first {
            Value::Int(Some(turn)) => usize::try_from(*turn).ok().filter(|turn| *turn < turns),
            _ => None,
        }
        .map(|turn| (turn, rest))
        .ok_or_else(malformed)
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
