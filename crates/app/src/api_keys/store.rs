//! API keys in the database, and when they were used.

use std::collections::HashMap;

use bailiwick_base::authz::{
    Action, Authorized, KeyBrought, Permission, PermissionSet, Place, Realm, Scope, ScopeKind, Target,
    Visible,
};
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, TelemetryTx, WriteTx, like_literal, sql};
use bailiwick_base::words::{
    ApiKeyId, ClientAddress, DomainId, DomainName, LoginId, TenantId, Timestamp, Token, limits,
};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

pub(super) use super::key::{ApiKey, KeyHolder};
use super::secret;
use super::shown::Whose;
use crate::core::Core;
use crate::sub_admins::{AllowedNetworks, ListedNetwork};

#[derive(FromRow)]
struct HolderRow {
    id: LoginId,
    name: String,
    api_access: bool,
    tenant_id: Option<TenantId>,
}

impl Target for KeyHolder {
    type Id = LoginId;
    const NOUN: &'static str = "login";
    const READ: Permission = Permission::OwnKeys;
    const COLUMNS: &'static [(ScopeKind, &'static str)] =
        &[(ScopeKind::Tenant, "tenant_id"), (ScopeKind::Login, "id")];

    fn id(&self) -> LoginId {
        self.id
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn place(&self) -> Place {
        Place { tenant: self.tenant, login: Some(self.id), ..Place::default() }
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: LoginId) -> Result<Option<Self>, Error> {
        let select = "SELECT id, name, api_access, tenant_id FROM logins WHERE realm IN ('admin', 'staff')";
        let row: Option<HolderRow> = visible.find(tx, select, id).await?;
        Ok(row.map(|row| Self {
            id: row.id,
            name: row.name,
            of_program: row.api_access,
            tenant: row.tenant_id,
        }))
    }
}

#[derive(FromRow)]
struct Row {
    id: ApiKeyId,
    login_id: LoginId,
    login_name: String,
    of_program: bool,
    tenant_id: Option<TenantId>,
    name: String,
    hint: String,
    permissions: String,
    domains_only: bool,
    networks_only: bool,
    expires_at: Option<Timestamp>,
    stopped_at: Option<Timestamp>,
    created_at: Timestamp,
    made_by_name: String,
    version: i64,
}

impl Row {
    fn with(self, domains: Vec<(DomainId, String)>, list: Vec<ListedNetwork>) -> ApiKey {
        ApiKey {
            id: self.id,
            login: self.login_id,
            login_name: self.login_name,
            of_program: self.of_program,
            tenant: self.tenant_id,
            name: self.name,
            hint: self.hint,
            permissions: PermissionSet::from_stored(&self.permissions),
            domains: self.domains_only.then_some(domains),
            networks: AllowedNetworks { list, only: self.networks_only },
            until: self.expires_at,
            stopped_at: self.stopped_at,
            created_at: self.created_at,
            made_by: self.made_by_name,
            version: self.version,
        }
    }
}

const SELECT: &str = "SELECT id, login_id, (SELECT l.name FROM logins l WHERE l.id = api_keys.login_id) AS login_name, \
     (SELECT l.api_access FROM logins l WHERE l.id = api_keys.login_id) AS of_program, tenant_id, name, hint, permissions, domains_only, \
     networks_only, expires_at, stopped_at, created_at, made_by_name, version FROM api_keys WHERE TRUE";

impl Target for ApiKey {
    type Id = ApiKeyId;
    const NOUN: &'static str = "api_key";
    const READ: Permission = Permission::ApiKeyView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] =
        &[(ScopeKind::Tenant, "tenant_id"), (ScopeKind::Login, "login_id")];

    fn id(&self) -> ApiKeyId {
        self.id
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn place(&self) -> Place {
        Place { tenant: self.tenant, login: Some(self.login), ..Place::default() }
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: ApiKeyId) -> Result<Option<Self>, Error> {
        let Some(row) = visible.find::<Row>(tx, SELECT, id).await? else { return Ok(None) };
        let domains = domains_of(tx, &[id]).await?.remove(&id).unwrap_or_default();
        let networks = networks_of(tx, &[id]).await?.remove(&id).unwrap_or_default();
        Ok(Some(row.with(domains, networks)))
    }
}

