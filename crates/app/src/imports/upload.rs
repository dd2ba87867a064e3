//! The page on which a file is chosen.

use axum::extract::State;
use bailiwick_base::{Code, Error, t};
use bailiwick_ui::form::InputKind;
use bailiwick_ui::{card, field, form_card, hidden, link_button, page_header, submit};
use bytes::Bytes;
use maud::{Markup, html};
use serde::Deserialize;

use super::kind::Kind;
use super::service::{Imports, Source};
use crate::shell::{Answer, Calling, Problem, Query, Shell, Upload, redirect};
use crate::spreadsheet;

/// What is to be imported.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct KindQuery {
    pub(super) kind: String,
}

impl KindQuery {
    fn chosen(&self) -> Result<Kind, Error> {
        Kind::by_key(&self.kind).ok_or_else(|| Code::MalformedRequest.into())
    }
}

/// `GET /imports/new`
pub(super) async fn new_page(shell: Shell, Query(query): Query<KindQuery>) -> Answer {
    let first = || Kind::ALL.into_iter().find(|kind| shell.holds(kind.needs())).unwrap_or(Kind::Users);
    let kind = if query.kind.is_empty() { first() } else { query.chosen()? };
    shell.must_hold(kind.needs())?;
    Ok(shell.page(&title(kind), form(&shell, kind, &Problem::none())))
}

fn title(kind: Kind) -> String {
    match kind {
        Kind::Users => t!("import-users-title"),
        Kind::Aliases => t!("import-aliases-title"),
    }
    .into_owned()
}

fn form(shell: &Shell, kind: Kind, problem: &Problem) -> Markup {
    let key = kind.key();
    html! {
        (page_header(title(kind)).text(t!("import-text")).crumbs(t!("crumbs-label"), [(t!("imports-title"), "/imports")]))
        (form_card("/imports/new").csrf(shell.csrf()).multipart().errors(problem.summary()).body(html! {
            (hidden("kind", key))
            (field("file", t!("import-file")).kind(InputKind::File).required().hint(t!("import-file-hint")).error(problem.on("file")))
        }).footer(html! {
            (submit(t!("import-check")).primary())
            (link_button(t!("import-template"), format!("/imports/template.csv?kind={key}")))
            (link_button(t!("button-cancel"), kind.list()))
        }))
        (card().title(t!("import-columns")).text(t!("import-columns-text")).body(columns(kind)))
    }
}

fn columns(kind: Kind) -> Markup {
    let rows: Vec<(&str, std::borrow::Cow<'static, str>)> = match kind {
        Kind::Users => vec![
            ("address", t!("import-column-address")),
            ("name", t!("import-column-name")),
            ("quota_gb", t!("import-column-quota")),
            ("type", t!("import-column-type")),
            ("recovery_address", t!("import-column-recovery")),
            ("password", t!("import-column-password")),
            ("one_time", t!("import-column-one-time")),
            ("status", t!("import-column-status")),
        ],
        Kind::Aliases => {
            vec![("address", t!("import-column-address")), ("targets", t!("import-column-targets"))]
        }
    };
    let required = |name: &str| kind.columns().iter().any(|column| column.name == name && column.required);
    html! {
        dl.bw-facts {
            @for (name, text) in rows {
                div { dt { code { (name) } } dd { (text) @if required(name) { " " (t!("import-column-required")) } } }
            }
        }
    }
}

/// `POST /imports/new`
pub(super) async fn upload(
    State(imports): State<Imports>,
    shell: Shell,
    Calling(caller): Calling,
    mut upload: Upload,
) -> Answer {
    let kind = Kind::by_key(upload.only_field("kind")?).ok_or(Code::MalformedRequest)?;
    let name = upload.file_name();
    let read = imports.upload(&caller, kind, &name, &mut upload).await;
    // A browser that is still sending sees no answer before it has sent all.
    upload.drain().await;
    match read {
        Ok(id) => Ok(redirect(format!("/imports/{id}"))),
        Err(error) => shell.again(error, &title(kind), |problem| form(&shell, kind, problem)),
    }
}

impl Source for Upload {
    async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        Upload::piece(self).await
    }
}

/// `GET /imports/template.csv`
pub(super) async fn template(Query(query): Query<KindQuery>) -> Answer {
    let kind = query.chosen()?;
    let examples: Vec<&str> = kind.columns().iter().map(|column| column.example).collect();
    Ok(spreadsheet::small_file(&format!("{}.csv", kind.key()), &[&kind.names(), &examples]))
}
