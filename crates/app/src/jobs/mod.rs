//! What happens after a commit: mails are sent, sessions ended, mail data removed. Jobs wait in the outbox, are
//! leased, done at least once, and safe to repeat (P3).

mod actions;
mod backoff;
mod housekeeping;
mod kinds;
mod leases;
mod mailer;
mod service;
mod store;
#[cfg(test)]
mod tests;
mod waiting;

pub use actions::{ViewOutbox, WorkOutbox};
pub(crate) use housekeeping::LEASE as HOUSEKEEPING;
pub(crate) use kinds::{disconnect, disconnect_domain, remove_mail};
pub(crate) use leases::new_holder;
pub use service::Jobs;
pub(crate) use store::{Standing, lease_until, standing, take_lease};
pub use waiting::{JobState, WaitingJob};
