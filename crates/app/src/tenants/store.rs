//! Tenants in the database.

use bailiwick_base::authz::{Authorized, Permission, Place, ScopeKind, Target, Visible};
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, Sql, WriteTx, like_literal, sql};
use bailiwick_base::words::{
    DomainId, DomainName, EmailAddress, Line, LoginId, MailboxTypeId, Storage, TenantId, Timestamp, limits,
};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

use super::actions::{CreateTenant, ResumeTenant, SuspendTenant, UpdateTenant};
use super::licences::Licence;
use super::service::Limits;
use super::usage::{Usage, sees_limits};

/// Is a tenant served?
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantStatus {
    /// Yes.
    Active,
    /// Nobody can sign in; mail is still received.
    Suspended,
}

impl TenantStatus {
    const fn key(self) -> &'static str {
        match self {
            TenantStatus::Active => "active",
            TenantStatus::Suspended => "suspended",
        }
    }
}

/// One customer of e-mail hosting.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// Is it served?
    pub status: TenantStatus,
    /// Mailboxes it may have, of all types together.
    pub max_users: i64,
    /// Storage it may assign.
    pub max_storage: Storage,
    /// Domains it may have.
    pub max_domains: i64,
    /// Mailboxes it has, of all types together.
    pub users_used: i64,
    /// Storage it has assigned.
    pub storage_used: Storage,
    /// Domains it has.
    pub domains_used: i64,
    /// Grows with each change; a form sends back the one it was filled from.
    pub version: i64,
    /// Since when.
    pub created_at: Timestamp,
}

#[derive(FromRow)]
struct Row {
    id: TenantId,
    name: String,
    status: String,
    max_users: i64,
    max_storage: Storage,
    max_domains: i64,
    users_used: i64,
    storage_used: Storage,
    domains_used: i64,
    version: i64,
    created_at: Timestamp,
}

impl From<Row> for Tenant {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            status: if row.status == "active" { TenantStatus::Active } else { TenantStatus::Suspended },
            max_users: row.max_users,
            max_storage: row.max_storage,
            max_domains: row.max_domains,
            users_used: row.users_used,
            storage_used: row.storage_used,
            domains_used: row.domains_used,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

const SELECT: &str = "SELECT id, name, status, max_storage, max_domains, storage_used, domains_used, version, created_at, \
     (SELECT CAST(COALESCE(sum(l.licensed), 0) AS BIGINT) FROM licences l WHERE l.tenant_id = tenants.id) AS max_users, \
     (SELECT CAST(COALESCE(sum(l.used), 0) AS BIGINT) FROM licences l WHERE l.tenant_id = tenants.id) AS users_used \
     FROM tenants WHERE TRUE";

impl Target for Tenant {
    type Id = TenantId;
    const NOUN: &'static str = "tenant";
    const READ: Permission = Permission::TenantView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[(ScopeKind::Tenant, "id")];

