//! Mailboxes in the JSON API.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::words::{DomainId, EmailAddress, MailboxId, MailboxTypeId, Timestamp};
use bailiwick_base::{Code, Error};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::adding::{FirstPassword, NewMailbox};
use super::changing::Changes;
use super::service::{ListFilter, Listed, Mailboxes, Shown, new_local_part};
use super::store::{Mailbox, MailboxStatus};
use crate::api::values::{address, password, storage};
use crate::api::{
    ApiRoutes, IfMatch, Json, LinkSent, List, PageParams, Patched, Query, created, found, member, no_content,
    searched, sent, shown_once,
};
use crate::mail_policy::Usage;
use crate::routes::Access;
use crate::shell::{Answer, Calling, Path};
use crate::sign_in::person_name;

/// The operations of this slice.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    let view = Access::Holding(Permission::MailboxView);
    let update = Access::Holding(Permission::MailboxUpdate);
    super::many::api::api(routes)
        .add(view, routes!(list))
        .add(Access::Holding(Permission::MailboxAdd), routes!(add))
        .add(view, routes!(show))
        .add(update, routes!(update_mailbox))
        .add(Access::Holding(Permission::MailboxRemove), routes!(remove))
        .add(update, routes!(disable))
        .add(update, routes!(enable))
        .add(Access::Holding(Permission::MailboxSendResetLink), routes!(send_reset_link))
        .add(update, routes!(set_one_time_password))
        .add(Access::Holding(Permission::MailboxAccess), routes!(set_password))
}

/// A mailbox, which the Admin Panel calls a user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mailbox)]
struct MailboxBody {
    id: MailboxId,
    /// The address its user signs in with.
    #[schema(example = "ann@example.com")]
    address: String,
    /// The domain it lies on.
    domain_id: DomainId,
    /// The user's name.
    #[schema(example = "Ann Example")]
    name: String,
    /// Of which type it is: the licences of the tenant name the types.
    r#type: MailboxTypeId,
    /// How much mail it may hold, in bytes.
    #[schema(example = 5_000_000_000_i64)]
    quota_bytes: i64,
    /// How much mail it holds, in bytes; absent until something is known of it.
    used_bytes: Option<i64>,
    /// How many messages that is.
    messages: Option<i64>,
    /// `active`, or `disabled`: nobody can sign in, mail is still received.
    status: Status,
    /// Since when.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last signed in to.
    #[schema(format = DateTime)]
    last_sign_in: Option<String>,
}

/// A mailbox with what only its own page shows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailboxDetail)]
struct DetailBody {
    #[serde(flatten)]
    mailbox: MailboxBody,
    /// Where its recovery links go.
    recovery_address: Option<String>,
    /// It has no password yet: its user was invited.
    invited: bool,
    /// Its password must be changed at the next sign-in.
    one_time_password: bool,
}

/// Is a mailbox in use?
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MailboxStatus)]
enum Status {
    Active,
    Disabled,
}

impl From<MailboxStatus> for Status {
    fn from(status: MailboxStatus) -> Self {
        match status {
            MailboxStatus::Active => Self::Active,
            MailboxStatus::Disabled => Self::Disabled,
        }
    }
}

impl From<Status> for MailboxStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Disabled => Self::Disabled,
        }
    }
}

impl MailboxBody {
    fn of(mailbox: Mailbox, last_sign_in: Option<Timestamp>, usage: Option<Usage>) -> Self {
        Self {
            id: mailbox.id,
            address: mailbox.address,
            domain_id: mailbox.domain_id,
            name: mailbox.name,
            r#type: mailbox.kind,
            quota_bytes: mailbox.quota.as_bytes(),
            used_bytes: usage.map(|usage| usage.stored.as_bytes()),
            messages: usage.map(|usage| usage.messages),
            status: mailbox.status.into(),
            created_at: mailbox.created_at.to_string(),
            last_sign_in: last_sign_in.map(|at| at.to_string()),
        }
    }
}

impl From<Listed> for MailboxBody {
    fn from(listed: Listed) -> Self {
        Self::of(listed.mailbox, listed.last_sign_in, listed.usage)
    }
}

impl From<Shown> for DetailBody {
    fn from(shown: Shown) -> Self {
        Self {
            mailbox: MailboxBody::of(shown.mailbox, shown.last_sign_in, shown.usage),
            recovery_address: shown.recovery,
            invited: shown.invited,
            one_time_password: shown.one_time,
        }
    }
}

/// Which share of its quota a mailbox holds.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum UsageFilter {
    NearlyFull,
}

/// Which mailboxes are listed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// What occurs in address or name; with a `*` at the end, or fewer than three letters, what they begin with.
    #[param(max_length = 320)]
    q: Option<String>,
    /// Of this domain only.
    domain_id: Option<DomainId>,
    /// Of this type only.
    r#type: Option<MailboxTypeId>,
    /// Of this status only.
    #[param(inline)]
    status: Option<Status>,
    /// `nearly_full`: only those that hold more than nine tenths of their quota, 5,000 of them at most.
    #[param(inline)]
    usage: Option<UsageFilter>,
    /// The page begins after this row: `next` of the page before.
    after: Option<String>,
    /// The page ends before this row: `previous` of the page after.
    before: Option<String>,
    /// At most so many rows.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
}

