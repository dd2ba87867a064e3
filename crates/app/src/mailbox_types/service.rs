//! What the provider does with types of users.

use bailiwick_base::authz::{Caller, Detail};
use bailiwick_base::words::{Installation, MailboxTypeId};
use bailiwick_base::{Code, Error};

use super::actions::{AddMailboxType, OfferMailboxType, UpdateMailboxType, WithdrawMailboxType};
use super::mailbox_type::{Listed, MailboxType, Terms};
use super::store;
use crate::core::service;

service! {
    /// Types of users, as the provider sees them.
    MailboxTypes
}

impl MailboxTypes {
    /// All of them, those no longer offered too.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<Listed>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        store::listed(&mut tx, &visible).await
    }

    /// One of them.
    pub async fn get(&self, caller: &Caller, id: MailboxTypeId) -> Result<MailboxType, Error> {
        self.core.read(caller).await?.find(id).await
    }

    /// Adds one, which is offered from now on.
    pub async fn add(&self, caller: &Caller, terms: &Terms) -> Result<MailboxType, Error> {
        let mut tx = self.core.write(caller).await?;
        let proof = tx.authorize::<AddMailboxType>(Installation).await?;
        let kind = store::insert(&mut tx, &proof, terms).await?;
        let detail = Detail::none()
            .set("name", &kind.name)
            .set("quota", kind.max_quota)
            .set("position", kind.position);
        tx.commit(proof.event_about(&kind, detail)).await?;
        Ok(kind)
    }

    /// Changes one; `version` is that of the one the form was filled from, none changes whatever is there.
    pub async fn update(
        &self,
        caller: &Caller,
        id: MailboxTypeId,
        version: Option<i64>,
        terms: &Terms,
    ) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let kind = tx.authorize::<UpdateMailboxType>(id).await?;
        if version.is_some_and(|version| version != kind.version) {
            return Err(Code::ChangedMeanwhile.into());
        }
        store::update(&mut tx, &kind, terms).await?;
        let detail = Detail::none()
            .changed("name", &kind.name, &terms.name.to_string())
            .changed("quota", &kind.max_quota, &terms.max_quota)
            .changed("position", &kind.position, &terms.position);
        tx.commit(kind.event(detail)).await
    }

    /// No more licences of it can be had. Tenants keep those they have, and use them.
    pub async fn withdraw(&self, caller: &Caller, id: MailboxTypeId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let kind = tx.authorize::<WithdrawMailboxType>(id).await?;
        store::withdraw(&mut tx, &kind).await?;
        tx.commit(kind.event(Detail::none().changed("offered", &kind.offered, &false))).await
    }

    /// Offers one again.
    pub async fn offer(&self, caller: &Caller, id: MailboxTypeId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let kind = tx.authorize::<OfferMailboxType>(id).await?;
        store::offer(&mut tx, &kind).await?;
        tx.commit(kind.event(Detail::none().changed("offered", &kind.offered, &true))).await
    }
}
