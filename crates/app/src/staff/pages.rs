//! The pages on which owners look after the provider's people.

use axum::extract::State;
use axum::response::Response;
use bailiwick_base::authz::{Permission, Role};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::{LoginId, Timestamp};
use bailiwick_base::{Error, t};
use bailiwick_ui::form::InputKind;
use bailiwick_ui::{
    Column, Icon, RadioCards, Row, Tone, badge, card, confirm_by_typing, empty_state, facts, field, filters,
    form_card, hidden, link_button, notice, page_header, radio_cards, status, submit, table,
};
use maud::{Markup, Render, html};

use super::forms::{EditForm, NewForm, RemoveForm, last_day};
use super::member::{StaffMember, StaffStatus};
use super::service::Staff;
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Form, ListQuery, Path, Problem, Query, Shell, redirect};
use crate::sign_in::NoFields;
use crate::tenants::pager_of;

pub(crate) fn routes(routes: Routes) -> Routes {
    let view = Access::Holding(Permission::StaffView);
    let manage = Access::Holding(Permission::StaffManage);
    routes
        .get("/staff", view, list)
        .get("/staff/new", manage, new_page)
        .post("/staff/new", manage, add)
        .get("/staff/{id}", view, show)
        .post("/staff/{id}", manage, update)
        .post("/staff/{id}/disable", manage, disable)
        .post("/staff/{id}/enable", manage, enable)
        .post("/staff/{id}/invite", manage, resend)
        .get("/staff/{id}/remove", manage, remove_page)
        .post("/staff/{id}/remove", manage, remove)
}

fn role_name(role: Option<Role>) -> String {
    let name = match role {
        Some(Role::StaffOwner) => t!("staff-role-owner"),
        Some(Role::StaffManager) => t!("staff-role-manager"),
        Some(Role::StaffSupport) => t!("staff-role-support"),
        Some(Role::StaffAuditor) => t!("staff-role-auditor"),
        _ => t!("staff-role-none"),
    };
    name.into_owned()
}

fn role_text(role: Role) -> String {
    let text = match role {
        Role::StaffOwner => t!("staff-role-owner-text"),
        Role::StaffManager => t!("staff-role-manager-text"),
        Role::StaffSupport => t!("staff-role-support-text"),
        _ => t!("staff-role-auditor-text"),
    };
    text.into_owned()
}

fn status_badge(member: &StaffMember, now: Timestamp) -> Markup {
    let shown = match member.status {
        StaffStatus::Disabled => status(Tone::Neutral, t!("status-disabled")),
        _ if member.is_over(now) => status(Tone::Warning, t!("staff-status-over")),
        StaffStatus::Invited => status(Tone::Info, t!("staff-status-invited")),
        StaffStatus::Active => status(Tone::Success, t!("status-active")),
    };
    shown.render()
}

/// `GET /staff`
async fn list(
    State(staff): State<Staff>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<ListQuery>,
) -> Answer {
    let request = PageRequest::parse(&query.after, &query.before)?;
    let (page, seen) = staff.page(&caller, &query.q, &request).await?;
    let add = || link_button(t!("staff-add"), "/staff/new").primary().icon(Icon::Plus);
    let rows = page.rows.iter().map(|member| {
        Row::new()
            .link(&format!("/staff/{}", member.id), member.full_name.as_str())
            .cell(member.name.as_str())
            .cell(role_name(member.role))
            .cell(status_badge(member, shell.now()))
            .cell(
                member.until.map_or_else(|| t!("sub-admins-no-end").into_owned(), |_| last_day(member.until)),
            )
            .cell(seen.get(&member.id).map_or_else(|| t!("staff-never").into_owned(), |at| shell.when(*at)))
    });
    let content = html! {
        (page_header(t!("staff-title")).text(t!("staff-text")).actions(html! { @if shell.holds(Permission::StaffManage) { (add()) } }))
        (card().flush(html! {
            (filters("/staff", t!("list-search")).search("q", t!("staff-search"), &query.q))
            (table(t!("staff-title"))
                .column(Column::new(t!("column-name")).title())
                .column(Column::new(t!("field-username")).subtitle())
                .column(Column::new(t!("staff-role")))
                .column(Column::new(t!("column-status")).badge())
                .column(Column::new(t!("staff-until")).fit())
                .column(Column::new(t!("staff-last-sign-in")).fit().not_on_phones())
                .rows(rows)
                .empty(empty_state(Icon::Search, t!("list-nothing-found-title")).text(t!("list-nothing-found-text"))))
            (pager_of("/staff", &[("q", &query.q)], &page))
        }))
    };
    Ok(shell.page(&t!("staff-title"), content))
}

