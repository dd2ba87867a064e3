//! What is done with domains.

use std::time::Duration;

use bailiwick_base::authz::{Action, Authorized, Caller, Detail, Permission, Place, Visible};
use bailiwick_base::db::{Page, PageRequest, Query, WriteTx};
use bailiwick_base::words::{DomainId, DomainName, LocalPart, TenantId, TimeZoneName, limits};
use bailiwick_base::{Code, Error};

use super::actions::{AddDomain, UpdateDomain, VerifyDomain};
use super::names::{new_name, no_rival, not_our_own};
use super::store::{self, CatchAll, Domain, DomainStatus};
use crate::core::{Core, service};
use crate::mailboxes::Mailbox;
use crate::settings::Settings;
use crate::{jobs, tenants};

service! {
    /// Mail domains of tenants.
    Domains
}

/// What is to be changed at a verified domain; what is not named stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DomainSettings {
    /// The zone of its users' times.
    pub time_zone: Option<TimeZoneName>,
    /// What happens to mail for a name that does not exist.
    pub catch_all: Option<CatchAllChoice>,
    /// Its users can sign in.
    pub active: Option<bool>,
}

/// The catch-all as a person names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatchAllChoice {
    /// Such mail is refused.
    None,
    /// It is accepted and thrown away.
    Discard,
    /// The user of this name gets it.
    User(LocalPart),
    /// The user who has it now, and may not be seen, keeps it.
    Keep,
}

/// A domain with what its page shows beside.
#[derive(Debug, Clone)]
pub struct DomainDetails {
    /// The domain.
    pub domain: Domain,
    /// The user who gets its catch-all mail; none too where that user may not be seen.
    pub catch_all_user: Option<LocalPart>,
    /// How long it still waits for its proof.
    pub waits: Duration,
}

impl DomainDetails {
    /// Of a domain that was added just now: nobody gets its catch-all mail.
    pub(super) fn of_new(domain: Domain) -> Self {
        Self { domain, catch_all_user: None, waits: limits::DOMAIN_PENDING }
    }

    /// With the users that may be seen, if any may.
    async fn of(tx: &mut impl Query, users: Option<Visible<Mailbox>>, domain: Domain) -> Result<Self, Error> {
        let catch_all_user = match users {
            Some(visible) => store::catch_all_user(tx, &domain, &visible).await?,
            None => None,
        };
        let waits = domain.waits(tx.now());
        Ok(Self { domain, catch_all_user, waits })
    }
}

/// The TXT record by which a tenant proves that a domain is its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofRecord {
    /// Where it stands.
    pub host: String,
    /// What it says.
    pub value: String,
}

impl ProofRecord {
    /// The record of a domain.
    pub fn of(domain: &Domain) -> Self {
        Self {
            host: format!("_bailiwick.{}", domain.name),
            value: format!("bailiwick-verification={}", domain.proof),
        }
    }

    /// Asks the name servers. An answer that did not come is not an answer (K9).
    pub(super) async fn look_up(&self, core: &Core) -> Result<(), Error> {
        if core.lookup().txt(&self.host).await?.iter().any(|text| text.trim() == self.value) {
            Ok(())
        } else {
            Err(Error::new(Code::DomainProofMissing).with("host", self.host.as_str()))
        }
    }
}

impl Domains {
    /// What the installation is told about itself.
    pub(super) fn settings(&self) -> &Settings {
        self.core.settings()
    }

