//! What people do with API keys.

use std::collections::HashMap;

use bailiwick_base::authz::{
    Action, Authorized, Caller, Detail, Grant, Permission, PermissionSet, Scope, Target, carried_by_keys,
};
use bailiwick_base::db::{Page, PageRequest, Query, ReadTx, WriteTx};
use bailiwick_base::words::{ApiKeyId, DomainId, DomainName, LoginId, Password, TenantId};
use bailiwick_base::{Code, Error};

use super::actions::{
    ChangeKeyOf, ChangeOwnKey, MakeKeyFor, MakeOwnKey, RemoveKeyOf, RemoveOwnKey, RenewKeyOf, RenewOwnKey,
};
use super::key::{ApiKey, KeyHolder, KeyTerms};
use super::secret;
use super::shown::{Choices, LastUse, Listed, Made, Oneself, Whose};
use super::store::{self, Planned};
use super::words::{carried_in_words, end_in_words, places_in_words};
use crate::core::service;
use crate::imports;
use crate::sign_in;

service! {
    /// API keys, as their holders and the main Admin manage them.
    ApiKeys
}

impl ApiKeys {
    /// A page of keys, the newest first.
    pub async fn page(
        &self,
        caller: &Caller,
        whose: Whose<'_>,
        request: &PageRequest,
    ) -> Result<Page<Listed>, Error> {
        let mut tx = self.core.read(caller).await?;
        let own = tx.actor().login().ok_or(Code::NoSuchThing)?;
        let visible = match whose {
            Whose::Own => tx.visible_by(Permission::OwnKeys)?,
            Whose::Others(_) | Whose::All(_) => tx.visible()?,
        };
        let now = tx.now();
        let page = store::page(&mut tx, &visible, own, whose, request).await?;
        drop(tx);
        let ids: Vec<ApiKeyId> = page.rows.iter().map(|key| key.id).collect();
        let mut uses = self.uses(&ids).await?;
        Ok(page.map(|key| Listed { last_use: uses.remove(&key.id), status: key.status(now), key }))
    }

    async fn uses(&self, keys: &[ApiKeyId]) -> Result<HashMap<ApiKeyId, LastUse>, Error> {
        let mut telemetry = self.core.db().read_telemetry().await?;
        let uses = store::uses(&mut telemetry, keys).await?;
        Ok(uses.into_iter().map(|(key, at, address)| (key, LastUse { at, address })).collect())
    }

    /// One key: one's own, or another's that may be seen.
    pub async fn get(&self, caller: &Caller, id: ApiKeyId) -> Result<Listed, Error> {
        let mut tx = self.core.read(caller).await?;
        let key = find(&mut tx, id).await?;
        let status = key.status(tx.now());
        drop(tx);
        let last_use = self.uses(&[id]).await?.remove(&id);
        Ok(Listed { key, status, last_use })
    }

    /// Who calls, and what it may do at this moment.
    pub async fn oneself(&self, caller: &Caller) -> Result<Oneself, Error> {
        let tx = self.core.read(caller).await?;
        let (actor, now) = (tx.actor(), tx.now());
        let held = |grant: &&Grant| grant.id.is_some() && grant.alive(now) && !grant.permissions.is_empty();
        Ok(Oneself {
            login: actor.login().ok_or(Code::NoSuchThing)?,
            name: actor.name().to_owned(),
            realm: actor.kind(),
            tenant: actor.tenant(),
            key: actor.key().map(|(id, name)| (id, name.to_owned())),
            grants: actor.grants().iter().filter(held).cloned().collect(),
        })
    }

    /// What a key of one's own, or of this API Sub-Admin, can be given.
    pub async fn choices(&self, caller: &Caller, holder: Option<LoginId>) -> Result<Choices, Error> {
        let mut tx = self.core.read(caller).await?;
        let own = tx.actor().login();
        let holder = match holder.filter(|login| Some(*login) != own) {
            None => KeyHolder::clone(&*tx.authorize::<MakeOwnKey>(own.ok_or(Code::NoSuchThing)?).await?),
            Some(login) => of_program(&*tx.authorize::<MakeKeyFor>(login).await?)?.clone(),
        };
        let (permissions, scopes) = held_by(&mut tx, holder.id).await?;
        let domains = match holder.tenant {
            Some(tenant) => store::domain_choices(&mut tx, tenant, &scopes).await?,
            None => Vec::new(),
        };
        Ok(Choices { holder, permissions, domains })
    }

    /// Makes a key of one's own or, for an API Sub-Admin that is named, one of its.
    pub async fn make(
        &self,
        caller: &Caller,
        holder: Option<LoginId>,
        terms: &KeyTerms,
        own_password: &Password,
    ) -> Result<Made, Error> {
        let own = self.core.read(caller).await?.actor().login().ok_or(Code::NoSuchThing)?;
        match holder.filter(|login| *login != own) {
            None => self.make_as::<MakeOwnKey>(caller, own, terms, own_password).await,
            Some(login) => self.make_as::<MakeKeyFor>(caller, login, terms, own_password).await,
        }
    }

