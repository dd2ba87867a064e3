//! Sub-Admins in the database: logins of a tenant that hold no other role, their grants, the networks they come from.

use bailiwick_base::authz::{
    Authorized, Permission, PermissionSet, Place, Rank, Role, Scope, ScopeKind, Target, Visible,
};
use bailiwick_base::db::{
    Order, Page, PageRequest, Query, ReadTx, Sql, TelemetryTx, WriteTx, like_literal, sql,
};
use bailiwick_base::words::{
    DomainId, DomainName, EmailAddress, GrantId, Line, LoginId, TenantId, Timestamp, limits,
};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

use super::actions::{AddSubAdmin, RemoveSubAdmin, SetOwnNetworks, UpdateSubAdmin};
use super::networks::{AllowedNetworks, ListedNetwork};
use super::plan::Planned;
pub(super) use super::sub_admin::{Given, LoginStatus, SubAdmin};

#[derive(FromRow)]
struct Row {
    id: LoginId,
    tenant_id: TenantId,
    name: String,
    full_name: String,
    recovery_address: Option<String>,
    status: String,
    networks_only: bool,
    api_access: bool,
    api_purpose: String,
    unlimited: bool,
    version: i64,
    created_at: Timestamp,
}

impl Row {
    fn with(self, grants: Vec<Given>) -> SubAdmin {
        SubAdmin {
            id: self.id,
            tenant_id: self.tenant_id,
            name: self.name,
            full_name: self.full_name,
            recovery_address: self.recovery_address,
            login: match self.status.as_str() {
                "active" => LoginStatus::Active,
                "invited" => LoginStatus::Invited,
                _ => LoginStatus::Disabled,
            },
            networks_only: self.networks_only,
            api_access: self.api_access,
            api_purpose: self.api_purpose,
            unlimited: self.unlimited,
            version: self.version,
            created_at: self.created_at,
            grants,
        }
    }
}

/// Whoever holds a role besides is no Sub-Admin: the main Admin is none.
const SELECT: &str = "SELECT id, tenant_id, name, full_name, recovery_address, status, networks_only, api_access, api_purpose, unlimited, \
     version, created_at FROM logins WHERE realm = 'admin' AND tenant_id IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.login_id = logins.id AND g.role <> 'sub_admin')";

impl Target for SubAdmin {
    type Id = LoginId;
    const NOUN: &'static str = "sub_admin";
    const READ: Permission = Permission::SubAdminView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[(ScopeKind::Tenant, "tenant_id")];

