//! Lines, fields and escapes.

use crate::{WireError, text};

/// Longest line of the client, in octets. Dovecot allows itself 64 KiB; an address and a key fit in far less.
pub const MAX_LINE: usize = 4 * 1024;
/// Longest user name: an address has at most 254 octets (RFC 5321).
const MAX_USER: usize = 320;
/// Longest reason of a failure, which Dovecot writes into its log.
const MAX_REASON: usize = 200;

/// One line of the client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Which protocol, and which dict.
    Hello { major: u32, dict: String },
    /// A transaction for a user.
    Begin { id: u32, user: String },
    /// Sets one of the keys.
    Set { id: u32, key: Key, value: u64 },
    /// Makes a transaction count; it wants an answer.
    Commit { id: u32 },
    /// Forgets a transaction.
    Rollback { id: u32 },
}

/// What can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// `priv/quota/storage`, in octets.
    Storage,
    /// `priv/quota/messages`.
    Messages,
}

/// The answer to a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is known now.
    Ok,
    /// There is no such user. To the plugin this is as good as done.
    NotFound,
    /// It did not work; the plugin tries again while its session lasts. With a reason for Dovecot's log.
    Fail(String),
}

impl Answer {
    /// The line that goes out for the transaction `id`.
    pub fn encode(&self, id: u32) -> String {
        match self {
            Self::Ok => format!("O{id}\n"),
            Self::NotFound => format!("N{id}\n"),
            Self::Fail(reason) => format!("F{id}\t{}\n", text::ascii_line(reason, MAX_REASON)),
        }
    }
}

/// Reads a line. What is not of the protocol, or not of our part of it, costs the connection.
pub(super) fn line(bytes: &[u8]) -> Result<Line, WireError> {
    let Some((command, rest)) = bytes.split_first() else {
        return Err(WireError::Malformed("dict line: it is empty"));
    };
    let mut fields = Fields(rest.split(|byte| *byte == b'\t'));
    let line = match command {
        b'H' => {
            let major = fields.number()?;
            for _ in ["minor version", "type of values", "user"] {
                fields.next()?;
            }
            Line::Hello { major, dict: fields.text()? }
        }
        b'B' => Line::Begin { id: fields.number()?, user: fields.user()? },
        b'S' => Line::Set { id: fields.number()?, key: fields.key()?, value: fields.number()? },
        b'C' => Line::Commit { id: fields.number()? },
        b'R' => Line::Rollback { id: fields.number()? },
        _ => return Err(WireError::Malformed("dict line: the command")),
    };
    // Later minor versions may add fields to a greeting and a begin; anywhere else they would change the meaning.
    if matches!(line, Line::Hello { .. } | Line::Begin { .. }) || fields.0.next().is_none() {
        return Ok(line);
    }
    Err(WireError::Malformed("dict line: too many fields"))
}

struct Fields<I>(I);

impl<'a, I: Iterator<Item = &'a [u8]>> Fields<I> {
    fn next(&mut self) -> Result<&'a [u8], WireError> {
        self.0.next().ok_or(WireError::Malformed("dict line: a field is missing"))
    }

    /// Decimal digits alone, without a sign.
    fn number<T: std::str::FromStr>(&mut self) -> Result<T, WireError> {
        let field = self.next()?;
        let digits = (1..=20).contains(&field.len()) && field.iter().all(u8::is_ascii_digit);
        let number = digits.then(|| str::from_utf8(field).ok()?.parse().ok()).flatten();
        number.ok_or(WireError::Malformed("dict line: a number"))
    }

    fn text(&mut self) -> Result<String, WireError> {
        let text = String::from_utf8(unescape(self.next()?)?);
        text.map_err(|_| WireError::NotUtf8("dict field"))
    }

    fn user(&mut self) -> Result<String, WireError> {
        let user = self.text()?;
        if user.len() > MAX_USER {
            return Err(WireError::TooLong { part: "dict user", limit: MAX_USER });
        }
        Ok(user)
    }

    fn key(&mut self) -> Result<Key, WireError> {
        match self.next()? {
            b"priv/quota/storage" => Ok(Key::Storage),
            b"priv/quota/messages" => Ok(Key::Messages),
            _ => Err(WireError::Malformed("dict line: the key")),
        }
    }
}

