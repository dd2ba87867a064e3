//! The pages of the outside world. Their texts are English only: they belong to the demonstration, not the product.

use std::sync::Arc;

use bailiwick_ui::form::InputKind;
use bailiwick_ui::page::{AccountMenu, AppShell, Brand, Head, MenuEntry, MenuSection, ShellLabels};
use bailiwick_ui::{
    Column, Icon, Row, Tone, banner, card, empty_state, facts, field, fields, filters, form_card, hidden,
    link_button, notice, page_header, select, submit, table, textarea,
};
use maud::{Markup, html};

use super::text::{link_to, readable, subject_of, with_links};
use super::{RecordForm, WriteForm};
use crate::dns::Published;
use crate::post::MAX_TEXT;
use crate::sink::Mail;

const DEMONSTRATION: &str = "This is the demonstration’s outside world. Nothing here leaves this machine.";

fn shell(title: &str, active: &str, content: &Markup) -> Markup {
    let head = Head {
        title: format!("{title} · Outside world (demonstration)"),
        lang: "en".to_owned(),
        ..Head::default()
    };
    let brand = Brand { name: "Outside world".to_owned(), href: "/mail".to_owned(), ..Brand::default() };
    let entry = |label: &str, href: &str, icon| MenuEntry::new(label, href, icon, href == active);
    let entries = vec![
        entry("Outside mail", "/mail", Icon::Mail),
        entry("Write a mail", "/write", Icon::Send),
        entry("DNS", "/dns", Icon::World),
    ];
    let account =
        AccountMenu { name: "Anybody".to_owned(), detail: "No sign-in here".to_owned(), items: Vec::new() };
    let shell = AppShell {
        head: &head,
        brand: &brand,
        labels: &labels(),
        menu: &[MenuSection { title: None, entries }],
        meters: &[],
        account: &account,
        banner: Some(banner(Tone::Warning, DEMONSTRATION, html! {})),
        notices: Markup::default(),
        wide: false,
    };
    shell.page(content)
}

fn labels() -> ShellLabels {
    ShellLabels {
        skip: "Skip to content".to_owned(),
        menu: "Menu".to_owned(),
        navigation: "Main menu".to_owned(),
        usage: "Usage".to_owned(),
        account: "Visitor".to_owned(),
        theme: "Theme".to_owned(),
        light: "Light".to_owned(),
        dark: "Dark".to_owned(),
        auto: "Auto".to_owned(),
        network_error: "The demonstration does not answer. Is it still running?".to_owned(),
    }
}

