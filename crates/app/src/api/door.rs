//! The way into the API: who calls, how often, and whether the request was carried out before.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bailiwick_base::authz::Caller;
use bailiwick_base::db::{KeptAnswer, Once};
use bailiwick_base::words::{ClientAddress, limits};
use bailiwick_base::{Code, Error};
use http_body_util::{BodyExt, Limited};
use ring::digest::{Context, SHA256};

use super::answer::Kept;
use crate::core::Core;
use crate::routes::Access;
use crate::shell::{Refusal, check_access};
use crate::{api_keys, sign_in};

pub(crate) use super::routes::router as api;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Stands before every operation: says who calls, counts the request, and sends a request that was carried out before
/// the answer it got then.
pub(super) async fn guard(access: Access, mut request: Request, next: Next) -> Response {
    let Some(core) = request.extensions().get::<Core>().cloned() else {
        return Refusal::from(Error::internal("the layers are not in place")).into_response();
    };
    let brought = Brought::read(request.headers());
    let standing = brought.as_ref().map(|brought| core.rates().count(&brought.in_one_spelling()));
    let mut response = match standing {
        Some(standing) if standing.wait.is_some() => {
            core.metrics().rate_limited();
            Refusal::from(Code::RateLimited).into_response()
        }
        _ => match let_in(&core, access, brought.as_ref(), &mut request).await {
            Ok(Way::Read(caller)) => answered(&core, access, &caller, next.run(request).await).await,
            Ok(Way::Change(once)) => carried_out(&core, once, next.run(request).await).await,
            Err(error) => Refusal::from(error).into_response(),
        },
    };
    if let Some(standing) = standing {
        standing.head(response.headers_mut());
    }
    response
}

/// What a request brings in `Authorization`.
enum Brought {
    Key(String),
    Password { name: String, password: String },
}

impl Brought {
    fn read(headers: &HeaderMap) -> Option<Self> {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (given.next(), given.next()) else { return None };
        let (scheme, value) = value.to_str().ok()?.split_once(' ')?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(Self::Key(value.trim().to_owned()));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let pair = data_encoding::BASE64.decode(value.trim().as_bytes()).ok()?;
        let pair = String::from_utf8(pair).ok()?;
        let (name, password) = pair.split_once(':')?;
        Some(Self::Password { name: name.to_owned(), password: password.to_owned() })
    }

    /// By which requests are counted: however it is spelt, a credential is one.
    fn in_one_spelling(&self) -> String {
        match self {
            Self::Key(key) => key.clone(),
            Self::Password { name, password } => format!("{}:{password}", name.trim().to_lowercase()),
        }
    }
}

/// How a request goes on that was let in.
enum Way {
    /// It changes nothing.
    Read(Caller),
    /// It may change something, once if its sender says so.
    Change(Option<Once>),
}

async fn let_in(
    core: &Core,
    access: Access,
    brought: Option<&Brought>,
    request: &mut Request,
) -> Result<Way, Error> {
    let address = request.extensions().get::<ClientAddress>().copied();
    let address = address.ok_or_else(|| Error::internal("the client's address is not known"))?;
    let brought = brought.ok_or(Code::CredentialsMissing)?;
    let caller = match brought {
        Brought::Key(key) => api_keys::caller_by_key(core, key, address).await?,
        Brought::Password { name, password } => {
            sign_in::caller_by_password(core, name, password, address).await?
        }
    };
    if request.method().is_safe() {
        // A read decides by itself what may be seen, in the one transaction it opens.
        request.extensions_mut().insert(caller.clone());
        return Ok(Way::Read(caller));
    }
    check_access(core, &caller, access).await?;
    let once = once(core, brought, request).await?;
    let caller = match &once {
        Some(once) => caller.once_only(once.clone()),
        None => caller,
    };
    request.extensions_mut().insert(caller);
    Ok(Way::Change(once))
}

