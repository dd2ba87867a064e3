//! Submission sessions that are open at the mail servers: which smtpd process signed in as whom, with which
//! password. What was revoked since is refused at the next recipient, and the process is ended.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bailiwick_base::words::{LoginId, MailboxId, PasswordHash};

/// A sign-in over SMTP as it is remembered.
#[derive(Debug, Clone)]
pub struct Live {
    /// The login.
    pub login: LoginId,
    /// Its mailbox.
    pub mailbox: MailboxId,
    /// Its address.
    pub address: String,
    /// The hash its password was compared with: another one since means the session is over.
    pub password: PasswordHash,
}

/// Processes and who signed in through them. A process serves one client at a time, so a new sign-in replaces
/// the former.
#[derive(Debug, Default)]
pub struct LiveSubmissions(Mutex<HashMap<u32, Live>>);

/// Processes remembered at once; far more than Postfix runs.
const KEPT: usize = 10_000;

impl LiveSubmissions {
    /// Remembers a sign-in through the smtpd process `pid`.
    pub fn signed_in(&self, pid: u32, live: Live) {
        let mut processes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if processes.len() < KEPT || processes.contains_key(&pid) {
            processes.insert(pid, live);
        }
    }

    /// Forgets a process that has gone.
    pub fn gone(&self, pid: u32) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&pid);
    }

    /// Who signed in through a process.
    pub fn of(&self, pid: u32) -> Option<Live> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&pid).cloned()
    }

    /// The processes through which a mailbox signed in.
    pub fn of_mailbox(&self, mailbox: MailboxId) -> Vec<u32> {
        self.having(|live| live.mailbox == mailbox)
    }

    /// The processes through which anybody of a domain signed in.
    pub fn of_domain(&self, domain: &str) -> Vec<u32> {
        self.having(|live| live.address.rsplit_once('@').is_some_and(|(_, other)| other == domain))
    }

    fn having(&self, wanted: impl Fn(&Live) -> bool) -> Vec<u32> {
        let processes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        processes.iter().filter(|(_, live)| wanted(live)).map(|(pid, _)| *pid).collect()
    }
}