    fn id(&self) -> LoginId {
        self.id
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn place(&self) -> Place {
        Place { tenant: Some(self.tenant_id), login: Some(self.id), ..Place::default() }
    }
    async fn reaches(&self, _: &mut impl Query, except: Option<LoginId>) -> Result<Rank, Error> {
        Ok(if except == Some(self.id) { Rank::Nobody } else { Role::SubAdmin.rank() })
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: LoginId) -> Result<Option<Self>, Error> {
        let Some(row) = visible.find::<Row>(tx, SELECT, id).await? else { return Ok(None) };
        let grants = grants(tx, &[id]).await?.into_iter().map(|(_, grant)| grant).collect();
        Ok(Some(row.with(grants)))
    }
}

#[derive(FromRow)]
struct GrantRow {
    id: GrantId,
    login_id: LoginId,
    permissions: String,
    scope_kind: String,
    scope_id: i64,
    domain: Option<String>,
    given_by_name: String,
    note: String,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
}

/// What logins were given as Sub-Admins, by the names of the domains. A scope that is not understood, or whose domain is
/// gone, gives nothing (K32).
async fn grants(tx: &mut impl Query, logins: &[LoginId]) -> Result<Vec<(LoginId, Given)>, Error> {
    let statement = sql(
        "SELECT g.id, g.login_id, g.permissions, g.scope_kind, g.scope_id, d.name AS domain, g.given_by_name, g.note, g.created_at, g.expires_at \
         FROM grants g LEFT JOIN domains d ON g.scope_kind = 'domain' AND d.id = g.scope_id \
         WHERE g.role = 'sub_admin' AND ",
    )
    .is_in("g.login_id", logins.iter().copied())
    .push(" ORDER BY g.login_id, d.name, g.id");
    let rows: Vec<GrantRow> = tx.all(statement).await?;
    let given = rows.into_iter().filter_map(|row| {
        let domain = match (Scope::from_stored(&row.scope_kind, row.scope_id)?, row.domain) {
            (Scope::Tenant(_), _) => None,
            (Scope::Domain(id), Some(name)) => Some((id, name)),
            _ => return None,
        };
        let given = Given {
            id: row.id,
            permissions: PermissionSet::from_stored(&row.permissions).within(Role::SubAdmin.permissions()),
            domain,
            giver: row.given_by_name,
            note: row.note,
            since: row.created_at,
            until: row.expires_at,
        };
        Some((row.login_id, given))
    });
    Ok(given.collect())
}

const ORDER: Order = Order {
    columns: "(name, id)",
    marks: "($, $)",
    descending: false,
    by: ("name DESC, id DESC", "name, id"),
};

/// A page of Sub-Admins by name, those whose name or full name contains `search`.
pub(super) async fn page(
    tx: &mut ReadTx,
    visible: &Visible<SubAdmin>,
    search: &str,
    request: &PageRequest,
) -> Result<Page<SubAdmin>, Error> {
    let mut select = visible.narrow(sql(SELECT));
    let search = search.trim().to_lowercase();
    if !search.is_empty() {
        let like = format!("%{}%", like_literal(&search));
        select = select
            .push(" AND (name LIKE $ ESCAPE '\\'")
            .bind(&like)
            .push(" OR LOWER(full_name) LIKE $ ESCAPE '\\')")
            .bind(&like);
    }
    let page = request
        .fetch(tx, select, ORDER, limits::PAGE, |row: &Row| vec![(&row.name).into(), row.id.into()])
        .await?;
    let ids: Vec<LoginId> = page.rows.iter().map(|row| row.id).collect();
    let mut grants = grants(tx, &ids).await?;
    Ok(page.map(|row| {
        let (own, others) = std::mem::take(&mut grants).into_iter().partition(|(login, _)| *login == row.id);
        grants = others;
        let own: Vec<(LoginId, Given)> = own;
        row.with(own.into_iter().map(|(_, grant)| grant).collect())
    }))
}

/// When logins were last signed in with; those that never were are missing.
pub(super) async fn last_sign_ins(
    tx: &mut TelemetryTx,
    logins: &[LoginId],
) -> Result<Vec<(LoginId, Timestamp)>, Error> {
    tx.all(sql("SELECT login_id, at FROM last_sign_ins WHERE ").is_in("login_id", logins.iter().copied()))
        .await
}

/// When sessions that are open were last used.
pub(super) async fn last_uses(
    tx: &mut ReadTx,
    logins: &[LoginId],
) -> Result<Vec<(LoginId, Timestamp)>, Error> {
    let statement = sql("SELECT login_id, MAX(last_seen_at) FROM sessions WHERE ")
        .is_in("login_id", logins.iter().copied())
        .push(" GROUP BY login_id");
    tx.all(statement).await
}

/// A tenant's domains by name, as many as can be shown to be ticked, and one more if there are more.
pub(super) async fn domain_choices(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Vec<(DomainId, DomainName)>, Error> {
    let most = i64::try_from(limits::CHOSEN_DOMAINS).unwrap_or(i64::MAX).saturating_add(1);
    let statement = sql("SELECT id, name FROM domains WHERE tenant_id = $ ORDER BY name, id LIMIT $")
        .bind(tenant)
        .bind(most);
    tx.all(statement).await
}

/// Those of these domains that are the tenant's, by id or by name.
pub(super) async fn domains_of(
    tx: &mut impl Query,
    tenant: TenantId,
    ids: &[DomainId],
    names: &[DomainName],
) -> Result<Vec<(DomainId, DomainName)>, Error> {
    let statement = sql("SELECT id, name FROM domains WHERE tenant_id = $ AND (")
        .bind(tenant)
        .is_in("id", ids.iter().copied())
        .push(" OR ")
        .is_in("name", names)
        .push(") ORDER BY name, id");
    tx.all(statement).await
}

/// Users in chosen domains, or in the whole tenant.
pub(super) async fn users_in(
    tx: &mut impl Query,
    tenant: TenantId,
    domains: Option<&[DomainId]>,
) -> Result<i64, Error> {
    let mut statement =
        sql("SELECT CAST(COALESCE(SUM(users_used), 0) AS BIGINT) FROM domains WHERE tenant_id = $")
            .bind(tenant);
    if let Some(domains) = domains {
        statement = statement.push(" AND ").is_in("id", domains.iter().copied());
    }
    let (users,): (i64,) = tx.one(statement).await?;
    Ok(users)
}

/// The networks of a login's list.
pub(super) async fn networks(tx: &mut impl Query, login: LoginId) -> Result<Vec<ListedNetwork>, Error> {
    let statement =
        sql("SELECT network, description FROM login_networks WHERE login_id = $ ORDER BY id").bind(login);
    let rows: Vec<(String, String)> = tx.all(statement).await?;
    let listed = rows.into_iter().filter_map(|(network, description)| {
        Some(ListedNetwork { range: network.parse().ok()?, description: description.parse().ok()? })
    });
    Ok(listed.collect())
}

/// Is a login limited to its list, and did the main Admin set that?
pub(super) async fn limited(tx: &mut impl Query, login: LoginId) -> Result<(bool, bool), Error> {
    tx.one(sql("SELECT networks_only, networks_by_admin FROM logins WHERE id = $").bind(login)).await
}

/// Gives a login that was just created what was planned.
pub(super) async fn insert(
    tx: &mut WriteTx,
    tenant: &Authorized<AddSubAdmin>,
    login: LoginId,
    planned: &Planned,
) -> Result<(), Error> {
    let statement = sql(
        "UPDATE logins SET networks_only = $1, networks_by_admin = $1, api_access = $2, api_purpose = $3 WHERE id = $4",
    )
        .bind(planned.networks.only)
        .bind(planned.api_purpose.is_some())
        .bind(planned.purpose())
        .bind(login);
    tx.run(statement).await?;
    list_networks(tx, login, &planned.networks).await?;
    for domain in planned.places() {
        insert_grant(tx, tenant.id, login, planned, domain).await?;
    }
    Ok(())
}

/// Changes everything of a Sub-Admin but its password. Grants that stay as they are keep their giver and their day.
pub(super) async fn update(
    tx: &mut WriteTx,
    sub_admin: &Authorized<UpdateSubAdmin>,
    (name, full_name, email): (&str, &Line<100>, &EmailAddress),
    planned: &Planned,
) -> Result<(), Error> {
    let id = sub_admin.id;
    let statement = sql(
        "UPDATE logins SET name = $, full_name = $, recovery_address = $, networks_only = $, networks_by_admin = $, api_access = $, \
         api_purpose = $, unlimited = CASE WHEN $ THEN unlimited ELSE FALSE END, version = version + 1 WHERE id = $",
    )
    .bind(name)
    .bind(full_name)
    .bind(email)
    .bind(planned.networks.only)
    .bind(planned.networks.only)
    .bind(planned.api_purpose.is_some())
    .bind(planned.purpose())
    .bind(planned.api_purpose.is_some())
    .bind(id);
    tx.run(statement)
        .await
        .map_err(|error| error.if_taken("logins", || Error::new(Code::LoginNameTaken).on("username")))?;
    list_networks(tx, id, &planned.networks).await?;
    let (kept, gone): (Vec<&Given>, Vec<&Given>) =
        sub_admin.grants.iter().partition(|grant| planned.still_gives(grant));
    delete_grants(tx, &gone).await?;
    for domain in planned.places() {
        if !kept.iter().any(|grant| grant.domain.as_ref().map(|(id, _)| *id) == domain) {
            insert_grant(tx, sub_admin.tenant_id, id, planned, domain).await?;
        }
    }
    Ok(())
}

async fn delete_grants(tx: &mut WriteTx, grants: &[&Given]) -> Result<(), Error> {
    if grants.is_empty() {
        return Ok(());
    }
    tx.run(sql("DELETE FROM grants WHERE ").is_in("id", grants.iter().map(|grant| grant.id))).await.map(drop)
}

async fn insert_grant(
    tx: &mut WriteTx,
    tenant: TenantId,
    login: LoginId,
    planned: &Planned,
    domain: Option<DomainId>,
) -> Result<(), Error> {
    let (giver, giver_name, now) = (tx.actor().login(), tx.actor().name().to_owned(), tx.now());
    let (kind, id) = domain.map_or(Scope::Tenant(tenant), Scope::Domain).to_stored();
    let statement = sql(
        "INSERT INTO grants (login_id, role, permissions, scope_kind, scope_id, tenant_id, given_by, given_by_name, note, created_at, \
         expires_at) VALUES ($, 'sub_admin', $, $, $, $, $, $, $, $, $)",
    )
    .bind(login)
    .bind(planned.permissions.to_stored())
    .bind(kind)
    .bind(id)
    .bind(tenant)
    .bind(giver)
    .bind(giver_name)
    .bind(&planned.note)
    .bind(now)
    .bind(planned.until);
    tx.run(statement).await.map(drop)
}

/// Puts a list in the place of the one before.
async fn list_networks(tx: &mut WriteTx, login: LoginId, networks: &AllowedNetworks) -> Result<(), Error> {
    let now = tx.now();
    tx.run(sql("DELETE FROM login_networks WHERE login_id = $").bind(login)).await?;
    for entry in &networks.list {
        let statement: Sql = sql(
            "INSERT INTO login_networks (login_id, network, description, created_at) VALUES ($, $, $, $)",
        )
        .bind(login)
        .bind(entry.range.to_string())
        .bind(&entry.description)
        .bind(now);
        tx.run(statement).await?;
    }
    Ok(())
}

/// Changes from where one's own login may be used.
pub(super) async fn set_own_networks(
    tx: &mut WriteTx,
    login: &Authorized<SetOwnNetworks>,
    networks: &AllowedNetworks,
) -> Result<(), Error> {
    let id = login.id();
    list_networks(tx, id, networks).await?;
    let statement = sql("UPDATE logins SET networks_only = $, version = version + 1 WHERE id = $")
        .bind(networks.only)
        .bind(id);
    tx.run(statement).await.map(drop)
}

/// Removes a Sub-Admin; its sessions, links, grants and networks go with the login.
pub(super) async fn remove(tx: &mut WriteTx, sub_admin: &Authorized<RemoveSubAdmin>) -> Result<(), Error> {
    tx.run(sql("DELETE FROM logins WHERE id = $").bind(sub_admin.id)).await.map(drop)
}
