//! Forms and queries, read strictly: unknown, duplicate and wrongly typed fields are refused (K7), and a form
//! is taken only from the browser it was shown in (K21).

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use bailiwick_base::words::limits;
use bailiwick_base::{Code, Error};
use http_body_util::{BodyExt, Limited};
use serde::de::DeserializeOwned;

use super::{CsrfKey, Refusal};

/// A posted form. `T` denies unknown fields; the anti-forgery token is checked and taken away before.
#[derive(Debug, Clone)]
pub struct Form<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let key = request.extensions().get::<CsrfKey>().cloned().ok_or(Code::Internal)?;
        let is_form =
            request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
                value.split(';').next().is_some_and(|kind| kind.trim() == "application/x-www-form-urlencoded")
            });
        if !is_form {
            return Err(Error::new(Code::MalformedRequest).into());
        }
        let body = Limited::new(request.into_body(), limits::BODY)
            .collect()
            .await
            .map_err(|_| Code::TooLarge)?
            .to_bytes();
        let (mine, rest): (Vec<_>, Vec<_>) =
            form_urlencoded::parse(&body).into_owned().partition(|(name, _)| name == "csrf");
        match mine.as_slice() {
            [(_, given)] if key.matches(given) => {}
            _ => return Err(Error::new(Code::ForgedRequest).into()),
        }
        parse(&rest).map(Self)
    }
}

/// The query of a URL.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
                .into_owned()
                .filter(|(name, _)| name != "done")
                .collect();
        parse(&pairs).map(Self)
    }
}

/// What a list without filters of its own is asked for: a search, and a page.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListQuery {
    /// What is looked for.
    pub q: String,
    /// The page begins after this row.
    pub after: String,
    /// The page ends before this row.
    pub before: String,
}

fn parse<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, Refusal> {
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    serde_html_form::from_str(&text).map_err(|error| Error::new(Code::MalformedRequest).because(error).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        name: String,
        count: i64,
    }

    fn read(pairs: &[(&str, &str)]) -> Result<Sample, Refusal> {
        let pairs: Vec<_> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        parse(&pairs)
    }

    #[test]
    fn unknown_duplicate_and_wrongly_typed_fields_are_refused() {
        let sample = read(&[("name", "a&b=c"), ("count", "3")]).expect("a good form");
        assert_eq!((sample.name.as_str(), sample.count), ("a&b=c", 3));
        assert!(read(&[("name", "a"), ("count", "3"), ("tenant_id", "1")]).is_err());
        assert!(read(&[("name", "a"), ("name", "b"), ("count", "3")]).is_err());
        assert!(read(&[("name", "a"), ("count", "x")]).is_err());
        assert!(read(&[("name", "a")]).is_err());
    }
}
