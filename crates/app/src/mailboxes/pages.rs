//! The Admin Panel's pages about users.

use axum::extract::State;
use bailiwick_base::authz::{Permission, Target};
use bailiwick_base::db::{Page, PageRequest};
use bailiwick_base::t;
use bailiwick_base::words::MailboxId;
use bailiwick_ui::form::InputKind;
use bailiwick_ui::{
    Column, Filters, Icon, Row, Tone, card, checkbox, empty_state, facts, field, fields, filters, form_card,
    hidden, link_button, notice, page_header, password_field, radio_cards, select, status, submit, table,
};
use maud::{Markup, html};

use super::actions::{ChangeRecoveryAddress, RemoveMailbox};
use super::form::{AddForm, EditForm, ListQuery};
use super::kinds::Kinds;
use super::reset_and_removal::{RESETS, may_reset, remove_mailbox, remove_page, reset, reset_page};
use super::service::{Listed, Mailboxes, Shown};
use super::store::{Mailbox, MailboxStatus};
use crate::audit::{Audit, card_about};
use crate::domains::{DomainChoices, Domains};
use crate::mail_policy::usage_meter;
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Form, Path, Problem, Query, Shell, redirect};
use crate::sign_in::NoFields;
use crate::spreadsheet;
use crate::tenants::pager_of;

pub(crate) fn routes(routes: Routes) -> Routes {
    let (view, add) = (Access::Holding(Permission::MailboxView), Access::Holding(Permission::MailboxAdd));
    let (update, remove) =
        (Access::Holding(Permission::MailboxUpdate), Access::Holding(Permission::MailboxRemove));
    let reset_ways = Access::HoldingAny(RESETS);
    super::many::pages::routes(routes)
        .get("/mailboxes", view, list)
        .get("/mailboxes.csv", view, super::export::file)
        .get("/mailboxes/new", add, add_page)
        .post("/mailboxes/new", add, add_mailbox)
        .get("/mailboxes/{id}", view, show)
        .post("/mailboxes/{id}", update, update_mailbox)
        .post("/mailboxes/{id}/disable", update, disable)
        .post("/mailboxes/{id}/enable", update, enable)
        .get("/mailboxes/{id}/password", reset_ways, reset_page)
        .post("/mailboxes/{id}/password", reset_ways, reset)
        .get("/mailboxes/{id}/remove", remove, remove_page)
        .post("/mailboxes/{id}/remove", remove, remove_mailbox)
}

/// `GET /mailboxes`
async fn list(
    State(mailboxes): State<Mailboxes>,
    State(domains): State<Domains>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<ListQuery>,
) -> Answer {
    let request = PageRequest::parse(&query.after, &query.before)?;
    let domain = domains.filtered(&caller, Permission::MailboxView, &query.domain).await?;
    let among =
        if query.is_about_nearly_full()? { Some(mailboxes.nearly_full(&caller).await?) } else { None };
    let page = mailboxes.page(&caller, &query.filter(domain, among)?, &request).await?;
    let choices = domains.choices(&caller, Permission::MailboxView).await?;
    let kinds = mailboxes.kinds(&caller).await?;
    Ok(shell.page(&t!("users-title"), list_page(&shell, &query, &page, &choices, &kinds)))
}

fn list_page(
    shell: &Shell,
    query: &ListQuery,
    page: &Page<Listed>,
    domains: &DomainChoices,
    kinds: &Kinds,
) -> Markup {
    let kept = [
        ("q", query.q.as_str()),
        ("domain", query.domain.as_str()),
        ("status", query.status.as_str()),
        ("kind", query.kind.as_str()),
        ("usage", query.usage.as_str()),
    ];
    html! {
        (page_header(t!("users-title")).text(t!("users-text")).actions(html! {
            @if shell.holds(Permission::MailboxAdd) && !domains.is_empty() { (link_button(t!("users-import"), "/imports/new?kind=users")) }
            (add_button(shell, domains))
        }))
        (card().flush(html! {
            (list_filters(query, domains, kinds)
                .beside(html! { (link_button(t!("users-export"), spreadsheet::path("/mailboxes.csv", &kept)).small().icon(Icon::Download)) }))
            (users_table(shell, query, page, domains, kinds))
            (pager_of("/mailboxes", &kept, page))
        }))
    }
}

fn list_filters(query: &ListQuery, domains: &DomainChoices, kinds: &Kinds) -> Filters {
    let shown = filters("/mailboxes", t!("list-search"))
        .search("q", t!("users-search"), query.q.as_str())
        .filter(domains.field(Some(&t!("users-all-domains")), &query.domain).unseen_label())
        .filter(
            select("status", t!("column-status"))
                .option("", t!("users-all-statuses"))
                .option("active", t!("status-active"))
                .option("disabled", t!("status-disabled"))
                .value(query.status.as_str())
                .unseen_label(),
        )
        .filter(
            select("usage", t!("column-usage"))
                .option("", t!("users-any-usage"))
                .option("nearly_full", t!("users-nearly-full"))
                .value(query.usage.as_str())
                .unseen_label(),
        );
    match kinds.filter(&query.kind) {
        Some(kind) => shown.filter(kind),
        None => shown,
    }
}

