//! The proof: walks the chains and names the first entry of each that is not as it was sealed.
//!
//! What it cannot find: that the last entries of a chain are gone together with their seals. That shows only
//! against a [`Head`] that was kept elsewhere.

use std::fmt;

use bailiwick_base::words::AuditEventId;

use super::chain::{Entry, GENESIS, Hash, hash_of_detail, link};

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The entry, its place or its seal was changed.
    Changed,
    /// The seal or the waiting row is there, the event is not.
    Missing,
    /// It stands in the place of another.
    OutOfOrder,
    /// It was put between others later.
    Inserted,
    /// The detail is not the one that was written.
    DetailChanged,
    /// The numbers of the chain leave one out.
    Gap,
    /// The event is neither sealed nor waiting to be.
    Unsealed,
}

impl FaultKind {
    /// Its name in texts.
    pub const fn key(self) -> &'static str {
        match self {
            FaultKind::Changed => "changed",
            FaultKind::Missing => "missing",
            FaultKind::OutOfOrder => "out-of-order",
            FaultKind::Inserted => "inserted",
            FaultKind::DetailChanged => "detail-changed",
            FaultKind::Gap => "gap",
            FaultKind::Unsealed => "unsealed",
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FaultKind::Changed => "changed",
            FaultKind::Missing => "missing",
            FaultKind::OutOfOrder => "out of order",
            FaultKind::Inserted => "inserted",
            FaultKind::DetailChanged => "detail changed",
            FaultKind::Gap => "gap",
            FaultKind::Unsealed => "without a seal",
        })
    }
}

/// The first bad entry of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The tenant whose chain it is, or 0 for the installation's.
    pub chain: i64,
    /// Its place in the chain; none for what has no seal.
    pub seq: Option<i64>,
    /// The event, as far as there is one.
    pub event: Option<AuditEventId>,
    /// What is wrong.
    pub kind: FaultKind,
}

/// The end of a chain. Kept elsewhere, it shows later whether the chain was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The tenant whose chain it is, or 0 for the installation's.
    pub chain: i64,
    /// The number of its last entry.
    pub seq: i64,
    /// The hash of its last seal.
    pub hash: Vec<u8>,
}

/// What a walk through all chains has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Entries with a seal.
    pub sealed: u64,
    /// Events that wait to be sealed.
    pub unsealed: u64,
    /// Entries whose detail was erased.
    pub erased: u64,
    /// The first bad entry of each chain that has one. Empty means: nothing was changed.
    pub faults: Vec<Fault>,
    /// The end of each chain, in the order of the chains.
    pub heads: Vec<Head>,
}

impl Verification {
    /// Is everything as it was written?
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    fn note(&mut self, fault: Fault) {
        if !self.faults.iter().any(|known| known.chain == fault.chain) {
            self.faults.push(fault);
        }
    }
}

/// A detail as it is stored.
#[derive(Debug, Clone)]
pub(super) struct StoredDetail {
    pub(super) salt: Vec<u8>,
    pub(super) text: String,
}

/// A seal with what it seals.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    pub(super) chain: i64,
    pub(super) seq: i64,
    pub(super) event: i64,
    pub(super) hash: Vec<u8>,
    pub(super) entry: Option<Entry>,
    pub(super) detail: Option<StoredDetail>,
}

/// An event without a seal, or a waiting row without an event.
#[derive(Debug, Clone)]
pub(super) struct Loose {
    pub(super) event: i64,
    pub(super) entry: Option<Entry>,
    pub(super) detail: Option<StoredDetail>,
    pub(super) waits: bool,
}

/// A walk through all seals in the order of (chain, seq), then through the events without one.
#[derive(Debug, Default)]
pub(super) struct Walk {
    found: Verification,
    chain: Option<Chain>,
}

/// The chain the walk is in.
#[derive(Debug)]
struct Chain {
    id: i64,
    next: i64,
    previous: Hash,
    /// Its first bad entry, whose seal still may tell what happened.
    broken: Option<Broken>,
}

#[derive(Debug)]
struct Broken {
    fault: Fault,
    before: Hash,
    hash: Vec<u8>,
    is_next: bool,
}

