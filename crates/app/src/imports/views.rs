//! What the pages about imports show.

use bailiwick_base::db::Page;
use bailiwick_base::t;
use bailiwick_ui::{
    Column, Icon, Progress, Row, Tone, card, empty_state, facts, form_card, hidden, link_button, notice,
    page_header, progress, status, submit, table,
};
use maud::{Markup, html};

use super::import::{Import, ImportRow, RowState, State};
use super::kind::Kind;
use super::pages::RowsQuery;
use crate::shell::{Problem, Shell};
use crate::tenants::pager_of;

/// What people call an import: its file.
pub(super) fn name(import: &Import) -> String {
    if import.file_name.is_empty() { kind_in_words(import.kind) } else { import.file_name.clone() }
}

fn kind_in_words(kind: Kind) -> String {
    match kind {
        Kind::Users => t!("import-users-title"),
        Kind::Aliases => t!("import-aliases-title"),
    }
    .into_owned()
}

pub(super) fn list(shell: &Shell, page: &Page<Import>) -> Markup {
    let begin = |kind: Kind| {
        html! {
            @if shell.holds(kind.needs()) {
                (link_button(kind_in_words(kind), format!("/imports/new?kind={}", kind.key())))
            }
        }
    };
    let rows = page.rows.iter().map(|import| {
        Row::new()
            .link(&format!("/imports/{}", import.id), name(import))
            .cell(kind_in_words(import.kind))
            .cell(state_badge(import.state))
            .cell(import.tally.done)
            .cell(import.tally.read)
            .cell(shell.when(import.created_at))
    });
    html! {
        (page_header(t!("imports-title")).text(t!("imports-text")).actions(html! { @for kind in Kind::ALL { (begin(kind)) } }))
        (card().flush(html! {
            (table(t!("imports-title"))
                .column(Column::new(t!("import-file")).title())
                .column(Column::new(t!("import-kind")).subtitle())
                .column(Column::new(t!("column-status")).badge())
                .column(Column::new(t!("import-done")).figures())
                .column(Column::new(t!("import-rows")).figures())
                .column(Column::new(t!("column-created")).wide_only())
                .rows(rows)
                .empty(empty_state(Icon::Inbox, t!("imports-empty-title")).text(t!("imports-empty-text"))))
            (pager_of("/imports", &[], page))
        }))
    }
}

fn state_badge(state: State) -> Markup {
    let (tone, text) = match state {
        State::Reading => (Tone::Info, t!("import-state-reading")),
        State::Checking => (Tone::Info, t!("import-state-checking")),
        State::Checked => (Tone::Warning, t!("import-state-checked")),
        State::Running => (Tone::Info, t!("import-state-running")),
        State::Paused => (Tone::Danger, t!("import-state-paused")),
        State::Cancelled => (Tone::Neutral, t!("import-state-cancelled")),
        State::Done => (Tone::Success, t!("import-state-done")),
    };
    html! { (status(tone, text)) }
}

/// How far it has come.
pub(super) fn bar(import: &Import) -> Progress {
    let tally = &import.tally;
    let (label, done, total) = if import.state == State::Checking {
        (t!("import-state-checking"), tally.good + tally.wrong, tally.read)
    } else {
        (t!("import-state-running"), tally.done + tally.failed, tally.good)
    };
    let size = |number: i64| u64::try_from(number).unwrap_or(0);
    progress(
        "import-progress",
        label,
        t!("import-so-far", done = done, total = total),
        size(done),
        Some(size(total)),
    )
    .poll(format!("/imports/{}/progress", import.id))
}

/// A button that posts to `verb` of an import.
fn post(shell: &Shell, import: &Import, verb: &str, button: &Markup) -> Markup {
    html! {
        form method="post" action={ "/imports/" (import.id) "/" (verb) } { (hidden("csrf", shell.csrf())) (button) }
    }
}

pub(super) fn show(
    shell: &Shell,
    import: &Import,
    query: &RowsQuery,
    rows: &Page<ImportRow>,
    problem: &Problem,
) -> Markup {
    let remove = html! { (submit(t!("button-remove")).outline_danger()) };
    html! {
        (page_header(name(import)).crumbs(t!("crumbs-label"), [(t!("imports-title"), "/imports")]).beside(state_badge(import.state))
            .actions(html! { @if !import.state.is_at_work() { (post(shell, import, "remove", &remove)) } }))
        (problem.summary())
        @for text in ["quota", "kind", "type", "domain"].into_iter().filter_map(|field| problem.on(field)) { (notice(Tone::Danger, text)) }
        @if problem.limit_reached() {
            @if let Some(url) = shell.where_to_buy() { p { (link_button(t!("buy-more"), url).icon(Icon::ShoppingCart)) } }
        }
        (what_now(shell, import))
        (tally(shell, import))
        (rows_card(import, query, rows))
    }
}

