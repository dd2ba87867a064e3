//! From bytes to blocks of attributes.

use super::PolicyRequest;
use crate::{WireError, backlog::Backlog};
use std::collections::BTreeMap;

/// Longest block, its empty line included.
pub const MAX_BLOCK: usize = 64 * 1024;
/// Most attributes of a block; Postfix 3.7 sends about thirty.
pub const MAX_ATTRIBUTES: usize = 200;
/// Longest attribute name.
const MAX_NAME: usize = 64;

/// Reads policy requests from bytes that arrive in any pieces.
///
/// Attributes may come in any order; unknown ones are kept. An attribute twice, a line without `=`, a name
/// that is not of letters, digits and `_`, control characters, text that is not UTF-8, an empty block and a
/// `request` other than `smtpd_access_policy` are errors. After an error the caller answers
/// [`super::PolicyAction::malformed`] and closes.
#[derive(Debug)]
pub struct PolicyDecoder {
    backlog: Backlog,
    block: BTreeMap<String, String>,
    octets: usize,
    failed: Option<WireError>,
}

impl Default for PolicyDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl PolicyDecoder {
    /// A reader for a new connection.
    pub const fn new() -> Self {
        Self { backlog: Backlog::new(MAX_BLOCK), block: BTreeMap::new(), octets: 0, failed: None }
    }

    /// Appends what was read from the peer.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.backlog.push(bytes);
        }
    }

    /// The next whole request, `None` while more bytes are needed.
    #[expect(clippy::should_implement_trait, reason = "an item may be missing for now and come later")]
    pub fn next(&mut self) -> Result<Option<PolicyRequest>, WireError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.take().inspect_err(|error| {
            self.failed = Some(*error);
            self.block.clear();
        })
    }

    /// Whether the peer closed between two requests: a half-sent block has no meaning and no answer.
    pub fn at_boundary(&self) -> bool {
        self.block.is_empty() && self.backlog.data().is_empty()
    }

    fn take(&mut self) -> Result<Option<PolicyRequest>, WireError> {
        const TOO_LONG: WireError = WireError::TooLong { part: "policy request", limit: MAX_BLOCK };
        loop {
            let room = MAX_BLOCK.checked_sub(self.octets + 1).ok_or(TOO_LONG)?;
            let line = match self.backlog.next_line("policy request", room) {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(None),
                Err(WireError::TooLong { .. }) => return Err(TOO_LONG),
                Err(other) => return Err(other),
            };
            if line.is_empty() {
                self.octets = 0;
                return PolicyRequest::new(std::mem::take(&mut self.block)).map(Some);
            }
            self.octets += line.len() + 1;
            let (name, value) = attribute(line)?;
            if self.block.len() == MAX_ATTRIBUTES {
                return Err(WireError::TooMany { part: "policy attributes", limit: MAX_ATTRIBUTES });
            }
            if self.block.insert(name.to_owned(), value.to_owned()).is_some() {
                return Err(WireError::Malformed("policy request: an attribute comes twice"));
            }
        }
    }
}

