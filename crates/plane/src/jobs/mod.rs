//! Takes jobs from `serve`, does them, and reports the outcome.
//!
//! A request for jobs stays open until there is one, so a job starts at once. Every job may be done twice
//! without harm: a report that gets lost only means that the job comes again.

mod disconnect;
mod remove_mail;

use std::sync::Arc;
use std::time::Duration;

use bailiwick_mail::internal::{Job, JobReport, LeaseRequest, LeasedJob, MAX_JOBS, Outcome};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::doveadm::Doveadm;
use crate::homes::Homes;
use crate::serve_api::ServeApi;
use disconnect::Whose;

/// How long one request waits for a job.
const WAIT_MS: u32 = 20_000;

/// What jobs work with.
#[derive(Clone)]
pub(crate) struct Hands {
    pub(crate) doveadm: Doveadm,
    pub(crate) homes: Homes,
    /// Postfix's master, while it runs.
    pub(crate) postfix: watch::Receiver<Option<i32>>,
}

/// Works for ever; dropping it abandons what is under way, and the leases run out.
pub(crate) async fn work(api: ServeApi, hands: Hands, holder: String) {
    let permits = Arc::new(Semaphore::new(MAX_JOBS as usize));
    let mut at_work = JoinSet::new();
    let mut pause = FIRST_PAUSE;
    let mut away = false;
    loop {
        while at_work.try_join_next().is_some() {}
        let Ok(room) = permits.acquire().await else { return };
        drop(room);
        let max = u32::try_from(permits.available_permits()).unwrap_or(MAX_JOBS).clamp(1, MAX_JOBS);
        match api.lease(&LeaseRequest { holder: holder.clone(), max, wait_ms: WAIT_MS }).await {
            Ok(answer) => {
                if away {
                    tracing::info!("jobs are handed out again");
                }
                (away, pause) = (false, FIRST_PAUSE);
                for leased in answer.jobs.into_iter().take(max as usize) {
                    let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
                    let (api, hands) = (api.clone(), hands.clone());
                    at_work.spawn(async move {
                        attend(&api, &hands, leased).await;
                        drop(permit);
                    });
                }
            }
            Err(error) => {
                if !away {
                    tracing::warn!(%error, "no jobs can be taken; trying on");
                }
                away = true;
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(2));
            }
        }
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(100);

async fn attend(api: &ServeApi, hands: &Hands, leased: LeasedJob) {
    let outcome = match perform(hands, &leased.job).await {
        Ok(()) => Outcome::Done,
        Err(why) => {
            tracing::warn!(job = leased.id, %why, "a job was not done");
            Outcome::Failed { why }
        }
    };
    report(api, leased.id, &JobReport { lease: leased.lease, outcome }).await;
}

async fn perform(hands: &Hands, job: &Job) -> Result<(), String> {
    match job {
        Job::Disconnect { user, smtpd_pids, .. } => {
            disconnect::disconnect(hands, Whose::User(user), smtpd_pids).await
        }
        Job::DisconnectDomain { domain, smtpd_pids } => {
            disconnect::disconnect(hands, Whose::Domain(domain), smtpd_pids).await
        }
        Job::PrepareMail { mailbox_id, created_at_ms } => {
            let (homes, mailbox_id, created_at_ms) = (hands.homes.clone(), *mailbox_id, *created_at_ms);
            on_disk(move || homes.prepare(mailbox_id, created_at_ms)).await
        }
        Job::RemoveMail { mailbox_id, created_at_ms, user } => {
            remove_mail::remove_mail(hands, *mailbox_id, *created_at_ms, user).await
        }
    }
}

/// Reports until it is heard, for half a minute; after that the lease runs out and the job comes again.
async fn report(api: &ServeApi, id: i64, report: &JobReport) {
    for attempt in 0..30 {
        match api.done(id, report).await {
            Ok(_) => return,
            Err(error) => tracing::debug!(job = id, attempt, %error, "the outcome of a job was not heard"),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Runs work on the disk off the async workers.
async fn on_disk<T: Send + 'static, E: std::fmt::Display + Send + 'static>(
    act: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, String> {
    let done = tokio::task::spawn_blocking(act).await.map_err(|error| error.to_string())?;
    done.map_err(|error| error.to_string())
}
