//! Message data: RFC 5321 §4.5.2, the dots taken out.

use std::fmt;

/// Why a message that was read to its end is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataError {
    /// 552: larger than the limit; what is over it was not kept.
    TooLarge,
    /// 550 5.6.0: a CR or LF that is no CRLF.
    BareNewline,
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "message is too large",
            Self::BareNewline => "message has a bare CR or LF",
        })
    }
}

impl std::error::Error for DataError {}

/// What came of the bytes that were pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataStep {
    /// All belong to the message, and it goes on.
    More,
    /// The message ended within them.
    Done {
        /// The message, each line with its CRLF.
        message: Result<Vec<u8>, DataError>,
        /// How many of the pushed bytes belong to the message and its end; the rest are commands.
        consumed: usize,
    },
}

/// Where in a line the decoder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    LineStart,
    /// Behind a dot at the start of a line.
    Dot,
    /// Behind that dot and a CR.
    DotCr,
    Inside,
    /// Behind a CR within a line.
    Cr,
}

/// Reads a message up to CRLF.CRLF, which nothing else replaces. It holds at most its limit, and goes on reading
/// without keeping when a message is refused, so that the rest of it is never taken for commands.
#[derive(Debug)]
pub struct DataDecoder {
    message: Vec<u8>,
    limit: usize,
    at: At,
    refused: Option<DataError>,
}

impl DataDecoder {
    /// A reader for one message of at most `limit` octets.
    pub const fn new(limit: usize) -> Self {
        Self { message: Vec::new(), limit, at: At::LineStart, refused: None }
    }

    /// Takes what was read from the peer. After [`DataStep::Done`] a new decoder is needed; this one would read
    /// another message.
    pub fn push(&mut self, bytes: &[u8]) -> DataStep {
        for (index, byte) in bytes.iter().enumerate() {
            if self.take(*byte) {
                self.at = At::LineStart;
                let message = std::mem::take(&mut self.message);
                let message = self.refused.take().map_or(Ok(message), Err);
                return DataStep::Done { message, consumed: index + 1 };
            }
        }
        DataStep::More
    }

    /// Whether this byte was the last of the message's end.
    fn take(&mut self, byte: u8) -> bool {
        self.at = match (self.at, byte) {
            (At::DotCr, b'\n') => return true,
            (At::LineStart, b'.') => At::Dot,
            (At::Dot, b'\r') => At::DotCr,
            (At::Cr, b'\n') => {
                self.keep(b"\r\n");
                At::LineStart
            }
            (before, byte) => {
                // A CR that was held back, and is followed by something else, is a bare one.
                if matches!(before, At::Cr | At::DotCr) {
                    self.refuse(DataError::BareNewline);
                }
                self.ordinary(byte)
            }
        };
        false
    }

    fn ordinary(&mut self, byte: u8) -> At {
        match byte {
            b'\r' => At::Cr,
            b'\n' => {
                self.refuse(DataError::BareNewline);
                At::Inside
            }
            _ => {
                self.keep(&[byte]);
                At::Inside
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.refused.is_some() {
            return;
        }
        if self.message.len() + bytes.len() > self.limit {
            self.refuse(DataError::TooLarge);
        } else {
            self.message.extend_from_slice(bytes);
        }
    }

    fn refuse(&mut self, error: DataError) {
        self.refused.get_or_insert(error);
        self.message = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(bytes: &[u8], limit: usize, step: usize) -> Option<(Result<Vec<u8>, DataError>, usize)> {
        let mut decoder = DataDecoder::new(limit);
        let mut before = 0;
        for piece in bytes.chunks(step) {
            if let DataStep::Done { message, consumed } = decoder.push(piece) {
                return Some((message, before + consumed));
            }
            before += piece.len();
            assert!(decoder.message.len() <= limit);
        }
        None
    }

    #[test]
    fn dots_are_taken_out_and_what_follows_is_left() {
        let bytes = b"a\r\n..b\r\n...\r\n.c\r\nd.e\r\n.\r\nQUIT\r\n";
        for step in 1..bytes.len() {
            let (message, consumed) = whole(bytes, 100, step).unwrap();
            assert_eq!(message.unwrap(), b"a\r\n.b\r\n..\r\nc\r\nd.e\r\n");
            assert_eq!(&bytes[consumed..], b"QUIT\r\n");
        }
    }

    #[test]
    fn an_empty_message_is_a_message() {
        assert_eq!(whole(b".\r\n", 10, 1), Some((Ok(Vec::new()), 3)));
    }

    #[test]
    fn only_crlf_dot_crlf_ends_a_message_and_the_rest_is_never_a_command() {
        for fake in [
            &b"\n.\n"[..],
            b"\n.\r\n",
            b"\r.\r\n",
            b"\r\n.\n",
            b"\r\n.\r",
            b"\r.\r",
            b"\n.\r",
            b"\r\r\n.\r\r\n",
            b"\r\n.\0\r\n",
            b"\r\n\0.\r\n",
        ] {
            let bytes = [b"x", fake, b"MAIL FROM:<evil@x>\r\n.\r\n"].concat();
            let (message, consumed) = whole(&bytes, 1000, 3).unwrap();
            assert_eq!(consumed, bytes.len(), "{fake:?}");
            if !fake.contains(&0) {
                assert_eq!(message, Err(DataError::BareNewline), "{fake:?}");
            }
        }
    }

    #[test]
    fn a_message_above_the_limit_is_read_to_its_end_and_refused() {
        let bytes = [&[b'x'; 100][..], b"\r\n.\r\nQUIT\r\n"].concat();
        assert_eq!(whole(&bytes, 50, 7), Some((Err(DataError::TooLarge), 105)));
        assert!(whole(&bytes, 102, 7).unwrap().0.is_ok());
        assert_eq!(whole(&bytes, 101, 7), Some((Err(DataError::TooLarge), 105)));
    }

    proptest! {
        #[test]
        fn every_message_of_whole_lines_comes_back(lines in proptest::collection::vec("[.a-c]{0,5}", 0..12), step in 1_usize..20) {
            let stuff = |line: &String| if line.starts_with('.') { format!(".{line}") } else { line.clone() };
            let message = lines.iter().map(|line| line.clone() + "\r\n").collect::<String>();
            let stuffed = lines.iter().map(|line| stuff(line) + "\r\n").collect::<String>();
            let wire = format!("{stuffed}.\r\n");
            let (decoded, consumed) = whole(wire.as_bytes(), 1000, step).unwrap();
            prop_assert_eq!(decoded.unwrap(), message.as_bytes());
            prop_assert_eq!(consumed, wire.len());
        }

        #[test]
        fn an_end_is_always_crlf_dot_crlf(bytes in proptest::collection::vec(proptest::sample::select(b"\r\n.\0a".to_vec()), 0..60), step in 1_usize..9) {
            let from_line_start = [b"\r\n", &bytes[..]].concat();
            let end = from_line_start.windows(5).position(|w| w == b"\r\n.\r\n").map(|at| at + 3);
            prop_assert_eq!(whole(&bytes, 1000, step).map(|(_, consumed)| consumed), end);
        }
    }
}
