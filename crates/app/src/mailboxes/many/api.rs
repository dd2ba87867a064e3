//! Many mailboxes at once in the JSON API: all of them, or none.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::words::{MailboxId, MailboxTypeId, Storage};
use bailiwick_base::{Code, Error};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::super::service::Mailboxes;
use super::Change;
use crate::api::values::storage;
use crate::api::{ApiRoutes, Json, no_content};
use crate::routes::Access;
use crate::shell::{Answer, Calling};

/// The operations on several mailboxes.
pub(in super::super) fn api(routes: ApiRoutes) -> ApiRoutes {
    let update = Access::Holding(Permission::MailboxUpdate);
    routes
        .add(update, routes!(disable_many))
        .add(update, routes!(enable_many))
        .add(update, routes!(change_many))
        .add(Access::Holding(Permission::MailboxRemove), routes!(remove_many))
}

/// Which mailboxes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChosenMailboxes)]
struct ChosenBody {
    /// Up to 500 of them.
    #[schema(max_items = 500)]
    mailboxes: Vec<MailboxId>,
}

/// Which mailboxes, and what each becomes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ManyMailboxChanges)]
struct ChangeBody {
    /// Up to 500 of them.
    #[schema(max_items = 500)]
    mailboxes: Vec<MailboxId>,
    /// How much mail each may hold, in bytes.
    #[schema(example = 5_000_000_000_i64, minimum = 0)]
    quota_bytes: Option<i64>,
    /// Of which type each is.
    r#type: Option<MailboxTypeId>,
}

/// Disable several mailboxes
#[utoipa::path(post, path = "/mailboxes/disable", tag = "Mailboxes", request_body = ChosenBody,
    responses((status = 204, description = "All of them are disabled.")))]
async fn disable_many(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Json(body): Json<ChosenBody>,
) -> Answer {
    mailboxes.disable_many(&caller, &body.mailboxes).await?;
    no_content()
}

/// Enable several mailboxes
#[utoipa::path(post, path = "/mailboxes/enable", tag = "Mailboxes", request_body = ChosenBody,
    responses((status = 204, description = "All of them are enabled.")))]
async fn enable_many(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Json(body): Json<ChosenBody>,
) -> Answer {
    mailboxes.enable_many(&caller, &body.mailboxes).await?;
    no_content()
}

/// Change several mailboxes
///
/// Quota, type, or both, within what was bought for all of them together.
#[utoipa::path(post, path = "/mailboxes/change", tag = "Mailboxes", request_body = ChangeBody,
    responses((status = 204, description = "All of them are changed.")))]
async fn change_many(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Json(body): Json<ChangeBody>,
) -> Answer {
    let quota: Option<Storage> = body.quota_bytes.map(|bytes| storage(bytes, "quota_bytes")).transpose()?;
    if quota.is_none() && body.r#type.is_none() {
        return Err(Error::new(Code::FieldMissing).on("quota_bytes").into());
    }
    mailboxes.change_many(&caller, &body.mailboxes, Change { quota, kind: body.r#type }).await?;
    no_content()
}

/// Remove several mailboxes
///
/// With all their mail, for good.
#[utoipa::path(post, path = "/mailboxes/remove", tag = "Mailboxes", request_body = ChosenBody,
    responses((status = 204, description = "All of them are removed.")))]
async fn remove_many(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Json(body): Json<ChosenBody>,
) -> Answer {
    mailboxes.remove_many(&caller, &body.mailboxes, None).await?;
    no_content()
}
