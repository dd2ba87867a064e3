//! Lines, fields and escapes.

use crate::{WireError, text};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{borrow::Cow, net::IpAddr};

/// Longest line of the client, in octets.
pub const MAX_LINE: usize = 8 * 1024;
/// Most conversations open on one connection. Postfix has one at a time, and forgets one when its
/// client gives up.
pub const MAX_PENDING: usize = 1024;
/// Longest reason given to a client.
const MAX_REASON: usize = 200;

/// How the client proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// RFC 4616.
    Plain,
    /// User name and password, one after the other; never standardised, still used.
    Login,
}

/// One line of the client.
#[derive(Debug)]
pub(super) enum Line<'a> {
    Version { major: u32 },
    Pid(u32),
    Auth { id: u32, request: Option<Auth<'a>> },
    Cont { id: u32, answer: &'a [u8] },
    Cancel { id: u32 },
}

/// An `AUTH` line without its id.
#[derive(Debug)]
pub(super) struct Auth<'a> {
    pub(super) mechanism: Mechanism,
    pub(super) service: String,
    pub(super) remote_ip: Option<IpAddr>,
    pub(super) local_ip: Option<IpAddr>,
    pub(super) secured: bool,
    pub(super) initial: Option<&'a [u8]>,
}

/// Reads a line. What is wrong beyond an id costs that attempt alone, anything else the connection.
pub(super) fn line(bytes: &[u8]) -> Result<Line<'_>, WireError> {
    let mut fields = bytes.split(|b| *b == b'\t');
    let command = fields.next().unwrap_or_default();
    let mut number =
        || fields.next().and_then(decimal).ok_or(WireError::Malformed("authentication line: a number"));
    match command {
        b"VERSION" => Ok(Line::Version { major: number()? }),
        b"CPID" => Ok(Line::Pid(number()?)),
        b"AUTH" => Ok(Line::Auth { id: number()?, request: auth(fields) }),
        b"CONT" => {
            let id = number()?;
            let answer = fields.next().unwrap_or_default();
            Ok(Line::Cont { id, answer: if fields.next().is_none() { answer } else { b"\t" } })
        }
        b"CANCEL" => Ok(Line::Cancel { id: number()? }),
        _ => Err(WireError::Malformed("authentication line: the command")),
    }
}

/// `None` for another mechanism, a field that comes twice, or one behind `resp`, which has to be the last.
fn auth<'a>(mut fields: impl Iterator<Item = &'a [u8]>) -> Option<Auth<'a>> {
    let mechanism = match fields.next()? {
        name if name.eq_ignore_ascii_case(b"PLAIN") => Mechanism::Plain,
        name if name.eq_ignore_ascii_case(b"LOGIN") => Mechanism::Login,
        _ => return None,
    };
    let (mut service, mut remote, mut local, mut secured, mut initial) = (None, None, None, false, None);
    for field in fields {
        if initial.is_some() {
            return None;
        }
        let split = field.iter().position(|b| *b == b'=');
        let (name, value) = split.map_or((field, &b""[..]), |at| (&field[..at], &field[at + 1..]));
        let seen_before = match name {
            b"service" => service.replace(unescape(value)).is_some(),
            b"rip" => remote.replace(unescape(value)).is_some(),
            b"lip" => local.replace(unescape(value)).is_some(),
            b"secured" => std::mem::replace(&mut secured, true),
            b"resp" => initial.replace(value).is_some(),
            _ => false,
        };
        if seen_before {
            return None;
        }
    }
    let service = service.unwrap_or_default();
    let name_form = service.len() <= 32 && service.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    name_form.then(|| Auth {
        mechanism,
        service: String::from_utf8_lossy(&service).into_owned(),
        remote_ip: remote.and_then(|ip| address(&ip)),
        local_ip: local.and_then(|ip| address(&ip)),
        secured,
        initial,
    })
}

fn decimal(field: &[u8]) -> Option<u32> {
    let form = (1..=10).contains(&field.len()) && field.iter().all(u8::is_ascii_digit);
    form.then(|| str::from_utf8(field).ok()?.parse().ok()).flatten()
}

fn address(field: &[u8]) -> Option<IpAddr> {
    str::from_utf8(field).ok()?.parse().ok().map(|ip: IpAddr| ip.to_canonical())
}

/// Dovecot's escapes: \x01 before 0, 1, t, r, l or n; before anything else it is dropped.
fn unescape(field: &[u8]) -> Cow<'_, [u8]> {
    if !field.contains(&1) {
        return Cow::Borrowed(field);
    }
    let mut out = Vec::with_capacity(field.len());
    let mut bytes = field.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != 1 {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'0') => out.push(0),
            Some(b'1') => out.push(1),
            Some(b't') => out.push(b'\t'),
            Some(b'r') => out.push(b'\r'),
            Some(b'l' | b'n') => out.push(b'\n'),
            Some(other) => out.push(other),
            None => {}
        }
    }
    Cow::Owned(out)
}

/// Everything the server says first. Postfix wants `MECH` before `SPID` to know the right kind of socket.
pub(super) fn handshake(server_pid: u32, connection: u32, cookie: [u8; 16]) -> String {
    let cookie = data_encoding::HEXLOWER.encode(&cookie);
    format!(
        "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tLOGIN\tplaintext\n\
         SPID\t{server_pid}\nCUID\t{connection}\nCOOKIE\t{cookie}\nDONE\n"
    )
}

/// The TAB before an empty challenge is needed: Postfix takes a `CONT` without it for an error.
pub(super) fn cont(id: u32, challenge: &str) -> String {
    format!("CONT\t{id}\t{}\n", STANDARD.encode(challenge))
}

/// Postfix reads values as they stand, without undoing escapes, so nothing that needs one may be sent.
pub(super) fn ok(id: u32, user: &str) -> String {
    format!("OK\t{id}\tuser={user}\n")
}

pub(super) fn fail(id: u32, user: Option<&str>, reason: &str) -> String {
    let user = user.map(|user| format!("\tuser={user}")).unwrap_or_default();
    let reason = text::ascii_line(reason, MAX_REASON);
    let reason = if reason.is_empty() { reason } else { format!("\treason={reason}") };
    format!("FAIL\t{id}{user}{reason}\n")
}
