//! Sub-Admins in the JSON API.

use std::collections::BTreeMap;

use axum::extract::State;
use bailiwick_base::authz::{Permission, Section};
use bailiwick_base::words::{Day, DomainId, LoginId};
use bailiwick_base::{Code, Error};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::changes::Changes;
use super::networks::{ANYWHERE, AllowedNetworks, LISTED};
use super::plan::{Reach, Terms};
use super::rights::{BUILT, CUSTOM, Rights};
use super::service::{NewSubAdmin, Shown, SubAdmins};
use super::sub_admin::{SubAdmin, SubAdminStatus};
use crate::api::values::{address, day, filled, line, password};
use crate::api::{
    ApiRoutes, IfMatch, Json, LinkSent, List, Named, Patched, Query, SearchParams, created, found,
    no_content, sent,
};
use crate::routes::Access;
use crate::shell::{Answer, Calling, Path};

/// The operations of this slice.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    let manage = Access::Holding(Permission::SubAdminManage);
    routes
        .add(Access::Holding(Permission::SubAdminView), routes!(list))
        .add(manage, routes!(add))
        .add(Access::Holding(Permission::SubAdminView), routes!(show))
        .add(manage, routes!(update))
        .add(manage, routes!(review))
        .add(manage, routes!(invite))
        .add(manage, routes!(remove))
}

/// Somebody to whom the main Admin has handed something on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SubAdmin)]
struct SubAdminBody {
    id: LoginId,
    /// The name it signs in with.
    #[schema(example = "ann")]
    name: String,
    /// What people call it.
    #[schema(example = "Ann Example")]
    full_name: String,
    /// Where invitations and recovery links go.
    email: Option<String>,
    /// `active`, `invited` (no password yet), `disabled`, `expired`, or `powerless`: nothing is left of what it was given.
    #[schema(example = "active")]
    status: &'static str,
    /// The level in each section, as in the Admin Panel; null where what is held matches no level.
    #[schema(value_type = BTreeMap<String, Option<usize>>, example = json!({"users": 2, "domains": 0, "aliases": 1, "history": 0}))]
    levels: BTreeMap<&'static str, Option<usize>>,
    /// The permissions themselves.
    #[schema(value_type = Vec<String>, example = json!(["mailbox.view", "mailbox.add"]))]
    permissions: Vec<&'static str>,
    /// The domains it is limited to; null is all of the tenant, those to come too.
    domain_ids: Option<Vec<DomainId>>,
    /// What was given ends with this day (UTC); null is for good.
    #[schema(format = Date)]
    last_day: Option<String>,
    /// Why it was given.
    note: String,
    /// It may be used from its listed networks only.
    networks_only: bool,
    /// It is a program's: it signs in to this API only.
    api_access: bool,
    /// What the program is for.
    api_purpose: String,
    /// The provider lets it create users without the subscription's limit.
    unlimited: bool,
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last here, where that is shown.
    #[schema(format = DateTime)]
    last_seen: Option<String>,
}

/// A Sub-Admin with what only its own page shows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SubAdminDetail)]
struct DetailBody {
    #[serde(flatten)]
    sub_admin: SubAdminBody,
    /// The networks it is limited to or, where it is not, that are kept for later.
    networks: Vec<NetworkBody>,
}

/// A network from which a login may be used.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Network)]
pub(crate) struct NetworkBody {
    /// An address or a range (CIDR), v4 or v6; never the whole internet.
    #[schema(example = "192.0.2.0/24")]
    network: String,
    /// Whose it is.
    #[serde(default)]
    #[schema(example = "Billing server", max_length = 100)]
    description: String,
}

impl SubAdminBody {
    fn of(sub_admin: SubAdmin, status: SubAdminStatus, seen: Option<String>) -> Self {
        let held = sub_admin.permissions();
        let level = |section: &Section| (section.key(), section.level_of(held.within(section.all())));
        Self {
            id: sub_admin.id,
            status: match status {
                SubAdminStatus::Active => "active",
                SubAdminStatus::Invited => "invited",
                SubAdminStatus::Disabled => "disabled",
                SubAdminStatus::Expired => "expired",
                SubAdminStatus::Powerless => "powerless",
            },
            levels: BUILT.iter().map(level).collect(),
            permissions: held.iter().map(Permission::key).collect(),
            domain_ids: sub_admin.domains().map(|all| all.into_iter().map(|(id, _)| id).collect()),
            last_day: sub_admin.until().map(|until| Day::last_before(until).to_string()),
            note: sub_admin.note().to_owned(),
            networks_only: sub_admin.networks_only,
            api_access: sub_admin.api_access,
            unlimited: sub_admin.unlimited,
            created_at: sub_admin.created_at.to_string(),
            last_seen: seen,
            name: sub_admin.name,
            full_name: sub_admin.full_name,
            email: sub_admin.recovery_address,
            api_purpose: sub_admin.api_purpose,
        }
    }
}

