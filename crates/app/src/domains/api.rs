//! Domains in the JSON API.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::words::{DomainId, TenantId};
use bailiwick_base::{Code, Error};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::service::{CatchAllChoice, DomainDetails, DomainSettings, Domains, ProofRecord};
use super::store::{CatchAll, Domain, DomainStatus};
use crate::api::{ApiRoutes, IfMatch, Json, List, Query, SearchParams, created, found, member, no_content};
use crate::routes::Access;
use crate::settings::Settings;
use crate::shell::{Answer, Calling, Path};

/// The operations of this slice.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    let view = Access::Holding(Permission::DomainView);
    let update = Access::Holding(Permission::DomainUpdate);
    routes
        .add(view, routes!(list))
        .add(Access::Holding(Permission::DomainAdd), routes!(add))
        .add(view, routes!(show))
        .add(update, routes!(change))
        .add(Access::Holding(Permission::DomainRemove), routes!(remove))
        .add(update, routes!(verify))
}

/// How far a domain has come.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DomainStatus)]
enum Status {
    /// Its ownership is not proven: no users, no mail.
    Pending,
    /// It carries mail, and its users can sign in.
    Active,
    /// None of its users can sign in; mail is still received.
    Disabled,
}

impl From<DomainStatus> for Status {
    fn from(status: DomainStatus) -> Self {
        match status {
            DomainStatus::Pending => Self::Pending,
            DomainStatus::Active => Self::Active,
            DomainStatus::Disabled => Self::Disabled,
        }
    }
}

/// A mail domain.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Domain)]
struct DomainBody {
    id: DomainId,
    /// The tenant it belongs to.
    tenant_id: TenantId,
    /// Its name in the form of the DNS.
    #[schema(example = "xn--bcher-kva.example")]
    name: String,
    /// Its name as people read it.
    #[schema(example = "bücher.example")]
    display_name: String,
    status: Status,
    /// The time zone of its users, by its name in the IANA database.
    #[schema(example = "Europe/Madrid")]
    time_zone: String,
    /// Users in it.
    users: i64,
    /// Storage assigned to them, in bytes.
    #[schema(example = 5_000_000_000_i64)]
    storage_bytes: i64,
    /// Aliases in it.
    aliases: i64,
    /// Since when it is here.
    #[schema(format = DateTime)]
    created_at: String,
    /// When its ownership was proven.
    #[schema(format = DateTime)]
    verified_at: Option<String>,
}

/// A record to be published at the domain's name servers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DnsRecord)]
struct RecordBody {
    /// Where it stands.
    #[schema(example = "_bailiwick.example.com")]
    host: String,
    /// Its type.
    #[schema(example = "TXT")]
    r#type: &'static str,
    /// What it says.
    #[schema(example = "bailiwick-verification=9f3k…")]
    value: String,
}

/// How the ownership of a domain is proven.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DomainProof)]
struct ProofBody {
    /// The record that proves it; it is looked for every few minutes, and when it is asked for.
    record: RecordBody,
    /// For how many seconds it is still waited for; 0: the time is over, and the domain is being removed.
    waits_seconds: u64,
}

/// What happens to mail for a name that does not exist.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CatchAll)]
enum CatchAllBody {
    /// It is refused.
    None,
    /// It is accepted and thrown away.
    Discard,
    /// A user of the domain gets it.
    User,
}

/// A domain with what only its own page shows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DomainDetail)]
struct DetailBody {
    #[serde(flatten)]
    domain: DomainBody,
    /// What proves its ownership; null once that is proven.
    proof: Option<ProofBody>,
    /// The record that brings its mail here; null where this installation takes in none.
    mail_exchanger: Option<RecordBody>,
    catch_all: CatchAllBody,
    /// The local part of the user who gets mail for names that do not exist; null too where that user may not be seen.
    #[schema(example = "info")]
    catch_all_user: Option<String>,
}

impl From<Domain> for DomainBody {
    fn from(domain: Domain) -> Self {
        Self {
            id: domain.id,
            tenant_id: domain.tenant_id,
            name: domain.name.to_string(),
            display_name: domain.name.to_unicode(),
            status: domain.status.into(),
            time_zone: domain.time_zone.to_string(),
            users: domain.users_used,
            storage_bytes: domain.storage_used.as_bytes(),
            aliases: domain.aliases_used,
            created_at: domain.created_at.to_string(),
            verified_at: domain.verified_at.map(|at| at.to_string()),
        }
    }
}

impl DetailBody {
    fn of(details: DomainDetails, settings: &Settings) -> Self {
        let DomainDetails { domain, catch_all_user, waits } = details;
        let proof = (!domain.held).then(|| {
            let ProofRecord { host, value } = ProofRecord::of(&domain);
            ProofBody { record: RecordBody { host, r#type: "TXT", value }, waits_seconds: waits.as_secs() }
        });
        let mail_exchanger = settings.mail_program.as_ref().map(|program| RecordBody {
            host: domain.name.to_string(),
            r#type: "MX",
            value: format!("10 {}.", program.host),
        });
        Self {
            proof,
            mail_exchanger,
            catch_all: match domain.catch_all {
                CatchAll::None => CatchAllBody::None,
                CatchAll::Discard => CatchAllBody::Discard,
                CatchAll::Mailbox(_) => CatchAllBody::User,
            },
            catch_all_user: catch_all_user.map(|local| local.to_string()),
            domain: domain.into(),
        }
    }
}

/// List domains
///
/// By name.
#[utoipa::path(get, path = "/domains", tag = "Domains", params(SearchParams),
    responses((status = 200, description = "A page of the list.", body = List<DomainBody>)))]
