//! Reading a tenant's domains.

use bailiwick_base::Error;
use bailiwick_base::authz::Caller;
use bailiwick_base::db::{Page, PageRequest};
use bailiwick_base::words::TenantId;

use super::store::{self, TenantDomain};
use crate::core::service;
use crate::tenants::Tenant;

service! {
    /// Tenants' domains, as staff sees them.
    Hosted
}

impl Hosted {
    /// A tenant and a page of its domains.
    pub async fn page(
        &self,
        caller: &Caller,
        tenant: TenantId,
        search: &str,
        request: &PageRequest,
    ) -> Result<(Tenant, Page<TenantDomain>), Error> {
        let mut tx = self.core.read(caller).await?;
        let of: Tenant = tx.find(tenant).await?;
        let visible = tx.visible()?;
        let page = store::page(&mut tx, &visible, tenant, search, request).await?;
        Ok((of, page))
    }
}
