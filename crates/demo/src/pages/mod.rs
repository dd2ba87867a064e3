//! The outside world to look at: mails that left the installation, DNS records, and a form for a mail from outside.
//!
//! On a port of its own, on loopback only. It knows nobody and holds no secret except the mails themselves. It sends
//! nobody anywhere but to its own pages and to the portals it was told of.

mod guard;
#[cfg(test)]
mod tests;
mod text;
mod views;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::Markup;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::clock;
use crate::dns::{Dns, Value};
use crate::post::{MAX_TEXT, Outgoing, send};
use crate::sink::{Mail, Sink};

/// Mails shown at a time.
const SHOWN: usize = 200;
/// Largest form, in bytes: a text with every byte escaped.
const MAX_FORM: usize = MAX_TEXT * 3 + 16 * 1024;

/// What the pages are told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where browsers reach them: `http://outside.localhost:PORT`.
    pub origin: String,
    /// Origins of the portals: `publish` leads back only there.
    pub portals: Vec<String>,
    /// Where the installation takes mail from other servers; none without mail.
    pub mx: Option<SocketAddr>,
}

#[derive(Debug)]
struct World {
    dns: Arc<Dns>,
    sink: Arc<Sink>,
    settings: Settings,
}

type Shared = State<Arc<World>>;

/// The running pages; end when dropped.
#[derive(Debug)]
pub struct Pages {
    addr: SocketAddr,
    task: AbortHandle,
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Pages {
    /// Starts on this port of 127.0.0.1.
    pub async fn start(port: u16, dns: Arc<Dns>, sink: Arc<Sink>, settings: Settings) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let addr = listener.local_addr()?;
        let router = router(dns, sink, settings);
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the outside world's pages ended");
            }
        });
        Ok(Self { addr, task: task.abort_handle() })
    }

    /// Where they listen.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

/// The pages as a service.
pub fn router(dns: Arc<Dns>, sink: Arc<Sink>, settings: Settings) -> Router {
    let world = Arc::new(World { dns, sink, settings });
    Router::new()
        .route("/", get(|| async { Redirect::to("/mail") }))
        .route("/mail", get(mails))
        .route("/mail/{id}", get(mail))
        .route("/mail/{id}/source", get(source))
        .route("/write", get(write).post(send_mail))
        .route("/dns", get(records))
        .route("/dns/add", post(add_record))
        .route("/dns/remove", post(remove_record))
        .route("/publish", post(publish))
        .route("/assets/{name}", get(asset))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(middleware::from_fn_with_state(Arc::clone(&world), guard::guard))
        .with_state(world)
}

#[derive(Debug, Default, Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

async fn mails(State(world): Shared, Query(search): Query<Search>) -> Markup {
    let wanted = search.q.trim().to_lowercase();
    let fits = |mail: &Mail| {
        let addresses = mail.to.iter().chain([&mail.from]);
        wanted.is_empty() || addresses.into_iter().any(|address| address.to_lowercase().contains(&wanted))
    };
    let mut mails = world.sink.list(fits);
    let found = mails.len();
    mails.truncate(SHOWN);
    views::mails(&mails, found, &search.q)
}

async fn mail(State(world): Shared, Path(id): Path<u64>) -> Response {
    match world.sink.mail(id) {
        Some(mail) => views::mail(&mail).into_response(),
        None => missing(),
    }
}

async fn source(State(world): Shared, Path(id): Path<u64>) -> Response {
    match world.sink.mail(id) {
        Some(mail) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], mail.text()).into_response(),
        None => missing(),
    }
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, views::missing()).into_response()
}

/// The form as it was filled in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct WriteForm {
    from: String,
    to: String,
    subject: String,
    text: String,
}

async fn write(State(world): Shared, Query(mut form): Query<WriteForm>) -> Markup {
    if form.from.is_empty() {
        "Robin Outside <robin@elsewhere.test>".clone_into(&mut form.from);
    }
    views::write(&form, world.settings.mx.is_some(), None)
}

async fn send_mail(State(world): Shared, Form(form): Form<WriteForm>) -> Response {
    let Some(mx) = world.settings.mx else {
        return (StatusCode::CONFLICT, views::write(&form, false, None)).into_response();
    };
    let WriteForm { from, to, subject, text } = form.clone();
    match send(mx, &Outgoing { from, to, subject, text, at: clock::now() }).await {
        Ok(()) => {
            let sent = Ok(form.to.clone());
            views::write(&WriteForm { from: form.from, ..WriteForm::default() }, true, Some(&sent))
                .into_response()
        }
        Err(error) => {
            let page = views::write(&form, true, Some(&Err(error.to_string())));
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
    }
}

async fn records(State(world): Shared) -> Markup {
    views::records(&world.dns.records(), &RecordForm::default(), None)
}

#[derive(Debug, Default, Deserialize)]
struct RecordForm {
    kind: String,
    name: String,
    value: String,
}

async fn add_record(State(world): Shared, Form(form): Form<RecordForm>) -> Response {
    let published =
        Value::parse(&form.kind, &form.value).and_then(|value| world.dns.publish(&form.name, value));
    match published {
        Ok(()) => Redirect::to("/dns").into_response(),
        Err(error) => {
            let page = views::records(&world.dns.records(), &form, Some(&error.to_string()));
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
    }
}

async fn remove_record(State(world): Shared, Form(form): Form<RecordForm>) -> Redirect {
    if let Ok(value) = Value::parse(&form.kind, &form.value) {
        world.dns.remove(&form.name, &value); // one that is gone already is as good
    }
    Redirect::to("/dns")
}

#[derive(Debug, Deserialize)]
struct PublishForm {
    name: String,
    value: String,
    back: String,
}

/// A portal's button "publish this record for me": adds a TXT record and leads back.
async fn publish(State(world): Shared, Form(form): Form<PublishForm>) -> Response {
    let back = HeaderValue::from_str(&form.back).ok();
    let Some(back) = back.filter(|_| guard::leads_to_portal(&form.back, &world.settings.portals)) else {
        return (StatusCode::BAD_REQUEST, views::refused("The way back does not lead to a portal."))
            .into_response();
    };
    match world.dns.publish_txt(&form.name, &form.value) {
        Ok(()) => (StatusCode::SEE_OTHER, [(header::LOCATION, back)]).into_response(),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, views::refused(&error.to_string())).into_response(),
    }
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let Some(asset) = bailiwick_ui::assets::serve(&name, accepted) else { return missing() };
    let mut response = asset.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if asset.immutable {
        headers
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    }
    if let Some(encoding) = asset.encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}
