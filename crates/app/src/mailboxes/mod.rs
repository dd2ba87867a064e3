//! Mailboxes, which the Admin Panel calls Users: added, changed, reset, disabled, removed for good.

mod actions;
mod form;
mod pages;
mod reset_and_removal;
mod service;
mod store;

pub use actions::{
    AddMailbox, ChangeRecoveryAddress, DisableMailbox, EnableMailbox, RemoveMailbox, SendResetLink,
    SetMailboxPassword, SetOneTimePassword, UpdateMailbox,
};
pub(crate) use pages::routes;
pub use service::{Changes, FirstPassword, ListFilter, Listed, Mailboxes, NewMailbox};
pub use store::{Mailbox, MailboxStatus};

#[cfg(test)]
mod tests;
