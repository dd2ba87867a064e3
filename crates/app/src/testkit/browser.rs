//! A browser as the server sees one: a cookie jar, forms sent with the token of the page they stood on.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// A browser at one portal.
#[derive(Debug, Clone)]
pub struct Browser {
    router: Router,
    host: String,
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    cookies: BTreeMap<String, String>,
    csrf: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Status code.
    pub status: u16,
    /// Where a redirect leads.
    pub location: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: String,
}

impl Browser {
    pub(super) fn new(router: Router, origin: &str) -> Self {
        let host = origin.split_once("://").map_or(origin, |(_, host)| host).to_owned();
        Self { router, host, address: SocketAddr::from(([192, 0, 2, 1], 40_000)), state: Arc::default() }
    }

    /// The same browser from another network, sharing no cookies.
    #[must_use]
    pub fn elsewhere(&self, address: [u8; 4]) -> Self {
        Self { address: SocketAddr::from((address, 40_000)), state: Arc::default(), ..self.clone() }
    }

    /// A second browser with the cookies of this one: a thief's, or a second tab.
    #[must_use]
    pub fn copy(&self) -> Self {
        let state = self.state.lock().expect("no test panics holding it");
        let copied = State { cookies: state.cookies.clone(), csrf: state.csrf.clone() };
        Self { state: Arc::new(Mutex::new(copied)), ..self.clone() }
    }

    /// Its cookies.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.state.lock().expect("no test panics holding it").cookies.clone()
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Seen {
        self.send(Method::GET, path, Body::empty(), &[]).await
    }

    /// Sends a form, with the token of the page seen last.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let csrf = self.state.lock().expect("no test panics holding it").csrf.clone();
        let all = std::iter::once(("csrf", csrf.as_str())).chain(fields.iter().copied());
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
        self.send(
            Method::POST,
            path,
            Body::from(body),
            &[("content-type", "application/x-www-form-urlencoded")],
        )
        .await
    }

    /// Opens the form's page first, so that its token is at hand, then sends it.
    pub async fn fill(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        self.get(path).await;
        self.post(path, fields).await
    }

    /// Any request at all.
    pub async fn send(&self, method: Method, path: &str, body: Body, headers: &[(&str, &str)]) -> Seen {
        let cookies: Vec<String> =
            self.cookies().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri(path).header("cookie", cookies.join("; "));
        let mut with_host = true;
        for (name, value) in headers {
            with_host &= *name != "host";
            request = request.header(*name, *value);
        }
        if with_host {
            request = request.header("host", &self.host);
        }
        let mut request = request.body(body).expect("a request");
        request.extensions_mut().insert(ConnectInfo(self.address));
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        let seen = Seen {
            status: parts.status.as_u16(),
            location: parts
                .headers
                .get("location")
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        self.remember(&seen);
        seen
    }

    fn remember(&self, seen: &Seen) {
        let mut state = self.state.lock().expect("no test panics holding it");
        for cookie in seen.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap_or_default();
            let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            if cookie.contains("Max-Age=0") {
                state.cookies.remove(name);
            } else {
                state.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some(token) = between(&seen.body, "name=\"csrf\" value=\"", "\"") {
            token.clone_into(&mut state.csrf);
        }
    }
}

impl Seen {
    /// The words of the page, without its tags.
    pub fn words(&self) -> String {
        let mut words = String::new();
        let mut in_tag = false;
        for character in self.body.chars() {
            match character {
                '<' => {
                    in_tag = true;
                    words.push(' ');
                }
                '>' => in_tag = false,
                other if !in_tag => words.push(other),
                _ => {}
            }
        }
        let words =
            words.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Do these words stand on the page?
    pub fn says(&self, words: &str) -> bool {
        self.words().contains(words)
    }

    /// Status and, for a redirect, where to: `303 /mailboxes?done=user-added`.
    pub fn gist(&self) -> String {
        if self.location.is_empty() {
            self.status.to_string()
        } else {
            format!("{} {}", self.status, self.location)
        }
    }

    /// What stands between two pieces of the body.
    pub fn between(&self, before: &str, after: &str) -> Option<&str> {
        between(&self.body, before, after)
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let start = text.find(before)? + before.len();
    let end = text[start..].find(after)? + start;
    Some(&text[start..end])
}
