//! Staff's pages about types of users.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::t;
use bailiwick_base::words::{MailboxTypeId, Storage};
use bailiwick_ui::form::InputKind;
use bailiwick_ui::{
    Column, Icon, Row, Tone, card, empty_state, field, fields, form_card, hidden, link_button, page_header,
    status, submit, table,
};
use maud::{Markup, Render, html};

use super::form::TypeForm;
use super::mailbox_type::{LAST_POSITION, Listed, MailboxType};
use super::service::MailboxTypes;
use crate::audit::{Audit, card_about};
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Form, Path, Problem, Shell, redirect};
use crate::sign_in::NoFields;

pub(crate) fn routes(routes: Routes) -> Routes {
    let (view, update) = (Access::Holding(Permission::TenantView), Access::Holding(Permission::TenantUpdate));
    routes
        .get("/user-types", view, list)
        .get("/user-types/new", update, new_page)
        .post("/user-types/new", update, add)
        .get("/user-types/{id}", view, show)
        .post("/user-types/{id}", update, change)
        .post("/user-types/{id}/withdraw", update, withdraw)
        .post("/user-types/{id}/offer", update, offer)
}

/// `GET /user-types`
async fn list(State(types): State<MailboxTypes>, shell: Shell, Calling(caller): Calling) -> Answer {
    let listed = types.list(&caller).await?;
    Ok(shell.page(&t!("types-title"), list_page(&shell, &listed)))
}

fn list_page(shell: &Shell, listed: &[Listed]) -> Markup {
    let add = || link_button(t!("types-add"), "/user-types/new").primary().icon(Icon::Plus);
    let rows = listed.iter().map(|Listed { kind, licensed, used }| {
        Row::new()
            .link(&format!("/user-types/{}", kind.id), kind.name.as_str())
            .cell(offer_badge(kind))
            .cell(most(kind.max_quota))
            .cell(*licensed)
            .cell(*used)
    });
    html! {
        (page_header(t!("types-title")).text(t!("types-text"))
            .actions(html! { @if shell.holds(Permission::TenantUpdate) { (add()) } }))
        (card().flush(html! {
            (table(t!("types-title"))
                .column(Column::new(t!("column-name")).title())
                .column(Column::new(t!("column-status")).badge())
                .column(Column::new(t!("types-most")).figures())
                .column(Column::new(t!("types-licensed")).figures())
                .column(Column::new(t!("types-used")).figures())
                .rows(rows)
                .empty(empty_state(Icon::Users, t!("types-title")).text(t!("types-text"))))
        }))
    }
}

/// The largest quota in words.
fn most(quota: Option<Storage>) -> String {
    quota.map_or_else(|| t!("types-unbounded").into_owned(), |quota| quota.to_string())
}

fn offer_badge(kind: &MailboxType) -> Markup {
    if kind.offered {
        status(Tone::Success, t!("types-offered")).render()
    } else {
        status(Tone::Neutral, t!("types-withdrawn")).render()
    }
}

fn type_fields(form: &TypeForm, problem: &Problem) -> Markup {
    html! {
        @if let Some(version) = form.version { (hidden("version", &version.to_string())) }
        (field("name", t!("types-name")).value(form.name.as_str()).maxlength(40).autocomplete("off").required()
            .hint(t!("types-name-hint")).error(problem.on("name")))
        (fields(html! {
            (field("quota", t!("types-most")).value(form.quota.as_str()).inputmode("decimal").suffix(t!("unit-gb"))
                .hint(t!("types-most-hint")).error(problem.on("quota")))
            (field("position", t!("types-position")).kind(InputKind::Number).value(form.position.as_str()).min("1").max(LAST_POSITION.to_string()).required()
                .hint(t!("types-position-hint")).error(problem.on("position")))
        }))
    }
}

/// `GET /user-types/new`
async fn new_page(State(types): State<MailboxTypes>, shell: Shell, Calling(caller): Calling) -> Answer {
    let last = types.list(&caller).await?.iter().map(|listed| listed.kind.position).max();
    Ok(shell.page(&t!("types-add"), new_form(&shell, &TypeForm::after(last), &Problem::none())))
}

