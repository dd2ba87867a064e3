//! The pages that say what somebody can do. They change nothing.

use axum::extract::State;
use bailiwick_base::authz::{Held, Permission, PermissionSet, Rank, Role, Section};
use bailiwick_base::words::LoginId;
use bailiwick_base::{t, texts};
use bailiwick_ui::{
    Column, Icon, Row, Tone, badge, card, facts, icon, link_button, notice, page_header, status, table,
};
use maud::{Markup, Render, html};

use super::service::{AccessOf, Explanations};
use super::words::{self, Given};
use super::{what_if, who};
use crate::routes::{Access, Routes};
use crate::settings::Portal;
use crate::shell::{Answer, Calling, Path, Shell};
use crate::sub_admins::{BUILT, permission_word, section_name};

pub(crate) fn routes(routes: Routes) -> Routes {
    let people = Access::Holding(Permission::SubAdminView);
    let portal = routes.portal();
    let routes = routes.get("/access", Access::SignedIn, own).get("/access/{id}", people, show);
    if portal == Portal::Admin {
        routes.get("/access/who", people, who::ask).get("/access/what-if", people, what_if::ask)
    } else {
        routes
    }
}

/// `GET /access`
async fn own(State(explanations): State<Explanations>, shell: Shell, Calling(caller): Calling) -> Answer {
    let access = explanations.own(&caller).await?;
    Ok(shell.page(&t!("powers-own-title"), access_page(&shell, &access)))
}

/// `GET /access/{id}`
async fn show(
    State(explanations): State<Explanations>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
) -> Answer {
    let access = explanations.of(&caller, id).await?;
    Ok(shell.page(&title(&access), access_page(&shell, &access)))
}

fn title(access: &AccessOf) -> String {
    if access.own {
        t!("powers-own-title").into_owned()
    } else {
        t!("powers-title", name = access.person.name.as_str()).into_owned()
    }
}

fn access_page(shell: &Shell, access: &AccessOf) -> Markup {
    let held = access.authority.given(access.now);
    let text = if access.own { t!("powers-own-text") } else { t!("powers-text") };
    let questions = shell.portal() == Portal::Admin && shell.holds(Permission::SubAdminView);
    html! {
        (page_header(title(access)).text(text).beside(rank_badge(access.authority.rank())).actions(html! {
            @if questions {
                (link_button(t!("who-title"), "/access/who").icon(Icon::ZoomQuestion))
                @if access.authority.rank() == Rank::SubAdmin {
                    (link_button(t!("what-if-title"), format!("/access/what-if?login={}", access.person.id)))
                }
            }
        }))
        (remarks(access))
        (person_card(access))
        (given_card(&held, !access.own))
        @if access.authority.rank() >= Rank::Staff { (provider_card(&held)) } @else { (sections_card(&held)) }
    }
}

/// The rank, as a badge.
pub(super) fn rank_badge(rank: Rank) -> Markup {
    let tone = if rank >= Rank::MainAdmin { Tone::Info } else { Tone::Neutral };
    html! { (badge(tone, rank_name(rank))) }
}

fn rank_name(rank: Rank) -> String {
    texts::text(&format!("explanation-rank-{}", rank.key().replace('_', "-"))).into_owned()
}

/// What stands before everything else: it cannot sign in, must choose a password, somebody else is acting.
fn remarks(access: &AccessOf) -> Markup {
    html! {
        @if !access.person.standing.may_sign_in() {
            (notice(Tone::Warning, t!("powers-closed-text")).title(t!("powers-closed")))
        } @else if access.person.password_one_time {
            (notice(Tone::Warning, t!("powers-one-time-text")).title(t!("powers-one-time")))
        }
        @if access.acting { (notice(Tone::Warning, t!("powers-acting-text")).title(t!("powers-acting"))) }
    }
}

fn person_card(access: &AccessOf) -> Markup {
    let networks = html! {
        @if !access.person.networks_only { (t!("powers-any-network")) }
        @else if access.networks.is_empty() { (t!("powers-no-network")) }
        @else {
            ul.bw-ticks {
                @for (network, description) in &access.networks {
                    li { (icon(Icon::Network)) span { (network) " " span.bw-muted { (description) } } }
                }
            }
        }
    };
    let rank = match access.authority.rank() {
        Rank::SubAdmin => t!("powers-rank-sub-admin"),
        Rank::MainAdmin => t!("powers-rank-main-admin"),
        _ => t!("powers-rank-other"),
    };
    card()
        .body(html! {
            (facts()
                .fact(t!("field-username"), access.person.name.as_str())
                .fact(t!("field-full-name"), access.person.full_name.as_str())
                .fact(t!("powers-networks"), networks)
                .fact(t!("powers-rank"), rank))
        })
        .render()
}

