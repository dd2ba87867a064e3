//! What the pages about aliases show.

use bailiwick_base::authz::{Permission, Target};
use bailiwick_base::db::Page;
use bailiwick_base::t;
use bailiwick_base::words::EmailAddress;
use bailiwick_ui::{
    Column, Icon, Row, Tone, badge, card, empty_state, field, filters, form_card, hidden, link_button,
    notice, page_header, submit, table, textarea,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::service::Leading;
use crate::addresses::RestingAddress;
use crate::domains::DomainChoices;
use crate::shell::{Problem, Shell};
use crate::spreadsheet;
use crate::tenants::pager_of;

/// What the list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ListQuery {
    pub(super) q: String,
    pub(super) domain: String,
    pub(super) after: String,
    pub(super) before: String,
}

/// Targets named in a list before the rest is only counted.
const SHOWN: usize = 3;

pub(super) fn list(
    shell: &Shell,
    query: &ListQuery,
    domains: &DomainChoices,
    page: &Page<Leading>,
) -> Markup {
    let may_add = shell.holds(Permission::AliasAdd) && !domains.is_empty();
    let add = || link_button(t!("aliases-add"), "/aliases/new").primary().icon(Icon::Plus);
    let empty = if !query.q.is_empty() || !query.domain.is_empty() {
        empty_state(Icon::Search, t!("list-nothing-found-title")).text(t!("list-nothing-found-text"))
    } else if domains.is_empty() {
        let empty = empty_state(Icon::MailForward, t!("aliases-empty-title")).text(t!("aliases-no-domain"));
        if shell.holds(Permission::DomainView) {
            empty.action(link_button(t!("menu-domains"), "/domains"))
        } else {
            empty
        }
    } else {
        let empty = empty_state(Icon::MailForward, t!("aliases-empty-title")).text(t!("aliases-empty-text"));
        if may_add { empty.action(add()) } else { empty }
    };
    let rows = page.rows.iter().map(|leading| {
        Row::new()
            .link(&format!("/aliases/{}", leading.alias.id), shown(&leading.alias.address))
            .cell(leads_to(&leading.targets))
    });
    html! {
        (page_header(t!("aliases-title")).text(t!("aliases-text")).actions(html! {
            @if may_add { (link_button(t!("aliases-import"), "/imports/new?kind=aliases")) }
            (link_button(t!("resting-title"), "/aliases/resting"))
            @if may_add { (add()) }
        }))
        (card().flush(html! {
            (filters("/aliases", t!("list-search")).search("q", t!("aliases-search"), query.q.as_str())
                .filter(domains.field(Some(&t!("aliases-all-domains")), &query.domain).submits())
                .beside(html! { (link_button(t!("aliases-export"), spreadsheet::path("/aliases.csv", &[("q", &query.q), ("domain", &query.domain)])).small().icon(Icon::Download)) }))
            (table(t!("aliases-title"))
                .column(Column::new(t!("column-address")).title())
                .column(Column::new(t!("column-leads-to")))
                .rows(rows)
                .empty(empty))
            (pager_of("/aliases", &[("q", &query.q), ("domain", &query.domain)], page))
        }))
    }
}

/// An address as people read it.
fn shown(address: &EmailAddress) -> String {
    format!("{}@{}", address.local, address.domain.to_unicode())
}

fn leads_to(targets: &[EmailAddress]) -> Markup {
    if targets.is_empty() {
        return html! { (badge(Tone::Warning, t!("alias-leads-nowhere"))) };
    }
    let first: Vec<String> = targets.iter().take(SHOWN).map(shown).collect();
    let more = targets.len().saturating_sub(SHOWN);
    html! { (first.join(", ")) @if more > 0 { " " (t!("aliases-more-targets", n = more)) } }
}

/// A new alias as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewForm {
    pub(super) domain: String,
    pub(super) alias: String,
    pub(super) targets: String,
}

fn targets_field(text: &str, problem: &Problem) -> bailiwick_ui::Field {
    textarea("targets", t!("field-targets"))
        .rows(6)
        .value(text)
        .required()
        .hint(t!("field-targets-hint"))
        .error(problem.on("targets"))
}