fn time(at: std::time::SystemTime) -> String {
    jiff::Timestamp::try_from(at)
        .map(|at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
        .unwrap_or_default()
}

/// The list; it renews itself every few seconds where scripts run.
pub(super) fn mails(mails: &[Arc<Mail>], found: usize, wanted: &str) -> Markup {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", wanted).finish();
    let rows = mails.iter().map(|mail| {
        let subject = subject_of(&mail.raw);
        let subject = if subject.is_empty() { "(no subject)" } else { subject.as_str() };
        Row::new()
            .link(&format!("/mail/{}", mail.id), subject)
            .cell(&mail.from)
            .cell(mail.to.join(", "))
            .cell(time(mail.at))
    });
    let list = table("Mails that left the installation, newest first")
        .column(Column::new("Subject").title())
        .column(Column::new("From").subtitle())
        .column(Column::new("To"))
        .column(Column::new("Came").fit())
        .rows(rows)
        .empty(
            empty_state(Icon::Mail, "No mail here yet")
                .text("What the installation sends to other places ends here."),
        );
    let content = html! {
        (page_header("Outside mail").text("Every mail that the installation sent to an address elsewhere, newest first."))
        (filters("/mail", "Search").search("q", "Address", wanted))
        div id="mails" hx-get={ "/mail?" (query) } hx-trigger="every 5s" hx-select="#mails" hx-swap="outerHTML" {
            (card().flush(html! { (list) }))
            @if found > mails.len() { p { "The newest " (mails.len()) " of " (found) " mails. Search to find others." } }
        }
    };
    shell("Outside mail", "/mail", &content)
}

/// One mail: all of it as text.
pub(super) fn mail(mail: &Mail) -> Markup {
    let read = readable(&mail.raw);
    let title = if read.subject.is_empty() { "(no subject)" } else { read.subject.as_str() };
    let from = if mail.from.is_empty() { "(empty: a bounce)" } else { mail.from.as_str() };
    let envelope = facts()
        .fact("Envelope sender", from)
        .fact("Envelope recipients", mail.to.join(", "))
        .fact("Handed over by", mail.helo.as_str())
        .fact("Came", time(mail.at));
    let content = html! {
        (page_header(title).crumbs("Way up", [("Outside mail", "/mail")])
            .actions(html! { (link_button("Source", format!("/mail/{}/source", mail.id)).icon(Icon::Code)) }))
        (card().body(html! { (envelope) }))
        (card().title("Text").body(html! { pre { (with_links(&read.text)) } }))
        @if !read.links.is_empty() {
            (card().title("Links in the HTML part").body(html! { ul { @for link in &read.links { li { (link_to(link)) } } } }))
        }
        @if !read.attachments.is_empty() { (attachments(&read.attachments)) }
        (card().title("Headers").body(html! {
            pre { @for (name, value) in &read.headers { (name) ": " (value) "\n" } }
        }))
    };
    shell(title, "/mail", &content)
}

fn attachments(list: &[(String, String, usize)]) -> Markup {
    let rows =
        list.iter().map(|(name, kind, size)| Row::new().cell(name).cell(kind).cell(format!("{size} bytes")));
    let list = table("Attachments")
        .column(Column::new("Name").title())
        .column(Column::new("Kind"))
        .column(Column::new("Size").figures())
        .rows(rows);
    html! { (card().title("Attachments").flush(html! { (list) })) }
}

/// The form for a mail from outside. `sent` is what came of the last one: its recipient, or why not.
pub(super) fn write(form: &WriteForm, possible: bool, sent: Option<&Result<String, String>>) -> Markup {
    let inputs = html! {
        (field("from", "From").value(&form.from).maxlength(400).required())
        (field("to", "To").value(&form.to).maxlength(400).required().hint("A mailbox of the installation."))
        (field("subject", "Subject").value(&form.subject).maxlength(900))
        (textarea("text", "Text").value(&form.text).rows(10).maxlength(u32::try_from(MAX_TEXT).unwrap_or(u32::MAX)))
    };
    let content = html! {
        (page_header("Write a mail").text("It is handed to the installation as any mail server out there would."))
        @if !possible { (notice(Tone::Warning, "The demonstration runs without mail servers, so nobody can take a mail.")) }
        @match sent {
            Some(Ok(to)) => (notice(Tone::Success, format!("The installation took the mail for {to}."))),
            Some(Err(why)) => (notice(Tone::Danger, why)),
            None => {}
        }
        (form_card("/write").body(html! { (fields(inputs)) }).footer(html! { (submit("Send").disabled(!possible)) }))
    };
    shell("Write a mail", "/write", &content)
}

/// What is published, and the form for more.
pub(super) fn records(records: &[Published], form: &RecordForm, error: Option<&str>) -> Markup {
    let rows = records.iter().map(|record| {
        let (kind, value) = (record.value.kind(), record.value.to_string());
        Row::new().cell(&record.name).cell(kind).cell(html! { code { (value) } }).actions(html! {
            form method="post" action="/dns/remove" {
                (hidden("kind", kind)) (hidden("name", &record.name)) (hidden("value", &value))
                (submit(format!("Remove {kind} of {}", record.name)).quiet_danger().small().icon_only(Icon::Trash))
            }
        })
    });
    let list = table("Published records")
        .column(Column::new("Name").title())
        .column(Column::new("Kind").badge())
        .column(Column::new("Value"))
        .actions_column("Actions")
        .rows(rows)
        .empty(empty_state(Icon::World, "Nothing is published").text("Records of *.test appear here."));
    let content = html! {
        (page_header("DNS").text("What the demonstration’s name server says about *.test. The installation asks only it."))
        @if let Some(error) = error { (notice(Tone::Danger, error)) }
        (card().flush(html! { (list) }))
        (add_form(form))
    };
    shell("DNS", "/dns", &content)
}

fn add_form(form: &RecordForm) -> Markup {
    let kinds = [("TXT", "TXT"), ("A", "A"), ("MX", "MX")];
    let inputs = html! {
        (field("name", "Name").value(&form.name).kind(InputKind::Text).maxlength(253).required().hint("For example larkspur.test"))
        (select("kind", "Kind").options(kinds).value(&form.kind))
        (field("value", "Value").value(&form.value).maxlength(4096).required().hint("TXT any text · A 127.0.0.1 · MX 10 mail.larkspur.test"))
    };
    html! {
        (form_card("/dns/add").title("Publish a record").body(html! { (fields(inputs)) })
            .footer(html! { (submit("Publish")) }))
    }
}

/// A mail or page that is not there.
pub(super) fn missing() -> Markup {
    let text = empty_state(Icon::Mail, "Not here")
        .text("This page does not exist, or the mail was dropped to make room.");
    shell("Not here", "", &html! { (page_header("Not here")) (card().body(html! { (text) })) })
}

/// What was asked is not done.
pub(super) fn refused(why: &str) -> Markup {
    shell("Refused", "", &html! { (page_header("Refused")) (notice(Tone::Danger, why)) })
}