/// Undoes Dovecot's `str_tabescape`.
fn unescape(field: &[u8]) -> Result<Vec<u8>, WireError> {
    let mut out = Vec::with_capacity(field.len());
    let mut bytes = field.iter();
    while let Some(&byte) = bytes.next() {
        if byte != 1 {
            out.push(byte);
            continue;
        }
        out.push(match bytes.next() {
            Some(b'0') => 0,
            Some(b'1') => 1,
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'n') => b'\n',
            _ => return Err(WireError::Malformed("dict line: an escape")),
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_lines_of_quota_clone_are_read() {
        assert_eq!(line(b"H3\t2\t0\t\tquota"), Ok(Line::Hello { major: 3, dict: "quota".to_owned() }));
        assert_eq!(line(b"B1\tann@a.test"), Ok(Line::Begin { id: 1, user: "ann@a.test".to_owned() }));
        assert_eq!(line(b"B1\ta\x01tb\t60"), Ok(Line::Begin { id: 1, user: "a\tb".to_owned() }));
        assert_eq!(
            line(b"S1\tpriv/quota/storage\t5759"),
            Ok(Line::Set { id: 1, key: Key::Storage, value: 5759 })
        );
        assert_eq!(line(b"C1"), Ok(Line::Commit { id: 1 }));
        assert_eq!(line(b"R7"), Ok(Line::Rollback { id: 7 }));
    }

    #[test]
    fn what_reads_or_counts_or_names_other_keys_is_refused() {
        for bytes in [
            &b""[..],
            b"Lpriv/quota/storage\tann",
            b"I0\t0\tpriv/",
            b"A1\tpriv/quota/storage\t5",
            b"U1\tpriv/quota/storage",
            b"D1",
            b"T1\t5\t0",
            b"S1\tpriv/quota/limit\t5",
            b"S1\tshared/quota/storage\t5",
            b"S1\tpriv/quota/storage\t-5",
            b"S1\tpriv/quota/storage\t+5",
            b"S1\tpriv/quota/storage\t",
            b"S1\tpriv/quota/storage\t99999999999999999999",
            b"S1\tpriv/quota/storage\t5\t6",
            b"C1\t2",
            b"C",
            b"C4294967296",
            b"B1",
            b"B1\ta\x01",
            b"B1\ta\x01x",
            b"H3\t2",
        ] {
            assert!(line(bytes).is_err(), "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(line(b"B1\t\xff"), Err(WireError::NotUtf8("dict field")));
        let long = [&b"B1\t"[..], &[b'a'; MAX_USER + 1]].concat();
        assert!(matches!(line(&long), Err(WireError::TooLong { .. })));
    }

    #[test]
    fn answers_are_one_line_with_the_number_of_the_transaction() {
        assert_eq!(Answer::Ok.encode(7), "O7\n");
        assert_eq!(Answer::NotFound.encode(7), "N7\n");
        assert_eq!(Answer::Fail("try\nagain\t".to_owned()).encode(7), "F7\ttry?again?\n");
    }

    proptest! {
        #[test]
        fn arbitrary_lines_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = line(&bytes);
        }

        #[test]
        fn no_reason_adds_a_line_or_a_field(reason in any::<String>(), id in any::<u32>()) {
            let wire = Answer::Fail(reason).encode(id);
            let body = wire.strip_suffix('\n').unwrap();
            prop_assert_eq!(body.matches('\t').count(), 1);
            prop_assert!(!body.contains('\n') && body.len() <= MAX_REASON + 20);
        }
    }
}
