//! What happens after a commit: mails are sent, sessions ended, mail data removed. Jobs wait in the outbox, are
//! leased, done at least once, and safe to repeat (P3).

mod kinds;

pub(crate) use kinds::{disconnect, disconnect_domain, remove_mail};
