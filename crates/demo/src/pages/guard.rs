//! Who may ask, and what browsers are told about every answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{Settings, World, views};

/// Refuses names that are not ours (so that no foreign page can rebind its name to this port and read the mails)
/// and forms from foreign pages; sets the security headers.
pub(super) async fn guard(State(world): State<Arc<World>>, request: Request, next: Next) -> Response {
    let settings = &world.settings;
    let mut response = if !names_us(&request, settings) {
        (StatusCode::MISDIRECTED_REQUEST, views::refused("This is not the name of these pages."))
            .into_response()
    } else if changes(request.method()) && !from_us(&request, settings) {
        (StatusCode::FORBIDDEN, views::refused("This form was sent from a page that has no business here."))
            .into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    let policy = policy(&settings.portals);
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A form that is answered by a redirect may lead only where `form-action` says.
fn policy(portals: &[String]) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         font-src 'self'; form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'",
        portals.join(" ")
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}

fn names_us(request: &Request, settings: &Settings) -> bool {
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ours = settings.origin.trim_start_matches("http://");
    let port = ours.rsplit_once(':').map_or("80", |(_, port)| port);
    host.eq_ignore_ascii_case(ours) || host == format!("127.0.0.1:{port}")
}

/// `Origin` is what the browser says; who sends none is no browser. Portals send `null` to `publish`, because their
/// pages tell other origins nothing about themselves.
fn from_us(request: &Request, settings: &Settings) -> bool {
    let Some(origin) = request.headers().get(header::ORIGIN) else { return true };
    let origin = origin.to_str().unwrap_or_default();
    if origin == settings.origin {
        return true;
    }
    request.uri().path() == "/publish"
        && (origin == "null" || settings.portals.iter().any(|portal| portal == origin))
}

/// Whether an address lies on one of these origins: the origin itself, then the end or a path. Nothing a browser
/// would read in another way passes.
pub(super) fn leads_to_portal(address: &str, portals: &[String]) -> bool {
    let plain = address.len() <= 2_000 && address.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let on = |portal: &String| {
        let rest = address.strip_prefix(portal.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    plain && portals.iter().filter(|portal| !portal.is_empty()).any(on)
}
