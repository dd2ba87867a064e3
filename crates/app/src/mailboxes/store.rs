//! Mailboxes in the database.

use bailiwick_base::Error;
use bailiwick_base::authz::{Authorized, Permission, Place, Rank, ScopeKind, Target, Visible};
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, TelemetryTx, WriteTx, sql};
use bailiwick_base::words::{
    DomainId, EmailAddress, Line, LocalPart, LoginId, MailboxId, Storage, TenantId, Timestamp, limits,
};
use sqlx::FromRow;

use super::actions::{AddMailbox, ChangeRecoveryAddress, RemoveMailbox, UpdateMailbox};
use super::service::ListFilter;
use crate::domains::Domain;

/// Is a mailbox in use?
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MailboxStatus {
    /// Yes.
    Active,
    /// Nobody can sign in; mail is still received.
    Disabled,
}

impl MailboxStatus {
    /// Its name in the database and in filters.
    pub const fn key(self) -> &'static str {
        match self {
            MailboxStatus::Active => "active",
            MailboxStatus::Disabled => "disabled",
        }
    }

    /// By its name.
    pub fn by_key(key: &str) -> Option<Self> {
        [Self::Active, Self::Disabled].into_iter().find(|status| status.key() == key)
    }
}

/// A mailbox ("User").
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// Its id.
    pub id: MailboxId,
    /// Its tenant.
    pub tenant_id: TenantId,
    /// Its domain.
    pub domain_id: DomainId,
    /// Before the `@`.
    pub local_part: String,
    /// The whole address.
    pub address: String,
    /// The user's name.
    pub name: String,
    /// How much mail it may hold.
    pub quota: Storage,
    /// Is it in use?
    pub status: MailboxStatus,
    /// Grows with each change; a form sends back the one it was filled from.
    pub version: i64,
    /// Since when.
    pub created_at: Timestamp,
}

#[derive(FromRow)]
struct Row {
    id: MailboxId,
    tenant_id: TenantId,
    domain_id: DomainId,
    local_part: String,
    address: String,
    name: String,
    quota: Storage,
    status: String,
    version: i64,
    created_at: Timestamp,
}

impl From<Row> for Mailbox {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            domain_id: row.domain_id,
            local_part: row.local_part,
            address: row.address,
            name: row.name,
            quota: row.quota,
            status: MailboxStatus::by_key(&row.status).unwrap_or(MailboxStatus::Disabled),
            version: row.version,
            created_at: row.created_at,
        }
    }
}

const SELECT: &str = "SELECT id, tenant_id, domain_id, local_part, address, name, quota, status, version, created_at FROM mailboxes WHERE TRUE";

impl Target for Mailbox {
    type Id = MailboxId;
    const NOUN: &'static str = "mailbox";
    const READ: Permission = Permission::MailboxView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] =
        &[(ScopeKind::Tenant, "tenant_id"), (ScopeKind::Domain, "domain_id"), (ScopeKind::Mailbox, "id")];

    fn id(&self) -> MailboxId {
        self.id
    }
    fn name(&self) -> String {
        self.address.clone()
    }
    fn place(&self) -> Place {
        Place {
            tenant: Some(self.tenant_id),
            domain: Some(self.domain_id),
            mailbox: Some(self.id),
            login: None,
        }
    }
    async fn reaches(&self, tx: &mut impl Query, except: Option<LoginId>) -> Result<Rank, Error> {
        crate::ranks::reached_by_mailbox(tx, self.tenant_id, self.id, &self.address, except).await
    }
    async fn load(
        tx: &mut impl Query,
        visible: &Visible<Self>,
        id: MailboxId,
    ) -> Result<Option<Self>, Error> {
        Ok(visible.find::<Row>(tx, SELECT, id).await?.map(Mailbox::from))
    }
}

const ORDER: Order = Order {
    columns: "(domain_id, local_part, id)",
    marks: "($, $, $)",
    descending: false,
    by: ("domain_id DESC, local_part DESC, id DESC", "domain_id, local_part, id"),
};

/// A page of the visible mailboxes that fit the filter, by domain and local part.
pub(super) async fn page(
    tx: &mut ReadTx,
    visible: &Visible<Mailbox>,
    filter: &ListFilter,
    request: &PageRequest,
) -> Result<Page<Mailbox>, Error> {
    let mut select = visible.narrow(sql(SELECT));
    if let Some(domain) = filter.domain {
        select = select.push(" AND domain_id = $").bind(domain);
    }
    if let Some(status) = filter.status {
        select = select.push(" AND status = $").bind(status.key());
    }
    let search = filter.search.trim().to_lowercase();
    if let Some((local, domain)) = search.split_once('@') {
        select = select
            .push(" AND local_part = $ AND address >= $ AND address < $")
            .bind(local)
            .bind(format!("{local}@{domain}"))
            .bind(after_all(&format!("{local}@{domain}")));
    } else if !search.is_empty() {
        select = select
            .push(" AND ((local_part >= $ AND local_part < $) OR (name_key >= $ AND name_key < $))")
            .bind(search.as_str())
            .bind(after_all(&search))
            .bind(search.as_str())
            .bind(after_all(&search));
    }
    let key = |row: &Row| vec![row.domain_id.into(), row.local_part.as_str().into(), row.id.into()];
    let page = request.fetch(tx, select, ORDER, limits::PAGE, key).await?;
    Ok(page.map(Mailbox::from))
}

/// The end of the range of texts that begin with `prefix`: an index serves it, unlike LIKE.
fn after_all(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}

