//! A program at the JSON API.

use axum::body::Body;
use axum::http::{HeaderMap, Method};
use serde_json::Value;

use super::{Browser, TestApp};

/// A program with credentials, or without.
#[derive(Debug, Clone)]
pub struct Program {
    browser: Browser,
    authorization: Option<String>,
}

/// What the API answered.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// Status code.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body; null if there is none.
    pub json: Value,
    /// The body as it came.
    pub text: String,
}

impl TestApp {
    /// A program that sends this in `Authorization`: `Bearer bwk_…`.
    pub fn program(&self, authorization: impl Into<String>) -> Program {
        Program { browser: self.api_browser(), authorization: Some(authorization.into()) }
    }

    /// A program with a name and a password.
    pub fn program_by_password(&self, name: &str, password: &str) -> Program {
        let pair = data_encoding::BASE64.encode(format!("{name}:{password}").as_bytes());
        self.program(format!("Basic {pair}"))
    }

    /// A program that has no credentials.
    pub fn stranger(&self) -> Program {
        Program { browser: self.api_browser(), authorization: None }
    }
}

impl Program {
    /// The same from another network.
    #[must_use]
    pub fn elsewhere(&self, address: [u8; 4]) -> Self {
        Self { browser: self.browser.elsewhere(address), ..self.clone() }
    }

    /// `GET /api/v1…`
    pub async fn get(&self, path: &str) -> Spoken {
        self.send(Method::GET, path, None, &[]).await
    }

    /// `POST` with a JSON body; null is none.
    pub async fn post(&self, path: &str, body: Value) -> Spoken {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    /// `PUT` with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Spoken {
        self.send(Method::PUT, path, Some(body), &[]).await
    }

    /// `PATCH` with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Spoken {
        self.send(Method::PATCH, path, Some(body), &[]).await
    }

    /// `DELETE`
    pub async fn delete(&self, path: &str) -> Spoken {
        self.send(Method::DELETE, path, None, &[]).await
    }

    /// Any request below `/api/v1`, with further headers.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Spoken {
        let body = body.filter(|body| !body.is_null());
        let mut all: Vec<(&str, &str)> = headers.to_vec();
        if body.is_some() {
            all.push(("content-type", "application/json"));
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send_raw(method, path, body, &all).await
    }

    /// The same with a body of any bytes.
    pub async fn send_raw(&self, method: Method, path: &str, body: Body, headers: &[(&str, &str)]) -> Spoken {
        let mut all: Vec<(&str, &str)> = headers.to_vec();
        if let Some(authorization) = &self.authorization {
            all.push(("authorization", authorization));
        }
        let seen = self.browser.send(method, &format!("/api/v1{path}"), body, &all).await;
        let json = serde_json::from_str(&seen.body).unwrap_or_default();
        Spoken { status: seen.status, headers: seen.headers, json, text: seen.body }
    }
}

impl Spoken {
    /// Status and code of a problem (`403 not_permitted`), or the status alone.
    pub fn gist(&self) -> String {
        match self.json["code"].as_str() {
            Some(code) if self.status >= 400 => format!("{} {code}", self.status),
            _ => self.status.to_string(),
        }
    }

    /// A header's text; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The `id` of what was made or shown.
    pub fn id(&self) -> String {
        self.json["id"].as_str().unwrap_or_default().to_owned()
    }
}
