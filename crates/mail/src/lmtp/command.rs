//! Command lines.

use crate::{WireError, backlog::Backlog};
use std::fmt;

/// Longest command line in octets, CRLF included.
pub const MAX_COMMAND: usize = 2048;
/// Longest address: 64 of local part, 255 of domain (RFC 5321 §4.5.3.1), and the `@`.
const MAX_ADDRESS: usize = 320;
const MAX_PARAMETERS: usize = 20;

/// One command of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The client names itself.
    Lhlo(String),
    /// A message begins.
    Mail {
        /// Envelope sender without brackets, empty for the null sender; not yet parsed as an address.
        from: String,
        /// Octets announced with SIZE (RFC 1870).
        size: Option<u64>,
        /// Addresses and headers may be UTF-8 (RFC 6531).
        smtp_utf8: bool,
        /// All parameters as given, names in capitals.
        parameters: Vec<(String, Option<String>)>,
    },
    /// One recipient.
    Rcpt {
        /// Without brackets, never empty; not yet parsed as an address.
        to: String,
        /// All parameters as given, names in capitals.
        parameters: Vec<(String, Option<String>)>,
    },
    /// The message follows.
    Data,
    /// Forget the message.
    Rset,
    /// Nothing.
    Noop,
    /// Goodbye.
    Quit,
    /// Is there such a user? Answered 252: the argument is not looked at.
    Vrfy(String),
}

/// A command that was read and is refused; the connection goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandError {
    /// 500: no such command. HELO and EHLO among them (RFC 2033 §4.1).
    Unknown,
    /// 501: its arguments are wrong.
    Arguments,
    /// 555: a parameter is wrong or there are too many (RFC 5321 §4.1.1.11).
    Parameters,
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "command not recognized",
            Self::Arguments => "syntax error in arguments",
            Self::Parameters => "parameter not recognized",
        })
    }
}

impl std::error::Error for CommandError {}

/// Reads commands from bytes that arrive in any pieces.
#[derive(Debug)]
pub struct CommandDecoder {
    backlog: Backlog,
    failed: Option<WireError>,
}

impl Default for CommandDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl CommandDecoder {
    /// A reader for a new connection, or after a message's data.
    pub const fn new() -> Self {
        Self { backlog: Backlog::new(MAX_COMMAND), failed: None }
    }

    /// Appends what was read from the peer.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.backlog.push(bytes);
        }
    }

    /// The next command, `None` while more bytes are needed. A [`WireError`] ends the connection; a
    /// [`CommandError`] is answered.
    #[expect(clippy::should_implement_trait, reason = "an item may be missing for now and come later")]
    pub fn next(&mut self) -> Result<Option<Result<Command, CommandError>>, WireError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.take().inspect_err(|error| self.failed = Some(*error))
    }

    /// What was sent behind the last command. Behind DATA it belongs to a client that did not wait for 354; a
    /// caller that means well gives it to the [`super::DataDecoder`], a strict one closes unless it is empty.
    pub fn take_rest(&mut self) -> Vec<u8> {
        self.backlog.take()
    }

    fn take(&mut self) -> Result<Option<Result<Command, CommandError>>, WireError> {
        let Some(line) = self.backlog.next_line("command", MAX_COMMAND - 1)? else { return Ok(None) };
        let line = line.strip_suffix(b"\r").ok_or(WireError::Malformed("command: a bare LF"))?;
        if line.contains(&b'\r') || line.contains(&0) {
            return Err(WireError::Malformed("command: a bare CR or a NUL"));
        }
        let line = str::from_utf8(line).map_err(|_| WireError::NotUtf8("command"))?;
        Ok(Some(command(line)))
    }
}

fn command(line: &str) -> Result<Command, CommandError> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let bare = |command| if rest.trim().is_empty() { Ok(command) } else { Err(CommandError::Arguments) };
    match verb.to_ascii_uppercase().as_str() {
        "LHLO" => name(rest).map(Command::Lhlo),
        "MAIL" => mail(rest),
        "RCPT" => rcpt(rest),
        "DATA" => bare(Command::Data),
        "RSET" => bare(Command::Rset),
        "NOOP" => Ok(Command::Noop),
        "QUIT" => bare(Command::Quit),
        "VRFY" => argument(rest).map(Command::Vrfy),
        _ => Err(CommandError::Unknown),
    }
}

