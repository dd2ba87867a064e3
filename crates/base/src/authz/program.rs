//! Programs that act: through an API key, or with the name and password of an API Sub-Admin.
//!
//! A program holds a part of what its login holds *now*: the login's grants, cut down to what the key carries and to its
//! domains, in each transaction anew. Nothing that is built in for people is a program's: it has no own password, no
//! sessions and no keys to look after. What is dead for one reason or another is refused with one and the same error; why, is for
//! the log of sign-ins alone.

use sqlx::FromRow;

use super::actor::{Grant, Through, Who};
use super::caller::{Standing, load_grants, must_come_from_listed};
use super::policy::carried_by_keys;
use super::{Permission, PermissionSet, Realm, Role, Scope, handed_on};
use crate::db::{Loading, Query, sql};
use crate::error::{Code, Error};
use crate::words::{
    ApiKeyId, ClientAddress, DomainId, ImportId, LoginId, NetworkRange, PasswordHash, TenantId, Timestamp,
    TokenHash,
};

/// How a key stands that was brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It may act.
    Good,
    /// Its time is over.
    Expired,
    /// Its login got a new password since, and nobody renewed it.
    Stopped,
    /// Its login or its tenant is closed, or must first choose a password.
    Closed,
    /// It, or its login, may not be used from this network.
    Elsewhere,
}

/// A key that was brought: whose it is, and how it stands.
#[derive(Debug, Clone)]
pub struct KeyBrought {
    /// The key.
    pub id: ApiKeyId,
    /// Its login.
    pub login: LoginId,
    /// The name of its login.
    pub login_name: String,
    /// The realm of its login.
    pub realm: Realm,
    /// The tenant of its login; none for staff.
    pub tenant: Option<TenantId>,
    /// May it act?
    pub state: KeyState,
}

#[derive(FromRow)]
struct KeyRow {
    key_id: ApiKeyId,
    key_name: String,
    permissions: String,
    domains_only: bool,
    key_networks_only: bool,
    expires_at: Option<Timestamp>,
    stopped_at: Option<Timestamp>,
    #[sqlx(flatten)]
    login: LoginRow,
}

#[derive(FromRow)]
struct LoginRow {
    id: LoginId,
    realm: String,
    name: String,
    full_name: String,
    tenant_id: Option<TenantId>,
    password_one_time: bool,
    networks_only: bool,
    api_access: bool,
    #[sqlx(flatten)]
    standing: Standing,
}

const KEY: &str = "SELECT k.id AS key_id, k.name AS key_name, k.permissions, k.domains_only, \
     k.networks_only AS key_networks_only, k.expires_at, k.stopped_at, l.id, l.realm, l.name, l.full_name, l.tenant_id, \
     l.password_one_time, l.networks_only, l.api_access, l.status AS login_status, t.status AS tenant_status, \
     NULL AS domain_status, NULL AS mailbox_status \
     FROM api_keys k JOIN logins l ON l.id = k.login_id LEFT JOIN tenants t ON t.id = l.tenant_id \
     WHERE l.realm IN ('admin', 'staff')";

const LOGIN: &str = "SELECT l.id, l.realm, l.name, l.full_name, l.tenant_id, l.password_one_time, l.networks_only, \
     l.api_access, l.status AS login_status, t.status AS tenant_status, NULL AS domain_status, NULL AS mailbox_status \
     FROM logins l LEFT JOIN tenants t ON t.id = l.tenant_id WHERE l.realm = 'admin'";

impl KeyRow {
    async fn find(tx: &mut impl Query, token: TokenHash) -> Result<Option<Self>, Error> {
        tx.optional(sql(KEY).push(" AND k.token_hash = $").bind(token)).await
    }

    async fn find_by_id(tx: &mut impl Query, id: ApiKeyId) -> Result<Option<Self>, Error> {
        tx.optional(sql(KEY).push(" AND k.id = $").bind(id)).await
    }