/// What is happening, or what its sender can do.
fn what_now(shell: &Shell, import: &Import) -> Markup {
    let start = |text| html! { (submit(text).primary()) };
    let cancel = html! { (submit(t!("import-cancel")).outline_danger()) };
    match import.state {
        State::Reading | State::Checking | State::Running => html! {
            (card().body(html! { (bar(import)) }).footer(html! {
                (post(shell, import, "cancel", &cancel))
                (link_button(t!("import-reload"), format!("/imports/{}", import.id)))
            }))
        },
        State::Checked if import.left() == 0 => {
            html! { (notice(Tone::Danger, t!("import-nothing-good-text")).title(t!("import-nothing-good"))) }
        }
        State::Checked => html! {
            (form_card(format!("/imports/{}/start", import.id)).title(t!("import-checked-title")).csrf(shell.csrf()).body(html! {
                p { (t!("import-checked-text", good = import.tally.good)) }
                @if import.tally.wrong > 0 { (notice(Tone::Warning, t!("import-wrong-text", n = import.tally.wrong))) }
                @if import.tally.invitations > 0 { p { (t!("import-invitations-text", n = import.tally.invitations)) } }
            }).footer(start(t!("import-start", n = import.left()))))
        },
        State::Paused => html! {
            (notice(Tone::Danger, import.why_stopped().map(|error| error.to_string()).unwrap_or_default()).title(t!("import-paused")))
            (card().text(t!("import-paused-text")).footer(html! {
                (post(shell, import, "start", &start(t!("import-go-on"))))
                (post(shell, import, "cancel", &cancel))
            }))
        },
        State::Cancelled => html! {
            (card().text(t!("import-cancelled-text", done = import.tally.done)).footer(post(shell, import, "start", &start(t!("import-go-on")))))
        },
        State::Done => html! {
            (notice(if import.tally.failed > 0 { Tone::Warning } else { Tone::Success }, t!("import-done-text", done = import.tally.done, failed = import.tally.failed))
                .title(t!("import-done-title"))
                .actions(html! { (link_button(t!("import-to-list"), import.kind.list())) }))
        },
    }
}

fn tally(shell: &Shell, import: &Import) -> Markup {
    let tally = &import.tally;
    html! {
        (card().title(t!("import-about")).body(html! {
            (facts()
                .fact(t!("import-kind"), kind_in_words(import.kind))
                .fact(t!("import-rows"), tally.read)
                .fact(t!("import-good"), tally.good)
                .fact(t!("import-wrong"), tally.wrong)
                .fact(t!("import-done"), tally.done)
                .fact(t!("import-failed"), tally.failed)
                .fact_if(t!("column-storage-assigned"), (import.kind == Kind::Users).then(|| import.storage.to_string()))
                .fact(t!("column-created"), shell.when(import.created_at)))
        }))
    }
}

fn rows_card(import: &Import, query: &RowsQuery, page: &Page<ImportRow>) -> Markup {
    let path = format!("/imports/{}", import.id);
    let rows = page.rows.iter().map(|row| {
        let shown: Vec<&str> =
            row.cells.iter().skip(1).map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        Row::new()
            .cell(html! { (row.number) ": " (row.cells.first().map_or("", String::as_str)) })
            .cell(shown.join(" · "))
            .cell(row_badge(row.state))
            .cell(wrong(row))
    });
    let kept = [("rows", query.rows.as_str())];
    let other = if query.only_errors() {
        link_button(t!("import-all-rows"), path.as_str())
    } else {
        link_button(t!("import-only-errors"), format!("{path}?rows=errors"))
    };
    html! {
        (card().title(t!("import-rows")).actions(html! {
            (other.small())
            (link_button(t!("import-errors-file"), format!("{path}/errors.csv")).small().icon(Icon::Download))
        }).flush(html! {
            (table(t!("import-rows"))
                .column(Column::new(t!("import-row")).title())
                .column(Column::new(t!("import-cells")).subtitle())
                .column(Column::new(t!("column-status")).badge())
                .column(Column::new(t!("import-error")))
                .rows(rows)
                .empty(empty_state(Icon::Inbox, t!("import-no-rows"))))
            (pager_of(&path, &kept, page))
        }))
    }
}

fn row_badge(state: RowState) -> Markup {
    let (tone, text) = match state {
        RowState::Read => (Tone::Neutral, t!("import-row-read")),
        RowState::Good => (Tone::Info, t!("import-row-good")),
        RowState::Wrong => (Tone::Danger, t!("import-row-wrong")),
        RowState::Done => (Tone::Success, t!("import-row-done")),
        RowState::Failed => (Tone::Danger, t!("import-row-failed")),
    };
    html! { (status(tone, text)) }
}

/// What is wrong with a row, in which column, and what to do.
fn wrong(row: &ImportRow) -> Markup {
    let Some(error) = row.error() else { return html! {} };
    let about = error.field();
    html! {
        div { @if let Some(column) = about { code { (column) } " " } (error.title()) }
        @if let Some(help) = error.help() { div.bw-muted { (help) } }
    }
}
