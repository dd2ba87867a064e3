//! What the main Admin does with Sub-Admins.

use std::collections::HashMap;

use bailiwick_base::authz::{Authorized, Caller, Detail, Permission, Realm, Target};
use bailiwick_base::db::{Page, PageRequest, Query, ReadTx, WriteTx};
use bailiwick_base::words::{
    DomainId, DomainName, EmailAddress, Line, LoginId, Password, PasswordHash, TenantId, Timestamp,
};
use bailiwick_base::{Code, Error, t};

use super::actions::{AddSubAdmin, InviteSubAdmin, RemoveSubAdmin, UpdateSubAdmin};
use super::changes::{Changes, check_password};
use super::networks::AllowedNetworks;
use super::plan::{Planned, Terms};
use super::review::{InWords, Review, more, only_in};
use super::store::{self, SubAdmin};
use super::sub_admin::SubAdminStatus;
use crate::core::service;
use crate::sign_in::{self, NewLogin, Purpose};
use crate::tenants::Tenant;

service! {
    /// Sub-Admins, as the main Admin manages them.
    SubAdmins
}

/// A Sub-Admin as a list shows it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The Sub-Admin.
    pub sub_admin: SubAdmin,
    /// When it was last here.
    pub last_seen: Option<Timestamp>,
}

/// A Sub-Admin with what its page shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The Sub-Admin.
    pub sub_admin: SubAdmin,
    /// From where it may be used.
    pub networks: AllowedNetworks,
}

/// A Sub-Admin to be added.
#[derive(Debug, Clone)]
pub struct NewSubAdmin {
    /// The name it signs in with.
    pub name: String,
    /// What people call it.
    pub full_name: Line<100>,
    /// Where invitations and recovery links go.
    pub email: EmailAddress,
    /// Its password; without one it is invited.
    pub password: Option<Password>,
    /// What it is given.
    pub terms: Terms,
    /// The caller's own password, asked for where API access is given.
    pub own_password: Option<Password>,
}

