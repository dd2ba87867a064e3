//! A tenant's domains in the JSON API, as staff sees them.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::words::{DomainId, TenantId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::service::Hosted;
use super::store::TenantDomain;
use crate::api::{ApiRoutes, List, Query, SearchParams, found};
use crate::routes::Access;
use crate::shell::{Answer, Calling, Path};

/// The operation of this part.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    routes.add(Access::Holding(Permission::TenantView), routes!(list_domains))
}

/// A domain of a tenant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TenantDomain)]
struct TenantDomainBody {
    id: DomainId,
    #[schema(example = "example.com")]
    name: String,
    /// `pending` (not proven yet), `active` or `disabled`.
    #[schema(example = "active")]
    status: String,
    users: i64,
    aliases: i64,
    /// Storage that is assigned to its users, in bytes.
    storage_bytes: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<TenantDomain> for TenantDomainBody {
    fn from(domain: TenantDomain) -> Self {
        Self {
            id: domain.id,
            name: domain.name,
            status: domain.status,
            users: domain.users_used,
            aliases: domain.aliases_used,
            storage_bytes: domain.storage_used.as_bytes(),
            created_at: domain.created_at.to_string(),
        }
    }
}

/// List a tenant's domains
#[utoipa::path(get, path = "/tenants/{id}/domains", tag = "Tenants", params(("id" = TenantId, Path), SearchParams),
    responses((status = 200, description = "A page of the list.", body = List<TenantDomainBody>)))]
async fn list_domains(
    State(hosted): State<Hosted>,
    Calling(caller): Calling,
    Path(id): Path<TenantId>,
    Query(params): Query<SearchParams>,
) -> Answer {
    let (search, page) = params.request()?;
    let (_, page) = hosted.page(&caller, id, &search, &page).await?;
    found(&List::of(page, TenantDomainBody::from), None)
}
