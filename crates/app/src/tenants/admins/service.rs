//! What staff does about a tenant's Admins.

use std::collections::HashMap;

use bailiwick_base::authz::{Authorized, Caller, Detail, Events, Realm};
use bailiwick_base::db::{Page, PageRequest, Query, WriteTx};
use bailiwick_base::words::{EmailAddress, Line, LoginId, TenantId, Timestamp};
use bailiwick_base::{Code, Error, t};

use super::actions::{BindByLimits, ChangeAdminAddress, LiftLimits, SendAdminLink};
use super::store::{self, AdminLogin, LoginStatus};
use crate::core::service;
use crate::emails::{self, Letter};
use crate::settings::Portal;
use crate::sign_in::{self, Purpose};
use crate::tenants::Tenant;

service! {
    /// The logins with which tenants are administered.
    Admins
}

impl Admins {
    /// A page of a tenant's logins, with when each was last signed in to.
    pub async fn page(
        &self,
        caller: &Caller,
        tenant: TenantId,
        search: &str,
        request: &PageRequest,
    ) -> Result<(Tenant, Page<AdminLogin>, HashMap<LoginId, Timestamp>), Error> {
        let mut tx = self.core.read(caller).await?;
        // Who sees no Admin anywhere is refused before anything is looked up.
        let visible = tx.visible()?;
        let of: Tenant = tx.find(tenant).await?;
        let page = store::page(&mut tx, &visible, tenant, search, request).await?;
        drop(tx);
        let ids: Vec<LoginId> = page.rows.iter().map(|admin| admin.id).collect();
        let seen = sign_in::last_sign_ins(&self.core, &ids).await?;
        Ok((of, page, seen))
    }

    /// One of them, with its tenant and when it was last signed in to.
    pub async fn get(
        &self,
        caller: &Caller,
        tenant: TenantId,
        login: LoginId,
    ) -> Result<(Tenant, AdminLogin, Option<Timestamp>), Error> {
        let mut tx = self.core.read(caller).await?;
        tx.visible::<AdminLogin>()?;
        let of: Tenant = tx.find(tenant).await?;
        let admin: AdminLogin = tx.find(login).await?;
        drop(tx);
        must_be_of(&admin, tenant)?;
        let seen = sign_in::last_sign_ins(&self.core, &[login]).await?;
        Ok((of, admin, seen.get(&login).copied()))
    }

    /// Sends the main Admin the invitation again or a link to recover access; the address it went to.
    pub async fn send_link(
        &self,
        caller: &Caller,
        tenant: TenantId,
        login: LoginId,
    ) -> Result<EmailAddress, Error> {
        let mut tx = self.core.write(caller).await?;
        let admin = main_of(tx.authorize::<SendAdminLink>(login).await?, tenant)?;
        let to = admin.recovery_address.clone().ok_or(Code::NoRecoveryAddress)?;
        let purpose = match admin.status {
            LoginStatus::Active => Purpose::Reset,
            LoginStatus::Invited => Purpose::Invitation,
            LoginStatus::Disabled => return Err(Code::SignInClosed.into()),
        };
        sign_in::send_link(&self.core, &mut tx, purpose, Realm::Admin, login, &admin.name, to.clone())
            .await?;
        tx.commit(admin.event(Detail::none().set("sent_to", &to))).await?;
        Ok(to)
    }

    /// Changes where the main Admin's links go. Links that went to the old address are dead; both addresses are told.
    pub async fn change_address(
        &self,
        caller: &Caller,
        tenant: TenantId,
        login: LoginId,
        address: &EmailAddress,
    ) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let admin = main_of(tx.authorize::<ChangeAdminAddress>(login).await?, tenant)?;
        if tx.actor().is_program() {
            // Whoever chooses where links go has the login.
            return Err(Code::NotByProgram.into());
        }
        let before = admin.recovery_address.clone();
        if before.as_ref() == Some(address) {
            return Ok(());
        }
        store::set_address(&mut tx, &admin, address).await?;
        sign_in::end_links(&mut tx, login).await?;
        let key = |which: &str| format!("admin address {login} {} {which}", tx.now().0);
        let keys = (key("old"), key("new"));
        if let Some(old) = &before {
            let told = self.notice(old.clone(), &admin.name, t!("mail-admin-address-old").into_owned());
            emails::enqueue(&mut tx, keys.0, &told).await?;
        }
        let told = self.notice(address.clone(), &admin.name, t!("mail-admin-address-new").into_owned());
        emails::enqueue(&mut tx, keys.1, &told).await?;
        if admin.status == LoginStatus::Invited {
            let (purpose, to) = (Purpose::Invitation, address.clone());
            sign_in::send_link(&self.core, &mut tx, purpose, Realm::Admin, login, &admin.name, to).await?;
        }
        let detail = Detail::none().changed(
            "recovery_address",
            &before.map(|address| address.to_string()),
            &Some(address.to_string()),
        );
        tx.commit(admin.event(detail)).await
    }

    fn notice(&self, to: EmailAddress, name: &str, what_to_do: String) -> Letter {
        let host = self.core.settings().origins.of(Portal::Admin);
        Letter {
            to,
            subject: t!("mail-admin-address-subject", name = name).into_owned(),
            paragraphs: vec![
                t!("mail-admin-address-text", name = name, host = host).into_owned(),
                what_to_do,
            ],
            link: None,
        }
    }

    /// Lets an API Sub-Admin create without the tenant's limits, or binds it by them again.
    pub async fn set_unlimited(
        &self,
        caller: &Caller,
        tenant: TenantId,
        login: LoginId,
        unlimited: bool,
        reason: &Line<200>,
    ) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let events = if unlimited {
            lift_limits(&mut tx, tenant, login, reason.as_str()).await?
        } else {
            let admin = tx.authorize::<BindByLimits>(login).await?;
            if admin.tenant_id != tenant {
                return Err(Code::NoSuchThing.into());
            }
            store::bind_by_limits(&mut tx, &admin).await?;
            let detail = Detail::none().changed("unlimited", &admin.unlimited, &false);
            admin.event(detail.reason(reason.as_str()))
        };
        tx.commit(events).await
    }
}

/// Lets an API Sub-Admin of a tenant create without its limits, within a transaction that may do more.
pub(crate) async fn lift_limits(
    tx: &mut WriteTx,
    tenant: TenantId,
    login: LoginId,
    reason: &str,
) -> Result<Events, Error> {
    let admin = tx.authorize::<LiftLimits>(login).await?;
    if admin.tenant_id != tenant {
        return Err(Code::NoSuchThing.into());
    }
    if !admin.api_access {
        return Err(Code::NotAnApiLogin.into());
    }
    store::lift_limits(tx, &admin).await?;
    Ok(admin.event(Detail::none().changed("unlimited", &admin.unlimited, &true).reason(reason)))
}

/// A login of another tenant is none of this one's.
fn must_be_of(admin: &AdminLogin, tenant: TenantId) -> Result<(), Error> {
    if admin.tenant_id == tenant { Ok(()) } else { Err(Code::NoSuchThing.into()) }
}

/// Sub-Admins are the main Admin's affair.
fn main_of<A: bailiwick_base::authz::Action<Target = AdminLogin>>(
    admin: Authorized<A>,
    tenant: TenantId,
) -> Result<Authorized<A>, Error> {
    must_be_of(&admin, tenant)?;
    if admin.is_main { Ok(admin) } else { Err(Code::NoSuchThing.into()) }
}
