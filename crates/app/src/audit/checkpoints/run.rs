//! Makes checkpoints: every minute, or at once after a thousand entries, as long as there is something new. One
//! process at a time; what could not be kept is tried again and told.

use std::time::Duration;

use bailiwick_base::Error;
use bailiwick_base::authz::{Authorized, Caller, Events, Permission, Place};
use bailiwick_base::db::{Query, WriteTx};
use bailiwick_base::words::{Installation, TimeZoneName, Timestamp, limits};
use tokio::sync::watch;

use super::document::{Checkpoint, Signer};
use super::keeper::Keeper;
use crate::audit::actions::CheckpointHistory;
use crate::audit::service::Audit;
use crate::audit::store::{self, Waiting};
use crate::audit::verify::Head;
use crate::jobs;

/// The lease's name.
const LEASE: &str = "checkpoints";

/// How long the lease lasts: longer than a directory and a command together may take.
const LEASE_LASTS: Duration = Duration::from_mins(1);

/// How often is looked whether one is due.
const LOOK: Duration = Duration::from_secs(1);

/// After a failure so long is waited.
const RETRY: Duration = Duration::from_secs(15);

/// What became of a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::audit) enum Round {
    /// None is due, or another process makes it.
    Nothing,
    /// One was made and kept.
    Kept,
    /// One was made, but not kept.
    NotKept(String),
}

impl Audit {
    /// Makes checkpoints until shutdown is told (or whoever could tell it is gone), where it is configured to keep
    /// them.
    pub async fn run_checkpoints(&self, mut shutdown: watch::Receiver<bool>) {
        let Some(kept) = self.core.settings().checkpoints.clone() else {
            let _ = shutdown.wait_for(|ends| *ends).await;
            return;
        };
        let (keeper, signer) = (Keeper::new(kept), Signer::of(&self.core.ground().keys));
        let holder = jobs::new_holder(self.core.ground());
        while !*shutdown.borrow() && shutdown.has_changed().is_ok() {
            let pause = match self.checkpoint(&keeper, &signer, &holder).await {
                Ok(Round::NotKept(why)) => {
                    tracing::error!(why, "a checkpoint of the history was not kept; it will be tried again");
                    RETRY
                }
                Ok(Round::Nothing | Round::Kept) => LOOK,
                Err(error) => {
                    tracing::warn!(code = error.code().key(), inside = ?error.inside(), "no checkpoint was made");
                    RETRY
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = shutdown.changed() => {}
            }
        }
    }

    /// Looks whether a checkpoint is due, and makes it.
    pub(in crate::audit) async fn checkpoint(
        &self,
        keeper: &Keeper,
        signer: &Signer,
        holder: &str,
    ) -> Result<Round, Error> {
        let caller = Caller::system("keep checkpoints");
        let mut tx = self.core.read(&caller).await?;
        let due = is_due(store::waiting(&mut tx).await?, tx.now());
        drop(tx);
        if !due || !self.take(&caller, holder, LEASE_LASTS).await? {
            return Ok(Round::Nothing);
        }
        let round = self.make(&caller, keeper, signer, holder).await;
        self.take(&caller, holder, Duration::ZERO).await?;
        round
    }

    async fn make(
        &self,
        caller: &Caller,
        keeper: &Keeper,
        signer: &Signer,
        holder: &str,
    ) -> Result<Round, Error> {
        let mut tx = self.core.read(caller).await?;
        let proof = tx.authorize::<CheckpointHistory>(Installation).await?;
        let waiting = store::heads_waiting(&mut tx, &proof).await?;
        let at = tx.now();
        drop(tx);
        if waiting.is_empty() {
            return Ok(Round::Nothing);
        }
        let heads =
            waiting.iter().map(|head| Head { chain: head.chain, seq: head.seq, hash: head.hash.clone() });
        let document = signer.sign(&Checkpoint { at, heads: heads.collect() });
        let unique: [u8; 4] = self.core.ground().random.bytes();
        if let Err(why) = keeper.keep(&name(at, unique), &document).await {
            return Ok(Round::NotKept(why));
        }
        let (mut tx, proof) = self.open_checkpoint(caller).await?;
        if jobs::take_lease(&mut tx, LEASE, holder, LEASE_LASTS).await? {
            store::checked(&mut tx, &proof, &waiting, at).await?;
            tx.commit(Events::none("what is in a checkpoint is noted")).await?;
        }
        Ok(Round::Kept)
    }

    async fn take(&self, caller: &Caller, holder: &str, lasting: Duration) -> Result<bool, Error> {
        let (mut tx, _) = self.open_checkpoint(caller).await?;
        let mine = jobs::take_lease(&mut tx, LEASE, holder, lasting).await?;
        tx.commit(Events::none("a lease is renewed")).await?;
        Ok(mine)
    }

    async fn open_checkpoint(
        &self,
        caller: &Caller,
    ) -> Result<(WriteTx, Authorized<CheckpointHistory>), Error> {
        let mut tx = self.core.write(caller).await?;
        let proof = tx.authorize::<CheckpointHistory>(Installation).await?;
        Ok((tx, proof))
    }

    /// Since when checkpoints have been overdue, for whoever sees the whole installation's history; with the time of
    /// the last one. None where all is well or none are to be kept.
    pub async fn overdue_checkpoints(&self, caller: &Caller) -> Result<Option<Overdue>, Error> {
        if self.core.settings().checkpoints.is_none() {
            return Ok(None);
        }
        let mut tx = self.core.read(caller).await?;
        let now = tx.now();
        if !tx.actor().may(Permission::HistoryView, Place::default(), now) {
            return Ok(None);
        }
        let waiting = store::waiting(&mut tx).await?;
        let overdue = waiting.since.is_some_and(|since| now.apart(since) > limits::CHECKPOINT_OVERDUE);
        Ok(if overdue { Some(Overdue { last: store::last_checkpoint(&mut tx).await? }) } else { None })
    }
}

/// Checkpoints are overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overdue {
    /// When the last one was made; none if none ever was.
    pub last: Option<Timestamp>,
}

fn is_due(waiting: Waiting, now: Timestamp) -> bool {
    waiting.entries >= limits::CHECKPOINT_ENTRIES
        || waiting.since.is_some_and(|since| now.apart(since) >= limits::CHECKPOINT_EVERY)
}

/// A name that sorts by time and is nobody else's: `20260101-000000-000-5f2c77ab`.
fn name(at: Timestamp, unique: [u8; 4]) -> String {
    let day = at.in_zone(&TimeZoneName::utc()).replace(['-', ':'], "").replace(' ', "-");
    format!("{day}-{:03}-{}", at.0.rem_euclid(1000), data_encoding::HEXLOWER.encode(&unique))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_due_after_a_minute_or_a_thousand_entries() {
        let at = |ms: i64| Timestamp(ms);
        let waiting = |entries, since| Waiting { entries, since };
        assert!(!is_due(waiting(0, None), at(1_000_000)));
        assert!(!is_due(waiting(999, Some(at(0))), at(59_999)));
        assert!(is_due(waiting(1, Some(at(0))), at(60_000)));
        assert!(is_due(waiting(1_000, Some(at(0))), at(0)));
    }

    #[test]
    fn names_sort_by_time() {
        let name = |ms: i64| name(Timestamp(ms), [0x5f, 0x2c, 0x77, 0xab]);
        assert_eq!(name(1_767_225_600_005), "20260101-000000-005-5f2c77ab");
        assert!(name(1_767_225_600_005) < name(1_767_225_601_000));
        assert!(name(1_767_225_600_999) < name(1_767_312_000_000));
    }
}
