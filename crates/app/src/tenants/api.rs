//! Tenants in the JSON API: staff's side.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::words::{MailboxTypeId, Storage, TenantId};
use bailiwick_base::{Code, Error};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::licences::{Licence, Licences};
use super::service::{Limits, NewTenant, Overview, Tenants};
use super::store::{Tenant, TenantStatus};
use crate::api::values::{address, filled, line, storage};
use crate::api::{ApiRoutes, IfMatch, Json, List, Query, SearchParams, created, found, no_content};
use crate::routes::Access;
use crate::shell::{Answer, Calling, Path};

/// The operations on tenants, their Admins and their domains.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    let view = Access::Holding(Permission::TenantView);
    let suspend = Access::Holding(Permission::TenantSuspend);
    routes
        .add(view, routes!(list))
        .add(Access::Holding(Permission::TenantAdd), routes!(create))
        .add(view, routes!(show))
        .add(Access::Holding(Permission::TenantUpdate), routes!(update))
        .add(suspend, routes!(suspend_tenant))
        .add(suspend, routes!(resume_tenant))
        .of(super::admins::api)
        .of(super::hosted::api)
}

/// A customer of e-mail hosting: what an Admin administers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tenant)]
struct TenantBody {
    id: TenantId,
    #[schema(example = "Acme")]
    name: String,
    /// `active`, or `suspended`: nobody of it can sign in, mail is still received.
    status: Status,
    /// Storage it may assign to users, in bytes.
    max_storage_bytes: i64,
    /// Storage that is assigned.
    storage_used_bytes: i64,
    /// Domains it may have.
    max_domains: i64,
    domains_used: i64,
    /// Users it has, of all types.
    users_used: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

/// May anybody of a tenant sign in?
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TenantStatus)]
enum Status {
    Active,
    Suspended,
}

/// What a tenant may have and has of one type of user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Licence)]
pub(super) struct LicenceBody {
    /// The type.
    r#type: MailboxTypeId,
    /// The type's name.
    #[schema(example = "Basic")]
    name: String,
    /// Users of it the tenant may have.
    licensed: i64,
    /// Users of it the tenant has.
    used: i64,
    /// The largest quota a user of it can be given, in bytes; null: no bound but the storage.
    max_quota_bytes: Option<i64>,
}

/// A tenant with its licences and its main Admin.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TenantDetail)]
struct DetailBody {
    #[serde(flatten)]
    tenant: TenantBody,
    licences: Vec<LicenceBody>,
    /// The name its main Admin signs in with.
    main_admin: Option<String>,
}

impl From<Tenant> for TenantBody {
    fn from(tenant: Tenant) -> Self {
        Self {
            id: tenant.id,
            name: tenant.name,
            status: match tenant.status {
                TenantStatus::Active => Status::Active,
                TenantStatus::Suspended => Status::Suspended,
            },
            max_storage_bytes: tenant.max_storage.as_bytes(),
            storage_used_bytes: tenant.storage_used.as_bytes(),
            max_domains: tenant.max_domains,
            domains_used: tenant.domains_used,
            users_used: tenant.users_used,
            created_at: tenant.created_at.to_string(),
        }
    }
}

impl From<Licence> for LicenceBody {
    fn from(licence: Licence) -> Self {
        Self {
            r#type: licence.kind,
            name: licence.name,
            licensed: licence.licensed,
            used: licence.used,
            max_quota_bytes: licence.max_quota.map(Storage::as_bytes),
        }
    }
}

impl From<Overview> for DetailBody {
    fn from(overview: Overview) -> Self {
        Self {
            tenant: overview.tenant.into(),
            licences: overview.licences.into_iter().map(Into::into).collect(),
            main_admin: overview.main.map(|main| main.name),
        }
    }
}

/// List tenants
#[utoipa::path(get, path = "/tenants", tag = "Tenants", params(SearchParams),
    responses((status = 200, description = "A page of the list.", body = List<TenantBody>)))]
async fn list(
    State(tenants): State<Tenants>,
    Calling(caller): Calling,
    Query(params): Query<SearchParams>,
) -> Answer {
    let (search, page) = params.request()?;
    let page = tenants.page(&caller, &search, &page).await?;
    found(&List::of(page, TenantBody::from), None)
}

/// Users of one type that a tenant may have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LicenceNumber)]
struct NumberBody {
    r#type: MailboxTypeId,
    #[schema(example = 10, minimum = 0, maximum = 1_000_000)]
    licensed: i64,
}

/// A tenant to be created. Its main Admin is invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTenant)]
struct AddBody {
    #[schema(example = "Acme", min_length = 1, max_length = 100)]
    name: String,
    /// Users of each type it may have.
    licences: Vec<NumberBody>,
    /// Storage it may assign to users, in bytes.
    #[schema(example = 100_000_000_000_i64, minimum = 0)]
    max_storage_bytes: i64,
    /// Domains it may have.
    #[schema(example = 5, minimum = 0, maximum = 100_000)]
    max_domains: i64,
    /// The name its main Admin signs in with.
    #[schema(example = "acme", min_length = 1, max_length = 64)]
    admin_name: String,
    /// The main Admin's full name.
    #[schema(example = "Ada Example", min_length = 1, max_length = 100)]
    admin_full_name: String,
    /// Where the invitation goes.
    #[schema(example = "ada@elsewhere.example", max_length = 254)]
    admin_email: String,
}