fn argument(text: &str) -> Result<String, CommandError> {
    let text = text.trim();
    let sound = !text.is_empty() && !text.contains(char::is_control);
    if sound { Ok(text.to_owned()) } else { Err(CommandError::Arguments) }
}

/// A domain or an address literal: no blanks, at most 255 octets.
fn name(text: &str) -> Result<String, CommandError> {
    let name = argument(text)?;
    if name.len() <= 255 && !name.contains(' ') { Ok(name) } else { Err(CommandError::Arguments) }
}

fn mail(text: &str) -> Result<Command, CommandError> {
    let (from, rest) = path(text, "FROM:")?;
    let parameters = parameters(rest)?;
    let mut size = None;
    for (name, value) in &parameters {
        if name == "SIZE" {
            let digits = value.as_deref().filter(|v| v.len() <= 20 && v.bytes().all(|b| b.is_ascii_digit()));
            let octets = digits.and_then(|v| v.parse().ok()).ok_or(CommandError::Parameters)?;
            size = Some(octets);
        }
    }
    let smtp_utf8 = parameters.iter().any(|(name, value)| name == "SMTPUTF8" && value.is_none());
    Ok(Command::Mail { from, size, smtp_utf8, parameters })
}

fn rcpt(text: &str) -> Result<Command, CommandError> {
    let (to, rest) = path(text, "TO:")?;
    if to.is_empty() {
        return Err(CommandError::Arguments);
    }
    Ok(Command::Rcpt { to, parameters: parameters(rest)? })
}

/// Takes `FROM:<address>`, without a blank before the bracket (RFC 5321 §3.3). Source routes are refused.
fn path<'a>(text: &'a str, keyword: &str) -> Result<(String, &'a str), CommandError> {
    let split = text.split_at_checked(keyword.len()).filter(|(head, _)| head.eq_ignore_ascii_case(keyword));
    let inner = split.and_then(|(_, path)| path.strip_prefix('<')).ok_or(CommandError::Arguments)?;
    let end = closing(inner).ok_or(CommandError::Arguments)?;
    let (address, rest) = (&inner[..end], &inner[end + 1..]);
    let sound =
        address.len() <= MAX_ADDRESS && !address.starts_with('@') && !address.contains(char::is_control);
    if !sound || !(rest.is_empty() || rest.starts_with(' ')) {
        return Err(CommandError::Arguments);
    }
    Ok((address.to_owned(), rest))
}

/// The first `>` outside of a quoted local part; blanks and `<` are allowed inside of quotes alone.
fn closing(inner: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(at),
            b'<' | b' ' if !quoted => return None,
            _ => {}
        }
    }
    None
}

