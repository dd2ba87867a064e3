//! What the pages about Sub-Admins show: the list, the form, the removal.

use bailiwick_base::authz::{Profile, Section, Target};
use bailiwick_base::db::Page;
use bailiwick_base::words::{DomainId, DomainName, limits};
use bailiwick_base::{t, texts};
use bailiwick_ui::form::{InputKind, more_options};
use bailiwick_ui::{
    Column, Icon, Row, Tone, badge, card, checkbox, choices, empty_state, facts, field, fields, filters,
    form_card, hidden, link_button, notice, page_header, password_field, radio_cards, select, status, submit,
    table, textarea,
};
use maud::{Markup, html};

use super::actions::{AddSubAdmin, RemoveSubAdmin, UpdateSubAdmin};
use super::form::SubAdminForm;
use super::networks::{ANYWHERE, LISTED};
use super::review::{domain_names, last_day};
use super::rights::{BUILT, CUSTOM};
use super::service::{Listed, Shown};
use super::sub_admin::{SubAdmin, SubAdminStatus};
use super::words::{access_in_short, level_choice, permission_word, permission_words, section_name};
use crate::shell::{Problem, Shell};
use crate::tenants::pager_of;

/// Domains to choose from.
pub(super) type Domains = [(DomainId, DomainName)];

/// Domains named in a list before the rest is only counted.
const SHOWN: usize = 2;

pub(super) fn list(shell: &Shell, search: &str, page: &Page<Listed>) -> Markup {
    let new = || link_button(t!("sub-admins-new"), "/sub-admins/new").primary().icon(Icon::Plus);
    let may_add = shell.may_begin::<AddSubAdmin>(shell.own_tenant());
    let empty = if search.is_empty() {
        let none =
            empty_state(Icon::UserShield, t!("sub-admins-empty-title")).text(t!("sub-admins-empty-text"));
        if may_add { none.action(new()) } else { none }
    } else {
        empty_state(Icon::Search, t!("list-nothing-found-title")).text(t!("list-nothing-found-text"))
    };
    html! {
        (page_header(t!("sub-admins-title")).text(t!("sub-admins-text")).actions(html! { @if may_add { (new()) } }))
        (card().flush(html! {
            (filters("/sub-admins", t!("list-search")).search("q", t!("sub-admins-search"), search))
            (table(t!("sub-admins-title"))
                .column(Column::new(t!("field-username")).title())
                .column(Column::new(t!("field-full-name")).subtitle())
                .column(Column::new(t!("column-access")))
                .column(Column::new(t!("column-domains")))
                .column(Column::new(t!("column-status")).badge())
                .column(Column::new(t!("column-expires")).wide_only())
                .column(Column::new(t!("column-last-seen")).wide_only())
                .actions_column(t!("column-actions"))
                .rows(page.rows.iter().map(|listed| row(shell, listed)))
                .empty(empty))
            (pager_of("/sub-admins", &[("q", search)], page))
        }))
    }
}

fn row(shell: &Shell, listed: &Listed) -> Row {
    let sub_admin = &listed.sub_admin;
    let path = format!("/sub-admins/{}", sub_admin.id);
    Row::new()
        .link(&path, sub_admin.name.as_str())
        .cell(sub_admin.full_name.as_str())
        .cell(access_in_short(sub_admin.permissions()))
        .cell(domains_in_short(sub_admin))
        .cell(badges(shell, sub_admin))
        .cell(last_day(sub_admin.until()))
        .cell(listed.last_seen.map_or_else(|| t!("sub-admins-never").into_owned(), |at| shell.when(at)))
        .actions(html! {
            @if shell.may_begin::<UpdateSubAdmin>(sub_admin.place()) { (link_button(t!("sub-admin-edit-of", name = sub_admin.name.as_str()), path.as_str()).quiet().small().icon_only(Icon::Pencil)) }
            @if shell.may_begin::<RemoveSubAdmin>(sub_admin.place()) { (link_button(t!("sub-admin-remove-of", name = sub_admin.name.as_str()), format!("{path}/remove")).quiet_danger().small().icon_only(Icon::Trash)) }
        })
}

fn domains_in_short(sub_admin: &SubAdmin) -> String {
    let Some(domains) = sub_admin.domains() else { return domain_names(None) };
    let names: Vec<DomainName> =
        domains.iter().take(SHOWN).filter_map(|(_, name)| name.parse().ok()).collect();
    let first = domain_names(Some(&names));
    match domains.len().saturating_sub(SHOWN) {
        0 => first,
        more => t!("sub-admins-more-domains", first = first, n = more).into_owned(),
    }
}

