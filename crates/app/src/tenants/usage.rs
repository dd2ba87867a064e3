//! What a tenant uses of what it bought: the top bar's meters.

use bailiwick_base::db::ReadTx;
use bailiwick_base::words::{Storage, TenantId};
use bailiwick_base::{Error, t};
use bailiwick_ui::{Meter, meter};

use super::store::{self, Tenant};

/// What is used, and what was bought.
#[derive(Debug, Clone)]
pub struct Usage {
    /// The tenant's name.
    pub name: String,
    /// Mailboxes.
    pub users: (i64, i64),
    /// Storage assigned to mailboxes.
    pub storage: (Storage, Storage),
    /// Domains.
    pub domains: (i64, i64),
}

/// The usage of the actor's own tenant.
pub(crate) async fn usage(tx: &mut ReadTx, tenant: TenantId) -> Result<Usage, Error> {
    let tenant: Tenant = tx.find(tenant).await?;
    Ok(Usage::of(&tenant))
}

impl Usage {
    pub(super) fn of(tenant: &store::Tenant) -> Self {
        Self {
            name: tenant.name.clone(),
            users: (tenant.users_used, tenant.max_users),
            storage: (tenant.storage_used, tenant.max_storage),
            domains: (tenant.domains_used, tenant.max_domains),
        }
    }

    /// The meters, each leading to where more can be bought, if the installation says where.
    pub fn meters(&self, settings: &crate::Settings) -> Vec<Meter> {
        let size = |number: i64| u64::try_from(number).unwrap_or(0);
        let counted = |label: String, (used, limit): (i64, i64)| {
            meter(label, format!("{used} / {limit}"), size(used), Some(size(limit)))
        };
        let (assigned, bought) = self.storage;
        let meters = vec![
            counted(t!("meter-users").into_owned(), self.users),
            meter(
                t!("meter-storage"),
                format!("{assigned} / {bought}"),
                size(assigned.as_bytes()),
                Some(size(bought.as_bytes())),
            ),
            counted(t!("meter-domains").into_owned(), self.domains),
        ];
        match &settings.billing_url {
            Some(url) => meters.into_iter().map(|meter| meter.href(url.as_str())).collect(),
            None => meters,
        }
    }
}
