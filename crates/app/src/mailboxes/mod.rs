//! Mailboxes, which the Admin Panel calls Users: added, changed, reset, disabled, removed for good.

mod actions;
mod adding;
mod api;
mod changing;
mod export;
mod form;
mod kinds;
mod many;
mod pages;
mod reset_and_removal;
mod search;
mod service;
mod store;

pub use actions::{
    AddMailbox, ChangeRecoveryAddress, DisableMailbox, EnableMailbox, RemoveMailbox, SendResetLink,
    SetMailboxPassword, SetOneTimePassword, UpdateMailbox,
};
pub use adding::{FirstPassword, NewMailbox};
pub(crate) use api::api;
pub use changing::Changes;
pub use kinds::{Kind, Kinds};
pub use many::Change as ManyChange;
pub(crate) use many::{OneOfMany, Wanted, add_many, count as count_many, look_at as look_at_many};
pub(crate) use pages::routes;
pub use service::{ListFilter, Listed, Mailboxes, Shown};
pub use store::{Mailbox, MailboxStatus};

#[cfg(test)]
mod tests;
