//! Staff's pages about tenants.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::db::{Page, PageRequest};
use bailiwick_base::words::{Line, TenantId};
use bailiwick_base::{Code, Error, t};
use bailiwick_ui::form::InputKind;
use bailiwick_ui::{
    Column, Icon, Row, card, empty_state, facts, field, fields, filters, form_card, hidden, link_button,
    meter, page_header, pager, submit, table,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::admins::AdminLogin;
use super::form::{EditForm, LimitFields, NewForm};
use super::header::status_badge;
pub(super) use super::header::{Tab, header};
use super::licences::Licence;
use super::service::{Overview, Tenants};
use super::store::{Tenant, TenantStatus};
use crate::audit::{Audit, card_about};
use crate::mailbox_types::MailboxType;
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Form, ListQuery, Path, Problem, Query, Shell, redirect};
use crate::sign_in::{NoFields, person_name};

pub(crate) fn routes(routes: Routes) -> Routes {
    let view = Access::Holding(Permission::TenantView);
    let suspend = Access::Holding(Permission::TenantSuspend);
    super::hosted::routes(super::admins::routes(routes))
        .get("/tenants", view, list)
        .get("/tenants/new", Access::Holding(Permission::TenantAdd), new_page)
        .post("/tenants/new", Access::Holding(Permission::TenantAdd), create)
        .get("/tenants/{id}", view, show)
        .post("/tenants/{id}", Access::Holding(Permission::TenantUpdate), update)
        .post("/tenants/{id}/suspend", suspend, suspend_tenant)
        .post("/tenants/{id}/resume", suspend, resume_tenant)
}

/// `GET /tenants`
async fn list(
    State(tenants): State<Tenants>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<ListQuery>,
) -> Answer {
    let request = PageRequest::parse(&query.after, &query.before)?;
    let page = tenants.page(&caller, &query.q, &request).await?;
    Ok(shell.page(&t!("tenants-title"), list_page(&shell, &query.q, &page)))
}

fn list_page(shell: &Shell, search: &str, page: &Page<Tenant>) -> Markup {
    let add = || link_button(t!("tenants-add"), "/tenants/new").primary().icon(Icon::Plus);
    let empty = if search.is_empty() {
        empty_state(Icon::Building, t!("tenants-empty-title")).text(t!("tenants-empty-text")).action(add())
    } else {
        empty_state(Icon::Search, t!("list-nothing-found-title")).text(t!("list-nothing-found-text"))
    };
    let rows = page.rows.iter().map(|tenant| {
        Row::new()
            .link(&format!("/tenants/{}", tenant.id), tenant.name.as_str())
            .cell(status_badge(tenant.status))
            .cell(format!("{} / {}", tenant.users_used, tenant.max_users))
            .cell(format!("{} / {}", tenant.storage_used, tenant.max_storage))
            .cell(format!("{} / {}", tenant.domains_used, tenant.max_domains))
    });
    html! {
        (page_header(t!("tenants-title")).text(t!("tenants-text")).actions(html! { @if shell.holds(Permission::TenantAdd) { (add()) } }))
        (card().flush(html! {
            (filters("/tenants", t!("list-search")).search("q", t!("tenants-search"), search))
            (table(t!("tenants-title"))
                .column(Column::new(t!("column-name")).title())
                .column(Column::new(t!("column-status")).badge())
                .column(Column::new(t!("meter-users")).figures())
                .column(Column::new(t!("meter-storage")).figures())
                .column(Column::new(t!("meter-domains")).figures().not_on_phones())
                .rows(rows)
                .empty(empty))
            (pager_of("/tenants", &[("q", search)], page))
        }))
    }
}

/// The links to the neighbouring pages of a list, keeping what it was filtered by.
pub(crate) fn pager_of<T>(path: &str, kept: &[(&str, &str)], page: &Page<T>) -> Markup {
    let href = |name: &str, cursor: &bailiwick_base::db::Cursor| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (key, value) in kept.iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(key, value);
        }
        format!("{path}?{}", query.append_pair(name, &cursor.to_string()).finish())
    };
    html! {
        (pager(t!("pager-label"), t!("pager-shown", n = page.rows.len()))
            .previous(&t!("pager-previous"), page.previous.as_ref().map(|cursor| href("before", cursor)))
            .next(&t!("pager-next"), page.next.as_ref().map(|cursor| href("after", cursor))))
    }
}

/// `GET /tenants/new`
async fn new_page(State(tenants): State<Tenants>, shell: Shell, Calling(caller): Calling) -> Answer {
    let types = tenants.types(&caller).await?;
    let form = NewForm::empty(&types);
    Ok(shell.page(&t!("tenant-new-title"), new_form(&shell, &types, &form, &Problem::none())))
}