/// How it stands, and whether it is a program's.
pub(super) fn badges(shell: &Shell, sub_admin: &SubAdmin) -> Markup {
    let (tone, word) = match sub_admin.status(shell.now()) {
        SubAdminStatus::Active => (Tone::Success, t!("status-active")),
        SubAdminStatus::Invited => (Tone::Info, t!("sub-admin-status-invited")),
        SubAdminStatus::Disabled => (Tone::Neutral, t!("status-disabled")),
        SubAdminStatus::Expired => (Tone::Warning, t!("sub-admin-status-expired")),
        SubAdminStatus::Powerless => (Tone::Neutral, t!("access-none")),
    };
    html! {
        (status(tone, word))
        @if sub_admin.api_access { " " (badge(Tone::Info, t!("sub-admins-api")).icon(Icon::Api)) }
    }
}

pub(super) fn new(shell: &Shell, domains: &Domains, form: &SubAdminForm, problem: &Problem) -> Markup {
    html! {
        (page_header(t!("sub-admin-new-title")).crumbs(t!("crumbs-label"), [(t!("sub-admins-title"), "/sub-admins")]))
        (card().title(t!("profiles-title")).text(t!("profiles-text")).body(html! {
            div.bw-actions {
                @for profile in Profile::ALL { (link_button(profile_name(*profile), format!("/sub-admins/new?profile={}", profile.key()))) }
            }
        }))
        (form_card("/sub-admins/new").csrf(shell.csrf()).errors(problem.summary()).body(html! {
            (person_fields(form, problem))
            (radio_cards("how", t!("sub-admin-password-how"))
                .card("invite", t!("sub-admin-invite")).text(t!("sub-admin-invite-text"))
                .card("password", t!("sub-admin-set-password")).text(t!("sub-admin-set-password-text"))
                .selected(form.how.as_deref().unwrap_or_default()))
            div.bw-form.bw-if-password { (new_password(problem, &t!("sub-admin-password-hint"))) }
            (terms(domains, form, problem, &own_password(problem, &t!("own-password-hint-api"))))
        }).footer(html! { (submit(t!("sub-admin-add")).primary()) (link_button(t!("button-cancel"), "/sub-admins")) }))
    }
}

pub(super) fn edit(
    shell: &Shell,
    shown: &Shown,
    domains: &Domains,
    form: &SubAdminForm,
    problem: &Problem,
) -> Markup {
    let sub_admin = &shown.sub_admin;
    let path = format!("/sub-admins/{}", sub_admin.id);
    html! {
        (page_header(sub_admin.name.as_str()).crumbs(t!("crumbs-label"), [(t!("sub-admins-title"), "/sub-admins")])
            .beside(badges(shell, sub_admin))
            .actions(html! {
                (link_button(t!("sub-admin-explain"), format!("/access/{}", sub_admin.id)).icon(Icon::ShieldCheck))
                @if shell.may_begin::<RemoveSubAdmin>(sub_admin.place()) { (link_button(t!("sub-admin-remove"), format!("{path}/remove")).outline_danger().icon(Icon::Trash)) }
            }))
        @if sub_admin.status(shell.now()) == SubAdminStatus::Expired { (notice(Tone::Warning, t!("sub-admin-expired-text"))) }
        @if shell.may_begin::<UpdateSubAdmin>(sub_admin.place()) {
            (form_card(path.as_str()).title(t!("sub-admin-edit")).csrf(shell.csrf()).errors(problem.summary()).body(html! {
                (hidden("version", &form.version.unwrap_or(sub_admin.version).to_string()))
                (person_fields(form, problem))
                (new_password(problem, &t!("sub-admin-password-blank")))
                (terms(domains, form, problem, &html! {}))
            }).footer(html! { (submit(t!("sub-admin-update")).primary()) (link_button(t!("button-cancel"), "/sub-admins")) }))
            @if sub_admin.api_access { (keys_card(sub_admin)) } @else { (link_form(shell, sub_admin, &path)) }
        } @else {
            (notice(Tone::Info, t!("sub-admin-not-while-acting")))
        }
        (card().title(t!("sub-admin-facts")).body(html! {
            (facts()
                .fact(t!("column-created"), shell.when(sub_admin.created_at))
                .fact_if(t!("sub-admin-given-by"), sub_admin.grants.first().map(|given| {
                    t!("sub-admin-given", name = given.giver.as_str(), when = shell.when(given.since)).into_owned()
                })))
        }))
    }
}

