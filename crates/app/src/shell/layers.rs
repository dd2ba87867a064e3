//! What every request passes through, whatever page it asks for.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use bailiwick_base::words::{ClientAddress, Token, limits};
use bailiwick_base::{Code, Error};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use tokio::sync::Semaphore;
use tracing::Instrument;

use super::Refusal;
use super::request::{self, CsrfKey, FORM_COOKIE, RequestNumber};
use super::respond::{self, Asked};
use super::seen::{Seen, note_route};
use super::upload;
use crate::core::Core;
use crate::settings::Portal;

/// What the layers share.
#[derive(Debug, Clone)]
pub struct Surroundings {
    core: Core,
    portals: [Router; 3],
    api: Router,
    places: Arc<Semaphore>,
    uploads: Arc<Semaphore>,
}

/// Puts the portals behind one door: the host decides the portal, and everything a request must pass is
/// passed here, once.
pub fn surround(core: Core, portal_routes: impl Fn(Portal) -> Router) -> Router {
    let surroundings = Surroundings {
        portals: Portal::ALL.map(|portal| portal_routes(portal).layer(from_fn(note_route))),
        api: crate::api::api(core.clone()).layer(from_fn(note_route)),
        places: Arc::new(Semaphore::new(limits::CONCURRENT_REQUESTS)),
        uploads: Arc::new(Semaphore::new(limits::IMPORT_FILES)),
        core,
    };
    Router::new()
        .route("/health/live", axum::routing::get(|| async { "alive\n" }))
        .route("/health/ready", axum::routing::get(ready))
        .fallback(dispatch)
        .with_state(surroundings.clone())
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(surroundings, outermost))
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a request handler panicked");
    (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.\n").into_response()
}

/// 200 when the database answers.
async fn ready(State(surroundings): State<Surroundings>) -> Response {
    let caller = bailiwick_base::authz::Caller::anonymous(ClientAddress::LOCAL);
    match surroundings.core.read(&caller).await {
        Ok(_) => "ready\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response(),
    }
}

/// Numbers the request, bounds it in time and number, and sets the headers every answer has (WX-11).
async fn outermost(State(surroundings): State<Surroundings>, mut request: Request, next: Next) -> Response {
    let number: [u8; 8] = surroundings.core.ground().random.bytes();
    let number = data_encoding::HEXLOWER.encode(&number);
    request.extensions_mut().insert(RequestNumber(number.clone()));
    let is_asset = request.uri().path().starts_with(bailiwick_ui::assets::PREFIX);
    let (seen, counted) = (Seen::of(&request), surroundings.core.metrics().request());
    request.extensions_mut().insert(seen.clone());
    let method = request.method().clone();
    let span = Seen::span(&number, &method);
    let answered = async {
        let request = whole(request).await;
        within_limits(&surroundings, request, next).await
    };
    let mut response = match answered.instrument(span.clone()).await {
        Ok(response) => response,
        Err(code) => {
            let error = Error::new(code);
            (respond::status(&error), [(header::RETRY_AFTER, "5")], error.to_string()).into_response()
        }
    };
    security_headers(&surroundings.core, response.headers_mut(), is_asset, &number);
    seen.ended(counted, &span, &method, response.status());
    response
}

/// The body of a request, read to its end; or why that failed.
#[derive(Debug, Clone)]
struct WholeBody(Result<Bytes, Code>);

/// The body of a request is a file, which its handler reads as it comes.
#[derive(Debug, Clone, Copy)]
struct StreamedBody;

/// Reads the whole body before the request takes anybody's place: a slow sender holds up nobody but itself.
async fn whole(request: Request) -> Request {
    let (mut parts, body) = request.into_parts();
    if upload::is_upload(&parts) {
        parts.extensions.insert(StreamedBody);
        return Request::from_parts(parts, body);
    }
    let read = tokio::time::timeout(limits::BODY_TIME, Limited::new(body, limits::BODY).collect()).await;
    parts.extensions.insert(WholeBody(match read {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(_)) => Err(Code::TooLarge),
        Err(_) => Err(Code::Busy),
    }));
    Request::from_parts(parts, Body::empty())
}

