//! The description of the API for programs (`/api/v1/openapi.json`) and for people (`/api/docs`): a page made from the very same
//! description, without scripts of others, so that it can't tell another story.

mod operation;
mod sample;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use bailiwick_base::words::limits;
use bailiwick_base::{Code, t};
use bailiwick_ui::page::{AccountMenu, AppShell, MenuEntry, MenuItem, MenuSection};
use bailiwick_ui::{Icon, card, page_header};
use maud::{Markup, html};
use serde_json::Value;

use super::description::description;
use crate::core::Core;
use crate::shell::{brand, head, labels};
use operation::Described;

pub(super) fn routes() -> Router<Core> {
    let made: Arc<OnceLock<String>> = Arc::default();
    Router::new()
        .route("/api/v1/openapi.json", get(document))
        .route("/api/docs", get(async move |State(core): State<Core>| page(&core, &made)))
        .route("/", get(home))
        .route("/assets/{name}", get(crate::routes::asset))
}

async fn document() -> Response {
    ([(CONTENT_TYPE, "application/json")], description()).into_response()
}

async fn home() -> Response {
    crate::shell::redirect("/api/docs")
}

/// The page, made once: it is large, and nobody signs in for it.
fn page(core: &Core, made: &OnceLock<String>) -> Html<String> {
    Html(made.get_or_init(|| rendered(core).into_string()).clone())
}

fn rendered(core: &Core) -> Markup {
    let origin = core.settings().origins.api.clone().unwrap_or_default();
    let document: Value = serde_json::from_str(description()).unwrap_or_default();
    let groups = operation::groups(&document);
    let entry = |title: &str| MenuEntry::new(title, format!("#{}", anchor(title)), Icon::Code, false);
    let guide = MenuEntry::new(t!("api-guide"), "#main", Icon::Key, false);
    let menu = [
        MenuSection { title: None, entries: vec![guide] },
        MenuSection {
            title: Some(t!("api-operations").into_owned()),
            entries: groups.iter().map(|(tag, _)| entry(tag)).collect(),
        },
    ];
    let account = AccountMenu {
        name: t!("api-title").into_owned(),
        detail: origin.clone(),
        items: vec![MenuItem::Link {
            label: t!("api-document").into_owned(),
            href: "/api/v1/openapi.json".into(),
            icon: Icon::Code,
        }],
    };
    AppShell {
        head: &head(&t!("api-title")),
        brand: &brand(),
        labels: &labels(),
        menu: &menu,
        meters: &[],
        account: &account,
        banner: None,
        notices: html! {},
        wide: false,
    }
    .page(html! {
        (page_header(t!("api-title")).text(t!("api-text")))
        (guide_to(&origin))
        @for (tag, operations) in &groups { (group(tag, operations, &document, &origin)) }
        (problems())
    })
}

fn group(tag: &str, operations: &[Described<'_>], document: &Value, origin: &str) -> Markup {
    html! {
        h2 id=(anchor(tag)) { (tag) }
        @for operation in operations { (operation.card(document, origin)) }
    }
}

/// `account-history` of "Account History".
fn anchor(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

/// What holds for every operation.
fn guide_to(origin: &str) -> Markup {
    let first = format!("curl -H 'Authorization: Bearer bwk_…' \\\n  {origin}/api/v1/mailboxes?limit=10");
    let basic = format!("curl -u 'billing:PASSWORD' {origin}/api/v1/mailboxes?q=ann");
    let once = format!(
        "curl -H 'Authorization: Bearer bwk_…' -H 'Content-Type: application/json' \\\n  -H 'Idempotency-Key: order-1027' \\\n  \
         -d '{{\"address\": \"ann@example.com\", \"name\": \"Ann\", \"quota_bytes\": 5000000000, \"invite\": \"ann@elsewhere.example\"}}' \\\n  \
         {origin}/api/v1/mailboxes"
    );
    let matched = format!(
        "curl -X PATCH -H 'Authorization: Bearer bwk_…' -H 'Content-Type: application/json' \\\n  -H 'If-Match: \"3\"' \
         -d '{{\"name\": \"Ann Example\"}}' \\\n  {origin}/api/v1/mailboxes/mbx_4g7k"
    );
    html! {
        (card().title(t!("api-credentials")).body(html! { div.bw-prose {
            p { (t!("api-credentials-key")) }
            pre { (first) }
            p { (t!("api-credentials-password")) }
            pre { (basic) }
            p { (t!("api-credentials-limits")) }
        } }))
        (card().title(t!("api-once")).body(html! { div.bw-prose {
            p { (t!("api-once-text")) }
            pre { (once) }
            p { (t!("api-version-text")) }
            pre { (matched) }
        } }))
        (card().title(t!("api-rules")).body(html! { div.bw-prose {
            p { (t!("api-lists-text")) }
            p { (t!("api-rates-text", burst = i64::from(limits::API_BURST))) }
            p { (t!("api-input-text")) }
            p { (t!("api-problems-text")) " " a href="#problems" { (t!("api-problems")) } "." }
        } }))
    }
}

/// Every code a problem document may bear.
fn problems() -> Markup {
    let mut codes: Vec<&Code> = Code::ALL.iter().collect();
    codes.sort_by_key(|code| code.key());
    html! {
        h2 id="problems" { (t!("api-problems")) }
        (card().body(html! {
            dl.bw-codes {
                @for code in codes {
                    dt { code { (code.key()) } }
                    dd { (bailiwick_base::texts::error_in_general(code.key())) }
                }
            }
        }))
    }
}
