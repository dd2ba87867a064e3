//! Pages about domains: the list, adding one, and the operations' forms.

use axum::extract::State;
use bailiwick_base::authz::{Permission, Target};
use bailiwick_base::db::{Page, PageRequest};
use bailiwick_base::words::{DomainId, LocalPart};
use bailiwick_base::{Code, Error, t};
use bailiwick_ui::{
    Column, Icon, Row, Tone, card, empty_state, field, filters, form_card, link_button, page_header, status,
    submit, table,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::actions::RemoveDomain;
use super::details::{self, EditForm};
use super::service::{CatchAllChoice, DomainSettings, Domains};
use super::store::{Domain, DomainStatus};
use crate::audit::{Audit, card_about};
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Form, ListQuery, Path, Problem, Query, Shell, redirect};
use crate::sign_in::NoFields;
use crate::tenants::pager_of;

pub(crate) fn routes(routes: Routes) -> Routes {
    let view = Access::Holding(Permission::DomainView);
    let add = Access::Holding(Permission::DomainAdd);
    let update = Access::Holding(Permission::DomainUpdate);
    let removal = Access::Holding(Permission::DomainRemove);
    routes
        .get("/domains", view, list)
        .get("/domains/new", add, new_page)
        .post("/domains/new", add, create)
        .get("/domains/{id}", view, show)
        .post("/domains/{id}", update, save)
        .post("/domains/{id}/verify", update, verify)
        .get("/domains/{id}/remove", removal, removal_page)
        .post("/domains/{id}/remove", removal, remove)
}

/// `GET /domains`
async fn list(
    State(domains): State<Domains>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<ListQuery>,
) -> Answer {
    let request = PageRequest::parse(&query.after, &query.before)?;
    let page = domains.page(&caller, &query.q, &request).await?;
    Ok(shell.page(&t!("domains-title"), list_page(&shell, &query.q, &page)))
}

/// Domains are added to the tenant: whoever is limited to chosen domains adds none.
fn may_add(shell: &Shell) -> bool {
    shell.may(Permission::DomainAdd, shell.own_tenant())
}

fn list_page(shell: &Shell, search: &str, page: &Page<Domain>) -> Markup {
    let add = || link_button(t!("domains-add"), "/domains/new").primary().icon(Icon::Plus);
    let empty = if search.is_empty() {
        let empty = empty_state(Icon::World, t!("domains-empty-title")).text(t!("domains-empty-text"));
        if may_add(shell) { empty.action(add()) } else { empty }
    } else {
        empty_state(Icon::Search, t!("list-nothing-found-title")).text(t!("list-nothing-found-text"))
    };
    let rows = page.rows.iter().map(|domain| {
        Row::new()
            .link(&format!("/domains/{}", domain.id), domain.name.to_unicode())
            .cell(status_badge(domain.status))
            .cell(domain.users_used)
            .cell(domain.storage_used.to_string())
            .cell(domain.time_zone.as_str())
    });
    html! {
        (page_header(t!("domains-title")).text(t!("domains-text"))
            .actions(html! { @if may_add(shell) { (add()) } }))
        (card().flush(html! {
            (filters("/domains", t!("list-search")).search("q", t!("domains-search"), search))
            (table(t!("domains-title"))
                .column(Column::new(t!("column-domain")).title())
                .column(Column::new(t!("column-status")).badge())
                .column(Column::new(t!("meter-users")).figures())
                .column(Column::new(t!("column-storage-assigned")).figures())
                .column(Column::new(t!("column-time-zone")).not_on_phones())
                .rows(rows)
                .empty(empty))
            (pager_of("/domains", &[("q", search)], page))
        }))
    }
}