/// A visible mailbox by its address; none if there is none that may be seen.
pub(super) async fn by_address(
    tx: &mut ReadTx,
    visible: &Visible<Mailbox>,
    address: &EmailAddress,
) -> Result<Option<Mailbox>, Error> {
    let select = visible
        .narrow(sql(SELECT))
        .push(" AND address = $ AND domain_id IN (SELECT id FROM domains WHERE name = $ AND held)")
        .bind(address)
        .bind(&address.domain);
    Ok(tx.optional::<Row>(select).await?.map(Mailbox::from))
}

pub(super) async fn insert(
    tx: &mut WriteTx,
    domain: &Authorized<AddMailbox>,
    local: &LocalPart,
    name: &Line<100>,
    quota: Storage,
) -> Result<Mailbox, Error> {
    let now = tx.now();
    let domain: &Domain = domain;
    let address = EmailAddress::new(local.clone(), domain.name.clone());
    let statement = sql(
        "INSERT INTO mailboxes (tenant_id, domain_id, local_part, address, name, name_key, quota, status, created_at) \
         VALUES ($, $, $, $, $, $, $, 'active', $) RETURNING id",
    )
    .bind(domain.tenant_id)
    .bind(domain.id)
    .bind(local)
    .bind(&address)
    .bind(name)
    .bind(name.as_str().to_lowercase())
    .bind(quota)
    .bind(now);
    let (id,): (MailboxId,) = tx.one(statement).await?;
    Ok(Mailbox {
        id,
        tenant_id: domain.tenant_id,
        domain_id: domain.id,
        local_part: local.to_string(),
        address: address.to_string(),
        name: name.to_string(),
        quota,
        status: MailboxStatus::Active,
        version: 1,
        created_at: now,
    })
}

pub(super) async fn update(
    tx: &mut WriteTx,
    mailbox: &Authorized<UpdateMailbox>,
    name: &Line<100>,
    quota: Storage,
) -> Result<(), Error> {
    let statement =
        sql("UPDATE mailboxes SET name = $, name_key = $, quota = $, version = version + 1 WHERE id = $")
            .bind(name)
            .bind(name.as_str().to_lowercase())
            .bind(quota)
            .bind(mailbox.id);
    tx.run(statement).await?;
    tx.run(sql("UPDATE logins SET full_name = $ WHERE mailbox_id = $").bind(name).bind(mailbox.id))
        .await
        .map(drop)
}

/// Sets the status of a mailbox that `proof`, of whichever action, was given for.
pub(super) async fn set_status<A: bailiwick_base::authz::Action<Target = Mailbox>>(
    tx: &mut WriteTx,
    proof: &Authorized<A>,
    status: MailboxStatus,
) -> Result<(), Error> {
    let statement = sql("UPDATE mailboxes SET status = $, version = version + 1 WHERE id = $")
        .bind(status.key())
        .bind(proof.id);
    tx.run(statement).await.map(drop)
}

/// The login of a mailbox's user, and its recovery address.
#[derive(Debug, Clone, FromRow)]
pub(super) struct UserLogin {
    pub(super) id: LoginId,
    pub(super) status: String,
    pub(super) password_one_time: bool,
    pub(super) recovery_address: Option<String>,
}

pub(super) async fn user_login(tx: &mut impl Query, mailbox: MailboxId) -> Result<UserLogin, Error> {
    tx.one(
        sql("SELECT id, status, password_one_time, recovery_address FROM logins WHERE mailbox_id = $")
            .bind(mailbox),
    )
    .await
}

pub(super) async fn set_recovery(
    tx: &mut WriteTx,
    mailbox: &Authorized<ChangeRecoveryAddress>,
    recovery: Option<&EmailAddress>,
) -> Result<(), Error> {
    let statement =
        sql("UPDATE logins SET recovery_address = $ WHERE mailbox_id = $").bind(recovery).bind(mailbox.id);
    tx.run(statement).await?;
    // A link that went to the former address is dead.
    let links =
        sql("DELETE FROM one_time_links WHERE login_id IN (SELECT id FROM logins WHERE mailbox_id = $)")
            .bind(mailbox.id);
    tx.run(links).await?;
    tx.run(sql("UPDATE mailboxes SET version = version + 1 WHERE id = $").bind(mailbox.id)).await.map(drop)
}

/// Removes the row; login, sessions, links and grants of its user go with it.
pub(super) async fn delete(tx: &mut WriteTx, mailbox: &Authorized<RemoveMailbox>) -> Result<(), Error> {
    tx.run(sql("DELETE FROM mailboxes WHERE id = $").bind(mailbox.id)).await.map(drop)
}

/// Is the mailbox the catch-all of its domain?
pub(super) async fn is_catch_all(
    tx: &mut WriteTx,
    mailbox: &Authorized<RemoveMailbox>,
) -> Result<bool, Error> {
    let statement =
        sql("SELECT id FROM domains WHERE id = $ AND catch_all = 'mailbox' AND catch_all_mailbox_id = $")
            .bind(mailbox.domain_id)
            .bind(mailbox.id);
    let domain: Option<(DomainId,)> = tx.optional(statement).await?;
    Ok(domain.is_some())
}

/// When mailboxes were last signed in to; those that never were are missing.
pub(super) async fn last_sign_ins(
    tx: &mut TelemetryTx,
    mailboxes: &[MailboxId],
) -> Result<Vec<(MailboxId, Timestamp)>, Error> {
    tx.all(
        sql("SELECT mailbox_id, at FROM last_sign_ins WHERE ").is_in("mailbox_id", mailboxes.iter().copied()),
    )
    .await
}