fn role_cards(selected: &str) -> RadioCards {
    Role::STAFF
        .iter()
        .rev()
        .fold(radio_cards("role", t!("staff-role")), |cards, role| {
            cards.card(role.key(), role_name(Some(*role))).text(role_text(*role))
        })
        .selected(selected)
}

fn until_and_note(until: &str, note: &str, problem: &Problem) -> Markup {
    html! {
        (field("until", t!("staff-until")).kind(InputKind::Date).value(until).hint(t!("staff-until-hint")).error(problem.on("until")))
        (field("note", t!("staff-note")).value(note).maxlength(200).hint(t!("staff-note-hint")).error(problem.on("note")))
    }
}

/// `GET /staff/new`
async fn new_page(shell: Shell) -> Response {
    let form = NewForm { role: Role::StaffSupport.key().into(), ..NewForm::default() };
    shell.page(&t!("staff-add"), new_form(&shell, &form, &Problem::none()))
}

fn new_form(shell: &Shell, form: &NewForm, problem: &Problem) -> Markup {
    html! {
        (page_header(t!("staff-add")).crumbs(t!("crumbs-label"), [(t!("staff-title"), "/staff")]))
        (form_card("/staff/new").csrf(shell.csrf()).errors(problem.summary()).body(html! {
            (field("username", t!("field-username")).value(form.username.as_str()).autocomplete("off").required().hint(t!("staff-username-hint")).error(problem.on("username")))
            (field("full_name", t!("field-full-name")).value(form.full_name.as_str()).autocomplete("off").required().error(problem.on("full_name")))
            (field("email", t!("field-email-address")).kind(InputKind::Email).value(form.email.as_str()).autocomplete("off").required()
                .hint(t!("staff-email-hint")).error(problem.on("email")))
            (role_cards(&form.role))
            (until_and_note(&form.until, &form.note, problem))
        }).footer(html! { (submit(t!("staff-add")).primary()) (link_button(t!("button-cancel"), "/staff")) }))
    }
}

/// `POST /staff/new`
async fn add(
    State(staff): State<Staff>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<NewForm>,
) -> Answer {
    let added = async { staff.add(&caller, &form.parse()?).await };
    match added.await {
        Ok(member) => Ok(redirect(format!("/staff/{}?done=staff-added", member.id))),
        Err(error) => shell.again(error, &t!("staff-add"), |problem| new_form(&shell, &form, problem)),
    }
}

/// `GET /staff/{id}`
async fn show(
    State(staff): State<Staff>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
) -> Answer {
    let member = staff.get(&caller, id).await?;
    let given = staff.given_by(&caller, id).await?;
    let page = member_page(&shell, &member, &EditForm::of(&member), &Problem::none());
    Ok(shell.page(&member.full_name, html! { (page) (given_access(&given)) }))
}

/// Whose access somebody gave: it stays when the giver goes.
fn given_access(given: &[StaffMember]) -> Markup {
    html! {
        @if !given.is_empty() {
            (card().title(t!("staff-given")).text(t!("staff-given-text")).body(html! {
                ul { @for member in given { li { a href={ "/staff/" (member.id) } { (member.full_name) } " · " (role_name(member.role)) } } }
            }))
        }
    }
}

fn member_page(shell: &Shell, member: &StaffMember, form: &EditForm, problem: &Problem) -> Markup {
    let path = format!("/staff/{}", member.id);
    let is_oneself = shell.login() == Some(member.id);
    let address = member.recovery_address.as_ref().map(ToString::to_string);
    html! {
        (page_header(member.full_name.as_str()).crumbs(t!("crumbs-label"), [(t!("staff-title"), "/staff")]).beside(status_badge(member, shell.now())))
        (card().title(t!("staff-person")).body(html! {
            (facts()
                .fact(t!("field-username"), member.name.as_str())
                .fact_if(t!("field-email-address"), address)
                .fact(t!("staff-role"), html! { (badge(Tone::Info, role_name(member.role))) })
                .fact_if(t!("staff-since"), member.since.map(|since| shell.when(since)))
                .fact(t!("staff-giver"), member.giver.as_str()))
        }))
        @if is_oneself {
            (notice(Tone::Info, t!("staff-oneself")))
        } @else if shell.holds(Permission::StaffManage) {
            @if member.status == StaffStatus::Invited { (invitation(shell, &path)) }
            (form_card(path.as_str()).title(t!("staff-access")).csrf(shell.csrf()).errors(problem.summary()).body(html! {
                (hidden("version", &form.version.to_string()))
                (role_cards(&form.role))
                (until_and_note(&form.until, &form.note, problem))
            }).footer(html! { (submit(t!("staff-update")).primary()) }))
            (way_in(shell, member, &path))
        }
    }
}