/// The way to the keys of a program.
fn keys_card(sub_admin: &SubAdmin) -> Markup {
    html! {
        (card().title(t!("sub-admin-keys-title")).text(t!("sub-admin-keys-text")).body(html! {
            div.bw-actions {
                (link_button(t!("sub-admin-keys-make"), format!("/api-keys/new?login={}", sub_admin.id)).icon(Icon::Key))
                (link_button(t!("sub-admin-keys-list"), format!("/api-keys?whose=others&q={}", sub_admin.name)))
            }
        }))
    }
}

fn link_form(shell: &Shell, sub_admin: &SubAdmin, path: &str) -> Markup {
    let to = sub_admin.recovery_address.as_deref().unwrap_or_default();
    let (title, text, button) = if sub_admin.is_invited() {
        (
            t!("sub-admin-invited-title"),
            t!("sub-admin-invited-text", address = to),
            t!("sub-admin-invite-again"),
        )
    } else {
        (t!("sub-admin-link-title"), t!("sub-admin-link-text", address = to), t!("sub-admin-link-send"))
    };
    html! {
        (form_card(format!("{path}/invite")).title(title).text(text).csrf(shell.csrf())
            .footer(html! { (submit(button).plain()) }))
    }
}

fn profile_name(profile: Profile) -> String {
    texts::text(&format!("profile-{}", profile.key().replace('_', "-"))).into_owned()
}

fn person_fields(form: &SubAdminForm, problem: &Problem) -> Markup {
    html! {
        (fields(html! {
            (field("username", t!("field-username")).value(form.username.as_str()).autocomplete("off").required()
                .hint(t!("sub-admin-username-hint")).error(problem.on("username")))
            (field("full_name", t!("field-full-name")).value(form.full_name.as_str()).autocomplete("off").required()
                .error(problem.on("full_name")))
        }))
        (field("email", t!("field-email-address")).kind(InputKind::Email).value(form.email.as_str()).autocomplete("off").required()
            .hint(t!("sub-admin-email-hint")).error(problem.on("email")))
    }
}

fn new_password(problem: &Problem, hint: &str) -> Markup {
    html! { (password_field("password", t!("field-password")).autocomplete("new-password").hint(hint).error(problem.on("password"))) }
}

pub(crate) fn own_password(problem: &Problem, hint: &str) -> Markup {
    html! {
        (password_field("own_password", t!("field-own-password")).autocomplete("current-password").hint(hint)
            .error(problem.on("own_password")))
    }
}

/// What is given, where, until when, from where; `with_api` stands beside what is asked about API access.
fn terms(domains: &Domains, form: &SubAdminForm, problem: &Problem, with_api: &Markup) -> Markup {
    html! {
        h3 { (t!("sub-admin-rights")) }
        (rights(form, problem))
        h3 { (t!("sub-admin-where")) }
        (reach(domains, (&form.limited, &form.domain, &form.domain_names), problem))
        (fields(html! {
            (field("until", t!("field-until")).kind(InputKind::Date).value(form.until.as_str()).hint(t!("field-until-hint")).error(problem.on("until")))
            (field("note", t!("field-note")).value(form.note.as_str()).maxlength(200).hint(t!("field-note-hint")).error(problem.on("note")))
        }))
        h3 { (t!("sub-admin-from-where")) }
        (networks_fields(&form.networks, &form.from, problem))
        (more_options(&t!("sub-admin-api-title"), !form.api.is_empty() || problem.on("api_purpose").is_some(), html! {
            (checkbox("api", t!("field-api")).value("yes").checked(form.api == "yes").hint(t!("field-api-hint")))
            (field("api_purpose", t!("field-api-purpose")).value(form.api_purpose.as_str()).maxlength(100)
                .hint(t!("field-api-purpose-hint")).error(problem.on("api_purpose")))
            (with_api)
        }))
    }
}

fn rights(form: &SubAdminForm, problem: &Problem) -> Markup {
    html! {
        (radio_cards("rights", t!("field-rights"))
            .card("levels", t!("rights-levels")).text(t!("rights-levels-text"))
            .card("single", t!("rights-single")).text(t!("rights-single-text"))
            .selected(form.rights.as_str()))
        @if let Some(error) = problem.on("level") { (notice(Tone::Danger, error)) }
        div.bw-if-levels { (fields(html! { @for section in BUILT { (level_menu(*section, form)) } })) }
        div.bw-form.bw-if-single {
            p.form-hint { (t!("rights-view-hint")) }
            @for section in BUILT { (single_permissions(*section, form)) }
        }
    }
}