async fn list(
    State(domains): State<Domains>,
    Calling(caller): Calling,
    Query(params): Query<SearchParams>,
) -> Answer {
    let (search, page) = params.request()?;
    let page = domains.page(&caller, &search, &page).await?;
    found(&List::of(page, DomainBody::from), None)
}

/// A domain to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDomain)]
struct AddBody {
    /// Its name, in the form of the DNS or as people read it.
    #[schema(example = "example.com", max_length = 253)]
    name: String,
}

/// Add a domain
///
/// It is `pending` until the record in `proof` is found at its name servers, and removed if that takes more than 24 hours.
/// It counts against the subscription from the beginning.
#[utoipa::path(post, path = "/domains", tag = "Domains", request_body = AddBody,
    responses((status = 201, description = "The domain, with the record to publish.", body = DetailBody)))]
async fn add(State(domains): State<Domains>, Calling(caller): Calling, Json(body): Json<AddBody>) -> Answer {
    let domain = domains.add(&caller, None, &body.name).await;
    let domain = domain.map_err(|error| member(error, "domain", "name"))?;
    let (location, version) = (format!("/domains/{}", domain.id), domain.version);
    let details = DomainDetails::of_new(domain);
    created(&location, &DetailBody::of(details, domains.settings()), Some(version))
}

/// Show a domain
#[utoipa::path(get, path = "/domains/{id}", tag = "Domains", params(("id" = DomainId, Path)),
    responses((status = 200, description = "The domain.", body = DetailBody)))]
async fn show(State(domains): State<Domains>, Calling(caller): Calling, Path(id): Path<DomainId>) -> Answer {
    let details = domains.get(&caller, id).await?;
    let version = details.domain.version;
    found(&DetailBody::of(details, domains.settings()), Some(version))
}

/// What is to be changed. A member that is left out, or null, stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DomainChanges)]
struct ChangeBody {
    /// The time zone of its users, by its name in the IANA database.
    #[schema(example = "Europe/Madrid")]
    time_zone: Option<String>,
    /// What happens to mail for a name that does not exist.
    #[schema(inline)]
    catch_all: Option<CatchAllBody>,
    /// The local part of the user who gets it: together with `catch_all` as `user`, and not otherwise.
    #[schema(example = "info", max_length = 64)]
    catch_all_user: Option<String>,
    /// `false`: none of its users can sign in any more, and all are signed out; mail is still received.
    active: Option<bool>,
}

impl ChangeBody {
    fn parse(&self) -> Result<DomainSettings, Error> {
        let invalid = || Error::new(Code::CatchAllInvalid).on("catch_all_user");
        let catch_all = match (self.catch_all, self.catch_all_user.as_deref()) {
            (Some(CatchAllBody::User), Some(local)) => {
                Some(CatchAllChoice::User(local.parse().map_err(|_| invalid())?))
            }
            (Some(CatchAllBody::None), None) => Some(CatchAllChoice::None),
            (Some(CatchAllBody::Discard), None) => Some(CatchAllChoice::Discard),
            (None, None) => None,
            _ => return Err(invalid()),
        };
        let zone =
            |text: &String| text.parse().map_err(|_| Error::new(Code::TimeZoneInvalid).on("time_zone"));
        let time_zone = self.time_zone.as_ref().map(zone).transpose()?;
        Ok(DomainSettings { time_zone, catch_all, active: self.active })
    }
}

/// Change a domain
///
/// Only one whose ownership is proven.
#[utoipa::path(patch, path = "/domains/{id}", tag = "Domains", params(("id" = DomainId, Path), IfMatch),
    request_body = ChangeBody, responses((status = 200, description = "The domain as it is now.", body = DetailBody)))]
async fn change(
    State(domains): State<Domains>,
    Calling(caller): Calling,
    Path(id): Path<DomainId>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Answer {
    let details = domains.update(&caller, id, version, &body.parse()?).await?;
    let version = details.domain.version;
    found(&DetailBody::of(details, domains.settings()), Some(version))
}

/// Remove a domain
///
/// At once and for good: its users, all their mail and its aliases. Aliases of other domains do not lead to it any more.
#[utoipa::path(delete, path = "/domains/{id}", tag = "Domains", params(("id" = DomainId, Path), IfMatch),
    responses((status = 204, description = "It is gone.")))]
async fn remove(
    State(domains): State<Domains>,
    Calling(caller): Calling,
    Path(id): Path<DomainId>,
    IfMatch(version): IfMatch,
) -> Answer {
    domains.remove(&caller, id, version, None).await?;
    no_content()
}

/// Verify a domain now
///
/// Looks for the record in `proof`. Not needed for it to be found: that happens by itself, a little later.
#[utoipa::path(post, path = "/domains/{id}/verify", tag = "Domains", params(("id" = DomainId, Path)),
    responses((status = 204, description = "Its ownership is proven: it can have users and aliases now.")))]
async fn verify(
    State(domains): State<Domains>,
    Calling(caller): Calling,
    Path(id): Path<DomainId>,
) -> Answer {
    domains.verify(&caller, id).await?;
    no_content()
}
