//! The mails that are kept, and the faults. Bounded by number and by size.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use super::session::{Received, Verdict};

/// Most mails that are kept.
pub const MAX_KEPT: usize = 10_000;
/// Most bytes that all kept mails may have together.
pub const MAX_BYTES: usize = 256 * 1024 * 1024;
/// Addresses with a fault of their own.
const MAX_FAULTS: usize = 1_000;

/// A kept mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Counts up from 1; never given twice.
    pub id: u64,
    /// When its last byte came.
    pub at: SystemTime,
    /// Name given in EHLO or HELO.
    pub helo: String,
    /// Envelope sender, empty for a bounce.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// The mail, dots unstuffed.
    pub raw: Vec<u8>,
}

impl Mail {
    /// Whether the envelope names this recipient.
    pub fn is_to(&self, address: &str) -> bool {
        self.to.iter().any(|to| to.eq_ignore_ascii_case(address.trim()))
    }

    /// The mail as text, broken characters replaced: for assertions and the source view.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }
}

#[derive(Debug, Default)]
pub(super) struct Store {
    mails: VecDeque<Arc<Mail>>,
    bytes: usize,
    last: u64,
    taken: HashSet<(u64, String)>,
    fault: Option<Verdict>,
    faults: HashMap<String, Verdict>,
}

impl Store {
    pub(super) fn keep(&mut self, received: Received, at: SystemTime) {
        let Received { helo, from, to, raw } = received;
        self.last += 1;
        self.bytes += raw.len();
        self.mails.push_back(Arc::new(Mail { id: self.last, at, helo, from, to, raw }));
        while self.mails.len() > MAX_KEPT || self.bytes > MAX_BYTES {
            let Some(oldest) = self.mails.pop_front() else { break };
            self.bytes -= oldest.raw.len();
            self.taken.retain(|(id, _)| *id != oldest.id);
        }
    }

    pub(super) fn take(&mut self, to: &str) -> Option<Arc<Mail>> {
        let to = to.trim().to_ascii_lowercase();
        let untaken = |mail: &&Arc<Mail>| mail.is_to(&to) && !self.taken.contains(&(mail.id, to.clone()));
        let mail = Arc::clone(self.mails.iter().find(untaken)?);
        self.taken.insert((mail.id, to));
        Some(mail)
    }

    pub(super) fn oldest(&self, fits: impl Fn(&Mail) -> bool) -> Option<Arc<Mail>> {
        self.mails.iter().find(|mail| fits(mail)).map(Arc::clone)
    }

    pub(super) fn newest_first(&self, fits: impl Fn(&Mail) -> bool) -> Vec<Arc<Mail>> {
        self.mails.iter().rev().filter(|mail| fits(mail)).map(Arc::clone).collect()
    }

    pub(super) fn mail(&self, id: u64) -> Option<Arc<Mail>> {
        self.oldest(|mail| mail.id == id)
    }

    pub(super) fn clear(&mut self) {
        self.mails.clear();
        self.taken.clear();
        self.bytes = 0;
    }

    pub(super) fn fail(&mut self, verdict: Verdict) {
        self.fault = Some(verdict);
        if verdict == Verdict::Accept {
            self.faults.clear();
        }
    }

    pub(super) fn fail_for(&mut self, address: &str, verdict: Verdict) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.insert(address.trim().to_ascii_lowercase(), verdict);
        }
    }

    pub(super) fn verdict(&self, address: &str) -> Verdict {
        let own = self.faults.get(&address.to_ascii_lowercase()).copied();
        own.or(self.fault).unwrap_or(Verdict::Accept)
    }
}
