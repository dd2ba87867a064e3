//! A message on its way on: where it has been, and the line that says it was here.

use bailiwick_base::words::Timestamp;
use bytes::Bytes;

/// A message that went through more servers than this goes in circles (RFC 5321 §6.3). Fewer than Postfix allows
/// (`hopcount_limit`, 50): we and Postfix add a line each before it counts again, and its refusal of what we send on
/// would only make us try again.
const MAX_HOPS: usize = 45;

/// How often one message may pass us. Aliases of two customers that lead to each other would otherwise multiply it.
const MAX_FORWARDS: usize = 3;

/// The message went through too many servers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooManyHops;

/// The message with a line of ours on top and otherwise as it came, without its last line end, which sending adds.
pub(super) fn marked(message: &[u8], host: &str, now: Timestamp) -> Result<Bytes, TooManyHops> {
    if hops(message) > MAX_HOPS || forwards(message, host) >= MAX_FORWARDS {
        return Err(TooManyHops);
    }
    let line = format!("Received: by {host} (Bailiwick forwarder); {}\r\n", date(now));
    let message = message.strip_suffix(b"\r\n").unwrap_or(message);
    Ok([line.as_bytes(), message].concat().into())
}

/// How often the header says that it passed this forwarder.
fn forwards(message: &[u8], host: &str) -> usize {
    let ours = format!("Received: by {host} (Bailiwick forwarder);");
    header_lines(message).filter(|line| line.starts_with(ours.as_bytes())).count()
}

fn header_lines(message: &[u8]) -> impl Iterator<Item = &[u8]> {
    message.split(|byte| *byte == b'\n').take_while(|line| !matches!(*line, b"" | b"\r"))
}

/// `Received` fields in the header, which ends at the first empty line.
fn hops(message: &[u8]) -> usize {
    const NAME: &[u8] = b"received:";
    header_lines(message)
        .filter(|line| line.get(..NAME.len()).is_some_and(|start| start.eq_ignore_ascii_case(NAME)))
        .count()
}

/// RFC 5322 §3.3, in UTC.
fn date(now: Timestamp) -> String {
    let instant = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
    instant.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_added_and_nothing_else_changes() {
        let marked = marked(b"Subject: x\r\n\r\nReceived: no\r\n.\r\n", "mail.a.test", Timestamp(0))
            .expect("few hops");
        let text = "Received: by mail.a.test (Bailiwick forwarder); Thu, 01 Jan 1970 00:00:00 +0000\r\n\
                    Subject: x\r\n\r\nReceived: no\r\n.";
        assert_eq!(marked, text);
    }

    #[test]
    fn a_message_that_goes_in_circles_is_stopped() {
        let with = |hops: usize| format!("{}\r\nbody", "received: by x\r\n".repeat(hops));
        assert!(marked(with(45).as_bytes(), "h.test", Timestamp(0)).is_ok());
        assert_eq!(marked(with(46).as_bytes(), "h.test", Timestamp(0)), Err(TooManyHops));
        let in_the_body = format!("Subject: x\r\n\r\n{}", with(60));
        assert!(marked(in_the_body.as_bytes(), "h.test", Timestamp(0)).is_ok());
    }

    proptest! {
        #[test]
        fn the_message_is_whole_under_the_line(message in proptest::collection::vec(any::<u8>(), 0..300)) {
            let out = marked(&message, "h.test", Timestamp(1)).expect("few hops");
            prop_assert!(message.starts_with(&out[out.iter().position(|b| *b == b'\n').expect("a line") + 1..]));
        }
    }
}