    fn id(&self) -> TenantId {
        self.id
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn place(&self) -> Place {
        Place { tenant: Some(self.id), ..Place::default() }
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: TenantId) -> Result<Option<Self>, Error> {
        Ok(visible.find::<Row>(tx, SELECT, id).await?.map(Tenant::from))
    }
}

const ORDER: Order = Order {
    columns: "(name_key, id)",
    marks: "($, $)",
    descending: false,
    by: ("name_key DESC, id DESC", "name_key, id"),
};

/// Narrows to tenants whose name, or a domain or Admin of theirs, contains what was typed.
fn narrowed_to(select: Sql, search: &str) -> Sql {
    let like = |text: &str| format!("%{}%", like_literal(text));
    let name = key(search);
    let domain = name.parse::<DomainName>().map_or_else(|_| name.clone(), |domain| domain.to_string());
    select
        .push(" AND (name_key LIKE $ ESCAPE '\\' OR id IN (SELECT d.tenant_id FROM domains d WHERE d.name LIKE $ ESCAPE '\\')")
        .bind(like(&name))
        .bind(like(&domain))
        .push(" OR id IN (SELECT l.tenant_id FROM logins l WHERE l.realm = 'admin' AND (l.name LIKE $ ESCAPE '\\' OR lower(l.recovery_address) LIKE $ ESCAPE '\\')))")
        .bind(like(&name))
        .bind(like(&name))
}

/// A page of tenants by name: those whose name, or a domain, Admin's name or address of theirs, contains `search`.
pub(super) async fn page(
    tx: &mut ReadTx,
    visible: &Visible<Tenant>,
    search: &str,
    request: &PageRequest,
) -> Result<Page<Tenant>, Error> {
    let mut select = visible.narrow(sql(SELECT));
    if !search.is_empty() {
        select = narrowed_to(select, search);
    }
    let page = request
        .fetch(tx, select, ORDER, limits::PAGE, |row: &Row| vec![key(&row.name).into(), row.id.into()])
        .await?;
    Ok(page.map(Tenant::from))
}

/// What a name is sorted, searched and unique by.
fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

fn taken(error: Error) -> Error {
    error.if_taken("tenants", || Error::new(Code::TenantAlreadyExists).on("name"))
}

pub(super) async fn insert(
    tx: &mut WriteTx,
    _: &Authorized<CreateTenant>,
    name: &Line<100>,
    allowed: &Limits,
) -> Result<TenantId, Error> {
    let now = tx.now();
    let statement = sql(
        "INSERT INTO tenants (name, name_key, status, max_storage, max_domains, created_at) VALUES ($, $, 'active', $, $, $) RETURNING id",
    )
    .bind(name)
    .bind(key(name.as_str()))
    .bind(allowed.storage)
    .bind(allowed.domains)
    .bind(now);
    let (id,): (TenantId,) = tx.one(statement).await.map_err(taken)?;
    Ok(id)
}

/// The tenant that was made in this transaction.
pub(super) async fn created(
    tx: &mut WriteTx,
    _: &Authorized<CreateTenant>,
    id: TenantId,
) -> Result<Tenant, Error> {
    let row: Row = tx.one(sql(SELECT).push(" AND id = $").bind(id)).await?;
    Ok(row.into())
}

pub(super) async fn update(
    tx: &mut WriteTx,
    tenant: &Authorized<UpdateTenant>,
    name: &Line<100>,
    allowed: &Limits,
) -> Result<(), Error> {
    let statement = sql("UPDATE tenants SET name = $, name_key = $, max_storage = $, max_domains = $, version = version + 1 WHERE id = $")
        .bind(name)
        .bind(key(name.as_str()))
        .bind(allowed.storage)
        .bind(allowed.domains)
        .bind(tenant.id);
    tx.run(statement).await.map(drop).map_err(taken)
}

pub(super) async fn suspend(tx: &mut WriteTx, tenant: &Authorized<SuspendTenant>) -> Result<(), Error> {
    set_status(tx, tenant.id, TenantStatus::Suspended).await
}

pub(super) async fn resume(tx: &mut WriteTx, tenant: &Authorized<ResumeTenant>) -> Result<(), Error> {
    set_status(tx, tenant.id, TenantStatus::Active).await
}

async fn set_status(tx: &mut WriteTx, tenant: TenantId, status: TenantStatus) -> Result<(), Error> {
    let statement = sql("UPDATE tenants SET status = $, version = version + 1 WHERE id = $")
        .bind(status.key())
        .bind(tenant);
    tx.run(statement).await.map(drop)
}

/// Ends the web sessions of everybody who belongs to a tenant.
pub(super) async fn delete_sessions(
    tx: &mut WriteTx,
    tenant: &Authorized<SuspendTenant>,
) -> Result<(), Error> {
    let statement = sql("DELETE FROM sessions WHERE login_id IN (SELECT id FROM logins WHERE tenant_id = $)")
        .bind(tenant.id);
    tx.run(statement).await.map(drop)
}

/// The names of a tenant's domains that carry mail.
pub(super) async fn domain_names(tx: &mut WriteTx, tenant: TenantId) -> Result<Vec<String>, Error> {
    let names: Vec<(String,)> =
        tx.all(sql("SELECT name FROM domains WHERE tenant_id = $ AND held").bind(tenant)).await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

/// Where mail to `postmaster` and `abuse` goes: the main Admin's address (SPEC-ADMIN §6).
pub(crate) async fn main_admin_address(
    tx: &mut impl Query,
    tenant: TenantId,
) -> Result<Option<EmailAddress>, Error> {
    let statement = sql(
        "SELECT l.recovery_address FROM logins l JOIN grants g ON g.login_id = l.id \
         WHERE g.tenant_id = $ AND g.role = 'main_admin' AND l.recovery_address IS NOT NULL ORDER BY l.id LIMIT 1",
    )
    .bind(tenant);
    let address: Option<(String,)> = tx.optional(statement).await?;
    Ok(address.and_then(|(address,)| address.parse().ok()))
}

#[derive(FromRow)]
struct UsageRow {
    name: String,
    max_storage: Storage,
    max_domains: i64,
    storage_used: Storage,
    domains_used: i64,
    kind: Option<MailboxTypeId>,
    kind_name: Option<String>,
    max_quota: Option<Storage>,
    licensed: Option<i64>,
    used: Option<i64>,
}

/// What the actor's own tenant uses of what it bought, for whoever works for the whole of it. It stands on every page,
/// so it is one statement.
pub(super) async fn usage(tx: &mut ReadTx, tenant: TenantId) -> Result<Usage, Error> {
    let select = sql(
        "SELECT t.name, t.max_storage, t.max_domains, t.storage_used, t.domains_used, y.id AS kind, y.name AS kind_name, \
         y.max_quota, l.licensed, l.used FROM tenants t \
         LEFT JOIN licences l ON l.tenant_id = t.id AND (l.licensed > 0 OR l.used > 0) \
         LEFT JOIN mailbox_types y ON y.id = l.type_id WHERE t.id = $ ORDER BY y.position, y.id",
    );
    let rows: Vec<UsageRow> = tx.all(select.bind(tenant)).await?;
    let licences: Vec<Licence> = rows.iter().filter_map(UsageRow::licence).collect();
    let first = rows.into_iter().next().ok_or_else(|| Error::internal("an actor of no tenant"))?;
    Ok(Usage {
        name: first.name,
        users: licences.iter().map(|licence| licence.used).sum(),
        licences: Some(licences),
        storage: (first.storage_used, Some(first.max_storage)),
        domains: (first.domains_used, Some(first.max_domains)),
    })
}

impl UsageRow {
    fn licence(&self) -> Option<Licence> {
        Some(Licence {
            kind: self.kind?,
            name: self.kind_name.clone()?,
            max_quota: self.max_quota,
            licensed: self.licensed?,
            used: self.used?,
        })
    }
}

#[derive(FromRow)]
struct Part {
    name: String,
    domains: i64,
    users: i64,
    storage: Storage,
}

/// What some domains of a tenant use, by the counters kept with each.
pub(super) async fn usage_of_domains(
    tx: &mut ReadTx,
    tenant: TenantId,
    domains: &[DomainId],
) -> Result<Usage, Error> {
    let select = sql("SELECT t.name, CAST(count(d.id) AS BIGINT) AS domains, \
         CAST(COALESCE(sum(d.users_used), 0) AS BIGINT) AS users, CAST(COALESCE(sum(d.storage_used), 0) AS BIGINT) AS storage \
         FROM tenants t LEFT JOIN domains d ON d.tenant_id = t.id AND ")
    .is_in("d.id", domains.iter().copied())
    .push(" WHERE t.id = $ GROUP BY t.id, t.name")
    .bind(tenant);
    let part: Part = tx.one(select).await?;
    let (storage, domains) = ((part.storage, None), (part.domains, None));
    Ok(Usage { name: part.name, users: part.users, licences: None, storage, domains })
}

/// Counts storage (bytes) more or less, within what was bought (K25). The condition stands in the statement, so it
/// holds under any number of them at once, and for those who create without the limit of users too.
pub(crate) async fn count_storage(tx: &mut WriteTx, tenant: TenantId, storage: i64) -> Result<(), Error> {
    let statement = sql("UPDATE tenants SET storage_used = storage_used + $1 \
         WHERE id = $2 AND ($1 <= 0 OR storage_used + $1 <= max_storage)")
    .bind(storage)
    .bind(tenant);
    if tx.run(statement).await? == 1 {
        return Ok(());
    }
    let row: Row = tx.one(sql(SELECT).push(" AND id = $").bind(tenant)).await?;
    Err(storage_reached(tx, tenant, &row))
}

fn storage_reached(tx: &WriteTx, tenant: TenantId, row: &Row) -> Error {
    let left = row.max_storage.left(row.storage_used);
    with_figures(tx, tenant, Error::new(Code::StorageLimitReached).on("quota"), |error| {
        error.with("left", left.to_string()).with("licensed", row.max_storage.to_string())
    })
}

/// Does the actor create users without the tenant's limit on their number? Those of storage and domains hold. Staff lets an API Sub-Admin; read here and now, so that taking it
/// back holds for what begins after it (VE-23).
pub(super) async fn is_unlimited(tx: &mut WriteTx, tenant: TenantId) -> Result<bool, Error> {
    let Some(login) = tx.actor().login() else { return Ok(false) };
    let statement = sql("SELECT id FROM logins WHERE id = $ AND tenant_id = $ AND realm = 'admin' AND api_access AND unlimited")
        .bind(login)
        .bind(tenant);
    let found: Option<(LoginId,)> = tx.optional(statement).await?;
    Ok(found.is_some())
}

/// The totals of a tenant are named only to whoever works for the whole of it.
pub(super) fn with_figures(
    tx: &WriteTx,
    tenant: TenantId,
    reached: Error,
    figures: impl FnOnce(Error) -> Error,
) -> Error {
    if sees_limits(tx.actor(), tenant, tx.now()) {
        figures(reached.with("figures", "shown"))
    } else {
        reached.with("figures", "hidden")
    }
}

/// Counts a domain more or fewer, within what was bought (K25).
pub(crate) async fn count_domain(tx: &mut WriteTx, tenant: TenantId, domains: i64) -> Result<(), Error> {
    let statement = sql("UPDATE tenants SET domains_used = domains_used + $1 WHERE id = $2 AND ($1 <= 0 OR domains_used + $1 <= max_domains)")
        .bind(domains)
        .bind(tenant);
    if tx.run(statement).await? == 1 {
        return Ok(());
    }
    let row: Row = tx.one(sql(SELECT).push(" AND id = $").bind(tenant)).await?;
    let reached = Error::new(Code::DomainLimitReached);
    Err(with_figures(tx, tenant, reached, |error| {
        error.with("used", row.domains_used).with("licensed", row.max_domains)
    }))
}
