//! Postfix' table lookups: socketmap_table(5).
//!
//! A request is the netstring `<map name> <key>`; an answer is the netstring of `OK <value>`, `NOTFOUND `,
//! `TEMP <why>` or `PERM <why>`, of at most 100,000 octets. The connection is persistent, one question at a
//! time. This module knows no map and looks nothing up. Postfix asks for whole addresses alone, so plus
//! details and catch-alls are the caller's.

use crate::{WireError, netstring, netstring::NetstringDecoder, text};

/// Longest key. Postfix itself asks nothing above 10,000 octets and takes such a key for absent.
pub const MAX_KEY: usize = 10 * 1024;
/// Longest map name.
pub const MAX_MAP: usize = 64;
/// Longest answer, without its netstring frame; Postfix drops the connection over a longer one.
pub const MAX_REPLY: usize = 100_000;
/// Longest explanation; Postfix logs the first 200 octets.
const MAX_WHY: usize = 200;

/// One question of Postfix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketmapRequest {
    /// The last part of `socketmap:unix:/path:map` in Postfix' configuration.
    pub map: String,
    /// What is looked up, untouched: it may be empty, hold blanks, newlines or several `@`. An address parser
    /// that refuses it means [`Reply::NotFound`], never a temporary error.
    pub key: String,
}

/// Reads requests from bytes that arrive in any pieces.
///
/// [`WireError::NotUtf8`] is not final here: such a key exists in no map, so the caller answers
/// [`Reply::NotFound`] and goes on. All other errors end the connection. [`Reply::refusing`] has the answers.
#[derive(Debug)]
pub struct SocketmapDecoder(NetstringDecoder);

impl Default for SocketmapDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl SocketmapDecoder {
    /// A reader for a new connection.
    pub const fn new() -> Self {
        Self(NetstringDecoder::new(MAX_MAP + 1 + MAX_KEY))
    }

    /// Appends what was read from the peer.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.push(bytes);
    }

    /// The next question, `None` while more bytes are needed.
    #[expect(clippy::should_implement_trait, reason = "an item may be missing for now and come later")]
    pub fn next(&mut self) -> Result<Option<SocketmapRequest>, WireError> {
        self.0.next()?.map(|content| request(&content)).transpose()
    }
}

fn request(content: &[u8]) -> Result<SocketmapRequest, WireError> {
    let blank = content.iter().position(|b| *b == b' ').ok_or(WireError::Malformed("socketmap request"))?;
    let (map, key) = (&content[..blank], &content[blank + 1..]);
    if map.is_empty() || !map.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')) {
        return Err(WireError::Malformed("map name"));
    }
    if map.len() > MAX_MAP {
        return Err(WireError::TooLong { part: "map name", limit: MAX_MAP });
    }
    if key.len() > MAX_KEY {
        return Err(WireError::TooLong { part: "key", limit: MAX_KEY });
    }
    let key = str::from_utf8(key).map_err(|_| WireError::NotUtf8("key"))?;
    Ok(SocketmapRequest { map: String::from_utf8_lossy(map).into_owned(), key: key.to_owned() })
}

/// One answer to Postfix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The value, as the parameter that uses the map wants it.
    Ok(String),
    /// There is no such key: the only negative answer that is final.
    NotFound,
    /// Our own fault for now; Postfix defers (451 4.3.0).
    Temp(String),
    /// The question itself is wrong; Postfix defers and logs it as an error of the configuration.
    Perm(String),
}

impl Reply {
    /// What to answer to a request that could not be read. The connection is closed afterwards, unless the
    /// error is [`WireError::NotUtf8`].
    pub fn refusing(error: &WireError) -> Self {
        match error {
            WireError::NotUtf8(_) => Self::NotFound,
            other => Self::Perm(other.to_string()),
        }
    }

