//! Rows of the history as they stand on its page, on the home pages and on the pages of things.

use std::fmt::Display;

use bailiwick_base::authz::{Caller, Permission};
use bailiwick_base::{Error, t};
use bailiwick_ui::{Column, Icon, Row, Table, Tone, badge, card, empty_state, link_button, table};
use maud::{Markup, html};

use super::service::Audit;
use super::store::HistoryEntry;
use crate::settings::Portal;
use crate::shell::Shell;

/// The card of a home page: the newest entries; nothing for whoever may see none.
pub(crate) async fn newest_card(audit: &Audit, shell: &Shell, caller: &Caller) -> Result<Markup, Error> {
    if !shell.holds(Permission::HistoryView) {
        return Ok(html! {});
    }
    let entries = audit.newest(caller).await?;
    let empty = empty_state(Icon::History, t!("history-empty-title")).text(t!("history-empty-text"));
    Ok(html! {
        (card().id("history").title(t!("history-title")).text(t!("history-text"))
            .actions(html! { (link_button(t!("history-all"), "/history").small()) })
            .flush(html! { (rows(shell, &entries).empty(empty)) }))
    })
}

/// The card of a thing's own page: what was done to it lately. Nothing for whoever may see none of it.
pub(crate) async fn card_about(
    audit: &Audit,
    shell: &Shell,
    caller: &Caller,
    kind: &'static str,
    id: impl Display,
) -> Result<Markup, Error> {
    if !shell.holds(Permission::HistoryView) {
        return Ok(html! {});
    }
    let entries = audit.about(caller, kind, &id).await?;
    if entries.is_empty() {
        return Ok(html! {});
    }
    let all = format!("/history?object_kind={kind}&object_id={id}");
    Ok(html! {
        (card().id("history").title(t!("history-about-title"))
            .actions(html! { (link_button(t!("history-about-all"), all).small()) })
            .flush(html! { (rows(shell, &entries)) }))
    })
}

/// The table of entries.
pub(super) fn rows(shell: &Shell, entries: &[HistoryEntry]) -> Table {
    let for_staff = shell.portal() == Portal::Staff;
    let zone = shell.zone();
    let mut list = table(t!("history-title"))
        .column(Column::new(t!("history-column-when", zone = zone.as_str())).fit())
        .column(Column::new(t!("history-column-who")).subtitle());
    if for_staff {
        list = list.column(Column::new(t!("history-column-tenant")).fit());
    }
    list.column(Column::new(t!("history-column-what")).title())
        .rows(entries.iter().map(|entry| row(shell, for_staff, entry)))
}

fn row(shell: &Shell, for_staff: bool, entry: &HistoryEntry) -> Row {
    let who = entry.who(for_staff);
    let mut row =
        Row::new().cell(html! { time datetime=(entry.at) { (entry.at.in_zone(&shell.zone())) } }).cell(
            html! { div { (who.name) } @if let Some(address) = &who.address { div.bw-muted { (address) } } },
        );
    if for_staff {
        row = row.cell(html! {
            @match (entry.tenant_id, &entry.tenant_name) {
                (Some(id), Some(name)) => a href={ "/tenants/" (id) } { (name) },
                _ => span.bw-muted { (t!("history-installation")) },
            }
        });
    }
    row.cell(what(entry))
}

fn what(entry: &HistoryEntry) -> Markup {
    let changes = entry.changes();
    html! {
        div { (entry.sentence()) @if !entry.sealed { " " (badge(Tone::Info, t!("history-unsealed"))) } }
        @if !changes.is_empty() {
            ul class="list-unstyled bw-muted" { @for change in changes { li { (change) } } }
        }
        @if let Some(reason) = entry.reason() { div.bw-muted { (t!("history-reason", reason = reason)) } }
    }
}
