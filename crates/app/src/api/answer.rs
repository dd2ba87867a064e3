//! What operations answer.

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, ETAG, HeaderValue, LOCATION};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use bailiwick_base::Error;
use bailiwick_base::db::Page;
use bailiwick_base::words::EmailAddress;
use serde::Serialize;

use super::version::etag;
use crate::shell::{Answer, Refusal};

/// Rows of a list, and where its neighbouring pages begin.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct List<T> {
    /// The rows, in the list's order.
    items: Vec<T>,
    /// Give it as `after` for the next page; null on the last one.
    next: Option<String>,
    /// Give it as `before` for the page before; null on the first one.
    previous: Option<String>,
}

impl<T> List<T> {
    /// A page of a list.
    pub(crate) fn of<R>(page: Page<R>, shown: impl FnMut(R) -> T) -> Self {
        Self {
            next: page.next.map(|cursor| cursor.to_string()),
            previous: page.previous.map(|cursor| cursor.to_string()),
            items: page.rows.into_iter().map(shown).collect(),
        }
    }
}

/// Where a link or an invitation went.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LinkSent {
    /// The address it was sent to.
    #[schema(example = "ann@elsewhere.example")]
    sent_to: String,
}

/// 200: a link is on its way.
pub(crate) fn sent(to: &EmailAddress) -> Answer {
    found(&LinkSent { sent_to: to.to_string() }, None)
}

/// What is kept as the answer of a request with an `Idempotency-Key`, where the answer itself holds a secret.
#[derive(Debug, Clone)]
pub(super) struct Kept(pub(super) Bytes);

fn json(status: StatusCode, body: &impl Serialize) -> Result<Response, Refusal> {
    let bytes = serde_json::to_vec(body).map_err(Error::internal)?;
    Ok((status, [(CONTENT_TYPE, "application/json")], bytes).into_response())
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// 200 with a thing; its `ETag` where it has versions.
pub(crate) fn found(body: &impl Serialize, version: Option<i64>) -> Answer {
    let mut response = json(StatusCode::OK, body)?;
    if let Some(version) = version {
        set(&mut response, ETAG, &etag(version));
    }
    Ok(response)
}

/// 201 with the thing that was made, and where it is (below `/api/v1`).
pub(crate) fn created(location: &str, body: &impl Serialize, version: Option<i64>) -> Answer {
    let mut response = json(StatusCode::CREATED, body)?;
    set(&mut response, LOCATION, &format!("{}{location}", super::routes::PREFIX));
    if let Some(version) = version {
        set(&mut response, ETAG, &etag(version));
    }
    Ok(response)
}

/// 204: it is done, and there is nothing to tell.
#[expect(clippy::unnecessary_wraps, reason = "every handler ends in an Answer")]
pub(crate) fn no_content() -> Answer {
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// An answer with a secret that is shown once: `without` is what the same request is answered when it is sent again. The
/// secret itself is kept nowhere.
pub(crate) fn shown_once(answer: Answer, without: &impl Serialize) -> Answer {
    let mut response = answer?;
    let kept = serde_json::to_vec(without).map_err(Error::internal)?;
    response.extensions_mut().insert(Kept(kept.into()));
    Ok(response)
}
