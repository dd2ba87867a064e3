//! Types of users in the JSON API: staff's side.

use axum::extract::State;
use bailiwick_base::Error;
use bailiwick_base::authz::Permission;
use bailiwick_base::db::Page;
use bailiwick_base::words::{MailboxTypeId, Storage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::mailbox_type::{Listed, MailboxType, Terms, position};
use super::service::MailboxTypes;
use crate::api::values::{filled, storage};
use crate::api::{ApiRoutes, IfMatch, Json, List, Patched, created, found, no_content};
use crate::routes::Access;
use crate::shell::{Answer, Calling, Path};

/// The operations of this slice.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    let view = Access::Holding(Permission::TenantView);
    let update = Access::Holding(Permission::TenantUpdate);
    routes
        .add(view, routes!(list))
        .add(update, routes!(add))
        .add(view, routes!(show))
        .add(update, routes!(change))
        .add(update, routes!(withdraw))
        .add(update, routes!(offer))
}

/// A type of user that the installation offers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserType)]
struct TypeBody {
    id: MailboxTypeId,
    /// Customers read it as the account type of their users.
    #[schema(example = "Basic")]
    name: String,
    /// The largest quota a user of it can be given, in bytes; null: no bound but the tenant's storage.
    #[schema(example = 10_000_000_000_i64)]
    max_quota_bytes: Option<i64>,
    /// Small numbers stand first in lists, and are chosen first.
    #[schema(example = 1)]
    position: i64,
    /// Can tenants get more licences of it?
    offered: bool,
}

/// A type of user with what tenants have of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserTypeInUse)]
struct ListedBody {
    #[serde(flatten)]
    kind: TypeBody,
    /// Licences of all tenants.
    licensed: i64,
    /// Users of all tenants.
    used: i64,
}

impl From<MailboxType> for TypeBody {
    fn from(kind: MailboxType) -> Self {
        Self {
            id: kind.id,
            name: kind.name,
            max_quota_bytes: kind.max_quota.map(Storage::as_bytes),
            position: kind.position,
            offered: kind.offered,
        }
    }
}

impl From<Listed> for ListedBody {
    fn from(listed: Listed) -> Self {
        Self { kind: listed.kind.into(), licensed: listed.licensed, used: listed.used }
    }
}

/// List user types
///
/// All of them, those no longer offered too, in the order in which they are shown.
#[utoipa::path(get, path = "/user-types", tag = "User types",
    responses((status = 200, description = "The whole list.", body = List<ListedBody>)))]
async fn list(State(types): State<MailboxTypes>, Calling(caller): Calling) -> Answer {
    let rows = types.list(&caller).await?;
    found(&List::of(Page { rows, previous: None, next: None }, ListedBody::from), None)
}

/// A type of user to be added. It is offered from then on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUserType)]
struct AddBody {
    /// Different from all others, whatever the case.
    #[schema(example = "Enhanced", min_length = 1, max_length = 40)]
    name: String,
    /// In bytes; left out or null: no bound but the tenant's storage.
    #[schema(minimum = 1)]
    max_quota_bytes: Option<i64>,
    /// Its place in lists.
    #[schema(example = 2, minimum = 1, maximum = 1_000)]
    position: i64,
}

fn max_quota(bytes: Option<i64>) -> Result<Option<Storage>, Error> {
    bytes.map(|bytes| storage(bytes, "max_quota_bytes")).transpose()
}

/// Add a user type
#[utoipa::path(post, path = "/user-types", tag = "User types", request_body = AddBody,
    responses((status = 201, description = "The user type.", body = TypeBody)))]
async fn add(
    State(types): State<MailboxTypes>,
    Calling(caller): Calling,
    Json(body): Json<AddBody>,
) -> Answer {
    let terms = Terms {
        name: filled(&body.name, "name")?,
        max_quota: max_quota(body.max_quota_bytes)?,
        position: position(body.position)?,
    };
    let kind = types.add(&caller, &terms).await?;
    let (location, version) = (format!("/user-types/{}", kind.id), kind.version);
    created(&location, &TypeBody::from(kind), Some(version))
}

/// Show a user type
#[utoipa::path(get, path = "/user-types/{id}", tag = "User types", params(("id" = MailboxTypeId, Path)),
    responses((status = 200, description = "The user type.", body = TypeBody)))]
async fn show(
    State(types): State<MailboxTypes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxTypeId>,
) -> Answer {
    let kind = types.get(&caller, id).await?;
    let version = kind.version;
    found(&TypeBody::from(kind), Some(version))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserTypeChanges)]
struct ChangeBody {
    #[schema(example = "Enhanced", min_length = 1, max_length = 40)]
    name: Option<String>,
    /// In bytes; null: no bound. A smaller one leaves the quotas that users have.
    #[serde(default)]
    #[schema(minimum = 1, value_type = Option<i64>)]
    max_quota_bytes: Patched<i64>,
    #[schema(minimum = 1, maximum = 1_000)]
    position: Option<i64>,
}

/// Change a user type
#[utoipa::path(patch, path = "/user-types/{id}", tag = "User types", params(("id" = MailboxTypeId, Path), IfMatch),
    request_body = ChangeBody, responses((status = 200, description = "The user type.", body = TypeBody)))]
async fn change(
    State(types): State<MailboxTypes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxTypeId>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Answer {
    let kind = types.get(&caller, id).await?;
    let terms = Terms {
        name: filled(body.name.as_deref().unwrap_or(&kind.name), "name")?,
        max_quota: match body.max_quota_bytes {
            Patched::Kept => kind.max_quota,
            Patched::Away => None,
            Patched::Given(bytes) => max_quota(Some(bytes))?,
        },
        position: body.position.map_or(Ok(kind.position), position)?,
    };
    types.update(&caller, id, version.or(Some(kind.version)), &terms).await?;
    show(State(types), Calling(caller), Path(id)).await
}

/// Withdraw a user type
///
/// No tenant can get more licences of it. Those there are can be kept or lowered, and are used on.
#[utoipa::path(post, path = "/user-types/{id}/withdraw", tag = "User types", params(("id" = MailboxTypeId, Path)),
    responses((status = 204, description = "It is no longer offered.")))]
async fn withdraw(
    State(types): State<MailboxTypes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxTypeId>,
) -> Answer {
    types.withdraw(&caller, id).await?;
    no_content()
}

/// Offer a user type again
#[utoipa::path(post, path = "/user-types/{id}/offer", tag = "User types", params(("id" = MailboxTypeId, Path)),
    responses((status = 204, description = "Tenants can get licences of it.")))]
async fn offer(
    State(types): State<MailboxTypes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxTypeId>,
) -> Answer {
    types.offer(&caller, id).await?;
    no_content()
}