pub(super) fn new(shell: &Shell, domains: &DomainChoices, form: &NewForm, problem: &Problem) -> Markup {
    let menu = domains.field(None, &form.domain).required().error(problem.on("domain"));
    html! {
        (page_header(t!("alias-new-title")).crumbs(t!("crumbs-label"), [(t!("aliases-title"), "/aliases")]))
        @if domains.is_empty() {
            (notice(Tone::Info, t!("aliases-no-domain")).actions(html! {
                @if shell.holds(Permission::DomainView) { (link_button(t!("menu-domains"), "/domains")) }
            }))
        } @else {
            (form_card("/aliases/new").csrf(shell.csrf()).errors(problem.summary()).body(html! {
                (menu)
                (field("alias", t!("field-alias")).value(form.alias.as_str()).autocomplete("off").maxlength(64).required()
                    .hint(t!("field-alias-hint")).error(problem.on("alias")))
                (targets_field(&form.targets, problem))
            }).footer(html! { (submit(t!("alias-add")).primary()) (link_button(t!("button-cancel"), "/aliases")) }))
        }
    }
}

/// An alias's targets as typed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditForm {
    pub(super) targets: String,
    pub(super) version: i64,
}

impl EditForm {
    pub(super) fn of(leading: &Leading) -> Self {
        let targets: Vec<String> = leading.targets.iter().map(ToString::to_string).collect();
        Self { targets: targets.join("\n"), version: leading.alias.version }
    }
}

pub(super) fn edit(shell: &Shell, leading: &Leading, form: &EditForm, problem: &Problem) -> Markup {
    let path = format!("/aliases/{}", leading.alias.id);
    let removal = || link_button(t!("alias-remove"), format!("{path}/remove")).outline_danger();
    let place = leading.alias.place();
    html! {
        (page_header(shown(&leading.alias.address)).crumbs(t!("crumbs-label"), [(t!("aliases-title"), "/aliases")])
            .actions(html! { @if shell.may(Permission::AliasRemove, place) { (removal()) } }))
        @if leading.targets.is_empty() { (notice(Tone::Warning, t!("alias-leads-nowhere-text"))) }
        @if shell.may(Permission::AliasUpdate, place) {
            (form_card(path.as_str()).csrf(shell.csrf()).errors(problem.summary()).body(html! {
                (hidden("version", &form.version.to_string()))
                (targets_field(&form.targets, problem))
            }).footer(html! { (submit(t!("alias-update")).primary()) (link_button(t!("button-cancel"), "/aliases")) }))
        } @else {
            (card().title(t!("column-leads-to")).body(html! { ul { @for target in &leading.targets { li { (shown(target)) } } } }))
        }
    }
}

pub(super) fn removal(shell: &Shell, leading: &Leading) -> Markup {
    let path = format!("/aliases/{}", leading.alias.id);
    let address = shown(&leading.alias.address);
    html! {
        (page_header(t!("alias-remove-title"))
            .crumbs(t!("crumbs-label"), [(t!("aliases-title").into_owned(), "/aliases".to_owned()), (address.clone(), path.clone())]))
        (form_card(format!("{path}/remove")).csrf(shell.csrf()).body(html! {
            (notice(Tone::Danger, t!("alias-remove-warning")).title(t!("alias-remove-question", address = address.as_str())))
        }).footer(html! { (submit(t!("alias-remove")).danger()) (link_button(t!("button-cancel"), path.as_str())) }))
    }
}

pub(super) fn resting(shell: &Shell, page: &Page<RestingAddress>) -> Markup {
    let empty = empty_state(Icon::Clock, t!("resting-empty-title")).text(t!("resting-empty-text"));
    let rows = page.rows.iter().map(|address| {
        let row = Row::new()
            .cell(address.address.as_str())
            .cell(html! { (address.until.in_zone(&shell.zone())) " " (shell.zone().as_str()) });
        if shell.may(Permission::AddressRelease, address.place()) {
            row.actions(release(shell, address))
        } else {
            row
        }
    });
    html! {
        (page_header(t!("resting-title")).text(t!("resting-text")).crumbs(t!("crumbs-label"), [(t!("aliases-title"), "/aliases")]))
        (card().flush(html! {
            (table(t!("resting-title"))
                .column(Column::new(t!("column-address")).title())
                .column(Column::new(t!("column-rests-until")))
                .actions_column(t!("column-actions"))
                .rows(rows)
                .empty(empty))
            (pager_of("/aliases/resting", &[], page))
        }))
    }
}

fn release(shell: &Shell, address: &RestingAddress) -> Markup {
    html! {
        form method="post" action={ "/aliases/resting/" (address.id) "/release" } {
            (hidden("csrf", shell.csrf()))
            (submit(t!("resting-release")).plain().small())
        }
    }
}