    async fn make_as<A: Action<Target = KeyHolder>>(
        &self,
        caller: &Caller,
        login: LoginId,
        terms: &KeyTerms,
        own_password: &Password,
    ) -> Result<Made, Error> {
        let mut tx = self.core.read(caller).await?;
        let holder = tx.authorize::<A>(login).await?;
        if tx.actor().login() != Some(login) {
            of_program(&holder)?;
        }
        let (held, _) = held_by(&mut tx, login).await?;
        let permissions = terms.check(held, None, tx.now())?;
        domains(&mut tx, terms, holder.tenant).await?;
        drop(tx);
        sign_in::reauthenticate(&self.core, caller, own_password, "own_password").await?;
        let mut tx = self.core.write(caller).await?;
        let holder = tx.authorize::<A>(login).await?;
        let planned = Planned {
            name: terms.name.as_str(),
            permissions,
            domains: domains(&mut tx, terms, holder.tenant).await?,
            networks: &terms.networks,
            until: terms.until,
        };
        let secret = tx.new_secret();
        let id = store::insert(&mut tx, &holder, &planned, &secret).await?;
        let key = reload::<A>(&mut tx, id).await?;
        let detail = Detail::none()
            .set("login", &holder.name)
            .set("access", carried_in_words(permissions))
            .set("domains", places_in_words(key.domains.as_deref()))
            .set("networks", terms.networks.in_words())
            .set("until", end_in_words(terms.until));
        tx.commit(holder.event_about(&key, detail)).await?;
        Ok(Made { key, secret: secret::reveal(&secret) })
    }

    /// Changes a key. What its login has lost since, the key loses with it.
    pub async fn change(
        &self,
        caller: &Caller,
        id: ApiKeyId,
        version: Option<i64>,
        terms: &KeyTerms,
        own_password: &Password,
    ) -> Result<(), Error> {
        if self.is_own(caller, id).await? {
            self.change_as::<ChangeOwnKey>(caller, id, version, terms, own_password).await
        } else {
            self.change_as::<ChangeKeyOf>(caller, id, version, terms, own_password).await
        }
    }

    async fn change_as<A: Action<Target = ApiKey>>(
        &self,
        caller: &Caller,
        id: ApiKeyId,
        version: Option<i64>,
        terms: &KeyTerms,
        own_password: &Password,
    ) -> Result<(), Error> {
        let mut tx = self.core.read(caller).await?;
        let seen = tx.authorize::<A>(id).await?;
        changeable(tx.actor().login(), &seen)?;
        if version.is_some_and(|version| version != seen.version) {
            return Err(Code::ChangedMeanwhile.into());
        }
        let (held, _) = held_by(&mut tx, seen.login).await?;
        let permissions = terms.check(held, seen.until, tx.now())?;
        domains(&mut tx, terms, seen.tenant).await?;
        drop(tx);
        sign_in::reauthenticate(&self.core, caller, own_password, "own_password").await?;
        let mut tx = self.core.write(caller).await?;
        let key = tx.authorize::<A>(id).await?;
        if key.version != seen.version {
            return Err(Code::ChangedMeanwhile.into());
        }
        let planned = Planned {
            name: terms.name.as_str(),
            permissions,
            domains: domains(&mut tx, terms, key.tenant).await?,
            networks: &terms.networks,
            until: terms.until,
        };
        store::update(&mut tx, &key, &planned).await?;
        let after = reload::<A>(&mut tx, id).await?;
        tx.commit(key.event(changed(&key, &after))).await
    }

    /// Gives a key another secret. The old one is dead from this commit on.
    pub async fn renew(&self, caller: &Caller, id: ApiKeyId, own_password: &Password) -> Result<Made, Error> {
        if self.is_own(caller, id).await? {
            self.renew_as::<RenewOwnKey>(caller, id, own_password).await
        } else {
            self.renew_as::<RenewKeyOf>(caller, id, own_password).await
        }
    }

    async fn renew_as<A: Action<Target = ApiKey>>(
        &self,
        caller: &Caller,
        id: ApiKeyId,
        own_password: &Password,
    ) -> Result<Made, Error> {
        let mut tx = self.core.read(caller).await?;
        let seen = tx.authorize::<A>(id).await?;
        changeable(tx.actor().login(), &seen)?;
        drop(tx);
        sign_in::reauthenticate(&self.core, caller, own_password, "own_password").await?;
        let mut tx = self.core.write(caller).await?;
        let key = tx.authorize::<A>(id).await?;
        let secret = tx.new_secret();
        store::renew(&mut tx, &key, &secret).await?;
        imports::interrupt(&mut tx, key.login, Some(id)).await?;
        let renewed = reload::<A>(&mut tx, id).await?;
        tx.commit(key.event(Detail::none().set("login", &key.login_name))).await?;
        Ok(Made { key: renewed, secret: secret::reveal(&secret) })
    }