async fn domains_of(
    tx: &mut impl Query,
    keys: &[ApiKeyId],
) -> Result<HashMap<ApiKeyId, Vec<(DomainId, String)>>, Error> {
    let statement = sql(
        "SELECT k.key_id, d.id, d.name FROM api_key_domains k JOIN domains d ON d.id = k.domain_id WHERE ",
    )
    .is_in("k.key_id", keys.iter().copied())
    .push(" ORDER BY d.name, d.id");
    let rows: Vec<(ApiKeyId, DomainId, String)> = tx.all(statement).await?;
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for (key, id, name) in rows {
        all.entry(key).or_default().push((id, name));
    }
    Ok(all)
}

async fn networks_of(
    tx: &mut impl Query,
    keys: &[ApiKeyId],
) -> Result<HashMap<ApiKeyId, Vec<ListedNetwork>>, Error> {
    let statement = sql("SELECT key_id, network, description FROM api_key_networks WHERE ")
        .is_in("key_id", keys.iter().copied())
        .push(" ORDER BY id");
    let rows: Vec<(ApiKeyId, String, String)> = tx.all(statement).await?;
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for (key, network, description) in rows {
        if let (Ok(range), Ok(description)) = (network.parse(), description.parse()) {
            all.entry(key).or_default().push(ListedNetwork { range, description });
        }
    }
    Ok(all)
}

const NEWEST: Order = Order { columns: "(id)", marks: "($)", descending: true, by: ("id", "id DESC") };

/// A page of keys, the newest first; `own` is the login of who asks.
pub(super) async fn page(
    tx: &mut ReadTx,
    visible: &Visible<ApiKey>,
    own: LoginId,
    whose: Whose<'_>,
    request: &PageRequest,
) -> Result<Page<ApiKey>, Error> {
    let select = visible.narrow(sql(SELECT));
    let (mut select, search) = match whose {
        Whose::Own => (select.push(" AND login_id = $").bind(own), ""),
        Whose::Others(search) => (select.push(" AND login_id <> $").bind(own), search),
        Whose::All(search) => (select, search),
    };
    let search = search.trim().to_lowercase();
    if !search.is_empty() {
        let like = format!("%{}%", like_literal(&search));
        select = select
            .push(" AND (LOWER(name) LIKE $ ESCAPE '\\'")
            .bind(&like)
            .push(" OR login_id IN (SELECT l.id FROM logins l WHERE l.name LIKE $ ESCAPE '\\'))")
            .bind(&like);
    }
    let page = request.fetch(tx, select, NEWEST, limits::PAGE, |row: &Row| vec![row.id.into()]).await?;
    let ids: Vec<ApiKeyId> = page.rows.iter().map(|row| row.id).collect();
    let mut domains = domains_of(tx, &ids).await?;
    let mut networks = networks_of(tx, &ids).await?;
    Ok(page.map(|row| {
        let id = row.id;
        row.with(domains.remove(&id).unwrap_or_default(), networks.remove(&id).unwrap_or_default())
    }))
}

/// When and from where keys were used last; those that never were are missing.
pub(super) async fn uses(
    tx: &mut TelemetryTx,
    keys: &[ApiKeyId],
) -> Result<Vec<(ApiKeyId, Timestamp, String)>, Error> {
    tx.all(
        sql("SELECT key_id, at, client_address FROM key_uses WHERE ").is_in("key_id", keys.iter().copied()),
    )
    .await
}

