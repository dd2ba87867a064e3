//! Changing mailboxes that were chosen in the list: all of them, or none.

use std::collections::{BTreeMap, HashMap};

use bailiwick_base::authz::{Action, Authorized, Caller, Detail, Events};
use bailiwick_base::db::WriteTx;
use bailiwick_base::words::{EmailAddress, MailboxId, MailboxTypeId, Storage, limits};
use bailiwick_base::{Code, Error};

use super::super::actions::{DisableMailbox, EnableMailbox, RemoveMailbox, UpdateMailbox};
use super::super::service::Mailboxes;
use super::super::store::{self, Mailbox, MailboxStatus};
use crate::addresses::{self, Holder};
use crate::mail_policy::usage;
use crate::{aliases, domains, jobs, sign_in, tenants};

/// What is to become of each of them. `None` leaves a thing as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Change {
    /// How much mail it may hold.
    pub quota: Option<Storage>,
    /// Of which type it is.
    pub kind: Option<MailboxTypeId>,
}

/// Ids as they were chosen: each once, at least one, no more than can be changed at once. In one order, so that two who
/// choose the same ones wait for each other and do not meet.
fn chosen(ids: &[MailboxId]) -> Result<Vec<MailboxId>, Error> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        Err(Code::NothingChosen.into())
    } else if ids.len() > limits::CHOSEN {
        Err(Error::new(Code::TooManyChosen).with("max", limits::CHOSEN))
    } else {
        Ok(ids)
    }
}

/// The events of several, as one; none where nothing changed.
fn joined(events: Vec<Events>) -> Option<Events> {
    events.into_iter().reduce(Events::and)
}

async fn commit(tx: WriteTx, events: Vec<Events>) -> Result<(), Error> {
    match joined(events) {
        Some(events) => tx.commit(events).await,
        None => Ok(()), // nothing was changed: they were so already
    }
}

impl Mailboxes {
    /// The chosen mailboxes. One that cannot be seen is as if none of them were there (K5).
    pub async fn chosen(&self, caller: &Caller, ids: &[MailboxId]) -> Result<Vec<Mailbox>, Error> {
        let ids = chosen(ids)?;
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let found = store::all_of(&mut tx, &visible, &ids).await?;
        if found.len() == ids.len() { Ok(found) } else { Err(Code::NoSuchThing.into()) }
    }

    async fn authorized<A: Action<Target = Mailbox>>(
        &self,
        caller: &Caller,
        ids: &[MailboxId],
    ) -> Result<(WriteTx, Vec<Authorized<A>>), Error> {
        let ids = chosen(ids)?;
        let mut tx = self.core.write(caller).await?;
        let proofs = tx.authorize_all::<A>(&ids).await?;
        Ok((tx, proofs))
    }

    /// Nobody can sign in to any of them any more, at once and everywhere; mail is still received.
    pub async fn disable_many(&self, caller: &Caller, ids: &[MailboxId]) -> Result<(), Error> {
        let (mut tx, proofs) = self.authorized::<DisableMailbox>(caller, ids).await?;
        let mut events = Vec::new();
        for mailbox in proofs.iter().filter(|mailbox| mailbox.status != MailboxStatus::Disabled) {
            store::set_status(&mut tx, mailbox, MailboxStatus::Disabled).await?;
            let login = store::user_login(&mut tx, mailbox.id).await?;
            sign_in::end_sessions(&mut tx, login.id, Some((mailbox.id, &mailbox.address))).await?;
            sign_in::end_links(&mut tx, login.id).await?;
            let detail = Detail::none().changed("status", &mailbox.status, &MailboxStatus::Disabled);
            events.push(mailbox.event(detail));
        }
        commit(tx, events).await
    }

    /// The users of all of them can sign in again.
    pub async fn enable_many(&self, caller: &Caller, ids: &[MailboxId]) -> Result<(), Error> {
        let (mut tx, proofs) = self.authorized::<EnableMailbox>(caller, ids).await?;
        let mut events = Vec::new();
        for mailbox in proofs.iter().filter(|mailbox| mailbox.status != MailboxStatus::Active) {
            store::set_status(&mut tx, mailbox, MailboxStatus::Active).await?;
            let detail = Detail::none().changed("status", &mailbox.status, &MailboxStatus::Active);
            events.push(mailbox.event(detail));
        }
        commit(tx, events).await
    }

