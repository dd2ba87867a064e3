//! Staff's pages about a tenant's Admins.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::{EmailAddress, Line, LoginId, TenantId, Timestamp};
use bailiwick_base::{Code, Error, t};
use bailiwick_ui::form::InputKind;
use bailiwick_ui::{
    Column, Icon, Row, Tone, badge, card, empty_state, facts, field, filters, form_card, hidden, link_button,
    page_header, status, submit, table,
};
use maud::{Markup, Render, html};
use serde::Deserialize;

use super::service::Admins;
use super::store::{AdminLogin, LoginStatus};
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Form, ListQuery, Path, Problem, Query, Shell, redirect};
use crate::sign_in::NoFields;
use crate::tenants::Tenant;
use crate::tenants::pages::{Tab, header, pager_of};

pub(crate) fn routes(routes: Routes) -> Routes {
    let view = Access::Holding(Permission::SubAdminView);
    routes
        .get("/tenants/{id}/admins", view, list)
        .get("/tenants/{id}/admins/{login}", view, show)
        .post("/tenants/{id}/admins/{login}/link", Access::Holding(Permission::TenantImpersonate), send_link)
        .post("/tenants/{id}/admins/{login}/email", Access::Holding(Permission::TenantUpdate), change_address)
        .post(
            "/tenants/{id}/admins/{login}/unlimited",
            Access::Holding(Permission::TenantUnlimited),
            set_unlimited,
        )
}

/// Main Admin, Sub-Admin or program.
pub(crate) fn kind_of(admin: &AdminLogin) -> String {
    let kind = match (admin.is_main, admin.api_access) {
        (true, _) => t!("admins-kind-main"),
        (false, false) => t!("admins-kind-sub"),
        (false, true) => t!("admins-kind-api"),
    };
    kind.into_owned()
}

/// May it sign in?
pub(crate) fn status_badge(admin: &AdminLogin) -> Markup {
    let shown = match admin.status {
        LoginStatus::Active => status(Tone::Success, t!("status-active")),
        LoginStatus::Invited => status(Tone::Info, t!("admins-invited")),
        LoginStatus::Disabled => status(Tone::Neutral, t!("status-disabled")),
    };
    shown.render()
}

fn last_sign_in(shell: &Shell, at: Option<Timestamp>) -> String {
    at.map_or_else(|| t!("admins-never").into_owned(), |at| shell.when(at))
}

/// `GET /tenants/{id}/admins`
async fn list(
    State(admins): State<Admins>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<TenantId>,
    Query(query): Query<ListQuery>,
) -> Answer {
    let request = PageRequest::parse(&query.after, &query.before)?;
    let (tenant, page, seen) = admins.page(&caller, id, &query.q, &request).await?;
    let path = format!("/tenants/{id}/admins");
    let rows = page.rows.iter().map(|admin| {
        Row::new()
            .link(&format!("{path}/{}", admin.id), admin.name.as_str())
            .cell(admin.full_name.as_str())
            .cell(html! { (kind_of(admin)) @if admin.unlimited { " " (badge(Tone::Warning, t!("admins-unlimited"))) } })
            .cell(status_badge(admin))
            .cell(last_sign_in(&shell, seen.get(&admin.id).copied()))
    });
    let content = html! {
        (header(&shell, &tenant, Tab::Admins))
        (card().flush(html! {
            (filters(&path, t!("list-search")).search("q", t!("admins-search"), &query.q))
            (table(t!("admins-title"))
                .column(Column::new(t!("field-username")).title())
                .column(Column::new(t!("field-full-name")).subtitle())
                .column(Column::new(t!("admins-kind")))
                .column(Column::new(t!("column-status")).badge())
                .column(Column::new(t!("admins-last-sign-in")).fit())
                .rows(rows)
                .empty(empty_state(Icon::Search, t!("list-nothing-found-title")).text(t!("list-nothing-found-text"))))
            (pager_of(&path, &[("q", &query.q)], &page))
        }))
    };
    Ok(shell.page(&tenant.name, content))
}

/// `GET /tenants/{id}/admins/{login}`
async fn show(
    State(admins): State<Admins>,
    shell: Shell,
    Calling(caller): Calling,
    Path((id, login)): Path<(TenantId, LoginId)>,
) -> Answer {
    let (tenant, admin, seen) = admins.get(&caller, id, login).await?;
    let address = admin.recovery_address.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok(shell.page(&admin.name, admin_page(&shell, &tenant, &admin, seen, &address, &Problem::none())))
}