/// List mailboxes
///
/// By domain and local part.
#[utoipa::path(get, path = "/mailboxes", tag = "Mailboxes", params(ListParams),
    responses((status = 200, description = "A page of the list.", body = List<MailboxBody>)))]
async fn list(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Query(params): Query<ListParams>,
) -> Answer {
    let page = PageParams { after: params.after, before: params.before, limit: params.limit }.request()?;
    let among = match params.usage {
        Some(UsageFilter::NearlyFull) => Some(mailboxes.nearly_full(&caller).await?),
        None => None,
    };
    let filter = ListFilter {
        search: searched(params.q)?,
        domain: params.domain_id,
        status: params.status.map(Into::into),
        kind: params.r#type,
        among,
    };
    let page = mailboxes.page(&caller, &filter, &page).await?;
    found(&List::of(page, MailboxBody::from), None)
}

/// A mailbox to be added. Either `password`, or `invite`: a link is sent there, and nobody else ever knows the password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMailbox, example = json!({
    "address": "ann@example.com", "name": "Ann Example", "quota_bytes": 5_000_000_000_i64, "invite": "ann@elsewhere.example",
}))]
struct AddBody {
    /// The address, on a verified domain.
    #[schema(example = "ann@example.com", max_length = 254)]
    address: String,
    /// The user's name.
    #[schema(example = "Ann Example", min_length = 1, max_length = 100)]
    name: String,
    /// How much mail it may hold, in bytes.
    #[schema(example = 5_000_000_000_i64, minimum = 0)]
    quota_bytes: i64,
    /// Of which type; left out: the first type with a licence left.
    r#type: Option<MailboxTypeId>,
    /// The first password: 10 characters or more.
    #[schema(example = "vexing quilt mango orbit", min_length = 10, max_length = 1024)]
    password: Option<String>,
    /// The password must be changed at the first sign-in. One that stays equals reading the mail and needs `mailbox.access`.
    #[serde(default = "yes")]
    #[schema(default = true)]
    one_time: bool,
    /// Where the invitation is sent.
    #[schema(max_length = 254)]
    invite: Option<String>,
    /// Where recovery links go, for a mailbox with a password.
    #[schema(max_length = 254)]
    recovery_address: Option<String>,
}

fn yes() -> bool {
    true
}

impl AddBody {
    fn parse(&self) -> Result<(EmailAddress, NewMailbox), Error> {
        let at = address(&self.address, "address")?;
        let recovery = self.recovery_address.as_deref();
        let password = match (&self.password, &self.invite) {
            (Some(given), None) => FirstPassword::Given {
                password: password(given, "password")?,
                one_time: self.one_time,
                recovery: recovery.map(|text| address(text, "recovery_address")).transpose()?,
            },
            (None, Some(to)) if recovery.is_none() => FirstPassword::Invitation(address(to, "invite")?),
            _ => return Err(Error::new(Code::PasswordOrInvite).on("password")),
        };
        let new = NewMailbox {
            local: new_local_part(at.local.as_str()).map_err(|error| error.on("address"))?,
            name: person_name(&self.name, "name")?,
            quota: storage(self.quota_bytes, "quota_bytes")?,
            kind: self.r#type,
            password,
        };
        Ok((at, new))
    }
}

/// Add a mailbox
#[utoipa::path(post, path = "/mailboxes", tag = "Mailboxes", request_body = AddBody,
    responses((status = 201, description = "The mailbox.", body = DetailBody)))]
async fn add(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Json(body): Json<AddBody>,
) -> Answer {
    let (at, new) = body.parse()?;
    let domain = mailboxes.domain_by_name(&caller, &at.domain).await.map_err(|error| {
        if error.code() == Code::NoSuchThing { Error::new(Code::DomainUnknown).on("address") } else { error }
    })?;
    let added = mailboxes.add(&caller, domain, new).await;
    let added =
        added.map_err(|error| member(member(error, "quota", "quota_bytes"), "username", "address"))?;
    let (location, version) = (format!("/mailboxes/{}", added.id), added.version);
    let invited = body.invite.is_some();
    let body = DetailBody {
        mailbox: MailboxBody::of(added, None, None),
        recovery_address: body.invite.or(body.recovery_address),
        invited,
        one_time_password: !invited && body.one_time,
    };
    created(&location, &body, Some(version))
}

/// Show a mailbox
#[utoipa::path(get, path = "/mailboxes/{id}", tag = "Mailboxes", params(("id" = MailboxId, Path)),
    responses((status = 200, description = "The mailbox.", body = DetailBody)))]
