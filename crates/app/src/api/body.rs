//! What a request brings, read strictly (K7, AP-10, AP-17).

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::request::Parts;
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::limits;
use bailiwick_base::{Code, Error};
use http_body_util::{BodyExt, Limited};
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::shell::Refusal;

/// A JSON body. `T` denies unknown members; serde refuses duplicate and wrongly typed ones, numbers without a finite value,
/// lone surrogates, what is nested deeper than 128, and whatever follows the value.
#[derive(Debug, Clone)]
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        if !is_plain_json(request.headers()) {
            return Err(Code::MediaTypeUnsupported.into());
        }
        let body = Limited::new(request.into_body(), limits::BODY)
            .collect()
            .await
            .map_err(|_| Code::TooLarge)?
            .to_bytes();
        // Members could else be given by their order, in an array.
        if body.trim_ascii_start().first() == Some(&b'[') {
            let reason = "an object is expected, not an array";
            return Err(Error::new(Code::JsonInvalid).with("at", "the top").with("reason", reason).into());
        }
        let mut deserializer = serde_json::Deserializer::from_slice(&body);
        let value = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| not_understood(&error.path().to_string(), error.inner()))?;
        deserializer.end().map_err(|error| not_understood(".", &error))?;
        Ok(Self(value))
    }
}

fn is_plain_json(headers: &HeaderMap) -> bool {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let kind = header(CONTENT_TYPE).and_then(|value| value.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
        && header(CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity")
}

fn not_understood(at: &str, error: &serde_json::Error) -> Error {
    let reason: String = error.to_string().chars().take(200).collect();
    let at: String = if at == "." { "the top".to_owned() } else { at.chars().take(100).collect() };
    Error::new(Code::JsonInvalid).with("at", at).with("reason", reason)
}

/// The query of a URL. `T` denies unknown parameters.
#[derive(Debug, Clone)]
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let query = parts.uri.query().unwrap_or_default();
        // An empty number would be read as none.
        if query.split('&').any(|part| part == "limit=" || part == "limit") {
            return Err(Error::new(Code::QueryInvalid).with("reason", "limit: from 1 to 200").into());
        }
        serde_html_form::from_str(query).map(Self).map_err(|error| {
            let reason: String = error.to_string().chars().take(200).collect();
            Error::new(Code::QueryInvalid).with("reason", reason).into()
        })
    }
}

/// The longest search, in characters: the longest address.
const LONGEST_SEARCH: usize = 320;

/// Which rows of a list. Flattening would lose strictness, so a list with filters of its own repeats these three members and
/// makes this of them.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// The page begins after this row: `next` of the page before.
    pub(crate) after: Option<String>,
    /// The page ends before this row: `previous` of the page after.
    pub(crate) before: Option<String>,
    /// At most so many rows.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: Option<i64>,
}

impl PageParams {
    /// The page that is asked for.
    pub(crate) fn request(&self) -> Result<PageRequest, Error> {
        let invalid = |reason: &str| Error::new(Code::QueryInvalid).with("reason", reason);
        if self.limit.is_some_and(|limit| !(1..=limits::PAGE_MOST).contains(&limit)) {
            return Err(invalid("limit: from 1 to 200"));
        }
        let page = PageRequest::parse(
            self.after.as_deref().unwrap_or_default(),
            self.before.as_deref().unwrap_or_default(),
        )
        .map_err(|_| invalid("after, before: no cursor of this list"))?;
        Ok(PageRequest { rows: self.limit, ..page })
    }
}

/// What a list is searched for, refused where it is longer than its description allows.
pub(crate) fn searched(q: Option<String>) -> Result<String, Error> {
    let text = q.unwrap_or_default();
    if text.chars().count() > LONGEST_SEARCH {
        return Err(Error::new(Code::QueryInvalid).with("reason", "q: at most 320 characters"));
    }
    Ok(text)
}

/// An error about a form's `field`, as one about the body's member that means the same.
pub(crate) fn member(error: Error, field: &str, member: &'static str) -> Error {
    if error.field() == Some(field) { error.on(member) } else { error }
}

/// What a list without filters of its own is asked for: a search, and a page.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchParams {
    /// Part of a name.
    #[param(max_length = 320)]
    q: Option<String>,
    /// The page begins after this row: `next` of the page before.
    after: Option<String>,
    /// The page ends before this row: `previous` of the page after.
    before: Option<String>,
    /// At most so many rows.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
}

impl SearchParams {
    /// What is looked for, and the page that is asked for.
    pub(crate) fn request(self) -> Result<(String, PageRequest), Error> {
        let page = PageParams { after: self.after, before: self.before, limit: self.limit };
        Ok((searched(self.q)?, page.request()?))
    }
}

/// An object whose members are names of the sender's choice, each at most once (K7).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Named<T>(pub(crate) BTreeMap<String, T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData))
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = Named<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut all = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value()?;
            if all.insert(name, value).is_some() {
                return Err(serde::de::Error::custom("a member is there twice"));
            }
        }
        Ok(Named(all))
    }
}

/// A member of what changes, for a value that there may be or not. With `#[serde(default)]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Patched<T> {
    /// Left out: it stays as it is.
    #[default]
    Kept,
    /// Null: it is taken away.
    Away,
    /// It is to be this.
    Given(T),
}

impl<T> Patched<T> {
    /// What it is to be, where it is `now`.
    pub(crate) fn over(self, now: Option<T>) -> Option<T> {
        match self {
            Self::Kept => now,
            Self::Away => None,
            Self::Given(value) => Some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patched<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Away, Self::Given))
    }
}