    /// Removes a key. It opens nothing from this commit on.
    pub async fn remove(&self, caller: &Caller, id: ApiKeyId) -> Result<(), Error> {
        if self.is_own(caller, id).await? {
            self.remove_as::<RemoveOwnKey>(caller, id).await
        } else {
            self.remove_as::<RemoveKeyOf>(caller, id).await
        }
    }

    async fn remove_as<A: Action<Target = ApiKey>>(
        &self,
        caller: &Caller,
        id: ApiKeyId,
    ) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let key = tx.authorize::<A>(id).await?;
        store::remove(&mut tx, &key).await?;
        let detail = Detail::none()
            .was("login", &key.login_name)
            .was("access", carried_in_words(key.permissions))
            .was("domains", places_in_words(key.domains.as_deref()));
        tx.commit(key.event(detail)).await?;
        store::forget_uses(&self.core, id);
        Ok(())
    }

    /// Is it a key of the person who asks? A program has none of its own, whatever login it acts for.
    async fn is_own(&self, caller: &Caller, id: ApiKeyId) -> Result<bool, Error> {
        let mut tx = self.core.read(caller).await?;
        let key = find(&mut tx, id).await?;
        let actor = tx.actor();
        Ok(actor.login() == Some(key.login) && !actor.is_program())
    }
}

/// One's own, or another's that may be seen.
async fn find(tx: &mut ReadTx, id: ApiKeyId) -> Result<ApiKey, Error> {
    let now = tx.now();
    if tx.actor().holds(Permission::ApiKeyView, now) {
        return tx.find(id).await;
    }
    let visible = tx.visible_by(Permission::OwnKeys)?;
    ApiKey::load(tx, &visible, id).await?.ok_or_else(|| Code::NoSuchThing.into())
}

/// What a key of a login can carry now, and where that login was given something.
async fn held_by(tx: &mut ReadTx, login: LoginId) -> Result<(PermissionSet, Vec<Scope>), Error> {
    let now = tx.now();
    let authority = tx.authority_of(login).await?;
    let held =
        Permission::ALL.iter().copied().filter(|one| authority.holds(*one, now)).collect::<PermissionSet>();
    let scopes = authority.grants().iter().filter(|grant| grant.id.is_some() && grant.alive(now));
    Ok((held.within(carried_by_keys()), scopes.map(|grant| grant.scope).collect()))
}

/// The domains a key is limited to, of its login's tenant.
async fn domains(
    tx: &mut impl Query,
    terms: &KeyTerms,
    tenant: Option<TenantId>,
) -> Result<Option<Vec<(DomainId, DomainName)>>, Error> {
    match tenant {
        Some(tenant) => terms.reach.resolve(tx, tenant).await,
        None if terms.reach == crate::sub_admins::Reach::All => Ok(None),
        None => Err(Error::new(Code::MalformedRequest)),
    }
}

/// A person makes their own keys; what others make is for programs.
fn of_program(holder: &KeyHolder) -> Result<&KeyHolder, Error> {
    if holder.of_program { Ok(holder) } else { Err(Code::NotAnApiLogin.into()) }
}

fn changeable(actor: Option<LoginId>, key: &ApiKey) -> Result<(), Error> {
    if actor == Some(key.login) || key.of_program { Ok(()) } else { Err(Code::NotAnApiLogin.into()) }
}

/// The key as it is now, for whoever may do `A`.
async fn reload<A: Action>(tx: &mut WriteTx, id: ApiKeyId) -> Result<ApiKey, Error> {
    let visible = tx.visible_by(A::SEES)?;
    ApiKey::load(tx, &visible, id).await?.ok_or_else(|| Code::NoSuchThing.into())
}

fn changed<A: Action<Target = ApiKey>>(before: &Authorized<A>, after: &ApiKey) -> Detail {
    let places = |key: &ApiKey| places_in_words(key.domains.as_deref());
    Detail::none()
        .changed("name", &before.name, &after.name)
        .changed("access", &carried_in_words(before.permissions), &carried_in_words(after.permissions))
        .changed("domains", &places(before), &places(after))
        .changed("networks", &before.networks.in_words(), &after.networks.in_words())
        .changed("until", &end_in_words(before.until), &end_in_words(after.until))
}

/// Stops all keys of a login that gets a new password: whoever knew the old one may have made one (K16).
pub(crate) async fn stop_keys(tx: &mut WriteTx, login: LoginId) -> Result<(), Error> {
    store::stop(tx, login).await
}