fn invitation(shell: &Shell, path: &str) -> Markup {
    form_card(format!("{path}/invite"))
        .title(t!("staff-invitation"))
        .text(t!("staff-invitation-text"))
        .csrf(shell.csrf())
        .footer(html! { (submit(t!("staff-invite")).icon(Icon::Send)) })
        .render()
}

/// Closing and opening the way in, and removal.
fn way_in(shell: &Shell, member: &StaffMember, path: &str) -> Markup {
    let (title, text, action, button) = if member.status == StaffStatus::Disabled {
        (t!("staff-enable"), t!("staff-enable-text"), "enable", submit(t!("staff-enable")).primary())
    } else {
        (
            t!("staff-disable"),
            t!("staff-disable-text"),
            "disable",
            submit(t!("staff-disable")).outline_danger(),
        )
    };
    html! {
        (form_card(format!("{path}/{action}")).title(title).text(text).csrf(shell.csrf()).footer(html! { (button) }))
        (card().title(t!("staff-remove")).text(t!("staff-remove-text"))
            .footer(html! { (link_button(t!("staff-remove"), format!("{path}/remove")).outline_danger().icon(Icon::Trash)) }))
    }
}

/// `POST /staff/{id}`
async fn update(
    State(staff): State<Staff>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
    Form(form): Form<EditForm>,
) -> Answer {
    let updated = async { staff.update(&caller, id, &form.parse()?).await };
    match updated.await {
        Ok(()) => Ok(redirect(format!("/staff/{id}?done=saved"))),
        Err(error) => {
            let member = staff.get(&caller, id).await?;
            shell.again(error, &member.full_name, |problem| member_page(&shell, &member, &form, problem))
        }
    }
}

/// The page of somebody again, with what stood in the way of an act without fields.
async fn shown_again(
    staff: &Staff,
    shell: &Shell,
    caller: &bailiwick_base::authz::Caller,
    id: LoginId,
    error: Error,
) -> Answer {
    let member = staff.get(caller, id).await?;
    let form = EditForm::of(&member);
    shell.again(error, &member.full_name, |problem| member_page(shell, &member, &form, problem))
}

/// `POST /staff/{id}/disable`
async fn disable(
    State(staff): State<Staff>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    match staff.disable(&caller, id).await {
        Ok(()) => Ok(redirect(format!("/staff/{id}?done=staff-disabled"))),
        Err(error) => shown_again(&staff, &shell, &caller, id, error).await,
    }
}

/// `POST /staff/{id}/enable`
async fn enable(
    State(staff): State<Staff>,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    staff.enable(&caller, id).await?;
    Ok(redirect(format!("/staff/{id}?done=staff-enabled")))
}

/// `POST /staff/{id}/invite`
async fn resend(
    State(staff): State<Staff>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    match staff.resend_invitation(&caller, id).await {
        Ok(_) => Ok(redirect(format!("/staff/{id}?done=staff-invited"))),
        Err(error) => shown_again(&staff, &shell, &caller, id, error).await,
    }
}

/// `GET /staff/{id}/remove`
async fn remove_page(
    State(staff): State<Staff>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
) -> Answer {
    let member = staff.get(&caller, id).await?;
    let given = staff.given_by(&caller, id).await?;
    let form = remove_form(&shell, &member, &Problem::none());
    Ok(shell.page(&t!("staff-remove"), html! { (form) (given_access(&given)) }))
}

fn remove_form(shell: &Shell, member: &StaffMember, problem: &Problem) -> Markup {
    let path = format!("/staff/{}", member.id);
    let crumbs =
        [(t!("staff-title").into_owned(), "/staff".to_owned()), (member.full_name.clone(), path.clone())];
    let name = member.name.as_str();
    html! {
        (page_header(t!("staff-remove")).crumbs(t!("crumbs-label"), crumbs))
        (problem.summary())
        (card().body(html! {
            (confirm_by_typing(format!("{path}/remove"), name, t!("staff-remove-prompt", name = name), t!("staff-remove"))
                .warning(notice(Tone::Danger, t!("staff-remove-text")).title(t!("staff-remove-final", name = member.full_name.as_str())))
                .csrf(shell.csrf())
                .error(problem.on("confirm"))
                .cancel(t!("button-cancel"), path.as_str()))
        }))
    }
}

/// `POST /staff/{id}/remove`
async fn remove(
    State(staff): State<Staff>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
    Form(form): Form<RemoveForm>,
) -> Answer {
    match staff.remove(&caller, id, Some(&form.confirm)).await {
        Ok(()) => Ok(redirect("/staff?done=staff-removed")),
        Err(error) => {
            let member = staff.get(&caller, id).await?;
            shell.again(error, &t!("staff-remove"), |problem| remove_form(&shell, &member, problem))
        }
    }
}
