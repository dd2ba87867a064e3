//! The worker: takes the import that has waited longest, checks or does its next rows in one transaction, gives it back.
//!
//! What is wrong with a row is noted with the row. What keeps the whole import from going on (a right that was taken
//! away, a limit that is reached) stops it, and it says why. A transaction that fails is tried again in smaller pieces, so
//! that one row that nobody understands holds up no other.

use std::time::Duration;

use bailiwick_base::authz::{Authorized, Caller, Detail, Errand, Events};
use bailiwick_base::db::{Query, WriteTx};
use bailiwick_base::words::{ClientAddress, Installation, limits};
use bailiwick_base::{Code, Error, Kind as ErrorKind};
use tokio::sync::watch;
use tokio::time::Instant;

use super::actions::{CarryOutImport, WorkImports};
use super::batch::{Batch, Outcome};
use super::import::{Import, RowState, State};
use super::kept_error::KeptError;
use super::service::Imports;
use super::store::{self, Added};
use crate::jobs;

/// How long an import is lent for one transaction, the hashing before it included.
const LENT: Duration = Duration::from_mins(1);

/// Imports that were started are found within this time.
const POLL: Duration = Duration::from_millis(500);

/// How long an import rests after a fault of ours.
const REST: Duration = Duration::from_secs(5);

/// How often old imports are forgotten.
const TIDY: Duration = Duration::from_mins(5);

impl Imports {
    /// Carries out imports until shutdown is told (or whoever could tell it is gone); a transaction that is under way is
    /// finished.
    pub async fn run(&self, mut shutdown: watch::Receiver<bool>) {
        let mut tidied: Option<Instant> = None;
        while !*shutdown.borrow() && shutdown.has_changed().is_ok() {
            if tidied.is_none_or(|at| at.elapsed() > TIDY) {
                tidied = Some(Instant::now());
                noted("old imports were not forgotten", self.forget_old().await);
            }
            let worked = self.work().await;
            if matches!(worked, Ok(true)) {
                continue;
            }
            noted("imports do not go on", worked.map(drop));
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                _ = shutdown.changed() => {}
            }
        }
    }

    /// Checks or does the next rows of the import that has waited longest. False if there is nothing to do.
    pub async fn work(&self) -> Result<bool, Error> {
        let caller = Caller::system("imports");
        if !store::any_at_work(&mut self.core.read(&caller).await?).await? {
            return Ok(false);
        }
        let lease = jobs::new_holder(self.core.ground());
        let (mut tx, proof) = self.worker().await?;
        let Some(import) = store::claim(&mut tx, &proof, &lease, LENT).await? else { return Ok(false) };
        tx.commit(Events::none("an import is lent")).await?;
        if let Err(error) = self.go_on(&import, &lease).await {
            self.stumble(&import, &lease, error).await?;
        }
        Ok(true)
    }

    async fn worker(&self) -> Result<(WriteTx, Authorized<WorkImports>), Error> {
        let mut tx = self.core.write(&Caller::system("imports")).await?;
        let proof = tx.authorize::<WorkImports>(Installation).await?;
        Ok((tx, proof))
    }

    /// One transaction of an import; a smaller one where it fails for a reason that may lie in a few of its rows.
    async fn go_on(&self, import: &Import, lease: &str) -> Result<(), Error> {
        let mut most = limits::IMPORT_BATCH;
        loop {
            let Err(error) = self.next(import, lease, most, None).await else { return Ok(()) };
            let in_pieces =
                !error.may_retry() && matches!(error.kind(), ErrorKind::Internal | ErrorKind::LimitReached);
            match most {
                _ if !in_pieces => return Err(error),
                1 if error.kind() == ErrorKind::Internal => {
                    tracing::error!(import = %import.id, inside = ?error.inside(), "a row of an import failed");
                    return self.next(import, lease, 1, Some(error)).await;
                }
                1 => return Err(error),
                _ => most = (most / 8).max(1),
            }
        }
    }

    /// Checks or does at most `most` rows, in the name of whoever began the import. With a `fault` of ours the next row
    /// is set aside.
    async fn next(&self, import: &Import, lease: &str, most: i64, fault: Option<Error>) -> Result<(), Error> {
        let checking = import.state == State::Checking;
        let wanted = if checking { RowState::Read } else { RowState::Good };
        let address: ClientAddress =
            import.client_address.parse().map_err(|_| Error::internal("a stored address does not parse"))?;
        let errand = Errand { login: import.login_id, key: import.key_id, import: import.id };
        let caller = Caller::on_behalf(errand, address);
        let mut rows = {
            let mut tx = self.core.read(&caller).await?;
            store::next_rows(&mut tx, import.id, wanted, most + 1).await?
        };
        let most_rows = usize::try_from(most).unwrap_or(usize::MAX);
        let mut more = rows.len() > most_rows;
        rows.truncate(most_rows);
        if let Some(fault) = fault {
            let mut outcome = Outcome::default();
            outcome.bad.extend(rows.first().map(|row| (row.number, fault)));
            let bad = i64::from(!outcome.bad.is_empty());
            outcome.added = if checking {
                Added { wrong: bad, ..Added::default() }
            } else {
                Added { failed: bad, ..Added::default() }
            };
            let tx = self.core.write(&caller).await?;
            return finish(tx, import, lease, outcome, more).await;
        }
        let taken = rows.len();
        let addresses: Vec<String> =
            rows.iter().filter(|row| !row.address.is_empty()).map(|row| row.address.clone()).collect();
        let batch = if checking {
            Batch::to_check(&self.core.ground().keys, import.kind, rows).await?
        } else {
            Batch::to_do(&self.core, import.kind, rows).await?
        };
        more |= batch.len() < taken;
        let mut tx = self.core.write(&caller).await?;
        let outcome = if checking {
            let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
            let first = store::rows_before(&mut tx, import.id, &addresses).await?;
            batch.look_at(&mut tx, &first).await?
        } else {
            batch.carry_out(&self.core, &mut tx).await?
        };
        finish(tx, import, lease, outcome, more).await
    }

    /// What becomes of an import whose transaction failed: it goes on later where that may pass by itself, and stops
    /// where somebody has to do something.
    async fn stumble(&self, import: &Import, lease: &str, error: Error) -> Result<(), Error> {
        let passes = error.may_retry() || matches!(error.kind(), ErrorKind::Unavailable);
        let (mut tx, proof) = self.worker().await?;
        let held = (import.id, lease);
        if passes || error.code() == Code::ImportNotReady {
            let due = tx.now().after(if passes { REST } else { Duration::ZERO });
            store::release(&mut tx, &proof, held, due).await?;
            return tx.commit(Events::none("an import rests")).await;
        }
        if error.kind() == ErrorKind::Internal {
            tracing::error!(import = %import.id, inside = ?error.inside(), "an import failed");
        }
        let why = KeptError::of(&error);
        if store::pause(&mut tx, &proof, held, &why).await? {
            let detail =
                Detail::none().changed("state", &import.state, &State::Paused).set("why", why.code.as_str());
            return tx.commit(proof.event_about(import, detail)).await;
        }
        Ok(())
    }

    /// Forgets imports nobody waits for any more.
    pub async fn forget_old(&self) -> Result<(), Error> {
        loop {
            let (mut tx, proof) = self.worker().await?;
            if !store::forget_old(&mut tx, &proof).await? {
                return Ok(());
            }
            tx.commit(Events::none("an old import is forgotten")).await?;
        }
    }
}

