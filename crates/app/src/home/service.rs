//! What the home pages say.

use bailiwick_base::Error;
use bailiwick_base::authz::{Caller, Permission};
use bailiwick_base::db::Query;

use super::store::{self, WaitingDomain};
use crate::core::service;
use crate::mail_policy::usage;
use crate::tenants::{self, Usage};

service! {
    /// The home pages.
    Home
}

/// What a tenant's admins should look at.
#[derive(Debug, Clone, Default)]
pub struct Attention {
    /// What is used of what was bought; none for whoever may not see it.
    pub usage: Option<Usage>,
    /// Domains that wait for the proof of their ownership, the longest waiting first.
    pub waiting: Vec<WaitingDomain>,
    /// How many mailboxes hold more than nine tenths of their quota.
    pub nearly_full: i64,
}

/// How many tenants there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TenantCounts {
    /// Served.
    pub active: i64,
    /// Suspended.
    pub suspended: i64,
}

impl Home {
    /// What the caller's tenant should look at, as far as the caller may see it.
    pub async fn attention(&self, caller: &Caller) -> Result<Attention, Error> {
        let mut tx = self.core.read(caller).await?;
        let now = tx.now();
        let mut attention = Attention { usage: tenants::usage(&mut tx).await?, ..Attention::default() };
        if tx.actor().holds(Permission::DomainView, now) {
            let visible = tx.visible()?;
            attention.waiting = store::waiting(&mut tx, &visible).await?;
        }
        if tx.actor().holds(Permission::MailboxView, now) {
            let visible = tx.visible()?;
            drop(tx);
            attention.nearly_full = usage::count_nearly_full(&self.core, &visible).await?;
        }
        Ok(attention)
    }

    /// How many tenants the caller looks after; none for whoever may not see tenants.
    pub async fn tenant_counts(&self, caller: &Caller) -> Result<Option<TenantCounts>, Error> {
        let mut tx = self.core.read(caller).await?;
        let now = tx.now();
        if !tx.actor().holds(Permission::TenantView, now) {
            return Ok(None);
        }
        let visible = tx.visible()?;
        let mut counts = TenantCounts::default();
        for (status, count) in store::tenants_by_status(&mut tx, &visible).await? {
            if status == "active" {
                counts.active += count;
            } else {
                counts.suspended += count;
            }
        }
        Ok(Some(counts))
    }
}