fn detail(sub_admins: &SubAdmins, shown: Shown) -> DetailBody {
    let status = sub_admins.status(&shown.sub_admin);
    let network = |entry: &super::networks::ListedNetwork| NetworkBody {
        network: entry.range.to_string(),
        description: entry.description.to_string(),
    };
    DetailBody {
        networks: shown.networks.list.iter().map(network).collect(),
        sub_admin: SubAdminBody::of(shown.sub_admin, status, None),
    }
}

/// List Sub-Admins
#[utoipa::path(get, path = "/sub-admins", tag = "Sub-Admins", params(SearchParams),
    responses((status = 200, description = "A page of the list.", body = List<SubAdminBody>)))]
async fn list(
    State(sub_admins): State<SubAdmins>,
    Calling(caller): Calling,
    Query(params): Query<SearchParams>,
) -> Answer {
    let (search, page) = params.request()?;
    let page = sub_admins.page(&caller, &search, &page).await?;
    let body = List::of(page, |listed| {
        let status = sub_admins.status(&listed.sub_admin);
        SubAdminBody::of(listed.sub_admin, status, listed.last_seen.map(|at| at.to_string()))
    });
    found(&body, None)
}

/// Show a Sub-Admin
#[utoipa::path(get, path = "/sub-admins/{id}", tag = "Sub-Admins", params(("id" = LoginId, Path)),
    responses((status = 200, description = "The Sub-Admin.", body = DetailBody)))]
async fn show(
    State(sub_admins): State<SubAdmins>,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
) -> Answer {
    let shown = sub_admins.get(&caller, id).await?;
    let version = shown.sub_admin.version;
    found(&detail(&sub_admins, shown), Some(version))
}

/// A Sub-Admin to be added. It is invited by mail.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSubAdmin)]
struct AddBody {
    /// The name to sign in with.
    #[schema(example = "ann", min_length = 1, max_length = 64)]
    name: String,
    /// What people call it.
    #[schema(example = "Ann Example", min_length = 1, max_length = 100)]
    full_name: String,
    /// Where the invitation and recovery links go.
    #[schema(example = "ann@elsewhere.example", max_length = 254)]
    email: String,
    /// Refused (`not_by_program`): a Sub-Admin that is added by a program is invited.
    #[schema(min_length = 10, max_length = 1024)]
    password: Option<String>,
    /// A level for each section that is named; in the others it holds nothing. Not together with `permissions`.
    #[schema(value_type = Option<BTreeMap<String, u8>>, example = json!({"users": 2}))]
    levels: Option<Named<u8>>,
    /// Single permissions. Not together with `levels`.
    permissions: Option<Vec<String>>,
    /// The domains it is limited to; left out or null: all of the tenant, those to come too.
    domain_ids: Option<Vec<DomainId>>,
    /// What is given ends with this day (UTC).
    #[schema(format = Date)]
    last_day: Option<String>,
    /// Why it is given.
    #[serde(default)]
    #[schema(max_length = 200)]
    note: String,
    /// The networks it may be used from; needed for API access.
    #[serde(default)]
    networks: Vec<NetworkBody>,
    /// Refused (`not_by_program`): API access is given by people, with their password.
    #[schema(example = "Billing system", min_length = 1, max_length = 100)]
    api_purpose: Option<String>,
    /// Of no use to a program: whatever it is asked for is refused.
    own_password: Option<String>,
}

fn shapeless(at: &'static str, reason: &str) -> Error {
    Error::new(Code::JsonInvalid).with("at", at).with("reason", reason).on(at)
}

/// Levels or permissions; where neither is given, what is held now, if something is.
fn rights(
    levels: Option<&Named<u8>>,
    permissions: Option<&[String]>,
    before: Option<&SubAdmin>,
) -> Result<Rights, Error> {
    let level_now = |section: &Section| {
        let held = before.map(SubAdmin::permissions).unwrap_or_default().within(section.all());
        section.level_of(held).map_or_else(|| CUSTOM.to_owned(), |level| level.to_string())
    };
    let named = match (levels, permissions) {
        (Some(_), Some(_)) => return Err(shapeless("levels", "levels or permissions, not both")),
        (None, Some(names)) => {
            return Rights::one_by_one(names)
                .map_err(|_| shapeless("permissions", "one is named twice or can't be handed on"));
        }
        (Some(levels), None) => levels.0.clone(),
        (None, None) => BTreeMap::new(),
    };
    let unknown = named.keys().any(|key| !BUILT.iter().any(|section| section.key() == key));
    if unknown {
        return Err(shapeless("levels", "no section is called so"));
    }
    let all = BUILT.iter().map(|section| {
        let level = named.get(section.key()).map_or_else(|| level_now(section), ToString::to_string);
        format!("{}:{level}", section.key())
    });
    Rights::by_level(&all.collect::<Vec<_>>()).map_err(|error| error.on("levels"))
}

