//! What staff does with tenants.

use bailiwick_base::authz::{Caller, Detail, Realm, Role};
use bailiwick_base::db::{Page, PageRequest};
use bailiwick_base::words::{EmailAddress, Installation, Line, Storage, TenantId};
use bailiwick_base::{Code, Error};

use super::actions::{CreateTenant, ResumeTenant, SuspendTenant, UpdateTenant};
use super::admins::{self, AdminLogin};
use super::store::{self, Tenant, TenantStatus};
use crate::core::service;
use crate::jobs;
use crate::sign_in::NewLogin;

service! {
    /// Tenants, as staff sees them.
    Tenants
}

/// What a tenant may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Mailboxes.
    pub users: i64,
    /// Storage assigned to mailboxes.
    pub storage: Storage,
    /// Domains.
    pub domains: i64,
}

/// A tenant to be created, with its main Admin.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// Its name.
    pub name: Line<100>,
    /// What it may have.
    pub limits: Limits,
    /// The name its main Admin signs in with.
    pub admin_name: String,
    /// The main Admin's full name.
    pub admin_full_name: Line<100>,
    /// Where the invitation goes.
    pub admin_address: EmailAddress,
}

impl Tenants {
    /// A page of tenants whose name, or a domain or Admin of theirs, contains `search`.
    pub async fn page(
        &self,
        caller: &Caller,
        search: &str,
        request: &PageRequest,
    ) -> Result<Page<Tenant>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        store::page(&mut tx, &visible, search, request).await
    }

    /// One tenant.
    pub async fn get(&self, caller: &Caller, id: TenantId) -> Result<Tenant, Error> {
        self.core.read(caller).await?.find(id).await
    }

    /// One tenant and its main Admin.
    pub async fn overview(
        &self,
        caller: &Caller,
        id: TenantId,
    ) -> Result<(Tenant, Option<AdminLogin>), Error> {
        let mut tx = self.core.read(caller).await?;
        let tenant = tx.find(id).await?;
        let visible = tx.visible::<AdminLogin>()?;
        let main = admins::main_admin(&mut tx, &visible, id).await?;
        Ok((tenant, main))
    }

    /// Creates a tenant and invites its main Admin.
    pub async fn create(&self, caller: &Caller, new: &NewTenant) -> Result<Tenant, Error> {
        let name = crate::sign_in::login_name(&new.admin_name)?;
        let mut tx = self.core.write(caller).await?;
        let proof = tx.authorize::<CreateTenant>(Installation).await?;
        let tenant = store::insert(&mut tx, &proof, &new.name, &new.limits).await?;
        let admin = NewLogin {
            realm: Realm::Admin,
            name: &name,
            full_name: new.admin_full_name.as_str(),
            tenant: tenant.id,
            mailbox: None,
            password: None,
            recovery: Some(&new.admin_address),
        };
        let login = admin.create(&self.core, &mut tx).await?;
        admin.grant_over_tenant(&mut tx, login, Role::MainAdmin).await?;
        let detail = Detail::none()
            .set("users", new.limits.users)
            .set("storage", new.limits.storage)
            .set("domains", new.limits.domains)
            .set("main_admin", &name)
            .set("invitation_to", &new.admin_address);
        tx.commit(proof.event_about(&tenant, detail)).await?;
        Ok(tenant)
    }

    /// Changes a tenant's name and limits; `version` is that of the tenant the form was filled from.
    pub async fn update(
        &self,
        caller: &Caller,
        id: TenantId,
        version: i64,
        name: &Line<100>,
        limits: &Limits,
    ) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let tenant = tx.authorize::<UpdateTenant>(id).await?;
        if tenant.version != version {
            return Err(Code::ChangedMeanwhile.into());
        }
        not_below_use(&tenant, limits)?;
        store::update(&mut tx, &tenant, name, limits).await?;
        let detail = Detail::none()
            .changed("name", &tenant.name, &name.to_string())
            .changed("users", &tenant.max_users, &limits.users)
            .changed("storage", &tenant.max_storage, &limits.storage)
            .changed("domains", &tenant.max_domains, &limits.domains);
        tx.commit(tenant.event(detail)).await
    }

    /// Suspends a tenant: everybody of it is signed out everywhere; mail is still received.
    pub async fn suspend(&self, caller: &Caller, id: TenantId, reason: &Line<200>) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let tenant = tx.authorize::<SuspendTenant>(id).await?;
        store::suspend(&mut tx, &tenant).await?;
        store::delete_sessions(&mut tx, &tenant).await?;
        for domain in store::domain_names(&mut tx, id).await? {
            tx.enqueue(jobs::disconnect_domain(&tx, &domain)).await?;
        }
        tx.commit(
            tenant.event(
                Detail::none()
                    .changed("status", &tenant.status, &TenantStatus::Suspended)
                    .reason(reason.as_str()),
            ),
        )
        .await
    }

    /// Ends a suspension.
    pub async fn resume(&self, caller: &Caller, id: TenantId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let tenant = tx.authorize::<ResumeTenant>(id).await?;
        store::resume(&mut tx, &tenant).await?;
        tx.commit(tenant.event(Detail::none().changed("status", &tenant.status, &TenantStatus::Active))).await
    }
}

/// A limit that is lowered below what is in use is refused, with the figure. One that lies below it already, because
/// somebody may create without limits, may stay.
fn not_below_use(tenant: &Tenant, limits: &Limits) -> Result<(), Error> {
    let below =
        |field: &'static str, used: String| Error::new(Code::LimitBelowUse).with("used", used).on(field);
    if limits.users < tenant.users_used.min(tenant.max_users) {
        Err(below("users", tenant.users_used.to_string()))
    } else if limits.storage < tenant.storage_used.min(tenant.max_storage) {
        Err(below("storage", tenant.storage_used.to_string()))
    } else if limits.domains < tenant.domains_used.min(tenant.max_domains) {
        Err(below("domains", tenant.domains_used.to_string()))
    } else {
        Ok(())
    }
}
