//! Domains in the database.

use std::time::Duration;

use bailiwick_base::authz::{Action, Authorized, Permission, Place, Rank, ScopeKind, Target, Visible};
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, WriteTx, like_literal, sql};
use bailiwick_base::words::{
    DomainId, DomainName, LocalPart, LoginId, MailboxId, Storage, TenantId, TimeZoneName, Timestamp, limits,
};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

use super::actions::{AddDomain, CheckWaitingDomains, UpdateDomain};
use super::choices::{DomainChoices, MENU};
use super::names::search_key;
use crate::mailboxes::Mailbox;

/// How far a domain has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainStatus {
    /// Its ownership is not proven: no users, no mail (K9).
    Pending,
    /// It carries mail and its users can sign in.
    Active,
    /// Nobody of it can sign in; mail is still received.
    Disabled,
}

impl DomainStatus {
    const fn key(self) -> &'static str {
        match self {
            DomainStatus::Pending => "pending",
            DomainStatus::Active => "active",
            DomainStatus::Disabled => "disabled",
        }
    }
}

/// What happens to mail for a name that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CatchAll {
    /// It is refused.
    None,
    /// It is accepted and thrown away.
    Discard,
    /// A user gets it.
    Mailbox(MailboxId),
}

impl CatchAll {
    const fn key(self) -> &'static str {
        match self {
            CatchAll::None => "none",
            CatchAll::Discard => "discard",
            CatchAll::Mailbox(_) => "mailbox",
        }
    }

    pub(super) const fn mailbox(self) -> Option<MailboxId> {
        match self {
            CatchAll::Mailbox(id) => Some(id),
            CatchAll::None | CatchAll::Discard => None,
        }
    }
}

/// A mail domain.
#[derive(Debug, Clone)]
pub struct Domain {
    /// Its id.
    pub id: DomainId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Its name.
    pub name: DomainName,
    /// How far it has come.
    pub status: DomainStatus,
    /// The value the TXT record must have; unique per tenant and domain, and public once it is published.
    pub proof: String,
    /// Its ownership is proven: it carries mail, and no other tenant can have it.
    pub held: bool,
    /// When it was proven.
    pub verified_at: Option<Timestamp>,
    /// The zone of its users' times.
    pub time_zone: TimeZoneName,
    /// What happens to mail for a name that does not exist.
    pub catch_all: CatchAll,
    /// Users in it.
    pub users_used: i64,
    /// Storage assigned to them.
    pub storage_used: Storage,
    /// Aliases in it.
    pub aliases_used: i64,
    /// Grows with each change; a form sends back the one it was filled from.
    pub version: i64,
    /// Since when.
    pub created_at: Timestamp,
}

impl Domain {
    /// Users and aliases are only added to a domain whose ownership is proven (K9).
    pub(crate) fn verified(&self) -> Result<(), Error> {
        if self.held {
            Ok(())
        } else {
            Err(Error::new(Code::DomainNotVerified).with("name", self.name.to_unicode()).on("domain"))
        }
    }

    /// Refuses where another version was seen than it has now.
    pub(super) fn must_be(&self, version: Option<i64>) -> Result<(), Error> {
        match version {
            Some(seen) if seen != self.version => Err(Code::ChangedMeanwhile.into()),
            _ => Ok(()),
        }
    }

    /// How long it still waits for its proof; zero when the time is over.
    pub(super) fn waits(&self, now: Timestamp) -> Duration {
        self.created_at.after(limits::DOMAIN_PENDING).since(now)
    }
}

#[derive(FromRow)]
struct Row {
    id: DomainId,
    tenant_id: TenantId,
    name: DomainName,
    status: String,
    proof: String,
    held: bool,
    verified_at: Option<Timestamp>,
    time_zone: String,
    catch_all: String,
    catch_all_mailbox_id: Option<MailboxId>,
    users_used: i64,
    storage_used: Storage,
    aliases_used: i64,
    version: i64,
    created_at: Timestamp,
}

