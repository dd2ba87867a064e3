//! The jobs for the mail plane, as operations leave them.

use bailiwick_base::db::{NewJob, Query, WriteTx};
use bailiwick_base::words::{MailboxId, Timestamp};
use serde::{Deserialize, Serialize};

/// Ends all mail sessions of a mailbox.
pub(crate) const DISCONNECT: &str = "disconnect";
/// Ends all mail sessions of everybody in a domain.
pub(crate) const DISCONNECT_DOMAIN: &str = "disconnect_domain";
/// Removes a mailbox's mail for good.
pub(crate) const REMOVE_MAIL: &str = "remove_mail";

/// What a job about one mailbox says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OfMailbox {
    pub(crate) mailbox: i64,
    pub(crate) address: String,
    pub(crate) created_at: i64,
}

/// What a job about a domain says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OfDomain {
    pub(crate) domain: String,
}

/// Each revocation is a job of its own: a session opened after one is not spared by it.
fn unique(tx: &WriteTx, what: &str) -> String {
    let token = data_encoding::HEXLOWER.encode(&tx.random().bytes::<8>());
    format!("{what} {token}")
}

pub(crate) fn disconnect(tx: &WriteTx, mailbox: MailboxId, address: &str) -> NewJob {
    let payload = OfMailbox { mailbox: mailbox.0, address: address.to_owned(), created_at: tx.now().0 };
    NewJob::new(DISCONNECT, unique(tx, &mailbox.to_string()), &payload)
}

pub(crate) fn disconnect_domain(tx: &WriteTx, domain: &str) -> NewJob {
    NewJob::new(DISCONNECT_DOMAIN, unique(tx, domain), &OfDomain { domain: domain.to_owned() })
}

/// Ids are never reused, so one removal per mailbox is all there ever is.
pub(crate) fn remove_mail(mailbox: MailboxId, address: &str, created_at: Timestamp) -> NewJob {
    let payload = OfMailbox { mailbox: mailbox.0, address: address.to_owned(), created_at: created_at.0 };
    NewJob::new(REMOVE_MAIL, mailbox.to_string(), &payload)
}
