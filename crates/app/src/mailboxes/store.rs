//! Mailboxes in the database.

use std::collections::HashMap;

use bailiwick_base::Error;
use bailiwick_base::authz::{Authorized, Permission, Place, Rank, ScopeKind, Target, Visible};
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, Sql, TelemetryTx, Value, WriteTx, sql};
use bailiwick_base::words::{
    DomainId, EmailAddress, Line, LoginId, MailboxId, MailboxTypeId, Storage, TenantId, Timestamp, limits,
};
use sqlx::FromRow;

use super::actions::{AddMailbox, ChangeRecoveryAddress, RemoveMailbox, UpdateMailbox};
use super::adding::NewMailbox;
use super::search::{self, Search};
use super::service::ListFilter;
use crate::domains::Domain;
use crate::tenants::Licence;

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
    /// Of which type it is.
    pub kind: MailboxTypeId,
    /// The name of that type.
    pub type_name: String,
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
pub(super) struct Row {
    pub(super) id: MailboxId,
    tenant_id: TenantId,
    pub(super) domain_id: DomainId,
    pub(super) local_part: String,
    address: String,
    name: String,
    pub(super) name_key: String,
    type_id: MailboxTypeId,
    type_name: String,
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
            kind: row.type_id,
            type_name: row.type_name,
            quota: row.quota,
            status: MailboxStatus::by_key(&row.status).unwrap_or(MailboxStatus::Disabled),
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// What a [`Row`] is read from, out of `$from`, which names the table.
macro_rules! select {
    ($from:literal) => {
        concat!(
            "SELECT id, tenant_id, domain_id, local_part, address, name, name_key, type_id, \
             (SELECT y.name FROM mailbox_types y WHERE y.id = mailboxes.type_id) AS type_name, \
             quota, status, version, created_at FROM ",
            $from,
            " WHERE TRUE"
        )
    };
}

pub(super) const SELECT: &str = select!("mailboxes");

/// The same by way of the search's index.
pub(super) const SELECT_FOUND: &str = select!("mailbox_search JOIN mailboxes ON id = mailbox_search.rowid");

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

/// A page of the visible mailboxes that fit the filter: by domain and local part, or as they are found.
pub(super) async fn page(
    tx: &mut ReadTx,
    visible: &Visible<Mailbox>,
    filter: &ListFilter,
    request: &PageRequest,
) -> Result<Page<Mailbox>, Error> {
    let page = match Search::of(&filter.search) {
        Search::Nothing => {
            let select = narrowed(sql(SELECT), &ahead(visible, request.key(), request), filter);
            let key = |row: &Row| vec![row.domain_id.into(), row.local_part.as_str().into(), row.id.into()];
            request.fetch(tx, select, ORDER, limits::PAGE, key).await?
        }
        Search::Beginning(text) => search::beginning(tx, visible, filter, &text, request).await?,
        Search::Anywhere(text) => search::anywhere(tx, visible, filter, &text, request).await?,
    };
    Ok(page.map(Mailbox::from))
}

/// Only what is visible and of the filter's domain and status.
pub(super) fn narrowed(select: Sql, visible: &Visible<Mailbox>, filter: &ListFilter) -> Sql {
    let mut select = visible.narrow(select);
    if let Some(domain) = filter.domain {
        select = select.push(" AND domain_id = $").bind(domain);
    }
    if let Some(status) = filter.status {
        select = select.push(" AND status = $").bind(status.key());
    }
    if let Some(kind) = filter.kind {
        select = select.push(" AND type_id = $").bind(kind);
    }
    if let Some(among) = &filter.among {
        select = select.push(" AND ").is_in("id", among.iter().copied());
    }
    select
}

/// Without the domains that a list by domain has left behind at `key`.
pub(super) fn ahead(
    visible: &Visible<Mailbox>,
    key: Option<&[Value]>,
    request: &PageRequest,
) -> Visible<Mailbox> {
    match key.and_then(<[Value]>::first) {
        Some(Value::Int(Some(domain))) if request.before.is_some() => {
            visible.only(ScopeKind::Domain, ..=domain)
        }
        Some(Value::Int(Some(domain))) => visible.only(ScopeKind::Domain, domain..),
        _ => visible.clone(),
    }
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
    new: &NewMailbox,
    licence: &Licence,
) -> Result<Mailbox, Error> {
    let now = tx.now();
    let domain: &Domain = domain;
    let address = EmailAddress::new(new.local.clone(), domain.name.clone());
    let statement = sql(
        "INSERT INTO mailboxes (tenant_id, domain_id, local_part, address, name, name_key, type_id, quota, status, created_at) \
         VALUES ($, $, $, $, $, $, $, $, 'active', $) RETURNING id",
    )
    .bind(domain.tenant_id)
    .bind(domain.id)
    .bind(&new.local)
    .bind(&address)
    .bind(&new.name)
    .bind(new.name.as_str().to_lowercase())
    .bind(licence.kind)
    .bind(new.quota)
    .bind(now);
    let (id,): (MailboxId,) = tx.one(statement).await?;
    search::add(tx, id, domain, &address, &new.name).await?;
    Ok(Mailbox {
        id,
        tenant_id: domain.tenant_id,
        domain_id: domain.id,
        local_part: new.local.to_string(),
        address: address.to_string(),
        name: new.name.to_string(),
        kind: licence.kind,
        type_name: licence.name.clone(),
        quota: new.quota,
        status: MailboxStatus::Active,
        version: 1,
        created_at: now,
    })
}

/// Saves type and quota as they are to be, and the name, if it is to be another.
pub(super) async fn update(
    tx: &mut WriteTx,
    mailbox: &Authorized<UpdateMailbox>,
    after: &Mailbox,
    name: Option<&Line<100>>,
) -> Result<(), Error> {
    let statement = sql("UPDATE mailboxes SET type_id = $, quota = $, version = version + 1 WHERE id = $")
        .bind(after.kind)
        .bind(after.quota)
        .bind(mailbox.id);
    tx.run(statement).await?;
    let Some(name) = name.filter(|name| name.as_str() != mailbox.name) else { return Ok(()) };
    search::rename(tx, mailbox, name).await?;
    let statement = sql("UPDATE mailboxes SET name = $, name_key = $ WHERE id = $")
        .bind(name)
        .bind(name.as_str().to_lowercase())
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
    search::remove(tx, mailbox.id).await?;
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

/// Those of `ids` that may be seen.
pub(super) async fn all_of(
    tx: &mut ReadTx,
    visible: &Visible<Mailbox>,
    ids: &[MailboxId],
) -> Result<Vec<Mailbox>, Error> {
    let select = visible.narrow(sql(SELECT)).push(" AND ").is_in("id", ids.iter().copied());
    let rows: Vec<Row> = tx.all(select.push(" ORDER BY domain_id, local_part, id")).await?;
    Ok(rows.into_iter().map(Mailbox::from).collect())
}

/// Where the recovery links of mailboxes' users go; those that have no such address are missing.
pub(super) async fn recovery_addresses(
    tx: &mut ReadTx,
    mailboxes: &[MailboxId],
) -> Result<HashMap<MailboxId, String>, Error> {
    let select =
        sql("SELECT mailbox_id, recovery_address FROM logins WHERE recovery_address IS NOT NULL AND ")
            .is_in("mailbox_id", mailboxes.iter().copied());
    let rows: Vec<(MailboxId, String)> = tx.all(select).await?;
    Ok(rows.into_iter().collect())
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