fn level_menu(section: Section, form: &SubAdminForm) -> Markup {
    let value = |level: &str| format!("{}:{level}", section.key());
    let chosen = form.level_of(section);
    let mut menu = select("level", section_name(section)).within(section.key()).options(
        (0..=section.highest()).map(|level| (value(&level.to_string()), level_choice(section, level))),
    );
    if chosen == CUSTOM {
        let held = form
            .permission
            .iter()
            .filter_map(|name| bailiwick_base::authz::Permission::by_key(name))
            .collect();
        menu = menu.option(value(CUSTOM), t!("access-custom-choice")).hint(permission_words(section, held));
    }
    html! { (menu.value(value(chosen))) }
}

fn single_permissions(section: Section, form: &SubAdminForm) -> Markup {
    let boxes = section.all().iter().fold(choices(section_name(section)).columns(), |group, permission| {
        let ticked = form.permission.iter().any(|name| name == permission.key());
        group
            .with(checkbox("permission", permission_word(permission)).value(permission.key()).checked(ticked))
    });
    html! { (boxes) }
}

/// All domains, or some of these: what is chosen is `(limited, ids, names)`, as the form sends it.
pub(crate) fn reach(
    domains: &Domains,
    (limited, chosen, names): (&str, &[String], &str),
    problem: &Problem,
) -> Markup {
    let boxes = domains.iter().take(limits::CHOSEN_DOMAINS).fold(
        choices(t!("field-domains-chosen")).columns(),
        |group, (id, name)| {
            let id = id.to_string();
            let ticked = chosen.contains(&id);
            group.with(checkbox("domain", name.to_unicode()).value(id).checked(ticked))
        },
    );
    // Chosen ones that do not stand among the boxes travel on unseen, or they would be lost.
    let shown =
        |id: &String| domains.iter().take(limits::CHOSEN_DOMAINS).any(|(other, _)| other.to_string() == *id);
    html! {
        (radio_cards("limited", t!("field-limited"))
            .card("no", t!("limited-no")).text(t!("limited-no-text"))
            .card("yes", t!("limited-yes")).text(t!("limited-yes-text"))
            .selected(limited)
            .error(problem.on("limited")))
        div.bw-form.bw-if-limited {
            @if domains.is_empty() { p.form-hint { (t!("limited-no-domains")) } } @else { (boxes) }
            @for id in chosen.iter().filter(|id| !shown(id)) { (hidden("domain", id)) }
            @if domains.len() > limits::CHOSEN_DOMAINS {
                (textarea("domain_names", t!("field-domain-names")).rows(4).value(names)
                    .hint(t!("field-domain-names-hint")).error(problem.on("domain_names")))
            }
        }
    }
}

/// The list of networks and whether it counts.
pub(crate) fn networks_fields(list: &str, from: &str, problem: &Problem) -> Markup {
    html! {
        (radio_cards("from", t!("field-from"))
            .card(ANYWHERE, t!("from-anywhere")).text(t!("from-anywhere-text"))
            .card(LISTED, t!("from-listed")).text(t!("from-listed-text"))
            .selected(from))
        (textarea("networks", t!("field-networks")).rows(4).value(list).hint(t!("field-networks-hint")).error(problem.on("networks")))
    }
}

pub(super) fn removal(shell: &Shell, shown: &Shown) -> Markup {
    let name = shown.sub_admin.name.as_str();
    let path = format!("/sub-admins/{}", shown.sub_admin.id);
    let crumbs =
        [(t!("sub-admins-title").into_owned(), "/sub-admins".to_owned()), (name.to_owned(), path.clone())];
    html! {
        (page_header(t!("sub-admin-remove-title")).crumbs(t!("crumbs-label"), crumbs))
        (form_card(format!("{path}/remove")).csrf(shell.csrf()).body(html! {
            (notice(Tone::Danger, t!("sub-admin-remove-text")).title(t!("sub-admin-remove-question", name = name)))
        }).footer(html! { (submit(t!("sub-admin-remove")).danger()) (link_button(t!("button-cancel"), path.as_str())) }))
    }
}

/// The networks the main Admin set, for whoever is limited to them.
pub(super) fn networks_of_admin(networks: &super::networks::AllowedNetworks) -> Markup {
    html! {
        (page_header(t!("own-networks-title")).text(t!("own-networks-by-admin")))
        (card().body(html! { ul { @for network in &networks.list { li { code { (network.range) } " " (network.description) } } } }))
    }
}
