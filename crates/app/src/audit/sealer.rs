//! Seals what waits, at most a second after its commit. One process at a time: whoever holds the lease, which is
//! taken in the transaction that appends, so that a chain never forks (CC-20).

use std::time::Duration;

use bailiwick_base::Error;
use bailiwick_base::authz::{Caller, Events};
use bailiwick_base::words::{Installation, limits};
use tokio::sync::watch;

use super::actions::SealHistory;
use super::service::Audit;
use super::store;
use crate::jobs;

/// The lease's name.
const LEASE: &str = "sealer";

/// How long the lease lasts without being renewed.
const LEASE_LASTS: Duration = Duration::from_secs(10);

/// After the first event of a burst, so long is waited for others, to seal them together.
const GATHER: Duration = Duration::from_millis(200);

impl Audit {
    /// Seals every event that waits; how many. Does nothing while another process holds the lease.
    pub async fn seal(&self) -> Result<u64, Error> {
        self.seal_as(&jobs::new_holder(self.core.ground()), Duration::ZERO).await
    }

    /// Seals until shutdown is told (or whoever could tell it is gone), and once more then.
    pub async fn run_sealer(&self, mut shutdown: watch::Receiver<bool>) {
        let holder = jobs::new_holder(self.core.ground());
        loop {
            let ends = *shutdown.borrow() || shutdown.has_changed().is_err();
            if let Err(error) = self.seal_as(&holder, LEASE_LASTS).await {
                tracing::warn!(code = error.code().key(), inside = ?error.inside(), "events were not sealed");
            }
            if ends {
                break;
            }
            tokio::select! {
                () = self.core.db().audit_signal().notified() => tokio::time::sleep(GATHER).await,
                () = tokio::time::sleep(limits::SEAL_EVERY) => {}
                _ = shutdown.changed() => {}
            }
        }
        if let Err(error) = self.release(&holder).await {
            tracing::debug!(code = error.code().key(), "the lease was not given back; it runs out by itself");
        }
    }

    /// Gives the lease back, so that another process need not wait until it runs out.
    async fn release(&self, holder: &str) -> Result<(), Error> {
        let mut tx = self.core.write(&Caller::system("seal history")).await?;
        jobs::take_lease(&mut tx, LEASE, holder, Duration::ZERO).await?;
        tx.commit(Events::none("a lease is given back")).await
    }

    async fn seal_as(&self, holder: &str, lasting: Duration) -> Result<u64, Error> {
        let caller = Caller::system("seal history");
        let mut sealed = 0;
        while store::any_pending(&mut self.core.read(&caller).await?).await? {
            let mut tx = self.core.write(&caller).await?;
            let proof = tx.authorize::<SealHistory>(Installation).await?;
            if !jobs::take_lease(&mut tx, LEASE, holder, lasting).await? {
                break;
            }
            let batch = store::seal_batch(&mut tx, &proof).await?;
            tx.commit(Events::none("seals follow from events")).await?;
            sealed += u64::try_from(batch).unwrap_or(u64::MAX);
            if batch < store::SEAL_BATCH {
                break;
            }
        }
        Ok(sealed)
    }
}
