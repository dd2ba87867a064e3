//! Logins of people, and things by the names people give them.

use bailiwick_base::authz::{Permission, Place, Realm, Role, ScopeKind, Standing, Target, Visible};
use bailiwick_base::db::{Query, ReadTx, Sql, sql};
use bailiwick_base::words::{
    AliasId, DomainId, DomainName, EmailAddress, LoginId, MailboxId, TenantId, Timestamp,
};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

use crate::aliases::Alias;
use crate::domains::Domain;
use crate::mailboxes::Mailbox;
use crate::tenants::Tenant;

/// Logins of one tenant that are looked through.
pub(super) const PEOPLE: usize = 500;
/// Networks shown of one login.
const NETWORKS: i64 = 100;

/// The login of an Admin or Sub-Admin, or of one of the provider's people.
#[derive(Debug, Clone, FromRow)]
pub struct Person {
    /// Its id.
    pub id: LoginId,
    /// The name it signs in with.
    pub name: String,
    /// The name people call it by.
    pub full_name: String,
    /// Its tenant; none for the provider's people.
    pub tenant_id: Option<TenantId>,
    /// May it be used from listed networks only?
    pub networks_only: bool,
    /// Must it choose a password before anything else?
    pub password_one_time: bool,
    /// Whether it may sign in at all.
    #[sqlx(flatten)]
    pub standing: Standing,
}

const SELECT: &str = "SELECT id, name, full_name, tenant_id, networks_only, password_one_time, status AS login_status, \
     (SELECT t.status FROM tenants t WHERE t.id = logins.tenant_id) AS tenant_status, NULL AS domain_status, \
     NULL AS mailbox_status FROM logins";

impl Target for Person {
    type Id = LoginId;
    const NOUN: &'static str = "login";
    const READ: Permission = Permission::SubAdminView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[(ScopeKind::Tenant, "tenant_id")];

    fn id(&self) -> LoginId {
        self.id
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn place(&self) -> Place {
        Place { tenant: self.tenant_id, login: Some(self.id), ..Place::default() }
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: LoginId) -> Result<Option<Self>, Error> {
        tx.optional(visible.narrow(of_realm(Realm::Admin)).push(" AND id = $").bind(id)).await
    }
}

/// The login that asks, whoever it is: everybody, and every program, may know whose it is.
pub(super) async fn myself(tx: &mut ReadTx) -> Result<Person, Error> {
    let login = tx.actor().login().ok_or(Code::SignedOut)?;
    tx.one(sql(SELECT).push(" WHERE id = $").bind(login)).await
}

/// One of the provider's people, for whoever may see them.
#[derive(Debug)]
pub(super) struct Colleague(Person);

impl Target for Colleague {
    type Id = LoginId;
    const NOUN: &'static str = "login";
    const READ: Permission = Permission::StaffView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[];

