//! What staff does with tenants.

use bailiwick_base::authz::{Caller, Detail, Realm, Role};
use bailiwick_base::db::{Page, PageRequest, WriteTx};
use bailiwick_base::words::{EmailAddress, Installation, Line, Storage, TenantId};
use bailiwick_base::{Code, Error};

use super::actions::{CreateTenant, ResumeTenant, SuspendTenant, UpdateTenant};
use super::admins::{self, AdminLogin};
use super::licences::{self, Licence, Licences};
use super::store::{self, Tenant, TenantStatus};
use super::usage::{self, Usage};
use crate::core::service;
use crate::jobs;
use crate::mailbox_types::{self, MailboxType};
use crate::sign_in::NewLogin;

service! {
    /// Tenants, as staff sees them.
    Tenants
}

/// What a tenant may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Mailboxes, by type.
    pub users: Licences,
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

/// A tenant with what its first page shows.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The tenant.
    pub tenant: Tenant,
    /// What it may have and has of each type of user.
    pub licences: Vec<Licence>,
    /// Every type there is.
    pub types: Vec<MailboxType>,
    /// Its main Admin.
    pub main: Option<AdminLogin>,
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

    /// One tenant with its licences, its main Admin and the types there are.
    pub async fn overview(&self, caller: &Caller, id: TenantId) -> Result<Overview, Error> {
        let mut tx = self.core.read(caller).await?;
        let tenant: Tenant = tx.find(id).await?;
        let visible = tx.visible::<AdminLogin>()?;
        let main = admins::main_admin(&mut tx, &visible, id).await?;
        let licences = licences::of_tenant(&mut tx, id).await?;
        let visible = tx.visible()?;
        let types = mailbox_types::seen(&mut tx, &visible).await?;
        Ok(Overview { tenant, licences, types, main })
    }

    /// Every type of user there is, for whoever says how many a tenant may have.
    pub async fn types(&self, caller: &Caller) -> Result<Vec<MailboxType>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        mailbox_types::seen(&mut tx, &visible).await
    }

    /// What a tenant may have and has of each type of user.
    pub async fn licences(&self, caller: &Caller, id: TenantId) -> Result<Vec<Licence>, Error> {
        let mut tx = self.core.read(caller).await?;
        let tenant: Tenant = tx.find(id).await?;
        licences::of_tenant(&mut tx, tenant.id).await
    }

    /// What the caller's own tenant uses of what was bought, as far as the caller works for it.
    pub async fn usage(&self, caller: &Caller) -> Result<Usage, Error> {
        let mut tx = self.core.read(caller).await?;
        usage::usage(&mut tx).await?.ok_or_else(|| Code::NoSuchThing.into())
    }

    /// Creates a tenant and invites its main Admin.
    pub async fn create(&self, caller: &Caller, new: &NewTenant) -> Result<Tenant, Error> {
        let name = crate::sign_in::login_name(&new.admin_name)?;
        let mut tx = self.core.write(caller).await?;
        let proof = tx.authorize::<CreateTenant>(Installation).await?;
        let id = store::insert(&mut tx, &proof, &new.name, &new.limits).await?;
        for (kind, licensed) in chosen(&mut tx, &new.limits.users).await? {
            licences::insert(&mut tx, &proof, id, &kind, licensed).await?;
        }
        let tenant = store::created(&mut tx, &proof, id).await?;
        let words = licences::in_words(&licences::of_tenant(&mut tx, id).await?);
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
            .set("licences", words)
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
        let before = licences::in_words(&licences::of_tenant(&mut tx, id).await?);
        for (kind, licensed) in chosen(&mut tx, &limits.users).await? {
            licences::set(&mut tx, &tenant, &kind, licensed).await?;
        }
        let after = licences::in_words(&licences::of_tenant(&mut tx, id).await?);
        store::update(&mut tx, &tenant, name, limits).await?;
        let detail = Detail::none()
            .changed("name", &tenant.name, &name.to_string())
            .changed("licences", &before, &after)
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
    let below = |field: &'static str, used: String| {
        Error::new(Code::LimitBelowUse).with("of", "whole").with("used", used).on(field)
    };
    if limits.storage < tenant.storage_used.min(tenant.max_storage) {
        Err(below("storage", tenant.storage_used.to_string()))
    } else if limits.domains < tenant.domains_used.min(tenant.max_domains) {
        Err(below("domains", tenant.domains_used.to_string()))
    } else {
        Ok(())
    }
}

/// The types that are named, in the order in which their rows are locked, each with its number.
async fn chosen(tx: &mut WriteTx, licences: &Licences) -> Result<Vec<(MailboxType, i64)>, Error> {
    let types = mailbox_types::all(tx).await?;
    let unknown = || Error::from(Code::MailboxTypeUnknown);
    let mut chosen = match licences {
        Licences::OfFirst(number) => {
            let first = types.into_iter().find(|kind| kind.offered).ok_or_else(unknown)?;
            vec![(first, *number)]
        }
        Licences::Of(named) => {
            let mut chosen = Vec::with_capacity(named.len());
            for (id, number) in named {
                let kind = types.iter().find(|kind| kind.id == *id).ok_or_else(unknown)?;
                chosen.push((kind.clone(), *number));
            }
            chosen
        }
    };
    chosen.sort_by_key(|(kind, _)| kind.id);
    if chosen.windows(2).any(|pair| pair[0].0.id == pair[1].0.id) {
        return Err(unknown());
    }
    Ok(chosen)
}