fn numbers(licences: &[NumberBody]) -> Result<Licences, Error> {
    if licences.iter().any(|one| !(0..=1_000_000).contains(&one.licensed)) {
        return Err(Error::new(Code::NumberInvalid)
            .with("min", 0_i64)
            .with("max", 1_000_000_i64)
            .on("licences"));
    }
    Ok(Licences::Of(licences.iter().map(|one| (one.r#type, one.licensed)).collect()))
}

fn domains(number: i64) -> Result<i64, Error> {
    if (0..=100_000).contains(&number) {
        return Ok(number);
    }
    Err(Error::new(Code::NumberInvalid).with("min", 0_i64).with("max", 100_000_i64).on("max_domains"))
}

/// Create a tenant
#[utoipa::path(post, path = "/tenants", tag = "Tenants", request_body = AddBody,
    responses((status = 201, description = "The tenant.", body = DetailBody)))]
async fn create(
    State(tenants): State<Tenants>,
    Calling(caller): Calling,
    Json(body): Json<AddBody>,
) -> Answer {
    let new = NewTenant {
        name: filled(&body.name, "name")?,
        limits: Limits {
            users: numbers(&body.licences)?,
            storage: storage(body.max_storage_bytes, "max_storage_bytes")?,
            domains: domains(body.max_domains)?,
        },
        admin_name: body.admin_name,
        admin_full_name: filled(&body.admin_full_name, "admin_full_name")?,
        admin_address: address(&body.admin_email, "admin_email")?,
    };
    let tenant = tenants.create(&caller, &new).await?;
    let made = tenants.overview(&caller, tenant.id).await?;
    created(&format!("/tenants/{}", tenant.id), &DetailBody::from(made), Some(tenant.version))
}

/// Show a tenant
#[utoipa::path(get, path = "/tenants/{id}", tag = "Tenants", params(("id" = TenantId, Path)),
    responses((status = 200, description = "The tenant.", body = DetailBody)))]
async fn show(State(tenants): State<Tenants>, Calling(caller): Calling, Path(id): Path<TenantId>) -> Answer {
    let overview = tenants.overview(&caller, id).await?;
    let version = overview.tenant.version;
    found(&DetailBody::from(overview), Some(version))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TenantChanges)]
struct ChangeBody {
    #[schema(example = "Acme Europe", min_length = 1, max_length = 100)]
    name: Option<String>,
    /// Users of the named types it may have: not fewer than it has.
    #[serde(default)]
    licences: Vec<NumberBody>,
    /// Storage it may assign to users, in bytes: not less than is assigned.
    #[schema(minimum = 0)]
    max_storage_bytes: Option<i64>,
    /// Domains it may have: not fewer than it has.
    #[schema(minimum = 0, maximum = 100_000)]
    max_domains: Option<i64>,
}

/// Change a tenant
#[utoipa::path(patch, path = "/tenants/{id}", tag = "Tenants", params(("id" = TenantId, Path), IfMatch),
    request_body = ChangeBody, responses((status = 200, description = "The tenant.", body = DetailBody)))]
async fn update(
    State(tenants): State<Tenants>,
    Calling(caller): Calling,
    Path(id): Path<TenantId>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Answer {
    let before = tenants.get(&caller, id).await?;
    let limits = Limits {
        users: numbers(&body.licences)?,
        storage: match body.max_storage_bytes {
            Some(bytes) => storage(bytes, "max_storage_bytes")?,
            None => before.max_storage,
        },
        domains: domains(body.max_domains.unwrap_or(before.max_domains))?,
    };
    let name = filled(body.name.as_deref().unwrap_or(&before.name), "name")?;
    tenants.update(&caller, id, version.unwrap_or(before.version), &name, &limits).await?;
    show(State(tenants), Calling(caller), Path(id)).await
}

/// Why a tenant is suspended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Suspension)]
struct ReasonBody {
    /// Kept in the history.
    #[schema(example = "Invoice 1027 is not paid.", max_length = 200)]
    reason: String,
}

/// Suspend a tenant
///
/// Nobody of it can sign in any more, and whoever is signed in is signed out; mail is still received.
#[utoipa::path(post, path = "/tenants/{id}/suspend", tag = "Tenants", params(("id" = TenantId, Path)),
    request_body = ReasonBody, responses((status = 204, description = "It is suspended.")))]
async fn suspend_tenant(
    State(tenants): State<Tenants>,
    Calling(caller): Calling,
    Path(id): Path<TenantId>,
    Json(body): Json<ReasonBody>,
) -> Answer {
    tenants.suspend(&caller, id, &line(&body.reason, "reason")?).await?;
    no_content()
}

/// End a suspension
#[utoipa::path(post, path = "/tenants/{id}/resume", tag = "Tenants", params(("id" = TenantId, Path)),
    responses((status = 204, description = "Its people can sign in again.")))]
async fn resume_tenant(
    State(tenants): State<Tenants>,
    Calling(caller): Calling,
    Path(id): Path<TenantId>,
) -> Answer {
    tenants.resume(&caller, id).await?;
    no_content()
}