/// What comes next for whoever may do it: the first domain, then users.
fn add_button(shell: &Shell, domains: &DomainChoices) -> Markup {
    html! {
        @if !domains.is_empty() {
            @if shell.holds(Permission::MailboxAdd) { (link_button(t!("users-add"), "/mailboxes/new").primary().icon(Icon::UserPlus)) }
        } @else if shell.may(Permission::DomainAdd, shell.own_tenant()) {
            (link_button(t!("domains-add"), "/domains/new").primary().icon(Icon::Plus))
        }
    }
}

fn users_table(
    shell: &Shell,
    query: &ListQuery,
    page: &Page<Listed>,
    domains: &DomainChoices,
    kinds: &Kinds,
) -> Markup {
    let with_kind = kinds.is_choice();
    let empty = if query.is_filtered() {
        empty_state(Icon::Search, t!("list-nothing-found-title")).text(t!("list-nothing-found-text"))
    } else if domains.is_empty() {
        empty_state(Icon::World, t!("users-no-domain-title"))
            .text(t!("users-no-domain-text"))
            .action(add_button(shell, domains))
    } else {
        empty_state(Icon::Users, t!("users-empty-title"))
            .text(t!("users-empty-text"))
            .action(add_button(shell, domains))
    };
    let rows = page.rows.iter().map(|listed| {
        let mailbox = &listed.mailbox;
        let row = Row::new()
            .link(&format!("/mailboxes/{}", mailbox.id), mailbox.address.as_str())
            .cell(mailbox.name.as_str());
        let row = if with_kind { row.cell(mailbox.type_name.as_str()) } else { row };
        let row = if may_change(shell, mailbox) {
            row.choosable(mailbox.id.to_string(), t!("chosen-one", address = mailbox.address.as_str()))
        } else {
            row
        };
        row.cell(usage_meter(listed.usage, mailbox.quota).inline())
            .cell(status_badge(mailbox.status))
            .cell(
                listed
                    .last_sign_in
                    .map_or_else(|| t!("users-never").into_owned(), |at| at.in_zone(&shell.zone())),
            )
            .actions(row_actions(shell, mailbox))
    });
    let columns = table(t!("users-title"))
        .column(Column::new(t!("column-address")).title())
        .column(Column::new(t!("column-name")).subtitle());
    let columns = if with_kind { columns.column(Column::new(t!("kind-title")).fit()) } else { columns };
    let columns = if page.rows.iter().any(|listed| may_change(shell, &listed.mailbox)) {
        let labels = (t!("chosen-all"), t!("chosen-count"));
        let buttons = super::many::pages::buttons(shell, kinds);
        columns.bulk("chosen", "/mailboxes/chosen", "id", (&labels.0, &labels.1), buttons).csrf(shell.csrf())
    } else {
        columns
    };
    html! {
        (columns
            .column(Column::new(t!("column-usage")))
            .column(Column::new(t!("column-status")).badge())
            .column(Column::new(t!("column-last-sign-in")).wide_only())
            .actions_column(t!("column-actions"))
            .rows(rows)
            .empty(empty))
    }
}

/// Is there anything that may be done with it together with others?
fn may_change(shell: &Shell, mailbox: &Mailbox) -> bool {
    let place = mailbox.place();
    shell.may(Permission::MailboxUpdate, place) || shell.may_begin::<RemoveMailbox>(place)
}

fn row_actions(shell: &Shell, mailbox: &Mailbox) -> Markup {
    let (id, place) = (mailbox.id, mailbox.place());
    html! {
        @if shell.may(Permission::MailboxUpdate, place) { (link_button(t!("button-edit"), format!("/mailboxes/{id}")).quiet().icon_only(Icon::Pencil)) }
        @if shell.may_begin::<RemoveMailbox>(place) { (link_button(t!("button-remove"), format!("/mailboxes/{id}/remove")).quiet_danger().icon_only(Icon::Trash)) }
    }
}

fn status_badge(of: MailboxStatus) -> Markup {
    match of {
        MailboxStatus::Active => html! { (status(Tone::Success, t!("status-active"))) },
        MailboxStatus::Disabled => html! { (status(Tone::Neutral, t!("status-disabled"))) },
    }
}