/// What is stored but not understood is the closed case: disabled, no catch-all (K32).
impl From<Row> for Domain {
    fn from(row: Row) -> Self {
        let status = match (row.status.as_str(), row.held) {
            ("active", true) => DomainStatus::Active,
            (_, true) => DomainStatus::Disabled,
            (_, false) => DomainStatus::Pending,
        };
        let catch_all = match (row.catch_all.as_str(), row.catch_all_mailbox_id) {
            ("discard", _) => CatchAll::Discard,
            ("mailbox", Some(id)) => CatchAll::Mailbox(id),
            _ => CatchAll::None,
        };
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            name: row.name,
            status,
            proof: row.proof,
            held: row.held,
            verified_at: row.verified_at,
            time_zone: row.time_zone.parse().unwrap_or_else(|_| TimeZoneName::utc()),
            catch_all,
            users_used: row.users_used,
            storage_used: row.storage_used,
            aliases_used: row.aliases_used,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

const SELECT: &str = "SELECT id, tenant_id, name, status, proof, held, verified_at, time_zone, catch_all, catch_all_mailbox_id, \
     users_used, storage_used, aliases_used, version, created_at FROM domains WHERE TRUE";

impl Target for Domain {
    type Id = DomainId;
    const NOUN: &'static str = "domain";
    const READ: Permission = Permission::DomainView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] =
        &[(ScopeKind::Tenant, "tenant_id"), (ScopeKind::Domain, "id")];

    fn id(&self) -> DomainId {
        self.id
    }
    fn name(&self) -> String {
        self.name.to_unicode()
    }
    fn place(&self) -> Place {
        Place { tenant: Some(self.tenant_id), domain: Some(self.id), ..Place::default() }
    }
    async fn reaches(&self, tx: &mut impl Query, except: Option<LoginId>) -> Result<Rank, Error> {
        if !self.held {
            return Ok(Rank::Nobody); // no mail passes through it yet
        }
        crate::ranks::reached_by_domain(tx, self.tenant_id, self.id, &self.name, except).await
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: DomainId) -> Result<Option<Self>, Error> {
        Ok(visible.find::<Row>(tx, SELECT, id).await?.map(Domain::from))
    }
}

const ORDER: Order = Order {
    columns: "(name, id)",
    marks: "($, $)",
    descending: false,
    by: ("name DESC, id DESC", "name, id"),
};

/// A page of domains by name, those whose name contains `search`.
pub(super) async fn page(
    tx: &mut ReadTx,
    visible: &Visible<Domain>,
    search: &str,
    request: &PageRequest,
) -> Result<Page<Domain>, Error> {
    let mut select = visible.narrow(sql(SELECT));
    if !search.is_empty() {
        let pattern = format!("%{}%", like_literal(&search_key(search)));
        select = select.push(" AND name LIKE $ ESCAPE '\\'").bind(pattern);
    }
    let key = |row: &Row| vec![(&row.name).into(), row.id.into()];
    Ok(request.fetch(tx, select, ORDER, limits::PAGE, key).await?.map(Domain::from))
}

/// The verified domains over which the actor holds `permission`, by name, whether it may see their own pages or not:
/// no more than a menu holds.
pub(crate) async fn domain_choices(tx: &mut ReadTx, permission: Permission) -> Result<DomainChoices, Error> {
    let visible = tx.visible_by::<Domain>(permission)?;
    let select = visible.narrow(sql("SELECT id, name FROM domains WHERE held"));
    let mut rows: Vec<(DomainId, DomainName)> =
        tx.all(select.push(" ORDER BY name, id LIMIT $").bind(MENU + 1)).await?;
    let most = usize::try_from(MENU).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    Ok(DomainChoices { rows, more })
}

/// One of them by its name.
pub(crate) async fn domain_choice(
    tx: &mut ReadTx,
    permission: Permission,
    name: &DomainName,
) -> Result<Option<DomainId>, Error> {
    let visible = tx.visible_by::<Domain>(permission)?;
    let select = visible.narrow(sql("SELECT id FROM domains WHERE held"));
    let found: Option<(DomainId,)> = tx.optional(select.push(" AND name = $").bind(name)).await?;
    Ok(found.map(|(id,)| id))
}

/// The verified domains of a tenant that are called so, by id. Says nothing to anybody: whoever uses one must be
/// authorised for it.
pub(crate) async fn ids_of(
    tx: &mut WriteTx,
    tenant: TenantId,
    names: &[&DomainName],
) -> Result<Vec<(DomainName, DomainId)>, Error> {
    let select = sql("SELECT name, id FROM domains WHERE held AND tenant_id = $ AND ")
        .bind(tenant)
        .is_in("name", names.iter().copied())
        .push(" ORDER BY id");
    tx.all(select).await
}

/// Does the domain carry mail of some tenant here?
pub(crate) async fn is_held(tx: &mut WriteTx, name: &DomainName) -> Result<bool, Error> {
    let held: Option<(DomainId,)> =
        tx.optional(sql("SELECT id FROM domains WHERE name = $ AND held").bind(name)).await?;
    Ok(held.is_some())
}

/// Counts users, storage (bytes) and aliases of a domain more or fewer.
pub(crate) async fn count(
    tx: &mut WriteTx,
    domain: DomainId,
    users: i64,
    storage: i64,
    aliases: i64,
) -> Result<(), Error> {
    let statement = sql("UPDATE domains SET users_used = users_used + $, storage_used = storage_used + $, \
         aliases_used = aliases_used + $ WHERE id = $")
    .bind(users)
    .bind(storage)
    .bind(aliases)
    .bind(domain);
    tx.run(statement).await.map(drop)
}

/// What of other tenants stands in the way of a name: the same name, a name above it, a name that looks like it or
/// like one above it. Names only: whose they are is nobody's business.
pub(super) async fn rivals(
    tx: &mut WriteTx,
    tenant: TenantId,
    name: &DomainName,
) -> Result<Vec<DomainName>, Error> {
    let mut family = name.parents();
    family.push(name.clone());
    let select = sql("SELECT name FROM domains WHERE held AND tenant_id <> $ AND (")
        .bind(tenant)
        .is_in("name", family.iter())
        .push(" OR ")
        .is_in("skeleton", family.iter().map(DomainName::skeleton))
        .push(") LIMIT 100");
    let names: Vec<(DomainName,)> = tx.all(select).await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

/// Does recovery mail of a member of staff go to this domain?
pub(super) async fn carries_staff_recovery(tx: &mut WriteTx, name: &DomainName) -> Result<bool, Error> {
    let statement =
        sql("SELECT id FROM logins WHERE realm = 'staff' AND recovery_address LIKE $ ESCAPE '\\' LIMIT 1")
            .bind(format!("%{}", like_literal(&format!("@{name}"))));
    let found: Option<(i64,)> = tx.optional(statement).await?;
    Ok(found.is_some())
}

pub(super) async fn insert(
    tx: &mut WriteTx,
    tenant: &Authorized<AddDomain>,
    name: &DomainName,
) -> Result<Domain, Error> {
    let statement = sql(
        "INSERT INTO domains (tenant_id, name, skeleton, status, proof, held, time_zone, catch_all, created_at) \
         VALUES ($, $, $, 'pending', $, FALSE, $, 'none', $) RETURNING id, tenant_id, name, status, proof, held, verified_at, \
         time_zone, catch_all, catch_all_mailbox_id, users_used, storage_used, aliases_used, version, created_at",
    )
    .bind(tenant.id)
    .bind(name)
    .bind(name.skeleton())
    .bind(tx.new_secret().reveal())
    .bind(&TimeZoneName::utc())
    .bind(tx.now());
    let taken = || Error::new(Code::DomainAlreadyExists).on("domain");
    let row: Row = tx.one(statement).await.map_err(|error| error.if_taken("domains", taken))?;
    Ok(row.into())
}

/// The tenant has the domain from now on. Of several tenants at once the index decides who is first (K9).
pub(super) async fn hold<A: Action<Target = Domain>>(
    tx: &mut WriteTx,
    domain: &Authorized<A>,
) -> Result<(), Error> {
    let now = tx.now();
    let statement =
        sql("UPDATE domains SET held = TRUE, status = 'active', verified_at = $, checked_at = $, \
         version = version + 1 WHERE id = $")
        .bind(now)
        .bind(now)
        .bind(domain.id);
    let taken = || Error::new(Code::DomainHeld);
    tx.run(statement).await.map(drop).map_err(|error| error.if_taken("domains", taken))
}

pub(super) async fn update(
    tx: &mut WriteTx,
    domain: &Authorized<UpdateDomain>,
    changed: &Domain,
) -> Result<(), Error> {
    let statement =
        sql("UPDATE domains SET time_zone = $, catch_all = $, catch_all_mailbox_id = $, status = $, \
         version = version + 1 WHERE id = $")
        .bind(&changed.time_zone)
        .bind(changed.catch_all.key())
        .bind(changed.catch_all.mailbox())
        .bind(changed.status.key())
        .bind(domain.id);
    tx.run(statement).await.map(drop)
}

/// Ends the web sessions of everybody in a domain.
pub(super) async fn delete_sessions(
    tx: &mut WriteTx,
    domain: &Authorized<UpdateDomain>,
) -> Result<(), Error> {
    let statement = sql("DELETE FROM sessions WHERE login_id IN (SELECT id FROM logins WHERE domain_id = $)")
        .bind(domain.id);
    tx.run(statement).await.map(drop)
}

/// The user of a domain by local part, among those that may be seen.
pub(super) async fn mailbox_named(
    tx: &mut WriteTx,
    domain: &Authorized<UpdateDomain>,
    visible: &Visible<Mailbox>,
    local: &LocalPart,
) -> Result<Option<MailboxId>, Error> {
    let statement = visible
        .narrow(sql("SELECT id FROM mailboxes WHERE domain_id = $").bind(domain.id))
        .push(" AND local_part = $")
        .bind(local);
    let found: Option<(MailboxId,)> = tx.optional(statement).await?;
    Ok(found.map(|(id,)| id))
}

/// The local part of the user who gets a domain's catch-all mail, if that user may be seen.
pub(super) async fn catch_all_user(
    tx: &mut impl Query,
    domain: &Domain,
    visible: &Visible<Mailbox>,
) -> Result<Option<LocalPart>, Error> {
    let statement = visible
        .narrow(sql("SELECT local_part FROM mailboxes WHERE domain_id = $").bind(domain.id))
        .push(" AND id = $")
        .bind(domain.catch_all.mailbox());
    let found: Option<(LocalPart,)> = tx.optional(statement).await?;
    Ok(found.map(|(local,)| local))
}

/// Takes waiting domains whose last look-up is longest ago, none twice within a minute, and notes the look-up.
pub(super) async fn take_waiting(
    tx: &mut WriteTx,
    _: &Authorized<CheckWaitingDomains>,
    limit: i64,
) -> Result<Vec<Domain>, Error> {
    let now = tx.now();
    let select = sql(SELECT)
        .push(" AND status = 'pending' AND created_at > $ AND COALESCE(checked_at, 0) <= $")
        .bind(now.before(limits::DOMAIN_PENDING))
        .bind(now.before(Duration::from_mins(1)))
        .push(" ORDER BY COALESCE(checked_at, 0), id LIMIT $")
        .bind(limit);
    let rows: Vec<Row> = tx.all(select).await?;
    let note =
        sql("UPDATE domains SET checked_at = $ WHERE ").bind(now).is_in("id", rows.iter().map(|row| row.id));
    tx.run(note).await?;
    Ok(rows.into_iter().map(Domain::from).collect())
}

/// Waiting domains whose time is over.
pub(super) async fn expired(
    tx: &mut ReadTx,
    visible: &Visible<Domain>,
    limit: i64,
) -> Result<Vec<DomainId>, Error> {
    let before = tx.now().before(limits::DOMAIN_PENDING);
    let select = visible
        .narrow(sql("SELECT id FROM domains WHERE status = 'pending'"))
        .push(" AND created_at <= $ ORDER BY created_at, id LIMIT $")
        .bind(before)
        .bind(limit);
    let ids: Vec<(DomainId,)> = tx.all(select).await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}