fn networks(list: &[NetworkBody]) -> Result<AllowedNetworks, Error> {
    let lines: Vec<String> = list
        .iter()
        .map(|entry| format!("{} {}", entry.network.trim(), entry.description.replace('\n', " ")))
        .collect();
    if list.iter().any(|entry| entry.network.trim().contains(char::is_whitespace)) {
        return Err(Error::new(Code::NetworkInvalid).with("line", 1_i64).on("networks"));
    }
    AllowedNetworks::parse(&lines.join("\n"), if list.is_empty() { ANYWHERE } else { LISTED })
}

fn purpose(text: Option<&str>) -> Result<Option<bailiwick_base::words::Line<100>>, Error> {
    text.map(|text| filled(text, "api_purpose")).transpose()
}

fn reach(domains: Option<Vec<DomainId>>) -> Reach {
    domains.map_or(Reach::All, |ids| Reach::Chosen(ids, Vec::new()))
}

/// Add a Sub-Admin
#[utoipa::path(post, path = "/sub-admins", tag = "Sub-Admins", request_body = AddBody,
    responses((status = 201, description = "The Sub-Admin.", body = DetailBody)))]
async fn add(
    State(sub_admins): State<SubAdmins>,
    Calling(caller): Calling,
    Json(body): Json<AddBody>,
) -> Answer {
    let new = NewSubAdmin {
        terms: Terms {
            rights: rights(body.levels.as_ref(), body.permissions.as_deref(), None)?,
            reach: reach(body.domain_ids),
            until: body.last_day.as_deref().map(|text| day(text, "last_day")).transpose()?,
            note: line(&body.note, "note")?,
            networks: networks(&body.networks)?,
            api_purpose: purpose(body.api_purpose.as_deref())?,
        },
        name: body.name,
        full_name: filled(&body.full_name, "full_name")?,
        email: address(&body.email, "email")?,
        password: body.password.as_deref().map(|text| password(text, "password")).transpose()?,
        own_password: body.own_password.as_deref().map(|text| password(text, "own_password")).transpose()?,
    };
    let tenant = sub_admins.own_tenant(&caller).await?;
    let added = sub_admins.add(&caller, tenant, &new).await?;
    let shown = sub_admins.get(&caller, added.id).await?;
    created(&format!("/sub-admins/{}", added.id), &detail(&sub_admins, shown), Some(added.version))
}

/// What changes; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SubAdminChanges)]
struct ChangeBody {
    /// The name to sign in with.
    #[schema(min_length = 1, max_length = 64)]
    name: Option<String>,
    #[schema(min_length = 1, max_length = 100)]
    full_name: Option<String>,
    /// Where invitations and recovery links go. Another one is refused (`not_by_program`), as is all that changes a way in.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// Refused (`not_by_program`).
    #[schema(min_length = 10, max_length = 1024)]
    password: Option<String>,
    /// A level for each section that is named; the others stay. Not together with `permissions`.
    #[schema(value_type = Option<BTreeMap<String, u8>>, example = json!({"users": 3}))]
    levels: Option<Named<u8>>,
    /// All single permissions it is to have. Not together with `levels`.
    permissions: Option<Vec<String>>,
    /// The domains it is limited to; null: all of the tenant.
    #[serde(default)]
    #[schema(value_type = Option<Vec<DomainId>>)]
    domain_ids: Patched<Vec<DomainId>>,
    /// What is given ends with this day (UTC); null: it has no end.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    last_day: Patched<String>,
    /// Why it is given.
    #[schema(max_length = 200)]
    note: Option<String>,
    /// All networks it may be used from; others than now are refused (`not_by_program`).
    networks: Option<Vec<NetworkBody>>,
    /// What a program uses it for; giving API access or taking it is refused (`not_by_program`).
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    api_purpose: Patched<String>,
    /// Of no use to a program: whatever it is asked for is refused.
    own_password: Option<String>,
}