impl Walk {
    /// Goes on to the next seal.
    pub(super) fn seal(&mut self, sealed: &Sealed) {
        self.found.sealed += 1;
        if self.chain.as_ref().is_none_or(|chain| chain.id != sealed.chain) {
            self.leave_chain();
            self.chain = Some(Chain { id: sealed.chain, next: 1, previous: GENESIS, broken: None });
        }
        self.note_head(sealed);
        if sealed.entry.is_some() && sealed.detail.is_none() {
            self.found.erased += 1;
        }
        if let Some(chain) = &mut self.chain {
            chain.go_on(sealed);
        }
    }

    /// Goes on to the next event without a seal.
    pub(super) fn loose(&mut self, loose: &Loose) {
        self.leave_chain();
        let chain = loose.entry.as_ref().map_or(0, Entry::chain);
        let kind = match &loose.entry {
            None => Some(FaultKind::Missing),
            Some(_) if !loose.waits => Some(FaultKind::Unsealed),
            Some(entry) => {
                self.found.unsealed += 1;
                self.found.erased += u64::from(loose.detail.is_none());
                (!detail_fits(entry, loose.detail.as_ref())).then_some(FaultKind::DetailChanged)
            }
        };
        if let Some(kind) = kind {
            self.found.note(Fault { chain, seq: None, event: Some(AuditEventId(loose.event)), kind });
        }
    }

    /// What was found.
    pub(super) fn end(mut self) -> Verification {
        self.leave_chain();
        self.found
    }

    fn leave_chain(&mut self) {
        if let Some(broken) = self.chain.take().and_then(|chain| chain.broken) {
            self.found.note(broken.fault);
        }
    }

    fn note_head(&mut self, sealed: &Sealed) {
        let head = Head { chain: sealed.chain, seq: sealed.seq, hash: sealed.hash.clone() };
        match self.found.heads.last_mut() {
            Some(last) if last.chain == sealed.chain => *last = head,
            _ => self.found.heads.push(head),
        }
    }
}

impl Chain {
    fn go_on(&mut self, sealed: &Sealed) {
        if let Some(broken) = &mut self.broken {
            return broken.learn_from(sealed);
        }
        let digest = sealed.entry.as_ref().map(Entry::digest);
        let kind = match (&sealed.entry, digest) {
            _ if sealed.seq < self.next => Some(FaultKind::Inserted),
            _ if sealed.seq > self.next => Some(FaultKind::Gap),
            (Some(entry), Some(digest)) => {
                if entry.chain() != self.id || link(&self.previous, &digest)[..] != sealed.hash[..] {
                    Some(FaultKind::Changed)
                } else if !detail_fits(entry, sealed.detail.as_ref()) {
                    Some(FaultKind::DetailChanged)
                } else {
                    None
                }
            }
            _ => Some(FaultKind::Missing),
        };
        match (kind, digest) {
            (None, Some(digest)) => {
                self.previous = link(&self.previous, &digest);
                self.next += 1;
            }
            (kind, _) => self.break_at(sealed, kind.unwrap_or(FaultKind::Missing)),
        }
    }

    fn break_at(&mut self, sealed: &Sealed, kind: FaultKind) {
        let fault = match kind {
            FaultKind::Gap => Fault { chain: self.id, seq: Some(self.next), event: None, kind },
            _ => {
                Fault { chain: self.id, seq: Some(sealed.seq), event: Some(AuditEventId(sealed.event)), kind }
            }
        };
        self.broken = Some(Broken { fault, before: self.previous, hash: sealed.hash.clone(), is_next: true });
    }
}

impl Broken {
    /// A later entry of the chain may show what happened to the bad one: another stands in its place, or it was
    /// put between two that fit each other.
    fn learn_from(&mut self, later: &Sealed) {
        if self.fault.kind == FaultKind::Changed
            && let Some(entry) = &later.entry
        {
            let after_the_good = link(&self.before, &entry.digest());
            if self.is_next && after_the_good[..] == later.hash[..] {
                self.fault.kind = FaultKind::Inserted;
            } else if after_the_good[..] == self.hash[..] {
                self.fault.kind = FaultKind::OutOfOrder;
            }
        }
        self.is_next = false;
    }
}

/// A detail that was erased fits; one that is there must be the one that was written.
fn detail_fits(entry: &Entry, detail: Option<&StoredDetail>) -> bool {
    detail.is_none_or(|detail| hash_of_detail(&detail.salt, &detail.text)[..] == entry.detail_hash[..])
}

#[cfg(test)]
mod tests {
    use super::super::chain::tests::entry;
    use super::*;