/// Notes what became of the rows, with their events, in the transaction that did them.
async fn finish(
    mut tx: WriteTx,
    import: &Import,
    lease: &str,
    outcome: Outcome,
    more: bool,
) -> Result<(), Error> {
    let proof = tx.authorize::<CarryOutImport>(import.id).await?;
    if proof.state != import.state {
        return Err(Code::ImportNotReady.into());
    }
    let checking = import.state == State::Checking;
    if checking {
        store::mark_good(&mut tx, &proof, &outcome.good).await?;
    } else {
        store::mark_done(&mut tx, &proof, &outcome.good).await?;
    }
    for (number, error) in &outcome.bad {
        let state = Outcome::bad_state(checking);
        store::end_row(&mut tx, &proof, *number, state, &KeptError::of(error)).await?;
    }
    let next = match (more, checking) {
        (true, _) => import.state,
        (false, true) => State::Checked,
        (false, false) => State::Done,
    };
    store::add_up(&mut tx, &proof, lease, outcome.added, &outcome.wanted, next).await?;
    let mut events = outcome.events;
    if next == State::Done {
        let (done, failed) =
            (proof.tally.done + outcome.added.done, proof.tally.failed + outcome.added.failed);
        let detail = Detail::none().set("kind", proof.kind.key()).set("done", done).set("failed", failed);
        let end = proof.event(detail);
        events = Some(match events {
            Some(before) => before.and(end),
            None => end,
        });
    }
    tx.commit(events.unwrap_or_else(|| Events::none("rows of an import are checked"))).await
}

fn noted(what: &'static str, result: Result<(), Error>) {
    if let Err(error) = result {
        tracing::warn!(code = error.code().key(), inside = ?error.inside(), what);
    }
}