    async fn state(&self, tx: &mut impl Query, address: ClientAddress) -> Result<KeyState, Error> {
        let now = tx.now();
        if self.stopped_at.is_some() {
            return Ok(KeyState::Stopped);
        }
        if self.expires_at.is_some_and(|until| until <= now) {
            return Ok(KeyState::Expired);
        }
        if !self.login.may_act() {
            return Ok(KeyState::Closed);
        }
        let listed = "SELECT network FROM api_key_networks WHERE key_id = $";
        let here = !self.key_networks_only || is_listed(tx, listed, self.key_id.into(), address).await?;
        let here = here && self.login.comes_from_listed(tx, address).await?;
        Ok(if here { KeyState::Good } else { KeyState::Elsewhere })
    }

    /// What it carries. What only an owner may do, it carries only while it is bound to listed networks.
    fn carries(&self) -> PermissionSet {
        let most =
            if self.key_networks_only { carried_by_keys() } else { carried_by_keys().within(handed_on()) };
        PermissionSet::from_stored(&self.permissions).within(most)
    }

    /// The domains it is limited to; those of another tenant are none.
    async fn domains(&self, tx: &mut impl Query) -> Result<Option<Vec<(DomainId, String)>>, Error> {
        if !self.domains_only {
            return Ok(None);
        }
        let statement =
            sql("SELECT d.id, d.name FROM api_key_domains k JOIN domains d ON d.id = k.domain_id \
             WHERE k.key_id = $ AND d.tenant_id = $ ORDER BY d.id")
            .bind(self.key_id)
            .bind(self.login.tenant_id);
        tx.all(statement).await.map(Some)
    }
}

impl LoginRow {
    fn may_act(&self) -> bool {
        self.standing.may_sign_in() && !self.password_one_time
    }

