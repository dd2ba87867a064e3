//! Bytes that arrived and are not yet decoded, bounded.

use crate::WireError;
use std::ops::Range;

/// How far a peer may send ahead of the decoder, beyond one whole message: one read of a usual loop.
pub(crate) const READ_AHEAD: usize = 64 * 1024;

/// A queue of bytes that never holds more than its capacity.
///
/// Excess bytes are dropped and remembered: what was complete before them is still decoded, then
/// [`WireError::Backlog`] is due.
#[derive(Debug)]
pub(crate) struct Backlog {
    bytes: Vec<u8>,
    start: usize,
    scanned: usize,
    capacity: usize,
    overflowed: bool,
}

impl Backlog {
    /// `message` is the longest message of the protocol, in octets.
    pub(crate) const fn new(message: usize) -> Self {
        Self { bytes: Vec::new(), start: 0, scanned: 0, capacity: message + READ_AHEAD, overflowed: false }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.overflowed {
            return;
        }
        if self.start > 0 {
            self.bytes.drain(..self.start);
            self.scanned -= self.start;
            self.start = 0;
        }
        let room = self.capacity - self.bytes.len();
        if bytes.len() > room {
            self.overflowed = true;
        }
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    pub(crate) fn data(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub(crate) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.bytes.len());
        self.scanned = self.scanned.max(self.start);
    }

    /// An error once bytes were dropped; to be asked when no message is complete any more.
    pub(crate) const fn check(&self) -> Result<(), WireError> {
        if self.overflowed { Err(WireError::Backlog) } else { Ok(()) }
    }

    /// Takes everything that is left.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let rest = self.bytes.split_off(self.start);
        self.bytes.clear();
        self.start = 0;
        self.scanned = 0;
        rest
    }

    /// Takes the next line without its LF. Each byte is looked at once, however it arrives.
    pub(crate) fn next_line(&mut self, part: &'static str, limit: usize) -> Result<Option<&[u8]>, WireError> {
        match self.find_line(limit) {
            Line::Complete(range) => Ok(Some(&self.bytes[range])),
            Line::TooLong => Err(WireError::TooLong { part, limit }),
            Line::Open => self.check().map(|()| None),
        }
    }

    fn find_line(&mut self, limit: usize) -> Line {
        let Some(at) = self.bytes[self.scanned..].iter().position(|b| *b == b'\n') else {
            self.scanned = self.bytes.len();
            return if self.data().len() > limit { Line::TooLong } else { Line::Open };
        };
        let range = self.start..self.scanned + at;
        if range.len() > limit {
            return Line::TooLong;
        }
        self.start = range.end + 1;
        self.scanned = self.start;
        Line::Complete(range)
    }
}

enum Line {
    Complete(Range<usize>),
    Open,
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excess_bytes_are_dropped_after_what_was_complete() {
        let mut backlog = Backlog::new(10);
        backlog.push(b"one\n");
        backlog.push(&vec![b'x'; 10 + READ_AHEAD]);
        assert_eq!(backlog.next_line("line", 10), Ok(Some(&b"one"[..])));
        assert!(backlog.bytes.len() <= 10 + READ_AHEAD);
        assert!(backlog.check().is_err());
    }

    #[test]
    fn a_line_without_an_end_is_refused_at_its_bound() {
        let mut backlog = Backlog::new(10);
        backlog.push(&[b'x'; 10]);
        assert_eq!(backlog.next_line("line", 10), Ok(None));
        backlog.push(b"x");
        assert_eq!(backlog.next_line("line", 10), Err(WireError::TooLong { part: "line", limit: 10 }));
    }
}
