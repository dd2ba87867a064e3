//! What was said of mailboxes a moment ago, which may not be stored yet.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bailiwick_base::words::{MailboxId, Timestamp};

use super::Usage;

/// What was said is remembered for at least so long, and at most twice as long; storing takes far less.
const REMEMBERED: Duration = Duration::from_secs(30);
/// When so many were spoken of, the older half is forgotten before its time.
const MOST: usize = 20_000;

/// What was said of mailboxes lately.
#[derive(Debug, Default)]
pub struct RecentUsage(Mutex<Halves>);

#[derive(Debug, Default)]
struct Halves {
    young: HashMap<MailboxId, Said>,
    old: HashMap<MailboxId, Said>,
    since: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy)]
enum Said {
    Holds(Usage),
    Removed,
}

impl Halves {
    fn say(&mut self, mailbox: MailboxId, said: Said, now: Timestamp) {
        let since = *self.since.get_or_insert(now);
        if since.after(REMEMBERED) < now || self.young.len() >= MOST {
            self.old = std::mem::take(&mut self.young);
            self.since = Some(now);
        }
        self.young.insert(mailbox, said);
    }

    fn of(&self, mailbox: MailboxId) -> Option<Said> {
        self.young.get(&mailbox).or_else(|| self.old.get(&mailbox)).copied()
    }
}

impl RecentUsage {
    /// Remembers what was said; false of a mailbox that was removed.
    pub(super) fn note(&self, mailbox: MailboxId, usage: Usage) -> bool {
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(halves.of(mailbox), Some(Said::Removed)) {
            return false;
        }
        halves.say(mailbox, Said::Holds(usage), usage.at);
        true
    }

    /// Nothing that is said of this mailbox from now on counts.
    pub(super) fn forget(&self, mailbox: MailboxId, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).say(mailbox, Said::Removed, now);
    }

    /// Puts what was said lately over what is stored, which may come from another node and be newer.
    pub(super) fn over(
        &self,
        mailboxes: &[MailboxId],
        mut stored: HashMap<MailboxId, Usage>,
    ) -> HashMap<MailboxId, Usage> {
        let halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for &mailbox in mailboxes {
            match halves.of(mailbox) {
                Some(Said::Removed) => {
                    stored.remove(&mailbox);
                }
                Some(Said::Holds(usage)) if stored.get(&mailbox).is_none_or(|old| old.at <= usage.at) => {
                    stored.insert(mailbox, usage);
                }
                _ => {}
            }
        }
        stored
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bailiwick_base::words::Storage;

    fn usage(bytes: i64, at: i64) -> Usage {
        Usage { stored: Storage::bytes(bytes), messages: 1, at: Timestamp(at) }
    }

    #[test]
    fn what_was_said_last_counts_wherever_it_was_said() {
        let recent = RecentUsage::default();
        let id = MailboxId(1);
        assert!(recent.note(id, usage(5, 10)));
        assert_eq!(recent.over(&[id], HashMap::new()), HashMap::from([(id, usage(5, 10))]));
        assert_eq!(recent.over(&[id], HashMap::from([(id, usage(4, 9))]))[&id], usage(5, 10));
        assert_eq!(recent.over(&[id], HashMap::from([(id, usage(6, 11))]))[&id], usage(6, 11));
    }

    #[test]
    fn nothing_counts_of_a_mailbox_that_was_removed() {
        let recent = RecentUsage::default();
        let id = MailboxId(1);
        recent.forget(id, Timestamp(5));
        assert!(!recent.note(id, usage(5, 10)));
        assert_eq!(recent.over(&[id], HashMap::from([(id, usage(4, 9))])), HashMap::new());
    }

    #[test]
    fn it_is_remembered_for_a_while_and_never_too_many() {
        let recent = RecentUsage::default();
        recent.note(MailboxId(1), usage(5, 0));
        recent.note(MailboxId(2), usage(5, 31_000));
        assert_eq!(recent.over(&[MailboxId(1)], HashMap::new()).len(), 1, "in the older half now");
        recent.note(MailboxId(3), usage(5, 62_001));
        assert_eq!(recent.over(&[MailboxId(1)], HashMap::new()).len(), 0);
        assert_eq!(recent.over(&[MailboxId(2), MailboxId(3)], HashMap::new()).len(), 2);
        for number in 0..100_000 {
            recent.note(MailboxId(number), usage(5, 62_002));
        }
        let halves = recent.0.lock().expect("no test panics holding it");
        assert!(halves.young.len() + halves.old.len() <= 2 * MOST);
    }
}
