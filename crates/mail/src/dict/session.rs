//! One connection of a mail process: its greeting, and its transactions.

use std::collections::BTreeMap;

use super::DICT;
use super::wire::{Key, Line, MAX_LINE, line};
use crate::{WireError, backlog::Backlog};

/// Transactions open at a time; the plugin has one.
const MAX_OPEN: usize = 16;
/// The protocol's major version; another one means other lines.
const MAJOR: u32 = 3;

/// How much a user stores, as the plugin says it at a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The transaction, to be named in the answer.
    pub id: u32,
    /// Dovecot's name of the user.
    pub user: String,
    /// Octets; `None` if it was not said.
    pub storage: Option<u64>,
    /// Messages; `None` if it was not said.
    pub messages: Option<u64>,
}

/// Reads one connection from bytes that arrive in any pieces.
///
/// After an error the connection is closed without an answer: the plugin logs it and tries again later.
#[derive(Debug)]
pub struct Session {
    backlog: Backlog,
    greeted: bool,
    open: BTreeMap<u32, Update>,
    failed: Option<WireError>,
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl Session {
    /// A new connection.
    pub const fn new() -> Self {
        Self { backlog: Backlog::new(MAX_LINE), greeted: false, open: BTreeMap::new(), failed: None }
    }

    /// Appends what was read from the peer.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.backlog.push(bytes);
        }
    }

    /// The next commit, which wants an answer; `None` while more bytes are needed.
    #[expect(clippy::should_implement_trait, reason = "an item may be missing for now and come later")]
    pub fn next(&mut self) -> Result<Option<Update>, WireError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.take().inspect_err(|error| {
            self.failed = Some(*error);
            self.open.clear();
        })
    }

    fn take(&mut self) -> Result<Option<Update>, WireError> {
        while let Some(bytes) = self.backlog.next_line("dict line", MAX_LINE)? {
            let line = line(bytes)?;
            if let Some(update) = self.read(line)? {
                return Ok(Some(update));
            }
        }
        Ok(None)
    }

    fn read(&mut self, line: Line) -> Result<Option<Update>, WireError> {
        const NOT_OPEN: WireError = WireError::Malformed("dict line: no such transaction");
        match line {
            Line::Hello { major, dict } if !self.greeted && major == MAJOR && dict == DICT => {
                self.greeted = true;
            }
            Line::Hello { .. } => return Err(WireError::Malformed("dict greeting")),
            _ if !self.greeted => return Err(WireError::Malformed("dict line before the greeting")),
            Line::Begin { id, user } => {
                if self.open.len() == MAX_OPEN {
                    return Err(WireError::TooMany { part: "dict transactions", limit: MAX_OPEN });
                }
                let update = Update { id, user, storage: None, messages: None };
                if self.open.insert(id, update).is_some() {
                    return Err(WireError::Malformed("dict line: a transaction begins twice"));
                }
            }
            Line::Set { id, key, value } => {
                let update = self.open.get_mut(&id).ok_or(NOT_OPEN)?;
                match key {
                    Key::Storage => update.storage = Some(value),
                    Key::Messages => update.messages = Some(value),
                }
            }
            Line::Commit { id } => return self.open.remove(&id).ok_or(NOT_OPEN).map(Some),
            Line::Rollback { id } => {
                self.open.remove(&id).ok_or(NOT_OPEN)?;
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PUSH: &[u8] = b"H3\t2\t0\t\tquota\nB1\tann@a.test\nS1\tpriv/quota/storage\t5759\n\
        S1\tpriv/quota/messages\t7\nC1\nB2\tann@a.test\nS2\tpriv/quota/storage\t0\nR2\nB3\tbob@a.test\nC3\n";

    /// Everything read, and how it ended, when the bytes come in pieces of these sizes.
    fn read(bytes: &[u8], cuts: &[usize]) -> (Vec<Update>, Option<WireError>) {
        let (mut session, mut updates) = (Session::new(), Vec::new());
        let (mut rest, mut cuts) = (bytes, cuts.iter().copied().cycle());
        while !rest.is_empty() {
            let (piece, later) = rest.split_at(cuts.next().unwrap_or(rest.len()).clamp(1, rest.len()));
            session.push(piece);
            rest = later;
            loop {
                match session.next() {
                    Ok(Some(update)) => updates.push(update),
                    Ok(None) => break,
                    Err(error) => return (updates, Some(error)),
                }
            }
        }
        (updates, None)
    }

    fn pushed() -> Vec<Update> {
        let ann = Update { id: 1, user: "ann@a.test".into(), storage: Some(5759), messages: Some(7) };
        vec![ann, Update { id: 3, user: "bob@a.test".into(), storage: None, messages: None }]
    }

    #[test]
    fn commits_are_told_with_what_was_set_and_rollbacks_are_not() {
        assert_eq!(read(PUSH, &[]), (pushed(), None));
    }

    #[test]
    fn another_dict_another_version_and_a_missing_greeting_are_refused() {
        for bytes in [
            &b"H3\t2\t0\t\tsecrets\n"[..],
            b"H4\t0\t0\t\tquota\n",
            b"B1\tann@a.test\n",
            b"H3\t2\t0\t\tquota\nH3\t2\t0\t\tquota\n",
            b"H3\t2\t0\t\tquota\nC1\n",
            b"H3\t2\t0\t\tquota\nS1\tpriv/quota/storage\t1\n",
            b"H3\t2\t0\t\tquota\nR1\n",
            b"H3\t2\t0\t\tquota\nB1\ta\nB1\tb\n",
            b"H3\t2\t0\t\tquota\nLpriv/quota/storage\tann\n",
        ] {
            let (updates, error) = read(bytes, &[]);
            assert!(updates.is_empty() && error.is_some(), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn transactions_left_open_are_bounded() {
        let mut bytes = b"H3\t2\t0\t\tquota\n".to_vec();
        for id in 0..=MAX_OPEN {
            bytes.extend(format!("B{id}\tann\n").into_bytes());
        }
        let (_, error) = read(&bytes, &[]);
        assert_eq!(error, Some(WireError::TooMany { part: "dict transactions", limit: MAX_OPEN }));
    }

    #[test]
    fn an_error_is_final() {
        let mut session = Session::new();
        session.push(b"nonsense\n");
        let error = session.next().expect_err("refused");
        session.push(PUSH);
        assert_eq!(session.next(), Err(error));
    }

    proptest! {
        #[test]
        fn the_pieces_never_change_what_is_read(cuts in prop::collection::vec(1_usize..40, 1..20)) {
            prop_assert_eq!(read(PUSH, &cuts), (pushed(), None));
        }

        #[test]
        fn arbitrary_bytes_cut_anywhere_read_the_same_and_stay_bounded(
            bytes in prop::collection::vec(any::<u8>(), 0..2_000),
            cuts in prop::collection::vec(1_usize..200, 1..20),
        ) {
            prop_assert_eq!(read(&bytes, &cuts), read(&bytes, &[]));
        }

        #[test]
        fn damaged_conversations_cut_anywhere_read_the_same(
            at in 0..PUSH.len(), byte in any::<u8>(), cuts in prop::collection::vec(1_usize..40, 1..20),
        ) {
            let mut bytes = PUSH.to_vec();
            bytes[at] = byte;
            let whole = read(&bytes, &[]);
            prop_assert_eq!(&read(&bytes, &cuts), &whole);
            prop_assert!(whole.0.len() <= 4);
        }
    }
}
