//! How much mail each mailbox holds.
//!
//! Dovecot says it after every change, and nobody asks the disk. It is telemetry: stored in batches, and what was said
//! a moment ago counts from memory. A mailbox of which nothing was said yet, or whose usage cannot be read now, is
//! unknown, and an unknown one is never full: Dovecot itself refuses what does not fit.

mod meter;
mod recent;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::Duration;

use bailiwick_base::Error;
use bailiwick_base::authz::{Caller, Visible};
use bailiwick_base::words::{DomainId, EmailAddress, MailboxId, Storage, Timestamp};
use bailiwick_mail::dict;

use super::resolve::{Destination, resolve};
use super::service::MailPolicy;
use crate::core::Core;
pub(crate) use meter::{is_nearly_full, usage_meter};
pub use recent::RecentUsage;
pub(crate) use store::Measured;

/// How much mail a mailbox holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Its size, as Dovecot counts it for the quota.
    pub stored: Storage,
    /// How many messages that is.
    pub messages: i64,
    /// When it was said.
    pub at: Timestamp,
}

/// Most mailboxes that a list of those nearly full can hold.
pub(crate) const NEARLY_FULL_LISTED: i64 = 5_000;
/// More than any quota; what is said beyond is taken for this, so that it can be calculated with.
const MOST: u64 = 100_000_000_000_000_000;
/// How long a recipient's answer waits for the usage.
const PATIENCE: Duration = Duration::from_millis(300);

impl MailPolicy {
    /// Takes what Dovecot says of how much a user stores. Messages that were not counted are none.
    pub(super) async fn answer_usage(&self, update: &dict::Update) -> dict::Answer {
        let (Ok(user), Some(bytes)) = (update.user.parse(), update.storage) else {
            return dict::Answer::NotFound;
        };
        match note(self, &user, bytes, update.messages.unwrap_or(0)).await {
            Ok(true) => dict::Answer::Ok,
            Ok(false) => dict::Answer::NotFound,
            Err(error) => {
                tracing::warn!(inside = ?error.inside(), "the usage of a mailbox could not be noted");
                dict::Answer::Fail("not noted, try again".to_owned())
            }
        }
    }
}

/// Does a mailbox take a message of `size`, which is 0 if it is not known?
///
/// It is Dovecot's own rule for deliveries (`quota_grace = 10%` in its configuration), so that a recipient is refused
/// only if its delivery would be: a mailbox below its quota takes one more message, which may go beyond by a tenth.
pub(crate) fn takes(stored: Storage, quota: Storage, size: u64) -> bool {
    let [stored, quota] = [stored, quota].map(|amount| i128::from(amount.as_bytes()));
    stored < quota && stored + i128::from(size) <= quota + quota / 10
}

/// How much a mailbox holds.
pub(crate) async fn of(core: &Core, mailbox: MailboxId) -> Result<Option<Usage>, Error> {
    Ok(of_all(core, &[mailbox]).await?.remove(&mailbox))
}

/// How much mailboxes hold; those of which nothing is known are missing.
pub(crate) async fn of_all(core: &Core, mailboxes: &[MailboxId]) -> Result<HashMap<MailboxId, Usage>, Error> {
    let stored = store::of(&mut core.db().read_telemetry().await?, mailboxes).await?;
    Ok(core.recent_usage().over(mailboxes, stored))
}

/// As [`of`], for an answer that must not wait: on the mail servers' own connections, and unknown after a moment.
pub(super) async fn at_once(core: &Core, mailbox: MailboxId) -> Option<Usage> {
    let read = async { store::of(&mut core.db().read_telemetry_for_mail().await?, &[mailbox]).await };
    let stored = match tokio::time::timeout(PATIENCE, read).await {
        Ok(Ok(stored)) => stored,
        Ok(Err(error)) => {
            tracing::warn!(inside = ?error.inside(), "the usage of a mailbox could not be read");
            HashMap::new()
        }
        Err(_) => HashMap::new(),
    };
    core.recent_usage().over(&[mailbox], stored).remove(&mailbox)
}

/// Takes what Dovecot says of a user; false if there is no such user.
async fn note(policy: &MailPolicy, user: &EmailAddress, bytes: u64, messages: u64) -> Result<bool, Error> {
    let (core, mut tx) = (&policy.core, policy.read().await?);
    let Destination::Mailbox(id, _) = resolve(&mut tx, user).await? else { return Ok(false) };
    let Some(measured) = store::measured(&mut tx, id).await? else { return Ok(false) };
    let number = |number: u64| i64::try_from(number.min(MOST)).unwrap_or(i64::MAX);
    let usage = Usage {
        stored: Storage::bytes(number(bytes)),
        messages: number(messages),
        at: core.ground().clock.now(),
    };
    if core.recent_usage().note(id, usage) {
        core.db().telemetry().note(store::set(&measured, usage));
    }
    Ok(true)
}

/// A mailbox that has just been removed holds nothing any more, whatever is still said of it.
pub(crate) fn forget(core: &Core, mailbox: MailboxId) {
    core.recent_usage().forget(mailbox, core.ground().clock.now());
    core.db().telemetry().note(store::delete(mailbox));
}

/// The same for all mailboxes of a domain, of which nobody asks any more.
pub(crate) fn forget_domain(core: &Core, domain: DomainId) {
    core.db().telemetry().note(store::delete_domain(domain));
}

/// The quota of a mailbox has just become another one.
pub(crate) fn quota_changed(core: &Core, mailbox: MailboxId, quota: Storage) {
    core.db().telemetry().note(store::set_quota(mailbox, quota));
}

/// How many of the visible mailboxes hold more than nine tenths of their quota.
pub(crate) async fn count_nearly_full(core: &Core, visible: &Visible<Measured>) -> Result<i64, Error> {
    store::count_nearly_full(&mut core.db().read_telemetry().await?, visible).await
}

/// Those mailboxes, [`NEARLY_FULL_LISTED`] at most.
pub(crate) async fn nearly_full(core: &Core, visible: &Visible<Measured>) -> Result<Vec<MailboxId>, Error> {
    store::nearly_full(&mut core.db().read_telemetry().await?, visible).await
}

/// What whoever acts may store, and how much of it is used, if it is the user of a mailbox.
pub(crate) async fn own(core: &Core, caller: &Caller) -> Result<Option<(Storage, Option<Usage>)>, Error> {
    let mut tx = core.read(caller).await?;
    let Some(mailbox) = tx.actor().mailbox() else { return Ok(None) };
    let Some(measured) = store::measured(&mut tx, mailbox).await? else { return Ok(None) };
    drop(tx);
    Ok(Some((measured.quota, of(core, mailbox).await?)))
}
