//! Handing out jobs to whoever does them, and taking their outcome.

use std::time::Duration;

use bailiwick_base::Error;
use bailiwick_base::authz::{Authorized, Caller, Events};
use bailiwick_base::db::WriteTx;
use bailiwick_base::words::{Installation, JobId, MailboxId};
use bailiwick_mail::internal::{
    Job, JobReport, LEASE_MS, LeaseAnswer, LeaseRequest, LeasedJob, MAX_JOBS, MAX_WAIT_MS, Outcome,
};
use tokio::time::Instant;

use super::actions::WorkOutbox;
use super::kinds::{DISCONNECT, DISCONNECT_DOMAIN, OfDomain, OfMailbox, REMOVE_MAIL};
use super::leases::new_holder;
use super::store::{self, Ended, Leased};
use crate::core::service;

service! {
    /// The outbox.
    Jobs
}

/// What only the mail plane can do.
const PLANE_KINDS: &[&str] = &[DISCONNECT, DISCONNECT_DOMAIN, REMOVE_MAIL];

/// Jobs left by another process are found within this time; one's own at once.
const POLL: Duration = Duration::from_millis(200);

impl Jobs {
    /// Hands out jobs to the mail plane, the oldest first; waits for one if there is none.
    pub async fn lease(&self, request: &LeaseRequest) -> Result<LeaseAnswer, Error> {
        let most = i64::from(request.max.clamp(1, MAX_JOBS));
        let until = Instant::now() + Duration::from_millis(u64::from(request.wait_ms.min(MAX_WAIT_MS)));
        let lasting = Duration::from_millis(LEASE_MS.unsigned_abs());
        loop {
            let lease = new_holder(self.core.ground());
            let leased = match self.claim(PLANE_KINDS, most, &lease, lasting).await {
                Err(error) if error.may_retry() => Vec::new(),
                leased => leased?,
            };
            let jobs = self.understood(leased, &lease).await?;
            if !jobs.is_empty() || Instant::now() >= until {
                return Ok(LeaseAnswer { jobs });
            }
            let poll = until.min(Instant::now() + POLL);
            tokio::select! {
                () = self.core.db().job_signal().notified() => {}
                () = tokio::time::sleep_until(poll) => {}
            }
        }
    }

    /// Takes what became of a job of the mail plane. An outcome under an older lease changes nothing.
    pub async fn report(&self, id: JobId, report: &JobReport) -> Result<(), Error> {
        let ended = match &report.outcome {
            Outcome::Done => Ended::Done,
            Outcome::Failed { why } => Ended::Failed(why.clone()),
        };
        self.end(PLANE_KINDS, id, &report.lease, &ended).await
    }

    pub(super) async fn claim(
        &self,
        kinds: &[&'static str],
        most: i64,
        lease: &str,
        lasting: Duration,
    ) -> Result<Vec<Leased>, Error> {
        let caller = Caller::system("lend jobs");
        if !store::any_claimable(&mut self.core.read(&caller).await?, kinds).await? {
            return Ok(Vec::new());
        }
        let (mut tx, proof) = self.work(&caller).await?;
        let leased = store::claim(&mut tx, &proof, kinds, most, lease, lasting).await?;
        tx.commit(Events::none("a job is lent")).await?;
        Ok(leased)
    }

    pub(super) async fn end(
        &self,
        kinds: &[&'static str],
        id: JobId,
        lease: &str,
        ended: &Ended,
    ) -> Result<(), Error> {
        let (mut tx, proof) = self.work(&Caller::system("end a job")).await?;
        store::end(&mut tx, &proof, kinds, (id, lease), ended).await?;
        tx.commit(Events::none("what became of a job is noted")).await
    }

    pub(super) async fn work(&self, caller: &Caller) -> Result<(WriteTx, Authorized<WorkOutbox>), Error> {
        let mut tx = self.core.write(caller).await?;
        let proof = tx.authorize::<WorkOutbox>(Installation).await?;
        Ok((tx, proof))
    }

    /// Puts jobs into the mail plane's words. One that cannot be understood is set aside, loudly: it would be in the
    /// way for ever.
    async fn understood(&self, leased: Vec<Leased>, lease: &str) -> Result<Vec<LeasedJob>, Error> {
        let mut jobs = Vec::new();
        for row in leased {
            if let Some(job) = self.in_words(&row) {
                jobs.push(LeasedJob { id: row.id.0, lease: lease.to_owned(), job });
            } else {
                tracing::error!(job = %row.id, kind = row.kind, "a job is not understood and was set aside");
                self.end(PLANE_KINDS, row.id, lease, &Ended::Hopeless("not understood")).await?;
            }
        }
        Ok(jobs)
    }

    fn in_words(&self, row: &Leased) -> Option<Job> {
        let submissions = self.core.submissions();
        if row.kind == DISCONNECT_DOMAIN {
            let OfDomain { domain } = serde_json::from_slice(&row.payload).ok()?;
            let smtpd_pids = submissions.of_domain(&domain);
            return Some(Job::DisconnectDomain { domain, smtpd_pids });
        }
        let of: OfMailbox = serde_json::from_slice(&row.payload).ok()?;
        let (mailbox_id, user) = (of.mailbox, of.address);
        match row.kind.as_str() {
            DISCONNECT => {
                let smtpd_pids = submissions.of_mailbox(MailboxId(mailbox_id));
                Some(Job::Disconnect { mailbox_id, user, smtpd_pids })
            }
            REMOVE_MAIL => Some(Job::RemoveMail { mailbox_id, created_at_ms: of.created_at, user }),
            _ => None,
        }
    }
}
