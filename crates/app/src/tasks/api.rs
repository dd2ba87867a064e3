//! What is asked of staff, in the JSON API.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::words::{LoginId, TaskId, TenantId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::service::Tasks;
use super::task::Task;
use crate::api::values::line;
use crate::api::{ApiRoutes, Json, List, PageParams, Query, found, no_content};
use crate::routes::Access;
use crate::shell::{Answer, Calling, Path};

/// The operations of this slice.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    let view = Access::Holding(Permission::TenantView);
    let decide = Access::Holding(Permission::TenantUnlimited);
    routes
        .add(view, routes!(list))
        .add(view, routes!(show))
        .add(decide, routes!(accept))
        .add(decide, routes!(decline))
        .add(Access::Holding(Permission::SubAdminManage), routes!(request_unlimited))
}

/// Something that is asked of staff: that an API Sub-Admin may create users without the subscription's limit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Task)]
struct TaskBody {
    id: TaskId,
    tenant_id: TenantId,
    /// The tenant's name.
    tenant: String,
    /// The Sub-Admin it is about.
    login_id: LoginId,
    /// The name it signs in with.
    login: String,
    /// Why it is asked.
    text: String,
    /// `open`, `done`, `declined`.
    #[schema(example = "open")]
    status: &'static str,
    /// Who asked.
    asked_by: String,
    /// When.
    #[schema(format = DateTime)]
    asked_at: String,
    /// Who dealt with it; empty while nobody has.
    closed_by: String,
    /// When.
    #[schema(format = DateTime)]
    closed_at: Option<String>,
    /// What was answered.
    answer: String,
}

impl From<Task> for TaskBody {
    fn from(task: Task) -> Self {
        Self {
            id: task.id,
            tenant_id: task.tenant_id,
            tenant: task.tenant,
            login_id: task.login_id,
            login: task.login,
            text: task.text,
            status: task.status.key(),
            asked_by: task.asked_by,
            asked_at: task.asked_at.to_string(),
            closed_by: task.closed_by,
            closed_at: task.closed_at.map(|at| at.to_string()),
            answer: task.answer,
        }
    }
}

/// Which tasks are listed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Those that were dealt with, instead of those that wait.
    closed: bool,
    /// The page begins after this row: `next` of the page before.
    after: Option<String>,
    /// The page ends before this row: `previous` of the page after.
    before: Option<String>,
    /// At most so many rows.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
}

/// List tasks
#[utoipa::path(get, path = "/tasks", tag = "Tasks", params(ListParams),
    responses((status = 200, description = "A page of the list.", body = List<TaskBody>)))]
async fn list(
    State(tasks): State<Tasks>,
    Calling(caller): Calling,
    Query(params): Query<ListParams>,
) -> Answer {
    let page = PageParams { after: params.after, before: params.before, limit: params.limit }.request()?;
    let page = tasks.page(&caller, !params.closed, &page).await?;
    found(&List::of(page, TaskBody::from), None)
}

/// Show a task
#[utoipa::path(get, path = "/tasks/{id}", tag = "Tasks", params(("id" = TaskId, Path)),
    responses((status = 200, description = "The task.", body = TaskBody)))]
async fn show(State(tasks): State<Tasks>, Calling(caller): Calling, Path(id): Path<TaskId>) -> Answer {
    found(&TaskBody::from(tasks.get(&caller, id).await?), None)
}

/// Accept a task
///
/// Does what was asked.
#[utoipa::path(post, path = "/tasks/{id}/accept", tag = "Tasks", params(("id" = TaskId, Path)),
    responses((status = 204, description = "It is done.")))]
async fn accept(State(tasks): State<Tasks>, Calling(caller): Calling, Path(id): Path<TaskId>) -> Answer {
    tasks.accept(&caller, id).await?;
    no_content()
}

/// Why something is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskAnswer)]
struct AnswerBody {
    /// For whoever asked.
    #[schema(example = "Please upgrade first.", min_length = 1, max_length = 500)]
    answer: String,
}

/// Decline a task
#[utoipa::path(post, path = "/tasks/{id}/decline", tag = "Tasks", params(("id" = TaskId, Path)), request_body = AnswerBody,
    responses((status = 204, description = "It is refused.")))]
async fn decline(
    State(tasks): State<Tasks>,
    Calling(caller): Calling,
    Path(id): Path<TaskId>,
    Json(body): Json<AnswerBody>,
) -> Answer {
    tasks.decline(&caller, id, &line(&body.answer, "answer")?).await?;
    no_content()
}

/// Why unlimited creation is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UnlimitedRequest)]
struct RequestBody {
    /// For staff.
    #[schema(example = "Our billing system counts the users.", min_length = 1, max_length = 500)]
    text: String,
}

/// Request unlimited creation
///
/// Asks staff that an API Sub-Admin may create users without the subscription's limit.
#[utoipa::path(post, path = "/sub-admins/{id}/request-unlimited", tag = "Sub-Admins", params(("id" = LoginId, Path)),
    request_body = RequestBody, responses((status = 204, description = "Staff is asked.")))]
async fn request_unlimited(
    State(tasks): State<Tasks>,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
    Json(body): Json<RequestBody>,
) -> Answer {
    tasks.request_unlimited(&caller, id, &line(&body.text, "text")?).await?;
    no_content()
}
