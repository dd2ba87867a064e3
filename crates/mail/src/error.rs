//! The one error of the incremental decoders.

use std::fmt;

/// Why bytes from a peer were refused.
///
/// None of the variants carries what the peer sent, so an error can be logged or answered as it is. A decoder
/// that returned an error returns it again on every later call; the connection is then answered with the
/// protocol's own refusal and closed. The single exception is told at [`crate::socketmap::SocketmapDecoder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WireError {
    /// A message or a part of one is longer than its bound, in octets.
    TooLong {
        /// What is too long, as a noun.
        part: &'static str,
        /// The bound in octets.
        limit: usize,
    },
    /// There are more of something than its bound.
    TooMany {
        /// What there is too much of, as a plural noun.
        part: &'static str,
        /// The bound.
        limit: usize,
    },
    /// The bytes are not of the protocol; the text says where.
    Malformed(&'static str),
    /// A part that must be text is not UTF-8.
    NotUtf8(&'static str),
    /// The peer sent far ahead of what was read from the decoder; the excess was not kept.
    Backlog,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { part, limit } => write!(f, "{part} is longer than {limit} octets"),
            Self::TooMany { part, limit } => write!(f, "more than {limit} {part}"),
            Self::Malformed(where_) => write!(f, "malformed {where_}"),
            Self::NotUtf8(part) => write!(f, "{part} is not UTF-8"),
            Self::Backlog => f.write_str("too much sent ahead"),
        }
    }
}

impl std::error::Error for WireError {}