    fn id(&self) -> LoginId {
        self.0.id
    }
    fn name(&self) -> String {
        self.0.name.clone()
    }
    fn place(&self) -> Place {
        self.0.place()
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: LoginId) -> Result<Option<Self>, Error> {
        let select = visible.narrow(of_realm(Realm::Staff)).push(" AND id = $").bind(id);
        Ok(tx.optional(select).await?.map(Self))
    }
}

fn of_realm(realm: Realm) -> Sql {
    sql(SELECT).push(" WHERE realm = $").bind(realm.key())
}

/// A login by the name it signs in with; none if there is none that may be seen.
pub(super) async fn by_name(tx: &mut ReadTx, realm: Realm, name: &str) -> Result<Option<Person>, Error> {
    let select = visible_of(tx, realm)?.push(" AND name = $").bind(name.to_lowercase());
    tx.optional(select).await
}

/// Names that begin like this one, among which a nearly right one may be.
pub(super) async fn names_like(tx: &mut ReadTx, realm: Realm, name: &str) -> Result<Vec<String>, Error> {
    let first: String = name.to_lowercase().chars().take(1).collect();
    let select = visible_of(tx, realm)?
        .push(" AND name >= $ AND name < $ ORDER BY name LIMIT $")
        .bind(first.as_str())
        .bind(format!("{first}\u{10FFFF}"))
        .bind(i64::try_from(PEOPLE).unwrap_or(i64::MAX));
    Ok(tx.all::<Person>(select).await?.into_iter().map(|person| person.name).collect())
}

fn visible_of(tx: &ReadTx, realm: Realm) -> Result<Sql, Error> {
    match realm {
        Realm::Staff => Ok(tx.visible::<Colleague>()?.narrow(of_realm(realm))),
        Realm::Admin | Realm::Mailbox => Ok(tx.visible::<Person>()?.narrow(of_realm(Realm::Admin))),
    }
}

/// The people of a tenant by name, one more than are looked through if there are more.
pub(super) async fn people(
    tx: &mut ReadTx,
    visible: &Visible<Person>,
    tenant: TenantId,
) -> Result<Vec<Person>, Error> {
    let select = visible
        .narrow(of_realm(Realm::Admin))
        .push(" AND tenant_id = $ ORDER BY name LIMIT $")
        .bind(tenant)
        .bind(i64::try_from(PEOPLE + 1).unwrap_or(i64::MAX));
    tx.all(select).await
}

/// The networks a login of which the reader has the row is limited to, each with its description.
pub(super) async fn networks(tx: &mut ReadTx, person: &Person) -> Result<Vec<(String, String)>, Error> {
    let select =
        sql("SELECT network, description FROM login_networks WHERE login_id = $ ORDER BY network LIMIT $")
            .bind(person.id)
            .bind(NETWORKS);
    tx.all(select).await
}

/// How many of the provider's people may sign in as an Admin of any tenant; a number and no names, so that a tenant
/// may know it.
pub(super) async fn providers_who_may_come(tx: &mut ReadTx, now: Timestamp) -> Result<i64, Error> {
    let comes = |role: &&Role| role.permissions().contains(Permission::TenantImpersonate);
    let select = sql("SELECT CAST(count(*) AS BIGINT) FROM logins WHERE realm = $ AND status = 'active' \
         AND EXISTS (SELECT 1 FROM grants g WHERE g.login_id = logins.id AND g.scope_kind = 'everywhere' \
         AND (g.expires_at IS NULL OR g.expires_at > $) AND ")
    .bind(Realm::Staff.key())
    .bind(now)
    .is_in("g.role", Role::ALL.iter().filter(comes).map(|role| role.key()))
    .push(")");
    let (count,): (i64,) = tx.one(select).await?;
    Ok(count)
}

/// A visible domain by its name: the one that carries it, or of those that wait for their proof the tenant's own.
pub(super) async fn domain_id(
    tx: &mut ReadTx,
    visible: &Visible<Domain>,
    name: &DomainName,
    tenant: Option<TenantId>,
) -> Result<Option<DomainId>, Error> {
    let select = visible
        .narrow(sql("SELECT id FROM domains WHERE name = $").bind(name))
        .push(" ORDER BY CASE WHEN tenant_id = $ THEN 0 WHEN held THEN 1 ELSE 2 END, id LIMIT 1")
        .bind(tenant);
    Ok(tx.optional::<(DomainId,)>(select).await?.map(|(id,)| id))
}

/// A visible user by the address.
pub(super) async fn mailbox_id(
    tx: &mut ReadTx,
    visible: &Visible<Mailbox>,
    address: &EmailAddress,
) -> Result<Option<MailboxId>, Error> {
    let select = at(visible, "SELECT id FROM mailboxes WHERE address = $", address);
    Ok(tx.optional::<(MailboxId,)>(select).await?.map(|(id,)| id))
}

/// A visible alias by its address.
pub(super) async fn alias_id(
    tx: &mut ReadTx,
    visible: &Visible<Alias>,
    address: &EmailAddress,
) -> Result<Option<AliasId>, Error> {
    let select = at(visible, "SELECT id FROM aliases WHERE address = $", address);
    Ok(tx.optional::<(AliasId,)>(select).await?.map(|(id,)| id))
}

/// Narrows `select` to what is visible and lies in a domain that carries mail.
fn at<T: Target>(visible: &Visible<T>, select: &'static str, address: &EmailAddress) -> Sql {
    visible
        .narrow(sql(select).bind(address))
        .push(" AND domain_id IN (SELECT id FROM domains WHERE name = $ AND held)")
        .bind(&address.domain)
}

/// A visible tenant by its name, in any case.
pub(super) async fn tenant_id(
    tx: &mut ReadTx,
    visible: &Visible<Tenant>,
    name: &str,
) -> Result<Option<TenantId>, Error> {
    let select =
        visible.narrow(sql("SELECT id FROM tenants WHERE name_key = $").bind(name.trim().to_lowercase()));
    Ok(tx.optional::<(TenantId,)>(select).await?.map(|(id,)| id))
}
