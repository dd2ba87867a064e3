//! Jobs for the outbox: what must happen outside the database, once, after a commit.

use serde::Serialize;

use super::{Sql, sql};
use crate::words::Timestamp;

/// A job as an operation leaves it: a kind, a key that makes it happen once, and what to do.
#[derive(Debug, Clone)]
pub struct NewJob {
    kind: &'static str,
    key: String,
    payload: Vec<u8>,
    due: Option<Timestamp>,
}

impl NewJob {
    /// A job of `kind`. `key` is unique per kind: the same key twice is one job.
    pub fn new(kind: &'static str, key: String, payload: &impl Serialize) -> Self {
        let payload = serde_json::to_vec(payload).expect("job payloads are plain structs");
        Self { kind, key, payload, due: None }
    }

    /// A job whose payload is sealed bytes already.
    pub fn sealed(kind: &'static str, key: String, payload: Vec<u8>) -> Self {
        Self { kind, key, payload, due: None }
    }

    /// Not before `due`.
    #[must_use]
    pub fn not_before(mut self, due: Timestamp) -> Self {
        self.due = Some(due);
        self
    }

    pub(super) fn into_insert(self, now: Timestamp) -> Sql {
        sql("INSERT INTO outbox (kind, job_key, payload, state, attempts, due_at, created_at) \
             VALUES ($, $, $, 'queued', 0, $, $) ON CONFLICT (kind, job_key) DO NOTHING")
        .bind(self.kind)
        .bind(self.key)
        .bind(self.payload)
        .bind(self.due.unwrap_or(now))
        .bind(now)
    }
}
