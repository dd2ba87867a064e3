//! Aliases in the JSON API.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::words::{AliasId, DomainId, EmailAddress, LocalPart};
use bailiwick_base::{Code, Error};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::service::{Aliases, Leading};
use super::targets::targets;
use crate::api::values::address;
use crate::api::{
    ApiRoutes, IfMatch, Json, List, PageParams, Query, created, found, member, no_content, searched,
};
use crate::domains::Domains;
use crate::routes::Access;
use crate::shell::{Answer, Calling, Path};

/// The operations of this slice.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    let view = Access::Holding(Permission::AliasView);
    routes
        .add(view, routes!(list))
        .add(Access::Holding(Permission::AliasAdd), routes!(add))
        .add(view, routes!(show))
        .add(Access::Holding(Permission::AliasUpdate), routes!(change))
        .add(Access::Holding(Permission::AliasRemove), routes!(remove))
}

/// An address that stands for others.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alias)]
struct AliasBody {
    id: AliasId,
    /// The address.
    #[schema(example = "sales@example.com")]
    address: String,
    /// The domain it lies on.
    domain_id: DomainId,
    /// The addresses it leads to; empty if all that it led to were removed: mail to it is refused then.
    #[schema(example = json!(["ann@example.com", "bob@elsewhere.example"]))]
    targets: Vec<String>,
    /// Since when.
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<Leading> for AliasBody {
    fn from(leading: Leading) -> Self {
        let Leading { alias, targets } = leading;
        Self {
            id: alias.id,
            address: alias.address.to_string(),
            domain_id: alias.domain_id,
            targets: targets.iter().map(ToString::to_string).collect(),
            created_at: alias.created_at.to_string(),
        }
    }
}

/// Which aliases are listed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// The beginning of the address.
    #[param(max_length = 320)]
    q: Option<String>,
    /// Of this domain only.
    domain_id: Option<DomainId>,
    /// The page begins after this row: `next` of the page before.
    after: Option<String>,
    /// The page ends before this row: `previous` of the page after.
    before: Option<String>,
    /// At most so many rows.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
}

/// List aliases
///
/// By domain and local part.
#[utoipa::path(get, path = "/aliases", tag = "Aliases", params(ListParams),
    responses((status = 200, description = "A page of the list.", body = List<AliasBody>)))]
async fn list(
    State(aliases): State<Aliases>,
    Calling(caller): Calling,
    Query(params): Query<ListParams>,
) -> Answer {
    let page = PageParams { after: params.after, before: params.before, limit: params.limit }.request()?;
    let search = searched(params.q)?;
    let page = aliases.page(&caller, &search, params.domain_id, &page).await?;
    found(&List::of(page, AliasBody::from), None)
}

/// An alias to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAlias)]
struct AddBody {
    /// The address, on a domain whose ownership is proven.
    #[schema(example = "sales@example.com", max_length = 254)]
    address: String,
    /// The addresses it leads to, here or elsewhere. One on a domain of the same tenant must exist.
    #[schema(example = json!(["ann@example.com", "bob@elsewhere.example"]), min_items = 1, max_items = 100)]
    targets: Vec<String>,
}

impl AddBody {
    fn parse(&self) -> Result<(LocalPart, String, Vec<EmailAddress>), Error> {
        let address = address(&self.address, "address")?;
        let local = LocalPart::for_new_address(address.local.as_str())
            .map_err(|_| Error::new(Code::LocalPartInvalid).on("address"))?;
        Ok((local, address.domain.to_string(), targets(self.targets.iter().map(String::as_str))?))
    }
}

/// Add an alias
#[utoipa::path(post, path = "/aliases", tag = "Aliases", request_body = AddBody,
    responses((status = 201, description = "The alias.", body = AliasBody)))]
async fn add(
    State(aliases): State<Aliases>,
    State(domains): State<Domains>,
    Calling(caller): Calling,
    Json(body): Json<AddBody>,
) -> Answer {
    let (local, domain, targets) = body.parse()?;
    let added = async {
        let domain = domains.chosen(&caller, Permission::AliasAdd, &domain).await?;
        aliases.add(&caller, domain, &local, &targets).await
    };
    let alias =
        added.await.map_err(|error| member(member(error, "domain", "address"), "alias", "address"))?;
    let (location, version) = (format!("/aliases/{}", alias.id), alias.version);
    created(&location, &AliasBody::from(Leading { alias, targets }), Some(version))
}

/// Show an alias
#[utoipa::path(get, path = "/aliases/{id}", tag = "Aliases", params(("id" = AliasId, Path)),
    responses((status = 200, description = "The alias.", body = AliasBody)))]
async fn show(State(aliases): State<Aliases>, Calling(caller): Calling, Path(id): Path<AliasId>) -> Answer {
    let leading = aliases.get(&caller, id).await?;
    let version = leading.alias.version;
    found(&AliasBody::from(leading), Some(version))
}

/// Where an alias is to lead.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AliasChanges)]
struct ChangeBody {
    /// All addresses it leads to from now on.
    #[schema(example = json!(["ann@example.com"]), min_items = 1, max_items = 100)]
    targets: Vec<String>,
}

/// Change where an alias leads
#[utoipa::path(patch, path = "/aliases/{id}", tag = "Aliases", params(("id" = AliasId, Path), IfMatch),
    request_body = ChangeBody, responses((status = 200, description = "The alias as it is now.", body = AliasBody)))]
async fn change(
    State(aliases): State<Aliases>,
    Calling(caller): Calling,
    Path(id): Path<AliasId>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Answer {
    let targets = targets(body.targets.iter().map(String::as_str))?;
    let leading = aliases.update(&caller, id, version, &targets).await?;
    let version = leading.alias.version;
    found(&AliasBody::from(leading), Some(version))
}

/// Remove an alias
///
/// Its address rests for 30 days. Other aliases do not lead to it any more.
#[utoipa::path(delete, path = "/aliases/{id}", tag = "Aliases", params(("id" = AliasId, Path), IfMatch),
    responses((status = 204, description = "It is gone.")))]
async fn remove(
    State(aliases): State<Aliases>,
    Calling(caller): Calling,
    Path(id): Path<AliasId>,
    IfMatch(version): IfMatch,
) -> Answer {
    aliases.remove(&caller, id, version).await?;
    no_content()
}
