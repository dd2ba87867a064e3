//! What the pages about API keys show: the lists, the form, the secret that is shown once.

use bailiwick_base::authz::{Permission, PermissionSet, Section, Target};
use bailiwick_base::db::Page;
use bailiwick_base::t;
use bailiwick_ui::form::InputKind;
use bailiwick_ui::{
    Button, Column, EmptyState, Icon, Row, Tab, Tone, card, checkbox, choices, copyable, empty_state, facts,
    field, fields, filters, form_card, hidden, link_button, notice, page_header, radio_cards, select, status,
    submit, table, tabs,
};
use maud::{Markup, Render, html};

use super::actions::{ChangeKeyOf, ChangeOwnKey, MakeOwnKey, RemoveKeyOf, RemoveOwnKey};
use super::form::KeyForm;
use super::key::{ApiKey, KeyStatus, of_owners};
use super::shown::{Choices, Listed, Made};
use super::words::{carried_in_short, end_in_words, places_in_words};
use crate::shell::{Problem, Shell};
use crate::sub_admins::{
    BUILT, CUSTOM, level_choice, networks_fields, own_password, permission_word, reach, section_name,
};
use crate::tenants::pager_of;

/// What a list shows.
pub(super) struct List<'l> {
    /// One's own; else those of others.
    pub(super) own: bool,
    pub(super) search: &'l str,
    pub(super) page: &'l Page<Listed>,
}

pub(super) fn list(shell: &Shell, list: &List<'_>) -> Markup {
    let may_make = shell.may_begin::<MakeOwnKey>(shell.oneself());
    let pages = [
        Tab::new(t!("keys-tab-own"), "/api-keys", list.own),
        Tab::new(t!("keys-tab-others"), "/api-keys?whose=others", !list.own),
    ];
    let rows = list.page.rows.iter().map(|listed| row(shell, listed, list.own));
    let table = table(t!("keys-title")).column(Column::new(t!("key-name")).title());
    let table = if list.own { table } else { table.column(Column::new(t!("key-login")).subtitle()) };
    html! {
        (page_header(t!("keys-title")).text(t!("keys-text")).actions(html! {
            (docs_link(shell))
            @if list.own && may_make { (new_button()) }
        }))
        @if shell.holds(Permission::ApiKeyView) { (tabs(&t!("keys-title"), &pages)) }
        (card().flush(html! {
            @if !list.own { (filters("/api-keys", t!("list-search")).keep("whose", "others").search("q", t!("keys-search"), list.search)) }
            (table
                .column(Column::new(t!("column-access")))
                .column(Column::new(t!("key-where")).wide_only())
                .column(Column::new(t!("column-status")).badge())
                .column(Column::new(t!("key-last-use")))
                .column(Column::new(t!("column-expires")).wide_only())
                .rows(rows)
                .empty(empty(list, may_make)))
            (pager_of("/api-keys", &[("whose", if list.own { "" } else { "others" }), ("q", list.search)], list.page))
        }))
    }
}

fn empty(list: &List<'_>, may_make: bool) -> EmptyState {
    if !list.search.is_empty() {
        return empty_state(Icon::Search, t!("list-nothing-found-title")).text(t!("list-nothing-found-text"));
    }
    if !list.own {
        return empty_state(Icon::Key, t!("keys-empty-others-title")).text(t!("keys-empty-others-text"));
    }
    let none = empty_state(Icon::Key, t!("keys-empty-title")).text(t!("keys-empty-text"));
    if may_make { none.action(new_button()) } else { none }
}

fn new_button() -> Button {
    link_button(t!("keys-new"), "/api-keys/new").primary().icon(Icon::Plus)
}

/// A link to the description of the API, where it is offered.
fn docs_link(shell: &Shell) -> Markup {
    html! {
        @if let Some(api) = &shell.settings().origins.api {
            (link_button(t!("keys-docs"), format!("{api}/api/docs")).icon(Icon::ExternalLink))
        }
    }
}

fn row(shell: &Shell, listed: &Listed, own: bool) -> Row {
    let key = &listed.key;
    let row = Row::new().link(&format!("/api-keys/{}", key.id), key.name.as_str());
    let row = if own { row } else { row.cell(key.login_name.as_str()) };
    row.cell(carried_in_short(key.permissions))
        .cell(places_in_words(key.domains.as_deref()))
        .cell(badge(shell, key))
        .cell(last_use(shell, listed))
        .cell(end_in_words(key.until))
}

fn badge(shell: &Shell, key: &ApiKey) -> Markup {
    let shown = match key.status(shell.now()) {
        KeyStatus::Active => status(Tone::Success, t!("status-active")),
        KeyStatus::Stopped => status(Tone::Warning, t!("key-status-stopped")),
        KeyStatus::Expired => status(Tone::Warning, t!("key-status-expired")),
    };
    shown.render()
}

fn last_use(shell: &Shell, listed: &Listed) -> String {
    match &listed.last_use {
        Some(last) => {
            t!("key-last-used", when = shell.when(last.at), address = last.address.as_str()).into_owned()
        }
        None => t!("key-never-used").into_owned(),
    }
}