fn admin_page(
    shell: &Shell,
    tenant: &Tenant,
    admin: &AdminLogin,
    seen: Option<Timestamp>,
    address: &str,
    problem: &Problem,
) -> Markup {
    let of = format!("/tenants/{}", tenant.id);
    let path = format!("{of}/admins/{}", admin.id);
    let crumbs = [
        (t!("tenants-title").into_owned(), "/tenants".to_owned()),
        (tenant.name.clone(), of.clone()),
        (t!("admins-title").into_owned(), format!("{of}/admins")),
    ];
    let sign_in_as = format!("{of}/sign-in-as?login={}", admin.id);
    let known = admin.recovery_address.as_ref().map(ToString::to_string);
    html! {
        (page_header(admin.full_name.as_str()).crumbs(t!("crumbs-label"), crumbs).beside(status_badge(admin)).actions(html! {
            @if shell.holds(Permission::TenantImpersonate) && admin.status == LoginStatus::Active && !admin.api_access {
                (link_button(t!("acting-begin"), sign_in_as).icon(Icon::Login))
            }
        }))
        @if problem.on("email").is_none() { (problem.summary()) }
        (card().title(t!("admins-login")).body(html! {
            (facts()
                .fact(t!("field-username"), admin.name.as_str())
                .fact_if(t!("field-email-address"), known)
                .fact(t!("admins-kind"), kind_of(admin))
                .fact_if(t!("admins-purpose"), Some(admin.api_purpose.as_str()).filter(|purpose| !purpose.is_empty()))
                .fact(t!("admins-last-sign-in"), last_sign_in(shell, seen)))
        }))
        @if admin.is_main && shell.holds(Permission::TenantImpersonate) { (link_card(shell, admin, &path)) }
        @if admin.is_main && shell.holds(Permission::TenantUpdate) {
            (form_card(format!("{path}/email")).title(t!("admins-email")).text(t!("admins-email-text")).csrf(shell.csrf()).body(html! {
                (field("email", t!("field-email-address")).kind(InputKind::Email).value(address).required().autocomplete("off").error(problem.on("email")))
            }).footer(html! { (submit(t!("admins-email-change")).primary()) }))
        }
        @if admin.api_access && shell.holds(Permission::TenantUnlimited) { (unlimited_card(shell, admin, &path)) }
    }
}

fn link_card(shell: &Shell, admin: &AdminLogin, path: &str) -> Markup {
    let (title, text, button) = if admin.status == LoginStatus::Invited {
        (t!("admins-invitation"), t!("admins-invitation-text"), t!("admins-invite"))
    } else {
        (t!("admins-recovery"), t!("admins-recovery-text"), t!("admins-recover"))
    };
    form_card(format!("{path}/link"))
        .title(title)
        .text(text)
        .csrf(shell.csrf())
        .footer(html! { (submit(button).icon(Icon::Send)) })
        .render()
}

fn unlimited_card(shell: &Shell, admin: &AdminLogin, path: &str) -> Markup {
    let (text, value, button) = if admin.unlimited {
        (t!("admins-unlimited-on-text"), "no", submit(t!("admins-bind")).outline_danger())
    } else {
        (t!("admins-unlimited-off-text"), "yes", submit(t!("admins-lift")))
    };
    form_card(format!("{path}/unlimited"))
        .title(t!("admins-unlimited-title"))
        .text(text)
        .csrf(shell.csrf())
        .body(html! {
            (hidden("unlimited", value))
            (field("reason", t!("field-reason")).maxlength(200).autocomplete("off").hint(t!("admins-unlimited-reason-hint")))
        })
        .footer(html! { (button) })
        .render()
}

/// `POST /tenants/{id}/admins/{login}/link`
async fn send_link(
    State(admins): State<Admins>,
    shell: Shell,
    Calling(caller): Calling,
    Path((id, login)): Path<(TenantId, LoginId)>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    match admins.send_link(&caller, id, login).await {
        Ok(_) => Ok(redirect(format!("/tenants/{id}/admins/{login}?done=admin-link-sent"))),
        Err(error) => shown_again(&admins, &shell, &caller, (id, login), error).await,
    }
}

/// The page again, with what stood in the way of an act from it.
async fn shown_again(
    admins: &Admins,
    shell: &Shell,
    caller: &bailiwick_base::authz::Caller,
    (id, login): (TenantId, LoginId),
    error: Error,
) -> Answer {
    let (tenant, admin, seen) = admins.get(caller, id, login).await?;
    let address = admin.recovery_address.as_ref().map(ToString::to_string).unwrap_or_default();
    shell.again(error, &admin.name, |problem| admin_page(shell, &tenant, &admin, seen, &address, problem))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddressForm {
    email: String,
}

/// `POST /tenants/{id}/admins/{login}/email`
async fn change_address(
    State(admins): State<Admins>,
    shell: Shell,
    Calling(caller): Calling,
    Path((id, login)): Path<(TenantId, LoginId)>,
    Form(form): Form<AddressForm>,
) -> Answer {
    let changed = async {
        let address: EmailAddress =
            form.email.parse().map_err(|_| Error::new(Code::EmailAddressInvalid).on("email"))?;
        admins.change_address(&caller, id, login, &address).await
    };
    match changed.await {
        Ok(()) => Ok(redirect(format!("/tenants/{id}/admins/{login}?done=admin-address-changed"))),
        Err(error) => {
            let (tenant, admin, seen) = admins.get(&caller, id, login).await?;
            shell.again(error, &admin.name, |problem| {
                admin_page(&shell, &tenant, &admin, seen, &form.email, problem)
            })
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnlimitedForm {
    unlimited: String,
    reason: String,
}

/// `POST /tenants/{id}/admins/{login}/unlimited`
async fn set_unlimited(
    State(admins): State<Admins>,
    shell: Shell,
    Calling(caller): Calling,
    Path((id, login)): Path<(TenantId, LoginId)>,
    Form(form): Form<UnlimitedForm>,
) -> Answer {
    let (unlimited, done) = match form.unlimited.as_str() {
        "yes" => (true, "admin-unlimited"),
        "no" => (false, "admin-bound"),
        _ => return Err(Code::MalformedRequest.into()),
    };
    let set = async {
        let reason: Line<200> =
            form.reason.parse().map_err(|_| Error::new(Code::LineInvalid).with("max", 200_i64))?;
        admins.set_unlimited(&caller, id, login, unlimited, &reason).await
    };
    match set.await {
        Ok(()) => Ok(redirect(format!("/tenants/{id}/admins/{login}?done={done}"))),
        Err(error) => shown_again(&admins, &shell, &caller, (id, login), error).await,
    }
}
