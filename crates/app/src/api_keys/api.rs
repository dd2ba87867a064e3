//! Whoever calls, and API keys, in the JSON API. Keys are made, changed and renewed by people alone: a program that could
//! would outlive its own removal.

use axum::extract::State;
use bailiwick_base::authz::{Permission, Scope};
use bailiwick_base::words::{ApiKeyId, DomainId, LoginId, TenantId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::service::ApiKeys;
use super::shown::{Listed, Oneself, Whose};
use crate::api::{ApiRoutes, List, Query, SearchParams, found, no_content};
use crate::routes::Access;
use crate::shell::{Answer, Calling, Path};

/// The operations of this slice.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    let view = Access::Holding(Permission::ApiKeyView);
    routes
        .add(Access::SignedIn, routes!(me))
        .add(view, routes!(list))
        .add(view, routes!(show))
        .add(Access::Holding(Permission::ApiKeyRemove), routes!(remove))
}

/// Who calls, and what it may do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Oneself)]
struct MeBody {
    login_id: LoginId,
    /// The name of the login that acts.
    #[schema(example = "ann")]
    login: String,
    /// `admin`, or `staff` for the provider's people.
    #[schema(example = "admin")]
    realm: &'static str,
    /// The tenant it belongs to; null for the provider's people.
    tenant_id: Option<TenantId>,
    /// The key it comes with; null for an API Sub-Admin that sends its password.
    key: Option<OwnKeyBody>,
    /// What it may do at this moment, and where.
    may: Vec<GrantBody>,
}

/// The key a request came with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OwnKey)]
struct OwnKeyBody {
    id: ApiKeyId,
    /// What its holder calls it.
    #[schema(example = "Billing system")]
    name: String,
}

/// Permissions, and where they hold.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Held)]
struct GrantBody {
    /// The permissions.
    #[schema(value_type = Vec<String>, example = json!(["mailbox.view", "mailbox.add"]))]
    permissions: Vec<&'static str>,
    /// In this domain only; null: wherever the login is at home.
    domain_id: Option<DomainId>,
    /// They end at this instant; null is for good.
    #[schema(format = DateTime)]
    until: Option<String>,
}

impl From<Oneself> for MeBody {
    fn from(me: Oneself) -> Self {
        let may = me.grants.into_iter().map(|grant| GrantBody {
            permissions: grant.permissions.iter().map(Permission::key).collect(),
            domain_id: match grant.scope {
                Scope::Domain(id) => Some(id),
                _ => None,
            },
            until: grant.until.map(|at| at.to_string()),
        });
        Self {
            login_id: me.login,
            login: me.name,
            realm: me.realm,
            tenant_id: me.tenant,
            key: me.key.map(|(id, name)| OwnKeyBody { id, name }),
            may: may.collect(),
        }
    }
}

/// Show who calls
#[utoipa::path(get, path = "/me", tag = "API keys",
    responses((status = 200, description = "The caller's login, key and permissions.", body = MeBody)))]
async fn me(State(keys): State<ApiKeys>, Calling(caller): Calling) -> Answer {
    found(&MeBody::from(keys.oneself(&caller).await?), None)
}

/// A key to this API, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
struct KeyBody {
    id: ApiKeyId,
    /// What its holder calls it.
    #[schema(example = "Billing system")]
    name: String,
    login_id: LoginId,
    /// The login it acts for.
    #[schema(example = "ann")]
    login: String,
    /// How it begins.
    #[schema(example = "bwk_4g7k")]
    hint: String,
    /// `active`, `expired`, or `stopped`: its login got a new password and the key was not renewed since.
    #[schema(example = "active")]
    status: &'static str,
    /// What it carries; of that it may do what its login may do at the moment.
    #[schema(value_type = Vec<String>, example = json!(["mailbox.view", "mailbox.add"]))]
    permissions: Vec<&'static str>,
    /// The domains it is limited to; null: wherever its login may.
    domain_ids: Option<Vec<DomainId>>,
    /// The networks it may be used from; null: everywhere its login may.
    #[schema(example = json!(["192.0.2.0/24"]))]
    networks: Option<Vec<String>>,
    /// It ends at this instant; null is for good.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Since when.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was used last; null: never.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// The address it was used from last.
    last_used_from: Option<String>,
}

impl KeyBody {
    fn of(listed: Listed) -> Self {
        let (key, status) = (listed.key, listed.status);
        let ranges = || key.networks.list.iter().map(|entry| entry.range.to_string()).collect();
        Self {
            id: key.id,
            status: status.key(),
            permissions: key.permissions.iter().map(Permission::key).collect(),
            domain_ids: key.domains.as_ref().map(|domains| domains.iter().map(|(id, _)| *id).collect()),
            networks: key.networks.only.then(ranges),
            name: key.name,
            login_id: key.login,
            login: key.login_name,
            hint: key.hint,
            expires_at: key.until.map(|at| at.to_string()),
            created_at: key.created_at.to_string(),
            last_used_at: listed.last_use.as_ref().map(|last| last.at.to_string()),
            last_used_from: listed.last_use.map(|last| last.address),
        }
    }
}

/// List API keys
///
/// All keys of the tenant's logins; for the provider's owner, all keys there are.
#[utoipa::path(get, path = "/api-keys", tag = "API keys", params(SearchParams),
    responses((status = 200, description = "A page of the list.", body = List<KeyBody>)))]
async fn list(
    State(keys): State<ApiKeys>,
    Calling(caller): Calling,
    Query(params): Query<SearchParams>,
) -> Answer {
    let (search, page) = params.request()?;
    let page = keys.page(&caller, Whose::All(&search), &page).await?;
    found(&List::of(page, KeyBody::of), None)
}

/// Show an API key
#[utoipa::path(get, path = "/api-keys/{id}", tag = "API keys", params(("id" = ApiKeyId, Path)),
    responses((status = 200, description = "The key.", body = KeyBody)))]
async fn show(State(keys): State<ApiKeys>, Calling(caller): Calling, Path(id): Path<ApiKeyId>) -> Answer {
    found(&KeyBody::of(keys.get(&caller, id).await?), None)
}

/// Remove an API key
///
/// It opens nothing from this moment on. A key can remove itself.
#[utoipa::path(delete, path = "/api-keys/{id}", tag = "API keys", params(("id" = ApiKeyId, Path)),
    responses((status = 204, description = "The key is gone.")))]
async fn remove(State(keys): State<ApiKeys>, Calling(caller): Calling, Path(id): Path<ApiKeyId>) -> Answer {
    keys.remove(&caller, id).await?;
    no_content()
}