    /// A login that is limited to listed networks is so for programs too; an API Sub-Admin's always is: without a
    /// list its access is off.
    async fn comes_from_listed(&self, tx: &mut impl Query, address: ClientAddress) -> Result<bool, Error> {
        if !self.networks_only {
            return Ok(!self.api_access);
        }
        match must_come_from_listed(tx, self.id, address).await {
            Ok(()) => Ok(true),
            Err(error) if error.code() == Code::NetworkNotAllowed => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn acts(self, through: Through) -> Result<(Who, String), Error> {
        let realm = Realm::by_key(&self.realm).ok_or(Code::WrongCredentials)?;
        let who = Who::Login {
            id: self.id,
            realm,
            through,
            full_name: self.full_name,
            tenant: self.tenant_id,
            mailbox: None,
            must_change_password: false,
        };
        Ok((who, self.name))
    }
}

async fn is_listed(
    tx: &mut impl Query,
    listed: &'static str,
    id: i64,
    address: ClientAddress,
) -> Result<bool, Error> {
    let listed: Vec<(String,)> = tx.all(sql(listed).bind(id)).await?;
    let lets_in = |(network,): &(String,)| {
        network.parse::<NetworkRange>().is_ok_and(|network| network.contains(address))
    };
    Ok(listed.iter().any(lets_in))
}

/// Whose key it is and how it stands; none where there is no such key. Decides nothing: each transaction looks again.
pub async fn look_at_key(
    tx: &mut impl Query,
    token: TokenHash,
    address: ClientAddress,
) -> Result<Option<KeyBrought>, Error> {
    let Some(row) = KeyRow::find(tx, token).await? else { return Ok(None) };
    let Some(realm) = Realm::by_key(&row.login.realm) else { return Ok(None) };
    let state = row.state(tx, address).await?;
    Ok(Some(KeyBrought {
        id: row.key_id,
        login: row.login.id,
        login_name: row.login.name,
        realm,
        tenant: row.login.tenant_id,
        state,
    }))
}

/// Who acts through a key, and what it holds.
pub(super) async fn load_key(
    tx: &mut Loading<'_>,
    token: TokenHash,
    address: ClientAddress,
) -> Result<(Who, String, Vec<Grant>), Error> {
    let row = KeyRow::find(tx, token).await?.ok_or(Code::WrongCredentials)?;
    let grants = row.grants(tx, address).await?;
    let (who, name) = row.login.acts(Through::Key { id: row.key_id, name: row.key_name })?;
    Ok((who, name, grants))
}

/// In whose name an import goes on that was begun before: a login's, no further than the key through which it was begun.
#[derive(Debug, Clone, Copy)]
pub struct Errand {
    /// The login.
    pub login: LoginId,
    /// The key.
    pub key: Option<ApiKeyId>,
    /// The import.
    pub import: ImportId,
}

/// Who acts within an import, and what it holds: everything is read as for acting oneself, from where the import was
/// begun. Whoever may not act now, or must first choose a password, has no import that goes on.
pub(super) async fn load_errand(
    tx: &mut Loading<'_>,
    errand: Errand,
    address: ClientAddress,
) -> Result<(Who, String, Vec<Grant>), Error> {
    let id = errand.import;
    if let Some(key) = errand.key {
        let row = KeyRow::find_by_id(tx, key).await?.filter(|row| row.login.id == errand.login);
        let row = row.ok_or(Code::WrongCredentials)?;
        let grants = row.grants(tx, address).await?;
        let (who, name) = row.login.acts(Through::Import { id, key: Some((row.key_id, row.key_name)) })?;
        return Ok((who, name, grants));
    }
    let row: LoginRow =
        tx.optional(sql(LOGIN).push(" AND l.id = $").bind(errand.login)).await?.ok_or(Code::SignedOut)?;
    if !row.may_act() {
        return Err(Code::SignInClosed.into());
    }
    if !row.comes_from_listed(tx, address).await? {
        return Err(Code::NetworkNotAllowed.into());
    }
    let grants = load_grants(tx, row.id, None).await?;
    let grants = if row.api_access { of_program(row.id, given(grants)) } else { grants };
    let (who, name) = row.acts(Through::Import { id, key: None })?;
    Ok((who, name, grants))
}

impl KeyRow {
    /// What it holds now, if it may act from `address`.
    async fn grants(&self, tx: &mut Loading<'_>, address: ClientAddress) -> Result<Vec<Grant>, Error> {
        if self.state(tx, address).await? != KeyState::Good {
            return Err(Code::WrongCredentials.into());
        }
        let limit =
            Limit { carries: self.carries(), tenant: self.login.tenant_id, domains: self.domains(tx).await? };
        let grants = load_grants(tx, self.login.id, None).await?;
        Ok(of_program(self.login.id, given(grants).flat_map(|grant| limit.cut_down(grant))))
    }
}

/// What a program holds, with the files that it sends itself: what they do needs, row by row, what it was given.
fn of_program(login: LoginId, given: impl Iterator<Item = Grant>) -> Vec<Grant> {
    let own = Grant {
        permissions: PermissionSet::of(&[Permission::OwnImports]),
        ..Grant::built_in(Role::Oneself, Scope::Login(login))
    };
    let mut held: Vec<Grant> = given.collect();
    let brings = |permission| held.iter().any(|grant| grant.permissions.contains(permission));
    if brings(Permission::MailboxAdd) || brings(Permission::AliasAdd) {
        held.push(own);
    }
    held
}

/// Who acts with the password of an API Sub-Admin, which was found right for the stored `password`, and what it holds.
pub(super) async fn load_program(
    tx: &mut Loading<'_>,
    login: LoginId,
    password: &PasswordHash,
    address: ClientAddress,
) -> Result<(Who, String, Vec<Grant>), Error> {
    let statement =
        sql(LOGIN).push(" AND l.api_access AND l.id = $ AND l.password = $").bind(login).bind(password);
    let row: LoginRow = tx.optional(statement).await?.ok_or(Code::WrongCredentials)?;
    if !row.may_act() || !row.comes_from_listed(tx, address).await? {
        return Err(Code::WrongCredentials.into());
    }
    let grants = of_program(row.id, given(load_grants(tx, row.id, None).await?));
    let (who, name) = row.acts(Through::Password)?;
    Ok((who, name, grants))
}

/// Those that somebody gave: what is built in for people is no program's.
fn given(grants: Vec<Grant>) -> impl Iterator<Item = Grant> {
    grants.into_iter().filter(|grant| grant.id.is_some())
}

/// How far a key reaches, whatever its login holds.
#[derive(Debug, Clone)]
struct Limit {
    carries: PermissionSet,
    tenant: Option<TenantId>,
    /// Of `tenant`; none is wherever the login may.
    domains: Option<Vec<(DomainId, String)>>,
}

impl Limit {
    /// What it leaves of a grant.
    fn cut_down(&self, grant: Grant) -> Vec<Grant> {
        let grant = Grant { permissions: grant.permissions.within(self.carries), ..grant };
        let Some(domains) = &self.domains else { return vec![grant] };
        let over = |(id, name): &(DomainId, String)| Grant {
            scope: Scope::Domain(*id),
            scope_name: Some(name.clone()),
            ..grant.clone()
        };
        match grant.scope {
            Scope::Everywhere => domains.iter().map(over).collect(),
            Scope::Tenant(tenant) if self.tenant == Some(tenant) => domains.iter().map(over).collect(),
            Scope::Domain(here) if domains.iter().any(|(id, _)| *id == here) => vec![grant],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    use super::*;
    use crate::authz::{Authority, Permission, Place, Role};
    use crate::words::{GrantId, MailboxId};

    /// Domains 1 and 2 are of tenant 1, 3 of tenant 2.
    fn tenant_of(domain: i64) -> TenantId {
        TenantId(if domain == 3 { 2 } else { 1 })
    }

    fn places() -> impl Strategy<Value = Place> {
        (option::of(1..4_i64), 1..3_i64, option::of(1..3_i64), option::of(1..3_i64)).prop_map(
            |(domain, tenant, mailbox, login)| Place {
                tenant: Some(domain.map_or(TenantId(tenant), tenant_of)),
                domain: domain.map(DomainId),
                mailbox: mailbox.map(MailboxId),
                login: login.map(LoginId),
            },
        )
    }

    fn grants() -> impl Strategy<Value = Grant> {
        let scope = prop_oneof![
            Just(Scope::Everywhere),
            (1..3_i64).prop_map(|id| Scope::Tenant(TenantId(id))),
            (1..4_i64).prop_map(|id| Scope::Domain(DomainId(id))),
            (1..3_i64).prop_map(|id| Scope::Mailbox(MailboxId(id))),
            (1..3_i64).prop_map(|id| Scope::Login(LoginId(id))),
        ];
        let permissions = subsequence(Permission::ALL, 0..Permission::ALL.len());
        (select(Role::ALL), permissions, scope, option::of(0..10_i64)).prop_map(
            |(role, permissions, scope, until)| Grant {
                id: Some(GrantId(1)),
                permissions: permissions.into_iter().collect(),
                until: until.map(Timestamp),
                ..Grant::built_in(role, scope)
            },
        )
    }

    proptest! {
        #[test]
        fn a_key_does_what_its_login_may_and_what_was_chosen_for_it_and_nothing_else(
            held in vec(grants(), 0..5),
            carries in subsequence(Permission::ALL, 0..Permission::ALL.len()),
            domains in option::of(subsequence(vec![1_i64, 2], 0..3)),
            asked in select(Permission::ALL),
            place in places(),
            now in 0..10_i64,
        ) {
            let carries: PermissionSet = carries.into_iter().collect();
            let chosen = domains.clone().map(|of| of.into_iter().map(|id| (DomainId(id), String::new())).collect());
            let limit = Limit { carries, tenant: Some(TenantId(1)), domains: chosen };
            let own = Authority::new(held.clone());
            let of_key = Authority::new(held.into_iter().flat_map(|grant| limit.cut_down(grant)).collect());
            let within = domains.is_none_or(|of| place.domain.is_some_and(|here| of.contains(&here.0)));
            let may = own.may(asked, place, Timestamp(now)) && carries.contains(asked) && within;
            let may_by_key = of_key.may(asked, place, Timestamp(now));
            if may_by_key {
                prop_assert!(may, "more than its login, or than was chosen");
            }
            // What a login holds over one mailbox or one login alone, a key of chosen domains does without.
            let by_district = |grant: &&Grant| !matches!(grant.scope, Scope::Mailbox(_) | Scope::Login(_));
            let districts = Authority::new(own.grants().iter().filter(by_district).cloned().collect());
            if may && districts.may(asked, place, Timestamp(now)) {
                prop_assert!(may_by_key, "less than was chosen");
            }
        }
    }
}
