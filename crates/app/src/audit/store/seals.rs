//! Appending to the chains. Seals are appended; nothing is ever changed or removed but the list of what waits and
//! where each chain ends.

use bailiwick_base::Error;
use bailiwick_base::authz::Authorized;
use bailiwick_base::db::{Query, ReadTx, WriteTx, sql};
use bailiwick_base::words::Timestamp;
use sqlx::FromRow;

use super::heads;
use crate::audit::actions::SealHistory;
use crate::audit::chain::{Entry, GENESIS, Hash, link};

/// Events sealed in one transaction.
pub(in crate::audit) const SEAL_BATCH: usize = 1_000;

/// Seals written by one statement.
const SEALS_PER_STATEMENT: usize = 100;

#[derive(FromRow)]
struct EntryRow {
    id: i64,
    at: i64,
    tenant_id: Option<i64>,
    domain_id: Option<i64>,
    actor_login_id: Option<i64>,
    actor_kind: String,
    real_login_id: Option<i64>,
    real_kind: Option<String>,
    action: String,
    object_kind: String,
    object_id: String,
    detail_hash: Vec<u8>,
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        Self {
            id: row.id,
            at: row.at,
            tenant_id: row.tenant_id,
            domain_id: row.domain_id,
            actor_login_id: row.actor_login_id,
            actor_kind: row.actor_kind,
            real_login_id: row.real_login_id,
            real_kind: row.real_kind,
            action: row.action,
            object_kind: row.object_kind,
            object_id: row.object_id,
            detail_hash: row.detail_hash,
        }
    }
}

/// Does anything wait to be sealed?
pub(in crate::audit) async fn any_pending(tx: &mut ReadTx) -> Result<bool, Error> {
    let waiting: Option<(i64,)> = tx.optional(sql("SELECT event_id FROM audit_pending LIMIT 1")).await?;
    Ok(waiting.is_some())
}

/// What waits to be sealed.
#[derive(Debug, Clone, Copy, FromRow)]
pub(crate) struct Unsealed {
    /// How many entries.
    pub(crate) number: i64,
    /// When the oldest was written.
    pub(crate) oldest: Option<Timestamp>,
}

/// How much waits to be sealed, and since when.
pub(crate) async fn unsealed(tx: &mut ReadTx) -> Result<Unsealed, Error> {
    let select = sql(
        "SELECT count(*) AS number, min(e.at) AS oldest FROM audit_pending p JOIN audit_events e ON e.id = p.event_id",
    );
    tx.one(select).await
}

/// Appends the oldest waiting events to their chains; how many.
pub(in crate::audit) async fn seal_batch(
    tx: &mut WriteTx,
    _: &Authorized<SealHistory>,
) -> Result<usize, Error> {
    let waiting = sql(
        "SELECT e.id, e.at, e.tenant_id, e.domain_id, e.actor_login_id, e.actor_kind, e.real_login_id, e.real_kind, \
         e.action, e.object_kind, e.object_id, e.detail_hash FROM audit_pending p JOIN audit_events e ON e.id = p.event_id \
         LEFT JOIN audit_seals s ON s.event_id = p.event_id WHERE s.event_id IS NULL ORDER BY p.event_id LIMIT $",
    )
    .bind(i64::try_from(SEAL_BATCH).unwrap_or(i64::MAX));
    let entries: Vec<Entry> = tx.all::<EntryRow>(waiting).await?.into_iter().map(Entry::from).collect();
    let mut ends: Vec<End> = Vec::new();
    for part in entries.chunks(SEALS_PER_STATEMENT) {
        append(tx, &mut ends, part).await?;
    }
    for end in &ends {
        heads::grew(tx, end.chain, end.seq).await?;
    }
    Ok(entries.len())
}

/// Where a chain ends.
struct End {
    chain: i64,
    seq: i64,
    hash: Hash,
}

async fn append(tx: &mut WriteTx, ends: &mut Vec<End>, entries: &[Entry]) -> Result<(), Error> {
    let now = tx.now();
    let mut seals = sql("INSERT INTO audit_seals (chain, seq, event_id, hash, sealed_at) VALUES ");
    for (index, entry) in entries.iter().enumerate() {
        let at = if let Some(at) = ends.iter().position(|end| end.chain == entry.chain()) {
            at
        } else {
            ends.push(end_of(tx, entry.chain()).await?);
            ends.len() - 1
        };
        let end = &mut ends[at];
        end.seq += 1;
        end.hash = link(&end.hash, &entry.digest());
        seals = seals
            .push(if index == 0 { "($, $, $, $, $)" } else { ", ($, $, $, $, $)" })
            .bind(end.chain)
            .bind(end.seq)
            .bind(entry.id)
            .bind(end.hash.to_vec())
            .bind(now);
    }
    tx.run(seals).await?;
    let sealed =
        sql("DELETE FROM audit_pending WHERE ").is_in("event_id", entries.iter().map(|entry| entry.id));
    tx.run(sealed).await.map(drop)
}

async fn end_of(tx: &mut WriteTx, chain: i64) -> Result<End, Error> {
    let last = sql("SELECT seq, hash FROM audit_seals WHERE chain = $ ORDER BY seq DESC LIMIT 1").bind(chain);
    let last: Option<(i64, Vec<u8>)> = tx.optional(last).await?;
    match last {
        None => Ok(End { chain, seq: 0, hash: GENESIS }),
        Some((seq, hash)) => {
            let hash =
                hash.try_into().map_err(|_| Error::internal("the last seal of a chain is not a hash"))?;
            Ok(End { chain, seq, hash })
        }
    }
}
