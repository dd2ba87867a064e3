//! Tenants' domains in the database, for staff.

use bailiwick_base::Error;
use bailiwick_base::authz::{Permission, Place, ScopeKind, Target, Visible};
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, like_literal, sql};
use bailiwick_base::words::{DomainId, DomainName, Storage, TenantId, Timestamp, limits};
use sqlx::FromRow;

/// A domain as staff sees it.
#[derive(Debug, Clone, FromRow)]
pub struct TenantDomain {
    /// Its id.
    pub id: DomainId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Its name, in ASCII.
    pub name: String,
    /// `pending`, `active` or `disabled`.
    pub status: String,
    /// Mailboxes in it.
    pub users_used: i64,
    /// Storage assigned to them.
    pub storage_used: Storage,
    /// Aliases in it.
    pub aliases_used: i64,
    /// Since when it is here.
    pub created_at: Timestamp,
}

const SELECT: &str = "SELECT id, tenant_id, name, status, users_used, storage_used, aliases_used, created_at FROM domains WHERE TRUE";

impl Target for TenantDomain {
    type Id = DomainId;
    const NOUN: &'static str = "domain";
    const READ: Permission = Permission::TenantView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[(ScopeKind::Tenant, "tenant_id")];

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

const BY_NAME: Order = Order {
    columns: "(name, id)",
    marks: "($, $)",
    descending: false,
    by: ("name DESC, id DESC", "name, id"),
};

/// A page of a tenant's domains by name, those whose name contains `search`.
pub(super) async fn page(
    tx: &mut ReadTx,
    visible: &Visible<TenantDomain>,
    tenant: TenantId,
    search: &str,
    request: &PageRequest,
) -> Result<Page<TenantDomain>, Error> {
    let mut select = visible.narrow(sql(SELECT)).push(" AND tenant_id = $").bind(tenant);
    let typed = search.trim().to_lowercase();
    if !typed.is_empty() {
        let name = typed.parse::<DomainName>().map_or(typed, |name| name.to_string());
        select = select.push(" AND name LIKE $ ESCAPE '\\'").bind(format!("%{}%", like_literal(&name)));
    }
    let key = |row: &TenantDomain| vec![row.name.as_str().into(), row.id.into()];
    request.fetch(tx, select, BY_NAME, limits::PAGE, key).await
}
