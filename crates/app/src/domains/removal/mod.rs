//! Removing a domain: everything in it goes in one transaction, its mail after the commit.

mod store;

use bailiwick_base::authz::{Caller, Detail};
use bailiwick_base::words::{DomainId, DomainName};
use bailiwick_base::{Code, Error};

use super::actions::RemoveDomain;
use super::service::Domains;
use crate::{aliases, jobs, tenants};

pub(super) use store::delete;

impl Domains {
    /// Removes a domain with its users, their mail and aliases, for good. `typed` is what was typed to confirm it.
    ///
    /// The domain's row is locked first: whoever adds a user at the same moment either is done, and the user is
    /// removed too, or finds no domain (CC-11).
    pub async fn remove(&self, caller: &Caller, id: DomainId, typed: &str) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let domain = tx.authorize::<RemoveDomain>(id).await?;
        if typed.parse::<DomainName>().as_ref() != Ok(&domain.name) {
            let differs = Error::new(Code::ConfirmationDiffers).with("name", domain.name.to_unicode());
            return Err(differs.on("confirm"));
        }
        for mailbox in store::mailboxes(&mut tx, &domain).await? {
            tx.enqueue(jobs::remove_mail(mailbox.id, &mailbox.address, mailbox.created_at)).await?;
        }
        if domain.held {
            aliases::forget_domain(&mut tx, domain.tenant_id, &domain.name).await?;
            tx.enqueue(jobs::disconnect_domain(&tx, domain.name.as_str())).await?;
        }
        store::delete_contents(&mut tx, &domain).await?;
        store::delete(&mut tx, &domain).await?;
        let (users, storage) = (domain.users_used, domain.storage_used);
        tenants::count_mailbox(&mut tx, domain.tenant_id, -users, -storage.as_bytes()).await?;
        tenants::count_domain(&mut tx, domain.tenant_id, -1).await?;
        let detail = Detail::none()
            .was("name", domain.name.to_unicode())
            .was("users", users)
            .was("storage", storage)
            .was("aliases", domain.aliases_used);
        tx.commit(domain.event(detail)).await
    }
}
