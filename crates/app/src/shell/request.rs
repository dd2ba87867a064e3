//! What is known about a request before anything is looked up.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use bailiwick_base::authz::Caller;
use bailiwick_base::words::{ClientAddress, Keyring, Token};
use bailiwick_base::{Code, Error};

use super::Refusal;
use crate::settings::Portal;

/// The number of a request, shown with errors and written to the log beside them.
#[derive(Debug, Clone)]
pub struct RequestNumber(pub String);

/// What ties forms to the browser they were shown in: the session's cookie or, before signing in, one of
/// their own.
#[derive(Debug, Clone)]
pub struct CsrfKey {
    pub(super) token: String,
}

impl CsrfKey {
    pub(super) fn new(keys: &Keyring, cookie: &str) -> Self {
        Self { token: data_encoding::BASE64URL_NOPAD.encode(&keys.mac("csrf", cookie.as_bytes())) }
    }

    /// The value every form carries as `csrf`.
    pub fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn matches(&self, given: &str) -> bool {
        use subtle::ConstantTimeEq;
        self.token.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

/// The cookie that ties forms to a browser nobody has signed in with.
pub(super) const FORM_COOKIE: &str = "__Host-bw-form";

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Who calls through a portal: the session its cookie names, or nobody.
pub(super) fn caller(headers: &HeaderMap, portal: Portal, address: ClientAddress) -> Caller {
    match cookie(headers, portal.cookie()).and_then(|value| value.parse::<Token>().ok()) {
        Some(token) => Caller::session(token.hash(), portal.realm(), address),
        None => Caller::anonymous(address),
    }
}

/// The socket's address or, behind a configured proxy, the right-most hop that is not one of ours (K13).
pub(super) fn client_address(socket: SocketAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> ClientAddress {
    let is_trusted = |address: IpAddr| trusted.contains(&address.to_canonical());
    if !is_trusted(socket.ip()) {
        return ClientAddress::new(socket.ip());
    }
    let hops = headers.get_all("x-forwarded-for").iter().filter_map(|header| header.to_str().ok());
    let hops: Vec<&str> = hops.flat_map(|header| header.split(',')).map(str::trim).collect();
    for hop in hops.iter().rev() {
        match hop.parse::<IpAddr>() {
            Ok(address) if is_trusted(address) => {}
            Ok(address) => return ClientAddress::new(address),
            Err(_) => break,
        }
    }
    ClientAddress::new(socket.ip())
}

/// Declares an extractor of something that a layer put beside the request.
macro_rules! from_extensions {
    ($($type:ty),*) => {$(
        impl<S: Send + Sync> FromRequestParts<S> for $type {
            type Rejection = Refusal;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
                parts.extensions.get::<Self>().cloned().ok_or_else(|| {
                    Error::new(Code::Internal).because(concat!(stringify!($type), " is missing: the layers are not in place")).into()
                })
            }
        }
    )*};
}

from_extensions!(Portal, CsrfKey, RequestNumber);

/// What a path names: an id, a token. What cannot be one names nothing: 404, as for an unknown one.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match <axum::extract::Path<T> as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(named)) => Ok(Self(named)),
            Err(_) => Err(Code::NoSuchThing.into()),
        }
    }
}

/// Who calls, as a handler takes it.
#[derive(Debug, Clone)]
pub struct Calling(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for Calling {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get::<Caller>().cloned().map(Self).ok_or_else(|| Error::new(Code::Internal).into())
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Calling {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Refusal> {
        Ok(parts.extensions.get::<Caller>().cloned().map(Self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(socket: &str, forwarded: &str, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        if !forwarded.is_empty() {
            headers.insert("x-forwarded-for", forwarded.parse().expect("a header"));
        }
        for name in ["x-real-ip", "cf-connecting-ip", "forwarded", "true-client-ip"] {
            headers.insert(name, "192.0.2.10".parse().expect("a header"));
        }
        let trusted: Vec<IpAddr> = trusted.iter().map(|text| text.parse().expect("an address")).collect();
        client_address(socket.parse().expect("a socket"), &headers, &trusted).to_string()
    }

    #[test]
    fn ap_02_headers_of_a_direct_connection_count_for_nothing() {
        assert_eq!(address("198.51.100.7:9", "192.0.2.10", &[]), "198.51.100.7");
        assert_eq!(address("127.0.0.1:9", "192.0.2.10", &[]), "127.0.0.1", "localhost is not special");
    }

    #[test]
    fn behind_a_proxy_the_right_most_foreign_hop_counts() {
        assert_eq!(address("10.0.0.1:9", "192.0.2.10, 198.51.100.7", &["10.0.0.1"]), "198.51.100.7");
        assert_eq!(address("10.0.0.1:9", "192.0.2.10, 10.0.0.2", &["10.0.0.1", "10.0.0.2"]), "192.0.2.10");
        assert_eq!(address("10.0.0.1:9", "192.0.2.10, unknown", &["10.0.0.1"]), "10.0.0.1");
        assert_eq!(address("10.0.0.1:9", "", &["10.0.0.1"]), "10.0.0.1");
    }
}
