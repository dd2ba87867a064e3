//! Requests that are carried out once, however often they are sent (`Idempotency-Key`).
//!
//! The key is written in the transaction of the change itself, so that a change and its key are there together or not
//! at all (K26). A request that was refused leaves no key. The answer is kept right after the commit; where a process died in
//! between, the key alone says that the change was made.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use sqlx::FromRow;

use super::engine::{Begin, Connection};
use super::{Db, sql};
use crate::authz::Actor;
use crate::error::{Code, Error};
use crate::words::{LoginId, Timestamp};

/// A request as its sender named it.
#[derive(Debug, Clone)]
pub struct Once {
    key: String,
    /// SHA-256 of what was asked: the same key with another request is a mistake of the sender.
    fingerprint: Vec<u8>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    committed: AtomicBool,
    login: AtomicI64,
}

/// What such a request was answered the first time. None of it holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// `Location`.
    pub location: Option<String>,
    /// `ETag`.
    pub etag: Option<String>,
}

#[derive(FromRow)]
struct Row {
    fingerprint: Vec<u8>,
    status: Option<i64>,
    answer: Option<Vec<u8>>,
    location: Option<String>,
    etag: Option<String>,
}

impl Once {
    /// A request with the sender's key and a digest of all it asks.
    pub fn new(key: &str, fingerprint: &[u8]) -> Self {
        Self { key: key.to_owned(), fingerprint: fingerprint.to_vec(), state: Arc::default() }
    }

    fn login(&self) -> Option<LoginId> {
        Some(LoginId(self.state.login.load(Ordering::Acquire))).filter(|login| login.0 != 0)
    }

    /// Writes the key, or says that it is there already: `AlreadyCarriedOut`, or `IdempotencyKeyReused` where the
    /// request is another. Waits for a transaction that is writing the same key (on SQLite they never meet).
    pub(super) async fn claim(
        &self,
        connection: &mut Connection,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(login) = actor.login() else { return Ok(()) };
        if self.state.committed.load(Ordering::Acquire) {
            return Ok(()); // a second transaction of the same request
        }
        self.state.login.store(login.0, Ordering::Release);
        let insert =
            sql("INSERT INTO idempotency_keys (login_id, idempotency_key, fingerprint, created_at) \
             VALUES ($, $, $, $) ON CONFLICT (login_id, idempotency_key) DO NOTHING")
            .bind(login)
            .bind(self.key.as_str())
            .bind(self.fingerprint.clone())
            .bind(now);
        if connection.run(insert).await? == 1 {
            return Ok(());
        }
        let kept = sql("SELECT fingerprint FROM idempotency_keys WHERE login_id = $ AND idempotency_key = $")
            .bind(login)
            .bind(self.key.as_str());
        let kept: Option<(Vec<u8>,)> = connection.optional(kept).await?;
        let same = kept.is_none_or(|(kept,)| kept == self.fingerprint);
        Err(if same { Code::AlreadyCarriedOut } else { Code::IdempotencyKeyReused }.into())
    }

    pub(super) fn committed(&self) {
        self.state.committed.store(true, Ordering::Release);
    }
}

impl Db {
    /// What the request was answered the first time; none while that is not known (it is being answered, or the
    /// process died before it was).
    pub async fn kept_answer(&self, once: &Once) -> Result<Option<KeptAnswer>, Error> {
        let Some(login) = once.login() else { return Ok(None) };
        let mut connection = self.main.begin(Begin::Read).await?;
        let kept = sql("SELECT fingerprint, status, answer, location, etag FROM idempotency_keys \
             WHERE login_id = $ AND idempotency_key = $")
        .bind(login)
        .bind(once.key.as_str());
        let row: Option<Row> = connection.optional(kept).await?;
        Ok(row.filter(|row| row.fingerprint == once.fingerprint).and_then(|row| {
            Some(KeptAnswer {
                status: u16::try_from(row.status?).ok()?,
                body: row.answer?,
                location: row.location,
                etag: row.etag,
            })
        }))
    }

    /// Keeps what a request was answered, if its change was made. The body must not hold a secret.
    pub async fn keep_answer(&self, once: &Once, answer: &KeptAnswer) -> Result<(), Error> {
        let (Some(login), true) = (once.login(), once.state.committed.load(Ordering::Acquire)) else {
            return Ok(());
        };
        let mut connection = self.main.begin(Begin::Write).await?;
        let keep = sql("UPDATE idempotency_keys SET status = $, answer = $, location = $, etag = $ \
             WHERE login_id = $ AND idempotency_key = $")
        .bind(i64::from(answer.status))
        .bind(answer.body.clone())
        .bind(answer.location.as_deref())
        .bind(answer.etag.as_deref())
        .bind(login)
        .bind(once.key.as_str());
        connection.run(keep).await?;
        connection.commit().await
    }

    /// Forgets keys written before `before`.
    pub async fn forget_answers(&self, before: Timestamp) -> Result<(), Error> {
        let mut connection = self.main.begin(Begin::Write).await?;
        connection.run(sql("DELETE FROM idempotency_keys WHERE created_at < $").bind(before)).await?;
        connection.commit().await
    }
}
