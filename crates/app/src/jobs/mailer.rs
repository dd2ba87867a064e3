//! Sends the mails that wait, a few at once.

use std::time::Duration;

use bailiwick_base::Error;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::leases::new_holder;
use super::service::Jobs;
use super::store::{Ended, Leased};
use crate::emails;

/// Mails sent at once.
const AT_ONCE: usize = 4;

/// How long sending one may take.
const SENDING: Duration = Duration::from_secs(50);

/// How long a mail is lent: longer than sending may take, so that no other process sends it meanwhile.
const LENT: Duration = Duration::from_mins(1);

/// Mails left by another process are found within this time; one's own at once.
const POLL: Duration = Duration::from_secs(1);

const KINDS: &[&str] = &[emails::KIND];

impl Jobs {
    /// Sends mails until shutdown is told (or whoever could tell it is gone); those being sent are finished.
    pub async fn run_mailer(&self, mut shutdown: watch::Receiver<bool>) {
        let mut sending: JoinSet<()> = JoinSet::new();
        while !*shutdown.borrow() && shutdown.has_changed().is_ok() {
            let free = AT_ONCE - sending.len().min(AT_ONCE);
            let lease = new_holder(self.core.ground());
            let most = i64::try_from(free).unwrap_or(0);
            match if free == 0 { Ok(Vec::new()) } else { self.claim(KINDS, most, &lease, LENT).await } {
                Ok(mails) => {
                    for mail in mails {
                        sending.spawn(self.clone().send(mail, lease.clone()));
                    }
                }
                Err(error) => complain(&error, "waiting mails could not be looked up"),
            }
            let may_more = sending.len() < AT_ONCE;
            tokio::select! {
                Some(_) = sending.join_next() => {}
                () = self.core.db().job_signal().notified(), if may_more => {}
                () = tokio::time::sleep(POLL) => {}
                _ = shutdown.changed() => {}
            }
        }
        while sending.join_next().await.is_some() {}
    }

    async fn send(self, mail: Leased, lease: String) {
        let sent =
            tokio::time::timeout(SENDING, emails::deliver(&self.core, &mail.job_key, &mail.payload)).await;
        let ended = match sent {
            Ok(Ok(())) => Ended::Done,
            Ok(Err(error)) => {
                Ended::Failed(error.inside().map_or_else(|| error.title(), ToString::to_string))
            }
            Err(_) => Ended::Failed("the mail server took too long".to_owned()),
        };
        if let Ended::Failed(why) = &ended {
            tracing::warn!(job = %mail.id, why, "a mail was not sent");
        }
        if let Err(error) = self.end(KINDS, mail.id, &lease, &ended).await {
            complain(&error, "what became of a mail was not noted; it may be sent again");
        }
    }
}

fn complain(error: &Error, what: &'static str) {
    tracing::warn!(code = error.code().key(), inside = ?error.inside(), what);
}
