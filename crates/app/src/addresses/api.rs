//! Resting addresses in the JSON API.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::words::{AddressId, DomainId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::service::Addresses;
use super::store::RestingAddress;
use crate::api::{ApiRoutes, List, PageParams, Query, found, no_content};
use crate::routes::Access;
use crate::shell::{Answer, Calling, Path};

/// The operations of this slice.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    routes
        .add(Access::Holding(Permission::AliasView), routes!(list))
        .add(Access::Holding(Permission::AddressRelease), routes!(release))
}

/// The address of a mailbox or alias that was removed, and that nobody may have yet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RestingAddress)]
struct RestingBody {
    id: AddressId,
    /// The address.
    #[schema(example = "ann@example.com")]
    address: String,
    /// The domain it lies on.
    domain_id: DomainId,
    /// From this instant on it is free.
    #[schema(format = DateTime)]
    rests_until: String,
}

impl From<RestingAddress> for RestingBody {
    fn from(resting: RestingAddress) -> Self {
        Self {
            id: resting.id,
            address: resting.address,
            domain_id: resting.domain_id,
            rests_until: resting.until.to_string(),
        }
    }
}

/// List resting addresses
///
/// Those first that are free soonest.
#[utoipa::path(get, path = "/resting-addresses", tag = "Resting addresses", params(PageParams),
    responses((status = 200, description = "A page of the list.", body = List<RestingBody>)))]
async fn list(
    State(addresses): State<Addresses>,
    Calling(caller): Calling,
    Query(params): Query<PageParams>,
) -> Answer {
    let page = addresses.resting(&caller, &params.request()?).await?;
    found(&List::of(page, RestingBody::from), None)
}

/// Release a resting address
///
/// Whoever is given it next gets the mail meant for its former holder.
#[utoipa::path(post, path = "/resting-addresses/{id}/release", tag = "Resting addresses", params(("id" = AddressId, Path)),
    responses((status = 204, description = "It is free.")))]
async fn release(
    State(addresses): State<Addresses>,
    Calling(caller): Calling,
    Path(id): Path<AddressId>,
) -> Answer {
    addresses.release(&caller, id).await?;
    no_content()
}
