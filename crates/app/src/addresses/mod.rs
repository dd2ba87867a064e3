//! The one address space of each domain (SPEC-ADMIN §6): users and aliases share it, and a removed address rests in
//! it for a while before anybody may have it again (K18).
//!
//! Whether an address is free is decided by one statement on one table and nowhere else.

mod actions;
mod api;
mod service;
mod store;

pub use actions::ReleaseAddress;
pub(crate) use api::api;
pub use service::Addresses;
pub use store::RestingAddress;
pub(crate) use store::{Holder, claim, rest, taken_among};
