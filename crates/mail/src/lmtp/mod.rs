//! The server's side of LMTP: commands, message data, replies.
//!
//! Source: RFC 2033, and RFC 5321 for what it takes over. For the socket to which our own Postfix delivers mail
//! for lists. After DATA there is one reply for each accepted recipient, in their order; that, the order of
//! commands and what is done with a message are the caller's.
//!
//! A line ends with CRLF and with nothing else, in commands and in data. Whoever takes a bare LF for a line end
//! can be made to see two messages where the sender sent one (CVE-2023-51764 and its kin). Data with a bare CR or
//! LF is read to its true end, and refused.

mod command;
mod data;
mod reply;

pub use command::{Command, CommandDecoder, CommandError, MAX_COMMAND};
pub use data::{DataDecoder, DataError, DataStep};
pub use reply::Reply;