    /// Changes quota, type or both of all of them, within what the tenant has bought.
    pub async fn change_many(&self, caller: &Caller, ids: &[MailboxId], change: Change) -> Result<(), Error> {
        let change_is_quota = change.quota.is_some();
        // Telemetry lies elsewhere, and is not waited for within the transaction.
        let used =
            if change_is_quota { usage::of_all(&self.core, &chosen(ids)?).await? } else { HashMap::new() };
        let (mut tx, proofs) = self.authorized::<UpdateMailbox>(caller, ids).await?;
        for mailbox in &proofs {
            let quota = change.quota.unwrap_or(mailbox.quota);
            let stored = used.get(&mailbox.id).map(|used| used.stored);
            if let Some(stored) = stored.filter(|stored| quota < mailbox.quota && quota < *stored) {
                let below = Error::new(Code::QuotaBelowUse).with("used", stored.to_string());
                return Err(below.on("quota"));
            }
        }
        let count = self.count_changes(&mut tx, &proofs, change).await;
        let kind_name = count.map_err(|error| self.with_shop(error))?;
        let (mut events, mut changed) = (Vec::new(), Vec::new());
        for mailbox in &proofs {
            let mut after = Mailbox::clone(mailbox);
            after.quota = change.quota.unwrap_or(mailbox.quota);
            if let (Some(kind), Some(name)) = (change.kind, &kind_name) {
                (after.kind, after.type_name) = (kind, name.clone());
            }
            if (after.quota, after.kind) == (mailbox.quota, mailbox.kind) {
                continue;
            }
            store::update(&mut tx, mailbox, &after, None).await?;
            let detail = Detail::none().changed("type", &mailbox.type_name, &after.type_name).changed(
                "quota",
                &mailbox.quota,
                &after.quota,
            );
            events.push(mailbox.event(detail));
            changed.push((mailbox.id, after.quota));
        }
        commit(tx, events).await?;
        for (id, quota) in changed.into_iter().filter(|_| change_is_quota) {
            usage::quota_changed(&self.core, id, quota);
        }
        Ok(())
    }