    /// The answer as it goes over the wire: one line without control characters, which become `?`.
    ///
    /// A value above [`MAX_REPLY`] is answered `TEMP`: cut, a list of addresses would lose members in silence.
    pub fn encode(&self) -> Vec<u8> {
        let content = match self {
            Self::Ok(value) if value.len() + 3 > MAX_REPLY => "TEMP value too long".to_owned(),
            Self::Ok(value) => format!("OK {}", text::one_line(value, MAX_REPLY)),
            Self::NotFound => "NOTFOUND ".to_owned(),
            Self::Temp(why) => format!("TEMP {}", text::one_line(why, MAX_WHY)),
            Self::Perm(why) => format!("PERM {}", text::one_line(why, MAX_WHY)),
        };
        netstring::encode(content.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ask(content: &[u8]) -> Result<Option<SocketmapRequest>, WireError> {
        let mut decoder = SocketmapDecoder::new();
        decoder.push(&netstring::encode(content));
        decoder.next()
    }

    #[test]
    fn a_question_has_a_map_and_a_key() {
        let request = ask(b"valias team@a.test").unwrap().unwrap();
        assert_eq!((request.map.as_str(), request.key.as_str()), ("valias", "team@a.test"));
    }

    #[test]
    fn strange_keys_are_keys() {
        let long = "x".repeat(10 * 1024);
        for key in ["", "a@b@t1.example", "\"a@b\"@t1.example", "a\nb@t1.example", " a b ", long.as_str()] {
            let request = ask(format!("vmailbox {key}").as_bytes()).unwrap().unwrap();
            assert_eq!(request.key, key);
        }
    }

    #[test]
    fn a_key_above_its_bound_is_refused() {
        let error = ask(&[b"m ", "x".repeat(MAX_KEY + 1).as_bytes()].concat()).unwrap_err();
        assert_eq!(error, WireError::TooLong { part: "key", limit: MAX_KEY });
        assert!(matches!(Reply::refusing(&error), Reply::Perm(_)));
    }

    #[test]
    fn a_key_that_is_not_utf8_is_not_found_and_the_connection_lives() {
        let mut decoder = SocketmapDecoder::new();
        decoder.push(&netstring::encode(b"valias \xff\xfe"));
        decoder.push(&netstring::encode(b"valias a"));
        let error = decoder.next().unwrap_err();
        assert_eq!(error, WireError::NotUtf8("key"));
        assert_eq!(Reply::refusing(&error), Reply::NotFound);
        assert_eq!(decoder.next().unwrap().unwrap().key, "a");
    }

    #[test]
    fn a_request_without_a_map_is_malformed() {
        for content in [&b""[..], b"valias", b" key", b"v\talias key", b"v\xc3\xa4 key"] {
            assert!(matches!(ask(content), Err(WireError::Malformed(_))), "{content:?}");
        }
    }

    #[test]
    fn the_answers_have_the_form_postfix_reads() {
        assert_eq!(Reply::Ok("a@x,b@y".into()).encode(), b"10:OK a@x,b@y,");
        assert_eq!(Reply::NotFound.encode(), b"9:NOTFOUND ,");
        assert_eq!(Reply::Temp("later".into()).encode(), b"10:TEMP later,");
        assert_eq!(Reply::Perm("no".into()).encode(), b"7:PERM no,");
    }

    #[test]
    fn an_answer_is_one_line() {
        assert_eq!(Reply::Ok("a@x\nb@y".into()).encode(), b"10:OK a@x?b@y,");
        assert_eq!(Reply::Temp("a\r\nOK x".into()).encode(), b"12:TEMP a??OK x,");
    }

    #[test]
    fn a_value_postfix_would_not_take_is_temporary_and_never_cut() {
        assert_eq!(Reply::Ok("x".repeat(MAX_REPLY - 2)).encode(), b"19:TEMP value too long,");
        assert!(Reply::Ok("x".repeat(MAX_REPLY - 3)).encode().starts_with(b"100000:OK x"));
    }

    proptest! {
        #[test]
        fn foreign_bytes_split_anywhere_never_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..400), step in 1_usize..50,
        ) {
            let mut decoder = SocketmapDecoder::new();
            for piece in bytes.chunks(step) {
                decoder.push(piece);
                while let Ok(Some(_)) = decoder.next() {}
            }
        }

        #[test]
        fn every_answer_fits_and_is_one_line(value in any::<String>(), kind in 0..3) {
            let reply = match kind { 0 => Reply::Ok(value), 1 => Reply::Temp(value), _ => Reply::Perm(value) };
            let mut decoder = NetstringDecoder::new(MAX_REPLY);
            decoder.push(&reply.encode());
            let content = String::from_utf8(decoder.next().unwrap().unwrap()).unwrap();
            prop_assert!(!content.chars().any(text::breaks_line));
        }
    }
}
