//! What a question is about: a tenant, a domain, a user, an alias, named as people name them.

use bailiwick_base::authz::{Place, Rank, Target};
use bailiwick_base::db::ReadTx;
use bailiwick_base::words::{DomainName, EmailAddress, LoginId, TenantId};
use bailiwick_base::{Code, Error};

use super::store;
use crate::aliases::Alias;
use crate::domains::Domain;
use crate::mailboxes::Mailbox;
use crate::tenants::Tenant;

/// Is it a domain, or something that lies in one?
fn lies_in_domains(noun: &str) -> bool {
    ["domain", "mailbox", "alias", "list", "smart_list", "address"].contains(&noun)
}

/// A thing the asker may see. What they may not see is not found, like what does not exist (K5).
#[derive(Debug)]
pub(super) enum Thing {
    Tenant(Tenant),
    Domain(Domain),
    Mailbox(Mailbox),
    Alias(Alias),
}

impl Thing {
    /// Finds what an action on a `noun` is asked about. An address names a user or an alias, where the action is done
    /// to one, and else the domain it lies in; a domain stands for everything in it. What is done to nothing in a domain
    /// is asked about without an object.
    pub(super) async fn find(
        tx: &mut ReadTx,
        noun: &str,
        named: &str,
        tenant: Option<TenantId>,
    ) -> Result<Self, Error> {
        let named = named.trim();
        let found = match (noun, named.parse::<EmailAddress>(), named.parse::<DomainName>()) {
            ("tenant", _, _) => Self::tenant(tx, named).await?,
            ("mailbox", Ok(address), _) => Self::mailbox(tx, &address).await?,
            ("alias", Ok(address), _) => Self::alias(tx, &address).await?,
            (noun, Ok(EmailAddress { domain, .. }), _) | (noun, Err(_), Ok(domain))
                if lies_in_domains(noun) =>
            {
                Self::domain(tx, &domain, tenant).await?
            }
            _ => None,
        };
        found.ok_or_else(|| Error::new(Code::ObjectUnknown).on("object"))
    }

    async fn tenant(tx: &mut ReadTx, named: &str) -> Result<Option<Self>, Error> {
        let visible = tx.visible()?;
        let id = match named.parse::<TenantId>() {
            Ok(id) => Some(id),
            Err(_) => store::tenant_id(tx, &visible, named).await?,
        };
        match id {
            Some(id) => Ok(Tenant::load(tx, &visible, id).await?.map(Self::Tenant)),
            None => Ok(None),
        }
    }

    async fn domain(
        tx: &mut ReadTx,
        name: &DomainName,
        tenant: Option<TenantId>,
    ) -> Result<Option<Self>, Error> {
        let visible = tx.visible()?;
        match store::domain_id(tx, &visible, name, tenant).await? {
            Some(id) => Ok(Domain::load(tx, &visible, id).await?.map(Self::Domain)),
            None => Ok(None),
        }
    }

    async fn mailbox(tx: &mut ReadTx, address: &EmailAddress) -> Result<Option<Self>, Error> {
        let visible = tx.visible()?;
        match store::mailbox_id(tx, &visible, address).await? {
            Some(id) => Ok(Mailbox::load(tx, &visible, id).await?.map(Self::Mailbox)),
            None => Ok(None),
        }
    }

    async fn alias(tx: &mut ReadTx, address: &EmailAddress) -> Result<Option<Self>, Error> {
        let visible = tx.visible()?;
        match store::alias_id(tx, &visible, address).await? {
            Some(id) => Ok(Alias::load(tx, &visible, id).await?.map(Self::Alias)),
            None => Ok(None),
        }
    }

    /// Is it one thing an action on a `noun` is done to, and not only where such things lie?
    pub(super) fn is_a(&self, noun: &str) -> bool {
        self.noun() == noun
    }

    fn noun(&self) -> &'static str {
        match self {
            Self::Tenant(_) => Tenant::NOUN,
            Self::Domain(_) => Domain::NOUN,
            Self::Mailbox(_) => Mailbox::NOUN,
            Self::Alias(_) => Alias::NOUN,
        }
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Tenant(tenant) => tenant.name(),
            Self::Domain(domain) => domain.name(),
            Self::Mailbox(mailbox) => mailbox.name(),
            Self::Alias(alias) => alias.name(),
        }
    }

    pub(super) fn place(&self) -> Place {
        match self {
            Self::Tenant(tenant) => tenant.place(),
            Self::Domain(domain) => domain.place(),
            Self::Mailbox(mailbox) => mailbox.place(),
            Self::Alias(alias) => alias.place(),
        }
    }

    /// See [`Target::reaches`].
    pub(super) async fn reaches(&self, tx: &mut ReadTx, except: Option<LoginId>) -> Result<Rank, Error> {
        match self {
            Self::Tenant(tenant) => tenant.reaches(tx, except).await,
            Self::Domain(domain) => domain.reaches(tx, except).await,
            Self::Mailbox(mailbox) => mailbox.reaches(tx, except).await,
            Self::Alias(alias) => alias.reaches(tx, except).await,
        }
    }
}
