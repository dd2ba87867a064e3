//! Dovecot's questions: may this person sign in, and where is their mail.
//!
//! The port is on loopback, where every local program could ask, so each request carries a secret that only Dovecot's
//! auth processes can read. What is not understood gets no answer in the protocol; the script takes that for a
//! temporary failure.

use std::net::SocketAddr;
use std::sync::Arc;

use bailiwick_app::mail_policy::MailPolicy;
use bailiwick_mail::lua_auth::{
    MAX_BODY, PASSDB_PATH, PassdbAnswer, PassdbRequest, SECRET_HEADER, USERDB_PATH, UserdbAnswer,
    UserdbRequest,
};
use bailiwick_plane::PlaneSettings;
use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use subtle::ConstantTimeEq;
use tokio::net::TcpListener;

use super::door::Door;
use super::http::{self, Answer};
use super::in_time;

/// What every request is compared with.
#[derive(Debug)]
struct Expected {
    passdb: String,
    userdb: String,
    secret: String,
}

pub(super) async fn serve(
    door: Door,
    listener: TcpListener,
    questions: MailPolicy,
    secret: String,
    settings: &PlaneSettings,
) {
    let path = prefix(&settings.passdb_url);
    let expected = Arc::new(Expected {
        passdb: format!("{path}{PASSDB_PATH}"),
        userdb: format!("{path}{USERDB_PATH}"),
        secret,
    });
    door.serve(listener, |stream, shutdown| {
        let (questions, expected) = (questions.clone(), Arc::clone(&expected));
        http::converse(stream, shutdown, move |request| {
            let (questions, expected) = (questions.clone(), Arc::clone(&expected));
            async move { answer(&questions, &expected, request).await.unwrap_or_else(http::status) }
        })
    })
    .await;
}

/// Address and port of the URL under which Dovecot's script asks.
pub(super) fn address(url: &str) -> Option<SocketAddr> {
    let rest = url.strip_prefix("http://")?;
    rest.split('/').next()?.parse().ok()
}

/// The URL's path.
fn prefix(url: &str) -> &str {
    let rest = url.strip_prefix("http://").unwrap_or(url);
    rest.find('/').map_or("", |at| &rest[at..])
}

async fn answer(
    questions: &MailPolicy,
    expected: &Expected,
    request: Request<Incoming>,
) -> Result<Answer, StatusCode> {
    let given = request.headers().get(SECRET_HEADER).map_or(&b""[..], |value| value.as_bytes());
    if !bool::from(given.ct_eq(expected.secret.as_bytes())) {
        tracing::warn!("somebody asked in Dovecot's place without its secret");
        return Err(StatusCode::FORBIDDEN);
    }
    if request.method() != Method::POST {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let path = request.uri().path().to_owned();
    let text = if path == expected.passdb {
        let question =
            PassdbRequest::decode(&http::body(request, MAX_BODY).await?).map_err(not_understood)?;
        in_time(questions.passdb(&question)).await.unwrap_or(PassdbAnswer::Temporary).encode()
    } else if path == expected.userdb {
        let question =
            UserdbRequest::decode(&http::body(request, MAX_BODY).await?).map_err(not_understood)?;
        in_time(questions.userdb(&question)).await.unwrap_or(UserdbAnswer::Temporary).encode()
    } else {
        return Err(StatusCode::NOT_FOUND);
    };
    Ok(http::with("text/plain", text))
}

fn not_understood(error: bailiwick_mail::WireError) -> StatusCode {
    tracing::warn!(%error, "a question of Dovecot was not understood");
    StatusCode::BAD_REQUEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_the_script_has_an_address_and_perhaps_a_path() {
        let url = "http://127.0.0.1:8091/dovecot";
        assert_eq!(address(url), "127.0.0.1:8091".parse().ok());
        assert_eq!(prefix(url), "/dovecot");
        assert_eq!((address("http://[::1]:1"), prefix("http://[::1]:1")), ("[::1]:1".parse().ok(), ""));
        assert_eq!(address("http://127.0.0.1"), None);
    }
}