async fn within_limits(surroundings: &Surroundings, request: Request, next: Next) -> Result<Response, Code> {
    let place = tokio::time::timeout(Duration::from_secs(1), surroundings.places.acquire()).await;
    let Ok(Ok(_place)) = place else { return Err(Code::Busy) };
    if request.extensions().get::<StreamedBody>().is_some() {
        let Ok(_place) = surroundings.uploads.try_acquire() else { return Err(Code::Busy) };
        return tokio::time::timeout(limits::IMPORT_TIME, next.run(request)).await.map_err(|_| Code::Busy);
    }
    tokio::time::timeout(limits::REQUEST, next.run(request)).await.map_err(|_| Code::Busy)
}

fn security_headers(core: &Core, headers: &mut HeaderMap, is_asset: bool, number: &str) {
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    let origins = &core.settings().origins;
    let demo = core.settings().demo.as_ref().map(|demo| demo.publish_url.as_str()).unwrap_or_default();
    set(
        "content-security-policy",
        &format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             font-src 'self'; form-action 'self' {} {} {} {demo}; base-uri 'none'; frame-ancestors 'none'",
            origins.staff, origins.admin, origins.mail,
        ),
    );
    set("x-content-type-options", "nosniff");
    set("x-frame-options", "DENY");
    set("referrer-policy", "same-origin");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set("permissions-policy", "camera=(), microphone=(), geolocation=()");
    set("x-request-id", number);
    if origins.admin.starts_with("https://") {
        set("strict-transport-security", "max-age=63072000");
    }
    if !is_asset || !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Finds the portal by the host, says who calls from where, and hands the request to the portal's routes.
