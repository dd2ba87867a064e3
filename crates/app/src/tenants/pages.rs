//! Staff's pages about tenants.

use axum::extract::State;
use axum::response::Response;
use bailiwick_base::authz::Permission;
use bailiwick_base::db::{Page, PageRequest};
use bailiwick_base::words::{EmailAddress, Line, Storage, TenantId};
use bailiwick_base::{Code, Error, t};
use bailiwick_ui::form::InputKind;
use bailiwick_ui::{
    Column, Icon, Row, card, empty_state, facts, field, fields, filters, form_card, hidden, link_button,
    meter, page_header, pager, submit, table,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::admins::AdminLogin;
use super::header::status_badge;
pub(super) use super::header::{Tab, header};
use super::service::{Limits, NewTenant, Tenants};
use super::store::{Tenant, TenantStatus};
use crate::audit::{Audit, card_about};
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

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewForm {
    name: String,
    users: String,
    storage: String,
    domains: String,
    username: String,
    full_name: String,
    email: String,
}

/// `GET /tenants/new`
async fn new_page(shell: Shell) -> Response {
    let form =
        NewForm { users: "25".into(), storage: "100".into(), domains: "5".into(), ..NewForm::default() };
    shell.page(&t!("tenant-new-title"), new_form(&shell, &form, &Problem::none()))
}

fn limit_fields(users: &str, storage: &str, domains: &str, problem: &Problem) -> Markup {
    fields(html! {
        (field("users", t!("field-max-users")).kind(InputKind::Number).value(users).required().error(problem.on("users")))
        (field("storage", t!("field-max-storage")).value(storage).inputmode("decimal").suffix(t!("unit-gb")).required().error(problem.on("storage")))
        (field("domains", t!("field-max-domains")).kind(InputKind::Number).value(domains).required().error(problem.on("domains")))
    })
}

fn new_form(shell: &Shell, form: &NewForm, problem: &Problem) -> Markup {
    html! {
        (page_header(t!("tenant-new-title")).crumbs(t!("crumbs-label"), [(t!("tenants-title"), "/tenants")]))
        (form_card("/tenants/new").csrf(shell.csrf()).errors(problem.summary()).body(html! {
            (field("name", t!("field-tenant-name")).value(form.name.as_str()).required().error(problem.on("name")))
            (limit_fields(&form.users, &form.storage, &form.domains, problem))
            h3 { (t!("tenant-main-admin")) }
            (field("username", t!("field-username")).value(form.username.as_str()).autocomplete("off").required().hint(t!("tenant-admin-hint")).error(problem.on("username")))
            (field("full_name", t!("field-full-name")).value(form.full_name.as_str()).autocomplete("off").required().error(problem.on("full_name")))
            (field("email", t!("field-email-address")).kind(InputKind::Email).value(form.email.as_str()).autocomplete("off").required()
                .hint(t!("tenant-invite-hint")).error(problem.on("email")))
        }).footer(html! { (submit(t!("tenant-create")).primary()) (link_button(t!("button-cancel"), "/tenants")) }))
    }
}

impl NewForm {
    fn parse(&self) -> Result<NewTenant, Error> {
        Ok(NewTenant {
            name: person_name(&self.name, "name")?,
            limits: parse_limits(&self.users, &self.storage, &self.domains)?,
            admin_name: self.username.clone(),
            admin_full_name: person_name(&self.full_name, "full_name")?,
            admin_address: self
                .email
                .parse::<EmailAddress>()
                .map_err(|_| Error::new(Code::EmailAddressInvalid).on("email"))?,
        })
    }
}

fn parse_limits(users: &str, storage: &str, domains: &str) -> Result<Limits, Error> {
    Ok(Limits {
        users: whole_number(users, 1, 1_000_000, "users")?,
        storage: storage.parse::<Storage>().map_err(|_| Error::new(Code::StorageInvalid).on("storage"))?,
        domains: whole_number(domains, 1, 100_000, "domains")?,
    })
}

/// A whole number within bounds, as typed.
fn whole_number(text: &str, min: i64, max: i64, field: &'static str) -> Result<i64, Error> {
    text.trim()
        .parse::<i64>()
        .ok()
        .filter(|number| (min..=max).contains(number))
        .ok_or_else(|| Error::new(Code::NumberInvalid).with("min", min).with("max", max).on(field))
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
        Err(error) => shell.again(error, &t!("tenant-new-title"), |problem| new_form(&shell, &form, problem)),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EditForm {
    name: String,
    users: String,
    storage: String,
    domains: String,
    version: i64,
}

impl EditForm {
    fn of(tenant: &Tenant) -> Self {
        Self {
            name: tenant.name.clone(),
            users: tenant.max_users.to_string(),
            storage: tenant.max_storage.in_gb(),
            domains: tenant.max_domains.to_string(),
            version: tenant.version,
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
    let (tenant, main) = tenants.overview(&caller, id).await?;
    let page = tenant_page(&shell, &tenant, main.as_ref(), &EditForm::of(&tenant), &Problem::none());
    let history = card_about(&audit, &shell, &caller, "tenant", id).await?;
    Ok(shell.page(&tenant.name, html! { (page) (history) }))
}

fn tenant_page(
    shell: &Shell,
    tenant: &Tenant,
    main: Option<&AdminLogin>,
    form: &EditForm,
    problem: &Problem,
) -> Markup {
    let path = format!("/tenants/{}", tenant.id);
    let storage = (tenant.storage_used.as_bytes(), tenant.max_storage.as_bytes());
    html! {
        (header(shell, tenant, Tab::Overview))
        (card().title(t!("tenant-usage")).body(html! {
            (facts()
                .fact(t!("meter-users"), usage_meter(&tenant.users_used, &tenant.max_users, (tenant.users_used, tenant.max_users)))
                .fact(t!("meter-storage"), usage_meter(&tenant.storage_used, &tenant.max_storage, storage))
                .fact(t!("meter-domains"), usage_meter(&tenant.domains_used, &tenant.max_domains, (tenant.domains_used, tenant.max_domains)))
                .fact(t!("column-created"), shell.when(tenant.created_at)))
        }))
        @if let Some(main) = main { (main_admin_card(main, &path)) }
        @if shell.holds(Permission::TenantUpdate) {
            (form_card(path.as_str()).title(t!("tenant-edit")).csrf(shell.csrf()).errors(problem.summary()).body(html! {
                (hidden("version", &form.version.to_string()))
                (field("name", t!("field-tenant-name")).value(form.name.as_str()).required().error(problem.on("name")))
                (limit_fields(&form.users, &form.storage, &form.domains, problem))
            }).footer(html! { (submit(t!("tenant-update")).primary()) }))
        }
        @if shell.holds(Permission::TenantSuspend) { (suspension(shell, tenant, &path)) }
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
        let limits = parse_limits(&form.users, &form.storage, &form.domains)?;
        tenants.update(&caller, id, form.version, &person_name(&form.name, "name")?, &limits).await
    };
    match updated.await {
        Ok(()) => Ok(redirect(format!("/tenants/{id}?done=saved"))),
        Err(error) => {
            let (tenant, main) = tenants.overview(&caller, id).await?;
            shell.again(error, &tenant.name, |problem| {
                tenant_page(&shell, &tenant, main.as_ref(), &form, problem)
            })
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
