//! Staff's pages about what customers ask.

use axum::extract::State;
use bailiwick_base::authz::{Caller, Permission};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::{Line, TaskId};
use bailiwick_base::{Code, Error, t};
use bailiwick_ui::{
    Column, Icon, Row, Tone, card, empty_state, facts, field, form_card, link_button, notice, page_header,
    status, submit, table, tabs,
};
use maud::{Markup, Render, html};
use serde::Deserialize;

use super::service::Tasks;
use super::task::{Task, TaskStatus};
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Form, Path, Problem, Query, Shell, redirect};
use crate::sign_in::NoFields;
use crate::tenants::pager_of;

pub(crate) fn routes(routes: Routes) -> Routes {
    let view = Access::Holding(Permission::TenantView);
    let decide = Access::Holding(Permission::TenantUnlimited);
    routes
        .get("/tasks", view, list)
        .get("/tasks/{id}", view, show)
        .post("/tasks/{id}/accept", decide, accept)
        .post("/tasks/{id}/decline", decide, decline)
}

/// Says on the home page that something waits.
pub(crate) async fn open_notice(tasks: &Tasks, caller: &Caller) -> Result<Markup, Error> {
    let waiting = tasks.waiting(caller).await?;
    if waiting == 0 {
        return Ok(html! {});
    }
    Ok(notice(Tone::Info, t!("tasks-waiting-text"))
        .title(t!("tasks-waiting", n = waiting))
        .actions(html! { (link_button(t!("tasks-open"), "/tasks").small()) })
        .render())
}

pub(super) fn status_badge(of: TaskStatus) -> Markup {
    let shown = match of {
        TaskStatus::Open => status(Tone::Info, t!("task-status-open")),
        TaskStatus::Done => status(Tone::Success, t!("task-status-done")),
        TaskStatus::Declined => status(Tone::Neutral, t!("task-status-declined")),
    };
    shown.render()
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TasksQuery {
    closed: String,
    after: String,
    before: String,
}

/// `GET /tasks`
async fn list(
    State(tasks): State<Tasks>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<TasksQuery>,
) -> Answer {
    let open = match query.closed.as_str() {
        "" => true,
        "yes" => false,
        _ => return Err(Code::MalformedRequest.into()),
    };
    let request = PageRequest::parse(&query.after, &query.before)?;
    let page = tasks.page(&caller, open, &request).await?;
    let rows = page.rows.iter().map(|task| {
        Row::new()
            .link(&format!("/tasks/{}", task.id), t!("task-unlimited", login = task.login.as_str()))
            .cell(task.tenant.as_str())
            .cell(status_badge(task.status))
            .cell(task.asked_by.as_str())
            .cell(shell.when(task.asked_at))
    });
    let empty = if open {
        empty_state(Icon::Checks, t!("tasks-none-title")).text(t!("tasks-none-text"))
    } else {
        empty_state(Icon::Inbox, t!("tasks-none-closed"))
    };
    let pages = [
        bailiwick_ui::Tab::new(t!("tasks-tab-open"), "/tasks", open),
        bailiwick_ui::Tab::new(t!("tasks-tab-closed"), "/tasks?closed=yes", !open),
    ];
    let content = html! {
        (page_header(t!("tasks-title")).text(t!("tasks-text")))
        (tabs(&t!("tasks-title"), &pages))
        (card().flush(html! {
            (table(t!("tasks-title"))
                .column(Column::new(t!("task-what")).title())
                .column(Column::new(t!("task-tenant")).subtitle())
                .column(Column::new(t!("column-status")).badge())
                .column(Column::new(t!("task-asked-by")).not_on_phones())
                .column(Column::new(t!("task-asked-at")).fit())
                .rows(rows)
                .empty(empty))
            (pager_of("/tasks", &[("closed", &query.closed)], &page))
        }))
    };
    Ok(shell.page(&t!("tasks-title"), content))
}

/// `GET /tasks/{id}`
async fn show(
    State(tasks): State<Tasks>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<TaskId>,
) -> Answer {
    let task = tasks.get(&caller, id).await?;
    Ok(shell.page(&t!("tasks-title"), task_page(&shell, &task, "", &Problem::none())))
}

fn task_page(shell: &Shell, task: &Task, answer: &str, problem: &Problem) -> Markup {
    let path = format!("/tasks/{}", task.id);
    let tenant = format!("/tenants/{}", task.tenant_id);
    let decides = task.status == TaskStatus::Open && shell.holds(Permission::TenantUnlimited);
    html! {
        (page_header(t!("task-unlimited", login = task.login.as_str())).crumbs(t!("crumbs-label"), [(t!("tasks-title"), "/tasks")])
            .beside(status_badge(task.status)))
        (problem.summary())
        (card().title(t!("task-request")).body(html! {
            (facts()
                .fact(t!("task-tenant"), html! { a href=(tenant) { (task.tenant) } })
                .fact(t!("task-login"), html! { a href={ (tenant) "/admins/" (task.login_id) } { (task.login) } })
                .fact(t!("task-for"), task.text.as_str())
                .fact(t!("task-asked-by"), task.asked_by.as_str())
                .fact(t!("task-asked-at"), shell.when(task.asked_at))
                .fact_if(t!("task-closed-by"), Some(task.closed_by.as_str()).filter(|name| !name.is_empty()))
                .fact_if(t!("task-closed-at"), task.closed_at.map(|at| shell.when(at)))
                .fact_if(t!("task-answer"), Some(task.answer.as_str()).filter(|answer| !answer.is_empty())))
        }))
        @if decides {
            (form_card(format!("{path}/accept")).title(t!("task-accept")).text(t!("task-accept-text")).csrf(shell.csrf())
                .footer(html! { (submit(t!("task-accept")).primary()) }))
            (form_card(format!("{path}/decline")).title(t!("task-decline")).text(t!("task-decline-text")).csrf(shell.csrf())
                .body(html! {
                    (field("answer", t!("task-answer")).value(answer).maxlength(500).required().autocomplete("off").error(problem.on("answer")))
                })
                .footer(html! { (submit(t!("task-decline")).outline_danger()) }))
        }
    }
}

/// `POST /tasks/{id}/accept`
async fn accept(
    State(tasks): State<Tasks>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<TaskId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    match tasks.accept(&caller, id).await {
        Ok(()) => Ok(redirect("/tasks?done=task-accepted")),
        Err(error) => {
            let task = tasks.get(&caller, id).await?;
            shell.again(error, &t!("tasks-title"), |problem| task_page(&shell, &task, "", problem))
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclineForm {
    answer: String,
}

/// `POST /tasks/{id}/decline`
async fn decline(
    State(tasks): State<Tasks>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<TaskId>,
    Form(form): Form<DeclineForm>,
) -> Answer {
    let declined = async {
        let answer: Line<500> = form
            .answer
            .parse()
            .map_err(|_| Error::new(Code::LineInvalid).with("max", 500_i64).on("answer"))?;
        tasks.decline(&caller, id, &answer).await
    };
    match declined.await {
        Ok(()) => Ok(redirect("/tasks?done=task-declined")),
        Err(error) => {
            let task = tasks.get(&caller, id).await?;
            shell.again(error, &t!("tasks-title"), |problem| task_page(&shell, &task, &form.answer, problem))
        }
    }
}