async fn dispatch(State(surroundings): State<Surroundings>, mut request: Request) -> Response {
    let core = &surroundings.core;
    let host = host(&request);
    if host.is_some_and(|host| core.settings().origins.is_api(host)) {
        return to_api(&surroundings, request).await;
    }
    let Some(portal) = host.and_then(|host| core.settings().origins.by_host(host)) else {
        return (StatusCode::MISDIRECTED_REQUEST, "This host name is not served here.\n").into_response();
    };
    if let Err(error) = check_origin(&request, core.settings().origins.of(portal)) {
        return finish(&asked(&request), &error);
    }
    let address = client_address(core, &request);
    let caller = request::caller(request.headers(), portal, address);
    let (key, new_cookie) = csrf_key(core, request.headers(), portal);
    let asked = asked(&request);
    note_portal(&request, portal.key());
    let core = core.clone();
    let extensions = request.extensions_mut();
    extensions.insert(core);
    extensions.insert(portal);
    extensions.insert(address);
    extensions.insert(caller);
    extensions.insert(key);
    let index = Portal::ALL.iter().position(|other| *other == portal).unwrap_or(0);
    let mut response = run_again_if_lost(&surroundings.portals[index], request, &asked).await;
    if let Some(cookie) = new_cookie.filter(|_| is_html(&response)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn note_portal(request: &Request, portal: &'static str) {
    if let Some(seen) = request.extensions().get::<Seen>() {
        seen.portal(portal);
    }
}

fn client_address(core: &Core, request: &Request) -> ClientAddress {
    let socket = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(SocketAddr::from(([0, 0, 0, 0], 0)), |info| info.0);
    request::client_address(socket, request.headers(), &core.settings().trusted_proxies)
}

/// Hands a request to the API, which takes no cookies and always answers for programs.
async fn to_api(surroundings: &Surroundings, mut request: Request) -> Response {
    let core = surroundings.core.clone();
    let asked = Asked { wants_json: true, ..asked(&request) };
    let origin = core.settings().origins.api.as_deref().unwrap_or_default();
    // A browser that remembers a name and password sends them whichever page asks (AP-18).
    if let Err(error) = check_origin(&request, origin) {
        return finish(&asked, &error);
    }
    let address = client_address(&core, &request);
    note_portal(&request, "api");
    request.extensions_mut().insert(address);
    request.extensions_mut().insert(core);
    let mut response = run_again_if_lost(&surroundings.api, request, &asked).await;
    if response.status() == StatusCode::UNAUTHORIZED {
        for challenge in ["Bearer realm=\"Bailiwick\"", "Basic realm=\"Bailiwick\", charset=\"UTF-8\""] {
            response.headers_mut().append(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
    }
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = response.headers().get(header::ALLOW).cloned();
        let mut refusal = finish(&asked, &Error::new(Code::MethodNotAllowed));
        if let Some(allowed) = allowed {
            refusal.headers_mut().insert(header::ALLOW, allowed);
        }
        return refusal;
    }
    response
}

fn host(request: &Request) -> Option<&str> {
    match request.uri().authority() {
        Some(authority) => Some(authority.as_str()),
        None => request.headers().get(header::HOST)?.to_str().ok(),
    }
}

fn asked(request: &Request) -> Asked {
    let headers = request.headers();
    let accepts_json = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("json") && !value.contains("text/html"));
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    Asked {
        method_is_safe: request.method().is_safe(),
        path: path.to_owned(),
        wants_json: accepts_json,
        is_htmx: headers.contains_key("hx-request"),
        number: request
            .extensions()
            .get::<RequestNumber>()
            .map(|number| number.0.clone())
            .unwrap_or_default(),
    }
}

/// A change is accepted only from a page of the same origin, as the browser itself says (K21). Clients that
/// say nothing are no browsers; the form's token still holds.
fn check_origin(request: &Request, origin: &str) -> Result<(), Error> {
    if request.method().is_safe() {
        return Ok(());
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let site_ok = header("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none");
    let origin_ok = header("origin").is_none_or(|from| from == origin);
    if site_ok && origin_ok { Ok(()) } else { Err(Error::new(Code::ForgedRequest)) }
}

/// The key of this browser's forms: its session or, if it has none, a cookie of its own (made now if need be).
fn csrf_key(core: &Core, headers: &HeaderMap, portal: Portal) -> (CsrfKey, Option<HeaderValue>) {
    let keys = &core.ground().keys;
    let present = request::cookie(headers, portal.cookie()).or_else(|| request::cookie(headers, FORM_COOKIE));
    if let Some(value) = present.filter(|value| value.parse::<Token>().is_ok()) {
        return (CsrfKey::new(keys, value), None);
    }
    let token = Token::new(&core.ground().random).reveal();
    let cookie = format!("{FORM_COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Strict");
    (CsrfKey::new(keys, &token), HeaderValue::from_str(&cookie).ok())
}

fn is_html(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("text/html"))
}

/// Runs the request and, when its transaction lost against another, runs it again as a whole (STYLE: a
/// request has one write transaction, and nothing leaves it before its commit).
async fn run_again_if_lost(routes: &Router, request: Request, asked: &Asked) -> Response {
    if request.extensions().get::<StreamedBody>().is_some() {
        // What has streamed by cannot be run again.
        let response = one_run(routes, request).await;
        return match response.extensions().get::<Arc<Error>>().cloned() {
            Some(error) => finish(asked, &error),
            None => response,
        };
    }
    let (mut parts, _) = request.into_parts();
    let body = match parts.extensions.remove::<WholeBody>() {
        Some(WholeBody(Ok(body))) => body,
        Some(WholeBody(Err(code))) => return finish(asked, &Error::new(code)),
        None => return finish(asked, &Error::internal("the body was not read")),
    };
    for attempt in 0..=limits::RETRIES {
        let mut request = Request::new(Body::from(Bytes::clone(&body)));
        *request.method_mut() = parts.method.clone();
        *request.uri_mut() = parts.uri.clone();
        *request.headers_mut() = parts.headers.clone();
        *request.extensions_mut() = parts.extensions.clone();
        let response = one_run(routes, request).await;
        let Some(error) = response.extensions().get::<Arc<Error>>().cloned() else {
            return without_body_for_head(&parts.method, response);
        };
        if error.may_retry() && attempt < limits::RETRIES {
            tokio::time::sleep(Duration::from_millis(5 << attempt)).await;
            continue;
        }
        let mut rendered = finish(asked, &error);
        // Its length is that of the empty answer it replaces.
        for (name, value) in response.headers().iter().filter(|(name, _)| *name != header::CONTENT_LENGTH) {
            rendered.headers_mut().insert(name, value.clone());
        }
        return rendered;
    }
    finish(asked, &Error::new(Code::Busy))
}

async fn one_run(routes: &Router, request: Request) -> Response {
    use tower::ServiceExt;
    match routes.clone().oneshot(request).await {
        Ok(response)
            if response.status() == StatusCode::NOT_FOUND
                && response.extensions().get::<Arc<Error>>().is_none() =>
        {
            Refusal::from(Code::NoSuchThing).into_response()
        }
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn without_body_for_head(method: &Method, response: Response) -> Response {
    if method == Method::HEAD { response.map(|_| Body::empty()) } else { response }
}

fn finish(asked: &Asked, error: &Error) -> Response {
    respond::render(error, asked)
}
