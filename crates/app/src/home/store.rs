//! What the home pages count.

use bailiwick_base::Error;
use bailiwick_base::authz::{Permission, Place, ScopeKind, Target, Visible};
use bailiwick_base::db::{Query, ReadTx, sql};
use bailiwick_base::words::{DomainId, TenantId, Timestamp};
use sqlx::FromRow;

use crate::tenants::Tenant;

/// Waiting domains named on the page.
const WAITING: i64 = 10;

/// A domain whose ownership is not proven yet.
#[derive(Debug, Clone, FromRow)]
pub struct WaitingDomain {
    /// Its id.
    pub id: DomainId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Its name.
    pub name: String,
    /// When it was added; from then on the time to prove it runs.
    pub created_at: Timestamp,
}

const SELECT: &str = "SELECT id, tenant_id, name, created_at FROM domains WHERE status = 'pending'";

impl Target for WaitingDomain {
    type Id = DomainId;
    const NOUN: &'static str = "domain";
    const READ: Permission = Permission::DomainView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] =
        &[(ScopeKind::Tenant, "tenant_id"), (ScopeKind::Domain, "id")];

    fn id(&self) -> DomainId {
        self.id
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn place(&self) -> Place {
        Place { tenant: Some(self.tenant_id), domain: Some(self.id), ..Place::default() }
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: DomainId) -> Result<Option<Self>, Error> {
        visible.find(tx, SELECT, id).await
    }
}

/// The domains that wait longest.
pub(super) async fn waiting(
    tx: &mut ReadTx,
    visible: &Visible<WaitingDomain>,
) -> Result<Vec<WaitingDomain>, Error> {
    let select = visible.narrow(sql(SELECT));
    tx.all(select.push(" ORDER BY created_at, id LIMIT $").bind(WAITING)).await
}

/// How many tenants there are of each status.
pub(super) async fn tenants_by_status(
    tx: &mut ReadTx,
    visible: &Visible<Tenant>,
) -> Result<Vec<(String, i64)>, Error> {
    let select = visible.narrow(sql("SELECT status, CAST(count(*) AS BIGINT) FROM tenants WHERE TRUE"));
    tx.all(select.push(" GROUP BY status")).await
}
