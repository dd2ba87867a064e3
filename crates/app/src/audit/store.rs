//! The audit log in the database. Seals are appended; nothing is ever changed or removed but the list of what waits.

use bailiwick_base::Error;
use bailiwick_base::authz::{Authorized, Permission, Place, ScopeKind, Target, Visible};
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, WriteTx, sql};
use bailiwick_base::words::{AuditEventId, DomainId, TenantId, Timestamp, limits};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use sqlx::FromRow;

use super::actions::{SealHistory, VerifyHistory};
use super::chain::{Entry, GENESIS, Hash, link};
use super::verify::{Loose, Sealed, StoredDetail};

/// Events sealed in one transaction.
pub(super) const SEAL_BATCH: usize = 1_000;

/// Rows read at once by the proof.
const VERIFY_PAGE: i64 = 1_000;

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
pub(super) async fn any_pending(tx: &mut ReadTx) -> Result<bool, Error> {
    let waiting: Option<(i64,)> = tx.optional(sql("SELECT event_id FROM audit_pending LIMIT 1")).await?;
    Ok(waiting.is_some())
}

/// Appends the oldest waiting events to their chains; how many.
pub(super) async fn seal_batch(tx: &mut WriteTx, _: &Authorized<SealHistory>) -> Result<usize, Error> {
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
     FROM audit_seals s LEFT JOIN audit_events e ON e.id = s.event_id LEFT JOIN audit_details d ON d.event_id = s.event_id";

/// The next seals after `(chain, seq)`, with what they seal.
pub(super) async fn seals_after(
    tx: &mut ReadTx,
    _: &Authorized<VerifyHistory>,
    after: Option<(i64, i64)>,
) -> Result<Vec<Sealed>, Error> {
    let mut select = sql(SEALS);
    if let Some((chain, seq)) = after {
        select = select.push(" WHERE (s.chain, s.seq) > ($, $)").bind(chain).bind(seq);
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
pub(super) async fn unsealed_after(
    tx: &mut ReadTx,
    _: &Authorized<VerifyHistory>,
    after: i64,
) -> Result<Vec<Loose>, Error> {
    let select = sql(LOOSE).push(" AND e.id > $ ORDER BY e.id LIMIT $").bind(after).bind(VERIFY_PAGE);
    let rows: Vec<ProofRow> = tx.all(select).await?;
    let loose = |row: ProofRow| Loose {
        event: row.event_id,
        entry: row.entry(),
        detail: row.detail(),
        waits: row.waits,
    };
    Ok(rows.into_iter().map(loose).collect())
}

/// Rows that wait for an event that is not there: the first few.
pub(super) async fn waiting_for_nothing(
    tx: &mut ReadTx,
    _: &Authorized<VerifyHistory>,
) -> Result<Vec<Loose>, Error> {
    let select = sql(
        "SELECT p.event_id FROM audit_pending p LEFT JOIN audit_events e ON e.id = p.event_id WHERE e.id IS NULL \
         ORDER BY p.event_id LIMIT $",
    )
    .bind(VERIFY_PAGE);
    let rows: Vec<(i64,)> = tx.all(select).await?;
    Ok(rows.into_iter().map(|(event,)| Loose { event, entry: None, detail: None, waits: true }).collect())
}

/// What an entry tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// Who, from where, what, before and after, why.
    Detail(Box<EntryDetail>),
    /// It was erased, as the law may demand.
    Erased,
    /// It is there but cannot be read: the proof tells more.
    Unreadable,
}

/// The detail of an entry.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct EntryDetail {
    /// The name the actor signs in with, or what it is.
    pub actor: String,
    /// Where the request came from.
    pub address: String,
    /// What people called the object.
    pub object: String,
    /// Fields as they were.
    pub before: Map<String, Json>,
    /// Fields as they became.
    pub after: Map<String, Json>,
    /// Why, in the words of who did it.
    pub reason: Option<String>,
}

/// A row of the Account History.
#[derive(Debug, Clone)]
pub struct HistoryEntry {
    /// The event.
    pub id: AuditEventId,
    /// When.
    pub at: Timestamp,
    /// Whose history it belongs to; none for the installation's.
    pub tenant_id: Option<TenantId>,
    /// The domain it concerns.
    pub domain_id: Option<DomainId>,
    /// The tenant's name.
    pub tenant_name: Option<String>,
    /// A realm, `operator`, `system` or `nobody`.
    pub actor_kind: String,
    /// What was done: `tenant.create`.
    pub action: String,
    /// What it was done to: `tenant`.
    pub object_kind: String,
    /// Its id.
    pub object_id: String,
    /// The rest, unless it was erased.
    pub told: Told,
    /// Has it been appended to its chain?
    pub sealed: bool,
}

#[derive(FromRow)]
struct HistoryRow {
    id: AuditEventId,
    at: Timestamp,
    tenant_id: Option<TenantId>,
    domain_id: Option<DomainId>,
    tenant_name: Option<String>,
    actor_kind: String,
    action: String,
    object_kind: String,
    object_id: String,
    detail: Option<String>,
    sealed: bool,
}

impl From<HistoryRow> for HistoryEntry {
    fn from(row: HistoryRow) -> Self {
        let told = match row.detail {
            None => Told::Erased,
            Some(text) => {
                serde_json::from_str(&text).map_or(Told::Unreadable, |detail| Told::Detail(Box::new(detail)))
            }
        };
        Self {
            id: row.id,
            at: row.at,
            tenant_id: row.tenant_id,
            domain_id: row.domain_id,
            tenant_name: row.tenant_name,
            actor_kind: row.actor_kind,
            action: row.action,
            object_kind: row.object_kind,
            object_id: row.object_id,
            told,
            sealed: row.sealed,
        }
    }
}

const HISTORY: &str = "SELECT id, at, tenant_id, domain_id, actor_kind, action, object_kind, object_id, detail, \
     (SELECT t.name FROM tenants t WHERE t.id = audit_events.tenant_id) AS tenant_name, audit_seals.seq IS NOT NULL AS sealed \
     FROM audit_events LEFT JOIN audit_details ON audit_details.event_id = id LEFT JOIN audit_seals ON audit_seals.event_id = id \
     WHERE TRUE";

impl Target for HistoryEntry {
    type Id = AuditEventId;
    const NOUN: &'static str = "history_entry";
    const READ: Permission = Permission::HistoryView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] =
        &[(ScopeKind::Tenant, "tenant_id"), (ScopeKind::Domain, "domain_id")];

    fn id(&self) -> AuditEventId {
        self.id
    }
    fn name(&self) -> String {
        self.action.clone()
    }
    fn place(&self) -> Place {
        Place { tenant: self.tenant_id, domain: self.domain_id, ..Place::default() }
    }
    async fn load(
        tx: &mut impl Query,
        visible: &Visible<Self>,
        id: AuditEventId,
    ) -> Result<Option<Self>, Error> {
        Ok(visible.find::<HistoryRow>(tx, HISTORY, id).await?.map(HistoryEntry::from))
    }
}

const NEWEST_FIRST: Order = Order { columns: "(id)", marks: "($)", descending: true, by: ("id DESC", "id") };

/// A page of the history, newest first.
pub(super) async fn page(
    tx: &mut ReadTx,
    visible: &Visible<HistoryEntry>,
    request: &PageRequest,
) -> Result<Page<HistoryEntry>, Error> {
    let select = visible.narrow(sql(HISTORY));
    let page =
        request.fetch(tx, select, NEWEST_FIRST, limits::PAGE, |row: &HistoryRow| vec![row.id.into()]).await?;
    Ok(page.map(HistoryEntry::from))
}