    /// Counts storage and licences, each counter once, in the order in which single changes lock them; the name of the
    /// type they become.
    async fn count_changes(
        &self,
        tx: &mut WriteTx,
        proofs: &[Authorized<UpdateMailbox>],
        change: Change,
    ) -> Result<Option<String>, Error> {
        let Some(tenant) = proofs.first().map(|mailbox| mailbox.tenant_id) else { return Ok(None) };
        let more_of =
            |mailbox: &Mailbox| change.quota.map_or(0, |quota| quota.as_bytes() - mailbox.quota.as_bytes());
        for (domain, more) in sums(proofs.iter().map(|mailbox| (mailbox.domain_id, more_of(mailbox)))) {
            if more != 0 {
                domains::count(tx, domain, 0, more, 0).await?;
            }
        }
        let more: i64 = proofs.iter().map(|mailbox| more_of(mailbox)).sum();
        if more != 0 {
            tenants::count_storage(tx, tenant, more).await?;
        }
        if let Some(kind) = change.kind {
            let others = || proofs.iter().map(|mailbox| mailbox.kind).filter(move |before| *before != kind);
            tenants::count_removed(tx, tenant, others().filter(|before| *before < kind)).await?;
            let wanted = i64::try_from(others().count()).unwrap_or(i64::MAX);
            if wanted > 0 {
                tenants::take_many(tx, tenant, kind, wanted).await?;
            }
            tenants::count_removed(tx, tenant, others().filter(|before| *before > kind)).await?;
        }
        let mut kinds: Vec<MailboxTypeId> =
            proofs.iter().map(|mailbox| change.kind.unwrap_or(mailbox.kind)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let mut name = None;
        for kind in kinds {
            let licence = tenants::licence(tx, tenant, kind).await?;
            for mailbox in proofs.iter().filter(|mailbox| change.kind.unwrap_or(mailbox.kind) == kind) {
                let grows = change.kind.is_some_and(|kind| kind != mailbox.kind) || more_of(mailbox) > 0;
                if grows {
                    licence.must_allow(change.quota.unwrap_or(mailbox.quota))?;
                }
            }
            name = change.kind.map(|_| licence.name);
        }
        Ok(name)
    }

    /// Removes all of them and all their mail for good. What a person `typed` to confirm it must be their number.
    pub async fn remove_many(
        &self,
        caller: &Caller,
        ids: &[MailboxId],
        typed: Option<&str>,
    ) -> Result<(), Error> {
        let (mut tx, proofs) = self.authorized::<RemoveMailbox>(caller, ids).await?;
        let number = proofs.len().to_string();
        if typed.is_some_and(|typed| typed.trim() != number) {
            return Err(Error::new(Code::ConfirmationDiffers).with("name", number).on("confirm"));
        }
        // The domains' rows before the tenant's and any address, as in all that adds: else two would wait for each other.
        for (domain, (users, storage)) in per_domain(&proofs) {
            domains::count(&mut tx, domain, -users, -storage, 0).await?;
        }
        let mut events = Vec::new();
        for mailbox in &proofs {
            if store::is_catch_all(&mut tx, mailbox).await? {
                return Err(Error::new(Code::MailboxInUse)
                    .with("name", mailbox.address.as_str())
                    .on("confirm"));
            }
            let address: EmailAddress =
                mailbox.address.parse().map_err(|_| Error::internal("a stored address does not parse"))?;
            aliases::forget_target(&mut tx, mailbox.tenant_id, &address).await?;
            addresses::rest(&mut tx, Holder::Mailbox(mailbox.id)).await?;
            events.push(mailbox.event(Detail::none().was("name", &mailbox.name).was("quota", mailbox.quota)));
        }
        if let Some(tenant) = proofs.first().map(|mailbox| mailbox.tenant_id) {
            let storage: i64 = proofs.iter().map(|mailbox| mailbox.quota.as_bytes()).sum();
            tenants::count_storage(&mut tx, tenant, -storage).await?;
            tenants::count_removed(&mut tx, tenant, proofs.iter().map(|mailbox| mailbox.kind)).await?;
        }
        for mailbox in &proofs {
            store::delete(&mut tx, mailbox).await?;
            tx.enqueue(jobs::disconnect(&tx, mailbox.id, &mailbox.address)).await?;
            tx.enqueue(jobs::remove_mail(mailbox.id, &mailbox.address, mailbox.created_at)).await?;
        }
        commit(tx, events).await?;
        for mailbox in &proofs {
            usage::forget(&self.core, mailbox.id);
        }
        Ok(())
    }
}

/// Sums by key, in the order of the keys.
fn sums<K: Ord>(pairs: impl Iterator<Item = (K, i64)>) -> BTreeMap<K, i64> {
    let mut sums = BTreeMap::new();
    for (key, more) in pairs {
        *sums.entry(key).or_default() += more;
    }
    sums
}

/// Users and storage of each domain.
fn per_domain(proofs: &[Authorized<RemoveMailbox>]) -> BTreeMap<bailiwick_base::words::DomainId, (i64, i64)> {
    let mut domains = BTreeMap::new();
    for mailbox in proofs {
        let sum: &mut (i64, i64) = domains.entry(mailbox.domain_id).or_default();
        *sum = (sum.0 + 1, sum.1 + mailbox.quota.as_bytes());
    }
    domains
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_counts_once_and_has_a_bound() {
        let ids = [MailboxId(3), MailboxId(1), MailboxId(3)];
        assert_eq!(chosen(&ids).expect("two"), [MailboxId(1), MailboxId(3)]);
        assert_eq!(chosen(&[]).expect_err("none").code(), Code::NothingChosen);
        let many: Vec<MailboxId> = (1..=501).map(MailboxId).collect();
        assert!(chosen(&many[..500]).is_ok());
        assert_eq!(chosen(&many).expect_err("too many").code(), Code::TooManyChosen);
    }
}