/// A number of users for each type that is offered, or that the tenant has licences of.
fn limit_fields(types: &[MailboxType], had: &[Licence], limits: &LimitFields, problem: &Problem) -> Markup {
    let shown: Vec<&MailboxType> = types
        .iter()
        .filter(|kind| kind.offered || had.iter().any(|licence| licence.kind == kind.id))
        .collect();
    html! {
        (fields(html! {
            @for kind in &shown {
                (licences_field(kind, shown.len() == 1, limits.licences_of(kind.id), problem))
            }
        }))
        (fields(html! {
            (field("storage", t!("field-max-storage")).value(limits.storage.as_str()).inputmode("decimal").suffix(t!("unit-gb")).required().error(problem.on("storage")))
            (field("domains", t!("field-max-domains")).kind(InputKind::Number).value(limits.domains.as_str()).required().error(problem.on("domains")))
        }))
    }
}

fn licences_field(kind: &MailboxType, alone: bool, typed: &str, problem: &Problem) -> Markup {
    let label =
        if alone { t!("field-max-users") } else { t!("field-max-users-of", kind = kind.name.as_str()) };
    let error = problem.on("licences").filter(|_| LimitFields::is_wrong(typed));
    let hint = (!kind.offered).then(|| t!("field-max-users-withdrawn"));
    let number = field("licences", label).within(kind.id.to_string()).kind(InputKind::Number).value(typed);
    let number = number.required().error(error);
    html! {
        div {
            (hidden("types", &kind.id.to_string()))
            @if let Some(hint) = hint { (number.hint(hint)) } @else { (number) }
        }
    }
}

fn new_form(shell: &Shell, types: &[MailboxType], form: &NewForm, problem: &Problem) -> Markup {
    html! {
        (page_header(t!("tenant-new-title")).crumbs(t!("crumbs-label"), [(t!("tenants-title"), "/tenants")]))
        (form_card("/tenants/new").csrf(shell.csrf()).errors(problem.summary()).body(html! {
            (field("name", t!("field-tenant-name")).value(form.name.as_str()).required().error(problem.on("name")))
            (limit_fields(types, &[], &form.limits(), problem))
            h3 { (t!("tenant-main-admin")) }
            (field("username", t!("field-username")).value(form.username.as_str()).autocomplete("off").required().hint(t!("tenant-admin-hint")).error(problem.on("username")))
            (field("full_name", t!("field-full-name")).value(form.full_name.as_str()).autocomplete("off").required().error(problem.on("full_name")))
            (field("email", t!("field-email-address")).kind(InputKind::Email).value(form.email.as_str()).autocomplete("off").required()
                .hint(t!("tenant-invite-hint")).error(problem.on("email")))
        }).footer(html! { (submit(t!("tenant-create")).primary()) (link_button(t!("button-cancel"), "/tenants")) }))
    }
}

/// `POST /tenants/new`
async fn create(
    State(tenants): State<Tenants>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<NewForm>,
) -> Answer {
    let created = async { tenants.create(&caller, &form.parse()?).await };
    match created.await {
        Ok(tenant) => Ok(redirect(format!("/tenants/{}?done=tenant-created", tenant.id))),
        Err(error) => {
            let types = tenants.types(&caller).await?;
            shell.again(error, &t!("tenant-new-title"), |problem| new_form(&shell, &types, &form, problem))
        }
    }
}

/// `GET /tenants/{id}`
async fn show(
    State(tenants): State<Tenants>,
    State(audit): State<Audit>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<TenantId>,
) -> Answer {
    let overview = tenants.overview(&caller, id).await?;
    let form = EditForm::of(&overview.tenant, &overview.licences);
    let page = tenant_page(&shell, &overview, &form, &Problem::none());
    let history = card_about(&audit, &shell, &caller, "tenant", id).await?;
    Ok(shell.page(&overview.tenant.name, html! { (page) (history) }))
}

fn tenant_page(shell: &Shell, overview: &Overview, form: &EditForm, problem: &Problem) -> Markup {
    let Overview { tenant, licences, types, main } = overview;
    let path = format!("/tenants/{}", tenant.id);
    html! {
        (header(shell, tenant, Tab::Overview))
        (usage_card(shell, tenant, licences))
        @if let Some(main) = main { (main_admin_card(main, &path)) }
        @if shell.holds(Permission::TenantUpdate) {
            (form_card(path.as_str()).title(t!("tenant-edit")).csrf(shell.csrf()).errors(problem.summary()).body(html! {
                (hidden("version", &form.version.to_string()))
                (field("name", t!("field-tenant-name")).value(form.name.as_str()).required().error(problem.on("name")))
                (limit_fields(types, licences, &form.limits(), problem))
            }).footer(html! { (submit(t!("tenant-update")).primary()) }))
        }
        @if shell.holds(Permission::TenantSuspend) { (suspension(shell, tenant, &path)) }
    }
}