/// `GET /mailboxes/new`
async fn add_page(
    State(mailboxes): State<Mailboxes>,
    State(domains): State<Domains>,
    shell: Shell,
    Calling(caller): Calling,
) -> Answer {
    let domains = domains.choices(&caller, Permission::MailboxAdd).await?;
    let kinds = mailboxes.kinds(&caller).await?;
    let form = AddForm::empty(&kinds);
    Ok(shell.page(&t!("user-new-title"), add_form(&shell, &domains, &kinds, &form, &Problem::none())))
}

fn add_form(
    shell: &Shell,
    domains: &DomainChoices,
    kinds: &Kinds,
    form: &AddForm,
    problem: &Problem,
) -> Markup {
    let first = (domains.rows.len() > 1).then(|| t!("user-choose-domain"));
    html! {
        (page_header(t!("user-new-title")).crumbs(t!("crumbs-label"), [(t!("users-title"), "/mailboxes")]))
        @if domains.is_empty() { (notice(Tone::Info, t!("users-no-domain-text")).title(t!("users-no-domain-title")).actions(add_button(shell, domains))) }
        @else {
            (form_card("/mailboxes/new").csrf(shell.csrf()).errors(limit_notice(shell, problem)).body(html! {
                (kinds.field(&form.kind, problem))
                (fields(html! {
                    (field("username", t!("field-username")).value(form.username.as_str()).autocomplete("off").required().hint(t!("user-username-hint")).error(problem.on("username")))
                    (domains.field(first.as_deref(), &form.domain).required().error(problem.on("domain")))
                }))
                (fields(html! {
                    (field("name", t!("field-full-name")).value(form.name.as_str()).autocomplete("off").required().error(problem.on("name")))
                    (field("quota", t!("field-quota")).value(form.quota.as_str()).inputmode("decimal").suffix(t!("unit-gb")).required().hint(t!("field-quota-hint")).error(problem.on("quota")))
                }))
                (radio_cards("how", t!("user-password-how"))
                    .card("invite", t!("user-invite")).text(t!("user-invite-text"))
                    .card("password", t!("user-set-password")).text(t!("user-set-password-text"))
                    .selected(form.how.as_str()))
                (field("recovery", t!("field-recovery-address")).kind(InputKind::Email).value(form.recovery.as_str()).autocomplete("off")
                    .hint(t!("user-recovery-hint")).error(problem.on("recovery")))
                div.bw-form.bw-if-password {
                    (password_field("password", t!("field-password")).autocomplete("new-password").hint(t!("user-password-hint")).error(problem.on("password").or_else(|| problem.on("new"))))
                    @if shell.holds(Permission::MailboxAccess) {
                        (checkbox("one_time", t!("user-one-time")).value("yes").checked(form.one_time == "yes").hint(t!("user-one-time-hint")))
                    } @else {
                        (hidden("one_time", "yes"))
                        p.bw-muted { (t!("user-one-time-always")) }
                    }
                }
            }).footer(html! { (submit(t!("users-add")).primary()) (link_button(t!("button-cancel"), "/mailboxes")) }))
        }
    }
}

/// What is wrong with the whole form; where a limit is reached, with where to buy more.
fn limit_notice(shell: &Shell, problem: &Problem) -> Markup {
    html! {
        (problem.summary())
        @if problem.limit_reached() {
            @if let Some(url) = shell.where_to_buy() { p { (link_button(t!("buy-more"), url).icon(Icon::ShoppingCart)) } }
        }
    }
}

/// `POST /mailboxes/new`
async fn add_mailbox(
    State(mailboxes): State<Mailboxes>,
    State(domains): State<Domains>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<AddForm>,
) -> Answer {
    let added = async {
        let domain = domains.chosen(&caller, Permission::MailboxAdd, &form.domain).await?;
        mailboxes.add(&caller, domain, form.parse()?).await
    };
    match added.await {
        Ok(_) => Ok(redirect(if form.how == "invite" {
            "/mailboxes?done=user-invited"
        } else {
            "/mailboxes?done=user-added"
        })),
        Err(error) => {
            let choices = domains.choices(&caller, Permission::MailboxAdd).await?;
            let kinds = mailboxes.kinds(&caller).await?;
            shell.again(error, &t!("user-new-title"), |problem| {
                add_form(&shell, &choices, &kinds, &form, problem)
            })
        }
    }
}

/// `GET /mailboxes/{id}`
async fn show(
    State(mailboxes): State<Mailboxes>,
    State(audit): State<Audit>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
) -> Answer {
    let shown = mailboxes.get(&caller, id).await?;
    let form = EditForm::of(&shown.mailbox, shown.recovery.as_deref());
    let kinds = mailboxes.kinds(&caller).await?;
    let page = user_page(&shell, &shown, &kinds, &form, &Problem::none());
    let history = card_about(&audit, &shell, &caller, "mailbox", id).await?;
    Ok(shell.page(&shown.mailbox.address, html! { (page) (history) }))
}

