//! API keys: what programs bring instead of a password.
//!
//! A key holds a part of what its login holds at the moment it is used, never more, and dies with it. Its secret is
//! shown once. No key looks after keys: that is done by people, in a browser, with their password.

mod actions;
mod api;
mod form;
mod key;
mod lately;
mod pages;
mod present;
mod secret;
mod service;
mod shown;
mod store;
mod views;
mod words;

pub use actions::{
    ChangeKeyOf, ChangeOwnKey, MakeKeyFor, MakeOwnKey, RemoveKeyOf, RemoveOwnKey, RenewKeyOf, RenewOwnKey,
};
pub(crate) use api::api;
pub use key::{ApiKey, KeyHolder, KeyStatus, KeyTerms};
pub(crate) use lately::{Program, Programs};
pub(crate) use pages::routes;
pub(crate) use present::caller_by_key;
pub use service::ApiKeys;
pub(crate) use service::stop_keys;
pub use shown::{Choices, LastUse, Listed, Made, Oneself, Whose};

#[cfg(test)]
mod tests;
