//! Removing a domain: everything in it goes in one transaction, its mail after the commit.

mod store;

use bailiwick_base::authz::{Caller, Detail};
use bailiwick_base::words::{DomainId, DomainName};
use bailiwick_base::{Code, Error};

use super::actions::RemoveDomain;
use super::service::Domains;
use crate::mail_policy::usage;
use crate::{aliases, jobs, tenants};

pub(super) use store::delete;

impl Domains {
    /// Removes a domain with its users, their mail and aliases, for good; `version` is that of the domain as it was
    /// seen, none for whatever it is now. What a person `typed` to confirm it must be its name.
    ///
    /// The domain's row is locked first: whoever adds a user at the same moment either is done, and the user is
    /// removed too, or finds no domain (CC-11).
    pub async fn remove(
        &self,
        caller: &Caller,
        id: DomainId,
        version: Option<i64>,
        typed: Option<&str>,
    ) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let domain = tx.authorize::<RemoveDomain>(id).await?;
        domain.must_be(version)?;
        if typed.is_some_and(|typed| typed.parse::<DomainName>().as_ref() != Ok(&domain.name)) {
            let differs = Error::new(Code::ConfirmationDiffers).with("name", domain.name.to_unicode());
            return Err(differs.on("confirm"));
        }
        let leaving = store::mailboxes(&mut tx, &domain).await?;
        for mailbox in &leaving {
            tx.enqueue(jobs::remove_mail(mailbox.id, &mailbox.address, mailbox.created_at)).await?;
        }
        if domain.held {
            aliases::forget_domain(&mut tx, domain.tenant_id, &domain.name).await?;
            tx.enqueue(jobs::disconnect_domain(&tx, domain.name.as_str())).await?;
        }
        store::delete_contents(&mut tx, &domain).await?;
        store::delete(&mut tx, &domain).await?;
        let (users, storage) = (domain.users_used, domain.storage_used);
        tenants::count_storage(&mut tx, domain.tenant_id, -storage.as_bytes()).await?;
        let kinds = leaving.iter().map(|mailbox| mailbox.type_id);
        tenants::count_removed(&mut tx, domain.tenant_id, kinds).await?;
        tenants::count_domain(&mut tx, domain.tenant_id, -1).await?;
        let detail = Detail::none()
            .was("name", domain.name.to_unicode())
            .was("users", users)
            .was("storage", storage)
            .was("aliases", domain.aliases_used);
        tx.commit(domain.event(detail)).await?;
        usage::forget_domain(&self.core, id);
        Ok(())
    }
}
