//! The Admin Panel's side: how a Sub-Admin stands to unlimited creation, and asking for it.

use axum::extract::State;
use bailiwick_base::authz::{Caller, Permission};
use bailiwick_base::words::{Line, LoginId};
use bailiwick_base::{Code, Error, t};
use bailiwick_ui::{Tone, card, field, form_card, link_button, notice, page_header, submit};
use maud::{Markup, Render, html};
use serde::Deserialize;

use super::service::{Tasks, UnlimitedState};
use super::task::{Task, TaskStatus};
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Form, Path, Problem, Shell, redirect};

pub(crate) fn routes(routes: Routes) -> Routes {
    let manage = Access::Holding(Permission::SubAdminManage);
    routes.get("/sub-admins/{id}/request-unlimited", manage, request_page).post(
        "/sub-admins/{id}/request-unlimited",
        manage,
        request,
    )
}

/// The card of an API Sub-Admin's page: is it bound by what was bought, was anything asked, what was answered.
/// Nothing for whoever is no program, or cannot ask.
pub(crate) async fn unlimited_card(
    tasks: &Tasks,
    shell: &Shell,
    caller: &Caller,
    login: LoginId,
) -> Result<Markup, Error> {
    if !shell.holds(Permission::SubAdminManage) {
        return Ok(html! {});
    }
    let state = tasks.unlimited_state(caller, login).await?;
    if !state.sub_admin.api_access {
        return Ok(html! {});
    }
    let text = if state.sub_admin.unlimited { t!("unlimited-is") } else { t!("unlimited-is-not") };
    let may_ask = !state.sub_admin.unlimited && !state.waits();
    let mut shown = card().title(t!("unlimited-title")).text(text);
    if let Some(said) = answer_of(shell, &state) {
        shown = shown.body(said);
    }
    if may_ask {
        let ask = link_button(t!("unlimited-ask"), format!("/sub-admins/{login}/request-unlimited"));
        shown = shown.footer(html! { (ask) });
    }
    Ok(shown.render())
}

/// What became of the last request. That it was done shows itself.
fn answer_of(shell: &Shell, state: &UnlimitedState) -> Option<Markup> {
    let Task { status, text, asked_at, answer, .. } = state.last.as_ref()?;
    let at = shell.when(*asked_at);
    match status {
        TaskStatus::Open => Some(
            notice(Tone::Info, t!("unlimited-waits-text", text = text.as_str()))
                .title(t!("unlimited-waits", at = at))
                .render(),
        ),
        TaskStatus::Declined if !state.sub_admin.unlimited => {
            Some(notice(Tone::Warning, answer.as_str()).title(t!("unlimited-declined", at = at)).render())
        }
        _ => None,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestForm {
    text: String,
}

/// `GET /sub-admins/{id}/request-unlimited`
async fn request_page(
    State(tasks): State<Tasks>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
) -> Answer {
    let state = tasks.unlimited_state(&caller, id).await?;
    Ok(shell.page(&t!("unlimited-ask"), request_form(&shell, &state, "", &Problem::none())))
}

fn request_form(shell: &Shell, state: &UnlimitedState, text: &str, problem: &Problem) -> Markup {
    let path = format!("/sub-admins/{}", state.sub_admin.id);
    let crumbs = [
        (t!("sub-admins-title").into_owned(), "/sub-admins".to_owned()),
        (state.sub_admin.name.clone(), path.clone()),
    ];
    html! {
        (page_header(t!("unlimited-ask")).crumbs(t!("crumbs-label"), crumbs))
        (form_card(format!("{path}/request-unlimited")).csrf(shell.csrf()).errors(problem.summary()).text(t!("unlimited-ask-text"))
            .body(html! {
                (field("text", t!("unlimited-for")).value(text).maxlength(500).required().autocomplete("off")
                    .hint(t!("unlimited-for-hint")).error(problem.on("text")))
            })
            .footer(html! { (submit(t!("unlimited-send")).primary()) (link_button(t!("button-cancel"), path.as_str())) }))
    }
}

/// `POST /sub-admins/{id}/request-unlimited`
async fn request(
    State(tasks): State<Tasks>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
    Form(form): Form<RequestForm>,
) -> Answer {
    let asked = async {
        let text: Line<500> =
            form.text.parse().map_err(|_| Error::new(Code::LineInvalid).with("max", 500_i64).on("text"))?;
        tasks.request_unlimited(&caller, id, &text).await
    };
    match asked.await {
        Ok(()) => Ok(redirect(format!("/sub-admins/{id}?done=unlimited-asked"))),
        Err(error) => {
            let state = tasks.unlimited_state(&caller, id).await?;
            shell.again(error, &t!("unlimited-ask"), |problem| {
                request_form(&shell, &state, &form.text, problem)
            })
        }
    }
}
