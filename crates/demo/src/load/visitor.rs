//! A person at a portal, as a program: opens pages, keeps cookies, sends forms with the token of the page.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// The longest page read.
const LONGEST: usize = 4 * 1024 * 1024;

/// What the product did not do as a person would expect.
#[derive(Debug)]
pub struct Unexpected(String);

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unexpected {}

impl Unexpected {
    pub(super) fn new(what: impl fmt::Display) -> Self {
        Self(what.to_string())
    }
}

/// A browser of one person at one portal.
pub(super) struct Visitor {
    client: Client<HttpConnector, Full<Bytes>>,
    port: u16,
    host: String,
    cookies: BTreeMap<String, String>,
    csrf: String,
}

/// An answer.
pub(super) struct Seen {
    pub(super) status: u16,
    pub(super) location: String,
    pub(super) body: String,
}

impl Visitor {
    /// At `admin.localhost`, `staff.localhost` or `mail.localhost` on a port of this machine.
    pub(super) fn new(portal: &str, port: u16) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            port,
            host: format!("{portal}.localhost:{port}"),
            cookies: BTreeMap::new(),
            csrf: String::new(),
        }
    }

    /// Opens a page.
    pub(super) async fn get(&mut self, path: &str) -> Result<Seen, Unexpected> {
        self.send(Method::GET, path, String::new()).await
    }

    /// Sends a form with the token of the page seen last.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Seen, Unexpected> {
        let pairs = std::iter::once(("csrf", self.csrf.as_str())).chain(fields.iter().copied());
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.send(Method::POST, path, body).await
    }

    /// Opens a form's page, sends it, and expects to be led on; where to.
    pub(super) async fn fill(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<String, Unexpected> {
        self.get(path).await?;
        self.must_post(path, fields).await
    }

    /// Sends a form and expects to be led on; where to.
    pub(super) async fn must_post(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<String, Unexpected> {
        let seen = self.post(path, fields).await?;
        if seen.status == 303 {
            return Ok(seen.location);
        }
        let said = between(&seen.body, "role=\"alert\"", "</div>").unwrap_or_default();
        Err(Unexpected(format!("{path} answered {}: {}", seen.status, plain(said))))
    }

    async fn send(&mut self, method: Method, path: &str, body: String) -> Result<Seen, Unexpected> {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:{}{path}", self.port))
            .header(HOST, &self.host)
            .header(COOKIE, cookies.join("; "))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(body)))
            .map_err(Unexpected::new)?;
        let response = self.client.request(request).await.map_err(Unexpected::new)?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, LONGEST).collect().await.map_err(Unexpected::new)?.to_bytes();
        for cookie in parts.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            if let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let seen = Seen {
            status: parts.status.as_u16(),
            location: parts
                .headers
                .get(LOCATION)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        if let Some(token) = between(&seen.body, "name=\"csrf\" value=\"", "\"") {
            token.clone_into(&mut self.csrf);
        }
        Ok(seen)
    }
}

/// What stands between two pieces of a text.
pub(super) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let start = text.find(before)? + before.len();
    let end = text[start..].find(after)? + start;
    Some(&text[start..end])
}

fn plain(html: &str) -> String {
    let pieces = html.split('<').filter_map(|piece| piece.split_once('>').map(|(_, words)| words));
    pieces.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}
