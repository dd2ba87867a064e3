//! The pages on which somebody begins and ends to act as another.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use bailiwick_base::authz::Permission;
use bailiwick_base::words::{Line, LoginId, TenantId, Token, limits};
use bailiwick_base::{Code, Error, t};
use bailiwick_ui::{Icon, card};
use bailiwick_ui::{
    Tone, empty_state, facts, field, form_card, handover, link_button, notice, page_header, select, submit,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::service::{Handover, Impersonations};
use crate::routes::{Access, Routes};
use crate::settings::Portal;
use crate::shell::{Answer, Calling, Form, Path, Problem, Query, Shell, Visit, redirect};
use crate::sign_in::{NoFields, agent, with_session, without_session};
use crate::tenants::{AdminLogin, Tenant};

pub(crate) fn staff_routes(routes: Routes) -> Routes {
    let impersonate = Access::Holding(Permission::TenantImpersonate);
    routes.get("/tenants/{id}/sign-in-as", impersonate, choose_page).post(
        "/tenants/{id}/sign-in-as",
        impersonate,
        choose,
    )
}

pub(crate) fn admin_routes(routes: Routes) -> Routes {
    routes.get("/act/{token}", Access::Anybody, enter_page).post("/act", Access::Anybody, enter).post(
        "/leave",
        Access::SignedIn,
        leave,
    )
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ChooseQuery {
    login: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChooseForm {
    login: String,
    reason: String,
}

/// `GET /tenants/{id}/sign-in-as`
async fn choose_page(
    State(impersonations): State<Impersonations>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<TenantId>,
    Query(query): Query<ChooseQuery>,
) -> Answer {
    let (tenant, admins) = impersonations.choices(&caller, id).await?;
    let form = ChooseForm { login: query.login, ..ChooseForm::default() };
    Ok(shell.page(&t!("acting-title"), choose_form(&shell, &tenant, &admins, &form, &Problem::none())))
}

fn choose_form(
    shell: &Shell,
    tenant: &Tenant,
    admins: &[AdminLogin],
    form: &ChooseForm,
    problem: &Problem,
) -> Markup {
    let path = format!("/tenants/{}", tenant.id);
    let crumbs =
        [(t!("tenants-title").into_owned(), "/tenants".to_owned()), (tenant.name.clone(), path.clone())];
    let minutes = i64::try_from(limits::IMPERSONATION.as_secs() / 60).unwrap_or(i64::MAX);
    let header = page_header(t!("acting-title")).crumbs(t!("crumbs-label"), crumbs);
    if admins.is_empty() {
        return html! {
            (header)
            (card().body(html! {
                (empty_state(Icon::UserX, t!("acting-nobody-title")).text(t!("acting-nobody-text"))
                    .action(link_button(t!("acting-back"), path.as_str())))
            }))
        };
    }
    let choice = admins.iter().map(|admin| (admin.id.to_string(), label_of(admin)));
    html! {
        (header)
        (form_card(format!("{path}/sign-in-as")).csrf(shell.csrf()).errors(problem.summary())
            .text(t!("acting-text", minutes = minutes))
            .body(html! {
                (select("login", t!("acting-login")).options(choice).value(form.login.as_str()).error(problem.on("login")))
                (field("reason", t!("field-reason")).value(form.reason.as_str()).maxlength(200).required().autocomplete("off")
                    .hint(t!("acting-reason-hint")).error(problem.on("reason")))
                (notice(Tone::Info, t!("acting-replaces-own")))
            })
            .footer(html! { (submit(t!("acting-begin")).primary().icon(Icon::Login)) (link_button(t!("button-cancel"), path.as_str())) }))
    }
}

fn label_of(admin: &AdminLogin) -> String {
    let kind = if admin.is_main { t!("acting-main-admin") } else { t!("acting-sub-admin") };
    t!("acting-login-label", name = admin.name.as_str(), full = admin.full_name.as_str(), kind = kind)
        .into_owned()
}

/// `POST /tenants/{id}/sign-in-as`
async fn choose(
    State(impersonations): State<Impersonations>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<TenantId>,
    Form(form): Form<ChooseForm>,
) -> Answer {
    let handed_over = async {
        let login: LoginId = form.login.parse().map_err(|_| Error::new(Code::NoSuchThing))?;
        let reason: Line<200> = form
            .reason
            .parse()
            .map_err(|_| Error::new(Code::LineInvalid).with("max", 200_i64).on("reason"))?;
        impersonations.hand_over(&caller, id, login, &reason).await
    };
    match handed_over.await {
        Ok(address) => Ok(redirect(address)),
        Err(error) => {
            let (tenant, admins) = impersonations.choices(&caller, id).await?;
            shell.again(error, &t!("acting-title"), |problem| {
                choose_form(&shell, &tenant, &admins, &form, problem)
            })
        }
    }
}

/// `GET /act/{token}` of the Admin Panel: says what the token leads to and takes nothing. The form sends it on, by
/// itself where there is JavaScript.
async fn enter_page(
    State(impersonations): State<Impersonations>,
    visit: Visit,
    Calling(caller): Calling,
    Path(token): Path<String>,
) -> Answer {
    let title = t!("acting-enter-title");
    match impersonations.announced(&token, caller.address()).await? {
        Some(leads_to) => Ok(visit.page(
            &title,
            Some(html! { (t!("acting-enter-text")) }),
            enter_form(&visit, &token, &leads_to),
        )),
        None => Ok(over_page(&visit)),
    }
}

fn enter_form(visit: &Visit, token: &str, leads_to: &Handover) -> Markup {
    let name = t!("acting-enter-name", name = leads_to.name.as_str(), full = leads_to.full_name.as_str())
        .into_owned();
    html! {
        (facts()
            .fact(t!("acting-login"), name)
            .fact(t!("acting-tenant"), leads_to.tenant.as_str())
            .fact(t!("field-reason"), leads_to.reason.as_str()))
        p.bw-muted { (t!("acting-replaces-own")) }
        (handover("/act", &[("csrf", visit.csrf()), ("token", token)], submit(t!("acting-enter")).primary()))
    }
}

fn over_page(visit: &Visit) -> Response {
    let back = visit.settings().origins.of(Portal::Staff).to_owned();
    visit.page(
        &t!("acting-over-title"),
        Some(html! { (t!("acting-over-text")) }),
        html! { div { (link_button(t!("acting-over-back"), back).primary()) } },
    )
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnterForm {
    token: String,
}

/// `POST /act`
async fn enter(
    State(impersonations): State<Impersonations>,
    visit: Visit,
    Calling(caller): Calling,
    headers: HeaderMap,
    Form(form): Form<EnterForm>,
) -> Answer {
    let token: Token = form.token.parse().map_err(|_| Error::new(Code::LinkInvalid))?;
    let session = impersonations.enter(&token, caller.address(), agent(&headers)).await?;
    Ok(with_session(visit.portal(), &session, redirect("/")))
}

/// `POST /leave`
async fn leave(
    State(impersonations): State<Impersonations>,
    shell: Shell,
    Calling(caller): Calling,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    let tenant = impersonations.leave(&caller).await?;
    let staff = shell.settings().origins.of(Portal::Staff);
    let response = redirect(format!("{staff}/tenants/{tenant}?done=acting-left"));
    Ok(without_session(shell.portal(), response))
}
