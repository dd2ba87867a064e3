//! The way back in for Admins and staff, for whoever is root on the machine: links, recovery addresses, and
//! logins that are closed and opened again.

use bailiwick_base::authz::{Caller, Detail, Realm, Role, Target};
use bailiwick_base::db::{Page, PageRequest};
use bailiwick_base::words::{EmailAddress, LoginId, TenantId};
use bailiwick_base::{Code, Error};

use super::actions::{DisableLogin, EnableLogin, LiftNetworks, MakeResetLink, SetRecoveryAddress, SignOut};
use super::letters::{About, recovery_changed};
use super::network::{letter_key, told};
use super::recovery::must_be_elsewhere;
use super::store::{self, Person};
use crate::core::service;
use crate::emails;
use crate::sign_in;
use crate::staff;

service! {
    /// Looks after the logins of Admins and staff from the machine itself.
    People
}

/// Whose logins are wanted.
#[derive(Debug, Clone, Copy)]
pub struct PersonFilter {
    /// Of Admins or of staff.
    pub realm: Realm,
    /// Of one tenant.
    pub tenant: Option<TenantId>,
}

impl People {
    /// A page of people with the highest role each has.
    pub async fn page(
        &self,
        caller: &Caller,
        filter: &PersonFilter,
        request: &PageRequest,
    ) -> Result<Page<(Person, Option<Role>)>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let page = store::page(&mut tx, &visible, filter, request).await?;
        let ids: Vec<LoginId> = page.rows.iter().map(Target::id).collect();
        let roles = store::roles(&mut tx, &visible, &ids).await?;
        Ok(page.map(|person| {
            let role = highest(&roles, person.id());
            (person, role)
        }))
    }

    /// Somebody by the name they sign in with, with the highest role they have.
    pub async fn by_name(
        &self,
        caller: &Caller,
        realm: Realm,
        name: &str,
    ) -> Result<(Person, Option<Role>), Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let name = name.trim().to_lowercase();
        let person = store::by_name(&mut tx, &visible, realm, &name).await?.ok_or(Code::NoSuchThing)?;
        let roles = store::roles(&mut tx, &visible, &[person.id()]).await?;
        let role = highest(&roles, person.id());
        Ok((person, role))
    }

    /// Ends all sessions of the login. Links that were sent go on working.
    pub async fn sign_out(&self, caller: &Caller, id: LoginId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let person = tx.authorize::<SignOut>(id).await?;
        sign_in::end_sessions(&mut tx, id, None).await?;
        tx.commit(person.event(Detail::none())).await
    }

    /// Makes a link to set a new password; older ones are dead. It is returned once and sent to nobody.
    pub async fn reset_link(&self, caller: &Caller, id: LoginId) -> Result<String, Error> {
        let mut tx = self.core.write(caller).await?;
        let person = tx.authorize::<MakeResetLink>(id).await?;
        let link = sign_in::hand_out_reset_link(&self.core, &mut tx, person.realm(), id).await?;
        tx.commit(person.event(Detail::none().set("link", "made"))).await?;
        Ok(link)
    }

    /// Says where recovery links go. The former address is told; links that went there are dead.
    pub async fn set_recovery_address(
        &self,
        caller: &Caller,
        id: LoginId,
        address: &EmailAddress,
    ) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let person = tx.authorize::<SetRecoveryAddress>(id).await?;
        let after = Some(address.to_string());
        if person.recovery_address == after {
            return Ok(());
        }
        let realm = person.realm();
        if realm == Realm::Staff {
            must_be_elsewhere(&mut tx, address).await?;
        }
        store::set_recovery_address(&mut tx, &person, None, address).await?;
        sign_in::end_links(&mut tx, id).await?;
        let about = About { origins: &self.core.settings().origins, realm, name: &person.name };
        for to in told(realm, &person.name, person.recovery_address.as_deref()) {
            let key = letter_key(&tx);
            emails::enqueue(&mut tx, key, &recovery_changed(&about, &to, address)).await?;
        }
        let detail = Detail::none().changed("recovery_address", &person.recovery_address, &after);
        tx.commit(person.event(detail)).await
    }

    /// The login may be used from everywhere again; whether it was limited before. A program's list stays.
    pub async fn lift_networks(&self, caller: &Caller, id: LoginId) -> Result<bool, Error> {
        let mut tx = self.core.write(caller).await?;
        let person = tx.authorize::<LiftNetworks>(id).await?;
        if !store::lift_networks(&mut tx, &person).await? {
            return Ok(false);
        }
        tx.commit(person.event(Detail::none().changed("networks_only", &true, &false))).await?;
        Ok(true)
    }

    /// The login can be used no more: its sessions and links end. Never that of the last owner who can sign in on any day (K27).
    pub async fn disable(&self, caller: &Caller, id: LoginId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let person = tx.authorize::<DisableLogin>(id).await?;
        if person.is_disabled() {
            return Ok(());
        }
        if staff::lasting_owners(&mut tx).await? == [id] {
            return Err(Code::LastStaffOwner.into());
        }
        store::set_status(&mut tx, &person, "disabled").await?;
        sign_in::end_links(&mut tx, id).await?;
        sign_in::end_sessions(&mut tx, id, None).await?;
        let detail = Detail::none().changed("status", &person.status.as_str(), &"disabled");
        tx.commit(person.event(detail)).await
    }

    /// The login can be used again. One that never had a password still waits for its first.
    pub async fn enable(&self, caller: &Caller, id: LoginId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let person = tx.authorize::<EnableLogin>(id).await?;
        if !person.is_disabled() {
            return Ok(());
        }
        let status = if person.has_password { "active" } else { "invited" };
        store::set_status(&mut tx, &person, status).await?;
        tx.commit(person.event(Detail::none().changed("status", &"disabled", &status))).await
    }
}

fn highest(roles: &[(LoginId, Role)], login: LoginId) -> Option<Role> {
    roles.iter().filter(|(of, _)| *of == login).map(|(_, role)| *role).max_by_key(|role| role.rank())
}
