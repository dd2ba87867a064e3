//! Changing mailboxes: name, type, quota, recovery address, each alone or together.

use bailiwick_base::authz::{Authorized, Caller, Detail};
use bailiwick_base::db::WriteTx;
use bailiwick_base::words::{EmailAddress, Line, MailboxId, MailboxTypeId, Storage};
use bailiwick_base::{Code, Error};

use super::actions::{ChangeRecoveryAddress, UpdateMailbox};
use super::service::Mailboxes;
use super::store::{self, Mailbox};
use crate::mail_policy::{Usage, usage};
use crate::{domains, tenants};

/// What is to become of a mailbox. `None` leaves a thing as it is.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// The version the form was filled from; none changes whatever is there.
    pub version: Option<i64>,
    /// The user's name.
    pub name: Option<Line<100>>,
    /// Of which type it is.
    pub kind: Option<MailboxTypeId>,
    /// How much mail it may hold.
    pub quota: Option<Storage>,
    /// Where recovery links go; `Some(None)` takes it away.
    pub recovery: Option<Option<EmailAddress>>,
}

impl Mailboxes {
    /// Changes name, type, quota and recovery address, as far as they are named.
    pub async fn update(&self, caller: &Caller, id: MailboxId, changes: &Changes) -> Result<(), Error> {
        // Telemetry lies elsewhere, and is not waited for within the transaction.
        let used = if changes.quota.is_some() { usage::of(&self.core, id).await? } else { None };
        let mut tx = self.core.write(caller).await?;
        let mailbox = tx.authorize::<UpdateMailbox>(id).await?;
        if changes.version.is_some_and(|version| version != mailbox.version) {
            return Err(Code::ChangedMeanwhile.into());
        }
        let after = changed(&mut tx, &mailbox, changes, used).await.map_err(|error| self.with_shop(error))?;
        store::update(&mut tx, &mailbox, &after, changes.name.as_ref()).await?;
        let detail = Detail::none()
            .changed("name", &mailbox.name, &after.name)
            .changed("type", &mailbox.type_name, &after.type_name)
            .changed("quota", &mailbox.quota, &after.quota);
        let mut events = mailbox.event(detail);
        if let Some(recovery) = &changes.recovery {
            let before = store::user_login(&mut tx, id).await?.recovery_address;
            let now = recovery.as_ref().map(ToString::to_string);
            if before != now {
                let proof = tx.authorize::<ChangeRecoveryAddress>(id).await?;
                store::set_recovery(&mut tx, &proof, recovery.as_ref()).await?;
                events = events.and(proof.event(Detail::none().changed("recovery_address", &before, &now)));
            }
        }
        let quota_changed = after.quota != mailbox.quota;
        tx.commit(events).await?;
        if quota_changed {
            usage::quota_changed(&self.core, id, after.quota);
        }
        Ok(())
    }
}

/// The mailbox as it is to be, with storage and licences counted within what the tenant has bought.
async fn changed(
    tx: &mut WriteTx,
    mailbox: &Authorized<UpdateMailbox>,
    changes: &Changes,
    used: Option<Usage>,
) -> Result<Mailbox, Error> {
    let mut after = Mailbox::clone(mailbox);
    if let Some(name) = &changes.name {
        after.name = name.to_string();
    }
    let tenant = mailbox.tenant_id;
    after.quota = changes.quota.unwrap_or(mailbox.quota);
    let more = after.quota.as_bytes() - mailbox.quota.as_bytes();
    if more != 0 {
        if let Some(used) = used.filter(|used| after.quota < used.stored) {
            let below = Error::new(Code::QuotaBelowUse).with("used", used.stored.to_string());
            return Err(below.on("quota"));
        }
        domains::count(tx, mailbox.domain_id, 0, more, 0).await?;
        tenants::count_storage(tx, tenant, more).await?;
    }
    match changes.kind.filter(|kind| *kind != mailbox.kind) {
        Some(kind) => {
            let licence = tenants::exchange(tx, tenant, mailbox.kind, kind).await?;
            licence.must_allow(after.quota)?;
            (after.kind, after.type_name) = (licence.kind, licence.name);
        }
        None if more > 0 => tenants::licence(tx, tenant, mailbox.kind).await?.must_allow(after.quota)?,
        None => {}
    }
    Ok(after)
}