async fn show(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
) -> Answer {
    let shown = mailboxes.get(&caller, id).await?;
    let version = shown.mailbox.version;
    found(&DetailBody::from(shown), Some(version))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MailboxChanges)]
struct ChangeBody {
    /// The user's name.
    #[schema(example = "Ann Example", min_length = 1, max_length = 100)]
    name: Option<String>,
    /// Of which type it is to be; there must be a licence for it.
    r#type: Option<MailboxTypeId>,
    /// How much mail it may hold, in bytes: not less than it holds.
    #[schema(example = 10_000_000_000_i64, minimum = 0)]
    quota_bytes: Option<i64>,
    /// Where recovery links go; null takes the address away. Equals reading the mail: needs `mailbox.access`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 254)]
    recovery_address: Patched<String>,
}

impl ChangeBody {
    fn parse(self, version: Option<i64>) -> Result<Changes, Error> {
        let recovery = match self.recovery_address {
            Patched::Kept => None,
            Patched::Away => Some(None),
            Patched::Given(text) => Some(Some(address(&text, "recovery_address")?)),
        };
        Ok(Changes {
            version,
            name: self.name.map(|name| person_name(&name, "name")).transpose()?,
            kind: self.r#type,
            quota: self.quota_bytes.map(|bytes| storage(bytes, "quota_bytes")).transpose()?,
            recovery,
        })
    }
}

/// Change a mailbox
#[utoipa::path(patch, path = "/mailboxes/{id}", tag = "Mailboxes", params(("id" = MailboxId, Path), IfMatch),
    request_body = ChangeBody, responses((status = 200, description = "The mailbox.", body = DetailBody)))]
async fn update_mailbox(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Answer {
    let changed = mailboxes.update(&caller, id, &body.parse(version)?).await;
    changed.map_err(|error| member(member(error, "quota", "quota_bytes"), "recovery", "recovery_address"))?;
    show(State(mailboxes), Calling(caller), Path(id)).await
}

/// Remove a mailbox
///
/// At once and for good: its mail, settings and everything that was given to it. The address rests for 30 days.
#[utoipa::path(delete, path = "/mailboxes/{id}", tag = "Mailboxes", params(("id" = MailboxId, Path)),
    responses((status = 204, description = "It is gone.")))]
async fn remove(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
) -> Answer {
    mailboxes.remove(&caller, id, None).await?;
    no_content()
}

/// Disable a mailbox
///
/// Nobody can sign in any more, and whoever is signed in is signed out; mail is still received.
#[utoipa::path(post, path = "/mailboxes/{id}/disable", tag = "Mailboxes", params(("id" = MailboxId, Path)),
    responses((status = 204, description = "It is disabled.")))]
async fn disable(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
) -> Answer {
    mailboxes.disable(&caller, id).await?;
    no_content()
}

/// Enable a mailbox
#[utoipa::path(post, path = "/mailboxes/{id}/enable", tag = "Mailboxes", params(("id" = MailboxId, Path)),
    responses((status = 204, description = "Its user can sign in again.")))]
async fn enable(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
) -> Answer {
    mailboxes.enable(&caller, id).await?;
    no_content()
}

/// Send a link to set a new password
#[utoipa::path(post, path = "/mailboxes/{id}/reset-link", tag = "Mailboxes", params(("id" = MailboxId, Path)),
    responses((status = 200, description = "The link is on its way.", body = LinkSent)))]
async fn send_reset_link(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
) -> Answer {
    sent(&mailboxes.send_reset_link(&caller, id).await?)
}

/// A password that is shown once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OneTimePassword)]
struct PasswordShownBody {
    /// To be handed to the user; null where the same request is answered a second time.
    password: Option<String>,
}

/// Set a one-time password
///
/// It is made by us and must be changed at the first sign-in. The user is told.
#[utoipa::path(post, path = "/mailboxes/{id}/one-time-password", tag = "Mailboxes", params(("id" = MailboxId, Path)),
    responses((status = 200, description = "The password, shown once.", body = PasswordShownBody)))]
async fn set_one_time_password(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
) -> Answer {
    let password = Some(mailboxes.set_one_time_password(&caller, id).await?);
    shown_once(found(&PasswordShownBody { password }, None), &PasswordShownBody { password: None })
}

/// A new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPassword)]
struct PasswordBody {
    /// 10 characters or more.
    #[schema(example = "vexing quilt mango orbit", min_length = 10, max_length = 1024)]
    password: String,
}

/// Set a password
///
/// Equals reading the mail: whoever knows it can sign in as the user.
#[utoipa::path(put, path = "/mailboxes/{id}/password", tag = "Mailboxes", params(("id" = MailboxId, Path)),
    request_body = PasswordBody, responses((status = 204, description = "The password is set.")))]
async fn set_password(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
    Json(body): Json<PasswordBody>,
) -> Answer {
    let new = password(&body.password, "password")?;
    mailboxes.set_password(&caller, id, new).await.map_err(|error| error.on("password"))?;
    no_content()
}
