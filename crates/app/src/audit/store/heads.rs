//! Where each chain ends, and how much of it is in a checkpoint.

use bailiwick_base::Error;
use bailiwick_base::authz::Authorized;
use bailiwick_base::db::{Query, ReadTx, WriteTx, sql};
use bailiwick_base::words::Timestamp;
use sqlx::FromRow;

use crate::audit::actions::{CheckpointHistory, VerifyHistory};
use crate::audit::verify::Head;

/// Chains in one checkpoint, at most; the rest are in the next.
const CHAINS: i64 = 5_000;

/// Heads compared by one statement.
const COMPARED: usize = 200;

/// A chain has grown to `seq`: noted in the transaction that appends.
pub(super) async fn grew(tx: &mut WriteTx, chain: i64, seq: i64) -> Result<(), Error> {
    let now = tx.now();
    let noted = sql(
        "INSERT INTO audit_heads (chain, seq, checked_seq, waiting_since) VALUES ($, $, 0, $) ON CONFLICT (chain) DO UPDATE \
         SET seq = excluded.seq, waiting_since = coalesce(audit_heads.waiting_since, excluded.waiting_since)",
    );
    tx.run(noted.bind(chain).bind(seq).bind(now)).await.map(drop)
}

/// What is sealed and in no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub(in crate::audit) struct Waiting {
    /// Entries.
    pub(in crate::audit) entries: i64,
    /// Since when the oldest of them waits; none if there is none.
    pub(in crate::audit) since: Option<Timestamp>,
}

/// What waits for the next checkpoint.
pub(in crate::audit) async fn waiting(tx: &mut ReadTx) -> Result<Waiting, Error> {
    tx.one(sql(
        "SELECT CAST(coalesce(sum(seq - checked_seq), 0) AS BIGINT) AS entries, min(waiting_since) AS since \
         FROM audit_heads WHERE waiting_since IS NOT NULL",
    ))
    .await
}

/// The end of a chain that belongs into the next checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(in crate::audit) struct WaitingHead {
    pub(in crate::audit) chain: i64,
    pub(in crate::audit) seq: i64,
    pub(in crate::audit) hash: Vec<u8>,
}

/// The ends of the chains that have grown, those that wait longest first; the hash is that of the seal itself.
pub(in crate::audit) async fn heads_waiting(
    tx: &mut ReadTx,
    _: &Authorized<CheckpointHistory>,
) -> Result<Vec<WaitingHead>, Error> {
    let select = sql(
        "SELECT h.chain, s.seq, s.hash FROM audit_heads h JOIN audit_seals s ON s.chain = h.chain AND s.seq = h.seq \
         WHERE h.waiting_since IS NOT NULL ORDER BY h.waiting_since, h.chain LIMIT $",
    );
    tx.all(select.bind(CHAINS)).await
}

/// These ends are in a checkpoint that was kept elsewhere at `at`. What was sealed meanwhile goes on waiting.
pub(in crate::audit) async fn checked(
    tx: &mut WriteTx,
    _: &Authorized<CheckpointHistory>,
    heads: &[WaitingHead],
    at: Timestamp,
) -> Result<(), Error> {
    for head in heads {
        let noted = sql("UPDATE audit_heads SET checked_seq = $1, checked_at = $2, \
             waiting_since = CASE WHEN seq > $1 THEN $2 ELSE NULL END WHERE chain = $3");
        tx.run(noted.bind(head.seq).bind(at).bind(head.chain)).await?;
    }
    Ok(())
}

/// When the last checkpoint was made.
pub(in crate::audit) async fn last_checkpoint(tx: &mut ReadTx) -> Result<Option<Timestamp>, Error> {
    let (at,): (Option<Timestamp>,) = tx.one(sql("SELECT max(checked_at) FROM audit_heads")).await?;
    Ok(at)
}

/// Of these heads, kept elsewhere, those whose seal is not as it was: with the hash that stands there now, or none.
pub(in crate::audit) async fn differing(
    tx: &mut ReadTx,
    _: &Authorized<VerifyHistory>,
    heads: &[Head],
) -> Result<Vec<(Head, Option<Vec<u8>>)>, Error> {
    let mut differing = Vec::new();
    for part in heads.chunks(COMPARED) {
        let mut select = sql("SELECT chain, seq, hash FROM audit_seals WHERE FALSE");
        for head in part {
            select = select.push(" OR (chain = $ AND seq = $)").bind(head.chain).bind(head.seq);
        }
        let stored: Vec<WaitingHead> = tx.all(select).await?;
        for head in part {
            let found = stored.iter().find(|stored| stored.chain == head.chain && stored.seq == head.seq);
            if found.is_none_or(|stored| stored.hash != head.hash) {
                differing.push((head.clone(), found.map(|stored| stored.hash.clone())));
            }
        }
    }
    Ok(differing)
}