/// A read that was refused for its form, or found nothing: whoever does not hold what the operation declares is told that
/// instead, as they would be of any id and any query.
async fn answered(core: &Core, access: Access, caller: &Caller, response: Response) -> Response {
    if !matches!(response.status(), StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND) {
        return response;
    }
    match check_access(core, caller, access).await {
        Ok(()) => response,
        Err(error) => Refusal::from(error).into_response(),
    }
}

/// The request's `Idempotency-Key`, with a digest of all it asks.
async fn once(core: &Core, brought: &Brought, request: &mut Request) -> Result<Option<Once>, Error> {
    let mut given = request.headers().get_all(IDEMPOTENCY_KEY).iter();
    let Some(key) = given.next() else { return Ok(None) };
    let readable = |key: &&str| {
        (1..=limits::IDEMPOTENCY_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let key = key.to_str().ok().filter(readable).map(ToOwned::to_owned);
    let key = key.filter(|_| given.next().is_none()).ok_or_else(|| {
        Error::new(Code::HeaderInvalid)
            .with("header", "Idempotency-Key")
            .with("reason", "It holds 1 to 128 printable characters without blanks")
    })?;
    let body = Limited::new(std::mem::take(request.body_mut()), limits::BODY).collect().await;
    let body = body.map_err(|_| Code::TooLarge)?.to_bytes();
    *request.body_mut() = Body::from(body.clone());
    let mut digest = Context::new(&SHA256);
    let place = request.uri().path_and_query().map_or("", |place| place.as_str());
    // Another credential of the same login may see less than the answer tells.
    let credential = brought.in_one_spelling();
    for part in [credential.as_bytes(), request.method().as_str().as_bytes(), place.as_bytes(), &body] {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    // Keyed, because a body may hold a password.
    let fingerprint = core.ground().keys.mac("idempotency", digest.finish().as_ref());
    Ok(Some(Once::new(&key, &fingerprint)))
}

/// Keeps the answer to a request with a key; or gives the answer kept, if it was carried out before.
async fn carried_out(core: &Core, once: Option<Once>, response: Response) -> Response {
    let Some(once) = once else { return response };
    let error = response.extensions().get::<Arc<Error>>().map(|error| error.code());
    match error {
        Some(Code::AlreadyCarriedOut) => match core.db().kept_answer(&once).await {
            Ok(Some(kept)) => replayed(kept),
            Ok(None) => with_header(response, RETRY_AFTER, "1"),
            Err(error) => Refusal::from(error).into_response(),
        },
        None if response.status().is_success() => keep(core, &once, response).await,
        _ => response,
    }
}

async fn keep(core: &Core, once: &Once, response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return Refusal::from(Error::internal(error)).into_response(),
    };
    let kept: Bytes = parts.extensions.get::<Kept>().map_or_else(|| body.clone(), |kept| kept.0.clone());
    if kept.len() <= limits::IDEMPOTENCY_ANSWER {
        let text =
            |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
        let answer = KeptAnswer {
            status: parts.status.as_u16(),
            body: kept.to_vec(),
            location: text(LOCATION),
            etag: text(ETAG),
        };
        if let Err(error) = core.db().keep_answer(once, &answer).await {
            // The change is made and its key is kept with it: sent again, the request is told so.
            tracing::warn!(code = error.code().key(), inside = ?error.inside(), "an answer was not kept");
        }
    }
    Response::from_parts(parts, Body::from(body))
}

fn replayed(kept: KeptAnswer) -> Response {
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let mut response = (status, kept.body).into_response();
    response.headers_mut().remove(CONTENT_TYPE);
    if status != StatusCode::NO_CONTENT {
        response = with_header(response, CONTENT_TYPE, "application/json");
    }
    for (name, value) in [(LOCATION, kept.location), (ETAG, kept.etag)] {
        if let Some(value) = value {
            response = with_header(response, name, &value);
        }
    }
    with_header(response, REPLAYED, "true")
}

fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}
