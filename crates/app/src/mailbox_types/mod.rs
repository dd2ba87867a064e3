//! The types of users that the installation offers ("Basic", "Enhanced"), which tenants have licences of. The provider
//! adds, changes and withdraws them. None is ever removed: users and the history refer to them.

mod actions;
mod api;
mod form;
mod mailbox_type;
mod pages;
mod service;
mod store;

pub use actions::{AddMailboxType, OfferMailboxType, UpdateMailboxType, WithdrawMailboxType};
pub(crate) use api::api;
pub use mailbox_type::{Listed, MailboxType, Terms};
pub(crate) use pages::routes;
pub use service::MailboxTypes;
pub(crate) use store::{all, seen};

#[cfg(test)]
mod tests;