fn user_page(shell: &Shell, shown: &Shown, kinds: &Kinds, form: &EditForm, problem: &Problem) -> Markup {
    let mailbox = &shown.mailbox;
    let path = format!("/mailboxes/{}", mailbox.id);
    let place = mailbox.place();
    let may_update = shell.may(Permission::MailboxUpdate, place);
    let may_reset = may_reset(shell, place);
    html! {
        (page_header(mailbox.address.as_str()).crumbs(t!("crumbs-label"), [(t!("users-title"), "/mailboxes")]).beside(status_badge(mailbox.status))
            .actions(html! {
                @if may_reset { (link_button(t!("user-reset"), format!("{path}/password")).icon(Icon::Key)) }
                @if shell.may_begin::<RemoveMailbox>(place) { (link_button(t!("button-remove"), format!("{path}/remove")).outline_danger().icon(Icon::Trash)) }
            }))
        @if shown.invited { (notice(Tone::Info, if may_reset { t!("user-invited-text") } else { t!("user-invited-only") })) }
        @if shown.one_time { (notice(Tone::Info, t!("user-one-time-pending"))) }
        @if may_update {
            (form_card(path.as_str()).title(t!("user-edit")).csrf(shell.csrf()).errors(limit_notice(shell, problem)).body(html! {
                (hidden("version", &form.version.to_string()))
                @if kinds.is_choice() { (kinds.field(&form.kind, problem)) }
                (fields(html! {
                    (field("name", t!("field-full-name")).value(form.name.as_str()).autocomplete("off").required().error(problem.on("name")))
                    (field("quota", t!("field-quota")).value(form.quota.as_str()).inputmode("decimal").suffix(t!("unit-gb")).required().hint(t!("field-quota-hint")).error(problem.on("quota")))
                }))
                @if shell.may_begin::<ChangeRecoveryAddress>(place) {
                    (field("recovery", t!("field-recovery-address")).kind(InputKind::Email).value(form.recovery.clone().unwrap_or_default()).autocomplete("off")
                        .hint(t!("user-recovery-hint")).error(problem.on("recovery")))
                }
            }).footer(html! { (submit(t!("user-update")).primary()) }))
        }
        (card().title(t!("user-facts")).body(html! {
            (facts()
                .fact_if(t!("field-full-name"), (!may_update).then_some(mailbox.name.as_str()))
                .fact_if(t!("kind-title"), (!may_update || !kinds.is_choice()).then_some(mailbox.type_name.as_str()))
                .fact(t!("column-usage"), usage_meter(shown.usage, mailbox.quota).inline())
                .fact_if(t!("user-messages"), shown.usage.map(|usage| usage.messages.to_string()))
                .fact(t!("column-last-sign-in"), shown.last_sign_in.map_or_else(|| t!("users-never").into_owned(), |at| shell.when(at)))
                .fact(t!("column-created"), shell.when(mailbox.created_at)))
        }))
        @if may_update { (status_form(shell, shown, &path)) }
    }
}

fn status_form(shell: &Shell, shown: &Shown, path: &str) -> Markup {
    match shown.mailbox.status {
        MailboxStatus::Active => html! {
            (form_card(format!("{path}/disable")).title(t!("user-disable")).text(t!("user-disable-text")).csrf(shell.csrf())
                .footer(html! { (submit(t!("user-disable")).outline_danger()) }))
        },
        MailboxStatus::Disabled => html! {
            (form_card(format!("{path}/enable")).title(t!("user-enable")).text(t!("user-enable-text")).csrf(shell.csrf())
                .footer(html! { (submit(t!("user-enable")).primary()) }))
        },
    }
}

/// `POST /mailboxes/{id}`
async fn update_mailbox(
    State(mailboxes): State<Mailboxes>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
    Form(form): Form<EditForm>,
) -> Answer {
    let updated = async { mailboxes.update(&caller, id, &form.parse()?).await };
    match updated.await {
        Ok(()) => Ok(redirect(format!("/mailboxes/{id}?done=saved"))),
        Err(error) => {
            let shown = mailboxes.get(&caller, id).await?;
            let kinds = mailboxes.kinds(&caller).await?;
            let address = shown.mailbox.address.as_str();
            shell.again(error, address, |problem| user_page(&shell, &shown, &kinds, &form, problem))
        }
    }
}

/// `POST /mailboxes/{id}/disable`
async fn disable(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    mailboxes.disable(&caller, id).await?;
    Ok(redirect(format!("/mailboxes/{id}?done=user-disabled")))
}

/// `POST /mailboxes/{id}/enable`
async fn enable(
    State(mailboxes): State<Mailboxes>,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    mailboxes.enable(&caller, id).await?;
    Ok(redirect(format!("/mailboxes/{id}?done=user-enabled")))
}
