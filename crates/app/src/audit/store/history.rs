//! Reading the history: rows with what they tell, narrowed to what the reader may see and asks for.

use bailiwick_base::Error;
use bailiwick_base::authz::{Permission, Place, ScopeKind, Target, Visible};
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, Sql, sql};
use bailiwick_base::words::{AuditEventId, DomainId, TenantId, Timestamp, limits};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use sqlx::FromRow;

use super::names::Found;

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
    /// The name of who was really at the keyboard, if the actor was another.
    #[serde(default)]
    pub real: Option<String>,
    /// The name of the API key it was done with.
    #[serde(default)]
    pub key: Option<String>,
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
    /// The realm of who was really at the keyboard, if the actor was another.
    pub real_kind: Option<String>,
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
    real_kind: Option<String>,
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
            real_kind: row.real_kind,
            action: row.action,
            object_kind: row.object_kind,
            object_id: row.object_id,
            told,
            sealed: row.sealed,
        }
    }
}

const HISTORY: &str = "SELECT id, at, tenant_id, domain_id, actor_kind, real_kind, action, object_kind, object_id, detail, \
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

/// Kinds of objects whose particulars (networks, addresses, notes, what others were given) are for whoever sees the
/// Sub-Admins; others read that something was done.
const PEOPLE: [&str; 7] = ["sub_admin", "admin", "login", "session", "staff", "task", "impersonation"];

impl HistoryEntry {
    fn without_particulars(mut self) -> Self {
        if let Told::Detail(detail) = &mut self.told {
            detail.address.clear();
            detail.before.clear();
            detail.after.clear();
            detail.reason = None;
        }
        self
    }
}

const NEWEST_FIRST: Order = Order { columns: "(id)", marks: "($)", descending: true, by: ("id DESC", "id") };

/// A page of what was found, newest first.
pub(in crate::audit) async fn page(
    tx: &mut ReadTx,
    visible: &Visible<HistoryEntry>,
    found: &Found,
    request: &PageRequest,
) -> Result<Page<HistoryEntry>, Error> {
    fetch(tx, found.narrow(visible.narrow(sql(HISTORY))), request, limits::PAGE).await
}

/// A larger page of the same, for a file.
pub(in crate::audit) async fn page_of_export(
    tx: &mut ReadTx,
    visible: &Visible<HistoryEntry>,
    found: &Found,
    request: &PageRequest,
) -> Result<Page<HistoryEntry>, Error> {
    fetch(tx, found.narrow(visible.narrow(sql(HISTORY))), request, limits::EXPORT_PAGE).await
}

/// The newest rows, or the newest about one object, for a card.
pub(in crate::audit) async fn about(
    tx: &mut ReadTx,
    visible: &Visible<HistoryEntry>,
    object: Option<(&'static str, String)>,
) -> Result<Vec<HistoryEntry>, Error> {
    let mut select = visible.narrow(sql(HISTORY));
    if let Some((kind, id)) = object {
        select = select.push(" AND object_kind = $ AND object_id = $").bind(kind).bind(id);
    }
    Ok(fetch(tx, select, &PageRequest::default(), limits::HISTORY_CARD).await?.rows)
}

async fn fetch(
    tx: &mut ReadTx,
    select: Sql,
    request: &PageRequest,
    most: i64,
) -> Result<Page<HistoryEntry>, Error> {
    let now = tx.now();
    let manages = tx.actor().holds(Permission::SubAdminView, now);
    let page = request.fetch(tx, select, NEWEST_FIRST, most, |row: &HistoryRow| vec![row.id.into()]).await?;
    Ok(page.map(|row| {
        let entry = HistoryEntry::from(row);
        if manages || !PEOPLE.contains(&entry.object_kind.as_str()) {
            entry
        } else {
            entry.without_particulars()
        }
    }))
}

/// When the newest visible entry that has a seal was sealed.
pub(in crate::audit) async fn last_sealed(
    tx: &mut ReadTx,
    visible: &Visible<HistoryEntry>,
) -> Result<Option<Timestamp>, Error> {
    let select = visible.narrow(sql(
        "SELECT sealed_at FROM audit_events JOIN audit_seals ON audit_seals.event_id = id WHERE TRUE",
    ));
    let sealed: Option<(Timestamp,)> = tx.optional(select.push(" ORDER BY id DESC LIMIT 1")).await?;
    Ok(sealed.map(|(at,)| at))
}