fn parameters(text: &str) -> Result<Vec<(String, Option<String>)>, CommandError> {
    let mut out: Vec<(String, Option<String>)> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let name = name.to_ascii_uppercase();
        let sound = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let empty = value.is_some_and(|value| value.is_empty() || value.contains(char::is_control));
        if !sound || empty || out.len() == MAX_PARAMETERS || out.iter().any(|(known, _)| *known == name) {
            return Err(CommandError::Parameters);
        }
        out.push((name, value.map(str::to_owned)));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(line: &str) -> Result<Command, CommandError> {
        let mut decoder = CommandDecoder::new();
        decoder.push(format!("{line}\r\n").as_bytes());
        decoder.next().unwrap().unwrap()
    }

    #[test]
    fn the_commands_of_a_transaction_are_read() {
        assert_eq!(read("LHLO mail.a.test"), Ok(Command::Lhlo("mail.a.test".into())));
        assert_eq!(
            read("mail from:<alice@a.test> SIZE=295 BODY=8BITMIME"),
            Ok(Command::Mail {
                from: "alice@a.test".into(),
                size: Some(295),
                smtp_utf8: false,
                parameters: vec![
                    ("SIZE".into(), Some("295".into())),
                    ("BODY".into(), Some("8BITMIME".into()))
                ],
            })
        );
        assert!(
            matches!(read("MAIL FROM:<> SMTPUTF8"), Ok(Command::Mail { from, smtp_utf8: true, .. }) if from.is_empty())
        );
        assert_eq!(
            read("RCPT TO:<\"a >b\"@a.test> ORCPT=rfc822;x@a.test"),
            Ok(Command::Rcpt {
                to: "\"a >b\"@a.test".into(),
                parameters: vec![("ORCPT".into(), Some("rfc822;x@a.test".into()))],
            })
        );
        for (line, command) in [
            ("DATA", Command::Data),
            ("rset", Command::Rset),
            ("NOOP hi", Command::Noop),
            ("QUIT ", Command::Quit),
        ] {
            assert_eq!(read(line), Ok(command));
        }
        assert_eq!(read("VRFY bob"), Ok(Command::Vrfy("bob".into())));
    }

    #[test]
    fn wrong_commands_are_answered_and_the_connection_goes_on() {
        for (line, error) in [
            ("EHLO a.test", CommandError::Unknown),
            ("", CommandError::Unknown),
            ("LHLO", CommandError::Arguments),
            ("LHLO a b", CommandError::Arguments),
            ("DATA now", CommandError::Arguments),
            ("MAIL FROM: <a@b>", CommandError::Arguments),
            ("MAIL FROM:a@b", CommandError::Arguments),
            ("MAIL FROM:<a@b", CommandError::Arguments),
            ("MAIL FROM:<a b@c>", CommandError::Arguments),
            ("MAIL FROM:<a@b>SIZE=1", CommandError::Arguments),
            ("MAIL é", CommandError::Arguments),
            ("MAIL FROM\u{bf}<a@b>", CommandError::Arguments),
            ("RCPT TO:<>", CommandError::Arguments),
            ("RCPT TO:<@x:a@b>", CommandError::Arguments),
            ("MAIL FROM:<a@b> SIZE=-1", CommandError::Parameters),
            ("MAIL FROM:<a@b> SIZE=99999999999999999999", CommandError::Parameters),
            ("MAIL FROM:<a@b> SIZE=1 SIZE=2", CommandError::Parameters),
            ("MAIL FROM:<a@b> =x", CommandError::Parameters),
        ] {
            assert_eq!(read(line), Err(error), "{line}");
        }
        assert_eq!(read(&format!("RCPT TO:<{}@a>", "x".repeat(400))), Err(CommandError::Arguments));
        let many = (0..=MAX_PARAMETERS).map(|n| format!(" P{n}")).collect::<Vec<_>>().concat();
        assert_eq!(read(&format!("MAIL FROM:<>{many}")), Err(CommandError::Parameters));
    }

    #[test]
    fn a_line_without_crlf_ends_the_connection() {
        for bytes in [&b"NOOP\n"[..], b"NOOP\rNOOP\r\n", b"NO\0OP\r\n", b"NOOP \xff\r\n"] {
            let mut decoder = CommandDecoder::new();
            decoder.push(bytes);
            assert!(decoder.next().is_err(), "{bytes:?}");
            decoder.push(b"NOOP\r\n");
            assert!(decoder.next().is_err());
        }
    }

    #[test]
    fn an_overlong_line_ends_the_connection() {
        let mut decoder = CommandDecoder::new();
        decoder.push(&[b'x'; MAX_COMMAND]);
        assert_eq!(decoder.next(), Err(WireError::TooLong { part: "command", limit: MAX_COMMAND - 1 }));
    }

    #[test]
    fn what_is_behind_data_is_left_for_the_message() {
        let mut decoder = CommandDecoder::new();
        decoder.push(b"DATA\r\nSubject: x\r\n");
        assert_eq!(decoder.next(), Ok(Some(Ok(Command::Data))));
        assert_eq!(decoder.take_rest(), b"Subject: x\r\n");
        assert_eq!(decoder.next(), Ok(None));
    }

    proptest! {
        #[test]
        fn foreign_bytes_split_anywhere_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), step in 1_usize..40) {
            let mut decoder = CommandDecoder::new();
            for piece in bytes.chunks(step) {
                decoder.push(piece);
                while let Ok(Some(_)) = decoder.next() {}
            }
        }

        #[test]
        fn foreign_lines_never_panic(line in "(MAIL FROM:|MAIL [FROM:\u{bf}<]{0,6}|RCPT TO:|LHLO )?[^\r\n\0]{0,60}") {
            let _ = read(&line);
        }
    }
}
