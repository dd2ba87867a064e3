//! The Account History as a card of the home pages.

use bailiwick_base::db::{Cursor, Page};
use bailiwick_base::t;
use bailiwick_ui::{Column, Icon, Row, Tone, badge, card, empty_state, pager, table};
use maud::{Markup, html};

use super::store::HistoryEntry;
use crate::settings::Portal;
use crate::shell::Shell;

/// The card that shows a page of the history; `path` is the page it stands on.
pub(crate) fn history_card(shell: &Shell, path: &str, page: &Page<HistoryEntry>) -> Markup {
    let for_staff = shell.portal() == Portal::Staff;
    let zone = shell.zone();
    let mut list = table(t!("history-title"))
        .column(Column::new(t!("history-column-when", zone = zone.as_str())).fit())
        .column(Column::new(t!("history-column-who")).subtitle());
    if for_staff {
        list = list.column(Column::new(t!("history-column-tenant")).fit());
    }
    let rows = page.rows.iter().map(|entry| row(shell, for_staff, entry));
    let empty = empty_state(Icon::History, t!("history-empty-title")).text(t!("history-empty-text"));
    html! {
        (card().id("history").title(t!("history-title")).text(t!("history-text")).flush(html! {
            (list.column(Column::new(t!("history-column-what")).title()).rows(rows).empty(empty))
            (pager(t!("pager-label"), t!("pager-shown", n = page.rows.len()))
                .previous(&t!("history-newer"), page.previous.as_ref().map(|cursor| href(path, "before", cursor)))
                .next(&t!("history-older"), page.next.as_ref().map(|cursor| href(path, "after", cursor))))
        }))
    }
}

fn href(path: &str, name: &str, cursor: &Cursor) -> String {
    let query =
        form_urlencoded::Serializer::new(String::new()).append_pair(name, &cursor.to_string()).finish();
    format!("{path}?{query}#history")
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
