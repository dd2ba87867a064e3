//! The chains as they stand, for the proof.

use bailiwick_base::Error;
use bailiwick_base::authz::Authorized;
use bailiwick_base::db::{Query, ReadTx, sql};
use sqlx::FromRow;

use crate::audit::actions::{ProveHistory, VerifyHistory};
use crate::audit::chain::Entry;
use crate::audit::verify::{Loose, Sealed, StoredDetail};

/// Rows read at once by the proof.
const VERIFY_PAGE: i64 = 1_000;

/// A proof that lets its holder walk through chains: all, or one.
pub(in crate::audit) trait MayWalk: Send + Sync {
    /// The one chain; none for all.
    fn chain(&self) -> Option<i64>;
}

impl MayWalk for Authorized<VerifyHistory> {
    fn chain(&self) -> Option<i64> {
        None
    }
}

impl MayWalk for Authorized<ProveHistory> {
    fn chain(&self) -> Option<i64> {
        self.tenant().map(|tenant| tenant.0)
    }
}

/// A seal or a loose event with everything beside it; what is not there is null.
#[derive(FromRow)]
struct ProofRow {
    chain: i64,
    seq: i64,
    event_id: i64,
    hash: Vec<u8>,
    waits: bool,
    id: Option<i64>,
    at: Option<i64>,
    tenant_id: Option<i64>,
    domain_id: Option<i64>,
    actor_login_id: Option<i64>,
    actor_kind: Option<String>,
    real_login_id: Option<i64>,
    real_kind: Option<String>,
    action: Option<String>,
    object_kind: Option<String>,
    object_id: Option<String>,
    detail_hash: Option<Vec<u8>>,
    salt: Option<Vec<u8>>,
    detail: Option<String>,
}

impl ProofRow {
    fn entry(&self) -> Option<Entry> {
        Some(Entry {
            id: self.id?,
            at: self.at?,
            tenant_id: self.tenant_id,
            domain_id: self.domain_id,
            actor_login_id: self.actor_login_id,
            actor_kind: self.actor_kind.clone()?,
            real_login_id: self.real_login_id,
            real_kind: self.real_kind.clone(),
            action: self.action.clone()?,
            object_kind: self.object_kind.clone()?,
            object_id: self.object_id.clone()?,
            detail_hash: self.detail_hash.clone()?,
        })
    }

    fn detail(&self) -> Option<StoredDetail> {
        Some(StoredDetail { salt: self.salt.clone()?, text: self.detail.clone()? })
    }
}

const SEALS: &str = "SELECT s.chain, s.seq, s.event_id, s.hash, FALSE AS waits, e.id, e.at, e.tenant_id, e.domain_id, \
     e.actor_login_id, e.actor_kind, e.real_login_id, e.real_kind, e.action, e.object_kind, e.object_id, e.detail_hash, d.salt, d.detail \
     FROM audit_seals s LEFT JOIN audit_events e ON e.id = s.event_id LEFT JOIN audit_details d ON d.event_id = s.event_id \
     WHERE TRUE";

/// The next seals after `(chain, seq)`, with what they seal.
pub(in crate::audit) async fn seals_after(
    tx: &mut ReadTx,
    proof: &impl MayWalk,
    after: Option<(i64, i64)>,
) -> Result<Vec<Sealed>, Error> {
    let mut select = sql(SEALS);
    if let Some(chain) = proof.chain() {
        select = select.push(" AND s.chain = $").bind(chain);
    }
    if let Some((chain, seq)) = after {
        select = select.push(" AND (s.chain, s.seq) > ($, $)").bind(chain).bind(seq);
    }
    let rows: Vec<ProofRow> =
        tx.all(select.push(" ORDER BY s.chain, s.seq LIMIT $").bind(VERIFY_PAGE)).await?;
    let sealed = |row: ProofRow| Sealed {
        chain: row.chain,
        seq: row.seq,
        event: row.event_id,
        entry: row.entry(),
        detail: row.detail(),
        hash: row.hash,
    };
    Ok(rows.into_iter().map(sealed).collect())
}

const LOOSE: &str = "SELECT CAST(0 AS BIGINT) AS chain, CAST(0 AS BIGINT) AS seq, e.id AS event_id, e.detail_hash AS hash, p.event_id IS NOT NULL AS waits, \
     e.id, e.at, e.tenant_id, e.domain_id, e.actor_login_id, e.actor_kind, e.real_login_id, e.real_kind, e.action, e.object_kind, e.object_id, \
     e.detail_hash, d.salt, d.detail FROM audit_events e LEFT JOIN audit_seals s ON s.event_id = e.id \
     LEFT JOIN audit_pending p ON p.event_id = e.id LEFT JOIN audit_details d ON d.event_id = e.id WHERE s.event_id IS NULL";

/// The next events without a seal, after the event `after`.
pub(in crate::audit) async fn unsealed_after(
    tx: &mut ReadTx,
    proof: &impl MayWalk,
    after: i64,
) -> Result<Vec<Loose>, Error> {
    let mut select = sql(LOOSE);
    if let Some(chain) = proof.chain() {
        select = select.push(" AND e.tenant_id = $").bind(chain);
    }
    let select = select.push(" AND e.id > $ ORDER BY e.id LIMIT $").bind(after).bind(VERIFY_PAGE);
    let rows: Vec<ProofRow> = tx.all(select).await?;
    let loose = |row: ProofRow| Loose {
        event: row.event_id,
        entry: row.entry(),
        detail: row.detail(),
        waits: row.waits,
    };
    Ok(rows.into_iter().map(loose).collect())
}

/// Rows that wait for an event that is not there: the first few. They belong to no chain that could be told.
pub(in crate::audit) async fn waiting_for_nothing(
    tx: &mut ReadTx,
    proof: &impl MayWalk,
) -> Result<Vec<Loose>, Error> {
    if proof.chain().is_some() {
        return Ok(Vec::new());
    }
    let select = sql(
        "SELECT p.event_id FROM audit_pending p LEFT JOIN audit_events e ON e.id = p.event_id WHERE e.id IS NULL \
         ORDER BY p.event_id LIMIT $",
    )
    .bind(VERIFY_PAGE);
    let rows: Vec<(i64,)> = tx.all(select).await?;
    Ok(rows.into_iter().map(|(event,)| Loose { event, entry: None, detail: None, waits: true }).collect())
}