/// Each thing that was given, what is over too.
fn given_card(held: &[Held], with_notes: bool) -> Markup {
    let given = words::given(held);
    if given.is_empty() {
        return notice(Tone::Info, t!("powers-nothing-text")).title(t!("powers-nothing")).render();
    }
    let mut list = table(t!("powers-given"))
        .column(Column::new(t!("powers-column-what")).title())
        .column(Column::new(t!("powers-column-where")))
        .column(Column::new(t!("powers-column-from")))
        .column(Column::new(t!("powers-column-end")));
    if with_notes {
        list = list.column(Column::new(t!("powers-column-note")));
    }
    let rows = given.iter().map(|one| {
        let row = Row::new()
            .cell(html! { @for line in &one.access { div { (line) } } })
            .cell(one.place.as_str())
            .cell(one.from.as_deref().unwrap_or_default())
            .cell(end(one));
        if with_notes { row.cell(one.note.as_str()) } else { row }
    });
    card().title(t!("powers-given")).text(t!("powers-given-text")).flush(html! { (list.rows(rows)) }).render()
}

fn end(one: &Given) -> Markup {
    html! {
        @match (&one.end, one.over) {
            (Some(end), true) => div { (status(Tone::Neutral, t!("powers-ended"))) div.bw-muted { (end) } },
            (Some(end), false) => (end),
            (None, _) => (t!("powers-no-end")),
        }
    }
}

/// What is held at this instant: alike permissions with where they hold.
fn powers(held: &[Held]) -> Vec<(PermissionSet, String)> {
    let alive = || held.iter().filter(|held| !held.over);
    let mut sets: Vec<PermissionSet> = Vec::new();
    for held in alive() {
        if !sets.contains(&held.permissions) {
            sets.push(held.permissions);
        }
    }
    let place = |set| words::place(&alive().filter(|held| held.permissions == set).collect::<Vec<_>>());
    sets.into_iter().map(|set| (set, place(set))).collect()
}

fn sections_card(held: &[Held]) -> Markup {
    let powers = powers(held);
    let all = powers.iter().fold(PermissionSet::NONE, |all, (set, _)| all.and(*set));
    let shown = |section: &&Section| {
        let here =
            |held: &Held| held.role == Role::SubAdmin && !held.permissions.within(section.all()).is_empty();
        BUILT.contains(section) || held.iter().any(here)
    };
    let rows = Section::ALL.iter().filter(shown).map(|section| {
        Row::new().cell(section_name(*section)).cell(levels(*section, &powers)).cell(ticks(
            section.all(),
            all,
            &|permission| permission_word(permission).into_owned(),
        ))
    });
    let owner = Role::MainAdmin.permissions().without(Role::SubAdmin.permissions());
    let owner = owner.without(PermissionSet::of(&[Permission::TenantView]));
    html! {
        (card().title(t!("powers-sections")).text(t!("powers-sections-text")).flush(html! {
            (table(t!("powers-sections"))
                .column(Column::new(t!("powers-column-section")).title())
                .column(Column::new(t!("powers-column-level")))
                .column(Column::new(t!("powers-column-single")))
                .rows(rows))
        }))
        (card().title(t!("powers-owner")).text(t!("powers-owner-text")).body(ticks(owner, all, &in_words)))
    }
}

/// The level of a section, once for each place with another one.
fn levels(section: Section, powers: &[(PermissionSet, String)]) -> Markup {
    let here: Vec<_> = powers.iter().filter(|(set, _)| !set.within(section.all()).is_empty()).collect();
    html! {
        div {
            @if here.is_empty() { span.bw-muted { (t!("access-none")) } }
            @for (set, place) in here {
                div {
                    @match section.level_of(*set) {
                        Some(level) => {
                            (level) " – " (texts::text(&format!("level-{}", section.levels()[level.max(1) - 1].0)))
                        },
                        None => (t!("powers-custom-level")),
                    }
                    " " span.bw-muted { (place) }
                }
            }
        }
    }
}

fn provider_card(held: &[Held]) -> Markup {
    let all = powers(held).iter().fold(PermissionSet::NONE, |all, (set, _)| all.and(*set));
    card()
        .title(t!("powers-single"))
        .text(t!("powers-provider-text"))
        .body(ticks(Role::StaffOwner.permissions(), all, &in_words))
        .render()
}

fn in_words(permission: Permission) -> String {
    permission.in_words().into_owned()
}

/// Each permission of a set with a tick if it is held.
fn ticks(of: PermissionSet, held: PermissionSet, word: &dyn Fn(Permission) -> String) -> Markup {
    html! {
        ul.bw-ticks {
            @for permission in of.iter() {
                @if held.contains(permission) {
                    li { (icon(Icon::Check)) span { (word(permission)) span.bw-unseen { " (" (t!("powers-yes")) ")" } } }
                } @else {
                    li.bw-muted { (icon(Icon::X)) span { (word(permission)) span.bw-unseen { " (" (t!("powers-not")) ")" } } }
                }
            }
        }
    }
}
