//! The User Panel: how full the mailbox is, and how its user sets up a mail program. Nothing else of it is shown here.

mod service;

use axum::extract::State;
use bailiwick_base::t;
use bailiwick_base::words::Storage;
use bailiwick_ui::{Column, Icon, Row, Tone, card, copyable, empty_state, facts, notice, page_header, table};
use maud::{Markup, html};

use crate::mail_policy::{Usage, is_nearly_full, usage_meter};
use crate::routes::{Access, Routes};
use crate::settings::MailProgram;
use crate::shell::{Answer, Calling, Shell, redirect};

pub use service::UserPanel;

#[cfg(test)]
mod tests;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/", Access::SignedIn, start).get("/panel", Access::SignedIn, panel)
}

/// `GET /`: the panel is the portal's first page.
async fn start(_: Shell) -> Answer {
    Ok(redirect("/panel"))
}

/// `GET /panel`
async fn panel(State(panel): State<UserPanel>, shell: Shell, Calling(caller): Calling) -> Answer {
    let own = panel.own_usage(&caller).await?;
    let content = if let Some(servers) = &shell.settings().mail_program {
        set_up(shell.name(), servers)
    } else {
        html! {
            (page_header(t!("panel-title")))
            (card().body(html! { (empty_state(Icon::Plug, t!("panel-no-servers-title")).text(t!("panel-no-servers-text"))) }))
        }
    };
    let content = html! { (content) @if let Some((quota, usage)) = own { (space(usage, quota)) } };
    Ok(shell.page(&t!("panel-title"), content))
}

/// How full the mailbox is, and what to do about it in time.
fn space(usage: Option<Usage>, quota: Storage) -> Markup {
    html! {
        @if usage.is_some_and(|usage| is_nearly_full(usage, quota)) {
            (notice(Tone::Warning, t!("panel-nearly-full-text")).title(t!("panel-nearly-full")))
        }
        (card().title(t!("panel-space-title")).body(html! { (usage_meter(usage, quota)) }))
    }
}

fn set_up(address: &str, servers: &MailProgram) -> Markup {
    html! {
        (page_header(t!("panel-title")).text(t!("panel-text")))
        (card().title(t!("panel-sign-in-title")).body(html! {
            (facts()
                .fact(t!("panel-user-name"), copyable("panel-address", address, t!("panel-copy"), t!("panel-copied")))
                .fact(t!("panel-password"), t!("panel-password-text")))
        }))
        (card().title(t!("panel-servers-title")).text(t!("panel-servers-text")).flush(server_table(servers)))
        (notice(Tone::Info, t!("panel-port-text", port = i64::from(servers.submission))))
        @for program in programs(address, servers) { (program) }
    }
}

fn server_table(servers: &MailProgram) -> Markup {
    let row = |id: &str, use_for: String, port: u16, security: String| {
        let copy = |part: &str, text: String| {
            html! { (copyable(format!("panel-{id}-{part}"), text, t!("panel-copy"), t!("panel-copied"))) }
        };
        Row::new()
            .cell(use_for)
            .cell(copy("host", servers.host.clone()))
            .cell(copy("port", port.to_string()))
            .cell(security)
    };
    let tls = || t!("panel-security-tls").into_owned();
    html! {
        (table(t!("panel-servers-title"))
            .column(Column::new(t!("panel-column-use")).title())
            .column(Column::new(t!("panel-column-server")))
            .column(Column::new(t!("panel-column-port")))
            .column(Column::new(t!("panel-column-security")))
            .rows([
                row("imap", t!("panel-use-imap").into_owned(), servers.imaps, tls()),
                row("pop3", t!("panel-use-pop3").into_owned(), servers.pop3s, tls()),
                row("smtp", t!("panel-use-smtp").into_owned(), servers.submissions, tls()),
                row("starttls", t!("panel-use-starttls").into_owned(), servers.submission, t!("panel-security-starttls").into_owned()),
            ]))
    }
}

/// Short steps for the programs most people have.
fn programs(address: &str, servers: &MailProgram) -> [Markup; 4] {
    let host = servers.host.as_str();
    let fill = |server: std::borrow::Cow<'static, str>| server.into_owned();
    let incoming = || fill(t!("panel-step-incoming", host = host, port = i64::from(servers.imaps)));
    let outgoing = || fill(t!("panel-step-outgoing", host = host, port = i64::from(servers.submissions)));
    let who = || fill(t!("panel-step-user", address = address));
    let steps = |title: String, steps: Vec<String>| {
        html! { (card().title(title).body(html! { ol { @for step in steps { li { (step) } } } })) }
    };
    [
        steps(
            fill(t!("panel-phone-title")),
            vec![
                fill(t!("panel-phone-1")),
                fill(t!("panel-phone-2")),
                incoming(),
                outgoing(),
                who(),
                fill(t!("panel-phone-3")),
            ],
        ),
        steps(
            fill(t!("panel-thunderbird-title")),
            vec![
                fill(t!("panel-thunderbird-1")),
                fill(t!("panel-thunderbird-2")),
                incoming(),
                outgoing(),
                who(),
                fill(t!("panel-thunderbird-3")),
            ],
        ),
        steps(
            fill(t!("panel-apple-title")),
            vec![
                fill(t!("panel-apple-1")),
                fill(t!("panel-apple-2")),
                who(),
                incoming(),
                outgoing(),
                fill(t!("panel-apple-3")),
            ],
        ),
        steps(
            fill(t!("panel-outlook-title")),
            vec![
                fill(t!("panel-outlook-1")),
                fill(t!("panel-outlook-2")),
                incoming(),
                outgoing(),
                who(),
                fill(t!("panel-outlook-3")),
            ],
        ),
    ]
}