impl ChangeBody {
    fn over(self, shown: &Shown, version: Option<i64>) -> Result<Changes, Error> {
        let before = &shown.sub_admin;
        let domains_now = || before.domains().map(|all| all.into_iter().map(|(id, _)| id).collect());
        let purpose_now = || before.api_access.then(|| before.api_purpose.clone());
        let email_now = before.recovery_address.clone().unwrap_or_default();
        Ok(Changes {
            version: version.unwrap_or(before.version),
            terms: Terms {
                rights: rights(self.levels.as_ref(), self.permissions.as_deref(), Some(before))?,
                reach: reach(self.domain_ids.over(domains_now())),
                until: match self.last_day {
                    Patched::Kept => before.until().map(Day::last_before),
                    Patched::Away => None,
                    Patched::Given(text) => Some(day(&text, "last_day")?),
                },
                note: line(self.note.as_deref().unwrap_or(before.note()), "note")?,
                networks: match &self.networks {
                    Some(list) => networks(list)?,
                    None => shown.networks.clone(),
                },
                api_purpose: purpose(self.api_purpose.over(purpose_now()).as_deref())?,
            },
            name: self.name.unwrap_or_else(|| before.name.clone()),
            full_name: filled(self.full_name.as_deref().unwrap_or(&before.full_name), "full_name")?,
            email: address(self.email.as_deref().unwrap_or(&email_now), "email")?,
            password: self.password.as_deref().map(|text| password(text, "password")).transpose()?,
            password_mark: None,
            own_password: self
                .own_password
                .as_deref()
                .map(|text| password(text, "own_password"))
                .transpose()?,
        })
    }
}

/// Change a Sub-Admin
///
/// What is taken away is gone from the next request on, open sessions included.
#[utoipa::path(patch, path = "/sub-admins/{id}", tag = "Sub-Admins", params(("id" = LoginId, Path), IfMatch),
    request_body = ChangeBody, responses((status = 200, description = "The Sub-Admin.", body = DetailBody)))]
async fn update(
    State(sub_admins): State<SubAdmins>,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Answer {
    let shown = sub_admins.get(&caller, id).await?;
    sub_admins.update(&caller, id, &body.over(&shown, version)?).await?;
    show(State(sub_admins), Calling(caller), Path(id)).await
}

/// What a change would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SubAdminReview)]
struct ReviewBody {
    /// What it could do more.
    gained: Vec<String>,
    /// What it could do no more.
    lost: Vec<String>,
    domains_added: Vec<String>,
    domains_removed: Vec<String>,
    /// What else would be another, in words.
    changes: Vec<ReviewedBody>,
    /// Users it reaches now.
    users_before: i64,
    /// Users it would reach.
    users_after: i64,
    /// `own_password` would be asked for.
    asks_own_password: bool,
}

/// A thing that would be another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewedChange)]
struct ReviewedBody {
    what: String,
    before: String,
    after: String,
}

/// Review a change
///
/// Says what it would do, and does nothing.
#[utoipa::path(post, path = "/sub-admins/{id}/review", tag = "Sub-Admins", params(("id" = LoginId, Path)),
    request_body = ChangeBody, responses((status = 200, description = "What it would do.", body = ReviewBody)))]
async fn review(
    State(sub_admins): State<SubAdmins>,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
    Json(body): Json<ChangeBody>,
) -> Answer {
    let shown = sub_admins.get(&caller, id).await?;
    let review = sub_admins.review(&caller, id, &body.over(&shown, None)?).await?;
    let reviewed = |change: super::review::Change| ReviewedBody {
        what: change.label,
        before: change.before,
        after: change.after,
    };
    let body = ReviewBody {
        gained: review.gained,
        lost: review.lost,
        domains_added: review.domains_added,
        domains_removed: review.domains_removed,
        changes: review.changes.into_iter().map(reviewed).collect(),
        users_before: review.users.0,
        users_after: review.users.1,
        asks_own_password: review.asks_own_password,
    };
    found(&body, None)
}

/// Send the invitation again
///
/// Or, once there is a password, a link for a new one.
#[utoipa::path(post, path = "/sub-admins/{id}/invite", tag = "Sub-Admins", params(("id" = LoginId, Path)),
    responses((status = 200, description = "It is on its way.", body = LinkSent)))]
async fn invite(
    State(sub_admins): State<SubAdmins>,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
) -> Answer {
    sent(&sub_admins.invite(&caller, id).await?)
}

/// Remove a Sub-Admin
///
/// From then on none of its sessions, links or keys opens anything.
#[utoipa::path(delete, path = "/sub-admins/{id}", tag = "Sub-Admins", params(("id" = LoginId, Path)),
    responses((status = 204, description = "It is gone.")))]
async fn remove(
    State(sub_admins): State<SubAdmins>,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
) -> Answer {
    sub_admins.remove(&caller, id).await?;
    no_content()
}
