//! What is done once a minute by one process: what has expired is ended or removed, what waits is looked at again.

use std::time::Duration;

use bailiwick_base::Error;
use bailiwick_base::authz::{Caller, Events};
use bailiwick_base::words::limits;
use tokio::sync::watch;

use super::leases::new_holder;
use super::service::Jobs;
use super::store;
use crate::domains::Domains;
use crate::impersonation::Impersonations;
use crate::sign_in::Signing;

/// How often.
const EVERY: Duration = Duration::from_mins(1);

/// The lease's name.
pub(crate) const LEASE: &str = "housekeeping";

/// How long the lease lasts: longer than a round and the pause after it. Two rounds at once would do no harm.
const LEASE_LASTS: Duration = Duration::from_mins(2);

/// Telemetry is kept so long.
const TELEMETRY_KEPT: Duration = Duration::from_hours(60 * 24);

impl Jobs {
    /// Keeps house until shutdown is told (or whoever could tell it is gone).
    pub async fn run_housekeeping(&self, mut shutdown: watch::Receiver<bool>) {
        let holder = new_holder(self.core.ground());
        while !*shutdown.borrow() && shutdown.has_changed().is_ok() {
            match self.may_keep_house(&holder, LEASE_LASTS).await {
                Ok(true) => self.keep_house().await,
                Ok(false) => {}
                Err(error) => complain("lease", &error),
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = shutdown.changed() => {}
            }
        }
        noted("lease", self.may_keep_house(&holder, Duration::ZERO).await);
    }

    async fn may_keep_house(&self, holder: &str, lasting: Duration) -> Result<bool, Error> {
        let mut tx = self.core.write(&Caller::system("keep house")).await?;
        let mine = store::take_lease(&mut tx, LEASE, holder, lasting).await?;
        tx.commit(Events::none("a lease is renewed")).await?;
        Ok(mine)
    }

    /// One round. What fails is logged and does not keep the rest from being done.
    pub(super) async fn keep_house(&self) {
        let domains = Domains::new(self.core.clone());
        noted("impersonations", Impersonations::new(self.core.clone()).end_over().await);
        noted("sessions", Signing::new(self.core.clone()).sweep().await);
        noted("waiting domains", domains.verify_waiting().await);
        noted("expired domains", domains.remove_expired().await);
        noted("outbox", self.tidy_outbox().await);
        noted("telemetry", self.tidy_telemetry().await);
        let forgotten = self.core.ground().clock.now().before(limits::IDEMPOTENCY_KEPT);
        noted("kept answers", self.core.db().forget_answers(forgotten).await);
        self.core.rates().tidy();
    }

    async fn tidy_outbox(&self) -> Result<(), Error> {
        let (mut tx, proof) = self.work(&Caller::system("tidy the outbox")).await?;
        store::expire_mails(&mut tx, &proof).await?;
        store::remove_done(&mut tx, &proof).await?;
        tx.commit(Events::none("done and expired jobs are removed")).await
    }

    async fn tidy_telemetry(&self) -> Result<(), Error> {
        let now = self.core.ground().clock.now();
        let rows = store::old_telemetry(now.before(TELEMETRY_KEPT), now.before(limits::GUESS_WINDOW));
        self.core.db().telemetry().keep(rows).await
    }
}

fn noted<T>(what: &'static str, result: Result<T, Error>) {
    if let Err(error) = result {
        complain(what, &error);
    }
}

fn complain(what: &'static str, error: &Error) {
    tracing::warn!(what, code = error.code().key(), inside = ?error.inside(), "housekeeping failed");
}
