//! Ends every session of a mailbox, or of a whole domain, and makes sure that none is left.

use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::time::Instant;

use super::Hands;
use crate::doveadm::KickError;
use crate::processes;

/// After this the job counts as failed and is reported as such.
const LIMIT: Duration = Duration::from_secs(4);
/// A sign-in that was accepted just before the right was withdrawn shows up within this time.
const SETTLE: Duration = Duration::from_millis(1_200);
/// An smtpd that ignores the first signal gets the last one.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whose sessions end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whose<'a> {
    /// One mailbox's, by its address.
    User(&'a str),
    /// Everybody's of a domain.
    Domain(&'a str),
}

/// Ends IMAP (and all else that Dovecot lists) and the given submission processes.
///
/// Nothing found counts only when it was found twice, the second time after [`SETTLE`].
pub(super) async fn disconnect(hands: &Hands, whose: Whose<'_>, smtpd_pids: &[u32]) -> Result<(), String> {
    let start = Instant::now();
    let mut last_fault = None;
    while start.elapsed() < LIMIT {
        let smtpds = end_smtpds(hands, smtpd_pids, start.elapsed() > PATIENCE);
        let kicked = tokio::time::timeout_at(start + LIMIT, kick(hands, whose)).await;
        let sessions = match kicked {
            Ok(Ok(sessions)) => sessions,
            Ok(Err(error)) => {
                last_fault = Some(error.to_string());
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
            Err(_) => return Err("Dovecot's management does not answer".to_owned()),
        };
        last_fault = None;
        if smtpds == 0 && sessions == 0 {
            if start.elapsed() >= SETTLE {
                return Ok(());
            }
            tokio::time::sleep_until(start + SETTLE).await;
        } else {
            last_fault = Some(format!("{sessions} sessions and {smtpds} submission processes are left"));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    Err(last_fault.unwrap_or_else(|| "it took too long".to_owned()))
}

async fn kick(hands: &Hands, whose: Whose<'_>) -> Result<usize, KickError> {
    match whose {
        Whose::User(user) => hands.doveadm.kick(user).await,
        Whose::Domain(domain) => hands.doveadm.kick_domain(domain).await,
    }
}

/// Signals those of the processes that are smtpd processes of our Postfix, and says how many were left to signal.
fn end_smtpds(hands: &Hands, pids: &[u32], for_good: bool) -> usize {
    let Some(master) = *hands.postfix.borrow() else { return 0 };
    let ours = |pid: &i32| {
        processes::process(*pid).is_some_and(|process| process.parent == master && process.name == "smtpd")
    };
    let found: Vec<_> = pids.iter().filter_map(|&pid| i32::try_from(pid).ok()).filter(ours).collect();
    for &pid in &found {
        processes::signal(pid, if for_good { Signal::SIGKILL } else { Signal::SIGTERM });
    }
    found.len()
}