pub(super) fn new(shell: &Shell, from: &Choices, form: &KeyForm, problem: &Problem) -> Markup {
    let own = Some(from.holder.id) == shell.login();
    let text = if own { t!("key-new-text") } else { t!("key-new-for", login = from.holder.name.as_str()) };
    html! {
        (page_header(t!("key-new-title")).text(text).crumbs(t!("crumbs-label"), [(t!("keys-title"), "/api-keys")]))
        (form_card("/api-keys/new").csrf(shell.csrf()).errors(problem.summary()).body(html! {
            (hidden("login", &form.login))
            (terms(from, form, problem))
        }).footer(html! { (submit(t!("key-make")).primary()) (link_button(t!("button-cancel"), "/api-keys")) }))
    }
}

/// A key's page; without choices it can only be looked at and removed.
pub(super) fn show(
    shell: &Shell,
    listed: &Listed,
    from: Option<&Choices>,
    form: &KeyForm,
    problem: &Problem,
) -> Markup {
    let key = &listed.key;
    let path = format!("/api-keys/{}", key.id);
    html! {
        (page_header(key.name.as_str()).crumbs(t!("crumbs-label"), [(t!("keys-title"), list_of(shell, key))])
            .beside(badge(shell, key))
            .actions(html! {
                @if from.is_some() { (link_button(t!("key-renew"), format!("{path}/renew")).icon(Icon::Refresh)) }
                @if may_remove(shell, key) { (link_button(t!("key-remove"), format!("{path}/remove")).outline_danger().icon(Icon::Trash)) }
            }))
        @match key.status(shell.now()) {
            KeyStatus::Stopped => (notice(Tone::Warning, t!("key-stopped-text"))),
            KeyStatus::Expired => (notice(Tone::Warning, t!("key-expired-text"))),
            KeyStatus::Active => {}
        }
        (card().title(t!("key-facts")).body(html! {
            (facts()
                .fact(t!("key-login"), key.login_name.as_str())
                .fact(t!("key-hint"), html! { code { (key.hint) "…" } })
                .fact(t!("column-access"), carried_in_short(key.permissions))
                .fact(t!("key-where"), places_in_words(key.domains.as_deref()))
                .fact(t!("field-networks"), key.networks.in_words())
                .fact(t!("key-last-use"), last_use(shell, listed))
                .fact(t!("column-expires"), end_in_words(key.until))
                .fact(t!("column-created"), t!("key-made-by", name = key.made_by.as_str(), when = shell.when(key.created_at))))
        }))
        @if let Some(from) = from {
            (form_card(path.as_str()).title(t!("key-change-title")).csrf(shell.csrf()).errors(problem.summary()).body(html! {
                (hidden("version", &form.version.unwrap_or(key.version).to_string()))
                (terms(from, form, problem))
            }).footer(html! { (submit(t!("key-change")).primary()) (link_button(t!("button-cancel"), list_of(shell, key))) }))
        }
    }
}

fn list_of(shell: &Shell, key: &ApiKey) -> &'static str {
    if Some(key.login) == shell.login() { "/api-keys" } else { "/api-keys?whose=others" }
}

/// Could the person change the key?
pub(super) fn may_change(shell: &Shell, key: &ApiKey) -> bool {
    if Some(key.login) == shell.login() {
        shell.may_begin::<ChangeOwnKey>(key.place())
    } else {
        key.of_program && shell.may_begin::<ChangeKeyOf>(key.place())
    }
}

fn may_remove(shell: &Shell, key: &ApiKey) -> bool {
    let own = Some(key.login) == shell.login();
    if own {
        shell.may_begin::<RemoveOwnKey>(key.place())
    } else {
        shell.may_begin::<RemoveKeyOf>(key.place())
    }
}

fn terms(from: &Choices, form: &KeyForm, problem: &Problem) -> Markup {
    html! {
        (fields(html! {
            (field("name", t!("key-name")).value(form.name.as_str()).maxlength(100).autocomplete("off").required()
                .hint(t!("key-name-hint")).error(problem.on("name")))
            (field("until", t!("field-until")).kind(InputKind::Date).value(form.until.as_str()).hint(t!("key-until-hint"))
                .error(problem.on("until")))
        }))
        h3 { (t!("key-rights")) }
        (rights(from.permissions, form, problem))
        @if from.holder.tenant.is_some() {
            h3 { (t!("key-where")) }
            (reach(&from.domains, (&form.limited, &form.domain, &form.domain_names), problem))
        } @else {
            (hidden("limited", "no"))
        }
        h3 { (t!("key-from-where")) }
        (networks_fields(&form.networks, &form.from, problem))
        (own_password(problem, &t!("key-own-password-hint")))
    }
}

