//! The usage of one's own tenant in the JSON API.

use axum::extract::State;
use bailiwick_base::words::Storage;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::api::LicenceBody;
use super::service::Tenants;
use super::usage::Usage;
use crate::api::{ApiRoutes, found};
use crate::routes::Access;
use crate::shell::{Answer, Calling};

/// The operation of this part.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    routes.add(Access::SignedIn, routes!(show))
}

/// What is used of what was bought.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Usage)]
struct UsageBody {
    /// The tenant's name.
    #[schema(example = "Acme")]
    name: String,
    /// Users of all types together.
    users: i64,
    /// The same by type, with what was bought; null for whoever is limited to chosen domains.
    licences: Option<Vec<LicenceBody>>,
    /// Storage assigned to users, in bytes.
    storage_used_bytes: i64,
    /// Storage that may be assigned, in bytes; null for whoever is limited to chosen domains.
    max_storage_bytes: Option<i64>,
    /// Domains.
    domains_used: i64,
    /// Domains there may be; null for whoever is limited to chosen domains.
    max_domains: Option<i64>,
}

impl From<Usage> for UsageBody {
    fn from(usage: Usage) -> Self {
        let ((storage, max_storage), (domains, max_domains)) = (usage.storage, usage.domains);
        Self {
            name: usage.name,
            users: usage.users,
            licences: usage.licences.map(|all| all.into_iter().map(LicenceBody::from).collect()),
            storage_used_bytes: storage.as_bytes(),
            max_storage_bytes: max_storage.map(Storage::as_bytes),
            domains_used: domains,
            max_domains,
        }
    }
}

/// Show the usage
///
/// Of one's own tenant. Whoever is limited to chosen domains sees what those use, and no limits.
#[utoipa::path(get, path = "/usage", tag = "Usage",
    responses((status = 200, description = "What is used of what was bought.", body = UsageBody),
        (status = 404, description = "The caller works for no tenant.")))]
async fn show(State(tenants): State<Tenants>, Calling(caller): Calling) -> Answer {
    found(&UsageBody::from(tenants.usage(&caller).await?), None)
}