/// What it uses of what it may have; users by type where it has several.
fn usage_card(shell: &Shell, tenant: &Tenant, licences: &[Licence]) -> Markup {
    let storage = (tenant.storage_used.as_bytes(), tenant.max_storage.as_bytes());
    let users =
        |label: String, used: i64, licensed: i64| (label, usage_meter(&used, &licensed, (used, licensed)));
    let users: Vec<(String, Markup)> = if licences.len() > 1 {
        licences.iter().map(|of| users(of.name.clone(), of.used, of.licensed)).collect()
    } else {
        vec![users(t!("meter-users").into_owned(), tenant.users_used, tenant.max_users)]
    };
    let shown = users.into_iter().fold(facts(), |facts, (label, meter)| facts.fact(label, meter));
    html! {
        (card().title(t!("tenant-usage")).body(html! {
            (shown
                .fact(t!("meter-storage"), usage_meter(&tenant.storage_used, &tenant.max_storage, storage))
                .fact(t!("meter-domains"), usage_meter(&tenant.domains_used, &tenant.max_domains, (tenant.domains_used, tenant.max_domains)))
                .fact(t!("column-created"), shell.when(tenant.created_at)))
        }))
    }
}

/// `used / limit` with a bar of its share.
fn usage_meter(used: &impl ToString, limit: &impl ToString, (part, whole): (i64, i64)) -> Markup {
    let size = |number: i64| u64::try_from(number).unwrap_or(0);
    let text = format!("{} / {}", used.to_string(), limit.to_string());
    html! { (meter("", text, size(part), Some(size(whole))).inline()) }
}

fn main_admin_card(main: &AdminLogin, path: &str) -> Markup {
    let address = main.recovery_address.as_ref().map(ToString::to_string);
    html! {
        (card().title(t!("tenant-main-admin")).body(html! {
            (facts()
                .fact(t!("field-full-name"), main.full_name.as_str())
                .fact(t!("field-username"), main.name.as_str())
                .fact_if(t!("field-email-address"), address)
                .fact(t!("column-status"), super::admins::status_badge(main)))
        }).footer(html! { (link_button(t!("tenant-main-admin-open"), format!("{path}/admins/{}", main.id)).small()) }))
    }
}

fn suspension(shell: &Shell, tenant: &Tenant, path: &str) -> Markup {
    if tenant.status == TenantStatus::Suspended {
        return html! {
            (form_card(format!("{path}/resume")).title(t!("tenant-resume-title")).text(t!("tenant-resume-text")).csrf(shell.csrf())
                .footer(html! { (submit(t!("tenant-resume")).primary()) }))
        };
    }
    html! {
        (form_card(format!("{path}/suspend")).title(t!("tenant-suspend-title")).text(t!("tenant-suspend-text")).csrf(shell.csrf())
            .body(html! { (field("reason", t!("field-reason")).required().hint(t!("tenant-suspend-reason-hint"))) })
            .footer(html! { (submit(t!("tenant-suspend")).outline_danger()) }))
    }
}

/// `POST /tenants/{id}`
async fn update(
    State(tenants): State<Tenants>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<TenantId>,
    Form(form): Form<EditForm>,
) -> Answer {
    let updated = async {
        let limits = form.limits().parse()?;
        tenants.update(&caller, id, form.version, &person_name(&form.name, "name")?, &limits).await
    };
    match updated.await {
        Ok(()) => Ok(redirect(format!("/tenants/{id}?done=saved"))),
        Err(error) => {
            let overview = tenants.overview(&caller, id).await?;
            let title = overview.tenant.name.clone();
            shell.again(error, &title, |problem| tenant_page(&shell, &overview, &form, problem))
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SuspendForm {
    reason: String,
}

/// `POST /tenants/{id}/suspend`
async fn suspend_tenant(
    State(tenants): State<Tenants>,
    Calling(caller): Calling,
    Path(id): Path<TenantId>,
    Form(form): Form<SuspendForm>,
) -> Answer {
    let reason: Line<200> =
        form.reason.parse().map_err(|_| Error::new(Code::LineInvalid).with("max", 200_i64).on("reason"))?;
    tenants.suspend(&caller, id, &reason).await?;
    Ok(redirect(format!("/tenants/{id}?done=tenant-suspended")))
}

/// `POST /tenants/{id}/resume`
async fn resume_tenant(
    State(tenants): State<Tenants>,
    Calling(caller): Calling,
    Path(id): Path<TenantId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    tenants.resume(&caller, id).await?;
    Ok(redirect(format!("/tenants/{id}?done=tenant-resumed")))
}
