//! Turns the mail servers' log lines into the delivery log.

use bailiwick_base::db::Sql;
use bailiwick_base::words::Timestamp;
use bailiwick_mail::internal::{Daemon, LogLine};
use bailiwick_mail::log_line::{DeliveryStatus, Listener, PostfixEvent, PostfixLine, parse_postfix};

use super::store::{self, Attempted, Refused};

/// What a line leaves in the delivery log; most lines leave nothing.
pub(super) fn rows_of(line: &LogLine) -> Option<Sql> {
    if line.daemon != Daemon::Postfix {
        return None;
    }
    let at = Timestamp(line.at_ms);
    let PostfixLine { listener, event, .. } = parse_postfix(&line.line)?;
    match event {
        PostfixEvent::ClientSasl { qid, client_ip, sasl_username } => Some(store::message_begins(
            qid,
            at,
            direction(listener),
            sasl_username,
            client_ip.map(|ip| ip.to_string()),
        )),
        PostfixEvent::MessageId { qid, message_id } => Some(store::message_id(qid, at, message_id)),
        PostfixEvent::QueueActive { qid, from, size, nrcpt } => {
            Some(store::message_queued(qid, at, from, size, nrcpt))
        }
        PostfixEvent::Delivery { qid, to, orig_to, relay, dsn, status, text, .. } => {
            let status = match status {
                DeliveryStatus::Sent => "delivered",
                DeliveryStatus::Deferred => "deferred",
                DeliveryStatus::Bounced => "bounced",
            };
            Some(store::delivery(
                at,
                &Attempted { queue_id: qid, recipient: to, original: orig_to, status, dsn, relay, text },
            ))
        }
        PostfixEvent::Expired { qid, .. } => Some(store::expired(qid, at)),
        PostfixEvent::Removed { qid } => Some(store::message_ends(qid, at)),
        PostfixEvent::Rejected { client_ip, from, to, code, dsn, text, .. } => Some(store::rejection(
            at,
            &Refused {
                listener: direction(listener),
                client: client_ip.map(|ip| ip.to_string()).unwrap_or_default(),
                sender: from.unwrap_or_default(),
                recipient: to.unwrap_or_default(),
                code: format!(
                    "{} {}",
                    code.map(|code| code.to_string()).unwrap_or_default(),
                    dsn.unwrap_or_default()
                )
                .trim()
                .to_owned(),
                text,
            },
        )),
        PostfixEvent::Connect { .. }
        | PostfixEvent::AuthFailed { .. }
        | PostfixEvent::NonDelivery { .. }
        | PostfixEvent::Other => None,
    }
}

/// Which way a message goes, by the listener that took it.
fn direction(listener: Option<Listener>) -> &'static str {
    match listener {
        Some(Listener::Mx) => "incoming",
        Some(Listener::Submission | Listener::Submissions) => "outgoing",
        Some(Listener::Reinject) | None => "internal",
    }
}
