//! What a client typed, out of base64.

use super::wire::Mechanism;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt;

/// Longest user name in octets: longer than any address.
pub const MAX_USER: usize = 320;
/// Longest password in octets.
pub const MAX_PASSWORD: usize = 1024;

/// A password as the client sent it, in octets: old clients send other encodings than UTF-8.
///
/// `Debug` prints no part of it, not even its length.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Vec<u8>);

impl Password {
    /// Takes octets as a password; `None` if they are none, or more than [`MAX_PASSWORD`], or hold a NUL.
    pub fn new(octets: Vec<u8>) -> Option<Self> {
        let sound = !octets.is_empty() && octets.len() <= MAX_PASSWORD && !octets.contains(&0);
        sound.then_some(Self(octets))
    }

    /// The octets, for the hash and for nothing else.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// How far a conversation has come, by the answers of the client.
#[derive(Debug)]
pub(super) enum Step {
    /// The next answer is PLAIN's one message.
    Plain,
    /// The next answer is the user name of LOGIN.
    LoginUser,
    /// The next answer is the password of LOGIN.
    LoginPassword(String),
}

/// What follows an answer of the client.
#[derive(Debug)]
pub(super) enum Next {
    /// Ask this, and wait.
    Ask(&'static str, Step),
    /// All is known.
    Known(String, Password),
}

impl Step {
    pub(super) const fn first(mechanism: Mechanism) -> Self {
        match mechanism {
            Mechanism::Plain => Self::Plain,
            Mechanism::Login => Self::LoginUser,
        }
    }

    /// The challenge that leads to this step, not yet in base64.
    pub(super) const fn challenge(&self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::LoginUser => "Username:",
            Self::LoginPassword(_) => "Password:",
        }
    }

    /// Takes the client's answer, in base64. `None` refuses the attempt.
    pub(super) fn answer(self, base64: &[u8]) -> Option<Next> {
        let octets = decode(base64)?;
        match self {
            Self::Plain => plain(&octets),
            Self::LoginUser => {
                let step = Self::LoginPassword(user(&octets)?);
                Some(Next::Ask(step.challenge(), step))
            }
            Self::LoginPassword(user) => Some(Next::Known(user, Password::new(octets)?)),
        }
    }
}

/// RFC 4648 §4 with padding; `=` alone is the empty answer (RFC 4954 §4).
fn decode(base64: &[u8]) -> Option<Vec<u8>> {
    if base64 == b"=" { Some(Vec::new()) } else { STANDARD.decode(base64).ok() }
}

/// `[authzid] NUL authcid NUL passwd` (RFC 4616 §2).
fn plain(message: &[u8]) -> Option<Next> {
    let parts: Vec<&[u8]> = message.splitn(4, |b| *b == 0).collect();
    let [authorize, authenticate, password] = parts[..] else { return None };
    if !authorize.is_empty() && authorize != authenticate {
        return None;
    }
    Some(Next::Known(user(authenticate)?, Password::new(password.to_vec())?))
}

fn user(octets: &[u8]) -> Option<String> {
    let user = str::from_utf8(octets).ok()?;
    (1..=MAX_USER).contains(&user.len()).then_some(())?;
    (!user.contains(crate::text::breaks_line)).then(|| user.to_owned())
}
