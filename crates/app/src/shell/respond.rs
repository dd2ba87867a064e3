//! How errors leave: as a page, a piece of one, or a problem document (RFC 9457).

use std::sync::Arc;

use axum::http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bailiwick_base::{Code, Error, Kind, t};
use bailiwick_ui::page::{Brand, CentredPage, Head};
use bailiwick_ui::{Icon, Tone, link_button, notice};
use maud::{Render, html};
use serde_json::json;

use crate::explanation;

/// What a handler answers.
pub type Answer = Result<Response, Refusal>;

/// An error on its way out. A layer that knows the request renders it.
#[derive(Debug)]
pub struct Refusal(pub Arc<Error>);

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(Arc::new(error.into()))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = status(&self.0).into_response();
        response.extensions_mut().insert(self.0);
        response
    }
}

/// 303: the change is made, look here.
pub fn redirect(to: impl AsRef<str>) -> Response {
    match HeaderValue::from_str(to.as_ref()) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

pub(super) fn status(error: &Error) -> StatusCode {
    match (error.code(), error.kind()) {
        (Code::MalformedRequest | Code::JsonInvalid | Code::QueryInvalid | Code::HeaderInvalid, _) => {
            StatusCode::BAD_REQUEST
        }
        (Code::MediaTypeUnsupported, _) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        (Code::MethodNotAllowed, _) => StatusCode::METHOD_NOT_ALLOWED,
        (Code::TooLarge, _) => StatusCode::PAYLOAD_TOO_LARGE,
        (_, Kind::Unauthenticated) => StatusCode::UNAUTHORIZED,
        (_, Kind::Forbidden) => StatusCode::FORBIDDEN,
        (_, Kind::NotFound) => StatusCode::NOT_FOUND,
        (_, Kind::Invalid) => StatusCode::UNPROCESSABLE_ENTITY,
        (_, Kind::Conflict | Kind::LimitReached) => StatusCode::CONFLICT,
        (_, Kind::Stale) => StatusCode::PRECONDITION_FAILED,
        (_, Kind::TooMany) => StatusCode::TOO_MANY_REQUESTS,
        (_, Kind::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
        (_, Kind::Internal) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What the renderer knows of the request.
pub(super) struct Asked {
    pub(super) method_is_safe: bool,
    pub(super) path: String,
    pub(super) wants_json: bool,
    pub(super) is_htmx: bool,
    pub(super) number: String,
}

/// Renders an error as the request wants it, and logs what went wrong inside, once.
pub(super) fn render(error: &Error, asked: &Asked) -> Response {
    if let Some(inside) = error.inside() {
        tracing::error!(request = asked.number, code = error.code().key(), inside = %inside, "request failed");
    }
    let mut response = if asked.wants_json {
        problem_document(error, asked)
    } else if error.code() == Code::SignedOut {
        to_sign_in(asked)
    } else if error.code() == Code::PasswordChangeDue {
        elsewhere("/password", asked)
    } else if asked.is_htmx {
        (status(error), piece(error)).into_response()
    } else {
        (status(error), page(error, asked)).into_response()
    };
    if matches!(error.kind(), Kind::TooMany | Kind::Unavailable) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

fn problem_document(error: &Error, asked: &Asked) -> Response {
    let args: serde_json::Map<String, serde_json::Value> =
        error.args().iter().map(|(name, value)| ((*name).to_owned(), value.to_json())).collect();
    let mut document = json!({
        "type": "about:blank",
        "title": error.title(),
        "detail": error.help(),
        "status": status(error).as_u16(),
        "code": error.code().key(),
        "field": error.field(),
        "args": args,
        "request": asked.number,
    });
    if let Some(explanation) = error.explanation() {
        document["explanation"] = explanation::document(explanation);
    }
    (status(error), [(CONTENT_TYPE, "application/problem+json")], document.to_string()).into_response()
}

fn to_sign_in(asked: &Asked) -> Response {
    let next = if asked.method_is_safe && asked.path != "/" {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", &asked.path).finish();
        format!("/sign-in?{query}")
    } else {
        "/sign-in".to_owned()
    };
    elsewhere(&next, asked)
}

/// Sends a page elsewhere; htmx is told to load the whole page there.
fn elsewhere(to: &str, asked: &Asked) -> Response {
    if !asked.is_htmx {
        return redirect(to);
    }
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::OK, [("hx-redirect", to)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What to do; for a refusal for want of a permission, what was needed.
fn text(error: &Error) -> Option<String> {
    error.explanation().and_then(explanation::shortly).or_else(|| error.help())
}

fn piece(error: &Error) -> maud::Markup {
    let mut note = notice(Tone::Danger, text(error).unwrap_or_default());
    note = note.title(error.title());
    note.render()
}

/// Where whoever is refused can go on: the start page, unless that is refused alike.
fn way_on(error: &Error) -> maud::Markup {
    if error.code() == Code::NetworkNotAllowed {
        link_button(t!("error-page-sign-in"), "/sign-in").primary().render()
    } else {
        link_button(t!("error-page-home"), "/").primary().render()
    }
}

fn page(error: &Error, asked: &Asked) -> maud::Markup {
    let title = error.title();
    let head =
        Head {
            title: format!("{title} · {}", t!("product-name")), lang: "en".to_owned(), ..Head::default()
        };
    let brand = Brand { name: t!("product-name").into_owned(), href: "/".to_owned(), ..Brand::default() };
    let (emblem, tone) = match error.kind() {
        Kind::Forbidden => (Icon::Lock, Tone::Warning),
        Kind::NotFound => (Icon::Search, Tone::Neutral),
        _ => (Icon::AlertTriangle, Tone::Danger),
    };
    CentredPage {
        head: &head,
        brand: &brand,
        skip: &t!("shell-skip"),
        network_error: &t!("shell-network-error"),
        emblem: Some((emblem, tone)),
        title: &title,
        text: text(error).map(|text| html! { (text) }),
        notices: html! {},
        body: html! {
            @if let Some(explanation) = error.explanation() { (explanation::on_page(explanation)) }
            div { (way_on(error)) }
        },
        footer: Some(html! { (t!("error-page-number", request = asked.number.as_str())) }),
        wide: error.explanation().is_some(),
    }
    .render()
}
