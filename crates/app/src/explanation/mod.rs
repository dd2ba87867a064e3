//! Access explained: why somebody may or may not do something, who may, and what a change would add.
//!
//! Everything here asks the authority that decides ([`bailiwick_base::authz::Authority`]) and puts its answer into
//! words; nothing here decides, and nothing changes. A refused person is told about their own grants only.

mod api;
mod body;
mod difference;
mod near;
mod pages;
mod question;
mod refusal;
mod service;
mod store;
mod thing;
mod what_if;
mod who;
mod words;

pub(crate) use api::api;
pub(crate) use body::ExplanationBody;
pub(crate) use pages::routes;
pub use question::{Question, offered};
pub use refusal::document;
pub(crate) use refusal::{on_page, shortly};
pub use service::{AccessOf, Answer, Explanations, Who};
pub use store::Person;
pub use what_if::Tried;
pub use words::{Given, given, why};

#[cfg(test)]
mod tests;
