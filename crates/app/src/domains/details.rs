//! The page of one domain: while it waits for its proof, and afterwards; and the page that removes it.

use bailiwick_base::authz::{Permission, Target};
use bailiwick_base::t;
use bailiwick_base::words::TimeZoneName;
use bailiwick_ui::form::InputKind;
use bailiwick_ui::{
    RadioCards, Tone, card, confirm_by_typing, copyable, facts, field, form_card, hidden, link_button,
    notice, page_header, radio_cards, submit, switch,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::actions::RemoveDomain;
use super::pages::status_badge;
use super::service::{DomainDetails, ProofRecord};
use super::store::{CatchAll, Domain, DomainStatus};
use crate::shell::{Problem, Shell};

/// A ticked box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Ticked {
    #[serde(rename = "on")]
    On,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditForm {
    pub(super) time_zone: String,
    pub(super) catch_all: String,
    #[serde(default)]
    pub(super) catch_all_user: String,
    #[serde(default)]
    pub(super) active: Option<Ticked>,
    pub(super) version: i64,
}

impl EditForm {
    pub(super) fn of(details: &DomainDetails) -> Self {
        let domain = &details.domain;
        let (catch_all, user) = match (domain.catch_all, &details.catch_all_user) {
            (CatchAll::Discard, _) => ("discard", String::new()),
            (CatchAll::Mailbox(_), Some(user)) => ("user", user.to_string()),
            (CatchAll::Mailbox(_), None) => ("keep", String::new()),
            (CatchAll::None, _) => ("none", String::new()),
        };
        Self {
            time_zone: domain.time_zone.to_string(),
            catch_all: catch_all.to_owned(),
            catch_all_user: user,
            active: (domain.status == DomainStatus::Active).then_some(Ticked::On),
            version: domain.version,
        }
    }
}

pub(super) fn page(shell: &Shell, details: &DomainDetails, form: &EditForm, problem: &Problem) -> Markup {
    let domain = &details.domain;
    let remove =
        || link_button(t!("domain-remove"), format!("/domains/{}/remove", domain.id)).outline_danger();
    html! {
        (page_header(domain.name.to_unicode())
            .crumbs(t!("crumbs-label"), [(t!("domains-title"), "/domains")])
            .beside(status_badge(domain.status))
            .actions(html! { @if shell.may_begin::<RemoveDomain>(domain.place()) { (remove()) } }))
        @if domain.held {
            (verified(shell, details, form, problem))
        } @else {
            (waiting(shell, details, problem))
        }
    }
}

fn copy(id: &str, text: &str) -> Markup {
    html! { (copyable(id, text, t!("button-copy"), t!("button-copied"))) }
}

/// A domain that waits: what to publish, and the button that looks.
fn waiting(shell: &Shell, details: &DomainDetails, problem: &Problem) -> Markup {
    let record = ProofRecord::of(&details.domain);
    let minutes = details.waits.as_secs().div_ceil(60);
    let left = if minutes > 90 {
        t!("domain-waits-hours", n = number(minutes.div_ceil(60)))
    } else {
        t!("domain-waits-minutes", n = number(minutes))
    };
    html! {
        (problem.summary())
        (card().title(t!("domain-proof-title")).text(t!("domain-proof-text")).body(html! {
            (facts()
                .fact(t!("record-type"), "TXT")
                .fact(t!("record-host"), copy("proof-host", &record.host))
                .fact(t!("record-value"), copy("proof-value", &record.value)))
        }))
        @if shell.may(Permission::DomainUpdate, details.domain.place()) {
            (publishing(shell, details, &record))
            (form_card(format!("/domains/{}/verify", details.domain.id)).csrf(shell.csrf())
                .body(html! { p { (t!("domain-proof-wait")) " " (left) } })
                .footer(html! { (submit(t!("domain-verify")).primary()) }))
        } @else {
            p { (t!("domain-proof-wait")) " " (left) }
        }
    }
}

fn number(of: u64) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

/// In the demonstration its own name server publishes the record at a click.
fn publishing(shell: &Shell, details: &DomainDetails, record: &ProofRecord) -> Markup {
    let Some(demo) = &shell.settings().demo else { return html! {} };
    let back = format!("{}/domains/{}", shell.settings().origins.admin, details.domain.id);
    html! {
        form.bw-row method="post" action=(demo.publish_url) {
            (hidden("name", &record.host))
            (hidden("value", &record.value))
            (hidden("back", &back))
            (submit(t!("domain-publish")).plain())
        }
    }
}

/// A verified domain: facts, how mail reaches it, what can be changed.
fn verified(shell: &Shell, details: &DomainDetails, form: &EditForm, problem: &Problem) -> Markup {
    let domain = &details.domain;
    html! {
        @if domain.status == DomainStatus::Disabled { (notice(Tone::Warning, t!("domain-disabled-text"))) }
        (card().title(t!("domain-facts")).body(html! {
            (facts()
                .fact(t!("meter-users"), domain.users_used)
                .fact(t!("column-storage-assigned"), domain.storage_used.to_string())
                .fact(t!("domain-aliases"), domain.aliases_used)
                .fact_if(t!("domain-verified-at"), domain.verified_at.map(|at| at.with_zone(&domain.time_zone)))
                .fact(t!("column-created"), domain.created_at.with_zone(&domain.time_zone)))
        }))
        (mail_exchanger(shell, domain))
        @if shell.may(Permission::DomainUpdate, domain.place()) { (edit_form(shell, details, form, problem)) }
    }
}

fn mail_exchanger(shell: &Shell, domain: &Domain) -> Markup {
    let Some(program) = &shell.settings().mail_program else { return html! {} };
    html! {
        (card().title(t!("domain-mx-title")).text(t!("domain-mx-text")).body(html! {
            (facts()
                .fact(t!("record-type"), "MX")
                .fact(t!("record-host"), copy("mx-host", domain.name.as_str()))
                .fact(t!("record-value"), copy("mx-value", &format!("10 {}.", program.host))))
        }))
    }
}

/// Who gets mail for names that do not exist. Only users that may be seen can be chosen; one that may not is kept.
fn catch_all_cards(details: &DomainDetails, form: &EditForm, sees_users: bool) -> RadioCards {
    let mut cards = radio_cards("catch_all", t!("field-catch-all"))
        .hint(t!("field-catch-all-hint"))
        .selected(form.catch_all.as_str())
        .card("none", t!("catch-all-none"))
        .text(t!("catch-all-none-text"))
        .card("discard", t!("catch-all-discard"))
        .text(t!("catch-all-discard-text"));
    if sees_users {
        cards = cards.card("user", t!("catch-all-user")).text(t!("catch-all-user-text"));
    }
    let unseen = matches!(details.domain.catch_all, CatchAll::Mailbox(_)) && details.catch_all_user.is_none();
    if unseen { cards.card("keep", t!("catch-all-keep")).text(t!("catch-all-keep-text")) } else { cards }
}

fn edit_form(shell: &Shell, details: &DomainDetails, form: &EditForm, problem: &Problem) -> Markup {
    let domain = &details.domain;
    let sees_users = shell.may(Permission::MailboxView, domain.place());
    html! {
        (form_card(format!("/domains/{}", domain.id)).title(t!("domain-edit")).csrf(shell.csrf()).errors(problem.summary()).body(html! {
            (hidden("version", &form.version.to_string()))
            (field("time_zone", t!("field-time-zone")).value(form.time_zone.as_str()).suggestions(TimeZoneName::all())
                .autocomplete("off").required().hint(t!("field-time-zone-hint")).error(problem.on("time_zone")))
            (catch_all_cards(details, form, sees_users))
            @if sees_users {
                (field("catch_all_user", t!("field-catch-all-user")).kind(InputKind::Text).value(form.catch_all_user.as_str())
                    .suffix(format!("@{}", domain.name.to_unicode())).autocomplete("off").maxlength(64).error(problem.on("catch_all_user")))
            }
            (switch("active", t!("field-active")).checked(form.active.is_some()).hint(t!("domain-active-hint")))
        }).footer(html! { (submit(t!("domain-update")).primary()) }))
    }
}

/// The page that asks for the name before everything in a domain is erased.
pub(super) fn removal(shell: &Shell, domain: &Domain, problem: &Problem) -> Markup {
    let name = domain.name.to_unicode();
    let path = format!("/domains/{}", domain.id);
    let erased = t!(
        "domain-remove-warning",
        users = domain.users_used,
        aliases = domain.aliases_used,
        storage = domain.storage_used.to_string()
    );
    html! {
        (page_header(t!("domain-remove-title"))
            .crumbs(t!("crumbs-label"), [(t!("domains-title").into_owned(), "/domains".to_owned()), (name.clone(), path.clone())]))
        (problem.summary())
        (card().body(html! {
            (confirm_by_typing(format!("{path}/remove"), name.as_str(), t!("domain-remove-prompt", name = name.as_str()), t!("domain-remove"))
                .csrf(shell.csrf())
                .warning(notice(Tone::Danger, erased).title(t!("domain-remove-final", name = name.as_str())))
                .error(problem.on("confirm"))
                .cancel(t!("button-cancel"), path.as_str()))
        }))
    }
}
