//! The lists of the page: where one is signed in, and who came in lately.

use std::borrow::Cow;

use bailiwick_base::authz::{Realm, Target};
use bailiwick_base::t;
use bailiwick_ui::{
    Card, Column, Icon, Row, Tone, badge, card, csrf, empty_state, icon, notice, status, submit, table,
};
use maud::{Markup, html};

use super::service::Overview;
use super::store::{Session, SignedIn};
use crate::shell::Shell;

/// Where one is signed in.
pub(super) fn sessions_card(shell: &Shell, overview: &Overview) -> Card {
    let zone = shell.zone();
    let rows = overview.sessions.iter().map(|session| {
        let is_this = overview.this == Some(session.id());
        let row = Row::new()
            .cell(device(session, is_this))
            .cell(session.address().unwrap_or_default())
            .cell(html! { time datetime=(session.created_at) { (session.created_at.in_zone(&zone)) } })
            .cell(html! { time datetime=(session.last_seen_at) { (session.last_seen_at.in_zone(&zone)) } });
        if is_this { row } else { row.actions(end_button(shell, session)) }
    });
    let list = table(t!("security-sessions-title"))
        .column(Column::new(t!("security-column-device")).title())
        .column(Column::new(t!("security-column-address")).fit())
        .column(Column::new(t!("security-column-since", zone = zone.as_str())).fit())
        .column(Column::new(t!("security-column-last-seen", zone = zone.as_str())).fit())
        .actions_column(t!("security-column-actions"))
        .rows(rows);
    let card = card()
        .id("sessions")
        .title(t!("security-sessions-title"))
        .text(t!("security-sessions-text"))
        .flush(html! { (list) });
    if overview.sessions.len() < 2 {
        return card;
    }
    card.footer(html! {
        form method="post" action="/security/sessions/end-others" {
            (csrf(shell.csrf()))
            (submit(t!("security-end-others")).outline_danger())
        }
    })
}

fn device(session: &Session, is_this: bool) -> Markup {
    let (shape, words) = match (session.device(), session.acting()) {
        (Some(device), _) if device.is_mobile() => (Icon::DeviceMobile, device.in_words()),
        (Some(device), _) => (Icon::DeviceDesktop, device.in_words()),
        (None, Some(Realm::Staff)) => (Icon::UserShield, t!("security-acting-provider")),
        (None, _) => (Icon::UserShield, t!("security-acting-admin")),
    };
    html! {
        span.bw-row { (icon(shape)) (words) @if is_this { (badge(Tone::Success, t!("security-this-session"))) } }
        @if !session.reason.is_empty() {
            div.bw-muted { (t!("security-acting-reason", reason = session.reason.as_str())) }
        }
    }
}

fn end_button(shell: &Shell, session: &Session) -> Markup {
    html! {
        form method="post" action={ "/security/sessions/" (session.id()) "/end" } {
            (csrf(shell.csrf()))
            (submit(t!("security-end")).plain().small())
        }
    }
}

/// Who came in lately, or tried to.
pub(super) fn sign_ins_card(shell: &Shell, sign_ins: Option<&[SignedIn]>) -> Card {
    let card = card().title(t!("security-sign-ins-title")).text(t!("security-sign-ins-text"));
    let Some(sign_ins) = sign_ins else {
        return card.body(html! { (notice(Tone::Info, t!("security-sign-ins-away"))) });
    };
    let zone = shell.zone();
    let rows = sign_ins.iter().map(|seen| {
        let (tone, result) = result_in_words(&seen.result);
        Row::new()
            .cell(html! { time datetime=(seen.at) { (seen.at.in_zone(&zone)) } })
            .cell(way_in_words(&seen.protocol))
            .cell(seen.client_address.as_str())
            .cell(status(tone, result))
    });
    let empty =
        empty_state(Icon::Login, t!("security-sign-ins-none")).text(t!("security-sign-ins-none-text"));
    let list = table(t!("security-sign-ins-title"))
        .column(Column::new(t!("security-column-when", zone = zone.as_str())).title())
        .column(Column::new(t!("security-column-way")).fit())
        .column(Column::new(t!("security-column-address")).fit())
        .column(Column::new(t!("security-column-result")).badge())
        .rows(rows)
        .empty(empty);
    card.flush(html! { (list) })
}

fn way_in_words(protocol: &str) -> Cow<'static, str> {
    match protocol {
        "web" => t!("security-way-web"),
        "imap" => t!("security-way-imap"),
        "pop3" => t!("security-way-pop3"),
        "submission" => t!("security-way-submission"),
        "managesieve" => t!("security-way-managesieve"),
        "api" => t!("security-way-api"),
        _ => t!("security-way-other"),
    }
}

fn result_in_words(result: &str) -> (Tone, Cow<'static, str>) {
    match result {
        "ok" => (Tone::Success, t!("security-result-ok")),
        "wrong" => (Tone::Danger, t!("security-result-wrong")),
        "throttled" => (Tone::Warning, t!("security-result-throttled")),
        "elsewhere" => (Tone::Warning, t!("security-result-elsewhere")),
        "key_expired" => (Tone::Warning, t!("security-result-key-expired")),
        "key_stopped" => (Tone::Warning, t!("security-result-key-stopped")),
        "password_change_due" => (Tone::Warning, t!("security-result-password-change-due")),
        _ => (Tone::Warning, t!("security-result-refused")),
    }
}