/// Domains a key can be limited to: the tenant's, of which its login is given those in `scopes`; by name, one more than
/// can be chosen if there are more.
pub(super) async fn domain_choices(
    tx: &mut ReadTx,
    tenant: TenantId,
    scopes: &[Scope],
) -> Result<Vec<(DomainId, DomainName)>, Error> {
    let most = i64::try_from(limits::CHOSEN_DOMAINS).unwrap_or(i64::MAX).saturating_add(1);
    let mut statement = sql("SELECT id, name FROM domains WHERE tenant_id = $").bind(tenant);
    if !scopes.contains(&Scope::Tenant(tenant)) {
        let given = scopes.iter().filter_map(|scope| match scope {
            Scope::Domain(id) => Some(*id),
            _ => None,
        });
        statement = statement.push(" AND ").is_in("id", given);
    }
    tx.all(statement.push(" ORDER BY name, id LIMIT $").bind(most)).await
}

/// What is written of a key.
#[derive(Debug)]
pub(super) struct Planned<'t> {
    pub(super) name: &'t str,
    pub(super) permissions: PermissionSet,
    pub(super) domains: Option<Vec<(DomainId, DomainName)>>,
    pub(super) networks: &'t AllowedNetworks,
    pub(super) until: Option<Timestamp>,
}

fn taken(error: Error) -> Error {
    error.if_taken("api_keys", || Error::new(Code::KeyNameTaken).on("name"))
}

/// Adds a key, if its login does not have as many as it may.
pub(super) async fn insert<A: Action<Target = KeyHolder>>(
    tx: &mut WriteTx,
    holder: &Authorized<A>,
    planned: &Planned<'_>,
    secret: &Token,
) -> Result<ApiKeyId, Error> {
    let (count,): (i64,) =
        tx.one(sql("SELECT COUNT(*) FROM api_keys WHERE login_id = $").bind(holder.id)).await?;
    if count >= limits::API_KEYS {
        return Err(Error::new(Code::TooManyKeys).with("max", limits::API_KEYS));
    }
    let (now, maker, maker_name) = (tx.now(), tx.actor().login(), tx.actor().name().to_owned());
    let statement = sql(
        "INSERT INTO api_keys (login_id, tenant_id, name, token_hash, hint, permissions, domains_only, networks_only, expires_at, \
         created_at, made_by, made_by_name) VALUES ($, $, $, $, $, $, $, $, $, $, $, $) RETURNING id",
    )
    .bind(holder.id)
    .bind(holder.tenant)
    .bind(planned.name)
    .bind(secret.hash())
    .bind(secret::hint(secret))
    .bind(planned.permissions.to_stored())
    .bind(planned.domains.is_some())
    .bind(planned.networks.only)
    .bind(planned.until)
    .bind(now)
    .bind(maker)
    .bind(maker_name);
    let (id,): (ApiKeyId,) = tx.one(statement).await.map_err(taken)?;
    list(tx, id, planned).await?;
    Ok(id)
}

/// Changes everything of a key but its secret.
pub(super) async fn update<A: Action<Target = ApiKey>>(
    tx: &mut WriteTx,
    key: &Authorized<A>,
    planned: &Planned<'_>,
) -> Result<(), Error> {
    let statement = sql(
        "UPDATE api_keys SET name = $, permissions = $, domains_only = $, networks_only = $, expires_at = $, version = version + 1 \
         WHERE id = $",
    )
    .bind(planned.name)
    .bind(planned.permissions.to_stored())
    .bind(planned.domains.is_some())
    .bind(planned.networks.only)
    .bind(planned.until)
    .bind(key.id);
    tx.run(statement).await.map_err(taken)?;
    tx.run(sql("DELETE FROM api_key_domains WHERE key_id = $").bind(key.id)).await?;
    tx.run(sql("DELETE FROM api_key_networks WHERE key_id = $").bind(key.id)).await?;
    list(tx, key.id, planned).await
}

