//! `If-Match` and `ETag` (RFC 9110 §8.8.3, §13.1.1): whoever changes a thing can say which version of it was seen.

use axum::extract::FromRequestParts;
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;
use bailiwick_base::{Code, Error};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, Required};

use crate::shell::Refusal;

/// The version a change is made to; none if the sender does not say or says `*`. The operation refuses with 412 if it is
/// another by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IfMatch(pub(crate) Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let mut given = parts.headers.get_all(IF_MATCH).iter();
        match (given.next(), given.next()) {
            (None, _) => Ok(Self(None)),
            (Some(value), None) => {
                let text = value.to_str().unwrap_or_default().trim();
                parse(text).map(Self).map_err(Refusal::from)
            }
            _ => Err(invalid().into()),
        }
    }
}

impl utoipa::IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^(\\*|\"[0-9]+\")$"));
        let parameter = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(
                "The ETag of the version the change is made to. If the thing has changed since, the answer is 412 and nothing \
                 is changed. Left out, or an asterisk: whatever version it has.",
            ))
            .schema(Some(schema.examples(["\"3\""])));
        vec![parameter.build()]
    }
}

fn parse(text: &str) -> Result<Option<i64>, Error> {
    if text == "*" {
        return Ok(None);
    }
    let digits = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(invalid)?;
    // What never was a version of ours matches nothing.
    let version = digits.parse().ok().filter(|version: &i64| version.to_string() == digits);
    Ok(Some(version.unwrap_or(-1)))
}

fn invalid() -> Error {
    Error::new(Code::HeaderInvalid)
        .with("header", "If-Match")
        .with("reason", "It holds one ETag as it was given, in double quotes, or an asterisk")
}

/// The entity tag of a version.
pub(super) fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_strong_tag_or_an_asterisk_is_understood() {
        assert_eq!(parse("\"7\"").expect("a tag"), Some(7));
        assert_eq!(parse("*").expect("an asterisk"), None);
        assert_eq!(parse("\"abc\"").expect("a foreign tag"), Some(-1), "which matches nothing");
        assert_eq!(parse("\"07\"").expect("a foreign tag"), Some(-1));
        for text in ["7", "W/\"7\"", "\"7\", \"8\"", "\"", ""] {
            assert!(parse(text).is_err() || parse(text).expect("some") == Some(-1), "{text}");
        }
    }
}