    fn chain_of(length: i64) -> Vec<Sealed> {
        let mut previous = GENESIS;
        let mut seals = Vec::new();
        for seq in 1..=length {
            let detail = StoredDetail { salt: vec![1; 16], text: format!("{{\"reason\":\"{seq}\"}}") };
            let detail_hash = hash_of_detail(&detail.salt, &detail.text).to_vec();
            let entry = Entry { id: 10 + seq, detail_hash, ..entry() };
            previous = link(&previous, &entry.digest());
            seals.push(Sealed {
                chain: 3,
                seq,
                event: 10 + seq,
                hash: previous.to_vec(),
                entry: Some(entry),
                detail: Some(detail),
            });
        }
        seals
    }

    fn walk(seals: &[Sealed]) -> Verification {
        let mut walk = Walk::default();
        for sealed in seals {
            walk.seal(sealed);
        }
        walk.end()
    }

    fn first_fault(seals: &[Sealed]) -> (Option<i64>, FaultKind) {
        let found = walk(seals);
        assert_eq!(found.faults.len(), 1, "{:?}", found.faults);
        (found.faults[0].seq, found.faults[0].kind)
    }

    #[test]
    fn a_chain_as_it_was_sealed_is_sound_and_its_head_is_told() {
        let seals = chain_of(5);
        let found = walk(&seals);
        assert!(found.is_sound());
        assert_eq!((found.sealed, found.erased), (5, 0));
        assert_eq!(found.heads, [Head { chain: 3, seq: 5, hash: seals[4].hash.clone() }]);
    }

    #[test]
    fn ab_19_an_erased_detail_is_counted_and_the_chain_still_verifies() {
        let mut seals = chain_of(5);
        seals[2].detail = None;
        let found = walk(&seals);
        assert!(found.is_sound());
        assert_eq!(found.erased, 1);
    }

    #[test]
    fn each_kind_of_edit_is_named_at_the_first_bad_entry() {
        let edit = |change: fn(&mut Vec<Sealed>)| {
            let mut seals = chain_of(6);
            change(&mut seals);
            first_fault(&seals)
        };
        assert_eq!(edit(|seals| seals[1].hash[0] ^= 1), (Some(2), FaultKind::Changed));
        assert_eq!(edit(|seals| seals[3].entry = None), (Some(4), FaultKind::Missing));
        assert_eq!(edit(|seals| drop(seals.remove(2))), (Some(3), FaultKind::Gap));
        assert_eq!(
            edit(|seals| seals[4].detail.as_mut().expect("there").text.push('x')),
            (Some(5), FaultKind::DetailChanged)
        );
        let swapped = edit(|seals| {
            let (first, last) = (seals[1].entry.clone(), seals[4].entry.clone());
            (seals[1].entry, seals[4].entry) = (last, first);
            let (first, last) = (seals[1].detail.clone(), seals[4].detail.clone());
            (seals[1].detail, seals[4].detail) = (last, first);
        });
        assert_eq!(swapped, (Some(2), FaultKind::OutOfOrder));
        let inserted = edit(|seals| {
            let mut new = seals[0].clone();
            new.entry = Some(Entry { id: 99, ..entry() });
            new.event = 99;
            new.detail = None;
            seals.insert(2, new);
            for (index, sealed) in seals.iter_mut().enumerate() {
                sealed.seq = i64::try_from(index).expect("small") + 1;
            }
        });
        assert_eq!(inserted, (Some(3), FaultKind::Inserted));
        assert_eq!(edit(|seals| seals[0].seq = 0), (Some(0), FaultKind::Inserted));
        let moved = edit(|seals| {
            seals[5].entry.as_mut().expect("there").tenant_id = Some(4);
        });
        assert_eq!(moved, (Some(6), FaultKind::Changed));
    }

    #[test]
    fn an_event_that_neither_has_a_seal_nor_waits_for_one_is_found() {
        let mut walk = Walk::default();
        walk.loose(&Loose { event: 1, entry: Some(entry()), detail: None, waits: true });
        walk.loose(&Loose { event: 7, entry: Some(entry()), detail: None, waits: false });
        walk.loose(&Loose { event: 8, entry: None, detail: None, waits: true });
        let found = walk.end();
        assert_eq!(found.unsealed, 1);
        let kinds: Vec<_> = found.faults.iter().map(|fault| (fault.chain, fault.kind)).collect();
        assert_eq!(kinds, [(3, FaultKind::Unsealed), (0, FaultKind::Missing)]);
    }
}