fn attribute(line: &[u8]) -> Result<(&str, &str), WireError> {
    let line = str::from_utf8(line).map_err(|_| WireError::NotUtf8("policy attribute"))?;
    let (name, value) =
        line.split_once('=').ok_or(WireError::Malformed("policy request: a line without ="))?;
    let known_form = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(known_form) {
        return Err(WireError::Malformed("policy attribute name"));
    }
    if value.contains(char::is_control) {
        return Err(WireError::Malformed("policy attribute value"));
    }
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::ProtocolState;
    use proptest::prelude::*;

    const RCPT: &str = "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\n\
        client_address=203.0.113.9\nclient_name=unknown\nclient_port=4444\nreverse_client_name=unknown\n\
        server_address=192.0.2.1\nserver_port=465\nhelo_name=laptop\nsender=alice@a.test\n\
        recipient=bob@b.test\nrecipient_count=0\nqueue_id=\ninstance=1e3.65b0e1a2.c3500.0\nsize=295\n\
        etrn_domain=\nstress=\nsasl_method=PLAIN\nsasl_username=alice@a.test\nsasl_sender=\n\
        ccert_subject=\nccert_issuer=\nccert_fingerprint=\nccert_pubkey_fingerprint=\n\
        encryption_protocol=TLSv1.3\nencryption_cipher=TLS_AES_256_GCM_SHA384\nencryption_keysize=256\n\
        policy_context=submission\n\n";

    fn decode(bytes: &[u8], step: usize) -> Result<Vec<PolicyRequest>, WireError> {
        let mut decoder = PolicyDecoder::new();
        let mut out = Vec::new();
        for piece in bytes.chunks(step) {
            decoder.push(piece);
            while let Some(request) = decoder.next()? {
                out.push(request);
            }
        }
        Ok(out)
    }

    fn fails(block: &str) -> WireError {
        decode(block.as_bytes(), 7).unwrap_err()
    }

    #[test]
    fn a_request_of_postfix_is_read_byte_by_byte_and_two_in_one_packet() {
        let two = RCPT.repeat(2);
        for step in [1, 3, two.len()] {
            let requests = decode(two.as_bytes(), step).unwrap();
            assert_eq!(requests.len(), 2);
            let request = &requests[1];
            assert_eq!(request.protocol_state(), Some(ProtocolState::Rcpt));
            assert_eq!(request.sasl_username(), Some("alice@a.test"));
            assert_eq!(request.recipient(), Some("bob@b.test"));
            assert_eq!(request.client_address(), Some("203.0.113.9".parse().unwrap()));
            assert_eq!((request.client_port(), request.server_port()), (Some(4444), Some(465)));
            assert_eq!((request.size(), request.recipient_count()), (Some(295), Some(0)));
            assert_eq!((request.queue_id(), request.instance_pid()), (None, Some(0x1e3)));
            assert_eq!(request.encryption_protocol(), Some("TLSv1.3"));
            assert_eq!(request.policy_context(), Some("submission"));
        }
    }

    #[test]
    fn order_does_not_matter_and_unknown_attributes_are_kept() {
        let requests = decode(b"future=1\nsender=\nrequest=smtpd_access_policy\n\n", 5).unwrap();
        assert_eq!((requests[0].sender(), requests[0].get("future")), (Some(""), Some("1")));
        assert_eq!(requests[0].recipient(), None);
    }

    #[test]
    fn what_is_not_a_policy_request_is_refused() {
        for block in [
            "\n",
            "\n\n",
            "sender=a\n\n",
            "request=junk\n\n",
            "request=smtpd_access_policy\nrequest=smtpd_access_policy\n\n",
            "request=smtpd_access_policy\nsasl_username=a\nsasl_username=b\n\n",
            "request=smtpd_access_policy\nsender\n\n",
            "request=smtpd_access_policy\n=x\n\n",
            "request=smtpd_access_policy\r\n\r\n",
            "request=smtpd_access_policy\nsize=many\n\n",
            "request=smtpd_access_policy\nserver_port=99999\n\n",
        ] {
            assert!(matches!(fails(block), WireError::Malformed(_)), "{block:?}");
        }
    }

    #[test]
    fn text_that_is_not_utf8_is_refused() {
        let error = decode(b"request=smtpd_access_policy\nsender=\xff\n\n", 9).unwrap_err();
        assert_eq!(error, WireError::NotUtf8("policy attribute"));
    }

    #[test]
    fn a_block_above_64_kib_is_refused_with_or_without_line_ends() {
        let line = format!("request=smtpd_access_policy\nhelo_name={}\n\n", "x".repeat(MAX_BLOCK));
        assert_eq!(fails(&line), WireError::TooLong { part: "policy request", limit: MAX_BLOCK });
        let many = (0..150).map(|n| format!("a{n}={}\n", "x".repeat(500))).collect::<Vec<_>>().concat();
        assert_eq!(fails(&many), WireError::TooLong { part: "policy request", limit: MAX_BLOCK });
    }

    #[test]
    fn more_than_200_attributes_are_refused() {
        let many = (0..=MAX_ATTRIBUTES).map(|n| format!("a{n}=\n")).collect::<Vec<_>>().concat();
        assert_eq!(fails(&many), WireError::TooMany { part: "policy attributes", limit: MAX_ATTRIBUTES });
    }

    #[test]
    fn a_block_without_its_empty_line_is_no_request() {
        let mut decoder = PolicyDecoder::new();
        decoder.push(RCPT.trim_end().as_bytes());
        assert_eq!(decoder.next(), Ok(None));
        assert!(!decoder.at_boundary());
    }

    #[test]
    fn nothing_is_read_after_an_error() {
        let mut decoder = PolicyDecoder::new();
        decoder.push(b"junk\n\n");
        assert!(decoder.next().is_err());
        decoder.push(RCPT.as_bytes());
        assert!(decoder.next().is_err());
    }

    proptest! {
        #[test]
        fn foreign_bytes_split_anywhere_never_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..600), step in 1_usize..40,
        ) {
            let _ = decode(&bytes, step);
        }

        #[test]
        fn the_split_never_changes_what_is_read(text in "([a-c]=[x\u{e9}]{0,3}\n|\n|request=smtpd_access_policy\n){0,12}",
                                                step in 1_usize..20) {
            prop_assert_eq!(decode(text.as_bytes(), step), decode(text.as_bytes(), 1));
        }
    }
}