    /// A page of domains whose name contains `search`.
    pub async fn page(
        &self,
        caller: &Caller,
        search: &str,
        request: &PageRequest,
    ) -> Result<Page<Domain>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        store::page(&mut tx, &visible, search, request).await
    }

    /// One domain.
    pub async fn get(&self, caller: &Caller, id: DomainId) -> Result<DomainDetails, Error> {
        let mut tx = self.core.read(caller).await?;
        let domain: Domain = tx.find(id).await?;
        let users = tx.visible().ok();
        DomainDetails::of(&mut tx, users, domain).await
    }

    /// Adds a domain to a tenant, the caller's own if none is named. It waits for its proof, and counts from now on
    /// (K25).
    pub async fn add(&self, caller: &Caller, tenant: Option<TenantId>, name: &str) -> Result<Domain, Error> {
        let mut tx = self.core.write(caller).await?;
        let tenant = tenant.or(tx.actor().tenant()).ok_or(Code::NoSuchThing)?;
        tx.must_hold::<AddDomain>(Place { tenant: Some(tenant), ..Place::default() })?;
        let proof = tx.authorize::<AddDomain>(tenant).await?;
        let name = new_name(name)?;
        may_be_had(&self.core, &mut tx, tenant, &name).await.map_err(|error| error.on("domain"))?;
        let domain = store::insert(&mut tx, &proof, &name).await?;
        tenants::count_domain(&mut tx, tenant, 1).await?;
        tx.commit(proof.event_about(&domain, Detail::none().set("name", name.to_unicode()))).await?;
        Ok(domain)
    }

    /// Looks for the TXT record and, if it is there, gives the domain to its tenant. The name servers are asked
    /// between two transactions; the second decides everything again.
    pub async fn verify(&self, caller: &Caller, id: DomainId) -> Result<(), Error> {
        let record = {
            let mut tx = self.core.read(caller).await?;
            let domain = tx.authorize::<VerifyDomain>(id).await?;
            waits_for_proof(&domain, &tx)?;
            ProofRecord::of(&domain)
        };
        record.look_up(&self.core).await?;
        prove::<VerifyDomain>(&self.core, caller, id, &record).await
    }

    /// Changes a domain; `version` is that of the domain as it was seen, none for whatever it is now. A domain that is
    /// switched off signs everybody of it out, on the web and in mail programs.
    pub async fn update(
        &self,
        caller: &Caller,
        id: DomainId,
        version: Option<i64>,
        settings: &DomainSettings,
    ) -> Result<DomainDetails, Error> {
        let mut tx = self.core.write(caller).await?;
        let domain = tx.authorize::<UpdateDomain>(id).await?;
        domain.verified()?;
        domain.must_be(version)?;
        let changed = Domain {
            time_zone: settings.time_zone.clone().unwrap_or_else(|| domain.time_zone.clone()),
            catch_all: match &settings.catch_all {
                Some(choice) => catch_all(&mut tx, &domain, choice).await?,
                None => domain.catch_all,
            },
            status: match settings.active {
                Some(true) => DomainStatus::Active,
                Some(false) => DomainStatus::Disabled,
                None => domain.status,
            },
            version: domain.version + 1,
            ..Domain::clone(&domain)
        };
        store::update(&mut tx, &domain, &changed).await?;
        if domain.status == DomainStatus::Active && changed.status == DomainStatus::Disabled {
            store::delete_sessions(&mut tx, &domain).await?;
            tx.enqueue(jobs::disconnect_domain(&tx, domain.name.as_str())).await?;
        }
        let active = |domain: &Domain| domain.status == DomainStatus::Active;
        let detail = Detail::none()
            .changed("time_zone", &domain.time_zone, &changed.time_zone)
            .changed("catch_all", &domain.catch_all, &changed.catch_all)
            .changed("active", &active(&domain), &active(&changed));
        let users = tx.visible().ok();
        let details = DomainDetails::of(&mut tx, users, changed).await?;
        tx.commit(domain.event(detail)).await?;
        Ok(details)
    }
}

/// The user meant by a catch-all must be one of the domain whom the actor may see.
async fn catch_all(
    tx: &mut WriteTx,
    domain: &Authorized<UpdateDomain>,
    choice: &CatchAllChoice,
) -> Result<CatchAll, Error> {
    let invalid = || Error::new(Code::CatchAllInvalid).on("catch_all_user");
    let now = tx.now();
    match choice {
        CatchAllChoice::None => Ok(CatchAll::None),
        CatchAllChoice::Discard => Ok(CatchAll::Discard),
        CatchAllChoice::Keep if domain.catch_all.mailbox().is_some() => Ok(domain.catch_all),
        CatchAllChoice::User(local) if tx.actor().holds(Permission::MailboxView, now) => {
            let visible = tx.visible()?;
            let user = store::mailbox_named(tx, domain, &visible, local).await?;
            user.map(CatchAll::Mailbox).ok_or_else(invalid)
        }
        CatchAllChoice::Keep | CatchAllChoice::User(_) => Err(invalid()),
    }
}

/// May this tenant have a domain of this name? Asked when it is added and again when it is proven.
async fn may_be_had(core: &Core, tx: &mut WriteTx, tenant: TenantId, name: &DomainName) -> Result<(), Error> {
    not_our_own(name, &core.settings().own_domains)?;
    if store::carries_staff_recovery(tx, name).await? {
        return Err(Code::DomainHeld.into());
    }
    no_rival(name, &store::rivals(tx, tenant, name).await?)
}

/// Is a proof still wanted, and in time (K9: only an unexpired token counts)?
fn waits_for_proof(domain: &Domain, tx: &impl Query) -> Result<(), Error> {
    if domain.held {
        Err(Code::DomainAlreadyExists.into())
    } else if domain.waits(tx.now()).is_zero() {
        Err(Code::DomainProofExpired.into())
    } else {
        Ok(())
    }
}

/// Gives a domain to its tenant after the record was seen, if everything still stands as it did when it was looked
/// for.
pub(super) async fn prove<A: Action<Target = Domain>>(
    core: &Core,
    caller: &Caller,
    id: DomainId,
    seen: &ProofRecord,
) -> Result<(), Error> {
    let mut tx = core.write(caller).await?;
    let domain = tx.authorize::<A>(id).await?;
    waits_for_proof(&domain, &tx)?;
    if ProofRecord::of(&domain) != *seen {
        return Err(Code::ChangedMeanwhile.into());
    }
    may_be_had(core, &mut tx, domain.tenant_id, &domain.name).await?;
    store::hold(&mut tx, &domain).await?;
    let detail = Detail::none().changed("status", &DomainStatus::Pending, &DomainStatus::Active);
    tx.commit(domain.event(detail)).await
}