/// What of `held` the key is to carry: a level for each section, or single permissions; and an owner's powers.
fn rights(held: PermissionSet, form: &KeyForm, problem: &Problem) -> Markup {
    let here = |section: &&Section| !held.within(section.all()).is_empty();
    let owners = of_owners(held);
    html! {
        (radio_cards("rights", t!("field-rights"))
            .card("levels", t!("rights-levels")).text(t!("rights-levels-text"))
            .card("single", t!("rights-single")).text(t!("rights-single-text"))
            .selected(form.rights.as_str())
            .error(problem.on("rights")))
        @if let Some(error) = problem.on("level") { (notice(Tone::Danger, error)) }
        div.bw-if-levels { (fields(html! { @for section in BUILT.iter().filter(here) { (level_menu(*section, held, form)) } })) }
        @for section in BUILT.iter().filter(|section| !here(section)) { (hidden("level", &format!("{}:0", section.key()))) }
        div.bw-form.bw-if-single {
            p.form-hint { (t!("rights-view-hint")) }
            @for section in BUILT.iter().filter(here) {
                (boxes("permission", &section_name(*section), held.within(section.all()), &form.permission, |one| permission_word(one).into_owned()))
            }
        }
        @if !owners.is_empty() {
            (boxes("power", &t!("key-powers-title"), owners, &form.power, power_word))
            p.form-hint { (t!("key-powers-hint")) }
        }
    }
}

/// An owner's power as a label: `Manage Sub-Admins`.
fn power_word(permission: Permission) -> String {
    let words = permission.in_words();
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The levels of a section that its login holds.
fn level_menu(section: Section, held: PermissionSet, form: &KeyForm) -> Markup {
    let value = |level: &str| format!("{}:{level}", section.key());
    let chosen = form.level_of(section);
    let held_levels =
        (0..=section.highest()).filter(|level| section.level(*level).is_some_and(|set| held.covers(set)));
    let mut menu = select("level", section_name(section))
        .within(section.key())
        .options(held_levels.map(|level| (value(&level.to_string()), level_choice(section, level))));
    if chosen == CUSTOM {
        menu = menu.option(value(CUSTOM), t!("access-custom-choice"));
    }
    html! { (menu.value(value(chosen))) }
}

fn boxes(
    name: &'static str,
    title: &str,
    offered: PermissionSet,
    ticked: &[String],
    word: impl Fn(Permission) -> String,
) -> Markup {
    let boxes = offered.iter().fold(choices(title.to_owned()).columns(), |group, permission| {
        let on = ticked.iter().any(|name| name == permission.key());
        group.with(checkbox(name, word(permission)).value(permission.key()).checked(on))
    });
    html! { (boxes) }
}

/// The one page on which a secret stands.
pub(super) fn made(shell: &Shell, made: &Made, renewed: bool) -> Markup {
    let path = format!("/api-keys/{}", made.key.id);
    let copy = |id: &str, text: &str| copyable(id, text, t!("button-copy"), t!("button-copied"));
    let title = if renewed { t!("key-renewed-title") } else { t!("key-made-title") };
    html! {
        (page_header(title).crumbs(t!("crumbs-label"), [(t!("keys-title"), "/api-keys")]))
        (notice(Tone::Warning, t!("key-once-text")).title(t!("key-once-title")))
        (card().title(made.key.name.as_str()).body(html! {
            (copy("secret", &made.secret))
            @if let Some(api) = &shell.settings().origins.api {
                p { (t!("key-try")) }
                (copy("curl", &format!("curl -H 'Authorization: Bearer {}' {api}/api/v1/me", made.secret)))
            }
        }).footer(html! { (link_button(t!("key-done"), path.as_str()).primary()) (docs_link(shell)) }))
    }
}

pub(super) fn renewal(shell: &Shell, key: &ApiKey, problem: &Problem) -> Markup {
    let path = format!("/api-keys/{}", key.id);
    html! {
        (page_header(t!("key-renew-title")).crumbs(t!("crumbs-label"), crumbs(shell, key)))
        (form_card(format!("{path}/renew")).csrf(shell.csrf()).errors(problem.summary()).body(html! {
            (notice(Tone::Warning, t!("key-renew-text")).title(t!("key-renew-question", name = key.name.as_str())))
            (own_password(problem, &t!("key-own-password-hint")))
        }).footer(html! { (submit(t!("key-renew")).primary()) (link_button(t!("button-cancel"), path.as_str())) }))
    }
}

pub(super) fn removal(shell: &Shell, key: &ApiKey, problem: &Problem) -> Markup {
    let path = format!("/api-keys/{}", key.id);
    html! {
        (page_header(t!("key-remove-title")).crumbs(t!("crumbs-label"), crumbs(shell, key)))
        (form_card(format!("{path}/remove")).csrf(shell.csrf()).errors(problem.summary()).body(html! {
            (notice(Tone::Danger, t!("key-remove-text")).title(t!("key-remove-question", name = key.name.as_str())))
        }).footer(html! { (submit(t!("key-remove")).danger()) (link_button(t!("button-cancel"), path.as_str())) }))
    }
}

fn crumbs(shell: &Shell, key: &ApiKey) -> [(String, String); 2] {
    [
        (t!("keys-title").into_owned(), list_of(shell, key).to_owned()),
        (key.name.clone(), format!("/api-keys/{}", key.id)),
    ]
}