async fn list(tx: &mut WriteTx, key: ApiKeyId, planned: &Planned<'_>) -> Result<(), Error> {
    for (domain, _) in planned.domains.iter().flatten() {
        let statement =
            sql("INSERT INTO api_key_domains (key_id, domain_id) VALUES ($, $)").bind(key).bind(*domain);
        tx.run(statement).await?;
    }
    for entry in &planned.networks.list {
        let statement = sql("INSERT INTO api_key_networks (key_id, network, description) VALUES ($, $, $)")
            .bind(key)
            .bind(entry.range.to_string())
            .bind(&entry.description);
        tx.run(statement).await?;
    }
    Ok(())
}

/// Puts another secret in the place of the one there was; a key that was stopped works again with it.
pub(super) async fn renew<A: Action<Target = ApiKey>>(
    tx: &mut WriteTx,
    key: &Authorized<A>,
    secret: &Token,
) -> Result<(), Error> {
    let statement = sql(
        "UPDATE api_keys SET token_hash = $, hint = $, stopped_at = NULL, version = version + 1 WHERE id = $",
    )
    .bind(secret.hash())
    .bind(secret::hint(secret))
    .bind(key.id);
    tx.run(statement).await.map(drop)
}

/// Removes a key.
pub(super) async fn remove<A: Action<Target = ApiKey>>(
    tx: &mut WriteTx,
    key: &Authorized<A>,
) -> Result<(), Error> {
    tx.run(sql("DELETE FROM api_keys WHERE id = $").bind(key.id)).await.map(drop)
}

/// Stops the keys of a login that gets a new password.
pub(super) async fn stop(tx: &mut WriteTx, login: LoginId) -> Result<(), Error> {
    let now = tx.now();
    let statement = sql(
        "UPDATE api_keys SET stopped_at = $, version = version + 1 WHERE login_id = $ AND stopped_at IS NULL",
    )
    .bind(now)
    .bind(login);
    tx.run(statement).await.map(drop)
}

/// Notes when and from where a key was used: the last time counts.
pub(super) fn note_use(core: &Core, key: &KeyBrought, address: ClientAddress) {
    let now = core.ground().clock.now();
    let telemetry = core.db().telemetry();
    telemetry.note(
        sql("INSERT INTO key_uses (key_id, at, client_address) VALUES ($, $, $) \
             ON CONFLICT (key_id) DO UPDATE SET at = excluded.at, client_address = excluded.client_address")
        .bind(key.id)
        .bind(now)
        .bind(address),
    );
    telemetry.note(
        sql("INSERT INTO last_sign_ins (login_id, mailbox_id, at, protocol, client_address) VALUES ($, NULL, $, 'api', $) \
             ON CONFLICT (login_id) DO UPDATE SET at = excluded.at, protocol = excluded.protocol, client_address = excluded.client_address")
        .bind(key.login)
        .bind(now)
        .bind(address),
    );
    note_sign_in(core, &key.login_name, Some(key), address, "ok");
}

/// Forgets when and from where a key that is gone was used.
pub(super) fn forget_uses(core: &Core, key: ApiKeyId) {
    core.db().telemetry().note(sql("DELETE FROM key_uses WHERE key_id = $").bind(key));
}

/// Notes in the log of sign-ins that a key was brought.
pub(super) fn note_sign_in(
    core: &Core,
    name: &str,
    key: Option<&KeyBrought>,
    address: ClientAddress,
    result: &'static str,
) {
    core.db().telemetry().note(
        sql("INSERT INTO sign_ins (at, realm, protocol, login_id, tenant_id, name, client_address, result) \
             VALUES ($, $, 'api', $, $, $, $, $)")
        .bind(core.ground().clock.now())
        .bind(key.map_or(Realm::Admin, |key| key.realm).key())
        .bind(key.map(|key| key.login))
        .bind(key.and_then(|key| key.tenant))
        .bind(name)
        .bind(address)
        .bind(result),
    );
}
