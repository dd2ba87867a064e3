//! The provider's people in the JSON API.

use axum::extract::State;
use bailiwick_base::authz::{Permission, Role};
use bailiwick_base::words::{Day, LoginId, Timestamp};
use bailiwick_base::{Code, Error};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::member::{StaffMember, StaffStatus, staff_role};
use super::service::{NewStaff, Staff, StaffChanges};
use crate::api::values::{address, day, filled, line};
use crate::api::{
    ApiRoutes, IfMatch, Json, LinkSent, List, Patched, Query, SearchParams, created, found, no_content, sent,
};
use crate::routes::Access;
use crate::shell::{Answer, Calling, Path};

/// The operations of this slice.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    let view = Access::Holding(Permission::StaffView);
    let manage = Access::Holding(Permission::StaffManage);
    routes
        .add(view, routes!(list))
        .add(manage, routes!(add))
        .add(view, routes!(show))
        .add(manage, routes!(update))
        .add(manage, routes!(disable))
        .add(manage, routes!(enable))
        .add(manage, routes!(resend_invitation))
        .add(manage, routes!(remove))
}

/// One of the provider's people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StaffMember)]
struct StaffBody {
    id: LoginId,
    /// The name it signs in with.
    #[schema(example = "olga")]
    name: String,
    /// What people call it.
    #[schema(example = "Olga Example")]
    full_name: String,
    /// Where invitations and recovery links go.
    #[schema(example = "olga@elsewhere.example")]
    recovery_address: Option<String>,
    /// `active`, `invited` (no password yet) or `disabled`.
    status: Status,
    /// What it may do: `staff_owner`, `staff_manager`, `staff_support` or `staff_auditor`; null: nothing.
    #[schema(example = "staff_support")]
    role: Option<String>,
    /// Its access ends with this day (UTC); null is for good.
    #[schema(format = Date)]
    last_day: Option<String>,
    /// Why it has the access.
    note: String,
    /// Who gave it.
    given_by: String,
    /// When it was last signed in to, where that is shown.
    #[schema(format = DateTime)]
    last_sign_in: Option<String>,
}

/// How a login stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StaffStatus)]
enum Status {
    Active,
    Invited,
    Disabled,
}

impl StaffBody {
    fn of(member: StaffMember, seen: Option<Timestamp>) -> Self {
        Self {
            id: member.id,
            name: member.name,
            full_name: member.full_name,
            recovery_address: member.recovery_address.map(|address| address.to_string()),
            status: match member.status {
                StaffStatus::Active => Status::Active,
                StaffStatus::Invited => Status::Invited,
                StaffStatus::Disabled => Status::Disabled,
            },
            role: member.role.map(|role| role.key().to_owned()),
            last_day: member.until.map(|until| Day::last_before(until).to_string()),
            note: member.note,
            given_by: member.giver,
            last_sign_in: seen.map(|at| at.to_string()),
        }
    }
}

/// List staff
#[utoipa::path(get, path = "/staff", tag = "Staff", params(SearchParams),
    responses((status = 200, description = "A page of the list.", body = List<StaffBody>)))]
async fn list(
    State(staff): State<Staff>,
    Calling(caller): Calling,
    Query(params): Query<SearchParams>,
) -> Answer {
    let (search, page) = params.request()?;
    let (page, seen) = staff.page(&caller, &search, &page).await?;
    let body = List::of(page, |member| {
        let at = seen.get(&member.id).copied();
        StaffBody::of(member, at)
    });
    found(&body, None)
}

/// Somebody to be added. An invitation goes to the address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewStaffMember)]
struct AddBody {
    /// The name to sign in with.
    #[schema(example = "olga", min_length = 1, max_length = 64)]
    name: String,
    /// What people call them.
    #[schema(example = "Olga Example", min_length = 1, max_length = 100)]
    full_name: String,
    /// Where the invitation goes: on no domain that is hosted here.
    #[schema(example = "olga@elsewhere.example", max_length = 254)]
    email: String,
    /// What they may do: `staff_owner`, `staff_manager`, `staff_support` or `staff_auditor`.
    #[schema(example = "staff_support")]
    role: String,
    /// The access ends with this day (UTC).
    #[schema(format = Date)]
    last_day: Option<String>,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 200)]
    note: String,
}

fn role(key: &str) -> Result<Role, Error> {
    let unknown = || {
        Error::new(Code::JsonInvalid)
            .with("at", "role")
            .with("reason", "no role of staff is called so")
            .on("role")
    };
    staff_role(key).ok_or_else(unknown)
}