pub(super) fn status_badge(of: DomainStatus) -> Markup {
    match of {
        DomainStatus::Pending => html! { (status(Tone::Warning, t!("domain-status-pending"))) },
        DomainStatus::Active => html! { (status(Tone::Success, t!("status-active"))) },
        DomainStatus::Disabled => html! { (status(Tone::Neutral, t!("status-disabled"))) },
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewForm {
    domain: String,
}

/// `GET /domains/new`
async fn new_page(shell: Shell) -> Answer {
    shell.must(Permission::DomainAdd, shell.own_tenant())?;
    Ok(shell.page(&t!("domain-new-title"), new_form(&shell, &NewForm::default(), &Problem::none())))
}

fn new_form(shell: &Shell, form: &NewForm, problem: &Problem) -> Markup {
    let more = shell.where_to_buy().filter(|_| problem.limit_reached());
    html! {
        (page_header(t!("domain-new-title")).crumbs(t!("crumbs-label"), [(t!("domains-title"), "/domains")]))
        (form_card("/domains/new").csrf(shell.csrf()).errors(problem.summary()).body(html! {
            (field("domain", t!("field-domain")).value(form.domain.as_str()).placeholder("example.com").autocomplete("off")
                .maxlength(253).required().autofocus().hint(t!("domain-new-hint")).error(problem.on("domain")))
        }).footer(html! {
            (submit(t!("domain-add")).primary())
            @if let Some(url) = more { (link_button(t!("buy-more"), url)) }
            (link_button(t!("button-cancel"), "/domains"))
        }))
    }
}

/// `POST /domains/new`
async fn create(
    State(domains): State<Domains>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<NewForm>,
) -> Answer {
    match domains.add(&caller, None, &form.domain).await {
        Ok(domain) => Ok(redirect(format!("/domains/{}?done=domain-added", domain.id))),
        Err(error) => shell.again(error, &t!("domain-new-title"), |problem| new_form(&shell, &form, problem)),
    }
}

/// `GET /domains/{id}`
async fn show(
    State(domains): State<Domains>,
    State(audit): State<Audit>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<DomainId>,
) -> Answer {
    let details = domains.get(&caller, id).await?;
    let form = EditForm::of(&details);
    let page = details::page(&shell, &details, &form, &Problem::none());
    let history = card_about(&audit, &shell, &caller, "domain", id).await?;
    Ok(shell.page(&details.domain.name.to_unicode(), html! { (page) (history) }))
}

impl EditForm {
    fn parse(&self) -> Result<DomainSettings, Error> {
        let time_zone =
            self.time_zone.trim().parse().map_err(|_| Error::new(Code::TimeZoneInvalid).on("time_zone"))?;
        let catch_all = match self.catch_all.as_str() {
            "none" => CatchAllChoice::None,
            "discard" => CatchAllChoice::Discard,
            "user" => {
                let user: LocalPart = self
                    .catch_all_user
                    .trim()
                    .parse()
                    .map_err(|_| Error::new(Code::CatchAllInvalid).on("catch_all_user"))?;
                CatchAllChoice::User(user)
            }
            "keep" => CatchAllChoice::Keep,
            _ => return Err(Code::MalformedRequest.into()),
        };
        Ok(DomainSettings {
            time_zone: Some(time_zone),
            catch_all: Some(catch_all),
            active: Some(self.active.is_some()),
        })
    }
}

/// `POST /domains/{id}`
async fn save(
    State(domains): State<Domains>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<DomainId>,
    Form(form): Form<EditForm>,
) -> Answer {
    let saved = async { domains.update(&caller, id, Some(form.version), &form.parse()?).await };
    match saved.await {
        Ok(_) => Ok(redirect(format!("/domains/{id}?done=saved"))),
        Err(error) => again(&domains, &shell, &caller, id, error, Some(&form)).await,
    }
}

/// `POST /domains/{id}/verify`
async fn verify(
    State(domains): State<Domains>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<DomainId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    match domains.verify(&caller, id).await {
        Ok(()) => Ok(redirect(format!("/domains/{id}?done=domain-verified"))),
        Err(error) => again(&domains, &shell, &caller, id, error, None).await,
    }
}

/// The domain's page again, with what is wrong.
async fn again(
    domains: &Domains,
    shell: &Shell,
    caller: &bailiwick_base::authz::Caller,
    id: DomainId,
    error: Error,
    form: Option<&EditForm>,
) -> Answer {
    let details = domains.get(caller, id).await?;
    let stored = EditForm::of(&details);
    let title = details.domain.name.to_unicode();
    shell.again(error, &title, |problem| details::page(shell, &details, form.unwrap_or(&stored), problem))
}

/// `GET /domains/{id}/remove`
async fn removal_page(
    State(domains): State<Domains>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<DomainId>,
) -> Answer {
    let domain = domains.get(&caller, id).await?.domain;
    shell.must_begin::<RemoveDomain>(domain.place())?;
    Ok(shell.page(&t!("domain-remove-title"), details::removal(&shell, &domain, &Problem::none())))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RemoveForm {
    confirm: String,
}

/// `POST /domains/{id}/remove`
async fn remove(
    State(domains): State<Domains>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<DomainId>,
    Form(form): Form<RemoveForm>,
) -> Answer {
    match domains.remove(&caller, id, None, Some(&form.confirm)).await {
        Ok(()) => Ok(redirect("/domains?done=domain-removed")),
        Err(error) => {
            let domain = domains.get(&caller, id).await?.domain;
            shell.again(error, &t!("domain-remove-title"), |problem| {
                details::removal(&shell, &domain, problem)
            })
        }
    }
}