impl SubAdmins {
    /// A page of Sub-Admins whose name contains `search`.
    pub async fn page(
        &self,
        caller: &Caller,
        search: &str,
        request: &PageRequest,
    ) -> Result<Page<Listed>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let page = store::page(&mut tx, &visible, search, request).await?;
        let ids: Vec<LoginId> = page.rows.iter().map(|sub_admin| sub_admin.id).collect();
        let used = store::last_uses(&mut tx, &ids).await?;
        drop(tx);
        let mut telemetry = self.core.db().read_telemetry().await?;
        let signed_in = store::last_sign_ins(&mut telemetry, &ids).await?;
        let mut seen: HashMap<LoginId, Timestamp> = HashMap::new();
        for (login, at) in used.into_iter().chain(signed_in) {
            seen.entry(login).and_modify(|last| *last = at.max(*last)).or_insert(at);
        }
        Ok(page.map(|sub_admin| Listed { last_seen: seen.get(&sub_admin.id).copied(), sub_admin }))
    }

    /// One Sub-Admin.
    pub async fn get(&self, caller: &Caller, id: LoginId) -> Result<Shown, Error> {
        let mut tx = self.core.read(caller).await?;
        let sub_admin: SubAdmin = tx.find(id).await?;
        let networks = networks_of(&mut tx, &sub_admin).await?;
        Ok(Shown { sub_admin, networks })
    }

    /// How one stands at this moment.
    pub fn status(&self, sub_admin: &SubAdmin) -> SubAdminStatus {
        sub_admin.status(self.core.ground().clock.now())
    }

    /// The tenant of whoever calls, to which a Sub-Admin is added.
    pub async fn own_tenant(&self, caller: &Caller) -> Result<TenantId, Error> {
        self.core.read(caller).await?.actor().tenant().ok_or_else(|| Code::NoSuchThing.into())
    }

    /// The tenant's domains to choose from, by name; one more than can be chosen if there are more.
    pub async fn domains(
        &self,
        caller: &Caller,
        tenant: TenantId,
    ) -> Result<Vec<(DomainId, DomainName)>, Error> {
        let mut tx = self.core.read(caller).await?;
        let tenant: Tenant = tx.find(tenant).await?;
        store::domain_choices(&mut tx, tenant.id).await
    }

    /// Adds a Sub-Admin, and invites it if it is given no password.
    pub async fn add(&self, caller: &Caller, tenant: TenantId, new: &NewSubAdmin) -> Result<SubAdmin, Error> {
        let name = sign_in::login_name(&new.name)?;
        let mut tx = self.core.read(caller).await?;
        tx.authorize::<AddSubAdmin>(tenant).await?;
        let actor = tx.actor().clone();
        new.terms.plan(&mut tx, &actor, tenant, None).await?;
        drop(tx);
        if new.terms.api_purpose.is_some() && new.password.is_none() {
            return Err(Error::new(Code::ApiNeedsPassword).on("password"));
        }
        if actor.is_program() && (new.password.is_some() || new.terms.api_purpose.is_some()) {
            return Err(Code::NotByProgram.into());
        }
        let hash = self.hash(new.password.as_ref(), &[&name, new.full_name.as_str()]).await?;
        if new.terms.api_purpose.is_some() {
            self.reauthenticate(caller, new.own_password.as_ref()).await?;
        }
        let mut tx = self.core.write(caller).await?;
        let proof = tx.authorize::<AddSubAdmin>(tenant).await?;
        let actor = tx.actor().clone();
        let planned = new.terms.plan(&mut tx, &actor, tenant, None).await?;
        let login = NewLogin {
            realm: Realm::Admin,
            name: &name,
            full_name: new.full_name.as_str(),
            tenant,
            mailbox: None,
            password: hash.as_ref().map(|hash| (hash, false)),
            recovery: Some(&new.email),
        };
        let id = login.create(&self.core, &mut tx).await?;
        store::insert(&mut tx, &proof, id, &planned).await?;
        let added = reload(&mut tx, id).await?;
        tx.commit(proof.event_about(&added, added_in_words(&added, &planned))).await?;
        Ok(added)
    }

    /// What a change would do. Writes nothing.
    pub async fn review(&self, caller: &Caller, id: LoginId, changes: &Changes) -> Result<Review, Error> {
        let mut tx = self.core.read(caller).await?;
        let sub_admin = tx.authorize::<UpdateSubAdmin>(id).await?;
        let networks = networks_of(&mut tx, &sub_admin).await?;
        let actor = tx.actor().clone();
        let planned = changes.terms.plan(&mut tx, &actor, sub_admin.tenant_id, Some(&sub_admin)).await?;
        let name = changes.check(&sub_admin, &planned)?;
        let users = (
            reached(&mut tx, &sub_admin, sub_admin.permissions().contains(Permission::MailboxView), None)
                .await?,
            reached(
                &mut tx,
                &sub_admin,
                planned.permissions.contains(Permission::MailboxView),
                Some(&planned),
            )
            .await?,
        );
        let (before, after) = (domain_names(&sub_admin), planned_names(&planned));
        let mut told = changes.of_the_person(&sub_admin, &name);
        told.extend(InWords::of(&sub_admin, &networks).changes(&InWords::of_plan(&planned)));
        Ok(Review {
            gained: more(planned.permissions, sub_admin.permissions()),
            lost: more(sub_admin.permissions(), planned.permissions),
            domains_added: only_in(after.as_deref(), before.as_deref()),
            domains_removed: only_in(before.as_deref(), after.as_deref()),
            changes: told,
            users,
            asks_own_password: changes.ask_own_password(&sub_admin, &networks, &planned),
            password_mark: changes.password.as_ref().map(|new| self.mark(id, new)).unwrap_or_default(),
            sub_admin: (*sub_admin).clone(),
        })
    }

    /// Changes a Sub-Admin. A new password, and API access given or taken, end everything that is open for it.
    pub async fn update(&self, caller: &Caller, id: LoginId, changes: &Changes) -> Result<(), Error> {
        let mut tx = self.core.read(caller).await?;
        let seen = tx.authorize::<UpdateSubAdmin>(id).await?;
        let networks = networks_of(&mut tx, &seen).await?;
        let actor = tx.actor().clone();
        if seen.version != changes.version {
            return Err(Code::ChangedMeanwhile.into());
        }
        let planned = changes.terms.plan(&mut tx, &actor, seen.tenant_id, Some(&seen)).await?;
        drop(tx);
        let name = changes.check(&seen, &planned)?;
        self.compare_entries(id, changes)?;
        let by_program = actor.is_program() && changes.touch_way_in(&seen, &networks, &planned);
        if by_program || changes.ask_own_password(&seen, &networks, &planned) {
            self.reauthenticate(caller, changes.own_password.as_ref()).await?;
        }
        let hash = self.hash(changes.password.as_ref(), &[&name, changes.full_name.as_str()]).await?;
        let mut tx = self.core.write(caller).await?;
        let proof = tx.authorize::<UpdateSubAdmin>(id).await?;
        // The row is locked from here on, and of the version that was looked at above: what was asked then holds.
        if proof.version != changes.version {
            return Err(Code::ChangedMeanwhile.into());
        }
        let actor = tx.actor().clone();
        let planned = changes.terms.plan(&mut tx, &actor, proof.tenant_id, Some(&proof)).await?;
        store::update(&mut tx, &proof, (&name, &changes.full_name, &changes.email), &planned).await?;
        self.settle(&mut tx, &proof, changes, &planned, hash.as_ref()).await?;
        let detail = changes.detail(&proof, &networks, &planned, &name);
        tx.commit(proof.event(detail)).await
    }

    /// What follows from a change: sessions and links that end, an invitation that goes to the new address.
    async fn settle(
        &self,
        tx: &mut WriteTx,
        before: &Authorized<UpdateSubAdmin>,
        changes: &Changes,
        planned: &Planned,
        hash: Option<&PasswordHash>,
    ) -> Result<(), Error> {
        let is_program = planned.api_purpose.is_some();
        if let Some(hash) = hash {
            sign_in::replace_password(tx, before.id, None, hash, false).await?;
        }
        if is_program != before.api_access {
            sign_in::end_sessions(tx, before.id, None).await?;
            sign_in::end_links(tx, before.id).await?;
        }
        if before.email().as_ref() != Some(&changes.email) {
            sign_in::end_links(tx, before.id).await?;
            if before.is_invited() && hash.is_none() {
                let (to, name) = (changes.email.clone(), changes.name.trim().to_lowercase());
                sign_in::send_link(&self.core, tx, Purpose::Invitation, Realm::Admin, before.id, &name, to)
                    .await?;
            }
        }
        Ok(())
    }

    /// Removes a Sub-Admin: from this commit on none of its sessions, links or keys opens anything.
    pub async fn remove(&self, caller: &Caller, id: LoginId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let sub_admin = tx.authorize::<RemoveSubAdmin>(id).await?;
        let networks = networks_of(&mut tx, &sub_admin).await?;
        store::remove(&mut tx, &sub_admin).await?;
        let words = InWords::of(&sub_admin, &networks);
        let detail = Detail::none()
            .was("full_name", &sub_admin.full_name)
            .was("access", &words.access)
            .was("domains", &words.domains);
        tx.commit(sub_admin.event(detail)).await
    }

    /// Sends the invitation again or, once there is a password, a link for a new one; the address it went to.
    pub async fn invite(&self, caller: &Caller, id: LoginId) -> Result<EmailAddress, Error> {
        let mut tx = self.core.write(caller).await?;
        let sub_admin = tx.authorize::<InviteSubAdmin>(id).await?;
        if sub_admin.api_access {
            return Err(Error::new(Code::ApiNeedsPassword).on("password"));
        }
        let to = sub_admin.email().ok_or(Code::NoRecoveryAddress)?;
        let purpose = if sub_admin.is_invited() { Purpose::Invitation } else { Purpose::Reset };
        let name = sub_admin.name.as_str();
        sign_in::send_link(&self.core, &mut tx, purpose, Realm::Admin, id, name, to.clone()).await?;
        tx.commit(sub_admin.event(Detail::none().set("sent_to", &to))).await?;
        Ok(to)
    }

    async fn hash(&self, password: Option<&Password>, about: &[&str]) -> Result<Option<PasswordHash>, Error> {
        let Some(password) = password else { return Ok(None) };
        check_password(password, about)?;
        sign_in::hash_new(&self.core, password.clone()).await.map(Some)
    }

    async fn reauthenticate(&self, caller: &Caller, own: Option<&Password>) -> Result<(), Error> {
        if self.core.read(caller).await?.actor().is_program() {
            return Err(Code::NotByProgram.into());
        }
        let own = own.ok_or_else(|| Error::new(Code::FieldMissing).on("own_password"))?;
        sign_in::reauthenticate(&self.core, caller, own, "own_password").await
    }

    /// What a page can carry instead of a password: to be compared with, good for nothing else.
    fn mark(&self, id: LoginId, password: &Password) -> String {
        let data = [id.to_string().as_bytes(), b" ", password.as_bytes()].concat();
        let mac = self.core.ground().keys.mac("new password of a sub-admin", &data);
        data_encoding::BASE64URL_NOPAD.encode(&mac[..16])
    }

    /// The new password was entered twice, the same each time.
    fn compare_entries(&self, id: LoginId, changes: &Changes) -> Result<(), Error> {
        let Some(first) = &changes.password_mark else { return Ok(()) };
        let second = changes.password.as_ref().map(|new| self.mark(id, new)).unwrap_or_default();
        if *first == second { Ok(()) } else { Err(Error::new(Code::PasswordsDiffer).on("password")) }
    }
}

