//! A tenant's Admins in the JSON API, as staff sees them.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::words::{LoginId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::service::Admins;
use super::store::{AdminLogin, LoginStatus};
use crate::api::values::line;
use crate::api::{ApiRoutes, Json, List, Query, SearchParams, found, no_content};
use crate::routes::Access;
use crate::shell::{Answer, Calling, Path};

/// The operations of this part.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    let view = Access::Holding(Permission::SubAdminView);
    routes
        .add(view, routes!(list_admins))
        .add(view, routes!(show_admin))
        .add(Access::Holding(Permission::TenantUnlimited), routes!(set_unlimited))
}

/// A login with which a tenant is administered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TenantAdmin)]
struct AdminBody {
    id: LoginId,
    /// The name it signs in with.
    #[schema(example = "acme")]
    name: String,
    /// What people call it.
    full_name: String,
    /// Where invitations and recovery links go.
    recovery_address: Option<String>,
    /// `active`, `invited` (no password yet) or `disabled`.
    #[schema(example = "active")]
    status: &'static str,
    /// The main Admin; else a Sub-Admin.
    main: bool,
    /// It is a program's: it signs in to this API only.
    api_access: bool,
    /// What the program is for.
    api_purpose: String,
    /// It may create users without the subscription's limit.
    unlimited: bool,
    /// When it was last signed in to.
    #[schema(format = DateTime)]
    last_sign_in: Option<String>,
}

impl AdminBody {
    fn of(admin: AdminLogin, seen: Option<Timestamp>) -> Self {
        Self {
            id: admin.id,
            name: admin.name,
            full_name: admin.full_name,
            recovery_address: admin.recovery_address.map(|address| address.to_string()),
            status: match admin.status {
                LoginStatus::Active => "active",
                LoginStatus::Invited => "invited",
                LoginStatus::Disabled => "disabled",
            },
            main: admin.is_main,
            api_access: admin.api_access,
            api_purpose: admin.api_purpose,
            unlimited: admin.unlimited,
            last_sign_in: seen.map(|at| at.to_string()),
        }
    }
}

/// List a tenant's Admins
#[utoipa::path(get, path = "/tenants/{id}/admins", tag = "Tenants", params(("id" = TenantId, Path), SearchParams),
    responses((status = 200, description = "A page of the list.", body = List<AdminBody>)))]
async fn list_admins(
    State(admins): State<Admins>,
    Calling(caller): Calling,
    Path(id): Path<TenantId>,
    Query(params): Query<SearchParams>,
) -> Answer {
    let (search, page) = params.request()?;
    let (_, page, seen) = admins.page(&caller, id, &search, &page).await?;
    let body = List::of(page, |admin| {
        let at = seen.get(&admin.id).copied();
        AdminBody::of(admin, at)
    });
    found(&body, None)
}

/// Show a tenant's Admin
#[utoipa::path(get, path = "/tenants/{id}/admins/{login}", tag = "Tenants",
    params(("id" = TenantId, Path), ("login" = LoginId, Path)),
    responses((status = 200, description = "The Admin.", body = AdminBody)))]
async fn show_admin(
    State(admins): State<Admins>,
    Calling(caller): Calling,
    Path((id, login)): Path<(TenantId, LoginId)>,
) -> Answer {
    let (_, admin, seen) = admins.get(&caller, id, login).await?;
    found(&AdminBody::of(admin, seen), None)
}

/// Whether an API Sub-Admin may create users without the subscription's limit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Unlimited)]
struct UnlimitedBody {
    unlimited: bool,
    /// Kept in the history.
    #[schema(example = "Their billing system counts.", max_length = 200)]
    reason: String,
}

/// Lift an API Sub-Admin's limit, or bind it again
#[utoipa::path(put, path = "/tenants/{id}/admins/{login}/unlimited", tag = "Tenants",
    params(("id" = TenantId, Path), ("login" = LoginId, Path)), request_body = UnlimitedBody,
    responses((status = 204, description = "It holds from the next request on.")))]
async fn set_unlimited(
    State(admins): State<Admins>,
    Calling(caller): Calling,
    Path((id, login)): Path<(TenantId, LoginId)>,
    Json(body): Json<UnlimitedBody>,
) -> Answer {
    admins.set_unlimited(&caller, id, login, body.unlimited, &line(&body.reason, "reason")?).await?;
    no_content()
}
