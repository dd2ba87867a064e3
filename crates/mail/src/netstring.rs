//! Netstrings, the framing of socketmap: `<length in decimal>:<octets>,`.
//!
//! Source: D. J. Bernstein, "Netstrings" (1997), as Postfix' netstring(3) reads them. Refused are an empty
//! length, leading zeroes, signs, spaces, and any length above the reader's bound, before a byte of the
//! content is waited for.

use crate::{WireError, backlog::Backlog};

/// Longest length prefix: nine digits are more than any bound used here.
const MAX_DIGITS: usize = 9;

/// Reads netstrings from bytes that arrive in any pieces.
#[derive(Debug)]
pub struct NetstringDecoder {
    backlog: Backlog,
    limit: usize,
    failed: Option<WireError>,
}

impl NetstringDecoder {
    /// A reader for netstrings of at most `limit` octets.
    pub const fn new(limit: usize) -> Self {
        Self { backlog: Backlog::new(limit + MAX_DIGITS + 2), limit, failed: None }
    }

    /// Appends what was read from the peer.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.backlog.push(bytes);
        }
    }

    /// The next whole content, `None` while more bytes are needed.
    #[expect(clippy::should_implement_trait, reason = "an item may be missing for now and come later")]
    pub fn next(&mut self) -> Result<Option<Vec<u8>>, WireError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.take().inspect_err(|error| self.failed = Some(*error))
    }

    fn take(&mut self) -> Result<Option<Vec<u8>>, WireError> {
        let Some((content, end)) = header(self.backlog.data(), self.limit)? else {
            return self.backlog.check().map(|()| None);
        };
        let data = self.backlog.data();
        let Some(last) = data.get(end) else {
            return self.backlog.check().map(|()| None);
        };
        if *last != b',' {
            return Err(WireError::Malformed("netstring end"));
        }
        let bytes = data[content..end].to_vec();
        self.backlog.consume(end + 1);
        Ok(Some(bytes))
    }
}

/// Where the content begins and ends.
fn header(data: &[u8], limit: usize) -> Result<Option<(usize, usize)>, WireError> {
    let digits = data.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits > 1 && data[0] == b'0' {
        return Err(WireError::Malformed("netstring length"));
    }
    if digits > MAX_DIGITS {
        return Err(WireError::TooLong { part: "netstring", limit });
    }
    let length = data[..digits].iter().fold(0_usize, |n, b| n * 10 + usize::from(b - b'0'));
    if length > limit {
        return Err(WireError::TooLong { part: "netstring", limit });
    }
    match data.get(digits) {
        None => Ok(None),
        Some(b':') if digits > 0 => Ok(Some((digits + 1, digits + 1 + length))),
        Some(_) => Err(WireError::Malformed("netstring length")),
    }
}

/// The netstring of `content`.
pub fn encode(content: &[u8]) -> Vec<u8> {
    let mut out = format!("{}:", content.len()).into_bytes();
    out.extend_from_slice(content);
    out.push(b',');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(bytes: &[u8], limit: usize) -> Result<Vec<Vec<u8>>, WireError> {
        let mut decoder = NetstringDecoder::new(limit);
        decoder.push(bytes);
        let mut out = Vec::new();
        while let Some(content) = decoder.next()? {
            out.push(content);
        }
        Ok(out)
    }

    #[test]
    fn two_netstrings_in_one_packet_are_two_messages() {
        assert_eq!(all(b"3:abc,0:,", 10), Ok(vec![b"abc".to_vec(), Vec::new()]));
    }

    #[test]
    fn a_length_above_the_bound_is_refused_before_its_content_arrives() {
        assert_eq!(all(b"11", 10), Err(WireError::TooLong { part: "netstring", limit: 10 }));
        assert_eq!(all(&[b'9'; 20], 10), Err(WireError::TooLong { part: "netstring", limit: 10 }));
    }

    #[test]
    fn lengths_with_signs_spaces_or_leading_zeroes_are_malformed() {
        for bytes in [&b":,"[..], b"+1:a,", b" 1:a,", b"01:a,", b"02282631616", b"-1:a,", b"a:"] {
            assert_eq!(all(bytes, 10), Err(WireError::Malformed("netstring length")), "{bytes:?}");
        }
    }

    #[test]
    fn a_content_longer_than_said_is_malformed_for_good() {
        let mut decoder = NetstringDecoder::new(10);
        decoder.push(b"1:ab,");
        assert!(decoder.next().is_err());
        decoder.push(b"1:a,");
        assert!(decoder.next().is_err());
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded_however_it_is_split(
            contents in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..6),
            step in 1_usize..20,
        ) {
            let wire: Vec<u8> = contents.iter().flat_map(|c| encode(c)).collect();
            let mut decoder = NetstringDecoder::new(64);
            let mut seen = Vec::new();
            for piece in wire.chunks(step) {
                decoder.push(piece);
                while let Some(content) = decoder.next().unwrap() {
                    seen.push(content);
                }
            }
            prop_assert_eq!(seen, contents);
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = all(&bytes, 32);
        }
    }
}