/// Add somebody to staff
#[utoipa::path(post, path = "/staff", tag = "Staff", request_body = AddBody,
    responses((status = 201, description = "They are invited.", body = StaffBody)))]
async fn add(State(staff): State<Staff>, Calling(caller): Calling, Json(body): Json<AddBody>) -> Answer {
    let new = NewStaff {
        name: body.name,
        full_name: filled(&body.full_name, "full_name")?,
        address: address(&body.email, "email")?,
        role: role(&body.role)?,
        until: body.last_day.as_deref().map(|text| day(text, "last_day")).transpose()?.map(Day::end),
        note: line(&body.note, "note")?,
    };
    let member = staff.add(&caller, &new).await?;
    let (location, version) = (format!("/staff/{}", member.id), member.version);
    created(&location, &StaffBody::of(member, None), Some(version))
}

/// Show one of staff
#[utoipa::path(get, path = "/staff/{id}", tag = "Staff", params(("id" = LoginId, Path)),
    responses((status = 200, description = "The person.", body = StaffBody)))]
async fn show(State(staff): State<Staff>, Calling(caller): Calling, Path(id): Path<LoginId>) -> Answer {
    let member = staff.get(&caller, id).await?;
    let version = member.version;
    found(&StaffBody::of(member, None), Some(version))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StaffMemberChanges)]
struct ChangeBody {
    /// `staff_owner`, `staff_manager`, `staff_support` or `staff_auditor`.
    #[schema(example = "staff_manager")]
    role: Option<String>,
    /// The access ends with this day (UTC); null: it has no end.
    #[serde(default)]
    #[schema(format = Date, value_type = Option<String>)]
    last_day: Patched<String>,
    /// Why.
    #[schema(max_length = 200)]
    note: Option<String>,
}

/// Change the access of one of staff
///
/// A lower role holds from the next request on.
#[utoipa::path(patch, path = "/staff/{id}", tag = "Staff", params(("id" = LoginId, Path), IfMatch), request_body = ChangeBody,
    responses((status = 200, description = "The person.", body = StaffBody)))]
async fn update(
    State(staff): State<Staff>,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Answer {
    let member = staff.get(&caller, id).await?;
    let until = match body.last_day {
        Patched::Kept => member.until,
        Patched::Away => None,
        Patched::Given(text) => Some(day(&text, "last_day")?.end()),
    };
    let role = match &body.role {
        Some(key) => role(key)?,
        None => member.role.ok_or_else(|| Error::new(Code::FieldMissing).on("role"))?,
    };
    let changes = StaffChanges {
        version: version.unwrap_or(member.version),
        role,
        until,
        note: line(body.note.as_deref().unwrap_or(&member.note), "note")?,
    };
    staff.update(&caller, id, &changes).await?;
    show(State(staff), Calling(caller), Path(id)).await
}

/// Disable one of staff
///
/// Everything that is open ends, and so does what was begun from it.
#[utoipa::path(post, path = "/staff/{id}/disable", tag = "Staff", params(("id" = LoginId, Path)),
    responses((status = 204, description = "Nobody can sign in with the login.")))]
async fn disable(State(staff): State<Staff>, Calling(caller): Calling, Path(id): Path<LoginId>) -> Answer {
    staff.disable(&caller, id).await?;
    no_content()
}

/// Enable one of staff
#[utoipa::path(post, path = "/staff/{id}/enable", tag = "Staff", params(("id" = LoginId, Path)),
    responses((status = 204, description = "The login can be used again.")))]
async fn enable(State(staff): State<Staff>, Calling(caller): Calling, Path(id): Path<LoginId>) -> Answer {
    staff.enable(&caller, id).await?;
    no_content()
}

/// Send the invitation again
#[utoipa::path(post, path = "/staff/{id}/invite", tag = "Staff", params(("id" = LoginId, Path)),
    responses((status = 200, description = "It is on its way.", body = LinkSent)))]
async fn resend_invitation(
    State(staff): State<Staff>,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
) -> Answer {
    sent(&staff.resend_invitation(&caller, id).await?)
}

/// Remove one of staff
#[utoipa::path(delete, path = "/staff/{id}", tag = "Staff", params(("id" = LoginId, Path)),
    responses((status = 204, description = "The login is gone.")))]
async fn remove(State(staff): State<Staff>, Calling(caller): Calling, Path(id): Path<LoginId>) -> Answer {
    staff.remove(&caller, id, None).await?;
    no_content()
}
