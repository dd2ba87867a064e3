//! Adding mailboxes. The name, the licence, the storage and the first password are taken or refused together.

use bailiwick_base::authz::{Caller, Detail, Permission, Realm, Target};
use bailiwick_base::db::{Query, WriteTx};
use bailiwick_base::texts::Arg;
use bailiwick_base::words::{
    DomainId, EmailAddress, Line, LocalPart, MailboxTypeId, Password, Storage, TenantId,
};
use bailiwick_base::{Error, Kind};

use super::actions::{AddMailbox, SetMailboxPassword};
use super::service::Mailboxes;
use super::store::{self, Mailbox};
use crate::addresses::{self, Holder};
use crate::sign_in::{self, NewLogin};
use crate::tenants::{self, Licence};
use crate::{domains, ranks};

/// How a new user comes to a password.
#[derive(Debug, Clone)]
pub enum FirstPassword {
    /// By a link sent to this address; nobody else ever knows it.
    Invitation(EmailAddress),
    /// This one; it must be changed at the first sign-in if `one_time`.
    Given {
        /// The password.
        password: Password,
        /// Must it be changed first?
        one_time: bool,
        /// Where recovery links go later.
        recovery: Option<EmailAddress>,
    },
}

/// A mailbox to be added.
#[derive(Debug, Clone)]
pub struct NewMailbox {
    /// Before the `@`.
    pub local: LocalPart,
    /// The user's name.
    pub name: Line<100>,
    /// How much mail it may hold.
    pub quota: Storage,
    /// Of which type it is; none chooses the tenant's first type with a licence left.
    pub kind: Option<MailboxTypeId>,
    /// How its user comes to a password.
    pub password: FirstPassword,
}

impl Mailboxes {
    /// Adds a mailbox and its user.
    pub async fn add(&self, caller: &Caller, domain: DomainId, new: NewMailbox) -> Result<Mailbox, Error> {
        let hash = match &new.password {
            FirstPassword::Given { password, .. } => {
                sign_in::check_new_password(password, &[new.local.as_str(), new.name.as_str()])
                    .map_err(|error| error.on("password"))?;
                // Refuse before hashing: who may not add one shall not make us compute.
                self.core.read(caller).await?.authorize::<AddMailbox>(domain).await?;
                Some(sign_in::hash_new(&self.core, password.clone()).await?)
            }
            FirstPassword::Invitation(_) => None,
        };
        let mut tx = self.core.write(caller).await?;
        let proof = tx.authorize::<AddMailbox>(domain).await?;
        proof.verified()?;
        let address = EmailAddress::new(new.local.clone(), proof.name.clone());
        ranks::may_take(&mut tx, proof.tenant_id, &address, Permission::MailboxAdd).await?;
        if matches!(new.password, FirstPassword::Given { one_time: false, .. }) {
            // Whoever knows a password that stays can read what will come (K4).
            let (actor, now) = (tx.actor().clone(), tx.now());
            actor.may_begin::<SetMailboxPassword>(proof.place(), now)?;
        }
        domains::count(&mut tx, domain, 1, new.quota.as_bytes(), 0).await?;
        let licence = self
            .counted(&mut tx, proof.tenant_id, new.kind, new.quota)
            .await
            .map_err(|error| self.with_shop(error))?;
        let mailbox = store::insert(&mut tx, &proof, &new, &licence).await?;
        addresses::claim(
            &mut tx,
            proof.tenant_id,
            domain,
            &proof.name,
            &new.local,
            Holder::Mailbox(mailbox.id),
        )
        .await?;
        let (one_time, recovery) = match &new.password {
            FirstPassword::Invitation(to) => (false, Some(to)),
            FirstPassword::Given { one_time, recovery, .. } => (*one_time, recovery.as_ref()),
        };
        let login = NewLogin {
            realm: Realm::Mailbox,
            name: &mailbox.address,
            full_name: new.name.as_str(),
            tenant: mailbox.tenant_id,
            mailbox: Some((domain, mailbox.id)),
            password: hash.as_ref().map(|hash| (hash, one_time)),
            recovery,
        };
        login.create(&self.core, &mut tx).await?;
        let detail = Detail::none()
            .set("name", &mailbox.name)
            .set("type", &mailbox.type_name)
            .set("quota", mailbox.quota)
            .set("password", first_password(&new.password));
        tx.commit(proof.event_about(&mailbox, detail)).await?;
        Ok(mailbox)
    }

    /// Counts a new mailbox within what the tenant has bought: its storage, then its licence.
    async fn counted(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        kind: Option<MailboxTypeId>,
        quota: Storage,
    ) -> Result<Licence, Error> {
        tenants::count_storage(tx, tenant, quota.as_bytes()).await?;
        let licence = tenants::take(tx, tenant, kind).await?;
        licence.must_allow(quota)?;
        Ok(licence)
    }

    /// Names where more can be bought to whoever was told the figures of a limit.
    pub(super) fn with_shop(&self, error: Error) -> Error {
        let told =
            error.args().iter().any(|(name, value)| *name == "figures" && *value != Arg::from("hidden"));
        match &self.core.settings().billing_url {
            Some(url) if error.kind() == Kind::LimitReached && told => error.with("buy", url.as_str()),
            _ => error,
        }
    }
}

pub(super) fn first_password(password: &FirstPassword) -> &'static str {
    match password {
        FirstPassword::Invitation(_) => "by invitation",
        FirstPassword::Given { one_time: true, .. } => "one-time",
        FirstPassword::Given { one_time: false, .. } => "given",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_a_new_mailbox_never_hold_its_password() {
        let given = FirstPassword::Given {
            password: "vexing quilt mango".parse().expect("ok"),
            one_time: false,
            recovery: None,
        };
        assert_eq!(first_password(&given), "given");
    }
}
