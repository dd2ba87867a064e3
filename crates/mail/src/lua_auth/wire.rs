//! `key=value` lines with percent-encoded values.

use crate::{WireError, text};
use std::collections::BTreeMap;

/// Longest body in octets.
pub const MAX_BODY: usize = 8 * 1024;
const MAX_LINES: usize = 32;
const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Octets that stand for themselves.
const fn stands(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~' | b'@' | b':' | b'/')
}

pub(super) fn line(out: &mut String, key: &str, value: &[u8]) {
    out.push_str(key);
    out.push('=');
    for byte in value {
        if stands(*byte) {
            out.push(char::from(*byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out.push('\n');
}

/// The fields of a body, each taken out once; what is left over is foreign.
pub(super) struct Fields<'a>(BTreeMap<&'a str, Vec<u8>>);

impl<'a> Fields<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, WireError> {
        if body.len() > MAX_BODY {
            return Err(WireError::TooLong { part: "body", limit: MAX_BODY });
        }
        let body = str::from_utf8(body).map_err(|_| WireError::NotUtf8("body"))?;
        let lines = body.strip_suffix('\n').ok_or(WireError::Malformed("body: the last line has no end"))?;
        let mut fields = BTreeMap::new();
        for line in lines.split('\n') {
            let (key, value) = line.split_once('=').ok_or(WireError::Malformed("body: a line without ="))?;
            if fields.len() == MAX_LINES {
                return Err(WireError::TooMany { part: "lines", limit: MAX_LINES });
            }
            if fields.insert(key, decode(value)?).is_some() {
                return Err(WireError::Malformed("body: a key comes twice"));
            }
        }
        Ok(Self(fields))
    }

    pub(super) fn octets(&mut self, key: &str) -> Result<Vec<u8>, WireError> {
        self.0.remove(key).ok_or(WireError::Malformed("body: a key is missing"))
    }

    pub(super) fn text(&mut self, key: &str) -> Result<String, WireError> {
        let text = String::from_utf8(self.octets(key)?).map_err(|_| WireError::NotUtf8("value"))?;
        if text.contains(text::breaks_line) {
            return Err(WireError::Malformed("value: control characters"));
        }
        Ok(text)
    }

    pub(super) fn number<N: std::str::FromStr>(&mut self, key: &str) -> Result<N, WireError> {
        let text = self.text(key)?;
        let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        number.ok_or(WireError::Malformed("value: a number"))
    }

    pub(super) fn optional_number<N: std::str::FromStr>(
        &mut self,
        key: &str,
    ) -> Result<Option<N>, WireError> {
        if self.0.contains_key(key) { self.number(key).map(Some) } else { Ok(None) }
    }

    pub(super) fn end(self) -> Result<(), WireError> {
        if self.0.is_empty() { Ok(()) } else { Err(WireError::Malformed("body: an unknown key")) }
    }
}

fn decode(value: &str) -> Result<Vec<u8>, WireError> {
    let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16)).and_then(|n| u8::try_from(n).ok());
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => match (digit(bytes.next()), digit(bytes.next())) {
                (Some(high), Some(low)) => out.push(high << 4 | low),
                _ => return Err(WireError::Malformed("value: percent-encoding")),
            },
            byte if stands(byte) => out.push(byte),
            _ => return Err(WireError::Malformed("value: an octet that is not encoded")),
        }
    }
    Ok(out)
}