fn new_form(shell: &Shell, form: &TypeForm, problem: &Problem) -> Markup {
    html! {
        (page_header(t!("types-add")).crumbs(t!("crumbs-label"), [(t!("types-title"), "/user-types")]))
        (form_card("/user-types/new").csrf(shell.csrf()).errors(problem.summary()).body(type_fields(form, problem))
            .footer(html! { (submit(t!("types-add")).primary()) (link_button(t!("button-cancel"), "/user-types")) }))
    }
}

/// `POST /user-types/new`
async fn add(
    State(types): State<MailboxTypes>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<TypeForm>,
) -> Answer {
    let added = async { types.add(&caller, &form.parse()?).await };
    match added.await {
        Ok(kind) => Ok(redirect(format!("/user-types/{}?done=type-added", kind.id))),
        Err(error) => shell.again(error, &t!("types-add"), |problem| new_form(&shell, &form, problem)),
    }
}

/// `GET /user-types/{id}`
async fn show(
    State(types): State<MailboxTypes>,
    State(audit): State<Audit>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<MailboxTypeId>,
) -> Answer {
    let kind = types.get(&caller, id).await?;
    let page = type_page(&shell, &kind, &TypeForm::of(&kind), &Problem::none());
    let history = card_about(&audit, &shell, &caller, "mailbox_type", id).await?;
    Ok(shell.page(&kind.name, html! { (page) (history) }))
}

fn type_page(shell: &Shell, kind: &MailboxType, form: &TypeForm, problem: &Problem) -> Markup {
    let path = format!("/user-types/{}", kind.id);
    html! {
        (page_header(kind.name.as_str()).crumbs(t!("crumbs-label"), [(t!("types-title"), "/user-types")]).beside(offer_badge(kind)))
        @if shell.holds(Permission::TenantUpdate) {
            (form_card(path.as_str()).title(t!("types-edit")).csrf(shell.csrf()).errors(problem.summary())
                .body(type_fields(form, problem)).footer(html! { (submit(t!("types-update")).primary()) }))
            (offer_form(shell, kind, &path))
        } @else {
            (card().body(html! { (bailiwick_ui::facts().fact(t!("types-most"), most(kind.max_quota)).fact(t!("types-position"), kind.position)) }))
        }
    }
}

/// Withdrawing it, or offering it again.
fn offer_form(shell: &Shell, kind: &MailboxType, path: &str) -> Markup {
    let (title, text, verb, button) = if kind.offered {
        (
            t!("types-withdraw"),
            t!("types-withdraw-text"),
            "withdraw",
            submit(t!("types-withdraw")).outline_danger(),
        )
    } else {
        (t!("types-offer"), t!("types-offer-text"), "offer", submit(t!("types-offer")).primary())
    };
    form_card(format!("{path}/{verb}"))
        .title(title)
        .text(text)
        .csrf(shell.csrf())
        .footer(html! { (button) })
        .render()
}

/// `POST /user-types/{id}`
async fn change(
    State(types): State<MailboxTypes>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<MailboxTypeId>,
    Form(form): Form<TypeForm>,
) -> Answer {
    let changed = async { types.update(&caller, id, form.version, &form.parse()?).await };
    match changed.await {
        Ok(()) => Ok(redirect(format!("/user-types/{id}?done=saved"))),
        Err(error) => {
            let kind = types.get(&caller, id).await?;
            shell.again(error, &kind.name, |problem| type_page(&shell, &kind, &form, problem))
        }
    }
}

/// `POST /user-types/{id}/withdraw`
async fn withdraw(
    State(types): State<MailboxTypes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxTypeId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    types.withdraw(&caller, id).await?;
    Ok(redirect(format!("/user-types/{id}?done=type-withdrawn")))
}

/// `POST /user-types/{id}/offer`
async fn offer(
    State(types): State<MailboxTypes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxTypeId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    types.offer(&caller, id).await?;
    Ok(redirect(format!("/user-types/{id}?done=type-offered")))
}