fn added_in_words(added: &SubAdmin, planned: &Planned) -> Detail {
    let words = InWords::of_plan(planned);
    let password = if added.is_invited() { t!("sub-admin-how-invited") } else { t!("sub-admin-how-set") };
    Detail::none()
        .set("full_name", &added.full_name)
        .set("recovery_address", &added.recovery_address)
        .set("password", password)
        .set("access", &words.access)
        .set("domains", &words.domains)
        .set("until", &words.until)
        .set("networks", &words.networks)
        .set("api_access", &words.api_access)
        .reason(&words.note)
}

async fn networks_of(tx: &mut impl Query, sub_admin: &SubAdmin) -> Result<AllowedNetworks, Error> {
    Ok(AllowedNetworks { list: store::networks(tx, sub_admin.id).await?, only: sub_admin.networks_only })
}

async fn reload(tx: &mut WriteTx, id: LoginId) -> Result<SubAdmin, Error> {
    let visible = tx.visible()?;
    SubAdmin::load(tx, &visible, id).await?.ok_or_else(|| Code::NoSuchThing.into())
}

fn domain_names(sub_admin: &SubAdmin) -> Option<Vec<String>> {
    let shown =
        |(_, name): (DomainId, String)| name.parse().map_or(name, |name: DomainName| name.to_unicode());
    sub_admin.domains().map(|domains| domains.into_iter().map(shown).collect())
}

fn planned_names(planned: &Planned) -> Option<Vec<String>> {
    planned.domains.as_ref().map(|domains| domains.iter().map(|(_, name)| name.to_unicode()).collect())
}

/// How many users a Sub-Admin reaches, now or as planned.
async fn reached(
    tx: &mut ReadTx,
    sub_admin: &SubAdmin,
    sees_users: bool,
    planned: Option<&Planned>,
) -> Result<i64, Error> {
    if !sees_users {
        return Ok(0);
    }
    let domains = match planned {
        Some(planned) => planned.domain_ids(),
        None => sub_admin.domains().map(|domains| domains.iter().map(|(id, _)| *id).collect()),
    };
    store::users_in(tx, sub_admin.tenant_id, domains.as_deref()).await
}
