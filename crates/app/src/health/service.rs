//! Looking how the installation stands.

use bailiwick_base::Error;
use bailiwick_base::authz::Caller;
use bailiwick_base::db::{DatabaseAbout, Query};
use bailiwick_base::words::{Installation, Timestamp};

use super::actions::InspectInstallation;
use crate::audit::{self, Audit, Overdue};
use crate::core::service;
use crate::jobs;

service! {
    /// How the installation stands.
    Health
}

/// Jobs of one kind in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingJobs {
    /// What is to be done.
    pub kind: String,
    /// `queued`, `leased` or `failed`.
    pub state: String,
    /// How many.
    pub number: i64,
    /// When the oldest of them was left.
    pub oldest: Timestamp,
}

/// How the installation stands.
#[derive(Debug, Clone)]
pub struct Condition {
    /// When this was seen, by this machine's clock.
    pub now: Timestamp,
    /// The database's engine, version and clock.
    pub database: DatabaseAbout,
    /// Until when a running `serve` keeps house; none if none ever did.
    pub housekeeping_until: Option<Timestamp>,
    /// Entries of the history that wait for their seal.
    pub unsealed: i64,
    /// Since when the oldest of them waits.
    pub unsealed_since: Option<Timestamp>,
    /// When the newest seal was made.
    pub last_sealed: Option<Timestamp>,
    /// Checkpoints are overdue.
    pub overdue_checkpoints: Option<Overdue>,
    /// What is not done.
    pub jobs: Vec<WaitingJobs>,
}

impl Health {
    /// Looks at everything.
    pub async fn look(&self, caller: &Caller) -> Result<Condition, Error> {
        let mut tx = self.core.read(caller).await?;
        tx.authorize::<InspectInstallation>(Installation).await?;
        let now = tx.now();
        let housekeeping_until = jobs::lease_until(&mut tx, jobs::HOUSEKEEPING).await?;
        let unsealed = audit::unsealed(&mut tx).await?;
        let standing = jobs::standing(&mut tx).await?;
        drop(tx);
        let audit = Audit::new(self.core.clone());
        let jobs = standing.into_iter().map(|jobs| WaitingJobs {
            kind: jobs.kind,
            state: jobs.state,
            number: jobs.number,
            oldest: jobs.oldest,
        });
        Ok(Condition {
            now,
            database: self.core.db().about().await?,
            housekeeping_until,
            unsealed: unsealed.number,
            unsealed_since: unsealed.oldest,
            last_sealed: audit.overview(caller).await?.last_sealed,
            overdue_checkpoints: audit.overdue_checkpoints(caller).await?,
            jobs: jobs.collect(),
        })
    }
}
