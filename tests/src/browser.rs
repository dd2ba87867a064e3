//! A browser as the portals see one, over a real connection: cookies, and forms sent with their page's token.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::secrets::Secrets;

/// A browser at one portal.
#[derive(Debug, Clone)]
pub struct Browser {
    host: String,
    port: u16,
    cookies: BTreeMap<String, String>,
    csrf: String,
    secrets: Secrets,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Page {
    /// Status code.
    pub status: u16,
    /// Where a redirect leads.
    pub location: String,
    /// When to try again, in seconds.
    pub retry_after: Option<u64>,
    /// The body.
    pub body: String,
}

/// No answer came, so nobody knows what became of the request.
#[derive(Debug)]
pub struct Lost(String);

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Browser {
    pub(crate) fn new(portal: &str, port: u16, secrets: Secrets) -> Self {
        let host = format!("{portal}.localhost:{port}");
        Self { host, port, cookies: BTreeMap::new(), csrf: String::new(), secrets }
    }

    /// The same person, with the same cookies, at another process of the installation.
    #[must_use]
    pub fn at(&self, port: u16) -> Self {
        let host = self.host.replace(&format!(":{}", self.port), &format!(":{port}"));
        Self { host, port, ..self.clone() }
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Page {
        self.send(Method::GET, path, String::new()).await.expect("an answer")
    }

    /// Sends a form with the token of the page seen last.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.try_post(path, fields).await.expect("an answer")
    }

    /// Opens the form's page, then sends it.
    pub async fn fill(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.words());
        self.post(path, fields).await
    }

    /// Sends a form to a server that may be gone.
    pub async fn try_post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Page, Lost> {
        let all = std::iter::once(("csrf", self.csrf.as_str())).chain(fields.iter().copied());
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
        self.send(Method::POST, path, body).await
    }

    /// Opens a page of a server that may be gone.
    pub async fn try_get(&mut self, path: &str) -> Result<Page, Lost> {
        self.send(Method::GET, path, String::new()).await
    }

    /// Signs in at the portal.
    pub async fn sign_in(&mut self, name: &str, password: &str) -> Page {
        self.secrets.add(password);
        self.fill("/sign-in", &[("username", name), ("password", password)]).await
    }

    async fn send(&mut self, method: Method, path: &str, body: String) -> Result<Page, Lost> {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(&method).uri(path).header("host", &self.host);
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if method == Method::POST {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .header("origin", format!("http://{}", self.host));
        }
        let request = request.body(Full::new(Bytes::from(body))).expect("a request");
        let page = self.exchange(request).await?;
        if let Some(token) = page.between("name=\"csrf\" value=\"", "\"") {
            token.clone_into(&mut self.csrf);
        }
        Ok(page)
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<Page, Lost> {
        let lost = |error: &dyn fmt::Display| Lost(error.to_string());
        let stream =
            TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.map_err(|error| lost(&error))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| lost(&error))?;
        let connection = tokio::spawn(connection);
        let response = sender.send_request(request).await.map_err(|error| lost(&error))?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| lost(&error))?.to_bytes();
        connection.abort();
        for cookie in parts.headers.get_all("set-cookie") {
            self.keep(cookie.to_str().unwrap_or_default());
        }
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        Ok(Page {
            status: parts.status.as_u16(),
            location: header("location").unwrap_or_default().to_owned(),
            retry_after: header("retry-after").and_then(|value| value.parse().ok()),
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    fn keep(&mut self, cookie: &str) {
        let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        if cookie.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.secrets.add(value);
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl Page {
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
        let (_, rest) = self.body.split_once(before)?;
        rest.split_once(after).map(|(found, _)| found)
    }

    /// The words of the page, without its tags.
    pub fn words(&self) -> String {
        let pieces = self.body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
        pieces.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
    }
}
